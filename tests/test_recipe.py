"""A PNG and its recipe."""

import pytest
from PIL import Image

import ganlearn
from ganlearn import recipe
from ganlearn.errors import UserError


@pytest.fixture
def picture():
    return Image.effect_noise((20, 10), 50).convert("RGB")


def test_picture_and_recipe_come_back(picture, tmp_path):
    path = recipe.save(picture, tmp_path / "new" / "x.png", {"seed": 3, "schools": ["waves"]})
    assert Image.open(path).tobytes() == picture.tobytes()
    assert recipe.read(path) == {
        "ganlearn": ganlearn.__version__,
        "seed": 3,
        "schools": ["waves"],
    }


def test_a_picture_without_a_recipe_says_so(picture, tmp_path):
    picture.save(tmp_path / "x.png")
    with pytest.raises(UserError, match="holds no recipe"):
        recipe.read(tmp_path / "x.png")


def test_only_a_png_holds_a_recipe(picture, tmp_path):
    with pytest.raises(UserError, match=r"must end in \.png"):
        recipe.save(picture, tmp_path / "x.jpg", {})
    assert not list(tmp_path.iterdir())


def test_what_fails_leaves_the_old_picture(picture, tmp_path, monkeypatch):
    path = recipe.save(picture, tmp_path / "x.png", {"seed": 1})

    def fail(self, file, *rest, **more):
        file.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(OSError, match="No space left"):
        recipe.save(picture, path, {"seed": 2})
    monkeypatch.undo()
    assert recipe.read(path)["seed"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["x.png"]
