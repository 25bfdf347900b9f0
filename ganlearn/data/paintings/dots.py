"""Dots: landscapes in thousands of small touches of pure colour, after Seurat and Signac."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.data.paintings.canvas import Canvas, Dice, as_field, disc, over, palettes, rectangle

# High sky, low sky, sun, far hills, near hills, ground or water.
LIGHTS = palettes(
    "4f8fd0 cfe6f2 fff3c4 7fa3c7 4f8f5a 9cc25a",
    "3b6fb8 f7d9a8 fff0b0 8d86b8 5b8c4a e0b84c",
    "2e3f8f f58b4c ffd75e 6a4f93 3f3a6e 3f6fa8",
    "f2a65a f9dcc4 ff6f3c b56576 6d597a 355070",
    "16224f 3f4f9a f5f0c8 28386e 1c2a4f 24406f",
    "9cc9e0 f5efe0 fffbe0 b9c4d8 8fa3b5 eef2f5",
    "6fb7c9 fbe8c0 fff6c9 c9976b a8552f d98f3c",
    "7d9fd6 f7c6d0 fff1e0 a58bc0 7f9f5f c9d67f",
)
CELLS = 44  # dots on a side


def dots(canvas: Canvas, dice: Dice) -> None:
    """Paint the landscape, look up its colour at the middle of each dot, and set the dots on it."""
    again = dice.again()
    landscape(canvas, dice)
    jitter = dice.uniform(-0.4, 0.4, 2, CELLS, CELLS)
    size = dice.uniform(0.48, 0.78, CELLS, CELLS)
    # Each dot strays from the colour of its place: in light, and between warm and cold.
    light, warmth = dice.uniform(-1, 1, 2, 1, CELLS, CELLS).unbind(1)
    warm = torch.tensor([1.0, 0.15, -1.0], device=light.device)[:, None, None]
    strays = over(dice.uniform(0.06, 0.12)).unsqueeze(1) * (0.6 * light + warm * warmth)

    middles = Canvas(len(size), CELLS, size.device)
    middles.x, middles.y = middles.x + jitter[:, 0] / CELLS, middles.y + jitter[:, 1] / CELLS
    landscape(middles, again)
    set_dots(canvas, middles, size / CELLS, (middles.colours + strays).clamp_(0, 1))


def landscape(canvas: Canvas, dice: Dice) -> None:
    """Sky, sun, two ridges of hills, a ground or water in front, and up to three trees."""
    high, low, sun, far, near, front = dice.choice(LIGHTS).unbind(1)
    horizon = dice.uniform(0.45, 0.72)
    canvas.ground(gradient(high, low, canvas.y / over(horizon)))
    x, y = dice.uniform(0.15, 0.85), dice.uniform(0.1, 0.4)
    canvas.fill(disc(canvas, x, y, dice.uniform(0.06, 0.13)), sun, there=dice.chance(0.75))
    canvas.fill(ridge(canvas, horizon - 0.06, dice.uniform(0.03, 0.16), dice), far)
    shade = gradient(near * 1.1, near * 0.7, (canvas.y - over(horizon)) / 0.3)
    canvas.fill(ridge(canvas, horizon, dice.uniform(0.0, 0.09), dice), shade)
    shore = horizon + dice.uniform(0.06, 0.16)
    slope = dice.uniform(-0.25, 0.25) * dice.chance(0.6)
    front_field = gradient(front * 1.1, front * 0.75, (canvas.y - over(shore)) / 0.4)
    canvas.fill(over(shore) + over(slope) * (canvas.x - 0.5) - canvas.y, front_field)
    for _ in range(3):
        tree(canvas, shore, near, dice)


def tree(canvas: Canvas, shore: Tensor, colour: Tensor, dice: Dice) -> None:
    """A trunk and a crown in front of everything: round, or tall like a poplar's."""
    there = dice.chance(0.4)
    x, foot = dice.uniform(0.08, 0.92), shore + dice.uniform(0.03, 0.2)
    height, width = dice.uniform(0.28, 0.5), dice.uniform(0.045, 0.15)
    aside, up = canvas.x - over(x), over(foot) - canvas.y
    trunk = rectangle(aside, up - over(height / 2), width * 0.1 + 0.006, height / 2)
    canvas.fill(trunk, colour * 0.35, there=there)
    # The narrower the crown, the taller: an oval whose halves are width and tall.
    tall = torch.maximum(width, height * (0.6 - 2 * width).clamp(min=0))
    up = (up - over(height)) * over(width / tall)
    wobble = 0.08 * torch.sin(9 * torch.atan2(up, aside) + over(40 * x))
    crown = torch.hypot(aside, up) - over(width) * (1 + wobble)
    lit = gradient(colour * 1.15, colour * 0.6, 0.5 - up / over(2 * width))
    canvas.fill(crown, lit, there=there)


def ridge(canvas: Canvas, level: Tensor, height: Tensor, dice: Dice) -> Tensor:
    """Signed distance, about, to everything below a line of hills."""
    start = dice.uniform(0, 2 * torch.pi, 3)
    pace = dice.uniform(0.6, 1.4, 3)
    line = over(level).expand(-1, *canvas.x.shape[-2:])
    for i, (waves, share) in enumerate(((1.2, 0.6), (2.9, 0.3), (6.1, 0.1))):
        swing = torch.sin(2 * torch.pi * waves * over(pace[:, i]) * canvas.x + over(start[:, i]))
        line = line - over(height) * share * swing
    return line - canvas.y


def gradient(first: Tensor, last: Tensor, along: Tensor) -> Tensor:
    """From one colour (n, 3) at 0 to another at 1 of ``along`` (n, size, size)."""
    return torch.lerp(as_field(first), as_field(last), along.clamp(0, 1).unsqueeze(1))


def set_dots(canvas: Canvas, middles: Canvas, radii: Tensor, colours: Tensor) -> None:
    """Lay round dots over the picture; the regions stay those of the landscape.

    Args:
        middles: whose x and y (n, CELLS, CELLS) are the dots' places, one in each cell of a grid.
        radii: (n, CELLS, CELLS), at most one cell less the jitter.
        colours: (n, 3, CELLS, CELLS).
    """
    parts = torch.cat((middles.x[:, None], middles.y[:, None], radii[:, None], colours), 1)
    parts = parts.flatten(2)
    row, column = (canvas.y * CELLS).long(), (canvas.x * CELLS).long()
    # A dot reaches into the cells next to its own, so each pixel looks at nine dots. They are
    # taken in the order of the grid, so that all pixels agree on which dot lies above.
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            cell = (row + down).clamp(0, CELLS - 1) * CELLS + (column + right).clamp(0, CELLS - 1)
            here = parts[:, :, cell.flatten()].unflatten(2, cell.shape)
            distance = torch.hypot(canvas.x - here[:, 0], canvas.y - here[:, 1]) - here[:, 2]
            canvas.glaze(canvas.coverage(distance), here[:, 3:])
