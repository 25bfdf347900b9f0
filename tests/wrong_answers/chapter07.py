"""Planted answers to the exercises of chapter 07."""

import torch
from torch import nn
from torch.nn import functional as F

from ganlearn.checks.planted import right, wrong

# 07.1


@right("07.1")
def filled_in(x, labels, classes):
    n, _, h, w = x.shape
    planes = torch.zeros(n, classes, h, w)
    for i, label in enumerate(labels):
        planes[i, label] = 1
    return torch.cat((x, planes), 1)


@right("07.1")
def compared(x, labels, classes):
    is_class = labels.view(-1, 1, 1, 1) == torch.arange(classes).view(1, -1, 1, 1)
    return torch.cat([x, is_class.float().repeat(1, 1, x.shape[2], x.shape[3])], dim=1)


@wrong("07.1", "labels as numbers")
def one_plane(x, labels, classes):
    number = labels.view(-1, 1, 1, 1).float().expand(-1, 1, *x.shape[2:])
    return torch.cat([x, number], 1)


@wrong("07.1", "labels as numbers")
def scaled_number(x, labels, classes):
    number = torch.ones_like(x[:, :1]) * labels[:, None, None, None] / classes
    return torch.cat([x, number], 1)


@wrong("07.1", "planes first")
def in_front(x, labels, classes):
    c = x.shape[1]
    whole = filled_in(x, labels, classes)
    return torch.cat([whole[:, c:], whole[:, :c]], 1)


@wrong("07.1", "counted from one")
def off_by_one(x, labels, classes):
    table = torch.eye(classes)
    y = table[labels - 1]  # row -1 is the last
    return torch.cat([x, y[..., None, None].expand(*y.shape, *x.shape[2:])], 1)


@wrong("07.1", "planes in reverse")
def turned(x, labels, classes):
    y = torch.eye(classes).flip(0)[labels]
    return torch.cat([x, y[..., None, None].expand(*y.shape, *x.shape[2:])], 1)


@wrong("07.1", "label of a neighbour")
def shifted(x, labels, classes):
    order = [len(labels) - 1, *range(len(labels) - 1)]
    return filled_in(x, labels[order], classes)


@wrong("07.1", "one label for all")
def the_first(x, labels, classes):
    planes = torch.zeros(len(x), classes, *x.shape[2:])
    planes[:, labels[0]] = 1
    return torch.cat([x, planes], 1)


@wrong("07.1", "label at one place")
def padded(x, labels, classes):
    y = F.one_hot(labels, classes).float()[..., None, None]
    return torch.cat([x, F.pad(y, (0, x.shape[3] - 1, 0, x.shape[2] - 1))], 1)


@wrong("07.1", "planes of minus one")
def signs(x, labels, classes):
    planes = filled_in(x, labels, classes)[:, x.shape[1] :]
    return torch.cat([x, 2 * planes - 1], 1)


@wrong("07.1", "planes alone")
def no_picture(x, labels, classes):
    return compared(x.detach(), labels, classes)[:, -classes:]


@wrong("07.1", "no gradient")
def cut_off(x, labels, classes):
    return filled_in(x.detach(), labels, classes)


@wrong("07.1", "raises")
def no_places(x, labels, classes):
    return torch.cat([x, F.one_hot(labels, classes).float()], dim=1)


# 07.2


@right("07.2")
def in_a_loop(features, labels, vectors, weight, bias):
    found = [f @ (vectors[y] + weight) + bias for f, y in zip(features, labels, strict=True)]
    return torch.stack(found)


@right("07.2")
def by_einsum(features, labels, vectors, weight, bias):
    y = F.one_hot(labels, len(vectors)).float()
    return torch.einsum("nd,nk,kd->n", features, y, vectors) + features.matmul(weight) + bias


@wrong("07.2", "unconditional part forgotten")
def inner_product_alone(features, labels, vectors, weight, bias):
    return torch.einsum("nd,nd->n", features, vectors[labels])


@wrong("07.2", "class forgotten")
def psi_alone(features, labels, vectors, weight, bias):
    return F.linear(features, weight[None], bias[None]).squeeze(1)


@wrong("07.2", "wrong axis of the vectors")
def columns(features, labels, vectors, weight, bias):
    return (features * vectors[:, labels].T).sum(1) + features @ weight + bias


@wrong("07.2", "sum over the batch")
def one_number(features, labels, vectors, weight, bias):
    return (features * vectors[labels]).sum() + (features @ weight + bias).sum()


@wrong("07.2", "sum over the batch")
def mean_logit(features, labels, vectors, weight, bias):
    return in_a_loop(features, labels, vectors, weight, bias).mean()


@wrong("07.2", "a table of all classes")
def all_classes(features, labels, vectors, weight, bias):
    psi = (features * weight).sum(1, keepdim=True) + bias
    return psi + torch.einsum("nd,kd->nk", features, vectors)


@wrong("07.2", "every sample with every label")
def all_pairs(features, labels, vectors, weight, bias):
    return features @ vectors[labels].T + (features @ weight + bias)


@wrong("07.2", "label of a neighbour")
def rolled(features, labels, vectors, weight, bias):
    return by_einsum(features, torch.cat([labels[-1:], labels[:-1]]), vectors, weight, bias)


@wrong("07.2", "mean over the features")
def too_small(features, labels, vectors, weight, bias):
    inner = (features * vectors[labels]).mean(dim=-1)
    return inner + (features * weight).sum(-1) + bias


@wrong("07.2", "bias forgotten")
def without_bias(features, labels, vectors, weight, bias):
    return (features * (weight + vectors[labels])).sum(1)


@wrong("07.2", "no gradient")
def embedding_detached(features, labels, vectors, weight, bias):
    return in_a_loop(features, labels, vectors.detach(), weight, bias)


# 07.3


@right("07.3")
def by_torch(x, labels, scale, shift):
    plain = F.batch_norm(x, None, None, training=True)
    return plain * (1 + scale[labels][:, :, None, None]) + shift[labels][:, :, None, None]


@right("07.3")
def by_hand(x, labels, scale, shift):
    columns = x.transpose(0, 1).flatten(1)
    mean = columns.mean(1)[None, :, None, None]
    variance = ((x - mean) ** 2).transpose(0, 1).flatten(1).mean(1)[None, :, None, None]
    normal = (x - mean) / torch.sqrt(variance + 1e-5)
    y = F.one_hot(labels, len(scale)).float()
    gain, move = 1 + y @ scale, y @ shift
    return torch.einsum("nchw,nc->nchw", normal, gain) + move[..., None, None]


@wrong("07.3", "scale without the one")
def gain_alone(x, labels, scale, shift):
    plain = F.batch_norm(x, None, None, training=True)
    return plain * scale[labels][:, :, None, None] + shift[labels][:, :, None, None]


@wrong("07.3", "statistics of each class")
def class_by_class(x, labels, scale, shift):
    found = [None] * len(x)
    for label in set(labels.tolist()):
        places = [i for i, y in enumerate(labels.tolist()) if y == label]
        own = F.batch_norm(x[places], None, None, 1 + scale[label], shift[label], training=True)
        for i, row in zip(places, own, strict=True):
            found[i] = row
    return torch.stack(found)


@wrong("07.3", "scale and shift swapped")
def exchanged(x, labels, scale, shift):
    return by_torch(x, labels, shift, scale)


@wrong("07.3", "statistics of each picture")
def instance_norm(x, labels, scale, shift):
    plain = F.instance_norm(x)
    return plain * (1 + scale[labels][:, :, None, None]) + shift[labels][:, :, None, None]


@wrong("07.3", "statistics over the channels")
def layer_norm(x, labels, scale, shift):
    plain = F.layer_norm(x, x.shape[1:])
    return plain * (1 + scale[labels][:, :, None, None]) + shift[labels][:, :, None, None]


@wrong("07.3", "statistics of each place")
def over_the_batch(x, labels, scale, shift):
    plain = (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=False) + 1e-5)
    return plain * (1 + scale[labels][:, :, None, None]) + shift[labels][:, :, None, None]


@wrong("07.3", "variance with n - 1")
def by_default(x, labels, scale, shift):
    plain = (x - x.mean((0, 2, 3), keepdim=True)) / (x.var((0, 2, 3), keepdim=True) + 1e-5) ** 0.5
    return plain * (1 + scale[labels][:, :, None, None]) + shift[labels][:, :, None, None]


@wrong("07.3", "label of a neighbour")
def next_door(x, labels, scale, shift):
    return by_torch(x, torch.cat([labels[-1:], labels[:-1]]), scale, shift)


@wrong("07.3", "mean over the classes")
def average_class(x, labels, scale, shift):
    return F.batch_norm(x, None, None, 1 + scale.mean(0), shift.mean(0), training=True)


@wrong("07.3", "variance for the root")
def no_root(x, labels, scale, shift):
    mean = x.mean((0, 2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True)
    plain = (x - mean) / (variance + 1e-5)
    return plain * (1 + scale[labels][:, :, None, None]) + shift[labels][:, :, None, None]


# 07.4


def bce(logit, target):
    return F.binary_cross_entropy_with_logits(logit, torch.full_like(logit, target))


@right("07.4")
def by_cross_entropies(real, fake, labels):
    named_real, named_fake = (F.cross_entropy(said[:, 1:], labels) for said in (real, fake))
    d = bce(real[:, 0], 1.0) + bce(fake[:, 0], 0.0) + named_real + named_fake
    return d, bce(fake[:, 0], 1.0) + named_fake


@right("07.4")
def by_logarithms(real, fake, labels):
    rows = torch.arange(len(labels))
    name = lambda said: -said[:, 1:].log_softmax(1)[rows, labels].mean()
    d = -F.logsigmoid(real[:, 0]).mean() - F.logsigmoid(-fake[:, 0]).mean()
    return d + name(real) + name(fake), -F.logsigmoid(fake[:, 0]).mean() + name(fake)


def parts(real, fake, labels):
    """Plain losses and the two namings."""
    name = lambda said: F.cross_entropy(said[:, 1:], labels)
    d = bce(real[:, 0], 1.0) + bce(fake[:, 0], 0.0)
    return d, bce(fake[:, 0], 1.0), name(real), name(fake)


@wrong("07.4", "generator hides its class")
def contest(real, fake, labels):
    d, g, on_real, on_fake = parts(real, fake, labels)
    return d + on_real + on_fake, g - on_fake


@wrong("07.4", "discriminator names wrongly")
def minus(real, fake, labels):
    d, g, on_real, on_fake = parts(real, fake, labels)
    return d - on_real - on_fake, g + on_fake


@wrong("07.4", "fakes not named")
def real_classes_only(real, fake, labels):
    d, g, on_real, on_fake = parts(real, fake, labels)
    return d + on_real, g + on_fake


@wrong("07.4", "real ones not named")
def fake_classes_only(real, fake, labels):
    d, g, _, on_fake = parts(real, fake, labels)
    return d + on_fake, g + on_fake


@wrong("07.4", "generator without a class")
def plain_generator(real, fake, labels):
    d, g, on_real, on_fake = parts(real, fake, labels)
    return d + on_real + on_fake, g


@wrong("07.4", "real samples in the generator's loss")
def everything(real, fake, labels):
    d, g, on_real, on_fake = parts(real, fake, labels)
    return d + on_real + on_fake, g + on_real + on_fake


@wrong("07.4", "fakes are class 0")
def zeros_for_fakes(real, fake, labels):
    d, g, on_real, _ = parts(real, fake, labels)
    on_fake = F.cross_entropy(fake[:, 1:], torch.zeros_like(labels))
    return d + on_real + on_fake, g + on_fake


@wrong("07.4", "logit among the classes")
def all_columns(real, fake, labels):
    d, g, _, _ = parts(real, fake, labels)
    on_real, on_fake = F.cross_entropy(real, labels), F.cross_entropy(fake, labels)
    return d + on_real + on_fake, g + on_fake


@wrong("07.4", "softmax twice")
def probabilities(real, fake, labels):
    d, g, _, _ = parts(real, fake, labels)
    name = lambda said: F.cross_entropy(F.softmax(said[:, 1:], dim=-1), labels)
    return d + name(real) + name(fake), g + name(fake)


@wrong("07.4", "generator that saturates")
def minimax(real, fake, labels):
    d, _, on_real, on_fake = parts(real, fake, labels)
    return d + on_real + on_fake, torch.log(1 - fake[:, 0].sigmoid()).mean() + on_fake


@wrong("07.4", "losses exchanged")
def other_way_round(real, fake, labels):
    d, g = by_logarithms(real, fake, labels)
    return g, d


# 07.5


class Right(nn.Module):
    """The frame in which the planted blocks differ."""

    def __init__(self, maps):
        super().__init__()
        self.first = nn.Conv2d(maps, maps, (3, 3), padding="same")
        self.second = nn.Conv2d(maps, maps, (3, 3), padding="same")
        self.begin()

    def begin(self):
        for part in self.second.parameters():
            nn.init.constant_(part, 0.0)

    def forward(self, x):
        return x.add(self.second(self.first(x.clamp(min=0)).clamp(min=0)))


right("07.5")(Right)


@right("07.5")
class WithModules(nn.Module):
    def __init__(self, maps):
        super().__init__()
        self.relu = nn.ReLU()
        self.first = nn.Conv2d(maps, maps, 3, 1, 1)
        self.second = nn.Conv2d(maps, maps, 3, 1, 1)
        with torch.no_grad():
            self.second.weight.zero_()
            self.second.bias.zero_()

    def forward(self, x):
        out = self.relu(x)
        out = self.first(out)
        out = self.second(self.relu(out))
        return out + x


@wrong("07.5", "activation in place")
class InPlace(WithModules):
    def __init__(self, maps):
        super().__init__(maps)
        self.relu = nn.ReLU(inplace=True)


@wrong("07.5", "no padding")
class Shrinks(Right):
    def __init__(self, maps):
        super().__init__(maps)
        self.first.padding = self.second.padding = (0, 0)

    def forward(self, x):
        inner = self.second(F.relu(self.first(F.relu(x))))
        return x[..., 2:-2, 2:-2] + inner


@wrong("07.5", "no padding")
class DoesNotFit(Right):
    def __init__(self, maps):
        super().__init__(maps)
        self.first, self.second = (nn.Conv2d(maps, maps, 3) for _ in range(2))
        self.begin()


@wrong("07.5", "no skip")
class Plain(Right):
    def forward(self, x):
        return self.second(F.relu(self.first(F.relu(x))))


@wrong("07.5", "skip after the activation")
class SameName(Right):
    def forward(self, x):
        x = F.relu(x)
        return x + self.second(F.relu(self.first(x)))


@wrong("07.5", "skip from the middle")
class Middle(Right):
    def forward(self, x):
        x = self.first(F.relu(x))
        return x + self.second(F.relu(x))


@wrong("07.5", "activation after the addition")
class AsIn2015(Right):
    def forward(self, x):
        return F.relu(x + self.second(F.relu(self.first(x))))


@wrong("07.5", "activation after the addition")
class OneTooMany(Right):
    def forward(self, x):
        return super().forward(x).relu()


@wrong("07.5", "activation on the branch's end")
class OnlyAdds(Right):
    def forward(self, x):
        return x + F.relu(self.second(F.relu(self.first(F.relu(x)))))


@wrong("07.5", "an activation forgotten")
class LinearStart(Right):
    def forward(self, x):
        return x + self.second(F.relu(self.first(x)))


@wrong("07.5", "an activation forgotten")
class LinearMiddle(Right):
    def forward(self, x):
        return x + self.second(self.first(F.relu(x)))


@wrong("07.5", "first layer at zero")
class WrongEnd(Right):
    def begin(self):
        nn.init.zeros_(self.first.weight)
        nn.init.zeros_(self.first.bias)


@wrong("07.5", "both layers at zero")
class Silent(Right):
    def begin(self):
        for part in self.parameters():
            nn.init.zeros_(part)


@wrong("07.5", "bias not at zero")
class Loud(Right):
    def begin(self):
        nn.init.zeros_(self.second.weight)


@wrong("07.5", "nothing at zero")
class AsTorchMadeIt(Right):
    def begin(self):
        pass
