"""Networks that stylise in one pass: called, kept, and found again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.files import whole
from ganlearn.style.transfer_network import Shares, TransferNetwork

FORMAT = 1


@dataclass(frozen=True, eq=False)
class FastStyle:
    """A trained network and how it was trained. Calling it stylises.

    Attributes:
        network: in eval mode.
        card: how it was trained, as JSON can hold it.
        trace: a row for every step of the training, as in :class:`ganlearn.style.Stylized`.

    Taught in chapter 12.
    """

    network: TransferNetwork
    card: dict[str, Any]
    trace: list[dict[str, float]] = field(default_factory=list)

    @torch.inference_mode()
    def __call__(self, pictures: Tensor, style: Shares = 0) -> Tensor:
        """Stylise in one pass, in bfloat16 where the device multiplies it in hardware.

        Args:
            pictures: (n, 3, height, width) in [0, 1], from 16 pixels a side; they may lie on
                another device.
            style: a style's number, or how much of each: (styles,), or (n, styles).

        Returns:
            (n, 3, height, width) in [0, 1], where the pictures are.
        """
        on = self.network.picture.weight.device
        with runtime.autocast(on, precision(on)):
            # A pixel's channels side by side: a fifth faster, but only without gradients.
            made = self.network(pictures.to(on, memory_format=torch.channels_last), style)
        return made.to(pictures.device)

    def save(self, path: str | Path) -> Path:
        """Write network and card to one ``.safetensors`` file, whole or not at all.

        Raises:
            UserError: when the path ends otherwise.
        """
        path = Path(path)
        if path.suffix != ".safetensors":
            raise UserError(f"A network is kept in a .safetensors file; {path} ends otherwise.")
        tensors = {key: value.cpu().half() for key, value in self.network.state_dict().items()}
        header = {"format": FORMAT, "card": self.card}
        with whole(path) as part:
            save_file(tensors, part, metadata={"ganlearn": json.dumps(header)})
        return path


def load_fast(path: str | Path, device: str | torch.device | None = None) -> FastStyle:
    """A network that :meth:`FastStyle.save` has written.

    Raises:
        UserError: when there is none, or the file is damaged or something else.

    Taught in chapter 12.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"There is no network {path} (looked from {Path.cwd()}); check its name.")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})["ganlearn"])
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118
        if header["format"] != FORMAT:
            raise ValueError(f"format {header['format']}, and this ganlearn reads {FORMAT}")
        return built(header["card"], tensors, device)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as problem:
        raise UserError(
            f"{path} is damaged, or holds no fast network of ganlearn ({problem})."
        ) from None


def built(
    card: dict[str, Any], tensors: dict[str, Tensor], device: str | torch.device | None = None
) -> FastStyle:
    """A network from its card and its weights.

    Taught in chapter 12.
    """
    with torch.device("meta"):
        network = TransferNetwork(**card["network"])
    network.load_state_dict(tensors, assign=True)
    return FastStyle(network.to(runtime.device(device)).eval().requires_grad_(False), card)


def precision(on: torch.device) -> str:
    """In which numbers such a network computes on a device: ``"bfloat16"`` where that is fast."""
    return "bfloat16" if runtime.bfloat16_is_fast(on) else "float32"
