"""Train the network for all painters' schools: ``python -m ganlearn.weights.fast``.

Ctrl-C ends the training early, and what there is becomes the network that is shipped.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from torch import Tensor

from ganlearn import data, threads
from ganlearn.style.fast import FastStyle
from ganlearn.style.fast_shelf import SHIPPED, schools
from ganlearn.style.fast_training import pieces, train_fast
from ganlearn.style.judge import Judgement, judge
from ganlearn.style.networks import perceptual
from ganlearn.weights.crops import HELD_OUT, held_out
from ganlearn.weights.store import put

SETTINGS = {
    "strength": 0.5,
    "steps": 2_000,
    "size": 128,
    "batch": 2,
    "style_size": 256,
    "width": 16,
    "blocks": 5,
    "learning_rate": 2e-3,
    "seed": 0,
}


def make(**settings: Any) -> dict[str, Any]:
    """Train, write the weights and their card, and return the card.

    Args:
        settings: of :func:`ganlearn.style.train_fast`, in place of the usual ones.
    """
    threads.settle()
    settings = {**SETTINGS, **settings}
    names = [n for n in data.photograph_names(colour=True) if n not in HELD_OUT]
    contents = pieces(settings["size"], settings["seed"], n=512, names=names)
    start = time.perf_counter()
    trained = train_fast(list(data.SCHOOLS), contents=contents, callback=tell, **settings)
    seconds = round(time.perf_counter() - start)
    card = {
        "name": SHIPPED,
        "kind": "fast style",
        "data": f"384 pieces of the coloured photographs of docs/data.md without "
        f"{', '.join(HELD_OUT)}, and 128 of data.paintings; as styles one painting of each school",
        "for": "stylising pictures and clips in one pass, in the manner of the painters in code",
        "not for": "other styles (train a network for them), or other strengths",
        "licence": "MIT",
        "network": trained.card["network"],
        "styles": trained.card["styles"],
        "training": {k: v for k, v in trained.card.items() if k not in ("network", "styles")},
        "command": "python -m ganlearn.weights.fast",
        "seconds": seconds,
    }
    return put(trained.network.state_dict(), card, lambda: score(schools("cpu")))


def tell(step: int, terms: dict[str, Tensor]) -> None:
    """A line now and then."""
    if step % 200 == 0:
        print(step, {name: round(float(term), 3) for name, term in terms.items()}, flush=True)


def score(network: FastStyle) -> dict[str, Any]:
    """What a network that took no part thinks of held-out photographs, school by school."""
    method = perceptual()
    photographs = [one.clamp(0, 1) for one in held_out(256)]  # resizing rounds
    found = {
        school: [
            judge(photograph, school, network(photograph, index), method=method)
            for photograph in photographs
        ]
        for index, school in enumerate(data.SCHOOLS)
    }
    return {
        "protocol": str(found[data.SCHOOLS[0]][0].protocol),
        "style distance": _means(found, "style"),
        "of the photographs themselves": _means(found, "before"),
        "content distance": _means(found, "content"),
    }


def _means(found: dict[str, list[Judgement]], of: str) -> dict[str, float]:
    return {
        school: round(statistics.mean(getattr(one, of) for one in judgements), 3)
        for school, judgements in found.items()
    }


if __name__ == "__main__":
    print(json.dumps(make(), indent=2))
