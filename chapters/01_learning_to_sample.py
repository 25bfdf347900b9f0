# %% [markdown]
# # 01 · Learning to sample
#
# **What does it mean to generate a picture, and how can a network learn to do it?**
#
# <!-- badges -->
#
# Afterwards you can
# - make new pictures with a trained generator, and steer them with its latent $z$;
# - tell a density from a sampler, and turn one into the other on a line;
# - say why counting works on a line and fails on pictures;
# - check whether a generator makes new pictures or hands out copies;
# - place VAEs, GANs, flows and diffusion models on one map.
#
# *Before this:* Python; what a derivative, an integral and a neural network are.
# *Time:* about 50 minutes to read; the notebook runs in 15 seconds on two CPU cores.

# %%
from ganlearn import data, diagrams, metrics, nets, plots, runtime, widgets
from ganlearn.notebook import claim, predict, quiz, quiz_score, show

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
import torch
from torch.nn.functional import adaptive_avg_pool2d

show(
    plots.course_map(here=1), alt="The course as a row of chapters; chapter 1, sampling, is filled."
)

# %% [markdown]
# ## 1 · A picture from sixteen numbers
#
# Here is a network that has been trained already. It is called a **generator**, $G$. We give it
# sixteen random numbers, $z$. It gives back a picture of 16 × 16 pixels, $G(z)$.

# %%
generator = nets.shipped("digits")
z = torch.randn(1, generator.latent, generator=runtime.generator(4))
picture = generator(z)
print("z:", tuple(z.shape), "  picture:", tuple(picture.shape))

figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 2.4), width_ratios=[2, 1])
left.bar(range(1, 17), z[0], color=plots.REAL)
left.set(title="Sixteen random numbers …", xlabel="which number", ylabel="z")
right.imshow(plots.to_uint8(picture)[0])
right.set(title="… and what G makes of them")
right.set_axis_off()
show(figure, alt="Left: sixteen bars up and down. Right: a handwritten digit that nobody wrote.")

# %% [markdown]
# Change the 4 and run the cell again: another picture. Sixty-four latents make sixty-four pictures.

# %%
z = torch.randn(64, generator.latent, generator=runtime.generator(0))
show(
    plots.grid(generator(z), columns=16, scale=3, gap=3),
    alt="A sheet of 64 generated digits: most can be read, some lie between two digits.",
)

# %% [markdown]
# Most of them can be read. Some lie between two digits, one is hardly there, and later you will see
# why. Nobody wrote any of them.
#
# The random numbers $z$ are the **latent**. Each of the sixteen is drawn from the normal
# distribution with mean 0 and standard deviation 1, and means nothing by itself. The generator
# gives them a meaning.
#
# What is the network doing? It was shown 1438 scanned digits. They are a sample of something that
# nobody can write down: the distribution of handwritten digits, $p$. To **generate** is to draw a
# *new* sample from $p$, or from something close to it. This chapter says what that asks for.

# %% [markdown]
# ## 2 · Two questions to ask of a distribution
#
# Leave pictures for a while, and take a distribution on a line that we know completely. It has two
# humps. There are two quite different things to ask of it.
#
# - *How likely is this?* You bring an $x$ and get a number, the **density** $p(x)$.
# - *Give me one.* You bring chance and get an $x$. What does that is a **sampler**.

# %%
p = data.Mixture([[-1.5], [1.0]], std=[0.35, 0.8], weights=[0.35, 0.65])
x = torch.linspace(-4, 5, 4_001, dtype=torch.float64)
density = p.density(x[:, None])
draws = p.draw(20_000, runtime.generator(1)).flatten()

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3), sharey=True)
left.plot(x, density, color=plots.TRUTH)
left.fill_between(x, density, color=plots.TRUTH, alpha=0.12, linewidth=0)
left.annotate("$p(1) = 0.32$", (1, 0.32), (2.1, 0.38), arrowprops={"arrowstyle": "->"})
left.set(title="The density: how likely is x?", xlabel="x", ylabel="density")
right.hist(draws, bins=60, range=(-4, 5), density=True, color=plots.FAKE, alpha=0.5)
right.plot(draws[:60], torch.full((60,), -0.015), "|", color=plots.FAKE, markersize=9)
right.plot(x, density, color=plots.TRUTH, linewidth=1)
right.set(title="The sampler: give me one", xlabel="x")
show(figure, alt="Left: a density with two humps. Right: a histogram of 20000 draws, same shape.")

# %% [markdown]
# The two belong together: the share of draws in an interval comes close to the area under the
# density above it. But having one of them does not hand you the other. The sampler of this mixture
# is two lines: pick a hump, then add noise to its middle. They contain no density. The density is a
# formula. It contains no dice.


# %%
def area(low, high):
    """The area under the density between two points."""
    inside = (x >= low) & (x <= high)
    return float(torch.trapezoid(density[inside], x[inside]))


share = float(((draws > 0) & (draws < 1)).float().mean())
claim("the area under the whole density", area(-4, 5), equals=1, tolerance=1e-4)
claim("draws between 0 and 1, minus the area there", share - area(0, 1), equals=0, tolerance=0.01)

# %% [markdown]
# ## 3 · A sampler is a function of noise
#
# A computer draws a number $u$ evenly from 0 to 1. How does it become a draw from $p$?
#
# Let $F(x)$ be the probability of a draw below $x$: the area under $p$ to the left of $x$. It
# climbs from 0 to 1. Read it backwards: start at a height $u$, go across to the curve, and drop
# down to the axis. Call the place where you land $G(u) = F^{-1}(u)$. It is a sampler:
#
# $$P\big(G(u) \le x\big) = P\big(u \le F(x)\big) = F(x).$$
#
# The first step holds because $F$ climbs, the second because $u$ is even: a share $F(x)$ of all
# heights lies below $F(x)$.

# %%
F = torch.cumulative_trapezoid(density, x)
F = torch.cat([torch.zeros(1), F]) / F[-1]


def G(u):
    """The sampler: where the climbing curve F reaches the height u."""
    return torch.from_numpy(np.interp(u, F, x))


u = torch.rand(20_000, generator=runtime.generator(2), dtype=torch.float64)
ordered = G(u).sort().values
below = torch.arange(1, 20_001) / 20_000
gap = (below - torch.from_numpy(np.interp(ordered, x, F))).abs().max()
claim("largest gap between F and the share of draws G(u) below x", gap, at_most=0.02)

# %%
heights = torch.linspace(0.02, 0.98, 33, dtype=torch.float64)
figure, (top, bottom) = plt.subplots(2, 1, figsize=(7.5, 4.6), sharex=True, height_ratios=[1.6, 1])
top.hlines(heights, -4, G(heights), color=plots.REAL, linewidth=0.7)
top.vlines(G(heights), 0, heights, color=plots.FAKE, linewidth=0.7)
top.plot(x, F, color=plots.TRUTH)
top.set(title="Even noise goes in from the left, data come out below", ylabel="u")
top.set(ylim=(0, 1.02), xlim=(-4, 4))
bottom.fill_between(x, density, color=plots.TRUTH, alpha=0.12, linewidth=0)
bottom.plot(x, density, color=plots.TRUTH)
bottom.vlines(G(heights), 0, 0.06, color=plots.FAKE, linewidth=0.9)
bottom.set(xlabel="x = G(u)", ylabel="density", ylim=(0, None))
for ax in (top, bottom):
    ax.grid(False)
show(figure, alt="Even heights u reach the curve F and drop to x; they crowd where F is steep.")

# %% [markdown]
# Look at where the orange lines land. The blue ones are evenly spaced. Where the curve is steep,
# many drop close together, and below it the density is high. Where it is flat, few land.
#
# Put that into a formula. A short piece of noise, $du$ long, holds a share $du$ of all draws. $G$
# stretches it to a length $G'(u)\,du$. The share is the same, spread over more room:
#
# $$p\big(G(u)\big)\; G'(u) = 1.$$
#
# This is the **change of variables**. Stretching thins. Check it on our mixture by measuring the
# slope of $G$, and with SymPy on the density $e^{-x}$, for which all of this can be written down.

# %%
u, step = torch.linspace(0.01, 0.99, 197, dtype=torch.float64), 1e-3
slope = (G(u + step) - G(u - step)) / (2 * step)
error = (p.density(G(u)[:, None]) * slope - 1).abs().max()
claim("p(G(u)) times the slope of G, largest distance from 1", error, at_most=0.05)

s, t, v = sp.symbols("s t v", positive=True)
exponential_F = sp.integrate(sp.exp(-s), (s, 0, t))  # 1 − exp(−t)
exponential_G = -sp.log(1 - v)
back = sp.simplify(exponential_F.subs(t, exponential_G) - v)
claim("SymPy: F(G(v)) − v", back, equals=0)
pushed = (1 / sp.diff(exponential_G, v)).subs(v, exponential_F)
claim("SymPy: 1 / slope of G, minus exp(−t)", sp.simplify(pushed - sp.exp(-t)), equals=0)

# %% [markdown]
# So **a sampler is a function that pushes noise to where the data are.** Which noise does not
# matter much. The latents of section 1 were normal, not even, but the normal distribution's own
# $F$ turns one into the other.
#
# ### Learning one
#
# Now take the formula for $p$ away and keep 1000 draws. Can a sampler be *learned* from them? On a
# line it is easy: **sort them**. The sorted draws, against the even heights 1/1000, 2/1000, …, are
# the curve $F$ itself, up to chance. Read it backwards as before.

# %%
lesson = p.draw(1_000, runtime.generator(3)).flatten().sort().values
even = (torch.arange(1_000) + 0.5) / 1_000

z = torch.randn(20_000, generator=runtime.generator(4))
learned = torch.from_numpy(np.interp(torch.special.ndtr(z), even, lesson)).sort().values
gap = (below - torch.from_numpy(np.interp(learned, x, F))).abs().max()
claim("largest gap between F and what the learned sampler draws", gap, at_most=0.06)

# %% [markdown]
# Normal noise goes in, draws from $p$ come out, and no density was ever written down. That is what
# a GAN does with pictures. But pictures cannot be sorted.

# %% [markdown]
# ## 4 · Why pictures are hard
#
# One way is left that seems to need no cleverness: **count**. Divide the space of all pictures into
# boxes, and count how many of the training pictures fall into each. That is a histogram. It is a
# density, and to sample from it one picks a box as often as it was hit.
#
# Make the boxes as coarse as we can bear. Shrink a picture to $k \times k$ pixels and let each be
# black or white. There are $2^{k \times k}$ boxes. We count in 1438 training digits and look
# whether 359 others, which were held out, fall into boxes that we have seen.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Digits of 8 x 8 pixels, black or white. How many of the held-out digits fall into a box that "
    "holds a training digit?",
    choices={"a": "nearly all", "b": "about half", "c": "fewer than one in ten"},
    guess=guess,
    answer="c",
    why={
        "a": "they look alike to us; but one pixel more or less is another box.",
        "b": "that is nearer to 5 x 5; at 8 x 8 there are two to the power 39 times as many boxes.",
        "c": "1438 digits can fill at most 1438 boxes, of two to the power 64.",
    },
)

# %%
train, held_out = data.digits(size=16).split(0.8, seed=0)


def boxes(pictures, k):
    """The box of each picture: its k × k pixels as a row of yes and no."""
    return [tuple(row) for row in (adaptive_avg_pool2d(pictures, k) > 0).flatten(1).tolist()]


sides, seen = (1, 2, 4, 5, 8, 16), []
for k in sides:
    filled = set(boxes(train.samples, k))
    seen.append(np.mean([box in filled for box in boxes(held_out.samples, k)]))

figure, axes = plt.subplots(1, len(sides), figsize=(9.5, 2.3))
for ax, k, share in zip(axes, sides, seen, strict=True):
    coarse = adaptive_avg_pool2d(held_out.samples[3], k) > 0
    ax.imshow(coarse[0], cmap="gray", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[], xlabel=f"{share:.0%} seen before")
    ax.set_title(f"$2^{{{k * k}}}$ boxes", loc="center")
    ax.grid(False)
show(figure, alt="One digit from 1 x 1 to 16 x 16 pixels; the share in known boxes falls to 0 %.")

# %%
claim("held-out digits in a known box at 4 x 4 pixels", seen[2], at_least=0.9)
claim("held-out digits in a known box at 8 x 8 pixels", seen[4], at_most=0.1)
claim("held-out digits in a known box at 16 x 16 pixels", seen[5], equals=0)
claim("figures in the number of boxes at 16 x 16 pixels", len(str(2**256)), equals=78)

# %% [markdown]
# Where the boxes are few, every digit is the same blot. Where a digit can be read, every one has a
# box to itself. The histogram then says: *each training picture has probability 1/1438, everything
# else is impossible.* Sampling from it hands out copies. And there are fewer atoms on Earth than
# there are boxes, so more data will not mend it.
#
# Counting fails because it takes two pictures that differ in one pixel for strangers. A network
# does not: it is a smooth function, and what it learns about one picture it applies to those
# nearby.

# %% [markdown]
# ## 5 · New, or copied?
#
# "It makes realistic pictures" is no proof of having learned $p$: a copying machine makes perfect
# ones. So we ask for each generated picture which training picture is nearest, and how far it is.
# Distance here is the root of the summed squared differences of the 256 pixels.
#
# A distance alone says little. It needs something to compare with: the held-out digits. They are
# new for certain.

# %%
z = torch.randn(1_000, generator.latent, generator=runtime.generator(5))
made = generator(z)
known = train.samples.flatten(1)
far_made, nearest = torch.cdist(made.flatten(1), known).min(dim=1)
far_held_out = torch.cdist(held_out.samples.flatten(1), known).min(dim=1).values

pairs = torch.stack([made[:16], train.samples[nearest[:16]]]).flatten(0, 1)
show(
    plots.sheets({"Generated (above), nearest training digit (below)": pairs}, columns=16),
    alt="Above 16 generated digits, below the nearest training digit of each: alike, not the same.",
)

# %%
figure, ax = plt.subplots(figsize=(6.4, 2.6))
bins = np.linspace(0, 10, 41)
ax.hist(far_held_out, bins, density=True, color=plots.REAL, alpha=0.5, label="held-out digits")
ax.hist(far_made, bins, density=True, color=plots.FAKE, alpha=0.5, label="generated digits")
ax.plot(0, 0, "^", color=plots.TRUTH, markersize=11, clip_on=False, label="copies")
ax.set(title="How far is the nearest training digit?", xlabel="distance", ylabel="density")
ax.legend()
show(figure, alt="Distances: copies at 0, held-out digits around 4, generated digits around 5.")

# %%
near = far_held_out.quantile(0.05)
closer = (far_made < near).float().mean()
further = far_made.median() / far_held_out.median()
claim("share of generated digits nearer than 95 % of new real ones", closer, at_most=0.05)
claim("median distance, generated over new real ones", further, at_least=1)

# %% [markdown]
# The generated digits are no copies: they lie *further* from the training data than real new digits
# do. That is half praise and half blame. Real new digits stay closer to the old ones, so some of
# ours are in places where there are no digits. Chapter 08 makes a score of each half.

# %% [markdown]
# ## 6 · What the latent does
#
# **The same $z$ gives the same picture.** All chance is in $z$; $G$ is an ordinary function.
# Whoever has the sixteen numbers and the network has the picture.
#
# **Near $z$, near pictures.** $G$ is smooth, so a small step in $z$ is a small step in the picture.
# Go from one latent to another in a straight line, and the pictures change without a jump.

# %%
again = generator(z)
claim("largest difference when the same z goes in twice", (again - made).abs().max(), equals=0)

ends = torch.randn(2, 5, generator.latent, generator=runtime.generator(17))
path = torch.linspace(0, 1, 15)[:, None]
walks = torch.cat([(1 - path) * start + path * end for start, end in zip(*ends, strict=True)])
show(
    plots.grid(generator(walks), columns=15, scale=3, gap=3),
    alt="Five rows of 15 pictures: a digit turns into another; in row two it fades on the way.",
)

# %%
direction = torch.randn(1_000, generator.latent, generator=runtime.generator(6))


def change(other):
    """How much the pictures change, in the median, when z becomes another latent."""
    return (generator(other) - made).flatten(1).norm(dim=1).median()


small = change(z + 0.1 * direction) / change(direction)
claim("change for a tenth of a step, relative to another picture", small, at_most=0.2)

# %% [markdown]
# Halfway between two digits stands something that is neither. The digits are ten separate islands.
# $z$ comes from one connected cloud, and a smooth function of a connected cloud is connected. So
# **there must be bridges**, and some latents land on them. That is one reason why some pictures of
# section 1 cannot be read. In the second row the ink nearly goes out on the way. What is wrong
# there?
#
# **How long is $z$?** Multiply it by a number $T$, the *temperature*. At $T = 1$ the latents are
# what the generator was trained with. At $T = 0$ all of them are zero.

# %%
guess = None  # "a", "b" or "c"
predict(
    "What do 16 pictures show at temperature 0?",
    choices={
        "a": "16 times the average digit, a grey blur",
        "b": "16 black squares",
        "c": "16 times the most typical digit, very clear",
    },
    guess=guess,
    answer="b",
    why={
        "a": "G is no average of pictures; at z = 0 it was never asked for one at all.",
        "b": "in training no z was ever near 0, so nobody ever told G to draw something there.",
        "c": "z = 0 is the most likely point, and yet no z is ever near it; see below.",
    },
)

# %%
z = torch.randn(1_000, generator.latent, generator=runtime.generator(8))
show(
    plots.sheets(
        {f"T = {T:g}": generator(T * z[:16]) for T in (0, 0.25, 0.5, 1, 4)}, columns=4, width=9.5
    ),
    alt="Five sheets of 16: black at T = 0, traces at 0.25, digits from 0.5 on, harsh ones at 4.",
)

# %% [markdown]
# Black! The density of $z$ is highest at 0. But a sampler of it never goes there: all sixteen
# numbers would have to be small at once. The two questions of section 2 have two answers: the
# density is highest where the sampler never goes. Nearly all latents are about 4 long, the root of
# 16. There the generator was trained, and only there. In which *direction* a latent points decides
# which digit comes out. A point halfway between two latents is shorter, as a rule by a factor of
# $\sqrt 2$; in the second row it is shorter still. Make it 4 long, and the ink comes back.

# %%
many = torch.randn(100_000, generator.latent, generator=runtime.generator(9)).norm(dim=1)
claim("mean length of a latent", many.mean(), equals=4, tolerance=0.1)
claim("length of the shortest of 100 000 latents", many.min(), at_least=1)
claim("brightest pixel of G(0); black is −1", generator(0 * z[:1]).max(), at_most=-0.5)

halfway = ends[:, 1].mean(dim=0, keepdim=True)  # in the second row
longer = 4 * halfway / halfway.norm()
claim("second row, halfway: length of the latent", halfway.norm(), at_most=2)
claim("second row, halfway: mean brightness", generator(halfway).mean(), at_most=-0.75)
claim("the same direction, 4 long: mean brightness", generator(longer).mean(), at_least=-0.6)

# %% [markdown]
# Now measure what the eye sees, in three ways. **Can they be read?** We train a reader on the
# training digits, in a few seconds, and count the pictures on which it is at least 90 % sure.
# **Do they differ?** The spread of a pixel over the pictures. **Are they near real ones?** The
# distance to the nearest training digit, as in section 5.


# %%
def measure(pictures):
    """Share that can be read, spread of a pixel, median distance to the nearest training digit."""
    distance = torch.cdist(pictures.flatten(1), known).min(dim=1).values
    readable = metrics.recognise(reader, pictures).confident
    return readable, float(pictures.std(dim=0).mean()), float(distance.median())


reader = metrics.train_classifier(train, steps=200, batch=64)
temperatures = torch.cat([torch.linspace(0, 1, 9), torch.linspace(1.5, 4, 6)])
measured = np.array([measure(generator(T * z)) for T in temperatures])
real = measure(held_out.samples)

figure, axes = plt.subplots(1, 3, figsize=(9.5, 2.8))
titles = ("Can they be read?", "Do they differ?", "Are they near real digits?")
labels = ("share that can", "spread of a pixel", "distance")
for ax, values, truth, title, label in zip(axes, measured.T, real, titles, labels, strict=True):
    ax.plot(temperatures, values, color=plots.FAKE, label="generated")
    ax.axhline(truth, color=plots.REAL, linestyle="--", label="held-out digits")
    ax.axvline(1, color="0.6", linewidth=1)
    ax.set(title=title, xlabel="temperature", ylabel=label, ylim=(0, None))
axes[0].legend(loc="lower right")
show(
    figure, alt="Against temperature: readable share rises, spread rises, distance is least near 1."
)

# %%
at = {T: measure(generator(T * z)) for T in (0, 0.25, 1, 4)}
claim("readable at T = 1, relative to held-out digits", at[1][0] / real[0], at_least=0.6)
claim("readable at T = 0.25, relative to T = 1", at[0.25][0] / at[1][0], at_most=0.3)
claim("spread at T = 0", at[0][1], at_most=1e-6)
claim("spread at T = 4, relative to T = 1", at[4][1] / at[1][1], at_least=1.1)
claim("distance at T = 0.25, relative to T = 1", at[0.25][2] / at[1][2], at_least=1.5)
claim("distance at T = 4, relative to T = 1", at[4][2] / at[1][2], at_least=1.1)

# %% [markdown]
# Low temperature: all alike, and no digits. High temperature: the reader does not mind, but the
# strokes turn harsh, and the pictures move away from the real ones. One number would have missed
# one of the two. A good sampler has to be right in all three figures at once, and ours is nearest
# to that where it was trained.

# %% [markdown]
# ### Try it
#
# Two sliders. **Temperature** is $T$. **Turn** takes every latent once round a circle: with two
# draws $a$ and $b$, $z = a \cos 2\pi t + b \sin 2\pi t$. It is a usual latent at every $t$, unlike
# the straight walk above, which passes nearer to 0 in its middle. Arrow keys work too. Without a
# mouse, `generator(0.5 * z)` does the same; without a running kernel, look at the sheets above.

# %%
panel = widgets.latent_slider(generator, seed=3)
panel.show()

# %% [markdown]
# A slider is a function with a handle. Setting its value from code does the same:

# %%
before = panel.picture.value
panel.sliders["temperature"].value = 0
claim("moving the slider changes the picture", panel.picture.value != before, equals=1)
print(panel.words.value)
panel.sliders["temperature"].value = 1
claim("moving it back brings the picture back", panel.picture.value == before, equals=1)

# %% [markdown]
# ## 7 · Four ways to learn a sampler
#
# On a line, sorting was enough. In 256 dimensions four ideas are in use.

# %%
digit, generated = held_out.samples[11], made[5]
show(
    diagrams.generative_models(digit, generated),
    alt="Four rows, VAE, GAN, flow, diffusion: how each is built, density, passes, training aim.",
)

# %% [markdown]
# - A **variational autoencoder** learns to squeeze a picture into a $z$ and to give it back. It
#   bounds the density from below. Its pictures come out blurred (chapter 09 compares it with a
#   GAN).
# - A **GAN** has a sampler and nothing else. Ours maps 16 numbers to 256 pixels, so its pictures
#   lie on a thin sheet in the space of all pictures. There is no density to ask for.
# - A **flow** is the change of variables of section 3 with a network for $G$. It must be invertible
#   and keep the number of dimensions; in return the density is exact.
# - A **diffusion model** learns to take a little noise away, and is applied many times over. It is
#   the slowest sampler of the four, and today's usual choice for large pictures. The outlook at the
#   end of the course says what of a GAN lives on in it.
#
# Models of text mostly choose a fifth way: one symbol after the other, each with an exact
# probability given those before.
#
# *A mistake often met in published tutorials (E06), or rather three in one paragraph.* Ian
# Goodfellow, who with his co-authors proposed GANs in 2014, is American. VAEs were published in
# December 2013, half a year *before* GANs, and rest on another principle, so they are no extension
# of them. And the "GAN Zoo" is no data set: it is a list of papers, each with a GAN that was given
# a name of its own.

# %% [markdown]
# ## 8 · How will a network learn it?
#
# We cannot write down $p$, we cannot sort and we cannot count. We have samples. The idea of 2014 is
# to **let a second network judge the first.**

# %%
show(
    diagrams.forger_and_judge(digit, generated),
    alt="Noise goes to the forger. The judge sees pictures of both kinds; both learn from its say.",
)

# %% [markdown]
# A **forger**, the generator, makes pictures from noise. A **judge**, the *discriminator*, is shown
# pictures from both piles and says how real each looks. The judge is trained to tell the piles
# apart. The forger is trained to make the judge say "real". For this it is told *in which direction
# each pixel of its picture should change*: the judge is a network too, and has derivatives.
#
# Nobody says what a digit looks like, no pixel is compared with any other picture, and no density
# appears. When even the best judge can do no better than guess, the two piles are alike.
#
# Whether it gets that far, what exactly the two of them play for, and how it can go wrong: that is
# [chapter 02](02_the_minimax_game.ipynb). The network of this chapter was trained in this way, with
# one addition that keeps the judge from becoming too sure of itself (chapter 06). Its model card
# says on what, for how long, and how good it is.

# %%
card = nets.model_card("digits")
print("trained on:", card["training"]["pictures"], "digits, seconds:", card["seconds"])
print("readable, relative to held-out digits:", card["score"]["relative"])
print("not for", card["not for"])

# %% [markdown]
# ## 9 · Where this goes
#
# From chapter 04 on the course needs pictures with colour and style, as many as it likes, and with
# the right to use them. So it has painters, written in code. Each column below is one school.

# %%
paintings = data.paintings(32, size=64, seed=3)
figure, ax = plt.subplots(figsize=(9.5, 4.9))
ax.imshow(plots.grid(paintings.samples, columns=8, scale=2, gap=6))
for column, school in enumerate(paintings.label_names):
    ax.text(134 * column + 64, -10, school, ha="center")
ax.set_axis_off()
show(
    figure,
    alt="Eight columns of four paintings: grids, discs, fields, waves, dots, leaves and more.",
)

# %% [markdown]
# In chapter 04 a GAN learns all eight. In chapter 11 a photograph takes on the manner of one, and
# there the second half of the course begins: *style transfer*. It looks like another subject. But
# it too asks whether two piles of samples are alike, this time two piles of little image patches,
# and it too gets its answer from a network.
#
# ## What the paper does, what we do
#
# | Goodfellow et al. 2014 | here |
# |---|---|
# | digits of 28 × 28, faces, photographs | 1438 digits of 16 × 16 |
# | mostly fully connected layers | transposed convolutions (Radford et al. 2016, chapter 04) |
# | judged by a density fitted to its samples | judged by a classifier and by nearest neighbours |
# | weights of the last step | an average of the weights over the last steps (chapter 05) |
#
# ## When it fails
#
# You have met two failures. **Pictures between the modes**: the bridges of section 6. **Copying**:
# the histogram of section 4; a generator can learn to do it as well, when it sees few pictures for
# a long time. There are worse ones: a generator that makes one single digit, players that chase
# each other for ever. Chapter 05 switches each of them on, looks at it and cures it.
#
# ## Take-aways
#
# - A density answers "how likely is this?", a sampler "give me one". To generate is to sample.
# - A sampler is a function that pushes noise to where the data are. Where it stretches, it thins.
# - Counting needs more boxes than there can be pictures; it ends in copying.
# - Copies betray themselves by their distance to the training data, compared with held-out data.
# - A generator is smooth: near latents, near pictures, and bridges between unlike ones.
# - A GAN learns a sampler, and no density, from the verdict of a second network.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts.

# %% tags=["quiz"]
quiz(
    "Your generator returns one of its training pictures at random. Has it learned to generate?",
    [
        "yes, every one of its pictures is perfect",
        "yes, its pictures come from the data",
        "no, it draws from the sample, not from the distribution",
        "no, it has no latent, and a sampler needs one",
    ],
    right=2,
    because=[
        "A copying machine makes perfect pictures too; to generate is to draw new ones.",
        "They come from the sample alone; a digit that is not in it never appears.",
        "The nearest training picture is at distance 0 each time, which no new picture would be.",
        "The random choice is its latent, for any noise will do; the trouble is where it leads.",
    ],
)

# %% tags=["quiz"]
quiz(
    "u is even on [0, 1], and G(u) = 3u. What is the density of G(u)?",
    [
        "1 on [0, 3], as before",
        "1/3 on [0, 3]",
        "3 on [0, 3]",
        "3 on [0, 1/3]",
    ],
    right=1,
    because=[
        "The area would be 3; the same draws have more room, so they thin.",
        "The slope is 3, and density times slope is 1: stretching thins.",
        "The area would be 9; stretching divides the density and does not multiply it.",
        "The area is 1, but this is the density of u/3: the noise was squeezed.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Two friends have the same generator. What is the least that one must send so that both "
    "see the same picture?",
    [
        "its latent, sixteen numbers",
        "its 256 pixels, for G draws at random",
        "the training digit that it was made from",
        "the temperature at which it was made",
    ],
    right=0,
    because=[
        "All chance is in the latent; G is an ordinary function of it.",
        "G itself draws nothing: the same latent gives the same picture, so the pixels can stay.",
        "It was made from none: G gets a latent, and the training digits stay outside.",
        "One number scales the latent; which digit comes out depends on its direction.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Does a lower temperature make a generator better?",
    [
        "yes, less noise goes in, so clearer pictures come out",
        "yes, the latents come nearer to the most likely one",
        "no, its pictures become more alike, until there is only one",
        "no, only the direction of a latent matters, not its length",
    ],
    right=2,
    because=[
        "The reader disagrees: at 0.25 it is sure of far fewer pictures than at 1.",
        "At 0 the density is highest, but no latent is ever there, and G was never trained there.",
        "At 0 all of them are the same; a fair score looks at readability and at variety.",
        "The direction decides which digit comes out, but near length 0 the ink goes out.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Which model cannot tell you how probable a given picture is, not even roughly?",
    [
        "the variational autoencoder",
        "the flow",
        "the diffusion model",
        "the GAN",
    ],
    right=3,
    because=[
        "It bounds the density from below, so you get a rough answer.",
        "Its network is invertible, so the change of variables gives the exact density.",
        "It is the slowest sampler of the four, but it gives a bound.",
        "It has a sampler and nothing else; VAE and diffusion give a bound, the flow the value.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - I. Goodfellow et al., *Generative adversarial nets*, 2014,
#   [arXiv:1406.2661](https://arxiv.org/abs/1406.2661).
# - D. Kingma, M. Welling, *Auto-encoding variational Bayes*, 2013,
#   [arXiv:1312.6114](https://arxiv.org/abs/1312.6114).
# - L. Dinh, D. Krueger, Y. Bengio, *NICE: non-linear independent components estimation*, 2014,
#   [arXiv:1410.8516](https://arxiv.org/abs/1410.8516): a flow.
# - J. Sohl-Dickstein et al., *Deep unsupervised learning using nonequilibrium thermodynamics*,
#   2015, [arXiv:1503.03585](https://arxiv.org/abs/1503.03585), and J. Ho, A. Jain, P. Abbeel,
#   *Denoising diffusion probabilistic models*, 2020,
#   [arXiv:2006.11239](https://arxiv.org/abs/2006.11239).
# - A. Radford, L. Metz, S. Chintala, *Unsupervised representation learning with deep convolutional
#   generative adversarial networks*, 2016, [arXiv:1511.06434](https://arxiv.org/abs/1511.06434).
# - L. Devroye, *Non-uniform random variate generation*, 1986,
#   [doi:10.1007/978-1-4613-8643-8](https://doi.org/10.1007/978-1-4613-8643-8): samplers of all
#   kinds.
#
# ## Next
#
# This chapter has no exercises of its own. Go back to section 6 and play. Then
# [chapter 02, the minimax game](02_the_minimax_game.ipynb).
