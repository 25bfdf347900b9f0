"""Banks of planted answers: what students would write, right and wrong.

A bank is a Python file with functions and classes marked by :func:`right` and :func:`wrong`.
tests/checks/test_wrong_answers.py tries every answer of every bank it finds.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

A = TypeVar("A")
_planted: list[Planted] = []


@dataclass(frozen=True)
class Planted:
    """An answer with the verdict it must get.

    Attributes:
        exercise: id.
        answer: a function, class, number, word or tensor.
        mistake: the name of the mistake in it; empty when it is right.
    """

    exercise: str
    answer: Any
    mistake: str = ""

    @property
    def name(self) -> str:
        """What it is called in the list of tests."""
        return getattr(self.answer, "__name__", repr(self.answer))


def right(exercise: str) -> Callable[[A], A]:
    """Mark an answer that must be accepted: ``@right("02.1")``, or ``right("02.4")(0.5)``."""
    return wrong(exercise, "")


def wrong(exercise: str, mistake: str) -> Callable[[A], A]:
    """Mark an answer that must be rejected for making ``mistake``, and for no other reason."""

    def mark(answer: A) -> A:
        _planted.append(Planted(exercise, answer, mistake))
        return answer

    return mark


def load(bank: Path) -> list[Planted]:
    """Run a bank and return what it has marked, in its order."""
    before = len(_planted)
    spec = importlib.util.spec_from_file_location(f"bank_{bank.stem}", bank)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return _planted[before:]
