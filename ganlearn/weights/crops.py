"""What networks of style are trained on: pieces of photographs and of painters' pictures."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ganlearn import data
from ganlearn.data.pixels import to_tensor

HELD_OUT = ("camera", "coffee", "rocket")
"""Photographs that no shipped network of style has seen: its scores are measured on them."""

LARGEST_SIDE = 700  # of a photograph; a piece of the whole is then not enlarged blur
PAINTED = 0.3  # share of the pieces that are cut from paintings


class Crops:
    """Random square pieces, changed in scale, direction, colour and contrast.

    Args:
        seed: of the paintings; the pieces have a generator of their own.

    Taught in chapter 10.
    """

    def __init__(self, seed: int = 0) -> None:
        names = [name for name in data.photograph_names() if name not in HELD_OUT]
        self.photographs = [picture(name) for name in names]
        self.paintings = list((data.paintings(512, size=160, seed=seed).samples + 1) / 2)

    def draw(self, n: int, size: int, generator: torch.Generator) -> Tensor:
        """Pieces (n, 3, size, size) in [0, 1]."""
        pieces = []
        for numbers in torch.rand(n, 8, generator=generator, dtype=torch.float64).tolist():
            source = self.paintings if numbers[0] < PAINTED else self.photographs
            cut = _cut(source[int(numbers[1] * len(source))], size, *numbers[2:5])
            pieces.append(_vary(cut, *numbers[5:8], generator))
        return torch.stack(pieces)


def held_out(longer_side: int) -> list[Tensor]:
    """The held-out photographs, each (1, 3, height, width) in [0, 1]."""
    return [_fit(picture(name), longer_side)[None] for name in HELD_OUT]


def picture(name: str) -> Tensor:
    """A shipped photograph (3, height, width) in [0, 1], made smaller if it is very large."""
    return _fit((to_tensor(data.photograph(name)) + 1) / 2, LARGEST_SIDE)


def _fit(pixels: Tensor, longer_side: int) -> Tensor:
    scale = min(1.0, longer_side / max(pixels.shape[1:]))
    size = [round(side * scale) for side in pixels.shape[1:]]
    return interpolate(pixels[None], size=size, mode="bilinear", antialias=True)[0]


def _cut(pixels: Tensor, size: int, scale: float, down: float, across: float) -> Tensor:
    """A square from half to four times the size, as far as the picture goes, brought to it."""
    height, width = pixels.shape[1:]
    largest = min(height, width, 4 * size)
    smallest = min(size // 2, largest)
    side = round(smallest * math.exp(scale * math.log(largest / smallest)))
    top, left = int(down * (height - side + 1)), int(across * (width - side + 1))
    square = pixels[:, top : top + side, left : left + side]
    return interpolate(square[None], size=(size, size), mode="bilinear", antialias=True)[0]


def _vary(
    pixels: Tensor, turn: float, contrast: float, light: float, generator: torch.Generator
) -> Tensor:
    """Mirrored and turned, colours exchanged half of the time, contrast and light changed."""
    pixels = torch.rot90(pixels, int(turn * 4), (1, 2))
    if turn * 4 % 1 < 0.5:
        pixels = pixels.flip(2)
    if contrast < 0.5:
        pixels = pixels[torch.randperm(3, generator=generator)]
    factor = math.exp(1.2 * (contrast * 2 % 1 - 0.5))
    mean = pixels.mean()
    return ((pixels - mean) * factor + mean + 0.3 * (light - 0.5)).clamp(0, 1)
