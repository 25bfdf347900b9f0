"""Five seeds of four ways to tell a class, on the scanned digits at 16 × 16 pixels.

    python benchmarks/conditional_digits.py

Obedience: share of generated digits that a separately trained classifier takes for the class that
was asked for. Variety: how far two pictures of a class are apart, mean over the classes, relative
to held-out digits.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import record

from ganlearn import conditional, data, metrics, nets, training
from ganlearn.metrics.obedience import obedience, variety

STEPS, SEEDS, EACH = 400, range(5), 2_000
R1 = 0.1  # weight of the penalty
WAYS = {
    "concatenation, norms": {"judge": "concatenation", "given": "norm"},
    "auxiliary, norms": {"judge": "auxiliary", "given": "norm"},
    "projection, norms": {"judge": "projection", "given": "norm"},
    "projection, with the latents": {"judge": "projection", "given": "concatenation"},
}
"""How the discriminator is told, how the generator is told."""


class Board:
    """The digits that all ways learn from, and those who judge what each has learned.

    Attributes:
        train, held_out: digits.
        reader: a classifier that took no part.
    """

    def __init__(self) -> None:
        self.train, self.held_out = data.digits(size=16).split(0.8, seed=0)
        self.reader = metrics.train_classifier(self.train)
        self._apart = variety(self.held_out.samples, self.held_out.labels, 10)

    def play(
        self, seed: int, ways: dict[str, str], phases: Sequence[training.Phase] | None = None
    ) -> dict[str, float]:
        """Obedience and variety after a run.

        Args:
            seed: of networks and run.
            ways: how discriminator and generator are told.
            phases: the order of play; the game's own when not given.
        """
        pair = nets.conditional(16, 1, 10, latent=16, width=16, seed=seed, **ways)
        trainer = training.Trainer(
            conditional.ConditionalGame(*pair, r1=R1),
            conditional.Labelled(self.train),
            seed=seed,
            learning_rate=1e-3,
            ema_half_life=10_000,
            precision="float32",
            phases=phases,
        )
        for _ in trainer.run(STEPS, every=STEPS):
            pass
        made, asked = trainer.samples(EACH, seed=1).cpu(), conditional.in_order(EACH, 10)
        return {
            "obedience": round(obedience(self.reader, made, asked).share, 3),
            "variety": round((variety(made, asked, 10) / self._apart).mean().item(), 3),
        }


def main() -> None:
    start = time.time()
    board = Board()
    results: dict[str, dict[str, list[float]]] = {
        name: {"obedience": [], "variety": []} for name in WAYS
    }
    for seed in SEEDS:
        for name, ways in WAYS.items():
            found = board.play(seed, ways)
            for what, value in found.items():
                results[name][what].append(value)
            print(seed, name, *found.values(), flush=True)
    real = board.held_out
    share = round(obedience(board.reader, real.samples, real.labels).share, 3)
    more = {"steps": STEPS, "held-out digits": {"obedience": share, "variety": 1.0}}
    print(record.save("conditional_digits", results, seconds=time.time() - start, **more))


if __name__ == "__main__":
    main()
