"""Discs: rings of contrasting colours around a few centres, after the Delaunays' orphism."""

from __future__ import annotations

import torch

from ganlearn.data.paintings.canvas import Canvas, Dice, disc, over, palettes

COLOURS = palettes(
    "d7263d f46036 2e294e 1b998b f7d002 e8e4d9 3f88c5 a23b72",
    "c1121f fdf0d5 003049 669bbc f4a261 2a9d8f e9c46a 6a4c93",
    "f94144 f8961e f9c74f 90be6d 43aa8b 577590 fbf5e6 5f0f40",
    "e4572e 17bebb ffc914 2e282a 76b041 f4ecd8 8d6a9f c84630",
    "264653 e76f51 f4a261 e9c46a 2a9d8f d62246 f6efe0 4b1d52",
)
DISCS, MOST_RINGS = 3, 6


def discs(canvas: Canvas, dice: Dice) -> None:
    """Paint a divided ground, then discs ring by ring, each ring cut in two by one line."""
    inks = dice.different(dice.choice(COLOURS), 8)
    x, y, slope = dice.uniform(0.25, 0.75), dice.uniform(0.25, 0.75), dice.uniform(-0.5, 0.5)
    canvas.ground(inks[:, 0])
    canvas.fill(canvas.x - over(x) + over(slope) * (canvas.y - 0.5), inks[:, 1])
    canvas.fill(canvas.y - over(y) - over(slope) * (canvas.x - 0.5), inks[:, 2])
    for number in range(DISCS):
        x, y = dice.uniform(0.12, 0.88, 2).T
        radius = dice.uniform(0.24, 0.5 if number < 2 else 0.3)
        rings = dice.integer(3, MOST_RINGS)
        angle = dice.uniform(0, torch.pi)
        half = over(angle.cos()) * (canvas.x - over(x)) + over(angle.sin()) * (canvas.y - over(y))
        first, step = dice.integer(0, 7), dice.integer(1, 7)
        for ring in range(MOST_RINGS):
            ring_radius = radius * (1 - ring / rings)
            distance = disc(canvas, x, y, ring_radius)
            # Steps that are odd pass through all eight inks before one comes again.
            index = (first + ring * (step | 1)) % 8
            canvas.fill(distance, pick(inks, index))
            canvas.fill(torch.maximum(distance, half), pick(inks, (index + 4) % 8))


def pick(inks: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """Each picture's own ink: from (n, k, 3) by (n,) to (n, 3)."""
    return inks[torch.arange(len(inks), device=inks.device), index]
