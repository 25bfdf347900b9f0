"""An answer beside the reference on every case of an exercise."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ganlearn.checks.compare import Difference, difference
from ganlearn.checks.exercise import NOTHING, Exercise, Mistake, call
from ganlearn.checks.outcome import Outcome, observe
from ganlearn.checks.shelter import TimeIsUp, time_limit


class Trial:
    """What was seen when an answer and the reference were tried.

    Attributes:
        exercise, answer: what is judged, and by what.
        right, got: an outcome a case, of the reference and of the answer.
        unlike: the cases in which the two can be told apart.
    """

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
        for name, a, b in zip(self.learning(), got.gradients, right.gradients, strict=False):
            place = f"the gradient with respect to {name}"
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

    def is_short(self) -> bool:
        """Whether the answer is a value: nothing is called."""
        return self.exercise.probe is call and not callable(self.exercise.reference)

    def names(self) -> list[str]:
        """What the inputs are called: after the reference, or after the probe when it is used."""
        probed = self.exercise.probe is not call
        function = self.exercise.probe if probed else self.exercise.reference
        return list(inspect.signature(function).parameters)[probed:] if callable(function) else []

    def learning(self) -> list[str]:
        """The names of the inputs that require a gradient, the same in every case."""
        named = zip(self.names(), self.cases[0], strict=False)
        return [name for name, x in named if isinstance(x, Tensor) and x.requires_grad]

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
