"""The scanned digits, against the scans themselves."""

import pytest
import torch
from sklearn.datasets import load_digits
from torch.nn import functional as F

from ganlearn import data
from ganlearn.errors import UserError


@pytest.mark.parametrize("size", [8, 16, 32, 64])
def test_shape_range_and_labels(size):
    digits = data.digits(size)
    assert (len(digits), digits.shape) == (1797, (1, size, size))
    assert digits.samples.min() == -1 and digits.samples.max() <= 1
    assert digits.samples.max() > 0.99
    assert torch.equal(digits.labels, torch.from_numpy(load_digits().target).long())
    assert digits.label_names == tuple("0123456789")


def test_at_eight_pixels_they_are_the_scans():
    scans = torch.from_numpy(load_digits().images).float()
    torch.testing.assert_close((data.digits(8).samples[:, 0] + 1) * 8, scans)


@pytest.mark.parametrize("size", [16, 32])
def test_enlarged_they_hold_the_ink_of_the_scans(size):
    scans = torch.from_numpy(load_digits().images).float().unsqueeze(1) / 16
    ink = F.avg_pool2d((data.digits(size).samples + 1) / 2, size // 8)
    plain = F.interpolate(scans, (size, size), mode="bicubic").clamp(0, 1)
    error, plain_error = ((x - scans).abs().mean() for x in (ink, F.avg_pool2d(plain, size // 8)))
    assert error < 0.03
    assert error < 0.7 * plain_error  # nearer to the counted ink than without the S-curve


@pytest.mark.parametrize("size", [0, 4, 7, 20, 33, -16, 16.0, "16"])
def test_other_sizes_are_refused(size):
    with pytest.raises(UserError, match="power of two"):
        data.digits(size)
