"""Reads the log of a run and says in plain words what is happening, and what to try.

Every finding is a rule on medians over the last third of the lines, so that one odd report does
not make an illness. The numbers in the rules were set on the runs of :mod:`ganlearn.museum`.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganlearn.errors import UserError
from ganlearn.training.log import Report, read
from ganlearn.training.meter import NotFinite

REMEMBERED = 60
"""Reports that a running trainer keeps for its doctor."""
FEWEST = 3
"""Lines that a finding takes: fewer are a beginning, not a tendency."""

SURE = 0.95
"""``told apart`` from which on the discriminator wins nearly every comparison."""
FAINT = 0.01
"""``push`` below which the samples hardly move."""
SATURATED, STEEP = 0.05, 0.85
"""``pull`` below which a loss has saturated, and above which it asks as hard as it can."""
UNIFORM, NARROW = 0.2, 0.3
"""``variety`` and ``spread`` below which the samples are too much alike."""
GOOD_ENOUGH, RISE = 0.6, 0.2
"""``variety`` from which on a generator may rest, and what counts as becoming more varied."""
FAR, HIGH = 4.0, 100.0
"""``spread`` and logits beyond which a run has left the scale of its data."""
STRAY = 0.1
"""``outside`` above which the samples have another range than the data."""
RESTLESS, AIMLESS = 0.3, 2.0
"""Way of the samples' mean a report, in spreads of the data, and that way over the distance."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        name: two or three words, the same for every run that has it.
        says: what is happening.
        evidence: the numbers that it was seen by.
        advice: what to try.
        chapter: where it is explained.
    """

    name: str
    says: str
    evidence: str
    advice: str
    chapter: int

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.says}\n  seen by: {self.evidence}\n  to try:  {self.advice} "
            f"(chapter {self.chapter:02d})"
        )


@dataclass(frozen=True)
class Diagnosis:
    """What a log says.

    Attributes:
        findings: the gravest first; none when nothing wrong was seen.
        lines: how many lines were read.
        signs: whether there were vital signs in them, and not only losses.
    """

    findings: tuple[Finding, ...]
    lines: int
    signs: bool

    @property
    def word(self) -> str:
        """The name of the gravest finding; empty when there is none."""
        return self.findings[0].name if self.findings else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all findings."""
        return tuple(finding.name for finding in self.findings)

    def __str__(self) -> str:
        if self.findings:
            return "\n".join(map(str, self.findings))
        if self.lines < FEWEST:
            return f"Too early to say: {self.lines} of {FEWEST} reports."
        if not self.signs:
            return "The losses show nothing wrong; there are no vital signs in this log."
        return "Nothing wrong seen. Look at the samples all the same."


def diagnose(log: str | Path | Iterable[Mapping[str, Any] | Report]) -> Diagnosis:
    """What is happening in a run.

    Args:
        log: a JSONL file, its lines as :func:`ganlearn.training.log.read` gives them, or reports.

    Raises:
        UserError: when the file is not there, or a line has no step.

    Taught in chapter 05.
    """
    if isinstance(log, str | Path):
        if not Path(log).is_file():
            raise UserError(f"There is no log {log}; `ganlearn train` writes log.jsonl.")
        log = read(log)
    lines = [line.line() if isinstance(line, Report) else dict(line) for line in log]
    for number, line in enumerate(lines, 1):
        if "step" not in line:
            raise UserError(f"Line {number} of the log has no step, so it is no log of ganlearn.")
    if lines and "not finite" in lines[-1]:
        return Diagnosis((_spoilt(lines[-1]),), len(lines), signs=False)
    signs = any(key.startswith("sign/") for line in lines for key in line)
    late = Late(lines[-max(FEWEST, len(lines) // 3) :])
    if len(lines) < FEWEST:
        return Diagnosis((), len(lines), signs)
    findings = [found for rule in RULES if (found := rule(late))]
    return Diagnosis(tuple(findings), len(lines), signs)


def last_line(step: int, images: int, error: NotFinite) -> dict[str, Any]:
    """What the log of a run ends with when a loss is not a number.

    Taught in chapter 05.
    """
    return {"step": step, "images": images, "not finite": error.player, "since": error.step}


class Late:
    """The last third of a log: medians of its columns."""

    def __init__(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self.lines = lines

    def column(self, name: str) -> list[float]:
        """The values of a column, in order."""
        return [line[name] for line in self.lines if name in line]

    def sign(self, name: str) -> float:
        """The median of a sign; not a number, which no rule's comparison holds for, if missing."""
        return statistics.median(self.column(f"sign/{name}") or [float("nan")])

    def rises(self, name: str) -> bool:
        """Whether a sign ends clearly higher than it began."""
        values = self.column(f"sign/{name}")
        return values[-1] - values[0] > RISE

    def loss(self, player: str) -> float:
        """The median of a player's loss, or not a number."""
        return statistics.median(self.column(f"loss/{player}") or [float("nan")])


def _spoilt(line: Mapping[str, Any]) -> Finding:
    return Finding(
        "not a number",
        "A loss is not a finite number any more, and neither are the weights that it moved.",
        f"the loss of the {line['not finite']}, since step {line['since']}",
        "softplus on logits where log(sigmoid(x)) stands; a lower learning rate; finite data.",
        5,
    )


def _diverged(late: Late) -> Finding | None:
    gap = abs(late.sign("real logit") - late.sign("fake logit"))
    spread, loss = late.sign("spread"), abs(late.loss("discriminator"))
    if not (gap > HIGH or spread > FAR or loss > HIGH):
        return None
    numbers = {
        "gap of the mean logits": gap,
        "spread of the samples over the data's": spread,
        "the discriminator's loss": loss,
    }
    return Finding(
        "divergence",
        "The numbers have left the scale of the data and grow.",
        _told(numbers),
        "a lower learning rate; with a Wasserstein loss, a penalty on the critic's slope.",
        5,
    )


def _wrong_side(late: Late) -> Finding | None:
    if not (late.sign("pull") < 0 and late.sign("told apart") > SURE):
        return None
    return Finding(
        "both on one side",
        "The generator's loss asks for samples that are easier to tell apart.",
        _told({"pull": late.sign("pull"), "told apart": late.sign("told apart")}),
        "the sign of the generator's loss; one optimiser a player.",
        3,
    )


def _no_gradient(late: Late) -> Finding | None:
    apart = late.sign("told apart")
    alike = late.sign("variety") < GOOD_ENOUGH or late.sign("spread") < NARROW
    faint = abs(late.sign("push")) < FAINT or 0 <= late.sign("pull") < SATURATED
    if not (faint and (apart > SURE or alike)):
        return None
    return Finding(
        "no gradient",
        "Nothing reaches the generator, and its samples are not good enough for that.",
        _told({"push": late.sign("push"), "pull": late.sign("pull"), "told apart": apart}),
        "the non-saturating loss for minimax; noise on what the discriminator sees; "
        "a penalty for a clip that is too tight.",
        2,
    )


def _too_strong(late: Late) -> Finding | None:
    apart, pull, loss = late.sign("told apart"), late.sign("pull"), late.loss("discriminator")
    # A loss that always pulls with 1 is a critic's; it may win and still show the way.
    wins = apart > SURE and STEEP < pull < 1 - 1e-6
    # At the beginning of a good run it wins, too; then the samples become more varied.
    by_signs = wins and late.sign("variety") < GOOD_ENOUGH and not late.rises("variety")
    by_loss = not late.column("sign/told apart") and 0 <= loss < 0.05
    if not (by_signs or by_loss):
        return None
    return Finding(
        "discriminator too strong",
        "It tells nearly every generated sample from a real one, and the generator does not "
        "catch up.",
        _told({"told apart": apart, "pull": pull, "the discriminator's loss": loss}),
        "instance noise or R1; fewer moves or a lower rate for the discriminator; the same range "
        "of values for data and generator.",
        5,
    )


def _out_of_range(late: Late) -> Finding | None:
    outside = late.sign("outside")
    if not outside > STRAY:
        return None
    return Finding(
        "another range",
        "Many numbers of the samples are smaller than all of the data, or larger.",
        _told({"share outside": outside}),
        "the same range for the data and the generator's end: [-1, 1] with tanh.",
        4,
    )


def _collapsed(late: Late) -> Finding | None:
    variety, spread = late.sign("variety"), late.sign("spread")
    if not (variety < UNIFORM or spread < NARROW):
        return None
    return Finding(
        "collapse",
        "Different latents give much the same samples.",
        _told({"variety over the data's": variety, "spread over the data's": spread}),
        "a discriminator that learns faster than the generator: a higher rate (two time scales), "
        "or more moves.",
        5,
    )


def _oscillates(late: Late) -> Finding | None:
    places = list(zip(late.column("sign/place 1"), late.column("sign/place 2"), strict=True))
    if len(places) < FEWEST:
        return None
    between = lambda a, b: ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
    way = sum(map(between, places[1:], places))
    distance = between(places[-1], places[0])
    pace = way / (len(places) - 1)
    if not (pace > RESTLESS and way > AIMLESS * distance):
        return None
    return Finding(
        "oscillation",
        "The samples wander about together and do not settle.",
        _told({"way of their mean between two reports, in spreads of the data": pace}),
        "R1 or another penalty on the slope at the data; lower rates; an average of weights.",
        5,
    )


RULES: tuple[Callable[[Late], Finding | None], ...] = (
    _diverged,
    _wrong_side,
    _no_gradient,
    _too_strong,
    _out_of_range,
    _collapsed,
    _oscillates,
)
"""The gravest first: what comes early often causes what comes later."""


def _told(numbers: Mapping[str, float]) -> str:
    """The numbers that are there, in words."""
    return ", ".join(f"{name} {value:.2g}" for name, value in numbers.items() if value == value)
