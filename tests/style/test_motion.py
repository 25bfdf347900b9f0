"""Known motion is known exactly, and the measure of flicker agrees with closed forms."""

import math

import pytest
import torch
from torch.nn import functional as F

from ganlearn import runtime
from ganlearn.errors import UserError
from ganlearn.style import motion


def noise(height=96, width=120, seed=0):
    return torch.rand(1, 3, height, width, generator=runtime.generator(seed))


def smooth(height=96, width=120):
    """A picture of long waves, which any interpolation follows closely."""
    y, x = torch.meshgrid(torch.arange(height) / 11.0, torch.arange(width) / 13.0, indexing="ij")
    return torch.stack([x.sin(), (x + y).cos(), (y - x / 2).sin()])[None] * 0.4 + 0.5


def test_a_pan_of_whole_pixels_shows_the_pixels_themselves():
    picture = noise(97, 121)  # odd sides and an odd number of frames: the window lies on pixels
    clip = motion.pan(picture, frames=5, size=41, step=(3.0, -2.0))
    for t, frame in enumerate(clip.frames):
        top, left = 28 - 2 * (t - 2), 40 + 3 * (t - 2)
        crop = picture[0, :, top : top + 41, left : left + 41]
        assert torch.allclose(frame, crop, atol=1e-5)
    assert torch.allclose(clip.flow[:, 0], torch.tensor(3.0), atol=1e-5)
    assert torch.allclose(clip.flow[:, 1], torch.tensor(-2.0), atol=1e-5)
    assert motion.flicker(clip.frames, clip.flow, clip.seen) < 1e-5


def test_the_seen_part_of_a_pan_is_all_but_the_new_border():
    clip = motion.pan(noise(), frames=2, size=40, step=(3.0, -2.0))
    seen = torch.zeros(1, 1, 40, 40)
    seen[:, :, 2:, :37] = 1  # new: two rows above, three columns on the right
    assert torch.equal(clip.seen, seen)


@pytest.mark.parametrize(
    "clip",
    [
        motion.pan(smooth(), 4, 48, (1.5, -0.7)),
        motion.zoom(smooth(), 4, 48, 1.03),
        motion.zoom(smooth(), 4, 48, 0.97),
        motion.rotate(smooth(), 4, 48, 3.0),
    ],
    ids=["pan", "zoom in", "zoom out", "rotate"],
)
def test_frames_fetched_along_the_flow_are_the_next_frames(clip):
    """The flow is right, its opposite and no flow at all are clearly worse."""
    right = motion.flicker(clip.frames, clip.flow, clip.seen)
    assert right < 0.004  # the cubic at the border has an edge repeated
    assert motion.flicker(clip.frames, -clip.flow, clip.seen) > 10 * right
    assert motion.flicker(clip.frames, 0 * clip.flow, clip.seen) > 5 * right


def test_zoom_and_rotation_have_the_flow_of_the_formula():
    size, row, column = 33, 4, 25
    x, y = column - 16, row - 16
    zoomed = motion.zoom(noise(), 3, size, 1.1).flow[:, :, row, column]
    assert torch.allclose(zoomed, torch.tensor([x, y]) * (1 / 1.1 - 1), atol=1e-4)
    turned = motion.rotate(noise(), 3, size, 5.0).flow[:, :, row, column]
    a = math.radians(5)
    expected = torch.tensor(
        [x * math.cos(a) - y * math.sin(a) - x, x * math.sin(a) + y * math.cos(a) - y]
    )
    assert torch.allclose(turned, expected, atol=1e-4)


def test_a_positive_rotation_turns_the_picture_counter_clockwise():
    picture = torch.zeros(1, 3, 65, 65)
    picture[..., 32, 44] = 1  # to the right of the middle
    last = motion.rotate(picture, frames=3, size=33, degrees=30).frames[-1, 0]
    row, column = divmod(int(last.argmax()), 33)
    assert row < 16 < column  # and now above it


def test_independent_noise_flickers_by_its_spread_times_root_two():
    clip = motion.pan(torch.full((1, 3, 99, 99), 0.5), frames=9, size=61, step=(2.0, 1.0))
    spread = 0.1
    noisy = clip.frames + spread * torch.randn(clip.frames.shape, generator=runtime.generator(1))
    found = motion.flicker(noisy, clip.flow, clip.seen)
    assert found == pytest.approx(spread * math.sqrt(2), rel=0.01)


def test_what_was_not_seen_before_does_not_count():
    clip = motion.pan(noise(97, 97), frames=3, size=41, step=(4.0, 0.0))
    spoilt = clip.frames.clone()
    spoilt[1, :, :, -4:] = 0  # the strip that has come into view in frame 1 ...
    before = motion.flicker(spoilt[:2], clip.flow[:1], clip.seen[:1])
    assert before < 1e-5
    assert motion.flicker(spoilt, clip.flow, clip.seen) > 0.01  # ... is seen by frame 2


def test_warping_by_nothing_changes_nothing_and_by_whole_pixels_shifts():
    picture = noise(20, 31)
    assert torch.allclose(motion.warp(picture, torch.zeros(1, 2, 20, 31)), picture, atol=1e-5)
    right = torch.zeros(1, 2, 20, 31)
    right[:, 0] = 1  # every point was one pixel to the right, so the picture moves to the left
    moved = motion.warp(picture, right)
    assert torch.allclose(moved[..., :-1], picture[..., 1:], atol=1e-5)
    assert torch.allclose(moved[..., -1], picture[..., -1], atol=1e-5)  # the edge repeats


def test_warping_agrees_with_an_independent_affine_grid():
    picture = smooth(50, 50)
    a = math.radians(4)
    theta = torch.tensor([[[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0]]])
    grid = F.affine_grid(theta, (1, 3, 50, 50), align_corners=False)
    expected = F.grid_sample(picture, grid, "bilinear", "border", align_corners=False)
    places = ((grid + 1) * 50 - 1) / 2
    here = torch.stack(torch.meshgrid(torch.arange(50), torch.arange(50), indexing="xy"), -1)
    flow = (places - here).permute(0, 3, 1, 2)
    difference = motion.warp(picture, flow) - expected
    assert difference[..., 5:-5, 5:-5].abs().max() < 0.004  # linear there, cubic here


def test_a_jolt_is_small_known_and_repeatable():
    pictures = smooth().repeat(6, 1, 1, 1)
    moved, flow, seen = motion.jolt(pictures, runtime.generator(3))
    again, _, _ = motion.jolt(pictures, runtime.generator(3))
    assert torch.equal(moved, again)
    assert moved.shape == pictures.shape
    assert motion.temporal_loss(moved, pictures, flow, seen) < 1e-6
    assert motion.temporal_loss(moved, pictures, 0 * flow, seen) > 1e-4
    corner = 4 * math.sqrt(2) + math.hypot(48, 60) * (0.03 + math.radians(2)) * 1.1
    assert 1 < flow.norm(dim=1).max() < corner
    assert seen.mean() > 0.8
    distinct = flow.mean((2, 3))
    assert len({tuple(row) for row in distinct.tolist()}) == 6  # a motion of its own for each


def test_the_temporal_loss_carries_gradient_to_both_moments():
    before, after = noise(16, 16, 1).requires_grad_(), noise(16, 16, 2).requires_grad_()
    flow, seen = torch.full((1, 2, 16, 16), 0.5), torch.ones(1, 1, 16, 16)
    motion.temporal_loss(after, before, flow, seen).backward()
    assert before.grad.abs().sum() > 0
    assert after.grad.abs().sum() > 0


@pytest.mark.parametrize(
    "film",
    [
        lambda: motion.pan(noise(), 8, 96, (1.0, 1.0)),
        lambda: motion.rotate(noise(), 8, 96, 5.0),
        lambda: motion.zoom(noise(), 8, 97),
    ],
)
def test_a_camera_that_leaves_the_picture_is_one_sentence(film):
    with pytest.raises(UserError, match=r"leave the picture of 120 x 96 pixels"):
        film()
