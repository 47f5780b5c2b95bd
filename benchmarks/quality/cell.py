"""A cell of the grid: rows drawn so that the true value is the threshold, judged many times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.terms.decision import Decision, Outcome

TODAY = "2026-06-15"
ALPHA = 0.05
TIED = 1e-10  # by which MLflow asks a model to be better where the policy names no change
# A draw and its weight: counts that are all that matters of it, or arrays of rows.
Draw = tuple[Any, float]
Drawn = Callable[[np.random.Generator, int], Iterable[Draw]]
Statistic = Callable[[Any], float]


@dataclass(frozen=True)
class Asked:
    """A rule whose limit is the true value. `same` says which draws it judges alike (None: no two)."""

    metric: str
    rule: str
    bar: float
    same: Callable[[Any], Hashable] | None = None
    undecided: str = "block"
    named: str = ""  # the textbook test that power is held against
    statistic: Statistic | None = None
    peers: str = "value"  # "change": MLflow asks for a gain
    exception: str = ""

    def policy(self) -> Policy:
        text = f'gate: 1\nname: m\nconfidence: 95%\nrules:\n  - check: "{self.rule}"\n    undecided: {self.undecided}\n'
        return loads(text, TODAY)


@dataclass(frozen=True)
class Cell:
    """Draws of one truth, and the rules that judge them. `better` draws rows of a truth at which the rules hold."""

    section: str
    setting: str
    n: int
    asked: tuple[Asked, ...]
    draw: Drawn
    evidence: Callable[[Any], Evidence]
    better: Drawn | None = None
    enumerated: bool = False
    share: float = 1.0  # of the draws asked for


@dataclass
class Rates:
    """Shares of draws."""

    passed: float = 0.0
    failed: float = 0.0
    plain: float = 0.0
    mlflow: float = 0.0
    weight: float = 0.0
    methods: Counter[str] = field(default_factory=Counter)
    guards: Counter[str] = field(default_factory=Counter)

    @property
    def undecided(self) -> float:
        return self.weight - self.passed - self.failed


class Told(NamedTuple):
    """What one judging says."""

    outcome: Outcome
    plain: bool
    mlflow: bool
    method: str
    guard: str


def told(asked: Asked, decision: Decision) -> Told:
    """Of several findings (slices): fail where one does, pass where all do."""
    found = decision.findings
    outcomes = {each.outcome for each in found}
    outcome = Outcome.FAIL if Outcome.FAIL in outcomes else Outcome.PASS if outcomes == {Outcome.PASS} else Outcome.UNDECIDED
    first = found[0]
    plain = all(each.margin is not None and each.margin >= 0 for each in found)
    gain = plain
    if asked.peers == "change" and isinstance(first.value, float) and first.baseline_value is not None:
        change = first.value - float(first.baseline_value)
        gain = (change if first.operator.startswith(">") else -change) >= TIED
    sure = first.certainty
    guard = next((sure.why for reason in first.reasons if sure and reason.slug == "too-thin"), "")
    return Told(outcome, plain, gain, sure.method if sure else "", guard)


def rates(asked: Asked, evidence: Callable[[Any], Evidence], draws: Iterable[Draw], kept: dict[int, Evidence]) -> Rates:
    """The verdicts of one rule; `kept` shares evidence between rules."""
    policy, known, found = asked.policy(), {}, Rates()
    for index, (draw, weight) in enumerate(draws):
        key: Hashable = index if asked.same is None else asked.same(draw)
        if key not in known:
            if index not in kept:
                kept[index] = evidence(draw)
            known[key] = told(asked, judge([policy], kept[index]))
        one = known[key]
        found.weight += weight
        found.passed += weight * (one.outcome is Outcome.PASS)
        found.failed += weight * (one.outcome is Outcome.FAIL)
        found.plain += weight * one.plain
        found.mlflow += weight * one.mlflow
        found.methods[one.method] += 1
        if one.guard:
            found.guards[one.guard] += 1
    return found


@dataclass(frozen=True)
class Row:
    """A line of the result: rates in percent."""

    section: str
    metric: str
    setting: str
    n: int
    rule: str
    draws: int  # 0: enumerated
    false_pass: float
    false_fail: float
    undecided: float
    plain: float
    mlflow: float
    bar: float
    method: str
    guard: str
    exception: str
    power: float | None
    named: str
    named_power: float | None
    seconds: float


def run(cell: Cell, draws: int, seed: int) -> list[Row]:
    """All rules of a cell on the same draws."""
    count = max(1, round(draws * cell.share))
    null = list(cell.draw(np.random.default_rng(seed), count))
    better = list(cell.better(np.random.default_rng(seed + 1), max(1, count // 4))) if cell.better else []
    rows = []
    evidences: list[dict[int, Evidence]] = [{}, {}]
    for asked in cell.asked:
        started = process_time()
        found = rates(asked, cell.evidence, null, evidences[0])
        power = named = None
        if better and asked.statistic is not None:
            other = rates(asked, cell.evidence, better, evidences[1])
            power = other.passed / other.weight
            named = reached(asked.statistic, null, better)
        rows.append(
            Row(
                section=cell.section,
                metric=asked.metric,
                setting=cell.setting,
                n=cell.n,
                rule=asked.rule,
                draws=0 if cell.enumerated else count,
                false_pass=_percent(found.passed / found.weight),
                false_fail=_percent(found.failed / found.weight),
                undecided=_percent(found.undecided / found.weight),
                plain=_percent(found.plain / found.weight),
                mlflow=_percent(found.mlflow / found.weight),
                bar=asked.bar,
                method=found.methods.most_common(1)[0][0],
                guard=found.guards.most_common(1)[0][0] if found.guards else "",
                exception=asked.exception,
                power=None if power is None else _percent(power),
                named=asked.named,
                named_power=None if named is None else _percent(named),
                seconds=round(process_time() - started, 2),
            )
        )
    return rows


def reached(statistic: Statistic, null: list[Draw], better: list[Draw]) -> float:
    """The power of a textbook test whose critical value is the true 5 % point of its statistic, not the nominal one."""
    here = sorted(((statistic(draw), weight) for draw, weight in null), reverse=True)
    total, passed, critical = sum(weight for _, weight in here), 0.0, float("inf")
    for value, group in groupby(here, key=lambda each: each[0]):
        passed += sum(weight for _, weight in group)
        if passed > ALPHA * total:
            break
        critical = value
    there = [(statistic(draw), weight) for draw, weight in better]
    return sum(weight for value, weight in there if value >= critical) / sum(weight for _, weight in there)


def _percent(share: float) -> float:
    return round(100 * share, 2)
