"""Scores of features on a GPU are those of the same features on the CPU."""

import pytest
import torch

from ganlearn import data, metrics, runtime


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_an_evaluation_on_a_gpu_is_that_of_the_cpu():
    real, fake = data.digits(16).split(0.5, seed=0)
    here = metrics.evaluate(fake, real, features="digits", held_out=fake).as_dict()["scores"]
    modes = torch.cuda.get_rng_state()
    described = metrics.features("digits").to("cuda")
    there = metrics.evaluate(fake, real, features=described, held_out=fake)
    assert torch.equal(modes, torch.cuda.get_rng_state())
    assert there.protocol["device"] == "cuda:0"
    for key, value in there.as_dict()["scores"].items():
        assert value == pytest.approx(here[key], rel=0.02, abs=0.02), key


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("n", [10, 200])
def test_distances_on_a_gpu_are_those_of_the_cpu(n):
    a, b = torch.randn(2, n, 16, generator=runtime.generator(0)).double()
    for score in (metrics.frechet_distance, metrics.squared_mmd):
        assert score(a.cuda(), b.cuda()) == pytest.approx(score(a, b), abs=1e-8)
    assert metrics.neighbourhood(a.cuda(), b.cuda(), 3) == metrics.neighbourhood(a, b, 3)
    assert metrics.optimal_transport(a.cuda(), b.cuda()).cost == pytest.approx(
        metrics.optimal_transport(a, b).cost
    )
