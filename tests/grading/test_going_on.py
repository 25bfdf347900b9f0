"""Grading again: what is the same is kept, points can change, people can add theirs."""

import csv
import importlib
import os
import shutil
import zipfile

import nbformat
import pytest
from class_of_students import DELETES, LIMITS, notebook, text, the_class

from ganlearn import grading
from ganlearn.errors import UserError
from ganlearn.grading import gradebook, session
from ganlearn.grading.confine import GUARDED

grading_room = importlib.import_module("ganlearn.grading.grade")
pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="written for systems that can copy a process"
)


@pytest.fixture(autouse=True)
def no_gradebook(monkeypatch):
    """It takes seconds, and has a test of its own."""
    monkeypatch.setattr(gradebook, "installed", lambda: False)


@pytest.fixture
def handed_in(assignment, tmp_path):
    """Three students."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for student, made in {
        "anna": notebook(assignment),
        "bo": notebook(assignment, number="7"),
        "=cem": assignment.notebook,
    }.items():
        (folder / f"{student}.ipynb").write_text(text(made))
    return folder


@pytest.fixture
def again(root, handed_in, settings_file, tmp_path):
    """Grade them, once more each time it is called."""
    mine = tmp_path / "course.toml"
    shutil.copy(settings_file, mine)

    def run(**given):
        say = given.pop("say", lambda line: None)
        return grading.grade(root, handed_in, tmp_path / "grades", (), mine, 1, say=say, **given)

    return run


def table(tmp_path):
    with (tmp_path / "grades" / "grades.csv").open(encoding="utf-8") as file:
        return {(r["student"], r["exercise"]): r for r in csv.DictReader(file)}


def test_only_what_is_new_or_has_changed_is_run(again, handed_in, assignment, tmp_path):
    assert (again().graded, again().kept) == (3, 3)
    (handed_in / "bo.ipynb").write_text(text(notebook(assignment)))
    done = again()
    assert (done.graded, done.kept) == (1, 2)
    assert table(tmp_path)["bo", "00.2"]["state"] == "passed"
    assert again(force=True).graded == 3


def test_points_change_without_running_anything(again, tmp_path):
    again()
    (tmp_path / "course.toml").write_text('[points]\n"00.1" = 10\n' + LIMITS)
    assert again().kept == 3
    assert table(tmp_path)["anna", "00.1"]["points"] == "10"


def test_points_by_hand_stand_beside_the_automatic_ones(again, tmp_path):
    again()
    by_hand = tmp_path / "grades" / "marks.csv"
    assert by_hand.read_text() == "student,exercise,points,comment\n"
    by_hand.write_text(by_hand.read_text() + "bo,00.2,1,Right <idea>\nbo,essay,4,Well put\n")
    (tmp_path / "course.toml").write_text("[by_hand]\nessay = 5\n" + LIMITS)
    assert again().kept == 3
    found = table(tmp_path)
    assert (found["bo", "00.2"]["points"], found["bo", "00.2"]["state"]) == ("1", "by hand")
    assert (found["bo", "essay"]["points"], found["bo", "essay"]["maximum"]) == ("4", "5")
    assert found["anna", "essay"]["state"] == "to be graded"
    page = (tmp_path / "grades" / "feedback" / "bo.html").read_text("utf-8")
    assert "Right &lt;idea&gt;" in page and "Well put" in page
    by_hand.write_text("student,exercise,points\nbo,00.2,many\n")
    with pytest.raises(UserError, match="line 2: 'many' is no number"):
        again()


def test_a_name_is_no_formula(again, tmp_path):
    again()
    lines = (tmp_path / "grades" / "grades.csv").read_text("utf-8").splitlines()
    assert not [line for line in lines if line.startswith("=")]
    assert [line for line in lines if line.startswith("'=cem")]


def test_ctrl_c_keeps_what_is_done(again, tmp_path, monkeypatch):
    come = grading_room._as_they_come

    def stopped(futures, total):
        yield next(come(futures, total))
        raise KeyboardInterrupt

    said = []
    with monkeypatch.context() as patch:
        patch.setattr(grading_room, "_as_they_come", stopped)
        done = again(say=said.append)
    assert done.interrupted and 1 <= done.graded < 3
    assert "the same command goes on" in said[-1]
    assert len({student for student, _ in table(tmp_path)}) == done.graded
    rest = again()
    assert rest.graded + rest.kept == 3 and rest.kept >= done.graded


def test_a_defect_of_the_grader_costs_one_submission(again, tmp_path, monkeypatch):
    real = grading_room.grade_one

    def fails_once(submission, room, key):
        if submission.student == "bo" and submission.files:
            raise OSError("a disk is full")
        return real(submission, room, key)

    with monkeypatch.context() as patch:
        patch.setattr(grading_room, "grade_one", fails_once)
        again()
    assert table(tmp_path)["anna", "00.1"]["points"] == "2"
    assert "look at it by hand" in (tmp_path / "grades" / "summary.html").read_text("utf-8")
    assert again().graded == 1  # it is tried again


def test_the_output_may_not_lie_on_the_submissions(root, handed_in):
    with pytest.raises(UserError, match="choose another folder"):
        grading.grade(root, handed_in, handed_in)


@pytest.mark.parametrize("plain", [False, True], ids=["full", "guarded"])
def test_the_zip_itself_cannot_be_read(
    root, assignment, settings_file, tmp_path, monkeypatch, plain
):
    given = tmp_path / "moodle.zip"
    look = f"said = open({str(given)!r}, 'rb').read(2)\nif said: raise RuntimeError(said)"
    name = "Anna_1_assignsubmission_file_/homework.ipynb"
    with zipfile.ZipFile(given, "w") as archive:
        archive.writestr(name, text(notebook(assignment, between=look)))
    if plain:
        monkeypatch.setattr(session, "isolation", lambda limits: GUARDED)
    output = tmp_path / "grades"
    grading.grade(root, given, output, (), settings_file, 1, say=lambda line: None)
    assert {row["points"] for row in table(tmp_path).values()} == {"2"}
    run = nbformat.read(output / "notebooks" / "Anna_1" / "00_demo.ipynb", as_version=4)
    assert "RuntimeError" not in [out.get("ename") for cell in run.cells for out in cell.outputs]


def test_where_the_system_cannot_fence_in_python_refuses(
    root, assignment, settings_file, tmp_path, monkeypatch
):
    """Files, network and other submissions, without namespaces; and the docs say what is left."""
    monkeypatch.setattr(session, "isolation", lambda limits: GUARDED)
    handed_in, canary = tmp_path / "in", tmp_path / "instructor"
    canary.mkdir()
    (canary / "thesis.txt").write_text("years of work")
    kinds = ("deletes", "connects", "reads others", "loop in a cell", "exits", "fork bomb")
    expected = the_class(assignment, canary, handed_in)
    for kind in kinds:
        (handed_in / kind).mkdir(parents=True)
        (handed_in / kind / "00_demo.ipynb").write_text(expected[kind][0])
    assert str(canary) in DELETES % (str(canary),)
    session._stopping.clear()
    grading.grade(root, handed_in, tmp_path / "grades", (), settings_file, 2, say=lambda line: None)
    sums = {}
    for (student, _), row in table(tmp_path).items():
        sums[student] = sums.get(student, 0) + float(row["points"])
    assert sums == {kind: expected[kind][1] for kind in kinds}
    assert (canary / "thesis.txt").read_text() == "years of work"
    for run in (tmp_path / "grades" / "notebooks").rglob("*.ipynb"):
        assert "ZeroDivisionError" not in run.read_text()
