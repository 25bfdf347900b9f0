"""Each thing that can be wrong is found, and the finding says how to mend it."""

import importlib
import importlib.metadata
import shutil
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest

from ganlearn import doctor


def wrong(look) -> list[str]:
    """What a look finds to be wrong, as printed."""
    return [str(finding) for finding in look() if not finding.fine]


def only(look) -> str:
    (line,) = wrong(look)
    return line


def test_what_this_machine_has_is_said():
    lines = {finding.about: str(finding) for finding in doctor.examine()}
    for about in ("Python", "packages", "torch", "torchvision", "device", "bfloat16", "threads"):
        assert lines[about].startswith("ok "), lines[about]
    for about in ("memory", "disk", "data", "downloads", "course", "JupyterLab", "kernel"):
        assert about in lines
    assert "1797 digits" in lines["data"]


def test_an_untested_python(monkeypatch):
    monkeypatch.setattr(doctor, "PYTHONS", ((3, 98), (3, 99)))
    assert "make an environment with Python 3.98 to 3.99" in only(doctor.python)


@pytest.mark.parametrize(
    ("requirement", "complaint"),
    [
        ("no-such-package-of-ours>=1", "no-such-package-of-ours is missing"),
        ("torch>=99", "needed is >=99"),
    ],
)
def test_a_missing_or_old_package(monkeypatch, requirement, complaint):
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: [requirement])
    line = only(doctor.packages)
    assert complaint in line
    assert "pip install -e" in line


def test_what_an_extra_asks_for_is_not_needed(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: ['nope>=1; extra == "dev"'])
    assert not wrong(doctor.packages)


def broken(monkeypatch, package: str, error: Exception) -> None:
    """Let the import of a package fail as it does when its installation is broken."""
    import_module = importlib.import_module

    def fail(name, *rest):
        if name == package:
            raise error
        return import_module(name, *rest)

    monkeypatch.setattr(importlib, "import_module", fail)


def test_a_torch_that_does_not_start(monkeypatch):
    broken(monkeypatch, "torch", OSError("libcudart.so.12: cannot open shared object file\nmore"))
    line = only(doctor.torch_)
    assert "does not start: OSError: libcudart.so.12: cannot open shared object file" in line
    assert "pip install --upgrade --force-reinstall torch torchvision" in line


def test_a_torchvision_of_another_torch(monkeypatch):
    broken(monkeypatch, "torchvision", RuntimeError("operator torchvision::nms does not exist"))
    line = only(doctor.torch_)
    assert "does not go with torch" in line
    assert "nms does not exist" in line
    assert "--force-reinstall torch torchvision" in line


def test_a_device_that_is_not_here(monkeypatch):
    monkeypatch.setenv("GANLEARN_DEVICE", "cuda:99")
    (finding,) = [f for f in doctor.examine() if f.about == "device"]
    assert "GANLEARN_DEVICE" in finding.mend


def test_a_device_that_does_not_compute(monkeypatch):
    import torch

    def ones(*size, device):
        raise RuntimeError("no kernel image is available for execution on the device")

    monkeypatch.setattr(torch, "ones", ones)
    line = only(doctor.device)
    assert "no kernel image" in line
    assert "update the GPU's driver, or set GANLEARN_DEVICE=cpu" in line


def test_a_gpu_that_torch_cannot_use(monkeypatch):
    import torch

    monkeypatch.delenv("GANLEARN_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    line = only(doctor.device)
    assert "there is an NVIDIA driver" in line
    assert "docs/gpu.md" in line


@pytest.mark.parametrize(
    ("variable", "about"), [("GANLEARN_BUDGET", "budget"), ("GANLEARN_THREADS", "processor")]
)
def test_a_variable_that_is_not_understood(monkeypatch, variable, about):
    monkeypatch.setenv(variable, "nonsense")
    (finding,) = [f for f in doctor.examine() if f.about == about]
    assert f"{variable} is 'nonsense'" in finding.mend


def test_too_little_memory(monkeypatch):
    memory = namedtuple("memory", "total available")(8 * doctor.GIGABYTE, doctor.GIGABYTE)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert "1.0 of 8.0 GB free" in only(doctor.space)
    assert "close other programs" in only(doctor.space)


def test_a_full_disk(monkeypatch):
    disk = namedtuple("disk", "total used free")(100, 90, 10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk)
    assert "make room" in only(doctor.space)


def test_missing_photographs(monkeypatch, tmp_path):
    from ganlearn import data

    gone = namedtuple("record", "path")(tmp_path / "gone.png")
    record = data.photograph_record
    first = data.photograph_names()[0]
    monkeypatch.setattr(data, "photograph_record", lambda n: gone if n == first else record(n))
    line = only(doctor.datasets)
    assert f"missing: {first}" in line
    assert "scikit-image" in line


def test_downloads_are_named(monkeypatch, tmp_path):
    (tmp_path / "MNIST").mkdir()
    monkeypatch.setenv("GANLEARN_DATA", str(tmp_path))
    (line,) = [str(f) for f in doctor.datasets() if f.about == "downloads"]
    assert f"MNIST in {tmp_path}" in line


def test_a_course_without_notebooks(monkeypatch, tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "solutions").mkdir()
    monkeypatch.chdir(tmp_path)
    line = only(doctor.notebooks)
    assert "0 chapters" in line
    assert line.endswith("-> ganlearn course build")


def test_a_missing_jupyterlab(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert "pip install jupyterlab ipykernel" in only(doctor.jupyter)


def test_a_kernel_of_another_python(monkeypatch, tmp_path):
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    other = tmp_path / "python"
    other.write_text("")
    spec = KernelSpec(argv=[str(other), "-m", "ipykernel"], resource_dir=str(tmp_path))
    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda self, name: spec)
    line = only(doctor.jupyter)
    assert f"python3 is another Python, {other}" in line
    assert "ipykernel install --sys-prefix --name python3" in line


@pytest.mark.parametrize("program", ["python", "python3", sys.executable])
def test_a_kernel_of_this_python(program):
    assert doctor._is_this_python(program)


def test_a_look_that_fails_becomes_a_finding(monkeypatch):
    def stars():
        raise ZeroDivisionError("no stars")
        yield

    monkeypatch.setattr(doctor, "LOOKS", (stars, doctor.python))
    failed, python = doctor.examine()
    assert not failed.fine
    assert "ZeroDivisionError: no stars" in failed.text
    assert python.fine


def test_without_torch_the_doctor_still_answers():
    code = (
        "import sys; sys.modules['torch'] = None\nfrom ganlearn.cli import main\nmain(['doctor'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "torch        does not start" in done.stdout
    assert "--force-reinstall torch torchvision" in done.stdout
    assert "ok     Python" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_the_exit_code_tells_whether_something_is_wrong(monkeypatch, capsys):
    from ganlearn import cli

    for findings, code, last in (
        ([doctor.Finding("a", "b")], 0, "All is fine."),
        ([doctor.Finding("a", "b"), doctor.Finding("c", "d", "mend")], 1, "1 to mend."),
    ):
        monkeypatch.setattr(doctor, "examine", lambda found=findings: found)
        with pytest.raises(SystemExit) as exit_:
            cli.main(["doctor"])
        assert exit_.value.code == code
        assert capsys.readouterr().out.endswith(f"{last}\n")
