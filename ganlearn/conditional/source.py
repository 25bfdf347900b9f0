"""Data whose samples carry their class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn import data
from ganlearn.data import SCHOOLS, Dataset, Mixture
from ganlearn.data.source import changed
from ganlearn.errors import UserError
from ganlearn.nets import shares, with_planes


@dataclass(frozen=True)
class Labelled:
    """A source whose samples carry their class: behind the channels one plane a class.

    Attributes:
        of: a labelled :class:`ganlearn.data.Dataset`, or a mixture, whose modes are the classes.

    Raises:
        UserError: when the samples have no labels.

    Taught in chapter 07.
    """

    of: Dataset | Mixture

    def __post_init__(self) -> None:
        if isinstance(self.of, Dataset) and self.of.labels is None:
            raise UserError(
                f"The dataset {self.of.name!r} has no labels, so nobody can be told a class; take "
                f"one with labels, such as data.digits()."
            )

    @property
    def classes(self) -> int:
        """How many classes there are."""
        if isinstance(self.of, Mixture):
            return len(self.of)
        return len(self.of.label_names) or int(self.of.labels.max()) + 1

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample with its planes."""
        first, *rest = self.of.shape
        return (first + self.classes, *rest)

    def to(self, device: torch.device | str) -> Labelled:
        """The same source on another device."""
        return changed(self, of=self.of.to(device))

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """n samples with the planes of their classes, (n, *shape)."""
        samples, labels = self.of.draw_labelled(n, generator)
        return with_planes(samples, shares(labels, self.classes))


def digits_by_class(size: int = 16) -> Labelled:
    """The digits of :func:`ganlearn.data.digits`, each with its class. Taught in chapter 07."""
    return Labelled(data.digits(size))


def paintings_by_school(
    n: int, size: int = 32, seed: int = 0, schools: Sequence[str] = SCHOOLS
) -> Labelled:
    """The paintings of :func:`ganlearn.data.paintings`, each with its school.

    Args:
        n, size, seed, schools: as there.

    Taught in chapter 07.
    """
    return Labelled(data.paintings(n, size, seed, schools))
