"""Help for the command line, read from the docstring of the function that does the work."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HOUSE = Path(__file__).parents[1]


def arguments(file: str, function: str) -> dict[str, str]:
    """What a function's docstring says about each of its arguments.

    The file is parsed and not imported, so that ``--help`` does not wait for torch.

    Args:
        file: in the package, such as ``"style/optimise.py"``.
        function: its name.

    Returns:
        argument to its description in one line; arguments described together share it.
    """
    tree = ast.parse((HOUSE / file).read_text(encoding="utf-8"))
    (node,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function)
    section = re.search(r"\nArgs:\n(.*?)(?:\n\n|\Z)", ast.get_docstring(node) or "", re.DOTALL)
    described = {}
    for entry in re.split(r"\n(?=    \S)", section[1]) if section else ():
        names, _, text = entry.strip().partition(": ")
        for name in names.split(", "):
            described[name] = _plain(text)
    return described


def _plain(text: str) -> str:
    """A description without markup, line breaks and the full stop at its end."""
    text = re.sub(r"; see :mod:`[^`]*`", "", text)
    text = re.sub(r":\w+:`([^`]*)`", r"\1", text)
    return " ".join(text.replace("``", "").replace('"', "").split()).removesuffix(".")
