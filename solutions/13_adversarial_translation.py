# %% [markdown]
# # Exercises 13 · Adversarial translation
#
# Four functions and a class from [chapter 13](../chapters/13_adversarial_translation.ipynb): how
# much of a picture one score sees, the network that carries detail past the bottleneck, the two
# losses of pix2pix, the round trip of CycleGAN, and the pool that gives its discriminators a
# memory. Together they are the articles' headline: a generator, a discriminator and L1.
#
# Write where it says so, run the cell, then run the check below it. The check tells you what is
# wrong; the hints tell you more, one at a time. About an hour and a half in all.
#
# Difficulty ●○○ to ●●●, importance ★☆☆ to ★★★.

# %%
from ganlearn import data, plots, progress, runtime
from ganlearn.checks import check
from ganlearn.notebook import claim, predict, show

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F

# %% [markdown]
# ## 13.1 What one score sees  ●○○
# *Importance ★★☆ · about 10 minutes*
#
# A PatchGAN gives a map of scores. "A 70 × 70 PatchGAN" has no such number in its program: 70 is
# what follows from its layers, and a layer more makes it 142.
#
# **Write** `field(layers)`: two whole numbers for convolutions `(kernel, stride)`, the first layer
# first. The *field* is how many pixels on a side one score depends on. The *step* is how many
# pixels lie between the fields of two neighbouring scores.
# **Expect** `(10, 4)` for `field([(4, 2), (4, 2)])`, and `(70, 8)` for pix2pix's discriminator,
# `[(4, 2), (4, 2), (4, 2), (4, 1), (4, 1)]`.
# **Stop** when the check passes and three discriminators show what they look at.
#
# <details><summary>Hint 1</summary>Before the first layer one place of the map is one pixel, and
# its neighbour is one pixel away. What does a kernel of 4 add to that?</details>
# <details><summary>Hint 2</summary>A kernel covers kernel − 1 further places of the map that it
# lies on. How many pixels apart are these places, if strides of 2 and 2 came before?</details>
# <details><summary>Hint 3</summary>Start with seen, step = 1, 1. For each layer, seen grows by
# (kernel − 1) · step, and only then is the step multiplied by the stride.</details>


# %%
def field(layers):
    """How much of a picture one score sees, and how far apart two scores look.

    Args:
        layers: tuples (kernel, stride) of convolutions, from the picture to the scores.

    Returns:
        two whole numbers: the field and the step, in pixels.
    """
    ### BEGIN SOLUTION
    seen, step = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * step
        step *= stride
    return seen, step
    ### END SOLUTION


# %%
if check("13.1", field):
    halving, keeping = (4, 2), (4, 1)
    critics = {
        "one halving": [halving] + 2 * [keeping],
        "pix2pix: three halvings": 3 * [halving] + 2 * [keeping],
        "five halvings": 5 * [halving] + 2 * [keeping],
    }
    cat = data.photograph("chelsea").crop((60, 0, 360, 300)).resize((256, 256))
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.4))
    for ax, (title, layers) in zip(axes, critics.items(), strict=True):
        seen, step = field(layers)
        ax.imshow(cat)
        for shift, color in ((step, plots.FAKE), (0, plots.REAL)):
            left = 90 - seen / 2 + shift
            ax.add_patch(plt.Rectangle((left, left), seen, seen, fill=False, color=color, lw=2.5))
        low, high = min(0, left - 4), max(256, left + seen + step + 4)
        ax.set(title=f"{title}\nsees {seen}, every {step}", xlim=(low, high), ylim=(high, low))
        ax.set_axis_off()
    show(
        figure,
        alt="A cat, 256 pixels on a side, three times. The field of one score and that of its "
        "neighbour as squares: 16 pixels, less than a pupil; 70 pixels, an eye; 286 pixels, more "
        "than the picture.",
    )

# %% [markdown] tags=["solution"]
# The order of the two lines matters: a kernel lies on the map *before* its own stride. The other
# well-known formula, $f \leftarrow (f - 1)\,s + k$, goes from the last layer to the first; run in
# the wrong direction it gives another number and no error.
#
# With five halvings one score sees everything, and the discriminator judges compositions. With one
# it judges grain. pix2pix's authors tried four sizes and kept 70; the rest is L1's affair.

# %% [markdown]
# ## 13.2 Down and up again  ●●○
# *Importance ★★★ · about 15 minutes*
#
# On the way to a small map a picture loses where exactly its edges were. A U-Net puts each map
# aside before it makes the next smaller one, and joins it again on the way up.
#
# **Write** `unet(x, down, up)` for as many layers down as up, all given as modules:
# - on the way down, put `x` aside *before* each layer, the picture itself included, then apply the
#   layer. A layer halves both sides and rounds up: 13 → 7;
# - on the way up, enlarge `x` to the height and width of the map that was put aside last
#   (`F.interpolate`, `mode="nearest"`), join that map to it along the channels, `x` first, and
#   apply the layer. The map put aside first comes last.
#
# **Expect** a result as large as `x`, for odd sides too.
# **Stop** when the check passes and you see what joins buy.
#
# <details><summary>Hint 1</summary>A list, filled on the way down, taken from its end on the way
# up.</details>
# <details><summary>Hint 2</summary>An odd side does not come back by doubling: 13 → 7 → 14. Ask
# the map that was put aside for its size: skip.shape[-2:].</details>
# <details><summary>Hint 3</summary>for layer, skip in zip(up, reversed(skips)): enlarge, then
# layer(torch.cat([x, skip], dim=1)).</details>


# %%
def unet(x, down, up):
    """Through the layers down, then through those up, each beside what was put aside.

    Args:
        x: pictures (n, c, h, w).
        down: modules; each takes h and w to the half, rounded up.
        up: as many modules, none of which changes h and w.

    Returns:
        (n, c', h, w), where c' is up to the last layer.
    """
    ### BEGIN SOLUTION
    skips = []
    for layer in down:
        skips.append(x)
        x = layer(x)
    for layer, skip in zip(up, reversed(skips), strict=True):
        x = F.interpolate(x, size=skip.shape[-2:], mode="nearest")
        x = layer(torch.cat([x, skip], dim=1))
    return x
    ### END SOLUTION


# %%
if check("13.2", unet):

    class Blind(nn.Module):
        """Sets what has been joined to 0."""

        def forward(self, x):
            return torch.cat([x[:, :16], torch.zeros_like(x[:, 16:])], dim=1)

    def learn_negatives(pictures, look):
        """A small U-Net that learns to turn pictures into their negatives."""
        with runtime.seeded(0):
            down = [nn.Sequential(nn.Conv2d(c, 16, 3, 2, 1), nn.ReLU()) for c in (3, 16, 16)]
            up = [nn.Sequential(look, nn.Conv2d(32, 16, 3, 1, 1), nn.ReLU()) for _ in range(2)]
            up += [nn.Sequential(look, nn.Conv2d(19, 3, 3, 1, 1))]
        network = nn.ModuleList([*down, *up])
        adam = torch.optim.Adam(network.parameters(), lr=5e-3)
        turns = range(runtime.by_budget(smoke=3, laptop=150, full=1_000))
        for _ in progress.bar(turns, title="negatives"):
            loss = F.mse_loss(unet(pictures, down, up), -pictures)
            adam.zero_grad()
            loss.backward()
            adam.step()
        return unet(pictures, down, up).detach()

    names = ["chelsea", "flower", "coffee", "china"]
    pieces = data.photographs(48, 8, seed=2, names=names).samples
    with_joins = learn_negatives(pieces, nn.Identity())
    without = learn_negatives(pieces, Blind())
    rows = {"pictures": pieces, "without joins": without, "your U-Net": with_joins}
    show(
        plots.sheets({title: x[:4] for title, x in rows.items()}, columns=2, scale=3, width=9),
        alt="Four pieces of photographs; their negatives from a network without joins, blurred; "
        "from the U-Net, sharp.",
    )
    errors = [F.mse_loss(x, -pieces) for x in (without, with_joins)]
    claim("squared error without joins, by that with", errors[0] / errors[1], at_least=3,
          needs_training=True)  # fmt: skip

# %% [markdown] tags=["solution"]
# Nothing hinders the U-Net from sending all detail along the topmost join and only the decisions
# through the middle. That is what translation wants: input and output show the same places.
#
# It is also a danger. Where the wanted picture *is* the input, a U-Net copies it and the rest of
# the network learns nothing.

# %% [markdown]
# ## 13.3 The two losses of pix2pix  ●●○
# *Importance ★★★ · about 25 minutes*
#
# One of the articles compares the result with the *style* picture, pixel by pixel, in L1. The best
# answer to that loss is a copy of the style picture. L1 has its place in paired translation: it
# compares with the one picture that is wanted, and a game keeps it from blurring.
#
# **Write** `pix2pix_losses(G, D, source, target, weight)`, which returns the discriminator's loss
# and the generator's. `D` is shown a source and a picture joined along the channels, source first,
# and returns a map of scores $s$. A real pair's scores should be 1, a fake pair's 0:
#
# $$L_D = \tfrac12\,\overline{(s_\text{real} - 1)^2} + \tfrac12\,\overline{s_\text{fake}^2}, \qquad
#   L_G = \tfrac12\,\overline{(s_\text{fake} - 1)^2} + \lambda\,\overline{|G(\text{source}) -
#   \text{target}|}.$$
#
# A bar is the mean over everything. `weight` is λ. $L_D$ must send no gradient into $G$.
# **Expect** that the loss of a discriminator that says ½ to everything is ¼.
# **Stop** when the check passes and your losses have painted.
#
# <details><summary>Hint 1</summary>Make the fake once. Which of the two losses may not send a
# gradient through it?</details>
# <details><summary>Hint 2</summary>D(torch.cat([source, fake.detach()], dim=1)) in the one loss,
# D(torch.cat([source, fake], dim=1)) in the other.</details>
# <details><summary>Hint 3</summary>((scores − 1) ** 2).mean() / 2: square each score first, then
# take the mean. No sigmoid anywhere.</details>


# %%
def pix2pix_losses(G, D, source, target, weight):
    """What both players minimise.

    Args:
        G: from a source (n, c, h, w) to a picture (n, 3, h, w).
        D: from a pair (n, c + 3, h, w), the source first, to a map of scores.
        source, target: what is given, and the picture that is wanted.
        weight: of L1.

    Returns:
        the discriminator's loss and the generator's.
    """
    ### BEGIN SOLUTION
    fake = G(source)
    real_scores = D(torch.cat([source, target], dim=1))
    fake_scores = D(torch.cat([source, fake.detach()], dim=1))
    of_d = ((real_scores - 1) ** 2).mean() / 2 + (fake_scores**2).mean() / 2
    game = ((D(torch.cat([source, fake], dim=1)) - 1) ** 2).mean() / 2
    return of_d, game + weight * (fake - target).abs().mean()
    ### END SOLUTION


# %% [markdown]
# Before the check, a guess. A generator is given the edges of a stained-glass window and learns
# with L1 alone. Nothing in the edges says which pane is red and which is blue.

# %%
guess = None  # "a", "b", "c" or "d"
predict(
    "Which colour does it give to a pane, if red, blue, green and yellow occur equally often?",
    choices={"a": "one of the four", "b": "a dull mixture", "c": "black", "d": "white"},
    guess=guess,
    answer="b",
    why={
        "a": "a bold guess is wrong three times out of four, and L1 makes it pay each time.",
        "b": "the least absolute error is at the median of what may be wanted, channel by channel; "
        "with four bright colours that is a dull one. A discriminator has never seen it.",
        "c": "the lead between the panes is black, and the edges show where it is; a pane is not.",
        "d": "white is far away from all four.",
    },
)


# %%
def painter(width=16):
    """From edges to a picture, at one size all the way: a small network for a small task."""
    layers = [nn.Conv2d(1, width, 3, padding=1), nn.ReLU()]
    for distance in (1, 2, 4, 8, 4, 2, 1):
        layers += [nn.Conv2d(width, width, 3, padding=distance, dilation=distance)]
        layers += [nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(width, 3, 3, padding=1), nn.Tanh())


def critic(width=16):
    """From edges and a picture to a map of scores."""
    return nn.Sequential(
        nn.Conv2d(4, width, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, 2, 1),
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * width, 1, 4, 1, 1),
    )


# %%
def learn(source, target, losses):
    """A painter that has learnt from pairs: with these losses, or with L1 alone for None."""
    random = runtime.generator(1)
    with runtime.seeded(0):
        G, D = painter(), critic()
    of_G, of_D = (torch.optim.Adam(net.parameters(), 2e-3, (0.5, 0.999)) for net in (G, D))
    turns = range(runtime.by_budget(smoke=3, laptop=150, full=2_000))
    for _ in progress.bar(turns, title="painting from edges"):
        some = torch.randint(len(source), (16,), generator=random)
        if losses is None:
            gradients = torch.autograd.grad(
                F.l1_loss(G(source[some]), target[some]), list(G.parameters())
            )
        else:
            of_d, of_g = losses(G, D, source[some], target[some], 10)
            gradients = torch.autograd.grad(of_g, list(G.parameters()), retain_graph=True)
            of_D.zero_grad()
            of_d.backward()
            of_D.step()
        for parameter, gradient in zip(G.parameters(), gradients, strict=True):
            parameter.grad = gradient
        of_G.step()
    return G


# %%
if check("13.3", pix2pix_losses):
    paintings, edges = data.paintings_with_edges(512, 32, seed=0, schools=["glass", "planes"])
    pictures, edges = paintings.samples, edges * 2 - 1
    shown = {"edges": edges[:4]}
    for title, losses in {"L1 alone": None, "your losses": pix2pix_losses}.items():
        shown[title] = learn(edges, pictures, losses)(edges[:4]).detach()
    shown["wanted"] = pictures[:4]
    show(
        plots.sheets(shown, columns=2, scale=3, width=10),
        alt="Edges of two windows of stained glass and of two compositions of planes. L1 alone "
        "paints them in dull brown and rose. With the game they are orange and blue, though not "
        "as in the originals beside them.",
    )

# %% [markdown] tags=["solution"]
# L1 alone takes the middle of all that might be wanted. A discriminator that sees edges *and*
# picture has never met that dull window among the real pairs, so the generator has to commit
# itself. To which colours nobody can know: the edges do not say it.
#
# The loop takes the generator's gradient before the discriminator moves, because both losses come
# from one fake. The library's trainer makes a new fake for each move, as in chapter 03.
#
# pix2pix itself plays with the loss of chapter 02, and CycleGAN with these squares. Neither has the
# half in the generator's loss; with it both players feel a score equally, and the weights that the
# papers give beside it count twice as much.

# %% [markdown]
# ## 13.4 There and back again  ●●○
# *Importance ★★★ · about 15 minutes*
#
# Nobody has the painting that belongs to your photograph. Without pairs a discriminator asks only
# for *a* painting. CycleGAN adds: whoever comes back has to arrive where they started.
#
# **Write** `cycle_loss(to_b, to_a, a, b, cycle, identity)`. `to_b` turns pictures of domain A into
# pictures of B, `to_a` goes the other way. The loss is
# - `cycle` times the sum of both round trips: the mean absolute difference of $a$ and
#   $a \to B \to A$, and that of $b$ and $b \to A \to B$;
# - plus `identity` times the sum of both that should stay: a picture that is in B already should be
#   left alone by `to_b`, and one in A by `to_a`.
#
# **Expect** 0 where both translators do nothing, whatever `a` and `b` are.
# **Stop** when the check passes and you see what it cannot see.
#
# <details><summary>Hint 1</summary>Four terms. Write down for each which picture goes in, through
# which translators, and what it is compared with.</details>
# <details><summary>Hint 2</summary>In to_a(to_b(a)) the inner one is applied first.</details>
# <details><summary>Hint 3</summary>(to_a(to_b(a)) − a).abs().mean() is the first of the four;
# (to_b(b) − b).abs().mean() is the third.</details>


# %%
def cycle_loss(to_b, to_a, a, b, cycle, identity):
    """What holds two translators to the pictures that they are given.

    Args:
        to_b, to_a: translators between the domains A and B.
        a, b: pictures (n, 3, h, w) and (m, 3, h, w) of the two domains, which are no pairs.
        cycle, identity: weights of the round trips, and of what should stay.

    Returns:
        a scalar.
    """
    ### BEGIN SOLUTION
    trips = (to_a(to_b(a)) - a).abs().mean() + (to_b(to_a(b)) - b).abs().mean()
    stays = (to_b(b) - b).abs().mean() + (to_a(a) - a).abs().mean()
    return cycle * trips + identity * stays
    ### END SOLUTION


# %%
if check("13.4", cycle_loss):
    photographs = data.photographs(64, 4, seed=4, names=["chelsea", "coffee"]).samples
    paintings = data.paintings(4, 64, seed=0, schools=["waves", "planes"]).samples
    nothing = lambda x: x
    grey = lambda x: x.mean(1, keepdim=True).expand_as(x)
    pairs = {
        "do nothing": (nothing, nothing),
        "negative, and back": (torch.neg, torch.neg),
        "mirror, and back": (lambda x: x.flip(3), lambda x: x.flip(3)),
        "grey, and no way back": (grey, nothing),
    }
    show(
        plots.sheets({name: to_b(photographs[:2]) for name, (to_b, _) in pairs.items()},
                     columns=2, scale=2, width=10),
        alt="A piece of a cat and one of a cup, as they are, as negatives, mirrored, and grey.",
    )  # fmt: skip
    losses = {}
    for name, (to_b, to_a) in pairs.items():
        part = lambda cycle, identity, nets=(to_b, to_a): cycle_loss(
            *nets, photographs, paintings, cycle, identity
        )
        losses[name] = part(1, 0), part(0, 1)
    claim("round trips of negatives", losses["negative, and back"][0], at_most=1e-6)
    claim("round trips of mirrors", losses["mirror, and back"][0], at_most=1e-6)
    claim("round trips over grey", losses["grey, and no way back"][0], at_least=0.1)
    claim("what should stay, for negatives", losses["negative, and back"][1], at_least=0.5)

# %% [markdown] tags=["solution"]
# A round trip forbids to *lose* anything. Negatives and mirrors lose nothing, so they cost nothing,
# and CycleGANs are known for inverting colours in their first epochs. The identity term sees it: a
# painting that is sent to the paintings should not come out as a negative. A mirror shows there as
# well.
#
# Fed with the wrong domain, `to_b(a)` against `a`, the same line forbids every translation.

# %% [markdown]
# ## 13.5 A pool of pictures  ●●●
# *Importance ★★☆ · about 20 minutes*
#
# A discriminator forgets what the generator did a while ago, and the generator learns to do it
# again. A pool lets the discriminator see some older pictures too.
#
# **Write** the class `Pool`. `Pool(size, random)` holds up to `size` pictures and takes all its
# random numbers from the `torch.Generator` `random`. `pool(pictures)` takes a batch and returns one
# of the same shape. For each picture by itself:
# - while there is room, keep the picture and return it;
# - once the pool is full, return the picture itself with probability ½; otherwise return a random
#   one of the pool, each equally likely, and keep the new picture *in its place*.
#
# What is kept is detached, and does not change when somebody writes into the batch. A pool of size
# 0 returns what it is given.
# **Expect** `Pool(3, random)` to give back the first three pictures as they are.
# **Stop** when the check passes and you see how long a picture stays.
#
# <details><summary>Hint 1</summary>A list for what is kept, a loop over the batch, torch.stack at
# the end.</details>
# <details><summary>Hint 2</summary>picture.detach() lets go of the graph and still shares memory
# with the batch: .clone() as well.</details>
# <details><summary>Hint 3</summary>torch.rand((), generator=random) < 0.5 tosses the coin,
# torch.randint(size, (), generator=random) draws the place. Take the old one out, put the new one
# in.</details>


# %%
class Pool:
    """A memory of earlier pictures.

    Args:
        size: how many it holds; 0 for none.
        random: the torch.Generator of all its random numbers.
    """

    def __init__(self, size, random):
        ### BEGIN SOLUTION
        self.size, self.random, self.kept = size, random, []
        ### END SOLUTION

    def __call__(self, pictures):
        """Pictures (n, c, h, w), about half of which are older ones; none has a graph."""
        ### BEGIN SOLUTION
        return torch.stack([self.swap(picture.detach().clone()) for picture in pictures])

    def swap(self, new):
        """One picture for another."""
        if len(self.kept) < self.size:
            self.kept.append(new)
            return new
        if self.size == 0 or torch.rand((), generator=self.random) < 0.5:
            return new
        place = int(torch.randint(self.size, (), generator=self.random))
        old, self.kept[place] = self.kept[place], new
        return old
        ### END SOLUTION


# %%
if check("13.5", Pool):
    pool, stays = Pool(50, runtime.generator(0)), []
    for now in range(runtime.by_budget(smoke=500, laptop=20_000, full=20_000)):
        back = int(pool(torch.full((1, 1, 1, 1), float(now))))
        if back != now:
            stays.append(now - back)
    stays = torch.tensor(stays).float()
    figure, ax = plt.subplots(figsize=(7, 2.8))
    ax.hist(stays.numpy(), bins=60, range=(0, 500), density=True, color=plots.REAL, alpha=0.5)
    ages = torch.arange(1, 501)
    ax.plot(ages, (1 - 1 / 100) ** (ages - 1) / 100, color=plots.TRUTH, label="by the rule")
    ax.set(xlabel="how many pictures later an old one comes back", ylabel="share")
    ax.legend()
    show(
        figure,
        alt="How long pictures stay in a pool of 50: most leave soon, a few stay for 400 further "
        "pictures; the histogram follows a falling exponential.",
    )
    claim("mean stay in a pool of 50, in pictures", stays.mean(), at_least=93, at_most=107,
          needs_training=True)  # fmt: skip

# %% [markdown] tags=["solution"]
# At each new picture a given old one leaves with probability ½ · 1/size, so it stays for 2 · size
# further pictures on average, and no picture is certain to go. A queue would have the same mean; it
# would show the generator of exactly 100 pictures ago and none before.
#
# A kept picture with its graph would keep all maps of that generator alive, and its gradient would
# be about weights that have moved since.
