# %% [markdown]
# # 10 · What a convolutional network sees
#
# **What is left of a picture, layer by layer, and how would we know?**
#
# <!-- badges -->
#
# Afterwards you can
# - ask a network for the features of any layer, and say which pixels a feature can depend on;
# - train a small network to see what a large one sees, and make it simpler without changing it;
# - show what a layer has kept of a picture, and what a channel is looking for;
# - say where a discriminator saw that a picture is false, and test whether that is true;
# - tell random, trained and distilled features apart, with a judge that took no part.
#
# *Before this:* chapter 04. *Time:* about 80 minutes to read; the notebook runs in 50 seconds on
# two CPU cores.

# %%
import json
from collections import OrderedDict
from pathlib import Path

from ganlearn import data, diagrams, nets, plots, runtime, style, training
from ganlearn.notebook import claim, predict, quiz, quiz_score, show
from ganlearn.style.heat import grad_cam, hires_cam
from ganlearn.widgets import Panel

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

show(plots.course_map(here=10), alt="The chapters of the course in a row; the tenth is filled.")

# %% [markdown]
# ## 1 · From pixels to features
#
# A generator makes pictures, and a discriminator looks at them. This part of the course is about
# looking. A **feature map** is what one filter of a layer answers, place by place. Deep in a
# network there are many maps, small ones, and each answers to something more involved than the one
# before.
#
# The networks of style transfer are plain chains in the shape of **VGG-19** (Simonyan and Zisserman
# 2015): 3 × 3 convolutions, each followed by a ReLU, and a pooling that halves the picture now and
# then. Layers are called as in the papers: `relu3_1` is the first ReLU at the third size. An
# **extractor** takes pictures as we look at them, red, green and blue in $[0, 1]$, and returns the
# layers that we name. What the network itself expects of its input is the extractor's affair; a
# good part of the grey style transfers on the web forgot that step.
#
# `style.perceptual()` comes with the course. Section 3 tells how it was made.

# %%
network = style.perceptual()
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
cat = style.read("chelsea", 192)[..., 0:128, 24:152]
features = network(cat, LAYERS)
print("layer    channels  size     pixels from place to place")
for layer, maps in features.items():
    _, channels, height, width = maps.shape
    print(f"{layer}  {channels:5}     {height:3} × {width:<3}  {network.stride(layer)}")
claim("numbers in the picture", cat.numel(), equals=49_152)
claim(
    "numbers at relu1_1, times those in the picture",
    features["relu1_1"].numel() / 49_152,
    at_least=5,
)
claim(
    "numbers at relu5_1, times those in the picture",
    features["relu5_1"].numel() / 49_152,
    at_most=0.25,
)

# %%
figure, axes = plt.subplots(5, 7, figsize=(9.5, 7))
for row, (layer, maps) in zip(axes, features.items(), strict=True):
    liveliest = maps[0].std((1, 2)).argsort(descending=True)[:7]
    for ax, channel in zip(row, liveliest.tolist(), strict=True):
        ax.imshow(maps[0, channel], cmap="cividis")
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    row[0].set_ylabel(layer)
axes[0, 0].imshow(cat[0].permute(1, 2, 0))
axes[0, 0].set_title("the picture", fontsize=9)
show(
    figure,
    alt="The face of a cat, and beside it and below it 34 feature maps. At relu1_1 one still sees "
    "the cat in outlines, at relu3_1 eyes and whiskers as blobs, at relu5_1 a few bright places.",
)

# %% [markdown]
# Each map of a row answers to something else, and each row sees less of the *where*.
#
# ## 2 · What a place can know
#
# One number of a feature map depends on a square of pixels, its **receptive field**. Let $r$ be
# its side and $j$ the jump, the number of pixels from one place to the next. A layer with kernel
# $k$ and stride $s$ reaches over $k - 1$ jumps more than the layer before it, and then thins out
# the places:
#
# $$r \leftarrow r + (k - 1)\,j, \qquad j \leftarrow s\,j, \qquad \text{from } r = j = 1.$$
#
# A pooling is a layer with $k = s = 2$; a ReLU looks at one place.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Thirteen 3 × 3 convolutions and four poolings lie before relu5_1. How wide is its field?",
    choices={"a": "27 pixels", "b": "about 80 pixels", "c": "about 160 pixels"},
    guess=guess,
    answer="c",
    why={
        "a": "each adds 2 *places*, but after a pooling a place is worth 2, 4, 8, 16 pixels.",
        "b": "four poolings multiply by 16, but the layers between them add at every size.",
        "c": "every pooling doubles what each later layer adds; the deep layers add most.",
    },
)


# %%
def fields(layers):
    """Receptive field of every layer of a chain, by name, in pixels."""
    field, jump, found = 1, 1, {}
    for name, layer in layers.named_children():
        pools = isinstance(layer, (nn.MaxPool2d, nn.AvgPool2d))
        kernel = 3 if isinstance(layer, nn.Conv2d) else 2 if pools else 1
        field += (kernel - 1) * jump
        jump *= 2 if pools else 1
        found[name] = field
    return found


def measured_field(extractor, layer, side=192):
    """Side of the square from which a gradient comes to the place in the middle of a layer."""
    picture = torch.full((1, 3, side, side), 0.5, requires_grad=True)
    maps = extractor(picture, [layer])[layer]
    middle = maps.shape[-1] // 2
    (pull,) = torch.autograd.grad(maps[0, :, middle, middle].sum(), picture)
    rows = pull.abs().sum((0, 1, 3)).nonzero()
    return (rows.max() - rows.min() + 1).item()


positive = style.vgg([(1, 1), (1, 1), (1,) * 4, (1,) * 4, (1,)], pooling="average")
for weight in positive.parameters():
    nn.init.constant_(weight, 1 / 9)  # where nothing cancels, all that is seen has a gradient
chain = style.Extractor(positive, "all weights alike")
predicted = fields(positive)
for layer in LAYERS:
    claim(f"field of {layer}, measured", measured_field(chain, layer), equals=predicted[layer])

# %% [markdown]
# The formula says what a place *can* see. Does it look everywhere alike? There are many paths from
# a pixel in the middle of the square to the place, and one from a corner. Here is how strongly the
# features of the real network depend on each pixel, averaged over channels and some places.

# %%
dependence = {}
view = style.read("coffee", 400)[..., :256, 60:316].requires_grad_()
for layer in LAYERS[1:]:
    maps, stride = network(view, [layer])[layer], network.stride(layer)
    half = predicted[layer] // 2 + stride
    total = torch.zeros(2 * half, 2 * half)
    for at in (
        torch.linspace(half + stride, 256 - half - stride, 6).int().tolist()
    ):  # squares that fit inside
        (pull,) = torch.autograd.grad(
            maps[0, :, at // stride, at // stride].sum(), view, retain_graph=True
        )
        at = at // stride * stride + stride // 2
        square = slice(at - half, at + half)
        total += pull[0].abs().sum(0)[square, square]
    dependence[layer] = total / total.sum()

figure, axes = plt.subplots(1, 4, figsize=(9.5, 2.8))
for ax, (layer, share) in zip(axes, dependence.items(), strict=True):
    ax.imshow(share.sqrt(), cmap="inferno")
    corner, side = (len(share) - predicted[layer]) / 2, predicted[layer]
    ax.add_patch(plt.Rectangle((corner, corner), side, side, fill=False, color="white", ls=":"))
    ax.set_title(f"{layer}: {predicted[layer]} pixels")
    ax.set_axis_off()
show(
    figure,
    alt="Four dark squares. A dotted frame shows the receptive field; the light fills it at "
    "relu2_1 and is a spot in its middle at relu5_1.",
)
for layer in ("relu4_1", "relu5_1"):
    side = len(dependence[layer])
    inner = dependence[layer][side // 4 : side - side // 4, side // 4 : side - side // 4]
    claim(f"share of the inner quarter of the square, {layer}", inner.sum(), at_least=0.5)

# %% [markdown]
# The deeper the layer, the smaller the part of its square that matters: the *effective* field (Luo
# et al. 2016). Keep both in mind when you read that a layer "sees objects".
#
# ## 3 · Where this network comes from
#
# VGG-19 has 20 million weights and learned from a million labelled photographs. We have two dozen
# photographs, no labels, and a file of 2 MB to fill. What can be done is **distillation**: a small
# **student** learns to foresee what a large **teacher** sees.
#
# $$L = \sum_\text{layers} \frac{1}{C} \sum_{c=1}^{C}
# \frac{\overline{\big(h(f_\text{student}(x))_c - f_\text{teacher}(x)_c\big)^2}}
# {\operatorname{Var} f_\text{teacher, c}}$$
#
# The student has fewer channels, so each layer gets a **head** $h$, a 1 × 1 convolution from its
# channels to the teacher's. Divided by the teacher's variance, every channel counts alike, and a
# loss of 1 is what a student reaches that knows the means alone. Labels are not needed: any
# picture will do, and every pixel of every channel is a lesson. Afterwards the heads are thrown
# away.


# %%
def arrows(ax):
    """What flows where while the student learns."""
    for text, at, color in [
        ("teacher, frozen", (4.2, 2.4), plots.REAL),
        ("student", (4.2, 0.6), plots.FAKE),
        ("head", (7.2, 0.6), plots.FAKE),
    ]:
        diagrams.box(ax, at, text, color=color, width=2.2 if "teacher" in text else 1.5)
    for start, end in [
        ((1.7, 1.7), (3.0, 2.3)),
        ((1.7, 1.3), (3.4, 0.7)),
        ((5.0, 0.6), (6.4, 0.6)),
        ((5.4, 2.4), (9.2, 1.7)),
        ((8.0, 0.6), (9.2, 1.3)),
    ]:
        diagrams.arrow(ax, start, end)
    ax.text(10.1, 1.5, "mean square\ndifference", ha="center", va="center")
    ax.text(6.0, 0.05, "16 … 144 channels", ha="center", fontsize=8)
    ax.text(8.8, 0.35, "64 … 512", ha="center", fontsize=8)
    diagrams.picture(ax, (1.0, 1.5), 2 * cat[0] - 1, side=1.3)


figure, ax = plt.subplots(figsize=(8.5, 2.6))
arrows(ax)
ax.set(xlim=(0, 11.2), ylim=(-0.2, 3.2), aspect="equal")
ax.set_axis_off()
show(
    figure,
    alt="A picture goes to the teacher, which is frozen, and to the student. A head turns the "
    "student's 16 to 144 channels into the teacher's 64 to 512, and the two are compared.",
)

# %% [markdown]
# Let us do it small: `relu4_1` of our network is the teacher, and the student has a fourth of its
# channels. It learns twice from the same first weights, once with **BatchNorm** after each
# convolution and once without.


# %%
def pupil(norm, seed, widths=((8, 8), (16, 16), (24,) * 4, (32,))):
    """A chain in the shape of VGG, with or without BatchNorm, and its head."""
    with runtime.seeded(seed):
        layers = OrderedDict()
        for name, layer in style.vgg(widths).named_children():
            layers[name] = layer
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
                if norm:
                    layers[name.replace("conv", "norm")] = nn.BatchNorm2d(layer.out_channels)
        return nn.Sequential(layers), nn.Conv2d(widths[-1][-1], 144, 1)


def distil(body, head, pictures, target, steps, seed):
    """Loss at every step: 1 is a student that knows the means alone."""
    random, losses = runtime.generator(seed), []
    spread = target.var((0, 2, 3), keepdim=True)
    adam = torch.optim.Adam([*body.parameters(), *head.parameters()], 3e-3)
    for _ in range(steps):
        chosen = torch.randint(len(pictures), (8,), generator=random)
        error = head(body(2 * pictures[chosen] - 1)) - target[chosen]
        loss = (error.square() / spread).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return torch.tensor(losses)


steps = runtime.by_budget(smoke=5, laptop=250, full=2_000)
pieces = (data.photographs(size=32, n=256, seed=0).samples + 1) / 2
wanted = network(pieces, ["relu4_1"])["relu4_1"]
curves, pupils = {}, {}
for norm in (True, False):
    pupils[norm] = [pupil(norm, seed) for seed in range(3)]
    runs = [distil(*pair, pieces, wanted, steps, seed) for seed, pair in enumerate(pupils[norm])]
    curves[norm] = torch.stack(runs, dim=1)

# %%
end = {norm: curve[-20:].mean() for norm, curve in curves.items()}
silent = {
    norm: sum((body(2 * pieces - 1).amax((0, 2, 3)) <= 0).sum().item() for body, _ in pairs)
    for norm, pairs in pupils.items()
}
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 2.8), width_ratios=[3, 1])
for norm, name in ((True, "with BatchNorm"), (False, "without")):
    smooth = functional.avg_pool1d(curves[norm].T[:, None], min(10, steps), 1)[:, 0].T
    plots.band(left, range(len(smooth)), smooth, label=name)
left.axhline(1, color="grey", ls=":", lw=1)
left.set(xlabel="step", ylabel="loss, 1 is a blind guess", ylim=(0.5, 1.5))
left.legend()
right.bar(["with", "without"], [silent[True], silent[False]], color=[plots.REAL, plots.FAKE])
right.set(ylim=(0, 96), title="channels of 96 that\nnever fire")
show(
    figure,
    alt="Loss of the students against steps, three starts each. Both fall below 1, the ones with "
    "BatchNorm a little further. Bars: without it, a third of the last layer's channels never "
    "fire.",
)
claim(
    "loss with BatchNorm over loss without",
    end[True] / end[False],
    at_most=0.97,
    needs_training=True,
)
claim("channels of 96 that never fire, with BatchNorm", silent[True], at_most=3)
claim("channels of 96 that never fire, without", silent[False], at_least=15, needs_training=True)

# %% [markdown]
# A channel whose ReLU is silent on every picture gets no gradient and stays silent: it is **dead**.
# BatchNorm keeps each channel above zero for about half of the places, whatever the layers before
# it do. In the shipped network's first training, without it, the whole fifth size died.
#
# Once the student has learned, two things make it simpler without changing what it says. In eval
# mode a BatchNorm is a fixed scale and shift of each channel, and the convolution before it is
# linear, so it can take both over. **Folding**:
#
# $$\gamma\,\frac{(w * x + b) - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta
# = \Big(\frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}}\,w\Big) * x
# + \frac{\gamma\,(b - \mu)}{\sqrt{\sigma^2 + \varepsilon}} + \beta.$$
#
# And because $\operatorname{ReLU}(a\,x) = a \operatorname{ReLU}(x)$ for $a > 0$, a filter may be
# divided by any positive number if the next layer multiplies by it. In the shipped network each
# filter is divided by its mean activation, so that no channel is louder than the others. A Gram
# matrix, in the next chapter, multiplies channels with each other and would hear the loudest only.

# %%
body = pupils[True][0][0].eval()
plain = style.vgg(((8, 8), (16, 16), (24,) * 4, (32,)))
for name, layer in plain.named_children():
    if isinstance(layer, nn.Conv2d):
        norm = body.get_submodule(name.replace("conv", "norm"))
        layer.load_state_dict(fuse_conv_bn_eval(body.get_submodule(name), norm).state_dict())
x = 2 * pieces[:32] - 1
before = body(x)
claim("folded, largest difference", (plain(x) - before).abs().max(), at_most=1e-4)

loudness = plain[:2](x).mean((0, 2, 3)).clamp_min(1e-3)  # after conv1_1 and relu1_1
with torch.no_grad():
    plain.conv1_1.weight /= loudness[:, None, None, None]
    plain.conv1_1.bias /= loudness
    plain.conv1_2.weight *= loudness[:, None, None]
claim("rescaled, largest difference at the end", (plain(x) - before).abs().max(), at_most=1e-4)
claim("mean activation of the rescaled filters", plain[:2](x).mean(), at_least=0.8, at_most=1.01)

# %% [markdown]
# The shipped network learned so for 9,000 steps from pieces of photographs and of the painters'
# pictures. Its **model card** names the teacher: VGG-19 in the form to which Wang et al. (2020) had
# already pruned and distilled it. Three photographs took no part; on them, the student's foresight
# is correlated with what the teacher sees, channel by channel:

# %%
card = nets.model_card("perceptual")
print(f"{card['parameters']:,} weights; teacher: {card['teacher']['what']}")
agreement = card["score"]["median correlation with the teacher on held-out photographs"]
figure, ax = plt.subplots(figsize=(6.4, 2.2))
ax.bar(list(agreement), list(agreement.values()), color=plots.FAKE, width=0.6)
ax.set(
    ylim=(0, 1), ylabel="correlation", title="Student and teacher on photographs not seen before"
)
show(
    figure,
    alt="Five bars, the median correlation of student and teacher: close to 1 at the first layers "
    "and somewhat lower at relu5_1.",
)
for layer, least in zip(LAYERS, (0.96, 0.95, 0.9, 0.85, 0.7), strict=True):
    claim(f"correlation at {layer}", agreement[layer], at_least=least)
loud = network(style.read("coffee", 192), LAYERS)
typical = torch.stack([maps.mean((2, 3)).median() for maps in loud.values()])
claim("median over the channels of the mean activation, lowest layer", typical.min(), at_least=0.4)
claim("the same, highest", typical.max(), at_most=2.5)

# %% [markdown]
# ## 4 · What a layer has kept
#
# Features are numbers; what do they *say*? We can ask for another picture with the same features.
# Start from grey noise and change the pixels, by gradient descent, until a layer cannot tell the
# new picture $x$ from the old one:
#
# $$\min_x\; \frac{\|f(x) - f(x_0)\|^2}{\|f(x_0)\|^2} + s \cdot \mathrm{TV}(x).$$
#
# The first term is 0 for many pictures. The second, the **total variation**, is the mean squared
# difference of neighbouring pixels; it chooses a smooth one among them. What comes back right was
# kept. What comes back wrong was lost, and the optimiser had to invent it (Mahendran and Vedaldi
# 2015).

# %%
guess = None  # "a", "b" or "c"
predict(
    "From which layer on can the exact places of whiskers and stripes not be got back?",
    choices={"a": "already after relu1_1", "b": "somewhere in the middle", "c": "only at relu5_1"},
    guess=guess,
    answer="b",
    why={
        "a": "16 maps of full size hold more numbers than the picture; little is lost there.",
        "b": "every pooling keeps one of four places; after two or three the fine grain is open.",
        "c": "a place of relu5_1 stands for 16 × 16 pixels; the loss begins long before it.",
    },
)

# %%
steps = runtime.by_budget(smoke=3, laptop=120, full=500)
small = style.resize(cat, 96)
inverted = {layer: style.invert(network, small, layer, steps=steps) for layer in LAYERS}


def explained(found, truth):
    """Share of a picture's variance that another one gets right; 0 or less is a guess."""
    return 1 - (found - truth).square().mean() / (truth - truth.mean()).square().mean()


def fine(picture):
    """What a picture has beyond its means over squares of 8 pixels."""
    coarse = functional.avg_pool2d(picture, 8)
    return picture - functional.interpolate(coarse, scale_factor=8)


kept = {
    layer: (
        explained(functional.avg_pool2d(back, 8), functional.avg_pool2d(small, 8)).item(),
        explained(fine(back), fine(small)).item(),
    )
    for layer, back in inverted.items()
}

# %%
figure, axes = plt.subplots(2, 6, figsize=(9.5, 3.5))
top, bottom = axes
for ax, (name, picture) in zip(top, {"picture": small, **inverted}.items(), strict=True):
    ax.imshow(picture[0].permute(1, 2, 0))
    ax.set_title(name)
    ax.set_axis_off()
bottom[0].text(0, 0.5, "variance\nexplained", fontsize=10, va="center")
bottom[0].set_axis_off()
for ax, shares in zip(bottom[1:], kept.values(), strict=True):
    ax.bar(["coarse", "fine"], [max(share, 0) for share in shares], color=[plots.REAL, plots.FAKE])
    ax.set(ylim=(0, 1), yticks=[])
show(
    figure,
    alt="The cat, and five pictures that have its features at ever deeper layers: at relu1_1 the "
    "same cat, at relu3_1 with wrong grain, at relu4_1 as if painted with soft strokes, at relu5_1 "
    "a cat-like swirl in wrong colours. Bars: fine detail is lost first, coarse colours later.",
)
claim("relu1_1: fine detail explained", kept["relu1_1"][1], at_least=0.95, needs_training=True)
claim("relu4_1: fine detail explained", kept["relu4_1"][1], at_most=0.5, needs_training=True)
claim("relu4_1: coarse colours explained", kept["relu4_1"][0], at_least=0.4, needs_training=True)
claim(
    "coarse colours at relu5_1 minus at relu3_1",
    kept["relu5_1"][0] - kept["relu3_1"][0],
    at_most=-0.1,
    needs_training=True,
)


# %%
def look(depth, **switched):
    """The picture that a layer cannot tell from the cat, or where the two differ."""
    layer = LAYERS[round(depth) - 1]
    back, share = inverted[layer], kept[layer]
    seen = (back - small).abs() if switched["what is wrong"] else back
    words = f"{layer}: {max(share[0], 0):.0%} of the coarse and {max(share[1], 0):.0%} of the fine"
    return plots.grid(2 * seen - 1, columns=1, scale=3), f"{words} variance came back."


Panel(look, {"depth": (1, 5, 3)}, {"what is wrong": False}, step=1).show()

# %% [markdown]
# Move the slider, if your notebook is running: this is the figure above with one picture at a time.
#
# Two things to notice. What a deep layer keeps is not a blurred picture: edges stay sharp, but
# their exact places are free. That is what content should be in style transfer, and why it is
# compared at a deep layer. And the colours go: with deep features alone nobody knows whether the
# cat is ginger.
#
# The shipped decoder of chapter 12 does the same in one pass. It is a network trained to invert
# `relu4_1`, and has learned what the total variation can only hint at: what pictures look like.
#
# ## 5 · What a channel looks for
#
# The other question: which picture would please one channel most? Now the pixels *climb* the mean
# of the channel over all its places. A small random shift before every look (**jitter**) and the
# total variation keep the search from tricks with single pixels (Olah et al. 2017).

# %%
steps = runtime.by_budget(smoke=2, laptop=60, full=300)
SHOWN = ("conv2_2", "conv3_2", "conv4_2", "conv5_1")
pleasing = {
    layer: style.maximise(network, layer, range(6), size=64, steps=steps)[..., 4:-4, 4:-4]
    for layer in SHOWN
}

# %%
figure, axes = plt.subplots(4, 6, figsize=(7.5, 5.1))
for row, (layer, made) in zip(axes, pleasing.items(), strict=True):
    for ax, picture in zip(row, made, strict=True):
        ax.imshow(picture.permute(1, 2, 0))
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    row[0].set_ylabel(layer)
show(
    figure,
    alt="Four rows of six patterns. conv2_2: fine stripes and grain in few colours. conv3_2: "
    "broader waves and bars. conv4_2: knots, scales and weaves. conv5_1: whirls, some with eyes.",
)
photographs = torch.cat([style.read(n, 96)[..., :60, :60] for n in data.photograph_names()])
factors = {}
for layer, made in pleasing.items():
    relu_ = layer.replace("conv", "relu")
    best = network(photographs, [relu_])[relu_].mean((2, 3)).amax(0)[:6]
    own = network(made, [relu_])[relu_].mean((2, 3)).diag()
    factors[layer] = (own / best).median()
    claim(
        f"{layer}: the channel's answer, times that to its favourite photograph",
        factors[layer],
        at_least=1.2,
        needs_training=True,
    )

# %% [markdown]
# Stripes, then waves, then weaves and scales: every layer combines what the one before it found. In
# the last row there is something like an eye here and there. Nobody has told this network what an
# eye is; its teacher's teacher knew. For the most part it is a dictionary of textures, and that is
# what style needs.
#
# Do not read too much into them. A picture that pleases a channel most is not all that the channel
# answers to. It is one point, the highest that the climber found.
#
# ## 6 · Where a discriminator looks
#
# One of our source articles lists "better explanations" among the open problems of GANs, another
# wants them for style transfer. What can be explained? Not why, in a person's sense. But *where in
# the picture* the evidence was can be asked, and the answer can be tested.
#
# Take a discriminator of chapter 04 and let it learn, for a few seconds, to tell the painters'
# pictures from those of the shipped generator. Only the discriminator moves.

# %%
steps = runtime.by_budget(smoke=4, laptop=400, full=2_000)
paintings, kept_back = data.paintings(1_600, size=32, seed=7).split(0.8, seed=0)
forger = nets.shipped("paintings")
_, expert = nets.dcgan(size=32, channels=3, width=16)
trainer = training.Trainer(
    training.Game(forger, expert),
    paintings,
    seed=0,
    batch=32,
    learning_rate=5e-4,
    phases=[training.Phase("discriminator", training.discriminator_objective)],
)
list(trainer.run(steps))
expert, forger = expert.cpu().eval(), forger.cpu().eval()
real = kept_back.samples.cpu()
with torch.no_grad():
    fake = forger(torch.randn(len(real), forger.latent, generator=runtime.generator(1)))
    right = torch.cat([expert(real) > 0, expert(fake) < 0]).float().mean()
claim("share of pictures that the expert tells right", right, at_least=0.8, needs_training=True)

# %% [markdown]
# **Grad-CAM** (Selvaraju et al. 2017) takes the feature maps $A_k$ of a late layer and asks how the
# score would change with each, on average over the places:
#
# $$\alpha_k = \frac{1}{N} \sum_p \frac{\partial\,\text{score}}{\partial A_k(p)}, \qquad
# \text{heat}(p) = \operatorname{ReLU}\Big(\sum_k \alpha_k\,A_k(p)\Big).$$
#
# The heat is then enlarged to the picture. **HiResCAM** (Draelos and Carin 2020) leaves the average
# out and multiplies place by place:
#
# $$\text{heat}(p) = \operatorname{ReLU}\Big(\sum_k
# \frac{\partial\,\text{score}}{\partial A_k(p)}\,A_k(p)\Big).$$
#
# For a network that averages its last maps before it decides, the two are the same up to a factor.
# A DCGAN's discriminator does not: its last convolution has a weight of its own for each of the
# 4 × 4 places. Which of the two should we believe? We build pictures for which we know the answer:
# a real painting in which one quarter is replaced by that quarter of a generated one. The evidence
# for "fake" should lie there.

# %%
guess = None  # "a", "b" or "c"
predict(
    "In which share of the pictures is the forged quarter the hottest? Guessing gives 25 %.",
    choices={
        "a": "both methods: more than 80 %",
        "b": "both: about half",
        "c": "HiResCAM about half, Grad-CAM no better than guessing",
    },
    guess=guess,
    answer="c",
    why={
        "a": "the quarters overlap in the receptive fields, and some forgeries are good.",
        "b": "half is right for one of them; think of the last layer's weights, place by place.",
        "c": "the mean of slopes that differ in sign from place to place says nothing about any.",
    },
)


# %%
def quarter(index):
    """The rows and columns of a quarter of a 32 × 32 picture: 0 to 3, row by row."""
    top, left = 16 * (index // 2), 16 * (index % 2)
    return (..., slice(top, top + 16), slice(left, left + 16))


def hits(heat_of, discriminator):
    """In which share of the forged pictures the forged quarter is the hottest one."""
    found = []
    for index in range(4):
        forged = real.clone()
        forged[quarter(index)] = fake[quarter(index)]
        heat = heat_of(discriminator, discriminator.body[-2], forged, lambda logits: -logits)
        warmth = torch.stack([heat[quarter(i)].sum((1, 2, 3)) for i in range(4)], dim=1)
        found.append((warmth.argmax(1) == index).float().mean())
    return torch.stack(found).mean().item()


_, untrained = nets.dcgan(size=32, channels=3, width=16, seed=1)
rates = {
    "HiResCAM": hits(hires_cam, expert),
    "Grad-CAM": hits(grad_cam, expert),
    "HiResCAM,\nuntrained network": hits(hires_cam, untrained.eval()),
}
evidence, against = (
    hires_cam(expert, expert.body[-2], real, lambda logits, sign=sign: sign * logits)
    for sign in (1, -1)
)
total = (evidence - against).sum((1, 2, 3)) / 64 + expert.body[-1].bias.detach()  # 8 × 8 enlarged
claim(
    "HiResCAM adds up to the logit, largest difference",
    (total - expert(real).detach()).abs().max(),
    at_most=1e-3,
)

# %%
show_row, index = 0, 1
forged = real.clone()
forged[quarter(index)] = fake[quarter(index)]
drop = (expert(real) - expert(forged)).detach()
some = drop.argsort(descending=True)[:4]
maps = [
    cam(expert, expert.body[-2], forged[some], lambda logits: -logits)
    for cam in (hires_cam, grad_cam)
]
figure = plt.figure(figsize=(9.5, 3.6))
spots = figure.add_gridspec(3, 8, width_ratios=[1, 1, 1, 1, 0.9, 1, 1, 1])
for column in range(4):
    rows = [((forged[some[column]] + 1) / 2).permute(1, 2, 0), *(m[column, 0] for m in maps)]
    for row, (image, name) in enumerate(zip(rows, ("forged", "HiResCAM", "Grad-CAM"), strict=True)):
        ax = figure.add_subplot(spots[row, column])
        ax.imshow(image, cmap="inferno")
        ax.add_patch(plt.Rectangle((15.5, -0.5), 16, 16, fill=False, color="white", ls=":"))
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        if column == 0:
            ax.set_ylabel(name, fontsize=9)
ax = figure.add_subplot(spots[:, 5:])
ax.barh(list(rates), list(rates.values()), color=[plots.REAL, plots.FAKE, "grey"])
ax.axvline(0.25, color="black", ls=":")
ax.set(xlim=(0, 1), xlabel="share of the forged quarters found", title="Dotted: guessing")
ax.invert_yaxis()
show(
    figure,
    alt="Four paintings whose upper right quarter is forged, with two heat maps each. HiResCAM is "
    "hot in the forged quarter, Grad-CAM elsewhere. Bars: HiResCAM finds it in about half of the "
    "pictures, Grad-CAM and an untrained network about as often as guessing or less.",
)
claim("HiResCAM finds the forged quarter", rates["HiResCAM"], at_least=0.4, needs_training=True)
claim("Grad-CAM finds it", rates["Grad-CAM"], at_most=0.35, needs_training=True)

# %% [markdown]
# The plausible method, with tens of thousands of citations, does worse than guessing here, and its
# pictures look as convincing as the others. Nothing in a heat map tells whether it is true. A test
# on a known answer does, and so does the cheap check of the last bar: a method that draws the same
# map for an untrained network shows the picture and not the network (Adebayo et al. 2018).
#
# ## 7 · Random, trained, distilled
#
# Does it matter where the features come from? It is sometimes said that the shape of the network
# does the work and random weights serve as well. Three networks of one shape:
#
# - **random**: filters drawn once and never trained;
# - **trained**: the same random filters, then trained with labels to tell our eight painters
#   apart;
# - **distilled**: the shipped one.

# %%
steps = runtime.by_budget(smoke=2, laptop=200, full=2_000)
works = data.paintings(800, size=32, seed=5)
samples, labels = (works.samples + 1) / 2, works.labels
learner = style.random_features("relu", seed=0)
learner.name = "trained"
learner.requires_grad_(True)
with runtime.seeded(0):
    head = nn.Linear(144, 8)
adam = torch.optim.Adam([*learner.parameters(), *head.parameters()], 3e-4)
random, rights = runtime.generator(0), []
for _ in range(steps):
    chosen = torch.randint(len(samples), (24,), generator=random)
    logits = head(learner(samples[chosen], ["relu5_1"])["relu5_1"].mean((2, 3)))
    loss = functional.cross_entropy(logits, labels[chosen])
    adam.zero_grad()
    loss.backward()
    adam.step()
    rights.append((logits.argmax(1) == labels[chosen]).float().mean().item())
learner.requires_grad_(False)
claim(
    "share of the paintings given to the right one of eight painters",
    sum(rights[-20:]) / 20,
    at_least=0.5,
    needs_training=True,
)

# %% [markdown]
# Each of them now repaints a photograph in the manner of a painting, with the same loss and the
# same number of steps. How that works is the subject of chapter 11; here it is an instrument. The
# loss compares the mean and the covariance of the features at five layers with the painting's.
#
# Every network is sure that it has done well, for its own loss has gone down. So we ask a
# **judge**, a network that took part in none of this. A judgement states its protocol: which
# network judged, which one made the picture, at which layers and sizes.

# %%
steps, size = runtime.by_budget(smoke=(2, 64), laptop=(60, 112), full=(300, 256))
eyes = {f"random {seed}": style.random_features("relu", seed) for seed in range(5)}
eyes |= {"trained": learner, "distilled": network}
made = {
    name: style.stylize("coffee", "waves", 0.8, size=size, steps=steps, scales=1, extractor=eye)
    for name, eye in eyes.items()
}
own = {
    name: picture.trace[-1]["style"] / picture.trace[0]["style"] for name, picture in made.items()
}
verdicts = {
    name: style.judge("coffee", "waves", picture.pictures, method=eyes[name])
    for name, picture in made.items()
}
print(verdicts["distilled"].protocol)

# %%
figure, axes = plt.subplots(1, 5, figsize=(9.5, 2.5))
for ax, (title, picture) in zip(
    axes,
    {
        "content": style.read("coffee", size),
        "style": style.read("waves", size),
        "random 0": made["random 0"].pictures,
        "trained": made["trained"].pictures,
        "distilled": made["distilled"].pictures,
    }.items(),
    strict=True,
):
    ax.imshow(picture[0].permute(1, 2, 0))
    ax.set_title(title.removesuffix(" 0"))
    ax.set_axis_off()
show(
    figure,
    alt="A cup of coffee, a painting of bent black and white squares, and three repainted cups. "
    "Random and trained features gave grain and hard contrast, the distilled ones bent squares.",
)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 2.4), sharey=True)
bars = {"random": ("random 0", "random 1", "random 2", "random 3", "random 4")}
bars |= {"trained": ("trained",), "distilled": ("distilled",)}
for row, members in enumerate(bars.values()):
    left.plot([own[m] for m in members], [row] * len(members), "o", color=plots.FAKE)
    shares = [verdicts[m].style / verdicts[m].before for m in members]
    right.plot(shares, [row] * len(members), "o", color=plots.REAL)
left.set(yticks=range(3), yticklabels=list(bars), ylim=(2.5, -0.5), xlim=(0, 1))
left.set(xlabel="style distance left", title="in its own eyes")
right.set(xlim=(0, 1.1), xlabel="style distance left", title="in the eyes of the judge")
right.axvline(1, color="black", ls=":")
show(
    figure,
    alt="Style distance that is left, for five random networks, a trained and the distilled one. "
    "In their own eyes all are near the left end; in the judge's the distilled one is.",
)
judged = {name: verdict.style for name, verdict in verdicts.items()}
chance = sorted(value for name, value in judged.items() if name.startswith("random"))
claim(
    "random features in their own eyes, style distance left",
    sorted(own[f"random {seed}"] for seed in range(5))[2],
    at_most=0.4,
    needs_training=True,
)
claim(
    "judged: distilled over the best of five random ones",
    judged["distilled"] / chance[0],
    at_most=0.95,
    needs_training=True,
)

# %% [markdown]
# The loss that one descends is no measure of success: it was the goal. Seen by another network, the
# random features left most of the way to the style undone.
#
# Who should judge? The default is a second, smaller student of the same teacher, with other first
# weights, that no method of the course uses. It is not fooled where a picture pleases our network's
# own filters, but it shares its teacher, and so its taste. Are there more independent judges that
# need no download? We made pictures in many ways and let candidates rank them: random features, a
# classifier of painters, this judge. The reference is a large network that none of them is
# (`benchmarks/judges.py`). The score is the correlation of the ranks; 0 is a judge who throws dice.

# %%
table = json.loads(Path("../benchmarks/results/judges.json").read_text())["results"]
candidates = ("judge", "painters", "relu", "elu", "shallow")
agreement = {
    what: [table[name]["gram"][what][0] for name in candidates] for what in ("methods", "all")
}
contents = [table[name]["gram"]["all"][1] for name in candidates]
figure, axes = plt.subplots(1, 3, figsize=(9.5, 2.2), sharey=True, sharex=True)
for ax, (title, values) in zip(
    axes,
    {
        "style, among methods": agreement["methods"],
        "style, all pictures": agreement["all"],
        "content, all pictures": contents,
    }.items(),
    strict=True,
):
    ax.barh(
        ["judge", "painters", "random relu", "random elu", "random shallow"],
        values,
        color=[plots.FAKE, *["grey"] * 4],
    )
    ax.set(title=title, xlim=(-0.4, 1))
    ax.axvline(0, color="black", lw=1)
axes[0].invert_yaxis()
show(
    figure,
    alt="Correlation of ranks with a large network for five judges. The small student leads on "
    "style, above all among stylised pictures, where deep random networks are far behind and the "
    "shallow one follows. On content all are about equally good.",
)
claim("the judge's agreement on style, all pictures", agreement["all"][0], at_least=0.8)
claim(
    "lead over the best of the others, stylised pictures",
    agreement["methods"][0] - max(agreement["methods"][1:]),
    at_least=0.15,
)
claim("deep random networks, stylised pictures", max(agreement["methods"][2:4]), at_most=0.5)
claim("least agreement on content", min(contents), at_least=0.7)

# %% [markdown]
# Of the networks that nobody trained, the shallow one is the best judge: a single layer of random
# filters on five sizes of the picture. A deep chain of random layers mixes everything with
# everything, and among stylised pictures it is little better than dice. On what the picture shows
# all agree. A shared teacher is the price of the best judge. Whether people agree with any of them
# is another question, and only people can answer it: `style.BlindTest` shows pairs in hidden order
# and counts.
#
# ## 8 · With VGG-19 itself
#
# Whoever has a network connection, or the file, can use the network of the papers. It is an
# extractor like the others, about six times slower on a laptop:
#
# ```python
# from ganlearn import style
#
# teacher = style.vgg19()                          # downloads 548 MB once
# teacher = style.vgg19("vgg19-dcbb9e9d.pth")      # or a file that you have
# style.stylize("coffee", "waves", extractor=teacher)
# style.judge("coffee", "waves", "out.png", extractor=teacher)
# ```
#
# Without either, one sentence says what to do.

# %%
from ganlearn.errors import UserError

try:
    style.vgg19("no/such/file.pth")
except UserError as problem:
    print(problem)

# %% [markdown]
# ## What the papers do, what we do
#
# | | papers | here |
# |---|---|---|
# | network | VGG-19, 20 million weights, from ImageNet | 1 million, from a pruned VGG-19 |
# | inversion | L-BFGS or momentum, other smoothness terms | Adam, total variation, 120 steps |
# | maximisation | GoogLeNet, 2,560 steps, colours decorrelated | 60 steps, plain pixels |
# | Grad-CAM | classifiers | a discriminator, tested on pictures with a known forgery |
# | distilling VGG | pruned, then trained with its decoder | a small net from scratch, heads |
#
# ## When it fails
#
# - *Grey, washed-out results*: pictures on the wrong scale. The extractor takes $[0, 1]$.
# - *Inversion ends in noise*: no smoothness term, or a layer with dead channels.
# - *A maximised channel stays grey*: it was asked for after its ReLU and never fires; take `conv`.
# - *A convincing heat map*: test it where you know the answer, and on an untrained network.
# - *Own loss excellent, picture bad*: ask a judge that took no part.
#
# ## Take-aways
#
# - Receptive field: add $(k-1)$ jumps, then multiply the jump by the stride. The middle counts
#   most.
# - A small network can be taught without labels to see what a large one sees; BatchNorm helps it
#   learn and is folded away; a ReLU lets filters be rescaled at will.
# - Deep features keep what is there and roughly where, and forget grain and colour.
# - An explanation is a claim like any other. It needs a test.
# - Nobody judges their own work.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts.

# %% tags=["quiz"]
quiz(
    "A 3 × 3 convolution, a 2 × 2 pooling, a 3 × 3 convolution. How wide is the field?",
    ["6 pixels", "7 pixels", "8 pixels", "18 pixels"],
    right=2,
    because=[
        "That is 1 + 2 + 1 + 2; but after the pooling a place is two pixels from the next.",
        "That is 3 + 2 · 2; but the pooling itself looks at one place more, too.",
        "1 + 2 = 3, then + 1 = 4 and the jump becomes 2, then + 2 · 2 = 8.",
        "That is 3 · 2 · 3; but kernels overlap, so their reach adds up and does not multiply.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why does the student have a head at each layer, and why may it be thrown away?",
    [
        "it turns few channels into many, and adds nothing of its own",
        "it adds the depth that the student lacks until it has learned",
        "it keeps channels alive, and a trained channel does not die",
        "it guesses the labels, and features are used without labels",
    ],
    right=0,
    because=[
        "It is linear, so what it says is already in the student's own channels.",
        "A head is a 1 × 1 convolution without a ReLU: it can mix channels and find nothing new.",
        "That is what BatchNorm does, and it is folded into the convolutions afterwards.",
        "Distillation needs no labels: the head foresees the teacher's features.",
    ],
)

# %% tags=["quiz"]
quiz(
    "You divide a filter and its bias by 5. What makes up for it, and why not divide by −5?",
    [
        "nothing has to: a ReLU asks for the sign alone, and −5 turns it round",
        "the next layer's bias times 5; with −5 that bias would fall below 0",
        "the next layer's weights for it divided by 5; two signs would cancel",
        "the next layer's weights for it times 5; −5 swaps what the ReLU stops",
    ],
    right=3,
    because=[
        "A ReLU keeps the size of what it passes, so the channel is five times quieter.",
        "The bias does not depend on this channel, and it may be below 0 as well as above.",
        "Then the channel would count for a 25th of what it did before.",
        "ReLU(a x) = a ReLU(x) holds for positive a; a negative one passes what was stopped.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Inverting relu4_1 gives sharp stripes in wrong places. Has the network seen the stripes?",
    [
        "no: what comes back wrong was not seen at all",
        "yes: their width and direction, but not their exact places",
        "yes, with their places: the optimiser stopped too early",
        "no: the total variation has drawn them",
    ],
    right=1,
    because=[
        "Their places came back wrong; that there are stripes, and which ones, came back right.",
        "Where exactly is lost at this depth, and that is what the optimiser invented.",
        "More steps do not help: stripes a little aside have nearly the same features.",
        "The total variation prefers smooth pictures, so it would sooner remove stripes.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Two methods were judged, each by its own network: losses 0.1 and 0.2. Which is better?",
    [
        "the first: its loss is half of the other",
        "the second: its judge was the stricter one",
        "nobody can say: two judges, and both took part",
        "the one whose loss fell by the larger share",
    ],
    right=2,
    because=[
        "Half of a number on another scale: each network has its own.",
        "A larger number can come from a strict judge or from a bad picture; who knows which?",
        "The numbers have different scales, and each network judges what it was asked to reach.",
        "Shares have no scale, but each is still a judgement on one's own work.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - K. Simonyan, A. Zisserman, *Very deep convolutional networks for large-scale image recognition*,
#   2015, [arXiv:1409.1556](https://arxiv.org/abs/1409.1556): VGG.
# - W. Luo, Y. Li, R. Urtasun, R. Zemel, *Understanding the effective receptive field in deep
#   convolutional neural networks*, 2016, [arXiv:1701.04128](https://arxiv.org/abs/1701.04128).
# - G. Hinton, O. Vinyals, J. Dean, *Distilling the knowledge in a neural network*, 2015,
#   [arXiv:1503.02531](https://arxiv.org/abs/1503.02531).
# - H. Wang et al., *Collaborative distillation for ultra-resolution universal style transfer*,
#   2020, [arXiv:2003.08436](https://arxiv.org/abs/2003.08436): our network's teacher.
# - A. Mahendran, A. Vedaldi, *Understanding deep image representations by inverting them*, 2015,
#   [arXiv:1412.0035](https://arxiv.org/abs/1412.0035).
# - C. Olah, A. Mordvintsev, L. Schubert, *Feature visualization*, 2017,
#   [doi:10.23915/distill.00007](https://doi.org/10.23915/distill.00007).
# - R. Selvaraju et al., *Grad-CAM: visual explanations from deep networks via gradient-based
#   localization*, 2017, [arXiv:1610.02391](https://arxiv.org/abs/1610.02391).
# - R. Draelos, L. Carin, *Use HiResCAM instead of Grad-CAM for faithful explanations of
#   convolutional neural networks*, 2020, [arXiv:2011.08891](https://arxiv.org/abs/2011.08891).
# - J. Adebayo et al., *Sanity checks for saliency maps*, 2018,
#   [arXiv:1810.03292](https://arxiv.org/abs/1810.03292).
# - K. He, Y. Wang, J. Hopcroft, *A powerful generative model using random weights for the deep
#   image representation*, 2016, [arXiv:1606.04801](https://arxiv.org/abs/1606.04801).
# - I. Ustyuzhaninov et al., *Texture synthesis using shallow convolutional networks with random
#   filters*, 2016, [arXiv:1606.00021](https://arxiv.org/abs/1606.00021).
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/10_what_a_network_sees.ipynb): how far a place can
# see, features by name, a step of inversion, Grad-CAM, and filters that are equally loud.
