"""Trained weights that come with the course: each is ``NAME.safetensors`` and a model card."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from safetensors.torch import load
from torch import Tensor

from ganlearn.errors import UserError

FOLDER = Path(__file__).parents[1] / "weights"


def stored(name: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The card and the weights of a network, in float32; the file holds 16-bit numbers.

    Raises:
        UserError: when there is none of this name, a file is missing, or the weights are not
            those that the card describes.
    """
    card = model_card(name)
    content = _read(f"{name}.safetensors")
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise UserError(
            f"The weights {name}.safetensors are not those of their model card {name}.json; "
            f"install ganlearn again, or make both anew: {card['command']}."
        )
    return card, {
        key: tensor.float() if tensor.is_floating_point() else tensor
        for key, tensor in load(content).items()
    }


def model_card(name: str) -> dict[str, Any]:
    """How a network was made, what it can do and what it cannot.

    Raises:
        UserError: when there is none of this name.
    """
    if name not in stored_names():
        raise UserError(
            f"There is no shipped network {name!r}; choose from {', '.join(stored_names())}."
        )
    return json.loads(_read(f"{name}.json").decode("utf-8"))


def stored_names(kind: str | None = None) -> tuple[str, ...]:
    """The networks that come with the course: all, or those whose card says they are of a kind.

    Args:
        kind: such as ``"generator"``.
    """
    names = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
    return names if kind is None else tuple(n for n in names if model_card(n)["kind"] == kind)


def _read(file: str) -> bytes:
    try:
        return (FOLDER / file).read_bytes()
    except OSError:
        raise UserError(
            f"The file {file} is missing from {FOLDER}; install ganlearn again."
        ) from None
