"""Many small games trained as one, so that a curve comes with its spread."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from ganlearn import runtime, threads
from ganlearn.data import Source
from ganlearn.game import Game, Phase
from ganlearn.losses import Loss, non_saturating
from ganlearn.penalties import clip_weights
from ganlearn.training import optimisers, signs
from ganlearn.training.ema import RAMP
from ganlearn.training.log import Report
from ganlearn.training.loop import loop
from ganlearn.training.meter import Meter

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class EnsembleReport:
    """How far the runs are.

    Attributes:
        step: steps taken by each.
        seconds: spent since ``run`` was called.
        losses: name of a phase to (members,), the loss of its last move.
        samples: (members, n, *shape) of fixed latents, the same for every member.
        signs: name of a vital sign to (members,), see :mod:`ganlearn.training.signs`.
        batch: real samples that each member sees in a step.
    """

    step: int
    seconds: float
    losses: dict[str, Tensor]
    samples: Tensor
    signs: dict[str, Tensor] = field(default_factory=dict)
    batch: int = 0

    def member(self, index: int) -> Report:
        """The report of one member, as it would be from a trainer of its own; its losses are of
        the last move and not means. Taught in chapter 05.
        """
        number = lambda named: {name: values[index].item() for name, values in named.items()}
        return Report(
            self.step,
            self.step * self.batch,
            self.seconds,
            number(self.losses),
            self.samples[index],
            number(self.signs),
        )


class Ensemble:
    """The same game from several seeds at once: one batched matrix product where a loop would
    need ``members`` small ones.

    The sum of the members' losses has, for each member's weights, the gradient of its own loss,
    and Adam works weight by weight, so every member trains as it would alone (tested).

    Args:
        build: seed to (generator, discriminator); networks without buffers, such as
            :func:`ganlearn.nets.mlp`.
        source: of real samples; every member gets its own.
        members: how many games.
        loss: what the players minimise.
        seed: of the first weights (seed, seed + 1, …), batches and latents.
        phases: the order of play, such as :func:`ganlearn.rules.rule` makes; the loss's own when
            not given.
        ema_half_life: in samples that a member has seen; reports then show averaged generators.
        batch, learning_rate, discriminator_learning_rate, betas, optimiser, device: as in
            :class:`ganlearn.training.Trainer`.

    Taught in chapter 03.
    """

    def __init__(
        self,
        build: Callable[[int], tuple[nn.Module, nn.Module]],
        source: Source,
        *,
        members: int = 8,
        loss: Loss = non_saturating,
        seed: int = 0,
        batch: int = 64,
        learning_rate: float = 2e-4,
        discriminator_learning_rate: float | None = None,
        betas: tuple[float, float] = (0.5, 0.999),
        optimiser: optimisers.Name = "adam",
        ema_half_life: float | None = None,
        phases: Sequence[Phase] | None = None,
        device: str | torch.device | None = None,
    ) -> None:
        self.device = runtime.device(device)
        threads.settle()
        self.source, self.members, self.batch = source.to(self.device), members, batch
        self.loss = loss
        generators, discriminators = zip(*(build(seed + i) for i in range(members)), strict=True)
        self.phases = tuple(phases or Game(generators[0], discriminators[0], loss).phases)
        self.latent = generators[0].latent
        self.generator, self._generator = _stack(generators, self.device)
        self.discriminator, self._discriminator = _stack(discriminators, self.device)
        self.optimisers = optimisers.for_players(
            {"discriminator": self.discriminator.values(), "generator": self.generator.values()},
            self.phases,
            name=optimiser,
            learning_rate=learning_rate,
            discriminator_learning_rate=discriminator_learning_rate,
            betas=betas,
        )
        self.half_life, self.average = ema_half_life, None
        if ema_half_life is not None:
            self.average = {name: w.detach().clone() for name, w in self.generator.items()}
        self.random = runtime.generator(seed, self.device)
        self.meter = Meter([phase.name for phase in self.phases], self.device)
        self.steps_taken = 0
        self.losses = {phase.name: torch.zeros(members) for phase in self.phases}
        self._shown = torch.randn(512, self.latent, generator=self.random, device=self.device)
        self._probes = signs.probes(self.source, self.latent, seed + 2, self.device)

    def step(self) -> int:
        """One step of every game: each phase whose turn it is, for all members at once."""
        shape = (self.members, self.batch)
        real = self.source.draw(self.members * self.batch, self.random).unflatten(0, shape)
        for index, phase in enumerate(self.phases):
            if self.steps_taken % phase.every == 0:
                z = torch.randn(*shape, self.latent, generator=self.random, device=self.device)
                losses = self._move(phase, real, z)
                self.losses[phase.name] = losses
                self.meter.add(index, losses.sum(), self.steps_taken)
        self.steps_taken += 1
        if self.average is not None:
            self._take_average()
        return self.steps_taken

    def run(self, steps: int, every: int | None = None) -> Iterator[EnsembleReport]:
        """As :meth:`ganlearn.training.Trainer.run`, for all members together."""
        start = time.perf_counter()
        yield from loop(
            self.step,
            lambda: self.report(time.perf_counter() - start),
            steps,
            every or max(1, steps // 10),
        )

    @torch.no_grad()
    def report(self, seconds: float = 0.0) -> EnsembleReport:
        """The state of all runs now; this waits for the device.

        Raises:
            NotFinite: when a loss of any member was infinite or not a number at any step.
        """
        self.meter.check()
        weights = self.generator if self.average is None else self.average
        samples = vmap(self._generate, in_dims=(0, None))(weights, self._shown)
        losses, found = dict(self.losses), self.signs()
        return EnsembleReport(self.steps_taken, seconds, losses, samples, found, self.batch)

    def signs(self) -> dict[str, Tensor]:
        """Vital signs of every member now: name to (members,). Nothing is moved.

        Taught in chapter 05.
        """
        weights = {n: w.detach().requires_grad_() for n, w in self.generator.items()}
        judges = {name: weight.detach() for name, weight in self.discriminator.items()}
        judge = lambda weights, x: functional_call(self._discriminator, weights, (x,))

        def play(real: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            fake = vmap(self._generate, in_dims=(0, None))(weights, z)
            on_real = vmap(judge, in_dims=(0, None))(judges, real)
            return fake, on_real, vmap(judge)(judges, fake)

        with torch.enable_grad():
            return signs.measure(play, self.loss, list(weights.values()), self._probes)

    def _generate(self, generator: Weights, z: Tensor) -> Tensor:
        return functional_call(self._generator, generator, (z,))

    @torch.no_grad()
    def _take_average(self) -> None:
        """As :class:`ganlearn.training.EMA`, for all members."""
        half_life = min(self.half_life, RAMP * self.steps_taken * self.batch)
        share = 1 - 0.5 ** (self.batch / half_life)
        torch._foreach_lerp_(
            list(self.average.values()), [w.detach() for w in self.generator.values()], share
        )

    def _move(self, phase: Phase, real: Tensor, z: Tensor) -> Tensor:
        """One player of every member moves; (members,), the losses before."""

        def objective(generator: Weights, discriminator: Weights, real: Tensor, z: Tensor):
            players = (
                _Bound(self._generator, generator),
                _Bound(self._discriminator, discriminator),
            )
            return phase.objective(Game(*players, self.loss, random=self.random), real, z)

        apart = vmap(objective, randomness="different")
        losses = apart(self.generator, self.discriminator, real, z)
        optimiser, weights = (
            self.optimisers[phase.player],
            list(getattr(self, phase.player).values()),
        )
        optimiser.zero_grad()
        # backward lays each gradient out in memory as its weight; the fused optimiser relies on it.
        losses.sum().backward(inputs=weights)
        if phase.clip_gradient is not None:
            _clip_gradients(weights, phase.clip_gradient)
        optimiser.step()
        if phase.clip_weights is not None:
            clip_weights(weights, phase.clip_weights)
        return losses.detach()


class _Bound:
    """A network with one member's weights, to be called like any other."""

    def __init__(self, network: nn.Module, weights: Weights) -> None:
        self.network, self.weights = network, weights
        self.latent = getattr(network, "latent", None)

    def __call__(self, x: Tensor) -> Tensor:
        return functional_call(self.network, self.weights, (x,))


def _clip_gradients(weights: list[Tensor], limit: float) -> None:
    """Shorten each member's gradient to the limit where it is longer, as torch does for one."""
    gradients = [weight.grad for weight in weights]
    lengths = sum(gradient.flatten(1).square().sum(1) for gradient in gradients).sqrt()
    shrink = (limit / (lengths + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(shrink.reshape(-1, *[1] * (gradient.dim() - 1)))


def _stack(networks: tuple[nn.Module, ...], device: torch.device) -> tuple[Weights, nn.Module]:
    """The members' weights, each stacked along a new first axis, and a network to call with one
    member's slice of them.
    """
    weights, buffers = stack_module_state([network.to(device) for network in networks])
    if buffers:
        raise ValueError(f"An ensemble takes networks without buffers; found {sorted(buffers)[0]}.")
    return weights, copy.deepcopy(networks[0]).to("meta")
