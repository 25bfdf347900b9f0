"""``ganlearn diagnose``: what a run's log says, in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def diagnose(
    run: Annotated[Path, typer.Argument(help="a run's folder, or a log.jsonl")],
) -> None:
    """Read the log of a run and say what is happening, and what to try.

    Exit code 0 when nothing wrong is seen, 1 otherwise. Example: ganlearn diagnose runs/digits
    """
    from ganlearn.training import doctor, runs

    found = doctor.diagnose(run / runs.LOG if run.is_dir() else run)
    print(found)
    raise typer.Exit(int(bool(found.findings)))
