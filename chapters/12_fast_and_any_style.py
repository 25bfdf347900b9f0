# %% [markdown]
# # 12 · Fast style, any style
#
# **Chapter 11 needs hundreds of steps for one picture. Can a network learn to do it in one?**
#
# <!-- badges -->
#
# Afterwards you can
# - train a network that stylises in one pass, with the loss of chapter 11;
# - count what training, one pass and optimisation cost, and say from how many pictures on a
#   network pays;
# - say what instance norm throws away, and why a stylist should;
# - put many styles into one network, and mix them;
# - lay any style over any picture in closed form;
# - measure how much a clip flickers, and lower it.
#
# *Before this:* chapter 11; chapter 04 for checkerboards and batch norm.
# *Time:* about 80 minutes to read; the notebook runs in 55 seconds on two CPU cores.

# %%
import copy
import json
import tempfile
import time
from pathlib import Path

from ganlearn import data, plots, progress, runtime, style
from ganlearn.notebook import claim, predict, quiz, quiz_score, show
from ganlearn.style import frames, motion, video
from ganlearn.style.fast_training import pieces
from ganlearn.widgets import Panel

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import group_norm, instance_norm
from torch.utils.flop_counter import FlopCounterMode

show(plots.course_map(here=12), alt="The chapters of the course in a row; the twelfth is filled.")

# %% [markdown]
# ## 1 · Learn once, use often
#
# In chapter 11 the pixels of one picture descended a loss. The loss was made for this content and
# this style, and so was the work. The next photograph begins at zero.
#
# Johnson, Alahi and Fei-Fei (2016) keep the loss and change what moves. A network $T$ takes a
# photograph $c$ and answers with a picture. Its *weights* descend the same loss, averaged over many
# photographs:
#
# $$\min_T \; \mathbb E_c \big[\, s\, L_\text{style}(T(c))
# + (1 - s)\, k\, L_\text{content}(T(c), c) \,\big].$$
#
# Afterwards the loss has done its work. What is left is one pass through $T$. As the distance is
# measured in the features of another network, this is called a **perceptual loss**.

# %%
SIZE = runtime.by_budget(smoke=96, laptop=192, full=384)
MANNER = "leaves"

eye = style.perceptual()
objective = style.Objective(eye, strength=0.4)
photograph, painting = style.read("coffee", SIZE), style.read(MANNER, SIZE)


def gallery(titled, width=8.0):
    """Pictures (1, 3, height, width) in [0, 1] in a row, each under its title."""
    shares = [picture.shape[-1] / picture.shape[-2] for picture in titled.values()]
    height, left = width / sum(shares) + 0.3, 0.0
    figure = plt.figure(figsize=(width, height), layout="none")
    for share, (title, picture) in zip(shares, titled.items(), strict=True):
        ax = figure.add_axes((left, 0, share / sum(shares) - 0.008, 1 - 0.3 / height))
        ax.imshow(picture[0].clamp(0, 1).permute(1, 2, 0), interpolation="lanczos")
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
        left += share / sum(shares)
    return figure


show(
    gallery({"content": photograph, "style": painting}, width=5),
    alt="Left: a red cup of coffee on a wooden table. Right: paper cut-outs, a white leaf "
    "on blue above a dark leaf on yellow.",
)

# %% [markdown]
# ## 2 · The network
#
# `TransferNetwork` has three parts. Two strided convolutions make the picture four times smaller: a
# kernel down there sees four times as far, for a sixteenth of the price. Residual blocks do most of
# the work at that size. Two enlargements bring the picture back. Each is followed by a plain
# convolution, since transposed convolutions stamp checkerboards (chapter 04).
#
# Borders are filled up by **reflection**. Zeros would be a black frame, and a stylist would paint
# one. And an enlargement goes to the very size that the way down had, so no side needs to be a
# multiple of four.

# %%
network = style.TransferNetwork(width=runtime.by_budget(smoke=4, laptop=16, full=32), seed=0)
shapes = []
for layer in network.modules():
    if isinstance(layer, nn.Conv2d):
        layer.register_forward_hook(lambda _, inputs, out: shapes.append(tuple(out.shape[1:])))
with torch.no_grad():
    network(torch.rand(1, 3, 127, 94))
print(*dict.fromkeys(shapes), sep=" → ")
for size in [(64, 64), (127, 94), (33, 140)]:
    with torch.no_grad():
        made = network(torch.rand(1, 3, *size))
    claim(f"sides that changed, of {size[1]} x {size[0]}", made.shape[-2:] != size, equals=0)

# %% [markdown]
# ## 3 · Training it
#
# What may the network learn from? It needs photographs and no targets: the loss says what is good.
# Ours are 256 square pieces, cut from the photographs that come with the course and from the
# paintings in code. The photograph above is kept back.

# %%
side = runtime.by_budget(smoke=32, laptop=96, full=192)
batch = runtime.by_budget(smoke=1, laptop=2, full=4)
names = [name for name in data.photograph_names(colour=True) if name != "coffee"]
practice = pieces(side, n=runtime.by_budget(smoke=32, laptop=256, full=1_024), names=names)
target = objective.style(style.read(MANNER, runtime.by_budget(smoke=32, laptop=192, full=384)))

small = style.resize((practice.samples[::23][:12] + 1) / 2, 58)
show(
    plots.grid(2 * small - 1, columns=12, scale=1).quantize(256),
    alt="Square pieces of photographs and paintings: fur, faces, stones, cells, painted patterns.",
)

# %%
steps = runtime.by_budget(smoke=3, laptop=320, full=6_000)
random = runtime.generator(0)
optimiser = torch.optim.Adam(network.parameters(), 2e-3)
losses, stages = [], {}


@torch.no_grad()
def look():
    """What the network makes of the photograph that it has never seen."""
    return network.eval()(photograph)


began = time.perf_counter()
for step in progress.bar(range(steps), title="training"):
    if step in (0, steps // 20, steps // 4):
        stages[f"after {step} steps"] = look()
    drawn = (practice.draw(batch, random) + 1) / 2
    made = network(drawn)
    terms = objective.terms(made, objective.content(drawn), [target])
    loss = objective.total(terms)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append([terms["style"].item(), terms["content"].item()])
    if step == steps * 3 // 4:
        for group in optimiser.param_groups:
            group["lr"] /= 5
training_seconds = time.perf_counter() - began
stages[f"after {steps} steps"] = look()

# %%
show(
    gallery(stages, width=9),
    alt="The cup four times. Before training: grey noise. Then blurred areas with dark lines; then "
    "areas of yellow and blue; at last a cup drawn in dark lines on yellow and blue paper.",
)
figure, ax = plt.subplots(figsize=(6, 2.6))
curves = torch.tensor(losses)
window = max(1, steps // 20)
for curve, name, color in zip(
    curves.T, ("style", "content"), (plots.FAKE, plots.REAL), strict=True
):
    ax.plot(curve, color=color, lw=0.8, alpha=0.3)
    ax.plot(
        range(window - 1, steps),
        curve.unfold(0, window, 1).median(1).values,
        color=color,
        label=name,
    )
ax.set(xlabel="step", ylabel="relative distance", ylim=(0, 1.2))
ax.set_title("One loss, many photographs; bold: running median")
ax.legend()
show(
    figure,
    alt="Style and content distance against step, both ragged from batch to batch. Style falls "
    "steeply and then slowly; content falls to about half.",
)
tail = max(1, steps // 10)
claim(
    "style distance in the last tenth over the first",
    curves[-tail:, 0].mean() / curves[:tail, 0].mean(),
    at_most=0.75,
    needs_training=True,
)

# %% [markdown]
# What to notice: colours come first, then edges, then touches. Batches differ, so the curves are
# ragged. And the photograph of the cup was never among the batches.
#
# That loop is all there is to it. `style.train_fast(...)` is the same with a learning rate that
# rises and falls, several styles in turn, and a Ctrl-C that keeps what is trained.
#
# ## 4 · What does it cost, and what is it worth?
#
# Seconds depend on the machine. Multiplications do not, so let us count them first.


# %%
def operations(work):
    """Multiplications and additions of all convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


def one_step_of_pixels():
    """What chapter 11 does once a step."""
    x = photograph.clone().requires_grad_()
    objective.total(objective.terms(x, kept, [target])).backward()


def one_step_of_weights():
    """What training does once a step."""
    made = network(drawn)
    objective.total(objective.terms(made, objective.content(drawn), [target])).backward()


kept = objective.content(photograph)
STEPS = 150
one_pass = operations(look)
one_picture = STEPS * operations(one_step_of_pixels)
one_training = steps * operations(one_step_of_weights)
claim(
    "one picture by 150 steps of optimisation, in passes through the network",
    one_picture / one_pass,
    at_least=100,
)

# %%
guess = None  # "a", "b" or "c"
predict(
    "From how many pictures on was it cheaper to train this small network than to optimise each?",
    choices={"a": "about ten", "b": "some hundreds", "c": "about a million"},
    guess=guess,
    answer="a",
    why={
        "a": "a step of training sees a few small pieces, and the training was short.",
        "b": "so it is for the paper's own training: 40,000 steps of four large pieces.",
        "c": "that would be so if the weights had to see a million pictures; they learn from few.",
    },
)

# %% [markdown]
# **(E18)** An article says that style transfer by networks is "faster than traditional methods".
# One pass is. The whole is not, until the training is paid for. If training costs $A$, a pass $b$
# and an optimised picture $c$, the network pays from $N$ pictures on:
#
# $$A + N b = N c \quad\Longrightarrow\quad N = \frac{A}{c - b}.$$

# %%
break_even = one_training / (one_picture - one_pass)
papers = 40_000 * 4 / 500  # its steps times its batch, over 500 steps a picture by optimisation
claim(
    "pictures until our training is paid for, in operations",
    break_even,
    at_least=1,
    at_most=50,
    needs_training=True,
)
claim("the same for the paper's training, at least", papers, at_least=300)


# %%
def seconds(work, times=3):
    """The least of a few measurements, and the last result."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        made = work()
        spent.append(time.perf_counter() - start)
    return min(spent), made


fast = style.FastStyle(network.eval(), {"styles": [MANNER]})
pass_seconds, by_network = seconds(lambda: fast(photograph))
optimise_steps = runtime.by_budget(smoke=4, laptop=STEPS, full=500)
optimise_seconds, optimised = seconds(
    lambda: (
        style.stylize(
            photograph, MANNER, size=SIZE, steps=optimise_steps, extractor=eye, device="cpu"
        ).pictures
    ),
    times=1,
)
claim("frames a second of the network", 1 / pass_seconds, at_least=2)
claim(
    "seconds by optimisation over seconds by the network",
    optimise_seconds / pass_seconds,
    at_least=4,
)
claim(
    "pictures until our training is paid for, in seconds",
    training_seconds / (optimise_seconds - pass_seconds),
    at_least=0.5,
    at_most=100,
    needs_training=True,
)

# %% [markdown]
# So what is the price of the speed? As in chapter 11, a network that took no part judges. Beside
# the two we ask two more: the network that ships with the course, with more training for eight
# styles at once (section 6), and the closed form of section 7, which was trained for no style.

# %%
shipped = style.schools("cpu")
any_style = style.AnyStyle([painting])
ways = {
    "optimised": (optimise_seconds, optimised),
    "our network": (pass_seconds, by_network),
    "shipped network": seconds(lambda: shipped(photograph, data.SCHOOLS.index(MANNER))),
    "any style": seconds(lambda: any_style(photograph)),
}
judged = {
    name: style.judge(photograph, MANNER, made, method=eye) for name, (_, made) in ways.items()
}
before = judged["optimised"].before
show(
    gallery({name: made for name, (_, made) in ways.items()}, width=9),
    alt="The cup as a cut-out four ways. Optimised: areas of blue, yellow and white with clean "
    "edges. The two networks: such colours, and lines along the cup's edges. Any style: softer, "
    "nearer to the photograph.",
)

# %%
figure, ax = plt.subplots(figsize=(6.4, 3))
for (name, (spent, _)), marker in zip(ways.items(), "so^D", strict=True):
    ax.semilogx(spent, judged[name].style / before, marker, ms=9, label=name)
ax.axhline(1, color=plots.TRUTH, lw=1, ls=":")
ax.text(
    0.99, 0.97, "the photograph as it was", transform=ax.get_yaxis_transform(), ha="right", va="top"
)
ax.set(xlabel="seconds for one picture", ylabel="style distance left", ylim=(0, 1.1))
ax.set_title("What speed costs, as another network sees it")
ax.legend(loc="lower left", ncols=2, fontsize=9)
show(
    figure,
    alt="Share of the style distance that is left, against seconds on a logarithmic axis. "
    "Optimisation is slowest; the networks and the closed form need a fraction of a second.",
)
for name, judgement in judged.items():
    claim(
        f"{name}: style distance left", judgement.style / before, at_most=0.95, needs_training=True
    )

# %% [markdown]
# What to notice: a pass is far quicker, and leaves more of the distance. Optimisation may treat
# this picture as the only one in the world; the network has one set of weights for all of them.
# Ours practised for less than a minute.
#
# ## 5 · Why instance norm
#
# The first version of these networks had batch norm (chapter 04). Ulyanov, Vedaldi and Lempitsky
# (2016) changed one line, and the pictures became good. **Instance norm** takes mean and spread of
# each channel *of each picture*, over the places alone:
#
# $$\operatorname{IN}(f)_{c,p} = \gamma_c \, \frac{f_{c,p} - \mu_c(f)}{\sigma_c(f)} + \beta_c,
# \qquad \mu_c(f), \sigma_c(f) \text{ over the places } p \text{ of one picture.}$$
#
# Here is what it throws away. Make the photograph paler, $x \mapsto \tfrac12 x + \tfrac14$. A
# convolution without bias halves its answers and adds a constant to every place; with reflected
# borders that holds at the edge, too. Then instance norm subtracts the constant and undoes the
# half.

# %%
guess = None  # "a", "b" or "c"
predict(
    "The photograph at half its contrast goes through our network. What comes out?",
    choices={"a": "a paler picture", "b": "the same picture", "c": "noise"},
    guess=guess,
    answer="b",
    why={
        "a": "so it would be with batch norm, whose mean and spread come from the training.",
        "b": "contrast and brightness are gone after the first norm.",
        "c": "nothing is divided by zero here, and the norms only divide by what was halved.",
    },
)


# %%
class BatchNorm(nn.BatchNorm2d):
    """Batch norm that can stand where the network has a norm for several styles."""

    def forward(self, features, shares):
        return super().forward(features)


def with_batch_norm(plain):
    """A copy of the network with batch norm everywhere, its statistics from our pieces."""
    other = copy.deepcopy(plain)
    for module in other.modules():
        if hasattr(module, "norm"):
            old, module.norm = module.norm, BatchNorm(module.norm.scale.shape[1], momentum=None)
            with torch.no_grad():
                module.norm.weight.copy_(old.scale[0])
                module.norm.bias.copy_(old.shift[0])
    with torch.no_grad():
        other.train()((practice.samples[:64] + 1) / 2)
    return other.eval()


pale = photograph / 2 + 1 / 4
by_batch = with_batch_norm(network)
with torch.no_grad():
    pairs = {
        "photograph": (photograph, pale),
        "instance norm": (network(photograph), network(pale)),
        "batch norm": (by_batch(photograph), by_batch(pale)),
    }
changes = {name: (a - b).abs().mean().item() for name, (a, b) in pairs.items()}
claim("instance norm: mean change for half the contrast", changes["instance norm"], at_most=0.01)
claim("batch norm: the same", changes["batch norm"], at_least=0.02)
x = torch.randn(2, 5, 8, 9, generator=random)
difference = (instance_norm(x) - group_norm(x, 5)).abs().max()
claim("instance norm against group norm with a group a channel", difference, at_most=1e-5)
show(
    gallery({f"{name}{', pale' * i}": pair[i] for name, pair in pairs.items() for i in (0, 1)}, 10),
    alt="The photograph and a paler copy; what the network with instance norm makes of each, which "
    "looks the same; and with batch norm, where the second is much flatter than the first.",
)

# %% [markdown]
# Contrast belongs to the style: in paper cut-outs there is no fog. A network with batch norm has to
# learn to remove the photograph's contrast; with instance norm it never sees it. The record below
# is of five seeds each, trained alike (`benchmarks/fast_norms.py`).

# %%
record = json.loads(Path("../benchmarks/results/fast_norms.json").read_text())
figure, ax = plt.subplots(figsize=(6, 2.6))
for name, runs in record["results"].items():
    values = torch.tensor(runs).T  # (reports, seeds)
    plots.band(ax, record["steps"], values, label=f"{name} norm")
ax.set(xlabel="step", ylabel="loss on held-out pieces", title="Five seeds each", ylim=(0, None))
ax.legend()
show(
    figure,
    alt="Loss on held-out pieces against step for five seeds each, as bands. Instance norm falls "
    "faster and stays below batch norm.",
)
last = {name: torch.tensor(runs)[:, -1].median() for name, runs in record["results"].items()}
claim(
    "median loss at the end, batch norm over instance norm",
    last["batch"] / last["instance"],
    at_least=1.02,
)

# %% [markdown]
# ## 6 · Many styles in one network
#
# A network for each style would be eight files for our eight schools of painters, and eight
# trainings. Dumoulin, Shlens and Kudlur (2017) found that one will do. All styles share the
# convolutions. Only $\gamma$ and $\beta$ of each norm are a style's own: **conditional instance
# norm**. A style is then a list of a few hundred numbers.

# %%
whole = sum(p.numel() for p in shipped.network.parameters())
own = sum(
    module.scale.shape[1] * 2
    for module in shipped.network.modules()
    if isinstance(getattr(module, "scale", None), nn.Parameter)
)
print(f"{whole:,} numbers in all, {own:,} of them a style's own")
claim(
    "share of the network that one style needs for itself, in percent", 100 * own / whole, at_most=1
)
claim("styles in the shipped network", len(shipped.card["styles"]), equals=8)

cat = style.read("chelsea", runtime.by_budget(smoke=48, laptop=208, full=256))


def as_(style_or_shares, pixels=150):
    """The cat by the shipped network, made smaller for looking at."""
    return style.resize(shipped(cat, style_or_shares), pixels)


for four in (data.SCHOOLS[:4], data.SCHOOLS[4:]):
    show(
        gallery({school: as_(data.SCHOOLS.index(school)) for school in four}, width=9),
        alt=f"The face of a cat four times, in the manner of {', '.join(four)}.",
    )

# %% [markdown]
# Lists of numbers can be mixed. With shares $w_1 + w_2 + \dots = 1$ the norm takes
# $\gamma = \sum_i w_i \gamma_i$ and $\beta = \sum_i w_i \beta_i$. Nobody trained for the mixtures.
# The four corners below are four styles, and all between them are mixtures of the corners.

# %%
corners = ["waves", "dots", "leaves", "glass"]
places = [data.SCHOOLS.index(corner) for corner in corners]
across = torch.linspace(0, 1, runtime.by_budget(smoke=2, laptop=6, full=6))


def shares(x, y):
    """Shares (8,) of the four corners at a place of the square."""
    found = torch.zeros(8)
    found[places] = torch.tensor([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y])
    return found


mixtures = [shares(x, y) for y in across.tolist() for x in across.tolist()]
mixed = torch.cat([as_(mixture, 96) for mixture in mixtures])
show(
    plots.grid(2 * mixed - 1, columns=len(across), scale=1).quantize(256),
    alt="A square of small pictures of the cat. The corners are waves, dots, leaves and glass; "
    "along every row and column one turns into the next without a jump.",
)

# %%
steps_between = mixed.unflatten(0, (len(across), -1)).diff(dim=1).flatten(2).norm(dim=2)
ends = mixed.unflatten(0, (len(across), -1))
ends = (ends[:, -1] - ends[:, 0]).flatten(1).norm(dim=1)
claim(
    "sum of a row's shares, furthest from 1",
    (torch.stack(mixtures).sum(1) - 1).abs().max(),
    at_most=1e-6,
)
claim(
    "largest step from neighbour to neighbour, over the whole way",
    (steps_between.amax(1) / ends).max(),
    at_most=0.7,
    needs_training=True,
)


# %%
def blend(waves, dots, leaves, glass):
    """The cat in a mixture, and the mixture in words."""
    amounts = torch.tensor([waves, dots, leaves, glass]) + 1e-6
    amounts = amounts / amounts.sum()
    found = torch.zeros(8)
    found[places] = amounts
    image = style.to_image(as_(found, 432))
    words = ", ".join(f"{a:.0%} {name}" for a, name in zip(amounts.tolist(), corners, strict=True))
    return image, f"The cat: {words}."


Panel(blend, {name: (0.0, 1.0, float(name in ("waves", "dots"))) for name in corners}).show()

# %% [markdown]
# A style of your own need not begin at nothing, either. `style.train_fast("painting.jpg",
# start=style.schools())` keeps the convolutions, which know how to draw, and starts the new
# $\gamma$ and $\beta$ at the mean of those there are. `ganlearn stylize photo.jpg painting.jpg
# -o out.png --method fast` does so for you, and keeps the network for the next photograph.
#
# ## 7 · Any style
#
# Conditional instance norm *learns* $\gamma$ and $\beta$ for each style. Huang and Belongie (2017)
# do not learn them at all. They *measure* them: the mean and the spread of the style's features.
# With features $f$ of the content and $g$ of the style,
#
# $$\boxed{\;\operatorname{AdaIN}(f, g) = \sigma(g) \, \frac{f - \mu(f)}{\sigma(f)} + \mu(g)\;}$$
#
# has mean $\mu(g)$ and spread $\sigma(g)$. It is instance norm whose numbers come from a picture:
# **adaptive instance norm**. What is missing is the way back from features to pixels. A **decoder**
# learns that once, as the mirror of the encoder. It has nothing to do with styles.


# %%
def adain(f, g):
    """Features f (n, c, h, w) with the mean and spread of each channel of g."""
    mean, std = f.mean((2, 3), keepdim=True), f.std((2, 3), keepdim=True, correction=0)
    new_mean, new_std = g.mean((2, 3), keepdim=True), g.std((2, 3), keepdim=True, correction=0)
    return new_std * (f - mean) / (std + 1e-5) + new_mean


draw = style.decoder()
f, g = (eye(picture, ["relu4_1"])["relu4_1"] for picture in (photograph, painting))
ours = draw(adain(f, g)).clamp(0, 1)
claim("AdaIN(f, f) against f", (adain(f, f) - f).abs().max(), at_most=0.01)
far, near = (
    style.MEAN_STD.distance(style.mean_std(h), style.mean_std(g)) for h in (f, adain(f, g))
)
claim("distance from the style's mean and spread, after over before", near / far, at_most=1e-3)
library = any_style(photograph)
height, width = library.shape[-2:]
claim(
    "ours against the library's, mean difference",
    (ours[..., :height, :width] - library[..., : ours.shape[-2], : ours.shape[-1]]).abs().mean(),
    at_most=0.02,
)

# %% [markdown]
# In chapter 11 a statistic had a *distance*, and pixels descended it. In section 3 weights did.
# Here the same statistic has a **transport**: a map that arrives in one step. Mean and covariance
# have one, too. Centre the features, take away their covariance (whitening), and put in the style's
# (colouring): $f \mapsto \Sigma_g^{1/2} \Sigma_f^{-1/2} (f - \mu_f) + \mu_g$ (Li et al. 2017). It
# changes more, for it also moves which channels fire *together*.

# %%
closed = {"strength 0": any_style(photograph, 0.0), "AdaIN, half": any_style(photograph, 0.5)}
closed["AdaIN"] = any_style(photograph)
covariance = style.AnyStyle([painting], style.MEAN_COV)
closed["whitening-colouring"] = covariance(photograph)
show(
    gallery(closed, width=9),
    alt="The cup through the decoder alone, a little soft; with half and with all of the cut-outs' "
    "mean and spread, in their colours; and with their covariance, in stronger ones.",
)
decibels = -10 * (closed["strength 0"] - photograph).square().mean().log10()
claim("PSNR of encoder and decoder alone, in decibels", decibels, at_least=17)
verdicts = {
    name: style.judge(photograph, MANNER, made, method=eye).style for name, made in closed.items()
}
claim("judge: AdaIN over no style", verdicts["AdaIN"] / verdicts["strength 0"], at_most=0.95)
claim(
    "judge: whitening-colouring over no style",
    verdicts["whitening-colouring"] / verdicts["strength 0"],
    at_most=0.95,
)

# %% [markdown]
# Strength 0 is no photograph: what the decoder cannot draw is lost at every strength. When all your
# results are grey or soft, look at this picture first. If it is bad, no style will mend it.
#
# **Your own two pictures** take one line, and under a second. Paths to your files work in place of
# the names.

# %%
start = time.perf_counter()
own = style.stylize_any("chelsea", ["fields", "glass"], weights=[1, 2], size=SIZE)
claim("seconds, with the start of both networks", time.perf_counter() - start, at_most=15)
show(own.image, alt="The cat in a mixture of deep reds and the violets and oranges of the glass.")

# %% [markdown]
# ## 8 · Pictures that move
#
# A film is many pictures, and we can do twenty a second. Stylise each frame, and something odd
# happens: the film **flickers**. Two frames that look alike to us may come out differently. The
# network knows nothing of time.
#
# To measure that we must know how things moved. So we let a camera move over a photograph, by a
# path of our own. For every point of a frame we then know where it was in the frame before: the
# **flow**. Fetch the last result along the flow, and compare:
#
# $$\text{flicker} = \sqrt{\operatorname{mean}\, \big(y_t(p) - y_{t-1}(p + \text{flow}_t(p))\big)^2}
# \quad\text{over all points that were already seen.}$$

# %%
side_of_film, count = runtime.by_budget(smoke=(32, 3), laptop=(96, 6), full=(256, 16))
ground = style.read("chelsea", runtime.by_budget(smoke=64, laptop=240, full=500))
clip = motion.rotate(ground, count, side_of_film, degrees=1.5)
# A pan by whole pixels needs no interpolation: nothing flickers that nobody made flicker.
glide = motion.pan(ground, count, side_of_film, step=(2, 1))


def flickers(made, of=glide):
    """How much a clip (t, 3, height, width) changes beyond the motion."""
    return motion.flicker(made, of.flow, of.seen).item()


claim("flicker of the clip itself, gliding", flickers(glide.frames), at_most=1e-4)
claim("flicker of the clip itself, turning", flickers(clip.frames, clip), at_most=0.03)
noisy = glide.frames + 0.1 * torch.randn(glide.frames.shape, generator=random)
claim(
    "flicker of noise with spread 0.1, over 0.1 √2",
    flickers(noisy) / 0.02**0.5,
    at_least=0.9,
    at_most=1.1,
)

# %% [markdown]
# Every method now stylises the turning clip, frame by frame. For optimisation there is a second
# way, the **warm start** (Ruder et al. 2016): a frame begins with the last *result*, moved along,
# and not with the photograph. It needs fewer steps, and it ends near where it began.

# %%
first, later = runtime.by_budget(smoke=(3, 2), laptop=(40, 12), full=(150, 40))
film = clip.frames.split(1)
options = {"extractor": eye, "device": "cpu"}


def anew(frame):
    return style.stylize(frame, MANNER, size=side_of_film, steps=first, **options).pictures


turning = {
    "network": fast(clip.frames),
    "any style": any_style(clip.frames),
    "optimised, anew": torch.cat(list(video.each_frame(film, anew))),
    "optimised, warm": torch.cat(
        list(
            video.optimised(film, MANNER, first_steps=first, steps=later, flow=clip.flow, **options)
        )
    ),
}

# %% [markdown]
# A network has no start to be warmed. But it can be taught. The **temporal loss** asks that a moved
# picture be stylised to the moved result. It needs no film: move a photograph a little, at random,
# and the flow is known. We train our network on for a moment, with that term and without.

# %%
more = runtime.by_budget(smoke=2, laptop=40, full=1_000)
settings = {"steps": more, "size": side, "batch": batch, "contents": practice}
tuned = {
    weight: style.train_fast(
        MANNER,
        start=fast,
        temporal=weight,
        learning_rate=1e-3,
        extractor=eye,
        device="cpu",
        **settings,
    )
    for weight in (0.0, 0.3)
}
turning["network, trained on"] = tuned[0.0](clip.frames)
turning["network, temporal loss"] = tuned[0.3](clip.frames)
found = {name: flickers(made, clip) for name, made in turning.items()}

# %%
figure, ax = plt.subplots(figsize=(6.4, 2.6))
ax.barh(list(found), list(found.values()), color=plots.FAKE)
ax.axvline(flickers(clip.frames, clip), color=plots.TRUTH, lw=1, ls=":")
ax.invert_yaxis()
ax.set(xlabel="flicker, on the scale from 0 to 1", title="The same turning clip; dotted: itself")
show(
    figure,
    alt="Bars of flicker. Beginning anew flickers more than a warm start; the network trained with "
    "the temporal loss flickers less than the one trained on without it.",
)
claim(
    "optimised: warm start over beginning anew",
    found["optimised, warm"] / found["optimised, anew"],
    at_most=0.9,
    needs_training=True,
)
claim(
    "network: with the temporal loss over without",
    found["network, temporal loss"] / found["network, trained on"],
    at_most=0.95,
    needs_training=True,
)


# %%
shown = ["optimised, anew", "optimised, warm", "network, trained on", "network, temporal loss"]
figure, axes = plt.subplots(2, 4, figsize=(8.6, 4.5))
for (above, below), name in zip(axes.T, shown, strict=True):
    made = turning[name]
    before_it = motion.warp(made[-2:-1], clip.flow[-1:])
    change = ((made[-1:] - before_it) * clip.seen[-1:]).abs().mean(1)[0]
    above.imshow(made[-1].permute(1, 2, 0))
    above.set_title(name, fontsize=10)
    below.imshow(change, cmap="magma", vmin=0, vmax=0.3)
    for ax in (above, below):
        ax.set_axis_off()
show(
    figure,
    alt="Above, the last frame by four methods. Below, what of it flickers. Beginning anew: bright "
    "spots everywhere; warm start: fewer; network: its edges; with the temporal loss: hardly any.",
)

# %% [markdown]
# What to notice: calm has its price. A grey film does not flicker, so always look at the style
# distance as well. And here the flow was known. For a real clip `video.estimated_flow` estimates
# it; at edges where one thing covers another it is wrong, and there a film still shimmers.
#
# Clips come from GIFs, animated PNGs or folders of frames, and go there.

# %%
with tempfile.TemporaryDirectory() as folder:
    frames.write(
        turning["network, temporal loss"].split(1), Path(folder) / "cat.png", milliseconds=80
    )
    back = frames.clip(Path(folder) / "cat.png")
    again = torch.cat(list(back))
    claim("frames that came back", len(back), equals=count)
    claim(
        "largest change of a value",
        (again - turning["network, temporal loss"]).abs().max(),
        at_most=0.003,
    )

# %%
claim(
    "style distance of the calmed network over the other, judged",
    style.judge(ground, MANNER, tuned[0.3](ground), method=eye).style
    / style.judge(ground, MANNER, tuned[0.0](ground), method=eye).style,
    at_most=2,
    needs_training=True,
)

# %% [markdown]
# ## 9 · What the papers do, what we do
#
# | | the papers | here |
# |---|---|---|
# | the eye | VGG-16 or VGG-19, millions of weights | the course's own, under one million |
# | full size | 9 × 9 kernels, 32 channels | 5 × 5 and 16: half the time |
# | the way up | transposed convolution | enlarge, then convolve |
# | training | 40,000 steps of 4 × 256 pixels | 400 of 2 × 96 |
# | practice | 80,000 photographs | 256 pieces |
# | loss | weights such as $10^5$ | relative, one strength |
# | the style's statistic | Gram; mean and spread | mean and covariance, or what you choose |
# | decoder for any style | trained through AdaIN | half through AdaIN, half plain |
# | flow in films | another network | known, or by Lucas and Kanade |
#
# The decoder is worth a word. Trained through AdaIN alone, it may draw strength 0 as it likes, and
# the slider of strength then ends in a haze. Half of ours is plain pictures, there and back.
#
# ## 10 · When it fails
#
# - **Grey results from AdaIN.** Look at strength 0. Usually encoder and decoder do not fit: other
#   weights, another normalisation of the input, blue and red exchanged.
# - **A dark or bright frame along the border.** Zeros as padding.
# - **A regular pattern of dots.** Transposed convolutions, or too little total variation.
# - **Bright blobs that wander.** A channel has learnt to smuggle its size past the norm; train
#   longer, or with a smaller learning rate.
# - **Large pictures look finer grained than small ones.** The strokes have the size they were
#   trained at. Stylise small and enlarge, or train for the larger size.
# - **Tiles that differ in brightness.** Instance norm takes its mean over what it is shown, and a
#   tile is not the picture. Give it the whole frame.
# - **Red skies are blue in the film.** Some libraries read blue first. Send a clip of one colour
#   through before you trust any.
#
# ## Take-aways
#
# - One loss, three uses: pixels descend it, weights descend it, or a closed form meets it at once.
# - A network moves the cost from the picture to the training. From some number of pictures on it
#   pays, and that number can be computed.
# - Instance norm removes a picture's own contrast; its scale and shift are where a style lives.
#   They can be learnt (one style), looked up (many), mixed, or measured (any).
# - Speed is judged together with quality, and flicker together with both.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts.

# %% tags=["quiz"]
quiz(
    "Training takes 60 seconds, optimisation 6 a picture, a pass 0.05. When does training pay?",
    [
        "from the 10th picture on",
        "from the 11th picture on",
        "from the 120th picture on",
        "from the 1,200th picture on",
    ],
    right=1,
    because=[
        "Ten optimised pictures take 60 seconds; training and ten passes take 60.5.",
        "60 / (6 − 0.05) is about 10.1, so ten pictures are not yet enough.",
        "6 / 0.05 = 120 says how many times faster a pass is; the training is not in it.",
        "60 / 0.05 = 1,200 passes last as long as the training; that saves nothing yet.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why does a convolution before instance norm need no bias?",
    [
        "After training its bias is close to 0 anyway",
        "The norm divides by the spread, and that makes a bias vanish",
        "The next convolution has a bias and makes up for it",
        "The norm subtracts the channel's mean, and the bias with it",
    ],
    right=3,
    because=[
        "Nothing draws it there: the loss does not depend on it, so its gradient is 0.",
        "To divide would only change its size; it is gone before, with the mean.",
        "That one may stand before a norm, too; what shifts a channel is the norm's own beta.",
        "A bias adds the same to every place of a channel, so it is a part of the mean.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Somebody sends a large picture through our network in four tiles. What will one see?",
    [
        "tiles that differ in brightness and contrast",
        "thin seams where tiles meet, and no other difference",
        "no difference, since convolutions see only what is near",
        "strokes of twice the size, since each tile is a picture",
    ],
    right=0,
    because=[
        "Each is normalised by itself, so a tile of sky becomes as lively as a tile of faces.",
        "Borders do make seams; but the mean and spread of a tile change all of its pixels.",
        "Convolutions do, but instance norm takes mean and spread over all that it is shown.",
        "Strokes have the size in pixels that they had in training, in a tile as in the whole.",
    ],
)

# %% tags=["quiz"]
quiz(
    "AdaIN gives a photograph its own style, at full strength. What comes back?",
    [
        "the photograph itself, since nothing was changed",
        "a grey picture, since mean and spread cancel out",
        "the photograph as the decoder can draw it",
        "the photograph with twice its contrast",
    ],
    right=2,
    because=[
        "The features are unchanged, but the pixels must be drawn from them by the decoder.",
        "Mean and spread are taken away and then put back, the same ones.",
        "AdaIN of features with themselves gives these features, and the decoder draws them.",
        "The old spread is divided out before the new one comes in, so nothing doubles.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A method for films has flicker 0. Is it good?",
    [
        "Yes: nothing changes that should not change",
        "No: where things move, some flicker is right",
        "Yes, if its content distance is small, too",
        "Not for sure: a grey film has flicker 0, too",
    ],
    right=3,
    because=[
        "That is what flicker asks, and a film of one constant grey fulfils it.",
        "Flicker is taken along the motion; what only moves has none.",
        "The film as it was has both, and no style at all.",
        "Ask for its style distance and its content distance as well.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - J. Johnson, A. Alahi, L. Fei-Fei, *Perceptual losses for real-time style transfer and
#   super-resolution*, 2016, [arXiv:1603.08155](https://arxiv.org/abs/1603.08155).
# - D. Ulyanov, A. Vedaldi, V. Lempitsky, *Instance normalization: the missing ingredient for fast
#   stylization*, 2016, [arXiv:1607.08022](https://arxiv.org/abs/1607.08022).
# - V. Dumoulin, J. Shlens, M. Kudlur, *A learned representation for artistic style*, 2017,
#   [arXiv:1610.07629](https://arxiv.org/abs/1610.07629): conditional instance norm.
# - X. Huang, S. Belongie, *Arbitrary style transfer in real-time with adaptive instance
#   normalization*, 2017, [arXiv:1703.06868](https://arxiv.org/abs/1703.06868).
# - Y. Li et al., *Universal style transfer via feature transforms*, 2017,
#   [arXiv:1705.08086](https://arxiv.org/abs/1705.08086): whitening and colouring.
# - M. Ruder, A. Dosovitskiy, T. Brox, *Artistic style transfer for videos*, 2016,
#   [arXiv:1604.08610](https://arxiv.org/abs/1604.08610): warm start and temporal loss.
# - W.-S. Lai et al., *Learning blind video temporal consistency*, 2018,
#   [arXiv:1808.00449](https://arxiv.org/abs/1808.00449): the measure of flicker.
# - A. Odena, V. Dumoulin, C. Olah, *Deconvolution and checkerboard artifacts*, 2016,
#   [doi:10.23915/distill.00003](https://doi.org/10.23915/distill.00003).
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/12_fast_and_any_style.ipynb).
