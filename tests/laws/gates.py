"""Random policies on random metrics, and what they mean said again: plainly, and apart from the code that judges."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from random import Random
from typing import Any

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


# -- random ones: mostly simple, so that one thing decides

SIGNS = (">", ">=", "<", "<=", "==", "!=")
BROKEN = (None, math.nan, math.inf, "0.9", True)


def number(random: Random) -> Any:
    return random.choice(BROKEN) if random.random() < 0.12 else random.randint(-8, 16) / 8


def cell(random: Random) -> Any:
    return number(random) if random.random() < 0.5 else {"value": number(random), "n": random.choice((3, 10, 500))}


def cells(random: Random) -> Cells:
    names = [name for name in ("b", "c", "s[eu]", "s[us]") if random.random() < 0.75]
    made = {name: cell(random) for name in ["a", *names]}
    if random.random() < 0.6:
        made["ok"] = cell(random) if random.random() < 0.3 else random.random() < 0.5
    return made


def leaf(random: Random, stars: bool = True, boolean: bool = True) -> Leaf:
    kind = random.random()
    if kind < 0.1 and boolean:
        return Leaf("ok", "", random.choice((0.0, 1.0)))
    threshold = None if random.random() < 0.2 else random.randint(-8, 16) / 8
    metric = "s" if kind < 0.35 and stars else "typo" if kind > 0.94 else random.choice(NAMES)
    return Leaf(metric, random.choice(SIGNS), threshold)


def line(random: Random) -> Line:
    return Line(
        leaves=tuple(leaf(random) for _ in range(random.choice((1, 1, 2)))),
        word=random.choice(("and", "or")),
        turned=random.random() < 0.25,
        level=random.choice(("block", "block", "block", "block", "warn", "info")),
        undecided=random.choice(("block", "warn", "pass")),
        missing=random.choice(("block", "warn")),
        min_n=random.random() < 0.25,
        blocks_from=random.choice(("", "", "", "", *DAYS)),
        waivable=random.random() < 0.8,
        history=random.random() < 0.1,
    )


def situation(random: Random) -> Situation:
    rules = tuple(line(random) for _ in range(random.choice((1, 1, 2, 3))))
    pardons: list[Pardon] = []
    for place, each in enumerate(rules):
        for _ in range(random.choice((0, 1, 2)) if each.waivable else 0):
            floor = leaf(random, each.starred, False) if random.random() < 0.5 else None
            pardons.append(Pardon(place, random.choice(DAYS), random.choice(("", "", *SLICES)), floor))
    return Situation(
        lines=rules,
        pardons=tuple(pardons),
        cells=cells(random),
        before=cells(random) if random.random() < 0.6 else None,
        advisory=random.random() < 0.15,
        first_release=random.random() < 0.3,
    )
