"""Inception-style score at its two ends and between."""

import math

import pytest
import torch

from ganlearn import metrics, runtime
from ganlearn.errors import UserError


def test_sure_of_equally_many_of_each_class_scores_the_number_of_classes():
    found = metrics.inception_score(torch.eye(7).repeat(20, 1), splits=10)
    assert found.value == pytest.approx(7)
    assert found.error == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("row", [[1.0, 0, 0], [0.2, 0.3, 0.5]])
def test_all_alike_scores_one_whether_sure_or_not(row):
    assert metrics.inception_score(torch.tensor(row).repeat(50, 1)).value == pytest.approx(1)


def test_half_sure():
    """Two kinds of rows (a, 1 - a) and (1 - a, a): log 2 minus the entropy of a."""
    a = 0.9
    rows = torch.tensor([[a, 1 - a], [1 - a, a]]).repeat(10, 1)
    entropy = -(a * math.log(a) + (1 - a) * math.log(1 - a))
    found = metrics.inception_score(rows, splits=1)
    assert found.value == pytest.approx(math.exp(math.log(2) - entropy), rel=1e-6)
    assert math.isnan(found.error)


def test_sure_of_unequal_classes_scores_the_exponential_of_their_entropy():
    rows = torch.eye(2)[[0, 0, 0, 1]]
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert metrics.inception_score(rows, splits=1).value == pytest.approx(math.exp(entropy))


def test_every_sample_is_in_one_part():
    rows = torch.rand(23, 4, generator=runtime.generator(0)).softmax(1)
    parts = [metrics.inception_score(rows[i * 23 // 5 : (i + 1) * 23 // 5], 1) for i in range(5)]
    found = metrics.inception_score(rows, splits=5)
    values = torch.tensor([part.value for part in parts], dtype=torch.float64)
    assert found.value == pytest.approx(values.mean().item())
    assert found.error == pytest.approx((values.std() / 5**0.5).item())


@pytest.mark.parametrize(
    ("rows", "splits", "sentence"),
    [
        (torch.eye(3), 4, "3 samples cannot be divided into 4 parts"),
        (torch.eye(3), 0, "choose splits from 1 to 3"),
        (torch.randn(20, 3, generator=runtime.generator(0)), 1, r"give logits.softmax\(1\)"),
        (2 * torch.eye(3), 1, "no probabilities"),
        (torch.full((5, 3), torch.nan), 1, "NaN"),
    ],
)
def test_bad_input_is_one_sentence(rows, splits, sentence):
    with pytest.raises(UserError, match=sentence):
        metrics.inception_score(rows, splits)
