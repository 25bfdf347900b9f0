"""Planes: coloured bars and squares adrift on a pale ground, after Malevich's suprematism."""

from __future__ import annotations

import torch

from ganlearn.data.paintings.canvas import Canvas, Dice, box, disc, palette

GROUND = palette("f4efe4 ece4d3 f7f3ec e8e4da")[0]
INKS = palette("1a1a1a c8281e e0a412 1f3f7f 2f6b4f d9722e 7a2f3a")[0]


def planes(canvas: Canvas, dice: Dice) -> None:
    """Paint a batch of pictures."""
    canvas.fill(
        box(canvas, *dice.uniform(0.5, 0.5, 2).T, *dice.uniform(1, 1, 2).T), dice.choice(GROUND)
    )
    lean = dice.uniform(-0.9, 0.9)
    for i in range(9):
        x, y = dice.uniform(0.15, 0.85, 2).T
        long = dice.uniform(0.08, 0.34 if i < 4 else 0.2)
        thin = dice.uniform(0.015, 0.12 if i < 4 else 0.04)
        turned = lean + dice.chance(0.3) * (torch.pi / 2)
        canvas.fill(box(canvas, x, y, long, thin, turned), dice.choice(INKS))
    x, y = dice.uniform(0.2, 0.8, 2).T
    radius = dice.uniform(0.05, 0.16) * dice.chance(0.6) - 1e-3
    canvas.fill(disc(canvas, x, y, radius), dice.choice(INKS))
