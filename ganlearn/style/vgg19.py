"""VGG-19, the network of the papers, for those who have its weights or a network connection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ganlearn import progress
from ganlearn.data.downloads import data_root, one_line, patience
from ganlearn.errors import UserError
from ganlearn.style.features import VGG19, Extractor, Pooling, vgg

FILE = "vgg19-dcbb9e9d.pth"
"""What torchvision calls the weights; it downloads them under this name."""

INSTEAD = "style.perceptual() needs no download"


def vgg19(path: str | Path | None = None, pooling: Pooling = "max") -> Extractor:
    """VGG-19 as torchvision trained it on ImageNet: layers relu1_1 to relu5_4, 20 million weights.

    Args:
        path: of torchvision's file of weights. When not given, torchvision downloads it once
            (548 MB) into :func:`ganlearn.data.data_root`. This course's licence does not cover
            these weights.
        pooling: ``"max"`` as trained, or ``"average"``, which Gatys et al. found to look better.

    Raises:
        UserError: when there is no such file, it holds something else, or without a network.

    Paper: Simonyan and Zisserman 2015, arXiv:1409.1556. Taught in chapter 10.
    """
    weights = _download() if path is None else _read(Path(path).expanduser())
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        layers = vgg(VGG19, padding="zeros", pooling=pooling)
    _fill(layers, weights, FILE if path is None else str(path))
    return Extractor(layers, f"VGG-19, {pooling} pooling")


def _fill(layers: nn.Sequential, weights: Mapping[str, Tensor], where: str) -> None:
    """Give every convolution its weights.

    torchvision numbers convolutions, ReLUs and poolings alike, features.0, features.1, …, so a
    layer's place in the chain is its number.
    """
    for place, layer in enumerate(layers):
        for name, meant in list(layer.named_parameters()):
            key, shape = f"features.{place}.{name}", tuple(meant.shape)
            if key not in weights or tuple(weights[key].shape) != shape:
                raise UserError(
                    f"{where} is not VGG-19 as torchvision stores it: {key} should be there, of "
                    f"shape {shape}; give the path of {FILE}, or note that {INSTEAD}."
                )
            setattr(layer, name, nn.Parameter(weights[key].float()))


def _read(path: Path) -> Mapping[str, Tensor]:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as problem:
        raise UserError(
            f"Could not read {path} ({one_line(problem)}); give the path of {FILE}, or note that "
            f"{INSTEAD}."
        ) from None
    except Exception as problem:  # a damaged file raises whatever its reader stumbles over
        raise UserError(
            f"{path} is no file of weights, or a damaged one ({one_line(problem)}); download "
            f"{FILE} again, or note that {INSTEAD}."
        ) from None
    return found if isinstance(found, Mapping) else {}


def _download() -> Mapping[str, Tensor]:
    try:
        from torchvision.models import VGG19_Weights
    except (ImportError, RuntimeError) as problem:
        raise UserError(
            f"torchvision does not work with this torch ({one_line(problem)}); install both from "
            f"the same place, or note that {INSTEAD}."
        ) from None
    try:
        with patience():
            return VGG19_Weights.IMAGENET1K_V1.get_state_dict(
                model_dir=str(data_root()),
                progress=progress.wanted(),
                check_hash=True,
                weights_only=True,
                map_location="cpu",
            )
    except Exception as problem:  # no network, a full disk, a server's error page, ...
        raise UserError(
            f"Could not get VGG-19's weights into {data_root()} ({one_line(problem)}); connect to "
            f"the network, or give the path of {FILE} from elsewhere: vgg19(path); {INSTEAD}."
        ) from None
