"""The value of a rule in words: a phrase for each node that has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gate.language.readings import candidate_readings, starred_readings
from gate.language.tokens import AGGREGATES
from gate.language.tree import (
    Arithmetic,
    BareBaseline,
    Boolean,
    Call,
    Expected,
    Expression,
    Last,
    Negative,
    Node,
    Number,
    OnBaseline,
    Parameter,
    Reading,
    Tracked,
    children,
)
from gate.language.write import quote, write_name, write_number

# How tightly a phrase holds together: one that is looser than its place asks for stands in parentheses.
LOOSE, SUM, PRODUCT, ATOM = range(4)

Phrase = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a phrase depends on besides its node.

    `mixed`: readings with and without a star stand side by side. `own` is the side of a comparison
    that is told, `other` the one across; `heard` says that the sentence has named that one already.
    """

    parameters: Mapping[str, Number]
    mixed: bool = False
    own: Expression | None = None
    other: Expression | None = None
    heard: bool = False

    def at(self, node: Expression, around: int) -> str:
        """The phrase for a node, in parentheses where its place asks for a tighter one."""
        text, level = PHRASES[type(node)](self, node)
        return f"({text})" if level < around else text

    def side(self, own: Expression, other: Expression, *, heard: bool, around: int = LOOSE) -> str:
        """One side of a comparison."""
        return replace(self, own=own, other=other, heard=heard).at(own, around)


def _number(_: Speaker, node: Number) -> Phrase:
    return _literal(node), ATOM


def _literal(node: Number) -> str:
    value = write_number(node.value)
    if not node.percent:
        return value
    return f"{write_number(round(node.value * 100, 12))} % ({value})"


def _parameter(speaker: Speaker, node: Parameter, sign: str = "") -> Phrase:
    found = speaker.parameters.get(node.name)
    if found is None:
        return f"{sign}${node.name} (which has no value here)", ATOM
    value, name = _literal(_signed(found, sign)), f"{sign}${node.name}"
    return f"{value[:-1]}, {name})" if found.percent else f"{value} ({name})", ATOM


def _signed(number: Number, sign: str) -> Number:
    return replace(number, value=-number.value, text="") if sign else number


def _boolean(_: Speaker, node: Boolean) -> Phrase:
    return "true" if node.value else "false", ATOM


def _reading(speaker: Speaker, node: Reading) -> Phrase:
    fixed = [f"{_name(column)}={_value(value)}" for column, value in node.selector if value is not None]
    there = " there" if node.stars and speaker.mixed else ""
    on = f" on {' with '.join(fixed)}" if fixed else ""
    return f"{_name(node.metric, node.quoted)}{there}{on}", ATOM


def _bare_baseline(speaker: Speaker, node: BareBaseline) -> Phrase:
    meant = _meant(speaker)
    if meant is None:
        return _baseline(node.name), ATOM
    if meant is speaker.other and speaker.heard:
        return f"what it was on {_baseline(node.name)}", ATOM
    return _possessed(speaker, node.name, meant)


def _on_baseline(speaker: Speaker, node: OnBaseline) -> Phrase:
    return _possessed(speaker, node.name, node.of)


def _possessed(speaker: Speaker, name: str, of: Expression) -> Phrase:
    return f"{_baseline(name)}'s {speaker.at(of, ATOM)}", ATOM


def _baseline(name: str) -> str:
    return "the baseline" if name == "baseline" else f"`{name}`"


def _meant(speaker: Speaker) -> Expression | None:
    """What a bare baseline stands for, as it is resolved for judging; None where that is refused."""
    if speaker.own is None or speaker.other is None:
        return None
    beside = {(reading.metric, reading.selector): reading for reading in candidate_readings(speaker.own)}
    across = bool(candidate_readings(speaker.other))
    if across and not beside:
        return speaker.other
    return next(iter(beside.values())) if len(beside) == 1 and not across else None


def _last(speaker: Speaker, node: Last) -> Phrase:
    return f"the {_runs(node.count)} of {speaker.at(node.of, ATOM)}", ATOM


def _expected(speaker: Speaker, node: Expected) -> Phrase:
    bound = "lower" if node.function == "expected_low" else "upper"
    predict = "predicts" if node.count == 1 else "predict"
    return f"the {bound} bound that the {_runs(node.count)} of {speaker.at(node.of, ATOM)} {predict}", ATOM


def _tracked(speaker: Speaker, node: Tracked) -> Phrase:
    said = _TRACKED[node.function].format(speaker.at(node.of, ATOM))
    return f"{said} over this run and the {_runs(node.count)}", ATOM


_TRACKED = {"ewma": "the moving average of {}", "cusum": "the drift for the worse of {}"}


def _runs(count: int) -> str:
    return "last run" if count == 1 else f"last {count} runs"


_OF_MANY = {
    "min": "the smallest",
    "max": "the largest",
    "mean": "the mean",
    "median": "the median",
    "sd": "the standard deviation",
    "sum": "the sum",
    "count": "the number",
}


def _call(speaker: Speaker, node: Call) -> Phrase:
    if node.function not in AGGREGATES:
        return f"the absolute value of {speaker.at(node.arguments[0], ATOM)}", ATOM
    what = _OF_MANY[node.function]
    if len(node.arguments) == 1:
        if node.function == "count":
            return _count(speaker, node.arguments[0]), ATOM
        of = "" if node.function in ("min", "max") else " of"
        return f"{what}{of} {_many(speaker, node.arguments[0])}", ATOM
    *most, last = (_many(speaker, argument) for argument in node.arguments)
    values = " known values among" if node.function == "count" else " of"
    return f"{what}{values} {', '.join(most)} and {last}", LOOSE


def _count(speaker: Speaker, node: Expression) -> str:
    if isinstance(node, Last):
        return f"the number of runs that have {speaker.at(node.of, ATOM)} among the {_runs(node.count)}"
    starred = starred_readings(node)
    inner = replace(speaker, mixed=mixed(node, bool(starred)))
    over = columns(starred[0].stars) if starred else "known"
    return f"the number of {over} values that have {inner.at(node, ATOM)}"


def _many(speaker: Speaker, node: Expression) -> str:
    """An argument of a function that makes one number of many: over slices, over runs, or one value as it is."""
    if isinstance(node, Last):
        return f"{speaker.at(node.of, ATOM)} over the {_runs(node.count)}"
    starred = starred_readings(node)
    if not starred:
        return speaker.at(node, ATOM)
    inner = replace(speaker, mixed=mixed(node, True))
    return f"{inner.at(node, ATOM)} over all {columns(starred[0].stars)} values"


def _negative(speaker: Speaker, node: Negative) -> Phrase:
    if isinstance(node.of, Number) and node.of.value:
        return _literal(_signed(node.of, "-")), ATOM
    if isinstance(node.of, Parameter):
        return _parameter(speaker, node.of, "-")
    return f"the negative of {speaker.at(node.of, ATOM)}", ATOM


_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


def _arithmetic(speaker: Speaker, node: Arithmetic) -> Phrase:
    if _follows_baseline(speaker, node):
        # told step by step: "what it was on the baseline, times 0.9, less 0.01"
        left = speaker.at(node.left, LOOSE)
        sign = "less" if node.operator == "-" else _SIGNS[node.operator]
        return f"{left}, {sign} {speaker.at(node.right, PRODUCT if node.operator in '+-' else ATOM)}", LOOSE
    level = SUM if node.operator in "+-" else PRODUCT
    return f"{speaker.at(node.left, level)} {_SIGNS[node.operator]} {speaker.at(node.right, level + 1)}", level


def _follows_baseline(speaker: Speaker, node: Expression) -> bool:
    """Whether the calculation begins with "what it was on the baseline"."""
    while isinstance(node, Arithmetic):
        node = node.left
    return isinstance(node, BareBaseline) and speaker.heard and _meant(speaker) is speaker.other


PHRASES: dict[type, Callable[[Speaker, Any], Phrase]] = {
    Number: _number,
    Parameter: _parameter,
    Boolean: _boolean,
    Reading: _reading,
    BareBaseline: _bare_baseline,
    OnBaseline: _on_baseline,
    Last: _last,
    Expected: _expected,
    Tracked: _tracked,
    Call: _call,
    Negative: _negative,
    Arithmetic: _arithmetic,
}


# -- names

# A metric called like a word of these sentences is quoted, so that it cannot be taken for one.
_OURS = frozenset(
    """
    on every one finding per is not above at least below most equals differs from does equal differ it so that and or
    either which between down to both included excluded there with the baseline what was of last run runs lower upper
    bound predict predicts smallest largest mean median standard deviation sum number values known among absolute
    value over all have negative plus minus less times divided by true false
    """.split()  # noqa: SIM905
)
_PLAIN_VALUE = re.compile(r"[\w.+<>:/@-]+\Z")


def _name(name: str, quoted: bool = False) -> str:
    return quote(name) if name.lower() in _OURS else write_name(name, quoted)


def _value(value: str) -> str:
    return value if _PLAIN_VALUE.match(value) else quote(value)


def columns(stars: tuple[str, ...]) -> str:
    """The columns that stars run over."""
    return " and ".join(_name(column) for column in stars)


def mixed(node: Node, starred: bool) -> bool:
    """Whether some of the readings that stand side by side have a star and some have none."""
    return starred and any(not reading.stars for reading in _beside(node))


def _beside(node: Node) -> list[Reading]:
    """The readings below a node, without those whose stars a function uses up."""
    if isinstance(node, Call) and node.function in AGGREGATES:
        return [reading for argument in node.arguments if not starred_readings(argument) for reading in _beside(argument)]
    if isinstance(node, Reading):
        return [node]
    return [reading for child in children(node) for reading in _beside(child)]
