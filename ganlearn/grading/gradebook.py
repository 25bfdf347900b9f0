"""The same grades as a gradebook of nbgrader, for its tools: formgrader, ``nbgrader export``."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from ganlearn.files import whole
from ganlearn.grading.assignment import Assignment
from ganlearn.grading.record import Record
from ganlearn.grading.tally import BY_HAND, Row


def installed() -> bool:
    """Whether nbgrader is there (``pip install 'ganlearn[instructor]'``)."""
    import importlib.util

    return importlib.util.find_spec("nbgrader") is not None


def write(
    file: Path,
    assignments: Sequence[Assignment],
    records: Sequence[Record],
    rows: dict[str, Sequence[Row]],
) -> None:
    """Make ``gradebook.db`` anew, whole or not at all.

    Args:
        file: the database.
        assignments: become nbgrader's assignments, each of one notebook.
        records: the students.
        rows: student to lines.
    """
    from nbgrader.api import Gradebook

    with whole(file) as part, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of SQLAlchemy, about nbgrader
        # nbgrader starts another program of its environment, which may not be the shell's.
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        address = f"sqlite:///{part.resolve()}"
        with Gradebook(address) as book:
            for assignment in assignments:
                book.add_assignment(assignment.name)
            for assignment in assignments:
                _save_cells(assignment, address)
            for record in records:
                book.add_student(record.slug, first_name=record.student)
                for assignment in assignments:
                    book.add_submission(assignment.name, record.slug)
                    for row in rows[record.student]:
                        _save_score(book, assignment, record, row)
            book.db.commit()


def _save_cells(assignment: Assignment, address: str) -> None:
    """What nbgrader itself does with a source notebook."""
    import copy

    from nbgrader.preprocessors import ComputeChecksums, SaveCells

    names = {"notebook": assignment.name, "assignment": assignment.name, "db_url": address}
    notebook, quiet = copy.deepcopy(assignment.notebook), logging.getLogger("ganlearn.nbgrader")
    quiet.setLevel(logging.CRITICAL)
    for step in (ComputeChecksums, SaveCells):
        notebook, _ = step(log=quiet).preprocess(notebook, {"nbgrader": names})


def _save_score(book: object, assignment: Assignment, record: Record, row: Row) -> None:
    for check in assignment.checks:
        if check.exercise == row.exercise:
            names = (assignment.name, assignment.name, record.slug)
            grade = book.find_grade(check.grade_id, *names)
            if row.state == BY_HAND:
                grade.manual_score = row.points
            else:
                grade.auto_score = row.points
            grade.needs_manual_grade = False
