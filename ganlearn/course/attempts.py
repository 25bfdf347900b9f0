"""What a student's notebook says about each exercise, whatever has happened to the notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from ganlearn.course.exercises import checked
from ganlearn.course.verdicts import words
from ganlearn.errors import UserError

PASSED = "passed"
AGAIN = "changed since its check"
WRONG = "not right yet"
BROKEN = "its check did not run"
OPEN = "not attempted"
UNRUN = "check not run"
MISSING = "check not found"
STATES = (PASSED, AGAIN, WRONG, BROKEN, OPEN, UNRUN, MISSING)
"""Of an exercise, the best first: when there are two copies, the better one counts."""

LARGEST = 50_000_000
"""Bytes of a notebook that is looked into."""


@dataclass(frozen=True)
class Attempt:
    """What one check cell says.

    Attributes:
        id: of the exercise.
        state: one of ``STATES``.
        sentence: of the check, or of the error that kept it from running; empty if there is none.
        file: the notebook.
        points: that the cell gives, as an instructor may have set them; None when it says nothing.
    """

    id: str
    state: str
    sentence: str
    file: Path
    points: float | None = None


def title_and_attempts(file: Path) -> tuple[str, list[Attempt]]:
    """The first heading of a notebook, and what its check cells say.

    Raises:
        UserError: when the file cannot be read as a notebook.
    """
    cells = _cells(file)
    return _title(cells), list(_attempts(cells, file))


def _cells(file: Path) -> list[dict]:
    try:
        size = file.stat().st_size
        found = json.loads(file.read_text("utf-8-sig")) if size <= LARGEST else {"cells": []}
        sheets = found.get("worksheets", [found])  # as notebooks were before 2015
        cells = [cell for sheet in sheets for cell in sheet["cells"] if isinstance(cell, dict)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UserError(
            f"{file.name} cannot be read as a notebook and was left out; a version from before "
            "may be in .ipynb_checkpoints beside it."
        ) from None
    if size > LARGEST:
        raise UserError(
            f"{file.name} has {size / 1e6:.0f} MB and was left out; "
            "clear its outputs and run it again."
        )
    return [_plain(cell) for cell in cells]


def _plain(cell: Mapping[str, Any]) -> dict:
    """A cell with the parts that are looked at, each of its kind."""
    source = cell.get("source", cell.get("input", ""))
    source = "".join(map(str, source)) if isinstance(source, list) else str(source)
    outputs, metadata = cell.get("outputs"), cell.get("metadata")
    count = cell.get("execution_count")
    return {
        "kind": cell.get("cell_type"),
        "source": source,
        "outputs": [out for out in outputs if isinstance(out, dict)]
        if isinstance(outputs, list)
        else [],
        "count": count if isinstance(count, int) else None,
        "nbgrader": metadata.get("nbgrader") if isinstance(metadata, dict) else None,
    }


def _title(cells: list[dict]) -> str:
    """Without the number and the word Exercises: ``The minimax game``."""
    for cell in cells:
        if cell["kind"] == "markdown" and (found := re.search(r"^# (.+)", cell["source"], re.M)):
            return re.sub(r"^(Exercises\b)?[\s·:]*(\d\d\b)?[\s·:]*", "", found[1]).strip()
    return ""


def _attempts(cells: list[dict], file: Path) -> Iterator[Attempt]:
    answers: list[dict] = []
    for cell in cells:
        if cell["kind"] != "code":
            continue
        if ids := _ids(cell):
            for id in ids:
                yield Attempt(id, *_judged(id, cell, answers), file, _points(cell))
            answers = []
        else:
            answers.append(cell)


def _ids(cell: dict) -> list[str]:
    """The exercises that a cell checks, also when its code was edited and is broken now."""
    found = checked(NotebookNode(cell_type="code", source=cell["source"]))
    if not found:
        live = re.sub(r"(?m)^\s*#.*$", "", cell["source"])
        found = re.findall(r"""\bcheck\(\s*["'](\d\d\.\d+)["']""", live)
    graded = cell["nbgrader"]
    if not found and isinstance(graded, dict) and graded.get("grade"):
        match = re.fullmatch(r"check-(\d\d)-(\d+)", str(graded.get("grade_id")))
        found = [f"{match[1]}.{match[2]}"] if match else []
    return [id for id in dict.fromkeys(map(str, found)) if re.fullmatch(r"\d\d\.\d+", id)]


def _points(cell: dict) -> float | None:
    found = cell["nbgrader"].get("points") if isinstance(cell["nbgrader"], dict) else None
    good = isinstance(found, int | float) and 0 <= found < 1e6
    return found if good else None


def _judged(id: str, check: dict, answers: list[dict]) -> tuple[str, str]:
    said = "\n".join(map(words, check["outputs"]))
    lines = re.findall(rf"^([✓·✗] {re.escape(id)}(?: passed:| not attempted:|:).*)$", said, re.M)
    if lines:
        line = lines[-1]
        if line.startswith("·"):
            return OPEN, line
        if line.startswith("✗"):
            return WRONG, line
        return (AGAIN if _newer(answers, check) else PASSED), line
    errors = [out for out in check["outputs"] if "ename" in out]
    if errors:
        return BROKEN, f"{errors[-1]['ename']}: {errors[-1].get('evalue', '')}"
    return UNRUN, ""


def _newer(answers: list[dict], check: dict) -> bool:
    """Whether an answer was run after its check."""
    marked = [
        a for a in answers if isinstance(a["nbgrader"], dict) and a["nbgrader"].get("solution")
    ]
    counts = [cell["count"] for cell in marked or answers if cell["count"]]
    return check["count"] is not None and any(count > check["count"] for count in counts)
