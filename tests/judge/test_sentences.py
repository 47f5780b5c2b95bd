"""What findings say under `confidence`: of the slice that was judged, and with a way out that leads somewhere."""

from __future__ import annotations

from typing import Any

import pytest

from gate.terms.decision import Finding, Outcome
from tests.judge.situation import decide, slices


def told(rule: str, metrics: dict[str, Any], baseline: dict[str, Any] | None = None, confidence: str = "95%") -> Finding:
    return decide(f'confidence: {confidence}\nrules: ["{rule}"]', metrics, baseline).findings[0]


def said(finding: Finding) -> str:
    return " / ".join(f"{reason.text} → {reason.remedy}" for reason in (*finding.reasons, *finding.notes))


def test_a_sentence_is_about_the_slice_that_was_judged() -> None:
    finding = told("recall[r=*] >= 0.8", slices("r", "recall", {"b": {"k": 60, "n": 80}}))
    assert "`recall[r=b]` may be as high as" in said(finding)


@pytest.mark.parametrize(
    ("rule", "columns", "named"),
    [
        ("recall[region=*, subregion=*] >= 0.8", {"region": "eu", "subregion": "de"}, "recall[region=eu, subregion=de]"),
        ('recall["my col"=*] >= 0.8', {"my col": "b"}, 'recall["my col"=b]'),
    ],
)
def test_the_slice_is_named_by_all_its_columns(rule: str, columns: dict[str, str], named: str) -> None:
    finding = told(rule.replace('"', '\\"'), {"slices": [{"slice": columns, "metrics": {"recall": {"k": 60, "n": 80}}}]})
    assert f"`{named}` may be as high as" in said(finding)


def test_what_the_rows_are_is_no_estimate() -> None:
    assert told("rows >= 1000", {"rows": 1000}).outcome is Outcome.PASS
    assert told("rows >= 1000", {"rows": 999}).outcome is Outcome.FAIL
    assert told("quality.missing_rate <= 0.01", {"quality": {"missing_rate": 0.0}}).outcome is Outcome.PASS
    assert told("tp >= 300", {"tp": 301}).outcome is Outcome.UNDECIDED  # how many are found is


@pytest.mark.parametrize(
    ("rule", "metrics"),
    [
        ("quality.helpfulness >= 0.85", {"quality": {"helpfulness": {"k": 18, "n": 20}}}),  # a judge's file, named quality=…
        ("quality.helpfulness >= 0.85", {"quality": {"helpfulness": 0.9}}),
        ("quality.missing_rate <= 0.1", {"quality": {"missing_rate": {"k": 1, "n": 20}}}),
        ("table.rows >= 5", {"table": {"rows": {"value": 6, "stderr": 3}}}),
        ("label_coverage >= 0.85", {"label_coverage": {"k": 18, "n": 20}}),
    ],
)
def test_what_a_file_says_with_its_error_is_one(rule: str, metrics: dict[str, Any]) -> None:
    assert told(rule, metrics).outcome is Outcome.UNDECIDED


def test_a_comparison_of_two_models_has_no_value_on_one_of_them() -> None:
    now, before = {"recall": {"k": 90, "n": 100}}, {"recall": {"k": 80, "n": 100}}
    assert told("abs(recall - baseline(recall)) <= 0.1", now, before).baseline_value is None
    assert told("recall >= baseline", now, before).baseline_value == 0.8


def test_a_way_out_leads_somewhere() -> None:
    assert "write its `n` too" in said(told("latency_p95 <= 190", {"latency_p95": {"value": 180, "stderr": 9}}))
    assert "about 420 more positives" in said(told("recall >= 0.8", {"recall": {"k": 3, "n": 4}}))
    assert "no affordable sample" in said(told("recall >= 0.8", {"recall": {"k": 801, "n": 1000}}))


def test_a_confidence_is_never_rounded_to_certainty() -> None:
    assert "99.9999999 % confidence" in said(told("recall >= 0.8", {"recall": {"k": 95, "n": 100}}, confidence="99.9999999%"))
