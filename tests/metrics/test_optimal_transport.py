"""Wasserstein distances against other routes to the same numbers."""

import itertools

import pytest
import torch
from scipy.stats import wasserstein_distance

from ganlearn import metrics, runtime
from ganlearn.errors import UserError


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=runtime.generator(seed), dtype=torch.float64)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (10, 10), (7, 23), (40, 3)])
def test_on_a_line_scipy_agrees(n, m):
    a, b = normal(n), 2 * normal(m, seed=1) + 1
    expected = wasserstein_distance(a.numpy(), b.numpy())
    assert metrics.wasserstein_1d(a, b) == pytest.approx(expected, rel=1e-12)
    assert metrics.wasserstein_1d(b[:, None], a[:, None]) == pytest.approx(expected, rel=1e-12)


def test_on_a_line_equal_sizes_pair_up_in_order():
    a, b = normal(50), normal(50, seed=1)
    expected = (a.sort().values - b.sort().values).abs().mean().item()
    assert metrics.wasserstein_1d(a, b) == pytest.approx(expected, rel=1e-12)


def test_ties_and_points():
    assert metrics.wasserstein_1d(torch.tensor([0.0, 0, 0]), torch.tensor([0.0])) == 0
    assert metrics.wasserstein_1d(torch.tensor([0.0, 0, 3]), torch.tensor([1.0])) == pytest.approx(
        4 / 3
    )


def test_points_in_the_plane_are_not_points_on_a_line():
    with pytest.raises(UserError, match=r"first samples have 2 numbers.*optimal_transport"):
        metrics.wasserstein_1d(normal(5, 2), normal(5))


@pytest.mark.parametrize("n", [1, 2, 4, 6])
def test_no_matching_is_cheaper(n):
    a, b = normal(n, 2), normal(n, 2, seed=1) + 0.5
    apart = torch.cdist(a, b)
    costs = {
        order: apart[range(n), order].mean().item() for order in itertools.permutations(range(n))
    }
    found = metrics.optimal_transport(a, b)
    assert found.cost == pytest.approx(min(costs.values()), rel=1e-12)
    assert found.cost == pytest.approx(costs[tuple(found.matching.tolist())], rel=1e-12)


def test_no_critic_of_slope_one_says_more():
    """Kantorovich's dual: any function of slope at most 1 gives a lower bound."""
    a, b = normal(60, 2), 0.5 * normal(60, 2, seed=1) + 1
    cost = metrics.optimal_transport(a, b).cost
    bounds = [abs(((a - c).norm(dim=1).mean() - (b - c).norm(dim=1).mean()).item()) for c in a]
    assert 0.3 * cost < max(bounds) <= cost + 1e-12


def test_a_shift_costs_its_length_and_each_sample_goes_to_its_own():
    a = normal(80, 2)
    order = torch.randperm(80, generator=runtime.generator(3))
    found = metrics.optimal_transport(a, (a + torch.tensor([0.3, -0.4]).double())[order])
    assert found.cost == pytest.approx(0.5, rel=1e-6)


def test_on_a_line_both_agree():
    a, b = normal(70), normal(70, seed=1) ** 2
    assert metrics.optimal_transport(a[:, None], b[:, None]).cost == pytest.approx(
        metrics.wasserstein_1d(a, b), rel=1e-9
    )


@pytest.mark.parametrize(("n", "m"), [(3, 4), (5001, 5001)])
def test_unequal_or_too_many_are_one_sentence(n, m):
    with pytest.raises(UserError, match=f"{n} and {m} samples.*at most 5000"):
        metrics.optimal_transport(torch.zeros(n, 2), torch.zeros(m, 2))
