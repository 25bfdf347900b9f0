# %% [markdown]
# # Exercises 06 · Wasserstein and other games
#
# Five functions from [chapter 06](../chapters/06_wasserstein_and_other_games.ipynb): a loss with a
# corner, an exact distance, two penalties that much public code gets wrong, and the loss of a
# modern discriminator, put together from them.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour and a quarter in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
from ganlearn import data, losses, nets, penalties, plots, runtime
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn.functional import relu, softplus


# %% [markdown]
# ## 06.1 The hinge loss  ●○○
# *Importance ★★☆ · about 8 minutes*
#
# A discriminator that goes on pushing samples it has judged rightly long ago wastes its strength.
# The hinge loss lets go of them.
#
# **Write** `hinge(real, fake)`: the mean of what real scores lack of 1, plus the mean of what
# generated scores have above −1. Nothing is lacking or too much beyond the margin.
# **Expect** 2 when all scores are 0, and 0 when real scores are 1 and generated ones −1.
# **Stop** when the check passes and you see which samples still pull.
#
# <details><summary>Hint 1</summary>What does a real sample of score 3 cost, and one of
# 0.5?</details>
# <details><summary>Hint 2</summary>relu(t) is max(0, t), number by number.</details>
# <details><summary>Hint 3</summary>One mean for each side, and each outside of its relu.</details>

# %%
def hinge(real, fake):
    """The discriminator's hinge loss.

    Args:
        real: scores on data, of any shape.
        fake: scores on generated samples, of any shape.

    Returns:
        a scalar, at least 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("06.1", hinge):
    scores = torch.linspace(-3, 3, 200).requires_grad_()
    far = torch.tensor([9.0])
    figure, ax = plt.subplots(figsize=(6.4, 2.8))
    for side, name, color in ((0, "on data", plots.REAL), (1, "on generated", plots.FAKE)):
        costs = [hinge(s[None], -far) if side == 0 else hinge(far, s[None]) for s in scores]
        ax.plot(scores.detach(), torch.stack(costs).detach(), color=color, label=name)
    ax.set(xlabel="score", ylabel="loss of one sample", title="Beyond the margin nothing is paid")
    ax.legend()
    show(
        figure,
        alt="Loss of one sample over its score. On data it falls to 0 at score 1 and stays; on "
        "generated samples it is 0 up to minus 1 and then rises.",
    )


# %% [markdown]
# ## 06.2 W1 on a line  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# Two generators of numbers are to be compared with data; one made 15 numbers, the other 5. Sorting
# and pairing works for equal sizes only. The area between the staircases always works.
#
# **Write** `wasserstein(a, b)`: the exact $W_1$ of two sets of numbers, `(n,)` and `(m,)`, of any
# sizes, in any order.
# **Expect** 0 for {0, 1} and {0, 0, 1, 1}; 0.5 for {0} and {0, 1}.
# **Stop** when the check passes and you have seen how $W_1$ of two samples of one and the same
# distribution falls with their size.
#
# <details><summary>Hint 1</summary>Between two neighbours of all n + m numbers, both staircases are
# level. How high is each, and how wide is the step?</details>
# <details><summary>Hint 2</summary>ends = torch.cat([a, b]).sort().values; the widths are
# ends.diff(). The share of a up to a place t is (a <= t).double().mean().</details>
# <details><summary>Hint 3</summary>(a <= ends[:-1, None]).double().mean(1) is F at the left end of
# every step. The answer is the sum of |F − G| times the widths.</details>

# %%
def wasserstein(a, b):
    """The exact Wasserstein-1 distance of two sets of numbers.

    Args:
        a: (n,) float64.
        b: (m,) float64.

    Returns:
        a number, or a tensor with one.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
guess = None  # "a", "b" or "c"
predict(
    "Two samples of n numbers from one N(0, 1). Four times as many numbers: W1 becomes…",
    choices={"a": "half", "b": "a quarter", "c": "0: it is the same distribution"},
    guess=guess,
    answer="a",
    why={
        "a": "shares of n samples are off by about 1/√n, so is the area between the staircases.",
        "b": "that is how the variance of a mean falls; W1 is a distance, not its square.",
        "c": "the distributions are the same, the samples are not: W1 of samples is above 0.",
    },
)

# %% tags=["raises-exception"]
if check("06.2", wasserstein):
    random, sizes = runtime.generator(0), [10, 40, 160, 640]
    draw = lambda n: torch.randn(n, generator=random, dtype=torch.float64)
    found = [[float(wasserstein(draw(n), draw(n))) for _ in range(40)] for n in sizes]
    figure, ax = plt.subplots(figsize=(6.4, 2.8))
    ax.loglog(sizes, found, ".", color=plots.FAKE, alpha=0.3)
    ax.loglog(sizes, np.mean(found, 1), "o-", color=plots.TRUTH, label="mean of 40")
    ax.set_xticks(sizes, [str(n) for n in sizes])
    ax.minorticks_off()
    ax.set(xlabel="numbers in each sample", ylabel="W1", title="Two samples of one distribution")
    ax.legend()
    show(
        figure,
        alt="W1 of two samples of the same normal distribution over their size, on logarithmic "
        "axes: the mean falls in a straight line, by about a half for four times the size.",
    )
    steps = [a / b for a, b in zip(np.mean(found, 1), np.mean(found, 1)[1:], strict=False)]
    claim("factor for four times as many, smallest", min(steps), at_least=1.6)
    claim("factor for four times as many, largest", max(steps), at_most=2.5)


# %% [markdown]
# ## 06.3 The gradient penalty  ●●●
# *Importance ★★★ · about 20 minutes*
#
# Few lines have been published wrong so often. Yours will be tried on pictures of one and of three
# channels and on points, on critics that are linear, flat and bent.
#
# **Write** `gradient_penalty(critic, real, fake, generator)`: the two-sided penalty of WGAN-GP,
# $\mathbb E(\lVert\nabla f(\hat x)\rVert - 1)^2$, without its weight $\lambda$. One point on the
# line of each pair, from one number that `generator` draws. The critic must be able to learn from
# it, and whoever made `fake` must not.
# **Expect** 0 for a linear critic of slope 1, 4 for slope 3, 1 for a flat one, for any shape and
# any batch.
# **Stop** when the check passes and you see where your points lie.
#
# <details><summary>Hint 1</summary>Of which shape must u be, so that it meets samples of the shape
# (n, c, h, w) and of the shape (n, 2), one number a sample?</details>
# <details><summary>Hint 2</summary>torch.autograd.grad(scores.sum(), points, create_graph=True)
# gives a tuple with one gradient, of the shape of the points. flatten(1) leaves one row a
# sample.</details>
# <details><summary>Hint 3</summary>points = (real + u * (fake - real)).detach().requires_grad_(),
# with u = torch.rand(len(real), generator=generator).view(-1, *[1] * (real.dim() - 1)). For the
# length take norm(dim=1), not a root that you type.</details>

# %%
def gradient_penalty(critic, real, fake, generator):
    """The two-sided gradient penalty.

    Args:
        critic: samples to scores (n,).
        real: samples (n, ...).
        fake: the same shape.
        generator: the torch.Generator to draw from.

    Returns:
        a scalar from which the critic can learn.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("06.3", gradient_penalty):
    random, seen = runtime.generator(0), []
    real = data.ring(std=0.1).draw(60, random)
    fake = 0.3 * torch.randn(60, 2, generator=random)
    gradient_penalty(lambda x: seen.append(x.detach()) or x.sum(1), real, fake, random)
    figure, ax = plt.subplots(figsize=(4.6, 4.2))
    for a, b in zip(real, fake, strict=True):
        ax.plot(*torch.stack([a, b]).T, color="#bbbbbb", lw=0.7, zorder=0)
    plots.cloud(ax, fake, real=real, title="Where the critic was asked", limit=2.7)
    ax.plot(*seen[0].T, "x", color=plots.TRUTH, ms=5, label="points")
    ax.legend(fontsize=9, loc="upper right", markerscale=2)
    show(
        figure,
        alt="Sixty grey lines from the middle to eight places on a circle, with one black cross "
        "somewhere on each of them.",
    )


# %% [markdown]
# ## 06.4 R1  ●●○
# *Importance ★★★ · about 10 minutes*
#
# The penalty that most modern discriminators have. It is shorter than the last one, and there is
# still a way to get it wrong.
#
# **Write** `r1(critic, real)`: the mean over the batch of the squared slope of the *score*,
# $\lVert\nabla f(x)\rVert^2$, at the data. The weight $\gamma/2$ is not yours to apply.
# **Expect** 9 for a linear critic of slope 3.
# **Stop** when the check passes and the estimate with one direction agrees with yours.
#
# <details><summary>Hint 1</summary>It is 06.3 without the lines, the root and the 1.</details>
# <details><summary>Hint 2</summary>real does not require a gradient: take a detached copy that
# does.</details>
# <details><summary>Hint 3</summary>slope.flatten(1).square().sum(1).mean(): sum over a sample, mean
# over the batch.</details>

# %%
def r1(critic, real):
    """The mean squared slope of a critic at the data.

    Args:
        critic: samples to scores (n,).
        real: samples (n, ...).

    Returns:
        a scalar from which the critic can learn.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("06.4", r1):
    random = runtime.generator(0)
    _, critic = nets.mlp((2,), latent=2, hidden=64)
    x = data.ring().draw(256, random)
    with torch.no_grad():
        draws = [penalties.r1_jvp(critic, x, random).item() for _ in range(100)]
    ratio = np.mean(draws) / r1(critic, x).item()
    claim("mean of 100 estimates over your R1", ratio, at_least=0.9, at_most=1.1)
    claim("spread of an estimate over your R1", np.std(draws) / r1(critic, x).item(), at_most=0.2)


# %% [markdown]
# ## 06.5 A modern discriminator's loss  ●●●
# *Importance ★★★ · about 20 minutes*
#
# Relativistic pairing, R1 and R2, played lazily: the baseline of R3GAN in one function.
#
# **Write** `discriminator_loss(critic, real, fake, step, gamma, every)`:
# - the mean over pairs of $\operatorname{softplus}(-(f(x) - f(G(z))))$;
# - in the steps 0, every, 2·every, … also $\tfrac\gamma2 (R_1 + R_2)$, so heavy that its pull,
#   averaged over all steps, is that of a penalty at every step;
# - whoever made `fake` gets no gradient.
#
# You may use `penalties.r1(critic, x)`, which is your `r1`, at any samples.
# **Expect** log 2 for a flat critic, at any step.
# **Stop** when the check passes and you see what lazy play saves.
#
# <details><summary>Hint 1</summary>R2 is R1 with other samples.</details>
# <details><summary>Hint 2</summary>What is played once in `every` steps must weigh `every` times as
# much.</details>
# <details><summary>Hint 3</summary>fake = fake.detach() first; then
# softplus(critic(fake) - critic(real)).mean(); then, if step % every == 0, add
# every · gamma / 2 · (R1 + R2).</details>

# %%
def discriminator_loss(critic, real, fake, step, gamma, every):
    """Relativistic pairing with lazy R1 and R2.

    Args:
        critic: samples to scores (n,).
        real: samples (n, ...).
        fake: the same shape; may come with a gradient.
        step: number of the step, from 0.
        gamma: weight of the penalties.
        every: they are played every so many steps.

    Returns:
        a scalar.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("06.5", discriminator_loss):
    random = runtime.generator(0)
    _, critic = nets.mlp((2,), latent=2, hidden=64)
    real, fake = data.ring().draw(256, random), torch.randn(256, 2, generator=random)
    pull = lambda step, every: torch.cat(
        [
            g.flatten()
            for g in torch.autograd.grad(
                discriminator_loss(critic, real, fake, step, 1.0, every), list(critic.parameters())
            )
        ]
    )
    eager = pull(0, 1)
    lazy = torch.stack([pull(step, 4) for step in range(4)]).mean(0)
    off = (lazy - eager).norm() / eager.norm()
    claim("mean of four lazy gradients against the eager one, relative", off, at_most=1e-4)
    plain = losses.relativistic.discriminator(critic(real), critic(fake)).item()
    claim(
        "steps 1 to 3: your loss minus the plain pairs",
        discriminator_loss(critic, real, fake, 2, 1.0, 4).item() - plain,
        equals=0,
        tolerance=1e-6,
    )
