"""The exhibits by name."""

from __future__ import annotations

from dataclasses import replace

from ganlearn.errors import UserError
from ganlearn.museum import numbers, pictures, points
from ganlearn.museum.exhibit import Exhibit, Visit
from ganlearn.training import diagnose

EXHIBITS: dict[str, Exhibit] = {
    exhibit.name: exhibit for room in (points, numbers, pictures) for exhibit in room.EXHIBITS
}


def failures() -> list[str]:
    """The names of all failures on show. Taught in chapter 05."""
    return list(EXHIBITS)


def exhibit(name: str) -> Exhibit:
    """The exhibit of a name: symptom, cause and cure in words, and the bounds of its number.

    Raises:
        UserError: when there is none.

    Taught in chapter 05.
    """
    if name not in EXHIBITS:
        raise UserError(f"There is no failure {name!r}; on show are {', '.join(EXHIBITS)}.")
    return EXHIBITS[name]


def run(name: str, *, seeds: int = 5, cured: bool = False, seed: int = 0) -> Visit:
    """Switch a failure on, or play the same game with its cure.

    Args:
        name: one of :func:`failures`.
        seeds: how many games at once.
        cured: with the one change that cures it.
        seed: of the first game.

    Raises:
        UserError: when there is no failure of the name, or no seed to play.

    Taught in chapter 05.
    """
    shown = exhibit(name)
    if seeds < 1:
        raise UserError(f"A run needs at least one seed; got {seeds}.")
    return seen_by_doctor(replace(shown.play(seeds, seed, cured), name=name, cured=cured))


def healthy(*, seeds: int = 5, seed: int = 0) -> Visit:
    """A game in which nothing is wrong: the cured one of mode collapse.

    Args:
        seeds, seed: as in :func:`run`.

    Taught in chapter 05.
    """
    return run("mode collapse", seeds=seeds, cured=True, seed=seed)


def seen_by_doctor(visit: Visit) -> Visit:
    """The visit with the names of the doctor's findings on every member's log.

    Taught in chapter 05.
    """
    return replace(visit, doctor=[diagnose(log).names for log in visit.logs])
