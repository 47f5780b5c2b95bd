"""Laws of tallies in files: judging from the file is judging from the rows; what is no tally is refused, never believed."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gate.errors import GateError, InputError
from gate.measure.compact import compacted
from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb
from gate.measure.engines.engine import Effort
from gate.measure.measuring import measured
from gate.measure.source import of_frame
from gate.measure.tally import merge
from gate.readers.inputs import read_inputs
from gate.reports.tally_document import TallyError, read, written
from gate.stats.tally import tally as from_tally
from gate.stats.tally.joint import joint
from gate.stats.tally.means import margin, mean
from gate.stats.tally.scores import by_score, rank, rank_margin, steps
from gate.terms.slice import WHOLE
from gate.terms.tally import Tally
from tests.conftest import TODAY, Desk
from tests.measure import conformance
from tests.measure.rows import rows, tally

RULES = (
    "recall >= 0.5", "'precision[region=*] >= 0.3'", "roc_auc >= baseline - 0.02", "accuracy >= baseline - 0.03",
    "brier <= baseline + 0.01", "0.7 * recall + 0.3 * precision >= 0.5", "'(f1 - baseline(f1)) / baseline(f1) >= -0.2'",
    "average_precision >= baseline - 0.05", "log_loss <= 0.7", "latency.p95 <= 500", "latency.mean <= 60",
)  # fmt: skip
MEASURE = "measure: {label: y, score: p, baseline_score: q, slices: [region], columns: [latency]}\n"


def saved(desk: Desk, seed: int) -> None:
    told = rows(seed, n=800)
    told["latency"] = np.random.default_rng(seed).lognormal(3, 1, 800)
    pd.DataFrame(told).to_parquet(desk.folder / "rows.parquet")
    desk.rules(*RULES, head="confidence: 95%\n" + MEASURE)


def findings(desk: Desk, of: str) -> list[dict[str, Any]]:
    done = desk.run("check", of, "--now", TODAY, "-o", "decision.json")
    assert done.code in (0, 1, 3), done.said
    found: list[dict[str, Any]] = json.loads((desk.folder / "decision.json").read_text(encoding="utf-8"))["findings"]
    return [{name: each for name, each in finding.items() if name != "evidence"} for finding in found]


@pytest.mark.parametrize("seed", range(2))
def test_judging_from_the_file_is_judging_from_the_rows(desk: Desk, seed: int) -> None:
    saved(desk, seed)
    by_rows = findings(desk, "rows.parquet")
    assert desk.run("measure", "rows.parquet", "-p", "gate.yaml", "-o", "metrics.json").code == 0
    assert findings(desk, "metrics.json") == by_rows
    assert sum("certainty" in each for each in by_rows) > len(RULES) - 3


def test_the_tally_comes_out_of_a_decision_as_it_went_in(desk: Desk) -> None:
    saved(desk, 0)
    findings(desk, "rows.parquet")
    assert desk.run("measure", "rows.parquet", "-p", "gate.yaml", "-o", "metrics.json").code == 0
    decision, metrics = (read_inputs([str(desk.folder / name)]) for name in ("decision.json", "metrics.json"))
    assert decision.tally is not None
    assert decision.tally == metrics.tally
    assert "lost" not in decision.tally.tables


def test_people_read_the_metrics_first(desk: Desk) -> None:
    saved(desk, 0)
    assert desk.run("measure", "rows.parquet", "-p", "gate.yaml", "-o", "metrics.json").code == 0
    told = json.loads((desk.folder / "metrics.json").read_text(encoding="utf-8"))
    assert list(told)[-1] == "measured"
    assert next(iter(told)) == "rows"


def test_a_file_brings_no_baseline_that_the_policy_does_not_name(desk: Desk) -> None:
    saved(desk, 0)
    assert desk.run("measure", "rows.parquet", "-p", "gate.yaml", "-o", "metrics.json").code == 0
    desk.rules("roc_auc >= baseline - 0.02")
    done = desk.run("check", "metrics.json")
    assert done.code == 3, done.said
    desk.rules("roc_auc >= baseline - 0.02", head="measure: {label: y, score: p}\n")
    assert desk.run("check", "metrics.json").code == 3


@pytest.mark.parametrize("name", conformance.ASKED)
@pytest.mark.parametrize("portable", [False, True])
def test_data_of_a_tally_are_the_tally(name: str, portable: bool) -> None:
    definition = from_mapping(conformance.ASKED[name])
    counted = duckdb.tally(of_frame(conformance.table()), definition, Effort(threads=1, portable=portable))
    small = measured(counted, "rows").tally
    assert small is not None
    again = read(json.loads(json.dumps(written(small))))
    assert {each: dict(table.rows) for each, table in again.tables.items()} == {
        each: dict(table.rows) for each, table in small.tables.items()
    }
    assert again.header.definition == small.header.definition


# -- smaller, and the same evidence


def looked_up(told: Tally) -> list[Any]:
    at = from_tally.by_slice(told)[WHOLE]
    columns = ("roc_auc", "average_precision")
    found: list[Any] = [from_tally.cells(at), joint(at), by_score(at), steps(at, "w.p95")]
    found += [rank(at, each, model) for each in columns for model in ("", "baseline")]
    found += [rank_margin(at, each) for each in columns]
    return found + [each(at, loss) for each in (mean, margin) for loss in ("log_loss", "brier")] + [mean(at, "w.mean")]


def test_a_compact_tally_answers_as_the_whole_one() -> None:
    whole = tally(rows(4), label="y", score="p", baseline_score="q", columns=["w"])
    for small, large in zip(looked_up(compacted(whole)), looked_up(whole), strict=True):
        assert large is not None
        if hasattr(large, "covariance"):
            assert np.allclose(small.covariance, large.covariance, rtol=1e-9, atol=1e-15)
        elif hasattr(large, "stderr"):
            assert small.stderr == pytest.approx(large.stderr, rel=1e-9)
            assert small.mean == large.mean if hasattr(large, "mean") else small.value == large.value
        else:
            assert small == large


def test_merged_parts_answer_by_the_grid() -> None:
    told = rows(5, n=4_000)
    asked: dict[str, Any] = {"label": "y", "score": "p", "baseline_score": "q", "columns": ["w"]}
    cut = np.arange(4_000) % 2
    parts = [tally({k: v[cut == each] for k, v in told.items()}, Effort(threads=1, portable=True), **asked) for each in (0, 1)]
    merged, whole = looked_up(compacted(merge(parts))), looked_up(tally(told, **asked))
    for small, large in zip(merged, whole, strict=True):
        assert small is not None
        if hasattr(large, "stderr"):
            assert small.stderr == pytest.approx(large.stderr, rel=0.02, abs=1.1 * getattr(small, "bound", 0.0))


# -- what is no tally


def document() -> Any:
    return json.loads(json.dumps(written(compacted(tally(rows(n=60), label="y", score="p", slices=["region"])))))


def hostile() -> dict[str, Any]:
    found: dict[str, Any] = {"nothing": None, "a list": [], "text": "tally"}
    for name, change in {
        "another format": lambda d: d.update(format=2),
        "no definition": lambda d: d.update(definition=None),
        "a slice twice": lambda d: d["slices"].append(d["slices"][0]),
        "a row of no slice": lambda d: d["tables"]["cells"]["rows"][0].__setitem__(0, 99),
        "a row before the first slice": lambda d: d["tables"]["cells"]["rows"][0].__setitem__(0, -1),
        "a row twice": lambda d: d["tables"]["cells"]["rows"].append(d["tables"]["cells"]["rows"][0]),
        "a short row": lambda d: d["tables"]["cells"]["rows"][0].pop(),
        "text for a number": lambda d: d["tables"]["ranks"]["rows"][0].__setitem__(3, "1"),
        "true for a number": lambda d: d["tables"]["ranks"]["rows"][0].__setitem__(3, True),
        "a huge number": lambda d: d["tables"]["ranks"]["rows"][0].__setitem__(3, 10**395),
        "infinity": lambda d: d["tables"]["ranks"]["rows"][0].__setitem__(3, float("inf")),
        "fewer rows than none": lambda d: d["tables"]["cells"]["rows"][0].__setitem__(5, -1),
        "half a row": lambda d: d["tables"]["cells"]["rows"][0].__setitem__(5, 0.5),
        "a label that is a number": lambda d: d["tables"]["cells"]["rows"][0].__setitem__(1, 1),
        "cells of another shape": lambda d: d["tables"]["cells"].update(keys=["a", "b", "c", "d"]),
    }.items():
        data = document()
        change(data)
        found[name] = data
    return found


@pytest.mark.parametrize("name", hostile())
def test_what_is_no_tally_is_refused(name: str, tmp_path: Path) -> None:
    data = hostile()[name]
    with pytest.raises(TallyError):
        read(data)
    if data is None:
        return
    told = {"recall": {"value": 0.5}, "measured": {"by": "gate 1", "inputs": [], "tally": data}}
    path = tmp_path / "metrics.json"
    path.write_text(json.dumps(told, allow_nan=True), encoding="utf-8")
    with pytest.raises(GateError) as refused:
        read_inputs([str(path)])
    assert isinstance(refused.value, InputError)


def test_numbers_that_no_rows_have_give_no_evidence_and_no_crash() -> None:
    data = document()
    for name, table in data["tables"].items():
        width = len(table["keys"]) + 1
        for row in table["rows"]:
            for at in range(width, len(row)):
                row[at] = [0 for _ in row[at]] if isinstance(row[at], list) else 0 if at == width else -(10**300)
        assert name
    told = read(deepcopy(data))
    at = from_tally.by_slice(told)[WHOLE]
    for each in (rank(at, "roc_auc"), rank(at, "average_precision"), mean(at, "brier"), joint(at), rank_margin(at, "roc_auc")):
        assert each is None
