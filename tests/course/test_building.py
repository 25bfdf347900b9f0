"""A build makes every notebook, the same each time, and only what has changed."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from ganlearn import course as tools
from ganlearn.course import fingerprint
from ganlearn.course.execute import execute
from ganlearn.errors import UserError

ALL = [f"{kind}/00_demo.ipynb" for kind in ("chapters", "solutions", "exercises")]


def silent(line):
    pass


def chapter(root, name, *cells):
    (root / "chapters" / f"{name}.py").write_text("".join(f"# %%\n{cell}\n\n" for cell in cells))
    return root / "chapters" / f"{name}.ipynb"


def contents(root):
    return {p: p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_every_notebook_is_built_with_a_line_and_its_time(built):
    lines = json.loads((built.parent / "lines.json").read_text())
    assert [line.split()[0] for line in lines] == [*ALL, "3"]
    assert all(line.endswith(" s") for line in lines[:-1])
    assert all((built / file).read_text("utf-8").endswith("}\n") for file in ALL)
    assert not list(built.rglob(".*"))


def test_the_notebooks_are_valid_and_hold_nothing_that_varies(built):
    for file in ALL:
        text = (built / file).read_text("utf-8")
        nbformat.validate(json.loads(text))
        assert not any(word in text for word in ("iopub", "widget-view", "widget-state", "3.1"))


def test_a_second_build_gives_the_same_bytes(course):
    before = contents(course)
    report = tools.build(course, ["chapters/00_demo.py"], force=True, say=silent)
    assert report.built == ALL[:1]
    assert contents(course) == before


def test_what_has_not_changed_is_left_alone(course):
    before = {p: p.stat().st_mtime_ns for p in contents(course)}
    report = tools.build(course, say=silent)
    assert (report.built, report.unchanged) == ([], ALL)
    assert {p: p.stat().st_mtime_ns for p in contents(course)} == before


def test_only_the_notebook_whose_source_has_changed_is_rebuilt(empty):
    chapter(empty, "01_a", "1 + 1")
    changed = chapter(empty, "02_b", "2 + 2")
    tools.build(empty, say=silent)
    chapter(empty, "02_b", "3 + 4")
    report = tools.build(empty, say=silent)
    assert (report.built, report.unchanged) == (["chapters/02_b.ipynb"], ["chapters/01_a.ipynb"])
    assert '"7"' in changed.read_text()


def test_a_changed_library_asks_for_a_rebuild(empty, monkeypatch):
    chapter(empty, "01_a", "1 + 1")
    tools.build(empty, say=silent)
    monkeypatch.setattr(fingerprint, "of_library", lambda cells, number: "another")
    assert tools.build(empty, say=silent).built == ["chapters/01_a.ipynb"]


def test_a_failing_cell_is_named_and_the_others_are_built(empty):
    old = chapter(empty, "01_bad", "x = 1")
    good = chapter(empty, "02_good", "print('fine')")
    tools.build(empty, ["1"], say=silent)
    before = old.read_bytes()
    chapter(empty, "01_bad", "x = 1", "# why\nx / 0")
    lines = []
    report = tools.build(empty, say=lines.append)
    assert lines[0] == "chapters/01_bad.ipynb, cell 2: `# why`: ZeroDivisionError: division by zero"
    assert report.exit_code == 1
    assert old.read_bytes() == before
    assert "fine" in good.read_text()


def test_a_kernel_that_dies_is_reported_within_seconds(empty):
    chapter(empty, "01_dies", "import os", "os._exit(1)")
    start = time.perf_counter()
    report = tools.build(empty, say=silent)
    assert time.perf_counter() - start < 15
    assert str(report.failed[0]).startswith(
        "chapters/01_dies.ipynb, cell 2: `os._exit(1)`: the kernel died"
    )


def test_a_notebook_that_was_edited_by_hand_is_not_overwritten(empty):
    file = chapter(empty, "01_a", "1 + 1")
    tools.build(empty, say=silent)
    notebook = nbformat.read(file, 4)
    notebook.cells[0].source = "my_own = 'work'"
    nbformat.write(notebook, file)
    edited = file.read_bytes()
    chapter(empty, "01_a", "1 + 2")
    report = tools.build(empty, say=silent)
    assert "edited by hand" in report.failed[0].sentence
    assert file.read_bytes() == edited
    assert tools.build(empty, ["01"], force=True, say=silent).exit_code == 0
    assert b"my_own" not in file.read_bytes()


def test_a_solution_that_fails_its_check_fails_the_build(empty):
    (empty / "solutions" / "00_a.py").write_text(
        "# %%\ndef check(id, answer):\n    print(f'\u2717 {id}: no.')\n\n"
        "# %%\n### BEGIN SOLUTION\nn = 2\n### END SOLUTION\n\n# %%\ncheck('00.2', n)\n"
    )
    report = tools.build(empty, ["solutions/00_a"], say=silent)
    assert str(report.failed[0]) == (
        "solutions/00_a.ipynb, cell 3: `check('00.2', n)`: "
        'it should say "00.2 passed" and says: \u2717 00.2: no.'
    )
    assert not (empty / "solutions" / "00_a.ipynb").exists()


def test_a_students_wrong_answer_gets_a_sentence_and_the_notebook_runs_on(course):
    notebook = nbformat.read(course / "exercises" / "00_demo.ipynb", 4)
    notebook.cells[3].source = "def centre(x):\n    return x - x.mean()"
    notebook.cells[6].source = "numbers = 64 * 3 * 32 * 32"
    execute(notebook, course / "exercises", variables={})
    box, wrong = notebook.cells[4].outputs
    (right,) = notebook.cells[7].outputs
    assert (wrong.output_type, wrong.ename) == ("error", "CheckFailed")
    assert wrong.evalue == box.data["text/plain"]
    assert wrong.evalue.startswith("✗ 00.1: It subtracts one number from everything.")
    assert right.data["text/plain"].startswith("✓ 00.2 passed")


def test_a_build_has_the_settings_of_a_laptop(empty, monkeypatch):
    for name in ("BUDGET", "DEVICE", "THREADS", "PROGRESS", "GRADING"):
        monkeypatch.setenv(f"GANLEARN_{name}", "mine")
    file = chapter(
        empty,
        "01_a",
        "import os\n{k: v for k, v in sorted(os.environ.items()) if k.startswith('GANLEARN')}",
    )
    tools.build(empty, say=silent)
    shown = nbformat.read(file, 4).cells[0].outputs[0].data["text/plain"]
    assert eval(shown) == {
        "GANLEARN_BUDGET": "laptop",
        "GANLEARN_DEVICE": "cpu",
        "GANLEARN_PROGRESS": "off",
        "GANLEARN_THREADS": "1",
    }


def test_an_unknown_name_gets_a_sentence(empty):
    chapter(empty, "01_a", "1")
    with pytest.raises(UserError, match=r"no notebook '7'.*there are 01_a"):
        tools.build(empty, ["7"], say=silent)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole group")
def test_ctrl_c_leaves_what_was_built(empty):
    first = chapter(empty, "01_a", "print('done')")
    pid = empty / "pid"
    wait = f"pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    second = chapter(empty, "02_b", "import os, pathlib, time", wait)
    program = (
        "import pathlib, signal, sys; from ganlearn import course;"
        # A shell that runs things in the background has them ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        f"sys.exit(course.build(pathlib.Path({str(empty)!r})).exit_code)"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (pid.exists() and pid.read_text()):
        assert build.poll() is None, build.stderr.read()
        time.sleep(0.1)
    build.send_signal(signal.SIGINT)
    out, err = build.communicate(timeout=20)
    assert build.returncode == 130
    assert "02_b.ipynb  stopped" in out and not err
    assert "done" in first.read_text()
    assert not second.exists() and not list(empty.rglob("*.part"))
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
