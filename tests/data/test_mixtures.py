"""Mixtures: the density against torch.distributions and quadrature, the samples against both."""

import math

import pytest
import torch
from torch import distributions

from ganlearn import data, runtime
from ganlearn.errors import UserError

UNEVEN = data.Mixture([[-1.0, 0.5], [2.0, 0.0], [0.0, -1.0]], [0.3, 0.8, 0.5], [1.0, 2.0, 1.0])
LINE = data.Mixture([[-2.0], [1.0]], [0.5, 1.5], [0.3, 0.7])
MIXTURES = [data.ring(), data.grid(), data.spiral(), UNEVEN, LINE]


def independent(mixture):
    """The same mixture, built by torch.distributions in double precision."""
    means, std = mixture.means.double(), mixture.std.double()
    normal = distributions.Normal(means, std[:, None].expand_as(means))
    return distributions.MixtureSameFamily(
        distributions.Categorical(mixture.weights.double()), distributions.Independent(normal, 1)
    )


@pytest.mark.parametrize("mixture", MIXTURES, ids=lambda mixture: mixture.name)
def test_log_prob_agrees_with_torch(mixture):
    x = 3 * torch.randn(500, *mixture.shape, generator=runtime.generator(0))
    expected = independent(mixture).log_prob(x.double())
    torch.testing.assert_close(mixture.log_prob(x).double(), expected, rtol=1e-4, atol=1e-4)


def test_log_prob_keeps_every_leading_axis():
    x = torch.randn(4, 5, 2, generator=runtime.generator(0))
    assert UNEVEN.log_prob(x).shape == UNEVEN.mode_of(x).shape == (4, 5)
    assert torch.allclose(UNEVEN.log_prob(x)[2, 3], UNEVEN.log_prob(x[2, 3]))


@pytest.mark.parametrize("mixture", [data.ring(std=0.2), data.spiral(std=0.1), UNEVEN])
def test_density_of_the_plane_integrates_to_one(mixture):
    line = torch.linspace(-7, 7, 701)
    x = torch.cartesian_prod(line, line)
    step = float(line[1] - line[0])
    assert float(mixture.density(x).double().sum()) * step**2 == pytest.approx(1, abs=1e-4)


def test_density_of_the_line_integrates_to_one():
    line = torch.linspace(-15, 15, 3001).unsqueeze(1)
    assert float(LINE.density(line).double().sum()) * 0.01 == pytest.approx(1, abs=1e-4)


def test_log_prob_is_finite_far_away():
    far = data.ring().log_prob(torch.tensor([[1e3, -1e3]]))
    assert far.isfinite().all() and far < -1e6


@pytest.mark.parametrize("mixture", MIXTURES, ids=lambda mixture: mixture.name)
def test_modes_are_drawn_as_often_as_they_weigh(mixture):
    n = 40_000
    _, modes = mixture.draw_labelled(n, runtime.generator(0))
    expected = mixture.weights.double() * n
    counts = torch.bincount(modes, minlength=len(mixture)).double()
    freedom = len(mixture) - 1
    # The statistic has mean `freedom` and variance twice that; five deviations are very rare.
    statistic = float(((counts - expected) ** 2 / expected).sum())
    assert statistic < freedom + 5 * math.sqrt(2 * freedom) + 5


def test_samples_have_the_moments_of_their_mode():
    x, modes = UNEVEN.draw_labelled(60_000, runtime.generator(0))
    for mode in range(3):
        mine = x[modes == mode]
        error = float(UNEVEN.std[mode]) / math.sqrt(len(mine))
        torch.testing.assert_close(mine.mean(0), UNEVEN.means[mode], rtol=0, atol=5 * error)
        expected = torch.eye(2) * UNEVEN.std[mode] ** 2
        torch.testing.assert_close(mine.T.cov(), expected, rtol=0, atol=0.02)


def test_draw_is_the_labelled_draw_without_labels():
    assert torch.equal(
        UNEVEN.draw(100, runtime.generator(4)), UNEVEN.draw_labelled(100, runtime.generator(4))[0]
    )


def test_a_mode_without_weight_is_never_drawn():
    mixture = data.Mixture([[0.0], [1.0], [2.0]], 0.1, [1.0, 0.0, 1.0])
    _, modes = mixture.draw_labelled(10_000, runtime.generator(0))
    assert set(modes.tolist()) == {0, 2}
    assert mixture.log_prob(torch.zeros(1, 1)).isfinite().all()


def test_not_even_by_the_smallest_or_greatest_number(monkeypatch):
    mixture = data.Mixture([[0.0], [1.0], [2.0]], 0.1, [0.0, 1.0, 0.0])
    extremes = torch.tensor([0.0, 1 - 2**-24])
    monkeypatch.setattr(torch, "rand", lambda *_, **__: extremes)
    assert mixture.draw_labelled(2, runtime.generator(0))[1].tolist() == [1, 1]


@pytest.mark.parametrize("mixture", [data.ring(), data.grid(), data.spiral()])
def test_mode_of_finds_the_mode_a_sample_came_from(mixture):
    x, modes = mixture.draw_labelled(5_000, runtime.generator(0))
    assert (mixture.mode_of(x) == modes).float().mean() > 0.999


def test_mode_of_weighs_widths_and_weights():
    # Halfway between the means the wide mode and the heavy mode are more probable.
    wide = data.Mixture([[0.0], [2.0]], [0.1, 1.0])
    heavy = data.Mixture([[0.0], [2.0]], 1.0, [1.0, 9.0])
    middle = torch.tensor([[1.0]])
    assert int(wide.mode_of(middle)) == int(heavy.mode_of(middle)) == 1
    x = torch.randn(300, 2, generator=runtime.generator(0)) * 2
    torch_side = independent(UNEVEN)
    joint = torch_side.component_distribution.log_prob(x.double()[:, None])
    expected = (joint + torch_side.mixture_distribution.logits).argmax(-1)
    assert torch.equal(UNEVEN.mode_of(x), expected)


def test_ring_and_grid_are_where_they_should_be():
    ring, grid = data.ring(8, radius=2.0), data.grid(5, spacing=1.0)
    torch.testing.assert_close(ring.means.norm(dim=1), torch.full((8,), 2.0))
    torch.testing.assert_close(ring.means[0], torch.tensor([2.0, 0.0]))
    apart = torch.cdist(ring.means, ring.means).fill_diagonal_(9).amin(1)
    torch.testing.assert_close(apart, torch.full((8,), 4 * math.sin(math.pi / 8)))
    assert len(grid) == 25
    torch.testing.assert_close(grid.means.mean(0), torch.zeros(2))
    apart = torch.cdist(grid.means, grid.means).fill_diagonal_(9).amin(1)
    torch.testing.assert_close(apart, torch.ones(25))


def test_spiral_grows_and_keeps_its_modes_apart():
    spiral = data.spiral(20, turns=1.5, radius=2.0)
    radius = spiral.means.norm(dim=1)
    assert (radius.diff() > 0).all()
    assert float(radius[-1]) == pytest.approx(2.0, abs=1e-5)
    apart = torch.cdist(spiral.means, spiral.means).fill_diagonal_(9).amin(1)
    assert apart.min() > 4 * 0.05  # modes stay distinct
    assert apart.max() < 2 * apart[1:].min()  # and about evenly spaced


def test_to_moves_everything():
    moved = data.ring().to("meta")
    assert {t.device.type for t in (moved.means, moved.std, moved.weights)} == {"meta"}
    with pytest.raises(UserError, match="move the source"):
        moved.draw(1, runtime.generator(0))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([1.0, 2.0], 0.1), "modes, dimension"),
        ((torch.zeros(0, 2), 0.1), "modes, dimension"),
        (([[0.0], [1.0]], 0.0), "positive"),
        (([[0.0], [1.0]], -1.0), "positive"),
        (([[0.0], [1.0]], [0.1, 0.1, 0.1]), "one a mode"),
        (([[0.0], [1.0]], float("nan")), "positive"),
        (([[0.0], [1.0]], 0.1, [1.0]), "2 numbers"),
        (([[0.0], [1.0]], 0.1, [1.0, -1.0]), "none negative"),
        (([[0.0], [1.0]], 0.1, [0.0, 0.0]), "not all zero"),
        (([[0.0], [float("inf")]], 0.1), "finite"),
    ],
)
def test_what_is_no_mixture_is_refused(arguments, says):
    with pytest.raises(UserError, match=says):
        data.Mixture(*arguments)


@pytest.mark.parametrize("make", [data.ring, data.grid, data.spiral])
def test_a_mixture_needs_a_mode(make):
    with pytest.raises(UserError):
        make(0)
