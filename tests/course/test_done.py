"""What is done is read from notebooks, in whatever state students leave them."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from ganlearn.course import done
from ganlearn.course.attempts import (
    AGAIN,
    BROKEN,
    LARGEST,
    MISSING,
    OPEN,
    PASSED,
    UNRUN,
    WRONG,
    title_and_attempts,
)
from ganlearn.course.execute import execute
from ganlearn.errors import UserError


def shown(text):
    return {
        "output_type": "display_data",
        "data": {"text/plain": text, "text/html": "<div>box</div>"},
        "metadata": {},
    }


def printed(text):
    return {"output_type": "stream", "name": "stdout", "text": [text + "\n"]}


def failed(evalue, ename="CheckFailed"):
    return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": []}


def code(source, *outputs, count=1, **metadata):
    return {
        "cell_type": "code",
        "source": source,
        "outputs": list(outputs),
        "execution_count": count,
        "metadata": metadata,
    }


def text(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def write(file, *cells):
    file.parent.mkdir(parents=True, exist_ok=True)
    notebook = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    file.write_text(json.dumps(notebook), "utf-8")
    return file


YES = "✓ 00.1 passed: centring a batch"
NO = "✗ 00.1: It subtracts one number from everything. Name the axis."
NOT_YET = "· 00.1 not attempted: centring a batch"
CHECK = 'check("00.1", centre)'


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        (code(CHECK, shown(YES)), PASSED),
        (code(CHECK, printed(YES)), PASSED),  # as notebooks of an older version say it
        (code(CHECK, printed(YES), printed("Every column has the mean 0.")), PASSED),
        (code(f"if {CHECK}:\n    show(x)", shown(YES), shown("[figure: a line]")), PASSED),
        (code("check('00.1',centre)", shown(YES)), PASSED),
        (code(CHECK, shown(NO), failed(NO)), WRONG),
        (code(CHECK, failed(NO)), WRONG),
        (code(CHECK, shown(NOT_YET)), OPEN),
        (code(CHECK, failed(NOT_YET)), OPEN),  # as under grading
        (code(CHECK, failed("name 'centre' is not defined", "NameError")), BROKEN),
        (code(CHECK, failed("", "KeyboardInterrupt")), BROKEN),
        (code(CHECK, count=None), UNRUN),
        (code(CHECK), UNRUN),  # its outputs were cleared
        (code(CHECK, shown("✓ 00.2 passed: another one")), UNRUN),
        (code(f"{CHECK} oops (", shown(YES)), PASSED),  # edited since, and broken
        (code("verdict()", shown(YES), nbgrader={"grade": True, "grade_id": "check-00-1"}), PASSED),
        (code("print('hello')", shown(YES)), MISSING),  # nothing is checked here
        (code(f"# {CHECK}", shown(YES)), MISSING),
        (code(CHECK, {"output_type": "stream"}, {"output_type": "error", "data": 3}), UNRUN),
        ({"cell_type": "code", "source": [CHECK]}, UNRUN),
        ({"cell_type": "code", "source": CHECK, "outputs": [None, 4, shown(YES)]}, PASSED),
        ({"cell_type": "code", "source": CHECK, "outputs": None, "metadata": None}, UNRUN),
    ],
)
def test_a_check_cell_tells_the_state(tmp_path, cell, state):
    write(tmp_path / "a.ipynb", cell, code('check("00.2", n)', count=None))
    (chapter,) = done.look(tmp_path).chapters
    assert chapter.tasks[0].id == "00.1"
    assert chapter.tasks[0].state == state


@pytest.mark.parametrize(
    ("counts", "state"),
    [((1, 2, 3), PASSED), ((4, 2, 3), PASSED), ((1, 9, 3), AGAIN), ((1, None, 3), PASSED)],
)
def test_an_answer_that_was_run_after_its_check_has_to_be_checked_again(tmp_path, counts, state):
    helper, answer, check = counts
    write(
        tmp_path / "a.ipynb",
        code("import torch", count=helper),
        code("def centre(x): ...", count=answer, nbgrader={"solution": True}),
        code(CHECK, shown(YES), count=check),
    )
    assert done.look(tmp_path).chapters[0].tasks[0].state == state


def test_points_bars_and_the_next_step(tmp_path):
    write(tmp_path / "a.ipynb", code(CHECK, shown(NO), failed(NO)), code('check("00.2", n)'))
    found = done.look(tmp_path)
    (chapter,) = found.chapters
    assert (chapter.done, chapter.points, chapter.maximum) == (0, 0, 3)
    assert chapter.begun and not chapter.complete
    assert found.next.id == "00.1"
    write(tmp_path / "a.ipynb", code(CHECK, shown(YES)), code('check("00.2", n)'))
    found = done.look(tmp_path)
    assert (found.chapters[0].done, found.chapters[0].points) == (1, 2)
    assert found.next.id == "00.2"
    write(tmp_path / "b.ipynb", code('check("00.2", n)', shown("✓ 00.2 passed: so many")))
    found = done.look(tmp_path)
    assert found.chapters[0].complete and found.next is None


@pytest.mark.parametrize(
    ("points", "counts"),
    [(7.5, 7.5), (0, 0), (None, 2), ("many", 2), (float("nan"), 2), (-1, 2), ([3], 2)],
)
def test_points_are_those_that_the_instructor_has_set(tmp_path, points, counts):
    marks = {"grade": True, "grade_id": "check-00-1", "points": points}
    write(tmp_path / "a.ipynb", code(CHECK, shown(YES), nbgrader=marks))
    assert done.look(tmp_path).points == counts


def test_what_was_begun_comes_before_what_is_first(tmp_path):
    write(
        tmp_path / "a.ipynb",
        code('check("02.1", f)'),
        code('check("03.2", f)', printed("✗ 03.2: No.")),
    )
    assert done.look(tmp_path).next.id == "03.1"


def test_the_better_of_two_copies_counts(tmp_path):
    write(tmp_path / "02.ipynb", code(CHECK, shown(NOT_YET)))
    copy = write(tmp_path / "02-Copy1.ipynb", code(CHECK, shown(YES)))
    write(tmp_path / "old" / "02.ipynb", code(CHECK, shown(NO), failed(NO)))
    write(
        tmp_path / ".ipynb_checkpoints" / "x.ipynb",
        code('check("00.2", n)', printed("✓ 00.2 passed: x")),
    )
    task, other = done.look(tmp_path).chapters[0].tasks
    assert (task.state, task.file) == (PASSED, copy)
    assert other.state == MISSING


DAMAGE = {
    "half.ipynb": b'{"cells": [{"cell_type": "code", "sou',
    "empty.ipynb": b"",
    "list.ipynb": b"[]",
    "number.ipynb": b"3",
    "cells.ipynb": b'{"cells": 3}',
    "latin.ipynb": '{"cells": ["é"]}'.encode("latin-1"),
    "deep.ipynb": b"[" * 100_000,
    "zero.ipynb": bytes(100),
}


def test_damaged_notebooks_are_named_and_the_others_are_read(tmp_path):
    for name, content in DAMAGE.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.ipynb").mkdir()
    write(tmp_path / "good.ipynb", code(CHECK, shown(YES)))
    found = done.look(tmp_path)
    assert found.chapters[0].done == 1
    told = " ".join(found.notes)
    for name in [*DAMAGE, "folder.ipynb"]:
        assert f"{name} cannot be read as a notebook" in told
    assert len(found.notes) == len(DAMAGE) + 1


def test_a_notebook_saved_by_an_editor_of_windows_or_before_2015_is_read(tmp_path):
    file = write(tmp_path / "a.ipynb", code(CHECK, shown(YES)))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    cell = {"cell_type": "code", "input": ['check("00.2", n)'], "prompt_number": 1}
    cell["outputs"] = [{"output_type": "stream", "text": "✓ 00.2 passed: so many"}]
    old = {"nbformat": 3, "worksheets": [{"cells": [cell]}]}
    (tmp_path / "b.ipynb").write_text(json.dumps(old), "utf-8")
    assert done.look(tmp_path).chapters[0].complete


def test_a_notebook_that_is_too_large_is_named_and_not_read(tmp_path):
    write(tmp_path / "good.ipynb", code(CHECK, shown(YES)))
    with (tmp_path / "large.ipynb").open("wb") as file:
        file.truncate(LARGEST + 1)
    (note,) = done.look(tmp_path).notes
    assert "large.ipynb has 50 MB and was left out; clear its outputs" in note


def test_exercises_of_another_version_become_notes(tmp_path):
    write(
        tmp_path / "a.ipynb",
        code(CHECK, shown(YES)),
        code('check("00.77", f)'),
        code('check("77.1", f)'),
    )
    found = done.look(tmp_path)
    assert [chapter.number for chapter in found.chapters] == ["00"]
    told = " ".join(found.notes)
    assert "a.ipynb checks 00.77, which this version of the course does not have" in told
    assert "no checks for chapter 77" in told


def test_a_folder_without_exercises_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no notebook with exercises in"):
        done.look(tmp_path)
    (tmp_path / "a.ipynb").write_text("{", "utf-8")
    with pytest.raises(UserError, match=r"a\.ipynb cannot be read"):
        done.look(tmp_path)
    with pytest.raises(UserError, match="There is no folder"):
        done.look(tmp_path / "none")


def test_a_deleted_notebook_of_the_course_is_missed(course):
    (course / "exercises" / "00_demo.ipynb").unlink()
    (chapter,) = done.look(course).chapters
    assert [task.state for task in chapter.tasks] == [MISSING, MISSING]


def test_chapters_and_solutions_do_not_count_as_work(course):
    (chapter,) = done.look(course).chapters
    assert [task.state for task in chapter.tasks] == [OPEN, OPEN]
    assert all(task.file.parent.name == "exercises" for task in chapter.tasks)


def test_a_notebook_that_a_student_has_run_is_read_as_it_is(course):
    """Not on made-up outputs, but on those of a kernel."""
    file = course / "exercises" / "00_demo.ipynb"
    notebook = nbformat.read(file, 4)
    notebook.cells[3].source = "def centre(x):\n    return x - x.mean()"
    notebook.cells[6].source = "numbers = 64 * 3 * 32 * 32"
    execute(notebook, course / "exercises", variables={})
    nbformat.write(notebook, file)
    first, second = done.look(course).chapters[0].tasks
    assert (first.state, second.state) == (WRONG, PASSED)
    assert first.sentence.startswith("✗ 00.1: It subtracts one number from everything.")


def test_reading_changes_nothing(course):
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in course.rglob("*") if p.is_file()}
    done.look(course)
    assert before == {
        p: (p.read_bytes(), p.stat().st_mtime_ns) for p in course.rglob("*") if p.is_file()
    }


def test_where_a_student_works(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course / "chapters")
    assert done.workplace() == course.resolve()
    handed_out = tmp_path / "assignment"
    write(handed_out / "03.ipynb", code(CHECK, shown(YES)))
    monkeypatch.chdir(handed_out)
    assert done.workplace() == handed_out.resolve()
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere / "letter.ipynb", text("# A letter"))
    monkeypatch.chdir(elsewhere)
    assert (done.workplace() / "solutions").is_dir()  # where ganlearn is installed from


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# Exercises 02 · The minimax game\nmore", "The minimax game"),
        ("some words\n\n# 02 The minimax game", "The minimax game"),
        ("# Exercises", ""),
        ("## 02.1 Not this", ""),
    ],
)
def test_the_title_of_a_chapter_is_that_of_its_notebook(tmp_path, heading, title):
    file = write(tmp_path / "a.ipynb", text(heading), code(CHECK))
    assert title_and_attempts(file)[0] == title
    assert done.look(tmp_path).chapters[0].title == (title or "Chapter 00")


def test_every_exercise_of_the_course_is_known():
    """The repository's own exercises: what the table shows is what there is to do."""
    root = Path(__file__).parents[2]
    built = {file.name[:2] for file in (root / "exercises").glob("*.ipynb")}
    found = done.look(root)
    assert not found.notes
    assert built <= {chapter.number for chapter in found.chapters}
    for chapter in found.chapters:
        if chapter.number in built:
            assert {task.state for task in chapter.tasks} == {OPEN}, chapter.number


def test_it_is_quick(tmp_path):
    import time

    root = Path(__file__).parents[2]
    shutil.copytree(root / "exercises", tmp_path / "exercises")
    done.look(tmp_path)  # imports what it needs
    start = time.process_time()
    done.look(tmp_path)
    assert time.process_time() - start < 2
