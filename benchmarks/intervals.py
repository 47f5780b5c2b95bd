"""Intervals beside the bootstrap, and what confidence costs: `python benchmarks/intervals.py [--rows N] [--resamples N]`.

Three parts: intervals of every metric of 1M rows beside scipy.stats.bootstrap; `gate check` of a metrics file with and
without confidence, whole processes in turn; a thousand slices judged by tilted tests.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from processes import Job, in_turn, table
from quality import rows as drawn
from quality import truths
from quality.cell import TODAY
from scipy import stats  # type: ignore[import-untyped]

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.measure.definition import Definition
from gate.measure.measuring import Measuring, measured, tally_of
from gate.measure.source import open_rows
from gate.policy.load import loads
from gate.terms.slice import WHOLE, Slice

Array = np.ndarray[Any, Any]
GATE = [sys.executable, "-m", "gate.cli.main", "check"]
TIMED = 3  # resamples by which SciPy is timed: all take as long
COUNTED: dict[str, Callable[[list[float]], float]] = {name: of for name, of in truths.METRICS.items() if " " not in name}
METRICS = (*COUNTED, "roc_auc", "average_precision", "log_loss", "brier")


def policy(metrics: tuple[str, ...]) -> str:
    listed = "".join(f"  - {name} {'<= 0.9' if name in ('log_loss', 'brier') else '>= 0.01'}\n" for name in metrics)
    return f"gate: 1\nname: m\nconfidence: 95%\nrules:\n{listed}"


# -- beside the bootstrap


def ours(path: str) -> tuple[dict[str, tuple[float, float]], float, float]:
    """Every metric's 90 % interval; seconds to count the rows, and to judge."""
    started = perf_counter()
    found = measured(tally_of(open_rows(path), Measuring(definition=Definition(label="y", score="p"))), "rows")
    counted = perf_counter()
    decision = judge([loads(policy(METRICS), TODAY)], Evidence(found, {}, TODAY))
    shown = {name: each.certainty.shown for name, each in zip(METRICS, decision.findings, strict=True) if each.certainty}
    took = perf_counter() - counted
    return {name: (each.low, each.high) for name, each in shown.items() if each}, counted - started, took


def of_weights(y: Array, p: Array) -> Callable[[Array], list[float]]:
    """All metrics of rows in the order of their scores, by how often each row is there."""
    flagged, losses = p >= 0.5, (drawn.log_loss(y, p), (p - y) ** 2)
    sides = [(y * flagged), ((1 - y) * flagged), (y * ~flagged), ((1 - y) * ~flagged)]

    def values(w: Array) -> list[float]:
        pos, neg = w * y, w * (1 - y)
        from_here, right = np.cumsum(w[::-1])[::-1], np.cumsum(pos[::-1])[::-1]
        four = [float(w @ side) for side in sides]
        area = float(pos @ (np.cumsum(neg) - neg / 2)) / float(pos.sum()) / float(neg.sum())
        precision = float(pos @ (right / np.maximum(from_here, 1))) / float(pos.sum())
        return [*(of(four) for of in COUNTED.values()), area, precision, *(float(w @ each) / float(w.sum()) for each in losses)]

    return values


def bootstrapped(y: Array, p: Array, resamples: int) -> Array:
    """The 90 % percentile intervals: rows drawn with replacement, counted instead of copied, which is the same and faster."""
    random, n, values = np.random.default_rng(1), len(y), of_weights(y, p)
    found = [values(np.bincount(random.integers(0, n, n), minlength=n)) for _ in range(resamples)]
    ends: Array = np.quantile(np.array(found), [0.05, 0.95], axis=0)
    return ends


def scipy_seconds(y: Array, p: Array, resamples: int) -> float:
    """How long scipy.stats.bootstrap takes for all metrics at once, by a few resamples."""

    def statistic(y: Array, p: Array) -> Array:
        order = np.argsort(p, kind="stable")
        return np.array(of_weights(y[order], p[order])(np.ones(len(y), dtype=np.int64)))

    started = perf_counter()
    stats.bootstrap((y, p), statistic, n_resamples=TIMED, paired=True, vectorized=False, method="percentile", rng=1)
    return (perf_counter() - started) * resamples / (TIMED + 1)


def beside_bootstrap(folder: Path, count: int, resamples: int) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(7)
    y = (random.random(count) < 0.1).astype(np.int64)
    p = truths.probability(random.normal(size=count) + 1.8 * y, 0.1, 1.8)
    path = folder / "rows.parquet"
    pq.write_table(pa.table({"y": y, "p": p}), path)
    mine, counting, judging = ours(str(path))
    order = np.argsort(p)
    theirs, seconds = bootstrapped(y[order], p[order], resamples), scipy_seconds(y, p, resamples)
    lines = [
        f"## Intervals of {len(METRICS)} metrics, {count:,} rows\n",
        f"gate: {counting:.2f} s to count the rows, {judging:.3f} s to judge. scipy.stats.bootstrap, {resamples:,} resamples: "
        f"{seconds:,.0f} s (by {TIMED} resamples), {seconds / (counting + judging):,.0f} times as long.\n",
        "| metric | gate, 90 % | bootstrap | ends apart, of its width | |",
        "|---|---|---|--:|---|",
    ]
    for index, name in enumerate(METRICS):
        low, high = (float(each) for each in theirs[:, index])
        off = max(abs(mine[name][0] - low), abs(mine[name][1] - high)) / (high - low)
        ends = f"{mine[name][0]:.6f} … {mine[name][1]:.6f} | {low:.6f} … {high:.6f}"
        lines.append(f"| {name} | {ends} | {100 * off:.1f} % | {'✓' if off <= 0.05 else '✗'} |")
    return "\n".join(lines)


# -- what it costs


def checks(folder: Path, rounds: int) -> str:
    """A metrics file of 10 metrics and as many rules."""
    names = [f"rate_{index}" for index in range(10)]
    told = {"accuracy": {"value": 0.9, "n": 4000}, **{name: {"value": 0.9, "n": 4000} for name in names}}
    (folder / "metrics.json").write_text(json.dumps(told), encoding="utf-8")
    known = "metrics:\n" + "".join(f"  {name}: {{better: higher, range: [0, 1]}}\n" for name in names)
    listed = "rules:\n" + "".join(f"  - {name} >= 0.8\n" for name in ("accuracy", *names))
    for name, line in (("plain", ""), ("sure", "confidence: 95%\n")):
        (folder / f"{name}.yaml").write_text(f"gate: 1\nname: m\n{line}{known}{listed}", encoding="utf-8")
    jobs = [
        Job("gate check", [*GATE, "metrics.json", "-p", "plain.yaml"]),
        Job("gate check, confidence: 95%", [*GATE, "metrics.json", "-p", "sure.yaml"]),
    ]
    return "## A metrics file, with and without confidence\n\n" + table(in_turn(jobs, folder, rounds))


def thousand(slices: int = 1000) -> str:
    random = np.random.default_rng(3)
    parts = random.multinomial(1000, truths.four(0.3, 0.85, 0.1), slices).tolist()
    cells = {Slice.of({"s": f"s{index:04}"}): drawn.four(*each) for index, each in enumerate(parts)}
    cells[WHOLE] = drawn.four(*(sum(each) for each in zip(*parts, strict=True)))
    found, _ = drawn.both(drawn.of_cells(cells))
    lines = [f"## {slices:,} slices judged by tilted tests\n", "| rule | s | |", "|---|--:|---|"]
    for rule in ("mcc[s=*] >= 0.7", "balanced_accuracy[s=*] >= 0.85", "mcc[s=*] - 0.5 * kappa[s=*] >= 0.3"):
        text = f"gate: 1\nname: m\nconfidence: 95%\nrules:\n  - {{check: '{rule}', undecided: pass}}\n"
        loaded = loads(text, TODAY)
        times = []
        for _ in range(3):
            started = perf_counter()
            decision = judge([loaded], Evidence(found, {}, TODAY))
            times.append(perf_counter() - started)
        assert len(decision.findings) == slices
        lines.append(f"| `{rule}` | {min(times):.2f} | {'✓' if min(times) <= 2 else '✗'} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--resamples", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(thousand(), flush=True)
        print("\n" + checks(folder, options.rounds), flush=True)
        print("\n" + beside_bootstrap(folder, options.rows, options.resamples))


if __name__ == "__main__":
    main()
