"""Conditional runs as tables: built as written, and what does not fit is named."""

import pytest

from ganlearn import conditional, nets
from ganlearn.errors import UserError
from ganlearn.training import config

RIGHT = """
[data]
name = "digits-by-class"
size = 8

[nets]
name = "conditional"
judge = "auxiliary"
given = "concatenation"
latent = 4
width = 4

[training]
loss = "hinge"
steps = 3
r1 = 0.2
auxiliary = 0.5
seed = 2
"""


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_tables_become_the_game_they_describe(tmp_path):
    trainer = config.build(written(tmp_path, RIGHT), device="cpu")
    game = trainer.game
    assert isinstance(game, conditional.ConditionalGame)
    assert (game.r1, game.auxiliary, game.loss.name) == (0.2, 0.5, "hinge")
    assert isinstance(trainer.source, conditional.Labelled)
    expected, _ = nets.conditional(
        8, 1, 10, judge="auxiliary", given="concatenation", latent=4, width=4, seed=2
    )
    for mine, theirs in zip(game.generator.parameters(), expected.parameters(), strict=True):
        assert mine.equal(theirs)
    trainer.step()


def test_schools_of_painters_are_classes_too(tmp_path):
    text = RIGHT.replace('"digits-by-class"', '"paintings-by-school"\nn = 12')
    text = text.replace('"conditional"\n', '"conditional"\nclasses = 8\n')
    trainer = config.build(written(tmp_path, text), device="cpu")
    assert trainer.samples(2).shape == (2, 3, 8, 8)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"digits-by-class"', '"digits"', "planes? for each of its 10 classes.* 1 channels"),
        ("latent = 4", "latent = 4\nclasses = 3", "each of its 3 classes.* 11 channels"),
        ('"auxiliary"', '"jury"', "judge is 'jury'; it must be one of 'concatenation'"),
        ("r1 = 0.2", "r2 = 0.2", "no key 'r2'"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, old, new, sentence):
    assert old in RIGHT
    with pytest.raises(UserError, match=sentence):
        config.build(written(tmp_path, RIGHT.replace(old, new)), device="cpu")
