"""Failures that show on points in the plane."""

from __future__ import annotations

from torch.nn.functional import softplus

from ganlearn import data, losses, rules, runtime
from ganlearn.museum import boards
from ganlearn.museum.exhibit import Exhibit, Visit
from ganlearn.museum.play import watch

FAST = 4e-3
"""The discriminator's rate where it may learn faster than the generator."""


def collapse(seeds: int, seed: int, cured: bool) -> Visit:
    """A discriminator that learns twenty times slower, or four times faster, than the generator."""
    rate = FAST if cured else boards.RATE / 20
    games = boards.points(boards.RING, seeds, seed, discriminator_learning_rate=rate)
    return watch(games, 500, boards.modes(boards.RING))


def saturation(seeds: int, seed: int, cured: bool) -> Visit:
    """A discriminator with a head start on data far away; minimax, or the non-saturating loss."""
    loss = losses.non_saturating if cured else losses.minimax
    games = boards.points(
        data.ring(radius=8, std=0.4), seeds, seed, hidden=32, loss=loss,
        optimiser="sgd", learning_rate=0.02,
    )  # fmt: skip
    return watch(games, 200, boards.sign("pull"), head_start=200)


def oscillation(seeds: int, seed: int, cured: bool) -> Visit:
    """The Dirac-GAN, without and with R1."""
    phases = rules.rule(penalties={"r1": 0.5} if cured else {})
    games = boards.dirac(seeds, seed, learning_rate=0.02, phases=phases)
    return watch(games, 360, boards.distance)


def too_strong(seeds: int, seed: int, cured: bool) -> Visit:
    """Ten moves of a fast discriminator for one of the generator, or one; 150 of the generator."""
    moves, rate = (1, boards.RATE) if cured else (10, 10 * boards.RATE)
    games = boards.points(
        data.ring(std=0.02), seeds, seed, learning_rate=boards.RATE / 2,
        discriminator_learning_rate=rate, phases=rules.rule(critic_steps=moves),
    )  # fmt: skip
    return watch(games, 150 * moves, boards.sign("pull"))


def critic(seeds: int, seed: int, cured: bool) -> Visit:
    """A Wasserstein critic that may be as steep as it likes, or with a gradient penalty."""
    phases = rules.rule(critic_steps=5, penalties={"wgan-gp": 10.0} if cured else {})
    games = boards.points(
        boards.RING, seeds, seed, hidden=32, loss=losses.wasserstein,
        discriminator_learning_rate=5e-3, phases=phases,
    )  # fmt: skip
    return watch(games, 300, boards.steepness(boards.RING))


def clipped(seeds: int, seed: int, cured: bool) -> Visit:
    """A critic whose weights are cut to ±0.01, or with a gradient penalty instead."""
    phases = rules.rule(
        critic_steps=5,
        penalties={"wgan-gp": 10.0} if cured else {},
        clip_weights=None if cured else 0.01,
    )
    games = boards.points(
        boards.RING, seeds, seed, hidden=32, loss=losses.wasserstein,
        optimiser="rmsprop", phases=phases,
    )  # fmt: skip
    return watch(games, 300, boards.steepness(boards.RING))


def memorisation(seeds: int, seed: int, cured: bool) -> Visit:
    """Eight training points of a round cloud, or four thousand."""
    cloud, random = data.Mixture([[0.0, 0.0]], 1.0, name="cloud"), runtime.generator(0)
    train = data.Dataset(cloud.draw(4_096 if cured else 8, random), name="cloud")
    games = boards.points(train, seeds, seed, discriminator_learning_rate=FAST)
    return watch(games, 500, boards.nearness(train.samples, cloud.draw(1_000, random)))


def one_side(seeds: int, seed: int, cured: bool) -> Visit:
    """A generator that minimises what the discriminator minimises, or an opponent."""
    friendly = losses.Loss(
        "both on one side", losses.discriminator_loss, lambda logits: softplus(logits).mean()
    )
    loss = losses.non_saturating if cured else friendly
    games = boards.points(boards.RING, seeds, seed, hidden=32, loss=loss)
    return watch(games, 300, boards.sign("told apart"))


EXHIBITS = (
    Exhibit(
        "mode collapse",
        symptom="modes of eight that are covered",
        ill=3,
        well=6,
        cause="The discriminator learns slower than the generator. The generator runs to the "
        "point that the discriminator likes best at the moment, with all its samples, and is "
        "gone again before the discriminator has understood.",
        cure="Two time scales: the discriminator's rate is four times the generator's.",
        finding="collapse",
        play=collapse,
    ),
    Exhibit(
        "saturation",
        symptom="pull: how hard the generator's loss asks; 1 is the hardest",
        ill=0.1,
        well=0.4,
        cause="The discriminator had a head start and is sure. The gradient of the minimax loss "
        "is D(G(z)), next to nothing, and plain gradient descent moves by next to nothing.",
        cure="The non-saturating loss: its gradient is largest where the generator is worst.",
        finding="no gradient",
        play=saturation,
        chapter=2,
    ),
    Exhibit(
        "oscillation",
        symptom="distance of the samples' mean from that of the data",
        ill=0.1,
        well=0.05,
        cause="Each player's best move depends on the other's last one; together they turn in a "
        "circle and nothing draws them inwards.",
        cure="R1: a discriminator that is steep at the data pays for it.",
        finding="oscillation",
        play=oscillation,
        chapter=2,
    ),
    Exhibit(
        "a discriminator that is too strong",
        symptom="pull: how hard the generator's loss asks; 1 is the hardest",
        ill=0.75,
        well=0.65,
        cause="Ten moves at a high rate for each move of the generator. It separates the two "
        "sides with a steep wall somewhere between them, and what the wall says about the way to "
        "the data is noise.",
        cure="One move each, and a rate that is twice the generator's and not twenty times.",
        finding="discriminator too strong",
        play=too_strong,
    ),
    Exhibit(
        "a critic without a constraint",
        symptom="mean slope of the critic at the samples",
        ill=50,
        well=5,
        cause="The Wasserstein loss has no bound. Twice as steep is twice as good, so the critic "
        "grows as fast as its rate allows and its loss says nothing about any distance.",
        cure="A gradient penalty, which draws the slope to 1.",
        finding="divergence",
        play=critic,
        chapter=6,
    ),
    Exhibit(
        "weights clipped too tight",
        symptom="mean slope of the critic at the samples",
        ill=0.02,
        well=0.2,
        cause="With weights of at most 0.01 a signal shrinks in every layer: the critic is flat "
        "and the generator's gradient a thousand times too small.",
        cure="A gradient penalty instead: it asks for slope 1 and leaves the weights alone.",
        finding="no gradient",
        play=clipped,
        chapter=6,
    ),
    Exhibit(
        "memorisation",
        symptom="distance to the nearest training sample, over that of fresh samples",
        ill=0.6,
        well=0.8,
        cause="There are eight training samples. The game's only optimum is a generator that "
        "gives these eight back.",
        cure="More data. (Where there are none: chapter 15.)",
        finding="",
        play=memorisation,
    ),
    Exhibit(
        "both on one side",
        symptom="pairs of real and generated that are told apart",
        ill=0.98,
        well=0.95,
        cause="The sign of the generator's loss is wrong, or one optimiser lowers the sum of both "
        "losses (E03). The generator learns to be easy to detect.",
        cure="The generator's loss asks for a higher logit on its samples.",
        finding="both on one side",
        play=one_side,
        chapter=3,
    ),
)
