"""Grade one submission."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ganlearn.course.files import as_text, write
from ganlearn.course.places import CHAPTERS
from ganlearn.errors import UserError
from ganlearn.grading.assignment import Assignment
from ganlearn.grading.collect import File, Submission, TooLarge
from ganlearn.grading.limits import MEGABYTE, Limits
from ganlearn.grading.marking import MISSING, UNREADABLE, Mark, Marking, mark
from ganlearn.grading.record import Graded, Record
from ganlearn.grading.restore import Restored, Step, recognise, restore
from ganlearn.grading.session import Ended, Session

READING = 60.0
"""Seconds that a file may take to be read."""


@dataclass(frozen=True)
class Room:
    """Where submissions are graded.

    Attributes:
        level: of isolation.
        limits: of each notebook.
        hidden: folders that no notebook may read.
        assignments: what may have been handed in.
        output: where the notebooks that were run are kept, for the instructor.
    """

    level: str
    limits: Limits
    hidden: tuple[Path, ...]
    assignments: tuple[Assignment, ...]
    output: Path

    def start(self) -> Session:
        """A process for a notebook."""
        return Session(self.level, self.limits, self.hidden)


def key(submission: Submission, room: Room) -> str:
    """A number that changes with the submission, with what was due, and with the limits."""
    most = room.limits.notebook_mb * MEGABYTE
    parts = [repr(room.limits), room.level, repr(sorted(submission.notes)), str(submission.late)]
    parts += [assignment.name for assignment in room.assignments]
    for file in submission.files:
        raw, _ = _read(file, most)
        parts.append(f"{file.path} {hashlib.sha256(raw).hexdigest()}")
    return hashlib.sha256("\n".join([*parts, *submission.others]).encode()).hexdigest()


def grade_one(submission: Submission, room: Room, key: str) -> Record:
    """Run every notebook of a submission and say what became of each exercise.

    Args:
        submission: one student's.
        room: where.
        key: of the submission as it is now.
    """
    record = Record(submission.student, key, late=submission.late, isolation=room.level)
    record.notes += submission.notes
    in_order = order(submission.files, [assignment.name for assignment in room.assignments])
    unread = [file for file in in_order if not _grade_file(file, room, record)]
    if not submission.files:
        named = ", ".join(submission.others[:3])
        record.notes.append(f"There is no notebook in it{': only ' + named if named else ''}.")
    done = {graded.assignment for graded in record.notebooks}
    for assignment in room.assignments:
        if assignment.name not in done:
            state = UNREADABLE if unread or submission.others else MISSING
            why = "No notebook could be read." if state == UNREADABLE else "It was not handed in."
            marks = [Mark(c.exercise, state, f"✗ {c.exercise}: {why}") for c in assignment.checks]
            record.notebooks.append(Graded(assignment.name, "", marks))
    return record


def order(files: Sequence[File], names: Sequence[str]) -> list[File]:
    """Files in the order in which they are looked at; of two for one assignment, the first counts.

    Last come chapters, which have the name of their exercises and may lie in the same folder.
    Otherwise the latest upload comes first, then a name that was handed out before copies of it
    (``-Copy1``), which come first in the alphabet.

    Args:
        files: of one student.
        names: of the assignments.
    """

    def place(file: File) -> tuple[bool, int, bool, str]:
        renamed = file.path.stem not in names
        return CHAPTERS in file.path.parts[:-1], -file.version, renamed, str(file.path)

    return sorted(files, key=place)


def _grade_file(file: File, room: Room, record: Record) -> bool:
    """Grade one notebook into the record; says whether the file could be read."""
    raw, problem = _read(file, room.limits.notebook_mb * MEGABYTE)
    if problem:
        record.notes.append(f"{file.path.name} could not be read: {problem}")
        return False
    start = time.perf_counter()
    with room.start() as session:
        try:
            found = session.parse(raw, READING)
        except Ended as end:
            record.notes.append(f"{file.path.name} could not be read: {end}.")
            return False
        if "cells" not in found:
            told = found.get("unreadable", "It is not a notebook.")
            record.notes.append(f"{file.path.name}: {told}")
            return False
        assignment = recognise(found["cells"], file.path.name, room.assignments)
        taken = {graded.assignment: graded.file for graded in record.notebooks}
        if assignment is None:
            record.notes.append(f"{file.path.name} is none of the exercises; it was not graded.")
            return True
        if assignment.name in taken:
            told = f"{file.path.name} was left out; {taken[assignment.name]} was graded."
            record.notes.append(told)
            return True
        restored = restore(found["cells"], assignment)
        marking = mark(session, room.start, restored.steps, room.limits)
    seconds = round(time.perf_counter() - start, 2)
    graded = _graded(assignment, file, found, restored, marking, seconds)
    record.notebooks.append(graded)
    run = room.output / "notebooks" / record.slug / f"{assignment.name}.ipynb"
    write(run, as_text(_as_run(restored.steps, marking)))
    return True


def _read(file: File, most: int) -> tuple[bytes, str]:
    """The bytes of a file, or none and why."""
    try:
        return file.read(most), ""
    except (TooLarge, UserError) as error:
        return b"", str(error)
    except OSError as error:
        return b"", f"{error.strerror or error}."


def _graded(
    assignment: Assignment,
    file: File,
    found: dict[str, Any],
    restored: Restored,
    marking: Marking,
    seconds: float,
) -> Graded:
    exercise_of = {step.number: step.check.exercise for step in restored.steps if step.check}
    cells = [
        {"kind": c["kind"], "source": c["source"][:20_000], "exercise": exercise_of.get(i, "")}
        for i, c in enumerate(found["cells"], 1)
    ]
    notes = [*found.get("notes", ()), *restored.notes]
    notes += [_capital(mark.sentence, i) for i, mark in _ends(restored.steps, marking)]
    marks = [marking.marks[check.exercise] for check in assignment.checks]
    return Graded(
        assignment.name, str(file.path), marks, cells, notes, seconds, assignment.fingerprint
    )


def _ends(steps: Sequence[Step], marking: Marking) -> list[tuple[int, Mark]]:
    return [(steps[i].number, mark) for i, mark in sorted(marking.ends.items())]


def _capital(sentence: str, number: int) -> str:
    if sentence.startswith("Cell "):
        return sentence
    return f"Cell {number} was {sentence}"


def _as_run(steps: Sequence[Step], marking: Marking) -> NotebookNode:
    """The notebook as it ran, with what its cells put out, for the instructor."""
    cells = []
    for index, step in enumerate(steps):
        result = marking.results.get(index, {})
        outputs = [nbformat.from_dict(output) for output in result.get("outputs", ())]
        if error := result.get("error"):
            named = {"ename": error["name"], "evalue": error["text"]}
            told = [f"{error['name']}: {error['text']}"]
            outputs.append(nbformat.v4.new_output("error", **named, traceback=told))
        cells.append(nbformat.v4.new_code_cell(step.code, outputs=outputs))
    return nbformat.v4.new_notebook(cells=cells)
