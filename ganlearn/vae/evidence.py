"""How probable a trained autoencoder holds samples that it has not seen."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn import progress
from ganlearn.errors import UserError
from ganlearn.nets import Autoencoder
from ganlearn.vae.bound import (
    gaussian_log_likelihood,
    importance_weighted,
    normal_log_density,
    reparameterise,
)


@torch.no_grad()
def log_likelihood(
    network: Autoencoder, x: Tensor, *, noise: float, draws: int, random: torch.Generator
) -> Tensor:
    """An importance-weighted lower bound of log p(x), on average closer the more draws.

    Args:
        network: in the mode in which it is to be judged, most often ``eval()``.
        x: (n, *shape) samples, best ones that were kept back.
        noise: std of the Gaussian that the decoder's outputs are the means of.
        draws: latents for each sample; 1 gives an estimate of the ELBO.
        random: where they are drawn from.

    Returns:
        (n,) in nats.

    Raises:
        UserError: when ``draws`` is below 1 or ``noise`` not above 0.

    Paper: Burda et al. 2016, arXiv:1509.00519. Taught in chapter 09.
    """
    if draws < 1:
        raise UserError(f"A likelihood is estimated from at least one draw; got {draws}.")
    mean, log_variance = network.encode(x)
    weights = []
    for _ in progress.bar(range(draws), title="likelihood", unit="draw"):
        z = reparameterise(mean, log_variance, random)
        explained = gaussian_log_likelihood(x, network(z), noise)
        surprise = normal_log_density(z) - normal_log_density(z, mean, log_variance)
        weights.append(explained + surprise)
    return importance_weighted(torch.stack(weights))
