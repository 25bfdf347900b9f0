"""What style is, in numbers: a statistic of features, a distance, and, if there is one, a way.

One statistic serves all of the field: its distance is minimised over a picture (chapter 11) or
over the weights of a network (chapter 12), and its transport is style transfer in closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.style.moments import gram, mean_cov, mean_std
from ganlearn.style.sliced import sliced
from ganlearn.style.transport import adain, whitening_colouring

__all__ = [
    "GRAM",
    "MEAN_COV",
    "MEAN_STD",
    "SLICED",
    "STATISTICS",
    "Statistic",
    "find",
    "gram",
    "mean_cov",
    "mean_std",
    "sliced",
]

Summaries = tuple[Tensor, ...]

SHARE = 0.1
"""Of the typical feature: below that a summary counts as zero, see :meth:`Statistic.distance`."""


@dataclass(frozen=True)
class Statistic:
    """Numbers that describe a style, without saying where on the picture anything is.

    Attributes:
        name: ``"gram"``, ``"mean_std"``, ``"mean_cov"`` or ``"sliced"``.
        of: (features, mask=None) to its summaries, float32 tensors (n, …).
        powers: for each summary, how it grows when the features do: 1 for a mean, 2 for a product.
        transport: (content, style, strength=1.0, content_mask=None, style_mask=None) to features
            that have the style's summaries; None where there is no closed form.

    Taught in chapter 11.
    """

    name: str
    of: Callable[..., Summaries]
    powers: tuple[int, ...]
    transport: Callable[..., Tensor] | None = None

    def distance(self, found: Sequence[Tensor], target: Sequence[Tensor]) -> Tensor:
        r"""How far summaries are from a target's, relative to the target.

        The mean over summaries and pictures of :math:`|a - b|^2 / |b|^2`: 0 where nothing
        differs, 1 for features that are all zero. It does not depend on the number of channels,
        the size of the picture or the scale of the features, so weights near 1 serve every layer
        of every network.

        A target without contrast, such as a piece of plain sky, has a covariance near zero.
        Relative to that, all contrast would be infinitely wrong and outweigh the rest. So no
        summary is measured against less than a tenth of what is typical of the target's features,
        in its own power.

        Args:
            found: what ``of`` gave for n pictures.
            target: for as many pictures, or for one, to which all are compared.

        Returns:
            A scalar, float32.

        Raises:
            UserError: when shapes do not fit. (B, 1, C, C) against (B, C, C) would broadcast,
                and compare every picture with every other.
        """
        _check(self.name, found, target)
        sizes = self._sizes(target)
        terms = [
            ((a - b).flatten(1) / size).square().mean()
            for a, b, size in zip(found, target, sizes, strict=True)
        ]
        return torch.stack(terms).mean()

    @torch.no_grad()
    def _sizes(self, target: Sequence[Tensor]) -> list[Tensor]:
        """Root mean squares (n, 1) of a target's summaries, none of them near zero."""
        roots = [b.flatten(1).square().mean(1, keepdim=True).sqrt() for b in target]
        features = [root ** (1 / power) for root, power in zip(roots, self.powers, strict=True)]
        typical = torch.stack(features).amax(0).clamp_min(1e-4)
        return [
            torch.maximum(root, (SHARE * typical) ** power)
            for root, power in zip(roots, self.powers, strict=True)
        ]


def _check(name: str, found: Sequence[Tensor], target: Sequence[Tensor]) -> None:
    shapes = [[tuple(x.shape) for x in summaries] for summaries in (found, target)]
    fit = len(found) == len(target) and all(
        a[1:] == b[1:] and b[0] in (1, a[0]) for a, b in zip(*shapes, strict=True)
    )
    if not fit:
        a, b = (" and ".join(map(str, shape)) for shape in shapes)
        raise UserError(
            f"The statistic {name} has shape {a} here and {b} in the target: take both from the "
            f"same layer of the same network, and one target or one for each picture."
        )


GRAM = Statistic("gram", lambda features, mask=None: (gram(features, mask),), (2,))
MEAN_STD = Statistic("mean_std", mean_std, (1, 1), adain)
MEAN_COV = Statistic("mean_cov", mean_cov, (1, 2), whitening_colouring)
SLICED = Statistic("sliced", lambda features, mask=None: (sliced(features, mask),), (1,))

STATISTICS = {statistic.name: statistic for statistic in (GRAM, MEAN_STD, MEAN_COV, SLICED)}


def find(statistic: str | Statistic) -> Statistic:
    """A statistic by its name; a statistic is itself.

    Raises:
        UserError: when there is none of this name.

    Taught in chapter 11.
    """
    if isinstance(statistic, Statistic):
        return statistic
    if statistic not in STATISTICS:
        raise UserError(
            f"There is no statistic {statistic!r}; choose from {', '.join(STATISTICS)}."
        )
    return STATISTICS[statistic]
