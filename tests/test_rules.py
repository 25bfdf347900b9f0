"""Rules put together from parts: each part does what it says, and none of them nothing."""

import itertools

import pytest
import torch
from torch.nn.utils import parameters_to_vector as flat

from ganlearn import augment, data, losses, nets, penalties, rules, runtime, training
from ganlearn.errors import UserError


def game(loss=losses.non_saturating):
    made = training.Game(*nets.mlp((2,), latent=2, hidden=8), loss=loss)
    made.random = runtime.generator(0)
    return made


def trainer(phases=None, loss=losses.non_saturating, **settings):
    settings = {"seed": 0, "batch": 16, "learning_rate": 1e-2, "device": "cpu", **settings}
    return training.Trainer(game(loss), data.ring(), phases=phases, **settings)


def steps(taken, trainer):
    for _ in range(taken):
        trainer.step()
    return flat(trainer.game.discriminator.parameters()).detach().clone(), flat(
        trainer.game.generator.parameters()
    ).detach().clone()


def slope(phase, players, real, z, who="discriminator"):
    """The gradient of a phase's objective by one player's weights."""
    players.random.manual_seed(3)
    weights = list(players.player(who).parameters())
    found = torch.autograd.grad(phase.objective(players, real, z), weights, allow_unused=True)
    return torch.cat(
        [
            torch.zeros_like(w).flatten() if g is None else g.flatten()
            for w, g in zip(weights, found, strict=True)
        ]
    )


REAL = data.ring().draw(16, runtime.generator(1))
Z = torch.randn(16, 2, generator=runtime.generator(2))


@pytest.mark.parametrize("loss", losses.EVERY.values(), ids=lambda loss: loss.name)
def test_a_rule_of_no_parts_is_the_plain_game(loss):
    plain, made = steps(5, trainer(loss=loss)), steps(5, trainer(rules.rule(), loss))
    assert torch.equal(plain[0], made[0])
    assert torch.equal(plain[1], made[1])


@pytest.mark.parametrize("name", list(penalties.TERMS))
def test_a_penalty_that_is_asked_for_is_applied_with_its_weight(name):
    players = game()
    with torch.no_grad():
        for weight in players.discriminator.parameters():
            weight *= 4  # steep enough for the one-sided penalty
    at = lambda weight: slope(rules.rule(penalties={name: weight})[0], players, REAL, Z)
    none = slope(rules.rule()[0], players, REAL, Z)
    once, thrice = at(1.0) - none, at(3.0) - none
    assert once.norm() > 1e-3
    torch.testing.assert_close(thrice, 3 * once, atol=1e-4, rtol=1e-3)


def test_the_generators_move_knows_no_penalty():
    players = game()
    plain, made = rules.rule(), rules.rule(penalties={"r1": 5.0, "r2": 5.0})
    ours = [slope(rule[-1], players, REAL, Z, "generator") for rule in (plain, made)]
    assert torch.equal(*ours)


def test_several_penalties_add_up():
    players = game()
    none = slope(rules.rule()[0], players, REAL, Z)
    r1, r2, both = (
        slope(rules.rule(penalties=dict.fromkeys(names, 2.0))[0], players, REAL, Z) - none
        for names in (["r1"], ["r2"], ["r1", "r2"])
    )
    torch.testing.assert_close(both, r1 + r2, atol=1e-6, rtol=1e-4)


def test_r1_and_r2_look_at_data_and_at_samples():
    players = game()
    fake = players.generator(Z)
    expected = 3 * penalties.r1(players.discriminator, REAL) + 5 * penalties.r2(
        players.discriminator, fake
    )
    found = rules.steepness(players, REAL, fake, {"r1": 3.0, "r2": 5.0})
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("k", [2, 8])
def test_a_lazy_penalty_has_the_same_mean_gradient(k):
    """In k steps it is played once, k times as heavy: over the k steps, the same push."""
    players = game()
    move, penalty, _ = rules.rule(penalties={"r1": 3.0}, lazy=k)
    assert (penalty.every, penalty.lazy, move.every) == (k, True, 1)
    eager = slope(rules.rule(penalties={"r1": 3.0})[0], players, REAL, Z)
    plain, seldom = (slope(phase, players, REAL, Z) for phase in (move, penalty))
    torch.testing.assert_close(plain + seldom / k, eager, atol=1e-6, rtol=1e-4)


def test_a_lazy_penalty_is_played_every_k_steps_and_reported_by_itself():
    run = trainer(rules.rule(penalties={"r1": 1.0}, lazy=3))
    before = steps(0, run)[0]
    moves = []
    for _ in range(7):
        run.optimisers["discriminator"].step = (  # count the discriminator's moves
            lambda real=run.optimisers["discriminator"].__class__.step: (
                moves.append(run.steps_taken),
                real(run.optimisers["discriminator"]),
            )
        )
        run.step()
    assert [moves.count(step) for step in range(7)] == [2, 1, 1, 2, 1, 1, 2]
    assert set(run.report().losses) == {"discriminator", "discriminator penalty", "generator"}
    assert not torch.equal(before, steps(0, run)[0])


def test_lazy_trains_to_about_where_eager_does_with_plain_gradient_descent():
    """A linear critic under R1 alone shrinks at a rate; the lazy one at the same rate."""
    ends = []
    for lazy in (1, 4):
        run = trainer(
            rules.rule(penalties={"r1": 2.0}, lazy=lazy),
            losses.Loss("none", lambda real, fake: 0 * real.sum(), lambda fake: 0 * fake.sum()),
            optimiser="sgd",
            learning_rate=0.002,
        )
        run.game.discriminator = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Flatten(0))
        weight = run.game.discriminator[0].weight
        run.optimisers = training.trainer.optimisers.for_players(
            {p: run.game.player(p).parameters() for p in ("discriminator", "generator")},
            run.phases,
            name="sgd",
            learning_rate=0.002,
            discriminator_learning_rate=None,
            betas=(0.5, 0.999),
        )
        start = weight.norm().item()
        steps(80, run)
        ends.append(weight.norm().item() / start)
    # d‖w‖/dt = -4‖w‖ at rate 0.002: exp(-0.64); lazy at 4/5 of the rate, as the paper has it.
    assert ends[0] == pytest.approx((1 - 0.008) ** 80, rel=1e-3)
    assert ends[1] == pytest.approx((1 - 0.008 * 4 * 4 / 5) ** 20, rel=1e-3)


def test_the_critic_moves_more_often_when_asked():
    run = trainer(rules.rule(critic_steps=5))
    generators = [steps(0, run)[1]]
    critics = [steps(0, run)[0]]
    for _ in range(11):
        critic, generator = steps(1, run)
        critics.append(critic)
        generators.append(generator)
    moved = [not torch.equal(a, b) for a, b in itertools.pairwise(generators)]
    assert moved == [step % 5 == 0 for step in range(11)]
    assert all(not torch.equal(a, b) for a, b in itertools.pairwise(critics))


@pytest.mark.parametrize("lazy", [1, 2])
def test_weights_of_the_critic_are_clipped_after_every_move_of_it(lazy):
    run = trainer(rules.rule(clip_weights=0.05, penalties={"r1": 1.0}, lazy=lazy))
    for _ in range(3):
        critic, generator = steps(1, run)
        assert critic.abs().max() <= 0.05
        assert generator.abs().max() > 0.05


def test_a_long_gradient_is_shortened_and_a_short_one_not():
    for limit in (1e-3, 1e6):
        run = trainer(rules.rule(clip_gradient=limit), optimiser="sgd", learning_rate=1.0)
        free = trainer(rules.rule(), optimiser="sgd", learning_rate=1.0)
        start = steps(0, run)
        moved = [(b - a).norm().item() for a, b in zip(start, steps(1, run), strict=True)]
        plain = [(b - a).norm().item() for a, b in zip(start, steps(1, free), strict=True)]
        if limit < 1:
            assert moved == pytest.approx([limit, limit], rel=1e-2)
        else:
            assert moved[0] == plain[0]


class Watched:
    """What the discriminator saw, marked."""

    def __init__(self):
        self.shown = []

    def __call__(self, x, random):
        self.shown.append(x.detach())
        return x + 1


@pytest.mark.parametrize("loss", [losses.non_saturating, losses.relativistic])
def test_both_kinds_of_samples_are_seen_alike_in_both_moves(loss):
    players, seen = game(loss), Watched()
    fake = players.generator(Z).detach()
    judged = []
    players.discriminator.register_forward_hook(lambda m, x, y: judged.append(x[0].detach()))
    for phase in rules.rule(seen=seen, penalties={"r1": 1.0, "r2": 1.0}, lazy=2):
        seen.shown.clear()
        judged.clear()
        phase.objective(players, REAL, Z)
        kinds = [fake] if phase.player == "generator" and not loss.paired else [fake, REAL]
        assert len(seen.shown) == len(kinds)
        for kind in kinds:
            assert any(torch.equal(kind, x) for x in seen.shown)
        assert all(any(torch.equal(x, kind + 1) for kind in kinds) for x in judged)


def test_the_generator_learns_through_what_is_seen():
    players = game()
    half = lambda x, random: x / 2
    found = slope(rules.rule(seen=half)[-1], players, REAL, Z, "generator")
    logits = players.discriminator(players.generator(Z) / 2)
    expected = torch.autograd.grad(
        losses.non_saturating.generator(logits), list(players.generator.parameters())
    )
    torch.testing.assert_close(found, torch.cat([g.flatten() for g in expected]))


def test_going_on_by_another_rule_is_noticed(tmp_path):
    trainer(rules.rule(penalties={"r1": 1.0})).save(tmp_path)
    trainer(rules.rule(penalties={"r1": 1.0})).restore(tmp_path)
    for other in (
        rules.rule(penalties={"r1": 2.0}),
        rules.rule(penalties={"r1": 1.0}, lazy=4),
        rules.rule(penalties={"r1": 1.0}, seen=augment.instance_noise(0.1)),
        rules.rule(penalties={"r1": 1.0}, clip_weights=0.1),
        rules.rule(penalties={"r1": 1.0}, critic_steps=2),
    ):
        with pytest.raises(UserError, match="phases"):
            trainer(other).restore(tmp_path)


def test_stopping_and_going_on_gives_the_same_bits_with_every_part(tmp_path):
    made = lambda: trainer(
        rules.rule(
            penalties={"wgan-gp": 10.0, "r1, jvp": 0.1},
            lazy=2,
            seen=augment.instance_noise(0.1),
            critic_steps=2,
            clip_gradient=1.0,
        ),
        losses.wasserstein,
    )
    whole = steps(7, made())
    first = made()
    steps(3, first)
    first.save(tmp_path)
    second = made()
    second.restore(tmp_path)
    for a, b in zip(whole, steps(4, second), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"penalties": {"gp": 10}}, "no penalty 'gp'; choose from wgan-gp"),
        ({"lazy": 0}, "lazy counts steps and must be at least 1; got 0"),
        ({"critic_steps": -1}, "critic_steps counts steps"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(parts, sentence):
    with pytest.raises(UserError, match=sentence):
        rules.rule(**parts)
