"""Margins that hold one measurement against another: what their shape alone says of them."""

from __future__ import annotations

from math import inf

from gate.confidence.expressions.tree import Atom, Chosen, Linear, Tree, linear


def without_margin(tree: Tree | None) -> bool:
    """Whether a measurement must be above (or below) the same one of another model, with nothing to spare."""
    found = None if tree is None else linear(tree)
    return found is not None and not found.constant and change(found) is not None


def change(found: Linear) -> tuple[Atom, float] | None:
    """The candidate's measurement, and its sign, in a margin that is its change since a baseline and a constant."""
    if len(found.factors) != 2:
        return None
    (first, one), (second, other) = found.factors.items()
    if not (isinstance(first, Atom) and isinstance(second, Atom)) or one != -other or abs(one) != 1:
        return None
    if first[1:] != second[1:] or bool(first.of) == bool(second.of):
        return None
    return (first, one) if not first.of else (second, other)


def common(tree: Chosen) -> float:
    """How large the smallest of two margins can be, where one falls as the other rises."""
    if len(tree.members) != 2:
        return inf
    one, other = (linear(each) for each in tree.members)
    if one is None or other is None:
        return inf
    opposed = one.factors == {leaf: -factor for leaf, factor in other.factors.items()}
    return (one.constant + other.constant) / 2 if opposed else inf
