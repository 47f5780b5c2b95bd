"""Cases that held on a baseline and fail now: what a mean over many cases hides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gate.language.value import Doubt
from gate.terms import catalogue
from gate.terms.case import Case, LostCase
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import Slice

Key = tuple[str, str, Slice]  # id, metric, slice


def lost(candidate: Measurements, baselines: Mapping[str, Measurements | Doubt]) -> tuple[LostCase, ...]:
    """Every case that passed on a baseline and does not pass now, those that fell deepest first; by the metric that fell most.

    A case holds where more than half of its repeats passed, and fails where fewer than half did. Repeats that errored are
    neither, and so is a case of which nothing else is known. Only what is on both sides, by id, metric and slice, is compared.
    """
    now = _by_key(candidate.cases)
    found: list[LostCase] = []
    for name, table in baselines.items():
        if isinstance(table, Measurements):
            found += _pairs(name, _by_key(table.cases), now)
    found.sort(key=lambda each: (each.now - each.before, each.baseline, each.metric, each.id))
    deepest: dict[tuple[str, str, Slice], LostCase] = {}
    for each in found:
        deepest.setdefault((each.id, each.baseline, each.slice), each)
    return tuple(deepest.values())


def _pairs(name: str, before: Mapping[Key, list[Case]], now: Mapping[Key, list[Case]]) -> Iterable[LostCase]:
    for key, cases in now.items():
        held, fails = _share(before.get(key, ())), _share(cases)
        if held is not None and fails is not None and held > 0.5 > fails:
            id_, metric, on = key
            yield LostCase(id_, metric, name, _mean(before[key]), _mean(cases), on)


def _by_key(cases: Iterable[Case]) -> dict[Key, list[Case]]:
    found: dict[Key, list[Case]] = {}
    for case in cases:
        found.setdefault((case.id, case.metric, case.slice), []).append(case)
    return found


def _share(cases: Iterable[Case]) -> float | None:
    """The part of the repeats that passed; None where of none it is known."""
    known = [passed for case in cases if (passed := _passed(case)) is not None]
    return sum(known) / len(known) if known else None


def _passed(case: Case) -> bool | None:
    """What the tool said, else a score of 1 or 0 of a metric that is not better when lower."""
    if case.error or case.score is None:
        return None
    if case.passed is not None:
        return case.passed
    fact = catalogue.find(case.metric)
    if case.score not in (0, 1) or (fact is not None and fact.better is Direction.LOWER):
        return None
    return case.score == 1


def _mean(cases: Iterable[Case]) -> float:
    scores = [case.score for case in cases if case.score is not None and not case.error]
    return sum(scores) / len(scores)
