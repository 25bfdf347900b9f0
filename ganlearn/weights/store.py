"""Put a trained network into the folder of weights, with its card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from safetensors.torch import save
from torch import Tensor

from ganlearn.files import whole
from ganlearn.nets.stored import FOLDER
from ganlearn.provenance import provenance


def put(
    state: dict[str, Tensor], card: dict[str, Any], score: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Write ``NAME.safetensors`` and ``NAME.json``, each whole or not at all.

    Args:
        state: what is to be stored, with 16 bits a number.
        card: begins with ``name`` and ``kind``, holds the ``command`` and all that was decided;
            where, when and with what it was trained is added here.
        score: measures what was stored, so after the rounding; called when it can be loaded.

    Returns:
        The card as it was written.
    """
    content = save(half(state))
    write(f"{card['name']}.safetensors", content)
    card = {**card, **provenance(), "sha256": hashlib.sha256(content).hexdigest()}
    write(f"{card['name']}.json", as_json(card))
    card["score"] = score()
    write(f"{card['name']}.json", as_json(card))
    return card


def half(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same numbers with 16 bits each; counters stay whole numbers."""
    return {
        key: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for key, tensor in state.items()
    }


def as_json(card: dict[str, Any]) -> bytes:
    """A card as it lies in the repository."""
    return (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode()


def write(name: str, content: bytes) -> None:
    """Put a file into the folder of weights, whole or not at all."""
    with whole(FOLDER / name) as part:
        part.write_bytes(content)
