"""The strips of pictures in docs/style.md: ``python docs/pictures/make_style.py [strip …]``."""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from PIL import Image, ImageOps

from ganlearn import style

HERE = Path(__file__).parent
PHOTOGRAPH, PAINTING, OTHER = "china", "dots", "glass"
SIZE, STEPS = 200, 100


def stylised(manner: str | list[str] = PAINTING, **options: object) -> Image.Image:
    """The photograph in some manner."""
    return style.stylize(PHOTOGRAPH, manner, **{"size": SIZE, "steps": STEPS, **options}).image


def shown(name: str) -> Image.Image:
    """A picture as it is, cut to the shape of the others."""
    shape = style.to_image(style.read(PHOTOGRAPH, SIZE)).size
    return ImageOps.fit(style.to_image(style.read(name, SIZE)), shape)


def strength() -> dict[str, Image.Image]:
    """From the photograph to the painting."""
    steps = {f"--strength {s}": stylised(strength=s) for s in (0.05, 0.3, 0.9)}
    return {PHOTOGRAPH: shown(PHOTOGRAPH), **steps, PAINTING: shown(PAINTING)}


def size() -> dict[str, Image.Image]:
    """One painting, looked at from near and from far."""
    scales = {f"style_scale={s}": stylised(OTHER, style_scale=s) for s in (0.4, 1.0, 2.5)}
    small = {"--size 100": stylised(OTHER, size=100)}
    return {**scales, **small, OTHER: shown(OTHER)}


def colour() -> dict[str, Image.Image]:
    """Whose colours."""
    modes = {f"--color {m}": stylised(colour=m) for m in ("style", "luminance", "match")}
    return {PHOTOGRAPH: shown(PHOTOGRAPH), **modes, PAINTING: shown(PAINTING)}


def several() -> dict[str, Image.Image]:
    """Two paintings at once: mixed, and each in its own place."""
    height, width = style.read(PHOTOGRAPH, SIZE).shape[-2:]
    left = torch.linspace(2, -1, width).clamp(0, 1).expand(height, width)
    return {
        PAINTING: stylised(),
        "both, mixed": stylised([PAINTING, OTHER]),
        "--weight 1 --weight 4": stylised([PAINTING, OTHER], weights=[1, 4]),
        OTHER: stylised(OTHER),
        "a mask for each": stylised([PAINTING, OTHER], masks=[left, 1 - left]),
    }


def method() -> dict[str, Image.Image]:
    """Three ways to the same end, one of them with two statistics."""
    once = style.stylize_any(PHOTOGRAPH, PAINTING, size=SIZE)
    whitened = style.stylize_any(PHOTOGRAPH, PAINTING, size=SIZE, statistic="mean_cov")
    return {
        "--method optimise": stylised(strength=0.7),
        "--method adain": once.image,
        'statistic="mean_cov"': whitened.image,
        "--method fast": style.stylize_fast(PHOTOGRAPH, PAINTING, size=SIZE).image,
        PAINTING: shown(PAINTING),
    }


STRIPS = {f.__name__: f for f in (strength, size, colour, several, method)}


def main(names: list[str]) -> None:
    """Draw the strips that were named, or all."""
    for name in names or STRIPS:
        pictures = STRIPS[name]()
        figure, axes = plt.subplots(1, len(pictures), figsize=(12, 1.85))
        for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
            ax.imshow(picture)
            ax.set_title(title, fontsize=11)
            ax.set_axis_off()
        figure.subplots_adjust(0, 0, 1, 0.87, wspace=0.03)
        path = HERE / f"style-{name}.png"
        figure.savefig(path, dpi=90)
        plt.close(figure)
        Image.open(path).convert("RGB").quantize(192).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size // 1_000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
