"""The painters: exact where they promise to be, and different where they should be."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ganlearn import data, runtime
from ganlearn.data.paintings import PAINTERS
from ganlearn.data.paintings.canvas import NUMBERS, Canvas, Dice
from ganlearn.data.paintings.dots import dots, landscape
from ganlearn.errors import UserError

schools = pytest.mark.parametrize("school", data.SCHOOLS)


def paint(school, n, size, seed=0):
    return data.paint(school, n, size, runtime.generator(seed))


def test_there_are_at_least_six_schools():
    assert len(set(data.SCHOOLS)) == len(data.SCHOOLS) >= 6


@schools
@pytest.mark.parametrize("size", [8, 16, 33, 100])
def test_shapes_and_ranges(school, size):
    painting = paint(school, 3, size)
    assert painting.pictures.shape == (3, 3, size, size)
    assert painting.edges.shape == (3, 1, size, size)
    assert painting.pictures.dtype == painting.edges.dtype == torch.float32
    assert painting.pictures.isfinite().all() and painting.pictures.abs().max() <= 1
    assert set(painting.edges.unique().tolist()) == {0, 1}


@schools
def test_a_large_picture_can_be_painted(school):
    assert paint(school, 1, 512).pictures.shape == (1, 3, 512, 512)


@schools
def test_a_generator_decides_everything(school):
    one, again, other = (paint(school, 4, 32, seed) for seed in (1, 1, 2))
    assert torch.equal(one.pictures, again.pictures) and torch.equal(one.edges, again.edges)
    assert (one.pictures - other.pictures).abs().mean() > 0.05


@schools
def test_a_shorter_batch_begins_a_longer_one(school):
    short, long = paint(school, 10, 32), paint(school, 80, 32)
    assert torch.equal(short.pictures, long.pictures[:10])
    assert torch.equal(short.edges, long.edges[:10])


@schools
def test_the_same_composition_at_every_size(school):
    small, large = paint(school, 40, 32).pictures, paint(school, 40, 128).pictures
    reduced = F.avg_pool2d(large, 4)
    same = (reduced - small).abs().mean()
    other = (reduced - small.roll(1, 0)).abs().mean()
    assert same < 0.02  # of a range of 2
    assert same < other / 8


@schools
def test_pictures_of_a_school_differ(school):
    pictures = paint(school, 60, 32).pictures.flatten(1)
    apart = torch.cdist(pictures, pictures) / pictures.shape[1] ** 0.5
    nearest = apart.fill_diagonal_(9).amin(1)
    assert nearest.min() > 0.05  # root mean square, of a range of 2
    assert apart.median() > 0.25


@schools
def test_it_would_run_on_another_device_without_waiting(school):
    """The meta device refuses mixed devices, and every value that the host would wait for."""
    canvas = Canvas(2, 16, torch.device("meta"))
    PAINTERS[school](canvas, Dice(torch.empty(2, NUMBERS, device="meta")))
    assert canvas.edges().shape == (2, 1, 16, 16)


def steps(pictures):
    """The greatest difference of colour between each pixel and the one right of or below it."""
    right = F.pad((pictures[..., 1:] - pictures[..., :-1]).abs().amax(1, keepdim=True), (0, 1))
    below = F.pad(pictures.diff(dim=2).abs().amax(1, keepdim=True), (0, 0, 0, 1))
    return torch.maximum(right, below)


@pytest.mark.parametrize("school", ["grids", "discs", "waves", "leaves", "planes", "glass"])
def test_edges_are_where_the_colour_changes(school):
    """Schools that paint flat: a steep step lies on an edge, and an edge on some step."""
    painting = paint(school, 20, 160)
    change = steps(painting.pictures)
    near_edge = F.max_pool2d(painting.edges, 3, 1, 1) > 0
    assert near_edge[change > 0.4].float().mean() > 0.999
    near_change = F.max_pool2d(change, 3, 1, 1) > 0.01
    assert near_change[painting.edges > 0].float().mean() > 0.99


@schools
def test_edges_are_lines(school):
    """Edges bound regions, so at a fine scale they cover little of the picture."""
    assert paint(school, 20, 256).edges.mean() < 0.1


def test_dots_have_the_edges_of_their_landscape():
    rows = torch.rand(8, NUMBERS, generator=runtime.generator(0))
    painted, bare = (Canvas(8, 96, rows.device) for _ in range(2))
    dots(painted, Dice(rows))
    landscape(bare, Dice(rows))
    assert torch.equal(painted.edges(), bare.edges())
    blurred = F.avg_pool2d(painted.colours, 9, 1, 4), F.avg_pool2d(bare.colours, 9, 1, 4)
    assert (blurred[0] - blurred[1]).abs().mean() < 0.04


def test_a_small_network_tells_the_schools_apart():
    """At 32 pixels, from a few seconds of training, on pictures it has not seen."""
    train, test = data.paintings(1200, 32, seed=0), data.paintings(400, 32, seed=1)
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        network = nn.Sequential(
            *(nn.Conv2d(3, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU()),
            *(nn.Conv2d(16, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU()),
            *(nn.Conv2d(32, 32, 3, 1, 1), nn.BatchNorm2d(32), nn.ReLU()),
            *(nn.AdaptiveMaxPool2d(2), nn.Flatten(), nn.Linear(128, len(data.SCHOOLS))),
        )
    steps, generator = 200, runtime.generator(0)
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=steps)
    for _ in range(steps):
        pictures, labels = train.draw_labelled(64, generator)
        optimiser.zero_grad()
        F.cross_entropy(network(pictures), labels).backward()
        optimiser.step()
        schedule.step()
    network.eval()
    with torch.no_grad():
        right = network(test.samples).argmax(1) == test.labels
    assert right.float().mean() >= 0.95


def test_a_dataset_is_balanced_and_labelled():
    dataset = data.paintings(83, 16, seed=3)
    counts = torch.bincount(dataset.labels)
    assert len(dataset) == 83 and dataset.shape == (3, 16, 16)
    assert counts.max() - counts.min() <= 1 and len(counts) == len(data.SCHOOLS)
    assert dataset.label_names == data.SCHOOLS


def test_a_label_says_who_painted():
    some, every = data.paintings(6, 32, 5, ["waves", "grids"]), data.paintings(24, 32, 5)
    for school, label in (("waves", 0), ("grids", 1)):
        mine = some.samples[some.labels == label]
        theirs = every.samples[every.labels == data.SCHOOLS.index(school)]
        assert torch.equal(mine, theirs)


def test_seeds_share_no_picture():
    one, other = data.paintings(80, 16, 0).samples, data.paintings(80, 16, 1).samples
    assert torch.cdist(one.flatten(1), other.flatten(1)).min() > 0.5


def test_edges_belong_to_their_pictures():
    pictures, edges = data.paintings_with_edges(16, 64, seed=2)
    assert torch.equal(pictures.samples, data.paintings(16, 64, seed=2).samples)
    grids = slice(data.SCHOOLS.index("grids"), None, len(data.SCHOOLS))
    near_edge = F.max_pool2d(edges[grids], 3, 1, 1) > 0
    assert near_edge[steps(pictures.samples[grids]) > 0.4].all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: paint("cubism", 1, 32), "choose from grids"),
        (lambda: data.paintings(8, 32, 0, ["cubism"]), "choose from grids"),
        (lambda: paint("grids", 0, 32), "at least 1"),
        (lambda: paint("grids", 1, 4), "from 8"),
        (lambda: paint("grids", 1, 32.0), "whole number"),
        (lambda: data.paintings(3), "at least"),
        (lambda: data.paintings(3, 32, 0, []), "at least"),
    ],
)
def test_what_cannot_be_painted_is_refused(call, says):
    with pytest.raises(UserError, match=says):
        call()
