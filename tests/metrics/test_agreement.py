"""Other people's implementations, on the same features."""

import pytest
import torch
from torch import nn

from ganlearn import data, metrics, runtime

NEEDED = "compares with {}, which comes with pip install ganlearn[test]"


@pytest.fixture(scope="module")
def given():
    """Features of digits, and of digits with noise."""
    real, other = data.digits(16).split(0.5, seed=0)
    noise = 0.3 * torch.randn(other.samples.shape, generator=runtime.generator(0))
    described = metrics.features("digits")
    return metrics.extract(described, real), metrics.extract(described, other.samples + noise)


@pytest.fixture(scope="module")
def normal():
    """Features without zeros; 12 of them, of 200 and 150 samples."""
    random = runtime.generator(1)
    mix = torch.randn(12, 12, generator=random)
    real = torch.randn(200, 12, generator=random)
    return real, torch.randn(150, 12, generator=random) @ mix / 4 + 0.3


class Same(nn.Module):
    """Hands features through, so that the other library sees the same numbers."""

    num_features = 12

    def forward(self, x):
        return x


def test_torchmetrics_on_the_frechet_distance(normal):
    image = pytest.importorskip("torchmetrics.image", reason=NEEDED.format("torchmetrics"))
    theirs = image.FrechetInceptionDistance(feature=Same()).set_dtype(torch.float64)
    for features, real in zip(normal, (True, False), strict=True):
        theirs.update(features, real=real)
    assert metrics.frechet_distance(*normal) == pytest.approx(theirs.compute().item(), abs=1e-5)


def test_torchmetrics_on_the_kernel_distance(normal):
    module = pytest.importorskip("torchmetrics.image.kid", reason=NEEDED.format("torchmetrics"))
    real, fake = (part[:150].double() for part in normal)
    theirs = module.poly_mmd(real, fake).item()
    assert metrics.squared_mmd(real, fake) == pytest.approx(theirs, abs=1e-5)


def test_torch_fidelity_on_the_frechet_distance(given, normal):
    theirs = pytest.importorskip(
        "torch_fidelity.metric_fid", reason=NEEDED.format("torch-fidelity")
    )
    for real, fake in (given, normal, (given[0][:40], given[1][:30])):
        statistics = [theirs.fid_features_to_statistics(x.double()) for x in (real, fake)]
        expected = theirs.fid_statistics_to_metric(*statistics, verbose=False)
        found = metrics.frechet_distance(real, fake)
        assert found == pytest.approx(expected["frechet_inception_distance"], abs=1e-5)


def test_torch_fidelity_on_the_kernel_distance(given):
    theirs = pytest.importorskip(
        "torch_fidelity.metric_kid", reason=NEEDED.format("torch-fidelity")
    )
    real, fake = (part[:800].double() for part in given)
    expected = theirs.kid_features_to_metric(
        *(real, fake), kid_subsets=1, kid_subset_size=800, verbose=False
    )[theirs.KEY_METRIC_KID_MEAN]
    found = metrics.kernel_distance(
        real, fake, random=runtime.generator(0), subsets=1, subset_size=800
    )
    assert found.value == pytest.approx(expected, abs=1e-5)


def test_torch_fidelity_on_the_inception_score(given):
    theirs = pytest.importorskip(
        "torch_fidelity.metric_isc", reason=NEEDED.format("torch-fidelity")
    )
    logits = metrics.features("digits").head(given[1])
    expected = theirs.isc_features_to_metric(logits, splits=7, shuffle=False)
    found = metrics.inception_score(logits.double().softmax(1), splits=7)
    assert found.value == pytest.approx(expected[theirs.KEY_METRIC_ISC_MEAN], abs=1e-5)
    # Theirs is the spread of the parts, ours the standard error of their mean.
    spread = found.error * (7 - 1) ** 0.5
    assert spread == pytest.approx(expected[theirs.KEY_METRIC_ISC_STD], abs=1e-5)


def test_torch_fidelity_on_precision_and_recall(given):
    theirs = pytest.importorskip(
        "torch_fidelity.metric_prc", reason=NEEDED.format("torch-fidelity")
    )
    real, fake = (part.double() for part in given)
    expected = theirs.prc_features_to_metric(fake, real, prc_neighborhood=5, verbose=False)
    found = metrics.neighbourhood(real, fake, k=5)
    assert found.precision == pytest.approx(expected[theirs.KEY_METRIC_PRECISION], abs=1e-5)
    assert found.recall == pytest.approx(expected[theirs.KEY_METRIC_RECALL], abs=1e-5)
