# %% [markdown]
# # Exercises 11 · Style transfer by optimisation
#
# Five functions from [chapter 11](../chapters/11_style_by_optimisation.ipynb): features by the
# papers' names, the Gram matrix, the three terms of the loss, the descent, and the colours of
# another picture. Put them side by side and you have written Gatys' paper.
#
# Nearly every mistake that the checks know stands in some published program. Several of them run
# for years, make a picture, and nobody notices.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour and a half in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
from ganlearn import plots, runtime, style
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show
from ganlearn.style.features import VGG19

import matplotlib.pyplot as plt
import torch
from torch import nn

eye = style.perceptual()
SIZE = runtime.by_budget(smoke=80, laptop=128, full=256)


def gallery(titled, width=8.0):
    """Pictures (1, 3, height, width) in [0, 1] in a row, each under its title."""
    widths = [picture.shape[-1] / picture.shape[-2] for picture in titled.values()]
    lines = max(title.count("\n") + 1 for title in titled)
    top, height = 0.1 + 0.2 * lines, (width - 0.1 * len(widths)) / sum(widths)
    figure, _ = plt.subplots(1, len(widths), figsize=(width, height + top), width_ratios=widths)
    for ax, (title, picture) in zip(figure.axes, titled.items(), strict=True):
        ax.imshow(picture[0].clamp(0, 1).permute(1, 2, 0), interpolation="lanczos")
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
    return figure


# %% [markdown]
# ## 11.1 Layers by name  ●●○
# *Importance ★★★ · about 15 minutes*
#
# The paper takes style from five layers, conv1_1, conv2_1, … conv5_1: each is the first of its
# block, and between blocks the picture is halved. The most read tutorial calls its layers conv_1 to
# conv_5, and these are the first five *of the whole network*. It sounds the same.
#
# torchvision's VGG is a row of layers without names. Its ReLUs have a habit, too:
# `nn.ReLU(inplace=True)` writes its result into the tensor that it is given.
#
# **Write** `named_features(layers, picture, names)`. `layers` is an `nn.Sequential` of `nn.Conv2d`,
# `nn.ReLU(inplace=True)` and `nn.MaxPool2d`. Return a dict with what *leaves* the layers that
# `names` asks for:
# - `conv2_1` is the first convolution of the second block, `relu2_1` the ReLU behind it;
# - `pool2` ends the second block.
#
# **Expect** that `conv1_1` has negative values, and `relu1_1` has none.
# **Stop** when the check passes and you see how far the two lists of layers can see.
#
# <details><summary>Hint 1</summary>Carry two numbers along: which block it is, and which
# convolution in it. When does each of them change?</details>
# <details><summary>Hint 2</summary>isinstance(layer, nn.Conv2d) tells the kinds apart. A pooling
# ends its block: use its number first, then raise it and begin anew inside.</details>
# <details><summary>Hint 3</summary>If a conv layer comes out without negative values, the ReLU
# behind it has been there. Keep x.clone().</details>


# %%
def named_features(layers, picture, names):
    """What leaves the layers with these names.

    Args:
        layers: an nn.Sequential of convolutions, ReLUs in place and poolings.
        picture: (1, 3, height, width).
        names: a list such as ["conv1_1", "relu2_1", "pool2"].

    Returns:
        a dict from each name to a tensor (1, channels, height', width').
    """
    ### BEGIN SOLUTION
    found, block, number = {}, 1, 0
    x = picture
    for layer in layers:
        x = layer(x)
        if isinstance(layer, nn.MaxPool2d):
            name = f"pool{block}"
            block, number = block + 1, 0
        else:
            number += isinstance(layer, nn.Conv2d)
            name = f"{'conv' if isinstance(layer, nn.Conv2d) else 'relu'}{block}_{number}"
        if name in names:
            found[name] = x.clone()  # the next ReLU writes into x
    return found
    ### END SOLUTION


# %% [markdown]
# Before you run the check, a guess. A place of conv1_1 sees 3 × 3 pixels. How many does one of the
# deepest layer of each list see, conv5_1 of the paper and conv_5 of the tutorial?

# %%
guess = None  # "a", "b" or "c"
predict(
    "How large are the squares that the deepest layers see?",
    choices={"a": "both 156 pixels", "b": "156 and 24 pixels", "c": "27 and 11 pixels"},
    guess=guess,
    answer="b",
    why={
        "a": "the fifth convolution of the network comes long before the fifth block: it is "
        "conv3_1.",
        "b": "every pooling doubles what each later convolution adds. conv5_1 has four before it, "
        "conv_5 has two.",
        "c": "without the poolings it would be so, 2 pixels more with every convolution.",
    },
)

# %%
if check("11.1", named_features):
    with torch.device("meta"):  # shapes without numbers: nothing has to be downloaded
        plain = style.Extractor(style.vgg(VGG19), "VGG-19")
    convolutions = [name for name in plain.names if name.startswith("conv")]
    lists = {
        "the paper's five": [f"conv{block}_1" for block in range(1, 6)],
        "the tutorial's five": convolutions[:5],
    }
    photograph = style.read("chelsea", 256)[..., :160, 40:216]
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.9))
    for ax, (title, layers) in zip(axes, lists.items(), strict=True):
        ax.imshow(photograph[0].permute(1, 2, 0))
        for layer in layers:
            side = plain.receptive_field(layer)
            corner = (88 - side / 2, 80 - side / 2)
            ax.add_patch(plt.Rectangle(corner, side, side, fill=False, color="w", lw=1.5))
        sides = [plain.receptive_field(layer) for layer in layers]
        ax.set_title(f"{title} see\n{', '.join(map(str, sides))} pixels")
        ax.set_axis_off()
    show(
        figure,
        alt="A cat's face twice, with the squares that one place of each layer sees. The paper's "
        "layers see from 3 to 156 pixels, up to the whole face. The tutorial's see from 3 to 24, "
        "no more than an eye.",
    )
    print("conv_1 … conv_5 are", ", ".join(lists["the tutorial's five"]))
    claim("side of what conv_5 sees, in pixels", plain.receptive_field("conv3_1"), equals=24)

# %% [markdown] tags=["solution"]
# With the tutorial's layers strokes can be 24 pixels long and no longer: larger shapes of the style
# cannot even be asked for. Its content layer `conv_4` is conv2_2, nearly pixels, where the paper
# has conv4_2. The result looks like a filter on a photograph. The tutorial was read for years
# before somebody counted (issue 3732 of pytorch/tutorials).
#
# Layers that are called by their names cannot go wrong in this way, and a test can compare the list
# with the paper's. `style.presets` has one.

# %% [markdown]
# ## 11.2 The Gram matrix  ●○○
# *Importance ★★★ · about 15 minutes*
#
# One line of linear algebra, and a dozen ways to write it that all run. The commonest divides by
# the number of channels as well, which makes the loss tiny, so weights of $10^{10}$ were invented.
#
# **Write** `gram(features)`, the mean over all places of the product of two channels, for every
# picture of a batch:
# $$G_{ij} = \frac{1}{h\,w} \sum_p f_{ip}\, f_{jp}.$$
# Features may come in 16 bits, and the result is float32. The largest number of float16 is 65 504.
#
# **Expect** of features that are all 2 a matrix of nothing but 4, whatever height and width.
# **Stop** when the check passes and three Gram matrices hang side by side.
#
# <details><summary>Hint 1</summary>flatten(2) makes (n, c, h·w) of (n, c, h, w). What has to be
# multiplied with what, to leave (n, c, c)?</details>
# <details><summary>Hint 2</summary>x @ x.mT multiplies the last two axes and leaves the first
# alone. x.shape[2] is then the number of places.</details>
# <details><summary>Hint 3</summary>features.float() comes first. Dividing before the product keeps
# the sums small.</details>


# %%
def gram(features):
    """The Gram matrix of every picture.

    Args:
        features: (n, c, h, w), in 16 or 32 bits.

    Returns:
        (n, c, c) of float32.
    """
    ### BEGIN SOLUTION
    x = features.float().flatten(2)
    return (x / x.shape[2]) @ x.mT
    ### END SOLUTION


# %%
if check("11.2", gram):
    gravel, bricks = (style.read(name, SIZE) for name in ("gravel", "brick"))
    quarter = gravel[..., : SIZE // 2, : SIZE // 2]
    pictures = {"gravel": gravel, "a quarter of it": quarter, "bricks": bricks}
    matrices = {t: gram(eye(p, ["relu2_1"])["relu2_1"])[0] for t, p in pictures.items()}
    model = matrices["gravel"]
    figure, axes = plt.subplots(2, 3, figsize=(7.5, 5.2))
    for (title, picture), above, below in zip(pictures.items(), *axes, strict=True):
        above.imshow(picture[0].permute(1, 2, 0))
        above.set_title(title)
        below.imshow(matrices[title].sqrt(), cmap="cividis", vmin=0, vmax=model.max().sqrt())
        off = (matrices[title] - model).square().sum() / model.square().sum()
        below.set_title(f"relative distance {off:.2f}", fontsize=10)
        for ax in (above, below):
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
    show(
        figure,
        alt="Gravel, a quarter of the same picture, and bricks; below each its Gram matrix as a "
        "chequered square. The first two matrices look the same, the third is paler.",
    )
    part, other = (
        (matrices[title] - model).square().sum() for title in ("a quarter of it", "bricks")
    )
    claim("distance of the quarter over that of the bricks", part / other, at_most=0.1)

# %% [markdown] tags=["solution"]
# A quarter of the gravel has a quarter of the places and about the same matrix: the mean forgets
# how many there are, and where. With `view(n * c, h * w)`, as tutorials have it, a batch of two
# pictures would get one matrix with products *between* the pictures; with one picture it is right
# by luck.
#
# An article calls it "Gaussian loss". No Gaussian is involved: the name is that of Jørgen Pedersen
# Gram.

# %% [markdown]
# ## 11.3 The three terms of the loss  ●●●
# *Importance ★★★ · about 25 minutes*
#
# **Write** `terms(picture, features, content, style)`, which returns a dict with three scalars. The
# last three arguments are dicts from a layer's name to features: of the picture at all layers, of
# the content picture at the content layers, of the style picture at the style layers. The style
# picture may have another size.
# - `"content"`: the mean, over the layers in `content`, of
#   $\lVert F - P \rVert^2 / \lVert P \rVert^2$ with features $F$ of the picture and $P$ of the
#   content;
# - `"style"`: the mean, over the layers in `style`, of the same with Gram matrices;
# - `"total variation"`: the mean of the squared differences between neighbours in a row, plus the
#   mean of those between neighbours in a column, of `picture` itself, $(1, 3, h, w)$.
#
# The library's Gram matrix is at hand as `style_gram`, so this does not hang on 11.2.
#
# **Expect** 0 for content and style, when the content and the style are the picture itself.
# **Stop** when the check passes and you see which picture pleases which term.
#
# <details><summary>Hint 1</summary>Write a helper relative(a, b) first. Content and style both use
# it: which goes in?</details>
# <details><summary>Hint 2</summary>(a − b).square().sum() / b.square().sum(), where b is the
# target. For the style a and b are Gram matrices, so sizes of pictures do not matter.</details>
# <details><summary>Hint 3</summary>picture.diff(dim=3) is the difference of neighbours in a row,
# one column less than the picture.</details>

# %%
style_gram = style.gram


def terms(picture, features, content, style):
    """The terms of the loss.

    Args:
        picture: (1, 3, h, w).
        features: {layer: features of the picture}.
        content: {layer: features of the content picture}, same sizes.
        style: {layer: features of the style picture}, other sizes.

    Returns:
        {"content": scalar, "style": scalar, "total variation": scalar}.
    """

    ### BEGIN SOLUTION
    def relative(found, target):
        return (found - target).square().sum() / target.square().sum()

    kept = [relative(features[layer], content[layer]) for layer in content]
    painted = [relative(style_gram(features[layer]), style_gram(style[layer])) for layer in style]
    return {
        "content": sum(kept) / len(kept),
        "style": sum(painted) / len(painted),
        "total variation": sum(picture.diff(dim=dim).square().mean() for dim in (2, 3)),
    }
    ### END SOLUTION


# %%
FIVE = [f"relu{block}_1" for block in range(1, 6)]

if check("11.3", terms):
    cat = style.read("chelsea", SIZE)[..., : SIZE // 16 * 8, : SIZE // 16 * 8]
    waves = style.read("waves", SIZE)
    candidates = {
        "the content": cat,
        "the style": style.resize(waves, cat.shape[-1]),
        "the style, mirrored": style.resize(waves, cat.shape[-1]).flip(3),
        "half and half": (cat + style.resize(waves, cat.shape[-1])) / 2,
        "plain grey": torch.full_like(cat, 0.5),
    }
    of_content, of_style = eye(cat, ["relu4_1"]), eye(candidates["the style"], FIVE)
    found = {
        title: terms(candidate, eye(candidate, [*FIVE]), of_content, of_style)
        for title, candidate in candidates.items()
    }
    short = {"content": "content", "style": "style", "total variation": "tot. var."}
    titled = {
        title + "".join(f"\n{short[name]} {value:.2f}" for name, value in found[title].items()): x
        for title, x in candidates.items()
    }
    show(
        gallery(titled, width=9),
        alt="A cat; a wavy chequerboard; the same mirrored; both laid over each other; grey. "
        "Content is 0 for the cat, style 0 for the chequerboard and nearly so for its mirror "
        "image, total variation 0 for grey.",
    )
    loss = {title: {name: float(x) for name, x in row.items()} for title, row in found.items()}
    claim("content term of the content", loss["the content"]["content"], equals=0)
    claim("style term of the style", loss["the style"]["style"], equals=0)
    claim(
        "style term of the mirrored style, as a share of the content's",
        loss["the style, mirrored"]["style"] / loss["the content"]["style"],
        at_most=0.5,
    )
    claim("total variation of grey", loss["plain grey"]["total variation"], equals=0)

# %% [markdown] tags=["solution"]
# Each term has a picture that pleases it perfectly, and none of them is what we want: that one lies
# between, where no term is 0. To lay one picture over the other is a poor mean. It has half of
# everything in its place, and pleases nobody.
#
# Because all distances are relative, their sizes can be compared across layers, pictures and
# networks, and the weights are numbers near 1.

# %% [markdown]
# ## 11.4 Down the loss with L-BFGS  ●●●
# *Importance ★★☆ · about 20 minutes*
#
# The paper descends with L-BFGS. It remembers where it was and which gradients it met, and guesses
# the curvature from that. Loops that disturb this memory are everywhere; one of them stands in the
# official tutorial of the framework that you are using.
#
# **Write** `descend(start, loss, steps)`: with **one** `torch.optim.LBFGS` with
# `line_search_fn="strong_wolfe"`, take `steps` steps from `start` down `loss`, which takes a
# picture and returns a scalar. Return the picture with its values clamped to $[0, 1]$ at the very
# end, without a gradient. `start` stays as it was.
#
# **Expect** that a loss whose lowest point is a picture in $[0, 1]$ leads to that picture.
# **Stop** when the check passes and two loops have painted the same motif.
#
# <details><summary>Hint 1</summary>What is optimised is a leaf:
# start.clone().requires_grad_(). The optimiser gets a list with this one tensor.</details>
# <details><summary>Hint 2</summary>LBFGS looks at the loss several times a step, so step wants a
# function: clear the gradient, compute the loss, call backward, return the loss.</details>
# <details><summary>Hint 3</summary>max_iter=steps takes all steps in one call of
# optimiser.step(closure). With max_iter=1 in a loop the line search gets a single look, for its
# limit is 1.25 times max_iter.</details>


# %%
def descend(start, loss, steps):
    """L-BFGS on the pixels.

    Args:
        start: (1, 3, height, width) in [0, 1].
        loss: from such a picture to a scalar.
        steps: how many.

    Returns:
        (1, 3, height, width) in [0, 1], without a gradient.
    """
    ### BEGIN SOLUTION
    picture = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([picture], max_iter=steps, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        value = loss(picture)
        value.backward()
        return value

    optimiser.step(closure)
    return picture.detach().clamp(0, 1)
    ### END SOLUTION


# %%
def forgetful(start, loss, steps):
    """A loop that is often seen: a new optimiser for every step."""
    x = start.clone().requires_grad_()
    for _ in range(steps):
        optimiser = torch.optim.LBFGS([x], max_iter=1, max_eval=25, line_search_fn="strong_wolfe")

        def closure(optimiser=optimiser):
            optimiser.zero_grad()
            value = loss(x)
            value.backward()
            return value

        optimiser.step(closure)
    return x.detach().clamp(0, 1)


# %%
verdict = check("11.4", descend)
if verdict:
    small = runtime.by_budget(smoke=56, laptop=80, full=128)
    steps = runtime.by_budget(smoke=4, laptop=40, full=100)
    objective = style.Objective(eye, strength=0.6)
    pavilion = style.read("china", small)
    targets = objective.content(pavilion), [objective.style(style.read("dots", small))]
    seen = []

    def loss(picture):
        value = objective.total(objective.terms(picture, *targets))
        seen.append(value.item())
        return value

    made, curves = {"the content": pavilion}, {}
    for title, way in {"yours": descend, "a new optimiser every step": forgetful}.items():
        made[title] = way(pavilion, loss, steps)
        curves[title], seen = seen, []
    show(
        gallery(made),
        alt="A photograph of a pavilion, and two versions in coloured touches; the second is "
        "nearer to the photograph.",
    )
# %%
if verdict:
    figure, ax = plt.subplots(figsize=(6, 2.8))
    for (title, curve), line in zip(curves.items(), ("-", "--"), strict=True):
        color = plots.REAL if title == "yours" else plots.FAKE
        ax.semilogy(curve, line, color=color, label=title)
    ax.set(xlabel="times that the loss was computed", ylabel="loss")
    ax.legend()
    show(
        figure,
        alt="Loss against looks. Yours falls faster and ends lower than the forgetful loop.",
    )
    ends = [min(curve) for curve in curves.values()]
    claim(
        "loss at the end, yours over the forgetful",
        ends[0] / ends[1],
        at_most=0.8,
        needs_training=True,
    )

# %% [markdown] tags=["solution"]
# Without its memory L-BFGS is plain gradient descent with a line search. And why not clamp on the
# way? The next guess of the curvature compares two points and two gradients. If something moved the
# point in between, the gradient belongs to one place and the point to another, and the guess is
# about no function at all. The chapter shows what becomes of it.
#
# Adam keeps only averages of gradients, no points. Clamping after its step does no harm.

# %% [markdown]
# ## 11.5 The colours of another picture  ●●○
# *Importance ★★☆ · about 20 minutes*
#
# Before a transfer, the style picture can be given the colours of the content. A function for it,
# called `coral`, has been copied from project to project for years. It is right for two pictures
# of one size.
#
# **Write** `match_colours(picture, target)`. The pixels of each are a cloud of points with three
# coordinates, a mean $\mu$ and a covariance $\Sigma = \frac1N \sum_p (x_p - \mu)(x_p - \mu)^T$.
# Return
# $$\Sigma_t^{1/2}\, \Sigma_p^{-1/2}\, (x - \mu_p) + \mu_t$$
# for every pixel $x$ of the picture, with both roots symmetric: where
# $\Sigma = V \Lambda V^T$, the root is $V \Lambda^{1/2} V^T$. Do not clamp.
#
# **Expect** a result with the mean and the covariance of the target, whatever the two sizes.
# **Stop** when the check passes and a painting has the palette of a photograph.
#
# <details><summary>Hint 1</summary>picture[0].flatten(1) is (3, pixels). Take its mean off, then
# x @ x.T is (3, 3). By what has it to be divided?</details>
# <details><summary>Hint 2</summary>torch.linalg.eigh(Σ) gives λ and V. (V * λ**0.5) @ V.T is the
# symmetric root, and λ**-0.5 gives the inverse one.</details>
# <details><summary>Hint 3</summary>The matrix next to the pixels acts first, so it is the one that
# whitens. At the end add the target's mean and .view(picture.shape).</details>


# %%
def match_colours(picture, target):
    """A picture with the mean and covariance of another's pixels.

    Args:
        picture: (1, 3, height, width).
        target: (1, 3, other height, other width).

    Returns:
        the shape of the picture.
    """

    ### BEGIN SOLUTION
    def moments(one):
        x = one[0].flatten(1)
        mean = x.mean(1, keepdim=True)
        return x - mean, mean, (x - mean) @ (x - mean).T / x.shape[1]

    def power(covariance, exponent):
        values, vectors = torch.linalg.eigh(covariance)
        return (vectors * values**exponent) @ vectors.T

    x, _, own = moments(picture)
    _, mean, wanted = moments(target)
    return (power(wanted, 0.5) @ power(own, -0.5) @ x + mean).view(picture.shape)
    ### END SOLUTION


# %%
if check("11.5", match_colours):
    painting, small = style.read("dots", SIZE), style.read("coffee", SIZE // 2)
    matched = match_colours(painting, small)
    middle = matched.mean((2, 3), keepdim=True)
    pixels = [picture[0, 0].numel() for picture in (painting, small)]
    undivided = middle + (matched - middle) * (pixels[1] / pixels[0]) ** 0.5
    shown = {
        "painting": painting,
        f"photograph,\n{pixels[0] / pixels[1]:.0f} times fewer pixels": small,
        "yours": matched,
        "not divided\nby the pixels": undivided,
    }
    show(
        gallery(shown, width=9),
        alt="A painted evening landscape in orange and violet; a photograph of a cup of coffee on "
        "a wooden table; the landscape in the browns of the table; the same, pale and flat.",
    )
    claim(
        "contrast when the sums are not divided, over the right one",
        undivided.flatten(2).std(2).sum() / matched.flatten(2).std(2).sum(),
        at_most=0.6,
    )

# %% [markdown] tags=["solution"]
# With sums in place of means, each covariance carries its number of pixels along: the contrast is
# off by $\sqrt{N_t / N_p}$. With pictures of one size the factor is 1, and the pictures that
# programs are tried on have one size. A test with two sizes takes three lines.
#
# The map is not the only one that reaches mean and covariance: any rotation may stand between the
# two roots. Symmetric roots turn nothing, so that what was the reddest stays the reddest; a root
# from Cholesky's method turns a little, and one from eigenvectors that are not rotated back may
# exchange blue for orange.
#
# The same map, on features with a hundred channels instead of pixels with three, is style transfer
# in closed form: [chapter 12](../chapters/12_fast_and_any_style.ipynb).
