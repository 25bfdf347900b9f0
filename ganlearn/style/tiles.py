"""Features of a picture that is too large to be looked at as a whole.

The loss needs statistics of all of the picture, but not all of the network's insides at once. Two
passes are enough. The first looks at tile after tile and keeps only the features that were asked
for. From these the loss is computed, and how it changes with them. The second looks at each tile
again and sends that change back to its pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor

SIDE = 512
"""Pixels on the side of a tile, unless told otherwise."""


@dataclass(frozen=True)
class Tile:
    """A piece of a picture, and the rim that is read with it.

    Attributes:
        rows, columns: where it begins and ends, in pixels; begins are multiples of all strides.
        rim: pixels to read beyond on each side, as far as the picture goes.
        shape: height and width of the picture.

    Taught in chapter 11.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    rim: int
    shape: tuple[int, int]

    def window(self, pictures: Tensor) -> Tensor:
        """Tile and rim, cut from pictures (n, 3, height, width)."""
        rows, columns = (
            slice(max(0, start - self.rim), end + self.rim)
            for start, end in (self.rows, self.columns)
        )
        return pictures[..., rows, columns]

    def inside(self, features: Tensor, stride: int) -> Tensor:
        """The tile's own part of the features of its window."""
        return self._part(
            features, stride, [max(0, self.rows[0] - self.rim), max(0, self.columns[0] - self.rim)]
        )

    def of(self, features: Tensor, stride: int) -> Tensor:
        """The tile's part of the features of the whole picture."""
        return self._part(features, stride, [0, 0])

    def _part(self, features: Tensor, stride: int, origin: Sequence[int]) -> Tensor:
        rows, columns = (
            # The last tile has all that is left, which need not be a multiple of anything.
            slice((start - first) // stride, None if end == length else (end - first) // stride)
            for (start, end), length, first in zip(
                (self.rows, self.columns), self.shape, origin, strict=True
            )
        )
        return features[..., rows, columns]


class Tiled(nn.Module):
    """An extractor that looks at one tile at a time, with the same features and gradients.

    A tile is read with a rim as wide as the network sees, and what the rim spoils is cut off. Its
    corners lie where all layers have a place of their own, on multiples of the greatest stride.
    At the picture's true edge there is no rim: there the network pads as it always does.

    Args:
        extractor: the network.
        side: of a tile, in pixels, without its rim.

    Raises:
        UserError: when the side is below 1.

    Taught in chapter 11.
    """

    def __init__(self, extractor: Extractor, side: int = SIDE) -> None:
        super().__init__()
        if side < 1:
            raise UserError(f"The tiles have {side} pixels on a side; choose at least 1.")
        self.extractor, self.side = extractor, side

    @property
    def name(self) -> str:
        """The network's."""
        return self.extractor.name

    def check(self, names: Iterable[str]) -> tuple[str, ...]:
        """As the extractor's."""
        return self.extractor.check(names)

    def smallest(self, name: str) -> int:
        """As the extractor's."""
        return self.extractor.smallest(name)

    def forward(self, pictures: Tensor, names: Iterable[str]) -> dict[str, Tensor]:
        """As the extractor's: pictures (n, 3, height, width) in [0, 1] to named features."""
        wanted = self.check(names)
        return dict(zip(wanted, _TileByTile.apply(pictures, self, wanted), strict=True))

    def tiles(self, shape: tuple[int, int], names: tuple[str, ...]) -> Iterator[Tile]:
        """The tiles of a picture of a height and width, row by row."""
        stride = self.extractor.stride(names[-1])
        # A place sees as far to the left of its own square of pixels as to the right.
        sight = max(
            (self.extractor.receptive_field(n) - self.extractor.stride(n)) / 2 for n in names
        )
        rim = math.ceil(sight / stride) * stride
        side = math.ceil(self.side / stride) * stride
        for top, bottom in _cuts(shape[0], side, stride):
            for left, right in _cuts(shape[1], side, stride):
                yield Tile((top, bottom), (left, right), rim, shape)


def _cuts(length: int, side: int, stride: int) -> list[tuple[int, int]]:
    """Where tiles begin and end; a rest too short for a place of the deepest layer is joined."""
    starts = list(range(0, max(length - stride, 0) + 1, side))
    return list(zip(starts, [*starts[1:], length], strict=True))


class _TileByTile(torch.autograd.Function):
    """Features by tiles, forgotten once they are computed, and computed again for the gradient."""

    @staticmethod
    def forward(
        ctx: Any, pictures: Tensor, tiled: Tiled, names: tuple[str, ...]
    ) -> tuple[Tensor, ...]:
        ctx.save_for_backward(pictures)
        ctx.tiled, ctx.names = tiled, names
        ctx.bfloat16 = torch.is_autocast_enabled(pictures.device.type)
        height, width = pictures.shape[-2:]
        whole: dict[str, Tensor] = {}
        for tile in tiled.tiles((height, width), names):
            for name, features in tiled.extractor(tile.window(pictures), names).items():
                stride = tiled.extractor.stride(name)
                if name not in whole:
                    shape = (*features.shape[:2], height // stride, width // stride)
                    whole[name] = features.new_empty(shape)
                tile.of(whole[name], stride).copy_(tile.inside(features, stride))
        return tuple(whole[name] for name in names)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (pictures,) = ctx.saved_tensors
        tiled, names, device = ctx.tiled, ctx.names, pictures.device
        precision = "bfloat16" if ctx.bfloat16 else "float32"
        strides = [tiled.extractor.stride(name) for name in names]
        total = torch.zeros_like(pictures)
        for tile in tiled.tiles(pictures.shape[-2:], names):
            window = tile.window(pictures).detach().requires_grad_()
            with torch.enable_grad(), runtime.autocast(device, precision):
                found = tiled.extractor(window, names)
                parts = [
                    tile.inside(found[name], stride)
                    for name, stride in zip(names, strides, strict=True)
                ]
            theirs = [
                tile.of(gradient, stride)
                for gradient, stride in zip(gradients, strides, strict=True)
            ]
            (change,) = torch.autograd.grad(parts, window, theirs)
            tile.window(total).add_(change)
        return total, None, None
