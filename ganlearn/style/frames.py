"""Clips in and out: GIF, APNG, and folders of pictures, one frame at a time."""

from __future__ import annotations

import itertools
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageSequence
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from ganlearn.data.folder import picture_files, reason
from ganlearn.errors import UserError
from ganlearn.files import whole
from ganlearn.style.pictures import read, to_image

USUAL = 100
"""Milliseconds of a frame when a file does not say; what browsers take."""

NOTE = "ganlearn clip"
"""The name of the note in a file, a PNG's text or a GIF's comment, that lists the durations."""


@dataclass(frozen=True)
class Clip:
    """A moving picture in a file or a folder; walking through it reads it frame by frame.

    Iterating yields frames (1, 3, height, width) in [0, 1], all of one size, and may be done
    again. Only one frame is in memory at a time.

    Attributes:
        path: of the file or the folder.
        milliseconds: how long each frame is shown.
        places: for each frame, the file it is in, or its number in the file.

    Taught in chapter 12.
    """

    path: Path
    milliseconds: tuple[int, ...]
    places: tuple[Path, ...] | tuple[int, ...]

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Tensor]:
        frames = self._of_folder() if self.path.is_dir() else self._of_file()
        return _of_one_size(frames, str(self.path))

    def _of_folder(self) -> Iterator[Tensor]:
        for place in self.places:
            yield read(place)

    def _of_file(self) -> Iterator[Tensor]:
        with Image.open(self.path) as image:
            for place in self.places:
                try:
                    image.seek(place)
                    frame = read(image.copy())
                except UserError:
                    raise
                except Exception as problem:  # Pillow raises every kind on a damaged frame
                    raise UserError(
                        f"Frame {place + 1} of {self.path} cannot be read: {reason(problem)}."
                    ) from problem
                yield frame


def clip(path: str | Path, milliseconds: int = USUAL) -> Clip:
    """Open a GIF, an APNG or another animation that Pillow reads, or a folder of pictures.

    Args:
        path: of the file or the folder, whose pictures are taken in the order of their numbers:
            ``frame9.png`` before ``frame10.png``.
        milliseconds: of a frame, where the file does not say; 100 are ten frames a second.

    Raises:
        UserError: when there is no such file, it cannot be read, or the folder has no pictures.

    Taught in chapter 12.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        files = sorted((f for f in picture_files(path) if f.parent == path), key=_by_number)
        if not files:
            raise UserError(f"The folder {path} holds no pictures itself; name the one that does.")
        return Clip(path, (milliseconds,) * len(files), tuple(files))
    if not path.exists():
        raise UserError(f"There is no clip {path} (looked from {Path.cwd()}); check its name.")
    try:
        with Image.open(path) as image:
            stored = [
                round(frame.info.get("duration") or milliseconds)
                for frame in ImageSequence.Iterator(image)
            ]
            image.seek(0)
            first = 1 if image.info.get("default_image") and len(stored) > 1 else 0
            wanted = _note(image) or stored[first:]
    except Exception as problem:  # Pillow's readers raise every kind on a damaged file
        raise UserError(
            f"{path} is no clip that can be read: {reason(problem)}. Give a GIF, an APNG or a "
            f"folder of frames; `ffmpeg -i film.mp4 frames/%05d.png` cuts a film into frames."
        ) from problem
    return Clip(path, tuple(wanted), tuple(n + first for n in _shown(stored[first:], wanted)))


def write(
    frames: Iterable[Tensor], path: str | Path, milliseconds: int | Sequence[int] = USUAL
) -> int:
    """Write frames as they come; Ctrl-C keeps those that are there.

    Args:
        frames: (1, 3, height, width) in [0, 1] each, all of one size.
        path: a GIF (256 colours a frame), a PNG (animated, every colour), or without a suffix a
            new folder, into which every frame is written at once.
        milliseconds: how long each frame is shown, one number or one for every frame; a GIF
            counts in hundredths of a second, a folder not at all.

    Returns:
        how many frames were written.

    Raises:
        UserError: for another suffix, a folder that is not empty, frames of unequal sizes, or
            none at all.

    Taught in chapter 12.
    """
    path = Path(path).expanduser()
    kinds = {".gif": _write_gif, ".png": _write_png, ".apng": _write_png, "": None}
    suffix = path.suffix.lower()
    if suffix not in kinds:
        raise UserError(f"A clip is a .gif, a .png or a folder; {path} is none, give another name.")
    images = (to_image(f) for f in _of_one_size(_until_stopped(frames), "the frames to be written"))
    if suffix == "":
        return _write_folder(images, path)
    pictures = list(images)
    if not pictures:
        raise UserError(f"There are no frames to write to {path}.")
    each = [milliseconds] if isinstance(milliseconds, int) else list(milliseconds)
    durations = list(itertools.islice(itertools.cycle(each), len(pictures)))
    with whole(path) as part:
        kinds[suffix](pictures, part, durations)
    return len(pictures)


def _write_folder(images: Iterable[Image.Image], folder: Path) -> int:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already and not empty; name a new folder.")
    count = 0
    for count, image in enumerate(images, 1):
        with whole(folder / f"{count:05d}.png") as part:
            image.save(part, "png")
    return count


def _write_gif(pictures: Sequence[Image.Image], part: Path, durations: Sequence[int]) -> None:
    durations = [max(10, round(duration, -1)) for duration in durations]
    note = f"{NOTE}: {json.dumps(durations)}"
    _animate(pictures, part, "gif", durations, comment=note.encode())


def _write_png(pictures: Sequence[Image.Image], part: Path, durations: Sequence[int]) -> None:
    information = PngInfo()
    information.add_text(NOTE, json.dumps(durations))
    _animate(pictures, part, "png", durations, pnginfo=information)


def _animate(
    pictures: Sequence[Image.Image],
    part: Path,
    kind: str,
    durations: Sequence[int],
    **note: bytes | PngInfo,
) -> None:
    first, *others = pictures
    first.save(part, kind, save_all=True, append_images=others, duration=durations, loop=0, **note)


def _note(image: Image.Image) -> list[int] | None:
    """The durations as they were before equal neighbours became one stored picture."""
    comment = image.info.get("comment", b"")
    words = comment.decode("utf-8", "replace") if isinstance(comment, bytes) else comment
    text = image.info.get(NOTE) or words.removeprefix(f"{NOTE}: ")
    return json.loads(text) if re.fullmatch(r"\[\d+(, \d+)*]", text) else None


def _shown(stored: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """Which stored picture is on the screen when each wanted frame begins."""
    begins = list(itertools.accumulate(stored[:-1], initial=0))
    return [bisect_right(begins, t) - 1 for t in itertools.accumulate(wanted[:-1], initial=0)]


def _by_number(file: Path) -> list[int | str]:
    """Sorts numbers in names by their value."""
    parts = re.split(r"(\d+)", file.name.lower())
    return [int(part) if part.isdigit() else part for part in parts]


def _of_one_size(frames: Iterable[Tensor], where: str) -> Iterator[Tensor]:
    first = None
    for number, frame in enumerate(frames, 1):
        size = tuple(frame.shape[-2:])
        first = first or size
        if size != first:
            raise UserError(
                f"Frame {number} of {where} has {size[1]} x {size[0]} pixels and the first one "
                f"{first[1]} x {first[0]}; all must have the same size."
            )
        yield frame


def _until_stopped(frames: Iterable[Tensor]) -> Iterator[Tensor]:
    count = 0
    try:
        for frame in frames:
            yield frame
            count += 1
    except KeyboardInterrupt:
        print(f"Stopped after {count} frames, which are kept.")
