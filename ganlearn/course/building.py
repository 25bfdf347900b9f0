"""Make every notebook from its source."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ganlearn import progress
from ganlearn.course import source
from ganlearn.course.execute import CellFailed, execute
from ganlearn.course.expected import drift, edited_by_hand, expected
from ganlearn.course.files import as_text, stored, write
from ganlearn.course.places import EXERCISES, Place, select, sources
from ganlearn.course.problems import Problem
from ganlearn.course.verdicts import wrong_verdicts
from ganlearn.errors import UserError

# What is stored shows what a reader without a GPU sees. One thread, because their number is else
# that of the idle cores, and another number gives other last bits and in the end other pictures.
LAPTOP = {"GANLEARN_BUDGET": "laptop", "GANLEARN_DEVICE": "cpu", "GANLEARN_THREADS": "1"}


@dataclass
class Report:
    """What a build did.

    Attributes:
        built, unchanged: files, relative to the course's folder.
        failed: what went wrong; the notebooks concerned are as they were before.
        interrupted: Ctrl-C ended it early; what was built until then is in place.
    """

    built: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[Problem] = field(default_factory=list)
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 when all is well, 1 when something failed, 130 after Ctrl-C."""
        return 130 if self.interrupted else int(bool(self.failed))


def build(
    root: Path,
    names: Iterable[str] = (),
    force: bool = False,
    say: Callable[[str], object] = print,
) -> Report:
    """Run what has changed and write the notebooks; each gets a line with its time.

    Args:
        root: the course's folder.
        names: chapters by number, name or file; all of them when empty.
        force: also build what has not changed, and overwrite what was edited by hand.
        say: where the lines go.

    Raises:
        UserError: when a name fits no notebook.
    """
    report = Report()
    for place in select(sources(root), names):
        try:
            _build_one(place, force, say, report)
        except KeyboardInterrupt:
            say(f"{place}  stopped; what was built before stays, this one is as it was")
            report.interrupted = True
            break
    say(
        f"{len(report.built)} built, {len(report.unchanged)} unchanged, {len(report.failed)} failed"
    )
    return report


def _build_one(place: Place, force: bool, say: Callable[[str], object], report: Report) -> None:
    start = time.perf_counter()
    try:
        notebook, old = expected(place), stored(place.ipynb)
        if not force and not any(drift(place, notebook, old)):
            report.unchanged.append(str(place))
            return
        if old is not None and edited_by_hand(notebook, old) and not force:
            raise UserError(
                "it was edited by hand since it was built; bring the edit over to "
                f"{place.source.parent.name}/{place.source.name}, or overwrite it with --force."
            )
        _run(place, notebook)
    except (CellFailed, UserError) as error:
        problem = Problem(str(place), getattr(error, "cell", None), str(error))
        report.failed.append(problem)
        say(str(problem))
        return
    write(place.ipynb, as_text(notebook))
    if place.kind == EXERCISES:
        write(place.py, source.to_percent(notebook))
    report.built.append(str(place))
    say(f"{place}  {len(notebook.cells)} cells, {time.perf_counter() - start:.1f} s")


def _run(place: Place, notebook: NotebookNode) -> None:
    with progress.bar(total=len(notebook.cells), title=str(place), unit="cell") as bar:
        execute(
            notebook,
            place.ipynb.parent,
            variables=LAPTOP,
            after_cell=lambda cell: bar.update(),
        )
    for problem in wrong_verdicts(place, notebook):
        raise CellFailed(problem.cell, notebook.cells[problem.cell - 1].source, problem.sentence)
    nbformat.validate(notebook)
