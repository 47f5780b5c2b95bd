"""decision.json: the decision as data, the same bytes for the same decision, and back again."""

from __future__ import annotations

import json
from typing import Any

from gate.errors import InputError, Place, Problem
from gate.reports.json_text import ENCODE
from gate.reports.record import DECISION, MalformedError
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements

FORMAT = 1
# an item a line
_LINES = ("findings", "inputs", "notes", "policies", "lost", "measurements", "cases", "changes", "model", "actions")
_OPENED = ("candidate", "baselines", "proposed", "tally", "tables")  # objects, or lists of them, that hold such lists


def render(decision: Decision) -> str:
    """The decision as JSON of `format` 1 (gate/reports/decision.schema.json), ending in a newline.

    Keys are sorted, numbers have their shortest form, text is ASCII. What a finding does not have is not there. A number
    that is not finite is one of the texts "NaN", "Infinity", "-Infinity". `advisory` and `exit_code` follow from the
    rest and stand there for readers without gate.
    """
    data = {**DECISION.write(decision), **_derived(decision)}
    if decision.candidate is not None and any(each.tally is not None for each in _tables(decision)):
        from gate.reports.decision_tally import put

        put(data, decision)
    return _opened(data, "") + "\n"


def read(text: str, *, file: str = "decision.json") -> Decision:
    """The decision that `render` wrote; anything else is an InputError that says where it is off."""
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
        return _decision(data)
    except MalformedError as error:
        problem = Problem("malformed-decision", f"this is not a decision of gate: {error}", Place(file), _REMEDY)
    except RecursionError:
        problem = Problem("malformed-decision", "this is not a decision of gate: it is nested too deeply", Place(file), _REMEDY)
    except json.JSONDecodeError as error:
        where = Place(file, error.lineno, error.colno)
        problem = Problem("malformed-decision", f"this is not JSON: {error.msg}", where, _REMEDY)
    except ValueError:  # Python's own limit on the digits of a whole number
        problem = Problem(
            "malformed-decision", "this is not a decision of gate: a number has too many digits", Place(file), _REMEDY
        )
    raise InputError(problem)


_REMEDY = "write it with: gate check … -o decision.json"


def _decision(data: Any) -> Decision:
    if not isinstance(data, dict) or data.get("format") is None or isinstance(data["format"], bool):
        raise MalformedError("", "a mapping with `format` is needed")
    if data["format"] != FORMAT:
        raise MalformedError("format", f"this version of gate reads format {FORMAT} only")
    told = {key: data.pop(key, None) for key in ("advisory", "exit_code")}
    taken = _tallies(data)
    decision: Decision = DECISION.read(data, "")
    if taken:
        from gate.reports.decision_tally import given_back
        from gate.reports.tally_document import TallyError

        try:
            decision = given_back(decision, taken)
        except TallyError as error:
            raise MalformedError("tally", f"a tally {error}") from None
    for key, value in _derived(decision).items():
        if told[key] != value or isinstance(told[key], bool) != isinstance(value, bool):
            raise MalformedError(key, f"{ENCODE(value)} is what follows from the rest")
    return decision


def _tallies(data: dict[str, Any]) -> list[tuple[Any, Any]]:
    """The tallies in the data, taken out of it; nothing is loaded where there is none."""
    tables = [data.get("candidate"), *(each.get("measurements") for each in _mappings(data.get("baselines")))]
    if not any("tally" in each for each in tables if isinstance(each, dict)):
        return []
    from gate.reports.decision_tally import take

    return take(data)


def _mappings(data: Any) -> list[dict[str, Any]]:
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []


def _tables(decision: Decision) -> list[Measurements]:
    own = [] if decision.candidate is None else [decision.candidate]
    return [*own, *(baseline.measurements for baseline in decision.baselines)]


def _derived(decision: Decision) -> dict[str, bool | int]:
    return {"advisory": decision.advisory, "exit_code": decision.exit_code}


def _opened(value: dict[str, Any], indent: str) -> str:
    """An object with a member a line."""
    inner = indent + " "
    members = [f"{inner}{ENCODE(key)}: {_member(key, value[key], inner)}" for key in sorted(value)]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def _member(key: str, value: Any, indent: str) -> str:
    if isinstance(value, dict) and (key in _OPENED or key in _LINES):
        return _opened(value, indent)
    if not value or not isinstance(value, (list, tuple)) or (key not in _LINES and key not in _OPENED):
        return ENCODE(value)
    inner = indent + " "
    items = [_opened(item, inner) if key == "baselines" else ENCODE(item) for item in value]
    return "[\n" + ",\n".join(inner + item for item in items) + f"\n{indent}]"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("", "a key stands there twice")
    return found


def _constant(word: str) -> float:
    raise MalformedError("", f"{word} is not a number of JSON")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise MalformedError("", f"{text[:40]} is too large a number")
    return value
