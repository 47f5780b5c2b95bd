"""Plans as JSON, for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gate.errors import Place
from gate.terms.plan import Plan, RulePlan, Size
from gate.terms.slice import Slice

FORMAT = 1


def render(plans: Sequence[Plan]) -> str:
    """All plans as JSON that ends in a newline: ASCII; what is not known is null."""
    return json.dumps({"format": FORMAT, "plans": [_told(plan) for plan in plans]}, indent=2, allow_nan=False) + "\n"


def _told(value: Any) -> Any:
    """A record as a mapping, with what it works out."""
    if isinstance(value, Place):
        return str(value)
    if isinstance(value, Slice):
        return dict(value.parts)
    if isinstance(value, Mapping):
        return {str(key): _told(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_told(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    told = {name: _told(getattr(value, name)) for name in value.__slots__}
    if isinstance(value, Size):
        told["rows"] = value.rows
    if isinstance(value, RulePlan):
        told["rows"] = value.ours.rows if value.ours is not None else None
        told["bound_rows"] = value.bound.rows if value.bound is not None else None
    return told
