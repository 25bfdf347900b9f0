"""16-bit numbers: no statistic overflows on them, and bfloat16 descends where float32 does."""

import pytest
import torch
from torch.nn.functional import cosine_similarity, interpolate

from ganlearn import runtime
from ganlearn.style import colour, regions
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.objective import Objective
from ganlearn.style.optimise import stylize
from ganlearn.style.statistics import STATISTICS

EVERY = pytest.mark.parametrize("statistic", STATISTICS.values(), ids=STATISTICS)
SIXTEEN = pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)


def signs(*shape):
    """Plus and minus one, (1, 4, height, width)."""
    return torch.randint(2, (1, 4, *shape), generator=runtime.generator(0)) * 2.0 - 1


EXTREMES = {
    "the largest everywhere": lambda: torch.full((1, 4, 30, 50), 65_504.0),
    "the largest, both signs": lambda: 65_504.0 * signs(30, 50),
    "one among zeros": lambda: torch.zeros(1, 4, 30, 50).index_fill_(3, torch.tensor(7), 65_504.0),
    "the smallest": lambda: 6e-8 * signs(30, 50),
    "very many": lambda: 250.0 * signs(600, 500).abs(),
}


@EVERY
@pytest.mark.parametrize("extreme", EXTREMES)
def test_a_statistic_stands_the_extremes_of_float16(statistic, extreme):
    features = EXTREMES[extreme]().half().requires_grad_()
    found = statistic.of(features)
    assert all(s.dtype == torch.float32 and s.isfinite().all() for s in found)
    for a, b in zip(found, statistic.of(features.double()), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)
    target = statistic.of(signs(9, 9).half())
    for distance in (statistic.distance(found, target), statistic.distance(target, found)):
        assert distance.isfinite()
    (slope,) = torch.autograd.grad(statistic.distance(statistic.of(signs(9, 9)), found), features)
    assert slope.isnan().sum() == 0


@EVERY
@SIXTEEN
def test_16_bit_masks_count_as_others_do(statistic, dtype):
    features, mask = signs(20, 30), torch.rand(1, 1, 20, 30, generator=runtime.generator(1))
    mask = mask.to(dtype)
    small = regions.at_layer(mask.float(), (10, 15))
    assert small.isfinite().all()
    for a, b in zip(
        statistic.of(features.to(dtype), mask), statistic.of(features, mask.float()), strict=True
    ):
        torch.testing.assert_close(a, b)


@SIXTEEN
@pytest.mark.parametrize("name", [s.name for s in STATISTICS.values() if s.transport is not None])
def test_transport_reaches_far_and_small_targets(name, dtype):
    statistic = STATISTICS[name]
    content = torch.randn(1, 4, 20, 30, generator=runtime.generator(0)).to(dtype)
    for scale in (3e4, 0.1):
        spread = torch.rand(1, 4, 25, 10, generator=runtime.generator(1)) * scale
        moved = statistic.transport(content, spread.to(dtype))
        assert moved.isfinite().all()
        wanted = statistic.of(spread.to(dtype))
        assert statistic.distance(statistic.of(moved), wanted) < 1e-2


@SIXTEEN
def test_colour_modes_take_16_bits(dtype):
    content, style = (picture(24, 30, seed).to(dtype) for seed in (0, 1))
    for made in (colour.match(style, content), colour.luminance(content, style)):
        assert 0 <= made.min() <= made.max() <= 1


# bfloat16 against float32


def tiny():
    with runtime.seeded(0):
        return Extractor(vgg(((8, 8), (12, 12), (16,) * 4, (16,) * 4, (16,))), "tiny")


def picture(height, width, seed=0):
    """Smooth blots of colour with a little grain, (1, 3, height, width) in [0, 1]."""
    random = runtime.generator(seed)
    blots = interpolate(torch.rand(1, 3, 4, 4, generator=random), (height, width), mode="bilinear")
    return (blots + 0.1 * torch.rand(1, 3, height, width, generator=random)).clamp(0, 1)


def at_precision(monkeypatch, fast):
    monkeypatch.setattr(runtime, "bfloat16_is_fast", lambda on: fast)


def terms_and_slope(monkeypatch, fast):
    at_precision(monkeypatch, fast)
    objective = Objective(tiny())
    looked = picture(64, 80).requires_grad_()
    content = objective.content(picture(64, 80, seed=1))
    terms = objective.terms(looked, content, [objective.style(picture(70, 50, seed=2))])
    (slope,) = torch.autograd.grad(objective.total(terms), looked)
    return {name: term.item() for name, term in terms.items()}, slope


def test_the_loss_in_bfloat16_is_that_in_float32(monkeypatch):
    exact, direction = terms_and_slope(monkeypatch, fast=False)
    rough, rough_direction = terms_and_slope(monkeypatch, fast=True)
    assert rough["style"] != exact["style"]  # or bfloat16 was not used at all
    # Features are rounded to one part in 2^8: distances below its square are rounding.
    assert rough == pytest.approx(exact, rel=0.05, abs=2**-16)
    assert rough_direction.dtype == torch.float32
    assert cosine_similarity(direction.flatten(), rough_direction.flatten(), dim=0) > 0.98


def test_the_descent_in_bfloat16_arrives_where_float32_does(monkeypatch):
    content, style, network = picture(64, 64), picture(64, 64, 1), tiny()
    ends = []
    for fast in (False, True):
        at_precision(monkeypatch, fast)
        made = stylize(content, style, size=64, steps=20, extractor=network, device="cpu")
        at_precision(monkeypatch, False)  # both ends are judged in float32
        objective = Objective(network)
        kept, target = objective.content(content), [objective.style(style)]
        losses = [
            objective.total(objective.terms(p, kept, target)) for p in (content, made.pictures)
        ]
        ends.append((losses[1] / losses[0]).item())
    assert ends[0] < 0.3
    assert ends[1] == pytest.approx(ends[0], rel=0.15)


@SIXTEEN
def test_pictures_may_come_in_16_bits(dtype):
    content, style = picture(64, 64).to(dtype), picture(64, 64, 1).to(dtype)
    made, again = (
        stylize(*pair, size=64, steps=2, extractor=tiny())
        for pair in ((content, style), (content.float(), style.float()))
    )
    assert torch.equal(made.pictures, again.pictures)
