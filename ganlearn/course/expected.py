"""What a notebook should look like, and whether it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from ganlearn.course import badges, exercises, fingerprint, source
from ganlearn.course.places import CHAPTERS, EXERCISES, Place
from ganlearn.course.problems import Problem

STAMP = "ganlearn"  # the key in the notebook's metadata under which a build says what it built


def expected(place: Place) -> NotebookNode:
    """The notebook that a build would run: cells and metadata, no outputs.

    Raises:
        UserError: when its source cannot be read, or its exercises are not well formed.
    """
    notebook = badges.fill(source.read(place.source), place)
    if place.kind != CHAPTERS:
        file = f"{place.source.parent.name}/{place.source.name}"
        notebook = exercises.grade(notebook, file)
        if place.kind == EXERCISES:
            notebook = exercises.unsolve(notebook, file)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    notebook.metadata[STAMP] = {
        "source": fingerprint.of_text(repr(source.inputs(notebook))),
        "library": fingerprint.of_library(code, place.number),
    }
    return notebook


def drift(place: Place, wanted: NotebookNode, found: NotebookNode | None) -> Iterator[Problem]:
    """Every way in which a stored notebook is not the one that a build would make now.

    Outputs are not looked at: that takes a run, which is what strict nbval does.
    """
    file = str(place)
    if found is None:
        yield Problem(file, None, "it has not been built; run `ganlearn course build`.")
        return
    ours, theirs = source.inputs(wanted), source.inputs(found)
    if ours != theirs:
        pairs = zip(ours, theirs, strict=False)
        n = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))
        yield Problem(
            file,
            n + 1,
            f"it is not what {place.source.parent.name}/{place.source.name} says; "
            + (
                "it was edited by hand: bring the edit over to the source, "
                "then `ganlearn course build --force`."
                if edited_by_hand(wanted, found)
                else "run `ganlearn course build`."
            ),
        )
    elif found.metadata.get(STAMP, {}) != wanted.metadata[STAMP]:
        yield Problem(
            file,
            None,
            "the library has changed since it was built, so its outputs may be out of date; "
            "run `ganlearn course build`.",
        )
    elif _frame(found) != _frame(wanted):
        yield Problem(
            file, None, "its metadata are not those of a build; run `ganlearn course build`."
        )
    counts = [cell.execution_count for cell in found.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        yield Problem(
            file,
            None,
            "it was not run once from top to bottom: its execution counts are "
            f"{', '.join('none' if c is None else str(c) for c in counts)}.",
        )
    if place.kind == EXERCISES and _text(place.py) != source.to_percent(wanted):
        yield Problem(
            f"{place.kind}/{place.py.name}",
            None,
            f"it is not what solutions/{place.py.name} gives; run `ganlearn course build`.",
        )


def edited_by_hand(wanted: NotebookNode, found: NotebookNode) -> bool:
    """Whether a notebook holds text that neither its source nor its last build has."""
    inputs = source.inputs(found)
    built_from = found.metadata.get(STAMP, {}).get("source")
    return inputs != source.inputs(wanted) and fingerprint.of_text(repr(inputs)) != built_from


def _frame(notebook: NotebookNode) -> tuple:
    """All that is neither text nor output nor count."""
    cells = [(cell.get("id"), cell.metadata) for cell in notebook.cells]
    return notebook.nbformat, notebook.nbformat_minor, notebook.metadata, cells


def _text(file: Path) -> str | None:
    return file.read_text("utf-8") if file.exists() else None
