"""Paired translation: for every input picture there is the one that should come out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ganlearn import runtime
from ganlearn.data import Source
from ganlearn.game import Game, Phase
from ganlearn.nets import initialise_dcgan
from ganlearn.translate.patchgan import PatchGAN
from ganlearn.translate.unet import UNet


@dataclass
class Pix2Pix(Game):
    """A generator that translates pictures, and a discriminator that sees input and output.

    Attributes:
        generator: a :class:`UNet`, input pictures to output pictures.
        discriminator: a :class:`PatchGAN` on both together, input channels first.
        loss: what each of them minimises; the paper takes the loss of chapter 02.
        l1: weight of the mean absolute difference from the right output; 100 in the paper.

    Samples of its source are pairs (n, input channels + output channels, height, width).

    Paper: Isola et al. 2017, arXiv:1611.07004. Taught in chapter 13.
    """

    l1: float = 100.0

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The discriminator, then the generator for both terms."""
        return (
            Phase("discriminator", discriminator_objective),
            Phase("generator", generator_objective),
        )

    def deal(self, drawn: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """The right outputs, and the inputs, in place of latents: nothing is drawn.

        Taught in chapter 13.
        """
        inputs = self.generator.inputs
        return drawn[:, inputs:], drawn[:, :inputs]

    def latents(self, n: int, source: Source, random: torch.Generator) -> Tensor:
        """n input pictures from the source. Taught in chapter 13."""
        return self.deal(source.draw(n, random), random)[1]

    def beside(self, z: Tensor, samples: Tensor) -> Tensor:
        """Input and output next to each other, (n, channels, height, 2 · width).

        Taught in chapter 13.
        """
        return torch.cat([z.expand_as(samples), samples], dim=3)


def discriminator_objective(game: Pix2Pix, target: Tensor, x: Tensor) -> Tensor:
    """The discriminator tells right pairs (input, target) from made ones (input, output).

    It sees the input with both: a fine painting of other outlines is no right answer.

    Paper: Isola et al. 2017, arXiv:1611.07004, equation 1. Taught in chapter 13.
    """
    with torch.no_grad():
        made = game.generator(x)
    right, wrong = torch.cat([x, target], dim=1), torch.cat([x, made], dim=1)
    return game.loss.discriminator(game.discriminator(right), game.discriminator(wrong))


def generator_objective(game: Pix2Pix, target: Tensor, x: Tensor) -> Tensor:
    """The generator's side: to look right in patches, and to be right on average.

    Paper: Isola et al. 2017, arXiv:1611.07004, equation 4. Taught in chapter 13.
    """
    made = game.generator(x)
    adversarial = game.loss.generator(game.discriminator(torch.cat([x, made], dim=1)))
    return adversarial + game.l1 * F.l1_loss(made.float(), target)


def l1_objective(game: Pix2Pix, target: Tensor, x: Tensor) -> Tensor:
    """The mean absolute difference alone: the best answer to it is the conditional median.

    Taught in chapter 13.
    """
    return F.l1_loss(game.generator(x).float(), target)


L1_ALONE = (Phase("generator", l1_objective),)
"""No game at all: the generator learns the median of what could be right at each pixel."""


def pix2pix(
    inputs: int = 1,
    outputs: int = 3,
    *,
    width: int = 32,
    depth: int = 4,
    patch_depth: int = 2,
    seed: int = 0,
) -> tuple[UNet, PatchGAN]:
    """A translator and its discriminator with the paper's initialisation.

    Args:
        inputs, outputs: channels of the two kinds of pictures.
        width: feature maps after the first halving, of both.
        depth: halvings in the translator.
        patch_depth: halvings in the discriminator, which decide the size of a patch.
        seed: of the first weights.

    Paper: Isola et al. 2017, arXiv:1611.07004. Taught in chapter 13.
    """
    with runtime.seeded(seed):
        pair = UNet(inputs, outputs, width, depth), PatchGAN(inputs + outputs, width, patch_depth)
        for player in pair:
            initialise_dcgan(player)
    return pair
