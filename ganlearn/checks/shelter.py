"""A place where a stranger's code runs without reaching the rest of the program."""

from __future__ import annotations

import contextlib
import ctypes
import random
import threading
from collections.abc import Iterator

import numpy as np
import torch


class TimeIsUp(BaseException):
    """Raised inside code that runs too long; not an Exception, so that no answer swallows it."""


@contextlib.contextmanager
def own_randomness(seed: int = 20140610) -> Iterator[None]:
    """Give the global random states a known start, and put them back afterwards."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002
    torch.random.default_generator.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    random.seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        random.setstate(states[2])


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`TimeIsUp` in the running thread when the block takes longer.

    The exception arrives between two Python instructions, on every system and in every thread,
    which a signal would not. A single call into C that never returns is not stopped.
    """
    thread, lock, over = threading.get_ident(), threading.Lock(), False

    def strike() -> None:
        with lock:
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(TimeIsUp)
                )

    timer = threading.Timer(seconds, strike)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over = True
        timer.cancel()
