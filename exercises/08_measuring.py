# %% [markdown]
# # Exercises 08 · Measuring
#
# Five scores from [chapter 08](../chapters/08_measuring.ipynb), each a few lines long: a Fréchet
# distance, a kernel distance, precision and recall, an inception score, and a test for copies.
# Three of them were in wide use with a mistake in them. A wrong score raises no error: it gives a
# number, and somebody believes it.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour and a quarter in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
import math

from ganlearn import data, metrics, nets, plots, runtime
from ganlearn.checks import check
from ganlearn.notebook import claim, show

import matplotlib.pyplot as plt
import torch


# %% [markdown]
# ## 08.1 Fréchet distance of two samples  ●●○
# *Importance ★★★ · about 20 minutes*
#
# Two sets of features are taken for two Gaussians, with means $\mu_a, \mu_b$ and covariances
# $A, B$. Their squared Fréchet distance is
#
# $$\lVert \mu_a - \mu_b \rVert^2 + \mathrm{tr}\,A + \mathrm{tr}\,B
# - 2\,\mathrm{tr}\big(A^{1/2} B A^{1/2}\big)^{1/2}.$$
#
# **Write** `frechet(real, fake)`. Estimate means and covariances from the samples, with $n - 1$ in
# the covariance, and compute in float64. There may be fewer samples than features.
# **Expect** 0 for a set and itself, and 25 when the second set is the first moved by $(3, 4)$.
# **Stop** when the check passes and you see your own score being too large.
#
# <details><summary>Hint 1</summary>torch.cov wants the features in rows and the samples in columns.
# Your samples are in rows.</details>
# <details><summary>Hint 2</summary>The root of a symmetric matrix: values, vectors =
# torch.linalg.eigh(A), and then vectors * values.sqrt() @ vectors.T. What if a value is
# -1e-17?</details>
# <details><summary>Hint 3</summary>The trace of a root is the sum of the roots of the eigenvalues:
# torch.linalg.eigvalsh(R @ B @ R).clamp(min=0).sqrt().sum() with R the root of A.</details>

# %%
def frechet(real, fake):
    """Squared Fréchet distance of two sets of features.

    Args:
        real: (n, d) float32.
        fake: (m, d) float32.

    Returns:
        a number, computed in float64.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("08.1", frechet):
    random = runtime.generator(0)
    sizes = [20, 40, 80, 160, 320, 640, 1_280]
    found = [
        [frechet(torch.randn(n, 16, generator=random), torch.randn(n, 16, generator=random))]
        for n in sizes
        for _ in range(5)
    ]
    found = torch.tensor(found).view(len(sizes), 5)
    figure, ax = plt.subplots(figsize=(6.4, 2.8))
    ax.loglog(sizes, found, "o", color=plots.FAKE, alpha=0.6)
    ax.loglog(sizes, found[-1].mean() * sizes[-1] / torch.tensor(sizes), color=plots.TRUTH, lw=1)
    ax.set(xlabel="samples on each side", ylabel="your distance", ylim=(0.1, 30))
    ax.set_title("Two sets from one and the same Gaussian, 16 features")
    show(
        figure,
        alt="Your distance between two samples of one Gaussian, five times for each number of "
        "samples, both axes logarithmic. It falls along a straight line, from about 9 at 20 "
        "samples to about 0.15 at 1280. It should be 0.",
    )
    claim("20 samples: five distances, the smallest", found[0].min(), at_least=3)
    claim("all of 35 distances that are above 0", (found > 0).sum(), equals=35)


# %% [markdown]
# ## 08.2 An unbiased kernel distance  ●●○
# *Importance ★★★ · about 15 minutes*
#
# KID compares samples pair by pair, with the kernel $k(x, y) = (x \cdot y / d + 1)^3$:
#
# $$\mathbb E\,k(x, x') + \mathbb E\,k(y, y') - 2\,\mathbb E\,k(x, y),$$
#
# where $x, x'$ are two *different* real samples and $y, y'$ two different fakes.
#
# **Write** `kid(real, fake)`, which is right on average: no sample is compared with itself.
# **Expect** of many pairs of sets from one distribution that about half are below 0.
# **Stop** when the check passes and your score stays level where the last one fell.
#
# <details><summary>Hint 1</summary>Each of the three means needs one matrix of kernels:
# (a @ b.T / d + 1) ** 3. Which of them have a diagonal to leave out?</details>
# <details><summary>Hint 2</summary>K.sum() - K.trace() adds up what is off the diagonal. How many
# numbers are that?</details>

# %%
def kid(real, fake):
    """Unbiased squared maximum mean discrepancy with the cubic kernel.

    Args:
        real: (n, d).
        fake: (m, d).

    Returns:
        a number, which may be below 0.
    """

    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("08.2", kid):
    random = runtime.generator(0)
    sizes = [20, 40, 80, 160, 320]
    draw = lambda n, shift: torch.randn(n, 16, generator=random) + shift
    apart = torch.tensor([[kid(draw(n, 0), draw(n, 0.5)) for _ in range(40)] for n in sizes])
    same = torch.tensor([kid(draw(20, 0), draw(20, 0)) for _ in range(200)])
    figure, ax = plt.subplots(figsize=(6.4, 2.8))
    error = apart.std(1) / math.sqrt(40)
    ax.errorbar(sizes, apart.mean(1), 2 * error, fmt="o", color=plots.FAKE, capsize=4)
    ax.axhline(apart[-1].mean(), color=plots.TRUTH, lw=1)
    ax.set(xscale="log", xlabel="samples on each side", ylabel="your KID", ylim=(0, None))
    ax.set_xticks(sizes, map(str, sizes))
    ax.minorticks_off()
    ax.set_title("Two Gaussians half a unit apart in each of 16 features")
    show(
        figure,
        alt="The mean of forty of your KIDs for 20 to 320 samples, with bars of two standard "
        "errors. They lie level; the bars get shorter to the right.",
    )
    gap = (apart[0].mean() - apart[-1].mean()).abs()
    spread = (error[0].square() + error[-1].square()).sqrt()
    claim("mean at 20 from mean at 320 samples, in standard errors", gap / spread, at_most=3)
    below = (same < 0).float().mean()
    claim("one distribution: share below 0", below, at_least=0.3, at_most=0.75)


# %% [markdown]
# ## 08.3 Precision and recall  ●●○
# *Importance ★★★ · about 15 minutes*
#
# Around each sample draw a ball that reaches to its $k$-th nearest neighbour of its own set, not
# counting itself. All real balls together are the region of the real samples, and all fake balls
# that of the fakes. **Precision** is the share of fakes inside the region of the real samples.
# **Recall** is the share of real samples inside the region of the fakes. One of the most used
# libraries had the two swapped, until somebody measured a collapsed generator.
#
# **Write** `precision_recall(real, fake, k)`, which returns both, precision first.
# **Expect** (1, 1) for a set and itself.
# **Stop** when the check passes and the three pictures agree with what you see.
#
# <details><summary>Hint 1</summary>torch.cdist(a, b) holds all distances, rows for a and columns
# for b. In torch.cdist(a, a), what is the smallest number of every row?</details>
# <details><summary>Hint 2</summary>torch.cdist(real, real).kthvalue(k + 1, dim=1).values are the
# radii of the real balls.</details>
# <details><summary>Hint 3</summary>One ball is enough: (distances <= radii).any(dim=1), with
# fakes in the rows and real samples in the columns for precision.</details>

# %%
def precision_recall(real, fake, k):
    """Shares of samples that lie in the region of the other set.

    Args:
        real: (n, d).
        fake: (m, d).
        k: which neighbour a ball reaches to, from 1.

    Returns:
        precision and recall, two numbers between 0 and 1.
    """

    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("08.3", precision_recall):
    random = runtime.generator(0)
    ring = data.ring(modes=8, std=0.25)
    real = ring.draw(400, random)
    fakes = {
        "the same": ring.draw(400, random),
        "three modes alone": data.Mixture(ring.means[:3], 0.25).draw(400, random),
        "noise": 1.6 * torch.randn(400, 2, generator=random),
    }
    found = {title: precision_recall(real, fake, 3) for title, fake in fakes.items()}
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.3))
    for ax, (title, fake) in zip(axes, fakes.items(), strict=True):
        plots.cloud(ax, fake, real=real, limit=4, title=title)
        ax.set_xlabel("precision {:.1f}, recall {:.1f}".format(*found[title]))
    show(
        figure,
        alt="Fakes over real points of a ring of eight modes. The same ring: precision and recall "
        "near 1. Three modes alone: precision near 1, recall below a half. Noise: the reverse.",
    )
    (_, recall), (precision, noise) = found["three modes alone"], found["noise"]
    claim("three modes: precision", found["three modes alone"][0], at_least=0.9)
    claim("three modes: recall", recall, at_most=0.5)
    claim("noise: precision", precision, at_most=0.75)
    claim("noise: recall", noise, at_least=0.8)


# %% [markdown]
# ## 08.4 An inception score  ●○○
# *Importance ★★☆ · about 15 minutes*
#
# A classifier gives each picture probabilities $p(y|x)$; their mean over all pictures is $p(y)$.
# The score is
#
# $$\exp\Big( \mathbb E_x \sum_y p(y|x) \log \frac{p(y|x)}{p(y)} \Big).$$
#
# **Write** `inception_score(classifier, pictures)`. The classifier may come in training mode. It
# has to be asked in evaluation mode, and has to be given back in the mode in which it came. It may
# be so sure that a probability is 0.
# **Expect** a number from 1 to the number of classes.
# **Stop** when the check passes and the score praises a generator that knows ten pictures.
#
# <details><summary>Hint 1</summary>classifier.training is True or False. classifier.eval() and
# classifier.train(True or False) change it.</details>
# <details><summary>Hint 2</summary>0 · log 0 should count as 0, and is not a number in floating
# point. torch.xlogy(p, q) is p · log q with this rule; so does log_softmax help.</details>
# <details><summary>Hint 3</summary>The mean of p(y|x) runs over axis 0. The sum over y runs over
# axis 1. Then the mean over the pictures, and the exponential last.</details>

# %%
def inception_score(classifier, pictures):
    """Clear single pictures and various ones together give a high score.

    Args:
        classifier: pictures to logits (n, classes).
        pictures: (n, channels, height, width).

    Returns:
        a number, from 1 to the number of classes.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("08.4", inception_score):
    train, held_out = data.digits(size=16).split(0.8, seed=0)
    features = metrics.features("digits")
    reader = torch.nn.Sequential(features.network, features.head)
    ten = torch.stack([train.samples[train.labels == digit][0] for digit in range(10)])
    sets = {"held-out digits": held_out.samples[:60], "ten pictures": ten.repeat(6, 1, 1, 1)}
    scores = {title: inception_score(reader, pictures) for title, pictures in sets.items()}
    show(
        plots.sheets({f"{t}: {scores[t]:.0f} of 10": x for t, x in sets.items()}, columns=10),
        alt="Sixty held-out digits, all different, and ten digits, each six times. The score of "
        "the ten is 10, that of the others lower.",
    )
    ahead = scores["ten pictures"] - scores["held-out digits"]
    claim("score of ten pictures above that of sixty different digits", ahead, at_least=0)


# %% [markdown]
# ## 08.5 A test for copies  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# A generator that gives training pictures back has perfect precision and a Fréchet distance near 0.
# To catch it, we need pictures from the same source that it has never seen. Measure how far each
# fake is from its *nearest training picture*, and do the same with each held-out picture. Then
# compare every fake with every held-out picture: in which share of these pairs is the fake nearer?
# A tie counts as half a pair. An honest generator of perfect pictures gets 1/2, a copier gets 1.
#
# **Write** `copying(fake, train, held_out)`, with Euclidean distances between all pixels.
# **Expect** 0.5 for `copying(held_out, train, held_out)`.
# **Stop** when the check passes and the copier is caught.
#
# <details><summary>Hint 1</summary>torch.cdist wants (n, d): x.flatten(1). The nearest is the
# smallest number of each row.</details>
# <details><summary>Hint 2</summary>a[:, None] < b[None] compares every a with every b. What are
# the two shapes, and which is true in a tie?</details>

# %%
def copying(fake, train, held_out):
    """How often a fake is nearer to the training pictures than a held-out picture is.

    Args:
        fake: (m, ...).
        train: (n, ...), what the generator learned from.
        held_out: (h, ...), what it has not seen.

    Returns:
        a share of pairs, between 0 and 1.
    """

    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("08.5", copying):
    train, held_out = data.digits(size=16).split(0.8, seed=0)
    random = runtime.generator(0)
    copied = train.draw(400, random)
    blurred = copied + 0.1 * torch.randn(copied.shape, generator=random)
    made = nets.shipped("digits")(torch.randn(400, 16, generator=random))
    sets = {"a copier": blurred, "the shipped generator": made}
    shares = {title: copying(x, train.samples, held_out.samples) for title, x in sets.items()}
    show(
        plots.sheets({title: x[:24] for title, x in sets.items()}, columns=8),
        alt="Twenty-four digits of a copier, which are training digits with a little noise, and "
        "twenty-four of the shipped generator. By eye both look like digits.",
    )
    claim("a copier's share", shares["a copier"], at_least=0.9)
    claim("the shipped generator's share", shares["the shipped generator"], at_most=0.7)
