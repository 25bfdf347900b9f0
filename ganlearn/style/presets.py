"""Which layers are compared, by which statistic, and what each weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganlearn.errors import UserError
from ganlearn.style.statistics import GRAM, Statistic


@dataclass(frozen=True)
class Preset:
    """The ingredients of a style-transfer loss.

    All distances are relative to the target's own size, so weights near 1 mean the same at every
    layer, for every picture size and every network.

    Attributes:
        name: for recipes.
        style: layer to weight; the weights are shares, only their proportions matter.
        content: the same for the layers where the picture should stay what it shows.
        statistic: what of a layer's features is style.
        content_weight: of the content at equal strength; scales content against style.
        total_variation: weight of the mean squared difference of neighbouring pixels, beside the
            style's 1.
    """

    name: str
    style: Mapping[str, float]
    content: Mapping[str, float]
    statistic: Statistic
    content_weight: float = 1.0
    total_variation: float = 0.0

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers that are looked at, each once."""
        return tuple(dict.fromkeys((*self.style, *self.content)))


DEFAULT = Preset(
    "default",
    style=dict.fromkeys(("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), 1.0),
    content={"relu3_1": 1.0},
    statistic=GRAM,
    content_weight=0.3,
    total_variation=1.0,
)
"""What :func:`ganlearn.style.stylize` does unless told otherwise."""

GATYS2016 = Preset(
    "gatys2016",
    style=dict.fromkeys(("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), 1 / 5),
    content={"relu4_2": 1.0},
    statistic=GRAM,
)
"""The layers, weights and statistic of Gatys, Ecker and Bethge (CVPR 2016, arXiv:1508.06576).

The paper calls the layers conv1_1 … conv5_1 and conv4_2. Its code ran in Caffe, where the ReLU
works in place, so what it read under these names had passed the ReLU; here they are called by
what they hold. The paper averages where VGG-19 takes the maximum, ``vgg19(pooling="average")``,
starts from noise, and descends by L-BFGS at one size: ``stylize(..., preset="gatys2016",
start="noise", optimiser="lbfgs", scales=1)``. One thing is changed: distances are relative, so
that the ratio of content to style, 1e-3 or 1e-4 in the paper, becomes a strength in [0, 1].
"""

PRESETS = {preset.name: preset for preset in (DEFAULT, GATYS2016)}
"""All presets by name."""


def preset(choice: str | Preset) -> Preset:
    """A preset by its name; one that is already there is returned as it is.

    Raises:
        UserError: when there is none of this name.

    Taught in chapter 11.
    """
    if isinstance(choice, Preset):
        return choice
    if choice not in PRESETS:
        raise UserError(f"There is no preset {choice!r}; choose from {', '.join(PRESETS)}.")
    return PRESETS[choice]
