"""Frames in their order, starts that have moved along, and less flicker for it."""

import pytest
import torch

from ganlearn.style import motion, pictures, video


@pytest.fixture(scope="module")
def clip():
    return motion.pan(pictures.read("chelsea", 120), frames=4, size=48, step=(3.0, 1.0))


def one_by_one(clip):
    return clip.frames.split(1)


def test_each_frame_is_stylised_once_and_in_order(clip):
    made = list(video.each_frame(one_by_one(clip), lambda frame: 1 - frame))
    assert torch.equal(torch.cat(made), 1 - clip.frames)


def test_frames_are_taken_as_they_are_needed(clip):
    taken = []

    def source():
        for index, frame in enumerate(one_by_one(clip)):
            taken.append(index)
            yield frame

    for walk in (
        video.each_frame(source(), lambda frame: frame),
        video.warm_start(source(), lambda frame, start: frame),
    ):
        taken.clear()
        next(walk)
        assert taken == [0]


@pytest.mark.parametrize("flow", ["known", "measured", "none"])
def test_every_start_is_the_last_result_moved_along(clip, flow):
    starts = []

    def stylise(frame, start):
        starts.append(start)
        return 1 - frame

    given = {"known": clip.flow, "measured": lambda now, before: clip.flow[:1], "none": None}[flow]
    made = list(video.warm_start(one_by_one(clip), stylise, given))
    assert starts[0] is None
    for index in range(1, 4):
        moved = motion.warp(made[index - 1], clip.flow[index - 1 : index]).clamp(0, 1)
        expected = made[index - 1] if flow == "none" else moved
        assert torch.allclose(starts[index], expected, atol=1e-6)


@pytest.mark.parametrize(
    "film",
    [
        lambda p: motion.pan(p, 2, 96, (3.0, -1.0)),
        lambda p: motion.zoom(p, 2, 96, 1.03),
        lambda p: motion.rotate(p, 2, 96, 2.0),
    ],
    ids=["pan", "zoom", "rotation"],
)
def test_estimated_flow_is_near_the_known_one(film):
    found = film(pictures.read("chelsea", 300))
    flow = video.estimated_flow(found.frames[1:], found.frames[:1])
    assert flow.shape == found.flow.shape
    error = (flow - found.flow).norm(dim=1)
    assert error.median() < 0.2  # pixels
    still = found.flow.norm(dim=1)
    assert error.mean() < 0.2 * still.mean()


def test_a_warm_start_flickers_less_than_beginning_anew(clip):
    knobs = {"first_steps": 20, "steps": 6, "device": "cpu"}
    warm = torch.cat(list(video.optimised(one_by_one(clip), "waves", flow=clip.flow, **knobs)))
    anew = torch.cat(
        [
            video.stylize(frame, "waves", size=48, steps=20, device="cpu", start="noise").pictures
            for frame in one_by_one(clip)
        ]
    )
    assert warm.shape == clip.frames.shape
    calm, restless = (motion.flicker(x, clip.flow, clip.seen) for x in (warm, anew))
    assert calm < 0.7 * restless
    assert (warm - clip.frames).abs().mean() > 0.05  # calm because stylised, not because untouched
