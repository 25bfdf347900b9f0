"""The large network that the perceptual network learns from; it is not part of the course."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor, nn

from ganlearn.errors import UserError
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.vgg19 import vgg19

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


class Teacher(nn.Module):
    """Features that a student is to foresee, at five layers of VGG-19.

    Args:
        extractor: the network.
        heads: from each of ``LAYERS`` to the channels of the full VGG-19, 1 x 1 convolutions.
        about: for the model card: what it is, its licence and its hash.
    """

    def __init__(self, extractor: Extractor, heads: nn.ModuleList, about: dict[str, str]) -> None:
        super().__init__()
        self.extractor, self.heads, self.about = extractor, heads, about
        self.eval().requires_grad_(False)

    @property
    def channels(self) -> tuple[int, ...]:
        """Of what is to be foreseen at each layer."""
        return tuple(head.out_channels for head in self.heads)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Pictures (n, 3, h, w) in [0, 1] to features at ``LAYERS``, before the heads."""
        return list(self.extractor(pictures, LAYERS).values())


def distilled_teacher(file: str | Path) -> Teacher:
    """VGG-19 pruned and distilled by Wang et al. 2020, from its safetensors file.

    The file holds ``conv0``, the scaling of the input as a 1 x 1 convolution, ``conv11`` to
    ``conv51``, and for the first layer of every size a linear head ``conv11_aux``, ….

    Raises:
        UserError: when there is no such file, or it holds something else.

    Paper: Wang et al. 2020, arXiv:2003.08436.
    """
    file = Path(file)
    try:
        content = file.read_bytes()
        stored = load(content)
        widths = [
            [len(stored[f"conv{block}{index}.bias"]) for index in range(1, count + 1)]
            for block, count in enumerate((2, 2, 4, 4, 1), 1)
        ]
    except Exception as problem:  # safetensors raises an exception of its own
        raise UserError(f"{file} is not a teacher's file ({problem}).") from None
    layers = vgg(widths)
    for name, layer in layers.named_children():
        if name.startswith("conv"):
            _load(layer, stored, name.replace("_", ""))
    _begin_with(layers.conv1_1, _load(nn.Conv2d(3, 3, 1), stored, "conv0"))
    heads = nn.ModuleList()
    for name, block in zip(LAYERS, widths, strict=True):
        key = f"conv{name[4:].replace('_', '')}_aux"
        heads.append(_load(nn.Conv2d(block[0], len(stored[f"{key}.bias"]), 1), stored, key))
    about = {
        "what": "VGG-19 pruned 16 times and distilled (Wang et al. 2020, arXiv:2003.08436)",
        "source": "github.com/MingSun-Tse/Collaborative-Distillation",
        "licence": "MIT, (c) 2020 Huan Wang",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return Teacher(Extractor(layers, "teacher", (0, 0, 0), (1, 1, 1)), heads, about)


def vgg19_teacher(file: str | Path | None = None) -> Teacher:
    """The full VGG-19, from torchvision or its file on this machine.

    Raises:
        UserError: when the weights cannot be had.
    """
    network = vgg19(file)
    heads = nn.ModuleList()
    for name in LAYERS:
        channels = network.layers.get_submodule(name.replace("relu", "conv")).out_channels
        head = nn.Conv2d(channels, channels, 1)
        nn.init.dirac_(head.weight)
        nn.init.zeros_(head.bias)
        heads.append(head)
    about = {
        "what": "VGG-19 (Simonyan and Zisserman 2015, arXiv:1409.1556), torchvision's weights",
        "source": "torchvision.models.VGG19_Weights.IMAGENET1K_V1",
        "licence": "BSD-3-Clause; trained on ImageNet",
    }
    return Teacher(network, heads, about)


def _load(layer: nn.Conv2d, stored: dict[str, Tensor], key: str) -> nn.Conv2d:
    layer.load_state_dict({part: stored[f"{key}.{part}"] for part in ("weight", "bias")})
    return layer


@torch.no_grad()
def _begin_with(convolution: nn.Conv2d, scale: nn.Conv2d) -> None:
    """Let a convolution do what a 1 x 1 convolution before it did, so that one is saved."""
    bias = torch.einsum("ochw,c->o", convolution.weight, scale.bias)
    convolution.bias += bias
    convolution.weight.copy_(
        torch.einsum("ochw,ci->oihw", convolution.weight, scale.weight[..., 0, 0])
    )
