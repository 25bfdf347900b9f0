"""Planes: coloured bars and squares adrift on a pale ground, after Malevich's suprematism."""

from __future__ import annotations

import torch

from ganlearn.data.paintings.canvas import Canvas, Dice, disc, frame, palettes, rectangle

GROUND = palettes("f4efe4 ece4d3 f7f3ec e8e4da e3ddc8 f1ead0")[0]
INKS = palettes(
    "1a1a1a c8281e e0a412 1f3f7f 2f6b4f d9722e",
    "141414 b3201b efc94c 2b5c8a 8a8d84 e2725b",
    "201c1a d94f30 2a7f86 f0b429 5b3a63 93a8ac",
    "171a21 c3352b 3f6fb5 d9a441 6d8f4e 3a3a3a",
)
LARGE, SMALL = 4, 6


def planes(canvas: Canvas, dice: Dice) -> None:
    """Let a few large planes and some thin bars share one lean, or stand at right angles to it."""
    inks = dice.different(dice.choice(INKS), 6)
    canvas.ground(dice.choice(GROUND))
    lean = dice.uniform(-1.0, 1.0)
    for i in range(LARGE + SMALL):
        large = i < LARGE
        x, y = dice.uniform(0.15, 0.85, 2).T
        half_length = dice.uniform(0.09, 0.33) if large else dice.uniform(0.06, 0.26)
        half_width = dice.uniform(0.03, 0.15) if large else dice.uniform(0.012, 0.032)
        angle = lean + dice.uniform(-0.12, 0.12) + dice.chance(0.35) * (torch.pi / 2)
        distance = rectangle(*frame(canvas, x, y, angle), half_length, half_width)
        there = dice.chance(1.0 if i == 0 else 0.8)
        canvas.fill(distance, inks[:, i % 6], there=there)
    x, y = dice.uniform(0.2, 0.8, 2).T
    distance = disc(canvas, x, y, dice.uniform(0.06, 0.16))
    canvas.fill(distance, inks[:, LARGE], there=dice.chance(0.6))
