# %% [markdown]
# # 07 · Conditional and residual GANs
#
# **How do you ask a generator for a 3, and how do you make it deep enough to draw a good one?**
#
# <!-- badges -->
#
# Afterwards you can
# - say what a conditional GAN learns, and derive its best discriminator;
# - tell a discriminator a class in three ways, and derive one of them from a logarithm;
# - show why an auxiliary classifier makes samples of a class too much alike;
# - measure whether a generator obeys, and mix classes on purpose;
# - say what skips do for deep networks, and build a residual pair with a norm and one without.
#
# *Before this:* chapters 04 and 06.
# *Time:* about 75 minutes to read; the notebook runs in about a minute on two CPU cores.

# %%
import json
from pathlib import Path

from ganlearn import conditional, data, losses, metrics, nets, plots, rules, runtime, training
from ganlearn.metrics.obedience import obedience, variety
from ganlearn.nets import shares, with_planes
from ganlearn.nets.shipped_conditional import shipped_conditional
from ganlearn.notebook import claim, predict, quiz, quiz_score, show
from ganlearn.widgets import Panel

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import relu

show(plots.course_map(here=7), alt="The chapters of the course in a row; the seventh is filled.")

# %% [markdown]
# ## 1 · What conditioning means
#
# So far a generator drew what it liked. One of the articles counts that among the open problems:
# the result is random and hard to control. We now take data that come in **pairs** $(x, y)$: a
# picture $x$ and its class $y$. The generator is given noise $z$ *and* a class, and makes
# $G(z, y)$. We want its pictures of class $y$ to be distributed like the real ones:
#
# $$q(x \mid y) = p(x \mid y) \quad\text{for every } y.$$
#
# The classes that we ask for are drawn as they are in the data. Then this is the same as
# $q(x, y) = p(x, y)$, and we are back at chapter 02: **a conditional GAN is a plain GAN on pairs**,
# in which one half of every pair is given. The discriminator must see the pair as well. If it only
# sees pictures, a generator that mixes up the classes is never caught.
#
# Here is such a generator, on a line. Real samples of class 0 lie around -1, those of class 1
# around 1. The generator draws as well as can be, but three times in ten it takes the wrong class.

# %%
grid = torch.linspace(-4, 4, 33)
middle = (grid[1:] + grid[:-1]) / 2
real_pdf = torch.stack([data.Mixture([[m]], 0.8).density(middle[:, None]) for m in (-1.0, 1.0)])
fake_pdf = 0.7 * real_pdf + 0.3 * real_pdf.flip(0)
claim(
    "difference of the two densities of x, without its class",
    (real_pdf.sum(0) - fake_pdf.sum(0)).abs().max(),
    at_most=1e-6,
)
claim("largest difference with it", (real_pdf - fake_pdf).abs().max(), at_least=0.1)

# %% [markdown]
# ## 2 · The best conditional discriminator
#
# At fixed $G$ the discriminator climbs
#
# $$V = \sum_y \int p(x, y) \log D(x, y) + q(x, y) \log\bigl(1 - D(x, y)\bigr)\, dx .$$
#
# As in chapter 02, each place $(x, y)$ can be looked at alone. The function
# $a \log D + b \log(1 - D)$ has its maximum where $a / D = b / (1 - D)$, so
#
# $$D^*(x, y) = \frac{p(x, y)}{p(x, y) + q(x, y)}, \qquad
# \ell^*(x, y) = \log\frac{p(x, y)}{q(x, y)}\ \text{as a logit.}$$
#
# We check it without using it: a table with one logit for each class and each of 32 pieces of the
# line, which learns from samples with the loss of chapter 02.

# %%
random = runtime.generator(0)
source = data.Mixture([[-1.0], [1.0]], 0.8)
x, y = source.draw_labelled(60_000, random)
fake_x, fake_y = source.draw_labelled(60_000, random)
fake_y = torch.where(torch.rand(60_000, generator=random) < 0.3, 1 - fake_y, fake_y)


def piece(x):
    return torch.bucketize(x.squeeze(1), grid[1:-1])


table = torch.zeros(2, 32, requires_grad=True)
optimiser = torch.optim.LBFGS([table], max_iter=60, line_search_fn="strong_wolfe")


def loss():
    optimiser.zero_grad()
    found = losses.discriminator_loss(table[y, piece(x)], table[fake_y, piece(fake_x)])
    found.backward()
    return found


optimiser.step(loss)
learned = table.detach().sigmoid()
best = real_pdf / (real_pdf + fake_pdf)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8))
left.plot(middle, real_pdf[0], color=plots.REAL, label="real, class 0")
left.plot(middle, fake_pdf[0], color=plots.FAKE, linestyle="--", label="generated, class 0")
left.set(xlabel="x", ylabel="density")
left.legend(fontsize=8)
for label, marker in ((0, "o"), (1, "s")):
    right.plot(middle, best[label], color=plots.TRUTH, linewidth=1)
    right.plot(middle, learned[label], marker, markersize=4, label=f"learned, class {label}")
right.axhline(0.5, color="gray", linestyle=":", label="best without the class")
right.set(xlabel="x", ylabel="D", ylim=(0, 1))
right.legend(fontsize=8)
show(
    figure,
    alt="Left: real samples of class 0 form one hill, the generated ones a second, lower hill on "
    "the other side. Right: the learned table lies on the curves of the formula, one falling and "
    "one rising; without the class the best answer is one half everywhere.",
)
often = (middle.abs() < 2)[None].expand(2, -1)
claim(
    "distance of the learned table from the formula, where there are samples",
    (learned - best)[often].abs().max(),
    at_most=0.05,
)

# %% [markdown]
# Where the generator puts samples under the wrong class, the discriminator that sees the class says
# nearly 0. The one that does not see it is helpless. So the class must go in. How?
#
# ## 3 · Three ways to tell the discriminator
#
# **Concatenation** (Mirza and Osindero 2014). The class becomes more input: one **plane** a class,
# all ones for the class of the picture and all zeros for the others. The first convolution sees
# them as more channels. Nothing is assumed, and everything is left to learning.

# %%
digits = data.digits(size=16)
train, held_out = digits.split(0.8, seed=0)
pair = with_planes(train.samples[:1], shares(train.labels[:1], 10))
show(
    plots.grid(pair[0][:, None].clamp(-1, 1), columns=11, scale=3),
    alt="Eleven small squares: a handwritten digit, then ten planes, of which one is white.",
)
print("a picture with its planes:", tuple(pair.shape[1:]), "· class", int(train.labels[0]))

# %% [markdown]
# **Projection** (Miyato and Koyama 2018). The best logit is a logarithm, and a logarithm splits:
#
# $$\log\frac{p(x, y)}{q(x, y)} = \underbrace{\log\frac{p(y \mid x)}{q(y \mid x)}}_{\text{does the
# class fit?}} + \underbrace{\log\frac{p(x)}{q(x)}}_{\text{is it a picture?}} .$$
#
# Suppose that classes can be told by features $\varphi(x)$, as every classifier does it: a softmax
# of inner products, $\log p(y \mid x) = v^p_y \cdot \varphi(x) - \log Z^p(x)$, and likewise for
# $q$. In the difference, $\log Z^p - \log Z^q$ does not depend on $y$. Put it with the second part
# and call the two together $\psi(\varphi(x))$. With $v_y = v^p_y - v^q_y$,
#
# $$\ell(x, y) = v_y \cdot \varphi(x) + \psi(\varphi(x)) .$$
#
# That is the **projection discriminator**: one vector a class, one inner product. For Gaussian
# classes of equal width it is exact. The logit is then linear in $x$ for each class, so
# $\varphi(x) = (x, 1)$ is enough: over places and classes, the logits form a table of rank 3.

# %%
angle = torch.arange(6) / 6 * 2 * torch.pi
means = torch.stack((angle.cos(), angle.sin()), 1)
places = torch.randn(200, 2, generator=random)


def log_density(means):
    return torch.stack([data.Mixture(m[None], 0.5).log_prob(places) for m in means], 1)


logits = log_density(means) - log_density(0.8 * means.roll(1, 0))
sizes = torch.linalg.svdvals(logits.double())
print("logits at 200 places, for 6 classes; singular values over the first:")
claim("the third", sizes[2] / sizes[0], at_least=0.01)
claim("the fourth", sizes[3] / sizes[0], at_most=1e-5)


# %%
def project(features, label, vectors, psi):
    """The projection logit (n,) of features (n, d): psi(features) + features · vectors[label]."""
    return psi(features).squeeze(1) + (features * vectors[label]).sum(1)


_, discriminator = nets.conditional(16, 1, 10, judge="projection")
pictures, labels = train.samples[:7], train.labels[:7]
ours = project(
    discriminator.trunk(pictures), labels, discriminator.embedding.weight.T, discriminator.logit
)
claim(
    "distance from the library's",
    (ours - discriminator(with_planes(pictures, shares(labels, 10)))).abs().max(),
    at_most=1e-4,
)

# %% [markdown]
# **Auxiliary classifier** (AC-GAN, Odena et al. 2017). The discriminator is not told the class. It
# has to *name* it, beside saying whether the picture is real: it returns one logit and ten class
# scores $C(y \mid x)$. Both players are paid for the naming:
#
# $$L_D = L_D^{\text{plain}} - E_p \log C(y \mid x) - E_q \log C(y \mid x), \qquad
# L_G = L_G^{\text{plain}} - E_q \log C(y \mid x).$$
#
# It looks like the same thing said otherwise, and it was the usual way for years. But is the
# generator's reward highest when $q(x \mid y) = p(x \mid y)$? Take three classes on a line that
# **overlap**: means -1.5, 0 and 1.5, width 1. Here a perfect classifier is often unsure, and
# rightly so.

# %%
overlap = data.Mixture([[-1.5], [0.0], [1.5]], 1.0)


def price(width):
    """Mean of -log p(y | x), in nats, for samples of each class drawn with this width."""
    noise = torch.randn(3, 20_000, 1, generator=runtime.generator(1))
    joint = torch.stack(
        [
            data.Mixture([[m]], 1.0).log_prob(overlap.means[:, None] + width * noise)
            for m in (-1.5, 0.0, 1.5)
        ]
    )
    right = joint.diagonal(dim1=0, dim2=1).T
    return (joint.logsumexp(0) - right).mean().item()


print(f"drawn as the data are: {price(1.0):.2f} nats; every class at its mean: {price(0.0):.2f}")
claim("what the truth pays more", price(1.0) - price(0.0), at_least=0.1)

# %%
guess = None  # "a", "b" or "c"
predict(
    "We train all three on these classes. What does the auxiliary classifier's generator draw?",
    choices={
        "a": "the data, as the other two do",
        "b": "each class narrower than it is",
        "c": "each class wider than it is",
    },
    guess=guess,
    answer="b",
    why={
        "a": "then it would pay for every sample in the overlap, and it can avoid that.",
        "b": "samples that could be of another class cost it, so it leaves the overlap.",
        "c": "wider classes overlap more, and are named wrongly more often.",
    },
)

# %% [markdown]
# Six seeds of each train as one ensemble. For that the game is written on pairs, as in section 1:
# `Pairs` draws a class, and gives the sample together with it.


# %%
def name_real_and_fake(game, real, z):
    """AC-GAN, the discriminator's side; samples here are pairs (x, shares of the classes)."""
    with torch.no_grad():
        fake = game.generator(z)
    on_real, on_fake = game.discriminator(real), game.discriminator(fake)
    named = conditional.classification_loss(on_real, real[:, 1:])
    named = named + conditional.classification_loss(on_fake, fake[:, 1:])
    return game.loss.discriminator(on_real[:, 0], on_fake[:, 0]) + named


def be_named(game, real, z):
    """AC-GAN, the generator's side."""
    fake = game.generator(z)
    said = game.discriminator(fake)
    return game.loss.generator(said[:, 0]) + conditional.classification_loss(said, fake[:, 1:])


# %%
def six_runs(judge, steps):
    """Samples (6, 512) and their classes (6, 512) of six seeds."""

    def build(seed):
        generator, told = nets.conditional_mlp((1,), 3, judge=judge, latent=2, hidden=64, seed=seed)
        return conditional.Pairs(generator), told

    naming = [
        training.Phase("discriminator", name_real_and_fake),
        training.Phase("generator", be_named),
    ]
    ensemble = training.Ensemble(
        build,
        conditional.Labelled(overlap),
        members=6,
        batch=128,
        learning_rate=1e-3,
        phases=naming if judge == "auxiliary" else None,
    )
    *_, last = ensemble.run(steps, every=steps)
    return last.samples[..., 0].cpu(), last.samples[..., 1:].argmax(-1).cpu()


steps = runtime.by_budget(smoke=5, laptop=600, full=4_000)
drawn = {name: six_runs(name, steps) for name in ("auxiliary", "projection", "concatenation")}

# %%
figure, axes = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True)
line = torch.linspace(-5, 5, 200)
for ax, (name, (samples, classes)) in zip(axes, drawn.items(), strict=True):
    for label, color in enumerate((plots.REAL, plots.FAKE, "#009E73")):
        truth = data.Mixture([[overlap.means[label].item()]], 1.0).density(line[:, None])
        ax.plot(line, truth, color=color, linewidth=1)
        own = samples[classes == label]
        ax.hist(own, bins=40, range=(-5, 5), density=True, color=color, alpha=0.45)
    ax.set(title=name, xlabel="x", ylim=(0, 1.6))
axes[0].set_ylabel("density of each class")
show(
    figure,
    alt="Three panels with the densities of three overlapping classes as lines and the samples of "
    "six seeds as histograms. With the auxiliary classifier the middle class is thin spikes near "
    "0 and the outer ones move outwards; with projection and concatenation the histograms fill "
    "the lines.",
)


def widths(name, label):
    """Standard deviation of a class in each of the six runs, sorted; the truth is 1."""
    samples, classes = drawn[name]
    return sorted(x[c == label].std().item() for x, c in zip(samples, classes, strict=True))


for name, bound in (("auxiliary", {"at_most": 0.4}), ("projection", {"at_least": 0.6})):
    claim(
        f"{name}: width of the middle class, median of six seeds; the truth is 1",
        sum(widths(name, 1)[2:4]) / 2,
        needs_training=True,
        **bound,
    )
claim(
    "narrowest of the six with projection, over widest with the auxiliary classifier",
    widths("projection", 1)[0] / widths("auxiliary", 1)[-1],
    at_least=1.3,
    needs_training=True,
)

# %% [markdown]
# The auxiliary classifier draws a cartoon of each class: only what no other class could be. Where
# classes shade into each other, such as ages or schools of painting, it loses what lies between
# them. In every one of the six runs the middle class came out narrower than in any run of
# projection.
#
# ## 4 · Two ways to tell the generator
#
# **With the latents.** The first layer sees $(z \mid y)$ side by side. A linear layer on both is a
# sum: $W (z \mid y) = W_z z + W_y y$. So the class adds a vector of its own to the first feature
# maps, and that is all it ever does.
#
# **By the norms.** BatchNorm ends with a scale and a shift for each channel. In **conditional
# BatchNorm** these belong to the class: $(1 + s_y)\,\hat x + b_y$, where $\hat x$ is normalised
# over the whole batch, all classes together. The class then has a word at every layer: it switches
# feature maps up, down and off. It needs few numbers.

# %%
for given in ("concatenation", "norm"):
    told_so, _ = nets.conditional(16, 1, 10, given=given)
    without, _ = nets.conditional(16, 1, 9, given=given)
    count = [sum(p.numel() for p in network.parameters()) for network in (told_so, without)]
    print(f"{given}: {count[0] - count[1]} numbers for each class")

norm = nets.ConditionalBatchNorm(8, 3)
features = torch.randn(6, 8, 4, 4, generator=random)
one, other = (norm(features, shares(torch.full((6,), label), 3)) for label in (0, 2))
ratio = (1 + norm.scale.weight[:, 2]) / (1 + norm.scale.weight[:, 0])
claim(
    "another class, another scale, and nothing else (shifts start at 0)",
    (other - ratio[None, :, None, None] * one).abs().max(),
    at_most=1e-5,
)

# %% [markdown]
# ## 5 · Digits that come when they are called
#
# Now on digits, with the projection discriminator and conditional BatchNorm. In the library,
# labels are rows of **shares**, 1 at the class. `Labelled` draws samples with their planes, and
# `ConditionalGame` deals: the generator is asked for the classes of the real batch. The rule is the
# plain one of chapter 06, *at fixed labels*: for this batch the discriminator is a function of
# pictures alone, `lambda x: discriminator(with_planes(x, y))`. So penalties need no second version.

# %%
steps = runtime.by_budget(smoke=10, laptop=400, full=4_000)
generator, discriminator = nets.conditional(16, 1, 10, latent=16, width=32)
game = conditional.ConditionalGame(generator, discriminator, r1=0.1)
trainer = training.Trainer(
    game, conditional.Labelled(train), seed=0, learning_rate=1e-3, ema_half_life=10_000
)
history = list(trainer.run(steps, every=steps // 2))
show(
    plots.grid(trainer.samples(200), columns=20, scale=2),
    alt="Ten rows of twenty digits: the first row zeros, the second ones, and so on to nines.",
)

# %% [markdown]
# Each row was asked for one digit. Does it obey? A classifier that has seen only real digits
# looks at 2,000 pictures and says what they are. And since one perfect 3, drawn again and again,
# would obey as well, we measure **variety**: how far two pictures of one class are apart, relative
# to real ones.

# %%
reader = metrics.train_classifier(train)
asked = conditional.in_order(2_000, 10)
made = trainer.samples(2_000, seed=1).cpu()
obeyed = obedience(reader, made, asked)
real = obedience(reader, held_out.samples, held_out.labels)
apart = variety(made, asked, 10) / variety(held_out.samples, held_out.labels, 10)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), width_ratios=(1, 1.4))
left.imshow(obeyed.seen, cmap="cividis", vmin=0, vmax=200)
left.set(xlabel="class the reader sees", ylabel="class asked for", xticks=range(10))
left.set_yticks(range(10))
left.grid(False)
places = torch.arange(10)
right.bar(places - 0.2, obeyed.by_class, 0.4, label="asked class seen", color=plots.FAKE)
right.bar(places + 0.2, apart, 0.4, label="variety, real = 1", color="#009E73", hatch="//")
right.set(xticks=range(10), xlabel="class", ylim=(0, 1.5), title="One bar pair a class")
right.legend(ncols=2, fontsize=8)
show(
    figure,
    alt="Left: a table of ten by ten, bright on the diagonal: what is asked for is what is seen. "
    "Right: for each digit how often it is obeyed, and how varied it is relative to real digits.",
)
claim("asked class seen, all digits", obeyed.share, at_least=0.85, needs_training=True)
claim("the digit that obeys least", obeyed.by_class.min(), at_least=0.6, needs_training=True)
claim("least variety, relative to real digits", apart.min(), at_least=0.5, needs_training=True)
claim("the same reader on held-out digits", real.share, at_least=0.95)

# %% [markdown]
# One run is one run. The record below is of five seeds of each way at half the width, 400 steps
# each, with the same reader. The scripts are `benchmarks/conditional_digits.py` and
# `benchmarks/private_code.py`.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Digits hardly overlap. How well does the auxiliary classifier's generator obey?",
    choices={
        "a": "as well as projection's: digits are easy to name",
        "b": "better: it is paid for being recognised",
        "c": "hardly at all",
    },
    guess=guess,
    answer="c",
    why={
        "a": "they are easy to name for a reader, but who says that its classifier reads?",
        "b": "it is paid for being recognised by its own classifier. What does that one look at?",
        "c": "the two agree on a sign for each class that no reader can see.",
    },
)

# %%
folder = Path("../benchmarks/results")
ways = json.loads((folder / "conditional_digits.json").read_text())["results"]
alone = json.loads((folder / "private_code.json").read_text())["results"]
ways = {**ways, "auxiliary that names real ones alone": alone}
figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True)
for ax, what in zip(axes, ("obedience", "variety"), strict=True):
    for row, found in enumerate(ways.values()):
        ax.plot(found[what], [row] * 5, "o", color=plots.FAKE, alpha=0.6)
        ax.plot([sorted(found[what])[2]], [row], "|", color=plots.TRUTH, markersize=18)
    ax.axvline(1, color=plots.REAL, linestyle=":")
    ax.set(title=what, xlim=(0, 1.3), ylim=(-0.6, 4.6))
axes[0].set_yticks(range(5), list(ways))
show(
    figure,
    alt="Obedience and variety of five seeds for five ways. Projection obeys nearly always, with "
    "the class given by norms or with the latents; concatenation less; the auxiliary classifier "
    "hardly, with more variety than a class has; naming real digits alone mends most of it.",
)


def median(name, what="obedience"):
    return sorted(ways[name][what])[2]


claim("projection, norms: obedience", median("projection, norms"), at_least=0.9)
claim("projection, with the latents", median("projection, with the latents"), at_least=0.95)
claim("concatenation", median("concatenation, norms"), at_most=0.9)
claim("auxiliary", median("auxiliary, norms"), at_most=0.35)
claim("its variety; real is 1", median("auxiliary, norms", "variety"), at_least=1.1)
claim("auxiliary that names real ones alone", median([*ways][-1]), at_least=0.6)

# %% [markdown]
# We had expected the auxiliary classifier to do well here. It draws digits, but any digit for any
# class: that is why its variety is *above* that of one class. By the paper's loss the discriminator
# also learns to name *generated* pictures by the class that was asked for. So the two players agree
# on a **private code**: a sign in the strokes that means "I was asked for a 3". Let the
# discriminator learn the names from real digits alone, and the code has nowhere to grow.
#
# Between norms and latents there is little to choose at this size. Chapter 04 took three times as
# many steps on the same data, without classes; being told the class makes it easier on both sides.
#
# A run of your own takes two commands:
# `ganlearn train digits-by-class` and `ganlearn sample runs/digits-by-class --label 3`.
#
# ## 6 · Asking for what is no class
#
# The course ships this pair's generator after 2,000 steps: 80 seconds on one core. Its card says
# how well it obeys. Since a class enters as shares, we may also ask for *half a 3 and half an 8*:
# the norms then take the average of two scales and of two shifts. Nobody trained that.

# %%
shipped = shipped_conditional()
card = nets.model_card("digits-by-class")["score"]
claim("asked class seen, after 2,000 steps", card["asked class seen"], at_least=0.98)
claim(
    "least variety of a class, relative to real digits",
    min(card["variety within a class, relative"]),
    at_least=0.8,
)
z = torch.randn(5, 16, generator=runtime.generator(4))


def mixed(noise, first, second, share):
    """Pictures of one noise each, with ``share`` of the second class and the rest of the first."""
    ends = shares(torch.tensor([first, second]), 10)
    y = torch.lerp(ends[0], ends[1], share).expand(len(noise), 10)
    return shipped(torch.cat([noise, y], 1))


walks = [(3, 8), (1, 7), (4, 9), (0, 6), (2, 5)]
path = [
    mixed(noise[None], *ends, share)
    for noise, ends in zip(z, walks, strict=True)
    for share in torch.linspace(0, 1, 13)
]
show(
    plots.grid(torch.cat(path), columns=13, scale=3),
    alt="Five rows of thirteen digits; in each the class goes from one digit to another at the "
    "same noise: 3 to 8, 1 to 7, 4 to 9, 0 to 6, 2 to 5. The slant and weight of the strokes stay.",
)

# %%
sure = torch.stack(
    [
        reader(mixed(torch.randn(300, 16, generator=runtime.generator(6)), 3, 8, share)).softmax(1)
        for share in torch.linspace(0, 1, 11)
    ]
).detach()
figure, ax = plt.subplots(figsize=(6.4, 2.6))
for label, style in ((3, "o-"), (8, "s-")):
    ax.plot(torch.linspace(0, 1, 11), sure[:, :, label].mean(1), style, label=f"seen as {label}")
ax.set(xlabel="share of the 8, the rest is 3", ylabel="probability", ylim=(0, 1))
ax.legend()
show(
    figure,
    alt="The reader's mean probability of a 3 falls from one to zero as the share of the 8 grows, "
    "that of an 8 rises; they cross between.",
)
claim("seen as a 3, asked for a 3", sure[0, :, 3].mean(), at_least=0.9)
claim("seen as an 8, asked for an 8", sure[-1, :, 8].mean(), at_least=0.9)

# %% [markdown]
# The noise keeps what is common to all classes: slant, width, the weight of the stroke. Nobody said
# so; it is the cheapest way to share one network. Move the two yourself. A class between two whole
# numbers is a mixture of them.


# %%
def ask_for(digit, turn):
    """Eight pictures of a class, or of two mixed, and what the reader says."""
    first = min(int(digit), 8)
    a, b = torch.randn(2, 8, 16, generator=runtime.generator(9))
    angle = torch.tensor(2 * torch.pi * turn)
    pictures = mixed(a * angle.cos() + b * angle.sin(), first, first + 1, digit - first)
    with torch.no_grad():
        seen = reader(pictures).argmax(1).tolist()
    sentence = f"Asked for {digit:.2f}, noise turned by {turn:.2f}; the reader sees {seen}."
    return plots.grid(pictures, columns=8, scale=4), sentence


Panel(ask_for, {"digit": (0, 9, 3), "turn": (0, 1, 0)}).show()
show(
    plots.grid(
        torch.cat([mixed(z[:1] + 0.0, min(c, 8), min(c, 8) + 1, float(c == 9)) for c in range(10)]),
        columns=10,
        scale=3,
    ),
    alt="The digits 0 to 9 from the same noise, in one hand.",
)

# %% [markdown]
# ## 7 · Why depth needs skips
#
# DCGAN has a layer for each doubling. To draw better we would like more. But signals and gradients
# pass through every layer, and each multiplies them by something. If that is 0.6, then after 48
# layers nothing is left. A **residual block** adds what it computes to what came in:
#
# $$x_{k+1} = x_k + f_k(x_k), \qquad
# \frac{\partial x_{k+1}}{\partial x_k} = I + \frac{\partial f_k}{\partial x_k} .$$
#
# There is always a way back that nothing multiplies. Let $f$ be two layers with ReLU. We stack 24
# and look at untrained networks, five seeds each: the spread of the signal after each block, and
# the gradient that comes back to each. "He" is the first-weights rule that keeps the size of a
# signal through a ReLU; "default" is what torch gives you.


# %%
def stack(kind, seed, blocks=24, width=64):
    """Spread after each block (blocks,), and gradient arriving before each, last = 1."""
    random = runtime.generator(seed)
    gain = 1 / 3**0.5 if kind == "plain, default" else 2**0.5
    x = torch.randn(256, width, generator=random, requires_grad=True)
    states = [x]
    for _ in range(blocks):
        first, second = torch.randn(2, width, width, generator=random) * gain / width**0.5
        if kind == "skip, last layer 0":
            second = torch.zeros(width, width)
        inner = relu(relu(states[-1]) @ first) @ second
        states.append(inner if kind.startswith("plain") else states[-1] + inner)
    ahead = torch.randn(256, width, generator=random)
    back = torch.autograd.grad((states[-1] * ahead).sum(), states)
    spread = torch.tensor([state.std().item() for state in states])
    return spread, torch.tensor([b.norm().item() for b in back]) / back[-1].norm().item()


kinds = ("plain, default", "plain, He", "skip, He", "skip, last layer 0")
measured = {kind: [stack(kind, seed) for seed in range(5)] for kind in kinds}

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3))
for i, (ax, title) in enumerate(zip(axes, ("spread of the signal", "gradient"), strict=True)):
    for kind, style in zip(kinds, ("-", "--", "-.", ":"), strict=True):
        middle = torch.stack([run[i] for run in measured[kind]]).median(0).values
        ax.semilogy(middle, style, label=kind, linewidth=2)
    ax.set(title=title, xlabel="after block", ylim=(1e-12, 1e8))
axes[1].set_xlabel("arriving before block (the last is 1)")
axes[0].legend(fontsize=8)
show(
    figure,
    alt="Two panels on logarithmic axes. Spread of the signal: the plain stack with torch's own "
    "weights falls by many orders of magnitude, with He's it stays within a factor of ten; with "
    "skips it grows by orders of magnitude, unless the last layer of each block starts at zero. "
    "Gradient, read from right to left: the same.",
)


def at_the_end(kind, i, place):
    return torch.stack([run[i][place] for run in measured[kind]]).median()


claim("plain, default: signal left after 24 blocks", at_the_end(kinds[0], 0, -1), at_most=1e-8)
claim("plain, default: gradient that reaches the first", at_the_end(kinds[0], 1, 0), at_most=1e-8)
claim("skip, He: growth of the signal", at_the_end(kinds[2], 0, -1), at_least=1e2)
claim("skip, last layer 0: signal", at_the_end(kinds[3], 0, -1), equals=1, tolerance=0.05)
claim("skip, last layer 0: gradient at the first", at_the_end(kinds[3], 1, 0), equals=1)

# %% [markdown]
# Four lessons. Torch's default weights make a plain stack silent. He's rule mends the size. A skip
# with He's weights overshoots: each block *adds* a signal as large as its input. And a block whose
# last layer **starts at zero** is nothing at first, so a stack of any depth starts as the identity
# and grows from there.
#
# Then why not a plain stack with He's rule? Look at *differences*. Two inputs that differ must
# still differ at the end, or a discriminator cannot tell them apart.


# %%
def alike(kind, seed, blocks=24, width=64):
    """Mean cosine between the outputs of different inputs."""
    random = runtime.generator(seed)
    x = torch.randn(64, width, generator=random)
    for _ in range(blocks):
        first, second = torch.randn(2, width, width, generator=random) * 2**0.5 / width**0.5
        inner = relu(relu(x) @ first) @ second
        x = inner if kind == "plain, He" else x + inner / blocks**0.5
    unit = x / x.norm(dim=1, keepdim=True)
    return ((unit @ unit.T).sum() - 64) / (64 * 63)


cosines = {
    kind: torch.stack([alike(kind, seed) for seed in range(5)]) for kind in ("plain, He", "skip")
}
claim(
    "plain, He: least cosine between outputs, five seeds", cosines["plain, He"].min(), at_least=0.9
)
claim("skip: largest cosine between outputs, five seeds", cosines["skip"].max(), at_most=0.7)

# %% [markdown]
# Through a plain stack all inputs come out nearly the same; with skips (each block's share scaled
# by $1/\sqrt{24}$) they stay apart.
#
# ## 8 · A residual pair with spectral norm
#
# An article lists ResNet generators beside DCGAN and stops there. Here is one, after SNGAN (Miyato
# et al. 2018). A generator's block enlarges: norm, ReLU, enlarge, 3 × 3, norm, ReLU, 3 × 3, and the
# skip enlarges too. The discriminator's block halves. Where the number of maps changes, a 1 × 1
# convolution stands in the skip. The generator has (conditional) BatchNorm. The discriminator has
# none; each layer's weights are divided by their largest singular value σ (chapter 06).

# %%
steps = runtime.by_budget(smoke=5, laptop=300, full=4_000)
pair = nets.residual(16, 1, classes=10, latent=16, width=24)
game = conditional.ConditionalGame(*pair, loss=losses.hinge, r1=0)
sngan = training.Trainer(
    game,
    conditional.Labelled(train),
    seed=0,
    learning_rate=1e-3,
    discriminator_learning_rate=2e-3,
    betas=(0.0, 0.9),
    ema_half_life=5_000,
)
for _ in sngan.run(steps, every=steps):
    pass
show(
    plots.grid(sngan.samples(200), columns=20, scale=2),
    alt="Ten rows of twenty generated digits after a short run, some rows already of one class.",
)
largest = [
    torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2).item()
    for layer in game.discriminator.cpu().modules()
    if isinstance(layer, nn.Conv2d | nn.Linear)
]
claim("layers of the discriminator", len(largest), equals=8)
claim("largest σ of any", max(largest), at_most=1.2)
few = obedience(reader, sngan.samples(1_000, seed=1).cpu(), conditional.in_order(1_000, 10))
claim("asked class seen, where 0.1 is chance", few.share, at_least=0.2, needs_training=True)

# %% [markdown]
# ## 9 · A residual pair without any norm
#
# BatchNorm makes pictures of a batch depend on each other, and spectral norm changes the weights
# behind the optimiser's back. R3GAN (Huang et al. 2024) drops both and keeps what sections 7 and
# chapter 06 give: skips, last layers that start at zero, and a loss with a proof. The loss is
# **relativistic**, a real picture must score higher than the generated one beside it, and the
# discriminator's slope is punished at real *and* at generated pictures, **R1 + R2**.
#
# Our pair is its idea in small: blocks of 1 × 1, grouped 3 × 3 and 1 × 1 convolutions with leaky
# ReLU, bilinear resampling, no norm. The signal keeps its size by the first weights alone.

# %%
deep, _ = nets.plain_residual(32, 1, latent=32, width=32, depth=12)
noise = torch.randn(128, 32, generator=random)
with torch.no_grad():
    x = deep.weigh(noise)[..., None, None] * deep.basis
    sizes = [x.std().item()]
    for layer in deep.body:
        x = layer(x)
        sizes.append(x.std().item())
print(len(deep.body), "blocks and resamplings")
claim("spread of the signal, least of all places", min(sizes), at_least=0.6)
claim("spread of the signal, most of all places", max(sizes), at_most=1.5)

# %%
steps = runtime.by_budget(smoke=5, laptop=400, full=10_000)
generator, _ = nets.plain_residual(16, 1, latent=16, width=16)
_, discriminator = nets.plain_residual(16, 1, width=8)
plain = training.Trainer(
    training.Game(generator, discriminator, loss=losses.relativistic),
    train,
    seed=0,
    batch=32,
    learning_rate=2e-3,
    betas=(0.0, 0.99),
    ema_half_life=5_000,
    phases=rules.rule(penalties={"r1": 2.0, "r2": 2.0}, lazy=4),
)
for _ in plain.run(steps, every=steps):
    pass
show(
    plots.grid(plain.shown(), columns=16, scale=2),
    alt="Four rows of sixteen generated digits after a short run without any normalisation; many "
    "can be read, some are blots.",
)
seen = metrics.recognise(reader, plain.samples(1_000, seed=1), threshold=0.5)
claim("share of the rarest class", seen.balance.min(), at_least=0.005, needs_training=True)

# %% [markdown]
# No norm, no trick of the optimiser, and it learns from the first step. Per step it is slower: two
# penalties need a second derivative each, so we play them every fourth step (chapter 06). What the
# paper gains at full size, a laptop's minute does not show.
#
# ## What the papers do, what we do
#
# | | the papers | here |
# |---|---|---|
# | cGAN (2014) | fully connected, MNIST | planes on a DCGAN |
# | AC-GAN (2017) | ImageNet, 100 networks of 10 classes each | three Gaussians that overlap |
# | projection (2018) | ResNet, ImageNet, 1000 classes, hinge | DCGAN without norm, R1; 10 digits |
# | SNGAN (2018) | 128 maps or more, 5 discriminator steps | 24 maps, 1 step, two time scales |
# | R3GAN (2024) | γ falls, larger blocks, augmentation | fixed weights, 8 to 16 maps |
#
# ## When it fails
#
# - *The class is ignored*: every row shows the same. The discriminator sees no class, or one that
#   does not belong to the picture. Or the two players have a private code (section 5). Look at
#   obedience with a reader of your own, not at the loss.
# - *Each class is one picture*: obedience 1, variety near 0. Section 3, or chapter 05.
# - *A penalty that differentiates by the labels too*: fix them first, as `at_fixed_labels` does.
# - *Depth that does not start*: print the spread of the signal block by block before training.
#
# ## Take-aways
#
# - A conditional GAN is a GAN on pairs. Its best logit is $\log p(x, y) - \log q(x, y)$.
# - Projection is that logarithm, split: an inner product with a vector of the class, plus a score.
# - An auxiliary classifier pays for being recognisable, so its generator leaves where classes
#   overlap; and who learns to name fakes may agree with them on a private code.
# - Obedience without variety says little; measure both, with a reader who took no part.
# - Skips let signals and gradients pass; last layers that start at zero let any depth begin.

# %% [markdown]
# ## Quiz
#
# Five questions about classes and skips; the first choice counts.

# %% tags=["quiz"]
quiz(
    "A generator draws perfect digits and ignores the class. What is the best logit, for a "
    "discriminator without the class and for one with it?",
    [
        "0 everywhere, without the class and with it",
        "Without it 0, with it log p(y | x) − log p(y)",
        "log p(y | x) − log p(y), without the class and with it",
        "Without it 0, with it log p(x) − log q(x)",
    ],
    right=1,
    because=[
        "The pictures are perfect, but who sees the class catches a clear 3 given as an 8.",
        "Without the class nothing is wrong. With it a clear 3 given as an 8 gets a very "
        "low score.",
        "Who sees no class cannot ask whether it fits, and has nothing better to say than 0.",
        "That part is 0, for the pictures are perfect. What is left is whether the class fits.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Ten classes, 512 features. How many numbers does projection add?",
    [
        "10: one number a class",
        "512: one vector, multiplied by the number of the class",
        "2,621,440: one matrix of 512 × 512 a class",
        "5,120: one vector a class",
    ],
    right=3,
    because=[
        "One number would raise or lower a class as a whole, whatever the picture shows.",
        "That puts the classes in an order: a 9 would be nine times as much as a 1.",
        "A matrix would weigh products of two features. Projection has one inner product.",
        "The features meet the vector of their class in one inner product, and 10 · 512 = 5,120.",
    ],
)

# %% tags=["quiz"]
quiz(
    "The auxiliary classifier names 99 % of the generated digits as they were asked for. "
    "Does the generator obey?",
    [
        "Nobody knows: ask a reader who took no part",
        "Yes: a classifier that is right so often can read",
        "Yes, as long as the pictures look like digits",
        "No: a share that high means one picture for each class",
    ],
    right=0,
    because=[
        "The classifier was trained together with the generator, and they may have a private code.",
        "It may look at a sign in the strokes that no reader sees, and not at the digit.",
        "In our five runs digits came out, but any digit for any class.",
        "An obedient generator gets such a share as well. For that question, measure variety.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Batch statistics in conditional BatchNorm: one set a class, or one for all?",
    [
        "One set a class, as with scale and shift",
        "One set a picture, for each picture has its own class",
        "One for all: only scale and shift belong to the class",
        "None: scale and shift of the class take their place",
    ],
    right=2,
    because=[
        "A batch of 64 holds about six pictures of each digit, too few for statistics.",
        "That would be another norm. BatchNorm takes its statistics over the batch.",
        "The whole batch is normalised together; then each class has its own scale and shift.",
        "Scale and shift act on features that were normalised first, so both are needed.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Every residual block ends in a layer of zeros. Do the layers before it in the block "
    "learn in the first step?",
    [
        "Yes: the skip brings the gradient to them",
        "No: their gradient passes through the zeros",
        "No, and not later either: what is multiplied by zero stays zero",
        "Yes: only the layer of zeros stands still",
    ],
    right=1,
    because=[
        "The skip leads past them. Within the block, the way back goes through the zeros.",
        "The last layer moves first, and the others from the second step on.",
        "The last layer's own gradient is not zero. After one step it lets the others learn.",
        "It is the other way round: a layer's own gradient needs its input, not its weights.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - M. Mirza, S. Osindero, *Conditional generative adversarial nets*, 2014,
#   [arXiv:1411.1784](https://arxiv.org/abs/1411.1784).
# - A. Odena, C. Olah, J. Shlens, *Conditional image synthesis with auxiliary classifier GANs*,
#   2017, [arXiv:1610.09585](https://arxiv.org/abs/1610.09585).
# - T. Miyato, M. Koyama, *cGANs with projection discriminator*, 2018,
#   [arXiv:1802.05637](https://arxiv.org/abs/1802.05637).
# - M. Gong et al., *Twin auxiliary classifiers GAN*, 2019,
#   [arXiv:1907.02690](https://arxiv.org/abs/1907.02690): why AC-GAN loses diversity.
# - V. Dumoulin, J. Shlens, M. Kudlur, *A learned representation for artistic style*, 2017,
#   [arXiv:1610.07629](https://arxiv.org/abs/1610.07629): norms that are told a class.
# - K. He et al., *Deep residual learning for image recognition*, 2016,
#   [arXiv:1512.03385](https://arxiv.org/abs/1512.03385).
# - H. Zhang, Y. Dauphin, T. Ma, *Fixup initialization*, 2019,
#   [arXiv:1901.09321](https://arxiv.org/abs/1901.09321).
# - T. Miyato et al., *Spectral normalization for generative adversarial networks*, 2018,
#   [arXiv:1802.05957](https://arxiv.org/abs/1802.05957).
# - Y. Huang et al., *The GAN is dead; long live the GAN!*, 2024,
#   [arXiv:2501.05441](https://arxiv.org/abs/2501.05441): R3GAN.
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/07_conditional_and_residual_gans.ipynb): planes, the
# projection logit, conditional BatchNorm, the auxiliary classifier's two losses, and a residual
# block that begins as nothing.
