"""The command line as a function, in a folder of its own."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from ganlearn import cli


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def ganlearn(capsys, monkeypatch, tmp_path) -> Callable[..., Answer]:
    """``ganlearn("train", "ring")`` as if typed in an empty folder, at the smoke budget."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANLEARN_BUDGET", "smoke")
    monkeypatch.setenv("GANLEARN_PROGRESS", "off")

    def call(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as exit_:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Answer(exit_.value.code, out, err)

    return call
