# %% [markdown]
# # 11 · Style transfer by optimisation
#
# **How can a computer paint one picture in the manner of another, when nobody can say what a
# manner is?**
#
# <!-- badges -->
#
# Afterwards you can
# - write content loss, Gram matrix, style loss and the loop that descends them, in thirty lines;
# - say what a Gram matrix keeps and what it forgets, and why it compares two distributions;
# - choose layers, strength, start, optimiser and sizes, and say what each of them changes;
# - keep a picture's colours, and put two styles in their places;
# - find the mistake in a published style loss, and have your own result judged fairly.
#
# *Before this:* chapter 10 (features of a network); section 4 leans on chapter 02.
# *Time:* about 90 minutes to read; the notebook runs in 70 seconds on two CPU cores.

# %%
from dataclasses import replace

from ganlearn import nets, plots, progress, runtime, style
from ganlearn.notebook import claim, predict, quiz, quiz_score, show
from ganlearn.style import colour
from ganlearn.style.pictures import resize_to
from ganlearn.widgets import Panel

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from torch import nn

show(plots.course_map(here=11), alt="The chapters of the course in a row; the eleventh is filled.")

# %% [markdown]
# ## 1 · The picture is what we train
#
# Up to now we trained networks, and pictures came out of them. Here it is the other way round. The
# network is finished and stays as it is. **What descends the loss are the pixels of one picture.**
#
# We need two pictures, one for *what is shown* and one for *how*. Everything in `ganlearn.style`
# is red, green and blue from 0 to 1, as a batch of shape (1, 3, height, width). And we need the
# network of chapter 10 that turns a picture into features: maps of numbers, one map a channel, at
# layers called `relu1_1` (fine, close to the pixels) to `relu5_1` (coarse, seeing far).

# %%
SIZE = runtime.by_budget(smoke=48, laptop=128, full=320)
STEPS = runtime.by_budget(smoke=6, laptop=100, full=300)

eye = style.perceptual()
content = style.read("china", SIZE)
painting = style.read("dots", SIZE)


def gallery(titled, width=7.6):
    """Pictures (1, 3, height, width) in [0, 1] in a row, each under its title."""
    shares = [picture.shape[-1] / picture.shape[-2] for picture in titled.values()]
    height = width / sum(shares) + 0.3
    figure, axes = plt.subplots(1, len(shares), figsize=(width, height), dpi=80, squeeze=False)
    left = 0.0
    for ax, share, (title, picture) in zip(axes[0], shares, titled.items(), strict=True):
        ax.set_position((left, 0, share / sum(shares) - 0.008, 1 - 0.3 / height))
        ax.imshow(picture[0].clamp(0, 1).permute(1, 2, 0), interpolation="lanczos")
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
        left += share / sum(shares)
    figure.canvas.draw()
    sheet = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    plt.close(figure)
    return few_colours(sheet)


def few_colours(image):
    """A picture with a palette of 112 colours: a small notebook, hardly a difference."""
    return image.quantize(112, method=Image.Quantize.FASTOCTREE)


show(
    gallery({"content": content, "style": painting}, width=5),
    alt="Left: a photograph of a pavilion above a lake. Right: an evening landscape with trees and "
    "a red sun, painted in small touches of orange, violet and blue.",
)

# %% [markdown]
# The loop is short. It needs a loss that takes a picture, and a place to start.


# %%
def descend(loss, start, steps=STEPS, rate=0.05):
    """Adam on the pixels, kept in [0, 1]; the picture, and the loss before every step."""
    x = start.clone().requires_grad_()
    adam = torch.optim.Adam([x], rate, betas=(0.9, 0.99))
    losses = []
    for _ in progress.bar(range(steps), title="pixels"):
        value = loss(x)
        adam.zero_grad()
        value.backward()
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
        losses.append(value.item())
    return x.detach(), losses


noise = 0.4 + 0.2 * torch.rand(content.shape, generator=runtime.generator(0))

# %% [markdown]
# ## 2 · Content: the same features in the same places
#
# Let $F_\ell(x)$ be the features of a picture $x$ at layer $\ell$. Two pictures show the same when
# their features agree, place by place:
#
# $$L_\text{content}(x) = \frac{\lVert F_\ell(x) - F_\ell(c) \rVert^2}{\lVert F_\ell(c) \rVert^2}.$$
#
# The denominator makes it **relative**: 0 is "alike", 1 is what an empty feature map would get, for
# every layer, every network and every size of picture. The papers leave it out. Published code then
# carries weights such as $10^{10}$, and nobody knows how to choose them for a new picture.
#
# What does a layer remember? Start from grey with a little noise, and ask for nothing but the
# content's features.


# %%
def relative(found, target):
    """Squared distance of features, as a share of the target's own square."""
    return (found - target).square().sum() / target.square().sum()


def content_loss(layer):
    """The loss that compares a picture's features at a layer with those of the content."""
    target = eye(content, [layer])[layer]
    return lambda x: relative(eye(x, [layer])[layer], target)


remembered = {
    layer: descend(content_loss(layer), noise)[0] for layer in ("relu1_1", "relu3_1", "relu4_2")
}
show(
    gallery({"start": noise, **remembered}),
    alt="Noise, and three pictures made from it by asking for the photograph's features. From "
    "relu1_1 the photograph comes back; from relu3_1 with wrong colours and grain; from relu4_2 "
    "only the outlines of the pavilion in a haze of noise.",
)

# %%
pixels_off = [relative(picture, content).item() for picture in remembered.values()]
claim(
    "pixel error of what relu1_1 remembers, as a share of relu4_2's",
    pixels_off[0] / pixels_off[2],
    at_most=0.3,
    needs_training=True,
)

# %% [markdown]
# What to notice: a shallow layer holds the pixels. A deep one keeps *where* the roof, the shore and
# the leaves are, and does not care for exact colours and grain. That is the freedom that a painter
# needs, so content is asked for at a deep layer: `relu4_2` in the paper, whose pictures had 512
# pixels. Ours are smaller, and so are their roofs and eyes: we take `relu3_1`.
#
# ## 3 · Style: the same features, anywhere
#
# A style is a matter of which touches occur, and not of where they lie. So we look for numbers that
# depend on a feature map and not on the order of its places.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Shuffle the places of a feature map, all channels alike. What does NOT change?",
    choices={
        "a": "the sum over places of the product of two channels",
        "b": "the difference of neighbouring places",
        "c": "the features themselves, on average over the picture's left half",
    },
    guess=guess,
    answer="a",
    why={
        "a": "a sum does not know the order of its terms, and a place takes both channels along.",
        "b": "who is whose neighbour is just what shuffling changes.",
        "c": "left is a place; after shuffling the left half holds something else.",
    },
)

# %% [markdown]
# Read the feature map as a list of $N$ places $p$ with a vector of channels $f_p$ at each. The
# **Gram matrix** holds all products of two channels, averaged over the places:
#
# $$G_{ij} = \frac1N \sum_{p} f_{p,i}\, f_{p,j}, \qquad G = \frac1N \sum_p f_p f_p^{\mathsf T}.$$
#
# A large $G_{ij}$ says: where channel $i$ answers, channel $j$ answers too. An edge detector and a
# detector of orange that fire together make orange edges. (The paper sums over places. With a mean,
# pictures of different sizes can be compared.)


# %%
def gram(features):
    """Features (1, channels, height, width) to their Gram matrix (channels, channels)."""
    f = features.flatten(2)[0]
    return f @ f.T / f.shape[1]


one_map = eye(painting, ["relu3_1"])["relu3_1"]
order = torch.randperm(one_map[0, 0].numel(), generator=runtime.generator(1))
shuffled = one_map.flatten(2)[..., order].view_as(one_map)
twice = torch.cat([one_map, one_map], dim=-1)
claim("Gram after shuffling the places", relative(gram(shuffled), gram(one_map)), at_most=1e-9)
claim("Gram of the same map laid out twice", relative(gram(twice), gram(one_map)), at_most=1e-9)
claim("the features themselves after shuffling", relative(shuffled, one_map), at_least=0.1)
library = style.gram(one_map)[0]
claim("ours against the library's", relative(gram(one_map), library), at_most=1e-9)

# %% [markdown]
# Ask for the Gram matrices of a picture at several layers and for nothing else, start from grey
# again, and what comes out is a **texture** (Gatys et al. 2015). We add the layers one by one. The
# model is stained glass, where one can see what is missing.

# %%
FIVE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def style_loss(picture, layers=FIVE):
    """The loss that compares Gram matrices with those of a picture, averaged over the layers."""
    targets = {layer: gram(found) for layer, found in eye(picture, layers).items()}

    def loss(x):
        found = eye(x, layers)
        terms = [relative(gram(found[layer]), targets[layer]) for layer in layers]
        return sum(terms) / len(terms)

    return loss


side = runtime.by_budget(smoke=32, laptop=96, full=192)
glass = style.read("glass", side)
pale = 0.4 + 0.2 * torch.rand(glass.shape, generator=runtime.generator(0))
textures = {
    f"to {FIVE[n - 1]}": descend(style_loss(glass, FIVE[:n]), pale, rate=0.1)[0]
    for n in range(1, 6)
}
show(
    gallery({"model": glass, **textures}),
    alt="A stained-glass pattern and five textures made from noise. With relu1_1 alone: coloured "
    "noise of the right colours. With each further layer larger pieces: dark lines, then patches "
    "of colour, at last panes with lead between them, in other places than in the model.",
)

# %%
whole = style_loss(glass)
left = [whole(texture).item() for texture in textures.values()]
claim(
    "style loss over all five layers: last texture over first",
    left[4] / left[0],
    at_most=0.3,
    needs_training=True,
)
claim(
    "pixels of the best texture against the model's",
    relative(textures["to relu5_1"], glass),
    at_least=0.2,
)

# %% [markdown]
# What to notice: `relu1_1` sees 3 × 3 pixels, and all it can ask for is colours and grain. Each
# layer adds larger shapes, up to the size of its receptive field. The last texture is no copy. Its
# panes lie elsewhere, because nobody said where.
#
# ## 4 · A Gram matrix compares two distributions
#
# Why products of channels, and why does it work so well? Here the two halves of the course meet.
#
# Forget the picture. At one layer, the style is a pile of vectors $f_p$, a sample from some
# distribution; the picture $x$ is another pile. We want a distance between distributions that can
# be read off samples. Chapter 02 trained a classifier for that. There is a cheaper way, the
# **maximum mean discrepancy** (MMD). Choose a measure $k(a, b)$ of how alike two vectors are, a
# *kernel*, and compare how alike members of the same pile are with members of different piles:
#
# $$\mathrm{MMD}^2 = \mathbb E\, k(a, a') + \mathbb E\, k(b, b') - 2\, \mathbb E\, k(a, b).$$
#
# Take the quadratic kernel $k(a, b) = (a^{\mathsf T} b)^2$. It is a scalar product itself, that of
# the matrices $a a^{\mathsf T}$ and $b b^{\mathsf T}$. The mean of $a a^{\mathsf T}$ is a Gram
# matrix, so the three terms are those of a square (Li et al. 2017):
#
# $$\boxed{\;\mathrm{MMD}^2 = \lVert G_a \rVert^2 + \lVert G_b \rVert^2 - 2 \langle G_a, G_b \rangle
# = \lVert G_a - G_b \rVert^2\;}$$

# %%
LAYER = "relu3_1"
pile = {
    name: eye(picture, [LAYER])[LAYER].flatten(2)[0].T.double()  # (places, channels)
    for name, picture in {"content": content, "painting": painting}.items()
}
a, b = pile["content"], pile["painting"]


def kernel_mean(left, right):
    """Mean over all pairs of the quadratic kernel."""
    return (left @ right.T).square().mean()


mmd = kernel_mean(a, a) + kernel_mean(b, b) - 2 * kernel_mean(a, b)
difference = a.T @ a / len(a) - b.T @ b / len(b)
claim(
    "MMD² by pairs over ‖difference of Grams‖²",
    mmd / difference.square().sum(),
    equals=1,
    tolerance=1e-9,
)

# %% [markdown]
# **And where is the discriminator?** An MMD is the most that a critic can get out of the two piles:
# the largest $\mathbb E\,D(a) - \mathbb E\,D(b)$ over a family of functions. Here the family is
# $D(f) = f^{\mathsf T} A f$ with $\lVert A \rVert = 1$, and the best $A$ needs no training. It is
# $(G_a - G_b)$, scaled to length 1. Its score can be read at every place of the picture.

# %%
A = difference / difference.norm()


def score(vectors):
    """The best quadratic critic's answer at every place: f A f."""
    return (vectors @ A * vectors).sum(-1)


gap = score(a).mean() - score(b).mean()
claim(
    "the best critic's gap over ‖difference of Grams‖",
    gap / difference.norm(),
    equals=1,
    tolerance=1e-9,
)
random_A = torch.randn(200, *A.shape, dtype=A.dtype, generator=runtime.generator(2))
random_A /= random_A.flatten(1).norm(dim=1)[:, None, None]
others = ((a @ random_A * a).sum(-1).mean(-1) - (b @ random_A * b).sum(-1).mean(-1)).abs()
claim("the best of 200 random critics, as a share of that", others.max() / gap, at_most=0.5)

# %%
shape = eye(content, [LAYER])[LAYER].shape[-2:]
scores = {"content": score(a).view(shape), "painting": score(b).view(one_map.shape[-2:])}
limit = scores["content"].abs().quantile(0.98)
figure, axes = plt.subplots(1, 4, figsize=(8.4, 1.7), width_ratios=[1.5, 1.5, 1, 1])
for ax, (name, picture) in zip(
    axes[::2], {"content": content, "painting": painting}.items(), strict=True
):
    ax.imshow(picture[0].permute(1, 2, 0), interpolation="lanczos")
    ax.set_title(name, fontsize=10)
for ax, name in zip(axes[1::2], scores, strict=True):
    image = ax.imshow(scores[name], cmap="PuOr_r", vmin=-limit, vmax=limit)
    ax.set_title("what the critic says", fontsize=10)
for ax in axes:
    ax.set_axis_off()
figure.colorbar(image, ax=axes, label="D", shrink=0.8, pad=0.01)
show(
    figure,
    alt="Photograph and painting, each beside a map of the critic's score. In the photograph the "
    "score is high on the pavilion's edges and leaves; in the painting it is low.",
)

# %% [markdown]
# High scores mark what this painter would not paint like that. Now compare two gradients: that of
# the Gram loss, and that of a generator that listens to the critic, with $A$ held fixed.

# %%
x = content.clone().requires_grad_()
f = eye(x, [LAYER])[LAYER].flatten(2)[0].T
target = (b.T @ b / len(b)).float()
(by_gram,) = torch.autograd.grad(
    (f.T @ f / len(f) - target).square().sum() / 2, x, retain_graph=True
)
(by_critic,) = torch.autograd.grad(((f @ A.float()) * f).sum(-1).mean() * difference.norm(), x)
claim(
    "gradient by the critic against that of the Gram loss",
    relative(by_critic, by_gram),
    at_most=1e-6,
)

# %% [markdown]
# They are the same. **Style transfer is a GAN whose discriminator is solved in closed form at every
# step, and whose generator is one picture.** Part I: a divergence → a classifier that estimates it.
# Chapter 08: a distance of feature statistics, to score generators. Here: that distance as the loss
# itself. Chapter 13 puts a trained discriminator back in its place.
#
# The kernel also says what this style is **blind** to: everything but second moments. Take one
# channel. A pile of ones, and a pile that is half 0 and half $\sqrt2$, have the same Gram matrix.
# One is a flat grey, the other flickers.

# %%
flat, flicker = torch.ones(1, 1, 8, 8), torch.zeros(1, 1, 8, 8)
flicker[..., ::2] = 2**0.5
for name, statistic in style.STATISTICS.items():
    bounds = {"at_most": 1e-9} if name == "gram" else {"at_least": 0.05}
    distance = statistic.distance(statistic.of(flicker), statistic.of(flat))
    claim(f"{name}: distance of flat and flickering", distance, **bounds)

# %% [markdown]
# So a Gram loss may trade brightness against contrast, and pictures made with it sometimes do
# (Risser et al. 2017). The library has four statistics behind one interface: `gram`; `mean_std`,
# the smallest; `mean_cov`, which says mean and covariance apart; `sliced`, which compares the whole
# distribution along many directions. Section 6 lets another network judge them.
#
# ## 5 · Both together
#
# $$L(x) = s\, L_\text{style}(x) + (1 - s)\, k\, L_\text{content}(x)$$
#
# With relative losses one number is left to choose, the **strength** $s$ from 0 to 1. The constant
# $k$ makes $s = \tfrac12$ a fair middle: a content loss of 0.3 is still easy to recognise, and a
# style loss of 0.3 is far off. The start is the content.

# %%
K = 0.3


def transfer_loss(content, painting, strength=0.5, kept="relu3_1"):
    """Style by five Gram matrices, content at one deep layer; one pass serves both."""
    grams = {layer: gram(found) for layer, found in eye(painting, FIVE).items()}
    features = eye(content, [kept])[kept]

    def loss(x):
        found = eye(x, [*FIVE, kept])
        like_style = sum(relative(gram(found[layer]), grams[layer]) for layer in FIVE) / len(FIVE)
        like_content = relative(found[kept], features)
        return strength * like_style + (1 - strength) * K * like_content

    return loss


by_hand, losses = descend(transfer_loss(content, painting), content)
show(
    gallery({"content": content, "style": painting, "by hand": by_hand}),
    alt="The photograph, the painting, and the result: the pavilion above the lake in touches of "
    "orange, violet and blue.",
)
claim(
    "loss at the end over loss at the start",
    losses[-1] / losses[0],
    at_most=0.35,
    needs_training=True,
)

# %% [markdown]
# That is all of it: features, Gram, loss, loop. In the library the same loss is an `Objective`, and
# layers, weights and statistic are a **preset**, data and no code. `style.GATYS2016` is the
# paper's. `style.DEFAULT` is ours, with a little of something that section 8 explains.

# %%
for preset in (style.GATYS2016, style.DEFAULT):
    print(f"{preset.name}: {preset.statistic.name} at {', '.join(preset.style)}")
    print(f"   content at {', '.join(preset.content)}, weight {preset.content_weight}; ", end="")
    print(f"total variation, weight {preset.total_variation}")

objective = style.Objective(eye, replace(style.DEFAULT, total_variation=0.0), strength=0.5)
terms = objective.terms(content, objective.content(content), [objective.style(painting)])
claim(
    "our loss over the library's, at the start",
    losses[0] / objective.total(terms),
    at_least=0.98,
    at_most=1.02,
)

# %% [markdown]
# `style.stylize` does what we did, with some care that section 8 explains: it begins on a small
# copy, descends by another method, and calms neighbouring pixels a little. A name stands for a
# picture that comes with the course; a path to a file does as well.

# %%
size, steps = runtime.by_budget(smoke=(48, 6), laptop=(256, 150), full=(512, 500))
painted = style.stylize("china", "dots", 0.6, size=size, steps=steps)
show(
    few_colours(painted.image),
    alt="The pavilion, 256 pixels wide, in evening colours and visible touches.",
)
claim(
    "style term at the end over the start",
    painted.trace[-1]["style"] / painted.trace[0]["style"],
    at_most=0.4,
    needs_training=True,
)

# %% [markdown]
# `painted.save("china.png")` keeps recipe and trace inside the file. In a terminal the same is
# `ganlearn stylize photo.jpg painting.jpg -o out.png`.
#
# ## 6 · How strong, and who says so
#
# The strength is a matter of taste, so look at several. But what do we gain and lose? The loss
# cannot tell. It is computed with the features that the pixels were fitted to, and a student should
# not mark their own exam. So **another network judges**, one that took no part in the making (the
# course ships it: a smaller network from other first weights, see chapter 10). It answers with two
# distances, and prints its protocol.

# %%
STRENGTHS = (0.01, 0.05, 0.2, 0.5, 0.9)


def paint(strength=0.5, content="china", manner="dots", **options):
    """A picture by the library, in the size of this chapter."""
    settings = {"size": SIZE, "steps": STEPS, "extractor": eye, **options}
    return style.stylize(content, manner, strength, **settings).pictures


swept = {s: paint(s) for s in STRENGTHS}
judged = {s: style.judge("china", "dots", made, method=eye) for s, made in swept.items()}
print(judged[0.5].protocol)

# %%
show(
    gallery({f"strength {s}": made for s, made in swept.items()}),
    alt="Five pictures of the pavilion. At strength 0.01 a photograph in warmer colours, at 0.2 a "
    "painting of the pavilion, at 0.9 mostly touches of the brush with a hint of the roof.",
)
figure, ax = plt.subplots(figsize=(5.4, 2.9))
ax.plot(
    [j.content for j in judged.values()], [j.style for j in judged.values()], "o-", color=plots.FAKE
)
for s, j in judged.items():
    ax.annotate(f"{s}", (j.content, j.style), (5, 5), textcoords="offset points")
before = next(iter(judged.values())).before
ax.plot(0, before, "*", ms=13, color=plots.TRUTH)
ax.annotate("the photograph", (0, before), (8, -4), textcoords="offset points")
ax.set(xlabel="distance from the content", ylabel="distance from the style", ylim=(0, None))
ax.set_title("What the strength trades, as another network sees it")
show(
    figure,
    alt="Style distance against content distance in the eyes of the judge. From the photograph at "
    "upper left the curve falls steeply and then flattens as the strength grows.",
)

# %%
styles_left = [j.style for j in judged.values()]
contents_left = [j.content for j in judged.values()]
claim(
    "the judge's style distance at 0.01 over that at 0.9",
    styles_left[0] / styles_left[-1],
    at_least=1.3,
    needs_training=True,
)
claim(
    "its content distance at 0.9 over that at 0.01",
    contents_left[-1] / contents_left[0],
    at_least=1.2,
    needs_training=True,
)
claim(
    "pictures of the five that no other beats in both",
    len(style.pareto(list(judged.values()))),
    at_least=4,
    needs_training=True,
)

# %% [markdown]
# What to notice: the first steps from the photograph buy much style for little content; later ones
# buy little style for much content. A picture that no other beats in both distances is called
# **Pareto-optimal**. Among those none is *the* right one; that is taste. Move along the curve:


# %%
def mixed(strength):
    """The nearest picture of the sweep, and what the judge says of it."""
    nearest = min(STRENGTHS, key=lambda s: abs(s - strength))
    image = style.to_image(style.resize(swept[nearest], 432))
    return image, (
        f"Strength {nearest}: distance from the style {judged[nearest].style:.2f}, "
        f"from the content {judged[nearest].content:.2f}."
    )


Panel(mixed, {"strength": (0.0, 1.0, 0.5)}).show()

# %% [markdown]
# The same judge on section 4's four **statistics**, at equal layers, strength, size and steps.

# %%
by_statistic = {
    name: paint(preset=replace(style.DEFAULT, statistic=statistic))
    for name, statistic in style.STATISTICS.items()
}
verdicts = {
    name: style.judge("china", "dots", made, method=eye) for name, made in by_statistic.items()
}
for name, verdict in verdicts.items():
    share = verdict.style / verdict.before
    claim(f"{name}: style distance over the photograph's", share, at_most=0.4, needs_training=True)
show(
    gallery(by_statistic),
    alt="The pavilion in the painting's manner four times, by Gram matrix, mean and spread, mean "
    "and covariance, and sliced distributions. All four show it in the painting's colours.",
)
ratio = {
    which: getattr(verdicts["sliced"], which) / getattr(verdicts["gram"], which)
    for which in ("style", "content")
}
claim("sliced: style distance over that of gram", ratio["style"], at_least=1.1, needs_training=True)
claim(
    "sliced: content distance over that of gram",
    ratio["content"],
    at_most=0.95,
    needs_training=True,
)

# %% [markdown]
# What to notice: at the same strength, sliced distributions end farther from the style and nearer
# to the content. That is no defect. Every statistic has a scale of its own, so equal strength is
# not equal effect; whoever compares methods has to look at *both* distances. And the judge, who
# reads Gram matrices, is not quite impartial here.
#
# ## 7 · Which layers
#
# Switch layers of the style on and off. *Fine* is `relu1_1` and `relu2_1`, *middle* is `relu3_1`,
# *coarse* is `relu4_1` and `relu5_1`. The style is a wavy chequerboard, whose shapes have one size.

# %%
GROUPS = {"fine": FIVE[:2], "middle": FIVE[2:3], "coarse": FIVE[3:]}
chosen = [(True, False, False), (False, True, False), (False, False, True), (True, True, False)]
chosen += [(True, False, True), (False, True, True), (True, True, True)]
by_layers = {(False, False, False): content}
for switches in chosen:
    layers = sum((group for group, on in zip(GROUPS.values(), switches, strict=True) if on), ())
    recipe = replace(style.DEFAULT, style=dict.fromkeys(layers, 1.0))
    by_layers[switches] = paint(0.7, manner="waves", preset=recipe)


def called(switches):
    """The groups that are on, in words."""
    names = [name for name, on in zip(GROUPS, switches, strict=True) if on]
    return "all five" if all(switches) else " + ".join(names) or "none"


some = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1)]
show(
    gallery({called(switches): by_layers[tuple(map(bool, switches))] for switches in some}),
    alt="The pavilion in the manner of the chequerboard with layers left out. Fine alone: black "
    "and white grain in thin lines. Middle alone: small patches, some in colour. Coarse alone: "
    "large tiles in the photograph's colours. Fine and middle: small pieces. All five: large "
    "tiles in black and white.",
)


# %%
def layered(fine, middle, coarse):
    """The picture that was made with these groups of layers."""
    switches = (fine, middle, coarse)
    return style.to_image(
        style.resize(by_layers[switches], 432)
    ), f"Style from: {called(switches)}."


Panel(layered, switches={"fine": True, "middle": True, "coarse": True}).show()

# %% [markdown]
# What to notice: fine layers bring black and white, coarse ones bring the size of the tiles.
# Neither does the work of the other.
#
# ### Five layers that are not the paper's
#
# PyTorch's well-read tutorial numbers the convolutions and takes `conv_1` … `conv_5` for style and
# `conv_4` for content. Written by their place in VGG these are **not** the paper's five. Whoever
# asks for layers by name cannot make this slip.

# %%
convolutions = [name for name in eye.names if name.startswith("conv")]
first_five, fourth = convolutions[:5], convolutions[3]
paper_five = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
print("the tutorial: ", *first_five, " content:", fourth)
print("the paper:    ", *paper_five, " content: conv4_2")
claim("layers that both have", len({*first_five} & {*paper_five}), equals=3)
claim(
    "pixels that the tutorial's deepest layer sees on a side",
    eye.receptive_field("conv3_1"),
    equals=24,
)
claim(
    "pixels that the paper's deepest layer sees on a side",
    eye.receptive_field("conv5_1"),
    equals=156,
)

# %%
paper = replace(style.GATYS2016, content_weight=K)
tutorial = replace(paper, style=dict.fromkeys(first_five, 1.0), content={fourth: 1.0})
recipes = {"the tutorial's layers": tutorial, "the paper's layers": paper}
both = {name: paint(0.7, manner="waves", preset=recipe) for name, recipe in recipes.items()}
show(
    gallery(both, width=6.6),
    alt="Left, with the tutorial's layers: small black and white patches all over the photograph. "
    "Right, with the paper's: checks as large as the style's.",
)

# %% [markdown]
# ## 8 · How to descend
#
# ### Where to start
#
# The paper starts from noise, most programs start from the content. The loss is the same, so is the
# place one ends at? It has many valleys.

# %%
white = torch.rand(content.shape, generator=runtime.generator(0))
starts = {
    "content": content,
    "grey": noise,
    "noise": white,
    "style": resize_to(painting, content.shape[-2:]),
}
figure, ax = plt.subplots(figsize=(5.4, 2.7))
ends, curves = {}, {}
for (name, start), line in zip(starts.items(), ("-", "--", "-.", ":"), strict=True):
    ends[f"start: {name}"], curves[name] = descend(transfer_loss(content, painting), start)
    ax.semilogy(curves[name], line, label=name)
ax.set(xlabel="step", ylabel="loss", title="One loss, four starts")
ax.legend()
show(figure, alt="Loss against step for four starts. All fall; white noise stays highest.")
show(
    gallery(ends),
    alt="From the content: a clear pavilion. From grey: a pavilion under an orange sky. From white "
    "noise: the pavilion under coarse grain. From the style: a pavilion in the painting's sky.",
)
final = {name: curve[-1] for name, curve in curves.items()}
claim(
    "loss from white noise over the lowest of the four",
    final["noise"] / min(final.values()),
    at_least=1.1,
    needs_training=True,
)
from_content, *others = ends.values()
claim(
    "smallest pixel distance of another result from the one that started at the content",
    min(relative(other, from_content).item() for other in others),
    at_least=0.01,
    needs_training=True,
)

# %% [markdown]
# Losses of one size, and different pictures. The loss has many valleys, and a hundred steps do not
# lead out of the one in which we began: from the content its light and shade survive, from the
# style its sky. White noise is the hardest start, because its grain sits where gradients are weak.
#
# ### Adam or L-BFGS, and where not to clamp
#
# The paper used **L-BFGS**. From the last steps $s_i$ and the changes of the gradient $y_i$ that
# came with them, it estimates the loss's curvature, and steps accordingly. It looks at the loss by
# calling a function, the *closure*.
#
# Pixels should lie in $[0, 1]$. Where is the place to clamp them? Many published loops do so inside
# the closure. Then the optimiser believes that it stands at $x + s$, and the gradient comes from
# elsewhere. The pairs $(s_i, y_i)$ belong to no function, and the next step may go anywhere.
# (PyTorch's L-BFGS takes full steps, unless one asks for a *line search*, `strong_wolfe`.)
#
# To clamp once, at the very end, is sound, and costs something too: the loss never heard of the
# range. Two cures. Let leaving the range **cost** something, smoothly: the library adds
# $30 \operatorname{mean}\,(x - \operatorname{clamp} x)^2$. Or take another variable: L-BFGS moves
# $u$, and the picture is $x = \sigma(u)$. Then there is nothing to clamp.

# %%
tiny = runtime.by_budget(smoke=48, laptop=48, full=64)
looks = runtime.by_budget(smoke=12, laptop=220, full=1_500)
small, checks = style.read("china", tiny), style.read("waves", tiny)
SHALLOW = FIVE[:3]
small_target = eye(small, ["relu3_1"])["relu3_1"]
like_checks = style_loss(checks, SHALLOW)


def small_loss(x):
    return like_checks(x) + 0.02 * relative(eye(x, ["relu3_1"])["relu3_1"], small_target)


def lbfgs(start, to_picture=lambda x: x, *, clamp=False, search="strong_wolfe", price=0.0):
    """The loss at every look that L-BFGS takes, and that of the picture one can save."""
    x, seen = start.clone().contiguous().requires_grad_(), []
    optimiser = torch.optim.LBFGS([x], line_search_fn=search)

    def closure():
        if clamp:
            with torch.no_grad():
                x.clamp_(0, 1)
        optimiser.zero_grad()
        picture = to_picture(x)
        outside = picture - picture.detach().clamp(0, 1)
        value = small_loss(picture) + price * outside.square().mean()
        value.backward()
        seen.append(value.item())
        return value

    while len(seen) < looks:
        optimiser.step(closure)
    return seen[:looks], small_loss(to_picture(x).detach().clamp(0, 1)).item()


# %%
adam_end, adam_curve = descend(small_loss, small, steps=looks)
inside = {
    "clamp in the closure, full steps": lbfgs(small, clamp=True, search=None),
    "clamp in the closure, line search": lbfgs(small, clamp=True),
}
sound = {
    "Adam, clamp after each step": (adam_curve, small_loss(adam_end).item()),
    "L-BFGS, clamp at the very end": lbfgs(small),
    "L-BFGS, leaving the range costs": lbfgs(small, price=30.0),
    "L-BFGS on u, picture = sigmoid(u)": lbfgs(small.clamp(0.02, 0.98).logit(), torch.sigmoid),
}
figure, axes = plt.subplots(1, 2, figsize=(9.4, 3.2), sharey=True)
for ax, ways in zip(axes, (inside, sound), strict=True):
    for (name, (curve, saved)), line in zip(ways.items(), ("-", "--", "-.", ":"), strict=False):
        (drawn,) = ax.semilogy(curve, line, lw=1.4, label=name)
        ax.plot(looks * 1.03, saved, "o", color=drawn.get_color(), clip_on=False)
    ax.set(xlabel="times that the loss was computed", ylim=(None, 30))
    ax.legend(fontsize=9, loc="upper right")
axes[0].set(ylabel="loss", title="The point moves under the optimiser …")
axes[1].set_title("… and four ways in which it does not")
show(
    figure,
    alt="Left, clamped in the closure: with full steps the loss leaps up and down to the end; with "
    "a line search it rises and falls in cycles and stays at one height between them. Right: Adam "
    "and three kinds of L-BFGS fall and stay down; a dot shows that the picture clamped at the "
    "very end has several times the loss that was reached.",
)

# %%
half = {name: torch.tensor(curve[looks // 2 :]) for name, (curve, _) in (inside | sound).items()}
leap = {name: (values.max() / values.min()).item() for name, values in half.items()}
saved = {name: value for name, (_, value) in (inside | sound).items()}
full_steps, searched = inside
adam, at_end, priced, on_u = sound
claim(
    f"{full_steps}: largest over smallest, 2nd half",
    leap[full_steps],
    at_least=4,
    needs_training=True,
)
for name in (adam, priced, on_u):
    claim(f"{name}: the same", leap[name], at_most=1.5, needs_training=True)
claim(
    "at the very end: saved over reached",
    saved[at_end] / sound[at_end][0][-1],
    at_least=1.5,
    needs_training=True,
)
for name, bounds in {
    searched: {"at_least": 1.05},
    priced: {"at_most": 1.2},
    on_u: {"at_most": 1.2},
}.items():
    claim(f"{name}: saved over Adam's", saved[name] / saved[adam], **bounds, needs_training=True)

# %% [markdown]
# What to notice: on the left, full steps leap to the end. A line search notices that the loss is
# not what the step promised, gives up, and tries the same again and again. On the right, dots are
# the pictures one can save: the L-BFGS that may leave the range freely gets the lowest curve and,
# on a style of black and white, by far the worst picture.
#
# Adam keeps no model of the curvature, so it may be clamped after each step. L-BFGS, with a price
# on leaving the range, is the library's default. It remembers ten pairs of pictures; when memory is
# short, `optimiser="adam"` needs a fraction of it.
#
# ### From coarse to fine
#
# On a large picture even `relu5_1` sees only a part, and to move an edge by forty pixels takes many
# steps. On a small copy it takes few, and each costs less. So `stylize` starts small, enlarges, and
# goes on: a **pyramid**. With `scales=1` it does not.

# %%
larger = runtime.by_budget(smoke=64, laptop=224, full=512)
pyramid = {}
for name, scales in {"one size": 1, "three sizes": 3}.items():
    made = style.stylize(
        "chelsea",
        "glass",
        0.7,
        size=larger,
        steps=STEPS,
        scales=scales,
        extractor=eye,
    )
    pyramid[f"{name}: {sorted({row['size'] for row in made.trace})} pixels"] = made.pictures
show(
    gallery(pyramid, width=6.6),
    alt="A cat in stained glass. At one size: fur with fine coloured lines. With three sizes: "
    "broad areas of colour with dark outlines.",
)
by_one, by_three = (style.judge("chelsea", "glass", made, method=eye) for made in pyramid.values())
claim(
    "the judge's style distance, three sizes over one",
    by_three.style / by_one.style,
    at_most=0.98,
    needs_training=True,
)

# %% [markdown]
# ### Calm between neighbours
#
# Convolutions and pooling let through fine patterns that no painter would make. **Total variation**
# is the mean of $(x_{i,j+1} - x_{i,j})^2$ plus the mean of $(x_{i+1,j} - x_{i,j})^2$: how much
# neighbouring pixels differ. A small weight on it irons such patterns out. Too much of it irons out
# the brush as well.

# %%
ironed = {
    f"weight {weight}": paint(0.8, preset=replace(style.DEFAULT, total_variation=weight))
    for weight in (0, 1, 30)
}
rough = [style.total_variation(made).item() for made in ironed.values()]
show(
    gallery(ironed, width=6.6),
    alt="The pavilion with three weights of total variation: grainy, calmer, and smooth as if out "
    "of focus.",
)
claim(
    "total variation at weight 30 over that at 0",
    rough[2] / rough[0],
    at_most=0.7,
    needs_training=True,
)

# %% [markdown]
# ## 9 · Colours and places
#
# A style brings its colours. Two ways to keep the photograph's (Gatys et al. 2016b):
#
# - **luminance**: transfer as usual, keep the result's brightness, take the hue from the content;
# - **match**: first recolour the *painting* so that mean and covariance of its pixels become those
#   of the photograph, then transfer.
#
# Matching is whitening and colouring: a pixel $x$ becomes
# $\Sigma_c^{1/2} \Sigma_s^{-1/2} (x - \mu_s) + \mu_c$, with means $\mu$ and covariances $\Sigma$ of
# content and style. A slip that is copied from code to code: to compute $\Sigma$ as
# $X X^{\mathsf T}$ *without dividing by the number of pixels*. As long as both pictures have the
# same size nobody sees it.


# %%
def colour_spread(pictures):
    """Covariance of red, green and blue over the pixels, (3, 3)."""
    return style.mean_cov(pictures)[1][0]


def match_undivided(picture, target):
    """The recolouring with sums instead of means: N times as large, so the roots are off by √N."""
    matched = colour.match(picture, target)
    pixels = [one[0, 0].numel() for one in (picture, target)]
    middle = matched.mean((2, 3), keepdim=True)
    return middle + (matched - middle) * (pixels[1] / pixels[0]) ** 0.5


faded = 0.35 + 0.3 * style.read("dots", SIZE)  # leaves room, so that nothing has to be clamped
halved = 0.35 + 0.3 * style.resize(content, SIZE // 2)
due = colour_spread(halved).trace()
right, wrong = (
    colour_spread(by(faded, halved)).trace() / due for by in (colour.match, match_undivided)
)
pixels = faded[0, 0].numel() / halved[0, 0].numel()
claim("divided: variance of the colours over the target's", right, equals=1, tolerance=0.02)
claim("undivided: the same", wrong, at_most=0.3)
claim("undivided, times the ratio of pixel counts", wrong * pixels, equals=1, tolerance=0.02)

# %%
coloured = {mode: paint(colour=mode) for mode in colour.COLOURS}
show(
    gallery({f'colour="{mode}"': made for mode, made in coloured.items()}, width=6.6),
    alt="The pavilion in the painting's manner: in the painting's orange and blue; with the "
    "photograph's hues on painted brightness; and painted with the photograph's palette.",
)
hues = {
    mode: relative(colour_spread(made), colour_spread(content)) for mode, made in coloured.items()
}
claim(
    "distance from the photograph's colours, match over style",
    hues["match"] / hues["style"],
    at_most=0.7,
    needs_training=True,
)

# %% [markdown]
# **Places.** The Gram matrix is a mean over places, and a mean can have weights. With a **mask**
# $m$ it is $G = \sum_p m_p f_p f_p^{\mathsf T} / \sum_p m_p$. Each style gets its own mask and is
# compared only there. Masks are soft, so that no seam appears. Without masks several styles are
# mixed.

# %%
height, width = content.shape[-2:]
across = torch.linspace(0, 1, width).expand(height, width)
right = torch.sigmoid((across - 0.5) * 12)
two = ["dots", "glass"]
placed = {
    "where: glass": right.expand(1, 3, -1, -1),
    "each in its place": paint(manner=two, masks=[1 - right, right]),
    "mixed everywhere": paint(manner=two, weights=[0.5, 0.5]),
}
show(
    gallery(placed, width=6.6),
    alt="A mask that goes from black at the left to white at the right; the pavilion in touches of "
    "colour at the left and in stained glass at the right; and both manners mixed all over.",
)

# %%
halves = slice(0, width // 2), slice(width // 2, None)
manners = {name: style_loss(style.read(name, SIZE), FIVE[:3]) for name in two}
here = {
    (name, side): loss(placed["each in its place"][..., half]).item()
    for name, loss in manners.items()
    for side, half in zip(("left", "right"), halves, strict=True)
}
claim(
    "dots: loss in the left half over the right",
    here["dots", "left"] / here["dots", "right"],
    at_most=0.8,
    needs_training=True,
)
claim(
    "glass: loss in the right half over the left",
    here["glass", "right"] / here["glass", "left"],
    at_most=0.8,
    needs_training=True,
)

# %% [markdown]
# ## 10 · Formulas that do not transfer style
#
# Three listings, in published articles on style transfer, fail in three ways. A test that takes a
# minute finds them all. **A transfer has two inputs, and its result must change with either.**


# %%
def answers_to(transfer):
    """Whether the result changes with the content, and whether it changes with the style."""
    first = transfer(small, checks)
    other_content, other_style = style.read("coffee", tiny), style.read("dots", tiny)
    other_content = resize_to(other_content, small.shape[-2:])
    changes = [transfer(other_content, checks), transfer(small, other_style)]
    return [not torch.allclose(first, changed, atol=1e-3) for changed in changes]


few = runtime.by_budget(smoke=3, laptop=8, full=8)


def raw_features(of):
    """Lower |F(X) - F(Z)|² over Z, with raw feature maps; X is what ``of`` picks."""

    def transfer(content, manner, steps=few):
        kept = eye(of(content, manner), SHALLOW)
        loss = lambda z: sum(relative(f, kept[name]) for name, f in eye(z, SHALLOW).items())
        return descend(loss, torch.full_like(content, 0.5), steps)[0]

    return transfer


def right_way(content, manner, steps=few):
    """Content by features, style by Gram matrices of the style picture."""
    return descend(transfer_loss(content, manner, 0.7), content, steps)[0]


# %%
with runtime.seeded(0):
    to_picture = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1)
    )
dreamer, _ = nets.dcgan(size=32, channels=3, width=8)
z = torch.randn(1, dreamer.latent, generator=runtime.generator(0))
listings = {
    "E11, a GAN's listing called style transfer": (lambda content, manner: dreamer(z), 0),
    "E12, raw features of the content as style": (raw_features(lambda content, manner: content), 1),
    "E14, G is given the style picture alone": (lambda content, manner: to_picture(manner), 1),
    "mended, features for content, Gram for style": (right_way, 2),
}
for name, (listing, matter) in listings.items():
    by_content, by_style = answers_to(listing)
    print(f"{name}: content {by_content}, style {by_style}")
    claim("  inputs that matter", by_content + by_style, equals=matter)

# %% [markdown]
# **E11.** One article's "style transfer" repeats its listing of a GAN: noise in, picture out. There
# is no content, no style and no feature network in it, so neither input can matter.
#
# **E12.** Another gives
# $L_\text{style} = \tfrac12 \sum_{i,j} w_i^2 \lVert F(X)_{ij} - F(Z)_{ij} \rVert^2$, with $X$ the
# *source* and $Z$ the result. The style picture does not occur. It is a second content loss, and
# the result is the photograph. To put the style picture in the place of $X$ does not mend it: **raw
# feature maps know where things are**, so the result becomes a copy of the painting. What is
# missing is the statistic.

# %%
settings = runtime.by_budget(smoke=3, laptop=60, full=150)
checked = resize_to(style.read("waves", SIZE), content.shape[-2:])
readings = {
    "as written, X = content": raw_features(lambda content, manner: content),
    "X = style": raw_features(lambda content, manner: manner),
    "mended: Gram": right_way,
}
failed = {name: transfer(content, checked, settings) for name, transfer in readings.items()}
show(
    gallery({"style": checked, **failed}),
    alt="A black and white wavy chequerboard; the formula as written gives the photograph back; "
    "with the style's raw features it gives the chequerboard; with its Gram matrices, a pavilion "
    "in bent black and white patches.",
)
to_content, to_style, mended = failed.values()
claim(
    "as written: pixels against the photograph",
    relative(to_content, content),
    at_most=0.05,
    needs_training=True,
)
claim(
    "X = style: pixels against the style picture",
    relative(to_style, checked),
    at_most=0.1,
    needs_training=True,
)
claim("mended: pixels against the style picture", relative(mended, checked), at_least=0.2)

# %% [markdown]
# **E13.** The same article's keywords name a "Gaussian loss". There is none in style transfer; it
# means **Gram** (after Jørgen Pedersen Gram). A Gaussian *kernel* would give another MMD, which
# compares all moments and needs all pairs of places.
#
# **E14.** Its code cannot run, and would not transfer if it did. Here are some of its slips.

# %%
photograph = content[0]  # (3, height, width): the batch axis is missing
network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8))
slips = {
    "a picture without its batch axis": lambda: network(photograph),
    "device used before it exists": lambda: network.to(device),  # noqa: F821
    "a tensor is asked to save itself": lambda: photograph.save("output.jpg"),
}
for what, slip in slips.items():
    try:
        slip()
    except Exception as error:
        print(f"{what}: {type(error).__name__}")

# %% [markdown]
# Mended: `style.read` gives the batch axis, the device is chosen once, `style.to_image` clamps and
# makes an 8-bit picture, and what transfers is handed *both* pictures. In its references stands
# "Learning Representations by Backpropagating Artistic Styles" **(E16)**. We found no such paper;
# Gatys, Ecker and Bethge is meant.
#
# ## 11 · Your own two pictures
#
# Put two paths here and run the cell. Any format that opens on your machine will do.

# %%
my_content = None  # for example "holiday.jpg"
my_style = None  # for example "postcard.png"
my_strength = 0.7

mine = style.stylize(
    my_content or "chelsea", my_style or "glass", my_strength, size=size, steps=steps
)
show(few_colours(mine.image), alt="Without pictures of your own: a cat in stained glass.")
print(style.judge(my_content or "chelsea", my_style or "glass", mine.pictures, method=eye).protocol)

# %% [markdown]
# Too faint? Raise the strength. Strokes too small or too large? `style_scale=1.5` shows the network
# a larger painting, so its strokes grow. Faces melt? Lower the strength, or mask them out: where no
# mask is, the content stays. And ask before you publish: the photograph has an author, perhaps a
# person on it, and a living painter's manner is a living painter's work (chapter 18).
#
# ## What the paper does, what we do
#
# | | Gatys, Ecker, Bethge 2016 | `gatys2016` | our default |
# |---|---|---|---|
# | network | VGG-19 | any; `vgg19()` if you have it | a distilled one, below 1 M weights |
# | pooling | average | `vgg19(pooling="average")` | maximum |
# | style layers | conv1_1 … conv5_1, each 1/5 | relu1_1 … relu5_1, each 1/5 | the same |
# | content layer | conv4_2 | relu4_2 | relu3_1 |
# | statistic | Gram, summed over places | Gram, mean over places | the same |
# | distances | absolute, weights 1 : $10^{3}$ or $10^4$ | relative, a strength | the same |
# | start | noise | `start="noise"` | the content |
# | optimiser | L-BFGS | L-BFGS | L-BFGS; leaving [0, 1] costs |
# | total variation | none | none | a little |
# | sizes | one | `scales=1` | three |
#
# conv or relu? The authors' code ran in Caffe, whose ReLU overwrites its input. What it read as
# conv4_2 had passed the ReLU, and is called `relu4_2` here.
#
# ## When it fails
#
# - *Nothing but grain and odd colours*: shallow layers only, or random features.
# - *The painting's trees in the sky*: strength too high, or a start from the style picture.
# - *Neon colours*: brightness traded against contrast, as in section 4; try `mean_cov` or `sliced`,
#   or more steps.
# - *The loss leaps*: a clamp in the closure, or a learning rate too large.
# - *nan in 16 bits*: a Gram matrix of sums exceeds 65,504. Divide before the product, in 32 bits.
# - *Content lost at large sizes*: use the pyramid.
#
# ## Take-aways
#
# - Content: the same features in the same places. Style: the same features anywhere.
# - A Gram matrix is a mean over places, and its distance an MMD with a quadratic kernel: a critic
#   that is solved instead of trained.
# - Relative losses leave one number to choose, the strength.
# - Layers by name. Shallow ones carry colour and grain, deep ones shapes.
# - Coarse to fine is the cheapest improvement. Never move the point inside an L-BFGS closure.
# - The result must change with both inputs; let a network judge that took no part.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts.

# %% tags=["quiz"]
quiz(
    "You mirror the style picture. What happens to its Gram matrix at relu1_1?",
    [
        "It stays as it is, since it forgets where things are",
        "As a rule it changes: mirrored edges wake other channels",
        "It is mirrored as well: its rows come in the opposite order",
        "It changes only if the picture is not square",
    ],
    right=1,
    because=[
        "That is so for places that are shuffled; but mirroring also turns each edge round.",
        "It would stay only if the picture had as many edges to the left as to the right.",
        "Its rows are channels, not places, so nothing in it runs from left to right.",
        "The matrix is a mean over places and does not know the shape of the picture.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Two pictures have the same Gram matrices at all five layers. Are they the same?",
    [
        "Yes: five layers together leave no freedom",
        "Yes, up to a mirror image, since nobody asks for left and right",
        "Not quite: one is a blurred copy of the other",
        "Not necessarily: the same touches may lie elsewhere",
    ],
    right=3,
    because=[
        "Then the textures of section 3 would become copies of the glass, and they do not.",
        "The panes of section 3 lie in neither order, and a mirror image has other edges.",
        "Blur changes the fine layers first, and their Gram matrices would show it.",
        "The textures of section 3 come close to that, and their pixels lie elsewhere.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why may Adam be clamped after each step, and L-BFGS not inside its closure?",
    [
        "Adam's steps are so small that they never leave the range",
        "A clamp cuts the gradient off, and only L-BFGS needs all of it",
        "L-BFGS reads curvature off its steps, and the clamp falsifies them",
        "L-BFGS calls its closure so often that a clamp is too slow there",
    ],
    right=2,
    because=[
        "From a white pixel any step upwards leaves it; that is why Adam is clamped at all.",
        "The clamp moves the point and takes no part in the gradient, which both methods need.",
        "The gradient then comes from another point than it remembers; Adam only averages "
        "gradients.",
        "A clamp costs next to nothing; the loss leaps because step and gradient do not fit.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A program has style weight 1,000,000 and content weight 1. Is its style strong?",
    [
        "Nobody can say without knowing how its losses are scaled",
        "Yes: the style counts a million times as much",
        "No: so large a weight is only there to repair a weak style",
        "Yes: it is like our strength at 0.999999",
    ],
    right=0,
    because=[
        "Sums or means, which layer, which network: all of that matters, so our losses are "
        "relative.",
        "It would, if both losses were of one size; with means over large maps they are far "
        "from it.",
        "That may be the case or not: with sums in place of means the same weight would be huge.",
        "Our strength weighs relative losses; here nobody has said what the losses are "
        "relative to.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A new method halves your style loss in the features that it was made with. Is it better?",
    [
        "Yes: half the loss is half the distance from the style",
        "Not proven: let a network judge that neither method used",
        "No: whoever is nearer to the style has lost the content",
        "Yes, if your loss was measured in the same features",
    ],
    right=1,
    because=[
        "It is so in the eyes of one network, the very one that the method has pleased.",
        "It optimised that number; and look at the content distance as well.",
        "Often it is so, but it need not be; the content distance has to be measured, too.",
        "Then one side was trained for the exam and the other was not; take a third network.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - L. Gatys, A. Ecker, M. Bethge, *A neural algorithm of artistic style*, 2015,
#   [arXiv:1508.06576](https://arxiv.org/abs/1508.06576); *Image style transfer using convolutional
#   neural networks*, 2016, [doi:10.1109/CVPR.2016.265](https://doi.org/10.1109/CVPR.2016.265). This
#   is what (E16) should have cited.
# - L. Gatys, A. Ecker, M. Bethge, *Texture synthesis using convolutional neural networks*, 2015,
#   [arXiv:1505.07376](https://arxiv.org/abs/1505.07376).
# - L. Gatys et al., *Preserving color in neural artistic style transfer*, 2016 (b),
#   [arXiv:1606.05897](https://arxiv.org/abs/1606.05897).
# - Y. Li, N. Wang, J. Liu, X. Hou, *Demystifying neural style transfer*, 2017,
#   [arXiv:1701.01036](https://arxiv.org/abs/1701.01036): Gram as MMD.
# - A. Gretton et al., *A kernel two-sample test*, 2012,
#   [jmlr.org/papers/v13/gretton12a.html](https://jmlr.org/papers/v13/gretton12a.html).
# - E. Risser, P. Wilmot, C. Barnes, *Stable and controllable neural texture synthesis and style
#   transfer using histogram losses*, 2017, [arXiv:1701.08893](https://arxiv.org/abs/1701.08893).
# - E. Heitz et al., *A sliced Wasserstein loss for neural texture synthesis*, 2021,
#   [arXiv:2006.07229](https://arxiv.org/abs/2006.07229).
# - A. Mahendran, A. Vedaldi, *Understanding deep image representations by inverting them*, 2015,
#   [arXiv:1412.0035](https://arxiv.org/abs/1412.0035): content from features, total variation.
# - D. Liu, J. Nocedal, *On the limited memory BFGS method*, 1989,
#   [doi:10.1007/BF01589116](https://doi.org/10.1007/BF01589116).
# - The tutorial's layers and its clamp, as reported by its readers:
#   [pytorch/tutorials#3732](https://github.com/pytorch/tutorials/issues/3732) and
#   [#143](https://github.com/pytorch/tutorials/issues/143).
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/11_style_by_optimisation.ipynb): layers by name, the
# Gram matrix, the three terms of the loss, a descent with L-BFGS, and the colours of another
# picture.
