"""Every knob of stylize turned, one at a time, on square, odd and panoramic pictures."""

import inspect

import pytest
import torch

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.optimise import stylize
from ganlearn.style.presets import DEFAULT, Preset
from ganlearn.style.statistics import STATISTICS

SHAPES = {"square": (64, 64), "odd": (127, 127), "wide": (32, 200), "tall": (200, 33)}
FLAT = Preset("flat", {"relu1_1": 1.0, "relu2_1": 1.0}, {"relu2_1": 1.0}, STATISTICS["mean_std"])


def tiny():
    """A network in the shape of the shipped one, with hardly any channels."""
    with runtime.seeded(0):
        return Extractor(vgg(((4, 4), (6, 6), (8,) * 4, (8,) * 4, (8,))), "tiny")


def picture(height, width, seed=0):
    """Smooth blots of colour with a little grain, (1, 3, height, width) in [0, 1]."""
    random = runtime.generator(seed)
    blots = torch.rand(1, 3, 4, 4, generator=random)
    blots = torch.nn.functional.interpolate(blots, (height, width), mode="bilinear")
    return (blots + 0.1 * torch.rand(1, 3, height, width, generator=random)).clamp(0, 1)


def left_half(height, width):
    mask = torch.zeros(height, width)
    mask[:, : width // 2] = 1
    return mask


def turned(shape, **knobs):
    """A few steps with the tiny network; style, size and steps unless a knob says otherwise."""
    usual = {
        "content": picture(*shape),
        "style": picture(90, 70, seed=1),
        "size": max(shape),
        "steps": 2,
        "scales": 2,
        "extractor": tiny(),
    }
    return stylize(**{**usual, **knobs})


# For every parameter, values to try: a value, or a function of the picture's height and width.
KNOBS = {
    "content": [lambda h, w: picture(h, w, seed=5).half().float(), lambda h, w: picture(h, w)[0]],
    "style": [
        lambda h, w: picture(40, 300, seed=2),
        lambda h, w: picture(300, 40, seed=2),
        lambda h, w: [picture(64, 64, seed=2), picture(80, 50, seed=3)],
    ],
    "strength": [0, 0.0, 0.3, 1.0],
    "size": [lambda h, w: max(h, w) + 1, lambda h, w: 256],
    "steps": [0, 1, 2, 5],
    "scales": [1, 2, 7],
    "weights": [[2], [0.5]],
    "masks": [lambda h, w: [left_half(h, w)], lambda h, w: [left_half(2 * h, 2 * w)]],
    "colour": ["style", "luminance", "match"],
    "style_scale": [0.3, 2.0],
    "start": ["content", "noise", lambda h, w: picture(w, h, seed=4)],
    "preset": ["default", "gatys2016", DEFAULT, FLAT],
    "extractor": [tiny],
    "optimiser": ["adam", "lbfgs"],
    "learning_rate": [None, 1e-3, 0.3],
    "tile": [None, 48, 4_000],
    "seed": [0, 7],
    "device": [None, "cpu", torch.device("cpu")],
    "callback": [None, lambda progress: None],
}
EACH = [(knob, i) for knob, values in KNOBS.items() for i in range(len(values))]


def value_of(knob, index, shape):
    value = KNOBS[knob][index]
    if knob == "extractor":
        return value()
    if knob == "callback" or not callable(value):
        return value
    return value(*shape)


def test_there_is_a_value_for_every_knob():
    assert set(KNOBS) == set(inspect.signature(stylize).parameters)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(("knob", "index"), EACH)
def test_a_knob_gives_a_picture_of_the_right_shape(knob, index, shape):
    value = value_of(knob, index, shape)
    state = torch.get_rng_state()
    result = turned(shape, **{knob: value})
    height, width = shape
    size = value if knob == "size" else max(shape)
    wanted = [round(side * size / max(shape)) for side in (height, width)]
    assert list(result.pictures.shape) == [1, 3, *wanted]
    assert result.pictures.dtype == torch.float32
    assert not result.pictures.requires_grad
    assert 0 <= result.pictures.min() <= result.pictures.max() <= 1
    assert len(result.trace) == (value if knob == "steps" else 2)
    assert result.finished
    assert torch.equal(state, torch.get_rng_state())


def test_all_knobs_at_once_on_a_large_odd_picture():
    shape = (513, 301)
    result = turned(
        shape,
        style=[picture(90, 70, seed=1), picture(60, 200, seed=2)],
        strength=0.8,
        steps=2,
        scales=2,
        weights=[1, 2],
        masks=[left_half(*shape), 1 - left_half(*shape)],
        colour="match",
        style_scale=0.5,
        start="noise",
        preset="gatys2016",
        optimiser="adam",
        learning_rate=0.05,
        tile=256,
        seed=3,
        device="cpu",
    )
    assert result.pictures.shape == (1, 3, *shape)
    assert [row["size"] for row in result.trace] == [363, 513]
    assert result.recipe["weights"] == [1, 2]


# What a knob does


def test_what_was_given_stays_as_it_was():
    content, style, mask = picture(64, 64), picture(64, 64, seed=1), left_half(64, 64)
    before = [x.clone() for x in (content, style, mask)]
    for colour in ("style", "luminance", "match"):
        turned((64, 64), content=content, style=style, masks=[mask], colour=colour)
    assert all(map(torch.equal, (content, style, mask), before))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode], ids=lambda m: m.__name__)
def test_it_descends_where_gradients_are_switched_off(mode):
    network, wanted = tiny(), turned((64, 64)).pictures
    with mode():
        assert torch.equal(turned((64, 64), extractor=network).pictures, wanted)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("colour", ["style", "luminance", "match"])
def test_pictures_of_one_colour_are_no_trouble(value, colour):
    plain = torch.full((1, 3, 64, 64), value)
    for knobs in ({"content": plain}, {"style": plain}, {"content": plain, "style": plain}):
        assert turned((64, 64), colour=colour, **knobs).pictures.isfinite().all()


# What a knob refuses

NAN = float("nan")
REFUSED = {
    "strength": [-0.1, NAN],
    "size": [0, -5, 31, 200_000],
    "steps": [-1],
    "scales": [0, -1],
    "weights": [[], [0], [NAN]],
    "masks": [[torch.zeros(64, 64)], [torch.full((64, 64), NAN)]],
    "colour": [None],
    "style_scale": [-1, 100, NAN],
    "start": [torch.rand(1, 3, 8, 8)],
    "preset": [None],
    "optimiser": [None],
    "learning_rate": [0, -1, NAN],
    "tile": [-4],
    "device": ["cuda:99"],
    "content": ["", torch.rand(2, 3, 64, 64), torch.full((1, 3, 64, 64), NAN)],
    "style": [["nothing.jpg"], torch.rand(64, 64, 3)],
}


@pytest.mark.parametrize(
    ("knob", "value"),
    [pytest.param(k, v, id=f"{k}-{i}") for k, vs in REFUSED.items() for i, v in enumerate(vs)],
)
def test_a_bad_value_is_one_sentence_before_any_work(knob, value):
    taken = []
    with pytest.raises(UserError) as refused:
        turned((64, 64), **{knob: value, "callback": taken.append})
    assert not taken
    told = str(refused.value)
    assert told[0].isupper() or told.startswith(("/", "."))
    assert told.endswith(".")
    assert "\n" not in told
