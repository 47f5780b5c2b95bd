"""A comparison's margin as a tree of measurements."""

from __future__ import annotations

import math
from collections.abc import Callable

from gate.confidence.expressions.tree import Atom, Chosen, Middle, Tree, Unclear, chosen, combined
from gate.confidence.ground import Ground
from gate.language.binding import Binding, slice_of
from gate.language.evaluate import evaluate_expression
from gate.language.readings import starred_readings
from gate.language.tokens import AGGREGATES
from gate.language.tree import (
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Last,
    Negative,
    Number,
    OnBaseline,
    Reading,
    Tracked,
)
from gate.language.value import Doubt
from gate.language.write import write
from gate.stats.trend import WEIGHT


def margin(node: Comparison, ground: Ground, binding: Binding) -> Tree:
    """What must be above 0 for an ordered comparison to hold."""
    left, right = _tree(node.left, ground, "", binding), _tree(node.right, ground, "", binding)
    return combined("-", left, right, ground) if node.operator[0] == ">" else combined("-", right, left, ground)


def _tree(node: Expression, ground: Ground, of: str, binding: Binding) -> Tree:
    if isinstance(node, Reading):
        return Atom(of, node.metric, slice_of(node, binding))
    if isinstance(node, Number):
        return float(node.value)
    if isinstance(node, Arithmetic):
        left, right = _tree(node.left, ground, of, binding), _tree(node.right, ground, of, binding)
        return _range_of_one(node, left, right) or combined(node.operator, left, right, ground)
    if isinstance(node, OnBaseline):
        return _tree(node.of, ground, ground.stands_for(node.name), binding)
    if isinstance(node, Negative):
        return combined("-", 0.0, _tree(node.of, ground, of, binding), ground)
    if isinstance(node, Call):
        return _call(node, ground, of, binding)
    if isinstance(node, Tracked):
        return _tracked(node, ground, binding)
    found = evaluate_expression(node, ground, of, binding)
    return Unclear(None) if math.isnan(found.point) else found.point  # what the history says is taken as it is


def _range_of_one(node: Arithmetic, left: Tree, right: Tree) -> Unclear | None:
    """`max(…) - min(…)` over one slice, which never differs from itself."""
    sides = [side for side in (node.left, node.right) if isinstance(side, Call)]
    starred = [write(reading) for side in sides for each in side.arguments for reading in starred_readings(each)]
    if node.operator not in "-/" or left != right or isinstance(left, (Chosen, Middle)) or len(sides) < 2 or not starred:
        return None
    what = f"`{starred[0]}` is one slice only, and says nothing of how far slices are apart"
    return Unclear(Doubt("too-few-values", what, "measure two slices at least", weak=True))


def _tracked(node: Tracked, ground: Ground, binding: Binding) -> Tree:
    """A moving average is the candidate's value by its weight, and what was recorded as it is."""
    found, now = (evaluate_expression(each, ground, "", binding) for each in (node, node.of))
    if math.isnan(found.point) or math.isnan(now.point):
        return Unclear(None)
    if node.function != "ewma":
        what = "how far a metric has drifted has no bound here"
        return Unclear(Doubt("no-method", what, "write `confidence: none` for this rule", weak=True))
    share = combined("*", WEIGHT, Atom("", node.of.metric, slice_of(node.of, binding)), ground)
    return combined("+", found.point - WEIGHT * now.point, share, ground)


def _call(node: Call, ground: Ground, of: str, binding: Binding) -> Tree:
    if node.function not in AGGREGATES:  # abs
        inner = _tree(node.arguments[0], ground, of, binding)
        return chosen(True, [inner, combined("-", 0.0, inner, ground)])
    found: list[Tree] = []
    for argument in node.arguments:
        found += _values(argument, ground, of, binding)
    return _AGGREGATED[node.function](found, ground) if found else Unclear(None)


def _values(argument: Expression, ground: Ground, of: str, binding: Binding) -> list[Tree]:
    if isinstance(argument, Last):
        runs = ground.history(argument.of.metric, slice_of(argument.of, binding), argument.count)
        return [Unclear(None)] if isinstance(runs, Doubt) else [each.point for each in runs]
    starred = starred_readings(argument)
    if not starred:
        return [_tree(argument, ground, of, binding)]
    return [_tree(argument, ground, of, {**binding, **inner}) for inner in ground.bindings(starred)]


def _sum(found: list[Tree], ground: Ground) -> Tree:
    total = found[0]
    for each in found[1:]:
        total = combined("+", total, each, ground)
    return total


def _mean(found: list[Tree], ground: Ground) -> Tree:
    return found[0] if len(found) == 1 else combined("/", _sum(found, ground), float(len(found)), ground)


def _median(found: list[Tree], _: Ground) -> Tree:
    return found[0] if len(found) == 1 else Middle(tuple(found))


def _count(found: list[Tree], _: Ground) -> Tree:
    return Unclear(None) if any(isinstance(each, Unclear) for each in found) else float(len(found))


def _deviation(found: list[Tree], _: Ground) -> Tree:
    if all(isinstance(each, float) for each in found) and len(found) > 1:
        from statistics import stdev

        return stdev([each for each in found if isinstance(each, float)])
    what = "a standard deviation over slices has no bound here"
    return Unclear(Doubt("no-method", what, "bound `max(…) - min(…)` instead, or write `confidence: none`", weak=True))


_AGGREGATED: dict[str, Callable[[list[Tree], Ground], Tree]] = {
    "sum": _sum,
    "mean": _mean,
    "median": _median,
    "count": _count,
    "sd": _deviation,
    "max": lambda found, _: chosen(True, found),
    "min": lambda found, _: chosen(False, found),
}
