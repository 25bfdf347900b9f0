"""What a chapter shows and what it claims: the two sentences every notebook is made of."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from IPython.display import display
from PIL import Image

from ganlearn import runtime

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STANDS, FAILS, UNTRIED = "✓", "✗", "·"


class ClaimFailed(AssertionError):
    """A sentence of the text is not true on this machine; the message has the measured value."""


def show(figure: Any, alt: str, *, dpi: int = 80) -> None:
    """Display a figure or a picture as PNG, with words that say what it shows.

    The words go out as the plain-text form of the output, so that a terminal, a screen reader and
    strict nbval (which compares text and never pixels) all get them.

    Args:
        figure: a matplotlib figure, which is closed afterwards, or a PIL image.
        alt: what a reader who cannot see it should know; one or two sentences.
        dpi: dots an inch of a matplotlib figure.

    Raises:
        ValueError: when ``alt`` is empty.
    """
    if not alt.strip():
        raise ValueError("A figure needs words for readers who cannot see it: show(figure, alt=…).")
    png = io.BytesIO()
    if hasattr(figure, "savefig"):
        figure = _drawn(figure, dpi)
    figure.save(png, "png", optimize=True)
    display(
        {"image/png": png.getvalue(), "text/plain": f"[figure: {alt}]"},
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )


def _drawn(figure: Figure, dpi: int) -> Image.Image:
    """A matplotlib figure as a picture of 256 colours: a third of the bytes, no difference seen.

    Pillow's median cut alone spends its colours where most pixels are, and a cat's green eyes come
    out brown; a few steps of k-means mend that, and skies stay smooth.
    """
    import matplotlib.pyplot as plt

    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=dpi, bbox_inches="tight")
    plt.close(figure)  # or the inline backend draws it a second time
    return Image.open(png).convert("RGB").quantize(256, kmeans=2)


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


def predict(
    question: str,
    *,
    choices: Mapping[str, str],
    guess: str | None,
    answer: str,
    why: Mapping[str, str],
) -> None:
    """Score a prediction that the reader commits before running what comes next.

    Args:
        question: what will happen.
        choices: letter to what could happen.
        guess: the reader's letter; ``None`` prints the question and asks for one.
        answer: the letter that turns out right.
        why: letter to the thought behind it, and where that thought leads.

    Raises:
        ValueError: when the guess is none of the letters.
    """
    if guess is None:
        print(f"Predict: {question}")
        for letter, text in choices.items():
            print(f"  {letter}) {text}")
        print("Set `guess` to a letter and run this cell again, then read on.")
    elif guess not in choices:
        raise ValueError(f"Your guess {guess!r} is none of {', '.join(choices)}.")
    else:
        verdict = f"{STANDS} Right." if guess == answer else f"{FAILS} It will be {answer}."
        print(f"{verdict} You chose {guess}: {why[guess]}")
