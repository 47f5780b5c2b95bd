"""Sums over many slices, and ranges of them against a baseline's: judged by work that does not explode.

Work is counted in calls of functions, which are the same on every machine.
"""

from __future__ import annotations

import cProfile
import json
import pstats
from typing import Any

import pytest

from tests.conftest import Desk


def slices(many: int, fpr: int, step: int, **more: Any) -> dict[str, Any]:
    told = [
        {
            "slice": {"g": f"s{at}"},
            "metrics": {"fpr": {"k": fpr + step * at % 60, "n": 200}, "recall": {"k": 181 - at % 9, "n": 200}, **more},
        }
        for at in range(many)
    ]
    return {"slices": told}


def judged(desk: Desk, rule: str, new: dict[str, Any], old: dict[str, Any] | None = None) -> tuple[dict[str, Any], int]:
    """The finding, and how many calls it took."""
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: 95%\nrules: ['{rule}']\n")
    desk.write("new.json", json.dumps(new))
    desk.write("old.json", json.dumps(old or {}))
    with cProfile.Profile() as profile:
        done = desk.run("check", "new.json", *([] if old is None else ["-b", "old.json"]), "-o", "decision.json")
    calls: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    assert done.code in (0, 1, 3), done.out + done.err
    (finding,) = json.loads((desk.folder / "decision.json").read_text())["findings"]
    return finding, calls


@pytest.mark.parametrize("many", [2, 5, 50])
@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ("mean(recall[g=*]) >= baseline - 0.1", "pass"),
        ("mean(recall[g=*]) >= baseline + 0.1", "fail"),
        ("mean(fpr[g=*]) <= 0.8", "pass"),
        ("sum(fpr[g=*]) <= 0.1", "fail"),
    ],
)
def test_sums_of_shares(desk: Desk, many: int, rule: str, outcome: str) -> None:
    """They took 5.7 s for 2 slices, and ten times as long for each more."""
    finding, calls = judged(desk, rule, slices(many, 22, 1), slices(many, 20, 1) if "baseline" in rule else None)
    assert finding["outcome"] == outcome
    assert "several shares" in finding["certainty"]["method"]
    assert calls < 5_000_000  # of 0.5 million


@pytest.mark.parametrize("many", [3, 10, 20])
def test_a_range_against_that_of_a_baseline(desk: Desk, many: int) -> None:
    """Design 2.5's own example: from 5 slices on it did not end."""
    rule = "max(fpr[g=*]) - min(fpr[g=*]) <= baseline + 0.5"
    finding, calls = judged(desk, rule, slices(many, 22, 1), slices(many, 20, 1))
    assert finding["outcome"] == "pass"
    assert calls < 20_000_000  # of 2.3 million at most
    method = finding["certainty"]["method"]
    assert ("whatever their dependence" in method) is (many > 8)  # too many quadruples: a bound of either range


def test_a_range_divided_by_that_of_a_baseline(desk: Desk) -> None:
    """All ordered pairs of either model were asked for every hypothesis: of 50 slices that took half a minute."""
    rule = "(max(fpr[g=*]) - min(fpr[g=*])) / baseline(max(fpr[g=*]) - min(fpr[g=*])) <= 20"
    finding, calls = judged(desk, rule, slices(20, 22, 3), slices(20, 20, 3))
    assert finding["outcome"] == "pass"
    assert calls < 15_000_000  # of 6 million


def test_what_no_counts_are_known_of(desk: Desk) -> None:
    """AUCs: a mean of many is surer than each."""
    auc = {"auc": {"value": 0.85, "n_pos": 100, "n_neg": 100}}
    finding, calls = judged(desk, "mean(auc[g=*]) >= 0.83", slices(20, 22, 1, **auc))
    alone, _ = judged(desk, "auc[g=s1] >= 0.83", slices(20, 22, 1, **auc))
    assert (finding["outcome"], alone["outcome"]) == ("pass", "undecided")
    assert calls < 5_000_000  # of 0.5 million
    width, one = (each["certainty"]["high"] - each["certainty"]["low"] for each in (finding, alone))
    assert width == pytest.approx(one / 20**0.5, rel=0.1)


def test_two_models_on_the_same_rows_make_a_sum_less_sure(desk: Desk) -> None:
    """Only their difference is surer than on rows of their own: where both count for more, errors add up as they are."""
    new = {"recall": {"k": 160, "n": 200}}
    tied, _ = judged(desk, "recall + baseline(recall) >= 1.5", new, new)
    free, _ = judged(desk, "recall[g=a] + recall[g=b] >= 1.5", {"slices": [
        {"slice": {"g": name}, "metrics": new} for name in "ab"
    ]})  # fmt: skip
    ends = [(each["certainty"]["low"], each["certainty"]["high"]) for each in (tied, free)]
    assert ends[0][1] - ends[0][0] == pytest.approx(2**0.5 * (ends[1][1] - ends[1][0]), rel=0.03)
    assert "at their worst" in tied["certainty"]["method"]


def test_what_depends_in_any_way_is_bounded_one_by_one(desk: Desk) -> None:
    new = {"recall": {"k": 160, "n": 200}, "precision": {"k": 160, "n": 210}, "accuracy": {"k": 900, "n": 1000}}
    finding, _ = judged(desk, "recall + precision + accuracy >= 1.5", new)
    assert finding["outcome"] == "pass"
    assert finding["certainty"]["method"] == "each measurement by itself, whatever their dependence"
    assert any("bounded one by one" in note["text"] for note in finding["notes"])
