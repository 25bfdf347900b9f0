"""Planted answers to the exercises of chapter 08."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from ganlearn.checks.planted import right, wrong

# 08.1


def moments(x):
    """Mean and covariance in float64."""
    x = x.double()
    return x.mean(0), torch.cov(x.T)


@right("08.1")
def by_singular_values(real, fake):
    # The root's trace is the nuclear norm of one centred sample times the other, transposed.
    a, b = real.double(), fake.double()
    gap = a.mean(0) - b.mean(0)
    a = (a - a.mean(0)) / math.sqrt(len(a) - 1)
    b = (b - b.mean(0)) / math.sqrt(len(b) - 1)
    return gap.dot(gap) + a.square().sum() + b.square().sum() - 2 * (a @ b.T).svd().S.sum()


@right("08.1")
def with_eigvals(real, fake):
    (m1, s1), (m2, s2) = moments(real), moments(fake)
    roots = torch.linalg.eigvals(s1 @ s2).real.clamp(min=0).sqrt()
    return ((m1 - m2) ** 2).sum().item() + (s1.trace() + s2.trace() - 2 * roots.sum()).item()


@right("08.1")
def in_numpy(real, fake):
    a, b = real.numpy().astype(np.float64), fake.numpy().astype(np.float64)
    s1, s2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(s1)
    half = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ s2 @ half), 0)).sum()
    gap = a.mean(0) - b.mean(0)
    return float(gap @ gap + np.trace(s1 + s2) - 2 * cross)


def matrix_root(m):
    """Of a covariance, by its eigenvectors."""
    values, vectors = torch.linalg.eigh(m)
    return vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T


def from_moments(formula):
    """An answer from (m1, s1, m2, s2, trace of the root of the product)."""

    def frechet(real, fake):
        (m1, s1), (m2, s2) = moments(real), moments(fake)
        half = matrix_root(s1)
        return float(formula(m1, s1, m2, s2, matrix_root(half @ s2 @ half).trace()))

    return frechet


@wrong("08.1", "covariance of the transposed matrix")
def cov_of_rows(real, fake):
    m1, m2 = real.double().mean(0), fake.double().mean(0)
    s1, s2 = torch.cov(real.double()), torch.cov(fake.double())
    half = matrix_root(s1)
    cross = matrix_root(half @ s2 @ half).trace()
    return (m1 - m2).pow(2).sum() + s1.trace() + s2.trace() - 2 * cross


@wrong("08.1", "root of every entry")
def sqrt_of_a_matrix(real, fake):
    (m1, s1), (m2, s2) = moments(real), moments(fake)
    return ((m1 - m2) ** 2).sum() + torch.trace(s1 + s2 - 2 * torch.sqrt(torch.matmul(s1, s2)))


@wrong("08.1", "roots of entries, then a product")
def powers(real, fake):
    (m1, s1), (m2, s2) = moments(real), moments(fake)
    return ((m1 - m2) ** 2).sum() + torch.trace(s1 + s2 - 2 * (s1**0.5) @ (s2**0.5))


@wrong("08.1", "variances alone")
def diagonal_gaussians(real, fake):
    real, fake = real.double(), fake.double()
    means = (real.mean(0) - fake.mean(0)).square().sum()
    return means + (real.std(0) - fake.std(0)).square().sum()


@wrong("08.1", "eigenvalues paired by size")
def spectra(real, fake):
    (m1, s1), (m2, s2) = moments(real), moments(fake)
    a, b = (torch.linalg.eigvalsh(s).clamp(min=0).sqrt() for s in (s1, s2))
    return (m1 - m2).square().sum() + (a - b).square().sum()


wrong("08.1", "product without its root")(
    from_moments(lambda m1, s1, m2, s2, t: (m1 - m2).norm() ** 2 + (s1 + s2 - 2 * s1 @ s2).trace())
)
wrong("08.1", "means forgotten")(
    from_moments(lambda m1, s1, m2, s2, t: s1.trace() + s2.trace() - 2 * t)
)
wrong("08.1", "means alone")(from_moments(lambda m1, s1, m2, s2, t: torch.dist(m1, m2) ** 2))
wrong("08.1", "distance of the means not squared")(
    from_moments(lambda m1, s1, m2, s2, t: torch.dist(m1, m2) + (s1 + s2).trace() - 2 * t)
)
wrong("08.1", "mean over the features")(
    from_moments(
        lambda m1, s1, m2, s2, t: nn.functional.mse_loss(m1, m2) + (s1 + s2).trace() - 2 * t
    )
)
wrong("08.1", "cross term once")(
    from_moments(lambda m1, s1, m2, s2, t: (m1 - m2).square().sum() + (s1 + s2).trace() - t)
)
wrong("08.1", "cross term added")(
    from_moments(lambda m1, s1, m2, s2, t: (m1 - m2).square().sum() + (s1 + s2).trace() + 2 * t)
)
wrong("08.1", "wrong value")(
    from_moments(lambda m1, s1, m2, s2, t: (m1 + m2).square().sum() + (s1 + s2).trace() - 2 * t)
)


@wrong("08.1", "divided by n")
def biased(real, fake):
    a, b = real.double(), fake.double()
    s1, s2 = torch.cov(a.T, correction=0), torch.cov(b.T, correction=0)
    half = matrix_root(s1)
    cross = matrix_root(half @ s2 @ half).trace()
    return (a.mean(0) - b.mean(0)).square().sum() + s1.trace() + s2.trace() - 2 * cross


@wrong("08.1", "root of the result")
def a_distance(real, fake):
    return max(by_singular_values(real, fake), torch.tensor(0.0)) ** 0.5


@wrong("08.1", "root of a rounding error")
def not_clamped(real, fake):
    (m1, s1), (m2, s2) = moments(real), moments(fake)
    roots = torch.linalg.eigvals(s1 @ s2).real.sqrt()
    return ((m1 - m2) ** 2).sum() + (s1 + s2).trace() - 2 * roots.sum()


@wrong("08.1", "root of a rounding error")
def only_one_root_clamped(real, fake):
    (m1, s1), (m2, s2) = moments(real), moments(fake)
    half = matrix_root(s1)
    cross = torch.linalg.eigvalsh(half @ s2 @ half).sqrt().sum()
    return ((m1 - m2) ** 2).sum() + (s1 + s2).trace() - 2 * cross


@wrong("08.1", "single precision")
def as_it_comes(real, fake):
    s1, s2 = torch.cov(real.T), torch.cov(fake.T)
    half = matrix_root(s1)
    cross = matrix_root(half @ s2 @ half).trace()
    return (real.mean(0) - fake.mean(0)).square().sum() + (s1 + s2).trace() - 2 * cross


# 08.2


@right("08.2")
def by_loops(real, fake):
    def k(x, y):
        return (float(x.double() @ y.double()) / len(x) + 1) ** 3

    def within(s):
        n = len(s)
        return sum(k(s[i], s[j]) for i in range(n) for j in range(i)) / (n * (n - 1) / 2)

    across = sum(k(x, y) for x in real for y in fake) / (len(real) * len(fake))
    return within(real) + within(fake) - 2 * across


@right("08.2")
def with_a_mask(real, fake):
    kernel = lambda a, b: (1 + torch.einsum("id,jd->ij", a, b) / a.size(1)).pow(3)
    real, fake = real.double(), fake.double()
    total = 0.0
    for side in (real, fake):
        others = ~torch.eye(len(side), dtype=torch.bool)
        total = total + kernel(side, side)[others].mean()
    return total - 2 * kernel(real, fake).mean()


def gram(x, y, power=3):
    """The kernel of every pair."""
    return (x.double() @ y.double().mT / x.size(-1) + 1).pow(power)


def others(k):
    """The entries off the diagonal."""
    return k - torch.diag(torch.diag(k))


@wrong("08.2", "diagonal kept")
def v_statistic(real, fake):
    return gram(real, real).mean() + gram(fake, fake).mean() - 2 * gram(real, fake).mean()


@wrong("08.2", "divided by n²")
def zeroed_diagonal(real, fake):
    return (
        others(gram(real, real)).mean()
        + others(gram(fake, fake)).mean()
        - 2 * gram(real, fake).mean()
    )


def within(x, k=gram):
    """The mean over the pairs of two samples of one side."""
    return others(k(x, x)).sum() / (len(x) * (len(x) - 1))


@wrong("08.2", "divided by half the pairs")
def combinations(real, fake):
    sides = [others(gram(x, x)).sum() / math.comb(len(x), 2) for x in (real, fake)]
    return sum(sides) - 2 * gram(real, fake).mean()


@wrong("08.2", "diagonal left out across")
def across_too(real, fake):
    both = gram(real, fake)
    keep = torch.ones_like(both).fill_diagonal_(0).bool()
    return within(real) + within(fake) - 2 * both[keep].mean()


def with_kernel(k):
    """An answer with another kernel."""

    def kid(real, fake):
        return (within(real, k) + within(fake, k) - 2 * k(real, fake).mean()).item()

    return kid


wrong("08.2", "product not divided by d")(
    with_kernel(lambda x, y: (x.double() @ y.mT.double() + 1) ** 3)
)
wrong("08.2", "divided by the number of samples")(
    with_kernel(lambda x, y: (x.double() @ y.T.double() / x.shape[0] + 1) ** 3)
)
wrong("08.2", "quadratic kernel")(with_kernel(lambda x, y: gram(x, y, 2)))
wrong("08.2", "one forgotten")(
    with_kernel(lambda x, y: (x.double() @ y.T.double() / x.shape[1]) ** 3)
)
wrong("08.2", "wrong value")(
    with_kernel(lambda x, y: torch.exp(-(torch.cdist(x.double(), y.double()) ** 2) / 2))
)


@wrong("08.2", "cross term once")
def one_cross_term(real, fake):
    return within(real) + within(fake) - gram(real, fake).mean()


@wrong("08.2", "sign turned")
def similarity(real, fake):
    return 2 * gram(real, fake).mean() - within(real) - within(fake)


@wrong("08.2", "cut off at 0")
def never_negative(real, fake):
    return max(0.0, by_loops(real, fake))


@wrong("08.2", "root of the result")
def rooted(real, fake):
    value = by_loops(real, fake)
    return math.sqrt(value) if value >= 0 else float("nan")


# 08.3


@right("08.3")
def with_sort(real, fake, k):
    def covered(points, middles):
        radius = torch.cdist(middles, middles).sort(dim=1).values[:, k]
        inside = torch.cdist(points, middles) <= radius
        return inside.any(dim=1).float().mean().item()

    return covered(fake, real), covered(real, fake)


@right("08.3")
def one_at_a_time(real, fake, k):
    def radius(i, side):
        far = [float((side[i] - other).norm()) for j, other in enumerate(side) if j != i]
        return sorted(far)[k - 1]

    def share(points, side):
        reach = [radius(i, side) for i in range(len(side))]
        hit = sum(
            any((x - y).norm() <= r for y, r in zip(side, reach, strict=True)) for x in points
        )
        return hit / len(points)

    return [share(fake, real), share(real, fake)]


def reach(x, place):
    """The distance to what stands at this place among the sorted distances; 0 is x itself."""
    return torch.cdist(x, x).topk(place + 1, largest=False).values[:, place]


def share(points, middles, radius):
    """Of the points that lie in a ball or more."""
    return (torch.cdist(points, middles) <= radius).any(1).float().mean().item()


def by_radius(radius):
    """An answer whose balls have these radii, from (samples, k)."""

    def counts(real, fake, k):
        return share(fake, real, radius(real, k)), share(real, fake, radius(fake, k))

    return counts


wrong("08.3", "self-neighbour counted")(by_radius(lambda x, k: reach(x, k - 1)))
wrong("08.3", "one neighbour too far")(by_radius(lambda x, k: reach(x, k + 1)))
wrong("08.3", "one radius for all")(by_radius(lambda x, k: reach(x, k).mean()))
wrong("08.3", "widest radius for all")(by_radius(lambda x, k: reach(x, k).max()))
wrong("08.3", "wrong value")(by_radius(lambda x, k: reach(x, k) / 2))


@wrong("08.3", "swapped")
def other_way_round(real, fake, k):
    precision = share(real, fake, reach(fake, k))
    recall = share(fake, real, reach(real, k))
    return precision, recall


@wrong("08.3", "in every ball")
def every(real, fake, k):
    precision = torch.all(torch.cdist(real, fake) <= reach(real, k)[:, None], dim=0)
    recall = torch.all(torch.cdist(real, fake) <= reach(fake, k), dim=1)
    return precision.float().mean().item(), recall.float().mean().item()


@wrong("08.3", "nearest ball alone")
def first_neighbour(real, fake, k):
    def covered(points, middles):
        d, i = torch.cdist(points, middles).topk(1, largest=False)
        return (d[:, 0] <= reach(middles, k)[i[:, 0]]).float().mean().item()

    return covered(fake, real), covered(real, fake)


@wrong("08.3", "ball around the judged sample")
def ball_of_the_fake(real, fake, k):
    d = torch.cdist(fake, real)
    precision = (d.min(1).values <= reach(fake, k)).float().mean().item()
    recall = (d.min(0).values <= reach(real, k)).float().mean().item()
    return precision, recall


@wrong("08.3", "balls counted")
def density_of_both(real, fake, k):
    d = torch.cdist(real, fake)
    precision = (d <= reach(real, k)[:, None]).sum() / len(fake)
    recall = (d <= reach(fake, k)).sum() / len(real)
    return precision.item(), recall.item()


@wrong("08.3", "squared against not squared")
def squares(real, fake, k):
    d = ((real[:, None] - fake[None]) ** 2).sum(-1)
    precision = (d <= reach(real, k)[:, None]).any(0).float().mean().item()
    return precision, (d <= reach(fake, k)).any(1).float().mean().item()


@wrong("08.3", "in per cent")
def per_cent(real, fake, k):
    precision, recall = with_sort(real, fake, k)
    return precision * 100, recall * 100


@wrong("08.3", "raises")
def kthvalue_of_a_row(real, fake, k):
    return share(fake, real, torch.cdist(real, real).kthvalue(len(real) + k).values), 0.0


# 08.4


def asked(classifier, pictures):
    """Logits in evaluation mode; the mode is given back."""
    was = classifier.training
    try:
        with torch.no_grad():
            return classifier.eval()(pictures)
    finally:
        classifier.train(was)


@right("08.4")
def with_log_softmax(classifier, pictures):
    log_p = asked(classifier, pictures).log_softmax(1)
    log_marginal = log_p.logsumexp(0) - math.log(len(pictures))
    return (log_p.exp() * (log_p - log_marginal)).sum(1).mean().exp().item()


@right("08.4")
def as_two_entropies(classifier, pictures):
    logits = asked(classifier, pictures)
    p = logits.softmax(dim=-1)
    unsure = cross_entropy(logits, p)
    return math.exp(torch.special.entr(p.mean(0)).sum() - unsure)


@right("08.4")
def with_a_small_number(classifier, pictures):
    p = asked(classifier, pictures).double().softmax(1)
    kl = p * ((p + 1e-16).log() - (p.mean(0, keepdim=True) + 1e-16).log())
    return float(kl.sum(1).mean().exp())


def kl_of(p):
    """KL of every row from the mean row."""
    return (torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).sum(1)


def from_logits(formula):
    """An answer from the logits, with the classifier's mode looked after."""

    def score(classifier, pictures):
        return float(formula(asked(classifier, pictures).double()))

    return score


@wrong("08.4", "no eval")
def forgot_eval(classifier, pictures):
    with torch.no_grad():
        p = classifier(pictures).softmax(1)
    return kl_of(p).mean().exp().item()


@wrong("08.4", "eval never undone")
def eval_and_done(classifier, pictures):
    classifier.eval()
    with torch.no_grad():
        return kl_of(classifier(pictures).softmax(1)).mean().exp().item()


@wrong("08.4", "left in training")
def train_afterwards(classifier, pictures):
    score = eval_and_done(classifier, pictures)
    classifier.train()
    return score


@wrong("08.4", "logarithm of 0")
def plain_logs(classifier, pictures):
    p = asked(classifier, pictures).softmax(1)
    return (p * (p.log() - p.mean(0).log())).sum(1).mean().exp().item()


wrong("08.4", "exp forgotten")(from_logits(lambda x: kl_of(x.softmax(1)).mean()))
wrong("08.4", "logarithm to base 2")(
    from_logits(lambda x: torch.exp(kl_of(x.softmax(1)).mean() / torch.log(torch.tensor(2.0))))
)
wrong("08.4", "softmax over the pictures")(
    from_logits(lambda x: kl_of(nn.functional.softmax(x, dim=0)).mean().exp())
)
wrong("08.4", "marginal over the classes")(
    from_logits(
        lambda x: torch.exp(math.log(x.size(1)) - torch.special.entr(x.softmax(1)).sum(1).mean())
    )
)
wrong("08.4", "divergence turned round")(
    from_logits(
        lambda x: torch.exp(
            nn.functional.kl_div(
                x.log_softmax(1),
                x.softmax(1).mean(0, keepdim=True).expand_as(x),
                reduction="batchmean",
            )
        )
    )
)
wrong("08.4", "mean of the exponentials")(from_logits(lambda x: kl_of(x.softmax(1)).exp().mean()))
wrong("08.4", "mean over classes too")(
    from_logits(lambda x: (kl_of(x.softmax(1)) / x.shape[1]).mean().exp())
)
wrong("08.4", "sign turned")(from_logits(lambda x: 1 / kl_of(x.softmax(1)).mean().exp()))
wrong("08.4", "likeliest class alone")(
    from_logits(lambda x: kl_of((x == x.amax(1, keepdim=True)).double()).mean().exp())
)
wrong("08.4", "wrong value")(from_logits(lambda x: 1 + kl_of(x.softmax(1)).mean().exp()))
wrong("08.4", "wrong value")(from_logits(lambda x: kl_of(x.softmax(1)).sum().exp()))


# 08.5


def to_nearest(x, among):
    """By differences and not by cdist; float64."""
    gaps = x.double().flatten(1)[:, None] - among.double().flatten(1)[None]
    return gaps.norm(dim=2).min(dim=1).values


@right("08.5")
def by_signs(fake, train, held_out):
    gap = to_nearest(held_out, train)[None] - to_nearest(fake, train)[:, None]
    return (gap.sign() + 1).mean().item() / 2


@right("08.5")
def by_counting(fake, train, held_out):
    ours, theirs = to_nearest(fake, train).tolist(), to_nearest(held_out, train).tolist()
    won = sum(1.0 if a < b else 0.5 if a == b else 0.0 for a in ours for b in theirs)
    return won / (len(ours) * len(theirs))


def from_distances(compare, distance=to_nearest):
    """An answer from (distances of the fakes, of the held-out pictures)."""

    def copying(fake, train, held_out):
        return float(compare(distance(fake, train), distance(held_out, train)))

    return copying


def all_pairs(ours, theirs):
    """The share of pairs in which ours are nearer."""
    return ((theirs[None] - ours[:, None]).sign() + 1).mean() / 2


wrong("08.5", "turned round")(from_distances(lambda a, b: 1 - all_pairs(a, b)))
wrong("08.5", "ties not counted")(
    from_distances(lambda a, b: torch.gt(b[None], a[:, None]).float().mean())
)
wrong("08.5", "ties counted whole")(
    from_distances(lambda a, b: torch.ge(b[None], a[:, None]).float().mean())
)
wrong("08.5", "against the mean")(from_distances(lambda a, b: (a < b.mean()).float().mean()))
wrong("08.5", "against the median")(
    from_distances(lambda a, b: torch.tensor([x < b.median() for x in a]).float().mean())
)
wrong("08.5", "ratio of the means")(from_distances(lambda a, b: a.sum() / len(a) / b.mean()))


@wrong("08.5", "one against one")
def zipped(fake, train, held_out):
    pairs = zip(to_nearest(fake, train), to_nearest(held_out, train), strict=False)
    scores = [1.0 if a < b else 0.5 if a == b else 0.0 for a, b in pairs]
    return sum(scores) / len(scores)


def every_distance(x, among):
    """(n, m)"""
    return (x.double().flatten(1)[:, None] - among.double().flatten(1)).norm(dim=2)


wrong("08.5", "mean distance")(
    from_distances(all_pairs, lambda x, among: every_distance(x, among).mean(1))
)
wrong("08.5", "farthest picture")(
    from_distances(all_pairs, lambda x, among: every_distance(x, among).max(1).values)
)
wrong("08.5", "wrong value")(
    from_distances(all_pairs, lambda x, among: (x - among.mean(0)).double().flatten(1).norm(dim=1))
)


@wrong("08.5", "nearer set")
def which_set(fake, train, held_out):
    gap = to_nearest(fake, held_out) - to_nearest(fake, train)
    return ((gap.sign() + 1) / 2).mean().item()


@wrong("08.5", "neighbour among the held-out")
def held_out_searched(fake, train, held_out):
    return all_pairs(to_nearest(fake, held_out), to_nearest(train, held_out)).item()


@wrong("08.5", "compared with the training pictures")
def leave_one_out(fake, train, held_out):
    own = [
        to_nearest(train[i : i + 1], train[torch.arange(len(train)) != i])
        for i in range(len(train))
    ]
    return all_pairs(to_nearest(fake, train), torch.cat(own)).item()


@wrong("08.5", "wrong type")
def no_mean(fake, train, held_out):
    return (to_nearest(fake, train)[:, None] < to_nearest(held_out, train)).float().mean(1)
