"""What has been done, in words and signs: the same in a terminal and on the start page."""

from __future__ import annotations

from ganlearn.course.attempts import AGAIN, BROKEN, OPEN, PASSED, WRONG
from ganlearn.course.tally import Chapter, Task

FULL, EMPTY = "■", "□"


def bar(chapter: Chapter) -> str:
    """One sign an exercise, full for what is done."""
    return FULL * chapter.done + EMPTY * (len(chapter.tasks) - chapter.done)


def sign(task: Task) -> str:
    """The sign that its check shows; a question mark where it has to be run."""
    return {PASSED: "✓", WRONG: "✗", OPEN: "·"}.get(task.state, "?")


def said(task: Task) -> str:
    """The state in words, and for a wrong answer what the check said."""
    points = f"{task.points:g} point{'s' if task.points != 1 else ''}"
    if task.done:
        return f"passed, {points}"
    if task.state == WRONG:
        return f"{task.state}. {task.sentence.partition(': ')[2]}"
    if task.state == BROKEN:
        return f"{task.state}, {task.sentence}. Run the cells above it first."
    if task.state == AGAIN:
        return f"{task.state}; run the check again"
    return f"{task.state}, {points} to win"
