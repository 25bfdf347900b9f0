"""Exercises of chapter 04: sides, a generator, its first weights, its data, and BatchNorm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from ganlearn import nets, runtime
from ganlearn.checks import Exercise, Mistake, Outcome
from ganlearn.data.pixels import square, to_rgb, to_tensor

# 04.1


def conv_size(n: int, kernel: int, stride: int, padding: int) -> int:
    """The side of the map after a convolution."""
    return (n + 2 * padding - kernel) // stride + 1


def transposed_size(n: int, kernel: int, stride: int, padding: int) -> int:
    """The side of the map after a transposed convolution."""
    return (n - 1) * stride - 2 * padding + kernel


def walk(conv: Callable = conv_size, transposed: Callable = transposed_size) -> Callable:
    """An answer to 04.1 that uses these two formulas."""

    def sides(side: float, layers: Sequence[tuple]) -> list:
        found = []
        for kind, *numbers in layers:
            side = (conv if kind == "conv" else transposed)(side, *numbers)
            found.append(side)
        return found

    return sides


def networks(g: torch.Generator) -> list[tuple]:
    """Networks whose layers do not always fit, and some that nobody would build."""
    fixed = [
        (64, [("conv", 4, 2, 1), ("conv", 4, 2, 1), ("conv", 4, 1, 0)]),
        (2, [("transposed", 4, 2, 1), ("transposed", 5, 3, 2), ("transposed", 3, 1, 0)]),
        (28, [("conv", 5, 2, 2), ("conv", 5, 2, 2), ("transposed", 5, 2, 2)]),
        (17, [("conv", 4, 2, 1), ("transposed", 4, 2, 1)]),
    ]
    drawn = lambda low, high: int(torch.randint(low, high, (), generator=g))
    strange = [
        (drawn(40, 60), [(kind, drawn(2, 7), drawn(1, 4), drawn(0, 3)) for kind in kinds])
        for kinds in [("conv", "transposed", "conv"), ("transposed", "conv", "transposed")]
    ]
    return fixed + strange


sizes = Exercise(
    "04.1",
    "the side after every layer",
    reference=walk(),
    cases=networks,
    mistakes=[
        Mistake(
            "every layer from the start",
            "It computes every layer from the side of the input.",
            "What leaves one layer enters the next: carry the side along.",
            like=lambda side, layers: [walk()(side, [layer])[0] for layer in layers],
        ),
        Mistake(
            "last side alone",
            "It returns one side and not one for every layer.",
            "Collect the sides in a list, and return it after the loop.",
            sign=lambda got, right: got.value in (right.value[-1], right.value[-1:]),
        ),
        Mistake(
            "return in the loop",
            "It stops after the first layer.",
            "The return stands inside the loop: move it to the left.",
            sign=lambda got, right: got.value in (right.value[0], right.value[:1]),
        ),
        Mistake(
            "input counted",
            "Its list begins with the side of the input.",
            "Return the side after each layer: as many numbers as there are layers.",
            sign=lambda got, right: list(got.value[1:]) == right.value,
        ),
        Mistake(
            "not rounded down",
            "It leaves fractions of a pixel in a convolution.",
            "A kernel that does not fit a whole time more is not placed: divide with //.",
            like=walk(conv=lambda n, k, s, p: (n + 2 * p - k) / s + 1),
        ),
        Mistake(
            "rounded up",
            "It rounds up in a convolution.",
            "A kernel that does not fit a whole time more is not placed: round down, with //.",
            like=walk(conv=lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1),
        ),
        Mistake(
            "first place forgotten",
            "Its convolutions give one pixel less than they should.",
            "The division counts the steps of the kernel. There is one place more than steps.",
            like=walk(conv=lambda n, k, s, p: (n + 2 * p - k) // s),
        ),
        Mistake(
            "padding on one side",
            "It counts the padding once.",
            "There is padding at both ends, so it enters both formulas twice.",
            like=walk(
                lambda n, k, s, p: (n + p - k) // s + 1, lambda n, k, s, p: (n - 1) * s - p + k
            ),
        ),
        Mistake(
            "padding that keeps the size",
            "It divides or multiplies by the stride, whatever kernel and padding are.",
            "That is true of other libraries' padding='same'. Here the padding is a number.",
            like=walk(lambda n, k, s, p: -(-n // s), lambda n, k, s, p: n * s),
        ),
        Mistake(
            "one formula for both",
            "It treats a transposed convolution like a convolution.",
            "A transposed convolution goes the other way: solve the formula for n.",
            like=walk(transposed=conv_size),
        ),
        Mistake(
            "one step too many",
            "It multiplies the whole side by the stride in a transposed convolution.",
            "n stamps are n - 1 steps apart: (n - 1) times the stride.",
            like=walk(transposed=lambda n, k, s, p: n * s - 2 * p + k),
        ),
        Mistake(
            "padding added",
            "Its transposed convolutions grow by the padding.",
            "Padding made the input of a convolution larger, so going back it is cut off.",
            like=walk(transposed=lambda n, k, s, p: (n - 1) * s + 2 * p + k),
        ),
        Mistake(
            "kernel without its width",
            "It forgets in a transposed convolution how wide the last stamp is.",
            "The stamps begin (n - 1) times the stride apart; the last one adds a whole kernel.",
            like=walk(transposed=lambda n, k, s, p: (n - 1) * s - 2 * p + 1),
        ),
    ],
)


# 04.2

PICTURES, LATENTS = "the shape of the pictures", "the shape of the latents it takes"
SIDES, MAPS = "the list of sides, layer by layer,", "the list of maps, layer by layer,"
KERNELS = "the list of kernels, layer by layer,"
BETWEEN, END = "what stands between the layers", "what stands after the last layer"


def name_of(ways: Mapping[str, Tensor], seen: Tensor) -> str:
    """Which of several computations gave what was seen."""
    fits = (
        name
        for name, value in ways.items()
        if value.shape == seen.shape and torch.allclose(value, seen, rtol=1e-3, atol=1e-4)
    )
    return next(fits, "something else")


def between(before: Tensor, after: Tensor) -> str:
    """What happened to feature maps between one layer and the next, in words."""
    norm = lambda x, eps=1e-5: functional.batch_norm(x, None, None, training=True, eps=eps)
    ways = {
        "BatchNorm and ReLU": norm(before).relu(),
        "ReLU without BatchNorm": before.relu(),
        "BatchNorm without ReLU": norm(before),
        "nothing": before,
        "ReLU before BatchNorm": norm(before.relu()),
        "BatchNorm with eps = 0.8, and ReLU": norm(before, 0.8).relu(),
        "InstanceNorm and ReLU": functional.instance_norm(before).relu(),
    }
    name = name_of(ways, after)
    if name == "something else" and name_of(ways, after.relu()) == "BatchNorm and ReLU":
        return "BatchNorm and a ReLU that leaks"
    return name


def ending(last: Tensor, pictures: Tensor) -> str:
    """What turned the last feature maps into pictures, in words."""
    norm = functional.batch_norm(last, None, None, training=True)
    ways = {
        "tanh": last.tanh(),
        "sigmoid": last.sigmoid(),
        "nothing": last,
        "clamp": last.clamp(-1, 1),
        "tanh, moved to 0 to 1": (last.tanh() + 1) / 2,
        "BatchNorm and tanh": norm.tanh(),
        "ReLU and tanh": last.relu().tanh(),
    }
    return name_of(ways, pictures)


def generator_seen(
    make_generator: Callable, size: int, channels: int, latent: int, width: int
) -> dict[str, Any]:
    """What goes through a generator, from the latents to the pictures."""
    # Latents around 1 give every feature map a mean that only BatchNorm takes away.
    z = 1 + torch.randn(5, latent, generator=runtime.generator(size))
    with runtime.seeded(size):
        network = make_generator(size, channels, latent, width)
    layers = [m for m in network.modules() if isinstance(m, nn.ConvTranspose2d)]
    calls: list[tuple[nn.ConvTranspose2d, Tensor, Tensor]] = []
    for layer in layers:
        layer.register_forward_hook(lambda m, x, y: calls.append((m, x[0].clone(), y.clone())))
    with torch.no_grad():
        if layers:
            layers[-1].weight.mul_(20)  # far enough from 0 to tell tanh from a clamp
        for norm in (m for m in network.modules() if isinstance(m, nn.BatchNorm2d) and m.affine):
            norm.weight.fill_(1)
            norm.bias.fill_(0)
        try:
            pictures, latents = network(z), "(n, latent)"
        except RuntimeError as error:
            calls.clear()
            try:
                pictures, latents = network(z[:, :, None, None]), "(n, latent, 1, 1)"
            except RuntimeError:
                raise error from None
    befores, afters = [y for _, _, y in calls[:-1]], [x for _, x, _ in calls[1:]]
    return {
        PICTURES: tuple(pictures.shape),
        LATENTS: latents,
        SIDES: ", ".join(str(y.shape[-1]) for _, _, y in calls),
        MAPS: ", ".join(str(y.shape[1]) for _, _, y in calls),
        KERNELS: ", ".join(str(m.kernel_size[0]) for m, _, _ in calls),
        BETWEEN: "; ".join(map(between, befores, afters)),
        END: ending(calls[-1][2], pictures) if calls else "something else",
    }


def hidden(seen: Outcome) -> list[str]:
    """How many maps there are after each layer but the last."""
    return seen.value[MAPS].split(", ")[:-1]


def stands(words: str, where: str = BETWEEN) -> Callable[[Outcome, Outcome], bool]:
    """A sign: these words describe what the generator does there."""
    return lambda got, right: words in got.value[where]


any_size = Exercise(
    "04.2",
    "a generator for any size",
    reference=nets.DCGANGenerator,
    cases=lambda g: [(16, 3, 6, 4), (8, 1, 5, 3), (64, 2, 4, 2), (32, 1, 3, 2)],
    probe=generator_seen,
    points=3,
    mistakes=[
        Mistake(
            "layers in a plain list",
            "Its network does not know its own layers, so an optimiser would find no weights.",
            "Put them in nn.Sequential or nn.ModuleList: a plain Python list is not looked into.",
            sign=lambda got, right: got.value[MAPS] == "" and got.value[PICTURES] != (),
        ),
        Mistake(
            "latents with four axes",
            "It wants latents that are 1 × 1 maps already.",
            "z comes as (n, latent): add the two axes in forward, z[:, :, None, None].",
            sign=lambda got, right: got.value[LATENTS] == "(n, latent, 1, 1)",
        ),
        Mistake(
            "channels last",
            "Its pictures have their channels on the last axis.",
            "In torch pictures are (n, channels, height, width): leave the axes as they come.",
            sign=lambda got, right: (
                got.value[PICTURES] == tuple(right.value[PICTURES][i] for i in (0, 2, 3, 1))
            ),
        ),
        Mistake(
            "always 32 pixels",
            "It draws 32 × 32 pixels, whatever size is asked for.",
            "Each doubling is a layer, and their number follows from the size: use a loop.",
            sign=lambda got, right: got.value[PICTURES][-1] == 32,
        ),
        Mistake(
            "one doubling short",
            "Its pictures have half the side they should have.",
            "From the 4 × 4 map to the picture the side doubles log2(size / 4) times, and the last "
            "layer is one of these doublings.",
            sign=lambda got, right: got.value[PICTURES][-1] * 2 == right.value[PICTURES][-1],
        ),
        Mistake(
            "one doubling too many",
            "Its pictures have twice the side they should have.",
            "The last layer, which makes the picture, is a doubling as well: count it.",
            sign=lambda got, right: got.value[PICTURES][-1] == 2 * right.value[PICTURES][-1],
        ),
        Mistake(
            "channels not as asked",
            "Its pictures do not have the channels that were asked for.",
            "Grey pictures have 1 channel and coloured ones 3: use the argument.",
            sign=lambda got, right: got.value[PICTURES][1] != right.value[PICTURES][1],
        ),
        Mistake(
            "dense first layer",
            "Something that is no transposed convolution makes the 4 × 4 map.",
            "DCGAN has no dense layers: ConvTranspose2d(latent, maps, 4, 1, 0) takes a 1 × 1 map "
            "to 4 × 4.",
            sign=lambda got, right: right.value[SIDES] == f"4, {got.value[SIDES]}",
        ),
        Mistake(
            "widths upside down",
            "Its layers get wider towards the picture.",
            "Many maps where the side is small, few where it is large: begin with the widest.",
            sign=lambda got, right: hidden(got) == hidden(right)[::-1],
        ),
        Mistake(
            "one width throughout",
            "All its hidden layers have the same number of maps.",
            "With every doubling of the side the number of maps is halved, down to width.",
            sign=lambda got, right: len(set(hidden(got))) == 1 < len(set(hidden(right))),
        ),
        Mistake(
            "kernel that the stride does not divide",
            "It doubles the side with an odd kernel.",
            "At stride 2 an odd kernel stamps unevenly and begins with a checkerboard: use 4.",
            sign=lambda got, right: any(int(k) % 2 for k in got.value[KERNELS].split(", ")[1:]),
        ),
        Mistake(
            "eps of 0.8",
            "Its BatchNorm adds 0.8 to the variance, so small signals stay small.",
            "The second argument of BatchNorm2d is eps and not the momentum: give only the maps.",
            sign=stands("eps = 0.8"),
        ),
        Mistake(
            "no BatchNorm",
            "Not every hidden layer is followed by BatchNorm.",
            "In the generator BatchNorm follows every layer but the last, the first one too.",
            sign=stands("ReLU without BatchNorm"),
        ),
        Mistake(
            "no ReLU",
            "There are layers without a ReLU between them, which could be one layer as well.",
            "Put nn.ReLU() after every BatchNorm.",
            sign=stands("BatchNorm without ReLU"),
        ),
        Mistake(
            "leaking ReLU",
            "Its ReLU lets negative values through.",
            "LeakyReLU is the discriminator's. The generator of DCGAN has ReLU.",
            sign=stands("a ReLU that leaks"),
        ),
        Mistake(
            "ReLU before BatchNorm",
            "It puts ReLU before BatchNorm.",
            "First BatchNorm, then ReLU: then half of every map passes.",
            sign=stands("ReLU before BatchNorm"),
        ),
        Mistake(
            "InstanceNorm",
            "It normalises every picture by itself.",
            "That is InstanceNorm. BatchNorm2d takes one mean over all pictures of the batch.",
            sign=stands("InstanceNorm"),
        ),
        Mistake(
            "BatchNorm at the output",
            "BatchNorm stands before the tanh, so that every batch of pictures gets the same "
            "mean colour.",
            "Leave it out after the last layer: there the true colours must pass.",
            sign=stands("BatchNorm and tanh", END),
        ),
        Mistake(
            "range of 0 to 1",
            "Its pictures lie between 0 and 1.",
            "The data lie in [-1, 1]: end with tanh, and nothing after it.",
            sign=lambda got, right: got.value[END] in ("sigmoid", "tanh, moved to 0 to 1"),
        ),
        Mistake(
            "no tanh",
            "Nothing keeps its pictures between -1 and 1.",
            "End with nn.Tanh().",
            sign=lambda got, right: got.value[END] == "nothing",
        ),
        Mistake(
            "clamp",
            "It cuts off what is beyond -1 and 1; no gradient comes back from there.",
            "tanh bends where a clamp cuts: end with nn.Tanh().",
            sign=stands("clamp", END),
        ),
        Mistake(
            "ReLU at the output",
            "A ReLU stands before the tanh, so no pixel is darker than middle grey.",
            "Leave ReLU out after the last layer.",
            sign=stands("ReLU and tanh", END),
        ),
    ],
)


# 04.3

OLD = 7.0  # a value that no first weight has, so that what was passed over shows
KEPT, TWICE, TWO_SEEDS = (
    "the list of parameters",
    "what one seed gives twice",
    "what two seeds give",
)
ALIKE = "what two layers of one shape get"


def old_network() -> nn.Sequential:
    """Layers of each kind, once at the top and once two levels down; it is never run."""

    def block(bias: bool) -> list[nn.Module]:
        return [
            nn.Conv2d(16, 64, 4, bias=bias),
            nn.ConvTranspose2d(64, 16, 4, bias=bias),
            nn.BatchNorm2d(4_000),
        ]

    with runtime.seeded(0):
        network = nn.Sequential(*block(True), nn.Sequential(nn.Sequential(*block(False))))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(OLD)
    return network


def first_weights(initialise: Callable, seed: int) -> dict[str, Any]:
    """What an answer to 04.3 makes of a network that is full of old numbers."""
    network, again, other = old_network(), old_network(), old_network()
    before = list(network.parameters())
    initialise(network, runtime.generator(seed))
    initialise(again, runtime.generator(seed))
    initialise(other, runtime.generator(seed + 1))
    seen: dict[str, Any] = {}
    for where, layers in (("an outer", network[:3]), ("an inner", network[3][0])):
        for layer in layers:
            name = f"{where} {type(layer).__name__}"
            what = "scale" if isinstance(layer, nn.BatchNorm2d) else "filters"
            # Rounded, for a sentence that says "and should be 0".
            seen[f"the mean of {name}'s {what}"] = round(layer.weight.mean().item(), 3)
            seen[f"the spread of {name}'s {what}"] = round(layer.weight.std().item(), 4)
            if layer.bias is not None:
                seen[f"the largest bias of {name}"] = layer.bias.abs().max().item()
    same = lambda a, b: "the same weights" if torch.equal(a.weight, b.weight) else "other weights"
    kept = all(a is b for a, b in zip(before, network.parameters(), strict=True))
    return seen | {
        KEPT: "the same objects" if kept else "new objects",
        TWICE: same(network[0], again[0]),
        TWO_SEEDS: same(network[0], other[0]),
        ALIKE: same(network[0], network[3][0][0]),
    }


def initialise_with(network: nn.Module, generator: torch.Generator) -> None:
    """What :func:`ganlearn.nets.initialise_dcgan` does, with a generator of one's own."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.BatchNorm2d):
            mean = float(isinstance(layer, nn.BatchNorm2d))
            nn.init.normal_(layer.weight, mean, 0.02, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def numbers(seen: Outcome, *words: str) -> list[float]:
    """What was measured of all that has these words in its name."""
    return [value for name, value in seen.value.items() if all(word in name for word in words)]


def near(right: float, tolerance: float, *words: str) -> Callable[[Outcome, Outcome], bool]:
    """A sign: all that has these words in its name is about this number."""
    return lambda got, _: all(abs(x - right) <= tolerance for x in numbers(got, *words))


def passed_over(got: Outcome, words: str) -> bool:
    """All weights with these words in their name, and no others, are still the old ones."""
    means = {name: value for name, value in got.value.items() if name.startswith("the mean")}
    return all((words in name) == (value == OLD) for name, value in means.items())


initialisation = Exercise(
    "04.3",
    "first weights",
    reference=initialise_with,
    cases=lambda g: [(1,), (2,)],
    probe=first_weights,
    points=2,
    rtol=0.05,
    atol=1e-3,
    mistakes=[
        Mistake(
            "nothing changed",
            "The network is as it was before.",
            "Change it in place: nn.init.normal_(layer.weight, …), under the names that it has.",
            sign=lambda got, right: passed_over(got, ""),
        ),
        Mistake(
            "outermost layers only",
            "It leaves out the layers inside of other modules.",
            "children() goes one level down; modules() goes all the way.",
            sign=lambda got, right: passed_over(got, "an inner"),
        ),
        Mistake(
            "transposed convolutions forgotten",
            "It leaves out the transposed convolutions.",
            "ConvTranspose2d is no kind of Conv2d: ask for both.",
            sign=lambda got, right: passed_over(got, "ConvTranspose2d"),
        ),
        Mistake(
            "convolutions forgotten",
            "It leaves out the convolutions of the discriminator.",
            "Conv2d is no kind of ConvTranspose2d: ask for both.",
            sign=lambda got, right: passed_over(got, " Conv2d"),
        ),
        Mistake(
            "BatchNorm forgotten",
            "It leaves the scale of BatchNorm as it was.",
            "The network may have been trained before: draw every scale anew.",
            sign=lambda got, right: passed_over(got, "BatchNorm2d"),
        ),
        Mistake(
            "scale around 0",
            "It draws the scale of BatchNorm around 0, so the maps start far too weak.",
            "A scale multiplies: it belongs around 1, N(1, 0.02). Much-read tutorials slip here.",
            sign=near(0, 0.1, "mean", "scale"),
        ),
        Mistake(
            "scale of exactly 1",
            "It sets every scale of BatchNorm to 1.",
            "The paper's code draws it around 1, with the same spread as the filters.",
            sign=near(0, 1e-6, "spread", "scale"),
        ),
        Mistake(
            "root of the spread",
            "Its filters have a variance of 0.02, which is a spread of 0.14.",
            "normal_ takes the standard deviation, and 0.02 is one: take no root.",
            sign=near(0.02**0.5, 0.01, "spread", "filters"),
        ),
        Mistake(
            "square of the spread",
            "Its filters have a spread of 0.0004.",
            "normal_ takes the standard deviation, and 0.02 is one: do not square it.",
            sign=near(0.02**2, 1e-4, "spread", "filters"),
        ),
        Mistake(
            "ten times too wide",
            "Its filters have a spread of 0.2.",
            "The paper's number is 0.02.",
            sign=near(0.2, 0.02, "spread", "filters"),
        ),
        Mistake(
            "uniform",
            "Its filters are drawn evenly from -0.02 to 0.02.",
            "The paper draws from a normal distribution: normal_ and not uniform_.",
            sign=near(0.02 / 3**0.5, 5e-4, "spread", "filters"),
        ),
        Mistake(
            "one noise for all layers",
            "Layers of one shape get the same weights.",
            "Draw from the generator as it goes on, and do not set its seed back.",
            sign=lambda got, right: got.value[ALIKE] == "the same weights",
        ),
        Mistake(
            "seed of its own",
            "Every generator gives the same weights.",
            "Draw from the generator that was handed in; make none, and set no seed.",
            sign=lambda got, right: got.value[TWO_SEEDS] == "the same weights",
        ),
        Mistake(
            "new parameters",
            "It puts new parameters in place of the old ones.",
            "An optimiser that was made before would go on moving the old ones: change them in "
            "place, with normal_ or copy_.",
            sign=lambda got, right: got.value[KEPT] == "new objects",
        ),
        Mistake(
            "shift not 0",
            "The shift of BatchNorm is not 0.",
            "A BatchNorm's bias is its shift: zeros_ it, and draw the weight alone.",
            sign=lambda got, right: (
                min(numbers(got, "bias", "BatchNorm")) > 1e-3 > max(numbers(got, "bias", "Conv"))
            ),
        ),
        Mistake(
            "biases not 0",
            "The biases of the convolutions are not 0.",
            "Some convolutions have a bias: where it is not None, zeros_ it.",
            sign=lambda got, right: min(numbers(got, "bias", "Conv")) > 1e-3,
        ),
    ],
)


# 04.4

BATCH, TYPE = "the batch", "the type of the batch"


def ramps(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture so smooth that all ways of resizing agree, and in which every way has a colour."""
    across = np.linspace(30, 220, width)[None].repeat(height, 0)
    down = np.linspace(60, 250, height)[:, None].repeat(width, 1)
    picture = np.stack([across, down, 255 - (across + down) / 2], 2).round().astype(np.uint8)
    return Image.fromarray(picture).convert(mode)


def stripes(width: int, height: int) -> Image.Image:
    """Columns in turn black and white: from farther away it is grey."""
    row = (np.arange(width) % 2 * 255).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(row[None, :, None], (height, width, 3)).copy())


COLLECTIONS: dict[str, Callable[[], list[Image.Image]]] = {
    "a wide one": lambda: [ramps(90, 48)],
    "a tall one and a wide one": lambda: [ramps(40, 100), ramps(77, 61)],
    "a coloured one and a grey one": lambda: [ramps(64, 80), ramps(70, 50, "L")],
    "fine stripes": lambda: [stripes(128, 128)],
}


def batch_seen(to_batch: Callable, pictures: str, size: int) -> dict[str, Any]:
    """The batch that an answer to 04.4 makes of some pictures."""
    batch = to_batch(COLLECTIONS[pictures](), size)
    return {BATCH: batch, TYPE: str(getattr(batch, "dtype", "none")).removeprefix("torch.")}


def batch_by(
    fit: Callable[[Image.Image, int], Image.Image] = square,
    values: Callable[[Image.Image], Tensor] = to_tensor,
) -> Callable:
    """An answer to 04.4 that brings pictures to their size, and to numbers, in these ways."""
    return lambda pictures, size: torch.stack([values(fit(to_rgb(p), size)) for p in pictures])


def read_in_the_wrong_order(image: Image.Image) -> Tensor:
    """Pixels that were stored one after the other, read as one channel after the other."""
    x = to_tensor(image)
    return x.permute(1, 2, 0).reshape(x.shape)


def imagenet(image: Image.Image) -> Tensor:
    """Normalised as for a network that was trained on ImageNet."""
    mean, std = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 3, 1, 1)
    return ((to_tensor(image) + 1) / 2 - mean) / std


def corner(image: Image.Image, size: int) -> Image.Image:
    """The square at the top left, resized."""
    return image.crop((0, 0, min(image.size), min(image.size))).resize((size, size))


def middle(image: Image.Image, size: int) -> Image.Image:
    """As many pixels as are wanted, from the middle."""
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return image.crop((left, top, left + size, top + size))


def has_grey(right: Tensor) -> bool:
    """Whether a picture of the batch has three equal channels."""
    return bool((right[:, :1] == right).flatten(1).all(1).any())


def has_bars(picture: Tensor) -> bool:
    """Whether two opposite edges are of one and the same value."""
    edges = (picture[:, [0, -1]], picture[:, :, [0, -1]])
    return any(bool(edge.max() - edge.min() < 1e-3) for edge in edges)


def overflowed(got: Tensor, right: Tensor) -> bool:
    """Whether numbers are off by different multiples of what 256 levels are worth."""
    turns = (got - right) * 255 / 256
    whole = turns.round()
    return bool(torch.allclose(turns, whole, atol=0.06) and whole.unique().numel() > 1)


batching = Exercise(
    "04.4",
    "a batch of mixed pictures",
    reference=batch_by(),
    cases=lambda g: [(name, 16 + 4 * i) for i, name in enumerate(COLLECTIONS)],
    probe=batch_seen,
    points=2,
    atol=0.06,  # ways of resizing differ by so much
    mistakes=[
        Mistake(
            "channels last",
            "Its pictures have their channels on the last axis.",
            "Pillow and NumPy keep them there, torch wants (n, channels, height, width): permute.",
            sign=lambda got, right: (
                got.value[BATCH].shape[:0:-1] == right.value[BATCH].shape[1:]
                and got.value[BATCH].shape[3] == 3
            ),
        ),
        Mistake(
            "grey left grey",
            "Grey pictures do not get three channels.",
            'Bring every picture to one mode first: picture.convert("RGB").',
            sign=lambda got, right: (
                has_grey(right.value[BATCH])
                and (got.error is not None or got.value[BATCH].shape[1] == 1)
            ),
        ),
        Mistake(
            "no crop",
            "Pictures that are not square do not become square, and cannot be stacked.",
            "Once the short side has the size, cut the middle out of the long one.",
            sign=lambda got, right: (
                any(words in str(got.error) for words in ("equal size", "same shape"))
                or min(got.value[BATCH].shape[2:])
                == right.value[BATCH].shape[3]
                != max(got.value[BATCH].shape[2:])
            ),
        ),
        Mistake(
            "squashed",
            "It squeezes every picture into a square.",
            "Keep the proportions: resize by one factor, and crop.",
            like=batch_by(lambda image, size: image.resize((size, size))),
        ),
        Mistake(
            "bars",
            "It fills up the short side with bars.",
            "A generator would learn to paint bars: cut the long side instead.",
            sign=lambda got, right: all(map(has_bars, got.value[BATCH])),
        ),
        Mistake(
            "cut and not resized",
            "It cuts a square out of the middle without resizing, so most of the picture is lost.",
            "First bring the short side to the size.",
            like=batch_by(middle),
        ),
        Mistake(
            "corner",
            "It keeps the corner at the top left.",
            "What matters is most often in the middle: cut away as much on either side.",
            like=batch_by(corner),
        ),
        Mistake(
            "rows read as columns",
            "Its pictures lie on their side: rows and columns have changed places.",
            "NumPy has (height, width, channels), so the order is permute(2, 0, 1).",
            like=batch_by(values=lambda image: to_tensor(image).mT),
        ),
        Mistake(
            "reshape in place of permute",
            "It scrambles the pixels.",
            "reshape reads the numbers in the order in which they lie; permute moves axes.",
            like=batch_by(values=read_in_the_wrong_order),
        ),
        Mistake(
            "blue first",
            "Red and blue have changed places.",
            "That is the order of OpenCV. Pillow's is red, green, blue: leave it.",
            like=batch_by(values=lambda image: to_tensor(image).flip(0)),
        ),
        Mistake(
            "colours lost",
            "Every picture is grey.",
            'The mode "L" has no colours: convert to "RGB".',
            like=batch_by(values=lambda image: to_tensor(to_rgb(image.convert("L")))),
        ),
        Mistake(
            "range of 0 to 1",
            "Its values lie between 0 and 1, so a discriminator need only look for a minus sign.",
            "tanh ends in (-1, 1), and the data must have the same range: 2x - 1.",
            like=batch_by(values=lambda image: (to_tensor(image) + 1) / 2),
        ),
        Mistake(
            "range of 0 to 2",
            "Its values lie between 0 and 2.",
            "After dividing by 127.5, take 1 off.",
            like=batch_by(values=lambda image: to_tensor(image) + 1),
        ),
        Mistake(
            "bytes",
            "Its values are still those of the bytes, 0 to 255.",
            "Divide by 127.5 and take 1 off.",
            sign=lambda got, right: torch.allclose(
                got.value[BATCH].float(), (right.value[BATCH] + 1) * 127.5, atol=8
            ),
        ),
        Mistake(
            "bytes that overflow",
            "It computes with bytes, and what leaves 0 to 255 comes in again at the other end.",
            "Turn them into floating-point numbers before anything else.",
            sign=lambda got, right: overflowed(got.value[BATCH], right.value[BATCH]),
        ),
        Mistake(
            "ImageNet's normalisation",
            "It normalises as for a classifier of ImageNet, which goes beyond -1 and 1.",
            "A tanh cannot reach these values: take the mean 0.5 and the spread 0.5.",
            like=batch_by(values=imagenet),
        ),
        Mistake(
            "pixels skipped",
            "It skips pixels on the way to a small picture, so fine patterns turn into others.",
            "Resize with a filter that averages: Pillow's do, except NEAREST; torch's with "
            "antialias=True.",
            sign=lambda got, right: right.value[BATCH].std() < 0.1 < got.value[BATCH].std(),
        ),
        Mistake(
            "each picture stretched",
            "It stretches each picture to -1 and 1, so a dark one is no longer dark.",
            "All pictures share one scale: black is -1 and white is 1, whether they occur or not.",
            sign=lambda got, right: (
                max(got.value[BATCH].flatten(1).amin(1)) < -0.99
                and min(got.value[BATCH].flatten(1).amax(1)) > 0.99
            ),
        ),
        Mistake(
            "double precision",
            "Its numbers are of the type float64, and a network of float32 refuses them.",
            "NumPy divides in float64: call .float() on the tensor.",
            sign=lambda got, right: got.value[TYPE] == "float64",
        ),
    ],
)


# 04.5


def batch_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Feature maps (n, c, h, w), normalised, scaled (c,) and shifted (c,)."""
    return functional.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


def feature_maps(g: torch.Generator) -> list[tuple]:
    """Several shapes, a single picture, maps that hardly vary or not at all, and an eps to use."""

    def maps(*shape: int, spread: float = 1.5) -> tuple[Tensor, Tensor, Tensor]:
        # In float64, so that different ways of summing agree about the gradients too.
        x = spread * (1.3 + torch.randn(shape, generator=g, dtype=torch.float64))
        weight, bias = 1 + torch.rand(2, shape[1], generator=g, dtype=torch.float64)
        return tuple(part.requires_grad_() for part in (x, weight, -bias))

    faint = maps(4, 2, 3, 2, spread=0.003)
    with torch.no_grad():
        faint[0][:, 1] = 2
    return [
        maps(4, 3, 2, 5),
        maps(2, 4, 3, 4),
        maps(1, 3, 4, 2),
        faint,
        (*maps(3, 2, 4, 4), 0.5),
    ]


def normalised_by(
    mean: Callable[[Tensor], Tensor] = lambda x: x.mean((0, 2, 3), keepdim=True),
    divide: Callable[[Tensor, float], Tensor] = lambda var, eps: (var + eps).sqrt(),
    finish: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda x, weight, bias: x * weight + bias,
) -> Callable:
    """An answer to 04.5 with this mean, this divisor and this last step."""

    def answer(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
        centred = x - mean(x)
        normal = centred / divide(mean(centred**2), eps)
        return finish(normal, weight.view(-1, 1, 1), bias.view(-1, 1, 1))

    return answer


def over(*axes: int) -> Callable:
    """An answer to 04.5 with statistics over these axes."""
    return normalised_by(lambda x: x.mean(axes, keepdim=True))


def along_the_row(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """BatchNorm whose scale and shift meet the last axis, as broadcasting has it."""
    return normalised_by(finish=lambda x, w, b: x * w.flatten() + b.flatten())(x, weight, bias, eps)


def unbiased(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """BatchNorm with the variance of statistics' textbooks, divided by one less."""
    count = x.numel() / x.shape[1]
    divide = lambda var, eps: (var * count / (count - 1) + eps).sqrt()
    return normalised_by(divide=divide)(x, weight, bias, eps)


normalisation = Exercise(
    "04.5",
    "BatchNorm by hand",
    reference=batch_norm,
    cases=feature_maps,
    points=2,
    atol=1e-4,
    mistakes=[
        Mistake(
            "over the batch alone",
            "It takes a mean for every place of the map.",
            "A convolution does the same at all places: average over height and width as well.",
            like=over(0),
        ),
        Mistake(
            "each picture by itself",
            "It normalises every picture by itself: that is InstanceNorm.",
            "The mean runs over the pictures of the batch too: axes 0, 2 and 3.",
            like=over(2, 3),
        ),
        Mistake(
            "over the channels",
            "It mixes the channels of a picture: that is LayerNorm.",
            "Every channel keeps statistics of its own: all axes but axis 1.",
            like=over(1, 2, 3),
        ),
        Mistake(
            "one mean for all",
            "It takes one mean and one variance for everything.",
            "Every channel has its own: all axes but axis 1.",
            like=over(0, 1, 2, 3),
        ),
        Mistake(
            "unbiased variance",
            "It divides the variance by one less than the count.",
            "BatchNorm uses the plain mean of the squares: var(..., correction=0).",
            like=unbiased,
        ),
        Mistake(
            "eps outside the root",
            "It adds eps to the standard deviation.",
            "eps belongs to the variance, under the root: there it keeps the gradient finite too.",
            like=normalised_by(divide=lambda var, eps: var.sqrt() + eps),
        ),
        Mistake(
            "no eps",
            "It divides by 0 where a channel is the same everywhere.",
            "Add eps to the variance before the root.",
            like=normalised_by(divide=lambda var, eps: var.sqrt()),
        ),
        Mistake(
            "eps of its own",
            "It uses 1e-5 whatever eps is given.",
            "eps is an argument: use it.",
            like=normalised_by(divide=lambda var, eps: (var + 1e-5).sqrt()),
        ),
        Mistake(
            "variance without its root",
            "It divides by the variance.",
            "Divide by the root of it: then the spread becomes 1.",
            like=normalised_by(divide=lambda var, eps: var + eps),
        ),
        Mistake(
            "mean not taken off",
            "It divides by the spread but leaves the mean where it was.",
            "First x minus its mean, then the division.",
            like=lambda x, weight, bias, eps=1e-5: (
                batch_norm(x, weight, bias, eps)
                + (x.mean((0, 2, 3)) * weight / (x.var((0, 2, 3), correction=0) + eps).sqrt())[
                    :, None, None
                ]
            ),
        ),
        Mistake(
            "scale along the wrong axis",
            "Its scale and shift meet the last axis of x, the columns.",
            "Broadcasting begins at the end: give them the shape (1, c, 1, 1) first.",
            like=along_the_row,
        ),
        Mistake(
            "shifted before scaled",
            "It adds the shift before it multiplies.",
            "Scale first, then shift: weight · normal + bias.",
            like=normalised_by(finish=lambda x, weight, bias: (x + bias) * weight),
        ),
        Mistake(
            "neither scaled nor shifted",
            "It leaves out weight and bias.",
            "After BatchNorm every channel may choose a scale and a shift: weight · normal + bias.",
            like=normalised_by(finish=lambda x, weight, bias: x),
        ),
        Mistake(
            "statistics detached",
            "The values are right, but no gradient goes through the mean and the variance.",
            "They depend on x as well: no detach and no no_grad around them.",
            sign=lambda got, right: (
                torch.allclose(got.value, right.value, atol=1e-4)
                and not torch.allclose(got.gradients[0], right.gradients[0], atol=1e-4)
            ),
        ),
    ],
)
