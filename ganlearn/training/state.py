"""Saving a run and going on from it, bit for bit."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ganlearn import threads
from ganlearn.errors import UserError
from ganlearn.files import whole
from ganlearn.training import log as logs

if TYPE_CHECKING:
    from ganlearn.training.trainer import Trainer

FILE = "state.safetensors"
FORMAT = 1


def save(trainer: Trainer, folder: Path) -> Path:
    """Write ``folder/state.safetensors``: networks, average, optimisers, random state, counters.

    The file is written under another name, flushed to the disk, and then renamed: whatever
    happens in between, a whole state is there.
    """
    trainer.meter.check()  # a spoilt run must not replace a good one
    path = folder / FILE
    header = {
        "format": FORMAT,
        "steps_taken": trainer.steps_taken,
        "settings": trainer.settings,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }
    tensors = {name: tensor.contiguous().cpu() for name, tensor in _tensors(trainer).items()}
    with whole(path) as part:
        save_file(tensors, part, metadata={"ganlearn": json.dumps(header)})
        with part.open("rb+") as file:  # Windows flushes only what may be written
            os.fsync(file.fileno())
    return path


def restore(trainer: Trainer, folder: Path) -> None:
    """Put what :func:`save` wrote back into a trainer built the same way."""
    header, saved = load(folder)
    _refuse_changed(header["settings"], trainer.settings, folder)
    _refuse_other_networks(saved, _tensors(trainer), folder)
    for player, optimiser in trainer.optimisers.items():
        _fill_optimiser(optimiser, _part(saved, f"optimiser.{player}"))
    for part, module in _modules(trainer).items():
        module.load_state_dict(_part(saved, part))
    for name, tensor in _counts(trainer).items():
        tensor.copy_(saved[f"meter.{name}"])
    trainer.random.set_state(saved["random"])
    trainer.steps_taken = header["steps_taken"]
    threads.settle(as_before=header.get("threads"))  # other numbers of threads sum otherwise
    if trainer.log:
        logs.cut_after(trainer.log, trainer.steps_taken)


def load(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors of a saved run.

    Raises:
        UserError: when there is none, or the file is damaged or of another format.
    """
    path = Path(folder) / FILE
    if not path.exists():
        raise UserError(f"There is no saved run in {folder} ({FILE} is missing).")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})["ganlearn"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError) as error:
        raise UserError(f"{path} is damaged or no saved run of ganlearn ({error}).") from None
    if header["format"] != FORMAT:
        raise UserError(f"{path} has format {header['format']}; this ganlearn reads {FORMAT}.")
    return header, tensors


def _tensors(trainer: Trainer) -> dict[str, Tensor]:
    """Every tensor of a run under a stable name, not copied."""
    parts = {part: module.state_dict() for part, module in _modules(trainer).items()}
    parts["meter"] = _counts(trainer)
    for player, optimiser in trainer.optimisers.items():
        parts[f"optimiser.{player}"] = {
            f"{index}.{key}": value
            for index, entry in optimiser.state_dict()["state"].items()
            for key, value in entry.items()
        }
    named = {f"{part}.{name}": t for part, content in parts.items() for name, t in content.items()}
    return {**named, "random": trainer.random.get_state()}


def _modules(trainer: Trainer) -> dict[str, nn.Module]:
    average = {"ema": trainer.ema.network} if trainer.ema else {}
    game = trainer.game
    return {"generator": game.generator, "discriminator": game.discriminator, **average}


def _counts(trainer: Trainer) -> dict[str, Tensor]:
    return {"sums": trainer.meter.sums, "counts": trainer.meter.counts}


def _part(saved: dict[str, Tensor], part: str) -> dict[str, Tensor]:
    start = f"{part}."
    return {name.removeprefix(start): t for name, t in saved.items() if name.startswith(start)}


def _fill_optimiser(optimiser: torch.optim.Optimizer, moments: dict[str, Tensor]) -> None:
    """Give an optimiser the saved moments; one that has not stepped yet has none to copy into."""
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in moments.items():
        index, key = name.split(".")
        parameter = parameters[int(index)]
        if tensor.shape == parameter.shape:
            # The fused optimiser walks through memory: a moment must lie there as its
            # parameter does, which for convolutions is channels last.
            tensor = torch.empty_like(parameter, requires_grad=False).copy_(tensor)
        state.setdefault(int(index), {})[key] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})


def _refuse_changed(saved: dict[str, Any], present: dict[str, Any], folder: Path) -> None:
    changed = [
        f"{key} was {saved.get(key)!r} and is {present.get(key)!r}"
        for key in sorted({*saved, *present})
        if saved.get(key) != present.get(key)
    ]
    if changed:
        raise UserError(
            f"The run in {folder} was made with other settings: {'; '.join(changed)}. "
            f"Use the same, or start anew in another folder."
        )


def _refuse_other_networks(
    saved: dict[str, Tensor], present: dict[str, Tensor], folder: Path
) -> None:
    """Compare names and shapes; the optimisers' moments only come with their first step."""
    ours, theirs = (
        {name: tensor.shape for name, tensor in tensors.items() if "optimiser" not in name}
        for tensors in (present, saved)
    )
    odd = sorted({name for name, _ in ours.items() ^ theirs.items()})
    if odd:
        raise UserError(
            f"{folder / FILE} holds a run of other networks: {odd[0]!r} does not fit. "
            f"Build the same networks, or start anew in another folder."
        )
