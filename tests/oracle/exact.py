"""Rules judged by exact fractions: an oracle that shares no code with the language.

A decimal v that is no whole number stands for [v - ε|v|, v + ε|v|] with ε = 5·10⁻¹³, whole numbers up to 2⁵³ are exact,
and what is calculated from intervals is the interval of all results. An unknown value is the whole line; calculating
with `*` or `/` on a line that has no end leaves it unknown. Doubts are `weak` (too little evidence) or `missing`.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from tests.oracle.lines import (
    Line,
    Node,
    World,
    absolute,
    both,
    divides,
    free_stars,
    metrics_in,
    number,
    outside_functions,
    smallest,
    square_root,
    top,
    total_of,
    turned,
    unknown,
)

NEAR = Fraction(1, 10**13)
ONE = Fraction(float(1 + 1e-6))  # a share of 1 that single precision has moved
WEAK, MISSING = "weak", "missing"
PASS, FAIL, UNDECIDED = "pass", "fail", "undecided"


class TooNearError(Exception):
    """The answer hangs on less than rounding can resolve: such a case proves nothing."""


class Oracle:
    """Judges one rule; `size` is the largest number met on the way, by which nearness is measured.

    `names` are the baselines that the rule reads: their slices count too.
    """

    def __init__(self, world: World, names: Collection[str] = ()) -> None:
        self.world = world
        self.names = names
        self.size = Fraction(0)

    # -- values

    def value(self, node: Node, of: str = "", at: str = "") -> Line:
        line = self.calculated(node, of, at)
        for end in (line.low, line.high):
            if end is not None and abs(end) > self.size:
                self.size = abs(end)
        return line

    def calculated(self, node: Node, of: str, at: str) -> Line:
        kind = node[0]
        if kind == "number":
            return number(node[1])
        if kind == "read":
            return self.read(of, node[1], at if node[2] == "*" else node[2])
        if kind == "on":
            return self.value(node[2], node[1], at)
        if kind == "neg":
            return turned(self.value(node[1], of, at))
        if kind == "abs":
            return absolute(self.value(node[1], of, at))
        if kind in "+-*/":
            return self.operation(node, of, at)
        return self.function(node, of, at)

    def read(self, of: str, metric: str, at: str) -> Line:
        cell = self.world.tables.get(of, {}).get((metric, at))
        if cell is None or cell.value is None:
            return unknown(frozenset((MISSING,)))
        return number(cell.value, frozenset((WEAK,)) if cell.weak else frozenset())

    def operation(self, node: Node, of: str, at: str) -> Line:
        kind, one, other = node
        a, b = self.value(one, of, at), self.value(other, of, at)
        doubts = a.doubts | b.doubts
        known = a.known and b.known
        if kind == "+":
            return Line(both(a.low, b.low), both(a.high, b.high), doubts, known)
        if kind == "-":
            b = turned(b)
            return Line(both(a.low, b.low), both(a.high, b.high), doubts, known)
        if any(self.not_positive(side, line) for side, line in ((one, a), (other, b))):
            return unknown(doubts | {WEAK})
        if kind == "/":
            return self.quotient(a, b, doubts, known)
        if None in (*a[:2], *b[:2]):
            return unknown(doubts)
        ends = [x * y for x in a[:2] for y in b[:2]]
        return Line(min(ends), max(ends), doubts, known)

    def quotient(self, a: Line, b: Line, doubts: frozenset[str], known: bool) -> Line:
        if (b.low is None or b.low <= 0) and (b.high is None or b.high >= 0):
            return unknown(doubts | {MISSING}) if None not in b[:2] else unknown(doubts)
        if None in (*a[:2], *b[:2]):
            return unknown(doubts)
        self.far(min(abs(b.low), abs(b.high)))  # type: ignore[arg-type]
        ends = [x / y for x in a[:2] for y in b[:2]]  # type: ignore[operator]
        return Line(min(ends), max(ends), doubts, known)

    def not_positive(self, node: Node, line: Line) -> bool:
        """A baseline that is itself a factor, dividend or divisor, whatever signs stand before it, must be above 0."""
        while node[0] == "neg":
            node, line = node[1], turned(line)
        if node[0] != "on" or not line.known or line.low is None:
            return False
        if line.low > 0:
            self.far(line.low)
        return line.low <= 0

    def function(self, node: Node, of: str, at: str) -> Line:
        kind, arguments = node
        lines = [line for argument in arguments for line in self.lines(argument, of, at)]
        doubts = frozenset[str]().union(*(line.doubts for line in lines))
        if not lines:
            return unknown(frozenset((MISSING,)))
        known = all(line.known for line in lines)
        if kind == "count":
            sure = sum(1 for line in lines if line.known)
            return Line(Fraction(sure), Fraction(len(lines)), doubts) if sure else unknown(doubts)
        if kind == "min":
            return smallest(lines, doubts, known)
        if kind == "max":
            return turned(smallest([turned(line) for line in lines], doubts, known))
        return self.combined(kind, lines, doubts, known)

    def combined(self, kind: str, lines: list[Line], doubts: frozenset[str], known: bool) -> Line:
        size = len(lines)
        if kind == "sd":
            return self.deviation(lines, doubts)
        if kind == "median":
            lows = sorted((line.low for line in lines), key=lambda end: (end is not None, end or 0))
            highs = sorted((line.high for line in lines), key=lambda end: (end is None, end or 0))
            middle = {(size - 1) // 2, size // 2}
            total = Line(total_of([lows[i] for i in middle]), total_of([highs[i] for i in middle]), doubts, known)
            divisor = len(middle)
        else:
            total = Line(total_of([line.low for line in lines]), total_of([line.high for line in lines]), doubts, known)
            divisor = size if kind == "mean" else 1
        if divisor == 1:
            return total
        if total.low is None or total.high is None:
            return unknown(doubts)
        return Line(total.low / divisor, total.high / divisor, doubts, known)

    def deviation(self, lines: list[Line], doubts: frozenset[str]) -> Line:
        if len(lines) < 2:
            return unknown(doubts | {MISSING})
        if MISSING in doubts or not all(line.known for line in lines):
            return unknown(doubts)
        points = [(line.low + line.high) / 2 for line in lines]  # type: ignore[operator]
        centre = sum(points) / len(points)
        root = square_root(sum((point - centre) ** 2 for point in points) / (len(points) - 1))
        half = max((line.high - line.low) / 2 for line in lines)  # type: ignore[operator]
        return Line(root - half, root + half, doubts)

    def lines(self, argument: Node, of: str, at: str) -> list[Line]:
        """The values of a function's argument: one for each value of its star, else one."""
        metrics = free_stars(argument)
        if not metrics:
            return [self.value(argument, of, at)]
        return [self.value(argument, of, value) for value in self.world.slices(metrics, self.names)]

    def far(self, distance: Fraction) -> None:
        """Refuses to answer where a distance that decides is less than rounding can resolve."""
        if distance < NEAR * self.size:
            raise TooNearError

    # -- conditions

    def outcomes(self, node: Node, at: str = "") -> frozenset[str]:
        kind = node[0]
        if kind == "not":
            return frozenset({PASS: FAIL, FAIL: PASS}.get(each, each) for each in self.outcomes(node[1], at))
        if kind in ("and", "or"):
            settles, neutral = (FAIL, PASS) if kind == "and" else (PASS, FAIL)
            found = [self.outcomes(member, at) for member in node[1]]
            if frozenset((settles,)) in found:
                return frozenset((settles,))
            return frozenset().union(*found) - {neutral} or frozenset((neutral,))
        return frozenset((self.compared(node, at),))

    def compared(self, node: Node, at: str) -> str:
        _, sign, left, right = node
        a, b = self.value(left, "", at), self.value(right, "", at)
        doubts = a.doubts | b.doubts
        if self.wrong_scale(left, right, b) or self.wrong_scale(right, left, a) or self.two_scales(left, right, at):
            doubts |= {WEAK}
        if sign in ("<", "<="):
            a, b, sign = b, a, {"<": ">", "<=": ">="}[sign]
        b = turned(b)
        low, high = both(a.low, b.low), both(a.high, b.high)
        below, above = low is not None and low > 0, high is not None and high < 0
        if not (below or above):
            if not doubts:
                return PASS if sign in (">=", "==") else FAIL
            return MISSING if MISSING in doubts else UNDECIDED
        self.far(low if below else -high)  # type: ignore[operator, arg-type]
        if WEAK in doubts:
            return UNDECIDED
        holds = {"==": False, "!=": True}.get(sign, below)
        return PASS if holds else FAIL

    def wrong_scale(self, literal: Node, other: Node, line: Line) -> bool:
        """A share compared with what counts to 100."""
        if literal[0] != "number" or not 0 < literal[1] <= 1:
            return False
        percent = literal[2]
        if percent and not divides(other) and line.known and metrics_in(other) & self.world.in_percent:
            return True
        if line.low is None or line.low <= ONE:
            return False
        self.far(line.low - ONE)
        return top(other, self.world.ends_at_one) == 1 or (percent and not divides(other))

    def two_scales(self, left: Node, right: Node, at: str) -> bool:
        """A metric that ends at 1 and is above it on one side only: the candidate's or a baseline's."""
        plain, based = outside_functions(left), outside_functions(right)
        now = {read for of, read in plain | based if not of}
        for of, (_, metric, place) in sorted(plain | based):
            if of and ("read", metric, place) in now and metric in self.world.ends_at_one:
                where = at if place == "*" else place
                a, b = self.read("", metric, where), self.read(of, metric, where)
                if a.known and b.known and (a.low > ONE) != (b.low > ONE):  # type: ignore[operator]
                    return True
        return False
