"""How well two colours can be told apart by how light they are."""

from __future__ import annotations

TEXT, GRAPHICS = 4.5, 3.0
"""The least contrast of text, and of lines and points, to their background (WCAG 2, level AA)."""


def contrast(one: str, other: str) -> float:
    """From 1, the same lightness, to 21, black on white.

    Args:
        one, other: ``#rrggbb`` or ``#rgb``.
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue = (_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
