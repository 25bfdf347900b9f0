"""Memorisation: does a generator give its training samples back?"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.metrics.distances import nearest
from ganlearn.metrics.given import pair


@dataclass(frozen=True, eq=False)
class Memorisation:
    """How near the fakes are to the training samples, against samples that were never shown.

    Attributes:
        share: of the fakes that are nearer to a training sample than all but ``expected`` of the
            held-out samples are; about ``expected`` for a generator that did not memorise, 1 for
            one that copies.
        expected: share of the held-out samples themselves below the threshold.
        threshold: the distance.
        distances: (m,) from each fake to its nearest training sample, float64.
        nearest: (m,) int64, the number of that training sample.
    """

    share: float
    expected: float
    threshold: float
    distances: Tensor = field(repr=False)
    nearest: Tensor = field(repr=False)


def memorisation(
    fake: Tensor, train: Tensor, held_out: Tensor, quantile: float = 0.05
) -> Memorisation:
    """Nearest training samples of the fakes, judged by how near fresh real samples come.

    Look at the pairs of the smallest distances as well: a number cannot see what a copy is. A
    collapsed generator whose one picture lies near a training picture scores high, too.

    Args:
        fake: (m, d) features or pixels of generated samples.
        train: (n, d) of the samples that the generator learned from.
        held_out: (h, d) of real samples that it did not see.
        quantile: of the held-out samples' distances, where "too near" begins.

    Raises:
        UserError: for a quantile that is not between 0 and 1, other shapes, NaN.

    Paper: after Meehan et al. 2020, arXiv:2004.05675. Taught in chapter 08.
    """
    if not 0 < quantile < 1:
        raise UserError(f"A quantile lies between 0 and 1, and {quantile} was asked for.")
    train, fake = pair(train, fake, 1, ("training", "fake"))
    _, held_out = pair(train, held_out, 1, ("training", "held-out"))
    fresh, _ = nearest(held_out, train)
    distances, numbers = nearest(fake, train)
    threshold = torch.quantile(fresh, quantile)
    return Memorisation(
        share=(distances < threshold).double().mean().item(),
        expected=(fresh < threshold).double().mean().item(),
        threshold=threshold.item(),
        distances=distances,
        nearest=numbers,
    )
