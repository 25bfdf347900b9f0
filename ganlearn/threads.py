"""How many CPU threads torch computes with: the cores that nobody else is using.

A parallel loop is as slow as its slowest thread. A thread that shares its core with another
program comes back late, and by default the others wait for it *spinning*, which takes yet more
time from it: on two busy cores, two threads train a small network fifty times slower than one.
On idle cores they train a DCGAN 1.7 times faster. So ganlearn counts idle cores and takes no more
than that; and it makes the waiting short (``ganlearn/__init__.py``), for the case that another
program starts later. Measured in ``benchmarks/threads.py``.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import torch

from ganlearn.errors import UserError

FOUND = torch.get_num_threads()
"""What torch started with: the cores of the machine, or what the user told it."""

SAMPLE = 0.05
"""Seconds of watching; the operating system counts in hundredths."""


def settle(as_before: int | None = None) -> int:
    """Give torch a thread for every core that is idle now, at least one, and say how many.

    Called when :mod:`ganlearn.runtime` is imported and whenever a trainer is made, so a run keeps
    its number of threads from the first step to the last: another number sums in another order,
    and the last bit of a gradient depends on it. ``GANLEARN_THREADS=2`` fixes the number;
    ``OMP_NUM_THREADS``, which torch reads itself, is left in force.

    Args:
        as_before: the number that a run began with and now goes on with, if the machine has as
            many cores.

    Raises:
        UserError: when ``GANLEARN_THREADS`` is not a whole number from 1 on.
    """
    asked = os.environ.get("GANLEARN_THREADS")
    if asked is not None:
        if not asked.isdecimal() or int(asked) < 1:
            raise UserError(
                f"GANLEARN_THREADS is {asked!r}; set it to a whole number from 1 on, or unset it."
            )
        torch.set_num_threads(int(asked))
    elif "OMP_NUM_THREADS" not in os.environ and FOUND > 1:
        wanted = round(idle_cores()) if as_before is None else as_before
        torch.set_num_threads(max(1, min(FOUND, wanted)))
    return torch.get_num_threads()


def idle_cores() -> float:
    """Cores that no other process has used in the last twentieth of a second."""
    own = time.process_time()
    busy = sum(psutil.cpu_percent(interval=SAMPLE, percpu=True)) / 100
    own = (time.process_time() - own) / SAMPLE
    free = (psutil.cpu_count() or 1) - max(0.0, busy - own)
    return min(free, _quota())


def _quota() -> float:
    """Cores' worth of time that a container may use; torch sees only how many there are."""
    try:
        allowed, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        return float("inf")
    return float("inf") if allowed == "max" else int(allowed) / int(period)
