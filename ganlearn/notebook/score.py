"""How many questions were answered rightly, counted while the notebook runs."""

from __future__ import annotations

from collections.abc import Callable


class Score:
    """The questions of one kind that this session has asked; the first answer to each counts.

    Attributes:
        name: of the kind, as it stands in the sentence.
        listeners: called after each answer that counts.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.listeners: list[Callable[[], object]] = []
        self._first: dict[str, bool | None] = {}

    def ask(self, question: str) -> None:
        """Count a question; to ask it again changes nothing."""
        self._first.setdefault(question, None)

    def answer(self, question: str, right: bool) -> None:
        """Count the first answer to a question."""
        self.ask(question)
        if self._first[question] is None:
            self._first[question] = right
            for listener in self.listeners:
                listener()

    def forget(self) -> None:
        """Begin again, as a restart of the kernel does."""
        self._first.clear()
        self.listeners.clear()

    @property
    def asked(self) -> int:
        """Questions so far."""
        return len(self._first)

    @property
    def right(self) -> int:
        """Questions whose first answer was right."""
        return sum(first is True for first in self._first.values())

    @property
    def open(self) -> int:
        """Questions without an answer."""
        return sum(first is None for first in self._first.values())

    def __str__(self) -> str:
        rest = f", {self.open} still open" if self.open else ""
        return f"{self.name}: {self.right} of {self.asked} right{rest}."


QUIZ, PREDICTIONS = Score("Quiz"), Score("Predictions")


def told() -> str:
    """Both scores in one line."""
    asked = [str(score) for score in (QUIZ, PREDICTIONS) if score.asked]
    return " ".join(asked) or "No question has been asked yet; run the cells above."


def complete() -> bool:
    """Whether every question was answered, and rightly."""
    scores = [score for score in (QUIZ, PREDICTIONS) if score.asked]
    return bool(scores) and all(score.right == score.asked for score in scores)
