"""A pair made of residual blocks: what is learned is added to what comes in.

The generator normalises, the discriminator does not: there each layer's largest singular value is
held at 1 instead (spectral norm), so that it can be no steeper than its skips make it.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from ganlearn import runtime
from ganlearn.nets.dcgan import stages
from ganlearn.nets.labels import told, without_planes
from ganlearn.nets.spectral import spectrally_normalised
from ganlearn.nets.told_generators import ConditionalBatchNorm


class UpBlock(nn.Module):
    """(n, before, h, w) to (n, after, 2h, 2w): norm, ReLU, enlarge, convolve, twice; plus the skip.

    With classes the norms are :class:`ganlearn.nets.ConditionalBatchNorm`.

    Paper: Miyato et al. 2018, arXiv:1802.05957, table 4. Taught in chapter 07.
    """

    def __init__(self, before: int, after: int, classes: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([_norm(before, classes), _norm(after, classes)])
        self.first = nn.Conv2d(before, after, 3, 1, 1)
        self.second = nn.Conv2d(after, after, 3, 1, 1)
        self.skip = nn.Conv2d(before, after, 1)

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        inner = interpolate(_normed(self.norms[0], x, y).relu(), scale_factor=2)
        inner = self.second(_normed(self.norms[1], self.first(inner), y).relu())
        return inner + interpolate(self.skip(x), scale_factor=2)


class DownBlock(nn.Module):
    """(n, before, h, w) to (n, after, h/2, w/2): ReLU, convolve, twice, halve; plus the skip.

    Args:
        first: the block sees pictures, which no ReLU may cut.

    Paper: Miyato et al. 2018, arXiv:1802.05957, table 4. Taught in chapter 07.
    """

    def __init__(self, before: int, after: int, first: bool = False) -> None:
        super().__init__()
        self.enter = nn.Identity() if first else nn.ReLU()
        self.first = nn.Conv2d(before, after, 3, 1, 1)
        self.second = nn.Conv2d(after, after, 3, 1, 1)
        self.skip = nn.Conv2d(before, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.second(self.first(self.enter(x)).relu())
        return avg_pool2d(inner, 2) + self.skip(avg_pool2d(x, 2))


class ResidualGenerator(nn.Module):
    """Latents to pictures (n, channels, size, size) in (-1, 1), by one block a doubling.

    Attributes:
        latent: columns of noise.
        classes: columns of shares behind them; 0 for a generator that is told nothing.
        shape: of one picture.

    Papers: He et al. 2016, arXiv:1512.03385; Miyato et al. 2018, arXiv:1802.05957. Taught in
    chapter 07.
    """

    def __init__(self, size: int, channels: int, classes: int, latent: int, width: int) -> None:
        super().__init__()
        self.latent, self.classes, self.shape = latent, classes, (channels, size, size)
        self.first = nn.Linear(latent, width * 16)
        self.blocks = nn.ModuleList([UpBlock(width, width, classes) for _ in range(stages(size))])
        self.norm = nn.BatchNorm2d(width)
        self.last = nn.Conv2d(width, channels, 3, 1, 1)

    def forward(self, z: Tensor) -> Tensor:
        noise, y = told(z, self.latent, self.classes) if self.classes else (z, None)
        x = self.first(noise).unflatten(1, (-1, 4, 4))
        for block in self.blocks:
            x = block(x, y)
        return self.last(self.norm(x).relu()).tanh()


class ResidualDiscriminator(nn.Module):
    """Pictures to logits (n,), every layer under spectral norm; with classes by projection, and
    then its pictures come with their planes.

    Papers: Miyato et al. 2018, arXiv:1802.05957; Miyato and Koyama 2018, arXiv:1802.05637. Taught
    in chapter 07.
    """

    def __init__(self, size: int, channels: int, classes: int, width: int) -> None:
        super().__init__()
        self.classes = classes
        down = [
            DownBlock(width if i else channels, width, first=not i) for i in range(stages(size))
        ]
        self.trunk = nn.Sequential(*down, nn.ReLU())
        self.logit = nn.Linear(width, 1)
        self.embedding = nn.Linear(classes, width, bias=False) if classes else None

    def forward(self, x: Tensor) -> Tensor:
        if self.embedding is None:
            features = self.trunk(x).sum((2, 3))
            return self.logit(features).squeeze(1)
        x, y = without_planes(x, self.classes)
        features = self.trunk(x).sum((2, 3))
        return self.logit(features).squeeze(1) + (self.embedding(y) * features).sum(1)


def residual(
    size: int = 32,
    channels: int = 1,
    classes: int = 0,
    *,
    latent: int = 64,
    width: int = 32,
    seed: int = 0,
) -> tuple[ResidualGenerator, ResidualDiscriminator]:
    """A residual pair after SNGAN; told a class when there are any.

    Args:
        size: pixels a side; 8, 16, 32, 64, …
        channels: 1 for grey, 3 for colour.
        classes: how many the players are told; 0 for none.
        latent: columns of noise.
        width: feature maps everywhere.
        seed: of the first weights.

    Raises:
        UserError: when ``size`` is not a power of two from 8 up.

    Papers: Miyato et al. 2018, arXiv:1802.05957; Miyato and Koyama 2018, arXiv:1802.05637. Taught
    in chapter 07.
    """
    with runtime.seeded(seed):
        generator = ResidualGenerator(size, channels, classes, latent, width)
        discriminator = ResidualDiscriminator(size, channels, classes, width)
        for player in (generator, discriminator):
            _initialise(player)
        return generator, spectrally_normalised(discriminator)


def _norm(maps: int, classes: int) -> nn.Module:
    return ConditionalBatchNorm(maps, classes) if classes else nn.BatchNorm2d(maps)


def _normed(norm: nn.Module, x: Tensor, y: Tensor | None) -> Tensor:
    return norm(x) if y is None else norm(x, y)


def _initialise(network: nn.Module) -> None:
    """Glorot and Bengio 2010; √2 more inside the blocks, where a ReLU halves the signal."""
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d):
            inside = name.endswith(("first", "second"))
            nn.init.xavier_uniform_(layer.weight, 2**0.5 if inside else 1.0)
            nn.init.zeros_(layer.bias)
