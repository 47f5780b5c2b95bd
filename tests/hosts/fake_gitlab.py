"""A GitLab on this machine: notes, statuses, pipelines and files that stay as they are written.

Answers, limits and refusals are those of GitLab's own source (lib/api) and documentation as of versions 18 and 19.
A parameter that GitLab does not document is refused here, although GitLab would pass over it.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "glpat-secret-of-the-project"
JOB_TOKEN = "glcbt-secret-of-the-job"
TRIGGER_TOKEN = "glptt-secret-of-the-trigger"
USER = 71  # whose the project's token is
PROJECT = "risk/fraud"

_COMMAND = re.compile(r"^/(close|merge|approve|label)\b.*$", re.MULTILINE)


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class FakeGitLab:
    """What the server holds. `before` is called with each request before it is answered: other jobs act there."""

    port: int = 0
    notes: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    pipelines: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    artifacts: dict[tuple[int, str], bytes] = field(default_factory=dict)
    trees: dict[str, dict[str, tuple[str, bytes]]] = field(default_factory=dict)  # commit -> path -> mode and bytes
    refs: dict[str, str] = field(default_factory=dict)  # refs/heads/NAME -> commit
    started: list[dict[str, Any]] = field(default_factory=list)  # pipelines that somebody asked for
    takes_variables: bool = True
    other_commit: str = ""  # whose files are sent instead of those asked for
    carried_out: list[str] = field(default_factory=list)  # commands that stood in notes
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # what is answered to "METHOD /path" instead
    redirect: str = ""  # where every request is sent on to
    redirect_artifacts: str = ""
    knows_unpaged_trees: bool = True
    before: Callable[[FakeGitLab, Asked], None] = lambda fake, asked: None  # noqa: ARG005
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v4"

    def environ(self, **more: str) -> dict[str, str]:
        """What a job on a merge request is told, with the project's token."""
        told = {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.url,
            "CI_JOB_TOKEN": JOB_TOKEN,
            "GATE_GITLAB_TOKEN": TOKEN,
            "CI_PROJECT_PATH": PROJECT,
            "CI_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_PROJECT_PATH": PROJECT,
            "CI_MERGE_REQUEST_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/risk/fraud",
            "CI_MERGE_REQUEST_IID": "3",
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_SHA": "c" * 40,
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": "b" * 40,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_JOB_NAME": "gate",
            "CI_PIPELINE_ID": "900",
            "CI_JOB_URL": "https://gitlab.example.com/risk/fraud/-/jobs/9",
        }
        return {**told, **more}

    def note(self, body: str, author: int = USER, **more: Any) -> int:
        """Another note on the merge request."""
        number = 1 + max((note["id"] for note in self.notes), default=100)
        self.notes.append({"id": number, "body": body, "author": {"id": author}, "system": False, **more})
        return number

    def said(self, author: int = USER) -> list[str]:
        return [note["body"] for note in self.notes if note["author"]["id"] == author]

    def pipeline(self, number: int, *, source: str = "push", status: str = "success", ref: str = "main") -> None:
        self.pipelines.append({"id": number, "ref": ref, "status": status, "source": source, "sha": f"{number:040x}"})

    def job(self, number: int, pipeline: int, data: bytes | None = b"{}", **more: Any) -> None:
        """A job called `gate` in a pipeline; `data` becomes its decision.json."""
        owner = next(each for each in self.pipelines if each["id"] == pipeline)
        job = {
            "id": number,
            "name": "gate",
            "status": "success",
            "allow_failure": False,
            "tag": False,
            "finished_at": "2026-11-20T10:00:00.123+01:00",
            "web_url": f"https://gitlab.example.com/risk/fraud/-/jobs/{number}",
            "commit": {"id": owner["sha"]},
            "pipeline": owner,
            "artifacts": [{"file_type": "archive"}, {"file_type": "trace"}] if data is not None else [{"file_type": "trace"}],
            "artifacts_expire_at": None,
        }
        self.jobs.append({**job, **more})
        if data is not None:
            self.artifacts[number, "decision.json"] = data

    def calls(self, method: str, path: str = "") -> int:
        return sum(asked.method == method and path in asked.path for asked in self.asked)


class RefusedError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: Any) -> None:
        super().__init__(status)
        self.status = status
        self.message = message


@contextmanager
def running(fake: FakeGitLab) -> Iterator[FakeGitLab]:
    """The server, until the end of the block."""

    class Handler(_Handler):
        gitlab = fake

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    gitlab: FakeGitLab

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length", "0"))
        body = json.loads(self.rfile.read(length) or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = parts.path.removeprefix("/api/v4")
        asked = Asked(self.command, path, parse_qs(parts.query, keep_blank_values=True), headers, body)
        self.gitlab.asked.append(asked)
        self.gitlab.before(self.gitlab, asked)
        with self.gitlab.lock:
            try:
                self._answer(*self._found(asked))
            except RefusedError as refused:
                self._answer(refused.status, json.dumps({"message": refused.message}).encode(), {})

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def _found(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        if self.gitlab.redirect:
            return 302, b"", {"Location": self.gitlab.redirect + asked.path}
        instead = self.gitlab.answers.get(f"{asked.method} {asked.path}")
        if instead:
            return (*instead, {"Content-Type": "application/json"})
        for method, pattern, serve in _ROUTES:
            match = re.fullmatch(pattern, asked.path)
            if match and method == asked.method:
                _authorize(asked, serve)
                found: tuple[int, bytes, dict[str, str]] = serve(self.gitlab, asked, *(unquote(part) for part in match.groups()))
                return found
        raise RefusedError(404, "404 Not Found")

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


# -- what a token may do


def _authorize(asked: Asked, serve: Any) -> None:
    token, job = asked.headers.get("private-token"), asked.headers.get("job-token")
    if token == TOKEN or serve is _trigger:
        return
    if job == JOB_TOKEN and serve in _FOR_JOBS:
        return
    raise RefusedError(401, "401 Unauthorized")


def _known(asked: Asked, *names: str) -> None:
    for name in asked.query:
        if name not in names:
            raise RefusedError(400, f"{name} is not a parameter")


def _one(asked: Asked, name: str, default: str = "") -> str:
    return asked.query.get(name, [default])[0]


def _json(value: Any, status: int = 200) -> tuple[int, bytes, dict[str, str]]:
    return status, json.dumps(value).encode(), {"Content-Type": "application/json"}


def _paged(fake: FakeGitLab, asked: Asked, entries: list[Any]) -> tuple[int, bytes, dict[str, str]]:
    """A page of a list, with the address of the next one in the Link header."""
    size, page = min(100, int(_one(asked, "per_page", "20"))), int(_one(asked, "page", "1"))
    status, body, headers = _json(entries[(page - 1) * size : page * size])
    if page * size < len(entries):
        others = "&".join(f"{name}={value}" for name, values in asked.query.items() if name != "page" for value in values)
        first = f'<{fake.url}{asked.path}?{others}&page=1>; rel="first"'
        headers["Link"] = f'<{fake.url}{asked.path}?{others}&page={page + 1}>; rel="next", {first}'
    return status, body, headers


# -- what is served


def _user(_: FakeGitLab, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    _known(asked)
    return _json({"id": USER, "username": "project_5_bot"})


def _merge_request(project: str, number: str) -> None:
    if project != PROJECT or number != "3":
        raise RefusedError(404, "404 Project Not Found" if project != PROJECT else "404 Not found")


def _list_notes(fake: FakeGitLab, asked: Asked, project: str, number: str) -> tuple[int, bytes, dict[str, str]]:
    _merge_request(project, number)
    _known(asked, "sort", "order_by", "per_page", "page", "activity_filter")
    return _paged(fake, asked, sorted(fake.notes, key=lambda note: note["id"], reverse=_one(asked, "sort", "desc") == "desc"))


def _written(fake: FakeGitLab, asked: Asked) -> str:
    """A note's text, its commands carried out and taken away."""
    if asked.body.keys() != {"body"} or not isinstance(asked.body["body"], str) or not asked.body["body"].strip():
        raise RefusedError(400, "body is missing")
    text = asked.body["body"].replace("\r", "")
    if len(text) > 1_000_000:
        raise RefusedError(400, {"note": ["is too long (maximum is 1000000 characters)"]})
    fake.carried_out += _COMMAND.findall(text)
    return _COMMAND.sub("", text).rstrip()


def _create_note(fake: FakeGitLab, asked: Asked, project: str, number: str) -> tuple[int, bytes, dict[str, str]]:
    _merge_request(project, number)
    made = fake.note(_written(fake, asked))
    return _json(next(note for note in fake.notes if note["id"] == made), 201)


def _own_note(fake: FakeGitLab, note: str) -> dict[str, Any]:
    found = next((each for each in fake.notes if str(each["id"]) == note), None)
    if found is None:
        raise RefusedError(404, "404 Note Not Found")
    if found["author"]["id"] != USER:
        raise RefusedError(403, "403 Forbidden")
    return found


def _update_note(fake: FakeGitLab, asked: Asked, project: str, number: str, note: str) -> tuple[int, bytes, dict[str, str]]:
    _merge_request(project, number)
    found = _own_note(fake, note)
    found["body"] = _written(fake, asked)
    return _json(found)


def _delete_note(fake: FakeGitLab, asked: Asked, project: str, number: str, note: str) -> tuple[int, bytes, dict[str, str]]:
    _merge_request(project, number)
    _known(asked)
    fake.notes.remove(_own_note(fake, note))
    return 204, b"", {}


def _set_status(fake: FakeGitLab, asked: Asked, project: str, commit: str) -> tuple[int, bytes, dict[str, str]]:
    told = asked.body
    if told.keys() - {"state", "ref", "name", "context", "target_url", "description", "coverage", "pipeline_id"}:
        raise RefusedError(400, "unknown parameter")
    if told.get("state") not in ("pending", "running", "success", "failed", "canceled", "skipped"):
        raise RefusedError(400, "state does not have a valid value")
    for name in ("description", "target_url", "name"):
        if len(told.get(name, "")) > 255:
            raise RefusedError(400, {name: ["is too long (maximum is 255 characters)"]})
    if told.get("name") in ("gate", "evaluate"):  # jobs of this pipeline
        raise RefusedError(400, {"name": ["has already been taken"]})
    fake.statuses.append({"project": project, "sha": commit, **told})
    return _json({"id": 1, **told}, 201)


def _list_pipelines(fake: FakeGitLab, asked: Asked, _: str) -> tuple[int, bytes, dict[str, str]]:
    _known(asked, "scope", "status", "ref", "sha", "source", "order_by", "sort", "page", "per_page", "name")
    found = [each for each in fake.pipelines if _one(asked, "ref", each["ref"]) == each["ref"]]
    found = [each for each in found if _one(asked, "status", each["status"]) == each["status"]]
    return _paged(fake, asked, sorted(found, key=lambda each: -each["id"]))


def _jobs_of(fake: FakeGitLab, asked: Asked, _: str, pipeline: str) -> tuple[int, bytes, dict[str, str]]:
    _known(asked, "scope[]", "include_retried", "page", "per_page")
    return _paged(fake, asked, [job for job in fake.jobs if str(job["pipeline"]["id"]) == pipeline])


def _all_jobs(fake: FakeGitLab, asked: Asked, _: str) -> tuple[int, bytes, dict[str, str]]:
    _known(asked, "scope[]", "page", "per_page")
    scope = asked.query.get("scope[]", [])
    found = [job for job in fake.jobs if not scope or job["status"] in scope]
    return _paged(fake, asked, sorted(found, key=lambda job: -job["id"]))


def _artifact(fake: FakeGitLab, asked: Asked, _: str, job: str, path: str) -> tuple[int, bytes, dict[str, str]]:
    _known(asked)
    if (int(job), path) not in fake.artifacts:
        raise RefusedError(404, "404 Not Found")
    if fake.redirect_artifacts:
        return 302, b"", {"Location": fake.redirect_artifacts}
    return 200, fake.artifacts[int(job), path], {"Content-Type": "application/octet-stream"}


def _commit_of(fake: FakeGitLab, asked: Asked, _: str, name: str) -> tuple[int, bytes, dict[str, str]]:
    _known(asked, "stats")
    found = fake.refs.get(name, name if name in fake.trees else "")
    if not found:
        raise RefusedError(404, "404 Commit Not Found")
    return _json({"id": found, "committed_date": "2026-05-28T22:26:40.000+02:00"})


def blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _raw(fake: FakeGitLab, asked: Asked, project: str, path: str) -> tuple[int, bytes, dict[str, str]]:
    _known(asked, "ref", "lfs")
    if project != PROJECT:
        raise RefusedError(404, "404 Project Not Found")
    commit = _one(asked, "ref")
    if commit not in fake.trees:
        raise RefusedError(404, "404 Commit Not Found")
    mode, data = fake.trees[commit].get(path, ("160000", b""))
    if mode == "160000":
        raise RefusedError(404, "404 File Not Found")
    return (
        200,
        data,
        {"Content-Type": "text/plain", "X-Gitlab-Commit-Id": fake.other_commit or commit, "X-Gitlab-Blob-Id": blob_id(data)},
    )


def _tree(fake: FakeGitLab, asked: Asked, _: str) -> tuple[int, bytes, dict[str, str]]:
    _known(asked, "ref", "path", "recursive", "pagination", "page", "per_page", "page_token")
    if _one(asked, "pagination") == "none" and not fake.knows_unpaged_trees:
        raise RefusedError(400, "pagination does not have a valid value")
    if _one(asked, "ref") not in fake.trees:
        raise RefusedError(404, "404 Tree Not Found")
    entries = _entries(fake.trees[_one(asked, "ref")])
    folder, deep = _one(asked, "path"), _one(asked, "recursive") == "true"
    if folder and entries.get(folder, ("", ""))[0] != "040000":
        raise RefusedError(404, "404 invalid revision or path Not Found")
    below = [path for path in entries if not folder or path.startswith(f"{folder}/")]
    shown = [path for path in below if deep or "/" not in path.removeprefix(f"{folder}/" if folder else "")]
    listed = [{"id": entries[path][1], "name": path.rpartition("/")[2], "path": path, "mode": entries[path][0]} for path in shown]
    if _one(asked, "pagination") == "none":
        return _json(listed)
    return _paged(fake, asked, listed)


def _entries(tree: dict[str, tuple[str, bytes]]) -> dict[str, tuple[str, str]]:
    """Every path with its mode and id, folders too."""
    found: dict[str, tuple[str, str]] = {}
    for path, (mode, data) in sorted(tree.items()):
        steps = path.split("/")
        for end in range(1, len(steps)):
            found.setdefault("/".join(steps[:end]), ("040000", "f" * 40))
        found[path] = (mode, blob_id(data))
    return found


def _trigger(fake: FakeGitLab, asked: Asked, project: str) -> tuple[int, bytes, dict[str, str]]:
    """The token stands in the body; who has none of this project learns not even that it is there."""
    token, ref, variables = (asked.body.get(name) for name in ("token", "ref", "variables"))
    if not token or not ref:
        raise RefusedError(400, "ref is missing, token is missing")
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise RefusedError(400, "variables needs to be a map of key-valued strings")
    if project != PROJECT or token not in (TRIGGER_TOKEN, JOB_TOKEN):
        raise RefusedError(404, "404 Not Found")
    if f"refs/heads/{ref}" not in fake.refs:
        raise RefusedError(400, {"base": ["Reference not found"]})
    if variables and not fake.takes_variables:
        raise RefusedError(400, {"base": ["Insufficient permissions to set pipeline variables"]})
    fake.started.append({"ref": ref, "variables": variables, "by": "job" if token == JOB_TOKEN else "trigger"})
    return _json({"id": 1000 + len(fake.started), "ref": ref}, 201)


_NOTES = r"/projects/([^/]+)/merge_requests/(\d+)/notes"
_ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/user", _user),
    ("GET", _NOTES, _list_notes),
    ("POST", _NOTES, _create_note),
    ("PUT", _NOTES + r"/(\d+)", _update_note),
    ("DELETE", _NOTES + r"/(\d+)", _delete_note),
    ("POST", r"/projects/([^/]+)/statuses/([0-9a-f]+)", _set_status),
    ("GET", r"/projects/([^/]+)/pipelines", _list_pipelines),
    ("POST", r"/projects/([^/]+)/trigger/pipeline", _trigger),
    ("GET", r"/projects/([^/]+)/pipelines/(\d+)/jobs", _jobs_of),
    ("GET", r"/projects/([^/]+)/jobs", _all_jobs),
    ("GET", r"/projects/([^/]+)/jobs/(\d+)/artifacts/(.+)", _artifact),
    ("GET", r"/projects/([^/]+)/repository/commits/([^/]+)", _commit_of),
    ("GET", r"/projects/([^/]+)/repository/files/([^/]+)/raw", _raw),
    ("GET", r"/projects/([^/]+)/repository/tree", _tree),
]
# What GitLab's documentation lists for a job's own token.
_FOR_JOBS = (_list_notes, _jobs_of, _all_jobs, _artifact, _commit_of, _raw)
