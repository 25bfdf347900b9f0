# %% [markdown]
# # Exercises 03 · A first GAN
#
# One number and four functions, from [chapter 03](../chapters/03_a_first_gan.ipynb). Write where it
# says so, run the cell, then run the check below it. The check tells you what is wrong; the hints
# tell you more, one at a time. About an hour in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
import math

from ganlearn import data, nets, plots, progress, runtime, training
from ganlearn.checks import check
from ganlearn.notebook import show

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import softplus

# %% [markdown]
# ## 03.1 The floor of a squashed logit  ●○○
# *Importance ★★☆ · about 5 minutes*
#
# A discriminator ends in **tanh**, so its output lies between −1 and 1. The output goes into the
# loss *on logits*, $L_D = \operatorname{softplus}(-\ell(x)) + \operatorname{softplus}(\ell(G(z)))$.
#
# - **Write** the lowest $L_D$ that it can come near, as a number.
# - **Expect** something else than the 1.006 of the sigmoid in the chapter, and not 0.
#
# <details><summary>Hint 1</summary>Which number between −1 and 1 is the best answer to a real
# sample, which to a fake?</details>
# <details><summary>Hint 2</summary>+1 to a real, −1 to a fake. Put them into the two terms and
# add.</details>

# %%
# YOUR CODE HERE
lowest = ...

# %% tags=["raises-exception"]
check("03.1", lowest)


# %% [markdown]
# ## 03.2 The discriminator's move  ●●○
# *Importance ★★★ · about 15 minutes*
#
# - **Given**: `G`, `D` (returns logits), `optimisers["generator"]` and
#   `optimisers["discriminator"]`, a real batch and latents.
# - **Write** one move of $D$ on $L_D$, the mean over the reals plus the mean over the fakes.
#   Return the loss.
# - **It has to hold** that $G$ is not touched: not its weights, not its gradients, not the running
#   statistics of its BatchNorm. Whatever gradients the last move has left in $D$ must not matter.
# - **Stop** when the check passes.
#
# <details><summary>Hint 1</summary>Five lines: fakes, loss, zero_grad, backward, step.</details>
# <details><summary>Hint 2</summary>Make the fakes under torch.no_grad(), so that no gradient can
# reach G.</details>
# <details><summary>Hint 3</summary>no_grad does not stop BatchNorm from counting the batch;
# `with training.idle(G), torch.no_grad():` does both.</details>

# %%
def discriminator_step(G, D, optimisers, real, z):
    """Move D once; returns its loss."""
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
check("03.2", discriminator_step)


# %% [markdown]
# ## 03.3 The generator's move  ●●○
# *Importance ★★★ · about 10 minutes*
#
# - **Write** one move of $G$ on the non-saturating loss. Return the loss.
# - **It has to hold** that $D$ is not touched: weights, gradients, running statistics.
# - **Expect**, once it and 03.2 pass, a picture of a ring that your own two moves have learnt.
#
# <details><summary>Hint 1</summary>The same five lines, but here the gradient has to flow through D
# into G: nothing is detached.</details>
# <details><summary>Hint 2</summary>softplus(−D(G(z))).mean(), inside `with training.idle(D):`.
# </details>
# <details><summary>Hint 3</summary>If gradients are left in D, is `backward` inside the `with` as
# well as the loss?</details>

# %%
def generator_step(G, D, optimisers, z):
    """Move G once; returns its loss."""
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("03.3", generator_step):
    ring, random = data.ring(std=0.1), runtime.generator(seed=0)
    G, D = nets.mlp((2,), latent=2, hidden=64)
    optimisers = {
        name: torch.optim.Adam(network.parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True)
        for name, network in (("generator", G), ("discriminator", D))
    }
    figure, axes = plt.subplots(1, 4, figsize=(9.6, 2.7))
    turns = runtime.by_budget(smoke=5, laptop=400, full=1_000)
    for count, ax in enumerate(axes):
        for _ in progress.bar(range(turns * (count > 0)), title="your moves"):
            z = torch.randn(2, 64, 2, generator=random)
            discriminator_step(G, D, optimisers, ring.draw(64, random), z[0])
            generator_step(G, D, optimisers, z[1])
        samples = G(torch.randn(500, 2, generator=random))
        real = ring.draw(500, random)
        plots.cloud(ax, samples, real=real, title=f"{count * turns} rounds", limit=2.8)
        ax.set(xticks=[], yticks=[])
    show(figure, alt="Four panels: a blot in the middle spreads to eight places on a ring.")


# %% [markdown]
# ## 03.4 Counting modes  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# A sample is **good** when it lies within 3 standard deviations of the nearest mean. A mode is
# **covered** when at least a fifth of its fair share of samples is good for it; the fair share of
# each of $k$ modes is $n / k$ of $n$ samples, good or not.
#
# - **Write** the number of covered modes, for any number of modes.
# - **Expect** 8 for real samples of the ring, 0 for samples that are all in the middle.
#
# <details><summary>Hint 1</summary>`torch.cdist(samples, means)` is the table (n, k) of all
# distances.</details>
# <details><summary>Hint 2</summary>`.min(dim=1)` gives the nearest mean of each sample and its
# distance. Then one loop over the modes, or `torch.bincount`.</details>

# %%
def modes_covered(samples, means, std):
    """How many of the modes are covered, a whole number.

    Args:
        samples: (n, d).
        means: (k, d), the centres of the modes.
        std: standard deviation of every mode, a number.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
check("03.4", modes_covered)


# %% [markdown]
# ## 03.5 A whole training loop  ●●●
# *Importance ★★★ · about 20 minutes*
#
# - **Write** the loop, without looking. In each step: draw a real batch with
#   `source.draw(batch, random)`, then latents, move $D$; draw new latents, move $G$. Latents are
#   `torch.randn(batch, G.latent, generator=random)`. Both optimisers are Adam with learning rate
#   1e-3 and betas (0.5, 0.999). Nothing is returned; `G` and `D` have learnt.
# - You may use your two moves of 03.2 and 03.3.
# - **Expect** a new picture: points along a spiral.
#
# <details><summary>Hint 1</summary>The optimisers are made once, before the loop. Why?</details>
# <details><summary>Hint 2</summary>The order of draws matters for the comparison: real, z, move D,
# z, move G.</details>

# %%
def train(G, D, source, steps, batch, random):
    """Play the game for a number of steps; ``random`` is the generator of all random numbers."""
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("03.5", train):
    spiral, random = data.spiral(std=0.1), runtime.generator(seed=0)
    G, D = nets.mlp((2,), latent=4, hidden=64)
    train(G, D, spiral, runtime.by_budget(smoke=5, laptop=1_500, full=6_000), 64, random)
    samples = G(torch.randn(1_000, 4, generator=random))
    figure, ax = plt.subplots(figsize=(4.2, 4.2))
    plots.cloud(ax, samples, real=spiral.draw(1_000, random), title="Your loop, on a spiral")
    ax.legend(loc="upper left", markerscale=3)
    show(figure, alt="Blue points of the data along a spiral, orange generated points over them.")
