"""From the percent text that a person writes to a notebook that has not been run."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from ganlearn.errors import UserError

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python"}
QUIZ_TAG = "quiz"
"""Of a cell that asks a question: its call holds the answer, so JupyterLab folds it away."""
PERCENT = {"extension": ".py", "format_name": "percent"}


def read(py: Path) -> NotebookNode:
    """The cells of a percent file, with nothing of their metadata but the tags and what they mean.

    Raises:
        UserError: when the file is not UTF-8, or has no cells.
    """
    try:
        found = jupytext.reads(py.read_text("utf-8"), fmt=PERCENT).cells
    except UnicodeDecodeError as error:
        raise UserError(f"{py} is not UTF-8 text ({error.reason} at {error.start}).") from None
    cells = [cell for cell in found if cell.source.strip()]
    if not cells:
        raise UserError(f"{py} is empty; a cell begins with a line `# %%`.")
    for cell in cells:
        tags = cell.metadata.get("tags")
        cell.metadata = NotebookNode(tags=tags) if tags else NotebookNode()
        if QUIZ_TAG in (tags or ()):
            cell.metadata.jupyter = NotebookNode(source_hidden=True)
    return finish(cells)


def finish(cells: list[NotebookNode]) -> NotebookNode:
    """A notebook of these cells, with ids and metadata that depend on nothing but them.

    A cell's id is made of its text, so that a cell put in between leaves the other ids alone.
    """
    seen: Counter[str] = Counter()
    for cell in cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    metadata = {"kernelspec": dict(KERNEL), "language_info": dict(LANGUAGE)}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    notebook.nbformat_minor = 5
    return notebook


def to_percent(notebook: NotebookNode) -> str:
    """The notebook as percent text, with tags and no header."""
    plain = nbformat.v4.new_notebook(
        cells=notebook.cells,
        metadata={
            "jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": "tags,-all"}
        },
    )
    return jupytext.writes(plain, fmt=PERCENT)


def inputs(notebook: NotebookNode) -> list[tuple[str, str]]:
    """What a reader may have edited: the kind and the text of each cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]
