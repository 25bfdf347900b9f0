"""Runs as tables: what is right is built as written, what is wrong is named."""

import pytest
import torch

from ganlearn import augment, losses, nets, rules, runtime, translate
from ganlearn.errors import UserError
from ganlearn.training import config

RIGHT = """
[data]
name = "ring"
modes = 5

[nets]
name = "mlp"
hidden = 12
depth = 1

[training]
loss = "minimax"
steps = 7
batch = 9
betas = [0.0, 0.9]
learning_rate = 1e-3
ema_half_life = 500
seed = 3
"""


def written(tmp_path, text, name="mine"):
    path = tmp_path / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_the_trainer_it_describes(tmp_path):
    found = config.load(written(tmp_path, RIGHT))
    trainer = config.build(found, device="cpu")
    assert found.name == "mine"
    assert len(trainer.source.means) == 5
    assert trainer.game.loss is losses.minimax
    assert (trainer.batch, trainer.settings["seed"]) == (9, 3)
    assert trainer.settings["betas"] == [0.0, 0.9]
    assert trainer.ema.half_life == 500
    expected, _ = nets.mlp((2,), hidden=12, depth=1, seed=3)
    for mine, theirs in zip(
        trainer.game.generator.parameters(), expected.parameters(), strict=True
    ):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize("name", config.names())
def test_the_built_in_configurations_build(name, monkeypatch):
    monkeypatch.setenv("GANLEARN_BUDGET", "smoke")
    found = config.load(name)
    trainer = config.build(found, device="cpu")
    random = runtime.generator(0)
    real, _ = trainer.game.deal(trainer.source.draw(2, random), random)
    assert trainer.samples(2).shape == real.shape


def test_a_value_may_differ_between_budgets(tmp_path, monkeypatch):
    text = RIGHT.replace("steps = 7", "steps = { smoke = 1, laptop = 2, full = 3 }")
    for budget, steps in (("smoke", 1), ("laptop", 2), ("full", 3)):
        monkeypatch.setenv("GANLEARN_BUDGET", budget)
        assert config.load(written(tmp_path, text)).training["steps"] == steps


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "[nets]",
            "[netz]",
            r"no table 'netz' \(did you mean nets\?\); it has data, nets, training",
        ),
        ('[nets]\nname = "mlp"\nhidden = 12\ndepth = 1\n', "", r"lacks the table \[nets\]"),
        (
            "modes = 5",
            "mods = 5",
            r"\[data\] has no key 'mods' \(did you mean modes\?\); it knows .*radius",
        ),
        ('name = "ring"', 'name = "rings"', r"data.name is 'rings'; choose from .*digits"),
        ('name = "ring"', "name = [1]", r"data.name is \[1\]"),
        ('name = "ring"\n', "", "data.name is missing; choose from ring"),
        ("steps = 7\n", "", r"\[training\] lacks the key steps"),
        ("modes = 5", 'modes = "five"', "data.modes is 'five'; it must be a whole number above 0"),
        ("modes = 5", "modes = 5.0", "whole number"),
        ("modes = 5", "modes = true", "whole number"),
        ("batch = 9", "batch = 0", "training.batch is 0; it must be a whole number above 0"),
        ("seed = 3", "seed = -1", "whole number from 0 on"),
        ("learning_rate = 1e-3", "learning_rate = -1e-3", "a number above 0"),
        ("betas = [0.0, 0.9]", "betas = [0.9]", "a list of 2 numbers"),
        ("betas = [0.0, 0.9]", 'betas = ["a", "b"]', "a list of 2 numbers"),
        ('loss = "minimax"', 'loss = "mini"', "one of 'non-saturating', 'minimax'"),
        ("seed = 3", 'precision = "half"', "one of 'auto', 'float32', 'bfloat16'"),
        ("hidden = 12", "size = 12", r"\[nets\] has no key 'size'"),
        ("steps = 7", "steps = { smoke = 1, full = 3 }", "training.steps is .*whole number"),
        ("steps = 7", "steps = ", "mine.toml is not TOML"),
        ('name = "mlp"\nhidden = 12\ndepth = 1', 'name = "dcgan"', "draws pictures"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, old, new, sentence):
    assert old in RIGHT
    with pytest.raises(UserError, match=sentence):
        config.build(config.load(written(tmp_path, RIGHT.replace(old, new))), device="cpu")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            'name = "paintings"\nn = 9\nschools = "waves"',
            "schools is 'waves'; it must be a list of",
        ),
        ('name = "paintings"\nn = 9\nschools = [1]', "a list of names"),
        ('name = "photographs"\nnames = "coffee"', "a list of names"),
        ('name = "folder"\npath = 3', "path is 3; it must be text in quotes"),
        ('name = "folder"', "lacks the key path"),
        ('name = "mnist"\nsize = "big"', "a whole number above 0"),
    ],
)
def test_wrong_values_of_other_types_are_named(tmp_path, data, sentence):
    text = f'[data]\n{data}\n[nets]\nname = "dcgan"\n[training]\nsteps = 1\n'
    with pytest.raises(UserError, match=sentence):
        config.load(written(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="is not TOML"):
        config.load(path)


def test_own_pictures_keep_the_size_and_points_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLEARN_BUDGET", "smoke")
    found = config.load("paintings").with_pictures(tmp_path)
    assert found.data == {"name": "folder", "path": str(tmp_path.resolve()), "size": 32}
    with pytest.raises(UserError, match="points in the plane"):
        config.load("ring").with_pictures(tmp_path)


def test_sizes_of_the_data_reach_the_networks(tmp_path):
    tables = ["[data]", 'name = "digits"', "size = 8", "[nets]", 'name = "dcgan"', "width = 4"]
    text = "\n".join([*tables, "[training]", "steps = 1"])
    trainer = config.build(config.load(written(tmp_path, text)), device="cpu")
    assert trainer.samples(1).shape == (1, 1, 8, 8)


PAIRS = """
[data]
name = "edges"
n = 16
size = 16

[nets]
name = "pix2pix"
width = 2
depth = 2
patch_depth = 1

[training]
steps = 1
l1 = 0
decay = [0, 100]
"""
SIDES = PAIRS.replace('"edges"', '"photographs-and-paintings"').replace("pix2pix", "cyclegan")


def test_the_weights_of_a_translation_stand_with_its_training(tmp_path):
    trainer = config.build(config.load(written(tmp_path, PAIRS)), device="cpu")
    assert isinstance(trainer.game, translate.Pix2Pix)
    assert trainer.game.l1 == 0
    assert trainer.game.loss is losses.non_saturating
    assert trainer.decay == (0, 100)
    assert trainer.settings["phases"][1][1] == "generator_objective"
    text = SIDES.replace("l1 = 0", "cycle = 3\nidentity = 0")
    trainer = config.build(config.load(written(tmp_path, text)), device="cpu")
    assert isinstance(trainer.game, translate.CycleGAN)
    assert (trainer.game.cycle, trainer.game.identity) == (3, 0)
    assert trainer.game.loss is losses.least_squares


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (RIGHT.replace("seed = 3", "l1 = 3"), r"\[training\] has no key 'l1'"),
        (PAIRS.replace("l1 = 0", "l1 = -1"), "l1 is -1; it must be a number from 0 on"),
        (PAIRS.replace("l1 = 0", "cycle = 1"), r"\[training\] has no key 'cycle'"),
        (PAIRS.replace('"edges"', '"paintings"'), "pix2pix learns from pairs; take data such as"),
        (SIDES.replace("l1 = 0", "pool = 3"), "no key 'pool'"),
        (
            PAIRS.replace("pix2pix", "dcgan").replace("depth = 2", "").replace("patch_", ""),
            "has no key 'depth'",
        ),
    ],
)
def test_what_does_not_fit_a_translation_is_named(tmp_path, text, sentence):
    with pytest.raises(UserError, match=sentence):
        config.build(config.load(written(tmp_path, text)), device="cpu")


def test_pairs_are_no_pictures_for_a_dcgan(tmp_path):
    tables = ["[data]", 'name = "edges"', "n = 16", "size = 16", "[nets]", 'name = "dcgan"']
    text = "\n".join([*tables, "[training]", "steps = 1"])
    with pytest.raises(UserError, match="the data are pairs; take pix2pix"):
        config.build(config.load(written(tmp_path, text)), device="cpu")


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("edges", "folder-with-edges"),
        ("photographs", "two-folders"),
        ("digits", "folder"),
    ],
)
def test_own_pictures_take_the_place_of_the_shipped_ones(tmp_path, monkeypatch, name, theirs):
    monkeypatch.setenv("GANLEARN_BUDGET", "smoke")
    found = config.load(name).with_pictures(tmp_path)
    assert found.data["name"] == theirs
    assert found.with_pictures(tmp_path).data["name"] == theirs


RULE = """
penalty = "r1"
penalty_weight = 0.5
lazy = 4
critic_steps = 2
clip_weights = 0.3
clip_gradient = 2.0
"""


def test_keys_of_the_rule_become_its_phases(tmp_path):
    trainer = config.build(config.load(written(tmp_path, RIGHT + RULE)), device="cpu")
    expected = rules.rule(
        penalties={"r1": 0.5}, lazy=4, critic_steps=2, clip_weights=0.3, clip_gradient=2.0
    )
    assert trainer.phases == expected
    plain = config.build(config.load(written(tmp_path, RIGHT)), device="cpu")
    assert plain.phases == plain.game.phases


def test_pictures_may_be_augmented(tmp_path):
    text = RIGHT.replace('name = "ring"\nmodes = 5', 'name = "digits"\nsize = 8')
    made = config.load(written(tmp_path, text + 'augment = "colour,cutout"'))
    phases = config.build(made, device="cpu").phases
    assert phases == rules.rule(seen=augment.diffaugment("colour,cutout"))


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ('penalty = "gp"', "training.penalty is 'gp'; it must be one of 'wgan-gp'"),
        ("penalty = 10", "it must be one of 'wgan-gp'"),
        ("penalty_weight = 3.0", "training.penalty_weight needs training.penalty beside it"),
        ('penalty = "r1"\npenalty_weight = 0', "a number above 0"),
        ("lazy = 4", "name one as penalty too"),
        ("critic_steps = 0", "a whole number above 0"),
        ("clip_weights = -0.1", "a number above 0"),
        ('augment = "colour"', "the data are points"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(tmp_path, extra, sentence):
    with pytest.raises(UserError, match=sentence):
        config.build(config.load(written(tmp_path, RIGHT + extra)), device="cpu")


def test_an_augmentation_that_there_is_not_is_named(tmp_path):
    text = RIGHT.replace('name = "ring"\nmodes = 5', 'name = "digits"\nsize = 8')
    with pytest.raises(UserError, match="no augmentation 'rotation'"):
        config.build(config.load(written(tmp_path, text + 'augment = "rotation"')), device="cpu")


def test_a_game_with_a_rule_of_its_own_is_given_no_other(tmp_path):
    text = config.FOLDER.joinpath("edges.toml").read_text() + '\npenalty = "r1"'
    with pytest.raises(UserError, match="pix2pix plays by its own rule, which has no penalty"):
        config.load(written(tmp_path, text))


def test_the_wasserstein_configuration_plays_the_wasserstein_game():
    trainer = config.build(config.load("ring-wgan"), device="cpu")
    assert trainer.game.loss is losses.wasserstein
    assert [phase.every for phase in trainer.phases] == [1, 3]
    assert trainer.phases[0].objective.penalties == {"wgan-gp": 1.0}
