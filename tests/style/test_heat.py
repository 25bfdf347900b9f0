"""Heat maps against closed forms: linear heads, whose evidence can be counted by hand."""

import pytest
import torch
from torch import nn

from ganlearn import nets, runtime
from ganlearn.errors import UserError
from ganlearn.style.heat import grad_cam, hires_cam


def smooth_pictures(n=2, side=24, seed=1):
    coarse = torch.rand(n, 3, 4, 4, generator=runtime.generator(seed))
    return nn.functional.interpolate(coarse, (side, side), mode="bilinear")


BOTH = pytest.mark.parametrize("cam", [grad_cam, hires_cam])


class LinearHead(nn.Module):
    """Feature maps, their means, and one weighted sum: the case in which the map is known."""

    def __init__(self):
        super().__init__()
        with runtime.seeded(0):
            self.maps = nn.Conv2d(3, 4, 3, padding=1)
            self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.maps(x).mean((2, 3)))


@BOTH
@pytest.mark.parametrize("chosen", [0, 1])
def test_the_heat_of_a_linear_head_is_known(cam, chosen):
    """The slope of a mean over N places is w / N everywhere, so the map is ReLU(w . A) / N."""
    model, pictures = LinearHead(), smooth_pictures(3, 10)
    maps = model.maps(pictures)
    meant = torch.einsum("k,nkhw->nhw", model.head.weight[chosen], maps).relu() / 100
    heat = cam(model, model.maps, pictures, lambda output: output[:, chosen])
    torch.testing.assert_close(heat[:, 0], meant.detach())
    assert heat.max() > 0


@BOTH
def test_heat_leaves_no_trace(cam):
    model, pictures = LinearHead(), smooth_pictures(2, 8)
    model.requires_grad_(False)
    kept = pictures.clone()
    heat = cam(model, model.maps, pictures, lambda output: output[:, 0])
    assert not heat.requires_grad and torch.equal(pictures, kept) and not pictures.requires_grad
    assert not model.maps._forward_hooks
    assert all(parameter.grad is None for parameter in model.parameters())


@BOTH
def test_the_one_place_that_counts_is_found(cam):
    """A detector of bright spots, and one bright spot."""
    detector = nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Linear(16, 1, bias=False))
    nn.init.ones_(detector[2].weight)
    picture = torch.zeros(1, 1, 16, 16)
    picture[..., 4:8, 8:12] = 1
    heat = cam(detector, detector[0], picture)
    assert heat[0, 0].flatten().argmax() in [16 * r + c for r in range(4, 8) for c in range(8, 12)]
    assert heat[0, 0, 12:].sum() == 0


def test_place_by_place_the_heat_adds_up_to_the_score():
    """Of a discriminator whose last layer is linear: evidence for, minus against, plus bias."""
    _, discriminator = nets.dcgan(size=16, channels=3, width=8)
    discriminator.eval()
    pictures = 2 * smooth_pictures(4, 16) - 1
    last = discriminator.body[-2]
    speaks_for, against = (
        hires_cam(discriminator, last, pictures, lambda logits, sign=sign: sign * logits)
        for sign in (1, -1)
    )
    enlarged = (16 / 4) ** 2
    total = (speaks_for - against).sum((1, 2, 3)) / enlarged + discriminator.body[-1].bias
    torch.testing.assert_close(total, discriminator(pictures))


def test_places_that_are_weighed_alone_are_where_the_two_differ():
    """A head that wants light on the left and dark on the right: the means of its slopes are 0."""
    head = nn.Sequential(nn.Identity(), nn.Flatten(), nn.Linear(16, 1, bias=False))
    head[2].weight.data = torch.tensor([1.0, 1.0, -1.0, -1.0]).repeat(4)[None]
    light = torch.ones(1, 1, 4, 4)
    assert grad_cam(head, head[0], light).max() == 0
    assert torch.equal(hires_cam(head, head[0], light)[0, 0], head[2].weight.view(4, 4).relu())


@BOTH
@pytest.mark.parametrize("layer", ["head", "unused"])
def test_a_layer_without_feature_maps_is_refused(cam, layer):
    model = LinearHead()
    model.unused = nn.Conv2d(3, 3, 1)
    with pytest.raises(UserError, match="feature maps"):
        cam(model, getattr(model, layer), smooth_pictures(), lambda output: output[:, 0])
