"""From a picture file of any kind to a tensor."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from ganlearn.errors import UserError

LARGEST_SIDE = 2048


def check_size(size: int, least: int = 1) -> None:
    """A size is a whole number of pixels within reason.

    Raises:
        UserError: when it is not.
    """
    if not isinstance(size, int) or not least <= size <= LARGEST_SIDE:
        raise UserError(
            f"The size is {size!r}; choose a whole number of pixels from {least} to {LARGEST_SIDE}."
        )


def to_rgb(image: Image.Image) -> Image.Image:
    """A picture of any mode, the right way up, as 8-bit red, green and blue.

    Deep pictures are scaled and not clipped, transparent ones lie on white.
    """
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(deep_to_bytes(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def deep_to_bytes(values: np.ndarray) -> np.ndarray:
    """Grey values of 16 or 32 bits, or floating-point ones, as bytes; negative ones are black.

    White is 65 535 in a 16-bit picture. Wider types do not say what white is: there it is the
    smallest of 1 (floating-point), 255 and 65 535 that no value exceeds, or the greatest value.

    Raises:
        ValueError: when a value is not finite.
    """
    if not np.isfinite(values).all():
        raise ValueError("it holds values that are not finite")
    greatest = float(values.max())
    if values.dtype.itemsize == 2:
        white = 65_535.0
    else:
        whites = (1.0, 255.0, 65_535.0) if values.dtype.kind == "f" else (255.0, 65_535.0)
        white = min((white for white in whites if white >= greatest), default=greatest)
    return (values.clip(min=0) * (255.0 / white)).round().astype(np.uint8)


def square(image: Image.Image, size: int) -> Image.Image:
    """The largest square in the middle of a picture, resized without aliasing."""
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    return image.resize(
        (size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
    )


def to_tensor(image: Image.Image) -> Tensor:
    """An RGB picture as (3, height, width) in [-1, 1]."""
    values = torch.from_numpy(np.array(image)).permute(2, 0, 1).float()
    return values / 127.5 - 1
