"""A judge says 0 of the same, more of less alike, how it measured, and never judges itself."""

import dataclasses

import pytest
import torch
from torch.nn.functional import avg_pool2d, interpolate

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.nets import model_card
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.judge import default_judge, distance, fingerprint, judge, pareto, sweep
from ganlearn.style.networks import perceptual
from ganlearn.style.pictures import read, resize_to
from ganlearn.style.random import random_features
from ganlearn.style.statistics import GRAM, MEAN_STD, gram


def picture(seed, height=64, width=80):
    """Soft blobs of colour under fine grain."""
    random = runtime.generator(seed)
    coarse = interpolate(torch.rand(1, 3, 6, 6, generator=random), (height, width), mode="bilinear")
    return (coarse + 0.3 * torch.rand(1, 3, height, width, generator=random)).clamp(0, 1)


CONTENT, STYLE = picture(1), picture(2)


def small(seed=0, pooling="max"):
    with runtime.seeded(seed):
        return Extractor(vgg(((8,), (8,), (8,)), pooling=pooling), "small")


EXTRACTORS = [small, default_judge, lambda: random_features("elu")]


@pytest.mark.parametrize("make", EXTRACTORS)
def test_identity_is_zero(make):
    as_content, as_style = (judge(CONTENT, STYLE, p, make()) for p in (CONTENT, STYLE))
    assert as_content.content == pytest.approx(0, abs=1e-9)
    assert as_content.style == pytest.approx(as_content.before) and as_content.before > 0
    assert as_style.style == pytest.approx(0, abs=1e-9) and as_style.content > 0


@pytest.mark.parametrize("make", EXTRACTORS)
def test_it_rises_as_a_picture_is_spoilt(make):
    grain = torch.randn(STYLE.shape, generator=runtime.generator(3))
    found = [
        judge(STYLE, STYLE, (STYLE + s * grain).clamp(0, 1), make()) for s in (0, 0.1, 0.3, 0.9)
    ]
    for values in ([j.style for j in found], [j.content for j in found]):
        assert values == sorted(values) and values[3] > 2 * values[1]


def test_the_numbers_are_the_ones_of_the_definition():
    extractor = small()
    found = judge(CONTENT, STYLE, picture(4), extractor, statistic=GRAM)
    layers = ("relu1_1", "relu2_1", "relu3_1")
    made, kept, target = (extractor(p, layers) for p in (picture(4), CONTENT, STYLE))

    def apart(a, b):
        return ((a - b) ** 2).sum() / ((a**2).sum() + (b**2).sum())

    style = sum(apart(gram(made[n]), gram(target[n])) for n in layers) / 3
    gap = apart(made["relu2_1"], kept["relu2_1"])
    assert found.style == pytest.approx(style.item()) and found.content == pytest.approx(gap.item())


def test_nothing_in_common_is_one_and_a_plain_target_is_no_more():
    black, white = torch.zeros(1, 3, 64, 64), torch.ones(1, 3, 64, 64)
    left, right = torch.eye(2)
    assert distance(left, left) == 0 and distance(left, right) == 1 and distance(left, -left) == 2
    for plain in (black, white):
        found = judge(CONTENT, plain, CONTENT, default_judge())
        assert 0 < found.style <= 1 and 0 < judge(plain, STYLE, STYLE, small()).content <= 1


def test_the_protocol_goes_with_the_numbers():
    extractor, method = small(), random_features("relu")
    found = judge(CONTENT, STYLE, CONTENT, extractor, method=method, statistic=MEAN_STD)
    text = str(found)
    for part in (
        f"small ({fingerprint(extractor)})",
        f"random relu, seed 0 ({fingerprint(method)})",
        "mean_std at relu1_1, relu2_1, relu3_1",
        "content at relu2_1",
        "80 x 64 pixels, style 80 x 64",
        f"{found.style:.3f}",
        f"{found.content:.3f}",
        f"{found.before:.3f}",
    ):
        assert part in text
    assert "not named" in str(judge(CONTENT, STYLE, CONTENT, extractor))


def test_pictures_of_other_sizes_are_brought_to_the_result():
    larger = picture(1, 150, 200)
    found = judge(larger, picture(5, 100, 50), resize_to(larger, (60, 80)), small())
    assert found.content == pytest.approx(0, abs=1e-9)
    assert found.protocol.size == (60, 80) and found.protocol.style_size == (80, 40)


def test_small_pictures_are_judged_as_far_down_as_they_reach():
    tiny = [avg_pool2d(p, 4) for p in (CONTENT, STYLE, picture(4))]
    found = judge(*tiny, default_judge())
    assert len(found.protocol.style) < len(judge(CONTENT, STYLE, STYLE).protocol.style)


# ------------------------------------------------------------------ who judges


def test_nobody_judges_their_own_work():
    with pytest.raises(UserError, match="its own work"):
        judge(CONTENT, STYLE, CONTENT, small(), method=small())
    judge(CONTENT, STYLE, CONTENT, small(), method=small(seed=1))


def test_the_default_judge_is_refused_for_its_own_work_too():
    with pytest.raises(UserError, match="own work"):
        judge(CONTENT, STYLE, CONTENT, method=default_judge())


def test_the_shipped_judge_is_no_method_s_network():
    card = model_card("judge")
    assert card["sha256"] != model_card("perceptual")["sha256"]
    assert fingerprint(default_judge()) != fingerprint(perceptual())
    correlations = card["score"]["median correlation with the teacher on held-out photographs"]
    assert min(correlations.values()) > 0.5 and correlations["relu3_1"] > 0.8


def test_the_shipped_judge_sees_more_than_colours():
    """The painting cut into tiles and shuffled has its strokes; shuffled by pixels it has none."""
    painting, random = read("waves", 128), runtime.generator(0)
    tiles = painting.unfold(2, 16, 16).unfold(3, 16, 16).flatten(2, 3)
    shuffled = tiles[:, :, torch.randperm(64, generator=random)].unflatten(2, (8, 8))
    shuffled = shuffled.permute(0, 1, 2, 4, 3, 5).reshape(painting.shape)
    places = torch.randperm(128 * 128, generator=random)
    grain = painting.flatten(2)[..., places].view_as(painting)
    by_tiles, by_pixels = (judge("coffee", painting, p).style for p in (shuffled, grain))
    assert by_tiles < by_pixels / 3


def test_a_fingerprint_is_of_weights_and_layers_and_nothing_else():
    one = small()
    assert (
        fingerprint(one)
        == fingerprint(small())
        == fingerprint(one.to(memory_format=torch.channels_last))
    )
    renamed = Extractor(one.layers, "another name")
    assert fingerprint(renamed) == fingerprint(one)
    others = {
        fingerprint(e) for e in (one, small(seed=1), small(pooling="average"), default_judge())
    }
    assert len(others) == 4
    changed = small()
    changed.layers.conv3_1.bias[0] += 1e-3
    assert fingerprint(changed) != fingerprint(one)


# ------------------------------------------------------------------ sweeps


def test_a_sweep_judges_every_strength():
    found = sweep(lambda s: torch.lerp(CONTENT, STYLE, s), (0.0, 0.5, 1.0), CONTENT, STYLE, small())
    assert list(found) == [0.0, 0.5, 1.0]
    assert found[0.0].content == found[1.0].style == pytest.approx(0, abs=1e-9)
    assert found[0.0].content < found[0.5].content < found[1.0].content


def judgements(*pairs):
    some = judge(CONTENT, STYLE, CONTENT, small())
    return [dataclasses.replace(some, style=s, content=c) for s, c in pairs]


def test_the_front_is_what_nothing_beats():
    found = judgements((0.5, 0.1), (0.1, 0.9), (0.2, 0.95), (0.3, 0.3), (0.3, 0.4), (0.6, 0.2))
    assert pareto(found) == [1, 3, 0]


def test_the_front_against_its_definition():
    points = torch.rand(40, 2, generator=runtime.generator(0)).tolist()
    beaten = {
        i
        for i, a in enumerate(points)
        if any(b != a and b[0] <= a[0] and b[1] <= a[1] for b in points)
    }
    assert set(pareto(judgements(*points))) == set(range(40)) - beaten


def test_equal_judgements_stand_once_on_the_front():
    assert pareto(judgements((0.2, 0.2), (0.2, 0.2))) == [0]
    assert pareto([]) == []


def test_numbers_of_different_protocols_are_not_compared():
    some = [judge(CONTENT, STYLE, CONTENT, e) for e in (small(), small(seed=1))]
    with pytest.raises(UserError, match="different ways"):
        pareto(some)
    named = [judge(CONTENT, STYLE, STYLE, small(), method=small(seed=s)) for s in (1, 2)]
    assert pareto(named) == [0]
