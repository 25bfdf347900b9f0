"""Outlines found in pictures, against the painters' exact ones."""

import pytest
import torch
from torch.nn.functional import max_pool2d

from ganlearn import data, translate


@pytest.mark.parametrize("size", [32, 64])
def test_what_is_found_in_paintings_is_what_was_painted(size):
    pictures, exact = data.paintings_with_edges(80, size, seed=5)
    found = (translate.outlines(pictures.samples) == 1).float()
    near = lambda lines: max_pool2d(lines, 3, 1, 1)  # on the line or beside it
    precision = (found * near(exact)).sum((1, 2, 3)) / found.sum((1, 2, 3)).clamp(min=1)
    recall = (exact * near(found)).sum((1, 2, 3)) / exact.sum((1, 2, 3)).clamp(min=1)
    assert precision.mean() > 0.93
    assert recall.mean() > 0.89


def test_values_shape_and_an_empty_picture():
    found = translate.outlines(torch.zeros(2, 3, 9, 30))
    assert found.shape == (2, 1, 9, 30)
    assert found.eq(-1).all()


def test_a_brighter_picture_has_the_same_outlines():
    picture = data.paintings(1, 32, schools=["grids"]).samples * 0.6
    assert torch.equal(translate.outlines(picture), translate.outlines(picture + 0.3))
