"""A progress bar that is there for people and silent when a notebook is built or tested."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from tqdm.auto import tqdm


def wanted() -> bool:
    """Whether bars may be drawn: not when ``GANLEARN_PROGRESS=off`` (set by builds and tests)."""
    return os.environ.get("GANLEARN_PROGRESS", "on") != "off"


def bar(
    iterable: Iterable[Any] | None = None,
    *,
    total: int | None = None,
    title: str = "",
    unit: str = "it",
) -> tqdm:
    """A tqdm bar, a widget in a notebook and text in a terminal, that vanishes when it is done.

    A finished bar says nothing that the results do not say better, and its timings would make
    every stored notebook differ from the next run.
    """
    return tqdm(
        iterable, total=total, desc=title, unit=unit, leave=False, disable=not wanted(), delay=0.5
    )
