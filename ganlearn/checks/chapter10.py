"""Exercises of chapter 10: fields, features by name, inversion, Grad-CAM, filters of mean one."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganlearn import runtime
from ganlearn.checks import Exercise, Mistake, Outcome

# 10.1

Layers = Sequence[tuple[str, int, int]]


def walk(
    wider: Callable[..., int] = lambda field, step, kernel, stride: field + (kernel - 1) * step,
    longer: Callable[[int, int], int] = lambda step, stride: step * stride,
    start: int = 1,
) -> Callable[[Layers], dict]:
    """An answer to 10.1 in which the field and the step grow by these rules."""

    def fields(layers: Layers) -> dict[str, tuple[int, int]]:
        field, step, found = start, 1, {}
        for name, kernel, stride in layers:
            field = wider(field, step, kernel, stride)
            step = longer(step, stride)
            found[name] = (field, step)
        return found

    return fields


def pooling_left_out(layers: Layers) -> dict[str, tuple[int, int]]:
    """Fields as if one value of a pool came from one value below."""
    return walk()([(name, 1 if "pool" in name else k, s) for name, k, s in layers])


def chains(g: torch.Generator) -> list[tuple]:
    """The beginnings of VGG, AlexNet and a DCGAN's discriminator, and one that nobody has built."""
    conv = lambda *names: [(name, 3, 1) for name in names]
    drawn = lambda low, high: int(torch.randint(low, high, (), generator=g))
    return [
        ([*conv("conv1_1", "conv1_2"), ("pool1", 2, 2), *conv("conv2_1"), ("pool2", 2, 2)],),
        ([("conv1", 11, 4), ("relu1", 1, 1), ("pool1", 3, 2), ("conv2", 5, 1), ("pool2", 3, 2)],),
        ([(f"conv{i}", 4, 2) for i in range(1, 5)],),
        ([(f"layer{i}", drawn(2, 6), drawn(1, 4)) for i in range(5)] + [("pool5", 4, 3)],),
    ]


fields = Exercise(
    "10.1",
    "what one place can see",
    reference=walk(),
    cases=chains,
    mistakes=[
        Mistake(
            "every layer by itself",
            "It gives each layer the field and the stride of its own kernel.",
            "A layer looks at the layer below, and that one has looked already: carry both along.",
            like=lambda layers: {name: (kernel, stride) for name, kernel, stride in layers},
        ),
        Mistake(
            "stride forgotten",
            "Its fields grow by a kernel less one, at every depth alike.",
            "Neighbours in a deep layer lie more than one pixel apart: (kernel - 1) · step.",
            like=walk(lambda field, step, kernel, stride: field + kernel - 1),
        ),
        Mistake(
            "own stride first",
            "It counts a layer's own stride in that layer's field.",
            "The kernel lies on the layer below, so the step from before counts: widen first, "
            "then lengthen the step.",
            like=walk(lambda field, step, kernel, stride: field + (kernel - 1) * step * stride),
        ),
        Mistake(
            "kernel counted whole",
            "It adds a whole kernel for every layer.",
            "One place of the kernel is in the field already: kernel - 1 are new.",
            like=walk(lambda field, step, kernel, stride: field + kernel * step),
        ),
        Mistake(
            "start from nothing",
            "Its fields are one pixel short.",
            "A pixel sees itself before there is any layer: the field starts at 1.",
            like=walk(start=0),
        ),
        Mistake(
            "fields multiplied",
            "It multiplies the fields.",
            "Two kernels of 3 on top of each other see 5 pixels and not 9: neighbours overlap.",
            like=walk(lambda field, step, kernel, stride: field * kernel),
        ),
        Mistake(
            "strides added",
            "It adds the strides.",
            "Every second of every second place is every fourth: the strides multiply.",
            like=walk(longer=lambda step, stride: step + stride - 1),
        ),
        Mistake(
            "pooling left out",
            "Its pools make no field wider.",
            "A pool looks at a square of values like a kernel does; that it has no weights does "
            "not matter.",
            like=pooling_left_out,
        ),
        Mistake(
            "rule of the way back",
            "It takes (field - 1) · stride + kernel from the first layer to the last.",
            "That rule walks from the last layer down to the picture. On the way up, the strides "
            "of all layers before count.",
            like=walk(lambda field, step, kernel, stride: (field - 1) * stride + kernel),
        ),
        Mistake(
            "last layer alone",
            "It returns the last layer only.",
            "Put every layer into the dict, inside the loop.",
            sign=lambda got, right: (
                got.value in (list(right.value.values())[-1], dict([list(right.value.items())[-1]]))
            ),
        ),
        Mistake(
            "pair turned round",
            "It puts the stride first.",
            "The pairs are (field, stride).",
            sign=lambda got, right: (
                got.value == {name: (step, field) for name, (field, step) in right.value.items()}
            ),
        ),
        Mistake(
            "fields alone",
            "It gives the field of every layer without the stride.",
            "Keep the two together: found[name] = (field, step).",
            sign=lambda got, right: (
                got.value == {name: field for name, (field, _) in right.value.items()}
            ),
        ),
    ],
)


# 10.2

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
NAMES, RAN, HOOKS = "the list of names", "the number of layers that ran", "the number of hooks left"
GRADIENT = "the gradient with respect to the pictures"


def seeing_network() -> nn.Sequential:
    """A small chain with layers called as in VGG, whose ReLUs work in place."""
    with runtime.seeded(10):
        parts: dict[str, nn.Module] = {
            "conv1_1": nn.Conv2d(3, 4, 3, padding=1),
            "relu1_1": nn.ReLU(inplace=True),
            "conv1_2": nn.Conv2d(4, 4, 3, padding=1),
            "relu1_2": nn.ReLU(inplace=True),
            "pool1": nn.MaxPool2d(2),
            "conv2_1": nn.Conv2d(4, 5, 3, padding=1),
            "relu2_1": nn.ReLU(inplace=True),
            "conv2_2": nn.Conv2d(5, 4, 3, padding=1),
            "relu2_2": nn.ReLU(inplace=True),
        }
    return nn.Sequential(OrderedDict(parts)).eval()


def imagenet(pictures: Tensor) -> Tensor:
    """Pictures in [0, 1] on the scale on which the networks were trained."""
    return (pictures - MEAN) / STD


def extract(
    normal: Callable[[Tensor], Tensor] = imagenet, keep: Callable[[Tensor], Tensor] = torch.clone
) -> Callable:
    """An answer to 10.2 that normalises and keeps in these ways."""

    def features(
        network: nn.Sequential, pictures: Tensor, names: Sequence[str]
    ) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        x = normal(pictures)
        for name, layer in network.named_children():
            x = layer(x)
            if name in names:
                found[name] = keep(x)
            if len(found) == len(names):
                break
        return found

    return features


def features_seen(features: Callable, pictures: Tensor, names: Sequence[str]) -> Any:
    """What an answer to 10.2 finds, how many layers it ran, and whether a gradient comes back."""
    network, ran = seeing_network(), []
    for layer in network:
        layer.register_forward_hook(lambda *_: ran.append(1))
    found = features(network, pictures, names)
    if not isinstance(found, Mapping):
        return found
    seen: dict[str, Any] = {
        NAMES: ", ".join(sorted(map(str, found))),
        RAN: len(ran),
        HOOKS: sum(len(layer._forward_hooks) - 1 for layer in network),
    }
    seen |= {f"what it has at {name}": found[name].detach() for name in names if name in found}
    leaf = pictures.clone().requires_grad_()
    again = features(network, leaf * 1, names)
    wishes = [
        (x * torch.arange(x.numel()).view_as(x).cos()).sum()
        for x in (again[name] for name in sorted(again))
    ]
    total = torch.stack(wishes).sum()
    if total.requires_grad:
        (gradient,) = torch.autograd.grad(total, leaf, allow_unused=True)
    return seen | {GRADIENT: gradient if total.requires_grad else "nothing"}


def named(seen: Outcome) -> set[str]:
    """The names under which an answer has put its features."""
    return set(filter(None, seen.value[NAMES].split(", ")))


def by_its_own_spread(pictures: Tensor) -> Tensor:
    """Each picture with the mean 0 and the spread 1 in every colour."""
    return functional.instance_norm(pictures)


features_by_name = Exercise(
    "10.2",
    "features by name",
    reference=extract(),
    cases=lambda g: [
        (torch.rand(2, 3, 8, 6, generator=g), ("conv1_1", "relu2_1")),
        (torch.rand(1, 3, 6, 10, generator=g), ("relu1_2", "conv1_2", "relu1_1")),
        (torch.rand(3, 3, 8, 8, generator=g), ("conv2_1",)),
    ],
    probe=features_seen,
    points=2,
    atol=1e-5,
    mistakes=[
        Mistake(
            "no gradient back",
            "No gradient comes back to the pictures, so none could be painted with these features.",
            "No torch.no_grad() and no detach here: it is the caller who decides.",
            sign=lambda got, right: isinstance(got.value[GRADIENT], str),
        ),
        Mistake(
            "numbers for names",
            "Its features are under numbers and not under the layers' names.",
            "named_children() gives name and layer together; conv_4 of one network is conv2_2 of "
            "another, so a number says nothing.",
            sign=lambda got, right: all(name.isdigit() for name in named(got)),
        ),
        Mistake(
            "everything kept",
            "It returns layers that nobody has asked for.",
            "Keep what is in names: all layers of a large picture fill the memory.",
            sign=lambda got, right: named(got) > named(right),
        ),
        Mistake(
            "stops too early",
            "It stops before it has reached all of the names.",
            "The names may stand in any order: go on until each of them has been found.",
            sign=lambda got, right: named(got) < named(right),
        ),
        Mistake(
            "written over",
            "What it has kept before a ReLU has been written over by the ReLU.",
            "This network's ReLUs work in place, in the same memory: keep x.clone().",
            like=extract(keep=lambda x: x),
        ),
        Mistake(
            "hooks left behind",
            "It leaves its hooks in the network, and every later call pays for them.",
            "register_forward_hook returns a handle: call its remove(), or do without hooks.",
            sign=lambda got, right: got.value[HOOKS] > 0,
        ),
        Mistake(
            "runs to the end",
            "It runs layers that are deeper than all it was asked for.",
            "Leave the loop once all names are found: the deep layers are most of the work.",
            sign=lambda got, right: got.value[RAN] > right.value[RAN],
        ),
        Mistake(
            "not normalised",
            "It gives the network pictures in [0, 1] as they are.",
            "The network was trained on (x - mean) / std: without it every feature is off.",
            like=extract(lambda x: x),
        ),
        Mistake(
            "normalised twice",
            "It normalises twice.",
            "Once is right, and in one place only: here.",
            like=extract(lambda x: imagenet(imagenet(x))),
        ),
        Mistake(
            "range of -1 to 1",
            "It brings the pictures to [-1, 1], as a GAN has them.",
            "This network wants ImageNet's mean and spread, a pair for each colour.",
            like=extract(lambda x: 2 * x - 1),
        ),
        Mistake(
            "range of 0 to 255",
            "It multiplies by 255 before it normalises, so the values are hundreds of times too "
            "large.",
            "These mean and std belong to pictures in [0, 1].",
            like=extract(lambda x: imagenet(255 * x)),
        ),
        Mistake(
            "Caffe's scale",
            "It prepares pictures as for the first VGG of 2014: blue first, 0 to 255, only the "
            "mean taken off.",
            "Other weights want another preparation: here (x - mean) / std, red first.",
            like=extract(lambda x: 255 * (x - MEAN).flip(1)),
        ),
        Mistake(
            "blue first",
            "Red and blue have changed places.",
            "That is the order of OpenCV. These pictures are red, green, blue, and so are mean "
            "and std.",
            like=extract(lambda x: imagenet(x.flip(1))),
        ),
        Mistake(
            "spread forgotten",
            "It takes the mean off and does not divide by std.",
            "Both: (x - mean) / std.",
            like=extract(lambda x: x - MEAN),
        ),
        Mistake(
            "each picture by itself",
            "It normalises every picture by its own mean and spread, so a dark one is no longer "
            "dark.",
            "Mean and std are fixed numbers, those of the training pictures.",
            like=extract(by_its_own_spread),
        ),
    ],
)


# 10.3

FIRST, SECOND = "the picture after one step", "the picture after two steps"
WEIGHTS, LEFT, KEPT = (
    "the network's weights",
    "the size of the gradients left in the network",
    "what the new picture remembers",
)


def gradients_left(*networks: nn.Module) -> float:
    """The sum of what lies in the weights' ``grad``, without its signs."""
    parameters = itertools.chain(*(network.parameters() for network in networks))
    return sum(p.grad.abs().sum().item() for p in parameters if p.grad is not None)


def relative(found: Tensor, target: Tensor) -> Tensor:
    """Squared distance of two features, as a share of what the target has."""
    return ((found - target) ** 2).mean() / (target**2).mean()


def roughness(
    x: Tensor,
    of: Callable[[Tensor], Tensor] = torch.square,
    over: Callable[[Tensor], Tensor] = torch.mean,
    axes: tuple[int, ...] = (2, 3),
) -> Tensor:
    """Total variation: how much neighbours differ, along these axes."""
    return sum(over(of(x.diff(dim=axis))) for axis in axes)


def invert(
    distance: Callable[[Tensor, Tensor], Tensor] = relative,
    variation: Callable[[Tensor], Tensor] = roughness,
    direction: float = -1.0,
    finish: Callable[[Tensor], Tensor] = lambda x: x.clamp(0, 1),
) -> Callable[..., Tensor]:
    """An answer to 10.3, right as it is, wrong with other arguments."""

    def step(
        network: nn.Module, picture: Tensor, target: Tensor, rate: float, smooth: float
    ) -> Tensor:
        x = picture.detach().clone().requires_grad_()
        loss = distance(network(x), target) + smooth * variation(x)
        (gradient,) = torch.autograd.grad(loss, x)
        return finish(x.detach() + direction * rate * gradient)

    return step


def steps_seen(
    step: Callable, picture: Tensor, rate: float, smooth: float
) -> dict[str, Any] | None:
    """What two steps do to a picture, and what they leave behind in the network."""
    with runtime.seeded(3):
        network = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), nn.Conv2d(4, 5, 3, stride=2)
        ).to(picture.dtype)
    before = [p.detach().clone() for p in network.parameters()]
    with torch.no_grad():
        target = network(picture.flip(3) ** 2)
    first = step(network, picture, target, rate, smooth)
    if first is None:
        return None
    second = step(network, first.detach().clone(), target, rate, smooth)
    same = [torch.equal(p, old) for p, old in zip(network.parameters(), before, strict=True)]
    return {
        FIRST: first.detach().clone(),
        SECOND: second.detach(),
        WEIGHTS: "as they were" if all(same) else "moved",
        LEFT: gradients_left(network),
        KEPT: "its whole history" if first.requires_grad else "nothing",
    }


def portraits(g: torch.Generator) -> list[tuple]:
    """Pictures of several shapes with rates and weights, some so bold that pixels hit the ends."""
    draw = lambda *shape: torch.rand(shape, generator=g, dtype=torch.float64)
    return [
        (draw(1, 3, 9, 7), 40.0, 0.3),
        (draw(2, 3, 7, 11), 10.0, 5.0),
        (draw(1, 3, 13, 13), 60.0, 1.5),
    ]


def leaves_the_range(got: Outcome, right: Outcome) -> bool:
    """Whether a clamp is all that is missing."""
    new = got.value[FIRST]
    outside = bool((new < 0).logical_or(new > 1).any())
    return outside and torch.allclose(new.clamp(0, 1), right.value[FIRST])


inversion = Exercise(
    "10.3",
    "a step of inversion",
    reference=invert(),
    cases=portraits,
    probe=steps_seen,
    points=3,
    mistakes=[
        Mistake(
            "the network learns",
            "It moves the network's weights.",
            "Here the picture is what learns: take the gradient with respect to the picture and "
            "step there.",
            sign=lambda got, right: got.value[WEIGHTS] == "moved",
        ),
        Mistake(
            "gradients in the weights",
            "It leaves gradients in the network's weights.",
            "backward fills all leaves; torch.autograd.grad(loss, x) asks for the picture's alone "
            "and spares that work.",
            sign=lambda got, right: got.value[LEFT] > 0,
        ),
        Mistake(
            "graph kept",
            "The new picture still hangs on the computation of the old one, so the memory grows "
            "from step to step.",
            "Compute the new picture from x.detach(), or under torch.no_grad().",
            sign=lambda got, right: got.value[KEPT] == "its whole history",
        ),
        Mistake(
            "climbs",
            "It moves away from the target.",
            "Down the loss: minus rate times the gradient.",
            like=invert(direction=1.0),
        ),
        Mistake(
            "nothing moves",
            "The picture comes back as it was.",
            "The step has to reach what you return: x - rate · gradient.",
            like=lambda network, picture, target, rate, smooth: picture,
        ),
        Mistake(
            "clamp of -1 to 1",
            "It lets pixels go down to -1.",
            "In this half of the course black is 0: clamp(0, 1).",
            like=invert(finish=lambda x: x.clamp(-1, 1)),
        ),
        Mistake(
            "no clamp",
            "Pixels leave the range of 0 to 1.",
            "No screen shows them: clamp the new picture to [0, 1], after the step.",
            sign=leaves_the_range,
        ),
        Mistake(
            "distance not relative",
            "It does not divide by the target's own size.",
            "Features of another layer are ten times as large: a share, |f - t|² / |t|², means the "
            "same in all of them.",
            like=invert(lambda found, target: ((found - target) ** 2).mean()),
        ),
        Mistake(
            "distance summed",
            "It adds up the squared differences of all features.",
            "Then a larger picture takes larger steps: divide by the sum of the target's squares.",
            like=invert(lambda found, target: ((found - target) ** 2).sum()),
        ),
        Mistake(
            "root of the distance",
            "It takes the distance without its square.",
            "The loss has squares above and below, and no root.",
            like=invert(lambda found, target: relative(found, target).sqrt()),
        ),
        Mistake(
            "total variation summed",
            "It adds up the differences of all neighbours.",
            "With four times the pixels, that is four times as much: take means.",
            like=invert(variation=lambda x: roughness(x, over=torch.sum)),
        ),
        Mistake(
            "total variation across alone",
            "It compares each pixel with the one beside it and not with the one below.",
            "Neighbours lie beside and below: add a mean for each.",
            like=invert(variation=lambda x: roughness(x, axes=(3,))),
        ),
        Mistake(
            "total variation down alone",
            "It compares each pixel with the one below it and not with the one beside.",
            "Neighbours lie beside and below: add a mean for each.",
            like=invert(variation=lambda x: roughness(x, axes=(2,))),
        ),
        Mistake(
            "total variation over colours",
            "It smooths from colour to colour.",
            "Pictures are (n, 3, height, width): neighbours differ in the last two axes.",
            like=invert(variation=lambda x: roughness(x, axes=(1, 2))),
        ),
        Mistake(
            "absolute differences",
            "Its total variation takes absolute values.",
            "Here it is squared: small differences are harmless, large ones count.",
            like=invert(variation=lambda x: roughness(x, torch.abs)),
        ),
        Mistake(
            "not smoothed",
            "It leaves out the total variation.",
            "Add smooth times the total variation to the distance.",
            like=invert(variation=lambda x: 0 * x.sum()),
        ),
    ],
)


# 10.4

HEAT = "the map"
ALL_ONE_WAY = {"all for": 1.0, "all against": -1.0}
FROZEN = "frozen networks"


def networks_for(kind: str) -> tuple[nn.Module, nn.Module]:
    """A body and a head: the score depends on places, or every channel speaks for or against it."""
    with runtime.seeded(4):
        if kind in ALL_ONE_WAY:
            body = nn.Sequential(nn.Conv2d(1, 3, 4, stride=4), nn.Sigmoid())
            head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 1))
            with torch.no_grad():
                head[2].weight.fill_(ALL_ONE_WAY[kind])
        else:
            body = nn.Sequential(nn.Conv2d(1, 5, 4, stride=4), nn.Tanh())
            head = nn.Sequential(
                nn.Conv2d(5, 6, 2), nn.Tanh(), nn.AdaptiveAvgPool2d(2), nn.Flatten()
            )
            head.append(nn.Linear(24, 1))
        head.append(nn.Flatten(0))
    return tuple(part.double().requires_grad_(kind != FROZEN) for part in (body, head))


def heat_seen(grad_cam: Callable, kind: str, pictures: Tensor) -> dict[str, Any] | None:
    """The maps of an answer to 10.4, and the gradients that it leaves in the networks."""
    body, head = networks_for(kind)
    heat = grad_cam(body, head, pictures)
    if heat is None:
        return None
    return {HEAT: heat, LEFT: gradients_left(body, head)}


def mean_gradient(gradient: Tensor) -> Tensor:
    """A weight for each channel of each picture, (n, c, 1, 1)."""
    return gradient.mean((2, 3), keepdim=True)


def enlarge(
    x: Tensor, size: Sequence[int], mode: str = "bilinear", align_corners: bool | None = None
) -> Tensor:
    """Maps (n, 1, h, w) at the size of the picture."""
    return functional.interpolate(x, tuple(size), mode=mode, align_corners=align_corners)


def to_one(x: Tensor) -> Tensor:
    """Every map divided by its largest value; an empty one stays empty."""
    return x / x.amax((1, 2, 3), keepdim=True).clamp(min=1e-12)


def cam(
    weights: Callable[[Tensor], Tensor] = mean_gradient,
    mix: Callable[[Tensor, Tensor], Tensor] = lambda w, f: (w * f).sum(1, keepdim=True),
    finish: Callable[[Tensor, Sequence[int]], Tensor] = lambda x, size: to_one(
        enlarge(x.relu(), size)
    ),
) -> Callable[..., Tensor]:
    """An answer to 10.4 with these weights, this mixture of channels and this end."""

    def grad_cam(body: nn.Module, head: nn.Module, pictures: Tensor) -> Tensor:
        features = body(pictures).detach().requires_grad_()
        (gradient,) = torch.autograd.grad(head(features).sum(), features)
        with torch.no_grad():
            return finish(mix(weights(gradient), features), pictures.shape[2:]).squeeze(1)

    return grad_cam


def stretched(x: Tensor) -> Tensor:
    """Every map from 0, its least value, to 1."""
    return to_one(x - x.amin((1, 2, 3), keepdim=True))


def shape(seen: Outcome) -> tuple[int, ...]:
    """Of the maps that came back."""
    return tuple(seen.value[HEAT].shape)


heat_maps = Exercise(
    "10.4",
    "Grad-CAM",
    reference=cam(),
    cases=lambda g: [
        ("a body and a head", torch.randn(3, 1, 16, 24, generator=g, dtype=torch.float64)),
        ("a body and a head", torch.randn(1, 1, 20, 12, generator=g, dtype=torch.float64)),
        ("all against", torch.randn(2, 1, 12, 12, generator=g, dtype=torch.float64)),
        ("all for", torch.randn(2, 1, 12, 16, generator=g, dtype=torch.float64)),
        (FROZEN, torch.randn(2, 1, 16, 12, generator=g, dtype=torch.float64)),
    ],
    probe=heat_seen,
    points=3,
    mistakes=[
        Mistake(
            "gradients in the weights",
            "It leaves gradients in the weights of body and head.",
            "Looking must not teach: torch.autograd.grad(score, features) fills no weight's .grad.",
            sign=lambda got, right: got.value[LEFT] > 0,
        ),
        Mistake(
            "frozen networks",
            "It fails when the weights are frozen, for then the features require no gradient.",
            "Cut the features off and let them require one: body(pictures).detach() and then "
            "requires_grad_().",
            sign=lambda got, right: "does not require grad" in str(got.error),
        ),
        Mistake(
            "size of the features",
            "Its maps have the size of the features.",
            "Enlarge them to the picture's height and width, to lay one over the other.",
            sign=lambda got, right: (
                shape(got)[0] == shape(right)[0] and 4 * shape(got)[-1] == shape(right)[-1]
            ),
        ),
        Mistake(
            "channel axis kept",
            "Its maps have an axis of one channel.",
            "The result is (n, height, width): squeeze(1).",
            sign=lambda got, right: shape(got) == (shape(right)[0], 1, *shape(right)[1:]),
        ),
        Mistake(
            "0 / 0",
            "Where nothing speaks for the answer, it divides 0 by 0.",
            "Divide by the largest value, but at least by something tiny: clamp(min=1e-8).",
            sign=lambda got, right: bool(got.value[HEAT].isnan().any()),
        ),
        Mistake(
            "one set of weights for all",
            "It averages the gradients over the pictures of the batch.",
            "Every picture has weights of its own: average over height and width, axes 2 and 3.",
            like=cam(lambda g: g.mean((0, 2, 3), keepdim=True)),
        ),
        Mistake(
            "averaged over the channels",
            "It averages the gradient over the channels, and gives every place a weight.",
            "Each channel gets one weight: average over the places, axes 2 and 3.",
            like=cam(lambda g: g.mean(1, keepdim=True)),
        ),
        Mistake(
            "place by place",
            "It multiplies gradient and features place by place.",
            "Grad-CAM averages the gradient over the places first: one weight a channel.",
            like=cam(lambda g: g),
        ),
        Mistake(
            "gradient alone",
            "It shows the gradient and not the features.",
            "The gradient only weights the channels; where they are active is in the features.",
            like=cam(mix=lambda w, f: w.sum(1, keepdim=True).expand_as(f[:, :1])),
        ),
        Mistake(
            "saliency",
            "It shows how large the gradient is at every place.",
            "That is a saliency map. Grad-CAM weights the features by the mean gradient.",
            like=cam(lambda g: g, mix=lambda g, f: g.abs().sum(1, keepdim=True)),
        ),
        Mistake(
            "features alone",
            "It adds up the features, whatever they do to the score.",
            "Weight each channel by its mean gradient before the sum.",
            like=cam(mix=lambda w, f: f.sum(1, keepdim=True)),
        ),
        Mistake(
            "no ReLU",
            "It also shows what speaks against the answer, with a minus sign.",
            "Set what is negative to 0 after the sum over the channels.",
            sign=lambda got, right: bool(got.value[HEAT].min() < -1e-6),
        ),
        Mistake(
            "absolute values",
            "It shows what speaks against the answer as if it spoke for it.",
            "ReLU in place of the absolute value: what is negative becomes 0.",
            like=cam(finish=lambda x, size: to_one(enlarge(x.abs(), size))),
        ),
        Mistake(
            "ReLU on the weights",
            "It drops the channels whose weight is negative, before the sum.",
            "They have to count against the others: ReLU comes after the sum.",
            like=cam(lambda g: mean_gradient(g).relu()),
        ),
        Mistake(
            "ReLU after enlarging",
            "It enlarges first and sets to 0 afterwards.",
            "Then what is negative wears away what is positive beside it: ReLU, then enlarge.",
            like=cam(finish=lambda x, size: to_one(enlarge(x, size).relu())),
        ),
        Mistake(
            "blocks",
            "It enlarges every place to a block.",
            'Edges of blocks look like edges of things: mode="bilinear".',
            like=cam(finish=lambda x, size: to_one(enlarge(x.relu(), size, mode="nearest"))),
        ),
        Mistake(
            "corners aligned",
            "It pins the outermost places to the corners of the picture.",
            "A place is as wide as its stride, so its middle lies inside: leave align_corners off.",
            like=cam(finish=lambda x, size: to_one(enlarge(x.relu(), size, align_corners=True))),
        ),
        Mistake(
            "one scale for the batch",
            "It divides by the largest value of all pictures.",
            "Every map has a largest value of its own: amax over all axes but the first.",
            like=cam(
                finish=lambda x, size: (
                    enlarge(x.relu(), size) / enlarge(x.relu(), size).max().clamp(min=1e-12)
                )
            ),
        ),
        Mistake(
            "stretched",
            "It stretches every map from its least value to 1.",
            "0 means that nothing there speaks for the answer, and has to stay 0.",
            like=cam(finish=lambda x, size: stretched(enlarge(x.relu(), size))),
        ),
        Mistake(
            "scaled before enlarging",
            "It divides by the largest value and enlarges afterwards, so no map reaches 1.",
            "Enlarging averages: enlarge first, then divide.",
            like=cam(finish=lambda x, size: enlarge(to_one(x.relu()), size)),
        ),
        Mistake(
            "not scaled",
            "It does not divide by the largest value.",
            "Divide every map by its own maximum, and maps of all networks can be compared.",
            like=cam(finish=lambda x, size: enlarge(x.relu(), size)),
        ),
    ],
)


# 10.5

OUTPUTS = "the network's output for new pictures"
MEANS = "the list of mean activations after {}"


def chain_to_rescale(pooling: str) -> nn.Sequential:
    """Three hidden layers and a linear last one; one filter is dead."""
    pool = nn.MaxPool2d(2) if pooling == "max" else nn.AvgPool2d(2)
    with runtime.seeded(5):
        network = nn.Sequential(
            *(nn.Conv2d(3, 5, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(5, 5, 3, padding=1), nn.ReLU(), pool),
            *(nn.Conv2d(5, 5, 3), nn.ReLU(), nn.Conv2d(5, 5, 1)),
        )
        with torch.no_grad():
            for i, layer in enumerate(m for m in network if isinstance(m, nn.Conv2d)):
                layer.weight.mul_(1.5 + i)
                layer.bias.copy_(torch.linspace(-0.2, 0.4, 5))
            network[2].bias[1] = -1000.0
    return network.double()


def means_seen(rescale: Callable, pooling: str, pictures: Tensor, others: Tensor) -> dict[str, Any]:
    """The mean activations after an answer to 10.5, and the outputs for other pictures."""
    network = chain_to_rescale(pooling)
    rescale(network, pictures)
    seen, x = {}, pictures
    with torch.no_grad():
        for layer in network:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                seen[MEANS.format(f"ReLU {len(seen) + 1}")] = x.mean((0, 2, 3))
        return seen | {OUTPUTS: network(others)}


def hidden_pairs(network: nn.Sequential) -> list[tuple[nn.Conv2d, nn.Conv2d]]:
    """Every convolution with the next one."""
    convs = [layer for layer in network if isinstance(layer, nn.Conv2d)]
    return list(itertools.pairwise(convs))


def activations(network: nn.Sequential, pictures: Tensor, kind: type = nn.ReLU) -> list[Tensor]:
    """What every layer of a kind returns."""
    found, x = [], pictures
    for layer in network:
        x = layer(x)
        if isinstance(layer, kind):
            found.append(x)
    return found


def or_one(x: Tensor) -> Tensor:
    """Numbers to divide by: 1 where they are 0."""
    return torch.where(x == 0, 1.0, x)


def mean_or_one(x: Tensor) -> Tensor:
    """The mean of each channel, (c,), and 1 for a channel that is always 0."""
    return or_one(x.mean((0, 2, 3)))


def rescale_by(
    size: Callable[[Tensor], Tensor] = mean_or_one,
    own: Callable[[nn.Conv2d, Tensor], Any] = lambda conv, m: (
        conv.weight.div_(m.view(-1, 1, 1, 1)),
        conv.bias.div_(m),
    ),
    following: Callable[[nn.Conv2d, Tensor], Any] = lambda conv, m: conv.weight.mul_(
        m.view(1, -1, 1, 1)
    ),
    kind: type = nn.ReLU,
    layers: int = 9,
) -> Callable[[nn.Sequential, Tensor], None]:
    """An answer to 10.5 that divides a layer and makes up for it in the next in these ways."""

    @torch.no_grad()
    def rescale(network: nn.Sequential, pictures: Tensor) -> None:
        for i, (conv, after) in enumerate(hidden_pairs(network)[:layers]):
            by = size(activations(network, pictures, kind)[i])
            own(conv, by)
            following(after, by)

    return rescale


def also_the_last(network: nn.Sequential, pictures: Tensor) -> None:
    """Rescaled with the last layer, after which nothing can make up for it."""
    rescale_by()(network, pictures)
    with torch.no_grad():
        by = mean_or_one(network(pictures).relu())
        network[-1].weight.div_(by.view(-1, 1, 1, 1))
        network[-1].bias.div_(by)


@torch.no_grad()
def measured_too_early(network: nn.Sequential, pictures: Tensor) -> None:
    """Every layer divided by what it gave before anything was divided."""
    means = [mean_or_one(x) for x in activations(network, pictures)]
    for (conv, _), mean in zip(hidden_pairs(network), means, strict=True):
        conv.weight.div_(mean.view(-1, 1, 1, 1))
        conv.bias.div_(mean)


def all_ones(got: Outcome, right: Outcome) -> bool:
    """Whether every filter has the mean 1, or is dead."""
    means = torch.cat([value for key, value in got.value.items() if key != OUTPUTS])
    return bool(((means - 1).abs() < 1e-3).logical_or(means == 0).all())


filters = Exercise(
    "10.5",
    "filters of mean one",
    reference=rescale_by(),
    cases=lambda g: [
        (pooling, *torch.rand(2, n, 3, 12, 9, generator=g, dtype=torch.float64).unbind())
        for pooling, n in (("max", 4), ("average", 2))
    ],
    probe=means_seen,
    points=3,
    mistakes=[
        Mistake(
            "dead filter",
            "It divides by the mean of a filter that never answers, which is 0.",
            "What is 0 stays 0: divide those by 1.",
            sign=lambda got, right: not all(value.isfinite().all() for value in got.value.values()),
        ),
        Mistake(
            "nothing changed",
            "The network is as it was before.",
            "Change it in place, under torch.no_grad(): conv.weight.div_(…), conv.weight.mul_(…).",
            like=lambda network, pictures: None,
        ),
        Mistake(
            "first layer alone",
            "It rescales the first layer and stops.",
            "Every layer that is followed by a ReLU gets its turn: is there a return in the loop?",
            like=rescale_by(layers=1),
        ),
        Mistake(
            "bias forgotten",
            "It divides the weights and leaves the bias.",
            "The filter's answer is weights and bias together: divide both.",
            like=rescale_by(own=lambda conv, m: conv.weight.div_(m.view(-1, 1, 1, 1))),
        ),
        Mistake(
            "next layer along the wrong axis",
            "It multiplies the filters of the next layer and not their inputs.",
            "What this layer gives out is what the next takes in: axis 1 of the next weight.",
            like=rescale_by(following=lambda conv, m: conv.weight.mul_(m.view(-1, 1, 1, 1))),
        ),
        Mistake(
            "bias of the next layer",
            "It multiplies the bias of the next layer as well.",
            "The bias does not come from below: leave it, and multiply the weights alone.",
            like=rescale_by(
                following=lambda conv, m: (
                    conv.weight.mul_(m.view(1, -1, 1, 1)),
                    conv.bias.mul_(m),
                )
            ),
        ),
        Mistake(
            "next layer divided too",
            "It divides the next layer's weights too.",
            "What has become smaller must count for more: multiply there.",
            like=rescale_by(following=lambda conv, m: conv.weight.div_(m.view(1, -1, 1, 1))),
        ),
        Mistake(
            "one mean for a layer",
            "It divides a whole layer by one number.",
            "Every filter has a mean of its own: average over pictures and places, axes 0, 2, 3.",
            like=rescale_by(lambda x: x.mean().expand(x.shape[1])),
        ),
        Mistake(
            "before the ReLU",
            "It measures the mean before the ReLU.",
            "The activation is what the ReLU lets through; before it the mean may be negative, "
            "and dividing by that turns the filter round.",
            like=rescale_by(lambda x: x.mean((0, 2, 3)), kind=nn.Conv2d),
        ),
        Mistake(
            "spread",
            "It divides by the spread of the activation.",
            "The mean is wanted, over all pictures and places.",
            like=rescale_by(lambda x: or_one(x.std((0, 2, 3)))),
        ),
        Mistake(
            "largest value",
            "It divides by the largest activation.",
            "The mean is wanted, over all pictures and places.",
            like=rescale_by(lambda x: or_one(x.amax((0, 2, 3)))),
        ),
        Mistake(
            "first picture alone",
            "It measures the first picture only.",
            "Average over the batch as well: axis 0.",
            like=rescale_by(lambda x: mean_or_one(x[:1])),
        ),
        Mistake(
            "multiplied",
            "It multiplies by the mean where it should divide, and the other way round.",
            "A filter with the mean 5 has to become five times weaker.",
            like=rescale_by(lambda x: 1 / mean_or_one(x)),
        ),
        Mistake(
            "last layer rescaled",
            "It rescales the last layer too, so the network gives other numbers.",
            "No ReLU and no next layer follow the last one: leave its outputs as they are.",
            like=also_the_last,
        ),
        Mistake(
            "measured too early",
            "It measures all layers first, and then divides each without making up for it in the "
            "next, so the deeper means no longer fit.",
            "Multiply the next layer's weights by what you have divided this one by.",
            like=measured_too_early,
        ),
        Mistake(
            "next layer left alone",
            "The means are right, but the network has become another one: its output changed.",
            "What is divided in one layer has to be multiplied in the weights of the next.",
            sign=all_ones,
        ),
    ],
)
