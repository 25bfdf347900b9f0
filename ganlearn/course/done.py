"""What a student has done, read from the notebooks themselves."""

from __future__ import annotations

from pathlib import Path

import ganlearn
from ganlearn import checks, progress
from ganlearn.course.attempts import STATES, Attempt, title_and_attempts
from ganlearn.course.places import CHAPTERS, EXERCISES, SOLUTIONS, find_root
from ganlearn.course.tally import Chapter, Done, Task
from ganlearn.errors import UserError


def look(folder: Path | None = None) -> Done:
    """Read what has been done from the notebooks in a folder and the folders in it.

    Exercises are known by their check cells, so notebooks may have any name. Nothing is run and
    nothing is changed; whatever cannot be read becomes a note.

    Args:
        folder: with the notebooks; the one found by :func:`workplace` when not given.

    Raises:
        UserError: when there is no such folder, or no exercise in it.
    """
    place = workplace() if folder is None else Path(folder)
    if not place.is_dir():
        raise UserError(f"There is no folder {place}.")
    inside = place / EXERCISES
    place = inside if inside.is_dir() else place
    best: dict[str, Attempt] = {}
    titles: dict[str, str] = {}
    notes = []
    for file in progress.bar(_notebooks(place), title="notebooks", unit="file"):
        try:
            title, attempts = title_and_attempts(file)
        except UserError as error:
            notes.append(str(error))
            continue
        for attempt in attempts:
            titles.setdefault(attempt.id[:2], title)
            other = best.get(attempt.id)
            if other is None or STATES.index(attempt.state) < STATES.index(other.state):
                best[attempt.id] = attempt
    numbers = {id[:2] for id in best} | _of_the_course(place)
    chapters = [_chapter(number, titles.get(number, ""), best, notes) for number in sorted(numbers)]
    if not any(chapters):
        told = f" {notes[0]}" if notes else ""
        raise UserError(f"There is no notebook with exercises in {place}.{told}")
    return Done(place, tuple(filter(None, chapters)), tuple(notes))


def workplace() -> Path:
    """Where the student works: the course here or above, else a folder of exercises here.

    Raises:
        UserError: when there is neither, nor a course where ganlearn is installed from.
    """
    here, installed = Path.cwd().resolve(), Path(ganlearn.__file__).resolve().parents[1]
    try:
        root = find_root(here)
    except UserError:
        root = None
    if root and (root != installed or here.is_relative_to(installed)):
        return root
    if any(_has_checks(file) for file in _notebooks(here)):
        return here
    return root or find_root(here)


def _has_checks(file: Path) -> bool:
    try:
        return bool(title_and_attempts(file)[1])
    except UserError:
        return False


def _notebooks(folder: Path) -> list[Path]:
    """Those in a folder and one below it: a home folder may hold very many."""
    found = [*folder.glob("*.ipynb"), *folder.glob("*/*.ipynb")]
    skip = {CHAPTERS, SOLUTIONS}  # where nobody works on exercises
    return sorted(
        file
        for file in found
        if not file.parent.name.startswith(".")
        and not file.name.startswith(".")
        and not (file.parent != folder and file.parent.name in skip)
    )


def _of_the_course(folder: Path) -> set[str]:
    """The chapters that the course has exercises for, when the folder is the course's own."""
    solutions = folder.parent / SOLUTIONS
    if folder.name != EXERCISES or not solutions.is_dir():
        return set()
    return {file.name[:2] for file in solutions.glob("[0-9][0-9]_*.py")}


def _chapter(number: str, title: str, best: dict[str, Attempt], notes: list[str]) -> Chapter | None:
    try:
        exercises = checks.of_chapter(number)
    except (UserError, ImportError) as error:
        notes.append(str(error))
        return None
    strangers = sorted(id for id in best if id[:2] == number and id not in exercises)
    notes += [
        f"{best[id].file.name} checks {id}, which this version of the course does not have."
        for id in strangers
    ]
    tasks = []
    for id, exercise in exercises.items():
        seen = best.get(id)
        if seen is None:
            tasks.append(Task(id, exercise.title, exercise.points))
            continue
        points = exercise.points if seen.points is None else seen.points
        tasks.append(Task(id, exercise.title, points, seen.state, seen.sentence, seen.file))
    return Chapter(number, title or f"Chapter {number}", tuple(tasks))
