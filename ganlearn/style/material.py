"""What goes into a stylised picture: content, styles, and where each style goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.style import pictures, regions
from ganlearn.style.colour import Colour
from ganlearn.style.objective import Objective, Style
from ganlearn.style.pictures import Picture, resize_to, scaled
from ganlearn.style.regions import Mask

Shape = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Material:
    """Pictures at the size of the result, on the device.

    Attributes:
        content: (1, 3, height, width) in [0, 1].
        styles: (1, 3, any height, any width) in [0, 1] each.
        weights: of the styles.
        masks: (1, 1, height, width) in [0, 1], one for each style, or None.
        original: height and width of the content as it was given.

    Taught in chapter 11.
    """

    content: Tensor
    styles: list[Tensor]
    weights: list[float]
    masks: list[Tensor] | None
    original: Shape

    @property
    def shape(self) -> Shape:
        """Height and width of the result."""
        height, width = self.content.shape[-2:]
        return height, width

    def at(self, shape: Shape, objective: Objective) -> tuple[dict[str, Tensor], list[Style]]:
        """The targets of an objective for a picture of another height and width."""
        ratio = max(shape) / max(self.shape)
        targets = []
        for index, (style, weight) in enumerate(zip(self.styles, self.weights, strict=True)):
            size = round(ratio * max(style.shape[-2:]))
            # A long and narrow style is not made narrower than the network can see.
            size = max(size, pictures.least_size(style.shape[-2:], objective.smallest))
            small = resize_to(style, scaled(style.shape[-2:], size))
            mask = None if self.masks is None else regions.at_layer(self.masks[index], shape)
            targets.append(objective.style(small, weight, mask))
        return objective.content(resize_to(self.content, shape)), targets


def gather(
    content: Picture,
    style: Picture | Sequence[Picture],
    size: int,
    *,
    style_scale: float,
    weights: Sequence[float] | None,
    masks: Sequence[Mask] | None,
    colour: Colour,
    device: torch.device,
) -> Material:
    """Read and check all that :func:`ganlearn.style.stylize` was given.

    Raises:
        UserError: for what cannot be read or does not fit together.

    Taught in chapter 11.
    """
    whole = pictures.read(content)
    ground = pictures.resize(whole, size).to(device)
    many = several(style)
    if not 0.1 <= style_scale <= 10:
        raise UserError(f"The scale of the style is {style_scale}; choose from 0.1 to 10.")
    styles = [pictures.read(one, round(size * style_scale)).to(device) for one in many]
    shape = ground.shape[-2:]
    found = None
    if masks is not None:
        if len(masks) != len(many):
            raise UserError(
                f"There are {len(masks)} masks for {len(many)} styles; give one for each."
            )
        found = [regions.read(mask, (shape[0], shape[1])).to(device) for mask in masks]
        found = regions.share_out(found)
    return Material(
        ground,
        [colour.prepare(one, ground) for one in styles],
        shares(weights, len(many)),
        found,
        (whole.shape[-2], whole.shape[-1]),
    )


def several(style: Picture | Sequence[Picture]) -> list[Picture]:
    """Styles as a list, when there is only one, too.

    Raises:
        UserError: when there is none.

    Taught in chapter 11.
    """
    many = list(style) if isinstance(style, (list, tuple)) else [style]
    if not many:
        raise UserError("There is no style in the list; give at least one picture.")
    return many


def shares(weights: Sequence[float] | None, count: int) -> list[float]:
    """Weights of several styles, equal when not given; they sum to 1.

    Raises:
        UserError: when there is not one for each, or one is negative, or all are 0.

    Taught in chapter 11.
    """
    given = [1.0] * count if weights is None else [float(weight) for weight in weights]
    if len(given) != count:
        raise UserError(f"There are {len(given)} weights for {count} styles; give one for each.")
    if not (min(given) >= 0 and 0 < sum(given) < float("inf")):
        raise UserError(f"The weights are {given}; choose positive numbers.")
    return [weight / sum(given) for weight in given]
