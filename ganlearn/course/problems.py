"""What is wrong with a file of the course."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A file, a place in it and a sentence.

    Attributes:
        file: relative to the course's folder, with forward slashes.
        cell: counted from 1, text cells included; None for the whole file.
        sentence: what is wrong and, where it is not plain, what to do.
    """

    file: str
    cell: int | None
    sentence: str

    def __str__(self) -> str:
        return self.file + (f", cell {self.cell}" if self.cell else "") + f": {self.sentence}"
