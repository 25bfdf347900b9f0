"""Which hint to open next: one step of the ladder for each different wrong answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

SUMMARY = re.compile(r"<summary>\s*(.*?)\s*</summary>", re.DOTALL)
ENOUGH = 40
"""Notebooks that are looked into; a folder with more is not one of exercises."""

_tried: dict[str, list[str]] = {}


def advice(exercise: str, sentence: str, folder: Path | None = None) -> str:
    """What to open after a wrong answer.

    The first wrong answer leads to the first hint, the next different one to the second. The same
    mistake made again stays where it is.

    Args:
        exercise: its id.
        sentence: what the check said.
        folder: where the notebook is; the working folder, as Jupyter has it, when not given.
    """
    tried = _tried.setdefault(exercise, [])
    if sentence not in tried:
        tried.append(sentence)
    step = tried.index(sentence)
    names = ladder(exercise, folder or Path.cwd())
    if not names:
        return "Open the next hint above this cell."
    if step < len(names):
        return f"Open “{names[step]}” above this cell."
    return "All hints are open to you by now. Read the task once more, slowly, word by word."


def ladder(exercise: str, folder: Path) -> list[str]:
    """The names of the hints of an exercise, from a notebook in a folder that has its check."""
    first = sorted(folder.glob(f"{exercise[:2]}_*.ipynb"))
    others = sorted(set(folder.glob("*.ipynb")) - set(first))
    for file in [*first, *others][:ENOUGH]:
        try:
            cells = json.loads(file.read_text("utf-8"))["cells"]
            names = _above(exercise, cells)
        except (OSError, ValueError, KeyError, TypeError):  # damaged, or no notebook
            continue
        if names is not None:
            return names
    return []


def _above(exercise: str, cells: list[dict]) -> list[str] | None:
    """The hints between a check and the check before it; None when the check is not there."""
    called = re.compile(rf"""\bcheck\(\s*["']({re.escape(exercise)})["']""")
    names: list[str] = []
    for cell in cells:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            names += [" ".join(name.split()) for name in SUMMARY.findall(source)]
        elif called.search(source):
            return [name for name in names if "hint" in name.lower()]
        elif re.search(r"\bcheck\(\s*[\"']", source):
            names = []
    return None
