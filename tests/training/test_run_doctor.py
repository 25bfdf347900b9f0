"""The doctor on logs that were written for it: each finding, and what must not be one."""

import json

import pytest
import torch
from helpers_training import points_trainer

from ganlearn import losses, training
from ganlearn.errors import UserError
from ganlearn.game import discriminator_objective, generator_objective
from ganlearn.training import Report, doctor
from ganlearn.training.log import read

WELL = {
    "real logit": 0.3,
    "fake logit": -0.4,
    "told apart": 0.72,
    "pull": 0.58,
    "push": 2.0,
    "gradient": 1.0,
    "spread": 1.0,
    "variety": 0.5,
    "place 1": 0.05,
    "place 2": -0.02,
}


def log(lines=12, **changed):
    """Lines of a log; a change is a value, or a function of the line's number."""
    found = []
    for i in range(lines):
        signs = {**WELL, **{k.replace("_", " "): v for k, v in changed.items()}}
        signs = {k: v(i) if callable(v) else v for k, v in signs.items()}
        loss = signs.pop("loss", 1.3)
        line = {"step": 10 * (i + 1), "images": 640 * (i + 1), "seconds": 0.1 * i}
        line |= {"loss/discriminator": loss, "loss/generator": 0.8}
        found.append(line | {f"sign/{k}": v for k, v in signs.items()})
    return found


ILL = {
    "divergence": [
        {"real_logit": 400.0, "fake_logit": -300.0},
        {"spread": 9.0},
        {"loss": -2000.0},
    ],
    "both on one side": [{"pull": -0.02, "told_apart": 1.0}],
    "no gradient": [
        {"push": 1e-4, "told_apart": 1.0},
        {"pull": 0.01, "told_apart": 0.99},
        {"push": 1e-5, "variety": 0.05},
    ],
    "discriminator too strong": [{"told_apart": 0.99, "pull": 0.95}],
    "another range": [{"outside": 0.3}],
    "oscillation": [{"place_1": lambda i: (-1) ** i * 0.8, "place_2": lambda i: 0.1}],
    "collapse": [{"variety": 0.05}, {"spread": 0.04}],
}


@pytest.mark.parametrize(
    ("name", "changed"), [(name, changed) for name, cases in ILL.items() for changed in cases]
)
def test_each_finding_is_named_with_numbers_and_advice(name, changed):
    found = training.diagnose(log(**changed))
    assert found.word == name
    (first, *_) = found.findings
    assert any(digit in first.evidence for digit in "0123456789")
    assert "nan" not in first.evidence
    assert name in str(found) and "to try:" in str(found)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"told_apart": 0.99, "pull": 1.0},  # a critic wins, and still shows the way
        {"told_apart": 0.99, "pull": 0.95, "variety": 0.8},  # wins, and yet all kinds are made
        {"told_apart": 0.99, "pull": 0.95, "variety": lambda i: 0.001 * i**2.6},  # better
        {"push": 1e-4, "told_apart": 0.5, "variety": 1.0},  # an equilibrium
        {"variety": lambda i: 0.01 if i < 6 else 0.6},  # a bad beginning
        {"variety": lambda i: 0.01 if i == 10 else 0.6},  # one odd report
        {"place_1": lambda i: 0.5 * i},  # a way, and not a circle
    ],
)
def test_what_is_no_illness(changed):
    found = training.diagnose(log(**changed))
    assert found.findings == ()
    assert found.word == ""
    assert "Nothing wrong seen" in str(found)


def test_every_rule_is_tried_above():
    assert set(ILL) == {rule(doctor.Late(log(**ILL[name][0]))).name
                        for name, rule in zip(
        ("divergence", "both on one side", "no gradient", "discriminator too strong",
         "another range", "collapse", "oscillation"), doctor.RULES, strict=True)}  # fmt: skip


def test_two_lines_are_too_early():
    assert "Too early to say: 2 of 3" in str(training.diagnose(log(2, variety=0.0)))


def test_losses_alone_say_little():
    bare = [{k: v for k, v in line.items() if "sign" not in k} for line in log(loss=0.001)]
    assert training.diagnose(bare).names == ("discriminator too strong",)
    bare = [{k: v for k, v in line.items() if "sign" not in k} for line in log()]
    assert "no vital signs" in str(training.diagnose(bare))


def test_a_file_that_is_not_there_and_lines_of_something_else(tmp_path):
    with pytest.raises(UserError, match="There is no log"):
        training.diagnose(tmp_path / "log.jsonl")
    with pytest.raises(UserError, match="Line 1 of the log has no step"):
        training.diagnose([{"epoch": 1}])


def test_a_run_that_ends_in_nan_says_so_in_its_log(tmp_path):
    def objective(game, real, z):
        return discriminator_objective(game, real, z) + (
            float("nan") if trainer.steps_taken == 4 else 0.0
        )

    phases = (
        training.Phase("discriminator", objective),
        training.Phase("generator", generator_objective),
    )
    trainer = points_trainer(log=tmp_path / "log.jsonl", phases=phases)
    with pytest.raises(training.NotFinite):
        list(trainer.run(8, every=2))
    last = read(tmp_path / "log.jsonl")[-1]
    assert last["not finite"] == "discriminator" and last["since"] == 4
    found = training.diagnose(tmp_path / "log.jsonl")
    assert found.word == "not a number"
    assert "since step 4" in found.findings[0].evidence


def test_reports_and_their_log_give_the_same_diagnosis(tmp_path):
    trainer = points_trainer(log=tmp_path / "log.jsonl")
    reports = list(trainer.run(8, every=2))
    assert isinstance(reports[0], Report)
    assert training.diagnose(reports) == training.diagnose(tmp_path / "log.jsonl")
    assert reports[-1].remark == training.diagnose(reports).word
    assert set(WELL) <= set(reports[-1].signs)


def test_the_remark_is_shown_beside_the_bar(monkeypatch):
    from ganlearn import progress

    shown = []
    monkeypatch.setattr(progress.tqdm, "set_postfix_str", lambda self, text: shown.append(text))
    trainer = points_trainer()
    trainer.game.loss = losses.Loss(
        "both on one side", losses.discriminator_loss, lambda f: -losses.non_saturating.generator(f)
    )
    with torch.no_grad():
        trainer.game.generator.body[-1].bias.fill_(9.0)  # far away, so that it is told apart
    list(trainer.run(240, every=60))
    assert shown[:2] == ["", ""]
    assert shown[-1] == "both on one side"


def test_the_command_reads_a_folder(tmp_path, capsys):
    from ganlearn.cli import main

    text = "".join(json.dumps(line) + "\n" for line in log(variety=0.05))
    (tmp_path / "log.jsonl").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["diagnose", str(tmp_path)])
    assert ended.value.code == 1
    assert capsys.readouterr().out.startswith("collapse: ")
