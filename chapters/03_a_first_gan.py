# %% [markdown]
# # 03 · A first GAN, step by step
#
# **Two networks learn from each other in one loop. Who may move whom, and how do we know that it
# worked?**
#
# <!-- badges -->
#
# Afterwards you can
# - carry out one round of GAN training on paper, and check it against autograd;
# - write the training loop from memory, and say what each line protects;
# - find the usual mistakes in such a loop, with a test instead of a guess;
# - judge a generator against a known truth, over many seeds, and not by its losses;
# - train a first generator of handwritten digits.
#
# *Before this:* chapter 02; a little PyTorch (tensors, `backward`, an optimiser).
# *Time:* about 70 minutes to read; the notebook runs in 60 seconds on two CPU cores.

# %%
import math

from ganlearn import data, losses, nets, plots, progress, runtime, training
from ganlearn.notebook import claim, predict, quiz, quiz_score, show

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

show(plots.course_map(here=3), alt="The chapters of the course in a row; the third is filled.")

# %% [markdown]
# ## 1 · Eight steps on paper
#
# Chapter 02 gave the game, $\min_G \max_D V(D, G)$. Now we play it, on the smallest board there is.
#
# - The **generator** adds one number to noise: $G(z) = z + \theta$.
# - The **discriminator** is a straight line, read as a logit: $\ell(x) = w\,x + b$, so
#   $D(x) = \sigma(\ell(x))$.
#
# Three parameters in all. $G$ owns $\theta$, and $D$ owns $w$ and $b$. Both losses come from
# chapter 02, written on logits:
#
# $$L_D = \tfrac1n\sum_i \operatorname{softplus}(-\ell(x_i))
#       + \tfrac1n\sum_i \operatorname{softplus}(\ell(G(z_i))), \qquad
#   L_G = \tfrac1n\sum_i \operatorname{softplus}(-\ell(G(z_i))).$$
#
# The slope of $\operatorname{softplus}(-\ell)$ is $\sigma(\ell) - 1$; that of
# $\operatorname{softplus}(\ell)$ is $\sigma(\ell)$. The chain rule does the rest: a logit changes
# by $x$ when $w$ changes by 1, by 1 when $b$ does, and by $w$ when $\theta$ does.
#
# Two real samples, two latents, learning rate ½. Follow it with a pencil:
#
# | step | what happens | numbers |
# |---|---|---|
# | 1 | initialise both players | $\theta = w = b = 0$ |
# | 2 | draw a real batch | $x = 3,\ 5$ |
# | 3 | draw latents, make a fake batch | $z = -1,\ 1$, so $G(z) = -1,\ 1$ |
# | 4 | judge both; $D$'s loss | all logits 0, all $D = \tfrac12$; $L_D = 2\log 2 = 1.386$ |
# | 5 | move $D$, and only $D$ | $w = 0 - \tfrac12 \cdot (-2) = 1$ and $b = 0$ |
# | 6 | judge the fakes again; $G$'s loss | logits $-1,\ 1$; $L_G = (1.313 + 0.313)/2 = 0.813$ |
# | 7 | move $G$, and only $G$ | $\theta = 0 - \tfrac12 \cdot (-\tfrac12) = \tfrac14$ |
# | 8 | go to step 2 | |
#
# The slopes used in steps 5 and 7 are
#
# $$\frac{\partial L_D}{\partial w} = \tfrac12\big((\tfrac12 - 1)\,3 + (\tfrac12 - 1)\,5\big)
#   + \tfrac12\big(\tfrac12 \cdot (-1) + \tfrac12 \cdot 1\big) = -2, \qquad
#   \frac{\partial L_D}{\partial b} = -\tfrac12 + \tfrac12 = 0,$$
#
# $$\frac{\partial L_G}{\partial\theta}
#   = \tfrac12\big((0.269 - 1) + (0.731 - 1)\big)\,w = -\tfrac12 .$$
#
# $D$ has found out that real samples lie to the right. $G$ heard it and moved right.


# %%
def one_round(theta, w, b, real, z, rate):
    """Steps 3 to 7, every gradient by hand; the batch is axis 0."""
    fake = z + theta
    on_real, on_fake = w * real + b, w * fake + b
    d_loss = softplus(-on_real).mean(0) + softplus(on_fake).mean(0)

    slope_real, slope_fake = on_real.sigmoid() - 1, on_fake.sigmoid()
    w_slope = (slope_real * real).mean(0) + (slope_fake * fake).mean(0)
    b_slope = slope_real.mean(0) + slope_fake.mean(0)
    w, b = w - rate * w_slope, b - rate * b_slope

    on_fake = w * fake + b  # the same fakes, but D has moved
    g_loss = softplus(-on_fake).mean(0)
    theta = theta - rate * ((on_fake.sigmoid() - 1) * w).mean(0)
    return theta, w, b, d_loss, g_loss


real, z = torch.tensor([3.0, 5.0]), torch.tensor([-1.0, 1.0])
zero = torch.zeros(())
on_paper = one_round(zero, zero, zero, real, z, rate=0.5)
for name, number, value in zip(("θ", "w", "b"), on_paper, (0.25, 1, 0), strict=False):
    claim(f"after one round, {name}", number, equals=value, tolerance=1e-6)
claim("L_D in step 4", on_paper[3], equals=1.386, tolerance=5e-4)
claim("L_G in step 6", on_paper[4], equals=0.813, tolerance=5e-4)

# %% [markdown]
# Autograd must find the same. What follows is the pattern of every GAN in this course: **each
# player has an optimiser that holds its own parameters and no others**, and $D$'s loss sees
# `fake.detach()`, a copy through which no gradient flows back into $G$.

# %%
theta, w, b = (torch.zeros((), requires_grad=True) for _ in range(3))
move_d = torch.optim.SGD([w, b], lr=0.5)
move_g = torch.optim.SGD([theta], lr=0.5)

fake = z + theta
d_loss = softplus(-(w * real + b)).mean() + softplus(w * fake.detach() + b).mean()
move_d.zero_grad()
d_loss.backward()
move_d.step()

g_loss = softplus(-(w * fake + b)).mean()
move_g.zero_grad()
g_loss.backward()
move_g.step()

automatic = [number.detach() for number in (theta, w, b, d_loss, g_loss)]
off = max(abs(float(p - q)) for p, q in zip(on_paper, automatic, strict=True))
claim("largest difference between paper and autograd", off, at_most=1e-6)

# %% [markdown]
# Note step 6: the fakes are those of step 3, and they are judged **anew**, because $D$ has moved
# since. $D$'s loss gets them detached, $G$'s loss attached. (From section 3 on $G$'s move draws its
# own latents, as in the paper. Section 4 comes back to this.)
#
# Now step 8, many times. The data are $\mathcal N(4, 1)$, so the truth is $\theta = 4$. `one_round`
# works on vectors too: eight games at once, one a column, each with its own samples.

# %%
rounds, games = 1_600, 8
random = runtime.generator(seed=0)
theta = w = b = torch.zeros(games)
path, loss_path = [], []
for _ in range(rounds):
    real, z = torch.randn(2, 64, games, generator=random)
    theta, w, b, d_loss, g_loss = one_round(theta, w, b, real + 4, z, rate=0.1)
    path.append(theta)
    loss_path.append(torch.stack((d_loss, g_loss)))
path, loss_path = torch.stack(path), torch.stack(loss_path)

figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.2))
left.axhline(4, color=plots.TRUTH, lw=1, ls="--", label="the truth")
left.plot(path, color=plots.FAKE, lw=0.9, alpha=0.6)
left.set(xlabel="round", ylabel="θ", title="The generator circles the truth, and arrives")
left.legend()
for column, (name, color) in enumerate((("D", plots.REAL), ("G", plots.FAKE))):
    plots.band(right, range(rounds), loss_path[:, column], label=f"loss of {name}", color=color)
right.set(xlabel="round", ylabel="loss", title="The losses at the same time", ylim=(0, 2.2))
right.legend()
show(
    figure,
    alt="Left: eight curves of θ overshoot 4, swing back and settle there. Right: the losses of "
    "both players swing and end where they would also be for two players who only guess.",
)
claim("largest |θ − 4| of eight games at the end", (path[-1] - 4).abs().max(), at_most=0.5)
claim("largest θ on the way, median", path.max(0).values.median(), at_least=5)

# %% [markdown]
# What to notice: $\theta$ overshoots, in all eight games, whose curves nearly coincide. While $D$
# still says "further right", $G$ goes on, past the data, until $D$ has turned around. This is the
# swing of chapter 02's Gaussian game, and the width of the data damps it. The losses end at
# $2\log 2$ and $\log 2$. They say "$D$ guesses", which is true of a perfect generator. It is as
# true of a blind discriminator.
#
# ## 2 · Feed logits to the loss, once
#
# Two short detours that save days.
#
# **Do not take the log of a sigmoid.** In float32, $\sigma(\ell)$ is a 1 without any digits left as
# soon as $\ell$ is large, and $\log(1 - 1)$ is minus infinity. Which whole logit is the first?

# %%
naive = lambda logit: -torch.log(1 - torch.sigmoid(logit))
first = next(n for n in range(200) if torch.isinf(naive(torch.tensor(float(n)))))
claim("first whole logit at which −log(1 − sigmoid) is infinite", first, equals=17)
claim("softplus there", softplus(torch.tensor(17.0)), equals=17, tolerance=1e-4)

logit = nn.Parameter(torch.tensor(17.0))
adam = torch.optim.Adam([logit])
naive(logit).backward()
nn.utils.clip_grad_norm_([logit], max_norm=1.0)  # clipping does not help
adam.step()
claim("the parameter is not a number after one step", logit.isnan().float(), equals=1)

# %% [markdown]
# A discriminator that is sure of a fake the wrong way, at logit 17, is enough: from then on every
# weight is `nan`. It is the first piece of chapter 05's museum. `softplus` is a straight line
# there, with slope 1. `binary_cross_entropy_with_logits` is the same function, with labels.
#
# **Do not apply the sigmoid twice (E04).** A mistake often met in published tutorials: the
# discriminator ends in a sigmoid, and its output goes into a loss *with logits*, which applies
# another one. The loss then sees "logits" between 0 and 1, and nothing outside.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.4))
logit = torch.linspace(0, 24, 481)
left.plot(logit, softplus(logit), color=plots.TRUTH, lw=5, alpha=0.2, label="softplus")
left.plot(logit, naive(logit), color=plots.FAKE, lw=1.6, label="−log(1 − sigmoid)")
left.annotate("infinite from here on", (16.7, 16.2), (9.5, 21), arrowprops=dict(arrowstyle="->"))
left.set(xlabel="logit of a fake", ylabel="loss", title="The log of a sigmoid breaks off")
left.legend(loc="lower right")

logit = torch.linspace(-8, 8, 321)
for sign, name, color in ((-1, "real", plots.REAL), (1, "fake", plots.FAKE)):
    right.plot(logit, softplus(sign * logit), color=color, lw=5, alpha=0.2)
    right.plot(logit, softplus(sign * logit.sigmoid()), color=color, label=f"twice, {name} sample")
right.text(8, 0.4, "never below 0.31", color=plots.REAL, ha="right")
right.text(-8, 0.5, "never below 0.69", color=plots.FAKE)
right.set(xlabel="logit", ylim=(0, 2.6), title="Sigmoid twice (pale: once, on logits)")
right.legend(loc="upper center")
show(
    figure,
    alt="Left: −log(1 − sigmoid) follows softplus, gets steps and ends near 16.6. Right: with the "
    "sigmoid twice the losses are nearly flat and never below 0.31 for real, 0.69 for fake.",
)
one, nought = torch.ones(()), torch.zeros(())
floor = binary_cross_entropy_with_logits(one, one)  # the best output of a sigmoid for a real one
claim("sigmoid twice: lowest loss on the real side", floor, equals=0.313, tolerance=5e-4)
claim("it is log(1 + 1/e)", floor - math.log(1 + 1 / math.e), equals=0, tolerance=1e-6)
floor = binary_cross_entropy_with_logits(nought, nought)
claim("and on the fake side, log 2", floor, equals=0.693, tolerance=5e-4)

# %% [markdown]
# What to notice: with the sigmoid twice no answer, however right, costs less than 0.31 on the real
# and 0.69 on the fake side. And the curve is flat at both ends: $D$ is hardly paid for being
# right, so it has little to teach. When a log shows $D$'s loss stuck just above 1.0 = 0.31 + 0.69,
# look for a second sigmoid.
#
# ## 3 · Two networks and a ring
#
# A board with more room: points in the plane from eight Gaussians on a circle. We know this density
# exactly, so later we can *count* what a generator missed.
#
# Both players are **multilayer perceptrons** (MLPs): linear layers with a bend in between. The bend
# is a leaky ReLU, which lets a fifth of a negative number through, so that the gradient on its way
# to $G$ is never cut off completely.

# %%
ring = data.ring(modes=8, radius=2.0, std=0.1)


def layers(inputs, outputs, hidden=64):
    """Three linear layers, two bends."""
    return [
        nn.Linear(inputs, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, outputs),
    ]


with runtime.seeded(0):  # layers have no generator argument; this lends them one
    G = nn.Sequential(*layers(2, 2))  # latents (n, 2) to points (n, 2)
    D = nn.Sequential(*layers(2, 1), nn.Flatten(0))  # points (n, 2) to logits (n,)

library = [p for player in nets.mlp((2,), latent=2, hidden=64, seed=0) for p in player.parameters()]
ours = [*G.parameters(), *D.parameters()]
same = [torch.equal(p, q) for p, q in zip(ours, library, strict=True)]
claim("tensors of nets.mlp with these layers and first weights, of 12", sum(same), equals=12)

# %% [markdown]
# Here is the loop. It is the eight steps again, in fifteen lines. Each guard is there for a reason,
# which section 4 tests:
#
# - `no_grad` while $D$ learns: $G$ only supplies samples. (`detach` keeps the gradient out as well;
#   `no_grad` also saves the work of recording it.)
# - `zero_grad` right before `backward`: PyTorch *adds* gradients to those that lie there, and $G$'s
#   `backward` passes through $D$ and leaves some there.
# - two optimisers, each made **once**, outside the loop: Adam remembers past gradients.


# %%
def train_by_hand(G, D, latents, steps):
    """Play the game on the ring; ``latents`` gives a batch of z, from a random generator."""
    random = runtime.generator(seed=0)
    move_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True)
    move_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True)
    for _ in progress.bar(range(steps), title="by hand"):
        real = ring.draw(64, random)
        with torch.no_grad():
            fake = G(latents(random))
        d_loss = softplus(-D(real)).mean() + softplus(D(fake)).mean()
        move_d.zero_grad()
        d_loss.backward()
        move_d.step()

        g_loss = softplus(-D(G(latents(random)))).mean()
        move_g.zero_grad()
        g_loss.backward()
        move_g.step()


fresh = lambda random: torch.randn(64, 2, generator=random)
show_z = torch.randn(1_000, 2, generator=runtime.generator(seed=1))
real = ring.draw(1_000, runtime.generator(seed=2))
before = G(show_z)
train_by_hand(G, D, fresh, steps=runtime.by_budget(smoke=20, laptop=1_500, full=6_000))

# %%
line = torch.linspace(-3, 3, 121)
with torch.no_grad():
    opinion = D(torch.cartesian_prod(line, line)).sigmoid().view(121, 121).T

figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 4.2))
plots.cloud(left, before, real=real, title="Before training", limit=3)
drawn = right.contourf(line, line, opinion, levels=10, cmap="Greys", alpha=0.7, vmin=0, vmax=1)
plots.cloud(right, G(show_z), title="After it, over D's opinion", limit=3)
left.legend(loc="upper right", markerscale=3)
figure.colorbar(drawn, ax=right, label="D(x)", ticks=(0, 0.5, 1), shrink=0.8)
show(
    figure,
    alt="Left: eight blue clouds on a circle and one orange blot in the middle. Right: the orange "
    "points lie in the eight places, with thin threads between; D is near one half there.",
)

# %% [markdown]
# What to notice: one blot has become eight. The threads between them remain, because $G$ is
# continuous and its latents are one connected cloud: to get from one mode to the next it has to
# cross. $D$ has learned to look for the threads. Outside the ring its map means little: nothing
# was ever shown to it there.
#
# ### The same step, as data
#
# Two things differ between the moves: **who** moves, and **what** it minimises. The library writes
# them down as a list of phases, and the rest once for both. `idle` keeps everything of the opponent
# still: it gets no gradient (and its BatchNorm, if it has one, counts no batch), while gradients
# still flow *through* it.


# %%
def discriminator_objective(game, real, z):
    with torch.no_grad():
        fake = game.generator(z)
    return game.loss.discriminator(game.discriminator(real), game.discriminator(fake))


def generator_objective(game, real, z):
    return game.loss.generator(game.discriminator(game.generator(z)))


phases = (
    training.Phase("discriminator", discriminator_objective),
    training.Phase("generator", generator_objective),
)


def step(game, optimisers, real, latents):
    for phase in phases:
        with training.idle(game.opponent(phase.player)):
            loss = phase.objective(game, real, latents())
            optimisers[phase.player].zero_grad()
            loss.backward()
        optimisers[phase.player].step()


# %% [markdown]
# These lines *are* `training.Trainer`, minus its bookkeeping. So with the same seeds, three ways to
# write the game must end in the same weights: by hand, with the phases above, and with the trainer.

# %%
STEPS = runtime.by_budget(smoke=20, laptop=300, full=300)
players = lambda: nets.mlp((2,), latent=2, hidden=64)
new_game = lambda: training.Game(*players(), loss=losses.non_saturating)
by_hand, by_phases, by_trainer = new_game(), new_game(), new_game()
trainer = training.Trainer(by_trainer, ring, seed=0, batch=64, learning_rate=1e-3, device="cpu")
for report in trainer.run(STEPS):
    last = report.losses  # also report.step, report.samples, report.images

train_by_hand(by_hand.generator, by_hand.discriminator, fresh, STEPS)

random = runtime.generator(seed=0)
optimisers = {
    player: torch.optim.Adam(
        by_phases.player(player).parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True
    )
    for player in ("discriminator", "generator")
}
for _ in range(STEPS):
    step(by_phases, optimisers, ring.draw(64, random), lambda: fresh(random))

weights = lambda game: torch.cat(
    [p.detach().flatten() for n in (game.generator, game.discriminator) for p in n.parameters()]
)
for name, game in (("the phases", by_phases), ("the trainer", by_trainer)):
    gap = (weights(game) - weights(by_hand)).abs().max()
    claim(f"largest difference between {name} and the loop by hand", gap, equals=0)

# %% [markdown]
# Not "about the same": the same, to the last bit. Whatever the trainer does for you later, this is
# the step inside.
#
# ## 4 · Mistakes, each with its test
#
# The following are often met in published tutorials. Few of them stop with an error by themselves.
# (The numbers belong to the course's list of such mistakes.)
#
# ### Who is touched? (E09)
#
# Count the tensors of a network that have received a gradient. Each player has six.


# %%
def touched(network):
    return sum(p.grad is not None for p in network.parameters())


z = torch.randn(64, 2, generator=random)
G, D = players()
softplus(D(G(z))).mean().backward()  # D's loss on fakes, nothing detached
claim("D's loss, nothing detached: tensors of G with a gradient", touched(G), equals=6)

G, D = players()
softplus(D(G(z).detach())).mean().backward()
claim("D's loss on detached fakes: tensors of G", touched(G), equals=0)

G, D = players()
softplus(-D(G(z))).mean().backward()
claim("G's loss: tensors of D with a gradient", touched(D), equals=6)

G, D = players()
with training.idle(D):
    softplus(-D(G(z))).mean().backward()
claim("G's loss while D is idle: tensors of D", touched(D), equals=0)
claim("G's loss while D is idle: tensors of G", touched(G), equals=6)

# %% [markdown]
# The third line is why `zero_grad` stands *before* `backward`: without it, $D$ would next move
# along its own gradient **plus** that of $G$'s loss, which points the other way.
#
# One published listing sets the labels of $D$'s batch to ones and overwrites them a line later,
# freezes $D$ right before its own step, and adds a step that shows it fakes alone, with zeros. We
# try the last two.

# %%
G, D = players()
D.requires_grad_(False)  # frozen before its own step
try:
    softplus(D(G(z).detach())).mean().backward()
except RuntimeError as error:
    print("PyTorch:", str(error).split(" and ")[0])

D.requires_grad_(True)
move_d = torch.optim.Adam(D.parameters(), lr=1e-3)
for _ in range(300):  # fakes alone, label 0
    loss = softplus(D(G(torch.randn(64, 2, generator=random)).detach())).mean()
    move_d.zero_grad()
    loss.backward()
    move_d.step()
called_fake = (D(ring.draw(1_000, random)) < 0).float().mean()
claim("D fed with fakes alone: share of real points it calls fake", called_fake, at_least=0.99)

# %% [markdown]
# A classifier that only ever sees one class learns the word for that class. It is right all the
# time and knows nothing.
#
# **The test to keep** finds all of these: copy both players, make one move, compare.

# %%
copy_of = lambda network: [p.detach().clone() for p in network.parameters()]
changed = lambda network, before: sum(
    not torch.equal(p, q) for p, q in zip(network.parameters(), before, strict=True)
)

game = new_game()
before_g, before_d = copy_of(game.generator), copy_of(game.discriminator)
move_d = torch.optim.Adam(game.discriminator.parameters(), lr=1e-3)
discriminator_objective(game, ring.draw(64, random), z).backward()
move_d.step()
claim("D's move: tensors of D that changed", changed(game.discriminator, before_d), equals=6)
claim("D's move: tensors of G that changed", changed(game.generator, before_g), equals=0)
claim("D's move: tensors of G with a gradient", touched(game.generator), equals=0)

# %% [markdown]
# ### Using the fakes again (E29)
#
# The eight steps of section 1, like many recipes, make one batch of fakes for both moves. That
# saves a pass through $G$, and the gradient is right. What must not be used again is $D$'s
# **judgement**.

# %%
G, D = players()
move_d = torch.optim.Adam(D.parameters(), lr=1e-3)
fake = G(z)
on_fake = D(fake)  # judged once, for both moves
(softplus(-D(ring.draw(64, random))).mean() + softplus(on_fake).mean()).backward(retain_graph=True)
move_d.step()
try:
    softplus(-on_fake).mean().backward()
except RuntimeError as error:
    print("PyTorch:", str(error).split(":")[0])

weight = next(G.parameters())
gradient = lambda fakes: torch.autograd.grad(softplus(-D(fakes)).mean(), weight)[0]
off = (gradient(fake) - gradient(G(z))).abs().max()
claim("G's gradient through the old fakes minus through fakes made anew", off, equals=0)

# %% [markdown]
# PyTorch refuses: the weights that the old judgement needs are no longer there. Judge the same
# fakes again, and all is well.
#
# ### One optimiser for the sum (E03)
#
# "The loss of a GAN is real loss plus fake loss; minimise it over all variables." It is $L_D$, and
# for $D$ that is right. What does $G$ do? Take the small game of section 1, where the truth is 4
# and $\theta$ starts at 0.

# %%
guess = None  # "a", "b" or "c"
predict(
    "One optimiser lowers real loss + fake loss over θ, w and b. Where does θ go from 0?",
    choices={"a": "to 4, without circling", "b": "nowhere", "c": "below 0, away from the data"},
    guess=guess,
    answer="c",
    why={
        "a": "the sum falls when D tells the two apart, and samples at 4 would make that harder.",
        "b": "the fake loss depends on θ through G(z), so θ has a gradient.",
        "c": "the loss is low when fakes are easy to detect, so G makes them so.",
    },
)

# %%
random = runtime.generator(seed=0)
theta, w, b = (torch.zeros(games, requires_grad=True) for _ in range(3))
everything = torch.optim.SGD([theta, w, b], lr=0.1)
away = []
for _ in range(rounds):
    real, z = torch.randn(2, 64, games, generator=random)
    loss = softplus(-(w * (real + 4) + b)).mean(0) + softplus(w * (z + theta) + b).mean(0)
    everything.zero_grad()
    loss.sum().backward()
    everything.step()
    away.append(theta.detach().clone())
away = torch.stack(away)
claim("one optimiser for the sum: largest θ of eight games", away[-1].max(), at_most=-2)
claim("and the largest loss", loss.max().item(), at_most=0.1)

# %% [markdown]
# The loss falls beautifully, and the samples run away from the data. Two networks that agree on one
# number to lower are a team, not opponents. The figure comes with the next mistake.
#
# ### Latents drawn once (E23)
#
# A listing draws $z$ before the loop and never again. Here with 16 latent numbers, as one would
# have for pictures: 64 latents for the whole training, then fresh ones.

# %%
G, D = nets.mlp((2,), latent=16, hidden=64)
once = torch.randn(64, 16, generator=runtime.generator(seed=3))
train_by_hand(G, D, lambda random: once, runtime.by_budget(smoke=20, laptop=1_200, full=6_000))
known = G(once)
unknown = G(torch.randn(1_000, 16, generator=runtime.generator(seed=4)))


def near_a_mode(points):
    return float((torch.cdist(points, ring.means).amin(-1) < 3 * ring.std[0]).float().mean())


figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.3), width_ratios=(1.25, 1, 1))
axes[0].axhline(4, color=plots.TRUTH, lw=1, ls="--")
axes[0].plot(path, color=plots.REAL, lw=0.8, alpha=0.5)
axes[0].plot(away, color=plots.FAKE, lw=0.8, alpha=0.5)
axes[0].text(rounds, 5.2, "two players", color=plots.REAL, ha="right")
axes[0].text(rounds, -2.2, "one optimiser", color=plots.FAKE, ha="right")
axes[0].set(xlabel="round", ylabel="θ", title="E03: a team")
real = ring.draw(1_000, runtime.generator(seed=2))
plots.cloud(axes[1], known, real=real, title="E23: the 64 latents it knows", limit=3)
axes[1].scatter(*known.detach().T, s=16, color=plots.FAKE, linewidths=0)
plots.cloud(axes[2], unknown, real=real, title="E23: fresh latents", limit=3)
show(
    figure,
    alt="Left: θ settles at 4 with two players and sinks below −2 with one optimiser. Middle: the "
    "64 known latents lie in the modes. Right: fresh latents are smeared over the inside.",
)
claim("share near a mode, known latents", near_a_mode(known), at_least=0.8, needs_training=True)
claim("share near a mode, fresh latents", near_a_mode(unknown), at_most=0.3, needs_training=True)

# %% [markdown]
# $G$ has learned 64 points by heart, not a distribution. And the pictures saved during training,
# made from the same 64, look perfect. So: **fresh latents for every move; one fixed batch only to
# look at.** The trainer's `report.samples` is that fixed batch.
#
# ### A generator without an opponent (E08), and shapes that fit by accident (E05)
#
# One listing compiles the generator alone and fits it to the label 1. The label belongs to
# $D$'s answer, but without $D$ in between it is compared with the *pixels*.

# %%
digits = data.digits(size=16)
G, _ = nets.mlp((1, 16, 16), latent=16, hidden=128)
move_g = torch.optim.Adam(G.parameters(), lr=1e-3)
for _ in range(200):
    pixels = (G(torch.randn(64, 16, generator=random)) + 1) / 2  # from [-1, 1] to [0, 1]
    loss = nn.functional.binary_cross_entropy(pixels, torch.ones_like(pixels))
    move_g.zero_grad()
    loss.backward()
    move_g.step()
white = G(torch.randn(16, 16, generator=random)).detach()
claim("the darkest pixel of 16 pictures (white is 1)", white.min(), at_least=0.9)
claim("the loss, which looks like success", loss.item(), at_most=0.05)

# %% [markdown]
# Every picture is a white square, whatever $z$ is. The loss is nearly 0.
#
# Shapes next. With 64 images, 100 latents and 64 labels PyTorch at least complains. It does not
# when the logits have shape (64, 1) and the labels (64,): in a formula of your own, broadcasting
# compares every logit with every label.

# %%
labels = torch.cat((torch.ones(32), torch.zeros(32)))
try:
    binary_cross_entropy_with_logits(torch.zeros(100), labels)
except ValueError as error:
    print("PyTorch:", error)

logits = torch.where(labels == 1, 5.0, -5.0)[:, None]  # right for every sample, shape (64, 1)
cross_entropy = lambda logits, labels: softplus(logits) - labels * logits
claim("numbers averaged", cross_entropy(logits, labels).numel(), equals=64 * 64)
claim("loss of these right answers", cross_entropy(logits, labels).mean(), at_least=2.5)
claim("with shapes that fit", cross_entropy(logits[:, 0], labels).mean(), at_most=0.01)

# %% [markdown]
# Compared with all labels, the best answer to everything is "½". That is why our discriminators
# return (n,) and not (n, 1). (The listing with 100 latents has another problem: it is written for
# TensorFlow 1, whose names are gone.)
#
# ## 5 · Did it work? Count, over many seeds
#
# Now the ring pays. We know all eight modes, so for every sample we can ask:
#
# - is it **good**: within 3 standard deviations of a mode?
# - which mode is it good for? A mode is **covered** when it gets at least a fifth of its fair
#   share, $\tfrac15 \cdot \tfrac18$ of the samples.


# %%
def coverage(samples, mixture):
    """Modes covered (...), share of good samples (...), share at each mode (..., modes)."""
    distance, mode = torch.cdist(samples, mixture.means).min(dim=-1)
    good = distance < 3 * mixture.std[mode]
    modes = range(len(mixture))
    shares = torch.stack([(good & (mode == k)).float().mean(-1) for k in modes], -1)
    return (shares >= 0.2 / len(mixture)).sum(-1), good.float().mean(-1), shares


covered, good, _ = coverage(ring.draw(100_000, runtime.generator(seed=5)), ring)
claim("modes covered by real samples", covered, equals=8)
expected = 1 - math.exp(-(3**2) / 2)  # a Gaussian in the plane, within 3 standard deviations
claim("good share of real samples, minus 1 − exp(−9/2)", good - expected, equals=0, tolerance=2e-3)

# %% [markdown]
# One run is an anecdote. `training.Ensemble` plays the game from eight seeds at once: it stacks
# the weights of eight networks, as `one_round` held eight values of $\theta$, and multiplies them
# in one go (`torch.func.stack_module_state` and `vmap`). Each member trains exactly as it would
# alone.
#
# Before you look: $D$'s loss starts at $2\log2 \approx 1.39$ and is back near there at the end.

# %%
guess = None  # "a", "b" or "c"
predict(
    "When D's loss is between 1.2 and 1.4, how many of the eight modes are covered?",
    choices={"a": "most of them", "b": "few of them", "c": "the loss does not tell"},
    guess=guess,
    answer="c",
    why={
        "a": "a loss near 2·log 2 says that D cannot tell; but D may be blind, or out of date.",
        "b": "a perfect generator also has this loss.",
        "c": "the loss is about two players, and coverage about one of them and the data.",
    },
)


# %%
def watch(build, steps, every):
    """Play the ring from eight seeds; points (reports, 8, 512, 2) and losses (reports, 8)."""
    ensemble = training.Ensemble(build, ring, members=8, learning_rate=1e-3)
    reports = list(ensemble.run(steps, every))
    points = torch.stack([report.samples for report in reports]).cpu()
    players = ("discriminator", "generator")
    d_loss, g_loss = (torch.stack([r.losses[p] for r in reports]).cpu() for p in players)
    return points, d_loss, g_loss


even = lambda seed: nets.mlp((2,), latent=2, hidden=64, seed=seed)
EVERY = 20
points, d_loss, g_loss = watch(even, runtime.by_budget(smoke=80, laptop=2_000, full=6_000), EVERY)
covered, good, _ = coverage(points, ring)
covered = covered.float()

# %%
real = ring.draw(500, runtime.generator(seed=6))
figure, axes = plt.subplots(2, 4, figsize=(9.6, 5.2))
for seed, ax in enumerate(axes.flat):
    title = f"seed {seed}: {int(covered[-1, seed])} of 8"
    plots.cloud(ax, points[-1, seed], real=real, title=title, limit=2.8)
    ax.set(xticks=[], yticks=[])
show(
    figure,
    alt="Eight panels, one a seed: generated points lie on the eight clouds of the data, with "
    "thin threads between neighbours. Nearly all panels say eight of eight.",
)
all_eight = (covered[-5:].median(0).values == 8).sum()
claim("members of eight that cover all modes", all_eight, at_least=6, needs_training=True)
claim("modes covered, median member", covered[-1].median(), equals=8, needs_training=True)
claim("good share, median member", good[-1].median(), at_least=0.5, needs_training=True)

# %% [markdown]
# Most seeds find all eight. One in a few misses a mode at the moment we look. Now the way there,
# as a median over the eight seeds with a band that holds the middle 80 %.

# %%
steps = torch.arange(1, len(covered) + 1) * EVERY
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9.8, 3.3))
plots.band(left, steps, covered, label="modes covered", color=plots.REAL)
plots.band(left, steps, 8 * good, label="good share × 8", color="#009E73")
left.set(xlabel="step", ylim=(0, 8.4), title="What we want to know")
left.legend(loc="lower right")
plots.band(middle, steps, d_loss, label="loss of D", color=plots.REAL)
plots.band(middle, steps, g_loss, label="loss of G", color=plots.FAKE)
middle.set(xlabel="step", ylim=(0, 2.2), title="What the log shows")
middle.legend(loc="lower right")
jitter = 0.5 * torch.rand(covered.shape, generator=runtime.generator(seed=7)) - 0.25
right.scatter(d_loss, covered + jitter, s=8, color=plots.TRUTH, alpha=0.3, linewidths=0)
right.set(xlabel="loss of D", ylabel="modes covered", title="One against the other")
right.set(xlim=(0, 2.2))
show(
    figure,
    alt="Left: modes covered rise from 0 to 8 within 700 steps, the good share goes on rising. "
    "Middle: both losses are flat from the start. Right: a column of dots at a loss near 1.3.",
)
alike = covered[(d_loss > 1.2) & (d_loss < 1.4)]
claim("loss of D from 1.2 to 1.4: fewest modes", alike.min(), at_most=1, needs_training=True)
claim("loss of D from 1.2 to 1.4: most modes", alike.max(), equals=8, needs_training=True)

# %% [markdown]
# What to notice: coverage climbs and quality goes on climbing, while the losses lie flat. Among the
# dots with a loss between 1.2 and 1.4 there are generators that cover nothing and generators that
# cover everything. **The loss curves of a GAN do not tell quality.** They show at best that neither
# player has won outright. To judge a generator, look at its samples and count something.
#
# ### Collapse, once, over all seeds
#
# The same game with one change: the discriminator gets 8 hidden units instead of 64. With so few
# bends it can draw only a coarse map of eight islands. For each moment we ask which mode each
# sample is nearest to, and draw the shares: a column of the picture is a moment, a row a mode.

# %%
small = lambda seed: (even(seed)[0], nets.mlp((2,), latent=2, hidden=8, seed=seed)[1])
shown = runtime.by_budget(smoke=80, laptop=1_000, full=2_000)
collapsed, blind_loss, _ = watch(small, shown, EVERY)


def shares_of(points):
    """Share of the samples nearest to each mode: (reports, 8, 512, 2) to (reports, 8, modes)."""
    nearest = torch.cdist(points, ring.means).argmin(-1)
    return torch.stack([(nearest == k).float().mean(-1) for k in range(len(ring))], -1)


figure, axes = plt.subplots(2, 4, figsize=(9.6, 4.4), sharex=True, sharey=True)
for row, units, run in zip(axes, (64, 8), (points, collapsed), strict=True):
    shares = shares_of(run[: shown // EVERY])
    for seed, ax in enumerate(row):
        extent = (0, shown, 0.5, 8.5)
        kind = dict(aspect="auto", origin="lower", vmin=0, vmax=1, cmap="Oranges", extent=extent)
        image = ax.imshow(shares[:, seed].T, interpolation="nearest", **kind)
        ax.set_title(f"{units} units, seed {seed}", fontsize=10.5)
        ax.set(xticks=(0, shown // 2), yticks=range(1, 9))
        ax.grid(False)
for ax in axes[:, 0]:
    ax.set(ylabel="mode")
for ax in axes[1]:
    ax.set(xlabel="step")
figure.colorbar(image, ax=axes, label="share of samples", shrink=0.7)
show(
    figure,
    alt="Mode against step. Above, with 64 units, the colour soon spreads evenly over all eight "
    "rows. Below, with 8 units, one row at a time is dark, and it keeps changing.",
)

# %%
late = slice(shown // EVERY // 2, None)  # the second half
few, top = coverage(collapsed, ring)[0][late].float(), shares_of(collapsed)[late].amax(-1)
claim("8 units: modes covered, median over time, worst seed", few.median(0).values.min(), at_most=1)
claim("and best seed", few.median(0).values.max(), at_most=2, needs_training=True)
claim(
    "share nearest to one mode, median of seeds",
    top.mean(0).median(),
    at_least=0.45,
    needs_training=True,
)
healthy = shares_of(points)[shown // EVERY :].amax(-1).mean(0).median()
claim("with 64 units (even shares would be 0.125)", healthy, at_most=0.25, needs_training=True)

# %% [markdown]
# This is **mode collapse** in its most common form: it rotates. $G$ puts most samples where $D$ is
# fooled best, $D$ moves its one fence there, $G$ moves on. All eight seeds do it, each in its own
# order. A single picture would not show it, and each sample alone may look right.
#
# And the losses?

# %%
blind = (blind_loss[late].median() - 2 * math.log(2)).abs()
sighted = (d_loss[shown // EVERY :].median() - 2 * math.log(2)).abs()
claim("8 units: |loss of D − 2·log 2|, median", blind, at_most=0.04, needs_training=True)
claim("64 units: the same", sighted, at_least=0.06, needs_training=True)

# %% [markdown]
# The collapsed game shows $2\log2$, the loss of a *perfect* generator. The healthy one does not:
# its discriminator still sees the threads. Whoever chose by the losses would take the wrong one.
#
# ## 6 · Digits
#
# The first pictures. The data are 1797 scanned handwritten digits that come with scikit-learn,
# here with 16 × 16 pixels from −1 (black) to 1 (white). To an MLP a picture is a point in a space
# with 256 axes. So nothing changes but the sizes; $G$ ends in a tanh, which keeps its pixels in
# the range of the data. A batch is drawn with replacement: 64 digits at random in each step.
#
# One addition: the pictures come from a running average of $G$'s weights (an *exponential moving
# average*, EMA). The last weights swing, as $\theta$ did in section 1, and their average lies
# nearer to the middle of the swing. Chapter 05 measures what it brings.

# %%
G, D = nets.mlp((1, 16, 16), latent=64, hidden=256)
trainer = training.Trainer(
    training.Game(G, D), digits, batch=64, learning_rate=1e-3, ema_half_life=10_000
)
total = runtime.by_budget(smoke=30, laptop=3_000, full=20_000)
reports = list(trainer.run(total, every=total // 30))

# %%
chosen = [reports[i] for i in (0, 2, 9, 29)]
sheets = {f"step {r.step}": r.samples[:25] for r in chosen}
show(
    plots.sheets(sheets, columns=5, scale=2, width=9.6),
    alt="Four sheets of the same 25 latents: blots at step 100, strokes at 300, digits with ragged "
    "edges at 1000, and readable digits at 3000.",
)

# %%
made = trainer.samples(64, seed=1).cpu()
some = digits.draw(64, runtime.generator(seed=1))
show(
    plots.sheets({"generated": made, "real": some}, columns=8, scale=2, width=9.6),
    alt="Two sheets of 64 pictures. Left, generated: most are readable digits, some between two "
    "digits or smudged. Right: real scanned digits.",
)

# %%
figure, ax = plt.subplots(figsize=(6.4, 3))
for player, color in (("discriminator", plots.REAL), ("generator", plots.FAKE)):
    ax.plot(
        [r.step for r in reports], [r.losses[player] for r in reports], color=color, label=player
    )
ax.set(xlabel="step", ylabel="mean loss", ylim=(0, None), title="The log of the digits above")
ax.legend()
show(
    figure,
    alt="Within the first steps the generator's loss rises above 2 and then falls slowly to 1.5; "
    "the discriminator's dips and rises slowly to 1.0.",
)

flat = digits.samples.flatten(1)
to_nearest = torch.cdist(made.flatten(1), flat).amin(1).median()
apart = torch.cdist(flat, flat).fill_diagonal_(math.inf).amin(1).median()
claim(
    "distance to the nearest real digit, relative to that of a real one",
    to_nearest / apart,
    at_least=0.8,
    at_most=1.6,
    needs_training=True,
)
ink = (made.mean() - digits.samples.mean()).abs()
claim("|mean brightness − that of the data|", ink, at_most=0.1, needs_training=True)

# %% [markdown]
# What to notice: the pictures get better all the way. In the log $D$'s loss *rises* and $G$'s
# falls, which a reader of ordinary loss curves would call a success of $G$ and a failure of $D$;
# and from step 1000 on there is little to see at all. Nor are the pictures copies: their nearest
# real digit is a little farther away than the nearest neighbour of a real one.
#
# The faults: smudges, digits between two digits, specks. The network does not know which pixels are
# neighbours. Chapter 04 gives it that knowledge, and a way to score the difference.
#
# ## What the paper does, what we do
#
# | Goodfellow et al. 2014, algorithm 1 | here |
# |---|---|
# | $k$ moves of $D$, then one of $G$; $k = 1$ in the experiments | $k = 1$ |
# | fresh latents for each move | the same; section 1 uses them twice |
# | minimax for $G$, $-\log D$ advised | non-saturating, on logits |
# | gradient ascent with momentum | Adam, $\beta_1 = 0.5$ (Radford et al. 2016) |
# | maxout and rectifier units, dropout in $D$ | leaky ReLU, no dropout |
# | MNIST, TFD, CIFAR-10; likelihood by Parzen windows | a known mixture; modes are counted |
#
# ## When it fails
#
# Loss `nan`: a log of a sigmoid (section 2). Loss of $D$ stuck above 1.0: a sigmoid too many.
# $D$'s loss goes to 0 and samples stay noise: $D$ learns from one class, or won too early. Samples
# flip between a few kinds: collapse. Samples in the log fine and fresh ones not: $z$ was drawn
# once. Chapter 05 is a museum of such failures, each switched on by name and then cured.
#
# ## Take-aways
#
# - One round: real batch, fake batch, move $D$, judge the fakes anew, move $G$. Fresh latents each
#   time.
# - $D$'s loss must not reach $G$; $G$'s loss passes through $D$ and must not move it. Own
#   optimisers, `no_grad` or `detach`, `zero_grad` before `backward`. Test it: copy, move, compare.
# - Networks return logits; the loss takes logits, once.
# - Never lower the sum of both losses with one optimiser: that makes a team.
# - Losses do not tell quality. Count against a truth, over seeds, and say how many.

# %% [markdown]
# ## Quiz
#
# Five questions about the loop; the first choice counts.

# %% tags=["quiz"]
quiz(
    "Why does D's step use fake.detach(), and G's step not?",
    [
        "detach keeps D still, and D moves in its own step only",
        "D's loss must not reach G, and G's loss must",
        "it saves memory, and G's step has none to save",
        "D's step has old fakes, and G's step fresh ones",
    ],
    right=1,
    because=[
        "It cuts the way back into G; what keeps D still in G's step is G's optimiser.",
        "The only way from G's loss to G is through the fakes, so there they stay attached.",
        "It saves something, but detached fakes in G's step would leave G without a gradient.",
        "Old or fresh makes no difference to the gradient; attached or detached does.",
    ],
)

# %% tags=["quiz"]
quiz(
    "G's step calls backward through D. Why does D not move?",
    [
        "backward passes through D and leaves no gradient there",
        "G's loss is flat in D's weights, so their gradient is 0",
        "the fakes are attached, so D counts as a constant",
        "the optimiser that steps holds G's parameters only",
    ],
    right=3,
    because=[
        "It leaves one in all six tensors of D, unless D is idle; zero_grad removes them later.",
        "It is not flat: G's loss would fall if D called the fakes real.",
        "Attached fakes let the gradient go on to G; D's weights get theirs all the same.",
        "D does get gradients, unless it is idle; zero_grad removes them before D's next backward.",
    ],
)

# %% tags=["quiz"]
quiz(
    "A log shows L_D = 1.006 for a thousand steps. What is the first suspicion?",
    [
        "a sigmoid twice, in D and again in the loss",
        "a log of a sigmoid, typed out in the loss",
        "a learning rate so small that D never moves",
        "a perfect generator, so that D can only guess",
    ],
    right=0,
    because=[
        "0.313 + 0.693 = 1.006 is the lowest that such a loss can reach.",
        "That mistake shows as infinity, and a step later as nan; not as a steady number.",
        "A D that has learned nothing stays near 2 log 2 = 1.386.",
        "Guessing costs 2 log 2 = 1.386, which is more than 1.006.",
    ],
)

# %% tags=["quiz"]
quiz(
    "One optimiser lowers real loss + fake loss over G and D, smoothly, to almost 0. What "
    "happened?",
    [
        "both players have reached the balance of the game",
        "G has learned the data, as its small loss shows",
        "G has made itself easy to detect, away from the data",
        "G has stood still, and D has learned to tell the two apart",
    ],
    right=2,
    because=[
        "At the balance D guesses, and the sum is 2 log 2.",
        "Fakes like the data would make D's work hard and keep the sum near 2 log 2.",
        "The sum is low when D tells the two apart, so G helps; the two are a team (section 4).",
        "D has learned it, but the fake loss depends on G too, so G moves as well: away.",
    ],
)

# %% tags=["quiz"]
quiz(
    "One run covers 8 modes, one run with another setting 7. Is the first setting better?",
    [
        "yes, 8 of 8 cannot be beaten",
        "nobody knows yet, a band over seeds would tell",
        "nobody knows yet, their losses would tell",
        "no, a difference of one mode is always chance",
    ],
    right=1,
    because=[
        "Another seed of the same setting may miss a mode; one run says little of a setting.",
        "Within one setting, seeds and moments differ by as much.",
        "Generators that cover nothing and that cover everything can have the same loss.",
        "It may be real; whether it is shows when the bands over seeds are compared.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - I. Goodfellow et al., *Generative adversarial nets*, 2014,
#   [arXiv:1406.2661](https://arxiv.org/abs/1406.2661): algorithm 1.
# - A. Radford, L. Metz, S. Chintala, *Unsupervised representation learning with deep convolutional
#   GANs*, 2016, [arXiv:1511.06434](https://arxiv.org/abs/1511.06434): Adam with $\beta_1 = 0.5$.
# - L. Metz et al., *Unrolled generative adversarial networks*, 2017,
#   [arXiv:1611.02163](https://arxiv.org/abs/1611.02163): eight Gaussians on a ring, and collapse
#   that rotates.
# - A. Srivastava et al., *VEEGAN*, 2017, [arXiv:1705.07761](https://arxiv.org/abs/1705.07761):
#   counting modes and samples within three standard deviations.
# - D. Kingma, J. Ba, *Adam*, 2015, [arXiv:1412.6980](https://arxiv.org/abs/1412.6980).
# - E. Alpaydin, C. Kaynak, *Optical recognition of handwritten digits*, 1998,
#   [doi:10.24432/C50P49](https://doi.org/10.24432/C50P49).
#
# ## Your turn
#
# The exercises of this chapter: [03, a first GAN](../exercises/03_a_first_gan.ipynb). You write
# both moves so that the idle player is not touched, a count of modes, and a whole training loop.
