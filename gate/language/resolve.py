"""A tree as written to a tree as judged: parameters replaced, `not` pushed down, baselines spelt out, nonsense refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gate.language.parse import DEFAULT_BASELINES, parse
from gate.language.tokens import AGGREGATES, RuleError, nfc
from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    BareBaseline,
    Boolean,
    Call,
    Comparison,
    Condition,
    Expected,
    Expression,
    Last,
    Negative,
    Node,
    Not,
    Number,
    OnBaseline,
    Parameter,
    Reading,
    children,
    walk,
)
from gate.language.write import write, write_number
from gate.record import dataclass, replace

_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}
_YES_OR_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


@dataclass(frozen=True, slots=True)
class Expr:
    """A rule's expression, compiled. `stars` are the columns of its free stars: a finding per value."""

    text: str
    normal: str
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
    stars = resolver.check(tree)
    names = frozenset(node.name for node in walk(tree) if isinstance(node, OnBaseline))
    return Expr(text, write(written), tree, stars, used, names)


def _simple(text: str, tree: Comparison, reading: Reading) -> Expr | None:
    """`metric > number` needs no resolving; what has percents or stars takes the long way."""
    number = tree.right
    if reading.selector or not isinstance(number, Number):
        return None
    normal = f"{write(reading) if reading.quoted else reading.metric} {tree.operator} {number.text}"
    return Expr(text, normal, tree, (), frozenset(), frozenset())


class _Resolver:
    """Rewrites one rule; keeps its text for messages."""

    def __init__(self, text: str, parameters: Mapping[str, Number]) -> None:
        self.text = text
        self.parameters = parameters

    def error(self, slug: str, message: str, node: Node, remedy: str = "") -> RuleError:
        return RuleError(slug, message, self.text, node.start, node.end, remedy)

    # -- rewriting

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

    def comparison(self, node: Comparison) -> Comparison:
        self.check_booleans(node)
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
            raise self.error(
                "unknown-parameter", f"`${node.name}` has no value", node, f"set it: `params: {{{node.name}: 0.85}}`"
            )
        return Number(found.value, found.percent, found.text or write_number(found.value), node.start, node.end)

    def spelt(self, own: Expression, other: Expression) -> Expression:
        """One side with its bare baselines spelt out: the other side where only that reads the candidate, else what is beside."""
        reads, across = any(map(bool, _candidate(own))), any(map(bool, _candidate(other)))
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
        found = {write(reading): reading for reading in _candidate(beside, AGGREGATES)} if beside else {}
        if len(found) == 1:
            return next(iter(found.values()))
        remedy = f"say what of the baseline: `{node.name}(f1)`"
        raise self.error("rule-baseline", f"`{node.name}` could stand for more than one thing here, or for none", node, remedy)

    # -- refusing

    def check_booleans(self, node: Comparison) -> None:
        sides = (node.left, node.right)
        for side, other in (sides, sides[::-1]):
            if isinstance(side, Boolean) and (node.operator not in ("==", "!=") or not isinstance(other, Reading)):
                what = "`true` and `false` are compared with one metric"
                raise self.error("rule-boolean", what, node, "write `converged == true`")
            name = side.metric if isinstance(side, Reading) and not side.quoted else ""
            word = _YES_OR_NO.get(name.lower())
            if word and node.operator in ("==", "!="):
                raise self.error("rule-word", f"`{name}` is not a value", side, f"write `{word}`")

    def check(self, tree: Condition) -> tuple[str, ...]:
        """Refuse what reads nothing or mixes stars; the columns of the free stars."""
        for node in walk(tree):
            if isinstance(node, Comparison):
                self.check_comparison(node)
            elif isinstance(node, Call):
                self.check_call(node)
            elif isinstance(node, OnBaseline):
                self.check_baseline(node)
            elif isinstance(node, Arithmetic):
                self.check_percent(node)
        self.check_history(tree)
        if not any(_candidate(tree)):
            remedy = "a rule judges the candidate: `recall >= baseline - 0.01`"
            raise self.error("rule-no-candidate", "this rule reads no measurement of the candidate", tree, remedy)
        return self.free_stars(tree)

    def check_comparison(self, node: Comparison) -> None:
        if not any(isinstance(inner, (Reading, Last, Expected)) for inner in walk(node)):
            raise self.error("rule-constant", "this comparison reads no measurement", node, "compare a metric: `accuracy > 0.8`")
        if node.left == node.right:
            raise self.error("rule-constant", "both sides are the same", node)

    def check_call(self, node: Call) -> None:
        if node.function not in AGGREGATES or len(node.arguments) > 1:
            return
        only = node.arguments[0]
        if not isinstance(only, Last) and not any(True for _ in _starred(only)):
            remedy = f"write `{node.function}(recall[region=*])`, `{node.function}(a, b)` or `{node.function}(last(f1, 8))`"
            raise self.error("rule-function", f"`{node.function}` of one value", node, remedy)

    def check_baseline(self, node: OnBaseline) -> None:
        for inner in walk(node.of):
            if isinstance(inner, (OnBaseline, BareBaseline)):
                raise self.error(
                    "rule-baseline", "a baseline inside a baseline", inner, f"write `{node.name}(…)` around metrics only"
                )
            if isinstance(inner, (Last, Expected)):
                raise self.error("rule-history", "history is not read from a baseline", inner)
        if not any(isinstance(inner, Reading) for inner in walk(node.of)):
            raise self.error("rule-baseline", f"`{node.name}(…)` reads no measurement", node, f"write `{node.name}(f1)`")

    def check_percent(self, node: Arithmetic) -> None:
        """`baseline + 10%` has two meanings; neither is guessed."""
        if node.operator not in "+-":
            return
        for side, other in ((node.left, node.right), (node.right, node.left)):
            number = _unsigned(side)
            if (
                isinstance(number, Number)
                and number.percent
                and any(isinstance(inner, (Reading, Last, Expected)) for inner in walk(other))
            ):
                remedy = self.without_percent(node, other, -number.value if number is not side else number.value)
                raise self.error("rule-percent", "a percent beside `+` or `-` has two meanings", side, remedy)

    def without_percent(self, node: Arithmetic, other: Expression, number: float) -> str:
        """The two ways to say `other + 10%`."""
        if node.operator == "-" and other is node.right:
            return f"points: `{write_number(number)} - {write(other)}`"
        change = number if node.operator == "+" else -number
        sign = "-" if change < 0 else "+"
        share = f"`{write(other)} * {write_number(round(1 + change, 12))}`"
        return f"a share of the value: {share}; points: `{write(other)} {sign} {write_number(abs(change))}`"

    def check_history(self, tree: Node) -> None:
        for child in children(tree):
            if isinstance(child, Last) and not (isinstance(tree, Call) and tree.function in AGGREGATES):
                remedy = "write `mean(last(f1, 8))`, or `expected_low(f1, 8)`"
                raise self.error("rule-history", "`last` gives many values; a function makes one of them", child, remedy)
            self.check_history(child)

    def free_stars(self, tree: Condition) -> tuple[str, ...]:
        found: dict[tuple[str, ...], Reading] = {}
        for reading in _starred(tree):
            found.setdefault(reading.stars, reading)
        if len(found) > 1:
            last = list(found.values())[-1]
            names = " and ".join("[" + ", ".join(stars) + "]" for stars in found)
            remedy = "stars of one rule join on equal values: use the same columns, or a function: `min(recall[region=*])`"
            raise self.error("rule-stars", f"stars over different columns: {names}", last, remedy)
        self.check_inner_stars(tree)
        return next(iter(found), ())

    def check_inner_stars(self, tree: Node) -> None:
        for node in walk(tree):
            if isinstance(node, Call) and node.function in AGGREGATES:
                for argument in node.arguments:
                    columns = {reading.stars for reading in _starred(argument)}
                    if len(columns) > 1:
                        raise self.error("rule-stars", "stars over different columns inside one function", argument)


def _candidate(node: Node, outside: Collection[str] = ()) -> Iterator[Reading]:
    """The readings of the candidate, neither a baseline's nor history's; `outside` are functions to stay out of."""
    if isinstance(node, Reading):
        yield node
    elif not isinstance(node, (OnBaseline, Last, Expected)) and not (isinstance(node, Call) and node.function in outside):
        for child in children(node):
            yield from _candidate(child, outside)


def _starred(node: Node) -> Iterator[Reading]:
    """Readings whose stars are free in `node`: not used up by a function in it."""
    if isinstance(node, Reading):
        if node.stars:
            yield node
    elif isinstance(node, Call) and node.function in AGGREGATES:
        for argument in node.arguments:
            if isinstance(argument, Last):
                yield from _starred(argument)
    else:
        for child in children(node):
            yield from _starred(child)


def free_readings(node: Node) -> list[Reading]:
    """The readings under `node` whose stars a function around it would use up."""
    return list(_starred(node))


def candidate_readings(node: Node) -> list[Reading]:
    """The readings of the candidate under `node`."""
    return list(_candidate(node))


def _unsigned(node: Expression) -> Expression:
    while isinstance(node, Negative):
        node = node.of
    return node
