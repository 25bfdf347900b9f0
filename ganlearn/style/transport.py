"""From a statistic back to features: the closed forms of style transfer.

Where the loss of chapter 11 asks features to have another mean and spread, a straight map gives
them both in one step, without any optimisation.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.style.moments import EPSILON, mean_cov, mean_std, product

FLOOR = 1e-5
"""Least eigenvalue of a covariance that is inverted, relative to the greatest."""


def adain(
    content: Tensor,
    style: Tensor,
    strength: float = 1.0,
    content_mask: Tensor | None = None,
    style_mask: Tensor | None = None,
) -> Tensor:
    """Adaptive instance normalisation: the content's features with the style's mean and spread.

    Args:
        content: features (n, channels, height, width).
        style: features (n or 1, channels, any height, any width).
        strength: 0 leaves the content as it is, 1 reaches the style's mean and standard deviation.
        content_mask, style_mask: (n or 1, 1, height, width): what counts in either; the whole of
            the content is moved.

    Returns:
        (n, channels, height, width), float32.

    Raises:
        UserError: when the numbers of channels or pictures do not fit.

    Paper: Huang and Belongie 2017, arXiv:1703.06868, equation 8. Taught in chapter 12.
    """
    _check(content, style)
    mean, std = (x[..., None, None] for x in mean_std(content, content_mask))
    new_mean, new_std = (x[..., None, None] for x in mean_std(style, style_mask))
    content = content.float()
    return content.lerp((content - mean) * (new_std / std) + new_mean, strength)


def whitening_colouring(
    content: Tensor,
    style: Tensor,
    strength: float = 1.0,
    content_mask: Tensor | None = None,
    style_mask: Tensor | None = None,
    floor: float = FLOOR,
) -> Tensor:
    r"""The content's features with the style's mean and covariance, channels' relations and all.

    Centred features times :math:`\Sigma_s^{1/2} \Sigma_c^{-1/2}`, both roots symmetric, so that
    a picture in its own style stays as it is. Eigenvalues below ``floor`` times the greatest one,
    or below a millionth, are raised to it: a direction in which the content hardly varies holds
    rounding and noise, which would be blown up. For autograd the matrix is a constant, for the
    derivative of ``eigh`` is infinite where two eigenvalues meet.

    Args:
        content: features (n, channels, height, width).
        style: features (n or 1, channels, any height, any width).
        strength: 0 leaves the content as it is, 1 reaches the style's mean and covariance in
            every direction that the content varies in.
        content_mask, style_mask: (n or 1, 1, height, width): what counts in either; the whole of
            the content is moved.
        floor: least eigenvalue, relative to the greatest.

    Returns:
        (n, channels, height, width), float32.

    Raises:
        UserError: when the numbers of channels or pictures do not fit.

    Paper: Li et al. 2017, arXiv:1705.08086, section 3.2. Taught in chapter 12.
    """
    _check(content, style)
    mean, covariance = mean_cov(content, content_mask)
    new_mean, new_covariance = mean_cov(style, style_mask)
    map = _power(new_covariance, 0.5, floor) @ _power(covariance, -0.5, floor)
    centred = content.float().flatten(2) - mean.unsqueeze(-1)
    moved = product(map.to(centred), centred) + new_mean.unsqueeze(-1)
    return content.float().lerp(moved.view_as(content), strength)


@torch.no_grad()
def _power(covariance: Tensor, exponent: float, floor: float) -> Tensor:
    """A power of symmetric matrices, in float64 on the CPU: not every device has both."""
    values, vectors = torch.linalg.eigh(covariance.cpu().double())
    values = torch.maximum(values, floor * values[..., -1:]).clamp_min(EPSILON) ** exponent
    return vectors * values.unsqueeze(-2) @ vectors.mT


def _check(content: Tensor, style: Tensor) -> None:
    if content.shape[1] != style.shape[1] or len(style) not in (1, len(content)):
        raise UserError(
            f"Features of shape {tuple(content.shape)} cannot be moved to {tuple(style.shape)}: "
            f"take both from the same layer, and one style or one for each picture."
        )
