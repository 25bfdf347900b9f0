"""Settings for every run of pytest here, and what nbval 0.11.0 needs to run the notebooks well.

`pytest --nbval` with nothing after it runs the tests and every notebook of the course, strictly.
"""

import os
import tempfile
import time
from pathlib import Path
from queue import Empty

import pytest

try:
    import nbval.kernel
    import nbval.plugin
except ImportError:  # plain `pytest` does without it
    nbval = None

HERE = Path(__file__).parent
PLANTED = "planted wrong answer"

# Kernels inherit these. A reader who sets the budget gets it.
os.environ.setdefault("GANLEARN_BUDGET", "laptop")
os.environ.setdefault("GANLEARN_PROGRESS", "off")
os.environ.pop("GANLEARN_GRADING", None)

if nbval is None:

    def pytest_addoption(parser):
        parser.addoption("--nbval", action="store_true", help="run the notebooks; needs nbval")


def pytest_configure(config):
    options = config.option
    if nbval is None:
        if options.nbval:
            raise pytest.UsageError("--nbval needs nbval; run: pip install -e '.[test]'")
        return
    if not options.nbval_kernel_name:
        options.nbval_current_env = True
    if options.nbval_cell_timeout == 2000:  # nbval's default, longer than anyone waits
        options.nbval_cell_timeout = 300.0
    if options.nbval_sanitize_with is None:
        options.nbval_sanitize_with = str(HERE / "tests" / "nbval_sanitize.cfg")
    if options.nbval or options.nbval_lax:
        # What somebody's own IPython profile runs at every start is no part of a notebook.
        profile = tempfile.TemporaryDirectory()
        config.add_cleanup(profile.cleanup)
        os.environ["IPYTHONDIR"] = profile.name
    nbval.kernel.RunningKernel.get_message = get_message
    nbval.kernel.RunningKernel.execute_cell_input = execute_cell_input


def get_message(kernel, stream, timeout=None):
    """Wait for the kernel's next message, but no longer than it lives.

    nbval asks once with the whole timeout, so that it waits five minutes for a kernel that died in
    the first second.
    """
    channel = {"iopub": kernel.kc.get_iopub_msg, "shell": kernel.kc.get_shell_msg}[stream]
    end = time.monotonic() + (float("inf") if timeout is None else timeout)
    while True:
        alive = kernel.is_alive()  # asked before the queue, which may hold its last words
        try:
            return channel(timeout=max(0.0, min(1.0, end - time.monotonic())))
        except Empty:
            if not alive:
                raise RuntimeError("the kernel died; it may have run out of memory") from None
            if time.monotonic() >= end:
                raise


def execute_cell_input(kernel, cell_input, allow_stdin=None):
    """Send a cell as a front end does.

    nbval stores no history; IPython then does not look for the `;` that silences a last line.
    """
    return kernel.kc.execute(
        cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False
    )


def pytest_collection_modifyitems(items):
    """nbval gives up on a cell whose output is five seconds late; a busy machine needs longer."""
    for item in items:
        if nbval is not None and isinstance(item, nbval.plugin.IPyNbCell):
            item.output_timeout = 60


def pytest_terminal_summary(terminalreporter):
    """The kill score of the planted wrong answers (tests/checks/test_wrong_answers.py)."""
    tried = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == PLANTED
    ]
    if tried:
        rejected = sum(rejected for rejected, _ in tried)
        diagnosed = sum(rejected and diagnosed for rejected, diagnosed in tried)
        terminalreporter.write_line(
            f"planted wrong answers: {rejected} of {len(tried)} rejected, "
            f"{diagnosed} with the right diagnosis"
        )
