"""What a rule may not say: comparisons of nothing, percents with two meanings, stars that do not join."""

from __future__ import annotations

from gate.language.readings import candidate_readings, starred_readings
from gate.language.tokens import AGGREGATES, RuleError
from gate.language.tree import (
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
    Number,
    OnBaseline,
    Reading,
    Tracked,
    children,
    walk,
)
from gate.language.write import write, write_number

_YES_OR_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


class Sense:
    """Checks one rule; keeps its text for messages."""

    def __init__(self, text: str) -> None:
        self.text = text

    def error(self, slug: str, message: str, node: Node, remedy: str = "") -> RuleError:
        return RuleError(slug, message, self.text, node.start, node.end, remedy)

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
        if not candidate_readings(tree):
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
        if not isinstance(only, Last) and not starred_readings(only):
            remedy = f"write `{node.function}(recall[region=*])`, `{node.function}(a, b)` or `{node.function}(last(f1, 8))`"
            raise self.error("rule-function", f"`{node.function}` of one value", node, remedy)

    def check_baseline(self, node: OnBaseline) -> None:
        for inner in walk(node.of):
            if isinstance(inner, (OnBaseline, BareBaseline)):
                raise self.error(
                    "rule-baseline", "a baseline inside a baseline", inner, f"write `{node.name}(…)` around metrics only"
                )
            if isinstance(inner, (Last, Expected, Tracked)):
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
        for reading in starred_readings(tree):
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
                    columns = {reading.stars for reading in starred_readings(argument)}
                    if len(columns) > 1:
                        raise self.error("rule-stars", "stars over different columns inside one function", argument)


def _unsigned(node: Expression) -> Expression:
    while isinstance(node, Negative):
        node = node.of
    return node
