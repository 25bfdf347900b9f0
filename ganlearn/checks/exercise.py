"""What an exercise is, and where the exercises of a chapter are found."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ganlearn.checks.outcome import Outcome
from ganlearn.errors import UserError

NOTHING = object()


def call(candidate: Any, *case: Any) -> Any:
    """The usual way to look at an answer: a function is called, anything else is itself."""
    return candidate(*case) if callable(candidate) else candidate


def one_empty_case(generator: torch.Generator) -> list[tuple]:
    """The case of an answer that takes no input: a number, a word, a tensor."""
    return [()]


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make, and how to recognise it.

    Attributes:
        name: a few words; the bank of planted wrong answers refers to it.
        says: one sentence: what the answer does.
        advice: one sentence: what to try.
        like: a wrong answer. Whoever makes the mistake gets what it gets, in every case.
        sign: (got, right) -> bool, asked about every :class:`Outcome` that is not right. The
            mistake was made when the sign is there each time.
    """

    name: str
    says: str
    advice: str
    like: Any = NOTHING
    sign: Callable[[Outcome, Outcome], bool] | None = None

    def __post_init__(self) -> None:
        if (self.like is NOTHING) == (self.sign is None):
            raise ValueError(f"The mistake {self.name!r} needs either like= or sign=.")


@dataclass(frozen=True)
class Exercise:
    """A task, a right answer to it, and what usually goes wrong.

    An answer is right when it cannot be told from the reference: on every case, ``probe`` sees the
    same values, the same gradients with respect to the inputs that require one, and inputs and
    random state as untouched as the reference leaves them.

    Attributes:
        id: chapter and number, ``"02.1"``.
        title: a few words, as in the heading of the exercise.
        reference: a right answer: a function, a class, a number, a word, a tensor.
        cases: from a generator, the argument tuples to try. Called anew for every run, so an
            answer that spoils its inputs spoils nobody else's.
        probe: (answer, *case) to what is looked at: a tensor, a number, a word, or a tuple, list
            or dict of them. The keys of a dict are words, for they appear in sentences.
        mistakes: the usual ones; the first that fits is named.
        points: what it counts for a grade.
        rtol, atol: how far numbers may be apart, as in ``torch.isclose``.
        seconds: time that the answer gets for all cases together.
    """

    id: str
    title: str
    reference: Any
    cases: Callable[[torch.Generator], Iterable[tuple]] = one_empty_case
    probe: Callable[..., Any] = call
    mistakes: Sequence[Mistake] = ()
    points: int = 1
    rtol: float = 1e-4
    atol: float = 1e-6
    seconds: float = 20.0


def of_chapter(number: str) -> dict[str, Exercise]:
    """All exercises of a chapter by id, in their order, from ``ganlearn/checks/chapterNN.py``.

    Raises:
        UserError: when there is no such file.
    """
    name = f"ganlearn.checks.chapter{number}"
    if importlib.util.find_spec(name) is None:
        file = name.replace(".", "/") + ".py"
        raise UserError(f"There are no checks for chapter {number}: no {file}.")
    found = vars(importlib.import_module(name)).values()
    return {exercise.id: exercise for exercise in found if isinstance(exercise, Exercise)}


def find(id: str) -> Exercise:
    """The exercise with this id.

    Raises:
        UserError: when there is none.
    """
    if not re.fullmatch(r"\d\d\.\d+", str(id)):
        raise UserError(f'{id!r} is not the id of an exercise; ids look like "02.1".')
    exercises = of_chapter(id[:2])
    if id not in exercises:
        raise UserError(f"There is no exercise {id}; chapter {id[:2]} has {', '.join(exercises)}.")
    return exercises[id]
