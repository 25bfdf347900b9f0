"""The shipped translator is what its card says, and its recipe runs from end to end."""

import shutil
import sys

import pytest
import torch

from ganlearn import translate
from ganlearn.nets.stored import model_card
from ganlearn.weights import store, translator

stored = sys.modules["ganlearn.nets.stored"]


def test_it_is_at_rest_and_paints_pictures_of_any_size():
    state = torch.get_rng_state()
    network, side = translate.shipped()
    assert torch.equal(torch.get_rng_state(), state)
    assert side == 64
    assert not network.training
    assert not any(p.requires_grad or p.is_meta for p in network.parameters())
    assert all(p.dtype == torch.float32 for p in network.parameters())
    assert network(torch.full((1, 1, 50, 81), -1.0)).shape == (1, 3, 50, 81)


def test_the_file_is_small_and_the_card_is_complete():
    card = model_card("edges-to-paintings")
    assert (stored.FOLDER / f"{card['name']}.safetensors").stat().st_size <= 1_000_000
    assert card["kind"] == "translator"
    missing = {
        *("name", "data", "for", "not for", "licence", "network", "training", "command"),
        *("commit", "device", "torch", "seconds", "sha256", "score"),
    } - {key for key, value in card.items() if value}
    assert not missing
    assert "+" not in card["commit"]


def test_it_scores_what_its_card_says():
    score = model_card("edges-to-paintings")["score"]
    held_out = translate.edges_to_paintings(60, 64, 11, translator.SCHOOLS).samples
    lines, paintings = held_out[:, :1], held_out[:, 1:]
    made = translate.shipped()[0](lines)
    assert translate.lines_kept(lines, made) == pytest.approx(score["lines kept"], abs=0.03)
    detail = translate.detail(made) / translate.detail(paintings)
    assert detail == pytest.approx(score["detail, relative to paintings"], rel=0.15)
    assert translate.style_distance(made, paintings) < 3 * score["style distance"] + 0.05


def test_the_recipe_from_end_to_end(tmp_path, monkeypatch):
    folder = tmp_path / "weights"
    shutil.copytree(stored.FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for module in (stored, store):
        monkeypatch.setattr(module, "FOLDER", folder)
    for name, value in {"PICTURES": 10, "HELD_OUT": 10, "STEPS": 2, "BATCH": 2}.items():
        monkeypatch.setattr(translator, name, value)
    monkeypatch.setattr(translator, "NETWORK", {**translator.NETWORK, "width": 2})
    card = translator.make()
    assert card["score"]["lines kept by paintings"] > 0.9
    assert translate.shipped()[0].outputs == 3
