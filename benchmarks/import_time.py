"""How long an import takes in a fresh Python, and how much of that is ours and not torch's.

    python benchmarks/import_time.py

The smallest of several rounds, because a busy machine can only make an import slower. Ours is
what remains when the modules that are loaded anyway are imported first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

BEFORE = {
    "import ganlearn": "pass",
    "import ganlearn.cli": "pass",
    "from ganlearn import runtime": "import torch",
    "from ganlearn import data": "import torch",
    "from ganlearn import nets, losses": "import torch",
    "from ganlearn import training": "import torch",
    "from ganlearn import plots": "import torch, matplotlib.pyplot",
    "from ganlearn import notebook": "import torch, IPython.display",
    "import torch": "pass",
}
CODE = """
import time
{before}
start = time.perf_counter()
{statement}
print(time.perf_counter() - start)
"""


def seconds(statement: str, before: str) -> float:
    """Seconds of one import in a fresh Python after another one."""
    code = CODE.format(before=before, statement=statement)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Measure all of them, print a table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    start, found = time.time(), {}
    for statement, before in BEFORE.items():
        found[statement] = round(min(seconds(statement, before) for _ in range(rounds)), 3)
        after = "" if before == "pass" else f"  after `{before}`"
        print(f"{found[statement]:7.3f} s  {statement}{after}", flush=True)

    sys.path.insert(0, str(Path(__file__).parent))
    import record

    record.save("import_time", found, seconds=time.time() - start, rounds=rounds)


if __name__ == "__main__":
    main()
