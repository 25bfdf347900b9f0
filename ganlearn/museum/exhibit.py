"""What an exhibit of the museum is, and what one sees on a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Visit:
    """One run of an exhibit, ill or cured, from several seeds.

    Attributes:
        values: (members,) the symptom's number at the end, one a seed; the median of the
            last three reports.
        steps: at which it was measured on the way.
        curve: (len(steps), members) the number on the way.
        samples: (members, n, *shape) at the end; None where a run did not live to its end.
        real: (n, *shape) of the data.
        logs: for each member the lines of its log, as a trainer would have written them.
        doctor: for each member the names of the doctor's findings.
        name, cured: of the exhibit.
    """

    values: Tensor
    steps: list[int]
    curve: Tensor
    samples: Tensor | None
    real: Tensor
    logs: list[list[dict[str, Any]]] = field(repr=False)
    doctor: list[tuple[str, ...]] = field(default_factory=list)
    name: str = ""
    cured: bool = False


@dataclass(frozen=True)
class Exhibit:
    """A failure with its symptom, cause and cure.

    Attributes:
        name: by which it is switched on.
        symptom: what is measured, in words.
        ill: the number that every ill run reaches or goes beyond.
        well: the number that every cured run reaches or goes beyond, on the other side.
        cause: why it happens.
        cure: what is changed in the cured run.
        finding: how the doctor calls it; empty where the log does not show it.
        play: (seeds, first seed, cured) to what one sees.
        chapter: where it is explained.
    """

    name: str
    symptom: str
    ill: float
    well: float
    cause: str
    cure: str
    finding: str
    play: Callable[[int, int, bool], Visit]
    chapter: int = 5

    def failed(self, values: Tensor) -> Tensor:
        """Which of the numbers (members,) show the failure, as booleans. Taught in chapter 05."""
        return values >= self.ill if self.ill > self.well else values <= self.ill

    def recovered(self, values: Tensor) -> Tensor:
        """Which of the numbers (members,) are those of a cured run. Taught in chapter 05."""
        return values <= self.well if self.ill > self.well else values >= self.well
