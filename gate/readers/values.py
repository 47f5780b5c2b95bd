"""What a value of a document is as a measurement: a number, a boolean, or the reason why it is neither."""

from __future__ import annotations

import math
from typing import Any

LARGEST = 1.7976931348623157e308


def measured(raw: Any) -> tuple[float | bool | None, str]:
    """The value and, where it is None, the problem in words that follow "is". Integers stay exact."""
    if isinstance(raw, bool):
        return raw, ""
    if isinstance(raw, float):
        if math.isfinite(raw):
            return raw, ""
        return None, "not a number (NaN)" if math.isnan(raw) else "infinite"
    if isinstance(raw, int):
        return (raw, "") if abs(raw) <= LARGEST else (None, "infinite")
    if raw is None:
        return None, "null"
    return None, kind(raw)


def kind(raw: Any) -> str:
    """What a value of a document is, in a word or two."""
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "a boolean"
    if isinstance(raw, (int, float)):
        return "a number"
    if isinstance(raw, str):
        return "text"
    if isinstance(raw, dict):
        return "a mapping" if raw else "an empty mapping"
    if isinstance(raw, list):
        return "an empty list" if not raw else f"a list of {len(raw)}"
    return "a date" if hasattr(raw, "isoformat") else "not a number"


def is_number(raw: Any) -> bool:
    """Whether it is a finite number; booleans are none."""
    return isinstance(measured(raw)[0], (int, float)) and not isinstance(raw, bool)


_NOT_FINITE = {"nan": float("nan"), "inf": float("inf"), "infinity": float("inf")}


def not_finite(raw: Any) -> Any:
    """`"NaN"`, `"-Infinity"`, `"inf"` as the numbers that some formats mean by them; anything else as it is."""
    return _NOT_FINITE.get(raw.lower().lstrip("+-"), raw) if isinstance(raw, str) else raw


def from_text(raw: Any) -> Any:
    """A number that a format writes as text (`"0.91"`); anything else as it is."""
    if not isinstance(raw, str) or not raw.isascii() or "_" in raw:
        return raw
    try:
        return float(raw)
    except ValueError:
        return raw
