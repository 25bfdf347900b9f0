"""The game and the order of play, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from ganlearn.losses import Loss, non_saturating

if TYPE_CHECKING:
    from ganlearn.data import Source

Player = Literal["discriminator", "generator"]


@dataclass
class Game:
    """Two players and the rule they play by.

    Attributes:
        generator: latents (n, latent) to samples; has an attribute ``latent``.
        discriminator: samples to logits.
        loss: what each of them minimises.
        random: where a rule takes random numbers from while it is played; the trainer puts its
            own here, which it saves and restores.
    """

    generator: nn.Module
    discriminator: nn.Module
    loss: Loss = non_saturating
    random: torch.Generator | None = field(default=None, kw_only=True, repr=False, compare=False)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The order of play when nobody asks for another."""
        return PAIRED if self.loss.paired else ALTERNATING

    def player(self, name: Player) -> nn.Module:
        """The network of that name."""
        return self.discriminator if name == "discriminator" else self.generator

    def opponent(self, name: Player) -> nn.Module:
        """The network that is idle while ``name`` moves."""
        return self.generator if name == "discriminator" else self.discriminator

    def deal(self, drawn: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """What a move starts from: real samples, and what the generator is given.

        Args:
            drawn: (n, *shape) of the data, on the device of ``random``.
            random: source of the latents.

        Returns:
            The samples as they are, and fresh normal latents (n, latent).

        Taught in chapter 03.
        """
        return drawn, self._normal(len(drawn), random)

    def latents(self, n: int, source: Source, random: torch.Generator) -> Tensor:
        """What the generator makes n samples from when nobody learns: normal latents (n, latent).

        Args:
            n: how many.
            source: of the data, for a generator that starts from them (chapter 13).
            random: where the numbers come from.

        Taught in chapter 03.
        """
        return self._normal(n, random)

    def beside(self, z: Tensor, samples: Tensor) -> Tensor:
        """What a sheet of samples shows: the samples, and in a translation what they began as.

        Args:
            z: what the generator was given.
            samples: what it made, (n, *shape).

        Taught in chapter 13.
        """
        return samples

    def _normal(self, n: int, random: torch.Generator) -> Tensor:
        return torch.randn(n, self.generator.latent, generator=random, device=random.device)


Objective = Callable[[Game, Tensor, Tensor], Tensor]
"""(game, real samples, latents) to the scalar that the moving player minimises."""


def discriminator_objective(game: Game, real: Tensor, z: Tensor) -> Tensor:
    """The discriminator's side of one step; the generator only supplies samples.

    Taught in chapter 03.
    """
    with torch.no_grad():
        fake = game.generator(z)
    return game.loss.discriminator(game.discriminator(real), game.discriminator(fake))


def generator_objective(game: Game, real: Tensor, z: Tensor) -> Tensor:
    """The generator's side of one step; the gradient reaches it through the discriminator.

    Taught in chapter 03.
    """
    return game.loss.generator(game.discriminator(game.generator(z)))


def paired_generator_objective(game: Game, real: Tensor, z: Tensor) -> Tensor:
    """The generator's side of one step where each of its samples is compared with a real one.

    Paper: Jolicoeur-Martineau 2019, arXiv:1807.00734. Taught in chapter 06.
    """
    return game.loss.generator(game.discriminator(game.generator(z)), game.discriminator(real))


@dataclass(frozen=True)
class Phase:
    """One move: who plays, for what, and every how many steps.

    Attributes:
        player: the network whose parameters move.
        objective: what it minimises.
        every: the move is made in steps 0, every, 2·every, …
        lazy: the move is a part of another one that is played seldom and weighs the more; the
            trainer rescales the player's optimiser for it (chapter 06).
        clip_weights: after the move, the player's weights are cut to plus or minus this.
        clip_gradient: a gradient that is longer than this is shortened to it.
    """

    player: Player
    objective: Objective
    every: int = 1
    lazy: bool = False
    clip_weights: float | None = None
    clip_gradient: float | None = None

    @property
    def name(self) -> str:
        """What its loss is called in reports and logs."""
        return f"{self.player} penalty" if self.lazy else self.player


ALTERNATING = (
    Phase("discriminator", discriminator_objective),
    Phase("generator", generator_objective),
)
"""One move each, the discriminator first: Goodfellow et al. 2014, algorithm 1 with k = 1."""

PAIRED = (
    Phase("discriminator", discriminator_objective),
    Phase("generator", paired_generator_objective),
)
"""The same, for a loss that compares each generated sample with a real one."""
