"""The translator: any size in, the same size out, and outlines that stay where they are."""

import pytest
import torch

from ganlearn.errors import UserError
from ganlearn.translate import UNet


def pictures(n, channels, height, width, seed=0):
    return torch.rand(n, channels, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def network():
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return UNet(1, 3, width=4, depth=3)


@pytest.mark.parametrize("size", [(1, 1), (5, 7), (8, 8), (33, 32), (64, 127), (9, 200)])
def test_every_size_comes_back(network, size):
    x = pictures(2, 1, *size)
    y = network(x)
    assert y.shape == (2, 3, *size)
    assert y.abs().max() < 1
    y.sum().backward()


def test_once_trained_a_picture_is_translated_alone_as_in_company(network):
    x = pictures(5, 1, 16, 24)
    network.eval()
    torch.testing.assert_close(network(x)[3:4], network(x[3:4]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_one_picture_that_shrinks_to_one_place_is_enough(network, training):
    assert network.train(training)(pictures(1, 1, 8, 8)).isfinite().all()


def test_an_extended_side_repeats_its_last_line(network):
    network.eval()
    x = pictures(1, 1, 13, 16)
    by_hand = torch.cat([x, x[..., -1:, :].expand(-1, -1, 3, -1)], dim=2)
    torch.testing.assert_close(network(x), network(by_hand)[..., :13, :])


def test_shortcuts_carry_what_the_middle_loses():
    network = UNet(1, 1, width=4, depth=3).eval()
    x = pictures(1, 1, 64, 64).requires_grad_()

    def sides_seen():
        (slope,) = torch.autograd.grad(network(x)[0, 0, 32, 32], x)
        places = slope[0, 0].nonzero()
        return (places.amax(0) - places.amin(0) + 1).tolist()

    through_the_middle = sides_seen()
    with torch.no_grad():
        for parameter in network.up[0].parameters():
            parameter.zero_()
    by_shortcuts = sides_seen()
    assert 4 <= max(by_shortcuts) < min(through_the_middle)


def test_each_further_halving_doubles_the_maps_up_to_eight_times():
    network = UNet(3, 3, width=4, depth=6)
    widths = [m.out_channels for m in network.down.modules() if isinstance(m, torch.nn.Conv2d)]
    assert widths == [4, 8, 16, 32, 32, 32]


@pytest.mark.parametrize("shape", [(2, 3, 16, 16), (1, 16, 16)])
def test_pictures_of_other_channels_are_one_sentence(network, shape):
    with pytest.raises(UserError, match=r"takes pictures \(n, 1, height, width\)"):
        network(torch.zeros(shape))


def test_smallest_networks():
    assert UNet(1, 1, width=1, depth=1)(torch.zeros(1, 1, 4, 4)).shape == (1, 1, 4, 4)


@pytest.mark.parametrize("wrong", [{"depth": 0}, {"width": 0}])
def test_networks_of_nothing_are_one_sentence(wrong):
    with pytest.raises(UserError, match="depth and width from 1 on"):
        UNet(**wrong)
