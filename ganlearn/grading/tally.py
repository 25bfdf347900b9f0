"""From marks to points, with what a person has graded by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganlearn.errors import UserError
from ganlearn.files import whole
from ganlearn.grading.assignment import Assignment
from ganlearn.grading.marking import PASSED
from ganlearn.grading.record import Record

BY_HAND = "by hand"
TO_DO = "to be graded"
HAND_COLUMNS = ["student", "exercise", "points", "comment"]


@dataclass(frozen=True)
class Row:
    """One line of ``grades.csv``.

    Attributes:
        student, exercise: whose, and which.
        points, maximum: given, and to be had.
        state: passed, wrong and so on; ``BY_HAND`` when a person decided.
        sentence: for the student.
        mistake: the diagnosis; empty when there is none.
    """

    student: str
    exercise: str
    points: float
    maximum: float
    state: str
    sentence: str = ""
    mistake: str = ""


Hand = Mapping[tuple[str, str], tuple[float, str]]
"""(student, exercise) to points and comment."""


def rows(
    record: Record,
    assignments: Sequence[Assignment],
    hand: Hand,
    by_hand: Mapping[str, float],
) -> Iterator[Row]:
    """The lines of one student: every exercise, then every task that is graded by hand."""
    marks = {mark.exercise: mark for notebook in record.notebooks for mark in notebook.marks}
    for check in (check for assignment in assignments for check in assignment.checks):
        mark = marks[check.exercise]
        points = check.points if mark.state == PASSED else 0
        state, said = mark.state, mark.sentence
        if given := hand.get((record.student, check.exercise)):
            points, state, said = given[0], BY_HAND, given[1] or said
        yield Row(record.student, check.exercise, points, check.points, state, said, mark.mistake)
    for task, maximum in by_hand.items():
        points, said = hand.get((record.student, task), (0, ""))
        state = BY_HAND if (record.student, task) in hand else TO_DO
        yield Row(record.student, task, points, maximum, state, said)


def read_hand(file: Path) -> dict[tuple[str, str], tuple[float, str]]:
    """Points given by hand; a file to fill in is made when there is none.

    Raises:
        UserError: when a line has no number of points.
    """
    if not file.exists():
        with whole(file) as part:
            part.write_text(",".join(HAND_COLUMNS) + "\n", "utf-8")
        return {}
    found = {}
    lines = csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))
    for number, line in enumerate(lines, 2):
        student = (line.get("student") or "").strip()
        exercise, points = (line.get("exercise") or "").strip(), (line.get("points") or "").strip()
        try:
            found[student, exercise] = (float(points), (line.get("comment") or "").strip())
        except ValueError:
            told = f"{file}, line {number}: {points!r} is no number of points."
            raise UserError(told) from None
    return found


def write_csv(file: Path, header: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    """A table that a spreadsheet opens as text and numbers, never as formulas."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows([[_cell(value) for value in line] for line in lines])
    with whole(file) as part:
        part.write_text(text.getvalue(), "utf-8")


def _cell(value: object) -> object:
    if isinstance(value, float | int):
        return f"{value:g}"
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
