"""Two ways down, on losses whose lowest point is known."""

import pytest
import torch

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style import descent as descents
from ganlearn.style.descent import LBFGS, OUTSIDE, Adam, descent
from ganlearn.style.pyramid import enlarge


def grey(value=0.5, height=6, width=8):
    return torch.full((1, 3, height, width), value)


def target(height=6, width=8):
    return torch.rand(1, 3, height, width, generator=runtime.generator(0))


def bowl(lowest):
    """A quadratic loss with very different slopes in different pixels."""
    steep = torch.logspace(0, 2, lowest.numel()).view_as(lowest)
    return lambda picture: (steep * (picture - lowest).square()).mean()


@pytest.mark.parametrize(("way", "steps"), [(Adam(0.02), 300), (LBFGS(), 60)])
def test_the_lowest_point_is_found(way, steps):
    way.enter(grey())
    for _ in range(steps):
        way.step(bowl(target()))
    torch.testing.assert_close(way.picture, target(), atol=5e-3, rtol=0)


@pytest.mark.parametrize("way", [Adam(0.05), LBFGS()])
def test_a_lowest_point_outside_gives_a_picture_inside(way):
    way.enter(grey())
    for _ in range(60):
        way.step(bowl(target() * 3 - 1))
    assert way.picture.min() >= 0
    assert way.picture.max() <= 1


def test_lbfgs_walks_outside_at_a_price():
    """Where the slopes of loss and price are opposite: no clamp on the way has moved the point."""
    way, lowest = LBFGS(), target() * 3 - 1
    steep = torch.logspace(0, 2, lowest.numel()).view_as(lowest)
    seen = []

    def loss(picture):
        seen.append(picture.detach().clone())
        return bowl(lowest)(picture)

    way.enter(grey())
    for _ in range(80):
        way.step(loss)
    balance = (steep * lowest + OUTSIDE * lowest.clamp(0, 1)) / (steep + OUTSIDE)
    wanted = torch.where((lowest > 1) | (lowest < 0), balance, lowest)
    assert (wanted > 1.2).any()
    torch.testing.assert_close(seen[-1], wanted, atol=1e-2, rtol=0)


def test_the_price_makes_clamping_at_the_end_cheap(monkeypatch):
    def loss(picture):  # more contrast, at the least effort, which is by few pixels far outside
        return 50 * (picture.var() - 0.2).square() + (picture - target()).abs().pow(1.5).mean()

    saved = {}
    for price in (0.0, OUTSIDE):
        monkeypatch.setattr(descents, "OUTSIDE", price)
        way = LBFGS()
        way.enter(target())
        for _ in range(60):
            way.step(loss)
        saved[price] = loss(way.picture).item()
    assert saved[OUTSIDE] < saved[0.0] / 1.5


def test_lbfgs_does_not_explode_in_a_long_run():
    """With a clamp in the closure, a well-known tutorial's loss explodes after some hundred steps.

    The lowest point lies outside of [0, 1] here, where a clamp would be at work all the time.
    """
    lowest = target() * 3 - 1
    way, losses = LBFGS(), []

    def loss(picture):
        # Curved differently everywhere, so that the search is never over.
        value = (picture - lowest).abs().pow(1.5).mean() + 0.1 * picture.diff(dim=-1).abs().mean()
        losses.append(value.item())
        return value

    way.enter(grey())
    for _ in range(300):
        way.step(loss)
    assert max(losses[-100:]) < 1.01 * min(losses[-100:])
    assert losses[-1] < losses[0] / 2


def test_lbfgs_looks_at_no_point_twice():
    way, looked = LBFGS(), []

    def loss(picture):
        looked.append(picture.detach().clone())
        return bowl(target())(picture)

    way.enter(grey())
    for _ in range(10):
        way.step(loss)
    assert not any(torch.equal(a, b) for i, a in enumerate(looked) for b in looked[:i])


def test_one_optimiser_of_curvature_serves_a_whole_scale():
    """Made anew at every step it is steepest descent, which is still far away by then."""
    lowest, once, anew = target(), LBFGS(), LBFGS()
    once.enter(grey())
    anew.enter(grey())
    for _ in range(15):
        once.step(bowl(lowest))
        anew.step(bowl(lowest))
        anew.enter(anew.picture)
    assert bowl(lowest)(once.picture) < bowl(lowest)(anew.picture) / 3


def test_adam_is_torchs_and_its_picture_the_average():
    way, memory = Adam(0.03, memory=0.8), 0.8
    point = grey().requires_grad_()
    optimiser = torch.optim.Adam([point], 0.03, betas=(0.9, 0.99))
    path = []
    way.enter(grey())
    for _ in range(7):
        way.step(bowl(target()))
        optimiser.zero_grad()
        bowl(target())(point).backward()
        optimiser.step()
        with torch.no_grad():
            point.clamp_(0, 1)
        path.append(point.detach().clone())
    weights = [memory**age for age in reversed(range(7))]
    average = sum(w * p for w, p in zip(weights, path, strict=True)) / sum(weights)
    torch.testing.assert_close(way.picture, average)


def test_the_picture_before_the_first_step_is_the_one_that_was_given():
    for way in (Adam(), LBFGS()):
        way.enter(target())
        assert torch.equal(way.picture, target())


def test_adams_moments_come_along_to_the_next_scale():
    way = Adam(0.03)
    way.enter(grey())
    for _ in range(5):
        way.step(bowl(target()))
    before = {name: value.clone() for name, value in way._state.items()}
    way.enter(grey(0.5, 9, 11))
    for name in ("exp_avg", "exp_avg_sq"):
        assert torch.equal(way._state[name], enlarge(before[name], (9, 11)))
    assert way._state["exp_avg_sq"].min() >= 0
    assert way._state["step"] == 5
    # The first step there is about as long as the last one was, not a full step in every pixel.
    way.step(bowl(target(9, 11)))
    assert way._state["step"] == 6


def test_channels_last_changes_nothing():
    """Moments in another layout than their picture would be wrong without any error."""
    results = []
    for layout in (torch.contiguous_format, torch.channels_last):
        way = Adam(0.03)
        for size in ((6, 8), (9, 11)):
            way.enter(grey(0.5, *size).contiguous(memory_format=layout))
            for _ in range(5):
                way.step(bowl(target(*size)))
        results.append(way.picture)
    torch.testing.assert_close(results[0], results[1])


def test_names_and_learning_rates():
    assert isinstance(descent("adam"), Adam)
    assert isinstance(descent("lbfgs"), LBFGS)
    assert descent("adam", 0.5).learning_rate == 0.5
    with pytest.raises(UserError, match="no optimiser 'sgd'; choose from"):
        descent("sgd")
    for rate in (0, -1, float("inf"), float("nan")):
        with pytest.raises(UserError, match="choose a positive number"):
            descent("adam", rate)
