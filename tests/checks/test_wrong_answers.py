"""Every planted wrong answer is rejected for its own reason, every right one accepted."""

from collections import Counter
from pathlib import Path

import pytest

from ganlearn.checks import examine, of_chapter
from ganlearn.checks.planted import load

BANKS = sorted(Path(__file__).parents[1].glob("wrong_answers/chapter[0-9][0-9].py"))
PLANTED = [planted for bank in BANKS for planted in load(bank)]
WRONG = [p for p in PLANTED if p.mistake]
RIGHT = [p for p in PLANTED if not p.mistake]
EXERCISES = {
    id: exercise
    for checks in sorted(Path(__file__).parents[2].glob("ganlearn/checks/chapter[0-9][0-9].py"))
    for id, exercise in of_chapter(checks.stem[-2:]).items()
}


@pytest.mark.parametrize("planted", WRONG, ids=lambda p: f"{p.exercise}-{p.mistake}-{p.name}")
def test_a_wrong_answer_gets_its_own_diagnosis(planted, record_property):
    verdict = examine(planted.exercise, planted.answer)
    rejected = verdict.state == "wrong"
    # conftest.py counts these for the line at the end of the run.
    record_property("planted wrong answer", (rejected, verdict.mistake == planted.mistake))
    assert rejected, verdict.sentence
    assert verdict.mistake == planted.mistake, verdict.sentence


@pytest.mark.parametrize("planted", RIGHT, ids=lambda p: f"{p.exercise}-{p.name}")
def test_a_right_answer_is_accepted(planted):
    verdict = examine(planted.exercise, planted.answer)
    assert verdict, verdict.sentence


@pytest.mark.parametrize("id", EXERCISES)
def test_an_exercise_has_a_bank(id):
    wrong = [p for p in WRONG if p.exercise == id]
    assert len(wrong) >= 6
    assert sum(p.exercise == id for p in RIGHT) >= 2
    named = Counter(p.mistake for p in wrong)
    missing = [m.name for m in EXERCISES[id].mistakes if m.name not in named]
    assert not missing, f"no planted answer makes the mistake {missing}"


@pytest.mark.parametrize("id", EXERCISES)
def test_the_reference_passes_its_own_check(id):
    assert examine(id, EXERCISES[id].reference)


def test_the_readme_says_how_many_there_are():
    """Those of the chapters; the demonstration, 00, is for authors."""
    counted = [p for p in WRONG if not p.exercise.startswith("00")]
    exercises = {p.exercise for p in counted}
    said = f"All {len(counted)} in the banks of {len(exercises)} exercises are rejected"
    assert said in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
