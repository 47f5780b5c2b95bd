"""As many rows as a plan says show a rule in four of five test sets: drawn from cells that are written down here."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from gate.app.plan.assumed import Assumed
from gate.app.plan.plan import planned
from gate.policy.load import loads
from gate.stats.cell_metrics import CellMetric, binary, every_cell
from gate.stats.paired import of_pairs_ratio
from gate.stats.tilt import LEAST, LEAST_PAIRED, of_cells
from tests.stats.differences import less

DRAWS = 1500
P = 0.1  # positives
SINGLE, PAIRED = every_cell(["0", "1"]), every_cell(["0", "1"], paired=True)


def rows(rule: str, **assumed: Any) -> int:
    policy = loads(f"gate: 1\nconfidence: 95%\nrules: ['{rule}']\n", "2026-06-01")
    found = planned(policy, Assumed(positives=P, **assumed)).rules[0].ours
    assert found is not None
    assert found.method == "tilted cells"
    assert found.power == pytest.approx(0.8, abs=0.001)
    return found.rows


def power(metric: CellMetric, cells: list[float], line: float, n: int, least: int) -> float:
    shown = 0
    for counts in np.random.default_rng(3).multinomial(n, cells, DRAWS).tolist():
        test = of_cells(counts, metric.value, gradient=metric.gradient, denominators=metric.below(counts), least=least)
        shown += test.tails(line).above <= 0.05
    return shown / DRAWS


def one(rate: float) -> list[float]:
    return [1 - P - P * (1 - rate), P * (1 - rate), P * (1 - rate), P * rate]


def value(name: str, cells: list[float]) -> float:
    tn, fp, fn, tp = cells
    mcc = (tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** 0.5
    return {"mcc": mcc, "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2}[name]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "line", "true"), [("mcc", 0.6, 0.62), ("mcc", 0.3, 0.4), ("balanced_accuracy", 0.8, 0.85)])
def test_one_model(name: str, line: float, true: float) -> None:
    rate = brentq(lambda rate: value(name, one(rate)) - true, 0.01, 0.999)
    metric = binary(name, [cell[:2] for cell in SINGLE], "1")
    n = rows(f"{name} >= {line}", truths={name: true})
    assert power(metric, one(rate), line, n, LEAST) == pytest.approx(0.8, abs=0.035)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mcc", "precision"])
def test_two_models(name: str) -> None:
    """Both have 1 % of errors of either kind; they differ on 3 % of the rows: each has right 1.5 % that the other has wrong."""
    apart, wrong = 0.0075, 0.01 - 0.0075
    cells = [0.9 - wrong - 2 * apart, apart, apart, wrong, wrong, apart, apart, P - wrong - 2 * apart]
    new = binary(name, [cell[:2] for cell in PAIRED], "1")
    old = binary(name, [(label, str(other)) for label, _, other in PAIRED], "1")
    n = rows(f"{name} >= baseline - 0.02", differ=0.03)
    assert power(less(new, old), cells, -0.02, n, LEAST_PAIRED) == pytest.approx(0.8, abs=0.035)


@pytest.mark.slow
@pytest.mark.parametrize("differ", [0.005, 0.02, 0.1])
@pytest.mark.parametrize("factor", [0.98, 0.95, 0.5])
def test_a_share_of_the_baseline(factor: float, differ: float) -> None:
    """Both have a recall of 0.9 and differ on few positives: a normal test with the spread of the truth had 14 % power."""
    policy = loads(f"gate: 1\nconfidence: 95%\nrules: ['recall >= {factor} * baseline']\n", "2026-06-01")
    found = planned(policy, Assumed(differ=differ)).rules[0].ours
    assert found is not None
    assert found.power is not None
    n, cells = ceil(found.units), [0.9 - differ / 2, differ / 2, differ / 2, 0.1 - differ / 2]
    draws = np.random.default_rng(3).multinomial(n, cells, DRAWS).tolist()
    shown = sum(of_pairs_ratio(both, new, old, n, factor).tails(0.0).above <= 0.05 for both, new, old, _ in draws) / DRAWS
    assert shown > 0.8 - 0.075
    assert shown == pytest.approx(found.power, abs=0.075)
