"""``ganlearn train``: a run from a configuration, kept in a folder."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganlearn.errors import UserError

if TYPE_CHECKING:
    from ganlearn.training import Trainer
    from ganlearn.training.runs import Run

REPORTS = 10
"""How often in a run state and samples are written, unless the configuration says ``every``."""


def train(
    what: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE", help="ring, digits, paintings, edges, photographs, or a file"
        ),
    ],
    data: Annotated[
        Path | None, typer.Option(help="a folder of pictures to learn from instead")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="in all")] = None,
    out: Annotated[Path | None, typer.Option(help="the run's folder, else runs/NAME")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 or mps")] = None,
    budget: Annotated[str | None, typer.Option(help="smoke, laptop or full")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with what is in --out")] = False,
) -> None:
    """Train a generator; its state, log and samples are kept in a folder.

    Ctrl-C keeps what was done. Example: ganlearn train digits
    With your own pictures: ganlearn train paintings --data ~/pictures --out runs/mine
    """
    if budget is not None:
        os.environ["GANLEARN_BUDGET"] = budget
    folder = out or Path("runs") / Path(what).stem
    if resume:
        if data is not None or budget is not None:
            raise UserError(
                "A run that goes on keeps its data and budget: leave those options out."
            )
        run, trainer = _go_on(what, folder, steps, device)
    else:
        run, trainer = _start(what, folder, data, steps, device)
    _play(run, trainer)
    place = shlex.quote(str(folder))
    if trainer.steps_taken < run.config.training["steps"]:
        print(f"To go on: ganlearn train {shlex.quote(what)} --out {place} --resume")
        raise typer.Exit(130)
    print(f"Done; the run is in {folder}. More samples: ganlearn sample {place}")


def _start(
    what: str, folder: Path, data: Path | None, steps: int | None, device: str | None
) -> tuple[Run, Trainer]:
    from ganlearn.training import config as configs
    from ganlearn.training import runs

    if runs.exists(folder):
        raise UserError(
            f"There is a run in {folder}; go on with it by --resume, "
            f"or choose another folder with --out."
        )
    config = configs.load(what)
    if data is not None:
        config = config.with_pictures(data)
    if steps is not None:
        config = config.with_steps(steps)
    trainer = configs.build(config, device=device, log=folder / runs.LOG)
    run = runs.Run(folder, config, trainer.source.shape)
    run.write()
    trainer.save(folder)  # so that --resume works from the first step on
    return run, trainer


def _go_on(what: str, folder: Path, steps: int | None, device: str | None) -> tuple[Run, Trainer]:
    from ganlearn.training import config as configs
    from ganlearn.training import runs

    run = runs.read(folder)
    if run.config.name != Path(what).stem:
        raise UserError(f"The run in {folder} is of {run.config.name!r}, not of {what!r}.")
    if steps is not None:
        run = runs.Run(folder, run.config.with_steps(steps), run.shape)
    trainer = configs.build(run.config, device=device, log=folder / runs.LOG)
    trainer.restore(folder)
    if trainer.steps_taken >= run.config.training["steps"]:
        raise UserError(
            f"The run in {folder} has taken all its {run.config.training['steps']} steps "
            f"(now at {trainer.steps_taken}); to train longer, give more with --steps."
        )
    run.write()
    return run, trainer


def _play(run: Run, trainer: Trainer) -> None:
    from tqdm import tqdm

    from ganlearn import recipe
    from ganlearn.cli.sample import sheet
    from ganlearn.training import runs

    total = run.config.training["steps"]
    every = run.config.training.get("every", max(1, total // REPORTS))
    for report in trainer.run(total - trainer.steps_taken, every):
        trainer.save(run.folder)
        picture = run.folder / runs.SAMPLES / f"{report.step:06d}.png"
        shown = trainer.game.beside(trainer.fixed, report.samples)
        recipe.save(sheet(shown), picture, {"run": str(run.folder), "step": report.step})
        losses = "  ".join(f"{player} {loss:.3f}" for player, loss in report.losses.items())
        remark = f"  [{report.remark}]" if report.remark else ""
        tqdm.write(f"step {report.step} of {total}  {losses}  {picture}{remark}")
