"""Links, headings and pictures are read as Markdown and HTML mean them."""

import pytest

from ganlearn.course.prose import anchors_of_page, html, markdown


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
