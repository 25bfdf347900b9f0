"""Downloads: read as published when they are there, one sentence when they are not."""

import hashlib
import pickle
import socket
import struct
import sys

import numpy as np
import pytest
import torch
from torchvision import datasets

from ganlearn import data
from ganlearn.data.downloads import PATIENCE
from ganlearn.errors import UserError

SIDE, COUNT = 28, 5
PIXELS = np.random.default_rng(0).integers(0, 256, (COUNT, SIDE, SIDE), np.uint8)
LABELS = np.arange(COUNT, dtype=np.uint8)


@pytest.fixture(autouse=True)
def unreachable(monkeypatch):
    """No test may reach the network: every server is a port on which nobody listens."""
    nobody = "http://127.0.0.1:9/"
    for name in ("MNIST", "FashionMNIST"):
        monkeypatch.setattr(getattr(datasets, name), "mirrors", [nobody])
    monkeypatch.setattr(datasets.CIFAR10, "url", nobody + "cifar-10-python.tar.gz")
    monkeypatch.setenv("no_proxy", "*")


def write_mnist(root, folder="MNIST"):
    """A few pictures in MNIST's own format."""
    raw = root / folder / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        header = struct.pack(">4i", 2051, COUNT, SIDE, SIDE)
        (raw / f"{part}-images-idx3-ubyte").write_bytes(header + PIXELS.tobytes())
        header = struct.pack(">2i", 2049, COUNT)
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(header + LABELS.tobytes())
    return raw


def write_cifar(root, monkeypatch):
    """A few pictures in CIFAR-10's own format, with the checksums that go with them."""
    base = root / "cifar-10-batches-py"
    base.mkdir(parents=True)
    pixels = np.random.default_rng(1).integers(0, 256, (COUNT, 3 * 32 * 32), np.uint8)

    def write(name, content):
        body = pickle.dumps(content)
        (base / name).write_bytes(body)
        return hashlib.md5(body).hexdigest()

    batch = {"data": pixels, "labels": LABELS.tolist()}
    names = {"label_names": [f"class {i}" for i in range(10)]}
    monkeypatch.setattr(datasets.CIFAR10, "train_list", [["batch", write("batch", batch)]])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", [["test", write("test", batch)]])
    meta = {"filename": "meta", "key": "label_names", "md5": write("meta", names)}
    monkeypatch.setattr(datasets.CIFAR10, "meta", meta)
    return torch.from_numpy(pixels.reshape(COUNT, 3, 32, 32))


@pytest.mark.parametrize(
    ("name", "folder"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST")]
)
@pytest.mark.parametrize("split", ["train", "test"])
def test_mnist_is_read_as_published(tmp_path, name, folder, split):
    write_mnist(tmp_path, folder)
    dataset = data.torchvision_dataset(name, split=split, root=tmp_path)
    assert dataset.shape == (1, 28, 28) and dataset.labels.tolist() == LABELS.tolist()
    restored = ((dataset.samples[:, 0] + 1) * 127.5).round().byte()
    assert torch.equal(restored, torch.from_numpy(PIXELS))
    assert len(dataset.label_names) == 10


def test_cifar_is_read_as_published(tmp_path, monkeypatch):
    pixels = write_cifar(tmp_path, monkeypatch)
    dataset = data.torchvision_dataset("cifar10", root=tmp_path)
    assert dataset.shape == (3, 32, 32) and dataset.label_names[3] == "class 3"
    assert torch.equal(((dataset.samples + 1) * 127.5).round().byte(), pixels)


@pytest.mark.parametrize("size", [8, 32])
def test_sizes(tmp_path, size):
    write_mnist(tmp_path)
    dataset = data.torchvision_dataset("mnist", size, root=tmp_path)
    assert dataset.shape == (1, size, size) and dataset.samples.abs().max() <= 1
    native = data.torchvision_dataset("mnist", root=tmp_path).samples
    torch.testing.assert_close(dataset.samples.mean(), native.mean(), atol=0.02, rtol=0)


def test_resizing_goes_through_all_pictures(tmp_path, monkeypatch):
    write_mnist(tmp_path)
    whole = data.torchvision_dataset("mnist", 16, root=tmp_path).samples
    monkeypatch.setattr("ganlearn.data.downloads.AT_ONCE", 2)
    torch.testing.assert_close(data.torchvision_dataset("mnist", 16, root=tmp_path).samples, whole)


def test_the_place_is_an_environment_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLEARN_DATA", str(tmp_path / "here"))
    write_mnist(tmp_path / "here")
    assert data.data_root() == tmp_path / "here"
    assert len(data.torchvision_dataset("mnist")) == COUNT
    monkeypatch.delenv("GANLEARN_DATA")
    assert data.data_root().name == "ganlearn" and data.data_root().is_absolute()


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_without_a_network_one_sentence_says_what_to_do(tmp_path, name):
    with pytest.raises(UserError, match="GANLEARN_DATA") as caught:
        data.torchvision_dataset(name, root=tmp_path)
    message = str(caught.value)
    assert str(tmp_path) in message and "data.digits()" in message and "\n" not in message
    assert caught.value.__suppress_context__


DAMAGES = {
    "empty": lambda body: b"",
    "cut short": lambda body: body[: len(body) // 2],
    "a server's error page": lambda body: b"<html>404</html>" * 20,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_explained(tmp_path, damage):
    file = write_mnist(tmp_path) / "train-images-idx3-ubyte"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(UserError, match=r"MNIST are damaged .* delete that folder"):
        data.torchvision_dataset("mnist", root=tmp_path)


def test_a_damaged_cifar_is_not_unpickled(tmp_path, monkeypatch):
    write_cifar(tmp_path, monkeypatch)
    (tmp_path / "cifar-10-batches-py" / "batch").write_bytes(b"cos\nsystem\n")
    with pytest.raises(UserError, match="Could not get cifar10"):
        data.torchvision_dataset("cifar10", root=tmp_path)


def test_a_silent_server_is_given_up(tmp_path, monkeypatch):
    waits = []

    def download(self):
        waits.append(socket.getdefaulttimeout())
        raise TimeoutError("timed out")

    monkeypatch.setattr(datasets.MNIST, "download", download)
    with pytest.raises(UserError, match="timed out"):
        data.torchvision_dataset("mnist", root=tmp_path)
    assert waits == [PATIENCE] and socket.getdefaulttimeout() is None


def test_a_torchvision_that_does_not_fit_is_explained(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)  # makes the import fail
    with pytest.raises(UserError, match="torchvision does not work with this torch"):
        data.torchvision_dataset("mnist", root=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("imagenet",), "choose from mnist"),
        (("mnist", None, "validation"), "train or test"),
        (("mnist", 0), "whole number"),
    ],
)
def test_what_there_is_not_is_refused(tmp_path, arguments, says):
    with pytest.raises(UserError, match=says):
        data.torchvision_dataset(*arguments, root=tmp_path)
