"""The folklore, measured: every trick on and off, on two boards, over ten seeds.

    python benchmarks/folklore.py

Writes ``results/folklore.csv``, a row for each trick and board, and ``results/folklore.json`` with
the numbers of every seed and where they came from. A row's interval is that of the mean of on
minus off, seed by seed, at 95 % (Student's t).
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

import record

from ganlearn import progress
from ganlearn.museum import folklore

COLUMNS = ("off", "on", "difference", "low", "high")
CSV = Path(__file__).parent / "results" / "folklore.csv"


def main() -> None:
    start, rows, every_seed = time.time(), [], {}
    cpu = time.process_time()
    jobs = [(board, trick) for board in folklore.BOARDS for trick in (None, *folklore.TRICKS)]
    for board, trick in progress.bar(jobs, title="folklore"):
        found = folklore.score(trick, board)
        kept = every_seed.setdefault(board, {})
        kept[trick or "none"] = {
            "modes": [round(x, 3) for x in found.modes],
            "distance": [round(x, 4) for x in found.distance],
        }
        if trick is None:
            off = found
            continue
        row = {"board": board, "trick": trick, "seeds": len(found.modes)}
        for measure in ("modes", "distance"):
            on_, off_ = getattr(found, measure), getattr(off, measure)
            gap = folklore.difference(on_, off_)
            means = (sum(x) / len(x) for x in (off_, on_))
            values = (*means, gap.mean, gap.low, gap.high)
            row |= {f"{measure} {c}": round(v, 4) for c, v in zip(COLUMNS, values, strict=True)}
        rows.append(row)
        print(row, flush=True)
    with CSV.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    path = record.save(
        "folklore",
        every_seed,
        seconds=time.time() - start,
        processor_seconds=round(time.process_time() - cpu),
        steps=folklore.STEPS,
        seeds=folklore.SEEDS,
    )
    print(CSV, path)


if __name__ == "__main__":
    main()
