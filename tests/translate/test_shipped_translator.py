"""The shipped translators are what their cards say, and their recipes run from end to end."""

import dataclasses
import shutil
import sys

import pytest
import torch

from ganlearn import translate
from ganlearn.errors import UserError
from ganlearn.nets.stored import model_card
from ganlearn.weights import store, translator

stored = sys.modules["ganlearn.nets.stored"]
NAMES = tuple(translator.RECIPES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_at_rest_and_paints_pictures_of_any_size(name):
    state = torch.get_rng_state()
    network, side = translate.shipped(name)
    assert torch.equal(torch.get_rng_state(), state)
    assert side == 64
    assert not network.training
    assert not any(p.requires_grad or p.is_meta for p in network.parameters())
    assert all(p.dtype == torch.float32 for p in network.parameters())
    blank = torch.full((1, network.inputs, 50, 81), -1.0)
    assert network(blank).shape == (1, 3, 50, 81)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_small_and_the_card_is_complete(name):
    card = model_card(name)
    assert (stored.FOLDER / f"{name}.safetensors").stat().st_size <= 1_000_000
    assert card["kind"] == "translator"
    missing = {
        *("name", "data", "for", "not for", "licence", "network", "training", "command"),
        *("commit", "device", "torch", "seconds", "sha256", "score"),
    } - {key for key, value in card.items() if value}
    assert not missing


@pytest.mark.parametrize("name", NAMES)
def test_it_scores_what_its_card_says(name, monkeypatch):
    """Fewer pictures, of another seed, come to nearly the same numbers."""
    expected = model_card(name)["score"]
    monkeypatch.setattr(translator, "HELD_OUT", 60)
    monkeypatch.setattr(translator, "SEED", 11)
    found = translator.score(name)
    for measure in ("lines kept", "detail, relative to paintings"):
        assert found[measure] == pytest.approx(expected[measure], rel=0.25), measure
    assert found["style distance"] < 2 * expected["style distance"] + 0.02


def test_photographs_come_closer_to_glass():
    score = model_card("photographs-to-glass")["score"]
    assert score["style distance"] < 0.7 * score["style distance of the photographs"]


@pytest.mark.parametrize("name", NAMES)
def test_the_recipe_from_end_to_end(name, tmp_path, monkeypatch):
    folder = tmp_path / "weights"
    shutil.copytree(stored.FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for module in (stored, store):
        monkeypatch.setattr(module, "FOLDER", folder)
    monkeypatch.setattr(translator, "HELD_OUT", 10)
    monkeypatch.setattr(translator, "WIDTH", 2)
    short = dataclasses.replace(translator.RECIPES[name], pictures=16, steps=2, batch=2)
    monkeypatch.setitem(translator.RECIPES, name, short)
    card = translator.make(name)
    assert card["training"]["loss"] in ("non-saturating", "least squares")
    assert translate.shipped(name)[0].outputs == 3


def test_a_recipe_that_there_is_not():
    with pytest.raises(UserError, match="choose from edges-to-paintings, photographs-to-glass"):
        translator.make("glass")
