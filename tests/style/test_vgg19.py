"""VGG-19 is torchvision's, layer by layer; what cannot be read is answered in one sentence."""

import os
import socket

import pytest
import torch
from torch import nn
from torchvision import models

from ganlearn import runtime
from ganlearn.data.downloads import PATIENCE
from ganlearn.errors import UserError
from ganlearn.style.vgg19 import FILE, vgg19

NORMALISE = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.fixture(scope="module")
def original():
    """torchvision's own VGG-19 without its classifier, with first weights, and their file."""
    with runtime.seeded(0), torch.device("meta"):
        network = models.vgg19()
    features = network.features.to_empty(device="cpu").eval()
    with torch.no_grad(), runtime.seeded(0):
        for layer in features:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
                nn.init.normal_(layer.bias)
            if isinstance(layer, nn.ReLU):
                layer.inplace = False
    return features


@pytest.fixture(scope="module")
def file(original, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / FILE
    weights = {f"features.{key}": tensor for key, tensor in original.state_dict().items()}
    torch.save(weights | {"classifier.6.bias": torch.zeros(1000)}, path)
    return path


# Positions of the ReLUs in torchvision's chain, from the table of the paper.
NAMES = {"relu1_1": 1, "relu2_1": 6, "relu3_1": 11, "relu3_4": 17, "relu4_2": 22, "relu5_1": 29}


def test_every_named_layer_is_the_one_of_the_paper(original, file):
    pictures = torch.rand(1, 3, 36, 40, generator=runtime.generator(1))
    found = vgg19(file)(pictures, NAMES)
    mean, std = (torch.tensor(numbers).view(3, 1, 1) for numbers in NORMALISE)
    features = (pictures - mean) / std
    with torch.no_grad():
        for position, layer in enumerate(original[:30]):
            features = layer(features)
            for name in (name for name, at in NAMES.items() if at == position):
                torch.testing.assert_close(found[name], features)


def test_average_pooling_is_another_network(file):
    pictures = torch.rand(1, 3, 32, 32, generator=runtime.generator(1))
    most, average = (vgg19(file, pooling) for pooling in ("max", "average"))
    assert torch.equal(
        most(pictures, ["conv1_2"])["conv1_2"], average(pictures, ["conv1_2"])["conv1_2"]
    )
    before = average(pictures, ["relu1_2"])["relu1_2"]
    assert torch.equal(average(pictures, ["pool1"])["pool1"], nn.functional.avg_pool2d(before, 2))
    assert "average" in average.name and "max" in most.name


def test_it_is_frozen(file):
    assert not any(parameter.requires_grad for parameter in vgg19(file).parameters())


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match=f"Could not read .*nowhere.pth.*{FILE}") as caught:
        vgg19(tmp_path / "nowhere.pth")
    assert "\n" not in str(caught.value) and caught.value.__suppress_context__


@pytest.mark.parametrize("body", [b"", b"<html>404</html>" * 20, b"cos\nsystem\n(S'true'\ntR."])
def test_a_damaged_file_is_one_sentence(tmp_path, body):
    path = tmp_path / FILE
    path.write_bytes(body)
    with pytest.raises(UserError, match=r"damaged one.*download") as caught:
        vgg19(path)
    assert "\n" not in str(caught.value)


class Trap:
    """A pickle of it would make a folder when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_file_cannot_run_code(tmp_path):
    torch.save({"features.0.weight": Trap(tmp_path / "sprung")}, tmp_path / FILE)
    with pytest.raises(UserError, match="no file of weights"):
        vgg19(tmp_path / FILE)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("content", [[], {}, {"features.0.weight": torch.zeros(64, 3, 5, 5)}])
def test_other_weights_are_one_sentence(tmp_path, content):
    torch.save(content, tmp_path / FILE)
    with pytest.raises(UserError, match=r"features.0.weight should be there, of shape \(64, 3, 3"):
        vgg19(tmp_path / FILE)


def test_without_a_network_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    waits = []

    def refused(*args, **kwargs):
        waits.append(socket.getdefaulttimeout())
        raise OSError("nobody answers")

    monkeypatch.setenv("GANLEARN_DATA", str(tmp_path))
    monkeypatch.setattr("torch.hub.download_url_to_file", refused)
    with pytest.raises(UserError, match=r"nobody answers.*connect to the network.*perceptual"):
        vgg19()
    assert waits == [PATIENCE]


def test_downloaded_weights_are_found_again(file, tmp_path, monkeypatch):
    monkeypatch.setenv("GANLEARN_DATA", str(tmp_path))
    (tmp_path / FILE).symlink_to(file)
    pictures = torch.rand(1, 3, 16, 16, generator=runtime.generator(1))
    first, second = (network(pictures, ["relu2_1"]) for network in (vgg19(), vgg19(file)))
    assert torch.equal(first["relu2_1"], second["relu2_1"])
