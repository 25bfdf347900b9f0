"""What every painter works with: a canvas that fills shapes, and dice that decide the composition.

A picture is a function of one row of uniform random numbers. The row is drawn before anything is
rasterised, so the same row gives the same composition at every size.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

NUMBERS = 4096
"""How many uniform random numbers make one picture."""


class Dice:
    """Hands out the random numbers of a batch of pictures, each picture from its own row."""

    def __init__(self, rows: Tensor) -> None:
        """
        Args:
            rows: (n, NUMBERS) uniform in [0, 1).
        """
        self._rows = rows
        self._used = 0

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Uniform numbers between low and high, (n, *shape)."""
        count = math.prod(shape)
        numbers = self._rows[:, self._used : self._used + count]
        self._used += count
        if self._used > NUMBERS:
            raise IndexError(f"A painter used more than {NUMBERS} random numbers a picture.")
        return low + (high - low) * numbers.reshape(-1, *shape)

    def integer(self, low: int, high: int, *shape: int) -> Tensor:
        """Whole numbers from low to high, both included, (n, *shape) int64."""
        return self.uniform(low, high + 1, *shape).long()

    def chance(self, probability: float, *shape: int) -> Tensor:
        """True with the given probability, (n, *shape)."""
        return self.uniform(0, 1, *shape) < probability

    def colours(self, palettes: Tensor, count: int) -> Tensor:
        """Different colours of one palette for each picture.

        Args:
            palettes: (palettes, colours, 3).
            count: how many colours, at most as many as a palette has.

        Returns:
            (n, count, 3), in random order.
        """
        palettes = palettes.to(self._rows.device)
        palette = palettes[self.integer(0, len(palettes) - 1)]
        order = self.uniform(0, 1, palettes.shape[1]).argsort(-1)[:, :count]
        return palette.gather(1, order[..., None].expand(-1, -1, 3))

    def choice(self, colours: Tensor, *shape: int) -> Tensor:
        """Colours of a list (k, 3), drawn with replacement: (n, *shape, 3)."""
        return colours.to(self._rows.device)[self.integer(0, len(colours) - 1, *shape)]

    def cloud(self, cells: int, size: int) -> Tensor:
        """Smooth noise in about [-1, 1], (n, size, size), with about ``cells`` bumps on a side."""
        knots = self.uniform(-1, 1, cells, cells).unsqueeze(1)
        return F.interpolate(knots, (size, size), mode="bicubic", align_corners=False)[:, 0]


class Canvas:
    """A batch of pictures in the making, and which region every pixel belongs to.

    Places are in units of the picture's side: x from 0 (left) to 1, y from 0 (top) to 1.
    """

    def __init__(self, n: int, size: int, device: torch.device) -> None:
        middle = (torch.arange(size, device=device) + 0.5) / size
        self.y, self.x = torch.meshgrid(middle, middle, indexing="ij")
        self.size = size
        self.pixel = 1 / size
        self.colours = torch.zeros(n, 3, size, size, device=device)
        self.regions = torch.zeros(n, size, size, dtype=torch.int16, device=device)
        self._last_region = 0

    def fill(self, distance: Tensor, colour: Tensor, *, soft: Tensor | float = 0.0) -> None:
        """Paint a shape over what is there.

        Args:
            distance: (n, size, size) signed distance to the shape's outline, negative inside.
            colour: (n, 3), or (n, 3, size, size) when it varies over the shape, in [0, 1].
            soft: width of the edge, in sides of the picture; never less than one pixel.
        """
        width = torch.as_tensor(soft, device=distance.device).clamp(min=self.pixel)
        coverage = (0.5 - distance / width).clamp_(0, 1)
        if colour.ndim == 2:
            colour = colour[:, :, None, None]
        self.colours += (colour - self.colours) * coverage.unsqueeze(1)
        self._last_region += 1
        self.regions.masked_fill_(distance < 0, self._last_region)

    def edges(self) -> Tensor:
        """(n, 1, size, size) of 0 and 1: 1 where the pixel below or to the right is another region."""
        edges = torch.zeros_like(self.regions, dtype=torch.bool)
        edges[:, :, :-1] |= self.regions[:, :, :-1] != self.regions[:, :, 1:]
        edges[:, :-1, :] |= self.regions[:, :-1, :] != self.regions[:, 1:, :]
        return edges.unsqueeze(1).float()


def palette(*rows: str) -> Tensor:
    """Colours written as in ``"e63946 f1faee 1d3557"``, one palette a row: (rows, colours, 3)."""
    return torch.tensor(
        [
            [[int(name[i : i + 2], 16) / 255 for i in (0, 2, 4)] for name in row.split()]
            for row in rows
        ]
    )


def over(values: Tensor) -> Tensor:
    """One number a picture (n,) in a shape that goes with pixels (n, 1, 1)."""
    return values[:, None, None]


def box(
    canvas: Canvas,
    x: Tensor,
    y: Tensor,
    half_width: Tensor,
    half_height: Tensor,
    angle: Tensor | None = None,
) -> Tensor:
    """Signed distance to a rectangle around (x, y), turned by ``angle``; all (n,)."""
    dx, dy = canvas.x - over(x), canvas.y - over(y)
    if angle is not None:
        cos, sin = over(angle.cos()), over(angle.sin())
        dx, dy = cos * dx + sin * dy, cos * dy - sin * dx
    return torch.maximum(dx.abs() - over(half_width), dy.abs() - over(half_height))


def disc(canvas: Canvas, x: Tensor, y: Tensor, radius: Tensor) -> Tensor:
    """Signed distance to a disc around (x, y); all (n,)."""
    return torch.hypot(canvas.x - over(x), canvas.y - over(y)) - over(radius)
