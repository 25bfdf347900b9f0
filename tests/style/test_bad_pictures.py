"""Pictures that are broken or odd, in every place where one goes: a result or one sentence.

What :func:`ganlearn.style.read` makes of each kind by itself is tested with it; here it is what
becomes of the whole transfer, and of the files that lie around.
"""

import io
import os
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from ganlearn import cli, runtime
from ganlearn.errors import UserError
from ganlearn.style import Extractor, stylize, stylize_any, vgg

SIDE = 40


def noise(size=(SIDE, SIDE), mode="RGB"):
    """A picture that no compression makes short."""
    bytes_ = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(bytes_).convert(mode)


def encoded(kind, **options):
    file = io.BytesIO()
    noise().save(file, kind, **options)
    return file.getvalue()


BROKEN = {
    "empty.png": b"",
    "text.jpg": b"this is no picture\n",
    "cut.png": encoded("png")[:900],
    "cut.jpg": encoded("jpeg")[:700],
    "cut.gif": encoded("gif")[:60],
    "flipped.png": encoded("png").replace(b"IDAT", b"IDAX"),
    "vector.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "page.pdf": b"%PDF-1.4\n",
}
HUGE = io.BytesIO()
Image.new("1", (10_000, 9_000)).save(HUGE, "png")
SMALL = {"pixel.png": (1, 1), "thread.png": (400, 3)}
UNFIT = [*BROKEN, *SMALL, "huge.png", "missing.png", "folder"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with pictures of every unfit kind, a good one, and a result from before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANLEARN_PROGRESS", "off")
    for name, content in BROKEN.items():
        (tmp_path / name).write_bytes(content)
    for name, size in SMALL.items():
        noise(size).save(tmp_path / name)
    (tmp_path / "huge.png").write_bytes(HUGE.getvalue())
    (tmp_path / "folder").mkdir()
    noise((SIDE, 60)).save(tmp_path / "good.png")
    noise((60, SIDE)).save(tmp_path / "old result.png")
    return tmp_path


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tiny():
    with runtime.seeded(0):
        return Extractor(vgg(((4, 4), (4, 4), (4,) * 4, (4,) * 4, (4,))), "tiny")


def quick(content="good.png", style="good.png", **options):
    """The library's transfer, as short as it gets."""
    return stylize(content, style, size=64, steps=1, scales=1, extractor=tiny(), **options)


def typed(capsys, *arguments):
    """The command's exit code, and what it says to whom."""
    with pytest.raises(SystemExit) as left:
        cli.main(["stylize", *map(str, arguments)])
    told = capsys.readouterr()
    return left.value.code, told.out, told.err


# What cannot be used

PLACES = {
    "content": lambda bad: quick(content=bad),
    "style": lambda bad: quick(style=bad),
    "one of two styles": lambda bad: quick(style=["good.png", bad]),
    "start": lambda bad: quick(start=bad),
    "content, at once": lambda bad: stylize_any(bad, "good.png"),
    "style, at once": lambda bad: stylize_any("good.png", bad),
}


@pytest.mark.parametrize("place", PLACES)
def test_an_unfit_picture_is_named_in_one_sentence(here, place):
    before = files(here)
    for bad in UNFIT:
        with pytest.raises(UserError) as refused:
            PLACES[place](bad)
        told = str(refused.value)
        assert bad in told
        assert told.endswith(".")
        assert "\n" not in told
    assert files(here) == before


@pytest.mark.parametrize("bad", [*BROKEN, "huge.png", "missing.png", "folder"])
def test_an_unfit_mask_is_named_in_one_sentence(here, bad):
    with pytest.raises(UserError, match=bad):
        quick(masks=[bad])


@pytest.mark.parametrize(
    ("size", "fits"),
    [
        ((SIDE, 60), True),
        ((20, 30), True),
        ((400, 600), True),
        ((60, SIDE), False),
        ((50, 60), False),
    ],
)
def test_a_mask_of_another_size_fits_when_its_proportions_do(here, size, fits):
    Image.new("L", size, 200).save("mask.png")
    if fits:
        assert quick(masks=["mask.png"]).pictures.shape == (1, 3, 64, 43)
    else:
        with pytest.raises(UserError, match=r"mask.png is .* other proportions"):
            quick(masks=["mask.png"])


@pytest.mark.parametrize("kind", ["closed", "cut"])
def test_an_image_that_breaks_when_it_is_unpacked_is_one_sentence(here, kind):
    image = Image.open("good.png" if kind == "closed" else "cut.png")
    if kind == "closed":
        image.close()
    for place in ({"content": image}, {"style": image}, {"masks": [image]}):
        with pytest.raises(UserError, match="that was given cannot be read"):
            quick(**place)


@pytest.mark.parametrize("what", [np.zeros((40, 40, 3), np.uint8), b"good.png", 3, None])
def test_what_is_no_picture_at_all_is_one_sentence(here, what):
    for place in ({"content": what}, {"style": what}, {"start": what}, {"masks": [what]}):
        with pytest.raises(UserError, match=f"this is a {type(what).__name__}"):
            quick(**place)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="everything can be read by this user"
)
def test_a_file_that_may_not_be_read_is_one_sentence(here):
    (here / "good.png").chmod(0)
    with pytest.raises(UserError, match=r"good.png cannot be read: .*Permission denied"):
        quick()


# What is odd and can be used


def odd(kind, path):
    """A file of an odd kind; all of them show the same green."""
    green, clear = (0, 160, 0), (255, 0, 0, 0)
    image = Image.new("RGB", (SIDE, 60), green)
    if kind == "inks":
        image.convert("CMYK").save(path.with_suffix(".tif"))
    elif kind == "moving":
        later = [Image.new("RGB", (SIDE, 60), "red") for _ in range(3)]
        image.save(path.with_suffix(".gif"), save_all=True, append_images=later)
    elif kind == "palette":
        image.quantize(4).save(path.with_suffix(".png"))
    elif kind == "turned":
        exif = Image.Exif()
        exif[0x0112] = 8
        image.transpose(Image.Transpose.ROTATE_270).save(path.with_suffix(".png"), exif=exif)
    elif kind == "clear":  # what cannot be seen is red, on white it would show
        image.putalpha(255)
        image.paste(clear, (0, 0, SIDE, 0))
        image.save(path.with_suffix(".png"))
    elif kind == "wrong suffix":
        image.save(path.with_suffix(".jpg"), "png")
    return next(path.parent.glob(f"{path.name}.*"))


KINDS = ["inks", "moving", "palette", "turned", "clear", "wrong suffix"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_picture_gives_what_a_plain_one_gives(here, kind):
    file = odd(kind, here / "odd")
    plain = Image.new("RGB", (SIDE, 60), (0, 160, 0))
    network = tiny()
    made, wanted = (
        stylize(c, "good.png", size=64, steps=2, scales=1, extractor=network) for c in (file, plain)
    )
    assert made.pictures.shape == (1, 3, 64, 43)
    torch.testing.assert_close(made.pictures, wanted.pictures, atol=0.02, rtol=0)


# The command, and the files around it


@pytest.mark.parametrize("bad", ["cut.jpg", "pixel.png", "huge.png", "missing.png", "empty.png"])
@pytest.mark.parametrize("method", ["optimise", "adain"])
def test_a_command_that_fails_touches_nothing(here, capsys, bad, method):
    before = files(here)
    way = ["-o", "old result.png", "--method", method]
    commands = [[bad, "good.png", *way], ["good.png", bad, *way]]
    if bad != "pixel.png":
        commands.append(["good.png", "good.png", *way, "--mask", bad])
    for command in commands:
        code, out, err = typed(capsys, *command)
        assert code == 2
        assert out == ""
        assert err.startswith("ganlearn: ")
        assert err.count("\n") == 1
        assert bad in err
        assert files(here) == before


def test_a_link_to_what_is_read_is_not_replaced(here, capsys):
    try:
        (here / "link.png").symlink_to("good.png")
    except OSError:
        pytest.skip("this system allows no links")
    before = files(here)
    for command in (["good.png", "waves"], ["chelsea", "good.png"]):
        code, _, err = typed(capsys, *command, "-o", "link.png", "--method", "adain")
        assert code == 2
        assert "would replace good.png" in err
    assert files(here) == before


def test_the_library_may_replace_what_it_has_read(here):
    result = quick()
    result.save("good.png")
    with Image.open("good.png") as saved:
        assert saved.size == (43, 64)


def test_a_result_replaces_an_older_one_whole(here, capsys):
    code, out, _ = typed(
        capsys, "good.png", "waves", "-o", "old result.png", "--method", "adain", "--size", 64
    )
    assert code == 0
    assert "old result.png: 43 x 64 pixels" in out
    with Image.open("old result.png") as saved:
        assert saved.size == (43, 64)
    assert not [path for path in files(here) if path.suffix == ".part"]


@pytest.mark.parametrize("where", ["good.png/out.png", "text.jpg/deep/out.png"])
def test_a_place_that_cannot_be_written_to_is_one_sentence(here, capsys, where):
    before = files(here)
    code, _, err = typed(capsys, "chelsea", "waves", "-o", where, "--method", "adain", "--size", 64)
    assert code == 2
    assert err.count("\n") == 1
    assert files(here) == before
