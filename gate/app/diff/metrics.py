"""Measurements beside measurements."""

from __future__ import annotations

from math import inf

from gate.record import replace
from gate.reports.numbers import same
from gate.terms import catalogue
from gate.terms.comparison import MeasurementMove, MetricsComparison, Move
from gate.terms.defining import is_text
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements, Source
from gate.terms.metric import Direction

_ORDER = tuple(Move)


def compare_metrics(before: Measurements, after: Measurements, first: Source, second: Source) -> MetricsComparison:
    """Every measurement of both files: what got worse first, by its relative size."""
    moves: list[MeasurementMove] = []
    for metric in dict.fromkeys((*before.names, *after.names)):
        old, new = before.by_metric.get(metric, {}), after.by_metric.get(metric, {})
        for on in dict.fromkeys((*old, *new)):
            moved = _move(old.get(on), new.get(on))
            if moved is not None:
                moves.append(moved)
    return MetricsComparison(first, second, tuple(sorted(moves, key=_rank)))


def _rank(moved: MeasurementMove) -> tuple[int, float]:
    """Large changes first; one that has no size, as it comes from or leads to nothing, before all."""
    size = inf if moved.relative is None else abs(moved.relative)
    return _ORDER.index(moved.move), -size


def _move(old: Measurement | None, new: Measurement | None) -> MeasurementMove | None:
    """What became of one measurement; None for a text, which is none."""
    one = new or old
    assert one is not None
    if all(each is None or is_text(each.problem) for each in (old, new)):
        return None
    better = _better(one.metric, old, new)
    known = catalogue.find(one.metric)
    unit = one.unit or (known.unit if known else "")
    moved = MeasurementMove(one.metric, one.slice, Move.EQUAL, old, new, better, unit)
    if new is None:
        return replace(moved, move=Move.REMOVED)
    if old is None:
        return replace(moved, move=Move.ADDED)
    if old.value is None or new.value is None:
        return replace(moved, move=_lost(old, new))
    if same(old.value, new.value):
        return moved
    return _sized(moved, old.value, new.value)


def _better(metric: str, old: Measurement | None, new: Measurement | None) -> Direction | None:
    """Which way is better, where common knowledge and both files do not disagree."""
    known = catalogue.find(metric)
    said = {each.better for each in (old, new) if each is not None} | {known.better if known else None}
    said.discard(None)
    return said.pop() if len(said) == 1 else None


def _lost(old: Measurement, new: Measurement) -> Move:
    if new.value is None:
        return Move.WORSE if old.value is not None else Move.EQUAL if old.problem == new.problem else Move.CHANGED
    return Move.CHANGED


def _sized(moved: MeasurementMove, old: float, new: float) -> MeasurementMove:
    grew = new > old
    move = (
        Move.CHANGED
        if moved.better is None or new == old
        else Move.BETTER
        if grew == (moved.better is Direction.HIGHER)
        else Move.WORSE
    )
    if isinstance(old, bool) or isinstance(new, bool):
        return replace(moved, move=move)
    change = _float(new - old) if isinstance(old, int) and isinstance(new, int) else float(new) - float(old)
    return replace(moved, move=move, change=change, relative=change / abs(float(old)) if old else None)


def _float(difference: int) -> float:
    """A difference of whole numbers, which is exact while it is small."""
    try:
        return difference if abs(difference) < 10**15 else float(difference)
    except OverflowError:
        return inf if difference > 0 else -inf
