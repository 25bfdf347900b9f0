"""Scores from the command line: of folders, runs and shipped generators; nothing half-written."""

import json

import pytest
import torch
from PIL import Image

from ganlearn import data, metrics, nets, runtime


@pytest.fixture
def folders(tmp_path):
    """Pictures of digits in two folders."""
    pictures = data.digits(16).samples
    for name, part in (("made", pictures[:30]), ("photos", pictures[30:80])):
        (tmp_path / name).mkdir()
        for index, picture in enumerate(part):
            grey = ((picture[0] + 1) * 127.5).round().byte().numpy()
            Image.fromarray(grey).save(tmp_path / name / f"{index:03d}.png")
    return tmp_path


def test_two_folders(ganlearn, folders):
    answer = ganlearn("evaluate", "made", "photos", "--features", "digits", "--json", "out/s.json")
    assert answer.code == 0, answer.err
    told = json.loads((folders / "out" / "s.json").read_text(encoding="utf-8"))
    assert told["protocol"]["n_fake"] == 30 and told["protocol"]["n_real"] == 50
    assert (told["protocol"]["fake"], told["protocol"]["real"]) == ("made", "photos")
    assert [path.name for path in (folders / "out").iterdir()] == ["s.json"]
    read = [data.folder(folders / name, 16) for name in ("made", "photos")]
    expected = metrics.evaluate(*read, features="digits")
    assert told["scores"]["frechet"] == pytest.approx(expected.frechet, rel=1e-4, abs=1e-4)
    assert "Fréchet distance" in answer.out and "30 fake (made), 50 real" in answer.out


def test_so_many_of_each(ganlearn, folders):
    answer = ganlearn("evaluate", "made", "photos", "-n", 12, "--features", "digits")
    assert answer.code == 0, answer.err
    assert "12 fake (made), 12 real (photos)" in answer.out


def test_a_shipped_generator_against_the_digits(ganlearn, tmp_path):
    answer = ganlearn("evaluate", "digits", "digits", "-n", 64, "--seed", 3, "--json", "s.json")
    assert answer.code == 0, answer.err
    told = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert told["protocol"]["features"] == "digits"
    assert told["protocol"]["n_fake"] == told["protocol"]["n_real"] == 64
    assert told["protocol"]["seed"] == 3
    generator = nets.shipped("digits")
    made = generator(torch.randn(64, generator.latent, generator=runtime.generator(3)))
    labels = metrics.features("digits").probabilities(metrics.extract("digits", made)).argmax(1)
    assert told["class_counts"] == torch.bincount(labels, minlength=10).tolist()


def test_a_run_against_paintings(ganlearn):
    assert ganlearn("train", "paintings", "--steps", 2).code == 0
    answer = ganlearn("evaluate", "runs/paintings", "paintings", "-n", 40)
    assert answer.code == 0, answer.err
    assert "40 fake (runs/paintings), 40 real (paintings 32 px)" in answer.out.replace("\\", "/")


def test_a_run_that_is_told_classes_draws_each_equally(ganlearn):
    assert ganlearn("train", "digits-by-class", "--steps", 1).code == 0
    answer = ganlearn("evaluate", "runs/digits-by-class", "digits", "-n", 20)
    assert answer.code == 0, answer.err
    assert "20 fake" in answer.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["made"], "Missing argument 'REALS'"),
        (["made", "cats"], "There is no folder 'cats' here"),
        (["empty", "photos"], "There is no picture in empty (it is empty)"),
        (["made", "empty"], "There is no picture in empty"),
        (["made", "photos", "--features", "toes"], "no features 'toes'; choose from digits"),
        (["made", "photos", "--weights", "x.pth"], "--weights is for --features inception"),
        (["made", "photos", "-n", "3"], "Invalid value for '-n'"),
        (["made", "photos", "--json", "empty"], "empty is a folder"),
        (["made", "photos", "--device", "toaster"], "There is no device 'toaster'"),
        (["few", "photos"], "There are 3 fake samples"),
    ],
)
def test_one_sentence(ganlearn, folders, arguments, sentence):
    (folders / "empty").mkdir()
    (folders / "few").mkdir()
    for index in range(3):
        (folders / "few" / f"{index}.png").write_bytes(
            (folders / "made" / f"{index:03d}.png").read_bytes()
        )
    answer = ganlearn("evaluate", *arguments)
    assert answer.code == 2
    assert sentence in answer.err
    assert answer.err.startswith("ganlearn: ") and answer.err.count("\n") == 1


def test_points_and_translators_are_sent_elsewhere(ganlearn):
    assert ganlearn("train", "ring", "--steps", 1).code == 0
    answer = ganlearn("evaluate", "runs/ring", "digits")
    assert answer.code == 2 and "draws points and no pictures" in answer.err
    assert ganlearn("train", "edges", "--steps", 1).code == 0
    answer = ganlearn("evaluate", "runs/edges", "paintings")
    assert answer.code == 2 and "ganlearn translate FOLDER" in answer.err


def test_ctrl_c_leaves_nothing_behind(ganlearn, folders, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(metrics, "evaluate", interrupted)
    answer = ganlearn("evaluate", "made", "photos", "--json", "s.json")
    assert (answer.code, answer.err) == (130, "")
    assert not list(folders.glob("*s.json*"))


def test_help_has_an_example(ganlearn):
    answer = ganlearn("evaluate", "--help")
    assert answer.code == 0
    assert "Example: ganlearn evaluate" in " ".join(answer.out.split())
