"""Painters written in code: endless pictures in several schools, with labels and exact edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from tqdm import tqdm

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
from ganlearn.data.pixels import check_size
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


@dataclass(frozen=True, eq=False)
class Painting:
    """A batch of pictures of one school.

    Attributes:
        pictures: (n, 3, size, size) in [-1, 1].
        edges: (n, 1, size, size) of 0 and 1, the outlines of the regions that were painted: 1
            where the pixel to the right or below belongs to another region.
    """

    pictures: Tensor
    edges: Tensor


def paint(school: str, n: int, size: int, generator: torch.Generator) -> Painting:
    """n pictures of one school, on the generator's device.

    Generators in the same state give the same compositions at every size; on a CPU a shorter
    batch is the beginning of a longer one.

    Args:
        school: one of ``SCHOOLS``.
        n: how many.
        size: pixels on a side, at least 8.

    Raises:
        UserError: for an unknown school, a count below 1 or a size that is too small or too large.

    Taught in chapter 04.
    """
    check(n, size, [school])
    pictures = torch.empty(n, 3, size, size, device=generator.device)
    edges = torch.empty(n, 1, size, size, device=generator.device)
    with progress.bar(total=n, title=f"painting {school}", unit="picture") as bar:
        paint_into(pictures, edges, school, generator, bar)
    return Painting(pictures, edges)


def paintings(n: int, size: int = 32, seed: int = 0, schools: Sequence[str] = SCHOOLS) -> Dataset:
    """A dataset of n paintings to which every school gives the same number, give or take one.

    Args:
        n: how many in all, at least one a school.
        size: pixels on a side, at least 8.
        seed: of the compositions; the same seed gives the same ones at every size.
        schools: which; picture i is of school ``i % len(schools)``, and that is its label.

    Returns:
        pictures (n, 3, size, size) in [-1, 1], labels in the order of ``schools``.

    Raises:
        UserError: for an unknown school, fewer pictures than schools or a size out of range.

    Taught in chapter 04.
    """
    return paintings_with_edges(n, size, seed, schools)[0]


def paintings_with_edges(
    n: int, size: int = 32, seed: int = 0, schools: Sequence[str] = SCHOOLS
) -> tuple[Dataset, Tensor]:
    """What :func:`paintings` returns, and the edges (n, 1, size, size) of the same pictures.

    Taught in chapter 13.
    """
    check(n, size, schools)
    pictures, edges = torch.empty(n, 3, size, size), torch.empty(n, 1, size, size)
    with progress.bar(total=n, title="painting", unit="picture") as bar:
        for label, school in enumerate(schools):
            # A school's seed does not depend on which other schools are painted.
            own = runtime.generator(seed * 1_000 + SCHOOLS.index(school))
            mine = slice(label, None, len(schools))
            paint_into(pictures[mine], edges[mine], school, own, bar)
    labels = torch.arange(n) % len(schools)
    return Dataset(pictures, labels, tuple(schools), f"paintings {size} px"), edges


def paint_into(
    pictures: Tensor, edges: Tensor, school: str, generator: torch.Generator, bar: tqdm
) -> None:
    """Fill pictures (n, 3, size, size) and edges (n, 1, size, size) with works of one school."""
    size = pictures.shape[-1]
    at_once = max(1, PIXELS_AT_ONCE // size**2)
    for some, their_edges in zip(pictures.split(at_once), edges.split(at_once), strict=True):
        rows = torch.rand(len(some), NUMBERS, generator=generator, device=generator.device)
        canvas = Canvas(len(some), size, generator.device)
        PAINTERS[school](canvas, Dice(rows))
        some.copy_(canvas.colours.clamp_(0, 1).mul_(2).sub_(1))
        their_edges.copy_(canvas.edges())
        bar.update(len(some))


def check(n: int, size: int, schools: Sequence[str]) -> None:
    """What was asked for can be painted.

    Raises:
        UserError: when it cannot.
    """
    check_size(size, least=8)
    for school in schools:
        if school not in PAINTERS:
            raise UserError(f"There is no school {school!r}; choose from {', '.join(SCHOOLS)}.")
    if not schools or n < len(schools):
        raise UserError(
            f"Asked for {n} paintings of {len(schools)} schools; ask for at least 1 school and at "
            f"least 1 painting of each."
        )
