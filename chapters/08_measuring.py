# %% [markdown]
# # 08 · Measuring
#
# **Which of two generators is better, and how sure are you?**
#
# <!-- badges -->
#
# Afterwards you can
# - run a blind test with people, and say what its answers prove;
# - derive the Fréchet distance, compute it, and say how wrong it is with few samples;
# - choose between FID, KID, precision and recall, and name what each of them cannot see;
# - catch a generator that copies its training pictures;
# - compare two generators with a number and an interval.
#
# *Before this:* chapters 03 and 04; chapter 06 for the word "transport". Mean and covariance.
# *Time:* about 90 minutes to read; the notebook runs in half a minute on two CPU cores.

# %%
import math

from ganlearn import data, metrics, nets, plots, runtime, style, training
from ganlearn.notebook import claim, predict, quiz, quiz_score, show
from ganlearn.widgets import Panel

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import avg_pool2d, cross_entropy

show(plots.course_map(here=8), alt="The chapters of the course in a row; the eighth is filled.")

# %% [markdown]
# ## 1 · Ask people, and ask them fairly
#
# The losses of a game do not say how good it is: they compare two players with each other, and both
# may be bad. So we look at the pictures. But whoever trained the generator sees what they hope for.
#
# A fair test needs little. Pictures come in pairs, and which side is which is drawn at random.
# Nobody knows it, you included. "Neither" is an answer. The number of pairs is fixed beforehand:
# who goes on asking until the result pleases will always be pleased. `style.BlindTest` does this.

# %%
digits = data.digits(size=16)
train, held_out = digits.split(0.8, seed=0)
shipped = nets.shipped("digits")
made = shipped(torch.randn(2_000, shipped.latent, generator=runtime.generator(0)))
test = style.BlindTest(held_out.samples[:12], made[:12], seed=3)
sides = [torch.stack(side) for side in zip(*(test[i] for i in range(len(test))), strict=True)]
show(
    plots.sheets({"left": sides[0], "right": sides[1]}, columns=6, scale=4),
    alt="Twelve pairs of digits, a left and a right sheet. In each pair one digit was written by a "
    "person and one was made by the shipped generator; the sides are mixed.",
)

# %%
answers = None  # your twelve letters, l, r or n, pair by pair: "l r n r l l r l n r l r"
if answers is None:
    print("Which of each pair did a person write? Set `answers`, and run this cell again.")
else:
    words = {"l": "left", "r": "right", "n": "neither"}
    print(test.score([words[letter] for letter in answers.split()]))


def enlarged(pair):
    """One pair, with a grey gap between the two, and what to ask."""
    left, right = test[int(pair) - 1]
    both = torch.cat([left, torch.zeros(1, 16, 4), right], dim=2)
    return plots.grid(both[None], scale=8), f"Pair {pair:.0f} of 12: left, right or neither?"


Panel(enlarged, {"pair": (1, 12, 1)}, step=1).show()

# %% [markdown]
# Say 9 of 12 answers are right. Is that proof that people see the difference? If nobody saw any,
# each answer would be a coin's. The **p-value** is the probability that twelve coins lie at least
# as far from six as nine does, on either side:
#
# $$p = 2 \sum_{k=9}^{12} \binom{12}{k}\, 2^{-12}.$$

# %%
guess = None  # "a", "b" or "c"
predict(
    "9 of 12 are right. How often would coins do at least that well, or that badly?",
    choices={"a": "about once in 100", "b": "about once in 20", "c": "about once in 7"},
    guess=guess,
    answer="c",
    why={
        "a": "nine to three looks clear, but twelve throws of a coin are very few.",
        "b": "one in 20 is where many draw the line, and 9 of 12 does not reach it; 10 do.",
        "c": "p = 0.146. Ten of twelve give 0.039.",
    },
)


# %%
def power(asked, share):
    """How often a panel comes to p < 0.05, if each answer is right with this probability."""
    p = [style.blind.p_value(right, asked - right) for right in range(asked + 1)]
    chance = [math.comb(asked, k) * share**k * (1 - share) ** (asked - k) for k in range(asked + 1)]
    return sum(c for c, value in zip(chance, p, strict=True) if value < 0.05)


figure, ax = plt.subplots(figsize=(6.4, 2.8))
numbers = range(6, 151, 4)
for share, marker in ((0.6, "o"), (0.7, "s"), (0.8, "^")):
    found = [power(n, share) for n in numbers]
    ax.plot(numbers, found, marker=marker, ms=3, label=f"{share:.0%} see it")
ax.axhline(0.8, color=plots.TRUTH, lw=0.8, ls="--")
ax.set(xlabel="answers", ylabel="chance of p < 0.05", ylim=(0, 1.02))
ax.legend(loc="lower right")
show(
    figure,
    alt="The chance that a panel finds a difference against the number of answers. If 80 per cent "
    "see it, 25 answers do; if 70 per cent, about 50; if 60 per cent, 150 are not enough.",
)
claim("p-value of 9 right answers of 12", style.blind.p_value(9, 3), equals=0.146, tolerance=5e-4)
claim("12 answers, 70 % see it: chance to find out", power(12, 0.7), at_most=0.3)
claim("50 answers, 70 % see it: chance to find out", power(50, 0.7), at_least=0.75)

# %% [markdown]
# Twelve answers of one person are also less than twelve persons: a habit of that person is counted
# twelve times. And there is something that no pair shows: **variety**. A generator with one perfect
# 7 passes every blind test. For that we need numbers that look at many pictures at once.
#
# ## 2 · Features
#
# Two sets of pictures are never equal pixel by pixel. They have to be compared by **features**: by
# numbers that a network computes from each picture. The field takes a layer of Inception-v3, which
# learned a thousand classes of photographs. It has never seen a scanned digit, and what it says
# about one means little. So this course ships small networks of its own; this one learned to read
# the digits, and has 64 features. Its name and its hash belong to every score. It learned from the
# training digits, so to judge a generator we compare with held-out ones, which neither has seen.

# %%
features = metrics.features("digits")
on_train, on_held_out, on_made = (metrics.extract(features, x) for x in (train, held_out, made))
half_a, half_b = on_train[:719], on_train[719:]
claim("numbers that describe a digit", on_train.shape[1], equals=64)
read = features.probabilities(on_held_out).argmax(1)
right = (read == held_out.labels).float().mean()
claim("share of held-out digits that it reads", right, at_least=0.98)

# %% [markdown]
# ## 3 · Inception score
#
# The first score that many papers shared asks a classifier two things. Is each picture clear? Then
# its probabilities $p(y|x)$ are near 0 and 1. Do all classes occur? Then their mean over the
# pictures, $p(y)$, is flat. One number says both, the **inception score**
#
# $$\exp\Big( \mathbb E_x\, \mathrm{KL}\big(p(y|x)\,\Vert\,p(y)\big) \Big),
# \qquad \mathrm{KL}(p \Vert q) = \sum_y p(y) \log \frac{p(y)}{q(y)} .$$
#
# It is 1 if all pictures look alike to the classifier, and the number of classes at best. Note what
# does not occur in it: a real picture. Three sets show what follows from that. One holds ten
# training pictures, again and again. One is noise, changed until the classifier is sure.

# %%
certain = features.probabilities(on_train)
ten = torch.stack([train.samples[certain[:, digit].argmax()] for digit in range(10)])
rubbish = 0.4 * torch.randn(60, 1, 16, 16, generator=runtime.generator(1))
wanted = torch.arange(10).repeat(6)
for _ in range(40):
    rubbish.requires_grad_(True)
    loss = cross_entropy(features.head(features.network(rubbish)), wanted, reduction="sum")
    (slope,) = torch.autograd.grad(loss, rubbish)
    rubbish = (rubbish - 0.02 * slope.sign()).detach().clamp(-1, 1)
sets = {"held-out": held_out.samples, "ten pictures": ten.repeat(6, 1, 1, 1), "rubbish": rubbish}
scores = {}
for name, pictures in sets.items():
    probabilities = features.probabilities(metrics.extract(features, pictures))
    scores[name] = metrics.inception_score(probabilities, splits=1).value
show(
    plots.sheets({f"{n}: {scores[n]:.1f}": x[:60] for n, x in sets.items()}, columns=10, width=9),
    alt="Three sheets with their scores. Held-out digits, all different; ten digits six times; and "
    "grey noise in which no digit can be seen. Noise and ten pictures score higher than real ones.",
)
claim("ten pictures over held-out digits", scores["ten pictures"] / scores["held-out"], at_least=1)
claim("rubbish over held-out digits", scores["rubbish"] / scores["held-out"], at_least=1)

# %% [markdown]
# Both beat the real digits. The score is blind within a class, blind to what is real, and it can be
# climbed like any loss. Read it as a quick look at clearness and balance, never as a verdict.
#
# ## 4 · Fréchet distance, from scratch
#
# Let us compare with real pictures instead. Take their features for draws from a Gaussian, and the
# fakes' too. How far apart are two Gaussians? Chapter 06 gave an answer: as far as the cheapest
# transport has to carry. Here we pay the *squared* distance.
#
# On a line the cheapest transport keeps the order: the lowest tenth goes to the lowest tenth. Let
# $u$ be a standard normal number. Then $x = \mu_a + \sigma_a u$ goes to $y = \mu_b + \sigma_b u$,
# with the same $u$, and the cost is
#
# $$\mathbb E\,(x - y)^2 = (\mu_a - \mu_b)^2 + (\sigma_a - \sigma_b)^2
# = (\mu_a - \mu_b)^2 + \sigma_a^2 + \sigma_b^2 - 2\,\sigma_a \sigma_b .$$
#
# In $d$ dimensions the squares $\sigma^2$ become covariance matrices $A$ and $B$. Whatever the
# transport is, with $C = \mathrm{Cov}(x, y)$,
#
# $$\mathbb E\,\lVert x - y \rVert^2 = \lVert \mu_a - \mu_b \rVert^2
# + \mathrm{tr}\,A + \mathrm{tr}\,B - 2\,\mathrm{tr}\,C ,$$
#
# and the best $C$ is the one with the largest trace. It belongs to a linear map $y = Tx$ without
# any rotation, that is, with symmetric $T$:
#
# $$T = A^{-1/2} \big(A^{1/2} B A^{1/2}\big)^{1/2} A^{-1/2}, \qquad
# \mathrm{tr}\,C = \mathrm{tr}\,T A = \mathrm{tr} \big(A^{1/2} B A^{1/2}\big)^{1/2} .$$
#
# The root of a matrix $M$ is a matrix whose product with itself is $M$; it is *not* the root of
# every entry. For a symmetric $M$ we get it from the eigenvalues, in three lines.


# %%
def root(matrix):
    """R with R @ R = matrix, for a symmetric matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def frechet(mean_a, cov_a, mean_b, cov_b):
    """The squared distance of two Gaussians."""
    half = root(cov_a)
    overlap = root(half @ cov_b @ half).trace()
    return (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * overlap


random = runtime.generator(0)
cov_a = torch.tensor([[1.0, 0.8], [0.8, 1.0]], dtype=torch.float64)
cov_b = torch.tensor([[1.5, -0.9], [-0.9, 0.8]], dtype=torch.float64)
shift = torch.tensor([4.0, 0.5], dtype=torch.float64)
half = root(cov_a)
T = half.inverse() @ root(half @ cov_b @ half) @ half.inverse()
x = torch.randn(4_000, 2, dtype=torch.float64, generator=random) @ half
y = x @ T + shift
closed = frechet(torch.zeros(2, dtype=torch.float64), cov_a, shift, cov_b)

# %%
figure, ax = plt.subplots(figsize=(6.4, 2.8))
ax.scatter(*x[:400].T, s=4, color=plots.REAL, label="one Gaussian")
ax.scatter(*y[:400].T, s=4, color=plots.FAKE, label="the other")
for start, end in zip(x[:25], y[:25], strict=True):
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "0.5", "lw": 0.7})
ax.set(aspect="equal", xlabel="feature 1", ylabel="feature 2")
ax.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.2))
show(
    figure,
    alt="Two long clouds of points, one leaning right and one leaning left, four units apart. "
    "Arrows carry points of the first to points of the second, left to left and right to right.",
)
claim("T carries A to B: largest error of T A T", (T @ cov_a @ T - cov_b).abs().max(), at_most=1e-9)
claim(
    "the map's mean cost over the formula",
    (x - y).square().sum(1).mean() / closed,
    at_least=0.95,
    at_most=1.05,
)
claim(
    "the library's distance minus ours",
    abs(metrics.gaussian_frechet(torch.zeros(2), cov_a, shift, cov_b) - closed),
    at_most=1e-9,
)

# %% [markdown]
# With Inception's features this is the **FID**, Fréchet inception distance. Published versions got
# it wrong in many ways: the covariance of the transposed matrix, the root of every entry, a general
# matrix root that comes out complex, single precision. The exercises hold them all.
#
# Mind what "take them for a Gaussian" costs. Two sets with the same mean and covariance have
# distance 0, whatever they look like. The features have to do the rest.

# %%
corners = torch.tensor([[0.0, 1.0], [-0.87, -0.5], [0.87, -0.5]])
clumps = data.Mixture(corners, std=0.15).draw(3_000, random)
factor = root(torch.cov(clumps.T))
smooth = torch.randn(3_000, 2, generator=random) @ factor + clumps.mean(0)
figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.0))
for ax, points, title in zip(axes, (clumps, smooth), ("three clumps", "a Gaussian"), strict=True):
    ax.scatter(*points[:1_500].T, s=3, color=plots.REAL)
    ax.set(title=title, xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), aspect="equal")
show(
    figure,
    alt="Left: points in three separate clumps. Right: one round cloud. Mean and covariance are "
    "the same.",
)
moments_alone = metrics.frechet_distance(clumps, smooth)
seen = metrics.two_sample_test(clumps, smooth, random=runtime.generator(0))
claim("Fréchet distance of the two", moments_alone, at_most=0.02)
claim("share that a small classifier tells apart", seen.accuracy, at_least=0.75)

# %% [markdown]
# ## 5 · Few samples make it too large
#
# We never have the true means and covariances, only estimates from $n$ samples. These differ by
# chance, and a distance counts every difference as positive. How much is that? Take two Gaussians
# in 64 dimensions, $\mathcal N(0, 1)$ and $\mathcal N(0.1, 1.1^2)$ in every coordinate. Their true
# distance is $64\,(0.1^2 + 0.1^2) = 1.28$.

# %%
guess = None  # "a", "b" or "c"
predict(
    "We measure it five times with 1,000 samples a side. What do we get?",
    choices={
        "a": "1.28, give or take 0.1",
        "b": "about 1.28, sometimes 0.3 and sometimes 3",
        "c": "between 3 and 4, every time",
    },
    guess=guess,
    answer="c",
    why={
        "a": "a thousand samples sound like enough, but they estimate 2,080 covariances.",
        "b": "the error has hardly any spread. It is always on the same side.",
        "c": "and the five agree so well that one would like to believe them.",
    },
)

# %% [markdown]
# The **kernel distance**, KID, asks another question: how alike are two real samples, two fakes,
# and a real sample and a fake? With $k(x, y) = (x \cdot y / d + 1)^3$ it is
#
# $$\mathrm{KID} = \mathbb E\,k(x, x') + \mathbb E\,k(y, y') - 2\,\mathbb E\,k(x, y) .$$
#
# Each is a mean over pairs of *different* samples, and a mean of samples is right on average. For
# our two Gaussians it can be worked out by hand as well: the third power needs moments up to the
# third. Let $m = \lVert \mu \rVert^2$ and let $s$ be the standard deviation.


# %%
def true_kid(d, m, s):
    """KID of N(0, I) and N(mu, s² I) in d dimensions, where m = |mu|²."""
    squares = d * s**4 + 2 * s**2 * m + m**2
    cubes = m**3 + 6 * s**2 * m**2 + (3 * d + 6) * s**4 * m
    within = 1 + 3 * m / d + 3 * squares / d**2 + cubes / d**3
    return (1 + 3 / d) + within - 2 * (1 + 3 * (d * s**2 + m) / d**2)


def kid(x, y, block=1_000):
    """Mean over blocks: pairs across blocks are left out, which costs little and saves memory."""
    parts = zip(x.split(block), y.split(block), strict=True)
    return torch.tensor([metrics.squared_mmd(a, b) for a, b in parts]).mean()


d, repeats = 64, 5
sizes = runtime.by_budget(
    smoke=(250, 1_000), laptop=(250, 500, 1_000, 2_000, 5_000, 10_000), full=(250, 1_000, 50_000)
)
fids, kids, limits = [], [], []
for n in sizes:
    for _ in range(repeats):
        x = torch.randn(n, d, generator=random)
        y = 1.1 * torch.randn(n, d, generator=random) + 0.1
        fids.append(metrics.frechet_distance(x, y))
        kids.append(kid(x, y))
        if n >= 1_000:
            limits.append(metrics.fid_infinity(x, y, random=random).value)
fids, kids = (torch.tensor(values).view(len(sizes), repeats) for values in (fids, kids))
limits = torch.tensor(limits).view(-1, repeats)
truth = true_kid(d, d * 0.01, 1.1)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
places = range(len(sizes))
late = places[-len(limits) :]
left.plot(places, fids, "o", color=plots.FAKE, ms=4)
left.plot(late, limits, "s", color=plots.REAL, ms=4, mfc="none")
left.axhline(1.28, color=plots.TRUTH, lw=1)
left.set(title="FID (dots) and FID-infinity (squares)", ylim=(0, 14))
right.plot(places, kids, "o", color=plots.FAKE, ms=4)
right.axhline(truth, color=plots.TRUTH, lw=1)
right.set(title="KID", ylim=(0, 2.2 * truth))
for ax in (left, right):
    ax.set_xticks(places, [f"{n:,}" for n in sizes], rotation=30)
    ax.set_xlabel("samples on each side")
show(
    figure,
    alt="Left: five FIDs for each number of samples fall from 11 at 250 to 1.5 at 10,000. The "
    "truth is a line at 1.28, below them; the squares of FID-infinity lie around it. Right: five "
    "KIDs each scatter around the truth, widely for 250 samples and closely for 10,000.",
)
at = sizes.index(1_000)
claim("FID at 1,000 samples, the smallest of five", fids[at].min(), at_least=2.5)
claim("its spread over the five", fids[at].std(), at_most=0.3)
claim("all KIDs: mean over truth", kids.mean() / truth, at_least=0.85, at_most=1.15)
errors = [(values[-1].mean() - 1.28).abs() for values in (limits, fids)]
claim("most samples: error of FID-infinity over that of FID", errors[0] / errors[1], at_most=0.5)

# %% [markdown]
# The dots of FID lie close together, far from the truth: precise and wrong. KID scatters around the
# truth from the start: with few samples uncertain, but honest about it.
#
# The bias falls like $1/n$. **FID-infinity** uses that. It measures at several sizes, draws a
# straight line over $1/n$, and reads off where $1/n = 0$.
#
# The bias depends on the features *and on the generator*. So a FID with 5,000 samples must not be
# set beside one with 50,000, nor beside one against another number of real pictures. Two honest
# habits: give $n$ of both sides, and give the **floor**, what a score says of two halves of the
# real data.

# %%
floor = metrics.frechet_distance(half_a, half_b)
claim("FID of two halves of the training digits", floor, at_least=0.2)
estimate = metrics.kernel_distance(
    half_a, half_b, random=runtime.generator(0), subsets=50, subset_size=300
)
claim(
    "|KID| of the two halves, in standard errors", abs(estimate.value) / estimate.error, at_most=3
)

# %% [markdown]
# ## 6 · Two questions, not one
#
# A single distance mixes two faults: fakes that are not like anything real, and real things that
# are never made. Draw a ball around each real point that reaches to its $k$-th neighbour. All balls
# together are a guess at where real points live. Then
#
# - **precision**: the share of fakes in a real ball. *Is what it makes good?*
# - **recall**: the share of real points in a fake's ball. *Does it make everything?*
# - **density**: in how many real balls a fake lies, divided by $k$. Unlike precision it is not
#   fooled by one outlier with a huge ball. It may exceed 1.
# - **coverage**: the share of real balls that hold a fake. Unlike recall it draws no balls around
#   fakes, which are large when fakes are scattered.

# %%
guess = None  # "a", "b" or "c"
predict(
    "A generator has collapsed: all its points lie on one of eight modes. What do we measure?",
    choices={
        "a": "precision high, recall low",
        "b": "precision low, recall high",
        "c": "both low",
    },
    guess=guess,
    answer="a",
    why={
        "a": "everything it makes is fine, and it makes next to nothing.",
        "b": "this is noise: it reaches everything and hits by chance. A library had the two "
        "swapped until somebody measured a collapsed generator.",
        "c": "its points are as good as real ones, so precision has nothing to complain about.",
    },
)

# %%
ring = data.ring(modes=8, std=0.25)
points = ring.draw(500, random)
fakes = {
    "as the data": ring.draw(500, random),
    "collapsed": data.Mixture(ring.means[:1], 0.2).draw(500, random),
    "noise": 1.8 * torch.randn(500, 2, generator=random),
    "two modes lost": data.Mixture(ring.means[:6], 0.25).draw(500, random),
}
found = {name: metrics.neighbourhood(points, fake, k=5) for name, fake in fakes.items()}
figure, axes = plt.subplots(1, 4, figsize=(9.5, 3.2))
for ax, (name, fake) in zip(axes, fakes.items(), strict=True):
    plots.cloud(ax, fake, real=points, title=name, limit=4)
    at = found[name]
    first = f"precision {at.precision:.1f}, recall {at.recall:.1f}"
    ax.set_xlabel(f"{first}\ndensity {at.density:.1f}, coverage {at.coverage:.1f}")
show(
    figure,
    alt="Points of a generator over a ring of eight modes, four times. As the data: all four near "
    "1. Collapsed on one mode: precision 1, recall and coverage near 0.1. Noise: precision about "
    "0.5, recall 1. Two modes lost: precision 1, recall and coverage about 0.7.",
)
claim("collapsed: precision", found["collapsed"].precision, at_least=0.95)
claim("collapsed: recall", found["collapsed"].recall, at_most=0.2)
claim("noise: precision", found["noise"].precision, at_most=0.5)
claim("noise: recall", found["noise"].recall, at_least=0.9)
claim("two modes lost: coverage", found["two modes lost"].coverage, at_least=0.65, at_most=0.8)

# %% [markdown]
# Move the slider from collapse to noise. Precision falls while recall rises: many generators have a
# switch of this kind, the temperature of chapter 01 among them, and a single score would reward
# whichever end it likes better.


# %%
def spread_out(spread):
    """Fakes between one tight clump and noise everywhere, and their scores."""
    centre = (1 - spread) * ring.means[0]
    fake = centre + (0.15 + 1.7 * spread) * torch.randn(300, 2, generator=runtime.generator(2))
    at = metrics.neighbourhood(points[:300], fake, k=5)
    canvas = torch.ones(1, 3, 161, 161)
    for cloud, colour in ((points[:300], (-1.0, -0.1, 0.4)), (fake, (0.7, -0.3, -1.0))):
        column, row = ((cloud.clamp(-3.9, 3.9) + 4) * 20).long().T
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            canvas[0, :, 160 - row + dy, column + dx] = torch.tensor(colour)[:, None]
    words = f"precision {at.precision:.2f}, recall {at.recall:.2f}, coverage {at.coverage:.2f}"
    return plots.grid(canvas, scale=2), f"Spread {spread:.2f}: {words}."


Panel(spread_out, {"spread": (0.0, 1.0, 0.3)}).show()

# %% [markdown]
# ## 7 · Let a classifier try
#
# If fakes were as the data, nobody could learn to tell them apart. So train a classifier on one
# half of both, and count on the other half. If there is no difference, each answer is a coin's, and
# the p-value is that of section 1, from the upper side alone. This is a discriminator that came too
# late to be fooled. At best it is right with probability $\tfrac12 + \tfrac12 \mathrm{TV}$, where
# $\mathrm{TV} = \tfrac12 \int |p - q|$ is the total variation distance of the two densities.

# %%
contests = {"digits, two halves": (half_a, half_b), "shipped generator": (on_train, on_made)}
numbers = (25, 50, 100, 200, 400, 700)
p_values = {name: torch.zeros(len(numbers), 5) for name in contests}
for name, (real, fake) in contests.items():
    for i, n in enumerate(numbers):
        for seed in range(5):
            random = runtime.generator(seed)
            some, others = (x[torch.randperm(len(x), generator=random)[:n]] for x in (real, fake))
            outcome = metrics.two_sample_test(some, others, random=random, steps=60)
            p_values[name][i, seed] = outcome.p_value
figure, ax = plt.subplots(figsize=(6.4, 2.8))
for (name, values), colour in zip(p_values.items(), (plots.REAL, plots.FAKE), strict=True):
    ax.plot(numbers, values.clamp(min=1e-12), "o", ms=4, alpha=0.6, color=colour)
    ax.plot(numbers, values.median(1).values.clamp(min=1e-12), color=colour, label=name)
ax.axhline(0.05, color=plots.TRUTH, lw=0.8, ls="--")
ax.set(xscale="log", yscale="log", xlabel="samples on each side", ylabel="p-value", ylim=(1e-12, 2))
ax.set_xticks(numbers, map(str, numbers))
ax.minorticks_off()
ax.legend(loc="lower left")
show(
    figure,
    alt="p-values against the number of samples, both axes logarithmic. For two halves of the "
    "digits they stay between 0.05 and 1. For the shipped generator they start there too, and "
    "fall far below one in a million at 700 samples.",
)
claim(
    "two halves: median p-value at 700", p_values["digits, two halves"][-1].median(), at_least=0.05
)
claim("shipped: median p-value at 25", p_values["shipped generator"][0].median(), at_least=0.01)
claim("shipped: median p-value at 700", p_values["shipped generator"][-1].median(), at_most=1e-5)

# %% [markdown]
# The same generator passes with 25 samples and fails with 700. A p-value says how sure we are
# *that* there is a difference. It does not say how large it is: with enough samples every generator
# fails.
#
# ## 8 · Copies
#
# A generator that stored its training pictures would pass all of that. Its pictures are real. To
# catch it we need pictures from the same source that it never saw. Measure how far each fake is
# from its nearest training picture, and how far the held-out pictures are from theirs. Fakes that
# are nearer than all but 5 % of the held-out pictures are suspicious. An honest generator has about
# 5 % of them.
#
# Our copier takes training digits and adds a little noise. The shipped generator is measured too.

# %%
copied = train.draw(1_000, runtime.generator(1))
copied = copied + 0.1 * torch.randn(copied.shape, generator=runtime.generator(2))
sets = {"copier": metrics.extract(features, copied), "shipped": on_made[:1_000]}
caught = {name: metrics.memorisation(x, on_train, on_held_out) for name, x in sets.items()}
fresh = metrics.memorisation(on_held_out, on_train, on_held_out)
bins = {"bins": 40, "range": (0, 4), "density": True}
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), width_ratios=[1.5, 1])
for (name, found), colour in zip(caught.items(), (plots.FAKE, "#009E73"), strict=True):
    axes[0].hist(found.distances.numpy(), histtype="step", color=colour, lw=2, label=name, **bins)
axes[0].hist(fresh.distances.numpy(), color=plots.REAL, alpha=0.35, label="held-out", **bins)
axes[0].axvline(fresh.threshold, color=plots.TRUTH, ls="--", lw=0.8)
axes[0].set(xlabel="distance to the nearest training digit", yticks=[])
axes[0].legend()
rows = []
for pictures, name in ((copied, "copier"), (made, "shipped")):
    rows += [pictures[:8], train.samples[caught[name].nearest[:8]]]
axes[1].imshow(plots.grid(torch.cat(rows), columns=8, scale=3))
axes[1].set_title("copier, nearest; shipped, nearest", fontsize=10)
axes[1].set_axis_off()
show(
    figure,
    alt="Left: distances to the nearest training digit. The copier's lie far left of the held-out "
    "digits', the shipped generator's where they are and farther right. Right: eight pictures of "
    "the copier above their nearest training digits, the same; eight of the shipped generator "
    "above theirs, alike but not the same.",
)

# %%
best = metrics.frechet_distance(on_held_out, sets["copier"])
claim("copier: FID to held-out digits", best, at_most=0.6)
worse = metrics.frechet_distance(on_held_out, on_made[:1_000])
claim("shipped: FID to held-out digits, over the copier's", worse / best, at_least=1.2)
claim("copier: share of suspicious pictures", caught["copier"].share, at_least=0.8)
claim("shipped: share of suspicious pictures", caught["shipped"].share, at_most=0.12)

# %% [markdown]
# By FID the copier wins. Only the comparison with held-out pictures catches it. Look at the pairs
# as well: a number does not know what a copy *is*. A mirrored or shifted copy is far in pixels and
# near for the eye, and features decide what counts as near.
#
# ## 9 · Calibrate before you trust
#
# A scale that nobody has tested weighs nothing. A score should be at its best for the data
# themselves, and get worse when we spoil them more. Four ways to spoil one half of the training
# digits, each from not at all to badly: noise; blur; digits left out; and training digits of the
# *other* half copied in.


# %%
def spoil(pictures, labels, kind, strength):
    """Pictures made worse; strength from 0, which changes nothing, to 1."""
    random = runtime.generator(4)
    if kind == "noise":
        return (pictures + strength * torch.randn(pictures.shape, generator=random)).clamp(-1, 1)
    if kind == "blur":
        return torch.lerp(pictures, avg_pool2d(pictures, 5, 1, 2), strength)
    if kind == "digits left out":
        left = pictures[labels >= round(8 * strength)]
        return (
            left[torch.randint(len(left), (len(pictures),), generator=random)] if strength else left
        )
    copies = torch.rand(len(pictures), generator=random) < strength
    return torch.where(copies[:, None, None, None], train.samples[: len(pictures)], pictures)


kinds, strengths = ("noise", "blur", "digits left out", "copies"), (0.0, 0.25, 0.5, 0.75, 1.0)
names = ("FID", "KID", "precision", "recall", "suspicious")
table = torch.zeros(len(kinds), len(strengths), len(names), dtype=torch.float64)
for i, kind in enumerate(kinds):
    for j, strength in enumerate(strengths):
        spoilt = spoil(train.samples[719:], train.labels[719:], kind, strength)
        x = metrics.extract(features, spoilt)
        near = metrics.neighbourhood(half_a, x, k=5)
        distances = metrics.frechet_distance(half_a, x), metrics.squared_mmd(half_a, x)
        share = metrics.memorisation(x, half_a, on_held_out).share
        table[i, j] = torch.tensor([*distances, near.precision, near.recall, share])

# %%
figure, axes = plt.subplots(len(names), len(kinds), figsize=(9, 7), sharex=True)
for row, name in enumerate(names):
    for column, kind in enumerate(kinds):
        ax = axes[row, column]
        ax.plot(strengths, table[column, :, row], "o-", color=plots.FAKE, ms=4)
        ax.set_ylim((0, 1.05) if row > 1 else (None, None))
        if row == 0:
            ax.set_title(kind)
    axes[row, 0].set_ylabel(name)
for ax in axes[-1]:
    ax.set_xlabel("strength")
show(
    figure,
    alt="A grid of curves: five scores, four kinds of damage. FID and KID rise with noise, blur "
    "and missing digits, and fall with copies. Precision falls with noise and blur, recall with "
    "these and with missing digits. The share of suspicious pictures rises with copies alone.",
    dpi=64,
)
claim("FID of a set and itself", metrics.frechet_distance(half_a, half_a), equals=0, tolerance=1e-4)
rising = table[:3, :, 0].diff(dim=1).min()
claim("FID, for noise, blur, digits left out: smallest step", rising, at_least=0)
worst = (table[:3, -1, 1] / table[:3, 1, 1]).min()
claim("KID for the same: at the worst over at a quarter", worst, at_least=2)
claim("digits left out: precision at the worst", table[2, -1, 2], at_least=0.85)
claim("digits left out: recall at the worst", table[2, -1, 3], at_most=0.5)
claim("copies: FID at the end", table[3, -1, 0], at_most=0.01)
claim("copies: suspicious at the end", table[3, -1, 4], at_least=0.95)

# %% [markdown]
# FID and KID pass for three kinds of damage and praise the fourth. (A step back, as KID makes one
# when digits are left out, is no contradiction: which digits are missing matters, not only how
# many.) Precision does not see what is missing. No single score answers to all four; together they
# do. And the zero point is not free either: undamaged digits do not score 0 in FID, for two halves
# differ by chance.
#
# ## 10 · Which one is better, and how sure?
#
# Three contestants on the digits: the shipped DCGAN, and the fully connected pair of chapter 03
# with 64 and with 128 hidden units, both after a short training. Five seeds each for those two,
# trained as an ensemble. The reference is the held-out digits.

# %%
steps = runtime.by_budget(smoke=20, laptop=900, full=5_000)
by_seed = {}
for hidden in (64, 128):
    game = training.Ensemble(
        lambda seed, hidden=hidden: nets.mlp((1, 16, 16), latent=16, hidden=hidden, seed=seed),
        train,
        members=5,
        seed=0,
        learning_rate=1e-3,
        batch=32,
    )
    for report in game.run(steps, every=steps):
        found = [metrics.extract(features, member) for member in report.samples.cpu()]
    by_seed[f"{hidden} units"] = torch.tensor(
        [metrics.squared_mmd(on_held_out, x) for x in found], dtype=torch.float64
    )
one = metrics.kernel_distance(
    on_held_out, found[0], random=runtime.generator(0), subsets=50, subset_size=150
)
dcgan = metrics.kernel_distance(
    on_held_out, on_made, random=runtime.generator(0), subsets=50, subset_size=150
)

# %% [markdown]
# Two kinds of chance are at work. One lies in the *samples*: other pictures of the same network
# would score a little differently. The library's standard error speaks of it. The other lies in the
# *training*: another seed is another network. To say "this network is better than that one", the
# first is enough. To say "this method is better", we need the second, which is larger here.
#
# For two methods with $n$ seeds each, the interval of the difference of their means, with 95 %
# confidence, is $\bar a - \bar b \pm t \sqrt{(s_a^2 + s_b^2)/n}$, where $s$ are the standard
# deviations over seeds and $t = 2.78$ for $n = 5$ (Welch's formula at its most careful).


# %%
def difference(a, b, t=2.78):
    """Mean of a minus mean of b, with the ends of its 95 % interval; five seeds each."""
    half = t * ((a.var() + b.var()) / len(a)).sqrt()
    middle = a.mean() - b.mean()
    return middle.item(), (middle - half).item(), (middle + half).item()


narrow, wide = by_seed.values()
middle, low, high = difference(narrow, wide)

# %%
figure, ax = plt.subplots(figsize=(6.4, 2.4))
for row, values in enumerate(by_seed.values()):
    ax.plot(values, [row] * 5, "o", color=plots.FAKE, alpha=0.6)
    ax.plot([values.mean()], [row], "|", color=plots.TRUTH, ms=22)
ax.errorbar([dcgan.value], [2], xerr=2 * dcgan.error, fmt="s", color=plots.REAL, capsize=4)
ax.set(yticks=range(3), yticklabels=[*by_seed, "shipped DCGAN"], ylim=(-0.6, 2.6))
ax.set(xlabel="KID to held-out digits", title="Five seeds each; the bar is the mean")
show(
    figure,
    alt="KID of five networks with 64 units, of five with 128 units, and of the shipped DCGAN with "
    "a bar of two standard errors. The DCGAN lies near 0, all others far to the right; the two "
    "groups of five overlap.",
)
everyone = torch.cat([narrow, wide])
gap = everyone.min() - dcgan.value
claim("best of the ten minus the shipped network", gap, at_least=0.1, needs_training=True)
lower = wide.mean() - dcgan.value - 2.78 * (wide.var() / 5 + dcgan.error**2).sqrt()
claim(
    "128 units minus shipped, lower end of the interval", lower, at_least=0.05, needs_training=True
)
claim("64 against 128 units: width of the interval", high - low, at_least=0.05, needs_training=True)
spread = everyone.std() / one.error
claim(
    "spread over all ten seeds over one network's standard error",
    spread,
    at_least=1,
    needs_training=True,
)
verdict = "undecided" if low < 0 < high else "decided"

# %% [markdown]
# **The shipped network is better than each of the ten**, by far more than the error. That is a
# statement about networks; the interval holds both kinds of chance. The shipped one had thousands
# of steps more, so nothing is said about the methods: chapter 04 gave both the same budget, and
# they came out even.
#
# **64 or 128 units?** Here the interval is what counts. When we wrote this, the means favoured 128
# and the interval still held 0: five seeds do not decide it. To halve the interval takes four times
# the seeds. `verdict` holds what your machine found. Anyone who had run one seed of each could have
# published either answer.
#
# ## 11 · One move, many names
#
# Every distance of this chapter, and many of this course, is made in the same way. Choose features,
# choose which statistics of them to compare, choose how.
#
# | features | statistic | distance | where |
# |---|---|---|---|
# | Inception, or ours | mean and covariance | Fréchet | FID, here |
# | the same | all moments up to the third | cubic kernel | KID, here |
# | VGG-19 | second moments (Gram matrix) | squared difference | style, chapter 11 |
# | VGG-19 | mean and spread by channel | made equal | AdaIN, chapter 12 |
# | a critic that learns | its mean | the largest gap | $W_1$, chapter 06 |
# | a classifier that learns | share of right answers | accuracy | section 7, chapter 02 |
#
# Gram matching is a kernel distance with $k(x, y) = (x \cdot y)^2$, to the last digit. And a
# critic's gap between two means is $W_1$, if the critic is the best of all with slope at most 1.

# %%
random = runtime.generator(5)
x, y = torch.randn(300, 8, generator=random), 1.3 * torch.randn(200, 8, generator=random) + 0.2
gram = lambda x: x.T @ x / len(x)
mean_kernel = lambda a, b: (a @ b.T).square().mean()
by_kernel = mean_kernel(x, x) + mean_kernel(y, y) - 2 * mean_kernel(x, y)
by_gram = (gram(x) - gram(y)).square().sum()
claim("kernel distance over Gram distance", by_kernel / by_gram, equals=1, tolerance=1e-3)
line = torch.randn(1_000, generator=random)
moved = line + 0.7
best_critic_gap = moved.mean() - line.mean()  # of the critic f(x) = x, whose slope is 1
claim("critic's gap", best_critic_gap, equals=0.7, tolerance=1e-4)
claim("transport by sorting", metrics.wasserstein_1d(line, moved), equals=0.7, tolerance=1e-4)

# %% [markdown]
# ## 12 · What the numbers may be used for
#
# | you want to say | you need |
# |---|---|
# | *this network is better* | the same features (hash), $n$ and reference; KID with its error |
# | *this method is better* | five seeds or more, equal budgets, an interval of the difference |
# | *it collapsed* | recall, coverage, modes by a classifier; never FID alone |
# | *it does not copy* | held-out pictures, memorisation, and the pairs before your eyes |
# | *people prefer it* | a blind test, its size fixed beforehand |
# | *as good as paper X* | their code for the score; resizing alone moves FID by whole points |
#
# Not allowed: FIDs with different $n$ side by side; Inception's FID on digits; the best of many
# checkpoints by the score that is then reported; a score that the generator was trained on.
#
# **Two questions of the articles.** *How do we evaluate a GAN (A2)?* "By people and by FID": yes,
# with the size of the panel, and with KID, recall and copies beside FID, for the reasons above.
# *How do we evaluate style transfer (A3)?* It names three things, and each has its measure. Visual
# quality: a blind test. Style consistency: a distance between statistics of features, by a network
# that took no part in the stylising. Content kept: a distance between the features themselves,
# place by place. `style.judge` measures the last two (chapters 10 to 13).
#
# `metrics.evaluate` and the command `ganlearn evaluate` measure all of this chapter at once, and
# write down by which protocol.

# %%
everything = metrics.evaluate(made, train, features=features, held_out=held_out)
protocol = everything.protocol
print(f"features {protocol['features']} {protocol['features_sha256'][:12]}")
print(f"{protocol['n_fake']} fakes, {protocol['n_real']} real, {protocol['n_held_out']} held out")
print(f"k = {protocol['neighbours']}, seed {protocol['seed']}")
claim("the shipped network's coverage of ten digits", everything.modes.modes, equals=10)
claim("its precision", everything.neighbourhood.precision, at_least=0.4)
claim("its recall", everything.neighbourhood.recall, at_least=0.6)

# %% [markdown]
# ## What the paper does, what we do
#
# | | paper | here |
# |---|---|---|
# | FID | Inception-v3, 2,048 features, 50,000 samples | 64 features of a reader of digits |
# | matrix root | a general root, real part taken | symmetric form in float64, always real |
# | KID | mean over subsets of 1,000 | the same; the error by the jackknife, for subsets overlap |
# | precision, recall | $k = 3$ on VGG-16 | $k = 5$ on our features |
# | two-sample test | network on pixels | small network on features |
# | copies | rank test of all distances | share below the 5 % threshold (ranks: exercise 08.5) |
#
# ## When it fails
#
# - *FID below 0 or not a number*: fewer samples than features, and single precision or roots of
#   rounding errors. *All scores superb at once*: copies, or fakes compared with themselves.
# - *FID changes with the batch size*: the network is in training mode. The library asks in
#   evaluation mode and puts every mode back.
# - *Precision 1 on rubbish*: an outlier's ball; look at density. *KID below 0*: nothing is wrong.
# - Collapse itself is on show in the [failure museum](05_the_failure_museum.ipynb).
#
# ## Take-aways
#
# - A score is a choice of features, statistic and distance. Name all three, with hash and $n$.
# - FID is biased upward, by an amount that depends on the generator. KID is not, and has an error.
# - Precision and recall part what one number mixes. Only held-out pictures catch a copier.
# - A p-value grows sharper with $n$; it is not a distance. A network is not a method: use seeds.
# - Calibrate: best for the data, worse with damage. What one score misses, another must catch.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts.

# %% tags=["quiz"]
quiz(
    "One generator's FID is 12 with 5,000 samples and 9 with 20,000. What did you learn?",
    [
        "that 9 is its FID, and 12 was an error",
        "that FID scatters by 3 or so",
        "that the bias shrank",
        "that the later samples are better",
    ],
    right=2,
    because=[
        "9 is likely too large as well: a line over 1/n through both numbers ends at 8.",
        "FIDs with equal n lie close together, and all of them on the same side of the truth.",
        "The network is the same, so compare at equal n, or extrapolate to 1/n = 0.",
        "All samples come from the same network, and none knows how many came before it.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Precision 0.98, recall 0.05, and every single picture looks good. What happened?",
    [
        "it makes everything, and some of it badly",
        "it copies all of its training pictures",
        "nothing bad: recall is always low for sharp pictures",
        "it collapsed: good pictures, hardly any variety",
    ],
    right=3,
    because=[
        "That would be the other way round: high recall and low precision.",
        "Copies of all training pictures would have a high recall.",
        "Recall does not look at sharpness: it asks which real pictures have fakes around them.",
        "Nearly all fakes are near real pictures, and nearly all real ones are far from any fake.",
    ],
)

# %% tags=["quiz"]
quiz(
    "KID is −0.002 with a standard error of 0.003. Is the code wrong?",
    [
        "yes: a squared distance is never below 0",
        "no: an estimate of 0 is often a little below 0",
        "no, but one should report 0 instead",
        "no: the generator is better than the data",
    ],
    right=1,
    because=[
        "The true one is not; an estimate that is right on average falls on both sides of it.",
        "Half are; by this score, at this size, generator and data cannot be told apart.",
        "Whoever cuts off what is below 0 has a score that is too large on average, as FID is.",
        "Nothing is nearer to the data than they are themselves, and their KID is 0 on average.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A two-sample test gives p = 0.4 with 50 samples. Is the generator perfect?",
    [
        "yes: 0.4 is far above 0.05",
        "yes, with a probability of 0.4",
        "perhaps: this test found nothing in 50 samples",
        "no: 40 % of the fakes were found out",
    ],
    right=2,
    because=[
        "A test that finds nothing proves no equality; it may have seen too little.",
        "p is how often coins would do at least as well; it is no probability of being perfect.",
        "With more samples it may fail: ours passed with 25 samples and failed with 700.",
        "p counts no fakes; it says how often coins would do at least as well as the classifier.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why are held-out pictures needed to find copies, and not only the training pictures?",
    [
        "they show how near is usual without copying",
        "a copier gives back held-out pictures too",
        "a test with more pictures is more certain",
        "without them there is no FID to compare",
    ],
    right=0,
    because=[
        "Good fakes are near training pictures too; only real pictures not seen say how near.",
        "It never saw them; what gives it away is that it is nearer to the training pictures.",
        "More pictures sharpen a number, but do not say which distance is a suspicious one.",
        "A FID to the training pictures exists as well, and by FID the copier wins.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - T. Salimans et al., *Improved techniques for training GANs*, 2016,
#   [arXiv:1606.03498](https://arxiv.org/abs/1606.03498): inception score. S. Barratt, R. Sharma, *A
#   note on the inception score*, 2018, [arXiv:1801.01973](https://arxiv.org/abs/1801.01973).
# - M. Heusel et al., *GANs trained by a two time-scale update rule*, 2017,
#   [arXiv:1706.08500](https://arxiv.org/abs/1706.08500): FID. D. Dowson, B. Landau, 1982,
#   [doi:10.1016/0047-259X(82)90077-X](https://doi.org/10.1016/0047-259X(82)90077-X): the formula.
# - M. Bińkowski et al., *Demystifying MMD GANs*, 2018,
#   [arXiv:1801.01401](https://arxiv.org/abs/1801.01401): KID and the bias of FID.
# - M. J. Chong, D. Forsyth, *Effectively unbiased FID and inception score*, 2020,
#   [arXiv:1911.07023](https://arxiv.org/abs/1911.07023): FID-infinity.
# - T. Kynkäänniemi et al., *Improved precision and recall metric*, 2019,
#   [arXiv:1904.06991](https://arxiv.org/abs/1904.06991). M. F. Naeem et al., *Reliable fidelity and
#   diversity metrics*, 2020, [arXiv:2002.09797](https://arxiv.org/abs/2002.09797).
# - D. Lopez-Paz, M. Oquab, *Revisiting classifier two-sample tests*, 2017,
#   [arXiv:1610.06545](https://arxiv.org/abs/1610.06545).
# - C. Meehan, K. Chaudhuri, S. Dasgupta, *A non-parametric test to detect data-copying*, 2020,
#   [arXiv:2004.05675](https://arxiv.org/abs/2004.05675).
# - G. Parmar, R. Zhang, J.-Y. Zhu, *On aliased resizing and surprising subtleties in GAN
#   evaluation*, 2022, [arXiv:2104.11222](https://arxiv.org/abs/2104.11222).
# - G. Stein et al., *Exposing flaws of generative model evaluation metrics*, 2023,
#   [arXiv:2306.04675](https://arxiv.org/abs/2306.04675): no score agrees well with people.
# - Y. Li et al., *Demystifying neural style transfer*, 2017,
#   [arXiv:1701.01036](https://arxiv.org/abs/1701.01036): Gram as MMD.
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/08_measuring.ipynb): a Fréchet distance, an unbiased
# kernel distance, precision and recall, an inception score, and a test for copies.
