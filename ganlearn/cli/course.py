"""``ganlearn course``: what authors need."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="For authors: make the notebooks and check them.", rich_markup_mode=None)


@app.callback()
def course() -> None:
    """For authors: make the notebooks and check them."""


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
