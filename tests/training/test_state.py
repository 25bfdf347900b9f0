"""Save, restore, and what may go wrong on the way."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from helpers_training import flat, picture_trainer, points_trainer, take
from safetensors.torch import load_file, save_file

from ganlearn.errors import UserError
from ganlearn.training.log import read


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("before", [0, 1, 7])
def test_going_on_equals_never_having_stopped_bit_for_bit(tmp_path, before, precision):
    settings = {"ema_half_life": 50, "precision": precision, "learning_rate": 2e-3}
    whole = take(picture_trainer(**settings), before + 6)
    take(picture_trainer(**settings), before).save(tmp_path)
    again = picture_trainer(**settings)
    take(again, 2)  # whatever it did before is forgotten
    again.restore(tmp_path)
    take(again, 6)
    assert again.steps_taken == whole.steps_taken
    for ours, theirs in (
        (again.game.generator, whole.game.generator),
        (again.game.discriminator, whole.game.discriminator),
        (again.ema.network, whole.ema.network),
    ):
        assert torch.equal(flat(ours), flat(theirs))
    assert again.meter.read() == whole.meter.read()
    assert torch.equal(again.samples(5), whole.samples(5))


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from helpers_training import points_trainer, take
trainer = take(points_trainer(), 3)
trainer.save({folder!r})
take(trainer, 3)
os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)
trainer.save({folder!r})
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_in_the_middle_of_a_save_the_old_state_is_whole(tmp_path):
    script = KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    trainer = points_trainer()
    trainer.restore(tmp_path)
    assert trainer.steps_taken == 3
    assert torch.equal(flat(trainer.game.generator), flat(take(points_trainer(), 3).game.generator))
    trainer.save(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["state.safetensors"]  # no litter is left


def test_a_save_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        points_trainer().save(tmp_path)
    assert not list(tmp_path.iterdir())


def test_other_settings_are_refused_by_name(tmp_path):
    points_trainer(learning_rate=1e-3).save(tmp_path)
    with pytest.raises(UserError, match=r"learning_rate was 0\.001 and is 0\.0002"):
        points_trainer().restore(tmp_path)


def test_other_networks_are_refused_and_change_nothing(tmp_path):
    take(picture_trainer(), 2).save(tmp_path)
    trainer = points_trainer()
    before = flat(trainer.game.generator)
    with pytest.raises(UserError, match="other networks"):
        trainer.restore(tmp_path)
    assert torch.equal(before, flat(trainer.game.generator))
    assert not trainer.optimisers["generator"].state


def test_nothing_to_restore(tmp_path):
    with pytest.raises(UserError, match="no saved run"):
        points_trainer().restore(tmp_path / "nowhere")


@pytest.mark.parametrize("harm", ["truncated", "empty", "words", "foreign", "future"])
def test_a_damaged_or_foreign_file_is_one_sentence(tmp_path, harm):
    path = take(points_trainer(), 1).save(tmp_path)
    if harm == "truncated":
        path.write_bytes(path.read_bytes()[:-100])
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "words":
        path.write_text("these are not weights")
    elif harm == "foreign":
        save_file({"weight": torch.zeros(2)}, path)
    else:
        header = json.dumps({"format": 99, "settings": {}, "steps_taken": 1})
        save_file(load_file(path), path, metadata={"ganlearn": header})
    trainer = points_trainer()
    with pytest.raises(UserError, match=r"damaged|format 99"):
        trainer.restore(tmp_path)
    assert trainer.steps_taken == 0


def test_the_log_is_cut_back_to_the_restored_step(tmp_path):
    log = tmp_path / "log.jsonl"
    trainer = points_trainer(log=log)
    list(trainer.run(4, every=2))
    trainer.save(tmp_path)
    list(trainer.run(4, every=2))
    with log.open("a") as file:
        file.write('{"step": 10, "lo')  # the power went off
    again = points_trainer(log=log)
    again.restore(tmp_path)
    assert [line["step"] for line in read(log)] == [2, 4]
    list(again.run(2, every=2))
    assert [line["step"] for line in read(log)] == [2, 4, 6]
