"""Drift of rows beside a reference: what is measured of each column, and what bad input gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gate.measure.definition import Definition
from gate.measure.drift.drift import drift
from gate.measure.engines.engine import Effort
from gate.measure.quality import quality
from gate.measure.source import of_frame, open_rows
from gate.stats.divergence import chi_square, population_stability
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

SERIAL = Effort(threads=1)


def compared(now: Any, before: Any, **definition: Any) -> Measurements:
    return drift(of_frame(now), of_frame(before, "reference"), Definition(**definition), SERIAL)


def one(table: Measurements, metric: str, feature: str) -> Measurement:
    found = table.get(f"drift.{metric}", Slice.of({"feature": feature}))
    assert found is not None, (metric, feature, table.names)
    return found


def rows(seed: int, n: int = 2_000, **columns: Any) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    return {
        "amount": draw.lognormal(3, 1, n),
        "count": draw.integers(0, 100, n),
        "country": draw.choice(["de", "fr", "it"], n, p=[0.5, 0.3, 0.2]),
        "device": draw.choice([True, False], n),
        **columns,
    }


def test_rows_like_the_reference_do_not_drift() -> None:
    table = compared(rows(1), rows(2))
    for feature in ("amount", "count", "country", "device"):
        assert one(table, "psi", feature).value < 0.01
        assert one(table, "p", feature).value > 0.01
        assert one(table, "unseen_rate", feature).value < 0.01
        assert one(table, "psi", feature).support.n == 2_000
        assert one(table, "psi", feature).evidence == "measured"


def test_the_same_rows_have_no_distance_at_all() -> None:
    table = compared(rows(1), rows(1))
    for metric in ("psi", "js", "ks", "wasserstein", "mean_shift", "median_shift", "unseen_rate", "missing_rate_change"):
        assert one(table, metric, "amount").value == 0
    for metric in ("psi", "chi2", "cramers_v", "linf", "new_categories", "vanished_rate"):
        assert one(table, metric, "country").value == 0
    assert one(table, "p", "amount").value == 1


def test_a_shift_is_seen_in_its_column_alone() -> None:
    before, now = rows(1), rows(2)
    now["amount"] = now["amount"] * 2
    table = compared(now, before)
    assert one(table, "psi", "amount").value > 0.25
    assert one(table, "p", "amount").value < 1e-9
    assert one(table, "median_shift", "amount").value > 0.1
    interval = one(table, "ks", "amount").support.interval
    assert interval is not None
    assert interval.low > 0.1
    assert one(table, "psi", "country").value < 0.01


def test_the_order_of_rows_does_not_matter() -> None:
    now, before = rows(1), rows(2)
    mixed = np.random.default_rng(3).permutation(2_000)
    assert compared(now, before).by_metric == compared({name: column[mixed] for name, column in now.items()}, before).by_metric


def test_new_and_vanished_categories_are_counted() -> None:
    before = {"country": np.array(["de"] * 60 + ["fr"] * 30 + ["it"] * 10)}
    now = {"country": np.array(["de"] * 60 + ["fr"] * 20 + ["es"] * 15 + ["pt"] * 5)}
    table = compared(now, before)
    assert one(table, "new_categories", "country").value == 2
    assert one(table, "vanished_categories", "country").value == 1
    unseen, gone = one(table, "unseen_rate", "country"), one(table, "vanished_rate", "country")
    assert (unseen.value, unseen.support.k, unseen.support.n) == (0.2, 20, 100)
    assert (gone.value, gone.support.k) == (0.1, 10)
    assert one(table, "linf", "country").value == pytest.approx(0.15)


def test_numbers_beyond_the_reference_are_unseen() -> None:
    table = compared({"x": np.array([-1.0, *range(20), 99.0, 100.0])}, {"x": np.arange(20.0)})
    assert one(table, "unseen_rate", "x").value == pytest.approx(3 / 23)


def test_a_change_of_the_missing_rate_is_told_with_its_p_value() -> None:
    before, now = np.arange(1_000.0), np.arange(1_000.0)
    before[:10], now[:200] = np.nan, np.nan
    found = one(compared({"x": now}, {"x": before}), "missing_rate_change", "x")
    assert found.value == pytest.approx(0.19)
    assert found.support.stderr == pytest.approx((0.2 * 0.8 / 1_000 + 0.01 * 0.99 / 1_000) ** 0.5)
    assert one(compared({"x": now}, {"x": before}), "missing_p", "x").value < 1e-9


def test_score_and_label_are_compared_beside_the_features() -> None:
    roles = {"label": "y", "score": "p", "id": "id", "features": ("amount",)}
    more = {"y": np.array([0, 1] * 1_000), "p": np.linspace(0, 1, 2_000), "id": np.arange(2_000)}
    table = compared(rows(1, **more), rows(2, **more), **roles)
    assert {str(on) for on in table.slices_of("drift.psi")} == {"feature=amount", "feature=p", "feature=y"}
    assert one(table, "cramers_v", "y").value == 0
    assert one(table, "ks", "p").value == 0


def test_keys_and_slices_are_no_features_and_slices_are() -> None:
    roles = {"label": "y", "id": "id", "timestamp": "at", "weight": "w", "slices": (("country",),)}
    more = {name: np.arange(2_000) for name in ("id", "at", "w")} | {"y": np.array([0, 1] * 1_000)}
    table = compared(rows(1, **more), rows(2, **more), **roles)
    features = {str(on).removeprefix("feature=") for on in table.slices_of("drift.psi")}
    assert features == {"amount", "count", "country", "device", "y"}


def test_labels_that_mean_the_same_are_one() -> None:
    table = compared({"y": np.array([True, False] * 50)}, {"y": np.array([1, 0] * 50)}, label="y")
    assert one(table, "psi", "y").value == 0
    assert one(table, "new_categories", "y").value == 0


def test_labels_that_the_reference_does_not_have_are_new_categories() -> None:
    table = compared({"y": np.array(["a", "b", "c"] * 50)}, {"y": np.array(["a", "b"] * 50)}, label="y")
    assert one(table, "new_categories", "y").value == 1
    assert one(table, "unseen_rate", "y").value == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (np.full(100, np.nan), np.arange(100.0), "holds no values"),
        (np.arange(100.0), np.full(100, np.nan), "holds no values in the reference"),
        (np.array([1.0]), np.arange(100.0), "1 values, and 20 are needed"),
        (np.array(["1", "two"] * 50), np.arange(100.0), "holds text, and numbers in the reference"),
        (np.array([True, False] * 50), np.array(["1", "0"] * 50), "holds true and false, and text in the reference"),
    ],
    ids=["all null", "reference all null", "one row", "text in numbers", "booleans and text"],
)
def test_what_cannot_be_compared_has_no_value_and_says_why(now: Any, before: Any, words: str) -> None:
    table = compared({"x": now}, {"x": before}, features=("x",))
    for metric in ("psi", "p", "unseen_rate"):
        assert one(table, metric, "x").value is None
        assert words in one(table, metric, "x").problem


def test_a_feature_that_one_side_lacks_is_missing_by_name() -> None:
    table = compared(rows(1), {"amount": np.arange(100.0)}, features=("amount", "country", "nowhere"))
    assert "the reference has no such column" in one(table, "psi", "country").problem
    assert "the rows have no such column" in one(table, "psi", "nowhere").problem
    unused = compared(rows(1), {"amount": np.arange(100.0)}).unused
    assert {each.name for each in unused} == {"count", "country", "device"}


def test_infinite_numbers_have_a_place_but_no_mean() -> None:
    now = np.arange(100.0)
    now[:20] = np.inf
    table = compared({"x": now}, {"x": np.arange(100.0)})
    assert one(table, "unseen_rate", "x").value == 0.2
    assert one(table, "ks", "x").value == pytest.approx(0.2)
    assert "infinite" in one(table, "mean_shift", "x").problem


def test_a_constant_that_moves_is_seen() -> None:
    table = compared({"x": np.full(50, 4.0)}, {"x": np.full(50, 5.0)})
    assert one(table, "psi", "x").value > 1
    assert one(table, "ks", "x").value == 1
    assert "constant in the reference" in one(table, "mean_shift", "x").problem
    assert one(compared({"x": np.full(50, 5.0)}, {"x": np.full(50, 5.0)}), "psi", "x").value == 0


def test_very_large_numbers_do_not_become_other_ones() -> None:
    table = compared({"x": np.linspace(-1, 1, 100) * 1e308}, {"x": np.linspace(-1, 1, 100) * 1e308})
    assert one(table, "psi", "x").value == 0
    assert one(table, "mean_shift", "x").value is None


def test_many_rare_categories_alone_are_no_drift() -> None:
    draw = np.random.default_rng(4)
    now, before = ({"zip": draw.integers(0, 50_000, 20_000).astype(str)} for _ in range(2))
    table = compared(now, before)
    assert one(table, "psi", "zip").value < 0.01
    assert one(table, "p", "zip").value > 0.001
    assert one(table, "unseen_rate", "zip").value > 0.5  # and this is true of them


def test_columns_with_too_many_categories_are_not_counted() -> None:
    many = np.arange(100_005).astype(str)
    table = compared({"user": many}, {"user": many})
    assert "more than 100,000 categories" in one(table, "psi", "user").problem


def test_the_domain_classifier_runs_where_it_is_asked_for() -> None:
    pytest.importorskip("sklearn")
    before, now = rows(1, 600), rows(2, 600)
    assert compared(now, before).get("drift.domain_auc", WHOLE) is None
    alike = compared(now, before, ask=("drift.domain_auc",)).get("drift.domain_auc", WHOLE)
    assert alike is not None
    assert alike.support.stderr is not None
    assert abs(alike.value - 0.5) < 3 * alike.support.stderr
    swapped = np.sort(now["amount"])[np.argsort(np.argsort(now["count"]))]  # the columns are alike, their relation is not
    apart = compared({**now, "amount": swapped}, before, ask=("drift.domain_auc",)).get("drift.domain_auc", WHOLE)
    assert apart is not None
    assert apart.value > 0.7


def test_few_rows_have_no_domain_classifier() -> None:
    pytest.importorskip("sklearn")
    found = compared(rows(1, 150), rows(2, 600), ask=("drift.domain_auc",)).get("drift.domain_auc", WHOLE)
    assert found is not None
    assert "150 rows, and 200 are needed" in found.problem


def test_nan_in_parquet_is_missing_and_no_number(tmp_path: Path) -> None:
    """The minima and maxima in Parquet leave NaN out, which must not hide it (duckdb#25521)."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    sources = []
    for name, missing in (("now", 25), ("before", 0)):
        values = np.arange(100.0)
        values[:missing] = np.nan
        parquet.write_table(pyarrow.table({"x": pyarrow.array(values, from_pandas=False)}), tmp_path / f"{name}.parquet")
        sources.append(open_rows(str(tmp_path / f"{name}.parquet")))
    table = drift(sources[0], sources[1], Definition(), SERIAL)
    assert one(table, "missing_rate_change", "x").value == 0.25
    assert one(table, "ks", "x").support.n == 75
    assert one(table, "ks", "x").value == pytest.approx(0.25)
    assert quality(sources[0], Definition(), SERIAL).slices_of("quality.missing_rate")[Slice.of({"feature": "x"})].value == 0.25


def test_few_rows_have_few_bins() -> None:
    """Ten rows a bin on the smaller side: three bins for 30."""
    before, now = np.arange(300.0), np.arange(30.0)
    found = one(compared({"x": now}, {"x": before}), "psi", "x")
    assert found.value == pytest.approx(population_stability([100, 100, 100], [30, 0, 0]).value)


def test_rare_categories_count_together() -> None:
    before = {"c": np.array(["a"] * 100 + ["b"] * 50 + ["r1", "r2", "r3"])}
    now = {"c": np.array(["a"] * 100 + ["b"] * 50 + ["r4", "r5"])}
    assert one(compared(now, before), "chi2", "c").value == pytest.approx(chi_square([100, 50, 3], [100, 50, 2])[0])


def test_columns_may_be_called_anything() -> None:
    pytest.importorskip("sklearn")
    draw = np.random.default_rng(0)
    names = ("c0", "c1", "h", 'a"b', "select", "count(*)", "measured_rows")
    now, before = ({name: draw.normal(0, 1, 300) for name in names} | {"t": draw.choice(["a", "b"], 300)} for _ in range(2))
    table = compared(now, before, ask=("drift.domain_auc",))
    assert {str(on) for on in table.slices_of("drift.psi")} == {f"feature={name}" for name in (*names, "t")}
    assert all(item.value is not None for item in table)


@pytest.mark.parametrize(("now", "before"), [(0, 100), (100, 0), (0, 0)])
def test_no_rows_have_no_drift(now: int, before: int) -> None:
    def made(count: int) -> dict[str, Any]:
        return {"x": np.arange(float(count)), "n": np.arange(count), "c": np.array(["a", "b"] * (count // 2), dtype=object)}

    table = compared(made(now), made(before), features=("x", "n"))
    for metric in ("psi", "p", "ks", "missing_rate_change", "unseen_rate"):
        assert one(table, metric, "x").value is None
