"""Exercises of chapter 07: planes, projection, conditional norm, naming classes, residual block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot, relu, softplus

from ganlearn import runtime
from ganlearn.checks import Exercise, Mistake, Outcome

# 07.1


def mixed_up(n: int, classes: int, g: torch.Generator) -> Tensor:
    """n labels, each class about as often as the others, in no order."""
    return (torch.arange(n) % classes)[torch.randperm(n, generator=g)]


def planes(x: Tensor, labels: Tensor, classes: int, on: float = 1.0, off: float = 0.0) -> Tensor:
    """Pictures with one plane a class behind their channels."""
    y = one_hot(labels, classes).to(x.dtype) * (on - off) + off
    return torch.cat([x, y[:, :, None, None].expand(-1, -1, *x.shape[2:])], dim=1)


def pictures(g: torch.Generator) -> list[tuple]:
    """Small pictures whose axes can be told apart, with labels in no order."""
    shapes = [((5, 2, 3, 4), 3), ((4, 1, 2, 6), 5), ((7, 3, 4, 3), 2)]
    return [
        (
            torch.randn(shape, generator=g).requires_grad_(),
            mixed_up(shape[0], classes, g),
            classes,
        )
        for shape, classes in shapes
    ]


def corner(x: Tensor, labels: Tensor, classes: int) -> Tensor:
    """The label at one place of its plane."""
    y = torch.zeros(len(x), classes, *x.shape[2:])
    y[torch.arange(len(x)), labels, 0, 0] = 1
    return torch.cat([x, y], dim=1)


class_planes = Exercise(
    "07.1",
    "a plane for every class",
    reference=planes,
    cases=pictures,
    mistakes=[
        Mistake(
            "planes alone",
            "It returns the planes without the picture.",
            "torch.cat([x, planes], dim=1) keeps both.",
            sign=lambda got, right: (
                torch.equal(got.value, right.value[:, -got.value.shape[1] :])
                and got.value.shape[1] < right.value.shape[1]
            ),
        ),
        Mistake(
            "labels as numbers",
            "It adds one plane that holds the number of the class.",
            "Class 8 is not twice class 4. Give each class a plane of its own.",
            sign=lambda got, right: (
                got.value.shape[0] == right.value.shape[0]
                and got.value.shape[2:] == right.value.shape[2:]
                and len(got.value[0]) < len(right.value[0])
            ),
        ),
        Mistake(
            "planes first",
            "Its planes stand before the channels of the picture.",
            "Concatenate the picture first, then the planes.",
            like=lambda x, labels, classes: planes(x, labels, classes).roll(classes, 1),
        ),
        Mistake(
            "counted from one",
            "It puts the 1 into the plane before the right one.",
            "Classes are counted from 0: class 0 has the first plane.",
            like=lambda x, labels, classes: planes(x, (labels - 1) % classes, classes),
        ),
        Mistake(
            "planes in reverse",
            "Its planes are in the opposite order.",
            "Plane k belongs to class k.",
            like=lambda x, labels, classes: planes(x, classes - 1 - labels, classes),
        ),
        Mistake(
            "label of a neighbour",
            "Each picture gets the class of the picture before it.",
            "Labels and pictures must be indexed in the same way: label i belongs to picture i.",
            like=lambda x, labels, classes: planes(x, labels.roll(1), classes),
        ),
        Mistake(
            "one label for all",
            "Every picture gets the class of the first.",
            "Index labels with the whole batch, and expand over the places only.",
            like=lambda x, labels, classes: planes(x, labels[:1].expand(len(x)), classes),
        ),
        Mistake(
            "label at one place",
            "Only one place of a plane is 1.",
            "A convolution sees a few places at a time: expand the 1 over the whole plane.",
            like=corner,
        ),
        Mistake(
            "planes of minus one",
            "The planes of the other classes hold -1.",
            "The planes here are 0 where the class is another one.",
            like=lambda x, labels, classes: planes(x, labels, classes, off=-1.0),
        ),
    ],
)


# 07.2


def projection(
    features: Tensor, labels: Tensor, vectors: Tensor, weight: Tensor, bias: Tensor
) -> Tensor:
    """ψ(φ) + φ · v_y for each sample."""
    return features @ weight + bias + (features * vectors[labels]).sum(1)


def projected(g: torch.Generator) -> list[tuple]:
    """As many features as classes, so that a wrong axis gives numbers and no error."""
    cases = []
    for n, d in ((6, 4), (9, 3), (5, 2)):
        draw = lambda *shape: torch.randn(shape, generator=g).requires_grad_()
        cases.append((draw(n, d), mixed_up(n, d, g), draw(d, d), draw(d), draw()))
    return cases


logit = Exercise(
    "07.2",
    "the projection logit",
    reference=projection,
    cases=projected,
    points=2,
    mistakes=[
        Mistake(
            "unconditional part forgotten",
            "It returns the inner product alone.",
            "Add psi, features @ weight + bias: how real the picture is, whatever its class.",
            like=lambda f, y, v, w, b: (f * v[y]).sum(1),
        ),
        Mistake(
            "class forgotten",
            "It returns psi alone, which does not know the class.",
            "Add the inner product of each row of features with the vector of its class.",
            like=lambda f, y, v, w, b: f @ w + b,
        ),
        Mistake(
            "wrong axis of the vectors",
            "It takes columns of `vectors`, and each class has a row.",
            "vectors[labels] gives the row of each sample's class, (n, d).",
            like=lambda f, y, v, w, b: projection(f, y, v.T, w, b),
        ),
        Mistake(
            "sum over the batch",
            "It returns one number for the whole batch.",
            "Sum over the features, dim=1, and keep one logit a sample.",
            sign=lambda got, right: got.value.dim() == 0,
        ),
        Mistake(
            "a table of all classes",
            "It returns the logit of each sample for every class.",
            "Only the vector of the sample's own class counts: vectors[labels].",
            like=lambda f, y, v, w, b: f @ v.T + (f @ w + b)[:, None],
        ),
        Mistake(
            "every sample with every label",
            "It returns a table of samples against the labels of all samples.",
            "A matrix product pairs all with all. Multiply row by row, then sum over dim=1.",
            sign=lambda got, right: got.value.shape == 2 * right.value.shape,
        ),
        Mistake(
            "label of a neighbour",
            "Each sample meets the vector of its neighbour's class.",
            "Row i of vectors[labels] belongs to row i of features; do not shift or sort them.",
            like=lambda f, y, v, w, b: projection(f, y.roll(1), v, w, b),
        ),
        Mistake(
            "mean over the features",
            "It takes the mean of the products, and an inner product is their sum.",
            "Use .sum(1).",
            like=lambda f, y, v, w, b: f @ w + b + (f * v[y]).mean(1),
        ),
        Mistake(
            "bias forgotten",
            "Its psi has no bias.",
            "psi is features @ weight + bias.",
            like=lambda f, y, v, w, b: f @ w + (f * v[y]).sum(1),
        ),
    ],
)


# 07.3


def normed(x: Tensor, dims: tuple[int, ...], correction: int = 0, eps: float = 1e-5) -> Tensor:
    """x with mean 0 and variance 1 over some axes."""
    mean = x.mean(dims, keepdim=True)
    return (x - mean) / (x.var(dims, keepdim=True, correction=correction) + eps).sqrt()


def dressed(normal: Tensor, labels: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """The class's own scale, near 1, and shift."""
    return (1 + scale[labels])[..., None, None] * normal + shift[labels][..., None, None]


def conditional_norm(x: Tensor, labels: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """BatchNorm with a scale and a shift of each class."""
    return dressed(normed(x, (0, 2, 3)), labels, scale, shift)


def per_class(x: Tensor, labels: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Each class normalised by itself."""
    normal = torch.zeros_like(x)
    for label in labels.unique():
        normal[labels == label] = normed(x[labels == label], (0, 2, 3))
    return dressed(normal, labels, scale, shift)


def maps(g: torch.Generator) -> list[tuple]:
    """Feature maps with different means, labels in no order, three numbers of classes."""
    cases = []
    for (n, c, h, w), classes in (((6, 3, 2, 4), 3), ((5, 4, 3, 2), 2), ((8, 2, 3, 3), 4)):
        draw = lambda *shape: torch.randn(shape, generator=g)
        labels = mixed_up(n, classes, g)
        x = (2 * draw(n, c, h, w) + draw(n, c, 1, 1) + 1).requires_grad_()
        cases.append((x, labels, draw(classes, c).requires_grad_(), draw(classes, c)))
    return cases


def other_axes(dims: tuple[int, ...], **how: Any) -> Callable:
    """An answer to 07.3 with other statistics."""
    return lambda x, y, scale, shift: dressed(normed(x, dims, **how), y, scale, shift)


batch_norm = Exercise(
    "07.3",
    "BatchNorm that is told a class",
    reference=conditional_norm,
    cases=maps,
    points=2,
    mistakes=[
        Mistake(
            "scale without the one",
            "It multiplies by the scale alone.",
            "The scale is what the class adds to 1: multiply by 1 + scale.",
            like=lambda x, y, scale, shift: conditional_norm(x, y, scale - 1, shift),
        ),
        Mistake(
            "statistics of each class",
            "It normalises every class by itself.",
            "Mean and variance belong to the whole batch; a class has only its scale and shift.",
            like=per_class,
        ),
        Mistake(
            "scale and shift swapped",
            "It scales by the shift and shifts by the scale.",
            "(1 + scale) times what was normalised, plus shift.",
            like=lambda x, y, scale, shift: conditional_norm(x, y, shift, scale),
        ),
        Mistake(
            "statistics of each picture",
            "It normalises every picture by itself, as InstanceNorm does.",
            "Mean and variance run over batch and places: axes 0, 2 and 3.",
            like=other_axes((2, 3)),
        ),
        Mistake(
            "statistics over the channels",
            "It normalises over the channels of each picture, as LayerNorm does.",
            "Each channel has its own mean and variance: axes 0, 2 and 3.",
            like=other_axes((1, 2, 3)),
        ),
        Mistake(
            "statistics of each place",
            "It normalises every place of the map by itself.",
            "Average over the places too: axes 0, 2 and 3.",
            like=other_axes((0,)),
        ),
        Mistake(
            "variance with n - 1",
            "It divides the squares by n - 1.",
            "BatchNorm divides by n when it normalises: correction=0.",
            like=other_axes((0, 2, 3), correction=1),
        ),
        Mistake(
            "label of a neighbour",
            "Each picture gets scale and shift of its neighbour's class.",
            "scale[labels] has a row for each picture, in order.",
            like=lambda x, y, scale, shift: conditional_norm(x, y.roll(1), scale, shift),
        ),
        Mistake(
            "mean over the classes",
            "It averages the scales and shifts of all classes.",
            "Take the rows of the labels: scale[labels], shift[labels].",
            like=lambda x, y, scale, shift: conditional_norm(
                x, 0 * y, scale.mean(0, keepdim=True), shift.mean(0, keepdim=True)
            ),
        ),
        Mistake(
            "variance for the root",
            "It divides by the variance.",
            "Divide by its square root, the standard deviation.",
            like=lambda x, y, scale, shift: dressed(
                (x - x.mean((0, 2, 3), keepdim=True))
                / (x.var((0, 2, 3), keepdim=True, correction=0) + 1e-5),
                y,
                scale,
                shift,
            ),
        ),
    ],
)


# 07.4


def two_losses(
    real: Tensor,
    fake: Tensor,
    labels: Tensor,
    *,
    of_d: tuple[float, float] = (1.0, 1.0),
    of_g: tuple[float, float] = (0.0, 1.0),
    name: Callable[[Tensor, Tensor], Tensor] = lambda said, y: cross_entropy(said[:, 1:], y),
    name_fake: Callable[[Tensor, Tensor], Tensor] | None = None,
    fool: Callable[[Tensor], Tensor] = lambda logit: softplus(-logit).mean(),
) -> tuple[Tensor, Tensor]:
    """AC-GAN's two losses, with weights for naming real and fake."""
    on_real, on_fake = name(real, labels), (name_fake or name)(fake, labels)
    d = softplus(-real[:, 0]).mean() + softplus(fake[:, 0]).mean()
    return (
        d + of_d[0] * on_real + of_d[1] * on_fake,
        fool(fake[:, 0]) + of_g[0] * on_real + of_g[1] * on_fake,
    )


def said(g: torch.Generator) -> list[tuple]:
    """What an auxiliary discriminator says of real and of generated samples."""
    cases = []
    for n, classes in ((6, 4), (5, 3), (7, 5)):
        both = 1.5 * torch.randn(2, n, 1 + classes, generator=g)
        labels = mixed_up(n, classes, g)
        cases.append((both[0].requires_grad_(), both[1].requires_grad_(), labels))
    return cases


def both_losses(answer: Callable, real: Tensor, fake: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """The two losses by name."""
    d, g = answer(real, fake, labels)
    return {"the discriminator's loss": d, "the generator's loss": g}


def like(**how: Any) -> Callable:
    """An answer to 07.4 that does something else."""
    return lambda real, fake, labels: two_losses(real, fake, labels, **how)


auxiliary = Exercise(
    "07.4",
    "the two losses of an auxiliary classifier",
    reference=two_losses,
    cases=said,
    probe=both_losses,
    points=2,
    mistakes=[
        Mistake(
            "generator hides its class",
            "Its generator is paid for being named wrongly.",
            "Naming is no contest: both players minimise the cross-entropy. Add it.",
            like=like(of_g=(0.0, -1.0)),
        ),
        Mistake(
            "discriminator names wrongly",
            "Its discriminator is paid for naming the wrong class.",
            "Naming is no contest: both players minimise the cross-entropy. Add it.",
            like=like(of_d=(-1.0, -1.0)),
        ),
        Mistake(
            "fakes not named",
            "Its discriminator does not learn to name generated samples.",
            "In the paper it answers for both: add the cross-entropy of the generated ones.",
            like=like(of_d=(1.0, 0.0)),
        ),
        Mistake(
            "real ones not named",
            "Its discriminator does not learn the classes from real samples.",
            "Real samples are where classes come from: add their cross-entropy.",
            like=like(of_d=(0.0, 1.0)),
        ),
        Mistake(
            "generator without a class",
            "Its generator has only to look real, so nothing makes it obey.",
            "Add the cross-entropy of its samples' classes to its loss.",
            like=like(of_g=(0.0, 0.0)),
        ),
        Mistake(
            "real samples in the generator's loss",
            "Its generator's loss counts real samples, about which it can do nothing.",
            "The generator answers for its own samples only.",
            like=like(of_g=(1.0, 1.0)),
        ),
        Mistake(
            "fakes are class 0",
            "It asks for class 0 in every generated sample.",
            "A generated sample was asked to be of its label, and is named by it.",
            like=like(name_fake=lambda s, y: cross_entropy(s[:, 1:], 0 * y)),
        ),
        Mistake(
            "logit among the classes",
            "It counts the first column as a class.",
            "Column 0 says real or fake. The classes are said[:, 1:].",
            like=like(name=lambda s, y: cross_entropy(s, y)),
        ),
        Mistake(
            "softmax twice",
            "It gives probabilities to a loss that takes logits.",
            "cross_entropy applies the softmax itself: give it said[:, 1:] as it is.",
            like=like(name=lambda s, y: cross_entropy(s[:, 1:].softmax(1), y)),
        ),
        Mistake(
            "generator that saturates",
            "Its generator minimises log(1 - D), which is flat where it is worst.",
            "Use softplus(-logit) on generated samples, the loss of chapter 02.",
            like=like(fool=lambda logit: -softplus(logit).mean()),
        ),
        Mistake(
            "losses exchanged",
            "It returns the generator's loss first.",
            "The discriminator's comes first.",
            like=lambda *said: two_losses(*said)[::-1],
        ),
    ],
)


# 07.5


class ResidualBlock(nn.Module):
    """x + second(relu(first(relu(x)))), nothing at first."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(maps, maps, 3, padding=1)
        self.second = nn.Conv2d(maps, maps, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(relu(self.first(relu(x))))


COMPUTES, BEGINS = "what it computes", "what it gives at first"
ZEROS, INPUT = "what starts at zero", "what happens to its input"
RIGHT = "x + second(relu(first(relu(x))))"


def ways(x: Tensor, a: nn.Module, b: nn.Module) -> dict[str, Tensor]:
    """What blocks of two convolutions compute, by name."""
    inner, late = a(relu(x)), a(x)
    return {
        RIGHT: x + b(relu(inner)),
        "the block without x": b(relu(inner)),
        "relu(x) + the block": relu(x) + b(relu(inner)),
        "relu of the sum": relu(x + b(relu(inner))),
        "relu of the sum, none at the start": relu(x + b(relu(late))),
        "x + the block without its first relu": x + b(relu(late)),
        "x + the block without its second relu": x + b(inner),
        "x + the block without any relu": x + b(late),
        "x + relu of the block": x + relu(b(relu(inner))),
        "the middle + its second half": inner + b(relu(inner)),
        "twice x": 2 * x + b(relu(inner)),
        "x times the block": x * b(relu(inner)),
    }


def block_seen(make: Callable, seed: int) -> dict[str, str]:
    """What a block does at its first weights and at others, in words."""
    random = runtime.generator(seed)
    x = torch.randn(2, 4, 5, 6, generator=random)
    with runtime.seeded(seed), torch.no_grad():
        block = make(4)
        layers = (block.first, block.second)
        zeros = [
            f"the {part} of {name}"
            for name, layer in zip(("first", "second"), layers, strict=True)
            for part in ("weight", "bias")
            if getattr(layer, part) is not None and not getattr(layer, part).any()
        ]
        seen = x.clone()
        got = block(seen)
        fits = lambda value: got.shape == value.shape and torch.allclose(got, value, atol=1e-5)
        begins = "x itself" if fits(x) else "nothing at all" if fits(0 * x) else "something else"
        touched = "it is changed" if not torch.equal(seen, x) else "it stays as it is"
        for layer in layers:
            for part in layer.parameters():
                part.copy_(torch.randn(part.shape, generator=random) / 3)
        got = block(x.clone())
        computes = f"something of shape {tuple(got.shape)}"
        if got.shape == x.shape:
            names = (name for name, value in ways(x, *layers).items() if fits(value))
            computes = next(names, "something else")
    return {COMPUTES: computes, BEGINS: begins, ZEROS: ", ".join(zeros), INPUT: touched}


def is_(key: str, words: str) -> Callable[[Outcome, Outcome], bool]:
    """A sign: this was found."""
    return lambda got, right: got.value[key] == words


residual_block = Exercise(
    "07.5",
    "a block that begins as nothing",
    reference=ResidualBlock,
    cases=lambda g: [(seed,) for seed in range(3)],
    probe=block_seen,
    points=2,
    mistakes=[
        Mistake(
            "activation in place",
            "Its first ReLU works in place, so the skip adds what is left of x.",
            "relu(x) without inplace=True: the skip needs x as it came.",
            sign=is_(INPUT, "it is changed"),
        ),
        Mistake(
            "no padding",
            "What its convolutions give is smaller than x.",
            "padding=1 keeps the size under a 3 × 3 kernel.",
            sign=lambda got, right: (
                "size of tensor" in str(got.error)
                if got.error
                else got.value[COMPUTES].startswith("something of shape")
            ),
        ),
        Mistake(
            "no skip",
            "It returns what the two layers make and leaves out x.",
            "Return x + the result: the skip is the point.",
            sign=is_(COMPUTES, "the block without x"),
        ),
        Mistake(
            "skip after the activation",
            "It adds relu(x), so what is negative in x is lost in every block.",
            "Keep x under its own name, and add that.",
            sign=is_(COMPUTES, "relu(x) + the block"),
        ),
        Mistake(
            "skip from the middle",
            "Its skip leaves after the first layer, so x itself does not pass.",
            "Add x, what came in.",
            sign=is_(COMPUTES, "the middle + its second half"),
        ),
        Mistake(
            "activation after the addition",
            "Its last ReLU stands after the sum and cuts the skip.",
            "Nothing follows the addition: both ReLUs stand before the convolutions.",
            sign=lambda got, right: got.value[COMPUTES].startswith("relu of the sum"),
        ),
        Mistake(
            "activation on the branch's end",
            "Its branch ends in a ReLU, so it can only add and never take away.",
            "End the branch with the second convolution.",
            sign=is_(COMPUTES, "x + relu of the block"),
        ),
        Mistake(
            "an activation forgotten",
            "One of its ReLUs is missing.",
            "ReLU, convolution, ReLU, convolution: two linear layers in a row are one.",
            sign=lambda got, right: "without" in got.value[COMPUTES],
        ),
        Mistake(
            "first layer at zero",
            "It starts the first layer at zero, not the last.",
            "The last layer decides what the branch adds: zero second.weight and second.bias.",
            sign=lambda got, right: (
                "weight of first" in got.value[ZEROS] and "weight of second" not in got.value[ZEROS]
            ),
        ),
        Mistake(
            "both layers at zero",
            "Both layers start at zero, and then neither ever gets a gradient.",
            "Zero the last layer only: its gradient needs what the first one makes.",
            sign=lambda got, right: (
                "weight of first" in got.value[ZEROS] and "weight of second" in got.value[ZEROS]
            ),
        ),
        Mistake(
            "bias not at zero",
            "The last layer's weights start at zero and its bias does not.",
            "Zero the bias as well, or the branch adds it to every place.",
            sign=is_(ZEROS, "the weight of second"),
        ),
        Mistake(
            "nothing at zero",
            "It begins with a branch as loud as x itself.",
            "nn.init.zeros_ on weight and bias of the second convolution.",
            sign=is_(ZEROS, ""),
        ),
    ],
)
