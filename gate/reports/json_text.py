"""JSON that is the same for the same data: keys sorted, ASCII, numbers at their shortest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(", ", ": ")).encode


def document(data: Mapping[str, Any], listed: str) -> str:
    """An object with a member a line, ending in a newline; of the list called `listed`, an item a line."""
    members = [f" {ENCODE(key)}: {_lines(data[key]) if key == listed else ENCODE(data[key])}" for key in sorted(data)]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _lines(items: list[Any]) -> str:
    return "[\n" + ",\n".join(f"  {ENCODE(item)}" for item in items) + "\n ]" if items else "[]"
