"""Discriminators that are told a class, in three ways; all are called with samples and planes."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from ganlearn.nets.labels import without_planes


class ConcatenationDiscriminator(nn.Module):
    """Samples with planes to logits (n,): the class comes in as more channels.

    Paper: Mirza and Osindero 2014, arXiv:1411.1784. Taught in chapter 07.
    """

    def __init__(self, trunk: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.trunk, self.classes = trunk, classes
        self.logit = nn.Linear(features, 1)

    def forward(self, pair: Tensor) -> Tensor:
        return self.logit(self.trunk(pair)).squeeze(1)


class ProjectionDiscriminator(nn.Module):
    """Samples with planes to logits (n,): ψ(φ(x)) plus the inner product of φ(x) with a vector
    that belongs to the class.

    Attributes:
        trunk: φ, samples without planes to features (n, features).
        logit: ψ, how real the sample is whatever its class.
        embedding: the classes' vectors; a mixture of classes has the mixture of their vectors.

    Paper: Miyato and Koyama 2018, arXiv:1802.05637. Taught in chapter 07.
    """

    def __init__(self, trunk: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.trunk, self.classes = trunk, classes
        self.logit = nn.Linear(features, 1)
        self.embedding = nn.Linear(classes, features, bias=False)

    def forward(self, pair: Tensor) -> Tensor:
        x, y = without_planes(pair, self.classes)
        features = self.trunk(x)
        return self.logit(features).squeeze(1) + (self.embedding(y) * features).sum(1)


class AuxiliaryDiscriminator(nn.Module):
    """Samples with planes to (n, 1 + classes): a logit, and what it takes the class to be.

    It does not look at the planes; they are there so that all three are called alike.

    Paper: Odena et al. 2017, arXiv:1610.09585. Taught in chapter 07.
    """

    def __init__(self, trunk: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.trunk, self.classes = trunk, classes
        self.head = nn.Linear(features, 1 + classes)

    def forward(self, pair: Tensor) -> Tensor:
        return self.head(self.trunk(without_planes(pair, self.classes)[0]))


JUDGES: dict[str, Callable[..., nn.Module]] = {
    "concatenation": ConcatenationDiscriminator,
    "auxiliary": AuxiliaryDiscriminator,
    "projection": ProjectionDiscriminator,
}
"""The three ways to tell a discriminator, by name."""
