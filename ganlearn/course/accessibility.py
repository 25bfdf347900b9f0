"""What keeps a reader out who listens to a notebook, uses no mouse, or sees little colour.

Alternative text of pictures is looked at in ``prose`` and ``content``. What cannot be seen from
here is said in docs/students.md: above all whether a figure tells its lines apart by more than
their colour.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from ganlearn.course.contrast import TEXT, contrast
from ganlearn.course.parts import Parts, of_html, of_markdown

EMPTY_WORDS = {
    *("here", "click here", "this", "this link", "link", "more", "read more", "see", "see here"),
    *("page", "this page", "there", "it", "file", "download", "notebook", "details", "source"),
}
"""Words of a link that say nothing to who jumps from link to link."""


def wrong_access(notebook: NotebookNode) -> Iterator[tuple[int | None, str]]:
    """What is hard to reach in a notebook: (cell, sentence)."""
    last = 0
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            parts = of_markdown(cell.source)
            for sentence in wrong_headings(parts, last):
                yield number, sentence
            last = parts.headings[-1][0] if parts.headings else last
            found = [parts]
        else:
            for sentence in _wrong_controls(cell.source):
                yield number, sentence
            data = [out.get("data", {}) for out in cell.get("outputs", [])]
            found = [of_html(d["text/html"]) for d in data if "text/html" in d]
            found += [of_markdown(d["text/markdown"]) for d in data if "text/markdown" in d]
        for parts in found:
            for sentence in wrong_parts(parts):
                yield number, sentence


def wrong_page(source: str) -> Iterator[str]:
    """What is hard to reach on a page of Markdown."""
    parts = of_markdown(source)
    yield from wrong_headings(parts, 0)
    yield from wrong_parts(parts)


def wrong_headings(parts: Parts, last: int) -> Iterator[str]:
    """Headings that leave out a level, that are empty, or a second title.

    Args:
        parts: of the text.
        last: level of the heading before it; 0 at the start, which a title has to follow.
    """
    for level, text in parts.headings:
        if not text.strip():
            yield f"a heading of level {level} is empty."
        if last == 0 and level != 1:
            yield f'it begins with "{text}" at level {level}; the first heading is its title.'
        elif level > last + 1:
            yield f'the heading "{text}" jumps from level {last} to {level}; use {last + 1}.'
        elif level == 1 and last:
            yield f'"{text}" is a second title; use `## …`.'
        last = level


def wrong_parts(parts: Parts) -> Iterator[str]:
    """Links without meaning, tables without a header, text that is too pale."""
    for target, words in parts.links:
        plain = " ".join(words.split()).strip(" .,:;!→»>").lower()
        if not plain:
            yield f"the link to {target} has no words."
        elif plain in EMPTY_WORDS:
            yield f'the link "{words}" to {target} does not say where it leads.'
        elif re.match(r"(https?://|www\.)", plain) and len(plain) > 40:
            yield f"the link to {target} is read aloud letter by letter; give it words."
    for heads in parts.tables:
        # The corner above the names of the rows may be empty, nothing else.
        if not heads:
            yield "a table has no header row; who listens does not know what its columns are."
        elif not all(head.strip() for head in heads[1:]) or not any(map(str.strip, heads)):
            yield f"a table has a column without a header: {' | '.join(heads)}."
    for style in parts.styles:
        colors = dict(re.findall(r"(?:^|;)\s*(color|background(?:-color)?)\s*:\s*(#\w+)", style))
        text, paper = colors.pop("color", None), next(iter(colors.values()), "#ffffff")
        if text and contrast(text, paper) < TEXT:
            found = contrast(text, paper)
            yield f"text in {text} on {paper} has a contrast of {found:.1f}; {TEXT} is the least."


def _wrong_controls(source: str) -> Iterator[str]:
    """Controls of ipywidgets that have no name. Those of Panel and quiz get theirs there."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with a magic command
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in _controls():
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            words = given.get("description")
            if None not in given and (words is None or getattr(words, "value", "x") == ""):
                yield f"{name} has no description=, so nobody hears what it does."


@functools.cache
def _controls() -> frozenset[str]:
    """The names of ipywidgets' controls: what has a description and a value to be set."""
    import ipywidgets
    from ipywidgets.widgets.widget_description import DescriptionWidget

    shown = {"HTML", "HTMLMath", "Label", "IntProgress", "FloatProgress", "Valid"}
    kinds = {name: kind for name, kind in vars(ipywidgets).items() if isinstance(kind, type)}
    found = {name for name, kind in kinds.items() if issubclass(kind, DescriptionWidget)}
    return frozenset(found | {"Button", "ToggleButton"}) - shown
