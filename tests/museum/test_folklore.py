"""The folklore grid: intervals against scipy's, and scores that come back."""

import itertools

import pytest
from scipy import stats

from ganlearn.errors import UserError
from ganlearn.museum import folklore


def test_the_interval_is_that_of_a_paired_t_test():
    on, off = [1.0, 2.5, 2.0, 4.0], [0.5, 2.0, 2.5, 1.0]
    found = folklore.difference(on, off)
    right = stats.ttest_rel(on, off).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((right.low, right.high))
    assert found.mean == pytest.approx(0.875)


def test_too_few_or_unequal_numbers():
    with pytest.raises(UserError, match="1 numbers with and 1 without"):
        folklore.difference([1.0], [2.0])
    with pytest.raises(UserError, match="needs equally many"):
        folklore.difference([1.0, 2.0], [2.0])


def test_what_is_not_measured():
    with pytest.raises(UserError, match="There is no trick 'prayer'"):
        folklore.score("prayer")
    with pytest.raises(UserError, match="There is no board 'chess'"):
        folklore.score(None, "chess")


def test_every_trick_plays(monkeypatch):
    monkeypatch.setattr(folklore, "STEPS", 4)
    monkeypatch.setattr(folklore, "LAST", 1)
    monkeypatch.setattr(folklore, "APART", 2)
    boards = itertools.cycle(folklore.BOARDS)
    for trick in (None, *folklore.TRICKS):
        found = folklore.score(trick, next(boards), seeds=2)
        assert len(found.modes) == len(found.distance) == 2
        assert all(0 <= m <= 8 for m in found.modes)
    again = folklore.score(None, "even", seeds=2)
    assert again == folklore.score(None, "even", seeds=2)
