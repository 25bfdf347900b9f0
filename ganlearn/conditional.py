"""The game with labels: the data are pairs (sample, class), and the generator is told the class.

It is the plain game of chapter 03, played at fixed labels: for each batch the discriminator becomes
a function of samples alone, ``lambda x: discriminator(with_planes(x, y))``, so every loss, penalty
and rule of the course works as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ganlearn import data
from ganlearn.data import SCHOOLS, Dataset, Mixture, Source
from ganlearn.data.source import changed
from ganlearn.errors import UserError
from ganlearn.game import ALTERNATING, PAIRED, Game, Objective, Phase, Player
from ganlearn.nets.conditional import (
    AuxiliaryDiscriminator,
    shares,
    with_planes,
    without_planes,
)
from ganlearn.rules import rule


@dataclass(frozen=True)
class Labelled:
    """A source whose samples carry their class: behind the channels one plane a class.

    Attributes:
        of: a labelled :class:`ganlearn.data.Dataset`, or a mixture, whose modes are the classes.

    Raises:
        UserError: when the samples have no labels.

    Taught in chapter 07.
    """

    of: Dataset | Mixture

    def __post_init__(self) -> None:
        if isinstance(self.of, Dataset) and self.of.labels is None:
            raise UserError(
                f"The dataset {self.of.name!r} has no labels, so nobody can be told a class; take "
                f"one with labels, such as data.digits()."
            )

    @property
    def classes(self) -> int:
        """How many classes there are."""
        if isinstance(self.of, Mixture):
            return len(self.of)
        return len(self.of.label_names) or int(self.of.labels.max()) + 1

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a sample with its planes."""
        first, *rest = self.of.shape
        return (first + self.classes, *rest)

    def to(self, device: torch.device | str) -> Labelled:
        """The same source on another device."""
        return changed(self, of=self.of.to(device))

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """n samples with the planes of their classes, (n, *shape)."""
        samples, labels = self.of.draw_labelled(n, generator)
        return with_planes(samples, shares(labels, self.classes))


def digits_by_class(size: int = 16) -> Labelled:
    """The digits of :func:`ganlearn.data.digits`, each with its class. Taught in chapter 07."""
    return Labelled(data.digits(size))


def paintings_by_school(
    n: int, size: int = 32, seed: int = 0, schools: Sequence[str] = SCHOOLS
) -> Labelled:
    """The paintings of :func:`ganlearn.data.paintings`, each with its school.

    Args:
        n, size, seed, schools: as there.

    Taught in chapter 07.
    """
    return Labelled(data.paintings(n, size, seed, schools))


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
        """Pictures as one, (1, channels, classes · height, columns · width): one row a class.

        Taught in chapter 07.
        """
        return rows(samples, z[:, self.generator.latent :].argmax(1))


def in_order(n: int, classes: int) -> Tensor:
    """n labels (n,), ascending, each class as often as the others to within one.

    Taught in chapter 07.
    """
    return torch.arange(n) * classes // n


def rows(pictures: Tensor, labels: Tensor) -> Tensor:
    """One row a class, as a single picture; points stay as they are.

    Args:
        pictures: (n, channels, height, width).
        labels: (n,). Every row is as long as the shortest.

    Returns:
        (1, channels, classes · height, columns · width).

    Taught in chapter 07.
    """
    if pictures.dim() != 4:
        return pictures
    present = labels.unique()
    columns = min(int((labels == label).sum()) for label in present)
    lines = [torch.cat([*pictures[labels == label][:columns]], dim=2) for label in present]
    return torch.cat(lines, dim=1)[None]


def ask(generator: nn.Module, labels: Tensor | Sequence[int], random: torch.Generator) -> Tensor:
    """What to give a conditional generator to get these classes: fresh noise, then the classes.

    Args:
        generator: has ``latent`` and ``classes``.
        labels: (n,) whole numbers; or shares (n, classes) for mixtures of classes.
        random: where the noise comes from.

    Returns:
        (n, latent + classes).

    Raises:
        UserError: when the generator knows no classes, or a label is none of them.

    Taught in chapter 07.
    """
    if not hasattr(generator, "classes"):
        raise UserError("This generator was not trained with classes, so it cannot be asked.")
    y = torch.as_tensor(labels)
    if y.dim() != 2:
        y = shares(y, generator.classes)
    elif y.shape[1] != generator.classes:
        raise UserError(
            f"Mixtures are given as shares of {generator.classes} classes, one column each; got "
            f"{y.shape[1]} columns."
        )
    noise = torch.randn(len(y), generator.latent, generator=random, device=random.device)
    return torch.cat([noise, y.to(noise)], dim=1)


def classification_loss(said: Tensor, y: Tensor) -> Tensor:
    """The mean cross-entropy, in nats, of the classes that an auxiliary classifier names.

    Args:
        said: (n, 1 + classes): a logit of being real, then one a class.
        y: shares (n, classes) of the right answer.

    Paper: Odena et al. 2017, arXiv:1610.09585, equation 3. Taught in chapter 07.
    """
    return cross_entropy(said[:, 1:], y)


@dataclass(frozen=True)
class AtFixedLabels:
    """An objective of the plain game, played by players who are told the class.

    Attributes:
        plain: the objective.
        player: who moves. Both answer for the generated samples' classes, the discriminator for
            those of real ones as well.
        auxiliary: weight of :func:`classification_loss`, for a discriminator that names classes.

    Paper: Odena et al. 2017, arXiv:1610.09585, for the auxiliary part. Taught in chapter 07.
    """

    plain: Objective
    player: Player
    auxiliary: float = 0.0

    def __call__(self, game: Game, real: Tensor, z: Tensor) -> Tensor:
        y = z[:, game.generator.latent :]

        def judge(x: Tensor) -> Tensor:
            said = game.discriminator(with_planes(x, y))
            return said if said.dim() == 1 else said[:, 0]

        loss = self.plain(Game(game.generator, judge, game.loss, random=game.random), real, z)
        if not self.auxiliary:
            return loss
        judged = [real] if self.player == "discriminator" else []
        with torch.set_grad_enabled(self.player == "generator"):
            judged.append(game.generator(z))
        named = (game.discriminator(with_planes(x, y)) for x in judged)
        return loss + self.auxiliary * sum(classification_loss(said, y) for said in named)

    @property
    def __name__(self) -> str:
        names = f", auxiliary {self.auxiliary:g}" if self.auxiliary else ""
        return f"{self.plain.__name__}, at fixed labels{names}"


def at_fixed_labels(phases: Sequence[Phase], auxiliary: float = 0.0) -> tuple[Phase, ...]:
    """Any order of play, such as :func:`ganlearn.rules.rule` makes, for a conditional game.

    Args:
        phases: of the plain game.
        auxiliary: weight of the classification; a lazy penalty goes without.

    Taught in chapter 07.
    """
    return tuple(
        replace(p, objective=AtFixedLabels(p.objective, p.player, 0.0 if p.lazy else auxiliary))
        for p in phases
    )


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
