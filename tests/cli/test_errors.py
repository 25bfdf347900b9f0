"""Whatever is typed wrong gets one sentence on stderr and exit code 2."""

import subprocess
import sys

import pytest

from ganlearn import cli

COMMANDS = ("lab", "run", "doctor", "train", "sample", "course")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["flub"], "No such command 'flub'"),
        (["train"], "Missing argument 'NAME|FILE'"),
        (["train", "ring", "--stps", "5"], "--stps"),
        (["train", "ring", "--steps", "five"], "Invalid value for '--steps'"),
        (["train", "ring", "--steps", "0"], "Invalid value for '--steps'"),
        (["train", "rung"], "choose from digits, digits-by-class, edges, paintings"),
        (["train", "none.toml"], "There is no file none.toml"),
        (["train", "ring", "--device", "toaster"], "There is no device 'toaster'"),
        (["train", "ring", "--budget", "huge"], "'huge'; choose one of smoke, laptop, full"),
        (["train", "ring", "--resume"], "There is no run in runs/ring"),
        (["train", "ring", "--data", "pictures"], "ring is for points in the plane"),
        (["train", "digits", "--data", "pictures"], "There is no folder"),
        (["sample", "nowhere"], "There is no run in nowhere"),
        (["lab", "--port", "70000"], "Invalid value for '--port'"),
        (["run", "77"], "There is no notebook '77'"),
        (["run", "77", "--budget", "huge"], "There is no budget 'huge'"),
        (["course", "build", "--check", "03"], "leave out the names"),
        (["course", "build", "77"], "There is no notebook '77'"),
    ],
)
def test_one_sentence(ganlearn, arguments, sentence):
    answer = ganlearn(*arguments)
    assert answer.code == 2
    assert sentence in answer.err.replace("\\", "/")
    assert answer.err.startswith("ganlearn: ")
    assert answer.err.count("\n") == 1


def test_a_file_that_cannot_be_written_is_one_sentence(ganlearn, tmp_path):
    (tmp_path / "in-the-way").write_text("a file where a folder should be")
    answer = ganlearn("train", "ring", "--out", "in-the-way/run")
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "in-the-way" in answer.err


def test_a_missing_package_points_to_the_doctor():
    done = in_python("import sys; sys.modules['torch'] = None", "course", "build", "--check")
    assert done.returncode == 2
    assert "ganlearn doctor" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_defect_of_ours_is_not_hidden(monkeypatch):
    def broken(**_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(cli.typer.main, "get_command", lambda app: type("C", (), {"main": broken}))
    with pytest.raises(ZeroDivisionError):
        cli.main(["doctor"])


def test_ctrl_c_is_quiet(ganlearn, monkeypatch):
    from ganlearn import doctor

    def interrupted() -> list:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "examine", interrupted)
    answer = ganlearn("doctor")
    assert (answer.code, answer.err) == (130, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(ganlearn, command):
    words = [command, "build"] if command == "course" else [command]
    answer = ganlearn(*words, "--help")
    assert answer.code == 0
    assert "Example" in answer.out
    assert f"ganlearn {' '.join(words)}" in answer.out.replace("\n", " ")


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_the_commands_are_listed(ganlearn, arguments):
    answer = ganlearn(*arguments)
    assert answer.code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in answer.out


def test_in_a_process_of_its_own():
    done = in_python("pass", "train", "rung")
    assert done.returncode == 2
    assert done.stderr.startswith("ganlearn: There is no configuration 'rung'")
    assert done.stderr.count("\n") == 1


def in_python(before: str, *arguments: str) -> subprocess.CompletedProcess:
    code = f"{before}\nfrom ganlearn.cli import main\nmain()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
