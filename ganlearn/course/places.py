"""Where the notebooks of a course are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ganlearn
from ganlearn.errors import UserError

CHAPTERS, SOLUTIONS, EXERCISES = KINDS = ("chapters", "solutions", "exercises")


@dataclass(frozen=True)
class Place:
    """A notebook of the course: ``Place(root, "exercises", "02_minimax")``."""

    root: Path
    kind: str
    name: str

    @property
    def ipynb(self) -> Path:
        """The notebook itself."""
        return self.root / self.kind / f"{self.name}.ipynb"

    @property
    def py(self) -> Path:
        """The paired text, which is generated for an exercise and written by a person else."""
        return self.ipynb.with_suffix(".py")

    @property
    def source(self) -> Path:
        """The text that a person writes."""
        return self.root / (SOLUTIONS if self.kind == EXERCISES else self.kind) / self.py.name

    @property
    def number(self) -> str:
        """Of the chapter, two digits."""
        return self.name[:2]

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}.ipynb"


def find_root(start: Path | None = None) -> Path:
    """The course's folder: here or above, else where ganlearn is installed from.

    Raises:
        UserError: when there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(ganlearn.__file__).resolve().parents[1]):
        if (folder / CHAPTERS).is_dir() and (folder / SOLUTIONS).is_dir():
            return folder
    raise UserError(
        f"There is no course in {here} or above it; change into the folder that has "
        f"{CHAPTERS}/ and {SOLUTIONS}/ in it."
    )


def sources(root: Path) -> list[Place]:
    """Every notebook that the course should have, in the order of reading."""
    found = [
        Place(root, kind, py.stem)
        for source, kinds in ((CHAPTERS, [CHAPTERS]), (SOLUTIONS, [SOLUTIONS, EXERCISES]))
        for py in (root / source).glob("*.py")
        for kind in kinds
        if re.match(r"\d\d_", py.name)
    ]
    return sorted(found, key=lambda place: (place.number, KINDS.index(place.kind), place.name))


def select(places: Sequence[Place], names: Iterable[str]) -> list[Place]:
    """Those of the places that are named; all of them when nothing is.

    Args:
        places: to choose from.
        names: a number (``3``), a name (``03_first_gan``) or a file (``chapters/03_first_gan.py``).

    Raises:
        UserError: when a name fits none.
    """
    chosen: set[Place] = set()
    for name in names:
        fitting = {place for place in places if _fits(place, name)}
        if not fitting:
            raise UserError(
                f"There is no notebook {name!r} in {places[0].root if places else 'the course'}; "
                f"there are {', '.join(sorted({place.name for place in places})) or 'none'}."
            )
        chosen |= fitting
    return [place for place in places if place in chosen or not chosen]


def _fits(place: Place, name: str) -> bool:
    if name.isdigit():
        return place.number == f"{int(name):02d}"
    path = Path(name)
    return path.stem == place.name and path.parent.name in ("", place.kind)
