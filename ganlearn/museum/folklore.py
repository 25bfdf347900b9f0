"""The folklore, measured: tricks of the trade, each on and off, on the ring, over many seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ganlearn import augment, losses, nets, rules, runtime
from ganlearn.errors import UserError
from ganlearn.metrics import mixture_coverage, optimal_transport
from ganlearn.museum.boards import RATE, RING
from ganlearn.training import Ensemble

SEEDS, STEPS = 10, 600
LAST, APART = 3, 50
"""Reports whose mean is the score, and steps between them."""

BOARDS: dict[str, dict[str, Any]] = {
    "even": {},
    "prone to collapse": {"discriminator_learning_rate": RATE / 10},
}
"""The games that the tricks are tried on: equal rates, and a discriminator ten times slower."""

Trick = Mapping[str, Any]
TRICKS: dict[str, Trick] = {
    "both learning rates / 5": {"times": 1 / 5},
    "both learning rates × 5": {"times": 5},
    "batch of 16": {"batch": 16},
    "batch of 256": {"batch": 256},
    "RMSprop": {"optimiser": "rmsprop"},
    "plain gradient descent, rates × 100": {"optimiser": "sgd", "times": 100},
    "β₁ = 0.9": {"betas": (0.9, 0.999)},
    "β₁ = 0": {"betas": (0.0, 0.999)},
    "two time scales: D 4 times G": {"discriminator_learning_rate": 4 * RATE},
    "two time scales: G 4 times D": {"discriminator_learning_rate": RATE / 4},
    "5 moves of D for one of G": {"rule": {"critic_steps": 5}, "moves": 5},
    "one-sided label smoothing": {"loss": losses.smoothed(0.9)},
    "instance noise": {"rule": {"seen": augment.instance_noise(0.1)}},
    "minibatch standard deviation": {"players": nets.batchwise_mlp},
    "average of the weights": {"ema_half_life": 3_000},
    "gradient clipping": {"rule": {"clip_gradient": 0.1}},
    "minimax": {"loss": losses.minimax},
    "least squares": {"loss": losses.least_squares},
    "hinge": {"loss": losses.hinge},
    "R1": {"rule": {"penalties": {"r1": 0.1}}},
    "Wasserstein, clipped weights": {
        "loss": losses.wasserstein,
        "optimiser": "rmsprop",
        "rule": {"clip_weights": 0.1},
    },
    "Wasserstein, gradient penalty": {
        "loss": losses.wasserstein,
        "betas": (0.0, 0.9),
        "rule": {"penalties": {"wgan-gp": 1.0}},
    },
    "relativistic, R1 and R2": {
        "loss": losses.relativistic,
        "rule": {"penalties": {"r1": 0.1, "r2": 0.1}},
    },
}
"""Name of a trick to what it changes. ``times`` multiplies both rates, ``rule`` is handed to
:func:`ganlearn.rules.rule`, and all else to the ensemble.
"""


@dataclass(frozen=True)
class Score:
    """How well the ring was learned, one number a seed.

    Attributes:
        modes: covered, of eight; the mean of the last reports.
        distance: exact W1 from 512 samples to 512 of the data, in units of the plane; two sets of
            the data are about 0.15 apart.
    """

    modes: list[float]
    distance: list[float]


@dataclass(frozen=True)
class Interval:
    """A mean of paired differences with its 95 % interval, by Student's t."""

    mean: float
    low: float
    high: float


def score(trick: str | None = None, board: str = "even", *, seeds: int = SEEDS) -> Score:
    """Play a board with a trick on, or with none.

    Args:
        trick: one of :data:`TRICKS`, or None.
        board: one of :data:`BOARDS`.
        seeds: how many games; the same first weights with and without.

    Raises:
        UserError: when there is no such trick or board.

    Taught in chapter 05.
    """
    if trick not in TRICKS and trick is not None:
        raise UserError(f"There is no trick {trick!r}; measured are {', '.join(TRICKS)}.")
    if board not in BOARDS:
        raise UserError(f"There is no board {board!r}; choose from {', '.join(BOARDS)}.")
    even = {"learning_rate": RATE, "discriminator_learning_rate": RATE}
    changed = even | BOARDS[board] | dict(TRICKS.get(trick, {}))
    times = changed.pop("times", 1)
    for rate in even:
        changed[rate] *= times
    players, moves = changed.pop("players", nets.mlp), changed.pop("moves", 1)
    phases = rules.rule(**changed.pop("rule", {}))
    build = lambda seed: players((2,), latent=2, hidden=64, seed=seed)
    games = Ensemble(build, RING, members=seeds, phases=phases, device="cpu", **changed)
    truth = RING.draw(512, runtime.generator(1))
    modes, distance = [], []
    for _ in range((STEPS - LAST * APART) * moves):
        games.step()
    for _ in range(LAST):
        for _ in range(APART * moves):
            games.step()
        shown = games.report().samples
        modes.append([mixture_coverage(samples, RING).modes for samples in shown])
        distance.append([optimal_transport(samples, truth).cost for samples in shown])
    mean = lambda rows: torch.tensor(rows, dtype=torch.float64).mean(0).tolist()
    return Score(mean(modes), mean(distance))


def difference(on: Sequence[float], off: Sequence[float]) -> Interval:
    """The mean of on minus off, seed by seed, and its 95 % interval.

    Args:
        on, off: one number a seed, in the same order; at least two.

    Raises:
        UserError: when there are fewer, or not equally many.

    Paper: Student 1908, doi:10.1093/biomet/6.1.1. Taught in chapter 05.
    """
    from scipy.stats import t

    if len(on) != len(off) or len(on) < 2:
        raise UserError(
            f"There are {len(on)} numbers with and {len(off)} without; an interval of differences "
            f"needs equally many, and at least two."
        )
    differences = [a - b for a, b in zip(on, off, strict=True)]
    mean = statistics.fmean(differences)
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    reach = float(t.ppf(0.975, len(differences) - 1)) * error
    return Interval(mean, mean - reach, mean + reach)
