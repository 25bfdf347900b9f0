"""Small games for the tests of training."""

import torch

from ganlearn import data, nets, training


def flat(network):
    """All parameters and buffers of a network as one vector."""
    return torch.cat([t.detach().flatten().double() for t in network.state_dict().values()])


def points_trainer(seed=0, **settings):
    game = training.Game(*nets.mlp((2,), latent=4, hidden=16, seed=seed))
    return training.Trainer(game, data.ring(), seed=seed, batch=8, device="cpu", **settings)


def picture_trainer(**settings):
    game = training.Game(*nets.dcgan(8, 1, latent=4, width=4))
    return training.Trainer(game, data.digits(size=8), batch=8, device="cpu", **settings)


def take(trainer, steps):
    for _ in range(steps):
        trainer.step()
    return trainer
