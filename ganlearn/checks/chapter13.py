"""Exercises of chapter 13: a score's field, a U-Net, pix2pix, cycles, and a pool of pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganlearn import runtime
from ganlearn.checks import Exercise, Mistake, Outcome

Sign = Callable[[Outcome, Outcome], bool]

# 13.1


def field(layers: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """How many pixels on a side one score sees, and how many lie from one score to the next."""
    seen, step = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * step
        step *= stride
    return seen, step


def field_by(
    grow: Callable[[int, int, int, int], int] = lambda seen, step, kernel, stride: (
        seen + (kernel - 1) * step
    ),
    walk: Callable[[int, int], int] = lambda step, stride: step * stride,
    start: int = 1,
) -> Callable:
    """An answer to 13.1 whose field and whose step grow in these ways."""

    def answer(layers: Sequence[tuple[int, int]]) -> tuple[int, int]:
        seen, step = start, 1
        for kernel, stride in layers:
            seen = grow(seen, step, kernel, stride)
            step = walk(step, stride)
        return seen, step

    return answer


def critics(g: torch.Generator) -> list[tuple]:
    """pix2pix's discriminators, and some that nobody would build."""
    drawn = lambda low, high: int(torch.randint(low, high, (), generator=g))
    # No stride beyond the kernel: pixels would lie between those that are seen.
    layer = lambda kernel: (kernel, drawn(1, min(kernel, 3) + 1))
    strange = [[layer(drawn(2, 8)) for _ in range(depth)] for depth in (2, 3, 4)]
    known = [[(4, 2)] * halvings + [(4, 1)] * 2 for halvings in (1, 3, 5)]
    return [(layers,) for layers in (*known, [(1, 1)] * 3, [(5, 3), (2, 1), (3, 2)], *strange)]


a_scores_field = Exercise(
    "13.1",
    "what one score sees",
    reference=field,
    cases=critics,
    mistakes=[
        Mistake(
            "field alone",
            "It returns one number.",
            "Return two: the field, and the pixels from one score to the next.",
            sign=lambda got, right: got.value in right.value,
        ),
        Mistake(
            "swapped",
            "Its two numbers are in the wrong order.",
            "The field comes first, then the step.",
            sign=lambda got, right: tuple(got.value) == right.value[::-1],
        ),
        Mistake(
            "every layer sees pixels",
            "It adds kernel - 1 for every layer, whatever the strides before it were.",
            "Two neighbours of a deep map lie several pixels apart: multiply by the step.",
            like=field_by(lambda seen, step, kernel, stride: seen + kernel - 1),
        ),
        Mistake(
            "its own stride first",
            "It multiplies a layer's kernel by the layer's own stride.",
            "A kernel lies on the map before its own stride: let the field grow, then the step.",
            like=field_by(lambda seen, step, kernel, stride: seen + (kernel - 1) * step * stride),
        ),
        Mistake(
            "from the wrong end",
            "It goes through the layers in the other direction.",
            "f = (f - 1)·stride + kernel begins with the last layer; with the first layer first, "
            "add (kernel - 1)·step instead.",
            like=field_by(lambda seen, step, kernel, stride: (seen - 1) * stride + kernel),
        ),
        Mistake(
            "nothing to begin with",
            "Its fields are one pixel too small.",
            "Before the first layer one place sees one pixel: begin with 1.",
            like=field_by(start=0),
        ),
        Mistake(
            "whole kernels",
            "It adds the whole kernel in every layer.",
            "One place of the kernel lies on what is seen already: kernel - 1.",
            like=field_by(lambda seen, step, kernel, stride: seen + kernel * step),
        ),
        Mistake(
            "kernels without overlap",
            "It takes neighbouring kernels as if they did not overlap.",
            "At stride 1 two kernels of 4 share three places: the field grows by a sum.",
            like=field_by(lambda seen, step, kernel, stride: seen * kernel),
        ),
        Mistake(
            "last layer",
            "It looks at the last layer alone.",
            "Begin with one pixel and let each layer in turn make the field larger.",
            like=lambda layers: tuple(layers[-1]),
        ),
        Mistake(
            "strides added",
            "It adds the strides.",
            "Halving twice leaves a quarter: strides multiply.",
            like=field_by(walk=lambda step, stride: step - (step == 1) + stride),
        ),
    ],
)


# 13.2

SEEN, RESULT = "the list of what the layers on the way up are given", "the result"
FLOWS = "the gradient with respect to x"


class Layer(nn.Module):
    """A convolution with tanh that notes what shape it is given, and never minds the channels."""

    def __init__(self, before: int, after: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, *shape)
        self.seen = ""

    def forward(self, x: Tensor) -> Tensor:
        self.seen = " × ".join(map(str, x.shape))
        lacking = self.conv.in_channels - x.shape[1]
        return torch.tanh(self.conv(functional.pad(x, (0, 0, 0, 0, 0, lacking))))


def unet(x: Tensor, down: Sequence[nn.Module], up: Sequence[nn.Module]) -> Tensor:
    """Down through the layers and up again, each layer up beside what the way down left there."""
    skips = []
    for layer in down:
        skips.append(x)
        x = layer(x)
    for layer, skip in zip(up, reversed(skips), strict=True):
        x = functional.interpolate(x, size=skip.shape[-2:], mode="nearest")
        x = layer(torch.cat([x, skip], dim=1))
    return x


def unet_by(
    join: Callable[[Tensor, Tensor], Tensor] = lambda x, skip: torch.cat([x, skip], dim=1),
    enlarge: Callable[[Tensor, Tensor], Tensor] = lambda x, skip: functional.interpolate(
        x, size=skip.shape[-2:], mode="nearest"
    ),
    choose: Callable[[list[Tensor]], Sequence[Tensor]] = lambda maps: maps[-2::-1],
) -> Callable:
    """An answer to 13.2 that enlarges, joins, and chooses skips from all maps in these ways."""

    def answer(x: Tensor, down: Sequence[nn.Module], up: Sequence[nn.Module]) -> Tensor:
        maps = [x]
        for layer in down:
            maps.append(layer(maps[-1]))
        x = maps[-1]
        for layer, skip in zip(up, choose(maps), strict=True):
            x = layer(join(enlarge(x, skip), skip))
        return x

    return answer


def networks(g: torch.Generator) -> list[tuple]:
    """(batch, height, width, depth): sides that can be halved and sides that cannot."""
    return [(2, 16, 8, 2), (1, 13, 18, 3), (2, 11, 9, 2), (3, 21, 15, 1)]


def walked(
    answer: Callable, batch: int, height: int, width: int, depth: int
) -> dict[str, Any] | None:
    """What an answer to 13.2 does with layers that all have three channels."""
    with runtime.seeded(height):
        down_layers = [Layer(3, 3, (3, 2, 1)) for _ in range(depth)]
        up_layers = [Layer(6, 3, (3, 1, 1)) for _ in range(depth)]
    x = torch.randn(batch, 3, height, width, generator=runtime.generator(width)).requires_grad_()
    y = answer(x, down_layers, up_layers)
    if y is None:
        return None
    if y.requires_grad:
        (y * torch.randn(y.shape, generator=runtime.generator(depth))).sum().backward()
    flows = torch.zeros_like(x) if x.grad is None else x.grad
    return {SEEN: ", ".join(layer.seen for layer in up_layers), RESULT: y, FLOWS: flows}


def does_not_fit(got: Outcome) -> tuple[int, int] | None:
    """The two sides that ``torch.cat`` could not bring together."""
    found = re.search(r"Expected size (\d+) but got size (\d+)", str(got.error))
    return (int(found[1]), int(found[2])) if found else None


def sides_apart(near: bool) -> Sign:
    """A sign: two maps could not be joined, and one is about as large as the other, or not."""

    def sign(got: Outcome, right: Outcome) -> bool:
        large, small = sorted(does_not_fit(got), reverse=True)
        return (large - small <= 1) == near

    return sign


def channels(seen: Outcome) -> set[str]:
    """How many channels the layers on the way up were given."""
    return {shape.split(" × ")[1] for shape in seen.value[SEEN].split(", ")}


def one_for_all(got: Outcome, right: Outcome) -> bool:
    """A sign: maps of one size were joined at every level, although there are several levels."""
    sizes = {shape.split(" × ", 2)[2] for shape in got.value[SEEN].split(", ")}
    return len(sizes) == 1 < len(right.value[SEEN].split(", "))


def smaller(a: Tensor, b: Tensor) -> bool:
    """Whether a batch is like another, but for fewer rows or columns."""
    sides = zip(a.shape[2:], b.shape[2:], strict=True)
    return a.shape[:2] == b.shape[:2] and a.shape != b.shape and all(m <= n for m, n in sides)


a_unet = Exercise(
    "13.2",
    "the way down and up again",
    reference=unet,
    cases=networks,
    probe=walked,
    points=3,
    atol=1e-5,
    mistakes=[
        Mistake(
            "twice as large",
            "It doubles the side, and an odd side does not come back: 13 → 7 → 14.",
            "Enlarge to the size of the map that is joined: interpolate(x, size=skip.shape[-2:]).",
            sign=sides_apart(near=True),
        ),
        Mistake(
            "not enlarged",
            "It joins a small map to a large one.",
            "First enlarge what comes from below to the skip's height and width.",
            sign=sides_apart(near=False),
        ),
        Mistake(
            "skips in their first order",
            "It hands out the skips in the order in which they were put aside.",
            "The last one that was put aside is needed first: reversed(skips), or pop().",
            like=unet_by(choose=lambda maps: maps[:-1]),
        ),
        Mistake(
            "one skip for all",
            "It joins the same map at every level.",
            "Each level has its own: go through layers and skips together, with zip.",
            sign=one_for_all,
        ),
        Mistake(
            "skips from below",
            "It puts aside what leaves a layer on the way down, and not what enters it.",
            "The deepest map is where the way up begins and no skip; the picture itself is one: "
            "append x before x = layer(x).",
            like=unet_by(choose=lambda maps: maps[:0:-1]),
        ),
        Mistake(
            "added",
            "It adds the two maps.",
            "Adding is ResNet's way. A U-Net puts them side by side: torch.cat along axis 1.",
            like=unet_by(join=lambda x, skip: x + skip),
        ),
        Mistake(
            "skip first",
            "It joins the two maps in the other order.",
            "What comes from below goes first: torch.cat([x, skip], dim=1).",
            like=unet_by(join=lambda x, skip: torch.cat([skip, x], dim=1)),
        ),
        Mistake(
            "joined along the batch",
            "It joins along axis 0: there are twice as many pictures and not channels.",
            "torch.cat joins along axis 0 unless told otherwise: dim=1.",
            like=unet_by(join=lambda x, skip: torch.cat([x, skip])),
        ),
        Mistake(
            "joined along the height",
            "It puts one map below the other.",
            "Channels are axis 1: torch.cat([x, skip], dim=1).",
            like=unet_by(join=lambda x, skip: torch.cat([x, skip], dim=2)),
        ),
        Mistake(
            "no skips",
            "It goes down and up and joins nothing.",
            "Put x aside before each layer down, and join it at the same level on the way up.",
            sign=lambda got, right: channels(got) == {"3"},
        ),
        Mistake(
            "skip cut",
            "It cuts the skip to the size of what comes from below, so the picture shrinks.",
            "Enlarge the other one: a U-Net gives back the size that it was given.",
            sign=lambda got, right: smaller(got.value[RESULT], right.value[RESULT]),
        ),
        Mistake(
            "skip padded",
            "It fills up the skip with zeros, so the picture grows.",
            "Enlarge to the skip's own size: a U-Net gives back the size that it was given.",
            sign=lambda got, right: smaller(right.value[RESULT], got.value[RESULT]),
        ),
        Mistake(
            "smooth",
            "It enlarges with a smoothing filter.",
            'Here the nearest place is taken: mode="nearest".',
            like=unet_by(
                enlarge=lambda x, skip: functional.interpolate(
                    x, size=skip.shape[-2:], mode="bilinear"
                )
            ),
        ),
        Mistake(
            "no gradient",
            "The result is right, but nothing could learn from it.",
            "Leave out no_grad, detach and data.",
            sign=lambda got, right: not got.value[FLOWS].any(),
        ),
        Mistake(
            "skips detached",
            "The result is right, but no gradient flows through the skips.",
            "They are the short way to the first layers, in both directions: no detach.",
            sign=lambda got, right: torch.allclose(
                got.value[RESULT], right.value[RESULT], atol=1e-5
            ),
        ),
    ],
)


# 13.3

OF_D, OF_G = "the discriminator's loss", "the generator's loss"
SHOWN = "the number of channels that the discriminator is shown"
D_FROM_D = "the gradient of the discriminator's loss in the discriminator"
G_FROM_D = "the gradient of the discriminator's loss in the generator"
G_FROM_G = "the gradient of the generator's loss in the generator"


class Scores(nn.Module):
    """A patch discriminator that notes how many channels it is shown, and takes any number."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, 5, 3, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(5, 1, 2)
        )
        self.channels, self.shown = channels, set()

    def forward(self, pair: Tensor) -> Tensor:
        self.shown.add(pair.shape[1])
        lacking = self.channels - pair.shape[1]
        return 3 * self.layers(functional.pad(pair, (0, 0, 0, 0, 0, lacking)))


def gradient(value: Any, network: nn.Module) -> Tensor:
    """The gradient of a number with respect to all weights of a network, in a row."""
    weights = list(network.parameters())
    if not isinstance(value, Tensor) or not value.requires_grad:
        found: Sequence[Tensor | None] = [None] * len(weights)
    else:
        found = torch.autograd.grad(value, weights, retain_graph=True, allow_unused=True)
    filled = (torch.zeros_like(w) if d is None else d for w, d in zip(weights, found, strict=True))
    return torch.cat([d.flatten() for d in filled])


def played(
    losses: Callable, batch: int, height: int, width: int, inputs: int, weight: float
) -> dict[str, Any] | None:
    """Both losses of an answer to 13.3, and the gradients that they send."""
    random = runtime.generator(height)
    draw = lambda *shape: torch.rand(shape, generator=random) * 2 - 1
    source, target = draw(batch, inputs, height, width), draw(batch, 3, height, width)
    with runtime.seeded(width):
        G = nn.Sequential(nn.Conv2d(inputs, 3, 3, padding=1), nn.Tanh())
        D = Scores(inputs + 3)
    both = losses(G, D, source, target, weight)
    if both is None:
        return None
    of_d, of_g = both
    return {
        SHOWN: ", ".join(map(str, sorted(D.shown))),
        OF_D: of_d,
        OF_G: of_g,
        D_FROM_D: gradient(of_d, D),
        G_FROM_D: gradient(of_d, G),
        G_FROM_G: gradient(of_g, G),
    }


def half_square(scores: Tensor, aim: float) -> Tensor:
    """Half the mean squared distance of scores from what they should be."""
    return (scores - aim).square().mean() / 2


def least_squares(real: Tensor, fake: Tensor) -> Tensor:
    """The discriminator's loss."""
    return half_square(real, 1) + half_square(fake, 0)


def pair(source: Tensor, picture: Tensor) -> Tensor:
    """What the discriminator is shown."""
    return torch.cat([source, picture], dim=1)


def pix2pix(
    of_d: Callable[[Tensor, Tensor], Tensor] = least_squares,
    of_g: Callable[[Tensor], Tensor] = lambda fake: half_square(fake, 1),
    near: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda fake, target, source: (
        (fake - target).abs().mean()
    ),
    total: Callable[[Tensor, Tensor, float], Tensor] = lambda game, near, weight: (
        game + weight * near
    ),
    show: Callable[[Tensor, Tensor], Tensor] = pair,
    cut: tuple[bool, bool] = (True, False),
    feed: Callable[[Tensor, Tensor], Tensor] = lambda source, target: source,
) -> Callable:
    """An answer to 13.3, right as it is, wrong with other arguments.

    ``cut`` says whether the fake is detached in the discriminator's and the generator's loss.
    """

    def answer(
        G: nn.Module, D: nn.Module, source: Tensor, target: Tensor, weight: float
    ) -> tuple[Tensor, Tensor]:
        fake = G(feed(source, target))
        for_d, for_g = (fake.detach() if detached else fake for detached in cut)
        d = of_d(D(show(source, target)), D(show(source, for_d)))
        g = of_g(D(show(source, for_g)))
        return d, total(g, near(fake, target, source), weight)

    return answer


def from_input(fake: Tensor, target: Tensor, source: Tensor) -> Tensor:
    """The distance from the picture that went in, repeated or cut to three channels."""
    shown = source.expand(-1, 3, -1, -1) if source.shape[1] == 1 else source[:, :3]
    return (fake - shown).abs().mean()


def same(key: str) -> Sign:
    """A sign: this is right."""
    return lambda got, right: torch.allclose(got.value[key], right.value[key], atol=1e-5)


def sigmoid_first(real: Tensor, fake: Tensor) -> Tensor:
    """Least squares between probabilities."""
    return least_squares(real.sigmoid(), fake.sigmoid())


def cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """The loss of chapter 02."""
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


pix2pix_losses = Exercise(
    "13.3",
    "the two losses of pix2pix",
    reference=pix2pix(),
    cases=lambda g: [(2, 8, 8, 3, 10.0), (3, 9, 6, 1, 100.0), (1, 7, 10, 3, 0.5)],
    probe=played,
    points=3,
    rtol=1e-3,
    atol=1e-5,
    mistakes=[
        Mistake(
            "discriminator without the input",
            "The discriminator sees pictures alone, so any fine picture will do, whatever went in.",
            "Show it pairs: D(torch.cat([source, picture], dim=1)).",
            sign=lambda got, right: got.value[SHOWN] == "3",
        ),
        Mistake(
            "one side without the input",
            "The discriminator sees a pair on one side and a picture alone on the other.",
            "Real or fake, it is shown a pair: the source and the picture.",
            sign=lambda got, right: "3, " in got.value[SHOWN],
        ),
        Mistake(
            "pair in the wrong order",
            "It shows the pairs with the picture first.",
            "The source goes first: torch.cat([source, picture], dim=1).",
            like=pix2pix(show=lambda source, picture: pair(picture, source)),
        ),
        Mistake(
            "fakes not detached",
            "The discriminator's loss sends a gradient into the generator.",
            "Give it fake.detach() there; in the generator's own loss the fake stays attached.",
            like=pix2pix(cut=(False, False)),
        ),
        Mistake(
            "adversarial term detached",
            "The generator gets no gradient through the discriminator: L1 alone is left.",
            "Detach the fake in the discriminator's loss, never in the generator's.",
            like=pix2pix(cut=(True, True)),
        ),
        Mistake(
            "generator sees the target",
            "It gives the generator the picture that it should arrive at.",
            "The generator is given the source: G(source).",
            like=pix2pix(feed=lambda source, target: target),
        ),
        Mistake(
            "L1 against the input",
            "Its L1 holds the picture to what went in, so the best generator changes nothing.",
            "L1 compares with the picture that is wanted: target.",
            like=pix2pix(near=from_input),
        ),
        Mistake(
            "weight on the wrong term",
            "The weight multiplies the adversarial term.",
            "pix2pix weighs L1, with 100: adversarial + weight · L1.",
            like=pix2pix(total=lambda game, near, weight: weight * game + near),
        ),
        Mistake(
            "weight on both",
            "The weight multiplies both terms, so nothing is weighed against anything.",
            "Only L1 has a weight: adversarial + weight · L1.",
            like=pix2pix(total=lambda game, near, weight: weight * (game + near)),
        ),
        Mistake(
            "no L1",
            "The generator's loss lacks L1.",
            "Add weight · mean |fake - target|.",
            like=pix2pix(total=lambda game, near, weight: game),
        ),
        Mistake(
            "L1 alone",
            "The generator's loss lacks the adversarial term.",
            "The discriminator's scores of the fakes should come near 1: half their mean squared "
            "distance from it.",
            like=pix2pix(total=lambda game, near, weight: weight * near),
        ),
        Mistake(
            "squares for L1",
            "It squares the differences between the pictures.",
            "L1 is their mean absolute value, and blurs less.",
            like=pix2pix(near=lambda fake, target, source: (fake - target).square().mean()),
        ),
        Mistake(
            "L1 summed",
            "It adds up the differences of all pixels, so its weight depends on size and batch.",
            "Take the mean.",
            like=pix2pix(near=lambda fake, target, source: (fake - target).abs().sum()),
        ),
        Mistake(
            "labels swapped",
            "The discriminator learns to give real pairs 0 and fakes 1.",
            "Real pairs should get 1: (real - 1)² and fake².",
            like=pix2pix(of_d=lambda real, fake: least_squares(fake, real)),
        ),
        Mistake(
            "generator aims at 0",
            "The generator wants to be taken for a fake.",
            "Its fakes should get the score of a real: (score - 1)².",
            like=pix2pix(of_g=lambda fake: half_square(fake, 0)),
        ),
        Mistake(
            "minus the discriminator's",
            "The generator's term is minus the discriminator's: far from 1 it is pushed without "
            "end.",
            "In this game the generator has an aim of its own: scores of 1, half (score - 1)².",
            like=pix2pix(of_g=lambda fake: -half_square(fake, 0)),
        ),
        Mistake(
            "sigmoid first",
            "It sends the scores through a sigmoid before it squares them.",
            "Least squares takes raw scores: with a sigmoid it saturates, which it is there to "
            "avoid.",
            like=pix2pix(sigmoid_first, lambda fake: half_square(fake.sigmoid(), 1)),
        ),
        Mistake(
            "cross-entropy",
            "It uses the loss of chapter 02.",
            "Here scores are drawn to 1 and 0 by squares: half (score - 1)² and half score².",
            like=pix2pix(cross_entropy, lambda fake: functional.softplus(-fake).mean()),
        ),
        Mistake(
            "one score for the picture",
            "It takes the mean of the map before it squares, so good patches excuse bad ones.",
            "Each patch has to be right by itself: square first, then the mean.",
            like=pix2pix(
                lambda real, fake: least_squares(real.mean((1, 2, 3)), fake.mean((1, 2, 3))),
                lambda fake: half_square(fake.mean((1, 2, 3)), 1),
            ),
        ),
        Mistake(
            "scores summed",
            "It adds up the squares of all patches.",
            "Take the mean: then neither size nor batch changes the balance with L1.",
            like=pix2pix(
                lambda real, fake: (
                    half_square(real, 1) * real.numel() + half_square(fake, 0) * fake.numel()
                ),
                lambda fake: half_square(fake, 1) * fake.numel(),
            ),
        ),
        Mistake(
            "halves forgotten",
            "Its squares are whole where half is asked for.",
            "Half of each: ½ mean (score - 1)² and ½ mean score².",
            like=pix2pix(
                lambda real, fake: 2 * least_squares(real, fake),
                lambda fake: 2 * half_square(fake, 1),
            ),
        ),
        Mistake(
            "one half forgotten",
            "The generator's adversarial term is twice what was asked for.",
            "Half in both losses, so that a score weighs the same for both players.",
            like=pix2pix(of_g=lambda fake: 2 * half_square(fake, 1)),
        ),
        Mistake(
            "losses swapped",
            "It returns the two losses in the wrong order.",
            "The discriminator's first, then the generator's.",
            sign=lambda got, right: torch.allclose(got.value[OF_D], right.value[OF_G]),
        ),
        Mistake(
            "no gradient",
            "Its losses are numbers from which nobody can learn.",
            "Leave out item, no_grad and detach, but for the fake in the discriminator's loss.",
            sign=lambda got, right: not got.value[D_FROM_D].any() and not got.value[G_FROM_G].any(),
        ),
    ],
)


# 13.4

TOTAL = "the loss"
IN_B, IN_A = (f"the gradient in {name}" for name in ("to_b", "to_a"))


def absolute(x: Tensor, y: Tensor) -> Tensor:
    """The mean absolute difference."""
    return (x - y).abs().mean()


Term = Callable[[Callable, Callable, Tensor, Tensor], Tensor]


def round_trips(to_b: Callable, to_a: Callable, a: Tensor, b: Tensor) -> Tensor:
    """There and back again, from both sides."""
    return absolute(to_a(to_b(a)), a) + absolute(to_b(to_a(b)), b)


def stays(to_b: Callable, to_a: Callable, a: Tensor, b: Tensor) -> Tensor:
    """What is there already should stay."""
    return absolute(to_b(b), b) + absolute(to_a(a), a)


def cycle_by(
    cycle_term: Term = round_trips,
    identity_term: Term = stays,
    weigh: Callable[..., Tensor] = lambda trips, stays, cycle, identity: (
        cycle * trips + identity * stays
    ),
) -> Callable:
    """An answer to 13.4 from these two terms."""

    def answer(
        to_b: nn.Module, to_a: nn.Module, a: Tensor, b: Tensor, cycle: float, identity: float
    ) -> Tensor:
        there, here = cycle_term(to_b, to_a, a, b), identity_term(to_b, to_a, a, b)
        return weigh(there, here, cycle, identity)

    return answer


def translated(
    loss: Callable, n: int, m: int, side: int, cycle: float, identity: float
) -> dict[str, Any] | None:
    """The loss of two small translators, and the gradients that it sends to both."""
    random = runtime.generator(side)
    a = torch.rand(n, 3, side, side, generator=random) * 2 - 1
    b = torch.rand(m, 3, side, side, generator=random)
    with runtime.seeded(side):
        to_b, to_a = (nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Tanh()) for _ in range(2))
    total = loss(to_b, to_a, a, b, cycle, identity)
    return (
        total
        if total is None
        else {TOTAL: total, IN_B: gradient(total, to_b), IN_A: gradient(total, to_a)}
    )


def squares(there: Term) -> Term:
    """A term with squares in place of absolute values."""

    def term(to_b: Callable, to_a: Callable, a: Tensor, b: Tensor) -> Tensor:
        if there is round_trips:
            return (to_a(to_b(a)) - a).square().mean() + (to_b(to_a(b)) - b).square().mean()
        return (to_b(b) - b).square().mean() + (to_a(a) - a).square().mean()

    return term


def detached_half_way(to_b: Callable, to_a: Callable, a: Tensor, b: Tensor) -> Tensor:
    """Round trips whose way there learns nothing."""
    return absolute(to_a(to_b(a).detach()), a) + absolute(to_b(to_a(b).detach()), b)


cycle_losses = Exercise(
    "13.4",
    "there and back again",
    reference=cycle_by(),
    # As many of both where pictures of different domains get compared, so that it goes unnoticed.
    cases=lambda g: [(2, 2, 5, 10.0, 5.0), (3, 3, 6, 2.0, 7.0), (2, 2, 4, 10.0, 0.0)],
    probe=translated,
    points=2,
    rtol=1e-3,
    atol=1e-5,
    mistakes=[
        Mistake(
            "from one side",
            "It makes the round trip from a and not from b.",
            "Both have to come back: add |to_b(to_a(b)) - b|.",
            like=cycle_by(lambda to_b, to_a, a, b: absolute(to_a(to_b(a)), a)),
        ),
        Mistake(
            "wrong translator first",
            "It sends a through to_a first, which is made for pictures of b.",
            "A picture of a goes there with to_b and comes back with to_a: to_a(to_b(a)).",
            like=cycle_by(
                lambda to_b, to_a, a, b: absolute(to_b(to_a(a)), a) + absolute(to_a(to_b(b)), b)
            ),
        ),
        Mistake(
            "one translator twice",
            "It goes there and back with the same translator.",
            "to_b goes there, to_a comes back: to_a(to_b(a)).",
            like=cycle_by(
                lambda to_b, to_a, a, b: absolute(to_b(to_b(a)), a) + absolute(to_a(to_a(b)), b)
            ),
        ),
        Mistake(
            "compared with the other domain",
            "It compares what has come back with a picture of the other domain.",
            "After the round trip from a there should be a again.",
            like=cycle_by(
                lambda to_b, to_a, a, b: absolute(to_a(to_b(a)), b) + absolute(to_b(to_a(b)), a)
            ),
        ),
        Mistake(
            "no way back",
            "It compares a translation with a picture of the other domain, as if they were pairs.",
            "There are no pairs here: translate back, then compare with where it began.",
            like=cycle_by(lambda to_b, to_a, a, b: absolute(to_b(a), b) + absolute(to_a(b), a)),
        ),
        Mistake(
            "half-way detached",
            "The way there learns nothing: the gradient stops half-way.",
            "Both translators have to learn from a round trip: no detach and no no_grad.",
            like=cycle_by(detached_half_way),
        ),
        Mistake(
            "identity of the wrong domain",
            "Its identity term asks to_b to leave a as it is, so that nothing is translated.",
            "to_b should leave b alone, for that is where it leads: |to_b(b) - b|.",
            like=cycle_by(
                identity_term=lambda to_b, to_a, a, b: absolute(to_b(a), a) + absolute(to_a(b), b)
            ),
        ),
        Mistake(
            "identity from one side",
            "Its identity term has one of its two sides.",
            "|to_b(b) - b| and |to_a(a) - a|.",
            like=cycle_by(identity_term=lambda to_b, to_a, a, b: absolute(to_b(b), b)),
        ),
        Mistake(
            "no identity term",
            "It lacks the identity term.",
            "Add identity · (|to_b(b) - b| + |to_a(a) - a|).",
            like=cycle_by(weigh=lambda trips, stays, cycle, identity: cycle * trips),
        ),
        Mistake(
            "weights swapped",
            "The weights of its two terms have changed places.",
            "cycle weighs the round trips, identity what should stay.",
            like=cycle_by(
                weigh=lambda trips, stays, cycle, identity: identity * trips + cycle * stays
            ),
        ),
        Mistake(
            "weight of a weight",
            "It multiplies the identity term by both weights.",
            "The authors' program states it relative to the cycle's. Here it is a weight itself.",
            like=cycle_by(
                weigh=lambda trips, stays, cycle, identity: cycle * (trips + identity * stays)
            ),
        ),
        Mistake(
            "no weights",
            "It uses neither weight.",
            "cycle · (both round trips) + identity · (both that should stay).",
            like=cycle_by(weigh=lambda trips, stays, cycle, identity: trips + stays),
        ),
        Mistake(
            "mean of both sides",
            "It halves the sums of the two sides.",
            "The sides are added: half of it would be half the weight.",
            like=cycle_by(
                weigh=lambda trips, stays, cycle, identity: (cycle * trips + identity * stays) / 2
            ),
        ),
        Mistake(
            "squares",
            "It squares the differences.",
            "CycleGAN takes their mean absolute value, which blurs less.",
            like=cycle_by(squares(round_trips), squares(stays)),
        ),
        Mistake(
            "no gradient",
            "Its loss is a number from which neither translator can learn.",
            "Leave out item, detach and no_grad.",
            sign=lambda got, right: not got.value[IN_B].any() and not got.value[IN_A].any(),
        ),
    ],
)


# 13.5

KIND, FULL = "what comes back", "what comes back while it fills"
FRESH = "the share of new pictures once it is full"
LATE = "which old pictures come back once it is full"
TWICE = "the number of old pictures that come back a second time"
STUCK = "the number of early pictures that never come back"
AGE = "how long an old picture has stayed, divided by 2 · size,"
SPREAD = "how much that differs from picture to picture"
MIXED = "the share of batches with new and old pictures"
TIED = "the number of old pictures that hang on to a graph"
WITHIN = "what is kept when the batch is written over"
REPEATS, SEEDS = "what one seed gives twice", "what two seeds give"
EMPTY = "what a pool of size 0 gives"
SAME, OTHERS = "the same pictures", "other pictures"


class Pool:
    """Shrivastava's history of pictures, as CycleGAN has it."""

    def __init__(self, size: int, random: torch.Generator) -> None:
        self.size, self.random, self.kept = size, random, []

    def __call__(self, pictures: Tensor) -> Tensor:
        return torch.stack([self.swap(p.detach().clone()) for p in pictures])

    def swap(self, new: Tensor) -> Tensor:
        """One picture for another."""
        if len(self.kept) < self.size:
            self.kept.append(new)
            return new
        if self.size == 0 or torch.rand((), generator=self.random) < 0.5:
            return new
        i = int(torch.randint(self.size, (), generator=self.random))
        old, self.kept[i] = self.kept[i], new
        return old


def numbered(first: int, count: int) -> Tensor:
    """Pictures of 2 x 1 pixels, each even in a number of its own."""
    return torch.arange(first, first + count).float().view(-1, 1, 1, 1).repeat(1, 3, 2, 1)


def numbers_of(pictures: Tensor | Sequence[Tensor]) -> list[int]:
    """The numbers of pictures."""
    batch = pictures if isinstance(pictures, Tensor) else torch.stack(list(pictures))
    return batch.detach()[:, 0, 0, 0].long().tolist()


def given_back(make: Callable, size: int, batch: int, turns: int, seed: int) -> list[list[int]]:
    """The numbers that a pool gives back, batch by batch, for 0, 1, 2, …"""
    pool = make(size, runtime.generator(seed))
    return [numbers_of(pool(numbered(i * batch, batch))) for i in range(turns)]


def swapped(make: Callable, size: int, batch: int, turns: int) -> dict[str, Any] | None:
    """What a pool does with a long row of numbered pictures.

    In a full pool a picture goes with probability 1 / (2 · size) at each new one, so its stay has
    a mean of 2 · size and about the same spread. A pool that is right gets these shares and stays
    whatever it draws first.
    """
    first = make(size, runtime.generator(0))(numbered(0, batch))
    if first is None:
        return None
    rows = given_back(make, size, batch, turns, 1)
    back = [number for row in rows for number in row]
    old = [(now, number) for now, number in enumerate(back) if number != now]
    fresh = [number == now for now, number in enumerate(back)]
    full = [sum(fresh[i : i + batch]) for i in range(-(-size // batch) * batch, len(back), batch)]
    came = {number for _, number in old}
    stays = torch.tensor([float(now - number) for now, number in old] or [0.0])
    run = lambda seed: given_back(make, size, batch, 40, seed)
    alike = lambda seed, other: SAME if run(seed) == run(other) else OTHERS
    return {
        KIND: "a tensor" if isinstance(first, Tensor) else "something else",
        FULL: SAME if all(fresh[:size]) else OTHERS,
        FRESH: sum(full) / (len(full) * batch),
        LATE: "early and late ones" if came - set(range(size)) else "the first ones",
        TWICE: len(old) - len(came),
        STUCK: len(set(range(size)) - came),
        AGE: stays.mean().item() / (2 * size),
        SPREAD: "much" if stays.std(correction=0) > 1.2 * size else "little",
        MIXED: sum(0 < count < batch for count in full) / len(full),
        TIED: attached(make),
        WITHIN: overwritten(make),
        REPEATS: alike(2, 2),
        SEEDS: alike(2, 3),
        EMPTY: passed_on(make),
    }


def attached(make: Callable) -> int:
    """How many of the old pictures that a pool gives back have a graph behind them."""
    pool, count = make(4, runtime.generator(0)), 0
    for now in range(40):
        back = pool(numbered(now, 1).requires_grad_() * 1)[0]
        count += back.requires_grad and numbers_of([back]) != [now]
    return count


def overwritten(make: Callable) -> str:
    """Whether a pool still has what it was given when the batch has been written over."""
    pool, batch = make(8, runtime.generator(0)), numbered(1, 8)
    pool(batch)
    batch.fill_(-5)
    back = [number for i in range(40) for number in numbers_of(pool(numbered(10 + i, 1)))]
    return OTHERS if -5 in back else SAME


def passed_on(make: Callable) -> str:
    """What a pool without room gives back."""
    try:
        rows = given_back(make, 0, 3, 5, 0)
    except (IndexError, RuntimeError, TypeError, ValueError, ZeroDivisionError):
        return "an error"
    return SAME if [number for row in rows for number in row] == list(range(15)) else OTHERS


def share(key: str, low: float, high: float) -> Sign:
    """A sign: this number lies between the two."""
    return lambda got, right: low <= got.value[key] <= high


def word(key: str, said: str) -> Sign:
    """A sign: that is what it does there."""
    return lambda got, right: got.value[key] == said


pool_of_pictures = Exercise(
    "13.5",
    "a pool of pictures",
    reference=Pool,
    cases=lambda g: [(6, 1, 1_200), (5, 2, 800)],
    probe=swapped,
    points=3,
    rtol=0,
    atol=0.2,
    mistakes=[
        Mistake(
            "a list",
            "It returns a list, and a discriminator wants a batch.",
            "torch.stack makes one tensor (n, channels, height, width) of pictures.",
            sign=word(KIND, "something else"),
        ),
        Mistake(
            "attached",
            "Old pictures from it hang on to the graph of the generator that made them.",
            "A picture of yesterday's generator teaches today's nothing: keep picture.detach().",
            sign=lambda got, right: got.value[TIED] > 0,
        ),
        Mistake(
            "keeps a view",
            "What it keeps changes when somebody writes into the batch.",
            "Detached or sliced, it is still the same memory: keep a clone().",
            sign=word(WITHIN, OTHERS),
        ),
        Mistake(
            "draws of its own",
            "The same seed gives other pictures the second time.",
            "Draw everything from the generator that it was made with: generator=random.",
            sign=word(REPEATS, OTHERS),
        ),
        Mistake(
            "no effect",
            "It always gives back what it was given.",
            "Once it is full, with probability one half give back an old one and keep the new.",
            sign=share(FRESH, 0.999, 1),
        ),
        Mistake(
            "seed of its own",
            "Every seed gives the same pictures.",
            "Draw from the generator that was handed in; make none, and set no seed.",
            sign=word(SEEDS, SAME),
        ),
        Mistake(
            "mixes at once",
            "It gives back old pictures before it is full.",
            "While there is room, keep the new picture and give it back.",
            sign=word(FULL, OTHERS),
        ),
        Mistake(
            "one draw for the batch",
            "It decides once for the whole batch.",
            "Draw for every picture by itself, in a loop over the batch.",
            sign=lambda got, right: got.value[MIXED] < 0.05 < right.value[MIXED],
        ),
        Mistake(
            "history only",
            "Once it is full it gives back old pictures and no new ones.",
            "Half of the batch should be new: draw a number, and compare it with 0.5.",
            sign=share(FRESH, 0, 0.05),
        ),
        Mistake(
            "never replaces",
            "The same first pictures come back again and again.",
            "What is given away makes room: put the new picture in its place.",
            sign=word(LATE, "the first ones"),
        ),
        Mistake(
            "grows without end",
            "It goes on keeping pictures when it is full.",
            "Append only while there is room; after that, the new one takes the old one's place.",
            sign=share(AGE, 5, 1e9),
        ),
        Mistake(
            "another place",
            "A picture that it gives back is kept as well, and comes back again.",
            "Draw the place once: the old picture leaves it, and the new one moves in.",
            sign=lambda got, right: got.value[TWICE] > 10,
        ),
        Mistake(
            "oldest first",
            "It gives back the oldest picture, and not just any.",
            "Draw the place at random, so that a few stay for long.",
            sign=word(SPREAD, "little"),
        ),
        Mistake(
            "never the last place",
            "One picture never leaves it.",
            "torch.randint leaves out its upper end: randint(size, ()) reaches every place.",
            sign=lambda got, right: got.value[STUCK] == 1,
        ),
        Mistake(
            "trouble with size 0",
            "A pool of size 0 does not give back what it was given.",
            "Size 0 is how one does without a pool: ask for it first, and return the pictures.",
            sign=lambda got, right: got.value[EMPTY] != SAME,
        ),
    ],
)
