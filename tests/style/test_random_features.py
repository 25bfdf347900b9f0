"""Random features: named layers, promised filters, and a seed that decides everything."""

import pytest
import torch

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.random import KERNEL, SCALES, Shallow, random_features

KINDS = {"relu": "relu3_1", "elu": "elu3_1", "shallow": "scale3"}


def some(height=80, width=96, seed=0):
    return torch.rand(1, 3, height, width, generator=runtime.generator(seed))


@pytest.mark.parametrize(("kind", "layer"), KINDS.items())
def test_the_seed_decides_and_the_global_state_is_left_alone(kind, layer):
    before = torch.random.get_rng_state()
    first, again, other = (random_features(kind, seed)(some(), [layer]) for seed in (1, 1, 2))
    assert torch.equal(first[layer], again[layer])
    assert not torch.allclose(first[layer], other[layer])
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(("kind", "layer"), KINDS.items())
def test_features_are_as_large_as_the_stride_says(kind, layer):
    network = random_features(kind)
    features = network(some(), [layer])[layer]
    assert network.stride(layer) == 4 and features.shape[-2:] == (20, 24)
    assert features.requires_grad is False and str(kind) in network.name


@pytest.mark.parametrize("kind", ["relu", "elu"])
def test_the_signal_keeps_its_size(kind):
    network = random_features(kind)
    layers = [f"{kind}{block}_1" for block in range(1, 6)]
    sizes = [f.square().mean().sqrt() for f in network(some(), layers).values()]
    assert all(0.2 < size / sizes[0] < 5 for size in sizes)


def test_elu_has_no_relu_and_bends_below_zero():
    network = random_features("elu")
    assert not [name for name in network.names if "relu" in name]
    assert network(some(), ["elu2_1"])["elu2_1"].min() < 0
    with pytest.raises(UserError, match="elu1_1"):
        network(some(), ["relu1_1"])


def test_an_unknown_kind_is_answered_with_the_known_ones():
    with pytest.raises(UserError, match="relu, elu, shallow"):
        random_features("vgg")


# ------------------------------------------------------------------ the shallow kind


def test_filters_have_no_mean_and_length_one():
    filters = random_features("shallow").filters
    torch.testing.assert_close(
        filters.mean((2, 3)), torch.zeros(filters.shape[:2]), atol=1e-6, rtol=0
    )
    torch.testing.assert_close(filters.flatten(1).norm(dim=1), torch.ones(len(filters)))


def test_a_plain_picture_has_its_colour_and_no_change():
    network = random_features("shallow")
    plain = torch.tensor([0.2, 0.5, 0.9]).view(1, 3, 1, 1).expand(1, 3, 64, 80)
    for features in network(plain, network.names).values():
        torch.testing.assert_close(
            features[:, :3], plain[..., : features.shape[2], : features.shape[3]]
        )
        assert features[:, 3:].abs().max() < 1e-4


def test_a_scale_is_the_first_one_of_a_smaller_picture():
    network = random_features("shallow")
    smaller = torch.nn.functional.avg_pool2d(some(), 4)
    torch.testing.assert_close(
        network(some(), ["scale3"])["scale3"], network(smaller, ["scale1"])["scale1"]
    )


@pytest.mark.parametrize("scale", range(1, 4))
def test_a_place_sees_its_receptive_field_and_nothing_else(scale):
    network, name = random_features("shallow"), f"scale{scale}"
    picture = some(64, 64).requires_grad_()
    features = network(picture, [name])[name]
    at = features.shape[-1] // 2
    features[0, :, at, at].sum().backward()
    seen = picture.grad[0].abs().sum(0).nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [network.receptive_field(name)] * 2


@pytest.mark.parametrize("name", [f"scale{i}" for i in range(1, SCALES + 1)])
def test_the_smallest_picture_is_enough_and_one_pixel_less_is_not(name):
    network = random_features("shallow")
    least = network.smallest(name)
    network(some(least, least), [name])
    with pytest.raises(UserError, match="too small"):
        network(some(least - 1, least), [name])


def test_shallow_is_an_extractor_of_one_layer():
    assert isinstance(random_features("shallow"), Shallow)
    assert (
        sum(buffer.numel() for buffer in random_features("shallow").buffers())
        < 96 * 3 * KERNEL**2 + 10
    )
