"""What the check cells of a notebook that has been run must say."""

from __future__ import annotations

from collections.abc import Iterator

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
            said = "".join(out.get("text", out.get("evalue", "")) for out in cell.outputs)
            if f" {id} {due}" not in said:
                told = said.strip() or "nothing"
                yield Problem(str(place), number, f'it should say "{id} {due}" and says: {told}')
