"""The presets against the written word."""

import pytest

from ganlearn.errors import UserError
from ganlearn.style.features import vgg
from ganlearn.style.presets import DEFAULT, GATYS2016, PRESETS, Preset, preset
from ganlearn.style.statistics import GRAM

# Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", CVPR 2016,
# section 3 and the caption of figure 3: style on conv1_1, conv2_1, conv3_1, conv4_1 and conv5_1
# with w_l = 1/5 each, content on conv4_2. The features are those after the ReLU, which Caffe
# writes over the convolution's output.
WRITTEN = """
relu1_1  style    0.2
relu2_1  style    0.2
relu3_1  style    0.2
relu4_1  style    0.2
relu5_1  style    0.2
relu4_2  content  1
"""


def test_gatys_2016_is_as_written():
    rows = [line.split() for line in WRITTEN.strip().splitlines()]
    for kind, found in (("style", GATYS2016.style), ("content", GATYS2016.content)):
        assert dict(found) == {layer: float(weight) for layer, k, weight in rows if k == kind}
    assert GATYS2016.statistic is GRAM
    assert GATYS2016.total_variation == 0  # the paper has none


def test_the_first_five_convolutions_are_not_the_layers_of_the_paper():
    """The mistake of a well-known tutorial: it counts convolutions where the paper names blocks."""
    network = vgg(((1, 1), (1, 1), (1,) * 4, (1,) * 4, (1,) * 4))
    relus = [name for name, _ in network.named_children() if name.startswith("relu")]
    assert tuple(relus[:5]) != tuple(GATYS2016.style)
    assert set(GATYS2016.layers) <= set(relus)


def test_layers_are_named_once():
    assert DEFAULT.layers == tuple(dict.fromkeys(DEFAULT.layers))
    both = Preset("both", {"relu1_1": 1.0}, {"relu1_1": 1.0}, GRAM)
    assert both.layers == ("relu1_1",)


def test_presets_have_their_names():
    assert all(preset(name) is found for name, found in PRESETS.items())
    assert preset(GATYS2016) is GATYS2016
    with pytest.raises(UserError, match="no preset 'gatys'; choose from default, gatys2016"):
        preset("gatys")
