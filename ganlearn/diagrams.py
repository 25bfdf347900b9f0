"""Drawn explanations: boxes, arrows and small pictures."""

from __future__ import annotations

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from ganlearn import runtime
from ganlearn.plots import FAKE, REAL, to_uint8

INK, PALE = "#333333", "#F2F2F2"
Point = tuple[float, float]


def box(ax: Axes, at: Point, text: str, *, width: float = 1.7, color: str = INK) -> None:
    """A network: a rounded box around its name, centred."""
    height = 0.72
    shape = FancyBboxPatch(
        (at[0] - width / 2, at[1] - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.14",
        facecolor=PALE,
        edgecolor=color,
        linewidth=1.6,
    )
    ax.add_patch(shape)
    ax.text(*at, text, ha="center", va="center", fontsize=10, color=color)


def arrow(
    ax: Axes, start: Point, end: Point, *, color: str = INK, bend: float = 0.0, style: str = "-|>"
) -> None:
    """From one place to another, straight or bent."""
    ax.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": style,
            "color": color,
            "linewidth": 1.6,
            "shrinkA": 0,
            "shrinkB": 0,
            "connectionstyle": f"arc3,rad={bend}",
        },
    )


def picture(ax: Axes, at: Point, pixels: Tensor, *, side: float = 0.8, color: str = INK) -> None:
    """A small picture (channels, height, width) in [-1, 1] with a frame, centred."""
    x, y, half = *at, side / 2
    extent = (x - half, x + half, y - half, y + half)
    ax.imshow(to_uint8(pixels[None])[0], extent=extent, interpolation="nearest", zorder=2)
    ax.plot(
        [x - half, x + half, x + half, x - half, x - half],
        [y - half, y - half, y + half, y + half, y - half],
        color=color,
        linewidth=1.6,
        zorder=3,
    )


def _canvas(width: float, height: float, scale: float = 0.72) -> tuple[Figure, Axes]:
    figure, ax = plt.subplots(figsize=(width * scale, height * scale))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return figure, ax


def _noise(like: Tensor, seed: int) -> Tensor:
    return torch.randn(like.shape, generator=runtime.generator(seed)).mul(0.5)


def generative_models(real: Tensor, made: Tensor) -> Figure:
    """VAE, GAN, flow and diffusion, one a row: how each is built and what it can do.

    Args:
        real: a picture of the data, (1, size, size) in [-1, 1].
        made: a picture that a generator made, of the same shape.

    Papers: Kingma and Welling 2014, arXiv:1312.6114; Goodfellow et al. 2014, arXiv:1406.2661; Dinh
    et al. 2015, arXiv:1410.8516; Sohl-Dickstein et al. 2015, arXiv:1503.03585; Ho et al. 2020,
    arXiv:2006.11239. Taught in chapter 01.
    """
    figure, ax = _canvas(16.6, 6.0)
    for x, title in ((3.9, "how it is built"), (9.4, "density?"), (11.6, "one sample takes")):
        ax.text(x, 5.8, title, color="0.4", ha="center" if x < 5 else "left")
    ax.text(13.9, 5.8, "what training asks for", color="0.4")
    rows = (
        (
            "VAE",
            "2013",
            "a lower bound",
            "one pass",
            "give the picture back,\nkeep z close to noise",
        ),
        ("GAN", "2014", "none", "one pass", "fool a classifier"),
        ("flow", "2014", "exact", "one pass", "make the data probable"),
        ("diffusion", "2015", "a lower bound", "many passes", "take away noise"),
    )
    for y, (name, year, *facts) in zip((4.9, 3.5, 2.1, 0.7), rows, strict=True):
        ax.text(0.0, y, name, va="bottom", fontsize=13, weight="bold")
        ax.text(0.0, y - 0.08, year, va="top", fontsize=9.5, color="0.4")
        for x, fact in zip((9.4, 11.6, 13.9), facts, strict=True):
            ax.text(x, y, fact, va="center", fontsize=10.5)
        ax.axhline(y + 0.7, color="0.88", linewidth=0.8)
    noise = _noise(real, 0)
    _draw_vae(ax, 4.9, real)
    _draw_gan(ax, 3.5, real, made)
    _draw_flow(ax, 2.1, real, noise)
    _draw_diffusion(ax, 0.7, real, noise)
    return figure


def _latent(ax: Axes, at: Point) -> None:
    """z as a short column of numbers."""
    strip = torch.randn(1, 5, 1, generator=runtime.generator(3)).mul(0.6)
    x, y = at
    ax.imshow(
        to_uint8(strip[None])[0],
        extent=(x - 0.09, x + 0.09, y - 0.45, y + 0.45),
        interpolation="nearest",
        zorder=2,
    )
    ax.text(x + 0.14, y + 0.3, "$z$", fontsize=10)


def _draw_vae(ax: Axes, y: float, real: Tensor) -> None:
    picture(ax, (2.2, y), real, color=REAL)
    arrow(ax, (2.65, y), (3.15, y))
    box(ax, (3.85, y), "encoder", width=1.4)
    arrow(ax, (4.55, y), (5.0, y))
    _latent(ax, (5.15, y))
    arrow(ax, (5.4, y), (5.85, y))
    box(ax, (6.55, y), "decoder", width=1.4)
    arrow(ax, (7.25, y), (7.75, y))
    blurred = torch.nn.functional.avg_pool2d(real[None], 3, 1, 1)[0]
    picture(ax, (8.2, y), blurred, color=FAKE)


def _draw_gan(ax: Axes, y: float, real: Tensor, made: Tensor) -> None:
    _latent(ax, (2.0, y))
    arrow(ax, (2.25, y), (2.6, y))
    box(ax, (3.35, y), "generator", width=1.5)
    arrow(ax, (4.1, y), (4.5, y))
    picture(ax, (4.95, y), made, color=FAKE)
    arrow(ax, (5.4, y), (5.75, y))
    box(ax, (6.75, y), "discriminator", width=2.0)
    arrow(ax, (8.2, y), (7.75, y))
    picture(ax, (8.65, y), real, color=REAL)


def _draw_flow(ax: Axes, y: float, real: Tensor, noise: Tensor) -> None:
    picture(ax, (2.2, y), noise, color=INK)
    arrow(ax, (2.65, y), (4.0, y), style="<|-|>")
    box(ax, (5.2, y), "invertible map", width=2.4)
    arrow(ax, (6.4, y), (7.75, y), style="<|-|>")
    picture(ax, (8.2, y), real, color=REAL)


def _draw_diffusion(ax: Axes, y: float, real: Tensor, noise: Tensor) -> None:
    for step, share in enumerate((0.0, 0.4, 0.7, 1.0)):
        x = 2.2 + 2.0 * step
        mixed = share * real + (1 - share) * noise
        picture(ax, (x, y), mixed, color=FAKE if step == 3 else INK)
        if step < 3:
            arrow(ax, (x + 0.45, y), (x + 1.55, y))
            ax.text(x + 1.0, y + 0.14, "network", fontsize=8.5, ha="center")


def forger_and_judge(real: Tensor, made: Tensor) -> Figure:
    """The two players, what each sees, and what each is told.

    Args:
        real: a picture of the data, (channels, size, size) in [-1, 1].
        made: a picture of the generator, of the same shape.

    Paper: Goodfellow et al. 2014, arXiv:1406.2661. Taught in chapter 01.
    """
    figure, ax = _canvas(13.0, 4.9)
    _latent(ax, (0.5, 1.5))
    ax.text(0.5, 0.75, "noise", ha="center", color="0.4")
    arrow(ax, (0.85, 1.5), (1.6, 1.5))
    box(ax, (2.8, 1.5), "forger\n(generator)", width=2.4, color=FAKE)
    arrow(ax, (4.0, 1.5), (4.8, 1.5), color=FAKE)
    picture(ax, (5.5, 1.5), made, side=1.3, color=FAKE)
    ax.text(5.5, 0.55, "made", ha="center", color=FAKE)
    picture(ax, (5.5, 3.5), real, side=1.3, color=REAL)
    ax.text(5.5, 4.3, "from the data", ha="center", color=REAL)
    arrow(ax, (6.2, 1.6), (7.9, 2.35), color=FAKE)
    arrow(ax, (6.2, 3.4), (7.9, 2.65), color=REAL)
    box(ax, (9.1, 2.5), "judge\n(discriminator)", width=2.4, color=REAL)
    arrow(ax, (10.3, 2.5), (11.0, 2.5))
    ax.text(11.1, 2.5, "how real?", va="center", fontsize=12)
    arrow(ax, (11.7, 2.9), (9.3, 2.95), color=REAL, bend=0.5)
    ax.text(10.6, 3.85, "tell the two apart", ha="center", color=REAL)
    arrow(ax, (11.7, 2.1), (2.8, 1.05), color=FAKE, bend=-0.28)
    ax.text(8.6, 0.05, "make the judge say “real”", ha="center", color=FAKE)
    return figure
