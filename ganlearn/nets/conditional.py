"""Players that are told a class: three ways to tell a discriminator, two to tell a generator.

Labels come as **shares** (n, classes): a row is 1 at its class and 0 elsewhere, and may also be a
mixture such as half a 3 and half an 8. A generator reads them from the last columns of what it is
given, ``z = (noise | shares)``. A discriminator reads them from the last channels of a sample: one
plane a class, which holds that class's share at every place.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.nets.dcgan import DCGANGenerator, initialise_dcgan, stages
from ganlearn.nets.mlp import MLPDiscriminator, MLPGenerator

Judge = Literal["concatenation", "auxiliary", "projection"]
Given = Literal["concatenation", "norm"]


def shares(labels: Tensor, classes: int) -> Tensor:
    """Class numbers as rows with a 1 at the class: (n,) to (n, classes), float32.

    Args:
        labels: (n,) whole numbers from 0 to classes - 1.
        classes: how many there are.

    Raises:
        UserError: when the labels are no whole numbers, or one is no class.

    Taught in chapter 07.
    """
    if labels.dim() != 1 or labels.dtype not in (torch.int64, torch.int32, torch.uint8):
        raise UserError(
            f"Labels are whole numbers, one a sample, (n,); got shape {tuple(labels.shape)} of "
            f"type {labels.dtype}."
        )
    if labels.numel() and not (labels.min() >= 0 and labels.max() < classes):
        raise UserError(
            f"The labels go from {int(labels.min())} to {int(labels.max())}, and the {classes} "
            f"classes are counted from 0 to {classes - 1}."
        )
    return nn.functional.one_hot(labels.long(), classes).float()


def with_planes(x: Tensor, y: Tensor) -> Tensor:
    """Samples with one plane a class behind their channels.

    Args:
        x: (n, channels, *places): pictures, or points (n, dimension).
        y: shares (n, classes).

    Returns:
        (n, channels + classes, *places).

    Paper: Mirza and Osindero 2014, arXiv:1411.1784. Taught in chapter 07.
    """
    planes = y.reshape(*y.shape, *[1] * (x.dim() - 2)).expand(*y.shape, *x.shape[2:])
    return torch.cat([x, planes.to(x.dtype)], dim=1)


def without_planes(pair: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """The two halves of :func:`with_planes`: samples, and shares (n, classes).

    Taught in chapter 07.
    """
    x, planes = pair.split([pair.shape[1] - classes, classes], dim=1)
    return x, planes.flatten(2)[:, :, 0] if planes.dim() > 2 else planes


class ConditionalBatchNorm(nn.Module):
    """BatchNorm whose scale and shift belong to the class of each sample.

    Mean and variance are those of the whole batch, all classes together; only what follows is the
    class's own: ``(1 + scale[class]) * normalised + shift[class]``.

    Args:
        maps: channels of what comes in, (n, maps, height, width).
        classes: how many there are.

    Papers: Dumoulin et al. 2017, arXiv:1610.07629; de Vries et al. 2017, arXiv:1707.00683. Taught
    in chapter 07.
    """

    def __init__(self, maps: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(maps, affine=False)
        self.scale = nn.Linear(classes, maps, bias=False)
        self.shift = nn.Linear(classes, maps, bias=False)
        nn.init.normal_(self.scale.weight, 0.0, 0.02)
        nn.init.zeros_(self.shift.weight)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        scale, shift = (1 + self.scale(y))[..., None, None], self.shift(y)[..., None, None]
        return scale * self.norm(x) + shift


class ConditionalGenerator(nn.Module):
    """(noise | shares) to pictures (n, channels, size, size) in (-1, 1): a DCGAN that is told the
    class at every layer, by its BatchNorms.

    Attributes:
        latent: columns of noise.
        classes: columns behind them.
        shape: of one picture.

    Taught in chapter 07.
    """

    def __init__(
        self, size: int, channels: int, classes: int, latent: int = 16, width: int = 32
    ) -> None:
        super().__init__()
        maps = [width * 2**i for i in reversed(range(stages(size)))]
        self.latent, self.classes, self.shape = latent, classes, (channels, size, size)
        first = nn.ConvTranspose2d(latent, maps[0], 4, 1, 0, bias=False)
        steps = [
            nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
            for before, after in itertools.pairwise(maps)
        ]
        self.layers = nn.ModuleList([first, *steps])
        self.norms = nn.ModuleList([ConditionalBatchNorm(m, classes) for m in maps])
        self.last = nn.ConvTranspose2d(maps[-1], channels, 4, 2, 1)

    def forward(self, z: Tensor) -> Tensor:
        noise, y = told(z, self.latent, self.classes)
        x = noise[:, :, None, None]
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = norm(layer(x), y).relu()
        return self.last(x).tanh()


class ToldAtTheStart(nn.Module):
    """Any generator whose latents are (noise | shares) together: the class is more noise to it.

    Args:
        body: made for ``latent + classes`` latents.
        classes: how many of them are shares.

    Paper: Mirza and Osindero 2014, arXiv:1411.1784. Taught in chapter 07.
    """

    def __init__(self, body: MLPGenerator | DCGANGenerator, classes: int) -> None:
        super().__init__()
        self.body, self.classes, self.shape = body, classes, body.shape
        self.latent = body.latent - classes

    def forward(self, z: Tensor) -> Tensor:
        told(z, self.latent, self.classes)
        return self.body(z)


def told(z: Tensor, latent: int, classes: int) -> tuple[Tensor, Tensor]:
    """What a conditional generator is given, in two: noise (n, latent) and shares (n, classes).

    Raises:
        UserError: when the columns are not so many.

    Taught in chapter 07.
    """
    if z.shape[-1] != latent + classes:
        raise UserError(
            f"A conditional generator takes {latent} columns of noise and {classes} of classes, "
            f"{latent + classes} in all; got {z.shape[-1]}. conditional.ask makes them."
        )
    return z[..., :latent], z[..., latent:]


class ConcatenationDiscriminator(nn.Module):
    """Samples with planes to logits (n,): the class comes in as more channels.

    Paper: Mirza and Osindero 2014, arXiv:1411.1784. Taught in chapter 07.
    """

    def __init__(self, trunk: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.trunk, self.classes = trunk, classes
        self.logit = nn.Linear(features, 1)

    def forward(self, pair: Tensor) -> Tensor:
        return self.logit(self.trunk(pair)).squeeze(1)


class ProjectionDiscriminator(nn.Module):
    """Samples with planes to logits (n,): ψ(φ(x)) plus the inner product of φ(x) with a vector
    that belongs to the class.

    Attributes:
        trunk: φ, samples without planes to features (n, features).
        logit: ψ, how real the sample is whatever its class.
        embedding: the classes' vectors; a mixture of classes has the mixture of their vectors.

    Paper: Miyato and Koyama 2018, arXiv:1802.05637. Taught in chapter 07.
    """

    def __init__(self, trunk: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.trunk, self.classes = trunk, classes
        self.logit = nn.Linear(features, 1)
        self.embedding = nn.Linear(classes, features, bias=False)

    def forward(self, pair: Tensor) -> Tensor:
        x, y = without_planes(pair, self.classes)
        features = self.trunk(x)
        return self.logit(features).squeeze(1) + (self.embedding(y) * features).sum(1)


class AuxiliaryDiscriminator(nn.Module):
    """Samples with planes to (n, 1 + classes): a logit, and what it takes the class to be.

    It does not look at the planes; they are there so that all three are called alike.

    Paper: Odena et al. 2017, arXiv:1610.09585. Taught in chapter 07.
    """

    def __init__(self, trunk: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.trunk, self.classes = trunk, classes
        self.head = nn.Linear(features, 1 + classes)

    def forward(self, pair: Tensor) -> Tensor:
        return self.head(self.trunk(without_planes(pair, self.classes)[0]))


JUDGES: dict[str, Callable[..., nn.Module]] = {
    "concatenation": ConcatenationDiscriminator,
    "auxiliary": AuxiliaryDiscriminator,
    "projection": ProjectionDiscriminator,
}
"""The three ways to tell a discriminator, by name."""


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
