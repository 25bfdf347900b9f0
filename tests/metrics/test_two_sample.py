"""Two-sample test: right about equal and about different sets, p-values that mean what they say."""

import pytest
import torch
from scipy import stats

from ganlearn import metrics, runtime
from ganlearn.errors import UserError


def normal(n, d=3, seed=0):
    return torch.randn(n, d, generator=runtime.generator(seed))


@pytest.mark.parametrize(("heads", "throws"), [(0, 5), (5, 5), (3, 7), (550, 1000), (1900, 2000)])
def test_the_tail_is_the_binomial_one(heads, throws):
    expected = stats.binom.sf(heads - 1, throws, 0.5)
    assert metrics.binomial_tail(heads, throws) == pytest.approx(expected, rel=1e-9)


def test_under_equality_small_p_values_are_as_rare_as_they_should_be():
    """80 pairs of equal sets. The p-values of a fair test are spread evenly (or, because the
    count is discrete and the classifier may lean to one side, a little towards 1)."""
    values = torch.tensor(
        [
            metrics.two_sample_test(
                normal(120, seed=s),
                normal(120, seed=900 + s),
                random=runtime.generator(s),
                steps=15,
            ).p_value
            for s in range(80)
        ]
    )
    for level in (0.05, 0.2, 0.5):
        # Four standard errors of a share; a test that cheats is far beyond.
        assert (values <= level).double().mean() < level + 4 * (level * (1 - level) / 80) ** 0.5
    assert (values <= 0.5).double().mean() > 0.2
    assert values.std() > 0.15


def test_a_shift_is_found():
    found = metrics.two_sample_test(
        normal(300), normal(300, seed=1) + 1, random=runtime.generator(0)
    )
    assert found.accuracy > 0.7
    assert found.p_value < 1e-6


def test_sets_far_apart_are_told_without_a_mistake():
    """Of 21 on each side 10 are learned from and 11 held out."""
    found = metrics.two_sample_test(
        normal(21), normal(21, seed=1) + 50, random=runtime.generator(0)
    )
    assert found.accuracy == 1
    assert found.p_value == pytest.approx(0.5**22, rel=1e-9)
    exchanged = metrics.two_sample_test(
        normal(21) + 50, normal(21, seed=1), random=runtime.generator(0)
    )
    assert exchanged == found


def test_a_difference_of_shape_alone_is_found():
    """Equal means and variances, so no line separates them."""
    ring = torch.nn.functional.normalize(normal(500, 2), dim=1) * 2**0.5
    found = metrics.two_sample_test(ring, normal(500, 2, seed=1), random=runtime.generator(0))
    assert found.p_value < 1e-6


def test_memorising_its_half_does_not_help():
    """Few samples, many features: the classifier knows its half by heart."""
    found = metrics.two_sample_test(
        normal(40, 200), normal(40, 200, seed=1), random=runtime.generator(0)
    )
    assert found.p_value > 0.01


def test_of_the_larger_set_as_many_are_used():
    """Else a constant answer would look like knowledge."""
    found = metrics.two_sample_test(normal(1000), normal(50, seed=1), random=runtime.generator(0))
    assert found.accuracy < 0.75
    assert found.p_value > 1e-3


def test_the_global_random_state_is_left_alone_and_the_seed_decides():
    before = torch.get_rng_state()
    one, same, other = (
        metrics.two_sample_test(
            normal(60), normal(60, seed=1), random=runtime.generator(seed), steps=10
        )
        for seed in (0, 0, 1)
    )
    assert one == same != other
    assert torch.equal(before, torch.get_rng_state())


def test_it_learns_where_gradients_are_switched_off():
    with torch.no_grad():
        found = metrics.two_sample_test(
            normal(100), normal(100, seed=1) + 3, random=runtime.generator(0)
        )
    assert found.accuracy > 0.9


def test_too_few_samples_are_one_sentence():
    with pytest.raises(UserError, match="3 fake samples, and at least 4"):
        metrics.two_sample_test(normal(50), normal(3), random=runtime.generator(0))
