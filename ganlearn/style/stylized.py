"""What a style transfer gives back: a picture that knows how it was made."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from ganlearn import recipe
from ganlearn.errors import UserError
from ganlearn.style import pictures
from ganlearn.style.features import Extractor
from ganlearn.style.presets import Preset
from ganlearn.style.statistics import Statistic


@dataclass(frozen=True, eq=False)
class Stylized:
    """A stylised picture.

    Attributes:
        pictures: (1, 3, height, width) in [0, 1], on the CPU.
        recipe: what it was made of and how, as JSON can hold it.
        trace: a row for every step: ``size`` in pixels, ``step``, the terms of the loss, and
            ``seconds`` since the start.
        finished: False when Ctrl-C ended it early.

    Taught in chapter 11.
    """

    pictures: Tensor
    recipe: dict[str, Any]
    trace: list[dict[str, float]] = field(default_factory=list)
    finished: bool = True

    @property
    def image(self) -> Image.Image:
        """The picture as 8-bit RGB."""
        return pictures.to_image(self.pictures)

    def save(self, path: str | Path) -> Path:
        """Write a PNG that holds recipe and trace, whole or not at all.

        :func:`ganlearn.recipe.read` gets them back.

        Raises:
            UserError: when ``path`` does not end in ``.png``.
        """
        return recipe.save(self.image, path, {**self.recipe, "trace": self.trace})


READ = 10  # a value that is read makes the device wait, so only one step in so many does it


class Trace:
    """The steps of a descent as they are taken; their losses are read now and then.

    Attributes:
        rows: as in :class:`Stylized`.

    Taught in chapter 11.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []
        self._unread: list[Tensor] = []
        self._start = time.perf_counter()

    def add(self, size: int, terms: dict[str, Tensor]) -> None:
        """A step has been taken at a size.

        Raises:
            UserError: when a term of this step, or of one shortly before, is not finite.
        """
        seconds = round(time.perf_counter() - self._start, 3)
        row = {"size": size, "step": len(self.rows) + 1, **dict.fromkeys(terms, math.nan)}
        self.rows.append({**row, "seconds": seconds})
        self._unread.append(torch.stack([term.detach().float() for term in terms.values()]))
        if len(self._unread) == READ:
            self.read()

    def read(self) -> None:
        """Fetch the losses of the last steps.

        Raises:
            UserError: when one is not finite.
        """
        if not self._unread:
            return
        values = torch.stack(self._unread).tolist()
        for row, numbers in zip(self.rows[-len(values) :], values, strict=True):
            names = [name for name in row if name not in ("size", "step", "seconds")]
            row.update({name: float(f"{x:.5g}") for name, x in zip(names, numbers, strict=True)})
            wrong = [name for name in names if not math.isfinite(row[name])]
            if wrong:
                raise UserError(
                    f"The {' and '.join(wrong)} of the loss is no longer finite at step "
                    f"{row['step']} ({row['size']} pixels); choose a smaller learning rate."
                )
        self._unread.clear()


def recipe_of(function: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What a function was called with, as JSON can hold it.

    Args:
        function: its name.
        arguments: its ``locals()`` before anything else is assigned; a callback is left out.

    Taught in chapter 11.
    """
    told = {name: _plain(value) for name, value in arguments.items() if name != "callback"}
    return {"made by": function, **told}


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; a picture, a network or a statistic by its name."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Preset):
        return {name: _plain(one) for name, one in vars(value).items()}
    if isinstance(value, (Extractor, Statistic)):
        return value.name
    return str(value) if isinstance(value, torch.device) else pictures.name(value)
