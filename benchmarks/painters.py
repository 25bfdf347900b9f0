"""How many pictures a second each school paints on one core.

    python benchmarks/painters.py

On a busy machine the time on the clock also counts the waiting; the time on the core is what
painting takes. Prints a table and, as its last line, where the same numbers are as JSON.
"""

from __future__ import annotations

import os
import statistics
import time

import record
import torch

from ganlearn import data, runtime

SIZES = (32, 64)
ROUNDS = 5


def rates(school: str, size: int) -> tuple[float, float]:
    """Pictures a second on the clock and on the core, each the median of several rounds."""
    n = 256 * 32 * 32 // size**2
    data.paint(school, n, size, runtime.generator(0))  # memory is found and code is loaded
    clock, core = [], []
    for seed in range(ROUNDS):
        on_clock, on_core = time.perf_counter(), time.process_time()
        data.paint(school, n, size, runtime.generator(seed))
        clock.append(n / (time.perf_counter() - on_clock))
        core.append(n / (time.process_time() - on_core))
    return statistics.median(clock), statistics.median(core)


def main() -> None:
    os.environ["GANLEARN_PROGRESS"] = "off"
    torch.set_num_threads(1)
    start = time.time()
    results: dict[str, dict[str, dict[str, int]]] = {}
    for size in SIZES:
        measured = {school: rates(school, size) for school in data.SCHOOLS}
        # As many pictures of each school: seconds add up, rates do not.
        measured["all schools"] = tuple(
            statistics.harmonic_mean(column) for column in zip(*measured.values(), strict=True)
        )
        print(f"\n{size} px       on the clock   on the core   (pictures a second)")
        for school, (clock, core) in measured.items():
            print(f"{school:12} {clock:12,.0f} {core:13,.0f}")
        results[f"{size} px"] = {
            school: {"on the clock": round(clock), "on the core": round(core)}
            for school, (clock, core) in measured.items()
        }
    print(record.save("painters", results, seconds=time.time() - start, threads=1))


if __name__ == "__main__":
    main()
