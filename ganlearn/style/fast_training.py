"""Train a network that stylises in one pass: the loss of chapter 11, descended by weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from ganlearn import data, progress, runtime, threads
from ganlearn.style import motion, pictures, presets
from ganlearn.style.fast import FastStyle, precision
from ganlearn.style.features import Extractor
from ganlearn.style.material import several
from ganlearn.style.networks import perceptual
from ganlearn.style.objective import Objective, Style
from ganlearn.style.pictures import Picture
from ganlearn.style.presets import DEFAULT, Preset
from ganlearn.style.stylized import Trace
from ganlearn.style.transfer_network import TransferNetwork

OWN = 5
"""Times the learning rate for the numbers that are a style's own."""

Callback = Callable[[int, dict[str, Tensor]], None]
"""Is told the steps taken and the terms of the loss, scalars that are still on the device."""


def train_fast(
    styles: Picture | Sequence[Picture],
    strength: float = 0.5,
    *,
    steps: int = 600,
    size: int = 128,
    batch: int = 2,
    style_size: int = 256,
    width: int = 16,
    blocks: int = 5,
    learning_rate: float = 2e-3,
    temporal: float = 0.0,
    contents: data.Source | None = None,
    start: FastStyle | None = None,
    preset: str | Preset = DEFAULT,
    extractor: Extractor | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    callback: Callback | None = None,
) -> FastStyle:
    """Train one network for one or more styles; each step is a batch in one of them, in turn.

    The loss is the one that :func:`ganlearn.style.stylize` descends. There the pixels move, here
    the weights do, over many pictures. Ctrl-C ends the training early and keeps the network.

    Args:
        styles: what :func:`ganlearn.style.pictures.read` takes.
        strength: as in ``stylize``; it becomes part of the network.
        steps: how many.
        size: pixels on a side of the pieces of pictures that are trained on.
        batch: how many pieces a step.
        style_size: pixels of a style's longer side; the strokes are made for pictures of about
            this size.
        width, blocks: of the network, see :class:`TransferNetwork`.
        learning_rate: the highest of one cycle.
        temporal: weight of what flickers under small motions, relative to the contrast of the
            result; near 1 if wanted.
        contents: pieces (n, 3, size, size) in [-1, 1]; :func:`pieces` when not given.
        start: a network to go on from, which stays as it is; it decides width and blocks. One for
            another number of styles lends its convolutions, and every style begins as the mean of
            its styles: a new style is learnt sooner than from nothing.
        preset: layers, weights and statistic, or their name.
        extractor: the network that compares; it is moved to the device. The shipped one if not
            given.
        seed: of the first weights, the pieces and the motions.
        device: to compute on; the best one present when not given.
        callback: is told about every step.

    Raises:
        UserError: for input that cannot be used, or a loss that is no longer finite.

    Paper: Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155; Dumoulin, Shlens and Kudlur 2017,
    arXiv:1610.07629. Taught in chapter 12.
    """
    threads.settle()
    on, many = runtime.device(device), several(styles)
    network = _network(start, len(many), width, blocks, seed)
    objective = Objective(
        (perceptual() if extractor is None else extractor).to(on), presets.preset(preset), strength
    )
    targets = [objective.style(pictures.read(style, style_size).to(on)) for style in many]
    descent = _Descent(
        network.to(on).train(),
        objective,
        targets,
        (pieces(size, seed) if contents is None else contents).to(on),
        batch=batch,
        temporal=temporal,
        seed=seed,
    )
    trace = descent.run(steps, learning_rate, callback)
    card = {
        "network": network.settings,
        "styles": [pictures.name(style) for style in many],
        "strength": strength,
        "preset": objective.preset.name,
        "extractor": objective.extractor.name,
        "steps": len(trace.rows) + (start.card.get("steps", 0) if start else 0),
        "size": size,
        "batch": batch,
        "style_size": style_size,
        "learning_rate": learning_rate,
        "temporal": temporal,
        "seed": seed,
    }
    return FastStyle(network.eval().requires_grad_(False), card, trace.rows)


def pieces(
    size: int = 128, seed: int = 0, n: int = 256, names: Sequence[str] | None = None
) -> data.Dataset:
    """What fast networks are trained on: three quarters photographs, one quarter paintings.

    Args:
        size: pixels on a side.
        seed: of the places, and of the paintings.
        n: how many.
        names: of the photographs; all coloured ones when not given.

    Returns:
        pictures (n, 3, size, size) in [-1, 1], without labels.

    Taught in chapter 12.
    """
    painted = n // 4
    both = (data.photographs(size, n - painted, seed, names), data.paintings(painted, size, seed))
    return data.Dataset(torch.cat([part.samples for part in both]), name=f"pieces {size} px")


def cycle(step: int, steps: int) -> float:
    """The share of the learning rate at a step: up over the first tenth, then down along a cosine.

    Taught in chapter 12.
    """
    share = step / max(steps, 1)
    return min(1.0, 10 * (share + 1 / max(steps, 1))) * (1 + math.cos(math.pi * share)) / 2


def _network(
    start: FastStyle | None, styles: int, width: int, blocks: int, seed: int
) -> TransferNetwork:
    """A new network, or a copy of the one to go on from."""
    if start is None:
        return TransferNetwork(styles, width, blocks, seed)
    network = TransferNetwork(**{**start.network.settings, "styles": styles})
    weights = start.network.state_dict()
    if styles != start.network.settings["styles"]:
        weights = {key: _averaged(key, value, styles) for key, value in weights.items()}
    network.load_state_dict(weights)
    return network


def _averaged(key: str, value: Tensor, styles: int) -> Tensor:
    """What is a style's own is a row for each: the mean for every new one."""
    return value.mean(0, keepdim=True).expand(styles, -1) if is_own(key) else value


def is_own(key: str) -> bool:
    """Whether a weight of the network has a row for every style.

    Taught in chapter 12.
    """
    return key.endswith(("norm.scale", "norm.shift"))


class _Descent:
    """Moves a network's weights down the loss."""

    def __init__(
        self,
        network: TransferNetwork,
        objective: Objective,
        targets: Sequence[Style],
        source: data.Source,
        *,
        batch: int,
        temporal: float,
        seed: int,
    ) -> None:
        self.network, self.objective, self.targets = network, objective, targets
        self.source, self.batch, self.temporal = source, batch, temporal
        self.device = network.picture.weight.device
        self.random = runtime.generator(seed, self.device)

    def run(self, steps: int, learning_rate: float, callback: Callback | None) -> Trace:
        """Take steps, or as many as there are before Ctrl-C, and return what was measured."""
        trace = Trace()
        optimiser = torch.optim.Adam(self._groups(learning_rate), fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: cycle(step, steps))
        try:
            for step in progress.bar(range(steps), title="training", unit="step"):
                terms, loss = self._terms(step % len(self.targets))
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
                terms = {name: term.detach() for name, term in terms.items()}
                trace.add(self.source.shape[-1], terms)
                if callback is not None:
                    callback(step + 1, terms)
        except KeyboardInterrupt:
            if not trace.rows:
                raise
            print(f"Stopped after step {len(trace.rows)}; the network is kept.")
        trace.read()
        return trace

    def _groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """The shared weights, and the styles' own, which have fewer turns and larger steps."""
        named = dict(self.network.named_parameters())
        own = [weight for key, weight in named.items() if is_own(key)]
        shared = [weight for key, weight in named.items() if not is_own(key)]
        return [{"params": shared, "lr": learning_rate}, {"params": own, "lr": OWN * learning_rate}]

    def _terms(self, style: int) -> tuple[dict[str, Tensor], Tensor]:
        """The terms of the loss for a batch in one style, and their weighted sum."""
        drawn = (self.source.draw(self.batch, self.random) + 1) / 2
        made = self._stylise(drawn, style)
        kept = self.objective.content(drawn)
        terms = self.objective.terms(made, kept, [self.targets[style]])
        loss = self.objective.total(terms)
        if self.temporal:
            moved, flow, seen = motion.jolt(drawn, self.random)
            after = self._stylise(moved, style)
            terms["flicker"] = motion.temporal_loss(after, made, flow, seen) / made.detach().var()
            loss = loss + self.temporal * terms["flicker"]
        return terms, loss

    def _stylise(self, drawn: Tensor, style: int) -> Tensor:
        with runtime.autocast(self.device, precision(self.device)):
            return self.network(drawn, style)
