"""Who may import whom: the library is a house, and its rooms know only what lies below them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "ganlearn"

# Room: the rooms that it may know. A room that is not listed makes the test fail, so that whoever
# adds one says where it belongs.
GROUND = {"errors", "files", "threads", "runtime", "progress"}
FLOORS = {
    "errors": set(),
    "threads": {"errors"},
    "runtime": {"errors", "threads"},
    "progress": set(),
    "files": set(),
    "data": GROUND,
    "nets": GROUND,
    "losses": GROUND,
    "game": GROUND | {"data", "losses"},
    "penalties": GROUND,
    "augment": GROUND,
    "rules": GROUND | {"augment", "game", "losses", "penalties"},
    "metrics": GROUND | {"data", "nets", "provenance"},
    "style": GROUND | {"data", "nets", "recipe"},
    "translate": GROUND | {"data", "nets", "losses", "game", "style"},
    "vae": GROUND | {"data", "nets", "losses", "game"},
    "conditional": GROUND | {"data", "nets", "losses", "game", "penalties", "rules"},
    "recipe": GROUND,
    "provenance": GROUND,
    "plots": GROUND | {"data"},
    "widgets": GROUND | {"data", "plots"},
    "diagrams": GROUND | {"plots"},
    "notebook": GROUND,
    "training": GROUND
    | {
        *(
            "data",
            "nets",
            "losses",
            "game",
            "penalties",
            "augment",
            "rules",
            "metrics",
            "translate",
            "conditional",
        ),
    },
    "museum": GROUND
    | {
        *("data", "nets", "losses", "game", "penalties", "augment", "rules"),
        *("metrics", "training"),
    },
    "checks": GROUND
    | {
        *("notebook", "data", "nets", "losses", "game", "penalties", "augment", "rules"),
        *("metrics", "style", "training", "translate", "vae", "conditional"),
    },
    "course": GROUND | {"checks"},
    "grading": GROUND | {"checks", "course", "plots", "training"},
    "doctor": GROUND | {"data", "course"},
    "weights": GROUND
    | {
        *("data", "nets", "losses", "game", "penalties", "rules", "metrics", "provenance"),
        *("style", "training", "translate", "conditional"),
    },
    "cli": None,  # the roof: it may know everything, and nobody knows it
}
OWN_FILE = {"__init__": set()}


def rooms() -> dict[str, list[Path]]:
    """Room to its files."""
    found: dict[str, list[Path]] = {}
    for path in sorted(HOUSE.rglob("*.py")):
        found.setdefault(path.relative_to(HOUSE).parts[0].removesuffix(".py"), []).append(path)
    return found


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The rooms of ganlearn that a file imports, at its top or inside a function, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "ganlearn":
            names = [f"ganlearn.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the import in full"
            names = [node.module or ""]
        else:
            continue
        for name in names:
            house, _, rest = name.partition(".")
            if house == "ganlearn" and rest:
                yield rest.partition(".")[0], node.lineno


@pytest.mark.parametrize("room", sorted(set(rooms()) - set(OWN_FILE)))
def test_a_room_knows_only_what_lies_below(room):
    assert room in FLOORS, f"say in {Path(__file__).name} what ganlearn.{room} may import"
    allowed = FLOORS[room]
    if allowed is None:
        return
    strangers = [
        f"{path.relative_to(HOUSE.parent)}:{line} imports ganlearn.{name}"
        for path in rooms()[room]
        for name, line in imports(path)
        if name not in allowed | {room, "__version__"}
    ]
    assert not strangers, "\n".join(strangers)


def test_the_floors_have_no_stairs_that_go_round():
    """What a room may know may not, over any number of steps, know the room."""

    def below(room: str, seen: tuple[str, ...] = ()) -> None:
        assert room not in seen, " -> ".join([*seen, room])
        for other in FLOORS.get(room) or ():
            below(other, (*seen, room))

    for room in FLOORS:
        below(room)


def test_the_package_itself_imports_nothing_of_its_own():
    assert not list(imports(HOUSE / "__init__.py"))


def test_imports_are_seen_wherever_they_stand(tmp_path):
    file = tmp_path / "x.py"
    file.write_text(
        "import ganlearn.data.digits\nfrom ganlearn import nets, losses as l\n"
        "def f():\n    from ganlearn.training.state import load\n"
    )
    assert [room for room, _ in imports(file)] == ["data", "nets", "losses", "training"]
