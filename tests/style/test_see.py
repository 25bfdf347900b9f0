"""Inversion nears the features, and maximisation raises a channel."""

import pytest
import torch
from torch import nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.objective import relative, total_variation
from ganlearn.style.see import invert, maximise


def network(seed=0):
    with runtime.seeded(seed):
        return Extractor(vgg(((6,), (8,), (8,))), "small")


def smooth_pictures(n=2, side=24, seed=1):
    coarse = torch.rand(n, 3, 4, 4, generator=runtime.generator(seed))
    return nn.functional.interpolate(coarse, (side, side), mode="bilinear")


# ------------------------------------------------------------------ inversion


@pytest.mark.parametrize("layer", ["conv1_1", "relu2_1"])
def test_inversion_nears_the_features_and_not_only_a_little(layer):
    extractor, pictures = network(), smooth_pictures()
    target = extractor(pictures, [layer])[layer]
    start, end = (
        relative(extractor(invert(extractor, pictures, layer, steps=s), [layer])[layer], target)
        for s in (1, 80)
    )
    assert end < start / 10


def test_a_first_layer_gives_the_picture_back():
    pictures = smooth_pictures()
    found = invert(network(), pictures, "conv1_1", steps=150, smooth=0.0)
    assert (found - pictures).abs().mean() < 0.03


def test_smoothness_is_what_it_says():
    pictures = smooth_pictures()
    rough, smooth = (
        total_variation(invert(network(), pictures, "relu2_1", steps=40, smooth=s))
        for s in (0.0, 10.0)
    )
    assert smooth < rough / 2


def test_inversion_draws_its_start_from_its_seed_alone():
    before = torch.random.get_rng_state()
    pictures = smooth_pictures()
    first, again, other = (
        invert(network(), pictures, "relu2_1", steps=3, seed=s) for s in (1, 1, 2)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(before, torch.random.get_rng_state())


# ------------------------------------------------------------------ maximisation


def test_each_picture_pleases_its_own_channel():
    extractor, channels = network(), [5, 0, 2]
    made = maximise(extractor, "conv2_1", channels, size=20, steps=40)
    assert made.shape == (3, 3, 20, 20) and made.min() >= 0 and made.max() <= 1
    start = maximise(extractor, "conv2_1", channels, size=20, steps=0)
    after, before = (extractor(p, ["conv2_1"])["conv2_1"].mean((2, 3)) for p in (made, start))
    for row, channel in enumerate(channels):
        assert (
            after[row, channel]
            > before[row, channel] + extractor(start, ["conv2_1"])["conv2_1"].std()
        )
        assert after[:, channel].argmax() == row


def test_the_best_picture_of_a_linear_channel_is_known():
    """A 1 x 1 filter is pleased most by the corner of the colour cube to which its signs point."""
    layers = nn.Sequential()
    layers.add_module("conv1_1", nn.Conv2d(3, 1, 1))
    layers.conv1_1.weight.data = torch.tensor([1.0, -1.0, 0.5]).view(1, 3, 1, 1)
    extractor = Extractor(layers, "one filter")
    made = maximise(extractor, "conv1_1", [0], size=8, steps=60, smooth=0.0)
    corner = torch.tensor([1.0, 0.0, 1.0]).view(1, 3, 1, 1).expand_as(made)
    torch.testing.assert_close(made, corner, atol=0.02, rtol=0)


def test_a_channel_that_there_is_not_is_refused():
    with pytest.raises(UserError, match="channels 0 to 7; asked for 3, 8"):
        maximise(network(), "conv2_1", [3, 8], size=16, steps=1)
