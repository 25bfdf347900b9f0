"""What the Fréchet distance would be with endlessly many samples."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ganlearn import progress
from ganlearn.errors import UserError
from ganlearn.metrics.frechet import frechet_distance
from ganlearn.metrics.given import pair, shuffled


@dataclass(frozen=True, eq=False)
class Extrapolation:
    """A straight line through distances at several sizes: distance ≈ value + slope / size.

    Attributes:
        value: where it meets 1 / size = 0.
        slope: the bias at size n is about slope / n.
        sizes: (points,) numbers of fake samples.
        values: (points,) the distances at these sizes, float64.
    """

    value: float
    slope: float
    sizes: Tensor = field(repr=False)
    values: Tensor = field(repr=False)


def fid_infinity(
    real: Tensor,
    fake: Tensor,
    *,
    random: torch.Generator,
    points: int = 15,
    smallest: int | None = None,
) -> Extrapolation:
    """Fréchet distance without most of its bias: measured at several sizes, extrapolated.

    To first order the bias falls as 1 / n. Of both sets the same fraction is taken (the paper
    keeps all the real ones), so the limit is that of endless real and endless fake samples. Small
    sizes scatter more and count less (the paper's points count alike).

    Args:
        real: (n, d).
        fake: (m, d).
        random: draws the subsets, without repetition within each.
        points: how many sizes, spaced evenly from ``smallest`` to m.
        smallest: number of fakes in the smallest subset. When not given: a tenth of them, but at
            least 2 d, below which the bias is no straight line, or half of all where there are
            fewer than 4 d.

    Raises:
        UserError: when there are too few samples or points, or as :func:`frechet_distance`.

    Paper: Chong and Forsyth 2020, arXiv:1911.07023. Taught in chapter 08.
    """
    real, fake = pair(real, fake)
    m, d = fake.shape
    if smallest is None:
        smallest = max(m // 10, min(2 * d, m // 2))
    if points < 2 or not 2 <= smallest < m or smallest * len(real) < 2 * m:
        raise UserError(
            f"A line through {points} sizes from {smallest} to {m} fake samples, with "
            f"{len(real)} real ones, cannot be drawn; give at least 2 points, a smallest size of "
            f"at least 2 and below {m}, and at least 2 real samples in the smallest subset."
        )
    sizes = torch.linspace(smallest, m, points, dtype=torch.float64).round().long()
    values = []
    for size in progress.bar(sizes.tolist(), title="distances at several sizes", unit="size"):
        part = fake[shuffled(m, size, random, fake.device)]
        share = round(size * len(real) / m)
        values.append(frechet_distance(real[shuffled(len(real), share, random, real.device)], part))
    heights, n = torch.tensor(values, dtype=torch.float64), sizes.double()
    # A distance at size n is off by about 1 / n, so each point weighs n: the line is fitted to
    # n · distance = value · n + slope. Without weights the few smallest sizes decide, and the
    # error was up to twice as large.
    design = torch.stack([n, torch.ones_like(n)], 1)
    value, slope = torch.linalg.lstsq(design, (n * heights)[:, None]).solution[:, 0].tolist()
    return Extrapolation(value, slope, sizes, heights)
