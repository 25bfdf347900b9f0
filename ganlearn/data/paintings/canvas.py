"""What every painter works with: dice that decide the composition, a canvas that fills shapes.

A picture is a function of one row of uniform random numbers. The row is drawn before anything is
rasterised, so the same row gives the same composition at every size.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor
from torch.nn import functional as F

NUMBERS = 10_240
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

    def again(self) -> Dice:
        """Dice that will hand out the same numbers from here on as these."""
        return copy.copy(self)

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Uniform numbers between low and high, (n, *shape)."""
        count = math.prod(shape)
        numbers = self._rows[:, self._used : self._used + count]
        self._used += count
        return low + (high - low) * numbers.reshape(-1, *shape)

    def integer(self, low: int, high: int, *shape: int) -> Tensor:
        """Whole numbers from low to high, both included, (n, *shape) int64."""
        return self.uniform(low, high + 1, *shape).long()

    def chance(self, probability: float, *shape: int) -> Tensor:
        """True with the given probability, (n, *shape)."""
        return self.uniform(0, 1, *shape) < probability

    def choice(self, options: Tensor, *shape: int) -> Tensor:
        """Members of a list (k, ...), drawn with replacement: (n, *shape, ...)."""
        return options.to(self._rows.device)[self.integer(0, len(options) - 1, *shape)]

    def different(self, options: Tensor, count: int) -> Tensor:
        """The first ``count`` of each picture's own list (n, k, 3) of colours, shuffled."""
        order = self.uniform(0, 1, options.shape[1]).argsort(-1)[:, :count]
        return options.gather(1, order[..., None].expand(-1, -1, 3))

    def cloud(self, rows: int, columns: int, size: int) -> Tensor:
        """Smooth noise in about [-1, 1], (n, size, size), with so many bumps down and across."""
        knots = self.uniform(-1, 1, 1, rows, columns)
        finer = size < max(rows, columns)  # then bumps are averaged rather than missed
        return F.interpolate(
            knots, (size, size), mode="bicubic", align_corners=False, antialias=finer
        )[:, 0]


class Canvas:
    """A batch of pictures in the making, and which region every pixel belongs to.

    Places are in units of the picture's side: x from 0 (left) to 1, y from 0 (top) to 1.

    Attributes:
        x, y: (size, size) the middle of every pixel.
        pixel: the width of one, so 1 / size.
        colours: (n, 3, size, size) in [0, 1].
        regions: (n, size, size) int32, the same number where the same paint is on top.
    """

    def __init__(self, n: int, size: int, device: torch.device) -> None:
        middle = (torch.arange(size, device=device) + 0.5) / size
        self.y, self.x = torch.meshgrid(middle, middle, indexing="ij")
        self.size = size
        self.pixel = 1 / size
        self.colours = torch.zeros(n, 3, size, size, device=device)
        self.regions = torch.zeros(n, size, size, dtype=torch.int32, device=device)
        self._shades = 0

    def ground(self, colour: Tensor) -> None:
        """Cover everything with one colour (n, 3), or with a field (n, 3, size, size)."""
        self.colours[:] = as_field(colour)
        self.regions[:] = self._paint(colour)

    def fill(self, distance: Tensor, colour: Tensor, *, there: Tensor | None = None) -> None:
        """Paint a shape over what is there.

        Args:
            distance: (n, size, size) signed distance to the shape's outline, negative inside.
            colour: (n, 3), or (n, 3, size, size) when it varies over the shape, in [0, 1].
            there: (n,) bool, which pictures have the shape; all when not given.
        """
        if there is not None:
            distance = torch.where(over(there), distance, 9.0)
        self.glaze(self.coverage(distance), colour)
        self.outline(distance, colour)

    def glaze(self, coverage: Tensor, colour: Tensor) -> None:
        """Lay colour over what is there with a strength (n, 1, size, size) from 0 to 1."""
        self.colours += (as_field(colour) - self.colours) * coverage

    def outline(self, distance: Tensor, colour: Tensor) -> None:
        """Note which paint the inside of a shape has; shapes of one colour flow together."""
        self.regions = torch.where(distance < 0, self._paint(colour), self.regions)

    def _paint(self, colour: Tensor) -> Tensor:
        """A number (n or 1, 1, 1) for a paint: one for each colour, a new one for each field."""
        if colour.ndim == 2:
            bytes_ = (colour * 255).round().int()
            return over((bytes_[:, 0] * 256 + bytes_[:, 1]) * 256 + bytes_[:, 2])
        self._shades -= 1
        return torch.full((1, 1, 1), self._shades, dtype=torch.int32, device=colour.device)

    def coverage(self, distance: Tensor) -> Tensor:
        """How much of each pixel a shape covers, (n, 1, size, size) in [0, 1].

        A straight outline at signed distance d (in pixels) from the middle of a pixel covers
        about 1/2 - d of it: so edges are smooth without drawing anything at a higher resolution.
        """
        return (0.5 - distance / self.pixel).clamp_(0, 1).unsqueeze(1)

    def edges(self) -> Tensor:
        """(n, 1, size, size): 1 where the pixel below or to the right is of another region."""
        edges = torch.zeros_like(self.regions, dtype=torch.bool)
        edges[:, :, :-1] |= self.regions[:, :, :-1] != self.regions[:, :, 1:]
        edges[:, :-1, :] |= self.regions[:, :-1, :] != self.regions[:, 1:, :]
        return edges.unsqueeze(1).float()


def palettes(*rows: str) -> Tensor:
    """Colours written as ``"e63946 f1faee 1d3557"``, one palette a row: (rows, colours, 3)."""
    return torch.tensor(
        [
            [[int(name[i : i + 2], 16) / 255 for i in (0, 2, 4)] for name in row.split()]
            for row in rows
        ]
    )


def pick(options: Tensor, index: Tensor) -> Tensor:
    """Each picture's own choice: from (n, k, 3) by (n,) to (n, 3)."""
    return options[torch.arange(len(options), device=options.device), index]


def as_field(colour: Tensor) -> Tensor:
    """A colour a picture (n, 3) in a shape that goes with pixels (n, 3, 1, 1); fields stay."""
    return colour[:, :, None, None] if colour.ndim == 2 else colour


def over(values: Tensor) -> Tensor:
    """One number a picture (n,) in a shape that goes with pixels (n, 1, 1)."""
    return values[:, None, None]


def frame(canvas: Canvas, x: Tensor, y: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Every pixel's place in axes around (x, y), turned by ``angle``: along and across."""
    dx, dy = canvas.x - over(x), canvas.y - over(y)
    cos, sin = over(angle.cos()), over(angle.sin())
    return cos * dx + sin * dy, cos * dy - sin * dx


def rectangle(along: Tensor, across: Tensor, half_length: Tensor, half_width: Tensor) -> Tensor:
    """Signed distance to a rectangle in the middle of a frame (exact outside its corners)."""
    return torch.maximum(along.abs() - over(half_length), across.abs() - over(half_width))


def disc(canvas: Canvas, x: Tensor, y: Tensor, radius: Tensor) -> Tensor:
    """Signed distance to a disc around (x, y); all (n,)."""
    return torch.hypot(canvas.x - over(x), canvas.y - over(y)) - over(radius)
