"""Which kinds of samples a generator makes, and how often each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.data import Mixture
from ganlearn.errors import UserError
from ganlearn.metrics.given import matrix
from ganlearn.metrics.inception import probabilities_of

FAIR = 0.2
"""A mode counts as covered from this part of its share on."""


@dataclass(frozen=True, eq=False)
class ModeCoverage:
    """How samples are spread over modes: classes, or the parts of a mixture.

    Attributes:
        modes: how many are covered: those that get a fifth of their share of all samples, or more.
        of: how many there are.
        counts: (of,) int64 samples in each.
        entropy: of the counts, in nats; log(of) when all are equally frequent, 0 for one mode.
        divergence: KL divergence in nats from the counts to the shares that were expected.
        counted: share of the samples that were counted for any mode, in [0, 1].
    """

    modes: int
    of: int
    counts: Tensor
    entropy: float
    divergence: float
    counted: float


def mode_coverage(
    samples: Tensor,
    *,
    classes: int | None = None,
    expected: Tensor | Sequence[float] | None = None,
    threshold: float = 0.0,
) -> ModeCoverage:
    """Coverage of classes, from what a classifier says of each sample.

    Args:
        samples: probabilities (n, classes) in rows that sum to 1, or labels (n,) int64.
        classes: how many there are; must be given with labels.
        expected: (classes,) share of each class among real samples; equal when not given.
        threshold: with probabilities: samples whose highest one is lower are not counted.

    Raises:
        UserError: when labels or shares do not fit the number of classes.

    Paper: Srivastava et al. 2017, arXiv:1705.07761 (counting modes by a classifier); Lin et al.
    2018, arXiv:1712.04086 (the divergence). Taught in chapter 08.
    """
    if not isinstance(samples, Tensor) or samples.ndim == 2:
        probabilities = probabilities_of(samples)
        classes = probabilities.shape[1]
        highest, labels = probabilities.max(1)
        labels = labels[highest >= threshold]
    else:
        labels = samples
        if labels.ndim != 1 or labels.dtype != torch.int64 or len(labels) == 0 or not classes:
            raise UserError(
                f"Mode coverage got samples of shape {tuple(labels.shape)} and type "
                f"{labels.dtype} with classes={classes}; give probabilities (n, classes), or "
                f"int64 labels (n,) and the number of classes."
            )
        if labels.min() < 0 or labels.max() >= classes:
            raise UserError(
                f"There are labels from {int(labels.min())} to {int(labels.max())}, and {classes} "
                f"classes counted from 0; give the right number of classes."
            )
    return _summary(torch.bincount(labels, minlength=classes), len(samples), expected)


def mixture_coverage(samples: Tensor, mixture: Mixture, within: float = 3.0) -> ModeCoverage:
    """Coverage of the modes of a mixture whose centres and widths are known.

    A sample counts for the nearest mode, in standard deviations, if it lies within 3 of them.

    Args:
        samples: (n, dimension).
        mixture: as the samples should be distributed; the expected shares are its weights.
        within: standard deviations from a centre to which samples count.

    Raises:
        UserError: when the samples have another dimension.

    Paper: Srivastava et al. 2017, arXiv:1705.07761. Taught in chapters 03 and 08.
    """
    samples = matrix(samples, "generated", least=1)
    if samples.shape[1:] != mixture.shape:
        raise UserError(
            f"The samples have {samples.shape[1]} numbers each and {mixture.name!r} has "
            f"{mixture.shape[0]} dimensions; give samples of the same dimension."
        )
    means, std = mixture.means.to(samples), mixture.std.to(samples)
    distance, mode = (torch.cdist(samples, means) / std).min(1)
    counts = torch.bincount(mode[distance <= within], minlength=len(mixture))
    return _summary(counts, len(samples), mixture.weights)


def _summary(
    counts: Tensor, samples: int, expected: Tensor | Sequence[float] | None
) -> ModeCoverage:
    counts = counts.cpu()
    classes, counted = len(counts), int(counts.sum())
    shares = torch.ones(classes) if expected is None else torch.as_tensor(expected).cpu()
    if shares.shape != (classes,) or bool((shares < 0).any()) or not shares.sum() > 0:
        raise UserError(
            f"The expected shares of {classes} modes have shape {tuple(shares.shape)}; give "
            f"{classes} numbers, none negative and not all zero."
        )
    shares = shares.double() / shares.double().sum()
    found = counts.double() / max(counted, 1)
    # Of all samples, as in chapter 03: a mode is not covered because most samples count nowhere.
    covered = (counts > 0) & (counts >= FAIR * shares * samples - 1e-9)
    entropy = -torch.xlogy(found, found).sum().item()
    divergence = (torch.xlogy(found, found) - torch.xlogy(found, shares)).sum().item()
    if counted == 0:
        divergence = math.nan  # of no distribution
    return ModeCoverage(
        modes=int(covered.sum()),
        of=classes,
        counts=counts,
        entropy=abs(entropy),  # -0.0 of a single mode
        divergence=divergence,
        counted=counted / samples,
    )
