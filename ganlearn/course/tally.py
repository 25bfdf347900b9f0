"""Exercises, chapters and points: what there is to do and what is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ganlearn.course.attempts import MISSING, OPEN, PASSED, UNRUN


@dataclass(frozen=True)
class Task:
    """An exercise and what became of it.

    Attributes:
        id, title: of the exercise.
        points: what it counts; the student has them all, or none.
        state: one of ``attempts.STATES``.
        sentence: what its check said last.
        file: the notebook that says so; None when no notebook has the check.
    """

    id: str
    title: str
    points: float
    state: str = MISSING
    sentence: str = ""
    file: Path | None = None

    @property
    def done(self) -> bool:
        """Whether its check has passed."""
        return self.state == PASSED

    @property
    def begun(self) -> bool:
        """Whether somebody has written an answer."""
        return self.state not in (OPEN, UNRUN, MISSING)


@dataclass(frozen=True)
class Chapter:
    """The exercises of a chapter, in their order."""

    number: str
    title: str
    tasks: tuple[Task, ...]

    @property
    def done(self) -> int:
        """Exercises whose check has passed."""
        return sum(task.done for task in self.tasks)

    @property
    def points(self) -> float:
        """Points for them."""
        return sum(task.points for task in self.tasks if task.done)

    @property
    def maximum(self) -> float:
        """Points for all exercises."""
        return sum(task.points for task in self.tasks)

    @property
    def begun(self) -> bool:
        """Whether there is an answer to one of them."""
        return any(task.begun for task in self.tasks)

    @property
    def complete(self) -> bool:
        """Whether all of them have passed."""
        return self.done == len(self.tasks)


@dataclass(frozen=True)
class Done:
    """All exercises of a folder.

    Attributes:
        folder: where the notebooks are.
        chapters: those with exercises, in order.
        notes: a sentence for every notebook that could not be read and every check that is not of
            this course.
    """

    folder: Path
    chapters: tuple[Chapter, ...]
    notes: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """Exercises whose check has passed."""
        return sum(chapter.done for chapter in self.chapters)

    @property
    def tasks(self) -> int:
        """Exercises in all."""
        return sum(len(chapter.tasks) for chapter in self.chapters)

    @property
    def points(self) -> float:
        """Points so far."""
        return sum(chapter.points for chapter in self.chapters)

    @property
    def maximum(self) -> float:
        """Points for everything."""
        return sum(chapter.maximum for chapter in self.chapters)

    @cached_property
    def next(self) -> Task | None:
        """What to do now: in the chapter that was begun, else in the first that is open."""
        waiting = [chapter for chapter in self.chapters if not chapter.complete]
        waiting.sort(key=lambda chapter: not chapter.begun)  # stable: begun first, then in order
        return next((t for chapter in waiting for t in chapter.tasks if not t.done), None)
