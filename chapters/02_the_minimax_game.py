# %% [markdown]
# # 02 · The minimax game
#
# **What does a generator learn when all it ever hears is the opinion of a classifier?**
#
# <!-- badges -->
#
# Afterwards you can
# - write down the value $V(D, G)$ of the game and say who moves it in which direction;
# - derive the best discriminator for a given generator, and what it makes of the game;
# - read a divergence between two distributions off a classifier that was trained on samples;
# - choose between the two generator losses, and say what each one minimises;
# - predict from a small matrix whether two players settle, circle or fly apart.
#
# *Before this:* chapter 01; derivatives and integrals; what a neural network is.
# *Time:* about 75 minutes to read; the notebook runs in 15 seconds on two CPU cores.

# %%
import math

from ganlearn import data, losses, plots, progress, runtime
from ganlearn.notebook import claim, predict, quiz, quiz_score, show

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
import torch
from torch import nn
from torch.nn.functional import logsigmoid, softplus

show(plots.course_map(here=2), alt="The chapters of the course in a row; the second is filled.")

# %% [markdown]
# ## 1 · One number that two players pull at
#
# A **generator** $G$ takes noise $z$ and returns a sample $G(z)$. Its samples have some density
# $q$, which nobody needs to write down. The data have a density $p$.
#
# A second network, the **discriminator** $D$, is shown one sample at a time. It answers with a
# number $D(x)$ between 0 and 1: near 1 for "data", near 0 for "made by $G$". It is rewarded for
# being right, and the reward is counted in logarithms:
#
# $$V(D, G) = \mathbb E_{x \sim p}\big[\log D(x)\big] + \mathbb E_{z}\big[\log(1 - D(G(z)))\big].$$
#
# Both terms are at most 0, and 0 means "never wrong and never in doubt". Guessing, $D = \tfrac12$
# everywhere, gets $-\log 4 \approx -1.386$.
#
# The game is $\min_G \max_D V(D, G)$. There is **one** function. $D$ climbs it, $G$ descends it.
#
# A network does not return $D$ but a **logit** $\ell$, which may be any real number, and
# $D = \sigma(\ell) = 1/(1 + e^{-\ell})$. A logit of 0 is $D = \tfrac12$.
#
# To check each step we want a world in which $p$ and $q$ are known: densities on a line. There an
# average is an area under a curve, and a fine grid of points gives areas to many digits.

# %%
real_data = data.Mixture([[-1.5], [1.5]], std=[0.5, 0.8], weights=[0.4, 0.6])
generated = data.Mixture([[0.3]], std=1.4)
x = torch.linspace(-30, 30, 6_001, dtype=torch.float64)
log_p, log_q = real_data.log_prob(x[:, None]), generated.log_prob(x[:, None])
p, q = log_p.exp(), log_q.exp()


def integral(height):
    """The area under a curve that is given at the points x."""
    return float(torch.trapezoid(height, x))


def value(logit, log_p, log_q):
    """V(D, G) for D = sigmoid(logit), everything given at the points x."""
    return integral(log_p.exp() * logsigmoid(logit) + log_q.exp() * logsigmoid(-logit))


claim("the area under p", integral(p), equals=1, tolerance=1e-6)
guessing = value(0 * x, log_p, log_q)
claim("V of guessing, plus log 4", guessing + math.log(4), equals=0, tolerance=1e-6)

# %% [markdown]
# The formula has an average over noise $z$, the code one over $q$. They are the same average:
# to draw $x$ from $q$ *is* to draw $z$ and apply $G$. Our $q$ belongs to the generator
# $G(z) = 0.3 + 1.4\,z$. We test it on a made-up discriminator, $\ell(x) = x$.

# %%
random = runtime.generator(seed=0)
z = torch.randn(400_000, generator=random)
real = real_data.draw(400_000, random)
sampled = logsigmoid(real).mean() + logsigmoid(-(0.3 + 1.4 * z)).mean()
claim("V by sampling minus V by areas", sampled - value(x, log_p, log_q), equals=0, tolerance=0.01)

# %% [markdown]
# ## 2 · The best discriminator
#
# Hold $G$ still. Written as one area,
#
# $$V(D, G) = \int \Big( p(x) \log D(x) + q(x) \log(1 - D(x)) \Big)\, dx .$$
#
# A discriminator with enough freedom may choose $D(x)$ at each $x$ by itself. So the area is
# largest when the height is largest at each point. That leaves a problem with three numbers:
# for $a = p(x)$ and $b = q(x)$, which $y = D(x)$ makes $a \log y + b \log(1 - y)$ largest?

# %%
a, b, y = sp.symbols("a b y", positive=True)
height = a * sp.log(y) + b * sp.log(1 - y)
flat = sp.solve(sp.diff(height, y), y)
curvature = sp.diff(height, y, 2).subs(y, flat[0])

claim("SymPy: points where the slope is 0", len(flat), equals=1)
claim("SymPy: that point minus a/(a + b)", sp.simplify(flat[0] - a / (a + b)), equals=0)
claim("SymPy: curvature × ab/(a + b)³", sp.simplify(curvature * a * b / (a + b) ** 3), equals=-1)

# %% [markdown]
# One place with slope 0, and the curve bends down there: it is the maximum. So
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}, \qquad \ell^*(x) = \log \frac{p(x)}{q(x)} .$$

# %%
inside = np.linspace(0.005, 0.995, 400)
figure, ax = plt.subplots(figsize=(6.4, 3.3))
for a, mark in ((0.9, "o"), (0.5, "s"), (0.2, "D")):
    reward = lambda y, a=a: a * np.log(y) + (1 - a) * np.log(1 - y)
    (line,) = ax.plot(inside, reward(inside), label=f"a = {a:.1f},  b = {1 - a:.1f}")
    ax.plot(a, reward(a), mark, ms=9, color=line.get_color())
ax.set(xlabel="y, the answer D(x)", ylabel="a log y + b log(1 − y)", ylim=(-2.4, 0), xlim=(0, 1))
ax.set_title("At each x, the best answer is a / (a + b)")
ax.legend(loc="lower center")
show(figure, alt="Three concave curves over the answer y, with their maxima at 0.9, 0.5 and 0.2.")

# %% [markdown]
# What to notice: each peak lies at the share of real samples. $D^*$ needs the *ratio* of two
# densities, never the densities alone.
#
# **Does training find it?** A real discriminator sees samples, not densities. We train six small
# networks, alike but for their seeds, to raise $V$ on fresh samples (`vmap` runs the six as one;
# chapter 03 opens that box). Raising $V$ is lowering $L_D = -V$. In logits,
# $-\log \sigma(\ell) = \operatorname{softplus}(-\ell)$ and
# $-\log(1 - \sigma(\ell)) = \operatorname{softplus}(\ell)$, where
# $\operatorname{softplus}(\ell) = \log(1 + e^\ell)$.

# %%
MEMBERS = 6


def network(seed):
    """One number in, one logit out."""
    with runtime.seeded(seed):
        layers = nn.Linear(1, 32), nn.SiLU(), nn.Linear(32, 32), nn.SiLU(), nn.Linear(32, 1)
    return nn.Sequential(*layers)


networks = [network(seed) for seed in range(MEMBERS)]
weights, _ = torch.func.stack_module_state(networks)


def logits(samples):
    """Samples (members, n, 1) to logits (members, n), each member with its own weights."""
    one = lambda w, s: torch.func.functional_call(networks[0], w, (s,)).squeeze(-1)
    return torch.vmap(one)(weights, samples)


# %%
def train(steps, batch=512):
    """Adam on L_D, with a learning rate that falls to zero; returns the logits at the points x."""
    adam = torch.optim.Adam(weights.values(), lr=1e-2)
    fall = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.0, steps)
    for _ in progress.bar(range(steps), title="six discriminators"):
        real = real_data.draw(MEMBERS * batch, random).view(MEMBERS, batch, 1)
        fake = generated.draw(MEMBERS * batch, random).view(MEMBERS, batch, 1)
        loss = softplus(-logits(real)).mean(1) + softplus(logits(fake)).mean(1)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        fall.step()
    with torch.no_grad():
        return logits(x.float()[:, None].expand(MEMBERS, -1, 1)).double()


early = train(steps=20)
trained = train(steps=runtime.by_budget(smoke=10, laptop=600, full=3_000))

# %%
best = log_p - log_q
figure, (top, low) = plt.subplots(2, 1, figsize=(7.8, 5.4), sharex=True, height_ratios=(1, 1.3))
for density, color, name in ((p, plots.REAL, "data, p"), (q, plots.FAKE, "generator, q")):
    top.fill_between(x, density, color=color, alpha=0.3, linewidth=0)
    top.plot(x, density, color=color, label=name)
low.plot(x, best.sigmoid(), color=plots.TRUTH, label="D* = p / (p + q)")
low.plot(x, early.sigmoid().median(0).values, ":", color="#777777", label="after 20 steps")
ends = trained.sigmoid()
low.fill_between(x, ends.min(0).values, ends.max(0).values, color="#009E73", alpha=0.35, lw=0)
low.plot(x, ends.median(0).values, "--", color="#009E73", label="trained: median and range of six")
low.axhline(0.5, color="#aaaaaa", lw=0.8)
top.set(ylabel="density", xlim=(-5, 5), ylim=(0, None), title="Two densities …")
low.set(xlabel="x", ylabel="D(x)", ylim=(0, 1.19), yticks=[0, 0.25, 0.5, 0.75, 1])
low.set_title("… and the discriminator that tells them apart best")
top.legend(loc="upper left")
low.legend(loc="upper center", ncols=3, fontsize=9.5, columnspacing=1.2)
show(
    figure,
    alt="Above, a two-humped data density and a broad generated one. Below, D* rises over "
    "one half at each hump; six trained networks lie on it, after 20 steps they do not.",
)

# %%
gap = max(value(best, log_p, log_q) - value(one, log_p, log_q) for one in trained)
error = max(integral((p + q) / 2 * (one.sigmoid() - best.sigmoid()).abs()) for one in trained)
claim("what the worst of six misses of V at D*", gap, at_most=0.01, needs_training=True)
claim("its mean |D − D*| over what it is shown", error, at_most=0.03, needs_training=True)

# %% [markdown]
# The networks never saw $p$ or $q$, and they trace $p/(p+q)$. They stray only far out, where
# hardly a sample falls to correct them. After 20 steps the answer is another one, and it is still
# a number between 0 and 1. Keep that in mind for section 4.
#
# ## 3 · What is left for the generator
#
# Put $D^*$ into $V$, and a function of the generator alone remains, $C(G) = \max_D V(D, G)$. With
# the density halfway between the two, $m = (p + q)/2$, so that $p + q = 2m$,
#
# $$C(G) = \int p \log\frac{p}{p+q} + q \log\frac{q}{p+q}\,dx
#        = -\log 4 + \int p \log\frac{p}{m} + q \log\frac{q}{m}\,dx .$$
#
# Integrals of this kind have a name. The **Kullback–Leibler divergence**
# $\mathrm{KL}(a \Vert b) = \int a \log(a/b)\,dx$ says how surprised one is by samples of $a$ after
# expecting $b$. The mean of both divergences to the middle is the **Jensen–Shannon divergence**,
# $\mathrm{JSD}(p \Vert q) = \tfrac12 \mathrm{KL}(p \Vert m) + \tfrac12 \mathrm{KL}(q \Vert m)$. So
#
# $$\boxed{\,C(G) = -\log 4 + 2\,\mathrm{JSD}(p \Vert q)\,}$$


# %%
def kl(log_a, log_b):
    """Kullback–Leibler divergence KL(a‖b) in nats, from log-densities at the points x."""
    return integral(log_a.exp() * (log_a - log_b))


def middle(log_a, log_b):
    """Logarithm of the density (a + b) / 2."""
    return torch.logaddexp(log_a, log_b) - math.log(2)


def jsd(log_a, log_b):
    """Jensen–Shannon divergence: the mean of both KL divergences to the middle."""
    log_m = middle(log_a, log_b)
    return (kl(log_a, log_m) + kl(log_b, log_m)) / 2


def bell(mean, std):
    """Log-density of a Gaussian at the points x."""
    return -0.5 * ((x - mean) / std) ** 2 - math.log(std * math.sqrt(2 * math.pi))


by_hand = math.log(2) + 2 / 8 - 1 / 2
found = kl(bell(0, 1), bell(1, 2))
claim("KL of N(0, 1) to N(1, 2²) minus its closed form", found - by_hand, equals=0, tolerance=1e-6)

# %%
three = data.Mixture([[-2.0], [0.0], [2.0]], std=0.4).log_prob(x[:, None])
pairs = {
    "two Gaussians": (bell(-1, 1), bell(1, 0.7)),
    "two modes and one": (log_p, log_q),
    "two modes and three": (log_p, three),
    "a density and itself": (log_p, log_p),
    "out of each other's reach": (bell(-9, 0.5), bell(9, 0.5)),
}
for name, (log_a, log_b) in pairs.items():
    at_best = value(log_a - log_b, log_a, log_b)
    off = at_best - (2 * jsd(log_a, log_b) - math.log(4))
    claim(f"{name}: V at D* minus (2·JSD − log 4)", off, equals=0, tolerance=1e-6)

claim("out of reach: V at D*", at_best, equals=0, tolerance=1e-6)
claim("out of reach: JSD − log 2", jsd(log_a, log_b) - math.log(2), equals=0, tolerance=1e-6)

# %% [markdown]
# **The minimum is unique.** For every $t > 0$, $-\log t \ge 1 - t$, with equality at $t = 1$ only.
# With $t = m/p$ this gives
# $\mathrm{KL}(p \Vert m) = \int p\,(-\log \tfrac mp)\,dx \ge \int (p - m)\,dx = 0$, and 0 only
# where $m = p$, which is where $q = p$. The same holds for $\mathrm{KL}(q \Vert m)$. So
# $C(G) \ge -\log 4$, and one density reaches the bottom: that of the data.

# %%
t = sp.symbols("t", positive=True)
excess = -sp.log(t) - (1 - t)
lowest = sp.solve(sp.diff(excess, t), t)
claim("SymPy: −log t − (1 − t) has slope 0 at t", lowest[0], equals=1)
claim("SymPy: its value there", excess.subs(t, 1), equals=0)
claim("SymPy: its curvature there", sp.diff(excess, t, 2).subs(t, 1), equals=1)

# %% [markdown]
# Three divergences as pictures: each one is the green area minus the pink one.

# %%
log_m = middle(log_p, log_q)
heights = {
    "KL(p‖q)": p * (log_p - log_q),
    "KL(q‖p)": q * (log_q - log_p),
    "2·JSD": p * (log_p - log_m) + q * (log_q - log_m),
}
figure, axes = plt.subplots(1, 3, figsize=(9.6, 3), sharex=True, sharey=True)
for ax, (name, height) in zip(axes, heights.items(), strict=True):
    ax.plot(x, p, color=plots.REAL, lw=1.3, label="p")
    ax.plot(x, q, color=plots.FAKE, lw=1.3, label="q")
    ax.fill_between(x, height.clamp(min=0), color="#009E73", alpha=0.6, lw=0, label="+")
    ax.fill_between(x, height.clamp(max=0), color="#CC79A7", alpha=0.6, lw=0, label="−")
    ax.set(title=f"{name} = {integral(height):.2f}", xlim=(-5, 5), xlabel="x")
axes[0].legend(fontsize=9, ncols=2)
show(
    figure,
    alt="The heights whose areas are KL(p‖q), KL(q‖p) and 2·JSD. Those of KL are negative in "
    "places; that of 2·JSD is positive wherever p and q differ.",
)

# %% [markdown]
# What to notice: $\mathrm{KL}(q \Vert p)$ comes from where $q$ has mass and $p$ has little, the
# valley and the left flank, and it can grow without limit. $2\,\mathrm{JSD}$ never exceeds
# $2\log 2$.

# %%
distances = np.linspace(0, 8, 41)
means, stds = np.linspace(-2.5, 2.5, 41), np.linspace(0.35, 2.5, 40)
bowl = [[2 * jsd(bell(0, 1), bell(m, s)) - math.log(4) for m in means] for s in stds]

figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9))
for std in (0.25, 0.5, 1.0):
    left.plot(distances, [jsd(bell(0, std), bell(d, std)) for d in distances], label=f"width {std}")
left.axhline(math.log(2), color=plots.TRUTH, lw=1, ls=":")
left.text(8, math.log(2) + 0.012, "log 2", ha="right")
left.set(
    xlabel="distance of two Gaussians", ylabel="JSD (nats)", title="Far apart, no slope is left"
)
left.legend(loc="lower right")
drawn = right.contourf(means, stds, bowl, levels=16)
right.plot(0, 1, "*", ms=15, color="white", mec="black")
right.set(xlabel="mean of the generator", ylabel="its standard deviation")
right.set_title("C(G) when the data are N(0, 1)")
figure.colorbar(drawn, ax=right, ticks=(-1.3, -0.9, -0.5, -0.1))
show(
    figure,
    alt="Left: JSD of two Gaussians rises from 0 and levels off at log 2, sooner for narrow "
    "ones. Right: contours of C(G) over mean and width, one bowl, lowest at mean 0 and width 1.",
)

# %%
deepest = np.min(bowl) + math.log(4)
claim("the lowest point of the bowl, plus log 4", deepest, at_least=0, at_most=0.01)

# %% [markdown]
# One bowl, one bottom, the star at the truth. And on the left the first trouble: once two
# densities hardly overlap, $\mathrm{JSD}$ is $\log 2$ at any distance. A generator out there gets
# no direction.
#
# ## 4 · A classifier that measures
#
# Turn the result around. The best logit is $\log p(x)/q(x)$, and the best value is a divergence. So
# **a classifier trained on two piles of samples measures how far apart their densities are**, and
# nobody had to know a density. Our six networks:

# %%
kl_read = (p * trained).sum(-1) / p.sum()
jsd_read = [(value(one, log_p, log_q) + math.log(4)) / 2 for one in trained]
miss = (kl_read - kl(log_p, log_q)).abs().max()
true = jsd(log_p, log_q)
claim("worst |mean logit on data − KL(p‖q)|", miss, at_most=0.05, needs_training=True)
claim("JSD minus a network's reading, smallest", true - max(jsd_read), at_least=0)
claim("and largest", true - min(jsd_read), at_most=0.005, needs_training=True)

# %% [markdown]
# The second claim is a law: $D^*$ is the maximum, so every other $D$ reads *less* (on the samples
# it has learnt by heart it may read more; a fresh batch mends that). A weak discriminator says
# "you two are close" because it is weak. So a loss in a training log is not, as some texts have
# it, the distance between pictures and data: it depends on both players.
#
# > **The idea that joins this course.** A divergence between distributions → a classifier that
# > estimates it → later, a distance between statistics of *features*. Chapter 08 scores generators
# > so, chapter 11 makes "style" of it (a Gram matrix compares two distributions of features), and
# > chapter 13 plays this chapter's game on patches of pictures.
#
# ### "The probability that the sample is real" (E30)
#
# Tutorials often say that $D(x)$ is this probability. Commit yourself before you read on.

# %%
guess = None  # "a", "b" or "c"
predict(
    "D* was made for as many real as fake samples. Now 9 of 10 samples shown to it are fake. "
    "Among those to which it answers 0.5, how many are real?",
    choices={"a": "one half", "b": "one tenth", "c": "nine tenths"},
    guess=guess,
    answer="b",
    why={
        "a": "0.5 says p(x) = q(x); that is one half only if both kinds are shown equally often.",
        "b": "0.5 says p(x) = q(x), so x tells nothing, and one in ten is real as everywhere.",
        "c": "that is the share of fakes; p(x) = q(x) leaves the share of real at one tenth.",
    },
)


# %%
def calibration(logit, shown_real=0.5, bins=12):
    """What D answers, in bins, and the share that is real among the samples in the bin."""
    answer, real, fake = logit.sigmoid(), shown_real * p, (1 - shown_real) * q
    into = (answer * bins).long().clamp(max=bins - 1)
    mass = lambda height: torch.zeros(bins, dtype=x.dtype).index_add(0, into, height)
    total = mass(real + fake)
    seen = total > 1e-3 * total.sum()
    return (mass((real + fake) * answer) / total)[seen], (mass(real) / total)[seen]


curves = {
    "D*, half of the samples real": calibration(best),
    "D*, 1 in 10 real": calibration(best, 0.1),
    "the same, logit + log(0.1 / 0.9)": calibration(best + math.log(1 / 9), 0.1),
    "after 20 steps, half real": calibration(early[0]),
}
figure, ax = plt.subplots(figsize=(7.4, 4))
ax.plot([0, 1], [0, 1], color="#cccccc", lw=7, zorder=0, label="answer = share")
for (name, (answer, share)), mark in zip(curves.items(), ("o-", "D--", "^-", "s:"), strict=True):
    ax.plot(answer, share, mark, label=name, lw=1.5)
ax.set(xlabel="what D answers", ylabel="share of real samples", xlim=(0, 1), ylim=(0, 1))
ax.set(title="When an answer of D is a probability", aspect="equal")
ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
show(
    figure,
    alt="The share of real samples against the answer of D. D* lies on the diagonal when half "
    "are real, far below it when 1 in 10 is; the network after 20 steps wanders about.",
)

# %%
off = [float((answer - share).abs().max()) for answer, share in curves.values()]
claim("farthest from the diagonal: D*, half real", off[0], at_most=1e-6)
claim("D*, 1 in 10 real", off[1], at_least=0.3)
claim("D*, 1 in 10 real, logit shifted by log(0.1 / 0.9)", off[2], at_most=1e-6)
claim("after 20 steps, half real", off[3], at_least=0.1)

# %% [markdown]
# What to notice: other shares move $D^*$ off the diagonal, and a constant added to its logit moves
# it back. No such constant mends the network after 20 steps: it has the order wrong.
#
# $D(x)$ is a probability for one discriminator, the best, in one situation, equal shares. Otherwise
# it is a score. (A Wasserstein critic, chapter 06, does not even stay between 0 and 1.)
#
# ## 5 · Two losses for the generator
#
# $D$ minimises $L_D = -V$. For $G$ the game says: minimise the part of $V$ that $G$ can change,
# with $\ell$ the logit of a fake sample,
#
# $$L_G^{\text{minimax}} = \mathbb E \log(1 - \sigma(\ell))
#                       = -\mathbb E \operatorname{softplus}(\ell).$$
#
# The paper that gives the game advises another loss for practice, called **non-saturating**:
#
# $$L_G^{\text{ns}} = -\mathbb E \log \sigma(\ell) = \mathbb E \operatorname{softplus}(-\ell).$$
#
# It is often printed as if it were the minimax loss (E02). It is not. For $G$, the slope of
# $L_G^{\text{minimax}}$ is minus that of $L_D$: the two pull at one number from opposite ends. The
# slope of $L_G^{\text{ns}}$ is another one, and no single number is pulled at any more.

# %%
guess = None  # "a", "b" or "c"
predict(
    "A young generator: D is sure that its sample is fake, D = 0.001. How steep is the minimax "
    "loss there, per unit of logit?",
    choices={"a": "0.001", "b": "0.5", "c": "0.999"},
    guess=guess,
    answer="a",
    why={
        "a": "the size of the slope is D: the surer D is, the less the generator hears.",
        "b": "0.5 is the slope where D is undecided; here it is sure.",
        "c": "0.999 is the slope of the non-saturating loss; that of minimax has the size of D.",
    },
)

# %%
ell = sp.symbols("ell", real=True)
D = 1 / (1 + sp.exp(-ell))
claim("SymPy: slope of log(1 − D), plus D", sp.simplify(sp.diff(sp.log(1 - D), ell) + D), equals=0)
claim("SymPy: slope of −log D, plus 1 − D", sp.simplify(sp.diff(-sp.log(D), ell) + 1 - D), equals=0)

logit = torch.tensor(-200.0, requires_grad=True)
as_typed = -torch.log(torch.sigmoid(logit))
as_typed.backward()
print("−log(sigmoid(−200)) as typed:", as_typed.item(), "with the slope", logit.grad.item())
claim("the same loss by softplus", losses.non_saturating_generator_loss(logit.detach()), equals=200)

# %%
line = torch.linspace(-8, 8, 401)
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.6), sharex=True)
left.plot(line, -softplus(line), label="minimax:  log(1 − D)")
left.plot(line, softplus(-line), label="non-saturating:  −log D")
right.plot(line, line.sigmoid())
right.plot(line, 1 - line.sigmoid())
right.text(7.8, 0.88, "minimax:  D", ha="right", color="C0")
right.text(-7.7, 0.88, "non-saturating:  1 − D", color="C1")
for ax in (left, right):
    ax.axvspan(-8, -3, color="#eeeeee", zorder=0)
    ax.set_xlabel("logit of a fake sample")
left.text(-5.5, -5, "D is sure:\nwhere a young\ngenerator is", ha="center")
left.set(title="Loss of the generator", ylabel="loss (nats)")
right.set(title="Size of its slope", ylabel="|d loss / d logit|")
left.legend(loc="upper right", fontsize=10)
show(
    figure,
    alt="Left: both losses fall with the logit. Right: for very negative logits the minimax "
    "slope is near 0 and the non-saturating one near 1; they cross at logit 0.",
)

# %% [markdown]
# Same direction, other size. Where $D$ is sure (grey), minimax has *saturated*. And typed as `log`
# of `sigmoid` a loss is infinite there, its slope not a number; as softplus it is a straight line.
# The three losses are now yours: `ganlearn.losses` holds them, a line each.
#
# ## 6 · What each loss minimises
#
# Take a generator with one parameter, $G_\theta(z) = \theta + 0.6\,z$, and at each $\theta$ the
# best discriminator $D^*$ for that $\theta$. The generator takes its slope with $D^*$ **frozen**.
#
# **Minimax.** $C(\theta) = V(D^*_\theta, \theta)$ depends on $\theta$ twice. The way through $D^*$
# adds nothing: at a maximum, $\partial V / \partial D = 0$. So the frozen slope is that of
# $C$, and so of $2\,\mathrm{JSD}$.
#
# **Non-saturating.** From $\log D - \log(1 - D) = \ell$ follows
# $-\log D^* = -\log(1 - D^*) - \log\frac pq$. The first term has minus the slope of
# $2\,\mathrm{JSD}$. The second, $\mathbb E_{q_\theta} \log\frac qp$ with $q$ frozen inside the
# logarithm, has the slope of $\mathrm{KL}(q_\theta \Vert p)$: what freezing leaves out is
# $\int q_\theta\, \partial_\theta \log q_\theta\,dx = \partial_\theta \int q_\theta\,dx = 0$.
# Together:
#
# $$\nabla L_G^{\text{minimax}} = \nabla\big[2\,\mathrm{JSD}(p \Vert q_\theta)\big], \qquad
#   \nabla L_G^{\text{ns}}
#   = \nabla\big[\mathrm{KL}(q_\theta \Vert p) - 2\,\mathrm{JSD}(p \Vert q_\theta)\big].$$
#
# The odd-looking difference is a divergence too: collect its logarithms, and it is
# $2\,\mathrm{KL}(m \Vert p)$. It is 0 only at $q = p$, so both losses have the same solution.

# %%
z = torch.linspace(-9, 9, 301, dtype=torch.float64)
chance = torch.distributions.Normal(0.0, 1.0).log_prob(z).exp() * (z[1] - z[0])


def frozen_slope(loss, at):
    """d/dθ of E loss(ℓ*(θ + 0.6 z)), where ℓ* belongs to θ = at and does not move."""
    theta = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    sample = theta + 0.6 * z
    log_fake = torch.distributions.Normal(at, 0.6).log_prob(sample)
    logit = real_data.log_prob(sample[:, None]) - log_fake
    return float(torch.autograd.grad((chance * loss(logit)).sum(), theta)[0])


minimax = lambda logit: -softplus(logit)
non_saturating = lambda logit: softplus(-logit)
two_jsd = lambda theta: 2 * jsd(log_p, bell(theta, 0.6))
difference = lambda theta: kl(bell(theta, 0.6), log_p) - two_jsd(theta)
two_kl_m = lambda theta: 2 * kl(middle(log_p, bell(theta, 0.6)), log_p)
slope = lambda f, theta, h=1e-3: (f(theta + h) - f(theta - h)) / (2 * h)

# %%
places = np.linspace(-4.2, 4.2, 22)
dots = [[frozen_slope(loss, at) for at in places] for loss in (minimax, non_saturating)]
for name, found, f in zip(("minimax", "non-saturating"), dots, (two_jsd, difference), strict=True):
    worst = np.abs(np.subtract(found, [slope(f, at) for at in places])).max()
    claim(f"{name}: worst |autograd − slope of the formula|", worst, at_most=1e-3)
worst = max(abs(difference(at) - two_kl_m(at)) for at in places)
claim("worst |KL(q‖p) − 2·JSD − 2·KL(m‖p)|", worst, at_most=1e-6)

# %%
line = np.linspace(-4.4, 4.4, 111)
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8), sharex=True)
names = ("minimax: 2·JSD", "non-saturating: KL(q‖p) − 2·JSD")
for f, name, found, color in zip((two_jsd, difference), names, dots, ("C0", "C1"), strict=True):
    left.plot(line, [f(at) for at in line], color=color, label=name)
    right.plot(line, [slope(f, at) for at in line], color=color)
    right.plot(places, found, "o", ms=5, color=color, mec="white", mew=0.6)
left.fill_between(x, 2 * p, color=plots.TRUTH, alpha=0.12, lw=0, label="the data (scaled)")
left.axhline(2 * math.log(2), color=plots.TRUTH, lw=1, ls=":")
left.text(4.3, 2 * math.log(2) + 0.05, "2 log 2", ha="right")
left.set(ylim=(0, 4), xlim=(-4.4, 4.4), ylabel="divergence (nats)")
left.set(title="What a generator at θ is asked to lower", xlabel="θ, place of the generator")
right.set(ylim=(-6, 6), ylabel="slope", xlabel="θ, place of the generator")
right.set_title("Lines: the formulas.  Dots: autograd, D* frozen")
left.legend(loc="upper center", fontsize=9)
show(
    figure,
    alt="Left: 2·JSD is low and bounded, KL(q‖p) − 2·JSD steep; both have valleys at the two "
    "modes of the data. Right: autograd's slopes lie on the slopes of these curves.",
)

# %% [markdown]
# What to notice: far from the data the orange slope grows while the blue one dies. That is why
# nearly everybody takes the orange loss. And both have *two* valleys: a generator with one hump
# sits down on one mode. Orange punishes mass where $p$ is small; a mode that is missing costs it
# little.
#
# ## 7 · Two mistakes, and what they train (E01, E25)
#
# So far one player was held still. Now both move, a gradient step each. First a small, complete
# game: data $N(0, 1)$, generator $\theta + z$, discriminator $\ell(x) = \psi x + c$, which contains
# $D^*$ for every $\theta$. A game is two functions: what $D$ lowers and what $G$ lowers.


# %%
def gaussian(s):
    """(L_D, L_G) with L_G non-saturating; s is (..., 3) and holds ψ, c, θ."""
    psi, c, theta = s[..., :1], s[..., 1:2], s[..., 2:]
    on_real, on_fake = psi * z + c, psi * (theta + z) + c
    loss_d = (chance * (softplus(-on_real) + softplus(on_fake))).sum(-1)
    return loss_d, (chance * softplus(-on_fake)).sum(-1)


def directions(game, s):
    """Minus the gradient of each player's own loss. G owns the last parameter, D the others."""
    down_d, down_g = (-torch.func.grad(lambda s, i=i: game(s)[i].sum())(s) for i in (0, 1))
    return torch.cat((down_d[..., :-1], down_g[..., -1:]), -1)


def play(game, s, steps, rate=0.2, in_turn=False):
    """The path (steps + 1, ..., parameters). In turn: D moves first, and G answers the new D."""
    path, of_g = [s], torch.arange(s.shape[-1]) == s.shape[-1] - 1
    for _ in range(steps):
        if in_turn:
            s = s + rate * directions(game, s) * ~of_g
            s = s + rate * directions(game, s) * of_g
        else:
            s = s + rate * directions(game, s)
        path.append(s)
    return torch.stack(path)


# %% [markdown]
# Some texts add the two losses, call the sum $V$, and lower it over all parameters (E01). Others
# let both players climb $V$ (E25, "gradient ascent optimises $G$ and $D$"). All three, from six
# places:


# %%
def sum_of_both(s):
    total = sum(gaussian(s))
    return total, total


def both_climb(s):
    loss_d, _ = gaussian(s)  # lowering L_D is climbing V
    return loss_d, loss_d


rules = {
    "each its own loss": gaussian,
    "E01: the sum": sum_of_both,
    "E25: both climb V": both_climb,
}
starts = torch.tensor([[0, 0, theta] for theta in (-3, -2, -1, 1, 2, 3)], dtype=torch.float64)
paths = [play(rule, starts, steps=160, in_turn=True) for rule in rules.values()]

figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.1), sharey=True, sharex=True)
for ax, name, path in zip(axes, rules, paths, strict=True):
    ax.axhspan(-1, 1, color=plots.REAL, alpha=0.15, lw=0)
    ax.plot(path[..., 2], color=plots.FAKE, lw=1.5)
    ax.set(title=name, xlabel="step", ylim=(-7, 7))
axes[0].set_ylabel("θ, place of the generator")
axes[0].text(160, 1.2, "data, ± 1 std", ha="right", color=plots.REAL)
alt = (
    "Six generators, 160 steps. Each its own loss: all reach the data. Sum, both climb: all leave."
)
show(figure, alt=alt)

# %%
away = [path[-1, :, 2].abs() for path in paths]
total = [sum(gaussian(path[-1])) for path in paths]
claim("each its own loss: distance from the data, farthest of six", away[0].max(), at_most=0.01)
claim("E01, the sum: distance, nearest of six", away[1].min(), at_least=2.5)
claim("E25, both climb: distance, nearest of six", away[2].min(), at_least=4)
claim("E01 gets the sum lower, by", total[0].min() - total[1].max(), at_least=0.3)

# %% [markdown]
# Under the sum the players **cooperate**. $G$ moves away to make $D$'s work easy; $D$ puts its
# border on top of the fakes to please $G$. The number goes down, the samples get worse. With the
# minimax loss the sum is worse still: the terms of the fakes cancel, and $G$ has no gradient at
# all.
#
# ## 8 · Existence is not convergence (E26)
#
# "In the end the two reach a balance." Section 3 says that a balance *exists*. Whether two players
# who take steps get there is another question. The smallest game that asks it is **bilinear**,
# $V(\psi, \theta) = \psi\,\theta$, with its balance at $(0, 0)$.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Both players start at (0, 1) and take gradient steps of size 0.2 together. Where do they go?",
    choices={"a": "in a spiral to (0, 0)", "b": "round it for ever", "c": "away, in a spiral"},
    guess=guess,
    answer="c",
    why={
        "a": "nothing pulls to (0, 0): each step is at a right angle to the line that leads there.",
        "b": "so it is for infinitely small steps; a real step along the tangent ends outside.",
        "c": "each step goes along the tangent of a circle, and so ends outside of it.",
    },
)

# %% [markdown]
# With infinitely small steps the game is a differential equation: $\dot\psi = \theta$ and
# $\dot\theta = -\psi$. The derivative of this field is the **Jacobian of the game**. Its
# eigenvalues $\lambda$ say what happens to small distances from the balance: the real part pulls
# (−) or pushes (+), the imaginary part turns. When both players step **together**, one step of
# size $\eta$ multiplies such a distance by $|1 + \eta\lambda|$.
#
# The **Dirac-GAN** is the smallest game that is a GAN: the data are the point 0, the only sample
# is the point $\theta$, and $\ell(x) = \psi x$. So
# $V = -\log 2 - \operatorname{softplus}(\psi\,\theta)$.


# %%
def bilinear(s):
    v = s[..., 0] * s[..., 1]
    return -v, v


def dirac(s):
    v = -math.log(2) - softplus(s[..., 0] * s[..., 1])
    return -v, v


def eigenvalues(function, size):
    """Those of the derivative of a function of all parameters at the balance (0, ..., 0)."""
    at_balance = torch.func.jacrev(function)(torch.zeros(size, dtype=torch.float64))
    return torch.linalg.eigvals(at_balance)


games = {"bilinear": (bilinear, 2), "Dirac-GAN": (dirac, 2), "Gaussian": (gaussian, 3)}
expected = {"bilinear": 1j, "Dirac-GAN": 0.5j, "Gaussian": -0.25 + 0.25j * math.sqrt(3)}
for name, (game, size) in games.items():
    found = eigenvalues(lambda s, game=game: directions(game, s), size)
    off = min(abs(number - expected[name]) for number in found.tolist())
    claim(f"{name}: eigenvalue minus {expected[name]:.3g}", off, at_most=1e-6)

somewhere = torch.randn(100, 2, dtype=torch.float64, generator=random)
for name in ("bilinear", "Dirac-GAN"):
    along = (somewhere * directions(games[name][0], somewhere)).sum(-1).abs().max()
    claim(f"{name}: largest |position · direction|", along, at_most=1e-9)

# %% [markdown]
# Bilinear game and Dirac-GAN turn and do nothing else. Everywhere the direction is at a right angle
# to the position, so the paths of the differential equation are circles.
#
# And real steps? For $\lambda = i$ we get $|1 + \eta\lambda| = \sqrt{1 + \eta^2}$, which is above 1
# for *every* $\eta$. When $D$ steps first and $G$ answers, **in turn**, the matrix is another one:

# %%
eta = sp.symbols("eta", positive=True)
matrix = sp.Matrix([[1, 0], [-eta, 1]]) * sp.Matrix([[1, eta], [0, 1]])  # first ψ moves, then θ
form = sp.Matrix([[1, eta / 2], [eta / 2, 1]])  # stands for ψ² + θ² + ηψθ
change = sp.simplify(matrix.T * form * matrix - form)
claim("SymPy, in turn: product of the eigenvalues, any η", sp.simplify(matrix.det()), equals=1)
claim("SymPy, in turn: change of ψ² + θ² + ηψθ in a step", change.norm(), equals=0)

# %% [markdown]
# A product of 1 and, for $\eta < 2$, an ellipse that is never left: neither in nor out. We let all
# three games run, both ways, and compare the growth per step with the largest $|$eigenvalue$|$.

# %%
STEPS, START = 150, 0.05
runs = {}
for name, (game, size) in games.items():
    start = torch.eye(size, dtype=torch.float64)[-1] * START  # only θ is off balance
    for order in ("together", "in turn"):
        many = lambda s, n, game=game, order=order: play(game, s, n, in_turn=order == "in turn")
        distance = many(start, STEPS).norm(dim=-1)
        predicted = float(eigenvalues(lambda s, many=many: many(s, 1)[-1], size).abs().max())
        measured = float(distance[-1] / distance[50]) ** (1 / (STEPS - 50))
        runs[name, order] = distance, predicted
        off = abs(measured - predicted)
        claim(f"{name}, {order}: |growth per step − |eigenvalue||", off, at_most=2e-3)

rule = {"bilinear": math.sqrt(1 + 0.2**2), "Dirac-GAN": math.sqrt(1 + 0.2**2 / 4)}
for name, growth in rule.items():
    claim(
        f"{name}, together: |eigenvalue|", runs[name, "together"][1], equals=growth, tolerance=1e-9
    )
    claim(f"{name}, in turn: |eigenvalue|", runs[name, "in turn"][1], equals=1, tolerance=1e-9)


# %%
def portrait(ax, name, rate, order):
    """The field in grey, the circle of infinitely small steps, and the path of real ones."""
    line = torch.linspace(-3, 3, 21, dtype=torch.float64)
    ahead = directions(games[name][0], torch.cartesian_prod(line, line)).view(21, 21, 2)
    u, v = ahead.transpose(0, 1).unbind(-1)  # rows are θ, columns are ψ
    lines = dict(color="#c5d0d8", linewidth=0.8, arrowsize=0.8, density=0.55)
    ax.streamplot(line.numpy(), line.numpy(), u.numpy(), v.numpy(), **lines)
    ax.add_patch(plt.Circle((0, 0), 1.2, fill=False, ls="--", lw=1.2))
    start = torch.tensor([0, 1.2], dtype=torch.float64)
    path = play(games[name][0], start, 44, rate, order == "in turn")
    ax.plot(*path.T, color=plots.FAKE, lw=0.9)
    ax.scatter(*path.T, c=range(len(path)), cmap="plasma", s=14, zorder=3)
    ax.plot(*start, "o", ms=8, color="white", mec="black", zorder=4)
    ax.plot(0, 0, "+", ms=11, color="black", mew=2)
    ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", title=f"{name}, {order}")
    ax.set(xlabel="ψ, of D", ylabel="θ, of G")
    ax.grid(False)


# %%
figure, axes = plt.subplots(2, 3, figsize=(9.8, 6.6))
for row, (name, rate) in zip(axes, (("bilinear", 0.2), ("Dirac-GAN", 0.4)), strict=True):
    portrait(row[0], name, rate, "together")
    portrait(row[1], name, rate, "in turn")
for ax, names in zip(axes[:, 2], (("bilinear",), ("Dirac-GAN", "Gaussian")), strict=True):
    for (name, order), (distance, predicted) in runs.items():
        if name in names:
            ax.semilogy(distance, label=f"{name}, {order}")
            ax.semilogy(START * predicted ** np.arange(STEPS + 1), ":", color="black", lw=1)
    ax.set(xlabel="step", ylabel="distance from the balance", title="Dotted: the eigenvalues")
    ax.legend(fontsize=8.5)
alt = "Both games spiral outward together and close up in turn, as the eigenvalues say."
show(figure, alt=alt)

# %% [markdown]
# What to notice: together (left), every path leaves the dashed circle of the differential
# equation. In turn (middle), it stays close to the circle and never arrives. The growth is what
# the eigenvalues say (right, dotted). And the **Gaussian** game of section 7 does arrive: its data
# have a width, so $D$ loses when it is too steep, and that is a pull, a real part of $-\tfrac14$.
#
# Pictures fill a thin sheet in the space of all pixels. They are more like the Dirac-GAN than like
# the Gaussian one. A penalty on the slope of $D$ gives the missing pull; that is chapter 06.
#
# ## What the paper does, what we do
#
# | Goodfellow et al. 2014 | here |
# |---|---|
# | $D^*$ and $C(G)$, for densities and any function $D$ | the same proof, each line checked |
# | convergence, if $D$ is the best at every step and $q$ itself moves | parameters and steps |
# | $k$ steps of $D$, then one of $G$ | $k = 1$, together or in turn |
# | minimax in theory, $-\log D$ advised for practice | both, and what each one minimises |
#
# ## When it fails
#
# The two-valley picture of section 6 is **mode collapse** in its smallest form. A discriminator
# far ahead of its generator is the grey zone of section 5. The circles of section 8 are the
# **oscillation** of a training log that never settles, and `log(sigmoid(·))` is its **NaN**.
# Chapter 05 is a museum of these failures: each switched on by name, looked at, and cured.
#
# ## Take-aways
#
# - One function $V$. $D$ climbs it, $G$ descends it; adding two losses makes another game.
# - The best discriminator is $p/(p+q)$; its logit is $\log p/q$. Against it, minimax is
#   $2\,\mathrm{JSD} - \log 4$, with one minimum, $q = p$.
# - A classifier measures a divergence from samples; on fresh ones, on average, never too much. Its
#   output is a probability only at the optimum and under equal shares.
# - Non-saturating is another loss with the same solution: it lowers
#   $\mathrm{KL}(q \Vert p) - 2\,\mathrm{JSD}$.
# - That a balance exists says nothing about getting there. The Jacobian's eigenvalues do.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts.

# %% tags=["quiz"]
quiz(
    "D*(x) = 0.8. How much denser are the data at x than the generator's samples?",
    [
        "0.8 times as dense",
        "1.25 times as dense",
        "4 times as dense",
        "5 times as dense",
    ],
    right=2,
    because=[
        "That is the share p/(p + q); the ratio p/q compares the two parts.",
        "1/0.8 compares both parts together with the data alone: (p + q)/p.",
        "0.8 / 0.2 = 4, and the logit is log 4.",
        "1/0.2 compares both parts together with the fakes alone: (p + q)/q.",
    ],
)

# %% tags=["quiz"]
quiz(
    "The discriminator loss is 2 log 2 throughout the training. Is the generator perfect?",
    [
        "yes, only q = p gives the best discriminator this loss",
        "perhaps, or the discriminator learns nothing",
        "no, the loss of D would have to be 0 then",
        "no, the loss of D would have to grow without limit then",
    ],
    right=1,
    because=[
        "For the best one that is so; nobody has said that this one is the best.",
        "A weak one reads too small a divergence, so this loss alone cannot tell the two apart.",
        "A loss of 0 means never wrong and never in doubt: the fakes could not be worse.",
        "Against a perfect generator D can always guess, and guessing costs 2 log 2.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Two densities do not overlap, and D is the best one. What does the minimax generator learn?",
    [
        "the direction to the data, for D is never wrong",
        "how far away the data are, for JSD grows with distance",
        "as much as with the non-saturating loss, the solution is the same",
        "nothing, for JSD is log 2 wherever the generator stands",
    ],
    right=3,
    because=[
        "A D without any doubt is flat there: a fake that moves a little is still a sure fake.",
        "It grows while the two overlap; after that it stays at log 2.",
        "The solution is, the slope is not: the minimax slope has the size of D, which is 0 here.",
        "As long as they do not overlap, JSD is constant, and a constant has slope 0.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A log shows that L_D + L_G falls steadily. Good news?",
    [
        "no news, for no player minimises the sum",
        "good news, both players get better at once",
        "good news, the two come nearer to their balance",
        "bad news, in a game the sum must stay the same",
    ],
    right=0,
    because=[
        "It falls too when the two cooperate and the samples get worse (section 7).",
        "They are opponents: the sum falls when G makes the work of D easy.",
        "In section 7 the sum got lower away from the balance than at it.",
        "It moves in a healthy game too, with the minimax loss as with the non-saturating one.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Both players of the bilinear game step together. Do smaller steps cure the spiral?",
    [
        "yes, below a certain size the path turns inward",
        "yes, below a certain size the path is a closed circle",
        "no, smaller steps leave too, only more slowly",
        "no, smaller steps leave even faster than large ones",
    ],
    right=2,
    because=[
        "Nothing pulls inward: each step is at a right angle to the line to the balance.",
        "Only infinitely small steps stay on the circle; a real one along the tangent leaves it.",
        "The growth per step, the root of 1 + η², is above 1 for every η.",
        "The growth per step, the root of 1 + η², comes nearer to 1 as η gets smaller.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - I. Goodfellow et al., *Generative adversarial nets*, 2014,
#   [arXiv:1406.2661](https://arxiv.org/abs/1406.2661).
# - J. Lin, *Divergence measures based on the Shannon entropy*, 1991,
#   [doi:10.1109/18.61115](https://doi.org/10.1109/18.61115).
# - M. Arjovsky, L. Bottou, *Towards principled methods for training GANs*, 2017,
#   [arXiv:1701.04862](https://arxiv.org/abs/1701.04862): the two gradients of section 6.
# - M. Shannon et al., *Non-saturating GAN training as divergence minimization*, 2020,
#   [arXiv:2010.08029](https://arxiv.org/abs/2010.08029): $2\,\mathrm{KL}(m \Vert p)$.
# - S. Mohamed, B. Lakshminarayanan, *Learning in implicit generative models*, 2016,
#   [arXiv:1610.03483](https://arxiv.org/abs/1610.03483): classifiers as ratio estimators.
# - L. Mescheder, A. Geiger, S. Nowozin, *Which training methods for GANs do actually converge?*,
#   2018, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406): the Dirac-GAN.
# - V. Nagarajan, Z. Kolter, *Gradient descent GAN optimization is locally stable*, 2017,
#   [arXiv:1706.04156](https://arxiv.org/abs/1706.04156): when there is a pull.
#
# ## Your turn
#
# The exercises of this chapter: [02, the minimax game](../exercises/02_the_minimax_game.ipynb).
# You write the best discriminator, the losses and the value of the game, and make the Dirac-GAN
# move.
