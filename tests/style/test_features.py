"""Features by name: the right ones, from pictures as they are, and no more work than needed."""

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, max_pool2d, pad

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import MEAN, STD, VGG19, Extractor, vgg

WIDTHS = ((3, 4), (5,), (6, 6))


def pictures(n=2, height=32, width=40, seed=0):
    return torch.rand(n, 3, height, width, generator=runtime.generator(seed))


def extractor(**options):
    with runtime.seeded(0):
        return Extractor(vgg(WIDTHS, **options), "small")


def test_names_are_those_of_the_papers():
    names = [name for name, _ in vgg(VGG19).named_children()]
    assert names[:7] == ["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1", "relu2_1"]
    assert [n for n in names if n.startswith("conv")] == [
        f"conv{block}_{i}"
        for block, count in enumerate((2, 2, 4, 4, 4), 1)
        for i in range(1, count + 1)
    ]


def test_features_are_those_of_a_hand_written_forward_pass():
    network = extractor()
    x = (pictures() - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    expected = {}
    for name in ("1_1", "1_2", "2_1"):
        layer = network.layers.get_submodule(f"conv{name}")
        if name == "2_1":
            x = max_pool2d(x, 2)
        before = conv2d(pad(x, (1, 1, 1, 1), "reflect"), layer.weight, layer.bias)
        x = before.clamp_min(0)
        expected |= {f"conv{name}": before, f"relu{name}": x}
    for name, features in network(pictures(), expected).items():
        torch.testing.assert_close(features, expected[name])


def test_a_layer_before_its_relu_keeps_its_negative_values():
    """With ReLUs that work in place, what was read as conv1_1 would have lost them."""
    features = extractor()(pictures(), ["conv1_1", "relu1_1"])
    assert features["conv1_1"].min() < 0
    torch.testing.assert_close(features["conv1_1"].relu(), features["relu1_1"])


def test_it_stops_after_the_deepest_layer_asked_for():
    network = extractor()
    network.layers.conv2_1.register_forward_pre_hook(lambda *_: pytest.fail("went too deep"))
    assert list(network(pictures(), ["relu1_2", "conv1_1"])) == ["conv1_1", "relu1_2"]


def test_every_name_can_be_asked_for_alone():
    network = extractor()
    for name in network.names:
        assert list(network(pictures(), [name])) == [name]
        stride = network.stride(name)
        assert network(pictures(), name)[name].shape[-2:] == (32 // stride, 40 // stride)


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_the_receptive_field_is_where_the_gradient_reaches(pooling):
    """Zero padding, so that no pixel is seen twice; positive weights, so that nothing cancels."""
    network = extractor(padding="zeros", pooling=pooling)
    for parameter in network.parameters():
        parameter.data.abs_()
    for name in ("conv1_1", "relu1_2", "pool1", "relu2_1", "conv3_2"):
        x = torch.rand(1, 3, 64, 64, generator=runtime.generator(0)).requires_grad_()
        features = network((x + 5), [name])[name]  # all above zero, so that every ReLU lets through
        middle = features[..., features.shape[-2] // 2, features.shape[-1] // 2].sum()
        touched = torch.autograd.grad(middle, x)[0].abs().sum((0, 1)) > 0
        sides = [int(touched.any(axis).sum()) for axis in (0, 1)]
        field = network.receptive_field(name)
        if pooling == "average":
            assert sides == [field, field], name
        else:  # the maximum comes from somewhere inside
            assert max(sides) <= field, name


def test_it_is_frozen_and_passes_the_gradient_to_the_picture():
    network = extractor()
    assert not any(p.requires_grad for p in network.parameters()) and not network.training
    x = pictures().requires_grad_()
    network(x, ["relu3_2"])["relu3_2"].sum().backward()
    assert x.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["relu9_1"], r"no layer relu9_1; choose from conv1_1"),
        ([], r"none was named"),
        (["conv_4", "relu1_1"], r"no layer conv_4; choose"),
    ],
)
def test_unknown_names_are_answered_with_the_valid_ones(names, told):
    with pytest.raises(UserError, match=told):
        extractor()(pictures(), names)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((3, 32, 32), r"these are \(3, 32, 32\)"),
        ((2, 1, 32, 32), r"red, green and blue"),
        ((1, 3, 7, 40), r"40 x 7 pixels is too small for relu3_2, which needs 8"),
    ],
)
def test_pictures_that_cannot_be_seen_are_refused(shape, told):
    with pytest.raises(UserError, match=told):
        extractor()(torch.zeros(shape), ["relu3_2"])


def test_the_smallest_picture_is_enough():
    network = extractor()
    for name in network.names:
        side = network.smallest(name)
        assert torch.isfinite(network(pictures(1, side, side), [name])[name]).all()


def test_state_travels_without_the_scale_of_the_input():
    network = extractor()
    again = Extractor(vgg(WIDTHS), "again")
    again.load_state_dict(network.state_dict())
    torch.testing.assert_close(
        again(pictures(), ["relu3_2"])["relu3_2"], network(pictures(), ["relu3_2"])["relu3_2"]
    )
    assert isinstance(network.layers, nn.Sequential)
