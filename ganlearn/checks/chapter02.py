"""Exercises of chapter 02: the best discriminator, the losses, the divergence, the Dirac-GAN."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

from ganlearn import losses
from ganlearn.checks import Exercise, Mistake

LOG_2 = math.log(2)
TOO_SURE = Mistake(
    "log of sigmoid",
    "It is right for small logits and wrong, infinite or not a number for logits like ±1000.",
    "log(sigmoid(x)) is -softplus(-x), and log(1 - sigmoid(x)) is -softplus(x): use softplus from "
    "torch.nn.functional, with no log, exp or sigmoid of your own.",
    sign=lambda got, right: abs(right.value) > 100,
)


# 02.1


def best_discriminator(p: Tensor, q: Tensor, shown_real: float) -> Tensor:
    """Where shown_real·p·log D + (1 - shown_real)·q·log(1 - D) is largest, at each place."""
    real, fake = shown_real * p, (1 - shown_real) * q
    return real / (real + fake)


def pairs_of_densities(g: torch.Generator) -> list[tuple]:
    """Positive densities in several shapes, shown in equal and in unequal shares."""
    shapes_and_shares = [((7,), 0.5), ((3, 4), 0.1), ((2, 1, 5), 0.75)]
    return [
        (torch.rand(shape, generator=g) + 0.05, torch.rand(shape, generator=g) + 0.05, share)
        for shape, share in shapes_and_shares
    ]


discriminator = Exercise(
    "02.1",
    "the best discriminator",
    reference=best_discriminator,
    cases=pairs_of_densities,
    mistakes=[
        Mistake(
            "share ignored",
            "It is the best answer for equal shares only.",
            "Real samples come with the weight shown_real · p, fakes with (1 - shown_real) · q: "
            "these are the a and b of the chapter.",
            like=lambda p, q, shown_real: p / (p + q),
        ),
        Mistake(
            "share on the wrong side",
            "It gives the share of the real samples to the fakes.",
            "shown_real belongs to p, and 1 - shown_real to q.",
            like=lambda p, q, shown_real: (
                (1 - shown_real) * p / ((1 - shown_real) * p + shown_real * q)
            ),
        ),
        Mistake(
            "probability of fake",
            "It is the probability that a sample is fake.",
            "D is near 1 where the data are dense: p belongs in the numerator.",
            like=lambda p, q, shown_real: 1 - best_discriminator(p, q, shown_real),
        ),
        Mistake(
            "odds",
            "It is a ratio of real to fake, which grows beyond 1.",
            "Divide by the sum of both, so that the result lies between 0 and 1.",
            like=lambda p, q, shown_real: shown_real * p / ((1 - shown_real) * q),
        ),
        Mistake(
            "density ratio",
            "It is p / q, the density ratio.",
            "The best answer is a / (a + b) with a and b from the two densities and their shares.",
            like=lambda p, q, shown_real: p / q,
        ),
        Mistake(
            "logit",
            "It is the logit of the best discriminator, not its probability.",
            "One sigmoid is missing: D = sigmoid(logit).",
            like=lambda p, q, shown_real: best_discriminator(p, q, shown_real).logit(),
        ),
        Mistake(
            "hard decision",
            "It answers 0 or 1 and never anything in between.",
            "A doubtful place deserves a doubtful answer: return a probability.",
            sign=lambda got, right: bool(((got.value == 0) | (got.value == 1)).all()),
        ),
        Mistake(
            "sigmoid on top",
            "It puts a probability through a sigmoid.",
            "a / (a + b) lies between 0 and 1 already.",
            like=lambda p, q, shown_real: best_discriminator(p, q, shown_real).sigmoid(),
        ),
        Mistake(
            "difference of densities",
            "It compares the densities by their difference.",
            "The best answer depends on the ratio only: doubling both densities changes nothing.",
            like=lambda p, q, shown_real: (shown_real * p - (1 - shown_real) * q).sigmoid(),
        ),
    ],
)


# 02.2


def pairs_of_logits(g: torch.Generator) -> list[tuple]:
    """Batches of unlike sizes, maps of a patch discriminator, and a very sure discriminator."""
    draw = lambda *shape: (1.5 * torch.randn(shape, generator=g)).requires_grad_()
    sure = [[-1000.0, 1000.0, 3.0], [1000.0, -1000.0]]
    return [
        (draw(64), draw(64)),
        (draw(5, 1), draw(12, 1)),
        (draw(4, 1, 3, 3), draw(2, 1, 5, 5)),
        tuple(torch.tensor(logits, requires_grad=True) for logits in sure),
    ]


def all_together(real: Tensor, fake: Tensor) -> Tensor:
    """Each sample's loss, all of them in one batch."""
    return torch.cat((softplus(-real).flatten(), softplus(fake).flatten()))


discriminators_loss = Exercise(
    "02.2",
    "the loss of the discriminator",
    reference=losses.discriminator_loss,
    cases=pairs_of_logits,
    points=2,
    mistakes=[
        Mistake(
            "labels swapped",
            "It rewards calling fakes real and data fake.",
            "Real samples get -log D and fakes -log(1 - D).",
            like=lambda real, fake: losses.discriminator_loss(-real, -fake),
        ),
        Mistake(
            "sign flipped",
            "It is V itself, which the discriminator raises.",
            "A loss is lowered: L_D = -V.",
            like=lambda real, fake: -losses.discriminator_loss(real, fake),
        ),
        Mistake(
            "sum over the batch",
            "It adds up the batch, so that it grows with the number of samples.",
            "An expectation is a mean: over the real logits, and over the fake ones.",
            like=lambda real, fake: softplus(-real).sum() + softplus(fake).sum(),
        ),
        Mistake(
            "one mean for both",
            "It takes one mean over real and fake samples together: the larger side weighs more, "
            "and sides of equal size give half the loss.",
            "Take the mean of each side, then add the two means.",
            like=lambda real, fake: all_together(real, fake).mean(),
        ),
        Mistake(
            "sizes weigh",
            "It is right for sides of equal size; else the larger side weighs more.",
            "Take the mean of each side, then add the two means.",
            like=lambda real, fake: 2 * all_together(real, fake).mean(),
        ),
        Mistake(
            "halved",
            "It is half of -V.",
            "V is the sum of two expectations: add the means, do not average them.",
            like=lambda real, fake: losses.discriminator_loss(real, fake) / 2,
        ),
        Mistake(
            "sigmoid twice",
            "It applies a sigmoid to the logits and then a loss that applies another one, so a "
            "sure discriminator still pays 0.31 on real and 0.69 on fake samples.",
            "Give the logits to softplus as they are.",
            like=lambda real, fake: losses.discriminator_loss(real.sigmoid(), fake.sigmoid()),
        ),
        Mistake(
            "logits taken for probabilities",
            "It takes the logarithm of a logit, which may be negative.",
            "The probability is sigmoid(logit); -log sigmoid(x) is softplus(-x).",
            like=lambda real, fake: -(real.log().mean() + (1 - fake).log().mean()),
        ),
        Mistake(
            "bits",
            "It takes logarithms to the base 2.",
            "The chapter counts in nats: use the natural logarithm.",
            like=lambda real, fake: losses.discriminator_loss(real, fake) / LOG_2,
        ),
        Mistake(
            "real alone",
            "It does not depend on the fake samples.",
            "Add the mean of -log(1 - D) over the fakes.",
            like=lambda real, fake: softplus(-real).mean() + 0 * fake.sum(),
        ),
        Mistake(
            "fake alone",
            "It does not depend on the real samples.",
            "Add the mean of -log D over the real ones.",
            like=lambda real, fake: softplus(fake).mean() + 0 * real.sum(),
        ),
        TOO_SURE,
    ],
)


# 02.3


def generators_loss(fake_logits: Tensor, kind: str) -> Tensor:
    """What the generator lowers, for kind "minimax" or "non-saturating"."""
    if kind == "minimax":
        return logsigmoid(-fake_logits).mean()
    return -logsigmoid(fake_logits).mean()


def logits_and_kinds(g: torch.Generator) -> list[tuple]:
    """Batches and patch maps, a sure discriminator, both kinds of loss."""
    made = []
    for kind in ("minimax", "non-saturating"):
        for shape in ((32,), (6, 1), (3, 1, 4, 4)):
            made.append(((1.5 * torch.randn(shape, generator=g)).requires_grad_(), kind))
        made.append((torch.tensor([1000.0, -1000.0, 2.0], requires_grad=True), kind))
    return made


def per_kind(minimax: Callable, non_saturating: Callable) -> Callable:
    """An answer made of one function of the logits for each kind."""
    return lambda fake, kind: (minimax if kind == "minimax" else non_saturating)(fake)


minimax, non_saturating = losses.minimax_generator_loss, losses.non_saturating_generator_loss

generator_losses = Exercise(
    "02.3",
    "two losses for the generator",
    reference=generators_loss,
    cases=logits_and_kinds,
    points=2,
    mistakes=[
        Mistake(
            "kinds swapped",
            "Each kind gives the loss of the other one.",
            "Minimax is the part of V that G can change, log(1 - D); non-saturating is -log D.",
            like=per_kind(non_saturating, minimax),
        ),
        Mistake(
            "non-saturating for both",
            "Its minimax loss is the non-saturating one: same minimum, other slopes.",
            "Minimax is the mean of log(1 - D(G(z))), without a minus in front.",
            like=per_kind(non_saturating, non_saturating),
        ),
        Mistake(
            "minimax for both",
            "Its non-saturating loss is the minimax one, whose slope is D: near 0 where D is sure.",
            "Non-saturating is the mean of -log D(G(z)).",
            like=per_kind(minimax, minimax),
        ),
        Mistake(
            "minimax upside down",
            "Lowering its minimax loss makes the fakes easier to tell: that is D's own term.",
            "G lowers the mean of log(1 - D), which is at most 0: mind the sign.",
            like=per_kind(lambda fake: -minimax(fake), non_saturating),
        ),
        Mistake(
            "non-saturating upside down",
            "Lowering its non-saturating loss lowers D on the fakes.",
            "G wants D(G(z)) near 1: it lowers -log D.",
            like=per_kind(minimax, lambda fake: -non_saturating(fake)),
        ),
        Mistake(
            "label of a fake",
            "Its non-saturating loss is -log(1 - D), the discriminator's term for fakes: lowering "
            "it makes the generator worse.",
            "Compare with the label of a real sample: -log D.",
            like=per_kind(minimax, lambda fake: softplus(fake).mean()),
        ),
        Mistake(
            "sum over the batch",
            "It adds up the batch, so that it grows with the number of samples.",
            "An expectation is a mean.",
            like=per_kind(lambda fake: -softplus(fake).sum(), lambda fake: softplus(-fake).sum()),
        ),
        Mistake(
            "sigmoid twice",
            "It applies a sigmoid to the logits and then a loss that applies another one.",
            "Give the logits to softplus as they are.",
            like=per_kind(
                lambda fake: minimax(fake.sigmoid()), lambda fake: non_saturating(fake.sigmoid())
            ),
        ),
        Mistake(
            "bits",
            "It takes logarithms to the base 2.",
            "The chapter counts in nats: use the natural logarithm.",
            like=per_kind(
                lambda fake: minimax(fake) / LOG_2, lambda fake: non_saturating(fake) / LOG_2
            ),
        ),
        TOO_SURE,
    ],
)


# 02.4


def jensen_shannon(p: Tensor, q: Tensor, x: Tensor) -> float:
    """Jensen–Shannon divergence in nats of two densities that are given at the points x."""
    # log m as log(p + q) - log 2: halving the smallest number above 0 would give 0.
    height = torch.xlogy(p, p) + torch.xlogy(q, q) - torch.xlogy(p + q, p + q) + (p + q) * LOG_2
    return float(torch.trapezoid(height, x)) / 2


def densities_on_a_line(g: torch.Generator) -> list[tuple]:
    """Gaussians on an even and an uneven grid, and two boxes that do not touch."""
    even = torch.linspace(-12, 12, 2_401, dtype=torch.float64)
    uneven = torch.sinh(torch.linspace(-3.5, 3.5, 1_501, dtype=torch.float64))
    bell = lambda x, mean, std: torch.distributions.Normal(mean, std).log_prob(x).exp()
    shift = 1 + torch.rand(1, generator=g, dtype=torch.float64)
    box = lambda left: ((even >= left) & (even < left + 2)).double() / 2
    return [
        (bell(even, 0.0, 1.0), bell(even, 1.0, 1.0), even),
        (bell(uneven, -shift, 0.7), bell(uneven, shift, 1.2), uneven),
        (box(-5), box(3), even),
    ]


def area(height: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable[..., float]:
    """A wrong divergence from a wrong height over p, q and the density halfway between."""
    return lambda p, q, x: float(torch.trapezoid(height(p, q, (p + q) / 2), x))


divergence = Exercise(
    "02.4",
    "Jensen–Shannon divergence of two curves",
    reference=jensen_shannon,
    cases=densities_on_a_line,
    points=2,
    mistakes=[
        Mistake(
            "bits",
            "It counts in bits.",
            "The chapter counts in nats: use the natural logarithm, so that the largest value is "
            "log 2.",
            like=lambda p, q, x: jensen_shannon(p, q, x) / LOG_2,
        ),
        Mistake(
            "not halved",
            "It is twice the divergence.",
            "JSD is the mean of the two KL divergences, not their sum.",
            like=lambda p, q, x: 2 * jensen_shannon(p, q, x),
        ),
        Mistake(
            "square root",
            "It is the Jensen–Shannon distance, the square root of the divergence.",
            "Leave the root out. (scipy.spatial.distance.jensenshannon takes it, too.)",
            like=lambda p, q, x: math.sqrt(jensen_shannon(p, q, x)),
        ),
        Mistake(
            "value of the game",
            "It is C(G), the value of the game against the best discriminator.",
            "C(G) = 2·JSD - log 4: solve for JSD.",
            like=lambda p, q, x: 2 * jensen_shannon(p, q, x) - math.log(4),
        ),
        Mistake(
            "Kullback–Leibler",
            "It is KL(p‖q), which compares p with q and not with the middle.",
            "Compare both densities with m = (p + q) / 2, and take the mean.",
            like=area(lambda p, q, m: p * (p / q).log()),
        ),
        Mistake(
            "symmetric Kullback–Leibler",
            "It is the mean of KL(p‖q) and KL(q‖p), which has no upper bound.",
            "Compare both densities with m = (p + q) / 2.",
            like=area(lambda p, q, m: (p - q) * (p / q).log() / 2),
        ),
        Mistake(
            "sum for the middle",
            "It compares with p + q, whose area is 2.",
            "The middle is a density too: m = (p + q) / 2.",
            like=lambda p, q, x: jensen_shannon(p, q, x) - LOG_2,
        ),
        Mistake(
            "one side",
            "It has the divergence of p to the middle and not that of q.",
            "JSD is the mean of KL(p‖m) and KL(q‖m).",
            like=area(lambda p, q, m: torch.xlogy(p, p) - torch.xlogy(p, m)),
        ),
        Mistake(
            "sum instead of area",
            "It adds up heights without the width of the steps.",
            "An integral is an area: torch.trapezoid(height, x).",
            like=lambda p, q, x: float(
                (torch.xlogy(p, p) + torch.xlogy(q, q) - torch.xlogy(p + q, (p + q) / 2)).sum() / 2
            ),
        ),
        Mistake(
            "even grid",
            "It takes the points for evenly spaced.",
            "Hand x to torch.trapezoid, which then knows the width of every step.",
            like=lambda p, q, x: jensen_shannon(p, q, x[0] + (x[1] - x[0]) * torch.arange(len(x))),
        ),
        Mistake(
            "zero times log zero",
            "It is not a number where a density is 0: 0 · log 0 is taken for nan.",
            "Such places add nothing: torch.xlogy(a, b) is a·log b, and 0 where a is 0. Write "
            "p·log(p/m) as p·log p - p·log m.",
            sign=lambda got, right: not math.isfinite(got.value),
        ),
    ],
)


# 02.5


def sigmoid(u: float) -> float:
    """1 / (1 + exp(-u))."""
    return 1 / (1 + math.exp(-u))


def dirac_step(psi: float, theta: float, rate: float, in_turn: bool) -> tuple[float, float]:
    """One gradient step of both players on V = -log 2 - softplus(psi · theta)."""
    new_psi = psi - rate * theta * sigmoid(psi * theta)
    seen = new_psi if in_turn else psi
    return new_psi, theta + rate * seen * sigmoid(seen * theta)


def places_and_orders(g: torch.Generator) -> list[tuple]:
    """Places in all four quarters, both orders of play."""
    places = [(0.8, 1.5), (-1.2, 0.7), (0.4, -2.0), (-0.9, -0.6)]
    return [(*place, 0.3, in_turn) for place in places for in_turn in (False, True)]


def moves(
    of_d: Callable[[float, float], float],
    of_g: Callable[[float, float], float],
    order: str = "as asked",
) -> Callable[..., tuple[float, float]]:
    """A wrong step: the directions of both players, and who sees whose move."""

    def step(psi: float, theta: float, rate: float, in_turn: bool) -> tuple[float, float]:
        if order == "G first" and in_turn:
            theta = theta + rate * of_g(psi, theta)
            return psi + rate * of_d(psi, theta), theta
        new_psi = psi + rate * of_d(psi, theta)
        answers = in_turn if order in ("as asked", "G first") else order == "always in turn"
        return new_psi, theta + rate * of_g(new_psi if answers else psi, theta)

    return step


climb_d = lambda psi, theta: -theta * sigmoid(psi * theta)
climb_g = lambda psi, theta: -psi * sigmoid(psi * theta)
down_d = lambda psi, theta: -climb_d(psi, theta)
down_g = lambda psi, theta: -climb_g(psi, theta)

dirac_gan = Exercise(
    "02.5",
    "one step of the Dirac-GAN",
    reference=dirac_step,
    cases=places_and_orders,
    points=3,
    mistakes=[
        Mistake(
            "both climb",
            "Both players climb V, so G helps D.",
            "D adds its gradient of V, G subtracts its own.",
            like=moves(climb_d, climb_g),
        ),
        Mistake(
            "both descend",
            "Both players descend V, so D helps G.",
            "D adds its gradient of V, G subtracts its own.",
            like=moves(down_d, down_g),
        ),
        Mistake(
            "directions swapped",
            "D descends V and G climbs it: each plays for the other.",
            "max over D, min over G: D adds its gradient, G subtracts it.",
            like=moves(down_d, climb_g),
        ),
        Mistake(
            "always in turn",
            "G sees the new ψ even when the players move together.",
            "Keep the old ψ for G's gradient: compute both directions first, then move.",
            like=moves(climb_d, down_g, "always in turn"),
        ),
        Mistake(
            "always together",
            "G sees the old ψ even when the players move in turn.",
            "When in_turn is true, compute G's gradient after ψ has moved.",
            like=moves(climb_d, down_g, "always together"),
        ),
        Mistake(
            "G first",
            "In turn, it lets G move before D.",
            "D moves first, and G answers the new ψ.",
            like=moves(climb_d, down_g, "G first"),
        ),
        Mistake(
            "bilinear",
            "It plays the bilinear game, V = -ψθ.",
            "The slope of softplus(u) is sigmoid(u): it multiplies both directions.",
            like=moves(lambda psi, theta: -theta, lambda psi, theta: psi),
        ),
        Mistake(
            "non-saturating",
            "Its generator lowers the non-saturating loss.",
            "Here G descends V itself: its slope has sigmoid(ψθ) in it, not sigmoid(-ψθ).",
            like=moves(climb_d, lambda psi, theta: psi * sigmoid(-psi * theta)),
        ),
        Mistake(
            "sigmoid of the wrong sign",
            "It has sigmoid(-ψθ) where sigmoid(ψθ) belongs.",
            "The slope of softplus(u) is sigmoid(u), with the same u = ψθ.",
            like=moves(
                lambda psi, theta: -theta * sigmoid(-psi * theta),
                lambda psi, theta: psi * sigmoid(-psi * theta),
            ),
        ),
        Mistake(
            "rate ignored",
            "It moves by the whole gradient.",
            "Multiply each gradient by rate.",
            like=lambda psi, theta, rate, in_turn: dirac_step(psi, theta, 1.0, in_turn),
        ),
    ],
)
