"""Asking a generator for classes, and laying out what comes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from ganlearn.errors import UserError
from ganlearn.nets import shares


def in_order(n: int, classes: int) -> Tensor:
    """n labels (n,), ascending, each class as often as the others to within one.

    Taught in chapter 07.
    """
    return torch.arange(n) * classes // n


def rows(pictures: Tensor, labels: Tensor) -> Tensor:
    """One row a class, as a single picture; points stay as they are.

    Args:
        pictures: (n, channels, height, width).
        labels: (n,). Every row is as long as the shortest.

    Returns:
        (1, channels, classes · (height + 1), columns · (width + 1)): a white line below and to the
        right of each.

    Taught in chapter 07.
    """
    if pictures.dim() != 4:
        return pictures
    pictures = pad(pictures, (0, 1, 0, 1), value=1.0)
    present = labels.unique()
    columns = min(int((labels == label).sum()) for label in present)
    lines = [torch.cat([*pictures[labels == label][:columns]], dim=2) for label in present]
    return torch.cat(lines, dim=1)[None]


def ask(generator: nn.Module, labels: Tensor | Sequence[int], random: torch.Generator) -> Tensor:
    """What to give a conditional generator to get these classes: fresh noise, then the classes.

    Args:
        generator: has ``latent`` and ``classes``.
        labels: (n,) whole numbers; or shares (n, classes) for mixtures of classes.
        random: where the noise comes from.

    Returns:
        (n, latent + classes).

    Raises:
        UserError: when the generator knows no classes, or a label is none of them.

    Taught in chapter 07.
    """
    if not hasattr(generator, "classes"):
        raise UserError("This generator was not trained with classes, so it cannot be asked.")
    y = torch.as_tensor(labels)
    if y.dim() != 2:
        y = shares(y, generator.classes)
    elif y.shape[1] != generator.classes:
        raise UserError(
            f"Mixtures are given as shares of {generator.classes} classes, one column each; got "
            f"{y.shape[1]} columns."
        )
    noise = torch.randn(len(y), generator.latent, generator=random, device=random.device)
    return torch.cat([noise, y.to(noise)], dim=1)
