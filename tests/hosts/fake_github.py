"""GitHub's API as far as gate speaks with it, on this machine: it keeps state, and refuses what GitHub refuses.

Every request is kept in `requests`, for tests and for checking the same calls against GitHub's own description.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

REPOSITORY = "acme/fraud"
JOB_TOKEN = "ghs_0123456789abcdefghijABCDEFGHIJ012345"
PERSONAL_TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
APP_TOKEN = "ghs_appappappappappappapp"
BOT = {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}
ANN = {"login": "ann", "id": 1001, "type": "User"}
APP = {"login": "acme-robot[bot]", "id": 2002, "type": "Bot"}
USERS = {JOB_TOKEN: BOT, PERSONAL_TOKEN: ANN, APP_TOKEN: APP}

HEAD = "a" * 40
BASE = "b" * 40
MERGE = "c" * 40


@dataclass
class Asked:
    """A request as it arrived, without its credential; `target` is path and query as they were written."""

    method: str
    target: str
    path: str
    query: dict[str, str]
    body: Any
    with_token: bool


@dataclass
class Fault:
    """What the next requests of this kind get instead: a status, "close" or "silence"; `times` of them."""

    method: str
    path: str
    answer: int | str
    times: int = 1_000
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=lambda: {"message": "Because"})


@dataclass
class Link:
    """A symbolic link in a commit."""

    target: str


@dataclass
class Submodule:
    """Another repository's commit in a commit."""


class RefusalError(Exception):
    """An answer with a status of 400 and more."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        self.status = status
        self.body = {"message": message, **more}


@dataclass
class FakeGitHub:
    """The state; tests read and write it. Lists have `page` entries a page at most."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    check_runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    trees: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    archives: dict[int, bytes] = field(default_factory=dict)
    commits: set[str] = field(default_factory=lambda: {HEAD, BASE, MERGE})
    workflows: dict[str, tuple[str, ...]] = field(default_factory=dict)  # those that can be started, with their inputs
    started: list[dict[str, Any]] = field(default_factory=list)
    read_only: bool = False
    truncated: bool = False
    page: int = 100
    faults: list[Fault] = field(default_factory=list)
    requests: list[Asked] = field(default_factory=list)
    on_comment: Callable[[], object] = lambda: None
    url: str = ""
    storage: str = ""
    storage_asked: list[dict[str, str]] = field(default_factory=list)
    lock: Any = field(default_factory=threading.RLock)
    silence: threading.Event = field(default_factory=threading.Event)
    last: int = 0

    # -- setting the scene

    def number(self) -> int:
        with self.lock:
            self.last += 1
            return self.last

    def environ(self, token: str = JOB_TOKEN, **more: str) -> dict[str, str]:
        """The variables of a job; without a token where it is empty."""
        given = {"GITHUB_TOKEN": token} if token else {}
        return {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY, **given, **more}

    def pull(
        self, number: int = 7, head: str = HEAD, branch: str = "topic", home: str = REPOSITORY, **more: Any
    ) -> dict[str, Any]:
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "head": {"sha": head, "ref": branch, "repo": {"full_name": home, "owner": {"login": home.partition("/")[0]}}},
            "base": {"sha": BASE, "ref": "main", "repo": {"full_name": REPOSITORY}},
            **more,
        }
        return self.pulls[number]

    def say(self, body: str, user: Mapping[str, Any] = ANN, pull: int = 7) -> dict[str, Any]:
        """A comment that is there before gate comes."""
        number = self.number()
        url = f"https://github.example/{REPOSITORY}/pull/{pull}#issuecomment-{number}"
        self.comments[number] = {"id": number, "body": body, "user": dict(user), "html_url": url, "pull": pull}
        return self.comments[number]

    def commit(self, commit: str, files: Mapping[str, bytes | str | Link | Submodule], branch: str = "") -> str:
        """Files at a commit; ids of files are git's own."""
        self.commits.add(commit)
        entries: list[dict[str, Any]] = []
        for path, content in sorted(files.items()):
            if isinstance(content, Submodule):
                entries.append({"path": path, "mode": "160000", "type": "commit", "sha": "d" * 40})
                continue
            data = (
                content.target.encode()
                if isinstance(content, Link)
                else content.encode()
                if isinstance(content, str)
                else content
            )
            name = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
            self.blobs[name] = data
            mode = "120000" if isinstance(content, Link) else "100644"
            entries.append({"path": path, "mode": mode, "type": "blob", "sha": name, "size": len(data)})
        folders = sorted({"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 1)})
        entries += [
            {"path": path, "mode": "040000", "type": "tree", "sha": hashlib.sha1(f"{commit}:{path}".encode()).hexdigest()}
            for path in folders
        ]
        self.trees[commit] = entries
        for folder in folders:
            name = next(entry["sha"] for entry in entries if entry["path"] == folder)
            below = [entry for entry in entries if entry["path"].startswith(f"{folder}/")]
            self.trees[name] = [{**entry, "path": entry["path"].removeprefix(f"{folder}/")} for entry in below]
        if branch:
            self.refs[f"heads/{branch}"] = commit
        return commit

    def run(self, **more: Any) -> dict[str, Any]:
        """A passing run of check.yml on main, newer than those before."""
        number = self.number()
        run = {
            "id": number,
            "event": "push",
            "status": "completed",
            "conclusion": "success",
            "head_branch": "main",
            "head_sha": BASE,
            "workflow_id": 55,
            "path": ".github/workflows/check.yml",
            "html_url": f"https://github.example/{REPOSITORY}/actions/runs/{number}",
            "repository": {"full_name": REPOSITORY},
            "head_repository": {"full_name": REPOSITORY},
            **more,
        }
        self.runs.insert(0, run)
        return run

    def artifact(self, run: Mapping[str, Any], files: Mapping[str, bytes] | bytes, **more: Any) -> dict[str, Any]:
        number = self.number()
        data = files if isinstance(files, bytes) else zipped(files)
        artifact = {
            "id": number,
            "name": "gate-decision",
            "expired": False,
            "created_at": "2026-11-20T10:00:00Z",
            "expires_at": "2027-02-18T10:00:00Z",
            "archive_download_url": f"{self.url}/repos/{REPOSITORY}/actions/artifacts/{number}/zip",
            "digest": f"sha256:{hashlib.sha256(data).hexdigest()}",
            "run": run["id"],
            **more,
        }
        self.archives[number] = data
        self.artifacts.append(artifact)
        return artifact

    # -- answering

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        """Status, value or bytes, and headers."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        credential = headers.get("authorization", "")
        asked = Asked(method, target, unquote(parts.path), query, body, bool(credential))
        user = USERS.get(credential.removeprefix("Bearer "))
        if credential and user is None:
            raise RefusalError(401, "Bad credentials")
        for pattern, verb, answer in _ROUTES:
            match = re.fullmatch(pattern, asked.path)
            if match and verb == method:
                if method != "GET":
                    self._may_write(user)
                return answer(self, asked, user, *match.groups())
        raise RefusalError(404, "Not Found")

    def _may_write(self, user: Any) -> None:
        if user is None:
            raise RefusalError(401, "Requires authentication")
        if self.read_only:
            raise RefusalError(403, "Resource not accessible by integration")

    def paged(self, asked: Asked, entries: list[Any], key: str = "") -> tuple[int, Any, dict[str, str]]:
        size = min(self.page, int(asked.query.get("per_page", "30")))
        page = int(asked.query.get("page", "1"))
        shown = entries[(page - 1) * size : page * size]
        query = "&".join(f"{name}={value}" for name, value in {**asked.query, "page": str(page + 1)}.items())
        more = {"Link": f'<{self.url}{asked.path}?{query}>; rel="next"'} if len(entries) > page * size else {}
        return 200, {"total_count": len(entries), key: shown} if key else shown, more


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive of files, whatever they are called."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


Answer = tuple[int, Any, dict[str, str]]


def _user(_: FakeGitHub, __: Asked, user: Any) -> Answer:
    if user is None:
        raise RefusalError(401, "Requires authentication")
    if user["type"] == "Bot":
        raise RefusalError(403, "Resource not accessible by integration")
    return 200, user, {}


def _comments(hub: FakeGitHub, asked: Asked, _: Any, pull: str) -> Answer:
    return hub.paged(asked, [each for each in hub.comments.values() if each["pull"] == int(pull)])


def _checked_body(asked: Asked) -> str:
    body = asked.body.get("body")
    if not isinstance(body, str) or not body.strip():
        raise RefusalError(422, "Validation Failed")
    if len(body) > 65_536:
        raise RefusalError(422, "Validation Failed", errors=[{"message": "Body is too long (maximum is 65536 characters)"}])
    return body


def _add_comment(hub: FakeGitHub, asked: Asked, user: Any, pull: str) -> Answer:
    if int(pull) not in hub.pulls:
        raise RefusalError(404, "Not Found")
    hub.on_comment()
    return 201, hub.say(_checked_body(asked), user, int(pull)), {}


def _change_comment(hub: FakeGitHub, asked: Asked, _: Any, number: str) -> Answer:
    if int(number) not in hub.comments:
        raise RefusalError(404, "Not Found")
    hub.comments[int(number)]["body"] = _checked_body(asked)
    return 200, hub.comments[int(number)], {}


def _remove_comment(hub: FakeGitHub, _: Asked, __: Any, number: str) -> Answer:
    if hub.comments.pop(int(number), None) is None:
        raise RefusalError(404, "Not Found")
    return 204, b"", {}


def _checked_output(output: Any) -> dict[str, Any]:
    if not isinstance(output, dict) or not isinstance(output.get("title"), str) or not isinstance(output.get("summary"), str):
        raise RefusalError(422, "Invalid request: title and summary belong together")
    if len(output["summary"]) > 65_535:
        raise RefusalError(422, "Invalid request: summary is too long")
    marks = output.get("annotations", [])
    if len(marks) > 50:
        raise RefusalError(422, "Invalid request: no more than 50 annotations")
    for mark in marks:
        if not {"path", "start_line", "end_line", "annotation_level", "message"} <= set(mark) or mark["start_line"] < 1:
            raise RefusalError(422, "Invalid request: annotation")
        if mark["annotation_level"] not in ("notice", "warning", "failure"):
            raise RefusalError(422, "Invalid request: annotation_level")
    return output


def _add_check(hub: FakeGitHub, asked: Asked, user: Any) -> Answer:
    if user["type"] != "Bot":
        raise RefusalError(403, "You must authenticate via a GitHub App.")
    body = asked.body
    if body.get("head_sha") not in hub.commits:
        raise RefusalError(422, f"No commit found for SHA: {body.get('head_sha')}")
    if not body.get("name") or (body.get("status") == "completed" and not body.get("conclusion")):
        raise RefusalError(422, "Invalid request: completed needs a conclusion")
    output = _checked_output(body.get("output"))
    number = hub.number()
    shown = {**output, "annotations": list(output.get("annotations", []))}  # more come later; the request stays as it was
    made = {**body, "id": number, "html_url": f"https://github.example/{REPOSITORY}/runs/{number}", "output": shown}
    hub.check_runs[number] = made
    return 201, made, {}


def _change_check(hub: FakeGitHub, asked: Asked, _: Any, number: str) -> Answer:
    run = hub.check_runs[int(number)]
    run["output"]["annotations"] += _checked_output(asked.body["output"]).get("annotations", [])
    return 200, run, {}


def _add_status(hub: FakeGitHub, asked: Asked, _: Any, commit: str) -> Answer:
    if commit not in hub.commits:
        raise RefusalError(422, f"No commit found for SHA: {commit}")
    if asked.body.get("state") not in ("error", "failure", "pending", "success") or len(asked.body.get("description", "")) > 140:
        raise RefusalError(422, "Validation Failed")
    hub.statuses.append({**asked.body, "sha": commit})
    return 201, {**asked.body, "url": f"{hub.url}/repos/{REPOSITORY}/statuses/{commit}"}, {}


def _pull(hub: FakeGitHub, _: Asked, __: Any, number: str) -> Answer:
    if int(number) not in hub.pulls:
        raise RefusalError(404, "Not Found")
    return 200, hub.pulls[int(number)], {}


def _pulls(hub: FakeGitHub, asked: Asked, _: Any) -> Answer:
    def matches(pull: dict[str, Any]) -> bool:
        home = (pull["head"]["repo"] or {"owner": {"login": ""}})["owner"]["login"]
        state = asked.query.get("state", "open")
        return state in ("all", pull["state"]) and asked.query.get("head") in (None, f"{home}:{pull['head']['ref']}")

    return hub.paged(asked, [pull for pull in hub.pulls.values() if matches(pull)])


def _pulls_of(hub: FakeGitHub, asked: Asked, _: Any, commit: str) -> Answer:
    """A fork's commit is not in this repository: GitHub then knows of no pull request."""
    here = [pull for pull in hub.pulls.values() if (pull["head"]["repo"] or {}).get("full_name") == REPOSITORY]
    if commit not in hub.commits:
        raise RefusalError(422, f"No commit found for SHA: {commit}")
    return hub.paged(asked, [pull for pull in here if commit in (pull["head"]["sha"], pull.get("older"))])


def _commit(hub: FakeGitHub, _: Asked, __: Any, name: str) -> Answer:
    if name not in hub.refs:
        raise RefusalError(422, f"No commit found for SHA: {name}")
    return 200, {"sha": hub.refs[name]}, {}


def _git_commit(hub: FakeGitHub, _: Asked, __: Any, name: str) -> Answer:
    if name not in hub.commits:
        raise RefusalError(404, "Not Found")
    return 200, {"sha": name, "committer": {"name": "Ann", "date": "2026-05-28T20:26:40Z"}}, {}


def _tree(hub: FakeGitHub, asked: Asked, _: Any, name: str) -> Answer:
    if name not in hub.trees:
        raise RefusalError(404, "Not Found")
    found = hub.trees[name]
    if asked.query.get("recursive") != "1":
        found = [entry for entry in found if "/" not in entry["path"]]
    return 200, {"sha": name, "tree": found, "truncated": hub.truncated}, {}


def _blob(hub: FakeGitHub, _: Asked, __: Any, name: str) -> Answer:
    if name not in hub.blobs:
        raise RefusalError(404, "Not Found")
    return 200, hub.blobs[name], {}


def _runs(hub: FakeGitHub, asked: Asked, _: Any, workflow: str) -> Answer:
    """As asked for; a test may leave it to gate to look again."""
    if not any(workflow in (str(run["workflow_id"]), run["path"].partition("@")[0].rpartition("/")[2]) for run in hub.runs):
        raise RefusalError(404, "Not Found")
    return hub.paged(asked, hub.runs, "workflow_runs")


def _run(_: FakeGitHub, __: Asked, ___: Any, number: str) -> Answer:
    return 200, {"id": int(number), "workflow_id": 55}, {}


def _run_artifacts(hub: FakeGitHub, asked: Asked, _: Any, run: str) -> Answer:
    found = [each for each in hub.artifacts if each["run"] == int(run) and asked.query.get("name") in (None, each["name"])]
    return hub.paged(asked, found, "artifacts")


def _archive(hub: FakeGitHub, _: Asked, user: Any, number: str) -> Answer:
    artifact = next(each for each in hub.artifacts if each["id"] == int(number))
    if user is None:
        raise RefusalError(401, "Requires authentication")
    if artifact["expired"]:
        raise RefusalError(410, "Artifact has expired")
    return 302, b"", {"Location": f"{hub.storage}/blob/{number}?sig=signature-of-the-storage"}


def _start_workflow(hub: FakeGitHub, asked: Asked, _: Any, workflow: str) -> Answer:
    if workflow not in hub.workflows:
        raise RefusalError(404, "Not Found")
    ref, inputs = asked.body.get("ref"), asked.body.get("inputs", {})
    if f"heads/{ref}" not in hub.refs:
        raise RefusalError(422, f"No ref found for: {ref}")
    strange = sorted(set(inputs) - set(hub.workflows[workflow]))
    if strange:
        raise RefusalError(422, f"Unexpected inputs provided: {json.dumps(strange)}")
    hub.started.append({"workflow": workflow, "ref": ref, "inputs": inputs})
    return 204, b"", {}


def _send_event(hub: FakeGitHub, asked: Asked, _: Any) -> Answer:
    kind, payload = asked.body.get("event_type"), asked.body.get("client_payload", {})
    if not isinstance(kind, str) or not 0 < len(kind) <= 100 or len(payload) > 10:
        raise RefusalError(422, "Validation Failed")
    hub.started.append({"event": kind, "payload": payload})
    return 204, b"", {}


_HOME = f"/repos/{REPOSITORY}"
_ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    (r"/user", "GET", _user),
    (rf"{_HOME}/issues/(\d+)/comments", "GET", _comments),
    (rf"{_HOME}/issues/(\d+)/comments", "POST", _add_comment),
    (rf"{_HOME}/issues/comments/(\d+)", "PATCH", _change_comment),
    (rf"{_HOME}/issues/comments/(\d+)", "DELETE", _remove_comment),
    (rf"{_HOME}/check-runs", "POST", _add_check),
    (rf"{_HOME}/check-runs/(\d+)", "PATCH", _change_check),
    (rf"{_HOME}/statuses/([0-9a-f]+)", "POST", _add_status),
    (rf"{_HOME}/pulls/(\d+)", "GET", _pull),
    (rf"{_HOME}/pulls", "GET", _pulls),
    (rf"{_HOME}/commits/([0-9a-f]+)/pulls", "GET", _pulls_of),
    (rf"{_HOME}/commits/(.+)", "GET", _commit),
    (rf"{_HOME}/git/commits/([0-9a-f]+)", "GET", _git_commit),
    (rf"{_HOME}/git/trees/([0-9a-f]+)", "GET", _tree),
    (rf"{_HOME}/git/blobs/([0-9a-f]+)", "GET", _blob),
    (rf"{_HOME}/actions/workflows/([^/]+)/runs", "GET", _runs),
    (rf"{_HOME}/actions/workflows/([^/]+)/dispatches", "POST", _start_workflow),
    (rf"{_HOME}/dispatches", "POST", _send_event),
    (rf"{_HOME}/actions/runs/(\d+)", "GET", _run),
    (rf"{_HOME}/actions/runs/(\d+)/artifacts", "GET", _run_artifacts),
    (rf"{_HOME}/actions/artifacts/(\d+)/zip", "GET", _archive),
]


class _Door(BaseHTTPRequestHandler):
    """Takes requests for the state of its server."""

    hub: FakeGitHub

    def answer(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(data) if data else None
        parts = urlsplit(self.path)
        with self.hub.lock:
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            self.hub.requests.append(Asked(self.command, self.path, unquote(parts.path), query, body, "authorization" in headers))
            fault = self._fault(unquote(parts.path))
        if fault is not None and isinstance(fault.answer, str):
            if fault.answer == "silence":
                self.hub.silence.wait(10)
            self.close_connection = True
            return
        if fault is not None and isinstance(fault.answer, int):
            self.send(fault.answer, fault.body, fault.headers)
            return
        try:
            self.send(*self.hub.answer(self.command, self.path, headers, body))
        except RefusalError as refusal:
            self.send(refusal.status, refusal.body, {})

    def _fault(self, path: str) -> Fault | None:
        for fault in self.hub.faults:
            if fault.times > 0 and re.fullmatch(fault.method, self.command) and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def send(self, status: int, value: Any, headers: Mapping[str, str]) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_PATCH(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def log_message(self, *_: object) -> None:
        """Nothing."""


class _Storage(BaseHTTPRequestHandler):
    """Where archives lie: another host, which refuses GitHub's credential as the real one does."""

    hub: FakeGitHub

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.storage_asked.append(headers)
        number = re.fullmatch(r"/blob/(\d+)\?sig=signature-of-the-storage", self.path)
        data = self.hub.archives[int(number[1])] if number else b""
        self.send_response(400 if "authorization" in headers or not number else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[FakeGitHub]:
    """A GitHub of one's own, with the pull request 7 in it."""
    hub = FakeGitHub()
    door, storage = (type("Bound", (kind,), {"hub": hub}) for kind in (_Door, _Storage))
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for handler in (door, storage)]
    hub.url, hub.storage = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    hub.pull()
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        hub.silence.set()
        for server in servers:
            server.shutdown()
            server.server_close()
