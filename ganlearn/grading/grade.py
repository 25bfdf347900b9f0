"""Grade a class: every submission in a process of its own, then tables and pages."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from ganlearn import progress
from ganlearn.errors import UserError
from ganlearn.files import whole
from ganlearn.grading import gradebook, pages, session, settings
from ganlearn.grading.assignment import Assignment, assignments
from ganlearn.grading.collect import Submission, collect
from ganlearn.grading.confine import SENTENCES, secrets
from ganlearn.grading.limits import MEGABYTE
from ganlearn.grading.one import Room, grade_one, key
from ganlearn.grading.record import Record, load, save
from ganlearn.grading.tally import Row, read_hand, rows, write_csv

COLUMNS = ["student", "exercise", "points", "maximum", "state"]


@dataclass(frozen=True)
class Grades:
    """What a run of grading did.

    Attributes:
        graded, kept: submissions that were run now, and that had been before and are the same.
        interrupted: Ctrl-C ended it early; what was graded until then is in the tables.
    """

    graded: int
    kept: int
    interrupted: bool = False


def grade(
    root: Path,
    given: Path,
    output: Path,
    names: Sequence[str] = (),
    settings_file: Path = Path(settings.FILE),
    jobs: int | None = None,
    force: bool = False,
    say: Callable[[str], object] = print,
) -> Grades:
    """Grade all submissions, or those that are new or have changed since the last time.

    Args:
        root: the course's folder.
        given: a notebook, a folder, or a zip as a learning platform exports it.
        output: folder for grades.csv, totals.csv, summary.html and feedback/; its marks.csv is
            for points given by hand.
        names: chapters that were to be handed in; those that somebody handed in when empty.
        settings_file: points, due dates and limits.
        jobs: processes at a time; as many as there are cores when None.
        force: grade everything again.
        say: where lines go.

    Raises:
        UserError: when something is not as it should be; no file has then been changed.
    """
    chosen = settings.read(settings_file)
    known = assignments(root, names, chosen.points)
    limits = chosen.limits
    found = collect(given, [a.name for a in known], limits.notebook_mb * MEGABYTE)
    if output.resolve() in (given.resolve(), root.resolve()):
        raise UserError(f"{output} holds the submissions or the course; choose another folder.")
    hand = read_hand(output / "marks.csv")
    level = session.isolation(limits)
    say(f"{len(found)} submissions; {SENTENCES[level]}.")
    hidden = (given, output, root / "solutions", *secrets(Path.home()))
    hidden = tuple(path.resolve() for path in hidden)
    room = Room(level, limits, hidden, tuple(known), output)
    records, done = _grade_all(found, room, jobs or os.cpu_count() or 1, force)
    if not names:
        known = _handed_in(known, records)
    table = {r.student: list(rows(r, known, hand, chosen.by_hand)) for r in records}
    _write(output, known, records, table, chosen.title, level)
    say(f"{done.graded} graded, {done.kept} unchanged: {output / 'summary.html'}")
    if not gradebook.installed():
        say("No gradebook.db: nbgrader is not there (pip install 'ganlearn[instructor]').")
    if done.interrupted:
        say("Stopped; the same command goes on.")
    return done


def _grade_all(
    found: Sequence[Submission], room: Room, jobs: int, force: bool
) -> tuple[list[Record], Grades]:
    folder = room.output / "records"
    records: dict[str, Record] = {}
    waiting: list[tuple[Submission, str]] = []
    for submission in found:
        now = key(submission, room)
        old = load(folder / f"{Record(submission.student, '').slug}.json")
        if old and old.key == now and not force and _same_checks(old, room):
            records[submission.student] = old
        else:
            waiting.append((submission, now))
    kept, stop = len(records), threading.Event()

    def work(submission: Submission, now: str) -> Record | None:
        if stop.is_set():
            return None
        try:
            record = grade_one(submission, room, now)
        except Exception as error:  # ours, or a Ctrl-C that closed its pipe; the others go on
            return None if stop.is_set() else _ungraded(submission, room, error)
        if stop.is_set():  # it may have been ended from outside
            return None
        save(record, folder)
        return record

    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(work, *item) for item in waiting}
        try:
            for future in _as_they_come(futures, len(waiting)):
                if record := future.result():
                    records[record.student] = record
        except KeyboardInterrupt:
            stop.set()
            session.end_all()
            pool.shutdown(cancel_futures=True)
    ordered = [records[s.student] for s in found if s.student in records]
    return ordered, Grades(len(records) - kept, kept, stop.is_set())


def _same_checks(old: Record, room: Room) -> bool:
    """Whether what a student answered is still what it was; other chapters may have changed."""
    now = {assignment.name: assignment.fingerprint for assignment in room.assignments}
    return all(n.fingerprint in ("", now.get(n.assignment)) for n in old.notebooks)


def _ungraded(submission: Submission, room: Room, error: Exception) -> Record:
    """A submission that the grader itself failed on; not kept, so that it is tried again."""
    nothing = Submission(submission.student, late=submission.late)
    record = grade_one(nothing, room, "")
    told = " ".join(str(error).split())[:300]
    record.notes = [f"It could not be graded, look at it by hand: {type(error).__name__}: {told}"]
    return record


def _as_they_come(futures: set[Future], total: int) -> Iterator[Future]:
    """Finished futures, with a bar; a Ctrl-C is heard within half a second."""
    with progress.bar(total=total, title="grading", unit="submission") as bar:
        while futures:
            finished, futures = wait(futures, 0.5, FIRST_COMPLETED)
            for future in finished:
                bar.update()
                yield future


def _handed_in(known: Sequence[Assignment], records: Sequence[Record]) -> list[Assignment]:
    """Without names, what counts is what at least one student handed in."""
    there = {notebook.assignment for r in records for notebook in r.notebooks if notebook.file}
    return [assignment for assignment in known if assignment.name in there] or list(known)


def _write(
    output: Path,
    known: Sequence[Assignment],
    records: Sequence[Record],
    table: dict[str, list[Row]],
    title: str,
    level: str,
) -> None:
    lines = [row for record in records for row in table[record.student]]
    write_csv(
        output / "grades.csv",
        COLUMNS,
        [(row.student, row.exercise, row.points, row.maximum, row.state) for row in lines],
    )
    sums = []
    for record in records:
        mine = table[record.student]
        points, maximum = sum(r.points for r in mine), sum(r.maximum for r in mine)
        sums.append((record.student, points, maximum, "late" if record.late else ""))
    write_csv(output / "totals.csv", ["student", "points", "maximum", "late"], sums)
    for record in records:
        page = pages.feedback(_only(record, known), table[record.student], title)
        _page(output / "feedback" / f"{record.slug}.html", page)
    shown = [_only(record, known) for record in records]
    _page(output / "summary.html", pages.summary(shown, table, title, level))
    if gradebook.installed():
        gradebook.write(output / "gradebook.db", known, records, table)


def _only(record: Record, known: Sequence[Assignment]) -> Record:
    """The record with the notebooks that count."""
    names = {assignment.name for assignment in known}
    return dataclasses.replace(
        record, notebooks=[n for n in record.notebooks if n.assignment in names]
    )


def _page(file: Path, text: str) -> None:
    with whole(file) as part:
        part.write_text(text, "utf-8")
