"""What the README tells the reader to do is what CI does, and its map is that of the course."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = "python3 -m venv .venv && . .venv/bin/activate && pip install -e"


def test_the_two_commands_are_one_line_each():
    assert f"{SETUP} . && ganlearn lab\n" in README
    assert f'{SETUP} ".[test]" && pytest --nbval\n' in README


@pytest.mark.skipif(not shutil.which("sed"), reason="needs sed, as .ci/run does")
def test_ci_runs_the_readers_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    line = next(line for line in script.splitlines() if line.startswith("command=$(sed"))
    done = subprocess.run(
        ["bash", "-c", f'{line}; echo "$command"'], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == f'{SETUP} ".[test]" && pytest --nbval\n', done.stderr


def test_the_map_links_every_chapter_that_is_there_and_no_other():
    there = {f"chapters/{path.stem}.ipynb" for path in (ROOT / "chapters").glob("[0-9][0-9]_*.py")}
    linked = set(re.findall(r"\]\((chapters/[^)]+)\)", README))
    assert linked == there


def test_a_chapter_is_planned_or_has_its_minutes():
    rows = re.findall(r"^\| (\d\d) \| (.+?) \| .+? \| (.*?) \|$", README, flags=re.MULTILINE)
    assert [number for number, _, _ in rows] == [f"{n:02d}" for n in range(1, 19)]
    for number, title, status in rows:
        if "](chapters/" in title:
            assert re.fullmatch(r"\d+(\.\d)?", status), f"chapter {number}: give measured minutes"
        else:
            assert status == "planned", f"chapter {number}"


def test_every_command_in_the_readme_exists():
    from ganlearn.cli import app

    commands = {info.callback.__name__ for info in app.registered_commands} | {"course"}
    # In code, written as a line of a shell or between backticks.
    used = set(re.findall(r"(?:^|`|&& |\\)ganlearn (\w+)", README, flags=re.MULTILINE))
    assert used <= commands
    assert {"lab", "doctor", "train", "sample", "run"} <= used
