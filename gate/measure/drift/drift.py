"""The rows beside those of a reference, as measurements by column: `drift.psi[feature=amount]`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from gate.measure.definition import Definition
from gate.measure.drift import categorical, numeric
from gate.measure.drift.catalogue import BY_NAME
from gate.measure.drift.columns import Chosen, Kind, chosen
from gate.measure.drift.sides import Side, both, ordered
from gate.measure.drift.values import Found
from gate.measure.engines.engine import Effort
from gate.measure.measurements import measurement
from gate.measure.metrics.metric import Value
from gate.measure.source import Source, parts
from gate.record import replace
from gate.stats.holm import holm
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.measurements import Source as Origin
from gate.terms.slice import WHOLE, Slice

FEATURE = "feature"
DOMAIN = "drift.domain_auc"
SAMPLE = "drift.sample_share"
AT_ONCE = 4  # columns that are read together; 32 bytes for each row of both sides are held for each


def drift(source: Source, reference: Source, definition: Definition, effort: Effort, asked: Collection[str] = ()) -> Measurements:
    """Every column's drift; the domain classifier's AUC, too, where `asked` or the definition names `drift.domain_auc`.

    A column that cannot be compared has measurements without values, and they say why. Raises InputError: rows that
    cannot be read.
    """
    with both(source, reference, effort) as (now, before):
        columns, unused = chosen(definition, now.kinds, before.kinds)
        _tell(effort, 0.1)
        found = _compared(now, before, columns, effort)
        items = [item for column, values in found for item in _measurements(column, values, before.looked_at)]
        items += _adjusted(found)
        if (share := min(now.share, before.share)) < 1:
            items.append(measurement(SAMPLE, BY_NAME[SAMPLE], Value(share), WHOLE))
        if DOMAIN in (*asked, *definition.ask):
            from gate.measure.drift import domain

            items.append(measurement(DOMAIN, BY_NAME[DOMAIN], domain.auc(now, before, columns, definition), WHOLE))
    origins = tuple(Origin(part.name, f"reference ({reference.form})", part.sha256) for part in parts(reference))
    return Measurements.of(items, sources=origins, unused=tuple(unused))


def _tell(effort: Effort, share: float) -> None:
    if effort.progress is not None:
        effort.progress("comparing with the reference", share)


def _compared(now: Side, before: Side, columns: Sequence[Chosen], effort: Effort) -> list[tuple[Chosen, Found]]:
    """Each column with its values, in the order of `columns`."""
    found = {column.name: _nothing(column) for column in columns if column.problem}
    numbers = [column.name for column in columns if column.kind is Kind.NUMBER and not column.problem]
    found |= _of_numbers(now, before, numbers, effort)
    for column in columns:
        if column.name not in found:
            found[column.name] = categorical.drift(*(side.categories(column.name, column.label) for side in (before, now)))
    return [(column, found[column.name]) for column in columns]


def _nothing(column: Chosen) -> Found:
    names = numeric.NAMES if column.kind is Kind.NUMBER else categorical.NAMES
    return dict.fromkeys(names, Value(None, problem=column.problem))


def _of_numbers(now: Side, before: Side, names: Sequence[str], effort: Effort) -> dict[str, Found]:
    """Drift of columns of numbers: while some are compared the next are read; NumPy sorts in several threads."""
    from concurrent.futures import Future, ThreadPoolExecutor

    found: dict[str, Future[Found]] = {}
    with ThreadPoolExecutor(effort.threads or os.cpu_count() or 1) as pool:
        for start in range(0, len(names), AT_ONCE):
            chunk = names[start : start + AT_ONCE]
            read = zip(before.numbers(chunk), now.numbers(chunk), strict=True)
            for name in names[max(0, start - AT_ONCE) : start]:
                found[name].result()  # no more than two chunks are in memory
            found |= {name: pool.submit(_of_pair, pair) for name, pair in zip(chunk, read, strict=True)}
            _tell(effort, 0.1 + 0.8 * (start + len(chunk)) / len(names))
        return {name: each.result() for name, each in found.items()}


def _of_pair(pair: tuple[Any, Any]) -> Found:
    return numeric.drift(ordered(pair[0]), ordered(pair[1]))


def _measurements(column: Chosen, values: Found, reference_rows: int) -> Iterator[Measurement]:
    on = Slice.of({FEATURE: column.name})
    for name, value in values.items():
        made = measurement(f"drift.{name}", BY_NAME[f"drift.{name}"], value, on)
        if name == "ks" and value.n:
            interval = numeric.ks_interval(value, reference_rows, int(value.n))
            made = replace(made, support=replace(made.support, interval=interval))
        yield made


def _adjusted(found: Sequence[tuple[Chosen, Found]]) -> list[Measurement]:
    """`drift.p`: the p-values of all columns, adjusted for how many there are."""
    tested = [(column, values["psi_p"]) for column, values in found if "psi_p" in values]
    known = [value.value for _, value in tested if value.value is not None]
    adjusted = iter(holm(known))
    described = BY_NAME["drift.p"]
    return [
        measurement(
            "drift.p",
            described,
            value if value.value is None else replace(value, value=next(adjusted)),
            Slice.of({FEATURE: column.name}),
        )
        for column, value in tested
    ]
