"""``ganlearn stylize``: a picture in the manner of another."""

from __future__ import annotations

import enum
import inspect
import itertools
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganlearn.cli.documented import arguments
from ganlearn.cli.jobs import jobs
from ganlearn.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganlearn.style import Stylized
    from ganlearn.style.optimise import Progress

SAYS = arguments("style/optimise.py", "stylize")
PREVIEW = 2.0
"""Seconds from one preview to the next."""


class Method(str, enum.Enum):
    """Three ways to the same end."""

    optimise = "optimise"
    adain = "adain"
    fast = "fast"


def stylize(
    content: Annotated[str, typer.Argument(metavar="PICTURE|FOLDER", help="what the result shows")],
    style: Annotated[
        list[str], typer.Argument(metavar="STYLE...", help="in whose manner; several are mixed")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="a .png; for a folder, another folder")
    ],
    method: Annotated[
        Method,
        typer.Option(
            help="optimise: best, seconds to minutes; adain: any style at once; "
            "fast: a network for this style, trained when there is none yet"
        ),
    ] = Method.optimise,
    strength: Annotated[float | None, typer.Option(min=0, max=1, help=SAYS["strength"])] = None,
    size: Annotated[int | None, typer.Option(min=16, help=SAYS["size"])] = None,
    steps: Annotated[int | None, typer.Option(min=1, help=SAYS["steps"])] = None,
    color: Annotated[str | None, typer.Option(help=SAYS["colour"])] = None,
    mask: Annotated[list[str] | None, typer.Option(help=SAYS["masks"])] = None,
    weight: Annotated[list[float] | None, typer.Option(help=SAYS["weights"])] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 or mps")] = None,
) -> None:
    """Paint a picture, or every picture in a folder, in the manner of another.

    Shipped photographs and schools of painters may be given by name. While it works, a preview
    lies beside the result. Ctrl-C keeps the picture as it is.
    Example: ganlearn stylize chelsea waves -o cat.png
    Your own: ganlearn stylize photo.jpg painting.jpg -o out.png --strength 0.7 --size 512
    """
    from tqdm import tqdm

    from ganlearn import progress
    from ganlearn.style import read

    asked = {"strength": strength, "size": size, "steps": steps, "colour": color}
    asked |= {"masks": mask or None, "weights": weight or None, "device": device}
    given = {name: value for name, value in asked.items() if value is not None}
    found = jobs(content, output, [*style, *(mask or ())])
    paint = _painter(method, given)
    skipped: list[str] = []
    one_alone = len(found) == 1
    for picture in () if one_alone else style:
        read(picture)  # a style that cannot be read is told once, and not for every picture
    # One picture alone has the bar of its steps.
    for source, target in found if one_alone else progress.bar(found, unit="picture"):
        started = time.monotonic()
        try:
            result = paint(source, style, target)
        except UserError as problem:
            if one_alone:
                raise
            skipped.append(f"{source}: {problem}")
            continue
        result.save(target)
        height, width = result.pictures.shape[-2:]
        spent = time.monotonic() - started
        tqdm.write(f"{target}: {width} x {height} pixels in {spent:.1f} seconds")
        if not result.finished:
            raise typer.Exit(130)
    for sentence in skipped:
        print(f"Skipped {sentence}")
    if len(skipped) == len(found):
        raise UserError(f"None of the {len(found)} pictures could be stylised.")


def _painter(
    method: Method, given: dict[str, Any]
) -> Callable[[str | Path, list[str], Path], Stylized]:
    """The function that does the work, with the options that were given.

    Raises:
        UserError: for an option that the method does not have.
    """
    from ganlearn import style

    function = {
        Method.optimise: style.stylize,
        Method.adain: style.stylize_any,
        Method.fast: style.stylize_fast,
    }[method]
    for name in given:
        if name not in inspect.signature(function).parameters:
            raise UserError(f"The method {method.value} has no {name}; leave that option out.")

    def paint(source: str | Path, styles: list[str], target: Path) -> Stylized:
        if method is not Method.optimise:
            return function(source, styles, **given)
        with _Preview(_preview_of(target)) as preview:
            return function(source, styles, callback=preview, **given)

    return paint


def _preview_of(target: Path) -> Path:
    """A name beside the result's that no file has yet."""
    names = itertools.chain([".preview.png"], (f".preview-{n}.png" for n in itertools.count(2)))
    return next(file for file in map(target.with_suffix, names) if not file.exists())


class _Preview:
    """A picture beside the result, as far as it is done; gone when the result is there."""

    def __init__(self, path: Path) -> None:
        self.path, self.written = path, -math.inf

    def __call__(self, progress: Progress) -> None:
        """Write the present picture, if the last one is old enough."""
        from ganlearn.files import whole
        from ganlearn.style import to_image

        if time.monotonic() - self.written < PREVIEW:
            return
        with whole(self.path) as part:
            to_image(progress.picture).save(part, "png")
        self.written = time.monotonic()

    def __enter__(self) -> _Preview:
        return self

    def __exit__(self, *_: object) -> None:
        if self.written > -math.inf:
            self.path.unlink(missing_ok=True)
