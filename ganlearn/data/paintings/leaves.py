"""Leaves: fronds cut from coloured paper and pinned on coloured squares, after Matisse."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.data.paintings.canvas import Canvas, Dice, as_field, frame, over, palettes

COLOURS = palettes(
    "f6f1e3 1f4fa3 e4572e f2b92c 2f8f5b 171717 d9488b",
    "faf3e0 12355b d7263d f4a300 0f8b6d 6d3b8e f29ca3",
    "f7efe2 0a6e8a f26b38 ffd23f 3aa655 2b2b52 e83f6f",
    "efe9d9 27408b c0392b 8fbf3f f5b041 7b3f98 1d6f5f",
    "fdf6e9 005f73 ee9b00 bb3e03 94d2bd 3d1e6d ca3c66",
)
LOBES, SPACING = 4, 0.4  # along a stem that reaches from -1 to 1
LAYOUTS = torch.tensor([[1, 1], [1, 1], [1, 2], [2, 1], [2, 2]])  # squares across, down


def leaves(canvas: Canvas, dice: Dice) -> None:
    """Tile the ground with sheets of paper, then pin a frond of another colour on each."""
    inks = dice.different(dice.choice(COLOURS), 7)
    across, down = dice.choice(LAYOUTS).unbind(1)
    cut_x, cut_y = dice.uniform(0.38, 0.62, 2).T
    cut_x, cut_y = torch.where(across == 2, cut_x, 1.0), torch.where(down == 2, cut_y, 1.0)
    sheets(canvas, inks[:, :4], cut_x, cut_y)
    zero, one = torch.zeros_like(cut_x), torch.ones_like(cut_x)
    for row, (top, bottom) in enumerate(((zero, cut_y), (cut_y, one))):
        for column, (left, right) in enumerate(((zero, cut_x), (cut_x, one))):
            width, height = right - left, bottom - top
            long, short = torch.maximum(width, height), torch.minimum(width, height)
            upright = torch.where(height >= width, -torch.pi / 2, 0.0)
            angle = upright + dice.uniform(-0.5, 0.5)
            place = frame(canvas, (left + right) / 2, (top + bottom) / 2, angle)
            shape = frond(*place, 0.44 * torch.minimum(long, 1.5 * short), canvas, dice)
            ink = inks[:, 3 + (2 * row + column + 2) % 4]
            canvas.fill(shape, ink, there=(row < down) & (column < across))


def sheets(canvas: Canvas, inks: Tensor, cut_x: Tensor, cut_y: Tensor) -> None:
    """Divide the picture at two cuts; the four colours are mixed at once, so no seam shows."""
    below, right = over(cut_y) - canvas.y, over(cut_x) - canvas.x
    on_right, underneath = canvas.coverage(right), canvas.coverage(below)
    first, second, third, fourth = inks.unbind(1)
    upper = torch.lerp(as_field(first), as_field(second), on_right)
    lower = torch.lerp(as_field(third), as_field(fourth), on_right)
    canvas.ground(first)
    canvas.colours = torch.lerp(upper, lower, underneath)
    canvas.outline(right, second)
    canvas.outline(below, third)
    canvas.outline(torch.maximum(right, below), fourth)


def frond(along: Tensor, across: Tensor, reach: Tensor, canvas: Canvas, dice: Dice) -> Tensor:
    """Signed distance to a stem with pairs of rounded lobes, as scissors would cut it.

    Args:
        along, across: (n, size, size) axes with the middle of the frond at 0.
        reach: (n,) from the middle to the tip.
    """
    u, v = along / over(reach), across / over(reach)
    bend = dice.uniform(-0.35, 0.35)
    v = v + over(bend) * u * u + 0.04 * dice.cloud(5, 5, canvas.size)
    side = v.abs()
    lean = dice.uniform(0.6, 1.25)
    cos, sin = lean.cos(), lean.sin()
    # Thick enough to be a leaf, thin enough that the scissors fit between the lobes.
    thick = SPACING * sin * dice.uniform(0.31, 0.47)
    longest, shape = dice.uniform(0.45, 0.8), dice.uniform(0.25, 0.75)
    distance = capsule(u + 0.85, side, torch.ones_like(reach), 0 * reach, 1.7, 0.8 * thick)
    for i in range(LOBES):
        start, t = -0.65 + SPACING * i, i / (LOBES - 1)
        length = longest * (1 - 1.4 * (t - shape) ** 2) * dice.uniform(0.85, 1.1)
        lobe = capsule(u - start, side, cos, sin, length, thick * (1 - 0.35 * t))
        distance = smooth_minimum(distance, lobe, 0.1)
    return distance * over(reach)


def capsule(
    u: Tensor, v: Tensor, cos: Tensor, sin: Tensor, length: Tensor | float, radius: Tensor
) -> Tensor:
    """Signed distance to a stick with round ends that starts at 0 and points along (cos, sin)."""
    length = over(length) if isinstance(length, Tensor) else length
    at = (over(cos) * u + over(sin) * v).clamp_(min=0).clamp(max=length)
    return torch.hypot(u - over(cos) * at, v - over(sin) * at) - over(radius)


def smooth_minimum(a: Tensor, b: Tensor, blend: float) -> Tensor:
    """The smaller of two distances, with the crease between the shapes filled in."""
    near = (blend - (a - b).abs()).clamp_(min=0) / blend
    return torch.minimum(a, b) - near * near * (blend / 4)
