"""The classic traps that rows show: a feature that holds the label, and test rows that the model has learned from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from gate.measure.definition import Definition
from gate.measure.drift.columns import Chosen, Kind, chosen
from gate.measure.drift.sides import Side, opened, value
from gate.measure.engines.engine import Effort
from gate.measure.measurements import measurement
from gate.measure.metrics.metric import DOWN, Described, Value
from gate.measure.profile import profile
from gate.measure.source import Source
from gate.measure.sql import literal
from gate.stats import samples
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_TRAIN = ("train",)
METRICS = (
    Described(
        "pitfalls.leakage_auc", DOWN, 0.5, 1, labelled=False,
        means="how well one feature alone tells the label: ROC AUC, whichever way it points",
    ),
    Described(
        "pitfalls.train_duplicate_rate", DOWN, 0, 1, _TRAIN, labelled=False,
        means="share of rows that are training rows, too (all columns but id, weight, scores and predictions)",
    ),
    Described("pitfalls.train_id_rate", DOWN, 0, 1, _TRAIN, labelled=False, means="share of rows whose id is in training, too"),
    Described(
        "pitfalls.train_cluster_rate", DOWN, 0, 1, _TRAIN, labelled=False,
        means="share of rows whose cluster (user, document) is in training, too",
    ),
    Described(
        "pitfalls.train_time_rate", DOWN, 0, 1, _TRAIN, labelled=False,
        means="share of rows that are no newer than the newest training row",
    ),
    Described(
        "pitfalls.same_rows", None, None, None, _TRAIN, labelled=False,
        means="whether the rows are those of training, or of the earlier test that stands in its place",
    ),
)  # fmt: skip
_BY_NAME = {each.name: each for each in METRICS}
LEAK_ROWS = 200_000  # rows in which a leak is looked for, chosen by a hash: an AUC of so many is within .003
_SAMPLE = "leak_sample"
LEAST = 10  # rows of each class
_TOO_FAR = Value(
    None, problem="not measured: the rows are in a table elsewhere, and too many to be compared one by one (10,000,000 values)"
)
_NO_TRAIN = "not measured: no training rows are named (`measure: {train: FILE}`)"


def pitfalls(source: Source, definition: Definition, effort: Effort, train: Source | None = None) -> Measurements:
    """What single features tell of the label, and what the rows share with those of training. Raises InputError."""
    with opened(source, effort) as side:
        items = list(_leaks(side, definition))
        if train is None:
            problem = Value(None, problem=_NO_TRAIN)
            items += [_told(each.name, problem) for each in METRICS if each.needs == _TRAIN and _concerns(each.name, definition)]
        else:
            with opened(train, effort) as before:
                items += _overlap(side, before, definition, effort)
    return Measurements.of(items)


def _told(name: str, found: Value, feature: str = "") -> Measurement:
    return measurement(name, _BY_NAME[name], found, Slice.of({"feature": feature}) if feature else WHOLE)


def _concerns(name: str, definition: Definition) -> bool:
    role = {"train_id_rate": definition.id, "train_cluster_rate": definition.cluster, "train_time_rate": definition.timestamp}
    return bool(role.get(name.partition(".")[2], "always"))


# -- one feature that tells the label


def _leaks(side: Side, definition: Definition) -> Iterator[Measurement]:
    """Of binary labels only: for others there is no single number."""
    truth = _truth(side, definition)
    if not truth:
        return
    ends = {definition.label, definition.score, definition.prediction, *definition.scores.values()}
    columns = [column for column in chosen(definition, side.kinds, side.kinds)[0] if column.name not in ends]
    with _sampled(side, truth, [column.name for column in columns]) as sample:
        for index, column in enumerate(columns):
            found = Value(None, problem=column.problem) if column.problem else _leak(sample, column, f"c{index}")
            yield _told("pitfalls.leakage_auc", found, column.name)


def _truth(side: Side, definition: Definition) -> str:
    """SQL for the truth of a row: 1, 0, or null without a label; "" where labels are not binary."""
    if not definition.label or definition.task not in ("", "binary"):
        return ""
    label = side.spelling.name(definition.label)
    found = side.all(f"select distinct {label} from {side.table} where {label} is not null limit 4")
    labels = sorted((row[0] for row in found if row[0] == row[0]), key=str)
    if not 1 <= len(labels) <= 2:
        return ""
    known = profile(side.source, definition, side.kinds, labels)
    if known.task != "binary":
        return ""
    among = ", ".join(literal(each) for each in known.positives) or "null"
    unknown = f"{side.value(definition.label)} is null"
    return f"case when {unknown} then null when {label} in ({among}) then 1 else 0 end"


def _sampled(side: Side, truth: str, names: list[str]) -> AbstractContextManager[Side]:
    """The rows in which leaks are looked for, as a table: the truth, a half of the rows, and the features as c0, c1, …"""
    features = [f"{side.value(name)} as c{index}" for index, name in enumerate(names) if name in side.kinds]
    told = [f"{truth} as y", f"{side.shuffled(sorted(side.kinds), 'half')} & 1 as half", *features]
    some = side.some(LEAK_ROWS / side.rows if side.rows else 1.0)
    query = f"select {', '.join(told)} from {side.table} where {some} and {truth} is not null"
    return side.kept(query, [each.rpartition(" as ")[2] for each in told], _SAMPLE)


def _leak(side: Side, column: Chosen, name: str) -> Value:
    if column.kind is Kind.CATEGORY:
        return _area(*_rated(side, name))
    found = side.arrays(f"select y, cast({name} as double) as x from {_SAMPLE} where {name} is not null", ["y", "x"])
    return _area(found["x"][found["y"] == 1], found["x"][found["y"] == 0])


def _area(positive: Any, negative: Any) -> Value:
    import numpy as np

    n, m = len(positive), len(negative)
    if min(n, m) < LEAST:
        return Value(None, problem=f"not measured: {min(n, m)} rows of one class have a value, and {LEAST} are needed")
    area, stderr = samples.auc(np.sort(positive), np.sort(negative))
    return Value(max(area, 1 - area), n=n + m, stderr=stderr, n_pos=n, n_neg=m)


def _rated(side: Side, name: str) -> tuple[Array, Array]:
    """A category as the share of positives that it has in the other half of the rows, for positives and for negatives.

    Within the same rows a category that occurs once would tell its own label.
    """
    import numpy as np

    counted = side.all(f"select {name}, half, sum(y), count(*) from {_SAMPLE} where {name} is not null group by 1, 2")
    total = sum(row[3] for row in counted) or 1
    share = sum(row[2] for row in counted) / total
    counts = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in counted}
    scores: dict[bool, list[Any]] = {True: [np.empty(0)], False: [np.empty(0)]}
    for (category, half), (positives, n) in counts.items():
        others, among = counts.get((category, 1 - half), (0, 0))
        rate = (others + share) / (among + 1)  # one row at the mean: a category that is not in the other half tells nothing
        scores[True].append(np.full(positives, rate))
        scores[False].append(np.full(n - positives, rate))
    return np.concatenate(scores[True]), np.concatenate(scores[False])


# -- rows that were learned from


def _overlap(now: Side, before: Side, definition: Definition, effort: Effort) -> Iterator[Measurement]:
    if max(now.rows, before.rows) > effort.exact_rows or not now.rows:
        problem = f"not measured: more than {effort.exact_rows:,} rows" if now.rows else "not measured: there are no rows"
        names = [each.name for each in METRICS if each.needs == _TRAIN and _concerns(each.name, definition)]
        yield from (_told(name, Value(None, problem=problem)) for name in names)
        return
    yield from _equal_rows(now, before, definition)
    for name, column in (("train_id_rate", definition.id), ("train_cluster_rate", definition.cluster)):
        if column:
            yield _told(f"pitfalls.{name}", _keys(now, before, column))
    if definition.timestamp:
        yield _told("pitfalls.train_time_rate", _times(now, before, definition.timestamp))


def _equal_rows(now: Side, before: Side, definition: Definition) -> Iterator[Measurement]:
    said = {
        definition.id, definition.weight, definition.prediction, definition.score, definition.baseline_prediction,
        definition.baseline_score, *definition.scores.values(),
    }  # fmt: skip
    shared = sorted(name for name in now.kinds if name in before.kinds and now.kinds[name] != "other" and name not in said)
    names = [name for name in shared if _comparable(now.kinds[name], before.kinds[name])]
    if not names:
        problem = Value(None, problem="not measured: no column is in both files")
        yield from (_told(f"pitfalls.{name}", problem) for name in ("train_duplicate_rate", "same_rows"))
        return
    doubles = [name for name in names if now.kinds[name] != before.kinds[name]]
    found = _hashes(now, before, names, doubles, "1 = 1")
    if found is None:
        yield from (_told(f"pitfalls.{name}", _TOO_FAR) for name in ("train_duplicate_rate", "same_rows"))
        return
    here, there = found
    yield _told("pitfalls.train_duplicate_rate", _shared(here, there))
    yield _told("pitfalls.same_rows", Value(len(here) == len(there) and bool((here == there).all())))


def _comparable(now: str, before: str) -> bool:
    return now == before or {now, before} == {"integer", "number"}


def _hashes(now: Side, before: Side, names: Sequence[str], doubles: Collection[str], where: str) -> tuple[Array, Array] | None:
    """The hashes of both sides' rows, sorted; None where a table elsewhere is too large to be compared row by row."""
    import numpy as np

    found: list[Array] = []
    for side in (now, before):
        with side.near(names) as near:
            if near is None:
                return None
            query = f"select {row_hash(near, names, doubles)} as h from {near.table} where {where}"
            found.append(np.sort(near.arrays(query, ["h"])["h"]))
    return found[0], found[1]


def row_hash(side: Side, names: Sequence[str], doubles: Collection[str] = ()) -> str:
    """SQL for a row's hash of 64 bits, in DuckDB; `doubles` are integers that are other numbers on the other side."""
    kinds = {name: "number" if name in doubles else side.kinds[name] for name in names}
    whole = {name: f"cast({side.spelling.name(name)} as hugeint)" for name, kind in kinds.items() if kind == "integer"}
    return f"hash({', '.join(whole.get(name) or value(name, kinds[name], side.spelling) for name in names)})"


def _shared(here: Array, there: Array) -> Value:
    """The share of `here` that is in `there`; both sorted."""
    import numpy as np

    at = np.minimum(np.searchsorted(there, here), max(0, len(there) - 1))
    both = int((there[at] == here).sum()) if len(there) else 0
    return Value(both / len(here), n=len(here), k=both)


def _keys(now: Side, before: Side, column: str) -> Value:
    if column not in before.kinds or column not in now.kinds:
        return Value(None, problem="not measured: the column is not in both files")
    if not _comparable(now.kinds[column], before.kinds[column]):
        return Value(None, problem="not measured: the column is of another type in training")
    doubles = [column] if now.kinds[column] != before.kinds[column] else []
    found = _hashes(now, before, [column], doubles, f"{Side.spelling.name(column)} is not null")
    if found is None:
        return _TOO_FAR
    here, there = found
    return _shared(here, there) if len(here) else Value(None, problem="not measured: the column holds no values")


def _times(now: Side, before: Side, column: str) -> Value:
    if column not in before.kinds or column not in now.kinds:
        return Value(None, problem="not measured: the column is not in both files")
    told = [side.seconds(column) for side in (now, before)]
    newest = before.all(f"select max({told[1]}) from {before.table}")[0][0] if all(told) else None
    if newest is None:
        return Value(None, problem="not measured: the timestamps are no times")
    n, k = now.all(
        f"select count(t), count(*) filter (where t <= {newest!r}) from (select {told[0]} as t from {now.table}) as r"
    )[0]
    return Value(k / n, n=n, k=k) if n else Value(None, problem="not measured: the timestamps are no times")
