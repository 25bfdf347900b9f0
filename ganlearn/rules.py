"""Rules of play put together from named parts: what the discriminator sees, what steepness costs,
how often who moves.

A rule is a tuple of phases, so a trainer takes it as it takes the plain one:
``Trainer(game, source, phases=rules.rule(game.loss, penalties={"wgan-gp": 10}, critic_steps=5))``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from ganlearn.augment import diffaugment
from ganlearn.errors import UserError
from ganlearn.game import Game, Phase
from ganlearn.penalties import TERMS

Seen = Callable[[Tensor, torch.Generator], Tensor]
"""(samples, source of random numbers) to what the discriminator sees of them, differentiably."""


def as_they_are(x: Tensor, random: torch.Generator) -> Tensor:
    """The samples, unchanged. Taught in chapter 05."""
    return x


@dataclass(frozen=True)
class DiscriminatorMove:
    """The discriminator's loss on what it sees, plus the weighted penalties.

    Attributes:
        seen: what it sees of real and of generated samples: noise on both, or an augmentation.
        penalties: name of a term in :data:`ganlearn.penalties.TERMS` to its weight.

    Taught in chapter 06.
    """

    seen: Seen = as_they_are
    penalties: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, game: Game, real: Tensor, z: Tensor) -> Tensor:
        with torch.no_grad():
            fake = self.seen(game.generator(z), game.random)
            real = self.seen(real, game.random)
        loss = game.loss.discriminator(game.discriminator(real), game.discriminator(fake))
        return loss + steepness(game, real, fake, self.penalties)

    @property
    def __name__(self) -> str:
        return _name("discriminator", self.seen, self.penalties)


@dataclass(frozen=True)
class PenaltyMove:
    """The weighted penalties alone: what a lazy rule plays every few steps.

    Attributes:
        seen: as in :class:`DiscriminatorMove`.
        penalties: name to weight.

    Paper: Karras et al. 2020, arXiv:1912.04958, section 3.1. Taught in chapter 06.
    """

    seen: Seen
    penalties: Mapping[str, float]

    def __call__(self, game: Game, real: Tensor, z: Tensor) -> Tensor:
        with torch.no_grad():
            fake = self.seen(game.generator(z), game.random)
            real = self.seen(real, game.random)
        return steepness(game, real, fake, self.penalties)

    @property
    def __name__(self) -> str:
        return _name("penalty", self.seen, self.penalties)


@dataclass(frozen=True)
class GeneratorMove:
    """The generator's loss through a discriminator that sees its samples as it sees all others.

    Attributes:
        seen: as in :class:`DiscriminatorMove`; the gradient goes back through it.

    Paper: Zhao et al. 2020, arXiv:2006.10738, for augmentations. Taught in chapter 06.
    """

    seen: Seen = as_they_are

    def __call__(self, game: Game, real: Tensor, z: Tensor) -> Tensor:
        fake_logits = game.discriminator(self.seen(game.generator(z), game.random))
        if not game.loss.paired:
            return game.loss.generator(fake_logits)
        return game.loss.generator(fake_logits, game.discriminator(self.seen(real, game.random)))

    @property
    def __name__(self) -> str:
        return _name("generator", self.seen, {})


def steepness(game: Game, real: Tensor, fake: Tensor, penalties: Mapping[str, float]) -> Tensor:
    """The weighted sum of penalties on the discriminator's slope, a scalar.

    Args:
        game: its discriminator is what may not be steep.
        real: (n, *shape).
        fake: (n, *shape).
        penalties: name of a term in :data:`ganlearn.penalties.TERMS` to its weight.

    Taught in chapter 06.
    """
    total = torch.zeros((), device=real.device)
    for name, weight in penalties.items():
        total = total + weight * TERMS[name](game.discriminator, real, fake, game.random)
    return total


def rule(
    *,
    penalties: Mapping[str, float] | None = None,
    lazy: int = 1,
    seen: Seen = as_they_are,
    critic_steps: int = 1,
    clip_weights: float | None = None,
    clip_gradient: float | None = None,
) -> tuple[Phase, ...]:
    """An order of play from its parts; with none of them, the plain game of chapter 03.

    Args:
        penalties: name of a term in :data:`ganlearn.penalties.TERMS` to its weight.
        lazy: play the penalties only every so many steps, that much heavier; the trainer slows the
            discriminator's optimiser down to match.
        seen: what the discriminator sees of every sample, such as :mod:`ganlearn.augment`'s.
        critic_steps: moves of the discriminator for one of the generator.
        clip_weights: cut the discriminator's weights to this bound after each of its moves.
        clip_gradient: shorten each player's gradient to this norm when it is longer.

    Raises:
        UserError: when there is no penalty of a name, or a number of steps is not positive.

    Taught in chapter 06.
    """
    penalties = dict(penalties or {})
    _check(penalties, lazy, critic_steps)
    at_once = penalties if lazy == 1 else {}
    clipped = {"clip_weights": clip_weights, "clip_gradient": clip_gradient}
    phases = [Phase("discriminator", DiscriminatorMove(seen, at_once), **clipped)]
    if penalties and lazy > 1:
        heavier = {name: lazy * weight for name, weight in penalties.items()}
        move = PenaltyMove(seen, heavier)
        phases.append(Phase("discriminator", move, every=lazy, lazy=True, **clipped))
    phases.append(
        Phase("generator", GeneratorMove(seen), every=critic_steps, clip_gradient=clip_gradient)
    )
    return tuple(phases)


def named(
    *,
    penalty: Literal[tuple(TERMS)] | None = None,
    penalty_weight: float = 10.0,
    lazy: int = 1,
    critic_steps: int = 1,
    clip_weights: float | None = None,
    clip_gradient: float | None = None,
    augment: str | None = None,
) -> tuple[Phase, ...]:
    """A :func:`rule` with at most one penalty, from names and numbers alone: what a file can say.

    Args:
        penalty: name of a term in :data:`ganlearn.penalties.TERMS`.
        penalty_weight: its weight; 10 is the paper's for "wgan-gp".
        lazy, critic_steps, clip_weights, clip_gradient: as in :func:`rule`.
        augment: a policy of :func:`ganlearn.augment.diffaugment`, such as "colour,cutout".

    Raises:
        UserError: when there is no penalty or augmentation of a name, or a number of steps is not
            positive, or a penalty is lazy that nobody asked for.

    Taught in chapter 06.
    """
    if lazy > 1 and penalty is None:
        raise UserError("lazy says how often the penalty is played; name one as penalty too.")
    return rule(
        penalties={penalty: penalty_weight} if penalty else None,
        lazy=lazy,
        seen=diffaugment(augment) if augment else as_they_are,
        critic_steps=critic_steps,
        clip_weights=clip_weights,
        clip_gradient=clip_gradient,
    )


def _check(penalties: Mapping[str, float], lazy: int, critic_steps: int) -> None:
    for name in penalties:
        if name not in TERMS:
            raise UserError(f"There is no penalty {name!r}; choose from {', '.join(TERMS)}.")
    for what, number in (("lazy", lazy), ("critic_steps", critic_steps)):
        if number < 1:
            raise UserError(f"{what} counts steps and must be at least 1; got {number}.")


def _name(player: str, seen: Seen, penalties: Mapping[str, float]) -> str:
    """What a run's settings say of a move, so that going on by another rule is noticed."""
    parts = [player, *(f"{name} {weight:g}" for name, weight in penalties.items())]
    if seen is not as_they_are:
        parts.append(str(getattr(seen, "__name__", seen)))
    return ", ".join(parts)
