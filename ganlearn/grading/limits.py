"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Of one notebook while it is graded.

    Attributes:
        cell_seconds: wall-clock time of one cell; then it is interrupted.
        notebook_seconds: wall-clock time of all cells together, restarts included.
        grace_seconds: time that an interrupted cell gets to stop before its process is ended.
        memory_mb: memory beyond what an idle process takes, all its processes together.
        processes: how many a notebook may start.
        file_mb: size of one file that it writes; its whole scratch folder holds four such files.
        output_kb: text and pictures that one cell may put out; the rest is cut off.
        notebook_mb: size of the submitted file, outputs included.
        restarts: how often a notebook goes on after a cell that ended its process.
    """

    cell_seconds: float = 60.0
    notebook_seconds: float = 600.0
    grace_seconds: float = 3.0
    memory_mb: int = 2048
    processes: int = 32
    file_mb: int = 64
    output_kb: int = 1024
    notebook_mb: int = 200
    restarts: int = 3
