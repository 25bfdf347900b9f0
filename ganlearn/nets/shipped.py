"""Small generators that come with the course already trained."""

from __future__ import annotations

import torch

from ganlearn.errors import UserError
from ganlearn.nets.dcgan import DCGANGenerator
from ganlearn.nets.stored import stored, stored_names


def shipped(name: str = "digits") -> DCGANGenerator:
    """A trained generator, in eval mode and frozen: it can be called at once.

    Args:
        name: one of ``shipped_names()``.

    Returns:
        A network from latents (n, latent) to pictures (n, channels, size, size) in [-1, 1].

    Raises:
        UserError: when there is none of this name, a file is missing, or the weights are not
            those that the card describes.

    Taught in chapter 01; how it was trained is the subject of chapters 02 to 04.
    """
    if name not in shipped_names():
        raise UserError(
            f"There is no shipped generator {name!r}; choose from {', '.join(shipped_names())}."
        )
    card, tensors = stored(name)
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        generator = DCGANGenerator(**card["network"])
    generator.load_state_dict(tensors, assign=True)
    return generator.eval().requires_grad_(False)


def shipped_names() -> tuple[str, ...]:
    """The generators that come with the course."""
    return stored_names("generator")
