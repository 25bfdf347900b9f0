"""The page that ``ganlearn lab`` opens: a map of the course, and how far its reader has come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import nbformat

from ganlearn.course import done
from ganlearn.course.attempts import title_and_attempts
from ganlearn.course.files import as_text, stored, write
from ganlearn.course.places import CHAPTERS
from ganlearn.course.source import KERNEL, LANGUAGE
from ganlearn.course.tally import Chapter, Done
from ganlearn.course.telling import bar, said, sign
from ganlearn.errors import UserError

PAGE = "start.ipynb"
OURS = "ganlearn-start"
"""In the metadata of the cells that are written anew each time; all others are the reader's."""

TITLE = "# Your course\n"

PARTS = {"The game": 1, "Pictures": 4, "Style": 10, "Art and practice": 14}
"""Part of the course to the number of its first chapter."""

RENEW = f"""\
# Run this cell to see how far you have come by now.
from ganlearn.course import start

start.show({PAGE!r})"""


def make(root: Path) -> Path | None:
    """Write the start page into a folder with notebooks, and say where it is.

    Cells that the reader has added to the page stay below it.

    Args:
        root: the course's folder, or a folder of exercises.

    Returns:
        None when it cannot be written: the folder is not ours to write to, there is a notebook of
        that name that is no start page, or there is nothing to show.
    """
    file = root / PAGE
    try:
        old = stored(file)
        if old is not None and OURS not in old.metadata:
            return None
        text = markdown(root)
        cells = [
            nbformat.v4.new_markdown_cell(text, id="map"),
            nbformat.v4.new_code_cell(RENEW, id="renew"),
        ]
        for cell in cells:
            cell.metadata[OURS] = True
        cells += [cell for cell in old.cells if OURS not in cell.metadata] if old else []
        metadata = {"kernelspec": dict(KERNEL), "language_info": dict(LANGUAGE), OURS: True}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
        write(file, as_text(notebook))
    except (UserError, OSError):
        return None
    return file


def show(file: str = PAGE) -> None:
    """Display the page as it would be written now.

    Args:
        file: the start page; the folder it is in is looked at.
    """
    from IPython.display import Markdown, display

    text = markdown(Path(file).resolve().parent)
    display(Markdown(text.removeprefix(TITLE)))


def markdown(root: Path) -> str:
    """The page as text.

    Raises:
        UserError: when there are neither chapters nor exercises.
    """
    chapters = _chapters(root)
    try:
        found = done.look(root)
    except UserError:
        if not chapters:
            raise
        found = Done(root, ())
    return "\n".join(_lines(root, chapters, found))


def _chapters(root: Path) -> dict[str, tuple[str, Path]]:
    """Number to title and notebook of what there is to read."""
    found = {}
    for file in sorted((root / CHAPTERS).glob("[0-9][0-9]_*.ipynb")):
        try:
            title = title_and_attempts(file)[0]
        except UserError:  # damaged; it is still there to be opened
            title = ""
        found[file.name[:2]] = title or file.stem[3:].replace("_", " "), file
    return found


def _lines(root: Path, chapters: dict[str, tuple[str, Path]], found: Done) -> Iterator[str]:
    yield TITLE
    yield _next(root, chapters, found) + "\n"
    with_exercises = {chapter.number: chapter for chapter in found.chapters}
    yield "| part | chapter | exercises | done | points |\n|---|---|---|---|---|"
    for number in sorted(chapters.keys() | with_exercises.keys()):
        part = [name for name, first in PARTS.items() if first <= max(1, int(number))][-1]
        yield f"| {part} {_row(root, number, chapters, with_exercises.get(number))}"
    yield ""
    if found.tasks:
        yield (
            f"**In all: {found.done} of {found.tasks} exercises, "
            f"{found.points:g} of {found.maximum:g} points.**\n"
        )
    for chapter in found.chapters:
        if chapter.begun and not chapter.complete:
            yield f"## In work: {chapter.number} {chapter.title}\n"
            yield from (
                f"- {sign(t)} **{t.id}** {t.title}: {_plain(said(t))}" for t in chapter.tasks
            )
            yield ""
    yield from (f"Note: {_plain(note)}\n" for note in found.notes)
    yield (
        "This page is written anew by each `ganlearn lab`, from your notebooks as they were last "
        "saved; `ganlearn progress` says the same in a terminal."
    )


def _row(
    root: Path, number: str, chapters: dict[str, tuple[str, Path]], chapter: Chapter | None
) -> str:
    title, file = chapters.get(number, (chapter.title if chapter else "", None))
    name = f"{number} {title}"
    if chapter is None:
        return f"| {_link(name, file, root)} | none | | |"
    first = next((task.file for task in chapter.tasks if task.file), None)
    count = len(chapter.tasks)
    exercises = f"{count} exercise{'s' if count != 1 else ''} of {number}"
    return (
        f"| {_link(name, file, root)} | {_link(exercises, first, root)} "
        f"| {bar(chapter)} {chapter.done} of {count} | {chapter.points:g} of {chapter.maximum:g} |"
    )


def _next(root: Path, chapters: dict[str, tuple[str, Path]], found: Done) -> str:
    task = found.next
    if not any(chapter.begun for chapter in found.chapters) and chapters:
        number, (title, file) = next(iter(chapters.items()))
        return f"**Begin here:** {_link(f'chapter {number}, {title}', file, root)}."
    if task is None:
        return "**Every exercise here is done.**"
    where = f" in {_link(_plain(task.file.name), task.file, root)}" if task.file else ""
    return f"**Next:** exercise {task.id}, {task.title}{where}."


def _link(words: str, file: Path | None, root: Path) -> str:
    if file is None:
        return words
    return f"[{words}]({quote(file.relative_to(root).as_posix())})"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is; what an answer has said may hold anything."""
    signs = {c: f"\\{c}" for c in "\\`*_[]<>$|#~"}
    return "".join(signs.get(c, c) for c in text.replace("\n", " "))
