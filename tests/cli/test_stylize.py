"""``ganlearn stylize``: pictures and folders, and all that must not happen to a file."""

import os

import pytest
import torch
from PIL import Image

from ganlearn import recipe, style
from ganlearn.cli import stylize
from ganlearn.style.stylized import Stylized, Trace

FEW = ("--size", 48, "--steps", 2)


@pytest.fixture
def photo(tmp_path):
    """A file of 60 x 40 pixels."""
    image = Image.new("RGB", (60, 40), "white")
    image.paste("navy", (20, 10, 40, 30))
    image.save(tmp_path / "photo.jpg")
    return "photo.jpg"


def left_over(folder):
    """What a run should not leave behind."""
    return [p for p in folder.rglob("*") if ".part" in p.name or ".preview" in p.name]


def test_a_picture_becomes_a_picture_with_its_recipe(ganlearn, photo, tmp_path):
    answer = ganlearn("stylize", photo, "waves", "-o", "out.png", *FEW, "--strength", 0.7)
    assert answer.code == 0, answer.err
    assert "out.png: 48 x 32 pixels in" in answer.out
    assert Image.open(tmp_path / "out.png").size == (48, 32)
    found = recipe.read(tmp_path / "out.png")
    assert (found["content"], found["style"], found["strength"]) == ("photo.jpg", ["waves"], 0.7)
    assert len(found["trace"]) == 2
    assert not left_over(tmp_path)


def test_the_options_change_what_comes_out(ganlearn, photo, tmp_path):
    mask = Image.new("L", (60, 40))
    mask.paste(255, (0, 0, 30, 40))
    mask.save(tmp_path / "left.png")
    for name, options in {
        "plain": (),
        "strong": ("--strength", 1),
        "luminance": ("--color", "luminance"),
        "match": ("--color", "match"),
        "masked": ("--mask", "left.png"),
        "longer": ("--steps", 4),
    }.items():
        answer = ganlearn("stylize", photo, "leaves", "-o", f"{name}.png", *FEW, *options)
        assert answer.code == 0, answer.err
    made = {p.stem: Image.open(p).tobytes() for p in tmp_path.glob("*.png") if p.stem != "left"}
    assert len(set(made.values())) == 6


def test_several_styles_are_mixed(ganlearn, photo, tmp_path):
    arguments = ("leaves", "waves", "-o", "out.png", *FEW, "--weight", 3, "--weight", 1)
    answer = ganlearn("stylize", photo, *arguments)
    assert answer.code == 0, answer.err
    found = recipe.read(tmp_path / "out.png")
    assert (found["style"], found["weights"]) == (["leaves", "waves"], [3, 1])


def test_shipped_pictures_go_by_name(ganlearn, tmp_path):
    answer = ganlearn("stylize", "astronaut", "grass", "-o", "out.png", *FEW)
    assert answer.code == 0, answer.err
    assert Image.open(tmp_path / "out.png").size == (48, 48)


@pytest.mark.parametrize(
    ("method", "function"), [("adain", "stylize_any"), ("fast", "stylize_fast")]
)
def test_other_methods_get_the_options_they_have(ganlearn, photo, monkeypatch, method, function):
    def fake(content, styles, strength=1.0, *, size=256, colour="style", device=None):
        return Stylized(torch.zeros(1, 3, 20, 30), {"told": [str(content), styles, strength, size]})

    monkeypatch.setattr(style, function, fake)
    options = ("--method", method, "--size", 99)
    answer = ganlearn("stylize", photo, "waves", "-o", "out.png", *options)
    assert answer.code == 0, answer.err
    assert recipe.read("out.png")["told"] == ["photo.jpg", ["waves"], 1.0, 99]
    answer = ganlearn("stylize", photo, "waves", "-o", "new.png", *options, "--mask", photo)
    assert answer.code == 2
    assert f"The method {method} has no masks" in answer.err


def test_a_preview_lies_beside_the_result_while_it_is_made(ganlearn, photo, tmp_path, monkeypatch):
    seen, write = [], stylize._Preview.__call__

    def noted(preview, progress):
        write(preview, progress)
        assert not (tmp_path / "out.png").exists()
        with Image.open(tmp_path / "out.preview.png") as image:
            seen.append(image.size)

    monkeypatch.setattr(stylize, "PREVIEW", 0)
    monkeypatch.setattr(stylize._Preview, "__call__", noted)
    answer = ganlearn("stylize", photo, "waves", "-o", "out.png", "--size", 96, "--steps", 3)
    assert answer.code == 0, answer.err
    assert seen == [(48, 32), (68, 45), (96, 64)]
    assert not left_over(tmp_path)


def test_a_preview_takes_no_name_that_is_in_use(ganlearn, photo, tmp_path, monkeypatch):
    """The picture that is called like a preview is even the one that is painted."""
    (tmp_path / photo).rename(tmp_path / "out.preview.png")
    before = (tmp_path / "out.preview.png").read_bytes()
    monkeypatch.setattr(stylize, "PREVIEW", 0)
    answer = ganlearn("stylize", "out.preview.png", "waves", "-o", "out.png", *FEW)
    assert answer.code == 0, answer.err
    assert (tmp_path / "out.preview.png").read_bytes() == before
    assert {p.name for p in tmp_path.glob("out*")} == {"out.png", "out.preview.png"}


def test_previews_are_not_written_at_every_step(tmp_path):
    preview = stylize._Preview(tmp_path / "p.png")
    made = style.optimise.Progress(1, 9, 16, {}, torch.zeros(1, 3, 16, 16))
    preview(made)
    first = (tmp_path / "p.png").stat().st_mtime_ns
    preview(made)
    assert (tmp_path / "p.png").stat().st_mtime_ns == first


def stop_at(step, monkeypatch):
    """Ctrl-C while a step is taken."""
    write = stylize._Preview.__call__

    def interrupted(preview, progress):
        write(preview, progress)
        if progress.step == step:
            raise KeyboardInterrupt

    monkeypatch.setattr(stylize._Preview, "__call__", interrupted)


def test_ctrl_c_keeps_the_current_picture(ganlearn, photo, tmp_path, monkeypatch):
    stop_at(2, monkeypatch)
    answer = ganlearn("stylize", photo, "waves", "-o", "out.png", "--size", 48, "--steps", 30)
    assert answer.code == 130
    assert "Stopped after step 2" in answer.out
    assert len(recipe.read(tmp_path / "out.png")["trace"]) == 2
    assert not left_over(tmp_path)


def test_ctrl_c_ends_a_folder_too(ganlearn, photo, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    for name in ("a.png", "b.png"):
        Image.open(tmp_path / photo).save(tmp_path / "in" / name)
    stop_at(1, monkeypatch)
    answer = ganlearn("stylize", "in", "waves", "-o", "out", *FEW)
    assert answer.code == 130
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.png"]


def test_a_folder_becomes_a_folder_and_a_bad_file_is_named(ganlearn, photo, tmp_path):
    (tmp_path / "in" / "more").mkdir(parents=True)
    for name in ("a.png", "a.jpg", "more/c.webp"):
        Image.open(tmp_path / photo).save(tmp_path / "in" / name)
    Image.new("CMYK", (50, 50), (0, 200, 200, 0)).save(tmp_path / "in" / "ink.jpg")
    (tmp_path / "in" / "bad.png").write_text("no picture")
    Image.new("RGB", (1, 1)).save(tmp_path / "in" / "dot.png")
    answer = ganlearn("stylize", "in", "waves", "-o", "out", *FEW)
    assert answer.code == 0, answer.err
    made = sorted(
        p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")
    )
    assert made == ["a.jpg.png", "a.png.png", "ink.png", "more/c.png"]
    told = answer.out.replace("\\", "/")
    assert "in/bad.png cannot be read: not a picture" in told
    assert "There are 1 x 1 pixels in in/dot.png" in told
    assert not left_over(tmp_path)


def test_a_folder_of_nothing_but_bad_files_is_an_error(ganlearn, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "in" / name).write_text("no picture")
    answer = ganlearn("stylize", "in", "waves", "-o", "out", *FEW)
    assert answer.code == 2
    assert "None of the 2 pictures" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_wrong_style_is_told_once_and_not_for_every_picture(ganlearn, photo, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.png", "b.png"):
        Image.open(tmp_path / photo).save(tmp_path / "in" / name)
    answer = ganlearn("stylize", "in", "nowhere.jpg", "-o", "out", *FEW)
    assert answer.code == 2
    assert (answer.out + answer.err).count("nowhere.jpg") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("photo.jpg", "-o", "out.png"), "Missing argument"),
        (("none.jpg", "waves", "-o", "out.png"), "There is no picture none.jpg"),
        (("photo.jpg", "none.jpg", "-o", "out.png"), "There is no picture none.jpg"),
        (("broken.png", "waves", "-o", "out.png"), "broken.png cannot be read"),
        (("pixel.png", "waves", "-o", "out.png"), "There are 1 x 1 pixels in pixel.png"),
        (("photo.jpg", "pixel.png", "-o", "out.png"), "There are 1 x 1 pixels in pixel.png"),
        (("huge.png", "waves", "-o", "out.png"), "more than 89,478,485 pixels"),
        (("photo.jpg", "folder", "-o", "out.png"), "folder is a folder; give one picture"),
        (("photo.jpg", "waves", "-o", "out.jpg"), "must end in .png"),
        (("folder", "waves", "-o", "out.png"), "must be one, too"),
        (("folder", "waves", "-o", "folder/out"), "lies in folder"),
        (("folder", "waves", "-o", "out"), "There is no picture in folder"),
        (("a.png", "waves", "-o", "a.png"), "The result would replace a.png"),
        (("photo.jpg", "a.png", "-o", "a.png"), "The result would replace a.png"),
        (("photo.jpg", "a.png", "-o", "./folder/../a.png"), "The result would replace a.png"),
        (("photo.jpg", "waves", "-o", "out.png", "--mask", "a.png"), "other proportions"),
        (("photo.jpg", "waves", "-o", "a.png", "--mask", "a.png"), "would replace a.png"),
        (
            ("photo.jpg", "waves", "-o", "out.png", "--strength", 2),
            "Invalid value for '--strength'",
        ),
        (("photo.jpg", "waves", "-o", "out.png", "--size", 4), "Invalid value for '--size'"),
        (("photo.jpg", "waves", "-o", "out.png", "--size", 16), "a size of 48 is enough"),
        (
            ("photo.jpg", "waves", "-o", "out.png", "--method", "magic"),
            "Invalid value for '--method'",
        ),
        (("photo.jpg", "waves", "-o", "out.png", "--color", "sepia"), "no colour mode 'sepia'"),
        (("photo.jpg", "waves", "-o", "out.png", "--device", "toaster"), "no device 'toaster'"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_sentence_and_changes_no_file(
    ganlearn, photo, tmp_path, arguments, sentence
):
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.png").write_text("not a picture")
    Image.new("RGB", (50, 50), "green").save(tmp_path / "a.png")
    Image.new("RGB", (1, 1)).save(tmp_path / "pixel.png")
    Image.new("1", (10_000, 9_000)).save(tmp_path / "huge.png")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    answer = ganlearn("stylize", *arguments)
    assert answer.code == 2
    assert sentence in answer.err.replace("\\", "/")
    assert answer.err.count("\n") == 1
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_an_old_result_outlives_a_failure(ganlearn, photo, tmp_path, monkeypatch):
    """Something goes wrong in the middle, after the preview has been written."""

    def fails(trace, size, terms):
        if len(trace.rows) == 1:
            raise OSError(28, "No space left on device")
        trace.rows.append({"style": 0.0})

    (tmp_path / "out.png").write_bytes(b"an older result")
    monkeypatch.setattr(Trace, "add", fails)
    answer = ganlearn("stylize", photo, "waves", "-o", "out.png", *FEW)
    assert answer.code == 2
    assert "No space left on device" in answer.err
    assert (tmp_path / "out.png").read_bytes() == b"an older result"
    assert not left_over(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="all is writable")
def test_a_folder_that_cannot_be_written_to_is_told_at_once(ganlearn, photo, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    answer = ganlearn("stylize", photo, "waves", "-o", "locked/out.png", "--steps", 10_000)
    assert answer.code == 2
    assert "Permission denied" in answer.err


@pytest.mark.parametrize("kind", ["cmyk.jpg", "moving.gif", "clear.png", "deep.png", "turned.jpg"])
def test_pictures_of_every_kind_are_stylised(ganlearn, tmp_path, kind):
    image = Image.new("RGB", (60, 40), "red")
    if kind == "cmyk.jpg":
        image.convert("CMYK").save(tmp_path / kind)
    elif kind == "moving.gif":
        image.save(tmp_path / kind, save_all=True, append_images=[Image.new("RGB", (60, 40))])
    elif kind == "clear.png":
        image.putalpha(100)
        image.save(tmp_path / kind)
    elif kind == "deep.png":
        Image.new("I;16", (60, 40), 30_000).save(tmp_path / kind)
    else:
        exif = Image.Exif()
        exif[0x0112] = 6
        image.save(tmp_path / kind, exif=exif)
    answer = ganlearn("stylize", kind, "waves", "-o", "out.png", *FEW)
    assert answer.code == 0, answer.err
    assert Image.open(tmp_path / "out.png").size == ((32, 48) if "turned" in kind else (48, 32))


def test_help_is_the_docstring_of_the_function(ganlearn):
    answer = ganlearn("stylize", "--help")
    assert answer.code == 0
    told = " ".join(answer.out.split())
    assert "0 keeps the content as it is, 1 cares for the style alone" in told
    assert "pixels of the result's longer side" in told
    assert ":mod:" not in told
    assert "``" not in told
