"""Read and write a notebook file."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ganlearn.errors import UserError
from ganlearn.files import whole


def stored(file: Path) -> NotebookNode | None:
    """The notebook on disk, None when there is none.

    Raises:
        UserError: when the file is not a notebook.
    """
    if not file.exists():
        return None
    try:
        notebook = nbformat.reads(file.read_text("utf-8"), as_version=4)
        nbformat.validate(notebook)
    except Exception:
        raise UserError(
            f"{file} is not a notebook that can be read; delete it and build again."
        ) from None
    return notebook


def as_text(notebook: NotebookNode) -> str:
    """The notebook as it is stored: keys in order, one newline at the end."""
    return nbformat.writes(notebook) + "\n"


def write(file: Path, text: str) -> None:
    """All or nothing: whoever is stopped here leaves no half a file."""
    with whole(file) as part:
        part.write_text(text, "utf-8", newline="\n")
