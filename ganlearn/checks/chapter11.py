"""Exercises of chapter 11: layers by name, Gram, the loss, a descent, and colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ganlearn import runtime
from ganlearn.checks import Exercise, Mistake, Outcome
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.moments import gram, mean_cov
from ganlearn.style.transport import whitening_colouring

Sign = Callable[[Outcome, Outcome], bool]


def near(a: Tensor, b: Tensor, rtol: float = 1e-3, atol: float = 1e-5) -> bool:
    """Whether two tensors of one shape hold the same, up to rounding."""
    return a.shape == b.shape and torch.allclose(a.detach(), b.detach(), rtol=rtol, atol=atol)


# 11.1

Names = Callable[[Sequence[str]], list[str]]
KINDS = {nn.Conv2d: "conv", nn.ReLU: "relu", nn.MaxPool2d: "pool"}
FOUND = "the list of names in the result"


def paper_names(kinds: Sequence[str]) -> list[str]:
    """What the papers call each layer of a VGG, given as conv, relu and pool."""
    names, block, index = [], 1, 0
    for kind in kinds:
        index += kind == "conv"
        names.append(f"{kind}{block}" if kind == "pool" else f"{kind}{block}_{index}")
        if kind == "pool":
            block, index = block + 1, 0
    return names


def counted_through(kinds: Sequence[str]) -> list[str]:
    """Blocks are counted, but their convolutions are not counted anew."""
    blocks = [name.partition("_")[0] for name in paper_names(kinds)]
    numbers = [sum(kind == "conv" for kind in kinds[: i + 1]) for i in range(len(kinds))]
    return [
        block if kind == "pool" else f"{block}_{number}"
        for kind, block, number in zip(kinds, blocks, numbers, strict=True)
    ]


def every_layer_counts(kinds: Sequence[str]) -> list[str]:
    """A ReLU has a number of its own."""
    names, block, index = [], 1, 0
    for kind in kinds:
        index += 1
        names.append(f"{kind}{block}" if kind == "pool" else f"{kind}{block}_{index}")
        if kind == "pool":
            block, index = block + 1, 0
    return names


def counted_from_0(kinds: Sequence[str]) -> list[str]:
    """Numbers inside a block begin with 0."""
    names = [name.split("_") for name in paper_names(kinds)]
    return ["_".join([n[0], *(str(int(i) - 1) for i in n[1:])]) for n in names]


def by_name(
    naming: Names = paper_names, keep: Callable[[Tensor], Tensor] = torch.clone
) -> Callable:
    """An answer to 11.1 with these names."""

    def named_features(
        layers: Sequence[nn.Module], picture: Tensor, names: Sequence[str]
    ) -> dict[str, Tensor]:
        found, x = {}, picture
        for name, layer in zip(naming([KINDS[type(y)] for y in layers]), layers, strict=True):
            x = layer(x)
            if name in names:
                found[name] = x.clone()
        return found

    return named_features


def small_vgg(widths: Iterable[Sequence[int]], seed: int) -> nn.Sequential:
    """Layers as torchvision's VGG has them: in a row, without names, each ReLU in place."""
    layers: list[nn.Module] = []
    channels = 3
    with runtime.seeded(seed):
        for block in widths:
            for width in block:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
                channels = width
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def features_seen(answer: Callable, widths: Any, names: list[str], seed: int) -> dict[str, Any]:
    """What an answer finds under these names, and which names it gives."""
    picture = torch.randn(1, 3, 16, 24, generator=runtime.generator(seed))
    found = answer(small_vgg(widths, seed), picture, list(names))
    listed = ", ".join(sorted(map(str, found)))
    return {FOUND: listed, **{f"the tensor at {name}": found.get(name) for name in names}}


def overwritten(got: Outcome, right: Outcome) -> bool:
    """A sign: what was kept of a convolution has been through the ReLU."""
    return got.value[FOUND] == right.value[FOUND] and all(
        near(got.value[key], value.relu() if "conv" in key else value)
        for key, value in right.value.items()
        if key != FOUND
    )


layers_by_name = Exercise(
    "11.1",
    "layers by name",
    reference=by_name(),
    cases=lambda g: [
        (((4, 4), (5, 5), (6, 6)), ["conv1_1", "relu2_2", "pool2", "conv3_1"], 0),
        (((3,), (4, 4, 4)), ["relu2_1", "conv2_3"], 1),
        (((2, 2), (3, 3)), ["conv2_1", "pool1", "relu1_2"], 2),
    ],
    probe=features_seen,
    points=2,
    mistakes=[
        Mistake(
            "in-place ReLU",
            "What it keeps of a convolution is what the ReLU behind it has left there.",
            "These ReLUs write into the tensor that they are given: keep a clone.",
            sign=overwritten,
        ),
        Mistake(
            "convolutions counted through",
            "It goes on counting when a new block begins.",
            "The second number starts anew after every pooling: conv2_1 follows pool1.",
            like=by_name(counted_through),
        ),
        Mistake(
            "every layer counted",
            "It gives a ReLU a number of its own.",
            "A ReLU shares the numbers of the convolution before it: count convolutions alone.",
            like=by_name(every_layer_counts),
        ),
        Mistake(
            "counted from 0",
            "It counts the convolutions of a block from 0.",
            "The papers begin with 1: conv1_1 is the first.",
            like=by_name(counted_from_0),
        ),
        Mistake(
            "what goes in",
            "Under each name it keeps what goes into the layer, and not what comes out.",
            "Apply the layer first, then keep.",
            sign=lambda got, right: (
                got.value[FOUND] == right.value[FOUND]
                and all(
                    not near(got.value[key], right.value[key])
                    for key in right.value
                    if key != FOUND
                )
            ),
        ),
        Mistake(
            "more than was asked for",
            "It returns layers that nobody has asked for.",
            "Keep only the names in the list: features are large.",
            sign=lambda got, right: (
                set(got.value[FOUND].split(", ")) > set(right.value[FOUND].split(", "))
            ),
        ),
        Mistake(
            "nothing under the names",
            "It finds none of the layers that were asked for.",
            "Print the names that you make. conv_4 of the tutorials is conv2_2 of the papers: "
            "count blocks, and the convolutions inside each.",
            sign=lambda got, right: (
                not set(got.value[FOUND].split(", ")) & set(right.value[FOUND].split(", "))
            ),
        ),
    ],
)


# 11.2

MATRIX, SLOPE, SMALL, GIVEN = (
    "the result",
    "the gradient",
    "the result for 16-bit features",
    "the input",
)


def rows(features: Tensor) -> Tensor:
    """Features as (n, channels, places), float32."""
    return features.float().flatten(2)


def gram_seen(answer: Callable, features: Tensor) -> dict[str, Any]:
    """The Gram matrix, its gradient, and whether large 16-bit features survive it."""
    leaf = features.clone().requires_grad_()
    result = answer(leaf)
    weights = torch.randn(result.shape, generator=runtime.generator(1))
    slope = (
        torch.autograd.grad((result.float() * weights).sum(), leaf)[0]
        if result.requires_grad
        else torch.zeros_like(leaf)
    )
    # The squares of 1,024 numbers around 30 add up to more than float16 can hold.
    large = (30 + features).repeat(1, 1, 32, 32)[..., :32, :32].half()
    halves = answer(large)
    survives = "float32" if halves.dtype == torch.float32 else "16 bits"
    if not halves.isfinite().all():
        survives = "not finite"
    return {MATRIX: result.detach(), SLOPE: slope, GIVEN: features, SMALL: survives}


def computes(wrong: Callable[[Tensor], Tensor]) -> Sign:
    """A sign: the answer is what this computation gives."""
    return lambda got, right: near(got.value[MATRIX], wrong(right.value[GIVEN]))


def folded(features: Tensor) -> Tensor:
    """The tutorials' reshape, in which the pictures of a batch become channels."""
    x = features.flatten(2).flatten(0, 1)
    return x @ x.T


def misread(features: Tensor) -> Tensor:
    """(n, channels, places) taken for (n, places, channels): a view that mixes both."""
    n, c, h, w = features.shape
    x = features.reshape(n, h * w, c)
    return x.mT @ x / (h * w)


def scaled(divide: Callable[[int, int, int], float]) -> Sign:
    """A sign: the sum over the places divided by this, of channels, height and width."""
    return computes(lambda x: (rows(x) @ rows(x).mT) / divide(*x.shape[1:]))


the_gram_matrix = Exercise(
    "11.2",
    "the Gram matrix",
    reference=gram,
    cases=lambda g: [
        (1 + torch.randn(shape, generator=g),)
        for shape in [(2, 3, 4, 5), (1, 4, 3, 2), (3, 2, 1, 7)]
    ],
    probe=gram_seen,
    points=2,
    mistakes=[
        Mistake(
            "batch folded in",
            "Its rows are the channels of all pictures together, so that pictures meet.",
            "Keep the first axis: (n, c, h·w) times its transpose is one matrix for each picture.",
            sign=lambda got, right: (
                (
                    got.value[MATRIX].shape == folded(right.value[GIVEN]).shape
                    and right.value[GIVEN].shape[0] > 1
                )
                or (
                    right.value[GIVEN].shape[0] == 1
                    and got.value[MATRIX].ndim == 2
                    and got.value[MATRIX].shape == right.value[MATRIX].shape[1:]
                )
            ),
        ),
        Mistake(
            "places by places",
            "It compares every place with every other.",
            "Sum over the places: (c, h·w) times (h·w, c) leaves (c, c).",
            sign=lambda got, right: (
                got.value[MATRIX].shape[-1] == right.value[GIVEN].shape[2:].numel()
                and got.value[MATRIX].shape != right.value[MATRIX].shape
            ),
        ),
        Mistake(
            "an axis too many",
            "Its matrices have an axis too many; against (n, c, c) they would broadcast.",
            "One matrix for each picture is (n, c, c): leave out unsqueeze and keepdim.",
            sign=lambda got, right: (
                got.value[MATRIX].ndim > 3
                and got.value[MATRIX].numel() == right.value[MATRIX].numel()
            ),
        ),
        Mistake(
            "batch averaged",
            "It returns one matrix for the whole batch.",
            "Each picture has its own.",
            sign=lambda got, right: got.value[MATRIX].shape == right.value[MATRIX].shape[1:],
        ),
        Mistake(
            "sum over the places",
            "It adds up the places, so a picture twice as large has a matrix twice as large.",
            "Divide by the number of places, h·w.",
            sign=scaled(lambda c, h, w: 1),
        ),
        Mistake(
            "divided by the channels too",
            "It divides by c·h·w.",
            "A mean over places divides by h·w alone; the tutorials' c makes the loss tiny, and "
            "weights of 1e10 make up for it.",
            sign=scaled(lambda c, h, w: c * h * w),
        ),
        Mistake(
            "divided by the channels alone",
            "It divides by c and not by the number of places.",
            "The mean runs over the places: h·w.",
            sign=scaled(lambda c, h, w: c),
        ),
        Mistake(
            "divided by the root",
            "It divides the result by the root of h·w.",
            "Divide one factor by h·w, or both by its root.",
            sign=scaled(lambda c, h, w: (h * w) ** 0.5),
        ),
        Mistake(
            "divided twice",
            "It divides both factors by h·w.",
            "Divide one factor by h·w, or both by its root.",
            sign=scaled(lambda c, h, w: (h * w) ** 2),
        ),
        Mistake(
            "reshaped and not transposed",
            "It views (n, c, h, w) as (n, h·w, c), which mixes channels with places.",
            "flatten(2) gives (n, c, h·w); if you want the places first, transpose after it.",
            sign=computes(misread),
        ),
        Mistake(
            "centred",
            "It takes the mean off first: that is the covariance.",
            "Gram matrices are taken of the features as they are.",
            sign=computes(lambda x: mean_cov(x)[1]),
        ),
        Mistake(
            "cosines",
            "It gives every channel the length 1, so how strong a channel is gets lost.",
            "Multiply the features as they are.",
            sign=computes(lambda x: normalize(rows(x), dim=2) @ normalize(rows(x), dim=2).mT),
        ),
        Mistake(
            "a Gaussian kernel",
            "It puts distances into an exponential: that is a Gaussian kernel.",
            "The Gram matrix holds plain scalar products. No Gaussian is involved, whatever the "
            "article's keyword says.",
            sign=lambda got, right: (
                got.value[MATRIX].shape == right.value[MATRIX].shape
                and bool((got.value[MATRIX] > 0).all())
                and bool((got.value[MATRIX] <= 1).all())
                and bool((got.value[MATRIX].diagonal(dim1=-2, dim2=-1) == 1).all())
            ),
        ),
        Mistake(
            "no gradient",
            "Its result is cut off from the features, so a picture could not follow it.",
            "Leave out detach, no_grad, and the detour through NumPy.",
            sign=lambda got, right: (
                near(got.value[MATRIX], right.value[MATRIX]) and not got.value[SLOPE].any()
            ),
        ),
        Mistake(
            "16 bits overflow",
            "Large 16-bit features give infinity: float16 ends at 65 504, and the sum is larger.",
            "Go to float32 before the product, with features.float(), and divide before it, too.",
            sign=lambda got, right: (
                near(got.value[MATRIX], right.value[MATRIX]) and got.value[SMALL] == "not finite"
            ),
        ),
        Mistake(
            "16 bits kept",
            "For 16-bit features it computes in 16 bits, with three digits.",
            "Go to float32 before the product: features.float().",
            sign=lambda got, right: (
                near(got.value[MATRIX], right.value[MATRIX]) and got.value[SMALL] == "16 bits"
            ),
        ),
    ],
)


# 11.3

CONTENT, STYLE, VARIATION = "the content term", "the style term", "the total variation"
SEED, SLOPES = "the seed", "the gradient of the sum of the terms"
TERMS = {"content": CONTENT, "style": STYLE, "total variation": VARIATION}
STYLE_LAYERS, CONTENT_LAYERS = ("relu1_1", "relu2_1", "relu2_2"), ("relu2_1", "relu2_2")

Features = dict[str, Tensor]


def material(seed: int) -> tuple[Tensor, Features, Features, Features]:
    """A picture, its features, and those of the content and of a style of another size."""
    random = runtime.generator(seed)
    with runtime.seeded(seed):
        network = Extractor(vgg(((4,), (6, 3))), "small")
    picture, content = (torch.rand(1, 3, 8, 12, generator=random) for _ in range(2))
    style = torch.rand(1, 3, 10, 6, generator=random).square()
    picture.requires_grad_()
    return (
        picture,
        network(picture, STYLE_LAYERS),
        network(content, CONTENT_LAYERS),
        network(style, STYLE_LAYERS),
    )


def share(found: Tensor, target: Tensor) -> Tensor:
    """The squared distance, as a share of the target's square."""
    return (found - target).square().sum() / target.square().sum()


def mean_over(layers: Features, term: Callable[[str], Tensor]) -> Tensor:
    """The mean of a term over layers."""
    return torch.stack([term(layer) for layer in layers]).mean()


def three_terms(
    picture: Tensor, features: Features, content: Features, style: Features
) -> dict[str, Tensor]:
    """The answer to 11.3."""
    return {
        "content": mean_over(content, lambda y: share(features[y], content[y])),
        "style": mean_over(style, lambda y: share(gram(features[y]), gram(style[y]))),
        "total variation": sum(picture.diff(dim=dim).square().mean() for dim in (2, 3)),
    }


def terms_seen(answer: Callable, seed: int) -> dict[str, Any]:
    """The terms, each a number, and the way they point the picture."""
    picture, *features = material(seed)
    found = answer(picture, *features)
    total = sum(found[name].sum() for name in TERMS)
    slope = (
        torch.autograd.grad(total, picture)[0] if total.requires_grad else torch.zeros_like(picture)
    )
    # A number that should be one may be a tensor of any shape: compare tells.
    seen = {key: found[name].detach() for name, key in TERMS.items()}
    return {**seen, SLOPES: slope, SEED: seed}


def term(key: str, wrong: Callable[..., Tensor]) -> Sign:
    """A sign: this term is what this computation gives, where it differs from the right one."""
    return lambda got, right: near(got.value[key], wrong(*material(right.value[SEED])))


def either(*signs: Sign) -> Sign:
    """A sign: one of these is there."""
    return lambda got, right: any(sign(got, right) for sign in signs)


def style_by(distance: Callable[[Tensor, Tensor], Tensor]) -> Sign:
    """A sign: the style term is the mean over layers of this distance of Gram matrices."""
    return term(STYLE, lambda p, f, c, s: mean_over(s, lambda y: distance(gram(f[y]), gram(s[y]))))


def content_by(distance: Callable[[Tensor, Tensor], Tensor]) -> Sign:
    """A sign: the content term is the mean over layers of this distance of features."""
    return term(CONTENT, lambda p, f, c, s: mean_over(c, lambda y: distance(f[y], c[y])))


def both_by(distance: Callable[[Tensor, Tensor], Tensor]) -> Sign:
    """A sign: style or content is measured by this distance."""
    return either(style_by(distance), content_by(distance))


def variation_by(neighbours: Callable[[Tensor], Tensor]) -> Sign:
    """A sign: the total variation is this of the picture."""
    return term(VARIATION, lambda p, f, c, s: neighbours(p))


def over(reduce: Callable[[Tensor], Tensor], dims: Sequence[int] = (2, 3)) -> Sign:
    """A sign: the total variation is the sum of this over differences along these axes."""
    return variation_by(lambda p: sum(reduce(p.diff(dim=dim)) for dim in dims))


def squared_mean(x: Tensor) -> Tensor:
    """The mean square."""
    return x.square().mean()


the_three_terms = Exercise(
    "11.3",
    "the three terms of the loss",
    reference=three_terms,
    cases=lambda g: [(0,), (1,), (2,)],
    probe=terms_seen,
    points=3,
    mistakes=[
        Mistake(
            "style compared place by place",
            "It compares the style's features with the picture's place by place.",
            "Only the content has its places. Of the style take Gram matrices, which have one "
            "size for pictures of all sizes.",
            sign=lambda got, right: "must match" in str(got.error),
        ),
        Mistake(
            "style of the content picture",
            "Its style term compares the picture with the content, and never sees the style.",
            "The target of the style term is the style picture's Gram matrix: style[layer].",
            sign=term(
                STYLE, lambda p, f, c, s: mean_over(c, lambda y: share(gram(f[y]), gram(c[y])))
            ),
        ),
        Mistake(
            "terms swapped",
            "Its content term is the style's, and the other way round.",
            "Features place by place are content, Gram matrices are style.",
            sign=lambda got, right: (
                near(got.value[CONTENT], right.value[STYLE])
                and near(got.value[STYLE], right.value[CONTENT])
            ),
        ),
        Mistake(
            "content by Gram matrices",
            "Its content term compares Gram matrices, which do not know where anything is.",
            "Content is compared place by place: the features themselves.",
            sign=content_by(lambda a, b: share(gram(a), gram(b))),
        ),
        Mistake(
            "not relative",
            "It takes a mean square that is not divided by the target's.",
            "Divide by the target's own sum of squares: then every layer weighs about the same.",
            sign=both_by(lambda a, b: squared_mean(a - b)),
        ),
        Mistake(
            "not relative, and summed",
            "It takes a sum of squares that is not divided by the target's.",
            "Divide by the target's own sum of squares: then every layer weighs about the same.",
            sign=both_by(lambda a, b: (a - b).square().sum()),
        ),
        Mistake(
            "sum over a mean",
            "It divides a sum of squares by a mean of squares.",
            "Take the sum of both, or the mean of both.",
            sign=both_by(lambda a, b: (a - b).square().sum() / squared_mean(b)),
        ),
        Mistake(
            "relative to the picture",
            "It divides by the square of the picture's own, which changes while you optimise.",
            "The yardstick is the target: a picture could grow its own instead of coming nearer.",
            sign=both_by(lambda a, b: share(b, a)),
        ),
        Mistake(
            "relative to the root",
            "It divides a square by a length.",
            "Square both: |a - b|² over |b|².",
            sign=both_by(lambda a, b: (a - b).square().sum() / b.norm()),
        ),
        Mistake(
            "not squared",
            "It divides lengths, not squares.",
            "The distance is |a - b|² over |b|².",
            sign=both_by(lambda a, b: share(a, b).sqrt()),
        ),
        Mistake(
            "absolute values",
            "It adds up absolute differences, which is the loss of paired translation.",
            "The distance is |a - b|² over |b|².",
            sign=both_by(lambda a, b: (a - b).abs().sum() / b.abs().sum()),
        ),
        Mistake(
            "sum over the layers",
            "It adds up the layers.",
            "Take the mean over the layers, so that one layer more changes no weight.",
            sign=either(
                lambda got, right: near(got.value[STYLE], right.value[STYLE] * len(STYLE_LAYERS)),
                lambda got, right: near(
                    got.value[CONTENT], right.value[CONTENT] * len(CONTENT_LAYERS)
                ),
            ),
        ),
        Mistake(
            "one layer alone",
            "It returns one layer of several.",
            "Add up inside the loop, divide after it; or collect the layers in a list.",
            sign=either(
                *(
                    term(STYLE, lambda p, f, c, s, y=y: share(gram(f[y]), gram(s[y])))
                    for y in STYLE_LAYERS
                ),
                *(term(CONTENT, lambda p, f, c, s, y=y: share(f[y], c[y])) for y in CONTENT_LAYERS),
            ),
        ),
        Mistake(
            "total variation summed",
            "Its total variation is a sum, which grows with the picture.",
            "Take the mean of the squared differences along each axis.",
            sign=over(lambda x: x.square().sum()),
        ),
        Mistake(
            "total variation of absolute values",
            "Its total variation takes absolute differences.",
            "Here it is the squared one: the mean of the squares.",
            sign=over(lambda x: x.abs().mean()),
        ),
        Mistake(
            "differences that cancel",
            "It averages the differences with their signs, and up and down cancel.",
            "Square them first.",
            sign=over(lambda x: x.mean()),
        ),
        Mistake(
            "round the edge",
            "It compares the last column with the first: roll goes round the edge.",
            "Take x[..., 1:] minus x[..., :-1], which is one column less.",
            sign=variation_by(lambda p: sum(squared_mean(p.roll(1, dim) - p) for dim in (2, 3))),
        ),
        Mistake(
            "one direction",
            "Its total variation looks at neighbours in one direction alone.",
            "Add the differences down to those across.",
            sign=either(over(squared_mean, [2]), over(squared_mean, [3])),
        ),
        Mistake(
            "half of it",
            "It averages the two directions.",
            "Add them.",
            sign=variation_by(lambda p: sum(squared_mean(p.diff(dim=d)) for d in (2, 3)) / 2),
        ),
        Mistake(
            "neighbouring channels",
            "It compares red with green: axis 1 holds the channels.",
            "Rows are axis 2 and columns axis 3.",
            sign=either(over(squared_mean, [1, 2]), over(squared_mean, [1, 2, 3])),
        ),
        Mistake(
            "no gradient",
            "The terms are right and cut off from the picture, so it would never change.",
            "Leave out detach, item, float and no_grad: only the targets stand still.",
            sign=lambda got, right: (
                not near(got.value[SLOPES], right.value[SLOPES])
                and all(near(got.value[key], right.value[key]) for key in TERMS.values())
            ),
        ),
    ],
)


# 11.4

RESULT, POINTS, EDGES = "the result", "where the loss was asked", "pictures on the edge among them"
PUSH, HANGS = "the gradient that the optimiser was given", "what hangs on the result"
BOTTOM, LONG = "the bottom of the loss", "how often the loss was asked"
MOVED = "the way from the start"


def bowl(seed: int) -> tuple[Tensor, Tensor]:
    """A loss over pictures whose pixels hang together: half of (x - bottom)ᵀ A (x - bottom).

    The bottom lies outside of [0, 1] in places, so a picture that is kept inside ends elsewhere.
    A is a hundred times as steep in one direction as in another: without a memory of the steps so
    far, eighty steps do not suffice.
    """
    random = runtime.generator(seed)
    n = 3 * 4 * 6
    basis, _ = torch.linalg.qr(torch.randn(n, n, generator=random))
    bottom = 1.8 * torch.rand(1, 3, 4, 6, generator=random) - 0.4
    return basis * torch.logspace(-1, 1, n) @ basis.T, bottom


def descent_seen(answer: Callable, start: Tensor, steps: int, seed: int) -> dict[str, Any]:
    """Where an answer ends, and what it asked the loss on its way."""
    matrix, bottom = bowl(seed)
    asked: list[Tensor] = []
    pushed: set[str] = set()

    def uphill(picture: Tensor) -> Tensor:
        return (matrix @ (picture.detach() - bottom).flatten()).view_as(picture)

    def judge(picture: Tensor) -> None:
        right = uphill(picture)
        if not near(picture.grad, right, atol=1e-4):
            pushed.add("uphill" if near(picture.grad, -right, atol=1e-4) else "a sum of several")

    def loss(picture: Tensor) -> Tensor:
        if not asked and picture.is_leaf and picture.requires_grad:
            picture.register_post_accumulate_grad_hook(judge)
        asked.append(picture.detach().clone())
        away = (picture - bottom).flatten()
        return away @ matrix @ away / 2

    result = answer(start, loss, steps)
    beyond = any(bool(((x < -1e-3) | (x > 1 + 1e-3)).any()) for x in asked)
    on_edge = sum(bool((x == 0).any()) for x in asked) > 1  # a sigmoid may round to 1, never to 0
    reached = any(near(x, bottom, atol=1e-2) for x in asked)
    return {
        POINTS: "inside and outside of [0, 1]" if beyond else "inside of [0, 1] alone",
        EDGES: "many" if on_edge else "none",
        PUSH: ", ".join(sorted(pushed)) or "its own",
        BOTTOM: "reached" if reached else "not reached",
        LONG: "often enough" if len(asked) > 40 else "a few times",
        MOVED: "none" if near(result, start) else "some",
        HANGS: "a gradient" if result.requires_grad else "nothing",
        RESULT: result.detach(),
    }


def seen_as(key: str, words: str) -> Sign:
    """A sign: these words describe what was seen."""
    return lambda got, right: got.value[key] == words


def every(*signs: Sign) -> Sign:
    """A sign: all of these are there."""
    return lambda got, right: all(sign(got, right) for sign in signs)


def lbfgs(start: Tensor, loss: Callable[[Tensor], Tensor], steps: int) -> Tensor:
    """The answer to 11.4."""
    picture = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([picture], max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss(picture)
        value.backward()
        return value

    optimiser.step(closure)
    return picture.detach().clamp(0, 1)


def starts(g: torch.Generator) -> list[tuple]:
    """Start pictures well inside [0, 1], the number of steps, a bowl."""
    return [(0.2 + 0.6 * torch.rand(1, 3, 4, 6, generator=g), 80, seed) for seed in range(2)]


the_descent = Exercise(
    "11.4",
    "down the loss with L-BFGS",
    reference=lbfgs,
    cases=starts,
    probe=descent_seen,
    points=3,
    atol=1e-2,
    mistakes=[
        Mistake(
            "start overwritten",
            "It optimises the picture that was given to it, and the caller's start is gone.",
            "Make a new leaf: start.clone().requires_grad_().",
            sign=lambda got, right: got.changed_inputs,
        ),
        Mistake(
            "no leaf",
            "What it gives the optimiser was computed from something else.",
            "requires_grad_() comes last: start.clone().requires_grad_().",
            sign=lambda got, right: "non-leaf" in str(got.error),
        ),
        Mistake(
            "closure returns nothing",
            "Its closure returns nothing, and the line search has to compare losses.",
            "End the closure with the loss that it has computed.",
            sign=lambda got, right: "NoneType" in str(got.error),
        ),
        Mistake(
            "picture does not move",
            "After all steps the picture is the start.",
            "The closure has to call backward on the loss of the picture that is optimised.",
            sign=seen_as(MOVED, "none"),
        ),
        Mistake(
            "climbs",
            "It walks up the loss.",
            "An optimiser descends: give it the loss with its own sign.",
            sign=lambda got, right: "uphill" in got.value[PUSH],
        ),
        Mistake(
            "zero_grad forgotten",
            "It adds every gradient to those before it.",
            "Call zero_grad in the closure, which is asked several times a step.",
            sign=seen_as(PUSH, "a sum of several"),
        ),
        Mistake(
            "clamp in the closure",
            "It clamps the picture inside the closure, behind the optimiser's back.",
            "L-BFGS learns the curvature from points and gradients that belong together: clamp "
            "once, at the end.",
            sign=every(seen_as(POINTS, "inside of [0, 1] alone"), seen_as(EDGES, "many")),
        ),
        Mistake(
            "clamp after every step",
            "It clamps between the steps, so L-BFGS goes on from a point that it never reached.",
            "Clamp once, at the end. (Adam, which remembers no points, would not mind.)",
            sign=every(seen_as(POINTS, "inside and outside of [0, 1]"), seen_as(EDGES, "many")),
        ),
        Mistake(
            "squeezed",
            "It squeezes the picture into [0, 1] by a function before the loss sees it.",
            "That is a way, and not this one: let the pixels go where they like, clamp at the end.",
            sign=every(
                seen_as(POINTS, "inside of [0, 1] alone"),
                seen_as(EDGES, "none"),
                seen_as(LONG, "often enough"),
            ),
        ),
        Mistake(
            "too few steps",
            "It stops long before the steps are taken.",
            "max_iter counts the steps inside one call of step(); it is 20 unless you say so.",
            sign=every(seen_as(BOTTOM, "not reached"), seen_as(LONG, "a few times")),
        ),
        Mistake(
            "not at the bottom",
            "It takes its steps and is not at the bottom: it cannot use what it has learnt.",
            "Make one L-BFGS with max_iter=steps and call step once. A new one for every step "
            "forgets the curvature; max_iter=1 leaves the line search a single look; Adam has "
            "none to learn from.",
            sign=seen_as(BOTTOM, "not reached"),
        ),
        Mistake(
            "not clamped",
            "Its result has values outside of [0, 1], which no picture can show.",
            "Clamp once, after the last step.",
            sign=lambda got, right: bool(
                (got.value[RESULT] < 0).any() | (got.value[RESULT] > 1).any()
            ),
        ),
        Mistake(
            "stretched",
            "It stretches the result to [0, 1], so one bright pixel darkens all others.",
            "Clamp: what is too bright becomes white, and the rest stays.",
            sign=lambda got, right: (
                got.value[RESULT].min() == 0
                and got.value[RESULT].max() == 1
                and not near(got.value[RESULT], right.value[RESULT], atol=1e-2)
            ),
        ),
        Mistake(
            "a gradient hangs on it",
            "Its result still hangs on the optimisation, and cannot be turned into a picture.",
            "Return picture.detach().",
            sign=seen_as(HANGS, "a gradient"),
        ),
    ],
)


# 11.5

MEAN, COVARIANCE, PICTURE, SIZES = (
    "the mean of its colours",
    "the covariance of its colours",
    "the picture",
    "the numbers of pixels",
)


def coloured(g: torch.Generator, height: int, width: int) -> Tensor:
    """A picture with colours that hang together."""
    middle = 0.3 + 0.4 * torch.rand(3, 1, generator=g)
    mixing = 0.1 * torch.eye(3) + 0.06 * torch.rand(3, 3, generator=g)
    noise = torch.randn(3, height * width, generator=g)
    return (middle + mixing @ noise).view(1, 3, height, width)


def colours_seen(answer: Callable, picture: Tensor, target: Tensor) -> dict[str, Any]:
    """The recoloured picture in bytes, its mean and covariance, and how many pixels there are."""
    result = 255 * answer(picture, target)
    mean, covariance = mean_cov(result.reshape(1, 3, 1, -1))
    sizes = torch.tensor([x[0, 0].numel() for x in (picture, target)])
    return {MEAN: mean[0], COVARIANCE: covariance[0], PICTURE: result, SIZES: sizes}


def recoloured(
    change: Callable[[Tensor, Tensor, Tensor], Tensor], keep_mean: bool = False
) -> Callable[[Tensor, Tensor], Tensor]:
    """An answer to 11.5: (centred pixels, covariance, target's covariance) to centred pixels."""

    def match(picture: Tensor, target: Tensor) -> Tensor:
        (mean, new_mean), (covariance, new_covariance) = zip(
            mean_cov(picture), mean_cov(target), strict=True
        )
        centred = picture.flatten(2) - mean[..., None]
        moved = change(centred[0], covariance[0], new_covariance[0])
        return (moved + (mean if keep_mean else new_mean)[..., None]).view_as(picture)

    return match


def power(covariance: Tensor, exponent: float) -> Tensor:
    """A power of a covariance, symmetric."""
    values, vectors = torch.linalg.eigh(covariance)
    return vectors * values**exponent @ vectors.T


def straight(x: Tensor, old: Tensor, new: Tensor) -> Tensor:
    """Whitened and coloured."""
    return power(new, 0.5) @ power(old, -0.5) @ x


def unequal_contrast(got: Outcome, right: Outcome) -> bool:
    """A sign: the covariance is off by the ratio of the numbers of pixels, or nearly so."""
    pixels, target_pixels = right.value[SIZES].tolist()
    ratios = (target_pixels / pixels, pixels / target_pixels)
    wrong = [ratio * right.value[COVARIANCE] for ratio in ratios]
    return any(near(got.value[COVARIANCE], x, rtol=0.1) for x in wrong)


def only_unequal_sizes_fail(got: Outcome, right: Outcome) -> bool:
    """A sign: it raises, but not where the two pictures are of one size."""
    pixels, target_pixels = right.value[SIZES].tolist()
    return (got.error is None) == (pixels == target_pixels)


def colours_right(got: Outcome, right: Outcome) -> bool:
    """Whether mean and covariance are as they should be."""
    return near(got.value[MEAN], right.value[MEAN], atol=0.5) and near(
        got.value[COVARIANCE], right.value[COVARIANCE], rtol=2e-2, atol=5.0
    )


the_colours = Exercise(
    "11.5",
    "the colours of another picture",
    reference=whitening_colouring,
    cases=lambda g: [
        (coloured(g, height, width), coloured(g, *target))
        for (height, width), target in [
            ((40, 50), (40, 50)),
            ((40, 50), (80, 100)),
            ((60, 90), (36, 60)),
        ]
    ],
    probe=colours_seen,
    points=3,
    rtol=5e-3,
    atol=0.5,
    mistakes=[
        Mistake(
            "sizes left in",
            "Its contrast depends on how many pixels the two pictures have.",
            "A covariance is a mean: divide each product by its own number of pixels. A widely "
            "copied program forgets that.",
            sign=unequal_contrast,
        ),
        Mistake(
            "place by place",
            "It fits only pictures of one size.",
            "Mean and covariance do not know places: each picture is flattened by itself.",
            sign=only_unequal_sizes_fail,
        ),
        Mistake(
            "the wrong way round",
            "It recolours the target.",
            "The first picture keeps its shapes and gets the colours of the second.",
            sign=lambda got, right: (
                not near(got.value[MEAN], right.value[MEAN], atol=0.5)
                and got.value[PICTURE].shape[-2:].numel() == int(right.value[SIZES][1])
            ),
        ),
        Mistake(
            "means alone",
            "It moves the mean and leaves the spread.",
            "Whiten and colour the centred pixels, then add the target's mean.",
            like=recoloured(lambda x, old, new: x),
        ),
        Mistake(
            "every channel by itself",
            "It moves mean and spread of red, green and blue one by one: that is AdaIN.",
            "How the channels go together belongs to the colours: use the whole covariance.",
            like=recoloured(
                lambda x, old, new: x * (new.diagonal() / old.diagonal()).sqrt()[:, None]
            ),
        ),
        Mistake(
            "whitened and not coloured",
            "It takes the picture's own covariance away and gives it no other.",
            "After the inverse root of its own comes the root of the target's.",
            like=recoloured(lambda x, old, new: power(old, -0.5) @ x),
        ),
        Mistake(
            "coloured and not whitened",
            "It gives the target's covariance to pixels that still have their own.",
            "First multiply by the inverse root of the picture's own covariance.",
            like=recoloured(lambda x, old, new: power(new, 0.5) @ x),
        ),
        Mistake(
            "no roots",
            "It multiplies by covariances where it should multiply by their roots.",
            "M x has the covariance M Σ Mᵀ: M comes in twice, so each M is a root.",
            like=recoloured(lambda x, old, new: new @ power(old, -1) @ x),
        ),
        Mistake(
            "colour first",
            "It colours first and whitens after.",
            "The factor beside the pixels acts first: Σₜ^½ Σₚ^-½ x.",
            like=recoloured(lambda x, old, new: power(old, -0.5) @ power(new, 0.5) @ x),
        ),
        Mistake(
            "own mean kept",
            "It adds the picture's own mean again.",
            "The target's mean comes back in.",
            like=recoloured(straight, keep_mean=True),
        ),
        Mistake(
            "not centred",
            "It multiplies pixels that have not been centred.",
            "Take the picture's mean off first, and add the target's at the end.",
            sign=lambda got, right: (
                near(got.value[COVARIANCE], right.value[COVARIANCE], rtol=2e-2, atol=5.0)
                and not near(got.value[MEAN], right.value[MEAN], atol=0.5)
            ),
        ),
        Mistake(
            "clamped",
            "It clamps: here the pixels may leave [0, 1].",
            "Return them as they are; whoever shows them clamps.",
            sign=lambda got, right: near(
                got.value[PICTURE], right.value[PICTURE].clamp(0, 255), atol=0.5
            ),
        ),
        Mistake(
            "colours turned",
            "Mean and covariance are right, and the colours are turned on the way.",
            "Take both roots symmetric, V √Λ Vᵀ: a root that is not rotated back, or Cholesky's, "
            "paints skies in other hues.",
            sign=lambda got, right: (
                got.value[PICTURE].shape == right.value[PICTURE].shape and colours_right(got, right)
            ),
        ),
    ],
)
