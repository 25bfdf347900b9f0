"""Fence the running process in, as far as this system can."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ganlearn.grading import guard
from ganlearn.grading.limits import MEGABYTE, Limits

FULL, GUARDED = "full", "guarded"
SENTENCES = {
    FULL: "each notebook ran in a process with its own view: all files read only or hidden, "
    "no network, no other process in sight, limits on time, memory, processes and file size",
    GUARDED: "each notebook ran in a process of its own with limits on time and memory; this "
    "system gave it no view of its own, so files and network were refused inside Python only",
}
LIBRARY = Path(__file__).parents[1]
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "MPLBACKEND")
OURS = ("OMP_", "GANLEARN_", "CUDA_", "OPENBLAS_", "MKL_", "PYTHON")
PRIVATE = (".ssh", ".gnupg", ".aws", ".config", ".netrc", ".local/share/jupyter", ".jupyter")


def confine(level: str, limits: Limits, hidden: Sequence[Path], scratch: Path) -> None:
    """Limit what this process can use and reach; its folder and home become a scratch folder.

    Args:
        level: ``FULL`` (Linux namespaces) or ``GUARDED``.
        limits: on memory, files and processes; time is watched from outside.
        hidden: files and folders that it may not read.
        scratch: its folder when the level is ``GUARDED``; it must exist.

    Raises:
        OSError: when the level is ``FULL`` and this system does not allow it.
    """
    if hasattr(os, "setsid"):
        with contextlib.suppress(PermissionError):  # it leads its session already
            os.setsid()
    if level == FULL:
        from ganlearn.grading import namespaces

        tmp = not any(Path("/tmp") in folder.parents for folder in needed())
        covered = _apart(hidden, [Path("/tmp")] if tmp else [])
        namespaces.enter(needed(), covered, 4 * limits.file_mb, tmp)
        scratch = namespaces.SCRATCH
    _environment(scratch)
    _resources(limits, level)
    if level == GUARDED:
        guard.install(scratch, _apart(hidden, []))


def needed() -> list[Path]:
    """The folders of this Python, its packages and this library."""
    return [
        Path(folder).resolve()
        for folder in (sys.prefix, sys.base_prefix, Path(os.__file__).parent, LIBRARY)
    ]


def secrets(home: Path) -> list[Path]:
    """What is hidden of a home folder: all of it, or where Python lives in it, the usual keys."""
    if any(home in folder.parents for folder in needed()):
        return [home / name for name in PRIVATE if (home / name).is_dir()]
    return [home]


def _apart(hidden: Sequence[Path], covered: Sequence[Path]) -> list[Path]:
    """Folders to be covered: none that hides Python, none below another or what is covered."""
    chosen: list[Path] = []
    for folder in sorted({folder.resolve() for folder in hidden if folder.exists()}):
        above = {folder, *folder.parents}
        if not above & {*covered, *chosen} and not any(folder in p.parents for p in needed()):
            chosen.append(folder)
    return chosen


def _environment(scratch: Path) -> None:
    os.chdir(scratch)
    for name in list(os.environ):  # whoever started the grading may keep keys there
        if name not in KEPT and not name.startswith(OURS):
            del os.environ[name]
    for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR", "IPYTHONDIR"):
        os.environ[name] = str(scratch)
    tempfile.tempdir = str(scratch)


def _resources(limits: Limits, level: str) -> None:
    try:
        import resource
    except ImportError:  # Windows: the watch from outside is all there is
        return
    wanted = {
        "RLIMIT_FSIZE": limits.file_mb * MEGABYTE,
        "RLIMIT_CPU": int(2 * limits.notebook_seconds) + 10,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_CORE": 0,
    }
    if level == FULL:  # elsewhere the number counts all that this user runs
        wanted["RLIMIT_NPROC"] = limits.processes
    if Path("/proc/self/statm").exists():
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        taken = pages * resource.getpagesize()
        wanted["RLIMIT_AS"] = taken + limits.memory_mb * MEGABYTE
    for name, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))
