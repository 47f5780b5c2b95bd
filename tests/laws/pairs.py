"""Random rules, their mutations, and random evidence to compare them on; seeded, and quick to make."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    Call,
    Comparison,
    Condition,
    Expression,
    Negative,
    Number,
    OnBaseline,
    Reading,
)
from gate.language.value import Doubt, Value, in_doubt, known, unknown
from gate.terms.metric import Metric
from gate.terms.slice import Slice

MISSING = Doubt("test-missing", "no value")
WEAK = Doubt("test-weak", "too little evidence", weak=True)
SLICES = ("eu", "us")
SIGNS = (">", ">=", "<", "<=", "==", "!=")
# What a policy says of the metrics: `low` is never below 0, `high` never above 0, `share` in [0, 1], `unit` in percent.
FACTS = {
    "low": Metric("low", low=0),
    "high": Metric("high", high=0),
    "percent": Metric("percent", low=0, high=100, unit="%"),
}
TOP_ONE = ("accuracy",)  # known by its name to end at 1
METRICS = ("a", "b", "low", "high", "accuracy", "percent")


def outside(number: float, metric: str) -> bool:
    """Whether a value lies outside the range that the policy states for its metric."""
    fact = FACTS.get(metric)
    if fact is None:
        return False
    return (fact.low is not None and number < fact.low) or (fact.high is not None and number > fact.high)


class Sample:
    """Evidence: numbers by metric, baseline and slice. A value outside the range of its metric is missing."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.values: dict[tuple[str, str, Slice], Value] = {}
        self.many = random.choice((1, 10, 100))

    def number(self, of: str, metric: str, on: Slice) -> Value:
        key = (of, metric, on)
        if key not in self.values:
            self.values[key] = self.drawn(metric)
        return self.values[key]

    def drawn(self, metric: str) -> Value:
        kind = self.random.random()
        if kind < 0.08:
            return unknown(MISSING)
        number = self.random.choice((0.0, 1.0, self.random.randint(-16, 24) / 8, self.random.randint(-16, 24) / 8 * self.many))
        if outside(number, metric):
            number = -number
        if outside(number, metric):
            return unknown(MISSING)
        return in_doubt(known(number), WEAK) if kind < 0.14 else known(number)

    def highest(self, metric: str) -> float | None:
        return 1 if metric in TOP_ONE else FACTS[metric].high if metric in FACTS else None

    def in_percent(self, metric: str) -> bool:
        return metric in FACTS and FACTS[metric].unit == "%"

    def bindings(self, readings: Iterable[Reading]) -> list[dict[str, str]]:
        return [{"r": value} for value in SLICES] if list(readings) else []


def number(random: Random) -> Number:
    if random.random() < 0.2:
        percent = random.choice((5, 50, 90, 95, 100, 150, 200))
        return Number(percent / 100, True, f"{percent}%")
    return Number(random.choice((0, 1, 2, 0.5, 0.8, 0.9, random.randint(-16, 24) / 8, random.randint(-16, 24) / 8)))


def expression(random: Random, depth: int = 2) -> Expression:
    kind = random.random()
    if depth == 0 or kind < 0.35:
        return Reading(random.choice(METRICS)) if random.random() < 0.75 else number(random)
    if kind < 0.45:
        return OnBaseline("baseline", Reading(random.choice(METRICS)))
    if kind < 0.8:
        return Arithmetic(random.choice("+-*/"), expression(random, depth - 1), expression(random, depth - 1))
    if kind < 0.86:
        return Negative(expression(random, depth - 1))
    if kind < 0.92:
        return Call(random.choice(("min", "max", "mean", "sum", "sd", "median", "count")), (Reading("s", (("r", None),)),))
    if kind < 0.94:
        return Call("abs", (expression(random, depth - 1),))
    return Call(
        random.choice(("min", "max", "mean", "sum", "median", "sd")),
        (expression(random, depth - 1), expression(random, depth - 1)),
    )


def comparison(random: Random) -> Condition:
    if random.random() < 0.6:
        sides: list[Expression] = [Reading(random.choice(METRICS)), number(random)]
        random.shuffle(sides)
    else:
        sides = [expression(random), expression(random, 1)]
    return Comparison(random.choice(SIGNS[:4]) if random.random() < 0.85 else random.choice(SIGNS), sides[0], sides[1])


def rule(random: Random, depth: int = 2) -> Condition:
    kind = random.random()
    if depth == 0 or kind < 0.65:
        return comparison(random)
    members = tuple(rule(random, depth - 1) for _ in range(random.choice((2, 2, 3))))
    return All(members) if kind < 0.83 else Any(members)


# -- mutations: mostly small ones, so that many pairs can be compared


def mutated(node: Condition, random: Random) -> Condition:
    if isinstance(node, (All, Any)):
        return _mutated_members(node, random)
    assert isinstance(node, Comparison)
    kind = random.random()
    if kind < 0.2:
        return Comparison(random.choice(SIGNS), node.left, node.right)
    if kind < 0.25:
        turned = {">": "<", ">=": "<=", "<": ">", "<=": ">="}.get(node.operator, node.operator)
        return Comparison(turned, node.right, node.left)
    if kind < 0.35:
        return random.choice((All, Any))((node, comparison(random)))
    if kind < 0.65:
        return Comparison(node.operator, node.left, changed(node.right, random))
    return Comparison(node.operator, changed(node.left, random), node.right)


def _mutated_members(node: All | Any, random: Random) -> Condition:
    members, kind = list(node.members), random.random()
    place = random.randrange(len(members))
    if kind < 0.2 and len(members) > 2:
        del members[place]
    elif kind < 0.3:
        return members[place]
    elif kind < 0.5:
        members.append(rule(random, 0))
    elif kind < 0.6:
        return (Any if isinstance(node, All) else All)(tuple(members))
    else:
        members[place] = mutated(members[place], random)
    return type(node)(tuple(members))


def changed(node: Expression, random: Random) -> Expression:
    """The expression with one thing in it changed: most often a number."""
    if isinstance(node, Number):
        other = number(random)
        turned = Number(node.value, not node.percent, "" if node.percent else f"{node.value * 100:g}%")
        return turned if random.random() < 0.15 else other
    if isinstance(node, Arithmetic):
        if random.random() < 0.5:
            return Arithmetic(node.operator, changed(node.left, random), node.right)
        return Arithmetic(node.operator, node.left, changed(node.right, random))
    if isinstance(node, Negative):
        return Negative(changed(node.of, random))
    if isinstance(node, Call) and len(node.arguments) > 1:
        first, *rest = node.arguments
        return Call(node.function, (changed(first, random), *rest))
    kind = random.random()
    if kind < 0.3:
        return Arithmetic(random.choice("+-*"), node, number(random))
    if kind < 0.4:
        return Reading(random.choice(METRICS))
    return node
