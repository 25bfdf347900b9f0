"""Fréchet distance: closed forms, other routes to the same number, low rank, bad input."""

import pytest
import torch
from scipy.linalg import sqrtm

from ganlearn import metrics, runtime
from ganlearn.errors import UserError
from ganlearn.metrics import frechet


def normal(n, d, seed=0):
    return torch.randn(n, d, generator=runtime.generator(seed), dtype=torch.float64)


def covariance(d, seed):
    x = normal(3 * d, d, seed)
    return x.T @ x / len(x)


def by_sqrtm(mean_a, a, mean_b, b):
    """The distance as the paper writes it, by a general matrix square root."""
    root = torch.from_numpy(sqrtm((a @ b).numpy()).real)
    return ((mean_a - mean_b).square().sum() + (a + b - 2 * root).trace()).item()


def test_on_a_line_it_is_the_difference_of_means_and_of_deviations():
    found = metrics.gaussian_frechet(
        torch.tensor([1.0]), torch.tensor([[4.0]]), torch.tensor([-2.0]), torch.tensor([[9.0]])
    )
    assert found == pytest.approx(9 + (2 - 3) ** 2, abs=1e-12)


def test_gaussians_with_common_axes_add_up_axis_by_axis():
    turn, _ = torch.linalg.qr(normal(5, 5))
    one, other = (torch.rand(5, generator=runtime.generator(s)).double() for s in (1, 2))
    shift = normal(1, 5, 3)[0]
    found = metrics.gaussian_frechet(
        torch.zeros(5),
        turn @ one.square().diag() @ turn.T,
        shift,
        turn @ other.square().diag() @ turn.T,
    )
    expected = shift.square().sum() + (one - other).square().sum()
    assert found == pytest.approx(expected.item(), abs=1e-10)


@pytest.mark.parametrize("d", [1, 2, 7, 20])
def test_it_agrees_with_a_general_matrix_root(d):
    given = normal(1, d, 1)[0], covariance(d, 2), normal(1, d, 3)[0], 2 * covariance(d, 4)
    assert metrics.gaussian_frechet(*given) == pytest.approx(by_sqrtm(*given), abs=1e-8)


def test_it_is_symmetric_and_does_not_depend_on_the_axes():
    given = normal(1, 6, 1)[0], covariance(6, 2), normal(1, 6, 3)[0], covariance(6, 4)
    here = metrics.gaussian_frechet(*given)
    assert metrics.gaussian_frechet(*given[2:], *given[:2]) == pytest.approx(here, abs=1e-10)
    turn, _ = torch.linalg.qr(normal(6, 6, 5))
    turned = [turn @ part if part.ndim == 1 else turn @ part @ turn.T for part in given]
    assert metrics.gaussian_frechet(*turned) == pytest.approx(here, abs=1e-10)


def test_a_singular_covariance_is_no_obstacle():
    flat = torch.diag(torch.tensor([4.0, 1.0, 0.0]))
    full = torch.diag(torch.tensor([1.0, 1.0, 9.0]))
    zero = torch.zeros(3)
    assert metrics.gaussian_frechet(zero, flat, zero, full) == pytest.approx(1 + 9, abs=1e-7)
    assert metrics.gaussian_frechet(zero, full, zero, flat) == pytest.approx(1 + 9, abs=1e-7)
    assert metrics.gaussian_frechet(zero, 0 * flat, zero, flat) == pytest.approx(5, abs=1e-7)


def test_a_factor_is_a_root():
    for cov in (covariance(6, 0), torch.diag(torch.tensor([2.0, 0, 0, 1])).double()):
        root = frechet.factor(cov)
        torch.testing.assert_close(root.T @ root, cov)


@pytest.mark.parametrize(("n", "m"), [(60, 80), (5, 80), (60, 5), (5, 7), (2, 2), (12, 13)])
def test_both_ways_of_taking_the_trace_agree(n, m):
    """12 features: both sets larger, one smaller, both smaller, and just as many."""
    real, fake = normal(n, 12, 1), 1.3 * normal(m, 12, 2) + 0.2
    found = metrics.frechet_distance(real, fake)
    expected = metrics.gaussian_frechet(real.mean(0), real.T.cov(), fake.mean(0), fake.T.cov())
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n", "d"), [(200, 16), (10, 64), (16, 16), (17, 16)])
def test_a_set_has_distance_zero_to_itself_in_any_order(n, d):
    real = 5 * normal(n, d).float() + 3
    order = torch.randperm(n, generator=runtime.generator(1))
    assert metrics.frechet_distance(real, real[order]) == pytest.approx(0, abs=1e-5)


def test_a_shift_of_all_samples_is_counted_exactly():
    real = normal(50, 8)
    assert metrics.frechet_distance(real, real + 2) == pytest.approx(8 * 4, abs=1e-8)
    assert metrics.frechet_distance(real[:5], real[:5] + 2) == pytest.approx(8 * 4, abs=1e-6)


def test_a_large_common_offset_does_not_drown_the_distance():
    real, fake = normal(300, 4), 2 * normal(300, 4, 1)
    here = metrics.frechet_distance(real, fake)
    assert metrics.frechet_distance(real + 1e6, fake + 1e6) == pytest.approx(here, abs=1e-6)


def test_many_samples_come_near_the_distance_of_the_distributions():
    scale = torch.tensor([0.5, 1, 2], dtype=torch.float64)
    found = metrics.frechet_distance(normal(20_000, 3), normal(20_000, 3, 1) * scale)
    assert found == pytest.approx((1 - scale).square().sum().item(), rel=0.1)


@pytest.mark.parametrize(
    ("real", "fake", "sentence"),
    [
        (torch.zeros(5, 3), torch.zeros(5, 4), "3 features and the fake ones 4"),
        (torch.zeros(5, 3), torch.full((5, 3), torch.nan), "5 of the 5 fake samples have NaN"),
        (torch.zeros(1, 3), torch.zeros(5, 3), "There are 1 real samples, and at least 2"),
        (torch.zeros(0, 3), torch.zeros(5, 3), "There are 0 real samples"),
        (torch.zeros(5, 3, 2, 2), torch.zeros(5, 3), "through metrics.extract first"),
        ([[1.0]], torch.zeros(5, 3), "of type list; give a tensor"),
    ],
)
def test_bad_input_is_one_sentence(real, fake, sentence):
    with pytest.raises(UserError, match=sentence):
        metrics.frechet_distance(real, fake)


def test_means_and_covariances_that_do_not_fit_are_one_sentence():
    with pytest.raises(UserError, match=r"give \(d,\), \(d, d\)"):
        metrics.gaussian_frechet(torch.zeros(2), torch.eye(3), torch.zeros(2), torch.eye(2))
