"""Rows that cannot be measured: a clear error with the row, or a missing measurement with its reason; never another number."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gate.errors import GateError
from gate.measure.definition import from_mapping
from gate.measure.engines import duckdb
from gate.measure.engines.engine import Effort
from gate.measure.source import of_frame, open_rows
from gate.terms.tally import Tally
from tests.measure.rows import SERIAL, measured, problem, rows, value

SECRET = "AKIA-very-secret-token"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def count(path: str, effort: Effort = SERIAL, **definition: Any) -> Tally:
    return duckdb.tally(open_rows(path), from_mapping({"label": "y", "score": "p", **definition}), effort)


def refused(path: str, **definition: Any) -> tuple[str, str]:
    with pytest.raises(GateError) as caught:
        count(path, **definition)
    return caught.value.problems[0].slug, str(caught.value)


def csv(text: str, name: str = "rows.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def frame_refused(**columns: Any) -> tuple[str, str]:
    definition = columns.pop("definition", {"label": "y", "score": "p"})
    with pytest.raises(GateError) as caught:
        duckdb.tally(of_frame(columns), from_mapping(definition), SERIAL)
    return caught.value.problems[0].slug, str(caught.value)


Y = np.array([0, 1, 1, 0])
P = np.array([0.1, 0.9, 0.8, 0.2])


def test_a_column_that_is_not_there_is_named_with_what_may_be_meant() -> None:
    slug, said = refused(csv("y,prob\n1,0.5\n0,0.2\n"), score="prb")
    assert slug == "no-such-column"
    assert "did you mean `prob`?" in said


def test_scores_that_are_text_are_no_numbers() -> None:
    slug, said = refused(csv("y,p\n1,high\n0,low\n"))
    assert slug == "wrong-type"
    assert "(score) holds text" in said


@pytest.mark.parametrize("bad", [1.5, -0.1])
def test_a_score_that_is_no_probability_is_told_by_its_row(bad: float) -> None:
    slug, said = frame_refused(y=Y, p=np.array([0.1, 0.9, bad, bad]))
    assert slug == "score-range"
    assert "in 2 rows; row 3 is the first" in said


def test_a_baselines_score_that_is_no_probability_is_said_to_be_its() -> None:
    slug, said = frame_refused(y=Y, p=P, q=100 * P, definition={"label": "y", "score": "p", "baseline_score": "q"})
    assert slug == "score-range"
    assert "a score of the baseline outside [0, 1] in 4 rows" in said


@pytest.mark.parametrize("bad", [float("inf"), float("nan")])
def test_a_score_that_is_no_number_is_told_by_its_row_in_a_file(bad: float) -> None:
    pq.write_table(pa.table({"y": Y, "p": [0.1, bad, 0.8, bad]}), "rows.parquet")
    slug, said = refused("rows.parquet")
    assert slug == "score-nan"
    assert "in 2 rows; row 2 is the first" in said


def test_nan_that_parquet_statistics_hide_is_seen() -> None:
    """duckdb#25521: minima and maxima leave NaN out, and DuckDB then dropped the filter that looks for it."""
    draw = np.random.default_rng(0)
    score = draw.random(20_000)
    score[[5, 600, 7_000, 12_345, 19_999]] = np.nan
    pq.write_table(pa.table({"y": draw.integers(0, 2, 20_000), "p": score}), "rows.parquet")
    assert "in 5 rows; row 6 is the first" in refused("rows.parquet")[1]
    found = count("rows.parquet", nan="exclude")
    left_out = [row[0] for key, row in found["cells"].rows.items() if key[4] == "nan"]
    assert sum(left_out) == 5
    assert found["ranks"].rows[next(iter(found["ranks"].rows))][:2] == tuple(
        sum(row[0] for key, row in found["cells"].rows.items() if key[1] == label and not key[4]) for label in ("1", "0")
    )


def test_rows_left_out_are_counted_and_too_many_leave_no_metric() -> None:
    data = rows(n=100)
    data["p"][:3] = np.nan
    found = measured(data, label="y", score="p", nan="exclude")
    assert value(found, "score_coverage") == 0.97
    assert value(found, "rows") == 100
    data["p"][:10] = np.nan
    found = measured(data, label="y", score="p", nan="exclude")
    assert "90 of 100 rows have a usable score" in problem(found, "roc_auc")


def test_a_null_label_is_no_negative_and_too_many_leave_no_metric() -> None:
    data = pd.DataFrame(rows(n=200))
    data["y"] = data["y"].astype("Int64")
    data.loc[:3, "y"] = pd.NA
    found = measured(data, label="y", score="p", slices=["region"])
    assert value(found, "label_coverage") == 0.98
    assert value(found, "tn") + value(found, "tp") + value(found, "fn") + value(found, "fp") == 196
    data.loc[data["region"] == "us", "y"] = pd.NA
    found = measured(data, label="y", score="p", slices=["region"], min_coverage=0.5)
    assert value(found, "f1") is not None
    assert "`min_coverage` is 0.5" in problem(found, "f1", region="us")
    assert value(found, "label_coverage", region="us") == 0


def test_labels_of_which_none_is_the_positive_one() -> None:
    assert frame_refused(y=np.array(["no", "yes", "no", "no"]), p=P)[0] == "no-positive"
    assert frame_refused(y=Y, p=P, definition={"label": "y", "score": "p", "positive": "yes"})[0] == "no-positive"
    assert frame_refused(y=np.array([0, 1, 2, 0]), p=P)[0] == "too-many-labels"


@pytest.mark.parametrize("labels", [[False, True], ["false", "true"], ["False", "True"], [0, 1], [0.0, 1.0]])
@pytest.mark.parametrize("positive", [True, "true", 1])
def test_true_is_the_positive_label_however_it_is_written(labels: list[Any], positive: Any) -> None:
    label = np.array(labels)[Y]
    found = measured({"y": label, "p": P}, label="y", score="p", positive=positive)
    assert (value(found, "positives"), value(found, "recall"), value(found, "roc_auc")) == (2, 1, 1)


def test_no_label_at_all() -> None:
    assert frame_refused(y=np.array([np.nan] * 4), p=P)[0] == "no-labels"
    assert refused(csv("y,p\n"))[0] in ("no-labels", "wrong-type")


@pytest.mark.parametrize("weights", [[1, -1, 1, 1], [1, np.nan, 1, 1], [1, 1e9, 1, 1], [0, 0, 0, 0]])
def test_weights_that_weigh_nothing(weights: list[float]) -> None:
    definition = {"label": "y", "score": "p", "weight": "w"}
    assert frame_refused(y=Y, p=P, w=np.array(weights, dtype=float), definition=definition)[0] == "bad-weight"


def test_a_slice_with_too_many_values() -> None:
    n = 10_001
    label = np.arange(n) % 2
    definition = {"label": "y", "score": "p", "slices": ["user"]}
    slug, said = frame_refused(y=label, p=label * 0.5, user=np.arange(n), definition=definition)
    assert slug == "too-many-slices"
    assert "`user`" in said


def test_a_parquet_file_cut_in_half() -> None:
    pd.DataFrame(rows()).to_parquet("rows.parquet")
    data = Path("rows.parquet").read_bytes()
    Path("rows.parquet").write_bytes(data[: len(data) // 2])
    assert refused("rows.parquet")[0] == "broken-rows"


def test_ragged_rows_are_told_by_their_line() -> None:
    slug, said = refused(csv("y,p\n" + "1,0.5\n" * 5 + "1,0.5,7\n" + "0,0.1\n" * 5))
    assert slug == "ragged-rows", said
    assert "rows.csv:7" in said


def test_a_csv_file_of_another_encoding() -> None:
    Path("rows.csv").write_bytes("y,p,city\n1,0.5,Zürich\n0,0.1,Köln\n".encode("latin-1"))
    assert refused("rows.csv")[0] in ("not-utf8", "broken-rows")


def test_a_word_far_down_among_numbers_is_told_by_its_line() -> None:
    slug, said = refused(csv("y,p\n" + "1,0.5\n0,0.25\n" * 20_000 + f"1,{SECRET}\n"))
    assert slug in ("broken-rows", "wrong-type")
    assert SECRET not in said


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "arrow"])
def test_nothing_outside_the_folder_is_quoted(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "environ"
    secret.write_text(f"AWS={SECRET}\0HOME=x\nTOKEN={SECRET},{SECRET}\n{SECRET}", encoding="utf-8")
    os.symlink(secret, f"rows.{kind}")
    assert SECRET not in refused(f"rows.{kind}")[1]


def test_the_environment_is_no_rows() -> None:
    os.symlink("/proc/self/environ", "rows.csv")
    assert os.environ["PATH"][:20] not in refused("rows.csv")[1]


def test_sql_in_names_is_only_a_name() -> None:
    name = 'p" from x; drop table measured_rows; --'
    data = rows()
    found = measured({**data, name: data["p"]}, label="y", score=name, slices=["region"])
    assert value(found, "rows") == 400


def test_values_with_quotes_are_slices_like_others() -> None:
    data = rows(n=60)
    data["region"] = np.where(data["y"] == 1, "it's", 'say "hi"')
    found = measured(data, label="y", score="p", slices=["region"])
    assert value(found, "rows", region="it's") == data["y"].sum()


def test_a_memory_limit_that_is_hit_is_said() -> None:
    n = 300_000
    draw = np.random.default_rng(0)
    pd.DataFrame({"y": draw.integers(0, 2, n), "p": draw.random(n), "u": draw.integers(0, 9_000, n)}).to_csv("rows.csv")
    with pytest.raises(GateError) as caught:
        count("rows.csv", Effort(memory="1MB", threads=1), slices=["u"])
    assert caught.value.problems[0].slug in ("out-of-memory", "disk-full")


def test_only_listed_files_are_opened() -> None:
    pd.DataFrame(rows()).to_parquet("rows.parquet")
    with duckdb.connected(open_rows("rows.parquet"), SERIAL) as connection:
        for query in (
            "select * from read_csv('/etc/hostname')",
            "copy (select 1) to 'x.csv'",
            "set enable_external_access=true",
            "install httpfs",
        ):
            with pytest.raises(Exception, match=r"disabled|locked|denied|Permission|Cannot"):
                connection.execute(query)
