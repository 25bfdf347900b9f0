"""Two exercises that show how a check is written; docs/authoring.md walks through them."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.checks import Exercise, Mistake


def centre(x: Tensor) -> Tensor:
    """Samples minus their mean over the batch: (n, d) to (n, d)."""
    return x - x.mean(dim=0)


def batches(g: torch.Generator) -> list[tuple]:
    """Batches of several shapes, one of them square, that a gradient flows through."""
    shapes = [(5, 3), (4, 4), (7, 1), (1, 6)]
    return [((3 + torch.randn(shape, generator=g)).requires_grad_(),) for shape in shapes]


centring = Exercise(
    "00.1",
    "centring a batch",
    reference=centre,
    cases=batches,
    points=2,
    mistakes=[
        Mistake(
            "mean over the features",
            "It takes the mean of each sample over its features.",
            "The batch is axis 0: each feature has a mean of its own.",
            like=lambda x: x - x.mean(dim=1, keepdim=True),
        ),
        Mistake(
            "one mean for all",
            "It subtracts one number from everything.",
            "Name the axis of the batch: mean(dim=0) keeps the features apart.",
            like=lambda x: x - x.mean(),
        ),
        Mistake(
            "mean added",
            "It moves the batch away from zero.",
            "Look at the sign: the mean is taken off.",
            like=lambda x: x + x.mean(dim=0),
        ),
        Mistake(
            "mean alone",
            "It returns the mean and not the batch without it.",
            "The result has the shape of the batch.",
            sign=lambda got, right: got.value.shape == right.value.shape[1:],
        ),
    ],
)

batch_size_in_numbers = Exercise(
    "00.2",
    "how many numbers are in a batch of shape (64, 3, 32, 32)",
    reference=64 * 3 * 32 * 32,
    mistakes=[
        Mistake(
            "one picture",
            "That is one picture.",
            "The first axis counts the pictures of the batch.",
            like=3 * 32 * 32,
        ),
        Mistake(
            "one channel",
            "That is one channel of every picture.",
            "A colour picture has three.",
            like=64 * 32 * 32,
        ),
        Mistake(
            "a sum",
            "That is the sum of the sizes.",
            "Each axis repeats what the next ones hold: multiply.",
            like=64 + 3 + 32 + 32,
        ),
        Mistake(
            "axes",
            "That is the number of axes.",
            "Multiply the sizes of the axes.",
            like=4,
        ),
    ],
)
