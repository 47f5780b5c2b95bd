"""Numbers that a format writes as text: `0.91`, `NaN`, `+Inf`."""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\Z", re.ASCII | re.IGNORECASE)
_NOT_FINITE = {"nan": float("nan"), "inf": float("inf"), "infinity": float("inf")}


def number(text: str) -> float | None:
    """The number that a text is, finite or not; None where it is none."""
    bare = text.strip(" \t")
    if len(bare) <= 400 and _NUMBER.match(bare):
        return float(bare)
    return _NOT_FINITE.get(bare.lower().lstrip("+-"))


def as_number(raw: Any) -> Any:
    """A text that is a number as that number; anything else as it is."""
    found = number(raw) if isinstance(raw, str) else None
    return raw if found is None else found
