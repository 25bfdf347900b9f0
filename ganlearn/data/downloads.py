"""Well-known datasets that torchvision downloads on request; the course never requires them."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from ganlearn import progress
from ganlearn.data.dataset import Dataset
from ganlearn.data.pixels import check_size
from ganlearn.errors import UserError

CLASSES = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "CIFAR10"}
FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "cifar-10-batches-py"}
SPLITS = ("train", "test")
PATIENCE = 20  # seconds to wait for a server that does not answer
AT_ONCE = 2048  # pictures resized together, so that memory stays small


def data_root() -> Path:
    """Where downloads are kept: ``GANLEARN_DATA``, or ``~/.cache/ganlearn``."""
    return Path(os.environ.get("GANLEARN_DATA", "~/.cache/ganlearn")).expanduser()


def torchvision_dataset(
    name: str, size: int | None = None, split: str = "train", root: str | Path | None = None
) -> Dataset:
    """MNIST, Fashion-MNIST or CIFAR-10; downloaded once if it is not there.

    Args:
        name: ``"mnist"``, ``"fashion-mnist"`` or ``"cifar10"``.
        size: pixels on a side; as published (28 or 32) when not given.
        split: ``"train"`` or ``"test"``.
        root: the folder that holds or gets the files; :func:`data_root` when not given.

    Returns:
        pictures (n, 1 or 3, size, size) in [-1, 1] with labels and their names.

    Raises:
        UserError: for an unknown name or split, without a network, or with damaged files.
    """
    if name not in CLASSES:
        raise UserError(f"There is no dataset {name!r}; choose from {', '.join(CLASSES)}.")
    if split not in SPLITS:
        raise UserError(f"There is no split {split!r}; choose train or test.")
    if size is not None:
        check_size(size)
    root = data_root() if root is None else Path(root).expanduser()
    pictures, labels, names = load(name, split, root)
    if size is None or size == pictures.shape[-1]:
        samples = pictures.float() / 127.5 - 1
    else:
        samples = torch.empty(*pictures.shape[:2], size, size)
        parts = zip(samples.split(AT_ONCE), pictures.split(AT_ONCE), strict=True)
        for resized, part in progress.bar(
            parts, total=-(-len(pictures) // AT_ONCE), title=f"resizing {name}", unit="batch"
        ):
            enlarged = F.interpolate(part.float(), (size, size), mode="bicubic", antialias=True)
            resized.copy_(enlarged.clamp_(0, 255) / 127.5 - 1)
    return Dataset(samples, labels, names, f"{name} {split}")


def load(name: str, split: str, root: Path) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Pictures (n, channels, side, side) uint8, labels (n,) int64, and the names of the classes.

    Raises:
        UserError: when torchvision does not import, or cannot get or read the files.
    """
    instead = "data.digits() and data.paintings(...) need no download"
    try:
        from torchvision import datasets
    except (ImportError, RuntimeError) as problem:
        raise UserError(
            f"torchvision does not work with this torch ({one_line(problem)}); "
            f"install both from the same place, or note that {instead}."
        ) from None
    make, train = getattr(datasets, CLASSES[name]), split == "train"
    try:
        source = make(root, train=train)
    except Exception as problem:  # a damaged file raises whatever its reader stumbles over
        if "not found" not in str(problem):  # torchvision's words when there are no files
            raise UserError(
                f"The files of {name} in {root / FOLDERS[name]} are damaged ({one_line(problem)}); "
                f"delete that folder and try again; {instead}."
            ) from None
        try:
            with patience():
                source = make(root, train=train, download=True)
        except Exception as why:  # no network, a full disk, a server's error page, ...
            raise UserError(
                f"Could not get {name} into {root} ({one_line(why)}); connect to the network, "
                f"or set GANLEARN_DATA to a folder that has it; {instead}."
            ) from None
    pictures = torch.as_tensor(np.asarray(source.data))
    pictures = pictures.unsqueeze(1) if pictures.ndim == 3 else pictures.permute(0, 3, 1, 2)
    return pictures, torch.as_tensor(source.targets).long(), tuple(source.classes)


@contextlib.contextmanager
def patience() -> Iterator[None]:
    """Within, a connection that hangs is given up; torchvision itself would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def one_line(problem: Exception) -> str:
    """What went wrong, as one short line."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text if len(text) <= 160 else text[:157] + "..."
