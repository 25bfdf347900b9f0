"""Inception is torchvision's; what cannot be had is told in one sentence."""

import pytest
import torch
from torchvision.models import inception_v3

from ganlearn import metrics, runtime
from ganlearn.errors import UserError
from ganlearn.metrics.inception_v3 import FILE, inception


@pytest.fixture(scope="module")
def original():
    with runtime.seeded(0):
        return inception_v3(weights=None, init_weights=False, transform_input=True).eval()


@pytest.fixture(scope="module")
def file(original, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / FILE
    torch.save(original.state_dict(), path)
    return path


def test_features_and_classes_are_those_of_the_original(original, file):
    """Theirs wants pictures normalised by ImageNet's mean and spread, ours in [-1, 1]."""
    pictures = torch.rand(2, 3, 299, 299, generator=runtime.generator(0))
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    described = metrics.features("inception", file)
    found = metrics.extract(described, pictures * 2 - 1)
    assert found.shape == (2, 2048)
    with torch.no_grad():
        expected = original((pictures - mean) / std)
    torch.testing.assert_close(described.head(found), expected, rtol=1e-3, atol=1e-4)
    assert not any(p.requires_grad for p in described.network.parameters())


def test_small_grey_pictures_are_enlarged(file):
    assert inception(file)(torch.zeros(1, 1, 16, 16)).shape == (1, 2048)


def test_without_a_network_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    def refused(*args, **kwargs):
        raise OSError("nobody answers")

    monkeypatch.setenv("GANLEARN_DATA", str(tmp_path))
    monkeypatch.setattr("torch.hub.download_url_to_file", refused)
    with pytest.raises(
        UserError, match=r"nobody answers.*connect to the network.*pixels"
    ) as caught:
        metrics.features("inception")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>" * 20])
def test_a_damaged_file_is_one_sentence(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(UserError, match=r"damaged one.*download"):
        inception(tmp_path / FILE)


def test_a_missing_file_and_other_weights_are_one_sentence(tmp_path):
    with pytest.raises(UserError, match=r"Could not read .*nowhere"):
        inception(tmp_path / "nowhere.pth")
    torch.save({"x": torch.zeros(1)}, tmp_path / FILE)
    with pytest.raises(UserError, match="is not Inception v3 as torchvision stores it"):
        inception(tmp_path / FILE)
