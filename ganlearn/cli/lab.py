"""``ganlearn lab``: JupyterLab with the course open."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from ganlearn.errors import UserError

PATIENCE = 15
"""Seconds that JupyterLab gets to stop its kernels."""


def lab(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="the first free one from 8888 if not given")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="open a browser, or print the address")
    ] = True,
    pair: Annotated[
        bool, typer.Option("--pair", help="for authors: save each notebook as text, too")
    ] = False,
) -> None:
    """Open the course in JupyterLab, at a map of it that shows what is done. Ctrl-C ends it.

    Example: ganlearn lab --no-browser --port 9000
    """
    from ganlearn import course
    from ganlearn.course import done, start

    root = done.workplace()
    if port is not None:
        _refuse_taken(port)
    page = start.make(root)
    page = page.relative_to(root).as_posix() if page else first_page(root)
    arguments = command(root, page, port=port, browser=browser)
    if pair:
        arguments += course.pairing_config()
    raise typer.Exit(_until_done(arguments))


def command(root: Path, page: str, *, port: int | None, browser: bool) -> list[str]:
    """The command line of JupyterLab for the course in ``root``, opened at one of its pages."""
    arguments = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{page}",
        "--ServerApp.answer_yes=True",  # Ctrl-C then needs no second word
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        arguments.append("--no-browser")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # a container; only this machine can connect
        arguments.append("--allow-root")
    return arguments


def first_page(root: Path) -> str:
    """The first chapter, relative to the course's folder.

    Raises:
        UserError: when the course has no notebook.
    """
    notebooks = sorted((root / "chapters").glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        raise UserError(
            f"There is no notebook in {root / 'chapters'}; `ganlearn course build` makes them."
        )
    return notebooks[0].relative_to(root).as_posix()


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        # Without this, a port that was in use a minute ago counts as taken on Linux and macOS.
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise UserError(f"You may not use port {port}; take one from 1024 on.") from None
        except OSError:
            raise UserError(
                f"Port {port} is in use by another program; take another one, or leave --port out."
            ) from None


def _until_done(arguments: list[str]) -> int:
    """Run JupyterLab, pass a Ctrl-C on to it, and wait until it and its kernels have gone."""
    server = subprocess.Popen(arguments)
    try:
        return server.wait()
    except KeyboardInterrupt:
        # In a terminal the server got the Ctrl-C itself. A second signal does no harm, and it is
        # the only one when this process alone was interrupted.
        with contextlib.suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            if os.name == "posix":
                server.terminate()
            server.wait(PATIENCE)
        if server.poll() is None:
            server.kill()
            server.wait()
        print("The course is closed. Your notebooks are saved where you saved them.")
        return 0
