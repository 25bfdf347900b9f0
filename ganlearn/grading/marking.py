"""Run a restored notebook to its end, whatever its cells do, and say what each check found."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganlearn.grading.assignment import Check
from ganlearn.grading.limits import Limits
from ganlearn.grading.restore import Step
from ganlearn.grading.session import Ended, Session

PASSED, WRONG, NOT_ATTEMPTED = "passed", "wrong", "not attempted"
STOPPED, CRASHED, UNREADABLE, MISSING = "stopped", "crashed", "unreadable", "missing"
STATES = (PASSED, WRONG, NOT_ATTEMPTED, STOPPED, CRASHED, UNREADABLE, MISSING)


@dataclass(frozen=True)
class Mark:
    """What became of one exercise.

    Attributes:
        exercise: its id.
        state: one of ``STATES``.
        sentence: for the student.
        mistake: the name of the diagnosis; empty when there is none.
    """

    exercise: str
    state: str
    sentence: str
    mistake: str = ""


@dataclass
class Marking:
    """A notebook that has been run.

    Attributes:
        marks: a mark for each check, in the order of the assignment.
        results: for each step, what it put out; None when it was not run.
        ends: for each step that ended its process or was too slow, a sentence about it.
    """

    marks: dict[str, Mark] = field(default_factory=dict)
    results: dict[int, dict[str, Any]] = field(default_factory=dict)
    ends: dict[int, Mark] = field(default_factory=dict)


def mark(
    first: Session, start: Callable[[], Session], steps: Sequence[Step], limits: Limits
) -> Marking:
    """Run all steps. After a cell that ends the process, the others run in a new one without it.

    Args:
        first: a process that has not run anything; closed at the end.
        start: makes another one.
        steps: of the notebook.
        limits: on time and on the number of restarts.
    """
    done = Marking()
    until = time.monotonic() + limits.notebook_seconds
    session = first
    for attempt in range(limits.restarts + 1):
        try:
            with session:
                _run_all(session, steps, done, limits, until)
            break
        except _CellEnded as end:
            _note_end(done, steps[end.step], end)
            if attempt < limits.restarts:
                session = start()
    for index, step in enumerate(steps):
        if step.check and step.check.exercise not in done.marks:
            done.marks[step.check.exercise] = _not_reached(step.check, until)
        done.results.setdefault(index, {})
    return done


class _CellEnded(Exception):
    def __init__(self, step: int, why: str) -> None:
        self.step, self.why = step, why


def _run_all(
    session: Session, steps: Sequence[Step], done: Marking, limits: Limits, until: float
) -> None:
    for index, step in enumerate(steps):
        left = until - time.monotonic()
        decided = step.check and step.check.exercise in done.marks
        if left <= 0 or index in done.ends or decided:
            continue
        try:
            _run(session, index, step, steps, done, min(limits.cell_seconds, left))
        except Ended as end:
            done.results[index] = {}
            raise _CellEnded(index, str(end)) from None


def _run(
    session: Session, index: int, step: Step, steps: Sequence[Step], done: Marking, seconds: float
) -> None:
    asked = [step.check.exercise] if step.check else []
    result = session.run(step.code, seconds, asked)
    done.results[index] = result
    if session.slow:
        told = f"stopped after {seconds:.0f} seconds: does a loop never end?"
        done.ends[index] = Mark("", STOPPED, told)
    if step.check:
        mark = _judge(step.check, result, _answer_of(step.check, steps, done), done.ends.get(index))
        if mark.state == PASSED and step.check.hidden:
            mark = _hidden(session, step.check, mark, seconds)
        done.marks[step.check.exercise] = mark


def _hidden(session: Session, check: Check, mark: Mark, seconds: float) -> Mark:
    if session.hidden_tests(check.hidden, seconds):
        return mark
    told = f"✗ {check.exercise}: The check passes, but a test that you do not see fails."
    return Mark(check.exercise, WRONG, told, "hidden test")


def _judge(check: Check, result: dict[str, Any], answer: str, end: Mark | None) -> Mark:
    """From what a check's cell did to its mark; ``answer`` says what the answer's cell did."""
    id = check.exercise
    verdicts = [v for v in result.get("verdicts", ()) if v.get("exercise") == id]
    if verdicts:  # whatever the cell did afterwards
        said = verdicts[-1]
        state = said["state"] if said["state"] in STATES else WRONG
        return Mark(id, state, str(said["sentence"]), str(said.get("mistake", "")))
    if end:
        return Mark(id, STOPPED, f"✗ {id}: The check was {end.sentence}", "never ends")
    if answer:
        return Mark(id, WRONG, f"✗ {id}: {answer}", "its cell fails")
    error = result.get("error") or {"name": "nothing", "text": ""}
    told = (
        f"The check ended in {error['name']}: {error['text'].splitlines()[0][:300]}"
        if (error["text"].strip())
        else f"The check ended in {error['name']}."
    )
    return Mark(id, WRONG, f"✗ {id}: {told}", error["name"])


def _answer_of(check: Check, steps: Sequence[Step], done: Marking) -> str:
    """What went wrong in the cells of the answer, in words; nothing when they ran."""
    for index, step in enumerate(steps):
        if step.answer not in check.answers:
            continue
        if end := done.ends.get(index):
            return f"Its cell was {end.sentence}" if end.state == STOPPED else end.sentence
        if error := done.results.get(index, {}).get("error"):
            line = f" in line {error['line']}" if error["line"] else ""
            what = error["text"].strip().splitlines()[:1]
            return f"Its cell ends in {error['name']}{line}: {''.join(what)[:300]}"
    return ""


def _note_end(done: Marking, step: Step, end: _CellEnded) -> None:
    """A cell that ended its process is left out from now on; if it was a check, it has its mark."""
    told = f"Cell {step.number} was left out: {end.why}." if step.number else f"{end.why}."
    done.ends[end.step] = Mark("", CRASHED, told)
    if step.check and step.check.exercise not in done.marks:
        id = step.check.exercise
        said = f"✗ {id}: While it was checked, {end.why}."
        done.marks[id] = Mark(id, CRASHED, said, "ends the process")


def _not_reached(check: Check, until: float) -> Mark:
    id = check.exercise
    if time.monotonic() >= until:
        return Mark(id, STOPPED, f"✗ {id}: The notebook's time was over before.", "no time left")
    return Mark(id, CRASHED, f"✗ {id}: Too many cells before it ended the process.", "not reached")
