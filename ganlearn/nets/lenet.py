"""A discriminator in the shape of LeNet-5, the convolutional network of 1998."""

from __future__ import annotations

from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.errors import UserError


class LeNetDiscriminator(nn.Module):
    """Pictures (n, channels, size, size) to logits (n,): two convolutions with pooling, three
    dense layers. Taught in chapter 04.
    """

    def __init__(self, size: int = 32, channels: int = 1) -> None:
        super().__init__()
        side = ((size - 4) // 2 - 4) // 2
        if side < 1:
            raise UserError(f"LeNet needs pictures of at least 16 pixels a side; got {size}.")
        self.body = nn.Sequential(
            nn.Conv2d(channels, 6, 5),
            nn.LeakyReLU(0.2),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.LeakyReLU(0.2),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * side * side, 120),
            nn.LeakyReLU(0.2),
            nn.Linear(120, 84),
            nn.LeakyReLU(0.2),
            nn.Linear(84, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).squeeze(1)


def lenet_discriminator(size: int = 32, channels: int = 1, *, seed: int = 0) -> LeNetDiscriminator:
    """A LeNet-style discriminator, to set beside the DCGAN's.

    Args:
        size: pixels a side, at least 16.
        channels: 1 for grey, 3 for colour.
        seed: of the first weights.

    Raises:
        UserError: when the pictures are too small for two 5 × 5 convolutions with pooling.

    Paper: LeCun et al. 1998, doi:10.1109/5.726791. Taught in chapter 04.
    """
    with runtime.seeded(seed):
        return LeNetDiscriminator(size, channels)
