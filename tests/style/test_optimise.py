"""Style transfer from end to end, with a network that is hardly there."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image

from ganlearn import recipe, runtime
from ganlearn.errors import UserError
from ganlearn.style import colour, memory, pictures
from ganlearn.style.descent import LBFGS
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.objective import Objective
from ganlearn.style.optimise import stylize
from ganlearn.style.presets import DEFAULT
from ganlearn.style.tiles import Tiled

SMALL = {"size": 64, "steps": 6}
WAYS = pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])


@pytest.fixture
def network():
    """VGG-shaped, with few channels and no training."""
    with runtime.seeded(0):
        return Extractor(vgg(((6, 6), (8, 8), (8,) * 4, (8,) * 4, (8,))), "thin")


@pytest.fixture
def float32(monkeypatch):
    monkeypatch.setattr(runtime, "bfloat16_is_fast", lambda on: False)


def distances(result, content, style, network):
    """Style and content terms of a result, in float32."""
    objective = Objective(network, DEFAULT)
    shape = result.pictures.shape[-2:]
    targets = objective.content(pictures.resize_to(pictures.read(content), shape))
    styles = [objective.style(pictures.read(style, max(shape)))]
    terms = objective.terms(result.pictures, targets, styles)
    return terms["style"].item(), terms["content"].item()


@WAYS
def test_strength_goes_from_content_to_style(network, optimiser):
    found = [
        distances(
            stylize(
                "china", "leaves", s, size=64, steps=45, extractor=network, optimiser=optimiser
            ),
            "china",
            "leaves",
            network,
        )
        for s in (0.0, 0.5, 1.0)
    ]
    styles, contents = zip(*found, strict=True)
    assert styles[0] > 3 * max(styles[1:])
    assert contents[0] < contents[1] < contents[2]
    assert contents[0] < 0.01


@WAYS
def test_the_loss_goes_down_at_every_scale(network, optimiser):
    trace = stylize(
        "china", "leaves", 0.7, size=64, steps=45, extractor=network, optimiser=optimiser
    ).trace
    objective = Objective(network, DEFAULT, 0.7)
    for size in {row["size"] for row in trace}:
        losses = [objective.total(row) for row in trace if row["size"] == size]
        assert losses[-1] < losses[0]


def test_the_trace_has_a_row_for_every_step(network):
    result = stylize("astronaut", "waves", size=64, steps=13, scales=2, extractor=network)
    assert [row["step"] for row in result.trace] == list(range(1, 14))
    assert [row["size"] for row in result.trace] == [45] * 7 + [64] * 6
    assert all(
        isinstance(row[k], float)
        for row in result.trace
        for k in ("style", "content", "total variation", "seconds")
    )
    seconds = [row["seconds"] for row in result.trace]
    assert seconds == sorted(seconds)


@WAYS
def test_the_same_twice_is_the_same(network, optimiser):
    again = [
        stylize(
            "astronaut", "waves", **SMALL, extractor=network, optimiser=optimiser, start="noise"
        )
        for _ in range(2)
    ]
    assert torch.equal(again[0].pictures, again[1].pictures)
    other = stylize("astronaut", "waves", **SMALL, extractor=network, start="noise", seed=1)
    assert not torch.equal(again[0].pictures, other.pictures)


@WAYS
@pytest.mark.parametrize("at", [1, 3, 6])
def test_ctrl_c_keeps_the_current_picture(network, optimiser, at, capsys):
    seen = []

    def stop(progress):
        seen.append(progress)
        if progress.step == at:
            raise KeyboardInterrupt

    result = stylize(
        "astronaut", "waves", **SMALL, extractor=network, optimiser=optimiser, callback=stop
    )
    assert not result.finished
    assert len(result.trace) == at
    assert all(row["style"] == row["style"] for row in result.trace)  # none is left unread
    assert result.pictures.shape == (1, 3, 64, 64)
    torch.testing.assert_close(
        result.pictures, pictures.resize_to(seen[-1].picture, (64, 64)), atol=1e-6, rtol=0
    )
    assert f"Stopped after step {at}" in capsys.readouterr().out


def test_ctrl_c_in_the_middle_of_a_search_gives_the_last_whole_step(network, monkeypatch):
    shown, terms = [], Objective.terms

    def interrupted(*arguments):
        if len(shown) == 2:
            raise KeyboardInterrupt
        return terms(*arguments)

    monkeypatch.setattr(Objective, "terms", interrupted)
    result = stylize(
        "astronaut",
        "waves",
        size=64,
        steps=9,
        scales=1,
        extractor=network,
        optimiser="lbfgs",
        callback=lambda progress: shown.append(progress.picture),
    )
    assert not result.finished
    torch.testing.assert_close(result.pictures, shown[-1])


def test_ctrl_c_before_the_first_step_is_not_swallowed(network, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Objective, "terms", interrupted)
    monkeypatch.setattr(memory, "fitting", lambda objective, *_: objective)
    with pytest.raises(KeyboardInterrupt):
        stylize("astronaut", "waves", **SMALL, extractor=network)


def test_a_callback_is_told_about_every_step(network):
    told = []
    stylize(
        "astronaut", "waves", size=64, steps=5, scales=2, extractor=network, callback=told.append
    )
    assert [(p.step, p.steps, p.size) for p in told] == [
        (1, 5, 45),
        (2, 5, 45),
        (3, 5, 45),
        (4, 5, 64),
        (5, 5, 64),
    ]
    assert set(told[0].terms) == {"style", "content", "total variation"}
    assert not any(term.requires_grad for term in told[0].terms.values())
    assert told[-1].picture.shape == (1, 3, 64, 64)


@WAYS
def test_a_loss_that_is_not_finite_is_one_sentence(network, optimiser):
    network.layers.conv3_1.weight.data[0, 0, 0, 0] = torch.nan
    with pytest.raises(UserError, match=r"style and content .* no longer finite at step 1 "):
        stylize("astronaut", "waves", **SMALL, extractor=network, optimiser=optimiser)


def test_a_strong_learning_rate_stays_in_the_box(network):
    result = stylize("astronaut", "waves", **SMALL, extractor=network, learning_rate=1e6)
    assert result.pictures.isfinite().all()


def test_the_recipe_is_in_the_file(network, tmp_path):
    result = stylize(
        "astronaut",
        ["waves", pictures.read("dots", 64)],
        0.3,
        **SMALL,
        weights=[1, 2],
        extractor=network,
    )
    path = result.save(tmp_path / "a.png")
    found = recipe.read(path)
    assert found["made by"] == "stylize"
    assert found["content"] == "astronaut"
    assert found["style"] == ["waves", "a Tensor"]
    assert (found["strength"], found["size"], found["steps"]) == (0.3, 64, 6)
    assert found["weights"] == [1, 2]
    assert found["extractor"] == "thin"
    assert found["preset"]["style"] == dict(DEFAULT.style)
    assert found["preset"]["statistic"] == DEFAULT.statistic.name
    assert found["trace"] == result.trace
    assert json.dumps(found, allow_nan=False)
    with Image.open(path) as image:
        assert pictures.read(image).equal(pictures.read(result.image))


def test_a_result_is_a_png(network, tmp_path):
    result = stylize("astronaut", "waves", **SMALL, extractor=network)
    with pytest.raises(UserError, match=r"must end in \.png"):
        result.save(tmp_path / "a.jpg")
    assert not list(tmp_path.iterdir())


def test_tiles_change_nothing(network, float32):
    whole, tiled = (
        stylize(
            "china",
            "leaves",
            size=120,
            steps=4,
            scales=2,
            extractor=network,
            tile=tile,
            optimiser="adam",
        )
        for tile in (None, 32)
    )
    # Adam moves a pixel without slope by the sign of a rounding error, so pixels may differ.
    for a, b in zip(whole.trace, tiled.trace, strict=True):
        for name in ("style", "content", "total variation"):
            assert a[name] == pytest.approx(b[name], rel=2e-3, abs=1e-7)


def test_the_descent_works_with_what_fits_into_memory(network, monkeypatch):
    used, asked, forward = [], [], Tiled.forward

    def noted(self, *arguments):
        used.append(self.side)
        return forward(self, *arguments)

    def in_tiles(objective, shape, device, keeps):
        asked.append((shape, keeps))
        return replace(objective, extractor=Tiled(objective.extractor, 32))

    monkeypatch.setattr(Tiled, "forward", noted)
    stylize("china", "leaves", **SMALL, extractor=network)
    assert not used
    monkeypatch.setattr(memory, "fitting", in_tiles)
    stylize("china", "leaves", **SMALL, extractor=network, optimiser="lbfgs")
    assert set(used) == {32}
    assert asked == [((43, 64), LBFGS.keeps)]


def test_a_mask_keeps_the_style_on_its_side(network):
    mask = torch.zeros(64, 64)
    mask[:, :20] = 1
    result = stylize(
        "astronaut",
        "waves",
        1.0,
        size=64,
        steps=20,
        scales=1,
        masks=[mask],
        extractor=network,
        preset=replace(DEFAULT, total_variation=0.0),
    )
    moved = (result.pictures - pictures.read("astronaut", 64)).abs()
    # The deepest features see beyond the mask's edge; far away nothing moves the pixels but Adam.
    assert moved[..., :20].mean() > 3 * moved[..., 50:].mean()


def test_luminance_keeps_the_contents_hues(network):
    content = pictures.read("astronaut", 64)
    result = stylize("astronaut", "leaves", 1.0, **SMALL, colour="luminance", extractor=network)
    made = result.pictures
    assert (made - content).abs().mean() > 0.01
    chroma = [p - colour.brightness(p) for p in (made, content)]
    # Where colour was made paler to stay in range, it is the same colour all the same.
    seen = torch.stack(chroma).norm(dim=2).amin(0) > 0.01
    assert seen.float().mean() > 0.3
    alike = torch.nn.functional.cosine_similarity(*chroma, dim=1)
    assert alike[seen].min() > 0.99


@pytest.mark.parametrize(
    ("knobs", "sentence"),
    [
        ({"style": []}, "no style in the list"),
        ({"weights": [1, 2]}, "2 weights for 1 styles"),
        ({"weights": [-1]}, "choose positive numbers"),
        ({"masks": []}, "0 masks for 1 styles"),
        ({"masks": [torch.ones(30, 60)]}, "other proportions"),
        ({"strength": 2}, "choose a number from 0"),
        ({"style_scale": 0}, "choose from 0.1 to 10"),
        ({"colour": "sepia"}, "no colour mode 'sepia'"),
        ({"preset": "gatys"}, "no preset 'gatys'"),
        ({"optimiser": "sgd"}, "no optimiser 'sgd'"),
        ({"device": "toaster"}, "no device 'toaster'"),
        ({"start": "nowhere"}, "There is no picture nowhere"),
        ({"tile": 0}, "choose at least 1"),
        ({"content": torch.rand(3, 20, 400)}, "a size of 640 is enough"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_what_cannot_be_done_is_one_sentence(network, knobs, sentence):
    usual = {"content": "astronaut", "style": "waves", **SMALL, "extractor": network}
    with pytest.raises(UserError, match=sentence) as told:
        stylize(**{**usual, **knobs})
    assert "\n" not in str(told.value)


def test_strength_0_is_the_content_to_the_last_pixel(network):
    """Through all scales: small copies lose detail, and the total variation would smooth it."""
    content = pictures.read("chelsea", 96)
    result = stylize(content, "dots", 0.0, size=96, steps=6, extractor=network)
    assert len({row["size"] for row in result.trace}) > 1
    torch.testing.assert_close(result.pictures, content, rtol=0, atol=1e-6)
