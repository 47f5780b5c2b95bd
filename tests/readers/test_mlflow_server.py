"""Runs on an MLflow server: what is asked, who gets the credential, and what is said when it goes wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from gate.errors import GateError, InputError
from gate.readers import mlflow_server
from gate.readers.inputs import read_inputs
from gate.readers.mlflow_server import is_absent
from gate.terms.measurements import Measurements
from gate.web.errors import WebError
from tests.readers.known import item, values
from tests.readers.mlflow_fake import COMMIT, OLD, RUN, FakeMlflow, serving

TOKEN = "hunter2-and-more"
SECRETS = {"MLFLOW_TRACKING_TOKEN": TOKEN}


@pytest.fixture
def server() -> Iterator[FakeMlflow]:
    with serving() as fake:
        yield fake


@pytest.fixture
def stranger() -> Iterator[FakeMlflow]:
    with serving() as fake:
        yield fake


@pytest.fixture(autouse=True)
def own(server: FakeMlflow, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment that names the server, of this test's process too."""
    for name in ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
    return {"MLFLOW_TRACKING_URI": server.url}


def authorizations(fake: FakeMlflow) -> set[str]:
    return {headers.get("authorization", "") for _, headers in fake.asked}


def refused(text: str, environ: dict[str, str]) -> GateError:
    with pytest.raises(GateError) as error:
        mlflow_server.fetch(text, environ, pause=lambda _: None)
    assert TOKEN not in str(error.value)
    assert error.value.exit_code == 2
    assert error.value.problems[0].remedy
    return error.value


# -- what is found


@pytest.mark.parametrize("text", [f"mlflow:runs:/{OLD}", "mlflow:models:/fraud@champion", "mlflow:models:/fraud/3"])
def test_a_run_by_its_name(text: str, server: FakeMlflow) -> None:
    found = read_inputs([text])
    assert values(found) == {"recall": 0.9, "val/f1_macro": 0.8}
    assert found.aliases == {"val/f1 macro": "val/f1_macro"}
    (source,) = found.sources
    assert (source.name, source.format) == (server.page(OLD), "mlflow")


def test_a_run_by_its_page_and_by_the_api(server: FakeMlflow) -> None:
    for text in (server.page(RUN), server.page(RUN, "/model-metrics"), f"{server.url}/api/2.0/mlflow/runs/get?run_id={RUN}"):
        found = read_inputs([text])
        assert item(found, "recall").value == 0.91
        assert found.sources[0].name == server.page(RUN)


def test_a_server_below_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("/tools/mlflow") as fake:
        assert item(read_inputs([fake.page(RUN)]), "recall").value == 0.91
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{fake.url}/tools/mlflow/")
        assert item(read_inputs([f"mlflow:runs:/{RUN}"]), "recall").value == 0.91


def test_inputs_that_have_names_merge() -> None:
    found = read_inputs([f"new=mlflow:runs:/{RUN}", "old=mlflow:models:/fraud@champion"])
    assert (item(found, "new.recall").value, item(found, "old.recall").value) == (0.91, 0.9)


def test_a_named_format_is_that_of_files() -> None:
    assert item(read_inputs([f"mlflow:runs:/{RUN}"], format="junit"), "recall").value == 0.91


def test_what_is_no_number_is_none(server: FakeMlflow) -> None:
    server.log(RUN, {"nan": "NaN", "inf": 1.7976931348623157e308, "minus": -1.7976931348623157e308, "text": "0.5"})
    found = read_inputs([f"mlflow:runs:/{RUN}"])
    assert {each.metric: each.problem for each in found} == {
        "nan": "not a number (NaN)",
        "inf": "infinite",
        "minus": "infinite",
        "text": "text",
    }


def test_what_is_told_of_the_run(server: FakeMlflow, own: dict[str, str]) -> None:
    run = mlflow_server.fetch("mlflow:models:/fraud@champion", own)
    assert (run.label, run.version, run.name) == ("fraud@champion", "3", "bold-cat")
    assert (run.commit, run.at, run.url) == (COMMIT, "2026-11-22T07:29:00Z", server.page(OLD))


@pytest.mark.parametrize(
    "info",
    [
        {"start_time": "x", "end_time": None, "run_name": 3},
        {"start_time": -1, "end_time": 10**30, "run_name": None},
        {"start_time": True, "end_time": [], "experiment_id": "../../x"},
    ],
)
def test_what_a_server_should_not_say_is_not_taken(info: dict[str, Any], server: FakeMlflow, own: dict[str, str]) -> None:
    server.log(RUN, {"recall": 0.9}, **info)
    server.runs[RUN]["data"]["tags"] = [1, {"key": "mlflow.source.git.commit", "value": "main; rm"}]
    run = mlflow_server.fetch(f"mlflow:runs:/{RUN}", own)
    assert (run.commit, run.at) == ("", "")
    assert run.url in (server.page(RUN), f"{server.url}/api/2.0/mlflow/runs/get?run_id={RUN}")


# -- the credential


def test_a_token_goes_to_the_server_of_the_environment(server: FakeMlflow, own: dict[str, str]) -> None:
    mlflow_server.fetch("mlflow:models:/fraud@champion", {**own, **SECRETS})
    mlflow_server.fetch(server.page(RUN), {**own, **SECRETS})
    assert authorizations(server) == {f"Bearer {TOKEN}"}


def test_a_user_and_a_password_come_before_a_token(server: FakeMlflow, own: dict[str, str]) -> None:
    user = {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "lovelace"}
    mlflow_server.fetch(f"mlflow:runs:/{RUN}", {**own, **SECRETS, **user})
    mlflow_server.fetch(f"mlflow:runs:/{RUN}", {**own, **SECRETS, "MLFLOW_TRACKING_USERNAME": "ada"})
    assert authorizations(server) == {"Basic YWRhOmxvdmVsYWNl", f"Bearer {TOKEN}"}


@pytest.mark.parametrize("tracking", ["", "sqlite:///mlflow.db", "databricks", "https://127.0.0.1:1", "http://127.0.0.1:1"])
def test_no_other_server_gets_a_credential(tracking: str, server: FakeMlflow) -> None:
    environ = {"MLFLOW_TRACKING_URI": tracking, **SECRETS, "MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "x"}
    mlflow_server.fetch(server.page(RUN), environ)
    assert authorizations(server) == {""}


def test_a_server_that_the_environment_names_without_encryption_gets_it_so() -> None:
    environ = {"MLFLOW_TRACKING_URI": "http://mlflow.invalid", **SECRETS}
    assert refused(f"mlflow:runs:/{RUN}", environ).problems[0].slug == "web-unreachable", "not refused as an address"


def test_another_name_of_the_same_machine_is_another_server(server: FakeMlflow, own: dict[str, str]) -> None:
    mlflow_server.fetch(server.page(RUN).replace("127.0.0.1", "localhost"), {**own, **SECRETS})
    assert authorizations(server) == {""}


def test_no_redirect_leads_to_another_server(server: FakeMlflow, stranger: FakeMlflow, own: dict[str, str]) -> None:
    server.answer(302, Location=f"{stranger.url}/api/2.0/mlflow/runs/get?run_id={RUN}")
    error = refused(f"mlflow:runs:/{RUN}", {**own, **SECRETS})
    assert error.problems[0].slug == "web-redirect"
    assert stranger.asked == []


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "2852039166", "[::ffff:169.254.169.254]", "metadata.google.internal", "0.0.0.0"]
)
def test_no_machine_is_asked_for_its_credentials(host: str) -> None:
    page = f"http://{host}/#/experiments/1/runs/{RUN}"
    for text, environ in ((page, {}), (f"mlflow:runs:/{RUN}", {"MLFLOW_TRACKING_URI": f"http://{host}"})):
        assert "is not asked" in str(refused(text, environ))


# -- faults

FAULTS: dict[str, tuple[int, Any, str, str]] = {
    "401": (401, {"message": "who?"}, "web-unauthorized", "set MLFLOW_TRACKING_TOKEN"),
    "403": (403, {"message": "no"}, "web-forbidden", "set MLFLOW_TRACKING_TOKEN"),
    "404 of another server": (404, b"<h1>Not Found</h1>", "web-not-there", "is this an MLflow server?"),
    "422": (422, {"message": "what?"}, "web-rejected", ""),
    "429": (429, {"message": "slow down"}, "web-too-many", "run the job again"),
    "500": (500, b"", "web-server", "run the job again later"),
    "503": (503, b"", "web-server", "run the job again later"),
    "a page for people": (200, b"<html>", "web-answer", "is this an MLflow server?"),
    "nothing": (200, b"", "web-answer", "is this an MLflow server?"),
    "a list": (200, [], "web-answer", "is this an MLflow server?"),
    "no run": (200, {"run": 3}, "web-answer", "is this an MLflow server?"),
    "another run": (200, {"run": {"info": {"run_id": OLD}, "data": {}}}, "web-answer", "is this an MLflow server?"),
}


@pytest.mark.parametrize(("status", "body", "slug", "remedy"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_what_to_do(
    status: int, body: Any, slug: str, remedy: str, server: FakeMlflow, own: dict[str, str]
) -> None:
    for _ in range(4):
        server.answer(status, body)
    with pytest.raises(WebError) as error:
        mlflow_server.fetch(f"mlflow:runs:/{RUN}", own, pause=lambda _: None)
    (problem,) = error.value.problems
    assert (problem.slug, str(problem.where)) == (slug, f"mlflow:runs:/{RUN}")
    assert remedy in problem.remedy
    assert not is_absent(error.value)


def test_a_refused_credential_names_where_it_comes_from(server: FakeMlflow, own: dict[str, str]) -> None:
    server.answer(401, {"message": f"bad token {TOKEN}"})
    problem = refused(f"mlflow:runs:/{RUN}", {**own, **SECRETS}).problems[0]
    assert "bad token …" in problem.message
    assert "it comes from MLFLOW_TRACKING_TOKEN" in problem.remedy


def test_a_stranger_that_wants_a_credential_is_told_of_the_variable(stranger: FakeMlflow, own: dict[str, str]) -> None:
    stranger.answer(401)
    problem = refused(stranger.page(RUN), {**own, **SECRETS}).problems[0]
    assert (
        problem.remedy == f"credentials go to the server of MLFLOW_TRACKING_URI only; if this is yours, set it to {stranger.url}"
    )


ABSENT = ["mlflow:runs:/nope", "mlflow:models:/fraud@nope", "mlflow:models:/fraud/9", "mlflow:models:/gone/1"]


@pytest.mark.parametrize("text", ABSENT)
def test_what_the_server_does_not_have(text: str, own: dict[str, str]) -> None:
    error = refused(text, own)
    assert is_absent(error)
    assert "not found" in str(error)
    assert "check the name on the pages of MLflow" in error.problems[0].remedy


def test_a_page_that_is_not_there_is_no_run_that_is_not_there(server: FakeMlflow, own: dict[str, str]) -> None:
    server.answer(404, {"message": "run away: page not found"})
    assert not is_absent(refused(f"mlflow:runs:/{RUN}", own))
    assert not is_absent(InputError())


def test_a_version_without_a_run(server: FakeMlflow, own: dict[str, str]) -> None:
    server.register("bought", "1", "")
    problem = refused("mlflow:models:/bought/1", own).problems[0]
    assert problem.slug == "no-run-of-model"
    assert "mlflow:runs:/RUN_ID" in problem.remedy


@pytest.mark.parametrize("found", [3, {}, {"version": "x", "run_id": RUN}, {"version": [1], "run_id": RUN}])
def test_a_version_that_is_none(found: Any, server: FakeMlflow, own: dict[str, str]) -> None:
    server.answer(200, {"model_version": found})
    assert refused("mlflow:models:/fraud@champion", own).problems[0].slug == "web-answer"


@pytest.mark.parametrize("run", ["../../x", 3, None, {"a": 1}, "x" * 300])
def test_a_run_of_a_version_that_is_none(run: Any, server: FakeMlflow, own: dict[str, str]) -> None:
    server.answer(200, {"model_version": {"version": "1", "run_id": run}})
    assert refused("mlflow:models:/fraud@champion", own).problems[0].slug == "no-run-of-model"


def test_a_deleted_run_and_one_that_measured_nothing(server: FakeMlflow) -> None:
    server.log(RUN, {"recall": 0.9}, lifecycle_stage="deleted")
    with pytest.raises(InputError, match="every run in it is deleted"):
        read_inputs([f"mlflow:runs:/{RUN}"])
    server.log(OLD, {})
    assert len(read_inputs([f"mlflow:runs:/{OLD}"])) == 0


def test_keys_that_come_twice_are_refused(server: FakeMlflow) -> None:
    server.answer(
        200, b'{"run": {"info": {"run_id": "%s"}, "data": {}}, "run": {"info": {"run_id": "%s"}}}' % ((RUN.encode(),) * 2)
    )
    with pytest.raises(GateError, match="twice"):
        read_inputs([f"mlflow:runs:/{RUN}"])


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pauses: list[float] = []
    with pytest.raises(WebError) as error:
        mlflow_server.fetch(f"mlflow:runs:/{RUN}", {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}"}, pause=pauses.append)
    assert error.value.slug == "web-unreachable"
    assert 1 <= len(pauses) < 10


@pytest.mark.parametrize(
    ("tracking", "message"),
    [
        ("", "MLFLOW_TRACKING_URI is not set"),
        ("  ", "MLFLOW_TRACKING_URI is not set"),
        ("./mlruns", "it begins with `.`"),
        ("sqlite:///mlflow.db", "it begins with `sqlite`"),
        ("databricks", "it begins with `databricks`"),
        (f"postgresql://me:{TOKEN}@db/mlflow", "it begins with `postgresql`"),
    ],
)
def test_no_server(tracking: str, message: str) -> None:
    problem = refused(f"mlflow:runs:/{RUN}", {"MLFLOW_TRACKING_URI": tracking}).problems[0]
    assert problem.slug == "no-tracking-server"
    assert message in problem.message
    assert "set MLFLOW_TRACKING_URI=https://…" in problem.remedy


def test_a_password_in_the_servers_address() -> None:
    error = refused(f"mlflow:runs:/{RUN}", {"MLFLOW_TRACKING_URI": f"https://ada:{TOKEN}@ml.example.com"})
    assert "holds a user name or password" in str(error)


def test_names_are_as_hostile_as_those_of_a_file(server: FakeMlflow) -> None:
    server.log(RUN, {"\x1b[31m\u202e": 0.5, "::error::x": 1}, run_name="\x1b[31m")
    found: Measurements = read_inputs([f"mlflow:runs:/{RUN}"])
    assert sorted(values(found).values(), key=str) == [0.5, 1]
