"""All measurements of one model: looked up by metric and slice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gate.record import dataclass, field
from gate.terms.case import Case
from gate.terms.measurement import Measurement
from gate.terms.slice import Slice

if TYPE_CHECKING:
    from gate.terms.tally import Tally


MOST_UNMATCHED = 0.05  # of the rows of two models: with more that have no partner they are not compared in pairs


@dataclass(frozen=True, slots=True)
class Source:
    """A file that measurements came from: its name as given, the format it was read as, its digest.

    `version` is that of a registered model by which it was asked for; empty where it was not.
    """

    name: str
    format: str
    sha256: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Unused:
    """Something in an input that is not a measurement, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about how the numbers came about: a slug of docs/errors.md, what, and a remedy where there is one."""

    slug: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Measurements:
    """An immutable table of measurements.

    `aliases` leads from a tool's raw name to the name used here. `origin` is set by the
    baseline that found them ("file old.json", "git main@9b0d77e"). `beside` are those of another model in the same
    rows, where these were measured on rows that hold two.

    `tally` is the joint evidence for all of them, None where there is none. Tables whose `measurements` are a baseline's
    and whose `model` is "baseline" were counted in the candidate's own rows: the one tally then holds both models (in its
    cells `prediction` is the candidate's and `baseline` this one's), so that they can be compared row by row. With `model`
    "" the tally is of rows of its own. `digests` are those of the model's files (`--model`), in order; empty where they are
    not known.
    """

    by_metric: Mapping[str, Mapping[Slice, Measurement]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    unused: tuple[Unused, ...] = ()
    cases: tuple[Case, ...] = ()
    beside: Measurements | None = None
    tally: Tally | None = field(default=None, compare=False)
    model: str = ""
    remarks: tuple[Remark, ...] = ()
    digests: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        items: Iterable[Measurement],
        aliases: Mapping[str, str] | None = None,
        sources: tuple[Source, ...] = (),
        unused: tuple[Unused, ...] = (),
        cases: tuple[Case, ...] = (),
        beside: Measurements | None = None,
    ) -> Measurements:
        table: dict[str, dict[Slice, Measurement]] = {}
        for item in items:
            table.setdefault(item.metric, {})[item.slice] = item
        return cls(table, aliases or {}, sources, unused, cases, beside)

    def __iter__(self) -> Iterator[Measurement]:
        for slices in self.by_metric.values():
            yield from slices.values()

    def __len__(self) -> int:
        return sum(len(slices) for slices in self.by_metric.values())

    def __contains__(self, metric: object) -> bool:
        return metric in self.by_metric or metric in self.aliases

    @property
    def names(self) -> list[str]:
        return list(self.by_metric)

    def slices_of(self, metric: str) -> Mapping[Slice, Measurement]:
        """Every slice on which the metric was measured; empty where it is unknown."""
        found = self.by_metric.get(metric)
        if found is None:
            found = self.by_metric.get(self.aliases.get(metric, ""), {})
        return found

    def get(self, metric: str, on: Slice) -> Measurement | None:
        return self.slices_of(metric).get(on)
