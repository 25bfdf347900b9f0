# %% [markdown]
# # Exercises 07 · Conditional and residual GANs
#
# Five pieces of [chapter 07](../chapters/07_conditional_and_residual_gans.ipynb): a class as
# planes, the logit that is an inner product, a BatchNorm that is told a class, the two losses of an
# auxiliary classifier, and a block that begins as nothing. At the end of each you see what your
# answer does.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
from ganlearn import data, nets, plots, runtime
from ganlearn.checks import check
from ganlearn.nets.shipped_conditional import shipped_conditional
from ganlearn.notebook import claim, predict, show

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot, relu, softplus


# %% [markdown]
# ## 07.1 A plane for every class  ●○○
# *Importance ★★★ · about 8 minutes*
#
# A convolution takes pictures, and a label is a number. To show a class to a convolution, lay it
# out as pictures: one plane a class, 1 everywhere on the plane of the picture's class, 0 on the
# others.
#
# **Write** `with_planes(x, labels, classes)`: pictures with their planes behind the channels.
# **Expect** a shape of (5, 1 + 10, 16, 16) for five grey digits of 16 pixels.
# **Stop** when the check passes and a digit is shown beside its ten planes.
#
# <details><summary>Hint 1</summary>Why not one plane that holds the number of the class? Then a 9
# would be nine times a 1, and an 8 nearly a 9.</details>
# <details><summary>Hint 2</summary>`one_hot(labels, classes)` gives (n, classes) whole numbers.
# Make them floats, and give them two more axes of size 1 with [:, :, None, None].</details>
# <details><summary>Hint 3</summary>.expand(-1, -1, height, width) repeats the two new axes without
# copying. Then torch.cat([x, planes], dim=1).</details>

# %%
def with_planes(x, labels, classes):
    """Pictures with one plane a class behind their channels.

    Args:
        x: (n, channels, height, width).
        labels: (n,) whole numbers from 0 to classes - 1.
        classes: how many there are.

    Returns:
        (n, channels + classes, height, width), the type of x.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
digits = data.digits(size=16)
if check("07.1", with_planes):
    pair = with_planes(digits.samples[3:6], digits.labels[3:6], 10)
    show(
        plots.grid(pair.reshape(-1, 1, 16, 16), columns=11, scale=3),
        alt="Three rows: a digit, then ten planes, of which one is white and the others are grey.",
    )


# %% [markdown]
# ## 07.2 The projection logit  ●●○
# *Importance ★★★ · about 10 minutes*
#
# The logarithm of $p(x, y) / q(x, y)$ splits into a part that knows the class and one that does
# not. With features $\varphi$, a vector $v_y$ for each class, and
# $\psi(\varphi) = w \cdot \varphi + b$,
#
# $$\ell(x, y) = w \cdot \varphi(x) + b + v_y \cdot \varphi(x).$$
#
# **Write** `projection_logit(features, labels, vectors, weight, bias)`.
# **Expect** one logit a sample: for `features = [[1., 2.]]`, label 1,
# `vectors = [[0., 0.], [3., 1.]]`, `weight = [1., 0.]` and `bias = 0.5` it is
# 1 + 0.5 + (3 + 2) = 6.5.
# **Stop** when the check passes and the logits of digits with all ten labels are drawn.
#
# <details><summary>Hint 1</summary>Which vector does sample i meet? Indexing a table with a tensor
# of labels gives one row a label.</details>
# <details><summary>Hint 2</summary>vectors[labels] is (n, d), as features is. An inner product row
# by row: multiply, then sum over the last axis.</details>
# <details><summary>Hint 3</summary>features @ weight + bias is ψ, (n,). Add the two.</details>

# %%
def projection_logit(features, labels, vectors, weight, bias):
    """A logit for each sample with its class.

    Args:
        features: (n, d), what the discriminator sees in each sample.
        labels: (n,) whole numbers.
        vectors: (classes, d), one a class.
        weight: (d,), of psi.
        bias: a number, of psi.

    Returns:
        (n,).
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% [markdown]
# A discriminator has learned well. It sees a perfect 3, once with the label 3 and once with the
# label 8. What changes?

# %%
guess = None  # "a", "b" or "c"
predict(
    "The same picture, the right label and a wrong one. What happens to the logit?",
    choices={
        "a": "nothing: the picture is real in both cases",
        "b": "it falls, by the difference of two inner products",
        "c": "it falls, because psi falls",
    },
    guess=guess,
    answer="b",
    why={
        "a": "the pair (3, 'eight') never occurs among real pairs.",
        "b": "the features stay, v_8 takes the place of v_3.",
        "c": "psi sees the features alone, and they are the same.",
    },
)

# %% tags=["raises-exception"]
if check("07.2", projection_logit):
    # Vectors and psi by least squares: real digits with their label +1, with a wrong one -1.
    train, kept = digits.split(0.8, seed=0)
    wrong_label = (train.labels + 1 + torch.arange(len(train)) % 9) % 10
    both = torch.cat([train.labels, wrong_label])
    phi = torch.cat([train.samples.flatten(1)] * 2)
    y = one_hot(both, 10).float()
    columns = torch.cat(
        [(y[:, :, None] * phi[:, None]).flatten(1), phi, torch.ones(len(phi), 1)], 1
    )
    target = torch.cat([torch.ones(len(train)), -torch.ones(len(train))])
    ridge = 100 * torch.eye(columns.shape[1])
    fit = torch.linalg.solve(columns.T @ columns + ridge, columns.T @ target)
    vectors, weight, bias = fit[:2560].view(10, 256), fit[2560:2816], fit[2816]
    table = torch.stack(
        [
            projection_logit(
                kept.samples.flatten(1), torch.full((len(kept),), k), vectors, weight, bias
            )
            for k in range(10)
        ],
        1,
    )
    means = torch.stack([table[kept.labels == k].mean(0) for k in range(10)])
    figure, ax = plt.subplots(figsize=(4, 3.4))
    image = ax.imshow(means, cmap="cividis")
    ax.set(xlabel="label given", ylabel="digit in the picture", xticks=range(10), yticks=range(10))
    ax.grid(False)
    figure.colorbar(image, label="mean logit")
    show(
        figure,
        alt="Mean logits of held-out digits with each label: bright on the diagonal, dark off it.",
    )
    claim(
        "held-out digits whose own label has the highest logit",
        (table.argmax(1) == kept.labels).float().mean(),
        at_least=0.85,
    )


# %% [markdown]
# ## 07.3 A BatchNorm that is told a class  ●●○
# *Importance ★★☆ · about 12 minutes*
#
# BatchNorm normalises each channel over batch and places. What comes after, a scale and a shift,
# belongs to the class of each picture: $(1 + s_y)\,\hat x + b_y$.
#
# **Write** `conditional_batch_norm(x, labels, scale, shift)` as it works in training, with
# $\varepsilon = 10^{-5}$ under the root.
# **Expect** for `scale` and `shift` of zeros exactly what BatchNorm gives.
# **Stop** when the check passes and the shipped generator's classes are drawn by their scales.
#
# <details><summary>Hint 1</summary>One mean and one variance for each channel: over which axes of
# (n, channels, height, width)? keepdim=True keeps the shapes that broadcast.</details>
# <details><summary>Hint 2</summary>BatchNorm divides the squares by n when it normalises:
# x.var(..., correction=0).</details>
# <details><summary>Hint 3</summary>scale[labels] is (n, channels). Two more axes,
# [:, :, None, None], and it goes with x.</details>

# %%
def conditional_batch_norm(x, labels, scale, shift):
    """BatchNorm in training, with a scale and a shift for each class.

    Args:
        x: (n, channels, height, width).
        labels: (n,) whole numbers.
        scale: (classes, channels), what a class adds to a scale of 1.
        shift: (classes, channels).

    Returns:
        the shape of x.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("07.3", conditional_batch_norm):
    norm = shipped_conditional().norms[-1]
    x = 3 + 2 * torch.randn(40, 32, 4, 4, generator=runtime.generator(0))
    labels = torch.arange(40) % 10
    ours = conditional_batch_norm(x, labels, norm.scale.weight.T, norm.shift.weight.T)
    theirs = norm.train()(x, nets.shares(labels, 10))
    claim("distance from the library's", (ours - theirs).abs().max(), at_most=1e-4)
    figure, ax = plt.subplots(figsize=(7, 2.8))
    shown = ax.imshow(1 + norm.scale.weight.T, cmap="cividis", aspect="auto")
    ax.set(xlabel="feature map", ylabel="class", yticks=range(10), title="Scales in a trained norm")
    ax.grid(False)
    figure.colorbar(shown)
    show(
        figure,
        alt="A table of ten classes by 32 feature maps: each class has its own pattern of maps "
        "that are scaled up or down.",
    )


# %% [markdown]
# ## 07.4 The two losses of an auxiliary classifier  ●●○
# *Importance ★★☆ · about 12 minutes*
#
# An auxiliary discriminator returns (n, 1 + classes): column 0 is the logit of being real, the
# others are class scores. Both players add the cross-entropy of the right class: the discriminator
# on real and on generated samples, the generator on its own.
#
# **Write** `auxiliary_losses(real, fake, labels)`: the pair (discriminator's loss, generator's
# loss). The plain parts are those of chapter 02, non-saturating, with softplus. The generated
# samples were asked to be of the same labels.
# **Expect** for zeros everywhere and 10 classes (2 log 2 + 2 log 10, log 2 + log 10).
# **Stop** when the check passes and you have seen what the generator's loss is in the overlap.
#
# <details><summary>Hint 1</summary>cross_entropy takes logits (n, classes) and labels (n,), and
# applies the softmax itself.</details>
# <details><summary>Hint 2</summary>Naming is no contest. Which sign does it have in the
# generator's loss?</details>
# <details><summary>Hint 3</summary>softplus(-real[:, 0]).mean() + softplus(fake[:, 0]).mean() is
# the plain part of the discriminator, softplus(-fake[:, 0]).mean() that of the generator.</details>

# %%
def auxiliary_losses(real, fake, labels):
    """What an auxiliary discriminator and its generator minimise.

    Args:
        real: (n, 1 + classes), said of real samples.
        fake: (n, 1 + classes), said of generated samples.
        labels: (n,) the classes of both.

    Returns:
        the discriminator's loss and the generator's loss.
    """
    # YOUR CODE HERE
    raise NotImplementedError


# %% tags=["raises-exception"]
if check("07.4", auxiliary_losses):
    # The best classifier of three overlapping classes, and a discriminator that cannot tell.
    places = torch.linspace(-3, 3, 61)[:, None]
    scores = torch.stack(
        [data.Mixture([[m]], 1.0).log_prob(places) for m in (-1.5, 0.0, 1.5)], dim=1
    )
    said = torch.cat([torch.zeros(61, 1), scores], 1)
    price = torch.stack([auxiliary_losses(s[None], s[None], torch.tensor([1]))[1] for s in said])
    figure, ax = plt.subplots(figsize=(6.4, 2.6))
    ax.plot(places, price, label="the generator's loss")
    ax.plot(places, scores[:, 1].exp() * 3, "--", label="real samples (density, times 3)")
    ax.set(xlabel="where a sample of the middle class is put", title="The middle class of three")
    ax.legend(fontsize=8)
    show(
        figure,
        alt="The loss of a sample of the middle class is lowest at the centre and grows to both "
        "sides, also where real samples of the class still are.",
    )
    claim(
        "the cheapest place of the middle class", places[price.argmin()], equals=0, tolerance=0.11
    )


# %% [markdown]
# ## 07.5 A block that begins as nothing  ●●○
# *Importance ★★★ · about 12 minutes*
#
# A residual block adds what two convolutions make: $x + c_2(\text{relu}(c_1(\text{relu}(x))))$. If
# the last convolution starts at zero, a stack of any depth starts as the identity.
#
# **Write** the class `ResidualBlock(maps)` with two 3 × 3 convolutions, `first` and `second`, that
# keep the number of maps and the size. Weight and bias of `second` start at zero.
# **Expect** `block(x)` equal to `x` before any training.
# **Stop** when the check passes and the gradients of a stack of 30 blocks are drawn.
#
# <details><summary>Hint 1</summary>padding=1 keeps the size under a 3 × 3 kernel.</details>
# <details><summary>Hint 2</summary>nn.init.zeros_(self.second.weight), and the bias as well. If
# `first` were zero too, neither would ever get a gradient.</details>
# <details><summary>Hint 3</summary>relu(x) from torch.nn.functional makes a new tensor, so x is
# still there to be added. nn.ReLU(inplace=True) would destroy it.</details>

# %%
class ResidualBlock(nn.Module):
    """Feature maps (n, maps, height, width) to the same shape; x itself before training."""

    def __init__(self, maps):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x):
        # YOUR CODE HERE
        raise NotImplementedError


# %% tags=["raises-exception"]
if check("07.5", ResidualBlock):
    x = torch.randn(4, 8, 6, 6, generator=runtime.generator(0))
    arriving = {}
    for skips in (True, False):
        with runtime.seeded(0):
            blocks = [
                ResidualBlock(8) if skips else nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU())
                for _ in range(30)
            ]
        states = [x.clone().requires_grad_()]
        for block in blocks:
            states.append(block(states[-1]))
        back = torch.autograd.grad(states[-1].sum(), states)
        arriving[skips] = torch.stack([b.norm() for b in back]) / back[-1].norm()
    figure, ax = plt.subplots(figsize=(6.4, 2.6))
    ax.semilogy(arriving[True], label="your blocks")
    ax.semilogy(arriving[False], "--", label="convolution and ReLU, no skip")
    ax.set(xlabel="arriving before block", title="Gradient through 30 blocks, untrained")
    ax.legend()
    show(
        figure,
        alt="The gradient stays at one through thirty blocks with skips; without, it falls by many "
        "orders of magnitude on the way from the last to the first.",
    )
    claim("gradient at the first block, with skips", arriving[True][0], equals=1, tolerance=1e-4)
    claim("gradient at the first block, without", arriving[False][0], at_most=1e-6)

# %% [markdown]
# ## Going on
#
# - Train `ganlearn train digits-by-class` with `judge = "auxiliary"` in a copy of its TOML. Compare
#   obedience and variety with projection's, five seeds each.
# - `conditional.paintings_by_school` has eight schools. Which two mix best?
# - Put your block into `nets.conditional`'s generator. Does depth help at 16 pixels?
