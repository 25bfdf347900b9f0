"""The process that runs one notebook: cells come in through a pipe, what they did goes out.

Messages are JSON. Whatever a notebook may write into the pipe, reading it runs no code.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ganlearn.grading import guard, reading
from ganlearn.grading.confine import confine
from ganlearn.grading.limits import Limits

OK, FAILED = 0, 3


def serve(connection: Connection, settings: Mapping[str, Any]) -> None:
    """Fence this process in, then run cells until the pipe ends.

    Args:
        connection: to the grader.
        settings: ``level``, ``limits``, ``hidden`` and ``scratch`` of :func:`confine`.
    """
    import ganlearn.grading.preload  # noqa: F401 - done already, where processes are copies

    limits = Limits(**settings["limits"])
    try:
        hidden = [Path(folder) for folder in settings["hidden"]]
        confine(settings["level"], limits, hidden, Path(settings["scratch"]))
    except OSError as error:
        _send(connection, {"refused": str(error)})
        os._exit(FAILED)
    _interruptible(False)
    from ganlearn.grading.interpreter import Interpreter

    _silence()
    interpreter = Interpreter(limits.output_kb * 1024)
    _send(connection, {"ready": True})
    while True:
        try:
            request = json.loads(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(OK)
        if request.get("parse"):
            _send(connection, reading.parse(connection.recv_bytes()))
        elif request.get("hidden"):
            _beside(connection, interpreter)
        else:
            _send(connection, _run(interpreter, request))


def _run(interpreter: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    _interruptible(True)
    try:
        return interpreter.run(request["code"], request.get("exercises", ()))
    except BaseException as error:  # an interrupt between two cells, or IPython itself
        said = {"name": type(error).__name__, "text": str(error)[:200], "line": None}
        return {"seconds": 0.0, "error": said, "verdicts": [], "outputs": []}
    finally:
        _interruptible(False)


def _beside(connection: Connection, interpreter: Any) -> None:
    """Run hidden tests in a copy of this process, so that this one never gets to see them.

    The copy says no more than whether they passed: whatever an answer does when it is called by a
    hidden test, no words of it come back.
    """
    guard.own_copy[0] = True
    copy = os.fork() if hasattr(os, "fork") else 0
    guard.own_copy[0] = False
    if copy == 0:
        _send(connection, {"ready": True})
        code = json.loads(connection.recv_bytes())["code"]
        said = _run(interpreter, {"code": code})
        _send(connection, {"passed": said["error"] is None})
        if hasattr(os, "fork"):
            os._exit(OK)
    else:
        os.waitpid(copy, 0)
    _send(connection, {"done": True})


def _interruptible(yes: bool) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler if yes else signal.SIG_IGN)


def _silence() -> None:
    """What programs and C code write goes nowhere; Python's own output is kept."""
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


def _send(connection: Connection, message: Mapping[str, Any]) -> None:
    connection.send_bytes(json.dumps(message).encode())
