"""What is measured of rows beyond metrics, where it is asked for: drift, quality and pitfalls."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from gate.errors import Problem, UsageError
from gate.measure.measuring import Measuring
from gate.measure.objects import at_hand
from gate.measure.source import Source, engine_of, open_rows
from gate.terms.measurements import Measurements


def inspected(source: Source, by: Measuring) -> list[Measurements]:
    """Drift where a reference is named, and with it, or where a rule or `ask` names one of them, quality and pitfalls.

    Raises InputError; UsageError for rows that are compared with themselves, which never differ.
    """
    asked = by.read | frozenset(by.definition.ask)
    if not (by.reference or by.train or any(_named(family, asked) for family in ("quality", "pitfalls"))):
        return []
    with ExitStack() as stack:
        reference, train = (
            stack.enter_context(at_hand(found, by.effort)) if (found := _rows(named, role, source)) else None
            for named, role in ((by.reference, "reference"), (by.train, "train"))
        )
        return list(_inspected(source, by, reference, train, asked))


def _inspected(
    source: Source, by: Measuring, reference: Source | None, train: Source | None, asked: frozenset[str]
) -> Iterator[Measurements]:
    if reference is not None:
        from gate.measure.drift.drift import drift

        yield drift(source, reference, by.definition, by.effort, asked)
    if reference is not None or _named("quality", asked):
        from gate.measure.quality import quality

        yield quality(source, by.definition, by.effort, reference, by.now)
    if train is not None or _named("pitfalls", asked):
        from gate.measure.pitfalls import pitfalls

        yield pitfalls(source, by.definition, by.effort, train or reference)


def _named(family: str, asked: Iterable[str]) -> bool:
    """Whether somebody asks for a family; `pitfalls.constant_prediction_rate` comes with the tally."""
    return any(name == family or name.startswith(f"{family}.") for name in asked)


def _rows(named: Source | str, role: str, source: Source) -> Source | None:
    if isinstance(named, Source):
        return named
    if not named:
        return None
    found = open_rows(named)
    same = any(os.path.samefile(one, other) for one in source.paths for other in found.paths)
    if same or set(source.addresses) & set(found.addresses) or (engine_of(source) and source.name == found.name):
        what = f"the rows of `{role}` are the very rows that are measured: {source.name}"
        remedy = "rows compared with themselves never differ: name those of an earlier time, or of training"
        raise UsageError(Problem("same-file", what, remedy=remedy))
    return found
