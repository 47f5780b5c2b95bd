"""`gate log`: numbers, files, lines, and what was exported."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gate.history.lines import exported, line_of
from gate.history.store import Store, Which, open_store
from gate.record import replace
from gate.terms.run import Entry, Exclusion, Name, Run, State, Status
from gate.terms.slice import WHOLE
from tests.conftest import Desk
from tests.history.examples import EU, entry, logged, run


@pytest.fixture(autouse=True)
def nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)
    return desk


def history() -> Store:
    return open_store("", os.environ)


def only() -> Run:
    (found,) = history().runs()
    return found


def test_numbers_of_a_step(desk: Desk) -> None:
    done = desk.run(
        "log", "accuracy=0.85", "loss=35%", "--step", "3", "--param", "depth=6", "--model", "fraud", "--slice", "region=eu"
    )
    assert done.code == 0, done.err
    assert "logged 2 numbers of fraud: run " in done.out
    assert (only().model, only().status, only().params) == ("fraud", Status.FINISHED, {"depth": "6"})
    assert history().points(only().id) == [logged("accuracy", 0.85, 3, EU), logged("loss", 0.35, 3, EU)]


@pytest.mark.parametrize("written", ["1.e5", "1e5", "100000", "+1.E+5", "100000.", "10000000.%"])
def test_a_number_may_be_written_in_many_ways(desk: Desk, written: str) -> None:
    done = desk.run("log", f"rows={written}")
    assert done.code == 0, done.err
    assert history().points(only().id) == [logged("rows", 100000.0)]


def test_a_run_may_be_gone_on_with(desk: Desk) -> None:
    for step in ("1", "2"):
        assert desk.run("log", f"loss=0.{step}", "--step", step, "--run", "mine").code == 0
    assert [point.value for point in history().points("mine")] == [0.1, 0.2]
    done = desk.run("log", "loss=0.3", "--step", "2", "--run", "mine")
    assert done.code == 2
    assert "was logged as 0.2, and now as 0.3" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["accuracy=high"], "text ('high')"),
        (["accuracy="], "has no value"),
        (["accuracy=nan"], "nan"),
        (["accuracy=-inf"], "inf"),
        (["accuracy=true"], "text ('true')"),
        (["f1=0.9", "f1=0.8"], "was logged as 0.9, and now as 0.8"),
        ([], "nothing to log"),
        (["missing.json"], "missing.json"),
        (["f1=missing.json"], "missing.json"),
        (["f1=1", "--slice", "eu"], "--slice"),
        (["f1=1", "--to", "ftp://host/x"], "no kind of history"),
        (["text.json"], "`model` cannot be logged: its value is text"),
        (["null.json"], "`f1` cannot be logged: its value is null"),
        (["flag.json"], "`done` cannot be logged: its value is true"),
        (["bad.jsonl"], "bad.jsonl:2: `f1` cannot be logged: its value is missing"),
        (["twice.jsonl"], "was logged as 0.9, and now as 0.8"),
        (["list.jsonl"], "list.jsonl:1: a line is a mapping"),
        (["empty.json"], "empty.json: there is no number in it"),
        (["empty.jsonl"], "empty.jsonl: there is no number in it"),
        (["step.jsonl"], "step.jsonl: there is no number in it"),
        (["f1=0.9", "step.jsonl"], "step.jsonl: there is no number in it"),
        (["=0.5"], "a number without a name"),
        (["recall[region=eu, device=web]=0.5"], "gate log recall=0.5 --slice region=eu --slice device=web"),
        (["f1=1", "--at", "tomorrow"], "write `--at 2026-12-31`"),
        (["f1=1", "--name", "latest"], "`latest` is no name for one run"),
        (["f1=1", "--name", "rel@1"], "a name without it: rel-1"),
    ],
)
def test_what_is_refused_leaves_nothing(desk: Desk, words: list[str], said: str) -> None:
    desk.write("text.json", {"f1": 0.9, "model": "v1"})
    desk.write("null.json", {"f1": None})
    desk.write("flag.json", {"done": True})
    desk.write("empty.json", {})
    desk.write("empty.jsonl", "\n")
    desk.write("step.jsonl", {"step": 1})
    desk.write("bad.jsonl", '{"f1": 0.9}\n{"step": 2, "f1": null}\n')
    desk.write("twice.jsonl", '{"step": 1, "f1": 0.9}\n{"step": 1, "f1": 0.8}\n')
    desk.write("list.jsonl", "[1]\n")
    done = desk.run("log", *words)
    assert done.code == 2
    assert said in done.err
    if (desk.folder / ".gate").exists():
        assert history().runs() == []


@pytest.mark.parametrize(
    "words",
    [
        ["--model", "x\udcff"], ["--run", "x\udcff"], ["--name", "x\udcff"], ["--test-set", "x\udcff"], ["--param", "a=x\udcff"],
        ["--model-version", "x\udcff"], ["--slice", "a=x\udcff"], ["--at", "2300-01-01"],
    ],
)  # fmt: skip
def test_what_no_history_can_hold_is_refused_in_words(desk: Desk, words: list[str]) -> None:
    """What is typed in another encoding than UTF-8 reaches a program as halves of characters."""
    assert desk.run("log", "f1=0.9").code == 0
    done = desk.run("log", "f1=0.9", *words)
    assert done.code == 2, done.err
    assert "half of a character (a lone surrogate)" in done.err or "between the years 1692 and 2248" in done.err
    assert only().model == "model"


def test_an_address_that_is_not_utf8_is_none(desk: Desk) -> None:
    pytest.importorskip("psycopg")
    done = desk.run("log", "f1=0.9", "--to", "postgresql://h\udcff/gate")
    assert done.code == 2
    assert "is no address of PostgreSQL" in done.err


def test_the_name_of_a_history_need_not_be_utf8(desk: Desk) -> None:
    done = desk.run("log", "f1=0.9", "--to", "h\udcff.db")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("of_run", "of_point", "documents"),
    [({"id": "s\ud800"}, {}, {}), ({}, {"metric": "\ud800"}, {}), ({}, {}, {"decision": "\ud800"})],
)
def test_halves_of_characters_are_not_imported(
    desk: Desk, of_run: dict[str, str], of_point: dict[str, str], documents: dict[str, str]
) -> None:
    told = {"id": "r1", "started": "2026-01-01T00:00:00.000Z", "model": "x", "status": "finished", "trusted": True, "params": {}}
    points = [{"metric": "f1", "step": 0, "value": 0.5, **of_point}]
    desk.write("runs.jsonl", json.dumps({"gate": 1, "documents": documents, "points": points, "run": {**told, **of_run}}))
    done = desk.run("log", "runs.jsonl")
    assert done.code == 2
    assert "half of a character (a lone surrogate)" in done.err
    assert desk.run("log", "f1=0.9").code == 0
    assert desk.run("history", "-o", "all.jsonl").code == 0


def test_a_metrics_file_keeps_its_evidence(desk: Desk) -> None:
    desk.write(
        "metrics.json", {"recall": {"value": 0.9, "n": 400}, "slices": [{"slice": {"region": "eu"}, "metrics": {"f1": 0.8}}]}
    )
    assert desk.run("log", "metrics.json", "loss=0.5").code == 0
    assert {(point.metric, point.slice, point.support.n) for point in history().points(only().id)} == {
        ("recall", WHOLE, 400.0), ("f1", EU, None), ("loss", WHOLE, None),
    }  # fmt: skip


def test_lines_of_a_training_log(desk: Desk) -> None:
    lines = ['{"step": 1, "loss": 0.5, "f1": 0.7}', "", '{"epoch": 2, "loss": 0.4}', '{"name": "f1", "value": 0.8, "step": 2}']
    desk.write("training.jsonl", "\n".join([*lines, '{"name": "f1", "value": 0.6, "slice": {"region": "eu"}}']))
    assert desk.run("log", "training.jsonl").code == 0
    points = [(point.metric, point.step, point.value, str(point.slice)) for point in history().points(only().id)]
    assert points == [
        ("f1", 1, 0.7, ""),
        ("f1", 2, 0.8, ""),
        ("f1", 0, 0.6, "region=eu"),
        ("loss", 1, 0.5, ""),
        ("loss", 2, 0.4, ""),
    ]


def test_a_run_gets_a_name(desk: Desk) -> None:
    assert desk.run("log", "f1=0.9", "--name", "release-1.0").code == 0
    (name,) = history().names()
    assert (name.name, name.run) == ("release-1.0", only().id)
    done = desk.run("log", "f1=0.8", "--name", "release-1.0")
    assert done.code == 2
    assert "is that of run" in done.err
    assert len(history().runs()) == 1


def test_what_was_measured_earlier_is_put_there(desk: Desk) -> None:
    for day in ("2026-09-08", "2026-09-01T06:30:00Z"):
        assert desk.run("log", "f1=0.9", "--at", day).code == 0
    assert [run.started for run in history().runs()] == ["2026-09-08T00:00:00.000Z", "2026-09-01T06:30:00.000Z"]
    assert history().runs()[0].id.startswith("20260908-000000000-")
    assert desk.run("log", "f1=0.9", "--at", "yesterday").code == 2


def test_what_was_exported_is_imported(desk: Desk) -> None:
    records = [Entry(run(0), (logged("f1", 0.9, 2),), {"decision": "{}"}), Name("fraud", "release", "run-0000")]
    desk.write("runs.jsonl", "".join(f"{line_of(record)}\n" for record in records))
    done = desk.run("log", "runs.jsonl")
    assert (done.code, done.out) == (0, "imported 1 run\n")
    assert desk.run("log", "runs.jsonl").code == 0, "the same again"
    assert [f"{line}\n" for line in exported(history())] == desk.folder.joinpath("runs.jsonl").read_text().splitlines(
        keepends=True
    )


def test_a_change_imports_nothing_that_is_trusted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    desk.write("runs.jsonl", line_of(entry(0, {"f1": 0.99})))
    assert desk.run("log", "runs.jsonl").code == 0
    assert history().runs() == [replace(run(0), trusted=False)]
    assert history().runs(Which(trusted=True)) == []


OF_A_CHANGE = [
    line_of(Name("fraud", "mine", "run-0001")),
    line_of(Exclusion("fraud", "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z", "x")),
    line_of(State("holdout/fraud", "spent", "2026-12-01T00:00:00.000Z")),
]


@pytest.mark.parametrize("line", OF_A_CHANGE)
def test_a_change_names_and_excludes_nothing_where_trusted_runs_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    desk.write("trusted.jsonl", line_of(entry(0, {"f1": 0.9})))
    assert desk.run("log", "trusted.jsonl").code == 0
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    desk.write("runs.jsonl", f"{line_of(entry(1, {'f1': 0.8}))}\n{line}\n")
    done = desk.run("log", "runs.jsonl")
    assert done.code == 2
    assert "has runs that are trusted, and this job is not" in done.err
    assert [each.id for each in history().runs()] == ["run-0000"]
    assert desk.run("log", "runs.jsonl", "--to", "own.db").code == 0, "a store of its own"


@pytest.mark.parametrize(
    "line",
    [
        '{"gate": 2, "run": {}}',
        '{"gate": 1, "run": {"id": "x"}}',
        '{"gate": 1, "name": {"model": 1}}',
        line_of(entry()).replace('"trusted":true', '"trusted":"yes"'),
        line_of(entry()).replace("2026-11-22T", "yesterday"),
        line_of(entry(0, {"f1": 0.5})).replace('"value":0.5', '"value":"NaN"'),
        line_of(entry(0, {"f1": 0.5})).replace('"step":0', '"step":0.5'),
        line_of(entry()).replace('"documents":{}', '"documents":{"decision":1}'),
    ],
)
def test_a_line_that_is_no_record_is_refused_with_its_place(desk: Desk, line: str) -> None:
    desk.write("runs.jsonl", f"{line_of(entry(1))}\n{line}\n")
    done = desk.run("log", "runs.jsonl")
    assert done.code == 2
    assert "runs.jsonl:2: this is no record of a history" in done.err
    assert not (desk.folder / ".gate").exists()


BARE = """
import sys


class Nothing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("numpy", "duckdb", "psycopg", "pyarrow", "tqdm"):
            raise ImportError(name)


sys.meta_path.insert(0, Nothing())
from gate.cli.main import main

sys.exit(main(sys.argv[1:]))
"""


def test_a_history_needs_no_further_package_and_postgres_says_which(desk: Desk) -> None:
    def bare(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", BARE, *words], capture_output=True, text=True, check=False)

    desk.rules("f1 > 0.8")
    desk.write("metrics.json", {"f1": 0.9})
    assert bare("log", "f1=0.9").returncode == 0
    assert bare("check", "metrics.json", "--record").returncode == 0
    assert len(history().runs()) == 2
    done = bare("log", "f1=0.9", "--to", "postgresql://host/x")
    assert (done.returncode, done.stderr.splitlines()[-1].strip()) == (2, "pip install 'mlgate[postgres]'")
