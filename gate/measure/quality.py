"""The state of the rows, whatever a model says of them: what is missing, doubled, constant, out of range, or stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone

from gate.measure.definition import Definition
from gate.measure.drift.columns import type_changed
from gate.measure.drift.sides import Side, opened
from gate.measure.engines.engine import Effort
from gate.measure.measurements import measurement
from gate.measure.metrics.metric import DOWN, UP, Described, Value
from gate.measure.source import Source
from gate.record import dataclass
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements, Unused
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice


def _described(
    name: str, means: str, better: Direction | None = DOWN, share: bool = True, unit: str = "", reference: bool = False
) -> Described:
    needs = ("reference",) if reference else ()
    high = 1 if share else None
    return Described(f"quality.{name}", better, 0 if unit == "" else None, high, needs, False, unit, means=means)


METRICS = (
    _described("rows", "rows", UP, share=False),
    _described("missing_rate", "share of a column's values that are null or NaN"),
    _described("constant", "whether a column holds one value only", None),
    _described("constant_columns", "columns that hold one value only", share=False),
    _described("duplicate_row_rate", "share of rows that equal an earlier one"),
    _described("duplicate_id_rate", "share of rows whose id stands in an earlier one"),
    _described("age_hours", "hours from the newest row to the decision", share=False, unit="h"),
    _described("out_of_range_rate", "share of a column's numbers beyond the reference's least and largest", reference=True),
    _described("type_changed", "whether a column holds other kinds of values than in the reference", None, reference=True),
    _described("absent_columns", "columns of the reference that the rows do not have", share=False, reference=True),
    _described("new_columns", "columns that the reference does not have", None, share=False, reference=True),
)
_BY_NAME = {each.name: each for each in METRICS}
_NO_ROWS = "not measured: there are no rows"
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Column:
    """What one scan tells of a column: how many values are neither null nor NaN, the least of them and the largest."""

    known: int
    low: object
    high: object

    @property
    def constant(self) -> bool:
        return self.known > 0 and self.low == self.high


def quality(
    source: Source, definition: Definition, effort: Effort, reference: Source | None = None, now: str = ""
) -> Measurements:
    """The state of the rows, beside a reference's where there is one. `now` is the decision's clock (ISO 8601, UTC).

    The age of the newest row is measured only with `timestamp` and a clock. Raises InputError.
    """
    with opened(source, effort) as side:
        columns = scanned(side, list(side.kinds))
        items = [*_whole(side, definition, effort, columns), *_by_column(side, columns), *_age(side, definition, now)]
        unused: list[Unused] = []
        if reference is not None:
            with opened(reference, effort) as before:
                items += _beside(side, before, columns, definition)
                unused = [
                    Unused(name, "is a column of the reference and not of the rows")
                    for name in before.kinds
                    if name not in side.kinds
                ]
    return Measurements.of(items, unused=tuple(unused))


def _told(name: str, value: Value, feature: str = "") -> Measurement:
    return measurement(name, _BY_NAME[name], value, Slice.of({"feature": feature}) if feature else WHOLE)


def scanned(side: Side, names: Sequence[str]) -> dict[str, Column]:
    """What a scan of all columns tells of each."""
    found: dict[str, Column] = {}
    for start in range(0, len(names), _AT_ONCE):
        chunk = names[start : start + _AT_ONCE]
        asked = [expression for name in chunk for expression in _asked(side, name)]
        row = side.all(f"select {', '.join(asked)} from {side.table}")[0]
        found |= {name: Column(*row[3 * index : 3 * index + 3]) for index, name in enumerate(chunk)}
    return found


def _asked(side: Side, column: str) -> tuple[str, str, str]:
    value = side.value(column)
    value = f"cast({value} as integer)" if side.kinds[column] == "boolean" else value  # PostgreSQL has no lesser truth
    return f"count({value})", f"min({value})", f"max({value})"


# -- the rows by themselves


def _whole(side: Side, definition: Definition, effort: Effort, columns: Mapping[str, Column]) -> Iterator[Measurement]:
    yield _told("quality.rows", Value(float(side.rows)))
    yield _told("quality.constant_columns", Value(float(sum(column.constant for column in columns.values()))))
    yield _told(
        "quality.duplicate_row_rate", _duplicates(side, side.distinct([side.value(name) for name in sorted(side.kinds)]), effort)
    )
    if definition.id in side.kinds:
        yield _told("quality.duplicate_id_rate", _duplicates(side, side.spelling.name(definition.id), effort))


def _duplicates(side: Side, key: str, effort: Effort) -> Value:
    """The share of rows whose key stood in an earlier row; those without one count as different."""
    if not side.rows:
        return Value(None, problem=_NO_ROWS)
    if side.rows > effort.exact_rows:
        return Value(None, problem=f"not measured: more than {effort.exact_rows:,} rows")
    known, distinct = side.all(f"select count(k), count(distinct k) from (select {key} as k from {side.table}) as keyed")[0]
    return Value((known - distinct) / side.rows, n=side.rows, k=known - distinct)


def _by_column(side: Side, columns: Mapping[str, Column]) -> Iterator[Measurement]:
    for name, column in columns.items():
        missing = side.rows - column.known
        share = Value(missing / side.rows, n=side.rows, k=missing) if side.rows else Value(None, problem=_NO_ROWS)
        yield _told("quality.missing_rate", share, name)
        empty = Value(None, problem="not measured: the column holds no values")
        yield _told("quality.constant", Value(column.constant) if column.known else empty, name)


def _age(side: Side, definition: Definition, now: str) -> Iterator[Measurement]:
    if not (definition.timestamp in side.kinds and now):
        return
    found = side.seconds(definition.timestamp)
    newest = side.all(f"select max({found}) from {side.table}")[0][0] if found else None
    if newest is None:
        yield _told("quality.age_hours", Value(None, problem="not measured: the timestamps are no times"))
        return
    clock = datetime.fromisoformat(now.replace("Z", "+00:00"))
    clock = clock if clock.tzinfo else clock.replace(tzinfo=timezone.utc)
    yield _told("quality.age_hours", Value((clock.timestamp() - newest) / 3600))


# -- beside a reference


def _beside(now: Side, before: Side, columns: Mapping[str, Column], definition: Definition) -> Iterator[Measurement]:
    """What changed since the reference. Keys and times have no range to keep to."""
    keys = (definition.id, definition.timestamp, definition.cluster, definition.query)
    shared = [name for name in now.kinds if name in before.kinds]
    yield _told("quality.absent_columns", Value(float(len(before.kinds) - len(shared))))
    yield _told("quality.new_columns", Value(float(len(now.kinds) - len(shared))))
    numbers = []
    for name in shared:
        changed = type_changed(now.kinds[name], before.kinds[name])
        yield _told("quality.type_changed", Value(changed), name)
        if not changed and now.kinds[name] in ("integer", "number") and name not in keys:
            numbers.append(name)
    limits = scanned(before, numbers)
    outside = _outside(now, {name: limits[name] for name in numbers if limits[name].known})
    for name in numbers:
        known = columns[name].known
        problem = "not measured: the column holds no values" + ("" if limits[name].known else " in the reference")
        measurable = known and name in outside
        share = Value(outside[name] / known, n=known, k=outside[name]) if measurable else Value(None, problem=problem)
        yield _told("quality.out_of_range_rate", share, name)


def _outside(side: Side, limits: Mapping[str, Column]) -> dict[str, int]:
    """How many values of each column lie beyond the limits."""
    if not limits:
        return {}
    counts = []
    for name, column in limits.items():
        number = side.value(name)
        counts.append(f"count(*) filter (where {number} < {_double(column.low)} or {number} > {_double(column.high)})")
    return dict(zip(limits, side.all(f"select {', '.join(counts)} from {side.table}")[0], strict=True))


def _double(number: object) -> str:
    return f"cast('{number!r}' as double)"
