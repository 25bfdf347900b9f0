"""A notebook's process and all that it has started: how large they are, and how to end them."""

from __future__ import annotations

import contextlib
import os
import signal

import psutil

from ganlearn.grading.limits import MEGABYTE, Limits


class Family:
    """The process with this number, and its descendants.

    It is known by its number and its start, so that nobody who gets the same number later is ever
    taken for it.

    Args:
        number: of the process, which leads its own session.
    """

    def __init__(self, number: int) -> None:
        self.idle = 0  # bytes
        self.over = False
        try:
            self.first = psutil.Process(number)
        except psutil.NoSuchProcess:
            self.first = None

    def members(self) -> list[psutil.Process]:
        """All that are there, the first one first."""
        with contextlib.suppress(psutil.Error):
            if self.first is not None:
                return [self.first, *self.first.children(recursive=True)]
        return []

    def is_idle(self) -> None:
        """Note what a process takes that has run nothing yet."""
        self.idle = self._memory()[0] // max(1, len(self.members()))

    def outgrown(self, limits: Limits) -> str:
        """What they have too much of, as the end of a sentence; empty when all is well.

        One process alone meets the system's limits; this is about many, and about systems that
        have none.
        """
        memory, number = self._memory()
        if number > limits.processes:
            return f"it started more than {limits.processes} processes"
        if self.idle and memory > limits.memory_mb * MEGABYTE:
            return f"it took more than {limits.memory_mb} MB of memory"
        return ""

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        self._signal(getattr(signal, "SIGINT", None))

    def end(self) -> None:
        """End all of them, whether they want to or not."""
        for process in self.members():
            with contextlib.suppress(psutil.Error):
                process.kill()
        if not self.over:  # those whose parent had ended before them
            self._signal(getattr(signal, "SIGKILL", None))
        self.over = True

    def end_copies(self, depth: int) -> None:
        """End all but the first ones.

        Args:
            depth: generations that stay, besides the first process.
        """
        stay = self.members()[:1]
        with contextlib.suppress(psutil.Error):
            for _ in range(depth):
                stay = [child for parent in stay for child in parent.children()]
            for copy in [child for parent in stay for child in parent.children(recursive=True)]:
                copy.kill()

    def _signal(self, number: int | None) -> None:
        if self.first is not None and number is not None and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.first.pid, number)

    def _memory(self) -> tuple[int, int]:
        """Bytes that the notebook took, and how many processes there are.

        Each process is a copy of one that was idle, and pages that a copy did not write to are
        not its own; so what an idle one has is taken off every one.
        """
        members, taken = self.members(), 0
        for process in members:
            with contextlib.suppress(psutil.Error):
                info = process.memory_info()
                taken += max(0, info.rss - getattr(info, "shared", 0) - self.idle)
        return taken, len(members)
