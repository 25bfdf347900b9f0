"""Pictures that know how they were made: the recipe travels inside the PNG."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

import ganlearn
from ganlearn.errors import UserError
from ganlearn.files import whole

KEY = "ganlearn"
"""The name of the PNG's text chunk."""


def save(picture: Image.Image, path: str | Path, recipe: dict[str, Any]) -> Path:
    """Write a PNG with its recipe as JSON; whole or not at all.

    Args:
        picture: what to write.
        path: ends in ``.png``; its folder is made if it is not there.
        recipe: all that is needed to make the picture again, as JSON can hold it.

    Raises:
        UserError: when the file would be no PNG.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise UserError(f"The picture is a PNG, so {path} must end in .png.")
    information = PngInfo()
    information.add_text(KEY, json.dumps({"ganlearn": ganlearn.__version__, **recipe}))
    with whole(path) as part:
        picture.save(part, "png", pnginfo=information)
    return path


def read(path: str | Path) -> dict[str, Any]:
    """The recipe inside a PNG.

    Raises:
        UserError: when the picture has none.
    """
    with Image.open(path) as picture:
        text = getattr(picture, "text", {}).get(KEY)
    if text is None:
        raise UserError(f"{path} holds no recipe; it was not made by ganlearn, or was saved anew.")
    return json.loads(text)
