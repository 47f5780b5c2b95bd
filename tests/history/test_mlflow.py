"""The history on a real MLflow server: what people see there, what others logged, and what breaks off."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import gate
from gate.errors import HistoryError
from gate.history.mlflow.api import Tracking, key_of
from gate.history.mlflow.mlflow import MlflowStore
from gate.history.retention import Keep, prune
from gate.history.store import Which
from gate.terms.run import DECISION, Entry, Name, Status
from tests.conftest import Desk
from tests.history.conftest import Opened
from tests.history.examples import EU, entry, logged

LOG = """
import math, sys
from mlflow import MlflowClient

client = MlflowClient()
experiment = client.create_experiment(sys.argv[1] + "fraud")
made = client.create_run(experiment, run_name="theirs", tags={"mlflow.source.git.commit": "9" * 40, "mlflow.user": "ann"})
for step, value in ((1, 0.5), (3, 0.9), (2, 0.7), (2, 0.75), (4, math.nan), (5, math.inf)):
    client.log_metric(made.info.run_id, "val/f1", value, step=step)
client.log_param(made.info.run_id, "depth", 6)
client.set_terminated(made.info.run_id)
name = "fraud-" + sys.argv[1].strip("/")
client.create_registered_model(name)
version = client.create_model_version(name, made.info.artifact_uri, run_id=made.info.run_id)
client.set_registered_model_alias(name, "champion", version.version)
print(made.info.run_id)
"""
BY_HAND = """
import sys
from mlflow import MlflowClient

made = MlflowClient().create_run(MlflowClient().create_experiment(sys.argv[1] + "fraud"))
MlflowClient().log_metric(made.info.run_id, "f1", 0.9)
MlflowClient().set_terminated(made.info.run_id)
print(made.info.run_id)
"""
CLIENT = """
import sys
from mlflow import MlflowClient

client = MlflowClient()
experiment = client.get_experiment_by_name(sys.argv[1] + sys.argv[2])
for run in client.search_runs([experiment.experiment_id]):
    print(run.info.status, run.data.metrics, run.data.params, run.data.tags.get("gate.verdict"), sep="|")
    print(*sorted(each.path for each in client.list_artifacts(run.info.run_id)), sep="|")
"""
mark = pytest.mark.slow


def client(program: str, *words: str) -> str:
    python = Path(os.environ["GATE_MLFLOW"]).with_name("python")
    done = subprocess.run([python, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@mark
def test_runs_that_others_logged_are_read_and_feed_no_baseline(empty_experiments: str, opened: Opened) -> None:
    prefix = empty_experiments.partition("#")[2]
    made = client(LOG, prefix).splitlines()[-1]
    store = opened(empty_experiments)
    (theirs,) = store.runs()
    assert (theirs.id, theirs.model, theirs.commit, theirs.actor) == (made, "fraud", "9" * 40, "ann")
    assert (theirs.status, theirs.trusted, theirs.params) == (Status.FINISHED, False, {"depth": "6"})
    assert store.points(made) == [logged("val/f1", value, step) for step, value in ((1, 0.5), (2, 0.75), (3, 0.9))]
    assert [each.point for each in store.last("val/f1", 3)] == [logged("val/f1", 0.9, 3)]
    assert store.runs(Which(trusted=True)) == []
    assert Name(f"fraud-{prefix.strip('/')}", "champion", made) in store.names()


@mark
def test_runs_that_others_logged_are_never_removed(empty_experiments: str, opened: Opened) -> None:
    made = client(BY_HAND, empty_experiments.partition("#")[2]).splitlines()[-1]
    store = opened(empty_experiments)
    store.add([entry(1, verdict="fail")])
    assert store.others() == {made}
    assert [each.id for each in prune(store, Keep(newest=0))] == ["run-0001"]
    with pytest.raises(HistoryError) as caught:
        store.forget([], [made])
    assert [problem.slug for problem in caught.value.problems] == ["history-refused"]
    assert [each.id for each in opened(empty_experiments).runs()] == [made]


@mark
def test_people_find_metrics_params_the_decision_and_its_report(
    empty_experiments: str, desk: Desk, monkeypatch: pytest.MonkeyPatch, opened: Opened
) -> None:
    monkeypatch.setenv("GATE_HISTORY", empty_experiments)
    desk.rules("f1 > 0.8")
    done = desk.check(
        {"f1": {"value": 0.9, "n": 400}, "slices": [{"slice": {"region": "eu"}, "metrics": {"f1": 0.7}}]}, "--record"
    )
    assert (done.code, done.err) == (0, "")
    told, artifacts = client(CLIENT, empty_experiments.partition("#")[2], "model").splitlines()
    assert told == "FINISHED|{'f1': 0.9, 'f1/region.eu': 0.7}|{}|pass"
    assert artifacts.split("|") == ["decision.json", "gate", "report.html"]
    store = opened(empty_experiments)
    (kept,) = store.runs(Which(trusted=True, passed=True))
    assert '"verdict": "pass"' in store.document(kept.id, DECISION)
    assert store.last("f1", 1, on=EU)[0].point.value == 0.7
    assert store.last("f1", 1)[0].point.support.n == 400


@mark
def test_a_run_goes_there_at_its_end(
    empty_experiments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened
) -> None:
    monkeypatch.chdir(tmp_path)
    with gate.run("fraud", store=empty_experiments, params={"depth": 6}) as recorded:
        for step in range(20):
            recorded.log_metric("loss", 1 / (step + 1), step)
        assert opened(empty_experiments).runs() == []
    store = opened(empty_experiments)
    assert [each.id for each in store.runs()] == [recorded.id]
    assert len(store.points(recorded.id)) == 20


class Breaking(Tracking):
    """A connection whose process is killed once the run is there and before its metrics are."""

    def log(self, *_: object) -> None:
        raise SystemExit("killed")


@mark
def test_what_broke_off_is_not_there_until_it_is_added_again(empty_experiments: str, opened: Opened) -> None:
    broken = MlflowStore(Breaking("", os.environ), empty_experiments.partition("#")[2])
    with pytest.raises(SystemExit):
        broken.add([entry(0, {"f1": 0.9})])
    assert opened(empty_experiments).runs() == []
    opened(empty_experiments).add([entry(0, {"f1": 0.9})])
    store = opened(empty_experiments)
    assert [each.id for each in store.runs()] == ["run-0000"]
    assert len(store.last("f1", 9)) == 1


def test_without_a_server_it_says_so(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    for address, slug in (("mlflow:", "no-tracking-server"), ("mlflow:http://127.0.0.1:9", "history-unreachable")):
        with pytest.raises(HistoryError) as caught:
            opened(address)
        assert caught.value.problems[0].slug == slug


@pytest.mark.parametrize(
    ("metric", "parts", "key"),
    [
        ("val/f1", (), "val/f1"),
        ("recall@5", (), "recall_5-"),
        ("f1", (("region", "eu"),), "f1/region.eu"),
        ("../../x", (), "_/_/x-"),
        ("x" * 1000, (), "x" * 200 + "-"),
        ("räks", (), "r_ks-"),
    ],
)
def test_metrics_get_names_that_mlflow_takes(metric: str, parts: tuple[tuple[str, str], ...], key: str) -> None:
    found = key_of(metric, parts)
    assert found.startswith(key)
    assert found == key or len(found) == len(key) + 8
    assert len(found) <= 250


@mark
def test_what_several_began_at_once_is_one_run(empty_experiments: str, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(empty_experiments)
    with monkeypatch.context() as at_once:
        at_once.setattr(MlflowStore, "_served", lambda *_: [])  # none of them sees the others
        for second, name in enumerate(("f1", "auc", "f1")):
            started = f"2026-11-22T00:00:0{second}.000Z"
            store.add([entry(1, {name: second / 10}, started=started, test_set="rows" * second, verdict="")])
    (found,) = store.runs()
    assert (found.started, found.test_set, found.trusted) == ("2026-11-22T00:00:00.000Z", "rows", True)
    assert store.points("run-0001") == [logged("auc", 0.1), logged("f1", 0.0)], "of two values the first"
    assert [each.point for each in store.last("auc", 3)] == [logged("auc", 0.1)]
    store.add([Name("fraud", "v1", "run-0001"), Entry(found, (logged("loss", 0.3),))])
    again = opened(empty_experiments)
    assert again.points("run-0001") == [logged("auc", 0.1), logged("f1", 0.0), logged("loss", 0.3)]
    assert again.run("run-0001") == found
    again.forget([("fraud", "v1")])
    assert [each.id for each in prune(again, Keep(newest=0))] == ["run-0001"]
    assert opened(empty_experiments).runs() == []


@mark
def test_one_of_several_that_is_not_trusted_makes_none_of_them_trusted(
    empty_experiments: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(empty_experiments)
    with monkeypatch.context() as at_once:
        at_once.setattr(MlflowStore, "_served", lambda *_: [])
        for trusted in (True, False):
            store.add([entry(1, {"f1": 0.9}, trusted=trusted)])
    assert [each.trusted for each in store.runs()] == [False]


@mark
def test_nothing_is_added_to_a_run_that_others_logged(empty_experiments: str, opened: Opened) -> None:
    made = client(BY_HAND, empty_experiments.partition("#")[2]).splitlines()[-1]
    store = opened(empty_experiments)
    found = store.run(made)
    assert found is not None
    with pytest.raises(HistoryError, match="was not logged by gate: nothing is added"):
        store.add([Entry(found, (logged("auc", 0.9),))])
