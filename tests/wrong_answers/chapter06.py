"""Planted answers to the exercises of chapter 06."""

import itertools

import numpy as np
import torch
from scipy.stats import wasserstein_distance
from torch.nn import functional as F

from ganlearn import penalties
from ganlearn.checks.planted import right, wrong

# 06.1


@right("06.1")
def clamped(real, fake):
    return (1 - real).clamp(min=0).mean() + (1 + fake).clamp(min=0).mean()


@right("06.1")
def by_minimum(real, fake):
    zero = torch.zeros(())
    return -torch.minimum(real - 1, zero).mean() - torch.minimum(-fake - 1, zero).mean()


@right("06.1")
def masked(real, fake):
    missing, extra = 1 - real.flatten(), 1 + fake.flatten()
    return (missing * (missing > 0)).sum() / len(missing) + (extra * (extra > 0)).sum() / len(extra)


def hinge_by(on_real, on_fake, end=lambda a, b: a.mean() + b.mean()):
    def loss(real, fake):
        return end(on_real(real), on_fake(fake))

    return loss


up, down = (lambda x: F.relu(1 - x)), (lambda x: F.relu(1 + x))
wrong("06.1", "sides swapped")(hinge_by(down, up))
wrong("06.1", "both sides alike")(hinge_by(up, up))
wrong("06.1", "no margin")(hinge_by(lambda x: (-x).clamp(min=0), lambda x: x.clamp(min=0)))
wrong("06.1", "never stops pulling")(hinge_by(lambda x: 1 - x, lambda x: 1 + x))
wrong("06.1", "sum")(hinge_by(up, down, lambda a, b: a.sum() + b.sum()))
wrong("06.1", "half of it")(hinge_by(up, down, lambda a, b: 0.5 * a.mean() + 0.5 * b.mean()))
wrong("06.1", "softplus")(hinge_by(lambda x: F.softplus(-x), F.softplus))
wrong("06.1", "squared")(hinge_by(lambda x: up(x) ** 2, lambda x: down(x) ** 2))
wrong("06.1", "cut off at 1")(
    hinge_by(lambda x: torch.clip(1 - x, 0, 1), lambda x: torch.clip(1 + x, 0, 1))
)
wrong("06.1", "wrong value")(hinge_by(lambda x: F.relu(0.5 - x), lambda x: F.relu(0.5 + x)))
wrong("06.1", "wrong shape")(hinge_by(up, down, lambda a, b: a.mean(0) + b.mean(0)))


@wrong("06.1", "mean before the maximum")
def hinge_of_the_means(real, fake):
    return F.relu(1 - torch.mean(real)) + F.relu(torch.mean(fake) + 1)


@wrong("06.1", "one mean for both")
def all_together(real, fake):
    total = F.relu(1 - real).sum() + F.relu(1 + fake).sum()
    return 2 * total / (real.numel() + fake.numel())


@wrong("06.1", "no gradient")
def for_a_printout(real, fake):
    return torch.tensor(F.relu(1 - real).mean().item() + F.relu(1 + fake).mean().item())


@wrong("06.1", "returns nothing")
def printed(real, fake):
    print((1 - real).clamp(min=0).mean() + (1 + fake).clamp(min=0).mean())


# 06.2


@right("06.2")
def from_scipy(a, b):
    return wasserstein_distance(a.numpy(), b.numpy())


@right("06.2")
def as_often_as_the_other_is_large(a, b):
    """Equal sizes by repeating: n·m numbers of each."""
    many_a = a.repeat_interleave(len(b)).sort().values
    many_b = b.repeat_interleave(len(a)).sort().values
    return (many_a - many_b).abs().mean()


@right("06.2")
def by_a_loop(a, b):
    ends = sorted([*a.tolist(), *b.tolist()])
    total = 0.0
    for low, high in itertools.pairwise(ends):
        below_a = sum(x <= low for x in a.tolist()) / len(a)
        below_b = sum(x <= low for x in b.tolist()) / len(b)
        total += abs(below_a - below_b) * (high - low)
    return total


def steps(a, b):
    """Heights of both staircases at every number, and the way to the next one."""
    ends = np.sort(np.concatenate([a.numpy(), b.numpy()]))
    height = lambda x: np.array([(x.numpy() <= e).mean() for e in ends[:-1]])
    return height(a), height(b), np.diff(ends)


@wrong("06.2", "not sorted")
def as_they_come(a, b):
    return np.mean([abs(x - y) for x, y in zip(a.tolist(), b.tolist(), strict=False)])


@wrong("06.2", "cut after sorting")
def smallest_of_each(a, b):
    pairs = zip(sorted(a.tolist()), sorted(b.tolist()), strict=False)
    return np.mean([abs(x - y) for x, y in pairs])


@wrong("06.2", "cut before sorting")
def first_of_each(a, b):
    n = min(a.numel(), b.numel())
    return float(np.abs(np.sort(a[:n].numpy()) - np.sort(b[:n].numpy())).mean())


@wrong("06.2", "difference of the means")
def means(a, b):
    return abs(float(a.mean()) - float(b.mean()))


@wrong("06.2", "all pairs")
def everyone_to_everyone(a, b):
    return torch.cdist(a[:, None], b[:, None]).mean()


@wrong("06.2", "nearest neighbours")
def nearest(a, b):
    return np.mean([min(abs(x - y) for y in b.tolist()) for x in a.tolist()])


@wrong("06.2", "without the widths")
def mean_height(a, b):
    F_a, F_b, _ = steps(a, b)
    return np.abs(F_a - F_b).mean()


@wrong("06.2", "squared heights")
def cramer(a, b):
    F_a, F_b, widths = steps(a, b)
    return ((F_a - F_b) ** 2 * widths).sum()


@wrong("06.2", "largest difference")
def kolmogorov(a, b):
    F_a, F_b, _ = steps(a, b)
    return np.abs(F_a - F_b).max()


@wrong("06.2", "signed area")
def both_ways(a, b):
    F_a, F_b, widths = steps(a, b)
    return ((F_a - F_b) * widths).sum()


@wrong("06.2", "sum over the samples")
def counted(a, b):
    F_a, F_b, widths = steps(a, b)
    return (np.abs(F_a * len(a) - F_b * len(b)) * widths).sum()


@wrong("06.2", "interpolated quantiles")
def smooth(a, b):
    shares = np.linspace(0, 1, max(len(a), len(b)))
    return np.abs(np.quantile(a.numpy(), shares) - np.quantile(b.numpy(), shares)).mean()


@wrong("06.2", "raises")
def equal_sizes_only(a, b):
    return (a.sort().values - b.sort().values).abs().mean()


# 06.3


@right("06.3")
def other_end(critic, real, fake, generator):
    """Counted from the other end of the line, with lerp and vector_norm."""
    u = torch.rand(real.shape[0], *[1] * (real.ndim - 1), generator=generator)
    x = torch.lerp(fake.detach(), real, u).requires_grad_(True)
    logits = critic(x)
    g = torch.autograd.grad(logits, x, torch.ones_like(logits), create_graph=True)[0]
    length = torch.linalg.vector_norm(g.reshape(len(g), -1), dim=-1)
    return F.mse_loss(length, torch.ones_like(length))


@right("06.3")
def by_func(critic, real, fake, generator):
    u = torch.rand(len(real), generator=generator).reshape((-1,) + (1,) * (real.dim() - 1))
    x = (u * fake + (1 - u) * real).detach()
    g = torch.func.grad(lambda at: critic(at).sum())(x)
    critic.asked[-1] = x  # what the check looks at is not what a transform leaves behind
    return (g.flatten(1).norm(dim=1) - 1).pow(2).mean()


right("06.3")(penalties.gradient_penalty)


def gp(norm=None, draw=None, end=None, call=None, **graph):
    """The penalty as people write it; the arguments put a mistake in."""

    def penalty(critic, real, fake, generator):
        shape = (real.shape[0], *[1] * (real.ndim - 1))
        u = draw(real, generator) if draw else torch.rand(shape, generator=generator)
        x = (u * fake.data + (1 - u) * real.data).requires_grad_()
        y = call(critic(x)) if call else critic(x)
        settings = {"create_graph": True, "retain_graph": True, **graph}
        g = torch.autograd.grad(y, x, grad_outputs=torch.ones_like(y), **settings)[0]
        length = norm(g) if norm else g.view(g.shape[0], -1).norm(2, dim=1)
        return end(length) if end else ((length - 1) ** 2).mean()

    return penalty


wrong("06.3", "one-sided")(gp(end=lambda n: (n - 1).clamp(min=0).pow(2).mean()))
wrong("06.3", "no gradient to learn from")(gp(create_graph=False))
wrong("06.3", "no gradient to learn from")(gp(end=lambda n: ((n.detach() - 1) ** 2).mean()))
wrong("06.3", "not a number at slope 0")(gp(norm=lambda g: g.flatten(1).pow(2).sum(1).sqrt()))
wrong("06.3", "one place for all")(gp(draw=lambda x, g: torch.rand(1, generator=g)))
wrong("06.3", "one place for all")(gp(draw=lambda x, g: torch.rand((), generator=g).item()))
wrong("06.3", "a place for each number")(gp(draw=lambda x, g: torch.rand(x.shape, generator=g)))
wrong("06.3", "norm over the channels")(gp(norm=lambda g: g.norm(2, dim=1)))
wrong("06.3", "norm over the batch")(gp(norm=lambda g: g.flatten().norm()))
wrong("06.3", "slope of a probability")(gp(call=torch.sigmoid))
wrong("06.3", "towards 0")(gp(end=lambda n: (n**2).mean()))
wrong("06.3", "mean before the square")(gp(end=lambda n: (n.mean() - 1) ** 2))
wrong("06.3", "sum over the batch")(gp(end=lambda n: ((n - 1) ** 2).sum()))
wrong("06.3", "squared slope")(gp(norm=lambda g: g.flatten(1).pow(2).sum(1)))
wrong("06.3", "changes the global random state")(
    gp(draw=lambda x, g: torch.rand((len(x), *[1] * (x.dim() - 1))))
)


@wrong("06.3", "always three channels")
def for_colour(critic, real, fake, generator):
    n, _, h, w = real.shape if real.dim() == 4 else (*real.shape, 1, 1)
    u = torch.rand(n, 1, generator=generator).expand(n, real[0].numel()).reshape(n, 3, h, w)
    x = (real + u * (fake.detach() - real)).requires_grad_()
    g = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return (g.flatten(1).norm(dim=1) - 1).square().mean()


@wrong("06.3", "at the ends")
def at_the_data(critic, real, fake, generator):
    x = real.clone().requires_grad_()
    g = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return (g.flatten(1).norm(dim=1) - 1).square().mean()


@wrong("06.3", "slope of the mean")
def of_the_mean(critic, real, fake, generator):
    u = torch.rand(len(real), generator=generator).view(-1, *[1] * (real.dim() - 1))
    x = (real + u * (fake.detach() - real)).requires_grad_()
    g = torch.autograd.grad(critic(x).mean(), x, create_graph=True)[0]
    return (g.flatten(1).norm(dim=1) - 1).square().mean()


@wrong("06.3", "fake not detached")
def attached(critic, real, fake, generator):
    u = torch.rand(len(real), generator=generator).view(-1, *[1] * (real.dim() - 1))
    x = real + u * (fake - real)
    if not x.requires_grad:
        x.requires_grad_()
    g = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return (g.flatten(1).norm(dim=1) - 1).square().mean()


# 06.4


@right("06.4")
def by_vjp(critic, real):
    y, back = torch.func.vjp(critic, real.detach())
    (g,) = back(torch.ones_like(y))
    return (g**2).sum() / len(real)


@right("06.4")
def by_einsum(critic, real):
    x = real.detach().clone().requires_grad_()
    g = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0].reshape(len(x), -1)
    return torch.einsum("ni,ni->n", g, g).mean()


def squared(call=None, end=None, **graph):
    def r1(critic, real):
        x = real.clone().requires_grad_(True)
        y = call(critic(x)) if call else critic(x)
        settings = {"create_graph": True, **graph}
        (g,) = torch.autograd.grad(y, x, torch.ones_like(y), **settings)
        return end(g) if end else g.pow(2).reshape(len(g), -1).sum(1).mean()

    return r1


wrong("06.4", "through softplus")(squared(call=lambda y: F.softplus(-y)))
wrong("06.4", "through softplus")(squared(call=F.logsigmoid))
wrong("06.4", "through the sigmoid")(squared(call=torch.sigmoid))
wrong("06.4", "slope of the mean")(squared(call=lambda y: y.mean()))
wrong("06.4", "root left in")(squared(end=lambda g: g.reshape(len(g), -1).norm(2, 1).mean()))
wrong("06.4", "mean over the pixels")(squared(end=lambda g: g.pow(2).mean()))
wrong("06.4", "sum over the batch")(squared(end=lambda g: g.pow(2).sum()))
wrong("06.4", "sum of the slopes, squared")(
    squared(end=lambda g: g.reshape(len(g), -1).sum(1).pow(2).mean())
)
wrong("06.4", "towards 1")(
    squared(end=lambda g: (g.reshape(len(g), -1).norm(2, 1) - 1).pow(2).mean())
)
wrong("06.4", "halved")(squared(end=lambda g: 0.5 * g.flatten(1).pow(2).sum(1).mean()))
wrong("06.4", "no gradient to learn from")(squared(create_graph=False))
wrong("06.4", "no gradient to learn from")(squared(end=lambda g: (g.data**2).sum() / len(g)))
wrong("06.4", "wrong shape")(squared(end=lambda g: g.pow(2).flatten(1).sum(1)))


# 06.5


@right("06.5")
def written_out(critic, real, fake, step, gamma, every):
    fake = fake.detach()
    loss = -F.logsigmoid(critic(real) - critic(fake)).mean()
    if step % every:
        return loss
    for x in (real, fake):
        x = x.clone().requires_grad_()
        (g,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        loss = loss + every * gamma / 2 * g.square().sum(1).mean()
    return loss


@right("06.5")
def as_one_batch(critic, real, fake, step, gamma, every):
    both = torch.cat([real, fake.detach()]).requires_grad_()
    scores = critic(both)
    on_real, on_fake = scores.chunk(2)
    (g,) = torch.autograd.grad(scores.sum(), both, create_graph=True)
    slopes = g.pow(2).sum(1).chunk(2)
    due = float(step % every == 0)
    return torch.log1p((on_fake - on_real).exp()).mean() + due * every * gamma * 0.5 * (
        slopes[0].mean() + slopes[1].mean()
    )


def a_step(pair=None, due=None, sides=("real", "fake"), detach=True):
    """The loss as people write it; the arguments put a mistake in."""

    def loss(critic, real, fake, step, gamma, every):
        made = fake.detach() if detach else fake
        f_real, f_fake = critic(real), critic(made)
        total = pair(f_real, f_fake) if pair else F.softplus(-(f_real - f_fake)).mean()
        plain = 0.5 * gamma * every * (step % every == 0)
        weight = due(step, gamma, every) if due else plain
        for side in sides:
            x = {"real": real, "fake": fake}[side].detach().requires_grad_()
            (g,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
            total = total + weight * (g**2).sum(1).mean()
        return total

    return loss


wrong("06.5", "fake not detached")(a_step(detach=False))
wrong("06.5", "penalty never applied")(a_step(sides=()))
wrong("06.5", "lazy without the factor")(a_step(due=lambda s, g, k: g / 2 * (s % k == 0)))
wrong("06.5", "never lazy")(a_step(due=lambda s, g, k: g / 2))
wrong("06.5", "heavy and never lazy")(a_step(due=lambda s, g, k: k * g / 2))
wrong("06.5", "γ not halved")(a_step(due=lambda s, g, k: k * g * (s % k == 0)))
wrong("06.5", "first step too late")(a_step(due=lambda s, g, k: k * g / 2 * (s % k == k - 1)))
wrong("06.5", "R1 alone")(a_step(sides=("real",)))
wrong("06.5", "R2 alone")(a_step(sides=("fake",)))
wrong("06.5", "the generator's side")(a_step(pair=lambda a, b: F.softplus(a - b).mean()))
wrong("06.5", "not in pairs")(
    a_step(pair=lambda a, b: -(F.logsigmoid(a).mean() + F.logsigmoid(-b).mean()))
)
wrong("06.5", "difference of the means")(
    a_step(pair=lambda a, b: F.softplus(-(a.mean() - b.mean())))
)
wrong("06.5", "straight pairs")(a_step(pair=lambda a, b: b.mean() - a.mean()))
wrong("06.5", "wrong value")(a_step(pair=lambda a, b: F.softplus(b - a).sum()))
