"""Badges and the cell that installs: there with an address, and nothing at all without one."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from ganlearn import course as tools
from ganlearn.course import badges, source
from ganlearn.course.execute import execute
from ganlearn.course.expected import expected
from ganlearn.course.parts import of_markdown
from ganlearn.course.places import Place, sources
from ganlearn.errors import UserError

# No such repository is known to exist; the course has none yet.
PROJECT = """
[project.urls]
Repository = "https://github.com/some-body/gan.course"
"""
HOME = badges.Repository("github.com", "some-body", "gan.course")


@pytest.fixture
def published(empty):
    """A course without notebooks whose pyproject.toml has an address."""
    (empty / "pyproject.toml").write_text(PROJECT)
    return empty


def notebook():
    cells = [new_markdown_cell(f"# 00 A\n\n{badges.BEGIN}\n\nmore"), new_code_cell("x = 1")]
    return source.finish(cells)


def filled(root, name="00_a"):
    return badges.fill(notebook(), Place(root, "chapters", name))


def test_without_an_address_nothing_changes(empty):
    assert filled(empty) == notebook()
    (empty / "pyproject.toml").write_text(
        "[project]\nname = 'x'\n[project.urls]\nDocs = 'https://x.y'"
    )
    assert filled(empty) == notebook()


def test_each_service_is_asked_for_this_notebook(published):
    text = filled(published, "02_a b").cells[0].source
    links = dict((words, target) for target, words in of_markdown(text).links)
    assert list(links) == ["Google Colab", "Binder", "Kaggle"]
    path = "chapters/02_a b.ipynb"
    blob = f"some-body/gan.course/blob/main/{path}"
    assert unquote(urlsplit(links["Google Colab"]).path) == f"/github/{blob}"
    binder = urlsplit(links["Binder"])
    assert binder.path == "/v2/gh/some-body/gan.course/main"
    assert parse_qs(binder.query) == {"labpath": [path]}
    assert parse_qs(urlsplit(links["Kaggle"]).query) == {"src": [f"https://github.com/{blob}"]}
    assert "![" not in text  # no picture from somebody's server
    assert text.startswith("# 00 A") and text.endswith("more")


def test_a_notebook_without_the_place_gets_the_cell_only(published):
    cells = [new_markdown_cell("# 00 A"), new_code_cell("x = 1")]
    made = badges.fill(source.finish(cells), Place(published, "exercises", "00_a"))
    assert [cell.cell_type for cell in made.cells] == ["markdown", "code", "code"]
    assert made.cells[0].source == "# 00 A"


def test_filled_twice_is_filled_once(published, empty):
    once = filled(published)
    assert badges.fill(filled(published), Place(published, "chapters", "00_a")) == once
    (published / "pyproject.toml").unlink()
    assert badges.fill(once, Place(published, "chapters", "00_a")) == notebook()


def test_another_branch_and_another_host(published):
    file = published / "pyproject.toml"
    file.write_text(PROJECT + "[tool.ganlearn]\nbranch = '2027'\n")
    text = filled(published).cells[0].source
    assert "/blob/2027/" in text and "@2027" in filled(published).cells[1].source
    file.write_text(PROJECT.replace("github", "gitlab"))
    text = filled(published).cells[0].source
    assert "Binder" in text and "Colab" not in text
    file.write_text(PROJECT.replace("github.com", "git.example.org"))
    assert filled(published).cells[0].source == notebook().cells[0].source
    assert (
        "git+https://git.example.org/some-body/gan.course@main" in filled(published).cells[1].source
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[project.urls]\nRepository = 'http://github.com/a/b'", "is no address of a repository"),
        ("[project.urls]\nSource = 'https://github.com/a'", "is no address of a repository"),
        ("[project.urls]\nSource = 'https://github.com/a/b\"; import os'", "is no address"),
        ("[project", "pyproject.toml is not TOML"),
    ],
)
def test_an_address_that_is_none_is_one_sentence(empty, content, sentence):
    (empty / "pyproject.toml").write_text(content)
    with pytest.raises(UserError, match=sentence):
        filled(empty)


def run_setup(code, missing):
    """Run the cell in a Python where pip only says what it was asked for."""
    script = (
        "import importlib.util, json, subprocess\n"
        f"if {missing}: importlib.util.find_spec = lambda name: None\n"
        "subprocess.run = lambda command, check: print(json.dumps([command, check]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_cell_installs_where_the_course_is_missing_and_only_there():
    code = badges.setup_code(HOME)
    ast.parse(code)
    assert run_setup(code, missing=False) == ""
    command, checked = json.loads(run_setup(code, missing=True))
    assert command[1:4] == ["-m", "pip", "install"]
    assert command[-1] == "ganlearn @ git+https://github.com/some-body/gan.course@main"
    assert checked is True


def test_a_course_with_an_address_builds_and_is_in_order(published):
    (published / "chapters" / "00_a.py").write_text(
        f"# %% [markdown]\n# # 00 A\n#\n# {badges.BEGIN}\n\n# %%\nprint(1)\n"
    )
    assert tools.build(published, say=lambda line: None).exit_code == 0
    assert tools.check(published) == []
    (made,) = (expected(place) for place in sources(published))
    execute(made, published, variables={})
    setup, first = (cell for cell in made.cells if cell.cell_type == "code")
    assert setup.outputs == [] and first.outputs
    (published / "pyproject.toml").write_text(PROJECT.replace("some-body", "else"))
    assert any("is not what chapters/00_a.py says" in str(p) for p in tools.check(published))


def test_every_chapter_has_a_place_for_badges():
    root = Path(__file__).parents[2]
    for file in (root / "chapters").glob("[0-9][0-9]_*.py"):
        assert re.search(rf"^# {badges.BEGIN}$", file.read_text("utf-8"), re.M), file.name
