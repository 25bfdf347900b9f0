"""Author, licence and source of every photograph; docs/data.md shows them as a table."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

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
    "retina": Photograph(
        "skimage",
        "data/retina.jpg",
        "the back of a human eye",
        "Mikael Häggström",
        CC0,
        "https://commons.wikimedia.org/wiki/File:Fundus_photograph_of_normal_left_eye.jpg",
        "docstring of skimage.data.retina",
    ),
    "rocket": Photograph(
        "skimage",
        "data/rocket.jpg",
        "a rocket leaving the ground by night",
        "SpaceX",
        "public domain, released by SpaceX",
        "https://www.flickr.com/photos/spacexphotos/16511594820/",
        "docstring of skimage.data.rocket",
    ),
    "tissue": Photograph(
        "skimage",
        "data/ihc.png",
        "stained tissue under a microscope",
        "Center for Microscopy and Molecular Imaging",
        "no known copyright restrictions",
        "given to scikit-image by the authors",
        "docstring of skimage.data.immunohistochemistry",
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
