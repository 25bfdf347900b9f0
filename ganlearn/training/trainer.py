"""The trainer: the only place that owns optimisers."""

from __future__ import annotations

import functools
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from ganlearn import runtime, threads
from ganlearn.data import Source
from ganlearn.errors import UserError
from ganlearn.game import Game, Phase, Player
from ganlearn.penalties import clip_weights
from ganlearn.training import doctor, optimisers, signs, state
from ganlearn.training.ema import EMA
from ganlearn.training.idle import idle
from ganlearn.training.log import Report, append
from ganlearn.training.loop import loop
from ganlearn.training.meter import Meter, NotFinite

PLAYERS: tuple[Player, ...] = ("discriminator", "generator")


class Trainer:
    """Plays a game: phases in order, step after step, every random number from one seed.

    Args:
        game: the two players and their loss.
        source: of real samples.
        seed: of batches, latents and the latents that reports show.
        batch: samples in a step.
        learning_rate: of both players' optimisers.
        discriminator_learning_rate: of the discriminator's, where it has another: two time scales
            (Heusel et al. 2017, arXiv:1706.08500).
        betas: of Adam; 0.5 as in Radford et al. 2016.
        optimiser: ``"adam"``, ``"rmsprop"`` or ``"sgd"``.
        decay: the learning rate stays up to the first of these numbers of samples seen, then falls
            in a straight line to nothing at the second.
        ema_half_life: in samples seen; the reports then show the averaged generator.
        device: as in :func:`ganlearn.runtime.device`.
        precision: ``"auto"``, ``"float32"`` or ``"bfloat16"`` for matrix products; auto takes
            bfloat16 for convolutions on a device that multiplies it in hardware.
        phases: the order of play; the game's own when not given.
        log: a JSONL file that gets a line a report.

    Attributes:
        fixed: what the generator makes the samples of every report from, 64 of them.

    Raises:
        UserError: when a real and a generated sample do not have the same shape, or ``decay`` ends
            before it begins.

    Taught in chapter 03.
    """

    def __init__(
        self,
        game: Game,
        source: Source,
        *,
        seed: int = 0,
        batch: int = 64,
        learning_rate: float = 2e-4,
        discriminator_learning_rate: float | None = None,
        betas: tuple[float, float] = (0.5, 0.999),
        optimiser: optimisers.Name = "adam",
        decay: tuple[int, int] | None = None,
        ema_half_life: float | None = None,
        device: str | torch.device | None = None,
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
        phases: Sequence[Phase] | None = None,
        log: str | Path | None = None,
    ) -> None:
        self.device = runtime.device(device)
        threads.settle()
        self.game, self.source = game, source.to(self.device)
        self.batch, self.phases = batch, tuple(phases or game.phases)
        self.decay = _checked(decay)
        self.log = Path(log) if log else None
        self.precision = _precision(precision, game, self.device)
        _place(game, self.device)
        self.optimisers = optimisers.for_players(
            {player: game.player(player).parameters() for player in PLAYERS},
            self.phases,
            name=optimiser,
            learning_rate=learning_rate,
            discriminator_learning_rate=discriminator_learning_rate,
            betas=betas,
        )
        self.ema = EMA(game.generator, ema_half_life) if ema_half_life else None
        self.random = game.random = runtime.generator(seed, self.device)
        self.meter = Meter([phase.name for phase in self.phases], self.device)
        self.steps_taken = 0
        self.settings = {
            "seed": seed,
            "batch": batch,
            "learning_rate": learning_rate,
            "discriminator_learning_rate": discriminator_learning_rate,
            "betas": list(betas),
            "optimiser": optimiser,
            "decay": list(decay) if decay else None,
            "ema_half_life": ema_half_life,
            "loss": game.loss.name,
            "phases": [_described(phase) for phase in self.phases],
            **_weights(game),
        }
        self.fixed = self._latents(64, seed + 1)
        self._seen: deque[dict[str, Any]] = deque(maxlen=doctor.REMEMBERED)
        self._check_shapes()

    @property
    def images(self) -> int:
        """Real samples seen in all."""
        return self.steps_taken * self.batch

    def step(self) -> int:
        """One step of the game: each phase whose turn it is moves its player once.

        Nothing here waits for the device: losses are summed where they are, shapes never change.

        Returns:
            How many steps have been taken in all.
        """
        drawn = self.source.draw(self.batch, self.random)
        if self.decay:
            self._slow_down(*self.decay)
        for index, phase in enumerate(self.phases):
            if self.steps_taken % phase.every == 0:
                loss = self._move(phase, *self.game.deal(drawn, self.random))
                self.meter.add(index, loss, self.steps_taken)
        self.steps_taken += 1
        if self.ema:
            self.ema.update(self.images, self.batch)
        return self.steps_taken

    def _move(self, phase: Phase, real: Tensor, z: Tensor) -> Tensor:
        """Move one player downhill on its objective while the other keeps still."""
        optimiser = self.optimisers[phase.player]
        with idle(self.game.opponent(phase.player)):
            with runtime.autocast(self.device, self.precision):
                loss = phase.objective(self.game, real, z)
            optimiser.zero_grad()
            loss.backward()
        parameters = list(self.game.player(phase.player).parameters())
        if phase.clip_gradient is not None:
            nn.utils.clip_grad_norm_(parameters, phase.clip_gradient)
        optimiser.step()
        if phase.clip_weights is not None:
            clip_weights(parameters, phase.clip_weights)
        return loss.detach()

    def _slow_down(self, start: int, end: int) -> None:
        left = min(1.0, max(0.0, (end - self.images) / (end - start)))
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = group["initial_lr"] * left

    def run(self, steps: int, every: int | None = None) -> Iterator[Report]:
        """Take steps and yield a report now and then: ``for report in trainer.run(1_000): …``

        Ctrl-C ends the loop after the step under way; nothing is lost.

        Args:
            steps: how many to take now.
            every: steps between reports; ten reports in all when not given.

        Raises:
            NotFinite: when a loss is not finite; the sentence says whose and since when.
        """
        start = time.perf_counter()
        yield from loop(
            self.step,
            lambda: self.report(time.perf_counter() - start),
            steps,
            every or max(1, steps // 10),
        )

    def report(self, seconds: float = 0.0) -> Report:
        """The state of the run now; reading losses and signs waits for the device.

        Raises:
            NotFinite: when a loss is not finite; the log's last line then says so.
        """
        try:
            losses = self.meter.read()
        except NotFinite as error:
            if self.log:
                append(self.log, doctor.last_line(self.steps_taken, self.images, error))
            raise
        found = Report(self.steps_taken, self.images, seconds, losses, self.shown(), self.signs())
        self._seen.append(found.line())
        if self.log:
            append(self.log, found.line())
        return replace(found, remark=doctor.diagnose(self._seen).word)

    def signs(self) -> dict[str, float]:
        """Vital signs of the game now, on the same probes at every call; nothing is moved.

        A game that deals in another way than the plain one has none: what its discriminator sees
        is its own affair.

        Taught in chapter 05.
        """
        if type(self.game) is not Game:
            return {}
        with runtime.autocast(self.device, self.precision):
            return signs.of_game(self.game, self._probes)

    @functools.cached_property
    def _probes(self) -> signs.Probes:
        return signs.probes(
            self.source, self.game.generator.latent, self.settings["seed"] + 2, self.device
        )

    def shown(self) -> Tensor:
        """Samples (64, *shape) of the same latents at every call."""
        return self._generate(self.fixed)

    def samples(self, n: int, seed: int = 0) -> Tensor:
        """Fresh samples (n, *shape) from the generator, averaged if there is an average.

        Args:
            n: how many.
            seed: of the latents.
        """
        z = self._latents(n, seed)
        return torch.cat([self._generate(part) for part in z.split(256)])

    def save(self, folder: str | Path) -> Path:
        """Write everything that going on needs into ``folder``; the old file stays whole until
        the new one is. Returns the file's path.

        Raises:
            NotFinite: before it would replace a good state by a spoilt one.
        """
        return state.save(self, Path(folder))

    def restore(self, folder: str | Path) -> None:
        """Go on from what ``save`` wrote, bit for bit as if the run had never stopped.

        Raises:
            UserError: when there is nothing to restore, it is damaged, or was made by other
                settings or networks (the sentence names the difference).
        """
        state.restore(self, Path(folder))

    def _latents(self, n: int, seed: int) -> Tensor:
        return self.game.latents(n, self.source, runtime.generator(seed, self.device))

    @torch.no_grad()
    def _generate(self, z: Tensor) -> Tensor:
        network = self.ema.network if self.ema else self.game.generator
        was_training = network.training
        samples = network.eval()(z)
        network.train(was_training)
        return samples

    def _check_shapes(self) -> None:
        random = runtime.generator(0, self.device)
        real, _ = self.game.deal(self.source.draw(2, random), random)
        fake = self._generate(self.fixed[:2])
        if real.shape != fake.shape:
            raise UserError(
                f"The data are of shape {tuple(real.shape[1:])} and the generator makes "
                f"{tuple(fake.shape[1:])}; give both the same size and channels."
            )


def _checked(decay: tuple[int, int] | None) -> tuple[int, int] | None:
    if decay and not decay[0] < decay[1]:
        raise UserError(
            f"The learning rate cannot fall from {decay[0]} samples on to nothing at {decay[1]}; "
            f"give decay as (first, last) with the smaller number first."
        )
    return decay


def _described(phase: Phase) -> list[Any]:
    """What a run's settings say of a phase: what differs from the plain one is named."""
    plain = [phase.player, phase.objective.__name__, phase.every]
    return plain + [
        f"{field.name} {getattr(phase, field.name)}"
        for field in fields(phase)[3:]
        if getattr(phase, field.name) != field.default
    ]


def _weights(game: Game) -> dict[str, Any]:
    """What else a game is made of than its players and their loss: the weights of its terms."""
    shared = {field.name for field in fields(Game)}
    return {f.name: getattr(game, f.name) for f in fields(game) if f.name not in shared}


def _convolutional(game: Game) -> bool:
    return any(isinstance(m, nn.Conv2d) for name in PLAYERS for m in game.player(name).modules())


def _precision(choice: str, game: Game, device: torch.device) -> str:
    if choice != "auto":
        return choice
    fast = _convolutional(game) and runtime.bfloat16_is_fast(device)
    return "bfloat16" if fast else "float32"


def _place(game: Game, device: torch.device) -> None:
    # Convolutions run faster when the channels of a pixel lie side by side.
    order = torch.channels_last if _convolutional(game) else torch.preserve_format
    for network in (game.generator, game.discriminator):
        network.to(device=device, memory_format=order).train()
