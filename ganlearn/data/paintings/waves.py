"""Waves: stripes and checks that bend and swell, after the op art of Riley and Vasarely."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.data.paintings.canvas import Canvas, Dice, as_field, disc, frame, over, palettes

# Each row: ground, and the two ends of the ink's gradient.
COLOURS = palettes(
    "f6f4ee 111111 111111",
    "f6f4ee 111111 111111",
    "f4efe4 14213d 14213d",
    "fdf6e3 0b3954 c81d25",
    "fff3d6 7b2d8b 1b4fa0",
    "101418 f5c518 f0642f",
    "0d1b2a e0fbfc 7fd1c7",
    "f7ede2 e63946 6d2e8c",
    "1a1423 ff6b6b ffd166",
    "eef4ed 13505b 0a9396",
)


def waves(canvas: Canvas, dice: Dice) -> None:
    """Count off stripes along a bent coordinate; some pictures are checks, some hide a disc."""
    half = torch.full_like(dice.uniform(0, 1), 0.5)
    along, across = frame(canvas, half, half, dice.uniform(0, 2 * torch.pi))

    # A lens makes the stripes swell around a centre, a sine makes them sway.
    x, y = dice.uniform(0.3, 0.7, 2).T
    lens = torch.exp(-((canvas.x - over(x)) ** 2 + (canvas.y - over(y)) ** 2) / 0.08)
    along = along * (1 - over(dice.uniform(0, 0.55) * dice.chance(0.5)) * lens)
    across = across * (1 - over(dice.uniform(0, 0.45) * dice.chance(0.5)) * lens)
    sway, length, start = dice.uniform(0.01, 0.075), dice.uniform(0.8, 2.2), dice.uniform(0, 7)
    swayed = across + over(sway) * torch.sin(2 * torch.pi * over(length) * along + over(start))

    round_ = over(dice.chance(0.25))
    radius = torch.hypot(canvas.x - over(x), canvas.y - over(y) + over(sway) * torch.sin(9 * along))
    stripes = square_wave(over(dice.uniform(9, 15)) * torch.where(round_, radius, swayed))
    checks = square_wave(over(dice.uniform(6, 10)) * along)
    stripes = torch.where(over(dice.chance(0.3)) & ~round_, stripes * checks, stripes)

    x, y = dice.uniform(0.35, 0.65, 2).T
    hidden = disc(canvas, x, y, dice.uniform(0.18, 0.34))
    hidden = torch.where(over(dice.chance(0.35)), hidden, 9.0)
    sign = stripes * (2 * (hidden / canvas.pixel + 0.5).clamp(0, 1) - 1)

    ground, start_ink, end_ink = dice.choice(COLOURS).unbind(1)
    across_picture = (frame(canvas, half, half, dice.uniform(0, 2 * torch.pi))[0] + 0.7) / 1.4
    ink = torch.lerp(as_field(start_ink), as_field(end_ink), across_picture.unsqueeze(1))
    canvas.ground(ground)
    canvas.fill(-sign * canvas.pixel / 2, ink)


def square_wave(phase: Tensor) -> Tensor:
    """+1 where the whole part of a phase is even and -1 where it is odd, smooth over one pixel.

    Args:
        phase: (n, size, size).
    """
    # How fast the phase runs from pixel to pixel turns a distance in phase into one in pixels.
    down, right = torch.gradient(phase, dim=(1, 2))
    slope = torch.hypot(down, right).clamp(min=1e-6)
    nearest = phase.round()
    even = 1 - 2 * (nearest % 2)
    return even * (2 * (phase - nearest) / slope).clamp(-1, 1)
