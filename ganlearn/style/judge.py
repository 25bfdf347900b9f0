"""How well a picture was stylised, in the eyes of a network that took no part in it.

The loss that a method descends says little about the picture: a network of random filters calls
its own results excellent. So another network judges, and every number carries its protocol.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ganlearn import progress
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor
from ganlearn.style.networks import extractor as network
from ganlearn.style.objective import TINY, Features
from ganlearn.style.pictures import Picture, read, resize, resize_to
from ganlearn.style.statistics import GRAM, Statistic


@dataclass(frozen=True)
class Protocol:
    """All that decides the numbers of a judgement, besides the pictures.

    Attributes:
        judge, method: the networks that judged and that made the picture, with their hashes.
        statistic: of the features, by which styles were compared.
        style: layers at which they were.
        content: layer at which contents were compared.
        size: height and width in pixels of the result, and of the content beside it.
        style_size: the same of the style picture.
    """

    judge: str
    method: str
    statistic: str
    style: tuple[str, ...]
    content: str
    size: tuple[int, int]
    style_size: tuple[int, int]

    def __str__(self) -> str:
        (height, width), (style_height, style_width) = self.size, self.style_size
        return (
            f"judge {self.judge}; method's network {self.method}; style by {self.statistic} at "
            f"{', '.join(self.style)}; content at {self.content}; {width} x {height} pixels, "
            f"style {style_width} x {style_height}"
        )


@dataclass(frozen=True)
class Judgement:
    """Two distances, 0 for alike and 1 for nothing in common, and how they were measured.

    Attributes:
        style: distance from the style picture's statistics.
        content: distance from the content picture's features.
        before: style distance of the content picture itself, what doing nothing reaches.
        protocol: how it was measured; printed with the numbers.
    """

    style: float
    content: float
    before: float
    protocol: Protocol

    def __str__(self) -> str:
        return (
            f"style distance {self.style:.3f} (of the content itself: {self.before:.3f}), "
            f"content distance {self.content:.3f} [{self.protocol}]"
        )


def judge(
    content: Picture,
    style: Picture,
    result: Picture,
    extractor: Extractor | None = None,
    *,
    method: Extractor | None = None,
    statistic: Statistic = GRAM,
) -> Judgement:
    """How far a stylised picture is from the style, and from the content.

    The content is brought to the result's size, the style's longer side to the result's.

    Args:
        content, style, result: as :func:`ganlearn.style.read` takes them.
        extractor: the network that judges; :func:`default_judge` when not given.
        method: the network that made the result, so that nobody judges their own work. Without
            it the protocol says that it was not named.
        statistic: of the features, by which styles are compared.

    Raises:
        UserError: when a network would judge its own work, or a picture is too small.

    Taught in chapter 10.
    """
    extractor = default_judge() if extractor is None else extractor
    if method is not None and fingerprint(method) == fingerprint(extractor):
        raise UserError(
            f"The network {extractor.name} made this picture and would judge its own work; leave "
            f"`extractor` out, or give a network that the method did not use."
        )
    made = read(result)
    size = made.shape[-2:]
    pictures = made, resize_to(read(content), size), resize(read(style), max(size))
    layers = _layers(extractor, min(min(picture.shape[-2:]) for picture in pictures))
    middle = layers[len(layers) // 2]
    with torch.no_grad():
        found, kept, target = (extractor(picture, layers) for picture in pictures)
    return Judgement(
        style=_style(found, target, statistic),
        content=distance(found[middle], kept[middle]),
        before=_style(kept, target, statistic),
        protocol=Protocol(
            judge=named(extractor),
            method="not named" if method is None else named(method),
            statistic=statistic.name,
            style=layers,
            content=middle,
            size=tuple(size),
            style_size=tuple(pictures[2].shape[-2:]),
        ),
    )


def distance(a: Tensor, b: Tensor) -> float:
    r"""How different two tensors of one shape are: :math:`|a - b|^2 / (|a|^2 + |b|^2)`.

    0 for the same, 1 for tensors that have nothing in common, 2 for opposites, which features
    after a ReLU cannot be. A loss is relative to its target alone; here that would let a plain
    target, such as a black sky, make one layer count a thousand times.

    Taught in chapter 10.
    """
    return ((a - b).square().sum() / (a.square().sum() + b.square().sum()).clamp_min(TINY)).item()


def default_judge() -> Extractor:
    """The shipped network that judges, and that no method uses.

    It is a second, smaller student of the perceptual network's teacher, from other first weights.
    So it is not fooled where a picture pleases that network's own filters, and still shares its
    taste. Networks of random filters share nobody's: of all candidates that need no download they
    agreed least with a large network (``benchmarks/judges.py``).

    Raises:
        UserError: when its file is missing or not the one of its card.

    Taught in chapter 10.
    """
    return network("judge")


def sweep(
    make: Callable[[float], Picture],
    strengths: Iterable[float],
    content: Picture,
    style: Picture,
    extractor: Extractor | None = None,
    *,
    method: Extractor | None = None,
) -> dict[float, Judgement]:
    """Judge what a method makes at several strengths.

    Args:
        make: strength to a stylised picture.
        strengths: numbers from 0 to 1.
        content, style, extractor, method: as in :func:`judge`.

    Returns:
        strength to judgement.

    Taught in chapter 11.
    """
    return {
        strength: judge(content, style, make(strength), extractor, method=method)
        for strength in progress.bar(tuple(strengths), title="judging strengths")
    }


def pareto(judgements: Sequence[Judgement]) -> list[int]:
    """The places of those that no other one beats: nearer to the style *and* to the content.

    Args:
        judgements: of one protocol, apart from the method's network.

    Returns:
        Indices, the nearest to the style first.

    Raises:
        UserError: when they were measured in different ways, and cannot be compared.

    Taught in chapter 11.
    """
    ways = {replace(judgement.protocol, method="") for judgement in judgements}
    if len(ways) > 1:
        raise UserError(
            "These judgements were measured in different ways and cannot be compared: "
            + "; ".join(sorted(map(str, ways)))
            + "."
        )
    front: list[int] = []
    by_style = sorted(
        range(len(judgements)), key=lambda i: (judgements[i].style, judgements[i].content)
    )
    for index in by_style:
        if not front or judgements[index].content < judgements[front[-1]].content:
            front.append(index)
    return front


def fingerprint(extractor: Extractor) -> str:
    """Eight hexadecimal digits that change with the network's layers or any of its weights.

    Taught in chapter 10.
    """
    kinds = [
        (name, getattr(layer, "padding_mode", None) or str(layer))
        for name, layer in extractor.layers.named_children()
    ]
    digest = hashlib.sha256(str(kinds).encode())
    for name, tensor in sorted(extractor.state_dict().items()):
        digest.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:8]


def named(extractor: Extractor) -> str:
    """A network's name and fingerprint, for protocols. Taught in chapter 10."""
    return f"{extractor.name} ({fingerprint(extractor)})"


def _layers(extractor: Extractor, side: int) -> tuple[str, ...]:
    """At every size of feature map the first layer that is no plain convolution or pooling, as
    far down as pictures of ``side`` pixels reach.
    """
    first: dict[int, str] = {}
    for name in extractor.names:
        if not name.startswith(("conv", "pool")) and extractor.smallest(name) <= side:
            first.setdefault(extractor.stride(name), name)
    if not first:
        raise UserError(
            f"A picture of {side} pixels on its shorter side is too small for the judge "
            f"{extractor.name}; enlarge it to {extractor.smallest(extractor.names[0])}."
        )
    return tuple(first.values())


def _style(found: Features, target: Features, statistic: Statistic) -> float:
    pairs = [
        (a, b)
        for layer in target
        for a, b in zip(statistic.of(found[layer]), statistic.of(target[layer]), strict=True)
    ]
    return sum(distance(a, b) for a, b in pairs) / len(pairs)
