"""From rows, or parts of a tally, to measurements: which engine counts, and how it may work."""

from __future__ import annotations

from collections.abc import Sequence

from gate import registry
from gate.measure.compact import compacted
from gate.measure.definition import Definition
from gate.measure.engines.engine import Effort, Engine
from gate.measure.measurements import baseline_measurements, measurements
from gate.measure.source import Source, engine_of
from gate.measure.tally import merge
from gate.record import dataclass, replace
from gate.terms.case import Case
from gate.terms.measurements import Measurements
from gate.terms.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What is measured, and by whom.

    `reference` and `train` are the rows that the definition names, by their paths from here or as they are; `read` the
    metrics that rules read, beyond those of the rows' own tally; `now` is the decision's clock (ISO 8601, UTC).
    """

    definition: Definition
    engine: str = "duckdb"
    effort: Effort = Effort()
    reference: Source | str = ""
    train: Source | str = ""
    read: frozenset[str] = frozenset()
    now: str = ""


def tally_of(source: Source, by: Measuring) -> Tally:
    """The rows of a source, counted. Raises InputError, UsageError for an unknown engine, MissingExtraError."""
    engine: Engine = registry.load("engines", engine_of(source) or by.engine)
    return engine.tally(source, by.definition, by.effort)


def measured(tally: Tally, form: str) -> Measurements:
    """The candidate's measurements; the baseline's in the same rows stand `beside` them, with the same joint evidence."""
    form = f"{form}, {tally.header.engine} {tally.header.engine_version}"
    found, beside, small = measurements(tally, form), baseline_measurements(tally, form), compacted(tally)
    found = replace(found, tally=small)
    if beside is None:
        return found
    beside = replace(beside, tally=small, cases=_cases(tally, right=True))
    return replace(found, cases=_cases(tally, right=False), beside=beside)


def _cases(tally: Tally, right: bool) -> tuple[Case, ...]:
    """The rows that flipped from right to wrong, as the baseline (right) or the model has them."""
    if "lost" not in tally:
        return ()
    ids = dict.fromkeys(str(key[1]) for key in tally["lost"].rows)
    return tuple(Case(each, "correct", float(right), passed=right) for each in ids)


def claimed(table: Measurements) -> Measurements:
    """The same numbers, as somebody's word."""
    beside = claimed(table.beside) if table.beside is not None else None
    by_metric = {
        name: {on: replace(item, evidence="") for on, item in slices.items()} for name, slices in table.by_metric.items()
    }
    return replace(table, by_metric=by_metric, beside=beside)


def merged(tallies: Sequence[Tally]) -> Measurements:
    """The measurements of parts that were counted elsewhere. Raises InputError where they do not belong together."""
    return measured(merge(tallies), "tally")
