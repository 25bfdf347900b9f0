"""Train the generators that the course ships: ``python -m ganlearn.weights.make digits``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from ganlearn import data, metrics, nets, rules, training
from ganlearn.data import Dataset
from ganlearn.errors import UserError
from ganlearn.weights.store import put

HELD_OUT, SPLIT_SEED = 0.2, 0


@dataclass(frozen=True)
class Recipe:
    """All that decides what a generator becomes.

    Attributes:
        dataset: makes the pictures; a fifth of them is held out.
        network: of the generator, as arguments of :func:`ganlearn.nets.dcgan`.
        discriminator_width: its width; the discriminator is not shipped and may be larger.
        runs: (steps, learning rate), one after the other; a lower rate at the end averages out
            the last moves of the game.
        penalty: γ of R1; half of it times the mean squared slope at real pictures (chapter 06).
        batch, ema_half_life, seed: as in :class:`ganlearn.training.Trainer`.
        words: for the card: what the data are, what the generator is for, where it fails.
    """

    dataset: Callable[[], Dataset]
    network: dict[str, int]
    discriminator_width: int
    runs: tuple[tuple[int, float], ...]
    penalty: float
    batch: int
    ema_half_life: int
    seed: int
    words: dict[str, str]


RECIPES = {
    "digits": Recipe(
        dataset=lambda: data.digits(size=16),
        network={"size": 16, "channels": 1, "latent": 16, "width": 32},
        discriminator_width=64,
        runs=((4_000, 1e-3), (1_000, 2e-4)),
        penalty=0.1,
        batch=128,
        ema_half_life=50_000,
        seed=0,
        words={
            "data": "Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998): the "
            "test set, which scikit-learn ships without a licence of its own, enlarged to 16 x 16 "
            "pixels. Terms: https://archive.ics.uci.edu/dataset/80",
            "for": "chapter 01 of the course, and experiments that need a generator at once",
            "not for": "anything else: it has seen digits of 13 writers, draws fewer eights than "
            "there are, and many of its pictures lie between two digits",
            "licence": "MIT",
        },
    ),
    "paintings": Recipe(
        dataset=lambda: data.paintings(9_600, size=32, seed=0),
        network={"size": 32, "channels": 3, "latent": 64, "width": 48},
        discriminator_width=32,
        runs=((5_000, 1e-3), (1_000, 2e-4)),
        penalty=0.3,
        batch=64,
        ema_half_life=50_000,
        seed=0,
        words={
            "data": "data.paintings: eight schools of painters written in code, 32 x 32 pixels, "
            "MIT licence",
            "for": "chapter 04 of the course, as what its DCGAN reaches with more time",
            "not for": "anything else: edges are soft, and some pictures mix schools",
            "licence": "MIT",
        },
    ),
}


def make(name: str) -> dict[str, Any]:
    """Train a generator, write its weights and its card, and return the card.

    Raises:
        UserError: when there is no recipe of this name.
    """
    if name not in RECIPES:
        raise UserError(f"There is no recipe {name!r}; choose from {', '.join(RECIPES)}.")
    recipe = RECIPES[name]
    train, held_out = recipe.dataset().split(1 - HELD_OUT, SPLIT_SEED)
    start = time.perf_counter()
    generator = fit(recipe, train)
    seconds = time.perf_counter() - start
    card = {
        "name": name,
        "kind": "generator",
        **recipe.words,
        "network": recipe.network,
        "training": {
            "pictures": len(train),
            "held_out": len(held_out),
            "split_seed": SPLIT_SEED,
            "steps and learning rate": recipe.runs,
            "discriminator_width": recipe.discriminator_width,
            "penalty": recipe.penalty,
            "batch": recipe.batch,
            "ema_half_life": recipe.ema_half_life,
            "seed": recipe.seed,
        },
        "command": f"python -m ganlearn.weights.make {name}",
        "seconds": round(seconds),
    }
    return put(generator.state_dict(), card, lambda: score(nets.shipped(name), train, held_out))


def fit(recipe: Recipe, train: Dataset) -> nn.Module:
    """The averaged generator at the end of the last run, on the CPU."""
    generator, _ = nets.dcgan(**recipe.network, seed=recipe.seed)
    opponent = recipe.network | {"width": recipe.discriminator_width}
    _, discriminator = nets.dcgan(**opponent, seed=recipe.seed)
    game = training.Game(generator, discriminator)
    # 1438 pictures are few. A discriminator that has seen them often enough becomes sure of each,
    # and its advice gets worse: without the penalty the score stayed at two thirds.
    phases = rules.rule(penalties={"r1": recipe.penalty / 2})
    for seed, (steps, learning_rate) in enumerate(recipe.runs, recipe.seed):
        trainer = training.Trainer(
            game,
            train,
            seed=seed,
            batch=recipe.batch,
            learning_rate=learning_rate,
            ema_half_life=recipe.ema_half_life,
            precision="float32",
            phases=phases,
        )
        for report in trainer.run(steps):
            print(f"step {report.step} of {steps} at {learning_rate:g}")
    return trainer.ema.network.cpu()


def score(generator: nn.Module, train: Dataset, held_out: Dataset) -> dict[str, Any]:
    """How often a classifier that has seen only ``train`` is sure, and of which classes."""
    classifier = metrics.train_classifier(train)
    z = torch.randn(5_000, generator.latent, generator=torch.Generator().manual_seed(1))
    made = metrics.recognise(classifier, generator(z))
    real = metrics.recognise(classifier, held_out.samples)
    return {
        "samples": len(z),
        "confident": round(made.confident, 3),
        "confident on held-out pictures": round(real.confident, 3),
        "relative": round(made.confident / real.confident, 3),
        "balance": [round(share, 3) for share in made.balance.tolist()],
    }


if __name__ == "__main__":
    for asked in sys.argv[1:] or sorted(RECIPES):
        print(json.dumps(make(asked), indent=2))
