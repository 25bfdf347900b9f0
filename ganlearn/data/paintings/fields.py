"""Fields: soft-edged blocks of colour that float above each other, after Rothko."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.data.paintings.canvas import Canvas, Dice, as_field, over, palettes

# The first colour of a row is the ground.
COLOURS = palettes(
    "7a1f1b d9481c ecae3c 3a0d12",
    "b5301d f0a51f f6d365 7e1416",
    "1c2340 3a4f8f 14172b 7c9bb8",
    "e0a526 f3d45c e8791f fbe9ab",
    "2d4a3e 16302b 6f9a64 c7c88a",
    "4a1730 a32a4b e58a72 27101f",
    "e9dcc4 d98a6a 3f4a5a f4ede0",
    "26201f 0f0e10 6d6a66 3b3533",
    "c65b7c f2b5a7 8e2f5c f7d9c4",
    "33518c e9b949 8fb3d9 d3562f",
    "5c3a21 c98a3d 2b1a12 e6c58d",
    "6a4c93 c9a6d8 37285a f0c4a0",
)
MOST_BLOCKS = 4


def fields(canvas: Canvas, dice: Dice) -> None:
    """Stack two to four blocks on a ground; the brush is thin, so the tone is never even."""
    colours = dice.choice(COLOURS)
    blocks = dice.integer(2, MOST_BLOCKS)
    heights = dice.uniform(0.35, 1.4, MOST_BLOCKS)
    heights = heights * (torch.arange(MOST_BLOCKS, device=blocks.device) < blocks[:, None])
    heights = heights / heights.sum(1, keepdim=True)
    margin, gap = dice.uniform(0.05, 0.11), dice.uniform(0.02, 0.05)
    soft = dice.uniform(0.03, 0.08)
    shown = dice.different(colours[:, 1:], 3)

    canvas.ground(brushed(colours[:, 0], canvas, dice, 0.06))
    top = margin
    for i in range(MOST_BLOCKS):
        height = heights[:, i] * (1 - 2 * margin)
        half_width = 0.5 - margin - dice.uniform(0, 0.05)
        distance = rounded(
            canvas.x - 0.5,
            canvas.y - over(top + height / 2),
            half_width,
            (height / 2 - gap / 2).clamp(min=0),
            soft / 2,
        )
        distance = distance + 0.015 * dice.cloud(9, 9, canvas.size)
        there = over(i < blocks)
        strength = (0.5 - distance / over(soft)).clamp(0, 1)
        strength = strength * strength * (3 - 2 * strength) * there
        paint = brushed(shown[:, i % 3], canvas, dice, 0.11)
        canvas.glaze(strength.unsqueeze(1), paint)
        canvas.outline(torch.where(there, distance, 9.0), paint)
        top = top + height


def rounded(
    dx: Tensor, dy: Tensor, half_width: Tensor, half_height: Tensor, radius: Tensor
) -> Tensor:
    """Signed distance to a rectangle whose corners are round, in the middle of dx and dy."""
    radius = torch.minimum(radius, half_height)
    right, down = dx.abs() - over(half_width - radius), dy.abs() - over(half_height - radius)
    outside = torch.hypot(right.clamp(min=0), down.clamp(min=0))
    return outside + torch.maximum(right, down).clamp(max=0) - over(radius)


def brushed(colour: Tensor, canvas: Canvas, dice: Dice, strength: float) -> Tensor:
    """One colour (n, 3) as thin paint: lighter and darker in patches, strokes and bristle marks."""
    patches, strokes = dice.cloud(4, 4, canvas.size), dice.cloud(24, 7, canvas.size)
    bristles = dice.cloud(72, 12, canvas.size)
    light = 1 + strength * (0.8 * patches + 0.6 * strokes + 0.5 * bristles)
    return (as_field(colour) * light.unsqueeze(1)).clamp_(0, 1)
