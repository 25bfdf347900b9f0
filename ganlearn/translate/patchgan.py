"""A discriminator of patches: a map of logits, each of which sees a part of the picture."""

from __future__ import annotations

import itertools

from torch import Tensor, nn

from ganlearn.errors import UserError


class PatchGAN(nn.Module):
    """Pictures (n, channels, height, width) to a map of logits (n, 1, rows, columns).

    Each logit says whether the patch around it looks real; the loss averages over all of them.
    Such a judge knows nothing of the picture beyond its patch. It judges texture, as a Gram matrix
    does, but by features that it learns. (While it trains, BatchNorm lets the brightness of the
    whole batch seep in.)

    Args:
        channels: of the picture, and of what is shown with it.
        width: feature maps of the first layer.
        depth: halvings; the patch has a side of 7, 16, 34, 70 or 142 pixels for 0 to 4 of them.

    Paper: Isola et al. 2017, arXiv:1611.07004, section 3.2.2; its discriminator is depth 3, the
    70 x 70 PatchGAN. Taught in chapter 13.
    """

    def __init__(self, channels: int = 3, width: int = 32, depth: int = 3) -> None:
        super().__init__()
        maps = [width * min(2**i, 8) for i in range(depth + 1)]
        strides = [2] * depth + [1]
        layers: list[nn.Module] = [nn.Conv2d(channels, maps[0], 4, strides[0], 1)]
        for (before, after), stride in zip(itertools.pairwise(maps), strides[1:], strict=True):
            layers += [
                nn.LeakyReLU(0.2),
                nn.Conv2d(before, after, 4, stride, 1),
                nn.BatchNorm2d(after),
            ]
        self.body = nn.Sequential(*layers, nn.LeakyReLU(0.2), nn.Conv2d(maps[-1], 1, 4, 1, 1))
        self.smallest = smallest(self.body)

    def forward(self, x: Tensor) -> Tensor:
        if min(x.shape[-2:]) < self.smallest:
            raise UserError(
                f"A patch discriminator with patches of {receptive_field(self.body)} pixels needs "
                f"pictures of at least {self.smallest} on a side; got {tuple(x.shape[-2:])}. "
                f"Take a smaller depth or larger pictures."
            )
        return self.body(x)


def receptive_field(layers: nn.Sequential) -> int:
    """Side of the square of pixels that one number at the end of a chain of convolutions sees.

    From the end backwards: n numbers next to each other come from (n - 1)·stride + kernel.

    Taught in chapter 13.
    """
    field = 1
    for layer in reversed(_convolutions(layers)):
        field = (field - 1) * layer.stride[0] + layer.kernel_size[0]
    return field


def smallest(layers: nn.Sequential) -> int:
    """Least side of a picture from which a chain of convolutions still makes one number.

    Taught in chapter 13.
    """
    side = 1
    for layer in reversed(_convolutions(layers)):
        side = max(1, (side - 1) * layer.stride[0] + layer.kernel_size[0] - 2 * layer.padding[0])
    return side


def _convolutions(layers: nn.Sequential) -> list[nn.Conv2d]:
    return [layer for layer in layers if isinstance(layer, nn.Conv2d)]
