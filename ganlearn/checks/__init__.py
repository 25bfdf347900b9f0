"""Checks of exercises that name the mistake.

In a notebook: ``check("02.1", discriminator_loss)``. A chapter's exercises are in
``chapterNN.py``; how to write one is in docs/authoring.md.
"""

from __future__ import annotations

import os
from typing import Any

from ganlearn.checks import box
from ganlearn.checks.exercise import Exercise, Mistake, find, of_chapter
from ganlearn.checks.outcome import Outcome
from ganlearn.checks.verdict import WRONG, Verdict, examine
from ganlearn.notebook.words import in_browser, say

__all__ = ["CheckFailed", "Exercise", "Mistake", "Outcome", "Verdict"]
__all__ += ["check", "examine", "find", "of_chapter"]


class CheckFailed(AssertionError):
    """An answer is wrong; the message says how.

    A terminal shows the message and no traceback. A notebook has shown a box with all that
    matters, so the error there is one short line.
    """

    def __init__(self, sentence: str, rest: str = "") -> None:
        super().__init__(sentence)
        self._rest = rest

    def _render_traceback_(self) -> list[str]:
        return [self._rest or str(self)]


def check(exercise: str, answer: Any) -> Verdict:
    """Say whether an answer is right, not attempted, or which mistake was made.

    In a notebook the verdict is a box, and its sentence is kept beside it as plain text.

    Args:
        exercise: its id, for example ``"02.1"``.
        answer: what you wrote: the function itself, the class, the number, the word.

    Returns:
        The verdict, which is true when the answer is right.

    Raises:
        CheckFailed: when the answer is wrong. With ``GANLEARN_GRADING=1``, which a grader sets,
            also when there is none, so that it gets no points; there are no boxes then.
    """
    verdict = examine(exercise, answer)
    if os.environ.get("GANLEARN_GRADING") == "1":
        if not verdict:
            raise CheckFailed(verdict.sentence)
        print(verdict.sentence)
    elif verdict.state != WRONG:
        say(verdict.sentence, box.html(verdict))
    elif in_browser():
        say(verdict.sentence, box.html(verdict))
        raise CheckFailed(verdict.sentence, box.AFTER_THE_BOX.format(id=verdict.id))
    else:
        raise CheckFailed(verdict.sentence)
    return verdict
