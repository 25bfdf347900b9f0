"""Vital signs against closed forms, and that taking them changes nothing."""

import math

import pytest
import torch
from helpers_training import flat, picture_trainer, points_trainer, take
from torch import nn

from ganlearn import data, losses, runtime, training
from ganlearn.training import signs


class Line(nn.Module):
    """A linear discriminator with weights of its own."""

    def __init__(self, slope):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))

    def forward(self, x):
        return x @ self.slope


class Affine(nn.Module):
    """Latents times a number plus a place."""

    latent = 2

    def __init__(self, scale, place):
        super().__init__()
        self.scale, self.place = (
            nn.Parameter(torch.tensor(scale)),
            nn.Parameter(torch.tensor(place)),
        )

    def forward(self, z):
        return self.scale * z + self.place


def of(scale=1.0, place=(0.0, 0.0), slope=(0.0, 0.0), loss=losses.non_saturating):
    cloud = data.Mixture([[0.0, 0.0]], 1.0)
    game = training.Game(Affine(scale, list(place)), Line(list(slope)), loss)
    return signs.of_game(game, signs.probes(cloud, 2, 0, torch.device("cpu")))


def test_a_blind_discriminator_and_a_perfect_generator():
    found = of()
    assert found["told apart"] == 0.5
    assert found["pull"] == pytest.approx(0.5)
    assert found["push"] == 0
    assert found["spread"] == pytest.approx(1, abs=0.1)
    assert found["variety"] == pytest.approx(1, abs=0.15)


def test_a_point_far_away():
    found = of(scale=0.0, place=(-50.0, 0.0), slope=(1.0, 0.0))
    assert found["told apart"] == 1
    assert found["fake logit"] == pytest.approx(-50)
    assert found["spread"] == 0
    assert found["variety"] == pytest.approx(1 / 160, abs=0.002)  # one of about 160
    assert math.hypot(found["place 1"], found["place 2"]) > 20


@pytest.mark.parametrize(
    ("loss", "pull"),
    [
        (losses.non_saturating, 1 / (1 + math.exp(-3))),
        (losses.minimax, 1 / (1 + math.exp(3))),
        (losses.wasserstein, 1.0),
        (losses.least_squares, 4.0),
    ],
)
def test_pull_is_the_slope_of_the_generators_loss_and_push_its_length_on_the_samples(loss, pull):
    found = of(scale=0.0, place=(-3.0, 0.0), slope=(1.0, 0.0), loss=loss)
    assert found["pull"] == pytest.approx(pull, rel=1e-4)
    spread = signs.probes(data.Mixture([[0.0, 0.0]], 1.0), 2, 0, torch.device("cpu"))
    spread = spread.real.var(0).sum().sqrt().item()
    assert found["push"] == pytest.approx(pull * spread, rel=1e-3)
    assert found["gradient"] == pytest.approx(pull, rel=0.2)  # by the place; z has mean 0


def test_a_loss_of_pairs_has_signs_too():
    assert of(loss=losses.relativistic)["pull"] == pytest.approx(0.5)


@pytest.mark.parametrize("make", [points_trainer, picture_trainer])
def test_a_run_with_reports_is_the_run_without(make):
    with_reports, without = make(), take(make(), 4)
    list(with_reports.run(4, every=1))
    for name in ("generator", "discriminator"):
        assert torch.equal(flat(with_reports.game.player(name)), flat(without.game.player(name)))
    assert all(p.grad is None or p.requires_grad for p in with_reports.game.generator.parameters())
    assert torch.equal(with_reports.random.get_state(), without.random.get_state())


def test_pictures_tell_how_many_pixels_are_out_of_range():
    trainer = picture_trainer()
    assert 0 <= trainer.signs()["outside"] < 0.2
    trainer._probes = signs.Probes(
        trainer._probes.real.clamp(min=0.5), *list(vars(trainer._probes).values())[1:]
    )
    assert trainer.signs()["outside"] > 0.9


def test_signs_of_an_ensemble_are_those_of_its_members():
    from ganlearn import nets

    build = lambda seed: nets.mlp((2,), latent=4, hidden=16, seed=seed)
    games = training.Ensemble(build, data.ring(), members=2, seed=3, device="cpu")
    found = games.report().member(1).signs
    alone = signs.of_game(training.Game(*build(4)), games._probes)
    assert set(found) == set(alone)
    for name, value in alone.items():
        assert found[name] == pytest.approx(value, abs=1e-4), name


def test_a_game_of_another_kind_has_none():
    class Other(training.Game):
        pass

    trainer = points_trainer()
    trainer.game = Other(trainer.game.generator, trainer.game.discriminator)
    assert trainer.signs() == {}


def test_the_average_of_an_ensemble_is_that_of_one_network():
    from ganlearn import nets
    from ganlearn.training import EMA

    build = lambda seed: nets.mlp((2,), latent=4, hidden=16, seed=seed)
    kwargs = {"members": 2, "seed": 3, "batch": 8, "device": "cpu", "learning_rate": 0.01}
    games = training.Ensemble(build, data.ring(), ema_half_life=40, **kwargs)
    alone = build(4)[0]
    average = EMA(alone, 40)
    for step in range(1, 6):
        games.step()
        with torch.no_grad():
            for name, parameter in alone.named_parameters():
                parameter.copy_(games.generator[name][1])
        average.update(8 * step, 8)
    for name, parameter in average.network.named_parameters():
        torch.testing.assert_close(games.average[name][1], parameter)
    z = torch.randn(512, 4, generator=runtime.generator(3))
    assert torch.allclose(games.report().samples[1], average.network(z), atol=1e-6)


def test_weights_that_a_sample_does_not_need_have_a_gradient_of_zero():
    cloud, seen = data.Mixture([[0.0, 0.0]], 1.0), torch.device("cpu")
    plain = training.Game(Affine(1.0, [0.5, 0.0]), Line([1.0, 0.0]))
    more = training.Game(Affine(1.0, [0.5, 0.0]), Line([1.0, 0.0]))
    more.generator.unused = nn.Linear(3, 3)
    with_less, with_more = (
        signs.of_game(game, signs.probes(cloud, 2, 0, seen)) for game in (plain, more)
    )
    assert with_more == with_less
