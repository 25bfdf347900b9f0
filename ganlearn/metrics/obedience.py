"""Does a conditional generator draw what it is asked for, and not always the same?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganlearn.errors import UserError


@dataclass(frozen=True)
class Obedience:
    """How often the class that was asked for is the class that is seen.

    Attributes:
        share: over all pictures, in [0, 1].
        by_class: (classes,) the same for each class; NaN for one that nobody asked for.
        seen: (classes, classes) counts: row asked, column seen.
    """

    share: float
    by_class: Tensor
    seen: Tensor


@torch.no_grad()
def obedience(classifier: nn.Module, pictures: Tensor, asked: Tensor) -> Obedience:
    """Compare the classes that were asked for with those that a classifier sees.

    The classifier must not have taken part in the training. It can be fooled, and it is not perfect
    on real pictures either: give those as well, and read the two beside each other.

    Args:
        classifier: pictures to logits (n, classes), in eval mode.
        pictures: (n, channels, size, size) in [-1, 1].
        asked: (n,) int64 class of each.

    Raises:
        UserError: when there is not one label a picture, or a label is no class.

    Taught in chapter 07.
    """
    if asked.shape != (len(pictures),):
        raise UserError(
            f"There are {len(pictures)} pictures and labels of shape {tuple(asked.shape)}; give "
            f"one label a picture."
        )
    device = next(classifier.parameters()).device
    said = torch.cat([classifier(part.to(device).float()) for part in pictures.split(512)])
    classes = said.shape[1]
    asked = asked.to(device)
    if not (asked.min() >= 0 and asked.max() < classes):
        raise UserError(
            f"The labels go from {int(asked.min())} to {int(asked.max())}, and the classifier "
            f"knows the classes 0 to {classes - 1}."
        )
    places = asked * classes + said.argmax(1)
    seen = torch.bincount(places, minlength=classes**2).view(classes, classes).cpu()
    right = seen.diagonal()
    return Obedience((right.sum() / seen.sum()).item(), right / seen.sum(1), seen)


@torch.no_grad()
def variety(pictures: Tensor, labels: Tensor, classes: int) -> Tensor:
    """How far two pictures of one class are apart: the root mean squared distance, (classes,).

    A generator that draws one picture a class has variety 0, however well it obeys. It is in the
    units of pixels, so compare it with that of real pictures.

    Args:
        pictures: (n, channels, size, size).
        labels: (n,) int64.
        classes: how many there are.

    Returns:
        NaN for a class with fewer than two pictures.

    Taught in chapter 07.
    """
    # The mean squared distance of two independent draws is twice their total variance.
    own = (pictures[labels == label].flatten(1).double() for label in range(classes))
    spread = [x.var(0).sum() if len(x) > 1 else torch.tensor(torch.nan) for x in own]
    return torch.stack([(2 * total).sqrt().float() for total in spread])
