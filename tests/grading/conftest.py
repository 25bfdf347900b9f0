"""A course of one chapter with a hidden test, small limits, and notebooks that answer it."""

import shutil
from pathlib import Path

import pytest
from class_of_students import LIMITS

from ganlearn.grading.assignment import assignments

DEMO = Path(__file__).parent / "course"


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """The course's folder; not to be changed."""
    return Path(shutil.copytree(DEMO, tmp_path_factory.mktemp("taught") / "course"))


@pytest.fixture(scope="session")
def assignment(root):
    """The one assignment of the course."""
    return assignments(root, (), {"00.1": 2, "00.2": 2})[0]


@pytest.fixture(scope="session")
def settings_file(tmp_path_factory):
    """Two points for each exercise, and limits that make tests fast."""
    file = tmp_path_factory.mktemp("settings") / "course.toml"
    file.write_text('[points]\n"00.1" = 2\n"00.2" = 2\n' + LIMITS)
    return file
