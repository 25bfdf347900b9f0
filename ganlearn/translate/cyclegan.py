"""Unpaired translation: two collections of pictures, and no picture of one belongs to the other."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganlearn import runtime
from ganlearn.data import Source
from ganlearn.errors import UserError
from ganlearn.game import Game, Phase
from ganlearn.losses import Loss, least_squares
from ganlearn.nets import initialise_dcgan
from ganlearn.translate.patchgan import PatchGAN
from ganlearn.translate.pool import Pool
from ganlearn.translate.unet import UNet


class Translators(nn.Module):
    """Both directions as one generator: a picture of each side in, one of each side out.

    Sides lie behind each other along the channels: (a | b) becomes (a made of b | b made of a).

    Args:
        a_to_b, b_to_a: the translators.

    Paper: Zhu et al. 2017, arXiv:1703.10593. Taught in chapter 13.
    """

    def __init__(self, a_to_b: UNet, b_to_a: UNet) -> None:
        super().__init__()
        self.a_to_b, self.b_to_a = a_to_b, b_to_a

    def forward(self, pair: Tensor) -> Tensor:
        a, b = self.sides(pair)
        return torch.cat([self.b_to_a(b), self.a_to_b(a)], dim=1)

    def sides(self, pair: Tensor) -> tuple[Tensor, Tensor]:
        """The picture of side A and the picture of side B. Taught in chapter 13."""
        a, b = pair.split([self.a_to_b.inputs, self.b_to_a.inputs], dim=1)
        return a, b


class Judges(nn.Module):
    """Both discriminators as one, with the pool of pictures from the past that they see.

    Args:
        of_a, of_b: each judges the pictures of one side.
        channels: of a picture of side A.
        pool: of pairs as :class:`Translators` makes them.

    The logits come as two maps, one of side A and one of side B.

    Paper: Zhu et al. 2017, arXiv:1703.10593. Taught in chapter 13.
    """

    def __init__(self, of_a: PatchGAN, of_b: PatchGAN, channels: int, pool: Pool) -> None:
        super().__init__()
        self.of_a, self.of_b, self.channels, self.pool = of_a, of_b, channels, pool

    def forward(self, pair: Tensor) -> tuple[Tensor, Tensor]:
        return self.of_a(pair[:, : self.channels]), self.of_b(pair[:, self.channels :])


@dataclass
class CycleGAN(Game):
    """Two translators against two discriminators, held together by going there and back.

    Attributes:
        generator: both :class:`Translators`.
        discriminator: both :class:`Judges`.
        loss: what each of them minimises on each side; the paper takes least squares.
        cycle: weight of the mean absolute difference after there and back.
        identity: weight of what a translator changes in pictures that are already on its far
            side; 0 leaves the term out.

    The paper's weights are 10 and, for photographs and paintings, 5. Its generators' least squares
    have no factor 1/2, ours do, so that the same balance is 5 and 2.5 here.

    Samples of its source are one picture of each side, (n, channels of A + of B, height, width);
    the two have nothing to do with each other.

    Paper: Zhu et al. 2017, arXiv:1703.10593. Taught in chapter 13.
    """

    loss: Loss = least_squares
    cycle: float = 5.0
    identity: float = 2.5

    def __post_init__(self) -> None:
        translator = self.generator.a_to_b
        if self.identity and translator.inputs != translator.outputs:
            raise UserError(
                f"Pictures of side A have {translator.inputs} channels and those of side B "
                f"{translator.outputs}, so neither translator can be given pictures of its far "
                f"side; set identity=0."
            )

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The discriminators, then the translators for all terms."""
        return (
            Phase("discriminator", discriminator_objective),
            Phase("generator", generator_objective),
        )

    def deal(self, drawn: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """What was drawn is both: real pictures to judge, and pictures to translate.

        Taught in chapter 13.
        """
        return drawn, drawn

    def latents(self, n: int, source: Source, random: torch.Generator) -> Tensor:
        """n pictures of each side from the source. Taught in chapter 13."""
        return source.draw(n, random)

    def beside(self, z: Tensor, samples: Tensor) -> Tensor:
        """A, made of A, B, made of B next to each other, (n, channels, height, 4 · width).

        Taught in chapter 13.
        """
        (a, b), (of_b, of_a) = self.generator.sides(z), self.generator.sides(samples)
        widest = max(a.shape[1], b.shape[1])  # a grey side beside a coloured one
        return torch.cat([x.expand(-1, widest, -1, -1) for x in (a, of_a, b, of_b)], dim=3)


def discriminator_objective(game: CycleGAN, real: Tensor, pair: Tensor) -> Tensor:
    """The discriminators tell real pictures from translated ones, half of them older.

    Paper: Zhu et al. 2017, arXiv:1703.10593, section 4. Taught in chapter 13.
    """
    with torch.no_grad():
        made = game.discriminator.pool(game.generator(pair))
    sides = zip(game.discriminator(real), game.discriminator(made), strict=True)
    return sum(game.loss.discriminator(right, wrong) for right, wrong in sides)


def generator_objective(game: CycleGAN, real: Tensor, pair: Tensor) -> Tensor:
    """The translators' side: to look right, to find the way back, to leave alone what is right.

    Paper: Zhu et al. 2017, arXiv:1703.10593, equation 3 and section 5.2. Taught in chapter 13.
    """
    made = game.generator(pair)
    total = sum(game.loss.generator(logits) for logits in game.discriminator(made))
    if game.cycle:
        total = total + game.cycle * cycle_loss(game, made, pair)
    if game.identity:
        total = total + game.identity * identity_loss(game, pair)
    return total


def cycle_loss(game: CycleGAN, made: Tensor, pair: Tensor) -> Tensor:
    """How far each picture is from itself after there and back: |a' - a| + |b' - b|, means.

    Args:
        game: has the translators.
        made: (n, channels, height, width) what they made of ``pair``.
        pair: where they began.

    Paper: Zhu et al. 2017, arXiv:1703.10593, equation 2. Taught in chapter 13.
    """
    return _difference(game, game.generator(made), pair)


def identity_loss(game: CycleGAN, pair: Tensor) -> Tensor:
    """What each translator changes in pictures that are already on its far side.

    Only where both sides have the same channels.

    Paper: Zhu et al. 2017, arXiv:1703.10593, section 5.2. Taught in chapter 13.
    """
    a, b = game.generator.sides(pair)
    kept = torch.cat([game.generator.b_to_a(a), game.generator.a_to_b(b)], dim=1)
    return _difference(game, kept, pair)


def _difference(game: CycleGAN, one: Tensor, other: Tensor) -> Tensor:
    sides = zip(game.generator.sides(one.float()), game.generator.sides(other), strict=True)
    return sum(F.l1_loss(mine, theirs) for mine, theirs in sides)


def cyclegan(
    size: int,
    channels: tuple[int, int] = (3, 3),
    *,
    width: int = 32,
    depth: int = 4,
    patch_depth: int = 2,
    pool: int = 50,
    seed: int = 0,
) -> tuple[Translators, Judges]:
    """Two translators and two discriminators with the paper's initialisation.

    Args:
        size: pixels on a side, for the pool; the networks themselves take any size.
        channels: of side A and of side B.
        width, depth, patch_depth: of each, as in :func:`pix2pix`.
        pool: pictures from the past that the discriminators may be shown.
        seed: of the first weights and of the pool.

    Paper: Zhu et al. 2017, arXiv:1703.10593. Taught in chapter 13.
    """
    a, b = channels
    with runtime.seeded(seed):
        translators = Translators(UNet(a, b, width, depth), UNet(b, a, width, depth))
        judged = PatchGAN(a, width, patch_depth), PatchGAN(b, width, patch_depth)
        judges = Judges(*judged, a, Pool((a + b, size, size), pool, seed))
        for player in (translators, judges):
            initialise_dcgan(player)
    return translators, judges
