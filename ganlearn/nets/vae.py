"""An encoder in front of a generator of the course, which then is the decoder of a VAE."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.nets.dcgan import DCGANDiscriminator, DCGANGenerator, initialise_dcgan
from ganlearn.nets.mlp import MLPDiscriminator, MLPGenerator


def hidden_features(discriminator: nn.Module, x: Tensor) -> Tensor:
    """What a discriminator has seen just before its last layer turns it into a logit.

    Args:
        discriminator: one whose layers are a stack ``body``, such as :func:`mlp`'s or
            :func:`dcgan`'s.
        x: samples (n, *shape).

    Returns:
        (n, hidden) of a fully connected one, (n, maps, 4, 4) of a DCGAN.

    Raises:
        UserError: when it has no such stack.

    Taught in chapter 09.
    """
    layers = getattr(discriminator, "body", None)
    if not isinstance(layers, nn.Sequential) or not layers:
        raise UserError(
            f"A {type(discriminator).__name__} has no stack of layers `body`, so there is no layer "
            f"before the last; use the discriminator of nets.mlp or nets.dcgan."
        )
    return layers[:-1](x.flatten(1) if isinstance(layers[0], nn.Linear) else x)


class Encoder(nn.Module):
    """Samples (n, *shape) to the mean and log variance of their latents, (n, latent) each.

    It is a discriminator with another last layer: one that says 2 · latent numbers and not one
    logit. Taught in chapter 09.
    """

    def __init__(self, discriminator: MLPDiscriminator | DCGANDiscriminator, latent: int) -> None:
        super().__init__()
        *trunk, last = discriminator.body
        if isinstance(last, nn.Linear):
            head = nn.Linear(last.in_features, 2 * latent)
        else:
            head = nn.Conv2d(last.in_channels, 2 * latent, last.kernel_size)
        self.body = nn.Sequential(*trunk, head)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        said = self.body[-1](hidden_features(self, x)).flatten(1).float()
        mean, log_variance = said.chunk(2, dim=1)
        return mean, log_variance


class Autoencoder(nn.Module):
    """An encoder and a decoder. Called with latents it is its decoder: a generator like others.

    Attributes:
        encoder: samples to (mean, log variance).
        decoder: a generator of the course as it is; latents (n, latent) to samples (n, *shape).
        latent: size of z.
        shape: of one sample.

    Paper: Kingma and Welling 2014, arXiv:1312.6114. Taught in chapter 09.
    """

    def __init__(self, encoder: Encoder, decoder: MLPGenerator | DCGANGenerator) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.latent, self.shape = decoder.latent, decoder.shape

    def forward(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Samples (n, *shape) to mean and log variance of z, (n, latent) each, float32.

        Taught in chapter 09.
        """
        return self.encoder(x)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Samples (n, *shape) to what the decoder makes of the means of their codes.

        Taught in chapter 09.
        """
        return self.decoder(self.encode(x)[0])


def mlp_vae(
    shape: Sequence[int], *, latent: int = 16, hidden: int = 128, depth: int = 2, seed: int = 0
) -> tuple[Autoencoder, MLPDiscriminator]:
    """The pair of :func:`mlp`, its generator with an encoder in front.

    Args:
        shape, latent, hidden, depth, seed: as in :func:`mlp`. Decoder and discriminator start with
            the very weights that it would give them.

    Paper: Kingma and Welling 2014, arXiv:1312.6114. Taught in chapter 09.
    """
    with runtime.seeded(seed):
        decoder = MLPGenerator(shape, latent, hidden, depth)
        discriminator = MLPDiscriminator(shape, hidden, depth)
        encoder = Encoder(MLPDiscriminator(shape, hidden, depth), latent)
    return Autoencoder(encoder, decoder), discriminator


def dcgan_vae(
    size: int = 32, channels: int = 1, *, latent: int = 64, width: int = 32, seed: int = 0
) -> tuple[Autoencoder, DCGANDiscriminator]:
    """The pair of :func:`dcgan`, its generator with an encoder in front.

    Args:
        size, channels, latent, width, seed: as in :func:`dcgan`. Decoder and discriminator start
            with the very weights that it would give them.

    Raises:
        UserError: when ``size`` is not a power of two from 8 up.

    Papers: Radford et al. 2016, arXiv:1511.06434; Larsen et al. 2016, arXiv:1512.09300. Taught in
    chapter 09.
    """
    with runtime.seeded(seed):
        decoder = DCGANGenerator(size, channels, latent, width)
        discriminator = DCGANDiscriminator(size, channels, width)
        for player in (decoder, discriminator):
            initialise_dcgan(player)
        encoder = Encoder(DCGANDiscriminator(size, channels, width), latent)
        initialise_dcgan(encoder)
    return Autoencoder(encoder, decoder), discriminator
