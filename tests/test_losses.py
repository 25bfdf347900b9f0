"""Losses against closed forms and torch's own cross-entropy."""

import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import mse_loss

from ganlearn import losses
from ganlearn.errors import UserError


def logits(*shape, seed=0):
    return 3 * torch.randn(
        shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )


@pytest.mark.parametrize("shape", [(7,), (4, 1), (2, 1, 5, 5)])
def test_discriminator_is_cross_entropy_of_both_sides(shape):
    real, fake = logits(*shape), logits(*shape, seed=1)
    expected = cross_entropy(real, torch.ones_like(real)) + cross_entropy(
        fake, torch.zeros_like(fake)
    )
    torch.testing.assert_close(losses.discriminator_loss(real, fake), expected)


def test_guessing_costs_two_log_two():
    assert losses.discriminator_loss(torch.zeros(3), torch.zeros(5)).item() == pytest.approx(
        2 * math.log(2)
    )


def test_the_sides_count_the_same_whatever_their_sizes():
    real, fake = logits(4), logits(4, seed=1)
    torch.testing.assert_close(
        losses.discriminator_loss(real, fake), losses.discriminator_loss(real, fake.repeat(9))
    )


def test_discriminator_loss_is_minus_the_value_of_the_game():
    real, fake = logits(50), logits(50, seed=1)
    value = real.sigmoid().log().mean() + (1 - fake.sigmoid()).log().mean()
    torch.testing.assert_close(losses.discriminator_loss(real, fake), -value)


def test_minimax_is_the_generators_part_of_the_value():
    fake = logits(50)
    torch.testing.assert_close(losses.minimax.generator(fake), (1 - fake.sigmoid()).log().mean())


@pytest.mark.parametrize(
    ("loss", "slope"),
    [
        (losses.minimax_generator_loss, lambda d: -d),
        (losses.non_saturating_generator_loss, lambda d: d - 1),
    ],
)
def test_generator_gradients(loss, slope):
    fake = torch.linspace(-40, 40, 81, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(fake) * len(fake), fake)
    torch.testing.assert_close(gradient, slope(fake.detach().sigmoid()))


def test_non_saturating_does_not_saturate_where_the_discriminator_is_sure():
    fake = torch.tensor([-1000.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(losses.non_saturating.generator(fake), fake)
    assert gradient.item() == -1


@pytest.mark.parametrize("size", [-1000.0, 1000.0])
def test_finite_at_any_logit(size):
    x = torch.tensor([size])
    for loss in (losses.minimax, losses.non_saturating):
        assert loss.discriminator(x, x).item() == 1000
        assert math.isfinite(loss.generator(x))


def test_least_squares_is_the_mean_squared_error_against_one_and_zero():
    real, fake = logits(3, 1, 4, 5), logits(2, 1, 4, 5, seed=1)
    expected = mse_loss(real, torch.ones_like(real)) + mse_loss(fake, torch.zeros_like(fake))
    torch.testing.assert_close(losses.least_squares.discriminator(real, fake), expected / 2)
    expected = mse_loss(fake, torch.ones_like(fake)) / 2
    torch.testing.assert_close(losses.least_squares.generator(fake), expected)


def test_the_best_least_squares_score_is_p_over_p_plus_q():
    """One value seen often in data and seldom in samples: four weights of five, so p = 0.8."""
    score = torch.tensor([0.8], dtype=torch.float64, requires_grad=True)
    from_data = losses.least_squares_discriminator_loss(score, torch.zeros(1))
    from_fake = losses.least_squares_discriminator_loss(torch.ones(1), score)
    (slope,) = torch.autograd.grad(0.8 * from_data + 0.2 * from_fake, score)
    assert slope.item() == pytest.approx(0, abs=1e-12)


def test_guessing_costs_a_quarter_in_least_squares():
    half = torch.full((3, 1, 2, 2), 0.5)
    assert losses.least_squares.discriminator(half, half).item() == pytest.approx(1 / 4)


@pytest.mark.parametrize("target", [1.0, 0.9, 0.6])
def test_a_smoothed_loss_is_cross_entropy_with_that_label_on_data_alone(target):
    real, fake = logits(7), logits(5, seed=1)
    expected = cross_entropy(real, torch.full_like(real, target)) + cross_entropy(
        fake, torch.zeros_like(fake)
    )
    torch.testing.assert_close(losses.smoothed(target).discriminator(real, fake), expected)
    torch.testing.assert_close(
        losses.smoothed(target).generator(fake), losses.non_saturating.generator(fake)
    )


def test_the_best_smoothed_answer_is_the_target_times_p_over_p_plus_q():
    """One value, four times as often in the data as in the samples: 0.9 · 0.8."""
    logit = torch.tensor([0.72], dtype=torch.float64).logit().requires_grad_()
    none = torch.zeros(1, dtype=torch.float64)
    from_data = losses.smoothed_discriminator_loss(logit, none)
    from_fake = losses.smoothed_discriminator_loss(none, logit)
    (slope,) = torch.autograd.grad(0.8 * from_data + 0.2 * from_fake, logit)
    assert slope.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("target", [0, -0.1, 1.1])
def test_a_label_out_of_range_is_refused(target):
    with pytest.raises(UserError, match="out of range"):
        losses.smoothed(target)


EVERY = losses.EVERY.values()


def generators(loss, fake, real, **how):
    """The generator's side, with the real logits where the loss is of pairs."""
    return loss.generator(fake, real, **how) if loss.paired else loss.generator(fake, **how)


def test_hinge_is_what_is_missing_of_the_margin():
    real, fake = torch.tensor([-1.0, 0.5, 1.0, 9.0]), torch.tensor([-9.0, -1.0, 0.5, 2.0])
    cost = losses.hinge.discriminator(real, fake)
    assert cost.item() == pytest.approx((2 + 0.5 + 0 + 0) / 4 + (0 + 0 + 1.5 + 3) / 4)
    assert losses.hinge.discriminator(torch.zeros(3), torch.zeros(5)).item() == 2


def test_beyond_the_margin_a_sample_pulls_no_longer():
    real = torch.tensor([0.9, 1.1], requires_grad=True)
    fake = torch.tensor([-1.1, -0.9, 5.0, -5.0], requires_grad=True)
    on_real, on_fake = torch.autograd.grad(losses.hinge.discriminator(real, fake), (real, fake))
    assert on_real.tolist() == [-0.5, 0]
    assert on_fake.tolist() == [0, 0.25, 0.25, 0]


def test_the_best_hinge_score_says_which_side_is_likelier():
    """One value, four times as often in the data: the cost falls up to score 1 and then rises."""
    scores = torch.linspace(-3, 3, 61, dtype=torch.float64)
    none = torch.tensor([-1.0]), torch.tensor([1.0])
    costs = [
        0.8 * losses.hinge.discriminator(score[None], none[0])
        + 0.2 * losses.hinge.discriminator(none[1], score[None])
        for score in scores
    ]
    assert scores[torch.stack(costs).argmin()].item() == pytest.approx(1)


def test_the_critics_loss_is_minus_the_gap():
    real, fake = logits(7), logits(5, seed=1)
    cost = losses.wasserstein.discriminator(real, fake)
    torch.testing.assert_close(cost, fake.mean() - real.mean())
    torch.testing.assert_close(losses.wasserstein.discriminator(real + 9, fake + 9), cost)


@pytest.mark.parametrize("loss", [losses.wasserstein, losses.hinge])
def test_the_generators_pull_is_the_same_at_every_score(loss):
    fake = torch.tensor([-1000.0, 0.0, 1000.0, 3.0], requires_grad=True)
    (slope,) = torch.autograd.grad(loss.generator(fake), fake)
    assert slope.tolist() == [-0.25] * 4


def test_relativistic_losses_look_at_pairs_and_at_differences_alone():
    real, fake = logits(7), logits(7, seed=1)
    d, g = losses.relativistic.discriminator, losses.relativistic.generator
    torch.testing.assert_close(d(real, fake), -(real - fake).sigmoid().log().mean())
    torch.testing.assert_close(d(real, fake), g(real, fake))  # the roles exchanged
    torch.testing.assert_close(d(real + 5, fake + 5), d(real, fake))
    assert not torch.isclose(d(real, fake), d(real, fake.flip(0)))
    assert d(real, real).item() == pytest.approx(math.log(2))


def test_a_pair_pulls_both_ways_alike():
    real, fake = logits(5).requires_grad_(), logits(5, seed=1).requires_grad_()
    on_real, on_fake = torch.autograd.grad(
        losses.relativistic.discriminator(real, fake), (real, fake)
    )
    torch.testing.assert_close(on_real, -on_fake)
    torch.testing.assert_close(on_fake, (fake - real).sigmoid().detach() / 5)


def test_only_the_relativistic_loss_is_of_pairs():
    assert [loss.name for loss in EVERY if loss.paired] == ["relativistic"]


@pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.name)
def test_every_side_of_every_loss_has_a_gradient_in_the_right_direction(loss):
    """Near the start: the discriminator raises real and lowers fake, the generator raises fake."""
    real, fake = torch.full((4,), 0.1), torch.full((4,), 0.05)
    real.requires_grad_()
    fake.requires_grad_()
    on_real, on_fake = torch.autograd.grad(loss.discriminator(real, fake), (real, fake))
    (on_samples,) = torch.autograd.grad(generators(loss, fake, real), fake)
    assert (on_real < 0).all()
    assert (on_fake > 0).all()
    assert (on_samples < 0).all()


@pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.name)
@pytest.mark.parametrize("size", [-1000.0, 1000.0])
def test_every_loss_and_its_gradient_are_finite_at_any_logit(loss, size):
    real, fake = (torch.full((3,), s, requires_grad=True) for s in (size, -size))
    for cost in (loss.discriminator(real, fake), generators(loss, fake, real)):
        found = torch.autograd.grad(cost, (real, fake), allow_unused=True)
        assert cost.isfinite()
        assert all(g is None or g.isfinite().all() for g in found)


@pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.name)
def test_reductions_are_those_of_torch(loss):
    real, fake = logits(3, 1, 2, 2), logits(3, 1, 2, 2, seed=1)
    for cost in (
        lambda how: loss.discriminator(real, fake, reduction=how),
        lambda how: generators(loss, fake, real, reduction=how),
    ):
        assert cost("none").shape == real.shape
        torch.testing.assert_close(cost("none").mean(), cost("mean"))
        torch.testing.assert_close(cost("none").sum(), cost("sum"))


@pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.name)
def test_a_map_of_logits_is_averaged_whatever_its_shape(loss):
    real, fake = logits(2, 1, 5, 5), logits(2, 1, 5, 5, seed=1)
    torch.testing.assert_close(
        loss.discriminator(real, fake), loss.discriminator(real.flatten(), fake.flatten())
    )


def test_what_cannot_be_paired_is_refused():
    real, fake = logits(4), logits(3)
    for attempt in (
        lambda: losses.relativistic.discriminator(real, fake),
        lambda: losses.relativistic.generator(fake, real),
        lambda: losses.hinge.discriminator(real, fake, reduction="none"),
    ):
        with pytest.raises(UserError, match="in pairs"):
            attempt()


def test_a_column_against_a_row_is_no_batch_of_pairs():
    """Broadcast, 4 × 4 differences would come out, and no error."""
    with pytest.raises(UserError, match="in pairs"):
        losses.relativistic.discriminator(logits(4), logits(4, 1))


def test_an_unknown_reduction_is_told():
    with pytest.raises(UserError, match="no reduction 'avg'"):
        losses.hinge.discriminator(logits(4), logits(4), reduction="avg")
