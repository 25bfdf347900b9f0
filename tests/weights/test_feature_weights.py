"""The recipes of the feature networks, made short."""

import dataclasses
import importlib
import json

import pytest
import torch

from ganlearn import data, metrics, runtime
from ganlearn.errors import UserError
from ganlearn.metrics.extraction import SHIPPED
from ganlearn.metrics.networks import FeatureNet, feature_net
from ganlearn.nets.stored import model_card, stored_names
from ganlearn.weights import features

stored = importlib.import_module("ganlearn.nets.stored")  # nets.stored itself is the function
store = importlib.import_module("ganlearn.weights.store")

SHORT = dataclasses.replace(
    features.RECIPES["digits"],
    datasets=lambda: [data.digits(size).split(0.2, 1)[0] for size in (8, 16)],
    network={"size": 8, "channels": 1, "widths": (4, 8), "features": 16, "classes": 10},
    steps=30,
)


def test_what_is_made_can_be_loaded_and_says_how_it_was_made(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    monkeypatch.setitem(features.RECIPES, "digits", SHORT)
    card = features.make("digits")
    assert json.loads(json.dumps(card)) == model_card("digits-features")
    described = metrics.features("digits")
    assert described.sha256 == card["sha256"]
    assert described.classes == tuple("0123456789")
    assert set(card["score"]["accuracy on held-out pictures"]) == {"8 pixels", "16 pixels"}
    known = SHORT.datasets()[1].samples
    found = metrics.extract(described, known)
    assert found.shape == (len(known), 16)
    assert found.square().mean().item() == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_cards_of_the_shipped_ones_are_complete_and_true(name):
    card, recipe = model_card(SHIPPED[name]), features.RECIPES[name]
    missing = {
        *("name", "data", "for", "not for", "licence", "network", "training", "command"),
        *("commit", "device", "torch", "seconds", "sha256", "score", "classes", "parameters"),
    } - {key for key, value in card.items() if value}
    assert not missing
    assert card["kind"] == "features"
    assert card["network"] == {**recipe.network, "widths": list(recipe.network["widths"])}
    assert card["training"]["steps"] == recipe.steps
    network = feature_net(SHIPPED[name])
    assert card["parameters"] == sum(p.numel() for p in network.parameters())
    assert min(card["score"]["accuracy on held-out pictures"].values()) > 0.98


def test_all_of_this_kind_are_known_by_a_name():
    assert set(stored_names("features")) == set(SHIPPED.values())
    assert set(features.RECIPES) == set(SHIPPED)


def test_rescaling_leaves_the_answers_as_they_are():
    with runtime.seeded(0):
        network = FeatureNet(8, 1, (4,), 5, 3).requires_grad_(False)
    pictures = torch.rand(20, 1, 8, 8, generator=runtime.generator(0))
    before, logits = network(pictures), network.head(network(pictures))
    features.normalise(network, before)
    assert network(pictures).square().mean().item() == pytest.approx(1, rel=1e-5)
    torch.testing.assert_close(network.head(network(pictures)), logits)


def test_moved_pictures_are_pictures_moved_a_little():
    pictures = data.digits(16).samples[:50]
    still = dataclasses.replace(SHORT, turn=0, zoom=0, shift=0)
    torch.testing.assert_close(
        features.moved(pictures, still, runtime.generator(0)), pictures, atol=1e-5, rtol=0
    )
    one, again, other = (
        features.moved(pictures, SHORT, runtime.generator(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert 0.01 < (one - pictures).abs().mean() < 0.4


def test_an_unknown_name_is_one_sentence():
    with pytest.raises(UserError, match="no recipe 'cats'; choose from digits, paintings"):
        features.make("cats")
