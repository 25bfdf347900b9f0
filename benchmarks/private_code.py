"""An auxiliary classifier that learns from real samples alone, and not to name generated ones.

    python benchmarks/private_code.py

Everything else is as in ``conditional_digits.py``, whose row "auxiliary, norms" it stands beside.
"""

from __future__ import annotations

import time

import record
import torch
from conditional_digits import EACH, SEEDS, STEPS
from torch import Tensor

from ganlearn import conditional, data, metrics, nets, rules, training
from ganlearn.conditional import AtFixedLabels, at_fixed_labels, classification_loss
from ganlearn.metrics.obedience import obedience, variety


class NamesRealOnesAlone(AtFixedLabels):
    """The discriminator's objective without the classes of generated samples."""

    def __call__(self, game: training.Game, real: Tensor, z: Tensor) -> Tensor:
        y = z[:, game.generator.latent :]
        named = game.discriminator(nets.with_planes(real, y))
        return super().__call__(game, real, z) + classification_loss(named, y)


def main() -> None:
    start = time.time()
    train, held_out = data.digits(size=16).split(0.8, seed=0)
    reader = metrics.train_classifier(train)
    apart = variety(held_out.samples, held_out.labels, 10)
    asked = conditional.in_order(EACH, 10)
    results: dict[str, list[float]] = {"obedience": [], "variety": []}
    plain = rules.rule(penalties={"r1": 0.1})
    own = training.Phase("discriminator", NamesRealOnesAlone(plain[0].objective, "discriminator"))
    phases = (own, at_fixed_labels(plain, 1.0)[1])
    for seed in SEEDS:
        pair = nets.conditional(16, 1, 10, judge="auxiliary", latent=16, width=16, seed=seed)
        trainer = training.Trainer(
            conditional.ConditionalGame(*pair, r1=0.1),
            conditional.Labelled(train),
            seed=seed,
            learning_rate=1e-3,
            ema_half_life=10_000,
            precision="float32",
            phases=phases,
        )
        for _ in trainer.run(STEPS, every=STEPS):
            pass
        with torch.no_grad():
            made = trainer.samples(EACH, seed=1).cpu()
        results["obedience"].append(round(obedience(reader, made, asked).share, 3))
        results["variety"].append(round((variety(made, asked, 10) / apart).mean().item(), 3))
        print(seed, results["obedience"][-1], results["variety"][-1], flush=True)
    print(record.save("private_code", results, seconds=time.time() - start, steps=STEPS))


if __name__ == "__main__":
    main()
