"""Five seeds of three pairs of players on the scanned digits, at the laptop budget of chapter 04.

    python benchmarks/digits_players.py

The score is the share of generated digits on which a separately trained classifier is sure
(probability at least 0.9), relative to that share on held-out real digits.
"""

from __future__ import annotations

import time

import record

from ganlearn import data, metrics, nets, progress, training

STEPS, SEEDS = 1_200, range(5)
PAIRS = {
    "fully connected": lambda seed: nets.mlp((1, 16, 16), latent=16, hidden=256, seed=seed),
    "DCGAN": lambda seed: nets.dcgan(16, 1, latent=16, width=32, seed=seed),
    "DCGAN against LeNet": lambda seed: (
        nets.dcgan(16, 1, latent=16, width=32, seed=seed)[0],
        nets.lenet_discriminator(16, 1, seed=seed),
    ),
}


def main() -> None:
    start = time.time()
    train, held_out = data.digits(size=16).split(0.8, seed=0)
    reader = metrics.train_classifier(train)
    real = metrics.recognise(reader, held_out.samples).confident
    scores: dict[str, list[float]] = {name: [] for name in PAIRS}
    for name, seed in progress.bar([(n, s) for s in SEEDS for n in PAIRS], title="runs"):
        trainer = training.Trainer(
            training.Game(*PAIRS[name](seed)),
            train,
            seed=seed,
            learning_rate=1e-3,
            ema_half_life=50_000,
        )
        for _ in trainer.run(STEPS, every=STEPS):
            pass
        made = metrics.recognise(reader, trainer.samples(2_000, seed=1))
        scores[name].append(round(made.confident / real, 3))
        print(name, seed, scores[name][-1], flush=True)
    print(record.save("digits_players", scores, seconds=time.time() - start, steps=STEPS))


if __name__ == "__main__":
    main()
