"""Exercises of chapter 08: a Fréchet distance, an unbiased kernel distance, precision and recall,
an inception score, and a test for copies.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.checks import Exercise, Mistake, Outcome

Score = Callable[[Tensor, Tensor], float]


def cloud(g: torch.Generator, n: int, d: int, *, shift: float = 0.0) -> Tensor:
    """n points in d dimensions whose coordinates hang together, float32."""
    mix = torch.randn(d, d, generator=g) / math.sqrt(d) + torch.diag(torch.linspace(0.5, 1.5, d))
    return torch.randn(n, d, generator=g) @ mix + shift


# 08.1


def covariance(x: Tensor, correction: int = 1) -> Tensor:
    """Of samples (n, d), (d, d)."""
    centred = x - x.mean(0)
    return centred.T @ centred / (len(x) - correction)


def root_trace(a: Tensor, b: Tensor) -> Tensor:
    """The trace of the root of a·b for two covariances, by way of a symmetric matrix."""
    values, vectors = torch.linalg.eigh(a)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    return torch.linalg.eigvalsh(root @ b @ root).clamp(min=0).sqrt().sum()


def squared_gap(real: Tensor, fake: Tensor) -> Tensor:
    """Between two means."""
    return (real.mean(0) - fake.mean(0)).square().sum()


def frechet(
    *,
    means: Callable[[Tensor, Tensor], Tensor | float] = squared_gap,
    spread: Callable[[Tensor], Tensor] = covariance,
    joint: Callable[[Tensor, Tensor], Tensor] = root_trace,
    twice: float = 2.0,
    own: float = 1.0,
) -> Score:
    """An answer to 08.1 that is made of these parts."""

    def score(real: Tensor, fake: Tensor) -> float:
        real, fake = real.double(), fake.double()
        a, b = spread(real), spread(fake)
        covariances = own * (a.trace() + b.trace()) - twice * joint(a, b)
        return float(means(real, fake) + covariances)

    return score


def clouds(g: torch.Generator) -> list[tuple]:
    """Two samples: usual ones, of one size, with fewer points than coordinates, the same twice."""
    few = cloud(g, 8, 40)
    return [
        (cloud(g, 40, 3), cloud(g, 50, 3, shift=1.5)),
        (cloud(g, 30, 5, shift=-1.0), cloud(g, 30, 5, shift=1.0)),
        (cloud(g, 25, 4), 3 * cloud(g, 35, 4, shift=0.5)),
        (cloud(g, 6, 40, shift=0.5), cloud(g, 9, 40)),
        (few, few.clone()),
    ]


def by_sorted_eigenvalues(a: Tensor, b: Tensor) -> Tensor:
    """Right only where both covariances have the same axes."""
    roots = [torch.linalg.eigvalsh(x).clamp(min=0).sqrt() for x in (a, b)]
    return (roots[0] * roots[1]).sum()


right_frechet = frechet()

frechet_distance = Exercise(
    "08.1",
    "Fréchet distance of two samples",
    reference=right_frechet,
    cases=clouds,
    points=3,
    atol=1e-3,
    mistakes=[
        Mistake(
            "covariance of the transposed matrix",
            "Its covariance is of the samples with each other and not of the features.",
            "torch.cov wants features in rows: give it the transpose, and look for (d, d).",
            like=frechet(spread=lambda x: torch.cov(x)),
        ),
        Mistake(
            "root of every entry",
            "It takes the root of every entry of a matrix.",
            "The root of a matrix A is a matrix R with R @ R = A: take roots of eigenvalues.",
            like=frechet(joint=lambda a, b: (a @ b).sqrt().trace()),
        ),
        Mistake(
            "roots of entries, then a product",
            "It takes the root of every entry of both matrices and multiplies them.",
            "The root of a matrix A is a matrix R with R @ R = A: take roots of eigenvalues.",
            like=frechet(joint=lambda a, b: (a.sqrt() @ b.sqrt()).trace()),
        ),
        Mistake(
            "variances alone",
            "It looks at the variance of each feature and forgets how features go together.",
            "Use the whole covariance matrices, not their diagonals.",
            like=frechet(joint=lambda a, b: (a.diag() * b.diag()).sqrt().sum()),
        ),
        Mistake(
            "eigenvalues paired by size",
            "It pairs the eigenvalues of the two covariances by size, as if their axes agreed.",
            "Multiply the matrices first, as root(A) @ B @ root(A), then take eigenvalues.",
            like=frechet(joint=by_sorted_eigenvalues),
        ),
        Mistake(
            "product without its root",
            "It takes the trace of the product of the covariances, without a root.",
            "The units must agree: a trace of covariances is squared, a product to the fourth.",
            like=frechet(joint=lambda a, b: (a @ b).trace()),
        ),
        Mistake(
            "means forgotten",
            "It compares the covariances alone.",
            "Add the squared distance between the two means.",
            like=frechet(means=lambda real, fake: 0.0),
        ),
        Mistake(
            "means alone",
            "It compares the means alone.",
            "Add what the covariances contribute: two traces, and twice a third one off.",
            like=frechet(own=0, twice=0),
        ),
        Mistake(
            "distance of the means not squared",
            "It adds the distance between the means and not its square.",
            "The first term is the sum of squared differences.",
            like=frechet(means=lambda real, fake: squared_gap(real, fake).sqrt()),
        ),
        Mistake(
            "mean over the features",
            "It divides the squared distance of the means by the number of features.",
            "Add the squared differences up: .sum() and not .mean().",
            like=frechet(means=lambda real, fake: squared_gap(real, fake) / real.shape[1]),
        ),
        Mistake(
            "divided by n",
            "It divides by n in the covariance.",
            "The mean was taken from the same samples: divide by n - 1, as torch.cov does.",
            like=frechet(spread=lambda x: covariance(x, 0)),
        ),
        Mistake(
            "cross term once",
            "It takes the root's trace off once.",
            "As in (a - b)² = a² + b² - 2ab, the cross term comes twice.",
            like=frechet(twice=1),
        ),
        Mistake(
            "cross term added",
            "It adds the cross term.",
            "As in (a - b)² = a² + b² - 2ab, the cross term is taken off.",
            like=frechet(twice=-2),
        ),
        Mistake(
            "root of the result",
            "It returns the root of the squared distance.",
            "What is called FID is the square: leave the last root out.",
            like=lambda real, fake: math.sqrt(max(0.0, right_frechet(real, fake))),
        ),
        Mistake(
            "root of a rounding error",
            "It is not a number where there are fewer samples than features.",
            "Eigenvalues that should be 0 come out as -1e-17: clamp them at 0 before the root.",
            sign=lambda got, right: math.isnan(got.value),
        ),
        Mistake(
            "single precision",
            "It is nearly right, but rounds too much where there are fewer samples than features.",
            "A root turns an error of 1e-7 into one of 3e-4, once for every feature: convert to "
            "float64 with .double() before anything else.",
            sign=lambda got, right: 0 < abs(got.value - right.value) < 0.5,
        ),
    ],
)


# 08.2


def kernel(x: Tensor, y: Tensor, degree: int = 3, one: float = 1.0) -> Tensor:
    """(x·y/d + 1)³ for every pair."""
    return (x @ y.T / x.shape[1] + one) ** degree


def off_diagonal(k: Tensor) -> Tensor:
    """The mean over pairs of two different samples."""
    n = len(k)
    return (k.sum() - k.trace()) / (n * (n - 1))


def kernel_distance(
    k: Callable[[Tensor, Tensor], Tensor] = kernel,
    within: Callable[[Tensor], Tensor] = off_diagonal,
    across: Callable[[Tensor], Tensor] = torch.mean,
    twice: float = 2.0,
    finish: Callable[[Tensor], Tensor] = lambda value: value,
) -> Score:
    """An answer to 08.2 that is made of these parts."""

    def score(real: Tensor, fake: Tensor) -> float:
        real, fake = real.double(), fake.double()
        own = within(k(real, real)) + within(k(fake, fake))
        return float(finish(own - twice * across(k(real, fake))))

    return score


def small_clouds(g: torch.Generator) -> list[tuple]:
    """Pairs of small samples, where the diagonal weighs much; of one size, and the same twice."""
    same = cloud(g, 5, 8)
    return [
        (cloud(g, 5, 3), cloud(g, 7, 3, shift=0.5)),
        (cloud(g, 6, 4), cloud(g, 6, 4, shift=1.0)),
        (cloud(g, 9, 2, shift=0.3), cloud(g, 4, 2)),
        (same, same.clone()),
    ]


def diagonal_left_out(k: Tensor) -> Tensor:
    """The sum without the diagonal, over n² and not over n(n - 1)."""
    return (k.sum() - k.trace()) / k.numel()


def across_without_diagonal(k: Tensor) -> Tensor:
    """The cross term as if sample i of one side belonged to sample i of the other."""
    return (k.sum() - k.diagonal().sum()) / (k.numel() - min(k.shape))


unbiased_kid = Exercise(
    "08.2",
    "an unbiased kernel distance",
    reference=kernel_distance(),
    cases=small_clouds,
    points=2,
    mistakes=[
        Mistake(
            "diagonal kept",
            "It counts how like itself each sample is.",
            "Of two independent samples none is the same: leave the diagonal out of both means.",
            like=kernel_distance(within=torch.mean),
        ),
        Mistake(
            "divided by n²",
            "It leaves the diagonal out and still divides by n².",
            "Without the diagonal there are n(n - 1) pairs.",
            like=kernel_distance(within=diagonal_left_out),
        ),
        Mistake(
            "divided by half the pairs",
            "It adds up all ordered pairs and divides by n(n - 1)/2.",
            "Count (i, j) and (j, i) in both places, or in neither.",
            like=kernel_distance(within=lambda k: 2 * off_diagonal(k)),
        ),
        Mistake(
            "diagonal left out across",
            "It leaves pairs (i, i) out of the cross term too.",
            "A real and a fake sample are never the same: the cross term is a mean of all pairs.",
            like=kernel_distance(across=across_without_diagonal),
        ),
        Mistake(
            "product not divided by d",
            "Its kernel does not divide the product of two vectors by their length d.",
            "Divide by x.shape[1], or the value grows with the number of features.",
            like=kernel_distance(lambda x, y: (x @ y.T + 1) ** 3),
        ),
        Mistake(
            "divided by the number of samples",
            "Its kernel divides by the number of samples.",
            "d is the number of features: x.shape[1], not len(x).",
            like=kernel_distance(lambda x, y: (x @ y.T / len(x) + 1) ** 3),
        ),
        Mistake(
            "quadratic kernel",
            "Its kernel is a square.",
            "KID's polynomial is of degree three: it compares means, covariances and skewness.",
            like=kernel_distance(lambda x, y: kernel(x, y, degree=2)),
        ),
        Mistake(
            "one forgotten",
            "Its kernel is the cube of the product alone.",
            "Without + 1 only third moments are compared: means and covariances are lost.",
            like=kernel_distance(lambda x, y: kernel(x, y, one=0.0)),
        ),
        Mistake(
            "cross term once",
            "It takes the cross term off once.",
            "As in (a - b)² = a² + b² - 2ab, the cross term comes twice.",
            like=kernel_distance(twice=1),
        ),
        Mistake(
            "sign turned",
            "It has the sign of every term turned.",
            "The two means within the sides are added, the cross term is taken off.",
            like=kernel_distance(finish=torch.neg),
        ),
        Mistake(
            "cut off at 0",
            "It cuts negative values off.",
            "An unbiased estimate of 0 must fall below 0 half of the time: leave it as it is.",
            like=kernel_distance(finish=lambda value: value.clamp(min=0)),
        ),
        Mistake(
            "root of the result",
            "It takes the root of the squared distance.",
            "The square is what is unbiased, and its estimate may be negative.",
            like=kernel_distance(finish=torch.sqrt),
        ),
    ],
)


# 08.3

Counts = Callable[[Tensor, Tensor, int], tuple[float, float]]


def radii(x: Tensor, k: int) -> Tensor:
    """The distance (n,) from each sample to its k-th nearest other one."""
    return torch.cdist(x, x).kthvalue(k + 1, dim=1).values


def any_ball(distances: Tensor, around: Tensor, own: Tensor) -> float:
    """Share of the rows that lie in one ball or more; columns are the balls' middles."""
    return (distances <= around).any(1).double().mean().item()


def precision_recall(
    radius: Callable[[Tensor, int], Tensor] = radii,
    share: Callable[[Tensor, Tensor, Tensor], float] = any_ball,
    metric: Callable[[Tensor, Tensor], Tensor] = torch.cdist,
) -> Counts:
    """An answer to 08.3 that is made of these parts."""

    def score(real: Tensor, fake: Tensor, k: int) -> tuple[float, float]:
        real, fake = real.double(), fake.double()
        across = metric(real, fake)
        around_real, around_fake = radius(real, k), radius(fake, k)
        precision = share(across.T, around_real, around_fake)
        return precision, share(across, around_fake, around_real)

    return score


def swapped(real: Tensor, fake: Tensor, k: int) -> tuple[float, float]:
    """Recall first."""
    return right_counts(real, fake, k)[::-1]


def two_clouds(g: torch.Generator) -> list[tuple]:
    """Clouds that overlap in part, one that has collapsed and one that is noise."""
    ring = torch.randn(60, 2, generator=g)
    ring = 2 * ring / ring.norm(dim=1, keepdim=True) + 0.3 * torch.randn(60, 2, generator=g)
    return [
        (ring, ring[:1] + 0.15 * torch.randn(12, 2, generator=g), 3),
        (ring, 3 * torch.randn(80, 2, generator=g), 5),
        (cloud(g, 50, 4), cloud(g, 50, 4, shift=0.8), 2),
        (cloud(g, 30, 2), 2 * cloud(g, 45, 2, shift=0.4), 1),
    ]


def nearest_ball(distances: Tensor, around: Tensor, own: Tensor) -> float:
    """It asks the nearest middle only; a wider ball farther off may reach the point too."""
    nearest = distances.min(1)
    return (nearest.values <= around[nearest.indices]).double().mean().item()


right_counts = precision_recall()

precision_and_recall = Exercise(
    "08.3",
    "precision and recall",
    reference=right_counts,
    cases=two_clouds,
    points=2,
    mistakes=[
        Mistake(
            "swapped",
            "It returns recall where precision is asked for, and the other way round.",
            "Precision is about fakes: the share of them that lie among the real samples.",
            like=swapped,
        ),
        Mistake(
            "self-neighbour counted",
            "It takes each sample for its own first neighbour, so that its balls are too small.",
            "The smallest distance in a row is 0, to the sample itself: take one place further.",
            like=precision_recall(lambda x, k: torch.cdist(x, x).kthvalue(k, dim=1).values),
        ),
        Mistake(
            "one neighbour too far",
            "Its balls reach to one neighbour too many.",
            "kthvalue counts from 1, sorted places from 0: in both, check k = 1 by hand.",
            like=precision_recall(lambda x, k: radii(x, k + 1)),
        ),
        Mistake(
            "in every ball",
            "It counts what lies in all balls at once.",
            "The balls together are the region: one of them is enough, .any() and not .all().",
            like=precision_recall(
                share=lambda x, around, own: (x <= around).all(1).double().mean().item()
            ),
        ),
        Mistake(
            "nearest ball alone",
            "It asks the nearest sample's ball only.",
            "A sample farther off may have a wider ball: compare with all of them.",
            like=precision_recall(share=nearest_ball),
        ),
        Mistake(
            "ball around the judged sample",
            "It draws the ball around the sample that is judged.",
            "For precision the balls are the real samples' own; the fakes only fall into them.",
            like=precision_recall(share=lambda x, around, own: any_ball(x, own[:, None], own)),
        ),
        Mistake(
            "one radius for all",
            "It gives all balls the same radius.",
            "Each sample has its own k-th neighbour: small balls where data are dense.",
            like=precision_recall(lambda x, k: radii(x, k).mean().expand(len(x))),
        ),
        Mistake(
            "widest radius for all",
            "It gives all balls the radius of the widest.",
            "Each sample has its own k-th neighbour: small balls where data are dense.",
            like=precision_recall(lambda x, k: radii(x, k).max().expand(len(x))),
        ),
        Mistake(
            "balls counted",
            "It counts how many balls hold a sample.",
            "That is near to density. Here a sample counts once, in however many balls it lies.",
            like=precision_recall(
                share=lambda x, around, own: (x <= around).double().sum(1).mean().item()
            ),
        ),
        Mistake(
            "squared against not squared",
            "It compares a squared distance with a radius that is not squared.",
            "Take both from torch.cdist, or square both.",
            like=precision_recall(metric=lambda a, b: torch.cdist(a, b).square()),
        ),
        Mistake(
            "in per cent",
            "It returns numbers up to 100.",
            "Return shares, between 0 and 1.",
            like=lambda real, fake, k: tuple(100 * x for x in right_counts(real, fake, k)),
        ),
    ],
)


# 08.4

SCORE, MODE, MEMORY = (
    "the score",
    "the mode of the classifier afterwards",
    "what the classifier's BatchNorm remembers",
)


def classifier_of(seed: int, classes: int, sharp: float) -> nn.Module:
    """A small classifier whose BatchNorm remembers other pictures than it will see."""
    with runtime.seeded(seed):
        network = nn.Sequential(
            nn.Flatten(), nn.Linear(12, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, classes)
        )
    with torch.no_grad():
        network[2].running_mean.add_(0.4)
        network[2].running_var.mul_(2.5)
        network[4].weight.mul_(sharp)
    return network


def scored(answer: Callable, seed: int, classes: int, sharp: float, mode: str) -> dict[str, Any]:
    """The score that an answer gives, and what it leaves behind."""
    network = classifier_of(seed, classes, sharp).train(mode == "training")
    before = network[2].running_mean.clone()
    pictures = torch.randn(10 + seed, 1, 3, 4, generator=runtime.generator(seed))
    score = answer(network, pictures)
    return {
        SCORE: score,
        MODE: "training" if network.training else "evaluation",
        MEMORY: "as before" if torch.equal(before, network[2].running_mean) else "changed",
    }


def entropy_gap(p: Tensor) -> Tensor:
    """The mean of KL(p(y|x) || p(y)), from probabilities (n, classes)."""
    return torch.special.entr(p.mean(0)).sum() - torch.special.entr(p).sum(1).mean()


def inception(
    divergence: Callable[[Tensor], Tensor] = entropy_gap,
    finish: Callable[[Tensor], Tensor] = torch.exp,
    probabilities: Callable[[Tensor], Tensor] = lambda logits: logits.softmax(1),
    evaluates: bool = True,
) -> Callable[[nn.Module, Tensor], float]:
    """An answer to 08.4 that is made of these parts."""

    @torch.no_grad()
    def score(classifier: nn.Module, pictures: Tensor) -> float:
        was = classifier.training
        if evaluates:
            classifier.eval()
        p = probabilities(classifier(pictures).double())
        classifier.train(was)
        return float(finish(divergence(p)))

    return score


def divergences(p: Tensor, marginal: Tensor) -> Tensor:
    """KL(p || marginal) of every row."""
    return (torch.xlogy(p, p) - torch.xlogy(p, marginal)).sum(1)


def hard(p: Tensor) -> Tensor:
    """Probability 1 for the likeliest class."""
    return nn.functional.one_hot(p.argmax(1), p.shape[1]).double()


def same_score(got: Outcome, right: Outcome) -> bool:
    """Whether the number, if nothing else, is right."""
    return abs(got.value[SCORE] - right.value[SCORE]) < 1e-3


inception_score = Exercise(
    "08.4",
    "an inception score",
    reference=inception(),
    cases=lambda g: [
        (1, 4, 12.0, "evaluation"),
        (2, 10, 6.0, "training"),
        (3, 3, 20.0, "training"),
        (4, 3, 40_000.0, "evaluation"),
    ],
    probe=scored,
    points=2,
    mistakes=[
        Mistake(
            "no eval",
            "It leaves the classifier in training mode, where BatchNorm mixes the pictures.",
            "Call classifier.eval() before you use it.",
            like=inception(evaluates=False),
        ),
        Mistake(
            "eval never undone",
            "Its score is right, but it leaves the classifier in another mode than it was.",
            "Keep classifier.training beforehand, and give it back with classifier.train(was).",
            sign=lambda got, right: same_score(got, right) and got.value[MODE] == "evaluation",
        ),
        Mistake(
            "left in training",
            "Its score is right, but it leaves the classifier in training mode.",
            "A classifier that came in evaluation mode goes in it: classifier.train(was).",
            sign=lambda got, right: same_score(got, right) and got.value[MODE] == "training",
        ),
        Mistake(
            "logarithm of 0",
            "It is not a number where the classifier is quite sure.",
            "0 · log 0 counts as 0: use log_softmax, torch.xlogy or torch.special.entr.",
            sign=lambda got, right: math.isnan(got.value[SCORE]),
        ),
        Mistake(
            "exp forgotten",
            "It returns the mean divergence and not its exponential.",
            "With the exponential the score counts classes: between 1 and their number.",
            like=inception(finish=lambda value: value),
        ),
        Mistake(
            "logarithm to base 2",
            "It takes logarithms to base 2 and the exponential to base e.",
            "Both to base e: torch.log and torch.exp.",
            like=inception(finish=lambda value: torch.exp(value / math.log(2))),
        ),
        Mistake(
            "softmax over the pictures",
            "Its probabilities sum to 1 over the pictures and not over the classes.",
            "The classes are axis 1: logits.softmax(1).",
            like=inception(probabilities=lambda logits: logits.softmax(0)),
        ),
        Mistake(
            "marginal over the classes",
            "Its marginal is a mean over the classes: one divided by their number, for everybody.",
            "p(y) is the mean over the pictures, axis 0: one number a class.",
            like=inception(lambda p: divergences(p, p.mean(1, keepdim=True)).mean()),
        ),
        Mistake(
            "divergence turned round",
            "It measures how far the mean is from each picture, KL(p(y) || p(y|x)).",
            "The single picture comes first: p(y|x) · log(p(y|x) / p(y)).",
            like=inception(lambda p: (p.mean(0) * (p.mean(0).log() - p.log())).sum(1).mean()),
        ),
        Mistake(
            "mean of the exponentials",
            "It takes the exponential of each picture's divergence and then the mean.",
            "First the mean, then the exponential.",
            like=inception(lambda p: divergences(p, p.mean(0)), lambda kl: kl.exp().mean()),
        ),
        Mistake(
            "mean over classes too",
            "It divides by the number of classes as well.",
            "A divergence is a sum over the classes; the mean is over the pictures alone.",
            like=inception(lambda p: divergences(p, p.mean(0)).mean() / p.shape[1]),
        ),
        Mistake(
            "sign turned",
            "It is the inverse of what it should be, below 1.",
            "log(p(y|x) / p(y)), with the single picture above the line.",
            like=inception(lambda p: -entropy_gap(p)),
        ),
        Mistake(
            "likeliest class alone",
            "It keeps the likeliest class of each picture and forgets how sure the classifier is.",
            "Use the probabilities: an unsure classifier has to lower the score.",
            like=inception(lambda p: entropy_gap(hard(p))),
        ),
    ],
)


# 08.5


def nearest(x: Tensor, among: Tensor) -> Tensor:
    """The distance (n,) from each of x (n, ...) to the nearest of a set."""
    return torch.cdist(x.flatten(1).double(), among.flatten(1).double()).amin(1)


def nearer(fake: Tensor, held_out: Tensor) -> Tensor:
    """Share of all pairs in which the first distance is smaller; a tie is half a pair."""
    a, b = fake[:, None], held_out[None]
    return ((a < b).double() + 0.5 * (a == b).double()).mean()


def copying(
    distance: Callable[[Tensor, Tensor], Tensor] = nearest,
    compare: Callable[[Tensor, Tensor], Tensor] = nearer,
) -> Callable[[Tensor, Tensor, Tensor], float]:
    """An answer to 08.5 that is made of these parts."""

    def score(fake: Tensor, train: Tensor, held_out: Tensor) -> float:
        return float(compare(distance(fake, train), distance(held_out, train)))

    return score


def picture_sets(g: torch.Generator) -> list[tuple]:
    """Fakes that are honest, near copies, exact copies with ties, and far from everything."""
    draw = lambda n, *shape: torch.randn(n, *shape, generator=g)
    train, held_out = draw(12, 1, 2, 3), draw(7, 1, 2, 3)
    mixed = torch.cat([train[:3], held_out[:4], draw(2, 1, 2, 3)])
    return [
        (draw(9, 1, 2, 3), train, held_out),
        (train[:8] + 0.6 * draw(8, 1, 2, 3), train, held_out),
        (mixed, train, torch.cat([held_out, train[:2]])),
        (1.4 * draw(6, 5), draw(10, 5), draw(6, 5)),
    ]


def one_by_one(fake: Tensor, held_out: Tensor) -> Tensor:
    """Fake i against held-out picture i, as far as both go."""
    n = min(len(fake), len(held_out))
    a, b = fake[:n], held_out[:n]
    return ((a < b).double() + 0.5 * (a == b).double()).mean()


def against_train(fake: Tensor, train: Tensor, held_out: Tensor) -> float:
    """The training pictures' own neighbours in place of the held-out pictures."""
    own = torch.cdist(train.flatten(1).double(), train.flatten(1).double())
    return float(nearer(nearest(fake, train), own.fill_diagonal_(torch.inf).amin(1)))


def nearer_set(fake: Tensor, train: Tensor, held_out: Tensor) -> float:
    """Share of the fakes that are nearer to the training set than to the held-out one."""
    a, b = nearest(fake, train), nearest(fake, held_out)
    return float(((a < b).double() + 0.5 * (a == b).double()).mean())


copies = Exercise(
    "08.5",
    "a test for copies",
    reference=copying(),
    cases=picture_sets,
    points=2,
    mistakes=[
        Mistake(
            "turned round",
            "It counts the pairs in which the held-out picture is nearer.",
            "Copies must give 1: count fakes that are nearer than held-out pictures.",
            like=copying(compare=lambda fake, held: nearer(held, fake)),
        ),
        Mistake(
            "ties not counted",
            "It counts a tie as nothing.",
            "Held-out pictures in place of fakes must give 1/2, so a tie counts half.",
            like=copying(compare=lambda fake, held: (fake[:, None] < held).double().mean()),
        ),
        Mistake(
            "ties counted whole",
            "It counts a tie as if the fake were nearer.",
            "Held-out pictures in place of fakes must give 1/2, so a tie counts half.",
            like=copying(compare=lambda fake, held: (fake[:, None] <= held).double().mean()),
        ),
        Mistake(
            "one against one",
            "It compares the first fake with the first held-out picture, and so on.",
            "They have nothing to do with each other: compare every fake with every one.",
            like=copying(compare=one_by_one),
        ),
        Mistake(
            "mean distance",
            "It takes the mean distance to the training pictures.",
            "A copy is near one picture and far from the rest: take the smallest distance.",
            like=copying(lambda x, among: torch.cdist(x.flatten(1), among.flatten(1)).mean(1)),
        ),
        Mistake(
            "farthest picture",
            "It takes the distance to the farthest training picture.",
            "A copy is near one picture: take the smallest distance.",
            like=copying(lambda x, among: torch.cdist(x.flatten(1), among.flatten(1)).amax(1)),
        ),
        Mistake(
            "nearer set",
            "It asks whether a fake is nearer to the training or to the held-out pictures.",
            "The larger set is nearer by its size alone. Ask of fakes and of held-out pictures "
            "the same: how far is it to the training set?",
            like=nearer_set,
        ),
        Mistake(
            "neighbour among the held-out",
            "It measures how far the fakes are from the held-out pictures.",
            "Both distances go to the training pictures; these may have been copied.",
            like=lambda fake, train, held_out: float(
                nearer(nearest(fake, held_out), nearest(train, held_out))
            ),
        ),
        Mistake(
            "compared with the training pictures",
            "It compares with how far training pictures are from each other.",
            "Held-out pictures are the measure: new, and from the same hand.",
            like=against_train,
        ),
        Mistake(
            "against the mean",
            "It compares each fake with the mean of the held-out distances.",
            "Compare with every single one: a mean is moved by a few far pictures.",
            like=copying(compare=lambda fake, held: (fake < held.mean()).double().mean()),
        ),
        Mistake(
            "against the median",
            "It compares each fake with the median of the held-out distances.",
            "Compare with every single one, and take the mean over all pairs.",
            like=copying(compare=lambda fake, held: (fake < held.median()).double().mean()),
        ),
        Mistake(
            "ratio of the means",
            "It returns a ratio of two mean distances.",
            "Return a share of pairs, between 0 and 1.",
            like=copying(compare=lambda fake, held: fake.mean() / held.mean()),
        ),
    ],
)
