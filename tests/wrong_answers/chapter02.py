"""Planted answers to the exercises of chapter 02, many of them after published mistakes."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ganlearn.checks.planted import right, wrong

# 02.1 the best discriminator


@right("02.1")
def bayes_by_hand(p, q, shown_real):
    evidence = p * shown_real + q * (1.0 - shown_real)
    return (p * shown_real) / evidence


@right("02.1")
def shifted_logit(p, q, shown_real):
    logit = torch.log(p) - torch.log(q) + math.log(shown_real / (1 - shown_real))
    return torch.sigmoid(logit)


@right("02.1")
def by_odds(p, q, shown_real):
    return 1 / (1 + (1 - shown_real) / shown_real * q / p)


@wrong("02.1", "share ignored")
def formula_of_the_chapter(p, q, shown_real):
    return 1 / (1 + q / p)


@wrong("02.1", "share on the wrong side")
def share_to_the_fakes(p, q, shown_real):
    return p / (p + q * shown_real / (1 - shown_real))


@wrong("02.1", "probability of fake")
def fake_over_both(p, q, shown_real):
    fake = q * (1 - shown_real)
    return fake / (fake + p * shown_real)


@wrong("02.1", "odds")
def real_per_fake(p, q, shown_real):
    return (p / q) * shown_real / (1 - shown_real)


@wrong("02.1", "density ratio")
def likelihood_ratio(p, q, shown_real):
    return torch.exp(p.log() - q.log())


@wrong("02.1", "logit")
def forgot_the_sigmoid(p, q, shown_real):
    return torch.log(p * shown_real) - torch.log(q * (1 - shown_real))


@wrong("02.1", "hard decision")
def classifier(p, q, shown_real):
    return torch.where(shown_real * p >= (1 - shown_real) * q, 1.0, 0.0)


@wrong("02.1", "sigmoid on top")
def output_layer(p, q, shown_real):
    return torch.sigmoid(shown_real * p / (shown_real * p + (1 - shown_real) * q))


@wrong("02.1", "difference of densities")
def by_difference(p, q, shown_real):
    return 1 / (1 + torch.exp((1 - shown_real) * q - shown_real * p))


@wrong("02.1", "ignores its inputs")
def equilibrium(p, q, shown_real):
    return torch.tensor(0.5)


@wrong("02.1", "wrong shape")
def one_number_for_all(p, q, shown_real):
    return (shown_real * p).sum() / (shown_real * p + (1 - shown_real) * q).sum()


# 02.2 the loss of the discriminator


@right("02.2")
def by_softplus(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


@right("02.2")
def with_logits(real_logits, fake_logits):
    bce = F.binary_cross_entropy_with_logits
    on_real = bce(real_logits, torch.ones_like(real_logits))
    return on_real + bce(fake_logits, torch.zeros_like(fake_logits))


@right("02.2")
def by_logsigmoid(real_logits, fake_logits):
    return -(F.logsigmoid(real_logits).mean() + F.logsigmoid(-fake_logits).mean())


@wrong("02.2", "log of sigmoid")
def as_in_the_formula(real_logits, fake_logits):
    d_real, d_fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return -torch.log(d_real).mean() - torch.log(1 - d_fake).mean()


@wrong("02.2", "log of sigmoid")
def bce_of_probabilities(real_logits, fake_logits):
    criterion = nn.BCELoss()
    on_real = criterion(real_logits.sigmoid(), torch.ones_like(real_logits))
    return on_real + criterion(fake_logits.sigmoid(), torch.zeros_like(fake_logits))


@wrong("02.2", "log of sigmoid")
def with_a_small_number(real_logits, fake_logits):
    d_real, d_fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return -(torch.log(d_real + 1e-8).mean() + torch.log(1 - d_fake + 1e-8).mean())


@wrong("02.2", "log of sigmoid")
def softplus_by_hand(real_logits, fake_logits):
    return torch.log(1 + torch.exp(-real_logits)).mean() + torch.log1p(fake_logits.exp()).mean()


@wrong("02.2", "log of sigmoid")
def clipped_probability(real_logits, fake_logits):
    d_real = torch.sigmoid(real_logits).clamp(1e-6, 1 - 1e-6)
    d_fake = torch.sigmoid(fake_logits).clamp(1e-6, 1 - 1e-6)
    return -(d_real.log().mean() + (1 - d_fake).log().mean())


@wrong("02.2", "labels swapped")
def zeros_for_real(real_logits, fake_logits):
    bce = F.binary_cross_entropy_with_logits
    on_real = bce(real_logits, torch.zeros_like(real_logits))
    return on_real + bce(fake_logits, torch.ones_like(fake_logits))


@wrong("02.2", "sign flipped")
def value_of_the_game(real_logits, fake_logits):
    return F.logsigmoid(real_logits).mean() + F.logsigmoid(-fake_logits).mean()


@wrong("02.2", "sum over the batch")
def reduction_sum(real_logits, fake_logits):
    bce = nn.BCEWithLogitsLoss(reduction="sum")
    on_real = bce(real_logits, torch.ones_like(real_logits))
    return on_real + bce(fake_logits, torch.zeros_like(fake_logits))


@wrong("02.2", "one mean for both")
def concatenated(real_logits, fake_logits):
    logits = torch.cat([real_logits.reshape(-1), fake_logits.reshape(-1)])
    labels = torch.zeros_like(logits)
    labels[: real_logits.numel()] = 1
    return F.binary_cross_entropy_with_logits(logits, labels)


@wrong("02.2", "sizes weigh")
def concatenated_and_doubled(real_logits, fake_logits):
    total = F.softplus(-real_logits).sum() + F.softplus(fake_logits).sum()
    return total / ((real_logits.numel() + fake_logits.numel()) / 2)


@wrong("02.2", "halved")
def average_of_both(real_logits, fake_logits):
    return 0.5 * (F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean())


@wrong("02.2", "sigmoid twice")
def network_ends_in_a_sigmoid(real_logits, fake_logits):
    bce = nn.BCEWithLogitsLoss()
    d_real, d_fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return bce(d_real, torch.ones_like(d_real)) + bce(d_fake, torch.zeros_like(d_fake))


@wrong("02.2", "logits taken for probabilities")
def log_of_a_logit(real_logits, fake_logits):
    return torch.mean(-torch.log(real_logits)) + torch.mean(-torch.log(1 - fake_logits))


@wrong("02.2", "bits")
def base_two(real_logits, fake_logits):
    in_nats = -F.logsigmoid(real_logits).mean() - F.logsigmoid(-fake_logits).mean()
    return in_nats * math.log2(math.e)


@wrong("02.2", "real alone")
def fakes_added_to_themselves(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() + (fake_logits - fake_logits).mean()


@wrong("02.2", "fake alone")
def reals_forgotten(real_logits, fake_logits):
    return F.softplus(fake_logits).mean() + 0.0 * real_logits.mean()


@wrong("02.2", "no gradient")
def a_plain_number(real_logits, fake_logits):
    loss = F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()
    return torch.tensor(loss.item())


@wrong("02.2", "no gradient")
def fakes_cut_off(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits.detach()).mean()


@wrong("02.2", "wrong shape")
def no_mean(real_logits, fake_logits):
    return F.softplus(-real_logits).flatten()[:2] + F.softplus(fake_logits).flatten()[:2]


# 02.3 two losses for the generator


@right("02.3")
def two_lines(fake_logits, kind):
    if kind == "minimax":
        return -F.softplus(fake_logits).mean()
    return F.softplus(-fake_logits).mean()


@right("02.3")
def by_cross_entropy(fake_logits, kind):
    label = 0.0 if kind == "minimax" else 1.0
    loss = F.binary_cross_entropy_with_logits(fake_logits, torch.full_like(fake_logits, label))
    return -loss if kind == "minimax" else loss


@wrong("02.3", "kinds swapped")
def other_way_round(fake_logits, kind):
    if kind == "non-saturating":
        return F.logsigmoid(-fake_logits).mean()
    return -F.logsigmoid(fake_logits).mean()


@wrong("02.3", "non-saturating for both")
def always_label_one(fake_logits, kind):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


@wrong("02.3", "minimax for both")
def saturating(fake_logits, kind):
    return F.logsigmoid(-fake_logits).mean()


@wrong("02.3", "minimax upside down")
def discriminators_term(fake_logits, kind):
    if kind == "minimax":
        zeros = torch.zeros_like(fake_logits)
        return F.binary_cross_entropy_with_logits(fake_logits, zeros)
    return -F.logsigmoid(fake_logits).mean()


@wrong("02.3", "non-saturating upside down")
def missing_minus(fake_logits, kind):
    if kind == "minimax":
        return F.logsigmoid(-fake_logits).mean()
    return F.logsigmoid(fake_logits).mean()


@wrong("02.3", "label of a fake")
def label_zero(fake_logits, kind):
    if kind == "minimax":
        return -F.softplus(fake_logits).mean()
    return F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


@wrong("02.3", "sum over the batch")
def summed(fake_logits, kind):
    if kind == "minimax":
        return F.logsigmoid(-fake_logits).sum()
    return -F.logsigmoid(fake_logits).sum()


@wrong("02.3", "sigmoid twice")
def with_logits_on_probabilities(fake_logits, kind):
    d = torch.sigmoid(fake_logits)
    if kind == "minimax":
        return -F.binary_cross_entropy_with_logits(d, torch.zeros_like(d))
    return F.binary_cross_entropy_with_logits(d, torch.ones_like(d))


@wrong("02.3", "bits")
def logarithm_to_the_base_two(fake_logits, kind):
    if kind == "minimax":
        return -F.softplus(fake_logits).mean() * math.log2(math.e)
    return F.softplus(-fake_logits).mean() * math.log2(math.e)


@wrong("02.3", "log of sigmoid")
def as_printed(fake_logits, kind):
    d = torch.sigmoid(fake_logits)
    return torch.log(1 - d).mean() if kind == "minimax" else -torch.log(d).mean()


@wrong("02.3", "log of sigmoid")
def bce_of_a_sigmoid(fake_logits, kind):
    d = torch.sigmoid(fake_logits)
    if kind == "minimax":
        return -F.binary_cross_entropy(d, torch.zeros_like(d))
    return F.binary_cross_entropy(d, torch.ones_like(d))


@wrong("02.3", "returns nothing")
def forgot_to_return(fake_logits, kind):
    F.softplus(fake_logits if kind == "minimax" else -fake_logits).mean()


# 02.4 Jensen–Shannon divergence


@right("02.4")
def two_divergences(p, q, x):
    m = (p + q) / 2

    def kl(a):
        return torch.trapezoid(torch.where(a > 0, a * torch.log(a / m), torch.zeros_like(a)), x)

    return 0.5 * (kl(p) + kl(q))


@right("02.4")
def from_the_best_discriminator(p, q, x):
    d = p / (p + q).clamp(min=1e-300)
    value = torch.trapezoid(torch.xlogy(p, d) + torch.xlogy(q, 1 - d), x)
    return (value + math.log(4)).item() / 2


@right("02.4")
def with_numpy(p, q, x):
    p, q, x = p.numpy(), q.numpy(), x.numpy()
    log = lambda a: np.log(a, out=np.zeros_like(a), where=a > 0)
    height = p * log(p) + q * log(q) - (p + q) * log((p + q) / 2)
    return float(((height[1:] + height[:-1]) / 2 * np.diff(x)).sum() / 2)


@wrong("02.4", "bits")
def in_bits(p, q, x):
    m = (p + q) / 2
    terms = [torch.where(a > 0, a * torch.log2(a / m), torch.zeros_like(a)) for a in (p, q)]
    return torch.trapezoid(terms[0] + terms[1], x) / 2


@wrong("02.4", "not halved")
def both_added(p, q, x):
    m = (p + q) / 2
    return sum(torch.trapezoid((a * (a / m).log()).nan_to_num(), x) for a in (p, q))


@wrong("02.4", "square root")
def distance_of_scipy(p, q, x):
    return two_divergences(p, q, x) ** 0.5


@wrong("02.4", "value of the game")
def minimum_over_d(p, q, x):
    return torch.trapezoid(torch.xlogy(p, p) + torch.xlogy(q, q) - torch.xlogy(p + q, p + q), x)


@wrong("02.4", "Kullback–Leibler")
def kullback_leibler(p, q, x):
    return torch.trapezoid(p * (torch.log(p) - torch.log(q)), x)


@wrong("02.4", "symmetric Kullback–Leibler")
def both_ways(p, q, x):
    forth = torch.trapezoid(p * torch.log(p / q), x)
    back = torch.trapezoid(q * torch.log(q / p), x)
    return (forth + back) / 2


@wrong("02.4", "sum for the middle")
def forgot_the_half(p, q, x):
    m = p + q
    return 0.5 * sum(torch.trapezoid((a * (a / m).log()).nan_to_num(), x) for a in (p, q))


@wrong("02.4", "one side")
def p_alone(p, q, x):
    return torch.trapezoid((p * torch.log(2 * p / (p + q))).nan_to_num(), x)


@wrong("02.4", "sum instead of area")
def no_steps(p, q, x):
    m = (p + q) / 2
    return sum((a * (a / m).log()).nan_to_num().sum() for a in (p, q)) / 2


@wrong("02.4", "even grid")
def one_step_for_all(p, q, x):
    m = (p + q) / 2
    height = sum((a * (a / m).log()).nan_to_num() for a in (p, q)) / 2
    return torch.trapezoid(height, dx=float(x[1] - x[0]))


@wrong("02.4", "zero times log zero")
def as_in_the_chapter(p, q, x):
    m = (p + q) / 2
    return torch.trapezoid(p * torch.log(p / m) + q * torch.log(q / m), x) / 2


# 02.5 one step of the Dirac-GAN


@right("02.5")
def by_autograd(psi, theta, rate, in_turn):
    def slopes(psi, theta):
        psi, theta = (torch.tensor(float(a), dtype=torch.float64) for a in (psi, theta))
        psi.requires_grad_()
        theta.requires_grad_()
        (-math.log(2) - F.softplus(psi * theta)).backward()
        return psi.grad.item(), theta.grad.item()

    moved = psi + rate * slopes(psi, theta)[0]
    return moved, theta - rate * slopes(moved if in_turn else psi, theta)[1]


@right("02.5")
def by_hand(psi, theta, rate, in_turn):
    d = 1 / (1 + np.exp(-psi * theta))
    down, up = -theta * d, psi * d
    psi = psi + rate * down
    if in_turn:
        up = psi / (1 + np.exp(-psi * theta))
    return psi, theta + rate * up


def slope(psi, theta):
    return 1.0 / (1.0 + math.exp(-psi * theta))


@wrong("02.5", "both climb")
def gradient_ascent_for_both(psi, theta, rate, in_turn):
    new = psi - rate * theta * slope(psi, theta)
    seen = new if in_turn else psi
    return new, theta - rate * seen * slope(seen, theta)


@wrong("02.5", "both descend")
def two_minimisers(psi, theta, rate, in_turn):
    new = psi + rate * theta * slope(psi, theta)
    seen = new if in_turn else psi
    return new, theta + rate * seen * slope(seen, theta)


@wrong("02.5", "directions swapped")
def signs_exchanged(psi, theta, rate, in_turn):
    new = psi + rate * theta * slope(psi, theta)
    seen = new if in_turn else psi
    return new, theta - rate * seen * slope(seen, theta)


@wrong("02.5", "always in turn")
def overwritten_too_early(psi, theta, rate, in_turn):
    psi = psi - rate * theta * slope(psi, theta)
    theta = theta + rate * psi * slope(psi, theta)
    return psi, theta


@wrong("02.5", "always together")
def one_tuple(psi, theta, rate, in_turn):
    d = slope(psi, theta)
    return psi - rate * theta * d, theta + rate * psi * d


@wrong("02.5", "G first")
def generator_begins(psi, theta, rate, in_turn):
    if not in_turn:
        return one_tuple(psi, theta, rate, in_turn)
    theta += rate * psi * slope(psi, theta)
    return psi - rate * theta * slope(psi, theta), theta


@wrong("02.5", "bilinear")
def no_sigmoid(psi, theta, rate, in_turn):
    new = psi - rate * theta
    return new, theta + rate * (new if in_turn else psi)


@wrong("02.5", "non-saturating")
def better_known_loss(psi, theta, rate, in_turn):
    new = psi - rate * theta * slope(psi, theta)
    seen = new if in_turn else psi
    return new, theta + rate * seen * (1 - slope(seen, theta))


@wrong("02.5", "sigmoid of the wrong sign")
def probability_of_fake(psi, theta, rate, in_turn):
    new = psi - rate * theta * (1 - slope(psi, theta))
    seen = new if in_turn else psi
    return new, theta + rate * seen * (1 - slope(seen, theta))


@wrong("02.5", "rate ignored")
def whole_gradient(psi, theta, rate, in_turn):
    new = psi - theta * slope(psi, theta)
    seen = new if in_turn else psi
    return new, theta + seen * slope(seen, theta)


@wrong("02.5", "wrong type")
def psi_only(psi, theta, rate, in_turn):
    return psi - rate * theta * slope(psi, theta)
