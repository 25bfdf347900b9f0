r"""Penalties on the slope of a discriminator, as pure functions of it and of samples.

Each takes a ``critic``: any function from samples (n, \*shape) to logits, one a sample or a map of
them. A conditional discriminator becomes one by fixing its labels:
``lambda x: discriminator(x, labels)``. Slopes are computed in float32 also under autocast, because
a square root and a difference of nearly equal numbers follow.

Write your own only with a test beside it. Of the public versions of these few lines, many took the
norm over the channels of each pixel, or over the whole batch, or drew one point on the line for
all samples; chapter 06 shows what each of these does.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.nn.functional import relu

from ganlearn.errors import UserError

Critic = Callable[[Tensor], Tensor]
"""Samples (n, *shape) to logits (n,) or maps of logits (n, …)."""

Term = Callable[[Critic, Tensor, Tensor, torch.Generator], Tensor]
"""(critic, real samples, generated samples, source of random numbers) to a scalar."""


def slopes(critic: Critic, x: Tensor) -> Tensor:
    """How steep a critic is at each sample: the Euclidean norm of its gradient there.

    Args:
        critic: samples to logits; a map of logits counts by its mean.
        x: (n, *shape).

    Returns:
        (n,), at least 0, in logits per unit of x; differentiable by the critic's parameters. Its
        own gradient where a slope is exactly 0 is taken as 0.

    Raises:
        UserError: when the critic does not give one row a sample.

    Paper: Gulrajani et al. 2017, arXiv:1704.00028. Taught in chapter 06.
    """
    return torch.linalg.vector_norm(gradients(critic, x).flatten(1), dim=1)


def squared_slopes(critic: Critic, x: Tensor) -> Tensor:
    """The square of :func:`slopes`, (n,), without a root on the way. Taught in chapter 06."""
    return gradients(critic, x).flatten(1).square().sum(1)


def gradients(critic: Critic, x: Tensor) -> Tensor:
    """The gradient of each sample's logit by that sample, (n, *shape), in float32 or finer.

    Two ways lead there, and they agree (tested). Ordinary autograd is taken wherever it can be,
    for it is the only one that takes a BatchNorm in training mode. Under ``vmap`` and
    ``torch.compile`` it cannot be differentiated a second time, so there ``torch.func`` does it.
    What to compile is the *function* that holds the penalty, with its points drawn outside, and
    never the critic alone: a compiled module refuses the second derivative.

    Args:
        critic: samples to logits.
        x: (n, *shape).

    Raises:
        UserError: when the critic does not give one row a sample.

    Taught in chapter 06.
    """
    with torch.autocast(x.device.type, enabled=False):
        x = _fine(x)
        if torch.compiler.is_compiling() or _transformed():
            return torch.func.grad(lambda at: _total(critic, at))(x)
        create_graph = torch.is_grad_enabled()
        with torch.enable_grad():
            x.requires_grad_()
            (found,) = torch.autograd.grad(_total(critic, x), x, create_graph=create_graph)
        return found


def gradient_penalty(
    critic: Critic, real: Tensor, fake: Tensor, random: torch.Generator, one_sided: bool = False
) -> Tensor:
    """The mean of (slope - 1)² at random points between real and generated samples.

    A critic that is optimal for W1 has slope 1 almost everywhere on these lines.

    Args:
        critic: samples to logits.
        real: (n, *shape).
        fake: the same shape.
        random: draws one point on each line, uniformly.
        one_sided: only slopes above 1 cost; the critic must not be steeper, but may be flatter.

    Returns:
        A scalar, at least 0; 0 for a linear critic of slope 1, for any n and any shape.

    Raises:
        UserError: when there is not one generated sample for each real one.

    Paper: Gulrajani et al. 2017, arXiv:1704.00028, equation 3 and section 4. Taught in chapter 06.
    """
    excess = slopes(critic, between(real, fake, random)) - 1
    return (relu(excess) if one_sided else excess).square().mean()


def between(real: Tensor, fake: Tensor, random: torch.Generator) -> Tensor:
    """One point on each line from a real to a generated sample, (n, *shape).

    Args:
        real: (n, *shape).
        fake: the same shape.
        random: draws where on the line, uniformly: one number a sample, the same for its pixels.

    Raises:
        UserError: when the shapes differ.

    Paper: Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1. Taught in chapter 06.
    """
    if real.shape != fake.shape:
        raise UserError(
            f"The real samples are of shape {tuple(real.shape)} and the generated ones of shape "
            f"{tuple(fake.shape)}; a line from one to the other needs as many of each."
        )
    at = torch.rand(len(real), generator=random, device=real.device)
    real, fake = _fine(real), _fine(fake)
    return torch.lerp(real, fake, _a_sample(at, real).to(real.dtype))


def dragan(critic: Critic, real: Tensor, random: torch.Generator, spread: float = 0.5) -> Tensor:
    """The mean of (slope - 1)² near the data: at real samples with normal noise on them.

    Args:
        critic: samples to logits.
        real: (n, *shape).
        random: draws the noise, for every number of every sample.
        spread: of the noise, relative to the standard deviation of the whole batch.

    Returns:
        A scalar, at least 0.

    Paper: Kodali et al. 2017, arXiv:1705.07215, equation 6. Taught in chapter 06.
    """
    noise = torch.randn(real.shape, generator=random, device=real.device)
    around = _fine(real)
    around = around + spread * around.std(correction=0) * noise
    return (slopes(critic, around) - 1).square().mean()


def r1(critic: Critic, real: Tensor) -> Tensor:
    """The mean squared slope at real samples; the papers weight it with γ/2.

    It pulls the discriminator to be flat where the data are, which is what makes the Dirac-GAN of
    chapter 02 come to rest.

    Args:
        critic: samples to logits, not to probabilities.
        real: (n, *shape).

    Returns:
        A scalar, at least 0; ‖w‖² for the linear critic w·x + b.

    Paper: Mescheder et al. 2018, arXiv:1801.04406, equation 9. Taught in chapter 06.
    """
    return squared_slopes(critic, real).mean()


def r2(critic: Critic, fake: Tensor) -> Tensor:
    """The mean squared slope at generated samples; the papers weight it with γ/2.

    Args:
        critic: samples to logits.
        fake: (n, *shape); no gradient goes to the generator.

    Returns:
        A scalar, at least 0.

    Paper: Mescheder et al. 2018, arXiv:1801.04406, equation 10. Taught in chapter 06.
    """
    return squared_slopes(critic, fake).mean()


def r1_finite_difference(
    critic: Critic, real: Tensor, random: torch.Generator, step: float = 0.01
) -> Tensor:
    """R1 without differentiating twice: the mean of ((f(x + s·e) - f(x)) / s)², e normal.

    In one random direction the squared slope has, on average, the size of the whole: the estimate
    is unbiased up to terms of the order s². A single sample's has a standard deviation of √2 times
    its value, so that the mean of n samples of equal slope spreads by √(2/n) of itself.

    Args:
        critic: samples to logits.
        real: (n, *shape).
        random: draws the directions.
        step: s, in units of x. Too large sees curvature, too small sees rounding.

    Returns:
        A scalar, at least 0.

    Paper: Lin et al. 2025, arXiv:2501.08316, section 3.4. Taught in chapter 06.
    """
    with torch.autocast(real.device.type, enabled=False):
        real = _fine(real)
        direction = torch.randn(real.shape, generator=random, device=real.device, dtype=real.dtype)
        rise = _one_each(critic(real + step * direction)) - _one_each(critic(real))
        return (rise / step).square().mean()


def r1_jvp(critic: Critic, real: Tensor, random: torch.Generator) -> Tensor:
    """R1 by forward differentiation in one random direction a sample: the limit s → 0 of
    :func:`r1_finite_difference`, with the same spread and no step to choose.

    Args:
        critic: samples to logits; without BatchNorm in training mode.
        real: (n, *shape).
        random: draws the directions.

    Returns:
        A scalar, at least 0; unbiased.

    Paper: Hutchinson 1990, doi:10.1080/03610919008812866. Taught in chapter 06.
    """
    with torch.autocast(real.device.type, enabled=False):
        real = _fine(real).contiguous()  # an expanded tensor has no forward derivative
        direction = torch.randn(real.shape, generator=random, device=real.device, dtype=real.dtype)
        return _rise(lambda x: _one_each(critic(x)), real, direction).square().mean()


@torch.no_grad()
def clip_weights(parameters: Iterable[Tensor], bound: float) -> None:
    """Cut every weight to [-bound, bound], in place, after a step of the critic.

    It bounds the critic's slope by some number that nobody chose, and drives the weights to the
    two ends; a penalty does better. With it the paper takes RMSprop.

    Args:
        parameters: of the critic.
        bound: the largest weight; the paper's is 0.01.

    Paper: Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1. Taught in chapter 06.
    """
    for parameter in parameters:
        parameter.clamp_(-bound, bound)


TERMS: dict[str, Term] = {
    "wgan-gp": gradient_penalty,
    "wgan-gp, one-sided": lambda critic, real, fake, random: gradient_penalty(
        critic, real, fake, random, one_sided=True
    ),
    "dragan": lambda critic, real, fake, random: dragan(critic, real, random),
    "r1": lambda critic, real, fake, random: r1(critic, real),
    "r2": lambda critic, real, fake, random: r2(critic, fake),
    "r1, finite difference": lambda critic, real, fake, random: r1_finite_difference(
        critic, real, random
    ),
    "r1, jvp": lambda critic, real, fake, random: r1_jvp(critic, real, random),
}
"""The penalties by name, all called in the same way."""


def _rise(f: Critic, x: Tensor, direction: Tensor) -> Tensor:
    if torch.compiler.is_compiling():
        return torch.func.jvp(f, (x,), (direction,))[1]
    with warnings.catch_warnings():
        # torch scripts some of its own derivatives at their first use, and complains about it.
        warnings.simplefilter("ignore", FutureWarning)
        return torch.func.jvp(f, (x,), (direction,))[1]


def _fine(x: Tensor) -> Tensor:
    """The samples by themselves, not where they come from, in float32 unless they are finer."""
    return x.detach().to(torch.promote_types(x.dtype, torch.float32))


def _transformed() -> bool:
    """Whether this runs inside vmap or another transform of torch.func."""
    return torch._C._functorch.maybe_current_level() is not None


def _total(critic: Critic, x: Tensor) -> Tensor:
    return _one_each(critic(x)).sum()


def _one_each(logits: Tensor) -> Tensor:
    """One logit a sample; a patch discriminator's map counts by its mean."""
    if logits.dim() == 0:
        raise UserError(
            "The critic gave a single number for the whole batch; it must give one a sample."
        )
    return logits if logits.dim() == 1 else logits.flatten(1).mean(1)


def _a_sample(numbers: Tensor, like: Tensor) -> Tensor:
    """(n,) as (n, 1, 1, …), to go with samples of any shape."""
    return numbers.reshape(-1, *[1] * (like.dim() - 1))
