"""What a stylised picture should be: like the content here, like the style there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style import regions
from ganlearn.style.features import Extractor
from ganlearn.style.presets import DEFAULT, Preset

Features = Mapping[str, Tensor]
Summaries = tuple[Tensor, ...]

TINY = 1e-12  # a layer that is silent everywhere has no square to compare with


@dataclass(frozen=True, eq=False)
class Style:
    """What is kept of a style picture.

    Attributes:
        summaries: layer to the statistic of its features there.
        weight: its share among several styles.
        mask: (1, 1, height, width) in [0, 1], where in the result it counts; everywhere if None.
    """

    summaries: Mapping[str, Summaries]
    weight: float = 1.0
    mask: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Objective:
    """The loss that optimisation descends and that a fast network is trained by.

    total = strength · (style + v · total variation) + (1 - strength) · k · content, where k and v
    are the preset's. Style and content are relative distances. Total variation smooths what the
    style does, so at strength 0 nothing pulls at the content.

    Attributes:
        extractor: the network by whose features pictures are compared.
        preset: layers, weights, statistic.
        strength: 0 keeps the content, 1 cares for the style alone.

    Raises:
        UserError: for a strength outside [0, 1] or a layer that the network does not have.

    Paper: Gatys, Ecker and Bethge 2016, arXiv:1508.06576. Taught in chapter 11.
    """

    extractor: Extractor
    preset: Preset = DEFAULT
    strength: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise UserError(
                f"The strength is {self.strength}; choose a number from 0 (the content as it is) "
                f"to 1 (style alone)."
            )
        self.extractor.check(self.preset.layers)

    @property
    def smallest(self) -> int:
        """Least height and width, in pixels, of a picture that reaches all layers."""
        return max(self.extractor.smallest(layer) for layer in self.preset.layers)

    def features(self, pictures: Tensor) -> dict[str, Tensor]:
        """The features (n, c, h, w) of pictures (n, 3, height, width) at the preset's layers.

        The convolutions run in bfloat16 where the device multiplies it in hardware; statistics
        and distances are taken in float32 in any case.
        """
        fast = runtime.bfloat16_is_fast(pictures.device)
        with runtime.autocast(pictures.device, "bfloat16" if fast else "float32"):
            return self.extractor(pictures, self.preset.layers)

    @torch.no_grad()
    def content(self, pictures: Tensor) -> dict[str, Tensor]:
        """The target that the content term compares with: features of (n, 3, height, width)."""
        found = self.features(pictures)
        return {layer: found[layer].float() for layer in self.preset.content}

    @torch.no_grad()
    def style(self, picture: Tensor, weight: float = 1.0, mask: Tensor | None = None) -> Style:
        """The target that the style term compares with.

        Args:
            picture: (1, 3, height, width), of any size.
            weight: its share among several styles.
            mask: where in the result it counts, see :class:`Style`.
        """
        found = self.features(picture)
        of = self.preset.statistic.of
        return Style({layer: of(found[layer]) for layer in self.preset.style}, weight, mask)

    def terms(
        self, pictures: Tensor, content: Features, styles: Sequence[Style]
    ) -> dict[str, Tensor]:
        """The terms of the loss, each a scalar without its weight.

        Args:
            pictures: (n, 3, height, width) in [0, 1], with a gradient if one is wanted.
            content: of :meth:`content`, for the same n and size.
            styles: of :meth:`style`.

        Returns:
            ``style`` and ``content``, relative distances, 0 when alike; ``total variation``.
        """
        found = self.features(pictures)
        chosen = self.preset
        style = [self._style_at(layer, found[layer], styles) for layer in chosen.style]
        kept = [relative(found[layer], content[layer]) for layer in chosen.content]
        return {
            "style": _average(style, chosen.style.values()),
            "content": _average(kept, chosen.content.values()),
            "total variation": total_variation(pictures),
        }

    @property
    def weights(self) -> dict[str, float]:
        """What each term weighs in the total."""
        return {
            "style": self.strength,
            "content": (1 - self.strength) * self.preset.content_weight,
            "total variation": self.strength * self.preset.total_variation,
        }

    def total(self, terms: Mapping[str, Tensor]) -> Tensor:
        """The loss: the terms, each with its weight."""
        return sum(weight * terms[name] for name, weight in self.weights.items())

    def _style_at(self, layer: str, features: Tensor, styles: Sequence[Style]) -> Tensor:
        """The distance to the styles at one layer, each by its share."""
        statistic = self.preset.statistic
        masks = [style.mask for style in styles]
        everywhere = statistic.of(features) if any(mask is None for mask in masks) else None
        found = [
            everywhere
            if mask is None
            else statistic.of(features, regions.at_layer(mask, features.shape[-2:]))
            for mask in masks
        ]
        distances = [
            statistic.distance(here, style.summaries[layer])
            for here, style in zip(found, styles, strict=True)
        ]
        return _average(distances, [style.weight for style in styles])


def relative(found: Tensor, target: Tensor) -> Tensor:
    """The squared distance of features (n, c, h, w), as a share of the target's own square.

    Taught in chapter 11.
    """
    target = target.float()
    return (found.float() - target).square().mean() / target.square().mean().clamp_min(TINY)


def total_variation(pictures: Tensor) -> Tensor:
    """How much neighbouring pixels of (n, 3, height, width) differ: the mean square, a scalar.

    Paper: Mahendran and Vedaldi 2015, arXiv:1412.0035. Taught in chapter 11.
    """
    across, down = pictures.diff(dim=-1), pictures.diff(dim=-2)
    return across.square().mean() + down.square().mean()


def _average(values: Sequence[Tensor], weights: Iterable[float]) -> Tensor:
    """The weighted mean; only the weights' proportions matter."""
    weights = list(weights)
    return sum(w * value for w, value in zip(weights, values, strict=True)) / sum(weights)
