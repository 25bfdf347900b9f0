"""JupyterLab with the course open."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import psutil
import pytest

from ganlearn.cli import lab
from ganlearn.errors import UserError


@pytest.fixture
def course(tmp_path):
    """A course of two chapters."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "chapters").mkdir()
    for name in ("01_one", "02_two"):
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / "chapters" / f"{name}.ipynb")
    return tmp_path


@contextlib.contextmanager
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_one_sentence(ganlearn, course, monkeypatch):
    monkeypatch.setattr(lab, "_until_done", lambda arguments: pytest.fail("it was started"))
    with taken_port() as port:
        answer = ganlearn("lab", "--port", port)
    assert answer.code == 2
    assert f"Port {port} is in use" in answer.err


def test_it_opens_at_the_map_of_the_course(ganlearn, course, monkeypatch):
    started = []
    monkeypatch.setattr(lab, "_until_done", lambda arguments: started.append(arguments) or 0)
    assert ganlearn("lab", "--no-browser").code == 0
    assert ganlearn("lab", "--pair").code == 0
    plain, paired = started
    assert f"--ServerApp.root_dir={course}" in plain
    assert "--LabApp.default_url=/lab/tree/start.ipynb" in plain
    assert "(chapters/01_one.ipynb)" in (course / "start.ipynb").read_text()
    assert "--no-browser" in plain
    assert not any("jupytext" in argument.lower() for argument in plain)
    assert any("Jupytext" in argument for argument in paired)


def test_without_a_map_it_opens_at_the_first_chapter(ganlearn, course, monkeypatch):
    started = []
    monkeypatch.setattr(lab, "_until_done", lambda arguments: started.append(arguments) or 0)
    (course / "start.ipynb").write_text("mine")
    assert ganlearn("lab").code == 0
    assert "--LabApp.default_url=/lab/tree/chapters/01_one.ipynb" in started[0]
    assert (course / "start.ipynb").read_text() == "mine"


def test_a_course_without_notebooks_says_how_to_make_them(tmp_path):
    with pytest.raises(UserError, match="ganlearn course build"):
        lab.first_page(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_it_serves_and_ctrl_c_ends_it_and_all_its_processes(course):
    with taken_port() as port:
        pass
    command = [sys.executable, "-c", "from ganlearn.cli import main; main()"]
    process = subprocess.Popen(
        [*command, "lab", "--no-browser", "--port", str(port)],
        cwd=course,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # A shell that starts the tests in the background lets its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / "config")},
    )
    try:
        assert wait_for(f"http://127.0.0.1:{port}/lab/tree/chapters/01_one.ipynb", process)
        family = [process.pid, *(p.pid for p in psutil.Process(process.pid).children(True))]
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, _ = process.communicate(timeout=40)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, out
    assert "The course is closed." in out
    assert "Traceback" not in out
    assert not [pid for pid in family if psutil.pid_exists(pid)]


def wait_for(address: str, process: subprocess.Popen, seconds: float = 60) -> bool:
    """Whether a server answers (a request for a login is an answer) before it ends."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.3)
    return False
