"""A short number that changes when the library code behind a notebook changes.

A notebook depends on the library files that it imports, directly or through others, and on the
data files that such code names. So a new weight file or a mended command line does not ask for
every chapter to be run again; nor does a docstring.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import ganlearn

LIBRARY = Path(ganlearn.__file__).parent


def of_text(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def of_library(cells: Iterable[str], number: str) -> str:
    """The state of the library as a notebook sees it.

    Args:
        cells: the notebook's code.
        number: of its chapter; a notebook that checks answers depends on that chapter's checks.
    """
    modules = reachable(cells, number)
    words = {word for module in modules for word in re.findall(r"[\w.-]+", _code(module))}
    data = [file for file in _data_files() if {file.name, file.stem, file.parent.name} & words]
    parts = [f"{_name(m)} {of_text(_code(m))}" for m in sorted(modules)]
    parts += [f"{_name(f)} {_of_bytes(f)}" for f in sorted(data)]
    return of_text("\n".join(parts))


def _of_bytes(file: Path) -> str:
    # A checkout on Windows may have turned the line ends of a text file.
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def reachable(cells: Iterable[str], number: str) -> set[Path]:
    """The files of the library that some code imports, directly or through others."""
    waiting = [name for cell in cells for name in _imports(cell, "")]
    if "ganlearn.checks" in waiting:  # which loads a chapter's checks by their number
        waiting.append(f"ganlearn.checks.chapter{number}")
    found: set[Path] = set()
    while waiting:
        file = _file(waiting.pop())
        if file and file not in found:
            found.add(file)
            package = _name(file.parent).replace("/", ".")
            waiting += _imports(_text(file), package)
    return found


def _name(path: Path) -> str:
    return path.relative_to(LIBRARY.parent).as_posix()


def _file(module: str) -> Path | None:
    path = LIBRARY.parent.joinpath(*module.split("."))
    return next((f for f in (path / "__init__.py", path.with_suffix(".py")) if f.is_file()), None)


def _imports(code: str, package: str) -> Iterator[str]:
    """Names of ganlearn's modules in import statements; some turn out to be no modules."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # a cell with a magic command, or one that shows a syntax error
        tree = ast.parse("\n".join(re.findall(r"^(?:from|import) [^(\n]+$", code, re.MULTILINE)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: 1 - node.level or None]) if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "ganlearn":
                yield from (".".join(parts[: i + 1]) for i in range(len(parts)))


@functools.cache
def _text(file: Path) -> str:
    return file.read_text("utf-8")


@functools.cache
def _code(file: Path) -> str:
    """The text without comments, docstrings and blank lines."""
    text = _text(file)
    lines = io.StringIO(text).readlines()
    begins = True  # of a statement
    spans = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        alone = token.type == tokenize.STRING and begins and _ends_line(lines, token.end)
        if token.type == tokenize.COMMENT or alone:
            spans.append((token.start, token.end))
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            begins = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    for (row, column), (last, end) in reversed(spans):
        lines[row - 1 : last] = [lines[row - 1][:column] + lines[last - 1][end:]]
    return "\n".join(line.rstrip() for line in "".join(lines).splitlines() if line.strip())


def _ends_line(lines: list[str], end: tuple[int, int]) -> bool:
    row, column = end
    return lines[row - 1][column:].strip() == ""


@functools.cache
def _data_files() -> tuple[Path, ...]:
    return tuple(
        file
        for file in LIBRARY.rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc") and "__pycache__" not in file.parts
    )
