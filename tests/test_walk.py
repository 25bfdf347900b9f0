"""A newcomer's walk through the README: every command and every program on it, in its order.

Only sizes and steps are made smaller. The two commands of the start are what CI itself runs.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
SMALLER = {
    "size 512": "size 64",
    "steps=2_000": "steps=2",
    "size=32": "size=16",
    "-n 100": "-n 9",
    # Nobody stops the first training here, so that there are no steps left without more of them.
    "digits --resume": "digits --resume --steps 6",
}
ELSEWHERE = ("python3 -m venv", "conda ", "pytest")  # CI's own commands; `ganlearn lab` has tests
PYTHON = [sys.executable, "-c"]
GANLEARN = [*PYTHON, "from ganlearn.cli import main; main()"]


def lines():
    """(language, what is run) in the order of the README."""
    for language, text in BLOCKS:
        for old, new in SMALLER.items():
            text = text.replace(old, new)
        if language == "python":
            yield language, text
        else:
            commands = (line.split("#")[0].strip() for line in text.splitlines())
            yield from ((language, c) for c in commands if c and not c.startswith(ELSEWHERE))


@pytest.mark.slow
def test_every_line_of_the_readme_works_in_its_order(tmp_path):
    work, home = tmp_path / "work", tmp_path / "home"
    for folder in (work / "holiday", home / "pictures"):
        folder.mkdir(parents=True)
    for n, name in enumerate(("cat.jpg", "waves.jpg", "painting.jpg", "holiday/beach.png")):
        Image.effect_noise((90 + n, 70), 60).convert("RGB").save(work / name)
    for n in range(3):
        Image.effect_noise((40, 50 + n), 60).convert("RGB").save(home / "pictures" / f"{n}.png")
    environment = os.environ | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "GANLEARN_BUDGET": "smoke",
        "GANLEARN_DATA": os.environ.get("GANLEARN_DATA", str(tmp_path / "data")),
    }
    walked = 0
    for language, text in lines():
        if language == "python":
            command = [*PYTHON, text]
        else:
            program, *arguments = shlex.split(text)
            assert program == "ganlearn", f"the walk does not know how to run: {text}"
            command = [*GANLEARN, *(part.replace("~", str(home)) for part in arguments)]
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
        # A run of so few steps is ill, and to say so is the answer.
        allowed = {0, 1} if text.startswith("ganlearn diagnose") else {0}
        assert done.returncode in allowed, f"{text}\n{done.stdout}\n{done.stderr}"
        walked += 1
    assert walked >= 9
    for made in ("runs/by-hand", "runs/digits", "runs/mine", "mine.png", "painted/beach.png"):
        assert (work / made).exists(), made
