"""The shipped photographs: there without a network, and honest about whose they are."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut
from sklearn.datasets import load_sample_image

from ganlearn import data
from ganlearn.data.photograph_records import PHOTOGRAPHS
from ganlearn.data.photographs import piece
from ganlearn.errors import UserError

NAMES = data.photograph_names()


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a photograph must not need the network")

    monkeypatch.setattr("socket.socket.connect", refuse)


@pytest.mark.parametrize("name", NAMES)
def test_every_photograph_is_there(name):
    image = data.photograph(name)
    assert image.mode == "RGB" and min(image.size) >= 300
    grey = np.ptp(np.asarray(image).astype(int), axis=2).max() == 0
    assert grey == (not data.photograph_record(name).colour)


def test_they_are_the_packages_own():
    assert np.array_equal(np.asarray(data.photograph("astronaut")), astronaut())
    china = np.asarray(data.photograph("china"))
    assert np.array_equal(china, load_sample_image("china.jpg"))


@pytest.mark.parametrize("name", NAMES)
def test_every_photograph_has_a_licence_record(name):
    record = data.photograph_record(name)
    assert all((record.author, record.licence, record.source, record.documented_in, record.shows))


def test_the_page_of_the_docs_lists_the_same():
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    section = page.split("## Photographs")[1]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    expected = [
        f"| `{name}` | {record.shows} | {record.author} | {record.licence} | {record.source} "
        f"| {record.documented_in} |"
        for name, record in PHOTOGRAPHS.items()
    ]
    assert rows == expected


def test_names_by_colour():
    colour, grey = (data.photograph_names(colour=wanted) for wanted in (True, False))
    assert set(colour) | set(grey) == set(NAMES) and not set(colour) & set(grey)


def test_pieces_are_balanced_labelled_and_of_their_seed():
    one, again, other = (data.photographs(24, 50, seed) for seed in (0, 0, 1))
    assert one.shape == (3, 24, 24) and len(one) == 50
    assert one.samples.abs().max() <= 1 and one.samples.std() > 0.2
    counts = torch.bincount(one.labels, minlength=len(one.label_names))
    assert counts.max() - counts.min() <= 1
    assert torch.equal(one.samples, again.samples)
    assert not torch.equal(one.samples, other.samples)
    assert one.label_names == data.photograph_names(colour=True)


def test_only_the_photographs_that_were_named():
    pieces = data.photographs(16, 6, 0, ["grass", "brick"])
    assert pieces.label_names == ("grass", "brick")
    assert torch.equal(pieces.samples[:, 0], pieces.samples[:, 2])


def test_a_piece_lies_where_the_numbers_say():
    ramp = np.tile(np.arange(200, dtype=np.uint8), (100, 1))
    image = Image.fromarray(np.stack([ramp] * 3, -1))
    left, right, mirrored = (
        np.asarray(piece(image, 100, 1.0, *numbers))[50, :, 0].astype(int)
        for numbers in ((0.0, 0.0, 0.9), (1.0, 0.0, 0.9), (0.0, 0.0, 0.1))
    )
    assert np.array_equal(left, np.arange(100))
    assert np.array_equal(right, np.arange(100, 200))
    assert np.array_equal(mirrored, left[::-1])


def test_a_piece_may_be_larger_than_its_photograph():
    assert data.photographs(600, 1, 0, ["coins"]).shape == (3, 600, 600)


def test_a_missing_file_is_explained(monkeypatch):
    broken = data.Photograph("skimage", "data/gone.png", *["x"] * 5)
    monkeypatch.setitem(PHOTOGRAPHS, "chelsea", broken)
    with pytest.raises(UserError, match=r"reinstall it with .*scikit-image"):
        data.photograph("chelsea")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: data.photograph("lena"), "choose from astronaut"),
        (lambda: data.photographs(16, 3), "at least"),
        (lambda: data.photographs(0), "whole number"),
        (lambda: data.photographs(16, 3, 0, []), "at least"),
    ],
)
def test_what_is_not_there_is_refused(call, says):
    with pytest.raises(UserError, match=says):
        call()
