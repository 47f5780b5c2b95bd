"""SQL for sums of powers by the size of the numbers, and for the largest of them."""

from __future__ import annotations

from collections.abc import Mapping

from gate.measure import powers
from gate.measure.further import USABLE, Rows, grouped, weights, whole
from gate.stats.sized import Powers, field
from gate.terms.tally import Key, Number, Table


def sums(rows: Rows, listed: tuple[Powers, ...], cubes: tuple[Powers, ...]) -> dict[str, str]:
    """SQL by field; with weights there are no cubes: they would not fit in 128 bits."""
    if not rows.asked.weight:
        return {field(each): whole(rows, powers.product(each)) for each in (*listed, *cubes)}
    both = {field(each, times): whole(rows, powers.product(each, times)) for times in (1, 2) for each in listed}
    return weights(rows) | both


def rests(rows: Rows, listed: tuple[Powers, ...]) -> dict[str, str]:
    """SQL for what rounding leaves, by field."""
    once = 1 if rows.asked.weight else 0
    of_weight = {"w.rest": whole(rows, powers.rest("w"))} if once else {}
    return of_weight | {f"{field(each, once)}.rest": whole(rows, powers.rest(powers.product(each, once))) for each in listed}


def by_size(
    rows: Rows, numbers: Mapping[str, str], fields: Mapping[str, str], where: str = USABLE, keys: Mapping[str, str] | None = None
) -> dict[Key, tuple[Number, ...]]:
    """Sums by further keys and the sizes of finite numbers, by name as the fields name them; `a` is the absolute `e`."""
    further = dict(keys or {})
    told = {**further, **{f"raw_{name}": number for name, number in numbers.items()}}
    told |= {f"size_{name}": powers.size(number) for name, number in numbers.items()}
    inner = f"select *, {_listed(told)} from ({rows.rows}) as r2 where {where}"
    kept = [*(f"g{index}" for index in range(len(rows.columns))), "w", *further, *(f"size_{name}" for name in numbers)]
    scaled = {name: f"raw_{name} / power(2e0, size_{name})" for name in numbers}
    scaled |= {"a": "abs(raw_e / power(2e0, size_e))"} if "e" in numbers else {}
    source = f"select {', '.join(kept)}, {_listed(scaled)} from ({inner}) as r3"
    by = {**{name: name for name in further}, **{name: f"size_{name}" for name in numbers}}
    return grouped(rows, by, fields, "true", source)


def _listed(told: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} as {alias}" for alias, expression in told.items())


def largest(rows: Rows, number: str, where: str = USABLE) -> dict[Key, tuple[Number, ...]]:
    """The largest number of each slice as a key, so that the largest of several parts is among their keys."""
    found: dict[Key, tuple[Number, ...]] = {}
    for key, row in grouped(rows, {}, {"largest": number}, where, aggregate="max").items():
        at: Key = (*key, float(row[1]))
        found[at] = (row[0],)
    return found


def add(
    found: dict[str, Table],
    name: str,
    keys: tuple[str, ...],
    fields: tuple[str, ...],
    first: str,
    rows: Mapping[Key, tuple[Number, ...]],
    merges: bool = True,
) -> None:
    """Put rows into a table, `first` being the key behind the slice."""
    if rows:
        before = found[name].rows if name in found else {}
        further = {(key[0], first, *key[1:]): row for key, row in rows.items()}
        found[name] = Table(keys, fields, {**before, **further}, merges)
