"""Photographs that come with scikit-image and scikit-learn: nothing has to be downloaded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from PIL import Image

from ganlearn import runtime
from ganlearn.data.dataset import Dataset
from ganlearn.data.photograph_records import PHOTOGRAPHS, Photograph
from ganlearn.data.pixels import check_size, to_tensor
from ganlearn.errors import UserError


def photograph_names(*, colour: bool | None = None) -> tuple[str, ...]:
    """The names of the photographs: all, only the coloured, or only the grey ones."""
    return tuple(
        name for name, record in PHOTOGRAPHS.items() if colour is None or record.colour == colour
    )


def photograph_record(name: str) -> Photograph:
    """Author, licence and source of a photograph.

    Raises:
        UserError: when there is none of this name.
    """
    if name not in PHOTOGRAPHS:
        raise UserError(
            f"There is no photograph {name!r}; choose from {', '.join(PHOTOGRAPHS)}, "
            f"or read your own with data.folder."
        )
    return PHOTOGRAPHS[name]


def photograph(name: str) -> Image.Image:
    """One photograph in full, 8-bit RGB; a grey one has three equal channels.

    Raises:
        UserError: when there is none of this name, or its file is missing.

    Taught in chapter 10.
    """
    with Image.open(photograph_record(name).path) as image:
        return image.convert("RGB")


def photographs(
    size: int = 64, n: int = 512, seed: int = 0, names: Sequence[str] | None = None
) -> Dataset:
    """Square pieces cut from the photographs: from anywhere, at any scale, half of them mirrored.

    Args:
        size: pixels on a side.
        n: how many pieces; every photograph gives the same number, give or take one.
        seed: of the places.
        names: of the photographs; the coloured ones when not given.

    Returns:
        pictures (n, 3, size, size) in [-1, 1], labels in the order of ``names``.

    Raises:
        UserError: for an unknown name, or fewer pieces than photographs.

    Taught in chapter 11.
    """
    check_size(size)
    names = photograph_names(colour=True) if names is None else tuple(names)
    if not names or n < len(names):
        raise UserError(
            f"Asked for {n} pieces of {len(names)} photographs; ask for at least 1 photograph and "
            f"at least 1 piece of each."
        )
    originals = [photograph(name) for name in names]
    labels = torch.arange(n) % len(names)
    places = torch.rand(n, 4, generator=runtime.generator(seed), dtype=torch.float64)
    samples = torch.stack(
        [
            to_tensor(piece(originals[label], size, *place))
            for label, place in zip(labels.tolist(), places.tolist(), strict=True)
        ]
    )
    return Dataset(samples, labels, names, f"photographs {size} px")


def piece(
    image: Image.Image, size: int, scale: float, across: float, down: float, mirror: float
) -> Image.Image:
    """A square of a picture; four numbers in [0, 1) say how large, where, and whether mirrored."""
    largest = min(image.size)
    smallest = min(size, largest)  # never enlarged, unless the photograph is smaller than asked
    side = math.exp(math.log(smallest) + scale * math.log(largest / smallest))
    left, top = across * (image.width - side), down * (image.height - side)
    cut = image.resize(
        (size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
    )
    return cut.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirror < 0.5 else cut
