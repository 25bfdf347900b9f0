"""``ganlearn progress``: what is done, from the notebooks themselves."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganlearn.errors import UserError

if TYPE_CHECKING:
    from ganlearn.course.tally import Chapter, Done

NARROW, WIDE = 60, 100
"""Columns between which lines are broken."""


def progress(
    chapters: Annotated[
        list[str] | None, typer.Argument(help="show every exercise of these chapters, such as 03")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="where your notebooks are, if not here")
    ] = None,
) -> None:
    """Show which exercises are done, how many points that makes, and what comes next.

    It reads your notebooks as they were last saved and runs nothing.
    Example: ganlearn progress 03
    """
    from ganlearn.course import done

    found = done.look(folder)
    for line in lines(found, [_number(name) for name in chapters or ()]):
        print(line)


def lines(found: Done, asked: list[str]) -> Iterator[str]:
    """The table, the exercises of the chapters that are asked for or in work, and the next step.

    Raises:
        UserError: when a chapter has no exercises here.
    """
    there = [chapter.number for chapter in found.chapters]
    for number in asked:
        if number not in there:
            raise UserError(
                f"There are no exercises of chapter {number} in {found.folder}; "
                f"there are those of {', '.join(there)}."
            )
    yield from _table(found)
    for chapter in found.chapters:
        wanted = chapter.number in asked if asked else chapter.begun and not chapter.complete
        if wanted:
            yield ""
            yield from _exercises(chapter)
    yield ""
    yield from _folded(_next(found), "")
    for note in found.notes:
        yield from _folded(f"Note: {note}", "")


def _table(found: Done) -> Iterator[str]:
    from ganlearn.course.telling import bar

    heads = ("chapter", "exercises done", "points")
    signs = max(len(chapter.tasks) for chapter in found.chapters)
    rows = [
        (
            chapter.number,
            chapter.title,
            f"{bar(chapter):{signs}}  {chapter.done} of {len(chapter.tasks)}",
            f"{chapter.points:g} of {chapter.maximum:g}",
        )
        for chapter in found.chapters
    ]
    tasks = f"{found.done} of {found.tasks}"
    rows.append(("", "all", f"{'':{signs}}  {tasks}", f"{found.points:g} of {found.maximum:g}"))
    title, done = (max(len(x) for x in (heads[i], *(r[i + 1] for r in rows))) for i in (0, 1))
    for number, *cells in [("", *heads), *rows]:
        yield f"{number:2}  {cells[0]:{title}}  {cells[1]:{done}}  {cells[2]}"


def _exercises(chapter: Chapter) -> Iterator[str]:
    from ganlearn.course.telling import said, sign

    yield f"{chapter.number}  {chapter.title}"
    for task in chapter.tasks:
        yield from _folded(f"{sign(task)} {task.id}  {task.title}: {said(task)}", " " * 10)


def _next(found: Done) -> str:
    task = found.next
    if task is None:
        return "Next: nothing. Every exercise here is done."
    where = f" in {task.file.name}" if task.file else ""
    return f"Next: {task.id}, {task.title}{where}."


def _folded(text: str, indent: str) -> list[str]:
    width = min(max(shutil.get_terminal_size().columns, NARROW), WIDE)
    start = indent[:4]
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=indent)


def _number(name: str) -> str:
    return f"{int(name):02d}" if name.isdigit() else name[:2]
