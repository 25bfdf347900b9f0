"""A small course, built once; each test gets a copy that it may spoil."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ganlearn import course as tools

DEMO = Path(__file__).parent / "demo"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The demo, built; to be looked at only. Its report is beside it."""
    root = tmp_path_factory.mktemp("demo") / "course"
    shutil.copytree(DEMO, root)
    lines = []
    report = tools.build(root, say=lines.append)
    assert report.exit_code == 0, lines
    (root.parent / "lines.json").write_text(json.dumps(lines))
    return root


@pytest.fixture
def course(built, tmp_path):
    """A copy of the built demo."""
    return Path(shutil.copytree(built, tmp_path / "course"))


@pytest.fixture
def empty(tmp_path):
    """A course without notebooks."""
    for folder in ("chapters", "solutions"):
        (tmp_path / "course" / folder).mkdir(parents=True)
    return tmp_path / "course"


@pytest.fixture
def strict_nbval(tmp_path):
    """Run `pytest --nbval` in a course as CI does, with the repository's settings."""

    def run(root, *paths, **environment):
        (root / "tests").mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / "conftest.py", root)
        shutil.copy(REPOSITORY / "tests" / "nbval_sanitize.cfg", root / "tests")
        command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider"]
        return subprocess.run(
            [*command, *paths],
            cwd=root,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run
