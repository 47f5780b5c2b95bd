"""Random rules, as text for gate and as nodes for the oracle, and random measurements; seeded."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.oracle.lines import Cell, Node, Table, World, free_stars

Pair = tuple[str, Node]

METRICS = ("a", "b", "c", "accuracy", "rate")  # accuracy is known to end at 1; rate has the unit %
SLICED = ("s", "t")
SLICES = ("eu", "us", "br")
SIGNS = (">", ">=", "<", "<=", "==", "!=")
BASELINES = ("baseline", "pinned")
NUMBERS = (
    "0", "1", "2", "3", "10", "0.1", "0.2", "0.3", "0.5", "0.25", "0.9", "0.99", "1.1", "0.95", "1e-3", "0.000001", "1.5", "100",
    "50%", "90%", "95%", "100%", "110%", "0.5%",
)  # fmt: skip


def literal(text: str) -> Node:
    percent = text.endswith("%")
    return ("number", Fraction(text.rstrip("%")) / (100 if percent else 1), percent)


def numeral(random: Random) -> Pair:
    text = random.choice(NUMBERS) if random.random() < 0.6 else f"{random.randint(0, 40) / 20:g}"
    return text, literal(text)


def reading(random: Random, star: bool) -> Pair:
    if random.random() < (0.8 if star else 0.12):
        metric = random.choice(SLICED)
        return (f"{metric}[r=*]", ("read", metric, "*")) if star else (f"{metric}[r=eu]", ("read", metric, "eu"))
    metric = random.choice(METRICS)
    return metric, ("read", metric, "")


def expression(random: Random, depth: int, star: bool = False, on: bool = True) -> Pair:
    """A calculation; `star` lets its readings have a free star, `on` lets it read baselines."""
    kind = random.random()
    if depth == 0 or kind < 0.25:
        return reading(random, star) if random.random() < 0.7 else numeral(random)
    if kind < 0.4 and on:
        name = random.choice(BASELINES)
        text, node = expression(random, depth - 1, star, on=False) if random.random() < 0.4 else reading(random, star)
        if not reads(node):
            text, node = reading(random, star)
        return f"{name}({text})", ("on", name, node)
    if kind < 0.72:
        sign = random.choice("++--**/")
        (one, a), (other, b) = expression(random, depth - 1, star, on), expression(random, depth - 1, star, on)
        return f"({one}) {sign} ({other})", (sign, a, b)
    if kind < 0.8:
        text, node = expression(random, depth - 1, star, on)
        name = random.choice(("neg", "abs"))
        return (f"-({text})" if name == "neg" else f"abs({text})"), (name, node)
    return function(random, depth, on)


def function(random: Random, depth: int, on: bool) -> Pair:
    name = random.choice(("min", "max", "mean", "median", "sum", "sd", "count"))
    if random.random() < 0.5:
        text, node = expression(random, depth - 1, True, on)
        if free_stars(node):
            return f"{name}({text})", (name, [node])
    several = [expression(random, depth - 1, random.random() < 0.2, on) for _ in range(random.choice((2, 2, 3, 4)))]
    return f"{name}({', '.join(text for text, _ in several)})", (name, [node for _, node in several])


def reads(node: Node) -> bool:
    return "'read'" in repr(node)


def comparison(random: Random, star: bool) -> Pair:
    kind, sign = random.random(), random.choice(SIGNS)
    if kind < 0.35:
        (one, a), (other, b) = reading(random, star), numeral(random)
        if random.random() < 0.3:
            one, a, other, b = other, b, one, a
    elif kind < 0.5:
        one, a = reading(random, star)
        other, b = bare(random, a)
    elif kind < 0.55:
        one, a = reading(random, star)
        name = random.choice(BASELINES)
        change = ("/", ("-", a, ("on", name, a)), ("on", name, a))
        return f"({one} - {name}) / {name} {sign} -5%", ("compare", sign, change, ("neg", literal("5%")))
    else:
        (one, a), (other, b) = expression(random, 3, star), expression(random, 1, star)
    return f"{one} {sign} {other}", ("compare", sign, a, b)


def bare(random: Random, other_side: Node) -> Pair:
    """A baseline by its name alone: the other side of the comparison, evaluated on it."""
    name = random.choice(BASELINES)
    on: Node = ("on", name, other_side)
    text, number = random.choice((("0.01", literal("0.01")), ("1.1", literal("1.1")), ("0.95", literal("0.95"))))
    sign = random.choice("+-*/ ")
    return (f"{name} {sign} {text}", (sign, on, number)) if sign != " " else (name, on)


def rule(random: Random, star: bool, depth: int = 2) -> Pair:
    kind = random.random()
    if depth == 0 or kind < 0.55:
        return comparison(random, star)
    if kind < 0.65:
        text, node = rule(random, star, depth - 1)
        return f"not ({text})", ("not", node)
    if kind < 0.72:
        (low, a), (one, b), (high, c) = numeral(random), reading(random, star), numeral(random)
        first, second = random.choice("<>"), random.choice(("", "="))
        signs = (first, first + second)
        chain = [("compare", signs[0], a, b), ("compare", signs[1], b, c)]
        return f"{low} {signs[0]} {one} {signs[1]} {high}", ("and", chain)
    word = random.choice(("and", "or"))
    members = [rule(random, star, depth - 1) for _ in range(random.choice((2, 2, 3)))]
    return f" {word} ".join(f"({text})" for text, _ in members), (word, [node for _, node in members])


# -- measurements


def decimal(random: Random, among: list[str]) -> str:
    """A decimal: often one that is there already, or a sum or product of two, so that ties happen."""
    kind = random.random()
    if kind < 0.25 and among:
        return random.choice(among)
    if kind < 0.35:
        return str(random.randint(-3, 6))
    if kind < 0.4:
        return random.choice(("1000000000000", "1000000000001", "9007199254740992", "1e-9", "1000000.5", "0.000001"))
    if kind < 0.75:
        return f"{random.randint(-20, 40) / 20:g}"
    if kind < 0.85:
        return f"{random.randint(0, 1000) / 1000:g}"
    if kind < 0.9 and among:
        near = Fraction(random.choice(among)) * random.choice((Fraction(10**9 + 1, 10**9), Fraction(10**6 - 1, 10**6)))
        return repr(float(near))
    return f"{random.choice((1, 10, 100)) * random.random():.12g}"


def table(random: Random, among: list[str]) -> Table:
    """Measurements of one model: some are missing, some have no number, some too few rows."""
    made: dict[tuple[str, str], Cell] = {}
    for metric, at in [*((metric, "") for metric in METRICS), *((metric, value) for metric in SLICED for value in SLICES)]:
        kind = random.random()
        if kind < 0.06:
            continue
        if kind < 0.12:
            made[metric, at] = Cell(None)
            continue
        text = decimal(random, among)
        among.append(text)
        made[metric, at] = Cell(Fraction(text), random.random() < 0.06)
    return made


def world(random: Random) -> World:
    among = ["0.9", "0.99", "0.1", "0.2", "0.3"]
    tables = {"": table(random, among), "baseline": table(random, among), "pinned": table(random, among)}
    return World(tables, frozenset(("accuracy",)), frozenset(("rate",)))
