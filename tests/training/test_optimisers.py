"""The players' optimisers: names, rates, and what lazy phases ask of them."""

import pytest
import torch

from ganlearn.errors import UserError
from ganlearn.game import Phase
from ganlearn.training import optimisers


def weights():
    return [torch.zeros(3, requires_grad=True)]


def made(phases=(), **settings):
    settings = {
        "name": "adam",
        "learning_rate": 1e-3,
        "discriminator_learning_rate": None,
        "betas": (0.5, 0.99),
        **settings,
    }
    return optimisers.for_players(
        {"discriminator": weights(), "generator": weights()}, phases, **settings
    )


def rate(optimiser):
    return optimiser.param_groups[0]["lr"]


LAZY = Phase("discriminator", lambda game, real, z: None, every=16, lazy=True)


def test_a_lazy_phase_slows_its_player_down_as_the_paper_has_it():
    """Karras et al. 2020: c = k/(k + 1); the rate times c, the betas to the power of c."""
    found = made([LAZY])
    assert rate(found["discriminator"]) == pytest.approx(1e-3 * 16 / 17)
    assert found["discriminator"].param_groups[0]["betas"] == pytest.approx(
        (0.5 ** (16 / 17), 0.99 ** (16 / 17))
    )
    assert rate(found["generator"]) == 1e-3
    assert found["generator"].param_groups[0]["betas"] == (0.5, 0.99)


def test_k_plus_one_slowed_moves_go_as_far_and_forget_as_much_as_k():
    for k in (1, 4, 16):
        learning_rate, betas = optimisers.rescaled(1e-3, (0.5, 0.99), [k])
        assert (k + 1) * learning_rate == pytest.approx(k * 1e-3)
        assert betas[0] ** (k + 1) == pytest.approx(0.5**k)
        assert betas[1] ** (k + 1) == pytest.approx(0.99**k)


def test_without_lazy_phases_nothing_is_changed():
    assert optimisers.rescaled(1e-3, (0.5, 0.99), []) == (1e-3, (0.5, 0.99))


def test_a_phase_that_is_merely_seldom_changes_nothing():
    assert rate(made([Phase("generator", lambda *_: None, every=5)])["generator"]) == 1e-3


def test_the_discriminator_may_have_a_rate_of_its_own():
    found = made([LAZY], discriminator_learning_rate=4e-3)
    assert rate(found["discriminator"]) == pytest.approx(4e-3 * 16 / 17)
    assert rate(found["generator"]) == 1e-3


@pytest.mark.parametrize(
    ("name", "kind"),
    [("adam", torch.optim.Adam), ("rmsprop", torch.optim.RMSprop), ("sgd", torch.optim.SGD)],
)
def test_names(name, kind):
    found = made(name=name)["generator"]
    assert type(found) is kind
    assert found.param_groups[0]["initial_lr"] == 1e-3


def test_rmsprop_moves_as_its_formula_says():
    (w,) = one = weights()
    optimiser = optimisers.make("rmsprop", one, 0.1, (0.5, 0.9))
    memory = torch.zeros(3)
    expected = torch.zeros(3)
    for step in range(3):
        w.grad = torch.tensor([1.0, -2.0, 0.5]) * (step + 1)
        memory = 0.9 * memory + 0.1 * w.grad**2
        expected = expected - 0.1 * w.grad / (memory.sqrt() + 1e-8)
        optimiser.step()
    torch.testing.assert_close(w.detach(), expected)


def test_an_unknown_name_is_told():
    with pytest.raises(UserError, match=r"no optimiser 'adamw'; choose from adam, rmsprop, sgd"):
        made(name="adamw")
