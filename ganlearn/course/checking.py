"""Look at every file of the course without changing or running any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbformat import NotebookNode

from ganlearn.course.accessibility import wrong_access, wrong_page
from ganlearn.course.content import text_of, wrong_outputs, wrong_sizes
from ganlearn.course.exercises import secret, squeeze
from ganlearn.course.expected import drift, expected
from ganlearn.course.files import stored
from ganlearn.course.places import EXERCISES, KINDS, Place, sources
from ganlearn.course.problems import Problem
from ganlearn.course.prose import anchors_of_page, markdown, wrong_prose, wrong_text
from ganlearn.course.source import read
from ganlearn.course.verdicts import wrong_verdicts
from ganlearn.errors import UserError


def check(root: Path) -> list[Problem]:
    """Everything that is wrong with the course's files; nothing is changed and nothing is run."""
    places = sources(root)
    problems = [problem for place in places for problem in _notebook(place)]
    problems += _orphans(root, places)
    problems += _pages(root)
    return problems


def _notebook(place: Place) -> Iterator[Problem]:
    try:
        wanted, found = expected(place), stored(place.ipynb)
    except UserError as error:
        yield Problem(str(place), None, str(error))
        return
    yield from drift(place, wanted, found)
    if place.kind == EXERCISES:
        yield from _leaks(place, found)
    if found is None:
        return
    yield from wrong_verdicts(place, found)
    rules: Iterable[tuple[int | None, str]] = (
        *wrong_sizes(found, place.ipynb),
        *wrong_outputs(found),
        *wrong_prose(found, place.ipynb, place.root),
        *wrong_access(found),
    )
    yield from (Problem(str(place), cell, sentence) for cell, sentence in rules)


def _leaks(place: Place, found: NotebookNode | None) -> Iterator[Problem]:
    """Lines of the solution in the exercise: in its text, outputs, metadata and paired text."""
    lines = secret(read(place.source))

    def look(text: str, cell: int | None, what: str, file: str = str(place)) -> Iterator[Problem]:
        squeezed = squeeze(text)
        leaked = sorted(line for line in lines if line in squeezed)
        if leaked:
            yield Problem(file, cell, f"{what} gives the solution away: {leaked[0]}")

    for number, cell in enumerate(found.cells if found else [], 1):
        yield from look(cell.source, number, "its text")
        yield from look("\n".join(map(text_of, cell.get("outputs", []))), number, "its output")
        extra = {k: v for k, v in cell.items() if k not in ("source", "outputs")}
        extra["outputs"] = [out.get("metadata", {}) for out in cell.get("outputs", [])]
        yield from look(_strings(extra), number, "its metadata")
    if found:
        yield from look(_strings(found.metadata), None, "its metadata")
    if place.py.exists():
        file = f"{place.kind}/{place.py.name}"
        yield from look(place.py.read_text("utf-8"), None, "the paired text", file)


def _strings(value: object) -> str:
    """All text in a JSON value, unescaped."""
    if isinstance(value, dict):
        return "\n".join(f"{key}\n{_strings(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "\n".join(map(_strings, value))
    return value if isinstance(value, str) else json.dumps(value)


def _orphans(root: Path, places: list[Place]) -> Iterator[Problem]:
    """Notebooks, and texts of exercises, that no source makes."""
    known = {place.ipynb for place in places} | {place.py for place in places}
    for kind in KINDS:
        for file in sorted((root / kind).glob("*")):
            if file.suffix in (".ipynb", ".py") and file not in known:
                yield Problem(
                    f"{kind}/{file.name}",
                    None,
                    "it has no source; name the source NN_topic.py, or delete this file.",
                )


def _pages(root: Path) -> Iterator[Problem]:
    """Links, pictures and structure of the pages that lie beside the notebooks."""
    for file in sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")]):
        source = file.read_text("utf-8")
        links = wrong_text(markdown(source), file, root, anchors_of_page(source))
        for sentence in (*links, *wrong_page(source)):
            yield Problem(file.relative_to(root).as_posix(), None, sentence)
