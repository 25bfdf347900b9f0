"""What the three measures say of pictures whose answer is known."""

import pytest
import torch
from torch.nn.functional import avg_pool2d, interpolate

from ganlearn import data, translate
from ganlearn.style.random import random_features
from ganlearn.style.statistics import MEAN_COV


@pytest.fixture(scope="module")
def glass():
    return data.paintings_with_edges(24, 32, 0, ["glass"])


def blurred(pictures):
    return interpolate(avg_pool2d(pictures, 4), scale_factor=4, mode="bilinear")


def test_detail_of_stripes_of_a_ramp_and_of_blocks():
    stripes = torch.tensor([-1.0, 1.0]).repeat(8).expand(1, 1, 16, 16)
    assert translate.detail(stripes) == 1
    blocks = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert translate.detail(interpolate(blocks, scale_factor=2)) == 0
    ramp = torch.arange(16.0).expand(1, 1, 16, 16)
    assert translate.detail(ramp) == pytest.approx(0.25)
    assert translate.detail(ramp[..., :15]) == pytest.approx(0.25)


def test_blur_costs_detail(glass):
    pictures, _ = glass
    assert translate.detail(blurred(pictures.samples)) < 0.2 * translate.detail(pictures.samples)


@pytest.mark.parametrize("options", [{}, {"statistic": MEAN_COV}, {"extractor": None}])
def test_a_collection_is_at_no_distance_from_itself_in_any_order(glass, options):
    pictures = glass[0].samples
    assert translate.style_distance(pictures, pictures.flip(0), **options) < 1e-6


def test_distances_order_what_is_alike(glass):
    pictures, _ = glass
    same_school = data.paintings(24, 32, 7, ["glass"]).samples
    other_school = data.paintings(24, 32, 7, ["grids"]).samples
    near, blur, far = (
        translate.style_distance(x, pictures.samples)
        for x in (same_school, blurred(same_school), other_school)
    )
    assert near < blur < far


def test_the_extractor_may_be_another(glass):
    pictures = glass[0].samples
    deep = random_features("relu")
    assert translate.style_distance(pictures, -pictures, deep) > 0.01


def test_lines_of_the_paintings_themselves_and_of_others(glass):
    pictures, edges = glass
    lines = edges * 2 - 1
    assert translate.lines_kept(lines, pictures.samples) > 0.9
    assert translate.lines_kept(lines, torch.zeros(24, 3, 32, 32)) == 0
    others = translate.lines_kept(lines, pictures.samples.roll(1, 0))
    assert others < translate.lines_kept(lines, pictures.samples) - 0.1
