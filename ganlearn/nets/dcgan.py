"""The convolutional players of Radford, Metz and Chintala (2016), for any power-of-two size."""

from __future__ import annotations

import itertools
import math

from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.errors import UserError


def stages(size: int) -> int:
    """How many doublings lead from a 4 × 4 feature map to a picture of ``size`` pixels a side.

    Raises:
        UserError: when ``size`` is not 8, 16, 32, 64, …
    """
    doublings = math.log2(size / 4) if size > 0 else 0
    if doublings < 1 or doublings != int(doublings):
        raise UserError(
            f"A DCGAN doubles a 4 x 4 map until the picture is there, so its size must be "
            f"8, 16, 32, 64, …; got {size}."
        )
    return int(doublings)


class DCGANGenerator(nn.Module):
    """Latents (n, latent) to pictures (n, channels, size, size) in (-1, 1).

    A transposed convolution turns z into a 4 × 4 map, each further one doubles the side and halves
    the number of feature maps. BatchNorm and ReLU follow every layer but the last, which has
    tanh. Taught in chapter 04.
    """

    def __init__(self, size: int = 32, channels: int = 1, latent: int = 64, width: int = 32):
        super().__init__()
        doublings = stages(size)
        self.latent = latent
        self.shape = (channels, size, size)
        maps = [width * 2**i for i in reversed(range(doublings))]
        layers = [nn.ConvTranspose2d(latent, maps[0], 4, 1, 0, bias=False), *_norm_relu(maps[0])]
        for before, after in itertools.pairwise(maps):
            layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), *_norm_relu(after)]
        layers += [nn.ConvTranspose2d(maps[-1], channels, 4, 2, 1), nn.Tanh()]
        self.body = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z[:, :, None, None])


def _norm_relu(maps: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(maps), nn.ReLU()]


class DCGANDiscriminator(nn.Module):
    """Pictures (n, channels, size, size) to logits (n,).

    Strided convolutions halve the side down to 4 × 4, and one more reads that map as a single
    logit. LeakyReLU everywhere; BatchNorm except after the first layer, which must see the data's
    own scale, and at the output. Taught in chapter 04.
    """

    def __init__(self, size: int = 32, channels: int = 1, width: int = 32):
        super().__init__()
        maps = [width * 2**i for i in range(stages(size))]
        layers: list[nn.Module] = [nn.Conv2d(channels, maps[0], 4, 2, 1), nn.LeakyReLU(0.2)]
        for before, after in itertools.pairwise(maps):
            layers += [
                nn.Conv2d(before, after, 4, 2, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2),
            ]
        self.body = nn.Sequential(*layers, nn.Conv2d(maps[-1], 1, 4, 1, 0))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).flatten()


def initialise_dcgan(network: nn.Module) -> None:
    """The paper's first weights: N(0, 0.02) for filters, N(1, 0.02) for BatchNorm's scale.

    The scale is centred at one: tutorials that draw it from N(0, 0.02), like the filters, start
    with a network that multiplies every feature map by nearly nothing.

    Paper: Radford et al. 2016, arXiv:1511.06434, section 4. Taught in chapter 04.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0.0, 0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)


def dcgan(
    size: int = 32, channels: int = 1, *, latent: int = 64, width: int = 32, seed: int = 0
) -> tuple[DCGANGenerator, DCGANDiscriminator]:
    """A DCGAN generator and discriminator with the paper's initialisation.

    Args:
        size: pixels a side; 8, 16, 32, 64, …
        channels: 1 for grey, 3 for colour.
        latent: size of z.
        width: feature maps next to the picture; they double with every halving of the side.
        seed: of the first weights.

    Raises:
        UserError: when ``size`` is not a power of two from 8 up.

    Paper: Radford et al. 2016, arXiv:1511.06434. Taught in chapter 04.
    """
    with runtime.seeded(seed):
        pair = (
            DCGANGenerator(size, channels, latent, width),
            DCGANDiscriminator(size, channels, width),
        )
        for player in pair:
            initialise_dcgan(player)
    return pair
