"""The published cases of other gates in CI, said as policies: numbers are the cases' own."""

from __future__ import annotations

from statistics import mean, median
from typing import Any

from tests.oracle.said_ml import Case, Run

NAN, INFINITY = float("nan"), float("inf")
OBJECTIVE = (
    "{check: sli <= 15 or sli <= baseline * 1.1, level: warn}\n"
    "sli <= 20 or sli <= baseline * 1.15"
)  # Keptn: above the first it warns, above the second it fails
BAND = "baseline(p50) - {0} <= sli <= baseline(p50) + {0}"
TEN_RUNS = "sli >= mean(last(sli, 10)) - 3 * sd(last(sli, 10))"
COVERED = "hits / (hits + misses) >= baseline((hits - 3) / (hits + misses - 3))"


def _runs(scores: list[float | None], lengths: list[int] | None = None) -> dict[str, Any]:
    """Lighthouse runs as slices."""
    entries = [{"slice": {"run": number}, "metrics": {"score": score}} for number, score in enumerate(scores)]
    entries += [{"slice": {"run": number}, "metrics": {"length": length}} for number, length in enumerate(lengths or [])]
    return {"slices": entries}


def _each(policy: str, values: list[float], baseline: dict[str, Any]) -> list[Run]:
    return [Run(policy, {"sli": value}, baseline) for value in values]


BY_HAND: dict[str, list[Run]] = {
    "keptn-op-9": [Run("sli >= 10", {"sli": 10})],
    "keptn-op-10": [Run("sli <= 10", {"sli": 10})],
    "keptn-rel-20": [Run("sli > baseline * 1.0", {"sli": 10.0}, {"sli": mean([10.0, 10.0])})],
    "keptn-rel-23": [Run("sli >= baseline * 0.9", {"sli": 10.0}, {"sli": median([10.0, 10.0])})],
    "keptn-or-11.0": [Run("sli <= 10 or sli <= baseline * 1.1", {"sli": 11.0}, {"sli": 10.0})],
    "keptn-or-20.0": [Run("sli <= 10 or sli <= baseline * 1.1", {"sli": 20.0}, {"sli": 10.0})],
    "keptn-obj-pass": [Run(OBJECTIVE, {"sli": 10.0}, {"sli": 10.0})],
    "keptn-obj-warn": [Run(OBJECTIVE, {"sli": 16.0}, {"sli": 10.0})],
    "keptn-obj-provider-failed": [Run(OBJECTIVE, {"sli": None}, {"sli": 10.0})],
    "keptn-obj-no-history-and": [Run("sli <= baseline * 1.2 and sli < 500", {"sli": 1011.0745528937252})],
    "keptn-obj-failed-history": [Run("sli <= baseline * 1.2", {"sli": 100}, {"sli": None})],
    "keptn-obj-info": [
        Run(
            "my-test-metric-1 <= 15 or my-test-metric-1 <= baseline * 1.1\n{check: my-log-metric >= 0, level: info}",
            {"my-test-metric-1": 10.0, "my-log-metric": 30.0},
            {"my-test-metric-1": 10.0},
        )
    ],
    "keptn-obj-no-objectives": [Run("rules: []", {"sli": 1})],
    "keptn-score-only-info-slis": [Run("{check: sli >= 0, level: info}", {"sli": 1})],
    "klt-target-45": [Run("rules: []", {"sli": 10.0})],
    "klt-target-48": [Run("not sli < 15\n{check: not sli < 20, level: warn}", {"sli": 27.0})],
    "klt-missing": [Run("name >= 0", {"sli": 1})],
    "bencher-pct": _each("baseline - 5 * baseline <= sli <= baseline + 5 * baseline", [-10, -3, 1, 3, 10], {"sli": 1.0}),
    "bencher-iqr": _each(
        BAND.format("1.5 * (baseline(q3) - baseline(q1))"), [-1.5, -1, 0, 1, 6], {"q1": 1.0, "p50": 2.0, "q3": 3.0}
    ),
    "bencher-delta-iqr": _each(
        BAND.format("2 * (baseline(d3) - baseline(d1)) * baseline(p50)"), [50, 100, 150], {"p50": 100.0, "d1": 0.1, "d3": 0.3}
    ),
    "bencher-zero-variance-drop": [Run(TEN_RUNS, {"sli": 0.1})],
    "bencher-min-sample": [Run(TEN_RUNS, {"sli": 0.5})],
    "argo-eval-WithFailure": [Run("result == true\nnot result == true", {"result": True})],
    "argo-eval-NoSuccessConditionAndNotFailing": [Run("not result == false", {"result": True})],
    "argo-eval-NoFailureConditionAndNotSuccessful": [Run("result == false", {"result": True})],
    "argo-eval-WithErrorOnSuccessCondition": [Run("a == true\nnot result == true", {"result": True})],
    "argo-eval-WithErrorOnFailureCondition": [Run("result == true\nnot a == true", {"result": True})],
    "argo-nan-1": [Run("result >= 0.95\nnot result < 0.95", {"result": NAN})],
    "argo-nan-2": [Run("result >= 0.95", {"result": NAN})],
    "argo-nan-3": [Run("result >= 0.95", {"result": INFINITY})],
    "argo-nan-4": [Run("result >= 0", {"result": INFINITY})],
    "argo-nan-5": [Run("result >= 0.95", {"result": []})],
    "lhci-pass": [Run('"max(score[run=*]) >= 0.5"', _runs([0.6, 0.8]))],
    "lhci-optimistic": [Run('"max(score[run=*]) >= 1"\n"min(length[run=*]) <= 1"', _runs([0.6, 0.8], [4, 2]))],
    "lhci-default-level": [Run('"max(score[run=*]) >= 0.9"', _runs([0.6, 0.8]))],
    "lhci-missing-audit": [Run('"max(score[run=*]) >= 0.9"', _runs([None, None]))],
    "lhci-not-applicable": [Run('"max(score[run=*]) >= 0.9"', _runs([None, None]))],
    "lhci-length-default": [Run("length <= 10", {"length": None})],
    "lhci-partial-optimistic": [Run('"max(score[run=*]) >= 0.9"', _runs([0.6, None]))],
    "lhci-partial-pessimistic": [Run('"min(score[run=*]) >= 0.9"', _runs([0.6, None]))],
    "kayenta-mw-mann-whitney-missing-experiment-data-critical-metric": [
        Run("sli <= baseline * 1.1", {"sli": None}, {"sli": mean([1.0, 2.0, 3.0, 4.0, 5.0])})
    ],
    "kayenta-user-6278": [Run("sli <= baseline * 1.1", {"sli": mean([100.0] * 7 + [1.0] * 3)}, {"sli": 1.0})],
    "kayenta-user-426": [Run("sli <= baseline + 0.25", {"sli": mean([0.0, 1.0, 2.0, 1.0, 0.0, 0.0])}, {"sli": 0.0})],
    "gab-alert": [Run("sli <= baseline * 2", {"sli": 210}, {"sli": 100})],
    "gab-two-levels-warn": [Run("{check: sli <= baseline * 2, level: warn}\nsli <= baseline * 3", {"sli": 210}, {"sli": 100})],
    "gab-zero-zero": [Run("sli <= baseline * 2", {"sli": 0}, {"sli": 0})],
    "codecov-auto-up": [Run("coverage >= baseline", {"coverage": 60.0}, {"coverage": 50.0})],
    "codecov-no-base": [Run("coverage >= baseline", {"coverage": 60.0})],
    "codecov-adjust-notenough": [Run(COVERED, {"hits": 1974, "misses": 120}, {"hits": 1980, "misses": 120})],
    "k6-missing-agg": [Run("rate > 0.01", {"med": 27.2})],
    "k6-empty-trend-2": [Run("med > 39", {"med": None})],
    "k6-parse-0": [Run("count!20", {"count": 21})],
    "k6-parse-3": [Run("count>20", {"count": 21})],
    "conftest-exit-1w0f": [Run("a > 0\n{check: b > 0, level: warn}", {"a": 1, "b": 0})],
    "diffcover-zero": [Run("coverage >= 80", {"coverage": {"value": 100, "n": 0}})],
    "diffcover-trunc": [Run("100 * (lines - violations) / lines >= 80", {"lines": 1000, "violations": 201})],
    "diffcover-dilution": [Run("100 * (lines - violations) / lines >= 80", {"lines": 24, "violations": 1})],
}


def said(case: Case) -> list[Run]:
    """The case as gate would be asked it."""
    return BY_HAND[case["id"]]
