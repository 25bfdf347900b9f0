"""Datasets: what goes in is checked, what comes out is drawn as promised."""

import pytest
import torch

from ganlearn import data, runtime
from ganlearn.errors import UserError


def numbers(n=10, **options):
    """A dataset whose sample i is the number i, with label i % 3."""
    samples = torch.arange(float(n)).unsqueeze(1)
    return data.Dataset(samples, torch.arange(n) % 3, ("a", "b", "c"), **options)


def test_shape_and_length():
    dataset = data.Dataset(torch.zeros(7, 3, 4, 5))
    assert (len(dataset), dataset.shape) == (7, (3, 4, 5))


def test_draw_is_with_replacement_and_even():
    dataset = numbers(10)
    drawn = dataset.draw(20_000, runtime.generator(0))
    assert drawn.shape == (20_000, 1)
    counts = torch.bincount(drawn[:, 0].long(), minlength=10).double()
    # Pearson's statistic of a fair draw has mean 9; 27.9 is exceeded once in a thousand.
    assert ((counts - 2_000) ** 2 / 2_000).sum() < 27.9


def test_draw_belongs_to_its_generator():
    dataset = numbers(1_000)
    one, other = runtime.generator(1), runtime.generator(1)
    first = dataset.draw(50, one)
    assert torch.equal(first, dataset.draw(50, other))
    assert not torch.equal(first, dataset.draw(50, one))


def test_labelled_draw_keeps_pairs_together():
    samples, labels = numbers(30).draw_labelled(500, runtime.generator(0))
    assert torch.equal(samples[:, 0].long() % 3, labels)
    assert torch.equal(samples, numbers(30).draw(500, runtime.generator(0)))


def test_labelled_draw_needs_labels():
    with pytest.raises(UserError, match="no labels"):
        data.Dataset(torch.zeros(2, 2), name="plain").draw_labelled(1, runtime.generator(0))


def test_split_shares_nothing_and_loses_nothing():
    train, held_out = numbers(10).split(0.7, seed=0)
    assert (len(train), len(held_out)) == (7, 3)
    values = torch.cat((train.samples, held_out.samples))[:, 0]
    assert torch.equal(values.sort().values, torch.arange(10.0))
    assert torch.equal(train.samples[:, 0].long() % 3, train.labels)
    assert not torch.equal(values, torch.arange(10.0))


def test_split_belongs_to_its_seed():
    first, again, other = (numbers(100).split(0.5, seed)[0].samples for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("fraction", [0.0, 1.0, 0.01, -0.5, 2.0])
def test_split_leaves_no_side_empty(fraction):
    with pytest.raises(UserError, match="one side empty"):
        numbers(10).split(fraction, seed=0)


def test_to_takes_labels_along():
    moved = numbers(10, name="ten").to("meta")
    assert moved.samples.device.type == moved.labels.device.type == moved.device.type == "meta"
    assert moved.name == "ten"


def test_generator_on_another_device_is_refused():
    with pytest.raises(UserError, match="move the source"):
        data.Dataset(torch.zeros(2, 2)).to("meta").draw(1, runtime.generator(0))


@pytest.mark.parametrize(
    ("samples", "labels", "names", "says"),
    [
        (torch.zeros(5), None, (), "at least one sample"),
        (torch.zeros(0, 3), None, (), "at least one sample"),
        (torch.zeros(5, 2, dtype=torch.uint8), None, (), "float"),
        (torch.zeros(5, 2, dtype=torch.float64), None, (), "float"),
        ([[1.0], [2.0]], None, (), "give a tensor"),
        (torch.tensor([[1.0], [float("nan")]]), None, (), "NaN"),
        (torch.zeros(5, 2), torch.zeros(4, dtype=torch.int64), (), "one whole number"),
        (torch.zeros(5, 2), torch.zeros(5), (), "one whole number"),
        (torch.zeros(5, 2), torch.arange(5), ("a", "b"), "give every class a name"),
        (torch.zeros(2, 2), torch.tensor([-1, 0]), ("a", "b"), "give every class a name"),
    ],
)
def test_parts_that_do_not_fit_are_refused(samples, labels, names, says):
    with pytest.raises(UserError, match=says) as caught:
        data.Dataset(samples, labels, names, "mine")
    assert "'mine'" in str(caught.value)
    assert "\n" not in str(caught.value)
