# %% [markdown]
# # Exercises 04 · Convolutions and DCGAN
#
# Five functions from [chapter 04](../chapters/04_convolutions_and_dcgan.ipynb): the sides of all
# maps before anything runs, a generator for any size, its first weights, its data, and the layer
# that holds it together. Put them side by side and you have built a DCGAN yourself.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour and a quarter in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
import math

from ganlearn import data, nets, plots, runtime
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn


# %% [markdown]
# ## 04.1 The side after every layer  ●○○
# *Importance ★★★ · about 10 minutes*
#
# A layer that does not fit its neighbours most often raises no error. The pictures are then half as
# large as the data, or one picture gets 25 scores. Two minutes with paper find it, and a function
# finds it in no time.
#
# **Write** `sides(side, layers)`: the side of the map after each layer, for an input of `side`
# pixels. A layer is a tuple `(kind, kernel, stride, padding)`, whose kind is `"conv"` or
# `"transposed"`.
# **Expect** `[4, 8]` for `sides(1, [("transposed", 4, 1, 0), ("transposed", 4, 2, 1)])`, and
# `[3, 1]` for `sides(7, [("conv", 3, 2, 0), ("conv", 3, 2, 0)])`.
# **Stop** when the check passes and four networks are drawn to scale.
#
# <details><summary>Hint 1</summary>Section 2 of the chapter has both formulas. Which of the two
# needs rounding, and in which direction?</details>
# <details><summary>Hint 2</summary>The side that leaves one layer is the side that enters the
# next: assign it to the same name inside the loop.</details>
# <details><summary>Hint 3</summary>Start with an empty list. In the loop: if the kind is "conv",
# round (side + 2·padding − kernel) / stride down with // and add 1; otherwise take
# (side − 1)·stride − 2·padding + kernel. Append it.</details>

# %%
def sides(side, layers):
    """The side of the square map after each layer.

    Args:
        side: of the input, in pixels.
        layers: tuples (kind, kernel, stride, padding); kind is "conv" or "transposed".

    Returns:
        a list of whole numbers, one for each layer.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# Before you run the check, a guess. An encoder for the 28-pixel digits of MNIST uses a kernel of 5,
# stride 2, padding 2. It goes 28 → 14 → 7. Its decoder has the same two layers, transposed.

# %%
guess = None  # "a", "b", "c" or "d"
predict(
    "The decoder starts from 7. How large are the pictures that come out?",
    choices={"a": "28 × 28", "b": "27 × 27", "c": "26 × 26", "d": "25 × 25"},
    guess=guess,
    answer="d",
    why={
        "a": "the mirror image should lead back, but 27 and 28 both become 14 on the way down, "
        "and going up torch picks the smaller one.",
        "b": "one pixel is missing after the first layer already, 13 for 14; the second layer "
        "doubles that.",
        "c": "twice 13 is 26, but the second layer misses a pixel of its own.",
        "d": "7 → 13 → 25. A kernel of 4 with padding 1 has no such trouble, and that is why "
        "DCGANs have it; others add output_padding=1.",
    },
)

# %% tags=["raises-exception"]
if check("04.1", sides):
    halve, double = ("conv", 4, 2, 1), ("transposed", 4, 2, 1)
    up, last = ("transposed", 4, 1, 0), ("conv", 4, 1, 0)
    down_5, up_5 = ("conv", 5, 2, 2), ("transposed", 5, 2, 2)
    networks = {  # title: side of the input, layers, side that is wanted
        "a generator for data of 64 (E19)": (1, [up] + 3 * [double], 64),
        "its discriminator (E20)": (64, 3 * [halve] + [last], 1),
        "four halvings, and it fits": (64, 4 * [halve] + [last], 1),
        "down and up with kernels of 5": (28, 2 * [down_5] + 2 * [up_5], 28),
    }
    square = lambda x, side, **style: plt.Rectangle((x - side / 2, -side / 2), side, side, **style)
    figure, axes = plt.subplots(2, 2, figsize=(9, 4))
    for ax, (title, (side, layers, wanted)) in zip(axes.flat, networks.items(), strict=True):
        left = 0
        for number, after in enumerate([side, *sides(side, layers)]):
            room = max(after, wanted) if number == len(layers) else after
            middle = left + room / 2
            ax.add_patch(square(middle, after, color=plots.REAL, lw=0))
            ax.text(middle, -36, str(after), ha="center", va="top")
            left += room + 14
        if after != wanted:
            ax.add_patch(square(middle, wanted, fill=False, color=plots.FAKE, ls="--", lw=2))
            ax.text(left, -36, f"and not {wanted}", color=plots.FAKE, va="top")
        ax.set(title=title, xlim=(-4, 225), ylim=(-52, 34), aspect="equal")
        ax.set_axis_off()
    show(
        figure,
        alt="The maps of four networks as squares in scale; where the last one is not as wanted, "
        "the wanted one in dashes. 1, 4, 8, 16, 32 and not 64. 64, 32, 16, 8, 5 and not 1. 64, 32, "
        "16, 8, 4, 1 as wanted. 28, 14, 7, 13, 25 and not 28.",
    )


# %% [markdown]
# ## 04.2 A generator for any size  ●●○
# *Importance ★★★ · about 20 minutes*
#
# A generator whose layers are typed in fits one size. The next data set has another, and somebody
# adds a layer in the wrong place. Let the size decide how many layers there are.
#
# **Write** `make_generator(size, channels, latent, width)`, which returns an `nn.Module` from
# latents `(n, latent)` to pictures `(n, channels, size, size)` by the rules of DCGAN:
# - only `nn.ConvTranspose2d`: the first with `(kernel, stride, padding) = (4, 1, 0)` takes a 1 × 1
#   map to 4 × 4, each further one with `(4, 2, 1)` doubles the side;
# - the last of them makes the picture, the one before it has `width` maps, and each step towards
#   the latents has twice as many;
# - BatchNorm, then ReLU, after every layer but the last; tanh after the last.
#
# **Expect** for `make_generator(64, 3, 100, 16)` the sides 4, 8, 16, 32, 64 and the maps 128, 64,
# 32, 16, 3. `size` is 8, 16, 32, 64, …
# **Stop** when the check passes and you see what all pictures of an untrained network share.
#
# <details><summary>Hint 1</summary>From 4 to size there are log2(size / 4) doublings, and the last
# of them makes the picture. How many hidden layers are left, with the first one?</details>
# <details><summary>Hint 2</summary>Make the list of maps first: for size 64 and width 16 it is
# [128, 64, 32, 16], with width · 2^i, i counting down.</details>
# <details><summary>Hint 3</summary>Collect layers in a list and end with nn.Sequential(*layers).
# nn.Unflatten(1, (latent, 1, 1)) as its first module gives z the two axes that it lacks.</details>

# %%
def make_generator(size, channels, latent, width):
    """A DCGAN generator.

    Args:
        size: pixels on a side: 8, 16, 32, 64, …
        channels: of the pictures.
        latent: numbers in one z.
        width: maps before the last layer.

    Returns:
        a module from (n, latent) to (n, channels, size, size), values in (-1, 1).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("04.2", make_generator):
    with runtime.seeded(0):
        network = make_generator(64, 3, 100, 16)
    with torch.no_grad():
        pictures = network(torch.randn(512, 100, generator=runtime.generator(0)))
    mean = pictures.mean(0, keepdim=True)
    middle = mean[..., 16:48, 16:48]
    titled = {"four pictures": pictures[:4], "the mean of 512": mean, "its middle": middle}
    show(
        plots.sheets(titled, columns=2, scale=4, width=9),
        alt="Four pictures of coloured noise; the mean of 512 of them, which is a regular coloured "
        "weave; the middle of it enlarged, where one tile comes back right and left, up and down.",
    )
    here, there = mean[..., 8:40].flatten(), mean[..., 24:56].flatten()
    same = torch.corrcoef(torch.stack([here, there]))[0, 1]
    claim("correlation of the mean with itself, 16 pixels to the right", same, at_least=0.9)


# %% [markdown]
# ## 04.3 First weights  ●●○
# *Importance ★★☆ · about 15 minutes*
#
# In several published tutorials the first weights differ from the paper's, and in one well-known
# course the function that sets them is written, tested and never called. Nothing fails; the
# training is a little worse, and nobody knows why.
#
# **Write** `initialise(network, generator)`. It changes a network in place, wherever its layers
# are nested:
# - the filters of `nn.Conv2d` and `nn.ConvTranspose2d` are drawn from $\mathcal N(0, 0.02)$, where
#   0.02 is the standard deviation;
# - the scale of `nn.BatchNorm2d`, its `weight`, is drawn from $\mathcal N(1, 0.02)$;
# - every bias of these layers is 0, where there is one.
#
# All draws come from `generator`, a `torch.Generator`: the same seed gives the same network, and
# torch's global state stays where it is. The network may have been trained before.
#
# **Expect** of a large network that its filters have a spread between 0.0199 and 0.0201.
# **Stop** when the check passes and you see what the first weights do to the first pictures.
#
# <details><summary>Hint 1</summary>network.modules() goes through all layers, at all depths.
# isinstance tells their kinds apart. Is a ConvTranspose2d a Conv2d?</details>
# <details><summary>Hint 2</summary>nn.init.normal_(tensor, mean, std, generator=generator) fills a
# parameter in place and takes care of autograd.</details>
# <details><summary>Hint 3</summary>A layer made with bias=False has None for a bias: ask before
# nn.init.zeros_.</details>

# %%
def initialise(network, generator):
    """Give a network the first weights of DCGAN, in place.

    Args:
        network: any module.
        generator: the torch.Generator to draw from.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("04.3", initialise):

    def first_network(*steps):
        """A generator after these steps, always from the same weights."""
        with runtime.seeded(0):
            network = nets.DCGANGenerator(size=64, channels=3, latent=100, width=16)
        for step in steps:
            step(network, runtime.generator(1))
        return network

    def slip(network, generator):
        """Move the scales of BatchNorm from around 1 to around 0, as many tutorials have it."""
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight.data -= 1

    z = torch.randn(64, 100, generator=runtime.generator(0))
    pictures = {
        "torch's own first weights": first_network()(z).detach(),
        "yours, as in the paper": first_network(initialise)(z).detach(),
        "scales around 0": first_network(initialise, slip)(z).detach(),
    }
    sheets = {title: batch[:4] for title, batch in pictures.items()}
    show(
        plots.sheets(sheets, columns=2, scale=4, width=9),
        alt="Four first pictures each. Torch's own weights: loud coloured noise. The paper's: "
        "faint noise on grey. Scales around 0: an even grey.",
    )
    _, ours, slipped = (x.std() for x in pictures.values())
    claim("spread of the first pixels, yours", ours, at_least=0.05, at_most=0.2)
    claim("how many times paler with the scales around 0", ours / slipped, at_least=30)

# %% [markdown]
# ## 04.4 A batch of mixed pictures  ●●○
# *Importance ★★★ · about 15 minutes*
#
# Real folders hold wide and tall pictures, coloured and grey ones. A network wants one tensor, all
# values on the scale on which tanh ends. Most of what goes wrong here goes wrong in silence: the
# training runs, and the pictures are bad.
#
# **Write** `to_batch(pictures, size)`: from a list of Pillow images to a tensor
# `(n, 3, size, size)` of float32. Grey pictures get three equal channels. A picture is scaled so
# that its *short* side has the size, and what is too much of the long side is cut away equally at
# both ends. Black is −1 and white is 1.
# **Expect** −1, 1 and −0.004 for a black, a white and a middle grey picture (byte 127).
# **Stop** when the check passes and eight photographs stand side by side.
#
# <details><summary>Hint 1</summary>One picture first: mode, size, numbers, in this order. Then
# torch.stack.</details>
# <details><summary>Hint 2</summary>picture.convert("RGB") takes care of the mode, and
# PIL.ImageOps.fit of scaling and cutting. (With torchvision: Resize(size), CenterCrop(size).)
# </details>
# <details><summary>Hint 3</summary>np.array(picture) is (height, width, 3) of bytes. torch wants
# the channels first, and bytes overflow: permute, .float(), then / 127.5 − 1.</details>

# %%
from PIL import ImageOps

names = ["china", "chelsea", "coffee", "flower", "astronaut", "camera", "hubble", "coins"]
collection = [data.photograph(name) for name in names]
for i in (5, 7):
    collection[i] = collection[i].convert("L")  # as their files are
for name, picture in zip(names, collection, strict=True):
    print(f"{name:>9}  {picture.width:>4} × {picture.height:<4}  {picture.mode}")


# %%
def to_batch(pictures, size):
    """Pictures of any shape and mode as one batch.

    Args:
        pictures: a list of n Pillow images.
        size: pixels on a side of every result.

    Returns:
        (n, 3, size, size) of float32 in [-1, 1].
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("04.4", to_batch):
    photographs = to_batch(collection, 64)
    show(
        plots.grid(photographs, columns=8, scale=2, gap=4),
        alt="Eight square photographs, none squeezed: a pavilion, a cat, a cup of coffee, a "
        "dahlia, an astronaut, a photographer in grey, galaxies, coins in grey.",
    )


# %% [markdown]
# ## 04.5 BatchNorm by hand  ●●●
# *Importance ★★☆ · about 15 minutes*
#
# BatchNorm is the one layer in which the pictures of a batch meet. It has a formula of one line and
# half a dozen ways to get it wrong, most of which train.
#
# **Write** `batch_norm(x, weight, bias, eps)` for feature maps $x$ of shape $(n, c, h, w)$. Each
# channel has a mean $\mu$ and a variance $\sigma^2$, over all pictures of the batch and all places
# of the map; the variance is the plain mean of the squared distances. Then
#
# $$y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta,$$
#
# with a scale $\gamma$ (`weight`) and a shift $\beta$ (`bias`) for each channel, both of shape
# $(c,)$. Gradients have to pass through $\mu$ and $\sigma$ as well. `nn.BatchNorm2d` and its kin
# stay in the box.
# **Expect** that `batch_norm(x, torch.ones(c), torch.zeros(c))` has the mean 0 and the spread 1 in
# every channel, and is 0 where a channel is the same everywhere.
# **Stop** when the check passes and you see one cat in two companies.
#
# <details><summary>Hint 1</summary>Which of the four axes are averaged away? All but the one that
# has its own γ.</details>
# <details><summary>Hint 2</summary>x.mean(dim=(0, 2, 3), keepdim=True) has the shape (1, c, 1, 1),
# which broadcasts against x. x.var has a correction, which is 1 unless you say 0.</details>
# <details><summary>Hint 3</summary>Broadcasting begins with the last axis. A weight of shape (c,)
# would meet the columns: weight.view(1, -1, 1, 1).</details>

# %%
def batch_norm(x, weight, bias, eps=1e-5):
    """Batch normalisation with the statistics of the batch.

    Args:
        x: (n, c, h, w).
        weight, bias: (c,), scale and shift of each channel.
        eps: added to the variance.

    Returns:
        (n, c, h, w).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("04.5", batch_norm):
    pieces = data.photographs(64, 24, seed=3).samples
    cat = pieces[1:2]
    order = pieces.mean((1, 2, 3)).argsort()
    sheets, cats = {}, []
    for title, company in {"dark": order[:3], "light": order[-3:]}.items():
        batch = torch.cat([cat, pieces[company]])
        # A scale of 0.5 brings most of the values between -1 and 1, where they can be shown.
        normal = batch_norm(batch, 0.5 * torch.ones(3), torch.zeros(3))
        sheets[f"in {title} company: before, after"] = torch.cat([batch, normal])
        cats.append(normal[0])
    show(
        plots.sheets(sheets, columns=4, scale=2, width=9),
        alt="Two batches of four photographs, and below each the same after BatchNorm. A cat comes "
        "first in both. Among dark pictures it comes out light, among light ones dark.",
    )
    claim("by how much the cat's mean differs", (cats[0] - cats[1]).mean(), at_least=0.5)
