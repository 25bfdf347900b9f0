"""A network that stylises in one pass: many styles in one set of convolutions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganlearn import runtime
from ganlearn.errors import UserError

LEAST = 16
"""Pixels that a picture needs on each side: reflection at a quarter of the size needs some."""

Shares = int | Sequence[float] | Tensor
"""A style by its number, or how much of each style: (styles,), or (n, styles) for n pictures."""


class ConditionalInstanceNorm(nn.Module):
    """Each channel of each picture with mean 0 and spread 1, then with the style's own.

    All that tells one style from another is a scale and a shift a channel. A mixture of styles
    is the same mixture of those numbers.

    Args:
        channels: of the features.
        styles: how many.

    Paper: Dumoulin, Shlens and Kudlur 2017, arXiv:1610.07629. Taught in chapter 12.
    """

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, features: Tensor, shares: Tensor) -> Tensor:
        """Features (n, channels, h, w), shares (n or 1, styles), to features of the same shape."""
        channels = features.shape[1]
        scale, shift = (
            (shares[:, :, None] * each).sum(1).to(features.dtype)
            for each in (self.scale, self.shift)
        )
        # A group a channel is instance norm, and keeps a pixel's channels side by side in memory.
        if len(shares) == 1:
            return F.group_norm(features, channels, scale[0], shift[0])
        normal = F.group_norm(features, channels)
        return torch.addcmul(shift[:, :, None, None], normal, scale[:, :, None, None])


class _Step(nn.Module):
    """A convolution with reflected borders, then the norm."""

    def __init__(self, before: int, after: int, kernel: int, stride: int, styles: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            before,
            after,
            kernel,
            stride,
            padding=kernel // 2,
            padding_mode="reflect",
            bias=False,  # the norm would take it away again
        )
        self.norm = ConditionalInstanceNorm(after, styles)

    def forward(self, features: Tensor, shares: Tensor) -> Tensor:
        return self.norm(self.conv(features), shares)


class _Block(nn.Module):
    """Two steps whose result is added to what came in."""

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.first = _Step(channels, channels, 3, 1, styles)
        self.second = _Step(channels, channels, 3, 1, styles)

    def forward(self, features: Tensor, shares: Tensor) -> Tensor:
        return features + self.second(F.relu(self.first(features, shares)), shares)


class TransferNetwork(nn.Module):
    """Pictures in, stylised pictures out, at the size they have.

    Two strided convolutions go down to a quarter of the size, residual blocks work there, and two
    enlargements, each followed by a convolution, come back up. An enlargement goes to the very
    size that the way down had, so sides need not be multiples of four.

    Args:
        styles: how many.
        width: channels at full size; twice and four times as many further down.
        blocks: residual blocks.
        seed: of the first weights.

    Attributes:
        settings: the arguments that decide its shape, for saving.

    Paper: Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155; enlarging instead of transposed
    convolution: Odena et al. 2016, doi:10.23915/distill.00003. Taught in chapter 12.
    """

    def __init__(self, styles: int = 1, width: int = 16, blocks: int = 5, seed: int = 0) -> None:
        super().__init__()
        self.settings = {"styles": styles, "width": width, "blocks": blocks}
        with runtime.seeded(seed):
            self.stem = _Step(3, width, 5, 1, styles)
            self.down1 = _Step(width, 2 * width, 3, 2, styles)
            self.down2 = _Step(2 * width, 4 * width, 3, 2, styles)
            self.blocks = nn.ModuleList(_Block(4 * width, styles) for _ in range(blocks))
            self.up1 = _Step(4 * width, 2 * width, 3, 1, styles)
            self.up2 = _Step(2 * width, width, 3, 1, styles)
            self.picture = nn.Conv2d(width, 3, 5, padding=2, padding_mode="reflect")

    def forward(self, pictures: Tensor, style: Shares = 0) -> Tensor:
        """Stylise.

        Args:
            pictures: (n, 3, height, width) in [0, 1].
            style: a style's number, or how much of each: (styles,), or (n, styles).

        Returns:
            (n, 3, height, width) in [0, 1], float32.

        Raises:
            UserError: for pictures of another shape or too small, or a style that there is not.
        """
        shares = self.shares(style)
        self._check(pictures, shares)
        full = F.relu(self.stem(pictures, shares))
        half = F.relu(self.down1(full, shares))
        features = F.relu(self.down2(half, shares))
        for block in self.blocks:
            features = block(features, shares)
        features = F.relu(self.up1(F.interpolate(features, half.shape[-2:]), shares))
        features = F.relu(self.up2(F.interpolate(features, full.shape[-2:]), shares))
        return self.picture(features).float().sigmoid()

    def shares(self, style: Shares) -> Tensor:
        """How much of each style, (1 or n, styles), as the norms take it.

        Raises:
            UserError: for a style that there is not, or shares of another number of styles.
        """
        styles, like = self.settings["styles"], self.picture.weight
        if isinstance(style, int):
            if not 0 <= style < styles:
                raise UserError(f"There is no style {style}; choose from 0 to {styles - 1}.")
            style = F.one_hot(torch.tensor(style), styles)
        shares = torch.as_tensor(style, dtype=like.dtype, device=like.device)
        if shares.ndim not in (1, 2) or shares.shape[-1] != styles:
            raise UserError(
                f"The shares of {styles} styles have shape ({styles},) or (n, {styles}); "
                f"these have {tuple(shares.shape)}."
            )
        return shares.view(-1, styles)

    def _check(self, pictures: Tensor, shares: Tensor) -> None:
        if pictures.ndim != 4 or pictures.shape[1] != 3 or min(pictures.shape[-2:]) < LEAST:
            raise UserError(
                f"Pictures to be stylised are (n, 3, height, width) with at least {LEAST} pixels "
                f"on each side; these are {tuple(pictures.shape)}."
            )
        if len(shares) not in (1, len(pictures)):
            raise UserError(
                f"There are {len(pictures)} pictures and shares for {len(shares)}; give one row "
                f"for all, or one for each."
            )
