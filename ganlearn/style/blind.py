"""Asking people: pairs in hidden order, their answers, and what the answers prove."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ganlearn import runtime
from ganlearn.errors import UserError

Answer = Literal["left", "right", "neither"]


@dataclass(frozen=True)
class Preference:
    """How often people preferred the first method, and how sure one may be.

    Attributes:
        first, second: how many preferred each; who preferred neither counts for none.
        neither: how many could not say.
        interval: of the share that prefers the first, with 95 % confidence (Wilson 1927).
        p_value: chance of a result at least as lopsided if both were liked equally.
    """

    first: int
    second: int
    neither: int
    interval: tuple[float, float]
    p_value: float

    def __str__(self) -> str:
        low, high = self.interval
        asked = self.first + self.second
        return (
            f"{self.first} of {asked} preferred the first ({self.neither} neither); with 95 % "
            f"confidence {low:.0%} to {high:.0%} would; p = {self.p_value:.2g}"
        )


class BlindTest:
    """Pairs of pictures of which nobody, the one who asks included, knows which is whose.

    Order of the pairs and sides are drawn from the seed. Each method is on the left half of the
    time (give or take one), so that a habit of choosing one side favours neither.

    Args:
        first, second: pictures (n, channels, height, width) of two methods, of the same subjects
            in the same order.
        seed: of the hidden order.

    Raises:
        UserError: when the two do not have the same shape, or there is no pair.

    Taught in chapter 08.
    """

    def __init__(self, first: Tensor, second: Tensor, seed: int = 0) -> None:
        if first.shape != second.shape or first.ndim != 4 or not len(first):
            raise UserError(
                f"A blind test takes pairs of pictures of the same subjects and shape; got "
                f"{tuple(first.shape)} and {tuple(second.shape)}."
            )
        random = runtime.generator(seed)
        self._order = torch.randperm(len(first), generator=random)
        self._swapped = (torch.arange(len(first)) % 2 == 0)[
            torch.randperm(len(first), generator=random)
        ]
        self._pictures = first, second

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """The left and the right picture of a pair, each (channels, height, width)."""
        subject = self._order[index]
        left, right = (pictures[subject] for pictures in self._pictures)
        return (right, left) if self._swapped[index] else (left, right)

    def score(self, answers: Sequence[Answer]) -> Preference:
        """What the answers say, once all are given.

        Args:
            answers: ``"left"``, ``"right"`` or ``"neither"`` for every pair, in order.

        Raises:
            UserError: when answers are missing or say something else. Scoring early and going on
                until the result pleases would make any p-value worthless.
        """
        odd = sorted(set(answers) - {"left", "right", "neither"})
        if len(answers) != len(self) or odd:
            raise UserError(
                f"The test has {len(self)} pairs, and each gets the answer left, right or "
                f"neither; got {len(answers)} answers"
                + (f", among them {', '.join(map(repr, odd))}." if odd else ".")
            )
        second_side = ["left" if swapped else "right" for swapped in self._swapped.tolist()]
        pairs = [(a, s) for a, s in zip(answers, second_side, strict=True) if a != "neither"]
        second = sum(answer == side for answer, side in pairs)
        first = len(pairs) - second
        return Preference(
            first,
            second,
            len(answers) - len(pairs),
            interval(first, second),
            p_value(first, second),
        )


def interval(first: int, second: int, deviations: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share, inside [0, 1] and sensible down to a single answer.

    Args:
        first, second: counts of the two answers.
        deviations: standard deviations of a normal distribution; 1.96 is 95 % confidence.

    Paper: Wilson 1927, doi:10.1080/01621459.1927.10502953. Taught in chapter 08.
    """
    n = first + second
    if n == 0:
        return 0.0, 1.0
    share, z2 = first / n, deviations**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = deviations / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def p_value(first: int, second: int) -> float:
    """The sign test: how likely a fair coin is at least as far from even, on either side.

    Args:
        first, second: counts of the two answers.

    Taught in chapter 08.
    """
    n, fewer = first + second, min(first, second)
    tail = sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n
    return min(1.0, 2 * tail)
