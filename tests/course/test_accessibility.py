"""Whoever listens, uses no mouse, or sees little colour, gets the same course."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ganlearn import plots
from ganlearn.course.accessibility import wrong_access, wrong_page
from ganlearn.course.contrast import GRAPHICS, TEXT, contrast
from ganlearn.notebook.words import LOOKS

TITLE = "# Title\n\n"

FINE = [
    "## Two\n\n### Three\n\n## Two again\n",
    "[the chapter on losses](a.ipynb), [arXiv:1406.2661](https://arxiv.org/abs/1406.2661)\n",
    "[![a ring](ring.png)](a.ipynb)\n",
    "[`run`](a.ipynb) and <a href='a.ipynb'>the next chapter</a>\n",
    "| | a | b |\n|---|---|---|\n| x | 1 | 2 |\n",
    "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>\n",
    "```\n#### no heading\n[here](x)\n```\n",
    "<p style='color: #333; background-color: #eee'>dark on light</p>\n",
    "$[x](y)$ and $a | b$\n",
]
WRONG = [
    ("#### Four\n", 'the heading "Four" jumps from level 1 to 4; use 2'),
    ("## Two\n\n#### Four\n", "jumps from level 2 to 4; use 3"),
    ("# Another\n", '"Another" is a second title'),
    ("##\n", "a heading of level 2 is empty"),
    ("<h4>Four</h4>\n", 'the heading "Four" jumps'),
    ("see [here](a.ipynb)\n", 'the link "here" to a.ipynb does not say where it leads'),
    ("[Click here!](a.ipynb)\n", "does not say where"),
    ("<a href='a.ipynb'>this</a>\n", "does not say where"),
    ("text <a href='a.ipynb'> more </a> text\n", "does not say where"),
    ("[](a.ipynb)\n", "the link to a.ipynb has no words"),
    ("[![](ring.png)](a.ipynb)\n", "the link to a.ipynb has no words"),
    ("[https://example.org/a/very/long/address/that/goes/on](b.md)\n", "letter by letter"),
    ("| a | |\n|---|---|\n| 1 | 2 |\n", "a column without a header: a | "),
    ("| |\n|---|\n| 1 |\n", "a column without a header"),
    ("<table><tr><td>a</td></tr></table>\n", "no header row"),
    ("<p style='color:#999'>pale</p>\n", "text in #999 on #ffffff has a contrast of 2.8"),
    ("<p style='background: #222222; color: #333333'>dark</p>\n", "on #222222 has a contrast"),
]


@pytest.mark.parametrize("text", FINE)
def test_what_is_fine(text):
    assert list(wrong_page(TITLE + text)) == []
    assert list(wrong_access(new_notebook(cells=[new_markdown_cell(TITLE + text)]))) == []


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_wrong_on_a_page_and_in_a_notebook(text, sentence):
    (told,) = wrong_page(TITLE + text)
    assert sentence in told
    cells = [new_markdown_cell(TITLE), new_markdown_cell(text)]
    assert list(wrong_access(new_notebook(cells=cells))) == [(2, told)]


def test_a_page_begins_with_its_title():
    (told,) = wrong_page("## Two\n")
    assert 'it begins with "Two" at level 2' in told


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<table><tr><td>1</td></tr></table>", "no header row"),
        ("<b style='color: #aaaaaa'>pale</b>", "contrast of 2.3"),
    ],
)
def test_html_that_code_shows_is_looked_at(html, sentence):
    shown = new_output("display_data", data={"text/html": html, "text/plain": "x"})
    cells = [new_markdown_cell("# Title"), new_code_cell("show()", outputs=[shown])]
    ((cell, told),) = wrong_access(new_notebook(cells=cells))
    assert cell == 2 and sentence in told


@pytest.mark.parametrize(
    "source",
    [
        "ipywidgets.FloatSlider(value=1)",
        "widgets.Checkbox(description='')",
        "from ipywidgets import Button\nButton(icon='check')",
        "box = [ipywidgets.Dropdown(options=[1, 2])]",
    ],
)
def test_a_control_without_a_name_is_found(source):
    notebook = new_notebook(cells=[new_code_cell(source)])
    ((_, told),) = wrong_access(notebook)
    assert "has no description=" in told


@pytest.mark.parametrize(
    "source",
    [
        "ipywidgets.FloatSlider(value=1, description='turn')",
        "ipywidgets.FloatSlider(**settings)",
        "ipywidgets.Image(format='png')",
        "ipywidgets.HTML('words')",
        "ipywidgets.Checkbox(description=name)",
        "%matplotlib inline\nipywidgets.FloatSlider()",
        "Panel(draw, {'turn': (0, 1, 0)})",
    ],
)
def test_what_has_a_name_or_needs_none(source):
    assert list(wrong_access(new_notebook(cells=[new_code_cell(source)]))) == []


# Colours


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert (
        contrast("#777777", "#ffffff") == contrast("#fff", "#777") == pytest.approx(4.48, abs=0.01)
    )
    assert contrast("#d55e00", "#d55e00") == 1


@pytest.mark.parametrize("look", LOOKS.values(), ids=lambda look: look.border)
def test_text_and_edges_of_boxes_stand_out(look):
    assert contrast(look.text, look.paper) >= 7
    for page in ("#ffffff", "#111111"):  # JupyterLab's light and dark themes
        assert max(contrast(look.edge, page), contrast(look.paper, page)) >= GRAPHICS
    assert contrast(look.edge, look.paper) >= GRAPHICS


CYCLE = plt.rcParams["axes.prop_cycle"].by_key()["color"]
PALE = {"#E69F00", "#56B4E9"}


def test_text_in_the_colours_of_the_two_sides_can_be_read():
    for color in (plots.REAL, plots.FAKE, plots.TRUTH):
        assert contrast(color, "#ffffff") >= TEXT
    assert CYCLE[:2] == [plots.REAL, plots.FAKE]


def test_lines_stand_out_but_for_two_pale_ones_that_need_more_than_colour():
    """Darker ones could not be told apart by who does not see red or green: docs/students.md."""
    below = {color for color in CYCLE if contrast(color, "#ffffff") < GRAPHICS}
    assert below == PALE
    assert not PALE & set(CYCLE[:4])


MISSING = {  # Machado, Oliveira and Fernandes 2009, for linear red, green and blue
    "red": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "green": [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "blue": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}


@pytest.mark.parametrize("cone", MISSING)
def test_lines_are_told_apart_without_one_kind_of_cone(cone):
    from skimage.color import rgb2lab

    def seen(color):
        srgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
        left = np.clip(np.array(MISSING[cone]) @ linear, 0, 1)
        again = np.where(left <= 0.0031308, 12.92 * left, 1.055 * left ** (1 / 2.4) - 0.055)
        return rgb2lab(again)

    for one, other in itertools.combinations(CYCLE, 2):
        assert np.linalg.norm(seen(one) - seen(other)) > 14, (one, other)


def test_small_text_of_the_course_map_is_black_or_white():
    figure = plots.course_map(here=2)
    colors = {text.get_color() for text in figure.axes[0].texts}
    assert colors <= {"black", "white"}
    plt.close(figure)
