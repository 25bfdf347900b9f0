"""Discs: rings of contrasting colours around a few centres, after the Delaunays' orphism."""

from __future__ import annotations

from ganlearn.data.paintings.canvas import Canvas, Dice, disc, over, palette

COLOURS = palette(
    "d7263d f46036 2e294e 1b998b f7d002 e8e4d9 3f88c5 a23b72",
    "c1121f fdf0d5 003049 669bbc f4a261 2a9d8f e9c46a 6a4c93",
    "f94144 f8961e f9c74f 90be6d 43aa8b 577590 fbf5e6 5f0f40",
)


def discs(canvas: Canvas, dice: Dice) -> None:
    """Paint a batch of pictures."""
    inks = dice.colours(COLOURS, 8)
    x, y = dice.uniform(0.3, 0.7, 2).T
    canvas.fill(0 * over(x) - canvas.x - 1, inks[:, 0])
    canvas.fill(canvas.x - over(x), inks[:, 1])
    for _ in range(3):
        x, y = dice.uniform(0.15, 0.85, 2).T
        radius = dice.uniform(0.25, 0.5)
        for ring in range(5):
            order = dice.integer(0, 7)
            colour = inks.gather(1, order[:, None, None].expand(-1, 1, 3))[:, 0]
            canvas.fill(disc(canvas, x, y, radius * (1 - ring / 5)), colour)
