"""What a convolutional network sees: pictures in, named features out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from ganlearn.errors import UserError
from ganlearn.style.convolution import Convolution

VGG19 = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)
"""Channels of VGG-19's convolutions, a tuple for every size of picture."""

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's red, green and blue in [0, 1]; the networks here expect pictures on this scale."""

Pooling = Literal["max", "average"]


def vgg(
    widths: Sequence[Sequence[int]],
    padding: Literal["zeros", "reflect"] = "reflect",
    pooling: Pooling = "max",
) -> nn.Sequential:
    """A plain chain of 3 x 3 convolutions, named as in the papers: conv1_1, relu1_1, …, pool1, ….

    No ReLU works in place, so that every name can be asked for, those before a ReLU too.

    Args:
        widths: channels of the convolutions, a tuple for every size of picture.
        padding: what lies beyond the picture's edge.
        pooling: between the sizes, over 2 x 2 pixels.

    Paper: Simonyan and Zisserman 2015, arXiv:1409.1556. Taught in chapter 10.
    """
    pool = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[pooling]
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    for block, block_widths in enumerate(widths, 1):
        if block > 1:
            layers[f"pool{block - 1}"] = pool(2)
        for index, width in enumerate(block_widths, 1):
            layers[f"conv{block}_{index}"] = Convolution(
                channels, width, 3, padding=1, padding_mode=padding
            )
            layers[f"relu{block}_{index}"] = nn.ReLU()
            channels = width
    return nn.Sequential(layers)


class Extractor(nn.Module):
    """A frozen network whose layers can be asked for by name.

    Pictures go in as they are looked at, red, green and blue in [0, 1]; the network's own scale
    is its own affair. The computation stops after the deepest layer that was asked for.

    Args:
        layers: named steps from a picture to ever deeper features.
        name: for protocols, such as ``"perceptual"``.
        mean, std: of red, green and blue, what the first layer expects to be 0 and 1.

    Taught in chapter 10.
    """

    def __init__(
        self,
        layers: nn.Sequential,
        name: str,
        mean: Sequence[float] = MEAN,
        std: Sequence[float] = STD,
    ) -> None:
        super().__init__()
        self.layers, self.name = layers, name
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1))
        self.eval().requires_grad_(False)

    @property
    def names(self) -> tuple[str, ...]:
        """All that can be asked for, the shallowest first."""
        return tuple(name for name, _ in self.layers.named_children())

    def forward(self, pictures: Tensor, names: Iterable[str]) -> dict[str, Tensor]:
        """The features of pictures at the named layers.

        Args:
            pictures: (n, 3, height, width) in [0, 1].
            names: of layers, in any order.

        Returns:
            For every name features (n, channels, height / s, width / s), where s is 1, 2, 4, 8
            or 16: a layer's stride; the shallowest layer first.

        Raises:
            UserError: for a name that there is not, or pictures of another shape or too small.
        """
        wanted = self.check(names)
        self._check_pictures(pictures, wanted[-1])
        found: dict[str, Tensor] = {}
        features = (pictures - self.mean) / self.std
        for name, layer in self.layers.named_children():
            features = layer(features)
            if name in wanted:
                found[name] = features
            if len(found) == len(wanted):
                break
        return found

    def check(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names in the network's order, each once.

        Raises:
            UserError: for one that there is not, or none at all.
        """
        asked = (names,) if isinstance(names, str) else tuple(names)
        unknown = [name for name in asked if name not in self.names]
        if unknown or not asked:
            raise UserError(
                f"The network {self.name} has no layer {', '.join(unknown) or '(none was named)'}; "
                f"choose from {', '.join(self.names)}."
            )
        return tuple(name for name in self.names if name in asked)

    def stride(self, name: str) -> int:
        """Pixels of the picture from one place of a layer to the next."""
        stride = 1
        for layer in self._until(name):
            stride *= layer.stride if isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d)) else 1
        return stride

    def receptive_field(self, name: str) -> int:
        """Side of the square of pixels that one place of a layer can see.

        Taught in chapter 10.
        """
        field, stride = 1, 1
        for layer in self._until(name):
            if isinstance(layer, nn.Conv2d):
                field += (layer.kernel_size[0] - 1) * stride
            elif isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d)):
                field += (layer.kernel_size - 1) * stride
                stride *= layer.stride
        return field

    def smallest(self, name: str) -> int:
        """Least height and width, in pixels, of a picture that reaches a layer."""
        return 2 * self.stride(name)  # reflection needs two places to reflect

    def _until(self, name: str) -> list[nn.Module]:
        (name,) = self.check([name])
        children = list(self.layers.named_children())
        return [layer for _, layer in children[: self.names.index(name) + 1]]

    def _check_pictures(self, pictures: Tensor, deepest: str) -> None:
        if pictures.ndim != 4 or pictures.shape[1] != 3:
            raise UserError(
                f"Features are taken of pictures (n, 3, height, width), red, green and blue; "
                f"these are {tuple(pictures.shape)}."
            )
        least = self.smallest(deepest)
        if min(pictures.shape[-2:]) < least:
            height, width = pictures.shape[-2:]
            raise UserError(
                f"A picture of {width} x {height} pixels is too small for {deepest}, which needs "
                f"{least} on each side; enlarge it or leave the deep layers out."
            )
