"""What the check cells of a notebook that has been run must say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from ganlearn.course.exercises import checked
from ganlearn.course.places import CHAPTERS, EXERCISES, Place
from ganlearn.course.problems import Problem


def wrong_verdicts(place: Place, notebook: NotebookNode) -> Iterator[Problem]:
    """Checks that do not say "not attempted" in an exercise, or "passed" in a solution."""
    if place.kind == CHAPTERS:
        return
    due = "not attempted" if place.kind == EXERCISES else "passed"
    for number, cell in enumerate(notebook.cells, 1):
        for id in checked(cell):
            said = "\n".join(map(words, cell.outputs))
            if f" {id} {due}" not in said:
                told = said.strip() or "nothing"
                yield Problem(str(place), number, f'it should say "{id} {due}" and says: {told}')


def words(output: Mapping[str, Any]) -> str:
    """What an output says as plain text: printed, shown, or the sentence of an error.

    Text may be a list of lines, as it is in a notebook's file.
    """
    found = [output.get("text"), output.get("evalue")]
    data = output.get("data")
    found.append(data.get("text/plain") if isinstance(data, Mapping) else None)
    lines = [text if isinstance(text, str) else "".join(map(str, text)) for text in found if text]
    return "\n".join(lines)
