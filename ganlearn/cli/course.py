"""``ganlearn course``: what authors and instructors need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ABOUT = "For authors: make the notebooks and check them. For instructors: hand out and grade."
app = typer.Typer(help=ABOUT, rich_markup_mode=None)
Settings = Annotated[Path, typer.Option("--settings", help="points, due dates, limits (TOML)")]


@app.callback()
def course() -> None:
    """For authors: make the notebooks and check them. For instructors: hand out and grade."""


@app.command()
def build(
    names: Annotated[
        list[str] | None, typer.Argument(help="chapters by number, name or file; all if none")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="change nothing; fail if anything is out of date")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="also build what has not changed")] = False,
) -> None:
    """Make each notebook from its source, and the exercises from the solutions.

    Only what changed is run. Example: ganlearn course build 03
    """
    from ganlearn import course as tools
    from ganlearn.errors import UserError

    root = tools.find_root()
    if not check:
        raise typer.Exit(tools.build(root, names or (), force).exit_code)
    if names or force:
        raise UserError("--check looks at the whole course; leave out the names and --force.")
    problems = tools.check(root)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else "The course is in order.")
    raise typer.Exit(int(bool(problems)))


@app.command()
def release(
    names: Annotated[list[str], typer.Argument(help="chapters by number or name")],
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for students; new")],
    settings: Settings = Path("course.toml"),
) -> None:
    """Make a folder for students: exercises, chapters, README, environment; no solutions.

    Example: ganlearn course release 03 05 -o for-students
    """
    from ganlearn import course as tools
    from ganlearn import grading

    grading.release(tools.find_root(), names, output, settings)


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(help="a notebook, a folder, or a platform's zip")],
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for grades and pages")],
    exercises: Annotated[
        list[str] | None,
        typer.Option("--exercise", help="a chapter that was due; all that came in if not given"),
    ] = None,
    settings: Settings = Path("course.toml"),
    jobs: Annotated[
        int | None, typer.Option(min=1, help="notebooks at a time; one a core if not given")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="also what was graded before")] = False,
) -> None:
    """Run and mark submissions, each fenced in; goes on where it was stopped.

    Example: ganlearn course grade moodle.zip -o grades
    """
    from ganlearn import course as tools
    from ganlearn import grading

    root = tools.find_root()
    done = grading.grade(root, submissions, output, exercises or (), settings, jobs, force)
    raise typer.Exit(130 if done.interrupted else 0)
