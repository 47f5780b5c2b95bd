"""Looking measurements up for a rule: what is there, and in words why something is not."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gate.judge.evidence import Evidence
from gate.judge.suggest import suggestion
from gate.language.evaluate import CANDIDATE
from gate.language.tree import Reading
from gate.language.value import Doubt, Value, in_doubt, known, unknown
from gate.language.write import write_name, write_selector
from gate.policy.policy import Policy
from gate.record import replace
from gate.terms import catalogue
from gate.terms.decision import Read
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Metric
from gate.terms.slice import Slice

if TYPE_CHECKING:
    from gate.confidence.counted.tallies import Tallies
    from gate.judge.past import Asked


class MeasuredWorld:
    """The world of one rule, which has these readings. `found` collects what it has looked at."""

    tallies: Tallies  # where a rule asks for confidence

    def __init__(
        self,
        evidence: Evidence,
        policy: Policy,
        baselines: Iterable[str],
        min_n: float | None,
        readings: Iterable[Reading] = (),
    ) -> None:
        self.evidence = evidence
        self.policy = policy
        self.min_n = min_n
        self.starred = tuple(reading for reading in readings if reading.stars)
        self.forget()
        self.percents: dict[str, bool] = {}
        self.facts: dict[str, Metric | None] = {}
        self.told: dict[tuple[str, str], Doubt | None] = {}
        self.proves = False  # whether its rule asks for confidence
        names = dict.fromkeys(("baseline", *sorted(baselines)))
        self.compared = [table for table in map(evidence.loaded, names) if table is not None]

    def forget(self) -> None:
        """Begin with the next finding."""
        self.found: dict[tuple[str, str, Slice], Measurement] = {}
        self.unfit: dict[tuple[str, str, Slice], str] = {}
        self.fit: set[tuple[str, str, Slice]] = set()

    # -- what evaluation asks

    def number(self, of: str, metric: str, on: Slice) -> Value:
        found = self.find(of, metric, on)
        if isinstance(found, Doubt):
            return unknown(found)
        of = self.stands_for(of)
        problem = self.problem(found, metric, on) or self.other_unit(found, of, metric, on)
        value = known(found.value or 0)
        if problem is None and not math.isfinite(value.point):
            problem = Doubt("not-a-number", f"`{metric}` is too large to compare")
        if problem is not None:
            self.unfit[(of, metric, on)] = problem.slug
            return unknown(problem)
        self.fit.add((of, metric, on))
        few = self.too_few(found, metric, on)
        if few is not None and not few.weak:
            return unknown(few)
        weak = [doubt for doubt in (few, self.unlike(of, metric, on)) if doubt is not None]
        return in_doubt(value, *weak) if weak else value

    def boolean(self, of: str, metric: str, on: Slice) -> bool | Doubt:
        found = self.find(of, metric, on)
        if isinstance(found, Doubt):
            return found
        if isinstance(found.value, bool):
            self.fit.add((of, metric, on))
            return self.too_few(found, metric, on) or found.value
        self.unfit[(of, metric, on)] = "not-a-boolean"
        what = found.problem or "a number"
        return Doubt("not-a-boolean", f"`{metric}` is {what}, not true or false", f"compare a number: `{metric} >= 0.8`")

    def highest(self, metric: str) -> float | None:
        fact = fact_of(metric, self.policy)
        return fact.high if fact else None

    def in_percent(self, metric: str) -> bool:
        known_before = self.percents.get(metric)
        if known_before is None:
            known_before = self.percents[metric] = self._in_percent(metric)
        return known_before

    def _in_percent(self, metric: str) -> bool:
        stated = self.policy.metrics.get(metric)
        found = self.evidence.candidate.slices_of(self.source(metric)).values()
        return (stated is not None and stated.unit == "%") or any(measured.unit == "%" for measured in found)

    def bindings(self, readings: Iterable[Reading]) -> list[dict[str, str]]:
        found: dict[tuple[tuple[str, str], ...], None] = {}
        asked = tuple(readings)
        stars = asked[0].stars if asked else ()
        # a region whose errors were not counted may not leave `sum(errors[r=*]) / sum(requests[r=*])` unseen
        for reading in dict.fromkeys((*asked, *(each for each in self.starred if each.stars == stars))):
            for table in (self.evidence.candidate, *self.compared):
                for on in table.slices_of(self.source(reading.metric)):
                    bound = _bind(reading, on)
                    if bound is not None:
                        found[bound] = None
        return [dict(bound) for bound in (*found, *self.declared(stars, list(found)))]

    def history(self, metric: str, on: Slice, count: int) -> list[Value] | Doubt:
        from gate.judge.past import latest

        found = self.asked_of_history("last", metric, on, count)
        if isinstance(found, Doubt):
            return found
        values = latest(self.evidence.past, found)
        return values if isinstance(values, Doubt) else [known(value) for value in values]

    def expected(self, function: str, metric: str, on: Slice, count: int) -> Value:
        from gate.judge.past import bound

        found = self.asked_of_history(function, metric, on, count)
        return unknown(found) if isinstance(found, Doubt) else bound(self.evidence.past, found, self.fact(metric))

    def tracked(self, function: str, metric: str, on: Slice, count: int) -> Value:
        from gate.judge.past import followed

        found, now = self.asked_of_history(function, metric, on, count), self.number(CANDIDATE, metric, on)
        if isinstance(found, Doubt):
            return unknown(*now.doubts, found)
        return followed(self.evidence.past, found, now, self.fact(metric))

    def asked_of_history(self, function: str, metric: str, on: Slice, count: int) -> Asked | Doubt:
        """What a rule asks history for, if anybody knows the metric."""
        from gate.judge.past import Asked

        if not self.known_anywhere(metric):
            return self.unknown_metric(metric)
        return Asked(self.policy.name, function, metric, self.source(metric), on, count)

    # -- finding

    def source(self, metric: str) -> str:
        """The name under which files have a metric."""
        return self.policy.source_of(metric)

    def stands_for(self, of: str) -> str:
        """The candidate, for a baseline that is the same model: whatever was measured of it, nothing is between the two."""
        return CANDIDATE if of in self.evidence.same_model else of

    def find(self, of: str, metric: str, on: Slice) -> Measurement | Doubt:
        of = self.stands_for(of)
        table = self.table(of)
        if isinstance(table, Doubt):
            return table
        found = table.get(self.source(metric), on)
        if found is None:
            return self.absent(table, of, metric, on)
        self.found[(of, metric, on)] = found
        return found

    def fact(self, metric: str) -> Metric | None:
        """What policy and catalogue know of a metric."""
        if metric not in self.facts:
            self.facts[metric] = fact_of(metric, self.policy)
        return self.facts[metric]

    @property
    def reads(self) -> tuple[Read, ...]:
        """The measurements it has looked at, once each, in order."""
        return tuple([self._read(seen, each) for seen, each in self.found.items()])

    def _read(self, seen: tuple[str, str, Slice], each: Measurement) -> Read:
        of, metric, on = seen
        unfit = "" if seen in self.fit else self.unfit.get(seen, "")  # one rule may read it as a number and as a boolean
        return Read(of or "candidate", metric, on, each.value, each.support.n, each.support.interval, unfit)

    def table(self, of: str) -> Measurements | Doubt:
        if of == CANDIDATE:
            return self.evidence.candidate
        name = "" if of == "baseline" else f" `{of}`"
        return self.evidence.baselines.get(of, Doubt("no-baseline", f"there is no baseline{name}", "give one: `-b FILE`"))

    # -- why not

    def problem(self, found: Measurement, metric: str, on: Slice) -> Doubt | None:
        if found.value is None:
            return Doubt("not-a-number", f"{_named(metric, on)} is {found.problem or 'not a number'}")
        if isinstance(found.value, bool):
            return Doubt("is-a-boolean", f"{_named(metric, on)} is a boolean", f"write `{write_name(metric)} == true`")
        fact = self.policy.metrics.get(metric)
        if fact and ((fact.low is not None and found.value < fact.low) or (fact.high is not None and found.value > fact.high)):
            low, high = ("−∞" if fact.low is None else f"{fact.low:g}"), ("∞" if fact.high is None else f"{fact.high:g}")
            return Doubt(
                "out-of-range",
                f"{_named(metric, on)} is {found.value:g}, outside its range [{low}, {high}]",
                "correct the metrics, or the range",
            )
        return None

    def other_unit(self, found: Measurement, of: str, metric: str, on: Slice) -> Doubt | None:
        """Seconds are not compared with milliseconds: neither the policy's nor the candidate's with the baseline's."""
        if not found.unit:
            return None
        from gate.judge.alike import other_unit

        now = self.evidence.candidate.get(self.source(metric), on) if of != CANDIDATE else None
        return other_unit(found, self.policy.metrics.get(metric), now, _named(metric, on))

    def unlike(self, of: str, metric: str, on: Slice) -> Doubt | None:
        """A metric is not compared with what was counted otherwise: in other rows, of another label, from another score on."""
        if of == CANDIDATE:
            return None
        from gate.judge.alike import unlike

        return unlike(self, of, metric, on)

    def too_few(self, found: Measurement, metric: str, on: Slice) -> Doubt | None:
        if self.min_n is None:
            return None
        support = found.support
        n = support.n
        if n is None and support.n_pos is not None and support.n_neg is not None:
            n = support.n_pos + support.n_neg
        if n is None:
            text = f"{_named(metric, on)} does not say its n; the rule asks for {self.min_n:g}"
            return Doubt("no-n", text, f'write `{{"value": {found.value}, "n": …}}`')
        if n < self.min_n:
            more = f"{self.min_n - n:g} more rows are needed"
            return Doubt("too-few-rows", f"{_named(metric, on)} has n {n:g}, fewer than {self.min_n:g}", more, weak=True)
        return None

    def everywhere(self) -> list[Measurements]:
        return [self.evidence.candidate, *filter(None, map(self.evidence.loaded, self.evidence.baselines))]

    def known_anywhere(self, metric: str) -> bool:
        return any(self.source(metric) in table for table in self.everywhere())

    def absent(self, table: Measurements, of: str, metric: str, on: Slice) -> Doubt:
        if not self.known_anywhere(metric):
            return self.unknown_metric(metric)
        where = "the metrics" if of == CANDIDATE else f"the baseline `{of}`" if of != "baseline" else "the baseline"
        if self.source(metric) not in table:
            return Doubt("not-measured", f"`{write_name(metric)}` is not in {where}")
        if not on:
            return Doubt(
                "no-slice", f"`{write_name(metric)}` has slices in {where}, but no value for the whole", "write its slice: `[…]`"
            )
        nowhere = all(each.get(self.source(metric), on) is None for each in self.everywhere())
        return Doubt("no-slice", f"{where} {'have' if of == CANDIDATE else 'has'} no {_named(metric, on)}", nowhere=nowhere)

    def unknown_metric(self, metric: str) -> Doubt:
        hint = suggestion(self.source(metric), self.evidence.candidate)
        return Doubt("unknown-metric", f"unknown metric `{write_name(metric)}`", hint, nowhere=True)

    def declared(self, stars: tuple[str, ...], found: list[tuple[tuple[str, str], ...]]) -> list[tuple[tuple[str, str], ...]]:
        """Values that the policy says must be there and that nothing has."""
        lacking: list[tuple[tuple[str, str], ...]] = []
        for column in stars:
            present = {dict(bound).get(column) for bound in found}
            lacking += [((column, value),) for value in self.policy.slices.get(column, ()) if value not in present]
        return lacking


def _named(metric: str, on: Slice) -> str:
    return f"`{write_name(metric)}{write_selector(on.parts)}`"


def _bind(reading: Reading, on: Slice) -> tuple[tuple[str, str], ...] | None:
    """The stars' values if the slice is one that the reading matches."""
    if len(on.parts) != len(reading.selector):
        return None
    bound: list[tuple[str, str]] = []
    for (column, wanted), (has_column, value) in zip(reading.selector, on.parts, strict=True):
        if column != has_column or (wanted is not None and wanted != value):
            return None
        if wanted is None:
            bound.append((column, value))
    return tuple(bound)


def fact_of(metric: str, policy: Policy) -> Metric | None:
    """What policy and catalogue know of a metric; the policy's word counts."""
    stated, common = policy.metrics.get(metric), catalogue.find(metric)
    if stated is None or common is None:
        return stated or common
    low, high = (common.low if stated.low is None else stated.low), (common.high if stated.high is None else stated.high)
    better, unit = stated.better or common.better, stated.unit or common.unit
    return replace(stated, better=better, low=low, high=high, unit=unit, proportion=common.proportion)
