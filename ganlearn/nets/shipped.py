"""Small generators that come with the course already trained."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load

from ganlearn.errors import UserError
from ganlearn.nets.dcgan import DCGANGenerator

FOLDER = Path(__file__).parents[1] / "weights"
"""Each generator is two files there: ``NAME.safetensors`` and its model card ``NAME.json``."""


def shipped(name: str = "digits") -> DCGANGenerator:
    """A trained generator, in eval mode and frozen: it can be called at once.

    Args:
        name: one of ``shipped_names()``.

    Returns:
        A network from latents (n, latent) to pictures (n, channels, size, size) in [-1, 1], in
        float32; the file holds 16-bit numbers.

    Raises:
        UserError: when there is none of this name, a file is missing, or the weights are not
            those that the card describes.

    Taught in chapter 01; how it was trained is the subject of chapters 02 to 04.
    """
    card = model_card(name)
    content = _read(f"{name}.safetensors")
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise UserError(
            f"The weights {name}.safetensors are not those of their model card {name}.json; "
            f"install ganlearn again, or make both anew: python -m ganlearn.weights.make {name}."
        )
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        generator = DCGANGenerator(**card["network"])
    tensors = {
        key: tensor.float() if tensor.is_floating_point() else tensor
        for key, tensor in load(content).items()
    }
    generator.load_state_dict(tensors, assign=True)
    return generator.eval().requires_grad_(False)


def model_card(name: str) -> dict[str, Any]:
    """How a shipped generator was made, what it can do and what it cannot.

    Raises:
        UserError: when there is none of this name.
    """
    if name not in shipped_names():
        raise UserError(
            f"There is no shipped generator {name!r}; choose from {', '.join(shipped_names())}."
        )
    return json.loads(_read(f"{name}.json").decode("utf-8"))


def shipped_names() -> tuple[str, ...]:
    """The generators that come with the course."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def _read(file: str) -> bytes:
    try:
        return (FOLDER / file).read_bytes()
    except OSError:
        raise UserError(
            f"The file {file} is missing from {FOLDER}; install ganlearn again."
        ) from None
