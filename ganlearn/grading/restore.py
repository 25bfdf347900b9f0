"""A submitted notebook with its checks as they were handed out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ganlearn.course.exercises import squeeze
from ganlearn.grading.assignment import Assignment, Check

Cell = Mapping[str, str]
"""What :func:`ganlearn.grading.reading.parse` says of a cell."""


@dataclass(frozen=True)
class Step:
    """A cell to run.

    Attributes:
        code: of the cell.
        number: of the cell in the submitted file, counted from 1; 0 when it was not there.
        check: when the cell gives points.
        answer: the grade id, when it is a cell that was to be filled in.
    """

    code: str
    number: int
    check: Check | None = None
    answer: str = ""


@dataclass
class Restored:
    """Steps in order, and sentences about what had been changed."""

    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def recognise(cells: Sequence[Cell], name: str, known: Sequence[Assignment]) -> Assignment | None:
    """Which assignment a notebook is: the one most of whose checks and blanks it has.

    The file's name decides only when the cells say nothing.

    Args:
        cells: of the notebook.
        name: of the file.
        known: to choose from.
    """
    ids = {cell["grade_id"] for cell in cells}
    called = {id for cell in cells for id in _called(cell)}

    def shared(assignment: Assignment) -> int:
        return sum(
            len(ids & {check.grade_id, *check.answers}) + (check.exercise in called)
            for check in assignment.checks
        )

    if known and any(map(shared, known)):
        return max(known, key=shared)
    return next((assignment for assignment in known if assignment.name in name), None)


def restore(cells: Sequence[Cell], assignment: Assignment) -> Restored:
    """Put every check back as it was handed out, once, behind its answer.

    Args:
        cells: as submitted.
        assignment: what they answer.
    """
    done = Restored()
    by_id = {check.grade_id: check for check in assignment.checks}
    blanks = {id for check in assignment.checks for id in check.answers}
    places = {check.grade_id: _place(cells, check) for check in assignment.checks}
    for index, cell in enumerate(cells):
        check = by_id.get(cell["grade_id"]) or _by_call(cell, assignment)
        if check and places[check.grade_id] == index:
            if squeeze(cell["source"]) != squeeze(check.code) or cell["kind"] != "code":
                done.notes.append(f"The check of {check.exercise} was changed; ours was used.")
            done.steps.append(Step(check.code, index + 1, check))
        elif check and cell["grade_id"] == check.grade_id:
            done.notes.append(f"The check of {check.exercise} is there twice; it was run once.")
        elif cell["kind"] == "code":
            answer = cell["grade_id"] if cell["grade_id"] in blanks else ""
            done.steps.append(Step(cell["source"], index + 1, None, answer))
    for check in assignment.checks:
        if places[check.grade_id] < 0:
            done.notes.append(f"The check of {check.exercise} was missing; it was put back.")
            done.steps.insert(_behind(done.steps, check), Step(check.code, 0, check))
    seen = [cell["grade_id"] for cell in cells if cell["grade_id"] in blanks]
    for id in dict.fromkeys(id for id in seen if seen.count(id) > 1):
        done.notes.append(f"The cell {id} is there {seen.count(id)} times; all were run in order.")
    return done


def _place(cells: Sequence[Cell], check: Check) -> int:
    """Where the check stands: the last cell of its grade id, else the last that calls it."""
    marked = [i for i, cell in enumerate(cells) if cell["grade_id"] == check.grade_id]
    calling = [i for i, cell in enumerate(cells) if check.exercise in _called(cell)]
    return max(marked or calling or [-1])


def _by_call(cell: Cell, assignment: Assignment) -> Check | None:
    called = _called(cell) if not cell["grade_id"] else ()
    return next((check for check in assignment.checks if check.exercise in called), None)


def _called(cell: Cell) -> list[str]:
    """Exercises that a cell checks, also in code that is not Python."""
    if cell["kind"] != "code":
        return []
    return re.findall(r"^[^#\n]*\bcheck\(\s*['\"](\d\d\.\d+)['\"]", cell["source"], re.MULTILINE)


def _behind(steps: Sequence[Step], check: Check) -> int:
    """Behind the last cell of its answer, or at the end."""
    mine = [i for i, step in enumerate(steps) if step.answer in check.answers]
    return max(mine) + 1 if mine else len(steps)
