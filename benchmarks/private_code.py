"""An auxiliary classifier that learns from real samples alone, and not to name generated ones.

    python benchmarks/private_code.py

Everything else is as in ``conditional_digits.py``, whose row "auxiliary, norms" it stands beside.
"""

from __future__ import annotations

import time

import record
from conditional_digits import R1, SEEDS, STEPS, WAYS, Board
from torch import Tensor

from ganlearn import nets, rules, training
from ganlearn.conditional import AtFixedLabels, at_fixed_labels, classification_loss


class NamesRealOnesAlone(AtFixedLabels):
    """The discriminator's objective without the classes of generated samples."""

    def __call__(self, game: training.Game, real: Tensor, z: Tensor) -> Tensor:
        y = z[:, game.generator.latent :]
        named = game.discriminator(nets.with_planes(real, y))
        return super().__call__(game, real, z) + classification_loss(named, y)


def main() -> None:
    start = time.time()
    board = Board()
    results: dict[str, list[float]] = {"obedience": [], "variety": []}
    plain = rules.rule(penalties={"r1": R1})
    own = training.Phase("discriminator", NamesRealOnesAlone(plain[0].objective, "discriminator"))
    phases = (own, at_fixed_labels(plain, 1.0)[1])
    for seed in SEEDS:
        found = board.play(seed, WAYS["auxiliary, norms"], phases)
        for what, value in found.items():
            results[what].append(value)
        print(seed, *found.values(), flush=True)
    print(record.save("private_code", results, seconds=time.time() - start, steps=STEPS))


if __name__ == "__main__":
    main()
