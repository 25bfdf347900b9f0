"""``ganlearn translate``: pictures and folders through a trained translator."""

import pytest
import torch
from PIL import Image

from ganlearn import recipe
from ganlearn.cli import train, translate

PAIRED = """
[data]
name = "edges"
n = 8
size = 16
schools = ["grids"]

[nets]
name = "pix2pix"
width = 2
depth = 2
patch_depth = 1

[training]
steps = 2
batch = 4
"""
UNPAIRED = """
[data]
name = "two-folders"
path = "{sides}"
size = 16

[nets]
name = "cyclegan"
width = 2
depth = 2
patch_depth = 1
pool = 3

[training]
steps = 2
batch = 2
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two runs: ``paired`` and ``unpaired``."""
    root = tmp_path_factory.mktemp("runs")
    for side, colour in (("a", "red"), ("b", "blue")):
        (root / "sides" / side).mkdir(parents=True)
        Image.new("RGB", (20, 20), colour).save(root / "sides" / side / "1.png")
    sides = (root / "sides").as_posix()
    for name, text in (("paired", PAIRED), ("unpaired", UNPAIRED.format(sides=sides))):
        (root / f"{name}.toml").write_text(text)
        train.train(str(root / f"{name}.toml"), out=root / name, device="cpu")
    return root


@pytest.fixture
def picture(tmp_path):
    image = Image.new("RGB", (60, 40), "white")
    image.paste("navy", (20, 10, 40, 30))
    image.save(tmp_path / "square.jpg")
    return "square.jpg"


@pytest.mark.parametrize("run", ["paired", "unpaired"])
def test_a_picture_becomes_a_picture_with_its_recipe(ganlearn, made, picture, tmp_path, run):
    answer = ganlearn("translate", picture, "-o", "out.png", "--run", made / run)
    assert answer.code == 0, answer.err
    assert "1 of 1 translated" in answer.out
    assert Image.open(tmp_path / "out.png").size == (64, 43)  # four times the side it learned from
    made_of = recipe.read(tmp_path / "out.png")
    assert (made_of["steps"], made_of["picture"], made_of["size"]) == (2, "square.jpg", 64)


def test_the_options_change_what_comes_out(ganlearn, made, picture, tmp_path):
    for name, run, options in (
        ("plain", "paired", []),
        ("drawing", "paired", ["--drawing"]),
        ("small", "paired", ["--size", 24]),
        ("there", "unpaired", []),
        ("back", "unpaired", ["--back"]),
    ):
        arguments = (picture, "-o", f"{name}.png", "--run", made / run, *options)
        answer = ganlearn("translate", *arguments)
        assert answer.code == 0, answer.err
    content = {p.stem: Image.open(p).tobytes() for p in tmp_path.glob("*.png")}
    assert len(set(content.values())) == 5
    assert Image.open(tmp_path / "small.png").size == (24, 16)


@pytest.mark.parametrize(
    ("options", "name"), [([], "photographs-to-glass"), (["--drawing"], "edges-to-paintings")]
)
def test_the_shipped_translators_work_at_once(ganlearn, tmp_path, options, name):
    answer = ganlearn("translate", "chelsea", "-o", "cat.png", "--size", 64, *options)
    assert answer.code == 0, answer.err
    assert recipe.read(tmp_path / "cat.png")["translator"] == name


def test_a_folder_becomes_a_folder_and_a_bad_file_is_named(ganlearn, made, tmp_path):
    inside = tmp_path / "photos" / "more"
    inside.mkdir(parents=True)
    for name in ("photos/a.jpg", "photos/b.png", "photos/b.bmp", "photos/more/c.jpg"):
        Image.new("RGB", (30, 30), "green").save(tmp_path / name)
    (inside / "bad.png").write_bytes(b"no picture")
    Image.new("RGB", (1, 1)).save(inside / "dot.png")
    answer = ganlearn("translate", "photos", "-o", "out", "--run", made / "paired")
    assert answer.code == 0, answer.err
    assert "4 of 6 translated" in answer.out
    assert "bad.png cannot be read" in answer.out
    assert "dot.png" in answer.out
    found = sorted(p.relative_to(tmp_path / "out").as_posix() for p in files(tmp_path / "out"))
    assert found == ["a.png", "b.bmp.png", "b.png.png", "more/c.png"]


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["square.jpg", "-o", "out.jpg"], "out.jpg must end in .png"),
        (["nothing.png", "-o", "out.png"], "no picture nothing.png"),
        (["same.png", "-o", "same.png"], "would replace same.png"),
        (["same.png", "-o", "."], "would replace same.png"),
        (["folder", "-o", "folder"], "lies in folder"),
        (["folder", "-o", "folder/out"], "lies in folder"),
        (["folder", "-o", "same.png"], "folder is a folder, so same.png must be one"),
        (["empty", "-o", "out"], "no picture in empty"),
        (["broken.png", "-o", "out.png"], "broken.png cannot be read"),
        (["same.png", "-o", "out.png", "--run", "nowhere"], "no run in nowhere"),
        (["same.png", "-o", "out.png", "--run", "{paired}", "--back"], "learned one direction"),
        (["same.png", "-o", "out.png", "--run", "{unpaired}", "--drawing"], "leave --drawing out"),
        (["same.png", "-o", "out.png", "--back"], "learned one direction"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_writes_nothing(
    ganlearn, made, picture, tmp_path, arguments, sentence
):
    Image.new("RGB", (30, 30)).save(tmp_path / "same.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    for name in ("folder", "empty"):
        (tmp_path / name).mkdir()
    Image.new("RGB", (30, 30)).save(tmp_path / "folder" / "1.png")
    before = {path: path.read_bytes() for path in files(tmp_path)}
    runs = {"paired": made / "paired", "unpaired": made / "unpaired"}
    answer = ganlearn("translate", *(argument.format(**runs) for argument in arguments))
    assert answer.code == 2
    assert sentence in answer.err
    assert {path: path.read_bytes() for path in files(tmp_path)} == before


def test_ctrl_c_keeps_what_is_done(ganlearn, made, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    for i in range(3):
        Image.new("RGB", (30, 30)).save(tmp_path / "in" / f"{i}.png")
    save, saved = recipe.save, []

    def interrupted(*arguments):
        if saved:
            raise KeyboardInterrupt
        saved.append(arguments)
        return save(*arguments)

    monkeypatch.setattr(recipe, "save", interrupted)
    answer = ganlearn("translate", "in", "-o", "out", "--run", made / "paired")
    assert answer.code == 130
    assert "1 of 3 translated" in answer.out
    assert [path.name for path in files(tmp_path / "out")] == ["0.png"]


def test_a_run_that_translates_is_not_sampled_and_one_that_draws_does_not_translate(
    ganlearn, made, picture
):
    answer = ganlearn("sample", made / "paired")
    assert answer.code == 2
    assert "ganlearn translate PICTURE" in answer.err
    assert ganlearn("train", "ring", "--steps", 1).code == 0
    answer = ganlearn("translate", picture, "-o", "out.png", "--run", "runs/ring")
    assert answer.code == 2
    assert "ganlearn sample" in answer.err


def test_sheets_of_a_run_show_what_went_in(made):
    sheet = Image.open(made / "paired" / "samples" / "000002.png")
    assert sheet.width > sheet.height  # each picture has its outlines beside it


def test_the_jobs_and_the_network_are_what_the_trainer_would_show(made):
    network, side, _ = translate._translator(made / "paired", back=False, drawing=True)
    assert side == 16
    assert not network.training
    white = torch.ones(1, 3, 16, 16)
    assert translate._input(white, network, drawing=True).eq(-1).all()
