"""Paired translation: the objectives by hand, the median, and runs that go on bit for bit."""

import copy

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from ganlearn import losses, training, translate
from ganlearn.data import Dataset
from ganlearn.errors import UserError
from ganlearn.translate.pix2pix import discriminator_objective, generator_objective


def numbers(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def small(seed=0, **terms):
    return translate.Pix2Pix(*translate.pix2pix(1, 3, width=4, depth=2, patch_depth=1), **terms)


def trainer(**settings):
    source = translate.pairs(numbers(20, 1, 16, 16), numbers(20, 3, 16, 16, seed=1))
    defaults = {"batch": 4, "device": "cpu", "ema_half_life": 20, "learning_rate": 2e-3}
    return training.Trainer(small(), source, **defaults | settings)


def take(trainer, steps):
    for _ in range(steps):
        trainer.step()
    return trainer


def test_what_is_drawn_is_dealt_as_target_and_input():
    drawn = numbers(5, 4, 16, 16)
    target, x = small().deal(drawn, torch.Generator())
    assert torch.equal(x, drawn[:, :1])
    assert torch.equal(target, drawn[:, 1:])


def test_the_discriminators_objective_by_hand():
    game = small()
    x, y = numbers(2, 1, 16, 16), numbers(2, 3, 16, 16, seed=1)
    got = discriminator_objective(copy.deepcopy(game), y, x)
    made = game.generator(x).detach()
    right = game.discriminator(torch.cat([x, y], 1))
    wrong = game.discriminator(torch.cat([x, made], 1))
    by_hand = cross_entropy(right, torch.ones_like(right)) + cross_entropy(
        wrong, torch.zeros_like(wrong)
    )
    torch.testing.assert_close(got, by_hand)


@pytest.mark.parametrize("l1", [0.0, 7.0])
def test_the_generators_objective_by_hand(l1):
    game = small(l1=l1)
    x, y = numbers(2, 1, 16, 16), numbers(2, 3, 16, 16, seed=1)
    got = generator_objective(copy.deepcopy(game), y, x)
    made = game.generator(x)
    logits = game.discriminator(torch.cat([x, made], 1))
    by_hand = cross_entropy(logits, torch.ones_like(logits)) + l1 * (made - y).abs().mean()
    torch.testing.assert_close(got, by_hand)


def test_the_discriminator_is_told_the_input():
    game = small()
    x, y = numbers(2, 1, 16, 16).requires_grad_(), numbers(2, 3, 16, 16, seed=1)
    (slope,) = torch.autograd.grad(discriminator_objective(game, y, x), x)
    assert slope.abs().max() > 0


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


def test_l1_alone_finds_the_conditional_median_and_not_the_mean():
    """Inputs of -1 and 1, each with three possible answers; median and mean lie far apart."""
    answers = {-1.0: [-0.8, -0.6, 0.9], 1.0: [-0.9, 0.5, 0.7]}
    rows = [(x, y) for x, ys in answers.items() for y in ys]
    inputs, targets = (
        torch.tensor([row[i] for row in rows]).view(-1, 1, 1, 1).expand(-1, 1, 4, 4)
        for i in range(2)
    )
    game = translate.Pix2Pix(*translate.pix2pix(1, 1, width=8, depth=1, patch_depth=0, seed=1))
    found = training.Trainer(
        game,
        translate.pairs(inputs, targets),
        batch=32,
        learning_rate=1e-2,
        decay=(3_200, 16_000),
        phases=translate.L1_ALONE,
        device="cpu",
    )
    take(found, 500)
    for x, median in ((-1.0, -0.6), (1.0, 0.5)):
        mean = sum(answers[x]) / 3
        got = game.generator(torch.full((1, 1, 4, 4), x)).mean().item()
        assert abs(got - median) < 0.1 < abs(mean - median)


def test_going_on_equals_never_having_stopped_bit_for_bit(tmp_path):
    settings = {"decay": (20, 60)}
    whole = take(trainer(**settings), 12)
    take(trainer(**settings), 5).save(tmp_path)
    again = take(trainer(**settings), 2)
    again.restore(tmp_path)
    take(again, 7)
    for ours, theirs in (
        (again.game.generator, whole.game.generator),
        (again.game.discriminator, whole.game.discriminator),
        (again.ema.network, whole.ema.network),
    ):
        for name, tensor in ours.state_dict().items():
            assert torch.equal(tensor, theirs.state_dict()[name]), name


def test_a_run_with_another_weight_is_refused(tmp_path):
    trainer().save(tmp_path)
    other = trainer()
    changed = training.Trainer(small(l1=5.0), other.source, batch=4, device="cpu")
    with pytest.raises(UserError, match=r"l1 was 100\.0 and is 5\.0"):
        changed.restore(tmp_path)


def test_reports_translate_the_same_inputs_and_samples_fresh_ones():
    found = trainer()
    assert found.fixed.shape == (64, 1, 16, 16)
    assert found.samples(3, seed=1).shape == (3, 3, 16, 16)
    assert torch.equal(found.shown(), found.shown())
    beside = found.game.beside(found.fixed, found.shown())
    assert beside.shape == (64, 3, 16, 32)
    assert torch.equal(beside[..., :16], found.fixed.expand(-1, 3, -1, -1))


def test_a_source_that_is_no_pair_is_refused_before_the_first_step():
    with pytest.raises(UserError, match="shape"):
        training.Trainer(small(), Dataset(numbers(6, 5, 16, 16)), batch=4, device="cpu")


def test_the_loss_may_be_another():
    assert small(loss=losses.least_squares).loss.name == "least squares"
