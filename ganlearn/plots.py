"""Figures the chapters draw more than once. Every function returns a figure for ``show``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

plt.style.use(Path(__file__).with_name("ganlearn.mplstyle"))

REAL, FAKE, TRUTH = "#0072B2", "#C25400", "#000000"
"""The colours of the two sides, and of a known truth, in every figure of the course; dark enough
for small text in them."""


def to_uint8(pictures: Tensor) -> np.ndarray:
    """Pictures in [-1, 1] as bytes for display.

    Args:
        pictures: (n, channels, height, width), values outside [-1, 1] are clipped.

    Returns:
        (n, height, width, 3) of uint8; grey pictures are repeated over the three channels.
    """
    x = pictures.detach().float().cpu().clamp(-1, 1)
    if x.shape[1] == 1:
        x = x.expand(-1, 3, -1, -1)
    return ((x + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def grid(pictures: Tensor, *, columns: int = 8, scale: int = 2, gap: int = 2) -> Image.Image:
    """A contact sheet: pictures in rows, each enlarged ``scale`` times without smoothing.

    Args:
        pictures: (n, channels, height, width) in [-1, 1].
        columns: pictures in a row.
        scale: how many screen pixels a picture's pixel gets on a side.
        gap: white pixels between pictures.
    """
    bytes_ = to_uint8(pictures).repeat(scale, axis=1).repeat(scale, axis=2)
    n, height, width, _ = bytes_.shape
    rows = -(-n // columns)
    sheet = np.full(
        (rows * (height + gap) - gap, min(n, columns) * (width + gap) - gap, 3), 255, np.uint8
    )
    for i, picture in enumerate(bytes_):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return Image.fromarray(sheet)


def sheets(
    titled: Mapping[str, Tensor], *, columns: int = 8, scale: int = 2, width: float = 8.0
) -> Figure:
    """Several contact sheets side by side, each under its title, drawn pixel for pixel.

    Args:
        titled: title to pictures (n, channels, height, width) in [-1, 1].
        columns, scale: as in :func:`grid`.
        width: of the figure in inches.
    """
    images = {
        title: grid(pictures, columns=columns, scale=scale) for title, pictures in titled.items()
    }
    tallest = max(image.height / image.width for image in images.values())
    figure, axes = plt.subplots(
        1, len(images), figsize=(width, width / len(images) * tallest + 0.4), squeeze=False
    )
    for ax, (title, image) in zip(axes[0], images.items(), strict=True):
        ax.imshow(image, interpolation="nearest")
        ax.set_title(title)
        ax.set_axis_off()
    return figure


def cloud(
    ax: Axes,
    samples: Tensor,
    *,
    real: Tensor | None = None,
    title: str = "",
    limit: float | None = None,
) -> None:
    """Points of a two-dimensional generator over points of the data.

    Args:
        ax: where to draw.
        samples: (n, 2) from the generator.
        real: (m, 2) from the data, drawn underneath.
        title: above the axes.
        limit: half the side of the square that is shown; taken from ``real`` when not given.
    """
    if real is not None:
        ax.scatter(*real.detach().cpu().T, s=4, color=REAL, alpha=0.35, label="data", linewidths=0)
        limit = limit or 1.25 * float(real.abs().max())
    ax.scatter(
        *samples.detach().cpu().T, s=4, color=FAKE, alpha=0.6, label="generator", linewidths=0
    )
    if limit:
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit))
    ax.set_aspect("equal")
    ax.set_title(title)
    ax.grid(False)


def band(
    ax: Axes, x: Sequence[float], members: Tensor, *, label: str, color: str | None = None
) -> None:
    """The median of several runs as a line, with the range of the middle 80 % as a band.

    Args:
        ax: where to draw.
        x: (t,) places on the axis, for example training steps.
        members: (t, k) one column a run.
        label: for the legend.
        color: of line and band.
    """
    low, middle, high = np.quantile(members.detach().cpu().numpy(), [0.1, 0.5, 0.9], axis=1)
    (line,) = ax.plot(x, middle, label=label, color=color)
    ax.fill_between(x, low, high, alpha=0.2, color=line.get_color(), linewidth=0)


COURSE = {
    "the game": ("sampling", "minimax", "first GAN"),
    "pictures": ("DCGAN", "failures", "Wasserstein", "control", "measuring", "VAE"),
    "style": ("seeing", "style", "fast style", "translation"),
    "practice": ("repair", "little data", "latents", "speed", "ethics"),
}
"""The parts of the course and its chapters, in the order of the curriculum."""


def course_map(here: int) -> Figure:
    """Where the reader is: all chapters in a row, by part, with the present one filled.

    Text is black or white; the colours of the parts are too light for small letters.

    Args:
        here: number of the present chapter, from 1.
    """
    figure, ax = plt.subplots(figsize=(9.5, 1.35))
    number = 0
    colors = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    for (part, names), color in zip(COURSE.items(), colors, strict=False):
        first = number
        for name in names:
            number += 1
            filled = number == here
            ax.scatter(
                number,
                0,
                s=230,
                zorder=3,
                edgecolor=color,
                linewidth=1.6,
                color="black" if filled else "white",
            )
            ax.text(
                number,
                0,
                str(number),
                ha="center",
                va="center",
                fontsize=9,
                zorder=4,
                color="white" if filled else "black",
                weight="bold",
            )
            ax.text(
                number,
                -0.6 if number % 2 else -0.95,
                name,
                ha="center",
                va="top",
                fontsize=8.5,
                weight="bold" if filled else "normal",
            )
        ax.plot([first + 1, number], [0, 0], color=color, linewidth=1.6, zorder=1)
        ax.text((first + 1 + number) / 2, 0.55, part, ha="center", fontsize=11)
    ax.set(xlim=(0.4, number + 0.6), ylim=(-1.5, 1.0))
    ax.set_axis_off()
    return figure
