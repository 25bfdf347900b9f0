"""Memorisation: copies are found, fresh samples are not accused."""

import pytest
import torch

from ganlearn import metrics, runtime
from ganlearn.errors import UserError


def normal(n, d=8, seed=0):
    return torch.randn(n, d, generator=runtime.generator(seed))


def test_copies_are_copies_and_are_named():
    train = normal(200)
    chosen = torch.tensor([5, 17, 17, 199])
    found = metrics.memorisation(train[chosen] + 1e-4, train, normal(200, seed=1))
    assert found.share == 1
    assert torch.equal(found.nearest, chosen)
    assert found.distances.max() < 1e-3 < found.threshold


def test_fresh_samples_are_as_near_as_the_held_out_ones():
    found = metrics.memorisation(normal(2000, seed=2), normal(500), normal(2000, seed=1))
    assert found.expected == pytest.approx(0.05, abs=0.002)
    assert found.share == pytest.approx(0.05, abs=0.02)


def test_the_share_grows_with_the_part_that_was_copied():
    train, fresh = normal(400), normal(400, seed=2)
    shares = [
        metrics.memorisation(torch.cat([train[:k], fresh[k:]]), train, normal(400, seed=1)).share
        for k in (0, 100, 200, 400)
    ]
    assert shares == sorted(shares)
    assert shares[1] == pytest.approx(0.25 + 0.75 * 0.05, abs=0.03)


def test_distances_are_the_smallest():
    fake, train = normal(30, seed=3), normal(50)
    found = metrics.memorisation(fake, train, normal(40, seed=1), quantile=0.5)
    apart = torch.cdist(fake.double(), train.double())
    torch.testing.assert_close(found.distances, apart.min(1).values)
    assert found.threshold == pytest.approx(
        torch.cdist(normal(40, seed=1).double(), train.double()).min(1).values.median().item(),
        rel=0.05,
    )


@pytest.mark.parametrize("quantile", [0, 1, -1])
def test_no_quantile_is_one_sentence(quantile):
    with pytest.raises(UserError, match="between 0 and 1"):
        metrics.memorisation(normal(5), normal(5), normal(5), quantile=quantile)


def test_other_features_are_one_sentence():
    with pytest.raises(UserError, match="training samples have 8 features and the held-out ones 3"):
        metrics.memorisation(normal(5), normal(5), normal(5, 3))
