"""Fully connected players: enough for points in the plane, and a first try at pictures."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from torch import Tensor, nn

from ganlearn import runtime


def _layers(inputs: int, hidden: int, depth: int, outputs: int) -> nn.Sequential:
    widths = [inputs, *[hidden] * depth]
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))


class MLPGenerator(nn.Module):
    """Latents (n, latent) to samples (n, *shape).

    Pictures, that is shapes of three axes, pass through tanh and lie in (-1, 1); points are not
    bounded. Taught in chapter 03.
    """

    def __init__(
        self, shape: Sequence[int], latent: int = 16, hidden: int = 128, depth: int = 2
    ) -> None:
        super().__init__()
        self.shape, self.latent = tuple(shape), latent
        self.body = _layers(latent, hidden, depth, math.prod(shape))
        self.squash = nn.Tanh() if len(self.shape) == 3 else nn.Identity()

    def forward(self, z: Tensor) -> Tensor:
        return self.squash(self.body(z)).unflatten(1, self.shape)


class MLPDiscriminator(nn.Module):
    """Samples (n, *shape) to logits (n,). Taught in chapter 03."""

    def __init__(self, shape: Sequence[int], hidden: int = 128, depth: int = 2) -> None:
        super().__init__()
        self.body = _layers(math.prod(shape), hidden, depth, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x.flatten(1)).squeeze(1)


def mlp(
    shape: Sequence[int], *, latent: int = 16, hidden: int = 128, depth: int = 2, seed: int = 0
) -> tuple[MLPGenerator, MLPDiscriminator]:
    """A fully connected generator and discriminator for samples of one shape.

    Args:
        shape: of one sample: ``(2,)`` for points, ``(1, 16, 16)`` for grey pictures.
        latent: size of z.
        hidden: units in each hidden layer.
        depth: number of hidden layers in each player.
        seed: of the first weights.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661. Taught in chapter 03.
    """
    with runtime.seeded(seed):
        return MLPGenerator(shape, latent, hidden, depth), MLPDiscriminator(shape, hidden, depth)
