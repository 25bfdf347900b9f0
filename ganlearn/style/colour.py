"""Whose colours the result has: the style's, or the content's in one of two ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.style.transport import whitening_colouring

LUMA = (0.299, 0.587, 0.114)
"""How much red, green and blue add to brightness (Rec. 601, as in YIQ and JPEG)."""

FLOOR = 1e-4
"""Least spread of colour that :func:`match` enlarges, relative to the greatest: see there."""


@dataclass(frozen=True)
class Colour:
    """A way to treat colour, in two steps around the transfer.

    Attributes:
        name: ``"style"``, ``"luminance"`` or ``"match"``.
        prepare: (style, content) to the style picture that the transfer is given.
        finish: (content, stylised) to the result.

    Taught in chapter 11.
    """

    name: str
    prepare: Callable[[Tensor, Tensor], Tensor] = lambda style, content: style
    finish: Callable[[Tensor, Tensor], Tensor] = lambda content, stylised: stylised


def luminance(content: Tensor, stylised: Tensor) -> Tensor:
    """The brightness of the stylised picture with the hues of the content.

    The content's colour is what it has beyond its own grey. It is laid on the stylised grey; where
    that would leave [0, 1] it is made paler, so that brightness and hue are both kept. Clamping
    would change both.

    Args:
        content: (n, 3, height, width) in [0, 1].
        stylised: the same shape and range.

    Returns:
        (n, 3, height, width) in [0, 1].

    Raises:
        UserError: when the two are of different shapes.

    Paper: Gatys et al. 2016, arXiv:1606.05897, section 4, which clamps. Taught in chapter 11.
    """
    if content.shape != stylised.shape:
        raise UserError(
            f"The content is {tuple(content.shape)} and the stylised picture "
            f"{tuple(stylised.shape)}; colours are put back place by place, so resize one."
        )
    grey = brightness(stylised)
    colour = content - brightness(content)
    room = (colour > 0) * (1 - grey) + (colour < 0) * grey
    share = room / colour.abs().clamp_min(1e-6)
    share = share.where(colour != 0, 1.0).amin(1, keepdim=True).clamp(0, 1)
    return (grey + share * colour).clamp(0, 1)  # only rounding is left to clamp


def match(picture: Tensor, target: Tensor) -> Tensor:
    """A picture recoloured: its pixels get the mean and the covariance of another's.

    Whitening and colouring of the pixels, taken as features with three channels. A grey picture
    has no colour to enlarge, only the noise of its file format: spreads below a ten-thousandth of
    the greatest are enlarged no further.

    Args:
        picture: (n, 3, height, width) in [0, 1].
        target: (n or 1, 3, any height, any width) in [0, 1].

    Returns:
        (n, 3, height, width), clamped to [0, 1].

    Paper: Gatys et al. 2016, arXiv:1606.05897, section 5. Taught in chapter 11.
    """
    return whitening_colouring(picture, target, floor=FLOOR).clamp(0, 1)


def brightness(pictures: Tensor) -> Tensor:
    """The grey (n, 1, height, width) in [0, 1] of pictures (n, 3, height, width) in [0, 1].

    Taught in chapter 11.
    """
    return (pictures * pictures.new_tensor(LUMA).view(3, 1, 1)).sum(1, keepdim=True)


COLOURS = {
    colour.name: colour
    for colour in (
        Colour("style"),
        Colour("luminance", finish=luminance),
        Colour("match", prepare=match),
    )
}


def find(name: str) -> Colour:
    """A way to treat colour by its name.

    Raises:
        UserError: when there is none of this name.

    Taught in chapter 11.
    """
    if name not in COLOURS:
        raise UserError(f"There is no colour mode {name!r}; choose from {', '.join(COLOURS)}.")
    return COLOURS[name]
