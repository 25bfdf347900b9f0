"""Your own pictures as a dataset."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, UnidentifiedImageError

from ganlearn import progress
from ganlearn.data.dataset import Dataset
from ganlearn.data.pixels import check_size, square, to_rgb, to_tensor
from ganlearn.errors import UserError

LARGEST_BYTES = 8 * 2**30
NAMED = 5  # so many skipped files are named before the rest is only counted

log = logging.getLogger("ganlearn")


def folder(path: str | Path, size: int = 64) -> Dataset:
    """Every picture in a folder and its subfolders: the largest square in the middle, resized.

    Any format that Pillow reads will do. Pictures are turned as their camera says, transparent
    ones are laid on white, of an animation the first frame is taken. Files are read in the order
    of their names; hidden ones are passed over. A file that cannot be read is skipped, and one
    sentence in the log names it.

    Args:
        path: the folder; ``~`` is your home.
        size: pixels on a side.

    Returns:
        pictures (n, 3, size, size) in [-1, 1]. With subfolders, each is a class of its own name,
        and pictures beside them form a class with the name of the folder itself.

    Raises:
        UserError: when there is no such folder, nothing readable in it, or more than memory holds.
    """
    check_size(size)
    root = Path(path).expanduser()
    files = picture_files(root)
    needed = len(files) * 3 * size * size * 4
    if needed > LARGEST_BYTES:
        raise UserError(
            f"The {len(files)} pictures of {root} would take {needed / 2**30:.0f} GB at {size} "
            f"pixels; choose a smaller size or a part of them."
        )
    pictures, classes, skipped = [], [], []
    for file in progress.bar(files, title=f"reading {root.name}", unit="picture"):
        inside = file.relative_to(root)
        try:
            pictures.append(to_tensor(read(file, size)))
        except Exception as problem:  # Pillow's readers raise every kind on a damaged file
            skipped.append(f"{inside.as_posix()} ({reason(problem)})")
        else:
            classes.append(inside.parts[0] if len(inside.parts) > 1 else root.resolve().name)
    if not pictures:
        raise UserError(
            f"None of the {len(files)} pictures in {root} can be read: {some(skipped)}."
        )
    if skipped:
        log.warning(
            "Skipped %d of %d files in %s: %s.", len(skipped), len(files), root, some(skipped)
        )
    samples = torch.stack(pictures)
    if all(len(file.relative_to(root).parts) == 1 for file in files):
        return Dataset(samples, name=root.resolve().name)
    names = sorted(set(classes))
    labels = torch.tensor([names.index(name) for name in classes])
    return Dataset(samples, labels, tuple(names), root.resolve().name)


def picture_files(root: Path) -> list[Path]:
    """The files under a folder whose suffix says that Pillow reads them, in the order of names.

    Raises:
        UserError: when there are none, with what is there instead.
    """
    if root.is_file():
        raise UserError(f"{root} is a file; give the folder that holds your pictures.")
    if not root.is_dir():
        raise UserError(f"There is no folder {root} (looked from {Path.cwd()}); check its name.")
    readable = suffixes()
    files, others = [], Counter()
    for file in sorted(root.rglob("*"), key=lambda file: file.relative_to(root).as_posix()):
        hidden = any(part.startswith((".", "__MACOSX")) for part in file.relative_to(root).parts)
        if hidden or not file.is_file():
            continue
        if file.suffix.lower() in readable:
            files.append(file)
        else:
            others[file.suffix.lower() or "no suffix"] += 1
    there = ", ".join(f"{count} with {suffix}" for suffix, count in others.most_common(NAMED))
    if not files:
        raise UserError(
            f"There is no picture in {root} ({f'other files: {there}' if others else 'it is empty'}"
            f"); put some there in a format such as .jpg or .png."
        )
    if others:
        log.warning("Passed over files in %s that are not pictures Pillow reads: %s.", root, there)
    return files


def suffixes() -> set[str]:
    """The suffixes, in lower case and with the dot, of the formats that this Pillow can open."""
    return {suffix for suffix, name in Image.registered_extensions().items() if name in Image.OPEN}


def read(file: Path, size: int) -> Image.Image:
    """One picture, squared and resized.

    Raises:
        whatever Pillow raises on a damaged file; a DecompressionBombWarning on a file that
        unpacks to more pixels than Pillow thinks safe.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of oddities in a file that do not keep it from being read
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(file) as image:
            image.draft(None, (2 * size, 2 * size))  # a JPEG is then unpacked no larger than needed
            return square(to_rgb(image), size)


def reason(problem: Exception) -> str:
    """Why a file was skipped, in a few words."""
    if isinstance(problem, (Image.DecompressionBombWarning, Image.DecompressionBombError)):
        return f"more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels; make it smaller first"
    if isinstance(problem, UnidentifiedImageError):
        return "not a picture, or broken at its beginning"
    return str(problem) or type(problem).__name__


def some(names: Sequence[str]) -> str:
    """The first few of a list in words, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
