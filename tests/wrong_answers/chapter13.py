"""Planted answers to the exercises of chapter 13."""

import random as python_random

import torch
from torch.nn import functional as F

from ganlearn.checks.planted import right, wrong

# 13.1


@right("13.1")
def from_the_last_to_the_first(layers):
    seen, step = 1, 1
    for kernel, stride in reversed(layers):
        seen = (seen - 1) * stride + kernel
        step *= stride
    return seen, step


@right("13.1")
def by_sums(layers):
    total, step = 1, 1
    for i, (kernel, stride) in enumerate(layers):
        before = 1
        for _, s in layers[:i]:
            before *= s
        total += before * kernel - before
        step = before * stride
    return total, step


@right("13.1")
def by_asking_autograd(layers):
    step = 1
    for _, stride in layers:
        step *= stride
    x = torch.zeros(1, 1, 600, 1, requires_grad=True)
    y = x
    for kernel, stride in layers:
        y = F.conv2d(y, torch.ones(1, 1, kernel, 1), stride=(stride, 1))
    y[0, 0, 0, 0].backward()
    return int((x.grad != 0).sum()), step


@wrong("13.1", "field alone")
def one_number(layers):
    return by_sums(layers)[0]


@wrong("13.1", "swapped")
def step_first(layers):
    seen, step = from_the_last_to_the_first(layers)
    return step, seen


@wrong("13.1", "every layer sees pixels")
def no_strides(layers):
    return 1 + sum(k - 1 for k, _ in layers), by_sums(layers)[1]


@wrong("13.1", "its own stride first")
def stride_too_early(layers):
    seen, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        seen += (kernel - 1) * step
    return seen, step


@wrong("13.1", "from the wrong end")
def backwards_formula_forwards(layers):
    seen, step = 1, 1
    for kernel, stride in layers:
        seen = seen * stride + kernel - stride
        step *= stride
    return seen, step


@wrong("13.1", "from the wrong end")
def turned_round(layers):
    return by_sums(layers[::-1])


@wrong("13.1", "nothing to begin with")
def from_zero(layers):
    seen, step = 0, 1
    for kernel, stride in layers:
        seen, step = seen + step * (kernel - 1), step * stride
    return seen, step


@wrong("13.1", "whole kernels")
def kernel_times_step(layers):
    seen, step = 1, 1
    for kernel, stride in layers:
        seen, step = seen + step * kernel, step * stride
    return seen, step


@wrong("13.1", "kernels without overlap")
def product(layers):
    seen, step = 1, 1
    for kernel, stride in layers:
        seen, step = seen * kernel, step * stride
    return seen, step


@wrong("13.1", "last layer")
def loop_overwrites(layers):
    for kernel, stride in layers:
        seen, step = 1 + (kernel - 1), stride
    return seen, step


@wrong("13.1", "strides added")
def sum_of_strides(layers):
    seen, step = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * step
        step = stride if step == 1 else step + stride
    return seen, step


@wrong("13.1", "raises")
def takes_three(layers):
    return [kernel for kernel, stride, padding in layers]


@wrong("13.1", "returns nothing")
def prints_only(layers):
    by_sums(layers)


# 13.2


@right("13.2")
def with_a_stack(x, down, up):
    waiting = []
    for layer in down:
        waiting.append(x)
        x = layer(x)
    for layer in up:
        skip = waiting.pop()
        height, width = skip.shape[2:]
        x = layer(torch.cat((F.interpolate(x, (height, width)), skip), 1))
    return x


@right("13.2")
def recursive(x, down, up):
    if not down:
        return x
    below = recursive(down[0](x), down[1:], up[:-1])
    rows = torch.arange(x.shape[2]) * below.shape[2] // x.shape[2]
    columns = torch.arange(x.shape[3]) * below.shape[3] // x.shape[3]
    return up[-1](torch.cat([below[:, :, rows][:, :, :, columns], x], dim=1))


def walk(take, put=lambda layer, x: (x, layer(x))):
    """Down, putting something aside, and up, joining as ``take`` does."""

    def unet(x, down, up):
        skips = []
        for layer in down:
            skip, x = put(layer, x)
            skips.append(skip)
        for i, layer in enumerate(up):
            x = layer(take(x, skips, i))
        return x

    return unet


def fit(x, skip):
    return F.interpolate(x, size=skip.shape[2:])


def joined(merge):
    return walk(lambda x, skips, i: merge(x, skips[-1 - i]))


@right("13.2")
def doubled_and_cut(x, down, up):
    """From n to 2n - 1 places, the nearest are the same."""

    def merge(x, skip):
        rows, columns = skip.shape[-2:]
        large = x.repeat_interleave(2, -1).repeat_interleave(2, -2)
        return torch.cat([large[:, :, :rows, :columns], skip], 1)

    return joined(merge)(x, down, up)


wrong("13.2", "twice as large")(
    joined(lambda x, s: torch.cat([F.interpolate(x, scale_factor=2), s], 1))
)
wrong("13.2", "twice as large")(
    joined(lambda x, s: torch.cat([x.repeat_interleave(2, 2).repeat_interleave(2, 3), s], 1))
)
wrong("13.2", "not enlarged")(joined(lambda x, s: torch.cat([x, s], 1)))
wrong("13.2", "skips in their first order")(
    walk(lambda x, skips, i: torch.cat([fit(x, skips[i]), skips[i]], 1))
)
wrong("13.2", "one skip for all")(
    walk(lambda x, skips, i: torch.cat([fit(x, skips[-1]), skips[-1]], 1))
)
wrong("13.2", "one skip for all")(
    walk(lambda x, skips, i: torch.cat([fit(x, skips[0]), skips[0]], 1))
)
wrong("13.2", "added")(joined(lambda x, s: fit(x, s) + s))
wrong("13.2", "no skips")(joined(fit))
wrong("13.2", "skip first")(joined(lambda x, s: torch.cat([s, fit(x, s)], 1)))
wrong("13.2", "joined along the batch")(joined(lambda x, s: torch.cat((fit(x, s), s))))
wrong("13.2", "joined along the height")(joined(lambda x, s: torch.cat((fit(x, s), s), -2)))
wrong("13.2", "skips detached")(joined(lambda x, s: torch.cat((fit(x, s), s.detach()), 1)))
wrong("13.2", "smooth")(
    joined(lambda x, s: torch.cat((F.interpolate(x, s.shape[2:], mode="bilinear"), s), 1))
)
wrong("13.2", "wrong value")(joined(lambda x, s: torch.cat((fit(x, s), s.tanh()), 1)))


@wrong("13.2", "skips from below")
def append_too_late(x, down, up):
    skips = []
    for layer in down:
        x = layer(x)
        skips.append(x)
    for layer in up:
        skip = skips.pop()
        x = layer(torch.cat([fit(x, skip), skip], dim=1))
    return x


@wrong("13.2", "returns nothing")
def no_return(x, down, up):
    with_a_stack(x, down, up)


@wrong("13.2", "skip cut")
def as_in_the_first_unet(x, down, up):
    def merge(x, skip):
        rows, columns = x.shape[2:]
        return torch.cat([x, skip[..., :rows, :columns]], 1)

    return joined(merge)(x, down, up)


@wrong("13.2", "skip padded")
def padded(x, down, up):
    def merge(x, skip):
        x = F.interpolate(x, scale_factor=2)
        rows, columns = (a - b for a, b in zip(x.shape[2:], skip.shape[2:], strict=True))
        return torch.cat([x, F.pad(skip, (0, columns, 0, rows))], 1)

    return joined(merge)(x, down, up)


@wrong("13.2", "no gradient")
def without_graph(x, down, up):
    with torch.no_grad():
        return with_a_stack(x, down, up)


# 13.3


@right("13.3")
def with_mse_loss(G, D, source, target, weight):
    fake = G(source)
    on_real = D(torch.cat([source, target], 1))
    on_fake = D(torch.cat([source, fake.detach()], 1))
    of_d = F.mse_loss(on_real, torch.ones_like(on_real))
    of_d = (of_d + F.mse_loss(on_fake, torch.zeros_like(on_fake))) / 2
    on_fake = D(torch.cat([source, fake], 1))
    of_g = F.mse_loss(on_fake, torch.ones_like(on_fake)) / 2
    return of_d, of_g + weight * F.l1_loss(fake, target)


@right("13.3")
def twice_through_the_generator(G, D, source, target, weight):
    def score(picture):
        return D(torch.hstack((source, picture)))

    with torch.no_grad():
        made = G(source)
    of_d = 0.5 * ((1 - score(target)) ** 2).mean() + 0.5 * (score(made) ** 2).mean()
    made = G(source)
    of_g = 0.5 * ((1 - score(made)) ** 2).mean() + weight * torch.mean(torch.abs(target - made))
    return of_d, of_g


def mse(scores, aim):
    return ((scores - aim) ** 2).mean()


def both(
    d=lambda real, fake: mse(real, 1) / 2 + mse(fake, 0) / 2,
    g=lambda fake, l1, weight: mse(fake, 1) / 2 + weight * l1,
    l1=lambda fake, target, source: F.l1_loss(fake, target),
    shown=lambda source, picture: torch.cat([source, picture], dim=1),
    for_d=torch.detach,
    for_g=lambda fake: fake,
):
    """The two losses as a student would write them; the arguments put a mistake in."""

    def pix2pix_losses(G, D, source, target, weight):
        fake = G(source)
        of_d = d(D(shown(source, target)), D(shown(source, for_d(fake))))
        of_g = g(D(shown(source, for_g(fake))), l1(fake, target, source), weight)
        return of_d, of_g

    return pix2pix_losses


BCE = F.binary_cross_entropy_with_logits
wrong("13.3", "discriminator without the input")(both(shown=lambda source, picture: picture))
wrong("13.3", "pair in the wrong order")(
    both(shown=lambda source, picture: torch.cat([picture, source], dim=1))
)
wrong("13.3", "fakes not detached")(both(for_d=lambda fake: fake))
wrong("13.3", "adversarial term detached")(both(for_g=torch.detach))
wrong("13.3", "L1 against the input")(
    both(l1=lambda fake, target, source: (fake - source).abs().mean())
)
wrong("13.3", "weight on the wrong term")(both(g=lambda fake, l1, w: w * mse(fake, 1) / 2 + l1))
wrong("13.3", "weight on both")(both(g=lambda fake, l1, w: (mse(fake, 1) / 2 + l1) * w))
wrong("13.3", "no L1")(both(g=lambda fake, l1, w: mse(fake, 1) / 2))
wrong("13.3", "L1 alone")(both(g=lambda fake, l1, w: w * l1))
wrong("13.3", "squares for L1")(both(l1=lambda fake, target, source: F.mse_loss(fake, target)))
wrong("13.3", "L1 summed")(
    both(l1=lambda fake, target, source: F.l1_loss(fake, target, reduction="sum"))
)
wrong("13.3", "labels swapped")(both(d=lambda real, fake: (mse(real, 0) + mse(fake, 1)) / 2))
wrong("13.3", "generator aims at 0")(both(g=lambda fake, l1, w: (fake**2).mean() / 2 + w * l1))
wrong("13.3", "minus the discriminator's")(
    both(g=lambda fake, l1, w: w * l1 - (fake**2).mean() / 2)
)
wrong("13.3", "sigmoid first")(
    both(
        lambda real, fake: (mse(real.sigmoid(), 1) + mse(fake.sigmoid(), 0)) / 2,
        lambda fake, l1, w: mse(torch.sigmoid(fake), 1) / 2 + w * l1,
    )
)
wrong("13.3", "cross-entropy")(
    both(
        lambda r, f: BCE(r, torch.ones_like(r)) + BCE(f, torch.zeros_like(f)),
        lambda fake, l1, w: BCE(fake, torch.ones_like(fake)) + w * l1,
    )
)
wrong("13.3", "one score for the picture")(
    both(
        lambda r, f: (mse(r.flatten(1).mean(1), 1) + mse(f.flatten(1).mean(1), 0)) / 2,
        lambda fake, l1, w: mse(fake.flatten(1).mean(1), 1) / 2 + w * l1,
    )
)
wrong("13.3", "scores summed")(
    both(
        lambda r, f: (((r - 1) ** 2).sum() + (f**2).sum()) / 2,
        lambda fake, l1, w: ((fake - 1) ** 2).sum() / 2 + w * l1,
    )
)
wrong("13.3", "halves forgotten")(
    both(lambda r, f: mse(r, 1) + mse(f, 0), lambda fake, l1, w: mse(fake, 1) + w * l1)
)
wrong("13.3", "one half forgotten")(both(g=lambda fake, l1, w: mse(fake, 1) + w * l1))
wrong("13.3", "wrong value")(both(d=lambda real, fake: mse(real, 0.9) / 2 + mse(fake, 0) / 2))


@wrong("13.3", "one side without the input")
def conditions_half(G, D, source, target, weight):
    fake = G(source)
    of_d = mse(D(torch.cat([source, target], 1)), 1) / 2 + mse(D(fake.detach()), 0) / 2
    return of_d, mse(D(fake), 1) / 2 + weight * F.l1_loss(fake, target)


@wrong("13.3", "generator sees the target")
def as_the_article_has_it(G, D, source, target, weight):
    fake = G(target)
    pair = lambda picture: torch.cat([source, picture], 1)
    of_d = mse(D(pair(target)), 1) / 2 + mse(D(pair(fake.detach())), 0) / 2
    return of_d, mse(D(pair(fake)), 1) / 2 + weight * F.l1_loss(fake, target)


@wrong("13.3", "losses swapped")
def generator_first(G, D, source, target, weight):
    return with_mse_loss(G, D, source, target, weight)[::-1]


@wrong("13.3", "no gradient")
def numbers_for_the_log(G, D, source, target, weight):
    return tuple(loss.item() for loss in with_mse_loss(G, D, source, target, weight))


@wrong("13.3", "no gradient")
def under_no_grad(G, D, source, target, weight):
    with torch.no_grad():
        return with_mse_loss(G, D, source, target, weight)


@wrong("13.3", "raises")
def one_channel_too_few(G, D, source, target, weight):
    fake = G(source)
    return mse(D(source + target), 1), mse(D(source * fake), 1) + fake @ target


# 13.4


@right("13.4")
def with_l1_loss(to_b, to_a, a, b, cycle, identity):
    loss = cycle * F.l1_loss(to_a(to_b(a)), a)
    loss = loss + cycle * F.l1_loss(to_b(to_a(b)), b)
    loss = loss + identity * F.l1_loss(to_b(b), b)
    return loss + identity * F.l1_loss(to_a(a), a)


@right("13.4")
def in_a_loop(to_b, to_a, a, b, cycle, identity):
    total = 0.0
    for x, there, back in ((a, to_b, to_a), (b, to_a, to_b)):
        total = total + cycle * torch.mean(torch.abs(x - back(there(x))))
        total = total + identity * torch.mean(torch.abs(x - back(x)))
    return total


def cyclic(trip=None, stay=None, total=lambda trips, stays, c, i: c * trips + i * stays):
    """The loss from two terms; what is not given is right."""

    def trips(to_b, to_a, a, b):
        return F.l1_loss(to_a(to_b(a)), a) + F.l1_loss(to_b(to_a(b)), b)

    def stays(to_b, to_a, a, b):
        return F.l1_loss(to_b(b), b) + F.l1_loss(to_a(a), a)

    def cycle_loss(to_b, to_a, a, b, cycle, identity):
        nets = (to_b, to_a, a, b)
        return total((trip or trips)(*nets), (stay or stays)(*nets), cycle, identity)

    return cycle_loss


wrong("13.4", "from one side")(cyclic(lambda f, g, a, b: (g(f(a)) - a).abs().mean()))
wrong("13.4", "wrong translator first")(
    cyclic(lambda f, g, a, b: (f(g(a)) - a).abs().mean() + (g(f(b)) - b).abs().mean())
)
wrong("13.4", "one translator twice")(
    cyclic(lambda f, g, a, b: (f(f(a)) - a).abs().mean() + (g(g(b)) - b).abs().mean())
)
wrong("13.4", "compared with the other domain")(
    cyclic(lambda f, g, a, b: (g(f(a)) - b).abs().mean() + (f(g(b)) - a).abs().mean())
)
wrong("13.4", "no way back")(
    cyclic(lambda f, g, a, b: (f(a) - b).abs().mean() + (g(b) - a).abs().mean())
)
wrong("13.4", "identity of the wrong domain")(
    cyclic(stay=lambda f, g, a, b: (g(b) - b).abs().mean() + (f(a) - a).abs().mean())
)
wrong("13.4", "identity from one side")(cyclic(stay=lambda f, g, a, b: (b - f(b)).abs().mean()))
wrong("13.4", "no identity term")(cyclic(total=lambda trips, stays, c, i: c * trips))
wrong("13.4", "weights swapped")(cyclic(total=lambda trips, stays, c, i: c * stays + i * trips))
wrong("13.4", "weight of a weight")(
    cyclic(total=lambda trips, stays, c, i: c * trips + c * i * stays)
)
wrong("13.4", "no weights")(cyclic(total=lambda trips, stays, c, i: stays + trips))
wrong("13.4", "mean of both sides")(
    cyclic(total=lambda trips, stays, c, i: c * trips / 2 + i * stays / 2)
)
wrong("13.4", "no gradient")(cyclic(total=lambda trips, stays, c, i: (c * trips + i * stays).data))
wrong("13.4", "wrong value")(cyclic(total=lambda trips, stays, c, i: c * trips - i * stays))


@wrong("13.4", "half-way detached")
def in_two_steps(to_b, to_a, a, b, cycle, identity):
    with torch.no_grad():
        fake_b, fake_a = to_b(a), to_a(b)
    trips = F.l1_loss(to_a(fake_b), a) + F.l1_loss(to_b(fake_a), b)
    return cycle * trips + identity * (F.l1_loss(to_b(b), b) + F.l1_loss(to_a(a), a))


@wrong("13.4", "squares")
def least_squares_everywhere(to_b, to_a, a, b, cycle, identity):
    trips = F.mse_loss(to_a(to_b(a)), a) + F.mse_loss(to_b(to_a(b)), b)
    return cycle * trips + identity * (F.mse_loss(to_b(b), b) + F.mse_loss(to_a(a), a))


@wrong("13.4", "returns nothing")
def forgets_to_return(to_b, to_a, a, b, cycle, identity):
    with_l1_loss(to_b, to_a, a, b, cycle, identity)


# 13.5


class Base:
    """What the answers have in common; each overrides what it does differently."""

    def __init__(self, size, random):
        self.size, self.random, self.pictures = size, random, []

    def coin(self):
        return torch.rand(1, generator=self.random).item() < 0.5

    def place(self):
        return torch.randint(0, self.size, (1,), generator=self.random).item()

    def copy(self, picture):
        return picture.detach().clone()

    def one(self, picture):
        if len(self.pictures) < self.size:
            self.pictures.append(self.copy(picture))
            return picture
        if self.coin():
            return picture
        place = self.place()
        old = self.pictures[place]
        self.pictures[place] = self.copy(picture)
        return old

    def __call__(self, batch):
        if self.size == 0:
            return batch
        return torch.stack([self.one(picture) for picture in batch])


@right("13.5")
class Plain(Base):
    """As above."""


@right("13.5")
class OneTensor:
    """All pictures in one tensor, and both draws at once for the whole batch."""

    def __init__(self, size, random):
        self.size, self.random, self.store, self.count = size, random, None, 0

    def __call__(self, batch):
        out = batch.detach().clone()
        if self.store is None:
            self.store = torch.zeros(self.size, *batch.shape[1:])
        draws = torch.rand(len(batch), 2, generator=self.random)
        for k, (coin, where) in enumerate(draws.tolist()):
            if self.count < self.size:
                self.store[self.count] = batch[k].detach()
                self.count += 1
            elif coin > 0.5 and self.size:
                i = int(where * self.size)
                out[k] = self.store[i]
                self.store[i] = batch[k].detach()
        return out


@wrong("13.5", "a list")
class List(Base):
    def __call__(self, batch):
        return [self.one(picture) for picture in batch] if self.size else batch


@wrong("13.5", "a list")
class AlwaysAList(Base):
    def __call__(self, batch):
        return list(super().__call__(batch))


@wrong("13.5", "attached")
class WithGraph(Base):
    def copy(self, picture):
        return picture.clone()


@wrong("13.5", "keeps a view")
class View(Base):
    def copy(self, picture):
        return picture.detach()


@wrong("13.5", "keeps a view")
class Data(Base):
    def copy(self, picture):
        return picture.data


@wrong("13.5", "draws of its own")
class PythonsDice(Base):
    def coin(self):
        return python_random.uniform(0, 1) > 0.5

    def place(self):
        return python_random.randint(0, self.size - 1)


@wrong("13.5", "draws of its own")
class GlobalState(Base):
    def coin(self):
        return torch.rand(1) > 0.5


@wrong("13.5", "no effect")
class Passes(Base):
    def one(self, picture):
        return picture


@wrong("13.5", "no effect")
class Keeps(Base):
    def one(self, picture):
        super().one(picture)
        return picture


@wrong("13.5", "seed of its own")
class Seed42(Base):
    def __init__(self, size, random):
        super().__init__(size, torch.Generator().manual_seed(42))


@wrong("13.5", "mixes at once")
class Eager(Base):
    def one(self, picture):
        if len(self.pictures) < self.size:
            self.pictures.append(self.copy(picture))
            i = torch.randint(len(self.pictures), (), generator=self.random)
            return self.pictures[i]
        return super().one(picture)


@wrong("13.5", "one draw for the batch")
class OneCoin(Base):
    def __call__(self, batch):
        heads = super().coin()
        self.coin = lambda: heads
        return super().__call__(batch)


@wrong("13.5", "one draw for the batch")
class Batches(Base):
    def __call__(self, batch):
        return self.one(batch) if self.size else batch


@wrong("13.5", "history only")
class OldOnes(Base):
    def coin(self):
        return False


@wrong("13.5", "never replaces")
class FirstForEver(Base):
    def one(self, picture):
        if len(self.pictures) < self.size:
            self.pictures.append(self.copy(picture))
            return picture
        return picture if self.coin() else self.pictures[self.place()]


@wrong("13.5", "grows without end")
class Hoarder(Base):
    def one(self, picture):
        self.pictures.append(self.copy(picture))
        if len(self.pictures) <= self.size or self.coin():
            return picture
        return self.pictures[torch.randint(len(self.pictures), (), generator=self.random)]


@wrong("13.5", "grows without end")
class Appends(Base):
    def one(self, picture):
        if len(self.pictures) < self.size or self.coin():
            self.pictures.append(self.copy(picture))
            return picture
        i = torch.randint(len(self.pictures), (), generator=self.random)
        return self.pictures[i]


@wrong("13.5", "another place")
class TwoPlaces(Base):
    def one(self, picture):
        if len(self.pictures) < self.size:
            return super().one(picture)
        if self.coin():
            return picture
        old = self.pictures[self.place()]
        self.pictures[self.place()] = self.copy(picture)
        return old


@wrong("13.5", "oldest first")
class Queue(Base):
    def one(self, picture):
        if len(self.pictures) < self.size:
            return super().one(picture)
        if self.coin():
            return picture
        self.pictures.append(self.copy(picture))
        return self.pictures.pop(0)


@wrong("13.5", "never the last place")
class OffByOne(Base):
    def place(self):
        return torch.randint(0, self.size - 1, (), generator=self.random).item()


@wrong("13.5", "trouble with size 0")
class NoRoom(Base):
    def __call__(self, batch):
        return torch.stack([self.one(picture) for picture in batch])


@wrong("13.5", "returns nothing")
class Silent(Base):
    def __call__(self, batch):
        super().__call__(batch)


@wrong("13.5", "wrong value")
class RarelyOld(Base):
    def coin(self):
        return torch.rand((), generator=self.random) < 0.8


@wrong("13.5", "raises")
class ForOnePicture(Base):
    def __call__(self, batch):
        return self.one(batch[0]) if self.size else batch[0]
