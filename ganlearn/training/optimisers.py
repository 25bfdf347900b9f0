"""The players' optimisers, with what a lazy phase asks of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.optim import Optimizer

from ganlearn.errors import UserError
from ganlearn.game import Phase

Name = Literal["adam", "rmsprop", "sgd"]


def for_players(
    parameters: Mapping[str, Iterable[Tensor]],
    phases: Sequence[Phase],
    *,
    name: Name,
    learning_rate: float,
    discriminator_learning_rate: float | None,
    betas: tuple[float, float],
) -> dict[str, Optimizer]:
    """One optimiser a player.

    Args:
        parameters: player to its weights.
        phases: of the game; a lazy one slows its player down.
        name: which optimiser.
        learning_rate: of both, unless the discriminator has its own.
        discriminator_learning_rate: the discriminator's own, or None.
        betas: of Adam; the second is RMSprop's memory too.

    Raises:
        UserError: when there is no optimiser of that name.

    Taught in chapter 05.
    """
    own = {"discriminator": discriminator_learning_rate}
    found = {}
    for player, weights in parameters.items():
        rate, memory = rescaled(
            learning_rate if own.get(player) is None else own[player],
            betas,
            [phase.every for phase in phases if phase.lazy and phase.player == player],
        )
        found[player] = make(name, weights, rate, memory)
    return found


def rescaled(
    learning_rate: float, betas: tuple[float, float], every: Sequence[int]
) -> tuple[float, tuple[float, float]]:
    """What the optimiser of a player with lazy phases must have to move as without them.

    A penalty that is played by itself every k steps makes k + 1 moves of k. Each move is shortened
    to k/(k + 1), and Adam forgets as much in k + 1 of them as it did in k.

    Args:
        learning_rate: without lazy phases.
        betas: of Adam, without.
        every: k of each lazy phase.

    Paper: Karras et al. 2020, arXiv:1912.04958, appendix B. Taught in chapter 06.
    """
    for k in every:
        share = k / (k + 1)
        learning_rate, betas = learning_rate * share, (betas[0] ** share, betas[1] ** share)
    return learning_rate, betas


def make(
    name: Name, weights: Iterable[Tensor], learning_rate: float, betas: tuple[float, float]
) -> Optimizer:
    """Adam, RMSprop or plain gradient descent on some weights, fused where torch has it.

    Args:
        name: which.
        weights: what it moves.
        learning_rate: the size of its moves.
        betas: of Adam; the second is RMSprop's memory too.

    Raises:
        UserError: when there is none of that name.

    Taught in chapter 05.
    """
    if name == "adam":
        optimiser = torch.optim.Adam(weights, lr=learning_rate, betas=betas, fused=True)
    elif name == "rmsprop":
        optimiser = torch.optim.RMSprop(weights, lr=learning_rate, alpha=betas[1], foreach=True)
    elif name == "sgd":
        optimiser = torch.optim.SGD(weights, lr=learning_rate, fused=True)
    else:
        raise UserError(f"There is no optimiser {name!r}; choose from adam, rmsprop, sgd.")
    for group in optimiser.param_groups:
        group["initial_lr"] = group["lr"]  # what a falling rate falls from
    return optimiser
