"""Painters written in code: endless pictures in several schools, with labels and exact edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn import progress, runtime
from ganlearn.data.dataset import Dataset
from ganlearn.data.paintings.canvas import NUMBERS, Canvas, Dice
from ganlearn.data.paintings.discs import discs
from ganlearn.data.paintings.dots import dots
from ganlearn.data.paintings.fields import fields
from ganlearn.data.paintings.glass import glass
from ganlearn.data.paintings.grids import grids
from ganlearn.data.paintings.leaves import leaves
from ganlearn.data.paintings.planes import planes
from ganlearn.data.paintings.waves import waves
from ganlearn.errors import UserError

PAINTERS: dict[str, Callable[[Canvas, Dice], None]] = {
    "grids": grids,
    "discs": discs,
    "fields": fields,
    "waves": waves,
    "dots": dots,
    "leaves": leaves,
    "planes": planes,
    "glass": glass,
}
SCHOOLS = tuple(PAINTERS)
"""The schools, in the order of their labels."""

PIXELS_AT_ONCE = 2**16  # enough to be quick, few enough to stay in a core's cache


@dataclass(frozen=True)
class Painting:
    """A batch of pictures of one school.

    Attributes:
        pictures: (n, 3, size, size) in [-1, 1].
        edges: (n, 1, size, size) of 0 and 1: the outlines of the regions that were painted.
    """

    pictures: Tensor
    edges: Tensor


def paint(school: str, n: int, size: int, generator: torch.Generator) -> Painting:
    """n pictures of one school, on the generator's device.

    The same generator state gives the same compositions at every size, and the first pictures of
    a longer batch.

    Args:
        school: one of ``SCHOOLS``.
        n: how many.
        size: pixels on a side, at least 8.

    Raises:
        UserError: for an unknown school, a count below 1 or a size below 8.

    Taught in chapter 04.
    """
    if school not in PAINTERS:
        raise UserError(f"There is no school {school!r}; choose from {', '.join(SCHOOLS)}.")
    if n < 1 or size < 8:
        raise UserError(
            f"Asked for {n} pictures of {size} pixels; at least 1 picture of at least 8 is needed."
        )
    pictures, edges = [], []
    at_once = max(1, PIXELS_AT_ONCE // size**2)
    for start in progress.bar(range(0, n, at_once), title=f"painting {school}", unit="batch"):
        count = min(at_once, n - start)
        rows = torch.rand(count, NUMBERS, generator=generator, device=generator.device)
        canvas = Canvas(count, size, generator.device)
        PAINTERS[school](canvas, Dice(rows))
        pictures.append(canvas.colours.clamp_(0, 1).mul_(2).sub_(1))
        edges.append(canvas.edges())
    return Painting(torch.cat(pictures), torch.cat(edges))


def paintings(n: int, size: int = 32, seed: int = 0, schools: Sequence[str] = SCHOOLS) -> Dataset:
    """A dataset of n paintings in which every school has the same share (give or take one).

    Args:
        n: how many in all, at least one a school.
        size: pixels on a side.
        seed: of the compositions; the same seed gives the same ones at every size.
        schools: which; picture i is of school ``i % len(schools)``, and so is its label.

    Returns:
        pictures (n, 3, size, size) in [-1, 1], labels in the order of ``schools``.

    Raises:
        UserError: for an unknown school, or fewer pictures than schools.

    Taught in chapter 04.
    """
    if n < len(schools) or not schools:
        raise UserError(
            f"Asked for {n} paintings of {len(schools)} schools; ask for at least one a school."
        )
    labels = torch.arange(n) % len(schools)
    samples = torch.empty(n, 3, size, size)
    for label, school in enumerate(schools):
        mine = labels == label
        own = runtime.generator(hash_of(seed, school))
        samples[mine] = paint(school, int(mine.sum()), size, own).pictures
    return Dataset(samples, labels, tuple(schools), f"paintings {size} px")


def hash_of(seed: int, school: str) -> int:
    """A seed for one school that does not depend on which other schools are painted."""
    return seed * len(SCHOOLS) + SCHOOLS.index(school)
