"""From solved exercises to unsolved ones, and the metadata by which they are graded."""

from __future__ import annotations

import ast
import copy
import re

from nbformat import NotebookNode

from ganlearn import checks
from ganlearn.course.source import finish
from ganlearn.errors import UserError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BLANK = "# YOUR CODE HERE"
REGION = re.compile(rf"^([ \t]*){BEGIN}[ \t]*\n(.*?)^[ \t]*{END}[ \t]*$", re.MULTILINE | re.DOTALL)
HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[ \t]*\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*$\n?",
    re.MULTILINE | re.DOTALL,
)
SOLUTION_TAG = "solution"
MAY_RAISE = "raises-exception"


def grade(notebook: NotebookNode, file: str) -> NotebookNode:
    """Mark the cells to be filled in and the cells that check them, in place, as nbgrader does.

    A check cell also gets the tag that lets a notebook run on after a wrong answer.

    Args:
        notebook: solved.
        file: its name, for messages.

    Raises:
        UserError: when marks do not pair up, or blanks and checks do not take turns.
    """
    waiting: list[NotebookNode] = []
    for number, cell in enumerate(notebook.cells, 1):
        where = f"{file}, cell {number}"
        marks = [line.strip() for line in cell.source.splitlines() if line.strip() in (BEGIN, END)]
        if marks != [BEGIN, END] * (len(marks) // 2):
            raise UserError(f"{where}: `{BEGIN}` and `{END}` do not take turns.")
        if marks and cell.cell_type != "code":
            raise UserError(
                f'{where}: only code is marked; give a text cell the tag "{SOLUTION_TAG}".'
            )
        ids = checked(cell)
        if "HIDDEN TESTS" in (HIDDEN.sub("", cell.source) if ids else cell.source):
            raise UserError(f"{where}: hidden tests stand between their two marks, behind a check.")
        if len(ids) > 1 or (ids and marks):
            raise UserError(f"{where}: a check needs a cell to itself.")
        if marks:
            waiting.append(cell)
        if ids and not waiting:
            raise UserError(f'{where}: there is nothing to fill in before check("{ids[0]}", …).')
        if ids:
            _mark(waiting, cell, checks.find(ids[0]))
            waiting = []
    if waiting:
        raise UserError(f"{file}: no check follows the last cell that is to be filled in.")
    return notebook


def checked(cell: NotebookNode) -> list[str]:
    """The ids of the exercises that a cell checks."""
    if cell.cell_type != "code" or "check(" not in cell.source:
        return []
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return []
    return [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "check"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def _mark(blanks: list[NotebookNode], check: NotebookNode, exercise: checks.Exercise) -> None:
    name = exercise.id.replace(".", "-")  # nbgrader wants letters, digits, - and _
    for i, cell in enumerate(blanks, 1):
        part = f"answer-{name}" if i == 1 else f"answer-{name}-{i}"
        cell.metadata["nbgrader"] = _nbgrader(part, solution=True)
    check.metadata["nbgrader"] = _nbgrader(f"check-{name}", points=exercise.points)
    tags = check.metadata.get("tags", [])
    check.metadata["tags"] = [*tags, *({MAY_RAISE} - set(tags))]


def _nbgrader(grade_id: str, *, solution: bool = False, points: int | None = None) -> NotebookNode:
    return NotebookNode(
        grade=points is not None,
        grade_id=grade_id,
        locked=not solution,
        schema_version=3,
        solution=solution,
        task=False,
        **({} if points is None else {"points": points}),
    )


def unsolve(notebook: NotebookNode, file: str) -> NotebookNode:
    """The exercise: blanks for what is marked, no hidden tests, no cells about the solution.

    Args:
        notebook: solved and marked by :func:`grade`; not changed.
        file: its name, for messages.

    Raises:
        UserError: when a whole function is marked, so that nothing would be left to call.
    """
    cells = []
    for number, cell in enumerate(notebook.cells, 1):
        if SOLUTION_TAG in cell.metadata.get("tags", []):
            continue
        cell = copy.deepcopy(cell)
        if cell.cell_type == "code":
            cell.source = HIDDEN.sub("", cell.source).rstrip("\n")
            cell.source = REGION.sub(
                lambda m, n=number: _blank(m, f"{file}, cell {n}"), cell.source
            )
        cells.append(cell)
    return finish(cells)


def _blank(region: re.Match[str], where: str) -> str:
    indent, code = region.groups()
    if indent:
        return f"{indent}{BLANK}\n{indent}raise NotImplementedError"
    try:
        body = ast.parse(code).body
    except SyntaxError as error:
        raise UserError(f"{where}: the solution is not Python ({error.msg}).") from None
    names: list[str] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            raise UserError(f"{where}: mark the body of {node.name}, not the whole of it.")
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            names += [n.id for n in ast.walk(target) if isinstance(n, ast.Name)] if target else []
    return "\n".join([BLANK, *(f"{name} = ..." for name in dict.fromkeys(names))])


def secret(notebook: NotebookNode) -> set[str]:
    """The lines of a solution that the exercise must not show, without blanks.

    Lines that also stand in what the student is given are no secret; very short ones would be
    found everywhere.

    Args:
        notebook: solved.
    """
    hidden, given = [], []
    for cell in notebook.cells:
        if SOLUTION_TAG in cell.metadata.get("tags", []):
            hidden.append(cell.source)
        else:
            hidden += [match[2] for match in REGION.finditer(cell.source)]
            hidden += [match[1] for match in HIDDEN.finditer(cell.source)]
            given.append(HIDDEN.sub("", REGION.sub("", cell.source)))
    known = squeeze("\n".join(given))
    lines = {squeeze(line) for text in hidden for line in text.splitlines()}
    return {line for line in lines if len(line) >= 8 and line not in known}


def squeeze(text: str) -> str:
    """Text without any blanks, so that indentation and line breaks hide nothing."""
    return re.sub(r"\s+", "", text)
