r"""The losses of the game, as pure functions on logits.

A discriminator here returns a **logit** :math:`\ell`; the probability that chapter 02 calls
:math:`D(x)` is :math:`\sigma(\ell)`. Everything is written with softplus,

.. math:: -\log \sigma(\ell) = \mathrm{softplus}(-\ell), \qquad
          -\log(1 - \sigma(\ell)) = \mathrm{softplus}(\ell),

because ``log(sigmoid(x))`` is minus infinity from a logit of -104 on in float32 and its gradient
is not a number there, while softplus is a straight line.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from torch import Tensor
from torch.nn.functional import relu, softplus

from ganlearn.errors import UserError

Reduction = Literal["mean", "sum", "none"]
"""What is done with the single logits' losses: as in torch's own losses."""


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
    generator: Callable[..., Tensor]

    @property
    def paired(self) -> bool:
        """Whether the generator's side looks at real samples too."""
        return False


@dataclass(frozen=True)
class PairedLoss(Loss):
    """A loss in which each generated sample is compared with a real one.

    Attributes:
        name: the field's usual name for it.
        discriminator: (real_logits, fake_logits) to a scalar.
        generator: (fake_logits, real_logits) to a scalar.
    """

    @property
    def paired(self) -> bool:
        """The generator's side needs real logits."""
        return True


def discriminator_loss(
    real_logits: Tensor, fake_logits: Tensor, reduction: Reduction = "mean"
) -> Tensor:
    """Binary cross-entropy of telling real from fake: minus the value V(D, G) of the game.

    Args:
        real_logits: any shape; the discriminator's logits on data.
        fake_logits: any shape; its logits on generated samples. A patch discriminator's map of
            logits is averaged, and the two sides count the same whatever their sizes.
        reduction: over all logits of a side; the sides are added after it.

    Returns:
        A scalar, at least 0; 2·log 2 where the discriminator only guesses.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661, equation 1. Taught in chapter 02.
    """
    return both(softplus(-real_logits), softplus(fake_logits), reduction)


def smoothed_discriminator_loss(
    real_logits: Tensor, fake_logits: Tensor, target: float = 0.9, reduction: Reduction = "mean"
) -> Tensor:
    """Binary cross-entropy with the label ``target`` and not 1 on data, and still 0 on generated
    samples: one-sided label smoothing.

    The best answer is target · p / (p + q), so no logit on data need grow without end. Smoothing
    the other side as well would move the best answer towards data where there are only fakes.

    Args:
        real_logits: any shape; the discriminator's logits on data.
        fake_logits: any shape; its logits on generated samples.
        target: the label on data, above 0 and up to 1; with 1 nothing is smoothed.
        reduction: over all logits of a side.

    Returns:
        A scalar, at least 0.

    Paper: Salimans et al. 2016, arXiv:1606.03498, section 3.4. Taught in chapter 05.
    """
    on_data = target * softplus(-real_logits) + (1 - target) * softplus(real_logits)
    return both(on_data, softplus(fake_logits), reduction)


def minimax_generator_loss(fake_logits: Tensor, reduction: Reduction = "mean") -> Tensor:
    """E[log(1 - D(G(z)))], the generator's part of V(D, G), which it minimises.

    Its gradient with respect to a logit is -D: where the discriminator is sure that a sample is
    fake (D near 0), the generator learns nothing. The loss *saturates*.

    Args:
        fake_logits: any shape.
        reduction: over all logits.

    Returns:
        A scalar, at most 0.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661, equation 1. Taught in chapter 02.
    """
    return reduced(-softplus(fake_logits), reduction)


def non_saturating_generator_loss(fake_logits: Tensor, reduction: Reduction = "mean") -> Tensor:
    """-E[log D(G(z))]: the same fixed point as minimax, other gradients on the way.

    Its gradient with respect to a logit is D - 1, so it is largest where the generator is worst.
    It is not the negative of the discriminator's loss: the game is no longer zero-sum.

    Args:
        fake_logits: any shape.
        reduction: over all logits.

    Returns:
        A scalar, at least 0.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661, section 3. Taught in chapter 02.
    """
    return reduced(softplus(-fake_logits), reduction)


def least_squares_discriminator_loss(
    real_logits: Tensor, fake_logits: Tensor, reduction: Reduction = "mean"
) -> Tensor:
    """Half the mean square of what is missing: 1 is the target on data, 0 on generated samples.

    A discriminator's score is drawn to a number here and not through a sigmoid, so that a sample
    far on the right side still pulls back, and one far on the wrong side pulls hard.

    Args:
        real_logits: any shape; the discriminator's raw scores on data.
        fake_logits: any shape; its scores on generated samples. A patch discriminator's map is
            averaged.
        reduction: over all scores of a side.

    Returns:
        A scalar, at least 0; 1/4 where the discriminator says 1/2 to everything.

    Paper: Mao et al. 2017, arXiv:1611.04076, equation 9. Taught in chapter 13.
    """
    return both((real_logits - 1).square() / 2, fake_logits.square() / 2, reduction)


def least_squares_generator_loss(fake_logits: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Half the mean squared distance of the scores on generated samples from 1.

    Its gradient with respect to a score is proportional to (score - 1): no saturation on the
    generator's side however sure the discriminator is.

    Args:
        fake_logits: any shape.
        reduction: over all logits.

    Returns:
        A scalar, at least 0.

    Paper: Mao et al. 2017, arXiv:1611.04076, equation 9. Taught in chapter 13.
    """
    return reduced((fake_logits - 1).square() / 2, reduction)


def hinge_discriminator_loss(
    real_logits: Tensor, fake_logits: Tensor, reduction: Reduction = "mean"
) -> Tensor:
    """The mean of max(0, 1 - score) on data and of max(0, 1 + score) on generated samples.

    A sample that is on the right side of the margin by 1 or more pulls no longer, so the
    discriminator spends its strength on the doubtful ones.

    Args:
        real_logits: any shape; the discriminator's scores on data.
        fake_logits: any shape; its scores on generated samples.
        reduction: over all scores of a side.

    Returns:
        A scalar, at least 0; 2 where the discriminator says 0 to everything.

    Papers: Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, equation 16.
    Taught in chapter 06.
    """
    return both(relu(1 - real_logits), relu(1 + fake_logits), reduction)


def wasserstein_critic_loss(
    real_logits: Tensor, fake_logits: Tensor, reduction: Reduction = "mean"
) -> Tensor:
    """E[f(fake)] - E[f(real)]: minus the gap that the critic f opens between the two.

    The gap is a lower bound of the distance W1 when f is 1-Lipschitz, and means nothing when it is
    not: the loss has no bound, so a critic that may be as steep as it likes runs away. Keep it
    flat with :mod:`ganlearn.penalties`.

    Args:
        real_logits: any shape; the critic's scores on data.
        fake_logits: any shape; its scores on generated samples.
        reduction: over all scores of a side.

    Returns:
        A scalar of any sign; minus it estimates W1 from below, in the units of the samples.

    Paper: Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1. Taught in chapter 06.
    """
    return both(-real_logits, fake_logits, reduction)


def wasserstein_generator_loss(fake_logits: Tensor, reduction: Reduction = "mean") -> Tensor:
    """-E[f(fake)], which is also the generator's side of the hinge loss: raise the score.

    Args:
        fake_logits: any shape.
        reduction: over all logits.

    Returns:
        A scalar of any sign. Its gradient with respect to a score is the same everywhere.

    Paper: Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1. Taught in chapter 06.
    """
    return reduced(-fake_logits, reduction)


def relativistic_discriminator_loss(
    real_logits: Tensor, fake_logits: Tensor, reduction: Reduction = "mean"
) -> Tensor:
    """softplus(-(real - fake)), pair by pair: a real sample must score higher than a generated
    one, and how high either stands does not matter.

    Args:
        real_logits: any shape; the discriminator's scores on data.
        fake_logits: the same shape; its scores on generated samples.
        reduction: over all pairs.

    Returns:
        A scalar, at least 0; log 2 where the discriminator only guesses.

    Raises:
        UserError: when the two sides have different shapes and cannot be paired.

    Papers: Jolicoeur-Martineau 2019, arXiv:1807.00734; Huang et al. 2024, arXiv:2501.05441
    (R3GAN's baseline). Taught in chapter 06.
    """
    _pairs(real_logits, fake_logits)
    return reduced(softplus(fake_logits - real_logits), reduction)


def relativistic_generator_loss(
    fake_logits: Tensor, real_logits: Tensor, reduction: Reduction = "mean"
) -> Tensor:
    """softplus(-(fake - real)), the same pairs with the roles exchanged.

    Args:
        fake_logits: any shape; the discriminator's scores on generated samples.
        real_logits: the same shape; its scores on data.
        reduction: over all pairs.

    Returns:
        A scalar, at least 0; log 2 where the discriminator only guesses.

    Raises:
        UserError: when the two sides have different shapes and cannot be paired.

    Papers: Jolicoeur-Martineau 2019, arXiv:1807.00734; Huang et al. 2024, arXiv:2501.05441.
    Taught in chapter 06.
    """
    _pairs(real_logits, fake_logits)
    return reduced(softplus(real_logits - fake_logits), reduction)


def reduced(values: Tensor, reduction: Reduction) -> Tensor:
    """The mean or sum of all values, or the values as they are.

    Raises:
        UserError: when there is no reduction of that name.

    Taught in chapter 06.
    """
    if reduction not in get_args(Reduction):
        raise UserError(f"There is no reduction {reduction!r}; choose from mean, sum, none.")
    if reduction == "none":
        return values
    return values.sum() if reduction == "sum" else values.mean()


def both(real: Tensor, fake: Tensor, reduction: Reduction) -> Tensor:
    """The two sides of a discriminator's loss, each reduced and then added.

    Raises:
        UserError: when nothing is to be reduced and the sides have different shapes.

    Taught in chapter 06.
    """
    if reduction == "none":
        _pairs(real, fake)
    return reduced(real, reduction) + reduced(fake, reduction)


def _pairs(real: Tensor, fake: Tensor) -> None:
    if real.shape != fake.shape:
        raise UserError(
            f"The logits on data are of shape {tuple(real.shape)} and those on generated samples "
            f"of shape {tuple(fake.shape)}; this loss takes them in pairs, so give as many of each."
        )


def smoothed(target: float = 0.9) -> Loss:
    """The non-saturating loss with one-sided label smoothing: ``target`` is the label on data.

    Args:
        target: above 0 and up to 1.

    Raises:
        UserError: when it is neither.

    Paper: Salimans et al. 2016, arXiv:1606.03498, section 3.4. Taught in chapter 05.
    """
    if not 0 < target <= 1:
        raise UserError(f"A label on data of {target} is out of range; take one like 0.9.")
    return Loss(
        f"non-saturating, smoothed to {target:g}",
        functools.partial(smoothed_discriminator_loss, target=target),
        non_saturating_generator_loss,
    )


minimax = Loss("minimax", discriminator_loss, minimax_generator_loss)
non_saturating = Loss("non-saturating", discriminator_loss, non_saturating_generator_loss)
smoothed_non_saturating = smoothed(0.9)
least_squares = Loss(
    "least squares", least_squares_discriminator_loss, least_squares_generator_loss
)
hinge = Loss("hinge", hinge_discriminator_loss, wasserstein_generator_loss)
wasserstein = Loss("wasserstein", wasserstein_critic_loss, wasserstein_generator_loss)
relativistic = PairedLoss(
    "relativistic", relativistic_discriminator_loss, relativistic_generator_loss
)

EVERY = {
    loss.name: loss
    for loss in (
        non_saturating,
        minimax,
        smoothed_non_saturating,
        least_squares,
        hinge,
        wasserstein,
        relativistic,
    )
}
"""All losses by name."""
