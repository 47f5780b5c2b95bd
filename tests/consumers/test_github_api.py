"""Every call that gate makes to GitHub, held by prism against GitHub's own description of its API.

The calls are made to the fake of tests/hosts, which keeps them; prism gets them again. What the description does not
state (a comment's length, a completed check without a conclusion) the fake refuses.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from gate.hosts import github, github_artifacts, github_comment, github_dispatch, github_pulls
from gate.hosts.facts import Event, Facts
from gate.hosts.host import Annotation, Check
from gate.record import replace
from gate.revisions import github as revisions
from tests.hosts import fake_github
from tests.hosts.fake_github import APP_TOKEN, BASE, HEAD, PERSONAL_TOKEN, REPOSITORY, Asked, FakeGitHub, serving

pytestmark = pytest.mark.slow
MARKER = "<!-- gate:report:v1 id=0123456789abcdef -->"
MARKS = [Annotation(path="gate.yaml", line=at, level="failure", message="below", title="recall") for at in range(1, 121)]
Described = dict[str, Any]


def everything(hub: FakeGitHub, folder: Path) -> None:
    """Each thing that gate can ask of GitHub, asked once or more."""
    here = Facts(
        host="github", event=Event.CHANGE, repository=REPOSITORY, commit=fake_github.MERGE, head=HEAD, base=BASE,
        base_branch="main", branch="topic", number=7, workflow="check.yml", run="99", run_url="https://github.example/run",
        api=hub.url,
    )  # fmt: skip
    for name in ("", PERSONAL_TOKEN, APP_TOKEN):
        environ = hub.environ(name) if name else hub.environ()
        for body in ("first", "second"):
            assert github_comment.comment(here, environ, MARKER, body).url
        assert github.check(here, environ, Check(name="gate", passed=False, title="no", summary="why", annotations=MARKS)).url
    twice = [hub.say(f"{MARKER}\n\nold", fake_github.BOT) for _ in range(2)]
    assert github.comment(here, hub.environ(), MARKER, "new").url
    assert twice[1]["id"] not in hub.comments
    finished = folder / "event.json"
    finished.write_text(json.dumps({"workflow_run": {"head_repository": {"owner": {"login": "acme"}}}}), encoding="utf-8")
    assert github_pulls.pulls(here, hub.environ(GITHUB_EVENT_PATH=str(finished), GITHUB_EVENT_NAME="workflow_run")).found
    hub.artifact(hub.run(), {"decision.json": b"{}"})
    assert list(github_artifacts.files(here, hub.environ(), "main"))
    assert list(github_artifacts.files(replace(here, workflow=""), hub.environ(), "main"))
    hub.commit(BASE, {"policies/gate.yaml": "gate: 1\n", "README.md": "x"}, branch="main")
    assert revisions.resolve("main", here, hub.environ()) == BASE
    assert revisions.commit_date(BASE, here, hub.environ())
    files = revisions.open_revision(BASE, here, hub.environ())
    assert files.policies() == ["policies/gate.yaml"]
    assert files.read("policies/gate.yaml", 1000)
    hub.workflows["retrain.yml"] = ("depth",)
    github_dispatch.start_workflow(here, hub.environ(), "retrain.yml", "main", {"depth": "6"})
    github_dispatch.start_workflow(here, hub.environ(), "retrain.yml", "main", {})
    github_dispatch.send_event(here, hub.environ(), "retrain", {"gate": {"verdict": "fail"}, "depth": 6})
    assert len(hub.started) == 3


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """The calls, each once."""
    with serving() as hub:
        everything(hub, tmp_path_factory.mktemp("event"))
        kept = {(each.method, each.target, json.dumps(each.body, sort_keys=True)): each for each in hub.requests}
    return list(kept.values())


@pytest.fixture(scope="module")
def description(consumers: Any, asked: list[Asked]) -> Described:
    """GitHub's description, cut down to the paths that are asked for and to what they refer to."""
    whole = json.loads(consumers.file("@octokit/openapi/generated/api.github.com.json").read_text(encoding="utf-8"))
    paths = {template: whole["paths"][template] for each in asked if (template := path_of(each, whole))}
    needed: dict[str, Any] = {}
    waiting = [paths]
    while waiting:
        for name in set(re.findall(r'"#/components/([^"]+)"', json.dumps(waiting.pop()))) - set(needed):
            kind, _, key = name.partition("/")
            needed[name] = whole["components"][kind][key]
            waiting.append(needed[name])
    # `oneOf` a whole number or a text: what is in a path is both. Meant is either.
    workflow = needed["parameters/workflow-id"]["schema"]
    workflow["anyOf"] = workflow.pop("oneOf")
    components: dict[str, Any] = {}
    for name, value in needed.items():
        kind, _, key = name.partition("/")
        components.setdefault(kind, {})[key] = value
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


def path_of(call: Asked, description: Described) -> str:
    """The path of the description that a call is for; the one with the fewest parameters, where several fit."""
    fit = []
    for template, operations in description["paths"].items():
        if call.method.lower() in operations and re.fullmatch(pattern(template), urlsplit(call.target).path):
            fit.append(template)
    return min(fit, key=lambda template: template.count("{"), default="")


def pattern(template: str) -> str:
    """A `ref` may have several segments: the description says so of it, though prism does not know."""
    last = template.rpartition("/")[2]
    text = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
    return text.removesuffix("[^/]+") + ".+" if last == "{ref}" else text


@pytest.fixture(scope="module")
def prism(consumers: Any, description: Described, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a prism that refuses whatever the description does not allow."""
    folder = tmp_path_factory.mktemp("prism")
    (folder / "github.json").write_text(json.dumps(description), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [consumers("prism"), "mock", "--errors", "--port", str(port), "--host", "127.0.0.1", str(folder / "github.json")],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        for _ in range(600):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def answer(port: int, method: str, target: str, body: object) -> tuple[int, str]:
    """What prism says to a call."""
    parts = urlsplit(target)
    several = re.fullmatch(r"(.*/(?:git/ref|commits)/)(.*/.*)", parts.path)
    if several and not parts.path.endswith("/pulls"):
        target = several[1] + quote(several[2], safe="") + (f"?{parts.query}" if parts.query else "")
    data = None if body is None else json.dumps(body)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as door:
        door.request(method, target, data, {"Content-Type": "application/json"} if data else {})
        response = door.getresponse()
        return response.status, response.read().decode()


def test_gate_asks_for_all_that_the_fake_can_answer(asked: list[Asked]) -> None:
    """A new call needs its line in `everything`."""
    never = [
        f"{method} {path}"
        for path, method, _ in fake_github._ROUTES
        if not any(each.method == method and re.fullmatch(path, each.path) for each in asked)
    ]
    assert never == []


def test_prism_takes_every_call(prism: int, asked: list[Asked]) -> None:
    refused = {}
    for each in asked:
        status, said = answer(prism, each.method, each.target, each.body)
        # Some examples in the description, which prism answers with, do not keep to it themselves.
        wrong = (
            [entry for entry in json.loads(said)["validation"] if entry["location"][0] != "response"] if status == 500 else said
        )
        if status >= 400 and wrong:
            refused[f"{each.method} {each.target}"] = f"{status} {said[:1000]}"
    assert not refused, json.dumps(refused, indent=1)


def test_every_parameter_and_field_is_described(asked: list[Asked], description: Described) -> None:
    """Prism passes over those that it does not know; GitHub does so too, and does something else than was meant."""
    for each in asked:
        template = path_of(each, description)
        operation = description["paths"][template][each.method.lower()]
        told = json.dumps(operation.get("parameters", [])), description["components"].get("parameters", {})
        known = {entry["name"] for entry in parameters(operation, description)}
        assert set(parse_qs(urlsplit(each.target).query)) <= known, (each.target, told)
        if isinstance(each.body, dict):
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert set(each.body) <= set(schema["properties"]), each.target


def parameters(operation: Described, description: Described) -> Iterator[Described]:
    for entry in operation.get("parameters", []):
        yield description["components"]["parameters"][entry["$ref"].rpartition("/")[2]] if "$ref" in entry else entry


_HOME = f"/repos/{REPOSITORY}"


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", f"{_HOME}/issues/7/comments", {}, 422),
        ("POST", f"{_HOME}/check-runs", {"name": "gate"}, 422),
        ("POST", f"{_HOME}/statuses/{HEAD}", {"state": "neutral"}, 422),
        ("PATCH", f"{_HOME}/issues/comments/first", {"body": "x"}, 422),
        ("POST", f"{_HOME}/actions/workflows/retrain.yml/dispatches", {"inputs": {}}, 422),
        (
            "POST",
            f"{_HOME}/actions/workflows/retrain.yml/dispatches",
            {"ref": "main", "inputs": dict.fromkeys(map(str, range(26)), "")},
            422,
        ),
        ("POST", f"{_HOME}/dispatches", {"event_type": "x" * 101}, 422),
        ("GET", f"{_HOME}/pulls?state=ajar", None, 422),
        ("PUT", f"{_HOME}/issues/comments/1", {"body": "x"}, 405),
        ("GET", f"{_HOME}/no/such/path", None, 404),
    ],
)
def test_a_wrong_call_is_found(prism: int, method: str, target: str, body: object, status: int) -> None:
    assert answer(prism, method, target, body)[0] == status


@pytest.mark.parametrize("more", [{"summary": "x" * 65_536}, {"annotations": [{}]}, {"annotations": "many"}])
def test_a_wrong_output_of_a_check_is_found(prism: int, more: dict[str, Any]) -> None:
    mark = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "m"}
    if more.get("annotations") == "many":
        more = {"annotations": [mark] * 51}
    body = {"name": "gate", "head_sha": HEAD, "output": {"title": "t", "summary": "s", **more}}
    assert answer(prism, "POST", f"{_HOME}/check-runs", body)[0] == 422
