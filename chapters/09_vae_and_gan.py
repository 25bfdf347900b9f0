# %% [markdown]
# # 09 · VAE and GAN, the same decoder
#
# **One network that turns noise into pictures, two ways to train it: what does each see, and what
# does each miss?**
#
# <!-- badges -->
#
# Afterwards you can
# - derive the bound that a VAE raises, line by line, and say what is lost at each line;
# - draw from a Gaussian so that the gradient passes, and say why that beats the alternative;
# - predict when an encoder gives up, from the variances of the data;
# - explain blurred pictures by one sentence on squared error;
# - say why a good likelihood does not promise good samples, nor the reverse, with numbers;
# - train a VAE, a GAN and a VAE-GAN with the same decoder and compare them fairly.
#
# *Before this:* chapters 02 to 04; the scores of chapter 08 help.
# *Time:* about 80 minutes to read; the notebook runs in a minute on two CPU cores.

# %%
import json
import math
from pathlib import Path

from ganlearn import data, metrics, nets, plots, runtime, training, vae, widgets
from ganlearn.notebook import claim, predict, quiz, quiz_score, show

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.distributions import MultivariateNormal, Normal
from torch.nn.functional import avg_pool2d

show(plots.course_map(here=9), alt="The chapters of the course in a row; the ninth is filled.")

# %% [markdown]
# ## 1 · Two ways to be close to the data
#
# A generator has the density $q(x)$, the data have $p(x)$. "Close" can mean more than one thing.
#
# **Maximum likelihood** makes the data probable: it raises $E_{x \sim p}[\log q(x)]$. Up to a
# constant that is minus the divergence
#
# $$\mathrm{KL}(p \,\|\, q) = E_{x \sim p}\left[\log \frac{p(x)}{q(x)}\right].$$
#
# The mean runs over the *data*. A place with data and without $q$ costs without limit. A place with
# $q$ and without data costs next to nothing.
#
# A **GAN** draws from $q$, and a discriminator looks at the draws. Chapter 02 found the
# Jensen–Shannon divergence behind it, which looks from both sides. The other extreme,
# $\mathrm{KL}(q \,\|\, p)$, looks from the *samples'* side alone.
#
# Two hills, and a $q$ that has only one: which Gaussian is best?

# %%
guess = None  # "a", "b" or "c"
predict(
    "Hills at -2 and 2. Which single Gaussian makes the data most probable?",
    choices={"a": "one on the larger hill", "b": "a wide one over both", "c": "one in the valley"},
    guess=guess,
    answer="b",
    why={
        "a": "the other hill would then be nearly impossible, and log q is without mercy.",
        "b": "every sample of the data must be possible; that the valley is empty costs little.",
        "c": "its mean lies there indeed, but it has to be wide enough to reach both hills.",
    },
)

# %%
line = torch.linspace(-8, 8, 801)
hills = data.Mixture([[-2.0], [2.0]], std=0.5, weights=[0.4, 0.6])
log_p = hills.log_prob(line[:, None])
means, stds = torch.linspace(-3, 3, 61), torch.linspace(0.3, 3, 55)
log_q = Normal(means[:, None, None], stds[None, :, None]).log_prob(line)
log_m = torch.logaddexp(log_p, log_q) - math.log(2)


def kl(log_a, log_b):
    """KL(a ‖ b) on the line, for each a and b."""
    return torch.trapezoid(log_a.exp() * (log_a - log_b), line)


closeness = {
    "KL(p‖q), likelihood": kl(log_p, log_q),
    "Jensen–Shannon": (kl(log_p, log_m) + kl(log_q, log_m)) / 2,
    "KL(q‖p)": kl(log_q, log_p),
}
best = {name: divmod(int(table.argmin()), len(stds)) for name, table in closeness.items()}

# %%
figure, ax = plt.subplots(figsize=(7, 3))
ax.fill_between(line, log_p.exp(), color=plots.REAL, alpha=0.25, lw=0, label="data p")
looks = [
    {"color": plots.FAKE},
    {"color": plots.FAKE, "alpha": 0.35, "lw": 6},
    {"color": plots.TRUTH, "ls": "--", "lw": 1.5},
]
for (name, (i, j)), look in zip(best.items(), looks, strict=True):
    ax.plot(line, log_q[i, j].exp(), label=f"best by {name}", **look)
ax.set(xlim=(-6, 6), xlabel="x", ylabel="density", title="One hill for two")
ax.legend(fontsize=8.5)
show(
    figure,
    alt="Two hills of data. The Gaussian of best likelihood is wide and flat over both and the "
    "valley between; those that are best by Jensen–Shannon and by the reverse divergence are the "
    "same one, on the larger hill.",
)
q = {name: log_q[i, j].exp() for name, (i, j) in best.items()}
empty = (log_p.exp() < 0.01).float()
wide, narrow, middle = q["KL(p‖q), likelihood"], q["KL(q‖p)"], q["Jensen–Shannon"]
claim(
    "best likelihood: its mean is that of the data",
    torch.trapezoid(line * wide, line),
    equals=0.4,
    tolerance=0.06,
)
claim(
    "best likelihood: share of its samples where there are no data",
    torch.trapezoid(empty * wide, line),
    at_least=0.3,
)
claim("best KL(q‖p): the same share", torch.trapezoid(empty * narrow, line), at_most=0.05)
claim(
    "best KL(q‖p): its mass on the smaller hill",
    torch.trapezoid((line < 0) * narrow, line),
    at_most=0.01,
)
claim(
    "best Jensen–Shannon: its mean", torch.trapezoid(line * middle, line), equals=2, tolerance=0.2
)

# %% [markdown]
# Here is the whole chapter in one picture. Jensen–Shannon, the GAN's, sides with the reverse
# divergence in this case; for hills that are closer, or a richer $q$, it need not.
#
# Likelihood **covers**: it would rather make what does not exist than miss what does. Looking at
# samples **chooses**: it would rather miss a hill than make what does not exist. The first gives
# blurred pictures, the second drops modes.
#
# **(E06)** One of the articles lists the variational autoencoder among the extensions of the GAN.
# It came before (Kingma and Welling, December 2013; the GAN, June 2014), and it is no game. It
# rests on the first principle, and this is how.
#
# ## 2 · The bound, line by line
#
# Give the sample $x$ a hidden cause, the latent $z$ with the density $p(z) = \mathcal N(0, I)$. A
# **decoder** says $p(x \mid z)$; ours draws a picture and allows for Gaussian noise of standard
# deviation $\sigma$ on every pixel. Then
#
# $$p(x) = \int p(x \mid z)\, p(z)\, dz .$$
#
# For a network this integral is out of reach: nearly all $z$ make pictures unlike $x$. So we work
# it out once where we can: $z$ a number, $x$ a point in the plane, the decoder a straight line.

# %%
w, sigma = torch.tensor([1.2, 0.9], dtype=torch.float64), 0.5
x = torch.tensor([[1.5, 0.4]], dtype=torch.float64)
z = torch.linspace(-9, 9, 6001, dtype=torch.float64)[:, None]

covariance = torch.outer(w, w) + sigma**2 * torch.eye(2)
evidence = MultivariateNormal(torch.zeros(2).double(), covariance).log_prob(x).item()

log_prior = vae.normal_log_density(z)  # log p(z)
log_given = vae.gaussian_log_likelihood(x, z * w, sigma)  # log p(x | z)
log_joint = log_given + log_prior  # log p(x, z)


def mean_under(log_density, values):
    """The mean of some values at all z under a density of z."""
    return torch.trapezoid(log_density.exp() * values, z[:, 0]).item()


claim(
    "line 1: log of the integral minus log p(x)",
    math.log(mean_under(log_prior, log_given.exp())) - evidence,
    equals=0,
    tolerance=1e-9,
)

# %% [markdown]
# **Line 1** is the definition. **Line 2** multiplies and divides by any density $q(z)$ that we
# like, so that the integral becomes a mean over it:
#
# $$\log p(x) = \log E_{z \sim q}\left[\frac{p(x, z)}{q(z)}\right].$$
#
# **Line 3** exchanges logarithm and mean. The logarithm is concave, so the mean of the logarithm is
# at most the logarithm of the mean (Jensen). This is the one line that loses anything:
#
# $$\log p(x) \;\ge\; E_{z \sim q}\left[\log \frac{p(x, z)}{q(z)}\right] =: \mathrm{ELBO}.$$
#
# **Line 4** splits $p(x, z) = p(x \mid z)\, p(z)$. What comes out can be read: how well $x$ is
# explained, less what the explanation costs.
#
# $$\mathrm{ELBO} = E_{z \sim q}[\log p(x \mid z)] - \mathrm{KL}(q(z) \,\|\, p(z)).$$
#
# **Line 5** splits the other way, $p(x, z) = p(z \mid x)\, p(x)$, and names the loss of line 3:
#
# $$\mathrm{ELBO} = \log p(x) - \mathrm{KL}(q(z) \,\|\, p(z \mid x)).$$
#
# So the bound is tight when $q$ is the **posterior** $p(z \mid x)$: what the causes look like to
# somebody who has seen $x$. For Gaussians the cost is a formula, per latent number
# $\frac12(\mu^2 + s^2 - 1 - \log s^2)$.

# %%
log_posterior = log_joint - evidence
posterior_mean = mean_under(log_posterior, z[:, 0])
posterior_variance = mean_under(log_posterior, (z[:, 0] - posterior_mean) ** 2)
candidates = {  # mean and variance of q
    "the posterior": (posterior_mean, posterior_variance),
    "too wide": (posterior_mean, 9 * posterior_variance),
    "off": (posterior_mean - 0.8, posterior_variance),
    "the prior": (0.0, 1.0),
}
rows = {}
for name, (mean, variance) in candidates.items():
    log_q = vae.normal_log_density(z, mean, math.log(variance))
    ratio = log_joint - log_q
    line_2 = math.log(mean_under(log_q, ratio.exp()))
    line_3 = mean_under(log_q, ratio)
    cost = vae.gaussian_kl(torch.tensor([[mean]]), torch.tensor([[variance]]).log()).item()
    line_4 = mean_under(log_q, log_given) - cost
    line_5 = evidence - mean_under(log_q, log_q - log_posterior)
    rows[name] = line_2, line_3, line_4, line_5, cost

# %%
largest = lambda values: max(abs(value) for value in values)
claim(
    "line 2 minus log p(x), any q",
    largest(r[0] - evidence for r in rows.values()),
    equals=0,
    tolerance=1e-6,
)
claim(
    "lines 3 and 4 differ by", largest(r[1] - r[2] for r in rows.values()), equals=0, tolerance=1e-6
)
claim(
    "lines 3 and 5 differ by", largest(r[1] - r[3] for r in rows.values()), equals=0, tolerance=1e-6
)
claim(
    "ELBO minus log p(x) at the posterior",
    rows["the posterior"][1] - evidence,
    equals=0,
    tolerance=1e-6,
)
claim(
    "ELBO minus log p(x) elsewhere",
    max(r[1] for r in list(rows.values())[1:]) - evidence,
    at_most=-0.3,
)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3), width_ratios=[1.1, 1])
for (name, (mean, variance)), style in zip(candidates.items(), ("-", "-.", "--", ":"), strict=True):
    left.plot(z, vae.normal_log_density(z, mean, math.log(variance)).exp(), style, label=name)
left.set(xlim=(-3, 4), xlabel="z", ylabel="density", title="Four q for the same x")
left.legend(fontsize=9)
for row, (_, bound, _, _, cost) in enumerate(rows.values()):
    right.barh(row, -bound - cost, color=plots.REAL, label="not explained" if not row else None)
    right.barh(
        row,
        cost,
        left=-bound - cost,
        color=plots.FAKE,
        hatch="//",
        label="cost of q" if not row else None,
    )
right.axvline(-evidence, color=plots.TRUTH, label="-log p(x)")
right.set(
    yticks=range(4),
    yticklabels=list(rows),
    xlabel="-ELBO in nats",
    xlim=(0, 10.6),
    title="What each says of -log p(x)",
)
right.invert_yaxis()
right.legend(fontsize=9)
show(
    figure,
    alt="Left: four densities of z. Right: minus the bound for each, as a bar of what is not "
    "explained and what q costs. The posterior's bar ends at the line of the truth, the others "
    "beyond it; the prior costs nothing and explains least.",
)

# %% [markdown]
# Read the bars. The prior costs nothing, explains badly, and is a legal answer. A VAE will come
# back to it in section 6.
#
# ## 3 · More than one draw
#
# Line 2 holds exactly, and a mean can be estimated. With $K$ draws from $q$,
#
# $$\log p(x) \approx \log \frac1K \sum_{k=1}^{K} \frac{p(x, z_k)}{q(z_k)} .$$
#
# One draw gives the ELBO on average. More draws raise the average, never above $\log p(x)$ (Burda
# et al. 2016). It is how a VAE's likelihood is reported, and a way to mend a poor $q$ afterwards.

# %%
random = runtime.generator(0)
draws = vae.placed(
    torch.zeros(1), torch.zeros(1), torch.randn(512, 2_000, 1, generator=random).double()
)
given = -((x - draws * w) ** 2).sum(-1) / (2 * sigma**2) - math.log(2 * math.pi * sigma**2)
counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]  # q is the prior: the weights are p(x | z)
estimates = torch.stack([vae.importance_weighted(given[:k]) for k in counts])

figure, ax = plt.subplots(figsize=(6.4, 2.8))
low, high = estimates.quantile(0.1, dim=1), estimates.quantile(0.9, dim=1)
ax.fill_between(counts, low, high, color=plots.FAKE, alpha=0.2, lw=0, label="middle 80 % of runs")
ax.semilogx(counts, estimates.mean(1), "o-", color=plots.FAKE, label="mean of 2,000 runs")
ax.axhline(evidence, color=plots.TRUTH, lw=1, label="log p(x)")
ax.set(xlabel="draws K", ylabel="nats", title="The prior as q, mended by more draws", ylim=(-14, 0))
ax.legend(fontsize=9, loc="lower right")
show(figure, alt="The estimate rises from far below to the line of log p(x) as draws are added.")
claim("one draw: mean minus log p(x)", estimates[0].mean() - evidence, at_most=-2)
claim(
    "512 draws: mean minus log p(x)", estimates[-1].mean() - evidence, at_least=-0.05, at_most=0.01
)
claim(
    "smallest rise of the mean from one K to the next",
    estimates.mean(1).diff().min(),
    at_least=-0.01,
)

# %% [markdown]
# ## 4 · A gradient through a draw
#
# Who gives us $q$ for every $x$? A second network, the **encoder**: it says mean $\mu(x)$ and log
# variance $\log s^2(x)$. To train it we need the slope of $E_{z \sim q}[f(z)]$ with respect to
# $\mu$ and $s$. But $z$ was *drawn*. How does one differentiate a die?
#
# - **Score function**: $\nabla_\mu E[f(z)] = E[f(z)\, \nabla_\mu \log q(z)]$. Right for every $f$,
#   and blind to the slope of $f$: it only learns whether a draw was lucky.
# - **Reparameterisation**: draw $\epsilon \sim \mathcal N(0, I)$ first and put
#   $z = \mu + s\,\epsilon$. Now the die is thrown outside, $z$ is a smooth function of $\mu$ and
#   $s$, and autograd does the rest.
#
# Both are right on average. We measure how much they scatter, for $f(z) = \|z - t\|^2$ in $d$
# dimensions, where the true slope is $2(\mu - t)$.


# %%
def both_estimates(d, n=20_000):
    """One number of the gradient with respect to the mean, by n single draws, both ways."""
    mean = torch.zeros(n, d, requires_grad=True)
    log_variance = torch.zeros(n, d)
    z = vae.reparameterise(mean, log_variance, random)
    (through,) = torch.autograd.grad((z - 1).square().sum(), mean)
    log_q = vae.normal_log_density(z.detach(), mean, log_variance)
    (score,) = torch.autograd.grad(((z.detach() - 1).square().sum(1) * log_q).sum(), mean)
    return through[:, 0], score[:, 0]


dimensions = [1, 2, 4, 8, 16, 32, 64]
pairs = [both_estimates(d) for d in dimensions]
through, score = ([pair[i].std().item() for pair in pairs] for i in range(2))

# %%
figure, ax = plt.subplots(figsize=(6.4, 2.8))
ax.loglog(dimensions, score, "o--", color=plots.REAL, label="score function")
ax.loglog(dimensions, through, "s-", color=plots.FAKE, label="reparameterised")
ax.set(xlabel="size of z", ylabel="spread of one draw", title="Two estimates of a slope of -2")
ax.set_xticks(dimensions, [str(d) for d in dimensions])
ax.minorticks_off()
ax.legend()
show(
    figure,
    alt="Spread of the gradient from one draw against the size of z. Reparameterised it stays at "
    "2; by the score function it starts higher and grows to above 100.",
)
means = [pair[i].mean().item() for pair in pairs[:3] for i in range(2)]
claim(
    "mean of either estimate for small z, distance from -2",
    largest(m + 2 for m in means),
    at_most=0.5,
)
claim("spread, reparameterised, any size", largest(s - 2 for s in through), at_most=0.2)
claim("how many times larger by the score function at 16", score[4] / through[4], at_least=10)

# %% [markdown]
# A spread 20 times larger asks for 400 times as many draws. That is why the trick of one line made
# VAEs practical. It needs a decoder with a slope, and a $z$ that can be moved a little; for whole
# numbers the score function is what is left.
#
# ## 5 · Encoder in front, generator behind
#
# The decoder *is* a generator of this course, unchanged. The encoder is a discriminator with
# another last layer: $2 \times$ latent numbers in place of one logit. `nets.mlp_vae` and
# `nets.dcgan_vae` put them together, and `vae.VAE` is a game for the `Trainer` of chapter 03 in
# which one player moves alone. Its objective is what we derived, with one draw for each sample:


# %%
def negative_bound(game, real, noise):
    mean, log_variance = game.generator.encode(real)
    z = mean + (log_variance / 2).exp() * noise
    explained = vae.gaussian_log_likelihood(real, game.generator(z), game.noise)
    return -(explained - game.beta * vae.gaussian_kl(mean, log_variance)).mean()


players = nets.mlp_vae((1, 16, 16), latent=8, hidden=128, seed=0)
generator, _ = nets.mlp((1, 16, 16), latent=8, hidden=128, seed=0)
pairs = zip(players[0].decoder.parameters(), generator.parameters(), strict=True)
claim(
    "first weights of decoder minus generator", max((a - b).abs().max() for a, b in pairs), equals=0
)
digits = data.digits(size=16)
train, held_out = digits.split(0.8, seed=0)
game, noise = vae.VAE(*players), torch.randn(32, 8, generator=random)
ours = negative_bound(game, train.samples[:32], noise)
theirs = game.phases[0].objective(game, train.samples[:32], noise)
claim(
    "our objective minus the library's, relative",
    (ours - theirs) / theirs,
    equals=0,
    tolerance=1e-5,
)

# %% [markdown]
# Now the ring of eight. The data lie within 0.1 of their centres. We tell the decoder to expect
# errors of another size, three times: $\sigma = 0.1$, $0.5$ and $2$. What you see are the decoder's
# outputs for $z$ from the prior, as everybody shows them; $\sigma$ is not added.

# %%
guess = None  # "a", "b" or "c"
predict(
    "Ring of radius 2, and a decoder that may be off by 2. What will it draw?",
    choices={"a": "a wide cloud", "b": "the ring", "c": "one point"},
    guess=guess,
    answer="c",
    why={
        "a": "the outputs are means; the width is left to the noise, which is not shown.",
        "b": "the ring could be explained, but knowing the place on it costs more than it gains.",
        "c": "whatever z says is worth less than it costs, so the decoder draws the mean of all.",
    },
)

# %%
ring, steps = data.ring(modes=8, std=0.1), runtime.by_budget(smoke=10, laptop=800, full=4_000)
spreads, ringed = [0.1, 0.5, 2.0], {}
for spread in spreads:
    game = vae.VAE(*nets.mlp_vae((2,), latent=2, hidden=64, seed=0), noise=spread)
    trainer = training.Trainer(game, ring, batch=128, learning_rate=2e-3, device="cpu")
    *_, last = trainer.run(steps)
    ringed[spread] = trainer

adversarial = training.Trainer(
    training.Game(*nets.mlp((2,), latent=2, hidden=64, seed=0)),
    ring,
    batch=128,
    learning_rate=1e-3,
    device="cpu",
)
*_, last = adversarial.run(2 * steps)
far = lambda x: torch.cdist(x, ring.means).amin(1) > 0.4  # more than four standard deviations

# %%
figure, axes = plt.subplots(1, 4, figsize=(11, 3))
real = ring.draw(1_000, random)
for ax, spread in zip(axes, spreads, strict=False):
    made = ringed[spread].samples(1_500)
    title = f"VAE, σ = {spread:g}: {far(made).float().mean():.0%} stray"
    plots.cloud(ax, made, real=real, limit=3, title=title)
made = adversarial.samples(1_500)
plots.cloud(axes[3], made, real=real, limit=3, title=f"GAN: {far(made).float().mean():.0%} stray")
show(
    figure,
    alt="Eight clouds of data on a ring and samples over them. VAE with small noise: a disc of "
    "points, holes filled. With 0.5: a polygon through the clouds. With 2: one point in the "
    "middle. GAN: the clouds, and thin bridges between them.",
)
stray = {spread: far(ringed[spread].samples(1_500)).float().mean() for spread in spreads}
claim(
    "stray samples of the VAEs, the smallest share",
    min(stray.values()),
    at_least=0.3,
    needs_training=True,
)
claim("stray samples of the GAN", far(made).float().mean(), at_most=0.3, needs_training=True)
claim(
    "σ = 2: distance of the furthest sample from the middle",
    ringed[2.0].samples(1_500).norm(dim=1).max(),
    at_most=0.5,
    needs_training=True,
)

# %% [markdown]
# Three pictures, one cause: the **cost of knowing**. With $\sigma = 2$ even the side of the ring is
# not worth its price. With 0.5 the place on the ring is known roughly, neighbours share their $z$,
# and the decoder draws the mean of both. With 0.1 each $z$ belongs to one $x$; but the prior is one
# round hill, the data are eight, and the decoder has to draw something for the $z$ in between.
#
# ## 6 · Why blurred, and when the encoder gives up
#
# Which single answer $a$ has the least squared error when the truth may be many things? Set the
# slope of $E\|x - a\|^2$ to zero: $a = E[x]$, **the mean**. Given an encoder, the best decoder
# draws
#
# $$a(z) = E[x \mid z] = \frac{\sum_i q(z \mid x_i)\, x_i}{\sum_i q(z \mid x_i)} .$$
#
# Two strokes of which one could be right become two grey ones. This is no fault of the training: we
# can compute $a(z)$ and compare.

# %%
network = ringed[0.5].game.generator
x = ring.draw(20_000, random)
with torch.no_grad():
    mean, log_variance = network.encode(x)
    z = vae.reparameterise(mean, log_variance, random)[:1_000]  # where the encoder sends data
    shares = vae.normal_log_density(z[:, None], mean, log_variance).softmax(1)
    blurred, drawn = shares @ x, network(z)
claim(
    "distance of the decoder from the mean of what shares its z, median",
    (drawn - blurred).norm(dim=1).median(),
    at_most=0.3,
    needs_training=True,
)
claim(
    "its distance from the nearest of the eight centres, largest tenth",
    torch.cdist(drawn, ring.means).amin(1).quantile(0.9),
    at_least=0.4,
    needs_training=True,
)

# %% [markdown]
# A discriminator never compares with one answer. It asks whether *this* is a possible one, and the
# mean of two digits is none. That is the whole difference between blur and artefacts.
#
# The other end is **posterior collapse**: the encoder repeats the prior, the KL is 0, the decoder
# ignores $z$. It is no accident either. For a linear decoder the optimum is known (Tipping and
# Bishop 1999; Lucas et al. 2019): along each principal direction of the data, with variance
# $\lambda$, $z$ is used exactly when
#
# $$\lambda > \beta \sigma^2 .$$
#
# Here $\beta$ is a price on the KL (Higgins et al. 2017); at 1 the objective is the ELBO. Price and
# noise only act together: $\frac{1}{2\sigma^2}\|\cdot\|^2 + \beta\,\mathrm{KL}$ is $\beta$ times
# $\frac{1}{2\beta\sigma^2}\|\cdot\|^2 + \mathrm{KL}$. The ring has $\lambda = 2.01$ in both
# directions, and $\sigma^2 = 4$ was too much. For digits:

# %%
slopes, noise = [], torch.randn(32, 8, generator=random)
for game in (vae.VAE(*players, noise=0.5, beta=4.0), vae.VAE(*players, noise=1.0, beta=1.0)):
    loss = negative_bound(game, train.samples[:32], noise)
    found = torch.autograd.grad(loss, list(players[0].parameters()))
    slopes.append(torch.cat([slope.flatten() for slope in found]))
claim(
    "gradient for σ² = 1/4, β = 4 minus four times that for σ² = 1, β = 1, relative",
    (slopes[0] - 4 * slopes[1]).norm() / slopes[0].norm(),
    at_most=1e-4,
)

# %%
variances = torch.linalg.eigvalsh(torch.cov(train.samples.flatten(1).T)).flip(0)
claim(
    "variance of the ring in either direction",
    ring.draw(100_000, random).var(0).max(),
    equals=2.01,
    tolerance=0.05,
)
prices, used, predicted, autoencoders = [1, 10, 100], [], [], {}
steps = runtime.by_budget(smoke=10, laptop=800, full=4_000)
for price in prices:
    game = vae.VAE(*nets.mlp_vae((1, 16, 16), latent=16, hidden=128), noise=0.5, beta=price)
    trainer = training.Trainer(game, train, learning_rate=2e-3, device="cpu")
    *_, last = trainer.run(steps)
    with torch.no_grad():
        mean, log_variance = game.generator.encode(held_out.samples)
    autoencoders[price] = game.generator.eval()
    nats = (mean.square() + log_variance.exp() - 1 - log_variance).mean(0) / 2
    used.append((nats > 0.1).sum().item())
    predicted.append((variances[:16] > price * game.noise**2).sum().item())

# %%
figure, ax = plt.subplots(figsize=(7, 3))
ax.semilogy(range(1, 41), variances[:40], "o", color=plots.REAL, ms=4, label="variance λ")
for price, count in zip(prices, used, strict=True):
    ax.axhline(price * 0.25, color=plots.FAKE, lw=1)
    ax.text(41.5, price * 0.25, f"β = {price}: {count} of 16 used", va="center", color=plots.FAKE)
ax.set(xlabel="principal direction of the digits", ylabel="variance", xlim=(0, 41))
ax.set_title("A direction pays for itself above the line βσ²")
show(
    figure,
    alt="Variances of the digits' principal directions, falling from 12; lines at βσ² for three "
    "prices. With β = 1 nearly all 16 latent numbers are used, with 10 some, with 100 none.",
)
claim(
    "β = 100: latent numbers that say more than 0.1 nats",
    used[2],
    equals=0,
    needs_training=True,
)
claim("β = 100: linear theory says", predicted[2], equals=0)
claim("β = 1: used", used[0], at_least=10, needs_training=True)
claim("β = 10: used, linear theory says 9", used[1], at_least=2, at_most=9, needs_training=True)

# %% [markdown]
# So "the KL term vanished" is most often a $\sigma$ (or a $\beta$, or a loss that averages over
# pixels where it should add) that makes knowledge dearer than it is worth. Compute the variances
# before you reach for a trick.
#
# ## 7 · Likelihood against samples
#
# Does a good likelihood mean good samples? Neither way (Theis et al. 2016). We need models whose
# likelihood is *exact*: the training digits, each with Gaussian noise of width $h$ around it,
#
# $$q_h(x) = \frac1N \sum_{i=1}^N \mathcal N(x;\, x_i,\, h^2 I).$$
#
# Small $h$: samples are training digits, bit for bit but for invisible noise. And a third model: 99
# samples of 100 are white noise, one comes from the best $q_h$. Its likelihood can fall by at most
# $\log 100 = 4.6$ nats, wherever you look, because $\log(0.01\,q + \dots) \ge \log q - 4.6$.


# %%
def log_likelihoods(h, samples):
    """log q_h of each sample (n,), exactly."""
    squared = torch.cdist(samples.flatten(1).double(), train.samples.flatten(1).double()).square()
    constant = math.log(len(train)) + 128 * math.log(2 * math.pi * h**2)
    return (-squared / (2 * h**2)).logsumexp(1) - constant


widths = [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6]
curve = [log_likelihoods(h, held_out.samples).mean().item() for h in widths]
best_width = widths[curve.index(max(curve))]
white = Normal(0.0, 1.0).log_prob(held_out.samples.flatten(1).double()).sum(1)
mostly_noise = torch.logaddexp(
    log_likelihoods(best_width, held_out.samples) + math.log(0.01), white + math.log(0.99)
)
chosen = train.draw(16, random)
around = lambda h: chosen + h * torch.randn(chosen.shape, generator=random)
noise = torch.randn(16, 1, 16, 16, generator=random)
noise[5] = around(best_width)[5]

# %%
titled = {
    f"h = 0.02: {curve[0]:,.0f} nats": around(0.02),
    f"h = {best_width:g}, the best: {max(curve):.0f} nats": around(best_width),
    f"99 % noise: {mostly_noise.mean():.0f} nats": noise,
}
show(
    plots.sheets(titled, columns=4, scale=3, width=9),
    alt="Sixteen samples of each model under its log-likelihood on held-out digits. Width 0.02: "
    "perfect digits and about minus 23,000 nats. Best width: digits with visible noise, minus 40. "
    "Mostly white noise with one digit among sixteen: minus 44.",
)
by_draws = [
    vae.log_likelihood(
        autoencoders[1], held_out.samples, noise=0.5, draws=draws, random=runtime.generator(0)
    ).mean()
    for draws in (1, 100)
]
claim("perfect samples: log-likelihood on held-out digits", curve[0], at_most=-10_000)
claim("best width: log-likelihood", max(curve), at_least=-60)
claim(
    "what 99 % of noise costs, in nats", max(curve) - mostly_noise.mean(), at_least=0, at_most=4.61
)
claim("our VAE: 100 draws minus one draw", by_draws[1] - by_draws[0], at_least=0.5)
claim(
    "99 % noise minus our VAE, in nats",
    mostly_noise.mean() - by_draws[1],
    at_least=20,
    needs_training=True,
)

# %% [markdown]
# The model of perfect samples is the worst by 20,000 nats, for it allows nothing new. The model of
# noise is nearly the best. Our VAE of section 6 ($\beta = 1$, $\sigma = 0.5$), judged by 100 draws
# as in section 3, is worse than the noise.
#
# With 256 pixels a nat here or there is nothing, and 4.6 nats buy 99 % rubbish. A likelihood
# answers "how many bits does it take to store a new digit?". It is a fine question, and not "do the
# samples look right?". Nor does a GAN answer the first: it has no likelihood to report.
#
# ## 8 · Same decoder, same data, same score
#
# Now digits. One decoder (two hidden layers of 128, 8 latent numbers, the same first weights), one
# data set, one optimiser, as many steps. Three games:
#
# - **VAE**: pixels compared with pixels, $\sigma = 0.3$;
# - **GAN**: the game of chapter 03;
# - **VAE-GAN** (Larsen et al. 2016): a VAE that compares, in place of pixels, what the
#   *discriminator* sees just before its verdict. Reconstructions and fresh samples are both shown
#   to it as fakes. The adversarial gradient reaches the decoder and is kept from the encoder.

# %%
steps = runtime.by_budget(smoke=10, laptop=2_000, full=10_000)
games = {
    "VAE": lambda pair: vae.VAE(*pair, noise=0.3),
    "GAN": lambda pair: training.Game(pair[0].decoder, pair[1]),
    "VAE-GAN": lambda pair: vae.VAEGAN(*pair),
}
runs = {}
for name, game in games.items():
    pair = nets.mlp_vae((1, 16, 16), latent=8, hidden=128, seed=0)
    runs[name] = training.Trainer(
        game(pair), train, learning_rate=1e-3, ema_half_life=10_000, device="cpu"
    )
    *_, last = runs[name].run(steps)
made = {name: trainer.samples(2_000, seed=1) for name, trainer in runs.items()}
show(
    plots.sheets(
        {"held-out": held_out.samples[:48]} | {n: m[:48] for n, m in made.items()},
        columns=6,
        width=11,
    ),
    alt="Four sheets of 48 digits: held-out ones; the VAE's, soft and grey in places; the GAN's, "
    "crisp and often deformed; the VAE-GAN's, crisp with speckles.",
)

# %% [markdown]
# Look first. Then let the scores of chapter 08 speak, in the features of a small classifier that no
# player has seen. One run is an anecdote. The dots below are five seeds each, trained by
# `benchmarks/same_decoder.py` at this very budget, with their mean and its 95 % interval; the
# crosses are the runs above. The dashed line is what real digits get that were trained on.


# %%
def score(samples):
    """The scores of 2,000 digits, under the names of the record."""
    real, fake = (metrics.extract("digits", x) for x in (held_out.samples, samples))
    near = metrics.neighbourhood(real, fake[: len(real)], k=5)
    kid = metrics.kernel_distance(
        real, fake, random=runtime.generator(0), subsets=100, subset_size=300
    )
    rarest = metrics.recognise(reader, samples).balance.min().item()
    return {
        "KID": kid.value,
        "precision": near.precision,
        "recall": near.recall,
        "rarest class": rarest,
    }


reader = metrics.train_classifier(train)
here = {name: score(samples) for name, samples in made.items()}
record = json.loads(Path("../benchmarks/results/same_decoder.json").read_text())["results"]
seeds = {
    name: {key: torch.tensor([run[key] for run in record[name]]) for key in record[name][0]}
    for name in games
}

# %%
figure, axes = plt.subplots(1, 5, figsize=(12, 2.5), sharey=True)
for ax, key in zip(axes, ["KID", "precision", "recall", "rarest class", "sharpness"], strict=True):
    for row, name in enumerate(games):
        values = seeds[name][key]
        ax.plot(values, [row] * 5, "o", color=plots.FAKE, alpha=0.4)
        half = 2.776 * values.std() / 5**0.5  # Student's t for five runs
        ax.errorbar(values.mean(), row + 0.25, xerr=half, color=plots.TRUTH, capsize=3, marker="|")
        if key in here[name]:
            ax.plot(here[name][key], row, "x", color=plots.TRUTH, ms=5)
    ax.axvline(record["training digits"][0][key], color=plots.REAL, ls="--", lw=1)
    ax.set(title=key, ylim=(2.6, -0.5), yticks=range(3), yticklabels=list(games))
    ax.set_xlim(left=min(0, ax.get_xlim()[0]), right=1.15 if key == "sharpness" else None)
show(
    figure,
    alt="Five seeds of each game for five scores. KID: the VAE-GAN is nearest to real digits, then "
    "the GAN, then the VAE. Precision: the GAN highest, the VAE lowest. Recall and the share of "
    "the rarest class: VAE and VAE-GAN high, the GAN low. Sharpness: the VAE below 0.9.",
)


# %%
def gap(key, low, high):
    """The smallest of ``high`` minus the largest of ``low``: above 0 when no seeds cross."""
    return seeds[high][key].min() - seeds[low][key].max()


claim("KID, five seeds each: best VAE minus worst GAN", gap("KID", "GAN", "VAE"), at_least=0)
claim("KID: best GAN minus worst VAE-GAN", gap("KID", "VAE-GAN", "GAN"), at_least=0)
claim("precision: worst GAN minus best VAE", gap("precision", "VAE", "GAN"), at_least=0)
claim("recall: worst VAE minus best GAN", gap("recall", "GAN", "VAE"), at_least=0)
claim("recall: worst VAE-GAN minus best GAN", gap("recall", "GAN", "VAE-GAN"), at_least=0)
claim("rarest class: worst VAE minus best GAN", gap("rarest class", "GAN", "VAE"), at_least=0)
claim("sharpness of the sharpest VAE, real digits 1", seeds["VAE"]["sharpness"].max(), at_most=0.9)
claim("sharpness of the softest GAN", seeds["GAN"]["sharpness"].min(), at_least=0.95)
seconds = {name: seeds[name]["seconds"].mean() for name in games}
claim("time of a VAE-GAN over a VAE's", seconds["VAE-GAN"] / seconds["VAE"], at_least=2)
claim(
    "this run: KID of the VAE over that of the VAE-GAN",
    here["VAE"]["KID"] / here["VAE-GAN"]["KID"],
    at_least=1.2,
    needs_training=True,
)
claim(
    "this run: recall of the VAE minus that of the GAN",
    here["VAE"]["recall"] - here["GAN"]["recall"],
    at_least=0.02,
    needs_training=True,
)

# %% [markdown]
# Section 1, in digits. The VAE **covers**: high recall, every class, and a tenth of the sharpness
# of real digits lost. The GAN **chooses**: as sharp as the data, the best precision, and a class
# that it nearly never draws. The VAE-GAN keeps the VAE's recall and is sharp; its precision lies
# between the two. No seed of one game crosses into another in the claims above.
#
# Be careful all the same. Equal steps are not equal time: a VAE-GAN's step takes about three times
# as long as a VAE's. None of the three is near the dashed line. And these are small networks on
# small digits; with other σ, or a better GAN (chapters 06 and 07), the order may change. That the
# *kind* of mistake differs, you should expect to find again.

# %% [markdown]
# ## 9 · Giving a picture back
#
# An encoder and a decoder in a row give a picture **back**. That is what a GAN does not have: it
# goes from $z$ to $x$ only. One can search for the $z$ whose picture is nearest, by gradient, for
# every picture anew. We give it 300 steps; the encoders answer at once.

# %%
x = held_out.samples[:360]
searched = torch.randn(len(x), 8, generator=random).requires_grad_()
search, painter = torch.optim.Adam([searched], lr=0.1), runs["GAN"].ema.network
for _ in range(runtime.by_budget(smoke=5, laptop=300, full=1_000)):
    search.zero_grad()
    (painter(searched) - x).square().sum().backward()
    search.step()
with torch.no_grad():
    back = {name: runs[name].ema.network.reconstruct(x) for name in ("VAE", "VAE-GAN")}
    back["GAN, searched"] = painter(searched)
errors = {name: (y - x).square().mean().item() for name, y in back.items()}
show(
    plots.sheets({"held-out": x[:24]} | {n: y[:24] for n, y in back.items()}, columns=4, width=11),
    alt="24 held-out digits and what comes back. VAE: the same digits, softer. VAE-GAN: crisp, "
    "mostly the same digit, other strokes. GAN by search: the nearest it can draw, speckled.",
)
claim("squared error a pixel, VAE", errors["VAE"], at_most=0.06, needs_training=True)
claim(
    "VAE-GAN: times the VAE's error",
    errors["VAE-GAN"] / errors["VAE"],
    at_least=1.5,
    needs_training=True,
)

# %% [markdown]
# The VAE was trained for exactly this error, and has the smallest. The VAE-GAN gives back a digit
# that is mostly the same one in other strokes. That may be what we want; a pixel is a poor judge.
#
# ## 10 · What should be compared?
#
# Move a digit by one pixel: to us nothing has happened. Blur it: it is worse. Squared error says
# the opposite. We compare both changes, as seen by three judges: pixels; the discriminator that our
# VAE-GAN compared by; and the convolutional classifier that section 8 scored with.

# %%
x = held_out.samples
shifted, soft = x.roll(1, dims=-1), avg_pool2d(nn.ReplicationPad2d(1)(x), 3, stride=1)
judge = runs["VAE-GAN"].game.discriminator
looks = {
    "pixels": lambda y: y,
    "discriminator": lambda y: nets.hidden_features(judge, y),
    "classifier": lambda y: metrics.extract("digits", y),
}
ratios = {}
for name, look in looks.items():
    with torch.no_grad():
        blurring, moving = ((look(y) - look(x)).square().mean().item() for y in (soft, shifted))
    ratios[name] = blurring / moving

show(
    plots.sheets(
        {"held-out": x[:8], "moved by a pixel": shifted[:8], "blurred": soft[:8]},
        columns=4,
        scale=3,
    ),
    alt="Eight digits as they are, moved to the right by one pixel, and blurred.",
)
claim("pixels: error of blurring over error of moving", ratios["pixels"], at_most=0.3)
claim("our discriminator: the same", ratios["discriminator"], at_most=0.6, needs_training=True)
claim("convolutional classifier: the same", ratios["classifier"], at_least=1.1)
with torch.no_grad():
    read = {n: (reader(y).argmax(1) == held_out.labels).float().mean() for n, y in back.items()}
claim("given back and read rightly, VAE", read["VAE"], at_least=0.9, needs_training=True)
claim("given back and read rightly, VAE-GAN", read["VAE-GAN"], at_least=0.8, needs_training=True)

# %% [markdown]
# The classifier agrees with us: moving is the smaller change. Our discriminator does not. It is
# fully connected, so it does not know that pixels have neighbours, and it compares much as pixels
# do. We had hoped for more: the VAE-GAN's answers are not read better than the VAE's. What section
# 8 gained came from the game, not from the features. Larsen et al. compare by convolutions and
# report that features help; `nets.dcgan_vae` lets you try.
#
# The lesson stands, and joins the two halves of the course: *measure by the features of a network,
# and choose the network for what shall count*. Chapter 11 does it with a network that has seen
# photographs, and calls it content and style.
#
# ## 11 · A map of the digits
#
# With two latent numbers we can see all that a decoder draws. We walk over the plane by
# **quantiles**: every square of the map holds the same share of the prior.

# %%
flat = training.Trainer(
    vae.VAE(*nets.mlp_vae((1, 16, 16), latent=2, hidden=128), noise=0.5),
    train,
    learning_rate=2e-3,
    ema_half_life=10_000,
    device="cpu",
)
*_, last = flat.run(runtime.by_budget(smoke=10, laptop=2_000, full=10_000))
decoder = flat.ema.network.eval()
quantiles = Normal(0, 1).icdf((torch.arange(14) + 0.5) / 14)
places = torch.stack(torch.meshgrid(quantiles, -quantiles, indexing="xy"), -1).reshape(-1, 2)
with torch.no_grad():
    drawn = decoder(places)
    codes, _ = decoder.encode(train.samples)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.8))
left.imshow(plots.grid(drawn, columns=14, scale=2, gap=0))
left.set(title="what the decoder draws", xticks=[], yticks=[])
colours = plt.get_cmap("viridis")
for digit in range(10):
    cloud = codes[train.labels == digit]
    right.scatter(*cloud.T, s=4, color=colours(digit / 9), linewidths=0)
    right.text(
        *cloud.median(0).values,
        str(digit),
        ha="center",
        va="center",
        weight="bold",
        bbox={"facecolor": "white", "alpha": 0.8, "pad": 1, "edgecolor": "none"},
    )
right.set(title="where the encoder puts the training digits", xlabel="$z_1$", ylabel="$z_2$")
right.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
show(
    figure,
    alt="Left: a square map of 14 by 14 digits that turn into each other. Right: codes of the "
    "training digits in the plane, one cloud a class, marked by its digit.",
)
claim(
    "share of codes within 3 of the middle",
    (codes.norm(dim=1) < 3).float().mean(),
    at_least=0.85,
    needs_training=True,
)


# %%
@torch.no_grad()
def at(z1, z2):
    """The digit at a place of the plane, and what a reader makes of it."""
    picture = decoder(torch.tensor([[z1, z2]]))
    sure, digit = reader(picture).softmax(1).max(1)
    words = (
        f"At ({z1:.2f}, {z2:.2f}) the reader sees a {digit.item()} and is {sure.item():.0%} sure."
    )
    return plots.grid(picture, scale=12), words


panel = widgets.Panel(at, {"z1": (-3.0, 3.0, 0.0), "z2": (-3.0, 3.0, 0.0)})
panel.show()

# %% [markdown]
# Move the sliders along a border of two classes: between two digits there is one that nobody
# wrote, and there the reader is unsure. With an encoder the ends of a walk can be *pictures*:
# encode two digits, go from code to code, decode.

# %%
with torch.no_grad():
    first, second = (runs["VAE"].ema.network.encode(x[i : i + 4])[0] for i in (0, 8))
    share = torch.linspace(0, 1, 10)[:, None, None]
    walk = runs["VAE"].ema.network(torch.lerp(first, second, share).transpose(0, 1).flatten(0, 1))
rows = walk.unflatten(0, (4, 10))
rows = torch.cat([x[:4, None], rows, x[8:12, None]], dim=1)
show(
    plots.grid(rows.flatten(0, 1), columns=12, scale=3),
    alt="Four rows of twelve digits: a held-out one, ten on the way, another held-out one.",
)

# %% [markdown]
# ## What the papers do, what we do
#
# | | Kingma and Welling 2014, Larsen et al. 2016 | here |
# |---|---|---|
# | data | MNIST, Frey faces; faces at 64 × 64 | scanned digits at 16 × 16 |
# | decoder | one hidden layer of 500; a DCGAN | that of chapter 03; `nets.dcgan_vae` has 04's |
# | noise | Bernoulli, or Gaussian whose σ is learnt | Gaussian, σ given, to see what it does |
# | VAE-GAN: compared | the discriminator's third convolution | its last hidden layer |
# | VAE-GAN: balance | γ times reconstruction in the decoder | 1/γ times the adversarial term |
# | VAE-GAN: who moves | three networks, three losses | two phases; codes cut off from the game |
# | optimiser | Adagrad; RMSProp | Adam |
#
# ## When it fails
#
# - *All samples alike, KL near 0*: posterior collapse. Compare $\beta\sigma^2$ with the variances
#   of the data; look whether the loss takes the mean over pixels and the sum over latents.
# - *Good reconstructions, bad samples*: the codes do not fill the prior (σ small, or β below 1).
# - *Everything soft*: that is the mean. Less σ helps until there are holes; another loss helps.
# - *Loss becomes NaN at once*: the encoder's output read as a variance. Let it say a logarithm.
# - *VAE-GAN: samples like a GAN's, reconstructions of something else*: the adversarial gradient
#   reaches the encoder, or is too strong beside the features.
# - Collapse of a GAN, and its cures: chapter 05.
#
# ## Take-aways
#
# Two of the articles ask what the difference between a GAN and a VAE is. It is not the network that
# draws: we used the same one. It is what it is compared with. A VAE answers for every picture of
# the data, and is paid by likelihood. A GAN answers for every picture that it makes, and is paid by
# a judge.
#
# - Likelihood looks from the data and covers; a discriminator looks at samples and chooses.
# - The ELBO is $\log p(x)$ less $\mathrm{KL}(q \| p(z|x))$. One line loses, and it is Jensen's.
# - Throw the die outside: $z = \mu + s\,\epsilon$.
# - A latent number is used when its direction varies by more than $\beta\sigma^2$.
# - Squared error draws the mean of what could be right. That is blur.
# - In many dimensions likelihood and looks are nearly unrelated. Say which you want.

# %% [markdown]
# ## Quiz
#
# Five questions; the first choice counts.

# %% tags=["quiz"]
quiz(
    "An encoder says mean 0 and log variance 0 for every picture. What is the KL, what is drawn?",
    [
        "KL 0, and a good picture: the codes fill the prior",
        "KL 0, and the mean of all pictures",
        "KL 1/2 per latent number, and a blurred copy of x",
        "KL without limit, and nothing but noise",
    ],
    right=1,
    because=[
        "The codes do fill the prior, but they say nothing about x, so no picture can be chosen.",
        "Nothing about x reaches the decoder, and squared error then asks for the mean.",
        "The variance is 1, not 0, so all terms of the KL cancel; and nothing of x is in the code.",
        "This answer is the prior itself, so the KL is 0; near variance 0 it grows without limit.",
    ],
)

# %% tags=["quiz"]
quiz(
    "The ELBO of a model is −90 nats. What do you know about its log-likelihood?",
    [
        "it is −90 or more",
        "it is −90 or less",
        "it is −90, up to the noise of the draws",
        "nothing at all",
    ],
    right=0,
    because=[
        "How much more, the ELBO does not say; importance weights with many draws tell.",
        "The ELBO is the log-likelihood less a KL, and a KL is never below 0: a lower bound.",
        "That holds if q is the posterior; otherwise a gap stays, however many draws are averaged.",
        "The gap is unknown, but its sign is not: Jensen's line loses and never gains.",
    ],
)

# %% tags=["quiz"]
quiz(
    "Why does the encoder say a log variance and not a standard deviation?",
    [
        "a draw with a standard deviation has no gradient",
        "small variances are rounded to 0 otherwise",
        "any real number is a log variance",
        "it keeps the encoder from repeating the prior",
    ],
    right=2,
    because=[
        "It has one: z = μ + s ε is smooth in s, and the s is computed from the log variance.",
        "Variances of a usual size are far from the smallest number that a float can hold.",
        "So nothing that a layer says has to be clipped, and the KL needs the logarithm anyway.",
        "It does not: log variance 0 and mean 0 are the prior, and as easy to say as others.",
    ],
)

# %% tags=["quiz"]
quiz(
    "With β = 1, somebody halves σ and changes nothing else. Which β would have taught the same?",
    ["β = 4", "β = 2", "β = 1/2", "β = 1/4"],
    right=3,
    because=[
        "The factor is right and the direction is not: β = 4 is like a σ twice as large.",
        "A higher price makes βσ² larger, and a smaller σ makes it smaller.",
        "That would be so if βσ counted; but it is the variance σ² that the price multiplies.",
        "Only βσ² matters, up to the scale of the loss, and half of σ is a quarter of σ².",
    ],
)

# %% tags=["quiz"]
quiz(
    "A GAN's generator gets 4.6 nats less than a VAE's decoder. What follows for its samples?",
    [
        "they are worse: 99 of 100 are rubbish",
        "nothing: they may be better or worse",
        "they are better: sharpness costs likelihood",
        "they look the same: 4.6 nats are little",
    ],
    right=1,
    because=[
        "99 % noise costs at most 4.6 nats, but a loss of 4.6 nats can have many other causes.",
        "99 % noise costs at most as much, and perfect samples can cost far more.",
        "Not they alone: the blurred VAE of section 6 gets less than the model of noise.",
        "They are little among 256 pixels, and enough to turn 99 of 100 samples into noise.",
    ],
)

# %% tags=["quiz"]
quiz_score()

# %% [markdown]
# ## References
#
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, 2014,
#   [arXiv:1312.6114](https://arxiv.org/abs/1312.6114).
# - D. J. Rezende, S. Mohamed, D. Wierstra, *Stochastic backpropagation*, 2014,
#   [arXiv:1401.4082](https://arxiv.org/abs/1401.4082).
# - A. B. L. Larsen et al., *Autoencoding beyond pixels using a learned similarity metric*, 2016,
#   [arXiv:1512.09300](https://arxiv.org/abs/1512.09300).
# - L. Theis, A. van den Oord, M. Bethge, *A note on the evaluation of generative models*, 2016,
#   [arXiv:1511.01844](https://arxiv.org/abs/1511.01844).
# - Y. Burda, R. Grosse, R. Salakhutdinov, *Importance weighted autoencoders*, 2016,
#   [arXiv:1509.00519](https://arxiv.org/abs/1509.00519).
# - I. Higgins et al., *β-VAE*, ICLR 2017.
# - J. Lucas et al., *Don't blame the ELBO!*, 2019,
#   [arXiv:1911.02469](https://arxiv.org/abs/1911.02469).
# - M. E. Tipping, C. M. Bishop, *Probabilistic principal component analysis*, 1999,
#   [doi:10.1111/1467-9868.00196](https://doi.org/10.1111/1467-9868.00196).
#
# ## Your turn
#
# The [exercises of this chapter](../exercises/09_vae_and_gan.ipynb): a draw that lets the
# gradient pass, what an encoder's answer costs, the loss of a VAE, a likelihood from many draws,
# and the best blurred answer.
