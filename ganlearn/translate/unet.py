"""The translator: a picture in, a picture of the same size out, with shortcuts for what stays."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganlearn.errors import UserError

WIDEST = 8
"""Feature maps double with every halving of the picture, up to so many times the first width."""


class UNet(nn.Module):
    """Pictures (n, inputs, height, width) to pictures (n, outputs, height, width) in (-1, 1).

    Strided convolutions halve the picture ``depth`` times; transposed ones double it back. At each
    size the way up is also given what the way down has seen there. So places need not pass
    through the narrow middle: an outline stays where it was.

    A side that is no multiple of 2^depth is extended by repeating its last line, and cut back at
    the end; every size from 1 pixel on works.

    Args:
        inputs, outputs: channels.
        width: feature maps after the first halving.
        depth: halvings, at least one.

    Raises:
        UserError: when the depth or the width is less than 1.

    Paper: Ronneberger et al. 2015, arXiv:1505.04597, in the form of Isola et al. 2017,
    arXiv:1611.07004. Taught in chapter 13.
    """

    def __init__(self, inputs: int = 3, outputs: int = 3, width: int = 32, depth: int = 4) -> None:
        super().__init__()
        if depth < 1 or width < 1:
            raise UserError(f"A U-Net has depth and width from 1 on; got {depth} and {width}.")
        self.inputs, self.outputs, self.depth = inputs, outputs, depth
        maps = [width * min(2**i, WIDEST) for i in range(depth)]
        self.down = nn.ModuleList([nn.Conv2d(inputs, maps[0], 4, 2, 1)])
        for step, (before, after) in enumerate(itertools.pairwise(maps), 2):
            # Not in the middle: one picture, halved to one place, would be normalised to nothing.
            norm = [nn.BatchNorm2d(after)] if step < depth else []
            self.down.append(_block(nn.Conv2d(before, after, 4, 2, 1), *norm))
        self.up = nn.ModuleList()
        arriving = maps[-1]
        for after in reversed(maps[:-1]):
            enlarge = nn.ConvTranspose2d(arriving, after, 4, 2, 1)
            self.up.append(_block(enlarge, nn.BatchNorm2d(after)))
            arriving = 2 * after  # what came up, beside what the way down saw
        self.up.append(_block(nn.ConvTranspose2d(arriving, outputs, 4, 2, 1)))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[1] != self.inputs:
            raise UserError(
                f"This translator takes pictures (n, {self.inputs}, height, width); "
                f"it was given {tuple(x.shape)}."
            )
        height, width = x.shape[-2:]
        multiple = 2**self.depth
        x = F.pad(x, (0, -width % multiple, 0, -height % multiple), mode="replicate")
        seen = []
        for down in self.down:
            x = down(x)
            seen.append(x)
        x = seen.pop()
        for up in self.up:
            x = up(x)
            if seen:
                x = torch.cat([x, seen.pop()], dim=1)
        return x.tanh()[..., :height, :width]


def _block(convolution: nn.Module, *norm: nn.Module) -> nn.Sequential:
    """The nonlinearity comes first, so that shortcuts carry numbers of both signs."""
    return nn.Sequential(nn.LeakyReLU(0.2), convolution, *norm)
