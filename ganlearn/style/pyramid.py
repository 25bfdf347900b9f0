"""From coarse to fine: large shapes are settled on small pictures, where a step costs little."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn.functional import interpolate

from ganlearn.errors import UserError
from ganlearn.style.pictures import least_size, scaled

STEP = math.sqrt(2)
"""From one scale to the next; the number of pixels doubles."""


def shapes(
    picture: tuple[int, int], size: int, scales: int, smallest: int
) -> list[tuple[int, int]]:
    """Height and width at every scale, the coarsest first.

    Args:
        picture: height and width of the content.
        size: pixels of the longer side at the finest scale.
        scales: at most so many; scales too small for the network are left out.
        smallest: pixels that the network needs on each side.

    Raises:
        UserError: when even the finest is too small, with a size that would do, or for no scale.

    Taught in chapter 11.
    """
    if scales < 1:
        raise UserError(f"The number of scales is {scales}; choose at least 1.")
    finest = scaled(picture, size)
    if min(finest) < smallest:
        enough = least_size(picture, smallest)
        raise UserError(
            f"At size {size} the picture has {finest[1]} x {finest[0]} pixels, and the network "
            f"needs {smallest} on each side; a size of {enough} is enough."
        )
    all_of_them = [scaled(picture, round(size / STEP**i)) for i in reversed(range(scales))]
    return [shape for shape in all_of_them if min(shape) >= smallest]


def share(steps: int, scales: int) -> list[int]:
    """Steps for each scale, as equal as whole numbers can be; what is left over goes to the
    coarse ones, where it costs least.

    Raises:
        UserError: for fewer than 0 steps.
    """
    if steps < 0:
        raise UserError(f"The number of steps is {steps}; choose at least 0.")
    return [steps // scales + (index < steps % scales) for index in range(scales)]


def enlarge(values: Tensor, shape: tuple[int, int]) -> Tensor:
    """Values (1, 3, h, w) at a finer scale, without overshoot: what was positive stays so."""
    return interpolate(values, shape, mode="bilinear", align_corners=False)
