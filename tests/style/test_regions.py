"""Masks: from whatever holds them to the size of a layer."""

import numpy as np
import pytest
import torch
from PIL import Image

from ganlearn.errors import UserError
from ganlearn.style import regions
from ganlearn.style.moments import gram

SIZE = (6, 9)


def stripes():
    """Left third white, middle half, right black."""
    return torch.tensor([1.0, 0.5, 0.0]).repeat_interleave(3).expand(SIZE)


def image(mode="L"):
    return Image.fromarray((stripes().numpy() * 255).astype(np.uint8)).convert(mode)


@pytest.mark.parametrize("shape", [SIZE, (1, *SIZE), (1, 1, *SIZE)])
def test_tensors(shape):
    assert torch.equal(regions.read(stripes().reshape(shape), SIZE), stripes()[None, None])


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "RGBA", "1"])
def test_images_of_every_mode(mode):
    mask = regions.read(image(mode), SIZE)
    assert mask.shape == (1, 1, *SIZE)
    assert mask.dtype == torch.float32
    assert torch.all(mask[..., :3] == 1)
    assert torch.all(mask[..., 6:] == 0)
    if mode != "1":
        torch.testing.assert_close(mask, stripes()[None, None], atol=2 / 255, rtol=0)


def test_16_bits_are_scaled_and_not_clipped():
    deep = Image.fromarray((stripes().numpy() * 65535).astype(np.uint16))
    torch.testing.assert_close(
        regions.read(deep, SIZE), stripes()[None, None], atol=1 / 255, rtol=0
    )


def test_what_is_transparent_does_not_count():
    cut_out = Image.new("RGBA", (9, 6), "white")
    cut_out.putalpha(image())
    torch.testing.assert_close(
        regions.read(cut_out, SIZE), stripes()[None, None], atol=1 / 255, rtol=0
    )


def test_files(tmp_path):
    image().save(tmp_path / "mask.png")
    for path in (tmp_path / "mask.png", str(tmp_path / "mask.png")):
        torch.testing.assert_close(
            regions.read(path, SIZE), stripes()[None, None], atol=1 / 255, rtol=0
        )


@pytest.mark.parametrize("size", [(12, 18), (3, 5), (2, 3), (61, 92), (600, 900)])
def test_another_size_of_the_same_proportions_is_resized(size):
    mask = regions.read(stripes(), size)
    assert mask.shape == (1, 1, *size)
    assert mask.mean().item() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("size", [(9, 6), (6, 12), (100, 100), (1, 100)])
def test_other_proportions_are_refused(size):
    with pytest.raises(UserError, match=f"9 x 6 pixels and the picture {size[1]} x {size[0]}"):
        regions.read(stripes(), size)


@pytest.mark.parametrize("longer", range(40, 60))
def test_rounding_of_a_resized_picture_is_no_other_proportion(longer):
    # 3 : 2 exactly, or the sides as rounded when a picture is scaled to its longer side
    picture = (round(longer * 427 / 640), longer)
    assert regions.read(torch.ones(427, 640), picture).shape[-2:] == picture


def test_black_is_refused():
    with pytest.raises(UserError, match="black all over"):
        regions.read(torch.zeros(SIZE), SIZE)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (torch.ones(3, *SIZE), r"this one is \(3, 6, 9\)"),
        (torch.ones(9), "A mask is a tensor"),
        (torch.ones(0, 9), "A mask is a tensor"),
        (torch.full(SIZE, 255.0), "from 255 to 255"),
        (torch.full(SIZE, -1.0), "from -1 to -1"),
        (torch.full(SIZE, torch.nan), "from nan to nan"),
        ("no/such/file.png", "There is no mask no/such/file.png"),
    ],
)
def test_bad_masks_are_one_sentence(mask, sentence):
    with pytest.raises(UserError, match=sentence):
        regions.read(mask, SIZE)


def test_damaged_files_and_folders_are_one_sentence(tmp_path):
    (tmp_path / "mask.png").write_bytes(b"no picture at all")
    with pytest.raises(UserError, match="cannot be read: not a picture"):
        regions.read(tmp_path / "mask.png", SIZE)
    with pytest.raises(UserError, match="There is no mask"):
        regions.read(tmp_path, SIZE)


def test_masks_share_where_they_overlap_and_leave_the_rest():
    a, b = torch.zeros(2, 1, 1, 1, 4)
    a[..., :2], b[..., 1:3] = 1, 1
    first, second = regions.share_out([a, b])
    assert first.flatten().tolist() == [1, 0.5, 0, 0]
    assert second.flatten().tolist() == [0, 0.5, 1, 0]
    assert torch.equal(regions.share_out([a])[0], a)
    with pytest.raises(UserError, match="one size"):
        regions.share_out([a, b[..., :2]])


def test_a_layer_gets_the_mean_of_what_a_place_covers():
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., :3] = 1
    assert regions.at_layer(mask, (4, 4))[0, 0, 0].tolist() == [1, 0.5, 0, 0]
    assert regions.at_layer(mask, (8, 8)) is mask
    assert regions.at_layer(mask, (3, 5)).mean().item() == pytest.approx(3 / 8, abs=0.05)


def test_a_mask_at_a_layer_fits_the_statistics():
    features = torch.rand(1, 3, 4, 4)
    mask = torch.zeros(1, 1, 16, 16)
    mask[..., :8] = 1
    at_layer = regions.at_layer(mask, features.shape[-2:])
    torch.testing.assert_close(gram(features, at_layer), gram(features[..., :2]))
