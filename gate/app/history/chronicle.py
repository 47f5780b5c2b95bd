"""Reads chronicles out of a history: runs, what they measured in the end, and what their decisions asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from gate.errors import HistoryError, Problem
from gate.history.store import Store, Which
from gate.record import replace
from gate.terms import catalogue
from gate.terms.chronicle import Chronicle, Grant, Limit, Line
from gate.terms.run import DECISION, WAIVERS, Point, Run
from gate.terms.slice import Slice

_LEVELS = ("block", "warn", "info")
_OPERATORS = (">", ">=", "<", "<=")
Asked = tuple[str, str, Slice, str]  # rule, metric, slice, operator
Judged = tuple[str, float, str]  # level, threshold, outcome
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
                limits.setdefault(asked, [None] * len(runs))[at] = judged
    return Chronicle(
        model=model,
        runs=runs,
        lines=tuple(_line(facts[key], values) for key, values in sorted(lines.items())),
        limits=tuple(_limit(asked, judged) for asked, judged in limits.items()),
        names=tuple((each.name, each.run) for each in store.names(model)),
        exclusions=tuple(store.exclusions(model)),
    )


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
    return Limit(rule, metric, operator, level, thresholds, tuple(each[2] if each else "" for each in judged), on)


def asked_in(decision: str, metric: str = "") -> Iterator[tuple[Asked, Judged]]:
    """What the rules of a decision needed of single measurements; nothing of what another version of gate wrote otherwise."""
    for finding in findings_in(decision):
        try:
            reads = [each for each in finding.get("reads", ()) if each.get("of") == "candidate"]
            of, operator, level = reads[0], str(finding["operator"]), str(finding["level"])
            name, threshold, on = str(of["metric"]), float(finding["threshold"]), Slice.of(of.get("slice", {}))
            whole = len(reads) == 1 and finding.get("value") == of.get("value")
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            continue
        known = operator in _OPERATORS and level in _LEVELS and isfinite(threshold)
        if whole and known and metric in ("", name):
            yield (str(finding.get("rule", "")), name, on, operator), (level, threshold, str(finding.get("outcome", "")))


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
                    ids = tuple(dict.fromkeys((*(known.used if used else known.stated), run.id)))
                    found[key] = replace(known, used=ids) if used else replace(known, stated=ids)
    return sorted(found.values(), key=lambda each: each.until, reverse=True)


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
