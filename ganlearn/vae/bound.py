r"""The evidence lower bound and its parts, as pure functions. All in nats, one number a sample.

With a prior p(z) = N(0, I), a decoder p(x | z) and an encoder q(z | x),

.. math:: \log p(x) \;\ge\; E_{q(z|x)}[\log p(x|z)] - \mathrm{KL}(q(z|x) \,\|\, p(z)),

and what is missing on the right is exactly KL(q(z|x) ‖ p(z|x)). The encoder says log variances:
any real number is one, and a variance near 0 does not underflow on the way.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from ganlearn.errors import UserError

LOG_2PI = math.log(2 * math.pi)


def reparameterise(mean: Tensor, log_variance: Tensor, random: torch.Generator) -> Tensor:
    """One draw from N(mean, exp(log_variance)) for each number, and a gradient to both.

    The noise comes from outside, so that the draw is a smooth function of mean and variance.

    Args:
        mean, log_variance: (n, latent), any real numbers.
        random: where the noise is drawn from, on the same device.

    Returns:
        (n, latent).

    Paper: Kingma and Welling 2014, arXiv:1312.6114, section 2.4. Taught in chapter 09.
    """
    noise = torch.randn(mean.shape, generator=random, device=mean.device, dtype=mean.dtype)
    return placed(mean, log_variance, noise)


def placed(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Standard normal noise moved and stretched: mean + exp(log_variance / 2) · noise.

    Args:
        mean, log_variance: (n, latent).
        noise: (n, latent), or more leading axes for several draws of each.

    Taught in chapter 09.
    """
    return mean + (log_variance / 2).exp() * noise


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) ‖ N(0, I)): what it costs to say more about z than the prior does.

    Args:
        mean, log_variance: (n, latent).

    Returns:
        (n,) in nats, at least 0; 0 where the encoder repeats the prior.

    Paper: Kingma and Welling 2014, arXiv:1312.6114, appendix B. Taught in chapter 09.
    """
    each = mean.square() + log_variance.exp() - 1 - log_variance
    return each.sum(-1) / 2


def gaussian_log_likelihood(x: Tensor, mean: Tensor, std: float) -> Tensor:
    """log N(x; mean, std² I): squared error with a scale and a constant.

    Args:
        x: (n, *shape).
        mean: the decoder's output, in a shape that broadcasts with x.
        std: of the noise on every number of x, in the units of x; above 0.

    Returns:
        (n,) in nats, summed over all numbers of a sample. It may be above 0: it is a density.

    Raises:
        UserError: when ``std`` is not above 0.

    Taught in chapter 09.
    """
    if not std > 0:
        raise UserError(f"The noise of a decoder must be above 0; got {std}.")
    each = ((x - mean) / std).square() + 2 * math.log(std) + LOG_2PI
    return -each.flatten(1).sum(1) / 2


def bernoulli_log_likelihood(x: Tensor, logits: Tensor) -> Tensor:
    """The log probability of ink or no ink at every pixel: minus the binary cross-entropy.

    Args:
        x: (n, *shape) in [0, 1], not in [-1, 1]. A probability only for values 0 and 1; for grey
            values it is a score and no density.
        logits: of the probability of ink, in the shape of x.

    Returns:
        (n,) in nats, at most 0, summed over all pixels of a sample.

    Raises:
        UserError: when values lie outside [0, 1].

    Paper: Kingma and Welling 2014, arXiv:1312.6114, appendix C. Taught in chapter 09.
    """
    if bool(((x < 0) | (x > 1)).any()):
        raise UserError(
            "A Bernoulli likelihood needs pixels in [0, 1]; pictures of this course lie in "
            "[-1, 1], so give (x + 1) / 2."
        )
    each = x * logsigmoid(logits) + (1 - x) * logsigmoid(-logits)
    return each.flatten(1).sum(1)


def normal_log_density(
    z: Tensor, mean: Tensor | float = 0.0, log_variance: Tensor | float = 0.0
) -> Tensor:
    """The log density of independent Gaussians at z; the prior's when nothing else is given.

    Args:
        z: (..., latent).
        mean, log_variance: numbers, or of a shape that broadcasts with z.

    Returns:
        (...) in nats, summed over the latent axis.

    Taught in chapter 09.
    """
    log_variance = torch.as_tensor(log_variance, dtype=z.dtype, device=z.device)
    each = (z - mean).square() * (-log_variance).exp() + log_variance + LOG_2PI
    return -each.sum(-1) / 2


def elbo(log_likelihood: Tensor, kl: Tensor, beta: float = 1.0) -> Tensor:
    """The evidence lower bound: how well x is explained, minus what the explanation costs.

    Args:
        log_likelihood: (n,) log p(x | z) for z drawn from the encoder.
        kl: (n,) from the encoder to the prior.
        beta: price of a nat of the explanation. Only at 1 this is a bound of log p(x).

    Returns:
        (n,) in nats; a VAE raises its mean.

    Papers: Kingma and Welling 2014, arXiv:1312.6114, equation 3; Higgins et al. 2017 (β-VAE).
    Taught in chapter 09.
    """
    return log_likelihood - beta * kl


def importance_weighted(log_weights: Tensor) -> Tensor:
    """The logarithm of the mean weight: a lower bound of log p(x) that closes as draws are added.

    Args:
        log_weights: (draws, n) of log p(x, z) - log q(z | x), for z drawn from q.

    Returns:
        (n,) in nats. One draw gives the ELBO's estimate; the expectation never falls with more.

    Raises:
        UserError: when there is no draw.

    Paper: Burda et al. 2016, arXiv:1509.00519, equation 8. Taught in chapter 09.
    """
    if log_weights.shape[0] == 0:
        raise UserError("There are no weights to take the mean of; give at least one draw.")
    return log_weights.logsumexp(0) - math.log(log_weights.shape[0])
