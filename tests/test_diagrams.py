"""The drawn explanations hold the pictures they are given and the words they need."""

import numpy as np
import pytest
import torch

from ganlearn import diagrams, plots, runtime


@pytest.fixture
def pair():
    """A picture of the data and one that was made, told apart by every pixel."""
    real, made = torch.rand(2, 1, 6, 6, generator=runtime.generator(0)) * 2 - 1
    return real, made


def words(figure):
    return " ".join(text.get_text() for text in figure.axes[0].texts)


def times_shown(figure, picture):
    """How often a picture is drawn, pixel for pixel."""
    wanted = plots.to_uint8(picture[None])[0]
    drawn = [np.asarray(image.get_array()) for image in figure.axes[0].images]
    return sum(d.shape == wanted.shape and np.array_equal(d, wanted) for d in drawn)


@pytest.mark.parametrize("draw", [diagrams.generative_models, diagrams.forger_and_judge])
def test_nothing_is_drawn_outside_and_nothing_random_is_touched(draw, pair):
    state = torch.get_rng_state()
    figure = draw(*pair)
    assert torch.equal(torch.get_rng_state(), state)
    ax = figure.axes[0]
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for image in ax.images:
        x0, x1, y0, y1 = image.get_extent()
        assert left <= x0 < x1 <= right
        assert low <= y0 < y1 <= high
    plots.plt.close(figure)


def test_the_map_names_four_models_and_what_each_can_do(pair):
    figure = diagrams.generative_models(*pair)
    for name in ("VAE", "GAN", "flow", "diffusion", "exact", "a lower bound", "many passes"):
        assert name in words(figure)
    assert times_shown(figure, pair[0]) == 4  # VAE's input, GAN's data, flow, end of diffusion
    assert times_shown(figure, pair[1]) == 1
    plots.plt.close(figure)


def test_the_judge_sees_one_picture_of_each_kind(pair):
    figure = diagrams.forger_and_judge(*pair)
    assert [times_shown(figure, picture) for picture in pair] == [1, 1]
    assert "generator" in words(figure)
    assert "discriminator" in words(figure)
    plots.plt.close(figure)
