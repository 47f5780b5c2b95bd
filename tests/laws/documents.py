"""Random policies by the schema, and single changes of them that may or may not break it; seeded."""

from __future__ import annotations

from random import Random
from typing import Any

WORDS = ("x", "eu", "block", "warn", "none", "1", "2026-12-31", "recall > 0.8", "é", "", "on", "a" * 201)
LEAVES: tuple[Any, ...] = (
    None, True, False, 0, 1, 1.0, 2, -1, 0.5, 0.85, 1.5, 180, 181, 180.0, 1e3, [], {}, *WORDS,
    "95%", "95.5%", "-5%", ".5%", "95%\n", "٣%", "90 %", "2026-12-31\n", "2026-1-1", "٢٠٢٦-12-31", "2026-12-310", "1e3%",
    ["x"], {"ask": "why?"}, {"x": 1}, [1], [None], "a" * 2001, "a" * 10_001, "#" * 51,
)  # fmt: skip


class Builder:
    """Walks a schema and makes a value that fits it, for the keywords that ours uses."""

    def __init__(self, schema: dict[str, Any], random: Random) -> None:
        self.schema = schema
        self.random = random

    def value(self, part: dict[str, Any], depth: int = 0) -> Any:
        random = self.random
        if "$ref" in part:
            return self.value(self.schema["$defs"][part["$ref"].rpartition("/")[2]], depth)
        if "const" in part:
            return part["const"]
        if "enum" in part:
            return random.choice(part["enum"])
        if "anyOf" in part and "type" not in part:
            return self.value(random.choice(part["anyOf"]), depth)
        kind = random.choice(part["type"]) if isinstance(part["type"], list) else part["type"]
        return getattr(self, f"a_{kind}")(part, depth)

    def a_object(self, part: dict[str, Any], depth: int) -> dict[str, Any]:
        random, known = self.random, part.get("properties", {})
        wanted = set(part.get("required", ()))
        wanted |= {choice["required"][0] for choice in part.get("anyOf", ())} if random.random() < 0.5 else set()
        if "anyOf" in part:
            wanted |= {random.choice(part["anyOf"])["required"][0]}
        made = {key: self.value(sub, depth + 1) for key, sub in known.items() if key in wanted or random.random() < 0.3}
        others = part.get("additionalProperties", True)
        if isinstance(others, dict):
            lowest = part.get("minProperties", 0)
            for number in range(random.randint(lowest, 2)):
                made[f"n{number}"] = self.value(others, depth + 1)
        return made

    def a_array(self, part: dict[str, Any], depth: int) -> list[Any]:
        lowest = part.get("minItems", 0)
        size = self.random.randint(lowest, min(part.get("maxItems", 3), max(lowest, 3)))
        return [self.value(part["items"], depth + 1) for _ in range(size)] if "items" in part else []

    def a_string(self, part: dict[str, Any], _: int) -> str:
        if "pattern" in part:
            words = ("95%", "99.5%", "2026-12-31", "-5%", "7d", "retrain.yml")
            return self.random.choice([word for word in words if _fits(word, part)])
        return self.random.choice([word for word in WORDS if _fits(word, part)])

    def a_number(self, part: dict[str, Any], _: int) -> float:
        choices = [0.6, 0.95, 1, 200, 0.5, -1]
        low, high = part.get("exclusiveMinimum", -10), part.get("exclusiveMaximum", 1e9)
        return self.random.choice([number for number in choices if low < number < high])

    def a_integer(self, *_: Any) -> float:
        return self.random.choice([1, 30, 180, 90.0])

    def a_boolean(self, *_: Any) -> bool:
        return self.random.random() < 0.5

    def a_null(self, *_: Any) -> None:
        return None


def _fits(word: str, part: dict[str, Any]) -> bool:
    import re

    sized = part.get("minLength", 0) <= len(word) <= part.get("maxLength", 10**9)
    return sized and ("pattern" not in part or re.search(part["pattern"], word) is not None)


# -- single changes


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its keys."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [place for inner in value.values() for place in places(inner)]
    if isinstance(value, list):
        return [(value, index) for index in range(len(value))] + [place for inner in value for place in places(inner)]
    return []


def change(document: dict[str, Any], random: Random) -> Any:
    """Changes one thing, in place: a value, a key taken out, added or renamed, an item more. The changed document."""
    spots = places(document)
    kind = random.random()
    if kind < 0.02 or not spots:
        return random.choice(LEAVES)
    container, key = random.choice(spots)
    if kind < 0.5:
        container[key] = random.choice(LEAVES)
    elif kind < 0.65:
        del container[key]
    elif isinstance(container, dict):
        known = ["gate", "id", "check", "level", "rule", "from", "ask", "max_days", "x y", "", "9a", "a\n", "ä", "rules", "slice"]
        container[random.choice(known)] = container.pop(key) if kind < 0.8 else random.choice(LEAVES)
    else:
        container.append(random.choice([*LEAVES, container[key]]))
    return document
