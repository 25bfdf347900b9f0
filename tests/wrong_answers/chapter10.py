"""Planted answers to the exercises of chapter 10."""

import copy
import itertools

import torch
from torch import nn
from torch.nn import functional as F
from torchvision import transforms

from ganlearn.checks.planted import right, wrong

# 10.1


@right("10.1")
def by_growing(layers):
    result, size, jump = {}, 1, 1
    for name, kernel, stride in layers:
        size = size + kernel * jump - jump
        jump = jump * stride
        result[name] = size, jump
    return result


@right("10.1")
def from_the_layer_down(layers):
    result = {}
    for depth in range(len(layers)):
        size, jump = 1, 1
        for _, kernel, stride in reversed(layers[: depth + 1]):
            size = (size - 1) * stride + kernel
            jump *= stride
        result[layers[depth][0]] = (size, jump)
    return result


@right("10.1")
def by_first_and_last_pixel(layers):
    result, last, jump = {}, 0, 1
    for name, kernel, stride in layers:
        last += jump * (kernel - 1)
        jump *= stride
        result[name] = [last + 1, jump]
    return result


@wrong("10.1", "every layer by itself")
def forgets_what_came_before(layers):
    result = {}
    for name, kernel, stride in layers:
        field, step = 1, 1
        field += (kernel - 1) * step
        step *= stride
        result[name] = (field, step)
    return result


def growing(grow, first=1, lengthen=lambda jump, stride: jump * stride):
    """Students' loops: grow(size, jump, kernel, stride)."""

    def fields(layers):
        result, size, jump = {}, first, 1
        for name, kernel, stride in layers:
            size, jump = grow(size, jump, kernel, stride), lengthen(jump, stride)
            result[name] = (size, jump)
        return result

    return fields


right_growth = lambda size, jump, kernel, stride: size + jump * (kernel - 1)
wrong("10.1", "stride forgotten")(growing(lambda size, jump, kernel, stride: size - 1 + kernel))
wrong("10.1", "kernel counted whole")(
    growing(lambda size, jump, kernel, stride: size + jump * kernel)
)
wrong("10.1", "start from nothing")(growing(right_growth, first=0))
wrong("10.1", "fields multiplied")(growing(lambda size, jump, kernel, stride: kernel * size))
wrong("10.1", "strides added")(growing(right_growth, lengthen=lambda jump, s: jump - 1 + s))
wrong("10.1", "rule of the way back")(
    growing(lambda size, jump, kernel, stride: kernel + stride * (size - 1))
)
wrong("10.1", "wrong value")(growing(lambda size, jump, kernel, stride: size + jump * (kernel + 1)))


@wrong("10.1", "own stride first")
def stride_at_the_top(layers):
    result, size, jump = {}, 1, 1
    for name, kernel, stride in layers:
        jump *= stride
        size += (kernel - 1) * jump
        result[name] = (size, jump)
    return result


@wrong("10.1", "pooling left out")
def convolutions_only(layers):
    result, size, jump = {}, 1, 1
    for name, kernel, stride in layers:
        if not name.startswith("pool"):
            size += (kernel - 1) * jump
        jump *= stride
        result[name] = (size, jump)
    return result


@wrong("10.1", "last layer alone")
def only_the_end(layers):
    size, jump = by_growing(layers)[layers[-1][0]]
    return size, jump


@wrong("10.1", "last layer alone")
def dict_outside_the_loop(layers):
    for name, _, _ in layers:
        result = {name: by_growing(layers)[name]}
    return result


@wrong("10.1", "pair turned round")
def stride_and_field(layers):
    return {name: (jump, size) for name, (size, jump) in by_growing(layers).items()}


@wrong("10.1", "fields alone")
def no_strides(layers):
    return {name: size for name, (size, _) in by_growing(layers).items()}


@wrong("10.1", "raises")
def two_of_three(layers):
    result, size = {}, 1
    for name, kernel in layers:
        size += kernel - 1
        result[name] = (size, 1)
    return result


# 10.2

IMAGENET = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


@right("10.2")
def from_a_slice(network, pictures, names):
    children = [name for name, _ in network.named_children()]
    deepest = max(children.index(name) for name in names)
    x = IMAGENET(pictures)
    kept = {}
    for i in range(deepest + 1):
        x = network[i](x.clone())
        kept[children[i]] = x
    return {name: kept[name] for name in names}


@right("10.2")
def with_a_copy(network, pictures, names):
    network = copy.deepcopy(network)
    for layer in network:
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    x = (pictures - torch.tensor([[[0.485]], [[0.456]], [[0.406]]])) / torch.tensor(
        [[[0.229]], [[0.224]], [[0.225]]]
    )
    wanted, found = set(names), {}
    for name, layer in network.named_children():
        x = layer(x)
        if name in wanted:
            found[name] = x
            wanted.remove(name)
        if not wanted:
            return found
    return found


@right("10.2")
def with_hooks_and_cut(network, pictures, names):
    kept, handles = {}, []
    children = dict(network.named_children())
    deepest = max(list(children).index(name) for name in names)
    for name in names:
        keep = lambda module, given, made, name=name: kept.update({name: made.clone()})
        handles.append(children[name].register_forward_hook(keep))
    network[: deepest + 1](IMAGENET(pictures))
    for handle in handles:
        handle.remove()
    return kept


def looked_at(
    prepare=IMAGENET, keep=lambda x: x * 1, enough=lambda found, names: set(found) == set(names)
):
    """Students' extractors: how pictures are prepared, what is kept, when it is enough."""

    def features(network, pictures, names):
        x, found = prepare(pictures), {}
        for name, layer in network._modules.items():
            x = layer(x)
            if name in names:
                found[name] = keep(x)
            if enough(found, names):
                return found
        return found

    return features


def own_statistics(x):
    mean, spread = x.mean((2, 3), keepdim=True), x.var((2, 3), correction=0, keepdim=True)
    return (x - mean) / (spread + 1e-5) ** 0.5


def caffe(x):
    blue, green, red = x[:, 2] * 255, x[:, 1] * 255, x[:, 0] * 255
    return torch.stack([blue - 103.53, green - 116.28, red - 123.675], dim=1)


wrong("10.2", "written over")(looked_at(keep=lambda x: x))
wrong("10.2", "written over")(looked_at(keep=lambda x: x.view_as(x)))
wrong("10.2", "no gradient back")(looked_at(keep=lambda x: x.detach().clone()))
wrong("10.2", "no gradient back")(torch.no_grad()(looked_at()))
wrong("10.2", "stops too early")(looked_at(enough=lambda found, names: names[-1] in found))
wrong("10.2", "stops too early")(looked_at(enough=lambda found, names: len(found) == 1))
wrong("10.2", "runs to the end")(looked_at(enough=lambda found, names: False))
wrong("10.2", "not normalised")(looked_at(lambda x: x.clone()))
wrong("10.2", "normalised twice")(looked_at(lambda x: IMAGENET(IMAGENET(x))))
wrong("10.2", "range of -1 to 1")(looked_at(lambda x: (x - 0.5) / 0.5))
wrong("10.2", "range of 0 to 255")(looked_at(lambda x: IMAGENET(x * 255.0)))
wrong("10.2", "Caffe's scale")(looked_at(caffe))
wrong("10.2", "blue first")(looked_at(lambda x: IMAGENET(x[:, [2, 1, 0]])))
wrong("10.2", "each picture by itself")(looked_at(own_statistics))
wrong("10.2", "wrong value")(looked_at(lambda x: IMAGENET(1 - x)))


@wrong("10.2", "spread forgotten")
def mean_only(network, pictures, names):
    mean = torch.tensor([0.485, 0.456, 0.406])[None, :, None, None]
    return looked_at(lambda x: x - mean)(network, pictures, names)


@wrong("10.2", "blue first")
def mean_in_the_wrong_order(network, pictures, names):
    return from_a_slice(network, pictures.flip(dims=(1,)), names)


@wrong("10.2", "numbers for names")
def by_index(network, pictures, names):
    found = from_a_slice(network, pictures, names)
    children = [name for name, _ in network.named_children()]
    return {children.index(name): value for name, value in found.items()}


@wrong("10.2", "everything kept")
def keeps_all(network, pictures, names):
    return looked_at(enough=lambda found, _: set(names) <= set(found))(
        network, pictures, [name for name, _ in network.named_children()]
    )


@wrong("10.2", "hooks left behind")
def hooks_for_ever(network, pictures, names):
    kept = {}
    deepest = 0
    for i, (name, layer) in enumerate(network.named_children()):
        if name in names:
            layer.register_forward_hook(
                lambda module, given, made, name=name: kept.update({name: made.clone()})
            )
            deepest = i
    network[: deepest + 1](IMAGENET(pictures))
    return kept


@wrong("10.2", "changes its inputs")
def in_place(network, pictures, names):
    pictures -= torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    pictures /= torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    return looked_at(lambda x: x.clone())(network, pictures, names)


@wrong("10.2", "wrong type")
def as_a_list(network, pictures, names):
    return list(from_a_slice(network, pictures, names).values())


@wrong("10.2", "raises")
def along_the_row(network, pictures, names):
    x = (pictures - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
    return looked_at(lambda _: x)(network, pictures, names)


# 10.3


def variation(x):
    down = F.mse_loss(x[:, :, 1:], x[:, :, :-1])
    return down + F.mse_loss(x[:, :, :, 1:], x[:, :, :, :-1])


@right("10.3")
def with_autograd(network, picture, target, rate, smooth):
    x = picture.clone().requires_grad_(True)
    found = network(x)
    loss = torch.sum((found - target) ** 2) / torch.sum(target**2) + smooth * variation(x)
    gradient = torch.autograd.grad(loss, [x])[0]
    return torch.clamp(picture - rate * gradient, min=0, max=1)


@right("10.3")
def with_an_optimiser(network, picture, target, rate, smooth):
    x = nn.Parameter(picture.clone())
    optimiser = torch.optim.SGD([x], lr=rate)
    loss = F.mse_loss(network(x), target) / target.pow(2).mean() + smooth * variation(x)
    loss.backward(inputs=[x])
    optimiser.step()
    return x.detach().clamp(0, 1)


@right("10.3")
def with_a_frozen_network(network, picture, target, rate, smooth):
    network.requires_grad_(False)
    x = picture.clone().requires_grad_()
    error = (network(x) - target).norm() ** 2 / target.norm() ** 2
    (error + smooth * variation(x)).backward()
    with torch.no_grad():
        return (x - rate * x.grad).clip(0, 1)


def stepping(loss=None, tv=variation, change=lambda x, move: (x - move).clamp(0, 1)):
    """Students' steps: loss(found, target), the variation, and what rate times gradient does."""
    loss = loss or (lambda found, target: F.mse_loss(found, target) / (target**2).mean())

    def step(network, picture, target, rate, smooth):
        x = picture.clone().requires_grad_()
        whole = loss(network(x), target) + smooth * tv(x)
        (gradient,) = torch.autograd.grad(whole, x)
        return change(picture, rate * gradient)

    return step


wrong("10.3", "climbs")(stepping(change=lambda x, move: (x + move).clamp(0, 1)))
wrong("10.3", "climbs")(
    stepping(lambda a, b: -F.mse_loss(a, b) / (b**2).mean(), tv=lambda x: -variation(x))
)
wrong("10.3", "nothing moves")(stepping(change=lambda x, move: x))
wrong("10.3", "no clamp")(stepping(change=lambda x, move: x - move))
wrong("10.3", "no clamp")(stepping(change=lambda x, move: x.clamp(0, 1) - move))
wrong("10.3", "clamp of -1 to 1")(stepping(change=lambda x, move: torch.clamp(x - move, -1, 1)))
wrong("10.3", "distance not relative")(stepping(F.mse_loss))
wrong("10.3", "distance summed")(stepping(lambda a, b: (a - b).pow(2).sum()))
wrong("10.3", "root of the distance")(stepping(lambda a, b: (a - b).norm() / b.norm()))
wrong("10.3", "total variation across alone")(
    stepping(tv=lambda x: F.mse_loss(x[..., 1:], x[..., :-1]))
)
wrong("10.3", "total variation down alone")(
    stepping(tv=lambda x: F.mse_loss(x[..., 1:, :], x[..., :-1, :]))
)
wrong("10.3", "total variation over colours")(
    stepping(tv=lambda x: F.mse_loss(x[:, 1:], x[:, :-1]) + F.mse_loss(x[:, :, 1:], x[:, :, :-1]))
)
wrong("10.3", "absolute differences")(
    stepping(
        tv=lambda x: F.l1_loss(x[..., 1:], x[..., :-1]) + F.l1_loss(x[..., 1:, :], x[..., :-1, :])
    )
)
wrong("10.3", "not smoothed")(stepping(tv=lambda x: 0))
wrong("10.3", "wrong value")(stepping(change=lambda x, move: torch.sigmoid(x - move)))


@wrong("10.3", "total variation summed")
def as_in_many_scripts(network, picture, target, rate, smooth):
    def tv(x):
        across = torch.sum((x[:, :, :, :-1] - x[:, :, :, 1:]) ** 2)
        return across + torch.sum((x[:, :, :-1, :] - x[:, :, 1:, :]) ** 2)

    return stepping(tv=tv)(network, picture, target, rate, smooth)


@wrong("10.3", "gradients in the weights")
def with_plain_backward(network, picture, target, rate, smooth):
    x = picture.clone().requires_grad_()
    loss = F.mse_loss(network(x), target) / (target**2).mean() + smooth * variation(x)
    loss.backward()
    return (x.detach() - rate * x.grad).clamp(0, 1)


@wrong("10.3", "the network learns")
def trains_the_network(network, picture, target, rate, smooth):
    optimiser = torch.optim.SGD(network.parameters(), lr=rate)
    loss = F.mse_loss(network(picture), target) / (target**2).mean() + smooth * variation(picture)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return picture


@wrong("10.3", "the network learns")
def trains_both(network, picture, target, rate, smooth):
    x = nn.Parameter(picture.clone())
    optimiser = torch.optim.SGD([x, *network.parameters()], lr=rate)
    (F.mse_loss(network(x), target) / (target**2).mean() + smooth * variation(x)).backward()
    optimiser.step()
    optimiser.zero_grad()
    return x.detach().clamp(0, 1)


@wrong("10.3", "graph kept")
def still_attached(network, picture, target, rate, smooth):
    x = picture.clone().requires_grad_()
    loss = F.mse_loss(network(x), target) / (target**2).mean() + smooth * variation(x)
    (gradient,) = torch.autograd.grad(loss, x)
    return (x - rate * gradient).clamp(0, 1)


@wrong("10.3", "changes its inputs")
def writes_into_the_picture(network, picture, target, rate, smooth):
    new = with_autograd(network, picture, target, rate, smooth)
    return picture.copy_(new)


@wrong("10.3", "returns nothing")
def forgets_the_return(network, picture, target, rate, smooth):
    with_autograd(network, picture, target, rate, smooth)


@wrong("10.3", "raises")
def no_leaf(network, picture, target, rate, smooth):
    loss = F.mse_loss(network(picture), target) / (target**2).mean()
    (gradient,) = torch.autograd.grad(loss, picture)
    return picture - rate * gradient


# 10.4


@right("10.4")
def with_einsum(body, head, pictures):
    seen = body(pictures).detach().requires_grad_()
    slope = torch.autograd.grad(head(seen).sum(), seen)[0]
    n, c, h, w = seen.shape
    importance = slope.view(n, c, h * w).mean(-1)
    maps = torch.einsum("nc,nchw->nhw", importance, seen).clamp(min=0)
    maps = F.interpolate(maps[:, None], pictures.shape[2:], mode="bilinear")[:, 0].detach()
    return torch.stack([m / m.max() if m.max() > 0 else m for m in maps])


@right("10.4")
def one_after_the_other(body, head, pictures):
    result = []
    for picture in pictures:
        with torch.no_grad():
            seen = body(picture[None])
        seen.requires_grad_()
        (slope,) = torch.autograd.grad(head(seen)[0], seen)
        # A sum over the places in place of a mean makes no difference: the map is scaled after.
        warm = F.relu((slope.sum((2, 3), keepdim=True) * seen).sum(1, keepdim=True))
        warm = F.interpolate(warm, size=tuple(picture.shape[1:]), mode="bilinear")[0, 0]
        result.append(warm / (warm.max() + 1e-12))
    return torch.stack(result).detach()


@right("10.4")
def of_the_probability(body, head, pictures):
    seen = body(pictures).detach().requires_grad_()
    chance = head(seen).sigmoid().mean()
    (slope,) = torch.autograd.grad(chance, seen)
    maps = (slope.mean((-1, -2), keepdim=True) * seen).sum(1, keepdim=True).relu().detach()
    maps = F.interpolate(maps, pictures.shape[-2:], mode="bilinear", align_corners=False)
    return (maps / maps.amax((2, 3), keepdim=True).clamp(min=1e-20)).squeeze(1)


def warmth(
    weigh=lambda slope: slope.mean((2, 3)),
    combine=lambda weights, seen: torch.einsum("nc,nchw->nhw", weights, seen),
    before=F.relu,
    after=lambda maps: maps,
    scale=lambda maps: maps / maps.flatten(1).amax(1).clamp(min=1e-9)[:, None, None],
    **how,
):
    """Students' heat maps: weights, combination, what comes before and after enlarging."""
    how = how or {"mode": "bilinear"}

    def grad_cam(body, head, pictures):
        seen = body(pictures).detach().requires_grad_()
        (slope,) = torch.autograd.grad(head(seen).sum(), seen)
        seen = seen.detach()
        maps = before(combine(weigh(slope), seen))
        maps = F.interpolate(maps.unsqueeze(1), pictures.shape[-2:], **how).squeeze(1)
        return scale(after(maps))

    return grad_cam


same = lambda maps: maps
wrong("10.4", "one set of weights for all")(
    warmth(lambda slope: slope.mean((0, 2, 3)).expand(len(slope), -1))
)
wrong("10.4", "averaged over the channels")(
    warmth(lambda s: s.mean(1), lambda weights, seen: (weights[:, None] * seen).sum(1))
)
wrong("10.4", "place by place")(warmth(same, lambda slope, seen: (slope * seen).sum(1)))
wrong("10.4", "gradient alone")(
    warmth(combine=lambda w, seen: w.sum(1)[:, None, None].expand(-1, *seen.shape[2:]))
)
wrong("10.4", "saliency")(warmth(same, lambda slope, seen: slope.abs().sum(1)))
wrong("10.4", "features alone")(warmth(combine=lambda weights, seen: seen.sum(1)))
wrong("10.4", "no ReLU")(warmth(before=same))
wrong("10.4", "absolute values")(warmth(before=torch.abs))
wrong("10.4", "ReLU on the weights")(warmth(lambda slope: slope.mean((2, 3)).clamp(min=0)))
wrong("10.4", "ReLU after enlarging")(warmth(before=same, after=F.relu))
wrong("10.4", "blocks")(warmth(mode="nearest"))
wrong("10.4", "corners aligned")(warmth(mode="bilinear", align_corners=True))
wrong("10.4", "one scale for the batch")(warmth(scale=lambda m: m / m.max().clamp(min=1e-9)))
wrong("10.4", "not scaled")(warmth(scale=same))
wrong("10.4", "wrong value")(warmth(mode="bicubic"))


@wrong("10.4", "stretched")
def min_to_max(body, head, pictures):
    maps = warmth(scale=same)(body, head, pictures)
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    return (maps - low) / (high - low + 1e-12)


@wrong("10.4", "0 / 0")
def divides_by_nothing(body, head, pictures):
    maps = warmth(scale=same)(body, head, pictures)
    return maps / maps.amax((1, 2), keepdim=True)


@wrong("10.4", "scaled before enlarging")
def scaled_small(body, head, pictures):
    small = lambda m: F.relu(m) / F.relu(m).amax((1, 2), keepdim=True).clamp(min=1e-9)
    return warmth(before=small, scale=same)(body, head, pictures)


@wrong("10.4", "size of the features")
def never_enlarged(body, head, pictures):
    seen = body(pictures).detach().requires_grad_()
    (slope,) = torch.autograd.grad(head(seen).sum(), seen)
    maps = torch.einsum("nc,nchw->nhw", slope.mean((2, 3)), seen).relu().detach()
    return maps / maps.amax((1, 2), keepdim=True).clamp(min=1e-9)


@wrong("10.4", "channel axis kept")
def with_one_channel(body, head, pictures):
    return with_einsum(body, head, pictures)[:, None]


@wrong("10.4", "gradients in the weights")
def with_backward(body, head, pictures):
    seen = body(pictures).detach().requires_grad_()
    seen.retain_grad()
    head(seen).sum().backward()
    maps = (seen.grad.mean((2, 3), keepdim=True) * seen).sum(1, keepdim=True).relu().detach()
    maps = F.interpolate(maps, pictures.shape[2:], mode="bilinear").squeeze(1)
    return maps / maps.amax((1, 2), keepdim=True).clamp(min=1e-9)


@wrong("10.4", "raises")
def of_many_scores(body, head, pictures):
    seen = body(pictures).detach().requires_grad_()
    (slope,) = torch.autograd.grad(head(seen)[:, None] @ torch.ones(1, 2).double(), seen)
    return slope.sum(1)


@wrong("10.4", "returns nothing")
def only_shows(body, head, pictures):
    print(with_einsum(body, head, pictures).shape)


@wrong("10.4", "frozen networks")
def as_the_weights_are(body, head, pictures):
    seen = body(pictures)
    (slope,) = torch.autograd.grad(head(seen).sum(), seen)
    maps = torch.einsum("nc,nchw->nhw", slope.mean((2, 3)), seen.detach()).relu()
    maps = F.interpolate(maps[:, None], pictures.shape[2:], mode="bilinear")[:, 0]
    return maps / maps.amax((1, 2), keepdim=True).clamp(min=1e-9)


# 10.5


def convs_and_relus(network):
    layers = list(network)
    convs = [i for i, layer in enumerate(layers) if isinstance(layer, nn.Conv2d)]
    return [(layers[i], i + 2, layers[j]) for i, j in itertools.pairwise(convs)]


@right("10.5")
def one_layer_at_a_time(network, pictures):
    with torch.no_grad():
        for conv, until, following in convs_and_relus(network):
            mean = network[:until](pictures).transpose(0, 1).flatten(1).mean(1)
            mean[mean == 0] = 1
            conv.weight /= mean[:, None, None, None]
            conv.bias /= mean
            following.weight *= mean[None, :, None, None]


@right("10.5")
def all_means_first(network, pictures):
    with torch.no_grad():
        x, means = pictures, []
        for layer in network:
            x = layer(x)
            if isinstance(layer, nn.ReLU):
                means.append(x.mean(dim=[0, 2, 3]))
        before = None
        for conv, mean in zip(
            [m for m in network if isinstance(m, nn.Conv2d)], [*means, None], strict=True
        ):
            if before is not None:
                conv.weight.data = torch.einsum("oikl,i->oikl", conv.weight, before)
            if mean is not None:
                before = torch.where(mean < 1e-12, torch.ones_like(mean), mean)
                conv.weight.data = torch.einsum("oikl,o->oikl", conv.weight, 1 / before)
                conv.bias.data = conv.bias / before


@right("10.5")
def filter_by_filter(network, pictures):
    with torch.no_grad():
        for conv, until, following in convs_and_relus(network):
            seen = network[:until](pictures)
            for i in range(conv.out_channels):
                mean = seen[:, i].mean().item()
                if mean > 0:
                    conv.weight[i] /= mean
                    conv.bias[i] /= mean
                    following.weight[:, i] *= mean


def rescaling(measure=None, shrink=None, make_up=None, last=None, relu=True):
    """Students' loops: what is measured, what is done to the layer and to the next."""

    def alive(mean):
        return torch.where(mean != 0, mean, torch.ones_like(mean))

    measure = measure or (lambda x: alive(x.mean((0, 2, 3))))

    def weights_and_bias(conv, mean):
        conv.weight /= mean[:, None, None, None]
        conv.bias /= mean

    def weights_of_inputs(conv, mean):
        conv.weight *= mean[None, :, None, None]

    @torch.no_grad()
    def rescale(network, pictures):
        for conv, until, following in convs_and_relus(network)[:last]:
            mean = measure(network[: until if relu else until - 1](pictures))
            (shrink or weights_and_bias)(conv, mean)
            (make_up or weights_of_inputs)(following, mean)

    return rescale


def weights_alone(conv, mean):
    conv.weight /= mean[:, None, None, None]


def wrong_axis(conv, mean):
    conv.weight *= mean[:, None, None, None]


def bias_as_well(conv, mean):
    conv.weight *= mean[None, :, None, None]
    conv.bias *= mean


def divided(conv, mean):
    conv.weight /= mean[None, :, None, None]


def nothing(conv, mean):
    pass


def one_for_zero(x):
    return x + (x == 0)


wrong("10.5", "dead filter")(rescaling(lambda x: x.mean((0, 2, 3))))
wrong("10.5", "dead filter")(rescaling(lambda x: x.mean((0, 2, 3)), make_up=nothing))
wrong("10.5", "first layer alone")(rescaling(last=1))
wrong("10.5", "bias forgotten")(rescaling(shrink=weights_alone))
wrong("10.5", "next layer along the wrong axis")(rescaling(make_up=wrong_axis))
wrong("10.5", "bias of the next layer")(rescaling(make_up=bias_as_well))
wrong("10.5", "next layer divided too")(rescaling(make_up=divided))
wrong("10.5", "next layer left alone")(rescaling(make_up=nothing))
wrong("10.5", "one mean for a layer")(rescaling(lambda x: x.mean().repeat(x.shape[1])))
wrong("10.5", "before the ReLU")(rescaling(lambda x: x.mean((0, 2, 3)), relu=False))
wrong("10.5", "spread")(rescaling(lambda x: one_for_zero(x.std((0, 2, 3)))))
wrong("10.5", "largest value")(rescaling(lambda x: one_for_zero(x.amax((0, 2, 3)))))
wrong("10.5", "first picture alone")(rescaling(lambda x: one_for_zero(x[0].mean((1, 2)))))
wrong("10.5", "multiplied")(rescaling(lambda x: 1 / one_for_zero(x.mean((0, 2, 3)))))


@wrong("10.5", "nothing changed")
def on_a_copy(network, pictures):
    network = copy.deepcopy(network)
    one_layer_at_a_time(network, pictures)
    return network


@wrong("10.5", "last layer rescaled")
def the_last_one_too(network, pictures):
    one_layer_at_a_time(network, pictures)
    with torch.no_grad():
        mean = one_for_zero(network(pictures).clamp(min=0).mean((0, 2, 3)))
        weights_alone(network[-1], mean)
        network[-1].bias /= mean


@wrong("10.5", "next layer left alone")
def means_only(network, pictures):
    with torch.no_grad():
        for conv, until, _ in convs_and_relus(network):
            mean = one_for_zero(network[:until](pictures).mean((0, 2, 3)))
            conv.weight.copy_(conv.weight / mean.view(-1, 1, 1, 1))
            conv.bias.copy_(conv.bias / mean)


@wrong("10.5", "measured too early")
@torch.no_grad()
def all_at_the_start(network, pictures):
    seen = [network[:until](pictures) for _, until, _ in convs_and_relus(network)]
    for (conv, _, _), x in zip(convs_and_relus(network), seen, strict=True):
        mean = one_for_zero(x.mean((0, 2, 3)))
        conv.weight /= mean[:, None, None, None]
        conv.bias /= mean


@wrong("10.5", "raises")
def without_no_grad(network, pictures):
    for conv, until, _ in convs_and_relus(network):
        conv.weight /= network[:until](pictures).mean((0, 2, 3)).view(-1, 1, 1, 1)
