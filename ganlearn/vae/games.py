"""A VAE and a VAE-GAN for the trainer: the encoder moves with the generator, its decoder."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.game import Game, Phase
from ganlearn.nets import hidden_features
from ganlearn.vae.bound import elbo, gaussian_kl, gaussian_log_likelihood, placed


@dataclass
class VAE(Game):
    """One player alone: encoder and decoder raise the ELBO together.

    Attributes:
        generator: an :class:`ganlearn.nets.Autoencoder`.
        discriminator: stays where it is; the same pair can then play a GAN or a VAE-GAN.
        loss: not used.
        noise: std of the Gaussian around the decoder's output, in the units of the data.
        beta: price of a nat of the KL; 1 makes the objective a bound of -log p(x).

    Raises:
        UserError: when ``noise`` is not above 0 or ``beta`` is negative.

    Paper: Kingma and Welling 2014, arXiv:1312.6114. Taught in chapter 09.
    """

    noise: float = 0.5
    beta: float = 1.0

    def __post_init__(self) -> None:
        if not self.noise > 0 or not self.beta >= 0:
            raise UserError(
                f"A VAE needs noise above 0 and beta of at least 0; got noise={self.noise} and "
                f"beta={self.beta}."
            )

    @property
    def phases(self) -> tuple[Phase, ...]:
        """One move a step, of encoder and decoder."""
        return (Phase("generator", bound_objective),)


def bound_objective(game: VAE, real: Tensor, z: Tensor) -> Tensor:
    """Minus the mean ELBO of real samples, in nats; z is the noise of the reparameterisation.

    Paper: Kingma and Welling 2014, arXiv:1312.6114, equation 10. Taught in chapter 09.
    """
    mean, log_variance = game.generator.encode(real)
    made = game.generator(placed(mean, log_variance, z)).float()
    explained = gaussian_log_likelihood(real, made, game.noise)
    return -elbo(explained, gaussian_kl(mean, log_variance), game.beta).mean()


@dataclass
class VAEGAN(VAE):
    """A VAE that compares pictures by what a discriminator sees in them, and fools it too.

    Attributes:
        generator: an :class:`ganlearn.nets.Autoencoder`.
        discriminator: one of the course's, with a stack of layers ``body``; what comes before the
            last one is compared.
        loss: what discriminator and decoder minimise.
        noise: std of the Gaussian around the discriminator's features; 1 in the paper.
        beta: price of a nat of the KL.
        adversarial: weight of the decoder's adversarial loss. The paper multiplies the decoder's
            other term by a γ instead, and Adam does not see a common factor: this is 1/γ.

    Raises:
        UserError: as :class:`VAE`, and for a loss that compares samples in pairs.

    Paper: Larsen et al. 2016, arXiv:1512.09300. Taught in chapter 09.
    """

    noise: float = 1.0
    adversarial: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss.paired:
            raise UserError(
                f"The {self.loss.name} loss compares samples in pairs, and a VAE-GAN has two "
                f"generated samples for each real one; choose a loss of another kind."
            )

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The discriminator, then encoder and decoder."""
        return (
            Phase("discriminator", discriminator_objective),
            Phase("generator", generator_objective),
        )

    def deal(self, drawn: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Real samples, and (n, 2, latent): noise for their codes, and latents of the prior.

        Taught in chapter 09.
        """
        n, latent = len(drawn), self.generator.latent
        return drawn, torch.randn(n, 2, latent, generator=random, device=random.device)


def discriminator_objective(game: VAEGAN, real: Tensor, z: Tensor) -> Tensor:
    """Real samples against two kinds of fakes: reconstructions, and samples from the prior.

    Paper: Larsen et al. 2016, arXiv:1512.09300, equation 8. Taught in chapter 09.
    """
    noise, prior = z.unbind(1)
    with torch.no_grad():
        code = placed(*game.generator.encode(real), noise)
        fake = game.generator(torch.cat([code, prior]))
    return game.loss.discriminator(game.discriminator(real), game.discriminator(fake))


def generator_objective(game: VAEGAN, real: Tensor, z: Tensor) -> Tensor:
    """Features given back, a cheap code, and fakes that pass. The last is the decoder's alone.

    The encoder must not learn to make codes whose pictures pass, whatever was in the picture, so
    the codes are cut off before the adversarial term.

    Paper: Larsen et al. 2016, arXiv:1512.09300, algorithm 1. Taught in chapter 09.
    """
    noise, prior = z.unbind(1)
    mean, log_variance = game.generator.encode(real)
    code = placed(mean, log_variance, noise)
    seen, wanted = (
        hidden_features(game.discriminator, x).float() for x in (game.generator(code), real)
    )
    explained = gaussian_log_likelihood(wanted, seen, game.noise)
    bound = elbo(explained, gaussian_kl(mean, log_variance), game.beta).mean()
    fake = game.generator(torch.cat([code.detach(), prior]))
    return game.adversarial * game.loss.generator(game.discriminator(fake)) - bound
