"""Smooth expressions of measurements, with what is chosen among them (`max`, `min`) on top."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from gate.confidence.ground import Ground
from gate.language import value as v
from gate.language.value import Doubt
from gate.terms.slice import Slice

MOST_BRANCHES = 4096  # of one comparison: 64 slices in ordered pairs; beyond, `max` and `min` are bounded one by one


class Atom(NamedTuple):
    """A measurement of the candidate (`of` is empty) or of a baseline."""

    of: str
    metric: str
    on: Slice


class Operation(NamedTuple):
    """`left operator right` with one of + - * /."""

    operator: str
    left: Tree
    right: Tree


class Chosen(NamedTuple):
    """The largest, or the smallest, of its members."""

    largest: bool
    members: tuple[Tree, ...]


class Middle(NamedTuple):
    """The median of its members."""

    members: tuple[Tree, ...]


class Unclear(NamedTuple):
    """Something that no bound is known for, and why; no doubt where the value itself is missing, which is told elsewhere."""

    why: Doubt | None


Tree: TypeAlias = "Atom | float | Operation | Chosen | Middle | Unclear"
AnyNumber: TypeAlias = Any  # a float, or a complex number for a gradient
_APPLIED = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_DECIMALS = 12  # of the ends of an expression: noise of rounding is on the outside of them, and 1 is not 1.0000000000000004


# -- choices come to the top


def chosen(largest: bool, members: list[Tree]) -> Tree:
    """The largest or smallest of the members, those of a like choice among them."""
    flat: list[Tree] = []
    for each in members:
        flat += each.members if isinstance(each, Chosen) and each.largest is largest else (each,)
    distinct = tuple(dict.fromkeys(flat))
    return distinct[0] if len(distinct) == 1 else Chosen(largest, distinct)


def branches(tree: Tree) -> int:
    """How many smooth expressions a tree chooses among."""
    return sum(map(branches, tree.members)) if isinstance(tree, Chosen) else 1


def combined(operator: str, left: Tree, right: Tree, ground: Ground) -> Tree:
    """An operation, carried into the members of a choice where that leaves their order as it is, or reverses it."""
    if isinstance(left, float) and isinstance(right, float):
        return _computed(operator, left, right)
    if isinstance(left, Unclear) or isinstance(right, Unclear):
        return left if isinstance(left, Unclear) else right
    if (operator == "-" and left == right) or (operator in "*/" and left == 0.0):
        return 0.0
    if branches(left) * branches(right) <= MOST_BRANCHES:
        if isinstance(left, Chosen) and (turns := _turns_left(operator, right, ground)) is not None:
            return chosen(left.largest is not turns, [combined(operator, each, right, ground) for each in left.members])
        if isinstance(right, Chosen) and (turns := _turns_right(operator, left, ground)) is not None:
            return chosen(right.largest is not turns, [combined(operator, left, each, ground) for each in right.members])
    return Operation(operator, left, right)


def _computed(operator: str, left: float, right: float) -> Tree:
    if operator == "/":
        return left / right if right else Unclear(None)  # evaluation has told of it
    return left + right if operator == "+" else left - right if operator == "-" else left * right


def _turns_left(operator: str, right: Tree, ground: Ground) -> bool | None:
    """Whether an operation reverses the order of its left sides; None where that is not known."""
    if operator in "+-":
        return False
    sign = _sign(right, ground)
    return None if sign is None else sign < 0


def _turns_right(operator: str, left: Tree, ground: Ground) -> bool | None:
    """The same of its right sides; of divisors it is not known, as they may pass through 0."""
    if operator in "+-":
        return operator == "-"
    return _turns_left("*", left, ground) if operator == "*" else None


def _sign(tree: Tree, ground: Ground) -> int | None:
    """1 where a factor is never below 0, -1 where it is never above."""
    if isinstance(tree, float):
        return 1 if tree >= 0 else -1
    if isinstance(tree, Atom):
        fact = ground.fact(tree.metric)
        return 1 if fact is not None and fact.low is not None and fact.low >= 0 else None
    return None


# -- linear ones


class Linear(NamedTuple):
    """A sum of leaves with their factors, and a constant."""

    factors: dict[Tree, float]
    constant: float


def linear(tree: Tree) -> Linear | None:
    """The tree as a linear expression of its leaves; None where it is not one. What cancels out is gone."""
    found = _linear(tree)
    return None if found is None else Linear({leaf: factor for leaf, factor in found.factors.items() if factor}, found.constant)


def _linear(tree: Tree) -> Linear | None:
    if isinstance(tree, float):
        return Linear({}, tree)
    if not isinstance(tree, Operation):
        return Linear({tree: 1.0}, 0.0)
    left, right = _linear(tree.left), _linear(tree.right)
    if left is None or right is None:
        return None
    if tree.operator in "+-":
        return _added(left, right, 1.0 if tree.operator == "+" else -1.0)
    if not right.factors and (tree.operator == "*" or right.constant):
        return _times(left, right.constant if tree.operator == "*" else 1 / right.constant)
    return _times(right, left.constant) if tree.operator == "*" and not left.factors else None


def _added(left: Linear, right: Linear, sign: float) -> Linear:
    factors = dict(left.factors)
    for leaf, factor in right.factors.items():
        factors[leaf] = factors.get(leaf, 0.0) + sign * factor
    return Linear(factors, left.constant + sign * right.constant)


def _times(of: Linear, factor: float) -> Linear:
    return Linear({leaf: each * factor for leaf, each in of.factors.items()}, of.constant * factor)


def leaves(tree: Tree) -> list[Tree]:
    """What stands below all operations, each once; choices that stayed inside are leaves, too."""
    if isinstance(tree, Operation):
        return list(dict.fromkeys((*leaves(tree.left), *leaves(tree.right))))
    return [] if isinstance(tree, float) else [tree]


def atoms(tree: Tree) -> list[Atom]:
    """All measurements in it, those that are chosen among as well."""
    if isinstance(tree, (Chosen, Middle)):
        return [atom for each in tree.members for atom in atoms(each)]
    if isinstance(tree, Operation):
        return [*atoms(tree.left), *atoms(tree.right)]
    return [tree] if isinstance(tree, Atom) else []


def computed(tree: Tree, values: Mapping[Atom, AnyNumber]) -> AnyNumber:
    """The value of a smooth expression, with these for its measurements."""
    if isinstance(tree, float):
        return tree
    if isinstance(tree, Atom):
        return values[tree]
    assert isinstance(tree, Operation)
    left, right = computed(tree.left, values), computed(tree.right, values)
    if tree.operator in "+-":
        return left + right if tree.operator == "+" else left - right
    return left * right if tree.operator == "*" else left / right


def compiled(tree: Tree, atoms: Sequence[Atom]) -> Callable[[Sequence[AnyNumber]], AnyNumber]:
    """The value of a smooth expression by those of its measurements, in this order: for tests, which ask a thousand times."""
    if isinstance(tree, float):
        return lambda _: tree
    if isinstance(tree, Atom):
        return operator.itemgetter(atoms.index(tree))
    assert isinstance(tree, Operation)
    left, right, apply = compiled(tree.left, atoms), compiled(tree.right, atoms), _APPLIED[tree.operator]
    return lambda values: apply(left(values), right(values))


def reach(tree: Tree, of: Mapping[Atom, tuple[float, float]]) -> tuple[float, float]:
    """The ends between which a smooth expression lies, from those of its measurements; infinite where they are not known."""

    def ends(leaf: Tree) -> v.Value:
        low, high = of[leaf] if isinstance(leaf, Atom) else (-math.inf, math.inf)
        return v.Value(low, low, high)

    found = within(tree, ends)
    return round(found.low, _DECIMALS), round(found.high, _DECIMALS)


def within(tree: Tree, of: Callable[[Tree], v.Value]) -> v.Value:
    """An expression on intervals, by those of its leaves."""
    if isinstance(tree, float):
        return v.Value(tree, tree, tree)
    if not isinstance(tree, Operation):
        return of(tree)
    left, right = within(tree.left, of), within(tree.right, of)
    return {"+": v.add, "-": v.subtract, "*": v.multiply, "/": v.divide}[tree.operator](left, right)
