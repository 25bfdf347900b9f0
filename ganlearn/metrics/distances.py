"""Distances between all samples of two sets, a part at a time, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ganlearn import progress

AT_ONCE = 2**22  # numbers of a part: 32 MB

SLACK = 1e-12
"""Of the largest squared norm: what rounding may do to a squared distance."""


def rows(a: Tensor, b: Tensor, title: str = "distances") -> Iterator[tuple[slice, Tensor]]:
    """Squared distances from some rows of a to all of b, until all rows of a had their turn.

    Args:
        a: (n, d) float64.
        b: (m, d) float64.
        title: of the progress bar.

    Yields:
        which rows, and (rows, m) squared distances, none negative.
    """
    centre = b.mean(0)  # rounding grows with the norms, so they are made small first
    a, b = a - centre, b - centre
    squares = b.square().sum(1)
    count = max(1, AT_ONCE // len(b))
    with progress.bar(total=len(a), title=title, unit="sample") as bar:
        for start in range(0, len(a), count):
            some = a[start : start + count]
            found = torch.addmm(squares, some, b.T, alpha=-2) + some.square().sum(1, keepdim=True)
            yield slice(start, start + len(some)), found.clamp_(min=0)
            bar.update(len(some))


def slack(*samples: Tensor) -> float:
    """What may be added to a squared distance so that equal ones compare as equal."""
    centre = samples[0].mean(0)
    return SLACK * max((side - centre).square().sum(1).max().item() for side in samples)


def nearest(a: Tensor, b: Tensor, title: str = "nearest neighbours") -> tuple[Tensor, Tensor]:
    """For each row of a the distance (n,) to the nearest row of b, and that row's number (n,)."""
    found = [part.min(1) for _, part in rows(a, b, title)]
    return torch.cat([f.values for f in found]).sqrt(), torch.cat([f.indices for f in found])


def radii(samples: Tensor, k: int) -> Tensor:
    """Squared distance (n,) from each sample to its k-th nearest other one."""
    parts = []
    for where, part in rows(samples, samples, "neighbours"):
        own = torch.arange(where.start, where.stop, device=part.device)
        part[torch.arange(len(part), device=part.device), own] = torch.inf  # nobody's neighbour
        parts.append(part.kthvalue(k, 1).values)
    return torch.cat(parts)
