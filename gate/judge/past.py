"""What was recorded of a metric before the candidate, as rules read it: the latest runs, bounds for the next, drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gate.language.value import Doubt, Value, known, unknown
from gate.language.write import write_name, write_selector
from gate.record import dataclass
from gate.terms.metric import Direction, Metric
from gate.terms.slice import Slice

if TYPE_CHECKING:
    from typing import TypeAlias

LEAST = 2  # values without which there is no spread
_LARGE = 1e150  # a number whose square is one


class Recorded(NamedTuple):
    """A value that a run recorded. `refused` says that its decision did not let the model be deployed."""

    value: float
    run: str
    at: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """What was recorded of one metric on one slice, oldest first; `cut` is why nothing older counts, to follow "and"."""

    recorded: tuple[Recorded, ...] = ()
    cut: str = ""


# By the model's name, the metric's in files, and slice; a Doubt says why there is no history.
Past: TypeAlias = "Mapping[tuple[str, str, Slice], Series] | Doubt | None"
_NONE = Series()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule asks history for: `function(metric[slice], count)` of a model; `source` is the metric's name in files."""

    model: str
    function: str
    metric: str
    source: str
    on: Slice
    count: int

    def __str__(self) -> str:
        return f"{self.function}({write_name(self.metric)}{write_selector(self.on.parts)}, {self.count})"


def latest(past: Past, asked: Asked, *, deployed: bool = False, needed: int = 0) -> list[float] | Doubt:
    """The latest values, oldest first, as many as are asked for (or `needed`); those of models that were refused count unless
    only the `deployed` ones say what is usual."""
    if isinstance(past, Doubt):
        return past._replace(text=f"`{asked}` reads the history: {past.text}")
    series = (past or {}).get((asked.model, asked.source, asked.on), _NONE)
    values = [each.value for each in series.recorded if not (deployed and each.refused)]
    wanted = needed or asked.count
    if len(values) >= wanted:
        return values[-wanted:]
    there = f"there {'is' if len(values) == 1 else 'are'} {len(values) or 'none'}" + (f", and {series.cut}" if series.cut else "")
    runs = "run" if wanted == 1 else "runs"
    which = " whose model was not refused" if deployed and len(values) < len(series.recorded) else ""
    remedy = "record runs of this model: `gate check --record`, or `gate log`"
    return Doubt("no-history", f"`{asked}` needs {wanted} recorded {runs}{which}; {there}", remedy)


def bound(past: Past, asked: Asked, fact: Metric | None) -> Value:
    """The lower or upper end of where the next value should lie."""
    values = _usual(past, asked, fact, asked.count)
    if isinstance(values, Doubt):
        return unknown(values)
    from gate.stats.trend import expected

    low, high = expected(values, _floor(fact))
    return known(low if asked.function == "expected_low" else high)


def followed(past: Past, asked: Asked, now: Value, fact: Metric | None) -> Value:
    """The candidate's value with the runs before it: their moving average, or how far they have drifted for the worse."""
    from gate.stats.trend import centre_and_spread, drift, moving_average

    if asked.function == "ewma":
        values = _workable(latest(past, asked), asked)
        if isinstance(values, Doubt):
            return unknown(*now.doubts, values)
        return _each_end(now, lambda end: moving_average([*values, end]))
    if fact is None or fact.better is None:
        what = f"`{asked}` cannot tell which way is worse"
        return unknown(*now.doubts, Doubt("direction-unknown", what, f"write `metrics: {{{asked.metric}: {{better: higher}}}}`"))
    usual = _usual(past, asked, fact, 2 * asked.count)
    since = _workable(latest(past, asked), asked)
    if isinstance(usual, Doubt) or isinstance(since, Doubt):
        return unknown(*now.doubts, *(each for each in (usual, since) if isinstance(each, Doubt)))
    centre, spread = centre_and_spread(usual[: asked.count], _floor(fact))
    downwards = fact.better is Direction.HIGHER
    return _each_end(now, lambda end: drift([*since, end], centre, spread, downwards=downwards))


def _each_end(now: Value, follow: Callable[[float], float]) -> Value:
    """A monotone function of the candidate's value, at both ends of the interval it stands for."""
    if now.point != now.point:
        return now
    if max(abs(now.low), abs(now.high)) > _LARGE:
        return unknown(*now.doubts, Doubt("overflow", "the result is too large to represent"))
    ends = sorted((follow(now.low), follow(now.high)))
    low, high = known(ends[0]).low, known(ends[1]).high
    return Value(follow(now.point), low, high, now.doubts)


def _usual(past: Past, asked: Asked, fact: Metric | None, needed: int) -> Sequence[float] | Doubt:
    """Enough values that vary, or may be taken to: a history without spread would call any change a surprise, or none."""
    values = _workable(latest(past, asked, deployed=True, needed=needed), asked)
    if isinstance(values, Doubt):
        return values
    if len(values) < LEAST:
        return Doubt("no-spread", f"`{asked}` needs two runs at least: one has no spread", f"write `{LEAST}` or more")
    first = values[: asked.count] if asked.function == "cusum" else values
    if max(first) - min(first) <= 1e-12 * max(1.0, *map(abs, first)) and not _floor(fact):
        what = f"the {len(first)} runs that `{asked}` reads all have {first[0]:.6g}, which says nothing about how it varies"
        return Doubt("no-spread", what, f"say it: `metrics: {{{asked.metric}: {{spread: 0.005}}}}`", weak=True)
    return values


def _workable(values: list[float] | Doubt, asked: Asked) -> list[float] | Doubt:
    """Values that can be squared and added up."""
    if isinstance(values, Doubt) or max(map(abs, values), default=0.0) <= _LARGE:
        return values
    return Doubt("overflow", f"the runs that `{asked}` reads hold numbers too large to reckon with")


def _floor(fact: Metric | None) -> float:
    return fact.spread or 0.0 if fact is not None else 0.0
