"""Expressions whose measurements are bounded one by one: what that costs, and what is said of it."""

from __future__ import annotations

import pytest

from gate.stats.proportion import of_counts
from gate.terms.measurements import Measurements
from tests.confidence.test_rows import SCORED, found, tables
from tests.judge.situation import finding
from tests.measure.rows import rows

HEAD = "confidence: 95%\nrules: "
FEWER = "fewer rows would do"


@pytest.fixture(scope="module")
def counted() -> tuple[Measurements, Measurements]:
    return tables(rows(5, n=1500), **SCORED)


@pytest.mark.parametrize("k", [840, 868, 900])
@pytest.mark.parametrize(
    "rule", ["recall * recall >= 0.7225", "1 - recall * recall <= 0.2775", "recall * (1 + recall) >= 0.85 * 1.85"]
)
def test_one_measurement_has_one_bound(k: int, rule: str) -> None:
    """It paid for either side of an interval, and so twice."""
    told = finding(f'{HEAD}["{rule}"]', {"recall": {"k": k, "n": 1000}})
    assert told.certainty is not None
    alone = of_counts(k, 1000).tails(0.85)
    if told.outcome.value != "fail" and alone.above < 0.5:
        assert told.certainty.p_above == pytest.approx(alone.above, rel=1e-4)
    if told.outcome.value == "fail":
        assert told.certainty.p_below == pytest.approx(alone.below, rel=1e-4)
    assert told.notes == ()


def test_one_that_turns_has_two() -> None:
    """`recall * (1 - recall)` is small where recall is high, and where it is low."""
    told = finding(f'{HEAD}["recall * (1 - recall) <= 0.1"]', {"recall": {"k": 900, "n": 1000}})
    assert told.certainty is not None
    assert "by itself" in told.certainty.method


@pytest.mark.parametrize(
    "rule",
    [
        "accuracy > no_information_rate",
        "median(recall[region=*]) >= baseline - 0.1",
        "max(recall[region=*]) / min(recall[region=*]) <= 3",
    ],
)
def test_what_was_counted_together_is_not_asked_to_be(counted: tuple[Measurements, Measurements], rule: str) -> None:
    (note,) = found(rule, counted).notes
    assert "bounded one by one" in note.text
    assert note.text.endswith("no test here takes these together")


def test_what_was_not_would_do_with_fewer() -> None:
    told = finding(f'{HEAD}["recall * precision >= 0.6"]', {"recall": {"k": 90, "n": 100}, "precision": {"k": 90, "n": 100}})
    assert [FEWER in note.text for note in told.notes] == [True]
