"""The package as a whole: quick to import, and careful with what it does not own."""

import subprocess
import sys

import pytest
import torch

from ganlearn import data, runtime

HEAVY = ("sklearn", "skimage", "torchvision", "matplotlib", "scipy")


def test_importing_takes_nothing_heavy_along():
    code = f"import sys, ganlearn.data; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    assert all(hasattr(data, name) for name in data.__all__)


SOURCES = [
    data.ring(),
    data.Dataset(torch.zeros(3, 4)),
    data.digits(8),
    data.paintings(8, 8),
    data.photographs(8, 9),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_keeps_the_same_promise(source):
    drawn = source.to("cpu").draw(5, runtime.generator(0))
    assert drawn.shape == (5, *source.shape) and drawn.dtype == torch.float32


def test_the_global_generator_is_never_touched():
    before = torch.random.get_rng_state()
    generator = runtime.generator(0)
    for source in SOURCES:
        source.draw(3, generator)
    data.paintings(8, 16)
    data.paint("dots", 2, 16, generator)
    data.photographs(8, 9)
    data.digits(16).split(0.5, seed=0)
    assert torch.equal(torch.random.get_rng_state(), before)
