"""The exercises of chapter 06: hinge, W1 on a line, two penalties, and a modern step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import relu, softplus

from ganlearn import losses, metrics, penalties
from ganlearn.checks.exercise import Exercise, Mistake

# 06.1


def scores_of_both_sides(g: torch.Generator) -> list[tuple]:
    """Scores on both sides of the margins, equally many and not, and a map of them."""
    shapes = [((6,), (6,)), ((5,), (9,)), ((3, 1, 2, 2), (2, 1, 2, 2)), ((40,), (40,))]
    return [
        tuple((2 * torch.randn(shape, generator=g)).requires_grad_() for shape in pair)
        for pair in shapes
    ]


hinge = Exercise(
    "06.1",
    "the hinge loss",
    reference=losses.hinge_discriminator_loss,
    cases=scores_of_both_sides,
    points=2,
    mistakes=[
        Mistake(
            "sides swapped",
            "It punishes high scores on data and low ones on generated samples.",
            "Real samples should score above 1: what is missing is 1 - real.",
            like=lambda real, fake: relu(1 + real).mean() + relu(1 - fake).mean(),
        ),
        Mistake(
            "both sides alike",
            "It asks generated samples to score above 1 as well.",
            "For them the margin is -1: what is too much is 1 + fake.",
            like=lambda real, fake: relu(1 - real).mean() + relu(1 - fake).mean(),
        ),
        Mistake(
            "no margin",
            "It stops pulling at score 0.",
            "The margin is 1: max(0, 1 - real), not max(0, -real).",
            like=lambda real, fake: relu(-real).mean() + relu(fake).mean(),
        ),
        Mistake(
            "never stops pulling",
            "It is the Wasserstein loss moved by 2: nothing is cut off at 0.",
            "A sample beyond the margin costs nothing: max(0, ...).",
            like=lambda real, fake: 2 - real.mean() + fake.mean(),
        ),
        Mistake(
            "mean before the maximum",
            "It takes the mean first, so samples far on the right side pay for the others.",
            "Each sample has its own hinge: the maximum inside, the mean outside.",
            like=lambda real, fake: relu(1 - real.mean()) + relu(1 + fake.mean()),
        ),
        Mistake(
            "sum",
            "It adds the samples up, so the loss grows with the batch.",
            "Take the mean of each side.",
            like=lambda real, fake: relu(1 - real).sum() + relu(1 + fake).sum(),
        ),
        Mistake(
            "one mean for both",
            "It averages both sides together, so the side with more samples counts more.",
            "One mean a side, then add the two.",
            like=lambda real, fake: (
                2 * torch.cat([relu(1 - real).flatten(), relu(1 + fake).flatten()]).mean()
            ),
        ),
        Mistake(
            "half of it",
            "It is half of what it should be.",
            "The two sides are added, not averaged.",
            like=lambda real, fake: (relu(1 - real).mean() + relu(1 + fake).mean()) / 2,
        ),
        Mistake(
            "softplus",
            "It bends smoothly: this is the loss of chapter 02.",
            "A hinge has a corner: max(0, ...).",
            like=lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
        ),
        Mistake(
            "squared",
            "It squares what is missing.",
            "The hinge is straight: beyond the corner the pull does not grow.",
            like=lambda real, fake: relu(1 - real).square().mean() + relu(1 + fake).square().mean(),
        ),
        Mistake(
            "cut off at 1",
            "It cuts the loss off above as well, so the worst samples pull no longer.",
            "Only from below: max(0, ...), no min.",
            like=lambda real, fake: (1 - real).clamp(0, 1).mean() + (1 + fake).clamp(0, 1).mean(),
        ),
    ],
)


# 06.2


def two_sets_of_numbers(g: torch.Generator) -> list[tuple]:
    """Equal and unequal sizes, unsorted, with ties, apart and overlapping."""
    draw = lambda n, mean, std: mean + std * torch.randn(n, generator=g, dtype=torch.float64)
    whole = lambda n: torch.randint(0, 4, (n,), generator=g).double()
    return [
        (draw(7, 0, 1), draw(7, 0.5, 2)),
        (draw(5, 0, 1), draw(15, 1, 0.5)),
        (draw(12, 3, 1), draw(7, -1, 1)),
        (whole(6), whole(9)),
        (draw(1, 0, 1), draw(4, 0, 1)),
    ]


def area(a: Tensor, b: Tensor, power: int = 1, widths: bool = True, shares: bool = True) -> Tensor:
    """The sum over the steps of both distribution functions of |F - G|."""
    ends = torch.cat([a, b]).sort().values
    F, G = (
        torch.searchsorted(part.sort().values, ends[:-1], right=True).double()
        / (len(part) if shares else 1)
        for part in (a, b)
    )
    heights = (F - G).abs() ** power
    return (heights * ends.diff()).sum() if widths else heights.mean()


def paired(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Both cut to the size of the smaller."""
    n = min(len(a), len(b))
    return a[:n], b[:n]


def at_shares(a: Tensor, b: Tensor) -> Tensor:
    """Quantiles at as many shares as the larger set has, interpolated."""
    shares = torch.linspace(0, 1, max(len(a), len(b)), dtype=a.dtype)
    return (a.quantile(shares) - b.quantile(shares)).abs().mean()


def sorted_and_cut(a: Tensor, b: Tensor) -> Tensor:
    """The smallest of each, as many as the smaller set has."""
    a, b = paired(a.sort().values, b.sort().values)
    return (a - b).abs().mean()


def cut_and_sorted(a: Tensor, b: Tensor) -> Tensor:
    """The first of each as they stand, as many as the smaller set has, then sorted."""
    a, b = (part.sort().values for part in paired(a, b))
    return (a - b).abs().mean()


def not_sorted(a: Tensor, b: Tensor) -> Tensor:
    """Pairs in the order in which they stand."""
    a, b = paired(a, b)
    return (a - b).abs().mean()


def tallest(a: Tensor, b: Tensor) -> Tensor:
    """The largest |F - G|."""
    ends = torch.cat([a, b])
    below = [(part <= ends[:, None]).double().mean(1) for part in (a, b)]
    return (below[0] - below[1]).abs().max()


def as_number(answer: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], float]:
    """The answer as a plain number: what a student returns may be either."""
    return lambda a, b: float(answer(a, b))


wasserstein_line = Exercise(
    "06.2",
    "W1 on a line",
    reference=metrics.wasserstein_1d,
    cases=two_sets_of_numbers,
    points=3,
    rtol=1e-4,
    atol=1e-5,
    mistakes=[
        Mistake(
            "not sorted",
            "It pairs the numbers in the order in which they stand.",
            "The cheapest plan sends the smallest to the smallest: sort both.",
            like=as_number(not_sorted),
        ),
        Mistake(
            "cut after sorting",
            "It sorts, and then forgets the largest numbers of the larger set.",
            "With unequal sizes there are no pairs: take the area between F and G.",
            like=as_number(sorted_and_cut),
        ),
        Mistake(
            "cut before sorting",
            "It uses only as many numbers as the smaller set has, and forgets the rest.",
            "With unequal sizes there are no pairs: take the area between F and G.",
            like=as_number(cut_and_sorted),
        ),
        Mistake(
            "difference of the means",
            "It only sees how far the means are apart.",
            "Two sets with the same mean can be far from each other.",
            like=as_number(lambda a, b: (a.mean() - b.mean()).abs()),
        ),
        Mistake(
            "all pairs",
            "It averages the distance over all pairs, which is not 0 for a set and itself.",
            "Each number goes to one place, not to all: sort, or take the area between F and G.",
            like=as_number(lambda a, b: (a[:, None] - b).abs().mean()),
        ),
        Mistake(
            "nearest neighbours",
            "It sends each number to its nearest neighbour, though a hole can be filled only once.",
            "A plan uses every number of b as well, and no more than it holds.",
            like=as_number(lambda a, b: (a[:, None] - b).abs().min(1).values.mean()),
        ),
        Mistake(
            "without the widths",
            "It averages |F - G| over the places where it changes, as if all steps were as wide.",
            "An area is height times width: multiply by the way to the next number.",
            like=as_number(lambda a, b: area(a, b, widths=False)),
        ),
        Mistake(
            "squared heights",
            "It integrates (F - G)², which is another distance (Cramér's).",
            "W1 is the area itself: |F - G|.",
            like=as_number(lambda a, b: area(a, b, power=2)),
        ),
        Mistake(
            "largest difference",
            "It takes the largest |F - G|, which is the statistic of Kolmogorov and Smirnov.",
            "Add up the area, not only its tallest place.",
            like=as_number(tallest),
        ),
        Mistake(
            "signed area",
            "What passes to the left is taken off from what passes to the right.",
            "The cost is positive in both directions: take |F - G| before you add.",
            like=as_number(lambda a, b: b.mean() - a.mean()),
        ),
        Mistake(
            "sum over the samples",
            "It grows with the number of samples.",
            "F and G are shares: divide by the size of their own set.",
            like=as_number(lambda a, b: area(a, b, shares=False)),
        ),
        Mistake(
            "interpolated quantiles",
            "It draws straight lines between the numbers, so for small sets it is off.",
            "F is a staircase: what it is between two numbers is what it was at the last one.",
            like=as_number(at_shares),
        ),
    ],
)


# The parts of a penalty's exercise


class Watched(nn.Module):
    """A critic that keeps what it was asked about.

    Attributes:
        asked: every batch that it judged, in order.
    """

    def __init__(self, form: Callable[[Tensor, Tensor], Tensor], weight: Tensor) -> None:
        super().__init__()
        self.form, self.weight, self.asked = form, nn.Parameter(weight), []

    def forward(self, x: Tensor) -> Tensor:
        self.asked.append(x)
        return self.form(x, self.weight)


def straight(x: Tensor, w: Tensor) -> Tensor:
    """w·x: of slope ‖w‖ everywhere."""
    return (x * w).flatten(1).sum(1)


def bent(x: Tensor, w: Tensor) -> Tensor:
    """Half the sum of w·x²: of slope ‖w x‖ at x."""
    return (w * x.square()).flatten(1).sum(1) / 2


SLOPE_1 = "the penalty of a linear critic of slope 1"
SLOPE_3 = "the penalty of a linear critic of slope 3"
FLAT = "the penalty of a flat critic"
BENT = "the penalty of a bent critic minus what it should be at the points it looked at"
OFF = "the largest distance of a point from its line, over the length of the line"
PLACES = "the number of different places on the lines"
PULL = "the gradient of the penalty by the weights of a linear critic of slope 3"
PULL_FLAT = "the gradient by the weights of a flat critic is a number"
TO_GENERATOR = "a gradient reaches whoever made the samples"


def direction(shape: tuple[int, ...], g: torch.Generator, slope: float) -> Tensor:
    """A weight of this shape, in a random direction, as long as the slope."""
    w = torch.randn(shape, generator=g)
    return slope * w / w.norm()


def penalty_seen(penalty: Callable, n: int, shape: tuple[int, ...], seed: int) -> dict[str, Any]:
    """What an answer to 06.3 gives for critics whose slope is known."""
    g = torch.Generator().manual_seed(seed)
    real, fake = torch.randn(2, n, *shape, generator=g)
    found = {}
    for key, slope in ((SLOPE_1, 1.0), (SLOPE_3, 3.0), (FLAT, 0.0)):
        critic = Watched(straight, direction(shape, g, slope))
        value = penalty(critic, real, fake, g)
        found[key] = value
        if slope != 1.0:
            pull = learned(value, critic.weight)
            if slope:
                found[PULL] = pull
            else:
                found[PULL_FLAT] = bool(pull.isfinite().all())
    # Lines through 0, so that it does not matter from which end the places are counted.
    fake = -real
    critic = Watched(bent, direction(shape, g, 4.0))
    made = fake.clone().requires_grad_()
    value = penalty(critic, real, made, g)
    points = critic.asked[-1].detach()
    right = ((critic.weight * points).flatten(1).norm(dim=1) - 1).square().mean()
    found[BENT] = (value - right).detach()
    found[OFF], found[PLACES] = on_lines(points, real, fake)
    if value.requires_grad:
        (back,) = torch.autograd.grad(value.sum(), made, allow_unused=True)
        found[TO_GENERATOR] = back is not None and bool(back.abs().sum() > 0)
    else:
        found[TO_GENERATOR] = False
    return found


def learned(value: Tensor, weight: Tensor) -> Tensor:
    """The gradient of a penalty by a weight, zero where there is none."""
    if not value.requires_grad:
        return torch.zeros_like(weight)
    (found,) = torch.autograd.grad(value.sum(), weight, allow_unused=True)
    return torch.zeros_like(weight) if found is None else found


def on_lines(points: Tensor, real: Tensor, fake: Tensor) -> tuple[float, int]:
    """How far points are off the lines from real to fake, and at how many places they are."""
    way, gone = (fake - real).flatten(1), (points - real).flatten(1)
    at = (gone * way).sum(1) / way.square().sum(1)
    off = (gone - at[:, None] * way).norm(dim=1) / way.norm(dim=1)
    outside = ((at < -1e-4) | (at > 1 + 1e-4)).float()
    places = len((at * 1e4).round().unique())
    return round(float((off + outside).max()), 3), places


def penalised_by(
    norm: Callable[[Tensor], Tensor] = lambda g: g.flatten(1).norm(dim=1),
    u: Callable[[Tensor, torch.Generator], Tensor] | None = None,
    cost: Callable[[Tensor], Tensor] = lambda slope: (slope - 1).square().mean(),
    squash: Callable[[Tensor], Tensor] = lambda logits: logits.sum(),
    create_graph: bool = True,
    detach: bool = True,
    at: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> Callable:
    """An answer to 06.3 with one of its parts replaced."""

    def penalty(critic: Callable, real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
        draw = u or (lambda x, g: torch.rand(len(x), generator=g).view(-1, *[1] * (x.dim() - 1)))
        points = at(real, fake) if at else real + draw(real, generator) * (fake - real)
        if detach:
            points = points.detach()
        if not points.requires_grad:
            points.requires_grad_()
        (slope,) = torch.autograd.grad(squash(critic(points)), points, create_graph=create_graph)
        return cost(norm(slope))

    return penalty


def three_channels(critic: Callable, real: Tensor, fake: Tensor, g: torch.Generator) -> Tensor:
    """The point on the line, for colour pictures alone."""
    u = torch.rand(len(real), generator=g)[:, None].expand(-1, real[0].numel())
    return penalised_by(u=lambda x, g: u.view(len(x), 3, *x.shape[2:]))(critic, real, fake, g)


SHAPES = [(7, (3, 4, 4)), (16, (1, 5, 3)), (1, (3, 4, 4)), (9, (2,))]

gradient_penalty = Exercise(
    "06.3",
    "the gradient penalty",
    reference=penalised_by(),
    cases=lambda g: [(n, shape, seed) for seed, (n, shape) in enumerate(SHAPES)],
    probe=penalty_seen,
    points=3,
    rtol=1e-3,
    atol=1e-4,
    mistakes=[
        Mistake(
            "one-sided",
            "A flat critic costs it nothing: this is the one-sided penalty.",
            "The two-sided one punishes slopes below 1 as well: no maximum with 0.",
            like=penalised_by(cost=lambda slope: relu(slope - 1).square().mean()),
        ),
        Mistake(
            "no gradient to learn from",
            "Its values are right, and the critic has no gradient from them: nothing learns.",
            "Call torch.autograd.grad with create_graph=True, and detach nothing after it.",
            sign=lambda got, right: (
                _same(got, right, SLOPE_3) and not bool(got.value[PULL].abs().any())
            ),
        ),
        Mistake(
            "not a number at slope 0",
            "Its gradient is not a number where the critic is flat.",
            "The root of a sum has no slope at 0: norm(dim=1) takes care of that.",
            sign=lambda got, right: _same(got, right, SLOPE_3) and not got.value[PULL_FLAT],
        ),
        Mistake(
            "always three channels",
            "It works for three channels only.",
            "Take the shape from the samples: view(-1, *[1] * (real.dim() - 1)).",
            sign=lambda got, right: got.error is not None and "shape" in str(got.error),
        ),
        Mistake(
            "one place for all",
            "All its points lie at the same place on their lines.",
            "Draw one number for each sample: torch.rand(len(real), generator=generator).",
            sign=lambda got, right: (
                _same(got, right, SLOPE_3)
                and got.value[PLACES] == 1 < right.value[PLACES]
                and got.value[OFF] < 1e-3
            ),
        ),
        Mistake(
            "a place for each number",
            "Its points do not lie on the lines: every pixel is mixed by itself.",
            "One number a sample, of the shape (n, 1, 1, ...).",
            sign=lambda got, right: _same(got, right, SLOPE_3) and got.value[OFF] > 1e-3,
        ),
        Mistake(
            "at the ends",
            "It looks at the samples themselves and not between them.",
            "A point on the line is real + u·(fake - real), u between 0 and 1.",
            like=penalised_by(at=lambda real, fake: real),
        ),
        Mistake(
            "norm over the channels",
            "It takes one norm for each pixel, over the channels.",
            "The norm goes over all that makes up a sample: flatten(1), then norm(dim=1).",
            like=penalised_by(norm=lambda g: g.norm(dim=1)),
        ),
        Mistake(
            "norm over the batch",
            "It takes one norm for the whole batch, which grows with the batch.",
            "One norm a sample: flatten(1), then norm(dim=1).",
            like=penalised_by(norm=lambda g: g.norm()),
        ),
        Mistake(
            "slope of the mean",
            "It differentiates the mean of the scores, so every slope is divided by the batch.",
            "Differentiate the sum: each sample's score depends on that sample alone.",
            like=penalised_by(squash=lambda logits: logits.mean()),
        ),
        Mistake(
            "slope of a probability",
            "It differentiates the sigmoid of the score, which is flatter than the score.",
            "The penalty is about the score itself.",
            like=penalised_by(squash=lambda logits: logits.sigmoid().sum()),
        ),
        Mistake(
            "towards 0",
            "It pulls the slope to 0: this is R1 on the lines.",
            "(slope - 1)²: the best critic for W1 has slope 1.",
            like=penalised_by(cost=lambda slope: slope.square().mean()),
        ),
        Mistake(
            "mean before the square",
            "It takes the mean slope first, so a steep place and a flat one cancel.",
            "Square each sample's excess, then take the mean.",
            like=penalised_by(cost=lambda slope: (slope.mean() - 1).square()),
        ),
        Mistake(
            "sum over the batch",
            "It adds the samples up.",
            "Take the mean over the batch.",
            like=penalised_by(cost=lambda slope: (slope - 1).square().sum()),
        ),
        Mistake(
            "squared slope",
            "It compares the square of the slope with 1.",
            "Take the norm, with its root, before you take off 1.",
            like=penalised_by(cost=lambda slope: (slope.square() - 1).square().mean()),
        ),
        Mistake(
            "fake not detached",
            "A gradient of the critic's penalty reaches whoever made the samples.",
            "Detach the points before you let them require a gradient.",
            sign=lambda got, right: got.value[TO_GENERATOR] and _same(got, right, SLOPE_3),
        ),
    ],
)


def _same(got: Any, right: Any, key: str) -> bool:
    return torch.allclose(got.value[key], right.value[key], 1e-3, 1e-4)


# 06.4

R1_SLOPE_3 = "R1 of a linear critic of slope 3"
R1_BENT = "R1 of a bent critic"
R1_PULL = "the gradient of R1 by the weights of a bent critic"


def r1_seen(r1: Callable, n: int, shape: tuple[int, ...], seed: int) -> dict[str, Any]:
    """What an answer to 06.4 gives for critics whose slope is known."""
    g = torch.Generator().manual_seed(seed)
    real = torch.randn(n, *shape, generator=g)
    critic = Watched(straight, direction(shape, g, 3.0))
    found = {R1_SLOPE_3: r1(critic, real)}
    critic = Watched(bent, direction(shape, g, 4.0))
    value = r1(critic, real)
    found[R1_BENT], found[R1_PULL] = value, learned(value, critic.weight)
    return found


def squared_by(
    squash: Callable[[Tensor], Tensor] = lambda logits: logits.sum(),
    cost: Callable[[Tensor], Tensor] = lambda g: g.flatten(1).square().sum(1).mean(),
    create_graph: bool = True,
) -> Callable:
    """An answer to 06.4 with one of its parts replaced."""

    def r1(critic: Callable, real: Tensor) -> Tensor:
        x = real.detach().clone().requires_grad_()
        (slope,) = torch.autograd.grad(squash(critic(x)), x, create_graph=create_graph)
        return cost(slope)

    return r1


squared_slope = Exercise(
    "06.4",
    "R1",
    reference=penalties.r1,
    cases=lambda g: [(n, shape, 20 + i) for i, (n, shape) in enumerate(SHAPES)],
    probe=r1_seen,
    points=2,
    rtol=1e-3,
    atol=1e-4,
    mistakes=[
        Mistake(
            "through softplus",
            "It differentiates the loss of the score, softplus(-score), and not the score.",
            "Differentiate what the critic returns: nothing between it and the gradient.",
            like=squared_by(squash=lambda logits: softplus(-logits).sum()),
        ),
        Mistake(
            "through the sigmoid",
            "It differentiates a probability, which is flat wherever the critic is sure.",
            "Differentiate what the critic returns, the score.",
            like=squared_by(squash=lambda logits: logits.sigmoid().sum()),
        ),
        Mistake(
            "slope of the mean",
            "It differentiates the mean of the scores, so it is smaller by the batch, squared.",
            "Differentiate the sum: each sample's score depends on that sample alone.",
            like=squared_by(squash=lambda logits: logits.mean()),
        ),
        Mistake(
            "root left in",
            "It is the mean slope, not the mean of its square.",
            "Square and sum, and leave it at that: no root.",
            like=squared_by(cost=lambda g: g.flatten(1).norm(dim=1).mean()),
        ),
        Mistake(
            "mean over the pixels",
            "It averages over the pixels of a sample, so larger pictures are punished less.",
            "Sum over a sample, mean over the batch.",
            like=squared_by(cost=lambda g: g.square().mean()),
        ),
        Mistake(
            "sum over the batch",
            "It adds the samples up.",
            "Sum over a sample, mean over the batch.",
            like=squared_by(cost=lambda g: g.square().sum()),
        ),
        Mistake(
            "sum of the slopes, squared",
            "It adds the parts of a gradient before it squares, so they cancel.",
            "Square each part, then add.",
            like=squared_by(cost=lambda g: g.flatten(1).sum(1).square().mean()),
        ),
        Mistake(
            "towards 1",
            "It pulls the slope to 1: this is the gradient penalty at the data.",
            "R1 is the squared slope itself; nothing is taken off.",
            like=squared_by(cost=lambda g: (g.flatten(1).norm(dim=1) - 1).square().mean()),
        ),
        Mistake(
            "halved",
            "It is half of what is asked for.",
            "The ½ belongs to the weight γ/2, outside of this function.",
            like=squared_by(cost=lambda g: g.flatten(1).square().sum(1).mean() / 2),
        ),
        Mistake(
            "no gradient to learn from",
            "Its values are right, and the critic has no gradient from them: nothing learns.",
            "Call torch.autograd.grad with create_graph=True, and detach nothing after it.",
            sign=lambda got, right: _same(got, right, R1_BENT) and not _same(got, right, R1_PULL),
        ),
    ],
)


# 06.5

COST = "the loss"
PULL_D = "the gradient of the loss by the weights of the discriminator"
BACK = "a gradient reaches whoever made the samples"


def quartic(x: Tensor, w: Tensor) -> Tensor:
    """A score whose slope differs from sample to sample."""
    return (x * w).sum(1) + (w * x).square().sum(1) / 2


def step_seen(answer: Callable, step: int, gamma: float, every: int, seed: int) -> dict[str, Any]:
    """What an answer to 06.5 gives in one step."""
    g = torch.Generator().manual_seed(seed)
    real, fake = torch.randn(2, 6, 3, generator=g)
    critic = Watched(quartic, torch.randn(3, generator=g))
    made = fake.clone().requires_grad_()
    value = answer(critic, real, made, step, gamma, every)
    pull, back = torch.autograd.grad(value, [critic.weight, made], allow_unused=True)
    return {
        COST: value,
        PULL_D: torch.zeros(3) if pull is None else pull,
        BACK: back is not None and bool(back.abs().sum() > 0),
    }


def modern(
    pair: Callable[[Tensor, Tensor], Tensor] = lambda real, fake: softplus(fake - real).mean(),
    slopes: Callable[[Callable, Tensor, Tensor], Tensor] = lambda f, real, fake: (
        penalties.r1(f, real) + penalties.r2(f, fake)
    ),
    weight: Callable[[int, float, int], float] = lambda step, gamma, every: (
        gamma / 2 * every if step % every == 0 else 0.0
    ),
) -> Callable:
    """An answer to 06.5 with one of its parts replaced."""

    def loss(
        critic: Callable, real: Tensor, fake: Tensor, step: int, gamma: float, every: int
    ) -> Tensor:
        fake = fake.detach()
        found = pair(critic(real), critic(fake))
        now = weight(step, gamma, every)
        return found + now * slopes(critic, real, fake) if now else found

    return loss


modern_step = Exercise(
    "06.5",
    "a modern discriminator's loss",
    reference=modern(),
    cases=lambda g: [
        (0, 1.0, 4, 1),
        (3, 1.0, 4, 2),
        (8, 0.5, 4, 3),
        (5, 2.0, 1, 4),
        (2, 1.0, 4, 5),
    ],
    probe=step_seen,
    points=3,
    rtol=1e-3,
    mistakes=[
        Mistake(
            "fake not detached",
            "A gradient of the discriminator's loss reaches whoever made the samples.",
            "Detach fake before anything else: in this move the generator only supplies samples.",
            sign=lambda got, right: got.value[BACK] and _same(got, right, COST),
        ),
        Mistake(
            "penalty never applied",
            "It takes a weight and a rhythm for the penalty, and never adds any.",
            "In steps 0, every, 2·every, ... add the penalty to what is returned.",
            like=modern(weight=lambda step, gamma, every: 0.0),
        ),
        Mistake(
            "lazy without the factor",
            "It plays the penalty every so many steps at its plain weight: too little on average.",
            "What is played every k-th step must weigh k times as much.",
            like=modern(weight=lambda step, gamma, every: gamma / 2 if step % every == 0 else 0.0),
        ),
        Mistake(
            "never lazy",
            "It plays the penalty at every step.",
            "Only when step is a multiple of every: step % every == 0.",
            like=modern(weight=lambda step, gamma, every: gamma / 2),
        ),
        Mistake(
            "heavy and never lazy",
            "It plays the penalty at every step, and each time as if it were the only one.",
            "Only when step is a multiple of every: step % every == 0.",
            like=modern(weight=lambda step, gamma, every: gamma / 2 * every),
        ),
        Mistake(
            "γ not halved",
            "Its penalty weighs twice what it should.",
            "The papers' weight is γ/2.",
            like=modern(
                weight=lambda step, gamma, every: gamma * every if step % every == 0 else 0.0
            ),
        ),
        Mistake(
            "first step too late",
            "It plays the penalty in the last step of a round, not in the first.",
            "Steps 0, every, 2·every, ...: step % every == 0.",
            like=modern(
                weight=lambda step, gamma, every: (
                    gamma / 2 * every if (step + 1) % every == 0 else 0.0
                )
            ),
        ),
        Mistake(
            "R1 alone",
            "It punishes slopes at the data and not at the samples.",
            "R1 + R2: the same at fake.",
            like=modern(slopes=lambda f, real, fake: penalties.r1(f, real)),
        ),
        Mistake(
            "R2 alone",
            "It punishes slopes at the samples and not at the data.",
            "R1 + R2: the same at real.",
            like=modern(slopes=lambda f, real, fake: penalties.r2(f, fake)),
        ),
        Mistake(
            "the generator's side",
            "It wants generated samples to score higher than real ones.",
            "The discriminator wants real above fake: softplus(fake - real).",
            like=modern(pair=lambda real, fake: softplus(real - fake).mean()),
        ),
        Mistake(
            "not in pairs",
            "It looks at each score by itself: this is the loss of chapter 02.",
            "Relativistic: the difference of a real and a generated score inside one softplus.",
            like=modern(pair=lambda real, fake: softplus(-real).mean() + softplus(fake).mean()),
        ),
        Mistake(
            "difference of the means",
            "It compares the mean scores, not pair by pair.",
            "The mean goes outside: softplus(fake - real).mean().",
            like=modern(pair=lambda real, fake: softplus(fake.mean() - real.mean())),
        ),
        Mistake(
            "straight pairs",
            "It is the Wasserstein loss: a pair that is far apart already still pulls.",
            "The difference goes through softplus.",
            like=modern(pair=lambda real, fake: (fake - real).mean()),
        ),
    ],
)
