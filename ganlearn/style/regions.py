"""Where each style goes: soft masks, from a file to the size of a layer.

A mask is (1, 1, height, width) in [0, 1]: 1 counts, 0 does not, and between the two counts partly.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn.functional import interpolate

from ganlearn.data.pixels import to_rgb
from ganlearn.errors import UserError
from ganlearn.style.pictures import unpacking

Mask = str | Path | Image.Image | Tensor
"""What :func:`read` takes."""


def read(mask: Mask, size: tuple[int, int]) -> Tensor:
    """A mask for a picture of a given size.

    White counts, black does not; in a picture with transparency, neither does what is transparent.
    A mask may be larger or smaller than the picture when it has the same proportions.

    Args:
        mask: a file, a PIL image, or a tensor (height, width), (1, height, width) or
            (1, 1, height, width) in [0, 1].
        size: height and width of the picture, in pixels.

    Returns:
        (1, 1, height, width) in [0, 1], float32.

    Raises:
        UserError: when it cannot be read, is no mask, has other proportions, or is black all over.

    Taught in chapter 11.
    """
    if isinstance(mask, Tensor):
        grey = _of_tensor(mask)
    elif isinstance(mask, Image.Image):
        with unpacking("The mask that was given"):
            grey = _of_image(mask)
    elif isinstance(mask, (str, Path)):
        grey = _of_file(Path(mask).expanduser())
    else:
        raise UserError(
            f"A mask is a file, a PIL image or a tensor; this is a {type(mask).__name__}."
        )
    name = f"The mask {mask}" if isinstance(mask, (str, Path)) else "The mask that was given"
    height, width = size
    rows, columns = grey.shape[-2:]
    # Both sides were rounded when the one was made from the other, which shifts each by a half.
    if abs(rows * width - columns * height) > (height + width + rows + columns) / 2:
        raise UserError(
            f"{name} is {columns} x {rows} pixels and the picture {width} x {height}: other "
            f"proportions; paint the mask on a copy of the picture."
        )
    if not grey.any():
        raise UserError(f"{name} is black all over; paint white what is to count.")
    return at_layer(grey, size)


def share_out(masks: Sequence[Tensor]) -> list[Tensor]:
    """Masks that nowhere add up to more than 1.

    Where several overlap each gets its share. Where they do not reach 1 together, the rest
    belongs to no style and keeps the content.

    Args:
        masks: (1, 1, height, width) in [0, 1] each, of one size.

    Returns:
        as many masks of the same size.

    Raises:
        UserError: when the sizes differ.

    Taught in chapter 11.
    """
    sizes = {tuple(mask.shape) for mask in masks}
    if len(sizes) > 1:
        raise UserError(f"Masks of one picture have one size; these are {sorted(sizes)}.")
    total = torch.cat(list(masks)).sum(0, keepdim=True).clamp_min(1)
    return [mask / total for mask in masks]


def at_layer(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask at the size of a layer's features: every place gets the mean of what it covers.

    Args:
        mask: (n, 1, height, width) in [0, 1].
        size: height and width of the layer, ``features.shape[-2:]``.

    Returns:
        (n, 1, *size) in [0, 1].

    Taught in chapter 11.
    """
    return mask if mask.shape[-2:] == torch.Size(size) else interpolate(mask, size, mode="area")


def _of_file(path: Path) -> Tensor:
    if not path.is_file():
        raise UserError(f"There is no mask {path} (looked from {Path.cwd()}); check its name.")
    with unpacking(f"The mask {path}"), Image.open(path) as image:
        return _of_image(image)


def _of_image(image: Image.Image) -> Tensor:
    if image.has_transparency_data:
        image = ImageOps.exif_transpose(image).convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image)
    grey = torch.from_numpy(np.array(to_rgb(image).convert("L")))
    return grey[None, None].float() / 255


def _of_tensor(mask: Tensor) -> Tensor:
    if mask.ndim not in (2, 3, 4) or mask.shape[:-2].numel() != 1 or not mask.numel():
        raise UserError(
            f"A mask is a tensor (height, width), (1, height, width) or (1, 1, height, width); "
            f"this one is {tuple(mask.shape)}."
        )
    values = mask.float().reshape(1, 1, *mask.shape[-2:])
    if not (values.min() >= 0 and values.max() <= 1):  # written so that NaN is refused, too
        raise UserError(
            f"A mask lies in [0, 1]; this one goes from {values.min():.3g} to {values.max():.3g}."
        )
    return values
