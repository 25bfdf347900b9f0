"""``course.toml``: points, due dates and limits, in a file that an instructor edits."""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganlearn.errors import UserError
from ganlearn.files import whole
from ganlearn.grading.limits import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "course.toml"
TABLES = {"course", "points", "due", "by_hand", "limits"}


@dataclass(frozen=True)
class Settings:
    """What an instructor may change.

    Attributes:
        title: of the course, for the students' README and the pages.
        points: exercise to points, where they are not the course's own.
        due: chapter (two digits) to date and time.
        by_hand: names of tasks that no check judges, to the points they can give.
        limits: of a notebook while it is graded.
    """

    title: str = "Generative adversarial networks and style transfer"
    points: Mapping[str, float] = field(default_factory=dict)
    due: Mapping[str, datetime.datetime] = field(default_factory=dict)
    by_hand: Mapping[str, float] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


def read(file: Path) -> Settings:
    """The settings in a file; those of the course when there is none.

    Raises:
        UserError: when something in it is not understood.
    """
    if not file.exists():
        return Settings()
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{file} is not TOML: {error}.") from None
    for name in found:
        if name not in TABLES or not isinstance(found[name], dict):
            raise UserError(f"{file}: {name!r} is none of the tables {', '.join(sorted(TABLES))}.")
    return Settings(
        title=str(found.get("course", {}).get("title", Settings.title)),
        points=_numbers(file, found, "points"),
        due={_chapter(k): _moment(file, k, v) for k, v in found.get("due", {}).items()},
        by_hand=_numbers(file, found, "by_hand"),
        limits=_limits(file, found.get("limits", {})),
    )


def template(points: Mapping[str, float], titles: Mapping[str, str]) -> str:
    """A file to start from, with the course's own points.

    Args:
        points, titles: by exercise.
    """
    chapters = sorted({id[:2] for id in points})
    lines = ["[course]", f'title = "{Settings.title}"', ""]
    lines += ["# Points of each exercise. Change them at any time: grade again and only the sums"]
    lines += ["# are made anew. An exercise that is not listed has the course's own.", "[points]"]
    lines += [f'"{id}" = {points[id]:g}  # {titles[id]}' for id in points]
    lines += ["", "# When each chapter is due, in your time: shown to students. Lateness is taken"]
    lines += ["# from the learning platform's mark.", "[due]"]
    lines += [f'# "{chapter}" = 2030-01-31T23:59:00' for chapter in chapters]
    lines += ["", "# Tasks that you grade by hand, with the most points they can give. The points"]
    lines += ["# themselves go into marks.csv in the folder of the grades.", "[by_hand]"]
    lines += ['# "essay" = 5', "", "# Of one notebook while it is graded.", "[limits]"]
    lines += [f"# {f.name} = {f.default:g}" for f in dataclasses.fields(Limits)]
    return "\n".join(lines) + "\n"


def write_template(file: Path, points: Mapping[str, float], titles: Mapping[str, str]) -> bool:
    """Write the template unless the file is there; says whether it did."""
    if file.exists():
        return False
    with whole(file) as part:
        part.write_text(template(points, titles), "utf-8")
    return True


def _numbers(file: Path, found: Mapping[str, Any], table: str) -> dict[str, float]:
    for name, value in found.get(table, {}).items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < 1e6:
            raise UserError(f"{file}: [{table}] {name} = {value!r} is not a number from 0 on.")
    return dict(found.get(table, {}))


def _chapter(name: str) -> str:
    return f"{int(name):02d}" if name.isdigit() else name


def _moment(file: Path, name: str, value: Any) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, 23, 59)
    raise UserError(f"{file}: [due] {name} must be a date such as 2030-01-31T23:59:00.")


def _limits(file: Path, found: Mapping[str, Any]) -> Limits:
    kinds = {f.name: type(f.default) for f in dataclasses.fields(Limits)}
    for name, value in found.items():
        if name not in kinds:
            raise UserError(f"{file}: [limits] has {name!r}; there are {', '.join(kinds)}.")
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
            raise UserError(f"{file}: [limits] {name} = {value!r} is not a number above 0.")
    return Limits(**{name: kinds[name](value) for name, value in found.items()})
