"""Exercises are made from solutions: blanks, grading metadata, and nothing given away."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from ganlearn import checks
from ganlearn.course import exercises, source
from ganlearn.errors import UserError

B, E = exercises.BEGIN, exercises.END


def graded(*cells):
    cells = [c if isinstance(c, dict) else new_code_cell(c) for c in cells]
    return exercises.grade(source.finish(cells), "s.py")


def unsolved(code, check='check("00.1", f)'):
    notebook = exercises.unsolve(graded(code, check), "s.py")
    return notebook.cells[0].source


def test_a_body_becomes_a_blank_that_raises():
    code = f"def f(x):\n    '''Doc.'''\n    {B}\n    y = 2 * x\n\n    return y\n    {E}\n# after"
    assert unsolved(code) == (
        "def f(x):\n    '''Doc.'''\n    # YOUR CODE HERE\n    raise NotImplementedError\n# after"
    )


def test_several_blanks_in_a_cell():
    code = f"class A:\n  def f(x):\n    {B}\n    1\n    {E}\n  def g(x):\n    {B}\n    2\n    {E}"
    blank = "    # YOUR CODE HERE\n    raise NotImplementedError"
    assert unsolved(code) == f"class A:\n  def f(x):\n{blank}\n  def g(x):\n{blank}"


def test_a_short_answer_becomes_open_names():
    code = f"{B}\na, b = 1, [2 for i in range(3)]\na += 1\nc: int = 4\nprint(a)\n{E}\nd = 5"
    assert unsolved(code) == "# YOUR CODE HERE\na = ...\nb = ...\nc = ...\nd = 5"


def test_the_blank_counts_as_not_attempted():
    scope = {}
    exec(unsolved(f"def f(x):\n    {B}\n    return x\n    {E}"), scope)
    exec(unsolved(f"{B}\nn = 3\n{E}"), scope)
    assert checks.examine("00.1", scope["f"]).state == "not attempted"
    assert checks.examine("00.2", scope["n"]).state == "not attempted"


def test_cells_about_the_solution_are_left_out():
    prose = new_markdown_cell("Because.", metadata={"tags": ["solution"]})
    helper = new_code_cell("plot_it()", metadata={"tags": ["solution"]})
    notebook = graded(f"{B}\nn = 1\n{E}", 'check("00.2", n)', prose, helper)
    assert len(exercises.unsolve(notebook, "s.py").cells) == 2
    assert len(notebook.cells) == 4


def test_grading_metadata():
    notebook = graded(
        f"{B}\na = 1\n{E}", f"{B}\nb = 1\n{E}", "free = 1", 'if check("00.1", a):\n    print(b)'
    )
    a, b, free, check = (cell.metadata for cell in notebook.cells)
    assert (a.nbgrader.grade_id, b.nbgrader.grade_id) == ("answer-00-1", "answer-00-1-2")
    assert a.nbgrader.solution and not a.nbgrader.locked and not a.nbgrader.grade
    assert "nbgrader" not in free
    assert check.nbgrader.grade_id == "check-00-1"
    assert check.nbgrader.grade and check.nbgrader.locked and not check.nbgrader.solution
    assert check.nbgrader.points == checks.find("00.1").points == 2
    assert check.tags == ["raises-exception"]
    nbformat.validate(notebook)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([f"{B}\nn = 1"], "s.py, cell 1: .* do not take turns"),
        ([f"{E}\n{B}"], "cell 1: .* do not take turns"),
        ([f"{B}\n{B}\n{E}\n{E}"], "cell 1: .* do not take turns"),
        ([new_markdown_cell(f"{B}\nBecause.\n{E}")], "only code is marked"),
        ([f"{B}\nn = 1\n{E}\ncheck('00.2', n)"], "cell 1: a check needs a cell to itself"),
        ([f"{B}\nn=1\n{E}", "check('00.1', n)\ncheck('00.2', n)"], "cell 2: a check needs a cell"),
        (["check('00.2', 5)"], 'nothing to fill in before check\\("00.2"'),
        ([f"{B}\nn = 1\n{E}"], "s.py: no check follows"),
        ([f"{B}\nn = 1\n{E}", "check('00.77', n)"], "no exercise 00.77; chapter 00 has 00.1"),
        ([f"{B}\nn = 1\n{E}", "check('77.1', n)"], "no checks for chapter 77"),
        ([f"{B}\nn = 1\n{E}", "check('seven', n)"], "'seven' is not the id of an exercise"),
    ],
)
def test_what_is_not_well_formed_gets_a_sentence(cells, sentence):
    with pytest.raises(UserError, match=sentence):
        graded(*cells)


def test_a_whole_function_may_not_be_marked():
    with pytest.raises(UserError, match=r"s\.py, cell 1: mark the body of f, not the whole"):
        unsolved(f"{B}\ndef f(x):\n    return x\n{E}")


def test_what_is_secret():
    notebook = graded(
        "total = values.sum()\n",
        f"def f(x):\n {B}\n total = values.sum()\n y=x\n return  total / x.size\n {E}",
        'check("00.1", f)',
        new_markdown_cell("It is a mean.", metadata={"tags": ["solution"]}),
    )
    # What the student is given anyway is no secret, and `y=x` would be found everywhere.
    assert exercises.secret(notebook) == {"returntotal/x.size", "Itisamean."}


def test_percent_text_and_back_gives_the_same_cells(tmp_path):
    notebook = source.finish(
        [
            new_markdown_cell("# A title\n\n$x$ and `# %%`"),
            new_code_cell("%matplotlib inline\nx = 1"),
            new_code_cell("def f():\n    return 1", metadata={"tags": ["hide-input"]}),
            new_code_cell("f()"),
        ]
    )
    (tmp_path / "a.py").write_text(source.to_percent(notebook))
    again = source.read(tmp_path / "a.py")
    assert again.cells == notebook.cells
    assert not source.to_percent(notebook).startswith("# ---")


def test_ids_follow_the_text_and_are_unique():
    cells = ["a = 1", "b = 1", "a = 1"]
    before = [c.id for c in source.finish([new_code_cell(c) for c in cells]).cells]
    after = [c.id for c in source.finish([new_code_cell(c) for c in ["new", *cells]]).cells]
    assert after[1:] == before
    assert len(set(after)) == 4
