"""Shapes, ranges, first weights and owned randomness of the networks."""

import pytest
import torch
from torch import nn

from ganlearn import nets, runtime
from ganlearn.errors import UserError


@pytest.mark.parametrize("size", [8, 16, 32, 64])
@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("n", [1, 4])
def test_dcgan_shapes_and_range(size, channels, n):
    generator, discriminator = nets.dcgan(size, channels, latent=7, width=4)
    pictures = generator(torch.randn(n, 7, generator=runtime.generator(0)))
    assert pictures.shape == (n, channels, size, size) == (n, *generator.shape)
    assert pictures.abs().max() <= 1
    assert discriminator(pictures).shape == (n,)


@pytest.mark.parametrize("size", [0, -8, 4, 12, 28, 100])
def test_dcgan_refuses_other_sizes_in_a_sentence(size):
    with pytest.raises(UserError, match=f"8, 16, 32, 64.*got {size}"):
        nets.dcgan(size)


def test_dcgan_first_weights_follow_the_paper():
    for player in nets.dcgan(64, 3, width=32):
        filters = [
            m.weight.detach()
            for m in player.modules()
            if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)
        ]
        scales = torch.cat(
            [m.weight.detach() for m in player.modules() if isinstance(m, nn.BatchNorm2d)]
        )
        for weight in filters:
            spread = 4 * 0.02 / weight.numel() ** 0.5
            assert abs(weight.mean()) < spread
            assert weight.std() == pytest.approx(0.02, rel=0.1)
        assert scales.mean() == pytest.approx(1, abs=0.01)
        assert scales.std() == pytest.approx(0.02, rel=0.2)


def test_dcgan_normalises_neither_the_first_nor_the_last_layer_of_the_discriminator():
    _, discriminator = nets.dcgan(32, 1)
    kinds = [type(layer) for layer in discriminator.body]
    assert kinds[:2] == [nn.Conv2d, nn.LeakyReLU]
    assert kinds[-1] is nn.Conv2d
    assert kinds.count(nn.BatchNorm2d) == 2


@pytest.mark.parametrize("shape", [(2,), (1, 8, 8), (3, 4, 6)])
def test_mlp_shapes(shape):
    generator, discriminator = nets.mlp(shape, latent=5, hidden=16, depth=3)
    samples = generator(torch.randn(6, 5, generator=runtime.generator(0)) * 100)
    assert samples.shape == (6, *shape)
    assert discriminator(samples).shape == (6,)
    assert (samples.abs().max() <= 1) == (len(shape) == 3)  # points are not bounded
    assert sum(isinstance(m, nn.Linear) for m in generator.modules()) == 4


def test_lenet_shapes_and_smallest_size():
    for size in (16, 28, 33):
        assert nets.lenet_discriminator(size, 3)(torch.zeros(2, 3, size, size)).shape == (2,)
    with pytest.raises(UserError, match="at least 16"):
        nets.lenet_discriminator(15)


BUILDERS = [
    lambda seed: nets.mlp((2,), seed=seed),
    lambda seed: nets.dcgan(8, seed=seed),
    lambda seed: (nets.lenet_discriminator(16, seed=seed),),
]


@pytest.mark.parametrize("build", BUILDERS)
def test_the_seed_decides_and_the_global_state_is_left_alone(build):
    before = torch.get_rng_state()
    flat = [
        torch.cat([p.flatten() for net in build(seed) for p in net.parameters()])
        for seed in (3, 3, 4)
    ]
    assert torch.equal(flat[0], flat[1])
    assert not torch.equal(flat[0], flat[2])
    assert torch.equal(before, torch.get_rng_state())
