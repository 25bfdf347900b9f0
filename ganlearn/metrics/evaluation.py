"""All scores of one set of samples against another, by one protocol that travels with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

import ganlearn
from ganlearn import runtime
from ganlearn.data import Dataset
from ganlearn.errors import UserError
from ganlearn.metrics.copies import Memorisation, memorisation
from ganlearn.metrics.extraction import Features, extract
from ganlearn.metrics.extraction import features as features_of
from ganlearn.metrics.extrapolation import Extrapolation, fid_infinity
from ganlearn.metrics.frechet import frechet_distance
from ganlearn.metrics.given import Estimate, shuffled
from ganlearn.metrics.inception import inception_score
from ganlearn.metrics.kernel import kernel_distance
from ganlearn.metrics.modes import ModeCoverage, mode_coverage
from ganlearn.metrics.neighbours import Neighbourhood, neighbourhood
from ganlearn.metrics.report import flat, table
from ganlearn.metrics.two_sample import TwoSample, two_sample_test

SUBSETS, SUBSET_SIZE, POINTS, SPLITS = 100, 1000, 15, 10
FEWEST = 10  # samples: fewer give no score at all


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured, and how: numbers without the second are not comparable.

    ``print`` shows a table; :meth:`as_dict` is for JSON.

    Attributes:
        frechet, frechet_infinity, kernel, neighbourhood, two_sample: of features.
        inception, modes: by the feature network's own classifier, None if it has none. The
            shares of the modes that are expected are those of the real samples.
        memorisation: None unless held-out samples were given.
        protocol: the features' name and hash, counts of samples, seed and settings, versions.
    """

    frechet: float
    frechet_infinity: Extrapolation
    kernel: Estimate
    neighbourhood: Neighbourhood
    two_sample: TwoSample
    inception: Estimate | None
    modes: ModeCoverage | None
    memorisation: Memorisation | None
    protocol: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Scores, their standard errors, and the protocol, as JSON can hold them."""
        return flat(self)

    def __str__(self) -> str:
        return table(self)


def evaluate(
    fake: Tensor | Dataset,
    real: Tensor | Dataset,
    *,
    features: str | nn.Module | Features,
    held_out: Tensor | Dataset | None = None,
    seed: int = 0,
    k: int = 5,
    batch: int = 256,
) -> Evaluation:
    """Every score of the course, by one protocol.

    The scores of two evaluations may be compared when their protocols are equal but for the
    names of the fakes. Even then, two Fréchet distances at different numbers of samples may not.

    Args:
        fake: generated samples (n, *shape), pictures in [-1, 1].
        real: samples (m, *shape) of what was to be learned.
        features: as for :func:`ganlearn.metrics.features`.
        held_out: real samples that the generator has not seen; ``real`` then has to be what it
            was trained on, and memorisation is measured.
        seed: of all subsets and of the two-sample classifier.
        k: neighbours, for precision, recall, density and coverage.
        batch: samples at once; does not change the result.

    Raises:
        UserError: for fewer than 10 samples or k + 1, samples that the features cannot be computed
            of, NaN.

    Taught in chapter 08.
    """
    described = features_of(features)
    for name, samples in (("fake", fake), ("real", real)):
        if len(samples) < max(FEWEST, k + 1):
            raise UserError(
                f"There are {len(samples)} {name} samples, and an evaluation with {k} neighbours "
                f"needs at least {max(FEWEST, k + 1)}; give more."
            )
    made, given = (extract(described, samples, batch=batch) for samples in (fake, real))
    # Some scores divide the fakes into parts, which must not follow the order of a folder.
    made = made[shuffled(len(made), len(made), runtime.generator(seed), made.device)]
    unseen = None if held_out is None else extract(described, held_out, batch=batch)
    settings = {
        "seed": seed,
        "neighbours": k,
        "kernel_subsets": SUBSETS,
        "kernel_subset_size": min(SUBSET_SIZE, min(len(made), len(given)) // 2),
        "frechet_points": min(POINTS, len(made) // 2),
        "inception_splits": min(SPLITS, len(made) // 2),
    }
    who = {
        "features": described.name,
        "features_sha256": described.sha256,
        "dimensions": made.shape[1],
        "fake": _name(fake),
        "real": _name(real),
        "n_fake": len(made),
        "n_real": len(given),
        "n_held_out": 0 if unseen is None else len(unseen),
    }
    versions = {"ganlearn": ganlearn.__version__, "torch": torch.__version__}
    versions["device"] = str(made.device)
    return Evaluation(
        **_by_features(given, made, settings),
        **_by_classes(described, given, made, settings),
        memorisation=None if unseen is None else memorisation(made, given, unseen),
        protocol={**who, **settings, **versions},
    )


def _by_features(real: Tensor, fake: Tensor, settings: dict[str, int]) -> dict[str, Any]:
    """Each score has random numbers of its own, so that none depends on which others there are."""
    seed = settings["seed"]
    return {
        "frechet": frechet_distance(real, fake),
        "frechet_infinity": fid_infinity(
            real, fake, random=runtime.generator(seed), points=settings["frechet_points"]
        ),
        "kernel": kernel_distance(
            real,
            fake,
            random=runtime.generator(seed),
            subsets=settings["kernel_subsets"],
            subset_size=settings["kernel_subset_size"],
        ),
        "neighbourhood": neighbourhood(real, fake, settings["neighbours"]),
        "two_sample": two_sample_test(real, fake, random=runtime.generator(seed)),
    }


def _by_classes(
    described: Features, real: Tensor, fake: Tensor, settings: dict[str, int]
) -> dict[str, Any]:
    if described.head is None:
        return {"inception": None, "modes": None}
    made, wanted = (described.probabilities(features) for features in (fake, real))
    shares = torch.bincount(wanted.argmax(1), minlength=wanted.shape[1])
    return {
        "inception": inception_score(made, settings["inception_splits"]),
        "modes": mode_coverage(made, expected=shares),
    }


def _name(samples: Tensor | Dataset) -> str:
    return samples.name if isinstance(samples, Dataset) else "tensor"
