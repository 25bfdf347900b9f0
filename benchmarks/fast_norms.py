"""Instance norm against batch norm: five seeds of a small fast network each, trained alike.

    python benchmarks/fast_norms.py

What is reported is the loss on held-out pieces, of which the training has seen none, with the
statistics that each norm uses at the end: the picture's own, or those of the training.
"""

from __future__ import annotations

import time

import record
import torch
from torch import Tensor, nn

from ganlearn import data, progress, runtime, style
from ganlearn.style.fast_training import cycle, pieces

STEPS, EVERY, SEEDS, SIZE, BATCH, WIDTH, BLOCKS = 200, 25, range(5), 64, 4, 8, 3
MANNER, RATE = "glass", 5e-3


class BatchNorm(nn.BatchNorm2d):
    """Batch norm that can stand where the network has a norm for several styles."""

    def forward(self, features: Tensor, shares: Tensor) -> Tensor:
        return super().forward(features)


def network(norm: str, seed: int) -> style.TransferNetwork:
    made = style.TransferNetwork(width=WIDTH, blocks=BLOCKS, seed=seed)
    if norm == "batch":
        for module in made.modules():
            if hasattr(module, "norm"):
                module.norm = BatchNorm(module.norm.scale.shape[1])
    return made


def run(norm: str, seed: int, objective: style.Objective, away: Tensor) -> list[float]:
    """The loss on held-out pieces at every report."""
    made, random = network(norm, seed), runtime.generator(seed)
    source = pieces(SIZE, names=[n for n in data.photograph_names(colour=True) if n != "coffee"])
    target = objective.style(style.read(MANNER, 2 * SIZE))
    optimiser = torch.optim.Adam(made.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: cycle(step, STEPS))
    losses = []
    for step in progress.bar(range(1, STEPS + 1), title=f"{norm} {seed}"):
        drawn = (source.draw(BATCH, random) + 1) / 2
        loss = objective.total(objective.terms(made(drawn), objective.content(drawn), [target]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % EVERY == 0:
            with torch.no_grad():
                terms = objective.terms(made.eval()(away), objective.content(away), [target])
            losses.append(round(objective.total(terms).item(), 4))
            made.train()
    return losses


def main() -> None:
    start = time.time()
    objective = style.Objective(style.perceptual())
    away = (data.photographs(SIZE, 16, seed=1, names=["coffee"]).samples + 1) / 2
    results: dict[str, list[list[float]]] = {"instance": [], "batch": []}
    for seed in SEEDS:
        for norm, runs in results.items():
            runs.append(run(norm, seed, objective, away))
            print(norm, seed, runs[-1], flush=True)
    steps = list(range(EVERY, STEPS + 1, EVERY))
    more = {"size": SIZE, "batch": BATCH, "manner": MANNER, "steps": steps}
    print(record.save("fast_norms", results, seconds=time.time() - start, **more))


if __name__ == "__main__":
    main()
