"""Steps a second of small networks, by number of threads, how they wait, and who else computes.

    python benchmarks/threads.py

The machine is made busy by one spinning process a core. Every cell of the table is the best of
the rounds, because others' work on the machine can only slow a loop down. A row of the idle
machine is measured only when it is idle: the benchmark waits for others to finish, though not for
ever, and leaves out what it could not measure. Takes some minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

CORES = psutil.cpu_count(logical=False) or 1
NETWORKS = ("mlp", "small conv", "dcgan 32 px")
# Name, threads (None: what the policy decides), environment, is torch imported before ganlearn.
SETTINGS = {
    "1 thread": (1, {}, True),
    f"{CORES} threads, long spin (torch's default)": (CORES, {}, True),
    f"{CORES} threads, no spin (OMP_WAIT_POLICY)": (CORES, {"OMP_WAIT_POLICY": "PASSIVE"}, True),
    f"{CORES} threads, short spin": (CORES, {"GOMP_SPINCOUNT": "5000"}, True),
    "ganlearn": (None, {}, False),
    "ganlearn, after torch": (None, {}, True),
}
SPIN = "while True: pass"


def measure(seconds: float, threads: int | None, torch_first: bool) -> dict[str, float]:
    """Steps a second of each network in this process, and the number of threads."""
    if torch_first:
        import torch
    if threads is None:
        from ganlearn import runtime  # noqa: F401  (importing it settles the threads)
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    rates = {name: _rate(_step(name), seconds) for name in NETWORKS}
    return {**rates, "threads": torch.get_num_threads()}


def _step(name: str) -> Callable[[], None]:
    import torch
    from torch import nn

    def halve(before: int, after: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]

    network, x = {
        "mlp": lambda: (
            nn.Sequential(
                *[nn.Linear(16, 128), nn.ReLU()],
                *[nn.Linear(128, 128), nn.ReLU()],
                nn.Linear(128, 2),
            ),
            torch.randn(256, 16),
        ),
        "small conv": lambda: (
            nn.Sequential(*halve(1, 32), *halve(32, 64), nn.Conv2d(64, 1, 4)),
            torch.randn(64, 1, 16, 16),
        ),
        "dcgan 32 px": lambda: (
            nn.Sequential(*halve(3, 64), *halve(64, 128), *halve(128, 256), nn.Conv2d(256, 1, 4)),
            torch.randn(64, 3, 32, 32),
        ),
    }[name]()
    optimiser = torch.optim.Adam(network.parameters(), fused=True)

    def step() -> None:
        optimiser.zero_grad()
        network(x).square().mean().backward()
        optimiser.step()

    return step


def _rate(step: Callable[[], None], seconds: float) -> float:
    step()
    start, steps = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < seconds:
        step()
        steps += 1
    return steps / spent


@contextlib.contextmanager
def others(how_many: int) -> Iterator[None]:
    """So many other processes that take all the time they get."""
    busy = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(how_many)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def idle_before(end: float) -> bool:
    """Wait until other programs leave the machine alone; False when they do not before ``end``."""
    while sum(psutil.cpu_percent(0.5, percpu=True)) / 100 > 0.2 * CORES:
        if time.monotonic() > end:
            return False
    return True


def in_a_process(setting: str, seconds: float) -> dict[str, float]:
    """:func:`measure` in a fresh process, since OpenMP reads its settings once."""
    chosen = ("OMP_", "GOMP_", "GANLEARN_", "KMP_", "MKL_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(chosen)}
    done = subprocess.run(
        [sys.executable, __file__, "--one", setting, "--seconds", str(seconds)],
        env={**environment, **SETTINGS[setting][1]},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each network")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patience", type=float, default=120, help="seconds in all")
    parser.add_argument("--one", choices=SETTINGS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        threads, _, torch_first = SETTINGS[asked.one]
        print(json.dumps(measure(asked.seconds, threads, torch_first)))
        return
    start, rows = time.time(), {"idle": {}, "busy": {}}  # state to setting to steps a second
    patience_ends = time.monotonic() + asked.patience
    for _ in range(asked.rounds):
        for state, count in (("idle", 0), ("busy", psutil.cpu_count())):
            for setting in SETTINGS:
                if state == "idle" and not idle_before(patience_ends):
                    continue
                with others(count):
                    row = in_a_process(setting, asked.seconds)
                best = rows[state].setdefault(setting, row)
                rows[state][setting] = {key: max(best[key], row[key]) for key in row}
                print(".", end="", flush=True)
    print("\n" + table(rows))

    sys.path.insert(0, str(Path(__file__).parent))
    import record

    path = record.save(
        "threads",
        {"steps_per_second": rows},
        seconds=time.time() - start,
        rounds=asked.rounds,
    )
    print(f"Written: {path}")


def table(rows: dict[str, dict[str, dict[str, float]]]) -> str:
    """Steps a second, and in brackets their ratio to one thread in the same state."""
    lines = []
    for state, settings in rows.items():
        columns = (*NETWORKS, "threads")
        lines.append(f"{state + ' machine':42}" + "".join(f"{name:>18}" for name in columns))
        one = settings.get("1 thread")
        for setting in SETTINGS:
            if one is None or setting not in settings:
                lines.append(f"  {setting:40}{'not measured: others were at work':>40}")
                continue
            row = settings[setting]
            cells = [f"{row[name]:.0f} ({row[name] / one[name]:.2f})" for name in NETWORKS]
            cells.append(str(row["threads"]))
            lines.append(f"  {setting:40}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
