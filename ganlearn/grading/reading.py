"""What is in a submitted file, taken leniently: students' notebooks have been through a lot.

Runs in the fenced process (see :mod:`ganlearn.grading.worker`), on bytes of any kind.
"""

from __future__ import annotations

import json
from typing import Any

KINDS = ("code", "markdown", "raw")


def parse(raw: bytes) -> dict[str, Any]:
    """The cells of a notebook file, without outputs.

    Args:
        raw: the file.

    Returns:
        ``cells``, each with ``kind``, ``source`` and ``grade_id`` (or ""), and ``notes``, the
        sentences about what was odd. Or ``unreadable``, a sentence.
    """
    text, notes = _decode(raw)
    try:
        found = json.loads(text)
    except RecursionError:
        return {"unreadable": "The file is nested too deeply to be a notebook."}
    except ValueError:
        return {"unreadable": f"The file is not a notebook: {_looks_like(raw)}."}
    cells = _cells(found)
    if cells is None:
        return {"unreadable": "The file is JSON, but not a notebook: it has no cells."}
    return {"cells": [_cell(cell) for cell in cells if isinstance(cell, dict)], "notes": notes}


def _decode(raw: bytes) -> tuple[str, list[str]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace"), ["The file is UTF-16 and was read as such."]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        told = "The file is not UTF-8; it was read as Windows-1252, so some letters may be wrong."
        return raw.decode("cp1252", "replace"), [told]


def _looks_like(raw: bytes) -> str:
    if not raw.strip():
        return "it is empty"
    for start, kind in ((b"%PDF", "a PDF"), (b"PK\x03\x04", "a zip or an office document")):
        if raw.startswith(start):
            return f"it is {kind}"
    if raw.lstrip()[:1] == b"<":
        return "it is a web page"
    if b"<<<<<<<" in raw and b">>>>>>>" in raw:
        return "it holds the marks of a merge that was not finished"
    return "it is no JSON, or it is cut off"


def _cells(found: Any) -> list[Any] | None:
    if not isinstance(found, dict):
        return None
    if isinstance(found.get("cells"), list):
        return found["cells"]
    sheets = found.get("worksheets")  # the format of before 2015
    if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
        cells = sheets[0].get("cells")
        return cells if isinstance(cells, list) else None
    return None


def _cell(cell: dict[str, Any]) -> dict[str, str]:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(str(line) for line in source)
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    return {
        "kind": cell["cell_type"] if cell.get("cell_type") in KINDS else "raw",
        # A lone half of a surrogate pair can be in JSON, but not in any file.
        "source": str(source).encode("utf-8", "replace").decode(),
        "grade_id": grade_id if isinstance(grade_id, str) else "",
    }
