"""Precision, recall, density, coverage: which is which, counted by hand, in any parts."""

import pytest
import torch

from ganlearn import metrics, runtime
from ganlearn.errors import UserError
from ganlearn.metrics import distances


def normal(n, d=4, seed=0):
    return torch.randn(n, d, generator=runtime.generator(seed), dtype=torch.float64)


def by_hand(real, fake, k):
    """The definitions, one sample at a time."""

    def radius(samples):
        apart = [[(a - b).norm().item() for b in samples] for a in samples]
        return [sorted(row[:i] + row[i + 1 :])[k - 1] for i, row in enumerate(apart)]

    apart = [[(r - f).norm().item() for f in fake] for r in real]
    real_radius, fake_radius = radius(real), radius(fake)
    n, m = len(real), len(fake)
    inside = [[apart[i][j] <= real_radius[i] for j in range(m)] for i in range(n)]
    around = [[apart[i][j] <= fake_radius[j] for j in range(m)] for i in range(n)]
    return metrics.Neighbourhood(
        precision=sum(any(inside[i][j] for i in range(n)) for j in range(m)) / m,
        recall=sum(map(any, around)) / n,
        density=sum(map(sum, inside)) / (k * m),
        coverage=sum(map(any, inside)) / n,
    )


@pytest.mark.parametrize("k", [1, 3, 5])
def test_it_counts_what_the_definitions_say(k):
    real, fake = normal(30), 0.7 * normal(20, seed=1) + 0.5
    found, expected = metrics.neighbourhood(real, fake, k), by_hand(real, fake, k)
    assert vars(found) == pytest.approx(vars(expected))
    assert 0 < found.recall < 1 and 0 < found.precision < 1  # else the comparison says little


def test_a_collapsed_generator_has_high_precision_and_low_recall():
    """The convention: a well-known library had the two exchanged for years."""
    real = normal(500)
    collapsed = real[:1] + 0.01 * normal(500, seed=1)
    found = metrics.neighbourhood(real, collapsed)
    assert found.precision > 0.95
    assert found.recall < 0.05
    assert found.coverage < 0.05


def test_a_generator_that_scatters_has_low_precision_and_high_recall():
    found = metrics.neighbourhood(0.1 * normal(500, 2), 3 * normal(500, 2, seed=1))
    assert found.precision < 0.1
    assert found.recall > 0.9


def test_a_set_covers_itself():
    real = normal(100)
    found = metrics.neighbourhood(real, real.flip(0), 3)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    # Each sample lies in its own ball and in those whose k nearest it is one of: k + 1 on average.
    assert found.density == pytest.approx(4 / 3)


def test_equal_distributions_have_density_one():
    found = metrics.neighbourhood(normal(2000), normal(2000, seed=1))
    assert found.density == pytest.approx(1, abs=0.05)
    assert found.coverage == pytest.approx(1 - 0.5**5, abs=0.03)  # Naeem et al., section 3.2


@pytest.mark.parametrize("at_once", [1, 60, 777, 2**22])
def test_the_parts_do_not_matter(monkeypatch, at_once):
    real, fake = normal(50), normal(40, seed=1) + 0.5
    whole = metrics.neighbourhood(real, fake)
    monkeypatch.setattr(distances, "AT_ONCE", at_once)
    assert metrics.neighbourhood(real, fake) == whole


def test_the_order_does_not_matter():
    real, fake = normal(50), normal(40, seed=1) + 0.5
    order = torch.randperm(50, generator=runtime.generator(0))
    assert metrics.neighbourhood(real[order], fake.flip(0)) == metrics.neighbourhood(real, fake)


def test_duplicates_far_from_the_origin_still_meet():
    """Rounding must not part a fake from the real sample that it is a copy of."""
    real = (1e4 + torch.arange(8.0)[:, None]).repeat_interleave(3, 0).repeat(1, 5)
    found = metrics.neighbourhood(real, real, k=2)
    assert vars(found) == pytest.approx(
        {"precision": 1, "recall": 1, "density": 3 / 2, "coverage": 1}
    )


@pytest.mark.parametrize("k", [0, 20, 30])
def test_more_neighbours_than_others_is_one_sentence(k):
    with pytest.raises(UserError, match=f"Asked for {k} neighbours.*choose k from 1 to 19"):
        metrics.neighbourhood(normal(30), normal(20), k)


def test_distances_are_those_of_cdist_and_parts_cover_all_rows(monkeypatch):
    a, b = normal(23, 6), normal(17, 6, seed=1)
    monkeypatch.setattr(distances, "AT_ONCE", 5 * 17)
    found = torch.zeros(23, 17, dtype=torch.float64)
    for where, part in distances.rows(a, b):
        found[where] += part
    torch.testing.assert_close(found, torch.cdist(a, b).square())
    apart, number = distances.nearest(a, b)
    torch.testing.assert_close(apart, torch.cdist(a, b).min(1).values)
    assert torch.equal(number, torch.cdist(a, b).argmin(1))
