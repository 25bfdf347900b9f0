# %% [markdown]
# # Exercises 02 · The minimax game
#
# Five functions, each a few lines long, from [chapter 02](../chapters/02_the_minimax_game.ipynb).
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
import math

from ganlearn import data, plots
from ganlearn.checks import check
from ganlearn.notebook import show

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import softplus

# %% [markdown]
# ## 02.1 The best discriminator  ●○○
# *Importance ★★★ · about 10 minutes*
#
# A discriminator sees samples of which a share `shown_real` is real; chapter 02 had one half. Let
# $s$ be this share. On average it is paid
#
# $$\int s\,p(x) \log D(x) + (1 - s)\,q(x) \log(1 - D(x))\,dx .$$
#
# - **Write** the $D$ that is paid most, from the densities at some places.
# - **Expect** 0.8 for $p = 0.4$, $q = 0.1$ and $s = 0.5$, but 0.31 for $s = 0.1$.
# - **Stop** when the check passes and a picture shows what the share does.
#
# <details><summary>Hint 1</summary>At one place this is a log y + b log(1 − y). What are a and b
# now?</details>
# <details><summary>Hint 2</summary>The largest reward is at y = a / (a + b), with a = s·p and
# b = (1 − s)·q.</details>


# %%
def best_discriminator(p, q, shown_real):
    """The best answer D at some places.

    Args:
        p, q: densities of data and generator at these places; any shape, positive.
        shown_real: share of real samples among those shown, between 0 and 1.

    Returns:
        D, in the shape of p, between 0 and 1.
    """
    ### BEGIN SOLUTION
    real, fake = shown_real * p, (1 - shown_real) * q
    return real / (real + fake)
    ### END SOLUTION


# %%
if check("02.1", best_discriminator):
    x = torch.linspace(-5, 5, 401)
    p = data.Mixture([[-1.5], [1.5]], std=[0.5, 0.8], weights=[0.4, 0.6]).density(x[:, None])
    q = data.Mixture([[0.3]], std=1.4).density(x[:, None])
    figure, ax = plt.subplots()
    for share in (0.9, 0.5, 0.1):
        ax.plot(x, best_discriminator(p, q, share), label=f"{share:.0%} of the samples are real")
    ax.fill_between(x, p, color=plots.REAL, alpha=0.15, lw=0)
    ax.fill_between(x, q, color=plots.FAKE, alpha=0.15, lw=0)
    ax.set(xlabel="x", ylabel="D(x)", ylim=(0, 1), title="The same data, other shares")
    ax.legend(fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    show(figure, alt="Three curves with two humps each; the more samples are real, the higher.")

# %% [markdown] tags=["solution"]
# The proof of the chapter with a = s·p and b = (1 − s)·q. In logits the share is a constant that is
# added: log p/q + log s/(1 − s). That is why a discriminator trained on equal shares can be mended
# for others without training.

# %% [markdown]
# ## 02.2 The loss of the discriminator  ●●○
# *Importance ★★★ · about 15 minutes*
#
# - **Write** $L_D = -V$ on logits: the mean of $-\log D$ over the real samples plus the mean of
#   $-\log(1 - D)$ over the fakes, $D = \sigma(\ell)$. It has to hold
#   - for logits of any shape, and for more fakes than reals: both sides count the same;
#   - for logits like ±1000, value and gradient.
# - **Expect** $2 \log 2 \approx 1.386$ when all logits are 0, and 2000 when the discriminator says
#   −1000 to a real and +1000 to a fake sample.
#
# <details><summary>Hint 1</summary>torch.log(torch.sigmoid(x)) is −inf from x = −104 on. What
# did the chapter put in its place?</details>
# <details><summary>Hint 2</summary>−log σ(x) = softplus(−x) and −log(1 − σ(x)) = softplus(x).
# </details>
# <details><summary>Hint 3</summary>Two means, one for each side, then their sum. A mean over both
# sides in one batch lets the larger one weigh more.</details>


# %%
def discriminator_loss(real_logits, fake_logits):
    """What the discriminator lowers: a scalar, from logits of any two shapes."""
    ### BEGIN SOLUTION
    return softplus(-real_logits).mean() + softplus(fake_logits).mean()
    ### END SOLUTION


# %%
check("02.2", discriminator_loss)

# %% [markdown] tags=["solution"]
# `torch.nn.functional.binary_cross_entropy_with_logits`, once with ones and once with zeros for
# labels, is the same function and as good. `BCELoss` on a sigmoid is not: it cuts the loss off at
# 100 and gives slopes that are wrong or zero.

# %% [markdown]
# ## 02.3 Two losses for the generator  ●●○
# *Importance ★★★ · about 10 minutes*
#
# - **Write** both, on logits of fakes: `"minimax"`, the part of $V$ that $G$ can change, and
#   `"non-saturating"`. Both are *lowered* by the generator. Logits like ±1000 must do.
# - **Expect** −0.693 and +0.693 for logits of 0.
# - **Stop** when the check passes and your losses draw the picture of section 5 by autograd.
#
# <details><summary>Hint 1</summary>Minimax is the mean of log(1 − D), non-saturating that of
# −log D.</details>
# <details><summary>Hint 2</summary>Look at the signs: minimax is never above 0, non-saturating
# never below. Both fall when the logit rises.</details>


# %%
def generator_loss(fake_logits, kind):
    """What the generator lowers: a scalar, from logits of any shape.

    Args:
        fake_logits: the discriminator's logits on generated samples.
        kind: "minimax" or "non-saturating".
    """
    ### BEGIN SOLUTION
    if kind == "minimax":
        return -softplus(fake_logits).mean()
    return softplus(-fake_logits).mean()
    ### END SOLUTION


# %%
if check("02.3", generator_loss):
    figure, ax = plt.subplots(figsize=(6.4, 3.2))
    for kind in ("minimax", "non-saturating"):
        logits = torch.linspace(-8, 8, 201, requires_grad=True)
        (slope,) = torch.autograd.grad(generator_loss(logits, kind) * len(logits), logits)
        ax.plot(logits.detach(), slope.abs(), label=kind)
    ax.set(xlabel="logit of a fake sample", ylabel="|slope|", title="Your losses, by autograd")
    ax.legend()
    show(figure, alt="The slope of minimax rises from 0 to 1 with the logit; the other one falls.")

# %% [markdown] tags=["solution"]
# Minimax is minus the fake side of the discriminator's loss. Non-saturating is the *real* side of
# it, given to fakes: the generator trains as if its samples carried the label of data.

# %% [markdown]
# ## 02.4 Jensen–Shannon divergence of two curves  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# - **Write** the divergence, in nats, of two densities that are given as heights at the points `x`.
#   The points need not be evenly spaced, and a density may be 0.
# - **Expect** 0 for twice the same curve, $\log 2 \approx 0.693$ for two that do not overlap, and
#   0.337 for two Gaussians of width 1 at a distance of 2.
# - **Stop** when the check passes and the picture of section 3 appears.
#
# <details><summary>Hint 1</summary>JSD = ½ KL(p‖m) + ½ KL(q‖m) with m = (p + q) / 2, and
# KL(a‖b) is the area of a · log(a / b).</details>
# <details><summary>Hint 2</summary>torch.trapezoid(height, x) is the area on any grid.</details>
# <details><summary>Hint 3</summary>Where p is 0 it adds nothing, but 0 · log 0 is nan in floating
# point. torch.xlogy(a, b) is a·log(b) and 0 where a is 0; use p·log(p/m) = p·log p − p·log m.
# </details>


# %%
def jensen_shannon(p, q, x):
    """Jensen–Shannon divergence in nats, a number.

    Args:
        p, q: (n,) heights of two densities at the points x, not negative.
        x: (n,) rising points, at any distances.
    """
    ### BEGIN SOLUTION
    m = (p + q) / 2
    kl_p = torch.trapezoid(torch.xlogy(p, p) - torch.xlogy(p, m), x)
    kl_q = torch.trapezoid(torch.xlogy(q, q) - torch.xlogy(q, m), x)
    return float(kl_p + kl_q) / 2
    ### END SOLUTION


# %%
if check("02.4", jensen_shannon):
    x = torch.linspace(-8, 16, 1_201, dtype=torch.float64)
    bell = lambda mean, std: data.Mixture([[mean]], std=std).density(x[:, None])
    distances = [i / 4 for i in range(33)]
    figure, ax = plt.subplots(figsize=(6.4, 3.2))
    for std in (0.7, 1.0, 1.4):
        values = [jensen_shannon(bell(0.0, std), bell(d, std), x) for d in distances]
        ax.plot(distances, values, label=f"width {std}")
    ax.set(xlabel="distance of two Gaussians", ylabel="JSD (nats)", title="Your divergence")
    ax.legend()
    show(figure, alt="Three curves rise from 0 and level off at 0.69, narrow Gaussians first.")

# %% [markdown] tags=["solution"]
# Splitting the logarithm of a quotient into a difference lets `xlogy` deal with every zero. Another
# way: give p and q to the best discriminator, take the value of the game, and solve
# C = −log 4 + 2·JSD for JSD. SciPy's `jensenshannon` returns the square root.

# %% [markdown]
# ## 02.5 One step of the Dirac-GAN  ●●●
# *Importance ★★☆ · about 15 minutes*
#
# $V(\psi, \theta) = -\log 2 - \operatorname{softplus}(\psi\,\theta)$. The discriminator owns $\psi$
# and climbs $V$; the generator owns $\theta$ and descends the same $V$.
#
# - **Write** one gradient step of both. Together: both use the old place. In turn: $D$ moves first,
#   and $G$ takes its gradient at the new $\psi$ and the old $\theta$.
# - **Expect** from (0, 1) with rate 0.5: together (−0.25, 1), in turn (−0.25, 0.945).
# - **Stop** when the check passes and two paths of 200 steps appear. Which one spirals?
#
# <details><summary>Hint 1</summary>The slope of softplus(u) is sigmoid(u). So ∂V/∂ψ is
# −θ · sigmoid(ψθ). And ∂V/∂θ?</details>
# <details><summary>Hint 2</summary>∂V/∂θ = −ψ · sigmoid(ψθ). D adds rate times its gradient, G
# subtracts.</details>
# <details><summary>Hint 3</summary>Give the new ψ a name of its own. Then choose which ψ the
# generator sees.</details>


# %%
def dirac_step(psi, theta, rate, in_turn):
    """One step of both players.

    Args:
        psi, theta: numbers, where the players are.
        rate: the learning rate of both.
        in_turn: whether G answers D's new move (else both move at once).

    Returns:
        (psi, theta) after the step.
    """
    ### BEGIN SOLUTION
    sigmoid = lambda u: 1 / (1 + math.exp(-u))
    new_psi = psi - rate * theta * sigmoid(psi * theta)
    seen = new_psi if in_turn else psi
    return new_psi, theta + rate * seen * sigmoid(seen * theta)
    ### END SOLUTION


# %%
if check("02.5", dirac_step):
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.9), sharex=True, sharey=True)
    for ax, in_turn in zip(axes, (False, True), strict=True):
        path = [(0.0, 1.0)]
        for _ in range(200):
            path.append(dirac_step(*path[-1], rate=0.2, in_turn=in_turn))
        ax.plot(*zip(*path, strict=True), color=plots.FAKE, lw=1)
        ax.scatter(*zip(*path, strict=True), c=range(len(path)), cmap="plasma", s=10, zorder=3)
        ax.plot(0, 0, "+", ms=11, color="black", mew=2)
        ax.set(title="in turn" if in_turn else "together", xlabel="ψ, of D", aspect="equal")
    axes[0].set_ylabel("θ, of G")
    show(figure, alt="Together the path spirals outward; in turn it closes on itself.")

# %% [markdown] tags=["solution"]
# The usual slip is to overwrite ψ before G has used the old one: two lines in a row, and the game
# has changed from "together" to "in turn", from a spiral to an orbit. In a training script the same
# slip is the order of two optimiser steps.
