"""Which ways to a penalty torch can compile: recorded, and none of them may be silently wrong."""

import warnings

import pytest
import torch
from torch import nn

from ganlearn import penalties

SEEN_WITH = "2.15"
"""The torch for which the table below was written; the rules that follow hold for any."""


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


X, E = normal(5, 1, 8, 8), normal(5, 1, 8, 8, seed=1)


def by_autograd(critic, x):
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return slope.square().flatten(1).sum(1).mean()


def by_grad(critic, x):
    slope = torch.func.grad(lambda at: critic(at).sum())(x)
    return slope.square().flatten(1).sum(1).mean()


def by_vjp(critic, x):
    logits, back = torch.func.vjp(critic, x)
    (slope,) = back(torch.ones_like(logits))
    return slope.square().flatten(1).sum(1).mean()


def by_finite_difference(critic, x):
    return ((critic(x + 0.01 * E) - critic(x)) / 0.01).square().mean()


def by_jvp(critic, x):
    _, rise = torch.func.jvp(critic, (x,), (E,))
    return rise.square().mean()


def r1(critic, x):
    return penalties.r1(critic, x)


def two_sided(critic, x):
    return (penalties.slopes(critic, x) - 1).square().mean()


# Critic without BatchNorm: (way, function compiled whole), what happens. "refuses" is an error.
TABLE = {
    by_autograd: "refuses",
    by_grad: "right",
    by_vjp: "right",
    by_finite_difference: "right",
    by_jvp: "right",
    r1: "right",
    two_sided: "right",
}


def critic(norm=nn.Identity):
    layers = nn.Conv2d(1, 4, 4, 2, 1), norm(), nn.SiLU(), nn.Flatten(), nn.Linear(64, 1)
    network, random = nn.Sequential(*layers, nn.Flatten(0)), torch.Generator().manual_seed(2)
    for weight in network.parameters():
        nn.init.normal_(weight, 0, 0.3, generator=random)
    return network


def learned(way, network, called=None):
    """A penalty and its gradient by the weights, in one row."""
    network.zero_grad()
    cost = way(called or network, X)
    cost.backward()
    gradients = [p.grad.flatten() for p in network.parameters() if p.grad is not None]
    return torch.cat([cost.detach()[None], *gradients])


def outcome(attempt, expected):
    """ "right", "refuses", or what is worse: "wrong"."""
    torch._dynamo.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = attempt()
        except Exception:  # each torch refuses with another one
            return "refuses"
    same = found.shape == expected.shape and torch.allclose(found, expected, 1e-4, 1e-5)
    return "right" if same else "wrong"


@pytest.mark.parametrize("way", TABLE, ids=lambda way: way.__name__)
def test_a_penalty_compiled_as_a_whole(way, record_property):
    network = critic()
    compiled = torch.compile(way, backend="aot_eager", fullgraph=True)
    found = outcome(lambda: learned(compiled, network), learned(way, network))
    record_property(f"torch {torch.__version__}: {way.__name__}, compiled", found)
    assert found != "wrong"
    if torch.__version__.startswith(SEEN_WITH):
        assert found == TABLE[way]


@pytest.mark.parametrize("way", [r1, two_sided], ids=lambda way: way.__name__)
def test_the_librarys_own_way_compiles_and_is_right_with_any_torch(way):
    network = critic()
    expected = learned(way, network)
    torch._dynamo.reset()
    found = learned(torch.compile(way, backend="aot_eager", fullgraph=True), network)
    assert (found - expected).norm() <= 1e-5 * expected.norm()


@pytest.mark.parametrize("way", [by_autograd, by_grad, r1], ids=lambda way: way.__name__)
def test_a_compiled_critic_refuses_or_is_right(way, record_property):
    network = critic()
    compiled = torch.compile(network, backend="aot_eager")
    found = outcome(lambda: learned(way, network, compiled), learned(way, network))
    record_property(f"torch {torch.__version__}: {way.__name__}, critic compiled", found)
    assert found != "wrong"
    if torch.__version__.startswith(SEEN_WITH) and way is not by_grad:
        assert found == "refuses"


@pytest.mark.parametrize("way", [by_grad, by_vjp, by_jvp], ids=lambda way: way.__name__)
def test_func_does_not_take_batchnorm_in_training_mode_which_is_why_autograd_comes_first(way):
    network = critic(lambda: nn.BatchNorm2d(4))
    with pytest.raises(RuntimeError, match="in-place"):
        way(network, X)
    torch.testing.assert_close(r1(network, X), by_autograd(network, X))


def test_a_compiled_penalty_refuses_batchnorm_and_says_nothing_wrong():
    network = critic(lambda: nn.BatchNorm2d(4))
    expected = learned(r1, network)
    compiled = torch.compile(r1, backend="aot_eager", fullgraph=True)
    assert outcome(lambda: learned(compiled, network), expected) != "wrong"
