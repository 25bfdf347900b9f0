"""Looking into a network: what a layer has kept of a picture, and what pleases a channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ganlearn import progress, runtime
from ganlearn.errors import UserError
from ganlearn.style.descent import Adam
from ganlearn.style.features import Extractor
from ganlearn.style.objective import relative, total_variation


def invert(
    extractor: Extractor,
    pictures: Tensor,
    layer: str,
    *,
    steps: int = 200,
    smooth: float = 1.0,
    seed: int = 0,
) -> Tensor:
    r"""Other pictures that a layer cannot tell from the given ones: what it has kept of them.

    From grey noise, pixels descend the relative distance of the features plus ``smooth`` times
    the total variation. The features leave much open; the second term chooses, among all pictures
    that fit, a smooth one.

    Args:
        extractor: the network, on the pictures' device.
        pictures: (n, 3, height, width) in [0, 1].
        layer: of the network.
        steps: of Adam.
        smooth: weight of the total variation.
        seed: of the noise.

    Returns:
        (n, 3, height, width) in [0, 1].

    Paper: Mahendran and Vedaldi 2015, arXiv:1412.0035. Taught in chapter 10.
    """
    with torch.no_grad():
        target = extractor(pictures, [layer])[layer]

    def loss(candidates: Tensor) -> Tensor:
        found = extractor(candidates, [layer])[layer]
        return relative(found, target) + smooth * total_variation(candidates)

    noise = _grey_noise(pictures.shape, runtime.generator(seed)).to(pictures.device)
    return _descend(noise, loss, steps, title=f"inverting {layer}")


def maximise(
    extractor: Extractor,
    layer: str,
    channels: Sequence[int],
    *,
    size: int = 64,
    steps: int = 100,
    smooth: float = 10.0,
    jitter: int = 4,
    seed: int = 0,
) -> Tensor:
    r"""Pictures that please channels of a layer as much as possible, one picture for each.

    From grey noise, pixels climb the channel's mean over all places, in units of the layer's
    spread on noise, minus ``smooth`` times the total variation. The picture is shifted at random
    before every look, so that a pattern must please the channel wherever it stands. Ask for a
    ``conv`` layer: a ReLU that is silent at the start has no slope to climb.

    Args:
        extractor: the network.
        layer: of the network.
        channels: of the layer, from 0.
        size: pixels on a side of the pictures.
        steps: of Adam.
        smooth: weight of the total variation.
        jitter: how far a picture is shifted at most, in pixels, along each side.
        seed: of noise and shifts.

    Returns:
        (channels, 3, size, size) in [0, 1].

    Raises:
        UserError: for a channel that the layer does not have.

    Paper: Erhan et al. 2009; Olah, Mordvintsev and Schubert 2017, doi:10.23915/distill.00007.
    Taught in chapter 10.
    """
    random = runtime.generator(seed)
    noise = _grey_noise((len(channels), 3, size, size), random).to(extractor.mean.device)
    start = extractor(noise, [layer])[layer]
    if not all(0 <= channel < start.shape[1] for channel in channels):
        raise UserError(
            f"The layer {layer} has the channels 0 to {start.shape[1] - 1}; asked for "
            f"{', '.join(map(str, channels))}."
        )
    spread, rows = start.std(), range(len(channels))

    def loss(candidates: Tensor) -> Tensor:
        shifts = torch.randint(-jitter, jitter + 1, (2,), generator=random).tolist()
        found = extractor(candidates.roll(shifts, (2, 3)), [layer])[layer]
        pleased = found[rows, list(channels)].mean() / spread
        return smooth * total_variation(candidates) - pleased

    return _descend(noise, loss, steps, title=f"pleasing {layer}")


def _grey_noise(shape: Sequence[int], random: torch.Generator) -> Tensor:
    return (0.5 + 0.05 * torch.randn(*shape, generator=random)).clamp(0, 1)


def _descend(start: Tensor, loss: Callable[[Tensor], Tensor], steps: int, title: str) -> Tensor:
    adam = Adam()
    adam.enter(start)
    for _ in progress.bar(range(steps), title=title, unit="step"):
        adam.step(loss)
    return adam.picture
