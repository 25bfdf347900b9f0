"""A network for a style is trained once, kept by what the style looks like, and found again."""

import pytest
import torch
from PIL import Image

from ganlearn import data
from ganlearn.errors import UserError
from ganlearn.nets.stored import FOLDER
from ganlearn.style import fast, fast_shelf, pictures
from ganlearn.style.fast import FastStyle
from ganlearn.style.transfer_network import TransferNetwork


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty data root, and a training that only counts; its calls (steps, went on from)."""
    monkeypatch.setenv("GANLEARN_DATA", str(tmp_path))
    calls = []

    def train(styles, *, steps, start, device):
        before = start.card.get("steps", 0)
        calls.append((steps, before))
        done = steps + before
        network = TransferNetwork(len(styles), 4, 1, seed=done).eval()
        card = {"network": network.settings, "steps": done}
        return FastStyle(network, card)

    monkeypatch.setattr(fast_shelf, "train_fast", train)
    begun = FastStyle(TransferNetwork(8, 4, 1).eval(), {})
    monkeypatch.setattr(fast_shelf, "schools", lambda device: begun)
    return calls


@pytest.fixture
def painting(tmp_path):
    path = tmp_path / "mine.png"
    pictures.to_image(pictures.read("planes", 90)).save(path)
    return path


def test_the_second_use_trains_nothing(shelf, painting):
    one = fast_shelf.fast_for(painting, steps=5, device="cpu")
    two = fast_shelf.fast_for(painting, steps=5, device="cpu")
    assert shelf == [(5, 0)]
    x = pictures.read("chelsea", 40)
    assert torch.allclose(one(x), two(x), atol=0.02)


def test_the_looks_decide_and_not_the_name(shelf, painting, tmp_path):
    fast_shelf.fast_for(painting, steps=5, device="cpu")
    with Image.open(painting) as image:
        image.save(tmp_path / "other name.bmp")
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "flipped.png")
    fast_shelf.fast_for(str(tmp_path / "other name.bmp"), steps=5, device="cpu")
    assert len(shelf) == 1
    fast_shelf.fast_for(tmp_path / "flipped.png", steps=5, device="cpu")
    fast_shelf.fast_for([painting, tmp_path / "flipped.png"], steps=5, device="cpu")
    assert len(shelf) == 3
    assert len(list((tmp_path / "fast").iterdir())) == 3


def test_a_training_that_was_stopped_goes_on(shelf, painting):
    fast_shelf.fast_for(painting, steps=3, device="cpu")
    found = fast_shelf.fast_for(painting, steps=8, device="cpu")
    assert shelf == [(3, 0), (5, 3)]
    assert found.card["steps"] == 8
    fast_shelf.fast_for(painting, steps=2, device="cpu")
    assert len(shelf) == 2


def test_a_damaged_network_is_one_sentence_that_names_the_file(shelf, painting, tmp_path):
    fast_shelf.fast_for(painting, steps=3, device="cpu")
    (file,) = (tmp_path / "fast").iterdir()
    file.write_bytes(b"")
    with pytest.raises(UserError, match=rf"{file.name} is damaged"):
        fast_shelf.fast_for(painting, steps=3, device="cpu")


@pytest.fixture
def three(monkeypatch):
    """In place of any network: style i paints everything in colour i."""
    colours = torch.eye(8)[:, :3].clone()

    class Painter:
        def __init__(self):
            self.network, self.card = TransferNetwork(8, 4, 1), {"steps": 5}

        def __call__(self, x, style):
            shares = self.network.shares(style)
            return (shares @ colours).view(1, 3, 1, 1).expand_as(x)

    monkeypatch.setattr(fast_shelf, "fast_for", lambda style, steps, device: Painter())


def test_strength_weights_and_masks_reach_the_result(three):
    first, second, third = data.SCHOOLS[:3]
    content = torch.full((1, 3, 32, 48), 0.5)

    def made(*args, **knobs):
        return fast_shelf.stylize_fast(content, *args, size=48, device="cpu", **knobs).pictures

    assert made(second)[0, :, 0, 0].tolist() == [0, 1, 0]
    assert made(second, 0.5)[0, :, 0, 0].tolist() == [0.25, 0.75, 0.25]
    assert torch.equal(made(second, 0.0), content)
    assert made([third, first], weights=[3, 1])[0, :, 0, 0].tolist() == [0.25, 0, 0.75]
    left = torch.zeros(32, 48)
    left[:, :16] = 1
    masked = made([third, first], masks=[left, left.flip(1)])
    columns = [masked[0, :, 5, column].tolist() for column in (0, 24, 47)]
    assert columns == [[0, 0, 1], [0.5, 0.5, 0.5], [1, 0, 0]]


def test_colours_of_the_content_can_be_kept(three):
    made = fast_shelf.stylize_fast(
        torch.full((1, 3, 32, 48), 0.5), data.SCHOOLS[0], size=48, colour="luminance", device="cpu"
    ).pictures
    assert torch.allclose(made, made[:, :1].expand_as(made), atol=1e-5)  # grey stays without hue
    assert made.mean() == pytest.approx(0.299, abs=0.01)  # and is as bright as red
    matched = fast_shelf.stylize_fast(
        "chelsea", data.SCHOOLS[0], size=48, colour="match", device="cpu"
    ).pictures
    mean = pictures.read("chelsea", 48).mean((2, 3))
    assert torch.allclose(matched.mean((2, 3)), mean, atol=0.02)


def test_a_result_of_a_training_that_was_stopped_is_not_finished(three):
    content = torch.full((1, 3, 32, 48), 0.5)
    for steps, finished in [(5, True), (6, False)]:
        made = fast_shelf.stylize_fast(content, "waves", size=48, steps=steps, device="cpu")
        assert made.finished is finished


def test_what_does_not_fit_is_one_sentence(three):
    with pytest.raises(UserError, match="strength is 2"):
        fast_shelf.stylize_fast("chelsea", "waves", 2)
    with pytest.raises(UserError, match="no colour mode"):
        fast_shelf.stylize_fast("chelsea", "waves", colour="blue")
    with pytest.raises(UserError, match="2 weights for 1 styles"):
        fast_shelf.stylize_fast("chelsea", "waves", weights=[1, 2])


def test_the_shipped_network_knows_every_school():
    network = fast_shelf.schools("cpu")
    assert tuple(network.card["styles"]) == data.SCHOOLS
    assert (FOLDER / f"{fast_shelf.SHIPPED}.safetensors").stat().st_size <= 1_000_000
    assert isinstance(network, fast.FastStyle)
    score = network.card["score"]
    for school in data.SCHOOLS:
        assert score["style distance"][school] < score["of the photographs themselves"][school]


def test_a_school_by_name_needs_no_training(monkeypatch):
    monkeypatch.setattr(fast_shelf, "train_fast", None)
    made = fast_shelf.stylize_fast("chelsea", "waves", size=64, device="cpu")
    mixed = fast_shelf.stylize_fast("chelsea", ["waves", "glass"], size=64, device="cpu")
    assert made.image.size == mixed.image.size == (64, 43)
    assert made.finished
    assert (made.pictures - mixed.pictures).abs().mean() > 0.01
