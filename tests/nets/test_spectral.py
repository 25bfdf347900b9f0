"""Spectral normalisation against singular values, in networks and in their averages."""

import pytest
import torch
from torch import nn

from ganlearn import data, losses, nets, training
from ganlearn.nets.spectral import LAYERS, spectrally_normalised


def layers(network):
    return [m for m in network.modules() if isinstance(m, LAYERS)]


def sigmas(network):
    """The largest singular value of each layer's weights, as the forward pass uses them."""
    rows = [
        m.weight.detach().transpose(0, 1)
        if isinstance(m, nn.ConvTranspose2d)
        else m.weight.detach()
        for m in layers(network)
    ]
    return [torch.linalg.matrix_norm(w.flatten(1), 2).item() for w in rows]


def settled(network, x, passes=40):
    for _ in range(passes):
        network(x)
    return network.eval()


@pytest.mark.parametrize("player", [0, 1])
def test_every_layer_of_the_players_has_sigma_one(player):
    network = spectrally_normalised(nets.dcgan(16, 3, latent=8, width=4)[player])
    random = torch.Generator().manual_seed(0)
    x = torch.randn((4, 8) if player == 0 else (4, 3, 16, 16), generator=random)
    settled(network, x)
    assert len(sigmas(network)) == len(layers(network)) >= 3
    assert sigmas(network) == pytest.approx([1.0] * len(layers(network)), abs=0.02)


def test_a_dense_critic_is_1_lipschitz():
    critic = spectrally_normalised(nets.mlp((2,), latent=2, hidden=32)[1])
    with torch.no_grad():
        for layer in layers(critic):
            layer.parametrizations.weight.original.mul_(7)  # however large its weights are
    random = torch.Generator().manual_seed(1)
    a, b = 3 * torch.randn(2, 2_000, 2, generator=random)
    settled(critic, a)
    steep = (critic(a) - critic(b)).abs() / (a - b).norm(dim=1)
    assert steep.max() <= 1.01
    assert steep.max() > 0.05


def test_it_changes_the_network_in_place_and_nothing_but_its_weights():
    network = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    assert spectrally_normalised(network) is network
    assert not hasattr(network[1], "parametrizations")


def test_it_starts_from_its_own_seed_and_leaves_the_global_one_alone():
    made = lambda seed: spectrally_normalised(nets.mlp((2,), latent=2, hidden=8)[1], seed=seed)
    state = torch.get_rng_state()
    one, same, other = ([b.clone() for b in made(seed).buffers()] for seed in (0, 0, 1))
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_eval_mode_leaves_the_vectors_alone():
    network = spectrally_normalised(nn.Linear(5, 5)).eval()
    before = [b.clone() for b in network.buffers()]
    network(torch.zeros(2, 5))
    assert all(torch.equal(a, b) for a, b in zip(before, network.buffers(), strict=True))


def test_the_average_of_a_normalised_network_is_normalised_too():
    """Copying the vectors of the newest weights gave up to 1.13 here."""
    generator, discriminator = nets.mlp((2,), latent=2, hidden=32)
    game = training.Game(
        spectrally_normalised(generator), spectrally_normalised(discriminator), losses.hinge
    )
    trainer = training.Trainer(
        game, data.ring(), learning_rate=2e-3, ema_half_life=5_000, device="cpu"
    )
    found = []
    for step in range(500):
        trainer.step()
        if step >= 200 and step % 50 == 49:
            found += sigmas(trainer.ema.network)
    assert max(found) <= 1.02
    assert min(found) >= 0.98
    assert not any(m.training for m in trainer.ema.network.modules())
