"""Pairs of players that are both told a class."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

from torch import nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.nets.dcgan import DCGANGenerator, initialise_dcgan, stages
from ganlearn.nets.mlp import MLPDiscriminator, MLPGenerator
from ganlearn.nets.told_discriminators import JUDGES
from ganlearn.nets.told_generators import ConditionalGenerator, ToldAtTheStart

Judge = Literal["concatenation", "auxiliary", "projection"]
Given = Literal["concatenation", "norm"]


def conditional(
    size: int = 16,
    channels: int = 1,
    classes: int = 10,
    *,
    judge: Judge = "projection",
    given: Given = "norm",
    latent: int = 16,
    width: int = 32,
    seed: int = 0,
) -> tuple[nn.Module, nn.Module]:
    """A DCGAN generator that is told a class, and a discriminator that is told it too.

    The discriminator has no BatchNorm, so that a penalty on its slope sees each picture alone.

    Args:
        size: pixels a side; 8, 16, 32, 64, …
        channels: 1 for grey, 3 for colour.
        classes: how many there are.
        judge: how the discriminator is told.
        given: how the generator is told: by its BatchNorms, or with its latents.
        latent: columns of noise.
        width: feature maps next to the picture.
        seed: of the first weights.

    Raises:
        UserError: when there is no such size, or no such way to tell.

    Papers: arXiv:1411.1784, arXiv:1610.09585, arXiv:1802.05637. Taught in chapter 07.
    """
    _known(judge, JUDGES, "judge")
    _known(given, ("norm", "concatenation"), "given")
    with runtime.seeded(seed):
        if given == "norm":
            generator = ConditionalGenerator(size, channels, classes, latent, width)
        else:
            body = DCGANGenerator(size, channels, latent + classes, width)
            generator = ToldAtTheStart(body, classes)
        _initialise_generator(generator)
        seen = channels + (classes if judge == "concatenation" else 0)
        maps = [seen, *(width * 2**i for i in range(stages(size)))]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(maps):
            layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
        discriminator = JUDGES[judge](nn.Sequential(*layers, nn.Flatten()), 16 * maps[-1], classes)
        _initialise_without_norm(discriminator)
    return generator, discriminator


def conditional_mlp(
    shape: Sequence[int],
    classes: int,
    *,
    judge: Judge = "projection",
    latent: int = 16,
    hidden: int = 128,
    depth: int = 2,
    seed: int = 0,
) -> tuple[ToldAtTheStart, nn.Module]:
    """A fully connected pair that is told a class; it has no buffers, so ensembles take it.

    Args:
        shape: of one sample.
        classes: how many there are.
        judge: how the discriminator is told.
        latent, hidden, depth, seed: as in :func:`ganlearn.nets.mlp`.

    Raises:
        UserError: when there is no such way to tell.

    Taught in chapter 07.
    """
    _known(judge, JUDGES, "judge")
    seen = (shape[0] + (classes if judge == "concatenation" else 0), *shape[1:])
    with runtime.seeded(seed):
        generator = ToldAtTheStart(MLPGenerator(shape, latent + classes, hidden, depth), classes)
        *layers, _ = MLPDiscriminator(seen, hidden, depth).body
        trunk = nn.Sequential(nn.Flatten(), *layers)
        return generator, JUDGES[judge](trunk, hidden, classes)


def _initialise_generator(network: nn.Module) -> None:
    """As :func:`initialise_dcgan`; a conditional norm has no scale of its own to draw."""
    for layer in network.modules():
        if isinstance(layer, nn.ConvTranspose2d) or getattr(layer, "affine", False):
            initialise_dcgan(layer)


def _initialise_without_norm(network: nn.Module) -> None:
    """He et al. 2015, arXiv:1502.01852: nothing rescales the signal later, so the weights do."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, 0.2)
            nn.init.zeros_(layer.bias)


def _known(name: str, names: Sequence[str], what: str) -> None:
    if name not in names:
        raise UserError(f"There is no {what} {name!r}; choose from {', '.join(names)}.")
