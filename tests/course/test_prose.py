"""Links, headings and pictures are read as Markdown and HTML mean them."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ganlearn.course.prose import anchors_of_page, html, markdown, wrong_prose


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a](b.ipynb) and [c][d]\n\n[d]: e.md", ["b.ipynb", "e.md"]),
        ("`[a](b)` and\n\n```\n[a](b)\n```", []),
        ("the map $f[x](1)$ and $$g[y](2)$$", []),
        ("\\$5 [a](b) costs \\$6", ["b"]),
        ("<details><summary>x</summary>\n\n[a](b)\n\n</details>", ["b"]),
        ("<a href='x.md'>x</a> in a line", ["x.md"]),
        ("| a |\n|---|\n| [x](y) |", ["y"]),
        ("> 1. **[x](y)**", ["y"]),
    ],
)
def test_links(text, links):
    assert markdown(text).links == links


def test_pictures_have_their_words():
    text = "![a cat](cat.png) ![](dog.png)\n\n<img src='cow.png' alt='a cow'><img src='emu.png'>"
    assert markdown(text).pictures == [
        ("cat.png", "a cat"),
        ("dog.png", ""),
        ("cow.png", "a cow"),
        ("emu.png", ""),
    ]


def test_headings_are_anchors():
    page = "# The *minimax* game: V(D, G)\n\n## A `loss` <a id='mine'></a>\n\n```\n# none\n```"
    assert markdown(page).headings == ["The minimax game: V(D, G)", "A loss"]
    assert anchors_of_page(page) == {"the-minimax-game-vd-g", "a-loss", "mine"}


def test_a_drawing_in_html_is_seen():
    assert html("<div><SVG></SVG></div>").svg
    assert markdown("a <svg></svg> b").svg
    assert not markdown("`<svg>`").svg


def test_a_formula_that_lost_its_backslash_is_found(tmp_path):
    whole, broken = new_markdown_cell(r"$\frac{1}{2}$"), new_markdown_cell("$\frac{1}{2}$")
    notebook = new_notebook(cells=[whole, broken, new_code_cell("x = 1\t# tab\ny = 2")])
    (problem,) = wrong_prose(notebook, tmp_path / "a.ipynb", tmp_path)
    assert problem == (2, r"it has a sign that nobody sees ('\x0c') before 'rac{1}{2}$'.")
