# %% [markdown]
# # 05 · The failure museum
#
# **What goes wrong when two networks play, how do you notice, and what helps?**
#
# <!-- badges -->
#
# Afterwards you can
# - read six numbers off a run that say more than its losses;
# - switch on twelve failures by name, explain each, and cure it;
# - look at a log and say what ails the run, and what to try first;
# - say which tricks of the trade helped here, by how much, and how sure we are.
#
# *Before this:* chapters 03 and 04.
# *Time:* about 80 minutes to read; the notebook runs in about a minute on two CPU cores.

# %%
import csv
import json
from pathlib import Path

from ganlearn import data, losses, museum, nets, plots, runtime, training, widgets
from ganlearn.museum import folklore
from ganlearn.notebook import claim, predict, quiz, quiz_score, show
from ganlearn.progress import bar

import matplotlib.pyplot as plt
import torch

show(plots.course_map(here=5), alt="The chapters of the course in a row; the fifth is filled.")

# %% [markdown]
# ## 1 · Vital signs
#
# Chapter 03 ended with a warning: the losses of two players do not tell how good the samples are.
# A doctor does not ask two opponents how they feel. She takes pulse and temperature. Which numbers
# would those be? They have to be cheap, and they should mean the same for points and for pictures.
#
# Write $\ell(x)$ for the discriminator's logit and $L_G$ for the generator's loss.
#
# - **told apart**: draw a real and a generated sample. How often has the real one the higher logit?
#   One half for a guess, 1 for a discriminator that always wins.
# - **pull**: how hard does $L_G$ ask for a higher logit, a sample?
#   $\;-\sum_i \partial L_G / \partial \ell(G(z_i))$. For the non-saturating loss it is the mean of
#   $1 - D(G(z))$, between 0 and 1; for minimax it is the mean of $D(G(z))$.
# - **push**: how strongly are the samples themselves moved, $\sum_i \lVert \partial L_G / \partial
#   G(z_i) \rVert$, times the spread of the data. Pull, times how steep the discriminator is.
# - **spread** of the samples over the spread of the data.
# - **variety**: look up the nearest real sample of every generated one. How many *different* real
#   samples come up, over the number that other real samples reach?
# - **place**: where the mean of the samples is, along two fixed directions.
#
# The first two by hand, for a game of 200 steps:

# %%
ring = data.ring(modes=8, radius=2.0, std=0.1)
game = training.Game(*nets.mlp((2,), latent=2, hidden=64, seed=0))
trainer = training.Trainer(game, ring, seed=0, learning_rate=1e-3, device="cpu")
*_, report = trainer.run(200)

random = runtime.generator(1)
with torch.no_grad():
    real_logits = game.discriminator(ring.draw(256, random))
    fake_logits = game.discriminator(game.generator(torch.randn(256, 2, generator=random)))
told_apart = (real_logits[:, None] > fake_logits[None, :]).float().mean()

fake_logits.requires_grad_()
losses.non_saturating.generator(fake_logits).backward()
pull = -fake_logits.grad.sum()

claim("told apart, by hand minus by the trainer", told_apart - report.signs["told apart"],
      at_least=-0.1, at_most=0.1)  # fmt: skip
claim("pull minus the mean of 1 − D", pull - (1 - fake_logits.sigmoid()).mean(),
      at_least=-1e-5, at_most=1e-5)  # fmt: skip
print("signs in a report:", ", ".join(report.signs))

# %% [markdown]
# Every `Report` of a trainer carries them, and so does every line of a log. They are taken when a
# report is made, on probes that stay the same, with random numbers of their own: the run is bit for
# bit the one without them. Nothing is measured in between, so a step costs what it did.
#
# First a run in which nothing is wrong, from five seeds. Watch its signs, to know what health looks
# like.

# %%
well = museum.healthy()


def sign(visit, name):
    """A sign of every member over the run: (reports, members)."""
    return torch.tensor([[line[f"sign/{name}"] for line in log] for log in visit.logs]).T


SIGNS = ("told apart", "pull", "spread", "variety")
figure, axes = plt.subplots(1, 4, figsize=(9.8, 2.6), sharex=True)
for ax, name in zip(axes, SIGNS, strict=True):
    plots.band(ax, well.steps, sign(well, name), label=name, color=plots.REAL)
    ax.set(title=name, xlabel="step", ylim=(0, 1.3))
show(
    figure,
    alt="Four signs of five healthy runs. Told apart stays between 0.6 and 0.95, pull near 0.6, "
    "spread comes to 1, variety climbs to about one half.",
)
claim("modes covered, of eight, worst of five seeds", well.values.min(), at_least=6)
claim("told apart at the end, largest", sign(well, "told apart")[-1].max(), at_most=0.95)
claim("variety at the end, smallest", sign(well, "variety")[-1].min(), at_least=0.2)

# %% [markdown]
# What to notice: a healthy discriminator does win, about four comparisons in five. If it never won
# it could not teach. The pull stays near one half, and spread and variety grow. Variety ends near
# one half because some samples still lie on the threads between the modes.
#
# ## 2 · Twelve failures
#
# Now we switch things on that go wrong. Each exhibit has a **symptom**, which is one number, and a
# **cure**, which is the same game with one change. Each is played from five seeds.

# %%
visits = {
    (name, cured): well
    if (name, cured) == ("mode collapse", True)
    else museum.run(name, cured=cured)
    for name in bar(museum.failures(), title="the museum")
    for cured in (False, True)
}
for name in museum.failures():
    shown = museum.exhibit(name)
    ill, cured = (visits[name, c].values for c in (False, True))
    assert shown.failed(ill).all() and shown.recovered(cured).all(), (name, ill, cured)
    print(f"{name:36} {shown.symptom}")
claim("failures that occur in 5 of 5 seeds and are cured in 5 of 5", len(visits) / 2, equals=12)

# %%
figure, axes = plt.subplots(3, 4, figsize=(9.8, 6.4))
for ax, name in zip(axes.flat, museum.failures(), strict=True):
    ill, cured = (visits[name, c].values.clamp(min=1e-4) for c in (False, True))
    ax.plot([0] * 5, ill, "X", color=plots.FAKE, ms=8, alpha=0.6)
    ax.plot([1] * 5, cured, "o", color=plots.REAL, ms=7, alpha=0.6)
    wide = max(ill.max(), cured.max()) > 50 * min(ill.min(), cured.min())
    if wide and "modes" not in museum.exhibit(name).symptom:
        ax.set_yscale("log")
    ax.set_title(name.removeprefix("a ").replace(" that is ", "\n"), fontsize=9.5)
    ax.set(xlim=(-0.6, 1.6), xticks=(0, 1), xticklabels=("ill", "cured"))
show(
    figure,
    alt="Twelve panels, one a failure: five crosses for the ill runs and five dots for the cured "
    "ones. In every panel the two groups lie far apart and do not overlap.",
)

# %% [markdown]
# Five crosses and five dots in each panel, and they never mix. (The symptoms are in the list above
# the figure.) Choose an exhibit and see it; `museum.run("mode collapse", cured=True)` plays it
# again, with other seeds if you like.


# %%
def picture_of(name, cured):
    """Samples of one member, or the number on the way where there are no samples."""
    visit = visits[name, cured]
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3), width_ratios=(1, 1.5))
    if visit.samples is None or visit.samples.dim() == 5:
        if visit.samples is not None:
            left.imshow(plots.grid(visit.samples[0][:16], columns=4, scale=4))
        left.set_axis_off()
    else:
        plots.cloud(left, visit.samples[0], real=visit.real)
        left.set(xticks=[], yticks=[])
    right.plot(visit.steps, visit.curve, "o-" if len(visit.steps) == 1 else "-",
               color=plots.REAL if cured else plots.FAKE, alpha=0.7)  # fmt: skip
    right.set_title(museum.exhibit(name).symptom, fontsize=9)
    right.set_xlabel("step")
    figure.suptitle(f"{name}, {'cured' if cured else 'ill'}", fontsize=10)
    return figure


def draw(failure, cured):
    from io import BytesIO

    from PIL import Image

    name, png = museum.failures()[round(failure) - 1], BytesIO()
    figure = picture_of(name, cured)
    figure.savefig(png, format="png", dpi=80, bbox_inches="tight")
    plt.close(figure)
    shown = museum.exhibit(name)
    return Image.open(png), f"{name}: {shown.cure if cured else shown.cause}"


widgets.Panel(draw, {"failure": (1, 12, 1)}, {"cured": False}, step=1).show()
show(
    picture_of("a discriminator that is too strong", False),
    alt="One exhibit of the widget: the ring's tight clouds, and generated points along a line "
    "beside them; to the right the pull of five seeds, which stays near 0.9.",
)

# %% [markdown]
# ### Mode collapse
#
# All latents give nearly the same sample. Before you look at the cause, a guess.

# %%
guess = None  # "a", "b" or "c"
predict(
    "On the healthy board, which change makes the generator collapse?",
    choices={
        "a": "a discriminator that learns twenty times slower",
        "b": "a discriminator that learns twenty times faster",
        "c": "a smaller batch",
    },
    guess=guess,
    answer="a",
    why={
        "a": "the generator runs to the best point of an old map before the map changes.",
        "b": "a fast discriminator brings other trouble; it notices a heap of samples at once.",
        "c": "small batches are noisy; section 4 measures what that does.",
    },
)

# %%
figure, axes = plt.subplots(1, 6, figsize=(9.8, 2.1))
for seed, ax in enumerate(axes):
    cured = seed == 5
    visit = visits["mode collapse", cured]
    modes = int(visit.values[seed % 5])
    title = f"cured: {modes}" if cured else f"ill: {modes} modes"
    points = visit.samples[seed % 5]
    reach = max(3.0, 1.1 * points.abs().max().item())
    plots.cloud(ax, points, real=visit.real, title=title, limit=reach)
    ax.set(xticks=[], yticks=[])
show(
    figure,
    alt="Five ill runs: the generated points form a short line or a clump somewhere near the ring. "
    "One cured run: points at all eight clouds.",
)
ill = visits["mode collapse", False]
claim("ill: most modes covered by any of five seeds", ill.values.max(), at_most=3)
claim("ill: variety at the end, median of five", sign(ill, "variety")[-1].median(), at_most=0.15)

# %% [markdown]
# Fix the discriminator for a moment. The best answer to it is not a distribution; it is the *one
# point* with the highest logit. A generator that is much faster than its opponent gets near that
# answer: it plays $\max_D \min_G$ and not $\min_G \max_D$, and these are different games. When the
# discriminator has understood, the heap moves on. The cure is to let the discriminator learn
# faster: **two time scales**. Cured: at least six modes from every seed, mostly all eight.
#
# ### Saturation, and plain gradient descent
#
# Chapter 02 derived it: for minimax the pull is $D(G(z))$. Give the discriminator 200 moves of
# head start on data that are far away, and watch spread and pull.

# %%
figure, axes = plt.subplots(1, 4, figsize=(9.8, 2.7))
shown = [
    ("saturation", "pull"),
    ("oscillation", "distance to the data"),
    ("a critic without a constraint", "slope of the critic"),
    ("a discriminator that is too strong", "pull"),
]
for ax, (name, title) in zip(axes, shown, strict=True):
    for cured, color in ((False, plots.FAKE), (True, plots.REAL)):
        visit = visits[name, cured]
        reports = range(1, len(visit.steps) + 1)
        plots.band(ax, reports, visit.curve, label="cured" if cured else "ill", color=color)
    ax.set(title=title, xlabel="report")
axes[2].set_yscale("log")
axes[0].legend()
show(
    figure,
    alt="Four symptoms on the way, ill and cured. Saturation: pull near zero, cured near one. "
    "Oscillation: the distance swings for ever or falls to zero. Critic: the slope climbs to a "
    "thousand or stays at one. Too strong: a pull near 0.9, cured near one half.",
)
ill, cured = (visits["saturation", c].values for c in (False, True))
claim("saturation: pull at the end, largest of five", ill.max(), at_most=0.1)
claim("the same with the non-saturating loss, smallest", cured.min(), at_least=0.4)
last = visits["oscillation", False].curve[-6:]
claim("oscillation: how far it still swings, smallest of five", last.amax(0).min(), at_least=0.3)
claim(
    "with R1: distance at the end, largest", visits["oscillation", True].values.max(), at_most=0.05
)

# %% [markdown]
# What to notice:
#
# - **Saturation.** The ill pull is next to nothing. With plain gradient descent the samples stay
#   where they are. (Adam divides the gradient by its own size and may get away from there. It then
#   divides noise by noise.)
# - **Oscillation.** This is the Dirac-GAN of chapter 02 with Adam: it circles for ever. R1 makes
#   steepness at the data costly, and the circle becomes a spiral inwards (chapter 06).
# - **A critic without a constraint.** The Wasserstein loss has no bound. The slope of the critic
#   should be 1; it passes 100 and its loss means nothing.
# - **A discriminator that is too strong.** Ten moves at twenty times the rate. The
#   non-saturating loss does pull, with nearly all its strength, but along a wall that changes with
#   every move.
#
# ### Numbers that are none

# %%
for name in ("log of sigmoid", "a learning rate that is too high"):
    ill, cured = (visits[name, c].values for c in (False, True))
    claim(f"{name}: steps of 100 survived, longest of five", ill.max(), at_most=80)
    claim(f"{name}, cured: shortest of five", cured.min(), equals=100)
try:
    naive = losses.Loss(
        "naive", lambda r, f: -torch.sigmoid(r).log().mean(), losses.minimax.generator
    )
    broken = training.Game(*nets.mlp((2,), latent=2, hidden=32), loss=naive)
    with torch.no_grad():
        broken.discriminator.body[-1].bias.fill_(-120.0)
    list(training.Trainer(broken, ring, device="cpu").run(2))
except training.NotFinite as error:
    print(error)

# %% [markdown]
# The trainer does not go on with spoilt weights: it stops with a sentence, and does not overwrite
# the last good state. Gradient clipping is no help against `nan`: it cannot shorten what has no
# length.
#
# ### Slopes, ranges and copies

# %%
figure, axes = plt.subplots(1, 4, figsize=(9.8, 2.9))
for ax, (name, cured) in zip(
    axes,
    [
        ("another range", False),
        ("another range", True),
        ("checkerboard", False),
        ("checkerboard", True),
    ],
    strict=True,
):
    ax.imshow(plots.grid(visits[name, cured].samples[0][:16], columns=4, scale=4))
    ax.set_title(f"{name}, {'cured' if cured else 'ill'}", fontsize=10)
    ax.set_axis_off()
show(
    figure,
    alt="Four sheets of small pictures. Another range: pale grey blots without black, and cured, "
    "dark pictures with blots. Checkerboard: a fine regular check, and cured, smooth blocks.",
)
claim(
    "data in [0, 1]: accuracy of the sign test",
    visits["another range", False].values.min(),
    at_least=0.9,
)
claim("data in [−1, 1]: the same test", visits["another range", True].values.max(), at_most=0.6)
slopes = [visits["weights clipped too tight", c].values for c in (False, True)]
claim("weights clipped to 0.01: largest slope of the critic", slopes[0].max(), at_most=0.02)
claim("gradient penalty instead: smallest slope", slopes[1].min(), at_least=0.2)

# %%
figure, axes = plt.subplots(1, 3, figsize=(9.2, 3))
for ax, cured in zip(axes, (False, True), strict=False):
    visit = visits["memorisation", cured]
    plots.cloud(ax, visit.samples[0], real=visit.real, limit=3.2)
    ax.set_title("4,096 training points" if cured else "8 training points")
    ax.set(xticks=[], yticks=[])
visit = visits["both on one side", False]
reach = 1.1 * visit.samples[0].abs().max().item()
plots.cloud(axes[2], visit.samples[0], real=visit.real, title="both on one side", limit=reach)
axes[2].set(xticks=[], yticks=[])
eight = visits["memorisation", False].real.unique(dim=0)
axes[0].plot(*eight.T, "s", ms=7, mfc="none", color=plots.TRUTH)
show(
    figure,
    alt="Left: generated points gather about eight marks. Middle: they fill the round cloud. "
    "Right: the ring, and generated points that have fled from it.",
)
near = [visits["memorisation", c].values for c in (False, True)]
claim("8 training points: distance to the nearest, relative to fresh", near[0].max(), at_most=0.6)
claim("4,096 training points: the same", near[1].min(), at_least=0.8)
pulls = sign(visits["both on one side", False], "pull")[-1]
claim("both on one side: largest pull, which should be positive", pulls.max(), at_most=0)

# %% [markdown]
# **Memorisation** is the failure that no sign shows: the discriminator is content, variety is
# perfect, and the samples are copies. Only samples that were *held back* tell (chapter 08).
#
# **Both on one side** is chapter 03's E03: the generator lowers the discriminator's own loss. All
# losses fall beautifully. The pull gives it away: it has the wrong sign.
#
# ## 3 · Diagnose this run
#
# Four logs without their names. Look at the signs and say what ails each. They are, in another
# order: a discriminator that is too strong, a collapse, an oscillation, and a saturated loss.

# %%
cases = {
    "A": visits["saturation", False].logs[1],
    "B": visits["mode collapse", False].logs[3],
    "C": visits["a discriminator that is too strong", False].logs[0],
    "D": visits["oscillation", False].logs[2],
}
figure, axes = plt.subplots(2, 4, figsize=(9.8, 4.2), sharey="row")
for (letter, log), (top, bottom) in zip(cases.items(), axes.T, strict=True):
    report = range(1, len(log) + 1)
    for name, style in (("told apart", "-"), ("pull", "--")):
        top.plot(report, [line[f"sign/{name}"] for line in log], style, label=name)
    for name, style in (("spread", "-"), ("variety", "--")):
        values = [line[f"sign/{name}"] for line in log]
        bottom.plot(report, values, style, label=name)
    places = [line["sign/place 1"] for line in log]
    largest = max(map(abs, places))
    bottom.plot(report, [p / largest for p in places], ":", color="black", label="place (scaled)")
    top.set(title=f"run {letter}", ylim=(-0.05, 1.1))
    bottom.set(xlabel="report", ylim=(-1.15, 1.4))
axes[0, 0].legend(fontsize=8)
axes[1, 0].legend(fontsize=8)
show(
    figure,
    alt="Signs of four runs. A: told apart 1, pull near 0, spread 0. B: told apart about one half, "
    "variety near 0. C: told apart 1 and pull near 1. D: told apart and place swing, spread 1.",
)

# %%
guess = None  # "a", "b", "c" or "d"
predict(
    "What ails run A?",
    choices={"a": "too strong", "b": "collapse", "c": "oscillation", "d": "a saturated loss"},
    guess=guess,
    answer="d",
    why={
        "a": "its discriminator does win, but look at the pull: nobody asks for anything.",
        "b": "the samples are alike, but only because they were never moved from the start.",
        "c": "nothing moves at all.",
        "d": "told apart 1 and pull 0: sure discriminator, silent loss.",
    },
)
guess = None  # "a", "b", "c" or "d"
predict(
    "And run C?",
    choices={"a": "too strong", "b": "collapse", "c": "oscillation", "d": "a saturated loss"},
    guess=guess,
    answer="a",
    why={
        "a": "told apart near 1 while the pull is as large as it gets: pulled hard, gains nothing.",
        "b": "compare with run B, where the discriminator is fooled about half of the time.",
        "c": "the swing of run D comes back to where it was; this one does not.",
        "d": "the pull is near 1, the opposite of saturation.",
    },
)

# %%
for letter, log in cases.items():
    print(f"run {letter}: {training.diagnose(log).word}")

# %% [markdown]
# `training.diagnose` reads a log like this and says it in words. Each of its rules is a line about
# the medians of the last third of the log. During `trainer.run` its word appears beside the
# progress bar. For a saved run the command is `ganlearn diagnose runs/digits`. In full, for run B:

# %%
(finding, *_) = training.diagnose(cases["B"]).findings
print(finding.name, "—", finding.says)
print("to try:", finding.advice)
named = sum(
    museum.exhibit(name).finding in names
    for name in museum.failures()
    for names in visits[name, False].doctor
    if museum.exhibit(name).finding
)
claim(
    "ill runs that the doctor names rightly, of the 50 whose failure the signs show",
    named,
    at_least=48,
)
claim("healthy runs with a finding, of 5", sum(map(len, well.doctor)), equals=0)

# %% [markdown]
# A warning about this doctor: her bounds were set on this museum, with fully connected players on
# small boards. On other games she may cry wolf or miss one. Look at the samples all the same.
#
# ## 4 · The folklore, measured
#
# "Use Adam with $\beta_1 = 0.5$. Smooth the labels. Add noise. Clip the gradients." Lists of such
# tricks are everywhere, and numbers are rare. We tried 23 of them, one at a time, on two boards:
#
# - **even**: the ring of chapter 03, both rates 0.001, 600 steps;
# - **prone to collapse**: the same, with a discriminator ten times slower.
#
# Each was played from ten seeds, with the same first weights on and off. The score is the exact
# Wasserstein distance $W_1$ between 512 samples and 512 points of the data (chapter 06 derives it;
# two sets of real points are about 0.15 apart). For seed $i$ let $\delta_i$ be *on* minus *off*.
# The 95 % interval of the mean is
#
# $$\bar\delta \pm t_{0.975,\,n-1}\, \frac{s_\delta}{\sqrt n}.$$
#
# If it contains 0, we have not seen a difference. That is not the same as "there is none".

# %%
results = Path("../benchmarks/results")
rows = list(csv.DictReader((results / "folklore.csv").read_text(encoding="utf-8").splitlines()))
record = json.loads((results / "folklore.json").read_text(encoding="utf-8"))
tricks = list(dict.fromkeys(row["trick"] for row in rows))
boards = list(dict.fromkeys(row["board"] for row in rows))
table = {(row["board"], row["trick"]): row for row in rows}
number = lambda board, trick, column: float(table[board, trick][column])


def verdict(board, trick):
    """−1: the distance became smaller; 1: larger; 0: the interval contains 0."""
    low, high = (number(board, trick, f"distance {end}") for end in ("low", "high"))
    return 1 if low > 0 else -1 if high < 0 else 0


figure, axes = plt.subplots(1, 2, figsize=(9.8, 6.2), sharey=True)
for ax, board in zip(axes, boards, strict=True):
    for y, trick in enumerate(tricks):
        mean, low, high = (
            number(board, trick, f"distance {c}") for c in ("difference", "low", "high")
        )
        color = {-1: plots.REAL, 0: "#777777", 1: plots.FAKE}[verdict(board, trick)]
        ax.plot([low, high], [y, y], color=color, lw=2)
        ax.plot(mean, y, {-1: "o", 0: "s", 1: "X"}[verdict(board, trick)], color=color)
    ax.axvline(0, color=plots.TRUTH, lw=0.8)
    off = number(board, tricks[0], "distance off")
    ax.set(title=f"{board} (without: {off:.2f})", xlabel="change of the distance; left is better")
    ax.set_yticks(range(len(tricks)), tricks)
axes[0].invert_yaxis()
axes[0].set_xscale("symlog", linthresh=0.1)
axes[1].set_xscale("symlog", linthresh=1)
show(
    figure,
    alt="Change of the distance to the data by each of 23 tricks, with 95 % intervals, on two "
    "boards. On the even board most intervals are short and contain zero or lie right of it; on "
    "the board prone to collapse many lie far on the left.",
)
print("seeds:", record["seeds"], " steps:", record["steps"])

# %% [markdown]
# What to notice, first on the even board (both axes are stretched near 0). What matters there is
# not on most lists: enough steps at a high enough rate, a batch that is not tiny, a generator that
# is not the faster one, and **momentum**. With $\beta_1 = 0.9$, Adam's own default, the players
# overshoot each other. $\beta_1 = 0.5$ or 0 and RMSprop, which has no momentum, do alike. A
# Wasserstein critic that moves only once a step is too slow to be of use (chapter 06 gives it
# five). Minimax, least squares, hinge, smoothed labels, noise, clipped gradients: their intervals
# contain 0. With ten seeds and this board we cannot tell them from nothing.

# %%
claim("β₁ = 0.9, even board: at the least it adds to the distance",
      number("even", "β₁ = 0.9", "distance low"), at_least=0.5)  # fmt: skip
claim("a batch of 16: at the least it adds",
      number("even", "batch of 16", "distance low"), at_least=0.02)  # fmt: skip
claim("both rates / 5: at the least it adds",
      number("even", "both learning rates / 5", "distance low"), at_least=0.1)  # fmt: skip
unclear = [
    "one-sided label smoothing",
    "instance noise",
    "gradient clipping",
    "least squares",
    "hinge",
]
claim("of smoothing, noise, clipping, least squares, hinge: no difference seen",
      sum(verdict("even", trick) == 0 for trick in unclear), at_least=4)  # fmt: skip

# %% [markdown]
# Now the board that collapses. One published answer to "how do I cure mode collapse?" is "clip the
# gradients" **(E27)**. Clipping bounds the length of a step. It changes neither what is minimised
# nor who moves faster: Adam divides by the size of the gradient anyway. What does help makes the
# discriminator faster, by its rate or by more moves.

# %%
prone = "prone to collapse"
claim(
    "without: modes covered, mean of ten",
    number(prone, "gradient clipping", "modes off"),
    at_most=2,
)
claim("gradient clipping: at the most it adds to the modes covered",
      number(prone, "gradient clipping", "modes high"), at_most=1.5)  # fmt: skip
for trick in ("two time scales: D 4 times G", "5 moves of D for one of G"):
    claim(f"{trick}: at the least it adds", number(prone, trick, "modes low"), at_least=1.5)
claim("minibatch standard deviation: at the most it adds",
      number(prone, "minibatch standard deviation", "modes high"), at_most=1.5)  # fmt: skip

# %% [markdown]
# The last line is a surprise. Minibatch standard deviation was made against collapse, and does
# nothing here. Its number tells the two sides apart perfectly (exercise 05.3). But a discriminator
# that learns too slowly learns too slowly to use it. A trick is an answer to *one* cause; so find
# the cause first. That is what the signs are for.
#
# Let us run one row again, with five seeds, to see where such a row comes from.

# %%
seeds = runtime.by_budget(smoke=2, laptop=5, full=10)
off = folklore.score(None, prone, seeds=seeds)
on = folklore.score("gradient clipping", prone, seeds=seeds)
gap = folklore.difference(on.modes, off.modes)
claim("modes covered without clipping", sum(off.modes) / seeds, at_most=3)
claim("modes covered with clipping", sum(on.modes) / seeds, at_most=3)
claim("middle of the interval of the change", gap.mean, at_least=-2, at_most=2)

# %% [markdown]
# ### Two pieces that the table uses
#
# **Average of the weights** (EMA). The generator that is shown is an average over the recent past,
# $\bar\theta \leftarrow k\,\bar\theta + (1 - k)\,\theta$ with $k = 2^{-B/h}$ for a batch of $B$ and
# a half-life of $h$ *samples*. It takes no part in the game, so it changes no run; it only smooths
# what is shown. Averages of generators that hop between modes cover no more modes.
#
# **Minibatch standard deviation** appends one number to the features of each sample: the standard
# deviation over the batch, of every feature, averaged.

# %%
features = torch.tensor([[2.0, -3.0], [-2.0, 3.0]])
claim("what is appended to these two samples", nets.minibatch_std(features)[0, -1], equals=2.5)
claim("to a constant batch", nets.minibatch_std(torch.ones(4, 2))[0, -1], equals=0)

everything = [
    modes
    for board in record["results"].values()
    for trick in board.values()
    for modes in trick["modes"]
]
print("runs in the table:", len(everything))
solved = sum(modes >= 7 for modes in everything) / len(everything)
claim("share of all runs that cover seven modes or more", solved, at_least=0.25, at_most=0.45)

# %% [markdown]
# ## 5 · What the articles ask, and what we measured
#
# - *GANs are "sensitive to many hyper-parameters".* Yes, to a few. One number, $\beta_1$, took the
#   distance from 0.4 to above 1. Most others did nothing that ten seeds can show.
# - *Which optimiser, Adam or RMSprop?* Either, without much momentum. Plain gradient descent needs
#   other rates and more steps.
# - *Which learning rate?* Here 0.001 to 0.005 for 600 steps. The *ratio* of the two rates decides
#   about collapse; too high a rate ends in `nan` (section 2).
# - *Which batch size?* 16 was worse than 64 at equal steps, 256 not clearly better. They saw a
#   quarter of the samples, and four times as many.
# - *Which loss?* On this board none of the losses on logits stood out. Minimax saturates when $D$
#   wins early and the optimiser is plain.
# - *"Mode collapse is cured by gradient clipping"* (E27). No. By a discriminator that keeps up.
# - *"Change the architecture"* against collapse. A discriminator with too few units collapses as
#   well (chapter 03).
# - *Gradient penalties make training stable.* R1 stops the Dirac-GAN's circle, and a Wasserstein
#   critic needs one. On the even board R1 changed nothing that we can see.
# - *"Efficient, in a short time, not limited to any domain"* (E28). About one run in three of
#   the table solved a toy. Chapter 08 measures the rest.
# - *How many rounds?* Until a score on held-out data stops rising. The losses do not tell.
#
# These are answers about a ring, players of two hidden layers and 600 steps. On pictures some of
# them change: there R1, averages and augmentation earn their place (chapters 06 and 15).

# %% [markdown]
# ## What the paper does, what we do
#
# | | published | here |
# |---|---|---|
# | two time scales (Heusel et al. 2017) | several ratios, pictures | 4 times, points |
# | one-sided smoothing (Salimans et al. 2016) | 0.9, beside five other tricks | 0.9, alone |
# | instance noise (Sønderby et al. 2017) | fades during training | constant, 0.1 |
# | minibatch deviation (Karras et al. 2018) | last block, groups of 4 | last layer, whole batch |
# | comparisons | mostly one run each | ten seeds, paired, with an interval |
#
# ## When it fails
#
# This chapter is that box. From now on the boxes of other chapters point here:
# `museum.failures()` lists the names.
#
# ## Take-aways
#
# - Losses are opinions of opponents. Told apart, pull, push, spread, variety and place are signs.
# - Each failure has a sign that gives it away, except memorisation: that needs held-out data.
# - Collapse here is a discriminator that is too slow; saturation one that is too sure for a loss
#   that is silent then. The cures point in opposite directions, so diagnose first.
# - Low momentum mattered more than any trick. Gradient clipping cures no collapse.
# - An interval that contains 0 says "not seen with ten seeds".

# %% [markdown]
# ## Quiz
#
# Five questions about signs and cures; the first choice counts.

# %% tags=["quiz"]
quiz(
    "A log says: told apart 1.0, pull 0.01. What is it, and what do you change first?",
    [
        "The end of training: nothing pulls any more, so stop",
        "A collapse: let the discriminator learn faster",
        "A saturated loss: take the non-saturating one",
        "A generator that is pulled too hard: clip its gradients",
    ],
    right=2,
    because=[
        "A healthy discriminator wins about four comparisons in five; this one wins them all.",
        "The discriminator wins every comparison already; a faster one leaves the loss as silent.",
        "A sure discriminator and a silent loss. A penalty or noise makes it less sure and "
        "helps too.",
        "A pull of 0.01 is next to nothing, and clipping cannot make it larger.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Told apart is 0.5, variety 0.03. Is the generator perfect?",
    [
        "No: it has collapsed, and the discriminator has lost track of the heap",
        "Yes: one half means that real and generated samples are alike",
        "Nearly: variety stays that low in healthy runs, so train on",
        "No: the discriminator is too strong, so slow it down",
    ],
    right=0,
    because=[
        "Half can mean equal or blind; so little variety says blind.",
        "That is so for the best discriminator. One that has lost track of a heap guesses as well.",
        "In the healthy runs variety ended near one half. 0.03 is a heap.",
        "A strong one would win nearly every comparison, and a slower one makes a collapse worse.",
    ],
)

# %% tags=["quiz"]
quiz(
    "p comes from a sigmoid, and a loss was mended with log(p + 1e-8). Why is that worse "
    "than a crash?",
    [
        "It shifts all losses, so runs can no longer be compared",
        "The gradient explodes where p is near 0, and nan comes later",
        "The 1e-8 is rounded away, so the loss is infinite as before",
        "The gradient vanishes where the generator is worst, and nothing tells you",
    ],
    right=3,
    because=[
        "A shift of 1e-8 is far below what seeds do. The trouble is the slope, not the value.",
        "Near p = 0 the sigmoid is flat, and the slope in the logit goes to 0 instead.",
        "Beside a p near 0 it is not rounded away. The loss stays finite, and that hides "
        "the trouble.",
        "There p is far below 1e-8 and the logarithm hardly moves: no pull where it is "
        "needed most.",
    ],
)

# %% tags=["quiz"]
quiz(
    "With ten seeds, a trick's change of the distance has the 95 % interval [−0.4, 0.1]. "
    "Does the trick help?",
    [
        "Yes: the middle of the interval, −0.15, is below 0",
        "It may, but these seeds do not show it",
        "No: an interval that contains 0 shows that there is no effect",
        "In four runs of five, for that share of the interval is below 0",
    ],
    right=1,
    because=[
        "The middle is the best guess, but 0.1 farther agrees with these seeds as well as "
        "0.4 nearer.",
        "The interval contains 0. More seeds would make it shorter.",
        "It contains −0.4 as well. Not seen is not the same as not there.",
        "The interval is about the mean change. It does not say in how many runs the trick helps.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why can the doctor not see memorisation?",
    [
        "Her signs are averages, and copies are too rare to move them",
        "She looks at the losses alone, and these fall in every run",
        "All her signs compare with the training data, and copies of these are perfect",
        "Copies have little variety, and she takes that for a collapse",
    ],
    right=2,
    because=[
        "Even if every sample is a copy, the signs look healthy.",
        "She looks at the signs as well, and they are as healthy as the losses.",
        "Only samples that were held back tell.",
        "Copies of many training samples have full variety, so she has nothing to report.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - M. Heusel et al., *GANs trained by a two time-scale update rule*, 2017,
#   [arXiv:1706.08500](https://arxiv.org/abs/1706.08500).
# - T. Salimans et al., *Improved techniques for training GANs*, 2016,
#   [arXiv:1606.03498](https://arxiv.org/abs/1606.03498).
# - C. K. Sønderby et al., *Amortised MAP inference for image super-resolution*, 2017,
#   [arXiv:1610.04490](https://arxiv.org/abs/1610.04490): instance noise.
# - T. Karras et al., *Progressive growing of GANs*, 2018,
#   [arXiv:1710.10196](https://arxiv.org/abs/1710.10196).
# - L. Mescheder, A. Geiger, S. Nowozin, *Which training methods for GANs do actually converge?*,
#   2018, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406).
# - M. Lucic et al., *Are GANs created equal?*, 2018,
#   [arXiv:1711.10337](https://arxiv.org/abs/1711.10337): many seeds, equal budgets.
# - Y. Yazıcı et al., *The unusual effectiveness of averaging in GAN training*, 2019,
#   [arXiv:1806.04498](https://arxiv.org/abs/1806.04498).
# - I. Goodfellow et al., *Generative adversarial nets*, 2014,
#   [arXiv:1406.2661](https://arxiv.org/abs/1406.2661).
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/05_the_failure_museum.ipynb): a loss that lives, a
# doctor in ten lines, minibatch deviation, an average by its half-life, one-sided smoothing, and
# BatchNorm in mixed batches.
