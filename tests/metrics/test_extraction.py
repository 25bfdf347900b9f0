"""Features: the same in any batches, and no trace of the call in network or random state."""

import hashlib

import pytest
import torch
from torch import nn

from ganlearn import data, metrics, nets, runtime
from ganlearn.errors import UserError
from ganlearn.metrics.extraction import SHIPPED, fingerprint
from ganlearn.nets.stored import FOLDER


def pictures(n=10, channels=1, size=16, seed=0):
    return torch.rand(n, channels, size, size, generator=runtime.generator(seed)) * 2 - 1


class Moody(nn.Module):
    """A network that would betray training mode: dropout, and batch norm that counts."""

    def __init__(self):
        super().__init__()
        with runtime.seeded(0):
            self.layers = nn.Sequential(
                nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Flatten()
            )

    def forward(self, x):
        return self.layers(x)


@pytest.mark.parametrize("training", [True, False])
def test_modes_statistics_and_random_state_are_as_before(training):
    network = Moody().train(training)
    network.layers[1].eval()  # one part is in another mode than the rest
    modes = [part.training for part in network.modules()]
    state = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    random = torch.get_rng_state()
    found = metrics.extract(network, pictures())
    assert [part.training for part in network.modules()] == modes
    assert all(torch.equal(state[key], tensor) for key, tensor in network.state_dict().items())
    assert torch.equal(random, torch.get_rng_state())
    torch.testing.assert_close(found, network.eval()(pictures()).detach())
    assert not found.requires_grad


def test_modes_come_back_after_an_error_too():
    network = Moody().train()
    with pytest.raises(RuntimeError):
        metrics.extract(network, pictures(channels=3))
    assert all(part.training for part in network.modules())


def test_a_network_that_draws_leaves_the_global_state_alone():
    class Noisy(nn.Module):
        def forward(self, x):
            return x.flatten(1) + torch.randn(len(x), 1)

    before = torch.get_rng_state()
    metrics.extract(Noisy(), pictures())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("batch", [1, 3, 10, 256])
def test_the_batch_does_not_matter(batch):
    whole = metrics.extract("digits", pictures())
    torch.testing.assert_close(metrics.extract("digits", pictures(), batch=batch), whole)


def test_a_dataset_a_tensor_and_a_source_are_all_samples():
    digits = data.digits(16)
    few = data.Dataset(digits.samples[:20])
    assert torch.equal(metrics.extract("pixels", few), digits.samples[:20].flatten(1))
    drawn = metrics.extract("pixels", data.ring(), 30, random=runtime.generator(3))
    assert torch.equal(drawn, data.ring().draw(30, runtime.generator(3)))


@pytest.mark.parametrize(
    ("name", "channels", "sizes", "classes"),
    [("digits", 1, (16, 32), 10), ("paintings", 3, (32,), 8)],
)
def test_shipped_networks_know_their_pictures(name, channels, sizes, classes):
    described = metrics.features(name)
    assert len(described.classes) == classes
    assert not described.network.training
    assert not any(p.requires_grad for p in described.network.parameters())
    content = (FOLDER / f"{SHIPPED[name]}.safetensors").read_bytes()
    assert described.sha256 == hashlib.sha256(content).hexdigest()
    assert len(content) <= 300_000
    for size in sizes:
        # Digits of the held-out fifth, paintings of a seed that nothing was trained on.
        known = (
            data.digits(size).split(0.8, seed=0)[1]
            if name == "digits"
            else data.paintings(400, size, seed=77)
        )
        assert known.shape[0] == channels
        found = metrics.extract(described, known)
        assert found.shape == (len(known), 64)
        assert found.min() >= 0
        assert found.square().mean() == pytest.approx(1, abs=0.2)
        said = described.probabilities(found)
        torch.testing.assert_close(said.sum(1), torch.ones(len(known)))
        assert (said.argmax(1) == known.labels).double().mean() > 0.97


def test_grey_and_colour_and_other_sizes_are_brought_to_what_the_network_sees():
    grey = pictures()
    coloured = grey.expand(-1, 3, -1, -1)
    digits, paintings = metrics.features("digits"), metrics.features("paintings")
    torch.testing.assert_close(metrics.extract(digits, coloured), metrics.extract(digits, grey))
    torch.testing.assert_close(
        metrics.extract(paintings, coloured), metrics.extract(paintings, grey)
    )
    assert metrics.extract(digits, pictures(size=23)).shape == (10, 64)


def test_other_weights_have_another_name():
    one, other = Moody(), Moody()
    assert fingerprint(one) == fingerprint(other)
    with torch.no_grad():
        other.layers[0].bias[0] += 1e-6
    assert fingerprint(one) != fingerprint(other)
    assert metrics.features(one).name == "Moody"
    assert metrics.features(one).sha256 == fingerprint(one)


def test_feature_networks_are_no_generators():
    assert not set(SHIPPED.values()) & set(nets.shipped_names())


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: metrics.features("cats"), "no features 'cats'; choose from digits, paintings"),
        (lambda: metrics.extract("digits", torch.zeros(0, 1, 16, 16)), "at least one sample"),
        (lambda: metrics.extract("digits", pictures() * torch.nan), "10 of 10 samples have NaN"),
        (lambda: metrics.extract("digits", pictures(), batch=0), "at least 1 sample, not 0"),
        (lambda: metrics.extract("pixels", data.ring()), "say how many samples"),
        (lambda: metrics.extract("pixels", data.ring(), 5), "random="),
        (lambda: metrics.features("pixels").probabilities(pictures()), "without a classifier"),
        (lambda: metrics.extract(Pair(), pictures()), "'Pair' returns a tuple"),
    ],
)
def test_bad_input_is_one_sentence(ask, sentence):
    with pytest.raises(UserError, match=sentence) as caught:
        ask()
    assert "\n" not in str(caught.value)


class Pair(nn.Module):
    def forward(self, x):
        return x, x
