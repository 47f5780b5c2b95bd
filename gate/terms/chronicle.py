"""A chronicle: what the runs of one model measured one after another, and what was asked of them then."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from gate.record import dataclass, replace
from gate.terms.metric import Direction
from gate.terms.run import Exclusion, Run
from gate.terms.slice import WHOLE, Slice

STANDINGS = ("fails", "undecided", "missing", "waived", "warns", "let pass", "holds")  # worst first, in the words of reports


@dataclass(frozen=True, slots=True)
class Line:
    """One metric on one slice; `values` has a number for each run of the chronicle, None where it has none."""

    metric: str
    slice: Slice
    values: tuple[float | None, ...]
    unit: str = ""
    better: Direction | None = None

    @property
    def name(self) -> str:
        """As rules write it."""
        return f"{self.metric}[{self.slice}]" if self.slice else self.metric

    @property
    def latest(self) -> float | None:
        return next((value for value in reversed(self.values) if value is not None), None)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one rule needed of one line, run by run: `thresholds`, `outcomes` and `standings` (one of STANDINGS; both "" where it
    was not judged) are aligned with the runs of the chronicle. `level` is "block", "warn" or "info", as it was last.

    `metric` is "" for a rule on more than one measurement: it belongs to no line.
    """

    rule: str
    metric: str
    operator: str
    level: str
    thresholds: tuple[float | None, ...]
    outcomes: tuple[str, ...]
    standings: tuple[str, ...]
    slice: Slice = WHOLE

    @property
    def judged_last(self) -> int:
        """The run that was judged last; -1 where none was."""
        return next((at for at in range(len(self.outcomes) - 1, -1, -1) if self.outcomes[at]), -1)

    @property
    def latest(self) -> float | None:
        """What was needed at that run; None where nobody knew, as of a baseline that was not there."""
        return self.thresholds[self.judged_last] if self.outcomes else None

    def room(self, at: int, value: float | None) -> float:
        """How far a value was on the good side of this limit at a run; infinite where one of the two is missing."""
        needed = self.thresholds[at]
        if value is None or needed is None:
            return inf
        if self.operator in (">", ">="):
            return value - needed
        return needed - value if self.operator in ("<", "<=") else -abs(value - needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A waiver as the runs of a model saw it. `stated` and `used` are the runs whose policy stated it, and that needed it,
    oldest first; `passed` are those of `used` whose model could be deployed: another rule may have stopped the others."""

    model: str
    rule: str
    until: str
    by: str
    why: str
    slice: Slice = WHOLE
    floor: str = ""
    stated: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """The runs of a model, oldest first, with their lines and limits. `more` says how many older ones were left out."""

    model: str
    runs: tuple[Run, ...]
    lines: tuple[Line, ...] = ()
    limits: tuple[Limit, ...] = ()
    names: tuple[tuple[str, str], ...] = ()  # name, id of its run
    exclusions: tuple[Exclusion, ...] = ()  # of the model, by time
    more: int = 0

    def limits_of(self, line: Line) -> list[Limit]:
        """What was asked of a line, what blocks first."""
        found = [each for each in self.limits if each.metric == line.metric and each.slice == line.slice]
        return sorted(found, key=lambda each: ("block", "warn", "info").index(each.level))

    def worst(self, line: Line) -> tuple[Limit | None, ...]:
        """At each run the limit by which a line stood worst, of equal ones that with the least room; None: it was not judged.

        Whatever shows how a line stands shows the outcome and the threshold of this one: another may hold beside it.
        """
        limits = self.limits_of(line)
        found: list[Limit | None] = []
        for at, value in enumerate(line.values):
            there = [each for each in limits if each.outcomes[at]]
            found.append(min(there, key=lambda each: _badness(each, at, value)) if there else None)
        return tuple(found)

    def limits_now(self, line: Line) -> list[Limit]:
        """What was asked of a line when it was judged last, worst first.

        A rule that is gone asks no more, nor does one that was judged on other slices since.
        """
        limits = self.limits_of(line)
        last = max((each.judged_last for each in limits), default=-1)
        rules = {each.rule for each in limits if last >= 0 and each.outcomes[last]}
        if any(each.rule in rules and each.judged_last > last for each in self.limits):
            return []
        there = [each for each in limits if each.rule in rules and each.outcomes[last]]
        return sorted(there, key=lambda each: _badness(each, last, line.values[last]))

    def standing_now(self, line: Line) -> str:
        """How a line stood when it was judged last; "" where it never was."""
        limits = self.limits_now(line)
        return limits[0].standings[limits[0].judged_last] if limits else ""

    def of_no_line(self) -> list[Limit]:
        """What the last decision asked beyond the lines: of several measurements together, or of what was never measured."""
        there = {(line.metric, line.slice) for line in self.lines}
        last = max((each.judged_last for each in self.limits), default=-1)
        return [each for each in self.limits if (each.metric, each.slice) not in there and each.judged_last == last >= 0]

    def only(self, kept: Sequence[int]) -> Chronicle:
        """Some of its runs, with the lines and limits that have something there."""
        lines = (replace(each, values=tuple(each.values[at] for at in kept)) for each in self.lines)
        limits = (
            replace(
                each,
                thresholds=tuple(each.thresholds[at] for at in kept),
                outcomes=tuple(each.outcomes[at] for at in kept),
                standings=tuple(each.standings[at] for at in kept),
            )
            for each in self.limits
        )
        return replace(
            self,
            runs=tuple(self.runs[at] for at in kept),
            lines=tuple(each for each in lines if each.latest is not None),
            limits=tuple(each for each in limits if any(each.outcomes)),
        )

    def named(self, run: str) -> list[str]:
        """The names of a run."""
        return [name for name, of in self.names if of == run]

    def excluded(self, run: Run) -> bool:
        """Whether the run is in a range that no rule compares with."""
        return any(each.since <= run.started < each.until for each in self.exclusions)


def _badness(limit: Limit, at: int, value: float | None) -> tuple[int, float]:
    return STANDINGS.index(limit.standings[at]), limit.room(at, value)
