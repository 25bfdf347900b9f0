"""Sliders and switches that redraw a picture, and words beside it for who cannot see it.

A panel is made of a function from numbers to a picture. Who has no mouse, no browser or no kernel
calls the same function with numbers and loses nothing.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterable, Mapping
from html import escape
from types import MappingProxyType, SimpleNamespace
from typing import Any

import ipywidgets
import torch
import traitlets
from IPython.display import display
from PIL import Image
from torch import nn

from ganlearn import plots, runtime
from ganlearn.errors import UserError

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Panel:
    """Sliders and switches, the picture that they make, and a line of words that follows them.

    Every slider has a box for its number beside it. The box carries the name, which browsers tell
    a screen reader; a slider's own label is only painted next to it.

    Attributes:
        sliders: name to slider; setting ``.value`` of one redraws, as dragging it does.
        numbers: name to the box in which the slider's value can be typed.
        switches: name to a box that is ticked or not; its ``.value`` is True or False.
        picture: ``.value`` holds the PNG.
        words: ``.value`` says in words what is seen; it is also the picture's alternative text.

    Taught in chapter 01.
    """

    def __init__(
        self,
        draw: Callable[..., tuple[Image.Image, str]],
        sliders: Mapping[str, tuple[float, float, float]] = MappingProxyType({}),
        switches: Mapping[str, bool] = MappingProxyType({}),
        *,
        step: float = 0.05,
    ) -> None:
        """Draw the picture of the first values.

        Args:
            draw: called with one number a slider and one bool a switch, by name; returns the
                picture and a sentence about it.
            sliders: name, which is also the label, to (lowest, highest, first value).
            switches: name, which is also the label, to whether it is on at first.
            step: what one press of an arrow key adds or takes.

        Raises:
            UserError: when there is nothing to move.
        """
        if not sliders and not switches:
            raise UserError("A panel needs at least one slider or switch; name one.")
        self._draw = draw
        self.sliders = {name: _slider(name, *ends, step) for name, ends in sliders.items()}
        self.numbers = {name: _number(name, moved) for name, moved in self.sliders.items()}
        self.switches = {
            name: ipywidgets.Checkbox(
                value=on,
                description=name,
                tooltip=f"{name}, on or off; the space bar changes it",
                indent=False,
                layout={"width": "auto", "margin": "0 1.5em 0 0"},
            )
            for name, on in switches.items()
        }
        self.picture, self.words = SimpleNamespace(value=b""), SimpleNamespace(value="")
        self._seen = ipywidgets.HTML()
        for moved in self._inputs().values():
            moved.observe(self._redraw, "value")
        self._redraw()

    def _inputs(self) -> dict[str, ipywidgets.ValueWidget]:
        return {**self.sliders, **self.switches}

    def _redraw(self, change: Mapping[str, Any] | None = None) -> None:
        drawn, sentence = self._draw(**{name: x.value for name, x in self._inputs().items()})
        png = io.BytesIO()
        drawn.save(png, "png")
        self.picture.value = png.getvalue()
        self.words.value = sentence
        self._seen.value = _figure(self.picture.value, sentence)

    def show(self) -> None:
        """Display the panel. Its plain text, which is what a notebook keeps, never changes.

        ipywidgets' own plain text spells out the bytes of the picture, and those differ between
        processors.
        """
        rows = [
            ipywidgets.HBox([self.numbers[name], moved]) for name, moved in self.sliders.items()
        ]
        if self.switches:
            rows.append(ipywidgets.HBox([*self.switches.values()]))
        box = ipywidgets.VBox([*rows, self._seen])
        kinds = {"slider": self.sliders, "switch": self.switches}
        parts = " and ".join(_counted(noun, names) for noun, names in kinds.items() if names)
        display(
            {
                WIDGET_VIEW: {"version_major": 2, "version_minor": 0, "model_id": box.model_id},
                "text/plain": f"[widget: {parts}; run this cell to move them]",
            },
            raw=True,
        )


def _slider(
    name: str, low: float, high: float, first: float, step: float
) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=first,
        min=low,
        max=high,
        step=step,
        readout=False,  # its number is in the box beside it
        tooltip=f"{name}, from {low:g} to {high:g}; arrow keys move it",
        layout={"width": "20em"},
    )


def _number(name: str, slider: ipywidgets.FloatSlider) -> ipywidgets.BoundedFloatText:
    """The box that names a slider and shows its value; a number typed there moves the slider."""
    box = ipywidgets.BoundedFloatText(
        value=slider.value,
        min=slider.min,
        max=slider.max,
        step=slider.step,
        description=name,
        tooltip=f"{name}, from {slider.min:g} to {slider.max:g}; type a number or use arrow keys",
        style={"description_width": "7em"},
        layout={"width": "13em"},
    )
    # A slider that is dragged says 49.99999999999999; nobody wants to read that, or hear it.
    traitlets.link((slider, "value"), (box, "value"), (lambda x: round(x, 6), lambda x: x))
    return box


def _figure(png: bytes, sentence: str) -> str:
    """The picture with its words: above it for everyone, and in it for who cannot see it."""
    words = escape(sentence, quote=True)
    data = base64.b64encode(png).decode()
    return (
        f'<figure style="margin: 0"><figcaption role="status">{words}</figcaption>'
        f'<img alt="{words}" src="data:image/png;base64,{data}"></figure>'
    )


def _counted(noun: str, names: Iterable[str]) -> str:
    """``a slider for turn``, ``switches for fine and coarse``."""
    *others, last = names
    if not others:
        return f"a {noun} for {last}"
    plural = noun + ("es" if noun.endswith("ch") else "s")
    return f"{plural} for {', '.join(others)} and {last}"


def latent_slider(
    generator: nn.Module, *, seed: int = 0, pictures: int = 16, columns: int = 8, scale: int = 5
) -> Panel:
    """A panel with two sliders: how long the latents are, and how far they have been turned.

    Every picture has two latents a and b, drawn once. At turn t and temperature T it is made from

    .. math:: z = T\\,(a \\cos 2\\pi t + b \\sin 2\\pi t),

    which at T = 1 is a standard normal latent for every t, so that the whole round is made of
    usual pictures and ends where it began.

    Args:
        generator: latents (n, latent) to pictures in [-1, 1], in eval mode, on the CPU.
        seed: of the latents.
        pictures: how many are seen at once, at least 2.
        columns, scale: as in :func:`ganlearn.plots.grid`.

    Raises:
        UserError: when the generator has no attribute ``latent`` or is in training mode, in which
            BatchNorm would let the pictures of a sheet change each other.

    Taught in chapter 01.
    """
    if not hasattr(generator, "latent"):
        raise UserError("latent_slider needs a generator with the size of z in `.latent`.")
    if generator.training:
        raise UserError("The generator is in training mode; give latent_slider generator.eval().")
    a, b = torch.randn(2, pictures, generator.latent, generator=runtime.generator(seed))

    @torch.no_grad()
    def draw(temperature: float, turn: float) -> tuple[Image.Image, str]:
        angle = 2 * math.pi * turn
        made = generator(temperature * (a * math.cos(angle) + b * math.sin(angle)))
        differ = made.std(dim=0).mean() / 2  # pictures span from -1 to 1
        sentence = (
            f"Temperature {temperature:.2f}, turn {turn:.2f}: {pictures} pictures that differ "
            f"by {differ:.0%} of the way from black to white."
        )
        return plots.grid(made, columns=columns, scale=scale), sentence

    return Panel(draw, {"temperature": (0.0, 2.0, 1.0), "turn": (0.0, 1.0, 0.0)})
