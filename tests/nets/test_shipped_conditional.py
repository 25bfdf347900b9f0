"""The shipped digits by class are what their card says, and refuse in a sentence."""

import pytest
import torch

from ganlearn import conditional, data, metrics, nets, runtime
from ganlearn.errors import UserError
from ganlearn.metrics.obedience import obedience, variety
from ganlearn.nets.shipped_conditional import shipped_conditional
from ganlearn.nets.stored import FOLDER
from ganlearn.weights import by_class


def test_it_is_at_rest_small_and_repeats():
    state = torch.get_rng_state()
    generator = shipped_conditional()
    z = conditional.ask(generator, [3, 8, 8], runtime.generator(0))
    assert not generator.training
    assert not any(p.requires_grad for p in generator.parameters())
    assert torch.equal(generator(z), shipped_conditional()(z))
    assert generator(z).shape == (3, 1, 16, 16)
    assert torch.equal(torch.get_rng_state(), state)
    assert (FOLDER / "digits-by-class.safetensors").stat().st_size < 300_000


def test_it_obeys_as_its_card_says_by_another_classifier():
    card = nets.model_card("digits-by-class")
    train, _ = data.digits(size=16).split(0.8, seed=0)
    reader = metrics.train_classifier(train, steps=150, batch=64, seed=1)
    generator = shipped_conditional()
    asked = conditional.in_order(1_000, 10)
    made = generator(conditional.ask(generator, asked, runtime.generator(2)))
    seen = obedience(reader, made, asked)
    assert seen.share == pytest.approx(card["score"]["asked class seen"], abs=0.05)
    assert seen.by_class.min() > 0.85
    spread = variety(made, asked, 10) / variety(train.samples, train.labels, 10)
    assert spread.min() > 0.7


def test_card_and_recipe_agree():
    card = nets.model_card("digits-by-class")
    assert card["network"] == by_class.NETWORK
    assert [tuple(run) for run in card["training"]["steps and learning rate"]] == [*by_class.RUNS]
    assert card["kind"] == "conditional generator"
    missing = {
        *("name", "data", "for", "not for", "licence", "network", "training", "command"),
        *("commit", "device", "torch", "seconds", "sha256", "score"),
    } - {key for key, value in card.items() if value}
    assert not missing


def test_what_is_no_conditional_generator_is_refused():
    with pytest.raises(UserError, match="no shipped conditional generator 'digits'; choose from"):
        shipped_conditional("digits")
