"""Words in a frame for a browser, the same words as text for everybody else.

A frame says what it means three times: in words, by a sign, and by its colour and border. So it
can be read aloud, printed in grey, and seen by who does not tell red from green.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from IPython import get_ipython
from IPython.display import display

STANDS, FAILS, UNTRIED = "✓", "✗", "·"


@dataclass(frozen=True)
class Look:
    """How a frame looks: colours as ``#rrggbb``, and a border that differs without colour, too.

    The colours of text and paper are both set, so that a dark theme changes neither.
    """

    text: str
    paper: str
    edge: str
    border: str


LOOKS = {
    STANDS: Look(text="#10402a", paper="#e9f6ef", edge="#1b7f4c", border="solid"),
    UNTRIED: Look(text="#33383d", paper="#f3f4f5", edge="#6b747c", border="dashed"),
    FAILS: Look(text="#5c2300", paper="#fdf1e7", edge="#b8500b", border="double"),
}
"""Sign to look."""


def frame(sign: str, title: str, lines: Iterable[tuple[str, str]] = ()) -> str:
    """A frame as HTML, the same wherever and whenever it is made.

    Args:
        sign: one of the signs above, which also chooses the colours.
        title: the first line, plain text; the sign is put before it.
        lines: (label, text) pairs below it, plain text; a label may be empty.
    """
    look = LOOKS[sign]
    style = (
        f"color: {look.text}; background-color: {look.paper}; border: 1px solid {look.edge}; "
        f"border-left: 6px {look.border} {look.edge}; border-radius: 4px; "
        "padding: 8px 12px; margin: 4px 0; max-width: 60em; font-size: 14px; line-height: 1.5"
    )
    rows = [f'<div style="font-weight: bold">{escape(f"{sign} {title}")}</div>']
    for label, text in lines:
        start = f"<strong>{escape(label)}:</strong> " if label else ""
        rows.append(f"<div>{start}{escape(text)}</div>")
    return f'<div role="status" style="{style}">{"".join(rows)}</div>'


def in_browser() -> bool:
    """Whether somebody listens who can show HTML: a kernel's front end and not a terminal."""
    return hasattr(get_ipython(), "kernel")


def say(text: str, html: str) -> None:
    """Show HTML in a notebook and the same words as text elsewhere.

    The notebook keeps both; GitHub, screen readers and strict nbval read either.
    """
    if in_browser():
        display({"text/plain": text, "text/html": html}, raw=True)
    else:
        print(text)
