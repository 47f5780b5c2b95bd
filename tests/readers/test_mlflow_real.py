"""MLflow itself: its server with its client, in an environment of their own that GATE_MLFLOW leads to."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

import gate
from gate.baselines.baseline import Surroundings
from gate.baselines.mlflow import find
from gate.errors import GateError
from gate.language.value import Doubt
from gate.readers.inputs import read_inputs
from gate.terms.baseline import Baseline
from tests.readers.known import item, values

MLFLOW = os.environ.get("GATE_MLFLOW", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MLFLOW, reason="GATE_MLFLOW does not name MLflow's program (build/ci/mlflow/bin/mlflow)"),
]

LOG = """
import json, math
from mlflow import MlflowClient

client = MlflowClient()
experiment = client.create_experiment("fraud")


def run(name, *metrics):
    made = client.create_run(experiment, run_name=name, tags={"mlflow.source.git.commit": "9b0d77e" + "0" * 33})
    for key, value, step in metrics:
        client.log_metric(made.info.run_id, key, value, step=step)
    client.set_terminated(made.info.run_id)
    return client.get_run(made.info.run_id)


old = run("old", ("val/recall", 0.5, 1), ("val/recall", 0.9, 3), ("val/recall", 0.7, 2), ("f1 macro", 0.8, 0))
odd = [("nan", math.nan, 0), ("inf", math.inf, 0), ("minus", -math.inf, 0)]
new = run("new", ("val/recall", 0.91, 0), ("f1 macro", 0.85, 0), *odd)
gone = run("gone", ("val/recall", 0.99, 0))
client.delete_run(gone.info.run_id)
client.create_registered_model("fraud")
version = client.create_model_version("fraud", old.info.artifact_uri, run_id=old.info.run_id)
client.create_model_version("fraud", "s3://models/bought")
client.set_registered_model_alias("fraud", "champion", version.version)
print(json.dumps({"experiment": experiment, "old": old.info.run_id, "new": new.info.run_id, "gone": gone.info.run_id}))
"""


@dataclass
class Mlflow:
    url: str
    experiment: str
    old: str
    new: str
    gone: str

    def page(self, run: str) -> str:
        return f"{self.url}/#/experiments/{self.experiment}/runs/{run}"


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    """The server on a new database, with two runs, one deleted, and a model whose version 1 is the champion."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environ = {**os.environ, "MLFLOW_TRACKING_URI": url, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    store = ["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "artifacts"]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            [MLFLOW, "server", *store, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
            cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(f"{url}/health", server, folder / "log")
        python = Path(MLFLOW).with_name("python")
        done = subprocess.run([python, "-c", LOG], cwd=folder, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        yield Mlflow(url, **json.loads(done.stdout.splitlines()[-1]))
    finally:
        os.killpg(server.pid, 15)
        server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers: making its database takes the better part of a minute on a busy machine."""
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture(autouse=True)
def environment(mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow.url)


def test_the_last_step_of_every_metric_counts(mlflow: Mlflow) -> None:
    for text in (
        f"mlflow:runs:/{mlflow.old}",
        "mlflow:models:/fraud@champion",
        "mlflow:models:/fraud/1",
        mlflow.page(mlflow.old),
    ):
        found = read_inputs([text])
        assert values(found) == {"val/recall": 0.9, "f1_macro": 0.8}
        assert found.sources[0].name == mlflow.page(mlflow.old)


def test_what_is_no_number_is_none(mlflow: Mlflow) -> None:
    found = read_inputs([f"mlflow:runs:/{mlflow.new}"])
    assert values(found) == {"val/recall": 0.91, "f1_macro": 0.85, "nan": None, "inf": None, "minus": None}
    assert [item(found, each).problem for each in ("nan", "inf", "minus")] == ["not a number (NaN)", "infinite", "infinite"]


def test_the_champion_as_a_baseline(mlflow: Mlflow, tmp_path: Path) -> None:
    policy = tmp_path / "gate.yaml"
    rules = "rules: [val/recall >= baseline, f1_macro >= baseline]"
    policy.write_text(f'gate: 1\nbaselines: {{baseline: "mlflow:models:/fraud@champion"}}\n{rules}\n')
    decision = gate.check(f"mlflow:runs:/{mlflow.new}", policy)
    assert decision.verdict.value == "pass"
    (champion,) = decision.baselines
    assert (champion.origin.label, champion.origin.commit) == ("fraud@champion v1", "9b0d77e" + "0" * 33)
    assert champion.origin.url == mlflow.page(mlflow.old)
    itself = gate.check(f"mlflow:runs:/{mlflow.old}", policy)
    assert [reason.slug for finding in itself.findings for reason in finding.reasons] == ["same-file", "same-file"]


@pytest.mark.parametrize(
    "text", ["runs:/8df7f6adc0ce4277b4534be6aff633d0", "models:/fraud@gone", "models:/fraud/9", "models:/gone/1"]
)
def test_what_is_not_there_is_no_baseline_yet(text: str, mlflow: Mlflow) -> None:
    found = find("baseline", f"mlflow:{text}", Surroundings(environ={"MLFLOW_TRACKING_URI": mlflow.url}))
    assert isinstance(found, Doubt)
    assert found.slug == "no-baseline", found.text
    assert not isinstance(found, Baseline)


def test_what_cannot_be_judged_by(mlflow: Mlflow) -> None:
    for text, message in (
        ("mlflow:models:/fraud/2", "registered without a run"),
        (f"mlflow:runs:/{mlflow.gone}", "every run in it is deleted"),
        (f"{mlflow.url}/elsewhere/#/experiments/1/runs/{mlflow.old}", "the server answers 404"),
    ):
        with pytest.raises(GateError, match=message):
            read_inputs([text])
