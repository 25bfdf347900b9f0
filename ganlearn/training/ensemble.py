"""Many small games trained as one, so that a curve comes with its spread."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from ganlearn import runtime, threads
from ganlearn.data import Source
from ganlearn.losses import Loss, non_saturating
from ganlearn.training.loop import loop
from ganlearn.training.meter import Meter
from ganlearn.training.trainer import adam

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class EnsembleReport:
    """How far the runs are.

    Attributes:
        step: steps taken by each.
        seconds: spent since ``run`` was called.
        losses: player to (members,), the loss in the last step.
        samples: (members, n, *shape) of fixed latents, the same for every member.
    """

    step: int
    seconds: float
    losses: dict[str, Tensor]
    samples: Tensor


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
        batch, learning_rate, betas, device: as in :class:`ganlearn.training.Trainer`.

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
        betas: tuple[float, float] = (0.5, 0.999),
        device: str | torch.device | None = None,
    ) -> None:
        self.device = runtime.device(device)
        threads.settle()
        self.source, self.members, self.batch = source.to(self.device), members, batch
        self.loss = loss
        generators, discriminators = zip(*(build(seed + i) for i in range(members)), strict=True)
        self.latent = generators[0].latent
        self.generator, self._generator = _stack(generators, self.device)
        self.discriminator, self._discriminator = _stack(discriminators, self.device)
        self.optimisers = {
            "discriminator": adam(self.discriminator.values(), learning_rate, betas),
            "generator": adam(self.generator.values(), learning_rate, betas),
        }
        self.random = runtime.generator(seed, self.device)
        self.meter = Meter(tuple(self.optimisers), self.device)
        self.steps_taken = 0
        self.losses = {name: torch.zeros(members) for name in self.optimisers}
        self._shown = torch.randn(512, self.latent, generator=self.random, device=self.device)

    def step(self) -> int:
        """One move of every discriminator, then one of every generator."""
        shape = (self.members, self.batch)
        real = self.source.draw(self.members * self.batch, self.random).unflatten(0, shape)
        moves = (("discriminator", self._judge), ("generator", self._forge))
        for index, (player, objective) in enumerate(moves):
            z = torch.randn(*shape, self.latent, generator=self.random, device=self.device)
            losses = vmap(objective)(self.generator, self.discriminator, real, z)
            self._descend(player, losses.sum())
            self.losses[player] = losses.detach()
            self.meter.add(index, losses.detach().sum(), self.steps_taken)
        self.steps_taken += 1
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
        samples = vmap(self._generate, in_dims=(0, None))(self.generator, self._shown)
        return EnsembleReport(self.steps_taken, seconds, dict(self.losses), samples)

    def _generate(self, generator: Weights, z: Tensor) -> Tensor:
        return functional_call(self._generator, generator, (z,))

    def _logits(self, discriminator: Weights, x: Tensor) -> Tensor:
        return functional_call(self._discriminator, discriminator, (x,))

    def _judge(self, generator: Weights, discriminator: Weights, real: Tensor, z: Tensor) -> Tensor:
        fake = self._generate(generator, z).detach()
        return self.loss.discriminator(
            self._logits(discriminator, real), self._logits(discriminator, fake)
        )

    def _forge(self, generator: Weights, discriminator: Weights, real: Tensor, z: Tensor) -> Tensor:
        return self.loss.generator(self._logits(discriminator, self._generate(generator, z)))

    def _descend(self, player: str, loss: Tensor) -> None:
        optimiser = self.optimisers[player]
        optimiser.zero_grad()
        # backward lays each gradient out in memory as its weight; the fused optimiser relies on it.
        loss.backward(inputs=list(getattr(self, player).values()))
        optimiser.step()


def _stack(networks: tuple[nn.Module, ...], device: torch.device) -> tuple[Weights, nn.Module]:
    """The members' weights, each stacked along a new first axis, and a network to call with one
    member's slice of them.
    """
    weights, buffers = stack_module_state([network.to(device) for network in networks])
    if buffers:
        raise ValueError(f"An ensemble takes networks without buffers; found {sorted(buffers)[0]}.")
    return weights, copy.deepcopy(networks[0]).to("meta")
