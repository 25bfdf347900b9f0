"""Three questions to translated pictures: how sharp, in whose style, and what was kept."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

from ganlearn.style.features import Extractor
from ganlearn.style.random import random_features
from ganlearn.style.statistics import GRAM, Statistic
from ganlearn.translate.outlines import outlines


def detail(pictures: Tensor) -> float:
    """Mean square of what is lost when every 2 x 2 pixels are replaced by their mean: the energy
    of the finest quarter of the frequencies on each axis and above.

    To be read relative to that of real pictures: below 1 is blurred, above 1 is noisy.

    Args:
        pictures: (n, channels, height, width) in [-1, 1]; an odd last row or column is left out.

    Taught in chapter 13.
    """
    pictures = pictures[..., : pictures.shape[-2] // 2 * 2, : pictures.shape[-1] // 2 * 2]
    coarse = interpolate(avg_pool2d(pictures, 2), scale_factor=2.0)
    return (pictures - coarse).square().mean().item()


def style_distance(
    pictures: Tensor,
    collection: Tensor,
    extractor: Extractor | None = None,
    statistic: Statistic = GRAM,
) -> float:
    """How far the style of pictures is from that of a collection, each taken as a whole.

    The statistic is pooled over all pictures of a side, as if they were parts of one large
    picture: a style is what a collection has in common, and no picture of it is the target.

    Args:
        pictures, collection: (n, 3, height, width) in [-1, 1], of the same height and width.
        extractor: whose features are compared, all sizes of its feature maps equally; random
            filters that took part in no training when not given.
        statistic: of the features.

    Returns:
        A relative squared distance, 0 when alike.

    Taught in chapter 13.
    """
    extractor = random_features("shallow") if extractor is None else extractor
    side = min(pictures.shape[-2:])
    layers = [name for name in extractor.names if extractor.smallest(name) <= side]
    found, target = (_pooled(x, extractor, layers) for x in (pictures, collection))
    distances = [
        statistic.distance(statistic.of(found[layer]), statistic.of(target[layer]))
        for layer in layers
    ]
    return torch.stack(distances).mean().item()


@torch.no_grad()
def _pooled(pictures: Tensor, extractor: Extractor, layers: list[str]) -> dict[str, Tensor]:
    """Features of all pictures below each other, layer to (1, channels, n · h, w)."""
    found = extractor((pictures.detach().to(extractor.mean.device) + 1) / 2, layers)
    return {name: f.transpose(0, 1).flatten(1, 2).unsqueeze(0) for name, f in found.items()}


def lines_kept(lines: Tensor, pictures: Tensor) -> float:
    """How well the outlines of pictures agree with the lines that they were made from.

    The mean of precision and recall in the harmonic sense (F1), where a line counts as met on the
    pixel itself or on one of its eight neighbours.

    Args:
        lines: (n, 1, height, width), 1 on a line and -1 elsewhere.
        pictures: (n, 3, height, width) in [-1, 1].

    Returns:
        From 0 to 1; exact paintings reach about 0.92, as the detector is not perfect.

    Taught in chapter 13.
    """
    asked, found = (lines > 0).float(), (outlines(pictures) > 0).float().to(lines.device)
    met = (found * _near(asked)).sum() / found.sum().clamp(min=1)
    drawn = (asked * _near(found)).sum() / asked.sum().clamp(min=1)
    return (2 * met * drawn / (met + drawn).clamp(min=1e-9)).item()


def _near(lines: Tensor) -> Tensor:
    return max_pool2d(lines, 3, 1, 1)
