"""Linux: a process with its own view of files, network and processes, without being root.

What ``unshare`` and ``mount`` do, called directly, because which options those two programs know
differs from one distribution to the next.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
from collections.abc import Sequence
from pathlib import Path

USER, MOUNT, NETWORK, PROCESSES, MESSAGES = 1 << 28, 1 << 17, 1 << 30, 1 << 29, 1 << 27
READ_ONLY, NO_SUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8
BIND, RECURSIVE, PRIVATE = 1 << 12, 1 << 14, 1 << 18
MOUNT_SETATTR, AT_HERE, AT_RECURSIVE = 442, -100, 0x8000  # the call has one number everywhere
PARENT_DEATH, DROP_BOUND, NO_NEW_RIGHTS = 1, 24, 38
STRANGERS = range(61_000, 65_000)
"""Numbers of users that nobody has: root's notebooks run as one of them each."""
SHARED = Path("/dev/shm")
SCRATCH = SHARED / "work"


def enter(needed: Sequence[Path], hidden: Sequence[Path], scratch_mb: int, tmp: bool) -> None:
    """Leave the machine behind, except for reading; returns in a new process, number 1 of its own.

    Everything is read only, but for a scratch folder in memory; hidden folders look empty; there
    is no network, not even to this machine; other processes cannot be seen. The first process
    stays behind and ends as the new one ends; when the first is killed, so is the new one with
    all that it has started.

    Args:
        needed: folders that must stay readable: Python's and this library's.
        hidden: files and folders that look empty.
        scratch_mb: size of the scratch folder, ``SCRATCH``.
        tmp: whether ``/tmp`` is hidden as well, and may be written to.

    Raises:
        OSError: when this system does not allow it; the process is then in no state to be used.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _own_view(libc, needed)
    attributes = struct.pack("QQQQ", READ_ONLY, 0, 0, 0)
    _call(libc.syscall, MOUNT_SETATTR, AT_HERE, b"/", AT_RECURSIVE, attributes, len(attributes))
    for path in filter(Path.exists, hidden):  # some went with a folder above
        if path.is_dir():
            _mount(libc, b"tmpfs", path, b"size=4k,mode=755", READ_ONLY)
        else:
            _mount(libc, b"/dev/null", path, None, BIND)
    for folder in (SHARED, *([Path("/tmp")] if tmp else [])):
        size = f"size={scratch_mb}m,mode=1777".encode()
        _mount(libc, b"tmpfs", folder, size, NO_SUID | NO_DEVICES)
    SCRATCH.mkdir()
    SCRATCH.chmod(0o777)
    stranger = STRANGERS[os.getpid() % len(STRANGERS)]
    if child := os.fork():
        _end_like(child)
    try:  # what is left of /proc else shows the machine's processes
        _mount(libc, b"proc", "/proc", None, READ_ONLY | NO_SUID | NO_DEVICES | NO_PROGRAMS)
    except OSError:
        _mount(libc, b"tmpfs", "/proc", b"size=4k", READ_ONLY)
    _give_up_rights(libc, stranger)
    _call(libc.prctl, PARENT_DEATH, signal.SIGKILL, 0, 0, 0)  # which a change of user resets


def _own_view(libc: ctypes.CDLL, needed: Sequence[Path]) -> None:
    """Own mounts, network and processes; as a user with no rights outside of them."""
    parts = MOUNT | NETWORK | PROCESSES | MESSAGES
    user, group = os.geteuid(), os.getegid()
    if user == 0:  # root's files and devices would be root's in every view of the machine
        _call(libc.unshare, parts)
        _mount(libc, b"none", "/", None, RECURSIVE | PRIVATE)
        _open_up(libc, needed)
        return
    _call(libc.unshare, USER | parts)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _mount(libc, b"none", "/", None, RECURSIVE | PRIVATE)


def _open_up(libc: ctypes.CDLL, needed: Sequence[Path]) -> None:
    """Folders of root alone, with Python in them: show Python, and nothing else, to everybody."""
    closed: dict[Path, list[Path]] = {}
    for path in dict.fromkeys(path.resolve() for path in needed):
        for folder in reversed(path.parents):
            if not folder.stat().st_mode & 0o001:
                closed.setdefault(folder, []).append(path)
                break
    for folder, paths in closed.items():
        held = {path: os.open(path, os.O_PATH) for path in paths}
        _mount(libc, b"tmpfs", folder, b"size=1m,mode=755", 0)
        for path, descriptor in held.items():
            path.mkdir(parents=True, exist_ok=True)
            _mount(libc, f"/proc/self/fd/{descriptor}".encode(), path, None, BIND | RECURSIVE)
            os.close(descriptor)


def _stop_being_root(stranger: int) -> None:
    """Another user for each notebook, because the limit on processes is one a user."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(stranger, stranger, stranger)
        os.setresuid(stranger, stranger, stranger)


def _give_up_rights(libc: ctypes.CDLL, stranger: int) -> None:
    """Without capabilities, and with no way to get them back, what was mounted stays mounted."""
    for capability in range(64):
        if libc.prctl(DROP_BOUND, capability, 0, 0, 0):
            break  # the kernel has no more
    _stop_being_root(stranger)
    version_3 = struct.pack("Ii", 0x20080522, 0)
    _call(libc.capset, version_3, bytes(24))
    _call(libc.prctl, NO_NEW_RIGHTS, 1, 0, 0, 0)


def _end_like(child: int) -> None:
    """Wait for the child and end as it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.closerange(3, 256)  # so that its pipe ends when the child does
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) not in (signal.SIGINT, signal.SIGSTOP):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _mount(
    libc: ctypes.CDLL, kind: bytes, place: Path | str, options: bytes | None, flags: int
) -> None:
    _call(libc.mount, kind, os.fsencode(place), kind, ctypes.c_ulong(flags), options)


def _call(function: ctypes._CFuncPtr, *arguments: object) -> None:
    if function(*arguments) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
