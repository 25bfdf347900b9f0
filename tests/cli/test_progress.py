"""``ganlearn progress`` as a student sees it."""

import json

import pytest


def write(folder, **said):
    """A notebook with a check cell for each exercise, and what it says."""
    cells = [
        {
            "cell_type": "code",
            "source": f'check("{id[1:3]}.{id[4:]}", x)',
            "outputs": [{"output_type": "stream", "text": text}] if text else [],
            "execution_count": 1,
        }
        for id, text in said.items()
    ]
    title = {"cell_type": "markdown", "source": "# Exercises 00 · A demo"}
    (folder / "mine.ipynb").write_text(json.dumps({"cells": [title, *cells]}), "utf-8")


def test_the_table_the_exercises_in_work_and_the_next_step(ganlearn, tmp_path):
    write(
        tmp_path,
        _00_1="✓ 00.1 passed: centring a batch",
        _00_2="✗ 00.2: That is one picture. The first axis counts the pictures of the batch.",
    )
    answer = ganlearn("progress")
    assert answer.code == 0
    table, tasks, step = answer.out.rstrip().split("\n\n")
    assert table.splitlines() == [
        "    chapter  exercises done  points",
        "00  A demo   ■□  1 of 2      2 of 3",
        "    all          1 of 2      2 of 3",
    ]
    assert "✓ 00.1  centring a batch: passed, 2 points" in tasks
    assert "✗ 00.2  how many numbers" in tasks
    assert "not right yet. That is one picture." in " ".join(tasks.split())
    assert step.startswith("Next: 00.2, how many numbers")
    assert step.split()[-1] == "mine.ipynb."


def test_a_finished_chapter_is_shown_when_asked_for(ganlearn, tmp_path):
    write(tmp_path, _00_1="✓ 00.1 passed: a", _00_2="✓ 00.2 passed: b")
    brief, full = ganlearn("progress"), ganlearn("progress", "0")
    assert "00.1" not in brief.out and "00.1" in full.out
    assert "Every exercise here is done." in brief.out
    assert max(map(len, full.out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["77"], "no exercises of chapter 77 in"),
        (["--folder", "none"], "There is no folder none."),
    ],
)
def test_what_is_mistyped_is_one_sentence(ganlearn, tmp_path, arguments, sentence):
    write(tmp_path, _00_1="✓ 00.1 passed: a")
    answer = ganlearn("progress", *arguments)
    assert answer.code == 2
    assert sentence in answer.err and answer.err.count("\n") == 1
