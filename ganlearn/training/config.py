"""A training run as three tables of a TOML file: [data], [nets] and [training].

Each table is a call: ``name`` chooses the function, the other keys are its arguments, and what is
allowed is read off the function's own signature. A value may differ between budgets:
``steps = { smoke = 4, laptop = 2_000, full = 20_000 }``.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from torch import nn

from ganlearn import conditional, data, losses, nets, rules, translate
from ganlearn.data import Source
from ganlearn.errors import UserError
from ganlearn.game import Game
from ganlearn.training import tables
from ganlearn.training.trainer import Trainer

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLES = ("data", "nets", "training")
COLOUR = 3  # channels of a picture that a translator makes
FOLDER = Path(__file__).parents[1] / "configs"

SOURCES: dict[str, Callable[..., Source]] = {
    "ring": data.ring,
    "grid": data.grid,
    "spiral": data.spiral,
    "digits": data.digits,
    "paintings": data.paintings,
    "photographs": data.photographs,
    "folder": data.folder,
    "digits-by-class": conditional.digits_by_class,
    "paintings-by-school": conditional.paintings_by_school,
    "edges": translate.edges_to_paintings,
    "folder-with-edges": translate.folder_with_edges,
    "folder-of-pairs": translate.folder_of_pairs,
    "photographs-and-paintings": translate.photographs_and_paintings,
    "two-folders": translate.two_folders,
    **{
        name: functools.partial(data.torchvision_dataset, name)
        for name in ("mnist", "fashion-mnist", "cifar10")
    },
}
NETS: dict[str, Callable[..., tuple[nn.Module, nn.Module]]] = {
    "mlp": nets.mlp,
    "dcgan": nets.dcgan,
    "conditional": nets.conditional,
    "pix2pix": translate.pix2pix,
    "cyclegan": translate.cyclegan,
}
GAMES: dict[str, type[Game]] = {
    "conditional": conditional.ConditionalGame,
    "pix2pix": translate.Pix2Pix,
    "cyclegan": translate.CycleGAN,
}
"""The rule that goes with some networks; all others play the plain game."""
OWN_PICTURES = {"edges": "folder-with-edges", "photographs-and-paintings": "two-folders"}
"""What takes the place of a source when the pictures are the reader's; else it is a folder."""

IN_TRAINING: tables.Allowed = {
    **tables.signature(
        Trainer.__init__, without=("self", "game", "source", "device", "phases", "log")
    ),
    "loss": (Literal[tuple(losses.EVERY)], False),
    "steps": (int, True),
    "every": (int, False),
}
IN_RULE: tables.Allowed = tables.signature(rules.named)
"""Keys of [training] that change the order of play of the plain game."""

FROM_THE_DATA = ("shape", "size", "channels", "inputs", "outputs", "seed")
"""Arguments of networks that the data and the training decide."""


@dataclass(frozen=True)
class Config:
    """A run that :func:`build` can make.

    Attributes:
        name: what it is called; the built-in configurations are listed by :func:`names`.
        data, nets, training: the three tables, checked, with the present budget's values.
    """

    name: str
    data: dict[str, Any]
    nets: dict[str, Any]
    training: dict[str, Any]

    def with_steps(self, steps: int) -> Config:
        """The same run, ``steps`` long in all."""
        return replace(self, training={**self.training, "steps": steps})

    def with_pictures(self, folder: str | Path) -> Config:
        """The same run on the pictures of a folder, at the size of the configuration.

        Raises:
            UserError: when this is a configuration for points.
        """
        if "size" not in tables.signature(SOURCES[self.data["name"]]):
            raise UserError(
                f"{self.name} is for points in the plane; to learn from your pictures "
                f"take a configuration of pictures, such as paintings."
            )
        name = self.data["name"]
        if "path" not in tables.signature(SOURCES[name]):
            name = OWN_PICTURES.get(name, "folder")
        pictures = {"name": name, "path": str(Path(folder).expanduser().resolve())}
        same_size = {key: value for key, value in self.data.items() if key == "size"}
        return replace(self, data=pictures | same_size)


def names() -> list[str]:
    """The configurations that come with ganlearn."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_file: str | Path) -> Config:
    """A configuration by its name, or from your own file.

    Raises:
        UserError: when there is none, the file is no TOML, or a key or value is wrong; the
            sentence says which, and what is allowed.
    """
    path = Path(name_or_file)
    if path.suffix != ".toml":
        if str(name_or_file) not in names():
            raise UserError(
                f"There is no configuration {str(name_or_file)!r}; choose from "
                f"{', '.join(names())}, or give a file that ends in .toml."
            )
        path = FOLDER / f"{name_or_file}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"There is no file {path}; check its name.") from None
    except ValueError as error:  # TOML's errors and those of UTF-8
        raise UserError(f"{path} is not TOML: {error}.") from None
    return check(content, path.stem, str(path.name))


def check(content: Mapping[str, Any], name: str, where: str = "") -> Config:
    """The three tables with every key and value checked, budgets resolved.

    Raises:
        UserError: for the first thing that is wrong.
    """
    where = where or name
    tables.known(content, TABLES, f"{where} has no table", "it has")
    found = {}
    for table in TABLES:
        if not isinstance(content.get(table), Mapping):
            raise UserError(f"{where} lacks the table [{table}].")
        found[table] = tables.of_this_budget(content[table])
    for table in ("data", "nets"):
        tables.check(found[table], _allowed(table, found[table], where), table, where)
    game = _rule(found["nets"]["name"])
    tables.check(found["training"], IN_TRAINING | IN_RULE | _terms(game), "training", where)
    _check_rule(found, game, where)
    return Config(name, **found)


def build(config: Config, *, device: str | None = None, log: Path | None = None) -> Trainer:
    """The trainer of a configuration, ready to run.

    Args:
        config: what to train.
        device: as in :func:`ganlearn.runtime.device`.
        log: a JSONL file that gets a line a report.
    """
    source = SOURCES[config.data["name"]](**_without(config.data, "name"))
    rule = _rule(config.nets["name"])
    terms = {key: config.training[key] for key in _terms(rule) if key in config.training}
    if "loss" in config.training:
        terms["loss"] = losses.EVERY[config.training["loss"]]
    game = rule(*players(config, source.shape), **terms)
    parts = {key: config.training[key] for key in IN_RULE if key in config.training}
    if "augment" in parts and len(source.shape) != 3:
        raise UserError("training.augment changes pictures, and the data are points; leave it out.")
    settings = {
        key: tuple(value) if isinstance(value, list) else value  # betas, decay
        for key, value in _without(config.training, "loss", "steps", "every", *terms).items()
        if key not in parts
    }
    phases = rules.named(**parts) if parts else None
    return Trainer(game, source, device=device, log=log, phases=phases, **settings)


def players(config: Config, shape: Sequence[int]) -> tuple[nn.Module, nn.Module]:
    """The networks of a configuration for samples of one shape, with their first weights.

    Raises:
        UserError: when the networks cannot make such samples.
    """
    name = config.nets["name"]
    own = _without(config.nets, "name")
    own["seed"] = config.training.get("seed", 0)
    if name == "mlp":
        return nets.mlp(tuple(shape), **own)
    if len(shape) != 3:
        raise UserError(f"{name} draws pictures, and the data are points; take the nets mlp.")
    channels, size, _ = shape
    if name == "conditional":
        return _told_a_class(channels, size, **own)
    if name == "dcgan" and channels <= COLOUR:
        return nets.dcgan(size=size, channels=channels, **own)
    if name == "dcgan":
        raise UserError("dcgan draws single pictures, and the data are pairs; take pix2pix.")
    if channels <= COLOUR:
        raise UserError(f"{name} learns from pairs; take data such as {', '.join(OWN_PICTURES)}.")
    if name == "pix2pix":
        return translate.pix2pix(channels - COLOUR, COLOUR, **own)
    return translate.cyclegan(size, (channels - COLOUR, COLOUR), **own)


def _told_a_class(
    channels: int, size: int, *, classes: int = 10, **own: Any
) -> tuple[nn.Module, nn.Module]:
    if not 1 <= channels - classes <= COLOUR:
        raise UserError(
            f"conditional learns from pictures with a plane for each of its {classes} classes, and "
            f"the data have {channels} channels in all; take data such as digits-by-class, and "
            f"say in nets.classes how many there are."
        )
    return nets.conditional(size, channels - classes, classes, **own)


def _allowed(table: str, content: Mapping[str, Any], where: str) -> tables.Allowed:
    functions = SOURCES if table == "data" else NETS
    chosen = content.get("name")
    if not isinstance(chosen, str) or chosen not in functions:
        given = f"is {chosen!r}" if "name" in content else "is missing"
        raise UserError(f"{where}: {table}.name {given}; choose from {', '.join(functions)}.")
    from_elsewhere = FROM_THE_DATA if table == "nets" else ()
    return {"name": (str, True), **tables.signature(functions[chosen], without=from_elsewhere)}


def _rule(nets_name: str) -> type[Game]:
    return GAMES.get(nets_name, Game)


def _check_rule(tables_: Mapping[str, Any], game: type[Game], where: str) -> None:
    """A game with a rule of its own is not given parts of the plain one's."""
    given = [key for key in tables_["training"] if key in IN_RULE]
    if given and game is not Game:
        raise UserError(
            f"{where}: {tables_['nets']['name']} plays by its own rule, which has no "
            f"{', '.join(given)}; leave training.{given[0]} out, or take other nets."
        )
    if "penalty_weight" in given and "penalty" not in given:
        raise UserError(f"{where}: training.penalty_weight needs training.penalty beside it.")


def _terms(rule: type[Game]) -> tables.Allowed:
    """The weights of a game's terms, which stand in the table of its training."""
    return tables.signature(rule, without=("generator", "discriminator", "loss"))


def _without(table: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}
