# %% [markdown]
# # Exercises 09 · VAE and GAN, the same decoder
#
# Five functions from [chapter 09](../chapters/09_vae_and_gan.ipynb), each a few lines long. The
# first three together train a VAE; the fourth says how probable it holds what it has not seen; the
# fifth says why its pictures are soft.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
import math

from ganlearn import data, nets, plots, runtime, vae
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show

import matplotlib.pyplot as plt
import torch
from torch.distributions import MultivariateNormal


# %% [markdown]
# ## 09.1 A draw that lets the gradient pass  ●○○
# *Importance ★★★ · about 10 minutes*
#
# An encoder says mean $\mu$ and log variance $v = \log s^2$ of every latent number. The decoder
# needs a draw from $\mathcal N(\mu, s^2)$, and the encoder a gradient.
#
# **Write** `reparameterise(mean, log_variance, random)`. The noise is standard normal, of the shape
# of the mean, from **one** call of `torch.randn` with `generator=random`.
# **Expect** of a mean of 5 and a log variance of −100 that every draw is 5, and of a log variance
# of $\log 4$ draws that scatter by 2.
# **Stop** when the check passes and the two clouds of the picture lie on each other.
#
# <details><summary>Hint 1</summary>exp(v) is the variance. What is its square root?</details>
# <details><summary>Hint 2</summary>torch.randn(mean.shape, generator=random) knows nothing of mean
# and variance. Move it and stretch it.</details>
# <details><summary>Hint 3</summary>mean + exp(log_variance / 2) · noise, all of it in torch, none
# of it under no_grad.</details>

# %%
def reparameterise(mean, log_variance, random):
    """One draw for each latent number, with a gradient to both inputs.

    Args:
        mean, log_variance: (n, latent).
        random: a torch.Generator for the noise.

    Returns:
        (n, latent).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("09.1", reparameterise):
    random = runtime.generator(0)
    mean, variance = torch.tensor([1.0, -0.5]), torch.tensor([0.04, 1.0])
    yours = reparameterise(mean.expand(600, 2), variance.log().expand(600, 2), random)
    exact = MultivariateNormal(mean, variance.diag())
    figure, ax = plt.subplots(figsize=(4.4, 3.4))
    ax.scatter(*yours.T, s=5, color=plots.FAKE, alpha=0.6, label="your draws", linewidths=0)
    places = torch.cartesian_prod(torch.linspace(-1, 3, 80), torch.linspace(-4, 3, 80))
    heights = exact.log_prob(places).exp().view(80, 80).T
    ax.contour(
        torch.linspace(-1, 3, 80), torch.linspace(-4, 3, 80), heights, colors="black", levels=4
    )
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title="Draws, and the density they come from")
    ax.legend(fontsize=9)
    show(
        figure, alt="Draws in a narrow upright cloud, and the contours of the density around them."
    )


# %% [markdown]
# ## 09.2 What an answer costs  ●●○
# *Importance ★★★ · about 10 minutes*
#
# The prior of each latent number is $\mathcal N(0, 1)$. To say more costs nats:
#
# $$\mathrm{KL}(\mathcal N(\mu, s^2) \,\|\, \mathcal N(0, 1))
# = \tfrac12 (\mu^2 + s^2 - 1 - \log s^2).$$
#
# **Write** `kl(mean, log_variance)`: one number a sample, summed over its latents.
# **Expect** 0 for a mean of 0 and a log variance of 0; 2 for means (2, 0) and log variances 0; and
# about 1.81 for one latent number of mean 0 and standard deviation 0.1.
# **Stop** when the check passes.
#
# <details><summary>Hint 1</summary>The input is log s², so s² is its exp, and the last term of the
# formula is the input itself.</details>
# <details><summary>Hint 2</summary>Independent numbers add their nats, so sum over axis 1. A mean
# would say that ten latents cost as little as one.</details>

# %%
def kl(mean, log_variance):
    """KL from N(mean, exp(log_variance)) to the standard normal, in nats.

    Args:
        mean, log_variance: (n, latent).

    Returns:
        (n,).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
guess = None  # "a", "b" or "c"
predict(
    "A latent number near 0 is known to within 0.01. What does it add to know it to within 0.001?",
    choices={"a": "2.3 nats", "b": "ten times the cost", "c": "a hundred times the cost"},
    guess=guess,
    answer="a",
    why={
        "a": "the cost is minus the logarithm of s, but for a constant: log 10 for each place.",
        "b": "the precision grows by ten, the cost with its logarithm.",
        "c": "the variance shrinks by a hundred; the cost has half the logarithm of that.",
    },
)

# %% tags=["raises-exception"]
if check("09.2", kl):
    spreads = torch.logspace(-3, 0.5, 200)
    figure, ax = plt.subplots(figsize=(5.6, 2.8))
    for m, style in ((0.0, "-"), (1.0, "--"), (2.0, ":")):
        ax.semilogx(
            spreads,
            kl(torch.full((200, 1), m), 2 * spreads.log()[:, None]),
            style,
            color=plots.FAKE,
            label=f"mean {m:g}",
        )
    ax.set(xlabel="standard deviation of q", ylabel="nats", title="The price of saying more")
    ax.legend()
    show(
        figure,
        alt="Three curves of the cost against the standard deviation. Each has its least value at "
        "1 and grows by 2.3 nats for every factor of ten below; a mean adds half its square.",
    )
    finer = kl(torch.zeros(2, 1), 2 * torch.tensor([[0.01], [0.001]]).log())
    claim(
        "price of one more decimal place, minus log 10",
        finer[1] - finer[0] - math.log(10),
        equals=0,
        tolerance=1e-3,
    )


# %% [markdown]
# ## 09.3 The loss of a VAE  ●●○
# *Importance ★★★ · about 15 minutes*
#
# **Write** `vae_loss(x, made, mean, log_variance, noise, beta)`: minus the ELBO of a batch. The
# decoder's Gaussian noise has the standard deviation $\sigma$ = `noise` on every pixel:
#
# $$\text{mean over the batch of}\quad \frac{\|x - \text{made}\|^2}{2\sigma^2}
# + \beta\, \mathrm{KL}.$$
#
# The constant of the Gaussian, which no weight can change, is left out.
# **Expect** 2 for a perfect answer with the means (2, 0), log variances 0 and β = 1; and 8 for 16
# pixels that are off by 0.5 each, with a free code and σ = 0.5.
# **Stop** when the check passes and your functions train a VAE on a ring.
#
# <details><summary>Hint 1</summary>The squared error of a picture is a sum over all its numbers:
# .flatten(1).sum(1) leaves one number a sample.</details>
# <details><summary>Hint 2</summary>Your kl of 09.2 is one number a sample as well. Add, then take
# the mean over the batch once, at the end.</details>

# %%
def vae_loss(x, made, mean, log_variance, noise, beta):
    """Minus the ELBO without its constant: a scalar that encoder and decoder lower.

    Args:
        x, made: (n, *shape), samples and what the decoder made of their codes.
        mean, log_variance: (n, latent), what the encoder said.
        noise: standard deviation of the decoder's noise.
        beta: price of a nat of the KL.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("09.3", vae_loss):
    ring, random = data.ring(modes=8, std=0.1), runtime.generator(0)

    def trained(noise, steps):
        """An autoencoder that your loss has trained on the ring."""
        network, _ = nets.mlp_vae((2,), latent=2, hidden=64, seed=0)
        adam = torch.optim.Adam(network.parameters(), lr=3e-3)
        for _ in range(steps):
            x = ring.draw(128, random)
            mean, log_variance = network.encode(x)
            made = network(vae.reparameterise(mean, log_variance, random))
            adam.zero_grad()
            vae_loss(x, made, mean, log_variance, noise, 1.0).backward()
            adam.step()
        return network

    steps = runtime.by_budget(smoke=5, laptop=600, full=3_000)
    figure, axes = plt.subplots(1, 3, figsize=(9, 3))
    for ax, noise in zip(axes, (0.1, 0.5, 2.0), strict=True):
        made = trained(noise, steps)(torch.randn(1_000, 2, generator=random))
        plots.cloud(ax, made, real=ring.draw(800, random), limit=3, title=f"σ = {noise:g}")
    show(
        figure,
        alt="Samples of three VAEs over the eight clouds: a disc for a noise of 0.1, a ring for "
        "0.5, one point in the middle for 2.",
    )


# %% [markdown]
# ## 09.4 A likelihood from many draws  ●●○
# *Importance ★★☆ · about 10 minutes*
#
# For each of $n$ samples we have drawn $z_1 \dots z_K$ from $q(z \mid x)$, and know three
# logarithms of each draw. The estimate is
#
# $$\log p(x) \approx \log \frac1K \sum_k \frac{p(x \mid z_k)\, p(z_k)}{q(z_k \mid x)} .$$
#
# **Write** `log_likelihood(log_given, log_prior, log_q)`. All three are of shape (K, n). They may
# be −2000: no float holds $e^{-2000}$.
# **Expect** −2000 when all draws of a sample have the weight $e^{-2000}$, and $\log 2$ for the
# weights 1 and 3.
# **Stop** when the check passes and one curve lies below the other.
#
# <details><summary>Hint 1</summary>A product of densities is a sum of logarithms; a quotient, a
# difference.</details>
# <details><summary>Hint 2</summary>torch.logsumexp adds weights without ever computing one. A mean
# is a sum divided by K; what is that in logarithms?</details>

# %%
def log_likelihood(log_given, log_prior, log_q):
    """The logarithm of the mean importance weight.

    Args:
        log_given: (K, n) log p(x | z).
        log_prior: (K, n) log p(z).
        log_q: (K, n) log q(z | x).

    Returns:
        (n,) in nats.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("09.4", log_likelihood):
    random = runtime.generator(0)
    z = 2 * torch.randn(300, 4_000, 1, generator=random)  # q is N(0, 4), and p(x | z) is N(z, 1)
    log_given = -((3.0 - z[..., 0]) ** 2) / 2 - math.log(2 * math.pi) / 2  # at x = 3
    log_prior = vae.normal_log_density(z)
    log_q = vae.normal_log_density(z, 0.0, math.log(4.0))
    counts = [1, 3, 10, 30, 100, 300]
    yours = [log_likelihood(*(x[:k] for x in (log_given, log_prior, log_q))).mean() for k in counts]
    bound = (log_given + log_prior - log_q).mean()
    truth = -(3.0**2) / 4 - math.log(4 * math.pi) / 2  # x is N(0, 2)
    figure, ax = plt.subplots(figsize=(5.6, 2.8))
    ax.semilogx(counts, yours, "o-", color=plots.FAKE, label="yours, mean of 4,000")
    ax.axhline(truth, color=plots.TRUTH, lw=1, label="log p(x)")
    ax.axhline(bound, color=plots.REAL, ls="--", lw=1, label="ELBO")
    ax.set(xlabel="draws K", ylabel="nats", title="From the ELBO to the truth")
    ax.legend(fontsize=9)
    show(figure, alt="Your estimate starts at the ELBO and climbs to the line of log p(x).")
    claim("300 draws: distance from log p(x)", abs(yours[-1] - truth), at_most=0.02)
    claim("one draw: distance from the ELBO", abs(yours[0] - bound), at_most=0.3)


# %% [markdown]
# ## 09.5 The best blurred answer  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# A decoder gets a $z$ that several pictures share. It has to draw *one*, and pays the squared error
# that it makes on average.
#
# **Write** `best_answer(candidates, weights)`: the picture with the least expected squared error,
# and that error (summed over the numbers of the picture). The weights add up to 1.
# **Expect** for two points (0, 0) and (2, 0), weights 0.75 and 0.25: the point (0.5, 0) and 0.75.
# **Stop** when the check passes and you see the best answer to "a 4 or a 9".
#
# <details><summary>Hint 1</summary>Take one pixel that is a with probability w and b otherwise.
# Where is the slope of w(a − y)² + (1 − w)(b − y)² zero?</details>
# <details><summary>Hint 2</summary>weights.view(-1, 1, 1, 1) multiplies pictures; for any shape,
# torch.einsum("k,k...->...", weights, candidates).</details>
# <details><summary>Hint 3</summary>The error: for each candidate the sum of its squared differences
# from your answer, then the mean of these with the weights.</details>

# %%
def best_answer(candidates, weights):
    """What a decoder draws that is judged by squared error, and what it still pays.

    Args:
        candidates: (k, *shape), what could be right.
        weights: (k,), how probable each is; they add up to 1.

    Returns:
        the picture (*shape) and its expected squared error, a scalar.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("09.5", best_answer):
    digits = data.digits(size=16)
    pair = []
    for digit in (4, 9):
        kind = digits.samples[digits.labels == digit]
        pair.append(kind[(kind - kind.mean(0)).square().flatten(1).sum(1).argmin()])  # a usual one
    pair = torch.stack(pair)
    shares = torch.linspace(0, 1, 9)
    answers = [best_answer(pair, torch.stack([1 - w, w])) for w in shares]
    show(
        plots.grid(torch.stack([picture for picture, _ in answers]), columns=9, scale=4),
        alt="Nine pictures: a 4, seven blends with two grey strokes, a 9.",
    )
    sharp = [(pair[0] - pair[1]).square().sum() * min(w, 1 - w) for w in shares.tolist()]
    claim(
        "half and half: error of the blend over that of a sharp guess",
        answers[4][1] / sharp[4],
        equals=0.5,
        tolerance=1e-4,
    )
