"""Inception-style score: are single pictures clear, and all together various?"""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.metrics.given import Estimate, matrix


def probabilities_of(values: Tensor, least: int = 1) -> Tensor:
    """Checked probabilities (n, classes), float64.

    Raises:
        UserError: when rows are negative or do not sum to 1.
    """
    values = matrix(values, "classified", least)
    if bool((values < 0).any()) or bool(((values.sum(1) - 1).abs() > 1e-3).any()):
        raise UserError(
            "The classifier's answers are no probabilities (each row must be non-negative and sum "
            "to 1); give logits.softmax(1)."
        )
    return values


def inception_score(probabilities: Tensor, splits: int = 10) -> Estimate:
    """exp of the mean KL divergence from each sample's class probabilities to their average.

    1 when all samples look alike to the classifier, the number of classes when each is certain
    and all classes are equally frequent. It never looks at real pictures, and one perfect picture
    a class gives the highest score.

    Args:
        probabilities: (n, classes), rows sum to 1.
        splits: the score is measured on so many parts, one after the other in the given order;
            shuffle first if the order means something.

    Returns:
        The mean over the parts and its standard error (NaN for one part). Parts are small, which
        makes the score a little too small.

    Raises:
        UserError: for fewer samples than parts, or rows that are no probabilities.

    Paper: Salimans et al. 2016, arXiv:1606.03498. Taught in chapter 08.
    """
    probabilities = probabilities_of(probabilities)
    n = len(probabilities)
    if not 1 <= splits <= n:
        raise UserError(
            f"{n} samples cannot be divided into {splits} parts; choose splits from 1 to {n}."
        )
    scores = []
    for index in range(splits):
        part = probabilities[index * n // splits : (index + 1) * n // splits]
        average = part.mean(0, keepdim=True)
        # xlogy counts a probability of 0 as it should: 0 log 0 = 0.
        divergence = (torch.xlogy(part, part) - torch.xlogy(part, average)).sum(1)
        scores.append(divergence.mean().exp())
    values = torch.stack(scores)
    error = values.std().item() / splits**0.5 if splits > 1 else float("nan")
    return Estimate(values.mean().item(), error)
