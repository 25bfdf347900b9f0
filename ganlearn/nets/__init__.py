"""Networks, as (generator, discriminator) pairs that fit each other.

Generators take latents (n, latent) and return samples (n, *shape); pictures lie in [-1, 1].
Discriminators take samples and return one logit a sample, shape (n,).
"""

from ganlearn.nets.conditional import conditional, conditional_mlp
from ganlearn.nets.dcgan import DCGANDiscriminator, DCGANGenerator, dcgan, initialise_dcgan
from ganlearn.nets.labels import shares, with_planes, without_planes
from ganlearn.nets.lenet import LeNetDiscriminator, lenet_discriminator
from ganlearn.nets.minibatch import BatchwiseDiscriminator, batchwise_mlp, minibatch_std
from ganlearn.nets.mlp import MLPDiscriminator, MLPGenerator, mlp
from ganlearn.nets.plain_residual import plain_residual
from ganlearn.nets.residual import residual
from ganlearn.nets.shipped import shipped, shipped_names
from ganlearn.nets.spectral import spectrally_normalised
from ganlearn.nets.stored import model_card, stored, stored_names
from ganlearn.nets.told_generators import ConditionalBatchNorm
from ganlearn.nets.vae import Autoencoder, Encoder, dcgan_vae, hidden_features, mlp_vae

__all__ = [
    "Autoencoder",
    "BatchwiseDiscriminator",
    "ConditionalBatchNorm",
    "DCGANDiscriminator",
    "DCGANGenerator",
    "Encoder",
    "LeNetDiscriminator",
    "MLPDiscriminator",
    "MLPGenerator",
    "batchwise_mlp",
    "conditional",
    "conditional_mlp",
    "dcgan",
    "dcgan_vae",
    "hidden_features",
    "initialise_dcgan",
    "lenet_discriminator",
    "minibatch_std",
    "mlp",
    "mlp_vae",
    "model_card",
    "plain_residual",
    "residual",
    "shares",
    "shipped",
    "shipped_names",
    "spectrally_normalised",
    "stored",
    "stored_names",
    "with_planes",
    "without_planes",
]
