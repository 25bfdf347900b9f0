"""The start page: a map with links that lead somewhere, and the reader's own cells kept."""

import json
import re

import nbformat
import pytest

from ganlearn import plots
from ganlearn.course import start
from ganlearn.course.execute import execute
from ganlearn.course.prose import wrong_prose
from ganlearn.errors import UserError


def page(root):
    return nbformat.read(root / start.PAGE, 4)


def answered(course, *said):
    """The demo's exercises, with what their checks said."""
    file = course / "exercises" / "00_demo.ipynb"
    notebook = nbformat.read(file, 4)
    checks = [cell for cell in notebook.cells if "check(" in cell.source and cell.outputs]
    for cell, line in zip(checks, said, strict=False):
        cell.outputs = [nbformat.v4.new_output("stream", text=line)]
    nbformat.write(notebook, file)


def test_it_links_chapters_and_exercises_that_are_there(course):
    assert start.make(course) == course / start.PAGE
    notebook = page(course)
    assert list(wrong_prose(notebook, course / start.PAGE, course)) == []
    text = notebook.cells[0].source
    assert "[00 A demo](chapters/00_demo.ipynb)" in text
    assert "[2 exercises of 00](exercises/00_demo.ipynb) | □□ 0 of 2 | 0 of 3 |" in text
    assert "**Begin here:** [chapter 00, A demo](chapters/00_demo.ipynb)" in text
    nbformat.validate(notebook)


def test_it_shows_what_is_done_and_what_comes_next(course):
    answered(course, "✓ 00.1 passed: centring a batch", "✗ 00.2: That is *one* | picture. [x](y)")
    text = start.markdown(course)
    assert "■□ 1 of 2 | 2 of 3 |" in text
    assert "**Next:** exercise 00.2, how many numbers" in text
    assert "- ✓ **00.1** centring a batch: passed, 2 points" in text
    assert r"That is \*one\* \| picture. \[x\](y)" in text  # an answer is no markup
    answered(course, "✓ 00.1 passed: a", "✓ 00.2 passed: b")
    assert "**Every exercise here is done.**" in start.markdown(course)


def test_made_again_it_keeps_the_readers_cells_and_renews_its_own(course):
    start.make(course)
    notebook = page(course)
    notebook.cells.append(nbformat.v4.new_markdown_cell("my notes"))
    notebook.cells[0].source = "old"
    nbformat.write(notebook, course / start.PAGE)
    answered(course, "✓ 00.1 passed: a")
    start.make(course)
    cells = page(course).cells
    assert [cell.source for cell in cells][1:] == [start.RENEW, "my notes"]
    assert "1 of 2" in cells[0].source
    start.make(course)
    assert page(course).cells == cells


@pytest.mark.parametrize("content", ["{", json.dumps({"cells": [], "nbformat": 4})])
def test_somebody_elses_notebook_of_that_name_is_left_alone(course, content):
    (course / start.PAGE).write_text(content)
    assert start.make(course) is None
    assert (course / start.PAGE).read_text() == content


def test_a_folder_that_cannot_be_written_to_has_no_page(course, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "no")

    monkeypatch.setattr(start, "write", refuse)
    assert start.make(course) is None


def test_a_damaged_chapter_is_still_on_the_map(course):
    (course / "chapters" / "00_demo.ipynb").write_text("{")
    assert "[00 demo](chapters/00_demo.ipynb)" in start.markdown(course)


def test_a_folder_of_exercises_alone_has_a_page(course, tmp_path):
    folder = tmp_path / "assignment"
    folder.mkdir()
    (course / "exercises" / "00_demo.ipynb").replace(folder / "my work [1].ipynb")
    text = start.markdown(folder)
    assert "[2 exercises of 00](my%20work%20%5B1%5D.ipynb)" in text
    assert "Begin here" not in text
    assert "**Next:** exercise 00.1" in text


def test_where_there_is_nothing_it_says_so(tmp_path):
    with pytest.raises(UserError, match="no notebook with exercises"):
        start.markdown(tmp_path)
    assert start.make(tmp_path) is None


def test_its_cell_shows_how_far_one_has_come_by_now(course):
    start.make(course)
    answered(course, "✓ 00.1 passed: a")
    notebook = page(course)
    execute(notebook, course, variables={})
    (output,) = notebook.cells[1].outputs
    assert "■□ 1 of 2" in output.data["text/markdown"]


def test_its_parts_are_those_of_the_course():
    first = 1
    for (name, start_of), (part, chapters) in zip(
        start.PARTS.items(), plots.COURSE.items(), strict=True
    ):
        assert start_of == first
        assert re.search(part, name, re.IGNORECASE)
        first += len(chapters)
