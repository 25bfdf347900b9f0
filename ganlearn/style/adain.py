"""Any style in one pass: encode, give the features the style's statistic, decode."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganlearn import runtime, threads
from ganlearn.errors import UserError
from ganlearn.style import colour as colours
from ganlearn.style import memory, networks, regions, statistics, stylized
from ganlearn.style.features import Extractor
from ganlearn.style.material import gather, shares
from ganlearn.style.pictures import Picture
from ganlearn.style.regions import Mask
from ganlearn.style.statistics import MEAN_STD, Statistic
from ganlearn.style.stylized import Stylized

LAYER = "relu4_1"
"""Where the decoder begins."""


class AnyStyle:
    """Styles that can be laid over any number of pictures, frames of a clip for example.

    The styles are looked at once. A picture then costs one way through the encoder, a map of its
    features, and one way through the decoder. What the decoder cannot draw is lost at every
    strength, also at 0.

    Args:
        styles: pictures (1, 3, any height, any width) in [0, 1].
        statistic: whose transport is used: ``MEAN_STD`` is AdaIN, ``MEAN_COV`` is
            whitening-colouring.
        weights: of the styles; equal when not given, only their proportions matter. Masks take
            their place.
        masks: for each style (1, 1, height, width) in [0, 1], where in the result it goes; all of
            the pictures' size, nowhere more than 1 together. What is missing to 1 stays content.
        encoder, decoder: the shipped ones when not given; on one device.

    Raises:
        UserError: for a statistic without a closed form, or another number of weights or masks.

    Paper: Huang and Belongie 2017, arXiv:1703.06868; Li et al. 2017, arXiv:1705.08086. Taught in
    chapter 12.
    """

    def __init__(
        self,
        styles: Sequence[Tensor],
        statistic: str | Statistic = MEAN_STD,
        *,
        weights: Sequence[float] | None = None,
        masks: Sequence[Tensor] | None = None,
        encoder: Extractor | None = None,
        decoder: nn.Module | None = None,
    ) -> None:
        self.statistic = statistics.find(statistic)
        if self.statistic.transport is None:
            ways = [name for name, s in statistics.STATISTICS.items() if s.transport is not None]
            raise UserError(
                f"The statistic {self.statistic.name} has no closed form; "
                f"choose from {', '.join(ways)}."
            )
        if masks is not None and len(masks) != len(styles):
            raise UserError(
                f"There are {len(masks)} masks for {len(styles)} styles; give one for each."
            )
        self.weights = shares(weights, len(styles))
        self.masks = masks
        self.encoder = encoder or networks.perceptual()
        self.decoder = decoder or networks.decoder()
        self.styles = [self.encode(style) for style in styles]

    @torch.inference_mode()
    def __call__(self, pictures: Tensor, strength: float = 1.0) -> Tensor:
        """Lay the styles over pictures.

        Args:
            pictures: (n, 3, height, width) in [0, 1]; any size from 16 pixels up.
            strength: from 0, the content as the decoder draws it, to 1, the full style.

        Returns:
            (n, 3, height, width) in [0, 1].

        Raises:
            UserError: for a strength outside [0, 1] or masks of another size.
        """
        if not 0 <= strength <= 1:
            raise UserError(f"The strength is {strength}; choose a number from 0 to 1.")
        features = self.encode(pictures)
        moved = features + sum(self._moves(features, pictures.shape[-2:], strength))
        height, width = pictures.shape[-2:]
        return self.decoder(moved)[..., :height, :width].clamp(0, 1)

    @torch.inference_mode()
    def encode(self, pictures: Tensor) -> Tensor:
        """Features of pictures (n, 3, height, width) whose sides are first filled up by reflection
        to what the encoder's strides divide: the decoder then gives back no less than came in.
        """
        height, width = pictures.shape[-2:]
        stride = self.encoder.stride(LAYER)
        filled = F.pad(pictures, (0, -width % stride, 0, -height % stride), "reflect")
        return self.encoder(filled, [LAYER])[LAYER].float()

    def _moves(self, features: Tensor, size: torch.Size, strength: float) -> list[Tensor]:
        """What each style adds to the features, where it counts."""
        transport = self.statistic.transport
        if self.masks is None:
            return [
                weight * (transport(features, style, strength) - features)
                for weight, style in zip(self.weights, self.styles, strict=True)
            ]
        moves = []
        for mask, style in zip(self.masks, self.styles, strict=True):
            here = self._at_features(mask, size, features.shape[-2:])
            moved = transport(features, style, strength, content_mask=here)
            moves.append(here * (moved - features))
        return moves

    def _at_features(self, mask: Tensor, size: torch.Size, layer: torch.Size) -> Tensor:
        if mask.shape[-2:] != size:
            raise UserError(
                f"A mask has {mask.shape[-1]} x {mask.shape[-2]} pixels and the picture "
                f"{size[1]} x {size[0]}; give masks of the picture's size."
            )
        stride = self.encoder.stride(LAYER)
        filled = F.pad(mask, (0, -size[1] % stride, 0, -size[0] % stride), "replicate")
        return regions.at_layer(filled, (layer[0], layer[1]))


def stylize_any(
    content: Picture,
    style: Picture | Sequence[Picture],
    strength: float = 1.0,
    *,
    size: int = 256,
    statistic: str | Statistic = MEAN_STD,
    weights: Sequence[float] | None = None,
    masks: Sequence[Mask] | None = None,
    colour: str = "style",
    style_scale: float = 1.0,
    device: str | torch.device | None = None,
) -> Stylized:
    """A picture in any style, in one pass: no optimisation, and no training for this style.

    Args:
        content, style: what :func:`ganlearn.style.pictures.read` takes; several styles are mixed.
        strength: 0 only passes the content through encoder and decoder, 1 is the full style.
        size: pixels of the result's longer side.
        statistic: ``"mean_std"`` is AdaIN, ``"mean_cov"`` is whitening-colouring, which is
            stronger.
        weights: of the styles, equal when not given; only their proportions matter. Masks take
            their place.
        masks: one for each style, where in the result it goes; see :mod:`ganlearn.style.regions`.
        colour: ``"style"``, ``"luminance"`` or ``"match"``; see :mod:`ganlearn.style.colour`.
        style_scale: size of the style picture relative to the result; larger means larger strokes.
        device: to compute on; the best one present when not given.

    Raises:
        UserError: for input that cannot be used.

    Paper: Huang and Belongie 2017, arXiv:1703.06868; Li et al. 2017, arXiv:1705.08086. Taught in
    chapter 12.
    """
    recipe = stylized.recipe_of("stylize_any", locals())
    threads.settle()
    on, manner = runtime.device(device), colours.find(colour)
    material = gather(
        content,
        style,
        size,
        style_scale=style_scale,
        weights=weights,
        masks=masks,
        colour=manner,
        device=on,
    )
    lay = AnyStyle(
        material.styles,
        statistic,
        weights=material.weights,
        masks=material.masks,
        encoder=networks.perceptual().to(on),
        decoder=networks.decoder().to(on),
    )
    memory.enough(lay, material.shape, on)
    return Stylized(manner.finish(material.content, lay(material.content, strength)).cpu(), recipe)
