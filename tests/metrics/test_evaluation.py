"""All scores at once: what each alone would give, with a protocol, the same from the same seed."""

import json

import pytest
import torch
from torch import nn

from ganlearn import data, metrics, runtime
from ganlearn.errors import UserError
from ganlearn.metrics.report import plain


@pytest.fixture(scope="module")
def sets():
    return data.digits(16).split(0.4, seed=0)


@pytest.fixture(scope="module")
def found(sets):
    real, fake = sets
    before = torch.get_rng_state()
    evaluated = metrics.evaluate(fake, real, features="digits", held_out=fake, k=4)
    assert torch.equal(before, torch.get_rng_state())
    return evaluated


def test_each_score_is_the_one_of_its_own_function(sets, found):
    real, fake = (metrics.extract("digits", part) for part in sets)
    assert found.frechet == pytest.approx(metrics.frechet_distance(real, fake))
    assert found.neighbourhood == metrics.neighbourhood(real, fake, 4)
    assert found.memorisation.share == pytest.approx(metrics.memorisation(fake, real, fake).share)
    assert found.modes.modes == 10
    assert found.modes.counts.sum() == len(fake)
    assert found.inception.value > 5


def test_the_protocol_says_all_that_decides_the_numbers(sets, found):
    real, fake = sets
    expected = {
        "features": "digits",
        "features_sha256": metrics.features("digits").sha256,
        "dimensions": 64,
        "n_fake": len(fake),
        "n_real": len(real),
        "n_held_out": len(fake),
        "fake": "digits 16 px",
        "seed": 0,
        "neighbours": 4,
        "kernel_subsets": 100,
        "kernel_subset_size": len(real) // 2,
        "torch": torch.__version__,
    }
    assert expected.items() <= found.protocol.items()


def test_as_json_it_is_whole(found):
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["protocol"] == found.protocol
    assert told["scores"]["frechet"] == found.frechet
    assert told["scores"]["recall"] == found.neighbourhood.recall
    assert told["standard_errors"]["kernel_distance"] == found.kernel.error
    assert set(told["scores"]) >= {"memorised", "inception_score", "two_sample_p_value"}
    assert sum(told["class_counts"]) == found.protocol["n_fake"]


def test_as_text_it_has_a_line_a_score_and_the_protocol(found):
    *scores, protocol = str(found).splitlines()
    assert len(scores) == len(found.as_dict()["scores"])
    assert max(map(len, scores)) <= 100
    assert found.protocol["features_sha256"][:8] in protocol
    assert f"{found.protocol['n_fake']} fake" in protocol


def test_the_same_seed_gives_the_same_numbers_in_any_batches(sets):
    real, fake = (part.samples[:60] for part in sets)
    one, same, other = (
        metrics.evaluate(fake, real, features="pixels", seed=seed, batch=batch).as_dict()
        for seed, batch in ((0, 256), (0, 7), (1, 256))
    )
    assert one == same
    assert one["scores"]["kernel_distance"] != other["scores"]["kernel_distance"]
    assert one["scores"]["frechet"] == pytest.approx(other["scores"]["frechet"])


def test_features_without_a_classifier_leave_out_what_needs_one():
    random = runtime.generator(0)
    real, fake = torch.randn(2, 40, 1, 4, 4, generator=random)
    network = nn.Sequential(nn.Flatten(), nn.Linear(16, 3)).requires_grad_(False)
    found = metrics.evaluate(fake, real, features=network)
    assert found.inception is None and found.modes is None and found.memorisation is None
    assert "classes" not in str(found)
    assert found.protocol["features"] == "Sequential"
    assert found.protocol["fake"] == "tensor"


def test_ten_samples_are_enough_and_nine_are_one_sentence():
    random = runtime.generator(0)
    real, fake = torch.randn(2, 10, 1, 4, 4, generator=random)
    assert metrics.evaluate(fake, real, features="pixels").frechet > 0
    with pytest.raises(UserError, match=r"9 fake samples, and .* 5 neighbours needs at least 10"):
        metrics.evaluate(fake[:9], real, features="pixels")
    with pytest.raises(UserError, match=r"10 fake samples, and .* 12 neighbours needs at least 13"):
        metrics.evaluate(fake, real, features="pixels", k=12)


def test_what_json_cannot_hold_is_null():
    assert plain(float("nan")) is None and plain(float("inf")) is None and plain(1.5) == 1.5
