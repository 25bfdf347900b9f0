"""Train the digits that come when they are called: ``python -m ganlearn.weights.by_class``."""

from __future__ import annotations

import json
import time
from typing import Any

import torch
from torch import nn

from ganlearn import conditional, data, metrics, nets, runtime, training
from ganlearn.data import Dataset
from ganlearn.metrics.obedience import obedience, variety
from ganlearn.nets.shipped_conditional import KIND, shipped_conditional
from ganlearn.weights.make import HELD_OUT, SPLIT_SEED
from ganlearn.weights.store import put

NAME = "digits-by-class"
NETWORK = {"size": 16, "channels": 1, "classes": 10, "latent": 16, "width": 32}
RUNS = ((1_500, 1e-3), (500, 2e-4))
"""Steps and learning rate, one after the other."""
BATCH, EMA_HALF_LIFE, R1 = 64, 20_000, 0.1
WORDS = {
    "data": "Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998): the test set, "
    "which scikit-learn ships without a licence of its own, enlarged to 16 x 16 pixels. Terms: "
    "https://archive.ics.uci.edu/dataset/80",
    "for": "chapter 07 of the course: digits of a class that is asked for, and mixtures of classes",
    "not for": "anything else: it has seen digits of 13 writers",
    "licence": "MIT",
}


def make(runs: tuple[tuple[int, float], ...] = RUNS) -> dict[str, Any]:
    """Train, write weights and card, and return the card.

    Args:
        runs: (steps, learning rate), one after the other.
    """
    train, held_out = data.digits(NETWORK["size"]).split(1 - HELD_OUT, SPLIT_SEED)
    start = time.process_time()
    generator = fit(train, runs)
    seconds = time.process_time() - start
    card = {
        "name": NAME,
        "kind": KIND,
        **WORDS,
        "network": NETWORK,
        "training": {
            "pictures": len(train),
            "held_out": len(held_out),
            "split_seed": SPLIT_SEED,
            "discriminator": "projection, no norm, same width",
            "steps and learning rate": runs,
            "r1": R1,
            "batch": BATCH,
            "ema_half_life": EMA_HALF_LIFE,
            "seed": 0,
        },
        "command": "python -m ganlearn.weights.by_class",
    }
    card["seconds"] = max(1, round(seconds))
    return put(generator.state_dict(), card, lambda: score(shipped_conditional(), train, held_out))


def fit(train: Dataset, runs: tuple[tuple[int, float], ...]) -> nn.Module:
    """The averaged generator at the end of the last run, on the CPU."""
    game = conditional.ConditionalGame(*nets.conditional(**NETWORK, seed=0), r1=R1)
    for seed, (steps, learning_rate) in enumerate(runs):
        trainer = training.Trainer(
            game,
            conditional.Labelled(train),
            seed=seed,
            batch=BATCH,
            learning_rate=learning_rate,
            ema_half_life=EMA_HALF_LIFE,
            precision="float32",
        )
        for report in trainer.run(steps):
            print(f"step {report.step} of {steps} at {learning_rate:g}")
    return trainer.ema.network.cpu()


def score(generator: nn.Module, train: Dataset, held_out: Dataset) -> dict[str, Any]:
    """How often a classifier that has seen only ``train`` sees the class that was asked for, and
    how far two pictures of a class are apart, relative to pictures that were held out.
    """
    classifier = metrics.train_classifier(train)
    asked = conditional.in_order(5_000, NETWORK["classes"])
    with torch.no_grad():
        made = generator(conditional.ask(generator, asked, runtime.generator(1)))
    obeyed = obedience(classifier, made, asked)
    real = obedience(classifier, held_out.samples, held_out.labels)
    far, apart = (
        variety(pictures, labels, NETWORK["classes"])
        for pictures, labels in ((made, asked), (held_out.samples, held_out.labels))
    )
    return {
        "samples": len(made),
        "asked class seen": round(obeyed.share, 3),
        "by class": [round(share, 3) for share in obeyed.by_class.tolist()],
        "right class seen in held-out pictures": round(real.share, 3),
        "sure": round(metrics.recognise(classifier, made).confident, 3),
        "variety within a class, relative": [round(v, 2) for v in (far / apart).tolist()],
    }


if __name__ == "__main__":
    print(json.dumps(make(), indent=2))
