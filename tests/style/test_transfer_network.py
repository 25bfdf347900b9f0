"""One pass through the network: sizes, styles, their mixtures, and what the norm does."""

import pytest
import torch
from torch.nn import functional as F

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.transfer_network import ConditionalInstanceNorm, TransferNetwork


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=runtime.generator(seed))


def with_styles(network, seed=1):
    """A network whose styles differ, as after training."""
    random = runtime.generator(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=random)
    return network.eval()


@pytest.fixture(scope="module")
def network():
    return with_styles(TransferNetwork(styles=3, width=4, blocks=1, seed=0))


@pytest.mark.parametrize("size", [(64, 64), (127, 127), (16, 16), (17, 90), (65, 66), (513, 20)])
def test_every_size_comes_out_at_its_own(network, size):
    made = network(noise(1, 3, *size))
    assert made.shape == (1, 3, *size)
    assert made.dtype == torch.float32
    assert 0 <= made.min() < made.max() <= 1


def test_the_norm_is_instance_norm_with_the_styles_own_numbers():
    norm = ConditionalInstanceNorm(5, 2)
    with torch.no_grad():
        norm.scale.copy_(noise(2, 5, seed=1))
        norm.shift.copy_(noise(2, 5, seed=2))
    x = noise(3, 5, 7, 9) * 4 - 1
    for style in range(2):
        expected = F.instance_norm(x, weight=norm.scale[style], bias=norm.shift[style])
        shares = F.one_hot(torch.tensor([style]), 2).float()
        assert torch.allclose(norm(x, shares), expected, atol=1e-5)
        assert torch.allclose(norm(x, shares.expand(3, -1)), expected, atol=1e-5)


def test_a_mixture_of_styles_is_the_mixture_of_their_numbers():
    norm = ConditionalInstanceNorm(5, 2)
    with torch.no_grad():
        norm.scale.copy_(noise(2, 5, seed=1))
        norm.shift.copy_(noise(2, 5, seed=2))
    x = noise(2, 5, 8, 8)
    first, second = (norm(x, torch.eye(2)[i : i + 1]) for i in (0, 1))
    mixed = norm(x, torch.tensor([[0.25, 0.75]]))
    assert torch.allclose(mixed, 0.25 * first + 0.75 * second, atol=1e-5)


def test_contrast_and_light_of_the_input_do_not_reach_the_first_relu():
    """Instance norm takes them away: that is why it suits stylisation."""
    norm = ConditionalInstanceNorm(3, 1)
    x = noise(1, 3, 9, 9)
    assert torch.allclose(norm(x, torch.ones(1, 1)), norm(3 * x + 0.5, torch.ones(1, 1)), atol=1e-3)


def test_a_style_may_be_a_number_shares_or_one_for_each_picture(network):
    x = noise(2, 3, 20, 24)
    second = network(x, 1)
    assert torch.allclose(network(x, [0.0, 1.0, 0.0]), second, atol=1e-6)
    rows = torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
    each = network(x, rows)
    assert torch.allclose(each[:1], second[:1], atol=1e-5)
    assert torch.allclose(each[1:], network(x[1:], rows[1]), atol=1e-5)
    assert (network(x, 0) - second).abs().mean() > 0.01


def test_pictures_of_a_batch_do_not_see_each_other(network):
    x = noise(3, 3, 24, 24)
    assert torch.allclose(network(x)[1:2], network(x[1:2]), atol=1e-5)


def test_the_layout_in_memory_makes_no_difference(network):
    x = noise(1, 3, 31, 40)
    assert torch.allclose(network(x.to(memory_format=torch.channels_last)), network(x), atol=1e-5)


def test_first_weights_come_from_the_seed_and_leave_the_global_state(network):
    state = torch.get_rng_state()
    one, same, other = (TransferNetwork(2, 4, 1, seed) for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not torch.equal(one.stem.conv.weight, other.stem.conv.weight)


def test_a_style_more_costs_two_numbers_a_channel():
    def count(styles):
        return sum(p.numel() for p in TransferNetwork(styles, 4, 2).parameters())

    channels = 4 + 8 + 16 + 4 * 16 + 8 + 4  # of all the norms
    assert count(2) - count(1) == 2 * channels
    assert count(9) - count(8) == 2 * channels


def test_a_network_for_all_schools_is_small_enough_to_ship():
    network = TransferNetwork(styles=8)
    assert sum(p.numel() for p in network.parameters()) * 2 < 1_000_000  # bytes, 16 bits each


@pytest.mark.parametrize(
    ("pictures", "style", "sentence"),
    [
        (noise(1, 3, 15, 40), 0, "at least 16 pixels"),
        (noise(3, 20, 20), 0, r"\(n, 3, height, width\)"),
        (noise(1, 1, 20, 20), 0, r"\(n, 3, height, width\)"),
        (noise(1, 3, 20, 20), 3, "no style 3; choose from 0 to 2"),
        (noise(1, 3, 20, 20), [0.5, 0.5], r"shape \(3,\) or \(n, 3\)"),
        (noise(2, 3, 20, 20), torch.ones(3, 3), r"2 pictures and shares for 3"),
    ],
)
def test_what_does_not_fit_is_one_sentence(network, pictures, style, sentence):
    with pytest.raises(UserError, match=sentence):
        network(pictures, style)
