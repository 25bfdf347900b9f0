"""Would somebody who reads digits, or knows the painters, recognise a generated picture?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ganlearn import progress, runtime
from ganlearn.data import Dataset


@dataclass(frozen=True)
class Recognition:
    """What a classifier says about pictures.

    Attributes:
        confident: share of the pictures on which its highest probability reaches the threshold,
            in [0, 1].
        balance: (classes,) share of each class among those pictures; sums to 1.
    """

    confident: float
    balance: Tensor


def train_classifier(
    dataset: Dataset, *, steps: int = 400, batch: int = 128, seed: int = 0
) -> nn.Module:
    """A small convolutional classifier of labelled pictures, on the device of the data set.

    Args:
        dataset: pictures (n, channels, size, size) in [-1, 1] with labels.
        steps: of AdamW with one cycle of the learning rate.
        batch: pictures in a step.
        seed: of weights and batches.

    Returns:
        A network in eval mode: pictures to logits (n, classes). Taught in chapter 04.
    """
    device = dataset.samples.device
    with runtime.seeded(seed):
        network = _network(dataset.shape[0], len(dataset.label_names)).to(device)
    random = runtime.generator(seed, device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for _ in progress.bar(range(steps), title="training a classifier", unit="step"):
        chosen = torch.randint(len(dataset), (batch,), generator=random, device=device)
        loss = cross_entropy(network(dataset.samples[chosen]), dataset.labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def _network(channels: int, classes: int) -> nn.Sequential:
    def block(before: int, after: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 3, 2, 1), nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        *block(channels, 32),
        *block(32, 64),
        *block(64, 128),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(512, classes),
    )


@torch.no_grad()
def recognise(classifier: nn.Module, pictures: Tensor, *, threshold: float = 0.9) -> Recognition:
    """How many pictures the classifier is sure about, and what it takes them for.

    Args:
        classifier: pictures to logits (n, classes).
        pictures: (n, channels, size, size) in [-1, 1].
        threshold: the probability from which it counts as sure.

    Taught in chapter 04.
    """
    device = next(classifier.parameters()).device
    parts = [classifier(part.to(device).float()) for part in pictures.split(512)]
    probability, label = torch.cat(parts).softmax(1).max(1)
    sure = probability >= threshold
    counts = torch.bincount(label[sure], minlength=parts[0].shape[1]).float()
    return Recognition(sure.float().mean().item(), counts / counts.sum().clamp(min=1))
