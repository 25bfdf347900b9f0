"""A discriminator of patches: what one logit sees, by formula and by gradient."""

import pytest
import torch
from torch import nn

from ganlearn.errors import UserError
from ganlearn.translate import PatchGAN, patchgan


def seen(network, size):
    """Rows and columns of pixels that a logit in the middle of the map depends on."""
    x = torch.rand(1, 2, size, size, generator=torch.Generator().manual_seed(0)).requires_grad_()
    logits = network(x)
    middle = logits.shape[-1] // 2
    (slope,) = torch.autograd.grad(logits[0, 0, middle, middle], x)
    places = slope[0].abs().sum(0).nonzero()
    return (places.amax(0) - places.amin(0) + 1).tolist()


@pytest.mark.parametrize(
    ("depth", "field", "size"), [(0, 7, 20), (1, 16, 40), (2, 34, 80), (3, 70, 160)]
)
def test_the_field_by_gradient_is_the_field_by_formula(depth, field, size):
    network = PatchGAN(2, width=2, depth=depth).eval()  # BatchNorm at rest looks at no batch
    assert patchgan.receptive_field(network.body) == field
    assert seen(network, size) == [field, field]


def test_the_papers_largest():
    assert patchgan.receptive_field(PatchGAN(3, width=1, depth=5).body) == 286


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_the_smallest_picture_gives_one_logit_and_a_smaller_one_a_sentence(depth):
    network = PatchGAN(1, width=2, depth=depth)
    least = network.smallest
    assert network(torch.zeros(1, 1, least, least)).shape == (1, 1, 1, 1)
    with pytest.raises(RuntimeError):  # the bound is tight: torch itself would refuse
        network.body(torch.zeros(1, 1, least - 1, least))
    with pytest.raises(UserError, match=f"at least {least} on a side"):
        network(torch.zeros(1, 1, least - 1, least))


def test_a_shifted_picture_gets_shifted_logits():
    network = PatchGAN(1, width=4, depth=1).eval()
    x = torch.rand(1, 1, 40, 40, generator=torch.Generator().manual_seed(1))
    here, there = network(x), network(x.roll(2, -1))  # one stride
    torch.testing.assert_close(here[..., 8:-10], there[..., 9:-9], atol=1e-5, rtol=1e-4)


def test_other_chains():
    chain = nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU(), nn.Conv2d(1, 1, 5, 3), nn.Conv2d(1, 1, 2))
    assert patchgan.receptive_field(chain) == ((2 - 1) * 3 + 5 - 1) + 3
    assert patchgan.smallest(chain) == 10
    assert patchgan.receptive_field(nn.Sequential(nn.ReLU())) == 1
