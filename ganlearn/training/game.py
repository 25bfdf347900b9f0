"""The game and the order of play, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ganlearn.losses import Loss, non_saturating

Player = Literal["discriminator", "generator"]


@dataclass
class Game:
    """Two players and the rule they play by.

    Attributes:
        generator: latents (n, latent) to samples; has an attribute ``latent``.
        discriminator: samples to logits.
        loss: what each of them minimises.
    """

    generator: nn.Module
    discriminator: nn.Module
    loss: Loss = non_saturating

    def player(self, name: Player) -> nn.Module:
        """The network of that name."""
        return self.discriminator if name == "discriminator" else self.generator

    def opponent(self, name: Player) -> nn.Module:
        """The network that is idle while ``name`` moves."""
        return self.generator if name == "discriminator" else self.discriminator


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


@dataclass(frozen=True)
class Phase:
    """One move: who plays, for what, and every how many steps.

    Attributes:
        player: the network whose parameters move.
        objective: what it minimises.
        every: the move is made in steps 0, every, 2·every, …
    """

    player: Player
    objective: Objective
    every: int = 1


ALTERNATING = (
    Phase("discriminator", discriminator_objective),
    Phase("generator", generator_objective),
)
"""One move each, the discriminator first: Goodfellow et al. 2014, algorithm 1 with k = 1."""
