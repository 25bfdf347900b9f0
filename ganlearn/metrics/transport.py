"""Wasserstein distances that can be computed exactly: on a line, and between small sets."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.metrics.given import matrix, pair

LARGEST = 5_000  # samples on a side: 200 MB of distances, and about a minute


@dataclass(frozen=True, eq=False)
class Transport:
    """The cheapest way to move one set of samples onto another.

    Attributes:
        cost: mean distance that a sample is moved.
        matching: (n,) int64, the sample of b to which each sample of a goes.
    """

    cost: float
    matching: Tensor = field(repr=False)


def wasserstein_1d(a: Tensor, b: Tensor) -> float:
    """Exact Wasserstein-1 distance of two sets of numbers.

    It is the area between the two distribution functions. Both are steps, which change only where
    there is a sample, so the area is a sum of rectangles. With equally many samples this is the
    mean distance between the sorted sets.

    Args:
        a: (n,) or (n, 1).
        b: (m,) or (m, 1).

    Raises:
        UserError: for other shapes, no samples, NaN.

    Paper: Vallender 1974, doi:10.1137/1118101. Taught in chapter 06.
    """
    a, b = _line(a, "first"), _line(b, "second")
    b = b.to(a.device)
    a, b = a.sort().values, b.sort().values
    ends = torch.cat([a, b]).sort().values
    below_a = torch.searchsorted(a, ends[:-1], right=True).double() / len(a)
    below_b = torch.searchsorted(b, ends[:-1], right=True).double() / len(b)
    return ((below_a - below_b).abs() * ends.diff()).sum().item()


def _line(values: Tensor, name: str) -> Tensor:
    if isinstance(values, Tensor) and values.ndim == 1:
        values = values[:, None]
    values = matrix(values, name, least=1)
    if values.shape[1] != 1:
        raise UserError(
            f"The {name} samples have {values.shape[1]} numbers each, and this distance is for "
            f"points on a line; take metrics.optimal_transport for points in the plane."
        )
    return values[:, 0]


def optimal_transport(a: Tensor, b: Tensor) -> Transport:
    """Exact Wasserstein-1 distance of two equally large sets, by the best one-to-one matching.

    Meant for the plane. In many dimensions a few thousand samples say little about the distance
    of the distributions they come from.

    Args:
        a: (n, d), n up to 5000; time grows with n³, about a second at 1000.
        b: (n, d).

    Raises:
        UserError: for sets of different or too large sizes, other shapes, NaN.

    Paper: Kuhn 1955, doi:10.1002/nav.3800020109 (the assignment problem). Taught in chapter 06.
    """
    from scipy.optimize import linear_sum_assignment

    a, b = pair(a, b, least=1)
    if len(a) != len(b) or len(a) > LARGEST:
        raise UserError(
            f"There are {len(a)} and {len(b)} samples; a matching needs equally many, and at most "
            f"{LARGEST}, so take as many of each."
        )
    distances = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
    lines, columns = linear_sum_assignment(distances.cpu().numpy())
    cost = distances.cpu()[lines, columns].mean().item()
    return Transport(cost, torch.from_numpy(columns).to(a.device))
