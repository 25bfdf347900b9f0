"""Moving a slider changes the picture and the words; what a notebook keeps of it never changes."""

import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from PIL import Image

from ganlearn import nets, widgets
from ganlearn.errors import UserError


def pixels(panel):
    """The picture that a panel shows, as an array."""
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"))


@pytest.fixture
def bright():
    """A panel that shows one grey pixel as bright as its slider says."""

    def draw(level):
        return Image.new("RGB", (1, 1), (int(level),) * 3), f"grey level {level:.0f}"

    return widgets.Panel(draw, {"level": (0, 200, 40)}, step=1)


@pytest.fixture
def generator():
    """A small generator with its first weights."""
    return nets.dcgan(8, latent=3, width=4)[0].eval()


def test_a_panel_starts_at_the_first_value_and_follows_its_slider(bright):
    assert pixels(bright).tolist() == [[[40, 40, 40]]]
    bright.sliders["level"].value = 123
    assert pixels(bright).tolist() == [[[123, 123, 123]]]
    assert bright.words.value == "grey level 123"


def test_a_slider_has_a_name_and_a_step_for_the_keyboard(bright):
    slider, number = bright.sliders["level"], bright.numbers["level"]
    assert number.description == "level"  # a label that belongs to its input
    for moved in (slider, number):
        assert "level" in moved.tooltip and "arrow keys" in moved.tooltip
        assert (moved.min, moved.max, moved.step, moved.value) == (0, 200, 1, 40)


def test_a_number_typed_beside_a_slider_moves_it(bright):
    bright.numbers["level"].value = 99
    assert bright.sliders["level"].value == 99
    assert pixels(bright).tolist() == [[[99, 99, 99]]]
    bright.sliders["level"].value = 3 - 1e-14  # what a slider that is dragged may say
    assert bright.numbers["level"].value == 3


class Tags(HTMLParser):
    """Tag to the attributes it had last."""

    def __init__(self, html):
        super().__init__()
        self.tags = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = dict(attrs)


def test_the_picture_has_the_words_as_its_alternative_text():
    def draw(level):
        return Image.new("L", (1, 1), int(level)), f'"{level:.0f}" < 7 & more'

    panel = widgets.Panel(draw, {"level": (0, 200, 40)})
    panel.sliders["level"].value = 5
    tags = Tags(panel._seen.value).tags
    assert tags["img"]["alt"] == panel.words.value == '"5" < 7 & more'
    assert tags["figcaption"]["role"] == "status"
    kind, data = tags["img"]["src"].split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(data) == panel.picture.value


def test_a_panel_is_kept_as_words_that_do_not_depend_on_the_picture(bright, monkeypatch):
    shown = []
    monkeypatch.setattr(widgets, "display", lambda data, raw: shown.append(data))
    bright.show()
    bright.sliders["level"].value = 7
    bright.show()
    first, second = shown
    assert first["text/plain"] == second["text/plain"]
    assert first["text/plain"] == "[widget: a slider for level; run this cell to move them]"
    assert first[widgets.WIDGET_VIEW]["model_id"] != second[widgets.WIDGET_VIEW]["model_id"]


def test_a_panel_of_switches_follows_them(monkeypatch):
    def draw(red, green, level):
        return Image.new("RGB", (1, 1), (255 * red, 255 * green, int(level))), f"{red} {green}"

    panel = widgets.Panel(draw, {"level": (0, 200, 40)}, {"red": True, "green": False})
    assert pixels(panel).tolist() == [[[255, 0, 40]]]
    panel.switches["red"].value = False
    panel.switches["green"].value = True
    assert pixels(panel).tolist() == [[[0, 255, 40]]]
    assert panel.words.value == "False True"
    shown = []
    monkeypatch.setattr(widgets, "display", lambda data, raw: shown.append(data))
    panel.show()
    assert shown[0]["text/plain"] == (
        "[widget: a slider for level and switches for red and green; run this cell to move them]"
    )


def test_a_panel_without_anything_to_move_is_refused():
    with pytest.raises(UserError, match="slider or switch"):
        widgets.Panel(lambda: (Image.new("RGB", (1, 1)), "nothing"))


def test_temperature_zero_shows_one_picture_many_times(generator):
    panel = widgets.latent_slider(generator, pictures=4, columns=4, scale=1)
    panel.sliders["temperature"].value = 0
    tiles = [pixels(panel)[:, 10 * i : 10 * i + 8] for i in range(4)]
    alone = widgets.plots.to_uint8(generator(torch.zeros(1, 3)).detach())[0]
    for tile in tiles:
        assert np.array_equal(tile, alone)
    assert "differ by 0%" in panel.words.value


def test_a_turn_leads_somewhere_else_and_back(generator):
    panel = widgets.latent_slider(generator)
    turn, start = panel.sliders["turn"], pixels(panel).astype(int)
    turn.value = 0.5
    assert abs(pixels(panel) - start).max() > 0
    turn.value = 1.0
    assert abs(pixels(panel) - start).max() <= 1  # cos and sin of a whole turn are rounded


def test_latents_keep_their_length_on_the_way_round():
    class Remember(torch.nn.Module):
        latent = 64

        def forward(self, z):
            self.z = z
            return torch.zeros(len(z), 1, 2, 2)

    generator = Remember().eval()
    panel = widgets.latent_slider(generator, pictures=400)
    for turn in (0.0, 0.1, 0.25, 0.7):
        panel.sliders["turn"].value = turn
        # The mean square of 25600 standard normal numbers has a standard deviation of 0.009.
        assert generator.z.square().mean() == pytest.approx(1, abs=0.04)
    panel.sliders["temperature"].value = 2
    assert generator.z.square().mean() == pytest.approx(4, abs=0.16)


def test_the_same_seed_shows_the_same_pictures_and_leaves_torch_alone(generator):
    state = torch.get_rng_state()
    one, same, other = (widgets.latent_slider(generator, seed=seed) for seed in (1, 1, 2))
    assert one.picture.value == same.picture.value != other.picture.value
    assert torch.equal(torch.get_rng_state(), state)


def test_what_is_no_generator_at_rest_is_refused(generator):
    with pytest.raises(UserError, match="training mode"):
        widgets.latent_slider(generator.train())
    with pytest.raises(UserError, match="latent"):
        widgets.latent_slider(torch.nn.Linear(3, 3).eval())
