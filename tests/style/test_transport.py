"""The closed forms of style transfer reach what the distances ask for."""

import numpy as np
import pytest
import torch

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.moments import mean_cov, mean_std
from ganlearn.style.statistics import MEAN_COV, MEAN_STD
from ganlearn.style.transport import FLOOR, adain, whitening_colouring

BOTH = pytest.mark.parametrize("statistic", [MEAN_STD, MEAN_COV], ids=["adain", "whitening"])


def features(n=2, channels=5, height=16, width=20, seed=0):
    random = runtime.generator(seed)
    mixing = torch.randn(n, channels, channels, generator=random)
    places = torch.randn(n, channels, height * width, generator=random)
    return (mixing @ places + torch.randn(n, channels, 1, generator=random)).view(
        n, channels, height, width
    )


@BOTH
def test_a_picture_in_its_own_style_stays(statistic):
    x = features()
    torch.testing.assert_close(statistic.transport(x, x), x, rtol=1e-4, atol=1e-4)


@BOTH
@pytest.mark.parametrize("size", [(16, 20), (7, 11), (40, 40)])
def test_the_target_is_reached_whatever_its_size(statistic, size):
    content, style = features(), features(seed=1, height=size[0], width=size[1])
    moved = statistic.of(statistic.transport(content, style))
    for found, target in zip(moved, statistic.of(style), strict=True):
        torch.testing.assert_close(found, target, rtol=1e-3, atol=1e-3)
    assert statistic.distance(moved, statistic.of(style)) < 1e-6


@BOTH
def test_strength_0_leaves_every_bit_and_a_half_goes_half_way(statistic):
    content, style = features(), features(n=1, seed=1)
    assert torch.equal(statistic.transport(content, style, 0.0), content)
    half, whole = (statistic.transport(content, style, strength) for strength in (0.5, 1.0))
    torch.testing.assert_close(half, (content + whole) / 2, rtol=1e-5, atol=1e-5)


@BOTH
def test_one_style_serves_a_batch(statistic):
    content, style = features(n=3), features(n=1, seed=1)
    alone = [statistic.transport(picture[None], style) for picture in content]
    torch.testing.assert_close(statistic.transport(content, style), torch.cat(alone))


@BOTH
def test_masks_choose_what_is_measured(statistic):
    content, style = features(), features(seed=1)
    left = torch.zeros(1, 1, 16, 20)
    left[..., :8] = 1
    moved = statistic.transport(content, style, content_mask=left, style_mask=1 - left)
    expected = statistic.of(style[..., 8:])
    for found, target in zip(statistic.of(moved[..., :8]), expected, strict=True):
        torch.testing.assert_close(found, target, rtol=1e-3, atol=1e-3)


@BOTH
def test_a_plain_content_becomes_the_mean_and_nothing_blows_up(statistic):
    plain, style = torch.full((2, 5, 6, 6), 3.0), features(seed=1)
    moved = statistic.transport(plain, style)
    expected = mean_std(style)[0][..., None, None].expand_as(plain)
    torch.testing.assert_close(moved, expected, rtol=0, atol=0.02)
    moved = statistic.transport(style, plain)
    assert moved.isfinite().all()
    torch.testing.assert_close(moved, torch.full_like(moved, 3.0), rtol=0, atol=0.1)


@BOTH
def test_16_bits_and_autocast(statistic):
    content, style = 3000 * features(), 3000 * features(seed=1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        moved = statistic.transport(content.half(), style.half())
    assert moved.dtype == torch.float32
    torch.testing.assert_close(
        moved, statistic.transport(content.half().float(), style.half().float())
    )


@BOTH
def test_gradients_are_finite(statistic):
    for content in (features(), torch.full((2, 5, 6, 6), 3.0)):
        content.requires_grad_()
        moved = statistic.transport(content, features(seed=1))
        (slope,) = torch.autograd.grad(moved.square().sum(), content)
        assert slope.isfinite().all()


@BOTH
def test_other_layers_do_not_fit(statistic):
    with pytest.raises(UserError, match="take both from the same layer"):
        statistic.transport(features(channels=4), features(channels=5))
    with pytest.raises(UserError, match="one style or one for each picture"):
        statistic.transport(features(n=3), features(n=2))


def test_adain_is_the_formula():
    content, style = features(n=1), features(n=1, seed=1)
    a, b = (x[0].flatten(1).double().numpy() for x in (content, style))
    by_hand = (a - a.mean(1)[:, None]) / a.std(1)[:, None] * b.std(1)[:, None] + b.mean(1)[:, None]
    np.testing.assert_allclose(adain(content, style)[0].flatten(1), by_hand, rtol=1e-4, atol=1e-4)


def test_whitening_alone_gives_uncorrelated_channels():
    white = torch.randn(1, 5, 100, 100, generator=runtime.generator(9))
    covariance = mean_cov(whitening_colouring(features(n=1), white))[1]
    torch.testing.assert_close(covariance[0], mean_cov(white)[1][0], atol=1e-3, rtol=1e-3)


def test_a_direction_without_spread_is_enlarged_no_further_than_the_floor():
    random = runtime.generator(0)
    content, style = (100 * torch.randn(1, 2, 64, 64, generator=random) for _ in range(2))
    content[:, 1] *= 1e-4  # a hundred-millionth of the other's variance, far below the floor
    spread = whitening_colouring(content, style)[0, 1].std().item()
    assert spread == pytest.approx(100 * 1e-4 / FLOOR**0.5, rel=0.1)
    spread = whitening_colouring(content, style, floor=1e-10)[0, 1].std().item()
    assert spread == pytest.approx(100, rel=0.05)


def test_fewer_places_than_channels():
    content, style = features(channels=40, height=4, width=5), features(channels=40, seed=1)
    moved = whitening_colouring(content, style)
    assert moved.isfinite().all()
    torch.testing.assert_close(mean_cov(moved)[0], mean_cov(style)[0], rtol=1e-3, atol=1e-2)
