"""The boards that the exhibits are played on: sources, players, and what is measured."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ganlearn import data, nets, runtime
from ganlearn.data import Mixture, Source
from ganlearn.metrics import mixture_coverage
from ganlearn.museum.play import Measure
from ganlearn.training import Ensemble, EnsembleReport

RATE = 1e-3
RING = data.ring(modes=8, radius=2.0, std=0.1)
SIDE = 8
"""Pixels of the digits."""
WIDTH = 0.3
"""Standard deviation of the data of the Dirac-GAN, which are a point with a little noise."""


def points(source: Source, seeds: int, seed: int, *, hidden: int = 64, **settings: Any) -> Ensemble:
    """Fully connected players for points in the plane.

    Args:
        source: of the points.
        seeds: how many games.
        seed: of the first.
        hidden: units in each hidden layer.
        settings: of :class:`ganlearn.training.Ensemble`.

    Taught in chapter 05.
    """
    build = lambda seed: nets.mlp((2,), latent=2, hidden=hidden, seed=seed)
    settings = {"learning_rate": RATE} | settings
    return Ensemble(build, source, members=seeds, seed=seed, device="cpu", **settings)


def pictures(source: Source, seeds: int, seed: int, **settings: Any) -> Ensemble:
    """Fully connected players for digits of 8 × 8 pixels; arguments as in :func:`points`.

    Taught in chapter 05.
    """
    build = lambda seed: nets.mlp((1, SIDE, SIDE), latent=8, hidden=64, seed=seed)
    return Ensemble(
        build, source, members=seeds, seed=seed, device="cpu", learning_rate=RATE, **settings
    )


class Shift(nn.Module):
    """The generator of the Dirac-GAN: a place, and a little noise about it."""

    latent = 2

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(nn.functional.normalize(torch.randn(2), dim=0))

    def forward(self, z: Tensor) -> Tensor:
        return self.place + WIDTH * z


class Slope(nn.Module):
    """The discriminator of the Dirac-GAN: a slope, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(0.1 * torch.randn(2))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.slope


def dirac(seeds: int, seed: int, **settings: Any) -> Ensemble:
    """The Dirac-GAN in the plane: all data at the origin, the generator begins at distance 1.

    Args:
        seeds, seed, settings: as in :func:`points`.

    Paper: Mescheder et al. 2018, arXiv:1801.04406. Taught in chapter 02.
    """

    def build(seed: int) -> tuple[nn.Module, nn.Module]:
        with runtime.seeded(seed):
            return Shift(), Slope()

    source = data.Mixture([[0.0, 0.0]], WIDTH, name="a point")
    return Ensemble(build, source, members=seeds, seed=seed, device="cpu", **settings)


def modes(mixture: Mixture) -> Measure:
    """Modes covered. Taught in chapter 03."""
    return lambda report: torch.tensor(
        [mixture_coverage(samples, mixture).modes for samples in report.samples]
    )


def sign(name: str) -> Measure:
    """A vital sign. Taught in chapter 05."""
    return lambda report: report.signs[name]


def distance(report: EnsembleReport) -> Tensor:
    """How far the mean of the samples is from the origin. Taught in chapter 02."""
    return report.samples.mean(1).norm(dim=-1)


def steepness(source: Source) -> Measure:
    """Mean slope of the discriminator at the samples, for a Wasserstein loss.

    Taught in chapter 06.
    """
    spread = source.draw(4_096, runtime.generator(0)).flatten(1).var(0).sum().sqrt()
    return lambda report: report.signs["push"] / spread


def sign_test(real: Tensor) -> Measure:
    """Accuracy of "no number below 0: real, else generated". Taught in chapter 04."""
    right = (real.flatten(1) >= 0).all(1).float().mean()
    return lambda report: (right + (report.samples.flatten(2) < 0).any(2).float().mean(1)) / 2


def nearness(train: Tensor, fresh: Tensor) -> Measure:
    """Median distance from a sample to the nearest one of the training, over that distance for
    samples of the data that were not shown. Taught in chapter 05.
    """
    usual = torch.cdist(fresh, train).amin(1).median()
    return lambda report: torch.stack(
        [torch.cdist(s, train).amin(1).median() / usual for s in report.samples]
    )
