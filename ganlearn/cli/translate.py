"""``ganlearn translate``: pictures through a trained translator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganlearn.cli.jobs import jobs
from ganlearn.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

    from ganlearn.translate import UNet

LARGER = 4
"""Without --size the longer side is so many times that of the pictures it learned from."""


def translate(
    picture: Annotated[
        str, typer.Argument(metavar="PICTURE|FOLDER", help="what to translate, in any format")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="a .png; for a folder, another folder")
    ],
    run: Annotated[
        Path | None,
        typer.Option(help="the folder of a run; else the shipped one, photographs to glass"),
    ] = None,
    back: Annotated[
        bool, typer.Option("--back", help="from side B to A, if it learned both")
    ] = False,
    drawing: Annotated[
        bool, typer.Option("--drawing", help="it is a drawing: take its dark lines as outlines")
    ] = False,
    size: Annotated[int | None, typer.Option(min=16, help="pixels of the longer side")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 or mps")] = None,
) -> None:
    """Translate a picture, or every picture in a folder, with a generator of chapter 13.

    Without a run of your own, photographs become glass and drawings are painted. A translator
    that learned from outlines finds those of your picture itself. Ctrl-C keeps what is done.
    Example: ganlearn translate chelsea -o cat.png
    Your own: ganlearn train photographs, then ganlearn translate photos -o out
    --run runs/photographs
    """
    import torch

    from ganlearn import progress, recipe, runtime
    from ganlearn.style import memory
    from ganlearn.style.pictures import read, to_image

    found = jobs(picture, output)
    network, learned_at, made_of = _translator(run, back, drawing)
    if drawing and network.inputs != 1:
        raise UserError("This translator takes pictures and not outlines; leave --drawing out.")
    on = runtime.device(device)
    network.to(on)
    size = size or LARGER * learned_at
    made_of |= {"size": size, "drawing": drawing}
    done, skipped = 0, []
    try:
        for source, target in progress.bar(found, title="translating", unit="picture"):
            try:
                pixels = read(source, size)
            except UserError as problem:
                skipped.append(str(problem))
                continue
            height, width = pixels.shape[-2:]
            memory.enough(lambda probe: network(probe[:, : network.inputs]), (height, width), on)
            with torch.no_grad():
                made = network(_input(pixels * 2 - 1, network, drawing).to(on))
            recipe.save(to_image((made + 1) / 2), target, {**made_of, "picture": str(source)})
            done += 1
    finally:
        if done:  # also when it was stopped by Ctrl-C
            for sentence in skipped:
                print(f"Skipped: {sentence}")
            print(f"{output}: {done} of {len(found)} translated.")
    if not done:
        raise UserError(" ".join(skipped))


def _translator(run: Path | None, back: bool, drawing: bool) -> tuple[UNet, int, dict[str, Any]]:
    """The network, the side of the pictures it learned from, and what a recipe says of it."""
    from ganlearn import translate
    from ganlearn.training import runs
    from ganlearn.translate.shipped import EDGES, GLASS

    if run is None:
        if back:
            raise UserError("The shipped translator learned one direction; leave --back out.")
        name = EDGES if drawing else GLASS
        return *translate.shipped(name), {"translator": name}
    found = runs.read(run)
    network, steps = found.generator()
    made_of = {"run": str(run), "steps": steps}
    if isinstance(network, translate.Translators):
        side = network.b_to_a if back else network.a_to_b
        return side, found.shape[-1], {**made_of, "back": back}
    if not isinstance(network, translate.UNet):
        raise UserError(
            f"The run in {run} draws pictures from noise and translates none; "
            f"`ganlearn sample {run}` shows some."
        )
    if back:
        raise UserError(f"The run in {run} learned one direction; leave --back out.")
    return network, found.shape[-1], made_of


def _input(pixels: Tensor, network: UNet, drawing: bool) -> Tensor:
    """Pictures (1, 3, height, width) in [-1, 1] as the network takes them."""
    from ganlearn.translate import drawn_lines, outlines

    if network.inputs == 1:
        return drawn_lines(pixels) if drawing else outlines(pixels)
    return pixels
