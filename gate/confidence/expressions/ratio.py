"""Ratios to one measurement that is not negative: they are above c where the numerator is above c times it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from gate.confidence.expressions.tree import Atom, Linear, Operation, Tree, linear
from gate.stats.test import Tails, Test

if TYPE_CHECKING:
    from gate.confidence.expressions.smooth import Prover

_INF = float("inf")
_FAR = 1e6


class Ratio(NamedTuple):
    """`factor` * top / bottom + `constant`."""

    top: Linear
    bottom: Atom
    factor: float
    constant: float


def as_ratio(term: Tree) -> Ratio | None:
    """The term as a linear numerator over one measurement, scaled and shifted; None where it is something else."""
    if not isinstance(term, Operation):
        return None
    left, right = linear(term.left), linear(term.right)
    if term.operator == "/" and isinstance(term.right, Atom) and left is not None:
        return Ratio(left, term.right, 1.0, 0.0)
    if right is not None and not right.factors and (inner := as_ratio(term.left)) is not None:
        return _with(inner, term.operator, right.constant)
    if left is not None and not left.factors and (inner := as_ratio(term.right)) is not None:
        if term.operator == "-":
            return inner._replace(factor=-inner.factor, constant=left.constant - inner.constant)
        return None if term.operator == "/" else _with(inner, term.operator, left.constant)
    return None


def _with(inner: Ratio, operator: str, number: float) -> Ratio | None:
    if operator in "+-":
        return inner._replace(constant=inner.constant + (number if operator == "+" else -number))
    if not number:
        return None
    times = number if operator == "*" else 1 / number
    return inner._replace(factor=inner.factor * times, constant=inner.constant * times)


def ratio_test(prover: Prover, ratio: Ratio) -> Test | None:
    """The test; None where the denominator may be negative, or has no test that it is above 0."""
    below = prover.atom(ratio.bottom)
    if below is None or below.problem or below.low < 0 or below.estimate <= 0:
        return None
    first = prover.test(_over(ratio, 0.0))
    if first.problem:
        return first
    measured = first.estimate / below.estimate * ratio.factor + ratio.constant

    beyond = _FAR * max(1.0, abs(measured))

    def mapped(far: bool) -> Callable[[float], Tails]:
        def tails(c: float) -> Tails:
            if abs(c - measured) > beyond:  # so far out, only a denominator of 0 could have led
                positive = below.tails(0.0).above
                return Tails(1.0, positive) if c > 0 else Tails(positive, 1.0)
            test = prover.test(_over(ratio, (c - ratio.constant) / ratio.factor))
            found = (test.far_tails if far else test.tails)(0.0)
            return found if ratio.factor > 0 else Tails(found.below, found.above)

        return tails

    product = prover.test(_over(ratio, (0.0 - ratio.constant) / ratio.factor))
    return Test(
        tails=mapped(False),
        far=mapped(True),
        estimate=measured,
        low=-_INF,
        high=_INF,
        method=f"{product.method}, as a product",
        n=first.n,
        of=first.of,
        spread=None if first.spread is None else first.spread * abs(ratio.factor) / below.estimate,
        notes=tuple(dict.fromkeys((*first.notes, *product.notes))),
    )


def _over(ratio: Ratio, c: float) -> Tree:
    """The numerator less c times the denominator: above 0 where the ratio is above c."""
    factors = dict(ratio.top.factors)
    factors[ratio.bottom] = factors.get(ratio.bottom, 0.0) - c
    total: Tree = ratio.top.constant
    for leaf, factor in factors.items():
        if factor:
            total = Operation("+", total, Operation("*", factor, leaf))
    return total
