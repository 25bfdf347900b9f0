"""The translators that come with the course already trained."""

from __future__ import annotations

import torch

from ganlearn.nets.stored import stored
from ganlearn.translate.unet import UNet

GLASS, EDGES = "photographs-to-glass", "edges-to-paintings"


def shipped(name: str = GLASS) -> tuple[UNet, int]:
    """A trained translator, in eval mode and frozen: it can be called at once.

    Args:
        name: ``"photographs-to-glass"`` takes pictures (n, 3, height, width) in [-1, 1], and
            ``"edges-to-paintings"`` outlines (n, 1, height, width), 1 on a line and -1 elsewhere.

    Returns:
        The network, which makes pictures (n, 3, height, width) in (-1, 1); and the side of the
        pictures it was trained on, in pixels.

    Raises:
        UserError: when there is none of this name, or its file is missing or not the one of the
            card.

    Taught in chapter 13.
    """
    card, tensors = stored(name)
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        network = UNet(**card["network"])
    network.load_state_dict(tensors, assign=True)
    return network.eval().requires_grad_(False), card["size"]
