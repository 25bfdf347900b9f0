"""What a run says of itself now and then, and its log: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
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
    """

    step: int
    images: int
    seconds: float
    losses: dict[str, float]
    samples: Tensor


def append(path: Path, report: Report) -> None:
    """Add one report as a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {
        "step": report.step,
        "images": report.images,
        "seconds": round(report.seconds, 3),
        **{f"loss/{player}": loss for player, loss in report.losses.items()},
    }
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
