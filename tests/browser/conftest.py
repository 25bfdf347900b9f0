"""A real JupyterLab in a real browser, for tests of what a student sees and does.

They need playwright and a Chromium: Debian's (`apt install chromium`), or the one that the
variable CHROMIUM names. Without either they are skipped, and say so. With SCREENSHOTS=folder they
leave pictures to look at.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 120_000
"""Milliseconds for whatever a busy machine may take long for."""

FLAGS = [
    "--no-sandbox",  # or root, in a container, could not start it
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
IDLE = """() => {
    const c = window.jupyterapp?.shell.currentWidget?.sessionContext;
    return c && c.isReady && c.session?.kernel?.status === 'idle';
}"""
"""The session is there, too: before it is, the status line already says idle."""

ALL_RUN = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(c =>
    c.model.type !== 'code' || !c.model.sharedModel.getSource().trim()
    || (c.model.executionCount && c.model.executionState !== 'running'))"""


def chromium():
    """The browser, None when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@dataclass
class Lab:
    """A running JupyterLab.

    Attributes:
        root: the folder that it shows.
        address: without a path; `token` belongs to it.
    """

    root: Path
    address: str
    token: str = "course"

    def url(self, notebook):
        return f"{self.address}/lab/tree/{notebook}?token={self.token}&reset"


@contextlib.contextmanager
def serving(root, home):
    """JupyterLab on a free port with settings of its own; it and its kernels end with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    lab = Lab(root, f"http://127.0.0.1:{port}")
    places = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "run"}
    environment = {f"JUPYTER_{key}": str(home / value) for key, value in places.items()}
    environment["JUPYTERLAB_SETTINGS_DIR"] = str(home / "settings")
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(home / "workspaces")
    environment["IPYTHONDIR"] = str(home / "ipython")
    environment["GANLEARN_BUDGET"] = "smoke"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"]
    command += [f"--IdentityProvider.token={lab.token}", f"--ServerApp.root_dir={root}"]
    command += ["--LabApp.expose_app_in_browser=True"]
    with (home / "lab.log").open("w") as log:
        process = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(f"{lab.address}/api/status?token={lab.token}", process, home / "lab.log")
            yield lab
        finally:
            _end(process)


def _wait_for(address, process, log, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not answer: {log.read_text()[-2000:]}")


def _end(process):
    """The server and its kernels, which are in its session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, number)
            process.wait(20)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if chromium() is None:
        pytest.skip("there is no Chromium; install one, or name it in CHROMIUM")
    if os.name != "posix":
        pytest.skip("ends JupyterLab's processes by their group, which Windows has not")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """JupyterLab on a copy of the course's notebooks."""
    root = tmp_path_factory.mktemp("student")
    for kind in ("chapters", "exercises"):
        shutil.copytree(REPOSITORY / kind, root / kind, ignore=shutil.ignore_patterns("*.py"))
    with serving(root, tmp_path_factory.mktemp("home")) as running:
        yield running


@dataclass
class Student:
    """Somebody in front of the browser.

    Attributes:
        page: playwright's.
        outside: requests that left the machine.
        errors: what the page itself complained of.
    """

    page: object
    lab: Lab
    outside: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    def open(self, notebook):
        """Open a notebook and wait until its kernel is there."""
        self.page.goto(self.lab.url(notebook))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
        self.page.wait_for_function(IDLE, timeout=PATIENCE)

    def command(self, name):
        """A command of JupyterLab, to its end."""
        self.page.evaluate(f"() => window.jupyterapp.commands.execute('{name}')")

    def find(self, words):
        """The number of the first code cell with these words in it, counted from 0."""
        return self.page.evaluate(
            """words => {
                const cells = window.jupyterapp.shell.currentWidget.content.widgets;
                return cells.findIndex(c => c.model.type === 'code'
                    && c.model.sharedModel.getSource().includes(words));
            }""",
            words,
        )

    def source(self, number):
        """The text of a cell."""
        return self.page.evaluate(
            "n => window.jupyterapp.shell.currentWidget.content.widgets[n]"
            ".model.sharedModel.getSource()",
            number,
        )

    def outputs(self, number):
        """The outputs of a cell as the notebook will keep them."""
        return self.page.evaluate(
            "n => window.jupyterapp.shell.currentWidget.content.widgets[n].model.toJSON().outputs",
            number,
        )

    def run_all(self):
        """Run every cell and wait until all of them have been run."""
        self.command("notebook:clear-all-cell-outputs")
        # Not awaited: JupyterLab's promise would be lost if it asked something.
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        self.page.wait_for_function(ALL_RUN, timeout=PATIENCE)
        self.page.wait_for_function(IDLE, timeout=PATIENCE)

    def go_to(self, number):
        """Bring a cell into view and make it the present one."""
        self.page.evaluate(
            """n => {
                const book = window.jupyterapp.shell.currentWidget.content;
                book.deselectAll();
                book.activeCellIndex = n;
                return book.scrollToItem(n, 'center');
            }""",
            number,
        )
        return self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")

    def type_last_line(self, number, line):
        """Replace the last line of a cell, key by key."""
        self.go_to(number).locator(".cm-content").click()
        for keys in ("Control+End", "Shift+Home", "Delete"):
            self.page.keyboard.press(keys)
        self.page.keyboard.type(line)

    def run(self, number):
        """Run a cell with Shift+Enter and wait until it is done."""
        cell = self.go_to(number)
        cell.locator(".cm-content").click()
        before = self._count(number)
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            """([n, before]) => {
                const cell = window.jupyterapp.shell.currentWidget.content.widgets[n].model;
                return cell.executionCount && cell.executionCount !== before;
            }""",
            arg=[number, before],
            timeout=PATIENCE,
        )
        self.page.wait_for_function(IDLE, timeout=PATIENCE)

    def _count(self, number):
        return self.page.evaluate(
            "n => window.jupyterapp.shell.currentWidget.content.widgets[n].model.executionCount",
            number,
        )

    def picture(self, name):
        """Keep what is on the screen, for people to look at."""
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.fixture
def student(browser, lab):
    """A student with a fresh browser window; nothing may leave the machine, no page may err."""
    context = browser.new_context(viewport={"width": 1280, "height": 1100})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    person = Student(page, lab)
    own = (lab.address, lab.address.replace("http", "ws"), "data:", "blob:", "about:")
    page.on("request", lambda r: None if r.url.startswith(own) else person.outside.append(r.url))
    page.on("pageerror", lambda error: person.errors.append(str(error)))
    yield person
    context.close()
    assert person.outside == []
    assert person.errors == []
