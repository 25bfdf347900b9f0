"""A clip comes back as it was written: colours, order, sizes and durations."""

import numpy as np
import pytest
import torch
from PIL import Image

from ganlearn import data, runtime
from ganlearn.errors import UserError
from ganlearn.style import frames
from ganlearn.style.pictures import to_image

ORANGE = (200, 90, 10)  # red and blue cannot be mixed up unnoticed
KINDS = ["clip.gif", "clip.png", "clip.apng", "clip"]


def solid(colour=ORANGE, height=20, width=28):
    return torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, height, width) / 255


def noise(seed, height=20, width=28):
    values = torch.rand(1, 3, height, width, generator=runtime.generator(seed))
    return (values * 255).round() / 255


@pytest.mark.parametrize("name", KINDS)
def test_a_clip_of_one_colour_survives_a_round_trip(tmp_path, name):
    assert frames.write([solid()] * 5, tmp_path / name, 40) == 5
    back = frames.clip(tmp_path / name, 40)
    assert back.milliseconds == (40,) * 5
    assert len(back) == len(list(back)) == 5
    for frame in back:
        assert torch.equal((frame * 255).round(), (solid() * 255).round())


@pytest.mark.parametrize("name", KINDS)
def test_frames_keep_their_order_and_a_pause_keeps_its_length(tmp_path, name):
    colours = [(250, 0, 0), (0, 250, 0), (0, 250, 0), (0, 250, 0), (0, 0, 250), (0, 0, 250)]
    frames.write([solid(colour) for colour in colours], tmp_path / name, 30)
    back = frames.clip(tmp_path / name, 30)
    found = [tuple((frame[0, :, 3, 3] * 255).round().int().tolist()) for frame in back]
    assert found == colours
    assert sum(back.milliseconds) == 180


@pytest.mark.parametrize("name", ["clip.png", "clip"])
def test_without_a_palette_every_pixel_survives(tmp_path, name):
    written = [noise(seed) for seed in range(4)]
    frames.write(written, tmp_path / name)
    for before, after in zip(written, frames.clip(tmp_path / name), strict=True):
        assert torch.allclose(before, after, atol=1e-6)


def test_a_gif_keeps_a_photograph_to_within_its_palette(tmp_path):
    photograph = torch.from_numpy(np.array(data.photograph("chelsea").resize((90, 60))))
    picture = photograph.permute(2, 0, 1)[None] / 255
    frames.write([picture, picture.flip(3)], tmp_path / "cat.gif")
    first, second = frames.clip(tmp_path / "cat.gif")
    assert (first - picture).abs().mean() < 0.02
    assert (second - picture.flip(3)).abs().mean() < 0.02


@pytest.mark.parametrize(
    ("name", "expected"), [("a.gif", (100, 20, 300)), ("a.png", (100, 25, 300))]
)
def test_every_frame_has_its_own_duration(tmp_path, name, expected):
    frames.write([noise(i) for i in range(3)], tmp_path / name, [100, 25, 300])
    assert frames.clip(tmp_path / name).milliseconds == expected


def test_a_foreign_animation_keeps_its_timing_and_ignores_a_still_cover(tmp_path):
    images = [to_image(noise(seed)) for seed in range(3)]
    images[0].save(
        tmp_path / "a.gif",
        save_all=True,
        append_images=images[1:],
        duration=[70, 70, 500],
        comment=b"made elsewhere",
    )
    assert frames.clip(tmp_path / "a.gif").milliseconds == (70, 70, 500)
    images[0].save(
        tmp_path / "a.png",
        save_all=True,
        append_images=images[1:],
        duration=50,
        default_image=True,
    )
    back = frames.clip(tmp_path / "a.png")
    assert len(back) == 2
    assert torch.allclose(next(iter(back)), noise(1), atol=1e-6)


def test_a_transparent_frame_lies_on_white(tmp_path):
    images = [Image.new("RGBA", (20, 20), (255, 0, 0, alpha)) for alpha in (0, 255)]
    images[0].save(tmp_path / "a.png", save_all=True, append_images=images[1:], duration=50)
    first, second = frames.clip(tmp_path / "a.png")
    assert first.min() == 1
    assert second[0, :, 5, 5].tolist() == [1, 0, 0]


def test_numbers_in_names_count_as_numbers(tmp_path):
    for number in (10, 9, 100):
        to_image(noise(number)).save(tmp_path / f"frame{number}.png")
    found = frames.clip(tmp_path)
    assert [place.name for place in found.places] == ["frame9.png", "frame10.png", "frame100.png"]
    assert torch.allclose(next(iter(found)), noise(9), atol=1e-6)


def test_ctrl_c_keeps_the_frames_that_are_there(tmp_path, capsys):
    def interrupted():
        yield noise(0)
        yield noise(1)
        raise KeyboardInterrupt

    for name in KINDS:
        assert frames.write(interrupted(), tmp_path / name) == 2
        assert len(frames.clip(tmp_path / name)) == 2
    assert "Stopped after 2 frames" in capsys.readouterr().out


def test_a_failure_leaves_what_was_there(tmp_path):
    frames.write([solid()], tmp_path / "a.gif")
    before = (tmp_path / "a.gif").read_bytes()

    def failing():
        yield solid()
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        frames.write(failing(), tmp_path / "a.gif")
    assert (tmp_path / "a.gif").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda p: frames.clip(p / "none.gif"), "There is no clip"),
        (lambda p: (p / "a.mp4").write_bytes(b"film") and frames.clip(p / "a.mp4"), "ffmpeg"),
        (lambda p: frames.clip(p), "no picture in"),
        (lambda p: frames.write([solid()], p / "a.mp4"), "a .gif, a .png or a folder"),
        (lambda p: frames.write([], p / "a.gif"), "no frames to write"),
        (lambda p: frames.write([solid(), solid(height=21)], p / "a.gif"), "28 x 21 .* 28 x 20"),
        (lambda p: frames.write([solid()], p / "b") and frames.write([solid()], p / "b"), "empty"),
    ],
)
def test_what_is_no_clip_is_one_sentence(tmp_path, spoil, sentence):
    with pytest.raises(UserError, match=sentence):
        spoil(tmp_path)


def test_frames_of_unequal_size_in_a_folder_are_named(tmp_path):
    to_image(noise(0)).save(tmp_path / "1.png")
    to_image(noise(0, height=22)).save(tmp_path / "2.png")
    with pytest.raises(UserError, match=r"Frame 2 of .* has 28 x 22 pixels"):
        list(frames.clip(tmp_path))


def test_a_damaged_file_is_one_sentence_and_never_silent(tmp_path):
    frames.write([noise(seed) for seed in range(4)], tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=r"a\.png"):
        list(frames.clip(tmp_path / "a.png"))


def test_only_what_is_asked_for_is_read(tmp_path):
    """Walking through a long clip holds one frame; stopping early reads no more."""
    frames.write([noise(seed) for seed in range(6)], tmp_path / "many")
    clip = frames.clip(tmp_path / "many")
    clip.places[3].unlink()
    walk = iter(clip)
    for _ in range(3):
        next(walk)
    with pytest.raises(UserError):
        next(walk)
