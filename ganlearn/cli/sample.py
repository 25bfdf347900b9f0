"""``ganlearn sample``: a contact sheet from a saved run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganlearn.errors import UserError

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor, nn


def sample(
    run: Annotated[Path, typer.Argument(help="the folder of a run that `ganlearn train` made")],
    n: Annotated[int, typer.Option("-n", min=1, max=10_000, help="how many")] = 64,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="a .png; RUN/samples.png if not given")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="of the latents")] = 0,
    label: Annotated[
        int | None, typer.Option(min=0, help="the class to draw, for a run that was told classes")
    ] = None,
) -> None:
    """Draw new samples with the generator of a run, as one picture.

    The picture keeps its own recipe: run, seed, steps and settings.
    Example: ganlearn sample runs/digits -n 100 -o digits.png --seed 7
    A run of digits-by-class also takes a class: --label 3
    """
    from dataclasses import asdict

    import torch

    from ganlearn import recipe, runtime
    from ganlearn.training import runs

    found = runs.read(run)
    generator, steps = found.generator()
    if not hasattr(generator, "latent"):
        raise UserError(
            f"The run in {run} learned to translate pictures; give it some: "
            f"`ganlearn translate PICTURE -o OUT.png --run {run}`."
        )
    z = latents(generator, n, runtime.generator(seed), label)
    with torch.no_grad():
        samples = torch.cat([generator(part) for part in z.split(256)])
    made_of = {"run": str(run), "steps": steps, "n": n, "seed": seed, "label": label}
    made_of |= asdict(found.config)
    path = recipe.save(sheet(samples), output or run / "samples.png", made_of)
    print(f"{path}: {n} samples after {steps} steps, seed {seed}")


def latents(
    generator: nn.Module, n: int, random: torch.Generator, label: int | None = None
) -> Tensor:
    """Fresh latents; for a generator that is told classes, all of one, or each equally often.

    Args:
        generator: of a run or a shipped one.
        n: how many.
        random: where they are drawn from.
        label: the class of all of them.

    Raises:
        UserError: when there is a label and the generator is told no classes.
    """
    import torch

    from ganlearn import conditional

    if hasattr(generator, "classes"):
        asked = conditional.in_order(n, generator.classes)
        asked = asked if label is None else torch.full((n,), label)
        return conditional.ask(generator, asked, random)
    if label is not None:
        raise UserError(
            "This run was not told classes, so --label means nothing to it; leave it out, or train "
            "one with `ganlearn train digits-by-class`."
        )
    return torch.randn(n, generator.latent, generator=random)


def sheet(samples: Tensor) -> Image:
    """Samples as one picture: a contact sheet of pictures, or points in the plane.

    Args:
        samples: (n, channels, height, width) in [-1, 1], or (n, 2).
    """
    import io
    import math

    from PIL import Image

    from ganlearn import plots

    if samples.ndim == 4:
        columns = math.ceil(math.sqrt(len(samples)))
        return plots.grid(samples, columns=columns, scale=max(1, 64 // samples.shape[-1]))
    figure, ax = plots.plt.subplots(figsize=(4, 4))
    plots.cloud(ax, samples)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=100)
    plots.plt.close(figure)
    return Image.open(png)
