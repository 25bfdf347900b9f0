"""Where a result came from: what a model card has to say besides the result."""

from __future__ import annotations

import platform
import subprocess
from typing import Any

import psutil
import torch


def provenance() -> dict[str, Any]:
    """Commit, device, threads, torch's version, and this process's memory in MiB."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    on_gpu = torch.cuda.is_available()
    return {
        "commit": commit.stdout.strip() or None,
        "device": torch.cuda.get_device_name() if on_gpu else platform.processor() or "CPU",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "peak_mib": round(
            torch.cuda.max_memory_allocated() / 2**20
            if on_gpu
            else psutil.Process().memory_info().rss / 2**20
        ),
    }
