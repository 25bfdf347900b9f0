"""Where the course is, and which notebooks it has."""

from pathlib import Path

import pytest

import ganlearn
from ganlearn import course as tools
from ganlearn.course.places import select, sources
from ganlearn.errors import UserError


@pytest.fixture
def places(empty):
    for name in ("chapters/02_b", "chapters/10_c", "solutions/02_b", "chapters/helper"):
        (empty / f"{name}.py").write_text("1")
    return sources(empty)


def test_the_root_is_here_or_above(empty):
    inside = empty / "chapters" / "deep"
    inside.mkdir()
    assert tools.find_root(inside) == tools.find_root(empty) == empty


def test_else_it_is_where_the_package_was_installed_from(tmp_path, monkeypatch, empty):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(ganlearn, "__file__", str(empty / "ganlearn" / "__init__.py"))
    assert tools.find_root(elsewhere) == empty
    monkeypatch.setattr(ganlearn, "__file__", str(elsewhere / "ganlearn" / "__init__.py"))
    monkeypatch.chdir(elsewhere)
    with pytest.raises(UserError, match=r"no course in .*elsewhere or above it"):
        tools.find_root()


def test_the_notebooks_in_the_order_of_reading(places):
    assert [str(p) for p in places] == [
        "chapters/02_b.ipynb",
        "solutions/02_b.ipynb",
        "exercises/02_b.ipynb",
        "chapters/10_c.ipynb",
    ]
    assert places[2].source == places[1].py


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ([], 4),
        (["2"], 3),
        (["02"], 3),
        (["02_b", "2"], 3),
        (["exercises/02_b"], 1),
        (["chapters/02_b.py", "10"], 2),
        ([str(Path("solutions", "02_b.ipynb"))], 1),
    ],
)
def test_notebooks_by_number_name_and_file(places, names, count):
    assert len(select(places, names)) == count
