"""Colours of pictures, moved exactly and kept exactly."""

import pytest
import torch

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.colour import COLOURS, brightness, find, luminance, match
from ganlearn.style.moments import mean_cov


def picture(seed=0, height=12, width=16, n=1, spread=0.06, middle=(0.45, 0.5, 0.55)):
    """Correlated colours that stay well inside [0, 1]."""
    random = runtime.generator(seed)
    mixing = torch.eye(3) + 0.5 * torch.rand(n, 3, 3, generator=random)
    noise = torch.rand(n, 3, height * width, generator=random) * 2 - 1
    colours = torch.tensor(middle).view(3, 1) + spread * (mixing @ noise)
    return colours.view(n, 3, height, width)


@pytest.mark.parametrize("times", [1, 2, 4])
def test_match_reaches_mean_and_covariance_whatever_the_sizes(times):
    """The widely copied `coral` divides by no number of pixels: contrast came out too high."""
    x, target = picture(height=12 * times), picture(seed=1, middle=(0.6, 0.5, 0.4))
    matched = match(x, target)
    for found, wanted in zip(mean_cov(matched), mean_cov(target), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-5)


def test_match_leaves_a_picture_with_its_own_colours():
    x = picture()
    torch.testing.assert_close(match(x, x), x, rtol=0, atol=1e-5)


def test_match_stays_in_range_and_takes_one_target_for_many():
    x, target = picture(n=3), torch.rand(1, 3, 9, 9, generator=runtime.generator(2)).round()
    matched = match(x, target)
    assert matched.shape == x.shape
    assert matched.min() >= 0
    assert matched.max() <= 1


def test_match_does_not_turn_the_noise_of_a_grey_picture_into_colour():
    random = runtime.generator(0)
    grey = 0.2 + 0.6 * torch.rand(1, 1, 64, 64, generator=random)
    grey = grey + torch.randn(1, 3, 64, 64, generator=random) / 2550  # a tenth of a level
    matched = match(grey, picture(seed=1, spread=0.15))
    colour = matched - matched.mean(1, keepdim=True)
    assert (colour - colour.mean((2, 3), keepdim=True)).std() < 0.02


def test_luminance_keeps_the_brightness_of_one_and_the_colour_of_the_other():
    content, stylised = picture(), picture(seed=1)
    result = luminance(content, stylised)
    torch.testing.assert_close(brightness(result), brightness(stylised))
    colour, kept = (x - brightness(x) for x in (content, result))
    torch.testing.assert_close(kept, colour, atol=1e-6, rtol=0)


def test_luminance_makes_paler_what_does_not_fit_and_keeps_hue_and_brightness():
    random = runtime.generator(3)
    content, stylised = (torch.rand(2, 3, 8, 8, generator=random) for _ in range(2))
    content[0, :, 0, 0] = torch.tensor([1.0, 0.0, 0.0])
    stylised[0, :, 0, :4] = torch.tensor([0.0, 1.0, 0.98, 0.02])
    result = luminance(content, stylised)
    assert result.min() >= 0
    assert result.max() <= 1
    torch.testing.assert_close(brightness(result), brightness(stylised), atol=1e-5, rtol=0)
    colour, kept = (x - brightness(x) for x in (content, result))
    share = (kept * colour).sum(1, keepdim=True) / colour.square().sum(1, keepdim=True)
    assert share.min() < 0.1
    assert share.max() == pytest.approx(1)
    torch.testing.assert_close(kept, share * colour, atol=1e-5, rtol=0)


def test_luminance_of_itself_and_of_grey():
    x = picture()
    torch.testing.assert_close(luminance(x, x), x, atol=1e-6, rtol=0)
    grey = brightness(x).expand(-1, 3, -1, -1)
    other = picture(seed=1)
    torch.testing.assert_close(
        luminance(grey, other), brightness(other).expand_as(other), atol=1e-4, rtol=0
    )


def test_brightness_is_that_of_the_standard():
    primaries = torch.eye(3).view(3, 3, 1, 1)
    assert brightness(primaries).flatten().tolist() == pytest.approx([0.299, 0.587, 0.114])
    assert brightness(torch.ones(1, 3, 1, 1)).item() == pytest.approx(1)


def test_another_size_is_refused():
    with pytest.raises(UserError, match="so resize one"):
        luminance(picture(), picture(height=13))


def test_modes_are_found_by_name_and_do_their_part():
    content, style = picture(), picture(seed=1, height=20)
    stylised = picture(seed=2)
    assert tuple(COLOURS) == ("style", "luminance", "match")
    assert find("style").prepare(style, content) is style
    assert find("style").finish(content, stylised) is stylised
    assert torch.equal(find("match").prepare(style, content), match(style, content))
    assert torch.equal(find("luminance").finish(content, stylised), luminance(content, stylised))
    with pytest.raises(UserError, match="choose from style, luminance, match"):
        find("colour")
