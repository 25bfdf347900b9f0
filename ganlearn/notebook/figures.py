"""Pictures with words for who cannot see them."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING, Any

from IPython.display import display
from PIL import Image

from ganlearn.notebook.words import in_browser

if TYPE_CHECKING:
    from matplotlib.figure import Figure


UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip: rect(0, 0, 0, 0)"
"""The usual way to write for screen readers alone; JupyterLab lets all of it through."""


def show(figure: Any, alt: str, *, dpi: int = 80) -> None:
    """Display a figure or a picture as PNG, with words that say what it shows.

    The words go out as the plain-text form of the output, so that a terminal and strict nbval
    (which compares text and never pixels) get them. JupyterLab gives pictures no alternative text,
    so they follow once more as a line that is read aloud and not seen.

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
    if in_browser():
        display({"text/html": f'<div style="{UNSEEN}">Figure: {escape(alt)}</div>'}, raw=True)


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
