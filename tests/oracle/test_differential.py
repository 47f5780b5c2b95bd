"""A hundred thousand random rules on random metrics, judged twice: by the language, and by exact fractions."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from gate.judge.evidence import Evidence
from gate.judge.world import MeasuredWorld
from gate.language.evaluate import evaluate
from gate.language.resolve import Expr, compile_rule
from gate.language.tokens import RuleError
from gate.policy.policy import Policy
from gate.terms.measurement import Measurement, Support
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice
from tests.oracle.exact import Oracle, TooNearError
from tests.oracle.lines import Node, Table, World, free_stars
from tests.oracle.random_rules import BASELINES, rule, world

SEEDS = range(8)
ROUNDS, RULES, WORLDS = 12, 48, 26
POLICY = Policy(name="m", file="gate.yaml", rules=())
FEW, MIN_N, MANY = 3, 10, 50
TODAY = "2026-06-15"

Case = tuple[str, Node, Expr, list[str]]  # text, node, compiled, the metrics with a free star


def measurements(table: Table) -> Measurements:
    """What a reader would make of a table."""
    return Measurements.of(
        Measurement(
            metric,
            None if cell.value is None else _plain(float(cell.value)),
            Slice.of({"r": at}) if at else WHOLE,
            Support(n=FEW if cell.weak else MANY),
            "%" if metric == "rate" else "",
        )
        for (metric, at), cell in table.items()
    )


def _plain(value: float) -> float:
    return int(value) if value.is_integer() else value


def stars_in(node: Node) -> list[str]:
    """The metrics whose free stars give a rule a finding per value."""
    if node[0] == "compare":
        return free_stars(node[2]) + free_stars(node[3])
    members = node[1] if isinstance(node[1], list) else [node[1]]
    return [metric for member in members for metric in stars_in(member)]


def cases(random: Random, count: int, refused: Counter[str]) -> list[Case]:
    """Rules that mean something; those that do not are counted by why."""
    found: list[Case] = []
    while len(found) < count:
        text, node = rule(random, star=random.random() < 0.25)
        try:
            found.append((text, node, compile_rule(text, baselines=BASELINES), stars_in(node)))
        except RuleError as error:
            refused[error.slug] += 1
    return found


def disagreements(case: Case, drawn: World, evidence: Evidence, tally: Counter[str]) -> list[str]:
    """Where the two do not agree on one rule and one table."""
    text, node, expr, stars = case
    measured = MeasuredWorld(evidence, POLICY, expr.baselines, MIN_N)
    wrong: list[str] = []
    for at in drawn.slices(stars, expr.baselines) if stars else [""]:
        try:
            exact = Oracle(drawn, expr.baselines).outcomes(node, at)
        except TooNearError:
            tally["too near"] += 1
            continue
        result = evaluate(expr.tree, measured, {"r": at} if at else {})
        ours = frozenset(outcome.value for outcome in result.outcomes)
        tally["judged"] += 1
        tally["+".join(sorted(exact))] += 1
        if ours != exact:
            wrong.append(f"{text}  on {at or 'the whole'}: gate {sorted(ours)}, exactly {sorted(exact)}")
    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_the_language_agrees_with_exact_fractions(seed: int) -> None:
    random = Random(seed)
    tally: Counter[str] = Counter()
    for _ in range(ROUNDS):
        rules = cases(random, RULES, Counter())
        for _ in range(WORLDS):
            drawn = world(random)
            tables = {name: measurements(table) for name, table in drawn.tables.items()}
            evidence = Evidence(tables.pop(""), tables, TODAY)
            wrong = [each for case in rules for each in disagreements(case, drawn, evidence, tally)]
            assert not wrong, "\n".join(wrong[:5])
    assert tally["judged"] * len(SEEDS) >= 100_000
    assert tally["too near"] < tally["judged"] / 30
    assert min(tally[each] for each in ("pass", "fail", "undecided", "missing")) > tally["judged"] / 100


def test_few_random_rules_mean_nothing() -> None:
    """The generator makes rules that the language takes: those it refuses read no measurement, or compare a thing with itself."""
    refused: Counter[str] = Counter()
    cases(Random(0), 2_000, refused)
    assert refused.keys() <= {"rule-constant", "rule-no-candidate", "rule-percent", "rule-baseline", "rule-function"}
    assert refused.total() < 2_000
