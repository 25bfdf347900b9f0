"""Fast networks learn, go on, stop when asked, and come back from their files as they were."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from ganlearn import data, runtime
from ganlearn.errors import UserError
from ganlearn.style import fast, fast_training, motion, pictures
from ganlearn.style.fast_training import train_fast
from ganlearn.style.objective import Objective

TINY = {
    "size": 32,
    "batch": 2,
    "width": 4,
    "blocks": 1,
    "style_size": 64,
    "learning_rate": 0.02,
    "device": "cpu",
}


@pytest.fixture(scope="module")
def contents():
    return fast_training.pieces(32, n=32)


@pytest.fixture(scope="module")
def trained(contents):
    return train_fast(["waves", "glass"], steps=30, contents=contents, **TINY)


def weights(found):
    return torch.cat([p.flatten() for p in found.network.parameters()])


def test_training_lowers_the_loss(contents):
    gently = {**TINY, "learning_rate": 0.005}
    found = train_fast("waves", steps=60, contents=contents, **gently)
    style = [row["style"] for row in found.trace]
    assert len(style) == 60
    assert sum(style[-5:]) < 0.8 * sum(style[:5])
    assert not found.network.training
    assert not any(p.requires_grad for p in found.network.parameters())


def test_each_style_gets_its_turn(contents, monkeypatch):
    asked = []
    forward = fast_training.TransferNetwork.forward

    def spy(network, drawn, style):
        asked.append(style)
        return forward(network, drawn, style)

    monkeypatch.setattr(fast_training.TransferNetwork, "forward", spy)
    train_fast(["waves", "glass", "dots"], steps=7, contents=contents, **TINY)
    assert asked == [0, 1, 2, 0, 1, 2, 0]


def test_the_target_of_a_step_is_the_style_whose_turn_it_is(contents):
    """After training, each style's result is nearest to its own target."""
    found = train_fast(["waves", "glass"], steps=60, contents=contents, **TINY)
    objective = Objective(fast_training.perceptual())
    targets = [objective.style(pictures.read(s, 64)) for s in ("waves", "glass")]
    x = pictures.read("chelsea", 64)
    kept = objective.content(x)
    terms = [
        [objective.terms(found(x, made), kept, [target])["style"].item() for target in targets]
        for made in (0, 1)
    ]
    assert terms[0][0] < terms[1][0]
    assert terms[1][1] < terms[0][1]


def test_the_same_seed_gives_the_same_network_and_leaves_the_global_state(contents, trained):
    state = torch.get_rng_state()
    again = train_fast(["waves", "glass"], steps=30, contents=contents, **TINY)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(weights(trained), weights(again))
    other = train_fast(["waves", "glass"], steps=30, contents=contents, seed=1, **TINY)
    assert not torch.equal(weights(trained), weights(other))


def test_going_on_starts_from_the_weights_and_leaves_the_old_network(contents, trained):
    before = weights(trained).clone()
    more = train_fast(["waves", "glass"], steps=1, contents=contents, start=trained, **TINY)
    assert torch.equal(weights(trained), before)
    assert 0 < (weights(more) - before).abs().max() < 0.1
    assert more.card["steps"] == 31


def test_another_number_of_styles_begins_as_the_mean_of_those_there_are(contents, trained):
    x = pictures.read("chelsea", 48)
    for styles in ("dots", ["dots", "fields", "waves"]):
        begun = train_fast(styles, steps=0, contents=contents, start=trained, **TINY)
        count = begun.network.settings["styles"]
        for style in range(count):
            assert torch.allclose(begun(x, style), trained(x, [0.5, 0.5]), atol=0.01)
    moved = train_fast("dots", steps=2, contents=contents, start=trained, **TINY)
    assert moved.network.settings["styles"] == 1
    assert not torch.equal(moved(x), begun(x))


def test_what_is_a_styles_own_moves_in_larger_steps(contents):
    """Adam's first step is the learning rate, whatever the gradient."""
    begun, moved = (
        dict(train_fast("waves", steps=steps, contents=contents, **TINY).network.named_parameters())
        for steps in (0, 1)
    )
    for key, before in begun.items():
        step = (moved[key] - before).abs().max().item()
        times = 5 if "norm" in key else 1
        assert step == pytest.approx(times * TINY["learning_rate"], rel=0.01), key


def test_ctrl_c_keeps_the_network(contents, capsys):
    def stop(step, terms):
        if step == 3:
            raise KeyboardInterrupt

    found = train_fast("waves", steps=50, contents=contents, callback=stop, **TINY)
    assert found.card["steps"] == len(found.trace) == 3
    assert all(row["style"] > 0 for row in found.trace)
    assert "Stopped after step 3" in capsys.readouterr().out
    assert found(pictures.read("chelsea", 48)).shape == (1, 3, 32, 48)


def test_the_callback_sees_every_step_and_every_term(contents):
    seen = []
    train_fast(
        "waves",
        steps=3,
        contents=contents,
        temporal=1.0,
        callback=lambda step, terms: seen.append((step, sorted(terms))),
        **TINY,
    )
    names = ["content", "flicker", "style", "total variation"]
    assert seen == [(step, names) for step in (1, 2, 3)]


def test_the_temporal_term_lowers_flicker(contents, trained):
    """Training on with it, against training on without it."""
    clip = motion.rotate(pictures.read("chelsea", 160), frames=4, size=64, degrees=2)
    more = {"steps": 60, "contents": contents, "start": trained, **TINY}
    found = {}
    for temporal in (0.0, 20.0):
        network = train_fast(["waves", "glass"], temporal=temporal, **more)
        found[temporal] = motion.flicker(network(clip.frames), clip.flow, clip.seen).item()
    assert found[20.0] < 0.9 * found[0.0]


def test_a_saved_network_comes_back(tmp_path, trained):
    file = trained.save(tmp_path / "deep" / "waves.safetensors")
    back = fast.load_fast(file, "cpu")
    assert back.card == json.loads(json.dumps(trained.card))
    assert back.card["styles"] == ["waves", "glass"]
    x = pictures.read("chelsea", 64)
    assert torch.allclose(back(x, 1), trained(x, 1), atol=0.02)  # 16 bits in the file
    assert max(t.element_size() for t in load_file(file).values()) == 2
    assert [f.name for f in file.parent.iterdir()] == ["waves.safetensors"]


def test_a_file_that_is_none_is_one_sentence(tmp_path, trained):
    with pytest.raises(UserError, match="There is no network"):
        fast.load_fast(tmp_path / "none.safetensors")
    with pytest.raises(UserError, match="ends otherwise"):
        trained.save(tmp_path / "waves.pth")
    (tmp_path / "a.safetensors").write_bytes(b"nothing")
    save_file({"x": torch.ones(1)}, tmp_path / "b.safetensors")
    header = {"ganlearn": json.dumps({"format": 99, "card": {}})}
    save_file({"x": torch.ones(1)}, tmp_path / "c.safetensors", metadata=header)
    content = trained.save(tmp_path / "d.safetensors").read_bytes()
    (tmp_path / "d.safetensors").write_bytes(content[:-100])
    tensors = load_file(trained.save(tmp_path / "e.safetensors"))
    tensors.pop("stem.conv.weight")
    header = {"ganlearn": json.dumps({"format": fast.FORMAT, "card": trained.card})}
    save_file(tensors, tmp_path / "e.safetensors", metadata=header)
    for name in "abcde":
        with pytest.raises(UserError, match=rf"{name}\.safetensors is damaged, or holds no fast"):
            fast.load_fast(tmp_path / f"{name}.safetensors")


def test_a_training_that_explodes_says_so(contents):
    with pytest.raises(UserError, match="no longer finite at step"):
        train_fast("waves", steps=40, contents=contents, **{**TINY, "learning_rate": 1e30})


def test_the_pieces_are_photographs_and_paintings_in_the_datas_range():
    found = fast_training.pieces(16, n=40)
    assert found.shape == (3, 16, 16)
    assert len(found.samples) == 40
    assert -1 <= found.samples.min() < -0.5 < 0.5 < found.samples.max() <= 1
    assert torch.equal(found.samples[30:], data.paintings(10, 16, 0).samples)
    drawn = found.draw(3, runtime.generator(0))
    assert drawn.shape == (3, 3, 16, 16)
