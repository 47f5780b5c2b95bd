"""Scales: the largest value that makes sense for an expression, from those of its metrics."""

from __future__ import annotations

from collections.abc import Callable

from gate.language.tree import Arithmetic, Call, Expected, Expression, Number, OnBaseline, Reading, Tracked

Highest = Callable[[str], "float | None"]
_OF_ONE_SCALE = frozenset(("min", "max", "mean", "median"))


def ceiling(node: Expression, highest: Highest) -> float | None:
    """The largest value that makes sense, where it is known: 1 for `min(accuracy, recall)` and `0.5 * recall + 0.5 * f1`."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Reading):
        return highest(node.metric)
    if isinstance(node, (OnBaseline, Expected)) or (isinstance(node, Tracked) and node.function == "ewma"):
        return ceiling(node.of, highest)
    if isinstance(node, Call) and node.function in _OF_ONE_SCALE:
        tops = [ceiling(argument, highest) for argument in node.arguments]
        return None if None in tops else max(top for top in tops if top is not None)
    if isinstance(node, Arithmetic) and node.operator in "+*":
        left, right = ceiling(node.left, highest), ceiling(node.right, highest)
        if left is None or right is None or min(left, right) < 0:
            return None
        return left + right if node.operator == "+" else left * right
    return None


def is_share(node: Expression, highest: Highest) -> bool:
    """Whether a value above 1 makes no sense for an expression."""
    top = ceiling(node, highest)
    return top is not None and abs(top - 1) < 1e-9
