"""What this machine has, what is wrong with it, and how to mend that.

Nothing here may fail: where torch is missing or broken, the doctor is most needed. So each look
imports what it needs itself, and a look that raises becomes a finding.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ganlearn
from ganlearn.errors import UserError

PYTHONS = ((3, 10), (3, 13))
"""The oldest and the newest Python that the tests run on."""

GIGABYTE = 2**30
MEMORY_NEEDED = 2 * GIGABYTE
DISK_NEEDED = 1 * GIGABYTE
REINSTALL = f'"{sys.executable}" -m pip install --upgrade --force-reinstall torch torchvision'


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what, in a word or two.
        text: what was found.
        mend: what to do about it; empty when nothing is wrong.
    """

    about: str
    text: str
    mend: str = ""

    @property
    def fine(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.mend

    def __str__(self) -> str:
        line = f"{'ok' if self.fine else 'WRONG':6} {self.about:12} {self.text}"
        return line if self.fine else f"{line}\n{'':20}-> {self.mend}"


def examine() -> list[Finding]:
    """Every finding, in the order in which to mend them."""
    findings = []
    for look in LOOKS:
        about = look.__name__.rstrip("_")
        try:
            findings += look()
        except UserError as error:  # which says itself what to do
            findings.append(Finding(about, "cannot be used as it is set up", str(error)))
        except Exception as error:
            mend = "mend what is wrong above first; if all else is fine, report this line."
            findings.append(Finding(about, f"could not be looked at: {_first_line(error)}", mend))
    return findings


def python() -> Iterator[Finding]:
    """Is this a Python that the course is tested with?"""
    here, (oldest, newest) = sys.version_info[:2], PYTHONS
    text = f"{sys.version.split()[0]} at {sys.executable}"
    tested = f"{oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}"
    right = oldest <= here <= newest
    yield Finding("Python", text, "" if right else f"make an environment with Python {tested}.")


def packages() -> Iterator[Finding]:
    """Is everything there that ganlearn asks for, in a version that it can use?"""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in importlib.metadata.requires("ganlearn") or ()]
    wanted = [r for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = []
    for requirement in wanted:
        try:
            found = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} is {found}, needed is {requirement.specifier}")
    mend = f'"{sys.executable}" -m pip install -e "{Path(ganlearn.__file__).parents[1]}"'
    if wrong:
        yield Finding("packages", "; ".join(wrong), mend)
    else:
        yield Finding("packages", f"ganlearn {ganlearn.__version__} and {len(wanted)} others")


def torch_() -> Iterator[Finding]:
    """Does torch start, and does torchvision go with it?"""
    try:
        torch = importlib.import_module("torch")
    except Exception as error:
        yield Finding("torch", f"does not start: {_first_line(error)}", REINSTALL)
        return
    yield Finding("torch", str(torch.__version__))
    try:
        torchvision = importlib.import_module("torchvision")
        torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except Exception as error:
        text = f"does not go with torch {torch.__version__}: {_first_line(error)}"
        yield Finding("torchvision", text, REINSTALL)
    else:
        yield Finding("torchvision", f"{torchvision.__version__}, works with this torch")


def device() -> Iterator[Finding]:
    """Which device would be used, and does it compute?"""
    import torch

    from ganlearn import runtime

    chosen = runtime.device()
    try:
        torch.ones(8, 8, device=chosen).mm(torch.ones(8, 8, device=chosen)).sum().item()
    except RuntimeError as error:
        text = f"{chosen} does not compute: {_first_line(error)}"
        yield Finding("device", text, "update the GPU's driver, or set GANLEARN_DEVICE=cpu.")
        return
    yield Finding("device", f"{chosen}{_about_gpu(torch, chosen)}")
    fast = runtime.bfloat16_is_fast(chosen)
    yield Finding("bfloat16", "in hardware" if fast else "not in hardware; float32 is used")
    if chosen.type == "cpu" and shutil.which("nvidia-smi") and "GANLEARN_DEVICE" not in os.environ:
        text = f"there is an NVIDIA driver, but torch {torch.__version__} cannot use it"
        mend = f"update the driver, or install a torch for it (docs/gpu.md): {REINSTALL}"
        yield Finding("GPU", text, mend)


def _about_gpu(torch: object, chosen: object) -> str:
    if chosen.type != "cuda":
        return ""
    properties = torch.cuda.get_device_properties(chosen)
    return f", {properties.name}, {properties.total_memory / GIGABYTE:.0f} GB"


def budget() -> Iterator[Finding]:
    """How much work may a chapter make?"""
    from ganlearn import runtime

    yield Finding("budget", runtime.budget())


def processor() -> Iterator[Finding]:
    """How many cores are there, and are they free?"""
    import psutil

    from ganlearn import threads

    cores, idle = psutil.cpu_count() or 1, threads.idle_cores()
    number, busy = threads.settle(), max(0.0, cores - idle)
    text = f"torch computes with {number}; other programs use {busy:.1f} of {cores} cores"
    yield Finding("threads", text)


def space() -> Iterator[Finding]:
    """Is there memory and disk enough?"""
    import psutil

    memory, disk = psutil.virtual_memory(), shutil.disk_usage(Path.cwd())
    text = f"{memory.available / GIGABYTE:.1f} of {memory.total / GIGABYTE:.1f} GB free"
    enough = memory.available >= MEMORY_NEEDED
    yield Finding("memory", text, "" if enough else "close other programs; a chapter takes 2 GB.")
    text = f"{disk.free / GIGABYTE:.1f} GB free at {Path.cwd()}"
    enough = disk.free >= DISK_NEEDED
    yield Finding("disk", text, "" if enough else "make room: runs and pictures need about 1 GB.")


def datasets() -> Iterator[Finding]:
    """Which data are here without a download, and which were downloaded?"""
    from ganlearn import data

    digits = len(data.digits(size=8))
    there = [name for name in data.photograph_names() if data.photograph_record(name).path.exists()]
    missing = sorted(set(data.photograph_names()) - set(there))
    text = f"{digits} digits, {len(there)} photographs, {len(data.SCHOOLS)} schools of painters"
    mend = f'reinstall what holds them: "{sys.executable}" -m pip install --force-reinstall '
    mend += "scikit-image scikit-learn"
    if missing:
        yield Finding("data", f"{text}; missing: {', '.join(missing)}", mend)
    else:
        yield Finding("data", text)
    root = data.data_root()
    found = sorted(entry.name for entry in root.iterdir()) if root.is_dir() else []
    text = f"{', '.join(found)} in {root}" if found else f"none in {root}; none is needed"
    yield Finding("downloads", text)


def notebooks() -> Iterator[Finding]:
    """Are the course's notebooks where ``ganlearn lab`` looks for them?"""
    from ganlearn.course import find_root

    root = find_root()
    counts = {
        kind: len(list((root / kind).glob("[0-9][0-9]_*.ipynb")))
        for kind in ("chapters", "exercises", "solutions")
    }
    text = ", ".join(f"{count} {kind}" for kind, count in counts.items()) + f" in {root}"
    yield Finding("course", text, "" if counts["chapters"] else "ganlearn course build")


def jupyter() -> Iterator[Finding]:
    """Will JupyterLab start, and start notebooks with this Python?"""
    try:
        version = importlib.metadata.version("jupyterlab")
        specs = importlib.import_module("jupyter_client.kernelspec")
        spec = specs.KernelSpecManager().get_kernel_spec("python3")
    except Exception as error:
        mend = f'"{sys.executable}" -m pip install jupyterlab ipykernel'
        yield Finding("JupyterLab", f"is not complete: {_first_line(error)}", mend)
        return
    yield Finding("JupyterLab", version)
    if _is_this_python(spec.argv[0]):
        yield Finding("kernel", "python3 is this Python")
    else:
        text = f"python3 is another Python, {spec.argv[0]} (set in {spec.resource_dir})"
        mend = f'"{sys.executable}" -m ipykernel install --sys-prefix --name python3; '
        mend += "if that does not help, remove the other: jupyter kernelspec remove python3"
        yield Finding("kernel", text, mend)


def _is_this_python(program: str) -> bool:
    """Whether a kernel that starts with ``program`` runs in this environment."""
    major, minor = sys.version_info[:2]
    if program in ("python", f"python{major}", f"python{major}.{minor}"):
        return True  # jupyter_client puts its own Python in the place of such a name
    try:
        return Path(program).samefile(sys.executable) and Path(program).parent.samefile(
            Path(sys.executable).parent
        )
    except OSError:
        return False


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    python,
    packages,
    torch_,
    device,
    budget,
    processor,
    space,
    datasets,
    notebooks,
    jupyter,
)
