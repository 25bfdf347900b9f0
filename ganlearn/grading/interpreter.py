"""Run a notebook's cells as a kernel does, without the kernel: IPython in this process."""

from __future__ import annotations

import base64
import dataclasses
import io
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from ganlearn import checks
from ganlearn.checks.verdict import Verdict, examine

CUT = "\n[the rest was cut off]\n"


class Outputs:
    """What a cell puts out, up to a number of characters.

    Attributes:
        items: text and displayed data in their order.
        room: characters that are left.
    """

    def __init__(self, room: int) -> None:
        self.items: list[dict[str, Any]] = []
        self.room = room

    def text(self, name: str, text: str) -> None:
        """Add printed text to stdout or stderr."""
        if self.room <= 0 or not text:
            return
        kept = text[: self.room]
        self.room -= len(text)
        if self.room <= 0:
            kept += CUT
        if self.items and self.items[-1].get("name") == name:
            self.items[-1]["text"] += kept
        else:
            self.items.append({"output_type": "stream", "name": name, "text": kept})

    def data(self, data: dict[str, Any], metadata: dict[str, Any] | None) -> None:
        """Add something displayed, as text where the picture would be too large."""
        plain = {
            kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for kind, value in data.items()
            if isinstance(value, str | bytes)
        }
        size = sum(map(len, plain.values()))
        if size > self.room:
            self.text("stdout", str(plain.get("text/plain", ""))[:200] + CUT)
            return
        self.room -= size
        said = {"output_type": "display_data", "data": plain, "metadata": metadata or {}}
        self.items.append(said)


class _Stream(io.TextIOBase):
    """Standard output or error of the cell that runs."""

    encoding = "utf-8"

    def __init__(self, name: str, shell: Shell) -> None:
        self.name, self.shell = name, shell

    def write(self, text: str) -> int:
        self.shell.outputs.text(self.name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return {"stdout": 1, "stderr": 2}[self.name]


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, **_: Any) -> None:
        self.shell.outputs.data(data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        pass


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.data(format_dict, md_dict)


class Shell(InteractiveShell):
    """IPython without a terminal and without a front end."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs = Outputs(0)

    def enable_gui(self, gui: str | None = None) -> None:
        """No windows here."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """``%matplotlib`` changes nothing: pictures are drawn in memory."""
        return "inline", "agg"

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Errors are reported by their last line."""

    showsyntaxerror = showindentationerror = showtraceback


class Interpreter:
    """One notebook's namespace.

    Args:
        output_characters: what one cell may put out.
    """

    def __init__(self, output_characters: int) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        self.room = output_characters
        self.shell = Shell.instance(config=config)
        sys.stdout, sys.stderr = (_Stream(name, self.shell) for name in ("stdout", "stderr"))
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - for as long as the process lives
        self.verdicts: list[dict[str, str]] = []

    def run(self, code: str, exercises: Sequence[str] = ()) -> dict[str, Any]:
        """Run one cell.

        Args:
            code: of the cell.
            exercises: whose check it is. Then ``check`` is the real one, whatever the notebook
                may have put in its place.

        Returns:
            what a reader would see, in a form that can go through a pipe.
        """
        self.shell.outputs = outputs = Outputs(self.room)
        self.verdicts = []
        if exercises:
            self.shell.user_ns["check"] = self._check
        start = time.perf_counter()
        result = self.shell.run_cell(code, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        return {
            "seconds": round(time.perf_counter() - start, 3),
            "error": _told(error) if error else None,
            "verdicts": self.verdicts,
            "outputs": outputs.items,
        }

    def _check(self, exercise: str, answer: Any) -> Verdict:
        """What ``ganlearn.checks.check`` does, and a note of the verdict."""
        verdict = examine(exercise, answer)
        self.verdicts.append({"exercise": exercise, **dataclasses.asdict(verdict)})
        if not verdict:
            raise checks.CheckFailed(verdict.sentence)
        print(verdict.sentence)
        return verdict


def _told(error: BaseException) -> dict[str, Any]:
    """An error's last line, and the line of the cell in which it arose."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if _of_cell(f.filename)]
    if isinstance(error, SyntaxError) and error.lineno:
        lines.append(error.lineno)
    try:  # a syntax error's own words, without the file that IPython makes up for a cell
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:
        text = "(an error without words)"
    name = type(error).__name__
    return {"name": name[:100], "text": text[:2000], "line": lines[-1] if lines else None}


def _of_cell(filename: str) -> bool:
    return filename.startswith("<ipython-input") or "ipykernel_" in filename
