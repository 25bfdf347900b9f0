"""What a trainer may ask of the data, whatever they are."""

from __future__ import annotations

import copy
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from ganlearn.errors import UserError

T = TypeVar("T")


class Source(Protocol):
    """Anything that samples can be drawn from: a dataset, a mixture, a class of your own."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        ...

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """n samples (n, *shape), float32, on the device of the generator."""
        ...

    def to(self, device: torch.device | str) -> Source:
        """The same source for generators on another device."""
        ...


def check_same_device(where: torch.device, generator: torch.Generator) -> None:
    """Draws happen where the samples are; a copy at every step would hide a slow mistake.

    Raises:
        UserError: when the generator lives on another device.
    """
    theirs = generator.device
    if (where.type, where.index or 0) != (theirs.type, theirs.index or 0):
        raise UserError(
            f"The samples are on {where} and the random generator is on {theirs}; "
            f"move the source with .to({str(theirs)!r}) once, before drawing."
        )


def changed(frozen: T, **parts: object) -> T:
    """A copy of a frozen dataclass with other parts, which are known to fit and not checked."""
    twin = copy.copy(frozen)
    for name, part in parts.items():
        object.__setattr__(twin, name, part)
    return twin
