"""Each thing that can be wrong with a file of the course is found, and named where it is."""

import base64
import io

import nbformat
import pytest
from nbformat.v4 import new_output
from PIL import Image

from ganlearn import course as tools
from ganlearn.course import fingerprint

CHAPTER = "chapters/00_demo.ipynb"
SOLUTION = "solutions/00_demo.ipynb"
EXERCISE = "exercises/00_demo.ipynb"
SECRET = "mean_of_each_feature = x.mean(dim=0)"

SPOILS = []


def spoil(file, sentence, cell=None):
    """Register a way to spoil a notebook: it must be found in this file, with these words."""

    def mark(change):
        name = change.__name__.replace("_", "-")
        SPOILS.append(pytest.param(change, file, cell, sentence, id=name))
        return change

    return mark


def png(color=0):
    picture = io.BytesIO()
    Image.new("L", (2, 2), color).save(picture, "png")
    return base64.b64encode(picture.getvalue()).decode()


def shown(**data):
    return new_output("display_data", {kind.replace("_", "/", 1): v for kind, v in data.items()})


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@spoil(CHAPTER, "not what chapters/00_demo.py says", cell=2)
def a_cell_was_edited(notebook):
    notebook.cells[1].source += "\n# edited"


@spoil(CHAPTER, "not what chapters/00_demo.py says", cell=5)
def a_cell_is_missing(notebook):
    del notebook.cells[4]


@spoil(CHAPTER, "not what chapters/00_demo.py says", cell=10)
def a_cell_was_added(notebook):
    notebook.cells.append(nbformat.v4.new_markdown_cell("more"))


@spoil(CHAPTER, "the library has changed")
def it_was_built_with_another_library(notebook):
    notebook.metadata["ganlearn"]["library"] = "0" * 16


@spoil(CHAPTER, "not those of a build")
def it_is_paired(notebook):
    notebook.metadata["jupytext"] = {"formats": "ipynb,py:percent"}


@spoil(CHAPTER, "not those of a build")
def it_was_saved_by_jupyter(notebook):
    notebook.metadata["language_info"]["version"] = "3.11.7"


@spoil(EXERCISE, "not those of a build")
def the_points_of_a_check_were_changed(notebook):
    notebook.cells[4].metadata["nbgrader"]["points"] = 100


@spoil(CHAPTER, "execution counts are 1, none, 3")
def a_cell_was_not_run(notebook):
    code(notebook)[1].execution_count = None


@spoil(CHAPTER, "execution counts are 1, 3, 2")
def cells_were_run_out_of_order(notebook):
    code(notebook)[1].execution_count, code(notebook)[2].execution_count = 3, 2


@spoil(CHAPTER, "it ended in ValueError: no", cell=2)
def a_cell_ends_in_an_error(notebook):
    error = new_output("error", ename="ValueError", evalue="no", traceback=[])
    code(notebook)[0].outputs = [error]


@spoil(CHAPTER, "it writes to stderr: UserWarning: old", cell=2)
def a_cell_warns(notebook):
    code(notebook)[0].outputs = [printed("UserWarning: old\n  call()", "stderr")]


@spoil(CHAPTER, "its picture has no words", cell=3)
def a_figure_has_no_words(notebook):
    code(notebook)[1].outputs = [shown(image_png=png(), text_plain="<Figure size 640x480>")]


@spoil(CHAPTER, "its picture has no words", cell=3)
def the_words_of_a_figure_are_blank(notebook):
    code(notebook)[1].outputs = [shown(image_png=png(), text_plain="[figure: ]")]


@spoil(CHAPTER, "a picture as image/svg+xml", cell=3)
def a_figure_is_svg(notebook):
    code(notebook)[1].outputs[0].data["image/svg+xml"] = "<svg/>"


@spoil(CHAPTER, "a picture as image/jpeg", cell=3)
def a_figure_is_jpeg(notebook):
    code(notebook)[1].outputs[0].data["image/jpeg"] = "AAAA"


@spoil(CHAPTER, "a drawing in SVG", cell=3)
def html_holds_svg(notebook):
    code(notebook)[1].outputs = [shown(text_html="<b><svg width=3></svg></b>")]


@spoil(CHAPTER, "has no words for a reader", cell=3)
def html_holds_a_picture_without_words(notebook):
    code(notebook)[1].outputs = [shown(text_html="<img src='square.png'>")]


@spoil(CHAPTER, "is not a PNG", cell=3)
def html_holds_a_jpeg(notebook):
    html = "<img src='data:image/jpeg;base64,AA' alt='a cat'>"
    code(notebook)[1].outputs = [shown(text_html=html)]


@spoil(CHAPTER, "the picture square.png has no words", cell=1)
def markdown_holds_a_picture_without_words(notebook):
    notebook.cells[0].source = "![](square.png)"


@spoil(CHAPTER, "the picture cat.png attached", cell=1)
def a_picture_is_attached(notebook):
    notebook.cells[0].attachments = {"cat.png": {"image/png": png()}}


@spoil(CHAPTER, "it holds the state of widgets")
def widget_state_was_kept(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


@spoil(CHAPTER, "a widget whose state is not kept", cell=5)
def a_widget_view_was_kept(notebook):
    view = {"model_id": "0" * 32, "version_major": 2, "version_minor": 0}
    notebook.cells[4].outputs[0].data["application/vnd.jupyter.widget-view+json"] = view


@pytest.mark.parametrize(
    "path",
    ["/home/mary/x", "/root/a", "/tmp/f.png", "/mnt/disk", "/Users/mary/x", "C:\\Users\\mary"],
)
def test_a_path_of_a_machine_is_found(course, path):
    def change(notebook):
        notebook.cells[2].outputs = [printed(f"saved in {path}\n")]

    spoiled(course, CHAPTER, change)
    assert found(course, CHAPTER, "it shows a path of the machine", 3)


@spoil(CHAPTER, "it shows an address in memory", cell=3)
def an_address_is_shown(notebook):
    notebook.cells[2].outputs = [shown(text_plain="<object object at 0x7f0123456789>")]


@spoil(CHAPTER, "it has 41 lines", cell=2)
def a_code_cell_is_too_long(notebook):
    notebook.cells[1].source = "x = 1\n" * 40 + "x"


@spoil(CHAPTER, "it has 61 lines", cell=1)
def a_text_cell_is_too_long(notebook):
    notebook.cells[0].source = "\n" * 60 + "x"


@spoil(CHAPTER, "1 MB is the limit")
def the_notebook_is_too_large(notebook):
    notebook.cells[2].outputs[0].data["image/png"] = "A" * 1_000_001


@spoil(CHAPTER, "there is no chapters/02_none.ipynb", cell=1)
def a_link_leads_to_no_file(notebook):
    notebook.cells[0].source = "[next](02_none.ipynb)"


@spoil(CHAPTER, "no heading there is called #Nowhere", cell=1)
def a_link_leads_to_no_heading(notebook):
    notebook.cells[0].source = "[below](#Nowhere)"


@spoil(CHAPTER, "no heading there is called #the-end", cell=1)
def a_link_leads_to_no_heading_of_another_page(notebook):
    notebook.cells[0].source = "[page](../docs/page.md#the-end)"


@spoil(CHAPTER, "leads out of the course", cell=1)
def a_link_leads_out_of_the_course(notebook):
    notebook.cells[0].source = '<a href="../../secret.txt">there</a>'


@spoil(CHAPTER, 'the heading "The end" jumps from level 1 to 3', cell=9)
def a_heading_leaves_out_a_level(notebook):
    notebook.cells[8].source = "### The end"


@spoil(CHAPTER, "FloatSlider has no description=", cell=5)
def a_slider_has_no_name(notebook):
    notebook.cells[4].source = "ipywidgets.FloatSlider(value=0.0)"


@spoil(CHAPTER, 'the link "here" to square.png does not say', cell=1)
def a_link_says_here(notebook):
    notebook.cells[0].source = "# 00 A demo\n[here](square.png)"


@spoil(EXERCISE, "its text gives the solution away", cell=4)
def the_solution_is_in_a_text(notebook):
    notebook.cells[3].source = notebook.cells[3].source.replace("# YOUR CODE HERE", SECRET)


@spoil(EXERCISE, "its text gives the solution away", cell=3)
def the_solution_is_in_a_text_with_other_blanks(notebook):
    notebook.cells[2].source = "Try `mean_of_each_feature=x.mean( dim = 0 )`."


@spoil(EXERCISE, "its text gives the solution away", cell=1)
def prose_about_the_solution_was_kept(notebook):
    notebook.cells[0].source = "The batch is axis 0, so every feature loses its own mean."


@spoil(EXERCISE, "its output gives the solution away", cell=5)
def the_solution_is_in_an_output(notebook):
    notebook.cells[4].outputs.append(printed(f"    {SECRET}\n"))


@spoil(EXERCISE, "its output gives the solution away", cell=5)
def the_solution_is_in_a_traceback(notebook):
    error = new_output("error", ename="E", evalue="no", traceback=["---> 3", SECRET])
    notebook.cells[4].outputs.append(error)


@spoil(EXERCISE, "its metadata gives the solution away", cell=4)
def the_solution_is_in_the_metadata_of_a_cell(notebook):
    notebook.cells[3].metadata["nbgrader"]["source"] = {"was": [SECRET]}


@spoil(EXERCISE, "its metadata gives the solution away")
def the_solution_is_in_the_metadata_of_the_notebook(notebook):
    notebook.metadata["backup"] = [f"def centre(x):\n    {SECRET}\n"]


@spoil(EXERCISE, 'it should say "00.1 not attempted" and says: ✓ 00.1 passed', cell=5)
def a_check_of_the_exercise_passed(notebook):
    notebook.cells[4].outputs = [printed("✓ 00.1 passed: centring a batch\n")]


@spoil(SOLUTION, 'it should say "00.2 passed" and says: nothing', cell=9)
def a_check_of_the_solution_says_nothing(notebook):
    notebook.cells[8].outputs = []


def spoiled(course, file, change):
    notebook = nbformat.read(course / file, 4)
    change(notebook)
    (course / file).write_text(nbformat.writes(notebook) + "\n", "utf-8")


def found(course, file, sentence, cell=None):
    return [
        p
        for p in tools.check(course)
        if p.file == file and sentence in p.sentence and cell in (None, p.cell)
    ]


def test_a_fresh_build_has_no_problem(built):
    assert tools.check(built) == []


@pytest.mark.parametrize(("change", "file", "cell", "sentence"), SPOILS)
def test_a_spoilt_notebook_is_found(course, change, file, cell, sentence):
    spoiled(course, file, change)
    before = {p: p.read_bytes() for p in course.rglob("*") if p.is_file()}
    assert found(course, file, sentence, cell), "\n".join(map(str, tools.check(course)))
    assert {p: p.read_bytes() for p in course.rglob("*") if p.is_file()} == before


def test_a_page_without_structure_is_found(course):
    (course / "docs" / "page.md").write_text("# A page\n\n#### What it says\n")
    assert found(course, "docs/page.md", "jumps from level 1 to 4")


def test_a_changed_source_is_found(course):
    source = course / "chapters" / "00_demo.py"
    source.write_text(source.read_text().replace("A rising line.", "A line."))
    assert found(course, CHAPTER, "not what chapters/00_demo.py says; run", 3)


def test_an_edit_by_hand_is_told_from_a_changed_source(course):
    spoiled(course, CHAPTER, a_cell_was_edited)
    assert found(course, CHAPTER, "it was edited by hand", 2)


def test_a_changed_solution_makes_the_exercise_stale(course):
    source = course / "solutions" / "00_demo.py"
    source.write_text(source.read_text().replace("Which axis counts", "What axis counts"))
    assert found(course, EXERCISE, "not what solutions/00_demo.py says", 3)
    assert found(course, "exercises/00_demo.py", "not what solutions/00_demo.py gives")


def test_a_changed_library_is_found(course, monkeypatch):
    monkeypatch.setattr(fingerprint, "of_library", lambda cells, number: "other")
    problems = tools.check(course)
    assert [p.file for p in problems] == [CHAPTER, SOLUTION, EXERCISE]
    assert all("the library has changed" in p.sentence for p in problems)


def test_file_times_do_not_matter(course):
    for file in course.rglob("*"):
        file.touch()
    (course / CHAPTER).touch()
    assert tools.check(course) == []


def test_the_solution_in_the_paired_text_is_found(course):
    text = course / "exercises" / "00_demo.py"
    text.write_text(text.read_text().replace("# YOUR CODE HERE", SECRET, 1))
    assert found(course, "exercises/00_demo.py", "gives the solution away")
    text.write_text((course / "solutions" / "00_demo.py").read_text())
    assert found(course, "exercises/00_demo.py", "gives the solution away")


@pytest.mark.parametrize("file", [CHAPTER, SOLUTION, EXERCISE])
def test_a_notebook_that_is_not_there_is_found(course, file):
    (course / file).unlink()
    assert found(course, file, "it has not been built")


@pytest.mark.parametrize("file", ["chapters/09_old.ipynb", "exercises/09_old.py"])
def test_a_file_without_a_source_is_found(course, file):
    (course / file).write_bytes((course / CHAPTER).read_bytes())
    assert found(course, file, "it has no source")


@pytest.mark.parametrize(
    "text", ['{"cells": [', '{"nbformat": 4, "nbformat_minor": 5, "cells": []}', "[]", ""]
)
def test_a_broken_notebook_is_found(course, text):
    (course / CHAPTER).write_text(text)
    assert found(course, CHAPTER, "is not a notebook that can be read")


def test_a_link_on_a_page_is_followed(course):
    page = course / "README.md"
    page.write_text("[demo](chapters/00_demo.ipynb#The-end) [x](chapters/00_demo.ipynb#End)")
    (problem,) = tools.check(course)
    assert str(problem) == (
        "README.md: the link chapters/00_demo.ipynb#End leads nowhere: "
        "no heading there is called #End."
    )


def test_the_first_cell_that_differs_is_named_when_all_the_rest_moves(course):
    spoiled(course, CHAPTER, lambda notebook: notebook.cells.pop(2))
    assert found(course, CHAPTER, "not what chapters/00_demo.py says", 3)
