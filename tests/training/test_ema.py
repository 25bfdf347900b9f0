"""The moving average against its closed form."""

import pytest
import torch
from torch import nn

from ganlearn.training import EMA
from ganlearn.training.ema import RAMP


def test_after_one_half_life_half_of_the_old_is_left():
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = EMA(network, half_life=640)
    nn.init.ones_(network.weight)
    for _ in range(10):
        average.update(samples_seen=10**9, batch=64)  # far beyond the ramp
    assert average.network.weight.item() == pytest.approx(0.5)


def test_a_young_average_forgets_faster():
    average = EMA(nn.Linear(1, 1), half_life=10_000)
    assert average.decay(samples_seen=1000, batch=64) == pytest.approx(0.5 ** (64 / (RAMP * 1000)))
    assert average.decay(samples_seen=10**7, batch=64) == pytest.approx(0.5 ** (64 / 10_000))


def test_running_statistics_are_averaged_and_counters_copied():
    network = nn.BatchNorm1d(2)
    average = EMA(network, half_life=64)
    network.running_mean += 4
    network.num_batches_tracked += 7
    average.update(samples_seen=10**9, batch=64)
    assert average.network.running_mean.tolist() == [2, 2]
    assert average.network.num_batches_tracked == 7


def test_the_vectors_of_spectral_norm_keep_their_length():
    network = nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8))
    average = EMA(network, half_life=640)
    x = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
    for _ in range(20):
        with torch.no_grad():
            network.parametrizations.weight.original.add_(
                torch.randn(8, 8, generator=torch.Generator().manual_seed(1))
            )
        network(x)
        average.update(samples_seen=10**9, batch=64)
    vectors = [b for name, b in average.network.named_buffers() if name.endswith(("_u", "_v"))]
    assert len(vectors) == 2
    for vector in vectors:
        assert vector.norm().item() == pytest.approx(1, abs=1e-5)


def test_the_average_has_no_gradients_and_is_ready_to_sample():
    average = EMA(nn.Linear(2, 2), half_life=1).network
    assert not average.training
    assert not any(p.requires_grad for p in average.parameters())
