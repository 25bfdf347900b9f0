"""Who submitted what: a notebook, folders of them, or a zip as a learning platform exports it."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ganlearn.errors import UserError

MOODLE = re.compile(r"(?P<name>.+_\d+)_(assignsubmission_file|onlinetext|assignsubmission).*")
CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<upload>\d+)_"
    r"(?P<file>.+?)(-(?P<again>\d+))?(?P<ending>\.\w+)"
)
IGNORED = {"__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git"}
MOST_FILES = 50_000
"""Entries of a zip; a class does not hand in more, and a bomb may."""


class TooLarge(Exception):
    """A file is larger than it may be; it was not read to its end."""


@dataclass(frozen=True)
class File:
    """A submitted file, wherever it lies.

    Attributes:
        path: inside what was given, for messages; never used to write.
        read: at most a number of bytes; raises ``TooLarge`` when there are more.
        version: of several with one name, the highest counts.
    """

    path: PurePosixPath
    read: Callable[[int], bytes]
    version: int = 0


@dataclass
class Submission:
    """What one student handed in.

    Attributes:
        student: as the platform names them.
        files: the notebooks.
        others: names of files that are no notebooks.
        notes: sentences about what was odd.
        late: the platform marked it so.
    """

    student: str
    files: list[File] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    late: bool = False


def collect(given: Path, known: Sequence[str], zip_bytes: int) -> list[Submission]:
    """All submissions, by student.

    Args:
        given: a notebook, a folder, or a zip.
        known: names of the assignments' notebooks, which are no part of a student's name.
        zip_bytes: size up to which a zip inside is opened.

    Raises:
        UserError: when there is nothing.
    """
    if not given.exists():
        raise UserError(f"There is no {given}.")
    found: dict[str, Submission] = {}
    for file in _files(given):
        student, late, version = _whose(file.path, known, given)
        mine = found.setdefault(student, Submission(student))
        mine.late |= late
        _add(mine, File(file.path, file.read, version), zip_bytes)
    if not found:
        raise UserError(f"There is no notebook in {given}.")
    return sorted(found.values(), key=lambda submission: submission.student.casefold())


def _add(submission: Submission, file: File, zip_bytes: int) -> None:
    ending = file.path.suffix.lower()
    if ".." in file.path.parts or file.path.is_absolute():
        told = f"{file.path} in the zip points outside of it; only its last name was used."
        submission.notes.append(told)
    if ending == ".ipynb":
        submission.files.append(file)
    elif ending == ".zip":
        _unpack(submission, file, zip_bytes)
    else:
        submission.others.append(file.path.name)


def _unpack(submission: Submission, file: File, zip_bytes: int) -> None:
    """A student's own zip, one level deep."""
    import io

    try:
        inside = list(_of_zip(io.BytesIO(file.read(zip_bytes)), str(file.path)))
    except (TooLarge, UserError) as error:
        submission.notes.append(f"{file.path.name} was not opened: {error}")
        return
    for member in inside:
        if member.path.suffix.lower() == ".zip":
            submission.notes.append(f"{member.path.name} is a zip in a zip and was not opened.")
        else:
            _add(submission, File(member.path, member.read, file.version), zip_bytes)


def _whose(path: PurePosixPath, known: Sequence[str], given: Path) -> tuple[str, bool, int]:
    """Student, whether late, and which version of the file it is."""
    parts = [part for part in path.parts if part not in ("..", "/")]
    for part in parts[:-1]:
        if match := MOODLE.fullmatch(part):
            return match["name"], False, 0
    if match := CANVAS.fullmatch(parts[-1]):
        name = f"{match['name']}_{match['user']}"
        return name, bool(match["late"]), int(match["again"] or 0)
    if len(parts) > 1:
        return parts[0], False, 0
    stem = PurePosixPath(parts[-1]).stem
    for name in known:
        stem = re.sub(rf"[\s_-]*{re.escape(name)}[\s_-]*", "", stem)
    alone = given.resolve().parent.name if given.is_file() else given.resolve().name
    return stem or alone, False, 0


def _files(given: Path) -> Iterator[File]:
    if given.is_dir():
        yield from _of_folder(given)
    elif given.suffix.lower() == ".zip":
        yield from _of_zip(given, str(given))
    else:
        yield File(PurePosixPath(given.name), lambda most: _at_most(given.open("rb"), most))


def _of_folder(folder: Path) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        # A link could lead to another student's work, or to a device that never ends.
        if path.is_symlink() or not path.is_file() or not _wanted(inside):
            continue
        if any(parent.is_symlink() for parent in path.parents if folder in parent.parents):
            continue
        yield File(inside, lambda most, path=path: _at_most(path.open("rb"), most))


def _of_zip(source: object, name: str) -> Iterator[File]:
    """Members of a zip, which stay in it: nothing is written, whatever their paths are.

    Raises:
        UserError: when it is no zip, or has more members than anybody hands in.
    """
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UserError(f"{name} is not a zip that can be read ({error}).") from None
    members = [m for m in archive.infolist() if not m.is_dir() and not _is_link(m)]
    if len(members) > MOST_FILES:
        raise UserError(f"{name} has {len(members)} files in it; that is no class.")
    paths = [PurePosixPath(m.filename.replace("\\", "/")) for m in members]
    tops = {path.parts[0] for path in paths if len(path.parts) > 1}
    wrapped = len(tops) == 1 and all(len(path.parts) > 2 for path in paths if _wanted(path))
    for member, path in zip(members, paths, strict=True):
        if wrapped and not MOODLE.fullmatch(path.parts[0]) and path.parts[0] != "..":
            path = PurePosixPath(*path.parts[1:])
        if _wanted(path):
            yield File(path, lambda most, m=member: _member(archive, m, most))


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    try:
        return _at_most(archive.open(member), most)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise UserError(f"{member.filename} cannot be taken out of the zip ({error}).") from None
    except zipfile.zlib.error as error:
        raise UserError(f"{member.filename} is damaged in the zip ({error}).") from None


def _at_most(stream: object, most: int) -> bytes:
    """The bytes of a stream, which says nothing true about their number beforehand."""
    with stream:
        found = stream.read(most + 1)
    if len(found) > most:
        raise TooLarge(f"it is larger than {most // 2**20} MB.")
    return found


def _wanted(path: PurePosixPath) -> bool:
    return not IGNORED & set(path.parts) and not path.name.startswith(("._", "."))


def _is_link(member: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(member.external_attr >> 16)
