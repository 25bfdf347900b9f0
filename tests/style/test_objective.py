"""The loss: closed forms, and what it may not depend on."""

from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
from torch import nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor
from ganlearn.style.objective import Objective, relative, total_variation
from ganlearn.style.presets import Preset
from ganlearn.style.random import random_features
from ganlearn.style.statistics import GRAM, STATISTICS

PIXELS = Preset("pixels", {"pixels": 1.0}, {"pixels": 1.0}, GRAM)
DEEP = Preset(
    "deep", {"relu1_1": 1.0, "relu2_1": 2.0, "relu3_1": 1.0}, {"relu3_1": 1.0}, GRAM, 0.3, 0.1
)


@pytest.fixture(autouse=True)
def float32(monkeypatch):
    """Rounding to sixteen bits is tested elsewhere; here are closed forms."""
    monkeypatch.setattr(runtime, "bfloat16_is_fast", lambda on: False)


def see_pixels(scale=1.0):
    """A network whose one layer is the picture itself, or a multiple of it."""
    layers = OrderedDict(pixels=nn.Conv2d(3, 3, 1, bias=False))
    layers["pixels"].weight.data = scale * torch.eye(3).view(3, 3, 1, 1)
    return Extractor(nn.Sequential(layers), "pixels", (0, 0, 0), (1, 1, 1))


def noise(seed, height=24, width=32):
    return torch.rand(1, 3, height, width, generator=runtime.generator(seed))


@pytest.mark.parametrize("statistic", STATISTICS.values(), ids=STATISTICS)
def test_nothing_differs_from_itself(statistic):
    objective = Objective(random_features(), replace(DEEP, statistic=statistic))
    picture = noise(0, 48, 64)
    terms = objective.terms(picture, objective.content(picture), [objective.style(picture)])
    assert terms["style"].item() == pytest.approx(0, abs=1e-10)
    assert terms["content"].item() == pytest.approx(0, abs=1e-10)


def test_the_terms_by_hand():
    picture, content, style = noise(0), noise(1), noise(2, 40, 20)
    objective = Objective(see_pixels(), PIXELS)
    terms = objective.terms(picture, objective.content(content), [objective.style(style)])

    def gram(x):
        flat = x[0].flatten(1)
        return flat @ flat.T / flat.shape[1]

    by_hand = (gram(picture) - gram(style)).square().sum() / gram(style).square().sum()
    torch.testing.assert_close(terms["style"], by_hand)
    by_hand = (picture - content).square().sum() / content.square().sum()
    torch.testing.assert_close(terms["content"], by_hand)


def test_the_total_is_the_sum_by_strength():
    for strength in (0, 0.3, 1):
        objective = Objective(random_features(), DEEP, strength)
        terms = {"style": 2.0, "content": 5.0, "total variation": 7.0}
        wanted = strength * (2 + 0.1 * 7) + (1 - strength) * 0.3 * 5
        assert objective.total(terms) == pytest.approx(wanted)


def test_layers_count_by_their_share():
    """Twice all weights is the same loss; one layer's weight is its share of the mean."""
    picture, content, style = (noise(i, 48, 64) for i in range(3))
    network = random_features()

    def style_term(weights):
        objective = Objective(network, replace(DEEP, style=weights))
        targets = [objective.style(style)]
        return objective.terms(picture, objective.content(content), targets)["style"]

    a, b = style_term({"relu1_1": 1.0}), style_term({"relu3_1": 1.0})
    torch.testing.assert_close(style_term({"relu1_1": 1.0, "relu3_1": 3.0}), (a + 3 * b) / 4)
    torch.testing.assert_close(style_term({"relu1_1": 10.0}), a)


def test_the_scale_of_the_features_does_not_matter():
    picture, content, style = noise(0), noise(1), noise(2)
    values = []
    for scale in (0.01, 1, 1000):
        objective = Objective(see_pixels(scale), PIXELS)
        terms = objective.terms(picture, objective.content(content), [objective.style(style)])
        values.append(torch.stack(list(terms.values())))
    torch.testing.assert_close(values[0], values[1])
    torch.testing.assert_close(values[2], values[1])


def test_several_styles_are_mixed_by_weight():
    picture, content = noise(0), noise(1)
    objective = Objective(see_pixels(), PIXELS)
    kept = objective.content(content)

    def style_term(*targets):
        return objective.terms(picture, kept, targets)["style"]

    a, b = (style_term(objective.style(noise(i))) for i in (2, 3))
    mixed = style_term(objective.style(noise(2), 0.5), objective.style(noise(3), 1.5))
    torch.testing.assert_close(mixed, 0.25 * a + 0.75 * b)


def test_a_masked_style_sees_its_own_part_alone():
    picture, content, style = noise(0), noise(1), noise(2)
    objective = Objective(see_pixels(), PIXELS)
    left = torch.zeros(1, 1, 24, 32)
    left[..., :16] = 1
    half = picture[..., :16]
    masked = objective.terms(
        picture, objective.content(content), [objective.style(style, mask=left)]
    )
    alone = objective.terms(half, objective.content(content[..., :16]), [objective.style(style)])
    torch.testing.assert_close(masked["style"], alone["style"])
    picture.requires_grad_()
    terms = objective.terms(
        picture, objective.content(content), [objective.style(style, mask=left)]
    )
    (slope,) = torch.autograd.grad(terms["style"], picture)
    assert slope[..., :16].abs().sum() > 0
    assert slope[..., 16:].abs().max() == 0


def test_a_batch_has_the_mean_of_its_pictures_losses():
    objective = Objective(random_features(), DEEP)
    batch, style = torch.cat([noise(i, 48, 64) for i in (0, 1)]), objective.style(noise(2))
    kept = objective.content(torch.cat([noise(i, 48, 64) for i in (3, 4)]))
    both = objective.terms(batch, kept, [style])["style"]
    each = [
        objective.terms(one[None], {k: v[i : i + 1] for k, v in kept.items()}, [style])["style"]
        for i, one in enumerate(batch)
    ]
    torch.testing.assert_close(both, torch.stack(each).mean())


def test_black_content_has_a_finite_gradient():
    objective = Objective(see_pixels(), PIXELS)
    black = torch.zeros(1, 3, 24, 32, requires_grad=True)
    terms = objective.terms(black, objective.content(black), [objective.style(black.detach())])
    (slope,) = torch.autograd.grad(objective.total(terms), black)
    assert slope.isfinite().all()


def test_targets_carry_no_graph():
    objective = Objective(random_features(), DEEP)
    picture = noise(0, 48, 64).requires_grad_()
    assert not any(x.requires_grad for x in objective.content(picture).values())
    summaries = objective.style(picture).summaries
    assert not any(x.requires_grad for layer in summaries.values() for x in layer)


def test_total_variation_of_a_ramp_and_of_a_board():
    ramp = torch.linspace(0, 1, 11).expand(1, 3, 5, 11)
    assert total_variation(ramp).item() == pytest.approx(0.01)
    board = (torch.arange(6)[:, None] + torch.arange(6)) % 2 * torch.ones(1, 3, 1, 1)
    assert total_variation(board).item() == pytest.approx(2)
    assert total_variation(torch.full((1, 3, 5, 5), 0.7)).item() == 0


def test_relative_is_one_for_silence():
    assert relative(torch.zeros(1, 2, 3, 3), torch.ones(1, 2, 3, 3)).item() == pytest.approx(1)


def test_the_smallest_picture_is_that_of_the_deepest_layer():
    objective = Objective(random_features(), DEEP)
    assert objective.smallest == objective.extractor.smallest("relu3_1")


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_beyond_its_range_is_refused(strength):
    with pytest.raises(UserError, match="choose a number from 0"):
        Objective(see_pixels(), PIXELS, strength)


def test_a_layer_that_the_network_lacks_is_refused_at_once():
    with pytest.raises(UserError, match="has no layer relu1_1, relu2_1, relu3_1; choose from"):
        Objective(see_pixels(), DEEP)
