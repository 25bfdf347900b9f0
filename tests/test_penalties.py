"""Penalties against closed forms, against each other, and in every setting they are used in."""

import itertools
import math

import pytest
import torch
from torch import nn

from ganlearn import penalties
from ganlearn.errors import UserError

BATCHES, CHANNELS = (1, 7, 64), (1, 3)
SHAPES = list(itertools.product(BATCHES, CHANNELS))


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=source(seed), dtype=dtype)


class Linear(nn.Module):
    """w·x, with a slope that is known everywhere."""

    def __init__(self, shape, slope, dtype=torch.float32):
        super().__init__()
        w = normal(*shape, seed=9, dtype=dtype)
        self.w = nn.Parameter(slope * w / w.norm())

    def forward(self, x):
        return (x * self.w).flatten(1).sum(1)


class Quadratic(nn.Module):
    """½ xᵀAx with a symmetric A, whose gradient is Ax."""

    def __init__(self, d, dtype=torch.float64):
        super().__init__()
        a = normal(d, d, seed=8, dtype=dtype) / math.sqrt(d)
        self.a = nn.Parameter((a + a.T) / 2)

    def forward(self, x):
        return (x @ self.a * x).sum(1) / 2


def conv(norm=nn.Identity, end=True, channels=1):
    """A small critic of 8 × 8 pictures, steeper than 1 in most places."""
    last = [nn.Flatten(), nn.Linear(64, 1), nn.Flatten(0)] if end else [nn.Conv2d(4, 1, 3)]
    network = nn.Sequential(nn.Conv2d(channels, 4, 4, 2, 1), norm(), nn.SiLU(), *last)
    random = source(5)
    for weight in network.parameters():
        nn.init.normal_(weight, 0, 0.5, generator=random)
    return network


def parts(term, network):
    """A penalty's gradient with respect to each weight that it depends on, in one row."""
    network.zero_grad()
    term.backward()
    found = [p.grad.flatten() for p in network.parameters() if p.grad is not None]
    return torch.cat(found)


# Closed forms


@pytest.mark.parametrize(("n", "channels"), SHAPES)
@pytest.mark.parametrize("one_sided", [False, True])
def test_a_linear_critic_of_slope_one_has_no_gradient_penalty(n, channels, one_sided):
    critic = Linear((channels, 8, 8), 1.0)
    real, fake = normal(n, channels, 8, 8), normal(n, channels, 8, 8, seed=1)
    penalty = penalties.gradient_penalty(critic, real, fake, source(), one_sided)
    assert penalty.item() == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize(("n", "channels"), SHAPES)
@pytest.mark.parametrize("slope", [0.25, 3.0])
def test_penalties_of_a_linear_critic_are_functions_of_its_slope(n, channels, slope):
    critic = Linear((channels, 8, 8), slope)
    real, fake = normal(n, channels, 8, 8), normal(n, channels, 8, 8, seed=1)
    for name, expected in {
        "wgan-gp": (slope - 1) ** 2,
        "wgan-gp, one-sided": max(slope - 1, 0) ** 2,
        "dragan": (slope - 1) ** 2,
        "r1": slope**2,
        "r2": slope**2,
    }.items():
        found = penalties.TERMS[name](critic, real, fake, source()).item()
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-9), name


def test_a_flat_critic_costs_one_when_two_sided_and_nothing_when_one_sided():
    critic = Linear((2,), 0.0)
    x = normal(6, 2)
    assert penalties.gradient_penalty(critic, x, x + 1, source()).item() == 1
    assert penalties.gradient_penalty(critic, x, x + 1, source(), one_sided=True).item() == 0


def test_slopes_of_a_quadratic_critic():
    critic, x = Quadratic(5), normal(9, 5, dtype=torch.float64)
    expected = (x @ critic.a).norm(dim=1)
    torch.testing.assert_close(penalties.slopes(critic, x), expected)
    torch.testing.assert_close(penalties.r1(critic, x), expected.square().mean())


def test_the_gradient_penalty_of_a_quadratic_critic():
    critic = Quadratic(5)
    real, fake = (normal(9, 5, seed=seed, dtype=torch.float64) for seed in (0, 1))
    points = penalties.between(real, fake, source(2))
    expected = ((points @ critic.a).norm(dim=1) - 1).square().mean()
    found = penalties.gradient_penalty(critic, real, fake, source(2))
    torch.testing.assert_close(found, expected)


def test_the_second_derivative_of_r1_of_a_quadratic_critic():
    """R1 = mean ‖Ax‖², so its gradient by A is (2/n) Σ x xᵀ A, made symmetric as the critic is."""
    critic, x = Quadratic(5), normal(9, 5, dtype=torch.float64)
    (found,) = torch.autograd.grad(penalties.r1(critic, x), critic.a)
    one = 2 * x.T @ x @ critic.a.detach() / len(x)
    torch.testing.assert_close(found, (one + one.T) / 2)


def test_gradients_of_penalties_of_a_linear_critic():
    critic = Linear((3, 4, 4), 2.0)
    x, w = normal(7, 3, 4, 4), critic.w.detach()
    (r1,) = torch.autograd.grad(penalties.r1(critic, x), critic.w)
    torch.testing.assert_close(r1, 2 * w)
    (gp,) = torch.autograd.grad(penalties.gradient_penalty(critic, x, -x, source()), critic.w)
    torch.testing.assert_close(gp, 2 * (2.0 - 1) * w / 2.0)


# One number a sample


@pytest.mark.parametrize("channels", CHANNELS)
def test_a_batch_costs_the_mean_of_its_samples(channels):
    """With real = generated the points on the lines do not depend on what is drawn."""
    critic, x = conv(channels=channels), 3 * normal(7, channels, 8, 8)
    whole = penalties.gradient_penalty(critic, x, x, source())
    single = [penalties.gradient_penalty(critic, one, one, source()) for one in x.split(1)]
    torch.testing.assert_close(whole, torch.stack(single).mean())
    torch.testing.assert_close(
        penalties.r1(critic, x),
        torch.stack([penalties.r1(critic, one) for one in x.split(1)]).mean(),
    )


def test_there_is_one_slope_a_sample_and_it_is_its_own():
    critic, x = conv(), normal(5, 1, 8, 8)
    slopes = penalties.slopes(critic, x)
    assert slopes.shape == (5,)
    torch.testing.assert_close(penalties.slopes(critic, x[[3]]), slopes[[3]])


@pytest.mark.parametrize("shape", [(64, 2), (64, 3, 4, 4)])
def test_points_lie_on_the_lines_each_at_a_place_of_its_own(shape):
    real, fake = normal(*shape), normal(*shape, seed=1)
    points = penalties.between(real, fake, source())
    way, gone = (fake - real).flatten(1), (points - real).flatten(1)
    at = (gone * way).sum(1) / way.square().sum(1)
    torch.testing.assert_close(at[:, None] * way, gone, atol=1e-5, rtol=1e-4)
    assert at.min() >= 0
    assert at.max() <= 1
    assert len(at.unique()) == 64
    assert at.mean().item() == pytest.approx(0.5, abs=5 * math.sqrt(1 / 12 / 64))


def test_dragan_looks_around_the_data_at_half_their_spread():
    """One spread for all numbers, that of the whole batch, as the paper's code has it."""
    seen = []
    critic = Linear((2,), 1.0)
    real = normal(4_000, 2) * torch.tensor([1.0, 5.0]) + 5
    penalties.dragan(lambda x: seen.append(x) or critic(x), real, source(1))
    away = seen[0].detach() - real
    for column in away.T:
        assert column.std().item() == pytest.approx(0.5 * real.std().item(), rel=0.04)
        assert column.mean().item() == pytest.approx(0, abs=0.15)


# The ways to compute one


def twice(critic, x):
    """R1 by plain autograd, written out."""
    x = x.clone().requires_grad_()
    (found,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return found.square().flatten(1).sum(1).mean()


@pytest.mark.parametrize("norm", [nn.Identity, lambda: nn.GroupNorm(2, 4)])
def test_autograd_and_func_and_the_library_agree(norm):
    critic, x = conv(norm), normal(5, 1, 8, 8)
    expected = parts(twice(critic, x), critic)
    torch.testing.assert_close(parts(penalties.r1(critic, x), critic), expected)
    # Inside vmap the library takes torch.func; a batch of one leaves the numbers as they are.
    mapped = torch.vmap(lambda x: penalties.r1(critic, x))(x[None]).sum()
    torch.testing.assert_close(parts(mapped, critic), expected, rtol=1e-5, atol=1e-7)


def test_func_is_taken_inside_vmap_even_where_only_the_weights_vary():
    x = normal(6, 3)
    weights = normal(4, 3, seed=1)
    costs = torch.vmap(lambda w: penalties.r1(lambda x: x @ w, x))(weights)
    torch.testing.assert_close(costs, weights.square().sum(1))


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_every_term_can_be_learned_from_inside_vmap(name):
    weights = normal(3, 2, 1, seed=1).requires_grad_()
    x = normal(3, 8, 2)
    term = torch.vmap(
        lambda w, x: penalties.TERMS[name](
            lambda x: (3 * x @ w + (x @ w).sin())[:, 0], x, x + 1, source()
        ),
        randomness="different",
    )
    costs = term(weights, x)
    assert costs.shape == (3,)
    (slope,) = torch.autograd.grad(costs.sum(), weights)
    assert slope.isfinite().all()
    assert (slope.abs().sum((1, 2)) > 0).all()


def test_a_finite_difference_sees_curvature_as_far_as_its_step_says():
    """f(x + s·e) - f(x) = s·xᵀAe + s²/2·eᵀAe, so the bias is s²/4 · (tr(A)² + 2 tr(A²))."""
    critic, step = Quadratic(2), 0.7
    x = normal(1, 2, dtype=torch.float64).expand(400_000, 2)
    found = penalties.r1_finite_difference(critic, x, source(), step).item()
    a = critic.a.detach()
    bias = step**2 / 4 * (a.trace() ** 2 + 2 * (a @ a).trace())
    assert found == pytest.approx((penalties.r1(critic, x) + bias).item(), rel=0.02)
    assert bias / penalties.r1(critic, x) > 0.1


@pytest.mark.parametrize("estimate", [penalties.r1_finite_difference, penalties.r1_jvp])
@pytest.mark.parametrize("channels", CHANNELS)
def test_estimates_are_right_on_average_and_spread_as_stated(estimate, channels):
    critic, n, random = Linear((channels, 2, 2), 3.0), 32, source(3)
    x = normal(n, channels, 2, 2)
    with torch.no_grad():
        found = torch.stack([estimate(critic, x, random) for _ in range(600)])
    spread = 9.0 * math.sqrt(2 / n)
    assert found.mean().item() == pytest.approx(9.0, abs=5 * spread / math.sqrt(600))
    assert found.std().item() == pytest.approx(spread, rel=0.15)


@pytest.mark.parametrize("estimate", [penalties.r1_finite_difference, penalties.r1_jvp])
def test_the_gradient_of_an_estimate_is_right_on_average(estimate):
    critic = Linear((3,), 2.0)
    x = normal(20_000, 3)
    (found,) = torch.autograd.grad(estimate(critic, x, source(4)), critic.w)
    torch.testing.assert_close(found, 2 * critic.w.detach(), atol=0.12, rtol=0)


def test_samples_that_share_their_memory_are_taken_too():
    x = normal(1, 3).expand(8, 3)
    for name in penalties.TERMS:
        assert penalties.TERMS[name](Linear((3,), 2.0), x, x, source()).isfinite()


# Who learns from it


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_the_critic_learns_from_a_penalty_and_the_generator_does_not(name):
    critic, generator = conv(), nn.Sequential(nn.Linear(4, 64), nn.Unflatten(1, (1, 8, 8)))
    real, fake = normal(6, 1, 8, 8), generator(normal(6, 4, seed=1))
    slope = parts(penalties.TERMS[name](critic, real, fake, source()), critic)
    assert slope.isfinite().all()
    assert slope.abs().max() > 1e-6
    assert all(p.grad is None for p in generator.parameters())


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_a_penalty_under_no_grad_is_a_number_like_any_other(name):
    critic, x = conv(), normal(6, 1, 8, 8)
    term = lambda: penalties.TERMS[name](critic, x, -x, source())
    with torch.no_grad():
        quiet = term()
    assert not quiet.requires_grad
    torch.testing.assert_close(quiet, term().detach())


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_nothing_is_spoilt_by_a_flat_critic(name):
    critic = Linear((2,), 0.0)
    x = normal(6, 2)
    slope = parts(penalties.TERMS[name](critic, x, x + 1, source()), critic)
    assert slope.isfinite().all()


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_inputs_and_the_global_random_state_are_left_alone(name):
    critic, real, fake = conv(), normal(4, 1, 8, 8), normal(4, 1, 8, 8, seed=1)
    before, state = (real.clone(), fake.clone()), torch.get_rng_state()
    penalties.TERMS[name](critic, real, fake, source())
    assert torch.equal(real, before[0])
    assert torch.equal(fake, before[1])
    assert not real.requires_grad
    assert not fake.requires_grad
    assert torch.equal(state, torch.get_rng_state())


# Critics of every kind


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_a_penalty_is_the_same_under_bfloat16_autocast(name):
    critic, x = conv(), normal(6, 1, 8, 8)
    expected = parts(penalties.TERMS[name](critic, x, -x, source()), critic)
    with torch.autocast("cpu", torch.bfloat16):
        assert critic(x).dtype == torch.bfloat16
        term = penalties.TERMS[name](critic, x, -x, source())
    assert term.dtype == torch.float32
    torch.testing.assert_close(parts(term, critic), expected)


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_samples_that_come_as_bfloat16_are_made_finer_first(name):
    critic, x = Linear((2,), 1.7), normal(6, 2).bfloat16()
    found = penalties.TERMS[name](critic, x, -x, source())
    expected = penalties.TERMS[name](critic, x.float(), -x.float(), source())
    torch.testing.assert_close(found, expected)


def test_a_conditional_critic_is_one_with_its_labels_fixed():
    class Conditional(nn.Module):
        def __init__(self):
            super().__init__()
            self.per_class = nn.Parameter(torch.tensor([[1.0, 0.0], [0.0, 3.0]]))

        def forward(self, x, labels):
            return (x * self.per_class[labels]).sum(1)

    critic, labels, x = Conditional(), torch.tensor([0, 1, 1, 0]), normal(4, 2)
    cost = penalties.r1(lambda x: critic(x, labels), x)
    assert cost.item() == pytest.approx((1 + 9 + 9 + 1) / 4)
    assert parts(cost, critic).tolist() == [1, 0, 0, 3]


def test_a_map_of_logits_counts_by_its_mean():
    critic, x = conv(end=False), normal(5, 1, 8, 8)
    assert critic(x).shape == (5, 1, 2, 2)
    mean = lambda x: critic(x).mean((1, 2, 3))
    torch.testing.assert_close(penalties.r1(critic, x), penalties.r1(mean, x))
    torch.testing.assert_close(
        penalties.r1_jvp(critic, x, source()), penalties.r1_jvp(mean, x, source())
    )


def test_a_column_of_logits_is_as_good_as_a_row():
    critic, x = conv(), normal(5, 1, 8, 8)
    column = lambda x: critic(x)[:, None]
    torch.testing.assert_close(penalties.r1(column, x), penalties.r1(critic, x))


@pytest.mark.parametrize("name", [n for n in penalties.TERMS if "jvp" not in n])
def test_a_batchnorm_critic_is_taken_in_eager_mode(name):
    critic, x = conv(lambda: nn.BatchNorm2d(4)), normal(6, 1, 8, 8)
    critic[-2].weight.data *= 20  # BatchNorm has made it flat
    slope = parts(penalties.TERMS[name](critic, x, x + 1, source()), critic)
    assert slope.isfinite().all()
    assert slope.abs().max() > 0


def test_a_batchnorm_critic_in_eval_mode_costs_what_its_samples_cost():
    critic, x = conv(lambda: nn.BatchNorm2d(4)).eval(), normal(6, 1, 8, 8)
    single = torch.stack([penalties.r1(critic, one) for one in x.split(1)])
    torch.testing.assert_close(penalties.r1(critic, x), single.mean())


# Weight clipping and what is wrong


def test_clipped_weights_lie_within_the_bound_and_the_others_stay():
    network = nn.Linear(2, 2)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[0.005, -3.0], [0.02, 0.01]]))
        network.bias.copy_(torch.tensor([0.0, -0.011]))
    weight = network.weight
    penalties.clip_weights(network.parameters(), 0.01)
    assert network.weight is weight
    torch.testing.assert_close(weight.data, torch.tensor([[0.005, -0.01], [0.01, 0.01]]))
    torch.testing.assert_close(network.bias.data, torch.tensor([0.0, -0.01]))


def test_sides_of_different_sizes_are_refused():
    with pytest.raises(UserError, match="as many of each"):
        penalties.gradient_penalty(Linear((2,), 1.0), normal(4, 2), normal(3, 2), source())


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_a_critic_that_gives_one_number_for_all_is_refused(name):
    with pytest.raises(UserError, match="one a sample"):
        penalties.TERMS[name](lambda x: x.sum(), normal(4, 2), normal(4, 2), source())
