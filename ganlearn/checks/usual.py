"""What can go wrong with any answer, told when none of the exercise's own mistakes fits.

Each function looks for one thing and gives a sentence, or None. Its name is the mistake's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ganlearn.checks.outcome import place_of
from ganlearn.checks.shelter import TimeIsUp
from ganlearn.checks.trial import Trial


def never_ends(seen: Trial) -> str | None:
    """It was stopped after the exercise's time."""
    if any(isinstance(outcome.error, TimeIsUp) for outcome in seen.got):
        return f"It did not end within {seen.exercise.seconds:g} seconds; does a loop never stop?"
    return None


def raises(seen: Trial) -> str | None:
    """It raises where the right answer does not, or something else."""
    for i in seen.unlike:
        if error := seen.got[i].error:
            what = str(error).strip().split("\n")[0][:200]
            told = f"it raises {type(error).__name__}{place_of(error)}"
            return sentence(f"{seen.case(i)}{told}{': ' + what.rstrip('.') if what else ''}")
    return None


def does_not_refuse(seen: Trial) -> str | None:
    """It takes what the right answer refuses."""
    for i in seen.unlike:
        if error := seen.right[i].error:
            return sentence(f"{seen.case(i)}it should raise {type(error).__name__} and does not")
    return None


def returns_nothing(seen: Trial) -> str | None:
    """It gives None whatever it is given."""
    if all(outcome.value is None for outcome in seen.got) and callable(seen.answer):
        return "It returns nothing: is the last line missing a `return`?"
    return None


def ignores_its_inputs(seen: Trial) -> str | None:
    """It gives the same for inputs for which the right results differ."""
    first, *others = seen.got
    if (
        callable(seen.answer)
        and any(seen.compare(seen.right[0], other) for other in seen.right[1:])
        and not any(seen.compare(first, other) for other in others)
    ):
        told = "It gives the same result whatever it is given: use the arguments."
        return told + seen.stranger()
    return None


def no_gradient(seen: Trial) -> str | None:
    """Its result is cut off from an input that it should depend on."""
    for i in seen.unlike:
        got, right = seen.got[i], seen.right[i]
        for name, a, b in zip(seen.learning(), got.gradients, right.gradients, strict=False):
            if a is None and b is not None:
                return (
                    f"The result has no gradient with respect to {name}, so nothing could learn "
                    f"from it: look for detach, no_grad, item, or a detour through NumPy."
                )
    return None


def changes_its_inputs(seen: Trial) -> str | None:
    """It writes into a tensor that was given to it."""
    if any(seen.got[i].changed_inputs > seen.right[i].changed_inputs for i in seen.unlike):
        return (
            "It changes a tensor that was given to it: `x = x - m` makes a new one, `x -= m` not."
        )
    return None


def changes_the_global_random_state(seen: Trial) -> str | None:
    """It uses torch's own generator, or sets its seed."""
    changed = [
        seen.got[i].changed_random_state > seen.right[i].changed_random_state for i in seen.unlike
    ]
    if any(changed):
        return (
            "It draws from torch's global random state, or sets it: hand the generator on, "
            "as in torch.randn(..., generator=generator)."
        )
    return None


def sentence(words: str) -> str:
    """The words with a capital and a full stop."""
    return words[:1].upper() + words[1:] + "."


USUAL: Sequence[Callable[[Trial], str | None]] = (
    never_ends,
    raises,
    does_not_refuse,
    returns_nothing,
    changes_the_global_random_state,
    ignores_its_inputs,
    no_gradient,
    changes_its_inputs,
)
