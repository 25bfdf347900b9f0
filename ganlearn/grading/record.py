"""What is known of one submission, in a file of its own: grading goes on where it stopped."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganlearn.files import whole
from ganlearn.grading.marking import Mark

FORMAT = 1


@dataclass
class Graded:
    """One notebook of a submission.

    Attributes:
        assignment: its name.
        file: as it was submitted.
        marks: one for each exercise.
        cells: what the student wrote: ``kind``, ``source``, and ``exercise`` for a check.
        notes: sentences about what was odd in it.
        seconds: that it took.
        fingerprint: of the assignment as it was; empty when nothing was run.
    """

    assignment: str
    file: str
    marks: list[Mark]
    cells: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    fingerprint: str = ""


@dataclass
class Record:
    """One submission.

    Attributes:
        student: as the platform names them.
        key: changes when it has to be graded again.
        notebooks: what was graded.
        notes: sentences about the submission as a whole.
        late: the platform marked it so.
        isolation: how it was fenced in.
    """

    student: str
    key: str
    notebooks: list[Graded] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    late: bool = False
    isolation: str = ""

    @property
    def slug(self) -> str:
        """For file names: readable, harmless, and another one for every student."""
        plain = re.sub(r"[^\w.-]+", "_", self.student).strip("._")[:60]
        if plain == self.student:
            return plain
        return f"{plain or 'student'}-{hashlib.sha256(self.student.encode()).hexdigest()[:8]}"


def save(record: Record, folder: Path) -> None:
    """Write it to ``<slug>.json``, whole or not at all."""
    text = json.dumps({"format": FORMAT, **dataclasses.asdict(record)}, indent=1)
    with whole(folder / f"{record.slug}.json") as part:
        part.write_text(text, "utf-8")


def load(file: Path) -> Record | None:
    """A record, None when there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        if found.pop("format") != FORMAT:
            return None
        graded = found.pop("notebooks")
        for notebook in graded:
            notebook["marks"] = [Mark(**mark) for mark in notebook["marks"]]
        return Record(notebooks=[Graded(**notebook) for notebook in graded], **found)
    except (OSError, ValueError, TypeError, KeyError):
        return None
