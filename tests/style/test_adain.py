"""Any style in one pass: identities of the transport, at every size, with weights and masks."""

import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style import adain, pictures, statistics
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.judge import judge
from ganlearn.style.networks import Decoder
from ganlearn.style.statistics import MEAN_COV, MEAN_STD


def picture(height, width, seed=0):
    """Blobs of colour."""
    small = torch.rand(1, 3, 6, 6, generator=runtime.generator(seed))
    return F.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)


@pytest.fixture(scope="module")
def pair():
    """An untrained encoder and decoder; what is tested here does not depend on training."""
    with runtime.seeded(0):
        layers = vgg(((4, 4), (6, 6), (8,) * 4, (8,) * 4, (8,)))
        for layer in layers:
            if isinstance(layer, nn.Conv2d):  # or the signal would fade on its way
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        return {
            "encoder": Extractor(layers, "tiny"),
            "decoder": Decoder(8, ((8,) * 4, (8, 6), (6, 4), (4, 4))).eval().requires_grad_(False),
        }


class Straight(nn.Module):
    """A decoder that shows three of the features as they are, enlarged."""

    def forward(self, features):
        return F.interpolate(features[:, :3], scale_factor=8) * 0.02 + 0.5


@pytest.mark.parametrize("statistic", [MEAN_STD, MEAN_COV])
def test_a_picture_in_its_own_style_is_what_the_decoder_makes_of_it(pair, statistic):
    one = picture(64, 80)
    lay = adain.AnyStyle([one], statistic, **pair)
    assert torch.allclose(lay(one), lay(one, strength=0.0), atol=1e-4)
    plain = pair["decoder"](pair["encoder"](one, ["relu4_1"])["relu4_1"]).clamp(0, 1)
    assert torch.allclose(lay(one, strength=0.0), plain, atol=1e-5)


@pytest.mark.parametrize("size", [(64, 64), (127, 127), (16, 16), (33, 140), (200, 17)])
def test_every_size_comes_out_at_its_own(pair, size):
    lay = adain.AnyStyle([picture(50, 70, 1)], **pair)
    made = lay(picture(*size))
    assert made.shape == (1, 3, *size)
    assert made.min() >= 0
    assert made.max() <= 1


def test_filling_up_changes_nothing_that_is_there(pair):
    """All but the border of a picture of 120 x 88 is as if 3 and 5 pixels had not been cut off."""
    whole = picture(120, 88)
    lay = adain.AnyStyle([picture(64, 64, 1)], encoder=pair["encoder"], decoder=Straight())
    cut = lay(whole[..., :117, :83], 0.0)
    assert torch.allclose(cut[..., :64, :32], lay(whole, 0.0)[..., :64, :32], atol=1e-6)


@pytest.mark.parametrize("statistic", [MEAN_STD, MEAN_COV])
def test_the_features_that_are_decoded_have_the_styles_statistic(pair, statistic):
    seen = []

    class Spy(nn.Module):
        def forward(self, features):
            seen.append(features)
            return pair["decoder"](features)

    style = picture(96, 64, 1)
    lay = adain.AnyStyle([style], statistic, encoder=pair["encoder"], decoder=Spy())
    lay(picture(128, 160))
    target = statistic.of(pair["encoder"](style, ["relu4_1"])["relu4_1"])
    far = statistic.of(pair["encoder"](picture(128, 160), ["relu4_1"])["relu4_1"])
    assert statistic.distance(statistic.of(seen[0]), target) < 0.01
    assert statistic.distance(far, target) > 0.05


def test_strength_and_weights_are_straight_lines_between_features(pair):
    content, styles = picture(64, 64), [picture(64, 64, 1), picture(64, 64, 2)]
    straight = {"encoder": pair["encoder"], "decoder": Straight()}
    first, second = (adain.AnyStyle([style], **straight)(content) for style in styles)
    none = adain.AnyStyle(styles, **straight)(content, 0.0)
    mixed = adain.AnyStyle(styles, weights=[3, 1], **straight)
    assert torch.allclose(mixed(content), 0.75 * first + 0.25 * second, atol=1e-5)
    half = adain.AnyStyle(styles[:1], **straight)(content, 0.5)
    assert torch.allclose(half, (none + first) / 2, atol=1e-5)


def test_masks_send_each_style_to_its_place_and_leave_the_rest(pair):
    content, styles = picture(64, 96), [picture(64, 64, 1), picture(64, 64, 2)]
    left, right = torch.zeros(1, 1, 64, 96), torch.zeros(1, 1, 64, 96)
    left[..., :32], right[..., 64:] = 1, 1
    straight = {"encoder": pair["encoder"], "decoder": Straight()}
    made = adain.AnyStyle(styles, masks=[left, right], **straight)(content)
    plain = adain.AnyStyle(styles, **straight)(content, 0.0)
    assert torch.allclose(made[..., 32:64], plain[..., 32:64], atol=1e-6)
    features = pair["encoder"](content, ["relu4_1"])["relu4_1"][..., :4]
    target = pair["encoder"](styles[0], ["relu4_1"])["relu4_1"]
    expected = Straight()(statistics.MEAN_STD.transport(features, target)).clamp(0, 1)
    assert torch.allclose(made[..., :32], expected, atol=1e-4)


def test_several_pictures_are_moved_each_by_itself(pair):
    two = torch.cat([picture(64, 64, 3), picture(64, 64, 4)])
    lay = adain.AnyStyle([picture(40, 64, 1)], **pair)
    assert torch.allclose(lay(two)[1:], lay(two[1:]), atol=1e-5)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda p: adain.AnyStyle([picture(64, 64)], "gram", **p), "no closed form.*mean_std"),
        (lambda p: adain.AnyStyle([picture(64, 64)], "mode", **p), "no statistic 'mode'"),
        (lambda p: adain.AnyStyle([picture(64, 64)], weights=[1, 2], **p), "2 weights for 1"),
        (lambda p: adain.AnyStyle([picture(64, 64)], masks=[], **p), "0 masks for 1 styles"),
        (lambda p: adain.AnyStyle([picture(64, 64)], **p)(picture(64, 64), 1.5), "from 0 to 1"),
        (
            lambda p: adain.AnyStyle([picture(64, 64)], masks=[torch.ones(1, 1, 64, 65)], **p)(
                picture(64, 64)
            ),
            "65 x 64 pixels and the picture 64 x 64",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence(pair, make, sentence):
    with pytest.raises(UserError, match=sentence):
        make(pair)


@pytest.mark.parametrize("statistic", ["mean_std", "mean_cov"])
def test_a_stylised_picture_is_nearer_to_the_style_for_a_stranger(statistic):
    """With the shipped networks, judged by features that took no part."""
    made = adain.stylize_any("chelsea", "waves", size=128, statistic=statistic)
    found = judge("chelsea", "waves", made.pictures)
    assert found.style < 0.8 * found.before
    assert made.image.size == (128, 85)
    assert made.recipe["statistic"] == statistic


def test_all_knobs_together(tmp_path):
    mask = Image.new("L", (90, 60))
    mask.paste(255, (0, 0, 45, 60))
    made = adain.stylize_any(
        "chelsea",
        ["waves", "glass"],
        0.8,
        size=97,
        masks=[mask, Image.eval(mask, lambda value: 255 - value)],
        colour="luminance",
        style_scale=0.7,
        device="cpu",
    )
    assert made.image.size == (97, 65)
    made.save(tmp_path / "cat.png")
    with Image.open(tmp_path / "cat.png") as image:
        assert image.size == (97, 65)


def test_the_decoder_gives_back_what_the_encoder_saw():
    """The autoencoder alone, the first thing to look at when results are grey."""
    photograph = adain.stylize_any("coffee", "waves", 0.0, size=160)
    truth = pictures.read("coffee", 160)
    error = (photograph.pictures - truth).square().mean()
    assert -10 * error.log10() > 18  # decibels
