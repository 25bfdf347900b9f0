"""What a run says of itself now and then, and its log: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from ganlearn.files import whole


@dataclass(frozen=True)
class Report:
    """How far a run is.

    Attributes:
        step: steps taken in all.
        images: real samples seen in all.
        seconds: spent in ``run`` since it was called.
        losses: mean of each player's loss since the last report.
        samples: (n, *shape) of fixed latents, on the device until somebody looks.
        signs: vital signs of the plain game at this step (:mod:`ganlearn.training.signs`).
        remark: a few words when something seems to be wrong (:mod:`ganlearn.training.doctor`).
    """

    step: int
    images: int
    seconds: float
    losses: dict[str, float]
    samples: Tensor
    signs: dict[str, float] = field(default_factory=dict)
    remark: str = ""

    def line(self) -> dict[str, Any]:
        """The report without its samples, as it stands in a log. Taught in chapter 05."""
        return {
            "step": self.step,
            "images": self.images,
            "seconds": round(self.seconds, 3),
            **{f"loss/{player}": loss for player, loss in self.losses.items()},
            **{f"sign/{name}": float(f"{value:.6g}") for name, value in self.signs.items()},
        }


def append(path: Path, line: Mapping[str, Any]) -> None:
    """Add one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read(path: str | Path) -> list[dict[str, Any]]:
    """The lines of a log in order, as dictionaries; a half-written last line is left out."""
    lines = []
    for text in Path(path).read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            break
    return lines


def cut_after(path: Path, step: int) -> None:
    """Forget the lines after ``step``: a restored run writes them again."""
    if path.exists():
        kept = [line for line in read(path) if line["step"] <= step]
        with whole(path) as part:
            part.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
