"""What happens when an answer is tried on one case."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganlearn.checks.shelter import TimeIsUp, own_randomness

HERE = str(Path(__file__).parent.parent)
PYTHON = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib"))


@dataclass(frozen=True)
class Outcome:
    """What the probe saw in one case.

    Attributes:
        value: what it returned.
        gradients: of the value with respect to each input that requires one, None where nothing
            flows; a value with several elements is first weighted by fixed random numbers.
        error: what was raised instead.
        changed_inputs: a tensor among the inputs is not what it was.
        changed_random_state: torch's global generator is not where it was.
    """

    value: Any = None
    gradients: tuple[Tensor | None, ...] = ()
    error: BaseException | None = None
    changed_inputs: bool = False
    changed_random_state: bool = False


def observe(
    probe: Callable[..., Any], answer: Any, case: Sequence[Any], untouched: Sequence[Any]
) -> Outcome:
    """Try an answer on one case, sheltered from the global random state.

    Args:
        probe: (answer, *case) to what is looked at.
        answer: the student's, or the reference, or a mistake.
        case: the arguments; may be spoilt.
        untouched: the same arguments once more, to compare with.
    """
    with own_randomness(), torch.enable_grad():
        state = torch.get_rng_state()
        try:
            value = probe(answer, *case)
            gradients = _gradients(value, case)
        except (Exception, TimeIsUp) as error:
            return Outcome(error=error)
        return Outcome(
            value,
            gradients,
            changed_inputs=any(map(_differ, case, untouched)),
            changed_random_state=not torch.equal(state, torch.get_rng_state()),
        )


def _gradients(value: Any, case: Sequence[Any]) -> tuple[Tensor | None, ...]:
    leaves = [x for x in case if isinstance(x, Tensor) and x.requires_grad and x.is_leaf]
    if not leaves or not isinstance(value, Tensor):
        return ()
    if not value.requires_grad:
        return (None,) * len(leaves)
    # A result of permute lies differently in memory, and random numbers are filled in as it lies.
    weights = torch.ones_like(value, memory_format=torch.contiguous_format)
    if value.numel() > 1:
        weights.normal_(generator=torch.Generator(value.device).manual_seed(1))
    return torch.autograd.grad(value, leaves, weights, allow_unused=True)


def _differ(a: Any, b: Any) -> bool:
    return isinstance(a, Tensor) and not (
        a.shape == b.shape
        and torch.allclose(a.detach(), b.detach(), rtol=0, atol=0, equal_nan=True)
    )


def place_of(error: BaseException) -> str:
    """Where in the answer an error arose, in words: ``in line 3 (`x = a @ b`)``, or nothing.

    The last line that is neither this library's nor a package's is the student's.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((HERE, *PYTHON))
    ]
    if not frames:
        return ""
    line = f" (`{frames[-1].line}`)" if frames[-1].line else ""
    return f" in line {frames[-1].lineno}{line}"
