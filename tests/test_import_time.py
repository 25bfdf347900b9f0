"""What an import brings along: rooms are cheap to enter, heavy packages wait for their use."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "sklearn", "skimage", "matplotlib", "IPython", "scipy", "nbclient")


def loaded_after(statement: str) -> set[str]:
    """Those of the heavy packages that are loaded in a fresh Python after a statement."""
    code = f"{statement}\nimport sys\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import ganlearn", set()),
        ("import ganlearn.cli", set()),
        ("import ganlearn.doctor", set()),
        ("from ganlearn import data", {"torch"}),
        ("from ganlearn import nets, losses", {"torch"}),
        ("from ganlearn import training", {"torch"}),
        ("from ganlearn import style, translate", {"torch"}),
    ],
)
def test_no_heavy_package_comes_uninvited(statement, allowed):
    assert loaded_after(statement) <= allowed


def test_the_test_sees_what_is_loaded():
    assert "matplotlib" in loaded_after("from ganlearn import plots")
