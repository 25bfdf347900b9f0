"""Minibatch standard deviation against its closed forms."""

import pytest
import torch

from ganlearn import data, nets, training
from ganlearn.errors import UserError
from ganlearn.nets import minibatch_std


def test_a_constant_batch_gives_zero_and_a_finite_gradient():
    x = torch.ones(4, 3).requires_grad_()
    out = minibatch_std(x)
    assert torch.equal(out[:, 3], torch.zeros(4))
    out.sum().backward()
    assert torch.isfinite(x.grad).all()


def test_two_points_at_plus_and_minus_a_give_a():
    x = torch.tensor([[2.0, -3.0], [-2.0, 3.0]])
    assert torch.allclose(minibatch_std(x)[:, 2], torch.tensor([2.5, 2.5]))


@pytest.mark.parametrize("shape", [(6, 5), (6, 4, 3, 2)])
def test_what_was_there_stays_and_one_number_comes(shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    out = minibatch_std(x, group=3)
    assert out.shape == (6, shape[1] + 1, *shape[2:])
    assert torch.equal(out[:, :-1], x)
    for first in (0, 3):
        number = x[first : first + 3].std(0, correction=0).mean()
        assert torch.allclose(out[first : first + 3, -1], number, atol=1e-6)


def test_groups_that_do_not_fill_the_batch():
    with pytest.raises(UserError, match="batch of 6 does not split into groups of 4"):
        minibatch_std(torch.zeros(6, 2), group=4)


def test_it_trains_in_an_ensemble_as_alone():
    build = lambda seed: nets.batchwise_mlp((2,), latent=2, hidden=8, seed=seed)
    games = training.Ensemble(build, data.ring(), members=2, batch=8, device="cpu")
    games.step()
    z = torch.randn(8, 2, generator=torch.Generator().manual_seed(0))
    _, discriminator = build(1)
    state = {name: weight[1].detach() for name, weight in games.discriminator.items()}
    discriminator.load_state_dict(state)
    both = torch.vmap(lambda w: torch.func.functional_call(games._discriminator, w, (z,)))(
        {name: weight.detach() for name, weight in games.discriminator.items()}
    )
    assert torch.allclose(both[1], discriminator(z), atol=1e-6)


def test_the_generator_starts_as_without():
    plain, _ = nets.mlp((2,), seed=3)
    batchwise, _ = nets.batchwise_mlp((2,), seed=3)
    for a, b in zip(plain.parameters(), batchwise.parameters(), strict=True):
        assert torch.equal(a, b)
