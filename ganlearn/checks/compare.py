"""The first thing in which two observations differ, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Difference:
    """What kind of difference it is, and a sentence without its beginning and full stop."""

    name: str
    sentence: str


def difference(
    got: Any, right: Any, *, rtol: float, atol: float, place: str = "the result"
) -> Difference | None:
    """None when ``got`` may pass for ``right``, else the first difference.

    Strictness follows the right answer: where it is a tensor, a number will not do; where it is a
    number, a tensor with one element will. Floating types are interchangeable; a whole number has
    to be met exactly.

    Args:
        got, right: tensors, arrays, numbers, words, None, and tuples, lists and dicts of them.
        rtol, atol: as in ``torch.isclose``.
        place: what is compared, in words.
    """
    if isinstance(right, np.ndarray):
        right, got = torch.as_tensor(right), _as_tensor(got)
    if isinstance(right, Tensor):
        if not isinstance(got, Tensor):
            return _wrong_type(got, "a tensor", place)
        return _between_tensors(got.detach().cpu(), right.detach().cpu(), rtol, atol, place)
    if isinstance(right, Number | np.number):
        got = _plain(got)
        if not isinstance(got, Number | np.number):
            return _wrong_type(got, "a number", place)
        return _between_numbers(got, right, rtol, atol, place)
    if isinstance(right, str):
        if not isinstance(got, str):
            return _wrong_type(got, "a word", place)
        if got.strip().casefold() != right.strip().casefold():
            return Difference("wrong value", f"{place} is {got!r} and should be {right!r}")
        return None
    if isinstance(right, Mapping):
        if not isinstance(got, Mapping) or got.keys() != right.keys():
            return _wrong_type(got, f"a dict with {', '.join(map(str, right))}", place)
        pairs = [(str(key), got[key], right[key]) for key in right]
    elif isinstance(right, Sequence):
        if not isinstance(got, Sequence) or isinstance(got, str):
            return _wrong_type(got, f"{len(right)} things, as a tuple", place)
        if len(got) != len(right):
            return Difference(
                "wrong type", f"{place} has {len(got)} parts and should have {len(right)}"
            )
        pairs = [(f"{place}[{i}]", g, r) for i, (g, r) in enumerate(zip(got, right, strict=True))]
    else:
        if type(got) is type(right) and got == right:
            return None
        return _wrong_type(got, "nothing" if right is None else repr(right), place)
    found = (difference(g, r, rtol=rtol, atol=atol, place=name) for name, g, r in pairs)
    return next((d for d in found if d), None)


def _as_tensor(got: Any) -> Any:
    return torch.as_tensor(got) if isinstance(got, np.ndarray) else got


def _plain(got: Any) -> Any:
    """The number in a tensor or array of one element; anything else as it is."""
    if isinstance(got, Tensor):
        got = got.detach().cpu().numpy()
    return got.item() if isinstance(got, np.ndarray) and got.size == 1 else got


def _wrong_type(got: Any, wanted: str, place: str) -> Difference:
    kinds = {type(None): "nothing", int: "an int", np.ndarray: "a NumPy array", Tensor: "a tensor"}
    kind = kinds.get(type(got), f"a {type(got).__name__}")
    return Difference("wrong type", f"{place} is {kind} and should be {wanted}")


def _between_numbers(
    got: Any, right: Any, rtol: float, atol: float, place: str
) -> Difference | None:
    whole = isinstance(right, int | np.integer)  # counts are right or wrong, never near
    if np.isclose(got, right, rtol=rtol * (not whole), atol=atol * (not whole), equal_nan=True):
        return None
    name = "wrong value" if np.isfinite(got) else "not finite"
    return Difference(name, f"{place} is {_beside(got, right)}")


def _between_tensors(
    got: Tensor, right: Tensor, rtol: float, atol: float, place: str
) -> Difference | None:
    if got.shape != right.shape:
        return Difference(
            "wrong shape",
            f"the shape of {place} is {tuple(got.shape)} and should be {tuple(right.shape)}",
        )
    if got.is_floating_point() != right.is_floating_point():
        types = [str(x.dtype).removeprefix("torch.") for x in (got, right)]
        return Difference("wrong type", f"{place} holds {types[0]} and should hold {types[1]}")
    got, right = (x.to(torch.promote_types(x.dtype, torch.float64)) for x in (got, right))
    wrong = ~torch.isclose(got, right, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return None
    name = "wrong value" if got[wrong].isfinite().all() else "not finite"
    if got.numel() == 1:
        return Difference(name, f"{place} is {_beside(got.item(), right.item())}")
    # The clearest place to look at is where the two are farthest apart.
    far = torch.where(wrong, (got - right).abs().nan_to_num(torch.inf, torch.inf), -1.0).argmax()
    count = int(wrong.sum())
    at = [int(i) for i in np.unravel_index(int(far), got.shape)]
    return Difference(
        name,
        f"{count} of {got.numel()} numbers in {place} {'is' if count == 1 else 'are'} wrong; "
        f"at {at} it is {_beside(got[tuple(at)].item(), right[tuple(at)].item())}",
    )


def _beside(got: Any, right: Any) -> str:
    """Both numbers with three significant digits, or with as many as it takes to see a gap.

    Whole numbers are shown as they are.
    """
    if isinstance(got, int) and isinstance(right, int):
        return f"{got} and should be {right}"
    for digits in (3, 5, 8, 17):
        a, b = (f"{x + 0.0:.{digits}g}" for x in (got, right))  # + 0.0: no minus sign on a zero
        if a != b:
            break
    return f"{a} and should be {b}"
