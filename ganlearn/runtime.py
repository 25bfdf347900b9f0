"""Where and how a computation runs: device, precision, threads, budget, randomness."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TypeVar

import torch

from ganlearn import threads
from ganlearn.errors import UserError

threads.settle()

T = TypeVar("T")

BUDGETS = ("smoke", "laptop", "full")


def budget() -> str:
    """How much work the reader's machine is given: ``smoke``, ``laptop`` or ``full``.

    Set by the environment variable ``GANLEARN_BUDGET``; ``laptop`` when it is not set. Smoke
    takes seconds and only shows that the code runs; laptop is about a minute a chapter on two
    CPU cores and is what the stored outputs show; full is meant for a GPU.

    Raises:
        UserError: when the variable names none of the three.
    """
    name = os.environ.get("GANLEARN_BUDGET", "laptop")
    if name not in BUDGETS:
        raise UserError(
            f"GANLEARN_BUDGET is {name!r}; choose one of {', '.join(BUDGETS)}, or unset it."
        )
    return name


def by_budget(*, smoke: T, laptop: T, full: T) -> T:
    """The value that belongs to the present budget: ``steps = by_budget(smoke=20, ...)``."""
    return {"smoke": smoke, "laptop": laptop, "full": full}[budget()]


def device(choice: str | torch.device | None = None) -> torch.device:
    """The device to compute on: ``choice``, else ``GANLEARN_DEVICE``, else the best one present.

    The order of preference is CUDA, then Apple's MPS, then the CPU.

    Raises:
        UserError: when a device is asked for that this machine does not have.
    """
    wanted = choice if choice is not None else os.environ.get("GANLEARN_DEVICE")
    if wanted is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(wanted)
    except RuntimeError:
        raise UserError(f"There is no device {wanted!r}; use cpu, cuda, cuda:1 or mps.") from None
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (found.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not present.get(found.type, False):
        raise UserError(
            f"The device {str(found)!r} is not on this machine; "
            f"leave GANLEARN_DEVICE unset or set it to cpu. `ganlearn doctor` shows what is here."
        )
    return found


def generator(seed: int, on: torch.device | str = "cpu") -> torch.Generator:
    """A source of random numbers of its own, so that nothing touches torch's global state."""
    return torch.Generator(device=on).manual_seed(seed)


def bfloat16_is_fast(on: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware (else autocast only costs time)."""
    if on.type == "cuda":
        return torch.cuda.get_device_capability(on) >= (8, 0)
    if on.type == "cpu":
        return torch.backends.mkldnn.is_available() and bool(
            getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
        )
    return False


def autocast(on: torch.device, precision: str) -> contextlib.AbstractContextManager:
    """A context in which matrix products run in bfloat16 when ``precision`` asks for it.

    Args:
        on: the device of the tensors.
        precision: ``"float32"`` or ``"bfloat16"``.
    """
    return torch.autocast(on.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Layers built inside draw their first weights from ``seed``; the global state is put back.

    ``torch.nn`` layers offer no generator argument, so torch's own CPU generator is borrowed.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
