"""The small classifiers whose next-to-last layer the course measures pictures by."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from ganlearn.nets.stored import stored


class FeatureNet(nn.Module):
    """Pictures of any size to features, and features to logits of classes.

    Args:
        size: pixels on a side that its layers see; other sizes are brought to it.
        channels: 1 or 3 that its layers see; colours are averaged, greys are repeated.
        widths: channels of the convolutions; each but the first halves the size.
        features: numbers that describe a picture.
        classes: how many.
    """

    def __init__(
        self, size: int, channels: int, widths: Sequence[int], features: int, classes: int
    ) -> None:
        super().__init__()
        self.size, self.channels = size, channels
        chain: OrderedDict[str, nn.Module] = OrderedDict()
        before, side = channels, size
        for number, width in enumerate(widths):
            stride = 1 if number == 0 else 2
            chain[f"conv{number + 1}"] = nn.Conv2d(before, width, 3, stride, 1)
            chain[f"relu{number + 1}"] = nn.ReLU()
            before, side = width, side // stride
        self.layers = nn.Sequential(chain)
        self.last = nn.Linear(before * side * side, features)
        self.head = nn.Linear(features, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (n, 1 or 3, height, width) in [-1, 1] to (n, features), none below 0."""
        return self.last(self.layers(self.fit(pictures)).flatten(1)).relu()

    def fit(self, pictures: Tensor) -> Tensor:
        """Pictures with the size and the channels that the layers expect."""
        if pictures.shape[1] != self.channels:
            grey = pictures.mean(1, keepdim=True)
            pictures = grey.expand(-1, self.channels, -1, -1)
        if pictures.shape[-2:] != (self.size, self.size):
            pictures = interpolate(
                pictures, (self.size, self.size), mode="bilinear", antialias=True
            )
        return pictures


def feature_net(name: str) -> FeatureNet:
    """A shipped feature network, in eval mode and frozen, by the name of its card.

    Raises:
        UserError: when its file is missing or not the one of the card.
    """
    card, tensors = stored(name)
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        network = FeatureNet(**card["network"])
    network.load_state_dict(tensors, assign=True)
    return network.eval().requires_grad_(False)
