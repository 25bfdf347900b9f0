"""`pytest --nbval` as the repository sets it up, on the demo and on notebooks that go wrong."""

import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytest.importorskip("nbval")


def notebook(root, name, *cells):
    """Write a notebook of (source, printed text) pairs as if it had been run."""
    made = [
        new_code_cell(
            text,
            execution_count=i,
            outputs=[new_output("stream", name="stdout", text=told)] if told else [],
        )
        for i, (text, told) in enumerate(cells, 1)
    ]
    nbformat.write(new_notebook(cells=made), root / "chapters" / f"{name}.ipynb")
    return f"chapters/{name}.ipynb"


def count(course, *folders):
    files = [file for folder in folders for file in (course / folder).glob("*.ipynb")]
    cells = [cell for file in files for cell in nbformat.read(file, as_version=4).cells]
    return sum(cell.cell_type == "code" for cell in cells)


def test_what_was_built_passes_twice_and_on_another_cpu(course, strict_nbval):
    before = {p: p.read_bytes() for p in course.rglob("*.ipynb")}
    for folders, environment in [
        (("chapters", "solutions", "exercises"), {}),
        (("chapters",), {"ATEN_CPU_CAPABILITY": "default"}),
    ]:
        run = strict_nbval(course, *folders, **environment)
        assert run.returncode == 0, run.stdout
        assert f"{count(course, *folders)} passed" in run.stdout
    assert {p: p.read_bytes() for p in course.rglob("*.ipynb")} == before


def test_what_goes_wrong_is_told_at_once(empty, strict_nbval):
    """One run for all of these: a start of pytest costs more than they do."""
    notebook(empty, "01_dies", ("import os", ""), ("os._exit(1)", ""), ("print(1)", "1\n"))
    notebook(empty, "02_differs", ("print(1 + 1)", "3\n"))
    notebook(
        empty,
        "03_environment",
        ("import os", ""),
        ("print(os.environ['GANLEARN_BUDGET'])", "laptop\n"),
        ("print(os.environ['GANLEARN_PROGRESS'])", "off\n"),
        ("print(object())", "<object object at 0x0123456789ab>\n"),
        ("1 + 1;", ""),
    )
    start = time.perf_counter()
    run = strict_nbval(empty, "chapters")
    assert time.perf_counter() - start < 60
    assert "the kernel died" in run.stdout
    failed = [line.split(" - ")[0] for line in run.stdout.splitlines() if "FAILED" in line]
    assert failed == [
        "FAILED chapters/01_dies.ipynb::Cell 1",
        "FAILED chapters/01_dies.ipynb::Cell 2",
        "FAILED chapters/02_differs.ipynb::Cell 0",
    ]


def test_without_nbval_the_option_says_what_to_install(empty, strict_nbval, tmp_path):
    (tmp_path / "nbval.py").write_text("raise ImportError")
    run = strict_nbval(
        empty, "chapters", PYTHONPATH=str(tmp_path), PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"
    )
    assert run.returncode == 4
    assert "--nbval needs nbval; run: pip install -e '.[test]'" in run.stderr
