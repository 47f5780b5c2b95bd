"""Values for the stars of a rule: the slice that a reading is of, and an expression as it is read there."""

from __future__ import annotations

from collections.abc import Mapping

from gate.language.readings import starred_readings
from gate.language.tokens import AGGREGATES
from gate.language.tree import Arithmetic, Call, Expected, Expression, Last, Negative, OnBaseline, Reading, Tracked
from gate.record import replace
from gate.terms.slice import WHOLE, Slice

Binding = Mapping[str, str]


def slice_of(reading: Reading, binding: Binding) -> Slice:
    """The slice of a reading, its stars given their values."""
    if not reading.selector:
        return WHOLE
    return Slice(tuple([(column, binding.get(column, "*") if value is None else value) for column, value in reading.selector]))


def bound(node: Expression, binding: Binding) -> Expression:
    """The expression with its free stars given their values; those that a function uses up stay stars."""
    if not binding or not starred_readings(node):
        return node
    if isinstance(node, Reading):
        return _read(node, binding)
    if isinstance(node, (Last, Expected, Tracked)):
        return replace(node, of=_read(node.of, binding))
    if isinstance(node, Arithmetic):
        return replace(node, left=bound(node.left, binding), right=bound(node.right, binding))
    if isinstance(node, (Negative, OnBaseline)):
        return replace(node, of=bound(node.of, binding))
    assert isinstance(node, Call)
    own = node.function in AGGREGATES
    return replace(
        node, arguments=tuple(each if own and not isinstance(each, Last) else bound(each, binding) for each in node.arguments)
    )


def _read(reading: Reading, binding: Binding) -> Reading:
    selector = tuple((column, binding.get(column) if value is None else value) for column, value in reading.selector)
    return replace(reading, selector=selector)
