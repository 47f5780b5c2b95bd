"""The shape: each keyword of JSON Schema that our schema uses, as JSON Schema means it."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gate.policy import shape

# a schema, what it accepts, what it refuses
KEYWORDS: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "type": ({"type": "integer"}, [1, 0, -3, 1.0, 200.0], [1.5, True, "1", None, [], {}]),
    "type: number": ({"type": "number"}, [1, 1.5], [True, False, "1", None]),
    "type: several": ({"type": ["string", "null"]}, ["", None], [0, False, []]),
    "type: boolean": ({"type": "boolean"}, [True, False], [0, 1, "true", None]),
    "type: object": ({"type": "object"}, [{}], [[], "", None]),
    "type: array": ({"type": "array"}, [[]], [{}, "", None]),
    "const": ({"const": 1}, [1, 1.0], [True, 2, "1", None]),
    "const: text": ({"const": "none"}, ["none"], ["None", None, 0]),
    "enum": ({"enum": ["a", 1]}, ["a", 1, 1.0], [True, "b", None]),
    "anyOf": ({"anyOf": [{"type": "string"}, {"type": "number", "minimum": 5}]}, ["", 5], [4, None]),
    "required": ({"required": ["a", "b"]}, [{"a": 1, "b": None}, {"a": 1, "b": 2, "c": 3}, "text", []], [{}, {"a": 1}]),
    "properties": ({"properties": {"a": {"type": "number"}}}, [{}, {"a": 1}, {"b": "x"}, 5], [{"a": "x"}]),
    "additionalProperties": ({"additionalProperties": {"type": "number"}}, [{}, {"a": 1}, "x"], [{"a": "x"}, {"a": 1, "b": ""}]),
    "additionalProperties: false": (
        {"properties": {"a": {}}, "additionalProperties": False},
        [{}, {"a": []}],
        [{"b": 1}, {"a": 1, "b": 1}],
    ),
    "propertyNames": ({"propertyNames": {"pattern": "^[a-z]+$"}}, [{}, {"abc": 1}, []], [{"A": 1}, {"": 1}]),
    "items": ({"items": {"type": "number"}}, [[], [1, 2], {}, "x"], [["a"], [1, None]]),
    "minItems": ({"minItems": 2}, [[1, 2], "x", {}], [[], [1]]),
    "maxItems": ({"maxItems": 1}, [[], [1], "xx"], [[1, 2]]),
    "minLength": ({"minLength": 1}, ["a", "ü", [], 5], [""]),
    "maxLength": ({"maxLength": 2}, ["ab", "üü", "𝒜𝒜", [1, 2, 3]], ["abc"]),
    "minProperties": ({"minProperties": 1}, [{"a": 1}, [], ""], [{}]),
    "pattern": ({"pattern": "^[0-9]+%$"}, ["95%", 5, None], ["95", "%", " 95%", "٩%"]),
    "minimum": ({"minimum": 1}, [1, 1.0, 5, "0", True], [0, 0.999]),
    "maximum": ({"maximum": 1}, [1, -5, "9", True], [1.001, 2]),
    "exclusiveMinimum": ({"exclusiveMinimum": 0}, [0.001, 5, "x"], [0, -1, 0.0]),
    "exclusiveMaximum": ({"exclusiveMaximum": 1}, [0.999, -5], [1, 1.0, 2]),
    "$ref": ({"$ref": "#/$defs/one", "$defs": {"one": {"const": 1}}}, [1], [2]),
}


def test_every_keyword_is_asked() -> None:
    assert {keyword.partition(":")[0] for keyword in KEYWORDS} == shape.KEYWORDS


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_keyword_means_what_json_schema_means(keyword: str) -> None:
    schema, good, bad = KEYWORDS[keyword]
    accepts = shape._compile(schema, schema)
    validator = Draft202012Validator(schema)
    for value in good:
        assert accepts(value), value
        assert validator.is_valid(value), value
    for value in bad:
        assert not accepts(value), value
        assert not validator.is_valid(value), value


def test_a_keyword_that_is_not_known_is_no_silent_pass() -> None:
    with pytest.raises(ValueError, match="multipleOf"):
        shape._compile({"multipleOf": 2}, {})


def test_the_published_schema_is_a_schema_and_uses_only_what_is_known() -> None:
    Draft202012Validator.check_schema(shape.schema())
    assert shape.accepts({"gate": 1, "rules": ["a > 1"]})
    assert not shape.accepts({"gate": 2, "rules": ["a > 1"]})
    assert shape.accepts({"check": "a > 1"}, "rule")
    assert not shape.accepts({"check": "a > 1", "levle": "warn"}, "rule")


def test_no_pattern_depends_on_the_line_end_or_on_unicode_classes() -> None:
    """`$` matches before a final newline and `\\d` matches Arabic digits: dates have a maxLength, classes are written out."""

    def patterns(part: Any) -> list[tuple[str, dict[str, Any]]]:
        if isinstance(part, list):
            return [found for each in part for found in patterns(each)]
        if not isinstance(part, dict):
            return []
        own = [(part["pattern"], part)] if isinstance(part.get("pattern"), str) else []
        return own + [found for each in part.values() for found in patterns(each)]

    found = patterns(shape.schema())
    assert len(found) >= 5
    for pattern, _ in found:
        assert pattern.isascii()
        assert "\\" not in pattern
        assert pattern.startswith("^")
        assert pattern.endswith("$")


def test_a_final_newline_is_refused_later_where_the_pattern_lets_it_through() -> None:
    from tests.policy.writing import problems

    assert problems('gate: 1\nrules: [{check: a > 1, blocks_from: "2026-12-31\\n"}]\n')
    assert problems('gate: 1\nconfidence: "95%\\n"\nrules: [a > 1]\n') == problems("gate: 1\nconfidence: 95%\nrules: [a > 1]\n")


def test_every_key_has_words_for_an_editor() -> None:
    def lacking(part: Any, path: str) -> list[str]:
        found: list[str] = []
        for name, each in (part.get("properties") or {}).items() if isinstance(part, dict) else ():
            if "$ref" not in each and not each.get("description"):
                found.append(f"{path}.{name}")
            found += lacking(each, f"{path}.{name}")
        return found

    root = shape.schema()
    assert lacking(root, "") == []
    named = [found for name, each in root["$defs"].items() for found in lacking(each, name)]
    assert named == ["waivers.entries"]
