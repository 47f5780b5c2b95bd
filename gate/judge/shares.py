"""Which slices carry most of a change since the baseline."""

from __future__ import annotations

from collections.abc import Mapping

from gate.terms.decision import Share
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

SHOWN = 3
AGREES = 1e-3  # how closely the slices must add up to the whole before they may explain it

Pair = tuple[Slice, Measurement, Measurement]


def shares(metric: str, now: Measurements, before: Measurements) -> tuple[Share, ...]:
    """Up to three slices with the largest contribution to the worse whole, of the column that explains it best.

    With weights w = n / Σn, the change of the whole Σwv is the sum over slices of w̄·Δv + (v̄ − V̄)·Δw, where a
    bar is the mean of before and after: Kitagawa's components of a difference between two rates (1955), with V̄ taken off
    the second. It is exact, symmetric in time, and free of the level of v.
    """
    total_now, total_before = now.get(metric, WHOLE), before.get(metric, WHOLE)
    if total_now is None or total_before is None or not (_usable(total_now) and _usable(total_before)):
        return ()
    change = _number(total_now) - _number(total_before)
    best: list[Share] = []
    for pairs in _by_column(now.slices_of(metric), before.slices_of(metric)).values():
        found = _contributions(pairs, _number(total_now), _number(total_before))
        found.sort(key=lambda share: share.contribution * (-1 if change >= 0 else 1))
        if found and (not best or abs(found[0].contribution) > abs(best[0].contribution)):
            best = found
    return tuple(share for share in best[:SHOWN] if share.contribution * change > 0)


def _by_column(now: Mapping[Slice, Measurement], before: Mapping[Slice, Measurement]) -> dict[str, list[Pair]]:
    """Slices of one column that both sides measured, with their n; a column where one lacks is left out."""
    columns: dict[str, list[Pair]] = {}
    broken: set[str] = set()
    for on in dict.fromkeys((*now, *before)):
        if len(on.parts) != 1:
            continue
        a, b = now.get(on), before.get(on)
        if a is None or b is None or not (_usable(a) and _usable(b) and a.support.n and b.support.n):
            broken.add(on.columns[0])
        else:
            columns.setdefault(on.columns[0], []).append((on, a, b))
    return {column: pairs for column, pairs in columns.items() if column not in broken}


def _contributions(pairs: list[Pair], whole_now: float, whole_before: float) -> list[Share]:
    n_now, n_before = sum(a.support.n or 0 for _, a, _ in pairs), sum(b.support.n or 0 for _, _, b in pairs)
    weighed = [(on, a, b, (a.support.n or 0) / n_now, (b.support.n or 0) / n_before) for on, a, b in pairs]
    sum_now = sum(w * _number(a) for _, a, _, w, _ in weighed)
    sum_before = sum(w * _number(b) for _, _, b, _, w in weighed)
    if abs(sum_now - whole_now) > AGREES * max(1, abs(whole_now)) or abs(sum_before - whole_before) > AGREES * max(
        1, abs(whole_before)
    ):
        return []
    middle = (sum_now + sum_before) / 2
    found: list[Share] = []
    for on, a, b, w_now, w_before in weighed:
        value, was = _number(a), _number(b)
        contribution = (w_now + w_before) / 2 * (value - was) + ((value + was) / 2 - middle) * (w_now - w_before)
        found.append(Share(on, value, was, float(a.support.n or 0), contribution))
    return found


def _usable(found: Measurement) -> bool:
    return found.value is not None and not isinstance(found.value, bool)


def _number(found: Measurement) -> float:
    assert found.value is not None
    return float(found.value)
