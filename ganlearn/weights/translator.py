"""Train the shipped translators: ``python -m ganlearn.weights.translator photographs-to-glass``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganlearn import threads, training, translate
from ganlearn.data import Source
from ganlearn.errors import UserError
from ganlearn.game import Game
from ganlearn.translate.shipped import EDGES, GLASS
from ganlearn.weights.store import put

SIZE, WIDTH, DEPTH, PATCH_DEPTH = 64, 16, 4, 2
RATE, EMA, SEED, HELD_OUT = 1e-3, 2_000, 0, 300
SCHOOLS = ("grids", "glass", "leaves", "discs", "planes")


@dataclass(frozen=True)
class Recipe:
    """All that decides what a translator becomes.

    Attributes:
        source: of the pictures to learn from, by number and seed.
        game: new players and the weights of their terms.
        translator: the trained network, from the averaged generator.
        pictures, steps, batch: how many of each.
        words: for the card: what the data are, what the translator is for, where it fails.
    """

    source: Callable[[int, int], Source]
    game: Callable[[], Game]
    translator: Callable[[torch.nn.Module], translate.UNet]
    pictures: int
    steps: int
    batch: int
    words: dict[str, str]


def edges(n: int, seed: int) -> Source:
    """Exact outlines and their paintings."""
    return translate.edges_to_paintings(n, SIZE, seed, SCHOOLS)


def glass(n: int, seed: int) -> Source:
    """Pieces of photographs, and panes of glass."""
    return translate.photographs_and_paintings(n, SIZE, seed, ["glass"])


def pix2pix() -> Game:
    """Outlines to paintings: mostly L1."""
    nets = translate.pix2pix(width=WIDTH, depth=DEPTH, patch_depth=PATCH_DEPTH, seed=SEED)
    return translate.Pix2Pix(*nets, l1=30.0)


def cyclegan() -> Game:
    """Photographs to glass and back; less identity than in the paper, so that more changes."""
    nets = translate.cyclegan(SIZE, width=WIDTH, depth=DEPTH, patch_depth=PATCH_DEPTH, seed=SEED)
    return translate.CycleGAN(*nets, cycle=5.0, identity=1.0)


RECIPES = {
    EDGES: Recipe(
        edges,
        pix2pix,
        lambda generator: generator,
        pictures=6_000,
        steps=5_000,
        batch=16,
        words={
            "data": f"data.paintings_with_edges, the schools {', '.join(SCHOOLS)}; MIT licence",
            "for": "chapter 13 of the course, and `ganlearn translate --drawing`",
            "not for": "faithful colours: outlines do not say which, so they are made up",
        },
    ),
    GLASS: Recipe(
        glass,
        cyclegan,
        lambda generator: generator.a_to_b,
        pictures=4_000,
        steps=2_500,
        batch=8,
        words={
            "data": "pieces of the coloured data.photographs (their licences: docs/data.md), and "
            "data.paintings of the school glass; no two belong together",
            "for": "chapter 13 of the course, and `ganlearn translate`",
            "not for": "real panes: lines follow the photograph and need not close",
        },
    ),
}


def make(name: str) -> dict[str, Any]:
    """Train a translator, write its weights and its card, and return the card.

    Raises:
        UserError: when there is no recipe of this name.
    """
    if name not in RECIPES:
        raise UserError(f"There is no recipe {name!r}; choose from {', '.join(RECIPES)}.")
    threads.settle()
    recipe = RECIPES[name]
    game = recipe.game()
    start = time.perf_counter()
    trainer = fit(recipe, game)
    network = recipe.translator(trainer.ema.network.cpu())
    shape = {"inputs": network.inputs, "outputs": network.outputs, "width": WIDTH, "depth": DEPTH}
    card = {
        "name": name,
        "kind": "translator",
        **recipe.words,
        "licence": "MIT",
        "network": shape,
        "size": SIZE,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "training": {
            "pictures": recipe.pictures,
            "steps": recipe.steps,
            "patch depth": PATCH_DEPTH,
            **{key: value for key, value in trainer.settings.items() if key != "phases"},
        },
        "command": f"python -m ganlearn.weights.translator {name}",
        "seconds": round(time.perf_counter() - start),
    }
    return put(network.state_dict(), card, lambda: score(name))


def fit(recipe: Recipe, game: Game) -> training.Trainer:
    """The trainer at the end of its run; from the middle on its learning rate falls to nothing."""
    seen = recipe.steps * recipe.batch
    trainer = training.Trainer(
        game,
        recipe.source(recipe.pictures, SEED),
        seed=SEED,
        batch=recipe.batch,
        learning_rate=RATE,
        decay=(seen // 2, seen),
        ema_half_life=EMA,
    )
    for report in trainer.run(recipe.steps):
        print(f"step {report.step} of {recipe.steps}: {report.losses}", flush=True)
    return trainer


def score(name: str) -> dict[str, float]:
    """The measures of chapter 13 on pictures that took no part, and what real ones reach."""
    drawn = RECIPES[name].source(HELD_OUT, SEED + 1)
    if name == EDGES:
        x, real = drawn.samples[:, :1], drawn.samples[:, 1:]
        lines, others = x, edges(HELD_OUT, SEED + 2).samples[:, 1:]
    else:
        x, real = drawn.a.samples, drawn.b.samples
        lines, others = translate.outlines(x), glass(HELD_OUT, SEED + 2).b.samples
    made = painted(name, x)
    found = {
        "detail, relative to paintings": translate.detail(made) / translate.detail(real),
        "style distance": translate.style_distance(made, real),
        "style distance of other paintings": translate.style_distance(others, real),
        "lines kept": translate.lines_kept(lines, made),
    }
    if name == GLASS:
        found["style distance of the photographs"] = translate.style_distance(x, real)
    return {measure: round(value, 4) for measure, value in found.items()}


def painted(name: str, x: Tensor) -> Tensor:
    """What a shipped translator makes of pictures."""
    network, _ = translate.shipped(name)
    return network(x)


if __name__ == "__main__":
    for asked in sys.argv[1:] or sorted(RECIPES):
        print(json.dumps(make(asked), indent=2))
