"""A chronicle: what the runs of one model measured one after another, and what was asked of them then."""

from __future__ import annotations

from collections.abc import Sequence

from gate.record import dataclass, replace
from gate.terms.metric import Direction
from gate.terms.run import Exclusion, Run
from gate.terms.slice import WHOLE, Slice


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
    """What one rule needed of one line, run by run: `thresholds` and `outcomes` ("" where it was not judged) are aligned
    with the runs of the chronicle. `level` is "block", "warn" or "info", as it was last."""

    rule: str
    metric: str
    operator: str
    level: str
    thresholds: tuple[float | None, ...]
    outcomes: tuple[str, ...]
    slice: Slice = WHOLE

    @property
    def latest(self) -> float | None:
        return next((value for value in reversed(self.thresholds) if value is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A waiver as the runs of a model saw it. `stated` and `used` are the runs whose policy stated it, and that needed it,
    oldest first."""

    model: str
    rule: str
    until: str
    by: str
    why: str
    slice: Slice = WHOLE
    floor: str = ""
    stated: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


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

    def limits_now(self, line: Line) -> list[Limit]:
        """What was asked of a line when it was judged last: a rule that is gone asks no more."""
        limits = self.limits_of(line)
        last = max((at for each in limits for at, outcome in enumerate(each.outcomes) if outcome), default=-1)
        return [each for each in limits if last >= 0 and each.outcomes[last]]

    def needed(self, line: Line) -> tuple[float | None, ...]:
        """What was needed at each run, by whichever rule it was then."""
        limits = self.limits_of(line)
        return tuple(
            next((each.thresholds[at] for each in limits if each.thresholds[at] is not None), None) for at in self._range
        )

    @property
    def _range(self) -> range:
        return range(len(self.runs))

    def only(self, kept: Sequence[int]) -> Chronicle:
        """Some of its runs, with the lines and limits that have something there."""
        lines = (replace(each, values=tuple(each.values[at] for at in kept)) for each in self.lines)
        limits = (
            replace(each, thresholds=tuple(each.thresholds[at] for at in kept), outcomes=tuple(each.outcomes[at] for at in kept))
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
