"""What every report of measurements agrees on: its rows, what else was found in the files, and the words for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from gate.errors import Place
from gate.language.write import write_name, write_selector
from gate.reports.numbers import interval, number, percent
from gate.reports.plain import LONGEST_UNIT, clip, posix
from gate.terms import catalogue
from gate.terms.measurement import Measurement, Support
from gate.terms.measurements import Measurements, Unused

HEADS = ("metric", "value", "unit", "n", "evidence", "better", "where")
RIGHT = ("value", "n")  # of these, what ends where others end
UNKNOWN = "?"
_MOST_REASONS = 3


class Row(NamedTuple):
    """A measurement as the cells of a table, as HEADS has them, nothing in them neutralised yet.

    `found`: there is a value. `rank`: how many slices of the metric come before.
    """

    cells: tuple[str, ...]
    found: bool = True
    rank: int = 0

    @property
    def name(self) -> str:
        return self.cells[0]


def kept(table: Measurements) -> list[Measurement]:
    """The measurements; a text or the like, which `unused` tells of, is none."""
    left = set(table.unused)
    return [item for item in table if item.value is not None or Unused(item.metric, item.problem) not in left]


def rows(table: Measurements) -> list[Row]:
    """Every measurement in the order of the files."""
    items = kept(table)
    places = _places(items)
    seen: Counter[str] = Counter()
    found = []
    for item, place in zip(items, places, strict=True):
        found.append(Row(_cells(item, place), item.value is not None, seen[item.metric]))
        seen[item.metric] += 1
    return found


def first(found: list[Row], most: int) -> list[Row]:
    """At most so many rows, in their order: every metric's first slice before any metric's second."""
    if len(found) <= most:
        return found
    by_rank = sorted(range(len(found)), key=lambda index: found[index].rank)
    return [found[index] for index in sorted(by_rank[:most])]


def names(table: Measurements) -> str:
    """The files, with the formats that they were read as."""
    return ", ".join(f"{source.name} ({source.format})" for source in table.sources)


def tally(table: Measurements) -> str:
    """What was understood, in a line: "12 measurements of 5 metrics, 3 slices, 1 without a value"."""
    items = kept(table)
    metrics, slices = {item.metric for item in items}, {item.slice for item in items if item.slice}
    told = f"{count(len(items), 'measurement')} of {count(len(metrics), 'metric')}"
    told += f", {count(len(slices), 'slice')}" if slices else ""
    lacking = sum(item.value is None for item in items)
    return f"{told}, {lacking:,} without a value" if lacking else told


def unused(table: Measurements) -> str:
    """How much was not used, and why most of it was not; empty where all was."""
    if not table.unused:
        return ""
    reasons = Counter(each.why for each in table.unused).most_common()
    told = [f"{why} ({times:,})" if times > 1 else why for why, times in reasons[:_MOST_REASONS]]
    more = ["…"] if len(reasons) > _MOST_REASONS else []
    return f"{len(table.unused):,} not used: {', '.join([*told, *more])}"


def aliases(table: Measurements, most: int | None = None) -> list[tuple[str, str]]:
    """The names that the files have for measurements, as a rule would write them, each with gate's own; at most so many."""
    return [(write_name(raw), write_name(name)) for raw, name in islice(table.aliases.items(), most)]


def cases(table: Measurements) -> str:
    """How many examples were scored, and by which metrics; empty where there are none."""
    if not table.cases:
        return ""
    errored = sum(case.score is None for case in table.cases)
    metrics = list(dict.fromkeys(write_name(case.metric) for case in table.cases))
    of = ", ".join([*metrics[:_MOST_REASONS], *(["…"] if len(metrics) > _MOST_REASONS else [])])
    told = f"{count(len(table.cases), 'case')} of {of}"
    return f"{told}, {errored:,} errored" if errored else told


def count(number_: int, what: str) -> str:
    """The number with its noun: "1 slice", "1,200 slices"."""
    return f"{number_:,} {what}{'' if number_ == 1 else 's'}"


def _cells(item: Measurement, where: str) -> tuple[str, ...]:
    label = write_name(item.metric) + write_selector(item.slice.parts)
    known = catalogue.find(item.metric)
    value = item.problem or "no value" if item.value is None else number(item.value)
    unit = "" if isinstance(item.value, bool) else item.unit or (known.unit if known else "")
    n = "" if item.support.n is None else number(item.support.n)
    return label, value, clip(unit, LONGEST_UNIT), n, ", ".join(_evidence(item.support)), _better(item), where


def _evidence(support: Support) -> Iterator[str]:
    """What stands behind a value beside its n, as the file says it."""
    if support.interval is not None:
        yield f"{interval(support.interval)} {percent(support.interval.confidence)}"
    for name in ("stderr", "std", "k", "n_pos", "n_neg", "exposure"):
        value = getattr(support, name)
        if value is not None:
            yield f"{name} {number(value)}"


def _better(item: Measurement) -> str:
    """Which way is better, by the file and common knowledge where they do not disagree; of a boolean no way is."""
    if isinstance(item.value, bool):
        return ""
    known = catalogue.find(item.metric)
    said = {each for each in (item.better, known.better if known else None) if each is not None}
    return said.pop().value if len(said) == 1 else UNKNOWN


def _places(items: list[Measurement]) -> list[str]:
    """Where each stands; of one file for all the headline tells, so that the line is enough."""
    files = {item.where.file for item in items if item.where is not None}
    return [_place(item.where, len(files) > 1) if item.where is not None else "" for item in items]


def _place(where: Place, named: bool) -> str:
    if named:
        return f"{posix(where.file)}:{where.line}" if where.line else posix(where.file)
    return f"line {where.line}" if where.line else ""
