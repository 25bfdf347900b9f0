"""The blind test is fair, and its numbers are scipy's."""

import pytest
import torch
from scipy import stats

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.blind import BlindTest, interval, p_value


def pictures(n=20, seed=0):
    """Two methods whose pictures can be told apart: the second one's are brighter."""
    first = torch.rand(n, 3, 4, 5, generator=runtime.generator(seed)) / 2
    return first, first + 0.5


def answers(test, prefer):
    """Of somebody who always takes the darker (the first) or the brighter (the second)."""
    sides = []
    shown = [test[index] for index in range(len(test))]
    for left, right in shown:
        darker = "left" if left.mean() < right.mean() else "right"
        brighter = "right" if darker == "left" else "left"
        sides.append(darker if prefer == "first" else brighter)
    return sides


@pytest.mark.parametrize("prefer", ["first", "second"])
def test_a_clear_preference_is_found_whatever_the_order(prefer):
    for seed in range(5):
        test = BlindTest(*pictures(), seed=seed)
        found = test.score(answers(test, prefer))
        assert (found.first, found.second) == ((20, 0) if prefer == "first" else (0, 20))
        assert found.p_value < 1e-5


def test_every_pair_is_shown_once_with_both_of_its_pictures():
    first, second = pictures(7)
    shown = list(BlindTest(first, second, seed=3))
    assert len(shown) == 7
    for left, right in shown:
        darker = min(left, right, key=torch.mean)
        subject = [i for i in range(7) if torch.equal(first[i], darker)]
        brighter = max(left, right, key=torch.mean)
        assert len(subject) == 1 and torch.equal(second[subject[0]], brighter)


@pytest.mark.parametrize("n", [1, 6, 20, 21])
def test_a_habit_of_one_side_favours_neither(n):
    for seed in range(20):
        found = BlindTest(*pictures(n), seed=seed).score(["left"] * n)
        assert abs(found.first - found.second) <= n % 2


def test_the_order_is_of_the_seed_and_differs_between_seeds():
    shown = [torch.stack([left for left, _ in BlindTest(*pictures(), seed=s)]) for s in (1, 1, 2)]
    assert torch.equal(shown[0], shown[1]) and not torch.equal(shown[0], shown[2])


def test_who_prefers_neither_is_counted_apart():
    test = BlindTest(*pictures(), seed=0)
    given = answers(test, "first")
    given[:5] = ["neither"] * 5
    found = test.score(given)
    assert (found.first, found.second, found.neither) == (15, 0, 5)
    assert found.p_value == p_value(15, 0) and found.interval == interval(15, 0)
    assert "15 of 15" in str(found) and "5 neither" in str(found)


def test_nobody_has_an_opinion():
    found = BlindTest(*pictures(3)).score(["neither"] * 3)
    assert found.p_value == 1 and found.interval == (0, 1)


@pytest.mark.parametrize("given", [["left"] * 19, ["left"] * 21, ["left"] * 19 + ["the first"], []])
def test_answers_that_are_missing_or_unknown_are_refused(given):
    with pytest.raises(UserError, match="20 pairs"):
        BlindTest(*pictures()).score(given)


@pytest.mark.parametrize("second", [torch.zeros(3, 3, 4, 4), torch.zeros(2, 3, 4, 5)])
def test_only_pairs_can_be_compared(second):
    with pytest.raises(UserError, match="pairs of pictures"):
        BlindTest(torch.zeros(2, 3, 4, 4), second)


COUNTS = [(0, 1), (1, 0), (3, 3), (9, 2), (2, 9), (30, 20), (0, 50)]


@pytest.mark.parametrize(("first", "second"), COUNTS)
def test_p_value_and_interval_are_those_of_scipy(first, second):
    theirs = stats.binomtest(first, first + second)
    assert p_value(first, second) == pytest.approx(theirs.pvalue)
    wilson = theirs.proportion_ci(method="wilson")
    assert interval(first, second, stats.norm.ppf(0.975)) == pytest.approx(wilson, abs=1e-12)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    covered = stats.binom.pmf(range(41), 40, 0.7)
    share = sum(
        p for k, p in enumerate(covered) if interval(k, 40 - k)[0] <= 0.7 <= interval(k, 40 - k)[1]
    )
    assert 0.93 < share < 0.98
