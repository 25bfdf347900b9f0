"""One command grades every kind of submission, and none harms another or the instructor."""

import csv
import os
import re
import sqlite3
import time

import psutil
import pytest
from class_of_students import the_class

from ganlearn import grading
from ganlearn.grading import gradebook, session
from ganlearn.grading.record import Record, load

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="written for systems that can copy a process"
)


@pytest.fixture(scope="module")
def graded(root, assignment, settings_file, tmp_path_factory):
    """The class, graded once; what was there before is in it, too."""
    place = tmp_path_factory.mktemp("class")
    handed_in, canary = place / "submissions", place / "instructor"
    handed_in.mkdir()
    canary.mkdir()
    (canary / "thesis.txt").write_text("years of work")
    expected = the_class(assignment, canary, handed_in)
    for student, (content, _, _) in expected.items():
        raw = content if isinstance(content, bytes) else content.encode()
        name = "my homework" if student == "perfect" else assignment.name
        folder = handed_in / student
        folder.mkdir()
        (folder / f"{name}.ipynb").write_bytes(raw)
    before, lines = {p.pid for p in psutil.process_iter()}, []
    output = place / "grades"
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(session, "PATIENCE", 2.0)
    done = grading.grade(root, handed_in, output, (), settings_file, jobs=2, say=lines.append)
    monkeypatch.undo()
    return place, output, expected, done, lines, before


def points(output):
    """Student to the sum of their points."""
    sums = {}
    with (output / "grades.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            sums[line["student"]] = sums.get(line["student"], 0) + float(line["points"])
    return sums


def told(output, student):
    """All sentences about a student's submission."""
    record = load(output / "records" / f"{Record(student, '').slug}.json")
    marks = [mark.sentence for notebook in record.notebooks for mark in notebook.marks]
    return "\n".join(record.notes + [n for book in record.notebooks for n in book.notes] + marks)


def test_each_gets_points_for_what_works(graded):
    _, output, expected, done, _, _ = graded
    assert done.graded == len(expected) >= 20
    assert points(output) == {student: points for student, (_, points, _) in expected.items()}


def test_each_is_told_in_a_sentence(graded):
    _, output, expected, _, _, _ = graded
    missing = {
        student: told(output, student)
        for student, (_, _, word) in expected.items()
        if word not in told(output, student)
    }
    assert not missing


def test_the_table_has_a_line_for_every_exercise_of_every_student(graded):
    _, output, expected, _, _, _ = graded
    lines = list(csv.DictReader((output / "grades.csv").open(encoding="utf-8")))
    assert list(lines[0]) == ["student", "exercise", "points", "maximum", "state"]
    assert len(lines) == 2 * len(expected)
    assert {line["maximum"] for line in lines} == {"2"}
    assert [line["state"] for line in lines if line["student"] == "not a notebook"] == [
        "unreadable",
        "unreadable",
    ]


def test_the_instructors_files_are_as_they_were(graded):
    place, _, expected, _, _, _ = graded
    assert (place / "instructor" / "thesis.txt").read_text() == "years of work"
    assert len(list((place / "submissions").rglob("*.ipynb"))) == len(expected)


def test_nobody_could_read_what_others_handed_in_or_connect(graded):
    _, output, _, _, _, _ = graded
    for student in ("reads others", "connects"):
        record = load(output / "records" / f"{Record(student, '').slug}.json")
        run = (output / "notebooks" / record.slug / "00_demo.ipynb").read_text()
        assert "read: " not in run.replace('RuntimeError(\\"read: ', "")
        assert "ZeroDivisionError" not in run


def test_no_page_has_a_word_of_the_hidden_tests(graded):
    _, output, expected, _, _, _ = graded
    pages = list((output / "feedback").glob("*.html"))
    assert len(pages) == len(expected)
    for page in [*pages, *(output / "notebooks").rglob("*.ipynb")]:
        shown = page.read_text("utf-8")
        assert "nobody may see" not in shown, page
        assert "of_ones" not in shown, page
        assert "mean_of_each_feature" not in shown, page


def test_pages_load_and_run_nothing(graded):
    _, output, _, _, _, _ = graded
    for page in output.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<script" not in text and "src=" not in text
        assert "default-src 'none'" in text


def test_the_summary_says_how_they_did_in_words_too(graded):
    _, output, expected, _, lines, _ = graded
    page = (output / "summary.html").read_text("utf-8")
    full = sum(points == 4 for _, points, _ in expected.values())
    assert f"90–100 %: {full}" in re.search(r"<title id=.*?</title>", page)[0]
    assert "mean over the features" in page and "hidden test" in page
    assert any("view" in line or "Python only" in line for line in lines)


def test_nothing_is_left_running(graded):
    *_, before = graded
    until = time.monotonic() + 10
    while time.monotonic() < until:
        mine = psutil.Process().children(recursive=True)
        left = [p for p in mine if p.pid not in before and "forkserver" not in _line(p)]
        left = [p for p in left if "resource_tracker" not in _line(p)]
        if not left:
            return
        time.sleep(0.2)
    raise AssertionError([_line(process) for process in left])


def _line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return "forkserver"  # gone


@pytest.mark.skipif(not gradebook.installed(), reason="nbgrader is not installed")
def test_nbgrader_finds_the_same_grades_in_its_gradebook(graded):
    from nbgrader.api import Gradebook

    _, output, expected, _, _, _ = graded
    with Gradebook(f"sqlite:///{output / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions("00_demo")}
    assert scores == {Record(s, "").slug: points for s, (_, points, _) in expected.items()}
    assert sqlite3.connect(output / "gradebook.db").execute("pragma integrity_check").fetchone()
