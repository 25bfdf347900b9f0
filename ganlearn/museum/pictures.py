"""Failures that need pictures."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ganlearn import data, runtime
from ganlearn.museum import boards
from ganlearn.museum.exhibit import Exhibit, Visit
from ganlearn.museum.play import watch


def another_range(seeds: int, seed: int, cured: bool) -> Visit:
    """Digits in [0, 1], or in [-1, 1], against a generator that ends in tanh."""
    digits = data.digits(size=boards.SIDE)
    if not cured:
        digits = replace(digits, samples=(digits.samples + 1) / 2)
    games = boards.pictures(digits, seeds, seed)
    return watch(games, 300, boards.sign_test(digits.samples))


def checkerboard(seeds: int, seed: int, cured: bool) -> Visit:
    """Untrained generators of two transposed convolutions with kernels of 3, or of 4."""
    kernel = 4 if cured else 3
    made = torch.stack([_drawn(kernel, seed + i) for i in range(seeds)])
    values = torch.stack([finest(pictures) for pictures in made])
    real = data.digits(size=16).samples[:16]
    return Visit(values, [0], values[None], made, real, [[] for _ in range(seeds)])


@torch.no_grad()
def _drawn(kernel: int, seed: int) -> Tensor:
    """16 pictures (16, 1, 16, 16) of an untrained generator."""
    last = {3: (1, 1), 4: (1, 0)}[kernel]  # padding, and what is missing to twice the side
    with runtime.seeded(seed):
        up = [
            nn.ConvTranspose2d(i, o, kernel, 2, last[0], output_padding=last[1], bias=False)
            for i, o in ((32, 32), (32, 1))
        ]
    # Weights without a sign show the stamps; a trained layer has such a part for every area.
    for layer in up:
        layer.weight.abs_()
    x = torch.rand(16, 32, 4, 4, generator=runtime.generator(seed)) + 1
    pictures = up[1](up[0](x).relu())
    low, high = pictures.aminmax(dim=-1)
    low, high = low.amin((1, 2)), high.amax((1, 2))
    return 2 * (pictures - low[:, None, None, None]) / (high - low)[:, None, None, None] - 1


def finest(pictures: Tensor) -> Tensor:
    """Share of the variation that repeats every two pixels, away from the border.

    Args:
        pictures: (n, 1, height, width).

    Returns:
        a scalar in [0, 1]: the power at the highest frequency along either axis.

    Paper: Odena et al. 2016, doi:10.23915/distill.00003. Taught in chapter 04.
    """
    inner = pictures[:, 0, 2:-2, 2:-2]
    power = torch.fft.fft2(inner - inner.mean((1, 2), keepdim=True)).abs().square()
    half = power.shape[-1] // 2
    fine = power[:, half].sum(-1) + power[:, :, half].sum(-1) - power[:, half, half]
    return (fine / power.sum((1, 2))).mean()


EXHIBITS = (
    Exhibit(
        "another range",
        symptom="accuracy of the test 'no number below 0: real'",
        ill=0.9,
        well=0.6,
        cause="The data lie in [0, 1] and the generator ends in tanh, which reaches from -1 to 1 "
        "(E22). Nothing needs to be known of digits to tell the two apart.",
        cure="The same range for both: 2x - 1.",
        finding="another range",
        play=another_range,
        chapter=4,
    ),
    Exhibit(
        "checkerboard",
        symptom="share of the variation that repeats every two pixels",
        ill=0.4,
        well=0.3,
        cause="A kernel of 3 at stride 2 stamps some pixels once, some twice and some four times.",
        cure="A kernel of 4, which the stride divides.",
        finding="",
        play=checkerboard,
        chapter=4,
    ),
)
