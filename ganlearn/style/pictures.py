"""Pictures in and out of the style half of the library: float32 RGB in [0, 1]."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ganlearn import data, runtime
from ganlearn.data.folder import reason
from ganlearn.data.pixels import to_rgb
from ganlearn.errors import UserError

Picture = str | Path | Image.Image | Tensor
"""What :func:`read` takes."""

LEAST = 16
"""Pixels that a picture must have on each side."""

PAINTED = 512
"""Pixels on a side of a painting by one of the shipped painters."""


def read(picture: Picture, size: int | None = None) -> Tensor:
    """Any picture as (1, 3, height, width) in [0, 1].

    Files are turned as their camera says, transparent ones lie on white, deep ones are scaled
    to 8 bits, CMYK becomes RGB, of an animation the first frame is taken.

    Args:
        picture: a file; the name of a shipped photograph (``"chelsea"``) or of a school of
            painters (``"waves"``), unless a file has that name; a PIL image; or a tensor
            (3, height, width) or (1, 3, height, width) in [0, 1].
        size: pixels of the longer side, see :func:`resize`; as it is when not given.

    Raises:
        UserError: when it cannot be read, has fewer than 16 pixels on a side or too many to be
            unpacked, or when a tensor is no picture in [0, 1].

    Taught in chapter 11.
    """
    if isinstance(picture, Tensor):
        pixels = _of_tensor(picture)
    elif isinstance(picture, Image.Image):
        with unpacking("The picture that was given"):
            pixels = _of_image(picture)
    elif isinstance(picture, (str, Path)):
        pixels = _named(picture)
    else:
        raise UserError(
            f"A picture is a file, the name of a shipped one, a PIL image or a tensor; this is a "
            f"{type(picture).__name__} (PIL's Image.fromarray makes a picture of an array)."
        )
    height, width = pixels.shape[-2:]
    if min(height, width) < LEAST:
        raise UserError(
            f"There are {width} x {height} pixels in {name(picture)}; "
            f"choose a picture with at least {LEAST} on each side."
        )
    return pixels if size is None else resize(pixels, size)


def resize(pictures: Tensor, size: int) -> Tensor:
    """Pictures whose longer side has ``size`` pixels, with the same proportions.

    Args:
        pictures: (n, 3, height, width) in [0, 1].
        size: in pixels.

    Returns:
        (n, 3, height', width') in [0, 1].

    Raises:
        UserError: when that would be more pixels than Pillow reads from a file.
    """
    height, width = scaled(pictures.shape[-2:], size)
    if height * width > Image.MAX_IMAGE_PIXELS:
        fits = int(size * math.sqrt(Image.MAX_IMAGE_PIXELS / (height * width)))
        raise UserError(
            f"At size {size} the picture would have {width} x {height} pixels; "
            f"choose a size of at most {fits}."
        )
    return resize_to(pictures, (height, width))


def scaled(shape: tuple[int, int], size: int) -> tuple[int, int]:
    """Height and width with the proportions of ``shape``, the longer side being ``size``."""
    longer = max(shape)
    height, width = (max(1, round(side * size / longer)) for side in shape)
    return height, width


def least_size(shape: tuple[int, int], smallest: int) -> int:
    """The longer side at which the shorter one has ``smallest`` pixels."""
    return math.ceil(smallest * max(shape) / min(shape))


def resize_to(pictures: Tensor, shape: tuple[int, int]) -> Tensor:
    """Pictures (n, 3, height, width) in [0, 1] at another height and width, without aliasing."""
    if pictures.shape[-2:] == torch.Size(shape):
        return pictures
    # Bicubic weights are negative in places, so that a sharp edge may overshoot the range.
    return F.interpolate(pictures, shape, mode="bicubic", antialias=True).clamp(0, 1)


def to_image(pictures: Tensor) -> Image.Image:
    """One picture (3, height, width) or (1, 3, height, width) in [0, 1] as 8-bit RGB."""
    one = pictures.detach().reshape(3, *pictures.shape[-2:])
    pixels = one.clamp(0, 1).mul(255).round().byte().permute(1, 2, 0)
    return Image.fromarray(pixels.cpu().contiguous().numpy())


def _named(name: str | Path) -> Tensor:
    path = Path(name).expanduser()
    if path.exists():
        return _of_file(path)
    if str(name) in data.photograph_names():
        return _of_image(data.photograph(str(name)))
    if str(name) in data.SCHOOLS:
        painted = data.paint(str(name), 1, PAINTED, runtime.generator(0))
        return (painted.pictures + 1) / 2
    raise UserError(
        f"There is no picture {name} (looked from {Path.cwd()}); give a file, or one of the "
        f"shipped {', '.join([*data.photograph_names(), *data.SCHOOLS])}."
    )


def _of_file(path: Path) -> Tensor:
    if path.is_dir():
        raise UserError(f"{path} is a folder; give one picture.")
    with unpacking(f"The picture {path}"), Image.open(path) as image:
        return _of_image(image)


@contextlib.contextmanager
def unpacking(what: str) -> Iterator[None]:
    """Inside, a picture is read by Pillow; whatever goes wrong becomes one sentence.

    Args:
        what: is read, as the sentence begins.

    Raises:
        UserError: when it is damaged, no picture, or so large that it might fill the memory.

    Taught in chapter 11.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of oddities that do not keep a file from being read
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UserError:
        raise
    except Exception as problem:  # Pillow's readers raise every kind on a damaged file
        raise UserError(f"{what} cannot be read: {reason(problem)}.") from problem


def _of_image(image: Image.Image) -> Tensor:
    pixels = torch.from_numpy(np.array(to_rgb(image)))
    return pixels.permute(2, 0, 1).unsqueeze(0).float().div(255)


def _of_tensor(picture: Tensor) -> Tensor:
    if picture.ndim == 3:
        picture = picture.unsqueeze(0)
    if picture.ndim != 4 or picture.shape[:2] != (1, 3):
        raise UserError(
            f"A picture is a tensor (3, height, width) or (1, 3, height, width); "
            f"this one is {tuple(picture.shape)}."
        )
    if not picture.is_floating_point():
        raise UserError(
            f"A picture's values are floating-point numbers in [0, 1]; these are {picture.dtype}: "
            f"divide bytes by 255."
        )
    least, greatest = picture.min().item(), picture.max().item()
    if not (least >= 0 and greatest <= 1):  # written so that NaN is refused, too
        raise UserError(
            f"The picture's values go from {least:.3g} to {greatest:.3g}, and should lie in "
            f"[0, 1]; pictures of ganlearn.data lie in [-1, 1]: add 1 and divide by 2."
        )
    return picture.float()


def name(picture: Picture) -> str:
    """What a picture is called in a recipe: its file or name, else what it is."""
    return str(picture) if isinstance(picture, (str, Path)) else f"a {type(picture).__name__}"
