"""A compiled rule on measurements: three values, margins, and one part per comparison.

Both sides of `and` and `or` are always evaluated, so that reasons are complete; what cannot be known is never false.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

from gate.language import value as v
from gate.language.binding import Binding, slice_of
from gate.language.readings import baselines_in, candidate_readings, starred_readings
from gate.language.scale import is_share
from gate.language.tokens import AGGREGATES
from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Condition,
    Expected,
    Expression,
    Last,
    Negative,
    Number,
    OnBaseline,
    Reading,
    Tracked,
    walk,
)
from gate.language.value import Doubt, Value
from gate.language.write import write, write_number
from gate.record import dataclass
from gate.terms.decision import Outcome
from gate.terms.slice import Slice

CANDIDATE = ""
NOT_BOUND: Binding = {}
_ONE = 1 + 1e-6  # a share of 1 that single precision has moved


class World(Protocol):
    """What a rule is evaluated on."""

    def number(self, of: str, metric: str, on: Slice) -> Value:
        """The measurement of the candidate (`of` is empty) or of a baseline."""

    def boolean(self, of: str, metric: str, on: Slice) -> bool | Doubt:
        """A measurement that must be true or false."""

    def highest(self, metric: str) -> float | None:
        """The largest value that makes sense for a metric, where that is known."""

    def in_percent(self, metric: str) -> bool:
        """Whether the unit of a metric is %: it counts to 100."""

    def bindings(self, readings: Iterable[Reading]) -> list[dict[str, str]]:
        """The values over which the stars of these readings run."""

    def history(self, metric: str, on: Slice, count: int) -> list[Value] | Doubt:
        """The latest recorded runs."""

    def expected(self, function: str, metric: str, on: Slice, count: int) -> Value:
        """The bound that history predicts."""

    def tracked(self, function: str, metric: str, on: Slice, count: int) -> Value:
        """The metric followed over recorded runs up to the candidate."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One comparison, evaluated. `left`/`right` are NaN where unknown; `margin` likewise."""

    node: Comparison
    left: float | bool
    right: float | bool
    margin: float
    outcome: Outcome
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A condition, evaluated: its outcomes (more than one only where doubts of both kinds remain), and its parts."""

    outcomes: frozenset[Outcome]
    parts: tuple[Judged, ...]

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        if len(self.parts) == 1:
            return self.parts[0].doubts
        return tuple(dict.fromkeys(doubt for part in self.parts for doubt in part.doubts))


_ONLY = {outcome: frozenset((outcome,)) for outcome in Outcome}
_PASS, _FAIL = _ONLY[Outcome.PASS], _ONLY[Outcome.FAIL]


def evaluate(tree: Condition, world: World, binding: Binding = NOT_BOUND) -> Result:
    """The result of a compiled rule; `binding` gives its free stars their values."""
    if isinstance(tree, Comparison):
        part = _compare(tree, world, binding)
        return Result(_ONLY[part.outcome], (part,))
    assert isinstance(tree, (All, Any))
    results = [evaluate(member, world, binding) for member in tree.members]
    parts = tuple(part for result in results for part in result.parts)
    decisive, neutral = (_FAIL, _PASS) if isinstance(tree, All) else (_PASS, _FAIL)
    if any(result.outcomes == decisive for result in results):
        return Result(decisive, parts)
    open_ones = frozenset(outcome for result in results for outcome in result.outcomes) - neutral
    return Result(open_ones or neutral, parts)


def evaluate_expression(node: Expression, world: World, of: str = CANDIDATE, binding: Binding = NOT_BOUND) -> Value:
    """The value of an expression on the candidate, or on a baseline."""
    return _value(node, world, of, binding)


def _compare(node: Comparison, world: World, binding: Binding) -> Judged:
    if isinstance(node.right, Boolean):
        return _compare_boolean(node, node.right.value, world, binding)
    up = node.operator[0] == ">"
    left, right = _value(node.left, world, CANDIDATE, binding, up), _value(node.right, world, CANDIDATE, binding, not up)
    doubt = _wrong_scale(node, left, right, world) or _two_scales(node, world, binding)
    if doubt:
        left = v.in_doubt(left, doubt)
    outcome, margin = compare(node.operator, left, right)
    return Judged(node, left.point, right.point, margin, outcome, v.merged(left.doubts, right.doubts))


def compare(operator: str, left: Value, right: Value) -> tuple[Outcome, float]:
    """The outcome of a comparison and its margin: positive is good, whatever the operator."""
    difference = v.subtract(left, right) if operator[0] == ">" else v.subtract(right, left)
    if operator in ("==", "!="):
        gap = v.absolute(difference)
        margin = -gap.point if operator == "==" else gap.point
        tie, apart = (Outcome.PASS, Outcome.FAIL) if operator == "==" else (Outcome.FAIL, Outcome.PASS)
    else:
        margin = difference.point
        tie = Outcome.PASS if operator.endswith("=") else Outcome.FAIL
        apart = Outcome.PASS if difference.low > 0 else Outcome.FAIL
    tied = difference.low <= 0 <= difference.high
    if not difference.doubts:
        return (tie if tied else apart), margin
    weak = [doubt.weak for doubt in difference.doubts]
    if tied:
        return (Outcome.UNDECIDED if all(weak) else Outcome.MISSING), margin
    # Decided whatever the unknown part is; a weak measurement, though, never decides.
    return (Outcome.UNDECIDED if any(weak) else apart), margin


def _compare_boolean(node: Comparison, wanted: bool, world: World, binding: Binding) -> Judged:
    assert isinstance(node.left, Reading)
    found = world.boolean(CANDIDATE, node.left.metric, slice_of(node.left, binding))
    if isinstance(found, Doubt):
        return Judged(node, math.nan, wanted, math.nan, Outcome.UNDECIDED if found.weak else Outcome.MISSING, (found,))
    holds = (found == wanted) == (node.operator == "==")
    return Judged(node, found, wanted, math.nan, Outcome.PASS if holds else Outcome.FAIL, ())


def _wrong_scale(node: Comparison, left: Value, right: Value, world: World) -> Doubt | None:
    """`success_percent >= 95%` or `accuracy > 0.8` where the metric counts to 100: both would hold for 3."""
    for literal, other, value in ((node.left, node.right, right), (node.right, node.left, left)):
        if isinstance(literal, Number) and 0 < literal.value <= 1 and _counts_to_100(literal, other, value, world):
            text = f"{value.point:g} is compared with {write(literal)}: one counts to 100, the other to 1"
            remedy = f"if the metric counts to 100, write `{write_number(round(literal.value * 100, 9))}`"
            return Doubt("percent-scale", text, remedy, weak=True)
    return None


def _counts_to_100(literal: Number, other: Expression, value: Value, world: World) -> bool:
    """Whether a value that is compared with a share counts to 100: its unit says so, or it is above 1 and should not be."""
    percent = literal.percent and not _divides(other)
    if value.low > _ONE:
        return percent or is_share(other, world.highest)
    if not percent or math.isnan(value.point):
        return False
    return any(isinstance(inner, Reading) and world.in_percent(inner.metric) for inner in walk(other))


def _divides(node: Expression) -> bool:
    return any(isinstance(inner, Arithmetic) and inner.operator == "/" for inner in walk(node))


def _two_scales(node: Comparison, world: World, binding: Binding) -> Doubt | None:
    """A share of the candidate beside the same metric of a baseline that counts to 100, or the other way round."""
    if isinstance(node.right, Number) and isinstance(node.left, Reading):
        return None
    read = set(candidate_readings(node, AGGREGATES))
    for inner in baselines_in(node, AGGREGATES):
        for reading in candidate_readings(inner.of, AGGREGATES):
            if reading not in read or world.highest(reading.metric) != 1:
                continue
            on = slice_of(reading, binding)
            now, before = world.number(CANDIDATE, reading.metric, on), world.number(inner.name, reading.metric, on)
            if not (math.isnan(now.point) or math.isnan(before.point)) and (now.low > _ONE) != (before.low > _ONE):
                text = f"`{write(reading)}` is {now.point:g}, and {before.point:g} on the baseline: one of them counts to 100"
                return Doubt("percent-scale", text, "measure both on one scale", weak=True)
    return None


def _value(node: Expression, world: World, of: str, binding: Binding, up: bool = True) -> Value:
    """The value; `up` says whether the comparison that it is part of holds the better the higher it is."""
    if isinstance(node, Reading):
        return world.number(of, node.metric, slice_of(node, binding))
    if isinstance(node, Number):
        return v.known(node.value)
    if isinstance(node, Arithmetic):
        return _arithmetic(node, world, of, binding, up)
    if isinstance(node, OnBaseline):
        return _value(node.of, world, node.name, binding, up)
    if isinstance(node, Negative):
        return v.negative(_value(node.of, world, of, binding, not up))
    if isinstance(node, Call):
        return _call(node, world, of, binding, up)
    if isinstance(node, Tracked):
        return world.tracked(node.function, node.of.metric, slice_of(node.of, binding), node.count)
    assert isinstance(node, Expected)
    return world.expected(node.function, node.of.metric, slice_of(node.of, binding), node.count)


_OPERATIONS = {"+": v.add, "-": v.subtract, "*": v.multiply, "/": v.divide}


def _arithmetic(node: Arithmetic, world: World, of: str, binding: Binding, up: bool) -> Value:
    left = _value(node.left, world, of, binding, up)
    right = _value(node.right, world, of, binding, up != (node.operator in "-/"))
    if node.operator in "*/":
        for baseline, value, divides in ((*_unsigned(node.left, left), False), (*_unsigned(node.right, right), True)):
            if isinstance(baseline, OnBaseline) and value.low <= 0 and not math.isnan(value.point):
                rises = up == (divides and node.operator == "/")  # whether it holds the better the higher the candidate's is
                return v.unknown(*v.merged(left.doubts, right.doubts), _no_ratio(baseline, value, rises))
    return _OPERATIONS[node.operator](left, right)


def _unsigned(node: Expression, value: Value) -> tuple[Expression, Value]:
    while isinstance(node, Negative):
        node, value = node.of, v.negative(value)
    return node, value


def _no_ratio(node: OnBaseline, value: Value, rises: bool) -> Doubt:
    text = f"a ratio to a baseline of {value.point:g} says nothing"
    lost = f"{write(node.of)} {'>=' if rises else '<='} {node.name} {'-' if rises else '+'} 0.01"
    return Doubt("baseline-not-positive", text, f"compare the difference: `{lost}`", weak=True)


def _call(node: Call, world: World, of: str, binding: Binding, up: bool) -> Value:
    if node.function not in AGGREGATES:
        return v.absolute(_value(node.arguments[0], world, of, binding, up))
    values: list[Value] = []
    for argument in node.arguments:
        values += _values(argument, world, of, binding, up)
    if not values:
        names = ", ".join(dict.fromkeys(reading.metric for reading in starred_readings(node.arguments[0])))
        return v.unknown(Doubt("no-slices", f"no slice to read: {names}", "check the columns of the selector", nowhere=True))
    if node.function == "count":
        return _count(values)
    return _AGGREGATES[node.function](values)


def _values(argument: Expression, world: World, of: str, binding: Binding, up: bool) -> list[Value]:
    """What a function's argument gives: history, a value for each value of its stars, or one value."""
    if isinstance(argument, Last):
        found = world.history(argument.of.metric, slice_of(argument.of, binding), argument.count)
        return [v.unknown(found)] if isinstance(found, Doubt) else found
    starred = starred_readings(argument)
    if not starred:
        return [_value(argument, world, of, binding, up)]
    return [_value(argument, world, of, {**binding, **inner}, up) for inner in world.bindings(starred)]


def _count(values: list[Value]) -> Value:
    """How many there are: what is unknown may or may not be one; none at all is unknown, never 0."""
    doubts = tuple(dict.fromkeys(doubt for value in values for doubt in value.doubts))
    sure = float(sum(1 for value in values if not math.isnan(value.point)))
    return Value(sure, sure, float(len(values)), doubts) if sure else v.unknown(*doubts)


_AGGREGATES = {"min": v.smallest, "max": v.largest, "sum": v.total, "mean": v.mean, "median": v.median, "sd": v.deviation}
