"""MLflow: what its REST API and its clients give, its database, its file store."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gate import registry
from gate.errors import InputError
from gate.readers.inputs import read_inputs
from gate.readers.source import SourceFile, open_path
from gate.terms.measurements import Measurements
from tests.readers.known import SAMPLES, as_file, item, read, readers_of, refusal, sample, survives, values

FOLDER = SAMPLES / "mlflow" / "file-store"


def run(name: str, metrics: Any, **info: Any) -> dict[str, Any]:
    return {"info": {"run_id": f"id-{name}", "run_name": name, **info}, "data": {"metrics": metrics}}


def metric(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value, "timestamp": 1, "step": 0}


@pytest.mark.parametrize(
    ("name", "form"), [("rest-runs-get.json", "mlflow"), ("to_dictionary.json", "mlflow"), ("mlflow.db", "mlflow-db")]
)
def test_a_sample(name: str, form: str) -> None:
    file = sample(f"mlflow/{name}")
    assert readers_of(file) == [form]
    check_sample(read(form, file))


def test_the_sample_of_the_file_store() -> None:
    found = read_inputs([str(FOLDER)])
    check_sample(found)
    assert found.sources[0].format == "mlflow-folder"


def check_sample(found: Measurements) -> None:
    """All four samples hold the same run."""
    assert {name: value for name, value in values(found).items() if name != "minus"} == {
        "val/f1_macro": 0.85,
        "n_test": 1000.0,
        "loss.nan": None,
        "inf": None,
    }
    assert found.aliases == {"val/f1 macro": "val/f1_macro"}
    assert item(found, "loss.nan").problem == "not a number (NaN)"
    assert item(found, "inf").problem == "infinite"
    assert "minus" not in found or item(found, "minus").problem == "infinite"


# -- REST


def test_nan_is_text_and_the_largest_double_is_infinite() -> None:
    entries = [metric("a", "NaN"), metric("b", "-Infinity"), metric("c", -1.7976931348623157e308), metric("d", "0.5")]
    found = read("mlflow", {"run": run("r", entries)})
    assert [item(found, each).problem for each in "abcd"] == ["not a number (NaN)", "infinite", "infinite", "text"]


def test_several_runs_are_slices() -> None:
    found = read("mlflow", {"runs": [run("a", [metric("acc", 0.8)]), run("b", [metric("acc", 0.9)])]})
    assert item(found, "acc", run="a").value == 0.8
    assert item(found, "acc", run="b").value == 0.9


def test_runs_of_one_name_are_told_apart_by_their_id() -> None:
    first, second = run("a", [metric("acc", 0.8)]), run("a", [metric("acc", 0.9)], run_id="other")
    found = read("mlflow", {"runs": [first, second]})
    assert item(found, "acc", run="id-a").value == 0.8
    assert item(found, "acc", run="other").value == 0.9


def test_deleted_runs_do_not_count() -> None:
    gone = run("gone", [metric("acc", 0.99)], lifecycle_stage="deleted")
    found = read("mlflow", {"runs": [run("a", [metric("acc", 0.8)]), gone]})
    assert values(found) == {"acc": 0.8}
    assert [(each.name, each.why) for each in found.unused] == [("run gone", "deleted")]
    assert "every run in it is deleted" in refusal("mlflow", {"runs": [gone]})


def test_one_page_of_a_search_is_refused() -> None:
    message = refusal("mlflow", {"runs": [run("a", [])], "next_page_token": "x"})
    assert "there are more runs" in message
    assert "page_token" in message


def test_two_keys_that_meet_are_refused() -> None:
    assert "would both be called `a_b`" in refusal("mlflow", {"run": run("r", [metric("a b", 1), metric("a,b", 1)])})


def test_a_key_that_comes_twice_must_say_the_same() -> None:
    assert "measured twice" in refusal("mlflow", {"run": run("r", [metric("a", 1), metric("a", 2)])})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"run": {"info": {"run_id": 1}, "data": {}}}, "`info.run_id` is a number, not text"),
        ({"run": run("r", "x")}, "`data.metrics` is text, not a list"),
        ({"run": run("r", [1])}, "is a number, not a mapping"),
        ({"run": run("r", [{"value": 1}])}, "`data.metrics[…].key` is null, not text"),
        ({"runs": []}, "there is no run in it"),
    ],
)
def test_a_broken_answer_is_refused(document: Any, message: str) -> None:
    assert message in refusal("mlflow", document)


def test_plain_metrics_about_a_run_stay_plain() -> None:
    for document in ({"run_id": "x", "data": 1}, {"run": {"run_id": 1}, "data": {"x": 1}}, {"runs": 3}):
        assert readers_of(as_file(document)) == []


@pytest.mark.parametrize("name", ["rest-runs-get.json", "to_dictionary.json"])
def test_no_mutation_crashes_it(name: str) -> None:
    assert survives("mlflow", json.loads(sample(f"mlflow/{name}").text)) > 30


# -- the database


def database(folder: Path, *statements: str) -> SourceFile:
    path = folder / "mlflow.db"
    path.write_bytes(sample("mlflow/mlflow.db").data)
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return open_path(str(path))


def test_nan_is_a_flag_in_the_database(tmp_path: Path) -> None:
    found = read("mlflow-db", database(tmp_path))
    assert item(found, "loss.nan").problem == "not a number (NaN)"


def test_deleted_runs_of_the_database_do_not_count(tmp_path: Path) -> None:
    assert values(read("mlflow-db", database(tmp_path)))["val/f1_macro"] == 0.85
    assert "deleted" in refusal("mlflow-db", database(tmp_path, "UPDATE runs SET lifecycle_stage = 'deleted'"))


ALL = "UPDATE runs SET lifecycle_stage = 'active'"


def test_one_of_several_runs_is_chosen_by_id_or_name(tmp_path: Path) -> None:
    file = database(tmp_path, ALL).name
    gone = "7e549ec3a9d84c258836045c9787489f"
    for run in (gone, "gone"):
        found = read_inputs([f"new={file}#{run}"])
        assert values(found) == {"new.val/f1_macro": 0.99}
        assert (found.sources[0].name, found.sources[0].format) == (f"{file}#{gone}", "mlflow-db")
    assert values(read_inputs([f"{file}#cand"]))["val/f1_macro"] == 0.85


def test_a_run_that_is_not_chosen_is_asked_for_with_all_there_are(tmp_path: Path) -> None:
    file = database(tmp_path, ALL, "UPDATE runs SET start_time = start_time + 86400000 WHERE name = 'cand'").name
    for path, message in (
        (file, "there are 2 runs in it"),
        (f"{file}#x", "there is no run `x` in it"),
    ):
        with pytest.raises(InputError) as error:
            read_inputs([path])
        (problem,) = error.value.problems
        assert (problem.slug, message in problem.message) == ("which-run", True)
        lines = problem.remedy.splitlines()
        assert [line.split()[-1] for line in lines[1:]] == ["cand", "gone"], "the newest first"
        assert lines[1].startswith(f"{file}#5321c5385fcf4d4890f6737dda06ec54  20")


def test_runs_of_one_name_are_told_apart_by_id(tmp_path: Path) -> None:
    file = database(tmp_path, ALL, "UPDATE runs SET name = 'same\x1b', start_time = 1e300").name
    with pytest.raises(InputError, match="several runs are called `same") as error:
        read_inputs([f"{file}#same\x1b"])
    assert "\x1b" not in str(error.value)
    deleted = database(tmp_path, "UPDATE runs SET name = 'same'").name
    assert values(read_inputs([f"{deleted}#same"]))["val/f1_macro"] == 0.85, "the other one is deleted"


def test_a_deleted_run_that_was_chosen_is_still_deleted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="deleted"):
        read_inputs([f"{database(tmp_path).name}#gone"])


def test_only_the_newest_of_many_runs_are_listed(tmp_path: Path) -> None:
    many = [
        "INSERT INTO runs (run_uuid, name, start_time, lifecycle_stage) "
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 30) "
        "SELECT 'id' || x, 'run' || x, x, 'active' FROM n",
        "INSERT INTO latest_metrics SELECT 'a', 1, 1, 1, 0, run_uuid FROM runs WHERE name LIKE 'run%'",
    ]
    with pytest.raises(InputError) as error:
        read_inputs([database(tmp_path, *many).name])
    (problem,) = error.value.problems
    assert "there are 31 runs in it" in problem.message
    assert problem.remedy.splitlines()[-1] == "… and 21 older ones"


def test_what_has_no_runs_to_choose_from(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match="this is no SQLite file"):
        read_inputs([f"{tmp_path}/m.json#x"])
    with pytest.raises(InputError, match="there is no such file"):
        read_inputs([f"{tmp_path}/gone.db#x"])
    (tmp_path / "m.json#x").write_text('{"a": 2}')
    assert values(read_inputs([f"{tmp_path}/m.json#x"])) == {"a": 2}


def test_a_log_beside_the_database_is_not_overlooked(tmp_path: Path) -> None:
    file = database(tmp_path)
    Path(file.name + "-wal").write_bytes(b"")
    assert len(read("mlflow-db", file)) == 5
    Path(file.name + "-wal").write_bytes(b"rows")
    assert "still lie in the log beside it" in refusal("mlflow-db", file)
    with pytest.raises(InputError, match="still lie in the log beside it"):
        read_inputs([f"{file.name}#cand"])


def test_a_database_in_write_ahead_mode_is_read(tmp_path: Path) -> None:
    file = database(tmp_path)
    connection = sqlite3.connect(file.name)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    file = open_path(file.name)
    assert file.data[18:20] == b"\2\2"
    assert len(read("mlflow-db", file)) == 5


ENDLESS = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS run_uuid, 1 AS name, 1 AS lifecycle_stage FROM n"
)


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["DROP TABLE runs"], "no tables `runs` and `latest_metrics`"),
        (["DROP TABLE runs", f"CREATE VIEW runs AS {ENDLESS}"], "no tables `runs` and `latest_metrics`"),
        (["ALTER TABLE runs RENAME COLUMN name TO other"], "SQLite cannot read it: no such column: name"),
        (["ALTER TABLE latest_metrics ADD COLUMN big AS (zeroblob(1000000000))"], "a column of it is computed"),
        (["UPDATE latest_metrics SET value = x'00' WHERE key = 'inf'"], "is binary"),
        (["UPDATE latest_metrics SET key = x'ff' WHERE key = 'inf'"], "not text"),
    ],
)
def test_a_broken_or_hostile_database_is_refused(tmp_path: Path, statements: list[str], message: str) -> None:
    assert message in refusal("mlflow-db", database(tmp_path, *statements))


def test_names_in_the_database_that_are_no_text_are_refused(tmp_path: Path) -> None:
    assert "half of a character" in refusal(
        "mlflow-db", database(tmp_path, "UPDATE latest_metrics SET key = CAST(x'ff' AS TEXT) WHERE key = 'inf'")
    )


def test_no_cut_or_damage_crashes_it() -> None:
    data = sample("mlflow/mlflow.db").data
    for at in range(16, len(data), 499):
        for changed in (data[:at], data[:at] + bytes(byte ^ 255 for byte in data[at : at + 40]) + data[at + 40 :]):
            with contextlib.suppress(InputError):
                registry.load("readers", "mlflow-db").read(SourceFile("m.db", changed))


# -- the file store


def folder(path: Path, meta: str = "lifecycle_stage: active\n", **metrics: str) -> str:
    (path / "metrics").mkdir(parents=True)
    (path / "meta.yaml").write_text(meta)
    for name, text in metrics.items():
        (path / "metrics" / name).write_text(text)
    return str(path)


def test_the_last_step_counts_then_the_last_time(tmp_path: Path) -> None:
    path = folder(
        tmp_path / "r", a="5 0.1 2\n9 0.2 1\n", b="1 0.1 0\n3 0.3 0\n2 0.2 0\n", c="1 0.3 0\n1 0.4 0\n", d="7 0.9\n", e=""
    )
    found = read_inputs([path])
    assert values(found) == {"a": 0.1, "b": 0.3, "c": 0.4, "d": 0.9, "e": None}


def test_lines_of_a_data_set_are_longer(tmp_path: Path) -> None:
    assert values(read_inputs([folder(tmp_path / "r", a="5 nan 2 data digest\n")])) == {"a": None}


def test_the_digest_covers_every_file(tmp_path: Path) -> None:
    first = read_inputs([folder(tmp_path / "a", x="1 0.5 0\n")]).sources[0].sha256
    assert first != read_inputs([folder(tmp_path / "b", x="1 0.6 0\n")]).sources[0].sha256


def test_a_deleted_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="every run in it is deleted"):
        read_inputs([folder(tmp_path / "r", "lifecycle_stage: deleted\n", a="1 1 0\n")])


@pytest.mark.parametrize("text", ["1 x 0\n", "0.5\n", "1 0.5 0 a b c\n", "1 0.5 \x1b[31m\n", "1_0 0.5 0\n"])
def test_a_broken_line_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="a line of `metrics/a` is not `time value step`"):
        read_inputs([folder(tmp_path / "r", a=text)])


def test_links_are_not_followed(tmp_path: Path) -> None:
    path = folder(tmp_path / "r")
    (tmp_path / "secret").write_text("1 0.5 0\n")
    (tmp_path / "r" / "metrics" / "a").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="this is a link"):
        read_inputs([path])


def test_another_folder_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder, not a file"):
        read_inputs([str(tmp_path)])
