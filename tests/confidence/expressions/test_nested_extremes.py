"""The largest and the smallest over slices, of two models, of each other, and divided: judged, never a bug."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Desk


def slices(fpr: int, recall: int) -> dict[str, Any]:
    told = [
        {"slice": {"g": f"s{at}"}, "metrics": {"fpr": {"k": fpr + at, "n": 200}, "recall": {"k": recall - at, "n": 200}}}
        for at in range(3)
    ]
    return {"slices": told}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("max(fpr[g=*]) <= baseline + 0.2", 0),
        ("max(fpr[g=*]) <= baseline - 0.2", 1),
        ("min(recall[g=*]) >= baseline - 0.05", 3),
        ("max(fpr[g=*]) <= max(baseline, 0.3)", 0),
        ("max(fpr[g=*]) - baseline(max(fpr[g=*])) <= 0.2", 0),
        ("max(fpr[g=*]) / min(fpr[g=*]) <= 4", 0),
        ("max(fpr[g=*]) / min(fpr[g=*]) <= 1.5", 3),
        ("min(recall[g=*]) / max(recall[g=*]) >= 0.8", 0),
        ("min(recall[g=*]) / baseline(min(recall[g=*])) >= 0.8", 0),
        ("recall[g=s0] / (recall[g=s1] - 0.895) >= 1", 3),
    ],
)
def test_they_are_judged(desk: Desk, rule: str, code: int) -> None:
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: 95%\nrules: ['{rule}']\n")
    desk.write("metrics.json", json.dumps(slices(20, 180)))
    desk.write("old.json", json.dumps(slices(18, 181)))
    done = desk.run("check", "metrics.json", "-b", "old.json", "-o", "decision.json")
    assert done.code == code, done.out + done.err
    (finding,) = json.loads((desk.folder / "decision.json").read_text())["findings"]
    if "divisor" not in str(finding.get("reasons")):
        assert (finding["certainty"]["p_above"] < 0.05) == (code == 0)


def test_a_divisor_of_zero_is_said(desk: Desk) -> None:
    desk.write("gate.yaml", "gate: 1\nname: m\nconfidence: 95%\nrules: ['recall / (precision - 0.75) >= 1']\n")
    desk.write("metrics.json", '{"recall": {"k": 180, "n": 200}, "precision": {"k": 150, "n": 200}}')
    done = desk.run("check", "metrics.json")
    assert done.code == 3
    assert "the divisor is zero" in done.out
