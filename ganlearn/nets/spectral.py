"""Spectral normalisation: no layer stretches anything by more than 1."""

from __future__ import annotations

from typing import TypeVar

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganlearn import runtime

N = TypeVar("N", bound=nn.Module)
LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)


def spectrally_normalised(network: N, iterations: int = 1, seed: int = 0) -> N:
    """Divide every linear and convolutional layer's weights by their largest singular value σ.

    A linear layer then stretches no difference of two inputs, and a chain of them with bends of
    slope at most 1 is 1-Lipschitz. For a convolution σ is that of its kernel, laid out as a matrix
    of one row per output channel; the layer itself may stretch by somewhat more.

    σ is found by power iteration, one step at each forward pass in training mode: it follows the
    weights, some percent behind while they move fast. In eval mode σ stays.

    Args:
        network: changed in place; its layers keep their weights as ``parametrizations``.
        iterations: steps of power iteration a pass.
        seed: of the vectors that the iteration starts from.

    Returns:
        The same network.

    Paper: Miyato et al. 2018, arXiv:1802.05957. Taught in chapter 06.
    """
    with runtime.seeded(seed):
        for layer in list(network.modules()):
            if isinstance(layer, LAYERS):
                dim = 1 if isinstance(layer, nn.ConvTranspose1d | nn.ConvTranspose2d) else 0
                spectral_norm(layer, n_power_iterations=iterations, dim=dim)
    return network
