"""A verdict as a frame in a notebook: in words, with a sign, and with colour."""

from __future__ import annotations

from ganlearn.checks import hints
from ganlearn.checks.verdict import NOT_ATTEMPTED, PASSED, Verdict
from ganlearn.notebook.words import FAILS, STANDS, UNTRIED, frame

AFTER_THE_BOX = "{id} is not right yet; the box above says why."
"""What is left of the error in a notebook, where the box has said all that matters."""


def html(verdict: Verdict) -> str:
    """The frame of a verdict.

    It depends on the verdict alone, and for a wrong answer on how many came before it.
    """
    if verdict.state == PASSED:
        return frame(STANDS, f"{verdict.id} passed: {verdict.title}")
    if verdict.state == NOT_ATTEMPTED:
        title = f"{verdict.id} not attempted: {verdict.title}"
        return frame(UNTRIED, title, [("", "Fill in the blank above and run both cells again.")])
    said, *advice = verdict.told
    lines = [("What it does" if advice else "What is wrong", said)]
    lines += [("What to try", sentence) for sentence in advice]
    lines.append(("Which hint", hints.advice(verdict.id, verdict.sentence)))
    return frame(FAILS, f"{verdict.id} not right yet: {verdict.title}", lines)
