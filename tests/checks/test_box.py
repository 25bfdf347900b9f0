"""What a check shows in a notebook: a box for the eye, the same sentence for everything else."""

import json
import os
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ganlearn.checks import box, examine, hints
from ganlearn.course.execute import execute
from ganlearn.notebook.words import FAILS, LOOKS, STANDS, UNTRIED, frame

WRONG = "✗ 00.2: That is the number of axes. Multiply the sizes of the axes."
MAY = {"tags": ["raises-exception"]}


def run(*sources, folder, **variables):
    """The cells of a notebook that a kernel has run."""
    cells = [new_code_cell(source, metadata=MAY) for source in sources]
    notebook = new_notebook(cells=cells)
    execute(notebook, folder, variables=variables)
    return notebook.cells


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A passed, an open and a wrong check, run in one kernel."""
    return run(
        "from ganlearn.checks import check",
        'check("00.2", 196608)',
        'verdict = check("00.2", ...)',
        'check("00.2", 4)',
        'check("00.2", 4)',
        'check("00.2", 3)',
        folder=tmp_path_factory.mktemp("kernel"),
    )


def words(html):
    """What is read aloud of HTML."""
    said = []
    reader = HTMLParser()
    reader.handle_data = said.append
    reader.feed(html)
    return " ".join(" ".join(said).split())


def shown(cell):
    (out,) = [out for out in cell.outputs if out.output_type == "display_data"]
    return out.data


def test_a_passed_check_is_one_box_with_its_sentence_as_text(ran):
    (out,) = ran[1].outputs
    assert out.data["text/plain"] == "✓ 00.2 passed: " + examine("00.2", 4).title
    assert words(out.data["text/html"]).startswith("✓ 00.2 passed: ")
    assert set(out.data) == {"text/plain", "text/html"}


def test_a_blank_says_what_to_do(ran):
    (out,) = ran[2].outputs
    assert out.data["text/plain"].startswith("· 00.2 not attempted")
    assert "Fill in the blank above" in words(out.data["text/html"])


def test_a_wrong_answer_is_a_box_and_then_one_short_line(ran):
    data, (error,) = shown(ran[3]), [o for o in ran[3].outputs if o.output_type == "error"]
    assert data["text/plain"] == error.evalue == WRONG
    read = words(data["text/html"])
    assert read.startswith("✗ 00.2 not right yet: ")
    assert "What it does: That is the number of axes." in read
    assert "What to try: Multiply the sizes of the axes." in read
    assert "Which hint: Open the next hint above this cell." in read


def test_the_error_below_the_box_does_not_repeat_it(tmp_path):
    code = "import sys; from ganlearn.checks import CheckFailed\n"
    code += "print(CheckFailed('long', 'short')._render_traceback_())"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert out == "['short']\n"


def test_html_is_the_same_for_the_same_answers(ran, tmp_path):
    again = run(*(cell.source for cell in ran[:4]), folder=tmp_path)
    assert [cell.outputs for cell in again] == [cell.outputs for cell in ran[:4]]


def test_a_grader_gets_plain_lines_and_no_box(tmp_path, monkeypatch):
    cells = run(
        "import os; os.environ['GANLEARN_GRADING'] = '1'",  # as a grader's own runner sets it
        "from ganlearn.checks import check",
        'check("00.2", 196608)',
        'check("00.2", ...)',
        folder=tmp_path,
    )
    assert [out.output_type for out in cells[2].outputs] == ["stream"]
    assert cells[2].outputs[0].text.startswith("✓ 00.2 passed")
    assert [out.output_type for out in cells[3].outputs] == ["error"]


def test_a_terminal_gets_the_sentence_once(tmp_path):
    script = tmp_path / "x.py"
    script.write_text(
        "from ganlearn.checks import check\ncheck('00.2', ...)\ncheck('00.2', 196608)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", str(script)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "IPYTHONDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )
    assert [line[:8] for line in done.stdout.splitlines()] == ["· 00.2 n", "✓ 00.2 p"], done.stderr


# Hints


def notebook(file, *cells):
    made = [{"cell_type": kind, "source": text.splitlines(True)} for kind, text in cells]
    file.write_text(json.dumps({"cells": made}), "utf-8")


@pytest.fixture
def exercises(tmp_path, monkeypatch):
    """A notebook with two exercises; the first has two hints."""
    monkeypatch.setattr(hints, "_tried", {})
    notebook(
        tmp_path / "02_game.ipynb",
        ("markdown", "<details><summary>Hint 1</summary>a</details>\n"),
        ("markdown", "<details><summary>Hint\n 2</summary>a</details>\n"),
        ("code", "check('02.1', f)"),
        ("markdown", "<details><summary>Answer</summary>a</details>"),
        ("markdown", "<details><summary>Hint A</summary>a</details>"),
        ("code", 'if check( "02.2", f):\n    pass'),
    )
    return tmp_path


def test_hints_belong_to_the_check_that_follows_them(exercises):
    assert hints.ladder("02.1", exercises) == ["Hint 1", "Hint 2"]
    assert hints.ladder("02.2", exercises) == ["Hint A"]
    assert hints.ladder("02.3", exercises) == []


def test_each_new_mistake_leads_one_step_up_the_ladder(exercises):
    told = [hints.advice("02.1", said, exercises) for said in ("a", "a", "b", "a", "c")]
    assert told[0] == told[1] == told[3] == "Open “Hint 1” above this cell."
    assert told[2] == "Open “Hint 2” above this cell."
    assert told[4].startswith("All hints are open")


def test_a_folder_of_damaged_notebooks_gives_a_general_word(tmp_path, monkeypatch):
    monkeypatch.setattr(hints, "_tried", {})
    (tmp_path / "02_a.ipynb").write_text("{", "utf-8")
    (tmp_path / "02_b.ipynb").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "02_c.ipynb").write_text('{"cells": [{"source": 3}]}', "utf-8")
    (tmp_path / "02_d.ipynb").write_text("[]", "utf-8")
    (tmp_path / "02_e.ipynb").mkdir()
    assert hints.advice("02.1", "a", tmp_path) == "Open the next hint above this cell."


def test_a_renamed_notebook_is_found(exercises):
    (exercises / "02_game.ipynb").rename(exercises / "mine.ipynb")
    assert hints.ladder("02.1", exercises) == ["Hint 1", "Hint 2"]


# The frame


def test_a_frame_says_it_without_colour():
    looks = [LOOKS[sign] for sign in (STANDS, UNTRIED, FAILS)]
    assert len({look.border for look in looks}) == 3
    for state, answer in (("passed", 196608), ("not attempted", ...), ("not right yet", 4)):
        assert state in words(box.html(examine("00.2", answer)))


def test_what_an_answer_says_cannot_become_markup():
    html = frame(FAILS, "<b>", [("<i>", "<script>alert(1)</script> & more")])
    assert "<script" not in html and "<b>" not in html
    assert "<script>alert(1)</script> & more" in words(html)
