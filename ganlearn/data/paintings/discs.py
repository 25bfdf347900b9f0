"""Discs: rings of contrasting colours around a few centres, after the Delaunays' orphism."""

from __future__ import annotations

import torch

from ganlearn.data.paintings.canvas import Canvas, Dice, as_field, disc, frame, over, palettes, pick

COLOURS = palettes(
    "d7263d f46036 2e294e 1b998b f7d002 e8e4d9 3f88c5 a23b72",
    "c1121f fdf0d5 003049 669bbc f4a261 2a9d8f e9c46a 6a4c93",
    "f94144 f8961e f9c74f 90be6d 43aa8b 577590 fbf5e6 5f0f40",
    "e4572e 17bebb ffc914 2e282a 76b041 f4ecd8 8d6a9f c84630",
    "264653 e76f51 f4a261 e9c46a 2a9d8f d62246 f6efe0 4b1d52",
)
DISCS, MOST_RINGS = 4, 6


def discs(canvas: Canvas, dice: Dice) -> None:
    """Paint a divided ground, then discs ring by ring, each ring cut in two by one line."""
    inks = dice.different(dice.choice(COLOURS), 8)
    x, y, slope = dice.uniform(0.25, 0.75), dice.uniform(0.25, 0.75), dice.uniform(-0.5, 0.5)
    canvas.ground(inks[:, 0])
    canvas.fill(canvas.x - over(x) + over(slope) * (canvas.y - 0.5), inks[:, 1])
    canvas.fill(canvas.y - over(y) - over(slope) * (canvas.x - 0.5), inks[:, 2])
    for number in range(DISCS):
        there = dice.chance((1.0, 0.8, 0.7, 0.5)[number])
        x, y = dice.uniform(0.12, 0.88, 2).T
        radius = dice.uniform(0.24, 0.5) if number < 2 else dice.uniform(0.16, 0.32)
        rings = dice.integer(3, MOST_RINGS)
        half, _ = frame(canvas, x, y, dice.uniform(0, torch.pi))
        first, step = dice.integer(0, 7), 2 * dice.integer(0, 3) + 1
        for ring in range(MOST_RINGS):
            # A step that is odd passes through all eight inks before one comes again.
            index = (first + ring * step) % 8
            one, other = pick(inks, index), pick(inks, (index + 4) % 8)
            distance = disc(canvas, x, y, radius * (1 - ring / rings))
            distance = torch.where(over(there & (ring < rings)), distance, 9.0)
            # Both halves in one stroke: one after the other would leave a seam of the first.
            two = torch.lerp(as_field(one), as_field(other), canvas.coverage(half))
            canvas.glaze(canvas.coverage(distance), two)
            canvas.outline(distance, one)
            canvas.outline(torch.maximum(distance, half), other)
