"""Run one notebook without a browser, and keep what it shows in another folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ganlearn import progress
from ganlearn.course import source
from ganlearn.course.execute import CellFailed, execute
from ganlearn.course.files import as_text, stored, write
from ganlearn.course.places import CHAPTERS, select, sources
from ganlearn.errors import UserError
from ganlearn.runtime import BUDGETS

A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Run:
    """A notebook that has been run.

    Attributes:
        notebook: where it was written, with its outputs.
        cells: how many it has.
        seconds: how long they took, the start of the kernel included.
    """

    notebook: Path
    cells: int
    seconds: float


def run(
    root: Path,
    chapter: str,
    budget: str = "laptop",
    output: Path = Path("runs"),
    say: Callable[[str], object] = print,
) -> Run:
    """Run a chapter from top to bottom with a bar that counts cells; the course is not changed.

    Args:
        root: the course's folder.
        chapter: number or name; then its source is run. Or a notebook file, which is run as it
            is, edits and all.
        budget: smoke, laptop or full.
        output: folder for the notebook with its outputs; made when it is not there.
        say: where the line with the time goes.

    Raises:
        UserError: when there is no such chapter, or a cell fails; what had been run until then is
            in the output folder all the same.
    """
    if budget not in BUDGETS:
        raise UserError(f"There is no budget {budget!r}; choose one of {', '.join(BUDGETS)}.")
    file = Path(chapter)
    if file.suffix == ".ipynb":
        notebook = stored(file)
        if notebook is None:
            raise UserError(f"There is no notebook {chapter}.")
    else:
        chapters = [place for place in sources(root) if place.kind == CHAPTERS]
        file = select(chapters, [chapter])[0].py
        notebook = source.read(file)
    output = Path(output)
    if output.resolve() == file.resolve().parent:
        raise UserError(f"{output} holds the notebook itself; choose another folder for --output.")
    written = output / f"{file.stem}.ipynb"
    start = time.perf_counter()
    try:
        with progress.bar(total=len(notebook.cells), title=file.stem, unit="cell") as bar:
            execute(
                notebook,
                file.parent,
                variables={"GANLEARN_BUDGET": budget},
                seconds=A_DAY,
                after_cell=lambda cell: bar.update(),
            )
    except CellFailed as error:
        raise UserError(
            f"{file.name}, cell {error.cell}: {error.sentence} What ran before it is in {written}."
        ) from None
    finally:
        write(written, as_text(notebook))
    seconds = time.perf_counter() - start
    say(f"{written}  {len(notebook.cells)} cells, {seconds:.1f} s at the {budget} budget")
    return Run(written, len(notebook.cells), seconds)
