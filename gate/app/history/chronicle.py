"""Reads chronicles out of a history: runs, what they measured in the end, and what their decisions asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any

from gate.errors import HistoryError, Problem
from gate.history.store import Store, Which
from gate.record import replace
from gate.terms import catalogue
from gate.terms.chronicle import STANDINGS, Chronicle, Grant, Limit, Line
from gate.terms.run import DECISION, WAIVERS, Point, Run
from gate.terms.slice import Slice

_LEVELS = ("block", "warn", "info")
_OPERATORS = (">", ">=", "<", "<=", "==", "!=", "")
_EFFECTS = ("pass", "warn", "fail", "undecided", "error")
_OUTCOMES = ("pass", "fail", "undecided", "missing")
Asked = tuple[str, str, Slice, str]  # rule, metric, slice, operator
Judged = tuple[str, float | None, str, str]  # level, threshold, outcome, standing
LineKey = tuple[str, Slice]


def chronicles(store: Store, which: Which, metric: str = "") -> list[Chronicle]:
    """One for each model that is meant, by name; of one metric, or of all. Raises HistoryError: none, or none has the metric."""
    by_model = runs_by_model(store, which)
    found = [_chronicle(store, model, runs, metric) for model, runs in by_model.items()]
    if metric and not any(each.lines for each in found):
        raise _no_metric(metric, store, by_model)
    return [each for each in found if each.lines or not metric]


def runs_by_model(store: Store, which: Which) -> dict[str, list[Run]]:
    """The runs that are meant, newest first; the limit holds for each model. Raises HistoryError where there are none."""
    models = [which.model] if which.model else store.models()
    found = {model: runs for model in models if (runs := store.runs(replace(which, model=model)))}
    if not found:
        what = f"no run of `{which.model}` is meant" if which.model else "no run is meant"
        remedy = "record one: `gate check --record`, `gate log`; or ask for more: --model, --branch, --since, --passed"
        raise HistoryError(Problem("no-such-run", what, remedy=remedy))
    return found


def _no_metric(metric: str, store: Store, by_model: Mapping[str, Sequence[Run]]) -> HistoryError:
    from difflib import get_close_matches

    known = {point.metric for runs in by_model.values() for run in runs[:20] for point in store.points(run.id)}
    close = get_close_matches(metric, sorted(known), 1) or sorted(known)[:8]
    remedy = f"there is {', '.join(f'`{each}`' for each in close)}" if close else "these runs logged nothing"
    return HistoryError(Problem("no-such-metric", f"none of these runs has `{metric[:80]}`", remedy=remedy))


def _chronicle(store: Store, model: str, newest_first: Sequence[Run], metric: str) -> Chronicle:
    runs = tuple(reversed(newest_first))
    lines: dict[LineKey, list[float | None]] = {}
    facts: dict[LineKey, Point] = {}
    limits: dict[Asked, list[Judged | None]] = {}
    for at, run in enumerate(runs):
        for key, point in in_the_end(store.points(run.id, metric)).items():
            lines.setdefault(key, [None] * len(runs))[at] = point.value
            facts[key] = point
        if run.verdict:
            for asked, judged in asked_in(store.document(run.id, DECISION), metric):
                beside = limits.setdefault(asked, [None] * len(runs))
                beside[at] = _worse(beside[at], judged)
    return Chronicle(
        model=model,
        runs=runs,
        lines=tuple(_line(facts[key], values) for key, values in sorted(lines.items())),
        limits=tuple(_limit(asked, judged) for asked, judged in limits.items()),
        names=tuple((each.name, each.run) for each in store.names(model)),
        exclusions=tuple(store.exclusions(model)),
    )


def _worse(one: Judged | None, other: Judged) -> Judged:
    """Of rules that have one name, as two policies may that judge together, what is worse."""
    return other if one is None else min(one, other, key=lambda each: STANDINGS.index(each[3]))


def in_the_end(points: Iterable[Point]) -> dict[LineKey, Point]:
    """The point at the highest step of each metric and slice; points come by step."""
    return {(point.metric, point.slice): point for point in points}


def _line(point: Point, values: Sequence[float | None]) -> Line:
    known = catalogue.find(point.metric)
    unit = point.unit or (known.unit if known else "")
    return Line(point.metric, point.slice, tuple(values), unit, point.better or (known.better if known else None))


def _limit(asked: Asked, judged: Sequence[Judged | None]) -> Limit:
    rule, metric, on, operator = asked
    level = next(each[0] for each in reversed(judged) if each)
    thresholds = tuple(each[1] if each else None for each in judged)
    outcomes = tuple(each[2] if each else "" for each in judged)
    standings = tuple(each[3] if each else "" for each in judged)
    return Limit(rule, metric, operator, level, thresholds, outcomes, standings, on)


def asked_in(decision: str, metric: str = "") -> Iterator[tuple[Asked, Judged]]:
    """What the rules of a decision asked, and how it ended; of one metric, or all.

    Nothing of what another version of gate wrote otherwise.
    """
    for finding in findings_in(decision):
        try:
            asked, judged = _asked(finding)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
        known = asked[3] in _OPERATORS and judged[0] in _LEVELS and judged[2] in _OUTCOMES
        if known and metric in ("", asked[1]):
            yield asked, judged


def _asked(finding: Mapping[str, Any]) -> tuple[Asked, Judged]:
    metric, on = _measurement(finding)
    threshold = finding.get("threshold")
    if isinstance(threshold, bool) or threshold is None or not isfinite(threshold):
        threshold = None
    needed = None if threshold is None else float(threshold)
    asked = (str(finding.get("rule", "")), metric, on, str(finding.get("operator", "")))
    return asked, (str(finding["level"]), needed, str(finding["outcome"]), _standing(finding))


def _measurement(finding: Mapping[str, Any]) -> tuple[str, Slice]:
    """The one measurement that a rule compares; "" where there is none, or more of them."""
    reads = [each for each in finding.get("reads", ()) if each.get("of") == "candidate"]
    on = Slice.of(finding.get("slice", {}))
    if len(reads) == 1 and reads[0].get("value") == finding.get("value"):
        return str(reads[0]["metric"]), Slice.of(reads[0].get("slice", {}))
    return _missed(str(finding.get("expression", "")), on) if not reads and finding["outcome"] == "missing" else ("", on)


def _missed(expression: str, on: Slice) -> tuple[str, Slice]:
    """The measurement that a rule asked for and that was not there: nothing was read, so its text has to say."""
    name, selector = _left_of(expression)
    columns = dict(on.parts)
    return name, Slice.of({column: columns.get(column, "*") if value is None else value for column, value in selector})


@lru_cache(1024)  # the same few rules in each of many decisions
def _left_of(expression: str) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    """The metric and the selector on the left of a comparison; "" where something else stands there."""
    from gate.language.parse import parse
    from gate.language.tokens import COMPARE, RuleError, nfc, tokenize
    from gate.language.tree import Comparison, Reading

    try:
        text = nfc(expression)
        sign = next(each.start for each in tokenize(text) if each.kind == "operator" and each.text in COMPARE)
        found = parse(f"{text[:sign]} > 0")
    except (RuleError, StopIteration):
        return "", ()
    left = found.left if isinstance(found, Comparison) else None
    return (left.metric, left.selector) if isinstance(left, Reading) else ("", ())


def _standing(finding: Mapping[str, Any]) -> str:
    """What a finding means for the verdict, as reports say it."""
    outcome, level = str(finding["outcome"]), str(finding["level"])
    plain = {"block": "fail" if outcome == "fail" else "undecided", "warn": "warn"}.get(level, "pass")
    effect = str(finding.get("effect"))
    if effect not in _EFFECTS:  # what an older gate wrote
        effect = "pass" if outcome == "pass" else plain
    if effect in ("fail", "error"):
        return "fails"
    if effect == "undecided":
        return "missing" if outcome == "missing" else "undecided"
    if effect == "warn":
        return "waived" if finding.get("waiver") else "warns"
    return "holds" if outcome == "pass" else "let pass"


def findings_in(decision: str) -> list[dict[str, Any]]:
    """The findings of a written decision; none where it cannot be read."""
    try:
        found = json.loads(decision)["findings"] if decision else []
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


# -- waivers


def grants(store: Store, which: Which) -> list[Grant]:
    """The waivers of the runs that are meant: those that end last first. Raises HistoryError."""
    found: dict[tuple[str, ...], Grant] = {}
    for model, runs in runs_by_model(store, which).items():
        for run in reversed(runs):
            for used, told in _granted(store, run):
                grant = _grant(model, told)
                if grant is not None:
                    key = (model, grant.rule, str(grant.slice), grant.until, grant.by, grant.why)
                    known = found.get(key, grant)
                    found[key] = _seen(known, run, used)
    return sorted(found.values(), key=lambda each: each.until, reverse=True)


def _seen(grant: Grant, run: Run, used: bool) -> Grant:
    """A waiver that one more run stated, or needed."""
    if not used:
        return replace(grant, stated=tuple(dict.fromkeys((*grant.stated, run.id))))
    passed = (*grant.passed, run.id) if run.passed else grant.passed
    return replace(grant, used=tuple(dict.fromkeys((*grant.used, run.id))), passed=tuple(dict.fromkeys(passed)))


def _granted(store: Store, run: Run) -> Iterator[tuple[bool, Mapping[str, Any]]]:
    """What a run says of waivers: whether it made use of one, and which."""
    try:
        stated = json.loads(store.document(run.id, WAIVERS) or "[]")
    except (ValueError, RecursionError):
        stated = []
    yield from ((False, each) for each in stated if isinstance(each, dict))
    for finding in findings_in(store.document(run.id, DECISION)) if run.verdict else ():
        waiver = finding.get("waiver")
        if isinstance(waiver, dict):
            yield True, {"rule": finding.get("rule"), "slice": finding.get("slice", {}), **waiver}


def _grant(model: str, told: Mapping[str, Any]) -> Grant | None:
    try:
        rule, until, by, why, floor = (str(told.get(name) or "") for name in ("rule", "until", "by", "why", "floor"))
        on = Slice.of(told.get("slice") or {})
        return Grant(model=model, rule=rule, until=until, by=by, why=why, slice=on, floor=floor)
    except (TypeError, ValueError, AttributeError):
        return None
