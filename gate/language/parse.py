"""Tokens to a tree, by precedence: `or` < `and` < `not` < comparison < `+ -` < `* /` < unary `-`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from gate.language.calls import call, unknown_function
from gate.language.misread import misread
from gate.language.tokens import COMPARE, FUNCTIONS, RuleError, Token, nfc, tokenize
from gate.language.tree import (
    CONDITIONS,
    All,
    Any,
    Arithmetic,
    BareBaseline,
    Boolean,
    Comparison,
    Condition,
    Expression,
    Negative,
    Node,
    Not,
    Number,
    Parameter,
    Reading,
)

MAX_NESTING = 50
DEFAULT_BASELINES = frozenset(("baseline",))

# `accuracy > 0.8` is what most rules look like; reading them needs no tokens.
_PLAIN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(>=|<=|==|!=|>|<|≥|≤|≠)\s*([0-9]+(?:\.[0-9]+)?)\s*\Z")
_INFINITE = float("inf")
_SHORT = 100  # digits of a number that cannot be too large
_ASCII = {"≥": ">=", "≤": "<=", "≠": "!="}
_RESERVED = frozenset(("and", "or", "not", "true", "false"))


def parse(text: str, baselines: Collection[str] = DEFAULT_BASELINES) -> Condition:
    """The tree of a rule, as written. `baselines` are the names that mean a baseline. Raises RuleError."""
    plain = _PLAIN.match(text)
    if plain:
        name, operator, number = plain.groups()
        if name not in baselines and name.lower() not in _RESERVED and len(number) <= _SHORT:
            reading = Reading(name, (), False, *plain.span(1))
            literal = Number(_number(number), False, number, *plain.span(3))
            return Comparison(_ASCII.get(operator, operator), reading, literal, plain.start(1), plain.end(3))
    return _Parser(text, baselines).rule()


def parse_number(text: str) -> Number | None:
    """A number as the language writes it (`0.85`, `85%`, with a sign for parameters); None if it is not one."""
    sign = -1 if text.startswith("-") else 1
    try:
        tokens = tokenize(text.lstrip("-") if sign < 0 else text)
    except RuleError:
        return None
    if len(tokens) != 2 or tokens[0].kind != "number":
        return None
    literal = _literal(tokens[0])
    return Number(sign * literal.value, literal.percent, text) if literal.value < _INFINITE else None


def _number(text: str) -> float:
    return int(text) if text.isdigit() and len(text) <= 15 else float(text)


def _literal(token: Token) -> Number:
    if token.text.endswith("%"):
        # decimal shift in text, so that 90% is the float 0.9 and not 90 * 0.01
        mantissa, _, exponent = token.text[:-1].lower().partition("e")
        return Number(float(f"{mantissa}e{int(exponent or 0) - 2}"), True, token.text, token.start, token.end)
    return Number(_number(token.text), False, token.text, token.start, token.end)


class _Parser:
    """A cursor over the tokens of one rule; one method per level of precedence."""

    def __init__(self, text: str, baselines: Collection[str]) -> None:
        self.text = nfc(text)
        self.tokens = tokenize(self.text)
        self.baselines = baselines
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def at(self, kind: str, *texts: str) -> bool:
        token = self.tokens[self.position]
        return token.kind == kind and (not texts or token.text in texts)

    def error(self, message: str, start: int, end: int, remedy: str = "", slug: str = "rule-syntax") -> RuleError:
        return RuleError(slug, message, self.text, start, end, remedy)

    def rule(self) -> Condition:
        if self.at("end"):
            raise self.error("an empty rule", 0, 1, "a rule compares: `accuracy > 0.8`")
        node = self.either()
        if not self.at("end"):
            raise self.unexpected()
        return self.condition(node)

    def condition(self, node: Node) -> Condition:
        if isinstance(node, CONDITIONS):
            return node
        remedy = "a rule compares: `accuracy > 0.8`"
        if isinstance(node, Reading) and not node.selector:
            remedy = f"write `{node.metric} == true`, or compare it: `{node.metric} >= 0.8`"
        raise self.error("nothing is compared here", node.start, node.end, remedy, "rule-no-comparison")

    def either(self) -> Node:
        first = self.both()
        if not self.at("word", "or"):
            return first
        members = self.joined("or", first, self.both)
        return Any(members, members[0].start, members[-1].end)

    def both(self) -> Node:
        first = self.negation()
        if not self.at("word", "and"):
            return first
        members = self.joined("and", first, self.negation)
        return All(members, False, members[0].start, members[-1].end)

    def joined(self, word: str, first: Node, another: Callable[[], Node]) -> tuple[Condition, ...]:
        members = [self.condition(first)]
        while self.at("word", word):
            self.next()
            members.append(self.condition(another()))
        return tuple(members)

    def negation(self) -> Node:
        if not self.at("word", "not"):
            return self.comparison()
        start = self.next().start
        self.deeper(start)
        inner = self.condition(self.negation())
        self.depth -= 1
        return Not(inner, start, inner.end)

    def comparison(self) -> Node:
        first = self.sum()
        if not (self.token.kind == "operator" and self.token.text in COMPARE):
            return first
        sides = [self.side(first)]
        operators: list[Token] = []
        while self.token.kind == "operator" and self.token.text in COMPARE:
            operators.append(self.next())
            sides.append(self.side(self.sum()))
        pairs = tuple(
            Comparison(operator.text, left, right, left.start, right.end)
            for left, operator, right in zip(sides, operators, sides[1:], strict=False)
        )
        if len(pairs) == 1:
            return pairs[0]
        self.check_chain(operators)
        return All(pairs, True, pairs[0].start, pairs[-1].end)

    def check_chain(self, operators: list[Token]) -> None:
        directions = {operator.text[0] for operator in operators}
        if directions != {"<"} and directions != {">"}:
            last = operators[-1]
            raise self.error(
                "a chain runs one way, and `==` and `!=` do not chain",
                operators[0].start,
                last.end,
                "join comparisons with `and`",
            )

    def side(self, node: Node) -> Expression:
        if isinstance(node, CONDITIONS):
            raise self.error(
                "comparisons do not nest", node.start, node.end, "join comparisons with `and` or `or`", "rule-nested"
            )
        return node

    def operand(self, node: Node) -> Expression:
        if isinstance(node, Boolean):
            raise self.error("`true` and `false` are not numbers", node.start, node.end, "write `metric == true`", "rule-boolean")
        return self.side(node)

    def sum(self) -> Node:
        left = self.product()
        while self.at("operator", "+", "-"):
            operator = self.next()
            right = self.operand(self.product())
            left = Arithmetic(operator.text, self.operand(left), right, left.start, right.end)
        return left

    def product(self) -> Node:
        left = self.signed()
        while self.at("operator", "*", "/"):
            operator = self.next()
            right = self.operand(self.signed())
            left = Arithmetic(operator.text, self.operand(left), right, left.start, right.end)
        return left

    def signed(self) -> Node:
        if not self.at("operator", "-"):
            return self.primary()
        start = self.next().start
        self.deeper(start)
        of = self.operand(self.signed())
        self.depth -= 1
        return Negative(of, start, of.end)

    def deeper(self, start: int) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error(f"nested deeper than {MAX_NESTING} levels", start, start + 1)

    def primary(self) -> Node:
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "parameter":
            return Parameter(token.text, token.start, token.end)
        if token.kind == "word" and token.text in ("true", "false"):
            return Boolean(token.text == "true", token.start, token.end)
        if token.kind == "operator" and token.text == "(":
            return self.parenthesis(token)
        if token.kind == "name":
            return self.named(token)
        self.position -= 1
        raise self.unexpected()

    def number(self, token: Token) -> Number:
        literal = _literal(token)
        if literal.value == _INFINITE:
            raise self.error("this number is too large", token.start, token.end)
        return literal

    def parenthesis(self, opened: Token) -> Node:
        self.deeper(opened.start)
        inner = self.either()
        self.close(opened)
        self.depth -= 1
        return inner

    def close(self, opened: Token) -> int:
        if self.at("end"):
            raise self.error("`)` is missing", opened.start, opened.end)
        if not self.at("operator", ")"):
            raise self.unexpected()
        return self.next().end

    def named(self, token: Token) -> Expression:
        if token.quoted:
            return self.reading(token)
        if self.at("operator", "("):
            return self.called(token)
        if token.text in self.baselines:
            if self.at("selector"):
                what = f"`{token.text}` is the other side of its comparison and takes no selector"
                raise self.error(what, token.start, self.token.end, f"write `{token.text}(recall[region=eu])`", "rule-baseline")
            return BareBaseline(token.text, token.start, token.end)
        self.check_glued(token)
        return self.reading(token)

    def check_glued(self, token: Token) -> None:
        """Refuse `baseline-0.01`: it is one name, and never what was meant."""
        found = re.match(r"([^-/]*)([-/]+)(.*)", token.text)
        if found and (found[1] in self.baselines or re.fullmatch(r"[0-9]+(\.[0-9]+)?", found[1])):
            remedy = f'write `{found[1]} {found[2]} {found[3]}`; a metric of this name is quoted: `"{token.text}"`'
            raise self.error(f"`{token.text}` is one name", token.start, token.end, remedy, "rule-name")

    def reading(self, token: Token) -> Reading:
        if self.at("selector"):
            selector = self.next()
            return Reading(token.text, selector.parts, token.quoted, token.start, selector.end)
        return Reading(token.text, (), token.quoted, token.start, token.end)

    def called(self, token: Token) -> Expression:
        if token.text not in FUNCTIONS and token.text not in self.baselines:
            raise unknown_function(self.text, token)
        opened = self.next()
        self.deeper(opened.start)
        arguments = [self.argument()]
        while self.at("operator", ","):
            self.next()
            arguments.append(self.argument())
        end = self.close(opened)
        self.depth -= 1
        return call(self.text, token, tuple(arguments), end)

    def argument(self) -> Expression:
        return self.operand(self.either())

    def unexpected(self) -> RuleError:
        before = self.tokens[self.position - 1] if self.position else None
        return misread(self.text, before, self.token)
