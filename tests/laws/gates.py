"""Random policies on random metrics, and what they mean said again: plainly, and apart from the code that judges."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.policy.load import loads
from gate.readers.inputs import read_mapping
from gate.terms.decision import Decision

TODAY = "2026-06-15"
DAYS = ("2026-06-14", "2026-06-15", "2026-06-16")
MIN_N = 10

HOLDS, FAILS, WEAK, MISSING, NOT_YET = "holds", "fails", "weak", "missing", "not yet"
NAMES = ("a", "b", "c")
SLICES = ("eu", "us")

Cells = dict[str, Any]  # "a" or "s[eu]" to a number, None, text, a boolean, or {"value": …, "n": …}


@dataclass(frozen=True)
class Leaf:
    """One comparison: a metric, or `s` on the slice at hand, with a number or with the baseline less 1/8."""

    metric: str
    sign: str
    threshold: float | None  # None: the baseline less 1/8

    @property
    def text(self) -> str:
        name = "s[r=*]" if self.metric == "s" else self.metric
        if self.metric == "ok":
            return f"ok {'==' if self.threshold else '!='} true"
        return f"{name} {self.sign} {'baseline - 0.125' if self.threshold is None else f'{self.threshold:g}'}"


@dataclass(frozen=True)
class Line:
    """A rule: leaves joined by one word, or one leaf, turned round or not; `history` asks for runs that are not there."""

    leaves: tuple[Leaf, ...]
    word: str
    turned: bool
    level: str
    undecided: str
    missing: str
    min_n: bool
    blocks_from: str
    waivable: bool
    history: bool = False

    @property
    def text(self) -> str:
        joined = f" {self.word} ".join(leaf.text for leaf in self.leaves)
        joined = f"not ({joined})" if self.turned else joined
        return f"({joined}) and c >= min(last(c, 3))" if self.history else joined

    @property
    def starred(self) -> bool:
        return any(leaf.metric == "s" for leaf in self.leaves)

    def blocks(self, today: str) -> bool:
        return self.level == "block" and self.blocks_from <= today


@dataclass(frozen=True)
class Pardon:
    """A waiver for the rule of this number."""

    rule: int
    until: str
    slice: str
    floor: Leaf | None


@dataclass(frozen=True)
class Situation:
    """All that goes into a decision."""

    lines: tuple[Line, ...]
    pardons: tuple[Pardon, ...]
    cells: Cells
    before: Cells | None
    advisory: bool
    first_release: bool
    today: str = TODAY


# -- said as files


def policy_text(situation: Situation) -> str:
    rules = [
        {
            "id": f"r{number}",
            "check": line.text,
            "level": line.level,
            "undecided": line.undecided,
            "missing": line.missing,
            "waivable": line.waivable,
            **({"min_n": MIN_N} if line.min_n else {}),
            **({"blocks_from": line.blocks_from} if line.blocks_from else {}),
        }
        for number, line in enumerate(situation.lines)
    ]
    waivers = [
        {
            "rule": f"r{pardon.rule}",
            "until": pardon.until,
            "why": f"w{number}",
            "by": "b",
            **({"slice": {"r": pardon.slice}} if pardon.slice else {}),
            **({"floor": pardon.floor.text} if pardon.floor else {}),
        }
        for number, pardon in enumerate(situation.pardons)
    ]
    return json.dumps({"gate": 1, "advisory": situation.advisory, "rules": rules, "waivers": waivers})


def document(cells: Cells) -> dict[str, Any]:
    slices = [{"slice": {"r": name}, "metrics": {"s": cells[f"s[{name}]"]}} for name in SLICES if f"s[{name}]" in cells]
    return {**{name: cell for name, cell in cells.items() if "[" not in name}, "slices": slices}


def decision(situation: Situation) -> Decision:
    """What gate decides. Raises PolicyError."""
    policy = loads(policy_text(situation), TODAY)
    baselines = {} if situation.before is None else {"baseline": read_mapping(document(situation.before))}
    first = "the first" if situation.first_release else ""
    return judge([policy], Evidence(read_mapping(document(situation.cells)), baselines, situation.today, first))


# -- random ones

EIGHTHS = st.integers(-8, 16).map(lambda k: k / 8)
BROKEN = st.sampled_from([None, math.nan, math.inf, "0.9", True])
NUMBERS = st.one_of(EIGHTHS, EIGHTHS, EIGHTHS, BROKEN)
CELL = NUMBERS | st.builds(lambda value, n: {"value": value, "n": n}, NUMBERS, st.sampled_from([3, 10, 500]))
SIGN = st.sampled_from([">", ">=", "<", "<=", "==", "!="])
WITHOUT_STARS = st.builds(Leaf, st.sampled_from([*NAMES, "typo"]), SIGN, EIGHTHS | st.none())
PLAIN = WITHOUT_STARS | st.builds(Leaf, st.just("s"), SIGN, EIGHTHS | st.none())
LEAF = PLAIN | st.builds(Leaf, st.just("ok"), st.just(""), st.sampled_from([0.0, 1.0]))
CELLS = st.fixed_dictionaries(
    {"a": CELL}, optional={"b": CELL, "c": CELL, "s[eu]": CELL, "s[us]": CELL, "ok": st.booleans() | CELL}
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    return Line(
        leaves=tuple(draw(st.lists(LEAF, min_size=1, max_size=2))),
        word=draw(st.sampled_from(["and", "or"])),
        turned=draw(st.booleans()),
        level=draw(st.sampled_from(["block", "block", "block", "warn", "info"])),
        undecided=draw(st.sampled_from(["block", "warn", "pass"])),
        missing=draw(st.sampled_from(["block", "warn"])),
        min_n=draw(st.booleans()),
        blocks_from=draw(st.sampled_from(["", "", *DAYS])),
        waivable=draw(st.sampled_from([True, True, False])),
        history=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    rules = tuple(draw(st.lists(lines(), min_size=1, max_size=3)))
    pardons: list[Pardon] = []
    for number, line in enumerate(rules):
        if line.waivable and draw(st.booleans()):
            floor = draw(st.none() | (PLAIN if line.starred else WITHOUT_STARS))
            pardons.append(Pardon(number, draw(st.sampled_from(DAYS)), draw(st.sampled_from(["", "", *SLICES])), floor))
    return Situation(
        lines=rules,
        pardons=tuple(pardons),
        cells=draw(CELLS),
        before=draw(st.none() | CELLS),
        advisory=draw(st.sampled_from([False, False, True])),
        first_release=draw(st.booleans()),
    )
