"""The game with labels: dealt, played at fixed labels, saved, gone on with, and asked."""

import copy

import pytest
import torch
from torch.nn import functional as F

from ganlearn import conditional, data, losses, nets, penalties, rules, runtime, training
from ganlearn.data import Dataset
from ganlearn.errors import UserError
from ganlearn.nets.labels import shares, with_planes

JUDGES = ("concatenation", "auxiliary", "projection")


def numbers(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def few(n=30, classes=3):
    return Dataset(numbers(n, 1, 8, 8), torch.arange(n) % classes, tuple("abcdef")[:classes])


def small(judge="projection", seed=0, **terms):
    pair = nets.conditional(8, 1, 3, judge=judge, latent=4, width=4, seed=seed)
    return conditional.ConditionalGame(*pair, **terms)


def trainer(judge="projection", terms=None, **settings):
    defaults = {"batch": 6, "device": "cpu", "ema_half_life": 20, "learning_rate": 2e-3}
    game, source = small(judge, **terms or {}), conditional.Labelled(few())
    return training.Trainer(game, source, **defaults | settings)


def take(trainer, steps):
    for _ in range(steps):
        trainer.step()
    return trainer


def dealt(game, n=6):
    random = runtime.generator(0)
    return game.deal(conditional.Labelled(few()).draw(n, random), random)


def test_a_sample_is_drawn_with_its_own_class():
    found = few()
    drawn = conditional.Labelled(found).draw(50, runtime.generator(3))
    x, y = nets.without_planes(drawn, 3)
    assert drawn.shape[1:] == conditional.Labelled(found).shape == (1 + 3, 8, 8)
    for sample, label in zip(x, y.argmax(1), strict=True):
        (place,) = (found.samples == sample).flatten(1).all(1).nonzero().flatten()
        assert found.labels[place] == label


def test_a_mixture_gives_its_modes_as_classes():
    source = conditional.Labelled(data.ring(modes=4, std=0.01))
    drawn = source.draw(100, runtime.generator(0))
    x, y = nets.without_planes(drawn, source.classes)
    assert source.shape == (2 + 4,)
    assert torch.equal(source.of.mode_of(x), y.argmax(1))


def test_the_generator_is_asked_for_the_classes_of_the_real_batch():
    game = small()
    drawn = conditional.Labelled(few()).draw(9, runtime.generator(0))
    real, z = game.deal(drawn, runtime.generator(1))
    assert torch.equal(real, drawn[:, :1])
    assert torch.equal(z[:, 4:], drawn[:, 1:, 0, 0])
    assert torch.equal(z[:, :4], torch.randn(9, 4, generator=runtime.generator(1)))


def test_the_objectives_by_hand():
    game = small(r1=0.0)
    real, z = dealt(game)
    y = z[:, 4:]
    d, g = (phase.objective for phase in game.phases)
    made = game.generator(z)
    on_real, on_made = (game.discriminator(with_planes(x, y)) for x in (real, made))
    torch.testing.assert_close(
        d(copy.deepcopy(game), real, z),
        F.binary_cross_entropy_with_logits(on_real, torch.ones(6))
        + F.binary_cross_entropy_with_logits(on_made, torch.zeros(6)),
    )
    torch.testing.assert_close(
        g(copy.deepcopy(game), real, z),
        F.binary_cross_entropy_with_logits(on_made, torch.ones(6)),
    )


def test_the_auxiliary_classifier_s_loss_by_hand():
    game = small("auxiliary", r1=0.0, auxiliary=0.7)
    real, z = dealt(game)
    labels = z[:, 4:].argmax(1)
    d, g = (phase.objective for phase in game.phases)
    made = game.generator(z)
    on_real, on_made = (game.discriminator(with_planes(x, z[:, 4:])) for x in (real, made))
    plain = losses.non_saturating
    of_real, of_made = (F.cross_entropy(said[:, 1:], labels) for said in (on_real, on_made))
    torch.testing.assert_close(
        d(copy.deepcopy(game), real, z),
        plain.discriminator(on_real[:, 0], on_made[:, 0]) + 0.7 * (of_real + of_made),
    )
    torch.testing.assert_close(
        g(copy.deepcopy(game), real, z), plain.generator(on_made[:, 0]) + 0.7 * of_made
    )


def test_classification_of_a_sure_and_of_an_undecided_answer():
    y = shares(torch.tensor([1, 0]), 4)
    undecided = torch.zeros(2, 5)
    assert conditional.classification_loss(undecided, y) == pytest.approx(1.386294, abs=1e-5)
    sure = torch.cat([torch.zeros(2, 1), 50 * y], 1)
    assert conditional.classification_loss(sure, y) == pytest.approx(0, abs=1e-6)
    assert conditional.classification_loss(sure.flip(0), y) == pytest.approx(50, abs=1e-4)


@pytest.mark.parametrize("term", ["r1", "r2", "wgan-gp"])
def test_a_penalty_sees_the_discriminator_at_the_labels_of_the_batch(term):
    """A discriminator whose slope is that of the class: c times the sum of the pixels."""

    class Slopes(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.by_class = torch.nn.Parameter(torch.tensor([1.0, 2.0, 5.0]))

        def forward(self, pair):
            x, y = nets.without_planes(pair, 3)
            return (y @ self.by_class) * x.flatten(1).sum(1)

    game = small()
    game.discriminator, game.random = Slopes(), runtime.generator(0)
    real, z = dealt(game)
    plain, punished = (
        conditional.at_fixed_labels(rules.rule(penalties=p))[0].objective for p in ({}, {term: 1.0})
    )
    got = punished(game, real, z) - plain(game, real, z)
    squared = (z[:, 4:] @ torch.tensor([1.0, 4.0, 25.0])) * 64  # 64 pixels
    wanted = (squared.sqrt() - 1) ** 2 if term == "wgan-gp" else squared
    torch.testing.assert_close(got, wanted.mean(), rtol=1e-4, atol=1e-2)


def test_the_plain_game_takes_the_penalty_by_default():
    game = small(r1=0.3)
    real, z = dealt(game)
    critic = lambda x: game.discriminator(with_planes(x, z[:, 4:]))
    with_it, without = (
        phases[0].objective(game, real, z) for phases in (game.phases, small(r1=0.0).phases)
    )
    torch.testing.assert_close(with_it - without, 0.3 * penalties.r1(critic, real))


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_only_the_moving_player_changes(judge, player):
    phase = next(p for p in small(judge).phases if p.player == player)
    found = trainer(judge, phases=[phase])
    mover, other = found.game.player(player), found.game.opponent(player)
    start = [p.clone() for p in mover.parameters()]
    before = [p.clone() for p in other.parameters()]
    take(found, 3)
    assert all(torch.equal(a, b) for a, b in zip(before, other.parameters(), strict=True))
    assert all(p.grad is None for p in other.parameters())
    assert any(not torch.equal(a, b) for a, b in zip(start, mover.parameters(), strict=True))


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("loss", [losses.hinge, losses.relativistic])
def test_going_on_equals_never_having_stopped_bit_for_bit(tmp_path, judge, loss):
    terms = {"loss": loss}
    whole = take(trainer(judge, terms), 8)
    take(trainer(judge, terms), 3).save(tmp_path)
    again = take(trainer(judge, terms), 2)
    again.restore(tmp_path)
    take(again, 5)
    for ours, theirs in (
        (again.game.generator, whole.game.generator),
        (again.game.discriminator, whole.game.discriminator),
        (again.ema.network, whole.ema.network),
    ):
        for name, tensor in theirs.state_dict().items():
            assert torch.equal(ours.state_dict()[name], tensor), name
    assert torch.equal(again.samples(5), whole.samples(5))


def test_another_weight_is_noticed_when_a_run_goes_on(tmp_path):
    take(trainer(), 1).save(tmp_path)
    with pytest.raises(UserError, match=r"r1 was 0.1 and is 0.2"):
        trainer(terms={"r1": 0.2}).restore(tmp_path)


def test_the_fixed_samples_are_one_row_a_class():
    found = trainer()
    labels = found.fixed[:, 4:].argmax(1)
    assert torch.equal(labels, labels.sort().values)
    assert torch.bincount(labels).tolist() == [22, 21, 21]
    shown = found.shown()
    sheet = found.game.beside(found.fixed, shown)
    assert sheet.shape == (1, 1, 3 * 9, 21 * 9)
    assert torch.equal(sheet[0, :, 9:17, :8], shown[labels == 1][0])
    assert torch.equal(sheet[0, :, 18:26, -9:-1], shown[labels == 2][20])
    assert (sheet[..., 8::9, :] == 1).all()
    assert (sheet[..., 8::9] == 1).all()


@pytest.mark.parametrize(("n", "classes"), [(64, 10), (3, 10), (10, 3), (1, 2)])
def test_labels_in_order_are_as_even_as_can_be(n, classes):
    counts = torch.bincount(conditional.in_order(n, classes), minlength=classes)
    assert counts.sum() == n
    assert counts.max() - counts.min() <= 1


def test_asking_for_classes():
    generator, _ = nets.conditional(8, 1, 3, latent=4, width=4)
    z = conditional.ask(generator, [2, 0, 2], runtime.generator(0))
    assert z.shape == (3, 7)
    assert z[:, 4:].argmax(1).tolist() == [2, 0, 2]
    mixed = torch.tensor([[0.5, 0.5, 0.0]])
    assert torch.equal(conditional.ask(generator, mixed, runtime.generator(0))[:, 4:], mixed)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([0, 3], "from 0 to 3, and the 3 classes are counted from 0 to 2"),
        ([0.5], "whole numbers"),
        (torch.ones(2, 5), "shares of 3 classes, one column each; got 5"),
    ],
)
def test_asking_for_what_is_no_class(labels, sentence):
    generator, _ = nets.conditional(8, 1, 3, latent=4, width=4)
    with pytest.raises(UserError, match=sentence):
        conditional.ask(generator, labels, runtime.generator(0))


def test_a_plain_generator_cannot_be_asked():
    with pytest.raises(UserError, match="not trained with classes"):
        conditional.ask(nets.dcgan(8)[0], [1], runtime.generator(0))


def test_data_without_labels_are_refused():
    with pytest.raises(UserError, match=r"'blank' has no labels.*data.digits"):
        conditional.Labelled(Dataset(numbers(4, 1, 8, 8), name="blank"))


def test_pairs_carry_the_class_they_were_made_for():
    generator, _ = nets.conditional_mlp((2,), 3, latent=2, hidden=8)
    z = numbers(40, 2 + 3)
    x, y = nets.without_planes(conditional.Pairs(generator)(z), 3)
    assert torch.equal(y.argmax(1), z[:, 2:].argmax(1))
    assert torch.equal(y.sum(1), torch.ones(40))
    torch.testing.assert_close(x, generator(torch.cat([z[:, :2], y], 1)))


def test_an_ensemble_plays_the_game_on_pairs():
    def build(seed):
        generator, judge = nets.conditional_mlp((2,), 3, latent=2, hidden=8, seed=seed)
        return conditional.Pairs(generator), judge

    source = conditional.Labelled(data.ring(modes=3))
    ensemble = training.Ensemble(build, source, members=2, batch=8, device="cpu")
    for report in ensemble.run(3):
        assert report.samples.shape == (2, 512, 2 + 3)
        assert torch.equal(report.samples[..., 2:].sum(-1), torch.ones(2, 512))


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    take(trainer(), 1)
    assert torch.equal(before, torch.get_rng_state())
