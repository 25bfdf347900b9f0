"""From pictures to pictures: what is read, where the result goes, and what must not happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ganlearn.errors import UserError

Job = tuple[str | Path, Path]
"""A picture to read, which may be a shipped one's name, and the file to write."""


def jobs(picture: str, output: Path, others: Sequence[str] = ()) -> list[Job]:
    """One job for a picture, one for each picture in a folder and its subfolders.

    Args:
        picture: a file, a folder, or the name of a shipped picture.
        output: a ``.png``; for a folder, another folder. For a picture it may also be a folder
            that is there; the result then has the picture's name.
        others: files that are read as well.

    Raises:
        UserError: when something that is read would be written over, or the output is no place
            for the result.
    """
    root = Path(picture).expanduser()
    found = _of_folder(root, output) if root.is_dir() else [_of_picture(picture, output)]
    read = [*(Path(other).expanduser() for other in others), *(Path(source) for source, _ in found)]
    there = {path.resolve(): path for path in read if path.exists()}
    for target in (target.resolve() for _, target in found):
        if target in there:
            raise UserError(
                f"The result would replace {there[target]}, which is read; "
                f"choose another name with -o."
            )
    return found


def _of_picture(picture: str, output: Path) -> Job:
    target = output / f"{Path(picture).stem}.png" if output.is_dir() else output
    if target.suffix.lower() != ".png":
        raise UserError(f"The result is a PNG, so {target} must end in .png.")
    return picture, target


def _of_folder(root: Path, output: Path) -> list[Job]:
    from ganlearn.data.folder import picture_files

    if output.is_file() or output.suffix.lower() == ".png":
        raise UserError(f"{root} is a folder, so {output} must be one, too.")
    if root.resolve() in (output.resolve(), *output.resolve().parents):
        raise UserError(f"The output {output} lies in {root}; give a folder of its own.")
    files = [file.relative_to(root) for file in picture_files(root)]
    alike = Counter(file.with_suffix("") for file in files)  # cat.jpg beside cat.png
    targets = [
        file.with_suffix(".png") if alike[file.with_suffix("")] == 1 else Path(f"{file}.png")
        for file in files
    ]
    return [(root / file, output / target) for file, target in zip(files, targets, strict=True)]
