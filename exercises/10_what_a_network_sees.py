# %% [markdown]
# # Exercises 10 · What a convolutional network sees
#
# Five functions from [chapter 10](../chapters/10_what_a_network_sees.ipynb): how far a place of a
# feature map can see, features by name, a picture made from features, a map of where a network
# looked, and filters that all speak equally loud. The first, second and last carry the next two
# chapters; the other two let you look inside.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour and twenty minutes in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★. Pictures here are red, green and blue in $[0, 1]$.

# %%
import itertools

from ganlearn import data, plots, runtime, style
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show
from ganlearn.style.pictures import read

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.linear_model import RidgeClassifier
from torch import nn
from torch.nn import functional
from torchvision import transforms


# %% [markdown]
# ## 10.1 What one place can see  ●○○
# *Importance ★★☆ · about 10 minutes*
#
# One number of a feature map depends on a square of pixels, its **receptive field**. It says what
# the layer can know: from a square of 5 pixels nobody tells an eye from a button. The other number
# of a layer is its **stride**: how many pixels lie between neighbouring places.
#
# **Write** `fields(layers)`: a dict from each layer's name to the pair `(field, stride)`, both in
# pixels of the picture. A layer is a tuple `(name, kernel, stride)`, the first layer first. Padding
# plays no part, and a ReLU is a layer of kernel 1.
# **Expect** `{"conv1": (3, 1), "pool1": (4, 2), "conv2": (8, 2)}` for
# `[("conv1", 3, 1), ("pool1", 2, 2), ("conv2", 3, 1)]`.
# **Stop** when the check passes and five squares lie on a cat.
#
# <details><summary>Hint 1</summary>Two numbers walk along: the field so far, and the step, the
# pixels from one place of the current map to the next. What are they for the picture
# itself?</details>
# <details><summary>Hint 2</summary>A kernel of k reaches over k places of the map below. The
# outermost two are k − 1 steps apart.</details>
# <details><summary>Hint 3</summary>field += (kernel − 1) · step, and only then step *= stride: the
# kernel lies on the map below, which this layer's stride has not thinned yet.</details>

# %%
def fields(layers):
    """Receptive field and stride of every layer of a chain.

    Args:
        layers: tuples (name, kernel, stride).

    Returns:
        name to (field, stride), in pixels.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("10.1", fields):
    network = style.vgg([[4, 4], [4, 4], [4] * 4, [4]], padding="zeros", pooling="average")
    chain = [
        (name, 3, 1) if "conv" in name else (name, 2, 2) if "pool" in name else (name, 1, 1)
        for name, _ in network.named_children()
    ]
    seen = fields(chain)
    for layer in network:
        if isinstance(layer, nn.Conv2d):  # with positive weights nothing that is seen cancels
            layer.weight.data.fill_(1 / layer.weight[0].numel())
    picture = torch.ones(1, 3, 160, 160, requires_grad=True)
    (pull,) = torch.autograd.grad(network(picture)[0, 0, 10, 10], picture)
    reached = (pull[0, 0] > 0).any(1).nonzero()
    claim("pixels that a gradient from relu4_1 reaches", len(reached), equals=seen["relu4_1"][0])

    cat = read("chelsea", 256)[0, :, 8:108, 47:147].permute(1, 2, 0)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    left.imshow(cat)
    names = ["relu1_2", "relu2_2", "relu3_2", "relu3_4", "relu4_1"]
    for i, name in enumerate(names):
        side = seen[name][0]
        style_of = {"fill": False, "lw": 2.5, "color": plt.cm.cool(i / 4)}
        label = f"{name}: {side} pixels, stride {seen[name][1]}"
        left.add_patch(plt.Rectangle((50 - side / 2,) * 2, side, side, label=label, **style_of))
    left.legend(loc="upper left", bbox_to_anchor=(1, 1), title="one place of a layer sees")
    middle = slice(reached[0], reached[-1] + 1)
    right.imshow(pull[0, 0, middle, middle], cmap="inferno")
    right.set_title("how much each of the 68 × 68 pixels\ncounts for a place of relu4_1")
    for ax in (left, right):
        ax.set_axis_off()
    show(
        figure,
        alt="A cat's eye with five nested squares around it: relu1_2 sees 5 pixels at stride 1, "
        "relu2_2 14 at stride 2, relu3_2 32 and relu3_4 48 at stride 4, relu4_1 68 at stride 8. "
        "Beside it a square that glows in its middle and is black at its edges.",
    )


# %% [markdown]
# ## 10.2 Features by name  ●●○
# *Importance ★★★ · about 15 minutes*
#
# Everything in this half of the course begins with "the features of this picture at these layers".
# Public code most often gets it half right. It counts layers, and what it calls the fourth
# convolution is `conv2_2` and not the paper's `conv4_1`. It feeds pictures on the wrong scale, or
# blue before red; nothing fails, and the results look washed out. It asks for a layer *before* a
# ReLU and gets the one after: torchvision's VGG has ReLUs that write over their input.
#
# **Write** `features(network, pictures, names)`: a dict from name to features. `network` is an
# `nn.Sequential` with named layers, `pictures` are in $[0, 1]$, `names` may stand in any order.
# - Normalise first: $(x - \text{mean}) / \text{std}$ with ImageNet's means 0.485, 0.456, 0.406 and
#   standard deviations 0.229, 0.224, 0.225 for red, green and blue.
# - What you return must still be what the layer gave, although the ReLUs work in place.
# - Run no layer that is deeper than all that are asked for.
# - Gradients flow back to the pictures; the pictures themselves stay as they are.
#
# **Expect** a key for each of the names and nothing else.
# **Stop** when the check passes and four layers show what they see in a cup of coffee.
#
# <details><summary>Hint 1</summary>network.named_children() goes through names and layers in their
# order. The normalised picture walks from layer to layer.</details>
# <details><summary>Hint 2</summary>Give mean and std the shape (3, 1, 1), and broadcasting finds
# the channels. Without it, three numbers would meet the columns.</details>
# <details><summary>Hint 3</summary>found[name] = x.clone() is safe from what comes later. The loop
# may end as soon as len(found) is len(names).</details>

# %%
def features(network, pictures, names):
    """What layers of a network give for pictures.

    Args:
        network: nn.Sequential with named layers.
        pictures: (n, 3, height, width) in [0, 1].
        names: of layers, in any order.

    Returns:
        name to features (n, channels, h, w).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# Before you run the check, a guess. Somebody keeps `x` itself at `conv1_1`, without a copy, and
# `relu1_1` works in place.

# %%
guess = None  # "a", "b", "c" or "d"
predict(
    "What do they have under conv1_1 in the end?",
    choices={
        "a": "what conv1_1 gave",
        "b": "what relu1_1 gave",
        "c": "an error of autograd",
        "d": "what the last layer gave",
    },
    guess=guess,
    answer="b",
    why={
        "a": "the name x goes on to the next tensor, but the memory behind it has been changed.",
        "b": "x.relu_() writes into the memory that was kept. Half of the values are 0 now.",
        "c": "autograd complains when it needs what was written over, and a convolution does not "
        "need its own output.",
        "d": "the next convolution makes a new tensor, so only the ReLU is written there.",
    },
)

# %% tags=["raises-exception"]
if check("10.2", features):
    layers = style.perceptual().layers
    cup = read("coffee", 192)[..., :120, 20:180]
    names = ["relu1_1", "relu2_1", "relu3_1", "relu4_1"]
    found = features(layers, cup, names)
    figure, axes = plt.subplots(2, 5, figsize=(9, 2.8))
    axes[0, 0].imshow(cup[0].permute(1, 2, 0))
    axes[0, 0].set_title("the picture")
    for ax in axes[:, 0]:
        ax.set_axis_off()
    for column, name in zip(axes.T[1:], names, strict=True):
        maps = found[name][0]
        busiest = maps.std((1, 2)).argsort(descending=True)[:2]
        for ax, channel in zip(column, busiest.tolist(), strict=True):
            ax.imshow(maps[channel], cmap="inferno")
            ax.set_axis_off()
        column[0].set_title(name)
    show(
        figure,
        alt="A cup of coffee, and two feature maps of each of four layers. relu1_1 and relu2_1 "
        "draw the edges of cup and saucer from one side, relu3_1 some parts of the rims, coarsely, "
        "relu4_1 a few blocks.",
    )

    def off(pictures):
        """How far the features of pictures prepared otherwise are from the right ones."""
        other = features(layers, pictures, names)["relu3_1"]
        return ((other - found["relu3_1"]) ** 2).sum() / (found["relu3_1"] ** 2).sum()

    claim("relative distance at relu3_1 when blue comes first", off(cup.flip(1)), at_least=0.1)
    claim("and in the range of -1 to 1", off(2 * cup - 1), at_least=0.1)


# %% [markdown]
# ## 10.3 A step of inversion  ●●●
# *Importance ★★★ · about 20 minutes*
#
# What does a layer keep of a picture? Start from noise and change the *pixels* until the layer
# gives the same features. What comes back equal was kept, what comes back wrong was lost. All of
# chapter 11 is this loop with another loss, so write it once with care.
#
# **Write** `step(network, picture, target, rate, smooth)`, which returns a new picture: one step of
# gradient descent from `picture` along
#
# $$L(x) = \frac{\overline{(f(x) - t)^2}}{\overline{t^2}} + \text{smooth} \cdot \mathrm{TV}(x),
# \qquad x_\text{new} = \mathrm{clamp}\big(x - \text{rate} \cdot \nabla L(x),\; 0, 1\big).$$
#
# A bar is the mean over all numbers, $f$ the network and $t$ the target. The total variation
# $\mathrm{TV}$ is the mean squared difference between neighbours side by side plus the mean squared
# difference between neighbours one above the other.
#
# The picture you were given, the network's weights and their `.grad` stay as they are, and the new
# picture remembers nothing of how it was computed.
# **Expect** that a picture which has the target's features already moves only to become smoother.
# **Stop** when the check passes and a cat comes back from four layers.
#
# <details><summary>Hint 1</summary>Which tensor needs requires_grad? Not the weights. Make a copy
# of the picture that does: picture.clone().requires_grad_().</details>
# <details><summary>Hint 2</summary>loss.backward() also fills the .grad of every weight. Look up
# torch.autograd.grad.</details>
# <details><summary>Hint 3</summary>x.diff(dim=3) is each pixel minus its left neighbour, along all
# rows at once; its mean square is half of TV.</details>

# %%
def step(network, picture, target, rate, smooth):
    """One step of gradient descent on the pixels.

    Args:
        network: pictures to features.
        picture: (n, 3, height, width) in [0, 1].
        target: features of the picture that is looked for.
        rate: how far to go along the gradient.
        smooth: weight of the total variation.

    Returns:
        (n, 3, height, width) in [0, 1].
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
extractor = style.perceptual()
normalise = transforms.Normalize(extractor.mean.flatten(), extractor.std.flatten())


def network_up_to(name):
    """The shipped network from pictures in [0, 1] to one layer, as one module."""
    depth = extractor.names.index(name) + 1
    return nn.Sequential(normalise, *extractor.layers[:depth])


# %% tags=["raises-exception"]
if check("10.3", step):
    steps = runtime.by_budget(smoke=2, laptop=60, full=300)
    cat = read("chelsea", 128)[..., 8:72, 32:96]
    noise = 0.5 + 0.1 * torch.randn(cat.shape, generator=runtime.generator(0))
    sheets, lost = {"the cat": cat.repeat(2, 1, 1, 1)}, {}
    for name in ["relu1_1", "relu2_1", "relu3_1", "relu4_1"]:
        network = network_up_to(name)
        target = network(cat)
        made = []
        for smooth in (0, 4):
            x = noise
            for _ in range(steps):
                x = step(network, x, target, 30, smooth)
            made.append(x)
        sheets[name] = torch.cat(made)
        kept = 1 - ((network(made[1]) - target) ** 2).mean() / (target**2).mean()
        lost[name] = ((made[1] - cat) ** 2).mean()
        claim(f"share of {name} that is met", kept, at_least=0.85, needs_training=True)
    show(
        plots.sheets({k: 2 * v - 1 for k, v in sheets.items()}, columns=1, width=9),
        alt="A cat's face and what comes back of it from four layers, above without smoothing, "
        "below with it. From relu1_1 the cat itself; from relu2_1 and relu3_1 its drawing in paler "
        "colours, above under a grain; from relu4_1 a dim cat whose colours are gone.",
    )
    claim(
        "how many times farther in its pixels the cat from relu4_1 is than that from relu1_1",
        lost["relu4_1"] / lost["relu1_1"],
        at_least=3,
        needs_training=True,
    )


# %% [markdown]
# ## 10.4 Grad-CAM  ●●●
# *Importance ★★☆ · about 20 minutes*
#
# A network says "yes". Where in the picture did it see that? Grad-CAM (Selvaraju et al. 2017) asks
# the last feature maps: a channel counts by how much the answer would rise with it, and the map
# shows where the channels that count were active.
#
# **Write** `grad_cam(body, head, pictures)`, where `body` makes features $A$ of shape
# $(n, c, h, w)$ and `head` makes a score for each picture, $(n,)$, from them:
#
# $$\alpha_k = \overline{\frac{\partial\,\text{score}}{\partial A_k}}, \qquad
# M = \mathrm{ReLU}\Big(\sum_k \alpha_k A_k\Big).$$
#
# The bar is the mean over the places; every picture has its own $\alpha$. Enlarge each map to the
# size of the pictures (bilinearly, corners not aligned), then divide it by its largest value. A map
# that is 0 everywhere stays so. No gradient is left in the weights of body and head.
# **Expect** maps $(n, H, W)$ in $[0, 1]$.
# **Stop** when the check passes and a network that looks for rings shows where it found them.
#
# <details><summary>Hint 1</summary>Split the way: features = body(pictures), then scores =
# head(features). For the second half the features are the input: detach them, and let them require
# a gradient.</details>
# <details><summary>Hint 2</summary>Which number, for n scores at once? The score of one picture
# does not depend on another's features, so the gradient of scores.sum() holds each picture's
# own. torch.autograd.grad fills no weight's .grad.</details>
# <details><summary>Hint 3</summary>functional.interpolate wants four axes, so sum with
# keepdim=True and squeeze at the end. maps.amax((1, 2, 3), keepdim=True).clamp(min=1e-8) can be
# divided by.</details>

# %%
def grad_cam(body, head, pictures):
    """Where a network saw what raised its score.

    Args:
        body: pictures to features (n, c, h, w).
        head: features to scores (n,).
        pictures: (n, channels, height, width).

    Returns:
        (n, height, width) in [0, 1].
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# To see whether such a map can be believed, the truth must be known. Half of these pieces of
# photographs get a white ring round a black disc. One linear layer on the shipped network's
# features learns, by least squares, which half it is; then it is shown new ones.

# %%
def with_rings(n, side=64):
    """Pieces of photographs (n, 3, side, side), a ring in every second one.

    Returns the pictures, and how far each pixel lies from the middle of the ring (n, side, side).
    """
    pictures = (data.photographs(side, n, seed=1).samples + 1) / 2
    row, column = torch.randint(12, side - 12, (2, n, 1, 1), generator=runtime.generator(1))
    axis = torch.arange(side)
    far = torch.hypot((axis[:, None] - row).float(), (axis - column).float())
    drawn = (torch.arange(n) % 2 == 0).view(n, 1, 1)
    white, black = drawn & (far > 4) & (far < 7), drawn & (far <= 4)
    return pictures.masked_fill(white[:, None], 1).masked_fill(black[:, None], 0), far


# %% tags=["raises-exception"]
if check("10.4", grad_cam):
    pictures, far = with_rings(320)
    labels = np.arange(320) % 2 == 0
    body = network_up_to("relu3_1")
    with torch.no_grad():
        pooled = body(pictures).mean((2, 3)).numpy()
    reader = RidgeClassifier(alpha=1).fit(pooled[:256], labels[:256])
    claim(
        "share that is told right, of pictures not learnt",
        reader.score(pooled[256:], labels[256:]),
        at_least=0.8,
    )
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(pooled.shape[1], 1), nn.Flatten(0)
    )
    head[2].weight.data = torch.tensor(reader.coef_).view(1, -1).float()
    head[2].bias.data = torch.tensor(reader.intercept_).view(1).float()

    new, near = pictures[256::2], far[256::2] < 9
    heat = grad_cam(body, head, new)
    hit = (near & (heat == 1)).any((1, 2)).float().mean()
    claim("share of the maps that are warmest at the ring", hit, at_least=0.7)
    claim("share of the picture that this is", near.float().mean(), at_most=0.07)
    glow = torch.tensor(plt.cm.inferno(heat[:6].numpy()))[..., :3].permute(0, 3, 1, 2)
    show(
        plots.grid(2 * torch.cat([new[:6], 0.35 * new[:6] + 0.65 * glow]) - 1, columns=6, scale=2),
        alt="Six pieces of photographs with a white ring round a black disc somewhere, and below "
        "each the same darkened, with a glow where the network saw a ring: on the ring, and paler "
        "at some other edges.",
    )


# %% [markdown]
# ## 10.5 Filters of mean one  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# In a trained network one filter answers a hundred times louder than another, by no merit: a ReLU
# network computes the same if one layer is divided by 100 and the next multiplied by it. A style
# loss, however, adds up over filters and hears only the loud ones. Gatys and colleagues therefore
# scaled every filter of VGG so that its **mean activation is 1**, and the course's own network
# comes that way.
#
# **Write** `rescale(network, pictures)`, which changes in place an `nn.Sequential` of convolutions
# with bias, each followed by a ReLU except the last, and pools between them:
# - after every ReLU, each channel's mean over all pictures and places is 1;
# - the network's output for *any* picture is what it was;
# - a channel that is always 0 stays as it is.
#
# **Expect** that a second call changes nothing.
# **Stop** when the check passes and 56 filters of an untrained network speak equally loud.
#
# <details><summary>Hint 1</summary>ReLU(a·x) = a·ReLU(x) for every a > 0, and both kinds of pooling
# let a factor pass as well. So what is divided in one layer can be made up for in the
# next.</details>
# <details><summary>Hint 2</summary>A convolution's weight is (out, in, kernel, kernel). Dividing
# its filters goes along axis 0, making up for it in the next layer along axis 1.</details>
# <details><summary>Hint 3</summary>Under torch.no_grad(), for each convolution but the last: run
# network[: i + 2] to measure, then weight /= mean.view(-1, 1, 1, 1), bias /= mean, and the next
# weight *= mean.view(1, -1, 1, 1).</details>

# %%
def rescale(network, pictures):
    """Give every filter the mean activation 1, in place; the network computes what it did.

    Args:
        network: nn.Sequential of Conv2d, ReLU and pools, ending in a Conv2d.
        pictures: (n, channels, height, width) to measure with.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %%
def means(network, pictures):
    """The mean activation of every filter, the layers one after the other."""
    x, found = pictures, []
    for layer in network:
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            found.append(x.mean((0, 2, 3)).detach())
    return torch.cat(found)


# %% tags=["raises-exception"]
if check("10.5", rescale):
    with runtime.seeded(0):
        network = nn.Sequential(*style.vgg([[8], [16], [32]]), nn.Conv2d(32, 10, 1))
    pictures, others = ((data.photographs(64, 64, seed=i).samples + 1) / 2 for i in (2, 3))
    before, output = means(network, pictures), network(others).detach()
    rescale(network, pictures)
    after = means(network, pictures)
    change = (network(others) - output).norm() / output.norm()
    claim("relative change of the output for other pictures", change, at_most=1e-4)

    figure, ax = plt.subplots(figsize=(9, 3))
    ax.vlines(range(56), before, after, color="lightgrey")
    ax.plot(range(56), before, "o", ms=5, color=plots.FAKE, label="before")
    ax.plot(range(56), after, "o", ms=5, color=plots.REAL, label="after")
    for start, name in ((0, "relu1_1"), (8, "relu2_1"), (24, "relu3_1")):
        ax.axvline(start - 0.5, color="grey", lw=0.8)
        ax.text(start - 0.2, 2, name, va="center")
    ax.set(xlabel="filter", ylabel="mean activation", xlim=(-0.7, 56), yscale="log", ylim=(1e-5, 4))
    ax.legend(loc=(0.645, 0.08))
    show(
        figure,
        alt="Mean activations of 56 filters in three layers, on a logarithmic scale. Before, most "
        "are scattered from a ten-thousandth to 0.2. After, a row of dots at 1. The dead ones are "
        "missing.",
    )
    alive = before > 0
    claim(
        "loudest filter before, times the median", before.max() / before[alive].median(), at_least=3
    )
    claim("largest distance from 1 after", (after[alive] - 1).abs().max(), at_most=1e-3)
