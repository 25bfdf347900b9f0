"""Leaves: fronds cut from coloured paper and pinned on coloured squares, after Matisse."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.data.paintings.canvas import Canvas, Dice, frame, over, palettes, rectangle

COLOURS = palettes(
    "f6f1e3 1f4fa3 e4572e f2b92c 2f8f5b 171717 d9488b",
    "faf3e0 12355b d7263d f4a300 0f8b6d 6d3b8e f29ca3",
    "f7efe2 0a6e8a f26b38 ffd23f 3aa655 2b2b52 e83f6f",
    "efe9d9 27408b c0392b 8fbf3f f5b041 7b3f98 1d6f5f",
    "fdf6e9 005f73 ee9b00 bb3e03 94d2bd 3d1e6d ca3c66",
)
LOBES = 5
LAYOUTS = torch.tensor([[1, 1], [1, 2], [2, 1], [2, 2], [2, 2]])  # squares across, down


def leaves(canvas: Canvas, dice: Dice) -> None:
    """Tile the ground with sheets of paper, then pin a frond of another colour on each."""
    inks = dice.different(dice.choice(COLOURS), 7)
    across, down = dice.choice(LAYOUTS).unbind(1)
    cut_x, cut_y = dice.uniform(0.38, 0.62, 2).T
    canvas.ground(inks[:, 0])
    for i in range(4):
        column, row = i % 2, i // 2
        there = (column < across) & (row < down)
        left, right = sides(column, across, cut_x)
        top, bottom = sides(row, down, cut_y)
        x, y = (left + right) / 2, (top + bottom) / 2
        width, height = right - left, bottom - top

        paper = rectangle(canvas.x - over(x), canvas.y - over(y), width / 2, height / 2)
        canvas.fill(paper, inks[:, i], there=there)

        upright = torch.where(height >= width, -torch.pi / 2, 0.0)
        angle = upright + dice.uniform(-0.5, 0.5)
        reach = 0.44 * torch.minimum(
            torch.maximum(width, height), 1.5 * torch.minimum(width, height)
        )
        place = frame(canvas, x, y, angle)
        ink = inks[:, (i + 2) % 4 + 3]
        canvas.fill(frond(*place, reach, canvas, dice), ink, there=there)


def sides(index: int, count: Tensor, cut: Tensor) -> tuple[Tensor, Tensor]:
    """Where sheet ``index`` of one or two begins and ends; all (n,)."""
    low = torch.zeros_like(cut) if index == 0 else cut
    high = torch.where(count == 1, 1.0, cut) if index == 0 else torch.ones_like(cut)
    return low, high


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
    thick = dice.uniform(0.09, 0.16)
    lean = dice.uniform(0.5, 1.15)
    longest, shape = dice.uniform(0.4, 0.75), dice.uniform(0.25, 0.75)
    cos, sin = lean.cos(), lean.sin()
    distance = capsule(u + 0.85, side, torch.ones_like(reach), 0 * reach, 1.7, 0.6 * thick)
    for i in range(LOBES):
        start = -0.7 + 1.3 * i / (LOBES - 1)
        t = i / (LOBES - 1)
        length = longest * (1 - 1.4 * (t - shape) ** 2) * dice.uniform(0.85, 1.1)
        lobe = capsule(u - start, side, cos, sin, length, thick * (1 - 0.35 * t))
        distance = smooth_minimum(distance, lobe, 0.08)
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
