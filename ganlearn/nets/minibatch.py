"""Minibatch standard deviation: a discriminator that sees how alike the samples of a batch are."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.nets.mlp import MLPDiscriminator, MLPGenerator


def minibatch_std(x: Tensor, group: int | None = None) -> Tensor:
    """How much the samples of a batch differ, as one number more for each sample.

    The standard deviation (divided by n, not n - 1) of every feature over the samples of a group,
    averaged over the features. A collapsed batch gives a small number, and real ones never do: the
    discriminator need not remember samples to notice it.

    Args:
        x: features (n, f) or maps (n, c, h, w).
        group: samples that are compared, a divisor of n: the first ``group`` together, then the
            next ones; the whole batch when not given.

    Returns:
        x with the number appended, (n, f + 1), or as one more map, (n, c + 1, h, w).

    Raises:
        UserError: when the groups do not fill the batch.

    Paper: Karras et al. 2018, arXiv:1710.10196, section 3. Taught in chapter 05.
    """
    group = group or len(x)
    if len(x) % group:
        raise UserError(
            f"A batch of {len(x)} does not split into groups of {group}; take a divisor of it."
        )
    groups = x.unflatten(0, (-1, group)).float()
    # The root has no slope at 0; a constant batch must give 0 and a gradient that is a number.
    variance = groups.var(1, correction=0)
    std = torch.where(variance > 0, variance.clamp(min=1e-12).sqrt(), 0.0)
    number = std.flatten(1).mean(1).repeat_interleave(group).to(x.dtype)
    column = number.reshape(-1, *[1] * (x.dim() - 1)).expand(-1, 1, *x.shape[2:])
    return torch.cat([x, column], 1)


class BatchwiseDiscriminator(MLPDiscriminator):
    """The fully connected discriminator, with minibatch standard deviation before its last layer.

    Its logits depend on who else is in the batch: judge real and generated samples in batches of
    their own. Taught in chapter 05.
    """

    def __init__(self, shape: Sequence[int], hidden: int = 128, depth: int = 2) -> None:
        super().__init__(shape, hidden, depth)
        self.body[-1] = nn.Linear(hidden + 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.body[-1](minibatch_std(self.body[:-1](x.flatten(1)))).squeeze(1)


def batchwise_mlp(
    shape: Sequence[int], *, latent: int = 16, hidden: int = 128, depth: int = 2, seed: int = 0
) -> tuple[MLPGenerator, BatchwiseDiscriminator]:
    """As :func:`ganlearn.nets.mlp`, with a discriminator that sees how alike a batch is.

    Args:
        shape, latent, hidden, depth, seed: as there; the generator's first weights are the same.

    Paper: Karras et al. 2018, arXiv:1710.10196. Taught in chapter 05.
    """
    with runtime.seeded(seed):
        generator = MLPGenerator(shape, latent, hidden, depth)
        return generator, BatchwiseDiscriminator(shape, hidden, depth)
