"""The player whose turn it is not stays as it is."""

import copy

import pytest
import torch
from helpers_training import picture_trainer, points_trainer, take
from torch import nn

from ganlearn import training
from ganlearn.game import discriminator_objective, generator_objective

MOVES = {"discriminator": discriminator_objective, "generator": generator_objective}


@pytest.mark.parametrize("build", [points_trainer, picture_trainer])
@pytest.mark.parametrize("player", MOVES)
def test_only_the_moving_player_changes(build, player):
    trainer = build(phases=[training.Phase(player, MOVES[player])])
    mover, other = trainer.game.player(player), trainer.game.opponent(player)
    before = copy.deepcopy(other.state_dict())
    start = [p.clone() for p in mover.parameters()]
    take(trainer, 3)
    for name, tensor in other.state_dict().items():  # buffers included
        assert torch.equal(before[name], tensor), name
    assert all(p.grad is None for p in other.parameters())
    assert all(not torch.equal(a, b) for a, b in zip(start, mover.parameters(), strict=True))


def test_gradients_flow_through_an_idle_network_and_its_switches_come_back():
    network = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    network[0].bias.requires_grad_(False)  # frozen by somebody else: stays frozen
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)
    before = copy.deepcopy(network.state_dict())
    with training.idle(network):
        inside = network(x)
        inside.square().sum().backward()
    assert x.grad is not None
    assert all(torch.equal(before[k], v) for k, v in network.state_dict().items())
    assert [p.requires_grad for p in network.parameters()] == [True, False, True, True]
    torch.testing.assert_close(inside, network(x))  # it did normalise by the batch
    assert network[1].num_batches_tracked == 1


def test_the_switches_come_back_after_an_error():
    network = nn.BatchNorm1d(2)
    with pytest.raises(RuntimeError, match="inside"), training.idle(network):
        raise RuntimeError("inside")
    assert network.track_running_stats
    assert network.weight.requires_grad
