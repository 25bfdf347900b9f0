"""Labels as networks take them: shares of classes, and planes behind the channels of a sample.

Labels come as **shares** (n, classes): a row is 1 at its class and 0 elsewhere, and may also be a
mixture such as half a 3 and half an 8. A generator reads them from the last columns of what it is
given, ``z = (noise | shares)``. A discriminator reads them from the last channels of a sample: one
plane a class, which holds that class's share at every place.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlearn.errors import UserError


def shares(labels: Tensor, classes: int) -> Tensor:
    """Class numbers as rows with a 1 at the class: (n,) to (n, classes), float32.

    Args:
        labels: (n,) whole numbers from 0 to classes - 1.
        classes: how many there are.

    Raises:
        UserError: when the labels are no whole numbers, or one is no class.

    Taught in chapter 07.
    """
    if labels.dim() != 1 or labels.dtype not in (torch.int64, torch.int32, torch.uint8):
        raise UserError(
            f"Labels are whole numbers, one a sample, (n,); got shape {tuple(labels.shape)} of "
            f"type {labels.dtype}."
        )
    if labels.numel() and not (labels.min() >= 0 and labels.max() < classes):
        raise UserError(
            f"The labels go from {int(labels.min())} to {int(labels.max())}, and the {classes} "
            f"classes are counted from 0 to {classes - 1}."
        )
    return nn.functional.one_hot(labels.long(), classes).float()


def with_planes(x: Tensor, y: Tensor) -> Tensor:
    """Samples with one plane a class behind their channels.

    Args:
        x: (n, channels, *places): pictures, or points (n, dimension).
        y: shares (n, classes).

    Returns:
        (n, channels + classes, *places).

    Paper: Mirza and Osindero 2014, arXiv:1411.1784. Taught in chapter 07.
    """
    planes = y.reshape(*y.shape, *[1] * (x.dim() - 2)).expand(*y.shape, *x.shape[2:])
    return torch.cat([x, planes.to(x.dtype)], dim=1)


def without_planes(pair: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """The two halves of :func:`with_planes`: samples, and shares (n, classes).

    Taught in chapter 07.
    """
    x, planes = pair.split([pair.shape[1] - classes, classes], dim=1)
    return x, planes.flatten(2)[:, :, 0] if planes.dim() > 2 else planes


def told(z: Tensor, latent: int, classes: int) -> tuple[Tensor, Tensor]:
    """What a conditional generator is given, in two: noise (n, latent) and shares (n, classes).

    Raises:
        UserError: when the columns are not so many.

    Taught in chapter 07.
    """
    if z.shape[-1] != latent + classes:
        raise UserError(
            f"A conditional generator takes {latent} columns of noise and {classes} of classes, "
            f"{latent + classes} in all; got {z.shape[-1]}. conditional.ask makes them."
        )
    return z[..., :latent], z[..., latent:]
