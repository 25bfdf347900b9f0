"""Obedience and variety, by hand and by their properties."""

import itertools

import pytest
import torch
from torch import nn

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.metrics.obedience import obedience, variety


class ByBrightness(nn.Module):
    """Says class k for pictures of brightness k."""

    def __init__(self):
        super().__init__()
        self.levels = nn.Parameter(torch.tensor([0.0, 1.0, 2.0]))

    def forward(self, x):
        return -(x.flatten(1).mean(1, keepdim=True) - self.levels).abs()


def bright(levels):
    return torch.tensor(levels).float().view(-1, 1, 1, 1).expand(-1, 1, 2, 2)


def test_by_hand():
    got = obedience(ByBrightness(), bright([0, 0, 1, 2, 1]), torch.tensor([0, 0, 0, 2, 2]))
    assert got.share == pytest.approx(3 / 5)
    assert got.by_class[0] == pytest.approx(2 / 3)
    assert got.by_class[1].isnan()
    assert got.by_class[2] == pytest.approx(1 / 2)
    assert got.seen.tolist() == [[2, 1, 0], [0, 0, 0], [0, 1, 1]]


def test_who_obeys_always_and_who_never_does():
    labels = torch.arange(600) % 3
    assert obedience(ByBrightness(), bright(labels.tolist()), labels).share == 1
    assert obedience(ByBrightness(), bright(((labels + 1) % 3).tolist()), labels).share == 0


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (torch.tensor([0, 1]), r"3 pictures and labels of shape \(2,\)"),
        (torch.tensor([0, 1, 3]), "from 0 to 3, and the classifier knows the classes 0 to 2"),
        (torch.tensor([-1, 1, 2]), "from -1 to 2"),
    ],
)
def test_wrong_labels_are_one_sentence(labels, sentence):
    with pytest.raises(UserError, match=sentence):
        obedience(ByBrightness(), bright([0, 1, 2]), labels)


def test_variety_is_the_distance_of_two_pictures_of_a_class():
    x = torch.randn(9, 2, 3, 3, generator=runtime.generator(0))
    labels = torch.tensor([0, 1, 0, 1, 1, 0, 0, 1, 2])
    got = variety(x, labels, 3)
    for label in (0, 1):
        own = x[labels == label]
        squared = [(a - b).square().sum() for a, b in itertools.combinations(own, 2)]
        assert got[label] == pytest.approx(torch.stack(squared).mean().sqrt().item(), rel=1e-5)
    assert got[2].isnan()


def test_one_picture_a_class_has_no_variety_and_classes_do_not_count():
    labels = torch.arange(12) % 3
    assert variety(bright(labels.tolist()), labels, 3).abs().max() == 0
