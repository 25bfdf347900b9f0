"""Where in a picture a network saw what raised its score."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, relu

from ganlearn.errors import UserError

Score = Callable[[Tensor], Tensor]
"""A network's output to one number a picture, (n,)."""


def grad_cam(
    network: nn.Module, layer: nn.Module, pictures: Tensor, score: Score = lambda output: output
) -> Tensor:
    r"""Where a network saw what raised its score, if every place has the same say.

    With the layer's feature maps :math:`A_k` and :math:`\alpha_k` the mean over the places of
    :math:`\partial\,\text{score} / \partial A_k`, the heat is
    :math:`\mathrm{ReLU}\big(\sum_k \alpha_k A_k\big)`, enlarged to the picture. The mean is
    harmless when the network averages its last maps before it decides. Where it weighs each place
    by itself, as a DCGAN's discriminator does, :func:`hires_cam` is the one to take.

    Args:
        network: pictures to an output; in eval mode, or BatchNorm will let the pictures of the
            batch look at each other.
        layer: a part of it whose output is (n, channels, h, w).
        pictures: (n, channels, height, width), on the network's scale.
        score: ``lambda output: output[:, 3]`` for a class, ``lambda logits: -logits`` for what
            speaks for a fake.

    Returns:
        (n, 1, height, width), at least 0.

    Raises:
        UserError: when the layer took no part, or gave no feature maps.

    Paper: Selvaraju et al. 2017, arXiv:1610.02391. Taught in chapter 10.
    """
    maps, slopes = _maps_and_slopes(network, layer, pictures, score)
    return _heat(slopes.mean((2, 3), keepdim=True) * maps, pictures)


def hires_cam(
    network: nn.Module, layer: nn.Module, pictures: Tensor, score: Score = lambda output: output
) -> Tensor:
    r"""Where a network saw what raised its score, each place weighed by its own slope.

    The heat is :math:`\mathrm{ReLU}\big(\sum_k \partial\,\text{score} / \partial A_k \cdot
    A_k\big)`, the product taken place by place. When all that follows the layer is linear, the
    sum inside the ReLU adds up over the places to the score without its bias.

    Args, returns and errors are those of :func:`grad_cam`.

    Paper: Draelos and Carin 2020, arXiv:2011.08891. Taught in chapter 10.
    """
    maps, slopes = _maps_and_slopes(network, layer, pictures, score)
    return _heat(slopes * maps, pictures)


def _maps_and_slopes(
    network: nn.Module, layer: nn.Module, pictures: Tensor, score: Score
) -> tuple[Tensor, Tensor]:
    """A layer's feature maps and the score's derivative by them, each (n, channels, h, w)."""
    seen: list[Tensor] = []
    handle = layer.register_forward_hook(lambda module, given, output: seen.append(output))
    try:
        # Weights may be frozen; that the pictures are not makes the layer's output differentiable.
        total = score(network(pictures.detach().requires_grad_())).sum()
    finally:
        handle.remove()
    if len(seen) != 1 or seen[0].ndim != 4:
        raise UserError(
            "A heat map needs a layer that is used once and gives feature maps (n, channels, h, w)."
        )
    (slopes,) = torch.autograd.grad(total, seen[0])
    return seen[0].detach(), slopes


def _heat(contributions: Tensor, pictures: Tensor) -> Tensor:
    heat = relu(contributions.sum(1, keepdim=True))
    return interpolate(heat, pictures.shape[2:], mode="bilinear", align_corners=False)
