"""Exercises of chapter 09: a draw with a gradient, the KL, a loss, a likelihood, blur."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ganlearn import runtime, vae
from ganlearn.checks import Exercise, Mistake

# 09.1


def posteriors(g: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    """Means and log variances of several shapes, both with a gradient."""
    shapes = [(6, 3), (3, 5), (1, 4), (64, 2)]
    return [
        (
            (2 * torch.randn(shape, generator=g)).requires_grad_(),
            (1.5 * torch.randn(shape, generator=g) - 0.5).requires_grad_(),
        )
        for shape in shapes
    ]


def posteriors_and_dice(g: torch.Generator) -> list[tuple]:
    """As above, each with a source of noise that starts at the same place at every run."""
    return [(*pair, runtime.generator(i)) for i, pair in enumerate(posteriors(g))]


def drawn(stretch: Callable[[Tensor], Tensor], shape: Callable | None = None) -> Callable:
    """A draw whose noise is stretched by this of the log variance, and has this shape."""

    def draw(mean: Tensor, log_variance: Tensor, random: torch.Generator) -> Tensor:
        wanted = shape(*mean.shape) if shape else mean.shape
        return mean + stretch(log_variance) * torch.randn(wanted, generator=random)

    return draw


def std(log_variance: Tensor) -> Tensor:
    """What the noise is to be stretched by."""
    return (log_variance / 2).exp()


reparameterised = Exercise(
    "09.1",
    "a draw that lets the gradient pass",
    reference=vae.reparameterise,
    cases=posteriors_and_dice,
    points=2,
    mistakes=[
        Mistake(
            "variance for standard deviation",
            "It stretches the noise by the variance.",
            "The square root of exp(v) is exp(v / 2).",
            like=drawn(torch.exp),
        ),
        Mistake(
            "logarithm for standard deviation",
            "It stretches the noise by the logarithm that the encoder said, which may be negative.",
            "exp undoes the logarithm: the standard deviation is exp(log_variance / 2).",
            like=drawn(lambda v: v),
        ),
        Mistake(
            "doubled in place of halved",
            "It stretches the noise by exp(2 · log_variance).",
            "A square root halves a logarithm.",
            like=drawn(lambda v: (2 * v).exp()),
        ),
        Mistake(
            "upside down",
            "Its noise is wide where the encoder is sure.",
            "exp(log_variance / 2), with a plus sign: a large variance is a wide draw.",
            like=drawn(lambda v: (-v / 2).exp()),
        ),
        Mistake(
            "one noise for the batch",
            "All samples of the batch get the same noise.",
            "Draw noise of the shape of the mean.",
            like=drawn(std, lambda n, latent: (latent,)),
        ),
        Mistake(
            "one noise for a sample",
            "All latent numbers of a sample get the same noise.",
            "Draw noise of the shape of the mean.",
            like=drawn(std, lambda n, latent: (n, 1)),
        ),
        Mistake(
            "uniform noise",
            "Its noise lies between 0 and 1, for torch.rand is uniform.",
            "torch.randn is the normal one.",
            like=lambda mean, v, random: mean + std(v) * torch.rand(mean.shape, generator=random),
        ),
        Mistake(
            "no noise",
            "It returns the mean: nothing is drawn, and the variance is never felt.",
            "Add exp(log_variance / 2) times normal noise.",
            like=lambda mean, v, random: mean,
        ),
        Mistake(
            "mean left out",
            "Its draws lie around 0, whatever the mean is.",
            "Add the mean.",
            like=lambda mean, v, random: std(v) * torch.randn(mean.shape, generator=random),
        ),
        Mistake(
            "variance without gradient",
            "Its values are right, and no gradient reaches the log variance.",
            "Only the noise comes from outside: no detach, no .data and no no_grad on its factor.",
            like=drawn(lambda v: std(v).detach()),
        ),
        Mistake(
            "mean without gradient",
            "Its values are right, and no gradient reaches the mean.",
            "Only the noise comes from outside: no detach, no .data and no no_grad on the mean.",
            like=lambda mean, v, random: drawn(std)(mean.detach(), v, random),
        ),
    ],
)


# 09.2


def summed(each: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
    """An answer from what each latent number adds, halved and summed over a sample."""
    return lambda mean, v: each(mean, v).sum(1) / 2


cost = Exercise(
    "09.2",
    "what an answer costs",
    reference=vae.gaussian_kl,
    cases=posteriors,
    points=2,
    mistakes=[
        Mistake(
            "sign flipped",
            "It is minus the divergence: never above 0.",
            "A KL is at least 0. Many texts write the ELBO, where it is taken off.",
            like=lambda mean, v: -vae.gaussian_kl(mean, v),
        ),
        Mistake(
            "minus one missing",
            "It is 1/2 too large for each latent number, and not 0 at the prior.",
            "mean² + variance - 1 - log variance.",
            like=summed(lambda m, v: m.square() + v.exp() - v),
        ),
        Mistake(
            "not halved",
            "It is twice the divergence.",
            "There is a factor 1/2 in front.",
            like=lambda mean, v: 2 * vae.gaussian_kl(mean, v),
        ),
        Mistake(
            "mean over the latents",
            "It divides by the number of latents, so a long code costs as little as a short one.",
            "Independent numbers add their nats: sum over the last axis.",
            like=lambda mean, v: vae.gaussian_kl(mean, v) / mean.shape[1],
        ),
        Mistake(
            "one number for the batch",
            "It is one number; every sample has a divergence of its own.",
            "Sum over the latents alone, and keep the axis of the samples.",
            sign=lambda got, right: got.value.dim() == 0,
        ),
        Mistake(
            "one number a latent",
            "It keeps the latents apart.",
            "Sum over the last axis: one number a sample.",
            sign=lambda got, right: got.value.dim() == 2,
        ),
        Mistake(
            "log of the standard deviation",
            "It takes the second input for the logarithm of a standard deviation.",
            "It is log variance already: the variance is exp(log_variance), with no 2.",
            like=summed(lambda m, v: m.square() + (2 * v).exp() - 1 - 2 * v),
        ),
        Mistake(
            "standard deviation for variance",
            "It has exp(log_variance / 2), the standard deviation, where the variance belongs.",
            "The variance is exp(log_variance).",
            like=summed(lambda m, v: m.square() + (v / 2).exp() - 1 - v),
        ),
        Mistake(
            "logarithm left out",
            "It has no - log variance, so that a variance near 0 would cost nothing.",
            "mean² + variance - 1 - log variance.",
            like=summed(lambda m, v: m.square() + v.exp() - 1),
        ),
        Mistake(
            "variance taken as it is",
            "It uses the logarithm where the variance belongs.",
            "The variance is exp(log_variance).",
            like=summed(lambda m, v: m.square() + v - 1 - v),
        ),
        Mistake(
            "mean not squared",
            "Its mean is not squared, so a negative one lowers the cost.",
            "mean² + variance - 1 - log variance.",
            like=summed(lambda m, v: m + v.exp() - 1 - v),
        ),
        Mistake(
            "the other direction",
            "It is KL(prior ‖ q), which divides by the encoder's variance.",
            "The mean runs over q: KL(q ‖ prior).",
            like=summed(lambda m, v: (1 + m.square()) * (-v).exp() - 1 + v),
        ),
    ],
)


# 09.3


def vae_loss(
    x: Tensor, made: Tensor, mean: Tensor, log_variance: Tensor, noise: float, beta: float
) -> Tensor:
    """Minus the ELBO without its constant, the mean over a batch."""
    explained = (x - made).square().flatten(1).sum(1) / (2 * noise**2)
    return (explained + beta * vae.gaussian_kl(mean, log_variance)).mean()


def batches(g: torch.Generator) -> list[tuple]:
    """Pictures and points, with decoders of unlike noise and prices of the KL."""
    made = []
    shapes = [((6, 1, 4, 5), 3, 0.3, 1.0), ((4, 2), 5, 0.7, 4.0), ((5, 3, 2, 2), 2, 1.5, 0.25)]
    for shape, latent, noise, beta in shapes:
        x = torch.rand(shape, generator=g) * 2 - 1
        answer, mean, log_variance = (
            torch.randn(size, generator=g).requires_grad_()
            for size in (shape, (shape[0], latent), (shape[0], latent))
        )
        made.append((x, answer, mean, log_variance, noise, beta))
    return made


def loss_of(combine: Callable) -> Callable:
    """An answer from squared errors (n, numbers), KLs (n,), σ and β; combine gives (n,)."""

    def loss(
        x: Tensor, made: Tensor, mean: Tensor, log_variance: Tensor, noise: float, beta: float
    ) -> Tensor:
        errors = (x - made).square().flatten(1)
        return combine(errors, vae.gaussian_kl(mean, log_variance), noise, beta).mean()

    return loss


bound = Exercise(
    "09.3",
    "the loss of a VAE",
    reference=vae_loss,
    cases=batches,
    points=3,
    mistakes=[
        Mistake(
            "KL with the wrong sign",
            "It rewards the encoder for costly codes.",
            "A loss is lowered: minus the ELBO is error plus β · KL.",
            like=loss_of(lambda e, kl, s, b: e.sum(1) / (2 * s**2) - b * kl),
        ),
        Mistake(
            "the ELBO itself",
            "It is the bound without a minus: training would lower what should rise.",
            "Change the sign of both terms.",
            like=loss_of(lambda e, kl, s, b: -e.sum(1) / (2 * s**2) - b * kl),
        ),
        Mistake(
            "β on the error",
            "It multiplies the error by β, and the KL is free of it.",
            "β is the price of the KL.",
            like=loss_of(lambda e, kl, s, b: b * e.sum(1) / (2 * s**2) + kl),
        ),
        Mistake(
            "β on both",
            "It multiplies everything by β, so β changes nothing but the learning rate.",
            "β belongs to the KL alone.",
            like=loss_of(lambda e, kl, s, b: b * (e.sum(1) / (2 * s**2) + kl)),
        ),
        Mistake(
            "β left out",
            "It does not depend on β.",
            "Multiply the KL by β.",
            like=loss_of(lambda e, kl, s, b: e.sum(1) / (2 * s**2) + kl),
        ),
        Mistake(
            "mean over the pixels",
            "It averages the error over pixels and adds up the KL over latents: the larger the "
            "picture, the dearer the code, until the encoder gives up.",
            "A log-likelihood of many pixels is a sum: flatten a sample and add.",
            like=loss_of(lambda e, kl, s, b: e.mean(1) / (2 * s**2) + b * kl),
        ),
        Mistake(
            "sum over the batch",
            "It adds up the batch, so that it grows with the number of samples.",
            "Add over the numbers of a sample, then take the mean over samples.",
            like=lambda *given: len(given[0]) * vae_loss(*given),
        ),
        Mistake(
            "σ for σ²",
            "It divides by 2σ.",
            "The Gaussian's exponent is error / (2σ²): square the noise.",
            like=loss_of(lambda e, kl, s, b: e.sum(1) / (2 * s) + b * kl),
        ),
        Mistake(
            "two left out",
            "It divides the error by σ² and not by 2σ².",
            "The Gaussian's exponent is error / (2σ²).",
            like=loss_of(lambda e, kl, s, b: e.sum(1) / s**2 + b * kl),
        ),
        Mistake(
            "noise left out",
            "It does not depend on σ.",
            "Divide the squared error by 2σ².",
            like=loss_of(lambda e, kl, s, b: e.sum(1) + b * kl),
        ),
        Mistake(
            "KL left out",
            "It does not depend on mean and log variance: an autoencoder, whose z is not known.",
            "Add β times the KL.",
            like=loss_of(lambda e, kl, s, b: e.sum(1) / (2 * s**2)),
        ),
        Mistake(
            "KL averaged over the latents",
            "It averages the KL over the latents.",
            "Sum over the latents, mean over the samples.",
            like=lambda x, made, mean, v, s, b: vae_loss(x, made, mean, v, s, b / mean.shape[1]),
        ),
        Mistake(
            "absolute error",
            "It takes absolute differences.",
            "Gaussian noise asks for squared ones.",
            like=loss_of(lambda e, kl, s, b: e.sqrt().sum(1) / (2 * s**2) + b * kl),
        ),
        Mistake(
            "not averaged over the batch",
            "It returns one number a sample.",
            "Take the mean over the batch at the end.",
            sign=lambda got, right: got.value.dim() == 1,
        ),
    ],
)


# 09.4


def log_evidence(log_given: Tensor, log_prior: Tensor, log_q: Tensor) -> Tensor:
    """The logarithm of the mean weight over the draws, which are axis 0."""
    return vae.importance_weighted(log_given + log_prior - log_q)


def log_densities(g: torch.Generator) -> list[tuple]:
    """Draws that differ by many nats, of few and of very improbable samples."""
    sizes = [(5, 3, -20.0), (2, 6, 4.0), (7, 1, -1.0), (8, 8, -2_000.0), (1, 4, -300.0)]
    return [
        (
            level + 3 * torch.randn(draws, n, generator=g),
            -2 + torch.randn(draws, n, generator=g),
            -1 + torch.randn(draws, n, generator=g),
        )
        for draws, n, level in sizes
    ]


evidence = Exercise(
    "09.4",
    "a likelihood from many draws",
    reference=log_evidence,
    cases=log_densities,
    points=2,
    mistakes=[
        Mistake(
            "mean of the logarithm",
            "It is the mean of the log weights: the ELBO, which more draws do not raise.",
            "Mean first, logarithm second.",
            like=lambda given, prior, q: (given + prior - q).mean(0),
        ),
        Mistake(
            "not divided by the draws",
            "It is the logarithm of the sum, too large by log K.",
            "A mean is a sum over K: take log K off.",
            like=lambda given, prior, q: (given + prior - q).logsumexp(0),
        ),
        Mistake(
            "divided by the samples",
            "It takes off the logarithm of the number of samples and not of draws.",
            "The draws are axis 0.",
            like=lambda given, prior, q: (
                (given + prior - q).logsumexp(0) - math.log(given.shape[1])
            ),
        ),
        Mistake(
            "divided after the logarithm",
            "It divides the logarithm of the sum by K.",
            "log(sum / K) is log(sum) - log(K).",
            like=lambda given, prior, q: (given + prior - q).logsumexp(0) / len(given),
        ),
        Mistake(
            "over the samples",
            "It takes the mean over the samples and keeps the draws.",
            "The draws are axis 0; one number a sample is left.",
            like=lambda given, prior, q: (
                (given + prior - q).logsumexp(1) - math.log(given.shape[1])
            ),
        ),
        Mistake(
            "overflow or underflow",
            "It is right for usual numbers and infinite for a sample whose density no float holds.",
            "Stay in logarithms: torch.logsumexp.",
            sign=lambda got, right: bool(
                (got.value.isinf() | got.value.isnan()).all() and right.value.abs().max() > 80
            ),
        ),
        Mistake(
            "q on the wrong side",
            "It multiplies by q(z): a draw that is likely anyway would count the more.",
            "The weight is p(x, z) / q(z): take log q off.",
            like=lambda given, prior, q: log_evidence(given, prior, -q),
        ),
        Mistake(
            "q left out",
            "It does not divide by q(z), from which the draws came.",
            "The weight is p(x | z) p(z) / q(z).",
            like=lambda given, prior, q: log_evidence(given, prior, 0 * q),
        ),
        Mistake(
            "prior left out",
            "It leaves out p(z).",
            "The weight is p(x | z) p(z) / q(z).",
            like=lambda given, prior, q: log_evidence(given, 0 * prior, q),
        ),
        Mistake(
            "the best draw",
            "It takes the best draw alone.",
            "All weights count: logarithm of their mean.",
            like=lambda given, prior, q: (given + prior - q).amax(0),
        ),
    ],
)


# 09.5


def best_answer(candidates: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """The picture of least expected squared error, and that error."""
    shares = weights.view(-1, *[1] * (candidates.dim() - 1))
    answer = (shares * candidates).sum(0)
    return answer, (weights * (candidates - answer).square().flatten(1).sum(1)).sum()


def possibilities(g: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    """Pictures and points that could be right, and how probably each is."""
    return [
        (torch.rand(shape, generator=g) * 2 - 1, torch.rand(shape[0], generator=g).softmax(0))
        for shape in [(3, 1, 4, 5), (2, 2), (5, 3, 2, 2), (4, 1, 3, 3)]
    ]


def answered(choose: Callable[[Tensor, Tensor], Tensor]) -> Callable:
    """An answer that chooses this picture and says its expected error rightly."""

    def answer(candidates: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        chosen = choose(candidates, weights)
        return chosen, (weights * (candidates - chosen).square().flatten(1).sum(1)).sum()

    return answer


def measured(measure: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """An answer with the right picture and this of the errors (k, numbers), weights, answer."""

    def answer(candidates: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        chosen, _ = best_answer(candidates, weights)
        return chosen, measure((candidates - chosen).square().flatten(1), weights, chosen)

    return answer


def weighted_median(candidates: Tensor, weights: Tensor) -> Tensor:
    """The weighted median, number by number."""
    values, order = candidates.sort(dim=0)
    places = (weights[order].cumsum(0) < 0.5).sum(0, keepdim=True)
    return values.gather(0, places.clamp(max=len(values) - 1))[0]


blur = Exercise(
    "09.5",
    "the best blurred answer",
    reference=best_answer,
    cases=possibilities,
    points=2,
    mistakes=[
        Mistake(
            "the likeliest",
            "It answers with the most probable picture: sharp, and not the least squared error.",
            "The slope of the expected squared error is 0 at the weighted mean.",
            like=answered(lambda x, w: x[w.argmax()]),
        ),
        Mistake(
            "weights ignored",
            "Its picture is the plain mean, as if all were as probable.",
            "Multiply each candidate by its probability and add.",
            like=answered(lambda x, w: x.mean(0)),
        ),
        Mistake(
            "divided again",
            "It divides the weighted sum by the number of candidates.",
            "The weights add up to 1 already.",
            like=answered(lambda x, w: best_answer(x, w)[0] / len(x)),
        ),
        Mistake(
            "median",
            "It is the median of every pixel, the best answer to absolute error.",
            "For squared error it is the mean.",
            like=answered(weighted_median),
        ),
        Mistake(
            "error without weights",
            "Its picture is right; its error is the plain mean over the candidates.",
            "An expectation weighs each error by its probability.",
            like=measured(lambda e, w, a: e.sum(1).mean()),
        ),
        Mistake(
            "error a pixel",
            "Its picture is right; its error is the mean over pixels.",
            "Add the squared errors of all numbers of a picture.",
            like=measured(lambda e, w, a: (w * e.mean(1)).sum()),
        ),
        Mistake(
            "error of the likeliest",
            "Its picture is right; its error is the distance to the most probable candidate alone.",
            "Average the error over all candidates, each with its probability.",
            like=measured(lambda e, w, a: e[w.argmax()].sum()),
        ),
        Mistake(
            "error with a root",
            "Its picture is right; its error is a root.",
            "Squared error: leave the root out.",
            like=measured(lambda e, w, a: (w * e.sum(1)).sum().sqrt()),
        ),
        Mistake(
            "distances averaged",
            "Its picture is right; its error is a mean of distances and not of their squares.",
            "Square the differences, add over a picture, then weigh: no root on the way.",
            like=measured(lambda e, w, a: (w * e.sum(1).sqrt()).sum()),
        ),
        Mistake(
            "picture alone",
            "It returns the picture without its error.",
            "Return both: picture, error.",
            sign=lambda got, right: isinstance(got.value, Tensor),
        ),
    ],
)
