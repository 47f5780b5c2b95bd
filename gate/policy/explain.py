"""Why a policy does not have the shape of one: jsonschema finds it, we say it where it stands."""

from __future__ import annotations

from typing import Any

from gate.documents.document import List, Map, Mark
from gate.errors import Place, Problem
from gate.language.parse import parse
from gate.language.tokens import RuleError
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
    if not definition:
        problems += _rules(source, {problem.where for problem in problems})
    unique = {(problem.where, problem.message): problem for problem in problems}
    found = sorted(unique.values(), key=lambda problem: (problem.where.line, problem.where.column) if problem.where else (0, 0))
    return found or [source.problem("policy-shape", "this is not a policy", source.mark)]


def _rules(source: PolicyText, told: set[Place | None]) -> list[Problem]:
    """What is wrong with the rules that have the shape of one, so that it is told in the same go."""
    top = source.value if isinstance(source.value, Map) else Map()
    rules, baselines = top.get("rules"), top.get("baselines")
    names = {"baseline", *(baselines if isinstance(baselines, Map) else ())}
    problems: list[Problem] = []
    for item, mark in zip(rules, rules.marks, strict=True) if isinstance(rules, List) else ():
        if len(problems) >= MAX_SHOWN:
            break
        if source.at(mark) in told:
            continue
        if isinstance(item, Map) and isinstance(item.get("check"), str):
            item, mark = item["check"], item.marks["check"]
        if isinstance(item, str) and item and mark.style not in ("*", "&"):
            try:
                parse(item, names)
            except RuleError as error:
                problems.append(source.rule_problem(error, mark))
    return problems


def _told(source: PolicyText, error: Any) -> list[Problem]:
    path = list(error.absolute_path)
    value, mark = _find(source, path)
    if error.validator == "type" and "$id" in error.schema:
        return [_no_policy(source, value, mark)]
    if "propertyNames" in list(error.schema_path)[-2:]:
        key = error.instance
        return [source.key_problem("policy-shape", f"{_shown(key)} cannot be a name here", value.marks[key], key, _NAMES)]
    if len(path) == 2 and path[0] == "rules":
        meant = mangled.wrong_item(value, mark, source.text)
        if meant:
            return [source.problem("rule-shape", "this is not a rule", mark, meant)]
    if error.validator == "anyOf":
        return _any_of(source, error, value, mark)
    if error.validator == "additionalProperties" and isinstance(value, Map):
        return _unknown_keys(source, error, value)
    if error.validator == "required":
        lacking = [key for key in error.validator_value if key not in value]
        what = ", ".join(f"`{key}`" for key in lacking) + (" is" if len(lacking) == 1 else " are")
        remedy = "the first line of a policy is `gate: 1`" if "gate" in lacking else _purpose(error)
        return [source.problem("policy-shape", f"{what} missing here", mark, remedy)]
    if path == ["gate"]:
        what = f"this version of gate reads policies of format 1, not {_shown(value)}"
        return [source.problem("policy-shape", what, mark, "write `gate: 1`")]
    return [source.problem("policy-shape", _said(error, value), mark, _remedy(error, value, path))]


def _no_policy(source: PolicyText, value: Any, mark: Mark) -> Problem:
    if value is None:
        return source.problem("policy-empty", "the policy is empty", mark, "start one: `gate init metrics.json`")
    remedy = "write these two lines above it:\ngate: 1\nrules:" if isinstance(value, List) else "its first line is `gate: 1`"
    return source.problem("policy-shape", f"a policy is a mapping; this is {_shown(value)}", mark, remedy)


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
        return [source.problem("policy-shape", f"{keys} is missing here", mark, "write `{check: accuracy > 0.8}`")]
    return [source.problem("policy-shape", f"{_shown(value)} does not fit here", mark, _purpose(error))]


def _is_kind(inner: Any, outer: Any) -> bool:
    """Whether an error only says that the value is of another kind."""
    return inner.validator in ("type", "const") and len(inner.absolute_path) == len(outer.absolute_path)


def _unknown_keys(source: PolicyText, error: Any, value: Map) -> list[Problem]:
    known = list(error.schema.get("properties", {}))
    problems: list[Problem] = []
    for key in value:
        if len(problems) >= MAX_SHOWN:
            break
        if key not in known:
            what = f"there is no key `{key[:80]}` here"
            problems.append(source.key_problem("unknown-key", what, value.marks[key], key, _did_you_mean(key, known)))
    return problems


def _did_you_mean(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    renamed = {"version": "gate", "severity": "level", "since": "blocks_from", "unsure": "undecided", "weight": "level"}
    close = [renamed[key]] if renamed.get(key) in known else get_close_matches(key.lower(), known, 1, 0.6)
    return (f"did you mean `{close[0]}`? " if close else "") + f"keys are {', '.join(known)}"


def _remedy(error: Any, value: Any, path: list[Any]) -> str:
    """What to write instead."""
    if path == ["rules"]:
        return mangled.wrong_list(value)
    if error.validator == "type" and error.validator_value == "array" and isinstance(value, str) and path[-1] != "range":
        return f"write a list: `{path[-1]}: [{value[:60]}]`"
    if error.validator == "enum":
        words = [each for each in error.validator_value if isinstance(each, str)]
        meant = _SYNONYMS.get(str(value).lower(), str(value).lower())
        return f"did you mean `{meant}`? " * (meant in words) + _purpose(error)
    return _purpose(error)


def _purpose(error: Any) -> str:
    """What the schema says about the value, or about the nearest one around it."""
    root = part = shape.schema()
    said = ""
    for step in error.absolute_schema_path:
        if isinstance(part, dict) and step not in part:
            part = root["$defs"].get(part.get("$ref", "").rpartition("/")[2], {})
        said = _description(part) or said
        if isinstance(part, dict) and step not in part:
            break
        part = part[step]
    return _description(error.schema) or said


def _description(part: Any) -> str:
    return str(part.get("description", "")) if isinstance(part, dict) and isinstance(part.get("description"), str) else ""


def _shown(value: Any) -> str:
    if isinstance(value, (Map, List)):
        return "a mapping" if isinstance(value, Map) else "a list"
    text = _JSON_WORDS[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _said(error: Any, value: Any) -> str:
    """What is wrong with a value, in words."""
    words, limit = _WORDS.get(error.validator, "{} does not fit here"), error.validator_value
    listed = limit if isinstance(limit, list) else [limit]
    if error.validator == "type":
        limit = " or ".join(_KINDS.get(kind, str(kind)) for kind in listed)
    elif error.validator == "minItems" and limit > 1:
        words = "this list has fewer than {1} items"
    elif error.validator == "enum":
        limit = ", ".join(map(str, listed))
    return words.format(_shown(value), limit)


_NAMES = "a name has letters, digits and `_`, and begins with none of the digits"
_JSON_WORDS = {None: "null", True: "true", False: "false"}
_SYNONYMS = {"error": "block", "fail": "block", "blocking": "block", "warning": "warn", "up": "higher", "down": "lower"}
_WORDS = {
    "type": "{} is not {}",
    "enum": "{} is none of {}",
    "const": "{} is not {}",
    "minLength": "{} is too short",
    "maxLength": "a text of more than {1} characters",
    "minItems": "this list is empty",
    "maxItems": "more than {1} items",
    "minProperties": "this is empty",
    "pattern": "{} is not written as it should be",
    "exclusiveMinimum": "{} is not above {}",
    "exclusiveMaximum": "{} is not below {}",
    "minimum": "{} is below {}",
    "maximum": "{} is above {}",
}
_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}
