"""The plain rules of play, for players who are told the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ganlearn.game import Game, Objective, Phase, Player
from ganlearn.nets import with_planes


def classification_loss(said: Tensor, y: Tensor) -> Tensor:
    """The mean cross-entropy, in nats, of the classes that an auxiliary classifier names.

    Args:
        said: (n, 1 + classes): a logit of being real, then one a class.
        y: shares (n, classes) of the right answer.

    Paper: Odena et al. 2017, arXiv:1610.09585, equation 3. Taught in chapter 07.
    """
    return cross_entropy(said[:, 1:], y)


@dataclass(frozen=True)
class AtFixedLabels:
    """An objective of the plain game, played by players who are told the class.

    Attributes:
        plain: the objective.
        player: who moves. Both answer for the generated samples' classes, the discriminator for
            those of real ones as well.
        auxiliary: weight of :func:`classification_loss`, for a discriminator that names classes.

    Paper: Odena et al. 2017, arXiv:1610.09585, for the auxiliary part. Taught in chapter 07.
    """

    plain: Objective
    player: Player
    auxiliary: float = 0.0

    def __call__(self, game: Game, real: Tensor, z: Tensor) -> Tensor:
        y = z[:, game.generator.latent :]

        def judge(x: Tensor) -> Tensor:
            said = game.discriminator(with_planes(x, y))
            return said if said.dim() == 1 else said[:, 0]

        loss = self.plain(Game(game.generator, judge, game.loss, random=game.random), real, z)
        if not self.auxiliary:
            return loss
        judged = [real] if self.player == "discriminator" else []
        with torch.set_grad_enabled(self.player == "generator"):
            judged.append(game.generator(z))
        named = (game.discriminator(with_planes(x, y)) for x in judged)
        return loss + self.auxiliary * sum(classification_loss(said, y) for said in named)

    @property
    def __name__(self) -> str:
        names = f", auxiliary {self.auxiliary:g}" if self.auxiliary else ""
        return f"{self.plain.__name__}, at fixed labels{names}"


def at_fixed_labels(phases: Sequence[Phase], auxiliary: float = 0.0) -> tuple[Phase, ...]:
    """Any order of play, such as :func:`ganlearn.rules.rule` makes, for a conditional game.

    Args:
        phases: of the plain game.
        auxiliary: weight of the classification; a lazy penalty goes without.

    Taught in chapter 07.
    """
    return tuple(
        replace(p, objective=AtFixedLabels(p.objective, p.player, 0.0 if p.lazy else auxiliary))
        for p in phases
    )
