"""A chapter runs without a browser, and the course stays as it is."""

import nbformat
import pytest

from ganlearn import course as tools
from ganlearn.errors import UserError


@pytest.fixture
def chapter(empty):
    def write(*cells, name="03_a"):
        text = "".join(f"# %%\n{cell}\n\n" for cell in cells)
        (empty / "chapters" / f"{name}.py").write_text(text)
        return empty

    return write


def run(root, name="3", **more):
    return tools.run(root, name, output=root.parent / "out", **more)


def test_a_chapter_is_run_at_a_budget(chapter, capsys):
    root = chapter("import os, pathlib", "os.environ['GANLEARN_BUDGET'], pathlib.Path().resolve()")
    before = sorted(root.rglob("*"))
    done = run(root, budget="smoke")
    assert (done.cells, done.notebook.name) == (2, "03_a.ipynb")
    shown = nbformat.read(done.notebook, 4).cells[1].outputs[0].data["text/plain"]
    assert "'smoke'" in shown and str(root / "chapters") in shown
    assert f"2 cells, {done.seconds:.1f} s at the smoke budget" in capsys.readouterr().out
    assert sorted(root.rglob("*")) == before


def test_a_cell_that_fails_gets_a_sentence_and_the_rest_is_kept(chapter):
    root = chapter("print('so far')", "1 / 0")
    with pytest.raises(UserError, match=r"03_a\.py, cell 2: `1 / 0`: ZeroDivisionError"):
        run(root)
    assert nbformat.read(root.parent / "out" / "03_a.ipynb", 4).cells[0].outputs


def test_a_notebook_is_run_with_its_edits(chapter):
    root = chapter("print('source')")
    file = root / "chapters" / "03_a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(7)")]), file)
    before = file.read_bytes()
    done = run(root, str(file))
    assert nbformat.read(done.notebook, 4).cells[0].outputs[0].text == "7\n"
    assert file.read_bytes() == before


def test_bad_requests_get_a_sentence(chapter, tmp_path):
    root = chapter("1")
    (tmp_path / "text.ipynb").write_text("no notebook")
    for name, more, sentence in [
        ("4", {}, "no notebook '4'"),
        ("3", {"budget": "huge"}, "no budget 'huge'; choose one of smoke, laptop, full"),
        (str(tmp_path / "none.ipynb"), {}, "There is no notebook"),
        (str(tmp_path / "text.ipynb"), {}, "not a notebook that can be read"),
    ]:
        with pytest.raises(UserError, match=sentence):
            run(root, name, **more)
    with pytest.raises(UserError, match="holds the notebook itself"):
        tools.run(root, "3", output=root / "chapters")
