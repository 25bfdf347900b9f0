"""From what was seen to one sentence: right, not attempted, or which mistake it was."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganlearn.checks.compare import Difference, difference
from ganlearn.checks.exercise import NOTHING, Exercise, Mistake, call, find
from ganlearn.checks.outcome import Outcome, observe, place_of
from ganlearn.checks.shelter import TimeIsUp, time_limit
from ganlearn.notebook import FAILS, STANDS, UNTRIED

PASSED, NOT_ATTEMPTED, WRONG = "passed", "not attempted", "wrong"


@dataclass(frozen=True)
class Verdict:
    """The end of a check. It is true when the answer is right: ``if check(...): show(...)``.

    Attributes:
        state: ``"passed"``, ``"not attempted"`` or ``"wrong"``.
        sentence: what the reader sees.
        mistake: the name of the mistake, when there is one.
    """

    state: str
    sentence: str
    mistake: str = ""

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
        sentence = "It needs the function itself: give its name, without parentheses."
        return _wrong(exercise, "not a function", sentence)
    seen = _Trial(exercise, answer)
    if any(_is_stub(outcome.error) or _is_open(outcome.value) for outcome in seen.got):
        return _not_attempted(exercise)
    if not seen.unlike:
        return Verdict(PASSED, f"{STANDS} {exercise.id} passed: {exercise.title}")
    for mistake in exercise.mistakes:
        if seen.shows(mistake):
            return _wrong(exercise, mistake.name, f"{mistake.says} {mistake.advice}")
    for usual in USUAL:
        if sentence := usual(seen):
            return _wrong(exercise, usual.__name__.replace("_", " ").strip(), sentence)
    name, sentence = seen.plainly()
    return _wrong(exercise, name, sentence)


def _not_attempted(exercise: Exercise) -> Verdict:
    return Verdict(NOT_ATTEMPTED, f"{UNTRIED} {exercise.id} not attempted: {exercise.title}")


def _wrong(exercise: Exercise, mistake: str, sentence: str) -> Verdict:
    return Verdict(WRONG, f"{FAILS} {exercise.id}: {sentence}", mistake)


def _is_open(answer: Any) -> bool:
    """The blank that the exercise starts with is still there."""
    return answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer))


def _is_stub(error: BaseException | None) -> bool:
    """The stub raises a bare NotImplementedError; torch raises it too, but with a message."""
    return type(error) is NotImplementedError and not error.args


class _Trial:
    """An answer beside the reference on every case."""

    def __init__(self, exercise: Exercise, answer: Any) -> None:
        self.exercise, self.answer = exercise, answer
        self.cases = self._draw()
        self.right = self._run(exercise.reference)
        self.got = self._run(answer)
        self.unlike = [
            i for i, pair in enumerate(zip(self.got, self.right, strict=True)) if self.differ(*pair)
        ]

    def _draw(self) -> list[tuple]:
        return list(self.exercise.cases(torch.Generator().manual_seed(20)))

    def _run(self, answer: Any) -> list[Outcome]:
        """The outcome of every case; when time runs out, of the rest it is that time ran out."""
        outcomes: list[Outcome] = []
        cases, untouched = self._draw(), self._draw()
        try:
            with time_limit(self.exercise.seconds):
                for case, clean in zip(cases, untouched, strict=True):
                    outcomes.append(observe(self.exercise.probe, answer, case, clean))
                    if isinstance(outcomes[-1].error, TimeIsUp):
                        break
        except TimeIsUp as error:  # it came between two cases
            outcomes.append(Outcome(error=error))
        return outcomes + outcomes[-1:] * (len(cases) - len(outcomes))

    def compare(self, got: Outcome, right: Outcome) -> Difference | None:
        """The first difference between values, then between gradients."""
        limits = {"rtol": self.exercise.rtol, "atol": self.exercise.atol}
        if found := difference(got.value, right.value, **limits):
            return found
        for i, (a, b) in enumerate(zip(got.gradients, right.gradients, strict=False)):
            place = f"the gradient with respect to {self.names()[i]}"
            if found := difference(a, b, place=place, **limits):
                return found
        return None

    def differ(self, got: Outcome, right: Outcome) -> bool:
        """Whether two outcomes can be told apart; two errors of one type cannot."""
        if got.error or right.error:
            return type(got.error) is not type(right.error)
        return (
            got.changed_inputs > right.changed_inputs
            or got.changed_random_state > right.changed_random_state
            or self.compare(got, right) is not None
        )

    def shows(self, mistake: Mistake) -> bool:
        """Whether the answer makes this mistake and no other."""
        if mistake.like is not NOTHING:
            like = self._run(mistake.like)
            return not any(self.differ(*pair) for pair in zip(self.got, like, strict=True))
        return all(_asks(mistake.sign, self.got[i], self.right[i]) for i in self.unlike)

    def names(self) -> list[str]:
        """What the inputs are called: after the reference, or after the probe when it is used."""
        probed = self.exercise.probe is not call
        function = self.exercise.probe if probed else self.exercise.reference
        return list(inspect.signature(function).parameters)[probed:] if callable(function) else []

    def case(self, i: int) -> str:
        """One case in words: ``for x of shape (4, 3) and axis = 1, ``; nothing without inputs."""
        if not self.cases[i]:
            return ""
        words = [
            f"{name} of shape {tuple(value.shape)}"
            if isinstance(value, Tensor)
            else f"{name} = {value!r}"
            for name, value in zip(self.names(), self.cases[i], strict=False)
            if isinstance(value, Tensor | int | float | str | tuple | list)
        ]
        return f"for {' and '.join(words)}, " if words else ""

    def plainly(self) -> tuple[str, str]:
        """No known mistake: the first case that is wrong, with what came and what should."""
        i = self.unlike[0]
        found = self.compare(self.got[i], self.right[i])
        if not callable(self.exercise.reference):
            # Saying what is right would answer the question.
            return found.name, f"{self.answer!r} is not the answer."
        return found.name, _sentence(self.case(i) + found.sentence) + self.stranger()

    def stranger(self) -> str:
        """A hint at a tensor of the notebook that the answer reads beside its arguments."""
        if not inspect.isfunction(self.answer):
            return ""
        strangers = [
            name
            for name, value in inspect.getclosurevars(self.answer).globals.items()
            if isinstance(value, Tensor)
        ]
        return f" It reads {strangers[0]}, which is not one of its arguments." if strangers else ""


def _asks(sign: Callable[[Outcome, Outcome], bool], got: Outcome, right: Outcome) -> bool:
    """A sign looks for one thing; when the outcome is of quite another kind, it is not there."""
    try:
        return bool(sign(got, right))
    except Exception:
        return False


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."


# What can go wrong with any answer, in the order in which it is looked for.


def never_ends(seen: _Trial) -> str | None:
    if any(isinstance(outcome.error, TimeIsUp) for outcome in seen.got):
        return f"It did not end within {seen.exercise.seconds:g} seconds; does a loop never stop?"
    return None


def raises(seen: _Trial) -> str | None:
    for i in seen.unlike:
        if error := seen.got[i].error:
            what = str(error).strip().split("\n")[0][:200]
            told = f"it raises {type(error).__name__}{place_of(error)}"
            return _sentence(f"{seen.case(i)}{told}{': ' + what.rstrip('.') if what else ''}")
    return None


def does_not_refuse(seen: _Trial) -> str | None:
    for i in seen.unlike:
        if error := seen.right[i].error:
            return _sentence(f"{seen.case(i)}it should raise {type(error).__name__} and does not")
    return None


def returns_nothing(seen: _Trial) -> str | None:
    if all(outcome.value is None for outcome in seen.got) and callable(seen.answer):
        return "It returns nothing: is the last line missing a `return`?"
    return None


def ignores_its_inputs(seen: _Trial) -> str | None:
    first, *others = seen.got
    if (
        callable(seen.answer)
        and any(seen.compare(seen.right[0], other) for other in seen.right[1:])
        and not any(seen.compare(first, other) for other in others)
    ):
        told = "It gives the same result whatever it is given: use the arguments."
        return told + seen.stranger()
    return None


def no_gradient(seen: _Trial) -> str | None:
    for i in seen.unlike:
        got, right = seen.got[i], seen.right[i]
        for name, a, b in zip(seen.names(), got.gradients, right.gradients, strict=False):
            if a is None and b is not None:
                return (
                    f"The result has no gradient with respect to {name}, so nothing could learn "
                    f"from it: look for detach, no_grad, item, or a detour through NumPy."
                )
    return None


def changes_its_inputs(seen: _Trial) -> str | None:
    if any(seen.got[i].changed_inputs > seen.right[i].changed_inputs for i in seen.unlike):
        return (
            "It changes a tensor that was given to it: `x = x - m` makes a new one, `x -= m` not."
        )
    return None


def changes_the_global_random_state(seen: _Trial) -> str | None:
    changed = [
        seen.got[i].changed_random_state > seen.right[i].changed_random_state for i in seen.unlike
    ]
    if any(changed):
        return (
            "It draws from torch's global random state, or sets it: hand the generator on, "
            "as in torch.randn(..., generator=generator)."
        )
    return None


USUAL: Sequence[Callable[[_Trial], str | None]] = (
    never_ends,
    raises,
    does_not_refuse,
    returns_nothing,
    changes_the_global_random_state,
    ignores_its_inputs,
    no_gradient,
    changes_its_inputs,
)
