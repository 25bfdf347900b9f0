r"""Means, spreads and second moments of features over their places.

Features (n, channels, height, width) are read as a cloud: every place of the map is one point in
the space of channels. Where on the picture it lies is forgotten, and that is what makes a
statistic one of style.

All of it is computed in float32 whatever comes in, under autocast too: a sum of 65 504 is the most
that float16 can hold. Whoever must multiply in float16 divides before the product.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganlearn.errors import UserError

EPSILON = 1e-6
"""Added to a variance before its root, whose slope is infinite at 0."""


def gram(features: Tensor, mask: Tensor | None = None) -> Tensor:
    r"""The Gram matrix as a mean, :math:`G_{ij} = \frac{1}{N} \sum_p f_{ip} f_{jp}` over N places.

    How strongly two channels speak at the same places. It forgets where that is: shuffling the
    places, or tiling the picture, changes nothing.

    Args:
        features: (n, channels, height, width), any floating type.
        mask: (n or 1, 1, height, width), at least 0: how much each place counts; all the same
            when not given.

    Returns:
        (n, channels, channels), float32.

    Raises:
        UserError: for features or a mask of another shape.

    Paper: Gatys, Ecker and Bethge 2016, doi:10.1109/CVPR.2016.265, equation 3, which sums over
    the places and divides in the loss. Taught in chapter 11.
    """
    values, weights = places(features, mask)
    if mask is None:
        return squares(values) / values.shape[-1]
    return squares(values * weights.sqrt())


def mean_std(features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of every channel over the places, what AdaIN transports.

    The variance is over the number of places, with a millionth added before the root.

    Args:
        features: (n, channels, height, width), any floating type.
        mask: (n or 1, 1, height, width), at least 0: how much each place counts.

    Returns:
        mean and standard deviation, each (n, channels), float32.

    Raises:
        UserError: for features or a mask of another shape.

    Paper: Li et al. 2017, arXiv:1701.01036; Huang and Belongie 2017, arXiv:1703.06868.
    Taught in chapter 11.
    """
    values, weights = places(features, mask)
    mean = (values * weights).sum(-1)
    variance = ((values - mean.unsqueeze(-1)).square() * weights).sum(-1)
    return mean, (variance + EPSILON).sqrt()


def mean_cov(features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the channels over the places, what whitening–colouring transports.

    The Gram matrix is the covariance plus the mean times itself: this says both apart.

    Args:
        features: (n, channels, height, width), any floating type.
        mask: (n or 1, 1, height, width), at least 0: how much each place counts.

    Returns:
        mean (n, channels) and covariance (n, channels, channels), float32.

    Raises:
        UserError: for features or a mask of another shape.

    Paper: Li et al. 2017, arXiv:1705.08086. Taught in chapter 11.
    """
    values, weights = places(features, mask)
    if mask is None:
        mean = values.mean(-1)
        return mean, squares(values - mean.unsqueeze(-1)) / values.shape[-1]
    mean = (values * weights).sum(-1)
    return mean, squares((values - mean.unsqueeze(-1)) * weights.sqrt())


def places(features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Features as a cloud of points, and how much each of them counts.

    Args:
        features: (n, channels, height, width), any floating type.
        mask: (n or 1, 1, height, width), at least 0.

    Returns:
        values (n, channels, places) and weights (n or 1, 1, places) that sum to 1 over the
        places, both float32.

    Raises:
        UserError: for features or a mask of another shape.

    Taught in chapter 11.
    """
    if features.ndim != 4 or not features.is_floating_point():
        raise UserError(
            f"A statistic is taken of floating-point features (n, channels, height, width); "
            f"these are {features.dtype} of shape {tuple(features.shape)}."
        )
    n, _, height, width = features.shape
    values = features.float().flatten(2)
    if mask is None:
        count = height * width
        return values, values.new_full((1, 1, count), 1 / count)
    if mask.shape not in ((1, 1, height, width), (n, 1, height, width)):
        raise UserError(
            f"The mask is {tuple(mask.shape)} and the features are {tuple(features.shape)}; resize "
            f"it to (1, 1, {height}, {width}) with regions.at_layer."
        )
    weights = mask.to(values).flatten(2)
    return values, weights / weights.sum(-1, keepdim=True).clamp_min(1e-12)


def product(left: Tensor, right: Tensor) -> Tensor:
    """A matrix product in the inputs' own precision, under autocast too.

    Taught in chapter 11.
    """
    with torch.autocast(left.device.type, enabled=False):
        return left @ right


def squares(values: Tensor) -> Tensor:
    """Products of all pairs of channels, summed over the places.

    Autograd would take two products for the gradient of this one, and lay it out in another order
    than the features have, which costs as much again where it is added to other gradients.

    Args:
        values: (n, channels, places), float32.

    Returns:
        (n, channels, channels), symmetric.

    Taught in chapter 11.
    """
    return _Squares.apply(values.mT)


class _Squares(torch.autograd.Function):
    """(n, places, channels) to (n, channels, channels)."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return product(x.mT, x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, change: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        both = change + change.mT
        # A product comes out row by row: of places, or of channels, as the features lie.
        return product(x, both) if x.is_contiguous() else product(both, x.mT).mT
