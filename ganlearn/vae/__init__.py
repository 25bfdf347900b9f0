"""The variational autoencoder: its bound as pure functions, and the games that lower it."""

from ganlearn.vae.bound import (
    bernoulli_log_likelihood,
    elbo,
    gaussian_kl,
    gaussian_log_likelihood,
    importance_weighted,
    normal_log_density,
    placed,
    reparameterise,
)
from ganlearn.vae.evidence import log_likelihood
from ganlearn.vae.games import VAE, VAEGAN

__all__ = [
    "VAE",
    "VAEGAN",
    "bernoulli_log_likelihood",
    "elbo",
    "gaussian_kl",
    "gaussian_log_likelihood",
    "importance_weighted",
    "log_likelihood",
    "normal_log_density",
    "placed",
    "reparameterise",
]
