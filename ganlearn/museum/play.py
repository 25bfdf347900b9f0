"""Playing an exhibit: an ensemble of seeds, the symptom at every report, and a log for each."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ganlearn import runtime
from ganlearn.museum.exhibit import Visit
from ganlearn.training import Ensemble, EnsembleReport, NotFinite
from ganlearn.training.doctor import last_line

REPORTS = 12
Measure = Callable[[EnsembleReport], Tensor]
"""From a report to the symptom's number of every member."""


def watch(games: Ensemble, steps: int, measure: Measure, head_start: int = 0) -> Visit:
    """Play to the end and measure at every report.

    Args:
        games: ready to play.
        steps: how many.
        measure: the symptom's number.
        head_start: moves that the discriminators make before the generators make their first.

    Taught in chapter 05.
    """
    if head_start:
        phases, games.phases = games.phases, games.phases[:1]
        for _ in range(head_start):
            games.step()
        games.phases = phases
    reports = list(games.run(steps, max(1, steps // REPORTS)))
    curve = torch.stack([measure(report).float() for report in reports])
    members = range(games.members)
    logs = [[report.member(i).line() for report in reports] for i in members]
    steps_seen = [report.step for report in reports]
    # The median of the last three: one report more or less must not decide.
    values = curve[-3:].median(0).values
    return Visit(values, steps_seen, curve, reports[-1].samples, _real(games), logs)


def survive(games: Ensemble, steps: int) -> Visit:
    """Play, and count for every member the steps in which all losses were finite numbers.

    Args:
        games: ready to play.
        steps: after how many it ends.

    Taught in chapter 05.
    """
    alive = torch.ones(games.members, dtype=torch.bool)
    lived = torch.zeros(games.members)
    logs, curve = [[] for _ in range(games.members)], []
    for step in range(1, steps + 1):
        games.step()
        now = torch.stack([loss.isfinite() for loss in games.losses.values()]).all(0).cpu()
        for member in (alive & ~now).nonzero().flatten().tolist():
            player = next(n for n, loss in games.losses.items() if not loss[member].isfinite())
            ended = last_line(step, step * games.batch, NotFinite(player, step - 1))
            logs[member].append(ended)
        alive &= now
        lived += alive
        curve.append(lived.clone())
        if step % max(1, steps // REPORTS) == 0:
            _write(games, logs, alive)
    return Visit(lived, list(range(1, steps + 1)), torch.stack(curve), None, _real(games), logs)


@torch.no_grad()
def _write(games: Ensemble, logs: list[list[dict]], alive: Tensor) -> None:
    """A line for every member that is still alive."""
    seen = EnsembleReport(
        games.steps_taken,
        0.0,
        dict(games.losses),
        torch.zeros(games.members, 1),
        games.signs(),
        games.batch,
    )
    for member in alive.nonzero().flatten().tolist():
        logs[member].append(seen.member(member).line())


def _real(games: Ensemble) -> Tensor:
    return games.source.draw(512, runtime.generator(0, games.device))
