"""Fidelity and diversity told apart: who lies within whose neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.metrics.distances import radii, rows, slack
from ganlearn.metrics.given import pair


@dataclass(frozen=True)
class Neighbourhood:
    """Four shares of samples that have company of the other kind.

    Attributes:
        precision: of the fakes, those near a real sample, in [0, 1]: are they like real ones?
        recall: of the real ones, those near a fake, in [0, 1]: is all that is real made, too?
        density: how many real neighbourhoods a fake lies in, over k; about 1 for equal
            distributions, and may be larger.
        coverage: of the real ones, those with a fake in their neighbourhood, in [0, 1].
    """

    precision: float
    recall: float
    density: float
    coverage: float


def neighbourhood(real: Tensor, fake: Tensor, k: int = 5) -> Neighbourhood:
    """Precision, recall, density and coverage by k nearest neighbours.

    A sample's neighbourhood is the ball that reaches to its k-th nearest other sample of its own
    set. Precision and density ask which real balls the fakes fall into, recall which fake balls
    the real samples fall into, coverage which real balls are not empty of fakes. A generator that
    collapsed onto one good picture has high precision and low recall.

    Time grows with (n + m)² d; memory does not, for distances are taken a part at a time.

    Args:
        real: (n, d), n above k.
        fake: (m, d), m above k.
        k: which neighbour ends the neighbourhood.

    Raises:
        UserError: for fewer than k + 1 samples, other shapes, NaN.

    Paper: Kynkäänniemi et al. 2019, arXiv:1904.06991 (precision, recall); Naeem et al. 2020,
    arXiv:2002.09797 (density, coverage). Taught in chapter 08.
    """
    real, fake = pair(real, fake)
    if not 1 <= k < min(len(real), len(fake)):
        raise UserError(
            f"Asked for {k} neighbours among {len(real)} real and {len(fake)} fake samples, and "
            f"no sample is its own neighbour; choose k from 1 to {min(len(real), len(fake)) - 1}."
        )
    rounding = slack(real, fake)
    real_radii, fake_radii = radii(real, k) + rounding, radii(fake, k) + rounding
    hits = torch.zeros(len(fake), dtype=torch.long, device=fake.device)
    recalled, covered = 0, 0
    for where, squared in rows(real, fake, "precision and recall"):
        inside = squared <= real_radii[where, None]
        hits += inside.sum(0)
        covered += int(inside.any(1).sum())
        recalled += int((squared <= fake_radii).any(1).sum())
    return Neighbourhood(
        precision=(hits > 0).double().mean().item(),
        recall=recalled / len(real),
        density=hits.double().mean().item() / k,
        coverage=covered / len(real),
    )
