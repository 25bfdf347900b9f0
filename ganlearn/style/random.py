"""Features that nobody trained: what the shape of a network sees by itself."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, relu

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor, vgg

Kind = Literal["relu", "elu", "shallow"]

WIDTHS = ((16, 16), (32, 32), (64,) * 4, (144,) * 4, (144,))
"""Channels of the deep kinds, those of the course's trained network."""

SCALES, FILTERS, KERNEL = 5, 96, 7
"""Of the shallow kind: sizes of picture, filters at each, and their side in pixels."""


def random_features(kind: Kind = "relu", seed: int = 0) -> Extractor:
    """A network with random filters, as what trained features are compared with.

    What to expect of it: colours and the grain of the paint, and no strokes or shapes. Its own
    style loss goes down as willingly as any; only another network shows the difference.

    Args:
        kind: ``"relu"``, a deep chain in the shape of VGG-19 with layers relu1_1 to relu5_1;
            ``"elu"``, the same with a softer bend and layers elu1_1 to elu5_1; ``"shallow"``, one
            layer of filters on five sizes of the picture, scale1 (full size) to scale5.
        seed: of the filters.

    Raises:
        UserError: for another kind.

    Paper: He, Wang and Hopcroft 2016, arXiv:1606.04801 (deep); Ustyuzhaninov et al. 2016,
    arXiv:1606.00021 (shallow). Taught in chapter 10.
    """
    builders = {"relu": _relu, "elu": _elu, "shallow": Shallow}
    if kind not in builders:
        raise UserError(
            f"There are no random features of the kind {kind!r}; choose from {', '.join(builders)}."
        )
    with runtime.seeded(seed):
        return builders[kind](f"random {kind}, seed {seed}")


def _relu(name: str) -> Extractor:
    return Extractor(_deep(), name)


def _elu(name: str) -> Extractor:
    layers = [
        (name.replace("relu", "elu"), nn.ELU() if isinstance(layer, nn.ReLU) else layer)
        for name, layer in _deep().named_children()
    ]
    return Extractor(nn.Sequential(OrderedDict(layers)), name)


def _deep() -> nn.Sequential:
    """Filters drawn so that the signal keeps its size from layer to layer (He et al. 2015)."""
    layers = vgg(WIDTHS)
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return layers


class Shallow(Extractor):
    """One layer of random filters, applied to ever smaller copies of the picture.

    A filter's weights add up to zero in each colour and have length one, so it answers to change
    and not to brightness. Three further channels hold what the filters leave out: the colours.
    Layers are scale1 (full size), scale2 (half), … scale5.

    Args:
        name: for protocols.

    Paper: Ustyuzhaninov et al. 2016, arXiv:1606.00021. Taught in chapter 10.
    """

    def __init__(self, name: str) -> None:
        scales = OrderedDict((f"scale{i}", nn.Identity()) for i in range(1, SCALES + 1))
        super().__init__(nn.Sequential(scales), name)
        weight = torch.randn(FILTERS, 3, KERNEL, KERNEL)
        weight -= weight.mean((2, 3), keepdim=True)
        self.register_buffer("filters", weight / weight.flatten(1).norm(dim=1).view(-1, 1, 1, 1))

    def forward(self, pictures: Tensor, names: Iterable[str]) -> dict[str, Tensor]:
        wanted = self.check(names)
        self._check_pictures(pictures, wanted[-1])
        found, copy = {}, pictures
        for name in self.names[: self.names.index(wanted[-1]) + 1]:
            if name != "scale1":
                copy = avg_pool2d(copy, 2)
            if name in wanted:
                found[name] = self._answers(copy)
        return found

    def _answers(self, pictures: Tensor) -> Tensor:
        framed = nn.functional.pad(pictures, (KERNEL // 2,) * 4, mode="reflect")
        changes = nn.functional.conv2d(framed / self.std, self.filters)
        return torch.cat([pictures, relu(changes)], dim=1)

    def stride(self, name: str) -> int:
        """Pixels of the picture from one place of a layer to the next."""
        (name,) = self.check([name])
        return 2 ** self.names.index(name)

    def receptive_field(self, name: str) -> int:
        """Side of the square of pixels that one place of a layer can see."""
        return KERNEL * self.stride(name)

    def smallest(self, name: str) -> int:
        """Least height and width, in pixels, of a picture that reaches a layer."""
        return math.ceil((KERNEL + 1) / 2) * self.stride(name)
