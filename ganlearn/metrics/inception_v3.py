"""Inception v3, the feature network of the papers, for those who have its weights or a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from ganlearn import progress
from ganlearn.data.downloads import data_root, one_line, patience
from ganlearn.errors import UserError

FILE = "inception_v3_google-0cc3c7bd.pth"
"""What torchvision calls the weights; it downloads them under this name."""

INSTEAD = '"digits", "paintings" and "pixels" need no download'
SIDE = 299


class Inception(nn.Module):
    """Pictures (n, 1 or 3, height, width) in [-1, 1] to 2048 features, by torchvision's network.

    Args:
        network: torchvision's inception_v3 with weights, without its own change of colours.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.head = network.fc
        network.fc = nn.Identity()
        self.network = network.eval()

    def forward(self, pictures: Tensor) -> Tensor:
        """Features (n, 2048), after the last average pooling."""
        pictures = pictures.expand(-1, 3, -1, -1)
        resized = interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True)
        return self.network(resized)


def inception(path: str | Path | None = None) -> Inception:
    """Inception v3 as torchvision trained it on ImageNet, frozen, in eval mode.

    These are not the weights that papers compute FID with (those came with TensorFlow), so the
    numbers are not theirs.

    Args:
        path: of torchvision's file of weights. When not given, torchvision downloads it once
            (104 MB) into :func:`ganlearn.data.data_root`. This course's licence does not cover
            these weights.

    Raises:
        UserError: when there is no such file, it holds something else, or without a network.

    Paper: Szegedy et al. 2016, arXiv:1512.00567. Taught in chapter 08.
    """
    try:
        from torchvision.models import Inception_V3_Weights, inception_v3
    except (ImportError, RuntimeError) as problem:
        raise UserError(
            f"torchvision does not work with this torch ({one_line(problem)}); install both from "
            f"the same place, or note that {INSTEAD}."
        ) from None
    if path is None:
        weights, where = _download(Inception_V3_Weights.IMAGENET1K_V1), FILE
    else:
        weights, where = _read(Path(path).expanduser()), str(path)
    with torch.device("meta"):  # no first weights are drawn, for they would be thrown away
        network = inception_v3(weights=None, init_weights=False, transform_input=False)
    try:
        network.load_state_dict(weights, assign=True)
    except (RuntimeError, TypeError):
        raise UserError(
            f"{where} is not Inception v3 as torchvision stores it; give the path of {FILE}, or "
            f"note that {INSTEAD}."
        ) from None
    return Inception(network).eval().requires_grad_(False)


def _read(path: Path) -> Mapping[str, Tensor]:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
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


def _download(weights: object) -> Mapping[str, Tensor]:
    try:
        with patience():
            return weights.get_state_dict(
                model_dir=str(data_root()),
                progress=progress.wanted(),
                check_hash=True,
                weights_only=True,
                map_location="cpu",
            )
    except Exception as problem:  # no network, a full disk, a server's error page, ...
        raise UserError(
            f"Could not get Inception's weights into {data_root()} ({one_line(problem)}); connect "
            f'to the network, or give the path of {FILE}: metrics.features("inception", path); '
            f"{INSTEAD}."
        ) from None
