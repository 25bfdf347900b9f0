"""Your own pictures: every kind that a student may have, and every way they can be broken."""

import logging
import struct
import sys
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from ganlearn import data
from ganlearn.errors import UserError

RED, BLUE = (255, 0, 0), (0, 0, 255)


def half_and_half(size=(40, 40), left=RED, right=BLUE, mode="RGB"):
    """A picture whose left half has one colour and whose right half another."""
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def only(folder, size=16):
    """The one picture (3, size, size) that a folder holds."""
    dataset = data.folder(folder, size)
    assert len(dataset) == 1
    return dataset.samples[0]


def colour_at(picture, x, y):
    """Red, green and blue from 0 to 255 at a place from 0 to 1."""
    size = picture.shape[-1]
    return ((picture[:, int(y * size), int(x * size)] + 1) * 127.5).round().int().tolist()


def png(path, width, height, depth, kind, rows):
    """A PNG written by hand, for depths that Pillow does not write."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif", "tif", "webp", "ppm", "tga", "PNG"])
def test_formats(tmp_path, suffix):
    half_and_half().save(tmp_path / f"picture.{suffix}")
    picture = only(tmp_path)
    assert colour_at(picture, 0.1, 0.5) == pytest.approx(RED, abs=6)
    assert colour_at(picture, 0.9, 0.5) == pytest.approx(BLUE, abs=6)


def test_the_camera_says_which_way_is_up(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    half_and_half().save(tmp_path / "turned.png", exif=exif)
    picture = only(tmp_path)
    assert colour_at(picture, 0.5, 0.1) == [*RED]  # what was left is now on top
    assert colour_at(picture, 0.5, 0.9) == [*BLUE]


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_pictures(tmp_path, mode):
    half_and_half(left=0, right=255, mode=mode).save(tmp_path / "grey.png")
    picture = only(tmp_path)
    assert colour_at(picture, 0.1, 0.5) == [0, 0, 0] and colour_at(picture, 0.9, 0.5) == [255] * 3


def test_palettes(tmp_path):
    half_and_half().quantize(4).save(tmp_path / "palette.png")
    assert colour_at(only(tmp_path), 0.1, 0.5) == [*RED]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pictures_lie_on_white(tmp_path, mode):
    clear, solid = {"RGBA": ((0, 0, 0, 0), (0, 0, 0, 255)), "LA": ((0, 0), (0, 255))}[mode]
    half_and_half(left=clear, right=solid, mode=mode).save(tmp_path / "clear.png")
    picture = only(tmp_path)
    assert colour_at(picture, 0.1, 0.5) == [255] * 3 and colour_at(picture, 0.9, 0.5) == [0, 0, 0]


def test_a_half_transparent_colour_is_mixed_with_white(tmp_path):
    Image.new("RGBA", (8, 8), (255, 0, 0, 128)).save(tmp_path / "half.png")
    assert colour_at(only(tmp_path, 8), 0.5, 0.5) == pytest.approx([255, 127, 127], abs=1)


def test_a_transparent_palette_lies_on_white(tmp_path):
    image = half_and_half().quantize(4)
    image.info["transparency"] = image.getpixel((0, 0))
    image.save(tmp_path / "clear.gif")
    assert colour_at(only(tmp_path), 0.1, 0.5) == [255] * 3


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path, suffix):
    values = np.full((20, 20), 30_000, np.uint16)  # 116.7 of 255
    values[:, 10:] = 65_535
    Image.fromarray(values).save(tmp_path / f"deep.{suffix}")
    picture = only(tmp_path)
    assert colour_at(picture, 0.1, 0.5) == [117] * 3 and colour_at(picture, 0.9, 0.5) == [255] * 3


def test_a_dark_picture_of_sixteen_bits_stays_dark(tmp_path):
    Image.fromarray(np.full((20, 20), 600, np.uint16)).save(tmp_path / "dark.png")
    assert colour_at(only(tmp_path), 0.5, 0.5) == [2] * 3


def test_sixteen_bits_of_each_colour(tmp_path):
    row = struct.pack(">3H", 65_535, 32_896, 0) * 6
    png(tmp_path / "deep.png", 6, 6, 16, 2, [row] * 6)
    assert colour_at(only(tmp_path, 6), 0.5, 0.5) == [255, 128, 0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 1.0]], np.float32), [0, 255]),
        (np.array([[-3.0, 255.0]], np.float32), [0, 255]),
        (np.array([[0, 255]], np.int32), [0, 255]),
        (np.array([[0, 65_535]], np.int32), [0, 255]),
        (np.array([[0, 2_000_000]], np.int32), [0, 255]),
    ],
)
def test_pictures_of_wider_numbers(tmp_path, values, expected):
    Image.fromarray(values.repeat(8, 0).repeat(4, 1)).save(tmp_path / "wide.tif")
    picture = only(tmp_path, 8)
    assert [colour_at(picture, x, 0.5)[0] for x in (0.1, 0.9)] == pytest.approx(expected, abs=3)


def test_printing_inks(tmp_path):
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "inks.tif")
    assert colour_at(only(tmp_path, 8), 0.5, 0.5) == [*RED]


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_the_first_frame_of_an_animation(tmp_path, suffix):
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    frames[0].save(tmp_path / f"moving.{suffix}", save_all=True, append_images=frames[1:])
    assert colour_at(only(tmp_path), 0.5, 0.5) == pytest.approx(RED, abs=6)


@pytest.mark.parametrize("size", [(90, 30), (30, 90), (31, 30), (1, 1), (1, 500), (3000, 20)])
def test_sizes_are_mixed(tmp_path, size):
    Image.new("RGB", size, RED).save(tmp_path / "any.png")
    picture = only(tmp_path)
    assert picture.shape == (3, 16, 16)
    assert (picture[0] > 0.99).all() and (picture[1:] < -0.99).all()


def test_the_middle_is_kept(tmp_path):
    image = Image.new("RGB", (90, 30), BLUE)
    image.paste(RED, (30, 0, 60, 30))
    image.save(tmp_path / "wide.png")
    picture = only(tmp_path, 30)
    assert (picture[0] > 0.99).all()


def test_fine_patterns_become_grey_and_not_moire(tmp_path):
    checks = ((np.indices((256, 256)).sum(0) % 2) * 255).astype(np.uint8)
    Image.fromarray(checks).save(tmp_path / "checks.png")
    assert only(tmp_path, 16).abs().max() < 0.1


def test_a_large_jpeg_keeps_its_detail(tmp_path):
    """It may be unpacked at a lower resolution than it has, but not at a lower one than asked."""
    blocks = np.random.default_rng(0).integers(0, 255, (256, 256), np.uint8)
    image = Image.fromarray(blocks).resize((1024, 1024), Image.Resampling.NEAREST)
    image.save(tmp_path / "a.jpg", quality=95)
    image.save(tmp_path / "b.png")
    unpacked_small, whole = data.folder(tmp_path, 256).samples
    assert (unpacked_small - whole).abs().mean() < 0.1 * whole.std()


def test_subfolders_are_classes(tmp_path):
    for place, colour in (("cats", RED), ("dogs", BLUE), ("dogs/young", BLUE)):
        (tmp_path / place).mkdir()
        Image.new("RGB", (8, 8), colour).save(tmp_path / place / "one.png")
    dataset = data.folder(tmp_path, 8)
    assert dataset.label_names == ("cats", "dogs")
    assert dataset.labels.tolist() == [0, 1, 1]
    assert (dataset.samples[dataset.labels == 0, 0] > 0.99).all()


def test_pictures_beside_subfolders_are_a_class_of_their_own(tmp_path):
    root = tmp_path / "pets"
    (root / "cats").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(root / "cats" / "one.png")
    Image.new("RGB", (8, 8)).save(root / "two.png")
    dataset = data.folder(root, 8)
    assert dataset.label_names == ("cats", "pets") and dataset.labels.tolist() == [0, 1]


def test_without_subfolders_there_are_no_labels(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "one.png")
    assert data.folder(tmp_path, 8).labels is None


def test_the_order_is_that_of_the_names(tmp_path):
    for name, grey in (("b", 100), ("a", 50), ("c", 150)):
        Image.new("L", (8, 8), grey).save(tmp_path / f"{name}.png")
    values = (data.folder(tmp_path, 8).samples[:, 0, 0, 0] + 1) * 127.5
    assert values.round().tolist() == [50, 100, 150]


def test_hidden_files_are_passed_over(tmp_path, caplog):
    Image.new("RGB", (8, 8)).save(tmp_path / "one.png")
    for hidden in (".cache", "__MACOSX"):
        (tmp_path / hidden).mkdir()
        (tmp_path / hidden / "two.png").write_bytes(b"no picture")
    (tmp_path / "._one.png").write_bytes(b"no picture")
    assert len(data.folder(tmp_path, 8)) == 1
    assert not caplog.records


def test_a_picture_with_odd_metadata_is_read_without_a_word(tmp_path, caplog, recwarn):
    Image.new("RGB", (16, 16), RED).save(
        tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05ab"
    )
    assert colour_at(only(tmp_path), 0.5, 0.5) == pytest.approx(RED, abs=6)
    assert not caplog.records and not recwarn.list


def test_two_photographs_in_one_file(tmp_path):
    """Phones write such files, with the suffix of a JPEG."""
    first, second = (Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE))
    first.save(tmp_path / "a.mpo", save_all=True, append_images=[second])
    (tmp_path / "a.mpo").rename(tmp_path / "a.jpg")
    assert colour_at(only(tmp_path), 0.5, 0.5) == pytest.approx(RED, abs=6)


def damage(path):
    """A whole picture, one cut short, one with a bad beginning, one empty, one of noise."""
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path / "a-whole.png")
    whole = (path / "a-whole.png").read_bytes()
    (path / "b-truncated.png").write_bytes(whole[: len(whole) // 2])
    (path / "c-broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (path / "d-empty.gif").write_bytes(b"")
    (path / "e-text.png").write_text("I am not a picture")
    (path / "f-flipped.png").write_bytes(whole[:200] + bytes(100) + whole[300:])


def test_broken_files_are_named_and_counted(tmp_path, caplog):
    damage(tmp_path)
    with caplog.at_level(logging.WARNING, "ganlearn"):
        dataset = data.folder(tmp_path, 16)
    assert len(dataset) == 1
    (record,) = caplog.records
    sentence = record.getMessage()
    assert sentence.startswith("Skipped 5 of 6 files")
    for name in ("b-truncated.png", "c-broken.jpg", "d-empty.gif", "e-text.png", "f-flipped.png"):
        assert name in sentence
    assert "\n" not in sentence


def test_many_broken_files_are_not_all_named(tmp_path, caplog):
    Image.new("RGB", (8, 8)).save(tmp_path / "z.png")
    for i in range(20):
        (tmp_path / f"{i:02}.png").write_text("no")
    assert len(data.folder(tmp_path, 8)) == 1
    assert "Skipped 20 of 21 files" in caplog.text and "and 15 more" in caplog.text


def test_a_truncated_jpeg_is_skipped(tmp_path, caplog):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg")
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "b.jpg").write_bytes(whole[: len(whole) // 2])
    assert len(data.folder(tmp_path, 8)) == 1
    assert "b.jpg (image file is truncated" in caplog.text


@pytest.mark.parametrize("limit", [300, 150])  # of 400 pixels: Pillow would warn, Pillow raises
def test_a_decompression_bomb_is_refused(tmp_path, caplog, monkeypatch, limit):
    Image.new("RGB", (10, 10)).save(tmp_path / "small.png")
    Image.new("RGB", (20, 20)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    assert len(data.folder(tmp_path, 8)) == 1
    assert f"bomb.png (more than {limit} pixels; make it smaller first)" in caplog.text


def test_a_header_that_promises_too_much_is_refused_at_once(tmp_path, caplog):
    Image.new("RGB", (10, 10)).save(tmp_path / "small.png")
    png(tmp_path / "bomb.png", 100_000, 100_000, 8, 2, [b""])
    assert len(data.folder(tmp_path, 8)) == 1
    assert "bomb.png (more than" in caplog.text


def test_values_that_are_no_numbers_are_skipped(tmp_path, caplog):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(tmp_path / "b.tif")
    assert len(data.folder(tmp_path, 8)) == 1
    assert "b.tif (it holds values that are not finite)" in caplog.text


def test_other_files_are_mentioned(tmp_path, caplog):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    for name in ("b.heic", "c.HEIC", "notes.txt", "LICENSE"):
        (tmp_path / name).write_text("")
    assert len(data.folder(tmp_path, 8)) == 1
    assert "2 with .heic, 1 with no suffix, 1 with .txt" in caplog.text


def test_all_broken_is_an_error(tmp_path):
    (tmp_path / "a.png").write_text("no")
    with pytest.raises(UserError, match=r"None of the 1 pictures .* a\.png \(not a picture"):
        data.folder(tmp_path, 8)


def test_an_empty_folder_is_explained(tmp_path):
    with pytest.raises(UserError, match="it is empty"):
        data.folder(tmp_path, 8)


def test_a_folder_of_other_things_is_explained(tmp_path):
    (tmp_path / "pictures.zip").write_text("")
    with pytest.raises(UserError, match=r"other files: 1 with \.zip"):
        data.folder(tmp_path, 8)


def test_no_folder_is_explained(tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        data.folder(tmp_path / "gone", 8)


def test_a_file_is_no_folder(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(UserError, match="is a file; give the folder"):
        data.folder(tmp_path / "a.png", 8)


@pytest.mark.parametrize("size", [0, -1, 10_000, 1.5, "64", None])
def test_sizes_out_of_reason_are_refused(tmp_path, size):
    with pytest.raises(UserError, match="whole number"):
        data.folder(tmp_path, size)


def test_more_than_memory_is_refused_before_reading(tmp_path, monkeypatch):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    # ``data.folder`` is the function, which hides the module of the same name.
    monkeypatch.setattr(sys.modules["ganlearn.data.folder"], "LARGEST_BYTES", 1_000)
    with pytest.raises(UserError, match="choose a smaller size"):
        data.folder(tmp_path, 64)


def test_the_home_folder_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    assert torch.equal(data.folder("~", 8).samples, data.folder(tmp_path, 8).samples)
