"""Fréchet distance of 2048 features: by a symmetric route, and by scipy's general matrix root.

    python benchmarks/frechet.py [--save]

Three cases: covariances are given, 5000 samples of each side are given, 500 of each side are given.
Seconds are those of the processor on one thread, so that other work on the machine counts little;
each way has two turns, and the faster one counts.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import record
import torch
from scipy import linalg
from threadpoolctl import threadpool_limits
from torch import Tensor

from ganlearn import metrics, runtime

D = 2048
Gaussian = tuple[Tensor, Tensor]


def statistics(samples: Tensor) -> Gaussian:
    """Mean and covariance."""
    samples = samples.double()
    return samples.mean(0), samples.T.cov()


def by_sqrtm(a: Gaussian, b: Gaussian) -> float:
    """The usual way: a general matrix square root of the product of the covariances."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a singular product: that is one of the cases here
        root = linalg.sqrtm((a[1] @ b[1]).numpy())
    difference = (a[0] - b[0]).square().sum() + (a[1] + b[1]).trace()
    return float(difference) - 2 * float(np.trace(root).real)


def timed(way: Callable[[], float]) -> tuple[float, float]:
    """Processor seconds, the less of two turns, and the distance."""
    seconds = []
    for _ in range(2):
        start = time.process_time()
        value = way()
        seconds.append(time.process_time() - start)
    return min(seconds), value


def compare(name: str, ours: Callable[[], float], theirs: Callable[[], float]) -> dict[str, float]:
    """One case."""
    (here, value), (there, expected) = timed(ours), timed(theirs)
    found = {
        "seconds": round(here, 3),
        "seconds by sqrtm": round(there, 2),
        "times faster": round(there / here, 1),
        "distance": round(value, 3),
        "distance by sqrtm": round(expected, 3),
    }
    print(name, found, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results")
    options = parser.parse_args()
    torch.set_num_threads(1)
    start, results, random = time.time(), {}, runtime.generator(0)
    mix = torch.randn(D, D, generator=random) / D**0.5
    real, fake = (torch.randn(5_000, D, generator=random) @ mix for _ in range(2))
    with threadpool_limits(1):
        for n in (5_000, 500):
            x, y = real[:n], fake[:n]
            if n > D:
                a, b = statistics(x), statistics(y)
                results["covariances given, full rank"] = compare(
                    "covariances given, full rank",
                    lambda a=a, b=b: metrics.gaussian_frechet(*a, *b),
                    lambda a=a, b=b: by_sqrtm(a, b),
                )
            results[f"{n} samples of each"] = compare(
                f"{n} samples of each",
                lambda x=x, y=y: metrics.frechet_distance(x, y),
                lambda x=x, y=y: by_sqrtm(statistics(x), statistics(y)),
            )
    if options.save:
        print(record.save("frechet", results, seconds=time.time() - start, d=D, threads=1))


if __name__ == "__main__":
    main()
