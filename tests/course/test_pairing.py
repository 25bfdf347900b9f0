"""A student's edits survive, with jupytext's server extension on as pip installs it."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from ganlearn import course as tools

NAME = "exercises/00_demo.ipynb"


class Server:
    def __init__(self, url, token):
        self.url, self.token = url, token

    def request(self, path, content=None):
        body = {"type": "notebook", "format": "json", "content": content}
        request = urllib.request.Request(
            f"{self.url}api/contents/{path}?type=notebook",
            headers={"Authorization": f"token {self.token}"},
            data=None if content is None else json.dumps(body).encode(),
            method="GET" if content is None else "PUT",
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def open(self, path):
        return nbformat.from_dict(self.request(path)["content"])

    def save(self, path, notebook):
        self.request(path, notebook)


@contextlib.contextmanager
def server(root, scratch, *arguments):
    """Jupyter's server as `jupyter lab` starts it, on a free port, with settings of its own."""
    folders = ("CONFIG", "DATA", "RUNTIME")
    own = {f"JUPYTER_{name}_DIR": str(scratch / name.lower()) for name in folders}
    log = scratch / "log"
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", "--port=0",
             f"--ServerApp.root_dir={root}", *arguments],
            env=os.environ | own, stdout=lines, stderr=lines,
        )  # fmt: skip
    try:
        while not (started := list(scratch.glob("runtime/jpserver-*.json"))):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        time.sleep(0.1)
        told = json.loads(started[0].read_text())
        assert "Deriving an AsyncTextFileContentsManager" in log.read_text()
        yield Server(told["url"], told["token"])
    finally:
        process.terminate()
        process.wait(20)


def edit_elsewhere(file, text):
    notebook = nbformat.read(file, 4)
    notebook.cells[3].source = text
    nbformat.write(notebook, file)


def test_a_students_edits_are_kept(course, tmp_path):
    pytest.importorskip("jupyterlab_jupytext")
    file, text = course / NAME, course / "exercises" / "00_demo.py"
    given = text.read_bytes()
    with server(course, tmp_path) as lab:
        opened = lab.open(NAME)
        opened.cells[0].source = "edited in the browser"
        lab.save(NAME, opened)
        # Then elsewhere, so that the notebook is much newer than its text ...
        edit_elsewhere(file, "edited elsewhere")
        os.utime(text, (1, 1))
        again = lab.open(NAME)
        assert again.cells[0].source == "edited in the browser"
        assert again.cells[3].source == "edited elsewhere"
        # ... and then the text is the newer one, as after an update of the course.
        os.utime(text)
        os.utime(file, (1, 1))
        again = lab.open(NAME)
        assert again.cells[3].source == "edited elsewhere"
        again.cells[1].source = "edited last"
        lab.save(NAME, again)
        assert [lab.open(NAME).cells[i].source for i in (0, 1, 3)] == [
            "edited in the browser",
            "edited last",
            "edited elsewhere",
        ]
    assert text.read_bytes() == given


def test_an_author_who_asks_for_it_gets_pairs(course, tmp_path):
    pytest.importorskip("jupyterlab_jupytext")
    name = "chapters/00_demo.ipynb"
    text = course / "chapters" / "00_demo.py"
    with server(course, tmp_path, *tools.pairing_config()) as lab:
        opened = lab.open(name)
        opened.cells[0].source = "# edited in the browser"
        lab.save(name, opened)
        assert text.read_text().startswith("# %% [markdown]\n# # edited in the browser\n\n# %%\n")
        assert '# %% tags=["raises-exception"]' in text.read_text()
        # Why it is off for students: edited elsewhere, the notebook does not open.
        edit_elsewhere(course / name, "edited elsewhere")
        os.utime(text, (1, 1))
        with pytest.raises(urllib.error.HTTPError, match="400"):
            lab.open(name)


def test_nothing_in_the_repository_pairs(request):
    root = request.config.rootpath
    assert not list(root.glob("*/jupytext.toml")) and not (root / "jupytext.toml").exists()
    for kind in tools.places.KINDS:
        for file in (root / kind).glob("*.*"):
            if file.suffix in (".py", ".ipynb"):
                assert "formats" not in file.read_text("utf-8").split("# %%")[0], file
