"""The estimate of memory against what a step really takes, and what follows from it."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from ganlearn.errors import UserError
from ganlearn.style import memory
from ganlearn.style.features import VGG19, Extractor, vgg
from ganlearn.style.objective import Objective
from ganlearn.style.presets import DEFAULT
from ganlearn.style.random import random_features
from ganlearn.style.statistics import SLICED
from ganlearn.style.tiles import Tiled

CPU = torch.device("cpu")

STEP = """
import sys, torch
from pathlib import Path
from ganlearn.style import memory
from ganlearn.style.objective import Objective
from ganlearn.style.presets import DEFAULT
from ganlearn.style.random import random_features
from ganlearn.style.tiles import Tiled

def peak():
    # Not what getrusage says: that begins at what the parent process had.
    (line,) = (x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x)
    return int(line.split()[1]) * 1024

def step(objective, side):
    picture = torch.full((1, 3, side, side), 0.5).contiguous(memory_format=torch.channels_last)
    content, styles = objective.content(picture), [objective.style(picture)]
    loss = objective.total(objective.terms(picture.requires_grad_(), content, styles))
    torch.autograd.grad(loss, picture)

side, tile = map(int, sys.argv[1:])
network = random_features().to(memory_format=torch.channels_last)
objective = Objective(Tiled(network, tile) if tile else network, DEFAULT)
step(objective, 64)
before = peak()
step(objective, side)
taken = peak() - before
print(taken / memory.needed(objective, (side, side), torch.device("cpu")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's account of a process")
@pytest.mark.parametrize(("side", "tile"), [(384, 0), (640, 128)])
def test_the_estimate_is_a_little_more_than_what_is_taken(side, tile):
    command = [sys.executable, "-c", STEP, str(side), str(tile)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 0.4 < float(done.stdout) < 1.05


def objective():
    return Objective(random_features(), DEFAULT)


def free(monkeypatch, amount):
    monkeypatch.setattr(memory, "available", lambda device: amount)


def test_it_grows_with_the_pixels():
    small, large = (memory.needed(objective(), (64, side), CPU) for side in (100, 400))
    assert large == pytest.approx(4 * small, rel=1e-6)


def test_tiles_take_less():
    whole = objective()
    tiled = replace(whole, extractor=Tiled(whole.extractor))
    shape = (4000, 6000)
    assert memory.needed(tiled, shape, CPU) < memory.needed(whole, shape, CPU) / 2


def test_what_fits_is_left_as_it_is(monkeypatch):
    whole = objective()
    free(monkeypatch, 2**50)
    assert memory.fitting(whole, (4000, 6000), CPU) is whole


def test_a_small_picture_is_not_even_watched(monkeypatch):
    """Watching takes as long as a few steps, and frames of a clip are many."""
    monkeypatch.setattr(memory, "needed", lambda *_: pytest.fail("it was watched"))
    free(monkeypatch, 2**32)
    memory.fitting(objective(), (256, 256), CPU)


def test_ample_is_more_than_any_network_takes():
    """VGG-19 with sorted projections, of which everything is kept."""
    with torch.device("meta"):
        layers = vgg(VGG19)
    whole = Objective(
        Extractor(layers.to_empty(device="cpu"), "vgg19"), replace(DEFAULT, statistic=SLICED)
    )
    assert memory.needed(whole, (100, 100), CPU) < memory.AMPLE * 100 * 100


def test_what_does_not_fit_as_a_whole_is_tiled(monkeypatch):
    whole, shape = objective(), (4000, 6000)
    free(monkeypatch, memory.needed(whole, shape, CPU) * 0.7)
    found = memory.fitting(whole, shape, CPU)
    assert isinstance(found.extractor, Tiled)
    assert found.extractor.extractor is whole.extractor
    assert found.preset is whole.preset


def test_what_does_not_fit_at_all_is_refused_with_a_size_that_fits(monkeypatch):
    free(monkeypatch, 10**9)
    with pytest.raises(UserError, match="6000 x 4000 pixels would take about") as told:
        memory.fitting(objective(), (4000, 6000), CPU)
    size = int(str(told.value).split("a size of ")[1].split()[0])
    assert size > 500
    memory.fitting(objective(), (size * 2 // 3, size), CPU)


def test_memory_that_is_free_is_counted():
    assert 2**20 < memory.available(CPU) < 2**50


def test_pictures_that_are_kept_beside_count(monkeypatch):
    whole, shape = objective(), (400, 600)
    free(monkeypatch, 1.3 * memory.needed(whole, shape, CPU))
    assert memory.fitting(whole, shape, CPU) is whole
    with pytest.raises(UserError, match="choose a size of"):
        memory.fitting(whole, shape, CPU, pictures=1000)


PASS = """
import sys, torch
from pathlib import Path
from ganlearn import style, translate
from ganlearn.style import memory

def peak():
    (line,) = (x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x)
    return int(line.split()[1]) * 1024

if sys.argv[1] == "any":
    network = style.AnyStyle([style.read("dots", 64)])
else:
    network = style.schools()
side = 512
with torch.no_grad():
    network(torch.rand(1, 3, 64, 64))
    picture, before = torch.rand(1, 3, side, side), peak()
    network(picture)
taken = peak() - before
memory.available = lambda device: float(sys.argv[2]) * taken / memory.SHARE
memory.AMPLE = 2**40
memory.enough(network, (side, side), torch.device("cpu"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's account of a process")
@pytest.mark.parametrize("network", ["any", "fast"])
def test_a_pass_that_does_not_fit_is_refused_and_one_that_fits_is_not(network):
    for free, fits in ((0.9, False), (3.0, True)):
        command = [sys.executable, "-c", PASS, network, str(free)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode == 0) == fits, done.stderr
        assert fits or "choose a size of" in done.stderr
