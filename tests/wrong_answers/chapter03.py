"""Planted answers to the exercises of chapter 03, many of them after published mistakes."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from ganlearn import training
from ganlearn.checks.planted import right, wrong

# 03.1 the floor of a squashed logit

right("03.1")(0.6265)
right("03.1")(2 * F.softplus(torch.tensor(-1.0)))
right("03.1")(math.log((1 + 1 / math.e) ** 2))

wrong("03.1", "no floor")(0)
wrong("03.1", "one side")(0.313)
wrong("03.1", "floor of the sigmoid")(1.006)
wrong("03.1", "guessing")(1.386)
wrong("03.1", "ceiling")(2.6265)
wrong("03.1", "mean of both")(1.6265)
wrong("03.1", "probabilities")(0.254)
wrong("03.1", "wrong value")(0.5)


# 03.2 the discriminator's move


@right("03.2")
def with_idle_and_labels(G, D, optimisers, real, z):
    with training.idle(G):
        fake = G(z).detach()
    optimisers["discriminator"].zero_grad()
    logits = D(real), D(fake)
    loss = sum(
        F.binary_cross_entropy_with_logits(logit, torch.full_like(logit, label))
        for logit, label in zip(logits, (1.0, 0.0), strict=True)
    )
    loss.backward()
    optimisers["discriminator"].step()
    return loss.item()


@right("03.2")
def two_backwards(G, D, optimisers, real, z):
    move = optimisers["discriminator"]
    move.zero_grad()
    on_real = -F.logsigmoid(D(real)).mean()
    on_real.backward()
    with torch.no_grad(), training.idle(G):
        fake = G(z)
    on_fake = -F.logsigmoid(-D(fake)).mean()
    on_fake.backward()
    move.step()
    return (on_real + on_fake).detach()


@right("03.2")
def frozen_by_hand(G, D, optimisers, real, z):
    norms = [m for m in G.modules() if isinstance(m, nn.BatchNorm1d)]
    for norm in norms:
        norm.track_running_stats = False
    fake = G(z).detach()
    for norm in norms:
        norm.track_running_stats = True
    one_batch = D(torch.cat((real, fake)))
    loss = F.softplus(-one_batch[: len(real)]).mean() + F.softplus(one_batch[len(real) :]).mean()
    gradients = torch.autograd.grad(loss, list(D.parameters()))
    for parameter, gradient in zip(D.parameters(), gradients, strict=True):
        parameter.grad = gradient
    optimisers["discriminator"].step()
    return loss


def judged(loss_of, fakes="no_grad", move=("discriminator",), clear="before", step=True):
    """A move as a student would write it; what is wrong comes as arguments."""

    def answer(G, D, optimisers, real, z):
        if fakes == "attached":
            fake = G(z)
        elif fakes == "eval":
            fake = G.eval()(z).detach()
            G.train()
        else:
            with training.idle(G), torch.no_grad():
                fake = G(z)
        loss = loss_of(D(real), D(fake))
        if clear == "before":
            for player in move:
                optimisers[player].zero_grad()
        loss.backward()
        if clear == "between":
            D.zero_grad()
        for player in move * step:
            optimisers[player].step()
        if clear == "after":
            D.zero_grad()
        return loss.detach()

    return answer


def cross_entropy(on_real, on_fake, real_label=1.0, fake_label=0.0):
    bce = F.binary_cross_entropy_with_logits
    return bce(on_real, torch.full_like(on_real, real_label)) + bce(
        on_fake, torch.full_like(on_fake, fake_label)
    )


def wrong_judge(mistake, name, **arguments):
    answer = judged(**{"loss_of": cross_entropy, **arguments})
    answer.__name__ = name
    wrong("03.2", mistake)(answer)


wrong_judge("wrong optimiser", "steps_g", fakes="attached", move=("generator",))
wrong_judge(
    "both players move", "steps_both", fakes="attached", move=("discriminator", "generator")
)
wrong_judge("no detach", "attached", fakes="attached")
wrong_judge("zero_grad forgotten", "never_clears", clear="never")
wrong_judge("zero_grad at the end", "clears_after", clear="after")
wrong_judge("nobody moves", "clears_between", clear="between")
wrong_judge("nobody moves", "no_step", step=False)
wrong_judge("eval mode", "eval_fakes", fakes="eval")
wrong_judge("labels swapped", "swapped", loss_of=lambda r, f: cross_entropy(r, f, 0.0, 1.0))
wrong_judge("both labels ones", "ones", loss_of=lambda r, f: cross_entropy(r, f, 1.0, 1.0))
wrong_judge("fakes alone", "one_class", loss_of=lambda r, f: -F.logsigmoid(-f).mean())
wrong_judge("reals alone", "other_class", loss_of=lambda r, f: -F.logsigmoid(r).mean())
wrong_judge(
    "sigmoid twice",
    "sigmoid_then_logits",
    loss_of=lambda r, f: cross_entropy(torch.sigmoid(r), torch.sigmoid(f)),
)
wrong_judge("one mean over both", "halved", loss_of=lambda r, f: 0.5 * cross_entropy(r, f))
wrong_judge(
    "sum over the batch",
    "summed",
    loss_of=lambda r, f: -F.logsigmoid(r).sum() - F.logsigmoid(-f).sum(),
)
wrong_judge("climbs", "ascends", loss_of=lambda r, f: -cross_entropy(r, f))
wrong_judge(
    "wrong value", "smoothed_labels", loss_of=lambda r, f: cross_entropy(r, f, real_label=0.9)
)


@wrong("03.2", "running statistics")
def as_in_most_tutorials(G, D, optimisers, real, z):
    fake = G(z).detach()
    loss = cross_entropy(D(real), D(fake))
    optimisers["discriminator"].zero_grad()
    loss.backward()
    optimisers["discriminator"].step()
    return loss.detach()


@wrong("03.2", "returns nothing")
def without_return(G, D, optimisers, real, z):
    judged(cross_entropy)(G, D, optimisers, real, z)


@wrong("03.2", "raises")
def frozen_before_its_own_step(G, D, optimisers, real, z):
    D.requires_grad_(False)
    loss = cross_entropy(D(real), D(G(z).detach()))
    loss.backward()
    optimisers["discriminator"].step()
    return loss


# 03.3 the generator's move


@right("03.3")
def idle_and_labels(G, D, optimisers, z):
    optimisers["generator"].zero_grad()
    with training.idle(D):
        logits = D(G(z))
        loss = F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
        loss.backward()
    optimisers["generator"].step()
    return loss.item()


@right("03.3")
def only_its_own_gradients(G, D, optimisers, z):
    with training.idle(D):
        loss = F.softplus(-D(G(z))).mean()
    mine = torch.autograd.grad(loss, list(G.parameters()))
    for parameter, gradient in zip(G.parameters(), mine, strict=True):
        parameter.grad = gradient
    optimisers["generator"].step()
    return loss.detach()


def forged(
    loss_of=lambda on_fake: F.softplus(-on_fake).mean(),
    cut=False,
    quiet=True,
    move=("generator",),
    clear="before",
    step=True,
    evaluate=False,
):
    """A move as a student would write it; what is wrong comes as arguments."""

    def answer(G, D, optimisers, z):
        fake = G(z).detach() if cut else G(z)
        if evaluate:
            D.eval()
        if quiet:
            with training.idle(D):
                loss = loss_of(D(fake))
        else:
            loss = loss_of(D(fake))
        D.train()
        if clear == "before":
            for player in move:
                optimisers[player].zero_grad()
        loss.backward()
        if clear == "between":
            G.zero_grad()
        for player in move * step:
            optimisers[player].step()
        if clear == "after":
            G.zero_grad()
        return loss.detach()

    return answer


def wrong_forger(mistake, name, **arguments):
    answer = forged(**arguments)
    answer.__name__ = name
    wrong("03.3", mistake)(answer)


wrong_forger("detached", "cut_and_quiet", cut=True)
wrong_forger("detached", "cut_and_loud", cut=True, quiet=False)
wrong_forger("wrong optimiser", "steps_d", quiet=False, move=("discriminator",))
wrong_forger(
    "both players move", "updates_d_as_well", quiet=False, move=("generator", "discriminator")
)
wrong_forger("gradients left behind", "as_in_most_tutorials_g", quiet=False)
wrong_forger("zero_grad forgotten", "never_clears_g", clear="never")
wrong_forger("zero_grad at the end", "clears_after_g", clear="after")
wrong_forger("nobody moves", "clears_between_g", clear="between")
wrong_forger("nobody moves", "no_step_g", step=False)
wrong_forger("eval mode", "eval_judge", evaluate=True)
wrong_forger("label zero", "zeros", loss_of=lambda f: -F.logsigmoid(-f).mean())
wrong_forger(
    "saturating", "log_one_minus_d", loss_of=lambda f: torch.log(1 - torch.sigmoid(f)).mean()
)
wrong_forger("climbs", "ascends_g", loss_of=lambda f: torch.log(torch.sigmoid(f)).mean())
wrong_forger(
    "sigmoid twice",
    "sigmoid_then_logits_g",
    loss_of=lambda f: F.binary_cross_entropy_with_logits(f.sigmoid(), torch.ones_like(f)),
)
wrong_forger("sum over the batch", "summed_g", loss_of=lambda f: -F.logsigmoid(f).sum())


@wrong("03.3", "running statistics")
def freezes_the_weights_only(G, D, optimisers, z):
    D.requires_grad_(False)
    loss = F.softplus(-D(G(z))).mean()
    optimisers["generator"].zero_grad()
    loss.backward()
    optimisers["generator"].step()
    D.requires_grad_(True)
    return loss.detach()


# 03.4 counting modes


@right("03.4")
def one_mode_at_a_time(samples, means, std):
    found = 0
    for mean in means:
        near = ((samples - mean) ** 2).sum(dim=1) < (3 * std) ** 2
        found += int(near.sum() >= 0.2 * len(samples) / len(means))
    return found


@right("03.4")
def with_cdist(samples, means, std):
    distance, mode = torch.cdist(samples, means).min(dim=1)
    mode = mode[distance < 3 * std]
    shares = F.one_hot(mode, len(means)).sum(0) / len(samples)
    return (shares >= 0.2 / len(means)).sum()


@wrong("03.4", "any sample counts")
def a_mode_is_hit(samples, means, std):
    return int((torch.cdist(samples, means) < 3 * std).any(dim=0).sum())


@wrong("03.4", "any sample counts")
def nearest_over_the_wrong_axis(samples, means, std):
    return int((torch.cdist(samples, means).min(dim=0).values < 3 * std).sum())


@wrong("03.4", "bad samples count")
def nearest_mode_only(samples, means, std):
    mode = torch.cdist(samples, means).argmin(dim=1)
    counts = torch.stack([(mode == k).sum() for k in range(len(means))])
    return int((counts >= 0.2 * len(samples) / len(means)).sum())


def counted(near, enough=lambda samples, means, near: 0.2 * len(samples) / len(means)):
    """Count modes by a table (n, modes) that says which sample is good for which mode."""

    def answer(samples, means, std):
        table = near(samples, means, std)
        return int((table.sum(0) >= enough(samples, means, table)).sum())

    return answer


def close(samples, means, std):
    return torch.cdist(samples, means) < 3 * std


wrong("03.4", "within one")(counted(lambda x, m, std: torch.cdist(x, m) < std))
wrong("03.4", "distance squared")(
    counted(lambda x, m, std: ((x[:, None] - m) ** 2).sum(-1) < 3 * std)
)
wrong("03.4", "coordinate by coordinate")(
    counted(lambda x, m, std: ((x[:, None] - m).abs() < 3 * std).all(-1))
)
wrong("03.4", "fifth of all")(counted(close, lambda x, m, table: 0.2 * len(x)))
wrong("03.4", "share of the good")(counted(close, lambda x, m, table: 0.2 * table.sum() / len(m)))


@wrong("03.4", "a share, not a count")
def share_of_modes(samples, means, std):
    return counted(close)(samples, means, std) / len(means)


@wrong("03.4", "samples, not modes")
def good_samples(samples, means, std):
    return int(close(samples, means, std).any(dim=1).sum())


# 03.5 a whole training loop


@right("03.5")
def two_objects(G, D, source, steps, batch, random):
    optimisers = {
        "generator": torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999)),
        "discriminator": torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999)),
    }
    for _ in range(steps):
        real = source.draw(batch, random)
        z = torch.randn(batch, G.latent, generator=random)
        judged(cross_entropy)(G, D, optimisers, real, z)
        forged()(G, D, optimisers, torch.randn(batch, G.latent, generator=random))


@right("03.5")
def by_phases(G, D, source, steps, batch, random):
    game = training.Game(G, D)
    adam = {
        name: torch.optim.Adam(
            game.player(name).parameters(), lr=1e-3, betas=(0.5, 0.999), fused=True
        )
        for name in ("generator", "discriminator")
    }
    for _ in range(steps):
        real = source.draw(batch, random)
        for phase in training.ALTERNATING:
            with training.idle(game.opponent(phase.player)):
                z = torch.randn((batch, G.latent), generator=random)
                loss = phase.objective(game, real, z)
                adam[phase.player].zero_grad()
                loss.backward()
            adam[phase.player].step()


def looped(
    before=None,
    z_of=lambda draw, kept: (draw(), draw()),
    reals="fresh",
    once=True,
    betas=(0.5, 0.999),
    turned=False,
    latents=torch.randn,
):
    """A loop as a student would write it; what is wrong comes as arguments."""

    def train(G, D, source, steps, batch, random):
        def optimisers():
            return {
                "generator": torch.optim.Adam(G.parameters(), 1e-3, betas=betas),
                "discriminator": torch.optim.Adam(D.parameters(), 1e-3, betas=betas),
            }

        def draw():
            return latents(batch, G.latent, generator=random)

        adam = optimisers()
        real = source.draw(batch, random) if reals == "once" else None
        kept = None
        for _ in range(steps):
            if not once:
                adam = optimisers()
            if reals != "once":
                real = source.draw(batch, random)
            if kept is None and before:
                kept = draw()
            for_d, for_g = z_of(draw, kept)
            if turned:
                forged()(G, D, adam, for_d)
                judged(cross_entropy)(G, D, adam, real, for_g)
            else:
                judged(cross_entropy)(G, D, adam, real, for_d)
                forged()(G, D, adam, for_g)

    return train


wrong("03.5", "z drawn once")(looped(before=True, z_of=lambda draw, kept: (kept, kept)))
wrong("03.5", "one z for both moves")(looped(z_of=lambda draw, kept: (draw(),) * 2))
wrong("03.5", "one real batch")(looped(reals="once"))
wrong("03.5", "new optimisers each step")(looped(once=False))
wrong("03.5", "generator first")(looped(turned=True))
wrong("03.5", "standard betas")(looped(betas=(0.9, 0.999)))
wrong("03.5", "uniform latents")(looped(latents=torch.rand))


@wrong("03.5", "one optimiser for the sum")
def minimise_all_variables(G, D, source, steps, batch, random):
    optimiser = torch.optim.Adam(nn.ModuleList([G, D]).parameters(), lr=1e-3, betas=(0.5, 0.999))
    for _ in range(steps):
        real = source.draw(batch, random)
        fake = G(torch.randn(batch, G.latent, generator=random))
        total_loss = cross_entropy(D(real), D(fake))
        optimiser.zero_grad()
        total_loss.backward()
        optimiser.step()


@wrong("03.5", "changes the global random state")
def latents_from_nowhere(G, D, source, steps, batch, random):
    looped(latents=lambda *shape, generator: torch.randn(*shape))(
        G, D, source, steps, batch, random
    )


@wrong("03.5", "nobody moves")
def only_looks(G, D, source, steps, batch, random):
    for _ in range(steps):
        z = torch.randn(batch, G.latent, generator=random)
        cross_entropy(D(source.draw(batch, random)), D(G(z)))


@wrong("03.5", "wrong value")
def one_step_too_many(G, D, source, steps, batch, random):
    two_objects(G, D, source, steps + 1, batch, random)
