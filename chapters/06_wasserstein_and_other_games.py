# %% [markdown]
# # 06 · Wasserstein and other games
#
# **What should a generator minimise, if not the game of chapter 02, and what keeps its opponent
# honest?**
#
# <!-- badges -->
#
# Afterwards you can
# - say when the Jensen–Shannon divergence gives a generator no direction, and what does;
# - compute the Wasserstein distance exactly, on a line and in the plane, and derive its dual;
# - keep a critic flat in four ways, and test a penalty against its closed form;
# - predict from two eigenvalues which penalties let two players come to rest;
# - choose among six losses and four penalties by a measurement over seeds.
#
# *Before this:* chapters 02, 03 and 05.
# *Time:* about 100 minutes to read; the notebook runs in 60 seconds on two CPU cores.

# %%
import cmath
import json
import math
from pathlib import Path

from ganlearn import data, losses, metrics, nets, penalties, plots, progress, rules, runtime
from ganlearn import training
from ganlearn.notebook import claim, predict, quiz, quiz_score, show
from ganlearn.widgets import Panel

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from scipy.optimize import linprog

show(plots.course_map(here=6), alt="The chapters of the course in a row; the sixth is filled.")

# %% [markdown]
# ## 1 · A distance that forgets to say how far
#
# Chapter 02 ended its derivation with a warning. With the best discriminator, the generator
# minimises the **Jensen–Shannon divergence** $\mathrm{JSD}(p \Vert q)$ of the data $p$ and the
# samples $q$. If the two share no place, $\mathrm{JSD} = \log 2$, at any distance.
#
# Pictures are in that situation. They fill a thin sheet in the space of all pixels, and so do the
# pictures of a generator. Two thin sheets hardly ever meet.
#
# Take the smallest example: data narrowly around 0, a generator that makes narrowly $\theta$.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Data N(0, 0.1²), generator N(θ, 0.1²). How steep is JSD at θ = 1?",
    choices={"a": "about 1", "b": "about 0.1", "c": "less than 0.0001"},
    guess=guess,
    answer="c",
    why={
        "a": "1 is what a ruler would say: the distance of the two grows by 1 per unit.",
        "b": "JSD still moves a little when the tails overlap, and ten widths apart they do not.",
        "c": "JSD is log 2 up to a rest that nobody can hear; a ruler would say 1.",
    },
)

# %%
x = torch.linspace(-2, 4, 6_001, dtype=torch.float64)


def bell(mean):
    return torch.distributions.Normal(mean, 0.1).log_prob(x)


def jsd(log_p, log_q):
    """Jensen–Shannon divergence in nats, from log-densities at the points x."""
    log_m = torch.logaddexp(log_p, log_q) - math.log(2)
    kl = lambda log_a: torch.trapezoid(log_a.exp() * (log_a - log_m), x)
    return float(kl(log_p) + kl(log_q)) / 2


shifts = np.linspace(0, 2, 81)
random = runtime.generator(seed=0)
noise = 0.1 * torch.randn(1_000, generator=random)
by_jsd = [jsd(bell(0.0), bell(shift)) for shift in shifts]
by_w1 = [metrics.wasserstein_1d(noise, noise + shift) for shift in shifts]

figure, ax = plt.subplots(figsize=(6.4, 3))
ax.plot(shifts, by_w1, color=plots.REAL, label="Wasserstein-1")
ax.plot(shifts, by_jsd, "--", color=plots.FAKE, label="Jensen–Shannon")
ax.axhline(math.log(2), color=plots.TRUTH, lw=1, ls=":")
ax.text(2, math.log(2) + 0.04, "log 2", ha="right")
ax.set(xlabel="θ, where the generator is", ylabel="distance from the data")
ax.legend()
show(
    figure,
    alt="Two curves over the shift θ. Jensen–Shannon rises at once to log 2 and stays there; "
    "Wasserstein-1 is a straight line of slope 1.",
)

# %%
steep = abs(jsd(bell(0.0), bell(1.01)) - jsd(bell(0.0), bell(0.99))) / 0.02
claim("slope of JSD at θ = 1", steep, at_most=1e-4)
off = max(abs(w - shift) for w, shift in zip(by_w1, shifts, strict=True))
claim("worst |W1 − θ|", off, at_most=1e-5)

# %% [markdown]
# What to notice: the blue line says how far it is, everywhere. This chapter is about that line,
# about the critic that estimates it, and about what remains of the idea in practice.
#
# ## 2 · Moving earth
#
# Think of $p$ as a heap of earth and of $q$ as holes of the same volume. To carry one kilogram over
# one metre costs one. The **Wasserstein-1 distance** $W_1(p, q)$ is the cost of the cheapest plan:
#
# $$W_1(p, q) = \min_{\pi} \; \mathbb E_{(x, y) \sim \pi}\, \lVert x - y \rVert .$$
#
# A plan $\pi$ is a distribution of pairs: $x$ is distributed like $p$, $y$ like $q$. It is measured
# in the units of the samples.
#
# **On a line** the cheapest plan never lets two loads cross: the smallest goes to the smallest. For
# two sets of $n$ numbers, sort both. For any sets, look at the **distribution functions** $F$ and
# $G$, the share of samples up to $t$: what has to pass the place $t$ is $|F(t) - G(t)|$. So
#
# $$W_1 = \frac1n \sum_i |a_{(i)} - b_{(i)}| \quad\text{(equal sizes)}, \qquad
#   W_1 = \int |F(t) - G(t)|\,dt \quad\text{(any)}.$$

# %%
a = data.Mixture([[-1.5], [1.0]], std=0.3).draw(40, random)[:, 0]
b = data.Mixture([[0.3]], std=0.6).draw(40, random)[:, 0]
by_sorting = (a.sort().values - b.sort().values).abs().mean()
claim(
    "sorting minus the area between F and G",
    by_sorting - metrics.wasserstein_1d(a, b),
    equals=0,
    tolerance=1e-5,
)

figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 3.2))
for up, down in zip(a.sort().values, b.sort().values, strict=True):
    left.plot([up, down], [1, 0], color="#999999", lw=0.8)
left.plot(a, torch.ones(40), "o", color=plots.REAL, ms=5)
left.plot(b, torch.zeros(40), "o", color=plots.FAKE, ms=5)
left.set(yticks=[0, 1], yticklabels=["b", "a"], title="Sorted to sorted: no two lines cross")
t = np.linspace(-2.5, 2.5, 1_001)
F, G = (np.searchsorted(np.sort(s), t, side="right") / len(s) for s in (a, b[:25]))
right.fill_between(t, F, G, color="#009E73", alpha=0.4, lw=0)
right.plot(t, F, color=plots.REAL, label="F, of 40 numbers")
right.plot(t, G, color=plots.FAKE, label="G, of 25 numbers")
right.set(title="The area between F and G", xlabel="t")
right.legend(loc="upper left", fontsize=9)
show(
    figure,
    alt="Left: forty lines join two rows of dots and never cross. Right: two staircases that rise "
    "from 0 to 1, with the area between them shaded.",
)

# %% [markdown]
# **In the plane** nothing can be sorted. For two sets of $n$ points it is still a problem that a
# computer solves exactly: which one-to-one matching has the shortest lines? That takes a second for
# a thousand points. So in this chapter every generator of points gets an exact score.

# %%
ring = data.ring(std=0.1)
heap = ring.draw(64, random)
holes = 0.5 * torch.randn(64, 2, generator=random) + torch.tensor([0.4, 0.0])
plan = metrics.optimal_transport(heap, holes)
by_chance = (heap - holes).norm(dim=1).mean()
claim("cost of the first matching at hand over the best", by_chance / plan.cost, at_least=1.1)
moved = metrics.optimal_transport(heap, heap + torch.tensor([3.0, 4.0])).cost
claim("all points moved by (3, 4): W1", moved, equals=5, tolerance=1e-4)

# %% [markdown]
# ## 3 · The dual: a critic
#
# The plan is about pairs, and a network that looks at one sample at a time cannot find it. But
# there is a second way to the same number. Let $f$ be a function of one sample that never climbs
# more than 1 per unit of way: $f$ is **1-Lipschitz**, $f(x) - f(y) \le \lVert x - y \rVert$. We
# call it a **critic**. For *every* plan $\pi$
#
# $$\mathbb E_p f - \mathbb E_q f = \mathbb E_{\pi}[f(x) - f(y)]
#   \le \mathbb E_{\pi} \lVert x - y \rVert .$$
#
# On the left is the **gap** that the critic opens, and no plan is in it. On the right is the cost,
# and no critic is in it. So every gap is at most every cost, and the largest gap is at most $W_1$.
# Kantorovich's theorem says that it is reached:
#
# $$\boxed{\,W_1(p, q) = \max_{f \text{ 1-Lipschitz}} \; \mathbb E_p f - \mathbb E_q f\,}$$
#
# Why should it be? Look where the inequality is an equality: $f$ must climb by exactly 1 per unit
# along each line of the best plan. On a line: $f' = +1$ where earth passes to the left,
# $G > F$, and $-1$ where $F > G$. Then the gap is
# $\int f'\,(G - F)\,dt = \int |F - G|\,dt$. In the plane, the largest gap is a linear programme in
# the $2n$ values of $f$ at the points, and the cheapest plan is its dual programme.

# %%
n = len(heap)
cost = torch.cdist(heap, holes).double().numpy()
from_heap, to_holes = np.repeat(np.eye(n), n, 0), np.tile(np.eye(n), (n, 1))
found = linprog(
    np.concatenate([-np.ones(n), np.ones(n)]) / n,  # linprog makes small: minus the gap
    A_ub=np.hstack([from_heap, -to_holes]),  # f(x) − f(y) ≤ |x − y| for every pair
    b_ub=cost.flatten(),
    bounds=(-10, 10),
)
f_heap, f_holes = found.x[:n], found.x[n:]
claim("largest gap minus cheapest plan", -found.fun - plan.cost, equals=0, tolerance=1e-4)
tight = [f_heap[i] - f_holes[j] - cost[i, j] for i, j in enumerate(plan.matching)]
claim("worst |climb − length| over the lines of the plan", max(map(abs, tight)), at_most=1e-4)
others = [lambda p: p[:, 0], lambda p: p.norm(dim=1), lambda p: torch.sin(p).sum(1) / 2**0.5]
gaps = [float(f(heap).mean() - f(holes).mean()) for f in others]
claim("largest gap of three other 1-Lipschitz functions over W1", max(gaps) / plan.cost, at_most=1)

# %%
line = torch.linspace(-2.7, 2.7, 109)
places = torch.cartesian_prod(line, line)
# The critic between the points: as low as the heap allows and nowhere steeper than 1.
critic = (torch.cdist(places, holes).double() + torch.tensor(f_holes)).min(1).values
figure, ax = plt.subplots(figsize=(5.6, 4.6))
drawn = ax.contourf(line, line, critic.view(109, 109).T, levels=14, cmap="cividis")
for i, j in enumerate(plan.matching):
    ax.plot(*torch.stack([heap[i], holes[j]]).T, color="white", lw=0.9)
ax.plot(*heap.T, "o", color=plots.REAL, mec="white", mew=0.5, ms=5, label="heap (data)")
ax.plot(*holes.T, "o", color=plots.FAKE, mec="white", mew=0.5, ms=5, label="holes (samples)")
ax.set(aspect="equal", title="The best critic, and the best plan")
ax.grid(False)
ax.legend(loc="lower left", fontsize=9, framealpha=0.9, frameon=True)
figure.colorbar(drawn, ax=ax, label="f")
show(
    figure,
    alt="A map of the critic: low in the middle, rising outwards. White lines join each orange "
    "point near the middle with a blue one on the ring, straight up the slope.",
)

# %% [markdown]
# What to notice: the lines run straight uphill, and the slope along them is 1. A generator that
# follows the critic's slope follows the plan.
#
# > **The idea that joins this course.** A divergence between distributions → what estimates it. A
# > classifier estimates JSD (chapter 02); a 1-Lipschitz critic estimates $W_1$. Where the critics
# > are all functions of one kind, the best one is known and nothing need be trained: the Fréchet
# > distance compares two means and covariances of features (chapter 08), and Gram matching those of
# > a style (chapter 11). **Gram matching, Fréchet and a critic are the same move: a divergence →
# > what estimates it.**
#
# The game changes in two lines. The critic raises its gap, the generator raises the score of its
# samples, and no logarithm is left:
#
# $$L_f = \mathbb E f(G(z)) - \mathbb E f(x), \qquad L_G = -\mathbb E f(G(z)).$$
#
# $f(x)$ is no probability. It need not lie between 0 and 1, and adding 100 changes nothing (E30 of
# chapter 02, once more). A text that lists "the Wasserstein distance" among the loss functions of a
# GAN leaves out the larger half: what keeps $f$ from climbing more than 1 per unit?

# %% [markdown]
# ## 4 · Three ways to keep a critic flat
#
# Without a limit $L_f$ has no bottom: twice $f$, twice the gap. Three proposals, in the order of
# their invention. Each is tried on the same task: the ring against a blob, both fixed, so that
# only the critic learns. The truth is known, and the reading is $\text{gap} / W_1$.
#
# - **Weight clipping** (the WGAN of 2017): after each step cut every weight to $[-c, c]$. Some
#   bound on the slope follows, and nobody knows which. The authors take RMSprop with it, because
#   momentum did not go well with a moving critic.
# - **Gradient penalty** (WGAN-GP): add $\lambda\,\mathbb E (\lVert\nabla f(\hat x)\rVert - 1)^2$ at
#   points $\hat x$ on lines from data to samples. Section 3 says why 1, and why there.
# - **Spectral norm** (SNGAN): divide each layer's matrix by its largest singular value. Then no
#   layer stretches anything, and neither does a chain of them.

# %%
guess = None  # "a", "b" or "c"
predict(
    "A critic is trained with weights clipped to [−0.2, 0.2]. Where do the weights end up?",
    choices={"a": "mostly near 0", "b": "spread evenly", "c": "mostly at the two ends"},
    guess=guess,
    answer="c",
    why={
        "a": "near 0 the critic is flat and its gap is small; it is paid for the gap.",
        "b": "nothing rewards a middling weight: most are pushed the same way at every step.",
        "c": "the gap grows with the weights, so each is pushed until it hits an end.",
    },
)

# %%
STEPS = runtime.by_budget(smoke=10, laptop=500, full=2_000)
draw_blob = lambda n: 0.5 * torch.randn(n, 2, generator=random) + torch.tensor([0.4, 0.0])
new_critic = lambda: nets.mlp((2,), latent=2, hidden=64, seed=1)[1]


def train_critic(critic, optimiser, penalty=lambda f, real, fake: 0.0, clip=None):
    """Raise the gap between ring and blob, both fixed; returns the critic."""
    for _ in progress.bar(range(STEPS), title="a critic"):
        real, fake = ring.draw(64, random), draw_blob(64)
        loss = losses.wasserstein_critic_loss(critic(real), critic(fake))
        loss = loss + penalty(critic, real, fake)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if clip is not None:
            penalties.clip_weights(critic.parameters(), clip)
    return critic.eval()


adam = lambda f: torch.optim.Adam(f.parameters(), lr=2e-3, betas=(0.0, 0.9))
rmsprop = lambda f: torch.optim.RMSprop(f.parameters(), lr=1e-3)
ten = lambda f, real, fake: 10 * penalties.gradient_penalty(f, real, fake, random)
narrow = train_critic(f := new_critic(), rmsprop(f), clip=0.05)
clipped = train_critic(f := new_critic(), rmsprop(f), clip=0.2)
penalised = train_critic(f := new_critic(), adam(f), ten)
spectral = train_critic(f := nets.spectrally_normalised(new_critic()), adam(f))
for _ in range(20):  # singular values are followed a step a pass: let them catch up
    spectral.train()(draw_blob(8))
spectral.eval()

# %%
real, fake = ring.draw(800, random), draw_blob(800)
w1 = metrics.optimal_transport(real, fake).cost
on_lines = penalties.between(real, fake, random)
critics = {"clipped at 0.05": narrow, "clipped at 0.2": clipped}
critics |= {"penalty": penalised, "spectral norm": spectral}
readings = {}
for name, f in critics.items():
    with torch.no_grad():
        gap = float(f(real).mean() - f(fake).mean()) / w1
        steepest = float(penalties.slopes(f, on_lines).max())
    readings[name] = gap, steepest

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 3))
bins = np.linspace(-0.42, 0.42, 43)
styles = ((clipped, plots.FAKE, "clipped at 0.2"), (penalised, plots.REAL, "penalty"))
for f, color, name in styles:
    weights = torch.cat([p.detach().flatten() for p in f.parameters()])
    left.hist(weights, bins, color=color, alpha=0.6, label=name)
left.set(title="The weights of two critics", xlabel="weight", yscale="log", ylabel="how many")
left.set_ylim(top=1e5)
left.legend(loc="upper left", fontsize=9, ncols=2)
for row, (gap, steepest) in enumerate(readings.values()):
    right.plot(gap, row, "o", ms=9, color=plots.REAL, label="gap / W1" * (row == 0))
    right.plot(steepest, row, "|", ms=18, mew=3, color=plots.FAKE, label="steepest" * (row == 0))
right.axvline(1, color=plots.TRUTH, lw=1, ls=":")
right.set(yticks=range(4), yticklabels=list(readings), ylim=(-0.5, 3.5), xscale="log")
right.set_title("Reading of W1, and the steepest slope")
right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2, fontsize=9)
show(
    figure,
    alt="Left: weights of the clipped critic pile up at minus and plus 0.2; those of the penalised "
    "one form a bell. Right: reading and steepest slope of four critics; only the penalty's are "
    "both near 1.",
)
ends = torch.cat([p.detach().flatten() for p in clipped.parameters()]).abs() > 0.199
ratio = readings["clipped at 0.2"][0] / readings["clipped at 0.05"][0]
claim(
    "share of clipped weights at the two ends",
    ends.float().mean(),
    at_least=0.4,
    needs_training=True,
)
claim("reading clipped at 0.2 over reading clipped at 0.05", ratio, at_least=8, needs_training=True)
claim(
    "penalty: gap over W1", readings["penalty"][0], at_least=0.85, at_most=1.25, needs_training=True
)
claim("spectral norm: steepest slope", readings["spectral norm"][1], at_most=1.02)
claim("spectral norm: gap over W1", readings["spectral norm"][0], at_most=1)
fair = max(gap / steepest for gap, steepest in readings.values())
claim("largest gap over W1 and steepest slope", fair, at_most=1.05, needs_training=True)

# %% [markdown]
# What to notice: only the penalised critic reads about 1, or a little more: a penalty is a price
# and no wall. The clipped ones have their weights at the ends, and what they read depends on $c$,
# to the power of the depth. The spectral one is never too steep, and reads low: three layers and
# two bends, each 1-Lipschitz, seldom use up the one unit together. As a *direction* for the
# generator all may do, for half the slope everywhere points the same way. As a *distance*, only
# divided by the steepest slope: then each is a lower bound again.
#
# Clipping is about weights, at every step. Clipping the **gradient** shortens a step and leaves
# the objective as it was: it does not keep any critic flat (E27).
#
# ## 5 · The penalty, and eight ways to get it wrong
#
# $$\mathrm{GP} = \mathbb E_{\hat x}\big(\lVert \nabla_{\hat x} f(\hat x) \rVert_2 - 1\big)^2,
#   \qquad \hat x = x + u\,(G(z) - x), \quad u \sim U[0, 1].$$
#
# One sample has one $u$, one $\hat x$, one gradient, one norm. The norm goes over everything that
# makes up *a sample*: channels, height, width. Then the mean over the batch. The gradient is
# taken with `create_graph=True`, for the critic has to learn from it.
#
# It is a term *beside* a loss. A text that lists "gradient penalty" among the loss functions has it
# in the wrong place: by itself it tells nobody real from fake.


# %%
def gradient_penalty(critic, real, fake, random):
    u = torch.rand(len(real), generator=random).view(-1, *[1] * (real.dim() - 1))
    between = (real + u * (fake - real)).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


random_twin = runtime.generator(5)
ours = gradient_penalty(penalised, real, fake, runtime.generator(5))
library = penalties.gradient_penalty(penalised, real, fake, random_twin)
claim("ours minus the library's", ours - library, equals=0, tolerance=1e-6)

# %% [markdown]
# How would one know that these four lines are right? By a critic whose slope is known. The linear
# critic $f(x) = w \cdot x$ has slope $\lVert w \rVert$ everywhere. With $\lVert w \rVert = 1$ the
# penalty is 0: for any points, any batch, any shape.


# %%
def linear(shape, slope=1.0):
    w = torch.randn(shape, generator=runtime.generator(7))
    w = slope * w / w.norm()
    return lambda x: (x * w).flatten(1).sum(1)


worst = 0.0
for batch in (1, 7, 64):
    for channels in (1, 3):
        x, y = torch.randn(2, batch, channels, 8, 8, generator=random)
        f = linear((channels, 8, 8))
        worst = max(worst, float(gradient_penalty(f, x, y, random)))
claim("penalty of slope 1, worst of B = 1, 7, 64 and C = 1, 3", worst, at_most=1e-6)
claim(
    "penalty of slope 3",
    gradient_penalty(linear((2,), 3.0), real, fake, random),
    equals=4,
    tolerance=1e-4,
)
claim(
    "R1 of slope 3, the mean squared slope",
    penalties.r1(linear((2,), 3.0), real),
    equals=9,
    tolerance=1e-4,
)

# %% [markdown]
# Public code got this wrong so often that we keep a museum. Each of these ran, and trained
# something:

# %%
f, image, other = linear((3, 8, 8)), *torch.randn(2, 64, 3, 8, 8, generator=random)
leaf = image.clone().requires_grad_()
(slope,) = torch.autograd.grad(f(leaf).sum(), leaf)
museum = {
    "norm over the channels of each pixel": (slope.norm(dim=1) - 1).square().mean(),
    "norm over the whole batch": (slope.norm() - 1).square(),
    "slope of the batch's mean": (
        torch.autograd.grad(f(leaf).mean(), leaf)[0].flatten(1).norm(dim=1) - 1
    )
    .square()
    .mean(),
    "slope of sigmoid(f)": (
        torch.autograd.grad(f(leaf).sigmoid().sum(), leaf)[0].flatten(1).norm(dim=1) - 1
    )
    .square()
    .mean(),
    "right": gradient_penalty(f, image, other, random),
}
for name, value in museum.items():
    print(f"{name:38} {float(value):7.1f}")
claim("over the channels", museum["norm over the channels of each pixel"], at_least=0.7)
claim("over the batch, (√64 − 1)²", museum["norm over the whole batch"], equals=49, tolerance=0.01)

# %% [markdown]
# Four more do not show in the value of a linear critic.
#
# - *One $u$ for the whole batch*: 64 points at the same height. Right on average, and noisy.
# - *One $u$ a pixel*: the point is no longer on the line. Two noisy pictures mixed pixel by pixel
#   are a third noisy picture.
# - *No `create_graph`*: the penalty is a number without a gradient. It is printed, it is added, and
#   nothing learns from it. (One framework offered a penalty in its options and never called it.)
# - *The root at 0*: $\sqrt{\sum_i g_i^2}$ typed out has a slope that is not a number where $g = 0$;
#   `norm` takes 0 there.

# %%
u_pixel = torch.rand(image.shape, generator=random)
way, gone = (other - image).flatten(1), (u_pixel * (other - image)).flatten(1)
along = (gone * way).sum(1, keepdim=True) / way.square().sum(1, keepdim=True) * way
off_line = ((gone - along).norm(dim=1) / way.norm(dim=1)).mean()
claim("one u a pixel: distance from the line over its length", off_line, at_least=0.2)

repeat = lambda u: [float(gradient_penalty_at(u())) for _ in range(200)]


def gradient_penalty_at(u):
    """The penalty of a steep and bent critic for given heights u on the lines."""
    bent = lambda x: x.square().sum(1)
    points = (real[:64] + u[:, None] * (fake[:64] - real[:64])).requires_grad_()
    (slope,) = torch.autograd.grad(bent(points).sum(), points)
    return (slope.norm(dim=1) - 1).square().mean()


each = np.std(repeat(lambda: torch.rand(64, generator=random)))
shared = np.std(repeat(lambda: torch.rand(1, generator=random).expand(64)))
claim("one u a batch: how many times noisier", shared / each, at_least=3)

flat = torch.zeros(2, requires_grad=True)  # a critic w·x with w = 0
(typed,) = torch.autograd.grad((flat.square().sum().sqrt() - 1) ** 2, flat)
(by_norm,) = torch.autograd.grad((flat.norm() - 1) ** 2, flat)
print("gradient of the typed root at 0:", typed.tolist(), "by norm:", by_norm.abs().tolist())

# %% [markdown]
# **One-sided.** A 1-Lipschitz critic may be flatter than 1. The one-sided penalty
# $\mathbb E \max(0, \lVert\nabla f\rVert - 1)^2$ allows it. A flat critic tells the two apart: 1
# from the two-sided penalty, 0 from the other. (A test in which both give 9, as one well-known
# library has it, does not.)

# %%
two = penalties.gradient_penalty(linear((2,), 0.0), real, fake, random)
one = penalties.gradient_penalty(linear((2,), 0.0), real, fake, random, one_sided=True)
claim("flat critic, two-sided", two, equals=1)
claim("flat critic, one-sided", one, equals=0)

# %% [markdown]
# ## 6 · Squared slopes: R1 and R2
#
# The younger penalties drop the 1. **R1** is the mean squared slope at the data, **R2** at the
# samples, each with weight $\gamma / 2$:
#
# $$R_1 = \tfrac\gamma2\, \mathbb E_p \lVert \nabla f(x) \rVert^2, \qquad
#   R_2 = \tfrac\gamma2\, \mathbb E_q \lVert \nabla f(G(z)) \rVert^2 .$$
#
# No lines, no root, no noise. They go with every loss, not only with Wasserstein's. The next
# section shows why they are what became of it all.
#
# They cost a second derivative. Two estimators do without. Take a random direction $e$, all its
# numbers from $N(0, 1)$. The slope along $e$ is $\nabla f \cdot e$, and the mean of its square over
# all $e$ is $\lVert\nabla f\rVert^2$. It can be had by a **finite difference**,
# $(f(x + s e) - f(x))/s$ with a small $s$, or exactly by forward differentiation (**JVP**). The
# price is noise: one direction has the spread $\sqrt2$ of its mean, $n$ samples of equal slope
# $\sqrt{2/n}$.

# %%
sizes, spreads, means = (4, 16, 64, 256), {"finite difference": [], "JVP": []}, []
place = ring.draw(1, random)
for size in sizes:
    x = place.repeat(size, 1)  # one place, so that all slopes are equal
    truth = penalties.r1(penalised, x).item()
    for name, estimate in (
        ("finite difference", penalties.r1_finite_difference),
        ("JVP", penalties.r1_jvp),
    ):
        with torch.no_grad():
            draws = [float(estimate(penalised, x, random)) / truth for _ in range(200)]
        spreads[name].append(np.std(draws))
        means.append(np.mean(draws))
figure, ax = plt.subplots(figsize=(6.4, 2.8))
ax.loglog(sizes, [(2 / n) ** 0.5 for n in sizes], color=plots.TRUTH, lw=1, label="√(2/n)")
for (name, values), mark in zip(spreads.items(), "os", strict=True):
    ax.loglog(sizes, values, mark, ms=8, mfc="none", mew=2, label=name)
ax.set_xticks(sizes, [str(n) for n in sizes])
ax.set_yticks([0.1, 0.2, 0.5], ["0.1", "0.2", "0.5"])
ax.minorticks_off()
ax.set(xlabel="samples n", ylabel="relative spread", title="R1 from one direction a sample")
ax.legend()
show(
    figure,
    alt="Spread of two estimators of R1 over the number of samples, on logarithmic axes. The dots "
    "of both lie on the line of the root of 2 over n.",
)
law = [
    v / (2 / n) ** 0.5 for values in spreads.values() for v, n in zip(values, sizes, strict=True)
]
claim("spread over √(2/n), smallest", min(law), at_least=0.6)
claim("spread over √(2/n), largest", max(law), at_most=1.5)
claim("mean of the estimates over the truth, n = 256", means[-1], at_least=0.95, at_most=1.05)

# %% [markdown]
# ## 7 · Which penalty lets the players rest?
#
# Chapter 02 met the **Dirac-GAN**: the data are a single point at 0, the generator makes a single
# point $\theta$, the discriminator is $f(x) = \psi x$. The solution is $\theta = 0, \psi = 0$. Two
# numbers, so the whole game fits on a page. Mescheder and others asked in 2018 which games go
# there.
#
# With the non-saturating loss the forces are $\dot\psi = -\theta\,\sigma(\psi\theta)$ and
# $\dot\theta = \psi\,\sigma(-\psi\theta)$. With the Wasserstein loss they are
# $\dot\psi = -\theta$, $\dot\theta = \psi$. The slope of $f$ is $|\psi|$ everywhere, so the
# penalties add to $\dot\psi$:
#
# $$\text{R1 or R2: } -\gamma\psi, \qquad
#   \text{GP: } -2\lambda\,(|\psi| - 1)\,\operatorname{sign}\psi, \qquad
#   \text{clipping: } \psi \in [-c, c].$$
#
# Near the solution the forces of R1 are linear. With $s = 1/2$ for the non-saturating loss and
# $s = 1$ for Wasserstein's,
#
# $$\frac{d}{dt}\begin{pmatrix}\psi\\ \theta\end{pmatrix}
#   = \begin{pmatrix}-\gamma & -s\\ s & 0\end{pmatrix}
#     \begin{pmatrix}\psi\\ \theta\end{pmatrix}, \qquad
#   \lambda_{1,2} = -\frac\gamma2 \pm \sqrt{\frac{\gamma^2}{4} - s^2}.$$
#
# $\gamma = 0$: purely imaginary, so nothing pulls inwards. Wasserstein's players circle for ever;
# the non-saturating ones creep in by what is left beyond the linear part, ever more slowly.
# $\gamma > 0$: negative real parts, and the players come to rest; fastest at $\gamma = 2s$. The
# gradient penalty pushes $|\psi|$ to 1, and the solution has $\psi = 0$. It forbids the solution.

# %%
guess = None  # "a", "b" or "c"
predict(
    "The critic's slope is pulled to 1 (two-sided penalty). What does the generator do at last?",
    choices={"a": "rests at the data", "b": "circles around the data", "c": "runs away"},
    guess=guess,
    answer="b",
    why={
        "a": "at rest the critic would have to be flat, and this penalty pulls its slope to 1.",
        "b": "a slope of 1 pushes it past the data; then the critic turns its slope around.",
        "c": "once it is past the data, the critic's sign changes and calls it back.",
    },
)


# %%
def sigmoid(t):
    return 1 / (1 + math.exp(-t))


def dirac(wasserstein=False, r1=0.0, gp=0.0, one_sided=False, clip=None, steps=3_000, h=0.02):
    """The path (steps, 2) of θ and ψ, in alternating steps of size h, the discriminator first."""
    theta, psi, path = 1.0, 0.5, []
    for _ in range(steps):
        force = -theta * (1.0 if wasserstein else sigmoid(psi * theta)) - r1 * psi
        excess = abs(psi) - 1
        if gp and (excess > 0 or not one_sided):
            force -= 2 * gp * excess * math.copysign(1, psi)
        psi += h * force
        if clip is not None:
            psi = max(-clip, min(clip, psi))
        theta += h * psi * (1.0 if wasserstein else sigmoid(-psi * theta))
        path.append((theta, psi))
    return np.array(path)


games = {
    "non-saturating": {},
    "Wasserstein": {"wasserstein": True},
    "W, clipped at 0.5": {"wasserstein": True, "clip": 0.5},
    "W, gradient penalty": {"wasserstein": True, "gp": 0.3},
    "W, one-sided": {"wasserstein": True, "gp": 0.3, "one_sided": True},
    "W, R1 with γ = 0.3": {"wasserstein": True, "r1": 0.3},
    "non-sat., R1 with γ = 0.3": {"r1": 0.3},
    "non-sat., R1 with γ = 1": {"r1": 1.0},
}
paths = {name: dirac(**settings) for name, settings in games.items()}

# %%
figure, axes = plt.subplots(2, 4, figsize=(9.8, 5), sharex=True, sharey=True)
for ax, (name, path) in zip(axes.flat, paths.items(), strict=True):
    ax.plot(*path.T, color=plots.FAKE, lw=0.9)
    ax.plot(*path[0], "o", color=plots.FAKE, ms=5)
    ax.plot(0, 0, "*", color=plots.TRUTH, ms=11)
    ax.set(title=name, xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal")
    ax.title.set_size(10)
for ax in axes[:, 0]:
    ax.set_ylabel("ψ, slope of D")
for ax in axes[1]:
    ax.set_xlabel("θ, place of G")
show(
    figure,
    alt="Eight paths in the plane of θ and ψ. The plain Wasserstein game, clipping and both "
    "gradient penalties end in loops around the star at the origin; the plain non-saturating "
    "game winds in slowly; the three with R1 run into the star.",
)

# %%
late = {name: np.hypot(*path[-1_000:].T).max() for name, path in paths.items()}
for name, farthest in late.items():
    if "R1" in name:
        claim(f"{name}: farthest from the solution, last third", farthest, at_most=0.01)
    else:
        claim(f"{name}: farthest from the solution, last third", farthest, at_least=0.3)


speed = [np.hypot(*paths["non-saturating"][t]) for t in (0, 1_499, 2_999)]
claim("non-saturating: share of the way left after 1,500 steps", speed[1] / speed[0], at_most=0.6)
claim("and of that after 1,500 more", speed[2] / speed[1], at_least=0.65)
wrong_rest = dirac(wasserstein=True, gp=1.0)[-1]
claim(
    "two-sided penalty, λ = 1: where the generator rests", wrong_rest[0], equals=2, tolerance=0.01
)


def measured_rate(path, h=0.02):
    """The rate at which the distance from the solution falls, from its peaks."""
    distance = np.hypot(*path.T)
    low, high = 200, 1_700
    return np.polyfit(h * np.arange(low, high), np.log(distance[low:high]), 1)[0]


for name, gamma, s in (
    ("W, R1 with γ = 0.3", 0.3, 1.0),
    ("non-sat., R1 with γ = 0.3", 0.3, 0.5),
):
    predicted = (-gamma / 2 + cmath.sqrt(gamma**2 / 4 - s**2)).real
    ratio = measured_rate(paths[name]) / predicted
    claim(f"{name}: measured rate over the eigenvalue's", ratio, at_least=0.9, at_most=1.1)

# %% [markdown]
# What to notice: a flat discriminator is no loss of information, it is what the solution looks
# like. R1 allows it. Clipping and the gradient penalty keep the critic steep for ever, and the
# generator keeps moving. A strong two-sided penalty can do worse: with $\lambda \ge 1$ the pull
# towards slope 1 holds the critic against a generator at $\theta = 2\lambda$, and both rest there,
# far from the data. (Networks have more room than one number: the penalty binds them on lines
# between samples, and near the end those lines are short.)
#
# Turn it yourself: γ from 0 over the fastest value to far too much.


# %%
def turned(gamma, wasserstein):
    path = dirac(wasserstein=wasserstein, r1=gamma, steps=2_000)
    figure, ax = plt.subplots(figsize=(4, 3.4), dpi=80)
    ax.plot(*path.T, color=plots.FAKE, lw=1)
    ax.plot(0, 0, "*", color=plots.TRUTH, ms=11)
    ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xlabel="θ", ylabel="ψ", aspect="equal")
    figure.canvas.draw()
    image = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    plt.close(figure)
    left = np.hypot(*path[-1])
    return image, f"γ = {gamma:.2f}: after 2,000 steps, {left:.3f} from the solution."


Panel(turned, {"gamma": (0.0, 4.0, 0.3)}, {"wasserstein": False}).show()

# %%
gammas = np.linspace(0, 4, 81)
figure, ax = plt.subplots(figsize=(6.4, 2.8))
for s, name, color in ((0.5, "non-saturating", plots.REAL), (1.0, "Wasserstein", plots.FAKE)):
    rate = [-(-g / 2 + cmath.sqrt(g * g / 4 - s * s)).real for g in gammas]
    ax.plot(gammas, rate, color=color, label=name)
    ax.plot(2 * s, s, "o", color=color)
ax.set(xlabel="γ", ylabel="rate of coming to rest", title="Fastest at γ = 2s; more is slower")
ax.legend()
show(
    figure,
    alt="The rate over gamma for two losses. Each rises in a straight line to a peak, at gamma 1 "
    "and at gamma 2, and falls off slowly after it.",
)

# %% [markdown]
# ## 8 · Six games side by side
#
# A **loss** says how strongly a sample pulls, given its score. Let $\ell$ be the score of one
# sample. Beside the two of chapter 02:
#
# - **Least squares** (LSGAN): draw real scores to 1 and fakes to 0, by half the squared distance.
#   A sample that is far on the right side is pulled *back*. Since scores must go from 0 to 1 on the
#   way from fake to real, the slope has a natural size of its own.
# - **Hinge**: $\max(0, 1 - \ell)$ on data, $\max(0, 1 + \ell)$ on fakes. Beyond the margin nothing
#   pulls. The generator has Wasserstein's $-\ell$.
# - **Wasserstein**: everyone pulls alike, always.
# - **Relativistic pairing**: compare each fake with a real one,
#   $\operatorname{softplus}(-(\ell_{\text{real}} - \ell_{\text{fake}}))$, and for the generator the
#   same with the roles exchanged. How high a score stands does not matter, only whether real stands
#   above fake. A generator that serves one mode cannot hide: the real partner may be from any.

# %%
score = torch.linspace(-3, 3, 241)
figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.2), sharey=True)
kinds = ("non-saturating", "least squares", "hinge", "wasserstein")
for name, style in zip(kinds, ("-", "--", "-.", ":"), strict=True):
    loss = losses.EVERY[name]
    pulls = []
    for side in ("discriminator", "generator"):
        at = score.clone().requires_grad_()
        cost = loss.discriminator(torch.zeros(1), at) if side[0] == "d" else loss.generator(at)
        pulls.append(torch.autograd.grad(cost * len(score), at)[0])
    for ax, pull in zip(axes, pulls, strict=True):
        ax.plot(score, -pull, style, label=name)
axes[0].set(title="D on a fake", xlabel="score of the fake", ylabel="pull (− slope of the loss)")
axes[1].set(title="G on the same fake", xlabel="score of the fake", ylim=(-3.2, 3.2))
axes[1].legend(fontsize=9)
show(
    figure,
    alt="Pull over the score of a fake. For D: downwards, constant for Wasserstein, zero below "
    "minus one for hinge, a straight line for least squares. For G: upwards, fading only for "
    "non-saturating and reversing beyond 1 for least squares.",
)
pair = torch.tensor([[2.0], [5.0]])
claim(
    "relativistic: cost of scores (2, 5) minus that of (102, 105)",
    losses.relativistic.discriminator(*pair) - losses.relativistic.discriminator(*(pair + 100)),
    equals=0,
    tolerance=1e-5,
)

# %% [markdown]
# In 2024 Huang and others put the parts together: **relativistic pairing + R1 + R2**, and a
# network without tricks. Their R3GAN beat much more elaborate ones. The three terms are one line
# here, and we try them on the ring, with a discriminator that learns ten times as fast as the
# generator. That is the situation in which penalties earn their keep.
#
# A penalty of second derivatives makes a step dearer. **Lazy** regularisation plays it every
# $k$-th step and $k$ times as heavy. Played by itself it is one more move in $k$, so the trainer
# multiplies the discriminator's learning rate by $k/(k+1)$, and takes Adam's $\beta$ to that power.

# %%
seeds = runtime.by_budget(smoke=2, laptop=5, full=16)
RING, STD = data.ring(std=0.02), 0.02
noise = STD * torch.randn(512, 2, generator=runtime.generator(1))
truth = RING.means.repeat_interleave(64, 0) + noise  # 64 in each mode


def play(loss, seeds=seeds, **parts):
    """Samples (seeds, 512, 2) of as many games, each with its own seed, at the end."""
    games = training.Ensemble(
        lambda seed: nets.mlp((2,), latent=2, hidden=64, seed=seed),
        RING,
        members=seeds,
        loss=loss,
        learning_rate=1e-3,
        discriminator_learning_rate=1e-2,
        betas=(0.0, 0.9),
        phases=rules.rule(**parts),
        device="cpu",
    )
    *_, last = games.run(runtime.by_budget(smoke=10, laptop=1_500, full=1_500))
    return last.samples


score_of = lambda made: [metrics.optimal_transport(one, truth).cost for one in made]
r3 = {"penalties": {"r1": 0.1, "r2": 0.1}}
runs = {
    "non-saturating": play(losses.non_saturating),
    "non-saturating + R1": play(losses.non_saturating, penalties={"r1": 0.1}),
    "relativistic + R1 + R2": play(losses.relativistic, **r3),
    "the same, lazy": play(losses.relativistic, lazy=4, **r3),
}
scores = {name: sorted(score_of(made)) for name, made in runs.items()}

# %%
figure, axes = plt.subplots(1, 5, figsize=(11, 2.7), width_ratios=(1, 1, 1, 1, 1.3))
for ax, letter, (name, made) in zip(axes, "abcd", runs.items(), strict=False):
    middle = np.argsort(score_of(made))[len(made) // 2]
    plots.cloud(ax, made[int(middle)], real=truth, title=f"{letter} · {name}", limit=2.7)
    ax.title.set_size(8)
    ax.set(xticks=[], yticks=[])
for row, values in enumerate(scores.values()):
    axes[4].plot(values, [-row] * len(values), "o", color=plots.FAKE, alpha=0.6)
    axes[4].plot(values[len(values) // 2], -row, "|", color=plots.TRUTH, ms=20)
axes[4].set(yticks=[0, -1, -2, -3], yticklabels=["a", "b", "c", "d"], title="exact W1, each seed")
show(
    figure,
    alt="Four rings, the middle one of five seeds of each game, and on the right the distance "
    "of every seed: without a penalty the dots are scattered, with one they stay together.",
)
mean = {name: float(np.mean(values)) for name, values in scores.items()}
plain, with_r1, eager, lazy = mean.values()
claim("mean W1 without a penalty over with R1", plain / with_r1, at_least=1.05, needs_training=True)
claim("mean W1 of pairing + R1 + R2", eager, at_most=0.6, needs_training=True)
claim("mean W1, lazy over eager", lazy / eager, at_least=0.6, at_most=1.6, needs_training=True)

# %% [markdown]
# ## 9 · Every loss with every penalty
#
# Which game should one play? Papers compare at settings that suit their own. Here each of five
# losses meets each penalty on the same ring, five seeds each: 40 cells of two settings, run once by
# `benchmarks/games.py` and kept with its command and commit. The score is the exact $W_1$ to the
# truth; a mode counts as covered when at least 16 of 512 samples lie near it. A generator that were
# perfect would still get the first number below, for 512 random samples are never spread quite
# evenly.
#
# How the settings were found belongs to the result. We had tried some cells before. On a ring of
# wider modes, at one rate, the games with and without R1 did about equally well; on a grid of 25
# modes none did well in this time. The fast discriminator was then taken *because* differences show
# there. The weights (GP 1, R1 and R2 0.1, clipping at 0.1) come from those few trials, one a
# penalty, none tuned for a cell.

# %%
floor = np.mean([metrics.optimal_transport(RING.draw(512, random), truth).cost for _ in range(3)])
claim("W1 of fresh data", floor, at_most=0.25)
record = json.loads(Path("../benchmarks/results/games.json").read_text())["results"]
short = {"none": "none", "weights clipped": "clipped", "gradient penalty": "GP"}
for setting, table in record.items():
    names = list(next(iter(table.values())))
    print(f"\n{setting}: median W1 (lowest to highest); modes of 8, median")
    print(f"{'':16}" + "".join(f"{short.get(name, name):>21}" for name in names))
    for loss, cells in table.items():
        row = ""
        for cell in cells.values():
            w, modes = sorted(cell["W1"]), sorted(cell["modes"])
            row += f"  {w[2]:.2f} ({w[0]:.2f}–{w[4]:.2f}) {modes[2]:3}"
        print(f"{loss:16}{row}")

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True, sharex=True)
marks = {"none": "o", "weights clipped": "v", "gradient penalty": "s", "R1": "D", "R1 + R2": "P"}
for ax, (setting, table) in zip(axes, record.items(), strict=True):
    for row, cells in enumerate(table.values()):
        for lane, (rule, mark) in enumerate(marks.items()):
            if rule in cells:
                y = -row + 0.3 - 0.15 * lane
                label = rule if row == 0 else None
                color = f"C{lane}"
                ax.plot(cells[rule]["W1"], [y] * 5, mark, ms=5, color=color, label=label, alpha=0.7)
    ax.axvline(floor, color=plots.TRUTH, lw=1, ls=":")
    ax.set(title=setting, xlabel="exact W1, five seeds", xscale="log")
    ax.set_xticks([0.2, 0.5, 1, 2], ["0.2", "0.5", "1", "2"])
    ax.minorticks_off()
axes[0].set_yticks([-row for row in range(5)], list(table))
axes[0].text(floor * 1.04, -4.4, "fresh data", fontsize=9)
axes[1].legend(fontsize=9, loc="lower right")
show(
    figure,
    alt="Dots for five losses on five lines, one colour a penalty, in two panels. At the same "
    "rates some seeds of the gradient penalty lie far right; with a fast discriminator those "
    "without a penalty scatter, and R1 is leftmost on every line.",
)

# %%
medians = {
    (setting, rule): [sorted(cells[rule]["W1"])[2] for cells in table.values()]
    for setting, table in record.items()
    for rule in next(iter(table.values()))
}
fast, same = "fast discriminator", "same rates"
gain = min(a / b for a, b in zip(medians[fast, "none"], medians[fast, "R1"], strict=True))
across = max(medians[fast, "R1"]) / min(medians[fast, "R1"])
worst = [max(cells["R1"]["W1"]) for table in record.values() for cells in table.values()]
claim("fast D: median without a penalty over with R1, for every loss", gain, at_least=1)
claim("fast D, R1: worst loss over best loss, medians", across, at_most=1.25)
claim("R1: the worst of 50 runs", max(worst), at_most=0.5)
bad = sum(w > 1 for cells in record[same].values() for w in cells["gradient penalty"]["W1"])
claim("same rates, gradient penalty: runs of 25 farther than 1 from the data", bad, at_least=5)
own = record[same]["wasserstein"]
claim(
    "of them with Wasserstein's loss", sum(w > 1 for w in own["gradient penalty"]["W1"]), equals=0
)
claim("Wasserstein's without any limit: of five", sum(w > 1 for w in own["none"]["W1"]), equals=1)
mine = sorted(score_of(runs["non-saturating + R1"]))[seeds // 2]
then = sorted(record[fast]["non-saturating"]["R1"]["W1"])[2]
claim(
    "one cell run again here: distance of the medians",
    abs(mine - then),
    at_most=0.1,
    needs_training=True,
)

# %% [markdown]
# What to notice:
#
# - **The penalty mattered more than the loss.** With R1 the five losses end close together, and
#   none of 50 runs failed. Without one, it depends on the seed.
# - With both players at one rate, most plain games did well already: a penalty is an insurance.
#   Wasserstein's, which needs a limit by its nature, lost one seed of five without one.
# - **The gradient penalty belongs to Wasserstein's loss.** At the same rates each of the other four
#   losses lost at least one seed with it, and least squares did badly with it at both. A likely
#   reason: a slope of 1 between data and samples is what *Wasserstein's* critic wants. Another
#   score has other plans, such as going from 0 to 1 over the whole way.
# - Clipping, at the one bound that we tried, kept all games calm and none of them good.
# - No loss won. Lucic and others found the same in 2018, on pictures and with far more computing.
#
# This is a ring and a small network. It says nothing about which game draws the best faces. It
# says that a comparison of losses without the penalty, the rates and the seeds says little.

# %% [markdown]
# ## What the papers do, what we do
#
# | | there | here |
# |---|---|---|
# | weight clipping (Arjovsky 2017) | $c = 0.01$, RMSprop, 5 critic steps | 0.05 to 0.2, 1 step |
# | gradient penalty (Gulrajani 2017) | $\lambda = 10$, 5 critic steps | 10 or 1, 1 step |
# | R1 (Mescheder 2018) | $\gamma = 10$, pictures | $\gamma = 0.2$: slopes have units |
# | R3GAN (Huang 2024) | pairing + R1 + R2, falling $\gamma$, new networks | the loss alone |
# | lazy (Karras 2020) | every 16 steps | every 4 steps |
# | spectral norm (Miyato 2018) | one power iteration a step | the same, by torch |
#
# ## When it fails
#
# - *The critic's loss runs to minus infinity*: nothing keeps it flat; is the penalty in the loss?
# - *The penalty is exactly 0 or never moves*: it has no gradient, or its weight is forgotten.
# - *The penalty grows with the batch*: a norm over the batch, or a sum.
# - *It works until the pictures are grey*: a 3 that should be a shape.
# - *NaN in the first step*: a typed root at slope 0.
# - *Slow*: play it lazily, and rescale.
#
# The [museum](05_the_failure_museum.ipynb) has more.
#
# ## Take-aways
#
# - JSD is blind to distance where two distributions do not meet; $W_1$ is not.
# - $W_1$ is a cheapest plan, and a steepest honest critic. Both can be computed exactly when small.
# - A critic needs a limit on its slope. Clipping, a penalty and spectral norm give three.
# - Test a penalty on critics whose slope is known: linear, flat, bent; several shapes and batches.
# - R1 lets the players rest, because the solution has a flat discriminator.

# %% [markdown]
# ## Quiz
#
# Five questions about distances and slopes; the first choice counts.

# %% tags=["quiz"]
quiz(
    "Two sets of numbers: {0, 1} and {0, 0, 1, 1}. What is their distance W1?",
    [
        "0",
        "1/2",
        "1",
        "it is not defined for unequal sizes",
    ],
    right=0,
    because=[
        "The shares are the same, so the two distribution functions are equal.",
        "Then half of the earth would move by 1. But half of each set is at 0 and half at 1.",
        "The counts differ, but W1 compares shares: nothing has to move.",
        "Sorting needs equal sizes. The area between the distribution functions does not.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A critic of slope at most 2 opens a gap of 3. What do you know about W1?",
    [
        "It is 3",
        "It is at least 3",
        "It is at most 3/2",
        "It is at least 3/2",
    ],
    right=3,
    because=[
        "That needs the best critic among those of slope at most 1, and this may be neither.",
        "A gap is a lower bound when the slope is at most 1. With slope 2 it may be twice "
        "too large.",
        "No critic gives an upper bound, for a better one may open a larger gap. A plan gives one.",
        "Half the critic is 1-Lipschitz and opens half the gap, and no such gap is larger than W1.",
    ],
)

# %% tags=["quiz"]
quiz(
    "The test of a gradient penalty uses a linear critic of slope 1 and a batch of one "
    "picture. Which mistake does it miss?",
    [
        "A norm over the channels of each pixel",
        "A norm over the whole batch",
        "The slope of sigmoid(f) and not of f",
        "A mean of squared slopes, without the 1",
    ],
    right=1,
    because=[
        "Each pixel has its own small slope then, and already for one picture the result is not 0.",
        "For one picture it is the right norm. For 64 of them it gives 49 and not 0.",
        "A sigmoid is nowhere steeper than 1/4, so the result is not 0 and the test fails.",
        "That is another penalty: for slope 1 it gives 1 and not 0, and the test fails.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why does a lazy penalty, played every 8 steps, weigh 8 times as much?",
    [
        "So that no slope passes its limit in the steps between",
        "Because its second derivatives make a step 8 times as dear",
        "So that its pull, averaged over the steps, stays the same",
        "Because Adam divides a gradient that comes seldom by 8",
    ],
    right=2,
    because=[
        "A penalty is a price and no wall. In the steps between it does not pull at all.",
        "The price is why it is played seldom. A weight changes what is learned, not what "
        "it costs.",
        "Eight times the pull at one step in eight is the pull of the penalty at every step.",
        "Adam has no such factor. The trainer adapts Adam's rate and betas to the extra move.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Someone clips gradients and says that this makes a WGAN. Does it?",
    [
        "Yes: with short gradients the critic stays flat",
        "No: it shortens steps, and the critic can still become steep",
        "Yes, if the bound is the 0.01 of the paper",
        "No: the gradients of the generator must be clipped as well",
    ],
    right=1,
    because=[
        "That gradient is by the weights. A flat critic has a small slope in its input.",
        "The critic takes more steps and becomes as steep as it likes; the objective is as it was.",
        "The paper's 0.01 bounds the weights after each step, not the gradients.",
        "Then both take shorter steps. Still nothing limits the slope of the critic.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - M. Arjovsky, S. Chintala, L. Bottou, *Wasserstein GAN*, 2017,
#   [arXiv:1701.07875](https://arxiv.org/abs/1701.07875).
# - I. Gulrajani et al., *Improved training of Wasserstein GANs*, 2017,
#   [arXiv:1704.00028](https://arxiv.org/abs/1704.00028).
# - T. Miyato et al., *Spectral normalization for GANs*, 2018,
#   [arXiv:1802.05957](https://arxiv.org/abs/1802.05957); the hinge loss is there too.
# - L. Mescheder, A. Geiger, S. Nowozin, *Which training methods for GANs do actually converge?*,
#   2018, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406).
# - X. Mao et al., *Least squares GANs*, 2017, [arXiv:1611.04076](https://arxiv.org/abs/1611.04076).
# - A. Jolicoeur-Martineau, *The relativistic discriminator*, 2019,
#   [arXiv:1807.00734](https://arxiv.org/abs/1807.00734).
# - N. Huang et al., *The GAN is dead; long live the GAN!*, 2024,
#   [arXiv:2501.05441](https://arxiv.org/abs/2501.05441): R3GAN.
# - T. Karras et al., *Analyzing and improving the image quality of StyleGAN*, 2020,
#   [arXiv:1912.04958](https://arxiv.org/abs/1912.04958): lazy regularisation.
# - S. Lin et al., *Diffusion adversarial post-training*, 2025,
#   [arXiv:2501.08316](https://arxiv.org/abs/2501.08316): R1 by finite differences.
# - M. Lucic et al., *Are GANs created equal?*, 2018,
#   [arXiv:1711.10337](https://arxiv.org/abs/1711.10337).
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/06_wasserstein_and_other_games.ipynb): the hinge,
# $W_1$ on a line, the gradient penalty, R1, and a modern discriminator's loss.
