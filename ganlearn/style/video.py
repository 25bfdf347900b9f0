"""Clips, stylised frame by frame, each frame beginning where the last one ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from skimage.registration import optical_flow_ilk
from torch import Tensor

from ganlearn import progress
from ganlearn.style.colour import brightness
from ganlearn.style.motion import warp
from ganlearn.style.optimise import stylize
from ganlearn.style.pictures import Picture

Flow = Callable[[Tensor, Tensor], Tensor]
"""(frame, the one before) to the flow (1, 2, height, width) between them, in pixels."""


def each_frame(
    frames: Iterable[Tensor], stylise: Callable[[Tensor], Tensor], total: int | None = None
) -> Iterator[Tensor]:
    """Stylise every frame by itself, with a progress bar.

    Args:
        frames: (1, 3, height, width) in [0, 1] each, such as a :class:`ganlearn.style.frames.Clip`.
        stylise: such as a :class:`ganlearn.style.FastStyle`.
        total: how many frames there are, when ``frames`` does not know its length.

    Yields:
        (1, 3, height, width) in [0, 1].

    Taught in chapter 12.
    """
    for frame in progress.bar(frames, total=total, title="stylising", unit="frame"):
        yield stylise(frame)


def estimated_flow(frame: Tensor, before: Tensor) -> Tensor:
    """The motion between two frames of a clip whose motion is not known.

    The iterative Lucas-Kanade method of scikit-image on the frames' brightness: good for motions
    of a few pixels, rough where something covers something else.

    Args:
        frame, before: (1, 3, height, width) in [0, 1].

    Returns:
        (1, 2, height, width), in pixels as in :class:`ganlearn.style.motion.Motion`, on the CPU.

    Paper: Le Besnerais and Champagnat 2005, doi:10.1109/ICIP.2005.1529706. Taught in chapter 12.
    """
    now, then = (brightness(x)[0, 0].cpu().numpy() for x in (frame, before))
    rows, columns = optical_flow_ilk(now, then, radius=7)
    return torch.from_numpy(np.stack([columns, rows])).float()[None]


def warm_start(
    frames: Iterable[Tensor],
    stylise: Callable[[Tensor, Tensor | None], Tensor],
    flow: Flow | Iterable[Tensor] | None = None,
) -> Iterator[Tensor]:
    """Stylise every frame from where the last one ended, moved along with the picture.

    An optimisation that begins anew at every frame ends somewhere else at every frame, and that
    flickers. One that begins with the last result has little left to do and stays near it.

    Args:
        frames: (1, 3, height, width) in [0, 1] each.
        stylise: (frame, start) to a stylised frame; the start is the last result moved along, and
            None for the first frame.
        flow: from each frame back to the one before, (1, 2, height, width) in pixels as in
            :class:`ganlearn.style.motion.Motion`: a function such as :func:`estimated_flow`, or the
            flows themselves where they are known; None moves nothing.

    Yields:
        (1, 3, height, width) in [0, 1].

    Paper: Ruder, Dosovitskiy and Brox 2016, arXiv:1604.08610. Taught in chapter 12.
    """
    known = None if flow is None or callable(flow) else iter(flow)
    before = last = None
    for frame in progress.bar(frames, title="stylising", unit="frame"):
        start = last
        if last is not None and flow is not None:
            between = next(known) if known else flow(frame, before)
            start = warp(last, between.view(1, 2, *last.shape[-2:])).clamp(0, 1)
        last, before = stylise(frame, start), frame
        yield last


def optimised(
    frames: Iterable[Tensor],
    style: Picture | Sequence[Picture],
    strength: float = 0.5,
    *,
    first_steps: int = 150,
    steps: int = 20,
    flow: Flow | Iterable[Tensor] | None = estimated_flow,
    **options: Any,
) -> Iterator[Tensor]:
    """Stylise a clip by optimisation, every frame but the first from a warm start.

    Args:
        frames: (1, 3, height, width) in [0, 1] each.
        style, strength, options: as in :func:`ganlearn.style.stylize`.
        first_steps: for the first frame, over a pyramid of sizes.
        steps: for each of the others, at its full size.
        flow: as in :func:`warm_start`.

    Yields:
        (1, 3, height, width) in [0, 1], on the CPU.

    Paper: Ruder, Dosovitskiy and Brox 2016, arXiv:1604.08610. Taught in chapter 12.
    """

    def one(frame: Tensor, start: Tensor | None) -> Tensor:
        size = max(frame.shape[-2:])
        if start is None:
            way = {"steps": first_steps}
        else:
            way = {"steps": steps, "scales": 1, "start": start}
        return stylize(frame, style, strength, size=size, **{**way, **options}).pictures

    return warm_start(frames, one, flow)
