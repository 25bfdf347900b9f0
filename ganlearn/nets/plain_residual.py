"""A residual pair without any normalisation, after the idea of R3GAN.

What keeps the signal at one size is the first weights alone: every block begins as nothing, because
its last layer starts at zero, and the others start the smaller the more blocks there are.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu

from ganlearn import runtime
from ganlearn.nets.dcgan import stages

SLOPE = 0.2
GAIN = (2 / (1 + SLOPE**2)) ** 0.5
"""What a leaky ReLU takes from the size of a normal signal, given back by the first weights."""

Scale = Literal["up", "down", "same"]


class Block(nn.Module):
    """x plus what three convolutions make of it: 1 × 1 to more maps, 3 × 3 in groups, 1 × 1 back.

    Args:
        maps: channels, which stay.
        blocks: how many there are in the whole network; the more, the smaller the first weights.
        group: channels that a 3 × 3 convolution sees together.
        expansion: how many times more maps there are inside.

    Papers: Huang et al. 2024, arXiv:2501.05441, section 3; Zhang et al. 2019, arXiv:1901.09321, for
    the first weights. Taught in chapter 07.
    """

    def __init__(self, maps: int, blocks: int, group: int = 8, expansion: int = 2) -> None:
        super().__init__()
        inside = maps * expansion
        self.widen = nn.Conv2d(maps, inside, 1)
        self.spread = nn.Conv2d(inside, inside, 3, 1, 1, groups=max(1, inside // group))
        self.narrow = nn.Conv2d(inside, maps, 1, bias=False)
        # With two layers before the last: blocks^(-1/(2·3 - 2)), so that the first step changes
        # the output by as much however many blocks there are.
        smaller = blocks**-0.25
        for layer in (self.widen, self.spread):
            _initialise(layer, GAIN * smaller)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor) -> Tensor:
        inner = leaky_relu(self.widen(x), SLOPE)
        return x + self.narrow(leaky_relu(self.spread(inner), SLOPE))


class Resample(nn.Module):
    """Bilinear resampling by two, and a 1 × 1 convolution where the number of maps changes.

    Paper: Huang et al. 2024, arXiv:2501.05441, section 3. Taught in chapter 07.
    """

    def __init__(self, before: int, after: int, scale: Scale) -> None:
        super().__init__()
        self.scale = scale
        self.match = nn.Conv2d(before, after, 1, bias=False) if before != after else nn.Identity()
        if before != after:
            _initialise(self.match, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        if self.scale == "up":  # fewer maps first: the work is done where there are fewer places
            return _by(self.match(x), 2)
        return self.match(_by(x, 0.5))


class PlainGenerator(nn.Module):
    """Latents (n, latent) to pictures (n, channels, size, size), without a norm and without tanh.

    It starts from a learned 4 × 4 picture of features, each weighted by a mixture of z.

    Paper: Huang et al. 2024, arXiv:2501.05441. Taught in chapter 07.
    """

    def __init__(self, size: int, channels: int, latent: int, width: int, depth: int) -> None:
        super().__init__()
        maps = _maps(size, width)[::-1]
        blocks = depth * len(maps)
        self.latent, self.shape = latent, (channels, size, size)
        self.basis = nn.Parameter(torch.randn(maps[0], 4, 4))
        self.weigh = nn.Linear(latent, maps[0], bias=False)
        _initialise(self.weigh, 1.0)
        layers: list[nn.Module] = []
        for i, width_here in enumerate(maps):
            layers += [Resample(maps[i - 1], width_here, "up")] if i else []
            layers += [Block(width_here, blocks) for _ in range(depth)]
        self.body = nn.Sequential(*layers)
        self.last = nn.Conv2d(maps[-1], channels, 1)
        _initialise(self.last, 1.0)

    def forward(self, z: Tensor) -> Tensor:
        return self.last(self.body(self.weigh(z)[..., None, None] * self.basis))


class PlainDiscriminator(nn.Module):
    """Pictures (n, channels, size, size) to logits (n,), without a norm.

    Paper: Huang et al. 2024, arXiv:2501.05441. Taught in chapter 07.
    """

    def __init__(self, size: int, channels: int, width: int, depth: int) -> None:
        super().__init__()
        maps = _maps(size, width)
        blocks = depth * len(maps)
        self.first = nn.Conv2d(channels, maps[0], 1)
        _initialise(self.first, 1.0)
        layers: list[nn.Module] = []
        for i, width_here in enumerate(maps):
            layers += [Resample(maps[i - 1], width_here, "down")] if i else []
            layers += [Block(width_here, blocks) for _ in range(depth)]
        self.body = nn.Sequential(*layers)
        # One 4 × 4 filter a map, then one logit: the basis of the generator, turned round.
        self.read = nn.Conv2d(maps[-1], maps[-1], 4, groups=maps[-1], bias=False)
        self.logit = nn.Linear(maps[-1], 1, bias=False)
        for layer in (self.read, self.logit):
            _initialise(layer, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        return self.logit(self.read(self.body(self.first(x))).flatten(1)).squeeze(1)


def plain_residual(
    size: int = 32,
    channels: int = 1,
    *,
    latent: int = 64,
    width: int = 16,
    depth: int = 1,
    seed: int = 0,
) -> tuple[PlainGenerator, PlainDiscriminator]:
    """A residual pair without normalisation: for the relativistic loss with R1 and R2.

    Args:
        size: pixels a side; 8, 16, 32, 64, …
        channels: 1 for grey, 3 for colour.
        latent: size of z.
        width: feature maps next to the picture; they double with every halving, up to four times.
        depth: blocks at each size.
        seed: of the first weights.

    Raises:
        UserError: when ``size`` is not a power of two from 8 up.

    Paper: Huang et al. 2024, arXiv:2501.05441. Taught in chapter 07.
    """
    with runtime.seeded(seed):
        return (
            PlainGenerator(size, channels, latent, width, depth),
            PlainDiscriminator(size, channels, width, depth),
        )


def _maps(size: int, width: int) -> list[int]:
    """Feature maps from the picture's size down to 4 × 4."""
    return [width * min(2**i, 4) for i in range(stages(size) + 1)]


def _by(x: Tensor, factor: float) -> Tensor:
    return interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)


def _initialise(layer: nn.Conv2d | nn.Linear, gain: float) -> None:
    """Normal weights that keep the size of a signal times ``gain``; biases at zero."""
    inputs = layer.weight[0].numel()
    nn.init.normal_(layer.weight, 0.0, gain / inputs**0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
