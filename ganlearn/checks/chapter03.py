"""Exercises of chapter 03: a floor, the two moves, counting modes, a whole training loop."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganlearn import data, nets, runtime
from ganlearn.checks import Exercise, Mistake, Outcome
from ganlearn.training import idle

# 03.1

tanh_floor = Exercise(
    "03.1",
    "the floor of a squashed logit",
    reference=2 * math.log(1 + math.exp(-1)),
    rtol=0,
    atol=2e-3,
    mistakes=[
        Mistake(
            "no floor",
            "That is the floor of a loss on free logits.",
            "Here the loss is never shown a number outside of [-1, 1].",
            like=0.0,
        ),
        Mistake(
            "one side",
            "That is one of the two sides.",
            "L_D is a sum: the real side and the fake side each have a floor.",
            like=math.log(1 + math.exp(-1)),
        ),
        Mistake(
            "floor of the sigmoid",
            "That is the floor of the chapter, for a discriminator that ends in a sigmoid.",
            "A sigmoid cannot go below 0 for a fake; tanh can. Which logit is best for a fake?",
            like=math.log(1 + math.exp(-1)) + math.log(2),
        ),
        Mistake(
            "guessing",
            "That is the loss of a discriminator that answers 0 to everything.",
            "It can do better: which number of [-1, 1] is best for a real, which for a fake?",
            like=2 * math.log(2),
        ),
        Mistake(
            "ceiling",
            "That is the highest loss that it can have, wrong about everything.",
            "The best answer to a real sample is the largest logit, to a fake the smallest.",
            like=2 * math.log(1 + math.e),
        ),
        Mistake(
            "mean of both",
            "That is the right side for the reals beside the wrong one for the fakes.",
            "A fake costs softplus(+logit): the smallest logit is best, and it is -1.",
            like=math.log(1 + math.exp(-1)) + math.log(1 + math.e),
        ),
        Mistake(
            "probabilities",
            "That takes the output for a probability, -log of it.",
            "The loss takes logits: -log sigmoid(1) = log(1 + 1/e) on the real side.",
            like=-math.log(0.5 * (1 + math.tanh(1))) * 2,
        ),
    ],
)


# 03.2 and 03.3: what a move does to both players

PLAYERS = ("generator", "discriminator")
LOSS = "the returned loss"
BEFORE, ONE, TWO = (f"its weights {when}" for when in ("before", "after one move", "after two"))
WAITING = ("weights", "gradients", "running statistics")  # of the player that has to keep still


def flat(tensors: Iterable[Tensor | None]) -> Tensor:
    """All numbers in a row; what is None is left out."""
    rows = [tensor.detach().flatten().float() for tensor in tensors if tensor is not None]
    return torch.cat([torch.empty(0), *rows])


def players(mover: str, seed: int) -> dict[str, nn.Sequential]:
    """Two small networks; the one that has to wait notices by BatchNorm who feeds it."""
    norm = lambda player: nn.Identity() if player == mover else nn.BatchNorm1d(6)
    with runtime.seeded(seed):
        return {
            player: nn.Sequential(
                nn.Linear(inputs, 6), norm(player), nn.LeakyReLU(0.2), nn.Linear(6, outputs), last
            )
            for player, inputs, outputs, last in (
                ("generator", 3, 2, nn.Identity()),
                ("discriminator", 2, 1, nn.Flatten(0)),
            )
        }


def look(
    move: Callable[..., Tensor], mover: str, seed: int, batch: int
) -> dict[str, Tensor] | None:
    """Let ``move`` make two moves, and note what has changed.

    Gradients are added to both players before each, as the opponent's move may leave them.
    """
    networks = players(mover, seed)
    waits = "generator" if mover == "discriminator" else "discriminator"
    optimisers = {p: torch.optim.SGD(networks[p].parameters(), lr=0.2) for p in PLAYERS}
    start = [p.detach().clone() for p in networks[waits].parameters()]
    random = runtime.generator(seed)
    seen, losses, disturbed = {BEFORE: flat(networks[mover].parameters())}, [], 0.0
    for when in (ONE, TWO):
        for parameter in itertools.chain(*(networks[p].parameters() for p in PLAYERS)):
            noise = 0.5 * torch.randn(parameter.shape, generator=random)
            parameter.grad = noise if parameter.grad is None else parameter.grad + noise
        left = [p.grad.clone() for p in networks[waits].parameters()]
        real = 1.5 + 0.5 * torch.randn(batch, 2, generator=random)
        z = torch.randn(batch, 3, generator=random)
        given = (real, z) if mover == "discriminator" else (z,)
        losses.append(move(*(networks[p] for p in PLAYERS), optimisers, *given))
        seen[when] = flat(networks[mover].parameters())
        for parameter, old in zip(networks[waits].parameters(), left, strict=True):
            if parameter.grad is not None and bool(parameter.grad.any()):  # cleared is harmless
                disturbed += float((parameter.grad - old).abs().sum())
    if None in losses:
        return None
    weights = [p.detach() - old for p, old in zip(networks[waits].parameters(), start, strict=True)]
    running = (b for name, b in networks[waits].named_buffers() if "running" in name)
    changes = (flat(weights), torch.tensor(disturbed), flat(running))
    named = {f"the {waits}'s {what}": value for what, value in zip(WAITING, changes, strict=True)}
    seen[LOSS] = torch.stack([torch.as_tensor(loss).detach().float() for loss in losses])
    return {**seen, **named}


def waiting(what: str) -> Callable[[Outcome, Outcome], bool]:
    """A sign: this of the waiting player is not as it should be."""

    def sign(got: Outcome, right: Outcome) -> bool:
        (key,) = (key for key in right.value if key.endswith(f"'s {what}"))
        return not torch.allclose(got.value[key], right.value[key], atol=1e-6)

    return sign


def still(got: Outcome, right: Outcome) -> bool:
    """A sign: the mover has not moved."""
    return torch.equal(got.value[BEFORE], got.value[TWO])


def usual_mistakes(mover: str, waits: str) -> list[Mistake]:
    """What goes wrong in either move."""
    return [
        Mistake(
            "wrong optimiser",
            f"It moves the {waits}, and the {mover} stays where it was.",
            f'The {mover}\'s weights belong to optimisers["{mover}"]: that one has to step.',
            sign=lambda got, right: waiting("weights")(got, right) and still(got, right),
        ),
        Mistake(
            "both players move",
            f"It moves the {waits} as well.",
            f'Only optimisers["{mover}"] may step in this move.',
            sign=lambda got, right: waiting("weights")(got, right) and not still(got, right),
        ),
    ]


def last_mistakes(waits: str, how: str) -> list[Mistake]:
    """What is left when the weights are right."""
    return [
        Mistake(
            "nobody moves",
            "Nobody has moved after it.",
            "The order is zero_grad, backward, step: without step, or with zero_grad between "
            "backward and step, the gradient is lost.",
            sign=still,
        ),
        Mistake(
            "running statistics",
            f"The {waits} has counted the batch: the running statistics of its BatchNorm moved.",
            f"While it only {how}, it must not learn anything: training.idle keeps it still.",
            sign=waiting("running statistics"),
        ),
    ]


# 03.2

Rule = Callable[[Tensor, Tensor], Tensor]


def binary_cross_entropy(on_real: Tensor, on_fake: Tensor) -> Tensor:
    """The discriminator's loss on logits."""
    return softplus(-on_real).mean() + softplus(on_fake).mean()


def discriminator_step(
    rule: Rule = binary_cross_entropy, clear: str = "before", training: bool = True
) -> Callable[..., Tensor]:
    """The discriminator's move, right as it is, wrong with other arguments."""

    def move(
        G: nn.Module, D: nn.Module, optimisers: dict[str, Any], real: Tensor, z: Tensor
    ) -> Tensor:
        G.train(training)
        with idle(G), torch.no_grad():
            fake = G(z)
        loss = rule(D(real), D(fake))
        if clear == "before":
            optimisers["discriminator"].zero_grad()
        loss.backward()
        optimisers["discriminator"].step()
        if clear == "after":
            optimisers["discriminator"].zero_grad()
        return loss.detach()

    return move


the_discriminators_move = Exercise(
    "03.2",
    "the discriminator's move",
    reference=discriminator_step(),
    cases=lambda g: [(1, 8), (2, 5)],
    probe=lambda move, seed, batch: look(move, "discriminator", seed, batch),
    points=3,
    atol=1e-5,
    mistakes=[
        *usual_mistakes("discriminator", "generator"),
        Mistake(
            "no detach",
            "Its loss sends a gradient into the generator.",
            "Make the fakes under torch.no_grad(), or give the discriminator fake.detach().",
            sign=waiting("gradients"),
        ),
        Mistake(
            "zero_grad forgotten",
            "It adds its gradient to those that lay there, so each move drags the last ones along.",
            'Call optimisers["discriminator"].zero_grad() before backward.',
            like=discriminator_step(clear="never"),
        ),
        Mistake(
            "zero_grad at the end",
            "It clears the gradients after its own move, and the generator's move, which comes "
            "next, leaves new ones.",
            "Clear right before backward: then it does not matter who came before.",
            like=discriminator_step(clear="after"),
        ),
        Mistake(
            "labels swapped",
            "It learns to call real samples fake and fakes real.",
            "-log D belongs to the real samples: softplus(-D(real)), and softplus(D(fake)).",
            like=discriminator_step(lambda real, fake: binary_cross_entropy(fake, real)),
        ),
        Mistake(
            "both labels ones",
            "It learns to call everything real.",
            "The fakes have the label 0: softplus(+logit).",
            like=discriminator_step(lambda real, fake: binary_cross_entropy(real, -fake)),
        ),
        Mistake(
            "fakes alone",
            "It sees no real sample, so it learns one word for everything.",
            "Add the loss of the real batch.",
            like=discriminator_step(lambda on_real, on_fake: softplus(on_fake).mean()),
        ),
        Mistake(
            "reals alone",
            "It sees no fake, so it learns one word for everything.",
            "Add the loss of the fakes.",
            like=discriminator_step(lambda on_real, on_fake: softplus(-on_real).mean()),
        ),
        Mistake(
            "sigmoid twice",
            "It applies a sigmoid to the logits before a loss that applies another one.",
            "The discriminator returns logits: give them to the loss as they are.",
            like=discriminator_step(lambda a, b: binary_cross_entropy(a.sigmoid(), b.sigmoid())),
        ),
        Mistake(
            "one mean over both",
            "Its loss is half of what it should be: one mean over both batches.",
            "L_D is the mean over the reals plus the mean over the fakes.",
            like=discriminator_step(lambda a, b: binary_cross_entropy(a, b) / 2),
        ),
        Mistake(
            "sum over the batch",
            "It adds the losses of the samples, so its step grows with the batch.",
            "Take the mean over each batch.",
            like=discriminator_step(lambda a, b: softplus(-a).sum() + softplus(b).sum()),
        ),
        Mistake(
            "climbs",
            "It moves up its loss, away from being right.",
            "D climbs V, which is -L_D; an optimiser descends, so give it L_D.",
            like=discriminator_step(lambda a, b: -binary_cross_entropy(a, b)),
        ),
        Mistake(
            "eval mode",
            "It puts the generator into eval mode, so the fakes are others than in training.",
            "Leave the mode as it is; training.idle keeps the running statistics still.",
            like=discriminator_step(training=False),
        ),
        *last_mistakes("generator", "supplies fakes"),
    ],
)


# 03.3


def generator_step(
    rule: Callable[[Tensor], Tensor] = lambda on_fake: softplus(-on_fake).mean(),
    clear: str = "before",
    training: bool = True,
) -> Callable[..., Tensor]:
    """The generator's move, right as it is, wrong with other arguments."""

    def move(G: nn.Module, D: nn.Module, optimisers: dict[str, Any], z: Tensor) -> Tensor:
        D.train(training)
        with idle(D):
            loss = rule(D(G(z)))
            if clear == "before":
                optimisers["generator"].zero_grad()
            loss.backward()
        optimisers["generator"].step()
        if clear == "after":
            optimisers["generator"].zero_grad()
        return loss.detach()

    return move


def without_gradient(got: Outcome, right: Outcome) -> bool:
    """A sign: nothing flowed into the generator, with or without a complaint of PyTorch."""
    if got.error is not None:
        return "does not require grad" in str(got.error)
    moved = waiting("weights")(got, right) or not still(got, right)
    return waiting("gradients")(got, right) and not moved


the_generators_move = Exercise(
    "03.3",
    "the generator's move",
    reference=generator_step(),
    cases=lambda g: [(3, 8), (4, 5)],
    probe=lambda move, seed, batch: look(move, "generator", seed, batch),
    points=3,
    atol=1e-5,
    mistakes=[
        Mistake(
            "detached",
            "No gradient reaches the generator.",
            "Here the fakes must stay attached: no detach and no no_grad around G(z) or D.",
            sign=without_gradient,
        ),
        *usual_mistakes("generator", "discriminator"),
        Mistake(
            "gradients left behind",
            "It leaves gradients of its own loss in the discriminator.",
            "Let the loss pass through D without stopping there: compute it, and call backward, "
            "inside `with training.idle(D):`.",
            sign=waiting("gradients"),
        ),
        Mistake(
            "zero_grad forgotten",
            "It adds its gradient to those that lay there, so each move drags the last ones along.",
            'Call optimisers["generator"].zero_grad() before backward.',
            like=generator_step(clear="never"),
        ),
        Mistake(
            "zero_grad at the end",
            "It clears the gradients after its own move, so whatever others leave is added.",
            "Clear right before backward: then it does not matter who came before.",
            like=generator_step(clear="after"),
        ),
        Mistake(
            "label zero",
            "It moves the generator towards the answer fake.",
            "The generator wants the label 1 for its fakes: softplus(-D(G(z))).",
            like=generator_step(lambda on_fake: softplus(on_fake).mean()),
        ),
        Mistake(
            "saturating",
            "It lowers log(1 - D), whose gradient vanishes where the fakes are worst.",
            "The non-saturating loss is -log D = softplus(-logit).",
            like=generator_step(lambda on_fake: -softplus(on_fake).mean()),
        ),
        Mistake(
            "climbs",
            "It moves up its loss.",
            "-log D is lowered: mind the sign.",
            like=generator_step(lambda on_fake: -softplus(-on_fake).mean()),
        ),
        Mistake(
            "sigmoid twice",
            "It applies a sigmoid to the logits before a loss that applies another one.",
            "The discriminator returns logits: give them to the loss as they are.",
            like=generator_step(lambda on_fake: softplus(-on_fake.sigmoid()).mean()),
        ),
        Mistake(
            "sum over the batch",
            "It adds the losses of the samples, so its step grows with the batch.",
            "Take the mean over the batch.",
            like=generator_step(lambda on_fake: softplus(-on_fake).sum()),
        ),
        Mistake(
            "eval mode",
            "It puts the discriminator into eval mode, so it judges otherwise than in training.",
            "Leave the mode as it is; training.idle keeps the running statistics still.",
            like=generator_step(training=False),
        ),
        *last_mistakes("discriminator", "judges"),
    ],
)


# 03.4


def modes_covered(
    samples: Tensor,
    means: Tensor,
    std: float,
    within: float = 3.0,
    fair: Callable[[int, int], float] = lambda n, good: n,
    distance_of: Callable[[Tensor], Tensor] = lambda apart: apart.norm(dim=-1),
    least: float = 0.2,
) -> int:
    """Modes that get a fifth of their fair share of good samples; wrong with other arguments."""
    distance, mode = distance_of(samples[:, None] - means).min(dim=1)
    good = distance < within * std
    counts = torch.bincount(mode[good], minlength=len(means))
    least_count = max(least * fair(len(samples), int(good.sum())) / len(means), 1e-9)
    return int((counts >= least_count).sum())


def like(**wrong: Any) -> Callable[[Tensor, Tensor, float], int]:
    """:func:`modes_covered` with one of its numbers or choices wrong."""
    return lambda samples, means, std: modes_covered(samples, means, std, **wrong)


STD = 0.1
# How many samples a mode gets, at which distance in standard deviations and in which direction.
STRAIGHT, SLANTED = (1.0, 0.0), (math.sqrt(0.5), math.sqrt(0.5))
GROUPS = (
    (60, 1.5, STRAIGHT),  # covered
    (45, 0.5, SLANTED),  # covered
    (14, 2.5, STRAIGHT),  # covered, by few
    (9, 0.5, STRAIGHT),  # not by enough
    (40, 3.4, SLANTED),  # too far, though no single coordinate is
    (40, 4.2, STRAIGHT),  # too far
    (1, 0.2, STRAIGHT),  # one
    (0, 0.0, STRAIGHT),  # none
)


def crowds(g: torch.Generator) -> list[tuple]:
    """Points around some modes, most of which fail for one reason each, in a shuffled order."""
    cases = []
    for modes, repeat in ((8, 1), (12, 2)):
        mixture = data.ring(modes, radius=8.0, std=STD)
        points = []
        for mean, (count, far, direction) in zip(mixture.means, GROUPS, strict=False):
            spot = mean + STD * far * torch.tensor(direction)
            points.append(spot + 0.02 * STD * torch.randn(repeat * count, 2, generator=g))
        nowhere = 0.5 * torch.randn(repeat * (400 - sum(c for c, *_ in GROUPS)), 2, generator=g)
        samples = torch.cat((*points, nowhere))
        cases.append((samples[torch.randperm(len(samples), generator=g)], mixture.means, STD))
    return cases


counting_modes = Exercise(
    "03.4",
    "counting modes",
    reference=lambda samples, means, std: modes_covered(samples, means, std),
    cases=crowds,
    points=2,
    mistakes=[
        Mistake(
            "any sample counts",
            "It counts a mode as soon as one good sample is there.",
            "A mode needs a fifth of its fair share, 0.2 · n / modes samples.",
            like=like(least=0.0),
        ),
        Mistake(
            "bad samples count",
            "It counts samples for their nearest mode, however far away they are.",
            "Only samples within 3 standard deviations of their mode are good.",
            like=like(within=math.inf),
        ),
        Mistake(
            "within one",
            "It accepts samples within one standard deviation only.",
            "Within 3 · std.",
            like=like(within=1.0),
        ),
        Mistake(
            "distance squared",
            "It compares the squared distance with 3 · std.",
            "Take the root, or square the other side as well.",
            like=like(distance_of=lambda apart: apart.square().sum(-1)),
        ),
        Mistake(
            "coordinate by coordinate",
            "It asks each coordinate to be within 3 · std, which is a square and not a circle.",
            "The distance is the root of the sum of squares over the last axis.",
            like=like(distance_of=lambda apart: apart.abs().amax(-1)),
        ),
        Mistake(
            "fifth of all",
            "It asks a mode for a fifth of all samples.",
            "The fair share of a mode is n / modes; a fifth of that is enough.",
            sign=lambda got, right: got.value == 0,
        ),
        Mistake(
            "share of the good",
            "It takes the fair share from the good samples, so a generator of rubbish with a few "
            "good samples covers more.",
            "n counts all samples, the bad ones too.",
            like=like(fair=lambda n, good: good),
        ),
        Mistake(
            "a share, not a count",
            "It returns the share of the modes.",
            "Return how many modes are covered, a whole number.",
            sign=lambda got, right: 0 < float(got.value) < 1,
        ),
        Mistake(
            "samples, not modes",
            "It counts samples, not modes.",
            "Count the samples of each mode first; then count the modes that have enough.",
            sign=lambda got, right: float(got.value) > 20,
        ),
    ],
)


# 03.5

Latents = Callable[[torch.Generator], Tensor]


def training_loop(
    latents: str = "fresh",
    real: str = "fresh",
    optimisers: str = "once",
    order: tuple[str, ...] = ("discriminator", "generator"),
    betas: tuple[float, float] = (0.5, 0.999),
    noise: Callable[..., Tensor] = torch.randn,
) -> Callable[..., None]:
    """The whole loop, right as it is, wrong with other arguments."""

    def train(
        G: nn.Module,
        D: nn.Module,
        source: data.Mixture,
        steps: int,
        batch: int,
        random: torch.Generator,
    ) -> None:
        make = lambda: {
            name: torch.optim.Adam(network.parameters(), lr=1e-3, betas=betas)
            for name, network in (("generator", G), ("discriminator", D))
        }
        draw_z = lambda: noise(batch, G.latent, generator=random)
        move, z, x = make(), None, None
        for _ in range(steps):
            if optimisers == "each step":
                move = make()
            if x is None or real == "fresh":
                x = source.draw(batch, random)
            if latents == "once a step":
                z = draw_z()
            for player in order:
                if z is None or latents == "fresh":
                    z = draw_z()
                if player == "discriminator":
                    loss = binary_cross_entropy(D(x), D(G(z).detach()))
                else:
                    loss = softplus(-D(G(z))).mean()
                move[player].zero_grad()
                loss.backward()
                move[player].step()

    return train


def trained(train: Callable[..., None], seed: int, steps: int) -> dict[str, Tensor]:
    """The weights of both players after a few steps of the student's loop."""
    G, D = nets.mlp((2,), latent=3, hidden=8, seed=seed)
    train(G, D, data.ring(modes=5), steps, 6, runtime.generator(seed))
    return {
        f"the {name}'s weights after {steps} steps": flat(network.parameters())
        for name, network in (("generator", G), ("discriminator", D))
    }


def one_for_both(
    G: nn.Module, D: nn.Module, source: data.Mixture, steps: int, batch: int, random: Any
) -> None:
    """The team of section 4: one optimiser lowers the discriminator's loss over everything."""
    everything = torch.optim.Adam([*G.parameters(), *D.parameters()], lr=1e-3, betas=(0.5, 0.999))
    for _ in range(steps):
        real, z = source.draw(batch, random), torch.randn(batch, G.latent, generator=random)
        everything.zero_grad()
        binary_cross_entropy(D(real), D(G(z))).backward()
        everything.step()


whole_loop = Exercise(
    "03.5",
    "a whole training loop",
    reference=training_loop(),
    cases=lambda g: [(5, 1), (6, 5)],
    probe=trained,
    points=3,
    atol=1e-5,
    mistakes=[
        Mistake(
            "nobody moves",
            "Both players are as they were before.",
            "Each move is zero_grad, backward, step, inside a loop over range(steps).",
            like=lambda G, D, source, steps, batch, random: None,
        ),
        Mistake(
            "z drawn once",
            "It draws z once and uses it for ever, so the generator learns a few points by heart.",
            "Draw new latents for every move.",
            like=training_loop(latents="once"),
        ),
        Mistake(
            "one z for both moves",
            "The generator's move uses the latents of the discriminator's move.",
            "That is allowed, but here the paper's algorithm is asked for: draw new ones.",
            like=training_loop(latents="once a step"),
        ),
        Mistake(
            "one real batch",
            "It draws the real batch once, so the discriminator knows a handful of samples.",
            "Draw a new real batch in every step.",
            like=training_loop(real="once"),
        ),
        Mistake(
            "new optimisers each step",
            "It makes its optimisers anew in every step, so Adam forgets all past gradients.",
            "Make both once, before the loop.",
            like=training_loop(optimisers="each step"),
        ),
        Mistake(
            "generator first",
            "It moves the generator first, against a discriminator that has not seen this step.",
            "First the discriminator, then the generator.",
            like=training_loop(order=("generator", "discriminator")),
        ),
        Mistake(
            "one optimiser for the sum",
            "One optimiser lowers the discriminator's loss over both networks: they are a team.",
            "Two optimisers, and a loss of its own for each player.",
            like=one_for_both,
        ),
        Mistake(
            "standard betas",
            "It leaves Adam's betas at their standard values.",
            "betas=(0.5, 0.999).",
            like=training_loop(betas=(0.9, 0.999)),
        ),
        Mistake(
            "uniform latents",
            "It draws latents between 0 and 1.",
            "Latents are Gaussian: torch.randn(batch, G.latent, generator=random).",
            like=training_loop(noise=torch.rand),
        ),
    ],
)
