"""Small conditional generators that come with the course already trained."""

from __future__ import annotations

import torch

from ganlearn.errors import UserError
from ganlearn.nets.stored import stored, stored_names
from ganlearn.nets.told_generators import ConditionalGenerator

KIND = "conditional generator"


def shipped_conditional(name: str = "digits-by-class") -> ConditionalGenerator:
    """A trained generator that is told a class, in eval mode and frozen.

    ``conditional.ask(generator, [3, 3, 3], random)`` makes what it is to be given.

    Args:
        name: of a shipped network whose card says that it is a conditional generator.

    Returns:
        A network from (noise | shares), (n, latent + classes), to pictures in [-1, 1].

    Raises:
        UserError: when there is none of this name, a file is missing, or the weights are not
            those that the card describes.

    Taught in chapter 07.
    """
    if name not in stored_names(KIND):
        raise UserError(
            f"There is no shipped conditional generator {name!r}; choose from "
            f"{', '.join(stored_names(KIND))}."
        )
    card, tensors = stored(name)
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        generator = ConditionalGenerator(**card["network"])
    generator.load_state_dict(tensors, assign=True)
    return generator.eval().requires_grad_(False)
