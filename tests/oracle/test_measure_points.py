"""Operating points against scikit-learn's curves, and costs by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from gate.errors import GateError
from gate.language.tokens import tokenize
from gate.measure import grid
from gate.measure.engines.engine import Effort
from gate.measure.measurements import measurements
from gate.measure.tally import merge
from gate.terms.slice import WHOLE, Slice
from tests.measure.rows import baseline, measured, problem, rows, tally, value

ASKED = [
    "recall@fpr:0.05",
    "precision@recall:0.8",
    "recall@top:50",
    "recall@precision:0.6",
    "f1@threshold:0.37",
    "fpr@recall:0.9",
]
COSTS = {"fn": 500, "fp": 5}


def theirs(data: dict[str, Any], here: Any, asked: str, weighted: bool) -> float:
    """The same by scikit-learn's curves."""
    label, score = data["y"][here], data["p"][here]
    weights = {"sample_weight": data["w"][here]} if weighted else {}
    fpr, tpr, _ = sk.roc_curve(label, score, drop_intermediate=False, **weights)
    precision, recall, _ = sk.precision_recall_curve(label, score, **weights)
    precision, recall = precision[:-1], recall[:-1]
    if asked == "recall@top:50":
        flagged = max((score >= at).sum() for at in [2.0, *score] if (score >= at).sum() <= 50)
        return float(sk.recall_score(label, score >= np.sort(score)[-flagged], **weights)) if flagged else 0.0
    return float(
        {
            "recall@fpr:0.05": lambda: tpr[fpr <= 0.05].max(),
            "precision@recall:0.8": lambda: precision[recall >= 0.8].max(),
            "recall@precision:0.6": lambda: recall[precision >= 0.6].max(),
            "f1@threshold:0.37": lambda: sk.f1_score(label, score >= 0.37, **weights),
            "fpr@recall:0.9": lambda: fpr[tpr >= 0.9].min(),
        }[asked]()
    )


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_points_are_those_of_scikit_learns_curves(ties: bool, weighted: bool) -> None:
    data = rows(4, 600, ties)
    found = measured(data, label="y", score="p", ask=ASKED, slices=["device"], **({"weight": "w"} if weighted else {}))
    for on in (WHOLE, Slice.of({"device": "1"}), Slice.of({"device": "2"})):
        here = data["device"].astype(str) == dict(on.parts)["device"] if on else np.ones(600, dtype=bool)
        for asked in ASKED:
            assert found.get(asked, on).value == pytest.approx(theirs(data, here, asked, weighted), abs=1e-12), (asked, on)


def test_the_threshold_gives_the_value_and_no_bound_is_drawn_from_it() -> None:
    data = rows(4, 600)
    found = measured(data, label="y", score="p", ask=ASKED)
    for asked in ASKED:
        metric, limit = asked.split("@")
        evidence = found.get(asked, WHOLE).support
        if limit.startswith("threshold"):
            assert evidence.n
            assert evidence.stderr
            assert f"{asked}.threshold" not in found
            continue
        cut = value(found, f"{asked}.threshold")
        again = measured(data, label="y", score="p", threshold=cut)
        assert value(again, metric) == value(found, asked)
        assert (evidence.n, evidence.k, evidence.stderr) == (None, None, None)


def test_a_limit_that_is_kept_only_above_every_score_has_no_threshold() -> None:
    data = {"y": np.array([0, 1, 1]), "p": np.array([0.9, 0.8, 0.1])}
    found = measured(data, label="y", score="p", ask=["recall@fpr:0.1", "recall@precision:0.9", "recall@top:1"])
    assert value(found, "recall@fpr:0.1") == 0.0
    assert problem(found, "recall@fpr:0.1.threshold").startswith("not defined: the limit is kept only above every score")
    assert problem(found, "recall@precision:0.9") == "not defined: no threshold keeps the limit"
    assert value(found, "recall@top:1") == 0.0


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_costs_are_a_mean_over_rows(weighted: bool) -> None:
    data = rows(5, 500)
    more = {"weight": "w"} if weighted else {}
    found = measured(data, label="y", score="p", costs=COSTS, ask=["expected_cost@best"], **more)
    weight = data["w"] if weighted else np.ones(500)

    def cost(cut: float) -> Any:
        flagged = data["p"] >= cut
        return 500 * (data["y"] & ~flagged) + 5 * (~data["y"].astype(bool) & flagged)

    assert value(found, "expected_cost") == pytest.approx(np.average(cost(0.5), weights=weight), rel=1e-12)
    centred = weight * (cost(0.5) - value(found, "expected_cost"))
    assert found.get("expected_cost", WHOLE).support.stderr == pytest.approx(np.sqrt((centred**2).sum()) / weight.sum(), rel=1e-9)
    least = min(np.average(cost(cut), weights=weight) for cut in [2.0, *data["p"]])
    assert value(found, "expected_cost@best") == pytest.approx(least, rel=1e-12)
    assert np.average(cost(value(found, "expected_cost@best.threshold")), weights=weight) == pytest.approx(least, rel=1e-12)


def test_the_baseline_has_a_threshold_of_its_own() -> None:
    data = rows(6, 600)
    found = baseline(data, label="y", score="p", baseline_score="q", ask=["recall@fpr:0.05"])
    assert value(found, "recall@fpr:0.05") == pytest.approx(
        theirs(data | {"p": data["q"]}, slice(None), "recall@fpr:0.05", False)
    )


def test_shards_tell_points_by_the_grid() -> None:
    data = rows(7, 3000)
    shards = [{name: column[at] for name, column in data.items()} for at in (slice(0, 1000), slice(1000, None))]
    portable = Effort(threads=1, portable=True)
    found = measurements(merge([tally(each, portable, label="y", score="p", ask=ASKED) for each in shards]))
    for asked in ASKED:
        exact = theirs(data, slice(None), asked, False)
        assert value(found, asked) == pytest.approx(exact, abs=0.02), asked


def test_a_score_lies_in_the_cell_above_its_lowest() -> None:
    draw = np.random.default_rng(0)
    for score in [*draw.random(2000), *draw.random(500) * 1e-9, *(1 - draw.random(500) * 1e-9), 0.5, 0.25, 0.75]:
        cell = grid.cell(float(score))
        assert grid.lowest(cell) <= score or cell == 0
        assert cell == grid.TOP or score < grid.lowest(cell + 1)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"ask": ["recal@fpr:0.01"]}, "did you mean `recall@fpr:0.01`"),
        ({"ask": ["recall@fpr:1.5"]}, "no question"),
        ({"ask": ["recall@top:0"]}, "no question"),
        ({"ask": ["pinball@1"]}, "no question"),
        ({"ask": ["expected_cost@best"]}, "there are no `costs`"),
        ({"costs": {"fnr": 5}}, "costs are of tp, fp, fn and tn"),
    ],
)
def test_what_is_no_question_is_refused(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(GateError, match=words):
        measured(rows(), label="y", score="p", **asked)


@pytest.mark.parametrize(
    "name",
    ["recall@fpr:0.01", "recall@fpr:0.01.threshold", "expected_cost@best", "sklearn:max_error", "latency_ms.p95", "shown.pass@1"],
)
def test_rules_need_no_quotes_for_what_was_asked(name: str) -> None:
    first, *_ = tokenize(f"{name} >= 0.5")
    assert (first.kind, first.text, first.quoted) == ("name", name, False)
