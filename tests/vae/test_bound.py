"""The parts of the bound against closed forms, torch.distributions and a model solved exactly."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Independent, MultivariateNormal, Normal, kl_divergence

from ganlearn import vae
from ganlearn.errors import UserError


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=random(seed), dtype=torch.float64)


def posterior(seed=0, n=6, latent=5):
    return numbers(n, latent, seed=seed), numbers(n, latent, seed=seed + 1)


# Reparameterisation


def test_draws_have_the_mean_and_the_variance_asked_for():
    mean, log_variance = torch.tensor([[-3.0, 0.5]]), torch.tensor([[-2.0, 1.5]])
    z = vae.reparameterise(mean.expand(200_000, 2), log_variance.expand(200_000, 2), random())
    assert torch.allclose(z.mean(0), mean[0], atol=0.03)
    assert torch.allclose(z.var(0), log_variance[0].exp(), rtol=0.02)


def test_every_number_of_every_sample_has_noise_of_its_own():
    z = vae.reparameterise(torch.zeros(50, 7), torch.zeros(50, 7), random())
    assert len(z.unique()) == 50 * 7


def test_the_gradient_is_the_analytic_one_for_each_draw():
    mean, log_variance = (x.requires_grad_() for x in posterior())
    z = vae.reparameterise(mean, log_variance, random(3))
    noise = (z - mean).detach() / (log_variance / 2).exp().detach()
    slopes = torch.autograd.grad(z.pow(3).sum(), (mean, log_variance))
    outer = 3 * z.detach() ** 2
    torch.testing.assert_close(slopes[0], outer)
    torch.testing.assert_close(slopes[1], outer * noise * (log_variance / 2).exp().detach() / 2)


def test_its_gradient_estimates_what_the_score_function_estimates():
    """d/dμ and d/dlogσ² of E[z²] = μ² + σ² are 2μ and σ², whichever estimator finds them."""
    n, m, log_var = 400_000, 0.7, -0.4
    mean = torch.full((n, 1), m, requires_grad=True)
    log_variance = torch.full((n, 1), log_var, requires_grad=True)
    z = vae.reparameterise(mean, log_variance, random())
    pathwise = [g.sum() for g in torch.autograd.grad(z.square().mean(), (mean, log_variance))]
    log_q = vae.normal_log_density(z.detach(), mean, log_variance)
    score = torch.autograd.grad((z.detach().square()[:, 0] * log_q).mean(), (mean, log_variance))
    for one, other, exact in zip(
        pathwise, [g.sum() for g in score], (2 * m, math.exp(log_var)), strict=True
    ):
        assert abs(one - exact) < 0.01
        assert abs(other - exact) < 0.04


def test_draws_come_from_the_generator_alone():
    mean, log_variance = posterior()
    before = torch.random.get_rng_state()
    first = vae.reparameterise(mean, log_variance, random(7))
    assert torch.equal(first, vae.reparameterise(mean, log_variance, random(7)))
    assert not torch.equal(first, vae.reparameterise(mean, log_variance, random(8)))
    assert torch.equal(before, torch.random.get_rng_state())


# KL


def test_kl_is_that_of_torch_distributions():
    mean, log_variance = posterior()
    q = Independent(Normal(mean, (log_variance / 2).exp()), 1)
    p = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    torch.testing.assert_close(vae.gaussian_kl(mean, log_variance), kl_divergence(q, p))


def test_kl_is_zero_at_the_prior_and_nowhere_else():
    mean, log_variance = posterior()
    assert vae.gaussian_kl(torch.zeros(3, 4), torch.zeros(3, 4)).tolist() == [0, 0, 0]
    assert (vae.gaussian_kl(mean, log_variance) > 0).all()


def test_kl_is_the_mean_of_the_log_ratio():
    mean, log_variance = (x[:1].expand(200_000, -1) for x in posterior(latent=2))
    z = vae.reparameterise(mean, log_variance, random())
    ratio = vae.normal_log_density(z, mean, log_variance) - vae.normal_log_density(z)
    assert abs(ratio.mean() - vae.gaussian_kl(mean, log_variance)[0]) < 0.02


# Likelihoods


@pytest.mark.parametrize("shape", [(4, 3), (2, 1, 5, 4), (3, 2, 2)])
def test_the_gaussian_term_is_that_of_torch_distributions(shape):
    x, mean = numbers(*shape), numbers(*shape, seed=1)
    expected = Normal(mean, 0.3).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(vae.gaussian_log_likelihood(x, mean, 0.3), expected)


@pytest.mark.parametrize("shape", [(4, 3), (2, 1, 5, 4)])
def test_the_bernoulli_term_is_that_of_torch_distributions(shape):
    x, logits = (numbers(*shape) > 0).double(), 3 * numbers(*shape, seed=1)
    expected = Bernoulli(logits=logits).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(vae.bernoulli_log_likelihood(x, logits), expected)


def test_the_bernoulli_term_holds_for_sure_decoders():
    logits = torch.tensor([[1000.0, -1000.0]], requires_grad=True)
    found = vae.bernoulli_log_likelihood(torch.tensor([[1.0, 1.0]]), logits)
    assert found.item() == -1000
    (slope,) = torch.autograd.grad(found.sum(), logits)
    assert slope.tolist() == [[0, 1]]


def test_the_normal_density_is_that_of_torch_distributions():
    mean, log_variance = posterior()
    z = numbers(6, 5, seed=4)
    expected = Normal(mean, (log_variance / 2).exp()).log_prob(z).sum(-1)
    torch.testing.assert_close(vae.normal_log_density(z, mean, log_variance), expected)
    torch.testing.assert_close(vae.normal_log_density(z), Normal(0.0, 1.0).log_prob(z).sum(-1))


def test_pixels_of_the_other_range_are_refused():
    with pytest.raises(UserError, match=r"\(x \+ 1\) / 2"):
        vae.bernoulli_log_likelihood(torch.tensor([[-1.0, 1.0]]), torch.zeros(1, 2))


@pytest.mark.parametrize("std", [0.0, -1.0, float("nan")])
def test_a_decoder_without_noise_is_refused(std):
    with pytest.raises(UserError, match="above 0"):
        vae.gaussian_log_likelihood(torch.zeros(1, 2), torch.zeros(1, 2), std)


# The bound on a model that is solved exactly: z normal, x = W z + b + noise


class Linear:
    """Everything about the linear Gaussian model in closed form."""

    def __init__(self):
        self.w = torch.diag(torch.tensor([1.5, 0.6], dtype=torch.float64))
        self.w = torch.cat([self.w, torch.tensor([[0.0, 0.0]], dtype=torch.float64)])
        turn, _ = torch.linalg.qr(numbers(3, 3))
        self.w = turn @ self.w  # orthogonal columns, so that the posterior has no correlation
        self.b, self.std = numbers(3, seed=5), 0.7
        precision = torch.eye(2, dtype=torch.float64) + self.w.T @ self.w / self.std**2
        self.covariance = precision.inverse()

    def log_prob(self, x):
        covariance = self.w @ self.w.T + self.std**2 * torch.eye(3, dtype=torch.float64)
        return MultivariateNormal(self.b, covariance).log_prob(x)

    def posterior(self, x):
        mean = (x - self.b) @ self.w @ self.covariance / self.std**2
        return mean, self.covariance.diag().log().expand(len(x), 2)

    def decode(self, z):
        return z @ self.w.T + self.b

    def expected_log_likelihood(self, x, mean, log_variance):
        """E over q in closed form: at the mean, less half the trace of W C Wᵀ / std²."""
        at_mean = vae.gaussian_log_likelihood(x, self.decode(mean), self.std)
        spread = log_variance.exp() @ self.w.square().sum(0)
        return at_mean - spread / (2 * self.std**2)

    def bound(self, x, mean, log_variance):
        return vae.elbo(
            self.expected_log_likelihood(x, mean, log_variance),
            vae.gaussian_kl(mean, log_variance),
        )

    def log_weights(self, x, mean, log_variance, draws, seed=0):
        shape = (draws, *mean.shape)
        z = vae.placed(mean, log_variance, numbers(*shape, seed=seed))
        explained = [vae.gaussian_log_likelihood(x, self.decode(each), self.std) for each in z]
        surprise = vae.normal_log_density(z) - vae.normal_log_density(z, mean, log_variance)
        return torch.stack(explained) + surprise


MODEL = Linear()


def test_the_bound_is_the_log_density_at_the_true_posterior():
    x = numbers(8, 3, seed=9)
    torch.testing.assert_close(MODEL.bound(x, *MODEL.posterior(x)), MODEL.log_prob(x))


@pytest.mark.parametrize("seed", range(5))
def test_elsewhere_it_is_lower_by_the_kl_to_the_true_posterior(seed):
    x = numbers(8, 3, seed=9)
    mean, log_variance = posterior(seed, 8, 2)
    q = Independent(Normal(mean, (log_variance / 2).exp()), 1)
    true_mean, true_log_variance = MODEL.posterior(x)
    p = Independent(Normal(true_mean, (true_log_variance / 2).exp()), 1)
    gap = MODEL.log_prob(x) - MODEL.bound(x, mean, log_variance)
    torch.testing.assert_close(gap, kl_divergence(q, p))


def test_beta_prices_the_kl_and_nothing_else():
    explained, kl = torch.tensor([-3.0, -5.0]), torch.tensor([1.0, 2.0])
    assert vae.elbo(explained, kl).tolist() == [-4, -7]
    assert vae.elbo(explained, kl, beta=4).tolist() == [-7, -13]
    assert vae.elbo(explained, kl, beta=0).tolist() == [-3, -5]


# Importance weights


def test_every_weight_is_the_evidence_at_the_true_posterior():
    x = numbers(4, 3, seed=9)
    weights = MODEL.log_weights(x, *MODEL.posterior(x), draws=6)
    torch.testing.assert_close(weights, MODEL.log_prob(x).expand(6, 4))


def test_more_draws_close_the_gap_from_below():
    x = numbers(1, 3, seed=9).expand(4_000, 3)
    mean, log_variance = torch.zeros(4_000, 2).double(), torch.zeros(4_000, 2).double()
    weights = MODEL.log_weights(x, mean, log_variance, draws=64)
    truth = MODEL.log_prob(x[:1]).item()
    found = [vae.importance_weighted(weights[:k]).mean().item() for k in (1, 4, 16, 64)]
    assert found == sorted(found)
    assert found[0] < truth - 0.5
    assert abs(found[-1] - truth) < 0.1


def test_it_is_the_log_of_the_mean_and_not_the_mean_of_the_log():
    weights = torch.tensor([[1.0], [3.0]]).log()
    assert vae.importance_weighted(weights).item() == pytest.approx(math.log(2))


def test_weights_that_no_float_holds_are_no_trouble():
    weights = torch.tensor([[-2000.0, 1500.0], [-2000.0, 1500.0]])
    assert vae.importance_weighted(weights).tolist() == [-2000, 1500]


def test_no_draws_are_refused():
    with pytest.raises(UserError, match="at least one"):
        vae.importance_weighted(torch.zeros(0, 3))
