"""Every score is at its best for more of the same, and gets worse the more pictures are spoilt."""

import pytest
import torch

from ganlearn import data, metrics, runtime

NOISE = (0.0, 0.2, 0.4, 0.8)


@pytest.fixture(scope="module")
def spoilt():
    """Features of one half of the digits, and of the other half with more and more noise."""
    real, other = data.digits(16).split(0.5, seed=0)
    described = metrics.features("digits")
    noise = torch.randn(other.samples.shape, generator=runtime.generator(0))
    levels = [(other.samples + level * noise).clamp(-1, 1) for level in NOISE]
    return metrics.extract(described, real), [metrics.extract(described, x) for x in levels]


SCORES = {
    "frechet": metrics.frechet_distance,
    "frechet, extrapolated": lambda real, fake: (
        metrics.fid_infinity(real, fake, random=runtime.generator(0), points=8).value
    ),
    "kernel": lambda real, fake: (
        metrics.kernel_distance(
            real, fake, random=runtime.generator(0), subsets=20, subset_size=400
        ).value
    ),
    "imprecision": lambda real, fake: 1 - metrics.neighbourhood(real, fake).precision,
    "what is not recalled": lambda real, fake: 1 - metrics.neighbourhood(real, fake).recall,
    "thinness": lambda real, fake: -metrics.neighbourhood(real, fake).density,
    "what is not covered": lambda real, fake: 1 - metrics.neighbourhood(real, fake).coverage,
    "told apart": lambda real, fake: (
        metrics.two_sample_test(real, fake, random=runtime.generator(0), steps=60).accuracy
    ),
}


@pytest.mark.parametrize("name", SCORES)
def test_more_noise_is_a_worse_score(spoilt, name):
    real, levels = spoilt
    found = [SCORES[name](real, fake) for fake in levels]
    assert found == sorted(found), found
    assert found[-1] > found[0] + 0.3


def test_the_other_half_is_as_good_as_real(spoilt):
    real, (clean, *_) = spoilt
    kernel = metrics.kernel_distance(real, clean, random=runtime.generator(0), subset_size=400)
    assert abs(kernel.value) < 3 * kernel.error
    endless = metrics.fid_infinity(real, clean, random=runtime.generator(0)).value
    assert abs(endless) < 0.5 * metrics.frechet_distance(real, clean)
    near = metrics.neighbourhood(real, clean)
    assert min(near.precision, near.recall, near.coverage) > 0.9
    assert metrics.two_sample_test(real, clean, random=runtime.generator(0)).p_value > 0.01


def test_a_missing_class_lowers_recall_and_not_precision(spoilt):
    digits = data.digits(16)
    real, other = digits.split(0.5, seed=0)
    described = metrics.features("digits")
    kept = other.samples[other.labels < 5]
    found = metrics.neighbourhood(
        metrics.extract(described, real), metrics.extract(described, kept)
    )
    assert found.precision > 0.9
    assert found.recall < 0.7
    modes = metrics.mode_coverage(described.probabilities(metrics.extract(described, kept)))
    assert modes.modes == 5
