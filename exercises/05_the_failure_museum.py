# %% [markdown]
# # Exercises 05 · The failure museum
#
# Six small pieces from [chapter 05](../chapters/05_the_failure_museum.ipynb): a loss that survives
# everything, a doctor in ten lines, a layer that sees how alike a batch is, an average that counts
# in samples, labels that are smoothed on one side, and a batch that mixes what should be apart.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
import statistics

from ganlearn import data, museum, plots, runtime
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show

import torch
from torch.nn.functional import softplus

import matplotlib.pyplot as plt


# %% [markdown]
# ## 05.1 A loss that lives  ●○○
# *Importance ★★★ · about 10 minutes*
#
# This comes from a run that ended in `nan`:
#
# ```python
# d_loss = -torch.log(torch.sigmoid(real_logits)).mean() \
#          - torch.log(1 - torch.sigmoid(fake_logits)).mean()
# g_loss = -torch.log(torch.sigmoid(fake_logits)).mean()
# ```
#
# Somebody mended it with `torch.log(torch.sigmoid(x) + 1e-8)`. Since then it never dies, and never
# gets better.
#
# **Write** `both_losses(real_logits, fake_logits)`, which returns `(d_loss, g_loss)`: the same
# functions, finite for every logit, with the right slope everywhere.
# **Expect** 2·log 2 and log 2 when all logits are 0. At a fake logit of −40 the generator's loss is
# 40 and its slope −1.
# **Stop** when the check passes and the two curves of slopes are drawn.
#
# <details><summary>Hint 1</summary>log(sigmoid(x)) = −log(1 + exp(−x)). Which function of torch is
# log(1 + exp(·)), done with care?</details>
# <details><summary>Hint 2</summary>−log(1 − sigmoid(x)) is the same function at −x, because
# 1 − sigmoid(x) = sigmoid(−x).</details>
# <details><summary>Hint 3</summary>`softplus(-real_logits)` for real ones, `softplus(fake_logits)`
# for fakes; the mean of each.</details>

# %%
def both_losses(real_logits, fake_logits):
    """The discriminator's loss and the non-saturating loss of the generator.

    Args:
        real_logits: (n,).
        fake_logits: (m,).

    Returns:
        two scalars.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# A guess before the check. The mended version adds 1e-8 inside the log.

# %%
guess = None  # "a", "b" or "c"
predict(
    "What is the slope of the mended generator's loss at a logit of −30? It should be −1.",
    choices={"a": "−1, up to rounding", "b": "about −0.5", "c": "next to 0"},
    guess=guess,
    answer="c",
    why={
        "a": "that would be so if the 1e-8 were small beside sigmoid(−30), which is 1e-13.",
        "b": "one half is where sigmoid(x) and 1e-8 are equal, near a logit of −18.",
        "c": "beside 1e-8 the sigmoid is nothing, so the log no longer depends on the logit.",
    },
)

# %% tags=["raises-exception"]
if check("05.1", both_losses):
    x = torch.linspace(-40, 20, 241, requires_grad=True)
    slope = lambda loss: torch.autograd.grad(loss, x)[0] * len(x)
    figure, ax = plt.subplots(figsize=(6.4, 2.8))
    ax.plot(x.detach(), slope(both_losses(x, x)[1]), label="yours", color=plots.REAL)
    mended = -(x.sigmoid() + 1e-8).log().mean()
    ax.plot(x.detach(), slope(mended), "--", label="with 1e-8", color=plots.FAKE)
    ax.set(xlabel="logit of a fake", ylabel="slope of the generator's loss")
    ax.legend()
    show(
        figure,
        alt="The slope is −1 for very negative logits and rises to 0; with 1e-8 in the log it is 0 "
        "there as well, so the non-saturating loss saturates.",
    )


# %% [markdown]
# ## 05.2 Which failure is it?  ●●○
# *Importance ★★★ · about 15 minutes*
#
# A log is a list of dictionaries, one a report, with the signs `"told apart"`, `"pull"`,
# `"variety"` and `"spread"`. Take the **median of each sign over the last third** of the lines
# (`len(log) // 3` of them, at least one). Then ask in this order:
#
# 1. told apart above 0.95 and pull below 0.05: `"no gradient"`;
# 2. told apart above 0.95 and pull above 0.85: `"discriminator too strong"`;
# 3. variety below 0.2 or spread below 0.3: `"collapse"`;
# 4. otherwise: `"healthy"`.
#
# **Write** `name_the_failure(log)`, which returns one of the four words.
# **Stop** when the check passes and your doctor has looked at four runs of the museum.
#
# <details><summary>Hint 1</summary>The last n lines are log[-n:]. What is log[-0:]?</details>
# <details><summary>Hint 2</summary>`statistics.median([line["pull"] for line in lines])`.</details>
# <details><summary>Hint 3</summary>Make a small function `sign(name)` inside, then three ifs with a
# return each.</details>

# %%
def name_the_failure(log):
    """What ails a run.

    Args:
        log: dictionaries with the four signs, in the order of the reports.

    Returns:
        "no gradient", "discriminator too strong", "collapse" or "healthy".
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("05.2", name_the_failure):
    short = lambda log: [
        {key.removeprefix("sign/"): value for key, value in line.items()} for line in log
    ]
    for name in ("saturation", "mode collapse"):
        for cured in (False, True):
            visit = museum.run(name, seeds=3, cured=cured)
            words = [name_the_failure(short(log)) for log in visit.logs]
            print(f"{name}, {'cured' if cured else 'ill'}: {max(set(words), key=words.count)}")


# %% [markdown]
# ## 05.3 How alike is a batch?  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# A discriminator judges samples one by one. It cannot see that all of them are the same. A layer
# that can: for every feature take the **standard deviation over the samples of a group**, dividing
# by n and not by n − 1; average over the features; append this one number to each sample of the
# group (Karras et al. 2018).
#
# **Write** `minibatch_deviation(x, group)` for features `x` of shape (n, f): the first `group`
# samples are a group, then the next ones, and so on. The result has shape (n, f + 1).
# **Expect** a last column of zeros for a constant batch, and 2.5 for the two samples (2, −3) and
# (−2, 3) in one group.
# **Stop** when the check passes and you see what the number says of a collapsed batch.
#
# <details><summary>Hint 1</summary>Give the groups an axis: `x.unflatten(0, (-1, group))` has shape
# (groups, group, f). Which axis counts the samples of a group?</details>
# <details><summary>Hint 2</summary>`.std(dim=1, correction=0).mean(dim=1)` is one number a group.
# </details>
# <details><summary>Hint 3</summary>`numbers.repeat_interleave(group)[:, None]` is a column for
# `torch.cat([x, column], dim=1)`.</details>

# %%
def minibatch_deviation(x, group):
    """The features with one more, which says how alike the samples of a group are.

    Args:
        x: (n, f); n is a multiple of ``group``.
        group: samples that are compared.

    Returns:
        (n, f + 1).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("05.3", minibatch_deviation):
    ring, random = data.ring(std=0.1), runtime.generator(0)
    real = minibatch_deviation(ring.draw(1_024, random), 16)[:, -1]
    heap = ring.means[0] + 0.1 * torch.randn(1_024, 2, generator=random)
    heap = minibatch_deviation(heap, 16)[:, -1]
    figure, ax = plt.subplots(figsize=(6.4, 2.4))
    ax.hist(real[::16], bins=20, color=plots.REAL, label="groups of real points")
    ax.hist(heap[::16], bins=5, color=plots.FAKE, hatch="//", label="groups at one mode")
    ax.set(xlabel="minibatch standard deviation", ylabel="groups")
    ax.legend()
    show(
        figure,
        alt="Histogram of the number: groups of real points lie above 0.9, groups of points at one "
        "mode near 0.1; the two do not overlap.",
    )
    claim(
        "smallest of real groups over largest of collapsed ones",
        real.min() / heap.max(),
        at_least=3,
    )


# %% [markdown]
# ## 05.4 An average by its half-life  ●○○
# *Importance ★★☆ · about 10 minutes*
#
# The weights of a generator circle around a good place, and their **average** lies nearer to it
# than they do. One keeps it running: after every step
#
# $$\bar\theta \leftarrow k\,\bar\theta + (1 - k)\,\theta.$$
#
# A fixed $k = 0.999$ means something else for every batch size. So say instead after how many
# *samples* a weight's share has fallen to one half. A step uses `batch` samples.
#
# **Write** `averaged(average, weights, half_life, batch)`, which returns the new average.
# **Expect** the middle of both when `batch` equals `half_life`.
#
# <details><summary>Hint 1</summary>After `half_life` samples 0.5 is left, after twice as many 0.25.
# What is left after `batch` samples?</details>
# <details><summary>Hint 2</summary>k = 0.5 ** (batch / half_life).</details>

# %%
def averaged(average, weights, half_life, batch):
    """The average of the weights after one more step.

    Args:
        average: the old average, a tensor.
        weights: the present weights, of the same shape.
        half_life: in samples.
        batch: samples in a step.

    Returns:
        a tensor of the same shape; the arguments stay as they were.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("05.4", averaged):
    angle = torch.linspace(0, 12, 400)
    way = torch.stack([angle.cos(), angle.sin()], 1)  # weights that circle about the origin
    mean, path = way[0], []
    for weights in way:
        mean = averaged(mean, weights, half_life=3_000, batch=64)
        path.append(mean)
    path = torch.stack(path)
    figure, ax = plt.subplots(figsize=(3.6, 3.6))
    ax.plot(*way.T, color=plots.FAKE, label="weights")
    ax.plot(*path.T, color=plots.REAL, label="average")
    ax.set_aspect("equal")
    ax.legend()
    show(figure, alt="Weights on a circle; their average spirals inwards, towards the middle.")
    claim("distance of the average from the middle at the end", path[-1].norm(), at_most=0.7)


# %% [markdown]
# ## 05.5 Labels, smoothed on one side  ●●○
# *Importance ★★☆ · about 10 minutes*
#
# A discriminator that is *sure* has large logits and says little more. **One-sided label
# smoothing** tells it that a real sample is real with probability `target`, say 0.9. The cost of a
# label $y$ at a logit $\ell$ is $y\,\mathrm{softplus}(-\ell) + (1 - y)\,\mathrm{softplus}(\ell)$.
# Fakes keep the label 0.
#
# **Write** `smoothed_loss(real_logits, fake_logits, target)`, the discriminator's loss.
# **Expect** the plain loss for `target = 1`.
#
# <details><summary>Hint 1</summary>Only the real side changes; it gets two terms.</details>
# <details><summary>Hint 2</summary>target · softplus(−real) + (1 − target) · softplus(real), then
# the mean; plus the mean of softplus(fake).</details>

# %%
def smoothed_loss(real_logits, fake_logits, target):
    """The discriminator's loss with the label ``target`` on data and 0 on fakes, a scalar."""
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# Why one side only? For a fixed generator the best discriminator answers, at $x$, the mean label of
# what comes from there. Let $p$ be the density of the data and $q$ that of the fakes.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Real labels 0.9 and fake labels 0.1. What is the best D at a place with fakes and no data?",
    choices={"a": "0", "b": "0.1", "c": "0.9"},
    guess=guess,
    answer="b",
    why={
        "a": "that is so when fakes keep the label 0.",
        "b": "all that comes from there has the label 0.1, so fakes may stay where they are.",
        "c": "0.9 is the best answer where there are data and no fakes.",
    },
)

# %% tags=["raises-exception"]
if check("05.5", smoothed_loss):
    x = torch.linspace(-4, 4, 161)
    bell = lambda middle: torch.exp(-((x - middle) ** 2) / 2)
    p, q = bell(1.5), bell(-1.5)
    figure, ax = plt.subplots(figsize=(6.4, 2.8))
    ax.plot(x, p / (p + q), color=plots.TRUTH, label="labels 1 and 0")
    ax.plot(x, 0.9 * p / (p + q), color=plots.REAL, label="0.9 and 0")
    ax.plot(x, (0.9 * p + 0.1 * q) / (p + q), "--", color=plots.FAKE, label="0.9 and 0.1")
    ax.set(xlabel="x", ylabel="the best D", title="Data on the right, fakes on the left")
    ax.legend()
    show(
        figure,
        alt="The best discriminator for three choices of labels: from 0 to 1; from 0 to 0.9; and "
        "from 0.1 to 0.9, which does not go down to 0 on the side of the fakes.",
    )
    real = torch.tensor([6.0], requires_grad=True)
    smoothed_loss(real, torch.zeros(1), 0.9).backward()
    claim("slope at a real logit of 6: it is drawn back", real.grad, at_least=0.05)

# %% [markdown]
# ## 05.6 One batch or two?  ●●○
# *Importance ★★☆ · about 10 minutes*
#
# A discriminator with BatchNorm judges 64 real and 64 generated samples. "Put them into one batch,
# that is faster", says a listing. One feature has mean 1 and standard deviation 1 on the real
# samples, mean −1 and standard deviation 1 on the generated ones. BatchNorm (without γ and β, and
# with ε = 0) subtracts the mean of the batch and divides by its standard deviation.
#
# **Find** `mixed`: the mean of this feature over the *real* samples after BatchNorm, when all 128
# are one batch.
# **Stop** when the check passes, and compare with two batches.
#
# <details><summary>Hint 1</summary>What is the mean of all 128?</details>
# <details><summary>Hint 2</summary>The variance of all is the mean of the squares, E[x²] − 0². For
# one side E[x²] = variance + mean².</details>

# %%
# YOUR CODE HERE
mixed = ...

# %% tags=["raises-exception"]
if check("05.6", mixed):
    random, norm = runtime.generator(0), torch.nn.BatchNorm1d(1, affine=False)
    real, fake = (torch.randn(2_000, 1, generator=random) + m for m in (1, -1))
    together = norm(torch.cat([real, fake]))[:2_000].mean()
    claim("one batch: distance from your number", (together - mixed).abs(), at_most=0.03)
    claim("two batches: mean of the real samples", norm(real).mean().abs(), at_most=0.01)
    alone = norm(torch.cat([real, real - 4]))[:2_000].mean()
    claim("the same real samples beside other company: change", alone - together, at_least=0.1)
