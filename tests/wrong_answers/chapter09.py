"""Planted answers to the exercises of chapter 09, many of them after published mistakes."""

import math

import torch
from torch.distributions import Independent, Normal, kl_divergence
from torch.nn import functional as F

from ganlearn.checks.planted import right, wrong

# 09.1 a draw that lets the gradient pass


@right("09.1")
def by_hand(mean, log_variance, random):
    noise = torch.randn(mean.shape, generator=random)
    return mean + torch.exp(0.5 * log_variance) * noise


@right("09.1")
def square_root(mean, log_variance, random):
    noise = torch.empty_like(mean).detach().normal_(generator=random)
    return torch.addcmul(mean, log_variance.exp().sqrt(), noise)


@right("09.1")
def number_by_number(mean, log_variance, random):
    n, latent = mean.shape
    noise = torch.randn(n, latent, generator=random)
    rows = [mean[i] + noise[i] * math.e ** (log_variance[i] / 2) for i in range(n)]
    return torch.stack(rows)


@wrong("09.1", "variance for standard deviation")
def as_in_many_listings(mean, log_variance, random):
    variance = log_variance.exp()
    return mean + variance * torch.randn(mean.size(), generator=random)


@wrong("09.1", "logarithm for standard deviation")
def misread_name(mean, sigma, random):
    return mean + sigma * torch.randn(mean.shape, generator=random)


@wrong("09.1", "doubled in place of halved")
def squared_variance(mean, log_variance, random):
    return mean + log_variance.exp() ** 2 * torch.randn(mean.shape, generator=random)


@wrong("09.1", "upside down")
def precision(mean, log_variance, random):
    return mean + torch.randn(mean.shape, generator=random) / log_variance.exp().sqrt()


@wrong("09.1", "one noise for the batch")
def one_row(mean, log_variance, random):
    noise = torch.randn(1, mean.shape[1], generator=random)
    return mean + (log_variance / 2).exp() * noise


@wrong("09.1", "one noise for a sample")
def one_column(mean, log_variance, random):
    noise = torch.randn(mean.shape[0], generator=random)[:, None]
    return mean + log_variance.exp().sqrt() * noise


@wrong("09.1", "uniform noise")
def rand(mean, log_variance, random):
    return mean + (0.5 * log_variance).exp() * torch.rand(*mean.shape, generator=random)


@wrong("09.1", "no noise")
def at_test_time(mean, log_variance, random):
    return mean.clone()


@wrong("09.1", "mean left out")
def spread_alone(mean, log_variance, random):
    return (log_variance / 2).exp() * torch.randn(mean.shape, generator=random)


@wrong("09.1", "variance without gradient")
def std_under_no_grad(mean, log_variance, random):
    with torch.no_grad():
        spread = torch.exp(log_variance / 2) * torch.randn(mean.shape, generator=random)
    return mean + spread


@wrong("09.1", "mean without gradient")
def mean_data(mean, log_variance, random):
    return mean.data + (log_variance / 2).exp() * torch.randn(mean.shape, generator=random)


@wrong("09.1", "no gradient")
def torch_normal(mean, log_variance, random):
    return torch.normal(mean.detach(), (log_variance.detach() / 2).exp(), generator=random)


@wrong("09.1", "no gradient")
def all_under_no_grad(mean, log_variance, random):
    with torch.no_grad():
        return by_hand(mean, log_variance, random)


@wrong("09.1", "changes the global random state")
def randn_like(mean, log_variance, random):
    return mean + (log_variance / 2).exp() * torch.randn_like(mean)


@wrong("09.1", "changes the global random state")
def rsample(mean, log_variance, random):
    return Normal(mean, (log_variance / 2).exp()).rsample()


@wrong("09.1", "not finite")
def root_of_the_logarithm(mean, log_variance, random):
    return mean + log_variance.sqrt() * torch.randn(mean.shape, generator=random)


@wrong("09.1", "wrong value")
def same_die_every_time(mean, log_variance, random):
    seeded = torch.Generator().manual_seed(99)
    return mean + (log_variance / 2).exp() * torch.randn(mean.shape, generator=seeded)


# 09.2 what an answer costs


@right("09.2")
def as_in_the_paper(mean, log_variance):
    return -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp(), dim=1)


@right("09.2")
def by_distributions(mean, log_variance):
    q = Independent(Normal(mean, (log_variance / 2).exp()), 1)
    p = Independent(Normal(torch.zeros_like(mean), 1.0), 1)
    return kl_divergence(q, p)


@right("09.2")
def latent_by_latent(mean, log_variance):
    total = 0
    for m, v in zip(mean.unbind(1), log_variance.unbind(1), strict=True):
        total = total + (m * m + torch.expm1(v) - v) / 2
    return total


def kl_of(each):
    """The halved sum over the latents of this of mean and log variance."""
    return lambda mean, log_variance: 0.5 * each(mean, log_variance).sum(dim=-1)


@wrong("09.2", "sign flipped")
def term_of_the_elbo(mean, log_variance):
    return 0.5 * (1 + log_variance - mean**2 - torch.exp(log_variance)).sum(1)


wrong("09.2", "minus one missing")(kl_of(lambda m, v: m**2 + v.exp() - v))


@wrong("09.2", "not halved")
def forgot_the_half(mean, log_variance):
    return (mean**2 + log_variance.exp() - 1 - log_variance).sum(1)


@wrong("09.2", "mean over the latents")
def mean_of_all_latents(mean, log_variance):
    return -0.5 * torch.mean(1 + log_variance - mean.pow(2) - log_variance.exp(), dim=1)


@wrong("09.2", "one number for the batch")
def torch_sum(mean, log_variance):
    return -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())


@wrong("09.2", "one number for the batch")
def torch_mean(mean, log_variance):
    return as_in_the_paper(mean, log_variance).mean()


@wrong("09.2", "one number a latent")
def no_sum(mean, log_variance):
    return kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0))


@wrong("09.2", "log of the standard deviation")
def sigma_first(mean, log_std):
    std = log_std.exp()
    return (0.5 * (mean**2 + std**2 - 1) - std.log()).sum(1)


@wrong("09.2", "standard deviation for variance")
def sigma_in_the_middle(mean, log_variance):
    std = torch.exp(0.5 * log_variance)
    return 0.5 * (mean**2 + std - 1 - log_variance).sum(1)


wrong("09.2", "logarithm left out")(kl_of(lambda m, v: m**2 + v.exp() - 1))
wrong("09.2", "variance taken as it is")(kl_of(lambda m, v: m**2 - 1 + 0 * v))
wrong("09.2", "mean not squared")(kl_of(lambda m, v: v.exp() - v - 1 + m))


@wrong("09.2", "the other direction")
def arguments_swapped(mean, log_variance):
    q, p = Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)
    return kl_divergence(p, q).sum(1)


@wrong("09.2", "not finite")
def log_of_the_logarithm(mean, log_variance):
    return 0.5 * (mean**2 + log_variance - 1 - log_variance.log()).sum(1)


@wrong("09.2", "no gradient")
def measured_only(mean, log_variance):
    return as_in_the_paper(mean.detach(), log_variance.detach())


# 09.3 the loss of a VAE


def its_kl(mean, log_variance):
    """As in 09.2."""
    return (mean**2 + log_variance.exp() - 1 - log_variance).sum(1) / 2


@right("09.3")
def two_terms(x, made, mean, log_variance, noise, beta):
    error = ((x - made) ** 2).flatten(1).sum(1) / (2 * noise * noise)
    return error.mean() + beta * its_kl(mean, log_variance).mean()


@right("09.3")
def all_sums_at_the_end(x, made, mean, log_variance, noise, beta):
    error = F.mse_loss(made, x, reduction="sum") / (2 * noise**2)
    kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return (error + beta * kl) / len(x)


@right("09.3")
def by_densities(x, made, mean, log_variance, noise, beta):
    explained = Normal(made, noise).log_prob(x) - Normal(made, noise).log_prob(made)
    return (beta * its_kl(mean, log_variance) - explained.flatten(1).sum(1)).mean()


def terms(combine):
    """A loss from summed squared errors, KLs, σ and β."""

    def loss(x, made, mean, log_variance, noise, beta):
        error = torch.stack([((a - b) ** 2).sum() for a, b in zip(x, made, strict=True)])
        return combine(error, its_kl(mean, log_variance), noise, beta).mean()

    return loss


wrong("09.3", "KL with the wrong sign")(terms(lambda e, kl, s, b: e / (2 * s**2) - b * kl))
wrong("09.3", "the ELBO itself")(terms(lambda e, kl, s, b: -(e / (2 * s**2)) - b * kl))
wrong("09.3", "β on the error")(terms(lambda e, kl, s, b: kl + b * e / (2 * s**2)))
wrong("09.3", "β on both")(terms(lambda e, kl, s, b: (kl + e / (2 * s**2)) * b))
wrong("09.3", "β left out")(terms(lambda e, kl, s, b: kl + e / (2 * s**2)))
wrong("09.3", "σ for σ²")(terms(lambda e, kl, s, b: b * kl + e / (2 * s)))
wrong("09.3", "two left out")(terms(lambda e, kl, s, b: b * kl + e / s / s))
wrong("09.3", "noise left out")(terms(lambda e, kl, s, b: b * kl + e))
wrong("09.3", "KL left out")(terms(lambda e, kl, s, b: e / (2 * s**2)))
wrong("09.3", "not averaged over the batch")(
    lambda x, made, mean, v, s, b: (
        (x - made).square().flatten(1).sum(1) / (2 * s**2) + b * its_kl(mean, v)
    )
)


@wrong("09.3", "mean over the pixels")
def mse_loss(x, made, mean, log_variance, noise, beta):
    return F.mse_loss(made, x) / (2 * noise**2) + beta * its_kl(mean, log_variance).mean()


@wrong("09.3", "sum over the batch")
def no_mean(x, made, mean, log_variance, noise, beta):
    error = F.mse_loss(made, x, reduction="sum") / (2 * noise**2)
    return error + beta * its_kl(mean, log_variance).sum()


@wrong("09.3", "KL averaged over the latents")
def kl_mean(x, made, mean, log_variance, noise, beta):
    error = F.mse_loss(made, x, reduction="sum") / len(x) / (2 * noise**2)
    kl = -0.5 * torch.mean(1 + log_variance - mean.pow(2) - log_variance.exp())
    return error + beta * kl


@wrong("09.3", "absolute error")
def l1(x, made, mean, log_variance, noise, beta):
    error = F.l1_loss(made, x, reduction="sum") / len(x) / (2 * noise**2)
    return error + beta * its_kl(mean, log_variance).mean()


@wrong("09.3", "wrong value")
def everything_averaged(x, made, mean, log_variance, noise, beta):
    kl = -0.5 * torch.mean(1 + log_variance - mean.pow(2) - log_variance.exp())
    return F.mse_loss(made, x) + kl


# 09.4 a likelihood from many draws


@right("09.4")
def by_logsumexp(log_given, log_prior, log_q):
    log_weights = log_given + log_prior - log_q
    return torch.logsumexp(log_weights, dim=0) - math.log(log_weights.shape[0])


@right("09.4")
def largest_first(log_given, log_prior, log_q):
    log_weights = log_given + log_prior - log_q
    top = log_weights.max(dim=0).values
    return top + (log_weights - top).exp().mean(0).log()


@right("09.4")
def draw_by_draw(log_given, log_prior, log_q):
    total = None
    for given, prior, q in zip(log_given, log_prior, log_q, strict=True):
        weight = given + prior - q
        total = weight if total is None else torch.logaddexp(total, weight)
    return total - math.log(len(log_given))


@wrong("09.4", "mean of the logarithm")
def elbo(log_given, log_prior, log_q):
    return log_given.mean(0) - (log_q - log_prior).mean(0)


@wrong("09.4", "not divided by the draws")
def summed(log_given, log_prior, log_q):
    return torch.logsumexp(log_given + log_prior - log_q, 0)


@wrong("09.4", "divided by the samples")
def wrong_length(log_given, log_prior, log_q):
    n = log_given.shape[1]
    return torch.logsumexp(log_given + log_prior - log_q, 0) - math.log(n)


@wrong("09.4", "divided after the logarithm")
def brackets(log_given, log_prior, log_q):
    return torch.logsumexp(log_given + log_prior - log_q, 0) / log_given.shape[0]


@wrong("09.4", "over the samples")
def other_axis(log_given, log_prior, log_q):
    return by_logsumexp(log_given.T, log_prior.T, log_q.T)


@wrong("09.4", "overflow or underflow")
def as_in_the_formula(log_given, log_prior, log_q):
    weights = torch.exp(log_given) * torch.exp(log_prior) / torch.exp(log_q)
    return weights.mean(0).log()


@wrong("09.4", "overflow or underflow")
def one_exp(log_given, log_prior, log_q):
    return (log_given + log_prior - log_q).exp().mean(0).log()


@wrong("09.4", "q on the wrong side")
def plus_q(log_given, log_prior, log_q):
    return torch.logsumexp(log_given + log_prior + log_q, 0) - math.log(len(log_q))


@wrong("09.4", "q left out")
def joint_alone(log_given, log_prior, log_q):
    return torch.logsumexp(log_given + log_prior, 0) - math.log(len(log_q))


@wrong("09.4", "prior left out")
def no_prior(log_given, log_prior, log_q):
    return torch.logsumexp(log_given - log_q, 0) - math.log(len(log_q))


@wrong("09.4", "the best draw")
def maximum(log_given, log_prior, log_q):
    return torch.max(log_given + log_prior - log_q, dim=0).values


@wrong("09.4", "wrong shape")
def over_everything(log_given, log_prior, log_q):
    weights = log_given + log_prior - log_q
    return weights.flatten().logsumexp(0) - math.log(weights.numel())


# 09.5 the best blurred answer


@right("09.5")
def weighted_sum(candidates, weights):
    answer = torch.einsum("k,k...->...", weights, candidates)
    error = sum(w * ((c - answer) ** 2).sum() for w, c in zip(weights, candidates, strict=True))
    return answer, error


@right("09.5")
def as_a_variance(candidates, weights):
    flat = candidates.flatten(1)
    answer = weights @ flat
    error = weights @ flat.square().sum(1) - answer.square().sum()
    return answer.view(candidates.shape[1:]), error


@right("09.5")
def from_pairs(candidates, weights):
    flat = candidates.flatten(1)
    apart = (flat[:, None] - flat[None]).square().sum(2)
    answer = sum(w * c for w, c in zip(weights, candidates, strict=True))
    return answer, weights @ apart @ weights / 2


def expected_error(candidates, weights, answer):
    """The expected squared error of any answer."""
    return sum(w * ((c - answer) ** 2).sum() for w, c in zip(weights, candidates, strict=True))


@wrong("09.5", "the likeliest")
def argmax(candidates, weights):
    answer = candidates[torch.argmax(weights)]
    return answer, expected_error(candidates, weights, answer)


@wrong("09.5", "weights ignored")
def plain_mean(candidates, weights):
    answer = candidates.mean(dim=0)
    return answer, expected_error(candidates, weights, answer)


@wrong("09.5", "divided again")
def mean_of_products(candidates, weights):
    answer = torch.stack([w * c for w, c in zip(weights, candidates, strict=True)]).mean(0)
    return answer, expected_error(candidates, weights, answer)


@wrong("09.5", "median")
def pixel_medians(candidates, weights):
    flat = candidates.flatten(1)
    chosen = []
    for column in flat.T:
        order = column.argsort()
        reached = weights[order].cumsum(0) >= 0.5
        chosen.append(column[order][reached.nonzero()[0, 0]])
    answer = torch.stack(chosen).view(candidates.shape[1:])
    return answer, expected_error(candidates, weights, answer)


@wrong("09.5", "error without weights")
def plain_error(candidates, weights):
    answer, _ = weighted_sum(candidates, weights)
    return answer, (candidates - answer).square().sum() / len(candidates)


@wrong("09.5", "error a pixel")
def mse(candidates, weights):
    answer, error = weighted_sum(candidates, weights)
    return answer, error / answer.numel()


@wrong("09.5", "error of the likeliest")
def nearest_truth(candidates, weights):
    answer, _ = weighted_sum(candidates, weights)
    return answer, F.mse_loss(answer, candidates[weights.argmax()], reduction="sum")


@wrong("09.5", "error with a root")
def norm(candidates, weights):
    answer, error = weighted_sum(candidates, weights)
    return answer, torch.sqrt(error)


@wrong("09.5", "distances averaged")
def mean_norm(candidates, weights):
    answer, _ = weighted_sum(candidates, weights)
    return answer, (weights * (candidates - answer).flatten(1).norm(dim=1)).sum()


@wrong("09.5", "picture alone")
def one_of_two(candidates, weights):
    return weighted_sum(candidates, weights)[0]


@wrong("09.5", "raises")
def broadcast(candidates, weights):
    answer = (weights[:, None] * candidates).sum(0)
    return answer, expected_error(candidates, weights, answer)
