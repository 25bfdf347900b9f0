"""The classifier's opinion, on answers that are known."""

import pytest
import torch
from torch import nn

from ganlearn import data, metrics


class Says(nn.Module):
    """Logits taken from the picture itself: pixel k is the logit of class k."""

    def __init__(self):
        super().__init__()
        self.anchor = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return x.flatten(1) + self.anchor


def test_counts_only_the_pictures_it_is_sure_about():
    logits = torch.tensor([[9.0, 0, 0], [9, 0, 0], [0, 9, 0], [1, 0, 0]]).view(4, 1, 1, 3)
    found = metrics.recognise(Says(), logits)
    assert found.confident == 0.75
    assert found.balance.tolist() == pytest.approx([2 / 3, 1 / 3, 0])


def test_the_threshold_is_the_probability():
    logits = torch.tensor([0.8, 0.2]).log().view(1, 1, 1, 2)
    assert metrics.recognise(Says(), logits, threshold=0.79).confident == 1
    assert metrics.recognise(Says(), logits, threshold=0.81).confident == 0


def test_nothing_sure_gives_no_balance_and_no_division_by_zero():
    found = metrics.recognise(Says(), torch.zeros(2, 1, 1, 3))
    assert found.confident == 0
    assert found.balance.tolist() == [0, 0, 0]


def test_parts_of_a_large_set_are_joined():
    logits = 9 * torch.eye(3)[torch.arange(1500) % 3].view(-1, 1, 1, 3)
    assert metrics.recognise(Says(), logits).balance.tolist() == pytest.approx([1 / 3] * 3)


def test_a_classifier_of_digits_reads_digits_it_has_not_seen():
    train, held_out = data.digits(size=8).split(0.8, seed=0)
    before = torch.get_rng_state()
    reader = metrics.train_classifier(train, steps=80)
    assert torch.equal(before, torch.get_rng_state())
    assert not reader.training
    right = (reader(held_out.samples).argmax(1) == held_out.labels).float().mean()
    assert right > 0.9
    noise = torch.randn(400, 1, 8, 8, generator=torch.Generator().manual_seed(0)).clamp(-1, 1)
    assert metrics.recognise(reader, noise).confident < 0.6
