"""Extrapolated Fréchet distance: nearer to the truth than the plain one; its line is a line."""

import pytest
import torch

from ganlearn import metrics, runtime
from ganlearn.errors import UserError
from ganlearn.metrics import extrapolation


def normal(n, d, seed=0):
    return torch.randn(n, d, generator=runtime.generator(seed), dtype=torch.float64)


def test_most_of_the_bias_goes():
    """Two Gaussians of true distance 32 · 0.2² = 1.28, over several draws."""
    plain, endless = [], []
    for seed in range(6):
        real, fake = normal(1000, 32, seed), normal(1000, 32, 100 + seed) + 0.2
        plain.append(metrics.frechet_distance(real, fake) - 1.28)
        found = metrics.fid_infinity(real, fake, random=runtime.generator(seed))
        endless.append(found.value - 1.28)
        assert found.slope > 0
    assert min(plain) > 0.2
    assert abs(sum(endless) / 6) < 0.3 * sum(plain) / 6


def test_a_score_that_is_a_line_is_followed_exactly(monkeypatch):
    monkeypatch.setattr(extrapolation, "frechet_distance", lambda x, y: 3 + 50 / len(y))
    found = metrics.fid_infinity(normal(90, 2), normal(60, 2), random=runtime.generator(0))
    assert found.value == pytest.approx(3)
    assert found.slope == pytest.approx(50)
    assert found.sizes[0] == 6 and found.sizes[-1] == 60 and len(found.sizes) == 15


def test_of_both_sets_the_same_fraction_is_taken_without_repetition(monkeypatch):
    seen = []
    monkeypatch.setattr(
        extrapolation, "frechet_distance", lambda x, y: float(seen.append((x, y)) or 0)
    )
    metrics.fid_infinity(normal(300, 2), normal(100, 2), random=runtime.generator(0), smallest=20)
    for x, y in seen:
        assert len(x) == 3 * len(y)
        assert len(x.unique(dim=0)) == len(x) and len(y.unique(dim=0)) == len(y)
    assert len(seen[0][1]) == 20


def test_the_largest_size_is_all_there_is():
    real, fake = normal(80, 3), normal(70, 3, 1) + 1
    found = metrics.fid_infinity(real, fake, random=runtime.generator(0))
    assert found.values[-1].item() == pytest.approx(metrics.frechet_distance(real, fake))


def test_the_seed_decides_and_nothing_else():
    real, fake = normal(80, 3), normal(70, 3, 1)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    one, same, other = (
        metrics.fid_infinity(real, fake, random=runtime.generator(seed)).value for seed in (0, 0, 1)
    )
    assert one == same != other
    assert torch.equal(before, torch.get_rng_state())


def test_an_error_at_a_small_size_hardly_matters(monkeypatch):
    """The smallest of 15 sizes is off by half of its distance."""
    monkeypatch.setattr(
        extrapolation, "frechet_distance", lambda x, y: 3 + 50 / len(y) + 5 * (len(y) == 60)
    )
    found = metrics.fid_infinity(normal(600, 2), normal(600, 2), random=runtime.generator(0))
    assert found.sizes[0] == 60
    assert found.value == pytest.approx(3, abs=0.3)  # without weights it is 2.1


@pytest.mark.parametrize("wrong", [{"points": 1}, {"smallest": 70}, {"smallest": 1}])
def test_no_line_without_two_sizes(wrong):
    with pytest.raises(UserError, match="cannot be drawn; give at least 2 points"):
        metrics.fid_infinity(normal(80, 3), normal(70, 3), random=runtime.generator(0), **wrong)
