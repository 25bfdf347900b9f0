"""Where a translator learns from: pairs of pictures, or two collections."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ganlearn import data, progress
from ganlearn.data import SCHOOLS, Dataset, Source
from ganlearn.data.folder import picture_files, read, reason, some
from ganlearn.data.pixels import check_size, to_tensor
from ganlearn.errors import UserError
from ganlearn.translate.outlines import outlines

log = logging.getLogger("ganlearn")


def pairs(inputs: Tensor, targets: Tensor, name: str = "") -> Dataset:
    """Pairs as samples: the input's channels, then the target's.

    Args:
        inputs: (n, channels, height, width) in [-1, 1].
        targets: (n, other channels, height, width) in [-1, 1]; target i belongs to input i.
        name: for titles and messages.

    Raises:
        UserError: when the two differ in number or size.

    Taught in chapter 13.
    """
    if len(inputs) != len(targets) or inputs.shape[2:] != targets.shape[2:]:
        raise UserError(
            f"Pairs need as many inputs as targets, of the same size; "
            f"got {tuple(inputs.shape)} and {tuple(targets.shape)}."
        )
    return Dataset(torch.cat([inputs, targets], dim=1), name=name)


def edges_to_paintings(
    n: int, size: int = 32, seed: int = 0, schools: Sequence[str] = SCHOOLS
) -> Dataset:
    """Exact outlines (one channel, 1 on a line and -1 elsewhere) and the paintings they are of.

    Args:
        n, size, seed, schools: as in :func:`ganlearn.data.paintings`.

    Returns:
        samples (n, 1 + 3, size, size), labels of the schools.

    Taught in chapter 13.
    """
    painted, edges = data.paintings_with_edges(n, size, seed, schools)
    samples = torch.cat([edges * 2 - 1, painted.samples], dim=1)
    return Dataset(samples, painted.labels, painted.label_names, f"edges to paintings {size} px")


def folder_with_edges(path: str, size: int = 64) -> Dataset:
    """Your own pictures as targets, and the outlines that :func:`outlines` finds in them.

    Args:
        path, size: as in :func:`ganlearn.data.folder`.

    Returns:
        samples (n, 1 + 3, size, size).

    Taught in chapter 13.
    """
    pictures = data.folder(path, size).samples
    return pairs(outlines(pictures), pictures, Path(path).name)


def folder_of_pairs(path: str, size: int = 64) -> Dataset:
    """A folder with two subfolders: files of the same name are a pair.

    The subfolder that comes first by name holds the inputs. Suffixes may differ. A file that
    cannot be read is skipped together with its partner, and one sentence in the log names it.

    Args:
        path: of the folder.
        size: pixels on a side; the largest square in the middle is taken.

    Returns:
        samples (n, 3 + 3, size, size).

    Raises:
        UserError: when there are not two subfolders, or a file has no partner.

    Taught in chapter 13.
    """
    check_size(size)
    sides = two_subfolders(path)
    files = [
        {f.relative_to(side).with_suffix(""): f for f in picture_files(side)} for side in sides
    ]
    alone = sorted(files[0].keys() ^ files[1].keys())
    if alone:
        raise UserError(
            f"Pairs in {path} are files of the same name in {sides[0].name} and {sides[1].name}; "
            f"{some([str(name) for name in alone])} is in one of them only."
        )
    read_pairs, skipped = [], []
    for name in progress.bar(sorted(files[0]), title=f"reading {Path(path).name}", unit="pair"):
        try:
            read_pairs.append(torch.cat([to_tensor(read(side[name], size)) for side in files]))
        except Exception as problem:  # Pillow's readers raise every kind on a damaged file
            skipped.append(f"{name} ({reason(problem)})")
    if not read_pairs:
        raise UserError(f"None of the {len(skipped)} pairs in {path} can be read: {some(skipped)}.")
    if skipped:
        log.warning("Skipped %d pairs in %s: %s.", len(skipped), path, some(skipped))
    return Dataset(torch.stack(read_pairs), name=Path(path).name)


@dataclass(frozen=True, eq=False)
class Unpaired:
    """Two collections: a sample is any picture of one behind any picture of the other.

    Attributes:
        a, b: sources of pictures of the same size; channels may differ.

    Raises:
        UserError: when the sizes differ.

    Taught in chapter 13.
    """

    a: Source
    b: Source

    def __post_init__(self) -> None:
        if self.a.shape[1:] != self.b.shape[1:]:
            raise UserError(
                f"The two collections have pictures of {self.a.shape[1:]} and "
                f"{self.b.shape[1:]} pixels; read both at one size."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels of A + channels of B, height, width)."""
        return (self.a.shape[0] + self.b.shape[0], *self.a.shape[1:])

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """n samples (n, *shape), both sides drawn independently."""
        return torch.cat([self.a.draw(n, generator), self.b.draw(n, generator)], dim=1)

    def to(self, device: torch.device | str) -> Unpaired:
        """The same on another device."""
        return Unpaired(self.a.to(device), self.b.to(device))


def photographs_and_paintings(
    n: int, size: int = 32, seed: int = 0, schools: Sequence[str] = SCHOOLS
) -> Unpaired:
    """n pieces of photographs on side A, n paintings on side B; no two belong together.

    Args:
        n, size, seed, schools: as in :func:`ganlearn.data.photographs` and
            :func:`ganlearn.data.paintings`.

    Taught in chapter 13.
    """
    return Unpaired(data.photographs(size, n, seed), data.paintings(n, size, seed, schools))


def two_folders(path: str, size: int = 64) -> Unpaired:
    """A folder with two subfolders: two collections of your own.

    The subfolder that comes first by name is side A.

    Args:
        path: of the folder.
        size: pixels on a side.

    Raises:
        UserError: when there are not two subfolders.

    Taught in chapter 13.
    """
    a, b = two_subfolders(path)
    return Unpaired(data.folder(a, size), data.folder(b, size))


def two_subfolders(path: str | Path) -> tuple[Path, Path]:
    """The two folders in a folder, in the order of their names; hidden ones do not count.

    Raises:
        UserError: when there are more or fewer.
    """
    root = Path(path).expanduser()
    if not root.is_dir():
        raise UserError(f"There is no folder {root} (looked from {Path.cwd()}); check its name.")
    found = sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    if len(found) != 2:
        there = ", ".join(p.name for p in found) or "none"
        raise UserError(
            f"Two collections are two subfolders of {root}, such as a and b; there are "
            f"{len(found)} ({there})."
        )
    return found[0], found[1]
