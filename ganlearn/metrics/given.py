"""What the scores are given: matrices of finite numbers that fit together, and plain results."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.errors import UserError


@dataclass(frozen=True)
class Estimate:
    """A number that was measured on samples, and how far it may be off.

    Attributes:
        value: the score.
        error: its standard error; NaN when the samples were not divided, so that nothing can be
            said about it.
    """

    value: float
    error: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ± {self.error:.1g}"


def matrix(samples: Tensor, name: str, least: int = 2) -> Tensor:
    """Samples (n, d) in float64, on the CPU if their device has no float64.

    Scores are differences of large sums: with 32 bits the Fréchet distance of a set of few
    samples to itself came out as -0.25.

    Args:
        samples: (n, d) of any floating type.
        name: for the message.
        least: so many samples are needed.

    Raises:
        UserError: for another shape, too few samples, NaN or infinite values.
    """
    if not isinstance(samples, Tensor):
        raise UserError(
            f"The {name} samples are of type {type(samples).__name__}; give a tensor (n, d)."
        )
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise UserError(
            f"The {name} samples have shape {tuple(samples.shape)}; give features of shape (n, d), "
            f"pictures through metrics.extract first."
        )
    if len(samples) < least:
        raise UserError(
            f"There are {len(samples)} {name} samples, and at least {least} are needed for this "
            f"score; give more."
        )
    if samples.device.type == "mps":
        samples = samples.cpu()
    samples = samples.detach().double()
    bad = int((~samples.isfinite()).any(1).sum())
    if bad:
        raise UserError(
            f"{bad} of the {len(samples)} {name} samples have NaN or infinite values; a score of "
            f"them would mean nothing, so look at the generator or the feature network first."
        )
    return samples


def pair(
    real: Tensor, fake: Tensor, least: int = 2, names: tuple[str, str] = ("real", "fake")
) -> tuple[Tensor, Tensor]:
    """Two matrices with the same number of columns, on the device of the first.

    Args:
        real, fake: (n, d) and (m, d).
        least: so many samples are needed of each.
        names: for messages.

    Raises:
        UserError: as :func:`matrix`, and when they do not fit together.
    """
    real, fake = matrix(real, names[0], least), matrix(fake, names[1], least)
    if real.shape[1] != fake.shape[1]:
        raise UserError(
            f"The {names[0]} samples have {real.shape[1]} features and the {names[1]} ones "
            f"{fake.shape[1]}; take both from the same feature network."
        )
    return real, fake.to(real.device)


def shuffled(n: int, take: int, random: torch.Generator, device: torch.device) -> Tensor:
    """``take`` different numbers below n in random order."""
    return torch.randperm(n, generator=random, device=random.device)[:take].to(device)
