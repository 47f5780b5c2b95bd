"""How runs on a server are named."""

from __future__ import annotations

import pytest

from gate.errors import InputError
from gate.readers.mlflow_address import Address, parse

ID = "1f65db6a4a2a420ea5ee87d12db8b8c6"
HOST = "https://ml.example.com"

FORMS = {
    f"mlflow:runs:/{ID}": Address(run=ID),
    "mlflow:models:/fraud@champion": Address(model="fraud", alias="champion"),
    "mlflow:models:/fraud/12": Address(model="fraud", version="12"),
    "mlflow:models:/a b@c@champion": Address(model="a b@c", alias="champion"),
    "mlflow:models:/main.risk.fraud/1": Address(model="main.risk.fraud", version="1"),
    f"{HOST}/#/experiments/1/runs/{ID}": Address(base=HOST, run=ID),
    f"{HOST}#/experiments/1/runs/{ID}": Address(base=HOST, run=ID),
    f"{HOST}/#/experiments/984/runs/{ID}/model-metrics": Address(base=HOST, run=ID),
    f"{HOST}/#/experiments/1/runs/{ID}/artifacts/a/b?c=d": Address(base=HOST, run=ID),
    f"{HOST}/#/experiments/1/runs/{ID}?compare=1": Address(base=HOST, run=ID),
    f"{HOST}/?workspace=a#/experiments/1/runs/{ID}": Address(base=HOST, run=ID),
    f"{HOST}:8443/tools/mlflow/#/experiments/1/runs/{ID}": Address(base=f"{HOST}:8443/tools/mlflow", run=ID),
    f"http://[::1]:5000/index.html#/experiments/1/runs/{ID}": Address(base="http://[::1]:5000", run=ID),
    f"{HOST}/api/2.0/mlflow/runs/get?run_id={ID}": Address(base=HOST, run=ID),
    f"{HOST}/x/ajax-api/2.0/mlflow/runs/get?run_uuid={ID}&y=1": Address(base=f"{HOST}/x", run=ID),
    f"{HOST}/#/models/fraud/versions/3": Address(base=HOST, model="fraud", version="3"),
    f"{HOST}/#/models/a%20b/versions/3/": Address(base=HOST, model="a b", version="3"),
}


@pytest.mark.parametrize(("text", "expected"), FORMS.items())
def test_a_form(text: str, expected: Address) -> None:
    assert parse(text) == expected


NONE = {
    "mlflow:": "names no run and no version of a model",
    "mlflow:runs:/": "names no run",
    "mlflow:runs:/../../x": "names no run",
    "mlflow:runs:/a?b=c": "names no run",
    f"mlflow:runs:{ID}": "names no run and no version of a model",
    "mlflow:models:/fraud": "names no version and no alias",
    "mlflow:models:/fraud@": "names no version and no alias",
    "mlflow:models:/@champion": "names no version and no alias",
    "mlflow:models:/fraud/latest": "the newest one, or that of a stage, is another model tomorrow",
    "mlflow:models:/fraud/Production": "the newest one, or that of a stage, is another model tomorrow",
    "mlflow:models:/fraud/٣": "names no version",
    "mlflow:models:/fraud/1234567890": "names no version",
    "mlflow:https://evil.example.com": "names no run and no version of a model",
    f"{HOST}/metrics.json": "is not the address of an MLflow run",
    f"{HOST}/": "is not the address of an MLflow run",
    f"{HOST}/#/experiments/1": "is not the address of an MLflow run",
    f"{HOST}/#/compare-runs?runs=[{ID},{ID}]": "is not the address of an MLflow run",
    f"{HOST}/api/2.0/mlflow/runs/get": "is not the address of an MLflow run",
    f"{HOST}/api/2.0/mlflow/runs/get?run_id={ID}&run_id={ID}": "is not the address of an MLflow run",
    f"{HOST}/api/2.0/mlflow/runs/search?run_id={ID}": "is not the address of an MLflow run",
}


@pytest.mark.parametrize(("text", "message"), NONE.items())
def test_what_is_no_form(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse(text)
    (problem,) = error.value.problems
    assert problem.slug == "mlflow-address"
    assert message in problem.message
    assert "mlflow:models:/NAME@ALIAS" in problem.remedy
    assert "https://mlflow.example.com/#/experiments/1/runs/RUN_ID" in problem.remedy


@pytest.mark.parametrize(
    "text",
    [
        "https://u:hunter2@h/m",
        "https://u:hun/ter2@h/m",
        "https://u:hun#ter2@h/m",
        "https://u:hun?ter2@h/",
        "https://h/m?t=ter2#/x",
    ],
)
def test_no_secret_of_a_url_is_shown(text: str) -> None:
    with pytest.raises(InputError) as error:
        parse(text)
    assert "ter2" not in str(error.value)
    assert "hun" not in str(error.value)
