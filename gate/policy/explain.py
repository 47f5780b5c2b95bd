"""Why a policy does not have the shape of one: jsonschema finds it, we say it where it stands."""

from __future__ import annotations

from typing import Any

from gate.documents.document import List, Map, Mark
from gate.errors import Problem
from gate.policy import mangled, shape
from gate.policy.text import PolicyText

MAX_SHOWN = 20


def explain(source: PolicyText, definition: str = "") -> list[Problem]:
    """Every reason why the value is refused, each at its place."""
    from jsonschema import Draft202012Validator

    root = shape.schema()
    target = {"$ref": f"#/$defs/{definition}", "$defs": root["$defs"]} if definition else root
    problems: list[Problem] = []
    for error in Draft202012Validator(target).iter_errors(source.value):
        problems += _told(source, error)
        if len(problems) >= MAX_SHOWN:
            break
    unique = {(problem.where, problem.message): problem for problem in problems}
    found = sorted(unique.values(), key=lambda problem: (problem.where.line, problem.where.column) if problem.where else (0, 0))
    return found or [source.problem("policy-shape", "this is not a policy", source.mark)]


def _told(source: PolicyText, error: Any) -> list[Problem]:
    path = list(error.absolute_path)
    value, mark = _find(source, path)
    if len(path) == 2 and path[0] == "rules":
        meant = mangled.wrong_item(value, mark)
        if meant:
            return [source.problem("rule-shape", "this is not a rule", mark, meant)]
    if error.validator == "anyOf":
        return _any_of(source, error, value, mark)
    if error.validator == "additionalProperties" and isinstance(value, Map):
        return _unknown_keys(source, error, value)
    if error.validator == "required":
        lacking = [key for key in error.validator_value if key not in value]
        what = ", ".join(f"`{key}`" for key in lacking)
        remedy = "the first line of a policy is `gate: 1`" if "gate" in lacking else ""
        return [source.problem("policy-shape", f"{what} is missing here", mark, remedy)]
    return [source.problem("policy-shape", _said(error, value), mark, _purpose(error))]


def _find(source: PolicyText, path: list[Any]) -> tuple[Any, Mark]:
    value, mark = source.value, source.mark
    for step in path:
        if isinstance(value, (Map, List)):
            mark = value.marks[step]
            value = value[step]
    return value, mark


def _any_of(source: PolicyText, error: Any, value: Any, mark: Mark) -> list[Problem]:
    """Of several shapes, explain the one that was meant: the one of the value's own kind."""
    own: dict[int, list[Any]] = {}
    for inner in error.context:
        own.setdefault(inner.schema_path[0], []).append(inner)
    meant = [errors for errors in own.values() if not any(_is_kind(inner, error) for inner in errors)]
    if len(meant) == 1:
        return [problem for inner in meant[0] for problem in _told(source, inner)]
    if all(inner.validator == "required" for inner in error.context):
        keys = " or ".join(f"`{inner.validator_value[0]}`" for inner in error.context)
        return [source.problem("policy-shape", f"{keys} is missing here", mark)]
    return [source.problem("policy-shape", _said(error, value), mark, _purpose(error))]


def _is_kind(inner: Any, outer: Any) -> bool:
    """Whether an error only says that the value is of another kind."""
    return inner.validator in ("type", "const") and len(inner.absolute_path) == len(outer.absolute_path)


def _unknown_keys(source: PolicyText, error: Any, value: Map) -> list[Problem]:
    known = list(error.schema.get("properties", {}))
    problems: list[Problem] = []
    for key in value:
        if key not in known:
            what = f"there is no key `{key[:80]}` here"
            problems.append(source.key_problem("unknown-key", what, value.marks[key], key, _did_you_mean(key, known)))
    return problems


def _did_you_mean(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    renamed = {"version": "gate", "severity": "level", "since": "blocks_from", "unsure": "undecided", "weight": "level"}
    close = [renamed[key]] if renamed.get(key) in known else get_close_matches(key, known, 1, 0.6)
    return (f"did you mean `{close[0]}`? " if close else "") + f"keys are {', '.join(known)}"


def _said(error: Any, value: Any) -> str:
    shown = (
        "null"
        if value is None
        else repr(value)
        if not isinstance(value, (Map, List))
        else "a mapping"
        if isinstance(value, Map)
        else "a list"
    )
    if len(shown) > 60:
        shown = shown[:60] + "…"
    limit = error.validator_value
    words = {
        "type": f"{shown} is not {_kinds(limit)}",
        "enum": f"{shown} is none of {', '.join(map(str, limit if isinstance(limit, list) else []))}",
        "const": f"{shown} is not {limit}",
        "minLength": f"{shown} is too short",
        "maxLength": f"a text of more than {limit} characters",
        "minItems": "too few items",
        "maxItems": f"more than {limit} items",
        "minProperties": "this is empty",
        "pattern": f"{shown} is not written as it should be",
        "exclusiveMinimum": f"{shown} is not above {limit}",
        "exclusiveMaximum": f"{shown} is not below {limit}",
        "minimum": f"{shown} is below {limit}",
        "maximum": f"{shown} is above {limit}",
    }
    return words.get(error.validator, f"{shown} does not fit here")


def _kinds(limit: Any) -> str:
    names = {
        "object": "a mapping",
        "array": "a list",
        "string": "text",
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true or false",
    }
    kinds = limit if isinstance(limit, list) else [limit]
    return " or ".join(names.get(kind, str(kind)) for kind in kinds)


def _purpose(error: Any) -> str:
    text = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    return str(text)
