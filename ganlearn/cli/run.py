"""``ganlearn run``: a chapter without a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def run(
    chapter: Annotated[str, typer.Argument(help="a chapter's number or name, or a notebook file")],
    budget: Annotated[
        str | None,
        typer.Option(help="smoke, laptop or full; GANLEARN_BUDGET or laptop if not given"),
    ] = None,
    output: Annotated[Path, typer.Option(help="folder for the notebook with its outputs")] = Path(
        "runs"
    ),
) -> None:
    """Run a chapter from top to bottom, with progress by cell and the time at the end.

    The course's own files stay as they are. Example: ganlearn run 03 --budget smoke
    """
    from ganlearn import course

    course.run(
        course.find_root(), chapter, budget or os.environ.get("GANLEARN_BUDGET", "laptop"), output
    )
