"""Unpaired translation: closed forms of its terms, its pool, and runs that go on bit for bit."""

import copy

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from ganlearn import training, translate
from ganlearn.data import Dataset
from ganlearn.errors import UserError
from ganlearn.translate.cyclegan import (
    cycle_loss,
    discriminator_objective,
    generator_objective,
    identity_loss,
)


def numbers(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


class Brighten(nn.Module):
    """A translator that adds a number."""

    inputs = outputs = 3

    def __init__(self, amount):
        super().__init__()
        self.amount = amount

    def forward(self, x):
        return x + self.amount


def brightening(there, back):
    translators = translate.Translators(Brighten(there), Brighten(back))
    return translate.CycleGAN(translators, nn.Identity())


def small(channels=(3, 3), **terms):
    nets = translate.cyclegan(16, channels, width=4, depth=2, patch_depth=1, pool=6)
    return translate.CycleGAN(*nets, **terms)


def source(channels=(3, 3)):
    a, b = channels
    return translate.Unpaired(
        Dataset(numbers(20, a, 16, 16)), Dataset(numbers(15, b, 16, 16, seed=1))
    )


def trainer(**settings):
    defaults = {"batch": 2, "device": "cpu", "ema_half_life": 20, "learning_rate": 2e-3}
    return training.Trainer(small(), source(), **defaults | settings)


def take(trainer, steps):
    for _ in range(steps):
        trainer.step()
    return trainer


def test_translators_that_do_nothing_have_no_cycle_and_no_identity_loss():
    game, pair = brightening(0.0, 0.0), numbers(2, 6, 5, 5)
    made = game.generator(pair)
    assert cycle_loss(game, made, pair) == 0
    assert identity_loss(game, pair) == 0
    assert torch.equal(made, torch.cat([pair[:, 3:], pair[:, :3]], dim=1))  # each on its far side


def test_what_is_brighter_there_and_darker_back_has_no_cycle_loss():
    game, pair = brightening(0.25, -0.25), numbers(2, 6, 5, 5)
    torch.testing.assert_close(
        cycle_loss(game, game.generator(pair), pair), torch.tensor(0.0), atol=1e-6, rtol=0
    )
    torch.testing.assert_close(identity_loss(game, pair), torch.tensor(0.5))


def test_the_terms_add_up_both_sides():
    game, pair = brightening(0.25, 0.5), numbers(2, 6, 5, 5)
    made = game.generator(pair)
    torch.testing.assert_close(cycle_loss(game, made, pair), torch.tensor(1.5))
    torch.testing.assert_close(identity_loss(game, pair), torch.tensor(0.75))


@pytest.mark.parametrize(("cycle", "identity"), [(5.0, 2.5), (3.0, 0.0), (0.0, 0.0)])
def test_the_generators_objective_by_hand(cycle, identity):
    game, pair = small(cycle=cycle, identity=identity), numbers(2, 6, 16, 16)
    game.generator.eval()  # no running statistic moves, so that the order of calls is free
    game.discriminator.eval()
    there, back = game.generator.a_to_b, game.generator.b_to_a
    a, b = pair[:, :3], pair[:, 3:]
    looks = lambda judge, made: (judge(made) - 1).square().mean() / 2
    differs = lambda one, other: (one - other).abs().mean()
    by_hand = looks(game.discriminator.of_b, there(a)) + looks(game.discriminator.of_a, back(b))
    by_hand = by_hand + cycle * (differs(back(there(a)), a) + differs(there(back(b)), b))
    by_hand = by_hand + identity * (differs(there(b), b) + differs(back(a), a))
    torch.testing.assert_close(generator_objective(game, pair, pair), by_hand)


def test_the_discriminators_objective_by_hand():
    game, real = small(), numbers(2, 6, 16, 16)
    game.generator.eval()
    game.discriminator.eval()
    made = game.generator(real).detach()  # the pool is not full: it hands out what it is given
    by_hand = 0
    for judge, side in (
        (game.discriminator.of_a, slice(3)),
        (game.discriminator.of_b, slice(3, 6)),
    ):
        by_hand = by_hand + (judge(real[:, side]) - 1).square().mean() / 2
        by_hand = by_hand + judge(made[:, side]).square().mean() / 2
    torch.testing.assert_close(discriminator_objective(game, real, real), by_hand)


def test_the_discriminators_see_the_past_and_the_generators_do_not():
    found = take(trainer(), 5)
    pool = found.game.discriminator.pool
    assert pool.count == 10
    assert pool.pictures.abs().sum() > 0
    full, count = pool.pictures.clone(), pool.count
    generator_objective(found.game, *found.game.deal(numbers(2, 6, 16, 16), None))
    assert torch.equal(full, pool.pictures)
    assert pool.count == count


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_only_the_moving_player_changes(player):
    phase = next(p for p in small().phases if p.player == player)
    found = trainer(phases=[phase])
    mover, other = found.game.player(player), found.game.opponent(player)
    before, start = copy.deepcopy(other.state_dict()), [p.clone() for p in mover.parameters()]
    take(found, 3)
    assert all(torch.equal(before[name], tensor) for name, tensor in other.state_dict().items())
    assert all(p.grad is None for p in other.parameters())
    assert not any(torch.equal(a, b) for a, b in zip(start, mover.parameters(), strict=True))


@pytest.mark.parametrize("before", [2, 9])  # the pool is being filled, and exchanges
def test_going_on_equals_never_having_stopped_bit_for_bit(tmp_path, before):
    whole = take(trainer(), before + 6)
    take(trainer(), before).save(tmp_path)
    again = take(trainer(), 4)  # whatever it did before is forgotten, its pool too
    again.restore(tmp_path)
    take(again, 6)
    for ours, theirs in (
        (again.game.generator, whole.game.generator),
        (again.game.discriminator, whole.game.discriminator),
        (again.ema.network, whole.ema.network),
    ):
        for name, tensor in ours.state_dict().items():
            assert torch.equal(tensor, theirs.state_dict()[name]), name
    assert again.game.discriminator.pool.count == 2 * (before + 6)


def test_another_number_of_kept_pictures_is_another_network(tmp_path):
    trainer().save(tmp_path)
    nets = translate.cyclegan(16, width=4, depth=2, patch_depth=1, pool=7)
    other = training.Trainer(
        translate.CycleGAN(*nets), source(), batch=2, ema_half_life=20, learning_rate=2e-3
    )
    with pytest.raises(UserError, match="other networks"):
        other.restore(tmp_path)


def test_sides_of_different_channels_without_identity():
    game = small((1, 3), identity=0.0)
    found = training.Trainer(game, source((1, 3)), batch=2, device="cpu")
    take(found, 2)
    assert found.shown().shape == (64, 4, 16, 16)
    assert game.beside(found.fixed, found.shown()).shape == (64, 3, 16, 64)
    with pytest.raises(UserError, match="set identity=0"):
        small((1, 3))


def test_a_sheet_shows_both_sides_before_and_after():
    found = trainer()
    made = found.shown()
    a, of_a, b, of_b = found.game.beside(found.fixed, made).split(16, dim=3)
    assert torch.equal(a, found.fixed[:, :3])
    assert torch.equal(b, found.fixed[:, 3:])
    with torch.no_grad():
        torch.testing.assert_close(of_a, found.ema.network.a_to_b(a))
        torch.testing.assert_close(of_b, found.ema.network.b_to_a(b))


class NoReading(TorchDispatchMode):
    """Fails as soon as a tensor's value travels to Python, where a GPU would be waited for."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        assert function is not torch.ops.aten._local_scalar_dense.default, "a step reads a value"
        return function(*args, **(kwargs or {}))


def test_a_step_never_waits_for_the_device():
    found = take(trainer(precision="float32"), 6)
    with NoReading():
        found.step()
