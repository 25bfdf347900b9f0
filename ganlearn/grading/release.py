"""The folder for students: exercises, their chapters, a README, an environment. No solutions."""

from __future__ import annotations

import copy
import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

import ganlearn
from ganlearn.course import exercises, source
from ganlearn.course.files import as_text, stored
from ganlearn.course.places import CHAPTERS, EXERCISES, SOLUTIONS, Place
from ganlearn.errors import UserError
from ganlearn.grading import gradebook, settings
from ganlearn.grading.assignment import Assignment, assignments

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


@dataclass(frozen=True)
class Release:
    """A folder that was made.

    Attributes:
        folder: for students.
        files: in it, relative, with forward slashes.
        settings: the file with points and due dates.
    """

    folder: Path
    files: list[str]
    settings: Path


def release(
    root: Path,
    names: Sequence[str],
    folder: Path,
    settings_file: Path = Path(settings.FILE),
    say: Callable[[str], object] = print,
) -> Release:
    """Make the folder for students.

    Args:
        root: the course's folder.
        names: chapters by number or name.
        folder: to be made; it must not be there, or be empty, so that nothing of an older
            release or of somebody's history stays in it.
        settings_file: points and due dates; written with the course's own when it is not there.
        say: where lines go.

    Raises:
        UserError: when it cannot be made; nothing is then left behind.
    """
    if not names:
        raise UserError("Say which chapters to hand out: ganlearn course release 03 05 -o DIR.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is not empty; give a new folder, so that nothing old stays.")
    if settings_file.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"{settings_file} is yours, not the students'; keep it out of {folder}.")
    chosen = settings.read(settings_file)
    handed_out = assignments(root, names, chosen.points)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as made:
        part = Path(made) / "release"
        for assignment in handed_out:
            _put(part / EXERCISES, assignment.name, _for_students(assignment))
            chapter = stored(root / CHAPTERS / f"{assignment.name}.ipynb")
            if chapter is not None:
                _put(part / CHAPTERS, assignment.name, chapter)
        _only_links_that_lead_somewhere(part)
        (part / "README.md").write_text(_readme(handed_out, chosen), "utf-8")
        (part / "environment.yml").write_text(environment(), "utf-8")
        _refuse_secrets(part, root, handed_out)
        if folder.exists():
            folder.rmdir()
        shutil.move(part, folder)
    checks = [check for assignment in handed_out for check in assignment.checks]
    points = {check.exercise: check.points for check in checks}
    titles = {check.exercise: check.title for check in checks}
    if settings.write_template(settings_file, points, titles):
        say(f"{settings_file}: points and due dates, for you to change; then release again")
    files = sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())
    say(f"{folder}: {', '.join(files)}")
    return Release(folder, files, settings_file)


def environment() -> str:
    """What students install: this version of ganlearn and no other."""
    return (
        "# conda env create -f environment.yml && conda activate ganlearn\n"
        f"# or, without conda: pip install ganlearn=={ganlearn.__version__}\n"
        "name: ganlearn\nchannels:\n  - conda-forge\n  - nodefaults\ndependencies:\n"
        f"  - python>=3.10,<3.14\n  - pip\n  - pip:\n      - ganlearn=={ganlearn.__version__}\n"
    )


def _for_students(assignment: Assignment) -> NotebookNode:
    """The notebook as nbgrader hands it out: not run, checks locked, with their checksums."""
    notebook = copy.deepcopy(assignment.notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    if gradebook.installed():
        from nbgrader.preprocessors import CheckCellMetadata, ComputeChecksums, LockCells

        quiet = logging.getLogger("ganlearn.nbgrader")
        for step in (LockCells, ComputeChecksums, CheckCellMetadata):
            notebook, _ = step(log=quiet).preprocess(notebook, {})
    return notebook


def _put(folder: Path, name: str, notebook: NotebookNode) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(as_text(notebook), "utf-8")


def _only_links_that_lead_somewhere(folder: Path) -> None:
    """A link to a file that is not handed out becomes its words."""
    for file in folder.rglob("*.ipynb"):
        notebook = stored(file)

        def kept(match: re.Match[str], file: Path = file) -> str:
            picture, words, target, _ = match.groups()
            outside = re.match(r"[a-z]+:", target)
            if picture or outside or (file.parent / target).exists():
                return match[0]
            return words

        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = LINK.sub(kept, cell.source)
        file.write_text(as_text(notebook), "utf-8")


def _readme(handed_out: Sequence[Assignment], chosen: settings.Settings) -> str:
    lines = [f"# {chosen.title}", "", "Exercises to hand in:", ""]
    lines += ["| exercise | what | points |", "|---|---|---:|"]
    for assignment in handed_out:
        for check in assignment.checks:
            lines.append(f"| {check.exercise} | {check.title} | {check.points:g} |")
    lines += [f"| {task} | graded by hand | {most:g} |" for task, most in chosen.by_hand.items()]
    lines.append("")
    for assignment in handed_out:
        moment = chosen.due.get(assignment.name[:2])
        due = f", due {moment:%A, %d %B %Y, %H:%M}" if moment else ""
        lines.append(f"- `exercises/{assignment.name}.ipynb`{due}")
    lines += [
        "",
        "Install once, with Python 3.10 or later: `pip install "
        f"ganlearn=={ganlearn.__version__}` (or `conda env create -f environment.yml`). "
        "Then `jupyter lab` in this folder.",
        "",
        "Write where it says `# YOUR CODE HERE`, run the cell, then the check below it: it tells "
        "you what is wrong. You may add cells and imports. Leave the check cells as they are; "
        "the original ones are used for your points.",
        "",
        "Before you hand in: *Kernel, Restart Kernel and Run All Cells*. Hand in the notebooks, "
        "nothing else. A check that passes there passes when it is graded; a few exercises may "
        "have further tests.",
    ]
    return "\n".join(lines) + "\n"


def _refuse_secrets(folder: Path, root: Path, handed_out: Sequence[Assignment]) -> None:
    """The last look: no line of a solution may stand anywhere in what is handed out."""
    text = {f: exercises.squeeze(f.read_text("utf-8")) for f in folder.rglob("*") if f.is_file()}
    for assignment in handed_out:
        solved = source.read(Place(root, SOLUTIONS, assignment.name).py)
        given = exercises.squeeze(as_text(assignment.notebook))
        for line in exercises.secret(solved):
            shown = line.replace("\\", "\\\\").replace('"', '\\"')  # as a notebook's JSON has it
            for file, squeezed in text.items():
                told = file.parent.name == EXERCISES and file.stem == assignment.name
                if told and shown in squeezed and shown not in given:
                    raise UserError(f"{file.name} would show a line of the solution: {line[:60]}")
            if "HIDDENTESTS" in squeezed or "BEGINSOLUTION" in squeezed:
                raise UserError(f"{file.name} would show marks of a solution.")
