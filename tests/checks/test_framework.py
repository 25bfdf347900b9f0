"""The framework of checks: what is right, what is open, what is wrong and in which words."""

import random
import time
import traceback
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from ganlearn import checks
from ganlearn.checks import CheckFailed, Exercise, Mistake, check, examine
from ganlearn.checks.compare import difference
from ganlearn.checks.shelter import TimeIsUp, time_limit
from ganlearn.errors import UserError


def vectors(g):
    return [(torch.randn(n, generator=g), scale) for n, scale in [(3, 2.0), (5, -1.0)]]


def scaled(x, scale):
    return x * scale


scaling = Exercise("00.9", "scaling", reference=scaled, cases=vectors)


def said(answer, exercise=scaling):
    verdict = examine(exercise, answer)
    return verdict.mistake, verdict.sentence


# Right, open, wrong


def test_a_right_answer_is_true_and_prints_its_line(capsys):
    verdict = check("00.1", lambda x: x - x.mean(0))
    assert verdict and verdict.state == "passed"
    assert capsys.readouterr().out == "✓ 00.1 passed: centring a batch\n"


def stub(x, scale):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [stub, lambda x, scale: ..., ..., None, (..., ...)])
def test_a_blank_is_not_attempted(answer):
    verdict = examine(scaling, answer)
    assert verdict.state == "not attempted" and not verdict
    assert verdict.sentence == "· 00.9 not attempted: scaling"


def test_an_error_of_torch_is_no_blank():
    def unsupported(x, scale):
        raise NotImplementedError("'mean' is not implemented for 'Long'")

    assert said(unsupported)[0] == "raises"


def test_a_wrong_answer_raises_its_sentence_without_a_traceback(capsys):
    with pytest.raises(CheckFailed) as failure:
        check("00.2", 4)
    sentence = "✗ 00.2: That is the number of axes. Multiply the sizes of the axes."
    assert str(failure.value) == sentence
    assert failure.value._render_traceback_() == [sentence]
    assert capsys.readouterr().out == ""


def test_under_grading_an_open_answer_raises_too(monkeypatch):
    assert not check("00.2", ...)
    monkeypatch.setenv("GANLEARN_GRADING", "1")
    with pytest.raises(CheckFailed, match="not attempted"):
        check("00.2", ...)
    assert check("00.2", 196608)


@pytest.mark.parametrize(
    ("id", "sentence"),
    [
        ("2.1", "is not the id of an exercise; ids look like"),
        (7, "is not the id of an exercise"),
        ("99.1", r"no checks for chapter 99: no ganlearn/checks/chapter99\.py"),
        ("00.7", r"no exercise 00\.7; chapter 00 has 00\.1, 00\.2"),
    ],
)
def test_an_unknown_id_gets_a_sentence(id, sentence):
    with pytest.raises(UserError, match=sentence):
        check(id, 1)


# What can go wrong with any answer


def forgets_to_return(x, scale):
    x * scale


def never_stops(x, scale):
    while True:
        x = x + 1


def swallows_everything(x, scale):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            x = x + 1


def one_argument(x):
    return x


def deep_inside(x, scale):
    return nn.functional.conv2d(x, x)


def in_place(x, scale):
    return x.mul_(scale)


def rolls_dice(x, scale):
    return x * scale + 0 * torch.rand(())


def seeds(x, scale):
    torch.manual_seed(3)
    return x * scale


given = torch.ones(3)


def reads_the_notebook(x, scale):
    return given * 2.0


@pytest.mark.parametrize(
    ("answer", "mistake", "words"),
    [
        (forgets_to_return, "returns nothing", "is the last line missing a `return`?"),
        (one_argument, "raises", "raises TypeError: one_argument() takes 1 positional argument"),
        (deep_inside, "raises", "(`return nn.functional.conv2d(x, x)`): "),
        (in_place, "changes its inputs", "It changes a tensor that was given to it"),
        (rolls_dice, "changes the global random state", "hand the generator on"),
        (seeds, "changes the global random state", "or sets it"),
        (reads_the_notebook, "ignores its inputs", "It reads given, which is not one of"),
        (
            lambda x, scale: x.sum() * scale,
            "wrong shape",
            "the shape of the result is () and should be (3,)",
        ),
        (lambda x, scale: (x * scale).tolist(), "wrong type", "is a list and should be a tensor"),
        (lambda x, scale: (x * scale).numpy(), "wrong type", "is a NumPy array and should be"),
        (lambda x, scale: (x * scale).long(), "wrong type", "int64 and should hold float32"),
        (lambda x, scale: x * scale / 0, "not finite", "3 of 3 numbers in the result are wrong"),
        (lambda x, scale: x * abs(scale), "wrong value", "For x of shape (5,) and scale = -1.0, "),
        (torch.ones(3), "not a function", "give its name, without parentheses"),
    ],
)
def test_what_can_go_wrong_with_any_answer(answer, mistake, words):
    name, sentence = said(answer)
    assert name == mistake, sentence
    assert words in sentence
    assert sentence.startswith("✗ 00.9: ") and sentence[-1] in ".?"
    assert "\n" not in sentence


@pytest.mark.parametrize("answer", [never_stops, swallows_everything])
def test_an_answer_that_never_ends_is_stopped(answer):
    start = time.perf_counter()
    name, sentence = said(answer, replace(scaling, seconds=0.3))
    assert time.perf_counter() - start < 5
    assert name == "never ends"
    assert "within 0.3 seconds" in sentence


def test_time_that_is_not_used_up_strikes_nobody_later():
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    with pytest.raises(TimeIsUp), time_limit(0.01):
        while True:
            pass


def test_an_answer_has_to_refuse_what_the_reference_refuses():
    def root(x):
        if x < 0:
            raise ValueError("negative")
        return x**0.5

    exercise = Exercise("00.9", "root", reference=root, cases=lambda g: [(4.0,), (-1.0,)])
    assert examine(exercise, root)
    name, sentence = said(lambda x: abs(x) ** 0.5, exercise)
    assert name == "does not refuse"
    assert sentence == "✗ 00.9: For x = -1.0, it should raise ValueError and does not."


def leaves(g):
    return [(torch.randn(n, 2, generator=g).requires_grad_(),) for n in (3, 4)]


squares = Exercise("00.9", "squares", reference=lambda x: x**2, cases=leaves)


def test_gradients_are_compared():
    assert examine(squares, lambda x: x * x)
    name, sentence = said(lambda x: (x * x).detach(), squares)
    assert name == "no gradient" and "with respect to x" in sentence
    # The same values, and half of the gradient.
    name, sentence = said(lambda x: x * x.detach(), squares)
    assert name == "wrong value" and "numbers in the gradient with respect to x" in sentence


def test_a_gradient_is_named_after_its_input():
    exercise = Exercise(
        "00.9",
        "a product",
        reference=lambda scale, x: scale * x,
        cases=lambda g: [(torch.randn(3, generator=g), *leaves(g)[0])],
        probe=lambda answer, scale, x: answer(scale.mean(), x),
    )
    assert examine(exercise, lambda scale, x: x * scale)
    detached = lambda scale, x: scale * x.detach()
    assert "no gradient with respect to x, so" in said(detached, exercise)[1]


def test_gradients_flow_even_where_the_notebook_has_switched_them_off():
    with torch.no_grad():
        assert examine(squares, lambda x: x * x)


# Mistakes


def test_the_first_mistake_that_fits_is_named():
    exercise = replace(
        scaling,
        mistakes=[
            Mistake("other", "No.", "Never.", like=lambda x, scale: x - scale),
            Mistake("sum", "It adds.", "Multiply.", like=lambda x, scale: x + scale),
            Mistake("sum again", "It adds too.", "Multiply.", like=lambda x, scale: scale + x),
        ],
    )
    answer = lambda x, scale: torch.add(x, scale)
    assert said(answer, exercise) == ("sum", "✗ 00.9: It adds. Multiply.")
    assert examine(exercise, scaled)


def test_a_mistake_that_explains_only_some_cases_is_not_named():
    sign = lambda got, right: got.value.shape == (1,)
    exercise = replace(scaling, mistakes=[Mistake("one", "One.", "More.", sign=sign)])
    assert said(lambda x, scale: x[:1], exercise)[0] == "one"
    assert said(lambda x, scale: x[: len(x) - 2], exercise)[0] == "wrong shape"
    assert said(lambda x, scale: 3.0, exercise)[0] == "ignores its inputs"  # no .shape to ask


def test_a_mistake_needs_one_way_to_be_seen():
    with pytest.raises(ValueError, match="either like= or sign="):
        Mistake("a", "b", "c")
    with pytest.raises(ValueError, match="either like= or sign="):
        Mistake("a", "b", "c", like=None, sign=lambda got, right: True)


# Classes, steps and short answers


class Small(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, 1)

    def forward(self, x):
        return self.layer(x).squeeze(1)


def look_at(network, width):
    made = network(width)
    with torch.no_grad():
        made.layer.weight.fill_(1)
        made.layer.bias.fill_(0)
    return {
        "the number of parameters": sum(p.numel() for p in made.parameters()),
        "the logits": made(torch.ones(4, width)),
    }


networks = Exercise(
    "00.9", "a network", reference=Small, cases=lambda g: [(2,), (3,)], probe=look_at
)


def test_a_class_is_looked_at_through_a_probe():
    class Unsqueezed(Small):
        def forward(self, x):
            return self.layer(x)

    class Open(Small):
        def __init__(self, width):
            raise NotImplementedError

    assert examine(networks, Small)
    assert examine(networks, Open).state == "not attempted"
    assert said(Unsqueezed, networks) == (
        "wrong shape",
        "✗ 00.9: For width = 2, the shape of the logits is (4, 1) and should be (4,).",
    )


def test_a_step_is_looked_at_through_what_it_leaves_behind():
    def step(weights, gradient):
        weights.sub_(0.1 * gradient)

    def look(step, weights, gradient):
        weights = weights.clone()
        step(weights, gradient)
        return {"the weights": weights}

    cases = lambda g: [(torch.randn(2, generator=g), torch.randn(2, generator=g))]
    wrong = lambda weights, gradient: weights.add_(0.1 * gradient)
    exercise = Exercise(
        "00.9",
        "a step",
        reference=step,
        cases=cases,
        probe=look,
        mistakes=[Mistake("uphill", "It climbs.", "Mind the sign.", like=wrong)],
    )
    assert examine(exercise, lambda weights, gradient: weights.sub_(gradient, alpha=0.1))
    assert said(lambda w, g: w.add_(g / 10), exercise)[0] == "uphill"
    name, sentence = said(lambda w, g: None, exercise)
    assert name == "wrong value"
    assert "gradient of shape (2,), 2 of 2 numbers in the weights are wrong; at [1]" in sentence


@pytest.mark.parametrize("answer", [0.5, 0.502, np.float32(0.5), torch.tensor(0.5)])
def test_a_short_answer_within_its_tolerance(answer):
    half = Exercise("00.9", "a half", reference=0.5, atol=0.01)
    assert examine(half, answer)


@pytest.mark.parametrize("answer", [0.52, "0.5", float("nan"), [0.5], torch.ones(2) / 2])
def test_a_wrong_short_answer_is_not_told_the_right_one(answer):
    half = Exercise("00.9", "a half", reference=0.5, atol=0.01)
    verdict = examine(half, answer)
    assert verdict.state == "wrong"
    assert verdict.sentence.endswith("is not the answer.")
    assert verdict.sentence.count("0.5") <= str(answer).count("0.5")


def test_a_short_answer_in_several_parts():
    pair = Exercise("00.9", "two sizes", reference=(16, 32))
    assert examine(pair, [16, 32])
    assert said((16, 31), pair) == ("wrong value", "✗ 00.9: That is not the answer.")


def test_a_word_is_compared_as_people_do():
    word = Exercise("00.9", "a word", reference="saddle point")
    assert examine(word, " Saddle point")
    assert not examine(word, "minimum")


# The shelter


def test_nothing_global_is_left_changed():
    def vandal(x, scale):
        torch.manual_seed(1)
        np.random.seed(1)  # noqa: NPY002
        random.seed(1)
        return x

    states = lambda: (torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate())  # noqa: NPY002
    before = states()
    examine(scaling, vandal)
    after = states()
    assert torch.equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])
    assert before[2] == after[2]


def test_global_random_numbers_help_nobody():
    """An answer that draws from the global state cannot guess what the reference drew."""

    def noisy(x, generator):
        return x + torch.randn(x.shape, generator=generator)

    exercise = Exercise(
        "00.9",
        "noise",
        reference=noisy,
        cases=lambda g: [(torch.zeros(3), torch.Generator().manual_seed(n)) for n in (1, 2)],
    )
    assert examine(exercise, noisy)
    assert said(lambda x, generator: x + torch.randn(x.shape), exercise)[0] == (
        "changes the global random state"
    )


def test_an_answer_that_spoils_its_inputs_spoils_no_one_elses():
    assert examine(scaling, in_place).state == "wrong"
    assert examine(scaling, scaled)


def test_a_verdict_is_the_same_each_time():
    answers = [deep_inside, reads_the_notebook, lambda x, scale: x, rolls_dice]
    assert [said(a) for a in answers] == [said(a) for a in answers]


def test_the_place_of_an_error_is_the_students_line():
    try:
        deep_inside(torch.ones(1), 1)
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        assert f"in line {line} (" in said(deep_inside)[1]


# Comparing


@pytest.mark.parametrize(
    ("got", "right", "sentence"),
    [
        (1, 2, "it is 1 and should be 2"),
        (True, False, "it is True and should be False"),
        (1.0001, 1.0002, None),
        (196609, 196608, "it is 196609 and should be 196608"),
        (4.0, 4, None),
        (1.2345, 1.2346, None),
        (1.2345, 1.2349, "it is 1.2345 and should be 1.2349"),
        (-0.0, 1, "it is 0 and should be 1"),
        (1 + 1j, 1 + 1j, None),
        (1j, 1.0, "it is 0+1j and should be 1"),
        ((1, 2), [1, 2], None),
        ((1, 2), (1, 2, 3), "it has 2 parts and should have 3"),
        ((1, 3), (1, 2), "it[1] is 3 and should be 2"),
        (torch.Size([2, 3]), (2, 3), None),
        ({"a": 1}, {"a": 1}, None),
        ({"a": 1}, {"a": 2}, "a is 1 and should be 2"),
        ({}, {"a": 2}, "it is a dict and should be a dict with a"),
        (None, None, None),
        (3, None, "it is an int and should be nothing"),
        (None, 3, "it is nothing and should be a number"),
        (torch.ones(2).double(), torch.ones(2), None),
        (torch.ones(2) * 1j, torch.ones(2) * 1j, None),
        (np.ones(2), np.ones(2), None),
        (torch.ones(2), np.zeros(2),
         "2 of 2 numbers in it are wrong; at [0] it is 1 and should be 0"),
        (torch.tensor([[0.0, 9.0], [3.0, 0.0]]), torch.zeros(2, 2),
         "2 of 4 numbers in it are wrong; at [0, 1] it is 9 and should be 0"),
        (torch.tensor([torch.inf, torch.nan]), torch.tensor([torch.inf, torch.nan]), None),
    ],
)  # fmt: skip
def test_the_first_difference_in_words(got, right, sentence):
    found = difference(got, right, rtol=1e-4, atol=1e-6, place="it")
    assert (found and found.sentence) == sentence


def test_every_exercise_of_the_course_is_found_by_its_id():
    for id, exercise in checks.of_chapter("00").items():
        assert checks.find(id) is exercise and exercise.id == id
