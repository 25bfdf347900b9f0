"""Pictures as bytes, contact sheets, and figures that hold what they were given."""

import matplotlib.pyplot as plt
import numpy as np
import torch

from ganlearn import plots


def test_the_range_ends_are_black_and_white_and_the_rest_is_clipped():
    values = torch.tensor([-3.0, -1.0, 0.0, 1.0, 2.0]).view(5, 1, 1, 1)
    assert plots.to_uint8(values)[:, 0, 0].tolist() == [[v] * 3 for v in (0, 0, 128, 255, 255)]


def test_a_contact_sheet_keeps_order_and_pixels():
    pictures = torch.linspace(-1, 1, 5).view(5, 1, 1, 1).expand(5, 3, 2, 3)
    sheet = np.asarray(plots.grid(pictures, columns=3, scale=2, gap=1))
    assert sheet.shape == (2 * 4 + 1, 3 * 6 + 2, 3)
    shades = plots.to_uint8(pictures)[:, 0, 0, 0]
    assert (sheet[:4, 7:13] == shades[1]).all()
    assert (sheet[5:, :6] == shades[3]).all()
    assert (sheet[5:, 14:] == 255).all()  # the missing sixth
    assert (sheet[4] == 255).all()  # the gap


def test_a_band_holds_the_middle_of_the_runs():
    _, ax = plt.subplots()
    runs = torch.arange(11.0).expand(2, 11)
    plots.band(ax, [0, 1], runs, label="runs")
    assert ax.lines[0].get_ydata().tolist() == [5, 5]
    low, high = ax.collections[0].get_paths()[0].vertices[:, 1].min(), 9.0
    assert (low, ax.collections[0].get_paths()[0].vertices[:, 1].max()) == (1.0, high)
    plt.close("all")


def test_the_course_map_fills_the_present_chapter_only():
    figure = plots.course_map(here=4)
    bold = [t.get_text() for t in figure.axes[0].texts if t.get_weight() == "bold"]
    assert "DCGAN" in bold
    assert "minimax" not in bold
    assert sum(len(names) for names in plots.COURSE.values()) == 18
    plt.close("all")


def test_sheets_have_their_titles():
    figure = plots.sheets({"real": torch.zeros(4, 1, 2, 2), "made": torch.zeros(9, 3, 4, 4)})
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["real", "made"]
    plt.close("all")
