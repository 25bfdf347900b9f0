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
