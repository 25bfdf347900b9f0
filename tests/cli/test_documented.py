"""Help that is read from docstrings."""

import inspect

from ganlearn.cli.documented import arguments
from ganlearn.style.optimise import stylize


def test_every_argument_is_described_in_one_plain_line():
    described = arguments("style/optimise.py", "stylize")
    assert set(described) == set(inspect.signature(stylize).parameters)
    for text in described.values():
        assert text
        assert not set("\n`").intersection(text)
        assert not text.endswith(".")


def test_what_is_described_together_shares_its_words():
    described = arguments("style/optimise.py", "stylize")
    assert described["content"] == described["style"]
