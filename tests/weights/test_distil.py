"""Distillation: what is folded, rescaled and measured is still the same network."""

import dataclasses

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import conv2d, pad

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor, vgg
from ganlearn.weights import distil
from ganlearn.weights.norms import folded
from ganlearn.weights.teacher import LAYERS, distilled_teacher

CHANNELS = (5, 6, 7, 8, 9)
RECIPE = distil.RECIPES["perceptual"]


def pictures(n=4, size=32, seed=0):
    return torch.rand(n, 3, size, size, generator=runtime.generator(seed))


@pytest.fixture(scope="module")
def student():
    """A student whose batch norms have seen pictures, so that folding them has something to do."""
    network = distil.Student(CHANNELS, RECIPE)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # the plain average of what it has seen
    for seed in range(5):
        network(pictures(8, size=48, seed=seed))
    return network.eval().requires_grad_(False)


def test_folding_the_batch_norms_changes_nothing(student):
    plain = folded(student.layers)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in plain)
    found = Extractor(plain, "plain")(pictures(seed=9), LAYERS)
    for features, expected in zip(found.values(), student(pictures(seed=9)), strict=True):
        torch.testing.assert_close(features, expected, rtol=1e-3, atol=1e-4)


def test_rescaled_filters_have_mean_activation_one_and_tell_the_same(student):
    plain = folded(student.layers)
    seen = pictures(8, size=48)
    before = Extractor(plain, "before")(seen, LAYERS)
    distil.rescale(plain, seen)
    after = Extractor(plain, "after")(seen, LAYERS)
    for name in LAYERS:
        mean, was = (features[name].mean((0, 2, 3)) for features in (after, before))
        fires = was >= 1e-3
        assert fires.float().mean() > 0.8
        torch.testing.assert_close(mean[fires], torch.ones(int(fires.sum())), rtol=1e-3, atol=0)
        factor = torch.where(fires, was, 1).view(1, -1, 1, 1)
        torch.testing.assert_close(after[name] * factor, before[name], rtol=1e-3, atol=1e-4)


def test_a_filter_that_never_fires_is_left_alone():
    layers = vgg(((2,), (2,)))
    nn.init.constant_(layers.conv1_1.bias, 1.0)
    with torch.no_grad():
        layers.conv1_1.bias[0], layers.conv1_1.weight[0] = -1.0, 0.0
    distil.rescale(layers.requires_grad_(False), pictures())
    assert layers.conv1_1.bias[0] == -1
    assert all(torch.isfinite(parameter).all() for parameter in layers.parameters())


@pytest.fixture
def file(tmp_path):
    """A teacher of random numbers, as its file would hold it."""
    random = runtime.generator(3)
    widths = ((4, 4), (4, 4), (4,) * 4, (4,) * 4, (4,))
    tensors = {"conv0": (3, 3, 1)}
    before = 3
    for block, counts in enumerate(widths, 1):
        for index, width in enumerate(counts, 1):
            tensors[f"conv{block}{index}"] = (width, before, 3)
            before = width
        tensors[f"conv{block}1_aux"] = (4 + block, 4, 1)
    stored = {}
    for name, (out, channels, side) in tensors.items():
        stored[f"{name}.weight"] = torch.randn(out, channels, side, side, generator=random) / 3
        stored[f"{name}.bias"] = torch.randn(out, generator=random) / 3
    path = tmp_path / "teacher.safetensors"
    save_file(stored, path)
    return path, stored


def test_a_teacher_computes_what_its_file_says(file):
    path, stored = file
    master = distilled_teacher(path)
    assert master.channels == CHANNELS
    x = conv2d(pictures(), stored["conv0.weight"], stored["conv0.bias"])
    x = pad(x, (1, 1, 1, 1), "reflect")
    x = conv2d(x, stored["conv11.weight"], stored["conv11.bias"]).relu()
    torch.testing.assert_close(master(pictures())[0], x)
    assert [f.shape[-1] for f in master(pictures())] == [32, 16, 8, 4, 2]


def test_what_is_no_teacher_is_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(UserError, match=r"x\.safetensors is not a teacher's file"):
        distilled_teacher(path)


def test_a_blind_guess_has_error_one_and_training_lowers_it(file, monkeypatch):
    few = dataclasses.replace(RECIPE, steps=12)
    monkeypatch.setattr(distil, "SIZE", 32)

    class Same:
        def draw(self, n, size, generator):
            return torch.rand(n, 3, size, size, generator=generator)

    master = distilled_teacher(file[0])
    blind = distil.Student(CHANNELS, RECIPE)
    with torch.no_grad():
        for head, teachers, seen in zip(blind.heads, master.heads, master(pictures()), strict=True):
            head.weight.zero_()
            head.bias.copy_(teachers(seen).mean((0, 2, 3)))
    spread = distil.variance(master, pictures())
    random = runtime.generator(0)
    guess = distil.errors(blind, master, pictures(), spread, random)
    torch.testing.assert_close(guess[2:], torch.ones(3), rtol=0.02, atol=0)  # all places compared
    trained = distil.fit(few, master, Same(), torch.device("cpu")).eval()
    first = distil.Student(CHANNELS, RECIPE).eval()
    errors = [distil.errors(s, master, pictures(), spread, random).sum() for s in (trained, first)]
    assert errors[0] < errors[1]


def test_correlation_is_pearsons():
    a, b = torch.randn(2, 3, 50, generator=runtime.generator(0), dtype=torch.float64)
    expected = torch.stack(
        [torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(a, b, strict=True)]
    )
    torch.testing.assert_close(distil._correlation(a, b), expected)
