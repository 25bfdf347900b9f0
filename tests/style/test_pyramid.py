"""Scales from coarse to fine."""

from itertools import pairwise

import pytest
import torch

from ganlearn.errors import UserError
from ganlearn.style import pyramid


@pytest.mark.parametrize("size", [64, 127, 256, 513])
@pytest.mark.parametrize("picture", [(300, 451), (512, 512), (100, 1000), (1000, 250)])
def test_scales_end_at_the_size_and_double_in_pixels(picture, size):
    smallest = 4
    shapes = pyramid.shapes(picture, size, 3, smallest)
    assert max(shapes[-1]) == size
    for small, large in pairwise(shapes):
        assert max(large) / max(small) == pytest.approx(2**0.5, rel=0.02)
    assert all(min(shape) >= smallest for shape in shapes)


def test_scales_too_small_for_the_network_are_left_out():
    assert pyramid.shapes((100, 100), 64, 9, 32) == [(32, 32), (45, 45), (64, 64)]
    assert pyramid.shapes((100, 400), 128, 3, 32) == [(32, 128)]


def test_a_size_that_is_too_small_comes_with_one_that_is_not():
    with pytest.raises(UserError, match="256 x 26 pixels, and the network needs 32") as told:
        pyramid.shapes((100, 1000), 256, 3, 32)
    enough = int(str(told.value).split("a size of ")[1].split()[0])
    assert pyramid.shapes((100, 1000), enough, 3, 32)
    with pytest.raises(UserError):
        pyramid.shapes((100, 1000), enough - 10, 3, 32)


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 150, 151])
def test_all_steps_are_shared_out(steps):
    shared = pyramid.share(steps, 3)
    assert sum(shared) == steps
    assert shared == sorted(shared, reverse=True)
    assert max(shared) - min(shared) <= 1


def test_enlarging_keeps_what_is_constant_and_what_is_positive():
    assert torch.equal(
        pyramid.enlarge(torch.full((1, 3, 5, 7), 2.0), (9, 11)), torch.full((1, 3, 9, 11), 2.0)
    )
    spike = torch.zeros(1, 3, 8, 8)
    spike[..., 4, 4] = 1
    assert pyramid.enlarge(spike, (13, 13)).min() == 0
