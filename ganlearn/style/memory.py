"""How much memory a descent will take, asked before it begins."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psutil
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ganlearn.errors import UserError
from ganlearn.style.objective import Objective
from ganlearn.style.tiles import Tiled

PROBE = 64
"""Pixels on the side of the picture on which a step is watched."""

PASSING = 2
"""What a step takes at its peak, relative to what it keeps: gradients come and go."""

WORKING = 8
"""What a pass takes at its peak, relative to the largest result of one operation. Beside input and
output there are copies with other edges, other types and in a convolution's own order; 4.7 to 7.1
were measured for the three shipped networks."""

AMPLE = 2**15
"""Bytes a pixel beyond any network here; where there are as many, nothing has to be watched."""

PICTURE = 12
"""Bytes of a pixel: three colours in float32."""

SHARE = 0.8
"""Of the free memory that may be used; the pictures and the system need some, too."""


def fitting(
    objective: Objective, shape: tuple[int, int], device: torch.device, pictures: int = 0
) -> Objective:
    """The objective if a step fits into memory, else the same one by tiles.

    Args:
        objective: of the descent; one that works by tiles already stays as it is.
        shape: height and width of the picture.
        device: where it will run.
        pictures: how many of this size are kept beside, by an optimiser for example.

    Raises:
        UserError: when tiles are too large as well, with a size that would fit.

    Taught in chapter 11.
    """
    free, beside = SHARE * available(device), pictures * PICTURE * shape[0] * shape[1]
    if AMPLE * shape[0] * shape[1] + beside <= free:
        return objective
    if needed(objective, shape, device) + beside <= free:
        return objective
    if not isinstance(objective.extractor, Tiled):
        objective = replace(objective, extractor=Tiled(objective.extractor))
    takes = needed(objective, shape, device) + beside
    if takes > free:
        raise _too_large(shape, takes, free, device)
    return objective


def enough(
    one_pass: Callable[[Tensor], object], shape: tuple[int, int], device: torch.device
) -> None:
    """Make sure that a picture can pass through networks that learn nothing from it.

    A small picture is sent first; the largest result on its way decides, and grows with the pixels.

    Args:
        one_pass: what is done with a picture (1, 3, height, width) in [0, 1].
        shape: height and width of the large one.
        device: where it will be done.

    Raises:
        UserError: when it would not fit, with a size that would.

    Taught in chapter 12.
    """
    free = SHARE * available(device)
    if AMPLE * shape[0] * shape[1] <= free:
        return
    with torch.no_grad(), _Largest() as largest:
        one_pass(torch.full((1, 3, PROBE, PROBE), 0.5, device=device))
    takes = WORKING * largest.nbytes / PROBE**2 * shape[0] * shape[1]
    if takes > free:
        raise _too_large(shape, takes, free, device)


class _Largest(TorchDispatchMode):
    """Remembers the bytes of the largest result of any operation."""

    nbytes = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        for each in tree_leaves(result):
            if isinstance(each, Tensor):
                self.nbytes = max(self.nbytes, each.nbytes)
        return result


def _too_large(
    shape: tuple[int, int], takes: float, free: float, device: torch.device
) -> UserError:
    size = 16 * int(max(shape) * math.sqrt(free / takes) / 16)
    return UserError(
        f"A picture of {shape[1]} x {shape[0]} pixels would take about {takes / 2**30:.1f} GB, "
        f"and {free / 2**30:.1f} GB are free on {device}; choose a size of {size} or less."
    )


def needed(objective: Objective, shape: tuple[int, int], device: torch.device) -> int:
    """Bytes that a step of the descent takes at its peak, beyond the network's weights.

    A step on a small picture is watched. What it keeps for the gradient grows with the pixels.

    Args:
        objective: of the descent; its network is whole or works by tiles.
        shape: height and width of the picture.
        device: where it will run.

    Taught in chapter 11.
    """
    pixels = shape[0] * shape[1]
    network = objective.extractor
    if not isinstance(network, Tiled):
        return round(PASSING * _watch(objective, device).all * pixels)
    names = objective.extractor.check(objective.preset.layers)
    largest = max(
        tile.window(torch.empty(shape, device="meta")).numel()
        for tile in network.tiles(shape, names)
    )
    kept = _watch(replace(objective, extractor=network.extractor), device)
    # First the loss of all features, then the network tile by tile beside features and gradients.
    loss = (kept.all - kept.network + kept.features) * pixels
    return round(PASSING * max(loss, 2 * kept.features * pixels + kept.network * largest))


class _Kept(NamedTuple):
    """Bytes a pixel that wait for the backward pass."""

    network: float
    all: float
    features: float


def _watch(objective: Objective, device: torch.device) -> _Kept:
    """What a step on a small picture keeps; weights and their copies do not count."""
    side = max(PROBE, objective.smallest)
    picture = torch.full((1, 3, side, side), 0.5, device=device)
    content, styles = objective.content(picture), [objective.style(picture)]
    picture.requires_grad_()
    weights = {tensor.shape for tensor in objective.extractor.state_dict().values()}

    def bytes_of(compute: Callable[[], dict[str, Tensor]]) -> tuple[float, float]:
        storages: dict[int, int] = {}

        def note(tensor: Tensor) -> Tensor:
            if tensor.shape not in weights:
                storage = tensor.untyped_storage()
                storages[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            results = compute()
        result_bytes = sum(tensor.nbytes for tensor in results.values())
        return sum(storages.values()) / side**2, result_bytes / side**2

    network, features = bytes_of(lambda: objective.features(picture))
    everything, _ = bytes_of(lambda: objective.terms(picture, content, styles))
    return _Kept(network, everything, features)


def available(device: torch.device) -> int:
    """Bytes that are free on a device; in a container, no more than it may use."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    free = psutil.virtual_memory().available
    group = Path("/sys/fs/cgroup")
    try:
        allowed, used = ((group / f"memory.{name}").read_text() for name in ("max", "current"))
        return min(free, int(allowed) - int(used))
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return free
