"""Five seeds of four ways to tell a class, on the scanned digits at 16 × 16 pixels.

    python benchmarks/conditional_digits.py

Obedience: share of generated digits that a separately trained classifier takes for the class that
was asked for. Variety: how far two pictures of a class are apart, mean over the classes, relative
to held-out digits.
"""

from __future__ import annotations

import time

import record

from ganlearn import conditional, data, metrics, nets, training
from ganlearn.metrics.obedience import obedience, variety

STEPS, SEEDS, EACH = 400, range(5), 2_000
WAYS = {
    "concatenation, norms": {"judge": "concatenation", "given": "norm"},
    "auxiliary, norms": {"judge": "auxiliary", "given": "norm"},
    "projection, norms": {"judge": "projection", "given": "norm"},
    "projection, with the latents": {"judge": "projection", "given": "concatenation"},
}
"""How the discriminator is told, how the generator is told."""


def main() -> None:
    start = time.time()
    train, held_out = data.digits(size=16).split(0.8, seed=0)
    reader = metrics.train_classifier(train)
    apart = variety(held_out.samples, held_out.labels, 10)
    asked = conditional.in_order(EACH, 10)
    results: dict[str, dict[str, list[float]]] = {
        name: {"obedience": [], "variety": []} for name in WAYS
    }
    for seed in SEEDS:
        for name, ways in WAYS.items():
            pair = nets.conditional(16, 1, 10, latent=16, width=16, seed=seed, **ways)
            trainer = training.Trainer(
                conditional.ConditionalGame(*pair, r1=0.1),
                conditional.Labelled(train),
                seed=seed,
                learning_rate=1e-3,
                ema_half_life=10_000,
                precision="float32",
            )
            for _ in trainer.run(STEPS, every=STEPS):
                pass
            made = trainer.samples(EACH, seed=1).cpu()
            found = results[name]
            found["obedience"].append(round(obedience(reader, made, asked).share, 3))
            found["variety"].append(round((variety(made, asked, 10) / apart).mean().item(), 3))
            print(seed, name, found["obedience"][-1], found["variety"][-1], flush=True)
    real = round(obedience(reader, held_out.samples, held_out.labels).share, 3)
    more = {"steps": STEPS, "held-out digits": {"obedience": real, "variety": 1.0}}
    print(record.save("conditional_digits", results, seconds=time.time() - start, **more))


if __name__ == "__main__":
    main()
