"""The shipped perceptual network and its decoder are what their cards say."""

import pytest
import torch
from torch.nn.functional import mse_loss

from ganlearn import nets, runtime
from ganlearn.nets.stored import FOLDER
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.networks import Decoder, decoder, perceptual
from ganlearn.weights.crops import HELD_OUT, Crops, held_out
from ganlearn.weights.teacher import LAYERS

AIMS = {"relu1_1": 0.98, "relu2_1": 0.96, "relu3_1": 0.90, "relu4_1": 0.82, "relu5_1": 0.60}


@pytest.mark.parametrize("name", ["perceptual", "decoder"])
def test_the_files_are_small_and_the_card_is_complete(name):
    card = nets.model_card(name)
    assert card["parameters"] <= 1_000_000
    assert (FOLDER / f"{name}.safetensors").stat().st_size <= 2_000_000
    missing = {
        *("name", "kind", "data", "for", "not for", "licence", "network", "training", "command"),
        *("commit", "device", "torch", "seconds", "sha256", "score"),
    } - {key for key, value in card.items() if value}
    assert not missing


def test_they_are_at_rest_and_loading_draws_nothing():
    state = torch.get_rng_state()
    for network in (perceptual(), decoder()):
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())
        assert all(p.dtype == torch.float32 and not p.is_meta for p in network.parameters())
    assert torch.equal(torch.get_rng_state(), state)


def test_the_card_reports_the_aims_of_the_distillation():
    score = nets.model_card("perceptual")["score"]
    found = score["median correlation with the teacher on held-out photographs"]
    assert {name for name, aim in AIMS.items() if found[name] < aim} == set()
    assert not any(score["channels that never fire on them"].values())


def test_the_filters_have_mean_activation_one():
    """On other pieces than those that they were scaled with."""
    seen = perceptual()(Crops().draw(48, 128, runtime.generator(5)), LAYERS)
    for name, features in seen.items():
        mean = features.mean((0, 2, 3))
        assert mean.mean().item() == pytest.approx(1, abs=0.1), name
        assert mean.min() > 0.4 and mean.max() < 2.5, name


def test_the_decoder_is_the_encoders_own_and_draws_what_its_card_says():
    card = nets.model_card("decoder")
    assert card["encoder"]["sha256"] == nets.model_card("perceptual")["sha256"]
    found = card["score"]["PSNR on held-out photographs in dB"]
    pictures = held_out(384)[HELD_OUT.index("coffee")]
    height, width = (side // 8 * 8 for side in pictures.shape[-2:])
    pictures = pictures[..., :height, :width]
    made = decoder()(perceptual()(pictures, ["relu4_1"])["relu4_1"]).clamp(0, 1)
    psnr = -10 * mse_loss(made, pictures).log10().item()
    assert psnr == pytest.approx(found["coffee"], abs=0.1)
    assert min(found.values()) > 18


@pytest.mark.parametrize("shape", [(2, 4), (5, 3)])
def test_a_decoder_mirrors_its_encoder(shape):
    encoder = Extractor(vgg(((2,), (3,), (4,), (5,))), "small")
    network = Decoder(5, ((4,), (4, 4), (3,), (2,)))
    features = torch.rand(2, 5, *shape, generator=runtime.generator(0))
    pictures = network(features)
    assert pictures.shape == (2, 3, 8 * shape[0], 8 * shape[1])
    assert encoder(pictures.clamp(0, 1), ["relu4_1"])["relu4_1"].shape == features.shape
