"""Fast networks that are there when they are wanted: shipped, kept, or trained on the first use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch

from ganlearn import data, runtime
from ganlearn.errors import UserError
from ganlearn.nets.stored import stored
from ganlearn.style import colour as colours
from ganlearn.style import memory, pictures, stylized
from ganlearn.style.fast import FORMAT, FastStyle, built, load_fast
from ganlearn.style.fast_training import train_fast
from ganlearn.style.material import gather, several
from ganlearn.style.pictures import Picture, to_image
from ganlearn.style.regions import Mask
from ganlearn.style.stylized import Stylized

SHIPPED = "schools"
"""The network that comes with the course, for all schools of ``data.SCHOOLS`` in their order."""

STEPS = 600
"""How long a network for a painting is trained before it is kept."""


def schools(device: str | torch.device | None = None) -> FastStyle:
    """The shipped network for all schools of painters; style i is ``data.SCHOOLS[i]``.

    Raises:
        UserError: when its file is missing or not the one of the card.

    Taught in chapter 12.
    """
    return built(*stored(SHIPPED), device)


def fast_for(
    style: Picture | Sequence[Picture],
    *,
    steps: int = STEPS,
    device: str | torch.device | None = None,
) -> FastStyle:
    """A network for one or more styles; the first time, it is trained with a progress bar.

    It begins with the convolutions of :func:`schools`, which know how to paint already. Trained
    networks are kept in the folder ``fast`` of :func:`ganlearn.data.data_root`, by what the styles
    look like and not by what they are called. One whose training was stopped by Ctrl-C is trained
    on the next time.

    Args:
        style: what :func:`ganlearn.style.pictures.read` takes. For schools of painters alone it
            is :func:`schools`, which is there without training.
        steps: of training; a network that had as many is taken as it is.
        device: to compute on; the best one present when not given.

    Raises:
        UserError: for input that cannot be used, or a kept network that is damaged.

    Taught in chapter 12.
    """
    many = several(style)
    if all(_is_school(one) for one in many):
        return schools(device)
    path = kept_at(many)
    known = load_fast(path, device) if path.is_file() else None
    left = steps - (known.card["steps"] if known else 0)
    if left > 0:
        known = train_fast(many, steps=left, start=known or schools(device), device=device)
        known.save(path)
    return known


def kept_at(styles: Sequence[Picture]) -> Path:
    """The file of the network for styles, which need not be there yet.

    Taught in chapter 12.
    """
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for style in styles:
        image = to_image(pictures.read(style, 256))
        digest.update(repr(image.size).encode() + image.tobytes())
    return data.data_root() / "fast" / f"{digest.hexdigest()[:16]}.safetensors"


def stylize_fast(
    content: Picture,
    style: Picture | Sequence[Picture],
    strength: float = 1.0,
    *,
    size: int = 256,
    weights: Sequence[float] | None = None,
    masks: Sequence[Mask] | None = None,
    colour: str = "style",
    steps: int = STEPS,
    device: str | torch.device | None = None,
) -> Stylized:
    """A picture in one pass through a network that knows the style, see :func:`fast_for`.

    Args:
        content, style: what :func:`ganlearn.style.pictures.read` takes; several styles are mixed
            by mixing the numbers of the network's norms.
        strength: from 0, the content, to 1, what the network makes. In between the two are mixed
            pixel by pixel, for a network has learnt one strength alone.
        size: pixels of the result's longer side.
        weights: of the styles, equal when not given; only their proportions matter. Masks take
            their place.
        masks: one for each style, where in the result it goes; see :mod:`ganlearn.style.regions`.
        colour: ``"style"``, ``"luminance"`` or ``"match"``; see :mod:`ganlearn.style.colour`.
        steps: of training, when there is no network yet. Ctrl-C ends it early; the result is then
            not ``finished``.
        device: to compute on; the best one present when not given.

    Raises:
        UserError: for input that cannot be used.

    Paper: Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155; Dumoulin, Shlens and Kudlur 2017,
    arXiv:1610.07629. Taught in chapter 12.
    """
    recipe = stylized.recipe_of("stylize_fast", locals())
    if not 0 <= strength <= 1:
        raise UserError(f"The strength is {strength}; choose a number from 0 to 1.")
    on, manner = runtime.device(device), colours.find(colour)
    material = gather(
        content,
        style,
        size,
        style_scale=1.0,
        weights=weights,
        masks=masks,
        colour=colours.find("style"),
        device=on,
    )
    network = fast_for(style, steps=steps, device=on)
    memory.enough(network, material.shape, on)
    places = _places(several(style))
    ground = material.content
    if material.masks is None:
        shares = torch.zeros(network.network.settings["styles"])
        for place, weight in zip(places, material.weights, strict=True):
            shares[place] += weight
        made = network(ground, shares)
    else:
        made = ground + sum(
            mask * (network(ground, place) - ground)
            for mask, place in zip(material.masks, places, strict=True)
        )
    made = ground.lerp(made, strength)
    # The network has its style already, so it is the result that is given the content's colours.
    result = manner.finish(ground, manner.prepare(made, ground))
    stopped = network.card.get("steps", steps) < steps  # the shipped network's card has no steps
    return Stylized(result.cpu(), recipe, finished=not stopped)


def _places(styles: Sequence[Picture]) -> Sequence[int]:
    """The numbers of styles in the network that :func:`fast_for` gives for them."""
    if all(_is_school(one) for one in styles):
        return [data.SCHOOLS.index(str(one)) for one in styles]
    return range(len(styles))


def _is_school(style: Picture) -> bool:
    """Whether a style is a school of painters by its name, and no file is called so."""
    return isinstance(style, str) and style in data.SCHOOLS and not Path(style).exists()
