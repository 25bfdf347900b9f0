"""The recipe of the shipped network of styles, made short."""

import importlib

from ganlearn import data
from ganlearn.nets.stored import model_card
from ganlearn.style import fast_shelf, pictures
from ganlearn.weights import fast

stored = importlib.import_module("ganlearn.nets.stored")  # nets.stored itself is the function
store = importlib.import_module("ganlearn.weights.store")


def test_what_is_made_can_be_loaded_and_says_how_it_was_made(tmp_path, monkeypatch):
    for path in (p for name in ("perceptual", "judge") for p in stored.FOLDER.glob(f"{name}.*")):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    card = fast.make(steps=8, size=32, batch=1, style_size=32, width=4, blocks=1)
    assert card == model_card("schools")
    assert card["kind"] == "fast style"
    assert card["training"]["steps"] == 8
    missing = {
        *("name", "data", "for", "not for", "licence", "network", "training", "command"),
        *("commit", "device", "torch", "seconds", "sha256", "score"),
    } - {key for key, value in card.items() if value or value == 0}
    assert not missing
    scores = card["score"]
    assert set(scores["style distance"]) == set(data.SCHOOLS)
    assert all(value > 0 for value in scores["content distance"].values())
    network = fast_shelf.schools("cpu")
    assert network(pictures.read("chelsea", 32), 7).shape == (1, 3, 21, 32)
    assert card["network"] == {"styles": 8, "width": 4, "blocks": 1}


def test_the_score_is_the_mean_over_the_photographs(monkeypatch):
    class Found:
        protocol = "by heart"

        def __init__(self, value):
            self.style, self.before, self.content = value, 2 * value, 3 * value

    values = iter(range(24))
    monkeypatch.setattr(fast, "judge", lambda *_, **__: Found(next(values)))
    scores = fast.score(lambda photograph, style: photograph)
    assert scores["style distance"]["grids"] == 1  # of 0, 1 and 2
    assert scores["of the photographs themselves"]["discs"] == 8
    assert scores["content distance"]["glass"] == 66
    assert scores["protocol"] == "by heart"
