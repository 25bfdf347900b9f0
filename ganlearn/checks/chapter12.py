"""Exercises of chapter 12: the price of speed, a batch's style loss, enlarging, many styles,
AdaIN, and flicker.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from ganlearn.checks import Exercise, Mistake, Outcome

# 12.1


def pays_from(training: float, fast: float, slow: float) -> float:
    """The least number of pictures for which training and then being fast takes no longer."""
    return math.ceil(training / (slow - fast)) if slow > fast else math.inf


def when_it_pays(count: Callable[[float, float, float], float]) -> Callable[..., float]:
    """An answer to 12.1 that counts in this way, and knows when it never pays."""
    return lambda training, fast, slow: count(training, fast, slow) if slow > fast else math.inf


def never_said(got: Outcome, right: Outcome) -> bool:
    """Whether there is no end to the count, and the answer gives one."""
    return right.value == math.inf and (got.error is not None or got.value != math.inf)


break_even = Exercise(
    "12.1",
    "when a network has paid for itself",
    reference=pays_from,
    cases=lambda g: [
        (1200, 0.25, 8),
        (100, 1, 5),
        (100, 1, 4),
        (900.0, 2, 2.5),
        (3600, 0.5, 20),
        (60, 4, 4),
        (10, 3, 2),
    ],
    mistakes=[
        Mistake(
            "how many times faster",
            "It says how many times faster the network is, and the training has vanished.",
            "This is the sentence that misleads: ask when training + n · fast is no more than "
            "n · slow.",
            like=lambda training, fast, slow: slow / fast,
        ),
        Mistake(
            "own time forgotten",
            "It takes the trained network for free.",
            "Each picture saves slow - fast seconds and not all of slow.",
            like=when_it_pays(lambda training, fast, slow: math.ceil(training / slow)),
        ),
        Mistake(
            "times added",
            "It adds the two times of a picture.",
            "What a picture saves is the difference, slow - fast.",
            like=when_it_pays(lambda training, fast, slow: math.ceil(training / (slow + fast))),
        ),
        Mistake(
            "rounded down",
            "It rounds down, and after so many pictures the training is not yet paid.",
            "Round up: math.ceil.",
            like=when_it_pays(lambda training, fast, slow: training // (slow - fast)),
        ),
        Mistake(
            "rounded to the nearest",
            "It rounds to the nearest number, which is too few in half of the cases.",
            "Round up: math.ceil.",
            like=when_it_pays(lambda training, fast, slow: round(training / (slow - fast))),
        ),
        Mistake(
            "one too many",
            "It counts one picture more where the division comes out even.",
            "The question is when it takes no longer, and equal is no longer: math.ceil.",
            like=when_it_pays(lambda training, fast, slow: training // (slow - fast) + 1),
        ),
        Mistake(
            "part of a picture",
            "It returns a fraction of a picture.",
            "Pictures are counted: round up with math.ceil.",
            like=when_it_pays(lambda training, fast, slow: training / (slow - fast)),
        ),
        Mistake(
            "seconds for pictures",
            "It returns seconds and not a number of pictures.",
            "Divide the seconds of the training by the seconds that one picture saves.",
            like=when_it_pays(
                lambda training, fast, slow: math.ceil(training / (slow - fast)) * slow
            ),
        ),
        Mistake(
            "never",
            "Where the network saves nothing, it gives a number of pictures or an error.",
            "When slow is not above fast, the training never pays: math.inf.",
            sign=never_said,
        ),
    ],
)


# 12.2


def gram(x: Tensor) -> Tensor:
    """Gram matrices (n, c, c) of features (n, c, h, w), means over the places, in float32."""
    rows = x.float().flatten(2)
    return rows @ rows.mT / rows.shape[2]


def share(found: Tensor, wanted: Tensor) -> Tensor:
    """The mean over the pictures of squared distances, each relative to the wanted matrix."""
    return ((found - wanted) ** 2).sum((1, 2)).div((wanted**2).sum((1, 2))).mean()


def style_by(
    compare: Callable[[Tensor, Tensor], Tensor] = share, of: Callable[[Tensor], Tensor] = gram
) -> Callable[[Tensor, Tensor], Tensor]:
    """An answer to 12.2 that compares these statistics in this way."""
    return lambda features, style: compare(of(features), of(style))


def centred(x: Tensor) -> Tensor:
    """The Gram matrix of what is left when every channel has lost its mean."""
    return gram(x - x.mean((2, 3), keepdim=True))


def of_the_batch(x: Tensor) -> Tensor:
    """One Gram matrix for all pictures, as of one large picture."""
    return gram(x).mean(0, keepdim=True)


def every_pair(found: Tensor, wanted: Tensor) -> Tensor:
    """Each picture beside each style, as broadcasting has it after one axis too many."""
    apart = (found - wanted.unsqueeze(1)) ** 2
    return (apart.sum((2, 3)) / (wanted**2).sum((1, 2)).unsqueeze(1)).mean()


def feature_pairs(g: torch.Generator) -> list[tuple]:
    """Batches beside one style and beside as many styles, of unequal sizes; the last in half."""

    def maps(*shape: int) -> Tensor:
        mean = torch.randn(shape[:2], generator=g)[..., None, None]
        return (mean + torch.randn(shape, generator=g)).relu()

    styles = maps(3, 3, 6, 5) * torch.tensor([0.3, 1.0, 4.0]).view(3, 1, 1, 1)
    loud = [(100 * maps(n, 4, 8, 10)).half() for n in (2, 1)]
    return [
        (maps(4, 5, 4, 6).requires_grad_(), maps(1, 5, 7, 3)),
        (maps(3, 3, 5, 4).requires_grad_(), styles),
        (maps(1, 4, 3, 8).requires_grad_(), maps(1, 4, 3, 8)),
        (maps(3, 3, 4, 4).requires_grad_(), maps(1, 3, 8, 8)),
        tuple(loud),
    ]


def in_half(got: Outcome, right: Outcome) -> bool:
    """Whether the answer was computed in 16 bits."""
    return got.value.dtype == torch.float16 or not bool(got.value.isfinite())


batch_loss = Exercise(
    "12.2",
    "the style loss of a batch",
    reference=style_by(),
    cases=feature_pairs,
    points=2,
    mistakes=[
        Mistake(
            "every picture with every style",
            "It compares each picture with the style of every other picture.",
            "A matrix (n, 1, c, c) beside one (n, c, c) broadcasts to (n, n, c, c) without a "
            "word: look at the shapes before you subtract.",
            like=style_by(every_pair),
        ),
        Mistake(
            "one matrix for the batch",
            "It computes one Gram matrix for all pictures together.",
            "Every picture has a style of its own: the batch stays axis 0 of the matrices.",
            like=style_by(of=of_the_batch),
        ),
        Mistake(
            "one matrix for the pictures",
            "It averages the Gram matrices of the pictures and compares the average.",
            "Then one picture may be too loud where another is too faint: compare each, then "
            "average.",
            like=lambda features, style: share(of_the_batch(features), gram(style)),
        ),
        Mistake(
            "first picture alone",
            "It looks at the first picture of the batch.",
            "Average over the batch.",
            like=lambda features, style: share(gram(features)[:1], gram(style)[:1]),
        ),
        Mistake(
            "sums over the places",
            "Its Gram matrices grow with the size of the picture.",
            "Divide by the number of places, h · w, of each: content and style differ in size.",
            like=style_by(of=lambda x: gram(x) * x[0, 0].numel()),
        ),
        Mistake(
            "means taken off",
            "It takes the mean off every channel first: that is a covariance.",
            "The Gram matrix is of the features as they are.",
            like=style_by(of=centred),
        ),
        Mistake(
            "not relative",
            "It does not divide by the size of the style's matrix.",
            "Without it one layer counts a thousand times as much as another: divide by the sum "
            "of the squares of the wanted matrix.",
            like=style_by(lambda found, wanted: ((found - wanted) ** 2).sum((1, 2)).mean()),
        ),
        Mistake(
            "mean and not relative",
            "It is the mean squared error of the matrices, which depends on how loud the layer is.",
            "Divide by the sum of the squares of the wanted matrix, picture by picture.",
            like=style_by(lambda found, wanted: ((found - wanted) ** 2).mean()),
        ),
        Mistake(
            "relative to the picture",
            "It divides by the picture's own matrix.",
            "That one moves: the share is of what is wanted, the style's.",
            like=style_by(
                lambda found, wanted: (
                    ((found - wanted) ** 2).sum((1, 2)).div((found**2).sum((1, 2))).mean()
                )
            ),
        ),
        Mistake(
            "one scale for all styles",
            "It divides by the size of all styles together, so a faint style hardly counts.",
            "Divide for each picture, then take the mean.",
            like=style_by(
                lambda found, wanted: (
                    ((found - wanted) ** 2).sum() / (wanted**2).expand_as(found).sum()
                )
            ),
        ),
        Mistake(
            "roots",
            "It takes lengths without their squares.",
            "The loss has squares above and below, and no root.",
            like=style_by(
                lambda found, wanted: (
                    ((found - wanted) ** 2).sum((1, 2)).div((wanted**2).sum((1, 2))).sqrt().mean()
                )
            ),
        ),
        Mistake(
            "summed over the batch",
            "Its loss grows with the batch.",
            "Take the mean over the pictures.",
            like=lambda features, style: len(features) * style_by()(features, style),
        ),
        Mistake(
            "computed in half precision",
            "It computes in float16, where no number may exceed 65 504.",
            "A Gram matrix of loud features does: features.float() first.",
            sign=in_half,
        ),
    ],
)


# 12.3

Size = tuple[int, int]


def resize(x: Tensor, size: Size, mode: str = "nearest") -> Tensor:
    """Maps at a new size, by default with every value repeated."""
    return functional.interpolate(x, size, mode=mode)


def enlarge_by(
    larger: Callable[[Tensor, Size], Tensor] = resize,
    padding: str = "reflect",
    width: Callable[[int], int] = lambda kernel: kernel // 2,
) -> Callable[..., Tensor]:
    """An answer to 12.3 that enlarges and pads in these ways."""

    def enlarge(x: Tensor, weight: Tensor, bias: Tensor, size: Size) -> Tensor:
        x = larger(x, size)
        x = functional.pad(x, [width(weight.shape[-1])] * 4, padding)
        return functional.conv2d(x, weight, bias)

    return enlarge


def convolved_first(x: Tensor, weight: Tensor, bias: Tensor, size: Size) -> Tensor:
    """The convolution at the small size, and its result enlarged."""
    return resize(enlarge_by(lambda x, size: x)(x, weight, bias, size), size)


def transposed(x: Tensor, weight: Tensor, bias: Tensor, size: Size) -> Tensor:
    """A transposed convolution of stride 2 with the same weights."""
    missing = tuple(s - 2 * n + 1 for s, n in zip(size, x.shape[2:], strict=True))
    half = weight.shape[-1] // 2
    return functional.conv_transpose2d(x, weight.transpose(0, 1), bias, 2, half, missing)


def without_bias(x: Tensor, weight: Tensor, bias: Tensor, size: Size) -> Tensor:
    """An answer to 12.3 that does not use its bias."""
    return enlarge_by()(x, weight, torch.zeros_like(bias), size)


def maps_to_enlarge(g: torch.Generator) -> list[tuple]:
    """Maps of several shapes, kernels of 3 and 5, and sizes with an odd number of pixels."""

    def case(n: int, c: int, h: int, w: int, out: int, kernel: int, size: Size) -> tuple:
        draw = lambda *shape: torch.randn(shape, generator=g, dtype=torch.float64)
        parts = (draw(n, c, h, w), draw(out, c, kernel, kernel), draw(out))
        return (*(part.requires_grad_() for part in parts), size)

    return [
        case(2, 3, 4, 6, 5, 3, (8, 12)),
        case(1, 2, 5, 3, 2, 5, (9, 6)),
        case(1, 4, 6, 5, 3, 3, (12, 9)),
        case(2, 1, 3, 4, 1, 3, (5, 7)),
    ]


enlarging = Exercise(
    "12.3",
    "twice as large, without a checkerboard",
    reference=enlarge_by(),
    cases=maps_to_enlarge,
    points=2,
    mistakes=[
        Mistake(
            "transposed convolution",
            "It is a transposed convolution, whose kernels overlap unevenly: a checkerboard.",
            "Repeat every value first, then convolve at the new size with stride 1.",
            like=transposed,
        ),
        Mistake(
            "convolution first",
            "It convolves at the small size and enlarges the result, so every value is a block.",
            "Enlarge first: then the convolution smooths the blocks.",
            like=convolved_first,
        ),
        Mistake(
            "always twice",
            "It doubles both sides, whatever size is asked for.",
            "33 pixels become 17 on the way down, and 34 on the way up: use the size that is "
            "given.",
            sign=lambda got, right: (
                got.value.shape[:2] == right.value.shape[:2]
                and all(
                    g == s + s % 2
                    for g, s in zip(got.value.shape[2:], right.value.shape[2:], strict=True)
                )
            ),
        ),
        Mistake(
            "sides swapped",
            "It has exchanged height and width.",
            "torch's sizes are (height, width), Pillow's are the other way round.",
            sign=lambda got, right: got.value.shape[2:] == right.value.shape[:1:-1],
        ),
        Mistake(
            "zeros at the border",
            "It pads with zeros, which stylised pictures show as a frame.",
            'Reflect what is inside: functional.pad(x, …, mode="reflect"), then no other padding.',
            like=enlarge_by(padding="constant"),
        ),
        Mistake(
            "edge repeated",
            "It repeats the outermost value beyond the border.",
            'That is "replicate". "reflect" mirrors what lies inside.',
            like=enlarge_by(padding="replicate"),
        ),
        Mistake(
            "wrapped round",
            "It goes on at the other end of the picture.",
            'That is "circular". "reflect" mirrors what lies inside.',
            like=enlarge_by(padding="circular"),
        ),
        Mistake(
            "padding of 1 for every kernel",
            "It pads by 1, which fits a kernel of 3 alone.",
            "A kernel of k needs k // 2 on each side.",
            like=enlarge_by(width=lambda kernel: 1),
        ),
        Mistake(
            "not padded",
            "Its maps are smaller than was asked for: nothing was padded.",
            "A kernel of k needs k // 2 on each side.",
            like=enlarge_by(width=lambda kernel: 0),
        ),
        Mistake(
            "smoothed",
            "It enlarges bilinearly.",
            'Here every value is repeated: mode="nearest".',
            like=enlarge_by(lambda x, size: resize(x, size, "bilinear")),
        ),
        Mistake(
            "other values doubled",
            "For odd sizes it repeats other values.",
            'Each value twice, and the last one cut off: mode="nearest" and not "nearest-exact".',
            like=enlarge_by(lambda x, size: resize(x, size, "nearest-exact")),
        ),
        Mistake(
            "bias forgotten",
            "It leaves the bias out.",
            "functional.conv2d takes it as its third argument.",
            like=without_bias,
        ),
    ],
)


# 12.4


def normal(x: Tensor, eps: float, axes: tuple[int, ...] = (2, 3), correction: int = 0) -> Tensor:
    """x without its mean, divided by its spread, over these axes."""
    variance, mean = torch.var_mean(x, axes, correction=correction, keepdim=True)
    return (x - mean) / (variance + eps).sqrt()


def per_channel(values: Tensor) -> Tensor:
    """(n, c) as (n, c, 1, 1)."""
    return values[..., None, None]


def mixed_by(
    shares: Callable[[Tensor], Tensor] = lambda mix: mix,
    norm: Callable[[Tensor, float], Tensor] = normal,
    finish: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda x, scale, shift: x * scale + shift,
) -> Callable[..., Tensor]:
    """An answer to 12.4 with these shares, this normalisation and this end."""

    def norm_of_styles(
        x: Tensor, scales: Tensor, shifts: Tensor, mix: Tensor, eps: float = 1e-5
    ) -> Tensor:
        part = shares(mix)
        return finish(norm(x, eps), per_channel(part @ scales), per_channel(part @ shifts))

    return norm_of_styles


def maps_and_styles(g: torch.Generator) -> list[tuple]:
    """Maps with styles to mix: half and half, one alone, more than all, less than nothing."""

    def case(n: int, c: int, h: int, w: int, mix: list[list[float]], spread: float = 2.0) -> tuple:
        draw = lambda *shape: torch.randn(shape, generator=g, dtype=torch.float64)
        x, styles = spread * (1.5 + draw(n, c, h, w)), len(mix[0])
        parts = (x, 1.2 + draw(styles, c), draw(styles, c))
        return (*(part.requires_grad_() for part in parts), torch.tensor(mix, dtype=x.dtype))

    return [
        case(2, 3, 4, 5, [[0.5, 0.5, 0.0], [0.2, 0.0, 0.8]]),
        case(1, 4, 3, 6, [[0.0, 1.0]]),
        case(3, 2, 5, 4, [[1.5, 0.0], [0.3, 0.3], [-0.5, 1.0]]),
        (*case(2, 2, 4, 3, [[0.4, 0.6], [0.9, 0.1]], spread=0.05), 0.01),
    ]


def detached(got: Outcome, right: Outcome) -> bool:
    """Whether the values are right and the gradient of the first input is not."""
    return torch.allclose(got.value, right.value, atol=1e-5) and not torch.allclose(
        got.gradients[0], right.gradients[0], atol=1e-5
    )


many_styles = Exercise(
    "12.4",
    "many styles in one layer",
    reference=mixed_by(),
    cases=maps_and_styles,
    points=2,
    mistakes=[
        Mistake(
            "over the batch",
            "It takes mean and variance over the whole batch: that is BatchNorm.",
            "The contrast of one picture must not depend on its company: axes 2 and 3 alone.",
            like=mixed_by(norm=lambda x, eps: normal(x, eps, (0, 2, 3))),
        ),
        Mistake(
            "over the channels",
            "It mixes the channels of a picture: that is LayerNorm.",
            "Every channel has statistics of its own: axes 2 and 3 alone.",
            like=mixed_by(norm=lambda x, eps: normal(x, eps, (1, 2, 3))),
        ),
        Mistake(
            "not normalised",
            "It scales and shifts features that were never normalised.",
            "First every channel's mean comes off and its spread is divided out; an instance norm "
            "that uses stored statistics has this fault.",
            like=mixed_by(norm=lambda x, eps: x),
        ),
        Mistake(
            "unbiased variance",
            "It divides the variance by one less than the count.",
            "Here it is the plain mean of the squares: var(..., correction=0).",
            like=mixed_by(norm=lambda x, eps: normal(x, eps, correction=1)),
        ),
        Mistake(
            "eps of its own",
            "It uses 1e-5 whatever eps is given.",
            "eps is an argument: use it.",
            like=mixed_by(norm=lambda x, eps: normal(x, 1e-5)),
        ),
        Mistake(
            "eps outside the root",
            "It adds eps to the standard deviation.",
            "eps belongs to the variance, under the root.",
            like=mixed_by(
                norm=lambda x, eps: (
                    (x - x.mean((2, 3), keepdim=True))
                    / (x.std((2, 3), correction=0, keepdim=True) + eps)
                )
            ),
        ),
        Mistake(
            "strongest style alone",
            "It takes the style with the largest share and drops the others.",
            "A mixture: each style's scale counts by its share, mix @ scales.",
            like=mixed_by(
                lambda mix: functional.one_hot(mix.argmax(1), mix.shape[1]).to(mix.dtype)
            ),
        ),
        Mistake(
            "first picture's mixture for all",
            "It gives every picture the mixture of the first.",
            "mix has a row for each picture.",
            like=mixed_by(lambda mix: mix[:1].expand_as(mix)),
        ),
        Mistake(
            "softmax of the shares",
            "It sends the shares through a softmax, so no style can be had alone.",
            "The shares are used as they are.",
            like=mixed_by(lambda mix: mix.softmax(1)),
        ),
        Mistake(
            "shares made to sum to 1",
            "It divides the shares by their sum.",
            "Shares that sum to more exaggerate, and that is wanted: use them as they are.",
            like=mixed_by(lambda mix: mix / mix.sum(1, keepdim=True)),
        ),
        Mistake(
            "scale and shift exchanged",
            "It adds the scales and multiplies by the shifts.",
            "scale · normal + shift.",
            like=mixed_by(finish=lambda x, scale, shift: x * shift + scale),
        ),
        Mistake(
            "shifted before scaled",
            "It adds the shift before it multiplies.",
            "Scale first, then shift: scale · normal + shift.",
            like=mixed_by(finish=lambda x, scale, shift: (x + shift) * scale),
        ),
        Mistake(
            "shift forgotten",
            "It scales and does not shift.",
            "The shift carries a style's mean colours: add mix @ shifts.",
            like=mixed_by(finish=lambda x, scale, shift: x * scale),
        ),
        Mistake(
            "one plus the scale",
            "It multiplies by 1 + scale.",
            "Some write it so and start from 0; these scales start from 1.",
            like=mixed_by(finish=lambda x, scale, shift: x * (1 + scale) + shift),
        ),
        Mistake(
            "statistics detached",
            "The values are right, but no gradient goes through the mean and the variance.",
            "They depend on x as well: no detach and no no_grad around them.",
            sign=detached,
        ),
    ],
)


# 12.5


def moments(x: Tensor, eps: float, axes: tuple[int, ...] = (2, 3)) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over these axes, kept as axes of length 1."""
    variance, mean = torch.var_mean(x, axes, correction=0, keepdim=True)
    return mean, (variance + eps).sqrt()


def unbiased(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """The standard deviation of statistics' textbooks."""
    variance, mean = torch.var_mean(x, (2, 3), keepdim=True)
    return mean, (variance + eps).sqrt()


def bare_variance(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """The variance where its root belongs."""
    mean, std = moments(x, eps)
    return mean, std**2


def eps_outside(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """eps added to the standard deviation."""
    mean, std = moments(x, 0)
    return mean, std + eps


def blend(content: Tensor, moved: Tensor, strength: float) -> Tensor:
    """From the content at 0 to the moved features at 1."""
    return content + strength * (moved - content)


def adain_by(
    of: Callable[..., tuple[Tensor, Tensor]] = moments,
    mix: Callable[[Tensor, Tensor, float], Tensor] = blend,
    new: Callable[..., Tensor] = lambda x, std, mean: x * std + mean,
) -> Callable[..., Tensor]:
    """An answer to 12.5 with these statistics, this mixture and this end."""

    def adain(content: Tensor, style: Tensor, strength: float = 1.0, eps: float = 1e-5) -> Tensor:
        mean, std = of(content, eps)
        new_mean, new_std = of(style, eps)
        return mix(content, new((content - mean) / std, new_std, new_mean), strength)

    return adain


def over(*axes: int) -> Callable[..., tuple[Tensor, Tensor]]:
    """Statistics over these axes."""
    return lambda x, eps: moments(x, eps, axes)


def partly_detached(got: Outcome, right: Outcome) -> bool:
    """Whether the values are right, and a gradient comes back to the content that is not."""
    return torch.allclose(got.value, right.value, atol=1e-6) and not torch.allclose(
        got.gradients[0], right.gradients[0], atol=1e-6
    )


def contents_and_styles(g: torch.Generator) -> list[tuple]:
    """Features of unequal sizes, one style for two contents, a dead channel, several strengths."""

    def maps(*shape: int) -> Tensor:
        draw = lambda *s: torch.randn(s, generator=g, dtype=torch.float64)
        return draw(*shape[:2], 1, 1) + draw(*shape[:2], 1, 1).exp() * draw(*shape)

    dead = maps(2, 3, 4, 4)
    dead[:, 1] = 0
    cases = [
        (maps(2, 3, 4, 6), maps(2, 3, 5, 3), 1.0),
        (maps(2, 4, 5, 3), maps(1, 4, 7, 2), 0.7),
        (maps(1, 3, 4, 4), maps(1, 3, 4, 4), 0.25, 0.1),
    ]
    learning = [(c.requires_grad_(), s.requires_grad_(), *rest) for c, s, *rest in cases]
    return [*learning, (dead, maps(2, 3, 3, 6), 1.0)]


any_style = Exercise(
    "12.5",
    "AdaIN",
    reference=adain_by(),
    cases=contents_and_styles,
    points=2,
    mistakes=[
        Mistake(
            "content and style exchanged",
            "It gives the style's features the statistics of the content.",
            "What is moved is the content: its places stay where they are.",
            like=lambda content, style, strength=1.0, eps=1e-5: adain_by()(
                style, content, strength, eps
            ),
        ),
        Mistake(
            "strength turned round",
            "At strength 0 it moves the features, and at 1 it leaves them.",
            "strength · moved + (1 - strength) · content.",
            like=adain_by(mix=lambda content, moved, strength: blend(moved, content, strength)),
        ),
        Mistake(
            "strength ignored",
            "It moves the features all the way, whatever strength is asked for.",
            "strength · moved + (1 - strength) · content.",
            like=adain_by(mix=lambda content, moved, strength: moved),
        ),
        Mistake(
            "moved features faded",
            "It multiplies the moved features by the strength and leaves the content out.",
            "The rest has to come from the content: + (1 - strength) · content.",
            like=adain_by(mix=lambda content, moved, strength: strength * moved),
        ),
        Mistake(
            "moved features added",
            "It adds the moved features to the whole content.",
            "A mixture: as much as the style gets, the content loses.",
            like=adain_by(mix=lambda content, moved, strength: content + strength * moved),
        ),
        Mistake(
            "over the channels",
            "It takes one mean and one spread for all channels.",
            "What channels share is lost so; each has its own: axes 2 and 3.",
            like=adain_by(over(1, 2, 3)),
        ),
        Mistake(
            "over the batch",
            "It takes mean and spread over all pictures of the batch.",
            "Every picture and every style has its own: axes 2 and 3.",
            like=adain_by(over(0, 2, 3)),
        ),
        Mistake(
            "everything in one",
            "It takes one mean and one spread for everything.",
            "Every picture and every channel has its own: axes 2 and 3.",
            like=adain_by(over(0, 1, 2, 3)),
        ),
        Mistake(
            "unbiased variance",
            "It divides the variance by one less than the count.",
            "Content and style differ in size, so it does not cancel: var(..., correction=0).",
            like=adain_by(unbiased),
        ),
        Mistake(
            "variance without its root",
            "It scales by variances.",
            "Take the root, of both.",
            like=adain_by(bare_variance),
        ),
        Mistake(
            "eps outside the root",
            "It adds eps to the standard deviation.",
            "eps belongs to the variance, under the root: there it keeps the gradient finite too.",
            like=adain_by(eps_outside),
        ),
        Mistake(
            "no eps",
            "Where a channel is 0 everywhere, it divides by 0.",
            "Dead channels are usual behind a ReLU: add eps to the variance.",
            like=adain_by(lambda x, eps: moments(x, 0)),
        ),
        Mistake(
            "eps of its own",
            "It uses 1e-5 whatever eps is given.",
            "eps is an argument: use it.",
            like=adain_by(lambda x, eps: moments(x, 1e-5)),
        ),
        Mistake(
            "spread alone",
            "It brings the style's spread and not its mean.",
            "Add the style's mean at the end.",
            like=adain_by(new=lambda x, std, mean: x * std),
        ),
        Mistake(
            "mean alone",
            "It brings the style's mean and not its spread.",
            "Multiply by the style's standard deviation before you add its mean.",
            like=adain_by(new=lambda x, std, mean: x + mean),
        ),
        Mistake(
            "statistics detached",
            "The values are right, but no gradient goes through mean and spread.",
            "A decoder may live without it, but whoever optimises a picture does not: no detach.",
            sign=partly_detached,
        ),
    ],
)


# 12.6


def grid_of(flow: Tensor) -> Tensor:
    """Where every pixel was before (n, h, w, 2), in pixels: across, then down."""
    height, width = flow.shape[2:]
    rows, columns = torch.meshgrid(
        torch.arange(height, dtype=flow.dtype),
        torch.arange(width, dtype=flow.dtype),
        indexing="ij",
    )
    return torch.stack([columns, rows], -1) + flow.permute(0, 2, 3, 1)


def pull(
    frame: Tensor,
    flow: Tensor,
    less: int = 1,
    aligned: bool = True,
    mode: str = "bilinear",
    turn: Callable[[Tensor], Tensor] = lambda grid: grid,
) -> Tensor:
    """A frame moved along the flow; ``less`` is taken off the size before dividing by it."""
    height, width = frame.shape[2:]
    size = torch.tensor([width, height], dtype=frame.dtype) - less
    grid = turn(2 * grid_of(flow) / size - 1)
    return functional.grid_sample(frame, grid, mode, "border", align_corners=aligned)


def mean_where_seen(difference: Tensor, seen: Tensor) -> Tensor:
    """The mean over all channels of the pixels that were seen; 0 when there are none."""
    weight = seen.expand_as(difference)
    return (weight * difference).sum() / weight.sum().clamp(min=1)


def flicker_by(
    moved: Callable[[Tensor, Tensor], Tensor] = pull,
    average: Callable[[Tensor, Tensor], Tensor] = mean_where_seen,
    of: Callable[[Tensor], Tensor] = torch.square,
) -> Callable[..., Tensor]:
    """An answer to 12.6 that moves, averages and punishes in these ways."""
    return lambda now, before, flow, seen: average(of(now - moved(before, flow)), seen)


def mixed_units(padding: str) -> Callable[[Tensor, Tensor], Tensor]:
    """A frame moved by a flow in pixels that was added to coordinates from -1 to 1."""

    def moved(frame: Tensor, flow: Tensor) -> Tensor:
        height, width = frame.shape[2:]
        size = torch.tensor([width - 1, height - 1], dtype=frame.dtype)
        grid = 2 * grid_of(0 * flow) / size - 1 + flow.permute(0, 2, 3, 1)
        return functional.grid_sample(frame, grid, "bilinear", padding, align_corners=True)

    return moved


MARGIN = 3


def clips(g: torch.Generator) -> list[tuple]:
    """Frames with a flow that stays inside; seen away from the border, and once nowhere.

    So a flow that is taken the wrong way does not leave the frame where it counts, and what an
    answer puts beyond the border makes no difference.
    """

    def case(n: int, h: int, w: int, across: float, down: float) -> tuple:
        draw = lambda *shape: torch.rand(shape, generator=g, dtype=torch.float64)
        now, before, drawn = draw(n, 3, h, w), draw(n, 3, h, w), draw(n, 2, h, w) - 0.5
        still = grid_of(0 * drawn)
        places = grid_of(drawn + torch.tensor([across, down]).view(1, 2, 1, 1))
        flow = places.clamp(min=0).minimum(torch.tensor([w - 1.0, h - 1.0]).double()) - still
        seen = torch.zeros(n, 1, h, w, dtype=now.dtype)
        inner = (..., slice(MARGIN, h - MARGIN), slice(MARGIN, w - MARGIN))
        seen[inner] = (draw(n, 1, h, w) < 0.8).double()[inner]
        return now.requires_grad_(), before, flow.permute(0, 3, 1, 2), seen

    nothing_seen = case(1, 9, 9, 0, 0)
    nothing_seen[3].zero_()
    return [
        case(2, 11, 13, 1.5, -0.75),
        case(1, 12, 10, -2.0, 1.25),
        case(2, 9, 15, 0.5, 2.4),
        nothing_seen,
    ]


temporal = Exercise(
    "12.6",
    "what flickers",
    reference=flicker_by(),
    cases=clips,
    points=3,
    mistakes=[
        Mistake(
            "0 / 0",
            "After a cut nothing was seen before, and it divides 0 by 0.",
            "Divide by the number that were seen, but at least by 1.",
            sign=lambda got, right: bool(got.value.isnan()),
        ),
        Mistake(
            "nothing moved",
            "It compares the frames as they are, so every motion counts as flicker.",
            "Move the former frame along the flow first.",
            like=flicker_by(lambda frame, flow: frame),
        ),
        Mistake(
            "flow the other way",
            "It goes against the flow.",
            "The flow points from a place in the new frame to where it was: add it.",
            like=flicker_by(lambda frame, flow: pull(frame, -flow)),
        ),
        Mistake(
            "across and down exchanged",
            "It takes the first channel of the flow for down.",
            "Channel 0 goes across, along the columns, and channel 1 down; grid_sample wants the "
            "same order on its last axis.",
            like=flicker_by(lambda frame, flow: pull(frame, flow.flip(1))),
        ),
        Mistake(
            "rows before columns",
            "The grid that it gives to grid_sample has rows first.",
            "grid_sample wants (across, down) on the last axis: the column first.",
            like=flicker_by(lambda frame, flow: pull(frame, flow, turn=lambda grid: grid.flip(-1))),
        ),
        *(
            Mistake(
                "pixels for units of the grid",
                "It adds the flow, in pixels, to coordinates that go from -1 to 1.",
                "Add in pixels first, and bring the sum to [-1, 1] afterwards.",
                like=flicker_by(mixed_units(padding)),
            )
            for padding in ("zeros", "border")
        ),
        Mistake(
            "half a pixel off",
            "It divides by the size less one and lets grid_sample count from edge to edge.",
            "-1 and 1 are the middles of the outermost pixels then: align_corners=True.",
            like=flicker_by(lambda frame, flow: pull(frame, flow, aligned=False)),
        ),
        Mistake(
            "size not less one",
            "It divides by the size, and -1 and 1 are the middles of the outermost pixels.",
            "From the first middle to the last it is one pixel less: width - 1 and height - 1.",
            like=flicker_by(lambda frame, flow: pull(frame, flow, less=0)),
        ),
        Mistake(
            "whole pixels",
            "It moves by whole pixels.",
            'Motion seldom is: mode="bilinear".',
            like=flicker_by(lambda frame, flow: pull(frame, flow, mode="nearest")),
        ),
        Mistake(
            "new frame moved",
            "It moves the new frame and compares it with the former one.",
            "The flow is given at the places of the new frame: fetch there what was before.",
            like=lambda now, before, flow, seen: flicker_by()(before, now, flow, seen),
        ),
        Mistake(
            "mask left out",
            "It counts places that were hidden before, where there is nothing to compare.",
            "Weight the differences by seen.",
            like=flicker_by(average=lambda difference, seen: difference.mean()),
        ),
        Mistake(
            "hidden places counted",
            "It takes the mean over all places, so a clip with much hidden seems to flicker less.",
            "Divide by what was seen.",
            like=flicker_by(average=lambda difference, seen: (seen * difference).mean()),
        ),
        Mistake(
            "channels not counted",
            "It divides by the number of places and forgets that each has three colours.",
            "seen has one channel: expand it to the frame's shape before you sum.",
            like=flicker_by(
                average=lambda difference, seen: (seen * difference).sum() / seen.sum().clamp(min=1)
            ),
        ),
        Mistake(
            "mask turned round",
            "It counts what was hidden, and leaves out what was seen.",
            "seen is 1 where there is something to compare.",
            like=flicker_by(average=lambda difference, seen: mean_where_seen(difference, 1 - seen)),
        ),
        Mistake(
            "absolute differences",
            "It takes absolute values.",
            "The loss is of squares.",
            like=flicker_by(of=torch.abs),
        ),
    ],
)
