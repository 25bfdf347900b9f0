"""Scanned handwritten digits that come with scikit-learn, so that nothing has to be downloaded."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from ganlearn.data.dataset import Dataset
from ganlearn.errors import UserError


def digits(size: int = 16) -> Dataset:
    """The 1797 digits of Alpaydin and Kaynak (8 × 8 pixels, 17 grey values), enlarged.

    Args:
        size: pixels on a side; 8 (as scanned), 16, 32 or a higher power of two.

    Returns:
        pictures (1797, 1, size, size), white ink on black, in [-1, 1]; labels are the digits.

    Raises:
        UserError: for any other size.

    Taught in chapter 03.
    """
    from sklearn.datasets import load_digits

    if not isinstance(size, int) or size < 8 or size & (size - 1):
        raise UserError(f"The digits come at 8, 16, 32 or a higher power of two, not at {size!r}.")
    scans = load_digits()
    ink = torch.from_numpy(scans.images).float().unsqueeze(1) / 16
    if size > 8:
        ink = F.interpolate(ink, size=(size, size), mode="bicubic", align_corners=False)
        # Each scanned value counts the inked pixels of a 4 × 4 block of a black and white page.
        # Enlarging blurs twice; the S-curve takes one blur back, so that the ink of a block is
        # nearer to what was counted than without it.
        ink = ink.clamp(0, 1)
        ink = ink * ink * (3 - 2 * ink)
    return Dataset(
        ink * 2 - 1,
        torch.from_numpy(scans.target).long(),
        tuple("0123456789"),
        f"digits {size} px",
    )
