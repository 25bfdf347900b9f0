"""Train the networks that pictures are measured by: ``python -m ganlearn.weights.features``.

A word more, ``digits`` or ``paintings``, trains one of them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

from ganlearn import data, progress, runtime
from ganlearn.data import Dataset
from ganlearn.errors import UserError
from ganlearn.metrics.extraction import SHIPPED
from ganlearn.metrics.networks import FeatureNet, feature_net
from ganlearn.weights.norms import folded, with_norms
from ganlearn.weights.store import put

BATCH, RATE, DECAY, SEED = 128, 4e-3, 0.05, 0
HELD_OUT, SPLIT_SEED = 0.2, 0  # the same split as for the shipped generators


@dataclass(frozen=True)
class Recipe:
    """All that decides what a feature network becomes.

    Attributes:
        datasets: makes the pictures at every size that the course uses, in the same order.
        network: arguments of :class:`ganlearn.metrics.networks.FeatureNet`.
        steps: of training.
        turn, zoom, shift: how much pictures are changed: radians, share of the size, share of
            half a side.
        words: for the card: what the data are, what it is for and what not.
    """

    datasets: Callable[[], list[Dataset]]
    network: dict[str, Any]
    steps: int
    turn: float
    zoom: float
    shift: float
    words: dict[str, str]


RECIPES = {
    "digits": Recipe(
        datasets=lambda: [data.digits(size=size) for size in (16, 32, 8)],
        network={"size": 16, "channels": 1, "widths": (32, 64, 64), "features": 64, "classes": 10},
        steps=600,
        turn=0.15,
        zoom=0.1,
        shift=0.12,
        words={
            "data": "Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998): the "
            "test set, which scikit-learn ships without a licence of its own, at 8, 16 and 32 "
            "pixels. Terms: https://archive.ics.uci.edu/dataset/80",
            "for": "comparing sets of scanned digits (Fréchet, kernel distance, neighbourhoods), "
            "and telling which digit a picture shows",
            "not for": "other pictures, or reading digits of other scanners and pens",
            "licence": "MIT",
        },
    ),
    "paintings": Recipe(
        datasets=lambda: [data.paintings(6_400, size=32, seed=1)],
        network={"size": 32, "channels": 3, "widths": (24, 48, 64, 64), "features": 64}
        | {"classes": len(data.SCHOOLS)},
        steps=400,
        turn=0.0,
        zoom=0.1,
        shift=0.1,
        words={
            "data": "data.paintings: eight schools of painters written in code, 32 x 32 pixels, "
            "MIT licence; other pictures than the shipped generator has seen",
            "for": "comparing sets of paintings (Fréchet, kernel distance, neighbourhoods), "
            "and telling which school a picture is of",
            "not for": "photographs: it has never seen one",
            "licence": "MIT",
        },
    ),
}


def make(name: str) -> dict[str, Any]:
    """Train a feature network, write its weights and its card, and return the card.

    Raises:
        UserError: when there is no recipe of this name.
    """
    if name not in RECIPES:
        raise UserError(f"There is no recipe {name!r}; choose from {', '.join(RECIPES)}.")
    recipe = RECIPES[name]
    sizes = [dataset.split(1 - HELD_OUT, SPLIT_SEED) for dataset in recipe.datasets()]
    train, held_out = zip(*sizes, strict=True)
    start = time.perf_counter()
    network = fit(recipe, train)
    seconds = time.perf_counter() - start
    card = {
        "name": SHIPPED[name],
        "kind": "features",
        **recipe.words,
        "network": recipe.network,
        "classes": list(train[0].label_names),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "training": {
            "pictures": len(train[0]),
            "held_out": len(held_out[0]),
            "split_seed": SPLIT_SEED,
            "sizes": [dataset.shape[-1] for dataset in train],
            "steps": recipe.steps,
            "batch": BATCH,
            "peak learning rate": RATE,
            "weight decay": DECAY,
            "turned, zoomed, shifted": [recipe.turn, recipe.zoom, recipe.shift],
            "seed": SEED,
        },
        "command": f"python -m ganlearn.weights.features {name}",
        "seconds": round(seconds),
    }
    return put(network.state_dict(), card, lambda: score(feature_net(SHIPPED[name]), held_out))


def fit(recipe: Recipe, train: tuple[Dataset, ...]) -> FeatureNet:
    """A trained network on the CPU, without batch norms, whose features have mean square 1."""
    device = runtime.device()
    with runtime.seeded(SEED):
        network = FeatureNet(**recipe.network)
        network.layers = with_norms(network.layers)
    network.to(device)
    random = runtime.generator(SEED)
    # Pictures are brought to the network's size once; it would otherwise do so at every step.
    pictures = [network.fit(dataset.samples).to(device) for dataset in train]
    labels = train[0].labels.to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=recipe.steps)
    for step in progress.bar(range(recipe.steps), title="training features", unit="step"):
        chosen = torch.randint(len(labels), (BATCH,), generator=random).to(device)
        batch = moved(pictures[step % len(pictures)][chosen], recipe, random)
        logits = network.head(network(batch))
        loss = cross_entropy(logits, labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    network.eval()
    network.layers = folded(network.layers)
    with torch.no_grad():
        normalise(network, torch.cat([network(part) for part in pictures[0].split(256)]))
    return network.cpu()


def moved(pictures: Tensor, recipe: Recipe, random: torch.Generator) -> Tensor:
    """Pictures (n, channels, size, size) turned, zoomed and shifted a little, each its own way."""
    n = len(pictures)
    angle, zoom, *shift = (2 * torch.rand(4, n, generator=random) - 1).unbind()
    angle, zoom = recipe.turn * angle, 1 + recipe.zoom * zoom
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    across, down = (recipe.shift * part for part in shift)
    matrices = torch.stack([cos, -sin, across, sin, cos, down], 1).view(n, 2, 3)
    grid = affine_grid(matrices.to(pictures.device), list(pictures.shape), align_corners=False)
    return grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def normalise(network: FeatureNet, features: Tensor) -> None:
    """Scale all features alike, so that their mean square is 1; the logits stay as they are.

    The kernel distance raises (x·y / d + 1) to the third power: with features of another scale
    either the 1 or the power would say nothing.
    """
    scale = features.square().mean().sqrt()
    for parameter in network.last.parameters():
        parameter.div_(scale)
    network.head.weight.mul_(scale)


@torch.no_grad()
def score(network: FeatureNet, held_out: tuple[Dataset, ...]) -> dict[str, Any]:
    """How often the classifier is right on the held-out pictures of each size."""
    right = {}
    for dataset in held_out:
        said = network.head(network(dataset.samples)).argmax(1)
        right[f"{dataset.shape[-1]} pixels"] = round(
            (said == dataset.labels).double().mean().item(), 4
        )
    return {"accuracy on held-out pictures": right}


if __name__ == "__main__":
    for asked in sys.argv[1:] or sorted(RECIPES):
        print(json.dumps(make(asked), indent=2))
