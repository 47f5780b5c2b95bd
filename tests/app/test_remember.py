"""`gate check --record`: the run that is kept, and every way in which it cannot be, none of which changes the verdict."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.history.store import Store, Which, open_store
from gate.reports.json import read
from gate.terms.run import DECISION, WAIVERS, Run, Status
from tests.conftest import TODAY, Desk
from tests.history.examples import EU, entry, logged
from tests.readers.mlflow_fake import RUN as SERVED
from tests.readers.mlflow_fake import serving

METRICS = {
    "f1": {"value": 0.9, "n": 400},
    "done": True,
    "x": None,
    "slices": [{"slice": {"region": "eu"}, "metrics": {"f1": 0.7}}],
}


@pytest.fixture(autouse=True)
def nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)
    desk.rules("f1 > 0.8")
    return desk


def history() -> Store:
    return open_store("", os.environ)


def only() -> Run:
    (found,) = history().runs()
    return found


def test_a_check_is_kept_with_all_that_it_was_made_from(desk: Desk) -> None:
    desk.write("metrics.json", METRICS)
    done = desk.run("check", "metrics.json", "--record", "-o", "decision.json")
    assert done.code == 0, done.said
    run = only()
    assert (run.model, run.verdict, run.passed, run.status, run.trusted) == ("model", "pass", True, Status.FINISHED, True)
    assert [(point.metric, point.value, point.support.n) for point in history().points(run.id)] == [
        ("f1", 0.9, 400.0),
        ("f1", 0.7, None),
    ]
    assert history().points(run.id)[1] == logged("f1", 0.7, on=EU)
    decision = read(history().document(run.id, DECISION))
    assert decision.candidate is not None
    assert decision.policies[0].sha256 == run.policy
    assert (desk.folder / "decision.json").read_text() == history().document(run.id, DECISION)


def test_a_failing_check_is_kept_too_and_so_is_one_that_broke(desk: Desk) -> None:
    desk.check({"f1": 0.5}, "--record")
    assert only().verdict == "fail"
    assert desk.run("check", "missing.json", "--record").code == 2
    assert [(run.verdict, run.status) for run in history().runs(Which(passed=False))] == [
        ("error", Status.FAILED), ("fail", Status.FINISHED),
    ]  # fmt: skip


def test_a_check_as_of_another_day_is_kept_at_that_day(desk: Desk) -> None:
    desk.check({"f1": 0.9}, "--record")
    assert only().started == f"{TODAY}T00:00:00.000Z"


def test_the_waivers_of_the_policy_are_kept(desk: Desk) -> None:
    waiver = '{rule: f1 > 0.8, until: 2026-12-31, why: relabelled, by: "@head", floor: f1 > 0.1}'
    desk.rules("f1 > 0.8", head=f"waivers:\n  - {waiver}\n")
    desk.check({"f1": 0.9}, "--record")
    (kept,) = json.loads(history().document(only().id, WAIVERS))
    assert kept == {
        "policy": "model", "rule": "f1 > 0.8", "until": "2026-12-31", "why": "relabelled", "by": "@head", "floor": "f1 > 0.1",
    }  # fmt: skip


def test_the_policy_says_in_which_history(desk: Desk) -> None:
    desk.rules("f1 > 0.8", head="history: kept/runs.db\n")
    assert desk.check({"f1": 0.9}, "--record").code == 0
    assert (desk.folder / "kept" / "runs.db").exists()
    assert not (desk.folder / ".gate").exists()


# -- what an earlier run said of the model

SAID = ("--run", "v3", "--param", "depth=6", "--model-version", "3", "--model-digest", "ab" * 32, "--test-set", "rows-1")


def newest() -> Run:
    return history().runs(Which(passed=True))[0]


def carried(run: Run) -> tuple[str, str, str, dict[str, object]]:
    return run.version, run.model_digest, run.test_set, dict(run.params)


ALL = ("3", "ab" * 32, "rows-1", {"depth": "6"})
NOTHING = ("", "", "", {})


@pytest.mark.parametrize("words", [["run:v3"], ["metrics.json"]])
def test_a_decision_names_the_model_that_it_is_about(desk: Desk, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    desk.write("metrics.json", {"f1": 0.95})
    assert desk.run("log", "f1=0.9", *SAID).code == 0
    monkeypatch.setenv("GATE_RUN", "v3" if words == ["metrics.json"] else "another")
    assert desk.run("check", *words, "--record").code == 0
    assert newest().id != "v3"
    assert newest().trusted
    assert carried(newest()) == ALL
    told = json.loads(desk.run("history", "--passed", "-n", "1", "--json").out)["runs"][0]
    assert (told["version"], told["model_digest"], told["params"]) == ("3", "ab" * 32, {"depth": "6"})


def test_a_run_of_another_model_says_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run("log", "f1=0.9", *SAID, "--model", "other")
    monkeypatch.setenv("GATE_RUN", "v3")
    desk.check({"f1": 0.9}, "--record")
    assert carried(newest()) == NOTHING
    monkeypatch.delenv("GATE_RUN")
    desk.run("log", "f1=0.9", *SAID[:-6], "--run", "v4", "--model-digest", "cd" * 32)
    desk.write("model.bin", b"weights")
    assert desk.run("check", "run:v4", "--record", "--model", "model.bin").code == 0
    (found,) = [run for run in history().runs(Which(passed=True)) if run.model_digest]
    assert found.model_digest != "cd" * 32
    assert (found.version, found.params) == ("", {}), "another model than that of the run"


def test_what_a_change_recorded_says_nothing_of_a_trusted_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store("", os.environ, write=True)
    store.add([entry(1, {"f1": 0.95}, model="model", version="666", verdict="", event="pull_request", trusted=False)])
    store.close()
    assert desk.run("check", "run:run-0001", "--record").code == 0
    (judged,) = history().runs(Which(passed=True))
    assert (judged.trusted, judged.version) == (False, "666"), "its numbers are a change's, whoever judges them"
    monkeypatch.setenv("GATE_RUN", "run-0001")
    assert desk.run("check", "metrics.json", "--record").code == 2
    desk.write("metrics.json", {"f1": 0.9})
    assert desk.run("check", "metrics.json", "--record").code == 0
    (own,) = history().runs(Which(passed=True, trusted=True))
    assert carried(own) == NOTHING


def test_a_version_on_mlflow_is_that_of_the_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
        server.log(SERVED, {"f1": 0.9})
        server.register("credit", "7", SERVED, "champion")
        assert desk.run("check", "mlflow:models:/credit@champion", "--record").code == 0
        assert only().version == "7"


def test_without_record_no_store_is_opened(desk: Desk) -> None:
    assert desk.check({"f1": 0.9}).code == 0
    assert not (desk.folder / ".gate").exists()


# -- trouble


def damaged(path: Path) -> str:
    path.write_bytes(b"This was a history once." * 1000)
    return "damaged"


def half(path: Path) -> str:
    data = bytearray(path.read_bytes())
    data[200:] = os.urandom(len(data) - 200)
    path.write_bytes(bytes(data))
    return "damaged"


def newer(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("update gate_history set version = 99")
    return "written by a newer gate: its tables are of version 99"


def another(path: Path) -> str:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("create table runs (x)")
    return "damaged, or no history of gate's"


def folder(path: Path) -> str:
    path.unlink()
    path.mkdir()
    return "is a folder"


def in_a_file(path: Path) -> str:
    shutil.rmtree(path.parent)
    path.parent.write_text("not a folder")
    return "cannot be made"


@pytest.mark.parametrize("spoil", [damaged, half, newer, another, folder, in_a_file])
@pytest.mark.parametrize(("f1", "code"), [(0.9, 0), (0.5, 1)])
def test_no_trouble_with_the_history_changes_the_verdict(desk: Desk, spoil: Callable[[Path], str], f1: float, code: int) -> None:
    desk.check({"f1": 0.9}, "--record")
    words = spoil(desk.folder / ".gate" / "history.db")
    done = desk.check({"f1": f1}, "--record", "-o", "report.md")
    assert done.code == code
    assert "the run is not recorded: " in done.err
    assert words in done.err
    assert (desk.folder / "report.md").exists()
    assert f"exit {code}\n" in done.out
    assert desk.check({"f1": f1}, "--record", "--strict-publish").code == 2


@pytest.mark.parametrize("address", ["ftp://host/x", "postgresql://nobody:secret-word@127.0.0.1:9/none?connect_timeout=1"])
def test_nor_does_a_store_that_is_not_there(desk: Desk, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("GATE_HISTORY", address)
    done = desk.check({"f1": 0.9}, "--record")
    assert done.code == 0
    assert "the run is not recorded: " in done.err
    assert "secret-word" not in done.said


IN_A_SMALL_DISK = """
mount -t tmpfs -o size=300k none disk && export GATE_HISTORY=disk/history.db
"$PYTHON" -m gate.cli.main check metrics.json --record || exit 10
i=0; while [ $i -lt 40 ]; do i=$((i+1)); head -c 20000 /dev/urandom >> disk/filler 2>/dev/null; done
"$PYTHON" -m gate.cli.main check metrics.json --record; code=$?
rm disk/filler
"$PYTHON" -m gate.cli.main check metrics.json --record || exit 11
"$PYTHON" -c "$COUNT"
exit $code
"""
COUNT = "import os; from gate.history.store import open_store; print(len(open_store('', os.environ).runs()), 'runs')"
Disk = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def small_disk(desk: Desk) -> Disk:
    """Runs a script that may mount file systems, which only it sees."""
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    (desk.folder / "disk").mkdir()
    desk.write("metrics.json", {"f1": 0.9})
    try:
        subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "disk"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine makes no file systems for tests")
    environ = {**os.environ, "PYTHON": sys.executable, "COUNT": COUNT}
    return lambda script: subprocess.run([*unshare, "sh", "-c", script], capture_output=True, text=True, check=False, env=environ)


def test_nor_does_a_full_disk(small_disk: Disk) -> None:
    done = small_disk(IN_A_SMALL_DISK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the run is not recorded: there is no room left for disk/history.db" in done.stderr
    assert "2 runs" in done.stdout


READ_ONLY = """
mount -t tmpfs none disk && export GATE_HISTORY=disk/history.db
"$PYTHON" -m gate.cli.main check metrics.json --record || exit 10
mount -o remount,ro disk
"$PYTHON" -m gate.cli.main check metrics.json --record; code=$?
"$PYTHON" -c "$COUNT"
exit $code
"""


def test_nor_does_a_folder_that_may_only_be_read(small_disk: Disk) -> None:
    done = small_disk(READ_ONLY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the run is not recorded: disk/history.db cannot be opened or written" in done.stderr
    assert "1 runs" in done.stdout, "it can still be read"


def test_the_latest_run_that_is_judged_is_of_the_model_of_the_policies(desk: Desk) -> None:
    """Neither a newer one of another model, nor one that claims a start in the future."""
    store = open_store("", os.environ, write=True)
    store.add([entry(1, {"f1": 0.9}, model="model"), entry(2, {"f1": 0.1}, model="other")])
    store.add([entry(3, {"f1": 0.1}, model="model", started="2199-01-01T00:00:00.000Z")])
    done = desk.run("check", "run:latest", "--now", "2026-12-01", "-o", "decision.json")
    assert done.code == 0, done.said
    assert read((desk.folder / "decision.json").read_text()).inputs[0].name == "run:run-0001"
