"""The folder of a run: what was trained, its state, its log, and a sheet of samples now and then.

run.json             the configuration and the shape of a sample
state.safetensors    everything that going on needs
log.jsonl            one line a report
samples/000400.png   what the generator made of the same latents after 400 steps
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from ganlearn.errors import UserError
from ganlearn.files import whole
from ganlearn.training import config as configs
from ganlearn.training import state
from ganlearn.training.config import Config

RECORD, LOG, SAMPLES = "run.json", "log.jsonl", "samples"


@dataclass(frozen=True)
class Run:
    """A run on disk.

    Attributes:
        folder: where it lies.
        config: what is trained.
        shape: of one sample.
    """

    folder: Path
    config: Config
    shape: tuple[int, ...]

    def write(self) -> None:
        """Make the folder and its record."""
        record = {"config": asdict(self.config), "shape": self.shape, "torch": torch.__version__}
        with whole(self.folder / RECORD) as part:
            part.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")

    def generator(self) -> tuple[nn.Module, int]:
        """The trained generator in eval mode, the averaged one if there is an average, and the
        number of steps it was trained for.

        Raises:
            UserError: when nothing was saved yet, or the state is not that of this run.
        """
        header, tensors = state.load(self.folder)
        generator, _ = configs.players(self.config, self.shape)
        player = "ema." if any(name.startswith("ema.") for name in tensors) else "generator."
        weights = {
            name.removeprefix(player): tensor
            for name, tensor in tensors.items()
            if name.startswith(player)
        }
        try:
            generator.load_state_dict(weights)
        except RuntimeError:
            raise UserError(
                f"The state in {self.folder} is of other networks than {RECORD} says."
            ) from None
        return generator.eval(), header["steps_taken"]


def exists(folder: Path) -> bool:
    """Whether there is a run, or a part of one, in the folder."""
    return any((folder / name).exists() for name in (RECORD, state.FILE, LOG))


def read(folder: str | Path) -> Run:
    """The run in a folder.

    Raises:
        UserError: when there is none, or its record is damaged.
    """
    folder = Path(folder)
    path = folder / RECORD
    if not path.exists():
        raise UserError(
            f"There is no run in {folder} ({RECORD} is missing); `ganlearn train` makes one."
        )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        kept = record["config"]
        config = configs.check(
            {table: kept[table] for table in configs.TABLES}, kept["name"], str(path)
        )
        return Run(folder, config, tuple(record["shape"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error}); start the run anew.") from None
