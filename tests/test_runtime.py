"""Device, budget, randomness and threads."""

import subprocess
import sys

import pytest
import torch

from ganlearn import data, nets, runtime, threads, training
from ganlearn.errors import UserError


def test_a_budget_is_one_of_three(monkeypatch):
    for name in runtime.BUDGETS:
        monkeypatch.setenv("GANLEARN_BUDGET", name)
        assert runtime.budget() == name
        assert runtime.by_budget(smoke="smoke", laptop="laptop", full="full") == name
    monkeypatch.delenv("GANLEARN_BUDGET")
    assert runtime.budget() == "laptop"
    monkeypatch.setenv("GANLEARN_BUDGET", "huge")
    with pytest.raises(UserError, match=r"'huge'.*smoke, laptop, full"):
        runtime.budget()


def test_a_choice_of_device_beats_the_variable(monkeypatch):
    monkeypatch.setenv("GANLEARN_DEVICE", "cuda:99")
    assert runtime.device("cpu") == torch.device("cpu")
    with pytest.raises(UserError, match=r"cuda:99.*not on this machine"):
        runtime.device()


def test_an_unknown_device_is_refused():
    with pytest.raises(UserError, match="There is no device 'toaster'"):
        runtime.device("toaster")


def test_a_generator_repeats_and_leaves_the_global_state_alone():
    before = torch.random.get_rng_state()
    first = torch.randn(5, generator=runtime.generator(3))
    second = torch.randn(5, generator=runtime.generator(3))
    other = torch.randn(5, generator=runtime.generator(4))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(before, torch.random.get_rng_state())


def test_seeded_layers_repeat_and_put_the_global_state_back():
    before = torch.random.get_rng_state()
    weights = []
    for seed in (0, 0, 1):
        with runtime.seeded(seed):
            weights.append(torch.nn.Linear(3, 3).weight)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert torch.equal(before, torch.random.get_rng_state())


def test_autocast_multiplies_in_the_asked_precision():
    x = torch.ones(4, 4)
    with runtime.autocast(torch.device("cpu"), "bfloat16"):
        assert (x @ x).dtype == torch.bfloat16
    with runtime.autocast(torch.device("cpu"), "float32"):
        assert (x @ x).dtype == torch.float32


@pytest.fixture
def machine(monkeypatch):
    """A machine of four cores of which some are idle; puts torch's own number back."""
    monkeypatch.delenv("GANLEARN_THREADS")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(threads, "FOUND", 4)
    before = torch.get_num_threads()
    yield lambda idle: monkeypatch.setattr(threads, "idle_cores", lambda: idle)
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("idle", "expected"), [(0.0, 1), (0.4, 1), (1.4, 1), (1.6, 2), (3.9, 4), (7.0, 4)]
)
def test_threads_are_as_many_as_cores_are_idle(machine, idle, expected):
    machine(idle)
    assert threads.settle() == expected == torch.get_num_threads()


def test_a_chosen_number_of_threads_is_kept(machine, monkeypatch):
    machine(0.0)
    monkeypatch.setenv("GANLEARN_THREADS", "3")
    assert threads.settle() == 3


def test_omp_num_threads_is_left_in_force(machine, monkeypatch):
    machine(0.0)
    torch.set_num_threads(2)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert threads.settle() == 2


def test_a_run_goes_on_with_the_threads_it_began_with(machine):
    machine(0.0)
    assert threads.settle(as_before=3) == 3
    assert threads.settle(as_before=16) == 4  # this machine has no more cores


def test_a_restored_run_takes_its_threads_along(machine, tmp_path):
    def trainer() -> training.Trainer:
        game = training.Game(*nets.mlp((2,), latent=2, hidden=4))
        return training.Trainer(game, data.ring(), batch=4, device="cpu")

    machine(3.0)
    trainer().save(tmp_path)
    machine(1.0)
    later = trainer()
    assert torch.get_num_threads() == 1
    later.restore(tmp_path)
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", ""])
def test_a_wrong_number_of_threads_is_refused(monkeypatch, wrong):
    monkeypatch.setenv("GANLEARN_THREADS", wrong)
    with pytest.raises(UserError, match="GANLEARN_THREADS"):
        threads.settle()


def test_idle_cores_do_not_count_this_process(monkeypatch):
    """Other programs' work is what all programs did, less our own."""
    clock = iter([10.0, 10.0 + threads.SAMPLE])  # one core's worth of own work in the sample
    monkeypatch.setattr(threads.time, "process_time", lambda: next(clock))
    monkeypatch.setattr(threads.psutil, "cpu_count", lambda: 4)
    monkeypatch.setattr(threads.psutil, "cpu_percent", lambda **_: [100.0, 50.0, 0.0, 0.0])
    monkeypatch.setattr(threads, "_quota", lambda: float("inf"))
    assert threads.idle_cores() == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("text", "cores"), [("200000 100000\n", 2.0), ("max 100000\n", float("inf"))]
)
def test_a_container_is_taken_at_its_share(monkeypatch, text, cores):
    monkeypatch.setattr(threads.Path, "read_text", lambda self: text)
    assert threads._quota() == cores


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, "5000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "None")],
)
def test_threads_wait_briefly_unless_the_user_says_otherwise(environment, expected):
    code = "import os, ganlearn; print(os.environ.get('GOMP_SPINCOUNT'))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == expected, done.stderr
