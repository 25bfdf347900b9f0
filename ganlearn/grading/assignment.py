"""What is asked of the students: the exercises of one chapter, from the course's solutions."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ganlearn import checks
from ganlearn.course import exercises, source
from ganlearn.course.fingerprint import of_library, of_text
from ganlearn.course.places import EXERCISES, Place, select, sources
from ganlearn.errors import UserError


@dataclass(frozen=True)
class Check:
    """A cell that gives points.

    Attributes:
        exercise: its id, ``"03.1"``.
        title: in a few words.
        grade_id: by which the cell is known.
        answers: the grade ids of the cells that are to be filled in.
        code: what the student sees of it.
        hidden: tests that the student does not see; empty when there are none.
        points: for passing.
    """

    exercise: str
    title: str
    grade_id: str
    answers: tuple[str, ...]
    code: str
    hidden: str
    points: float


@dataclass(frozen=True)
class Assignment:
    """The exercises of one chapter.

    Attributes:
        name: of the notebook, without ending.
        notebook: as students get it, not run.
        checks: its cells that give points, in their order.
        fingerprint: changes when the checks do.
    """

    name: str
    notebook: NotebookNode
    checks: tuple[Check, ...]
    fingerprint: str

    def __str__(self) -> str:
        return self.name


def assignments(root: Path, names: Sequence[str], points: Mapping[str, float]) -> list[Assignment]:
    """The assignments of a course.

    Args:
        root: the course's folder.
        names: chapters by number or name; all of them when empty.
        points: exercise to points, where they are not the course's own.

    Raises:
        UserError: when a name or an exercise does not exist.
    """
    places = [place for place in sources(root) if place.kind == EXERCISES]
    found = [_assignment(place, points) for place in select(places, names)]
    known = {check.exercise for a in found for check in a.checks}
    if strangers := [id for id in points if id not in known and not names]:
        raise UserError(f"There is no exercise {strangers[0]}; take it out of [points].")
    return found


def _assignment(place: Place, points: Mapping[str, float]) -> Assignment:
    solved = exercises.grade(source.read(place.source), str(place.source))
    answers: list[str] = []
    found: list[Check] = []
    for cell in solved.cells:
        if "nbgrader" not in cell.metadata:
            continue
        marks = cell.metadata.nbgrader
        if marks.solution:
            answers.append(marks.grade_id)
            continue
        (id,) = exercises.checked(cell)
        marks.points = points.get(id, marks.points)
        hidden = "\n".join(textwrap.dedent(m[1]) for m in exercises.HIDDEN.finditer(cell.source))
        code = exercises.HIDDEN.sub("", cell.source).rstrip("\n")
        title = checks.find(id).title
        found.append(Check(id, title, marks.grade_id, tuple(answers), code, hidden, marks.points))
        answers = []
    code = [cell.source for cell in solved.cells if cell.cell_type == "code"]
    state = of_text(of_library(code, place.number) + repr([c.code + c.hidden for c in found]))
    return Assignment(place.name, exercises.unsolve(solved, str(place)), tuple(found), state)
