"""What tests take from a tally equals what the rows themselves say: moments, influence values, their joint covariance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from gate.measure.engines.engine import Effort
from gate.measure.measuring import measured
from gate.stats.tally import joint as from_tally_joint
from gate.stats.tally import means as from_tally_means
from gate.stats.tally import scores as from_tally_scores
from gate.stats.tally import tally as from_tally
from gate.stats.tally.clusters import name_of
from gate.stats.tally.tally import Counts
from gate.terms.slice import WHOLE, Slice
from gate.terms.tally import Tally
from tests.measure.rows import rows, tally

EXACT = 1e-10
SCORES = {"label": "y", "score": "p", "baseline_score": "q", "slices": ["region"]}


def data(seed: int, ties: bool = False) -> dict[str, Any]:
    draw = np.random.default_rng(seed + 100)
    found = rows(seed, ties=ties)
    found["user"] = draw.integers(0, 60, len(found["y"]))
    found["price"] = draw.lognormal(3, 1, len(found["y"]))
    found["offer"] = found["price"] * draw.normal(1, 0.1, len(found["y"]))
    found["before"] = found["price"] * draw.normal(1.02, 0.12, len(found["y"]))
    found["query"] = draw.integers(0, 50, len(found["y"]))
    return found


def here(counted: Tally, **on: str) -> Counts:
    return from_tally.by_slice(counted)[Slice.of(on)]


# -- by row


def delong(score: Any, y: Any, w: Any) -> Any:
    """Influence values of the AUC, pair by pair."""
    pos, neg = y == 1, y == 0
    wins = (score[pos][:, None] > score[neg][None, :]) + 0.5 * (score[pos][:, None] == score[neg][None, :])
    area = (w[pos][:, None] * w[neg][None, :] * wins).sum() / (w[pos].sum() * w[neg].sum())
    found = np.zeros(len(y))
    found[pos] = ((wins * w[neg]).sum(1) / w[neg].sum() - area) * w.sum() / w[pos].sum()
    found[neg] = ((wins * w[pos][:, None]).sum(0) / w[pos].sum() - area) * w.sum() / w[neg].sum()
    return found


def precise(score: Any, y: Any, w: Any) -> Any:
    """Influence values of average precision by the derivative of its definition, a row's weight moved a little."""

    def value(weight: Any) -> Any:
        at = score[None, :] >= score[:, None]
        precision = (at * (weight * y)).sum(1) / (at * weight).sum(1)
        return (weight * y * precision).sum() / (weight * y).sum()

    found = np.zeros(len(y))
    step = 1e-30
    for row in range(len(y)):
        moved = w.astype(complex)
        moved[row] += step * 1j
        found[row] = value(moved).imag / step
    return found * w.sum()


def by_row(data: dict[str, Any], w: Any, names: Any) -> Any:
    """The columns that a joint covariance is of, centred."""
    y, p, q = data["y"], data["p"], data["q"]
    columns = []
    for kind, which in names:
        if kind == "cell":
            label, guess, before = (int(each) for each in which)
            columns.append((y == label) & ((p >= 0.5) == guess) & ((q >= 0.5) == before))
            continue
        score = q if which else p
        clipped = np.clip(score, 2.0**-52, 1 - 2.0**-52)
        columns.append(
            {
                "brier": lambda: (score - y) ** 2,  # noqa: B023
                "log_loss": lambda: -np.log(np.where(y == 1, clipped, 1 - clipped)),  # noqa: B023
                "roc_auc": lambda: delong(score, y, w),  # noqa: B023
                "average_precision": lambda: precise(score, y, w),  # noqa: B023
            }[kind]()
        )
    found = np.array(columns, dtype=float)
    return found - ((found * w).sum(1) / w.sum())[:, None]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weight", ["", "w"])
@pytest.mark.parametrize("cluster", ["", "user"])
def test_the_joint_covariance_is_that_of_the_rows(seed: int, weight: str, cluster: str) -> None:
    told = data(seed, ties=seed == 1)
    joint = from_tally_joint.joint(here(tally(told, weight=weight, cluster=cluster, **SCORES)))
    assert joint is not None
    assert len(joint.names) == 8 + 4 + 4
    w = told["w"] if weight else np.ones(len(told["y"]))
    columns = by_row(told, w, joint.names) * w
    if cluster:
        columns = np.array([np.bincount(told["user"], each) for each in columns])
        assert joint.clusters is not None
        assert joint.clusters.count == len(set(told["user"].tolist()))
    expected = columns @ columns.T / w.sum() ** 2
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.max(np.abs(np.array(joint.covariance) - expected) / scale) < EXACT


@pytest.mark.parametrize("weight", ["", "w"])
def test_clusters_have_the_sizes_and_the_skewness_of_the_rows(weight: str) -> None:
    told = data(2)
    joint = from_tally_joint.joint(here(tally(told, weight=weight, cluster="user", **SCORES)))
    assert joint is not None
    assert joint.clusters is not None
    w = told["w"] if weight else np.ones(len(told["y"]))
    for label in (None, "1"):
        inside = {name_of(which): 1.0 for kind, which in joint.names if kind == "cell" and label in (None, which[0])}
        size = np.bincount(told["user"], w * (1 if label is None else told["y"] == 1))
        found = joint.clusters.of(inside)
        assert found.number == pytest.approx(size.sum() * (size**2).sum() / (size**3).sum(), rel=EXACT)
    columns = by_row(told, w, joint.names) * w
    summed = np.array([np.bincount(told["user"], each) for each in columns])
    for which in (("brier", ""), ("log_loss", "baseline")):
        gradient = [float(each == which) for each in joint.names]
        place = joint.names.index(which)
        expected = (summed[place] ** 3).sum() / (summed[place] ** 2).sum() ** 1.5
        assert joint.skewness(gradient, joint.covariance[place][place]) == pytest.approx(expected, rel=1e-6)
    assert joint.skewness([float(each == ("roc_auc", "")) for each in joint.names], 1.0) is None


def test_a_slice_has_a_covariance_of_its_own() -> None:
    told = data(5)
    joint = from_tally_joint.joint(here(tally(told, **SCORES), region="us"))
    assert joint is not None
    inside = {name: each[told["region"] == "us"] for name, each in told.items()}
    columns = by_row(inside, np.ones(len(inside["y"])), joint.names)
    expected = columns @ columns.T / len(inside["y"]) ** 2
    assert np.allclose(np.array(joint.covariance), expected, rtol=0, atol=EXACT * np.max(expected))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("factor", [1.0, 1.05])
def test_paired_rank_metrics_are_those_of_the_rows(seed: int, factor: float) -> None:
    told = data(seed, ties=seed == 2)
    at = here(tally(told, **SCORES))
    y, one = told["y"], np.ones(len(told["y"]))
    psi = delong(told["p"], y, one) - factor * delong(told["q"], y, one)
    count = {truth: int((y == truth).sum()) for truth in (0, 1)}
    variance = sum((psi[y == truth] ** 2).sum() * n / (n - 1) for truth, n in count.items()) / len(y) ** 2
    found = from_tally_scores.rank_margin(at, "roc_auc", factor)
    assert found is not None
    assert found.stderr == pytest.approx(np.sqrt(variance), rel=EXACT)
    psi = precise(told["p"], y, one) - factor * precise(told["q"], y, one)
    found = from_tally_scores.rank_margin(at, "average_precision", factor)
    assert found is not None
    assert found.stderr == pytest.approx(np.sqrt((psi**2).sum()) / len(y), rel=EXACT)


def test_many_rows_by_counts_of_close_scores_say_nearly_the_same() -> None:
    told = rows(7, n=20_000)
    exact = from_tally_scores.rank_margin(here(tally(told, **SCORES)), "roc_auc")
    few = from_tally_scores.rank_margin(here(tally(told, Effort(threads=1, joint_rows=10), **SCORES)), "roc_auc")
    grid = tally(told, Effort(threads=1, joint_rows=10, portable=True), **SCORES)
    merged = Tally(grid.header, {name: table for name, table in grid.tables.items() if table.merges})
    small = measured(merged, "tally").tally
    assert small is not None
    parts = from_tally_scores.rank_margin(here(small), "roc_auc")
    assert exact is not None
    assert few is not None
    assert parts is not None
    assert few.stderr == pytest.approx(exact.stderr, rel=0.01)
    assert parts.stderr == pytest.approx(exact.stderr, rel=0.03)


# -- means


def same(found: from_tally_means.Moments | None, values: Any) -> None:
    assert found is not None
    assert found.n == len(values)
    assert found.mean == pytest.approx(values.mean(), rel=EXACT, abs=EXACT)
    assert found.stderr == pytest.approx(values.std(ddof=1) / np.sqrt(len(values)), rel=EXACT)
    assert found.skew == pytest.approx(stats.skew(values), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("factor", [1.0, 1.1])
def test_losses_have_the_moments_of_the_rows(factor: float) -> None:
    told = data(4)
    at = here(tally(told, **SCORES))
    y = told["y"]
    losses = {
        "brier": [(told[score] - y) ** 2 for score in "pq"],
        "log_loss": [-np.log(np.where(y == 1, np.clip(told[s], 2.0**-52, 1), np.clip(1 - told[s], 2.0**-52, 1))) for s in "pq"],
    }
    for name, (new, old) in losses.items():
        same(from_tally_means.mean(at, name), new)
        same(from_tally_means.mean(at, name, "baseline"), old)
        same(from_tally_means.margin(at, name, factor), new - factor * old)


@pytest.mark.parametrize("factor", [1.0, 1.1])
def test_errors_of_predicted_numbers_have_the_moments_of_the_rows(factor: float) -> None:
    told = data(6)
    asked = {"label": "price", "prediction": "offer", "baseline_prediction": "before", "task": "regression"}
    counted = tally(told, **asked)
    small = measured(counted, "rows").tally
    assert small is not None
    new, old = told["offer"] - told["price"], told["before"] - told["price"]
    for at in (here(counted), here(small)):
        for name, of in {"mae": np.abs, "mse": np.square, "bias": np.array, "mape": lambda e: np.abs(e) / told["price"]}.items():
            same(from_tally_means.mean(at, name), of(new))
            same(from_tally_means.mean(at, name, "baseline"), of(old))
            same(from_tally_means.margin(at, name, factor), of(new) - factor * of(old))


def test_queries_and_columns_have_the_moments_of_the_rows() -> None:
    told = data(8)
    grade = (np.random.default_rng(1).random(len(told["y"])) * 4).astype(int)
    asked = {"label": "grade", "score": "p", "baseline_score": "q", "query": "query", "task": "ranking"}
    at = here(tally({**told, "grade": grade}, **asked))
    new, old = (np.array(reciprocals(told["query"], told[each], grade)) for each in "pq")
    same(from_tally_means.mean(at, "mrr"), new)
    same(from_tally_means.margin(at, "mrr"), new - old)
    same(from_tally_means.mean(here(tally(told, columns=["price"])), "price.mean"), told["price"])


def reciprocals(query: Any, score: Any, grade: Any) -> list[float]:
    found = []
    for each in sorted(set(query.tolist())):
        order = np.lexsort((grade[query == each], -score[query == each]))
        places = np.flatnonzero(grade[query == each][order] > 0)
        found.append(1 / (places[0] + 1) if len(places) else 0.0)
    return found


# -- scores and quantiles


@pytest.mark.parametrize("n", [100, 5_000])
def test_scores_are_thinned_to_cells_that_keep_the_auc(n: int) -> None:
    told = rows(9, n=n)
    at = here(tally(told, label="y", score="p"))
    pos, neg = from_tally_scores.by_score(at) or ([], [])
    exact = from_tally_scores.rank(at, "roc_auc")
    assert exact is not None
    assert len(pos) <= 256
    assert (sum(pos), sum(neg)) == (int(told["y"].sum()), int((1 - told["y"]).sum()))
    area = sum(each * (below + here_ / 2) for each, here_, below in zip(pos, neg, np.cumsum([0, *neg]), strict=False))
    assert area / sum(pos) / sum(neg) == pytest.approx(exact.value, abs=0.05 * exact.stderr)


def test_steps_are_order_statistics() -> None:
    told = data(10)
    found = from_tally_scores.steps(here(tally(told, columns=["price"])), "price.p95")
    assert found is not None
    steps, n, share = found
    ordered = np.sort(told["price"])
    assert (n, share) == (len(ordered), 0.95)
    assert len(steps) > 10
    assert all(ordered[rank - 1] == value for value, rank in steps)


@pytest.mark.parametrize("metric", ["precision", "price.mean", "p95"])
def test_what_is_no_quantile_has_no_steps(metric: str) -> None:
    """Its name says so: nothing is tried that then fails."""
    told = from_tally_scores.steps.__wrapped__  # type: ignore[attr-defined]
    assert told(here(tally(data(10), columns=["price"])), metric) is None


def test_flips_count_rows() -> None:
    told = data(11)
    at = here(tally(told, **SCORES))
    y, new, old = told["y"] == 1, told["p"] >= 0.5, told["q"] >= 0.5
    right, was = new == y, old == y
    assert from_tally.flips(at) == from_tally.Flips((right & ~was).sum(), (was & ~right).sum(), len(y))
    assert from_tally.flips(at, "1") == from_tally.Flips((right & ~was & y).sum(), (was & ~right & y).sum(), y.sum())
    assert from_tally.flips(here(tally(told, label="y", score="p"))) is None


def test_what_a_tally_does_not_hold_is_none() -> None:
    at = Counts(tally(rows(), label="y", prediction="h").header, WHOLE, {})
    assert from_tally_means.mean(at, "brier") is None
    assert from_tally_scores.rank(at, "roc_auc") is None
    assert from_tally_scores.steps(at, "latency_ms.p95") is None
    assert from_tally_joint.joint(at) is None
