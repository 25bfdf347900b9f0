"""Each member of an ensemble trains as it would alone."""

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from ganlearn import augment, data, losses, nets, rules, runtime, training
from ganlearn.training.ensemble import _clip_gradients

MEMBERS, BATCH, LATENT = 3, 8, 4


def build(seed):
    return nets.mlp((2,), latent=LATENT, hidden=16, seed=seed)


def ensemble():
    return training.Ensemble(build, data.ring(), members=MEMBERS, batch=BATCH, seed=5, device="cpu")


def alone(member, steps):
    """One member by hand, on its slice of the ensemble's random numbers."""
    generator, discriminator = build(5 + member)
    random, source = runtime.generator(5), data.ring()
    torch.randn(512, LATENT, generator=random)  # the latents that reports show
    move_d = torch.optim.Adam(discriminator.parameters(), 2e-4, betas=(0.5, 0.999))
    move_g = torch.optim.Adam(generator.parameters(), 2e-4, betas=(0.5, 0.999))
    ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)
    for _ in range(steps):
        real = source.draw(MEMBERS * BATCH, random).unflatten(0, (MEMBERS, BATCH))[member]
        z = torch.randn(MEMBERS, BATCH, LATENT, generator=random)[member]
        move_d.zero_grad()
        fake = generator(z).detach()
        loss = cross_entropy(discriminator(real), ones) + cross_entropy(discriminator(fake), zeros)
        loss.backward()
        move_d.step()
        z = torch.randn(MEMBERS, BATCH, LATENT, generator=random)[member]
        move_g.zero_grad()
        cross_entropy(discriminator(generator(z)), ones).backward()
        move_g.step()
    return generator, discriminator


@pytest.mark.parametrize("member", range(MEMBERS))
def test_a_member_trains_as_it_would_alone(member):
    games = ensemble()
    for _ in range(20):
        games.step()
    generator, discriminator = alone(member, 20)
    for stacked, network in ((games.generator, generator), (games.discriminator, discriminator)):
        for name, parameter in network.named_parameters():
            torch.testing.assert_close(stacked[name][member], parameter, atol=2e-6, rtol=1e-4)


def test_reports_hold_every_member():
    *_, report = ensemble().run(4, every=2)
    assert report.step == 4
    assert report.samples.shape == (MEMBERS, 512, 2)
    assert report.losses["generator"].shape == (MEMBERS,)


def test_a_member_whose_loss_is_not_finite_is_noticed_at_the_next_report():
    games = ensemble()
    games.step()
    with torch.no_grad():
        games.generator["body.0.weight"][1] = float("nan")
    games.step()
    with pytest.raises(training.NotFinite, match=r"discriminator .* step 1\."):
        games.report()


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    list(ensemble().run(2))
    assert torch.equal(before, torch.get_rng_state())


def test_networks_with_buffers_are_refused():
    with pytest.raises(ValueError, match="without buffers"):
        training.Ensemble(lambda seed: nets.dcgan(8, width=2), data.digits(size=8), members=2)


RULES = {
    "r1 and r2": dict(penalties={"r1": 1.0, "r2": 0.5}),
    "wgan-gp, five critic steps": dict(penalties={"wgan-gp": 10.0}, critic_steps=5),
    "one-sided, dragan": dict(penalties={"wgan-gp, one-sided": 3.0, "dragan": 1.0}),
    "estimates": dict(penalties={"r1, jvp": 1.0, "r1, finite difference": 1.0}),
    "lazy": dict(penalties={"r1": 1.0}, lazy=3),
    "clipped weights": dict(clip_weights=0.05),
    "clipped gradient": dict(clip_gradient=0.01),
    "noise": dict(seen=augment.instance_noise(0.3)),
}


@pytest.mark.parametrize("loss", [losses.wasserstein, losses.relativistic], ids=lambda x: x.name)
@pytest.mark.parametrize("parts", RULES.values(), ids=list(RULES))
def test_an_ensemble_of_one_plays_any_rule_as_a_trainer_does(parts, loss):
    """The same random numbers for both, and so the same weights."""
    settings = dict(
        batch=BATCH,
        learning_rate=1e-2,
        discriminator_learning_rate=2e-2,
        optimiser="rmsprop",
        phases=rules.rule(**parts),
        device="cpu",
    )
    games = training.Ensemble(build, data.ring(), members=1, loss=loss, **settings)
    trainer = training.Trainer(training.Game(*build(0), loss=loss), data.ring(), **settings)
    for player in (games, trainer):
        player.random.manual_seed(7)
        for _ in range(7):
            player.step()
    for stacked, network in (
        (games.generator, trainer.game.generator),
        (games.discriminator, trainer.game.discriminator),
    ):
        for name, parameter in network.named_parameters():
            torch.testing.assert_close(stacked[name][0], parameter, atol=1e-4, rtol=1e-3)


def test_members_do_not_clip_each_others_gradients():
    gradients = torch.tensor([[3.0, 4.0], [0.3, 0.4]])
    weights = [torch.zeros(2, 2, requires_grad=True)]
    weights[0].grad = gradients.clone()
    _clip_gradients(weights, 1.0)
    torch.testing.assert_close(weights[0].grad, torch.tensor([[0.6, 0.8], [0.3, 0.4]]))


def test_random_penalties_differ_between_members():
    same = lambda seed: build(0)
    games = training.Ensemble(
        same, data.ring(), members=3, batch=BATCH, phases=rules.rule(penalties={"wgan-gp": 10.0})
    )
    games.step()
    assert games.losses["discriminator"].unique().numel() == 3
