"""What the course ships is what its cards say, and a file that is not is refused."""

import dataclasses
import hashlib
import json
import shutil
import sys

import pytest
import torch
from safetensors.torch import save

from ganlearn import data, metrics, nets, runtime
from ganlearn.errors import UserError
from ganlearn.weights import make, store

module = sys.modules["ganlearn.nets.stored"]  # nets.stored itself is the function


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the weights that may be spoilt."""
    folder = tmp_path / "weights"
    shutil.copytree(module.FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(module, "FOLDER", folder)
    monkeypatch.setattr(store, "FOLDER", folder)
    return folder


@pytest.mark.parametrize("name", nets.shipped_names())
def test_a_shipped_generator_is_at_rest_and_makes_pictures(name):
    state = torch.get_rng_state()
    generator = nets.shipped(name)
    assert torch.equal(torch.get_rng_state(), state)
    assert not generator.training
    assert not any(p.requires_grad for p in generator.parameters())
    assert all(p.dtype == torch.float32 and not p.is_meta for p in generator.parameters())
    z = torch.randn(5, generator.latent, generator=runtime.generator(0))
    pictures = generator(z)
    assert pictures.shape == (5, *generator.shape)
    assert pictures.abs().max() <= 1
    assert torch.equal(pictures, nets.shipped(name)(z))


@pytest.mark.parametrize("name", nets.shipped_names())
def test_the_files_are_small_and_the_card_is_complete(name):
    card = nets.model_card(name)
    assert (module.FOLDER / f"{name}.safetensors").stat().st_size <= 1_200_000
    missing = {
        *("name", "data", "for", "not for", "licence", "network", "training", "command"),
        *("commit", "device", "torch", "seconds", "sha256", "score"),
    } - {key for key, value in card.items() if value}
    assert not missing
    assert "+" not in card["commit"]


def test_the_digits_score_what_their_card_says():
    """Another classifier, from another seed, comes to nearly the same numbers."""
    score = nets.model_card("digits")["score"]
    train, held_out = data.digits(size=16).split(0.8, seed=0)
    classifier = metrics.train_classifier(train, steps=200, batch=64, seed=1)
    generator = nets.shipped("digits")
    z = torch.randn(2_000, generator.latent, generator=runtime.generator(2))
    made = metrics.recognise(classifier, generator(z))
    real = metrics.recognise(classifier, held_out.samples)
    assert made.confident / real.confident == pytest.approx(score["relative"], abs=0.08)
    assert made.balance.tolist() == pytest.approx(score["balance"], abs=0.05)
    assert min(score["balance"]) >= 0.05
    assert max(score["balance"]) <= 0.2


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match=r"no shipped generator 'cats'; choose from .*digits"):
        nets.shipped("cats")


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b[:-9] + b"x" + b[-8:], lambda b: b""]
)
def test_weights_that_are_not_those_of_the_card_are_refused(copied, spoil):
    file = copied / "digits.safetensors"
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(UserError, match=r"not those of their model card.*weights.make digits"):
        nets.shipped("digits")


def test_a_missing_file_is_one_sentence(copied):
    (copied / "digits.safetensors").unlink()
    with pytest.raises(UserError, match=r"digits.safetensors is missing"):
        nets.shipped("digits")


def test_the_card_is_all_that_loading_needs(copied):
    """Another network under another name loads by its card alone."""
    generator = nets.dcgan(8, 3, latent=5, width=4, seed=3)[0].eval()
    content = save(store.half(generator.state_dict()))
    card = {
        "kind": "generator",
        "network": {"size": 8, "channels": 3, "latent": 5, "width": 4},
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    (copied / "tiny.safetensors").write_bytes(content)
    (copied / "tiny.json").write_text(json.dumps(card))
    z = torch.randn(4, 5, generator=runtime.generator(0))
    with torch.no_grad():
        assert torch.allclose(nets.shipped("tiny")(z), generator(z), atol=1e-3)


def test_what_is_made_can_be_loaded_and_says_how_it_was_made(copied, monkeypatch):
    quick = {"runs": ((2, 1e-3), (1, 1e-4)), "network": {"size": 8, "latent": 3, "width": 4}}
    recipe = dataclasses.replace(make.RECIPES["digits"], dataset=lambda: data.digits(8), **quick)
    monkeypatch.setitem(make.RECIPES, "quick", recipe)
    slowly = metrics.train_classifier
    monkeypatch.setattr(make.metrics, "train_classifier", lambda train: slowly(train, steps=60))
    card = make.make("quick")
    assert json.loads(json.dumps(card)) == nets.model_card("quick")
    assert card["training"]["pictures"] + card["training"]["held_out"] == 1797
    assert nets.shipped("quick").shape == (1, 8, 8)
    assert sum(card["score"]["balance"]) in (0, pytest.approx(1, abs=0.01))
    assert not list(copied.glob("*.writing"))


def test_there_is_a_recipe_for_all_that_is_shipped():
    assert set(nets.shipped_names()) == set(make.RECIPES)
    with pytest.raises(UserError, match="no recipe 'cats'"):
        make.make("cats")
