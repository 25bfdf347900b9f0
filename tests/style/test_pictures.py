"""Pictures of every kind come in as RGB in [0, 1], or are refused in one sentence."""

import re

import numpy as np
import pytest
import torch
from PIL import Image

from ganlearn.errors import UserError
from ganlearn.style import pictures

RED = (255, 0, 0)


def solid(mode="RGB", colour=RED, size=(40, 30)):
    return Image.new(mode, size, colour)


def test_a_tensor_comes_back_as_it_is():
    picture = torch.rand(3, 20, 30, generator=torch.Generator().manual_seed(0))
    assert torch.equal(pictures.read(picture), picture[None])
    assert torch.equal(pictures.read(picture[None]), picture[None])


def test_to_image_undoes_read():
    bytes_ = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    image = Image.fromarray(bytes_)
    assert np.array_equal(np.asarray(pictures.to_image(pictures.read(image))), bytes_)


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        (solid(), (1, 0, 0)),
        (solid("L", 128), (128 / 255,) * 3),
        (solid("CMYK", (0, 255, 255, 0)), (1, 0, 0)),
        (solid("RGBA", (0, 0, 0, 0)), (1, 1, 1)),  # what is transparent lies on white
        (solid("RGBA", (0, 0, 255, 255)), (0, 0, 1)),
        (solid("I;16", 65_535), (1, 1, 1)),
        (solid("1", 1), (1, 1, 1)),
    ],
    ids=["rgb", "grey", "cmyk", "transparent", "opaque", "16 bit", "1 bit"],
)
def test_every_mode_becomes_rgb(image, wanted):
    pixels = pictures.read(image)
    assert pixels.shape == (1, 3, 30, 40)
    assert torch.allclose(pixels[0, :, 7, 11], torch.tensor(wanted, dtype=torch.float32), atol=0.01)


def test_of_an_animation_the_first_frame_is_taken(tmp_path):
    file = tmp_path / "a.gif"
    solid().save(file, save_all=True, append_images=[solid(colour=(0, 0, 255))])
    assert torch.allclose(pictures.read(file)[0, :, 0, 0], torch.tensor([1.0, 0, 0]), atol=0.01)


def test_a_picture_is_turned_as_the_camera_says(tmp_path):
    file = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    solid().save(file, exif=exif)
    assert pictures.read(file).shape == (1, 3, 40, 30)


@pytest.mark.parametrize("name", ["chelsea", "grass", "waves"])
def test_shipped_pictures_have_names(name):
    pixels = pictures.read(name, 48)
    assert max(pixels.shape) == 48
    assert 0 <= pixels.min() < pixels.max() <= 1


def test_a_file_goes_before_a_shipped_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    solid().save(tmp_path / "waves", "png")
    assert pictures.read("waves").shape == (1, 3, 30, 40)


@pytest.mark.parametrize("shape", [(64, 64), (33, 100), (100, 33), (500, 20)])
@pytest.mark.parametrize("size", [64, 127, 513])
def test_the_longer_side_gets_the_size(shape, size):
    picture = torch.rand(1, 3, *shape, generator=torch.Generator().manual_seed(0))
    resized = pictures.resize(picture, size).shape[-2:]
    for side, before in zip(resized, shape, strict=True):
        assert abs(side - before * size / max(shape)) <= 0.5


def test_a_sharp_edge_does_not_leave_the_range():
    edge = torch.zeros(1, 3, 40, 40)
    edge[..., 20:] = 1
    small = pictures.resize(edge, 31)
    assert small.min() == 0
    assert small.max() == 1


def test_the_least_size_is_the_least():
    for shape in [(100, 33), (33, 100), (64, 64), (1000, 17)]:
        size = pictures.least_size(shape, 32)
        assert min(pictures.scaled(shape, size)) >= 32
        assert min(pictures.scaled(shape, size - 1)) <= 32


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        ("no-such.jpg", "There is no picture no-such.jpg"),
        ("broken.png", "broken.png cannot be read: not a picture, or broken at its beginning"),
        ("cut.png", "cut.png cannot be read"),
        ("folder", "folder is a folder; give one picture"),
        ("pixel.png", "There are 1 x 1 pixels in pixel.png; choose a picture with at least 16"),
        ("thread.png", "There are 300 x 2 pixels in thread.png"),
        ("huge.png", r"huge.png cannot be read: more than 89,478,485 pixels"),
        (torch.rand(3, 1, 1), "1 x 1 pixels in a Tensor"),
        (torch.rand(2, 3, 20, 20), r"this one is \(2, 3, 20, 20\)"),
        (torch.rand(20, 20), r"this one is \(20, 20\)"),
        (torch.zeros(3, 20, 20) - 1, r"go from -1 to -1, and should lie in \[0, 1\]"),
        (torch.full((3, 20, 20), torch.nan), "go from nan to nan"),
        (torch.zeros(3, 20, 20, dtype=torch.uint8), "divide bytes by 255"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_what_is_no_picture_is_refused_in_one_sentence(tmp_path, monkeypatch, picture, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.png").write_text("not a picture")
    solid().save("whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:60])
    solid(size=(1, 1)).save("pixel.png")
    solid(size=(300, 2)).save("thread.png")
    Image.new("1", (10_000, 9_000)).save("huge.png")
    with pytest.raises(UserError, match=sentence) as told:
        pictures.read(picture)
    assert "\n" not in str(told.value)
    assert re.search(r"\.$", str(told.value))
