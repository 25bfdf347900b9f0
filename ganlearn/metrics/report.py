"""An evaluation as a table for people and as plain values for JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganlearn.metrics.evaluation import Evaluation

Row = tuple[str, str, float, float | None, str]
"""Key, name in words, value, standard error or None, and the value of a perfect generator."""


def rows(found: Evaluation) -> list[Row]:
    """What was measured, in the order in which it is told.

    Args:
        found: an evaluation.
    """
    near = found.neighbourhood
    told: list[Row] = [
        ("frechet", "Fréchet distance", found.frechet, None, "0, few samples raise it"),
        (
            *("frechet_infinity", "Fréchet distance, extrapolated"),
            *(found.frechet_infinity.value, None, "0"),
        ),
        ("kernel_distance", "kernel distance", found.kernel.value, found.kernel.error, "0"),
        ("precision", "precision", near.precision, None, "that of real samples, below 1"),
        ("recall", "recall", near.recall, None, "that of real samples, below 1"),
        ("density", "density", near.density, None, "1"),
        ("coverage", "coverage", near.coverage, None, "that of real samples, below 1"),
        ("two_sample_accuracy", "told from real", found.two_sample.accuracy, None, "0.5"),
        ("two_sample_p_value", "p-value of that", found.two_sample.p_value, None, "not small"),
    ]
    if found.inception is not None:
        score = found.inception
        told.append(("inception_score", "inception-style score", score.value, score.error, ""))
    if found.modes is not None:
        modes = found.modes
        told += [
            ("modes", f"classes covered, of {modes.of}", modes.modes, None, str(modes.of)),
            ("class_divergence", "divergence of classes", modes.divergence, None, "0"),
        ]
    if found.memorisation is not None:
        copies = found.memorisation
        usual = f"{copies.expected:.2g}"
        told.append(("memorised", "too near to training", copies.share, None, usual))
    return told


def flat(found: Evaluation) -> dict[str, Any]:
    """Scores, standard errors, counts of classes and the protocol, as JSON can hold them.

    Args:
        found: an evaluation.
    """
    told = rows(found)
    content: dict[str, Any] = {
        "scores": {key: plain(value) for key, _, value, _, _ in told},
        "standard_errors": {key: plain(e) for key, _, _, e, _ in told if e is not None},
    }
    if found.modes is not None:
        content["class_counts"] = found.modes.counts.tolist()
    line = found.frechet_infinity
    content["frechet_by_size"] = {
        str(size): value
        for size, value in zip(line.sizes.tolist(), line.values.tolist(), strict=True)
    }
    return {**content, "protocol": dict(found.protocol)}


def plain(value: float) -> float | None:
    """A number, or None for NaN and infinity, which JSON does not know."""
    return value if math.isfinite(value) else None


def table(found: Evaluation) -> str:
    """One line a score, and the protocol below.

    Args:
        found: an evaluation.
    """
    lines = []
    for _, name, value, error, best in rows(found):
        shown = f"{value:.3g}" if error is None else f"{value:.3g} ± {error:.1g}"
        lines.append(f"{name:<32}{shown:<18}{f'best: {best}' if best else ''}".rstrip())
    p = found.protocol
    lines.append(
        f"{p['n_fake']} fake ({p['fake']}), {p['n_real']} real ({p['real']}); "
        f"{p['features']} features ({p['dimensions']} numbers, {p['features_sha256'][:8]}); "
        f"{p['neighbours']} neighbours, subsets of {p['kernel_subset_size']}, seed {p['seed']}"
    )
    return "\n".join(lines)
