# %% [markdown]
# # 04 · Convolutions and DCGAN
#
# **How does a network draw a picture, when all it can do is multiply and add?**
#
# <!-- badges -->
#
# Afterwards you can
# - write a convolution and a transposed convolution as a matrix, and say how they belong together;
# - compute the size of every feature map before you run anything;
# - say where checkerboards come from, and build a layer without them;
# - build, initialise and feed a DCGAN, and name the mistake when one of these goes wrong;
# - judge generated digits by a reader that took no part in the training.
#
# *Before this:* chapter 03; what a convolution layer is, roughly.
# *Time:* about 80 minutes to read; the notebook runs in 75 seconds on two CPU cores.

# %%
import itertools
import json
from pathlib import Path

from ganlearn import data, metrics, nets, plots, runtime, training
from ganlearn.notebook import claim, predict, quiz, quiz_score, show

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import conv1d, conv2d, conv_transpose1d, conv_transpose2d

show(plots.course_map(here=4), alt="The chapters of the course in a row; the fourth is filled.")

# %% [markdown]
# ## 1 · A convolution is a matrix with a pattern
#
# The fully connected networks of chapter 03 saw a picture as a list of numbers. If we shuffled the
# pixels of all pictures in the same way, they would learn just as well: they do not know that
# pixels have neighbours.
#
# A **convolution** knows. It slides one small set of weights, the **kernel**, along the signal.
# Each output looks at a few neighbours only, and all outputs share the weights. Written as a
# matrix, that is one row of weights, shifted from line to line. A **stride** of 2 shifts it by two
# and gives half as many outputs. **Padding** adds zeros at both ends.
#
# A linear map is known by what it does to the unit vectors, so we can read the matrix off.


# %%
def matrix_of(linear, inputs):
    """The matrix (outputs, inputs) of a linear map of signals (batch, 1, length)."""
    return linear(torch.eye(inputs)[:, None, :]).squeeze(1).T


kernel = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
dense = matrix_of(lambda x: conv1d(x, kernel[..., :3], padding=1), 8)
strided = matrix_of(lambda x: conv1d(x, kernel, stride=2, padding=1), 8)
transposed = matrix_of(lambda y: conv_transpose1d(y, kernel, stride=2, padding=1), 4)

# %%
figure, axes = plt.subplots(1, 3, figsize=(9, 3.2), width_ratios=[8, 8, 4])
titles = ["stride 1: 8 → 8", "stride 2: 8 → 4", "transposed, stride 2: 4 → 8"]
for ax, matrix, title in zip(axes, (dense, strided, transposed), titles, strict=True):
    ax.imshow(matrix.where(matrix != 0, torch.nan), cmap="cividis_r", vmin=0, vmax=4)
    for (i, j), weight in zip(matrix.nonzero().tolist(), matrix[matrix != 0], strict=True):
        color = "white" if weight > 2 else "black"
        ax.text(j, i, f"{weight:.0f}", ha="center", va="center", color=color, fontsize=9)
    ax.set(title=title, xlabel="inputs", ylabel="outputs", xticks=[], yticks=[])
    ax.grid(False)
show(
    figure,
    alt="Three matrices. Stride 1: the weights 1, 2, 3 along the diagonal. Stride 2: four rows "
    "with the weights 1 to 4, each shifted by two. Transposed: the second one mirrored.",
)

# %% [markdown]
# The third matrix is the second one mirrored. This is all that **transposed convolution** means:
# the layer multiplies by the transpose of a convolution's matrix. A strided convolution takes 8
# numbers to 4, so its transpose takes 4 to 8. That is what a generator needs: it starts with few
# numbers and ends with many.
#
# It is no inverse. It brings back the size and not the signal; "deconvolution", as older texts
# call it, promises too much.

# %%
claim("transposed minus mirrored", (transposed - strided.T).abs().max(), equals=0)
claim(
    "convolving what was transposed, distance from the start",
    (strided @ transposed - torch.eye(4)).abs().max(),
    at_least=1,
)
random = runtime.generator(0)
picture = torch.randn(1, 1, 6, 6, generator=random)
square = torch.randn(1, 1, 4, 4, generator=random)
rows = conv2d(torch.eye(36).view(36, 1, 6, 6), square, stride=2, padding=1).flatten(1).T
claim(
    "in two dimensions the matrix gives the same, up to rounding",
    (rows @ picture.flatten() - conv2d(picture, square, stride=2, padding=1).flatten()).abs().max(),
    at_most=1e-5,
)

# %% [markdown]
# ## 2 · The arithmetic of sizes
#
# Let $n$ be the side of the input, $k$ of the kernel, $s$ the stride and $p$ the padding. The
# kernel starts at $n + 2p - k + 1$ places, and every $s$-th of them is used:
#
# $$\text{convolution:}\quad n' = \Big\lfloor \frac{n + 2p - k}{s} \Big\rfloor + 1,
# \qquad \text{transposed:}\quad n' = (n - 1)\,s - 2p + k.$$
#
# The second is the first, solved for $n$. With $k = 4, s = 2, p = 1$ the first halves an even side
# and the second doubles any. That is why this combination is everywhere.


# %%
def conv_size(n, k, s, p):
    return (n + 2 * p - k) // s + 1


def transposed_size(n, k, s, p):
    return (n - 1) * s - 2 * p + k


wrong = 0
for n, k, s, p in itertools.product((5, 8, 13), (3, 4, 5), (1, 2, 3), (0, 1)):
    x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
    wrong += conv_size(n, k, s, p) != conv1d(x, w, stride=s, padding=p).shape[-1]
    wrong += transposed_size(n, k, s, p) != conv_transpose1d(x, w, stride=s, padding=p).shape[-1]
claim("sizes where the formulas and torch differ, of 108", wrong, equals=0)

# %% [markdown]
# Many published listings stumble here. Three that we met:
#
# - **(E19)** A generator of one 1 → 4 layer and three doublings is trained on 64-pixel pictures.
# - **(E20)** Its discriminator halves four times and ends in a 4 × 4 kernel… on a map of side 8.
#   The last map is not 1 × 1, and the loss silently averages many scores for a real picture.
# - **(E10)** Layer widths are typed in, or read from the wrong axis, instead of computed.

# %%
side = 1
for k, s, p in [(4, 1, 0), (4, 2, 1), (4, 2, 1), (4, 2, 1)]:
    side = transposed_size(side, k, s, p)
claim("(E19) side of what that generator draws, with data of 64", side, equals=32)

side = 64
for k, s, p in [(4, 2, 1), (4, 2, 1), (4, 2, 1), (4, 1, 0)]:
    side = conv_size(side, k, s, p)
claim("(E20) side of its map of scores", side, equals=5)
claim("(E20) scores averaged for one picture", side**2, equals=25)

# %% [markdown]
# Neither raises an error. For the generator one more doubling mends it. For the discriminator too;
# or we mean it, call the 25 scores a **patch discriminator**, and take their average on purpose
# (chapter 13). `nets.dcgan(size=...)` computes the number of layers from the size.
#
# A discriminator takes *a picture* and returns *one number a picture*. It sounds too plain to
# say, but one article describes it with the generator's sentence, noise in and picture out (E07).

# %%
generator, discriminator = nets.dcgan(size=64, channels=3, latent=64, width=8)
x = torch.randn(2, 64, generator=random)[:, :, None, None]
print("latent", tuple(x.shape[1:]))
for layer in generator.body:
    x = layer(x)
    if isinstance(layer, nn.ConvTranspose2d):
        kernel, stride, padding = layer.kernel_size[0], layer.stride[0], layer.padding[0]
        print(f"{tuple(x.shape[1:])!s:>14}  kernel {kernel}, stride {stride}, padding {padding}")
claim("logits for two pictures", discriminator(x).numel(), equals=2)

# %% [markdown]
# ## 3 · Checkerboards
#
# In a transposed convolution each input stamps the kernel onto the output, at steps of $s$. Where
# stamps overlap, they add up. If $k$ is not a multiple of $s$, some outputs get more stamps than
# others, in a regular pattern, and the network starts with a checkerboard that it must learn away.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Stride 2. Which kernel gives every output, away from the border, equally many stamps?",
    choices={"a": "3 × 3", "b": "4 × 4", "c": "5 × 5"},
    guess=guess,
    answer="b",
    why={
        "a": "an odd kernel has a centre, but 3 = 2 + 1: along a line the stamps go 1, 2, 1, 2.",
        "b": "4 is a multiple of the stride: two stamps along each axis, four in all.",
        "c": "a larger kernel evens out a little, but 5 = 2 + 2 + 1 still goes 2, 3, 2, 3.",
    },
)

# %%
figure, axes = plt.subplots(1, 4, figsize=(9, 2.6))
unevenness = {}
for ax, k in zip(axes, (3, 4, 5), strict=False):
    stamps = conv_transpose2d(torch.ones(1, 1, 7, 7), torch.ones(1, 1, k, k), stride=2)[0, 0]
    inner = stamps[k:-k, k:-k]
    unevenness[k] = (inner.max() / inner.min()).item()
    ax.imshow(stamps, cmap="cividis", vmin=0, vmax=9)
    ax.set_title(f"{k} × {k}, stride 2")
enlarged = torch.ones(1, 1, 14, 14)
grown = conv2d(enlarged, torch.ones(1, 1, 3, 3), padding=1)
axes[3].imshow(grown[0, 0], cmap="cividis", vmin=0, vmax=9)
axes[3].set_title("enlarge, then 3 × 3")
for ax in axes:
    ax.set_axis_off()
show(
    figure,
    alt="How many stamps each output gets. With 3 × 3 and 5 × 5 kernels at stride 2 there is a "
    "checkerboard; with 4 × 4, and when one enlarges first and then convolves, the inside is even.",
)
claim("most stamps over fewest, 4 × 4 kernel, inside", unevenness[4], equals=1)
claim("most stamps over fewest, 3 × 3 kernel, inside", unevenness[3], equals=4)

# %% [markdown]
# An even number of stamps does not forbid a checkerboard: the sixteen weights can still differ. It
# only takes away the cause that needs no learning. To enlarge first and convolve then goes
# further (Odena et al. 2016); chapter 12 uses it.
#
# ## 4 · The rules of DCGAN
#
# Before 2015 convolutional GANs mostly failed. Radford, Metz and Chintala tried many designs and
# wrote down what worked:
#
# 1. strided and transposed convolutions instead of pooling, so that the network learns its own;
# 2. **BatchNorm** in both players, but not at the generator's output nor at the discriminator's
#    input: there the true scale and colour of the pictures must pass;
# 3. no fully connected hidden layers;
# 4. ReLU in the generator, tanh at its end; LeakyReLU with slope 0.2 in the discriminator;
# 5. Adam with learning rate 0.0002 and $\beta_1 = 0.5$;
# 6. first weights from $\mathcal N(0, 0.02)$.
#
# BatchNorm normalises each channel over batch and places, then scales by $\gamma$ and shifts by
# $\beta$. Rule 6 is about the kernels. For $\gamma$ the authors' code draws from
# $\mathcal N(\mathbf 1, 0.02)$. Some widely read texts draw *every* parameter from
# $\mathcal N(0, 0.02)$, $\gamma$ included. Watch a signal on its way through both.


# %%
def spread_by_layer(network, z):
    """Standard deviation of the signal after every transposed convolution or BatchNorm."""
    found, x = [], z[:, :, None, None]
    for layer in network.body:
        x = layer(x)
        if isinstance(layer, nn.BatchNorm2d | nn.ConvTranspose2d):
            found.append(x.std().item())
    return found


z = torch.randn(64, 64, generator=random)
good, _ = nets.dcgan(size=32, channels=1, width=32)
bad, _ = nets.dcgan(size=32, channels=1, width=32)
for layer in bad.modules():
    if isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 0.0, 0.02, generator=random)
spreads = {"γ near 1": spread_by_layer(good, z), "γ near 0": spread_by_layer(bad, z)}

# %%
figure, ax = plt.subplots(figsize=(6.4, 2.8))
for (label, values), marker in zip(spreads.items(), "os", strict=True):
    ax.semilogy(range(1, len(values) + 1), values, marker=marker, label=label)
names = ["conv 1", "norm 1", "conv 2", "norm 2", "conv 3", "norm 3", "conv 4"]
ax.set(xticks=range(1, 8), xticklabels=names, ylabel="spread of the signal", ylim=(1e-3, 3))
ax.set_title("An untrained generator, layer by layer")
ax.legend()
show(
    figure,
    alt="Spread of the signal through seven layers on a logarithmic axis. With gamma near one it "
    "comes back to 1 at each BatchNorm; with gamma near zero it stays near 0.01 after each one.",
)
claim("spread after the last BatchNorm, γ near 1", spreads["γ near 1"][-2], at_least=0.9)
claim("spread after the last BatchNorm, γ near 0", spreads["γ near 0"][-2], at_most=0.05)

# %% [markdown]
# With $\gamma$ near 0 nothing is broken, and that makes the mistake so lasting: the network runs,
# and Adam repairs it after some hundred steps. Our tests pin the paper's values.
#
# ## 5 · Feeding it
#
# tanh ends in $(-1, 1)$, so the data must lie in $[-1, 1]$ as well. A common slip leaves them in
# $[0, 1]$, which is what `ToTensor` gives **(E22)**. Then a discriminator need not look at shapes
# at all. It only asks whether there is a negative pixel.

# %%
digits = data.digits(size=16)
train, held_out = digits.split(0.8, seed=0)
untrained, _ = nets.dcgan(size=16, channels=1)
fake = untrained(torch.randn(500, 64, generator=random)).detach()
slip = (train.samples[:500] + 1) / 2
right = torch.cat([slip.flatten(1).amin(1) >= 0, fake.flatten(1).amin(1) < 0])
claim("(E22) accuracy of 'no negative pixel: real'", right.float().mean(), at_least=0.99)
claim("smallest value of our digits", train.samples.min(), at_least=-1, at_most=-0.9)

# %% [markdown]
# Pictures from a folder bring one more slip **(E21)**. `Resize(64)` scales the *short* side to 64,
# so pictures of several shapes stay of several shapes, and no batch can be stacked. A centre crop
# mends it; `data.folder("my_pictures", size=64)` does both.

# %%
from PIL import Image
from torchvision import transforms

shapes = [Image.new("RGB", (90, 60)), Image.new("RGB", (60, 80))]
scale, to_tensor = transforms.Resize(64), transforms.ToTensor()
try:
    torch.stack([to_tensor(scale(shape)) for shape in shapes])
except RuntimeError as error:
    print("Resize alone:", str(error).split(",")[0])
crop = transforms.CenterCrop(64)
print("with a crop: ", tuple(torch.stack([to_tensor(crop(scale(s))) for s in shapes]).shape))

# %% [markdown]
# Two more from the same listing **(E23, E24)**: $z$ is drawn once, or never, instead of at every
# step; labels go to the GPU while the networks stay on the CPU; and pictures are saved without
# undoing the range. `Trainer` draws $z$ itself and has one device. `plots.grid` expects $[-1, 1]$.
#
# ## 6 · Digits
#
# The data are 1,797 digits that people wrote and a scanner read, at 16 × 16 pixels. We train on
# 80 % and keep the rest. The same 64 latents are shown at each report, so each place in the sheet
# follows one $z$ through the training.

# %%
steps = runtime.by_budget(smoke=20, laptop=1_200, full=6_000)
width = runtime.by_budget(smoke=8, laptop=32, full=32)
game = training.Game(*nets.dcgan(size=16, channels=1, latent=16, width=width))
trainer = training.Trainer(game, train, seed=0, batch=64, learning_rate=1e-3, ema_half_life=50_000)
history = [trainer.report(), *trainer.run(steps, every=max(1, steps // 24))]


# %%
def strip(reports, columns=16):
    """The first latents of every report in a row of their own."""
    return plots.grid(torch.cat([r.samples[:columns] for r in reports]), columns=columns, scale=2)


show(
    strip([history[i] for i in (0, 1, 2, 3, 6, 12, -1)]),
    alt="Seven rows of sixteen pictures, from plain grey in the first row to digits in the last; "
    "in between, blots turn into strokes. Each column follows one latent.",
)

# %%
show(
    plots.sheets({"held-out digits": held_out.samples[:64], "generated": trainer.samples(64)}),
    alt="Two sheets of 64 pictures. Left: scanned digits that were kept back. Right: generated "
    "ones, most of them readable as digits, some of them unfinished.",
)

# %% [markdown]
# They look like digits. Would a reader agree who has never seen the generator? We train a small
# **classifier** on the same training digits and ask how often it is sure, that is, gives one class
# at least 0.9. On held-out real digits it is nearly always sure. The share for generated digits,
# divided by that, is our score. Sure is not the same as good: a generator that draws one perfect 7
# again and again would score 1. So we look at the balance of the classes as well.

# %%
reader = metrics.train_classifier(train)
real = metrics.recognise(reader, held_out.samples)
made = metrics.recognise(reader, trainer.samples(2_000, seed=1))
score = made.confident / real.confident

figure, ax = plt.subplots(figsize=(6.4, 2.8))
ax.bar(torch.arange(10) - 0.2, real.balance, 0.4, label="held-out", color=plots.REAL)
ax.bar(torch.arange(10) + 0.2, made.balance, 0.4, label="generated", color=plots.FAKE, hatch="//")
ax.set(xticks=range(10), xlabel="class in the reader's opinion", ylabel="share", ylim=(0, 0.25))
ax.set_title(f"The reader is sure {score:.2f} times as often as for real digits")
ax.legend(ncols=2)
show(
    figure,
    alt="Share of each of the ten classes among the pictures the reader is sure about, "
    "held-out and generated side by side. All ten appear in both.",
)
claim("sure, relative to held-out digits", score, at_least=0.4, needs_training=True)
claim("share of the rarest class", made.balance.min(), at_least=0.02, needs_training=True)
claim(
    "accuracy of the reader on held-out digits",
    (reader(held_out.samples).argmax(1) == held_out.labels).float().mean(),
    at_least=0.95,
)

# %% [markdown]
# One run is an anecdote. The record below is of five seeds at this same budget, for three players:
# the fully connected pair of chapter 03, this DCGAN, and the DCGAN generator against a
# discriminator in the shape of **LeNet-5**, the network that read cheques in 1998. LeNet pools
# where DCGAN strides, has no BatchNorm, and gives its last word through dense layers. One of the
# articles pairs it with a generator, and it makes a fair opponent. The script is
# `benchmarks/digits_players.py`; its numbers are in `benchmarks/results`.

# %%
table = json.loads(Path("../benchmarks/results/digits_players.json").read_text())["results"]
figure, ax = plt.subplots(figsize=(6.4, 2.4))
for row, scores in enumerate(table.values()):
    ax.plot(scores, [row] * len(scores), "o", color=plots.FAKE, alpha=0.6)
    ax.plot([sorted(scores)[2]], [row], "|", color=plots.TRUTH, markersize=22)
ax.set(yticks=range(3), yticklabels=list(table), ylim=(-0.6, 2.6), xlim=(0, 1))
ax.set(xlabel="sure, relative to held-out digits", title="Five seeds each; the bar is the median")
show(
    figure,
    alt="Scores of five seeds for three pairs of players as dots on three lines, with "
    "the median of each marked by a bar.",
)
medians = {name: sorted(scores)[2] for name, scores in table.items()}
claim(
    "distance of the medians of DCGAN and the fully connected pair",
    abs(medians["DCGAN"] - medians["fully connected"]),
    at_most=0.05,
)

# %% [markdown]
# We had expected another picture. At 16 × 16 the fully connected pair keeps up: 256 pixels are few
# enough to connect each with each, and scanned digits sit squarely in their frame, so knowing that
# pixels have neighbours gains little. LeNet's advice is worse than either's.
#
# What speaks for convolutions is how they grow. A dense layer has a weight for every pair of input
# and output, so it grows with the *square* of the side. A convolution's weights do not know how
# large the picture is; only the number of layers grows, by one for each doubling.


# %%
def weights(network):
    return sum(p.numel() for p in network.parameters())


sides = [16, 32, 64, 128]
dense = [weights(nets.mlp((3, n, n), latent=64, hidden=256)[0]) for n in sides]
convolutional = [weights(nets.dcgan(n, 3, width=32 * 16 // n)[0]) for n in sides]
figure, ax = plt.subplots(figsize=(6.4, 2.8))
ax.loglog(sides, dense, "o-", label="fully connected")
ax.loglog(sides, convolutional, "s-", label="DCGAN, 64 maps at 4 × 4")
ax.set(xlabel="side of a colour picture", ylabel="weights", title="Weights of the generator")
ax.set_xticks(sides, [str(n) for n in sides])
ax.minorticks_off()
ax.legend()
show(
    figure,
    alt="Number of weights against the side of the picture, both axes logarithmic. The fully "
    "connected generator grows steeply from 16 to 128 pixels, the DCGAN hardly at all.",
)
claim("fully connected, weights at 128 over weights at 16", dense[-1] / dense[0], at_least=20)
claim("DCGAN, weights at 128 over weights at 16", convolutional[-1] / convolutional[0], at_most=2)

# %% [markdown]
# ## 7 · Paintings
#
# Colour needs one change: `channels=3`. The data are painted by code, so there are as many as we
# like, and we know who painted each. The collection has eight schools. A laptop's minute is enough
# for four of them; a longer run, below, learns all. Telling colour pictures apart is easier than
# making them, so the discriminator gets fewer feature maps than the generator.

# %%
collection = data.paintings(64, size=32, seed=1)
show(
    plots.grid(collection.samples[:48], columns=12),
    alt="Forty-eight small paintings: black grids with primary colours, concentric discs, soft "
    "colour fields, black waves, landscapes in dots, cut-paper leaves, tilted planes, glass.",
)
print("schools:", ", ".join(collection.label_names))

# %%
guess = None  # "a", "b" or "c"
predict(
    "The same network, the same number of steps. Which will the generator learn first?",
    choices={"a": "sharp edges", "b": "colours and large areas", "c": "one school after the other"},
    guess=guess,
    answer="b",
    why={
        "a": "edges are what we notice, but a discriminator finds wrong colours sooner.",
        "b": "wrong colours give a fake away at a glance, so there the gradient is largest.",
        "c": "nothing in the game favours one school; what is easiest to tell apart comes first.",
    },
)

# %%
schools = ("grids", "fields", "dots", "glass")
steps, batch = runtime.by_budget(smoke=(10, 8), laptop=(1_500, 32), full=(10_000, 64))
maps = runtime.by_budget(smoke=(4, 4), laptop=(24, 16), full=(48, 32))
pictures = data.paintings(4_800, size=32, seed=0, schools=schools)
paintings, kept = pictures.split(0.85, seed=0)
generator, _ = nets.dcgan(size=32, channels=3, width=maps[0])
_, discriminator = nets.dcgan(size=32, channels=3, width=maps[1])
painter = training.Trainer(
    training.Game(generator, discriminator),
    paintings,
    seed=0,
    batch=batch,
    learning_rate=5e-4,
    ema_half_life=20_000,
)
history = list(painter.run(steps, every=max(1, steps // 4)))
show(
    strip(history, columns=12),
    alt="Four rows of twelve generated pictures: first washes of colour, then soft areas, and at "
    "last bands, frames and skies in the colours of the paintings; fine edges are still missing.",
)

# %%
connoisseur = metrics.train_classifier(paintings, steps=200)
seen = metrics.recognise(connoisseur, painter.samples(1_000, seed=1))
show(
    plots.sheets({"kept back": kept.samples[:48], "generated": painter.samples(48)}, columns=8),
    alt="Two sheets of 48 paintings. Left: paintings that were kept back, with crisp edges. Right: "
    "generated ones, soft, but fields, landscapes, grids and glass can be told apart.",
)
claim("share of the rarest school", seen.balance.min(), at_least=0.02, needs_training=True)

# %% [markdown]
# Colours and large areas come first, edges last. A minute is short for colour pictures.
#
# ## 8 · With more time
#
# You have met a longer run already: it made the generator of chapter 01. Here are that one and its
# sister for paintings, which learned all eight schools. Their networks are those of this chapter.
# They had some thousand steps more, and one more term in the discriminator's loss. With few
# pictures a discriminator comes to know each by heart, and its advice gets worse; a penalty on its
# slope holds it back. Chapter 06 derives it.
#
# Each comes with a **model card**: data, command, seed, time, and the score on pictures that were
# held out.


# %%
def long_run(name, latent, alt):
    """Show the shipped generator's sheet and return what its card says of its score."""
    z = torch.randn(48, latent, generator=runtime.generator(2))
    show(plots.grid(nets.shipped(name)(z), columns=12), alt=alt)
    card = nets.model_card(name)
    steps = sum(count for count, _ in card["training"]["steps and learning rate"])
    print(f"{steps:,} steps, {card['seconds'] / 60:.0f} minutes, {card['threads']} CPU thread(s)")
    return card["score"]


written = long_run("digits", 16, alt="Forty-eight digits; nearly all can be read at a glance.")
claim("sure, relative to held-out digits", written["relative"], at_least=0.75)
claim("share of the rarest class", min(written["balance"]), at_least=0.05)
claim("share of the most common class", max(written["balance"]), at_most=0.2)

# %%
painted = long_run("paintings", 64, alt="Forty-eight small paintings of all eight schools.")
claim("share of the rarest of eight schools", min(painted["balance"]), at_least=0.02)

# %% [markdown]
# ## 9 · A walk between two latents
#
# The generator is a smooth function: small steps in $z$ are small steps in the picture. On a
# straight line from one latent to another, a digit changes into another by way of shapes that no
# person wrote. If the network had stored pictures, the walk would jump from one to the next.

# %%
ends = torch.randn(2, 4, 16, generator=runtime.generator(5), device=trainer.device)
share = torch.linspace(0, 1, 16, device=trainer.device)[:, None, None]
path = torch.lerp(ends[0], ends[1], share).transpose(0, 1)
with torch.no_grad():
    walk = trainer.ema.network(path.reshape(-1, 16))
show(
    plots.grid(walk, columns=16, scale=2),
    alt="Four rows of sixteen digits. In each row the first turns into the last little by little.",
)
frames = walk.unflatten(0, (4, 16))
step_sizes = frames.diff(dim=1).flatten(2).norm(dim=2)
whole = (frames[:, -1] - frames[:, 0]).flatten(1).norm(dim=1)
claim(
    "largest step over the way from end to end",
    (step_sizes.max(1).values / whole).max(),
    at_most=0.6,
    needs_training=True,
)

# %% [markdown]
# ## What the paper does, what we do
#
# | | Radford et al. 2016 | here |
# |---|---|---|
# | pictures | 64 × 64, colour | 16 × 16 grey, 32 × 32 colour |
# | feature maps next to the picture | 128 | 32 |
# | latent | 100, uniform | 16 or 64, normal |
# | learning rate, batch | 0.0002, 128 | 0.001 or 0.0005, 64: short runs need larger steps |
# | weights that are shown | the last | an average over the last 50,000 samples (chapter 05) |
# | $\gamma$ of BatchNorm | $\mathcal N(1, 0.02)$ in the authors' code | the same |
#
# ## When it fails
#
# - *All samples alike*: the generator has collapsed. *Loss of the discriminator near 0*: it wins
#   too early. *Checkerboards that stay*: look at kernels and strides. *Grey mush from the start*:
#   the range of the data, or $\gamma$ near 0. Chapter 05 switches each of them on, and cures it.
#
# ## Take-aways
#
# - A convolution is a matrix of shifted rows; the transposed one is its transpose, no inverse.
# - Two formulas give every size. Compute before you run; many listings do not fit their data.
# - Kernel size a multiple of the stride, or enlarge first: no checkerboard by construction.
# - BatchNorm's scale starts near 1. Data and tanh share one range.
# - A reader who took no part, and the balance of the classes, say more than the losses do.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts, pencil and paper are allowed.

# %% tags=["quiz"]
quiz(
    "Kernel 4 × 4, stride 2, padding 1, a map of side 20. Which side does a convolution give, "
    "and which a transposed one?",
    [
        "9 and 42",
        "19 and 21",
        "10 and 40",
        "10 and 20",
    ],
    right=2,
    because=[
        "These are the sides without padding: 16 / 2 + 1 and 19 · 2 + 4.",
        "These are the sides for stride 1; stride 2 halves and doubles.",
        "(20 + 2 − 4) / 2 + 1 = 10, and (20 − 1) · 2 − 2 + 4 = 40.",
        "The transposed one brings 10 back to 20; here it starts from 20 itself.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why is there no BatchNorm at the generator's output?",
    [
        "it would give every batch the same mean and spread",
        "it would push pixels out of the range from −1 to 1",
        "it would bring a checkerboard into the pictures",
        "it would be undone by the tanh that follows it",
    ],
    right=0,
    because=[
        "The true scale and colour of the pictures must pass here, whatever they are.",
        "The tanh at the end keeps every pixel in this range, whatever comes before it.",
        "That comes from kernel and stride; BatchNorm treats all places of a channel alike.",
        "A tanh bends the values, but batches with the same mean and spread stay alike after it.",
    ],
)

# %% tags=["quiz"]
quiz(
    'A discriminator returns a tensor of shape (64, 1, 5, 5), and training "works". What happens?',
    [
        "the first of 25 scores counts, the others are left out",
        "each picture counts 25 times, so the loss is 25 times as large",
        "it looks at 25 pixels of each picture and at no others",
        "the loss averages 25 scores, each of a part of the picture",
    ],
    right=3,
    because=[
        "Nothing picks one: the mean in the loss runs over all 64 · 25 numbers.",
        "The loss is a mean, so more numbers do not make it larger.",
        "Each score sees a whole part of the picture, through all layers below it.",
        "It is a patch discriminator by accident; chapter 13 makes one on purpose.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A generator draws one perfect 7, always. What are its score and its balance?",
    [
        "score about 1, balance 0.1 for each class",
        "score about 1, balance 1 for the sevens and 0 for the others",
        "score about 0.1, balance 1 for the sevens and 0 for the others",
        "score 0, for pictures without variety do not count",
    ],
    right=1,
    because=[
        "The reader calls every picture a 7, so the other nine classes get no share.",
        "The reader is sure of every picture; one number is not enough.",
        "The score asks how often the reader is sure, not how many classes there are.",
        "The score knows nothing of variety; that is why we look at the balance as well.",
    ],
)

# %% tags=["quiz"]
quiz(
    "The fully connected pair scored as well as the DCGAN. What would you change first to see "
    "a difference?",
    [
        "the number of seeds, twenty and not five",
        "the number of steps, ten times as many",
        "the size of the pictures, 64 pixels and not 16",
        "the reader, a stricter one for both pairs",
    ],
    right=2,
    because=[
        "More seeds measure the same difference more precisely; they do not make it larger.",
        "Both pairs would get them, and 256 pixels would still be few enough for dense layers.",
        "Dense weights grow with the square of the side; at 16 all pixels can still be connected.",
        "It would judge the same pictures; what the two pairs can learn stays as it is.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - A. Radford, L. Metz, S. Chintala, *Unsupervised representation learning with deep convolutional
#   generative adversarial networks*, 2016, [arXiv:1511.06434](https://arxiv.org/abs/1511.06434).
# - V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, 2016,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285).
# - A. Odena, V. Dumoulin, C. Olah, *Deconvolution and checkerboard artifacts*, 2016,
#   [doi:10.23915/distill.00003](https://doi.org/10.23915/distill.00003).
# - S. Ioffe, C. Szegedy, *Batch normalization*, 2015,
#   [arXiv:1502.03167](https://arxiv.org/abs/1502.03167).
# - Y. LeCun et al., *Gradient-based learning applied to document recognition*, 1998,
#   [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791): LeNet-5.
# - L. Mescheder, A. Geiger, S. Nowozin, *Which training methods for GANs do actually converge?*,
#   2018, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406): the penalty of section 8.
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/04_convolutions_and_dcgan.ipynb): sizes, a
# generator of your own, its first weights, a clean batch, and BatchNorm by hand.
