"""The game with labels, for the trainer and for ensembles."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganlearn.conditional.asking import in_order, rows
from ganlearn.conditional.rule import at_fixed_labels
from ganlearn.data import Source
from ganlearn.game import ALTERNATING, PAIRED, Game, Phase
from ganlearn.nets import shares, with_planes, without_planes
from ganlearn.nets.told_discriminators import AuxiliaryDiscriminator
from ganlearn.rules import rule


@dataclass
class ConditionalGame(Game):
    """Two players who are both told the class.

    Attributes:
        generator: (noise | shares) to samples; has ``latent`` and ``classes``.
        discriminator: samples with planes to logits, such as those of
            :func:`ganlearn.nets.conditional`.
        loss: what each of them minimises.
        r1: weight of the discriminator's mean squared slope at the data, labels held fixed.
        auxiliary: weight of the classification that an auxiliary classifier adds for both players.

    Samples of its source are those of :class:`Labelled`. The generator is asked for the classes of
    the real batch, so that both sides have the same.

    Papers: Mirza and Osindero 2014, arXiv:1411.1784; Odena et al. 2017, arXiv:1610.09585. Taught in
    chapter 07.
    """

    r1: float = 0.1
    auxiliary: float = 1.0

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The rule with the penalty on the slope, at fixed labels."""
        plain = PAIRED if self.loss.paired else ALTERNATING
        if self.r1:
            plain = rule(penalties={"r1": self.r1})  # its moves ask the loss whether it is paired
        judged = isinstance(self.discriminator, AuxiliaryDiscriminator)
        return at_fixed_labels(plain, self.auxiliary if judged else 0.0)

    def deal(self, drawn: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """Real samples without their planes, and (noise | their classes) for the generator.

        Taught in chapter 07.
        """
        real, y = without_planes(drawn, self.generator.classes)
        return real, torch.cat([self._normal(len(real), random), y], dim=1)

    def latents(self, n: int, source: Source, random: torch.Generator) -> Tensor:
        """Fresh noise for n samples, the classes in order and as often as each other.

        Taught in chapter 07.
        """
        classes = self.generator.classes
        y = shares(in_order(n, classes), classes).to(random.device)
        return torch.cat([self._normal(n, random), y], dim=1)

    def beside(self, z: Tensor, samples: Tensor) -> Tensor:
        """Pictures as one, with one row a class: see :func:`rows`.

        Taught in chapter 07.
        """
        return rows(samples, z[:, self.generator.latent :].argmax(1))


class Pairs(nn.Module):
    """A conditional generator as one of pairs: it chooses a class, and gives it with the sample.

    In this form a conditional game is a plain one, on pairs, and an ensemble can play it. The class
    is the place of the largest of the last ``classes`` latents, so each is as likely as the others.

    Args:
        generator: (noise | shares) to samples.

    Taught in chapter 07.
    """

    def __init__(self, generator: nn.Module) -> None:
        super().__init__()
        self.generator, self.classes = generator, generator.classes
        self.latent = generator.latent + generator.classes

    def forward(self, z: Tensor) -> Tensor:
        last = z[:, -self.classes :]
        y = (last == last.amax(1, keepdim=True)).to(z.dtype)
        return with_planes(self.generator(torch.cat([z[:, : -self.classes], y], dim=1)), y)
