"""A tree as written to a tree as judged: parameters replaced, `not` pushed down, baselines spelt out, nonsense refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gate.language.parse import DEFAULT_BASELINES, parse
from gate.language.readings import candidate_readings
from gate.language.sense import Sense
from gate.language.tokens import AGGREGATES, nfc
from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    BareBaseline,
    Boolean,
    Call,
    Comparison,
    Condition,
    Expression,
    Negative,
    Not,
    Number,
    OnBaseline,
    Parameter,
    Reading,
    walk,
)
from gate.language.write import write, write_number
from gate.record import dataclass, replace

_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Expr:
    """A rule's expression, compiled.

    `normal` is its normal form as written; `shown` the same with the parameters' numbers in their place.
    `stars` are the columns of its free stars: a finding per value.
    """

    text: str
    normal: str
    shown: str
    tree: Condition
    stars: tuple[str, ...]
    parameters: frozenset[str]
    baselines: frozenset[str]

    @property
    def readings(self) -> list[Reading]:
        return [node for node in walk(self.tree) if isinstance(node, Reading)]


def compile_rule(
    text: str,
    parameters: Mapping[str, Number] | None = None,
    baselines: Collection[str] = DEFAULT_BASELINES,
) -> Expr:
    """The judged form of a rule. Raises RuleError where it means nothing."""
    text = nfc(text)
    written = parse(text, baselines)
    if isinstance(written, Comparison) and isinstance(written.left, Reading) and isinstance(written.right, Number):
        simple = _simple(text, written, written.left)
        if simple is not None:
            return simple
    used = frozenset(node.name for node in walk(written) if isinstance(node, Parameter))
    resolver = _Resolver(text, parameters or {})
    tree = resolver.condition(written, False)
    stars = resolver.sense.check(tree)
    names = frozenset(node.name for node in walk(tree) if isinstance(node, OnBaseline))
    normal = write(written)
    return Expr(text, normal, write(resolver.filled(written)) if used else normal, tree, stars, used, names)


def _simple(text: str, tree: Comparison, reading: Reading) -> Expr | None:
    """`metric > number` needs no resolving; what has percents or stars takes the long way."""
    number = tree.right
    if reading.selector or not isinstance(number, Number):
        return None
    normal = f"{write(reading) if reading.quoted else reading.metric} {tree.operator} {number.text}"
    return Expr(text, normal, normal, tree, (), frozenset(), frozenset())


class _Resolver:
    """Rewrites one rule."""

    def __init__(self, text: str, parameters: Mapping[str, Number]) -> None:
        self.sense = Sense(text)
        self.parameters = parameters

    def condition(self, node: Condition, negated: bool) -> Condition:
        if isinstance(node, Not):
            return self.condition(node.of, not negated)
        if isinstance(node, (All, Any)):
            members = tuple(self.condition(member, negated) for member in node.members)
            if isinstance(node, All) != negated:
                return All(members, isinstance(node, All) and node.chain and not negated, node.start, node.end)
            return Any(members, node.start, node.end)
        operator = _OPPOSITE[node.operator] if negated else node.operator
        return self.comparison(replace(node, operator=operator))

    def filled(self, node: Condition) -> Condition:
        """The rule as written, with numbers for its parameters."""
        if isinstance(node, Not):
            return replace(node, of=self.filled(node.of))
        if isinstance(node, (All, Any)):
            return replace(node, members=tuple(self.filled(member) for member in node.members))
        return replace(node, left=self.expression(node.left), right=self.expression(node.right))

    def comparison(self, node: Comparison) -> Comparison:
        self.sense.check_booleans(node)
        left, right = self.expression(node.left), self.expression(node.right)
        if isinstance(left, Boolean):
            left, right = right, left
        return replace(node, left=self.spelt(left, right), right=self.spelt(right, left))

    def expression(self, node: Expression) -> Expression:
        if isinstance(node, Parameter):
            return self.parameter(node)
        if isinstance(node, Arithmetic):
            return replace(node, left=self.expression(node.left), right=self.expression(node.right))
        if isinstance(node, (Negative, OnBaseline)):
            return replace(node, of=self.expression(node.of))
        if isinstance(node, Call):
            return replace(node, arguments=tuple(self.expression(argument) for argument in node.arguments))
        return node

    def parameter(self, node: Parameter) -> Number:
        found = self.parameters.get(node.name)
        if found is None:
            raise self.sense.error(
                "unknown-parameter", f"`${node.name}` has no value", node, f"set it: `params: {{{node.name}: 0.85}}`"
            )
        return Number(found.value, found.percent, found.text or write_number(found.value), node.start, node.end)

    def spelt(self, own: Expression, other: Expression) -> Expression:
        """One side with its bare baselines spelt out: the other side where only that reads the candidate, else what is beside."""
        reads, across = bool(candidate_readings(own)), bool(candidate_readings(other))
        return self.spell(own, other if across and not reads else None, None if across else own)

    def spell(self, node: Expression, meant: Expression | None, beside: Expression | None) -> Expression:
        """`meant` is what a bare baseline stands for; else the one metric of `beside`, outside functions."""
        if isinstance(node, BareBaseline):
            return OnBaseline(node.name, meant or self.neighbour(node, beside), node.start, node.end)
        if isinstance(node, Arithmetic):
            return replace(node, left=self.spell(node.left, meant, beside), right=self.spell(node.right, meant, beside))
        if isinstance(node, Negative):
            return replace(node, of=self.spell(node.of, meant, beside))
        if isinstance(node, Call):
            own = beside is not None and node.function in AGGREGATES
            return replace(node, arguments=tuple(self.spell(each, meant, each if own else beside) for each in node.arguments))
        return node

    def neighbour(self, node: BareBaseline, beside: Expression | None) -> Expression:
        """The metric of `(f1 - baseline) / baseline`."""
        found = {write(reading): reading for reading in candidate_readings(beside, AGGREGATES)} if beside else {}
        if len(found) == 1:
            return next(iter(found.values()))
        remedy = f"say what of the baseline: `{node.name}(f1)`"
        raise self.sense.error(
            "rule-baseline", f"`{node.name}` could stand for more than one thing here, or for none", node, remedy
        )
