"""Modes counted by a classifier and against a mixture that is known."""

import math

import pytest
import torch

from ganlearn import data, metrics, runtime
from ganlearn.errors import UserError


def labels(*counts):
    return torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))


def test_a_mode_counts_from_a_fifth_of_its_share_on():
    found = metrics.mode_coverage(labels(70, 5, 4, 21, 0), classes=5)
    assert found.modes == 4  # a share is 20 of 100, a fifth of it 4
    assert found.counts.tolist() == [70, 5, 4, 21, 0]
    assert metrics.mode_coverage(labels(71, 5, 3, 21, 0), classes=5).modes == 3


def test_entropy_and_divergence_at_their_ends():
    even = metrics.mode_coverage(labels(10, 10, 10, 10), classes=4)
    assert (even.modes, even.of, even.counted) == (4, 4, 1)
    assert even.entropy == pytest.approx(math.log(4))
    assert even.divergence == pytest.approx(0, abs=1e-12)
    one = metrics.mode_coverage(labels(0, 40), classes=4)
    assert (one.modes, one.entropy) == (1, 0)
    assert one.divergence == pytest.approx(math.log(4))


def test_shares_that_are_not_equal():
    found = metrics.mode_coverage(labels(90, 10), classes=2, expected=[9, 1])
    assert found.modes == 2
    assert found.divergence == pytest.approx(0, abs=1e-12)
    lopsided = metrics.mode_coverage(labels(50, 50), classes=2, expected=[0.9, 0.1])
    assert lopsided.divergence == pytest.approx(0.5 * math.log(0.5 / 0.9 * 0.5 / 0.1))


def test_a_class_that_should_not_be_there_is_infinitely_far_away():
    found = metrics.mode_coverage(labels(5, 5), classes=2, expected=[1.0, 0.0])
    assert found.divergence == math.inf


def test_probabilities_count_where_they_are_highest_and_sure_enough():
    rows = torch.tensor([[0.95, 0.05], [0.6, 0.4], [0.1, 0.9], [0.2, 0.8]])
    assert metrics.mode_coverage(rows).counts.tolist() == [2, 2]
    sure = metrics.mode_coverage(rows, threshold=0.85)
    assert sure.counts.tolist() == [1, 1]
    assert sure.counted == 0.5


def test_nothing_sure_is_no_mode_and_no_distribution():
    found = metrics.mode_coverage(torch.full((5, 4), 0.25), threshold=0.9)
    assert (found.modes, found.counted, found.entropy) == (0, 0, 0)
    assert math.isnan(found.divergence)


@pytest.mark.parametrize(
    ("samples", "options", "sentence"),
    [
        (labels(1, 2), {}, "and the number of classes"),
        (labels(1, 2), {"classes": 1}, "labels from 0 to 1, and 1 classes"),
        (labels(1, 2).float(), {"classes": 2}, "int64 labels"),
        (labels(1, 2), {"classes": 2, "expected": [1.0]}, "give 2 numbers"),
        (torch.ones(3, 2), {}, "no probabilities"),
    ],
)
def test_bad_input_is_one_sentence(samples, options, sentence):
    with pytest.raises(UserError, match=sentence):
        metrics.mode_coverage(samples, **options)


def test_samples_of_a_mixture_cover_it():
    ring = data.ring()
    found = metrics.mixture_coverage(ring.draw(4000, runtime.generator(0)), ring)
    assert found.modes == 8
    assert found.counted == pytest.approx(1 - math.exp(-4.5), abs=0.005)  # within 3 std in 2-D
    assert found.divergence < 0.01


def test_what_lies_between_the_modes_is_not_counted():
    ring = data.ring(modes=4, radius=1, std=0.1)
    samples = torch.cat([ring.means[:2].repeat(10, 1), torch.zeros(20, 2)])
    found = metrics.mixture_coverage(samples, ring)
    assert found.counts.tolist() == [10, 10, 0, 0]
    assert (found.modes, found.counted) == (2, 0.5)
    assert found.divergence == pytest.approx(math.log(2))


def test_a_mode_gets_its_share_of_all_samples_not_of_the_good_ones():
    ring = data.ring(modes=4, radius=1, std=0.1)
    samples = torch.cat([ring.means[:1].repeat(4, 1), torch.zeros(96, 2)])
    assert metrics.mixture_coverage(samples, ring).modes == 0  # 4 of 25, and a fifth is 5


def test_three_deviations_are_those_of_each_mode():
    mixture = data.Mixture([[0.0], [10.0]], [0.1, 2.0])
    samples = torch.tensor([[0.29], [0.31], [4.1], [3.9]])
    assert metrics.mixture_coverage(samples, mixture).counts.tolist() == [1, 1]


def test_another_dimension_is_one_sentence():
    with pytest.raises(UserError, match=r"3 numbers each and 'ring of 8' has 2 dimensions"):
        metrics.mixture_coverage(torch.zeros(5, 3), data.ring())
