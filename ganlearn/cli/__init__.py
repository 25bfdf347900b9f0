"""The ``ganlearn`` command: the course and the library from a terminal.

Each command imports what it needs when it runs, so that ``ganlearn --help`` answers at once and
``ganlearn doctor`` works where torch does not.
"""

from __future__ import annotations

import sys

import typer

from ganlearn.cli import (
    course,
    diagnose,
    doctor,
    evaluate,
    lab,
    progress_command,
    run,
    sample,
    stylize,
    train,
    translate,
)
from ganlearn.errors import UserError

app = typer.Typer(
    help="A course on generative adversarial networks and style transfer, and its library.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    *(lab.lab, progress_command.progress, run.run, doctor.doctor, diagnose.diagnose),
    *(train.train, sample.sample, evaluate.evaluate),
    *(stylize.stylize, translate.translate),
):
    app.command()(command)
app.add_typer(course.app, name="course")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what the user can mend is told in one sentence.

    Args:
        arguments: without the program's name; those of the process when not given.

    Raises:
        SystemExit: always. 0: done; 1: something was found to be wrong; 2: it could not be done as
            asked; 130: stopped by Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows pipe may not know every sign
            stream.reconfigure(errors="replace")
    arguments = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name="ganlearn", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except Exception as error:
        code = 2
        print(f"ganlearn: {_sentence(error)}", file=sys.stderr)
    raise SystemExit(code or 0)


def _sentence(error: Exception) -> str:
    """One line for an error that is the user's to mend; any other is a defect and is raised."""
    if hasattr(error, "format_message"):  # typer's own: a wrong option or argument
        told = " ".join(error.format_message().split())
        return told + (" " if told.endswith((".", "?")) else ". ") + "See `ganlearn --help`."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if isinstance(error, (UserError, OSError)):
        return str(error)
    if isinstance(error, ImportError):
        return f"{' '.join(str(error).split())}. `ganlearn doctor` says what is wrong."
    raise error
