"""The loader's first stage accepts exactly what the published schema accepts: made documents and single changes of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gate.policy import shape
from tests.laws.documents import LEAVES, Builder, change

SCHEMA = shape.schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def agree(document: Any) -> bool:
    """What both say, after seeing that they say the same."""
    ours, theirs = shape.accepts(document), VALIDATOR.is_valid(document)
    assert ours == theirs, f"shape says {ours}, jsonschema says {theirs}: {json.dumps(document)[:2000]}"
    return ours


@pytest.mark.parametrize("seed", range(4))
def test_shape_and_schema_accept_the_same(seed: int) -> None:
    random = Random(seed)
    accepted = {True: 0, False: 0}
    for _ in range(1000):
        document = Builder(SCHEMA, random).value(SCHEMA)
        assert agree(document)
        for _ in range(4):
            accepted[agree(change(copy.deepcopy(document), random))] += 1
    assert min(accepted.values()) > 500


@pytest.mark.parametrize("value", LEAVES, ids=lambda value: repr(value)[:20])
def test_one_value_in_place_of_each_property(value: Any) -> None:
    agree(value)
    for key in SCHEMA["properties"]:
        agree({"gate": 1, key: value})
    for key in SCHEMA["$defs"]["rule"]["properties"]:
        agree({"gate": 1, "rules": [{"check": "x > 1", key: value}]})
        agree({"gate": 1, "rules": [{key: value}]})
    for key in SCHEMA["$defs"]["waiver"]["properties"]:
        waiver = {"rule": "r", "until": "2026-12-31", "why": "w", "by": "b", key: value}
        agree({"gate": 1, "waivers": [waiver]})
        agree({"gate": 1, "waivers": {"entries": [waiver], "max_days": value}})
    agree({"gate": 1, "params": {"p": value}, "slices": {"r": [value]}, "metrics": {"m": value}, "baselines": {"b": value}})


@pytest.mark.parametrize("definition", ["waiver", "rule", "metric", "confidence", "date", "parameter", "waivers"])
def test_a_part_of_the_schema_alone(definition: str) -> None:
    validator = Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})
    random = Random(7)
    for _ in range(300):
        value = change({"it": Builder(SCHEMA, random).value(SCHEMA["$defs"][definition])}, random)
        part = value.get("it") if isinstance(value, dict) else value
        assert shape.accepts(part, definition) == validator.is_valid(part), part


def schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside the schema."""
    if isinstance(part, dict):
        yield part
        for key, inner in part.items():
            named = key in ("properties", "$defs")
            for each in inner.values() if named and isinstance(inner, dict) else [inner]:
                if key not in ("const", "enum", "required"):
                    yield from schemas(each)
    elif isinstance(part, list):
        for inner in part:
            yield from schemas(inner)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_says_nothing_that_readers_of_schemas_read_differently() -> None:
    """`format` is not checked by all, `multipleOf` crashes on NaN, `uniqueItems` takes 1 and 1.0 for two, `\\d` is not ASCII."""
    for part in schemas(SCHEMA):
        assert not {"format", "multipleOf", "uniqueItems"} & part.keys()
        for pattern in [part["pattern"]] if isinstance(part.get("pattern"), str) else []:
            assert "\\" not in pattern
            assert pattern.isascii()
            assert pattern.startswith("^")
            assert pattern.endswith("$")
