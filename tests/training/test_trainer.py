"""The trainer against a training loop written by hand, and its promises."""

import itertools
import signal

import pytest
import torch
from helpers_training import flat, picture_trainer, points_trainer, take
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.utils._python_dispatch import TorchDispatchMode

from ganlearn import data, nets, runtime, training
from ganlearn.errors import UserError
from ganlearn.game import discriminator_objective, generator_objective
from ganlearn.training.log import read


def by_hand(steps, batch=8, rate=2e-4):
    """The usual loop, with torch's own loss and optimiser, on the same random numbers."""
    generator, discriminator = nets.mlp((2,), latent=4, hidden=16)
    source, random = data.ring(), runtime.generator(0)
    move_d = torch.optim.Adam(discriminator.parameters(), rate, betas=(0.5, 0.999))
    move_g = torch.optim.Adam(generator.parameters(), rate, betas=(0.5, 0.999))
    ones, zeros = torch.ones(batch), torch.zeros(batch)
    for _ in range(steps):
        real = source.draw(batch, random)
        fake = generator(torch.randn(batch, 4, generator=random)).detach()
        move_d.zero_grad()
        loss = cross_entropy(discriminator(real), ones) + cross_entropy(discriminator(fake), zeros)
        loss.backward()
        move_d.step()
        fake = generator(torch.randn(batch, 4, generator=random))
        move_g.zero_grad()
        cross_entropy(discriminator(fake), ones).backward()
        move_g.step()
    return flat(generator), flat(discriminator)


def test_twenty_steps_are_those_of_a_loop_written_by_hand():
    game = take(points_trainer(), 20).game
    generator, discriminator = by_hand(20)
    torch.testing.assert_close(flat(game.generator), generator, atol=2e-6, rtol=1e-4)
    torch.testing.assert_close(flat(game.discriminator), discriminator, atol=2e-6, rtol=1e-4)


def test_a_phase_is_played_every_so_often():
    played = []

    def note(player, objective):
        def noted(game, real, z):
            played.append(player[0])
            return objective(game, real, z)

        return noted

    phases = [
        training.Phase("discriminator", note("discriminator", discriminator_objective)),
        training.Phase("generator", note("generator", generator_objective), every=3),
    ]
    take(points_trainer(phases=phases), 5)
    assert "".join(played) == "dgdddgd"


class NoReading(TorchDispatchMode):
    """Fails as soon as a tensor's value travels to Python, where a GPU would be waited for."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        assert function is not torch.ops.aten._local_scalar_dense.default, "a step reads a value"
        return function(*args, **(kwargs or {}))


def test_a_step_never_waits_for_the_device():
    trainer = take(picture_trainer(ema_half_life=100, precision="float32"), 1)
    with NoReading():
        trainer.step()
        with pytest.raises(AssertionError, match="reads a value"):  # the guard works
            trainer.meter.sums[0].item()


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    trainer = points_trainer(ema_half_life=100)
    reports = list(trainer.run(4))
    trainer.samples(3)
    assert torch.equal(before, torch.get_rng_state())
    assert reports[-1].step == 4


def test_the_seed_decides():
    vectors = [flat(take(points_trainer(seed), 3).game.generator) for seed in (1, 1, 2)]
    assert torch.equal(vectors[0], vectors[1])
    assert not torch.equal(vectors[0], vectors[2])


def test_reports_come_every_so_often_and_at_the_end(tmp_path):
    trainer = points_trainer(log=tmp_path / "run" / "log.jsonl")
    reports = list(trainer.run(7, every=3))
    assert [r.step for r in reports] == [3, 6, 7]
    assert reports[-1].images == 56
    assert reports[0].samples.shape == (64, 2)
    assert set(reports[0].losses) == {"discriminator", "generator"}
    lines = read(tmp_path / "run" / "log.jsonl")
    assert [line["step"] for line in lines] == [3, 6, 7]
    assert lines[1]["loss/generator"] == pytest.approx(reports[1].losses["generator"])


def test_a_reported_loss_is_the_mean_since_the_last_report():
    values = iter([1.0, 2.0, 6.0, 10.0])

    def objective(game, real, z):
        return game.generator(z).sum() * 0 + next(values)

    trainer = points_trainer(phases=[training.Phase("generator", objective)])
    assert [r.losses["generator"] for r in trainer.run(4, every=2)] == [1.5, 8.0]


def test_samples_are_those_of_the_seed_and_leave_the_run_alone():
    trainer, other = points_trainer(), points_trainer()
    assert torch.equal(trainer.samples(300, seed=5), trainer.samples(300, seed=5))
    assert trainer.samples(300).shape == (300, 2)
    assert torch.equal(flat(take(trainer, 2).game.generator), flat(take(other, 2).game.generator))
    assert trainer.game.generator.training


def test_interrupting_ends_after_the_step_and_keeps_it(capsys):
    def objective(game, real, z):
        if trainer.steps_taken == 2:
            signal.raise_signal(signal.SIGINT)
        return discriminator_objective(game, real, z)

    trainer = points_trainer(
        phases=[
            training.Phase("discriminator", objective),
            training.Phase("generator", generator_objective),
        ]
    )
    handler = signal.getsignal(signal.SIGINT)
    reports = list(trainer.run(100))
    assert [r.step for r in reports] == [3]
    assert "Stopped after step 3" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is handler
    assert torch.equal(flat(trainer.game.generator), flat(take(points_trainer(), 3).game.generator))


def test_the_second_interrupt_is_at_once():
    def objective(game, real, z):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    trainer = points_trainer(phases=[training.Phase("generator", objective)])
    with pytest.raises(KeyboardInterrupt):
        list(trainer.run(5))


def test_a_loss_that_is_not_finite_is_named(tmp_path):
    def objective(game, real, z):
        loss = generator_objective(game, real, z)
        return loss * float("nan") if next(steps) >= 5 else loss

    phases = [
        training.Phase("discriminator", discriminator_objective),
        training.Phase("generator", objective),
    ]
    steps = itertools.count()
    trainer = take(points_trainer(phases=phases), 4)
    trainer.save(tmp_path)
    take(trainer, 3)  # the discriminator's loss is spoilt a step later
    for ask in (trainer.report, lambda: trainer.save(tmp_path)):
        with pytest.raises(training.NotFinite, match=r"loss of the generator .* step 5\."):
            ask()
    fresh = points_trainer(phases=phases)
    fresh.restore(tmp_path)  # the good state was not replaced
    assert fresh.steps_taken == 4


def test_data_of_another_shape_are_refused_before_the_first_step():
    game = training.Game(*nets.dcgan(16, 1, width=4))
    with pytest.raises(UserError, match=r"\(1, 8, 8\).*\(1, 16, 16\)"):
        training.Trainer(game, data.digits(size=8), device="cpu")


def test_precision_is_chosen_by_what_the_networks_are_made_of(monkeypatch):
    monkeypatch.setattr(runtime, "bfloat16_is_fast", lambda device: True)
    assert points_trainer().precision == "float32"
    assert picture_trainer().precision == "bfloat16"
    monkeypatch.setattr(runtime, "bfloat16_is_fast", lambda device: False)
    assert picture_trainer().precision == "float32"


def test_bfloat16_gives_nearly_the_step_of_float32():
    exact, rough = (take(picture_trainer(precision=p), 1) for p in ("float32", "bfloat16"))
    a, b = exact.meter.read(), rough.meter.read()
    assert a != b
    assert a["discriminator"] == pytest.approx(b["discriminator"], rel=0.02)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_step_on_cuda_never_synchronises():
    game = training.Game(*nets.dcgan(16, 1, width=8))
    trainer = take(training.Trainer(game, data.digits(size=16), device="cuda"), 3)
    torch.cuda.set_sync_debug_mode("error")
    try:
        trainer.step()
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_the_learning_rate_falls_in_a_straight_line_to_nothing():
    trainer = points_trainer(learning_rate=1e-2, decay=(16, 48))  # a step has 8 samples
    rates = []
    for _ in range(8):
        trainer.step()
        rates.append({g["lr"] for o in trainer.optimisers.values() for g in o.param_groups})
    expected = [1, 1, 1, 0.75, 0.5, 0.25, 0, 0]
    assert [rate.pop() for rate in rates if len(rate) == 1] == pytest.approx(
        [1e-2 * share for share in expected]
    )


def test_a_decay_that_ends_before_it_begins_is_refused():
    with pytest.raises(UserError, match="from 48 samples on to nothing at 16"):
        points_trainer(decay=(48, 16))


def test_a_game_may_deal_and_order_its_moves_in_its_own_way():
    class Shifted(training.Game):
        phases = (training.Phase("generator", generator_objective),)

        def deal(self, drawn, random):
            return drawn + 100, torch.zeros(len(drawn), 4)

        def latents(self, n, source, random):
            return source.draw(n, random).repeat(1, 2)

    game = Shifted(*nets.mlp((2,), latent=4, hidden=16))
    trainer = training.Trainer(game, data.ring(), batch=8, device="cpu")
    seen = []
    game.generator.register_forward_hook(lambda _, inputs, output: seen.append(inputs[0]))
    before = flat(game.discriminator)
    trainer.step()
    assert torch.equal(seen[-1], torch.zeros(8, 4))
    assert torch.equal(before, flat(game.discriminator))  # its own phases leave it out
    trainer.samples(3, seed=2)
    expected = data.ring().draw(3, runtime.generator(2)).repeat(1, 2)
    assert torch.equal(seen[-1], expected)
