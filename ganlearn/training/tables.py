"""Calls written as tables of a TOML file: what a table may hold is read off a signature."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from ganlearn import runtime
from ganlearn.errors import UserError

FROM_ZERO = ("seed", "l1", "cycle", "identity")
"""Numbers that may be 0: where counting begins, and weights of terms that can be left out."""

Allowed = dict[str, tuple[Any, bool]]
"""Key to (type of its value, whether it must be given)."""


def signature(function: Callable[..., Any], *, without: Iterable[str] = ()) -> Allowed:
    """The keys that a table may hold when it stands for a call of ``function``.

    Args:
        function: with annotations; a partial of one will do.
        without: arguments that come from elsewhere.
    """
    hints = get_type_hints(getattr(function, "func", function))
    return {
        key: (hints.get(key, Any), parameter.default is parameter.empty)
        for key, parameter in inspect.signature(function).parameters.items()
        if key not in set(without)
    }


def check(content: Mapping[str, Any], allowed: Allowed, table: str, where: str) -> None:
    """Make sure that every key is known, every needed one there, and every value of its type.

    Raises:
        UserError: for the first thing that is wrong, with what would be right.
    """
    known(content, allowed, f"{where}: [{table}] has no key", "it knows")
    for key, (hint, needed) in allowed.items():
        if needed and key not in content:
            raise UserError(f"{where}: [{table}] lacks the key {key}.")
        if key in content and not fits(content[key], hint, key):
            raise UserError(
                f"{where}: {table}.{key} is {content[key]!r}; it must be {in_words(hint, key)}."
            )


def known(given: Iterable[str], allowed: Iterable[str], complaint: str, lists: str) -> None:
    """Make sure that all given names are allowed ones.

    Raises:
        UserError: for the first that is not, with the closest allowed one and all of them.
    """
    allowed = sorted(allowed)
    for key in given:
        if key not in allowed:
            close = difflib.get_close_matches(key, allowed, n=1)
            guess = f" (did you mean {close[0]}?)" if close else ""
            raise UserError(f"{complaint} {key!r}{guess}; {lists} {', '.join(allowed)}.")


def of_this_budget(content: Mapping[str, Any]) -> dict[str, Any]:
    """The table, with the present budget's value where there is one for each of the three."""
    return {
        key: runtime.by_budget(**value)
        if isinstance(value, Mapping) and set(value) == set(runtime.BUDGETS)
        else value
        for key, value in content.items()
    }


def fits(value: Any, hint: Any, key: str = "") -> bool:
    """Whether a value of TOML may be given where a signature says ``hint``.

    Args:
        value: text, a number, true, false, or a list of such.
        hint: the annotation.
        key: the argument's name: those in ``FROM_ZERO``, and numbers in a list, may be 0; every
            other number counts or measures something and must be above it.
    """
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in parts
    if origin in (Union, UnionType):
        return any(fits(value, part, key) for part in parts)
    if parts:  # a list is wanted
        of_any_length = origin is not tuple or Ellipsis in parts
        return (
            isinstance(value, list)
            and (of_any_length or len(value) == len(parts))
            and all(fits(entry, parts[0], "seed") for entry in value)
        )
    if hint in (int, float):
        number = isinstance(value, int if hint is int else (int, float))
        return (
            number
            and not isinstance(value, bool)
            and (value > 0 or (value == 0 and key in FROM_ZERO))
        )
    return isinstance(hint, type) and isinstance(value, hint)


def in_words(hint: Any, key: str = "") -> str:
    """A type in words, for the sentence about a wrong value."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "one of " + ", ".join(repr(part) for part in parts)
    if origin in (Union, UnionType):
        words = [in_words(part, key) for part in parts if part is not type(None)]
        return " or ".join(dict.fromkeys(words))
    if origin is tuple and Ellipsis not in parts:
        return f"a list of {len(parts)} numbers"
    if parts:
        return "a list of names"
    least = "from 0 on" if key in FROM_ZERO else "above 0"
    return {int: f"a whole number {least}", float: f"a number {least}"}.get(hint, "text in quotes")
