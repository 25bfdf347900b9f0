"""The grader's end of a notebook's process: start it, hand it cells, end it whatever it does."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import multiprocessing
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
import weakref
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from ganlearn.errors import UserError
from ganlearn.grading import worker
from ganlearn.grading.confine import FULL, GUARDED
from ganlearn.grading.family import Family
from ganlearn.grading.limits import Limits

LOOK = 0.2
"""Seconds between two looks at memory and processes."""
PATIENCE = 20.0
"""Seconds for a message to arrive once it has begun."""
START = 120.0
"""Seconds in which a process must be ready, imports on a busy machine included."""

_open: weakref.WeakSet[Session] = weakref.WeakSet()
_stopping = threading.Event()
_alone = threading.Lock()
"""Starting a process asks all others how they ended, and an answer is given only once."""


class Ended(Exception):
    """The process is gone; the message says why, as the end of a sentence that has "it" in it."""


class Session:
    """One process for one notebook.

    Args:
        level: of isolation, see :mod:`ganlearn.grading.confine`.
        limits: what it may use.
        hidden: folders that it may not read.

    Raises:
        Ended: when it does not come up.
    """

    def __init__(self, level: str, limits: Limits, hidden: Sequence[Path]) -> None:
        if _stopping.is_set():
            raise Ended("grading was stopped")
        self.level, self.limits, self.slow = level, limits, False
        self.scratch = Path(tempfile.mkdtemp(prefix="ganlearn-"))
        self.pipe, theirs = multiprocessing.Pipe()
        settings = {
            "level": level,
            "limits": dataclasses.asdict(limits),
            "hidden": [str(folder) for folder in hidden],
            "scratch": str(self.scratch),
        }
        self.process = _forks().Process(target=worker.serve, args=(theirs, settings), daemon=True)
        try:
            with _alone, _no_program():
                self.process.start()
        except BaseException:
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise
        finally:
            theirs.close()
        self.family = Family(self.process.pid)
        _open.add(self)
        try:
            answer = self._answer(START, "it did not start")
            if "ready" not in answer:
                raise Ended(str(answer.get("refused", "it did not start")))
        except BaseException:
            self.close()
            raise
        self.family.is_idle()

    def run(self, code: str, seconds: float, exercises: Sequence[str] = ()) -> dict[str, Any]:
        """Run a cell; see :meth:`ganlearn.grading.interpreter.Interpreter.run`.

        Args:
            code: of the cell.
            seconds: then it is interrupted, as Ctrl-C does. ``slow`` says afterwards whether
                that was the case.
            exercises: whose check it is.

        Raises:
            Ended: when the process did not survive the cell.
        """
        self.slow = False
        self._send({"code": code, "exercises": list(exercises)})
        with contextlib.suppress(TimeoutError):
            return self._answer(seconds)
        self.slow = True
        self.family.interrupt()
        return self._answer(self.limits.grace_seconds, "it did not stop when its time was over")

    def parse(self, raw: bytes, seconds: float) -> dict[str, Any]:
        """What is in a notebook file; see :func:`ganlearn.grading.reading.parse`.

        It is taken apart in the process, and not in the grader's own, because a file of a few
        megabytes can be made to need a thousand times as much memory.

        Raises:
            Ended: when the process did not survive it.
        """
        self._send({"parse": True})
        try:
            self.pipe.send_bytes(raw)
        except OSError:
            raise Ended(self._cause()) from None
        return self._answer(seconds, "it could not be read in time")

    def hidden_tests(self, code: str, seconds: float) -> bool:
        """Whether hidden tests pass. They run in a copy of the process, and change nothing.

        Raises:
            Ended: when the process did not survive them.
        """
        self._send({"hidden": True})
        self._answer(self.limits.grace_seconds + 10, "it did not answer")
        self._send({"code": code})
        passed = False
        until = time.monotonic() + seconds
        while True:
            try:
                said = self._answer(max(0.0, until - time.monotonic()))
            except TimeoutError:
                self.family.end_copies(1 if self.level == FULL else 0)
                said = self._answer(self.limits.grace_seconds, "a hidden test never ended in it")
            if "done" in said:
                return passed
            passed = said.get("passed") is True

    def close(self) -> None:
        """End the process and everything that it has started."""
        self.family.end()
        with contextlib.suppress(AttributeError, OSError):
            self.process.join(5)
        self.pipe.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            self.pipe.send_bytes(json.dumps(message).encode())
        except OSError:
            raise Ended(self._cause()) from None

    def _answer(self, seconds: float, late: str = "") -> dict[str, Any]:
        """The next message; TimeoutError when it does not come, ``Ended`` when that is the end."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            if self.pipe in wait([self.pipe], max(0.0, min(LOOK, left))):
                return self._read()
            if grown := self.family.outgrown(self.limits):
                self.close()
                raise Ended(grown)
            if left <= 0:
                if not late:
                    raise TimeoutError
                self.close()
                raise Ended(late)

    def _read(self) -> dict[str, Any]:
        slow = threading.Timer(
            PATIENCE, self.family.end
        )  # half a message must not hold up the rest
        slow.start()
        try:
            message = json.loads(self.pipe.recv_bytes(maxlength=16 * self.limits.output_kb * 1024))
        except EOFError:
            raise Ended(self._cause()) from None
        except (OSError, ValueError):  # not ours, or longer than any message of ours
            self.close()
            raise Ended("it wrote into the grader's pipe") from None
        finally:
            slow.cancel()
        return message if isinstance(message, dict) else {}

    def _cause(self) -> str:
        code, until = None, time.monotonic() + 5
        while code is None and time.monotonic() < until:
            with _alone:
                code = self.process.exitcode
            time.sleep(0.01)
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            what = {"SIGSEGV": "a segmentation fault", "SIGXFSZ": "a file that grew too large"}
            return f"it ended the process ({what.get(name, name)})"
        return f"it ended the process (exit status {code})"


def end_all() -> None:
    """End every process that is still there: somebody pressed Ctrl-C."""
    _stopping.set()
    for session in list(_open):
        session.close()


def isolation(limits: Limits) -> str:
    """The strongest level that this system allows, found by trying.

    Raises:
        UserError: when not even a plain process comes up.
    """
    _stopping.clear()
    for level in (FULL, GUARDED):
        if level == FULL and not Path("/proc/self/uid_map").exists():
            continue
        try:
            with Session(level, limits, []) as session:
                session.run("1 + 1", START)
                return level
        except Ended as error:
            reason = str(error)
    raise UserError(f"No process for grading comes up: {reason}.")


@contextlib.contextmanager
def _no_program() -> Iterator[None]:
    """Or every new process would first import the program that runs here, whatever it is."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _forks() -> Any:
    """Processes are copies of a server that has imported everything, where there are such."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ganlearn.grading.preload"])
    return context
