"""Residual pairs: shapes, what spectral norm promises, and the size of a signal through depth."""

import pytest
import torch
from torch import nn

from ganlearn import nets, runtime
from ganlearn.errors import UserError
from ganlearn.nets.labels import shares, with_planes
from ganlearn.nets.plain_residual import Block, Resample


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=runtime.generator(seed))


@pytest.mark.parametrize("size", [8, 16, 32, 64])
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("n", [1, 5])
def test_residual_shapes(size, classes, n):
    generator, discriminator = nets.residual(size, 3, classes, latent=5, width=4)
    y = shares(torch.arange(n) % max(classes, 1), max(classes, 1))
    pictures = generator(torch.cat([numbers(n, 5), y], 1) if classes else numbers(n, 5))
    assert pictures.shape == (n, 3, size, size) == (n, *generator.shape)
    assert pictures.abs().max() <= 1
    assert discriminator(with_planes(pictures, y) if classes else pictures).shape == (n,)


@pytest.mark.parametrize("size", [8, 16, 32, 64])
@pytest.mark.parametrize("n", [1, 5])
def test_plain_residual_shapes(size, n):
    generator, discriminator = nets.plain_residual(size, 3, latent=5, width=8)
    pictures = generator(numbers(n, 5))
    assert pictures.shape == (n, 3, size, size) == (n, *generator.shape)
    assert discriminator(pictures).shape == (n,)
    for player in (generator, discriminator):
        assert not any("Norm" in type(m).__name__ for m in player.modules())


@pytest.mark.parametrize("build", [nets.residual, nets.plain_residual])
def test_other_sizes_are_refused_in_a_sentence(build):
    with pytest.raises(UserError, match=r"8, 16, 32, 64.*got 12"):
        build(12)


def test_no_layer_of_the_discriminator_stretches_by_more_than_one():
    _, discriminator = nets.residual(16, 1, 4, width=8)
    for _ in range(60):  # each call in training mode is one step of the power iteration
        discriminator(with_planes(numbers(1, 1, 16, 16), shares(torch.tensor([1]), 4)))
    layers = [m for m in discriminator.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == 2 * 3 + 2
    for layer in layers:
        largest = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
        assert largest == pytest.approx(1, abs=0.02)


def test_a_projection_is_part_of_the_residual_discriminator():
    _, judge = nets.residual(8, 1, 3, width=4)
    judge.eval()
    x, labels = numbers(4, 1, 8, 8), torch.tensor([0, 2, 1, 2])
    features = judge.trunk(x).sum((2, 3))
    by_hand = judge.logit(features)[:, 0] + (judge.embedding.weight.T[labels] * features).sum(1)
    torch.testing.assert_close(judge(with_planes(x, shares(labels, 3))), by_hand)


def test_a_plain_block_begins_as_nothing_and_then_learns():
    block = Block(8, blocks=4)
    x = numbers(2, 8, 6, 6)
    assert torch.equal(block(x), x)
    block(x).square().sum().backward()
    assert block.narrow.weight.grad.abs().max() > 0
    assert block.widen.weight.grad.abs().max() == 0  # until the last layer has moved


def test_what_a_plain_block_adds_is_as_large_as_its_place_among_many_asks():
    """The inner signal has the size blocks^(-1/2) of what comes in, after two scaled layers."""
    for blocks in (1, 16):
        with runtime.seeded(0):
            block = Block(64, blocks)
        inner = block.spread(nn.functional.leaky_relu(block.widen(numbers(8, 64, 12, 12)), 0.2))
        size = inner[..., 1:-1, 1:-1].detach().std()
        # The second gain is undone by the ReLU after it, which is not applied here.
        assert size / 1.387 == pytest.approx(blocks**-0.5, rel=0.1)


@pytest.mark.parametrize("depth", [1, 8])
def test_the_signal_keeps_its_size_through_any_depth(depth):
    generator, discriminator = nets.plain_residual(32, 1, latent=32, width=32, depth=depth)
    x = generator.weigh(numbers(64, 32))[..., None, None] * generator.basis
    for layer in generator.body:
        before, x = x.detach(), layer(x).detach()
        if isinstance(layer, Block):
            assert torch.equal(x, before)
    assert x.std() == pytest.approx(1, abs=0.35)  # bilinear smoothing takes a little each time
    assert generator(numbers(64, 32)).detach().std() == pytest.approx(1, abs=0.5)
    assert discriminator.first(numbers(64, 1, 32, 32)).detach().std() == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("scale", ["up", "down"])
def test_resampling_keeps_a_constant(scale):
    layer = Resample(4, 4, scale)
    x = torch.full((1, 4, 8, 8), 0.7)
    got = layer(x)
    assert got.shape[-1] == (16 if scale == "up" else 4)
    torch.testing.assert_close(got, torch.full_like(got, 0.7))


def test_resampling_changes_the_maps_without_changing_the_size_of_a_signal():
    with runtime.seeded(0):
        layer = Resample(128, 64, "down")
    flat = numbers(32, 128, 1, 1).expand(32, 128, 8, 8)
    assert layer(flat).detach().std() == pytest.approx(1, abs=0.1)
