"""Checks of exercises that name the mistake.

In a notebook: ``check("02.1", discriminator_loss)``. A chapter's exercises are in
``chapterNN.py``; how to write one is in docs/authoring.md.
"""

from __future__ import annotations

import os
from typing import Any

from ganlearn.checks.exercise import Exercise, Mistake, find, of_chapter
from ganlearn.checks.outcome import Outcome
from ganlearn.checks.verdict import NOT_ATTEMPTED, WRONG, Verdict, examine

__all__ = ["CheckFailed", "Exercise", "Mistake", "Outcome", "Verdict"]
__all__ += ["check", "examine", "find", "of_chapter"]


class CheckFailed(AssertionError):
    """An answer is wrong; the message says how. A notebook shows the message and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(exercise: str, answer: Any) -> Verdict:
    """Say whether an answer is right, not attempted, or which mistake was made.

    Args:
        exercise: its id, for example ``"02.1"``.
        answer: what you wrote: the function itself, the class, the number, the word.

    Returns:
        The verdict, which is true when the answer is right.

    Raises:
        CheckFailed: when the answer is wrong. With ``GANLEARN_GRADING=1``, which a grader sets,
            also when there is none, so that it gets no points.
    """
    verdict = examine(exercise, answer)
    graded = os.environ.get("GANLEARN_GRADING") == "1"
    if verdict.state == WRONG or (graded and verdict.state == NOT_ATTEMPTED):
        raise CheckFailed(verdict.sentence)
    print(verdict.sentence)
    return verdict
