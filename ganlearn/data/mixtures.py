"""Mixtures of Gaussians: data whose density is known, so that a generator can be judged exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.data.source import changed, check_same_device
from ganlearn.errors import UserError


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of Gaussians that are round, each with its own centre, width and weight.

    .. math:: p(x) = \\sum_k w_k\\, \\mathcal N(x;\\ \\mu_k,\\ \\sigma_k^2 I)

    Attributes:
        means: (modes, dimension) float32.
        std: standard deviation of every mode, one number or one a mode; kept as (modes,).
        weights: share of each mode, scaled to sum to 1; equal when not given; kept as (modes,).
        name: for titles and messages.

    Raises:
        UserError: when the parts do not fit together.

    Taught in chapters 02 (one dimension) and 03 (two).
    """

    means: Tensor | Sequence[Sequence[float]]
    std: Tensor | Sequence[float] | float
    weights: Tensor | Sequence[float] | None = None
    name: str = "mixture"

    def __post_init__(self) -> None:
        means = torch.as_tensor(self.means, dtype=torch.float32)
        if means.ndim != 2 or means.numel() == 0 or not bool(means.isfinite().all()):
            raise UserError(
                f"A mixture got means of shape {tuple(means.shape)}; give finite numbers of shape "
                f"(modes, dimension), for example [[-1.0], [1.0]] for two modes on a line."
            )
        std = torch.as_tensor(self.std, dtype=torch.float32, device=means.device)
        weights = torch.ones(len(means)) if self.weights is None else self.weights
        weights = torch.as_tensor(weights, dtype=torch.float32, device=means.device)
        if std.numel() not in (1, len(means)) or not bool((std > 0).all()):
            raise UserError("The std of a mixture must be positive, one number or one a mode.")
        if weights.shape != (len(means),) or bool((weights < 0).any()) or not weights.sum() > 0:
            raise UserError(
                f"The weights of a mixture of {len(means)} modes must be {len(means)} numbers, "
                f"none negative and not all zero."
            )
        # A frozen dataclass is set once, here, to the one form that the methods rely on.
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "std", std.reshape(-1).expand(len(means)).clone())
        object.__setattr__(self, "weights", weights / weights.sum())

    def __len__(self) -> int:
        """The number of modes."""
        return len(self.means)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample, (dimension,)."""
        return (self.means.shape[1],)

    @property
    def device(self) -> torch.device:
        """Where the parameters are, and so where a generator for :meth:`draw` must be."""
        return self.means.device

    def to(self, device: torch.device | str) -> Mixture:
        """The same mixture on another device."""
        return changed(
            self,
            means=self.means.to(device),
            std=self.std.to(device),
            weights=self.weights.to(device),
        )

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """n independent samples (n, dimension)."""
        return self.draw_labelled(n, generator)[0]

    def draw_labelled(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """n independent samples (n, dimension) and the mode (n,) that each was drawn from."""
        check_same_device(self.device, generator)
        uniform = torch.rand(n, generator=generator, device=self.device)
        # The mode is where a uniform number falls among the running sums of the weights.
        sums = self.weights.cumsum(0)
        modes = torch.searchsorted(sums / sums[-1], uniform, right=True)
        noise = torch.randn(n, *self.shape, generator=generator, device=self.device)
        return self.means[modes] + self.std[modes, None] * noise, modes

    def log_prob(self, x: Tensor) -> Tensor:
        """Logarithm of the density at x.

        Args:
            x: (..., dimension).

        Returns:
            (...) in nats.
        """
        return self._log_joint(x).logsumexp(-1)

    def density(self, x: Tensor) -> Tensor:
        """The density at x (..., dimension), as (...)."""
        return self.log_prob(x).exp()

    def mode_of(self, x: Tensor) -> Tensor:
        """The mode that most probably made x (..., dimension), as (...) int64."""
        return self._log_joint(x).argmax(-1)

    def _log_joint(self, x: Tensor) -> Tensor:
        """log(w_k) + log N(x; mean_k, std_k² I) for every mode: (..., modes)."""
        dimension = self.means.shape[1]
        squared = (x.unsqueeze(-2) - self.means).square().sum(-1)
        scale = self.std.log() + 0.5 * math.log(2 * math.pi)
        return self.weights.log() - squared / (2 * self.std.square()) - dimension * scale


def ring(modes: int = 8, radius: float = 2.0, std: float = 0.05) -> Mixture:
    """Equal modes spaced evenly on a circle, the first at (radius, 0)."""
    angle = torch.arange(modes) / modes * 2 * math.pi
    means = radius * torch.stack((angle.cos(), angle.sin()), -1)
    return Mixture(means, std, name=f"ring of {modes}")


def grid(side: int = 5, spacing: float = 1.0, std: float = 0.05) -> Mixture:
    """Equal modes on a square grid, ``side`` in each direction, centred on the origin."""
    line = (torch.arange(side) - (side - 1) / 2) * spacing
    return Mixture(torch.cartesian_prod(line, line), std, name=f"grid of {side} × {side}")


def spiral(modes: int = 20, turns: float = 1.5, radius: float = 2.0, std: float = 0.05) -> Mixture:
    """Equal modes spaced evenly along a spiral from near the origin out to ``radius``."""
    # The arc grows about as the square of the angle, so the root keeps the modes evenly apart.
    along = ((torch.arange(modes) + 1) / modes).sqrt()
    angle = along * turns * 2 * math.pi
    means = radius * along[:, None] * torch.stack((angle.cos(), angle.sin()), -1)
    return Mixture(means, std, name=f"spiral of {modes}")
