"""``ganlearn evaluate``: scores of generated pictures against real ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganlearn.cli.sample import latents
from ganlearn.errors import UserError

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ganlearn.data import Dataset

BUILT_IN = ("digits", "paintings")
"""Real pictures that come with the course; each has a feature network of its own."""

MOST = 10_000  # pictures of a side, unless -n says otherwise
PAINTED = 2_000  # paintings, of which there is no end
PAINTINGS_SEED = 1_000  # pictures that no shipped network has learned from
SIZES = {"digits": 16, "paintings": 32, "inception": 299, "pixels": 32}
"""Pixels on a side of two folders, which may hold pictures of any size."""


def evaluate(
    fakes: Annotated[
        str,
        typer.Argument(
            metavar="FAKES", help="a folder of pictures, a run, or a shipped generator's name"
        ),
    ],
    reals: Annotated[
        str, typer.Argument(metavar="REALS", help="a folder of pictures, digits or paintings")
    ],
    features: Annotated[
        str | None,
        typer.Option(help="digits, paintings, inception or pixels; else what goes with REALS"),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="a file with Inception's weights, if not downloaded")
    ] = None,
    n: Annotated[
        int | None, typer.Option("-n", min=10, help="pictures of each side, at most")
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="write scores and protocol to this file")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="of latents, subsets and choices")] = 0,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 or mps")] = None,
) -> None:
    """Score generated pictures against real ones, by one protocol that is told with the scores.

    Compare two generators by the same REALS, features, -n and seed only.
    Example: ganlearn evaluate runs/digits digits --json scores.json
    Your own pictures: ganlearn evaluate made photos --features inception
    """
    from json import dumps

    from ganlearn import metrics, runtime
    from ganlearn.files import whole

    if features is None:
        features = reals if reals in BUILT_IN else "paintings"
    if weights is not None and features != "inception":
        raise UserError("--weights is for --features inception; leave one of them out.")
    described = metrics.features(features, weights)
    if json is not None and json.is_dir():
        raise UserError(f"{json} is a folder; give the name of a file for --json.")
    on = runtime.device(device)
    generator = _generator(fakes)
    size = SIZES[features] if generator is None else _size(generator)
    real = _real(reals, size, n or MOST, n or PAINTED, seed)
    if generator is None:
        fake = _some(_pictures(fakes, size), n or MOST, seed)
    else:
        fake = _made(generator, fakes, n or len(real), seed, on)
    found = metrics.evaluate(fake, real, features=described.to(on), seed=seed)
    print(found)
    if json is not None:
        with whole(json) as part:
            text = dumps(found.as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
            part.write_text(text + "\n", encoding="utf-8")
        print(f"Scores and protocol: {json}")


def _generator(fakes: str) -> nn.Module | None:
    """The generator of a run or a shipped one; None for a folder of pictures."""
    from ganlearn import nets
    from ganlearn.training import runs

    if fakes in nets.shipped_names():
        return nets.shipped(fakes)
    folder = Path(fakes).expanduser()
    if not runs.exists(folder):
        return None
    found = runs.read(folder)
    generator, _ = found.generator()
    if not hasattr(generator, "latent"):
        raise UserError(
            f"The run in {folder} learned to translate pictures; translate some with `ganlearn "
            f"translate FOLDER -o OUT --run {folder}`, and evaluate OUT."
        )
    if len(found.shape) != 3:
        raise UserError(
            f"The run in {folder} draws points and no pictures; metrics.mixture_coverage judges "
            f"those."
        )
    return generator


def _size(generator: nn.Module) -> int:
    """Pixels on a side of what a generator makes."""
    import torch

    from ganlearn import runtime

    with torch.no_grad():
        return generator(latents(generator, 1, runtime.generator(0))).shape[-1]


def _made(generator: nn.Module, name: str, n: int, seed: int, on: torch.device) -> Dataset:
    import torch

    from ganlearn import progress, runtime
    from ganlearn.data import Dataset

    generator.to(on)
    z = latents(generator, n, runtime.generator(seed))
    parts = []
    with torch.no_grad():
        for part in progress.bar(z.split(256), title="generating", unit="batch"):
            parts.append(generator(part.to(on)).float().cpu())
    return Dataset(torch.cat(parts), name=name)


def _real(reals: str, size: int, most: int, painted: int, seed: int) -> Dataset:
    from ganlearn import data

    if reals == "paintings":
        return data.paintings(painted, size=size, seed=PAINTINGS_SEED + seed)
    if reals == "digits":
        return _some(data.digits(1 << max(3, (size - 1).bit_length())), most, seed)
    return _some(_pictures(reals, size), most, seed)


def _pictures(path: str, size: int) -> Dataset:
    from ganlearn import data

    if not Path(path).expanduser().exists() and Path(path).name == path:
        raise UserError(
            f"There is no folder {path!r} here, and no generator or data set of this name comes "
            f"with the course ({', '.join(BUILT_IN)} do)."
        )
    return data.folder(path, size)


def _some(pictures: Dataset, most: int, seed: int) -> Dataset:
    """All pictures, or so many of them, chosen at random."""
    import torch

    from ganlearn import runtime
    from ganlearn.data import Dataset

    if len(pictures) <= most:
        return pictures
    chosen = torch.randperm(len(pictures), generator=runtime.generator(seed))[:most]
    return Dataset(pictures.samples[chosen], name=pictures.name)
