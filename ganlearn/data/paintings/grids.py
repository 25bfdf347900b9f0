"""Grids: black lines, white planes and a few primary colours, after Mondrian's neoplasticism."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.data.paintings.canvas import Canvas, Dice, over, palettes

LINE = palettes("15140f 1b1b1e 101418")[0]
PALE = palettes("f5f1e6 efebe0 e9e9e4 dfe3e6 f8f6ef f5f1e6")[0]
PRIMARY = palettes("c9211e 1d3f94 f2c114 d63a1b 2453a6 e8b010")[0]
MOST_CUTS = 9


def grids(canvas: Canvas, dice: Dice) -> None:
    """Cut the picture again and again, each time one of its larger parts, and colour the parts."""
    parts = cut(dice)
    half_line = dice.uniform(0.011, 0.026)
    colourful = dice.uniform(0.2, 0.55)
    canvas.ground(dice.choice(LINE))
    for left, top, right, bottom in (part.T for part in parts.unbind(1)):
        # The outline of a part is half a line inside it, except at the border of the picture.
        outside = torch.maximum(
            torch.maximum(over(open_end(left, -1)) - canvas.x, canvas.x - over(open_end(right, 2))),
            torch.maximum(over(open_end(top, -1)) - canvas.y, canvas.y - over(open_end(bottom, 2))),
        )
        bright = dice.uniform(0, 1) < colourful
        colour = torch.where(bright[:, None], dice.choice(PRIMARY), dice.choice(PALE))
        # A part that is left black is one region with the lines around it.
        canvas.fill(outside + over(half_line), colour, there=dice.chance(0.95))


def cut(dice: Dice) -> Tensor:
    """Rectangles (n, MOST_CUTS + 1, 4) as left, top, right, bottom that tile the picture.

    Pictures with fewer cuts have empty rectangles at the end.
    """
    cuts = dice.integer(3, MOST_CUTS)
    parts = torch.zeros(len(cuts), MOST_CUTS + 1, 4, device=cuts.device)
    parts[:, 0, 2:] = 1
    each = torch.arange(len(cuts), device=cuts.device)
    for i in range(MOST_CUTS):
        width, height = parts[..., 2] - parts[..., 0], parts[..., 3] - parts[..., 1]
        chosen = (width * height * dice.uniform(0.4, 1, MOST_CUTS + 1)).argmax(1)
        old = parts[each, chosen]
        upright = width[each, chosen] * dice.uniform(0.6, 1.5) > height[each, chosen]
        place = dice.uniform(0.22, 0.78)
        x = old[:, 0] + place * (old[:, 2] - old[:, 0])
        y = old[:, 1] + place * (old[:, 3] - old[:, 1])
        left, top, right, bottom = old.T
        before = torch.where(
            upright[:, None],
            torch.stack((left, top, x, bottom), 1),
            torch.stack((left, top, right, y), 1),
        )
        after = torch.where(
            upright[:, None],
            torch.stack((x, top, right, bottom), 1),
            torch.stack((left, y, right, bottom), 1),
        )
        goes_on = (i < cuts)[:, None]
        parts[each, chosen] = torch.where(goes_on, before, old)
        parts[:, i + 1] = torch.where(goes_on, after, parts[:, i + 1])
    return parts


def open_end(place: Tensor, far: float) -> Tensor:
    """A side that lies on the border of the picture is moved far away, so that no line shows."""
    border = 0.0 if far < 0 else 1.0
    return torch.where(place == border, torch.full_like(place, far), place)
