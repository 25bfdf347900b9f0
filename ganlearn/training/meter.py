"""Losses summed on the device, so that training does not wait until somebody looks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ganlearn.errors import UserError


class NotFinite(UserError):
    """A loss became infinite or not a number; the message says whose, when and the usual causes.

    Attributes:
        player: whose loss it was.
        step: at which it happened first.
    """

    def __init__(self, player: str, step: int) -> None:
        super().__init__(
            f"The loss of the {player} stopped being a finite number at step {step}. Usual "
            f"causes: a learning rate that is too high, log(sigmoid(x)) instead of a loss on "
            f"logits, or data with values that are not finite. The networks are spoilt: lower "
            f"the learning rate, or restore the last saved state."
        )
        self.player, self.step = player, step


class Meter:
    """Means of named losses since the last reading, and the first step at which one went wrong."""

    def __init__(self, names: Sequence[str], device: torch.device) -> None:
        self.names = tuple(names)
        self.sums = torch.zeros(len(names), device=device)
        self.counts = torch.zeros(len(names), device=device)
        self.first_bad = torch.full((len(names),), -1, dtype=torch.int64, device=device)

    @torch.no_grad()
    def add(self, index: int, loss: Tensor, step: int) -> None:
        """Count the scalar ``loss`` for the name at ``index``, without reading it."""
        self.sums[index] += loss
        self.counts[index] += 1
        bad, first = ~torch.isfinite(loss), self.first_bad[index]
        self.first_bad[index] = torch.where(bad & (first < 0), step, first)

    def check(self) -> None:
        """Wait for the device and make sure that every loss so far was a finite number.

        Raises:
            NotFinite: otherwise, with the name and the step of the first that was not.
        """
        first = zip(self.first_bad.tolist(), self.names, strict=True)
        wrong = sorted((step, name) for step, name in first if step >= 0)
        if wrong:
            step, name = wrong[0]
            raise NotFinite(name, step)

    def read(self) -> dict[str, float]:
        """The mean of each loss since the last reading; this waits for the device.

        Raises:
            NotFinite: when a loss was infinite or not a number at any step since the start.
        """
        self.check()
        means = (self.sums / self.counts.clamp(min=1)).tolist()
        self.sums.zero_()
        self.counts.zero_()
        return dict(zip(self.names, means, strict=True))
