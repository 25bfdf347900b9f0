"""Every failure occurs for each of five seeds, every cure cures, and the doctor knows both."""

import functools

import pytest
import torch

from ganlearn import museum
from ganlearn.errors import UserError

SEEDS = 5


@functools.cache
def visit(name, cured):
    return museum.run(name, seeds=SEEDS, cured=cured)


@pytest.mark.parametrize("name", museum.failures())
def test_the_failure_occurs_and_the_cure_cures(name):
    shown = museum.exhibit(name)
    ill, well = visit(name, False).values, visit(name, True).values
    assert ill.shape == well.shape == (SEEDS,)
    assert shown.failed(ill).all(), ill
    assert shown.recovered(well).all(), well
    assert not shown.failed(well).any()
    assert not shown.recovered(ill).any()


@pytest.mark.parametrize("name", [n for n in museum.failures() if museum.exhibit(n).finding])
def test_the_doctor_names_it_for_every_seed_and_not_when_it_is_cured(name):
    finding = museum.exhibit(name).finding
    assert all(finding in names for names in visit(name, False).doctor)
    assert sum(finding in names for names in visit(name, True).doctor) <= 1


def test_the_doctor_finds_nothing_in_a_healthy_run():
    assert visit("mode collapse", True).doctor == [()] * SEEDS


def test_there_are_at_least_eight_failures_and_the_same_seed_gives_the_same():
    assert len(museum.failures()) >= 8
    again = museum.run("oscillation", seeds=2)
    assert torch.equal(again.values, museum.run("oscillation", seeds=2).values)


def test_what_is_not_on_show():
    with pytest.raises(UserError, match="There is no failure 'boredom'; on show are mode collapse"):
        museum.run("boredom")
    with pytest.raises(UserError, match="at least one seed"):
        museum.run("oscillation", seeds=0)


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    museum.run("oscillation", seeds=1)
    museum.run("checkerboard", seeds=1)
    assert torch.equal(before, torch.get_rng_state())
