"""A run from the command line: begun, stopped, gone on with, sampled from."""

import json
import signal

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from ganlearn import recipe, training
from ganlearn.training import log, runs


def state(folder):
    return load_file(folder / "state.safetensors")


def test_a_run_leaves_state_log_record_and_pictures(ganlearn, tmp_path):
    answer = ganlearn("train", "ring")
    assert answer.code == 0, answer.err
    folder = tmp_path / "runs" / "ring"
    assert "ganlearn sample runs/ring" in answer.out.replace("\\", "/")
    lines = log.read(folder / "log.jsonl")
    assert lines[-1]["step"] == 20
    assert [line["step"] for line in lines] == sorted({line["step"] for line in lines})
    assert runs.read(folder).config.name == "ring"
    sheets = sorted(file.name for file in (folder / "samples").iterdir())
    assert sheets == [f"{line['step']:06d}.png" for line in lines]
    assert not list(tmp_path.rglob("*.writing-*"))


def test_a_run_is_not_overwritten(ganlearn, tmp_path):
    ganlearn("train", "ring", "--steps", 2)
    before = state(tmp_path / "runs" / "ring")
    answer = ganlearn("train", "ring")
    assert answer.code == 2
    assert "--resume" in answer.err
    assert "--out" in answer.err
    after = state(tmp_path / "runs" / "ring")
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_resumed_run_is_the_run_that_never_stopped(ganlearn, tmp_path):
    assert ganlearn("train", "ring", "--out", "whole", "--steps", 12).code == 0
    assert ganlearn("train", "ring", "--out", "parts", "--steps", 5).code == 0
    answer = ganlearn("train", "ring", "--out", "parts", "--steps", 12, "--resume")
    assert answer.code == 0, answer.err
    whole, parts = state(tmp_path / "whole"), state(tmp_path / "parts")
    assert whole.keys() == parts.keys()
    for name in whole:
        if not name.startswith("meter."):  # which holds the losses since the last report
            assert torch.equal(whole[name], parts[name]), name


def test_ctrl_c_keeps_what_was_done_and_says_how_to_go_on(ganlearn, tmp_path, monkeypatch):
    step = training.Trainer.step

    def interrupted(self) -> int:
        count = step(self)
        if count == 3:
            signal.raise_signal(signal.SIGINT)
        return count

    monkeypatch.setattr(training.Trainer, "step", interrupted)
    answer = ganlearn("train", "ring", "--out", "my run")
    assert answer.code == 130
    assert "ganlearn train ring --out 'my run' --resume" in answer.out
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert log.read(tmp_path / "my run" / "log.jsonl")[-1]["step"] == 3
    answer = ganlearn("train", "ring", "--out", "my run", "--resume")
    assert answer.code == 0, answer.err
    assert log.read(tmp_path / "my run" / "log.jsonl")[-1]["step"] == 20


def test_a_run_that_is_done_says_how_to_get_more(ganlearn):
    ganlearn("train", "ring", "--steps", 2)
    answer = ganlearn("train", "ring", "--steps", 2, "--resume")
    assert answer.code == 2
    assert "--steps" in answer.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["digits", "--out", "runs/ring"], "is of 'ring', not of 'digits'"),
        (["ring", "--data", "pictures"], "keeps its data and budget"),
        (["ring", "--budget", "smoke"], "keeps its data and budget"),
    ],
)
def test_a_run_goes_on_as_what_it_is(ganlearn, options, sentence):
    ganlearn("train", "ring", "--steps", 2)
    answer = ganlearn("train", *options, "--resume")
    assert answer.code == 2
    assert sentence in answer.err


def test_a_damaged_record_is_named(ganlearn, tmp_path):
    ganlearn("train", "ring", "--steps", 2)
    (tmp_path / "runs" / "ring" / "run.json").write_text("{")
    answer = ganlearn("sample", "runs/ring")
    assert answer.code == 2
    assert "run.json is damaged" in answer.err


def test_samples_repeat_by_seed_and_carry_their_recipe(ganlearn, tmp_path):
    ganlearn("train", "digits", "--steps", 2)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        answer = ganlearn("sample", "runs/digits", "-n", 9, "-o", f"{name}.png", "--seed", seed)
        assert answer.code == 0, answer.err
    a, b, c = (Image.open(tmp_path / f"{name}.png").tobytes() for name in "abc")
    assert a == b != c
    made_of = recipe.read(tmp_path / "a.png")
    assert (made_of["n"], made_of["seed"], made_of["steps"]) == (9, 1, 2)
    assert made_of["data"]["name"] == "digits"


def test_the_samples_are_those_of_the_trainer(ganlearn, tmp_path):
    ganlearn("train", "digits", "--steps", 2)
    run = runs.read(tmp_path / "runs" / "digits")
    generator, steps = run.generator()
    trainer = runs.configs.build(run.config, device="cpu")
    trainer.restore(run.folder)
    z = torch.randn(4, generator.latent, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        assert torch.allclose(generator(z), trainer.samples(4, seed=5), atol=1e-6)
    assert steps == 2


def test_points_are_drawn_as_points(ganlearn, tmp_path):
    ganlearn("train", "ring", "--steps", 2)
    assert ganlearn("sample", "runs/ring").code == 0
    assert Image.open(tmp_path / "runs" / "ring" / "samples.png").width >= 200


def test_a_picture_must_be_a_png(ganlearn):
    ganlearn("train", "ring", "--steps", 2)
    answer = ganlearn("sample", "runs/ring", "-o", "x.jpg")
    assert answer.code == 2
    assert "must end in .png" in answer.err


def test_your_own_pictures(ganlearn, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for i in range(4):
        Image.new("RGB", (40 + i, 50), (60 * i, 0, 200)).save(pictures / f"{i}.png")
    answer = ganlearn("train", "digits", "--data", "pictures", "--steps", 2, "--out", "mine")
    assert answer.code == 0, answer.err
    record = json.loads((tmp_path / "mine" / "run.json").read_text())
    assert record["shape"] == [3, 16, 16]  # colour, at the size of the configuration
    assert record["config"]["data"]["path"] == str(pictures.resolve())
    assert ganlearn("sample", "mine").code == 0


def test_your_own_configuration(ganlearn, tmp_path):
    (tmp_path / "mine.toml").write_text(
        '[data]\nname = "grid"\nside = 3\n[nets]\nname = "mlp"\nhidden = 8\n'
        "[training]\nsteps = 3\nevery = 1\nbatch = 4\n"
    )
    answer = ganlearn("train", "mine.toml")
    assert answer.code == 0, answer.err
    assert len(list((tmp_path / "runs" / "mine" / "samples").iterdir())) == 3
