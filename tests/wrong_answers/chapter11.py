"""Answers to the exercises of chapter 11 as students would write them."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ganlearn.checks.planted import right, wrong
from ganlearn.style.statistics import gram

# 11.1


@right("11.1")
def with_clones(layers, picture, names):
    found = {}
    block, number = 1, 0
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            number += 1
            name = f"conv{block}_{number}"
        elif isinstance(layer, nn.ReLU):
            name = f"relu{block}_{number}"
        else:
            name = f"pool{block}"
            block += 1
            number = 0
        picture = layer(picture)
        if name in names:
            found[name] = picture.clone()
    return found


@right("11.1")
def no_relu_in_place(layers, picture, names):
    x, found, block, number = picture, {}, 1, 1
    for layer in layers:
        if isinstance(layer, nn.ReLU):
            x = found[f"relu{block}_{number}"] = x.relu()
            number += 1
        elif isinstance(layer, nn.MaxPool2d):
            x = found[f"pool{block}"] = layer(x)
            block, number = block + 1, 1
        else:
            x = found[f"conv{block}_{number}"] = layer(x)
    return {name: found[name] for name in names}


@right("11.1")
def with_hooks(layers, picture, names):
    found, counts = {}, [0]

    def keep(name):
        return lambda layer, given, made: found.__setitem__(name, made.clone())

    for layer in layers:
        kind = {"Conv2d": "conv", "ReLU": "relu"}.get(type(layer).__name__, "pool")
        counts[-1] += kind == "conv"
        name = f"{kind}{len(counts)}" + (f"_{counts[-1]}" if kind != "pool" else "")
        if name in names:
            layer.register_forward_hook(keep(name))
        if kind == "pool":
            counts.append(0)
    layers(picture)
    return found


def walk(name_of, when="after", copy=torch.clone):
    """An answer that asks ``name_of(kinds so far)`` what a layer is called."""

    def answer(layers, picture, names):
        x, found, kinds = picture, {}, []
        for layer in layers:
            kinds.append({nn.Conv2d: "conv", nn.ReLU: "relu"}.get(type(layer), "pool"))
            before, x = x, layer(x.clone() if when == "before" else x)
            if (name := name_of(kinds)) in names:
                found[name] = copy(x if when == "after" else before)
        return found

    return answer


def as_in_the_paper(kinds):
    past = kinds[:-1]
    block = 1 + past.count("pool")
    start = max((i for i, kind in enumerate(past) if kind == "pool"), default=-1) + 1
    number = kinds[start:].count("conv")
    return f"pool{block}" if kinds[-1] == "pool" else f"{kinds[-1]}{block}_{number}"


right("11.1")(walk(as_in_the_paper))
wrong("11.1", "in-place ReLU")(walk(as_in_the_paper, copy=lambda x: x))
wrong("11.1", "in-place ReLU")(walk(as_in_the_paper, copy=lambda x: x.detach()))
wrong("11.1", "what goes in")(walk(as_in_the_paper, when="before"))
wrong("11.1", "nothing under the names")(
    walk(lambda kinds: f"{kinds[-1]}_{kinds.count('conv')}")  # the tutorials' conv_4
)
wrong("11.1", "nothing under the names")(walk(lambda kinds: str(len(kinds) - 1)))


@wrong("11.1", "convolutions counted through")
def never_anew(layers, picture, names):
    x, found, block, number = picture, {}, 1, 0
    for layer in layers:
        x = layer(x)
        if isinstance(layer, nn.MaxPool2d):
            name, block = f"pool{block}", block + 1
        else:
            number += isinstance(layer, nn.Conv2d)
            kind = "conv" if isinstance(layer, nn.Conv2d) else "relu"
            name = f"{kind}{block}_{number}"
        if name in names:
            found[name] = x.clone()
    return found


@wrong("11.1", "every layer counted")
def number_for_all(layers, picture, names):
    x, found, block, number = picture, {}, 1, 0
    for layer in layers:
        x = layer(x)
        number += 1
        name = type(layer).__name__.lower().replace("2d", "").replace("max", "")
        if name == "pool":
            name, block, number = f"pool{block}", block + 1, 0
        else:
            name = f"{name}{block}_{number}"
        if name in names:
            found[name] = x.clone()
    return found


@wrong("11.1", "counted from 0")
def like_python(layers, picture, names):
    x, found, block, number = picture, {}, 1, -1
    for layer in layers:
        x = layer(x)
        if isinstance(layer, nn.Conv2d):
            number += 1
            found[f"conv{block}_{number}"] = x.clone()
        elif isinstance(layer, nn.ReLU):
            found[f"relu{block}_{number}"] = x.clone()
        else:
            found[f"pool{block}"] = x.clone()
            block, number = block + 1, -1
    return {name: x for name, x in found.items() if name in names}


@wrong("11.1", "more than was asked for")
def everything(layers, picture, names):
    x, found, kinds = picture, {}, []
    for layer in layers:
        kinds.append({nn.Conv2d: "conv", nn.ReLU: "relu"}.get(type(layer), "pool"))
        x = layer(x)
        found[as_in_the_paper(kinds)] = x.clone()
    return found


@wrong("11.1", "raises")
def always_the_picture(layers, picture, names):
    return {name: layer(picture) for name, layer in zip(names, layers, strict=False)}


# 11.2


@right("11.2")
def with_einsum(features):
    x = features.float()
    return torch.einsum("nihw,njhw->nij", x / x.shape[2], x / x.shape[3])


@right("11.2")
def picture_by_picture(features):
    matrices = []
    for x in features.float():
        x = x.reshape(x.shape[0], -1)
        matrices.append(torch.mm(x / x.shape[1], x.t()))
    return torch.stack(matrices)


@right("11.2")
def with_roots(features):
    x = features.to(torch.float32).flatten(2)
    x = x / np.sqrt(x.shape[-1])
    return torch.bmm(x, x.transpose(1, 2))


@wrong("11.2", "batch folded in")
def as_in_the_tutorial(input):
    a, b, c, d = input.size()
    features = input.view(a * b, c * d)
    G = torch.mm(features, features.t())
    return G.div(a * b * c * d)


@wrong("11.2", "places by places")
def transposed_first(features):
    x = features.float().flatten(2)
    return x.mT @ x / x.shape[1]


@wrong("11.2", "an axis too many")
def with_unsqueeze(features):
    x = features.float().flatten(2)
    return (x @ x.mT / x.shape[2]).unsqueeze(1)


@wrong("11.2", "batch averaged")
def one_for_all(features):
    x = features.float().flatten(2)
    return (x @ x.mT / x.shape[2]).mean(0)


def divided(by):
    """The matrix product, divided by a function of channels, height and width."""

    def answer(features):
        n, c, h, w = features.shape
        x = features.float().view(n, c, h * w)
        return torch.bmm(x, x.transpose(1, 2)).div(by(c, h, w))

    return answer


wrong("11.2", "sum over the places")(divided(lambda c, h, w: 1))
wrong("11.2", "divided by the channels too")(divided(lambda c, h, w: c * h * w))
wrong("11.2", "divided by the channels alone")(divided(lambda c, h, w: c))
wrong("11.2", "divided by the root")(divided(lambda c, h, w: np.sqrt(h * w)))
wrong("11.2", "divided twice")(divided(lambda c, h, w: (h * w) ** 2))


@wrong("11.2", "divided by the channels too")
def fast_neural_style(y):
    b, ch, h, w = y.size()
    features = y.view(b, ch, w * h).float()
    return features.bmm(features.transpose(1, 2)) / (ch * h * w)


@wrong("11.2", "reshaped and not transposed")
def view_as_places(features):
    n, c, h, w = features.shape
    x = features.float().view(n, h * w, c)
    return torch.einsum("npi,npj->nij", x, x) / (h * w)


@wrong("11.2", "centred")
def covariance(features):
    return torch.stack([torch.cov(x.flatten(1), correction=0) for x in features.float()])


@wrong("11.2", "cosines")
def cosine_similarity(features):
    x = features.float().flatten(2)
    return F.cosine_similarity(x[:, :, None], x[:, None], dim=-1)


@wrong("11.2", "a Gaussian kernel")
def gaussian(features):
    x = features.float().flatten(2)
    squares = (x[:, :, None] - x[:, None]).square().mean(-1)
    return torch.exp(-squares / 2)


@wrong("11.2", "no gradient")
def without_gradient(features):
    x = features.detach().float().flatten(2)
    return x @ x.mT / x.shape[2]


@wrong("11.2", "no gradient")
def through_numpy(features):
    x = features.detach().numpy().astype(np.float32).reshape(*features.shape[:2], -1)
    return torch.from_numpy(np.einsum("nip,njp->nij", x, x) / x.shape[2])


@wrong("11.2", "16 bits overflow")
def divided_after(features):
    x = features.flatten(2)
    return (x @ x.mT) / x.shape[2]


@wrong("11.2", "16 bits overflow")
def float_too_late(features):
    x = features.flatten(2)
    return (x @ x.mT).float() / x.shape[2]


@wrong("11.2", "16 bits kept")
def divided_before(features):
    x = features.flatten(2)
    x = x / x.shape[2] ** 0.5
    return x @ x.mT


wrong("11.2", "wrong value")(lambda x: x.flatten(2).square() @ x.flatten(2).mT)


# 11.3


@right("11.3")
def line_by_line(picture, features, content, style):
    content_loss = 0
    for layer in content:
        target = content[layer]
        content_loss += ((features[layer] - target) ** 2).sum() / (target**2).sum()
    style_loss = 0
    for layer in style:
        found, target = gram(features[layer]), gram(style[layer])
        style_loss += ((found - target) ** 2).sum() / (target**2).sum()
    across = picture[..., 1:] - picture[..., :-1]
    down = picture[:, :, 1:, :] - picture[:, :, :-1, :]
    return {
        "content": content_loss / len(content),
        "style": style_loss / len(style),
        "total variation": (across**2).mean() + (down**2).mean(),
    }


@right("11.3")
def with_mse(picture, features, content, style):
    def relative(a, b):
        return F.mse_loss(a, b) / F.mse_loss(torch.zeros_like(b), b)

    style_terms = [relative(gram(features[y]), gram(x).detach()) for y, x in style.items()]
    content_terms = [relative(features[y], x.detach()) for y, x in content.items()]
    return {
        "total variation": F.mse_loss(picture[:, :, 1:], picture[:, :, :-1])
        + F.mse_loss(picture[:, :, :, 1:], picture[:, :, :, :-1]),
        "style": torch.stack(style_terms).mean(),
        "content": torch.stack(content_terms).mean(),
    }


def but(**changed):
    """A right answer with one term computed otherwise."""

    def answer(picture, features, content, style):
        found = line_by_line(picture, features, content, style)
        for name, term in changed.items():
            found[name.replace("_", " ")] = term(picture, features, content, style)
        return found

    return answer


def each(targets, features, distance):
    return sum(distance(features[y], targets[y]) for y in targets) / len(targets)


def on_grams(distance):
    return lambda a, b: distance(gram(a), gram(b))


def proportion(a, b):
    return torch.sum((a - b) ** 2) / torch.sum(b**2)


def style_with(distance):
    return but(style=lambda p, f, c, s: each(s, f, on_grams(distance)))


def content_with(distance):
    return but(content=lambda p, f, c, s: each(c, f, distance))


wrong("11.3", "style compared place by place")(
    but(style=lambda p, f, c, s: each(s, f, lambda a, b: torch.mean((a - b) ** 2)))
)
wrong("11.3", "style of the content picture")(
    but(style=lambda p, f, c, s: each(c, f, on_grams(proportion)))
)
wrong("11.3", "content by Gram matrices")(content_with(on_grams(proportion)))
wrong("11.3", "not relative")(style_with(lambda a, b: torch.mean((a - b) ** 2)))
wrong("11.3", "not relative")(content_with(F.mse_loss))
wrong("11.3", "not relative, and summed")(style_with(lambda a, b: ((a - b) ** 2).sum()))
wrong("11.3", "sum over a mean")(style_with(lambda a, b: ((a - b) ** 2).sum() / (b**2).mean()))
wrong("11.3", "relative to the picture")(style_with(lambda a, b: proportion(b, a)))
wrong("11.3", "relative to the picture")(content_with(lambda a, b: proportion(b, a)))
wrong("11.3", "relative to the root")(
    style_with(lambda a, b: ((a - b) ** 2).sum() / torch.linalg.norm(b))
)
wrong("11.3", "not squared")(style_with(lambda a, b: (a - b).norm() / b.norm()))
wrong("11.3", "absolute values")(content_with(lambda a, b: F.l1_loss(a, b) / b.abs().mean()))
wrong("11.3", "sum over the layers")(
    but(style=lambda p, f, c, s: sum(proportion(gram(f[y]), gram(s[y])) for y in s))
)
wrong("11.3", "sum over the layers")(
    but(content=lambda p, f, c, s: sum(proportion(f[y], c[y]) for y in c))
)
wrong("11.3", "one layer alone")(
    but(content=lambda p, f, c, s: proportion(f["relu2_2"], c["relu2_2"]))
)
wrong("11.3", "total variation summed")(
    but(total_variation=lambda p, *_: p.diff(dim=2).pow(2).sum() + p.diff(dim=3).pow(2).sum())
)
wrong("11.3", "total variation of absolute values")(
    but(total_variation=lambda p, *_: p.diff(dim=2).abs().mean() + p.diff(dim=3).abs().mean())
)
wrong("11.3", "differences that cancel")(
    but(total_variation=lambda p, *_: p.diff(dim=2).mean() + p.diff(dim=3).mean())
)
wrong("11.3", "round the edge")(
    but(
        total_variation=lambda p, *_: (
            (p - torch.roll(p, -1, 2)).pow(2).mean() + (p - torch.roll(p, -1, 3)).pow(2).mean()
        )
    )
)
wrong("11.3", "one direction")(but(total_variation=lambda p, *_: p.diff().pow(2).mean()))
wrong("11.3", "half of it")(
    but(
        total_variation=lambda p, *_: torch.stack(
            [F.mse_loss(p[:, :, 1:], p[:, :, :-1]), p.diff().pow(2).mean()]
        ).mean()
    )
)
wrong("11.3", "neighbouring channels")(
    but(total_variation=lambda p, *_: p.diff(dim=1).pow(2).mean() + p.diff(dim=2).pow(2).mean())
)
wrong("11.3", "wrong value")(
    but(total_variation=lambda p, *_: p.diff(n=2).pow(2).mean() + p.diff(dim=2).pow(2).mean())
)


@wrong("11.3", "one layer alone")
def last_one_wins(picture, features, content, style):
    terms = line_by_line(picture, features, content, style)
    for layer in style:
        terms["style"] = proportion(gram(features[layer]), gram(style[layer]))
    return terms


@wrong("11.3", "terms swapped")
def swapped(picture, features, content, style):
    terms = with_mse(picture, features, content, style)
    terms["style"], terms["content"] = terms["content"], terms["style"]
    return terms


@wrong("11.3", "no gradient")
def plain_numbers(picture, features, content, style):
    terms = line_by_line(picture, features, content, style)
    return {name: torch.tensor(term.item()) for name, term in terms.items()}


@wrong("11.3", "no gradient")
def content_detached(picture, features, content, style):
    still = {layer: x.detach() for layer, x in features.items()}
    return {
        **line_by_line(picture, features, content, style),
        "content": line_by_line(picture, still, content, style)["content"],
    }


# 11.4


@right("11.4")
def one_call(start, loss, steps):
    x = start.detach().clone()
    x.requires_grad = True
    optimiser = torch.optim.LBFGS([x], max_iter=steps, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        value = loss(x)
        value.backward()
        return value

    optimiser.step(closure)
    with torch.no_grad():
        return x.clamp(0, 1)


@right("11.4")
def a_parameter_and_autograd(start, loss, steps):
    x = nn.Parameter(start.clone())
    optimiser = torch.optim.LBFGS([x], lr=1, max_iter=1, max_eval=25, line_search_fn="strong_wolfe")

    def closure():
        value = loss(x)
        x.grad = torch.autograd.grad(value, x)[0]
        return value

    for _ in range(steps):
        optimiser.step(closure)
    return torch.clamp(x.detach(), 0.0, 1.0)


def attempt(
    leaf=lambda start: start.clone().requires_grad_(),
    before=lambda x: x,
    after=lambda x: None,
    end=lambda x: x.detach().clamp(0, 1),
    sign=1,
    clear=True,
    backward=True,
    calls=1,
    **options,
):
    """A descent with something done otherwise."""

    def answer(start, loss, steps):
        x = leaf(start)
        settings = {"max_iter": steps, "line_search_fn": "strong_wolfe", **options}
        optimiser = torch.optim.LBFGS([x], **settings)

        def closure():
            seen = before(x)
            if clear:
                optimiser.zero_grad()
            value = sign * loss(seen)
            if backward:
                value.backward()
            return value

        for _ in range(calls or steps):
            optimiser.step(closure)
            after(x)
        return end(x)

    return answer


def clamped_in_place(x):
    with torch.no_grad():
        x.clamp_(0, 1)
    return x


def clamped_data(x):
    x.data.clamp_(0, 1)
    return x


def stretched(x):
    x = x.detach()
    return (x - x.min()) / (x.max() - x.min())


wrong("11.4", "start overwritten")(attempt(leaf=lambda start: start.requires_grad_()))
wrong("11.4", "start overwritten")(attempt(leaf=lambda start: start.detach().requires_grad_()))
wrong("11.4", "no leaf")(attempt(leaf=lambda start: start.clone().requires_grad_() * 1))
wrong("11.4", "picture does not move")(attempt(backward=False))
wrong("11.4", "climbs")(attempt(sign=-1))
wrong("11.4", "zero_grad forgotten")(attempt(clear=False))
wrong("11.4", "clamp in the closure")(attempt(before=clamped_in_place))
wrong("11.4", "clamp in the closure")(
    attempt(before=clamped_data, max_iter=20, line_search_fn=None, calls=0)  # as in the tutorial
)
wrong("11.4", "clamp in the closure")(attempt(before=lambda x: x.clamp(0, 1)))
wrong("11.4", "clamp after every step")(attempt(after=clamped_data, max_iter=5, calls=0))
wrong("11.4", "squeezed")(
    attempt(
        leaf=lambda start: start.logit().requires_grad_(),
        before=torch.sigmoid,
        end=lambda x: torch.sigmoid(x.detach()),
    )
)
wrong("11.4", "too few steps")(attempt(max_iter=20))
wrong("11.4", "too few steps")(attempt(max_iter=1))
wrong("11.4", "not at the bottom")(attempt(max_iter=1, calls=0))
wrong("11.4", "not clamped")(attempt(end=lambda x: x.detach()))
wrong("11.4", "stretched")(attempt(end=stretched))
wrong("11.4", "a gradient hangs on it")(attempt(end=lambda x: x.clamp(0, 1)))


@wrong("11.4", "closure returns nothing")
def nothing_returned(start, loss, steps):
    x = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([x], max_iter=steps, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss(x).backward()

    optimiser.step(closure)
    return x.detach().clamp(0, 1)


@wrong("11.4", "not at the bottom")
def anew_every_step(start, loss, steps):
    x = start.clone().requires_grad_()
    for _ in range(steps):
        optimiser = torch.optim.LBFGS([x], max_iter=1, max_eval=25, line_search_fn="strong_wolfe")

        def closure(optimiser=optimiser):
            optimiser.zero_grad()
            value = loss(x)
            value.backward()
            return value

        optimiser.step(closure)
    return x.detach().clamp(0, 1)


@wrong("11.4", "not at the bottom")
def adam(start, loss, steps):
    x = start.clone().requires_grad_()
    optimiser = torch.optim.Adam([x], lr=0.01)
    for _ in range(steps):
        optimiser.zero_grad()
        loss(x).backward()
        optimiser.step()
    return x.detach().clamp(0, 1)


# 11.5


def moments(picture):
    x = picture.flatten(2)[0]
    mean = x.mean(1, keepdim=True)
    return x - mean, mean, (x - mean) @ (x - mean).T / x.shape[1]


def root(matrix, exponent=0.5):
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values**exponent) @ vectors.T


@right("11.5")
def by_the_formula(picture, target):
    x, _, own = moments(picture)
    _, mean, other = moments(target)
    return (root(other) @ root(own, -0.5) @ x + mean).view(picture.shape)


@right("11.5")
def in_numpy(picture, target):
    a, b = (x[0].double().numpy().reshape(3, -1) for x in (picture, target))
    roots = []
    for x, exponent in ((a, -0.5), (b, 0.5)):
        u, s, _ = np.linalg.svd(np.cov(x))
        roots.append(u @ np.diag(s**exponent) @ u.T)
    moved = roots[1] @ roots[0] @ (a - a.mean(1, keepdims=True)) + b.mean(1, keepdims=True)
    return torch.from_numpy(moved).float().reshape(picture.shape)


def coral(source, target):
    """The published function, line by line in spirit: scatter matrices in place of covariances."""
    f, g = (x.flatten(2)[0] for x in (source, target))
    f_mean, f_std = f.mean(1, keepdim=True), f.std(1, keepdim=True)
    g_mean, g_std = g.mean(1, keepdim=True), g.std(1, keepdim=True)
    f_norm, g_norm = (f - f_mean) / f_std, (g - g_mean) / g_std
    f_cov = f_norm @ f_norm.T + torch.eye(3)
    g_cov = g_norm @ g_norm.T + torch.eye(3)
    moved = root(g_cov) @ torch.inverse(root(f_cov)) @ f_norm
    return (moved * g_std + g_mean).view(source.shape)


wrong("11.5", "sizes left in")(coral)


@wrong("11.5", "sizes left in")
def scatter(picture, target):
    x, _, own = moments(picture)
    y, mean, _ = moments(target)
    own = x @ x.T
    return (root(y @ y.T) @ root(own, -0.5) @ x + mean).view(picture.shape)


def other_map(change):
    """From (centred pixels, own covariance, target's mean and covariance) to pixels."""

    def answer(picture, target):
        x, _, own = moments(picture)
        _, mean, other = moments(target)
        return change(x, own, mean, other).view(picture.shape)

    return answer


wrong("11.5", "means alone")(other_map(lambda x, own, mean, other: x + mean))
wrong("11.5", "whitened and not coloured")(
    other_map(lambda x, own, mean, other: torch.linalg.inv(root(own)) @ x + mean)
)
wrong("11.5", "coloured and not whitened")(
    other_map(lambda x, own, mean, other: root(other) @ x + mean)
)
wrong("11.5", "no roots")(
    other_map(lambda x, own, mean, other: other @ torch.linalg.inv(own) @ x + mean)
)
wrong("11.5", "colour first")(
    other_map(lambda x, own, mean, other: root(own, -0.5) @ root(other) @ x + mean)
)
wrong("11.5", "clamped")(
    other_map(lambda x, own, m, other: (root(other) @ root(own, -0.5) @ x + m).clamp(0, 1))
)
wrong("11.5", "colours turned")(
    other_map(
        lambda x, own, mean, other: (
            torch.linalg.cholesky(other) @ torch.linalg.inv(torch.linalg.cholesky(own)) @ x + mean
        )
    )
)


@wrong("11.5", "colours turned")
def not_rotated_back(picture, target):
    x, _, own = moments(picture)
    _, mean, other = moments(target)
    (a, u), (b, v) = torch.linalg.eigh(own), torch.linalg.eigh(other)
    return (v @ torch.diag((b / a).sqrt()) @ u.T @ x + mean).view(picture.shape)


@wrong("11.5", "every channel by itself")
def reinhard(picture, target):
    mean, std = picture.mean((2, 3), keepdim=True), picture.std((2, 3), keepdim=True)
    new_mean, new_std = target.mean((2, 3), keepdim=True), target.std((2, 3), keepdim=True)
    return (picture - mean) / std * new_std + new_mean


@wrong("11.5", "own mean kept")
def old_mean(picture, target):
    x, mean, own = moments(picture)
    _, _, other = moments(target)
    return (root(other) @ root(own, -0.5) @ x + mean).view(picture.shape)


@wrong("11.5", "not centred")
def uncentred(picture, target):
    _, _, own = moments(picture)
    _, mean, other = moments(target)
    return (root(other) @ root(own, -0.5) @ picture.flatten(2)[0] + mean).view(picture.shape)


@wrong("11.5", "the wrong way round")
def swapped_arguments(picture, target):
    return by_the_formula(target, picture)


@wrong("11.5", "place by place")
def pixel_pairs(picture, target):
    x, y = moments(picture)[0], moments(target)[0]
    solved = torch.linalg.lstsq(x.T, y.T).solution.T
    return (solved @ x + target.mean((2, 3))[0][:, None]).view(picture.shape)


@wrong("11.5", "wrong shape")
def flattened(picture, target):
    return by_the_formula(picture, target).flatten(2)
