# %% [markdown]
# # Exercises 12 · Fast and arbitrary style
#
# Six functions from [chapter 12](../chapters/12_fast_and_any_style.ipynb): when a trained network
# pays, its loss over a batch, the layer that enlarges without a checkerboard, the layer that holds
# many styles, the map that takes any style, and the number that says how much a film flickers.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour and a half in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★. Pictures here are red, green and blue in $[0, 1]$.

# %%
import math

from ganlearn import plots, runtime, style
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show
from ganlearn.style import motion
from ganlearn.style.pictures import read

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn import functional

# %% [markdown]
# ## 12.1 When a network has paid for itself  ●○○
# *Importance ★★☆ · about 5 minutes*
#
# "Style transfer with a GAN is faster than traditional methods", writes one of the articles behind
# this course **(E18)**. The trained network is; its training is not. For one picture the slow way
# has long been ready when the training has hardly begun.
#
# **Write** `pays_from(training, fast, slow)`: the smallest whole number of pictures $n$ for which
# training once and then spending `fast` seconds on each takes no longer than `slow` seconds on
# each. All three are seconds. Where that never happens, the answer is `math.inf`.
# **Expect** 25 for `pays_from(100, 1, 5)`, 34 for `pays_from(100, 1, 4)`, and `math.inf` for
# `pays_from(10, 3, 2)`.
# **Stop** when the check passes and three ways of stylising are three lines.
#
# <details><summary>Hint 1</summary>Write down the sentence: training + n · fast ≤ n · slow. Solve
# it for n.</details>
# <details><summary>Hint 2</summary>n is a whole number, and not one below the solution: in which
# direction do you round?</details>
# <details><summary>Hint 3</summary>math.ceil(training / (slow − fast)) where slow is above fast;
# ask first.</details>


# %%
def pays_from(training, fast, slow):
    """The least number of pictures for which training a network takes no longer.

    Args:
        training: seconds, once.
        fast: seconds a picture of the trained network.
        slow: seconds a picture without training.

    Returns:
        a whole number, or math.inf.
    """
    ### BEGIN SOLUTION
    if slow <= fast:
        return math.inf
    return math.ceil(training / (slow - fast))
    ### END SOLUTION


# %%
if check("12.1", pays_from):
    ways = {  # name: seconds of training, seconds a picture; about what a laptop takes
        "optimise each picture": (0, 8),
        "a network for one style": (1200, 0.1),
        "AdaIN, trained by others": (0, 0.4),
    }
    counts = np.geomspace(1, 20_000, 200)
    figure, ax = plt.subplots(figsize=(7, 3.6))
    for name, (training, each) in ways.items():
        ax.loglog(counts, training + each * counts, label=name, lw=2)
    for name in ("optimise each picture", "AdaIN, trained by others"):
        seconds = ways[name][1]
        n = pays_from(1200, 0.1, seconds)
        ax.plot(n, n * seconds, "o", color="black")
        ax.annotate(
            f"{n} pictures", (n, n * seconds), (-8, 8), textcoords="offset points", ha="right"
        )
    ax.set(xlabel="pictures", ylabel="seconds in all", xlim=(1, 20_000))
    ax.legend()
    show(
        figure,
        alt="Seconds against pictures, both logarithmic. Optimising rises from 8 seconds and meets "
        "the trained network, which starts at 1200, at 152 pictures. AdaIN starts at 0.4 seconds "
        "and meets it at 4000.",
    )

# %% [markdown] tags=["solution"]
# The seconds are an example; chapter 12 measures yours. The shape of the figure is not: a network
# for one style pays for a film, and rarely for a photograph. AdaIN's training is longer, but it
# was paid once for all styles. Whoever says "faster" owes both numbers.

# %% [markdown]
# ## 12.2 The style loss of a batch  ●●○
# *Importance ★★★ · about 15 minutes*
#
# Optimisation has one picture; training has a batch. Two published mistakes live in this step. One
# widely copied tutorial flattens the batch into the channels, so that different pictures meet in
# one Gram matrix. And one well-known network for many styles subtracts matrices of shape
# $(n, c, c)$ from targets of shape $(n, 1, c, c)$, which works without a word.
#
# **Write** `style_loss(features, style)` for features of shape $(n, c, h, w)$ and style features of
# shape $(1, c, h', w')$, one style for all, or $(n, c, h', w')$, one for each. With the Gram matrix
# $G = \frac{1}{hw} F F^\mathsf{T}$ of each picture's features $F$, of shape $(c, h w)$, and the
# matrix $T$ of its style,
#
# $$L = \frac{1}{n} \sum_{i=1}^{n} \frac{\|G_i - T_i\|^2}{\|T_i\|^2},$$
#
# where $\|\cdot\|^2$ is the sum of the squares. Compute in float32, also when half precision comes
# in: an entry of a Gram matrix can be larger than 65 504, and float16 has no such number.
# **Expect** 0 when `features` is `style`.
# **Stop** when the check passes and four pictures are compared with four.
#
# <details><summary>Hint 1</summary>features.float().flatten(2) is (n, c, h·w). The @ of tensors
# with three axes multiplies the matrices one by one, and .mT transposes the last two
# axes.</details>
# <details><summary>Hint 2</summary>(n, c, c) minus (1, c, c) and (n, c, c) minus (n, c, c) are both
# right as they are.</details>
# <details><summary>Hint 3</summary>Sum the squares over axes 1 and 2, above and below; divide;
# then take the mean over what is left, the pictures.</details>

# %%
guess = None  # "a", "b", "c" or "d"
predict(
    "What is the shape of torch.ones(8, 64, 64) - torch.ones(8, 1, 64, 64)?",
    choices={"a": "(8, 64, 64)", "b": "(8, 8, 64, 64)", "c": "(8, 1, 64, 64)", "d": "an error"},
    guess=guess,
    answer="b",
    why={
        "a": "axes are matched from the end, so the extra axis of 1 meets the batch and not the "
        "front.",
        "b": "from the end: 64 and 64 fit, 8 meets 1 and stays 8, and a new axis of 8 comes first. "
        "Every picture beside every target.",
        "c": "the axis of 1 meets the other's batch of 8 and is repeated.",
        "d": "broadcasting does not ask whether it is meant.",
    },
)


# %%
def style_loss(features, style):
    """Relative squared distance of Gram matrices, the mean over a batch.

    Args:
        features: (n, c, h, w), any floating type.
        style: (n or 1, c, any height, any width).

    Returns:
        one number, float32.
    """
    ### BEGIN SOLUTION
    matrices = []
    for x in (features, style):
        rows = x.float().flatten(2)
        matrices.append(rows @ rows.mT / rows.shape[2])
    found, wanted = matrices
    distance = ((found - wanted) ** 2).sum((1, 2))
    return (distance / (wanted**2).sum((1, 2))).mean()
    ### END SOLUTION


# %%
if check("12.2", style_loss):
    names = ["chelsea", "coffee", "gravel", "brick"]
    pictures = torch.cat(
        [functional.interpolate(read(name, 128), (96, 96), mode="area") for name in names]
    )
    seen = style.perceptual()(pictures, ["relu2_1"])["relu2_1"]
    table = torch.tensor([[style_loss(a[None], b[None]) for b in seen] for a in seen])
    figure, ax = plt.subplots(figsize=(4.6, 3.6))
    ax.imshow(table.clamp(max=2), cmap="cividis")
    for (i, j), value in np.ndenumerate(table.numpy()):
        ax.text(
            j, i, f"{value:.2g}", ha="center", va="center", color="black" if value > 1 else "white"
        )
    ax.set(xticks=range(4), yticks=range(4), xlabel="style", ylabel="picture")
    ax.set_xticklabels(names)
    ax.set_yticklabels(names)
    ax.grid(False)
    show(
        figure,
        alt="A table of four pictures beside four styles: a cat, a cup, gravel and brick. The "
        "diagonal is 0; all else is larger.",
    )
    claim("the loss of each picture beside itself", style_loss(seen, seen), at_most=1e-6)
    claim("what the mistake would train on, the mean of the table", table.mean(), at_least=0.1)

# %% [markdown] tags=["solution"]
# What the mistake trains on is the mean over the whole table. A network for many styles that learns
# from it is pulled towards all of them at once, and gives every picture the mean style. The loss
# falls, only not to where it should. A shape that is asserted, or a statistic that is never given
# an axis of 1, costs nothing.
#
# The sums over axes 1 and 2 come before the division, so each picture is judged against its own
# style, loud or faint.

# %% [markdown]
# ## 12.3 Twice as large, without a checkerboard  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# The networks of this chapter halve a picture twice, think, and double it twice. Doubling by a
# transposed convolution begins with a checkerboard (chapter 04), and padding with zeros paints a
# frame. And 33 pixels become 17, then 9; doubling 9 twice gives 36. So the layer is told how large
# the map should be.
#
# **Write** `enlarge(x, weight, bias, size)` for maps `x` of shape $(n, c, h, w)$:
# - enlarge to `size`, a pair (height, width), each of them twice the old number or one less, by
#   repeating every value (the last one not, where it is one less);
# - mirror the map at its borders (`reflect`), as far as the kernel needs;
# - convolve with `weight` of shape (out, c, k, k), where k is odd, and add `bias`.
#
# **Expect** that a constant map stays constant in every channel, up to the border.
# **Stop** when the check passes and three layers draw a plain sheet.
#
# <details><summary>Hint 1</summary>functional.interpolate(x, size) repeats values, unless you tell
# it otherwise.</details>
# <details><summary>Hint 2</summary>A kernel of k looks k // 2 beyond the border on each side.
# functional.pad wants four numbers, left, right, top, bottom, and mode="reflect".</details>
# <details><summary>Hint 3</summary>After padding, functional.conv2d(x, weight, bias) needs no
# padding of its own.</details>


# %%
def enlarge(x, weight, bias, size):
    """Maps about twice as large, convolved.

    Args:
        x: (n, c, h, w).
        weight: (out, c, k, k), k odd.
        bias: (out,).
        size: (height, width), each twice the old one or one less.

    Returns:
        (n, out, height, width).
    """
    ### BEGIN SOLUTION
    x = functional.interpolate(x, size)
    x = functional.pad(x, [weight.shape[-1] // 2] * 4, mode="reflect")
    return functional.conv2d(x, weight, bias)
    ### END SOLUTION


# %%
if check("12.3", enlarge):
    weight = torch.rand(1, 1, 3, 3, generator=runtime.generator(0))
    weight /= weight.sum()
    nothing, flat = torch.zeros(1), torch.ones(1, 1, 8, 12)
    doubled = functional.interpolate(flat, (16, 24))
    sheets = {
        "transposed convolution": functional.conv_transpose2d(flat, weight * 4, nothing, 2, 1, 1),
        "enlarged, zeros beyond": functional.conv2d(doubled, weight, nothing, padding=1),
        "enlarged, mirrored": enlarge(flat, weight, nothing, (16, 24)),
    }
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.5))
    for ax, (title, made) in zip(axes, sheets.items(), strict=True):
        ax.imshow(made[0, 0], cmap="cividis", vmin=0, vmax=2)
        ax.set_title(title)
        ax.set_axis_off()
    show(
        figure,
        alt="What three layers make of a constant map. The transposed convolution: a checkerboard. "
        "Enlarged with zeros beyond: an even sheet with a dark frame. Enlarged and mirrored: an "
        "even sheet.",
    )
    spreads = {title: made.std() / made.mean() for title, made in sheets.items()}
    claim("relative spread, transposed", spreads["transposed convolution"], at_least=0.3)
    claim("with zeros", spreads["enlarged, zeros beyond"], at_least=0.05)
    claim("mirrored", spreads["enlarged, mirrored"], at_most=1e-6)

# %% [markdown] tags=["solution"]
# A transposed convolution with an odd kernel reaches some pixels with four of its weights, some
# with two and some with one. After enlarging, all pixels are reached by all nine.
#
# Zeros beyond the border are an edge that is in no picture, and a trained network does react to it.
# To mirror is not neutral either, the network sees the rim twice; it is the least conspicuous thing
# that one can invent.

# %% [markdown]
# ## 12.4 Many styles in one layer  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# Dumoulin and colleagues found that one network holds many styles if only the scales and shifts
# behind its normalisations differ. A style is then two numbers a channel; and since numbers can be
# mixed, so can styles.
#
# **Write** `norm_of_styles(x, scales, shifts, mix, eps)` for $x$ of shape $(n, c, h, w)$, `scales`
# and `shifts` of shape (styles, c), and `mix` of shape $(n, \text{styles})$: how much of each style
# each picture gets. With mean $\mu$ and variance $\sigma^2$ over the places of *each picture and
# channel* (the plain mean of the squared distances),
#
# $$y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta, \qquad
# \gamma = \sum_s \text{mix}_s\, \text{scales}_s, \quad
# \beta = \sum_s \text{mix}_s\, \text{shifts}_s.$$
#
# Shares need not sum to 1: 1.5 of one style exaggerates it. Gradients pass through $\mu$ and
# $\sigma$.
# **Expect** that a picture's result does not change when others join the batch.
# **Stop** when the check passes and one photograph goes from one mood to another, and beyond.
#
# <details><summary>Hint 1</summary>The sums over the styles are matrix products: mix @ scales is
# (n, c).</details>
# <details><summary>Hint 2</summary>[:, :, None, None] gives (n, c) two more axes, so that it meets
# pictures and channels and not rows and columns.</details>
# <details><summary>Hint 3</summary>functional.instance_norm(x, eps=eps) does the normalisation, or
# mean and var over (2, 3) with keepdim=True and correction=0.</details>


# %%
def norm_of_styles(x, scales, shifts, mix, eps=1e-5):
    """Instance normalisation with scales and shifts mixed from several styles.

    Args:
        x: (n, c, h, w).
        scales, shifts: (styles, c).
        mix: (n, styles), the share of each style in each picture.
        eps: added to the variance.

    Returns:
        (n, c, h, w).
    """
    ### BEGIN SOLUTION
    mean = x.mean((2, 3), keepdim=True)
    variance = x.var((2, 3), correction=0, keepdim=True)
    normal = (x - mean) / torch.sqrt(variance + eps)
    scale, shift = mix @ scales, mix @ shifts
    return scale[:, :, None, None] * normal + shift[:, :, None, None]
    ### END SOLUTION


# %%
if check("12.4", norm_of_styles):
    # The channels of this example are the colours; a style is their mean and spread in a picture.
    photograph = functional.interpolate(read("china", 192), (96, 144), mode="area")
    moods = [read(name, 128) for name in ("rocket", "coffee")]
    scales = torch.cat([mood.std((2, 3)) for mood in moods])
    shifts = torch.cat([mood.mean((2, 3)) for mood in moods])
    shares = torch.tensor([-0.3, 0.0, 0.5, 1.0, 1.3])
    mix = torch.stack([1 - shares, shares], 1)
    mixed = norm_of_styles(photograph.expand(5, -1, -1, -1), scales, shifts, mix)
    titles = ["rocket 1.3", "rocket 1", "half and half", "coffee 1", "coffee 1.3"]
    sheets = {"the photograph": photograph} | dict(zip(titles, mixed.split(1), strict=True))
    show(
        plots.sheets({title: 2 * x - 1 for title, x in sheets.items()}, width=9.5),
        alt="A pavilion by a lake six times: as it is; then in colours that go from a night beyond "
        "the rocket's blue, through the rocket's and a dim mixture, to the coffee's warm brown and "
        "beyond, to orange.",
    )
    alone = norm_of_styles(photograph, scales, shifts, mix[3:4])
    claim(
        "change of a picture when others join the batch",
        (alone - mixed[3:4]).abs().max(),
        at_most=1e-5,
    )

# %% [markdown] tags=["solution"]
# With three channels a style is a mood of colours. With the channels of a deep layer the same line
# carries strokes and textures, for there a channel's mean says how much of a pattern there is.
#
# The layer is linear in the parameters, so mixing the parameters is mixing the results *of this
# layer*. Through a whole network, with its ReLUs, it is not the same, and what lies between two
# styles is a third one and no double exposure.

# %% [markdown]
# ## 12.5 AdaIN  ●●○
# *Importance ★★★ · about 15 minutes*
#
# Where do scale and shift come from for a style that the network has never seen? Huang and Belongie
# measured them: take the mean and spread of the *style's own* features. Nothing has to be learnt
# for a new style, except by a decoder that goes back from features to pictures, once and for all.
#
# **Write** `adain(content, style, strength, eps)` for features of shape $(n, c, h, w)$ and a style
# of shape $(1, c, h', w')$ or $(n, c, h', w')$. With means $\mu$ and spreads
# $\sigma = \sqrt{\mathrm{var} + \varepsilon}$ over the places of each picture and channel, of the
# content and of the style,
#
# $$t = \sigma_s\,\frac{x - \mu_c}{\sigma_c} + \mu_s, \qquad
# \text{result} = \text{strength} \cdot t + (1 - \text{strength}) \cdot x.$$
#
# The variance is the plain mean of the squared distances. Gradients flow to both inputs.
# **Expect** that `adain(x, x)` is `x`, and that `adain(x, style)` has the style's means.
# **Stop** when the check passes and a cat is painted.
#
# <details><summary>Hint 1</summary>Four statistics: mean and spread of the content, mean and spread
# of the style. A little function inside yours, called twice, keeps them alike.</details>
# <details><summary>Hint 2</summary>Over which axes? What is left must be (n, c, 1, 1):
# keepdim=True.</details>
# <details><summary>Hint 3</summary>var has a correction, which is 1 unless you say 0. Content and
# style differ in their number of places, so it does not cancel.</details>


# %%
def adain(content, style, strength=1.0, eps=1e-5):
    """The content's features with the style's means and spreads.

    Args:
        content: (n, c, h, w).
        style: (n or 1, c, any height, any width).
        strength: 0 leaves the content as it is, 1 goes all the way.
        eps: added to the variances.

    Returns:
        (n, c, h, w).
    """

    ### BEGIN SOLUTION
    def statistics(x):
        mean = x.mean((2, 3), keepdim=True)
        return mean, torch.sqrt(x.var((2, 3), correction=0, keepdim=True) + eps)

    mean, std = statistics(content)
    new_mean, new_std = statistics(style)
    moved = new_std * (content - mean) / std + new_mean
    return strength * moved + (1 - strength) * content
    ### END SOLUTION


# %%
if check("12.5", adain):
    encoder, decoder = style.perceptual(), style.decoder()
    look = lambda picture: encoder(picture, ["relu4_1"])["relu4_1"]
    cat = read("chelsea", 240)[..., :160, :]
    strengths = (0.0, 0.5, 1.0)
    figure, axes = plt.subplots(2, 4, figsize=(9, 3.2))
    for row, school in zip(axes, ("discs", "waves"), strict=True):
        painting = read(school, 240)
        moved = [adain(look(cat), look(painting), strength) for strength in strengths]
        with torch.no_grad():
            painted = decoder(torch.cat(moved)).clamp(0, 1)
        for ax, shown in zip(row, [painting[0, :, :160], *painted], strict=True):
            ax.imshow(shown.permute(1, 2, 0))
            ax.set_axis_off()
    for ax, title in zip(
        axes[0], ["the style", *(f"strength {s:g}" for s in strengths)], strict=True
    ):
        ax.set_title(title)
    show(
        figure,
        alt="Two paintings, coloured discs and a wavy chequerboard, each followed by a cat at the "
        "strengths 0, 0.5 and 1. It takes on more and more of the painting: bright flat colours "
        "from the discs, black and white strokes from the chequerboard.",
    )
    features = look(cat)
    claim(
        "AdaIN with itself, distance",
        (adain(features, features) - features).abs().max(),
        at_most=1e-3,
    )

# %% [markdown] tags=["solution"]
# Strength 0 shows what the decoder cannot draw, whatever the style. All that is fast about AdaIN is
# that nothing is searched for: one way in, one line, one way out.
#
# AdaIN is the exact solution of a small problem: the straight map, channel by channel, that moves
# one distribution to the mean and variance of another. Chapter 11 descended towards the same
# statistics step by step, and whitening and colouring does it for means and covariances. And it is
# what 12.4 does, with a scale and a shift that are measured and not learnt.

# %% [markdown]
# ## 12.6 What flickers  ●●●
# *Importance ★★☆ · about 20 minutes*
#
# A film that is stylised frame by frame flickers: small changes of the picture tip the style over.
# To measure that, motion must be told from flicker. So move the former frame along the known motion
# and compare it with the new one, where there is something to compare.
#
# **Write** `temporal_loss(now, before, flow, seen)`. Frames are $(n, c, h, w)$. The flow,
# $(n, 2, h, w)$ in pixels, tells for each place of the *new* frame from where it came: what is now
# in column $x$ and row $y$ was in column $x + \text{flow}_0$ and row $y + \text{flow}_1$ before.
# Fetch it from there, bilinearly between pixels. `seen`, $(n, 1, h, w)$, is 1 where that place was
# visible before and 0 elsewhere. The loss is the mean, over all seen places and their channels, of
# the squared difference between the new frame and what was fetched; 0 when nothing was seen.
# **Expect** 0 for a frame that has moved by whole pixels, where it was seen.
# **Stop** when the check passes and three films have been told apart.
#
# <details><summary>Hint 1</summary>functional.grid_sample(before, grid) fetches. Its grid is
# (n, h, w, 2), each entry (across, down), from −1 to 1.</details>
# <details><summary>Hint 2</summary>Add in pixels first: column + flow[:, 0], row + flow[:, 1]. Then
# 2 · column / (w − 1) − 1 and 2 · row / (h − 1) − 1, with align_corners=True, for −1 and 1 are then
# the middles of the outermost pixels.</details>
# <details><summary>Hint 3</summary>weight = seen.expand_as(now) counts the channels as well. Divide
# the weighted sum by weight.sum().clamp(min=1).</details>


# %%
def temporal_loss(now, before, flow, seen):
    """How much a frame differs from the former one, moved along.

    Args:
        now, before: (n, c, h, w).
        flow: (n, 2, h, w), in pixels, across and down, from now back to before.
        seen: (n, 1, h, w), 1 where a place was visible before.

    Returns:
        one number.
    """
    ### BEGIN SOLUTION
    height, width = now.shape[2:]
    rows = torch.arange(height).view(-1, 1) + flow[:, 1]
    columns = torch.arange(width) + flow[:, 0]
    grid = torch.stack([2 * columns / (width - 1) - 1, 2 * rows / (height - 1) - 1], dim=3)
    moved = functional.grid_sample(before, grid, padding_mode="border", align_corners=True)
    weight = seen.expand_as(now)
    return (weight * (now - moved) ** 2).sum() / weight.sum().clamp(min=1)
    ### END SOLUTION


# %%
if check("12.6", temporal_loss):
    clip = motion.pan(read("chelsea", 256), frames=9, size=96, step=(4.0, 2.0))
    random = runtime.generator(0)
    frames, still = clip.frames, torch.zeros_like(clip.flow)
    tint = 1 + 0.05 * torch.randn(9, 3, 1, 1, generator=random)
    films = {
        "the film itself": frames,
        "its colours waver": frames * tint,
        "grain": frames + 0.05 * torch.randn(frames.shape, generator=random),
    }
    root = lambda film, flow: temporal_loss(film[1:], film[:-1], flow, clip.seen) ** 0.5
    figure, axes = plt.subplots(1, 4, figsize=(9, 2.5), width_ratios=[1, 1, 1, 1.5])
    where = {"a frame": frames[4], "the next": frames[5]}
    for ax, (title, frame) in zip(axes, where.items(), strict=False):
        ax.imshow(frame.permute(1, 2, 0))
        ax.set_title(title)
    axes[2].imshow((frames[5] - frames[4]).abs().mean(0), cmap="inferno")
    axes[2].set_title("their difference")
    for ax in axes[:3]:
        ax.set_axis_off()
    places = np.arange(3)
    bars = {"without the flow": still, "along the flow": clip.flow}
    for shift, (label, flow) in zip((-0.2, 0.2), bars.items(), strict=True):
        heights = [float(root(film, flow)) for film in films.values()]
        axes[3].barh(places + shift, heights, 0.4, label=label)
    axes[3].set(yticks=places, title="root of the loss")
    axes[3].set_yticklabels(films)
    axes[3].invert_yaxis()
    axes[3].legend(loc="upper center", bbox_to_anchor=(0.3, -0.15), ncols=2, fontsize=8)
    show(
        figure,
        alt="Two frames of a camera that glides over a cat, their difference, which is bright at "
        "all edges, and bars for three films. Without the flow all three seem to flicker alike. "
        "Along the flow the film itself has no bar, wavering colours and grain have theirs.",
    )
    claim("root of the loss of the film itself", root(frames, clip.flow), at_most=1e-3)
    claim(
        "of grain of 0.05", root(films["grain"], clip.flow), equals=0.05 * 2**0.5, tolerance=0.002
    )

# %% [markdown] tags=["solution"]
# Without the flow, motion drowns everything: all three films seem to flicker alike. Along it, the
# film itself has none, and grain of standard deviation 0.05 has $0.05\sqrt 2$, the spread of a
# difference of two.
#
# As a loss for training it has a trap. The film that flickers least is one that does not change, so
# it may only stand beside the style loss. And it is blind where nothing was seen, at borders and
# behind what moves; there a network may do as it likes.
