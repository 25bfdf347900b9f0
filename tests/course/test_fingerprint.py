"""The fingerprint changes with the code that a notebook uses, and with nothing else."""

import pytest

from ganlearn.course import fingerprint

FILES = {
    "__init__.py": "",
    "losses.py": '"""Docs."""\nfrom . import tools\n\n\ndef loss(x):\n    return x\n',
    "tools.py": "# a comment\nSTYLE = 'plain.style'\n",
    "unrelated.py": "x = 1\n",
    "plain.style": "a",
    "data/__init__.py": "from ganlearn.data.photos import FOLDER\n",
    "data/photos.py": "def load():\n    from ...ganlearn import losses  # odd, but Python\n"
    "FOLDER = 'pictures'\n",
    "data/pictures/cat.png": "cat",
    "weights/net.bin": "w",
    "checks/__init__.py": "",
    "checks/chapter07.py": "y = 1\n",
    "checks/chapter08.py": "y = 2\n",
}


@pytest.fixture
def library(tmp_path, monkeypatch):
    root = tmp_path / "ganlearn"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(fingerprint, "LIBRARY", root)
    return root


def of(*cells, number="07"):
    for cached in (fingerprint._text, fingerprint._code, fingerprint._data_files):
        cached.cache_clear()
    return fingerprint.of_library(cells, number)


def names(library, *cells, number="07"):
    found = fingerprint.reachable(cells, number)
    return {p.relative_to(library).as_posix() for p in found}


def test_what_is_reached_by_imports(library):
    assert names(library, "import torch") == set()
    assert names(library, "from ganlearn import losses") == {
        "__init__.py",
        "losses.py",
        "tools.py",
    }
    assert "data/photos.py" in names(library, "import ganlearn.data as d")
    assert names(library, "from ganlearn.checks import check") == {
        "__init__.py",
        "checks/__init__.py",
        "checks/chapter07.py",
    }
    assert "losses.py" in names(library, "%matplotlib inline\nfrom ganlearn import losses")


@pytest.mark.parametrize(
    ("file", "text", "changes"),
    [
        ("losses.py", FILES["losses.py"].replace("return x", "return 2 * x"), True),
        ("losses.py", FILES["losses.py"].replace("Docs.", "Other docs,\nlonger."), False),
        ("losses.py", FILES["losses.py"].replace("(x):", "(x):\n    '''New.'''\n"), False),
        ("tools.py", "# another comment\n\nSTYLE = 'plain.style'  # why\n", False),
        ("tools.py", "STYLE = 'plain.style # in a string'\n", True),
        ("plain.style", "b", True),
        ("unrelated.py", "x = 2\n", False),
        ("weights/net.bin", "v", False),
        ("data/pictures/cat.png", "dog", False),
    ],
)
def test_what_changes_the_fingerprint(library, file, text, changes):
    before = of("from ganlearn import losses")
    (library / file).write_text(text)
    assert (of("from ganlearn import losses") != before) == changes


def test_data_count_where_their_folder_is_named(library):
    before = of("from ganlearn import data")
    (library / "data/pictures/cat.png").write_text("dog")
    assert of("from ganlearn import data") != before


def test_the_checks_of_the_own_chapter_count(library):
    cell = "from ganlearn.checks import check"
    before = of(cell)
    (library / "checks/chapter08.py").write_text("y = 3\n")
    assert of(cell) == before
    (library / "checks/chapter07.py").write_text("y = 3\n")
    assert of(cell) != before


def test_the_present_library_is_read():
    of()
    found = fingerprint.reachable(["from ganlearn.checks import check"], "00")
    reached = {p.relative_to(fingerprint.LIBRARY).as_posix() for p in found}
    assert {
        "checks/verdict.py",
        "checks/chapter00.py",
        "notebook/words.py",
        "runtime.py",
    } <= reached
    assert not any(name.startswith("course/") for name in reached)
