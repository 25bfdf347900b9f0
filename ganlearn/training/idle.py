"""Keeping still the player whose turn it is not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextlib.contextmanager
def idle(network: nn.Module) -> Iterator[None]:
    """While inside, nothing of ``network`` changes: no gradient and no running statistic.

    Gradients still flow *through* the network to whoever feeds it. BatchNorm goes on normalising
    by the present batch, as in training, but does not count it: otherwise a discriminator's
    running mean would drift with every move of the generator.

    Taught in chapter 03.
    """
    parameters = [p for p in network.parameters() if p.requires_grad]
    norms = [m for m in network.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    for parameter in parameters:
        parameter.requires_grad_(False)
    for norm in norms:
        norm.track_running_stats = not norm.training
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)
        for norm in norms:
            norm.track_running_stats = True
