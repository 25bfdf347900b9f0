"""Classifier two-sample test: can anybody learn to tell the two sets apart?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from ganlearn import progress, runtime
from ganlearn.metrics.given import pair, shuffled


@dataclass(frozen=True)
class TwoSample:
    """How well a classifier tells real from fake on samples that it has not seen.

    Attributes:
        accuracy: share of the held-out samples that it got right; about 0.5 when both sets come
            from the same distribution.
        p_value: the probability of an accuracy at least as high if they do.
    """

    accuracy: float
    p_value: float


def two_sample_test(
    real: Tensor, fake: Tensor, *, random: torch.Generator, steps: int = 200
) -> TwoSample:
    """Train a small classifier on one half of the samples and count on the other.

    As many samples of the larger set are used as the smaller one has. On the held-out half, with
    equal numbers of real and fake, a guess is right with probability 1/2, so the number of right
    answers is binomial (less spread than that if the classifier prefers one answer; the test is
    then careful, never too bold).

    A high p-value says that this classifier found no difference, not that there is none.

    Args:
        real: (n, d), n at least 4.
        fake: (m, d), m at least 4.
        random: draws the halves and the classifier's first weights.
        steps: of Adam, over the whole training half each time.

    Raises:
        UserError: for fewer than 4 samples, other shapes, NaN.

    Paper: Lopez-Paz and Oquab 2017, arXiv:1610.06545. Taught in chapter 08.
    """
    real, fake = pair(real, fake, least=4)
    n = min(len(real), len(fake))
    half = n // 2
    chosen = [side[shuffled(len(side), n, random, side.device)] for side in (real, fake)]
    train = torch.cat([side[:half] for side in chosen])
    test = torch.cat([side[half:] for side in chosen])
    mean, spread = train.mean(0), train.std(0).clamp(min=1e-12)
    train, test = ((side - mean) / spread for side in (train, test))
    seed = int(torch.randint(2**31, (), generator=random, device=random.device))
    classifier = _learn(train.float(), steps, seed)
    with torch.no_grad():
        says_real = classifier(test.float())[:, 0] > 0
    right = int(says_real[: n - half].sum()) + int((~says_real[n - half :]).sum())
    return TwoSample(right / len(test), binomial_tail(right, len(test)))


def _learn(train: Tensor, steps: int, seed: int) -> nn.Module:
    """A network that says above 0 for the first half of the rows and below for the second."""
    with runtime.seeded(seed):
        network = nn.Sequential(nn.Linear(train.shape[1], 64), nn.ReLU(), nn.Linear(64, 1))
    network.to(train.device)
    wanted = (torch.arange(len(train), device=train.device) < len(train) // 2).float()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=1e-2)
    with torch.enable_grad():
        for _ in progress.bar(range(steps), title="two-sample test", unit="step"):
            loss = binary_cross_entropy_with_logits(network(train)[:, 0], wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return network


def binomial_tail(successes: int, trials: int) -> float:
    """Probability of at least so many heads in so many throws of a fair coin.

    Args:
        successes: from 0 to trials.
        trials: at least 1.

    Taught in chapter 08.
    """
    heads = torch.arange(successes, trials + 1, dtype=torch.float64)
    n = torch.tensor(float(trials), dtype=torch.float64)
    ways = torch.lgamma(n + 1) - torch.lgamma(heads + 1) - torch.lgamma(n - heads + 1)
    return min(1.0, (ways - n * torch.log(n.new_tensor(2.0))).logsumexp(0).exp().item())
