"""Where the system cannot fence a process in: refusals inside Python itself.

An audit hook cannot be taken out again, and sees every way by which Python code opens a file,
starts a program or connects. It does not see what C code does, for instance through ctypes; it
is a fence against accidents and pranks, and docs/instructors.md says so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
CHANGES = {  # event: which of its arguments are paths that would change
    **dict.fromkeys(("os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.chown"), (0,)),
    **dict.fromkeys(("os.truncate", "os.utime", "shutil.rmtree", "shutil.chown"), (0,)),
    **dict.fromkeys(("os.rename", "shutil.move"), (0, 1)),
    **dict.fromkeys(("os.link", "os.symlink", "shutil.copyfile", "shutil.copytree"), (1,)),
}
LOOKS = {"os.listdir", "os.scandir", "glob.glob"}
PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"}
NETWORK = {"socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo"}
SIGNALS = {"os.kill", "os.killpg"}
REFUSED = PROGRAMS | NETWORK | SIGNALS
COPIES = {"os.fork", "os.forkpty"}
own_copy = [False]
"""Set while the grader's own code makes a copy of the process."""


def install(scratch: Path, hidden: Sequence[Path]) -> None:
    """From now on this process writes only in its scratch folder, and asks nobody for help.

    Args:
        scratch: where it may write.
        hidden: folders in which it may not read either.
    """
    home = os.path.realpath(scratch)
    secrets = [os.path.realpath(folder) for folder in hidden]

    def inside(path: Any, folders: Sequence[str]) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        real = os.path.realpath(os.fsdecode(path))
        return any(real == folder or real.startswith(folder + os.sep) for folder in folders)

    def changes(path: Any) -> bool:
        harmless = isinstance(path, int) or path is None or os.fsdecode(path) == os.devnull
        return not harmless and not inside(path, [home])

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            refused = inside(path, secrets) or (bool(flags & WRITING) and changes(path))
        elif event in LOOKS:
            refused = inside(arguments[0], secrets)
        elif event in CHANGES:
            refused = any(changes(arguments[i]) for i in CHANGES[event])
        else:
            refused = (event in COPIES and not own_copy[0]) or event in REFUSED
        if refused:
            raise PermissionError(f"not allowed while a notebook is graded: {event}")

    sys.addaudithook(hook)
