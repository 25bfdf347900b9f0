"""Tile by tile is the same as all at once: features, gradients, and the whole loss."""

from dataclasses import replace

import pytest
import torch

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.objective import Objective
from ganlearn.style.presets import DEFAULT
from ganlearn.style.random import random_features
from ganlearn.style.statistics import STATISTICS
from ganlearn.style.tiles import Tiled

SHAPES = [(64, 64), (201, 133), (129, 300), (300, 97), (95, 95), (40, 400)]


def network(padding="reflect", pooling="max"):
    """VGG-shaped and thin, in float64, where equal means equal to twelve digits."""
    with runtime.seeded(0):
        return Extractor(
            vgg(((4, 4), (6, 6), (8,) * 4, (8,) * 4, (8,)), padding, pooling), "thin"
        ).double()


def noise(shape, n=1):
    random = runtime.generator(0)
    return torch.rand(n, 3, *shape, generator=random, dtype=torch.float64)


def features_and_slope(extractor, picture, names):
    """Features, and the gradient of a function that weighs every place differently."""
    picture = picture.clone().requires_grad_()
    found = extractor(picture, names)
    random = runtime.generator(1)
    value = sum(
        (torch.randn(f.shape, generator=random, dtype=f.dtype) * f.square()).sum()
        for f in found.values()
    )
    return found, torch.autograd.grad(value, picture)[0]


def assert_the_same(whole, tiled, picture, names):
    for a, b in zip(
        features_and_slope(whole, picture, names),
        features_and_slope(tiled, picture, names),
        strict=True,
    ):
        torch.testing.assert_close(b, a, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("side", [16, 48, 100])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_features_and_slopes_are_those_of_the_whole(shape, side):
    whole = network()
    assert_the_same(whole, Tiled(whole, side), noise(shape), DEFAULT.layers)


@pytest.mark.parametrize("names", [("relu1_1",), ("conv3_4", "relu2_1"), ("pool4", "relu1_2")])
def test_any_layers_will_do(names):
    whole = network()
    assert_the_same(whole, Tiled(whole, 32), noise((101, 75)), names)


@pytest.mark.parametrize(("padding", "pooling"), [("zeros", "max"), ("reflect", "average")])
def test_any_padding_and_pooling_will_do(padding, pooling):
    whole = network(padding, pooling)
    assert_the_same(whole, Tiled(whole, 32), noise((101, 75)), DEFAULT.layers)


@pytest.mark.parametrize("kind", ["elu", "shallow"])
def test_other_networks_will_do(kind):
    whole = random_features(kind).double()
    assert_the_same(whole, Tiled(whole, 32), noise((150, 111)), whole.names[::3])


def test_batches_will_do():
    whole = network()
    assert_the_same(whole, Tiled(whole, 32), noise((101, 75), n=3), DEFAULT.layers)


@pytest.mark.parametrize("statistic", STATISTICS.values(), ids=STATISTICS)
def test_the_whole_loss_has_the_same_gradient(statistic, monkeypatch):
    monkeypatch.setattr(runtime, "bfloat16_is_fast", lambda on: False)
    whole, preset = network(), replace(DEFAULT, statistic=statistic)
    picture, content = noise((133, 171)).requires_grad_(), noise((133, 171)).flip(-1)
    mask = torch.zeros(1, 1, 133, 171, dtype=torch.float64)
    mask[..., 40:] = 0.7
    slopes = []
    for extractor in (whole, Tiled(whole, 48)):
        objective = Objective(extractor, preset)
        styles = [objective.style(noise((90, 200)), mask=m) for m in (None, mask)]
        terms = objective.terms(picture, objective.content(content), styles)
        slopes.append(torch.autograd.grad(objective.total(terms), picture)[0])
    # Statistics are taken in float32 whatever comes in.
    torch.testing.assert_close(slopes[1], slopes[0], rtol=1e-4, atol=1e-8)


def test_a_rim_that_is_too_narrow_would_be_seen():
    """The test above can fail: without a rim, neither features nor slopes are right."""

    class Rimless(Tiled):
        def tiles(self, shape, names):
            return (replace(tile, rim=0) for tile in super().tiles(shape, names))

    whole, picture = network(), noise((101, 75))
    with pytest.raises(AssertionError):
        assert_the_same(whole, Rimless(whole, 32), picture, DEFAULT.layers)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_tiles_cover_the_picture_once(shape):
    tiled, count = Tiled(network(), 48), torch.zeros(1, 1, *shape)
    for tile in tiled.tiles(shape, DEFAULT.layers):
        tile.of(count, 1).add_(1)
        rim = tile.rim
        assert tile.window(count).shape[-1] <= tile.columns[1] - tile.columns[0] + 2 * rim
    assert (count == 1).all()


def test_it_answers_for_its_network():
    whole = network()
    tiled = Tiled(whole)
    assert tiled.name == whole.name
    assert tiled.smallest("relu4_1") == whole.smallest("relu4_1")
    assert tiled.check(["relu2_1", "relu1_1"]) == ("relu1_1", "relu2_1")
    with pytest.raises(UserError, match="has no layer relu9_1"):
        tiled(noise((64, 64)), ["relu9_1"])
    with pytest.raises(UserError, match="choose at least 1"):
        Tiled(whole, 0)
