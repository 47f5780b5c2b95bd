"""Rows that gate measured: paired where both models are in them, joint where an expression is, alike whatever says it."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.measure.measuring import measured
from gate.record import replace
from gate.terms.decision import Finding
from gate.terms.measurements import Measurements
from tests.judge.situation import TODAY, policy
from tests.measure.rows import rows, tally

SCORED = {"label": "y", "score": "p", "baseline_score": "q", "slices": ["region", ["region", "device"]]}


def tables(data: Any, **definition: Any) -> tuple[Measurements, Measurements]:
    """The candidate and the baseline of the same rows, on one tally."""
    found = measured(tally(data, **definition), "rows")
    assert found.beside is not None
    return found, found.beside


@pytest.fixture(scope="module")
def binary() -> tuple[Measurements, Measurements]:
    return tables(rows(5, n=3000), **SCORED)


def found(rule: str, both: tuple[Measurements, Measurements]) -> Finding:
    decided = judge([policy(f'confidence: 95%\nrules: ["{rule}"]')], Evidence(both[0], {"baseline": both[1]}, TODAY))
    return decided.findings[0]


PAIRED = {
    "accuracy >= baseline - 0.02": "Tango score, paired",
    "recall >= baseline - 0.05": "Tango score, paired",
    "fpr <= baseline + 0.02": "Tango score, paired",
    "recall >= 0.95 * baseline": "score of a ratio, paired",
    "precision >= baseline - 0.05": "tilted cells",
    "f1 >= 0.95 * baseline": "tilted cells",
    "mcc >= baseline - 0.05": "tilted cells",
    "(f1 - baseline(f1)) / baseline(f1) >= -0.1": "tilted cells",
    "0.7 * recall + 0.3 * precision >= baseline - 0.05": "tilted cells",
    "roc_auc >= baseline - 0.02": "paired DeLong, t",
    "average_precision >= baseline - 0.05": "paired average precision, t",
    "log_loss <= baseline + 0.05": "t, Johnson's t and Hall's, paired",
    "brier <= 1.05 * baseline": "t, Johnson's t and Hall's, paired",
}


@pytest.mark.parametrize(("rule", "method"), PAIRED.items())
def test_the_same_rows_are_paired(binary: tuple[Measurements, Measurements], rule: str, method: str) -> None:
    told = found(rule, binary)
    assert told.certainty is not None
    assert told.certainty.method.removeprefix("exact ") == method
    assert "unpaired" not in [note.slug for note in told.notes]
    assert told.margin is not None
    assert told.certainty.low is not None
    assert told.certainty.high is not None
    assert told.certainty.low < told.margin < told.certainty.high


@pytest.mark.parametrize("rule", [rule for rule in PAIRED if "average_precision" not in rule])
def test_pairing_is_worth_it(binary: tuple[Measurements, Measurements], rule: str) -> None:
    """On other rows the interval is wider, and the finding says that pairing was lost."""
    apart = binary[0], replace(binary[1], tally=None, model="")
    paired, unpaired = found(rule, binary), found(rule, apart)
    assert [note.slug for note in unpaired.notes].count("unpaired") <= 1
    assert paired.certainty is not None
    assert unpaired.certainty is not None
    widths = [(each.high or 0) - (each.low or 0) for each in (paired.certainty, unpaired.certainty)]
    if unpaired.certainty.low is not None:
        assert widths[0] < widths[1]


def test_another_tally_is_other_rows(binary: tuple[Measurements, Measurements]) -> None:
    other = tables(rows(6, n=3000), **SCORED)[1]
    told = found("recall >= baseline - 0.05", (binary[0], other))
    assert told.certainty is not None
    assert told.certainty.method.startswith("Miettinen-Nurminen")
    assert [note.slug for note in told.notes] == ["unpaired"]


def test_a_tally_that_is_read_twice_is_one(binary: tuple[Measurements, Measurements]) -> None:
    assert binary[1].tally is not None
    copy = replace(binary[1], tally=replace(binary[1].tally))
    assert found("recall >= baseline - 0.05", (binary[0], copy)) == found("recall >= baseline - 0.05", binary)


def test_a_tally_that_does_not_give_the_values_is_not_believed(binary: tuple[Measurements, Measurements]) -> None:
    other = tables(rows(6, n=3000), **SCORED)[0]
    swapped = replace(binary[0], tally=other.tally), replace(binary[1], tally=other.tally)
    for rule in ("mcc >= 0.1", "recall >= baseline - 0.05", "0.7 * recall + 0.3 * precision >= 0.2"):
        told = found(rule, swapped)
        assert told.certainty is not None
        assert "tilted" not in told.certainty.method
        assert "Tango" not in told.certainty.method


ALONE = {
    "recall >= 0.3": "Wilson score",
    "f1 >= 0.3": "Wilson score of the Jaccard index",
    "mcc >= 0.1": "tilted cells",
    "balanced_accuracy >= 0.5": "tilted cells",
    "kappa >= 0.1": "tilted cells",
    "0.7 * recall + 0.3 * precision >= 0.3": "tilted cells",
    "mcc * precision / 2 >= 0.01": "tilted cells",
    "recall[region=eu] >= recall - 0.3": "tilted cells",
    "mcc[region=eu] >= mcc[region=us] - 0.4": "tilted cells, unpaired",
    "roc_auc >= 0.6": "tilted scores",
    "average_precision >= 0.3": "logit average precision, t",
    "log_loss <= 0.9": "Johnson's t",
    "roc_auc * precision >= 0.2": "delta method, t",
    "recall + log_loss >= 0.1": "delta method, t",
}


@pytest.mark.parametrize(("rule", "method"), ALONE.items())
def test_one_model(binary: tuple[Measurements, Measurements], rule: str, method: str) -> None:
    told = found(rule, binary)
    assert told.certainty is not None
    assert told.certainty.method.startswith(method)
    assert told.outcome.value == "pass"


def test_rows_that_are_worth_more_or_less(binary: tuple[Measurements, Measurements]) -> None:
    weighted = tables(rows(5, n=3000), **SCORED, weight="w")
    for rule in ("recall >= 0.3", "recall >= baseline - 0.5", "f1 >= 0.2"):
        told, plain = found(rule, weighted), found(rule, binary)
        assert told.certainty is not None
        assert plain.certainty is not None
        assert told.certainty.method == "tilted cells"
        assert (told.certainty.high or 0) - (told.certainty.low or 0) > (plain.certainty.high or 0) - (plain.certainty.low or 0)


def clustered(size: int, n: int = 3000) -> dict[str, Any]:
    """Rows of which each stands there `size` times."""
    data = rows(5, n=n // size)
    return {name: np.repeat(column, size) for name, column in data.items()} | {"user": np.repeat(np.arange(n // size), size)}


@pytest.mark.parametrize("rule", ["recall >= 0.3", "f1 >= 0.3", "recall >= baseline - 0.3", "log_loss <= 0.9", "roc_auc >= 0.6"])
def test_rows_of_one_cluster_count_together(rule: str) -> None:
    """Ten copies of every row are no more evidence than the rows themselves."""
    data = clustered(10)
    told = found(rule, tables(data, **SCORED, cluster="user"))
    once = found(rule, tables({name: column[::10] for name, column in data.items()}, **SCORED))
    ten = found(rule, tables(data, **SCORED))
    widths = [(each.certainty.high or 0) - (each.certainty.low or 0) for each in (told, once, ten) if each.certainty is not None]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)
    assert widths[0] > 0.8 * sqrt(10) * widths[2]


def test_few_clusters_show_nothing() -> None:
    told = found("recall >= 0.1", tables({**rows(5, n=3000), "user": np.arange(3000) % 5}, **SCORED, cluster="user"))
    assert (told.outcome.value, told.reasons[0].slug) == ("undecided", "too-thin")
    assert "5 clusters are too few" in told.reasons[0].text


def classes(seed: int = 1, n: int = 3000) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    label = draw.integers(0, 3, n)

    def said(sure: float) -> Any:
        return np.array([f"c{each}" for each in np.where(draw.random(n) < sure, label, draw.integers(0, 3, n))])

    return {
        "y": np.array([f"c{each}" for each in label]),
        "h": said(0.8),
        "g": said(0.75),
        "region": draw.choice(["eu", "us"], n),
    }


MANY = {
    "accuracy >= 0.8": "Wilson score",
    "accuracy >= baseline - 0.01": "Tango score, paired",
    "f1_macro >= 0.8": "tilted cells",
    "f1_macro >= baseline - 0.01": "tilted cells",
    "recall[class=c1] >= baseline - 0.02": "Tango score, paired",
    "f1[class=c1] >= 0.8": "Wilson score of the Jaccard index",
    "f1[class=c1] >= f1[class=c2] - 0.1": "tilted cells",
    "kappa >= 0.7": "tilted cells",
    "min(recall[class=*]) >= 0.8": "Wilson score; 3 at once",
}


@pytest.mark.parametrize(("rule", "method"), MANY.items())
def test_many_classes(rule: str, method: str) -> None:
    told = found(rule, tables(classes(), label="y", prediction="h", baseline_prediction="g", slices=["region"]))
    assert told.certainty is not None
    assert told.certainty.method == method
    assert told.outcome.value == "pass"


ERRORS = {
    "mae <= 0.9": "Johnson's t",
    "rmse <= 1.1": "Johnson's t",
    "rmse <= baseline + 0.01": "t, Johnson's t and Hall's, paired",
    "mae <= baseline": "t, Johnson's t and Hall's, paired",
    "median_absolute_error <= 0.8": "order statistics",
    "abs(bias) <= 0.1": "Johnson's t; 2 at once",
}


@pytest.mark.parametrize(("rule", "method"), ERRORS.items())
def test_numbers(rule: str, method: str) -> None:
    draw = np.random.default_rng(3)
    truth = draw.normal(10, 3, 3000)
    data = {"y": truth, "p": truth + draw.normal(0, 1, 3000), "q": truth + draw.normal(0, 1.2, 3000)}
    told = found(rule, tables(data, label="y", prediction="p", baseline_prediction="q", task="regression"))
    assert told.certainty is not None
    assert told.certainty.method == method
    assert told.outcome.value == "pass"


def test_two_models_that_agree_everywhere_are_not_shown_to_be_equal() -> None:
    """No row differs: what so many rows could have missed is the interval."""
    data = rows(5, n=400)
    for rule in ("recall >= baseline - 0.01", "f1 >= baseline - 0.01", "accuracy >= baseline - 0.001"):
        told = found(rule, tables({**data, "q": data["p"]}, **SCORED))
        assert told.outcome.value == "undecided"
        assert told.certainty is not None
        assert told.certainty.high is None or (told.certainty.low or 0) < 0 < told.certainty.high
