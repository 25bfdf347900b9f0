"""Train the shipped translator: ``python -m ganlearn.weights.translator``."""

from __future__ import annotations

import json
import time
from typing import Any

from torch import nn

from ganlearn import threads, training, translate
from ganlearn.data import Dataset
from ganlearn.translate.shipped import NAME
from ganlearn.weights.store import put

SCHOOLS = ("grids", "glass", "leaves", "discs", "planes")
SIZE, PICTURES, HELD_OUT = 64, 6_000, 500
NETWORK = {"inputs": 1, "outputs": 3, "width": 16, "depth": 4}
PATCH_DEPTH, L1 = 2, 10.0
STEPS, BATCH, RATE, EMA, SEED = 5_000, 16, 1e-3, 2_000, 0


def make() -> dict[str, Any]:
    """Train, write the weights and their card, and return the card."""
    threads.settle()
    train = translate.edges_to_paintings(PICTURES, SIZE, SEED, SCHOOLS)
    start = time.perf_counter()
    network = fit(train)
    card = {
        "name": NAME,
        "kind": "translator",
        "data": f"data.paintings_with_edges, the schools {', '.join(SCHOOLS)}, {SIZE} x {SIZE} "
        "pixels, MIT licence",
        "for": "chapter 13 of the course, and `ganlearn translate` without a run of your own",
        "not for": "faithful colours: outlines do not say which, so they are made up; outlines of "
        "photographs are of another kind than those it has seen",
        "licence": "MIT",
        "network": NETWORK,
        "size": SIZE,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "training": {
            "pictures": PICTURES,
            "steps": STEPS,
            "batch": BATCH,
            "learning rate": f"{RATE:g}, from the middle on in a straight line to 0",
            "l1": L1,
            "patch": translate.receptive_field(discriminator().body),
            "ema_half_life": EMA,
            "seed": SEED,
        },
        "command": "python -m ganlearn.weights.translator",
        "seconds": round(time.perf_counter() - start),
    }
    held_out = translate.edges_to_paintings(HELD_OUT, SIZE, SEED + 1, SCHOOLS)
    return put(network.state_dict(), card, lambda: score(translate.shipped()[0], held_out))


def fit(train: Dataset) -> nn.Module:
    """The averaged translator at the end of the run, on the CPU."""
    generator, _ = translate.pix2pix(**NETWORK, seed=SEED)
    game = translate.Pix2Pix(generator, discriminator(), l1=L1)
    trainer = training.Trainer(
        game,
        train,
        seed=SEED,
        batch=BATCH,
        learning_rate=RATE,
        decay=(STEPS // 2 * BATCH, STEPS * BATCH),
        ema_half_life=EMA,
    )
    for report in trainer.run(STEPS):
        print(f"step {report.step} of {STEPS}: {report.losses}", flush=True)
    return trainer.ema.network.cpu()


def discriminator() -> translate.PatchGAN:
    """The one that it is trained against, and that is not shipped."""
    return translate.pix2pix(**NETWORK, patch_depth=PATCH_DEPTH, seed=SEED)[1]


def score(network: nn.Module, held_out: Dataset) -> dict[str, float]:
    """The measures of chapter 13 on paintings that took no part, and what real ones reach."""
    lines, paintings = held_out.samples[:, :1], held_out.samples[:, 1:]
    made = network(lines)
    others = translate.edges_to_paintings(HELD_OUT, SIZE, SEED + 2, SCHOOLS).samples[:, 1:]
    found = {
        "detail, relative to paintings": translate.detail(made) / translate.detail(paintings),
        "style distance": translate.style_distance(made, paintings),
        "style distance of other paintings": translate.style_distance(others, paintings),
        "lines kept": translate.lines_kept(lines, made),
        "lines kept by paintings": translate.lines_kept(lines, paintings),
    }
    return {name: round(value, 4) for name, value in found.items()}


if __name__ == "__main__":
    print(json.dumps(make(), indent=2))
