"""Kernel distance: exactly unbiased, known values, an error that is honest."""

import itertools
import math

import pytest
import torch

from ganlearn import metrics, runtime
from ganlearn.errors import UserError


def normal(n, d=1, seed=0):
    return torch.randn(n, d, generator=runtime.generator(seed), dtype=torch.float64)


def true_mmd(real, fake):
    """On a line (xy + 1)³ compares the first three moments, with weights 3, 3 and 1."""
    return sum(
        weight * ((real**power).mean() - (fake**power).mean()).item() ** 2
        for power, weight in ((1, 3), (2, 3), (3, 1))
    )


@pytest.mark.parametrize("n", [2, 3])
def test_the_mean_over_all_possible_samples_is_the_truth(n):
    """Every sample that two small populations can give, so no chance is involved."""
    real, fake = torch.tensor([0.0, 1.0]), torch.tensor([-0.5, 0.0, 1.5])
    found = [
        metrics.squared_mmd(torch.tensor(x)[:, None], torch.tensor(y)[:, None])
        for x in itertools.product(real.tolist(), repeat=n)
        for y in itertools.product(fake.tolist(), repeat=2)
    ]
    assert sum(found) / len(found) == pytest.approx(
        true_mmd(real.double(), fake.double()), abs=1e-10
    )


def test_the_mean_over_samples_of_one_population_is_zero():
    values = (-1.0, 0.5, 2.0)
    draws = [torch.tensor(x)[:, None] for x in itertools.product(values, repeat=2)]
    found = [metrics.squared_mmd(x, y) for x in draws for y in draws]
    assert sum(found) / len(found) == pytest.approx(0, abs=1e-10)
    assert min(found) < 0  # an estimate that is never negative could not be unbiased


def test_shifted_gaussians_on_a_line():
    """Moments of N(a, 1): a, a² + 1, a³ + 3a."""
    a = 0.5
    expected = 3 * a**2 + 3 * a**4 + (a**3 + 3 * a) ** 2
    found = [
        metrics.squared_mmd(normal(2000, seed=s), normal(2000, seed=50 + s) + a) for s in range(8)
    ]
    assert sum(found) / 8 == pytest.approx(expected, rel=0.1)


def test_equal_distributions_are_within_the_error_of_zero():
    """KID of 30 pairs of equal sets: their mean is near 0 as their spread promises, and hardly
    any lies three standard errors off."""
    found = [
        metrics.kernel_distance(
            normal(300, 8, s),
            normal(300, 8, 500 + s),
            random=runtime.generator(s),
            subsets=20,
            subset_size=100,
        )
        for s in range(30)
    ]
    values = torch.tensor([f.value for f in found])
    assert values.mean().abs() < 3 * values.std() / math.sqrt(30)
    assert sum(abs(f.value) > 3 * f.error for f in found) <= 1


def test_the_error_is_the_spread_over_new_samples():
    """Of two different distributions, measured anew 40 times."""
    found = [
        metrics.kernel_distance(
            normal(400, 4, s),
            normal(400, 4, 500 + s) + 0.3,
            random=runtime.generator(s),
            subsets=40,
            subset_size=100,
        )
        for s in range(40)
    ]
    spread = torch.tensor([f.value for f in found]).std().item()
    told = torch.tensor([f.error for f in found]).mean().item()
    assert told == pytest.approx(spread, rel=0.45)


def test_order_and_sides_do_not_matter():
    real, fake = normal(50, 3), normal(70, 3, 1) + 1
    here = metrics.squared_mmd(real, fake)
    order = torch.randperm(50, generator=runtime.generator(0))
    assert metrics.squared_mmd(real[order], fake) == pytest.approx(here, rel=1e-12)
    assert metrics.squared_mmd(fake, real) == pytest.approx(here, rel=1e-12)


def test_the_whole_set_as_one_subset_has_no_known_error():
    real, fake = normal(50, 3), normal(50, 3, 1) + 1
    found = metrics.kernel_distance(real, fake, random=runtime.generator(0), subset_size=50)
    assert found.value == pytest.approx(metrics.squared_mmd(real, fake), rel=1e-10)
    assert math.isnan(found.error)


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    real = normal(30, 3)
    one, same = (
        metrics.kernel_distance(real, real, random=runtime.generator(4), subset_size=10)
        for _ in range(2)
    )
    assert one == same
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("wrong", [{"subset_size": 41}, {"subset_size": 1}, {"subsets": 0}])
def test_impossible_subsets_are_one_sentence(wrong):
    given = {"subset_size": 10, **wrong}
    with pytest.raises(UserError, match="choose a subset_size from 2 to 40"):
        metrics.kernel_distance(normal(50), normal(40), random=runtime.generator(0), **given)


def test_nan_is_one_sentence():
    with pytest.raises(UserError, match="1 of the 9 real samples have NaN"):
        metrics.squared_mmd(
            torch.zeros(9, 2).index_fill(0, torch.tensor([3]), torch.inf), normal(5, 2)
        )
