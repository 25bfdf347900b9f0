"""Statistics of features against closed forms, and what must not matter to them."""

import numpy as np
import pytest
import torch
from torch.func import grad

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.moments import gram, mean_cov, mean_std
from ganlearn.style.sliced import directions, sliced
from ganlearn.style.statistics import GRAM, MEAN_COV, STATISTICS, find

EVERY = pytest.mark.parametrize("statistic", STATISTICS.values(), ids=STATISTICS)


def features(n=2, channels=5, height=6, width=8, seed=0, scale=1.0, shift=0.3):
    """Correlated channels, other in every picture."""
    random = runtime.generator(seed)
    mixing = torch.randn(n, channels, channels, generator=random)
    places = torch.randn(n, channels, height * width, generator=random)
    return (scale * (mixing @ places + shift)).view(n, channels, height, width)


def close(a, b, rtol=1e-5, atol=1e-6):
    for left, right in zip(a, b, strict=True):
        torch.testing.assert_close(left, right, rtol=rtol, atol=atol)


# Against numpy


def test_gram_mean_std_and_covariance_are_the_textbook_ones():
    x = features()
    for i, picture in enumerate(x.flatten(2).double().numpy()):
        n = picture.shape[1]
        np.testing.assert_allclose(gram(x)[i], picture @ picture.T / n, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(mean_std(x)[1][i], picture.std(1), rtol=1e-5)
        mean, covariance = mean_cov(x)
        np.testing.assert_allclose(mean[i], picture.mean(1), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(covariance[i], np.cov(picture, ddof=0), rtol=1e-4, atol=1e-5)


def test_gram_is_covariance_and_mean_together():
    x = features()
    mean, covariance = mean_cov(x)
    torch.testing.assert_close(gram(x), covariance + mean[:, :, None] * mean[:, None])


def test_directions_are_a_basis_that_the_seed_decides():
    basis = directions(12, seed=3)
    torch.testing.assert_close(basis @ basis.T, torch.eye(12), atol=1e-6, rtol=0)
    assert torch.equal(basis, directions(12, seed=3))
    assert not torch.allclose(basis, directions(12, seed=4))


def test_sliced_gives_the_means_of_equal_shares_of_the_sorted_values():
    x = features(height=8, width=8)
    turned = torch.einsum("dc,nchw->ndhw", directions(5), x).flatten(2).sort().values
    shares = turned.unflatten(2, (16, 4)).mean(3)
    torch.testing.assert_close(sliced(x, shares=16), shares, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("places", [1, 3, 7, 48, 100])
def test_a_share_that_ends_between_two_places_takes_a_part_of_each(places):
    x = features(channels=3, height=1, width=places)
    repeated = x.repeat_interleave(12, dim=3)  # now 12 shares end at whole places
    torch.testing.assert_close(sliced(x, shares=12), sliced(repeated, shares=12), atol=1e-5, rtol=0)
    turned = torch.einsum("dc,nchw->ndhw", directions(3), repeated).flatten(2).sort().values
    by_hand = turned.unflatten(2, (12, places)).mean(3)
    torch.testing.assert_close(sliced(x, shares=12), by_hand, atol=1e-5, rtol=0)


def test_sliced_distance_of_equally_many_is_wasserstein_on_every_line():
    a, b = (features(n=1, seed=seed, height=4, width=8) for seed in (0, 1))
    lines = [torch.einsum("dc,nchw->ndhw", directions(5), x).flatten(2) for x in (a, b)]
    moved = (lines[0].sort().values - lines[1].sort().values).square().mean()
    found = (sliced(a, shares=32) - sliced(b, shares=32)).square().mean()
    torch.testing.assert_close(found, moved)


def test_the_gram_distance_is_mmd_with_a_quadratic_kernel():
    a, b = features(n=1, seed=1), features(n=1, seed=2, height=5, width=7)

    def kernel(x, y):
        x, y = (z[0].flatten(1).double() for z in (x, y))
        return (x.T @ y).square().mean()  # over all pairs of places

    mmd = kernel(a, a) - 2 * kernel(a, b) + kernel(b, b)
    squared = (gram(a) - gram(b)).double().square().sum()
    torch.testing.assert_close(squared, mmd, rtol=1e-5, atol=0)
    relative = GRAM.distance(GRAM.of(a), GRAM.of(b))
    torch.testing.assert_close(relative.double(), mmd / kernel(b, b), rtol=1e-5, atol=0)


# What must not matter


@EVERY
def test_where_things_are_does_not_matter(statistic):
    x = features()
    order = torch.randperm(48, generator=runtime.generator(0))
    shuffled = x.flatten(2)[..., order].view_as(x)
    close(statistic.of(shuffled), statistic.of(x))


@EVERY
def test_the_size_of_the_picture_does_not_matter(statistic):
    x = features()
    close(statistic.of(x.tile(1, 1, 3, 2)), statistic.of(x), atol=1e-5)


@EVERY
def test_pictures_of_a_batch_do_not_meet(statistic):
    x = features(n=3)
    for i in range(3):
        close([s[i : i + 1] for s in statistic.of(x)], statistic.of(x[i : i + 1]))


@EVERY
def test_a_mask_of_ones_is_none(statistic):
    x = features()
    for shape in ((1, 1, 6, 8), (2, 1, 6, 8)):
        close(statistic.of(x, torch.ones(shape)), statistic.of(x), atol=1e-5)


@EVERY
def test_a_binary_mask_crops(statistic):
    x = features()
    mask = torch.zeros(1, 1, 6, 8)
    mask[..., 1:4, 2:7] = 1
    close(statistic.of(x, mask), statistic.of(x[..., 1:4, 2:7]), atol=1e-5)


@EVERY
def test_a_soft_mask_counts_places_more_than_once(statistic):
    x = features(n=1, height=1, width=4)
    mask = torch.tensor([1.0, 3.0, 0.0, 2.0]).view(1, 1, 1, 4) / 3
    repeated = x[..., [0, 1, 1, 1, 3, 3]]
    close(statistic.of(x, mask), statistic.of(repeated), atol=1e-5)


@EVERY
def test_a_mask_for_every_picture_is_its_own(statistic):
    x = features()
    masks = torch.rand(2, 1, 6, 8, generator=runtime.generator(1))
    for i in range(2):
        alone = statistic.of(x[i : i + 1], masks[i : i + 1])
        close([s[i : i + 1] for s in statistic.of(x, masks)], alone, atol=1e-5)


# Distances


@EVERY
def test_a_distance_is_0_at_identity_and_1_from_nothing(statistic):
    x = statistic.of(features().abs())
    assert statistic.distance(x, x) == 0
    nothing = [torch.zeros_like(summary) for summary in x]
    assert statistic.distance(nothing, x).item() == pytest.approx(1, rel=1e-5)


@EVERY
@pytest.mark.parametrize("scale", [0.1, 100.0])
def test_a_distance_does_not_depend_on_the_scale_of_the_features(statistic, scale):
    far = [statistic.of(features(seed=seed, scale=s)) for s in (1, scale) for seed in (0, 1)]
    distances = statistic.distance(*far[:2]), statistic.distance(*far[2:])
    assert distances[0] > 0.1
    torch.testing.assert_close(*distances, rtol=1e-3, atol=0)


@EVERY
def test_a_distance_does_not_depend_on_the_number_of_pictures(statistic):
    x, target = statistic.of(features()), statistic.of(features(n=1, seed=5, height=9))
    doubled = [torch.cat([summary, summary]) for summary in x]
    torch.testing.assert_close(statistic.distance(doubled, target), statistic.distance(x, target))


@EVERY
def test_a_target_without_contrast_does_not_outweigh_the_rest(statistic):
    plain = torch.full((1, 5, 6, 8), 0.8)
    distance = statistic.distance(statistic.of(features(n=1, scale=0.3)), statistic.of(plain))
    assert distance < 1e4


def test_a_low_contrast_is_measured_against_a_tenth_of_the_typical_feature():
    target = torch.full((1, 3), 2.0), torch.full((1, 3, 3), 1e-3)
    found = target[0], target[1] + 0.02
    # A tenth of 2, squared, is 0.04; the mean over two summaries halves.
    assert MEAN_COV.distance(found, target).item() == pytest.approx(0.5**2 / 2, rel=1e-4)


@EVERY
def test_a_shape_that_would_broadcast_is_refused(statistic):
    x = statistic.of(features(n=4, channels=4))
    for target in (
        [summary[:, None] for summary in x],
        [summary[:2] for summary in x],
        statistic.of(features(n=4, channels=3)),
        x[:-1],
    ):
        with pytest.raises(UserError, match=f"The statistic {statistic.name} has shape"):
            statistic.distance(x, target)


def test_the_usual_broadcast_is_named():
    target = torch.zeros(4, 1, 3, 3)  # Gram matrices with an axis too many, as in MSG-Net
    with pytest.raises(UserError, match=r"\(4, 3, 3\) here and \(4, 1, 3, 3\) in the target"):
        GRAM.distance((torch.zeros(4, 3, 3),), (target,))


# Precision and gradients


@EVERY
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bit_features_do_not_overflow(statistic, dtype):
    x = features(scale=2000).clamp(-60_000, 60_000).to(dtype)
    assert x.abs().max() > 5000
    assert all(s.dtype == torch.float32 and s.isfinite().all() for s in statistic.of(x))
    close(statistic.of(x), statistic.of(x.float()))
    assert statistic.distance(statistic.of(x), statistic.of(x.flip(0))).isfinite()


@EVERY
def test_autocast_changes_nothing(statistic):
    x = features(scale=100)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = statistic.of(x), statistic.distance(statistic.of(x), statistic.of(x.flip(0)))
    assert all(map(torch.equal, inside[0], statistic.of(x)))
    assert inside[1] == statistic.distance(statistic.of(x), statistic.of(x.flip(0)))


@EVERY
def test_gradients_are_finite_and_right(statistic):
    x, target = features(n=1, height=3, width=4), statistic.of(features(n=1, seed=2))

    def distance(x):
        return statistic.distance(statistic.of(x), target)

    slope = grad(distance)(x)
    step = torch.randn(x.shape, generator=runtime.generator(3))
    numeric = (distance(x + 1e-3 * step) - distance(x - 1e-3 * step)) / 2e-3
    torch.testing.assert_close((slope * step).sum(), numeric, rtol=2e-3, atol=1e-4)


@EVERY
@pytest.mark.parametrize("value", [0.0, 0.7])
def test_gradients_are_finite_where_nothing_varies(statistic, value):
    flat = torch.full((1, 5, 6, 8), value, requires_grad=True)
    varied = statistic.of(features(n=1))
    for found, target in (
        (statistic.of(flat), varied),
        (statistic.of(flat), tuple(s.detach() for s in statistic.of(flat))),
    ):
        (slope,) = torch.autograd.grad(statistic.distance(found, target), flat)
        assert slope.isfinite().all()


@EVERY
@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_gives_the_same(statistic):
    x, mask = features(), torch.rand(1, 1, 6, 8, generator=runtime.generator(1))
    for m in (None, mask):
        found = statistic.of(x.cuda(), m if m is None else m.cuda())
        close([s.cpu() for s in found], statistic.of(x, m), rtol=1e-3, atol=1e-3)
    if statistic.transport:
        moved = statistic.transport(x.cuda(), x.flip(0).cuda()).cpu()
        torch.testing.assert_close(moved, statistic.transport(x, x.flip(0)), rtol=1e-2, atol=1e-2)


# Bad input


@EVERY
def test_bad_features_and_masks_are_one_sentence(statistic):
    with pytest.raises(UserError, match=r"these are torch\.float32 of shape"):
        statistic.of(torch.zeros(3, 4, 4))
    with pytest.raises(UserError, match=r"these are torch\.uint8"):
        statistic.of(torch.zeros(1, 3, 4, 4, dtype=torch.uint8))
    for shape in ((1, 1, 4, 5), (4, 4), (1, 3, 4, 4), (3, 1, 4, 4)):
        with pytest.raises(UserError, match="The mask is"):
            statistic.of(torch.zeros(2, 3, 4, 4), torch.ones(shape))


def test_a_statistic_is_found_by_name():
    assert find("gram") is GRAM
    assert find(GRAM) is GRAM
    with pytest.raises(UserError, match="choose from gram, mean_std, mean_cov, sliced"):
        find("gaussian")


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_gradient_of_products_is_autograds_in_the_order_of_the_features(layout):
    random = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, 7, 9, generator=random).contiguous(memory_format=layout).requires_grad_()
    weight = torch.randn(2, 5, 5, generator=random)
    flat = x.flatten(2)
    by_hand = torch.einsum("ncp,ndp->ncd", flat, flat) / 63
    (wanted,) = torch.autograd.grad((weight * by_hand).sum(), x, create_graph=True)
    (found,) = torch.autograd.grad((weight * gram(x)).sum(), x, create_graph=True)
    torch.testing.assert_close(gram(x), by_hand)
    torch.testing.assert_close(found, wanted)
    assert found.is_contiguous(memory_format=layout)
    second = [torch.autograd.grad(g.square().sum(), x)[0] for g in (found, wanted)]
    torch.testing.assert_close(*second)
    one_by_one = torch.func.vmap(lambda one: gram(one.unsqueeze(0))[0])(x)
    torch.testing.assert_close(one_by_one, by_hand)
