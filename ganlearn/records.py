"""Runs too long for a laptop, kept as a few numbers and a picture."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import torch
from PIL import Image

from ganlearn.errors import UserError

BEGAN = time.time()


def keep(name: str, numbers: dict[str, Any], picture: Image.Image) -> None:
    """Write ``NAME.json`` and ``NAME.png`` into the folder that ``GANLEARN_RECORDS`` names.

    Without that variable nothing happens: a chapter calls this at the end of a long run, and only
    whoever renews the course's records sets it (``GANLEARN_BUDGET=full GANLEARN_RECORDS=full
    ganlearn run 04``).

    Args:
        name: of the run.
        numbers: what was measured, as JSON can hold it.
        picture: what came out, as a thumbnail.
    """
    folder = os.environ.get("GANLEARN_RECORDS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    record = {"results": numbers, **provenance()}
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (Path(folder) / f"{name}.json").write_text(text, encoding="utf-8")
    picture.quantize(128).save(Path(folder) / f"{name}.png", optimize=True)


def provenance() -> dict[str, Any]:
    """Commit, hardware, seconds since this module was imported, and memory at its highest."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    on_gpu = torch.cuda.is_available()
    return {
        "budget": os.environ.get("GANLEARN_BUDGET", "laptop"),
        "commit": commit.stdout.strip() or None,
        "device": torch.cuda.get_device_name() if on_gpu else platform.processor() or "CPU",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "seconds": round(time.time() - BEGAN),
        "peak_mib": round(
            torch.cuda.max_memory_allocated() / 2**20
            if on_gpu
            else psutil.Process().memory_info().rss / 2**20
        ),
    }


def recall(name: str, folder: str | Path = "full") -> tuple[dict[str, Any], Image.Image]:
    """What :func:`keep` wrote: the record and the picture.

    Args:
        name: of the run.
        folder: where the records are; a notebook's own are in ``full`` beside it.

    Raises:
        UserError: when there is no such record.
    """
    path = Path(folder) / f"{name}.json"
    if not path.exists():
        raise UserError(
            f"There is no record {path}; a clone of the course has it in chapters/full."
        )
    picture = Image.open(path.with_suffix(".png"))
    return json.loads(path.read_text(encoding="utf-8")), picture
