"""The whole distribution of features, seen from one direction at a time."""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from ganlearn import runtime
from ganlearn.style.moments import places, product


def sliced(features: Tensor, mask: Tensor | None = None, shares: int = 64, seed: int = 0) -> Tensor:
    r"""Features projected onto fixed directions and sorted: what sliced Wasserstein compares.

    The Wasserstein distance of two clouds on a line needs no search: sort both, and move the
    smallest to the smallest. Two clouds of different sizes have no pairs, so the sorted values
    are cut into equal shares of the whole and each share is replaced by its mean,

    .. math:: s_j = J \int_{(j-1)/J}^{j/J} Q(u)\,du,

    where :math:`Q` is the quantile function, a staircase. Every place has a part in it, so every
    place gets a gradient. The directions are a turned basis, as many as there are channels: the
    mean is then known exactly.

    Args:
        features: (n, channels, height, width), any floating type.
        mask: (n or 1, 1, height, width), at least 0: how much each place counts.
        shares: into how many the sorted values are cut.
        seed: of the directions, which are the same for all features with as many channels.

    Returns:
        (n, channels, shares), float32, rising along the last axis.

    Raises:
        UserError: for features or a mask of another shape.

    Paper: Heitz et al. 2021, arXiv:2006.07229, with directions that are drawn once and not at
    every step, so that the target is computed once. Taught in chapter 11.
    """
    values, weights = places(features, mask)
    turned = product(directions(values.shape[1], seed).to(values), values)
    ordered, order = turned.sort(dim=-1)
    weights = weights.expand_as(turned).gather(-1, order)
    ends = weights.cumsum(-1)
    ends = ends / ends[..., -1:]
    starts = torch.nn.functional.pad(ends[..., :-1], (1, 0))
    areas = torch.nn.functional.pad((ordered * (ends - starts)).cumsum(-1), (1, 0))
    # Where a cut falls into a step of the staircase, the area up to it is that up to the step
    # and a rectangle.
    cuts = torch.arange(1, shares, device=values.device) / shares
    step = torch.searchsorted(ends, cuts.expand(*ends.shape[:-1], -1).contiguous())
    inside = (cuts - starts.gather(-1, step)) * ordered.gather(-1, step)
    at_cuts = areas[..., :-1].gather(-1, step) + inside
    bounds = torch.cat([areas[..., :1], at_cuts, areas[..., -1:]], dim=-1)
    return bounds.diff(dim=-1) * shares


@functools.lru_cache
def directions(channels: int, seed: int = 0) -> Tensor:
    """A basis of the space of channels, turned at random: (channels, channels), orthogonal.

    Taught in chapter 11.
    """
    drawn = torch.randn(channels, channels, generator=runtime.generator(seed), dtype=torch.float64)
    basis, triangle = torch.linalg.qr(drawn)
    # QR leaves the signs to the library that computes it; this fixes them.
    return (basis * triangle.diagonal().sign()).T.float()
