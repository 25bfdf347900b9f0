"""Run a notebook from top to bottom, the same way on every machine."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from ganlearn.course.source import LANGUAGE

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class CellFailed(Exception):
    """A cell did not run to its end.

    Attributes:
        cell: counted from 1, text cells included.
        sentence: its first line, and what happened.
    """

    def __init__(self, cell: int, source: str, what: str) -> None:
        first = next((line.strip() for line in source.splitlines() if line.strip()), "")
        self.cell, self.sentence = cell, f"`{first}`: {what}"
        super().__init__(self.sentence)


class _ThisPython(KernelSpecManager):
    """The kernel of the running Python, whatever kernels of that name the machine has."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def execute(
    notebook: NotebookNode,
    folder: Path,
    *,
    variables: Mapping[str, str],
    seconds: int = 600,
    after_cell: Callable[[int], None] = lambda cell: None,
) -> None:
    """Fill in the outputs of a notebook, in place.

    The outputs hold nothing that another run would not repeat: no timings, no widget views (their
    numbers are random, and their state is not kept), no path in a traceback, and one piece of
    printed text a cell however the kernel cut it.

    Args:
        notebook: to run.
        folder: to run it in.
        variables: of the kernel's environment, besides those of this process.
        seconds: limit for one cell.
        after_cell: called with the number of each cell that is done.

    Raises:
        CellFailed: when a cell raises without the tag that allows it, takes too long, or when its
            kernel dies. What was done until then stays in the notebook.
    """
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=_ThisPython()),
        timeout=seconds,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    count = 0
    try:
        folder.mkdir(exist_ok=True)
        with (
            tempfile.TemporaryDirectory() as profile,
            client.setup_kernel(
                cleanup_kc=True,
                env=_environment(variables, profile),
                stderr=subprocess.DEVNULL,  # the kernel's own remarks, not what cells write
            ),
        ):
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    count += 1
                    _run(client, cell, index, count)
                after_cell(index + 1)
    finally:
        notebook.metadata.pop("widgets", None)
        notebook.metadata["language_info"] = NotebookNode(LANGUAGE)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [out for out in map(_lasting, cell.outputs) if out]


def _run(client: NotebookClient, cell: NotebookNode, index: int, count: int) -> None:
    try:
        client.execute_cell(cell, index, execution_count=count)
    except CellExecutionError as error:
        what = f"{error.ename}: {error.evalue}"
    except CellTimeoutError:
        what = f"it took longer than {client.timeout} seconds."
    except DeadKernelError:
        what = "the kernel died; it may have run out of memory."
    else:
        return
    raise CellFailed(index + 1, cell.source, what)


def _environment(variables: Mapping[str, str], profile: str) -> dict[str, str]:
    """Somebody's own IPython profile, and a grader's settings, must not show in the outputs."""
    inherited = {k: v for k, v in os.environ.items() if k != "GANLEARN_GRADING"}
    return inherited | {"GANLEARN_PROGRESS": "off", "IPYTHONDIR": profile} | dict(variables)


def _lasting(output: NotebookNode) -> NotebookNode | None:
    """The part of an output that is worth keeping."""
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]
    elif "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        return output if output.data else None
    return output
