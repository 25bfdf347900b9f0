"""The two commands, as an instructor types them."""

import os
import shutil

import pytest
from class_of_students import LIMITS, notebook, text

from ganlearn.cli import main
from ganlearn.grading import gradebook


def run(*arguments):
    """The exit status of a command."""
    with pytest.raises(SystemExit) as stopped:
        main(["course", *arguments])
    return stopped.value.code


@pytest.mark.skipif(not hasattr(os, "fork"), reason="written for systems that can copy a process")
def test_from_the_release_to_the_grades(root, assignment, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gradebook, "installed", lambda: False)
    monkeypatch.chdir(shutil.copytree(root, tmp_path / "course"))
    assert run("release", "0", "-o", str(tmp_path / "students")) == 0
    assert (tmp_path / "course" / "course.toml").exists()
    (tmp_path / "course" / "course.toml").write_text(LIMITS)
    handed_in = tmp_path / "anna_00_demo.ipynb"
    handed_in.write_text(text(notebook(assignment)))
    assert run("grade", str(handed_in), "-o", str(tmp_path / "grades")) == 0
    assert (tmp_path / "grades" / "totals.csv").read_text() == (
        "student,points,maximum,late\nanna,3,3,\n"
    )
    assert "1 graded, 0 unchanged" in capsys.readouterr().out


def test_what_is_missing_is_told_in_one_sentence(root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(root)
    assert run("grade", "nowhere.zip", "-o", str(tmp_path / "grades")) == 2
    assert capsys.readouterr().err == "ganlearn: There is no nowhere.zip.\n"
    assert not (tmp_path / "grades").exists()
