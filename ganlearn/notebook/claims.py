"""A number in the text is a claim, and a claim that is not true fails."""

from __future__ import annotations

import math

from ganlearn import runtime
from ganlearn.notebook.words import FAILS, STANDS, UNTRIED


class ClaimFailed(AssertionError):
    """A sentence of the text is not true on this machine; the message has the measured value."""


def claim(
    sentence: str,
    value: float,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    equals: float | None = None,
    tolerance: float = 0.0,
    needs_training: bool = False,
) -> None:
    """Print a sentence of the text with its bound, or fail with the value that was measured.

    The printed line holds the bound and never the value, so it is the same on every machine on
    which the sentence is true, and no sentence can go stale.

    Args:
        sentence: what is claimed, in words, without the number.
        value: what was measured.
        at_least, at_most: bounds, inclusive.
        equals: an exact value, met to within ``tolerance`` (absolute).
        needs_training: the claim rests on a training run, which the smoke budget cuts short;
            it is then shown as not tried.

    Raises:
        ClaimFailed: when the value is out of bounds or not finite.
        ValueError: when no bound is given.
    """
    value = float(getattr(value, "detach", lambda: value)())
    bounds, true = [], math.isfinite(value)
    if at_least is not None:
        bounds.append(f"at least {at_least:g}")
        true &= value >= at_least
    if at_most is not None:
        bounds.append(f"at most {at_most:g}")
        true &= value <= at_most
    if equals is not None:
        bounds.append(f"{equals:g}" + (f" to within {tolerance:g}" if tolerance else ""))
        true &= abs(value - equals) <= tolerance
    if not bounds:
        raise ValueError("A claim needs a bound: at_least, at_most or equals.")
    line = f"{sentence}: {' and '.join(bounds)}"
    if needs_training and runtime.budget() == "smoke":
        print(f"{UNTRIED} {line} (not tried at the smoke budget)")
    elif true:
        print(f"{STANDS} {line}")
    else:
        raise ClaimFailed(f"{FAILS} {line}; measured {value:.4g}")
