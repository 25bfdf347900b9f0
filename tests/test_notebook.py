"""What show, claim and predict print, and when they refuse."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image

from ganlearn import data
from ganlearn.notebook import ClaimFailed, claim, figures, predict, show


@pytest.mark.parametrize("kind", ["figure", "picture"])
def test_show_gives_a_png_and_its_words(kind, monkeypatch):
    sent = []
    monkeypatch.setattr(figures, "display", lambda data, **more: sent.append((data, more)))
    figure = plt.figure() if kind == "figure" else Image.new("RGB", (4, 4))
    show(figure, alt="An empty figure.")
    ((data, more),) = sent
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == "[figure: An empty figure.]"
    assert more["metadata"]["image/png"]["alt"] == "An empty figure."
    assert not plt.get_fignums()  # or the inline backend would draw it again


def test_in_a_browser_the_words_follow_unseen_because_jupyterlab_has_no_alt(monkeypatch):
    sent = []
    monkeypatch.setattr(figures, "display", lambda data, **more: sent.append(data))
    monkeypatch.setattr(figures, "in_browser", lambda: True)
    show(Image.new("RGB", (4, 4)), alt="Left < right.")
    picture, words = sent
    assert "text/html" not in picture  # or JupyterLab would show it in place of the picture
    assert list(words) == ["text/html"]
    assert "Figure: Left &lt; right.</div>" in words["text/html"]


def test_a_figure_keeps_a_colour_that_is_rare_in_it(monkeypatch):
    sent = []
    monkeypatch.setattr(figures, "display", lambda data, **more: sent.append(data["image/png"]))
    cat = data.photograph("chelsea").resize((226, 150))
    figure = plt.figure(figsize=(2.26, 1.5), layout="none")
    figure.add_axes([0, 0, 1, 1]).imshow(cat, interpolation="nearest")
    show(figure, alt="A cat with green eyes.", dpi=100)
    shown = Image.open(io.BytesIO(sent[0])).convert("RGB")
    eyes = []
    for picture in (cat, shown):
        red, green, blue = np.asarray(picture).astype(int).transpose(2, 0, 1)
        eyes.append(((red - green < 25) & (green - blue > 30)).sum())  # the fur is browner
    assert eyes[0] > 100
    assert eyes[1] > eyes[0] / 4


def test_show_needs_words():
    with pytest.raises(ValueError, match="needs words"):
        show(Image.new("RGB", (4, 4)), alt=" ")


@pytest.mark.parametrize(
    ("bounds", "value", "line"),
    [
        ({"at_least": 7}, 7, "modes: at least 7"),
        ({"at_most": 0.5}, 0.1, "modes: at most 0.5"),
        ({"at_least": 1, "at_most": 2}, 1.5, "modes: at least 1 and at most 2"),
        ({"equals": 4}, 4, "modes: 4"),
        ({"equals": 4, "tolerance": 0.1}, 4.09, "modes: 4 to within 0.1"),
    ],
)
def test_a_true_claim_prints_its_bound_and_not_its_value(bounds, value, line, capsys):
    claim("modes", value, **bounds)
    assert capsys.readouterr().out == f"✓ {line}\n"


@pytest.mark.parametrize(
    ("bounds", "value"),
    [
        ({"at_least": 7}, 6.999),
        ({"at_most": 0.5}, 0.51),
        ({"equals": 4}, 4.001),
        ({"equals": 4, "tolerance": 0.1}, 4.11),
        ({"at_least": 0}, float("nan")),
        ({"at_least": 0}, float("inf")),
    ],
)
def test_a_false_claim_fails_with_what_was_measured(bounds, value):
    with pytest.raises(ClaimFailed, match=f"modes.*measured {value:.4g}"):
        claim("modes", value, **bounds)


def test_a_tensor_that_requires_a_gradient_is_claimed_without_a_warning(recwarn):
    claim("modes", torch.ones((), requires_grad=True) * 8, equals=8)
    assert not recwarn


def test_a_claim_needs_a_bound():
    with pytest.raises(ValueError, match="needs a bound"):
        claim("modes", 3)


def test_the_smoke_budget_does_not_try_what_needs_training(monkeypatch, capsys):
    monkeypatch.setenv("GANLEARN_BUDGET", "smoke")
    claim("modes", 0, at_least=7, needs_training=True)
    assert "not tried" in capsys.readouterr().out
    with pytest.raises(ClaimFailed):
        claim("modes", 0, at_least=7)


QUESTION = {
    "choices": {"a": "up", "b": "down"},
    "answer": "b",
    "why": {"a": "you forgot the sign.", "b": "the sign is minus."},
}


@pytest.mark.parametrize(
    ("guess", "expected"),
    [
        (None, "Predict: where does it go?"),
        ("a", "✗ It will be b. You chose a: you forgot the sign."),
        ("b", "✓ Right. You chose b: the sign is minus."),
    ],
)
def test_a_prediction_is_asked_for_and_scored(guess, expected, capsys):
    predict("where does it go?", guess=guess, **QUESTION)
    assert expected in capsys.readouterr().out


def test_a_guess_that_is_no_choice():
    with pytest.raises(ValueError, match="'c' is none of a, b"):
        predict("where does it go?", guess="c", **QUESTION)
