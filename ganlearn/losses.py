r"""The losses of the game, as pure functions on logits.

A discriminator here returns a **logit** :math:`\ell`; the probability that chapter 02 calls
:math:`D(x)` is :math:`\sigma(\ell)`. Everything is written with softplus,

.. math:: -\log \sigma(\ell) = \mathrm{softplus}(-\ell), \qquad
          -\log(1 - \sigma(\ell)) = \mathrm{softplus}(\ell),

because ``log(sigmoid(x))`` is minus infinity from a logit of -104 on in float32 and its gradient
is not a number there, while softplus is a straight line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import softplus


@dataclass(frozen=True)
class Loss:
    """What each player minimises.

    Attributes:
        name: the field's usual name for it.
        discriminator: (real_logits, fake_logits) to a scalar.
        generator: (fake_logits) to a scalar.
    """

    name: str
    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Binary cross-entropy of telling real from fake: minus the value V(D, G) of the game.

    Args:
        real_logits: any shape; the discriminator's logits on data.
        fake_logits: any shape; its logits on generated samples. A patch discriminator's map of
            logits is averaged, and the two sides count the same whatever their sizes.

    Returns:
        A scalar, at least 0; 2·log 2 where the discriminator only guesses.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661, equation 1. Taught in chapter 02.
    """
    return softplus(-real_logits).mean() + softplus(fake_logits).mean()


def minimax_generator_loss(fake_logits: Tensor) -> Tensor:
    """E[log(1 - D(G(z)))], the generator's part of V(D, G), which it minimises.

    Its gradient with respect to a logit is -D: where the discriminator is sure that a sample is
    fake (D near 0), the generator learns nothing. The loss *saturates*.

    Args:
        fake_logits: any shape.

    Returns:
        A scalar, at most 0.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661, equation 1. Taught in chapter 02.
    """
    return -softplus(fake_logits).mean()


def non_saturating_generator_loss(fake_logits: Tensor) -> Tensor:
    """-E[log D(G(z))]: the same fixed point as minimax, other gradients on the way.

    Its gradient with respect to a logit is D - 1, so it is largest where the generator is worst.
    It is not the negative of the discriminator's loss: the game is no longer zero-sum.

    Args:
        fake_logits: any shape.

    Returns:
        A scalar, at least 0.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661, section 3. Taught in chapter 02.
    """
    return softplus(-fake_logits).mean()


def least_squares_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Half the mean square of what is missing: 1 is the target on data, 0 on generated samples.

    A discriminator's score is drawn to a number here and not through a sigmoid, so that a sample
    far on the right side still pulls back, and one far on the wrong side pulls hard.

    Args:
        real_logits: any shape; the discriminator's raw scores on data.
        fake_logits: any shape; its scores on generated samples. A patch discriminator's map is
            averaged.

    Returns:
        A scalar, at least 0; 1/4 where the discriminator says 1/2 to everything.

    Paper: Mao et al. 2017, arXiv:1611.04076, equation 9. Taught in chapter 13.
    """
    return ((real_logits - 1).square().mean() + fake_logits.square().mean()) / 2


def least_squares_generator_loss(fake_logits: Tensor) -> Tensor:
    """Half the mean squared distance of the scores on generated samples from 1.

    Its gradient with respect to a score is proportional to (score - 1): no saturation on the
    generator's side however sure the discriminator is.

    Args:
        fake_logits: any shape.

    Returns:
        A scalar, at least 0.

    Paper: Mao et al. 2017, arXiv:1611.04076, equation 9. Taught in chapter 13.
    """
    return (fake_logits - 1).square().mean() / 2


minimax = Loss("minimax", discriminator_loss, minimax_generator_loss)
non_saturating = Loss("non-saturating", discriminator_loss, non_saturating_generator_loss)
least_squares = Loss(
    "least squares", least_squares_discriminator_loss, least_squares_generator_loss
)
