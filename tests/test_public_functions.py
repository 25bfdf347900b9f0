"""What the library offers is documented, annotated, and fits on a screen."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "ganlearn"
FILES = sorted(HOUSE.rglob("*.py"))
SCREEN = 60
"""Lines of a function, docstring not counted."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Functions and methods that are not nested in another function."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [n for body in [tree.body, *(c.body for c in classes)] for n in body if _function(n)]


def public(tree: ast.Module) -> list[Definition]:
    """Public functions and classes, and the public methods of public classes."""
    top = [node for node in tree.body if isinstance(node, Definition) and _open(node.name)]
    methods = [m for c in top if isinstance(c, ast.ClassDef) for m in c.body if _function(m)]
    return [*top, *(m for m in methods if _open(m.name) and m.name != "forward")]


def _function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _open(name: str) -> bool:
    return not name.startswith("_")


def lines(function: ast.FunctionDef) -> int:
    """How long a function is, without its docstring."""
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else None
    start = first.lineno if first else function.lineno
    return function.end_lineno - start + 1


def bare(function: ast.FunctionDef) -> list[str]:
    """What a function does not annotate."""
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    missing = [
        parameter.arg
        for parameter in parameters
        if parameter and parameter.annotation is None and parameter.arg not in ("self", "cls")
    ]
    return missing + (
        ["what it returns"] if function.returns is None and function.name != "__init__" else []
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_file_says_what_it_is_for_and_so_does_all_it_offers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    complaints = [] if ast.get_docstring(tree) else ["the file has no docstring"]
    for node in public(tree):
        if not ast.get_docstring(node):
            complaints.append(f"line {node.lineno}: {node.name} has no docstring")
        if _function(node) and bare(node):
            complaints.append(
                f"line {node.lineno}: {node.name} does not annotate {', '.join(bare(node))}"
            )
    for function in functions(tree):
        if lines(function) > SCREEN:
            complaints.append(
                f"line {function.lineno}: {function.name} has {lines(function)} lines"
            )
    assert not complaints, f"{path}\n" + "\n".join(complaints)


def test_the_rules_catch_what_they_are_for():
    tree = ast.parse(
        "def f(x, *, y: int):\n    pass\n"
        "class C:\n    def m(self) -> None:\n        '''Doc.'''\n" + "        pass\n" * 61
    )
    f, c, m = public(tree)
    assert (f.name, c.name, m.name) == ("f", "C", "m")
    assert bare(f) == ["x", "what it returns"]
    assert not ast.get_docstring(c)
    assert lines(m) > SCREEN
