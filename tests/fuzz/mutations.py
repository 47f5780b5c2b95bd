"""Mutations of good policies and metrics; each is a small tuple, so that hypothesis can shrink a failure to those that matter."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

Change = tuple[str, int, int]  # what is done, where (a point of a million), with which of the pieces

_RULES = """and|or|not|>=|>|<=|<|==|!=|≥|=>|+|-|*|/|(|)|max(|count(|abs(|last(f1, 3)|expected_low(f1, 8)|baseline|baseline(
| - baseline|pinned|$x|$|0|1|0.5|90%|1e308|-1|0.0|1e999|true|false|[region=*]|[region=eu]|[|]|recall|accuracy
|"a b"|"|nothing_like_it"""
_YAML = """: |:|- |-|  |#| # |{|}|,|, |'|>-|&a |*a|!|!!str |<<: |...|~|null|yes|no|.nan|.inf|0x1F|0o17|1_000
|2026-12-31|9999-12-31|2026-11-21"""
_KEYS = """gate: 1|gate: 2|rules:|level: warn|level: info|undecided: pass|missing: warn|min_n: 5|confidence: 95%|confidence: none
|blocks_from: 2027-01-01|advisory: true|evidence: measured|waivable: false|extends: [recall-critical]|params: {x: 0.5}|waivers: []
|check: |id: |slices: {region: [eu]}|metrics: {recall: {range: [0, 1]}}|baselines: {baseline: ./production.json}|missing: block
|waivers: [{rule: recall, until: 2026-12-31, why: x, by: y}]"""
_JSON = """NaN|Infinity|-Infinity|"value": |"n": 0|"n": -1|"k": 5|"stderr": 0.1|"interval": [0, 1]|"unit": "%"|"slices": |[]|{}
|"slice": {"region": "eu"}|{"value": 1}|\\u0000|\\ud800"""
_LETTERS = (
    *("|", "\n", "\n  - ", "\n\n", "\t", "\x00", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "é", "e\u0301", "𝒜", "\r", "\r\n"),
    *("\x85", "\u2028", "::error::x", "</details>", "---\n", "1" * 500),
)
PIECES = (*(piece for text in (_RULES, _YAML, _KEYS, _JSON) for piece in text.replace("\n", "").split("|")), *_LETTERS)
NUMBERS = (
    "0",
    "1",
    "0.5",
    "0.999",
    "2",
    "-1",
    "1e-9",
    "100",
    "1e308",
    "95%",
    "50%",
    "0.80",
    "1000000000000000000000",
    ".5",
    "0.85",
    "0.05",
)

VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        0.5,
        1e308,
        -1e308,
        5e-324,
        math.nan,
        math.inf,
        -math.inf,
        10**30,
        "",
        "0.9",
        "95%",
        "x",
        [],
        {},
    ),
    *([1], [[]], {"value": 0.9}, {"value": None}, {"value": 0.9, "n": 3}, {"k": 3, "n": 4}, {"value": 0.9, "n": 0}),
    *(
        {"value": 0.9, "n": "x"},
        {"value": 0.9, "slice": {"region": "eu"}},
        {"a": {"b": {"c": 1}}},
        2,
        "\x1b[31m",
        "a" * 1001,
        "\ud800",
    ),
    *(
        [{"slice": {"region": "eu"}, "metrics": {"recall": 0.9}}],
        "accuracy > 0.5",
        "recall >= baseline",
        "max(recall[region=*]) >= 0",
    ),
    *(
        "not accuracy < 0.5",
        {"check": "accuracy > 0.5", "level": "warn"},
        {"check": "recall >= 0.5", "undecided": "pass", "min_n": 10},
    ),
    *(
        {"id": "x", "check": "f1 > 0 or accuracy > 0"},
        "./production.json",
        "2026-12-31",
        "block",
        "warn",
        "none",
        ["recall-critical"],
    ),
    *({"ask": "how much?"}, {"check": "recall >= 0", "missing": "warn"}, {"check": "f1 > 0", "level": "info"}),
)
KEYS = (
    *(
        "value",
        "n",
        "slices",
        "slice",
        "metrics",
        "gate",
        "name",
        "rules",
        "check",
        "id",
        "level",
        "undecided",
        "missing",
        "min_n",
        "until",
    ),
    *(
        "confidence",
        "waivers",
        "extends",
        "params",
        "baselines",
        "advisory",
        "evidence",
        "accuracy",
        "recall",
        "",
        "a.b",
        "x" * 300,
    ),
    *("floor", "waivable", "blocks_from"),
)

Nodes = list[tuple[Any, Any]]  # a container, and a key or an index of it


def apply(text: str, changes: list[Change]) -> str:
    """The text with all changes made, one after the other; a change that does not fit is left out."""
    for kind, place, piece in changes:
        where = (place * 618_033 + 381_966) % 1_000_000  # hypothesis likes small numbers; the start of a file is not all of it
        text = _TEXT[kind](text, where, piece) if kind in _TEXT else _structured(text, kind, where, piece)
    return text


def _at(text: str, where: int) -> int:
    return where * len(text) // 1_000_000


def _insert(text: str, where: int, piece: int) -> str:
    at = _at(text, where)
    return text[:at] + PIECES[piece % len(PIECES)] + text[at:]


def _replace(text: str, where: int, piece: int) -> str:
    at = _at(text, where)
    return text[:at] + PIECES[piece % len(PIECES)] + text[at + 1 + piece % 4 :]


def _delete(text: str, where: int, piece: int) -> str:
    at = _at(text, where)
    return text[:at] + text[at + 1 + piece % 12 :]


def _repeat(text: str, where: int, piece: int) -> str:
    at = _at(text, where)
    return text[:at] + text[at : at + 1 + piece % 40] * (1 + piece % 3) + text[at:]


def _cut(text: str, where: int, _: int) -> str:
    return text[: _at(text, where)]


def _letter(text: str, where: int, piece: int) -> str:
    at = _at(text, where)
    return text[:at] + chr(32 + piece % 95) + text[at + 1 :]


def _line(text: str, where: int, piece: int) -> str:
    """A line taken out, doubled, moved in or out, or swapped with another."""
    lines = text.split("\n")
    at, other = where * len(lines) // 1_000_000, piece % len(lines)
    if piece % 5 == 0:
        del lines[at]
    elif piece % 5 == 1:
        lines.insert(other, lines[at])
    elif piece % 5 == 2:
        lines[at] = "  " + lines[at]
    elif piece % 5 == 3:
        lines[at] = lines[at][2:]
    else:
        lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)


def _number(text: str, where: int, piece: int) -> str:
    """A number for a number."""
    found = list(re.finditer(r"[0-9]+(?:\.[0-9]+)?%?", text))
    if not found:
        return text
    start, end = found[where * len(found) // 1_000_000].span()
    return text[:start] + NUMBERS[piece % len(NUMBERS)] + text[end:]


def _word(text: str, where: int, piece: int) -> str:
    """A word of the text for another one, or a sign for another."""
    found = list(re.finditer(r"\w+|[<>=]+", text))
    if not found:
        return text
    (start, end), other = found[where * len(found) // 1_000_000].span(), found[piece % len(found)].group()
    return text[:start] + other + text[end:]


_TEXT: dict[str, Callable[[str, int, int], str]] = {
    "insert": _insert,
    "replace": _replace,
    "delete": _delete,
    "repeat": _repeat,
    "cut": _cut,
    "letter": _letter,
    "line": _line,
    "number": _number,
    "word": _word,
}


def _structured(text: str, kind: str, where: int, piece: int) -> str:
    """A change of the document's structure; written as JSON, which is YAML too."""
    from gate.documents.yaml import load
    from gate.errors import GateError

    try:
        value = json.loads(text) if text.lstrip()[:1] in "{[" else load(text, "")[0]
    except (ValueError, GateError, RecursionError):
        return text
    nodes = _nodes(value)
    if not nodes:
        return text
    container, key = nodes[where * len(nodes) // 1_000_000]
    other, other_key = nodes[piece % len(nodes)]
    if kind == "value":
        container[key] = VALUES[piece % len(VALUES)]
    elif kind == "remove":
        del container[key]
    elif kind == "key" and isinstance(container, dict):
        container[KEYS[piece % len(KEYS)]] = container.pop(key)
    elif kind == "add" and isinstance(container, dict):
        container[KEYS[piece % len(KEYS)]] = VALUES[where % len(VALUES)]
    elif kind == "add":
        container.append(VALUES[piece % len(VALUES)])
    elif kind == "wrap":
        container[key] = [container[key]] if piece % 2 else {KEYS[piece % len(KEYS)]: container[key]}
    elif kind == "copy":
        container[key] = json.loads(json.dumps(other[other_key]))
    return json.dumps(value, indent=1, ensure_ascii=bool(piece % 2))


STRUCTURED = ("value", "remove", "key", "add", "wrap", "copy")
KINDS = (*_TEXT, *STRUCTURED, *("number",) * 8, *("word",) * 3, *("value", "add", "copy") * 2)  # the gentle ones more often


def _nodes(value: Any) -> Nodes:
    found: Nodes = []
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    for key, inner in pairs:
        found.append((value, key))
        found += _nodes(inner)
    return found
