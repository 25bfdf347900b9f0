"""The course's own perceptual network, and the decoder that goes back from features to pictures."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ganlearn.nets.stored import stored
from ganlearn.style.features import Extractor, vgg


def perceptual() -> Extractor:
    """The shipped network whose features pictures are compared by: VGG-shaped and small.

    It was trained to see what a larger network sees (its card says which, and how well), and its
    filters are scaled so that each one's mean activation is 1: no layer, and no channel of a
    layer, weighs more than another only because its numbers are larger.

    Returns:
        A frozen network with the layers conv1_1, relu1_1, …, relu5_1, in float32 on the CPU.

    Raises:
        UserError: when its file is missing or not the one of the card.

    Taught in chapter 10.
    """
    return extractor("perceptual")


def extractor(name: str) -> Extractor:
    """A shipped network that was trained to see, by the name of its card.

    Raises:
        UserError: when its file is missing or not the one of the card.

    Taught in chapter 10.
    """
    card, tensors = stored(name)
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        layers = vgg(card["network"]["widths"])
    layers.load_state_dict(tensors, assign=True)
    return Extractor(layers, name)


class Decoder(nn.Module):
    """From the features of one layer back to a picture: the encoder's steps in reverse.

    Where the encoder pools, nearest-neighbour enlargement doubles the size; it leaves no
    checkerboard, as chapter 04 shows.

    Args:
        channels: of the features that come in.
        widths: of the convolutions, a tuple for every size, the smallest size first.

    Paper: Huang and Belongie 2017, arXiv:1703.06868. Taught in chapter 12.
    """

    def __init__(self, channels: int, widths: Sequence[Sequence[int]]) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        for block, block_widths in zip(range(len(widths), 0, -1), widths, strict=True):
            for index, width in zip(range(len(block_widths), 0, -1), block_widths, strict=True):
                layers[f"conv{block}_{index}"] = nn.Conv2d(
                    channels, width, 3, padding=1, padding_mode="reflect"
                )
                layers[f"relu{block}_{index}"] = nn.ReLU()
                channels = width
            if block > 1:
                layers[f"enlarge{block}"] = nn.Upsample(scale_factor=2)
        layers["picture"] = nn.Conv2d(channels, 3, 3, padding=1, padding_mode="reflect")
        self.layers = nn.Sequential(layers)

    def forward(self, features: Tensor) -> Tensor:
        """Features (n, channels, h, w) to pictures (n, 3, s·h, s·w), about in [0, 1]; s is 8 for
        four sizes. The values are not clamped, for training needs their gradient.
        """
        return self.layers(features)


def decoder() -> Decoder:
    """The shipped way back from ``relu4_1`` of :func:`perceptual` to pictures.

    Returns:
        A frozen network, in float32 on the CPU: features (n, channels, h, w) to pictures
        (n, 3, 8·h, 8·w), about in [0, 1].

    Raises:
        UserError: when its file is missing or not the one of the card.

    Taught in chapter 12.
    """
    card, tensors = stored("decoder")
    with torch.device("meta"):
        network = Decoder(**card["network"])
    network.load_state_dict(tensors, assign=True)
    return network.eval().requires_grad_(False)
