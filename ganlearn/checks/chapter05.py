"""Exercises of chapter 05: a loss that lives, a doctor, how alike a batch is, averages, labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganlearn.checks import Exercise, Mistake
from ganlearn.nets import minibatch_std

# 05.1

Losses = tuple[Tensor, Tensor]


def stable(real_logits: Tensor, fake_logits: Tensor) -> Losses:
    """Both players' losses, finite for every logit, with the right slope."""
    return (
        softplus(-real_logits).mean() + softplus(fake_logits).mean(),
        softplus(-fake_logits).mean(),
    )


def by_probabilities(
    log: Callable[[Tensor], Tensor], squash: Callable[[Tensor], Tensor] = torch.sigmoid
) -> Callable:
    """Both losses from probabilities, with some way to take the logarithm."""

    def losses(real_logits: Tensor, fake_logits: Tensor) -> Losses:
        real, fake = squash(real_logits), squash(fake_logits)
        return -log(real).mean() - log(1 - fake).mean(), -log(fake).mean()

    return losses


def logits(g: torch.Generator) -> list[tuple]:
    """Usual logits, and such as end a run; the two sides are not equally many."""
    usual = [(torch.randn(7, generator=g) * 2, torch.randn(5, generator=g) * 2)]
    hard = [
        (torch.tensor([-120.0, 3.0, 0.5]), torch.tensor([17.0, -1.0])),
        (torch.tensor([40.0, 200.0]), torch.tensor([-40.0, -200.0, -25.0])),
        (torch.tensor([-30.0, -300.0]), torch.tensor([30.0, 300.0, 4.0])),
    ]
    return [tuple(x.requires_grad_() for x in case) for case in usual + hard]


def both_sides(losses: Callable, real_logits: Tensor, fake_logits: Tensor) -> dict[str, Tensor]:
    """Both losses and their slopes, each by itself."""
    d_loss, g_loss = losses(real_logits, fake_logits)
    slope = lambda loss, of: torch.autograd.grad(loss, of, retain_graph=True, allow_unused=True)[0]
    none = lambda found, like: torch.zeros_like(like) if found is None else found
    return {
        "the discriminator's loss": d_loss.detach(),
        "the generator's loss": g_loss.detach(),
        "the slope of the discriminator's loss on real logits": none(
            slope(d_loss, real_logits), real_logits
        ),
        "the slope of the discriminator's loss on fake logits": none(
            slope(d_loss, fake_logits), fake_logits
        ),
        "the slope of the generator's loss": none(slope(g_loss, fake_logits), fake_logits),
    }


living_loss = Exercise(
    "05.1",
    "a loss that lives",
    reference=stable,
    cases=logits,
    probe=both_sides,
    points=2,
    mistakes=[
        Mistake(
            "log of sigmoid",
            "It takes the log of a sigmoid, which is infinite from a logit of 17 on.",
            "softplus(-x) is -log(sigmoid(x)) without the detour over a probability.",
            like=by_probabilities(torch.log),
        ),
        Mistake(
            "epsilon in the log",
            "It adds a small number inside the log: the loss is finite, and its slope is 0 where "
            "the generator is worst.",
            "Then the non-saturating loss saturates. Use softplus, and add nothing.",
            like=by_probabilities(lambda p: (p + 1e-8).log()),
        ),
        Mistake(
            "minimax",
            "Its generator lowers log(1 - D), which says nothing where D is sure.",
            "The non-saturating loss is -log D(G(z)): softplus of minus the logit.",
            like=lambda r, f: (stable(r, f)[0], -softplus(f).mean()),
        ),
        Mistake(
            "generator's sign",
            "Its generator is paid for being detected.",
            "The generator wants high logits on its samples: softplus(-fake_logits).",
            like=lambda r, f: (stable(r, f)[0], softplus(f).mean()),
        ),
        Mistake(
            "labels swapped",
            "Its discriminator calls real samples fake, and fakes real.",
            "Real: -log sigmoid(x) = softplus(-x). Fake: -log(1 - sigmoid(x)) = softplus(x).",
            like=lambda r, f: (softplus(r).mean() + softplus(-f).mean(), softplus(-f).mean()),
        ),
        Mistake(
            "all in one mean",
            "It averages real and fake logits together, so the larger side counts for more.",
            "Take the mean of each side, and add the two.",
            like=lambda r, f: (
                torch.cat([softplus(-r), softplus(f)]).mean() * 2,
                softplus(-f).mean(),
            ),
        ),
        Mistake(
            "clamped",
            "It cuts off logits or probabilities: the loss is finite, and where it matters most "
            "it has no slope.",
            "A sample beyond the cut teaches nothing. softplus takes any logit; leave them as "
            "they come.",
            sign=lambda got, right: _flat(got),
        ),
    ],
)


def _slope(seen: object) -> Tensor:
    return seen.value["the slope of the generator's loss"]


def _flat(seen: object) -> bool:
    """Finite everywhere, with no slope at the hardest logits."""
    values = [torch.as_tensor(x) for x in seen.value.values()]
    return all(bool(x.isfinite().all()) for x in values) and bool((_slope(seen) == 0).any())


# 05.2

NAMES = ("no gradient", "discriminator too strong", "collapse", "healthy")
Log = Sequence[dict[str, float]]


def verdict_on(told: float, pull: float, variety: float, spread: float) -> str:
    """The rules of the exercise."""
    if told > 0.95 and pull < 0.05:
        return "no gradient"
    if told > 0.95 and pull > 0.85:
        return "discriminator too strong"
    if variety < 0.2 or spread < 0.3:
        return "collapse"
    return "healthy"


def late(log: Log, sign: str) -> float:
    """The median of a sign over the last third."""
    values = sorted(line[sign] for line in log[-max(1, len(log) // 3) :])
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


SEEN = ("told apart", "pull", "variety", "spread")


def doctor(part: Callable[[Log, str], float] = late, rule: Callable = verdict_on) -> Callable:
    """An answer to 05.2 that looks at this part of a log."""
    return lambda log: rule(*(part(log, sign) for sign in SEEN))


HEALTHY = {"told apart": 0.75, "pull": 0.55, "variety": 0.5, "spread": 1.0}


def made_log(lines: int, before: dict[str, float], after: dict[str, float], odd: int = -1) -> Log:
    """A log whose last half has other signs than the first; one line may be odd."""
    log = []
    for i in range(lines):
        signs = HEALTHY | (before if i < lines // 2 else after)
        if i == odd:
            signs = HEALTHY | {"told apart": 1.0, "pull": 0.0, "variety": 0.01, "spread": 0.0}
        log.append({"step": 50 * (i + 1), **signs})
    return log


def logs(g: torch.Generator) -> list[tuple]:
    """Clear cases, some with a history or an odd line, in a random order."""
    strong, silent = {"told apart": 0.99, "pull": 0.96}, {"told apart": 1.0, "pull": 0.01}
    heap, line = {"variety": 0.05}, {"spread": 0.1}
    cases = [
        made_log(12, {}, {}),
        made_log(12, heap, {}),
        made_log(12, {}, strong),
        made_log(9, strong, silent),
        made_log(12, silent, heap),
        made_log(12, {}, line),
        made_log(12, {}, {}, odd=11),
        made_log(12, {}, strong, odd=10),
        made_log(9, {}, strong | heap),
        made_log(9, {}, silent | line),
        made_log(12, {}, {"told apart": 0.97, "pull": 0.5}),
        made_log(3, heap, {}),
    ]
    order = torch.randperm(len(cases), generator=g).tolist()
    return [(cases[i],) for i in order]


def _mean(log: Log, sign: str) -> float:
    part = [line[sign] for line in log[-max(1, len(log) // 3) :]]
    return sum(part) / len(part)


def _median(log: Log, sign: str) -> float:
    return sorted(line[sign] for line in log)[len(log) // 2]


reading_a_log = Exercise(
    "05.2",
    "which failure is it",
    reference=doctor(),
    cases=logs,
    points=2,
    mistakes=[
        Mistake(
            "last line alone",
            "It looks at the last line alone, and one odd report makes an illness.",
            "Take the median over the last third of the lines.",
            like=doctor(lambda log, sign: log[-1][sign]),
        ),
        Mistake(
            "whole log",
            "It looks at the whole log: what was cured long ago still counts.",
            "Only the last third: log[-(len(log) // 3):], and at least one line.",
            like=doctor(_median),
        ),
        Mistake(
            "first third",
            "It looks at the beginning of the log.",
            "The last third has a minus: log[-n:].",
            like=doctor(lambda log, sign: late(log[: max(1, len(log) // 3)], sign)),
        ),
        Mistake(
            "mean",
            "It takes means, and one odd report moves a mean far.",
            "A median asks what most of the lines say: statistics.median.",
            like=doctor(_mean),
        ),
        Mistake(
            "collapse first",
            "It asks for a collapse first, and calls everything else that, too.",
            "Samples that were never moved are alike as well. Ask in the order of the text.",
            like=doctor(
                rule=lambda told, pull, variety, spread: (
                    "collapse"
                    if variety < 0.2 or spread < 0.3
                    else verdict_on(told, pull, variety, spread)
                )
            ),
        ),
        Mistake(
            "pull not asked for",
            "It calls every discriminator too strong that wins, whatever the pull.",
            "A pull near 0 is a silent loss, and one in the middle is no illness: ask for both.",
            like=doctor(
                rule=lambda told, pull, variety, spread: (
                    "discriminator too strong"
                    if told > 0.95
                    else verdict_on(told, pull, variety, spread)
                )
            ),
        ),
        Mistake(
            "variety alone",
            "It misses a collapse that shows in the spread.",
            "Variety below 0.2 *or* spread below 0.3.",
            like=doctor(
                rule=lambda told, pull, variety, spread: verdict_on(told, pull, variety, 1.0)
            ),
        ),
        Mistake(
            "spread alone",
            "It misses a collapse that shows in the variety.",
            "Variety below 0.2 *or* spread below 0.3.",
            like=doctor(
                rule=lambda told, pull, variety, spread: verdict_on(told, pull, 1.0, spread)
            ),
        ),
        Mistake(
            "another word",
            "It gives a word that is none of the four.",
            "The answers are 'no gradient', 'discriminator too strong', 'collapse', 'healthy'.",
            sign=lambda got, right: got.value not in NAMES,
        ),
    ],
)

# 05.3


def batches(g: torch.Generator) -> list[tuple]:
    """Batches of different shapes, with their groups."""
    made = lambda *shape: (
        torch.randn(shape, generator=g) * torch.rand(shape[1:], generator=g)
        + torch.randn(shape[1:], generator=g)
    )
    cases = [(made(6, 4), 6), (made(8, 5), 4), (made(4, 3), 2), (made(6, 7), 3)]
    return [(x.requires_grad_(), group) for x, group in cases]


def deviation(
    std: Callable[[Tensor], Tensor] = lambda groups: groups.std(1, correction=0),
    group_of: Callable[[int, int], int] = lambda n, group: group,
    append: Callable[[Tensor, Tensor], Tensor] = lambda x, column: torch.cat([x, column], 1),
) -> Callable:
    """An answer to 05.3 put together from its steps."""

    def answer(x: Tensor, group: int) -> Tensor:
        group = group_of(len(x), group)
        numbers = std(x.unflatten(0, (-1, group))).flatten(1).mean(1)
        return append(x, numbers.repeat_interleave(group)[:, None])

    return answer


alike = Exercise(
    "05.3",
    "minibatch standard deviation",
    reference=minibatch_std,
    cases=batches,
    points=2,
    mistakes=[
        Mistake(
            "not appended",
            "It returns the number and not the features with the number beside them.",
            "torch.cat([x, column], dim=1): the next layer needs both.",
            sign=lambda got, right: (
                got.value.numel() < right.value.numel()
                and (got.value.numel() in (1, len(right.value)))
            ),
        ),
        Mistake(
            "deviation within a sample",
            "It measures how much the features of one sample differ from each other.",
            "Compare the samples: the deviation runs over the batch axis, for each feature.",
            sign=lambda got, right: (
                torch.allclose(got.value[:, -1], got.value[:, :-1].std(1, correction=0), atol=1e-4)
                or torch.allclose(got.value[:, -1], got.value[:, :-1].std(1), atol=1e-4)
            ),
        ),
        Mistake(
            "divided by n − 1",
            "It divides by n - 1, as torch.std does when nobody says otherwise.",
            "correction=0: the paper's deviation divides by n, and a group of one gives 0.",
            like=deviation(lambda groups: groups.std(1)),
        ),
        Mistake(
            "variance",
            "It appends the variance: the square of what was asked for.",
            "The deviation is the root of the variance; features of other scales then compare.",
            like=deviation(lambda groups: groups.var(1, correction=0)),
        ),
        Mistake(
            "whole batch",
            "It compares all samples of the batch and not those of a group.",
            "x.unflatten(0, (-1, group)) puts the groups on an axis of their own.",
            like=deviation(group_of=lambda n, group: n),
        ),
        Mistake(
            "groups interleaved",
            "It puts every so-many-th sample into a group.",
            "The first `group` samples belong together, then the next: unflatten(0, (-1, group)).",
            sign=lambda got, right: _interleaved(got.value),
        ),
        Mistake(
            "no mean over features",
            "It appends one number a feature and not one a sample.",
            "Average the deviations of all features: one number says how alike the group is.",
            sign=lambda got, right: (
                got.value.shape == (len(right.value), 2 * right.value.shape[1] - 2)
            ),
        ),
        Mistake(
            "root of the mean variance",
            "It takes the root after the mean over the features.",
            "First the deviation of every feature, then the mean of these.",
            like=deviation(lambda groups: groups.var(1, correction=0).mean(1, keepdim=True).sqrt()),
        ),
        Mistake(
            "number in front",
            "It puts the number before the features.",
            "The number comes last: torch.cat([x, column], dim=1).",
            like=deviation(append=lambda x, column: torch.cat([column, x], 1)),
        ),
    ],
)


def _interleaved(value: Tensor) -> bool:
    x, last = value[:, :-1], value[:, -1]
    for groups in range(1, len(x) + 1):
        if len(x) % groups == 0:
            numbers = x.unflatten(0, (-1, groups)).std(0, correction=0).mean(1)
            if torch.allclose(last, numbers.repeat(len(x) // groups), atol=1e-4):
                return groups < len(x)
    return False


# 05.4


def averaged(average: Tensor, weights: Tensor, half_life: float, batch: int) -> Tensor:
    """The average after one more step."""
    keep = 0.5 ** (batch / half_life)
    return keep * average + (1 - keep) * weights


def ema_by(keep: Callable[[float, int], float], swapped: bool = False) -> Callable:
    """An average that keeps this share of the old one."""

    def answer(average: Tensor, weights: Tensor, half_life: float, batch: int) -> Tensor:
        share = keep(half_life, batch)
        return torch.lerp(average, weights, share if swapped else 1 - share)

    return answer


def averages(g: torch.Generator) -> list[tuple]:
    """Averages and weights, half-lives in samples, batches of several sizes."""
    pair = lambda *shape: (torch.randn(shape, generator=g), torch.randn(shape, generator=g))
    return [
        (*pair(5), 1_000.0, 64),
        (*pair(3, 2), 64.0, 64),
        (*pair(4), 10_000.0, 16),
        (*pair(2, 2), 100.0, 256),
    ]


half_lives = Exercise(
    "05.4",
    "an average by its half-life",
    reference=averaged,
    cases=averages,
    atol=1e-7,
    mistakes=[
        Mistake(
            "weights the wrong way round",
            "It keeps the share that it should forget.",
            "0.5 ** (batch / half_life) is the share of the *old* average that stays.",
            like=ema_by(lambda half_life, batch: 0.5 ** (batch / half_life), swapped=True),
        ),
        Mistake(
            "half-life in steps",
            "It counts the half-life in steps and not in samples.",
            "A step is `batch` samples: 0.5 ** (batch / half_life).",
            like=ema_by(lambda half_life, batch: 0.5 ** (1 / half_life)),
        ),
        Mistake(
            "e for 2",
            "It forgets like exp(-t / h): then h is where 37 % are left, and not half.",
            "After a half-life one half is left: the base is 0.5.",
            like=ema_by(lambda half_life, batch: math.exp(-batch / half_life)),
        ),
        Mistake(
            "fraction upside down",
            "Its exponent is half_life / batch.",
            "A longer half-life forgets less: the half-life belongs under the fraction line.",
            like=ema_by(lambda half_life, batch: 0.5 ** (half_life / batch)),
        ),
        Mistake(
            "straight line",
            "It takes 1 - batch / (2 half_life), which is near it only for small batches, and "
            "negative for large ones.",
            "Halving is a power: 0.5 ** (batch / half_life).",
            like=ema_by(lambda half_life, batch: 1 - batch / (2 * half_life)),
        ),
        Mistake(
            "sum",
            "Its two shares do not add up to 1, so the average shrinks or grows.",
            "keep * average + (1 - keep) * weights.",
            like=lambda average, weights, half_life, batch: (
                0.5 ** (batch / half_life) * average + weights
            ),
        ),
    ],
)

# 05.5


def smoothed(real_logits: Tensor, fake_logits: Tensor, target: float) -> Tensor:
    """The discriminator's loss with the label ``target`` on data."""
    on_data = target * softplus(-real_logits) + (1 - target) * softplus(real_logits)
    return on_data.mean() + softplus(fake_logits).mean()


def labelled(logit: Tensor, label: float) -> Tensor:
    """Binary cross-entropy against one label."""
    return (label * softplus(-logit) + (1 - label) * softplus(logit)).mean()


def sides(g: torch.Generator) -> list[tuple]:
    """Logits of both sides and labels on data."""
    pair = lambda n, m: (2 * torch.randn(n, generator=g), 2 * torch.randn(m, generator=g))
    cases = [(*pair(6, 6), 0.9), (*pair(5, 8), 0.7), (*pair(7, 3), 1.0)]
    return [(r.requires_grad_(), f.requires_grad_(), target) for r, f, target in cases]


one_sided = Exercise(
    "05.5",
    "one-sided label smoothing",
    reference=smoothed,
    cases=sides,
    mistakes=[
        Mistake(
            "both sides smoothed",
            "It smooths the label of the fakes as well.",
            "One-sided: fakes keep the label 0. Otherwise the best discriminator has a bump where "
            "the generator already is.",
            like=lambda r, f, target: labelled(r, target) + labelled(f, 1 - target),
        ),
        Mistake(
            "fakes smoothed",
            "It smooths the label of the fakes and leaves that of the data.",
            "The other way round: data get `target`, fakes get 0.",
            like=lambda r, f, target: labelled(r, 1.0) + labelled(f, 1 - target),
        ),
        Mistake(
            "half of the entropy",
            "It multiplies the loss on data by the target and leaves out the other part.",
            "The label 0.9 means: 0.9 times the cost of 'real' plus 0.1 times that of 'fake'.",
            like=lambda r, f, target: target * softplus(-r).mean() + softplus(f).mean(),
        ),
        Mistake(
            "target upside down",
            "It gives the data the label 1 - target.",
            "softplus(-x) is the cost of the label 1: that part gets the weight `target`.",
            like=lambda r, f, target: labelled(r, 1 - target) + softplus(f).mean(),
        ),
        Mistake(
            "not smoothed",
            "It leaves all labels as they were.",
            "Use `target` on the side of the data.",
            like=lambda r, f, target: labelled(r, 1.0) + labelled(f, 0.0),
        ),
        Mistake(
            "logits scaled",
            "It multiplies the logits by the target and not the label.",
            "The label stands beside softplus, not inside of it.",
            like=lambda r, f, target: softplus(-target * r).mean() + softplus(f).mean(),
        ),
        Mistake(
            "all in one mean",
            "It averages both sides together, so the larger side counts for more.",
            "The mean of each side, then the sum.",
            like=lambda r, f, target: (
                2
                * torch.cat(
                    [target * softplus(-r) + (1 - target) * softplus(r), softplus(f)]
                ).mean()
            ),
        ),
    ],
)

# 05.6

mixed_batch = Exercise(
    "05.6",
    "one batch or two",
    reference=math.sqrt(0.5),
    rtol=0,
    atol=5e-3,
    mistakes=[
        Mistake(
            "each in its own batch",
            "That is the mean when the real samples are a batch of their own.",
            "Here all 128 samples are normalised together: subtract the mean of all of them.",
            like=0.0,
        ),
        Mistake(
            "not scaled",
            "That is the mean before it is divided, or divided by the spread of one side.",
            "The variance of all 128 is that within a side plus that between the two means.",
            like=1.0,
        ),
        Mistake(
            "divided by the variance",
            "It divides by the variance of all samples.",
            "BatchNorm divides by the standard deviation: the root of 2.",
            like=0.5,
        ),
        Mistake(
            "fakes",
            "That is the mean of the generated samples.",
            "The real ones lie on the other side of 0.",
            like=-math.sqrt(0.5),
        ),
        Mistake(
            "distance of the two",
            "That is how far the two means are apart after it.",
            "Asked is the mean of the real samples alone.",
            like=math.sqrt(2),
        ),
        Mistake(
            "multiplied",
            "It multiplies by the variance or the deviation.",
            "A larger spread makes normalised values smaller: divide.",
            sign=lambda got, right: float(got.value) in (2.0,),
        ),
    ],
)
