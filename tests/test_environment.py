"""pyproject.toml, environment.yml and the other places that name versions say the same."""

import re
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import ganlearn
from ganlearn import doctor

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
ON_CONDA_FORGE = {"torch": "pytorch", "jupyter-client": "jupyter_client"}
ONLY_CONDA = {"python", "pip"}


def of_pip() -> dict[str, Requirement]:
    """What a student and the tests need, under conda-forge's names."""
    lines = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    found = [Requirement(line) for line in lines]
    return {ON_CONDA_FORGE.get(r.name, r.name): r for r in found}


def of_conda() -> dict[str, Requirement]:
    found = [Requirement(line) for line in CONDA["dependencies"] if isinstance(line, str)]
    return {requirement.name: requirement for requirement in found}


def test_both_have_the_same_packages():
    assert set(of_conda()) - ONLY_CONDA == set(of_pip())


@pytest.mark.parametrize("name", sorted(of_pip()))
def test_both_have_the_same_bounds(name):
    assert of_conda()[name].specifier == of_pip()[name].specifier


def test_conda_installs_the_project_from_conda_forge_alone():
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]
    assert {"pip": ["-e ."]} in CONDA["dependencies"]


def test_every_python_is_named_the_same_everywhere():
    (oldest, newest) = doctor.PYTHONS
    bounds = f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"
    assert PROJECT["requires-python"] == bounds
    assert str(of_conda()["python"].specifier) == str(Requirement(f"python{bounds}").specifier)
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["all"]["strategy"]["matrix"]["python"]
    assert matrix == [f"{major}.{minor}" for major, minor in doctor.PYTHONS]
    first, last = (f"{major}.{minor}" for major, minor in doctor.PYTHONS)
    assert f"Python {first} to {last}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == ganlearn.__version__


def test_every_dependency_is_justified():
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    table = text.split("## Dependencies")[1].split("\n## ")[0]
    rows = " ".join(re.findall(r"^\| ([^|]+) \|", table, flags=re.MULTILINE))
    named = set(re.findall(r"[\w-]+", rows))
    wanted = [*PROJECT["dependencies"]]
    for extra in ("test", "dev"):
        wanted += PROJECT["optional-dependencies"][extra]
    assert {Requirement(line).name for line in wanted} - {"ganlearn"} <= named
