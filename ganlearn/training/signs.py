"""Vital signs of a game: a few numbers that say more than the losses, measured at every report.

They are taken on probes that are the same at every report, with random numbers of their own, while
nobody learns: a run with reports is, bit for bit, the run without them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ganlearn import runtime
from ganlearn.data import Source
from ganlearn.game import Game
from ganlearn.losses import Loss

PROBES = 256
"""Real and generated samples that are looked at."""
PLACES = 2
"""Numbers that say where the samples lie."""


@dataclass(frozen=True)
class Probes:
    """What the signs are measured on.

    Attributes:
        real: (n, *shape), samples of the data.
        others: (n, *shape), other samples of the data: what a perfect generator would make.
        z: (n, latent).
        directions: (places, features), plus and minus 1 over the root of their number, at right
            angles when that number is even.
    """

    real: Tensor
    others: Tensor
    z: Tensor
    directions: Tensor


def probes(source: Source, latent: int, seed: int, device: torch.device) -> Probes:
    """Probes for a source, the same for a seed.

    Args:
        source: of real samples, on the device.
        latent: size of z.
        seed: of all draws.
        device: where the players are.

    Taught in chapter 05.
    """
    random = runtime.generator(seed, device)
    real, others = source.draw(PROBES, random), source.draw(PROBES, random)
    z = torch.randn(PROBES, latent, generator=random, device=device)
    features = real[0].numel()
    first = 2.0 * torch.randint(0, 2, (features,), generator=random, device=device) - 1
    # Every other sign turned: at right angles to the first.
    second = torch.where(torch.arange(features, device=device) % 2 == 0, first, -first)
    return Probes(real, others, z, torch.stack([first, second]) / math.sqrt(features))


def measure(
    play: Callable[[Tensor, Tensor], tuple[Tensor, Tensor, Tensor]],
    loss: Loss,
    weights: Sequence[Tensor],
    seen: Probes,
) -> dict[str, Tensor]:
    """The signs of several games at once.

    Args:
        play: (real, z) to samples (members, n, *shape), the discriminator's logits on real and on
            these samples, both (members, n, …); differentiable.
        loss: of the players.
        weights: of the generators, each (members, …), for the length of their gradient.
        seen: what it is measured on.

    Returns:
        name to (members,), without gradient. ``real logit`` and ``fake logit`` are means.
        ``told apart``: the share of pairs in which the real sample has the higher logit, 1/2 for a
        guess. ``pull``: how hard the generator's loss asks for a higher logit, a sample; negative
        when it asks for a lower one. ``push``: how strongly it moves the samples themselves, times
        the spread of the data. ``gradient``: length of the gradient of the generator's weights.
        ``spread``: of the samples, over that of the data. ``variety``: how many different real
        samples are nearest to some generated one, over that number for other real samples.
        ``outside``, of pictures: the share of pixels below or above all of the data.
        ``place 1``, ``place 2``: the mean of the samples along two fixed directions, from the mean
        of the data, in spreads of the data.

    Taught in chapter 05.
    """
    fake, *logits = play(seen.real, seen.z)
    # A patch discriminator's map of logits counts by its mean.
    real_logits, fake_logits = (x.float().unsqueeze(-1).flatten(2).mean(2) for x in logits)
    given = (fake_logits, real_logits) if loss.paired else (fake_logits,)
    total = torch.vmap(loss.generator)(*given).sum()
    # A network may have weights that its samples do not depend on, such as an encoder's.
    asked = torch.autograd.grad(
        total, [fake_logits, fake, *weights], allow_unused=True, materialize_grads=True
    )
    pull, push, *slopes = (slope.float() for slope in asked)
    with torch.no_grad():
        points, real = fake.detach().float().flatten(2), seen.real.float().flatten(1)
        spread = real.var(0).sum().sqrt()
        place = (points.mean(1) - real.mean(0)) @ seen.directions.T / spread
        return {
            "real logit": real_logits.mean(1),
            "fake logit": fake_logits.mean(1),
            "told apart": told_apart(real_logits, fake_logits),
            "pull": -pull.sum(1),
            "push": push.flatten(2).norm(dim=2).sum(1) * spread,
            "gradient": sum(
                slope.reshape(len(slope), -1).square().sum(1) for slope in slopes
            ).sqrt(),
            "spread": points.var(1).sum(1).sqrt() / spread,
            "variety": variety(points, real, seen.others.float().flatten(1)),
            **({"outside": _outside(points, real)} if fake.dim() > 3 else {}),
            **{f"place {i + 1}": place[:, i] for i in range(PLACES)},
        }


def of_game(game: Game, seen: Probes) -> dict[str, float]:
    """The signs of one plain game; neither weights nor running statistics nor gradients change.

    Args:
        game: whose discriminator judges samples by themselves.
        seen: what they are measured on.

    Returns:
        name to value, as in :func:`measure`.

    Taught in chapter 05.
    """
    weights = {n: p.detach()[None].requires_grad_() for n, p in game.generator.named_parameters()}
    judge_weights = {n: p.detach() for n, p in game.discriminator.named_parameters()}

    def play(real: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        fake = _called(game.generator, {n: w[0] for n, w in weights.items()}, z)[None]
        judge = lambda x: _called(game.discriminator, judge_weights, x)[None]
        return fake, judge(real), judge(fake[0])

    with torch.enable_grad():
        found = measure(play, game.loss, list(weights.values()), seen)
    return {name: value.item() for name, value in found.items()}


def _called(network: nn.Module, weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """A network with other weights; what it counts, it counts in copies of its buffers."""
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    return functional_call(network, {**weights, **buffers}, (x,))


def told_apart(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """The share of pairs of a real and a fake in which the real one has the higher logit.

    Args:
        real_logits: (members, n).
        fake_logits: (members, n).

    Returns:
        (members,) in [0, 1]; a tie counts one half.

    Taught in chapter 05.
    """
    gap = real_logits[:, :, None] - fake_logits[:, None, :]
    return ((gap > 0).float() + 0.5 * (gap == 0)).mean((1, 2))


def variety(fake: Tensor, real: Tensor, others: Tensor) -> Tensor:
    """How many different real samples are nearest to some fake, over that number for real ones.

    Args:
        fake: (members, n, features).
        real: (n, features).
        others: (n, features), real as well.

    Returns:
        (members,): near 1 when the fakes are as varied as the data, 1/k when they are one kind of
        k, and near 0 when they are all alike.

    Taught in chapter 05.
    """
    hits = lambda x: len(torch.cdist(x, real).argmin(1).unique())
    return torch.tensor([hits(x) / hits(others) for x in fake], device=fake.device)


def _outside(points: Tensor, real: Tensor) -> Tensor:
    return ((points < real.min()) | (points > real.max())).float().mean((1, 2))
