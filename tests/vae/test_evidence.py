"""The likelihood of a trained autoencoder, on networks whose answer is known."""

import pytest
import torch
from torch import nn
from torch.distributions import MultivariateNormal

from ganlearn import nets, vae
from ganlearn.errors import UserError


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def linear(std, exact):
    """A decoder x = 2 z in two dimensions; its encoder is the true posterior, or the prior."""
    network, _ = nets.mlp_vae((2,), latent=2, hidden=4, depth=1)
    network.decoder.body = nn.Linear(2, 2)
    network.encoder.body = nn.Sequential(nn.Identity(), nn.Linear(2, 4))
    variance = torch.tensor(1 / (1 + 4 / std**2))
    with torch.no_grad():
        network.decoder.body.weight.copy_(2 * torch.eye(2))
        network.decoder.body.bias.zero_()
        head = network.encoder.body[1]
        head.weight.zero_()
        head.bias.zero_()
        if exact:
            head.weight[:2].copy_(variance * 2 / std**2 * torch.eye(2))
            head.bias[2:].copy_(variance.log().expand(2))
    return network


def truth(x, std):
    return MultivariateNormal(torch.zeros(2), (4 + std**2) * torch.eye(2)).log_prob(x)


def test_one_draw_is_enough_where_the_encoder_is_the_posterior():
    x = torch.randn(20, 2, generator=random())
    found = vae.log_likelihood(linear(0.5, True), x, noise=0.5, draws=1, random=random(1))
    torch.testing.assert_close(found, truth(x, 0.5), rtol=1e-4, atol=1e-4)


def test_many_draws_make_up_for_an_encoder_that_knows_nothing():
    x = torch.randn(20, 2, generator=random())
    near = vae.log_likelihood(linear(1.0, False), x, noise=1.0, draws=2_000, random=random(1))
    far = vae.log_likelihood(linear(1.0, False), x, noise=1.0, draws=1, random=random(1))
    assert (near - truth(x, 1.0)).abs().max() < 0.3
    assert far.mean() < near.mean() - 0.5


def test_network_and_global_randomness_stay_as_they_were():
    network, _ = nets.dcgan_vae(8, 1, latent=3, width=4)
    network.eval()
    before, state = torch.random.get_rng_state(), random(2)
    x = torch.rand(4, 1, 8, 8, generator=random()) * 2 - 1
    first = vae.log_likelihood(network, x, noise=0.3, draws=3, random=state)
    assert first.shape == (4,)
    assert not network.training
    assert not first.requires_grad
    assert torch.equal(before, torch.random.get_rng_state())
    again = vae.log_likelihood(network, x, noise=0.3, draws=3, random=random(2))
    assert torch.equal(first, again)


def test_no_draws_are_refused():
    with pytest.raises(UserError, match="at least one draw"):
        vae.log_likelihood(linear(1.0, True), torch.zeros(1, 2), noise=1, draws=0, random=random())
