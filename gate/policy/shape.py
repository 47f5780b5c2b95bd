"""The shape of a policy: accepts exactly what gate.schema.json accepts.

A plain check must start fast, so the few keywords that our schema uses are compiled to functions here;
what they refuse is explained with jsonschema (see explain.py). A law test holds the two together.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from gate.policy import packs

Accepts = Callable[[Any], bool]

KEYWORDS = frozenset(
    (
        "$ref", "type", "const", "enum", "anyOf", "required", "properties", "additionalProperties", "propertyNames", "items",
        "minItems", "maxItems", "minLength", "maxLength", "minProperties", "pattern", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum",
    )
)  # fmt: skip
ANNOTATIONS = frozenset(("$schema", "$id", "$defs", "title", "description"))


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The schema as it is published."""
    with open(os.path.join(packs.folder(), "gate.schema.json"), encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


def accepts(value: Any, definition: str = "") -> bool:
    """Whether a JSON value has the shape of a policy, or of one of the schema's definitions."""
    return _compiled(definition)(value)


@lru_cache(maxsize=8)
def _compiled(definition: str) -> Accepts:
    root = schema()
    return _compile(root["$defs"][definition] if definition else root, root)


def _compile(part: dict[str, Any], root: dict[str, Any]) -> Accepts:
    unknown = set(part) - KEYWORDS - ANNOTATIONS
    if unknown:
        raise ValueError(f"gate.schema.json uses keywords that shape.py does not know: {sorted(unknown)}")
    tests = [test for keyword, make in _MAKERS.items() if keyword in part for test in [make(part[keyword], part, root)]]
    return tests[0] if len(tests) == 1 else _all_of(tests)


def _all_of(tests: list[Accepts]) -> Accepts:
    def test_all(value: Any) -> bool:
        for test in tests:  # noqa: SIM110 (a generator costs twice the time on a policy of 10,000 rules)
            if not test(value):
                return False
        return True

    return test_all


def _one_of(tests: list[Accepts]) -> Accepts:
    def test_any(value: Any) -> bool:
        for test in tests:  # noqa: SIM110
            if test(value):
                return True
        return False

    return test_any


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Accepts] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
}


def _type(names: str | list[str], *_: Any) -> Accepts:
    if isinstance(names, str):
        return _TYPES[names]
    return _one_of([_TYPES[name] for name in names])


def _equal(value: Any, constant: Any) -> bool:
    """Equality of JSON: true is not 1."""
    return bool(value == constant) and isinstance(value, bool) == isinstance(constant, bool)


def _any_of(parts: list[dict[str, Any]], _: Any, root: dict[str, Any]) -> Accepts:
    return _one_of([_compile(part, root) for part in parts])


def _objects(properties: dict[str, Any], part: dict[str, Any], root: dict[str, Any]) -> Accepts:
    """`properties` and `additionalProperties` together; a value that is no object is let through, as in JSON Schema."""
    known = {key: _compile(sub, root) for key, sub in properties.items()}
    others = part.get("additionalProperties", True)
    other: Accepts = _compile(others, root) if isinstance(others, dict) else lambda _: bool(others)

    def test(value: Any) -> bool:
        if isinstance(value, dict):
            for key, item in value.items():
                if not known.get(key, other)(item):
                    return False
        return True

    return test


def _additional(_: Any, part: dict[str, Any], root: dict[str, Any]) -> Accepts:
    return (lambda _: True) if "properties" in part else _objects({}, part, root)


def _names(part: dict[str, Any], _: Any, root: dict[str, Any]) -> Accepts:
    test = _compile(part, root)
    return lambda value: not isinstance(value, dict) or all(test(key) for key in value)


def _items(part: dict[str, Any], _: Any, root: dict[str, Any]) -> Accepts:
    test = _compile(part, root)
    return lambda value: not isinstance(value, list) or all(test(item) for item in value)


def _sized(kind: type[list[Any]] | type[dict[str, Any]] | type[str], holds: Callable[[int, int], bool]) -> Callable[..., Accepts]:
    return lambda limit, *_: lambda value: not isinstance(value, kind) or holds(len(value), limit)


def _measured(holds: Callable[[float, float], bool]) -> Callable[..., Accepts]:
    return lambda limit, *_: lambda value: not _is_number(value) or holds(value, limit)


def _pattern(pattern: str, *_: Any) -> Accepts:
    search = re.compile(pattern).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _reference(pointer: str, _: Any, root: dict[str, Any]) -> Accepts:
    return _compile(root["$defs"][pointer.rpartition("/")[2]], root)


_MAKERS: dict[str, Callable[..., Accepts]] = {
    "type": _type,
    "$ref": _reference,
    "const": lambda constant, *_: lambda value: _equal(value, constant),
    "enum": lambda constants, *_: lambda value: any(_equal(value, constant) for constant in constants),
    "anyOf": _any_of,
    "required": lambda keys, *_: lambda value: not isinstance(value, dict) or all(key in value for key in keys),
    "properties": _objects,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "minItems": _sized(list, lambda size, limit: size >= limit),
    "maxItems": _sized(list, lambda size, limit: size <= limit),
    "minLength": _sized(str, lambda size, limit: size >= limit),
    "maxLength": _sized(str, lambda size, limit: size <= limit),
    "minProperties": _sized(dict, lambda size, limit: size >= limit),
    "pattern": _pattern,
    "minimum": _measured(lambda value, limit: value >= limit),
    "maximum": _measured(lambda value, limit: value <= limit),
    "exclusiveMinimum": _measured(lambda value, limit: value > limit),
    "exclusiveMaximum": _measured(lambda value, limit: value < limit),
}
