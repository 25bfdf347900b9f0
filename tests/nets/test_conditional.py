"""Players that are told a class: shapes, closed forms, and whose embedding learns."""

import pytest
import torch
from torch.nn import functional as F

from ganlearn import nets, runtime
from ganlearn.errors import UserError
from ganlearn.nets.conditional import conditional, conditional_mlp
from ganlearn.nets.labels import shares, with_planes, without_planes
from ganlearn.nets.told_generators import ConditionalBatchNorm

JUDGES = ("concatenation", "auxiliary", "projection")


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=runtime.generator(seed))


@pytest.mark.parametrize("size", [8, 16, 32, 64])
@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("given", ["norm", "concatenation"])
@pytest.mark.parametrize("n", [1, 5])
def test_shapes(size, judge, given, n):
    generator, discriminator = conditional(size, 3, 4, judge=judge, given=given, latent=5, width=4)
    y = shares(torch.arange(n) % 4, 4)
    pictures = generator(torch.cat([numbers(n, 5), y], 1))
    assert pictures.shape == (n, 3, size, size) == (n, *generator.shape)
    assert (generator.latent, generator.classes) == (5, 4)
    assert pictures.abs().max() <= 1
    said = discriminator(with_planes(pictures, y))
    assert said.shape == ((n, 5) if judge == "auxiliary" else (n,))


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 4, 4)])
@pytest.mark.parametrize("judge", JUDGES)
def test_fully_connected_shapes(shape, judge):
    generator, discriminator = conditional_mlp(shape, 3, judge=judge, latent=2, hidden=8)
    y = shares(torch.tensor([2, 0, 1, 1]), 3)
    samples = generator(torch.cat([numbers(4, 2), y], 1))
    assert samples.shape == (4, *shape)
    assert discriminator(with_planes(samples, y)).shape == (
        (4, 4) if judge == "auxiliary" else (4,)
    )


@pytest.mark.parametrize("shape", [(2,), (3, 4, 5)])
def test_planes_hold_the_label_and_come_off_again(shape):
    x, labels = numbers(6, *shape), torch.tensor([0, 1, 2, 2, 1, 0])
    pair = with_planes(x, shares(labels, 3))
    assert pair.shape == (6, shape[0] + 3, *shape[1:])
    for sample, label in zip(pair, labels, strict=True):
        planes = sample[shape[0] :]
        assert (planes[label] == 1).all()
        assert planes.sum() == planes[label].numel()
    back, y = without_planes(pair, 3)
    assert torch.equal(back, x)
    assert torch.equal(y.argmax(1), labels)


def test_projection_is_an_inner_product_plus_a_score():
    _, judge = conditional(8, 1, 4, judge="projection", width=4)
    x, labels = numbers(7, 1, 8, 8), torch.arange(7) % 4
    features = judge.trunk(x)
    by_hand = torch.stack(
        [
            judge.logit.bias[0]
            + judge.logit.weight[0] @ features[i]
            + judge.embedding.weight[:, label] @ features[i]
            for i, label in enumerate(labels)
        ]
    )
    torch.testing.assert_close(judge(with_planes(x, shares(labels, 4))), by_hand)


def test_a_mixture_of_classes_has_the_mixture_of_their_scores():
    _, judge = conditional(8, 1, 4, judge="projection", width=4)
    x = numbers(3, 1, 8, 8)
    of = lambda y: judge(with_planes(x, torch.tensor(y).float().expand(3, 4)))
    half = of([0.0, 0.5, 0.5, 0.0])
    torch.testing.assert_close(half, (of([0, 1, 0, 0]) + of([0, 0, 1, 0])) / 2)


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("given", ["norm", "concatenation"])
def test_permuting_the_batch_permutes_what_comes_out(judge, given):
    generator, discriminator = conditional(8, 1, 3, judge=judge, given=given, latent=4, width=4)
    order = torch.tensor([3, 0, 4, 1, 2])
    y = shares(torch.tensor([0, 1, 2, 2, 0]), 3)
    z = torch.cat([numbers(5, 4), y], 1)
    pictures = generator(z)
    torch.testing.assert_close(generator(z[order]), pictures[order])
    pair = with_planes(pictures, y)
    torch.testing.assert_close(discriminator(pair[order]), discriminator(pair)[order])


def test_only_classes_of_the_batch_learn():
    generator, discriminator = conditional(8, 1, 5, latent=4, width=4)
    y = shares(torch.tensor([1, 3, 3]), 5)
    discriminator(
        with_planes(generator(torch.cat([numbers(3, 4), y], 1)), y)
    ).square().sum().backward()
    tables = [discriminator.embedding, *(n.scale for n in generator.norms)]
    for table in tables:
        moved = table.weight.grad.abs().sum(0) > 0
        assert moved.tolist() == [False, True, False, True, False]


@pytest.mark.parametrize("training", [True, False])
def test_conditional_batch_norm_is_batch_norm_with_each_class_own_scale(training):
    norm = ConditionalBatchNorm(3, 4)
    with torch.no_grad():
        norm.scale.weight.copy_(numbers(3, 4, seed=1))
        norm.shift.weight.copy_(numbers(3, 4, seed=2))
    norm.train(training)
    x, labels = 2 + numbers(9, 3, 5, 2), torch.arange(9) % 4
    mean, variance = torch.zeros(3), torch.ones(3)
    got = norm(x, shares(labels, 4))
    for label in range(4):
        all_of_it = F.batch_norm(
            x,
            mean.clone(),
            variance.clone(),
            1 + norm.scale.weight[:, label],
            norm.shift.weight[:, label],
            training=training,
        )
        torch.testing.assert_close(got[labels == label], all_of_it[labels == label])


def test_a_conditional_norm_starts_near_one_and_zero():
    generator, _ = conditional(16, 1, 10, width=32)
    for norm in generator.norms:
        scale = norm.scale.weight.detach()
        assert abs(scale.mean()) < 0.01
        assert scale.std() == pytest.approx(0.02, rel=0.2)
        assert not norm.shift.weight.any()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (torch.tensor([0, 3]), "go from 0 to 3, and the 3 classes are counted from 0 to 2"),
        (torch.tensor([-1, 1]), "go from -1 to 1"),
        (torch.tensor([0.0, 1.0]), r"whole numbers, one a sample, \(n,\); got shape \(2,\)"),
        (torch.tensor([[0], [1]]), r"got shape \(2, 1\) of type torch.int64"),
    ],
)
def test_wrong_labels_are_one_sentence(labels, sentence):
    with pytest.raises(UserError, match=sentence):
        shares(labels, 3)


@pytest.mark.parametrize("given", ["norm", "concatenation"])
def test_a_generator_that_is_told_nothing_says_what_it_wants(given):
    generator, _ = conditional(8, 1, 3, given=given, latent=4, width=4)
    with pytest.raises(UserError, match="4 columns of noise and 3 of classes, 7 in all; got 4"):
        generator(numbers(2, 4))


@pytest.mark.parametrize("wrong", [{"judge": "jury"}, {"given": "later"}])
def test_an_unknown_way_to_tell_is_refused(wrong):
    (what, name), *_ = wrong.items()
    with pytest.raises(UserError, match=f"no {what} '{name}'; choose from .*concatenation"):
        conditional(8, **wrong)


@pytest.mark.parametrize(
    "build",
    [
        lambda seed: conditional(8, 1, 3, width=4, seed=seed),
        lambda seed: conditional_mlp((2,), 3, hidden=8, seed=seed),
        lambda seed: nets.residual(8, 1, 3, latent=4, width=4, seed=seed),
        lambda seed: nets.plain_residual(8, 1, latent=4, width=8, seed=seed),
    ],
)
def test_the_seed_decides_and_the_global_state_is_left_alone(build):
    before = torch.get_rng_state()
    flat = [
        torch.cat([p.flatten() for net in build(seed) for p in net.parameters()])
        for seed in (3, 3, 4)
    ]
    assert torch.equal(flat[0], flat[1])
    assert not torch.equal(flat[0], flat[2])
    assert torch.equal(before, torch.get_rng_state())
