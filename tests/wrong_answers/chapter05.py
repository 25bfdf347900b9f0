"""Planted answers to the exercises of chapter 05."""

import math
import statistics

import torch
from torch.nn import functional as F

from ganlearn.checks.planted import right, wrong

# 05.1


@right("05.1")
def with_logits(real_logits, fake_logits):
    cross = F.binary_cross_entropy_with_logits
    ones, zeros = torch.ones_like(real_logits), torch.zeros_like(fake_logits)
    d_loss = cross(real_logits, ones) + cross(fake_logits, zeros)
    return d_loss, cross(fake_logits, torch.ones_like(fake_logits))


@right("05.1")
def with_logsigmoid(real_logits, fake_logits):
    d_loss = -F.logsigmoid(real_logits).mean() - F.logsigmoid(-fake_logits).mean()
    return d_loss, -F.logsigmoid(fake_logits).mean()


@wrong("05.1", "log of sigmoid")
def as_on_paper(real_logits, fake_logits):
    d_real, d_fake = real_logits.sigmoid(), fake_logits.sigmoid()
    return -torch.log(d_real).mean() - torch.log(1 - d_fake).mean(), -torch.log(d_fake).mean()


@wrong("05.1", "epsilon in the log")
def padded(real_logits, fake_logits):
    d_real, d_fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    d_loss = -(torch.log(d_real + 1e-8).mean() + torch.log(1 - d_fake + 1e-8).mean())
    return d_loss, -torch.log(d_fake + 1e-8).mean()


@wrong("05.1", "clamped")
def clamped_probabilities(real_logits, fake_logits):
    d_real = real_logits.sigmoid().clamp(1e-6, 1 - 1e-6)
    d_fake = fake_logits.sigmoid().clamp(1e-6, 1 - 1e-6)
    return -(d_real.log().mean() + (1 - d_fake).log().mean()), -d_fake.log().mean()


@wrong("05.1", "clamped")
def clamped_logits(real_logits, fake_logits):
    return with_logits(real_logits.clamp(-15, 15), fake_logits.clamp(-15, 15))


@wrong("05.1", "minimax")
def saturating(real_logits, fake_logits):
    d_loss, _ = with_logits(real_logits, fake_logits)
    return d_loss, F.logsigmoid(-fake_logits).mean()


@wrong("05.1", "generator's sign")
def friendly(real_logits, fake_logits):
    d_loss, _ = with_logits(real_logits, fake_logits)
    return d_loss, -F.logsigmoid(-fake_logits).mean()


@wrong("05.1", "labels swapped")
def swapped(real_logits, fake_logits):
    d_loss, _ = with_logits(fake_logits, real_logits)
    return d_loss, with_logits(real_logits, fake_logits)[1]


@wrong("05.1", "all in one mean")
def together(real_logits, fake_logits):
    logits = torch.cat([real_logits, fake_logits])
    labels = torch.cat([torch.ones_like(real_logits), torch.zeros_like(fake_logits)])
    d_loss = 2 * F.binary_cross_entropy_with_logits(logits, labels)
    return d_loss, with_logits(real_logits, fake_logits)[1]


# 05.2


def by(part, rule=None):
    def name(log):
        told, pull, variety, spread = (
            part([line[key] for line in log]) for key in ("told apart", "pull", "variety", "spread")
        )
        if rule:
            return rule(told, pull, variety, spread)
        if told > 0.95 and pull < 0.05:
            return "no gradient"
        if told > 0.95 and pull > 0.85:
            return "discriminator too strong"
        return "collapse" if variety < 0.2 or spread < 0.3 else "healthy"

    return name


def last_third(values):
    return values[-max(1, len(values) // 3) :]


right("05.2")(by(lambda values: statistics.median(last_third(values))))


@right("05.2")
def with_torch(log):
    rows = torch.tensor([[x["told apart"], x["pull"], x["variety"], x["spread"]] for x in log])
    told, pull, variety, spread = rows[-max(1, len(log) // 3) :].quantile(0.5, dim=0).tolist()
    if told > 0.95:
        if pull < 0.05:
            return "no gradient"
        if pull > 0.85:
            return "discriminator too strong"
    if min(variety - 0.2, spread - 0.3) < 0:
        return "collapse"
    return "healthy"


wrong("05.2", "last line alone")(by(lambda values: values[len(values) - 1]))
wrong("05.2", "whole log")(by(statistics.median_high))
wrong("05.2", "first third")(
    by(lambda values: statistics.median(values[: max(1, len(values) // 3)]))
)
wrong("05.2", "mean")(by(lambda values: statistics.mean(last_third(values))))


def middle(values):
    return statistics.median(last_third(values))


def collapse_first(told, pull, variety, spread):
    if min(variety / 0.2, spread / 0.3) < 1:
        return "collapse"
    if told > 0.95 and pull < 0.05:
        return "no gradient"
    if told > 0.95 and pull > 0.85:
        return "discriminator too strong"
    return "healthy"


def no_pull(told, pull, variety, spread):
    if told > 0.95:
        return "no gradient" if pull < 0.05 else "discriminator too strong"
    return "collapse" if variety < 0.2 or spread < 0.3 else "healthy"


def one_sign(which):
    def rule(told, pull, variety, spread):
        if told > 0.95 and pull < 0.05:
            return "no gradient"
        if told > 0.95 and pull > 0.85:
            return "discriminator too strong"
        alike = variety < 0.2 if which == "variety" else spread < 0.3
        return "collapse" if alike else "healthy"

    return rule


wrong("05.2", "collapse first")(by(middle, collapse_first))
wrong("05.2", "wrong value")(by(middle, no_pull))
wrong("05.2", "variety alone")(by(middle, one_sign("variety")))
wrong("05.2", "spread alone")(by(middle, one_sign("spread")))


@wrong("05.2", "pull not asked for")
def strong_at_once(log):
    told = middle([line["told apart"] for line in log])
    return "discriminator too strong" if told > 0.95 else by(middle)(log)


@wrong("05.2", "another word")
def other_names(log):
    return {"collapse": "mode collapse", "healthy": "fine"}.get(by(middle)(log), "saturation")


# 05.3


@right("05.3")
def group_by_group(x, group):
    rows = []
    for part in x.split(group):
        number = ((part - part.mean(0)) ** 2).mean(0).sqrt().mean()
        rows.append(torch.cat([part, number.expand(len(part), 1)], dim=1))
    return torch.cat(rows)


@right("05.3")
def with_reshape(x, group):
    y = x.reshape(-1, group, x.shape[1])
    number = y.std(dim=1, unbiased=False).mean(dim=1)
    return torch.cat([x, number[:, None].repeat(1, group).reshape(-1, 1)], dim=1)


@wrong("05.3", "not appended")
def the_number_alone(x, group):
    return with_reshape(x, group)[:, -1]


@wrong("05.3", "not appended")
def the_column_alone(x, group):
    return with_reshape(x, group)[:, -1:]


@wrong("05.3", "deviation within a sample")
def other_axis(x, group):
    return torch.cat([x, x.std(dim=1, unbiased=False, keepdim=True)], dim=1)


@wrong("05.3", "divided by n − 1")
def unbiased(x, group):
    number = x.view(-1, group, x.shape[1]).std(dim=1).mean(dim=1)
    return torch.cat([x, number.repeat_interleave(group).unsqueeze(1)], dim=1)


@wrong("05.3", "variance")
def squared(x, group):
    y = x.reshape(-1, group, x.shape[1])
    number = (y - y.mean(1, keepdim=True)).square().mean(1).mean(1)
    return torch.cat([x, number.repeat_interleave(group).unsqueeze(1)], dim=1)


@wrong("05.3", "whole batch")
def no_groups(x, group):
    number = x.std(dim=0, unbiased=False).mean()
    return torch.cat([x, number.expand(len(x), 1)], dim=1)


@wrong("05.3", "groups interleaved")
def every_other(x, group):
    y = x.reshape(group, -1, x.shape[1])
    number = y.std(dim=0, unbiased=False).mean(dim=1)
    return torch.cat([x, number.repeat(group).unsqueeze(1)], dim=1)


@wrong("05.3", "no mean over features")
def one_a_feature(x, group):
    y = x.reshape(-1, group, x.shape[1]).std(dim=1, unbiased=False)
    return torch.cat([x, y.repeat_interleave(group, 0)], dim=1)


@wrong("05.3", "root of the mean variance")
def root_last(x, group):
    y = x.reshape(-1, group, x.shape[1]).var(dim=1, unbiased=False).mean(dim=1).sqrt()
    return torch.cat([x, y.repeat_interleave(group).unsqueeze(1)], dim=1)


@wrong("05.3", "number in front")
def first_column(x, group):
    out = group_by_group(x, group)
    return torch.cat([out[:, -1:], out[:, :-1]], dim=1)


@wrong("05.3", "no gradient")
def cut_off(x, group):
    return group_by_group(x.detach(), group)


# 05.4


@right("05.4")
def by_hand(average, weights, half_life, batch):
    keep = 2 ** (-batch / half_life)
    return average * keep + weights * (1 - keep)


@right("05.4")
def by_lerp(average, weights, half_life, batch):
    return average.lerp(weights, 1 - math.exp(-math.log(2) * batch / half_life))


@wrong("05.4", "weights the wrong way round")
def forgets_the_past(average, weights, half_life, batch):
    keep = 0.5 ** (batch / half_life)
    return (1 - keep) * average + keep * weights


@wrong("05.4", "half-life in steps")
def counts_steps(average, weights, half_life, batch):
    keep = 0.5 ** (1 / half_life)
    return keep * average + (1 - keep) * weights


@wrong("05.4", "e for 2")
def natural(average, weights, half_life, batch):
    keep = math.e ** (-batch / half_life)
    return keep * average + (1 - keep) * weights


@wrong("05.4", "fraction upside down")
def upside_down(average, weights, half_life, batch):
    keep = 0.5 ** (half_life / batch)
    return keep * average + (1 - keep) * weights


@wrong("05.4", "straight line")
def linear(average, weights, half_life, batch):
    forget = 0.5 * batch / half_life
    return average + forget * (weights - average)


@wrong("05.4", "sum")
def forgets_to_weigh(average, weights, half_life, batch):
    return average * 0.5 ** (batch / half_life) + weights


@wrong("05.4", "wrong value")
def fixed(average, weights, half_life, batch):
    return 0.999 * average + 0.001 * weights


@wrong("05.4", "changes its inputs")
def in_place(average, weights, half_life, batch):
    average += (1 - 0.5 ** (batch / half_life)) * (weights - average)
    return average


# 05.5


@right("05.5")
def with_labels(real_logits, fake_logits, target):
    cross = F.binary_cross_entropy_with_logits
    on_real = cross(real_logits, torch.full_like(real_logits, target))
    return on_real + cross(fake_logits, torch.zeros_like(fake_logits))


@right("05.5")
def with_the_identity(real_logits, fake_logits, target):
    # label · softplus(-x) + (1 - label) · softplus(x) = softplus(x) - label · x
    return (F.softplus(real_logits) - target * real_logits).mean() + F.softplus(fake_logits).mean()


def cost(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


@wrong("05.5", "both sides smoothed")
def two_sided(real_logits, fake_logits, target):
    return cost(real_logits, target) + cost(fake_logits, 1 - target)


@wrong("05.5", "fakes smoothed")
def other_side(real_logits, fake_logits, target):
    return cost(real_logits, 1.0) + cost(fake_logits, 1 - target)


@wrong("05.5", "half of the entropy")
def without_the_rest(real_logits, fake_logits, target):
    return -target * F.logsigmoid(real_logits).mean() + cost(fake_logits, 0.0)


@wrong("05.5", "target upside down")
def tenth(real_logits, fake_logits, target):
    return cost(real_logits, 1 - target) + cost(fake_logits, 0.0)


@wrong("05.5", "not smoothed")
def as_before(real_logits, fake_logits, target):
    return cost(real_logits, 1.0) + cost(fake_logits, 0.0)


@wrong("05.5", "logits scaled")
def inside(real_logits, fake_logits, target):
    return cost(target * real_logits, 1.0) + cost(fake_logits, 0.0)


@wrong("05.5", "all in one mean")
def one_mean(real_logits, fake_logits, target):
    logits = torch.cat([real_logits, fake_logits])
    labels = torch.cat([torch.full_like(real_logits, target), torch.zeros_like(fake_logits)])
    return 2 * F.binary_cross_entropy_with_logits(logits, labels)


# 05.6

right("05.6")(math.sqrt(2) / 2)
right("05.6")(0.7071)
right("05.6")(torch.tensor(0.5).sqrt())
wrong("05.6", "each in its own batch")(0)
wrong("05.6", "not scaled")(1)
wrong("05.6", "divided by the variance")(1 / 2)
wrong("05.6", "fakes")(-0.7071)
wrong("05.6", "distance of the two")(1.4142)
wrong("05.6", "multiplied")(2)
wrong("05.6", "wrong value")(0.577)
wrong("05.6", "wrong type")("1/sqrt(2)")
