"""Planted answers to the exercises of chapter 12."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ganlearn.checks.planted import right, wrong

# 12.1


@right("12.1")
def by_division(training, fast, slow):
    saved = slow - fast
    if saved <= 0:
        return float("inf")
    return int(-(-training // saved))


@right("12.1")
def by_counting(training, fast, slow):
    if fast >= slow:
        return np.inf
    n = 0
    while training + n * fast > n * slow:
        n += 1
    return n


@right("12.1")
def with_numpy(training, fast, slow):
    with np.errstate(divide="ignore"):
        n = np.ceil(np.float64(training) / (slow - fast))
    return n if n > 0 else np.inf


def counted(rule):
    def pictures(training, fast, slow):
        if fast >= slow:
            return math.inf
        return rule(training, fast, slow)

    return pictures


wrong("12.1", "own time forgotten")(counted(lambda t, fast, slow: -int(-t // slow)))
wrong("12.1", "times added")(counted(lambda t, fast, slow: math.ceil(t / (fast + slow))))
wrong("12.1", "rounded down")(counted(lambda t, fast, slow: int(t / (slow - fast))))
wrong("12.1", "rounded down")(counted(lambda t, fast, slow: math.floor(t / (slow - fast))))
wrong("12.1", "rounded to the nearest")(counted(lambda t, fast, slow: round(t / (slow - fast))))
wrong("12.1", "one too many")(counted(lambda t, fast, slow: int(t / (slow - fast)) + 1))
wrong("12.1", "part of a picture")(counted(lambda t, fast, slow: t / (slow - fast)))
wrong("12.1", "seconds for pictures")(counted(lambda t, f, slow: slow * math.ceil(t / (slow - f))))


@wrong("12.1", "how many times faster")
def speed_up(training, fast, slow):
    return slow / fast


@wrong("12.1", "never")
def never_asked(training, fast, slow):
    return math.ceil(training / (slow - fast))


@wrong("12.1", "never")
def asked_for_equal_only(training, fast, slow):
    return math.inf if slow == fast else math.ceil(training / (slow - fast))


@wrong("12.1", "never")
def zero_for_never(training, fast, slow):
    return math.ceil(training / (slow - fast)) if slow > fast else 0


@wrong("12.1", "returns nothing")
def prints_it(training, fast, slow):
    print(counted(lambda t, fast, slow: math.ceil(t / (slow - fast)))(training, fast, slow))


# 12.2


@right("12.2")
def picture_by_picture(features, style):
    losses = []
    for i, x in enumerate(features.float()):
        y = style[i if len(style) > 1 else 0].float()
        a, b = x.reshape(len(x), -1), y.reshape(len(y), -1)
        found, wanted = a @ a.T / a.shape[1], b @ b.T / b.shape[1]
        losses.append((found - wanted).pow(2).sum() / wanted.pow(2).sum())
    return torch.stack(losses).mean()


@right("12.2")
def with_einsum(features, style):
    def matrix(x):
        x = x.to(torch.float32)
        h, w = x.shape[2:]
        return torch.einsum("nihw,njhw->nij", x, x) / (h * w)

    found, wanted = matrix(features), matrix(style)
    length = torch.linalg.matrix_norm(found - wanted) / torch.linalg.matrix_norm(wanted)
    return (length**2).mean()


@right("12.2")
def divided_by_everything(features, style):
    def matrix(x):
        n, c, h, w = x.shape
        rows = x.float().view(n, c, h * w) / math.sqrt(c * h * w)
        return torch.bmm(rows, rows.transpose(1, 2))

    apart = F.mse_loss(
        matrix(features), matrix(style).expand(len(features), -1, -1), reduction="none"
    )
    return (apart.mean((1, 2)) / (matrix(style) ** 2).mean((1, 2))).mean()


def matrices(x, divide=True, centre=False):
    x = x.float().flatten(start_dim=2)
    if centre:
        x = x - x.mean(dim=2, keepdim=True)
    return torch.bmm(x, x.transpose(1, 2)) / (x.shape[2] if divide else 1)


def squares(x):
    return x.pow(2).flatten(1).sum(1)


def compared(rule, **how):
    """Students' losses: what is done with the two stacks of matrices."""

    def style_loss(features, style):
        return rule(matrices(features, **how), matrices(style, **how))

    return style_loss


def relative(found, wanted):
    return (squares(found - wanted) / squares(wanted)).mean()


wrong("12.2", "sums over the places")(compared(relative, divide=False))
wrong("12.2", "means taken off")(compared(relative, centre=True))
wrong("12.2", "not relative")(compared(lambda a, b: squares(a - b).mean()))
wrong("12.2", "mean and not relative")(compared(lambda a, b: (a - b).square().mean()))
wrong("12.2", "relative to the picture")(
    compared(lambda a, b: (squares(a - b) / squares(a)).mean())
)
wrong("12.2", "one scale for all styles")(
    compared(lambda a, b: (a - b).square().mean() / b.square().mean())
)
wrong("12.2", "roots")(
    compared(lambda a, b: ((a - b).norm(dim=(1, 2)) / b.norm(dim=(1, 2))).mean())
)
wrong("12.2", "summed over the batch")(compared(lambda a, b: (squares(a - b) / squares(b)).sum()))
wrong("12.2", "one matrix for the pictures")(
    compared(lambda a, b: (squares(a.mean(0, True) - b) / squares(b)).mean())
)
wrong("12.2", "wrong value")(compared(lambda a, b: ((a - b).abs().flatten(1).sum(1)).mean()))


@wrong("12.2", "every picture with every style")
def one_axis_too_many(features, style):
    n, c, h, w = style.shape
    y = style.float().view(n, 1, c, h * w)
    wanted = y @ y.transpose(2, 3) / (h * w)  # (n, 1, c, c)
    found = matrices(features)  # (n, c, c)
    return ((found - wanted) ** 2).sum((-1, -2)).div((wanted**2).sum((-1, -2))).mean()


@wrong("12.2", "one matrix for the batch")
def all_places_of_all_pictures(features, style):
    def matrix(x):
        rows = x.float().transpose(0, 1).reshape(x.shape[1], -1)
        return rows @ rows.T / rows.shape[1]

    a, b = matrix(features), matrix(style)
    return (a - b).pow(2).sum() / b.pow(2).sum()


@wrong("12.2", "first picture alone")
def squeezes(features, style):
    a, b = matrices(features)[0], matrices(style)[0]
    return (a - b).pow(2).sum() / b.pow(2).sum()


@wrong("12.2", "computed in half precision")
def in_its_own_type(features, style):
    def matrix(x):
        x = x.flatten(2)
        return x @ x.mT / x.shape[2]

    return relative(matrix(features), matrix(style))


@wrong("12.2", "computed in half precision")
def cast_too_late(features, style):
    def matrix(x):
        x = x.flatten(2)
        return (x @ x.mT).float() / x.shape[2]

    return relative(matrix(features), matrix(style))


@wrong("12.2", "raises")
def as_in_a_tutorial(features, style):
    def matrix(x):
        a, b, c, d = x.size()
        rows = x.float().view(a * b, c * d)
        return torch.mm(rows, rows.t()).div(c * d)

    return relative(matrix(features)[None], matrix(style)[None])


@wrong("12.2", "no gradient")
def as_a_number(features, style):
    return torch.tensor(with_einsum(features, style).item())


# 12.3


@right("12.3")
def repeated_and_cut(x, weight, bias, size):
    x = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)[..., : size[0], : size[1]]
    p = (weight.shape[-1] - 1) // 2
    return F.conv2d(F.pad(x, (p, p, p, p), mode="reflect"), weight, bias)


@right("12.3")
def with_modules(x, weight, bias, size):
    kernel = weight.shape[-1]
    like = {"padding": kernel // 2, "padding_mode": "reflect", "device": "meta"}
    conv = nn.Conv2d(*weight.shape[1::-1], kernel, **like)
    larger = nn.Upsample(size=tuple(size))(x)
    return torch.func.functional_call(conv, {"weight": weight, "bias": bias}, larger)


@right("12.3")
def by_index(x, weight, bias, size):
    height, width = size
    p = weight.shape[-1] // 2
    # One list of indices does both: which value is repeated, and which one is mirrored.
    index = lambda n: [(n - 1 - abs(n - 1 - abs(i))) // 2 for i in range(-p, n + p)]
    x = x[:, :, index(height)][..., index(width)]
    return F.conv2d(x, weight) + bias[:, None, None]


def bigger(larger, mode="reflect", p=None, bias=True):
    """Students' layers: how it gets larger, how and how far it is padded."""

    def enlarge(x, weight, given, size):
        side = weight.shape[2] // 2 if p is None else p
        x = larger(x, size)
        x = F.pad(x, (side,) * 4) if mode == "zeros" else F.pad(x, (side,) * 4, mode=mode)
        return F.conv2d(x, weight, given if bias else None)

    return enlarge


nearest = nn.functional.interpolate
wrong("12.3", "zeros at the border")(bigger(nearest, "zeros"))
wrong("12.3", "edge repeated")(bigger(nearest, "replicate"))
wrong("12.3", "wrapped round")(bigger(nearest, "circular"))
wrong("12.3", "padding of 1 for every kernel")(bigger(nearest, p=1))
wrong("12.3", "not padded")(bigger(nearest, p=0))
wrong("12.3", "always twice")(bigger(lambda x, size: nearest(x, scale_factor=2)))
wrong("12.3", "sides swapped")(bigger(lambda x, size: nearest(x, (size[1], size[0]))))
wrong("12.3", "smoothed")(
    bigger(lambda x, size: nearest(x, size, mode="bilinear", align_corners=False))
)
wrong("12.3", "other values doubled")(
    bigger(lambda x, size: nearest(x, size, mode="nearest-exact"))
)
wrong("12.3", "bias forgotten")(bigger(nearest, bias=False))
wrong("12.3", "wrong value")(bigger(lambda x, size: nearest(x, size, mode="bicubic")))


@wrong("12.3", "zeros at the border")
def padding_argument(x, weight, bias, size):
    return F.conv2d(nearest(x, size), weight, bias, padding="same")


@wrong("12.3", "convolution first")
def small_convolution(x, weight, bias, size):
    p = weight.shape[-1] // 2
    small = F.conv2d(F.pad(x, (p, p, p, p), mode="reflect"), weight, bias)
    return small.repeat_interleave(2, 2).repeat_interleave(2, 3)[..., : size[0], : size[1]]


@wrong("12.3", "transposed convolution")
def deconvolution(x, weight, bias, size):
    n, c, h, w = x.shape
    spread = x.new_zeros(n, c, 2 * h - 1, 2 * w - 1)
    spread[..., ::2, ::2] = x
    kernel = weight.shape[-1]
    low = kernel - 1 - kernel // 2
    right_, bottom = size[1] - (2 * w - 1), size[0] - (2 * h - 1)
    spread = F.pad(spread, (low, low + right_, low, low + bottom))
    return F.conv2d(spread, weight.flip(2, 3), bias)


@wrong("12.3", "raises")
def size_as_factor(x, weight, bias, size):
    return F.conv2d(nearest(x, scale_factor=size), weight.permute(2, 3, 0, 1), bias)


@wrong("12.3", "returns nothing")
def nothing_returned(x, weight, bias, size):
    repeated_and_cut(x, weight, bias, size)


# 12.4


@right("12.4")
def outputs_mixed(x, scales, shifts, mix, eps=1e-5):
    plain = F.instance_norm(x, eps=eps)
    # Scaling and shifting are linear, so mixing the results is mixing the parameters.
    styled = [
        plain * scale[:, None, None] + shift[:, None, None]
        for scale, shift in zip(scales, shifts, strict=True)
    ]
    return torch.einsum("nschw,ns->nchw", torch.stack(styled, 1), mix)


@right("12.4")
def one_picture_at_a_time(x, scales, shifts, mix, eps=1e-5):
    pictures = []
    for picture, shares in zip(x, mix, strict=True):
        scale = (shares[:, None] * scales).sum(0)
        shift = (shares[:, None] * shifts).sum(0)
        pictures.append(F.instance_norm(picture[None], weight=scale, bias=shift, eps=eps)[0])
    return torch.stack(pictures)


@right("12.4")
def by_the_formula(x, scales, shifts, mix, eps=1e-5):
    n, c, h, w = x.shape
    rows = x.view(n, c, h * w)
    rows = rows - rows.mean(-1, keepdim=True)
    rows = rows * torch.rsqrt((rows**2).mean(-1, keepdim=True) + eps)
    rows = torch.matmul(mix, scales)[..., None] * rows + torch.matmul(mix, shifts)[..., None]
    return rows.view(n, c, h, w)


def styled(
    norm=None, pick=lambda mix: mix, end=lambda x, scale, shift: torch.addcmul(shift, x, scale)
):
    """Students' layers: the normalisation, what is done with the mixture, and the end."""

    def layer(x, scales, shifts, mix, eps=1e-5):
        mix = pick(mix)
        x = norm(x, eps) if norm else F.instance_norm(x, eps=eps)
        scale = torch.einsum("ns,sc->nc", mix, scales)[:, :, None, None]
        shift = torch.einsum("ns,sc->nc", mix, shifts)[:, :, None, None]
        return end(x, scale, shift)

    return layer


def batch_norm(x, eps):
    return F.batch_norm(x, None, None, training=True, eps=eps)


def layer_norm(x, eps):
    return F.layer_norm(x, x.shape[1:], eps=eps)


def stored_statistics(x, eps):
    zeros, ones = x.new_zeros(x.shape[1]), x.new_ones(x.shape[1])
    return F.instance_norm(x, zeros, ones, use_input_stats=False, eps=0)


def textbook(x, eps):
    return (x - x.mean((2, 3), True)) / torch.sqrt(x.var((2, 3), keepdim=True) + eps)


def outside(x, eps):
    return (x - x.mean((2, 3), True)) / (x.var((2, 3), correction=0, keepdim=True) ** 0.5 + eps)


def under_no_grad(x, eps):
    with torch.no_grad():
        mean = x.mean((2, 3), keepdim=True)
        spread = (x.var((2, 3), correction=0, keepdim=True) + eps).sqrt()
    return (x - mean) / spread


def strongest(mix):
    picked = torch.zeros_like(mix)
    picked[torch.arange(len(mix)), mix.argmax(dim=1)] = 1
    return picked


wrong("12.4", "over the batch")(styled(batch_norm))
wrong("12.4", "over the channels")(styled(layer_norm))
wrong("12.4", "not normalised")(styled(stored_statistics))
wrong("12.4", "not normalised")(styled(lambda x, eps: x))
wrong("12.4", "unbiased variance")(styled(textbook))
wrong("12.4", "eps of its own")(styled(lambda x, eps: F.instance_norm(x)))
wrong("12.4", "eps outside the root")(styled(outside))
wrong("12.4", "statistics detached")(styled(under_no_grad))
wrong("12.4", "strongest style alone")(styled(pick=strongest))
wrong("12.4", "first picture's mixture for all")(styled(pick=lambda mix: mix[[0] * len(mix)]))
wrong("12.4", "softmax of the shares")(styled(pick=lambda mix: F.softmax(mix, dim=-1)))
wrong("12.4", "shares made to sum to 1")(styled(pick=lambda mix: mix / mix.sum(1)[:, None]))
wrong("12.4", "scale and shift exchanged")(styled(end=lambda x, scale, shift: scale + shift * x))
wrong("12.4", "shifted before scaled")(styled(end=lambda x, scale, shift: scale * (shift + x)))
wrong("12.4", "shift forgotten")(styled(end=lambda x, scale, shift: scale * x))
wrong("12.4", "one plus the scale")(styled(end=lambda x, scale, shift: x + scale * x + shift))
wrong("12.4", "wrong value")(styled(end=lambda x, scale, shift: scale * x - shift))


@wrong("12.4", "raises")
def along_the_row(x, scales, shifts, mix, eps=1e-5):
    return F.instance_norm(x, eps=eps) * (mix @ scales) + mix @ shifts


@wrong("12.4", "no gradient")
def in_numpy(x, scales, shifts, mix, eps=1e-5):
    arrays = (tensor.detach().numpy() for tensor in (x, scales, shifts, mix))
    x, scales, shifts, mix = arrays
    mean, variance = x.mean((2, 3), keepdims=True), x.var((2, 3), keepdims=True)
    x = (x - mean) / np.sqrt(variance + eps)
    return torch.from_numpy(x * (mix @ scales)[..., None, None] + (mix @ shifts)[..., None, None])


@wrong("12.4", "changes its inputs")
def in_place(x, scales, shifts, mix, eps=1e-5):
    with torch.no_grad():
        x -= x.mean((2, 3), keepdim=True)
    return by_the_formula(x, scales, shifts, mix, eps)


# 12.5


@right("12.5")
def statistics_blended(content, style, strength=1.0, eps=1e-5):
    def parts(x):
        mean = x.mean((2, 3), keepdim=True)
        return mean, ((x - mean).pow(2).mean((2, 3), keepdim=True) + eps).sqrt()

    (a, s), (b, t) = parts(content), parts(style)
    # Mixing features and mixing their statistics is the same, for the way between is straight.
    return (content - a) / s * torch.lerp(s, t, strength) + torch.lerp(a, b, strength)


@right("12.5")
def with_instance_norm(content, style, strength=1.0, eps=1e-5):
    mean = style.flatten(2).mean(-1)[..., None, None]
    std = (style.flatten(2).var(-1, correction=0)[..., None, None] + eps).sqrt()
    moved = F.instance_norm(content, eps=eps) * std + mean
    return strength * moved + (1 - strength) * content


@right("12.5")
def channel_by_channel(content, style, strength=1.0, eps=1e-5):
    pictures = []
    for i, x in enumerate(content):
        y, channels = style[i % len(style)], []
        for a, b in zip(x, y, strict=True):
            ratio = ((b.var(correction=0) + eps) / (a.var(correction=0) + eps)) ** 0.5
            channels.append((a - a.mean()) * ratio + b.mean())
        pictures.append(torch.stack(channels))
    return content + strength * (torch.stack(pictures) - content)


def parts_of(x, eps, axes=(2, 3)):
    mean = torch.mean(x, axes, keepdim=True)
    return mean, torch.sqrt(torch.mean((x - mean) ** 2, axes, keepdim=True) + eps)


def moved_by(parts=parts_of, end=lambda x, mean, std: std * x + mean, mix=None):
    """Students' AdaIN: the statistics, how they are put on, and how the result is mixed."""
    mix = mix or (lambda moved, content, strength: moved * strength + content * (1 - strength))

    def adain(content, style, strength=1.0, eps=1e-5):
        mean, std = parts(content, eps)
        moved = end((content - mean) / std, *parts(style, eps))
        return mix(moved, content, strength)

    return adain


def along(*axes):
    return lambda x, eps: parts_of(x, eps, axes)


def textbook_parts(x, eps):
    return x.mean((2, 3), keepdim=True), (x.var((2, 3), keepdim=True) + eps) ** 0.5


def variances(x, eps):
    return x.mean((2, 3), keepdim=True), x.var((2, 3), correction=0, keepdim=True) + eps


def added_after(x, eps):
    return x.mean((2, 3), keepdim=True), x.std((2, 3), correction=0, keepdim=True) + eps


def unguarded(x, eps):
    return x.mean((2, 3), keepdim=True), x.std((2, 3), correction=0, keepdim=True)


def frozen(x, eps):
    return parts_of(x.detach(), eps)


wrong("12.5", "strength turned round")(moved_by(mix=lambda m, c, s: c * s + m * (1 - s)))
wrong("12.5", "strength ignored")(moved_by(mix=lambda moved, content, strength: moved))
wrong("12.5", "moved features faded")(moved_by(mix=lambda moved, content, s: s * moved))
wrong("12.5", "moved features added")(moved_by(mix=lambda moved, content, s: content + s * moved))
wrong("12.5", "over the channels")(moved_by(along(1, 2, 3)))
wrong("12.5", "over the batch")(moved_by(along(0, 2, 3)))
wrong("12.5", "everything in one")(moved_by(along(0, 1, 2, 3)))
wrong("12.5", "unbiased variance")(moved_by(textbook_parts))
wrong("12.5", "variance without its root")(moved_by(variances))
wrong("12.5", "eps outside the root")(moved_by(added_after))
wrong("12.5", "no eps")(moved_by(unguarded))
wrong("12.5", "eps of its own")(moved_by(lambda x, eps: parts_of(x, 1e-5)))
wrong("12.5", "spread alone")(moved_by(end=lambda x, mean, std: std * x))
wrong("12.5", "mean alone")(moved_by(end=lambda x, mean, std: mean + x))
wrong("12.5", "statistics detached")(moved_by(frozen))
wrong("12.5", "wrong value")(moved_by(end=lambda x, mean, std: std * (x + mean)))


@wrong("12.5", "content and style exchanged")
def style_first(style, content, strength=1.0, eps=1e-5):
    return statistics_blended(content, style, strength, eps)


@wrong("12.5", "raises")
def wants_one_size(content, style, strength=1.0, eps=1e-5):
    mean, std = parts_of(torch.cat([content, style]), eps)
    return (content - mean) / std


@wrong("12.5", "no gradient")
@torch.no_grad()
def all_under_no_grad(content, style, strength=1.0, eps=1e-5):
    return statistics_blended(content, style, strength, eps)


@wrong("12.5", "changes its inputs")
def over_the_content(content, style, strength=1.0, eps=1e-5):
    moved = statistics_blended(content, style, strength, eps)
    content.data.copy_(moved)
    return moved


# 12.6


def coordinates(flow, sign=1):
    """Column and row of every pixel in the former frame, each (n, h, w)."""
    h, w = flow.shape[2:]
    columns = torch.arange(w).to(flow).view(1, 1, w) + sign * flow[:, 0]
    rows = torch.arange(h).to(flow).view(1, h, 1) + sign * flow[:, 1]
    return columns, rows


@right("12.6")
def with_grid_sample(now, before, flow, seen):
    _, c, h, w = before.shape
    columns, rows = coordinates(flow)
    grid = torch.stack([2 * columns / (w - 1) - 1, 2 * rows / (h - 1) - 1], dim=-1)
    moved = F.grid_sample(before, grid, align_corners=True)
    return ((now - moved) ** 2 * seen).sum() / (c * seen.sum()).clamp(min=1)


@right("12.6")
def corners_not_aligned(now, before, flow, seen):
    h, w = before.shape[2:]
    columns, rows = coordinates(flow)
    grid = torch.stack([(2 * columns + 1) / w - 1, (2 * rows + 1) / h - 1], dim=-1)
    moved = F.grid_sample(before, grid, padding_mode="border", align_corners=False)
    apart = (now - moved).pow(2).mean(1, keepdim=True)
    return (apart * seen).sum() / max(seen.sum(), 1)


@right("12.6")
def four_neighbours(now, before, flow, seen):
    n, _, h, w = before.shape
    columns, rows = coordinates(flow)
    left, top = columns.floor(), rows.floor()
    moved = 0
    for x, y in ((left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)):
        share = (1 - (columns - x).abs()) * (1 - (rows - y).abs())
        picture = torch.arange(n).view(n, 1, 1)
        value = before[picture, :, y.clamp(0, h - 1).long(), x.clamp(0, w - 1).long()]
        moved = moved + share[..., None] * value
    apart = (now.permute(0, 2, 3, 1) - moved)[seen[:, 0] > 0]
    return apart.pow(2).mean() if len(apart) else (now * 0).sum()


def warped(frame, flow, sign=1, less=1, corners=True, mode="bilinear", order=(0, 1)):
    h, w = frame.shape[2:]
    both = coordinates(flow, sign)
    units = [2 * both[0] / (w - less) - 1, 2 * both[1] / (h - less) - 1]
    grid = torch.stack([units[i] for i in order], dim=3)
    return F.grid_sample(frame, grid, mode, padding_mode="border", align_corners=corners)


def where_seen(apart, seen):
    return (apart * seen).sum() / torch.clamp(seen.sum() * apart.shape[1], min=1)


def flickering(average=where_seen, apart=lambda a, b: (a - b) ** 2, **how):
    """Students' losses: how frames are moved, compared and averaged."""

    def loss(now, before, flow, seen):
        return average(apart(now, warped(before, flow, **how)), seen)

    return loss


wrong("12.6", "flow the other way")(flickering(sign=-1))
wrong("12.6", "rows before columns")(flickering(order=(1, 0)))
wrong("12.6", "half a pixel off")(flickering(corners=False))
wrong("12.6", "size not less one")(flickering(less=0))
wrong("12.6", "whole pixels")(flickering(mode="nearest"))
wrong("12.6", "mask left out")(flickering(lambda apart, seen: apart.mean()))
wrong("12.6", "hidden places counted")(flickering(lambda apart, seen: torch.mean(seen * apart)))
wrong("12.6", "channels not counted")(
    flickering(lambda apart, seen: (seen * apart).sum() / seen.sum().clamp(min=1))
)
wrong("12.6", "mask turned round")(flickering(lambda apart, seen: where_seen(apart, 1 - seen)))
wrong("12.6", "absolute differences")(flickering(apart=lambda a, b: (a - b).abs()))
wrong("12.6", "wrong value")(flickering(mode="bicubic"))
wrong("12.6", "0 / 0")(
    flickering(lambda apart, seen: (seen * apart).sum() / (apart.shape[1] * seen.sum()))
)


@wrong("12.6", "0 / 0")
def mean_of_an_empty_choice(now, before, flow, seen):
    apart = (now - warped(before, flow)) ** 2
    return apart[seen.expand_as(apart) > 0].mean()


@wrong("12.6", "nothing moved")
def frames_as_they_are(now, before, flow, seen):
    return where_seen((now - before).square(), seen)


@wrong("12.6", "across and down exchanged")
def rows_from_the_first_channel(now, before, flow, seen):
    return with_grid_sample(now, before, flow[:, [1, 0]], seen)


@wrong("12.6", "pixels for units of the grid")
def with_linspace(now, before, flow, seen):
    h, w = before.shape[2:]
    rows, columns = torch.meshgrid(
        torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij"
    )
    grid = torch.stack([columns, rows], dim=-1) + flow.permute(0, 2, 3, 1)
    moved = F.grid_sample(before, grid, align_corners=True)
    return where_seen((now - moved) ** 2, seen)


@wrong("12.6", "pixels for units of the grid")
def with_a_border(now, before, flow, seen):
    h, w = before.shape[2:]
    still = torch.stack(coordinates(flow * 0), dim=-1)
    still[..., 0] = still[..., 0] / (w - 1) * 2 - 1
    still[..., 1] = still[..., 1] / (h - 1) * 2 - 1
    grid = still + flow.movedim(1, -1)
    moved = F.grid_sample(before, grid, padding_mode="border", align_corners=True)
    return where_seen((now - moved) ** 2, seen)


@wrong("12.6", "new frame moved")
def the_other_frame(now, before, flow, seen):
    return where_seen((before - warped(now, flow)) ** 2, seen)


@wrong("12.6", "no gradient")
def fetched_in_numpy(now, before, flow, seen):
    apart = (now.detach() - warped(before, flow)).numpy() ** 2
    return torch.tensor(where_seen(torch.from_numpy(apart), seen).item()).double()


@wrong("12.6", "raises")
def flow_as_it_comes(now, before, flow, seen):
    return where_seen((now - F.grid_sample(before, flow, align_corners=True)) ** 2, seen)
