"""`do: promote` on a real MLflow server, with models that MLflow's own client has registered and fetched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gate.actions import promote
from gate.actions.order import ActionError, Order
from gate.attest.model import identified
from gate.errors import Place
from gate.policy.action import Action, When
from gate.terms.decision import Decision, Verdict
from tests.history.conftest import mlflow_server as mlflow_server

pytestmark = pytest.mark.slow
REGISTER = """
import pathlib, sys
import mlflow
from mlflow import MlflowClient

client, name = MlflowClient(), sys.argv[1]
folder = pathlib.Path("model")
(folder / "sub").mkdir(parents=True)
(folder / "weights.bin").write_bytes(b"one" * 100)
(folder / "sub" / "a b+ü.json").write_text("{}")
made = client.create_run(client.create_experiment(name))
client.log_artifacts(made.info.run_id, "model", "model")
client.create_registered_model(name)
client.create_model_version(name, made.info.artifact_uri + "/model", run_id=made.info.run_id)
client.create_model_version(name, f"runs:/{made.info.run_id}/model", run_id=made.info.run_id)
with mlflow.start_run(experiment_id=made.info.experiment_id):
    class Same(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input: list[str]):
            return model_input
    logged = mlflow.pyfunc.log_model(name="same", python_model=Same(), pip_requirements=[])
    mlflow.register_model(logged.model_uri, name)
mlflow.artifacts.download_artifacts(f"models:/{name}/3", dst_path="fetched")
"""
MOVE = "import sys; from mlflow import MlflowClient; MlflowClient().set_registered_model_alias(*sys.argv[1:])"
SHOW = """
import sys
from mlflow import MlflowClient

for number in "123":
    each = MlflowClient().get_model_version(sys.argv[1], number)
    print(each.version, sorted(each.aliases), each.tags.get("validation"))
"""


class Desk:
    """A folder in which MLflow's client works, and the name of a registered model."""

    def __init__(self, folder: Path, server: str, name: str) -> None:
        self.folder, self.name = folder, name
        self.environ = {**os.environ, "MLFLOW_TRACKING_URI": server, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

    def client(self, program: str, *words: str) -> list[str]:
        python = Path(os.environ["GATE_MLFLOW"]).with_name("python")
        done = subprocess.run(
            [python, "-c", program, self.name, *words], cwd=self.folder, env=self.environ,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return sorted(done.stdout.splitlines())

    def promote(self, folder: str, **settings: object) -> None:
        decision = Decision(Verdict.PASS, model=identified([str(self.folder / folder)]))
        told = {"model": self.name, **(settings or {"alias": "champion"})}
        action = Action(when=When.PASS, do="promote", where=Place("gate.yaml"), settings=told)
        promote.perform(Order(action=action, decision=decision, id="f00d"), self.environ)


@pytest.fixture
def desk(tmp_path: Path, mlflow_server: str) -> Desk:
    found = Desk(tmp_path, mlflow_server, f"fraud-{tmp_path.name}")
    found.client(REGISTER)
    return found


def test_the_version_with_the_judged_bytes_and_no_other_is_promoted(desk: Desk) -> None:
    desk.promote("model", tag={"validation": "passed"})
    desk.promote("model")
    assert desk.client(SHOW) == ["1 [] None", "2 ['champion'] passed", "3 [] None"]
    desk.promote("fetched")  # beside the files lies one that the client has put there
    assert desk.client(SHOW) == ["1 [] None", "2 [] passed", "3 ['champion'] None"]
    with pytest.raises(ActionError, match="version 3, which is newer than version 2"):
        desk.promote("model")
    desk.client(MOVE, "champion", "1")
    (desk.folder / "model" / "weights.bin").write_bytes(b"two" * 100)
    with pytest.raises(ActionError, match="is the judged model"):
        desk.promote("model")
    assert desk.client(SHOW) == ["1 ['champion'] None", "2 [] passed", "3 [] None"]
    with pytest.raises(ActionError, match=r"v1.* is reserved"):
        desk.promote("fetched", alias="v1")
