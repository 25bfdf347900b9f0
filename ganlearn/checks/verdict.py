"""From what was seen to one sentence: right, not attempted, or which mistake it was."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Number
from typing import Any

from ganlearn.checks.exercise import Exercise, find
from ganlearn.checks.trial import Trial
from ganlearn.checks.usual import USUAL, sentence
from ganlearn.notebook import FAILS, STANDS, UNTRIED

PASSED, NOT_ATTEMPTED, WRONG = "passed", "not attempted", "wrong"


@dataclass(frozen=True)
class Verdict:
    """The end of a check. It is true when the answer is right: ``if check(...): show(...)``.

    Attributes:
        state: ``"passed"``, ``"not attempted"`` or ``"wrong"``.
        sentence: what the reader sees.
        mistake: the name of the mistake, when there is one.
        id, title: those of the exercise.
        told: what is wrong and, when the mistake is known, what to try.
    """

    state: str
    sentence: str
    mistake: str = ""
    id: str = ""
    title: str = ""
    told: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.state == PASSED

    def _ipython_display_(self) -> None:
        """Show nothing when it is the last line of a cell: the sentence has been printed."""


def examine(exercise: str | Exercise, answer: Any) -> Verdict:
    """Judge an answer, without printing and without raising.

    Args:
        exercise: its id, or the exercise itself.
        answer: what the student wrote: a function, a class, a number, a word, a tensor.

    Raises:
        UserError: when there is no such exercise.
    """
    if not isinstance(exercise, Exercise):
        exercise = find(exercise)
    if answer is None or _is_open(answer):
        return _not_attempted(exercise)
    if callable(exercise.reference) and not callable(answer):
        told = "It needs the function itself: give its name, without parentheses."
        return _wrong(exercise, "not a function", told)
    seen = Trial(exercise, answer)
    if any(_is_stub(outcome.error) or _is_open(outcome.value) for outcome in seen.got):
        return _not_attempted(exercise)
    if not seen.unlike:
        return _verdict(exercise, PASSED, f"{STANDS} {exercise.id} passed: {exercise.title}")
    for mistake in exercise.mistakes:
        if seen.shows(mistake):
            return _wrong(exercise, mistake.name, mistake.says, mistake.advice)
    for usual in USUAL:
        if told := usual(seen):
            return _wrong(exercise, usual.__name__.replace("_", " "), told)
    return _wrong(exercise, *_plainly(seen))


def _not_attempted(exercise: Exercise) -> Verdict:
    sentence = f"{UNTRIED} {exercise.id} not attempted: {exercise.title}"
    return _verdict(exercise, NOT_ATTEMPTED, sentence)


def _wrong(exercise: Exercise, mistake: str, *told: str) -> Verdict:
    sentence = f"{FAILS} {exercise.id}: {' '.join(told)}"
    return _verdict(exercise, WRONG, sentence, mistake, told)


def _verdict(
    exercise: Exercise, state: str, sentence: str, mistake: str = "", told: tuple[str, ...] = ()
) -> Verdict:
    return Verdict(state, sentence, mistake, exercise.id, exercise.title, told)


def _is_open(answer: Any) -> bool:
    """The blank that the exercise starts with is still there."""
    return answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer))


def _is_stub(error: BaseException | None) -> bool:
    """The stub raises a bare NotImplementedError; torch raises it too, but with a message."""
    return type(error) is NotImplementedError and not error.args


def _plainly(seen: Trial) -> tuple[str, str]:
    """No known mistake: the first case that is wrong, with what came and what should."""
    i = seen.unlike[0]
    found = seen.compare(seen.got[i], seen.right[i])
    if seen.is_short():  # to say what is right would answer the question
        answer = repr(seen.answer) if isinstance(seen.answer, Number | str) else "That"
        return found.name, f"{answer} is not the answer."
    return found.name, sentence(seen.case(i) + found.sentence) + seen.stranger()
