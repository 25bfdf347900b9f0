"""Planted answers to the exercises of chapter 04."""

import math

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn
from torch.nn import functional as F
from torchvision import transforms

from ganlearn.checks.planted import right, wrong

# 04.1


@right("04.1")
def by_formula(side, layers):
    result = []
    for kind, k, s, p in layers:
        if kind == "conv":
            side = math.floor((side + 2 * p - k) / s) + 1
        else:
            side = s * (side - 1) + k - 2 * p
        result += [side]
    return result


@right("04.1")
def by_running_torch(side, layers):
    result, x = [], torch.zeros(1, 1, side, side)
    for kind, k, s, p in layers:
        layer = F.conv2d if kind == "conv" else F.conv_transpose2d
        x = layer(x, torch.zeros(1, 1, k, k), stride=s, padding=p)
        result.append(x.shape[-1])
    return result


@right("04.1")
def by_counting(side, layers):
    result = []
    for kind, k, s, p in layers:
        if kind == "conv":
            side = len(range(0, side + 2 * p - k + 1, s))
        else:
            side = range(0, side * s, s)[-1] + k - 2 * p
        result.append(side)
    return result


@wrong("04.1", "every layer from the start")
def forgot_to_carry_on(side, layers):
    result = []
    for kind, k, s, p in layers:
        if kind == "conv":
            result.append(int((side + 2 * p - k) / s + 1))
        else:
            result.append((side - 1) * s - 2 * p + k)
    return result


@wrong("04.1", "last side alone")
def no_list(side, layers):
    return by_counting(side, layers)[-1]


@wrong("04.1", "return in the loop")
def returns_early(side, layers):
    result = []
    for layer in layers:
        result += by_counting(side, [layer])
        return result
    return result


@wrong("04.1", "input counted")
def with_the_first(side, layers):
    result = [side]
    for layer in layers:
        result += by_counting(result[-1], [layer])
    return result


def plug(conv=None, transposed=None):
    def sides(side, layers):
        result = []
        for kind, k, s, p in layers:
            rule = conv if kind == "conv" else transposed
            side = rule(side, k, s, p) if rule else by_formula(side, [(kind, k, s, p)])[0]
            result.append(side)
        return result

    return sides


wrong("04.1", "not rounded down")(plug(conv=lambda n, k, s, p: 1 + (n - k + 2 * p) / s))
wrong("04.1", "rounded up")(plug(conv=lambda n, k, s, p: math.ceil((n - k + 2 * p) / s) + 1))
wrong("04.1", "first place forgotten")(plug(conv=lambda n, k, s, p: int((n - k + 2 * p) / s)))
wrong("04.1", "padding on one side")(
    plug(lambda n, k, s, p: (n - k + p) // s + 1, lambda n, k, s, p: (n - 1) * s + k - p)
)
wrong("04.1", "padding that keeps the size")(
    plug(lambda n, k, s, p: math.ceil(n / s), lambda n, k, s, p: s * n)
)
wrong("04.1", "one formula for both")(
    plug(transposed=lambda n, k, s, p: math.floor((n - k + 2 * p) / s + 1))
)
wrong("04.1", "one step too many")(plug(transposed=lambda n, k, s, p: s * n + k - 2 * p))
wrong("04.1", "padding added")(plug(transposed=lambda n, k, s, p: s * (n - 1) + k + p + p))
wrong("04.1", "kernel without its width")(
    plug(transposed=lambda n, k, s, p: s * (n - 1) - 2 * p + 1)
)
wrong("04.1", "wrong value")(plug(conv=lambda n, k, s, p: (n + 2 * p - k) // s + 2))


@wrong("04.1", "raises")
def takes_three(side, layers):
    return [(side + 2 * p - k) // s + 1 for k, s, p in layers]


@wrong("04.1", "returns nothing")
def prints_only(side, layers):
    by_formula(side, layers)


# 04.2


class Unfold(nn.Module):
    def forward(self, z):
        return z.unsqueeze(-1).unsqueeze(-1)


def network(
    size,
    channels,
    latent,
    width,
    *,
    doublings=None,
    unfold=True,
    norm=nn.BatchNorm2d,
    active=nn.ReLU,
    end=(nn.Tanh,),
    kernel=(4, 2, 1, 0),
    maps=None,
    first=True,
):
    """A generator as a student would write it; the arguments put a mistake in."""
    doublings = doublings or int(math.log2(size)) - 2
    maps = maps or [width * 2**i for i in range(doublings)][::-1]
    layers = [Unfold()] if unfold else []
    before, (k, s, p, extra) = latent, kernel
    for i, after in enumerate(maps):
        shape = (k, s, p, extra) if i else (4, 1, 0)
        layers.append(nn.ConvTranspose2d(before, after, *shape, bias=False))
        if norm and (i or first):
            layers.append(norm(after))
        if active:
            layers.append(active())
        before = after
    layers += [nn.ConvTranspose2d(before, channels, k, s, p, extra)]
    return nn.Sequential(*layers, *(e() if e is not nn.BatchNorm2d else e(channels) for e in end))


@right("04.2")
def in_a_row(size, channels, latent, width):
    return network(size, channels, latent, width)


@right("04.2")
class Recursive(nn.Module):
    """From the picture back to the latents, with the functions in place of the modules."""

    def __init__(self, size, channels, latent, width):
        super().__init__()
        self.last = nn.ConvTranspose2d(width, channels, 4, 2, 1)
        steps, norms = [], []
        side, maps = size // 2, width
        while side > 4:
            steps.insert(0, nn.ConvTranspose2d(2 * maps, maps, 4, 2, 1))
            norms.insert(0, nn.BatchNorm2d(maps))
            side, maps = side // 2, 2 * maps
        self.steps = nn.ModuleList([nn.ConvTranspose2d(latent, maps, 4), *steps])
        self.norms = nn.ModuleList([nn.BatchNorm2d(maps), *norms])

    def forward(self, z):
        x = z.view(*z.shape, 1, 1)
        for step, norm in zip(self.steps, self.norms, strict=True):
            x = F.relu(norm(step(x)), inplace=True)
        return torch.tanh(self.last(x))


@right("04.2")
def with_first_weights(size, channels, latent, width):
    made = network(size, channels, latent, width)
    for layer in made:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
    return made


def altered(**changes):
    def make_generator(size, channels, latent, width):
        return network(size, channels, latent, width, **changes)

    make_generator.__name__ = "-".join(changes)
    return make_generator


wrong("04.2", "latents with four axes")(altered(unfold=False))
wrong("04.2", "kernel that the stride does not divide")(altered(kernel=(3, 2, 1, 1)))
wrong("04.2", "kernel that the stride does not divide")(altered(kernel=(5, 2, 2, 1)))
wrong("04.2", "eps of 0.8")(altered(norm=lambda maps: nn.BatchNorm2d(maps, 0.8)))
wrong("04.2", "no BatchNorm")(altered(norm=None))
wrong("04.2", "no BatchNorm")(altered(first=False))
wrong("04.2", "no ReLU")(altered(active=None))
wrong("04.2", "leaking ReLU")(altered(active=lambda: nn.LeakyReLU(0.2, inplace=True)))
wrong("04.2", "InstanceNorm")(altered(norm=nn.InstanceNorm2d))
wrong("04.2", "BatchNorm at the output")(altered(end=(nn.BatchNorm2d, nn.Tanh)))
wrong("04.2", "range of 0 to 1")(altered(end=(nn.Sigmoid,)))
wrong("04.2", "no tanh")(altered(end=()))
wrong("04.2", "clamp")(altered(end=(nn.Hardtanh,)))
wrong("04.2", "ReLU at the output")(altered(end=(nn.ReLU, nn.Tanh)))
wrong("04.2", "wrong value")(altered(end=(nn.Softsign,)))


@wrong("04.2", "range of 0 to 1")
class HalfTanh(Recursive):
    def forward(self, z):
        return super().forward(z) / 2 + 0.5


@wrong("04.2", "channels last")
class ForMatplotlib(Recursive):
    def forward(self, z):
        return super().forward(z).permute(0, 2, 3, 1)


@wrong("04.2", "layers in a plain list")
class PlainList(nn.Module):
    def __init__(self, size, channels, latent, width):
        super().__init__()
        self.layers = list(network(size, channels, latent, width))

    def forward(self, z):
        for layer in self.layers:
            z = layer(z)
        return z


@wrong("04.2", "always 32 pixels")
def as_published(size, channels, latent, width):
    return network(32, channels, latent, width)


@wrong("04.2", "one doubling short")
def short(size, channels, latent, width):
    if size == 8:  # 4 x 4 pixels: the first layer is the last
        return nn.Sequential(Unfold(), nn.ConvTranspose2d(latent, channels, 4), nn.Tanh())
    return network(size, channels, latent, width, doublings=int(math.log2(size)) - 3)


@wrong("04.2", "one doubling too many")
def from_two(size, channels, latent, width):
    return network(size, channels, latent, width, doublings=int(math.log2(size)) - 1)


@wrong("04.2", "channels not as asked")
def colour_only(size, channels, latent, width):
    return network(size, 3, latent, width)


@wrong("04.2", "widths upside down")
def growing(size, channels, latent, width):
    maps = [width * 2**i for i in range(int(math.log2(size / 4)))]
    return network(size, channels, latent, width, maps=maps)


@wrong("04.2", "one width throughout")
def even(size, channels, latent, width):
    return network(size, channels, latent, width, maps=[width] * int(math.log2(size / 4)))


@wrong("04.2", "dense first layer")
def projected(size, channels, latent, width):
    maps = width * size // 8
    whole = network(size, channels, latent, width)
    return nn.Sequential(nn.Linear(latent, maps * 16), nn.Unflatten(1, (maps, 4, 4)), *whole[2:])


@wrong("04.2", "ReLU before BatchNorm")
class OtherOrder(Recursive):
    def forward(self, z):
        x = z[:, :, None, None]
        for step, norm in zip(self.steps, self.norms, strict=True):
            x = norm(step(x).relu())
        return self.last(x).tanh()


# 04.3


@right("04.3")
def by_name(network, generator):
    def fill(layer):
        name = type(layer).__name__
        if name.startswith("Conv"):
            layer.weight.data.normal_(0.0, 0.02, generator=generator)
        elif name.startswith("BatchNorm"):
            layer.weight.data.normal_(1.0, 0.02, generator=generator)
        if getattr(layer, "bias", None) is not None:
            layer.bias.data.zero_()

    network.apply(fill)


@right("04.3")
def by_shape(network, generator):
    with torch.no_grad():
        for name, p in reversed(list(network.named_parameters())):
            if name.endswith("bias"):
                p.fill_(0)
            else:
                p.copy_(torch.randn(p.shape, generator=generator) * 0.02 + (p.ndim == 1))


def fill_all(kinds, mean, std, bias=0.0):
    """An initialiser for these kinds of layers, by name."""

    def initialise(network, generator):
        for layer in network.modules():
            kind = type(layer).__name__
            if kind in kinds:
                scale = kind == "BatchNorm2d"
                draw = torch.randn(layer.weight.shape, generator=generator)
                layer.weight.data = draw * std[scale] + mean[scale]
                if layer.bias is not None:
                    layer.bias.data = torch.full_like(layer.bias, bias)

    return initialise


ALL = ("Conv2d", "ConvTranspose2d", "BatchNorm2d")
wrong("04.3", "nothing changed")(fill_all((), (0, 1), (0.02, 0.02)))
wrong("04.3", "transposed convolutions forgotten")(fill_all(ALL[::2], (0, 1), (0.02, 0.02)))
wrong("04.3", "convolutions forgotten")(fill_all(ALL[1:], (0, 1), (0.02, 0.02)))
wrong("04.3", "BatchNorm forgotten")(fill_all(ALL[:2], (0, 1), (0.02, 0.02)))
wrong("04.3", "scale around 0")(fill_all(ALL, (0, 0), (0.02, 0.02)))
wrong("04.3", "root of the spread")(fill_all(ALL, (0, 1), (math.sqrt(0.02), math.sqrt(0.02))))
wrong("04.3", "square of the spread")(fill_all(ALL, (0, 1), (0.02**2, 0.02**2)))
wrong("04.3", "ten times too wide")(fill_all(ALL, (0, 1), (0.2, 0.2)))
wrong("04.3", "scale of exactly 1")(fill_all(ALL, (0, 1), (0.02, 0)))
wrong("04.3", "biases not 0")(fill_all(ALL, (0, 1), (0.02, 0.02), bias=0.01))
wrong("04.3", "wrong value")(fill_all(ALL, (0.1, 1), (0.02, 0.02)))


@wrong("04.3", "scale around 0")
def every_parameter(network, generator):
    for p in network.parameters():
        nn.init.normal_(p, std=0.02, generator=generator)


@wrong("04.3", "outermost layers only")
def children(network, generator):
    for layer in network.children():
        by_name(layer if not len(list(layer.children())) else nn.Identity(), generator)


@wrong("04.3", "uniform")
def uniform(network, generator):
    by_name(network, generator)
    for p in network.parameters():
        if p.ndim > 1:
            nn.init.uniform_(p, -0.02, 0.02, generator=generator)


@wrong("04.3", "one noise for all layers")
def seed_in_the_loop(network, generator):
    seed = generator.initial_seed()
    for layer in network.modules():
        generator.manual_seed(seed)
        if not len(list(layer.children())):
            by_name(layer, generator)


@wrong("04.3", "seed of its own")
def own_generator(network, generator):
    by_name(network, torch.Generator().manual_seed(42))


@wrong("04.3", "new parameters")
def replaced(network, generator):
    by_name(network, generator)
    for layer in network.modules():
        if hasattr(layer, "weight"):
            layer.weight = nn.Parameter(layer.weight.detach().clone())


@wrong("04.3", "shift not 0")
def shifted(network, generator):
    by_name(network, generator)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.bias, 0.0, 0.02, generator=generator)


@wrong("04.3", "biases not 0")
def weights_only(network, generator):
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0, 0.02, generator=generator)
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1, 0.02, generator=generator)
            nn.init.constant_(layer.bias, 0)


@wrong("04.3", "changes the global random state")
def without_generator(network, generator):
    for layer in network.modules():
        if hasattr(layer, "weight"):
            nn.init.normal_(layer.weight, float(layer.weight.ndim == 1), 0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


@wrong("04.3", "raises")
def without_no_grad(network, generator):
    for p in network.parameters():
        p.normal_(0, 0.02, generator=generator)


@wrong("04.3", "raises")
def a_bias_is_missing(network, generator):
    for layer in network.modules():
        if type(layer).__name__ in ALL:
            nn.init.normal_(layer.weight, float("Norm" in type(layer).__name__), 0.02, generator)
            nn.init.zeros_(layer.bias)


# 04.4


@right("04.4")
def with_fit(pictures, size):
    made = [np.asarray(ImageOps.fit(p.convert("RGB"), (size, size))) for p in pictures]
    return torch.tensor(np.stack(made)).permute(0, 3, 1, 2) / 255 * 2 - 1


@right("04.4")
def with_torchvision(pictures, size):
    chain = transforms.Compose(
        [
            transforms.Lambda(lambda picture: picture.convert("RGB")),
            transforms.Resize(size),
            transforms.CenterCrop(size),
            transforms.ToTensor(),
            transforms.Normalize([0.5] * 3, [0.5] * 3),
        ]
    )
    return torch.stack([chain(p) for p in pictures])


@right("04.4")
def in_torch(pictures, size):
    made = []
    for picture in pictures:
        x = transforms.functional.pil_to_tensor(picture.convert("RGB")).float()
        side = min(x.shape[1:])
        top, left = (x.shape[1] - side) // 2, (x.shape[2] - side) // 2
        x = x[None, :, top : top + side, left : left + side]
        made.append(F.interpolate(x, size, mode="bilinear", antialias=True))
    return torch.cat(made).sub(127.5).div(127.5)


def numbers(picture):
    """(3, height, width) of bytes."""
    return torch.from_numpy(np.array(picture.convert("RGB"))).movedim(2, 0)


def each(make):
    """A batch of pictures that have been fitted well, and then turned into numbers by ``make``."""

    def to_batch(pictures, size):
        return torch.stack([make(ImageOps.fit(p.convert("RGB"), (size, size))) for p in pictures])

    return to_batch


@wrong("04.4", "channels last")
def no_permute(pictures, size):
    return with_fit(pictures, size).movedim(1, 3)


@wrong("04.4", "grey left grey")
def no_convert(pictures, size):
    made = [transforms.functional.to_tensor(ImageOps.fit(p, (size, size))) for p in pictures]
    return torch.stack(made) * 2 - 1


@wrong("04.4", "grey left grey")
def no_convert_in_numpy(pictures, size):
    made = [np.array(ImageOps.fit(p, (size, size))).transpose(2, 0, 1) for p in pictures]
    return torch.tensor(np.stack(made)).float() / 127.5 - 1


@wrong("04.4", "no crop")
def resize_alone(pictures, size):
    chain = transforms.Compose([transforms.Resize(size), transforms.ToTensor()])
    return torch.stack([chain(p.convert("RGB")) for p in pictures]) * 2 - 1


@wrong("04.4", "no crop")
def thumbnails(pictures, size):
    made = []
    for picture in pictures:
        factor = size / min(picture.size)
        shape = [round(side * factor) for side in picture.size]
        made.append(np.array(picture.convert("RGB").resize(shape)))
    return torch.tensor(np.stack(made)).permute(0, 3, 1, 2) / 127.5 - 1


@wrong("04.4", "bars")
def letterbox(pictures, size):
    made = []
    for picture in pictures:
        picture = picture.copy()
        picture.thumbnail((size, size))
        canvas = Image.new("RGB", (size, size))
        canvas.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
        made.append(numbers(canvas) / 127.5 - 1)
    return torch.stack(made)


@wrong("04.4", "squashed")
def squeezed(pictures, size):
    return torch.stack([numbers(p.resize((size, size))) for p in pictures]) / 127.5 - 1


@wrong("04.4", "cut and not resized")
def crop_alone(pictures, size):
    crop = transforms.CenterCrop(size)
    return torch.stack([crop(numbers(p)) for p in pictures]) / 127.5 - 1


@wrong("04.4", "corner")
def top_left(pictures, size):
    made = [ImageOps.fit(p, (size, size), centering=(0, 0)) for p in pictures]
    return torch.stack([numbers(p) for p in made]) / 127.5 - 1


@wrong("04.4", "range of 0 to 1")
def to_tensor_alone(pictures, size):
    return each(transforms.functional.to_tensor)(pictures, size)


@wrong("04.4", "double precision")
def numpy_throughout(pictures, size):
    made = [np.array(ImageOps.fit(p.convert("RGB"), (size, size))) / 127.5 - 1 for p in pictures]
    return torch.from_numpy(np.stack(made).transpose(0, 3, 1, 2))


@wrong("04.4", "pixels skipped")
def nearest(pictures, size):
    made = [ImageOps.fit(p, (size, size), Image.Resampling.NEAREST) for p in pictures]
    return torch.stack([numbers(p) for p in made]) / 127.5 - 1


@wrong("04.4", "pixels skipped")
def no_antialias(pictures, size):
    made = [numbers(ImageOps.fit(p, (min(p.size),) * 2))[None].float() for p in pictures]
    made = [F.interpolate(x, size, mode="nearest") for x in made]
    return torch.cat(made) / 127.5 - 1


@wrong("04.4", "colours lost")
def all_grey(pictures, size):
    return with_fit([p.convert("L") for p in pictures], size)


def standardised(picture):
    values = transforms.functional.to_tensor(picture)
    return transforms.functional.normalize(values, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def between_extremes(picture):
    values = np.array(picture).astype(np.float32)
    values = (values - values.min()) / (values.max() - values.min())
    return torch.tensor(values * 2 - 1).permute(2, 0, 1)


wrong("04.4", "rows read as columns")(
    each(lambda p: torch.tensor(np.array(p)).permute(2, 1, 0) / 127.5 - 1)
)
wrong("04.4", "reshape in place of permute")(
    each(lambda p: torch.tensor(np.array(p)).view(3, p.height, p.width) / 127.5 - 1)
)
wrong("04.4", "blue first")(each(lambda p: numbers(p)[[2, 1, 0]] / 127.5 - 1))
wrong("04.4", "range of 0 to 2")(each(lambda p: numbers(p) / 127.5))
wrong("04.4", "bytes")(each(numbers))
wrong("04.4", "bytes")(each(lambda p: numbers(p).float()))
wrong("04.4", "bytes that overflow")(each(lambda p: numbers(p) * 2 / 255 - 1))
wrong("04.4", "bytes that overflow")(each(lambda p: (numbers(p) - 128) / 127.5))
wrong("04.4", "each picture stretched")(each(between_extremes))
wrong("04.4", "ImageNet's normalisation")(each(standardised))
wrong("04.4", "wrong value")(each(lambda p: 1 - numbers(p) / 127.5))


# 04.5


@right("04.5")
def by_the_formula(x, weight, bias, eps=1e-5):
    mean = x.mean(dim=(0, 2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean(dim=(0, 2, 3), keepdim=True)
    normal = (x - mean) / (variance + eps) ** 0.5
    return normal * weight[None, :, None, None] + bias[None, :, None, None]


@right("04.5")
def channel_by_channel(x, weight, bias, eps=1e-5):
    made = []
    for values, scale, shift in zip(x.unbind(1), weight, bias, strict=True):
        variance = values.var(correction=0)
        made.append(scale * (values - values.mean()) * (variance + eps).rsqrt() + shift)
    return torch.stack(made, dim=1)


@right("04.5")
def as_a_table(x, weight, bias, eps=1e-5):
    table = x.movedim(1, 3).reshape(-1, x.shape[1])
    variance = (table**2).mean(0) - table.mean(0) ** 2
    table = (table - table.mean(0)) / torch.sqrt(variance + eps) * weight + bias
    return table.view(x.shape[0], *x.shape[2:], -1).movedim(3, 1)


def norm_over(axes, correction=0):
    """BatchNorm as it is often written, over these axes."""

    def batch_norm(x, weight, bias, eps=1e-5):
        variance, mean = torch.var_mean(x, dim=axes, correction=correction, keepdim=True)
        c = x.shape[1]
        return (x - mean) / (variance + eps).sqrt() * weight.view(c, 1, 1) + bias.view(c, 1, 1)

    return batch_norm


wrong("04.5", "over the batch alone")(norm_over([0]))
wrong("04.5", "each picture by itself")(norm_over([2, 3]))
wrong("04.5", "over the channels")(norm_over([1, 2, 3]))
wrong("04.5", "one mean for all")(norm_over([0, 1, 2, 3]))
wrong("04.5", "unbiased variance")(norm_over([0, 2, 3], correction=1))


def from_parts(finish):
    """BatchNorm from (x - mean, variance, weight, bias, eps)."""

    def batch_norm(x, weight, bias, eps=1e-5):
        centred = x - x.mean([0, 2, 3])[:, None, None]
        variance = x.var([0, 2, 3], correction=0)[:, None, None]
        return finish(centred, variance, weight[:, None, None], bias[:, None, None], eps)

    return batch_norm


wrong("04.5", "eps outside the root")(
    from_parts(lambda x, var, weight, bias, eps: weight * x / (var**0.5 + eps) + bias)
)
wrong("04.5", "no eps")(from_parts(lambda x, var, weight, bias, eps: weight * x / var**0.5 + bias))
wrong("04.5", "variance without its root")(
    from_parts(lambda x, var, weight, bias, eps: weight * x / (var + eps) + bias)
)
wrong("04.5", "shifted before scaled")(
    from_parts(lambda x, var, weight, bias, eps: weight * (x * (var + eps) ** -0.5 + bias))
)
wrong("04.5", "neither scaled nor shifted")(
    from_parts(lambda x, var, weight, bias, eps: x * (var + eps) ** -0.5)
)
wrong("04.5", "wrong value")(
    from_parts(lambda x, var, weight, bias, eps: (1 + weight) * x * (var + eps) ** -0.5 + bias)
)


@wrong("04.5", "eps of its own")
def fixed_eps(x, weight, bias, eps=1e-5):
    return F.batch_norm(x, None, None, weight, bias, training=True)


@wrong("04.5", "mean not taken off")
def not_centred(x, weight, bias, eps=1e-5):
    spread = (x.var([0, 2, 3], correction=0, keepdim=True) + eps).sqrt()
    return x / spread * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)


@wrong("04.5", "scale along the wrong axis")
def broadcast(x, weight, bias, eps=1e-5):
    variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0, keepdim=True)
    return weight * (x - mean) / torch.sqrt(variance + eps) + bias


@wrong("04.5", "statistics detached")
def under_no_grad(x, weight, bias, eps=1e-5):
    with torch.no_grad():
        variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0, keepdim=True)
    normal = (x - mean) / torch.sqrt(variance + eps)
    return normal * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)


@wrong("04.5", "statistics detached")
def with_data(x, weight, bias, eps=1e-5):
    return F.batch_norm(
        x,
        x.data.mean((0, 2, 3)),
        x.data.var((0, 2, 3), correction=0),
        weight,
        bias,
        training=False,
        eps=eps,
    )


@wrong("04.5", "no gradient")
def in_numpy(x, weight, bias, eps=1e-5):
    values = x.detach().numpy()
    mean, variance = values.mean((0, 2, 3)), values.var((0, 2, 3))
    normal = (values - mean[:, None, None]) / np.sqrt(variance + eps)[:, None, None]
    return torch.tensor(normal) * weight.view(-1, 1, 1) + bias.view(-1, 1, 1)


@wrong("04.5", "changes its inputs")
def in_place(x, weight, bias, eps=1e-5):
    with torch.no_grad():
        x -= x.mean((0, 2, 3), keepdim=True)
    return by_the_formula(x, weight, bias, eps)
