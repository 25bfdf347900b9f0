"""What a notebook's cells and outputs may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from ganlearn.course.exercises import MAY_RAISE

CODE_LINES, TEXT_LINES, BYTES = 40, 60, 1_000_000
WORDS = re.compile(r"\[figure: \S.*\]", re.DOTALL)
TEXTUAL = re.compile(r"text/|application/(json|javascript)|image/svg")
# Where the files of a person or a program are kept; not every path, for a text may explain one.
MACHINE_PATH = re.compile(
    r"""(?<![\w.:/\\~-])
    (?: /(?:home|root|Users|tmp|private|var|opt|usr|mnt|srv|work|workspace|workspaces|content)
        /[\w.-]+
      | [A-Za-z]:\\+\w )""",
    re.VERBOSE,
)

ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")


def wrong_sizes(notebook: NotebookNode, file: Path) -> Iterator[tuple[int | None, str]]:
    """Cells that do not fit on a screen, and a notebook too large to look at on the web."""
    for number, cell in enumerate(notebook.cells, 1):
        lines, limit = cell.source.count("\n") + 1, TEXT_LINES
        if cell.cell_type == "code":
            limit = CODE_LINES
        if lines > limit:
            yield number, f"it has {lines} lines; more than {limit} do not fit on a screen."
    if (size := file.stat().st_size) > BYTES:
        yield None, f"it has {size / 1e6:.1f} MB; make its pictures smaller, 1 MB is the limit."


def wrong_outputs(notebook: NotebookNode) -> Iterator[tuple[int | None, str]]:
    """Outputs that a reader should not meet: errors, warnings, pictures without words, paths."""
    if "widgets" in notebook.metadata:
        yield None, "it holds the state of widgets; build it again."
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            for sentence in _wrong_output(cell, output):
                yield number, sentence


def _wrong_output(cell: NotebookNode, output: NotebookNode) -> Iterator[str]:
    graded = "nbgrader" in cell.metadata
    allowed = MAY_RAISE in cell.metadata.get("tags", []) and not graded
    if output.output_type == "error" and not allowed:
        yield f"it ended in {output.ename}: {output.evalue}"
    if output.get("name") == "stderr":
        yield f"it writes to stderr: {output.text.strip().splitlines()[0]}"
    data = output.get("data", {})
    for kind in data:
        if kind.startswith("image/") and kind != "image/png":
            yield f"it shows a picture as {kind}; use show(figure, alt=…), which makes a PNG."
        if "widget-view" in kind:
            yield "it shows a widget whose state is not kept; build it again."
    if "image/png" in data and not WORDS.search(data.get("text/plain", "")):
        yield "its picture has no words for a reader who cannot see it; use show(figure, alt=…)."
    if "<svg" in data.get("text/html", ""):
        yield "it shows SVG; use show(figure, alt=…), which makes a PNG."
    if match := MACHINE_PATH.search(text_of(output)):
        yield f"it shows a path of the machine that built it, {match[0]}…"
    if match := ADDRESS.search(text_of(output)):
        yield f"it shows an address in memory, {match[0]}; print something that means more."


def text_of(output: NotebookNode) -> str:
    """All that can be read in an output."""
    parts = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
    parts += [str(v) for kind, v in output.get("data", {}).items() if TEXTUAL.match(kind)]
    return "\n".join(parts)
