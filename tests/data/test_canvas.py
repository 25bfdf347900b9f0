"""The painters' tools, against geometry."""

import math

import pytest
import torch

from ganlearn import runtime
from ganlearn.data.paintings.canvas import (
    NUMBERS,
    Canvas,
    Dice,
    disc,
    frame,
    palettes,
    pick,
    rectangle,
)
from ganlearn.data.paintings.glass import cells
from ganlearn.data.paintings.grids import cut
from ganlearn.data.paintings.waves import square_wave

WHITE = torch.ones(1, 3)
CPU = torch.device("cpu")


def dice(n=64, seed=0):
    return Dice(torch.rand(n, NUMBERS, generator=runtime.generator(seed)))


def one(*values):
    return [torch.tensor([value]) for value in values]


@pytest.mark.parametrize("size", [16, 50, 128])
def test_a_disc_covers_its_area(size):
    canvas = Canvas(1, size, CPU)
    canvas.fill(disc(canvas, *one(0.47, 0.55, 0.31)), WHITE)
    area = math.pi * 0.31**2
    assert float(canvas.colours.mean()) == pytest.approx(area, abs=0.02 / size)
    assert float((canvas.regions > 0).float().mean()) == pytest.approx(area, abs=2 / size)


@pytest.mark.parametrize("angle", [0.0, 0.4, math.pi / 4, 2.0])
def test_a_turned_rectangle_covers_its_area(angle):
    canvas = Canvas(1, 64, CPU)
    along, across = frame(canvas, *one(0.5, 0.5, angle))
    canvas.fill(rectangle(along, across, *one(0.3, 0.1)), WHITE)
    assert float(canvas.colours.mean()) == pytest.approx(0.6 * 0.2, rel=0.01)


def test_a_straight_edge_between_pixels_is_sharp_and_within_one_is_shared():
    canvas = Canvas(1, 8, CPU)
    canvas.fill((canvas.x - 0.5).unsqueeze(0), WHITE)
    assert torch.equal(canvas.colours[0, 0, 0], torch.tensor([1.0] * 4 + [0.0] * 4))
    canvas = Canvas(1, 8, CPU)
    canvas.fill((canvas.x - 0.5 - 0.25 / 8).unsqueeze(0), WHITE)
    assert canvas.colours[0, 0, 0].tolist() == pytest.approx([1, 1, 1, 1, 0.25, 0, 0, 0])


def test_edges_are_the_pixels_before_another_region():
    canvas = Canvas(1, 8, CPU)
    canvas.fill((canvas.x - 0.5).unsqueeze(0), WHITE)
    canvas.fill((canvas.y - 0.25).unsqueeze(0), WHITE / 2)
    expected = torch.zeros(8, 8)
    expected[1, :] = 1  # the last row of the shape above
    expected[2:, 3] = 1  # the last column of the shape on the left
    assert torch.equal(canvas.edges()[0, 0], expected)


def test_shapes_of_one_colour_flow_together_and_shades_do_not():
    canvas = Canvas(1, 8, CPU)
    canvas.ground(WHITE)
    canvas.fill((canvas.x - 0.5).unsqueeze(0), WHITE)
    assert not canvas.edges().any()
    shade = WHITE[..., None, None].expand(1, 3, 8, 8)
    canvas.fill((canvas.x - 0.5).unsqueeze(0), shade)
    canvas.fill((canvas.y - 0.5).unsqueeze(0), shade)
    assert canvas.edges().sum() == 8 + 4


def test_a_shape_that_is_not_there_leaves_no_trace():
    canvas = Canvas(2, 16, CPU)
    middle = torch.full((2,), 0.5)
    shape = disc(canvas, middle, middle, torch.full((2,), 0.3))
    canvas.fill(shape, WHITE.expand(2, 3), there=torch.tensor([True, False]))
    assert canvas.colours[0].max() == 1 and canvas.edges()[0].any()
    assert canvas.colours[1].max() == 0 and not canvas.edges()[1].any()


def test_dice_stay_in_range_and_never_repeat_a_number():
    thrown = dice()
    assert (thrown.uniform(-2, 5, 100) >= -2).all() and (thrown.uniform(-2, 5, 100) < 5).all()
    assert set(thrown.integer(3, 6, 100).unique().tolist()) == {3, 4, 5, 6}
    assert float(thrown.chance(0.3, 500).float().mean()) == pytest.approx(0.3, abs=0.02)
    assert not torch.equal(thrown.uniform(0, 1, 5), thrown.uniform(0, 1, 5))
    assert torch.equal(thrown.again().uniform(0, 1, 5), thrown.uniform(0, 1, 5))


def test_dice_have_an_end():
    with pytest.raises(RuntimeError):
        dice().uniform(0, 1, NUMBERS + 1)


def test_different_colours_are_different():
    options = torch.arange(6.0)[None, :, None].expand(64, 6, 3)
    chosen = dice().different(options, 4)[..., 0]
    assert all(len(set(row)) == 4 for row in chosen.tolist())
    assert len({tuple(row) for row in chosen.tolist()}) > 30


def test_clouds_show_the_same_shapes_at_every_size():
    large, small = dice().cloud(6, 6, 128), dice().cloud(6, 6, 32)
    pooled = torch.nn.functional.avg_pool2d(large, 4)
    assert float((pooled - small).abs().mean()) < 0.01 < 0.1 < float(small.std())


def test_palettes_read_hexadecimal_colours():
    expected = torch.tensor([[[1.0, 0.0, 0.2], [0.0, 0.4, 1.0]]])
    torch.testing.assert_close(palettes("ff0033 0066ff"), expected)


def test_pick_takes_each_pictures_own():
    options = torch.arange(24.0).reshape(2, 4, 3)
    picked = pick(options, torch.tensor([3, 1]))
    assert torch.equal(picked, torch.stack((options[0, 3], options[1, 1])))


def test_cuts_tile_the_picture():
    parts = cut(dice())
    left, top, right, bottom = parts.unbind(-1)
    assert (right >= left).all() and (bottom >= top).all()
    area = ((right - left) * (bottom - top)).sum(1)
    torch.testing.assert_close(area, torch.ones(64))
    x, y = torch.rand(2, 500, 1, 1, generator=runtime.generator(1))
    inside = (left < x) & (x < right) & (top < y) & (y < bottom)
    assert (inside.sum(-1) == 1).all()


def test_panes_are_the_cells_around_their_seeds():
    seeds = torch.rand(5, 7, 2, generator=runtime.generator(0), dtype=torch.float64)
    canvas = Canvas(5, 24, CPU)
    nearest, squared, to_border = cells(canvas, seeds)
    points = torch.stack((canvas.x, canvas.y), -1).reshape(1, -1, 2).double().expand(5, -1, -1)
    distances = torch.cdist(points, seeds)
    assert torch.equal(nearest.flatten(1), distances.argmin(-1))
    torch.testing.assert_close(squared.flatten(1).sqrt(), distances.amin(-1))
    # The distance to the border is that to the nearest of the lines halfway to another seed.
    own = torch.take_along_dim(seeds, distances.argmin(-1, keepdim=True), 1).unsqueeze(2)
    toward = seeds.unsqueeze(1) - own
    length = toward.norm(dim=-1)
    halfway = (own + seeds.unsqueeze(1)) / 2
    to_line = ((halfway - points.unsqueeze(2)) * toward).sum(-1) / length
    expected = torch.where(length > 0, to_line, torch.inf).amin(-1)
    torch.testing.assert_close(to_border.flatten(1), expected)


def test_a_square_wave_turns_at_whole_numbers():
    canvas = Canvas(1, 200, CPU)
    wave = square_wave((10 * canvas.x + 0.25).unsqueeze(0))
    assert wave.abs().max() == 1
    assert float(wave.mean()) == pytest.approx(0, abs=0.01)
    signs = wave[0, 0].sign()
    turns = ((signs[1:] * signs[:-1]) < 0).nonzero().flatten() + 1
    expected = (torch.arange(1, 11) - 0.25) / 10 * 200
    torch.testing.assert_close(turns.float(), expected, atol=1, rtol=0)
