"""Evidence that is not there: as much again, or another count of successes. The very test says what it would make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from typing import cast

from gate.confidence.counted.tallies import Tallies
from gate.confidence.evidence import single
from gate.confidence.expressions.tree import Atom
from gate.confidence.ground import Ground
from gate.language.value import Doubt
from gate.record import replace
from gate.stats.tally.tally import Counts
from gate.terms.measurement import Measurement, Support
from gate.terms.measurements import Measurements
from gate.terms.metric import Metric
from gate.terms.slice import Slice
from gate.terms.tally import Tally

_SUMS = "cells"  # the table of a tally whose numbers are counts and sums of rows
Change = Callable[[Measurement, "Metric | None"], Measurement]


def grown(ground: Ground, times: float, of: Iterable[Atom]) -> Ground:
    """The same shares and spreads in so many times as many rows. `of` are the measurements that are asked for.

    Tallies grow a whole number of times; elsewhere, of shares, the nearest count there can be is taken.
    """
    return cast(Ground, _Supposed(ground, lambda found, fact: _grown(found, fact, times), _Grown(ground, times, of)))


def with_count(ground: Ground, k: float, n: float, f1: bool) -> Ground:
    """The same with `k` of `n` right; of an F1, true positives of those that it is of. For rules on one measurement.

    What is stated of the error is that of the count which there was: another count has another.
    """

    def change(found: Measurement, fact: Metric | None) -> Measurement:
        share = (2 * k / (n + k) if f1 else k / n) * single.scale_of(found, fact)
        support = replace(found.support, stderr=None, std=None, interval=None)
        return replace(found, value=share, support=support if f1 else replace(support, n=n, k=k))

    return cast(Ground, _Supposed(ground, change, ground.tallies))


class _Supposed:
    """What provers ask of a ground, with other evidence in it. Nothing else is asked, and so nothing else is there."""

    def __init__(self, ground: Ground, change: Change, tallies: Tallies) -> None:
        self.ground, self.change, self._tallies = ground, change, tallies
        self.source, self.fact = ground.source, ground.fact
        self._tables: dict[str, Measurements | Doubt] = {}

    @property
    def tallies(self) -> Tallies:
        return self._tallies

    def find(self, of: str, metric: str, on: Slice) -> Measurement | Doubt:
        found = self.ground.find(of, metric, on)
        return found if isinstance(found, Doubt) else self.change(found, self.fact(metric))

    def table(self, of: str) -> Measurements | Doubt:
        """The table without its measurements: what stands beside one has not grown, and would belie it."""
        if of not in self._tables:
            found = self.ground.table(of)
            self._tables[of] = found if isinstance(found, Doubt) else replace(found, by_metric={}, aliases={})
        return self._tables[of]


class _Grown(Tallies):
    """Tallies whose counts and sums are so many times what they are, on the slices that are asked for."""

    def __init__(self, ground: Ground, times: float, of: Iterable[Atom]) -> None:
        super().__init__()
        self.ground, self.times, self.read = ground, int(times), tuple(of)
        self._grown: dict[int, Mapping[Slice, Counts]] = {}

    def of(self, tally: Tally) -> Mapping[Slice, Counts]:
        if id(tally) not in self._grown:
            here = self.ground.tallies.of(tally)
            wanted = dict.fromkeys(on for atom in self.read for on in _within(atom.on) if on in here)
            self._grown[id(tally)] = {on: self._slice(here[on]) for on in wanted}
        return self._grown[id(tally)]

    def same(self, one: Tally, other: Tally) -> bool:
        return self.ground.tallies.same(one, other)

    def _slice(self, at: Counts) -> Counts:
        """Sums grow with the rows. Ranks and clusters do not, and are left out: then there is no test, or another one."""
        kept = {} if at.clustered else {name: each for name, each in at.tables.items() if name == _SUMS}
        return replace(
            at,
            tables={
                name: (fields, {key: tuple([each * self.times for each in row]) for key, row in rows.items()})
                for name, (fields, rows) in kept.items()
            },
        )


def _within(on: Slice) -> list[Slice]:
    """A slice, and those that it may stand for: of a class, the rows of all classes."""
    return [on, *(Slice(tuple(part for part in on.parts if part != left)) for left in on.parts)]


def _grown(found: Measurement, fact: Metric | None, times: float) -> Measurement:
    support, value = found.support, found.value
    if value is None or isinstance(value, bool) or times == 1:
        return found
    counts = single.counts_of(found, fact)
    if counts is not None and not counts[1] % 1:
        n = _whole(counts[1] * times)
        k = _whole(counts[0] * (n / counts[1]))
        share = value if float(times).is_integer() else k / n * single.scale_of(found, fact)
        stderr = None if support.stderr is None else support.stderr / sqrt(times)
        return replace(found, value=share, support=replace(support, n=n, k=k, stderr=stderr))
    interval, root = support.interval, sqrt(times)
    if interval is not None:
        low, high = (value - (value - end) / root for end in (interval.low, interval.high))
        interval = replace(interval, low=low, high=high)
    more = {name: None if each is None else each * times for name, each in _counts(support).items()}
    stderr = None if support.stderr is None else support.stderr / root
    return replace(found, support=replace(support, **more, stderr=stderr, interval=interval))


def _counts(support: Support) -> dict[str, float | None]:
    return {"n": support.n, "k": support.k, "n_pos": support.n_pos, "n_neg": support.n_neg, "exposure": support.exposure}


def _whole(count: float) -> float:
    return float(round(count)) if count < 2.0**53 else count
