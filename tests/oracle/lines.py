"""Lines of exact fractions, measurements, and the nodes of rules: what the oracle calculates with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any, NamedTuple

EPSILON = Fraction(5, 10**13)
EXACT = 2**53

Node = tuple[Any, ...]


class Line(NamedTuple):
    """All that a value may be: from `low` to `high`, None for no end; `known` says that there is a number at all."""

    low: Fraction | None
    high: Fraction | None
    doubts: frozenset[str] = frozenset()
    known: bool = True


@dataclass(frozen=True)
class Cell:
    """A measurement: its decimal, or None where there is no number, and whether there are too few rows."""

    value: Fraction | None
    weak: bool = False


Table = Mapping[tuple[str, str], Cell]  # (metric, slice value or "") to a measurement


@dataclass(frozen=True)
class World:
    """The candidate under "", baselines under their names."""

    tables: Mapping[str, Table]
    ends_at_one: frozenset[str] = frozenset()
    in_percent: frozenset[str] = frozenset()

    def slices(self, metrics: Collection[str], names: Collection[str]) -> list[str]:
        """The values over which a star runs: all that the candidate, the default baseline or those named have."""
        tables = [self.tables[name] for name in ("", "baseline", *sorted(names)) if name in self.tables]
        return list(dict.fromkeys(at for metric in metrics for cells in tables for each, at in cells if each == metric and at))


def number(value: Fraction, doubts: frozenset[str] = frozenset()) -> Line:
    if value.denominator == 1 and abs(value) <= EXACT:
        return Line(value, value, doubts)
    width = EPSILON * abs(value)
    return Line(value - width, value + width, doubts)


def unknown(doubts: frozenset[str]) -> Line:
    return Line(None, None, doubts, False)


def both(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def total_of(ends: list[Fraction | None]) -> Fraction | None:
    return None if None in ends else sum(ends, Fraction(0))  # type: ignore[arg-type]


def turn(end: Fraction | None) -> Fraction | None:
    return None if end is None else -end


def turned(line: Line) -> Line:
    return Line(turn(line.high), turn(line.low), line.doubts, line.known)


def smallest(lines: list[Line], doubts: frozenset[str], known: bool) -> Line:
    lows = [line.low for line in lines]
    highs = [line.high for line in lines if line.high is not None]
    return Line(None if None in lows else min(lows), min(highs, default=None), doubts, known)  # type: ignore[type-var]


def absolute(line: Line) -> Line:
    if line.low is not None and line.low >= 0:
        return line
    if line.high is not None and line.high <= 0:
        return turned(line)
    high = None if line.low is None or line.high is None else max(-line.low, line.high)
    return Line(Fraction(0), high, line.doubts, line.known)


def square_root(square: Fraction) -> Fraction:
    """To forty digits."""
    scale = 10**40
    return Fraction(isqrt(square.numerator * scale * scale // square.denominator), scale)


def children(node: Node) -> list[Node]:
    if node[0] == "read":
        return []
    return [part for item in node[1:] for part in (item if isinstance(item, list) else [item]) if isinstance(part, tuple)]


def free_stars(node: Node) -> list[str]:
    """The metrics with a star that no function inside has used up."""
    if node[0] == "read":
        return [node[1]] if node[2] == "*" else []
    used_up = node[0] in ("min", "max", "mean", "median", "sum", "sd", "count")
    return [] if used_up else [metric for child in children(node) for metric in free_stars(child)]


def divides(node: Node) -> bool:
    return node[0] == "/" or any(divides(child) for child in children(node))


def metrics_in(node: Node) -> frozenset[str]:
    """The metrics that a node reads, wherever they stand in it."""
    own = frozenset((node[1],)) if node[0] == "read" else frozenset[str]()
    return own.union(*(metrics_in(child) for child in children(node)))


def top(node: Node, ends_at_one: frozenset[str]) -> Fraction | None:
    """The largest value that makes sense, where that is known."""
    kind = node[0]
    if kind == "number":
        return Fraction(node[1])
    if kind == "read":
        return Fraction(1) if node[1] in ends_at_one else None
    if kind == "on":
        return top(node[2], ends_at_one)
    tops = [top(child, ends_at_one) for child in children(node)]
    if any(each is None for each in tops):
        return None
    known = [each for each in tops if each is not None]
    if kind in ("min", "max", "mean", "median"):
        return max(known)
    if kind in ("+", "*") and min(known) >= 0:
        return known[0] + known[1] if kind == "+" else known[0] * known[1]
    return None


def outside_functions(node: Node, of: str = "") -> set[tuple[str, Node]]:
    """What a node reads outside functions of many values, with whose measurement it is."""
    if node[0] == "read":
        return {(of, node)}
    if node[0] in ("min", "max", "mean", "median", "sum", "sd", "count"):
        return set()
    inside = node[1] if node[0] == "on" else of
    return {found for child in children(node) for found in outside_functions(child, inside)}
