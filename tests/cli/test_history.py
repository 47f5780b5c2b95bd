"""`gate history` and `gate diff run:A run:B`: tables, numbers, what to roll back to, names, what may go, and the dashboard."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gate.history.store import Which, open_store
from gate.terms.run import Entry
from tests.conftest import Desk
from tests.history.examples import entry, run

histories = run_path(str(Path(__file__).parents[1] / "looks" / "histories.py"))
NOW = ("--now", "2026-11-22")
FIRST = "20260906-060000000-0000000000"


@pytest.fixture
def weekly(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder with the history of twelve weeks."""
    monkeypatch.delenv("GATE_HISTORY", raising=False)
    (desk.folder / ".gate").mkdir()
    histories["made"](desk.folder / ".gate" / "history.db", what="weekly")
    return desk


def told(done: Any) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


# -- tables and plots


def test_without_a_history_it_says_how_to_begin(desk: Desk) -> None:
    done = desk.run("history")
    assert done.code == 2
    assert "there is no history yet" in done.err
    assert "--record" in done.err
    assert desk.run("history", "--prune", "--keep", "1").err == done.err
    assert not (desk.folder / ".gate").exists(), "none is made to be pruned"


def test_the_table_shows_lines_limits_and_runs(weekly: Desk) -> None:
    done = weekly.run("history", "--branch", "main")
    lines = done.out.split("\n")
    assert lines[0] == "fraud-detection: 12 runs on main, from 2026-09-06 to 2026-11-22"
    accuracy = next(line for line in lines if "accuracy" in line)
    assert accuracy.split() == ["accuracy", "▅▆▇▇█▇▆▅▃▁▂▂", "0.86", "0", "≥", "0.88"], "the floor of today, not that of September"
    assert "2026-11-22 06:00  ✗ fail" in done.out
    assert "2 older: --all" in done.out
    assert "(release-1.0)" in done.out
    assert "older" not in weekly.run("history", "--all").out


@pytest.mark.parametrize("columns", ["40", "60", "200"])
def test_the_table_fits(weekly: Desk, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for words in (["history"], ["history", "recall"], ["history", "--waivers"]):
        done = weekly.run(*words)
        assert done.code == 0
        assert [line for line in done.out.split("\n") if len(line) > int(columns)] == []


def test_a_metric_is_plotted_with_what_it_needed(weekly: Desk) -> None:
    done = weekly.run("history", "accuracy", "--branch", "main")
    assert "accuracy  needs ≥ 0.88" in done.out
    assert "╌╌╌" in done.out
    assert any("⠀" < character <= "⣿" for character in done.out)
    assert "0.86  ≥ 0.88" in done.out


def test_an_unknown_metric_is_asked_back(weekly: Desk) -> None:
    done = weekly.run("history", "recal")
    assert done.code == 2
    assert "none of these runs has `recal`\n  there is `recall`" in done.err


# -- numbers


def test_the_newest_that_passed_is_what_to_roll_back_to(weekly: Desk) -> None:
    (found,) = told(weekly.run("history", "--branch", "main", "--passed", "-n", "1", "--json"))["runs"]
    assert (found["id"], found["verdict"], found["passed"]) == ("20261025-060000000-0000000000", "warn", True)
    assert found["model_digest"] == f"{7:064x}"
    assert found["version"] == "8"
    assert found["commit"].startswith("000d88a")
    assert {"metric": "accuracy", "slice": {}, "value": 0.89, "unit": ""} in found["metrics"]


def test_what_a_change_recorded_and_what_is_excluded_is_nothing_to_roll_back_to(weekly: Desk) -> None:
    store = open_store("", os.environ, write=True)
    at = "2026-11-30T06:00:00.000Z"
    store.add([entry(1, {"f1": 0.9}, model="fraud-detection", started=at, event="pull_request", trusted=False)])
    store.close()
    newest = weekly.run("history", "--branch", "main", "-n", "1", "--json")
    assert told(newest)["runs"][0]["event"] == "pull_request"
    asked = ("history", "--branch", "main", "--passed", "-n", "1", "--json")
    assert told(weekly.run(*asked))["runs"][0]["version"] == "8"
    assert weekly.run("history", "--exclude", "2026-10-25..2026-10-25", "--why", "wrong labels").code == 0
    assert told(weekly.run(*asked))["runs"][0]["id"].startswith("20261018")


def test_nor_is_a_run_that_lies_ahead(weekly: Desk) -> None:
    store = open_store("", os.environ, write=True)
    store.add([entry(1, {"f1": 0.9}, model="fraud-detection", started="2099-01-01T06:00:00.000Z")])
    store.close()
    assert told(weekly.run("history", "-n", "1", "--json"))["runs"][0]["id"] == "run-0001", "it is shown"
    asked = ("history", "--branch", "main", "--passed", "-n", "1", "--json")
    assert told(weekly.run(*asked))["runs"][0]["version"] == "8"
    assert told(weekly.run(*asked, "--now", "2099-01-02"))["runs"][0]["id"] == "run-0001"
    assert told(weekly.run(*asked, "--now", "2026-10-25"))["runs"][0]["id"].startswith("20261018")
    assert told(weekly.run(*asked, "--until", "2026-10-20"))["runs"][0]["id"].startswith("20261018")


def test_filters(weekly: Desk) -> None:
    ids = [each["id"] for each in told(weekly.run("history", "--json"))["runs"]]
    assert len(ids) == 16
    assert ids == sorted(ids, reverse=True)
    assert len(told(weekly.run("history", "--json", "--since", "2026-11-01", "--branch", "main"))["runs"]) == 4
    assert len(told(weekly.run("history", "--json", "--since", "2w", "--branch", "main", *NOW))["runs"]) == 3
    assert len(told(weekly.run("history", "--json", "--until", "2026-09-07"))["runs"]) == 1
    one = told(weekly.run("history", "recall", "--json", "-n", "1"))["runs"][0]
    assert {each["metric"] for each in one["metrics"]} == {"recall"}
    assert weekly.run("history", "--model", "nobody").code == 2


def test_csv_has_a_row_a_number_and_starts_no_formula(weekly: Desk) -> None:
    store = open_store("", os.environ, write=True)
    store.add([entry(1, {"=cmd|x": 1.0}, model="@sum(a)")])
    store.close()
    done = weekly.run("history", "-o", "csv=-")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == 16 * 9 + 1
    first = next(row for row in rows if row["run"] == FIRST and row["metric"] == "accuracy")
    assert (first["value"], first["operator"], first["threshold"], first["outcome"]) == ("0.89", ">=", "0.86", "pass")
    assert ("'@sum(a)", "'=cmd|x") in {(row["model"], row["metric"]) for row in rows}


def test_files_are_written_and_taken_back_by_another_history(weekly: Desk) -> None:
    assert weekly.run("history", "-o", "h.json", "-o", "h.csv", "-o", "h.txt", "-o", "runs.jsonl").code == 0
    assert json.loads((weekly.folder / "h.json").read_text())["format"] == 1
    assert weekly.run("log", "runs.jsonl", "--to", "other.db").code == 0
    assert weekly.run("history", "--store", "other.db", "--json").out == (weekly.folder / "h.json").read_text()
    done = weekly.run("history", "-o", "h.pdf")
    assert done.code == 2
    assert "cannot be written as `h.pdf`" in done.err


def test_waivers_say_how_long_and_who_needed_them(weekly: Desk) -> None:
    done = weekly.run("history", "--waivers", *NOW)
    assert "fraud-detection: precision ≥ 0.88" in done.out
    assert "until 2026-12-31 (39 days left; let" in done.out
    assert "by @head-of-risk" in done.out
    (found,) = told(weekly.run("history", "--waivers", "--json"))["waivers"]
    assert found["rule"] == "precision >= 0.88"
    assert "20261025-060000000-0000000000" in found["used"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-n", "0"], "-n 0 shows nothing"),
        (["--since", "yesterday"], "write --since 2026-11-01"),
        (["--since", "2026-13-01"], "write --since 2026-11-01"),
        (["--until", "5x"], "write --until 2026-11-01"),
        (["--prune", "--until", "5x"], "write --until 2026-11-01"),
        (["--name", "x"], "which run gets the name?"),
        (["--prune"], "say what may go"),
        (["--prune", "--keep", "-1"], "--keep -1 is no number of runs"),
        (["--prune", "--keep", "1", "--since", "90d"], "--since means nothing beside --prune"),
        (["--prune", "--keep", "1", "--passed"], "--passed means nothing beside --prune"),
        (["accuracy", "--prune", "--keep", "1"], "`accuracy` means nothing beside --prune"),
        (["--prune", "--keep", "1", "-n", "3"], "-n means nothing beside --prune"),
        (["--prune", "--keep", "1", "-o", "x.csv"], "-o means nothing beside --prune"),
        (["--prune", "--keep", "1", "--json"], "--keep, --until, --model and --branch say what goes"),
        (["--prune", "--keep", "1", "--model", "nope"], "no run of `nope` is meant"),
        (["--prune", "--keep", "1", "--branch", "nope"], "no run is meant"),
        (["--exclude", "2026-09-06..2026-09-13", "--why", "x", "--branch", "main"], "--branch means nothing beside --exclude"),
        (["--keep", "3"], "--keep means nothing without --prune"),
        (["--dry-run"], "--dry-run means nothing without --prune"),
        (["--why", "x"], "--why means nothing without --exclude"),
        ([FIRST, "--name", "latest"], "`latest` is no name for one run"),
        ([FIRST, "--name", "best(f1)"], "`best(f1)` is no name for one run"),
        ([FIRST, "--name", "last-3"], "`last-3` is no name for one run"),
        ([FIRST, "--name", "rel@1"], "a name without it: rel-1"),
        (["--include", "2026-09-06..2026-09-13"], "`2026-09-06..2026-09-13` is not excluded\n  what is excluded: none"),
        (["--include", "2026-09-06"], "gate history --include 2026-03-01..2026-03-07"),
        (["--store", ".gate"], ".gate is a folder, and a history a file"),
        (["--store", "mlflow:"], "set MLFLOW_TRACKING_URI=https://…, or name the server: mlflow:https://SERVER"),
        (["--store", "git:nowhere/"], "`nowhere/` is no folder here and no address of a repository"),
    ],
)
def test_what_cannot_be_meant_is_refused(weekly: Desk, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    done = weekly.run("history", *words)
    assert done.code == 2
    assert said in done.err
    assert len(told(weekly.run("history", "--json"))["runs"]) == 16


# -- names, ranges, retention


def test_a_run_gets_a_name_and_loses_it(weekly: Desk) -> None:
    assert "run:golden" in weekly.run("history", FIRST, "--name", "golden").out
    assert "run 20260906" in weekly.run("diff", "run:golden", "run:release-1.0").out
    assert weekly.run("history", FIRST, "--name", "release-1.0").code == 2, "it is another run's"
    assert weekly.run("history", "--unname", "golden").code == 0
    assert weekly.run("diff", "run:golden", "run:release-1.0").code == 2
    assert weekly.run("history", "nobody", "--name", "x").code == 2


def test_days_are_taken_out_with_a_reason(weekly: Desk) -> None:
    assert weekly.run("history", "--exclude", "2026-09-06..2026-09-13").code == 2, "no reason"
    assert weekly.run("history", "--exclude", "2026-09-06..2026-09-13", "--why", "wrong labels").code == 0
    store = open_store("", os.environ)
    assert {each.id[:8] for each in store.runs(Which(excluded=True))} == {"20260906", "20260913"}


def test_what_is_excluded_is_seen_and_can_be_taken_back(weekly: Desk) -> None:
    days = "2026-09-06..2026-09-13"
    assert weekly.run("history", "--exclude", days, "--why", "wrong <labels>").code == 0
    shown = weekly.run("history", "--all").out
    assert f"  excluded {days}: wrong <labels>" in shown
    assert sum(line.endswith(", excluded") for line in shown.splitlines()) == 2
    assert f"excluded {days}" in weekly.run("history", "accuracy").out
    found = told(weekly.run("history", "--json"))
    (stated,) = found["exclusions"]
    assert (stated["model"], stated["first"], stated["last"]) == ("fraud-detection", "2026-09-06", "2026-09-13")
    assert (stated["why"], stated["until"]) == ("wrong <labels>", "2026-09-14T00:00:00.000Z")
    assert [each["id"][:8] for each in found["runs"] if each["excluded"]] == ["20260913", "20260906"]
    assert weekly.run("history", "-o", "site/").code == 0
    site = weekly.folder / "site"
    assert "<li>2026-09-06 to 2026-09-13: wrong &lt;labels&gt;" in (site / "models" / "fraud-detection.html").read_text()
    assert "no rule compares with this run" in (site / "runs" / "fraud-detection" / f"{FIRST}.html").read_text()
    done = weekly.run("history", "--include", "2026-09-06..2026-09-12")
    assert done.code == 2
    assert f"what is excluded: {days}" in done.err
    assert "count again" in weekly.run("history", "--include", days).out
    assert "excluded" not in weekly.run("history", "--all").out
    assert told(weekly.run("history", "--json"))["exclusions"] == []


def test_pruning_says_first_what_would_go(weekly: Desk) -> None:
    said = weekly.run("history", "--prune", "--keep", "2", "--dry-run").out
    assert "would go" in said
    assert len(told(weekly.run("history", "--json"))["runs"]) == 16
    assert weekly.run("history", "--prune", "--keep", "2").out == said.replace("would go", "removed")
    left = {each["id"] for each in told(weekly.run("history", "--json", "--branch", "main"))["runs"]}
    assert "20261122-060000000-0000000000" in left
    assert "20260920-060000000-0000000000" in left, "it has a name"
    assert len(left) < 8


def test_pruning_keeps_to_the_branch(weekly: Desk) -> None:
    before = told(weekly.run("history", "--json"))["runs"]
    assert weekly.run("history", "--prune", "--keep", "0", "--branch", "main").code == 0
    after = told(weekly.run("history", "--json"))["runs"]
    assert [each for each in after if each["branch"] != "main"] == [each for each in before if each["branch"] != "main"]
    assert len(after) < len(before)
    assert weekly.run("history", "--prune", "--keep", "0").code == 0
    assert len(told(weekly.run("history", "--json"))["runs"]) < len(after), "others had runs that could go"


def test_pruning_leaves_what_a_baseline_stands_for_beside_a_run_that_lies_ahead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GATE_HISTORY", raising=False)
    desk.write("gate.yaml", "gate: 1\nname: m\nbaselines: {best: run:best(f1)}\nrules: [f1 >= best - 0.01]\n")
    with contextlib.closing(open_store("", os.environ, write=True)) as store:
        store.add([entry(at, {"f1": 0.95 if at == 0 else 0.9}, model="m", branch="main") for at in range(5)])
        store.add([entry(9, {"f1": 0.99}, model="m", branch="main", started="2099-01-01T06:00:00.000Z")])
    assert desk.run("history", "--prune", "--keep", "1").code == 0
    assert [each["id"] for each in told(desk.run("history", "--json"))["runs"]] == ["run-0009", "run-0004", "run-0000"]


def test_waivers_end_on_the_day_that_is_asked_for(weekly: Desk) -> None:
    gone = [
        int(weekly.run("history", "--prune", "--keep", "0", "--dry-run", "--now", day).out.split()[0])
        for day in ("2026-12-31", "2027-01-01")
    ]
    assert gone[0] < gone[1]


POLICY = """\
gate: 1
name: fraud-detection
baselines: {pinned: "run:%s", best: "run:best(accuracy)", latest: "run:latest@main", file: old.json}
rules: [accuracy >= pinned - 0.05, accuracy >= best - 0.05, accuracy >= latest - 0.02, accuracy >= file - 0.02]
"""


def test_pruning_leaves_what_a_policy_names(weekly: Desk) -> None:
    (weekly.folder / "old.json").write_text('{"accuracy": 0.9}')
    (weekly.folder / "mine.yaml").write_text(POLICY % FIRST)
    runs = told(weekly.run("history", "--json", "--branch", "main"))["runs"]
    assert {FIRST, "20261004-060000000-0000000000"} <= {each["id"] for each in runs}
    weekly.run("history", "--prune", "--keep", "1", "-p", "mine.yaml")
    left = {each["id"] for each in told(weekly.run("history", "--json", "--branch", "main"))["runs"]}
    assert FIRST in left, "a baseline is pinned to it"
    assert "20261004-060000000-0000000000" in left, "no run that passed had a better accuracy"
    weekly.run("history", "--prune", "--keep", "1")
    left = {each["id"] for each in told(weekly.run("history", "--json", "--branch", "main"))["runs"]}
    assert FIRST not in left


def test_pruning_leaves_what_two_policies_name_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATE_HISTORY", raising=False)
    monkeypatch.delenv("GATE_RUN", raising=False)
    both = ("-p", "alpha.yaml", "-p", "beta.yaml")
    for name in ("alpha", "beta"):
        desk.write(f"{name}.yaml", f"gate: 1\nname: {name}\nrules: [mine >= 0.1]\n")
    for value in (0.2, 0.9, 0.3, 0.4):
        desk.write("metrics.json", json.dumps({"mine": value}))
        assert desk.run("check", "metrics.json", *both, "--record").code == 0
    best = 'metrics: {mine: {better: higher}}\nbaselines: {baseline: "run:best(mine)"}\nrules: [mine >= baseline - 1]\n'
    desk.write("beta.yaml", f"gate: 1\nname: beta\n{best}")
    assert desk.run("history", "--prune", "--keep", "1", *both).code == 0
    (kept, newest) = told(desk.run("history", "--json"))["runs"]
    store = open_store("", os.environ)
    assert {point.value for run in (kept, newest) for point in store.points(run["id"])} == {0.9, 0.4}, "the best, and the newest"


def test_nothing_is_pruned_while_a_policy_cannot_be_read(weekly: Desk) -> None:
    (weekly.folder / "gate.yaml").write_text("gate: 1\nname: [")
    done = weekly.run("history", "--prune", "--keep", "1")
    assert done.code == 2
    assert "gate.yaml" in done.err
    done = weekly.run("history", "--prune", "--keep", "1", "--store", ".gate/history.db")
    assert done.code == 2
    assert "gate.yaml:" in done.err
    assert len(told(weekly.run("history", "--json", "--store", ".gate/history.db"))["runs"]) == 16
    assert weekly.run("history", "--prune", "--keep", "1", "-p", "nowhere.yaml").code == 2


# -- the dashboard


def test_a_folder_gets_the_dashboard_and_is_replaced_as_a_whole(weekly: Desk) -> None:
    done = weekly.run("history", "-o", "site/")
    assert done.code == 0, done.err
    assert done.out == f"{os.path.join('site', 'index.html')}: 1 model, 16 runs, 16 with their report\n"
    site = weekly.folder / "site"
    stale = site / "runs" / "stale.html"
    stale.write_text("green")
    assert weekly.run("history", "-o", "site", "--branch", "main").code == 0
    assert not stale.exists()
    assert len(list((site / "runs" / "fraud-detection").iterdir())) == 12
    assert [path.name for path in weekly.folder.iterdir() if path.name.startswith("site")] == ["site"]


def test_a_dash_is_standard_output(weekly: Desk) -> None:
    done = weekly.run("history", "-o", "-", "--branch", "main")
    assert done.out.startswith("fraud-detection: 12 runs on main")
    assert not (weekly.folder / "-").exists()


def test_a_folder_with_something_else_stays(weekly: Desk) -> None:
    weekly.write("docs/thesis.md", "ten years of work")
    done = weekly.run("history", "-o", "docs/")
    assert done.code == 2
    assert "it would be lost" in done.err
    assert (weekly.folder / "docs" / "thesis.md").read_text() == "ten years of work"


def test_a_dashboard_that_cannot_be_made_leaves_the_old_one(weekly: Desk) -> None:
    assert weekly.run("history", "-o", "site/").code == 0
    before = (weekly.folder / "site" / "index.html").read_bytes()
    assert weekly.run("history", "-o", "site/", "--model", "nobody").code == 2
    assert (weekly.folder / "site" / "index.html").read_bytes() == before
    assert [path for path in weekly.folder.iterdir() if path.suffix in (".tmp", ".old")] == []


def test_a_run_without_a_decision_or_with_one_that_cannot_be_read_shows_its_numbers(desk: Desk) -> None:
    store = open_store("h.db", os.environ, write=True)
    bare = Entry(run(1, verdict=""), entry(1, {"f1": 0.5}).points)
    torn = Entry(run(2), entry(2, {"f1": 0.6}).points, {"decision": '{"findings": "torn"}'})
    store.add([bare, torn, Entry(run(3, verdict=""))])
    store.close()
    assert desk.run("history", "--store", "h.db", "-o", "site/").code == 0
    pages = desk.folder / "site" / "runs" / "fraud"
    assert "0.5" in (pages / "run-0001.html").read_text()
    assert "0.6" in (pages / "run-0002.html").read_text()
    assert "It logged no number" in (pages / "run-0003.html").read_text()
    assert desk.run("history", "--store", "h.db").code == 0


# -- gate diff


def test_two_runs_are_compared_with_all_that_changed(weekly: Desk) -> None:
    done = weekly.run("diff", "run:release-1.0", "run:latest@main")
    assert done.code == 0
    for said in ("pass → fail", "accuracy >= 0.88", "param depth", "6 → 8", "test set", "version", "policy", "95 % intervals"):
        assert said in done.out, said
    change = next(line for line in done.out.split("\n") if line.startswith("  ✗ accuracy") and "0.91" in line and "[" in line)
    assert "−0.05 [−0.0" in change, "the interval of the change"


def test_the_latest_run_is_one_of_this_model_as_in_a_rule(weekly: Desk) -> None:
    ahead = {"model": "fraud-detection", "branch": "main", "started": "2099-01-01T06:00:00.000Z"}
    with contextlib.closing(open_store("", os.environ, write=True)) as store:
        store.add([entry(1, {"loss": 3.0}, model="zzz", started="2026-11-22T07:00:00.000Z")])
        store.add([entry(2, {"loss": 3.0}, model="fraud-detection", started="2026-11-22T08:00:00.000Z", trusted=False)])
        store.add([entry(3, {"loss": 3.0}, **ahead)])
    newest = "run 20261122-060000000-0000000000"
    assert newest in weekly.run("diff", "run:release-1.0", "run:latest").out
    assert "run-0003" in weekly.run("diff", "run:release-1.0", "run:latest", "--now", "2099-01-02").out
    assert "run-0002" in weekly.run("diff", "run:release-1.0", "run:run-0002").out, "any run may be named"
    done = weekly.run("diff", "run:latest", "run:latest@main")
    assert done.code == 2
    assert "the history is of 2 models" in done.err
    weekly.write("gate.yaml", "gate: 1\nname: fraud-detection\nrules: [accuracy >= 0.8]\n")
    assert newest in weekly.run("diff", "run:latest@main", "run:latest").out
    weekly.write("metrics.json", {"accuracy": 0.95})
    assert "accuracy" in weekly.run("diff", "run:latest", "metrics.json").out


def test_a_comparison_of_runs_in_every_form(weekly: Desk) -> None:
    done = weekly.run("diff", "run:release-1.0", "run:latest@main", "-o", "d.md", "-o", "d.json", "-o", "d.html", "-o", "d.txt")
    assert done.code == 0, done.err
    found = json.loads((weekly.folder / "d.json").read_text())
    assert {"of": "param", "name": "depth", "a": "6", "b": "8"} in found["facts"]
    moves = {each["metric"]: each for each in found["metrics"]["moves"] if "slice" not in each}
    low, high = moves["accuracy"]["interval"]
    assert low < -0.05 < high < 0
    assert "interval" not in moves["precision"], "its n is not known"
    page = (weekly.folder / "d.html").read_text()
    assert "<script" not in page
    assert "What is not the same" in page
    assert "| `depth` | `6` | `8` |" in (weekly.folder / "d.md").read_text()


def test_a_run_is_compared_with_a_file(weekly: Desk) -> None:
    weekly.check({"accuracy": 0.95, "precision": 0.95}, "-o", "decision.json")
    done = weekly.run("diff", "run:release-1.0", "decision.json")
    assert done.code == 0
    assert "pass → " in done.out
    assert weekly.run("diff", "run:release-1.0", "decision.json", "-o", "d.html").code == 2
    weekly.write("metrics.json", {"accuracy": 0.95, "precision": 0.95})
    for words in (("run:release-1.0", "metrics.json"), ("metrics.json", "run:release-1.0")):
        done = weekly.run("diff", *words)
        assert done.code == 0, done.err
        assert "accuracy" in done.out
        assert "0.95" in done.out
    assert "there is no `run:nobody`" in weekly.run("diff", "run:nobody", "run:latest").err


@pytest.mark.parametrize(
    "words",
    [
        ("--exclude", "2026-11-01..2026-11-22", "--why", "x", "--model", "fraud-detection"),
        ("--include", "2026-11-01..2026-11-22"),
        (FIRST, "--name", "mine"),
        ("--unname", "release-1.0"),
        ("--prune", "--keep", "0"),
    ],
)
def test_a_change_looks_after_no_history_with_trusted_runs(
    weekly: Desk, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    before = weekly.run("history", "-o", "jsonl=-").out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    done = weekly.run("history", *words)
    assert done.code == 2
    assert "has runs that are trusted, and this job is not" in done.err
    assert weekly.run("history", "-o", "jsonl=-").out == before
    open_store("own.db", os.environ, write=True).add([entry(0, {"f1": 0.9}, trusted=False)])
    assert weekly.run("history", "run-0000", "--name", "mine", "--store", "own.db").code == 0
