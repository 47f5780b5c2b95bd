"""The shape of a rule: its normal form, the same with its numbers blanked, and which rules of two policies belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from gate.policy.policy import Rule

_TURNED = {"<": ">", "<=": ">="}
Pair = tuple[Rule | None, Rule | None]


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


def paired(old: Sequence[Rule], new: Sequence[Rule], is_tight: Callable[[Rule, Rule], bool]) -> list[Pair]:
    """Rules by id, then by shape: equal ones first, then those that are tighter, then in order; the rest alone."""
    ids = {rule.id: rule for rule in new}
    found: list[Pair] = [(rule, ids[rule.id]) for rule in old if rule.id in ids]
    taken = {rule.id for rule, _ in found if rule is not None}
    waiting, free = [rule for rule in old if rule.id not in taken], [rule for rule in new if rule.id not in taken]
    shapes: dict[str, list[Rule]] = {}
    for rule in free:
        shapes.setdefault(shape(rule.expr.tree), []).append(rule)
    left: list[tuple[Rule, list[Rule]]] = [(rule, shapes.get(shape(rule.expr.tree), [])) for rule in waiting]
    for fits in (_equal, is_tight, lambda _old, _new: True):
        still: list[tuple[Rule, list[Rule]]] = []
        for rule, like in left:
            match = next((each for each in like if fits(rule, each)), None)
            if match is None:
                still.append((rule, like))
            else:
                like.remove(match)
                found.append((rule, match))
        left = still
    matched = {rule.id for _, rule in found if rule is not None}
    return [*found, *((rule, None) for rule, _ in left), *((None, rule) for rule in free if rule.id not in matched)]


def _equal(old: Rule, new: Rule) -> bool:
    return canonical(old.expr.tree) == canonical(new.expr.tree)
