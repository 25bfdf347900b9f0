"""docs/style.md names every knob there is and no other, and its Python runs."""

import inspect
import re
from pathlib import Path

import pytest
import torch
from PIL import Image

from ganlearn import cli, style

PAGE = (Path(__file__).parents[2] / "docs" / "style.md").read_text(encoding="utf-8")
TABLE = re.search(r"\| terminal \| Python.*?\n\n", PAGE, re.DOTALL)[0]


def test_every_knob_is_in_the_table():
    knobs = set(inspect.signature(style.stylize).parameters) - {"content", "style"}
    cells = "".join(row.split("|")[2] for row in TABLE.strip().splitlines())
    named = set(re.findall(r"`(\w+)`", cells))
    assert knobs <= named
    assert named - knobs == {"stylize", "stylize_any", "stylize_fast"}


def test_every_option_on_the_page_is_one_of_the_command():
    import typer

    command = typer.main.get_command(cli.app).commands["stylize"]
    there = {name for parameter in command.params for name in parameter.opts if name[:2] == "--"}
    assert set(re.findall(r"--[a-z]+", PAGE)) - {"--"} <= there
    listed = set(re.findall(r"--[a-z]+", TABLE))
    assert there - {"--output", "--help"} <= listed


def test_all_names_of_the_library_on_the_page_exist():
    for module, name in re.findall(r"`(style|video)\.(\w+)", PAGE):
        home = style if module == "style" else __import__("ganlearn.style.video", fromlist=[name])
        assert hasattr(home, name), f"{module}.{name}"


def test_pictures_are_there_and_small():
    for name in re.findall(r"\]\((pictures/[^)]+)\)", PAGE):
        file = Path(__file__).parents[2] / "docs" / name
        assert file.stat().st_size <= 150_000, name


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_the_python_on_the_page_runs(tmp_path, monkeypatch, code):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANLEARN_PROGRESS", "off")
    Image.effect_noise((64, 48), 60).convert("RGB").save("photo.jpg")
    Image.effect_noise((48, 48), 60).convert("RGB").save("painting.jpg")
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    frames[0].save("cat.gif", save_all=True, append_images=frames[1:])
    short = lambda *given, **options: style.optimise.stylize(*given, **options, size=64, steps=2)
    monkeypatch.setattr(style, "stylize", short)
    names: dict = {}
    exec(code, names)  # the page's own words
    made = [path for path in ("out.png", "painted.gif") if Path(path).exists()]
    assert made
    if "picture" in names:
        assert isinstance(names["picture"].pictures, torch.Tensor)
