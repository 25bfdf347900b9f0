"""Batch norms that help while a network is trained, and are gone when it is stored."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def with_norms(layers: nn.Sequential) -> nn.Sequential:
    """A chain whose ``conv…`` layers are each followed by a batch norm ``norm…``.

    First weights are drawn anew, such that a ReLU keeps the spread of what goes through: torch's
    own are smaller, and after eleven layers little of the picture would be left.

    Args:
        layers: a chain of named layers; they become part of the new one.
    """
    chain: OrderedDict[str, nn.Module] = OrderedDict()
    for name, layer in layers.named_children():
        chain[name] = layer
        if name.startswith("conv"):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
            chain[name.replace("conv", "norm")] = nn.BatchNorm2d(layer.out_channels)
    return nn.Sequential(chain)


def folded(layers: nn.Sequential) -> nn.Sequential:
    """The same function without batch norms: each becomes part of the convolution before it.

    Args:
        layers: of :func:`with_norms`, in eval mode; left as it is.
    """
    chain: OrderedDict[str, nn.Module] = OrderedDict()
    before = ""
    for name, layer in layers.named_children():
        if isinstance(layer, nn.BatchNorm2d):
            chain[before] = fuse_conv_bn_eval(chain[before], layer)
        else:
            chain[name] = layer
        before = name
    return nn.Sequential(chain)
