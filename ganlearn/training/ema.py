"""An average of a network's weights over its recent past."""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.parametrizations import _SpectralNorm
from torch.nn.utils.parametrize import ParametrizationList

RAMP = 0.05
"""The half-life is at most this share of the samples seen: a young average forgets fast."""


class EMA:
    """Exponential moving average of a network, with its half-life counted in samples seen.

    Weights and BatchNorm's running statistics are averaged; every other buffer is copied. The unit
    vectors of spectral norm are neither: their average is no unit vector, and those of the newest
    weights do not belong to the averaged ones. The copy follows its own, a step at each update.

    Attributes:
        network: the averaged copy, in eval mode, without gradients.

    Paper: Yazıcı et al. 2019, arXiv:1806.04498. Taught in chapter 05.
    """

    def __init__(self, network: nn.Module, half_life: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.half_life = half_life
        averaged = {
            id(buffer)
            for m in network.modules()
            if isinstance(m, _BatchNorm) and m.running_mean is not None
            for buffer in (m.running_mean, m.running_var)
        }
        self._spectral = [m for m in self.network.modules() if isinstance(m, _SpectralNorm)]
        own = {id(buffer) for m in self._spectral for buffer in m.buffers()}
        self._weights = [
            m
            for m in self.network.modules()
            if isinstance(m, ParametrizationList) and any(isinstance(p, _SpectralNorm) for p in m)
        ]
        both = zip(self.network.buffers(), network.buffers(), strict=True)
        pairs = [(old, new) for old, new in both if id(old) not in own]
        self._slow = list(self.network.parameters()) + [o for o, n in pairs if id(n) in averaged]
        self._fast = list(network.parameters()) + [n for _, n in pairs if id(n) in averaged]
        self._copied = [(o, n) for o, n in pairs if id(n) not in averaged]

    def decay(self, samples_seen: int, batch: int) -> float:
        """The share of the old average that one step of ``batch`` samples keeps."""
        half_life = min(self.half_life, RAMP * samples_seen)
        return 0.5 ** (batch / half_life) if half_life > 0 else 0.0

    @torch.no_grad()
    def update(self, samples_seen: int, batch: int) -> None:
        """Move the average towards the network after a step of ``batch`` samples."""
        torch._foreach_lerp_(self._slow, self._fast, 1 - self.decay(samples_seen, batch))
        for old, new in self._copied:
            old.copy_(new)
        for norm in self._spectral:
            norm.train()
        for weight in self._weights:
            weight()  # one step of power iteration
        for norm in self._spectral:
            norm.eval()
