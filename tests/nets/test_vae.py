"""The decoder is the course's generator, to the bit; the encoder is a discriminator's trunk."""

import pytest
import torch

from ganlearn import nets
from ganlearn.errors import UserError

PAIRS = {
    "mlp": (
        lambda seed: nets.mlp_vae((1, 8, 8), latent=3, hidden=12, depth=2, seed=seed),
        lambda seed: nets.mlp((1, 8, 8), latent=3, hidden=12, depth=2, seed=seed),
        (12,),
    ),
    "dcgan": (
        lambda seed: nets.dcgan_vae(16, 2, latent=3, width=4, seed=seed),
        lambda seed: nets.dcgan(16, 2, latent=3, width=4, seed=seed),
        (8, 4, 4),
    ),
}


def numbers(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def same(one, other):
    one, other = one.state_dict(), other.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize("kind", PAIRS)
def test_decoder_and_discriminator_start_as_the_pair_of_the_course(kind):
    build, usual, _ = PAIRS[kind]
    network, discriminator = build(3)
    generator, opponent = usual(3)
    assert type(network.decoder) is type(generator)
    assert same(network.decoder, generator)
    assert same(discriminator, opponent)
    assert not same(build(4)[0].encoder, network.encoder)


@pytest.mark.parametrize("kind", PAIRS)
def test_shapes(kind):
    network, discriminator = PAIRS[kind][0](0)
    x = numbers(5, *network.shape)
    mean, log_variance = network.encode(x)
    assert mean.shape == log_variance.shape == (5, 3)
    assert network(mean).shape == network.reconstruct(x).shape == x.shape
    assert nets.hidden_features(discriminator, x).shape == (5, *PAIRS[kind][2])


@pytest.mark.parametrize("kind", PAIRS)
def test_called_with_latents_it_is_its_decoder(kind):
    network, _ = PAIRS[kind][0](0)
    z = numbers(5, 3)
    assert torch.equal(network.eval()(z), network.decoder(z))
    x = numbers(5, *network.shape)
    assert torch.equal(network.reconstruct(x), network.decoder(network.encode(x)[0]))


@pytest.mark.parametrize("kind", PAIRS)
def test_the_last_layer_turns_the_features_into_the_logit(kind):
    _, discriminator = PAIRS[kind][0](0)
    x = numbers(5, *(1, 8, 8) if kind == "mlp" else (2, 16, 16))
    seen = nets.hidden_features(discriminator.eval(), x)
    torch.testing.assert_close(discriminator.body[-1](seen).flatten(), discriminator(x))


@pytest.mark.parametrize("kind", PAIRS)
def test_encoder_and_discriminator_share_no_weight(kind):
    network, discriminator = PAIRS[kind][0](0)
    ours = {p.data_ptr() for p in network.parameters()}
    assert not ours & {p.data_ptr() for p in discriminator.parameters()}
    assert len(ours) == len(list(network.parameters()))


def test_building_leaves_the_global_randomness_alone():
    before = torch.random.get_rng_state()
    for build, _, _ in PAIRS.values():
        build(0)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_discriminator_without_a_stack_is_refused():
    with pytest.raises(UserError, match="no stack of layers"):
        nets.hidden_features(torch.nn.Linear(2, 1), torch.zeros(1, 2))
