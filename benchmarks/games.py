"""Every loss of chapter 06 with every penalty, five seeds each, on a ring of eight Gaussians.

    python benchmarks/games.py

The score is the exact distance W1 between 512 samples and 512 points of the ring, the same number
in each mode. Two settings: both players at one learning rate, and a discriminator that learns ten
times as fast as the generator; the second was taken after a few trials, because differences show
there. One weight for each penalty, from the same trials, and not tuned for a cell.
"""

from __future__ import annotations

import time
from typing import Any

import record
import torch

from ganlearn import data, losses, metrics, nets, progress, rules, training

STEPS, SEEDS, RATE, STD = 1_500, 5, 1e-3, 0.02
LOSSES = (
    losses.non_saturating,
    losses.least_squares,
    losses.hinge,
    losses.wasserstein,
    losses.relativistic,
)
RULES: dict[str, dict[str, Any]] = {
    "none": {},
    "weights clipped": {"clip_weights": 0.1},
    "gradient penalty": {"penalties": {"wgan-gp": 1.0}},
    "R1": {"penalties": {"r1": 0.1}},
    "R1 + R2": {"penalties": {"r1": 0.1, "r2": 0.1}},
}
SETTINGS = {
    "same rates": (RATE, ("none", "gradient penalty", "R1")),
    "fast discriminator": (10 * RATE, tuple(RULES)),
}


def truth(ring: data.Mixture) -> torch.Tensor:
    """512 points of the ring, 64 in each mode: nothing is left to chance but the noise."""
    noise = torch.randn(512, 2, generator=torch.Generator().manual_seed(1))
    return ring.means.repeat_interleave(64, 0) + STD * noise


def play(loss: losses.Loss, rule: str, rate: float) -> dict[str, list[float]]:
    """W1 and modes covered of every seed at the end."""
    ring = data.ring(std=STD)
    games = training.Ensemble(
        lambda seed: nets.mlp((2,), latent=2, hidden=64, seed=seed),
        ring,
        members=SEEDS,
        loss=loss,
        learning_rate=RATE,
        discriminator_learning_rate=rate,
        betas=(0.0, 0.9),
        optimiser="rmsprop" if rule == "weights clipped" else "adam",  # as the paper has it
        phases=rules.rule(**RULES[rule]),
    )
    for _ in range(STEPS):
        games.step()
    samples = games.report().samples
    near = [torch.cdist(made, ring.means).min(1) for made in samples]
    return {
        "W1": [round(metrics.optimal_transport(made, truth(ring)).cost, 3) for made in samples],
        "modes": [
            int((torch.bincount(found.indices[found.values < 0.2], minlength=8) >= 16).sum())
            for found in near
        ],
    }


def main() -> None:
    start, results = time.time(), {}
    cells = [
        (setting, loss, rule)
        for setting, (_, names) in SETTINGS.items()
        for loss in LOSSES
        for rule in names
    ]
    for setting, loss, rule in progress.bar(cells, title="games"):
        found = play(loss, rule, SETTINGS[setting][0])
        results.setdefault(setting, {}).setdefault(loss.name, {})[rule] = found
        print(setting, loss.name, rule, found, flush=True)
    print(record.save("games", results, seconds=time.time() - start, steps=STEPS, seeds=SEEDS))


if __name__ == "__main__":
    main()
