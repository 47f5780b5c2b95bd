"""MLflow's model registry and its files on this machine, as far as gate asks; answers are those of MLflow 3."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "token-of-the-registry"
_API = "/api/2.0/mlflow/"
_FILES = "/api/2.0/mlflow-artifacts/artifacts"


@dataclass
class FakeMLflow:
    """The state. `before` is called with each call before it is answered; `faults` answer instead: a status, or "close"."""

    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: dict[str, int | str] = field(default_factory=dict)
    late_faults: dict[str, int | str] = field(default_factory=dict)  # after it was done
    before: Callable[[str], object] = lambda call: None  # noqa: ARG005
    padding: int = 0  # bytes by which every file is said to be larger
    url: str = ""

    def register(self, files: dict[str, bytes], *, source: str = "", status: str = "READY", **tags: str) -> str:
        """The next version of `fraud`; `_` in the name of a tag is a dot."""
        number = str(len(self.versions) + 1)
        self.files.update({f"1/m-{number}/artifacts/{path}": data for path, data in files.items()})
        told = [{"key": key.replace("_", "."), "value": value} for key, value in tags.items()]
        source = source or f"mlflow-artifacts:/1/m-{number}/artifacts"
        self.versions[number] = {"name": "fraud", "version": number, "status": status, "source": source, "tags": told}
        return number

    def tags(self, version: str) -> dict[str, str]:
        return {each["key"]: each["value"] for each in self.versions[version]["tags"]}

    def answer(self, call: str, given: dict[str, str]) -> tuple[int, Any]:
        """What a call of the API is answered, and what it does."""
        if call == "GET model-versions/search":
            found = [each for each in self.versions.values() if given["filter"] in (f"name = '{each['name']}'",)]
            newest = sorted(found, key=lambda each: -int(each["version"]))
            return 200, {"model_versions": newest[: int(given["max_results"])]} if newest else {}
        if call == "GET model-versions/get-download-uri":
            return 200, {"artifact_uri": self.versions[given["version"]]["source"]}
        if call == "GET runs/get":
            return 200, {"run": {"info": {"run_id": given["run_id"], "artifact_uri": "mlflow-artifacts:/1/m-1"}}}
        if call == "POST model-versions/set-tag":
            self.versions[given["version"]]["tags"].append({"key": given["key"], "value": given["value"]})
            return 200, {}
        if call == "POST registered-models/alias":
            self.aliases[given["alias"]] = given["version"]
            return 200, {}
        if call == "GET registered-models/alias":
            if given["alias"] in self.aliases:
                return 200, {"model_version": self.versions[self.aliases[given["alias"]]]}
            return 400, _error("INVALID_PARAMETER_VALUE", f"Registered model alias {given['alias']} not found.")
        return 404, _error("ENDPOINT_NOT_FOUND", call)

    def listed(self, place: str) -> dict[str, Any]:
        below = {path.removeprefix(f"{place}/"): data for path, data in self.files.items() if path.startswith(f"{place}/")}
        found = [
            {"path": path, "is_dir": False, "file_size": len(data) + self.padding}
            for path, data in below.items()
            if "/" not in path
        ]
        return {
            "files": found + [{"path": name, "is_dir": True} for name in {path.split("/")[0] for path in below if "/" in path}]
        }


def _error(code: str, message: str) -> dict[str, str]:
    return {"error_code": code, "message": message}


class _Door(BaseHTTPRequestHandler):
    fake: FakeMLflow

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        given |= json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        call = f"{self.command} {parts.path.removeprefix(_API)}"
        self.fake.asked.append(call)
        self.fake.before(call)
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            return self._send(401, _error("UNAUTHENTICATED", "who are you?"))
        if call in self.fake.faults:
            return self._failed(self.fake.faults[call])
        answer = self._answer(parts.path, call, given)
        return self._failed(self.fake.late_faults[call]) if call in self.fake.late_faults else self._send(*answer)

    do_GET = do_POST = _serve  # noqa: N815

    def _answer(self, path: str, call: str, given: dict[str, str]) -> tuple[int, Any]:
        if path == _FILES:
            return 200, self.fake.listed(given["path"])
        file = re.fullmatch(f"{_FILES}/(.+)", path)
        return (200, self.fake.files[unquote(file[1])]) if file else self.fake.answer(call, given)

    def _failed(self, fault: int | str) -> None:
        if isinstance(fault, int):
            return self._send(fault, _error("INTERNAL_ERROR", "because"))
        self.close_connection = True
        return None

    def _send(self, status: int, value: Any) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[FakeMLflow]:
    """A registry, until the end of the block."""
    fake = FakeMLflow()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Door,), {"fake": fake}))
    fake.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
