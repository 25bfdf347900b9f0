"""Photographs that come with scikit-image and scikit-learn: nothing has to be downloaded."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from ganlearn import runtime
from ganlearn.data.dataset import Dataset
from ganlearn.data.pixels import check_size, to_tensor
from ganlearn.errors import UserError


@dataclass(frozen=True)
class Photograph:
    """Where a photograph lies, who made it, and on which terms it may be used.

    Attributes:
        package, file: the installed package that ships it, and its path in there.
        shows: in a few words.
        author, licence, source: as the package documents them.
        documented_in: where in the package this can be read.
        colour: False for grey ones.
    """

    package: str
    file: str
    shows: str
    author: str
    licence: str
    source: str
    documented_in: str
    colour: bool = True

    @property
    def path(self) -> Path:
        """The file on this machine.

        Raises:
            UserError: when the package does not have it.
        """
        # Found without importing the package, whose own loaders may turn to the network.
        found = importlib.util.find_spec(self.package)
        path = Path(found.origin).parent / self.file if found and found.origin else None
        if path is None or not path.is_file():
            raise UserError(
                f"The photograph {self.file} is missing from the package {self.package}; "
                f"reinstall it with `pip install --force-reinstall --no-deps {PIP[self.package]}`."
            )
        return path


PIP = {"skimage": "scikit-image", "sklearn": "scikit-learn"}
CC0 = "CC0 1.0"
CC_BY = "CC BY 2.0, https://creativecommons.org/licenses/by/2.0/"
IN_SKLEARN = "sklearn/datasets/images/README.txt"

PHOTOGRAPHS: dict[str, Photograph] = {
    "astronaut": Photograph(
        "skimage",
        "data/astronaut.png",
        "the astronaut Eileen Collins in her suit",
        "NASA",
        "public domain, no known copyright restrictions",
        "https://flic.kr/p/r9qvLn",
        "docstring of skimage.data.astronaut",
    ),
    "chelsea": Photograph(
        "skimage",
        "data/chelsea.png",
        "the face of a cat",
        "Stefan van der Walt",
        CC0,
        "given to scikit-image by the photographer",
        "docstring of skimage.data.chelsea",
    ),
    "china": Photograph(
        "sklearn",
        "datasets/images/china.jpg",
        "a pavilion above a lake",
        "danielbuechele (Flickr)",
        CC_BY,
        "https://www.flickr.com/photos/danielbuechele/6061409035/",
        IN_SKLEARN,
    ),
    "coffee": Photograph(
        "skimage",
        "data/coffee.png",
        "a cup of coffee on a wooden table",
        "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        CC0,
        "given to scikit-image by the photographer",
        "docstring of skimage.data.coffee",
    ),
    "flower": Photograph(
        "sklearn",
        "datasets/images/flower.jpg",
        "a dahlia",
        # The README names danielbuechele here too, but both of its links lead to vultilion.
        "vultilion (Flickr)",
        CC_BY,
        "https://www.flickr.com/photos/vultilion/6056698931/",
        IN_SKLEARN,
    ),
    "hubble": Photograph(
        "skimage",
        "data/hubble_deep_field.jpg",
        "galaxies in the Hubble eXtreme Deep Field",
        "NASA",
        "public domain under NASA's guidelines",
        "http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/",
        "docstring of skimage.data.hubble_deep_field",
    ),
    "brick": Photograph(
        "skimage",
        "data/brick.png",
        "a brick wall",
        "CC0Textures",
        CC0,
        "https://cc0textures.com/view.php?tex=Bricks25",
        "docstring of skimage.data.brick",
        colour=False,
    ),
    "camera": Photograph(
        "skimage",
        "data/camera.png",
        "a photographer with his camera on a tripod",
        "Lav Varshney",
        CC0,
        "https://github.com/scikit-image/scikit-image/issues/3927",
        "docstring of skimage.data.camera",
        colour=False,
    ),
    "coins": Photograph(
        "skimage",
        "data/coins.png",
        "Greek coins from Pompeii",
        "Brooklyn Museum Collection",
        "no known copyright restrictions",
        "https://www.brooklynmuseum.org/opencollection/archives/image/51611",
        "docstring of skimage.data.coins",
        colour=False,
    ),
    "grass": Photograph(
        "skimage",
        "data/grass.png",
        "grass from above",
        "linolafett (DeviantArt)",
        CC0,
        "https://www.deviantart.com/linolafett/art/Grass-01-434853879",
        "docstring of skimage.data.grass",
        colour=False,
    ),
    "gravel": Photograph(
        "skimage",
        "data/gravel.png",
        "gravel from above",
        "CC0Textures",
        CC0,
        "https://cc0textures.com/view.php?tex=Gravel04",
        "docstring of skimage.data.gravel",
        colour=False,
    ),
}


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
