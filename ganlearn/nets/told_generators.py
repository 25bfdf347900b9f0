"""Generators that are told a class: at every layer by their norms, or with the latents."""

from __future__ import annotations

import itertools

from torch import Tensor, nn

from ganlearn.nets.dcgan import DCGANGenerator, stages
from ganlearn.nets.labels import told
from ganlearn.nets.mlp import MLPGenerator


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
