"""An MLflow server on this machine, as far as gate asks it: runs, versions of models, aliases; and one that misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

RUN = "8df7f6adc0ce4277b4534be6aff633d0"
OLD = "1f65db6a4a2a420ea5ee87d12db8b8c6"
COMMIT = "9b0d77e" + "0" * 33


@dataclass
class FakeMlflow:
    """`answers` come before what it knows: status, headers, body. `asked` are the targets and headers of all requests."""

    url: str = ""
    prefix: str = ""
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[tuple[str, str], str] = field(default_factory=dict)
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def log(self, run: str, metrics: dict[str, Any], tags: Mapping[str, str] | None = None, **info: Any) -> None:
        """A run with these metrics."""
        entries = [{"key": key, "value": value, "timestamp": 1, "step": 0} for key, value in metrics.items()]
        told = {"mlflow.source.git.commit": COMMIT, **(tags or {})}
        times = {"start_time": 1_795_332_531_488, "end_time": 1_795_332_540_000}
        self.runs[run] = {
            "info": {"run_id": run, "run_uuid": run, "run_name": "bold-cat", "experiment_id": "1", **times, **info},
            "data": {"metrics": entries, "tags": [{"key": key, "value": value} for key, value in told.items()]},
        }

    def register(self, name: str, version: str, run: str, alias: str = "") -> None:
        self.versions[name, version] = run
        if alias:
            self.aliases[name, alias] = version

    def page(self, run: str, more: str = "") -> str:
        return f"{self.url}{self.prefix}/#/experiments/1/runs/{run}{more}"

    def answer(self, status: int, body: Any = b"", **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, data))

    def reply(self, target: str) -> tuple[int, dict[str, str], bytes]:
        if self.answers:
            return self.answers.pop(0)
        path, query = urlsplit(target).path, {name: each[0] for name, each in parse_qs(urlsplit(target).query).items()}
        status, body = self.known(path.removeprefix(f"{self.prefix}/api/2.0/mlflow/"), query)
        return status, {"Content-Type": "application/json"}, json.dumps(body).encode()

    def known(self, call: str, query: dict[str, str]) -> tuple[int, Any]:
        """What MLflow 3.17 answers, status and words."""
        if call == "runs/get":
            run = self.runs.get(query["run_id"])
            return (200, {"run": run}) if run else absent(404, f"Run with id={query['run_id']} not found")
        if call == "registered-models/alias":
            version = self.aliases.get((query["name"], query["alias"]))
            return (
                self.version(query["name"], version)
                if version
                else absent(400, f"Registered model alias {query['alias']} not found.")
            )
        if call == "model-versions/get":
            return self.version(query["name"], query["version"])
        return 404, "Not Found"

    def version(self, name: str, version: str) -> tuple[int, Any]:
        if (name, version) not in self.versions:
            return absent(404, f"Model Version (name={name}, version={version}) not found")
        run = self.versions[name, version]
        return 200, {"model_version": {"name": name, "version": version, "run_id": run, "status": "READY"}}


def absent(status: int, message: str) -> tuple[int, Any]:
    return status, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": message}


@contextmanager
def serving(prefix: str = "") -> Iterator[FakeMlflow]:
    """A server with two runs; the older one made version 3 of `fraud`, the champion."""
    fake = FakeMlflow(prefix=prefix)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, headers, body = fake.reply(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    fake.log(RUN, {"recall": 0.91, "val/f1 macro": 0.85})
    fake.log(OLD, {"recall": 0.9, "val/f1 macro": 0.8})
    fake.register("fraud", "3", OLD, "champion")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
