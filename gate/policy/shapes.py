"""The shape of a rule: its normal form, and the same with its numbers blanked."""

from __future__ import annotations

from collections.abc import Callable

from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Condition,
    Expression,
    Negative,
    Number,
    OnBaseline,
    Reading,
)
from gate.language.write import write, write_number

_TURNED = {"<": ">", "<=": ">="}


def canonical(tree: Condition) -> Condition:
    """The condition as all equal ones are: `a < b` turned to `b > a`, members of `and` and `or` flat, sorted, each once.

    Evaluation gives the same outcome and the same doubts on all evidence.
    """
    return _canonical(tree, _plain_number)


def shape(tree: Condition) -> str:
    """The normal form with its numbers blanked."""
    return write(_canonical(tree, _blank))


def scaled_shape(tree: Condition) -> str:
    """The normal form with its numbers blanked, those written as percent kept apart."""
    return write(_canonical(tree, lambda number: Number(0, False, "#%" if number.percent else "#")))


def _blank(_number: Number) -> Number:
    return Number(0, False, "#")


def _plain_number(number: Number) -> Number:
    return Number(number.value, number.percent, write_number(number.value) + "%" * number.percent)


Renumber = Callable[[Number], Number]


def _canonical(tree: Condition, renumber: Renumber) -> Condition:
    if isinstance(tree, Comparison):
        left, right = _numbered(tree.left, renumber), _numbered(tree.right, renumber)
        if tree.operator in _TURNED:
            return Comparison(_TURNED[tree.operator], right, left)
        if tree.operator in ("==", "!=") and not isinstance(right, Boolean):
            left, right = sorted((left, right), key=write)
        return Comparison(tree.operator, left, right)
    assert isinstance(tree, (All, Any))
    kind = type(tree)
    members: dict[str, Condition] = {}
    for member in tree.members:
        found = _canonical(member, renumber)
        for each in found.members if isinstance(found, kind) else (found,):
            members[write(each)] = each
    unique = sorted(members.values(), key=lambda each: (write(_canonical(each, _blank)), write(each)))
    return kind(tuple(unique)) if len(unique) > 1 else unique[0]


def _numbered(node: Expression, renumber: Renumber) -> Expression:
    if isinstance(node, Number):
        return renumber(node)
    if isinstance(node, Arithmetic):
        return Arithmetic(node.operator, _numbered(node.left, renumber), _numbered(node.right, renumber))
    if isinstance(node, Negative):
        return Negative(_numbered(node.of, renumber))
    if isinstance(node, OnBaseline):
        return OnBaseline(node.name, _numbered(node.of, renumber))
    if isinstance(node, Call):
        return Call(node.function, tuple(_numbered(argument, renumber) for argument in node.arguments))
    return Reading(node.metric, node.selector) if isinstance(node, Reading) else node
