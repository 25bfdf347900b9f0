"""Samples of a class that is asked for, from the command line."""

import pytest
from PIL import Image

from ganlearn import recipe


@pytest.fixture
def trained(ganlearn):
    assert ganlearn("train", "digits-by-class", "--steps", 2).code == 0
    return "runs/digits-by-class"


def test_one_class_or_all_in_order(ganlearn, trained, tmp_path):
    sheets = {}
    for name, label in (("all", ()), ("threes", ("--label", 3)), ("eights", ("--label", 8))):
        answer = ganlearn("sample", trained, "-n", 9, "-o", f"{name}.png", *label)
        assert answer.code == 0, answer.err
        sheets[name] = Image.open(tmp_path / f"{name}.png").tobytes()
    assert len(set(sheets.values())) == 3
    assert recipe.read(tmp_path / "threes.png")["label"] == 3


def test_the_sheets_of_a_run_have_one_row_a_class(trained, tmp_path):
    for file in (tmp_path / "runs" / "digits-by-class" / "samples").iterdir():
        sheet = Image.open(file)
        assert sheet.height / sheet.width == pytest.approx(10 / 6, rel=0.05)


def test_what_is_no_class_is_one_sentence(ganlearn, trained):
    answer = ganlearn("sample", trained, "--label", 10)
    assert answer.code == 2
    assert "the 10 classes are counted from 0 to 9" in answer.err.replace("\n", " ")


def test_a_run_without_classes_refuses_a_label(ganlearn):
    assert ganlearn("train", "ring", "--steps", 1).code == 0
    answer = ganlearn("sample", "runs/ring", "--label", 3)
    assert answer.code == 2
    assert "was not told classes" in answer.err.replace("\n", " ")
