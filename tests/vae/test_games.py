"""The games by hand, who moves whom, and runs of the trainer that go on bit for bit."""

import copy

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from ganlearn import data, losses, nets, training, vae
from ganlearn.data import Dataset
from ganlearn.errors import UserError
from ganlearn.vae.games import bound_objective, discriminator_objective, generator_objective


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def numbers(*shape, seed=0):
    return torch.rand(shape, generator=random(seed)) * 2 - 1


def players(kind="mlp"):
    if kind == "mlp":
        return nets.mlp_vae((1, 8, 8), latent=3, hidden=16, depth=1)
    return nets.dcgan_vae(8, 1, latent=3, width=4)


def trainer(game, **settings):
    source = Dataset(numbers(20, 1, 8, 8))
    defaults = {"batch": 4, "device": "cpu", "ema_half_life": 20, "learning_rate": 2e-3}
    return training.Trainer(game, source, **defaults | settings)


def take(trainer, steps):
    for _ in range(steps):
        trainer.step()
    return trainer


GAMES = {
    "VAE": lambda **terms: vae.VAE(*players(), **terms),
    "VAE-GAN": lambda **terms: vae.VAEGAN(*players(), **terms),
    "convolutional VAE": lambda **terms: vae.VAE(*players("dcgan"), **terms),
    "convolutional VAE-GAN": lambda **terms: vae.VAEGAN(*players("dcgan"), **terms),
}


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_objective_of_the_vae_by_hand(beta):
    game = GAMES["VAE"](noise=0.4, beta=beta)
    x, noise = numbers(5, 1, 8, 8), numbers(5, 3, seed=1)
    mean, log_variance = game.generator.encoder(x)
    z = mean + log_variance.exp().sqrt() * noise
    squares = (x - game.generator.decoder(z)).square().sum(dim=(1, 2, 3))
    constant = 64 * torch.tensor(2 * torch.pi * 0.4**2).log() / 2
    kl = (mean**2 + log_variance.exp() - 1 - log_variance).sum(1) / 2
    by_hand = (squares / (2 * 0.4**2) + constant + beta * kl).mean()
    torch.testing.assert_close(bound_objective(game, x, noise), by_hand)


def test_it_is_what_one_draw_says_of_the_likelihood():
    """Averaged over draws, minus the objective is the bound that importance weights close."""
    game = GAMES["VAE"](noise=0.4)
    x = numbers(5, 1, 8, 8)
    with torch.no_grad():
        found = torch.stack(
            [-bound_objective(game, x, torch.randn(5, 3, generator=random(i))) for i in range(400)]
        ).mean()
    one = [
        vae.log_likelihood(game.generator, x, noise=0.4, draws=1, random=random(i)).mean()
        for i in range(400)
    ]
    assert abs(found - torch.stack(one).mean()) < 0.5
    many = vae.log_likelihood(game.generator, x, noise=0.4, draws=500, random=random()).mean()
    assert many > found


def test_the_discriminator_is_shown_reconstructions_and_samples():
    game = GAMES["VAE-GAN"]()
    real, z = game.deal(numbers(5, 1, 8, 8), random())
    assert z.shape == (5, 2, 3)
    got = discriminator_objective(copy.deepcopy(game), real, z)
    mean, log_variance = game.generator.encode(real)
    again = game.generator(mean + (log_variance / 2).exp() * z[:, 0]).detach()
    fresh = game.generator(z[:, 1]).detach()
    logits = game.discriminator
    on_fakes = [cross_entropy(logits(x), torch.zeros(5)) for x in (again, fresh)]
    by_hand = cross_entropy(logits(real), torch.ones(5)) + sum(on_fakes) / 2
    torch.testing.assert_close(got, by_hand)


def test_the_generators_side_of_the_vae_gan_by_hand():
    game = GAMES["VAE-GAN"](noise=0.5, beta=2.0, adversarial=3.0)
    real, z = game.deal(numbers(5, 1, 8, 8), random())
    got = generator_objective(game, real, z)
    mean, log_variance = game.generator.encode(real)
    again = game.generator(mean + (log_variance / 2).exp() * z[:, 0])
    trunk = game.discriminator.body[:-1]
    difference = trunk(real.flatten(1)) - trunk(again.flatten(1))
    constant = 16 * torch.tensor(2 * torch.pi * 0.5**2).log() / 2
    explained = (difference.square().sum(1) / (2 * 0.5**2)).mean() + constant
    kl = vae.gaussian_kl(mean, log_variance).mean()
    fooled = cross_entropy(
        game.discriminator(torch.cat([again, game.generator(z[:, 1])])), torch.ones(10)
    )
    torch.testing.assert_close(got, explained + 2 * kl + 3 * fooled)


def test_the_adversarial_term_moves_the_decoder_and_not_the_encoder():
    game = GAMES["VAE-GAN"]()
    real, z = game.deal(numbers(5, 1, 8, 8), random())

    def slopes(weight):
        game.adversarial = weight
        loss = generator_objective(game, real, z)
        return [
            torch.autograd.grad(loss, list(part.parameters()), retain_graph=True)
            for part in (game.generator.encoder, game.generator.decoder)
        ]

    (encoder, decoder), (encoder_5, decoder_5) = slopes(1.0), slopes(5.0)
    for one, other in zip(encoder, encoder_5, strict=True):
        torch.testing.assert_close(one, other)
    assert any(not torch.allclose(a, b) for a, b in zip(decoder, decoder_5, strict=True))


@pytest.mark.parametrize("name", GAMES)
def test_only_the_moving_player_changes_and_all_of_it(name):
    for phase in GAMES[name]().phases:
        found = trainer(GAMES[name](), phases=[phase], precision="float32")
        mover, other = found.game.player(phase.player), found.game.opponent(phase.player)
        before = copy.deepcopy(other.state_dict())
        start = [p.clone() for p in mover.parameters()]
        take(found, 3)
        assert all(torch.equal(before[k], v) for k, v in other.state_dict().items())
        assert all(p.grad is None for p in other.parameters())
        moved = [not torch.equal(a, b) for a, b in zip(start, mover.parameters(), strict=True)]
        assert all(moved)


def test_a_plain_vae_lets_the_discriminator_be():
    found = trainer(GAMES["VAE"]())
    before = copy.deepcopy(found.game.discriminator.state_dict())
    take(found, 3)
    after = found.game.discriminator.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before)
    assert set(found.report().losses) == {"generator"}


@pytest.mark.parametrize("name", GAMES)
def test_going_on_equals_never_having_stopped_bit_for_bit(name, tmp_path):
    whole = take(trainer(GAMES[name]()), 7)
    take(trainer(GAMES[name]()), 3).save(tmp_path)
    again = take(trainer(GAMES[name]()), 1)
    again.restore(tmp_path)
    take(again, 4)
    for ours, theirs in (
        (again.game.generator, whole.game.generator),
        (again.game.discriminator, whole.game.discriminator),
        (again.ema.network, whole.ema.network),
    ):
        ours, theirs = ours.state_dict(), theirs.state_dict()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_a_run_with_another_noise_is_not_the_same_run(tmp_path):
    take(trainer(GAMES["VAE"](noise=0.5)), 1).save(tmp_path)
    with pytest.raises(UserError, match="noise"):
        trainer(GAMES["VAE"](noise=0.4)).restore(tmp_path)


def test_the_average_encodes_as_well():
    found = take(trainer(GAMES["VAE"]()), 5)
    mean, _ = found.ema.network.encode(numbers(2, 1, 8, 8))
    assert mean.shape == (2, 3)
    assert found.samples(3).shape == (3, 1, 8, 8)


def test_a_vae_learns_a_gaussian_up_to_its_entropy():
    """x = (2 a, 0) + noise of 0.5: the best bound is minus the entropy, and a linear VAE has it."""

    class Line:
        shape = (2,)

        def to(self, device):
            return self

        def draw(self, n, generator):
            a, noise = (torch.randn(n, d, generator=generator) for d in (1, 2))
            return torch.cat([2 * a, 0 * a], dim=1) + 0.5 * noise

    entropy = (torch.tensor([4.25, 0.25]) * 2 * torch.pi * torch.e).log().sum().item() / 2
    game = vae.VAE(*nets.mlp_vae((2,), latent=1, hidden=4, depth=0), noise=0.5)
    found = training.Trainer(
        game, Line(), batch=256, learning_rate=0.05, decay=(50_000, 150_000), device="cpu"
    )
    *_, last = found.run(500, every=250)
    assert last.losses["generator"] == pytest.approx(entropy, abs=0.05)


def test_noise_smears_a_ring_and_little_noise_does_not():
    """What a decoder's noise is set to decides what it can tell apart."""
    ring = data.ring(modes=4, std=0.1)

    def explained(noise):
        game = vae.VAE(*nets.mlp_vae((2,), latent=2, hidden=32, depth=2), noise=noise)
        found = training.Trainer(game, ring, batch=128, learning_rate=3e-3, device="cpu")
        take(found, 400)
        x = ring.draw(500, random(5))
        return (game.generator.reconstruct(x) - x).norm(dim=1).mean().item()

    assert explained(0.2) < 0.3
    assert explained(5.0) > 1.5


@pytest.mark.parametrize("terms", [{"noise": 0.0}, {"noise": -1.0}, {"beta": -0.1}])
def test_impossible_terms_are_refused(terms):
    with pytest.raises(UserError, match="noise above 0 and beta of at least 0"):
        GAMES["VAE"](**terms)


def test_a_loss_that_needs_pairs_is_refused():
    with pytest.raises(UserError, match="in pairs"):
        GAMES["VAE-GAN"](loss=losses.relativistic)
