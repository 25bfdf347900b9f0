"""Failures that end in numbers that are none."""

from __future__ import annotations

from torch import Tensor

from ganlearn import data, losses
from ganlearn.museum import boards
from ganlearn.museum.exhibit import Exhibit, Visit
from ganlearn.museum.play import survive

STEPS = 100


def log_of_sigmoid(seeds: int, seed: int, cured: bool) -> Visit:
    """A fast game on data of a large scale, with log(sigmoid(x)) or softplus."""

    def naive(real: Tensor, fake: Tensor) -> Tensor:
        return -real.sigmoid().log().mean() - (1 - fake.sigmoid()).log().mean()

    written_out = losses.Loss("log of sigmoid", naive, lambda fake: -fake.sigmoid().log().mean())
    loss = losses.non_saturating if cured else written_out
    source = data.ring(radius=20, std=1)
    games = boards.points(source, seeds, seed, hidden=32, loss=loss, learning_rate=0.2)
    return survive(games, STEPS)


def high_rate(seeds: int, seed: int, cured: bool) -> Visit:
    """Plain gradient descent with a rate of 2, or of 0.05."""
    rate = 0.05 if cured else 2.0
    games = boards.points(boards.RING, seeds, seed, hidden=32, optimiser="sgd", learning_rate=rate)
    return survive(games, STEPS)


EXHIBITS = (
    Exhibit(
        "log of sigmoid",
        symptom=f"steps of {STEPS} with finite losses",
        ill=80,
        well=STEPS,
        cause="In float32 sigmoid(17) is 1 without any digits left, and log(1 - 1) is minus "
        "infinity; its gradient is not a number, and after one move no weight is.",
        cure="softplus on the logit: the same function, a straight line there.",
        finding="not a number",
        play=log_of_sigmoid,
        chapter=3,
    ),
    Exhibit(
        "a learning rate that is too high",
        symptom=f"steps of {STEPS} with finite losses",
        ill=80,
        well=STEPS,
        cause="A step that is longer than the valley is wide ends higher than it began, and the "
        "next is longer still.",
        cure="A lower rate; 0.05 for 2.",
        finding="not a number",
        play=high_rate,
    ),
)
