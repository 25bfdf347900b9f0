"""Kernel distance (KID): a score that few samples make uncertain, but not too large."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn import progress
from ganlearn.errors import UserError
from ganlearn.metrics.given import Estimate, pair, shuffled


def squared_mmd(real: Tensor, fake: Tensor) -> float:
    """Unbiased estimate of the squared maximum mean discrepancy under a cubic kernel.

    .. math:: k(x, y) = (x\\cdot y / d + 1)^3

    A sample is never compared with itself: those n terms of the double sum are what makes the
    plain mean too large. Without them the estimate is right on average, and negative about as
    often as positive when both distributions are equal.

    Args:
        real: (n, d), n at least 2.
        fake: (m, d), m at least 2.

    Raises:
        UserError: for fewer than 2 samples, other shapes, NaN.

    Paper: Bińkowski et al. 2018, arXiv:1801.01401; Gretton et al. 2012. Taught in chapter 08.
    """
    return _squared_mmd(*pair(real, fake))


def _squared_mmd(real: Tensor, fake: Tensor) -> float:
    within = _mean_of_others(real) + _mean_of_others(fake)
    return (within - 2 * _kernel(real, fake).mean()).item()


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_of_others(x: Tensor) -> Tensor:
    """Mean of the kernel over all pairs of two different samples."""
    kernel, n = _kernel(x, x), len(x)
    return (kernel.sum() - kernel.diagonal().sum()) / (n * (n - 1))


def kernel_distance(
    real: Tensor,
    fake: Tensor,
    *,
    random: torch.Generator,
    subsets: int = 100,
    subset_size: int = 1000,
) -> Estimate:
    """KID: the mean of :func:`squared_mmd` over random subsets, with its standard error.

    The subsets overlap, so their spread divided by the root of their number would promise too
    much, and their plain spread is that of one subset. The error is the jackknife's: the spread
    times the root of b / (n - b), for subsets of b out of n. It is a little too large when the
    distributions are equal.

    Args:
        real: (n, d).
        fake: (m, d).
        random: draws the subsets, without repetition within each.
        subsets: how many.
        subset_size: samples of each side in a subset. At the size of the smaller set there is one
            possible subset on that side, and the error is NaN.

    Raises:
        UserError: when a subset would be larger than a set, or as :func:`squared_mmd`.

    Paper: Bińkowski et al. 2018, arXiv:1801.01401; the error: Shao and Wu 1989,
    doi:10.1214/aos/1176347263. Taught in chapter 08.
    """
    real, fake = pair(real, fake)
    n = min(len(real), len(fake))
    if not 2 <= subset_size <= n or subsets < 1:
        raise UserError(
            f"Asked for {subsets} subsets of {subset_size} samples, and there are {len(real)} real "
            f"and {len(fake)} fake ones; choose a subset_size from 2 to {n} and at least 1 subset."
        )
    values = torch.empty(subsets, dtype=torch.float64)
    for index in progress.bar(range(subsets), title="kernel distance", unit="subset"):
        x = real[shuffled(len(real), subset_size, random, real.device)]
        y = fake[shuffled(len(fake), subset_size, random, fake.device)]
        values[index] = _squared_mmd(x, y)
    error = float("nan")
    if subsets > 1 and subset_size < n:
        error = (values.var() * subset_size / (n - subset_size)).sqrt().item()
    return Estimate(values.mean().item(), error)
