"""Fréchet distance: how far apart two clouds of features are, if each is taken for a Gaussian."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.metrics.given import matrix, pair


def gaussian_frechet(mean_a: Tensor, cov_a: Tensor, mean_b: Tensor, cov_b: Tensor) -> float:
    """Squared Wasserstein-2 distance of two Gaussians.

    .. math:: |\\mu_a - \\mu_b|^2 + \\mathrm{tr}(A + B) - 2\\,\\mathrm{tr}\\,(AB)^{1/2}

    AB is not symmetric, and a general matrix square root of it may come out complex. But with any
    F such that FᵀF = A, the matrix F B Fᵀ is symmetric and has the eigenvalues of AB; the trace is
    the sum of their roots.

    Args:
        mean_a, mean_b: (d,).
        cov_a, cov_b: (d, d), symmetric, without negative eigenvalues; they may be singular.

    Returns:
        The distance, computed in float64. It cannot be negative, but equal Gaussians of low rank
        give numbers such as -5e-7 by rounding. They are returned as they are: a number far below
        zero tells of a covariance that is none, and clipping would hide it.

    Raises:
        UserError: when the shapes do not fit or values are not finite.

    Paper: Dowson and Landau 1982, doi:10.1016/0047-259X(82)90077-X; for generators Heusel et al.
    2017, arXiv:1706.08500. Taught in chapter 08.
    """
    cov_a, cov_b = matrix(cov_a, "covariance", 1), matrix(cov_b, "covariance", 1)
    mean_a, mean_b = (matrix(mean.reshape(1, -1), "mean", 1)[0] for mean in (mean_a, mean_b))
    d = len(mean_a)
    if {tuple(cov_a.shape), tuple(cov_b.shape)} != {(d, d)} or len(mean_b) != d:
        raise UserError(
            f"Means of {d} and {len(mean_b)} numbers and covariances of shape "
            f"{tuple(cov_a.shape)} and {tuple(cov_b.shape)} do not fit together; "
            f"give (d,), (d, d), (d,), (d, d)."
        )
    root = factor(cov_a)
    squares = torch.linalg.eigvalsh(root @ cov_b @ root.T)
    overlap = squares.clamp(min=0).sqrt().sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * overlap
    return distance.item()


def factor(cov: Tensor) -> Tensor:
    """F (d, d) with FᵀF = cov: Cholesky's, or from eigenvectors when cov is singular."""
    lower, failed = torch.linalg.cholesky_ex(cov)
    if not failed:
        return lower.T
    values, vectors = torch.linalg.eigh(cov)
    return (vectors * values.clamp(min=0).sqrt()).T


def frechet_distance(real: Tensor, fake: Tensor) -> float:
    """Fréchet distance of two sets of features, by their means and covariances.

    With fewer samples than features a covariance has low rank, and nothing of size (d, d) need be
    built: when XᵀX and YᵀY are the covariances, tr (XᵀX YᵀY)^½ is the sum of the singular values
    of X Yᵀ, which has one row a sample. Both ways give the same number (tested).

    Few samples make it too large, by an amount that depends on the features: see
    :func:`fid_infinity`.

    Args:
        real: (n, d), n at least 2.
        fake: (m, d), m at least 2.

    Returns:
        The distance, computed in float64, with covariances divided by n - 1; 0 for equal sets but
        for rounding, which is not clipped (see :func:`gaussian_frechet`).

    Raises:
        UserError: for fewer than 2 samples, other shapes, NaN.

    Paper: Heusel et al. 2017, arXiv:1706.08500. Taught in chapter 08.
    """
    real, fake = pair(real, fake)
    mean_real, mean_fake = real.mean(0), fake.mean(0)
    x, y = _scaled(real - mean_real), _scaled(fake - mean_fake)
    d = x.shape[1]
    if min(len(x), len(y)) >= d:
        return gaussian_frechet(mean_real, x.T @ x, mean_fake, y.T @ y)
    traces = x.square().sum() + y.square().sum()
    # The larger set, if it has more samples than features, goes down to d rows as well.
    x, y = (side if len(side) <= d else factor(side.T @ side) for side in (x, y))
    overlap = torch.linalg.svdvals(x @ y.T).sum()
    return ((mean_real - mean_fake).square().sum() + traces - 2 * overlap).item()


def _scaled(centred: Tensor) -> Tensor:
    """X such that XᵀX is the covariance."""
    return centred / (len(centred) - 1) ** 0.5
